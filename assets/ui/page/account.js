// One account: state and balance at the head, and below what it has, used, owes, and what happened to it.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { country } from "../model/country.js";
import { listed, name, remember } from "../model/name.js";
import { isNothing, money } from "../model/money.js";
import { here, refine, to } from "../model/route.js";
import { isBuyer, isOwn, may } from "../model/session.js";
import { t } from "../model/text.js";
import { day, rhythm } from "../model/time.js";
import { addressLine } from "../part/address.js";
import { Amount, breakable, Far, Named, When } from "../part/figure.js";
import { Icon } from "../part/icon.js";
import { Rows } from "../part/list.js";
import { Menu } from "../part/menu.js";
import { Dunning } from "../part/dunning.js";
import { OrderDialog } from "../part/order_dialog.js";
import { Card, Facts, Page, Tabs } from "../part/page.js";
import { PaymentDialog } from "../part/payment_dialog.js";
import { sentence, State, word } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { Table } from "../part/table.js";
import { Timeline } from "../part/timeline.js";
import { complain, say } from "../part/toast.js";
import { UsageChart } from "../part/usage_chart.js";
import { CloseDialog, EditDialog, HoldDialog, ReleaseDialog } from "./account/actions.js";
import { BillingAccounts } from "./account/billing.js";
import { PlanDialog, Plans } from "./account/plans.js";
import { Statement } from "./account/statement.js";
import { Users } from "./account/users.js";

const SPENT = ["closed", "erased", "closing"];

/** Whether what is paid for runs on although its account is on hold: one sees at each which it is. */
const runsOn = (it, of) => it.state === "active" && of.holds.length > 0;

export const subscriptionColumns = (of) => [
  { head: t("Subscription"), cell: (it) => html`<a class="whole" href=${to(`/subscriptions/${it.id}`)}>${it.name ?? name(it.offer).value ?? it.number}</a>` },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />${runsOn(it, of) && html` <small class="one-line">${t("paid, runs on")}</small>`}` },
  { head: t("Quantity"), num: true, cell: (it) => it.quantity },
  { head: t("Since"), extra: true, cell: (it) => day(it.started_on) },
  { head: t("Term ends"), cell: (it) => it.term?.end && html`<${Far} at=${it.term.end} />` },
];

export const invoiceColumns = () => [
  { head: t("Number"), cell: (it) => html`<a class="whole one-line" href=${to(`/invoices/${it.id}`)}>${it.number ?? t("Draft")}</a>` },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
  { head: t("Issued"), extra: true, cell: (it) => html`<span class="one-line">${day(it.issued_on)}</span>` },
  { head: t("Due"), cell: (it) => html`<span class="one-line">${day(it.due_on)}</span>` },
  { head: t("Amount"), num: true, cell: (it) => money(it.gross) },
  { head: t("Open"), num: true, cell: (it) => html`<${Amount} of=${it.due} />` },
];

function Balance({ of }) {
  const read = useLoad(() => get(`/accounts/${of.id}/balance`), ["balance", of.id]);
  return html`
    <${Card} title=${t("Balance")}>
      <${Loaded} of=${read} bones=${2}>${({ balances }) => html`
        <div class="inside stack tight">
          ${balances.length === 0 && html`<p class="quiet">${t("Nothing was ever owed or paid.")}</p>`}
          ${balances.map((it) => html`
            <dl class="sums wide" key=${it.currency}>
              <div><dt>${t("Owes")}</dt><dd class="strong">${money(it.receivable)}</dd></div>
              <div><dt>${t("of it overdue")}</dt><dd class=${isNothing(it.overdue) ? "faint" : "text bad strong"}>${money(it.overdue)}</dd></div>
              ${!isNothing(it.deposits) && html`<div><dt>${t("Deposit")}</dt><dd>${money(it.deposits)}</dd></div>`}
              <div><dt>${t("Has as credit")}</dt><dd class=${isNothing(it.credit) ? "faint" : "text good"}>${money(it.credit)}</dd></div>
            </dl>`)}
        </div>`}<//>
    <//>`;
}

