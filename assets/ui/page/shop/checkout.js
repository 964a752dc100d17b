// The checkout: who is billed, where parcels go, coupons, terms of use and how it is paid, beside what the first invoice will say.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get, workOut } from "../../model/api.js";
import { boughtNow, cart, orderAll, orderNow, payFirst, readCart } from "../../model/cart.js";
import { useLoad, useStill } from "../../model/load.js";
import { isNothing, money } from "../../model/money.js";
import { payAt } from "../../model/pay.js";
import { go, here, to } from "../../model/route.js";
import { may, session } from "../../model/session.js";
import { local, t } from "../../model/text.js";
import { day, today } from "../../model/time.js";
import { Accepting } from "../../part/accepting.js";
import { AddressFields, addressLine } from "../../part/address.js";
import { AttributeFields, saidOf, useAsked } from "../../part/attributes.js";
import { inWords } from "../../part/choices.js";
import { Days, isByUse } from "../../part/cost.js";
import { Field, Form } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Card, Page } from "../../part/page.js";
import { Empty, Loaded } from "../../part/still.js";
import { say } from "../../part/toast.js";
import { Keep } from "../account/payment_methods.js";
import { priced, Total } from "./cart.js";

/** A line as it stands in an order. */
function itemOf({ offer, name, term, times, plan, quantity, resources, characteristics, parent }) {
  const given = Object.entries({ offer, name, term, times, plan, quantity, resources, characteristics, parent }).filter(([, it]) => it !== null && it !== undefined);
  return Object.fromEntries(given);
}

function Step({ number, title, children }) {
  return html`
    <section class="card step"><header><h2><span class="number" aria-hidden="true">${number}</span>${title}</h2></header><div class="inside stack">${children}</div></section>`;
}

function Choices({ name, label, of, at, onChoose }) {
  return html`
    <fieldset class="choices"><legend class="unseen">${label}</legend>${of.map(([key, text, note, isOff]) => html`
      <label key=${key} class=${`choice ${key === at ? "on" : ""}`}><input type="radio" name=${name} value=${key} checked=${key === at} disabled=${isOff} onChange=${() => onChoose(key)} />
        <span><span class="strong">${text}</span>${note && html`<small>${note}</small>`}</span></label>`)}</fieldset>`;
}

/** Where parcels go: to an address that is known of the account, or to one that is said. */
function DeliverTo({ known, at, country, onChoose }) {
  const isNew = at === "new" || known.length === 0;
  return html`
    ${known.length > 0 && html`<${Choices} name="destination" label=${t("Where it is sent")} at=${at} onChoose=${onChoose} of=${[
      ...known.map((it, place) => [String(place), it.recipient, addressLine(it.address)]),
      ["new", t("Another address"), t("for this order alone")],
    ]} />`}
    ${isNew && html`
      <${Field} name="deliver_to/recipient" label=${t("Recipient")} value=${session.value.account.name} required autocomplete="off" />
      <${AddressFields} name="deliver_to/address" of=${{ country }} isWhole />
      <${Field} name="deliver_to/phone" label=${t("Phone")} kind="tel" hint=${t("Whom the carrier may call; you need not say")} autocomplete="off" />`}`;
}

/** What the first invoice will say of it. */
function First({ of }) {
  const [invoice] = of.invoices;
  if (!invoice || invoice.lines.length === 0) return html`<p class="quiet">${t("Nothing of it is charged on the invoices of the next two years.")}</p>`;
  return html`
    <div class="stack tight">
      <h3>${t("First invoice, {day}", { day: day(invoice.on) })}</h3>
      <dl class="sums wide">
        ${invoice.lines.map((it) => html`<div key=${it.id}><dt>${it.text} <${Days} of=${it} /></dt><dd>${money(it.net)}</dd></div>`)}
        <div><dt>${t("Net")}</dt><dd>${money(invoice.net)}</dd></div>
        ${!isNothing(invoice.tax) && html`<div><dt>${t("Tax")}</dt><dd>${money(invoice.tax)}</dd></div>`}
        <div class="total"><dt>${t("To pay")}</dt><dd>${money(invoice.gross)}</dd></div>
      </dl>
    </div>`;
}

