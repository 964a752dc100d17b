// Paying at the gateway of the seller, one invoice or all that are open at once, and coming back from there.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { all, get, post } from "../model/api.js";
import { plus } from "../model/decimal.js";
import { useLoad } from "../model/load.js";
import { money } from "../model/money.js";
import { payAt } from "../model/pay.js";
import { may } from "../model/session.js";
import { colon, t } from "../model/text.js";
import { Field, FormDialog } from "./form.js";
import { Icon } from "./icon.js";
import { stateName } from "./state.js";
import { complain } from "./toast.js";

/** Pays an invoice, or all that is owed on a billing account, at the gateway of the seller. */
const pay = (what) => post("/checkouts", what).then((it) => payAt(it.attempt.page), (problem) => {
  const isNowhere = problem.errors?.some((it) => it.pointer === "/gateway");
  complain(isNowhere ? { title: t("The seller takes no payments here"), message: t("Pay by bank transfer, and name the number of the invoice.") } : problem);
});

/** A button that pays; where there are several gateways, its payer says at which. */
export function Pay({ what, account, children }) {
  const [isAsked, ask] = useState(false);
  const read = useLoad(async () => (may("payment_method_read") ? (await get(`/accounts/${account}/ways_to_pay`)).items.filter(({ way }) => way === "page") : []), ["pages", account], { isDerived: true });
  const pages = read.data ?? [];
  return html`
    <button type="button" class="button primary" onClick=${() => (pages.length > 1 ? ask(true) : pay(what))}>${children}</button>
    ${isAsked && html`<${FormDialog} title=${t("How you pay")} onClose=${() => ask(false)} send=${t("Pay now")} onSend=${({ gateway }) => pay({ ...what, gateway })}>
      <${Field} name="gateway" label=${t("At whose page")} kind="select" options=${pages.map((it) => [it.gateway, it.name])} /><//>`}`;
}

/** What is open on each billing account of an account: its invoices, and their sum. */
async function owed(account) {
  const found = await Promise.all(["overdue", "open"].map((state) => all("/invoices", { account, state })));
  return [...Map.groupBy(found.flat(), (it) => it.billing_account)].map(([of, invoices]) => ({
    of, count: invoices.length, due: { amount: invoices.reduce((sum, it) => plus(sum, it.due.amount), "0"), currency: invoices[0].currency },
  }));
}

/** What somebody is asked who has more than one invoice to pay. */
export function PayAll({ account }) {
  const read = useLoad(async () => (may("payment_make") ? owed(account) : []), ["owed", account]);
  return (read.data ?? []).filter((it) => it.count > 1).map((it) => html`
    <div class="notice info" key=${it.of}><${Icon} name="wallet" />
      <p class="grow"><span class="strong">${t("{count} invoices are open", { count: it.count })}: ${money(it.due)}</span><br />${t("They are paid together, by one payment.")}</p>
      <${Pay} what=${{ billing_account: it.of }} account=${account}>${t("Pay all")}<//></div>`);
}

/** What became of the payment from which a payer is back; nothing if it is none of these. */
export function useReturn() {
  const [payment, set] = useState(null);
  useEffect(() => {
    const id = new URLSearchParams(location.search).get("payment");
    if (id) post(`/payments/${id}/follow`).then(set, complain);
  }, []);
  return payment;
}

export const REASONS = {
  insufficient_funds: () => t("There is not enough money."),
  method_expired: () => t("The card or account has expired."),
  not_authenticated: () => t("The bank was not told that it is you."),
  called_off: () => t("It was called off."),
  method_unusable: () => t("The card or account cannot be used for it."),
  refused: () => t("The bank refuses, and does not say why."),
  misunderstood: () => t("The payment service did not understand what it was asked."),
};
const PAID = ["captured", "partly_refunded", "fully_refunded"];
const GONE = ["declined", "expired", "canceled", "failed"];

/** What became of a payment: it stays there to be read, as long as one is on the page. */
export function Returned({ of }) {
  const [tone, icon] = PAID.includes(of.state) ? ["good", "circle-check"] : GONE.includes(of.state) ? ["bad", "circle-alert"] : ["info", "clock"];
  const why = PAID.includes(of.state) ? null : REASONS[of.attempt?.reason]?.() ?? (GONE.includes(of.state) ? null : t("It is not known yet what becomes of it."));
  return html`
    <div class=${`notice ${tone}`} role="status"><${Icon} name=${icon} />
      <p><span class="strong">${t("Payment of {amount}", { amount: money(of.amount) })}${colon()} ${stateName(of.state)}.</span> ${why} ${tone === "bad" && t("Nothing was paid.")}</p></div>`;
}