function Billing({ of }) {
  const read = useLoad(() => get("/billing_accounts", { account: of.id }), ["billing", of.id]);
  return html`
    <${Card} title=${t("Billing")} actions=${html`<a class="button small" href=${to(`/accounts/${of.id}`, { part: "billing" })}>${t("All")}</a>`}>
      <${Loaded} of=${read} bones=${3}>${({ items }) => html`
        <div class="inside stack">
          ${items.filter((it) => it.default).map((it) => html`
            <${Facts} key=${it.id} of=${[
              [t("Next invoice"), it.state === "defined" ? t("after the first subscription") : it.next_bill_on && html`<${When} at=${it.next_bill_on} />`],
              [t("Rhythm"), rhythm(it.cycle.period)],
              [t("Currency"), it.currency],
              [t("Time zone"), it.zone],
              [t("Pays"), it.billing_type === "prepaid" ? t("before") : t("afterwards")],
              [t("State"), it.state === "active" ? null : html`<${State} of=${it.state} />`],
              [t("Invoices go to"), it.email && breakable(it.email)],
            ]} />`)}
        </div>`}<//>
    <//>`;
}

function Class({ id }) {
  const all = useLoad(() => listed("/classes"), ["classes"]);
  return all.data?.get(id)?.name ?? null;
}

function About({ of }) {
  const contact = of.contacts.billing ?? of.contacts.admin ?? of.contacts.technical;
  return html`
    <${Card} title=${t("About")}>
      <div class="inside"><${Facts} of=${[
        [t("Number"), of.number],
        !isBuyer() && [t("Kind"), t(sentence(of.kind))],
        [t("Below"), of.parent && !isOwn(of.id) ? html`<${Named} id=${of.parent} />` : null],
        [t("Address"), addressLine(of.address)],
        [t("Contact"), contact && html`<a href=${`mailto:${contact.email}`}>${breakable(contact.email)}</a>`],
        [t("Class"), of.class && may("class_read") && html`<${Class} id=${of.class} />`],
        [t("Tax number"), of.tax.registration_id && `${of.tax.registration_id}${{ verified: ` · ${t("known to VIES")}`, refused: ` · ${t("unknown to VIES")}` }[of.tax.registration_status] ?? ""}`],
        [t("Exempt from tax"), of.tax.exemptions.map((it) => `${it.certificate} (${country(it.country)})`).join(", ")],
        [t("Customer since"), day(of.created_at)],
        [t("Passwords last"), of.password_days && t("{count} days", { count: of.password_days })],
        [t("Note"), of.description],
      ].filter(Boolean)} /></div>
    <//>`;
}

/** What an invoice must say and is not known: until it is, the account is not billed. */
function Unreachable({ of }) {
  const lacks = [
    !(of.address?.street || of.address?.street_extra) && t("the street"),
    !of.address?.city && t("the city"),
    !of.address?.country && t("the country"),
  ].filter(Boolean);
  if (lacks.length === 0 || of.kind !== "customer" || of.state === "closed") return null;
  return html`
    <p class="notice warn"><${Icon} name="triangle-alert" />${t("Its address lacks {parts}: no invoice can be made out to it, unless a billing account has an address of its own.", { parts: lacks.join(", ") })}</p>`;
}

/** Invoices and reminders of it reach nobody: whoever sells to it hears that before money is lost. */
const Unwritten = ({ of }) => of.unreachable && !isBuyer() && !SPENT.includes(of.state) && html`
  <p class="notice warn"><${Icon} name="triangle-alert" />${t("Nobody of it can be written to: it has no contact for invoices and no administrator. Invoices and reminders reach nobody, and until a reminder has gone out it pays no fee for being late and is not held.")}</p>`;

// What dunning writes down says what was owed on its day, and is not true for long.
const isAutomatic = (it) => it.reason === "ACCOUNT_OVERDUE";

/** A reason as it stands in a sentence; nothing where nobody gave one. */
const wordOf = (reason) => (reason === "OTHER" ? "" : word(reason.toLowerCase()));

