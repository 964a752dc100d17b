// The overview: this month's figures and how they changed, revenue over a year, what came last, what is late, what is next.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { all, get, some } from "../model/api.js";
import { plus } from "../model/decimal.js";
import { useLoad } from "../model/load.js";
import { brief, isNothing, money, round } from "../model/money.js";
import { name as named } from "../model/name.js";
import { here, refine, to } from "../model/route.js";
import { isBuyer, isHouse, may, session } from "../model/session.js";
import { count, t } from "../model/text.js";
import { day, month, today } from "../model/time.js";
import { Chart } from "../part/chart.js";
import { Change, Far } from "../part/figure.js";
import { Icon } from "../part/icon.js";
import { Card, Page } from "../part/page.js";
import { State } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { Table } from "../part/table.js";

const FEW = 6;
const SOME = 6;
const MANY = 5000;

const Figure = ({ name, value, children }) => html`
  <div class="card figure"><dt>${name}</dt><dd>${value}</dd><dd class="note">${children}</dd></div>`;

/** The change against last month; where this one has nothing yet, what there was. */
const Against = ({ this: now, last, percent }) => (isNothing(now) && last && !isNothing(last)
  ? t("nothing charged yet; last month {amount}", { amount: round(last) })
  : html`<${Change} percent=${percent} growth=${isBuyer() ? "neither" : "good"} />`);

function Figures({ of, isWithResellers }) {
  const where = isWithResellers ? t("in {currency}, with resellers", { currency: of.currency }) : t("in {currency}", { currency: of.currency });
  const { change, overdue: late } = of;
  const [last, now] = of.months.slice(-2);
  return html`
    <dl class="figures">
      <${Figure} name=${t("Recurring each month, net")} value=${round(of.mrr)}>${where}<//>
      <${Figure} name=${t("Active subscriptions")} value=${count(of.active_subscriptions)}>${where}<//>
      <${Figure} name=${t("Invoiced this month, net")} value=${round(of.invoiced_this_month)}><${Against} this=${now.invoiced_net} last=${last?.invoiced_net} percent=${change.invoiced_percent} /><//>
      <${Figure} name=${t("Overdue, gross")} value=${round(late.amount)}>
        ${late.invoices > 0
          ? html`<a class="badge bad" href=${to("/invoices", { state: "overdue" })}><${Icon} name="circle-alert" />${t("{count} invoices", { count: late.invoices })}</a>`
          : html`<span class="badge good"><${Icon} name="check" />${t("Nothing is overdue")}</span>`}<//>
    </dl>`;
}

const SERIES = [
  ["invoiced_net", () => t("All")], ["recurring", () => t("Recurring")], ["usage", () => t("Usage")],
  ["one_time", () => t("One-time")], ["paid", () => t("Paid")],
];

/** The months from before the first in which there was anything, at least some of them; not the last while it is empty. */
function begun(months) {
  const isEmpty = (it) => isNothing(it.invoiced_net) && isNothing(it.paid);
  const over = isEmpty(months.at(-1)) ? months.slice(0, -1) : months;
  const first = over.findIndex((it) => !isEmpty(it));
  return over.slice(Math.max(0, Math.min(first - 1, over.length - SOME)));
}

function Revenue({ of, isWithResellers }) {
  const [series, choose] = useState("invoiced_net");
  const months = begun(of.months);
  const points = months.map((it) => ({
    at: month(it.month, true), label: month(it.month), value: it[series].amount, said: money(it[series]),
  }));
  const last = points.at(-1);
  const summary = t("{series} in the last {count} months; {month}: {amount}", {
    series: SERIES.find(([key]) => key === series)[1](), count: points.length, month: last?.at ?? "", amount: last?.said ?? "",
  });
  return html`
    <${Card} title=${isBuyer() ? t("Invoices by month, net") : isWithResellers ? t("Revenue by month, net, with that of resellers") : t("Revenue by month, net")} actions=${html`
      <div class="segments" role="group" aria-label=${isBuyer() ? t("Which invoices") : t("Which revenue")}>
        ${SERIES.map(([key, text]) => html`<button type="button" aria-pressed=${key === series} onClick=${() => choose(key)}>${text()}</button>`)}
      </div>`}>
      <div class="inside"><${Chart} points=${points} brief=${(it) => brief(it, of.currency)} summary=${summary} head=${[t("Month"), t("Net")]} /></div>
    <//>`;
}

/** The currency in which most subscriptions are, which is whose figures one wants to see first. */
const main = (all) => all.toSorted((one, other) => other.active_subscriptions - one.active_subscriptions)[0];

