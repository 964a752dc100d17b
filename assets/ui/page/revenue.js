// Revenue: what was charged, what of it is earned month by month, and what is still deferred.
import { html } from "../html.js";
import { get } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { money } from "../model/money.js";
import { here, refine } from "../model/route.js";
import { t } from "../model/text.js";
import { month, today } from "../model/time.js";
import { Card, Page } from "../part/page.js";
import { Empty, Loaded } from "../part/still.js";
import { Table } from "../part/table.js";

/** A month so many months from one: `2026-11`. */
function shifted(text, months) {
  const [year, at] = text.split("-").map(Number);
  return new Date(Date.UTC(year, at - 1 + months, 1)).toISOString().slice(0, 7);
}

const columns = () => [
  { head: t("Month"), lead: true, cell: (it) => html`<span class="strong one-line">${month(it.month, true)}</span>` },
  { head: t("Charged"), num: true, cell: (it) => money(it.charged) },
  { head: t("Earned"), num: true, cell: (it) => html`<span class="strong">${money(it.earned)}</span>` },
  { head: t("Deferred at its end"), num: true, cell: (it) => money(it.deferred) },
];

/** The page. */
export default function Revenue() {
  const now = today().slice(0, 7);
  const { from = shifted(now, -5), to = shifted(now, 6) } = here.value.query;
  const read = useLoad(() => get("/revenue", { from, to }), ["revenue", from, to]);
  const bound = (name, label, value) => html`
    <label class="row tight"><small>${label}</small><input type="month" name=${name} value=${value} onChange=${(event) => refine({ [name]: event.target.value })} /></label>`;
  return html`
    <${Page} title=${t("Earned revenue")} actions=${html`${bound("from", t("from"), from)}${bound("to", t("to"), to)}`}>
      <${Loaded} of=${read} bones=${6}>${({ currencies }) => currencies.length === 0
        ? html`<section class="card"><${Empty} icon="calculator" title=${t("Nothing was charged yet")}><p>${t("What is charged for days to come is earned as they pass, and deferred until then.")}</p><//></section>`
        : currencies.map((it) => html`
          <${Card} key=${it.currency} title=${it.currency}><${Table} label=${t("Earned revenue in {currency}", { currency: it.currency })} rows=${it.months} columns=${columns()} /><//>`)}<//>
    <//>`;
}