function Holds({ of }) {
  return of.holds.map((it) => html`
    <div class="notice warn" key=${it.kind}><${Icon} name="pause" />
      <p><span class="strong">${it.kind === "credit" ? t("Held because invoices are unpaid") : t("Held by an operator")}</span>${isAutomatic(it) ? html` · ${t("Nothing can be ordered; what is paid for runs on. What is owed stands below.")}` : [wordOf(it.reason), it.comment].filter(Boolean).map((text) => `: ${text}`)} · <${Far} at=${it.since} /></p></div>`);
}

function Usage({ account }) {
  const read = useLoad(async () => {
    const { items } = await get("/subscriptions", { account: account.id, state: "active", limit: 100 });
    return items;
  }, ["used", account.id]);
  const [chosen, choose] = useState(null);
  return html`
    <${Loaded} of=${read} bones=${5}>${(items) => items.length > 0 && html`
      <${UsageChart} subscriptions=${items} chosen=${chosen} onChoose=${choose} />`}<//>`;
}

function Summary({ of }) {
  return html`
    <div class="stack">
      <${Card} title=${t("Subscriptions")} actions=${html`<a class="button small" href=${to(`/accounts/${of.id}`, { part: "subscriptions" })}>${t("All")}</a>`}>
        <${Rows} path="/subscriptions" query=${{ account: of.id }} label=${t("Subscriptions")} columns=${subscriptionColumns(of)}
          empty=${html`<${Empty} icon="repeat" title=${t("It has nothing yet")}><p>${t("Place an order, and what it buys appears here.")}</p><//>`} />
      <//>
      <${Usage} account=${of} />
      ${may("invoice_read") && html`<${Invoices} account=${of.id} />`}
    </div>`;
}

/** What is open; the last invoices if nothing is. */
function Invoices({ account }) {
  const read = useLoad(async () => {
    const [late, open, last] = await Promise.all([{ state: "overdue", limit: 20 }, { state: "open", limit: 20 }, { limit: 3 }].map((it) => get("/invoices", { account, ...it })));
    return { due: [...late.items, ...open.items], last: last.items };
  }, ["open", account]);
  const isPaid = read.data?.due.length === 0;
  const title = isPaid && read.data.last.length > 0 ? t("Last invoices") : t("Open invoices");
  return html`
    <${Card} title=${title} actions=${html`<a class="button small" href=${to(`/accounts/${account}`, { part: "invoices" })}>${t("All")}</a>`}>
      <${Loaded} of=${read}>${({ due, last }) => last.length === 0
        ? html`<${Empty} icon="receipt-text" title=${t("No invoices yet")} />`
        : html`${isPaid && html`<div class="inside"><p class="notice good"><${Icon} name="circle-check" />${t("Everything is paid")}</p></div>`}
          <${Table} label=${title} columns=${invoiceColumns()} rows=${isPaid ? last : due} />`}<//>
    <//>`;
}

const PARTS = [
  ["summary", () => t("Summary"), null, Summary],
  ["subscriptions", () => t("Subscriptions"), "subscription_read", ({ of }) => html`
    <section class="card"><${Rows} path="/subscriptions" query=${{ account: of.id }} label=${t("Subscriptions")} columns=${subscriptionColumns(of)}
      empty=${html`<${Empty} icon="repeat" title=${t("It has nothing yet")} />`} /></section>`],
  ["invoices", () => t("Invoices"), "invoice_read", ({ of }) => html`
    <section class="card"><${Rows} path="/invoices" query=${{ account: of.id }} label=${t("Invoices")} columns=${invoiceColumns()}
      empty=${html`<${Empty} icon="receipt-text" title=${t("No invoices yet")} />`} /></section>`],
  ["statement", () => t("Statement"), "balance_read", ({ of }) => html`<${Statement} account=${of.id} />`],
  ["billing", () => t("Billing accounts"), "billing_account_read", ({ of }) => html`<${BillingAccounts} account=${of} />`],
  ["users", () => t("Users"), "user_read", ({ of }) => html`<${Users} account=${of} />`],
  ["timeline", () => t("Timeline"), null, ({ of }) => html`<section class="card"><${Timeline} path=${`/accounts/${of.id}/timeline`} own=${of.id} /></section>`],
];

