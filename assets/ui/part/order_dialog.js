// Placing an order: for whom, which offer, on which terms, how many; what it will cost, and what stands in its way.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { all, get, post } from "../model/api.js";
import { useLoad, useStill } from "../model/load.js";
import { listed, name } from "../model/name.js";
import { quantity, typed, written } from "../model/money.js";
import { isCount, unitOf } from "../model/price.js";
import { go, to } from "../model/route.js";
import { isBuyer, isHouse, isOwn, may, session } from "../model/session.js";
import { withTerms } from "../model/shelf.js";
import { local, t } from "../model/text.js";
import { Accepting } from "./accepting.js";
import { AttributeFields, saidOf, useAsked } from "./attributes.js";
import { Choices, isChosen, wished } from "./choices.js";
import { Cost, FirstInvoice, usualTerm } from "./cost.js";
import { Dialog } from "./dialog.js";
import { Field, FormDialog } from "./form.js";
import { Icon } from "./icon.js";
import { AccountPicker } from "./picker.js";
import { say } from "./toast.js";

const FEW = 100;

/** Why an account cannot order, with its name; nothing if it can. */
function stop({ name, state }) {
  switch (state) {
    case "active": return null;
    case "held_administratively": return t("{name} is on hold and can order nothing. Release it first.", { name });
    case "held_for_credit": case "held_for_both": return t("{name} is on hold because invoices are unpaid, and can order nothing. Record its payment, or release it.", { name });
    case "prospective": return t("{name} is not a customer yet. Let it buy first.", { name });
    default: return t("{name} is closed or closing, and orders nothing any more.", { name });
  }
}

const Obstacle = ({ children }) => html`<div class="notice warn" role="status"><${Icon} name="triangle-alert" /><div>${children}</div></div>`;

const sells = (prices, currency) => !currency || prices.length === 0 || prices.some((it) => (it.currency ?? it.price.currency) === currency);

/** Whether an account buys from who sells an offer: customers from their vendor, a vendor itself from the one above it. */
function buysFrom(buyer, { is_kept: isOurs, seller_name: seller }) {
  if (seller && buyer.seller_name) return seller === buyer.seller_name;
  return isOurs === undefined || isHouse() || isOurs !== isOwn(buyer.id);
}

/** What is on the shelf for somebody, with what has no price in the buyer's currency out of reach. */
function Shelf({ buyer, currency, channel, chosen, onChoose }) {
  const [words, type] = useState("");
  const still = useStill(words);
  const read = useLoad(() => get("/search", { q: still, channel, limit: FEW }), ["shelf", still, channel]);
  const [last, keep] = useState({ items: [], total: 0 });
  if (read.data && read.data !== last) keep(read.data);
  const { items: found, total } = read.data ?? last;
  const items = buyer ? found.filter((it) => buysFrom(buyer, it)) : found;
  const isSeveral = new Set(items.map((it) => it.seller_name)).size > 1;
  const text = (it) => [local(it.names), isSeveral && it.seller_name, !sells(it.prices, currency) && t("no price in {currency}", { currency })].filter(Boolean).join(" · ");
  if (read.data && items.length === 0 && total === found.length && !words) return html`
    <${Obstacle}><p>${t("Nothing is on sale yet.")} ${may("catalog_write") && html`<a href=${to("/catalogue")}>${t("Write an offer down")}</a>`}</p><//>`;
  return html`
    ${(total > found.length || words) && html`<${Field} kind="search" label=${t("Find offers")} value=${words} onInput=${(event) => type(event.target.value)} />`}
    <${Field} name="offer" label=${t("Offer")} kind="select" required hint=${total > found.length ? t("The first {count} of {total}: type a word, and it shows those that fit", { count: found.length, total }) : undefined} autofocus value=${chosen} onChange=${(event) => onChoose(event.target.value)}
      options=${[["", t("Choose …")], ...items.map((it) => [it.id, text(it), !sells(it.prices, currency)])]} />`;
}

/** The channels through which some of what the seller has on sale is sold alone; those of one offer if it is chosen already. */
const useChannels = (offer) => useLoad(async () => {
  if (offer || !may("catalog_read")) return offer?.channels ?? [];
  const sold = await all("/offers", { state: "launched", fields: "channels" });
  return [...new Set(sold.flatMap((it) => it.channels ?? []))].sort();
}, ["channels", offer?.id], { isDerived: true }).data ?? offer?.channels ?? [];

/** To which of the account's billing accounts it goes, if there are several. */
const BilledTo = ({ all, at, onChoose }) => all.length > 1 && html`
  <${Field} name="billing_account" label=${t("Billed to")} kind="select" value=${at?.id} onChange=${(event) => onChoose(event.target.value)} options=${all.map((it) => [it.id, `${it.name} · ${it.currency}`])} />`;

