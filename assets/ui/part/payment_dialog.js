// Recording a payment that came in: while one types, which invoices it settles and what stays as credit.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { compare, least, minus } from "../model/decimal.js";
import { useLoad } from "../model/load.js";
import { isPayable, money, typed, written } from "../model/money.js";
import { may } from "../model/session.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { Field, FormDialog } from "./form.js";
import { AccountPicker } from "./picker.js";
import { State } from "./state.js";
import { Loaded } from "./still.js";
import { say } from "./toast.js";

const METHODS = [
  ["bank_transfer", () => t("Bank transfer")], ["direct_debit", () => t("Direct debit")], ["card", () => t("Card")],
  ["cash", () => t("Cash")], ["check", () => t("Cheque")], ["wallet", () => t("Wallet")], ["voucher", () => t("Voucher")],
];

/** The invoices that are to be paid, at the head the one that is meant, then what is due first. */
async function payable(account, meant) {
  const found = await Promise.all(["overdue", "open"].map((state) => get("/invoices", { account, state, limit: 200 })));
  const rows = found.flatMap((it) => it.items);
  return rows.sort((one, other) => (other.id === meant) - (one.id === meant) || one.due_on.localeCompare(other.due_on) || one.number.localeCompare(other.number));
}

/** How much of each invoice an amount settles, and what is left of it. */
function spread(amount, invoices) {
  let left = amount;
  const parts = invoices.map((it) => {
    const part = compare(left, "0") > 0 ? least(left, it.due.amount) : "0";
    left = minus(left, part);
    return [it, part];
  });
  return { parts, left };
}

function Preview({ amount, currency, invoices }) {
  const { parts, left } = spread(amount, invoices);
  return html`
    <div class="stack tight" aria-live="polite">
      <h3>${t("What it settles")}</h3>
      ${invoices.length === 0 && html`<p class="quiet">${t("Nothing is open in this currency: all of it stays as credit.")}</p>`}
      ${invoices.length > 0 && html`
        <div class="scroll" tabindex="0" role="region" aria-label=${t("What it settles")}><table class="dense">
          <thead><tr><th scope="col">${t("Invoice")}</th><th scope="col">${t("Due")}</th><th scope="col" class="end">${t("Open")}</th><th scope="col" class="end">${t("Paid by this")}</th></tr></thead>
          <tbody>${parts.map(([it, part]) => html`
            <tr key=${it.id}><td>${it.number}</td><td>${it.state === "overdue" ? html`<${State} of="overdue" />` : day(it.due_on)}</td><td class="end">${money(it.due)}</td>
              <td class="end strong">${compare(part, "0") > 0 ? money({ amount: part, currency }) : html`<span class="faint">–</span>`}</td></tr>`)}</tbody>
        </table></div>`}
      ${compare(left, "0") > 0 && html`<p class="notice info">${t("{amount} stays as credit and pays the next invoice.", { amount: money({ amount: left, currency }) })}</p>`}
    </div>`;
}

function Money({ account, currency, invoices, methods, meant, onClose }) {
  const wanted = invoices[0]?.id === meant ? invoices.slice(0, 1) : invoices;
  const open = wanted.reduce((sum, it) => minus(sum, minus("0", it.due.amount)), "0");
  const [text, type] = useState(compare(open, "0") > 0 ? written(open) : "");
  const amount = typed(text) ?? "0";
  const isAmount = compare(amount, "0") > 0 && isPayable(amount, currency);
  const onFile = methods.filter((it) => it.state === "active").map((it) => [it.id, t("{name}, on file", { name: it.name })]);
  const record = async ({ amount: _, how, ...said }) => {
    const body = { ...said, [onFile.some(([id]) => id === how) ? "payment_method" : "method"]: how };
    const parts = isAmount ? spread(amount, invoices).parts.filter(([, part]) => compare(part, "0") > 0) : [];
    const allocations = parts.map(([it, part]) => ({ invoice: it.id, amount: { amount: part, currency } }));
    await post("/payments", { ...body, billing_account: account.billing_account, amount: { amount, currency }, allocations });
    say(t("{amount} recorded", { amount: money({ amount, currency }) }), account.name);
  };
  return html`
    <${FormDialog} title=${t("Payment of {name}", { name: account.name })} onClose=${onClose} onSend=${record} send=${t("Record payment")}>
      <div class="pair">
        <${Field} name="amount" label=${t("Amount in {currency}", { currency })} value=${text} kind="decimal" currency=${currency} required autofocus onInput=${(event) => type(event.target.value)} />
        <${Field} name="received_on" label=${t("Came in on")} kind="date" hint=${t("Today, if you say nothing")} />
      </div>
      <div class="pair">
        <${Field} name="how" label=${t("How")} kind="select" value="bank_transfer" options=${[...METHODS.map(([key, text]) => [key, text()]), ...onFile]} />
        <${Field} name="reference" label=${t("Reference")} hint=${t("What the payer or the bank wrote to it")} />
      </div>
      ${isAmount && html`<${Preview} amount=${amount} currency=${currency} invoices=${invoices} />`}
    <//>`;
}

/** The dialog; it asks for the account first if none is given. `invoice` is the one that is paid, if one is meant. */
export function PaymentDialog({ account, invoice, onClose }) {
  const [picked, pick] = useState(account ?? null);
  const [isChosen, choose] = useState(Boolean(account));
  if (!isChosen) {
    return html`
      <${FormDialog} title=${t("Whose payment?")} onClose=${() => {}} onSend=${async () => picked && choose(true)} send=${t("Go on")} onCancel=${onClose}>
        <${AccountPicker} onPick=${pick} />
      <//>`;
  }
  return html`<${Prepared} account=${picked} meant=${invoice} onClose=${onClose} />`;
}

function Prepared({ account, meant, onClose }) {
  const read = useLoad(async () => {
    const methods = may("payment_method_read") ? get(`/accounts/${account.id}/payment_methods`) : { items: [] };
    const [{ currency }, invoices, { items }] = await Promise.all([get(`/billing_accounts/${account.billing_account}`), payable(account.id, meant), methods]);
    return { currency, methods: items, invoices: invoices.filter((it) => it.currency === currency && it.billing_account === account.billing_account) };
  }, ["payable", account.id]);
  return html`<${Loaded} of=${read}>${(found) => html`<${Money} account=${account} meant=${meant} ...${found} onClose=${onClose} />`}<//>`;
}
