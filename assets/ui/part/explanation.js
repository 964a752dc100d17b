// How an amount came about: the tiers that were entered with their units, what was free, which days, which price, which tax.
import { html } from "../html.js";
import { inLanguage } from "../model/country.js";
import { compare, isDecimal, plus } from "../model/decimal.js";
import { useLoad } from "../model/load.js";
import { money, quantity, share, unitPrice } from "../model/money.js";
import { listed } from "../model/name.js";
import { may } from "../model/session.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { Icon } from "./icon.js";

const big = (it) => it[0].toUpperCase() + it.slice(1);

const RULES = {
  flat: (amount) => t("A fixed price of {amount}", { amount }),
  per_unit: () => t("A price for each unit"),
  graduated: () => t("Each unit at the price of its tier"),
  volume: () => t("All units at the price of the tier that is reached"),
  package: (_, size) => (size ? t("A price for each package of {size} begun", { size }) : t("A price for each package begun")),
  stairstep: () => t("The price of the tier that is reached"),
  percentage: () => big(t("a percentage of each amount")),
  graduated_percentage: () => big(t("each part of the amount at its percentage")),
  per_dimension: () => t("Each value at its own price"),
  minimum: () => t("What is missing to a minimum"),
  stated: () => t("A stated amount"),
};

// What the quantity is, by how its meter counts, where that is still known.
const COUNTS = {
  sum: (of, count) => t("{quantity} counted in {count} events", { quantity: of, count }),
  count: (of, count) => t("{quantity} counted in {count} events", { quantity: of, count }),
  max: (of, count) => t("{quantity}: the highest of {count} readings", { quantity: of, count }),
  latest: (of, count) => t("{quantity}: the last of {count} readings", { quantity: of, count }),
  undefined: (of, count) => t("{quantity} by {count} events", { quantity: of, count }),
};

const isSome = (text) => compare(text ?? "0", "0") !== 0;

/** From where to where a tier goes; nothing where that is not known. */
function range(it, unit) {
  const to = (bound) => quantity(bound);
  const at = (bound) => `${quantity(bound)} ${unit ?? ""}`.trim();
  if (it.above && it.up_to) return t("over {from} to {to}", { from: to(it.above), to: at(it.up_to) });
  if (it.up_to) return t("up to {to}", { to: at(it.up_to) });
  if (it.above) return t("over {from}", { from: at(it.above) });
  if (it.from && it.below) return t("from {from} to below {to}", { from: to(it.from), to: at(it.below) });
  if (it.below) return t("below {to}", { to: at(it.below) });
  return it.from ? t("from {from} on", { from: at(it.from) }) : null;
}

