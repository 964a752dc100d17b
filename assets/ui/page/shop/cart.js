// The cart: what one is about to order, line by line, what it comes to, and what is kept for another time.
import { html } from "../../html.js";
import { useEffect, useState } from "../../../vendor/preact/hooks.js";
import { cart, change, readCart, takeOut } from "../../model/cart.js";
import { plus } from "../../model/decimal.js";
import { useLoad, useStill } from "../../model/load.js";
import { money, typed } from "../../model/money.js";
import { isCount } from "../../model/price.js";
import { to } from "../../model/route.js";
import { isGuest, session } from "../../model/session.js";
import { offered } from "../../model/shelf.js";
import { local, t } from "../../model/text.js";
import { begun, Choices, inWords, isOpen, wished } from "../../part/choices.js";
import { costOf, isByUse, priceless, Rhythms, Taxed, usualTerm } from "../../part/cost.js";
import { Card, Page } from "../../part/page.js";
import { Empty, Failure, Loaded } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";
import { Tile } from "./card.js";
import { Stepper } from "./offer.js";

/** What a line comes to, in the currency of the buyer. */
const wishOf = (line, offer, currency) => ({ currency, term: line.term ?? (usualTerm(offer) || undefined), quantity: line.quantity ?? 1, resources: line.resources ?? {}, characteristics: line.characteristics ?? {}, isOwn: true });

/** Lines with their offers and what each comes to. */
export const priced = (lines, currency) => Promise.all(lines.map(async (line) => {
  const offer = await offered(line.offer);
  return { line, offer, cost: await costOf(offer, wishOf(line, offer, currency)).catch((problem) => ({ problem, rhythms: [], pieces: [] })) };
}));

/** What all lines sum to, in each rhythm; with tax where all of them are told with it. */
export function summed(rows, currency) {
  const all = rows.flatMap(({ cost }) => cost.rhythms);
  const taxes = new Set(all.map(([, it]) => it.tax).filter((it) => it !== "none"));
  const tax = taxes.size === 1 ? [...taxes][0] : "none";
  const found = new Map();
  for (const [name, it] of all) found.set(name, plus(found.get(name) ?? "0", taxes.size > 1 ? it.net : it.amount));
  return [...found].map(([name, amount]) => [name, { amount, currency, tax }]);
}

function Quantity({ line, name }) {
  const [text, type] = useState(String(line.quantity ?? 1));
  const still = useStill(text, 350);
  useEffect(() => {
    const number = isCount(still) ? Number(typed(still)) : null;
    if (number && number !== (line.quantity ?? 1)) change(line.key, { quantity: number }).catch(complain);
  }, [still]);
  return html`<${Stepper} small name=${t("Quantity of {name}", { name })} value=${text} onChange=${type} />`;
}

/** What is chosen of a line, to be chosen otherwise. */
function Chosen({ line, offer }) {
  const [chosen, choose] = useState(begun(offer, line.characteristics));
  const said = JSON.stringify(wished(offer, chosen));
  const still = useStill(said, 350);
  useEffect(() => {
    if (still !== JSON.stringify(wished(offer, begun(offer, line.characteristics)))) change(line.key, { characteristics: JSON.parse(still) }).catch(complain);
  }, [still]);
  return html`<details><summary>${inWords(line.characteristics, offer.characteristics) || t("What can be chosen of it")}</summary><${Choices} of=${offer} chosen=${chosen} onChoose=${choose} label=${t("What can be chosen of it")} /></details>`;
}

const Deed = ({ text, name, onClick }) => html`<button type="button" class="link" aria-label=${`${text}: ${name}`} onClick=${onClick}>${text}</button>`;

