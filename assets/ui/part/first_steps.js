// The first steps of who sells: from nothing to the first invoice, what is done and what comes next.
import { html } from "../html.js";
import { get, some } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { to } from "../model/route.js";
import { may, session } from "../model/session.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";
import { Card } from "./page.js";

const any = async (path, query = {}) => (await some(path, { ...query, limit: 1 })).items[0];

/** How far one is; nothing once there is an invoice. */
async function steps() {
  if (await any("/invoices")) return null;
  const own = session.value.account.id;
  const [account, rule, offer, launched, customer, order] = await Promise.all([
    get(`/accounts/${own}`, { fields: "address" }), any("/tax_rules"), any("/offers"), any("/offers", { state: "launched" }),
    any("/accounts", { kind: "customer" }), any("/orders"),
  ]);
  return [
    [account.address?.country, t("Say where you are"), t("Your address stands on each invoice, and decides the tax of buyers without one."), to(`/accounts/${own}`, { edit: 1 })],
    [rule, t("Say how you tax"), t("One rate for everybody is enough to begin with."), to("/settings", { part: "tax" })],
    [offer, t("Write an offer down"), t("What you sell, and what it costs."), to("/catalogue/new")],
    [launched, t("Put it on sale"), t("From then on it can be ordered."), offer ? to(`/catalogue/${offer.id}`) : to("/catalogue/new")],
    [customer, t("Open an account for a customer"), t("Who buys from you, and where invoices go."), to("/accounts", { new: 1 })],
    [order, t("Order for it"), t("What is ordered becomes a subscription, which is billed."), customer ? to(`/accounts/${customer.id}`, { order: 1 }) : to("/orders")],
    [null, t("Bill it"), t("Billing runs by itself on each billing day, or when you say so."), to("/billing")],
  ];
}

/** The card. */
export function FirstSteps() {
  const read = useLoad(async () => (may("catalog_write") && may("account_register") ? steps() : null), ["first steps"]);
  if (!read.data) return null;
  const next = read.data.findIndex(([isDone]) => !isDone);
  return html`
    <${Card} title=${t("From nothing to the first invoice")}>
      <ol class="inside path">
        ${read.data.map(([isDone, title, note, href], at) => html`
          <li key=${title} class=${isDone ? "done" : at === next ? "next" : ""}><${Icon} name=${isDone ? "circle-check" : "arrow-up-right"} />
            <div><p>${isDone ? title : html`<a href=${href} class="strong">${title}</a>`}</p>${!isDone && html`<small>${note}</small>`}</div>
            ${at === next && html`<a class="button small primary" href=${href} aria-label=${title}>${t("Go on")}</a>`}</li>`)}
      </ol>
    <//>`;
}
