// One settlement note: what a partner is paid out, charge by charge.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { money, share } from "../model/money.js";
import { to } from "../model/route.js";
import { isOwn, may } from "../model/session.js";
import { t } from "../model/text.js";
import { day, period } from "../model/time.js";
import { FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Card, Facts, Page } from "../part/page.js";
import { State } from "../part/state.js";
import { Loaded } from "../part/still.js";
import { download, Table } from "../part/table.js";
import { say } from "../part/toast.js";

/** What of a note goes to a file. */
const COLUMNS = [
  { head: "invoice", text: (it) => it.invoice }, { head: "product", text: (it) => it.product }, { head: "name", text: (it) => it.name }, { head: "charge", text: (it) => it.charge },
  { head: "from", text: (it) => it.from }, { head: "until", text: (it) => it.until },
  { head: "charged", text: (it) => it.charged?.amount }, { head: "percent", text: (it) => it.percent },
  { head: "amount", text: (it) => it.net.amount }, { head: "currency", text: (it) => it.net.currency },
];

/** An invoice by its number; who is paid out may not see those of others. */
const Charged = ({ number, isOurs }) => (isOurs ? html`<a href=${to(`/invoices/${number}`)}>${number}</a>` : number);

const columns = (isOurs) => [
  { head: t("What"), cell: (it) => html`<span class="strong">${it.name}</span>${it.charge && html`<br /><small>${it.charge}</small>`}` },
  { head: t("Invoice"), cell: (it) => html`<span class="one-line"><${Charged} number=${it.invoice} isOurs=${isOurs} /></span>` },
  { head: t("Period"), cell: (it) => html`<span class="one-line">${it.from ? period(it.from, it.until) : "–"}</span>` },
  { head: t("Charged, net"), num: true, cell: (it) => money(it.charged) },
  { head: t("Share"), num: true, cell: (it) => (it.percent ? share(it.percent) : it.fixed ? money(it.fixed) : "–") },
  { head: t("Amount"), num: true, lead: true, cell: (it) => html`<span class="one-line">${money(it.net)}</span>` },
];

const Items = ({ of }) => html`<${Table} label=${t("Lines")} columns=${columns(!isOwn(of.receiver))} rows=${of.items} />`;

/** The page. */
export default function Settlement({ id }) {
  const read = useLoad(() => get(`/settlements/${id}`), ["settlement", id]);
  const [isPaying, confirm] = useState(false);
  const pay = async () => {
    const paid = await post(`/settlements/${id}/pay`);
    say(t("Paid out"), paid.number);
  };
  return html`
    <${Loaded} page of=${read} bones=${8}>${(of) => html`
      <${Page} title=${of.number} crumbs=${[["/settlements", t("Settlement")]]} state=${html`<${State} of=${of.state} />`} actions=${html`
        <a class="button" href=${`/api/v1/settlements/${id}/pdf`} target="_blank" rel="noopener"><${Icon} name="download" />PDF</a>
        <button type="button" class="button" onClick=${() => download(of.number, COLUMNS, of.items)}><${Icon} name="download" />CSV</button>
        ${of.state === "issued" && may("settlement_run") && !isOwn(of.receiver) && html`<button type="button" class="button primary" onClick=${() => confirm(true)}><${Icon} name="wallet" />${t("Paid out")}</button>`}`}>
        <div class="side-by-side">
          <${Card} title=${t("What it is for")}><${Items} of=${of} /><footer><small>${t("The share is of what was paid of a charge, or went back, in the time of the note.")} ${t("The parts of one charge are rounded so that they sum to the whole.")}</small></footer><//>
          <${Card} title=${t("Note")}><div class="inside"><${Facts} of=${[
            [t("From"), of.issuer_name],
            [t("To"), of.receiver_name],
            [t("Tax number"), of.receiver_tax_registration ?? "–"],
            [t("Paid by customers"), period(of.from, of.until)],
            [t("Issued"), day(of.issued_on)],
            [t("Due"), day(of.due_on)],
            of.paid_on && [t("Paid out"), day(of.paid_on)],
            [t("Net"), money(of.net)],
            [t("Tax"), of.untaxed ? html`${money(of.tax)}<br /><small>${of.untaxed}</small>` : money(of.tax)],
            [t("Total"), money(of.gross)],
            [t("How it is paid out"), of.method?.label],
            [t("What it is"), of.description],
          ].filter(Boolean)} /></div><//>
        </div>
        ${isPaying && html`<${FormDialog} title=${t("{number} is paid out", { number: of.number })} onClose=${() => confirm(false)} onSend=${pay} send=${t("It is paid out")}
          intro=${t("{amount} to {name}. It is booked as of today, and cannot be taken back.", { amount: money(of.gross), name: of.receiver_name })} />`}
      <//>`}<//>`;
}
