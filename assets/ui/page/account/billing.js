// The billing accounts of an account: where invoices go, in which currency and rhythm, and how they are paid.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get, post, send } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { money } from "../../model/money.js";
import { forget, remember } from "../../model/name.js";
import { may } from "../../model/session.js";
import { languageName, LANGUAGES, t } from "../../model/text.js";
import { day, rhythm } from "../../model/time.js";
import { AddressFields, addressLine } from "../../part/address.js";
import { Named, When } from "../../part/figure.js";
import { ChangeDialog, Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Rows } from "../../part/list.js";
import { Menu } from "../../part/menu.js";
import { Card, Facts } from "../../part/page.js";
import { State } from "../../part/state.js";
import { Empty, Loaded } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";
import { PaymentMethods } from "./payment_methods.js";

const PERIODS = ["1 week", "1 month", "3 months", "6 months", "1 year"];
const MEANS = [["unsaid", () => t("not said")], ["invoice", () => t("on the invoice")], ["card", () => t("by card")], ["purchase_order", () => t("by an order of its own")]];
const TYPES = [["postpaid", () => t("afterwards")], ["prepaid", () => t("before")]];
const NAMES = () => [
  ["name", t("Name")], ["reference", t("The payer calls it")], ["recipient", t("Recipient")], ["address", t("Address")], ["email", t("Mail address for invoices")],
  ["locale", t("Language of documents")], ["payment_means", t("Is paid")],
  ["currency", t("Currency")], ["zone", t("Time zone")], ["cycle", t("Rhythm")], ["billing_type", t("Pays")],
];

const pairs = (table) => table.map(([key, text]) => [key, text()]);
const words = (table, keys) => pairs(table).filter(([key]) => keys.includes(key)).map(([, text]) => text).join(", ");

/** Its fields; `of` is nothing for a new one. The rhythm is for the seller to give. */
function Fields({ of, isNew }) {
  const gives = may("account_terms_write");
  return html`
    <div class="pair">
      <${Field} name="name" label=${t("Name")} value=${of.name ?? ""} required=${!isNew} autofocus />
      <${Field} name="reference" label=${t("The payer calls it")} value=${of.reference ?? ""} />
    </div>
    <div class="pair">
      <${Field} name="currency" label=${t("Currency")} value=${of.currency ?? ""} required=${!isNew} maxlength="3" pattern="[A-Z]{3}" hint=${isNew ? t("Yours if you say nothing") : undefined} />
      ${gives && html`<${Field} name="cycle/period" label=${t("Rhythm")} kind="select" value=${of.cycle?.period ?? "1 month"} options=${[...new Set([...PERIODS, of.cycle?.period ?? "1 month"])].map((it) => [it, rhythm(it)])} />`}
      ${(gives || !isNew) && html`<${Field} name="cycle/anchor_day" label=${t("On the day")} kind="number" min="1" max="31" value=${of.cycle?.anchor_day ?? ""} hint=${t("Of the month; the day it began if you say nothing")} />`}
    </div>
    <div class="pair">
      ${gives && html`<${Field} name="billing_type" label=${t("Pays")} kind="select" value=${of.billing_type ?? "postpaid"} options=${pairs(TYPES)} />`}
      <${Field} name="payment_means" label=${t("Is paid")} kind="select" value=${of.payment_means ?? "unsaid"} options=${pairs(MEANS)} />
      ${!isNew && html`<${Field} name="zone" label=${t("Time zone")} value=${of.zone} list="zones-of-billing" required />
        <datalist id="zones-of-billing">${Intl.supportedValuesOf("timeZone").map((it) => html`<option key=${it} value=${it}></option>`)}</datalist>`}
    </div>
    <${Field} name="email" label=${t("Mail address for invoices")} kind="email" value=${of.email ?? ""} autocomplete="off" />
    ${!isNew && html`
      <div class="pair">
        <${Field} name="recipient" label=${t("Recipient")} value=${of.recipient ?? ""} hint=${t("Who stands on the invoice, if not the account")} />
        <${Field} name="locale" label=${t("Language of documents")} kind="select" value=${of.locale ?? ""} options=${[["", t("as the account's")], ...[...new Set([...Object.keys(LANGUAGES), ...(of.locale ? [of.locale] : [])])].map((it) => [it, languageName(it)])]} />
      </div>`}
    <${AddressFields} of=${of.address} />`;
}

function Edit({ of, onClose }) {
  const done = (it) => {
    remember(it.id, it.name);
    forget("/billing_accounts");
    say(t("Saved"), it.planned && t("Currency, rhythm and zone change on {day}, with the next cycle.", { day: day(it.planned.from_on) }));
  };
  return html`
    <${ChangeDialog} title=${t("Edit {name}", { name: of.name })} of=${of} kind="wide" onClose=${onClose} onDone=${done} fields=${NAMES()}
      read=${() => get(`/billing_accounts/${of.id}`)} change=${(body, revision) => send("PATCH", `/billing_accounts/${of.id}`, body, { revision })}>
      ${(known) => html`<${Fields} of=${known} />`}<//>`;
}

