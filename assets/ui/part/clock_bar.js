// The bar of the clock: where business time may be moved, the day and steps forward; where the machine's clock has jumped, the question.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { post } from "../model/api.js";
import { may } from "../model/session.js";
import { colon, count, t } from "../model/text.js";
import { clock, day, moment, readClock } from "../model/time.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";
import { Empty } from "./still.js";
import { sentence } from "./state.js";
import { complain, say } from "./toast.js";

const STEPS = [["1 day", () => t("1 day")], ["1 week", () => t("1 week")], ["1 month", () => t("1 month")]];

/** What was done while the clock moved: by day, one line for each duty. */
function Story({ of, onClose }) {
  const days = Map.groupBy(of.steps.filter((it) => it.done > 0), (it) => day(it.at));
  return html`
    <${Dialog} title=${t("From {from} to {to}", { from: day(of.from), to: day(of.to) })} onClose=${onClose}>
      <div class="inside">
        ${days.size === 0 && html`<${Empty} icon="clock" title=${t("Nothing fell due")}><p>${t("Time passed, and nobody owed anything new.")}</p><//>`}
        <ol class="timeline">
          ${[...days].map(([date, steps]) => html`
            <li key=${date}><div><h3>${date}</h3>
              <ul>${steps.map((it) => html`<li>${t(sentence(it.duty))}${colon()} <span class="quiet">${it.summary.join("; ") || count(it.done)}</span></li>`)}</ul></div></li>`)}
        </ol>
      </div>
    <//>`;
}

/** What is asked where the machine's clock has jumped. */
function Jumped({ of }) {
  const confirm = async () => {
    try {
      await post("/clock/confirm");
      await readClock();
      say(t("What is due is done now"));
    } catch (problem) {
      complain(problem);
    }
  };
  return html`
    <section class="clock" aria-label=${t("The clock has jumped")}>
      <${Icon} name="triangle-alert" />
      <span>${t("The machine's clock went from {from} to {to} while nobody looked. Billing waits until somebody says that it is really so late.", { from: moment(of.from), to: moment(of.to) })}</span>
      ${may("clock_move") && html`<button type="button" class="button small" onClick=${confirm}>${t("It is really so late")}</button>`}
    </section>`;
}

/** The bar; nothing where time passes by itself. */
export function ClockBar() {
  const [busy, wait] = useState(null);
  const [story, tell] = useState(null);
  if (clock.value?.jump) return html`<${Jumped} of=${clock.value.jump} />`;
  if (!clock.value?.movable) return null;
  const advance = async (by) => {
    wait(by);
    try {
      const done = await post("/clock/advance", { by });
      await readClock();
      tell(done);
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
      ${story && html`<${Story} of=${story} onClose=${() => tell(null)} />`}
    </section>`;
}
