// States as badges: what each is called for people, and how it is coloured.
import { html } from "../html.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";

const GOOD = ["good", "check"];
const WAITS = ["info", "clock"];
const WARNS = ["warn", "triangle-alert"];
const BAD = ["bad", "circle-alert"];
const OVER = ["", null];

const STATES = {
  active: GOOD, launched: GOOD, paid: GOOD, completed: GOOD, done: GOOD, captured: GOOD, sent: GOOD, verified: GOOD,
  released: GOOD, delivered: GOOD, attached: GOOD, collected: GOOD,
  open: WAITS, pending: WAITS, in_progress: WAITS, running: WAITS, planned: WAITS, queued: WAITS, started: WAITS,
  acknowledged: WAITS, prepared: WAITS, shipped: WAITS, invited: WAITS, initiated: WAITS, authorized: WAITS, redirected: WAITS, prospective: WAITS,
  closing: WAITS, partially_paid: WAITS, in_test: WAITS, in_design: WAITS, in_study: WAITS,
  held: WARNS, held_administratively: WARNS, held_for_credit: WARNS, held_for_both: WARNS, graced: WARNS,
  suspended: WARNS, invitation_suspended: WARNS, partial: WARNS, paused: WARNS, partly_refunded: WARNS,
  returned: WARNS,
  overdue: BAD, refused: BAD, failed: BAD, rejected: BAD, declined: BAD, broken: BAD,
};

const SAID = {
  held_administratively: () => t("On hold: by an operator"),
  held_for_credit: () => t("On hold: unpaid"),
  held_for_both: () => t("On hold: unpaid, and by an operator"),
  graced: () => t("In grace"),
  softly_deleted: () => t("Deleted"),
  captured: () => t("Received"),
  launched: () => t("On sale"),
  open: () => t("Open"),
  defined: () => t("Not billed yet"),
  credited: () => t("Credited"),
};

/** What a state is called. */
export function stateName(state) {
  return SAID[state]?.() ?? t(sentence(state));
}

/** A word of the API as the beginning of a sentence: `written_off` as `Written off`. */
export function sentence(word) {
  const text = String(word ?? "").replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A word of the API in the middle of a sentence. */
export function word(it) {
  const [own, said] = [sentence(it), t(sentence(it))];
  return said === own ? String(it).replaceAll("_", " ") : said;
}

/** A state as a badge. */
export function State({ of }) {
  const [tone, icon] = STATES[of] ?? OVER;
  return html`<span class=${`badge ${tone}`}>${icon && html`<${Icon} name=${icon} />`}${stateName(of)}</span>`;
}
