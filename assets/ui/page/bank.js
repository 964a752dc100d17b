// The bank: what it is to collect by mandate, and what it says of what moved on the account.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { post } from "../model/api.js";
import { money } from "../model/money.js";
import { go, to } from "../model/route.js";
import { may } from "../model/session.js";
import { count, t } from "../model/text.js";
import { day } from "../model/time.js";
import { Field, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { List, Rows } from "../part/list.js";
import { Card, Page } from "../part/page.js";
import { State, stateName } from "../part/state.js";
import { Empty } from "../part/still.js";
import { say } from "../part/toast.js";

const orders = () => [
  { head: t("Number"), cell: (it) => html`<a class="whole" href=${to(`/debit-orders/${it.id}`)}>${it.number}</a>` },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
  { head: t("Collected on"), cell: (it) => html`<span class="one-line">${day(it.collect_on)}</span>` },
  { head: t("Payments"), num: true, cell: (it) => count(it.count) },
  { head: t("Amount"), num: true, cell: (it) => money(it.total) },
];

const statements = () => [
  { head: t("Statement"), cell: (it) => html`<a class="whole" href=${to(`/bank-statements/${it.id}`)}>${it.reference}</a>`, text: (it) => it.reference },
  { head: t("Waiting for you"), lead: true, num: true, cell: (it) => it.open > 0 && html`<span class="badge warn">${count(it.open)}</span>`, text: (it) => it.open },
  { head: t("From"), cell: (it) => it.from && html`<span class="one-line">${day(it.from)}</span>`, text: (it) => it.from },
  { head: t("To"), cell: (it) => it.to && html`<span class="one-line">${day(it.to)}</span>`, text: (it) => it.to },
  { head: t("Lines"), num: true, cell: (it) => count(it.count), text: (it) => it.count },
];

function Collect({ onClose }) {
  const collect = async (body) => {
    const { items } = await post("/debit_orders", body);
    if (items.length === 0) say(t("There is nothing to collect"));
    else if (items.length === 1) go(`/debit-orders/${items[0].id}`);
    else say(t("Orders: {numbers}", { numbers: items.map((it) => it.number).join(", ") }));
  };
  return html`
    <${FormDialog} title=${t("Collect what is due")} onClose=${onClose} onSend=${collect} send=${t("Order it")}
      intro=${t("What is due by then from those who pay by mandate becomes a file for your bank. They are told by mail.")}>
      <${Field} name="collect_on" label=${t("Collected on")} kind="date" hint=${t("The first day on which they are told in time, if you say nothing")} autofocus />
    <//>`;
}

function TakeIn({ onClose }) {
  const [camt, read] = useState("");
  const choose = async ({ target }) => read(target.files[0] ? await target.files[0].text() : "");
  const take = async () => {
    const { items } = await post("/bank_statements", { camt });
    const open = items.reduce((sum, it) => sum + it.open, 0);
    say(t("The statement is read"), open > 0 ? t("{count} lines wait for you", { count: open }) : t("All of it was found"));
    if (items.length === 1) go(`/bank-statements/${items[0].id}`);
  };
  return html`
    <${FormDialog} title=${t("Take a bank statement in")} onClose=${onClose} onSend=${take} send=${t("Take it in")}
      intro=${t("What came in settles what it names. The same file changes nothing a second time.")}>
      <${Field} name="camt" label=${t("Statement (camt.053)")} kind="file" accept=".xml,application/xml,text/xml" onChange=${choose} required />
    <//>`;
}

function Orders() {
  const [isCollecting, collect] = useState(false);
  const button = may("banking_write") && html`<button type="button" class="button small" onClick=${() => collect(true)}><${Icon} name="play" />${t("Collect what is due")}</button>`;
  return html`
    <${Card} title=${t("Debit orders")} actions=${button}>
      <${Rows} path="/debit_orders" label=${t("Debit orders")} columns=${orders()}
        empty=${html`<${Empty} icon="landmark" title=${t("No debit order yet")}><p>${t("Say on your letterhead as whom you collect, and keep the mandates of your customers with their payment methods.")}</p><//>`} />
      ${isCollecting && html`<${Collect} onClose=${() => collect(false)} />`}
    <//>`;
}

/** The page. */
export default function Bank() {
  const [isTaking, take] = useState(false);
  const actions = may("banking_write") && html`<button type="button" class="button primary" onClick=${() => take(true)}><${Icon} name="inbox" />${t("Take a bank statement in")}</button>`;
  return html`
    <${Page} title=${t("Bank")} actions=${actions}>
      <${Orders} />
      <${List} path="/bank_statements" label=${t("Bank statements")} file="bank-statements" columns=${statements()}
        filters=${[{ key: "state", kind: "select", label: t("State"), options: ["open", "completed"].map((it) => [it, stateName(it)]) }]}
        empty=${html`<${Empty} icon="inbox" title=${t("No bank statement yet")}><p>${t("Your bank gives them as files: camt.053.")}</p><//>`} />
      ${isTaking && html`<${TakeIn} onClose=${() => take(false)} />`}
    <//>`;
}
