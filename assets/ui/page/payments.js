// Payments: money that came in, as a list.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { isNothing, money } from "../model/money.js";
import { name } from "../model/name.js";
import { to } from "../model/route.js";
import { isBuyer, may } from "../model/session.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { Named } from "../part/figure.js";
import { Icon } from "../part/icon.js";
import { List } from "../part/list.js";
import { Page } from "../part/page.js";
import { PaymentDialog } from "../part/payment_dialog.js";
import { sentence, State, stateName } from "../part/state.js";
import { Empty } from "../part/still.js";

const STATES = ["captured", "authorized", "initiated", "declined", "partly_refunded", "fully_refunded", "canceled"];

const columns = () => [
  { head: t("Payment"), cell: (it) => html`<a class="whole" href=${to(`/payments/${it.id}`)}>${it.number}</a>`, text: (it) => it.number },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />`, text: (it) => it.state },
  !isBuyer() && { head: t("Account"), cell: (it) => html`<${Named} id=${it.account} />`, text: (it) => name(it.account).value ?? it.account },
  { head: t("Came in on"), cell: (it) => html`<span class="one-line">${it.received_on ? day(it.received_on) : ""}</span>`, text: (it) => it.received_on },
  { head: t("How"), spare: true, cell: (it) => t(sentence(it.method)), text: (it) => it.method },
  { head: t("Reference"), cut: true, cell: (it) => it.reference || (it.allocations ?? []).map((part, at) => html`${at > 0 && ", "}<${Named} key=${part.invoice} id=${part.invoice} />`), text: (it) => it.reference },
  { head: t("Amount"), num: true, cell: (it) => html`${money(it.amount)}${!isNothing(it.unallocated) && html`<br /><small>${t("{amount} as credit", { amount: money(it.unallocated) })}</small>`}`, text: (it) => it.amount.amount },
  { head: t("Credit left"), text: (it) => it.unallocated.amount },
  { head: t("Currency"), text: (it) => it.amount.currency },
].filter(Boolean);

/** The page. */
export default function Payments() {
  const [isRecording, record] = useState(false);
  const create = may("payment_record") && html`<button type="button" class="button primary" onClick=${() => record(true)}><${Icon} name="plus" />${t("Record payment")}</button>`;
  return html`
    <${Page} title=${t("Payments")} actions=${create}>
      <${List} path="/payments" label=${t("Payments")} file="payments" names=${["/accounts"]} columns=${columns()}
        filters=${[{ key: "state", kind: "select", label: t("State"), options: STATES.map((it) => [it, stateName(it)]) }]}
        empty=${html`<${Empty} icon="wallet" title=${t("No payments yet")}><p>${t("Record what came in by bank transfer; it settles what is due first.")}</p>${create}<//>`} />
      ${isRecording && html`<${PaymentDialog} onClose=${() => record(false)} />`}
    <//>`;
}
