// Billing runs: what would be billed now, billing it, and the runs there were.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { money } from "../model/money.js";
import { go, to } from "../model/route.js";
import { isHouse, may } from "../model/session.js";
import { count, said, t } from "../model/text.js";
import { day, today } from "../model/time.js";
import { Far, Named } from "../part/figure.js";
import { Icon } from "../part/icon.js";
import { List } from "../part/list.js";
import { Card, Page } from "../part/page.js";
import { State, stateName } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { Table } from "../part/table.js";
import { complain } from "../part/toast.js";

/** Sums of invoices by currency. */
export const Amounts = ({ of }) => html`
  <${Table} label=${t("Sums by currency")} rows=${of} columns=${[
    { head: t("Currency"), cell: (it) => html`<span class="strong">${it.currency}</span>` },
    { head: t("Invoices"), num: true, cell: (it) => count(it.invoices) },
    { head: t("Net"), num: true, cell: (it) => money(it.net) },
    { head: t("Tax"), num: true, cell: (it) => money(it.tax) },
    { head: t("Gross"), num: true, lead: true, cell: (it) => html`<span class="strong">${money(it.gross)}</span>` },
  ]} />`;

/** Who could not be billed, and why. */
export const Failures = ({ of, failed }) => html`
  <${Card} title=${t("{count} could not be billed", { count: failed ?? of.length })}>
    <${Table} label=${t("Failures")} rows=${of} columns=${[
      { head: t("Billing account"), cell: (it) => html`<${Named} id=${it.billing_account} />` },
      { head: t("Reason"), cell: (it) => said(it.reason, it.title) },
      { head: t("Code"), cell: (it) => html`<span class="mono faint">${it.code}</span>` },
    ]} />
  <//>`;

const DIFFERENCES = { new: () => t("New"), gone: () => t("Gone"), changed: () => t("Another amount") };

/** Who is billed otherwise than in the last run. */
export function Comparison({ path, query }) {
  const read = useLoad(() => get(path, query), [path, JSON.stringify(query ?? {})]);
  return html`
    <${Loaded} of=${read} bones=${2}>${(of) => of.with && of.differences.length > 0 && html`
      <${Card} title=${t("Otherwise than in run {number}", { number: String(of.with_number) })}>
        <${Table} label=${t("Differences")} rows=${of.differences} columns=${[
          { head: t("Account"), cell: (it) => (it.account ? html`<a href=${to(`/accounts/${it.account}`)}>${it.account_name ?? it.account}</a>` : it.billing_account) },
          { head: t("What"), lead: true, cell: (it) => DIFFERENCES[it.kind]() },
          { head: t("Before"), num: true, cell: (it) => money(it.before) },
          { head: t("Now"), num: true, cell: (it) => html`<span class="strong">${money(it.now)}</span>` },
        ]} />
        <footer class="row between"><span class="quiet">${t("{added} new, {gone} gone, {changed} changed", { added: of.new, gone: of.gone, changed: of.changed })}</span></footer>
      <//>`}<//>`;
}

/** Why nothing would be billed. */
function Nothing({ plan }) {
  if (plan.failures.length > 0) return html`<${Empty} icon="triangle-alert" title=${t("Nothing can be billed")}><p>${t("Something is missing: below stands what, and for whom.")}</p><//>`;
  if (plan.total > 0) return html`<${Empty} icon="circle-check" title=${t("Nothing left to bill")}><p>${t("Nobody owes an invoice for anything up to {day}.", { day: day(plan.through) })}</p><//>`;
  return html`<${Empty} icon="circle-check" title=${t("Nothing is due")}><p>${t("No account has a billing day up to {day} that was not billed.", { day: day(plan.through) })}</p><//>`;
}