/** What is ordered and what it comes to, as far as it can be said. */
function Summary({ rows, currency, preview, isAlone }) {
  return html`
    <${Card} title=${t("Your order")} actions=${html`<a class="button small" href=${to(isAlone ? `/shop/${rows[0].offer.id}` : "/cart")}>${t("Change it")}</a>`}><div class="inside stack">
      <ul class="stack tight">${rows.map(({ line, offer }) => html`<li class="row between nowrap" key=${line.key}><span>${line.quantity > 1 && html`<span class="strong">${line.quantity} × </span>`}${line.name ?? local(offer.name)}${Object.keys(line.characteristics ?? {}).length > 0 && html`<br /><small>${inWords(line.characteristics, offer.characteristics)}</small>`}</span><small>${local(offer.terms.find((it) => it.key === line.term)?.name)}</small></li>`)}</ul>
      <${Total} rows=${rows} currency=${currency} />
      <div aria-live="polite">${preview.data ? html`<${First} of=${preview.data} />` : preview.error ? html`<p class="quiet">${t("What the first invoice says is not known yet.")}</p>` : html`<span class="bone"></span>`}</div>
    </div><//>`;
}

/** Why no order can be placed, of a refusal that no field shows. */
const Why = ({ of }) => of && html`<div class="notice warn" role="status"><${Icon} name="triangle-alert" /><p>${of.errors?.length ? of.errors.map((it) => it.message).join("; ") : of.message}</p></div>`;