const Open = ({ account, onClose }) => html`
  <${FormDialog} title=${t("New billing account of {name}", { name: account.name })} kind="wide" onClose=${onClose} send=${t("Open it")}
    onSend=${async (body) => say(t("{name} is open", { name: (await post("/billing_accounts", { ...body, account: account.id })).name }))}><${Fields} of=${{}} isNew /><//>`;

function Planned({ of }) {
  const { from_on, cycle, zone, billing_type: type } = of.planned;
  return html`<p class="notice info"><${Icon} name="clock" /><span>${t("From {day}:", { day: day(from_on) })} ${[rhythm(cycle.period), zone, words(TYPES, [type])].join(" · ")}</span></p>`;
}

function One({ of }) {
  const [isEditing, edit] = useState(false);
  const on = (verb, text) => () => post(`/billing_accounts/${of.id}/${verb}`).then(() => say(text, of.name), complain);
  const isOver = of.state === "closed" || of.state === "pending_closed";
  const mayWrite = may("billing_account_write");
  const actions = isOver ? [] : [
    mayWrite && { text: t("Edit"), icon: "pencil", onClick: () => edit(true) },
    mayWrite && !of.default && { text: t("Bill here from now on"), icon: "check", onClick: on("default", t("Invoices go there from now on")) },
    mayWrite && of.planned && { text: t("Call the planned change off"), icon: "undo-2", onClick: on("withdraw", t("It stays as it is")) },
    may("account_hold") && (of.state === "suspended"
      ? { text: t("Let its invoices go on"), icon: "play", onClick: on("resume", t("It goes on")) }
      : { text: t("Stop its invoices"), icon: "pause", onClick: on("suspend", t("It is on hold")) }),
    may("account_close") && !of.default && { text: t("Close it"), icon: "ban", danger: true, onClick: on("close", t("It closes after its last invoice")) },
  ].filter(Boolean);
  const title = html`${of.name}${of.default && html` <span class="badge">${t("default")}</span>`}${of.state !== "active" && html` <${State} of=${of.state} />`}`;
  return html`
    <${Card} title=${title} actions=${actions.length > 0 && html`<${Menu} label=${t("Actions for {name}", { name: of.name })} button=${html`<${Icon} name="ellipsis" />`} items=${actions} />`}>
      <div class="inside stack">
        ${of.planned && html`<${Planned} of=${of} />`}
        <${Facts} of=${[
          [t("Next invoice"), of.state === "defined" ? t("after the first subscription") : of.next_bill_on && html`<${When} at=${of.next_bill_on} />`],
          [t("Currency"), of.currency],
          [t("Rhythm"), of.cycle.anchor_day ? t("{rhythm}, on day {day}", { rhythm: rhythm(of.cycle.period), day: String(of.cycle.anchor_day) }) : rhythm(of.cycle.period)],
          [t("Pays"), words(TYPES, [of.billing_type])],
          [t("Is paid"), of.payment_means && of.payment_means !== "unsaid" && words(MEANS, [of.payment_means])],
          [t("Recipient"), of.recipient],
          [t("Address"), addressLine(of.address)],
          [t("Invoices go to"), of.email],
          [t("Time zone"), of.zone],
          [t("The payer calls it"), of.reference],
        ].filter(([, it]) => it)} />
      </div>
      ${isEditing && html`<${Edit} of=${of} onClose=${() => edit(false)} />`}
    <//>`;
}

/** What is held of an account as security, if anything ever was. */
function Deposits({ account }) {
  const any = useLoad(() => get("/deposits", { account: account.id, limit: 1 }), ["deposits", account.id]).data;
  if (!any?.items.length) return null;
  return html`
    <${Card} title=${t("Deposits")}>
      <${Rows} path="/deposits" query=${{ account: account.id }} label=${t("Deposits")} columns=${[
        { head: t("For"), cell: (it) => html`<${Named} id=${it.subscription} />` },
        { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
        { head: t("Since"), cell: (it) => html`<span class="one-line">${day(it.held_from)}</span>` },
        { head: t("Amount"), num: true, cell: (it) => money(it.amount) },
        { head: t("Given back"), num: true, cell: (it) => money(it.returned) },
      ]} />
    <//>`;
}

/** The part of the page. */
export function BillingAccounts({ account }) {
  const [isOpening, open] = useState(false);
  const read = useLoad(() => get("/billing_accounts", { account: account.id, limit: 200 }), ["billing accounts", account.id]);
  return html`
    ${may("billing_account_write") && html`<div><button type="button" class="button" onClick=${() => open(true)}><${Icon} name="plus" />${t("New billing account")}</button></div>`}
    <${Loaded} of=${read}>${({ items }) => items.length === 0
      ? html`<section class="card"><${Empty} icon="landmark" title=${t("It has no billing account")} /></section>`
      : items.map((it) => html`<${One} key=${it.id} of=${it} />`)}<//>
    ${may("balance_read") && html`<${Deposits} account=${account} />`}
    ${may("payment_method_read") && html`<${PaymentMethods} account=${account} />`}
    ${isOpening && html`<${Open} account=${account} onClose=${() => open(false)} />`}`;
}
