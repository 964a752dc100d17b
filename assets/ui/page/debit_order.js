// One debit order: what the bank is to collect, as a file, called off, or come in.
import { html } from "../html.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { money } from "../model/money.js";
import { to } from "../model/route.js";
import { may } from "../model/session.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { Icon } from "../part/icon.js";
import { Card, Facts, Page } from "../part/page.js";
import { State } from "../part/state.js";
import { Loaded } from "../part/still.js";
import { Table } from "../part/table.js";
import { complain, say } from "../part/toast.js";

const columns = () => [
  { head: t("Payment"), cell: (it) => html`<a class="whole" href=${to(`/payments/${it.payment}`)}>${it.holder}</a>` },
  { head: t("Invoice"), lead: true, cell: (it) => html`<a class="one-line" href=${to(`/invoices/${it.invoice}`)}>${it.number}</a>` },
  { head: t("Mandate"), cell: (it) => t("{name} of {day}", { name: it.mandate, day: day(it.signed_on) }) },
  { head: t("Sequence"), cell: (it) => html`<span class="mono">${it.sequence}</span>` },
  { head: t("Amount"), num: true, cell: (it) => money(it.amount) },
];

/** The page. */
export default function DebitOrder({ id }) {
  const read = useLoad(() => get(`/debit_orders/${id}`), ["debit_order", id]);
  const act = (verb, done) => post(`/debit_orders/${id}/${verb}`).then(() => say(done), complain);
  const actions = (of) => may("banking_write") && of.state !== "canceled" && html`
    <a class="button" href=${`/api/v1/debit_orders/${id}/pain008`} download><${Icon} name="download" />${t("File for the bank")}</a>
    ${of.state === "open" && html`
      <button type="button" class="button danger" onClick=${() => act("cancel", t("It is called off"))}><${Icon} name="ban" />${t("Call it off")}</button>
      <button type="button" class="button" onClick=${() => act("complete", t("All of it has come in"))}><${Icon} name="check" />${t("All has come in")}</button>`}`;
  return html`
    <${Loaded} page of=${read} bones=${8}>${(of) => html`
      <${Page} title=${t("Debit order {number}", { number: String(of.number) })} crumbs=${[["/bank", t("Bank")]]} state=${html`<${State} of=${of.state} />`} actions=${actions(of)}>
        <div class="side-by-side">
          <${Card} title=${t("What is collected")}><${Table} label=${t("What is collected")} rows=${of.debits} columns=${columns()} /><//>
          <${Card} title=${t("Order")}><div class="inside"><${Facts} of=${[
            [t("Collected on"), day(of.collect_on)],
            [t("By whose rules"), of.scheme === "b2b" ? "SEPA B2B" : "SEPA Core"],
            [t("Creditor"), of.creditor],
            [t("Into the account of"), `${of.name} ···· ${of.last_digits}`],
            [t("Total"), money(of.total)],
          ]} /></div><//>
        </div>
      <//>`}<//>`;
}
