// The prices of an offer, in words and with their tiers, by currency.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { compare } from "../../model/decimal.js";
import { quantity, unitPrice } from "../../model/money.js";
import { t } from "../../model/text.js";
import { day, rhythm, today } from "../../model/time.js";
import { Card } from "../../part/page.js";
import { Empty } from "../../part/still.js";

/** The version of a price that holds at present, or the first that will. */
export const present = (price) => price.versions.filter((it) => it.valid_from <= today()).at(-1) ?? price.versions[0];

/** The currencies that an offer is sold in. */
export const currencies = (prices) => [...new Set(prices.map((it) => it.currency))];

function when(price) {
  if (price.kind === "usage") return t("for what is used");
  if (price.kind === "one_time") return { setup: t("once, at the beginning"), renewal: t("at each renewal"), deposit: t("as a deposit") }[price.fee] ?? t("once");
  return `${rhythm(price.period)}, ${price.timing === "arrears" ? t("afterwards") : t("in advance")}`;
}

/** A price model in one line. */
function said(model, price, unit) {
  const amount = (it) => unitPrice(it, price.currency);
  const of = unit ?? t("unit");
  switch (model.kind) {
    case "flat": return amount(model.amount);
    case "per_unit": return t("{price} for each {unit}", { price: amount(model.per_unit), unit: of });
    case "package": return t("{price} for each {size} {unit} begun", { price: amount(model.amount), size: quantity(model.size), unit: of });
    case "graduated": return t("each {unit} at the price of its tier", { unit: of });
    case "volume": return t("all at the price of the tier that is reached");
    case "stairstep": return t("the price of the tier that is reached");
    default: return model.kind;
  }
}

function Tiers({ of, currency, unit }) {
  const hasFlat = of.some((it) => it.flat && compare(it.flat, "0") !== 0);
  const from = (at) => (at === 0 ? "0" : of[at - 1].up_to);
  return html`
    <table class="dense"><thead><tr><th scope="col">${unit ?? t("Units")}</th><th scope="col" class="end">${t("each")}</th>${hasFlat && html`<th scope="col" class="end">${t("plus")}</th>`}</tr></thead>
      <tbody>${of.map((it, at) => html`
        <tr key=${at}><td>${it.up_to ? t("{from} to {to}", { from: quantity(from(at)), to: quantity(it.up_to) }) : t("above {from}", { from: quantity(from(at)) })}</td>
          <td class="end">${unitPrice(it.per_unit ?? "0", currency)}</td>${hasFlat && html`<td class="end">${unitPrice(it.flat ?? "0", currency)}</td>`}</tr>`)}</tbody></table>`;
}

function Price({ of, meters }) {
  const version = present(of);
  const unit = meters?.get(of.meter)?.unit;
  const later = of.versions.filter((it) => it.valid_from > version.valid_from);
  return html`
    <li class="stack tight price">
      <div class="row between"><span class="strong">${of.name}</span><span class="strong">${said(version.model, of, unit)}</span></div>
      <p class="quiet">${[when(of), compare(version.included, "0") !== 0 && t("{quantity} {unit} free", { quantity: quantity(version.included), unit: unit ?? "" }), of.includes_tax && t("tax contained"), of.term && t("for the term {term}", { term: of.term })].filter(Boolean).join(" · ")}</p>
      ${version.model.tiers?.length > 0 && html`<${Tiers} of=${version.model.tiers} currency=${of.currency} unit=${unit} />`}
      ${later.map((it) => html`<p class="notice info" key=${it.version}>${t("From {day}: {price}", { day: day(it.valid_from), price: said(it.model, of, unit) })}</p>`)}
    </li>`;
}

/** The prices, in one currency at a time. */
export function Prices({ of, meters }) {
  const all = currencies(of);
  const [chosen, choose] = useState(all[0]);
  return html`
    <${Card} title=${t("Prices")} actions=${all.length > 1 && html`
      <div class="segments" role="group" aria-label=${t("Currency")}>${all.map((it) => html`<button type="button" aria-pressed=${it === chosen} onClick=${() => choose(it)}>${it}</button>`)}</div>`}>
      ${of.length === 0
        ? html`<${Empty} icon="tag" title=${t("No price yet")} />`
        : html`<ul class="inside stack">${of.filter((it) => it.currency === chosen).map((it) => html`<${Price} key=${it.id} of=${it} meters=${meters} />`)}</ul>`}
    <//>`;
}
