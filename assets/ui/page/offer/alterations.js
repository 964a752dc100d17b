// The discounts and fees that a price declares itself: as one reads them, and as one types them.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { quantity, unitPrice } from "../../model/money.js";
import { t } from "../../model/text.js";
import { day, span } from "../../model/time.js";
import { Field, Repeat } from "../../part/form.js";

const EFFECTS = [["discount", () => t("Discount")], ["fee", () => t("Fee")]];
const APPLIES = [["every_charge", () => t("on every charge")], ["once", () => t("on the first charge only")], ["for", () => t("for a time from the beginning")]];
const DURATIONS = ["1 month", "2 months", "3 months", "6 months", "1 year", "2 years"];
const COMPARISONS = [["ge", () => t("is at least")], ["gt", () => t("is more than")], ["le", () => t("is at most")], ["lt", () => t("is less than")], ["eq", () => t("is exactly")]];
const pairs = (table) => table.map(([key, text]) => [key, text()]);
const word = (table, key) => table.find((it) => it[0] === key)?.[1]() ?? key;

/** One of them in a sentence. */
export function altered(it, currency) {
  const by = it.percent ? `${quantity(it.percent)} %` : unitPrice(it.amount, currency);
  return [
    `${it.name}: ${it.effect === "fee" ? "+" : "−"}${by}`,
    it.applies === "for" ? t("for {duration} from the beginning", { duration: span(it.duration) }) : word(APPLIES, it.applies),
    it.condition && t("if the total with tax {comparison} {amount}", { comparison: word(COMPARISONS, it.condition.is), amount: unitPrice(it.condition.amount, currency) }),
    it.valid_from && t("from {day}", { day: day(it.valid_from) }), it.valid_until && t("until before {day}", { day: day(it.valid_until) }),
  ].filter(Boolean).join(", ");
}

function Row({ at }) {
  const [by, measure] = useState("percent");
  const [applies, choose] = useState("every_charge");
  const [isBound, bind] = useState("");
  const name = (field) => `alterations/${at}/${field}`;
  return html`
    <div class="pair">
      <${Field} name=${name("name")} label=${t("What the customer reads")} required />
      <${Field} name=${name("effect")} label=${t("It is a")} kind="select" options=${pairs(EFFECTS)} />
      <${Field} label=${t("Measured")} kind="select" value=${by} onChange=${(event) => measure(event.target.value)} options=${[["percent", t("in percent")], ["amount", t("as an amount")]]} />
      <${Field} key=${by} name=${name(by)} label=${by === "percent" ? t("Percent") : t("Amount")} kind="decimal" required />
      <${Field} name=${name("applies")} label=${t("It applies")} kind="select" value=${applies} onChange=${(event) => choose(event.target.value)} options=${pairs(APPLIES)} />
      ${applies === "for" && html`<${Field} name=${name("duration")} label=${t("For how long")} kind="select" value="2 months" options=${DURATIONS.map((it) => [it, span(it)])} />`}
      <${Field} label=${t("Only if the total with tax")} kind="select" value=${isBound} onChange=${(event) => bind(event.target.value)} options=${[["", t("always")], ...pairs(COMPARISONS)]} />
      ${isBound && html`<${Field} key=${isBound} name=${name("condition/amount")} label=${t("Amount")} kind="decimal" required /><input type="hidden" name=${name("condition/is")} value=${isBound} />`}
    </div>`;
}

/** The fields for all of them. */
export const Alterations = () => html`
  <${Repeat} label=${t("Discounts and fees of this price")} add=${t("One more discount or fee")} most=${20} hint=${t("They hold for everybody who buys at this price, in this order. A discount never takes more than is there.")}>
    ${(_, at) => html`<${Row} at=${at} />`}<//>`;
