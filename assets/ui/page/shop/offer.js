// One offer as a buyer looks at it: what it is, its plans side by side, what the choice costs, and what others say of it.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get } from "../../model/api.js";
import { buyNow, cart, hasCart, put } from "../../model/cart.js";
import { useLoad, useStill } from "../../model/load.js";
import { listed, remember } from "../../model/name.js";
import { typed, written } from "../../model/money.js";
import { called, isCount, unitOf } from "../../model/price.js";
import { go, to } from "../../model/route.js";
import { isGuest, leave, may, session } from "../../model/session.js";
import { boughtWith, withTerms } from "../../model/shelf.js";
import { local, t } from "../../model/text.js";
import { span } from "../../model/time.js";
import { Choices, isChosen, wished } from "../../part/choices.js";
import { Cost, costOf, isBundle, priceless, Rhythms, usualTerm } from "../../part/cost.js";
import { Named } from "../../part/figure.js";
import { Field } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Below } from "../../part/order_dialog.js";
import { Card, Facts, Page } from "../../part/page.js";
import { Rating } from "../../part/stars.js";
import { Loaded } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";
import { Calculator } from "../offer/calculator.js";
import { Prices } from "../offer/prices.js";
import { Promises } from "../offer/promises.js";
import { CompareSwitch, OfferCard, Tile } from "./card.js";
import { Reviews } from "./reviews.js";

const FEW = 4;

/** What a term binds one to, in a few words. */
export const bindsTo = (it) => [it.duration ? span(it.duration) : t("open-ended"), it.auto_renew ? t("renews by itself") : t("ends by itself")].join(" · ");

function Plan({ of, offer, wish, at, onChoose }) {
  const choice = { ...wish, term: of.key, isOwn: true };
  const read = useLoad(() => costOf(offer, choice), ["plan", offer.id, choice], { isDerived: true });
  const isOn = at === of.key;
  return html`
    <label class=${`plan ${isOn ? "on" : ""}`}>
      <input type="radio" name="plan" value=${of.key} checked=${isOn} onChange=${() => onChoose(of.key)} />
      <span class="row between"><span class="strong">${local(of.name) || of.key}</span>${of.trial && html`<span class="badge good">${t("{span} free", { span: span(of.trial) })}</span>`}</span>
      <span>${read.data ? html`<${Rhythms} of=${read.data} />` : read.error ? html`<small>${priceless(read.error, wish.currency)}</small>` : "…"}</span>
      <small>${bindsTo(of)}</small>
    </label>`;
}

/** The ways of committing to it, each with what it costs. */
const Plans = ({ offer, wish, at, onChoose }) => html`
  <${Card} title=${t("Choose a plan")}>
    <div class="inside"><div class="plans" role="radiogroup" aria-label=${t("Plans")}>${offer.terms.map((it) => html`
      <${Plan} key=${it.key} of=${it} offer=${offer} wish=${wish} at=${at} onChoose=${onChoose} />`)}</div></div>
  <//>`;

/** How much of each resource: what is in the price, and more of it. */
function Amounts({ of, amounts, onType }) {
  const priceOf = (it) => of.prices.find(({ resource }) => resource === it.resource);
  return of.resources.filter((it) => !it.term && priceOf(it)).map((it) => {
    const price = priceOf(it);
    return html`
      <${Field} key=${it.resource} kind="decimal" label=${price.unit ? `${called(price)} (${unitOf(price)})` : called(price)} value=${amounts[it.resource] ?? written(it.included ?? "0")}
        hint=${it.max ? t("{from} to {to}", { from: written(it.min ?? it.included ?? "0"), to: written(it.max) }) : undefined} onInput=${(event) => onType({ ...amounts, [it.resource]: event.target.value })} />`;
  });
}

/** A number of pieces with a step down and a step up. */
export function Stepper({ value, onChange, name, small = false }) {
  const number = isCount(value) ? Number(typed(value)) : 1;
  const set = (it) => onChange(String(Math.min(999999, Math.max(1, it))));
  return html`
    <div class=${`stepper ${small ? "small" : ""}`} role="group" aria-label=${name}>
      <button type="button" aria-label=${t("One less")} disabled=${number <= 1} onClick=${() => set(number - 1)}>−</button>
      <input name="quantity" inputmode="numeric" aria-label=${name} aria-invalid=${isCount(value) ? undefined : "true"} value=${value} onInput=${(event) => onChange(event.target.value)} />
      <button type="button" aria-label=${t("One more")} onClick=${() => set(number + 1)}><${Icon} name="plus" /></button>
    </div>`;
}

