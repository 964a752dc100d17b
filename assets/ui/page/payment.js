// One payment: what it settled, what is left of it, and giving money back.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { compare, minus } from "../model/decimal.js";
import { useLoad } from "../model/load.js";
import { isNothing, money } from "../model/money.js";
import { to } from "../model/route.js";
import { may } from "../model/session.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { Amount, Named, When } from "../part/figure.js";
import { Field, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Card, Facts, Page } from "../part/page.js";
import { Returned, useReturn } from "../part/paying.js";
import { sentence, State } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { Table } from "../part/table.js";
import { complain, say } from "../part/toast.js";

function Settled({ of }) {
  const read = useLoad(async () => new Map(await Promise.all(of.allocations.map(async (it) => [it.invoice, await get(`/invoices/${it.invoice}`, { fields: "number,issued_on,gross,state" })]))), ["settled", of.id, of.revision]);
  const columns = [
    { head: t("Invoice"), cell: (it) => html`<a class="whole" href=${to(`/invoices/${it.invoice}`)}>${read.data.get(it.invoice).number}</a>` },
    { head: t("State"), lead: true, cell: (it) => html`<${State} of=${read.data.get(it.invoice).state} />` },
    { head: t("Issued"), cell: (it) => day(read.data.get(it.invoice).issued_on) },
    { head: t("Gross"), num: true, cell: (it) => money(read.data.get(it.invoice).gross) },
    { head: t("Paid by this"), num: true, cell: (it) => html`<span class="strong">${money(it.amount)}</span>` },
  ];
  return html`
    <${Card} title=${t("What it settles")}>
      ${of.allocations.length === 0
        ? html`<${Empty} icon="wallet" title=${t("It settles nothing yet")}><p>${t("It stays as credit and pays the next invoice.")}</p><//>`
        : html`<${Loaded} of=${read}>${() => html`<${Table} label=${t("What it settles")} columns=${columns} rows=${of.allocations} />`}<//>`}
    <//>`;
}

function Refunds({ of }) {
  const read = useLoad(() => get(`/payments/${of.id}/refunds`), ["refunds", of.id, of.revision]);
  const items = read.data?.items ?? [];
  if (items.length === 0) return null;
  return html`
    <${Card} title=${t("Given back")}><ul class="inside stack tight">
      ${items.map((it) => html`<li class="row between" key=${it.id}><span>${day(it.created_at)} ${it.reason && `· ${it.reason}`} <${State} of=${it.state} /></span><span class="strong">${money(it.amount)}</span></li>`)}
    </ul><//>`;
}

// What it had paid is credited, owed again, or covered by credit that is there: who gives it back says which.
const INSTEAD = [["credit_note", () => t("a credit note is written for it")], ["reopens", () => t("it is owed again")], ["", () => t("there must be credit for it")]];

function Refund({ of, left, onClose }) {
  const refund = async ({ amount, reason, instead }) => {
    await post(`/payments/${of.id}/refund`, { reason, amount: { amount, currency: of.amount.currency }, credit_note: instead === "credit_note", reopens: instead === "reopens" });
    say(t("Given back"), money({ amount, currency: of.amount.currency }));
  };
  return html`
    <${FormDialog} title=${t("Give money back")} onClose=${onClose} onSend=${refund} send=${t("Give back")}
      intro=${t("At most {amount} of this payment can be given back.", { amount: money({ amount: left, currency: of.amount.currency }) })}>
      <${Field} name="amount" label=${t("Amount in {currency}", { currency: of.amount.currency })} value=${left} kind="decimal" currency=${of.amount.currency} required autofocus />
      ${of.allocations.length > 0 && html`<${Field} name="instead" label=${t("What it had paid")} kind="select" value="credit_note" options=${INSTEAD.map(([value, told]) => [value, told()])} />`}
      <${Field} name="reason" label=${t("Reason")} required=${of.allocations.length > 0} />
    <//>`;
}

/** The page. */
export default function Payment({ id }) {
  const returned = useReturn();
  const read = useLoad(() => get(`/payments/${id}`), [id]);
  const [isRefunding, refund] = useState(false);
  const settle = () => post(`/payments/${id}/allocate`).then(() => say(t("It settles what is due first")), complain);
  return html`
    <${Loaded} page of=${read}>${(of) => {
      const left = minus(of.amount.amount, of.refunded.amount);
      return html`
        <${Page} title=${t("Payment {number}", { number: String(of.number) })} crumbs=${[["/payments", t("Payments")]]} state=${html`<${State} of=${of.state} />`}
          actions=${html`
            ${may("payment_record") && !isNothing(of.unallocated) && html`<button type="button" class="button" onClick=${settle}><${Icon} name="list-checks" />${t("Settle what is due")}</button>`}
            ${may("refund_write") && compare(left, "0") > 0 && html`<button type="button" class="button" onClick=${() => refund(true)}><${Icon} name="undo-2" />${t("Give money back")}</button>`}`}>
          ${returned && html`<${Returned} of=${returned} />`}
          <${Card} title=${t("About")}><div class="inside"><${Facts} of=${[
            [t("Amount"), html`<span class="strong">${money(of.amount)}</span>`],
            [t("Account"), html`<${Named} id=${of.account} />`],
            [t("Came in on"), of.received_on && html`<${When} at=${of.received_on} />`],
            [t("Begun"), !of.received_on && html`<${When} at=${of.created_at} />`],
            [t("How"), t(sentence(of.method))],
            [t("Reference"), of.reference],
            [t("Credit left"), html`<${Amount} of=${of.unallocated} />`],
            [t("Given back"), !isNothing(of.refunded) && money(of.refunded)],
            [t("Note"), of.note],
          ].filter(([, it]) => it !== false)} /></div><//>
          <${Settled} of=${of} />
          <${Refunds} of=${of} />
          ${isRefunding && html`<${Refund} of=${of} left=${left} onClose=${() => refund(false)} />`}
        <//>`;
    }}<//>`;
}
