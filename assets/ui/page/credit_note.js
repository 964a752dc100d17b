// One credit note, as it lies on paper: what is taken back of which invoice, and why.
import { html } from "../html.js";
import { get } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { money } from "../model/money.js";
import { to } from "../model/route.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { Icon } from "../part/icon.js";
import { Menu } from "../part/menu.js";
import { Card, Page } from "../part/page.js";
import { Loaded } from "../part/still.js";
import { forms, Party, taxName } from "./invoice.js";

function Lines({ of, invoice }) {
  const line = (id) => invoice.lines.find((it) => it.id === id);
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${t("Lines")}>
      <table>
        <thead><tr><th scope="col">${t("What")}</th><th scope="col" class="end">${t("Net")}</th><th scope="col" class="end">${t("Tax")}</th></tr></thead>
        <tbody>${of.lines.map((it, at) => html`
          <tr key=${at}><td class="strong">${line(it.line)?.text}</td><td class="end one-line">${money(it.net)}</td><td class="end one-line">${money(it.tax)}</td></tr>`)}</tbody>
      </table>
    </div>`;
}

const Paper = ({ of, invoice }) => html`
  <article class="card"><div class="paper">
    <header class="paper-head">
      <div><p class="paper-number">${t("Credit note")}</p><p class="quiet">${of.number}</p></div>
      <${Party} title=${t("From")} of=${invoice.seller} />
      <${Party} title=${t("To")} of=${invoice.buyer} />
      <dl class="paper-days">
        <div><dt>${t("Issued")}</dt><dd>${day(of.issued_on)}</dd></div>
        <div><dt>${t("For invoice")}</dt><dd><a href=${to(`/invoices/${invoice.id}`)}>${invoice.number}</a></dd></div>
        <div><dt>${t("Reason")}</dt><dd>${of.reason}</dd></div>
      </dl>
    </header>
    <${Lines} of=${of} invoice=${invoice} />
    <dl class="sums">
      <div><dt>${t("Net")}</dt><dd>${money(of.net)}</dd></div>
      ${of.taxes.map((it) => html`<div key=${it.rule + it.rate}><dt>${taxName(it)} ${t("on {amount}", { amount: money(it.base) })}</dt><dd>${money(it.tax)}</dd></div>`)}
      <div class="total"><dt>${t("Credited")}</dt><dd>${money(of.gross)}</dd></div>
    </dl>
  </div></article>`;

/** The page. */
export default function CreditNote({ id }) {
  const read = useLoad(async () => {
    const of = await get(`/credit_notes/${id}`);
    return { of, invoice: await get(`/invoices/${of.invoice}`) };
  }, [id]);
  return html`
    <${Loaded} page of=${read} bones=${8}>${({ of, invoice }) => html`
      <${Page} title=${of.number ?? t("Draft")} crumbs=${[["/invoices", t("Invoices")], ["/credit-notes", t("Credit notes")], [`/accounts/${of.account}`, invoice.buyer?.name ?? "…"]]}
        actions=${html`
          <button type="button" class="button" onClick=${() => print()}><${Icon} name="printer" />${t("Print")}</button>
          ${of.number && html`<${Menu} label=${t("As a file")} kind="button" button=${html`<${Icon} name="download" />${t("As a file")}`} items=${forms(`/credit_notes/${of.id}`)} />`}`}>
        <div class="side-by-side">
          <${Paper} of=${of} invoice=${invoice} />
          ${of.chain && html`<div class="stack screen-only">
            <${Card} title=${t("Seal")}><div class="inside stack tight">
              <p class="quiet">${t("Each credit note is sealed together with the one before.")}</p>
              <p class="mono faint">${of.chain.hash.match(/.{16}/g).join(" ")}</p></div><//></div>`}
        </div>
      <//>`}<//>`;
}