function Month() {
  const read = useLoad(() => get("/overview"), ["overview"]);
  // The figures of a house are those of all who sell in it.
  const isWithResellers = useLoad(async () => isHouse() && may("account_read") && (await some("/accounts", { kind: "reseller", limit: 1 })).items.length > 0, ["resellers"]).data;
  if (read.error?.isNoRoute) return null;
  return html`
    <${Loaded} of=${read}>${(found) => {
      const all = found.currencies;
      const of = all.find((it) => it.currency === here.value.query.currency) ?? main(all);
      if (!of) return null;
      return html`
        ${all.length > 1 && html`
          <div class="segments start" role="group" aria-label=${t("Currency")}>
            ${all.map((it) => html`<button type="button" aria-pressed=${it === of} onClick=${() => refine({ currency: it.currency })}>${it.currency}</button>`)}
          </div>`}
        <${Figures} of=${of} isWithResellers=${isWithResellers} />
        <${Revenue} of=${of} isWithResellers=${isWithResellers} />`;
    }}<//>`;
}

const recent = () => [
  { head: t("Number"), cell: (it) => html`<a class="whole one-line" href=${to(`/invoices/${it.id}`)}>${it.number ?? t("Draft")}</a>` },
  isBuyer() ? { head: t("Due"), cell: (it) => day(it.due_on) } : { head: t("Customer"), cut: true, cell: (it) => it.buyer?.name ?? "" },
  { head: t("State"), cell: (it) => html`<${State} of=${it.state} />` },
  { head: t("Gross"), num: true, lead: true, cell: (it) => money(it.gross) },
];

const lateColumns = () => [
  isBuyer()
    ? { head: t("Invoice"), cell: (it) => html`<a class="whole one-line" href=${to(`/invoices/${it.id}`)}>${it.number}</a>` }
    : { head: t("Customer"), cell: (it) => html`<a class="whole" href=${to(`/invoices/${it.id}`)}>${it.buyer?.name ?? ""}</a><br /><small class="one-line">${it.number}</small>` },
  { head: t("Was due"), cell: (it) => html`<span class="text bad one-line"><${Far} at=${it.due_on} /></span>` },
  { head: t("Open"), num: true, lead: true, cell: (it) => money(it.due) },
];

function Recent() {
  const read = useLoad(() => some("/invoices", { limit: FEW }), ["recent"]);
  return html`
    <${Card} title=${t("Recent invoices")} actions=${html`<a class="button small" href=${to("/invoices")}>${t("All invoices")}</a>`}>
      <${Loaded} of=${read}>${({ items }) => items.length === 0
        ? html`<${Empty} icon="receipt-text" title=${t("No invoices yet")}><p>${t("They come with the first billing day after somebody bought something.")}</p><//>`
        : html`<${Table} label=${t("Recent invoices")} rows=${items} columns=${recent()} />`}<//>
    <//>`;
}

function Overdue() {
  const read = useLoad(async () => {
    const { items } = await some("/invoices", { state: "overdue", limit: 200, order: "oldest" });
    return { items: items.sort((one, other) => (one.due_on < other.due_on ? -1 : 1)).slice(0, FEW) };
  }, ["overdue"]);
  // Who buys is told by the figure that nothing is late.
  if (isBuyer() && !read.data?.items.length && !read.error) return null;
  return html`
    <${Card} title=${t("Overdue")} actions=${html`<a class="button small" href=${to("/invoices", { state: "overdue" })}>${t("All overdue")}</a>`}>
      <${Loaded} of=${read}>${({ items }) => items.length === 0
        ? html`<${Empty} icon="circle-check" title=${t("Nothing is overdue")}><p>${t("Invoices that are not paid in time appear here, the oldest first.")}</p><//>`
        : html`<${Table} label=${t("Overdue invoices")} rows=${items} columns=${lateColumns()} />`}<//>
    <//>`;
}

/** What will happen without anybody doing anything. */
function Next() {
  const read = useLoad(async () => {
    const [left, accounts] = await Promise.all([
      may("billing_read") && isHouse() ? get("/billing_runs/left") : null,
      all("/billing_accounts", { fields: "next_bill_on,state" }, MANY),
    ]);
    const billed = accounts.filter((it) => it.state !== "defined" && it.next_bill_on >= today());
    const days = Map.groupBy(billed, (it) => it.next_bill_on);
    return { left, isCut: accounts.length >= MANY, days: [...days].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, 4) };
  }, ["next"]);
  return html`
    <${Card} title=${t("What happens next")}>
      <${Loaded} of=${read}>${({ left, isCut, days }) => html`
        <div class="inside stack tight">
          ${left && html`
            <p class=${`notice ${left.nothing_left ? "good" : "warn"}`}><${Icon} name=${left.nothing_left ? "circle-check" : "clock"} />
              <span>${left.due > 0 ? t("{count} billing accounts are due now.", { count: left.due }) : t("Nothing is due to be billed.")}
                ${left.failed > 0 && html` <a href=${to("/billing")}>${t("{count} could not be billed.", { count: left.failed })}</a>`}</span></p>
            ${left.unrated_events > 0 && html`<p class="notice warn"><${Icon} name="triangle-alert" /><a href=${to("/usage")}>${t("{count} usage events have no price: nobody bills them.", { count: left.unrated_events })}</a></p>`}`}
          <ol class="timeline">
            ${days.map(([date, rows]) => html`<li key=${date}><span><span class="strong">${isBuyer() ? t("Next invoice") : isCut ? t("{count} billing accounts or more are billed", { count: rows.length }) : t("{count} billing accounts are billed", { count: rows.length })}</span><br /><small>${day(date)}</small></span><span class="quiet"><${Far} at=${date} /></span></li>`)}
          </ol>
          ${days.length === 0 && html`<p class="quiet">${isBuyer() ? t("No invoice is to come.") : t("The billing days of who has a subscription appear here.")}</p>`}
        </div>`}<//>
    <//>`;
}

