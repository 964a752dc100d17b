// After the checkout: that it is ordered, what became of the payment, and what comes next.
import { html } from "../../html.js";
import { useEffect, useState } from "../../../vendor/preact/hooks.js";
import { get, post } from "../../model/api.js";
import { hasCart, put } from "../../model/cart.js";
import { useLoad } from "../../model/load.js";
import { money } from "../../model/money.js";
import { name } from "../../model/name.js";
import { payAt } from "../../model/pay.js";
import { go, here, to } from "../../model/route.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { When } from "../../part/figure.js";
import { Icon } from "../../part/icon.js";
import { Access } from "../../part/access.js";
import { Downloads } from "../../part/downloads.js";
import { Card } from "../../part/page.js";
import { REASONS } from "../../part/paying.js";
import { complain } from "../../part/toast.js";

/** Asks, for a payer who is back, what became of the payment: the gateway may not have told it yet. */
export function useReturn(id) {
  const isBack = Boolean(here.value.query.payment);
  const [isAsked, ask] = useState(false);
  useEffect(() => {
    if (isBack && !isAsked) post(`/orders/${id}/follow`).then(() => ask(true), complain);
  }, [isBack]);
}

const LOST = ["failed", "rejected", "canceled"];
const IN = ["captured", "partly_refunded", "fully_refunded"];
const WAITS = ["initiated", "redirected", "authorized"];

/** Puts what was ordered into the cart once more, and goes there. */
async function again(of) {
  for (const { offer, name, term, quantity, times, resources, action } of of.items) {
    if (action === "add" && offer) await put({ offer, name: name ?? undefined, term: term ?? undefined, quantity: quantity ?? undefined, times, resources });
  }
  go("/cart");
}

const Again = ({ of }) => html`<button type="button" class="link" onClick=${() => again(of).catch(complain)}>${t("Order it again")}</button>`;

/** Begins another payment of an order, and goes where it is paid. */
const payAgain = (of) => post(`/orders/${of.id}/pay`, {}).then((it) => it.payment?.page && payAt(it.payment.page), complain);

/** Whether an order still waits for a payment of which one came to nothing. */
const canTryAgain = ({ state, payment }) => state === "pending" && payment.until && !WAITS.includes(payment.state);

/** What the order waits for, or what became of it. */
export function Payment({ of }) {
  const { payment } = of;
  if (!payment) return null;
  const amount = money(payment.amount);
  const back = [payment.going_back && t("{amount} go back to where they came from.", { amount: money(payment.going_back) }), payment.gone_back && t("{amount} went back to where they came from.", { amount: money(payment.gone_back) })].filter(Boolean);
  if (IN.includes(payment.state)) return html`
    <div class=${`notice ${LOST.includes(of.state) ? "warn" : "good"}`} role="status"><${Icon} name="circle-check" /><p>${LOST.includes(of.state) ? t("{amount} were paid, and the order came to nothing.", { amount }) : t("{amount} are paid.", { amount })} ${back.join(" ")} ${LOST.includes(of.state) && hasCart() && html`<${Again} of=${of} />`}</p></div>`;
  if (canTryAgain(of)) return html`
    <div class="notice bad" role="status"><${Icon} name="circle-alert" /><div class="stack tight"><p>${t("{amount} were not paid. Nothing was taken.", { amount })} ${REASONS[payment.reason]?.()} ${t("You can try again until")} <${When} at=${payment.until} />.</p>
      ${may("order_place") && html`<div><button type="button" class="button small primary" onClick=${() => payAgain(of)}>${t("Try again")}</button></div>`}</div></div>`;
  if (!WAITS.includes(payment.state)) return html`<p class="notice bad" role="status"><${Icon} name="circle-alert" /><span>${t("{amount} were not paid, and the order is called off. Nothing was taken.", { amount })} ${hasCart() && html`<${Again} of=${of} />`}</span></p>`;
  return html`
    <div class="notice warn" role="status"><${Icon} name="clock" /><div class="stack tight"><p>${t("{amount} are to be paid before anybody works on it.", { amount })}${payment.until && html` ${t("Time for it is until")} <${When} at=${payment.until} />.`}</p>
      ${payment.page && may("payment_make") && html`<div><button type="button" class="button small primary" onClick=${() => payAt(payment.page)}>${t("Pay now")}</button></div>`}</div></div>`;
}

/** To who has just ordered. */
export const Thanks = ({ of }) => html`
  <div class="thanks"><span class="seal"><${Icon} name="check" /></span><div><p class="opening strong">${t("Thank you")}</p><p class="quiet">${t("Your order {number} is placed.", { number: String(of.number) })} <a class="under" href=${to("/shop")}>${t("Go on shopping")}</a></p></div></div>`;

/** What the buyer of what is done gets of it at once: where it is, with what one comes in, and what can be downloaded. */
export function Handed({ of }) {
  if (!may("access_read")) return null;
  const done = of.items.filter((it) => it.state === "completed" && it.action === "add" && it.subscription);
  const called = (it) => it.name ?? name(it.offer).value ?? it.offer_name;
  return done.map((it) => html`
    <${Access} key=${it.key} id=${it.subscription} called=${called(it)} />
    <${Downloads} key=${`${it.key} files`} of=${it.subscription} called=${called(it)} />`);
}

/** What comes next for the buyer. */
export function Next({ of }) {
  const { data } = useLoad(async () => (may("billing_account_read") ? (await get("/billing_accounts", { account: of.account })).items.find((it) => it.default) : null), ["ordered next", of.account]);
  const isDone = of.state === "completed";
  const isOver = isDone || of.state === "partial";
  if (LOST.includes(of.state)) return null;
  return html`
    <${Card} title=${t("What happens next")}><ol class="inside path">
      <li class=${isOver ? "done" : "next"}><${Icon} name=${isOver ? "circle-check" : "clock"} /><p>${isDone ? t("What you ordered is yours.") : of.state === "partial" ? t("What could be done of it is yours; the rest cannot be had.") : of.payment && (WAITS.includes(of.payment.state) || canTryAgain(of)) ? t("You pay, and the order goes on by itself.") : t("The seller works on your order. You see here how far it is.")}</p></li>
      <li><${Icon} name="receipt-text" /><p>${data?.next_bill_on && data.state !== "defined" ? html`${t("The next invoice")}: <${When} at=${data.next_bill_on} />` : t("The invoice comes on your next billing day.")}</p></li>
      <li><${Icon} name="repeat" /><p><a class="under" href=${to("/subscriptions")}>${t("Your subscriptions")}</a> ${t("show usage, seats and terms, and let you change or cancel them.")} ${isDone && t("How you reach what you bought, and what can be downloaded, stands there from now on.")}</p></li>
    </ol><//>`;
}
