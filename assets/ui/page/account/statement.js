// The statement of an account: every movement with what was owed after it.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { money } from "../../model/money.js";
import { to } from "../../model/route.js";
import { t } from "../../model/text.js";
import { day } from "../../model/time.js";
import { Icon } from "../../part/icon.js";
import { Card } from "../../part/page.js";
import { sentence, word } from "../../part/state.js";
import { Empty, Loaded } from "../../part/still.js";
import { download, Table } from "../../part/table.js";

/** A movement in the reader's words: a document by its number, or a payment by how it came. */
function told(text) {
  const [, way, reference = ""] = /^payment by ([^:]+)(: .*)?$/.exec(text) ?? [];
  if (way) return t("Payment by {way}", { way: word(way) }) + reference;
  const [, kind, number] = /^(invoice|credit note|refund) (.*)$/.exec(text) ?? [];
  return kind ? `${t(sentence(kind))} ${number}` : sentence(text);
}

const columns = () => [
  { head: t("Day"), cell: (it) => html`<span class="one-line">${day(it.on)}</span>`, text: (it) => it.on },
  { head: t("What"), text: (it) => told(it.text), cell: (it) => it.invoice
    ? html`<a href=${to(`/invoices/${it.invoice}`)}>${told(it.text)}</a>`
    : it.payment ? html`<a href=${to(`/payments/${it.payment}`)}>${told(it.text)}</a>` : told(it.text) },
  { head: t("Charged"), num: true, cell: (it) => it.debit && money(it.debit), text: (it) => it.debit?.amount },
  { head: t("Paid or given back"), num: true, cell: (it) => it.credit && money(it.credit), text: (it) => it.credit?.amount },
  { head: t("Owed"), num: true, lead: true, cell: (it) => html`<span class="strong">${money(it.balance)}</span>`, text: (it) => it.balance.amount },
  { head: t("Currency"), text: (it) => it.balance.currency },
];

/** The statement, for each billing account. */
export function Statement({ account }) {
  const [[from, until], set] = useState(["", ""]);
  const read = useLoad(() => get(`/accounts/${account}/statement`, { from, to: until }), ["statement", account, from, until]);
  const filters = html`
    <div class="filters">
      <label class="row tight"><small>${t("From")}</small><input type="date" name="from" value=${from} onChange=${(event) => set([event.target.value, until])} /></label>
      <label class="row tight"><small>${t("Until")}</small><input type="date" name="to" value=${until} onChange=${(event) => set([from, event.target.value])} /></label>
    </div>`;
  return html`
    <${Loaded} of=${read}>${({ statements }) => statements.length === 0
      ? html`<section class="card"><${Empty} icon="book-open" title=${t("Nothing was ever owed or paid.")} /></section>`
      : statements.map((it) => html`
        <${Card} key=${it.billing_account} title=${t("Statement in {currency}", { currency: it.currency })} actions=${html`${filters}
          <button type="button" class="button small" onClick=${() => download("statement", columns(), it.lines)}><${Icon} name="download" />CSV</button>`}>
          ${it.lines.length === 0
            ? html`<${Empty} icon="book-open" title=${t("Nothing happened in this time")} />`
            : html`<${Table} label=${t("Statement")} columns=${columns()} rows=${it.lines} />`}
          <footer class="row between"><span class="quiet">${t("Before")} ${money(it.opening)}</span><span class="strong">${t("Now owed")} ${money(it.closing)}</span></footer>
        <//>`)}<//>`;
}