/** The subscription that an addition adds to; `onFound` hears the first that there is, `onPick` which one is chosen. */
export function Below({ of, account, onFound, onPick = () => {} }) {
  const read = useLoad(async () => {
    const { items } = await get("/subscriptions", { account: account.id, offer: of.adds_to, state: "active", limit: 100 });
    onFound(items[0]?.id ?? null);
    return items;
  }, ["below", account.id, of.adds_to]);
  const [found, text] = [read.data, name(of.adds_to).value ?? "…"];
  if (!found) return null;
  if (found.length === 0) return html`<${Obstacle}><p>${t("{offer} adds to {other}, which {name} does not have.", { offer: local(of.name), other: text, name: account.name })}</p><//>`;
  return html`<${Field} name="parent" label=${t("Adds to")} kind="select" onChange=${(event) => onPick(event.target.value)} options=${found.map((it) => [it.id, `${it.name ?? text} · ${it.number}`])} />`;
}

function Amounts({ of, amounts, onType }) {
  const read = useLoad(() => listed("/resources"), ["resources"]);
  return of.resources.map((it) => {
    const resource = read.data?.get(it.resource);
    return resource && html`
      <${Field} key=${it.resource} kind="decimal" label=${`${local(resource.name)} (${unitOf(resource)})`} value=${amounts[it.resource] ?? written(it.included ?? "")}
        hint=${t("{amount} in the price", { amount: quantity(it.included) })} onInput=${(event) => onType({ ...amounts, [it.resource]: event.target.value })} />`;
  });
}

/** The terms of use of an offer, to be accepted by who orders it for a buyer. */
const TermsOfUse = ({ of: { id, terms_of_use }, buyer }) => html`
  <${Accepting} of=${terms_of_use} offer=${id} says=${isOwn(buyer.id) ? undefined : t("{name} accepts these terms of use", { name: buyer.name })} />`;

/** What an account orders of an offer. */
function Wish({ of, account, billed, channel, isForetold, onWish, wish, coupon }) {
  const set = (part) => onWish({ ...wish, ...part });
  const isRight = isCount(wish.quantity);
  const usual = usualTerm(of);
  // Of whom nobody knows where it is, nobody knows the tax: its invoice is not foretold.
  const country = (billed?.address ?? account?.address)?.country ?? undefined;
  const choice = { term: (wish.term ?? usual) || undefined, quantity: Number(typed(wish.quantity)), resources: amountsOf(wish), characteristics: wished(of, wish.chosen) };
  return html`
    ${of.adds_to && account && html`<${Below} of=${of} account=${account} onFound=${(first) => set({ isStopped: !first })} />`}
    <div class="pair">
      ${of.terms.length > 0 && html`<${Field} name="term" label=${t("Term")} kind="select" value=${wish.term ?? usual} onChange=${(event) => set({ term: event.target.value })}
        options=${[...(usual ? [] : [["", t("none")]]), ...of.terms.map((it) => [it.key, local(it.name) || it.key])]} />`}
      <${Field} label=${t("Quantity")} kind="decimal" value=${wish.quantity} fault=${isRight ? undefined : t("A whole number from 1 to 999,999")} onInput=${(event) => set({ quantity: event.target.value.trim() })} />
    </div>
    <${Choices} of=${of} chosen=${wish.chosen} onChoose=${(chosen) => set({ chosen })} />
    ${of.resources.length > 0 && may("catalog_read") && html`<div class="pair"><${Amounts} of=${of} amounts=${wish.resources} onType=${(resources) => set({ resources })} /></div>`}
    ${account && billed && isRight && html`
      <${Cost} offer=${of} wish=${{ ...choice, currency: billed.currency, country }} />
      ${isForetold && country && !of.adds_to && html`<${FirstInvoice} order=${{ account: account.id, channel, billing_account: billed.id, items: [{ offer: of.id, ...choice }], coupons: coupon ? [coupon] : [] }} />`}`}`;
}

const amountsOf = (wish) => Object.fromEntries(Object.entries(wish.resources).map(([id, it]) => [id, typed(it)]).filter(([, it]) => it !== null));

const BLANK = { quantity: "1", resources: {}, chosen: {}, isStopped: false };

/** The dialog; `account` or `offer` may be chosen already. Who only buys orders for itself. */
export function OrderDialog({ account, ...rest }) {
  const own = { state: "active", ...session.value.account };
  const isForSelf = !account && isBuyer();
  const read = useLoad(async () => (isForSelf && may("account_read") ? get(`/accounts/${own.id}`) : own), ["orderer", own.id]);
  if (isForSelf && !read.data && !read.error) return null;
  return html`<${Order} account=${isForSelf ? read.data ?? own : account} ...${rest} />`;
}

