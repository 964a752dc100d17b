// Who owes and has not been reminded, although it was time to: nothing is done about it until that is mended.
import { html } from "../html.js";
import { get } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { money } from "../model/money.js";
import { to } from "../model/route.js";
import { said, t } from "../model/text.js";
import { day } from "../model/time.js";
import { Named } from "./figure.js";
import { Card } from "./page.js";
import { Table } from "./table.js";

const MANY = 200;

/** Why the last reminder reached nobody. */
const why = (it) => it.steps.findLast((step) => step.outcome === "failed")?.trouble ?? "";

const columns = () => [
  { head: t("Account"), lead: true, cell: (it) => html`<a class="whole" href=${to(`/accounts/${it.account}`)}>${it.account_name ?? html`<${Named} id=${it.account} />`}</a>` },
  { head: t("Why"), cell: (it) => html`<span class="text bad">${said(why(it))}</span>` },
  { head: t("Was due"), extra: true, cell: (it) => html`<span class="one-line">${it.owed.length > 0 && day(it.owed[0].due_on)}</span>` },
  { head: t("Overdue"), num: true, cell: (it) => money(it.overdue) },
  { head: t("Next reminder"), extra: true, num: true, cell: (it) => it.next && day(it.next.on) },
];

/** The card; nothing where everybody was reminded. */
export function Unheard() {
  const read = useLoad(() => get("/dunning", { state: "running", unheard: "true", limit: MANY }), ["unheard"]);
  const rows = read.data?.items ?? [];
  if (rows.length === 0) return null;
  return html`
    <${Card} title=${t("Not reminded")}>
      <p class="inside quiet">${t("Their reminders have reached nobody. No fee is charged, nothing is held and nothing ends until one has gone out: give them a contact for invoices, or a class that is reminded by post.")}</p>
      <${Table} label=${t("Not reminded")} columns=${columns()} rows=${rows} />
    <//>`;
}