/** To who sells and buys: that it is on hold itself, or owes something that is overdue, which nobody else tells it. */
function Own() {
  const { id, kind } = session.value.account;
  const isAsked = kind !== "provider" && may("account_read");
  const account = useLoad(async () => (isAsked ? get(`/accounts/${id}`) : null), ["own", id]).data;
  const late = useLoad(async () => (isAsked && may("invoice_read") ? get("/invoices", { account: id, state: "overdue", limit: 200 }) : { items: [] }), ["own late", id]).data?.items ?? [];
  const isHeld = account?.holds.length > 0;
  if (!isHeld && late.length === 0) return null;
  const sums = [...Map.groupBy(late, (it) => it.currency)].map(([currency, all]) => money({ amount: all.reduce((sum, it) => plus(sum, it.due.amount), "0"), currency }));
  return html`
    <div class="notice warn" role="status"><${Icon} name=${isHeld ? "pause" : "triangle-alert"} />
      <p>${isHeld && html`<span class="strong">${t("Your account is on hold.")}</span> `}
        ${late.length > 0 && t("You owe {amount} that is overdue.", { amount: sums.join(", ") })} <a href=${to("/invoices", { mine: isBuyer() ? "" : 1, state: "overdue" })}>${t("See what is to be paid")}</a></p></div>`;
}

/** To who has bought nothing yet: where to begin. */
function Welcome() {
  const read = useLoad(async () => (isBuyer() && may("order_place") ? (await get("/orders", { limit: 1 })).items.length === 0 : false), ["welcome"]);
  if (!read.data) return null;
  return html`
    <section class="card welcome"><div class="inside row between"><div><h2>${t("Welcome")}</h2><p class="quiet">${t("Look at what there is, put what you need into the cart, and it is yours.")}</p></div>
      <a class="button primary" href=${to("/shop")}><${Icon} name="tag" />${t("To the shop")}</a></div></section>`;
}

const mine = () => [
  { head: t("Subscription"), cell: (it) => html`<a class="whole" href=${to(`/subscriptions/${it.id}`)}>${it.name ?? named(it.offer).value ?? it.number}</a>` },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
  { head: t("Quantity"), num: true, cell: (it) => it.quantity },
];

/** What a buyer wants to see first: what it has. */
function Mine() {
  const read = useLoad(() => some("/subscriptions", { limit: FEW }), ["mine"]);
  return html`
    <${Card} title=${t("Subscriptions")} actions=${html`<a class="button small" href=${to("/subscriptions")}>${t("All")}</a>`}>
      <${Loaded} of=${read}>${({ items }) => items.length === 0
        ? html`<${Empty} icon="repeat" title=${t("No subscriptions yet")}><p>${t("What your account has and you may see appears here.")}</p><a class="button" href=${to("/shop")}>${t("See what is offered")}</a><//>`
        : html`<${Table} label=${t("Subscriptions")} rows=${items} columns=${mine()} />`}<//>
    <//>`;
}

/** The steps to the first invoice, for who sells and has not come far: nobody else reads their code. */
function Beginning() {
  const read = useLoad(async () => {
    if (!may("catalog_write") || !may("account_register")) return null;
    const { items } = await some("/invoices", { limit: 2 });
    return items.length > 1 ? null : import("../part/first_steps.js");
  }, ["beginning"]);
  return read.data && html`<${read.data.FirstSteps} />`;
}

/** The page. */
export default function Overview() {
  if (!may("invoice_read")) return html`<${Page} title=${t("Overview")}><${Welcome} /><${Mine} /><//>`;
  const actions = may("account_register")
    ? html`<a class="button primary" href=${to("/accounts", { new: 1 })}><${Icon} name="plus" />${t("New account")}</a>`
    : isBuyer() && may("order_place") && html`<a class="button primary" href=${to("/shop")}><${Icon} name="tag" />${t("To the shop")}</a>`;
  const [late, next] = [html`<${Overdue} />`, may("billing_account_read") && html`<${Next} />`];
  return html`
    <${Page} title=${t("Overview")} actions=${actions}>
      <${Beginning} />
      <${Own} />
      ${isBuyer() && html`<${Welcome} /><div class="halves"><${Mine} /><div class="stack">${next}${late}</div></div>`}
      <${Month} />
      <${Recent} />
      ${!isBuyer() && html`<div class="halves">${late}${next}</div>`}
    <//>`;
}