/** That it lies in the cart, and the way to what comes next. */
function InCart({ offer }) {
  const isIn = cart.value.items.some((it) => it.state === "active" && it.offer === offer);
  return isIn && html`<p class="notice good" role="status"><${Icon} name="circle-check" /><span>${t("It is in your cart.")} <a href=${to("/cart")}>${t("To the cart")}</a></span></p>`;
}

/** The choice, what it costs, and the way into the cart. */
function Choice({ offer, terms, wish, quantity, onCount, amounts, onType, chosen, onChoose, country }) {
  const [parent, below] = useState(null);
  const [isBusy, wait] = useState(false);
  const own = session.value.account;
  const isPriced = offer.prices.length === 0 || isBundle(offer) || offer.prices.some((it) => it.currency === wish.currency);
  const [isCosted, know] = useState(true);
  const isRight = isCount(quantity) && isChosen(offer, chosen) && isPriced && isCosted && !(offer.adds_to && !parent);
  const add = async (isNow) => {
    wait(true);
    try {
      const resources = Object.keys(wish.resources).length > 0 ? wish.resources : undefined;
      const line = { offer: offer.id, term: wish.term, quantity: wish.quantity, resources, characteristics: wish.characteristics, parent: parent ?? undefined };
      if (isNow && !isGuest()) {
        buyNow(line);
        return go("/checkout", { now: 1 });
      }
      await put(line);
      if (isNow) return leave();
      say(t("It is in your cart"), local(offer.name));
    } catch (problem) {
      complain(problem);
    }
    wait(false);
  };
  const still = useStill(JSON.stringify(wish));
  return html`
    <section class="card buy" aria-label=${t("Your choice")}>
      <div class="inside stack">
        <div class="row between"><span class="strong">${t("Quantity")}</span><${Stepper} name=${t("Quantity")} value=${quantity} onChange=${onCount} /></div>
        <${Choices} of=${offer} chosen=${chosen} onChoose=${onChoose} />
        <${Amounts} of=${offer} amounts=${amounts} onType=${onType} />
        ${offer.adds_to && hasCart() && !isGuest() && html`<${Below} of=${offer} account=${own} onFound=${(first) => below(first)} onPick=${below} />`}
        ${!isPriced ? html`<p class="notice warn"><${Icon} name="triangle-alert" />${t("It has no price in {currency}, in which you are billed.", { currency: wish.currency })}</p>`
          : isCount(quantity) ? html`<${Cost} offer=${offer} wish=${{ ...JSON.parse(still), country, account: country && !offer.is_kept ? own.id : undefined }} onKnown=${know} />` : html`<p class="quiet">${t("A whole number from 1 to 999,999")}</p>`}
        <${InCart} offer=${offer.id} />
        ${offer.adds_to && isGuest() ? html`<p class="notice info">${t("It adds to something that you have already.")} <button type="button" class="link" onClick=${() => leave()}>${t("Sign in to order it")}</button></p>`
        : hasCart() ? html`
          <div class="stack tight">
            <button type="button" class="button primary wide" disabled=${!isRight || isBusy} onClick=${() => add(false)}><${Icon} name="shopping-cart" />${t("Add to cart")}</button>
            <button type="button" class="button wide" disabled=${!isRight || isBusy} onClick=${() => add(true)}>${t("Buy now")}</button>
          </div>
          ${terms?.length > 0 && html`<small>${t("Its terms of use are accepted at the checkout.")}</small>`}`
          : html`<p class="notice info">${t("This is how a buyer sees it.")} <a href=${to(`/catalogue/${offer.id}`)}>${t("To your catalogue")}</a></p>`}
      </div>
    </section>`;
}

const Inside = ({ of }) => html`
  <${Card} title=${t("What is in it")}>${of.parts_discount && of.parts_discount !== "100" && html`<p class="inside">${t("They cost {percent} % less in it.", { percent: written(of.parts_discount) })}</p>`}<ul class="inside parts">${of.bundle.map((it) => html`
    <li key=${it.offer}><${Icon} name="check" /><span>${it.default > 1 && html`<span class="strong">${it.default} × </span>`}<${Named} id=${it.offer} /></span></li>`)}</ul><//>`;

const TermsOfUse = ({ of: { title, version, url, text } }) => html`
  <${Card} title=${local(title) || t("Terms of use")}><div class="inside stack tight">
    ${text && html`<p class="letter">${local(text)}</p>`}
    <p class="quiet">${t("Version {version}", { version })}${url && html` · <a href=${url} target="_blank" rel="noopener noreferrer">${t("Read them")}</a>`}</p></div><//>`;

/** What else one may want: what others bought with it, or what stands beside it. */
function More({ of, currency }) {
  const { data } = useLoad(() => boughtWith(of, FEW), ["more", of.id], { isDerived: true });
  if (!data?.length) return null;
  return html`
    <section class="stack"><h2>${t("You may also want")}</h2>
      <div class="offers shelf">${data.map((it) => html`<${OfferCard} key=${it.id} of=${it} currency=${currency} level="h3" />`)}</div></section>`;
}