function Line({ of: { line, offer, cost }, currency }) {
  const name = line.name ?? local(offer.name);
  const isSaved = line.state === "saved";
  const act = (work, text) => () => work().then(() => say(text, name), complain);
  return html`
    <li class="cart-line">
      <${Tile} name=${local(offer.name)} />
      <div class="stack tight">
        <div><a class="strong" href=${to(`/shop/${line.offer}`)}>${name}</a>${offer.seller_name && html` <small>${offer.seller_name}</small>`}</div>
        ${!isSaved && html`<div class="row">
          <${Quantity} key=${line.key} line=${line} name=${name} />
          ${offer.terms.length > 1 && html`<select name="term" aria-label=${t("Term of {name}", { name })} onChange=${(event) => change(line.key, { term: event.target.value }).catch(complain)}>
            ${offer.terms.map((it) => html`<option value=${it.key} selected=${it.key === (line.term ?? usualTerm(offer))}>${local(it.name) || it.key}</option>`)}</select>`}
        </div>`}
        ${isOpen(offer) && (isSaved ? html`<small>${inWords(line.characteristics, offer.characteristics)}</small>` : html`<${Chosen} key=${`${line.key} chosen`} line=${line} offer=${offer} />`)}
        <div class="row tight">
          ${isSaved
            ? html`<${Deed} text=${t("Put it back")} name=${name} onClick=${act(() => change(line.key, { state: "active" }), t("It is in your cart"))} />`
            : html`<${Deed} text=${t("Keep it for another time")} name=${name} onClick=${act(() => change(line.key, { state: "saved" }), t("It is kept for another time"))} />`}
          <${Deed} text=${t("Take it out")} name=${name} onClick=${act(() => takeOut(line.key), t("It is out of your cart"))} />
        </div>
      </div>
      <div class="end">${cost.problem ? html`<span class="text bad">${priceless(cost.problem, currency)}</span>` : html`<${Rhythms} of=${cost} />`}</div>
    </li>`;
}

/** What all of it comes to. */
export function Total({ rows, currency }) {
  const sums = summed(rows, currency);
  return html`
    <dl class="sums wide">${sums.map(([name, it]) => html`<div key=${name}><dt>${name}</dt><dd class="strong">${money(it)}</dd></div>`)}
      ${rows.some(({ cost }) => isByUse(cost)) && html`<div><dt>${t("by usage")}</dt><dd>${t("what is used")}</dd></div>`}</dl><${Taxed} of=${sums} />`;
}

function Filled({ rows, currency }) {
  const active = rows.filter(({ line }) => line.state === "active");
  const saved = rows.filter(({ line }) => line.state !== "active");
  const isWrong = active.some(({ cost }) => cost.problem);
  return html`
    <div class="side-by-side">
      <div class="stack">
        ${active.length > 0 && html`<${Card}><ul class="inside cart-lines">${active.map((it) => html`<${Line} key=${it.line.key} of=${it} currency=${currency} />`)}</ul><//>`}
        ${saved.length > 0 && html`<${Card} title=${t("For another time")}><ul class="inside cart-lines">${saved.map((it) => html`<${Line} key=${it.line.key} of=${it} currency=${currency} />`)}</ul><//>`}
      </div>
      ${active.length > 0 && html`<div class="buy-column"><${Card} title=${t("In all")}><div class="inside stack">
        <${Total} rows=${active} currency=${currency} />
        <p class="quiet">${t("Tax, coupons and the day of the first invoice come at the checkout.")}</p>
        ${isWrong ? html`<p class="notice warn">${t("Take out what has no price first.")}</p>` : html`<a class="button primary wide" href=${to("/checkout")}>${isGuest() ? t("Sign in and order") : t("To the checkout")}</a>`}
      </div><//></div>`}
    </div>`;
}

/** The page. */
export default function Cart() {
  const { currency } = session.value.account;
  const [problem, fail] = useState(null);
  useEffect(() => {
    readCart().catch(fail);
  }, []);
  const { items } = cart.value;
  const read = useLoad(() => priced(items, currency), ["cart", items, currency], { isDerived: true });
  const [last, keep] = useState(null);
  if (read.data && read.data !== last) keep(read.data);
  const shown = read.data || read.error ? read : { data: last ?? undefined };
  return html`
    <${Page} title=${t("Cart")}>
      ${problem ? html`<section class="card"><${Failure} problem=${problem} /></section>` : items.length === 0
        ? html`<section class="card"><${Empty} icon="shopping-cart" title=${t("Your cart is empty")}><p>${isGuest() ? t("What you put into it is kept in this browser, and comes along when you sign in.") : t("What you put into it is kept here until you order it, in whatever browser you are.")}</p><a class="button primary" href=${to("/shop")}>${t("To the shop")}</a><//></section>`
        : html`<${Loaded} of=${shown} bones=${5}>${(rows) => html`<${Filled} rows=${rows} currency=${currency} />`}<//>`}
    <//>`;
}
