// One billing run, live: how far it is, how fast, what it made, and what it could not.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { to } from "../model/route.js";
import { may } from "../model/session.js";
import { count, t } from "../model/text.js";
import { day } from "../model/time.js";
import { invoiceColumns } from "./account.js";
import { Amounts, Comparison, Failures } from "./billing.js";
import { When } from "../part/figure.js";
import { Rows } from "../part/list.js";
import { Card, Facts, Page } from "../part/page.js";
import { State } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { complain, say } from "../part/toast.js";

const LOOK_MS = 400;

function Progress({ of }) {
  return html`
    <div class="stack tight" role="status">
      <div class="row between"><span>${t("{done} of {total} billing accounts", { done: of.done, total: of.total, count: of.total })}</span>
        ${of.per_second !== null && html`<span class="quiet">${t("{rate} a second", { rate: of.per_second })}</span>`}</div>
      <progress class="meter" max=${Math.max(1, of.total)} value=${of.state === "done" ? Math.max(1, of.total) : of.done} aria-label=${t("Progress")}></progress>
    </div>`;
}

/** The page. */
export default function BillingRun({ id }) {
  const [turn, look] = useState(0);
  const first = useLoad(() => get(`/billing_runs/${id}`), [id]);
  const [fresh, set] = useState(null);
  const read = fresh ? { data: fresh } : first;
  const isRunning = ["planned", "running"].includes(read.data?.state);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setTimeout(() => get(`/billing_runs/${id}`).then(set, complain).then(() => look(turn + 1)), LOOK_MS);
    return () => clearTimeout(timer);
  }, [isRunning, turn]);
  const stop = () => post(`/billing_runs/${id}/cancel`).then(() => say(t("The run stops; what it made stays")), complain);
  return html`
    <${Loaded} page of=${read}>${(of) => html`
      <${Page} title=${t("Billing run {number}", { number: String(of.number) })} crumbs=${[["/billing", t("Billing runs")]]} state=${html`<${State} of=${of.state} />`}
        actions=${isRunning && may("billing_run") && html`<button type="button" class="button danger" onClick=${stop}>${t("Stop")}</button>`}>
        <${Card}>
          <div class="inside stack">
            <${Progress} of=${of} />
            <${Facts} of=${[
              [t("Through"), day(of.through)],
              [t("Invoices"), count(of.invoices)],
              [t("Failed"), count(of.failed)],
              [t("Began"), html`<${When} at=${of.started_at} />`],
              [t("Ended"), of.ended_at && html`<${When} at=${of.ended_at} far=${false} />`],
            ]} />
          </div>
        <//>
        ${of.amounts.length > 0
          ? html`<${Card} title=${t("Sums by currency")}><${Amounts} of=${of.amounts} /><//>`
          : !isRunning && of.failed === 0 && html`<section class="card"><${Empty} icon="circle-check" title=${t("Nothing left to bill")}><p>${t("Everybody had all of the invoices already.")}</p><//></section>`}
        ${!isRunning && of.invoices > 0 && html`<${Comparison} path=${`/billing_runs/${id}/comparison`} />`}
        ${of.failures.length > 0 && html`<${Failures} of=${of.failures} failed=${of.failed} />`}
        ${of.invoices > 0 && may("invoice_read") && html`
          <${Card} title=${t("Invoices of this run")}>
            <${Rows} path="/invoices" query=${{ billing_run: id }} label=${t("Invoices of this run")} columns=${[invoiceColumns()[0], { head: t("Customer"), cut: true, cell: (it) => it.buyer?.name ?? "" }, ...invoiceColumns().slice(1)]}
              empty=${html`<a href=${to("/invoices")}>${t("Invoices")}</a>`} />
          <//>`}
      <//>`}<//>`;
}
