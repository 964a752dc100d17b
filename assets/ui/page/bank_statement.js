// One bank statement: what moved, what was made of it, and what waits for a person.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { money } from "../model/money.js";
import { listed } from "../model/name.js";
import { to } from "../model/route.js";
import { may } from "../model/session.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { Amount } from "../part/figure.js";
import { Field, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Menu } from "../part/menu.js";
import { Card, Facts, Page } from "../part/page.js";
import { State } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { Table } from "../part/table.js";
import { complain, say } from "../part/toast.js";

const PUZZLES = {
  names_nothing: () => t("It names nothing that is to be paid."),
  amount_differs: () => t("What it names is open in another amount."),
  several_payers: () => t("What it names is of several customers."),
  not_expected: () => t("The payment that it names is not on its way."),
  went_out: () => t("Money went out, and nothing here says for what."),
};

function Assign({ id, line, onClose }) {
  const accounts = useLoad(() => listed("/accounts"), ["accounts"]).data ?? new Map();
  const assign = async (body) => {
    await post(`/bank_statements/${id}/assign`, { ...body, line: line.line });
    say(t("It is a payment now"));
  };
  return html`
    <${FormDialog} title=${t("Whose are the {amount}?", { amount: money(line.amount) })} onClose=${onClose} onSend=${assign} send=${t("Record the payment")}
      intro=${t("What is due first of the customer is paid first.")}>
      <${Field} name="account" label=${t("Customer")} kind="select" options=${[["", "–"], ...[...accounts.values()].map((it) => [it.id, it.name])]} required autofocus />
    <//>`;
}

function Lines({ of }) {
  const [line, choose] = useState(null);
  const putAside = (it) => post(`/bank_statements/${of.id}/put_aside`, { line: it.line }).then(() => say(t("It is put aside")), complain);
  const isComing = (it) => !it.amount.amount.startsWith("-");
  const actions = (it) => [
    isComing(it) && { text: t("Say whose it is"), icon: "users", onClick: () => choose(it) },
    { text: t("Put it aside"), icon: "ban", onClick: () => putAside(it) },
  ].filter(Boolean);
  const result = (it) => {
    if (it.payment) return html`<a href=${to(`/payments/${it.payment}`)}>${t("Payment")}</a>`;
    if (it.debit_order) return html`<a href=${to(`/debit-orders/${it.debit_order}`)}>${t("Debit order")}</a>`;
    return PUZZLES[it.puzzle]?.();
  };
  const columns = [
    { head: t("Booked"), cell: (it) => html`<span class="one-line">${day(it.booked_on)}</span>` },
    { head: t("Text"), lead: true, cell: (it) => html`<div><span class="strong">${it.counterparty ?? "–"}</span><div class="quiet">${it.text}</div></div>` },
    { head: t("Amount"), num: true, cell: (it) => html`<${Amount} of=${it.amount} plain />` },
    { head: t("State"), cell: (it) => html`<${State} of=${it.state} />` },
    { head: t("What it became"), cell: result },
    { head: "", num: true, cell: (it) => it.state === "open" && may("banking_write") && html`<${Menu} label=${t("Actions for {name}", { name: String(it.line + 1) })} button=${html`<${Icon} name="ellipsis" />`} items=${actions(it)} />` },
  ];
  if (of.lines.length === 0) return html`<${Empty} icon="inbox" title=${t("Nothing moved")} />`;
  return html`
    <${Table} label=${t("Lines")} rows=${of.lines} columns=${columns} />
    ${line && html`<${Assign} id=${of.id} line=${line} onClose=${() => choose(null)} />`}`;
}

/** The page. */
export default function BankStatement({ id }) {
  const read = useLoad(() => get(`/bank_statements/${id}`), ["bank_statement", id]);
  return html`
    <${Loaded} page of=${read} bones=${8}>${(of) => html`
      <${Page} title=${t("Statement {name}", { name: of.reference })} crumbs=${[["/bank", t("Bank")]]} state=${html`<${State} of=${of.open > 0 ? "open" : "completed"} />`}>
        <${Card} title=${t("What moved")}><${Lines} of=${of} /><//>
        <${Card} title=${t("Account")}><div class="inside"><${Facts} of=${[
          [t("Ends with"), of.last_digits],
          of.from && [t("From"), day(of.from)],
          of.to && [t("To"), day(of.to)],
        ].filter(Boolean)} /></div><//>
      <//>`}<//>`;
}
