// After the checkout: that it is ordered, what became of the payment, and what comes next.
import { html } from "../../html.js";
import { useEffect, useState } from "../../../vendor/preact/hooks.js";
import { get, post } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { money } from "../../model/money.js";
import { payAt } from "../../model/pay.js";
import { here, to } from "../../model/route.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { When } from "../../part/figure.js";
import { Icon } from "../../part/icon.js";
import { Card } from "../../part/page.js";
import { complain } from "../../part/toast.js";

/** Asks, for a payer who is back, what became of the payment: the gateway may not have told it yet. */
export function useReturn(id) {
  const isBack = Boolean(here.value.query.payment);
  const [isAsked, ask] = useState(false);
  useEffect(() => {
    if (isBack && !isAsked) post(`/orders/${id}/follow`).then(() => ask(true), complain);
  }, [isBack]);
}

const IN = ["captured", "partly_refunded", "refunded"];
const WAITS = ["initiated", "redirected", "authorized"];

/** What the order waits for, or what became of it. */
export function Payment({ of }) {
  const { payment } = of;
  if (!payment) return null;
  const amount = money(payment.amount);
  if (IN.includes(payment.state)) return html`<p class="notice good" role="status"><${Icon} name="circle-check" />${t("{amount} are paid.", { amount })}</p>`;
  if (!WAITS.includes(payment.state)) return html`<p class="notice bad" role="status"><${Icon} name="circle-alert" /><span>${t("{amount} were not paid, and the order is called off. Nothing was taken.", { amount })} <a href=${to("/shop")}>${t("Order it again")}</a></span></p>`;
  return html`
    <div class="notice warn" role="status"><${Icon} name="clock" /><div class="stack tight"><p>${t("{amount} are to be paid before anybody works on it.", { amount })}${payment.until && html` ${t("Time for it is until")} <${When} at=${payment.until} />.`}</p>
      ${payment.page && may("payment_make") && html`<div><button type="button" class="button small primary" onClick=${() => payAt(payment.page)}>${t("Pay now")}</button></div>`}</div></div>`;
}

/** To who has just ordered. */
export const Thanks = ({ of }) => html`
  <div class="thanks"><span class="seal"><${Icon} name="check" /></span><div><p class="opening strong">${t("Thank you")}</p><p class="quiet">${t("Your order {number} is placed.", { number: String(of.number) })} <a class="under" href=${to("/shop")}>${t("Go on shopping")}</a></p></div></div>`;

const LOST = ["failed", "rejected", "canceled"];

/** What comes next for the buyer. */
export function Next({ of }) {
  const { data } = useLoad(async () => (may("billing_account_read") ? (await get("/billing_accounts", { account: of.account })).items.find((it) => it.default) : null), ["ordered next", of.account]);
  const isDone = of.state === "completed";
  if (LOST.includes(of.state)) return null;
  return html`
    <${Card} title=${t("What happens next")}><ol class="inside path">
      <li class=${isDone ? "done" : "next"}><${Icon} name=${isDone ? "circle-check" : "clock"} /><p>${isDone ? t("What you ordered is yours.") : of.payment && WAITS.includes(of.payment.state) ? t("You pay, and the order goes on by itself.") : t("The seller works on your order. You see here how far it is.")}</p></li>
      <li><${Icon} name="receipt-text" /><p>${data?.next_bill_on && data.state !== "defined" ? html`${t("The next invoice")}: <${When} at=${data.next_bill_on} />` : t("The invoice comes on your next billing day.")}</p></li>
      <li><${Icon} name="repeat" /><p><a class="under" href=${to("/subscriptions")}>${t("Your subscriptions")}</a> ${t("show usage, seats and terms, and let you change or cancel them.")}</p></li>
    </ol><//>`;
}