function Steps({ rows, isAlone, billed: accounts, methods: onFile, pages, currency }) {
  const { id: account } = session.value.account;
  const [billedTo, bill] = useState((accounts.find((it) => it.default) ?? accounts[0])?.id);
  const [coupon, bring] = useState("");
  const [methods, keep] = useState(onFile);
  const [isKeeping, ask] = useState(false);
  const [how, pay] = useState(methods.find((it) => it.default)?.id ?? "invoice");
  const [sentTo, send] = useState("0");
  const asked = useAsked("order");
  const billed = accounts.find((it) => it.id === billedTo);
  // Of several gateways one is chosen; a single one is taken.
  const isNow = how.startsWith("now");
  const gateway = pages.find((it) => how === `now ${it.gateway}`)?.gateway;
  const still = useStill(coupon, 300);
  const supposed = { account, channel: isAlone ? rows[0].line.channel : cart.value.channel, billing_account: billedTo, items: rows.map(({ line }) => itemOf(line)), coupons: still ? [still] : [] };
  const preview = useLoad(() => workOut("/orders/preview", supposed), ["preview", supposed], { isDerived: true });
  // The parts of a bundle have terms of use, too; what is ordered itself has its own before those are known.
  const own = new Map(rows.filter(({ offer }) => offer.terms_of_use).map(({ offer }) => [offer.id, { offer: offer.id, offer_name: offer.name, ...offer.terms_of_use }]));
  const withTerms = preview.data?.terms_of_use ?? [...own.values()];
  const accepted = withTerms.map(({ offer, version }) => ({ offer, version }));
  const [first] = preview.data?.invoices ?? [];
  const isFree = rows.every(({ cost }) => !cost.problem && cost.rhythms.length === 0 && !isByUse(cost));
  // Who orders nothing that is sent is asked nothing of it.
  const known = preview.data?.destinations;
  // Nobody orders before what it costs is seen, or cannot be known.
  const ofCoupon = preview.error?.name === "coupon_forbids" || preview.error?.errors?.some((it) => it.pointer.startsWith("/coupons"));
  const place = async ({ external_id, attributes, deliver_to }) => {
    const said = { billing_account: billedTo, external_id, coupons: coupon ? [coupon] : [], accepted_terms: accepted, attributes: saidOf(attributes), deliver_to: known ? deliver_to ?? known[Number(sentTo)] : undefined };
    if (methods.some((it) => it.id === how)) said.payment_method = how;
    const pays = isNow && canPayNow;
    const order = isAlone ? await orderNow({ ...supposed, ...said }, pays, gateway) : pays ? await payFirst(said, gateway) : await orderAll(said);
    if (order.payment?.page) return payAt(order.payment.page);
    say(t("Order {number} is placed", { number: String(order.number) }));
    go(`/orders/${order.id}`, { placed: 1 });
  };
  // What is charged today can be paid first, whenever its invoice is made. Where one can pay now, that has its place
  // before it is known: nothing moves under somebody who goes on to the button.
  const payFirstOf = preview.data?.pay_first;
  const canPayNow = may("payment_make") && Boolean(payFirstOf);
  const isLater = first && !payFirstOf && first.on > today();
  const payNow = ({ gateway: key, name }, _, { length }) => {
    const isOnly = length === 1;
    const text = !canPayNow ? (isOnly ? t("Pay now") : t("Pay now by {name}", { name }))
      : isOnly ? t("Pay {amount} now", { amount: money(payFirstOf) }) : t("Pay {amount} now by {name}", { amount: money(payFirstOf), name });
    const note = isLater ? t("nothing is charged today; the first invoice is made on {day}", { day: day(first.on) })
      : isOnly ? t("on the page of the payment service; the order goes on when it is paid") : t("on its page, which asks for what it needs; the order goes on when it is paid");
    return [isOnly ? "now" : `now ${key}`, text, note, !canPayNow];
  };
  const ways = [
    ...methods.map((it) => [it.id, it.name, t("on file: taken when an invoice is due")]),
    ["invoice", t("On invoice"), t("by bank transfer, when the invoice is due")],
    ...(may("payment_make") ? pages.map(payNow) : []),
  ];
  const steps = [
    [t("Who is billed"), html`
          ${accounts.length > 1
            ? html`<${Choices} name="billing_account" label=${t("Billed to")} at=${billedTo} onChoose=${bill} of=${accounts.map((it) => [it.id, `${it.name} · ${it.currency}`, addressLine(it.address)])} />`
            : html`<p><span class="strong">${session.value.account.name}</span>${billed?.address && html`<br /><span class="quiet">${addressLine(billed.address)}</span>`}</p>`}
          <${Field} name="external_id" label=${t("Your own reference")} hint=${t("Such as the number of your purchase order; you need not say")} />
          <${AttributeFields} asked=${asked} />`],
    known && [t("Where it is sent"), html`<${DeliverTo} known=${known} at=${sentTo} country=${known[0]?.address.country ?? billed?.address?.country} onChoose=${send} />`],
    [t("Have you got a coupon?"), html`
          <${Field} label=${t("Code")} autocomplete="off" value=${coupon} onInput=${(event) => bring(event.target.value.trim())} fault=${ofCoupon ? (preview.error.errors?.[0]?.message ?? preview.error.message) : undefined} />
          ${still && preview.data && html`<p class="text good" role="status">${t("It counts: see the first invoice.")}</p>`}`],
    withTerms.length > 0 && [t("Terms of use"), withTerms.map((it) => html`<${Accepting} key=${it.offer} of=${it} offer=${it.offer} name=${it.offer_name} />`)],
    [t("How you pay"), html`
          <${Choices} name="how" label=${t("How you pay")} at=${isNow && !canPayNow ? "invoice" : how} onChoose=${pay} of=${ways} />
          ${may("payment_method_write") && html`<div><button type="button" class="button small" onClick=${() => ask(true)}><${Icon} name="plus" />${t("Another means of payment")}</button></div>`}`],
  ].filter(Boolean);
  return html`
    <div class="checkout">
      <${Form} onSend=${place} send=${isNow && canPayNow ? t("Order and pay") : isFree ? t("Place the order") : t("Order with obligation to pay")} isOff=${preview.error ? ofCoupon : !preview.data}>
        <div class="stack">
          ${steps.map(([title, inside], at) => html`<${Step} key=${title} number=${String(at + 1)} title=${title}>${inside}<//>`)}
          ${preview.error && !ofCoupon && (preview.error.name !== "tax_undetermined" || may("tax_write")) && html`<${Why} of=${preview.error} />`}
        </div>
        <div class="buy-column"><${Summary} rows=${rows} currency=${currency} preview=${preview} isAlone=${isAlone} /></div>
      <//>
      ${isKeeping && html`<${Keep} account=${session.value.account} onClose=${() => ask(false)} onKept=${(it) => { keep([...methods, it]); pay(it.id); }} />`}
    </div>`;
}

/** The page. */
export default function Checkout() {
  const { currency, id } = session.value.account;
  // What is in the cart when one comes is what is ordered, until one goes back to it.
  const read = useLoad(async () => {
    await readCart();
    const alone = here.value.query.now && boughtNow();
    const lines = alone ? [alone] : cart.value.items.filter((it) => it.state === "active");
    const [rows, billed, methods, pages] = await Promise.all([
      priced(lines, currency),
      may("billing_account_read") ? get("/billing_accounts", { account: id }).then((it) => it.items) : [],
      may("payment_method_read") ? get(`/accounts/${id}/payment_methods`).then((it) => it.items.filter(({ state }) => state === "active")) : [],
      may("payment_method_read") ? get(`/accounts/${id}/ways_to_pay`).then((it) => it.items.filter(({ way }) => way === "page")) : [],
    ]);
    return { rows, billed, methods, pages, isAlone: Boolean(alone) };
  }, ["checkout"], { isDerived: true });
  return html`
    <${Page} title=${t("Checkout")} crumbs=${[["/cart", t("Cart")]]}>
      <${Loaded} of=${read} bones=${6}>${(found) => found.rows.length === 0
        ? html`<section class="card"><${Empty} icon="shopping-cart" title=${t("Your cart is empty")}><a class="button primary" href=${to("/shop")}>${t("To the shop")}</a><//></section>`
        : html`<${Steps} ...${found} currency=${currency} />`}<//>
    <//>`;
}