/** Whether who is here has bought it. */
const useHas = (id) => useLoad(async () => (may("subscription_read") ? (await get("/subscriptions", { account: session.value.account.id, offer: id, limit: 1 })).items.length > 0 : false), ["has", id]).data;

function Shown({ of }) {
  const { currency, id: own } = session.value.account;
  const usual = usualTerm(of) || of.terms[0]?.key || "";
  const [term, bind] = useState(usual);
  const [quantity, onCount] = useState("1");
  const [amounts, onType] = useState({});
  const [chosen, onChoose] = useState({});
  const country = useLoad(async () => (may("account_read") ? (await get(`/accounts/${own}`, { fields: "address" })).address?.country : undefined), ["buyer in"]).data ?? undefined;
  const categories = useLoad(() => listed("/categories"), ["category names"]).data;
  const has = useHas(of.id);
  const terms = useLoad(() => withTerms(of), ["terms of", of.id], { isDerived: true }).data;
  const resources = Object.fromEntries(Object.entries(amounts).map(([id, it]) => [id, typed(it)]).filter(([, it]) => it !== null));
  const wish = { currency, term: term || undefined, quantity: isCount(quantity) ? Number(typed(quantity)) : 1, resources, characteristics: wished(of, chosen) };
  const inCurrency = { ...of, is_kept: false, prices: of.prices.filter((it) => it.currency === currency) };
  const names = of.categories.map((it) => local(categories?.get(it)?.name)).filter(Boolean);
  return html`
    <${Page} title=${local(of.name)} crumbs=${[["/shop", t("Shop")], ...names.slice(0, 1).map((it) => [`/shop?category=${encodeURIComponent(it)}`, it])]}>
      <div class="hero"><${Tile} name=${local(of.name)} among=${names[0] ?? local(of.name)} kind="great" />
        <div class="stack tight">${of.summary && html`<p class="opening">${local(of.summary)}</p>`}
          <div class="row">${of.rating?.count > 0 && html`<a href="#reviews"><${Rating} of=${of.rating} /></a>`}
            ${of.seller_name && html`<span class="quiet">${t("sold by {name}", { name: of.seller_name })}</span>`}
            ${has && html`<span class="badge good"><${Icon} name="check" />${t("You have it")}</span>`}
            <${CompareSwitch} id=${of.id} name=${local(of.name)} /></div></div></div>
      <div class="side-by-side product">
        <div class="stack">
          ${of.terms.length > 1 && html`<${Plans} offer=${of} wish=${wish} at=${term} onChoose=${bind} />`}
          ${of.description && html`<${Card} title=${t("About")}><div class="inside"><p class="letter">${local(of.description)}</p></div><//>`}
          ${isBundle(of) && html`<${Inside} of=${of} />`}
          ${inCurrency.prices.length > 0 && html`<${Prices} offer=${{ ...inCurrency, prices: inCurrency.prices.filter((it) => !it.term || it.term === term) }} />`}
          ${inCurrency.prices.some((it) => it.kind === "usage") && html`<${Calculator} offer=${inCurrency} />`}
          <${Promises} id=${of.id} />
          ${terms?.map((it) => html`<${TermsOfUse} key=${it.id} of=${it.terms_of_use} />`)}
          <div id="reviews"><${Reviews} offer=${of.id} canSay=${has && may("review_write")} /></div>
        </div>
        <div class="stack buy-column">
          <${Choice} offer=${of} terms=${terms} wish=${wish} quantity=${quantity} onCount=${onCount} amounts=${amounts} onType=${onType} chosen=${chosen} onChoose=${onChoose} country=${country} />
          <${Card}><div class="inside"><${Facts} of=${[
            [t("Term"), of.terms.length === 1 && [local(of.terms[0].name), bindsTo(of.terms[0])].filter(Boolean).join(" · ")],
            [t("Adds to"), of.adds_to && html`<${Named} id=${of.adds_to} />`],
            [t("Categories"), names.join(", ")],
            [t("Part number"), of.part_number],
            [t("Prices"), of.freeze_prices ? t("stay as they were at the beginning") : t("follow changes")],
          ]} /></div><//>
        </div>
      </div>
      <${More} of=${of} currency=${currency} />
    <//>`;
}

/** The page. */
export default function Offered({ id }) {
  const read = useLoad(() => get(`/offers/${id}`), ["offered page", id]);
  return html`<${Loaded} page of=${read} bones=${8}>${(of) => {
    remember(of.id, of.name);
    return html`<${Shown} key=${of.id} of=${of} />`;
  }}<//>`;
}