function Plan() {
  const [through, until] = useState(today());
  const [isBusy, wait] = useState(false);
  const read = useLoad(async () => {
    const [plan, left] = await Promise.all([get("/billing_runs/plan", { through }), get("/billing_runs/left")]);
    return { plan, left };
  }, ["plan", through]);
  const isNow = through === today();
  const start = async () => {
    wait(true);
    try {
      const run = await post("/billing_runs");
      go(`/billing/${run.id}`);
    } catch (problem) {
      complain(problem);
    }
    wait(false);
  };
  return html`
    <${Card} title=${t("What would be billed")} actions=${html`
      <label class="row tight"><small>${t("through")}</small><input class="date" type="date" name="through" value=${through} onChange=${(event) => until(event.target.value || today())} /></label>`}>
      <${Loaded} of=${read} bones=${3}>${({ plan, left }) => html`
        ${plan.invoices === 0
          ? html`<${Nothing} plan=${plan} />`
          : html`<${Amounts} of=${plan.amounts} />`}
        <footer class="row between">
          <span class="quiet">${t("{count} billing accounts looked at", { count: plan.total })}${left.failed > 0 && html` · <span class="text bad">${t("{count} failed the last time", { count: left.failed })}</span>`}${left.unrated_events > 0 && html` · <a class="text bad" href=${to("/usage")}>${t("{count} usage events have no price: nobody bills them.", { count: left.unrated_events })}</a>`}</span>
          ${may("billing_run") && html`<button type="button" class="button primary" disabled=${isBusy || !isNow || (plan.invoices === 0 && left.failed === 0)} onClick=${start}><${Icon} name="play" />${t("Bill what is due")}</button>`}
        </footer>`}<//>
    <//>
    ${read.data?.plan.invoices > 0 && html`<${Comparison} path="/billing_runs/plan/comparison" query=${{ through }} />`}
    ${read.data?.plan.failures.length > 0 && html`<${Failures} of=${read.data.plan.failures} />`}`;
}

/** Bills that their seller can look at before they are issued. */
function Proposed() {
  const read = useLoad(() => get("/billing_runs/proposed"), ["proposed"]);
  const issue = (it) => post(`/billing_accounts/${it.billing_account}/bill`).catch(complain);
  return html`
    <${Loaded} of=${read} bones=${1}>${({ items }) => items.length > 0 && html`
      <${Card} title=${t("{count} bills wait to be issued", { count: items.length })}>
        <${Table} label=${t("Bills that wait to be issued")} rows=${items} columns=${[
          { head: t("Account"), cell: (it) => html`<a class="whole" href=${to(`/accounts/${it.account}`)}>${it.account_name ?? it.account}</a>` },
          { head: t("Charged"), lead: true, cell: (it) => it.refused ? html`<span class="text bad">${it.refused}</span>` : it.lines.map((line) => html`<div>${line.text} <span class="quiet">${money(line.net)}</span></div>`) },
          { head: t("Gross"), num: true, cell: (it) => it.amounts.map((amount) => html`<div class="strong">${money(amount.gross)}</div>`) },
          { head: t("Is issued"), num: true, cell: (it) => html`<${Far} at=${it.issued_at} />` },
          { head: "", num: true, cell: (it) => may("billing_run") && !it.refused && html`<button type="button" class="button" onClick=${() => issue(it)}>${t("Issue now")}</button>` },
        ]} />
      <//>`}<//>`;
}

const columns = () => [
  { head: t("Run"), cell: (it) => html`<a class="whole" href=${to(`/billing/${it.id}`)}>${it.number}</a>`, text: (it) => it.number },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />`, text: (it) => it.state },
  { head: t("Through"), cell: (it) => day(it.through), text: (it) => it.through },
  { head: t("Accounts"), num: true, extra: true, cell: (it) => count(it.done), text: (it) => it.done },
  { head: t("Invoices"), num: true, cell: (it) => count(it.invoices), text: (it) => it.invoices },
  { head: t("Gross"), num: true, cell: (it) => html`<div>${it.amounts.map((amount) => html`<div>${money(amount.gross)}</div>`)}</div>` },
  { head: t("Failed"), num: true, cell: (it) => it.failed > 0 && html`<span class="badge bad">${count(it.failed)}</span>`, text: (it) => it.failed },
  { head: t("Began"), num: true, cell: (it) => html`<${Far} at=${it.started_at} />`, text: (it) => it.started_at },
];

/** The page. */
export default function Billing() {
  return html`
    <${Page} title=${t("Billing runs")}>
      ${isHouse() && html`<${Plan} /><${Proposed} />`}
      <${List} path="/billing_runs" label=${t("Billing runs")} file="billing-runs" columns=${columns()}
        filters=${[{ key: "state", kind: "select", label: t("State"), options: ["planned", "running", "done", "canceled"].map((it) => [it, stateName(it)]) }]}
        empty=${isHouse()
          ? html`<${Empty} icon="play" title=${t("No run yet")}><p>${t("Billing runs by itself on each billing day.")}</p><//>`
          : html`<${Empty} icon="play" title=${t("The house bills for you")}><p>${t("Its runs bill the customers of all sellers. What came of them for yours are the invoices.")}</p><a class="button" href=${to("/invoices")}>${t("Invoices")}</a><//>`} />
    <//>`;
}