function Order({ account, offer, onClose }) {
  const [buyer, pick] = useState(account ?? null);
  const [chosen, choose] = useState(offer?.id ?? "");
  const [billedTo, bill] = useState("");
  const [wish, want] = useState(BLANK);
  const [coupon, bring] = useState("");
  const channels = useChannels(offer);
  const [through, come] = useState(offer?.channels?.[0] ?? "");
  const channel = through || undefined;
  const accounts = useLoad(async () => (buyer && may("billing_account_read") ? (await get("/billing_accounts", { account: buyer.id })).items : []), ["billed", buyer?.id]).data ?? [];
  const of = useLoad(async () => (chosen ? get(`/offers/${chosen}`) : null), ["chosen", chosen]).data;
  const billed = accounts.find((it) => it.id === billedTo) ?? accounts.find((it) => it.default) ?? accounts[0];
  const why = buyer && stop(buyer);
  const isUnpriced = of && billed && !sells(of.prices, billed.currency);
  const asked = useAsked("order", buyer?.seller);
  const askedOfIt = useAsked("subscription", buyer?.seller);
  const terms = useLoad(async () => (of ? withTerms(of) : []), ["terms of", of?.id], { isDerived: true }).data;
  const place = async ({ parent, billing_account, attributes, coupons, name: called, item: said }) => {
    const item = { offer: chosen, name: called || undefined, quantity: Number(typed(wish.quantity)), term: wish.term || undefined, resources: amountsOf(wish), characteristics: wished(of, wish.chosen), parent, attributes: saidOf(said?.attributes) };
    const accepted_terms = terms.map(({ id, terms_of_use }) => ({ offer: id, version: terms_of_use.version }));
    const order = await post("/orders", { account: buyer.id, channel, billing_account, items: [item], coupons, accepted_terms, attributes: saidOf(attributes) });
    say(t("Order {number} is placed", { number: order.number }));
    go(`/orders/${order.id}`);
  };
  const title = account ? t("New order for {name}", { name: account.name }) : t("New order");
  if (account && why) return html`<${Dialog} title=${title} onClose=${onClose}><div class="inside"><${Obstacle}><p>${why}</p><//></div><//>`;
  const isOff = !buyer || !of || !terms || Boolean(why) || isUnpriced || wish.isStopped || !isCount(wish.quantity) || !isChosen(of, wish.chosen);
  // Who orders for itself is told on the button that it will have to pay.
  const willPay = buyer && isOwn(buyer.id) && (of?.prices.length > 0 || of?.bundle.length > 0);
  return html`
    <${FormDialog} title=${title} onClose=${onClose} onSend=${place} send=${willPay ? t("Order with obligation to pay") : t("Place the order")} isOff=${isOff}>
      ${!account && html`<${AccountPicker} onPick=${pick} />`}
      ${why && html`<${Obstacle}><p>${why} <a href=${to(`/accounts/${buyer.id}`)}>${t("Show it")}</a></p><//>`}
      ${!why && html`
        <${BilledTo} all=${accounts} at=${billed} onChoose=${bill} />
        ${channels.length > 0 && html`<${Field} name="channel" label=${t("Channel")} kind="select" value=${through} onChange=${(event) => { come(event.target.value); if (!offer) { choose(""); want(BLANK); } }}
          hint=${t("What is sold through others alone is not to be had.")} options=${[...(offer ? [] : [["", t("none")]]), ...channels.map((it) => [it, it])]} />`}
        ${offer ? html`<p class="strong">${local(offer.name)}</p>` : html`<${Shelf} buyer=${buyer} currency=${billed?.currency} channel=${channel} chosen=${chosen} onChoose=${(id) => { choose(id); want(BLANK); }} />`}
        ${isUnpriced
          ? html`<${Obstacle}><p>${t("{offer} has no price in {currency}, in which {name} is billed.", { offer: local(of.name), currency: billed.currency, name: buyer.name })}
              ${may("catalog_write") && html` <a href=${to(`/catalogue/${of.id}`)}>${t("Add one")}</a>`}</p><//>`
          : of && html`<${Wish} key=${of.id} of=${of} account=${buyer} billed=${billed} channel=${channel} wish=${wish} onWish=${want} coupon=${coupon} isForetold=${![...asked, ...askedOfIt].some((it) => it.required)} />`}
        ${of && html`
          <${Field} name="name" label=${t("Name")} hint=${t("It stands in lists and on invoices, such as the domain")} />
          <${Field} name="coupons/0" label=${t("Coupon")} autocomplete="off" value=${coupon} onInput=${(event) => bring(event.target.value.trim())} />
          <${AttributeFields} asked=${asked} />
          <${AttributeFields} asked=${askedOfIt} below="item/" label=${t("What is asked of the subscription")} />
          ${buyer && terms?.map((it) => html`<${TermsOfUse} key=${it.id} of=${it} buyer=${buyer} />`)}`}`}
    <//>`;
}