/** The page. */
export default function Account({ id }) {
  const read = useLoad(() => get(`/accounts/${id}`), [id]);
  const { edit, order } = here.value.query;
  const [action, act] = useState(edit ? "edit" : order ? "order" : null);
  const close = () => {
    act(null);
    if (edit || order) refine({ edit: "", order: "" });
  };
  return html`
    <${Loaded} page of=${read}>${(of) => {
      remember(of.id, of.name);
      const parts = PARTS.filter(([, , needs]) => !needs || may(needs));
      const at = parts.find(([key]) => key === here.value.query.part) ?? parts[0];
      const Part = at[3];
      const isOver = SPENT.includes(of.state);
      const more = [
        may("account_write") && { text: t("Edit"), icon: "pencil", onClick: () => act("edit") },
        may("account_register") && of.state === "prospective" && { text: t("Let it buy"), icon: "check", onClick: () => post(`/accounts/${id}/activate`).then(() => say(t("{name} can buy now", { name: of.name })), complain) },
        may("account_hold") && !isOver && of.holds.length > 0 && { text: t("Release"), icon: "lock-open", onClick: () => act("release") },
        may("account_hold") && !isOver && of.holds.length < 2 && { text: t("Hold"), icon: "pause", onClick: () => act("hold") },
        may("payment_plan_write") && !isOwn(id) && { text: t("Agree on a payment plan"), icon: "repeat", onClick: () => act("plan") },
        may("account_close") && !isOver && { text: t("Close the account"), icon: "ban", danger: true, onClick: () => act("close") },
      ].filter(Boolean);
      const actions = html`
        ${may("payment_record") && !isOwn(id) && html`<button type="button" class="button" onClick=${() => act("pay")}><${Icon} name="banknote" />${t("Record payment")}</button>`}
        ${may("order_place") && !isOver && html`<button type="button" class=${`button ${of.holds.length > 0 ? "" : "primary"}`} onClick=${() => act("order")}><${Icon} name="plus" />${t("New order")}</button>`}
        ${more.length > 0 && html`<${Menu} label=${t("More actions")} kind="button" button=${html`<${Icon} name="ellipsis" />`} items=${more} />`}`;
      return html`
        <${Page} title=${of.name} crumbs=${isBuyer() ? undefined : [["/accounts", t("Accounts")]]} state=${html`<${State} of=${of.state} />`} actions=${actions}>
          <${Holds} of=${of} />
          <${Unreachable} of=${of} />
          <${Unwritten} of=${of} />
          <${Tabs} label=${t("Parts of the account")} path=${`/accounts/${id}`} at=${at[0]} of=${parts.map(([key, text]) => [key, text()])} />
          ${at[0] === "summary"
            ? html`<div class="side-by-side"><${Part} of=${of} />
                <div class="stack">${(of.dunning ?? []).map((it) => html`<${Dunning} key=${it.id} of=${it} />`)}${may("payment_read") && html`<${Plans} account=${of.id} />`}${may("balance_read") && html`<${Balance} of=${of} />`}${may("billing_account_read") && html`<${Billing} of=${of} />`}<${About} of=${of} /></div></div>`
            : html`<${Part} of=${of} />`}
          ${action === "pay" && html`<${PaymentDialog} account=${of} onClose=${close} />`}
          ${action === "plan" && html`<${PlanDialog} of=${of} onClose=${close} />`}
          ${action === "order" && html`<${OrderDialog} account=${of} onClose=${close} />`}
          ${action === "edit" && html`<${EditDialog} of=${of} onClose=${close} />`}
          ${action === "hold" && html`<${HoldDialog} of=${of} onClose=${close} />`}
          ${action === "release" && html`<${ReleaseDialog} of=${of} onClose=${close} />`}
          ${action === "close" && html`<${CloseDialog} of=${of} onClose=${close} />`}
        <//>`;
    }}<//>`;
}
