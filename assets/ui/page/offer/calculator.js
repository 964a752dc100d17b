// The price calculator of an offer: as one types quantities, what a whole period costs, and how each line comes about.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { workOut } from "../../model/api.js";
import { countries } from "../../model/country.js";
import { useLoad, useStill } from "../../model/load.js";
import { money, quantity as said, typed } from "../../model/money.js";
import { called, isCount, unitOf } from "../../model/price.js";
import { session } from "../../model/session.js";
import { local, said as spoken, t } from "../../model/text.js";
import { Why } from "../../part/explanation.js";
import { Field } from "../../part/form.js";
import { Card } from "../../part/page.js";
import { Choices, Follows, isChosen, wished } from "../../part/choices.js";
import { Cost, isBundle, priceless, usualTerm } from "../../part/cost.js";
import { Empty, Failure } from "../../part/still.js";
import { currencies } from "./prices.js";

const Amount = ({ onInput, ...rest }) => html`<${Field} kind="decimal" onInput=${(event) => onInput(event.target.value)} ...${rest} />`;

function Result({ of, wish }) {
  const still = useStill(JSON.stringify(wish), 150);
  const read = useLoad(() => workOut(`/offers/${of.id}/calculate`, JSON.parse(still)), ["calculate", of.id, of.revision, still], { isDerived: true });
  const [last, keep] = useState(null);
  if (read.data && read.data !== last) keep(read.data);
  if (read.error?.name === "price_missing") return html`<p class="notice warn">${t("There is no price in {currency} for this choice.", { currency: wish.currency })}</p>`;
  if (read.error?.status === 422) return html`<p class="notice warn">${priceless(read.error, wish.currency)}</p>`;
  if (read.error) return html`<${Failure} problem=${read.error} />`;
  const found = read.data ?? last;
  if (!found) return html`<span class="bone"></span>`;
  if (found.lines.length === 0) return html`<${Empty} icon="calculator" title=${t("Nothing of it costs anything")} />`;
  const priceOf = (line) => of.prices.find((it) => it.id === line.price);
  return html`
    <div class="stack" aria-live="polite">
      <${Follows} of=${of} values=${found.characteristics} />
      <ul class="stack tight">
        ${found.lines.map((it) => html`
          <li key=${it.price} class="line">
            <div class="row between"><span class="strong">${priceOf(it) ? called(priceOf(it)) : it.name}</span><span>${money(it.net)}</span></div>
            <${Why} of=${it.explanation} currency=${wish.currency} unit=${unitOf(priceOf(it))} isOpen=${it.explanation.tiers.length > 1} />
          </li>`)}
      </ul>
      <dl class="sums wide">
        <div><dt>${t("Net")}</dt><dd>${money(found.net)}</dd></div>
        ${found.tax && html`<div><dt>${t("Tax")}</dt><dd>${money(found.tax)}</dd></div>`}
        <div class="total"><dt>${found.tax ? t("Gross") : t("Total")}</dt><dd>${money(found.gross)}</dd></div>
      </dl>
      ${found.untaxed && html`<p class="notice">${wish.country ? `${t("Without tax:")} ${spoken(found.untaxed)}` : t("Say where the buyer is, to see the tax.")}</p>`}
    </div>`;
}

/** The calculator. */
export function Calculator({ offer }) {
  const all = currencies(offer.prices);
  const own = session.value.account.currency;
  const [wanted, pay] = useState(null);
  const currency = all.includes(wanted) ? wanted : all.includes(own) ? own : all[0];
  const usual = usualTerm(offer);
  const [term, bind] = useState(usual);
  const [country, live] = useState("");
  const [quantity, count] = useState("1");
  const [usage, use] = useState({});
  const [chosen, choose] = useState({});
  const metered = [...new Map(offer.prices.filter((it) => it.kind === "usage" && it.currency === currency).map((it) => [it.meter, it])).values()];
  const used = Object.fromEntries(Object.entries(usage).map(([meter, it]) => [meter, typed(it)]).filter(([, it]) => it !== null));
  const isQuantity = isCount(quantity);
  const isUsage = (it) => !it || /^\d/.test(typed(it) ?? "");
  const isRight = isQuantity && isChosen(offer, chosen) && metered.every((it) => isUsage(usage[it.meter]));
  const wish = { currency, term: term || undefined, country: country || undefined, quantity: Number(typed(quantity)), usage: used, characteristics: wished(offer, chosen) };
  const select = (name, label, value, set, options) => html`
    <div><label><span>${label}</span><select name=${name} onChange=${(event) => set(event.target.value)}>${options.map(([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`)}</select></label></div>`;
  if (all.length === 0) return null;
  return html`
    <${Card} title=${t("Price calculator")}>
      <div class="inside stack">
        <p class="quiet">${t("What a whole period costs, with everything explained. Type, and it follows.")}</p>
        <div class="pair">
          <${Amount} label=${t("Quantity")} value=${quantity} onInput=${count} fault=${isQuantity ? undefined : t("A whole number from 1 to 999,999")} />
          ${metered.map((it) => html`<${Amount} key=${it.meter} label=${it.unit ? `${called(it)} (${unitOf(it)})` : called(it)} value=${usage[it.meter] ?? ""} fault=${isUsage(usage[it.meter]) ? undefined : t("A number such as {example}", { example: said("12.5") })} onInput=${(text) => use({ ...usage, [it.meter]: text })} />`)}
        </div>
        <${Choices} of=${offer} chosen=${chosen} onChoose=${choose} />
        <div class="pair">
          ${all.length > 1 && select("currency", t("Currency"), currency, pay, all.map((it) => [it, it]))}
          ${offer.terms.length > 1 && select("term", t("Term"), term, bind, [...(usual ? [] : [["", t("none")]]), ...offer.terms.map((it) => [it.key, local(it.name) || it.key])])}
          ${select("buyer_in", t("Buyer in"), country, live, [["", t("where you are")], ...countries()])}
        </div>
        ${isRight ? (isBundle(offer) ? html`<${Cost} offer=${offer} wish=${wish} />` : html`<${Result} of=${offer} wish=${wish} />`) : html`<p class="quiet">${t("It is worked out as soon as every field is right.")}</p>`}
      </div>
    <//>`;
}