function Tiers({ of, rule, currency, unit, size, isRest }) {
  const bounds = (it) => range(it, unit) ?? String(it.tier);
  const name = (it) => (rule !== "per_dimension" ? bounds(it) : [it.value ?? t("For all others"), range(it, unit)].filter(Boolean).join(", "));
  const hasUnits = of.some((it) => isSome(it.units));
  const hasFlat = of.some((it) => isSome(it.flat));
  if (!hasUnits) return null;
  const price = (it) => unitPrice(it, currency);
  const sum = of.length > 1 && of.every((it) => isDecimal(it.amount)) && of.reduce((all, it) => plus(all, it.amount), "0");
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${t("Tiers")}><table>
      <thead><tr>${of.length > 1 && html`<th scope="col">${t("Tier")}</th>`}<th scope="col" class="end">${isRest ? t("Units beyond") : t("Units")}</th><th scope="col" class="end">${t("each")}</th>${hasFlat && html`<th scope="col" class="end">${t("plus")}</th>`}<th scope="col" class="end">${t("Amount")}</th></tr></thead>
      <tbody>${of.map((it) => html`
        <tr>${of.length > 1 && html`<td>${name(it)}</td>`}<td class="end">${size ? t("{count} packages of {size}", { count: Number(it.units), size }) : `${quantity(it.units)} ${unit ?? ""}`}</td><td class="end">× ${price(it.per_unit)}</td>${hasFlat && html`<td class="end">+ ${price(it.flat)}</td>`}<td class="end strong">= ${price(it.amount)}</td></tr>`)}
        ${sum && html`<tr><td>${t("Sum")}</td><td colspan=${hasFlat ? 3 : 2}></td><td class="end strong">= ${price(sum)}</td></tr>`}</tbody>
    </table></div>`;
}

/** The discounts and fees of the price itself, each with what it changed. */
const Altered = ({ of, currency }) => html`
  <ul class="steps">${of.map((it) => html`<li class="row between"><span>${it.name}${it.percent && ` (${quantity(it.percent)} %)`}</span><span>${unitPrice(it.amount, currency)}</span></li>`)}</ul>`;

/** By which rule the amount is taxed, and on what. */
function Tax({ of }) {
  const reckoned = { rate: quantity(of.rate), base: money(of.base), tax: money(of.tax) };
  const told = [
    of.eu_vat ? t("by EU VAT, from {from} to {to}", { from: of.eu_vat.seller, to: of.eu_vat.buyer })
    : of.rule_category
      ? t("by the rule for {category} in {zone}, as of {day}", { category: of.rule_category, zone: inLanguage(of.zone), day: day(of.valid_from) })
      : t("by the general rule in {zone}, as of {day}", { zone: inLanguage(of.zone), day: day(of.valid_from) }),
    of.category && t("taxed as {category}", { category: of.category }),
    of.buyers === "registered" && t("for buyers with a tax number"),
    of.buyers === "unregistered" && t("for buyers without a tax number"),
    of.before_rounding ? t("{rate} % of {base} on the invoice, before rounding, = {tax}", reckoned) : t("{rate} % of {base} on the invoice = {tax}", reckoned),
    of.here.amount !== of.tax.amount && t("of it {tax} on this line", { tax: money(of.here) }),
  ].filter(Boolean);
  return html`
    <p class="strong">${t("Tax: {name}", { name: of.name })}</p>
    <ul class="steps quiet">${told.map((it) => html`<li>${it}</li>`)}</ul>`;
}

/** The explanation itself. */
export function Explanation({ of, currency, unit, counted }) {
  const meters = useLoad(async () => (may("catalog_read") ? listed("/meters") : new Map()), ["meters"]).data;
  const amount = (it) => `${quantity(it)} ${unit ?? ""}`.trim();
  const before = [
    ...(of.chosen ?? []).map((choice) => t("only for {choice}", { choice })),
    of.usage && COUNTS[of.usage.aggregation ?? meters?.get(of.usage.meter)?.aggregation]?.(amount(counted), of.usage.events),
    isSome(of.included) && t("{quantity} are free; what is beyond is charged", { quantity: amount(of.included) }),
  ].filter(Boolean);
  // One tier is reached, and the table would not say which.
  if (["volume", "stairstep"].includes(of.rule) && of.tiers.length === 1) before.push(range(of.tiers[0], unit) ? t("the tier that is reached: {range}", { range: range(of.tiers[0], unit) }) : t("tier {number} is reached", { number: of.tiers[0].tier }));
  const notes = [
    of.days && t("{used} of {all} days of the period", { used: of.days.used, all: of.days.of }),
    of.seconds && t("{used} of {all} seconds of the period", { used: of.seconds.used, all: of.seconds.of }),
    of.price_version && t("by the price as of {day}", { day: day(of.price_version) }),
    of.given_back && t("in place of another price in mid period, of which {amount} was given back by credit note", { amount: money({ amount: of.given_back, currency }) }),
    of.committed && t("{amount} committed to, beyond it × {factor}", { amount: unitPrice(of.committed.amount, currency), factor: quantity(of.committed.factor) }),
    of.covered && t("{amount} of it is charged besides", { amount: unitPrice(of.covered, currency) }),
    of.undivided_fees && t("fees of tiers in full: {amount}", { amount: unitPrice(of.undivided_fees, currency) }),
    of.prepaid && !of.prepaid.startsWith("-") && t("without {amount}, which the prepaid balance pays on a line of its own", { amount: unitPrice(of.prepaid, currency) }),
    of.prepaid?.startsWith("-") && t("without {amount}, which the prepaid balance gets back on a line of its own", { amount: unitPrice(of.prepaid.slice(1), currency) }),
    of.is_prepaid && t("what the prepaid balance pays of it bears no tax"),
    of.includes_tax && t("tax is contained in the price"),
  ].filter(Boolean);
  const charged = of.charged_before;
  // What was charged is taken off before the days are counted, or after: as it was computed.
  if (charged && compare(charged.amount, "0") > 0) {
    notes.splice(charged.before_days ? 0 : notes.length, 0, t("less {amount}, which was charged before", { amount: unitPrice(charged.amount, currency) }));
  }
  const lowered = of.discounts.map((it) => (it.coupon ? t("{amount} off with the coupon {code}: {name}", { amount: unitPrice(it.amount, currency), code: it.coupon, name: it.name })
    : it.percent ? t("{share} off: {name}", { share: share(it.percent), name: it.name })
    : it.amount ? t("{amount} off: {name}", { amount: unitPrice(it.amount, currency), name: it.name })
    : t("for {amount} instead: {name}", { amount: unitPrice(it.fee, currency), name: it.name })));
  const fee = unitPrice(of.tiers[0]?.flat ?? "0", currency);
  const isFee = of.rule !== "flat" && of.tiers.length > 0 && !of.tiers.some((it) => isSome(it.units));
  return html`
    <div>
      <p class="strong">${RULES[of.rule]?.(fee, of.package_size && amount(of.package_size)) ?? of.rule}${isFee && `: ${fee}`}</p>
      <ul class="steps quiet">${before.map((it) => html`<li>${it}</li>`)}</ul>
      <${Tiers} of=${of.tiers} rule=${of.rule} currency=${currency} unit=${unit} size=${of.package_size && amount(of.package_size)} isRest=${isSome(of.included) && !of.package_size} />
      ${of.alterations.length > 0 && html`<${Altered} of=${of.alterations} currency=${currency} />`}
      <ul class="steps quiet">${[...lowered, ...notes].map((it) => html`<li>${it}</li>`)}</ul>
      ${of.tax && html`<${Tax} of=${of.tax} />`}
    </div>`;
}

/** The explanation, to be opened. */
export const Why = ({ isOpen = false, text, ...rest }) => html`
  <details class="why" open=${isOpen}><summary><${Icon} name="chevron-right" />${text ?? t("How this came about")}</summary><${Explanation} ...${rest} /></details>`;
