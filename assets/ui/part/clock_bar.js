// The bar of the clock: where business time may be moved, the day and steps forward; where the machine's clock has jumped, the question.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { post } from "../model/api.js";
import { may } from "../model/session.js";
import { t } from "../model/text.js";
import { clock, moment, readClock } from "../model/time.js";
import { Icon } from "./icon.js";
import { complain } from "./toast.js";

const STEPS = [["1 day", () => t("1 day")], ["1 week", () => t("1 week")], ["1 month", () => t("1 month")]];

/** The bar; nothing where time passes by itself. */
export function ClockBar() {
  const [busy, wait] = useState(null);
  const [story, tell] = useState(null);
  const [asked, ask] = useState(null);
  const jump = clock.value?.jump;
  useEffect(() => {
    // Its code is read where it is needed, which is seldom.
    if (jump) import("./jumped.js").then(ask, complain);
  }, [jump]);
  if (jump) return asked && html`<${asked.Jumped} of=${jump} />`;
  if (!clock.value?.movable) return null;
  const advance = async (by) => {
    wait(by);
    try {
      // Its code is read meanwhile: who does not move the clock needs none of it.
      const [{ Story }, of] = await Promise.all([import("./story.js"), post("/clock/advance", { by })]);
      await readClock();
      tell({ Story, of });
    } catch (problem) {
      complain(problem);
    }
    wait(null);
  };
  return html`
    <section class="clock" aria-label=${t("Test clock")}>
      <${Icon} name="clock" />
      <span>${t("Test clock:")} <time class="strong" datetime=${clock.value.now}>${moment(clock.value.now)}</time></span>
      ${may("clock_move") && html`
        <span class="segments" role="group" aria-label=${t("Move time forward by")}>
          ${STEPS.map(([by, text]) => html`
            <button type="button" disabled=${busy !== null} aria-label=${t("Move forward by {span}", { span: text() })} onClick=${() => advance(by)}>
              ${busy === by ? "…" : `+ ${text()}`}</button>`)}
        </span>`}
      ${story && html`<${story.Story} of=${story.of} onClose=${() => tell(null)} />`}
    </section>`;
}
