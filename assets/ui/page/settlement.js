// One settlement note: what a partner is paid out, charge by charge.
import { html } from "../html.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { money } from "../model/money.js";
import { may } from "../model/session.js";
import { t } from "../model/text.js";
import { day, period } from "../model/time.js";
import { Icon } from "../part/icon.js";
import { Card, Facts, Page } from "../part/page.js";
import { State } from "../part/state.js";
import { Loaded } from "../part/still.js";
import { download } from "../part/table.js";
import { complain, say } from "../part/toast.js";

/** What of a note goes to a file. */
const COLUMNS = [
  { head: "invoice", text: (it) => it.invoice }, { head: "product", text: (it) => it.product }, { head: "name", text: (it) => it.name },
  { head: "from", text: (it) => it.from }, { head: "until", text: (it) => it.until },
  { head: "amount", text: (it) => it.net.amount }, { head: "currency", text: (it) => it.net.currency },
];

const Items = ({ of }) => html`
  <div class="scroll" tabindex="0" role="region" aria-label=${t("Lines")}>
    <table>
      <thead><tr><th scope="col">${t("Invoice")}</th><th scope="col">${t("What")}</th><th scope="col">${t("Period")}</th><th scope="col" class="end">${t("Amount")}</th></tr></thead>
      <tbody>${of.items.map((it, at) => html`
        <tr key=${at}><td class="one-line">${it.invoice}</td><td class="strong">${it.name}</td><td class="one-line">${it.from ? period(it.from, it.until) : "–"}</td><td class="end one-line">${money(it.net)}</td></tr>`)}</tbody>
    </table>
  </div>`;

/** The page. */
export default function Settlement({ id }) {
  const read = useLoad(() => get(`/settlements/${id}`), ["settlement", id]);
  const pay = (of) => post(`/settlements/${id}/pay`).then(() => say(t("Paid out"), of.number), complain);
  return html`
    <${Loaded} page of=${read} bones=${8}>${(of) => html`
      <${Page} title=${of.number} crumbs=${[["/settlements", t("Settlement")]]} state=${html`<${State} of=${of.state} />`} actions=${html`
        <a class="button" href=${`/api/v1/settlements/${id}/pdf`}><${Icon} name="download" />PDF</a>
        <button type="button" class="button" onClick=${() => download(of.number, COLUMNS, of.items)}><${Icon} name="download" />CSV</button>
        ${of.state === "issued" && may("settlement_run") && html`<button type="button" class="button primary" onClick=${() => pay(of)}><${Icon} name="wallet" />${t("Paid out")}</button>`}`}>
        <div class="side-by-side">
          <${Card} title=${t("What it is for")}><${Items} of=${of} /><//>
          <${Card} title=${t("Note")}><${Facts} of=${[
            [t("From"), of.issuer_name],
            [t("To"), of.receiver_name],
            [t("Tax number"), of.receiver_tax_registration ?? "–"],
            [t("Issued"), day(of.issued_on)],
            [t("Due"), day(of.due_on)],
            of.paid_on && [t("Paid out"), day(of.paid_on)],
            [t("Net"), money(of.net)],
            [t("Tax"), money(of.tax)],
            [t("Total"), money(of.gross)],
          ].filter(Boolean)} /><//>
        </div>
      <//>`}<//>`;
}
