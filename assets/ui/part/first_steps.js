// The first steps of who sells: from nothing to the first invoice, what is done and what comes next.
import { html } from "../html.js";
import { get, some } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { to } from "../model/route.js";
import { isHouse, may, session } from "../model/session.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";
import { Card } from "./page.js";

/** To who writes invoices: that one names no account to pay to. */
export const Unpayable = () => html`
  <div class="notice warn screen-only"><${Icon} name="triangle-alert" /><p>${t("It names no bank account to which it could be paid. Name one in the letterhead: it stands on the invoices after that.")} <a href=${to("/settings", { part: "letterhead" })}>${t("To the letterhead")}</a></p></div>`;

const any = async (path, query = {}) => (await some(path, { ...query, limit: 1 })).items[0];

/** What one can go on without. */
const MAY_WAIT = true;

/** How far one is: the steps, or the first invoice while it is the only one; nothing after that. */
async function steps() {
  const own = session.value.account.id;
  const written = (await some("/invoices", { limit: 2 })).items;
  const paidAt = async () => (may("settings_read") ? Boolean((await any("/letterheads", { seller: own }))?.bank) : true);
  if (written.length > 1) return null;
  if (written.length === 1) return { first: written[0], isPayable: await paidAt() };
  const taxed = async () => (await any("/tax_rules")) ?? (await get(`/accounts/${own}/billing_policy`, { fields: "tax_regime" })).tax_regime === "eu_vat";
  const [account, bank, rule, gateway, offer, launched, customer, order, setup] = await Promise.all([
    get(`/accounts/${own}`, { fields: "address" }), paidAt(), taxed(), may("settings_read") ? any("/gateways") : null, any("/offers"), any("/offers", { state: "launched" }),
    any("/accounts", { kind: "customer" }), any("/orders"), get("/setup"),
  ]);
  return { steps: [
    [account.address?.country, t("Say where you are"), t("Your address stands on each invoice, and decides the tax of buyers without one."), to(`/accounts/${own}`, { edit: 1 })],
    [bank, t("Name your bank account"), t("Where invoices are to be paid. Without it they ask for money and name no account."), to("/settings", { part: "letterhead" })],
    [rule, t("Say how you tax"), t("One rate for everybody is enough to begin with; the rates of the EU are known here."), to("/settings", { part: "tax" })],
    isHouse() && [setup.mails_reach_people, t("Let mails reach people"), t("Until the server is started with a mail server (smtp_url, mail_from), mails lie in its folder “mail”."), to("/settings", { part: "hearing" }), MAY_WAIT],
    [gateway, t("Let customers pay online"), t("A sandbox is enough to try it; without any gateway they pay by bank transfer."), to("/settings", { part: "gateways" }), MAY_WAIT],
    [offer, t("Sell your first offer"), t("What it is, what it delivers and what it costs, step by step."), to("/sell")],
    [launched, t("Put it on sale"), t("From then on it can be ordered."), offer ? to("/sell", { offer: offer.id, step: 4 }) : to("/sell")],
    [customer, t("Open an account for a customer"), t("Who buys from you, and where invoices go."), to("/accounts", { new: 1 })],
    [order, t("Order for it"), t("What is ordered becomes a subscription, which is billed."), customer ? to(`/accounts/${customer.id}`, { order: 1 }) : to("/orders")],
    [null, t("Bill it"), t("The bill is written and sent by itself on each billing day: the first on the day of the order."), to("/billing")],
  ].filter(Boolean) };
}

/** That the first invoice is there, and whether it can be paid. */
const Done = ({ of: { first, isPayable } }) => html`
  <${Card} title=${t("Your first invoice is written")}>
    <div class="inside stack tight">
      <p class="notice good"><${Icon} name="circle-check" /><span>${t("All steps to it are done. The next invoices come by themselves.")} <a href=${to(`/invoices/${first.id}`)}>${first.number ?? t("Draft")}</a></span></p>
      ${!isPayable && html`<${Unpayable} />`}
    </div><//>`;

/** The card. */
export function FirstSteps() {
  const read = useLoad(async () => (may("catalog_write") && may("account_register") ? steps() : null), ["first steps"]);
  if (!read.data) return null;
  if (read.data.first) return html`<${Done} of=${read.data} />`;
  const next = read.data.steps.findIndex(([isDone, , , , mayWait]) => !isDone && !mayWait);
  return html`
    <${Card} title=${t("From nothing to the first invoice")}>
      <ol class="inside path">
        ${read.data.steps.map(([isDone, title, note, href, mayWait], at) => html`
          <li key=${title} class=${isDone ? "done" : at === next ? "next" : ""}><${Icon} name=${isDone ? "circle-check" : "arrow-up-right"} />
            <div><p>${isDone ? title : html`<a href=${href} class="strong">${title}</a>${mayWait && html` <small>${t("may wait")}</small>`}`}</p>${!isDone && html`<small>${note}</small>`}</div>
            ${at === next && html`<a class="button small primary" href=${href} aria-label=${title}>${t("Go on")}</a>`}</li>`)}
      </ol>
    <//>`;
}
