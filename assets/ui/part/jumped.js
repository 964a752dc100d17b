// What is asked where the machine's clock has jumped.
import { html } from "../html.js";
import { post } from "../model/api.js";
import { may } from "../model/session.js";
import { t } from "../model/text.js";
import { moment, readClock } from "../model/time.js";
import { Icon } from "./icon.js";
import { complain, say } from "./toast.js";

/** The question, in place of the bar of the clock. */
export function Jumped({ of }) {
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
