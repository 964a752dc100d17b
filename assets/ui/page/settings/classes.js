// Customer classes: the terms that groups of customers have.
import { html } from "../../html.js";
import { send } from "../../model/api.js";
import { forget } from "../../model/name.js";
import { money } from "../../model/money.js";
import { may, session } from "../../model/session.js";
import { t } from "../../model/text.js";
import { rhythm } from "../../model/time.js";
import { ACTIONS } from "../../part/dunning.js";
import { Editable } from "../../part/editable.js";
import { Field, Repeat } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Empty } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";

const PERIODS = ["1 week", "1 month", "3 months", "6 months", "1 year"];

const NAMES = () => [
  ["name", t("Name")], ["description", t("Note")], ["due_days", t("Days to pay")], ["grace_days", t("Days of grace")],
  ["hold_days", t("Days until a hold")], ["automatic_hold", t("Hold by itself")], ["dunning", t("If nobody pays")],
  ["members_may_buy", t("Members may order")], ["reminders", t("Reminded")], ["channels", t("Channels")],
  ["cycle", t("Rhythm")], ["billing_type", t("Pays")], ["credit_limits", t("May owe at most")],
];

const fields = (it) => html`
  <${Field} name="name" label=${t("Name")} value=${it.name ?? ""} required autofocus />
  <${Field} name="description" label=${t("Note")} kind="area" value=${it.description ?? ""} />
  <div class="pair">
    <${Field} name="cycle/period" label=${t("Rhythm")} kind="select" value=${it.cycle?.period ?? "1 month"} options=${[...new Set([...PERIODS, it.cycle?.period ?? "1 month"])].map((of) => [of, rhythm(of)])} />
    <${Field} name="cycle/anchor_day" label=${t("On the day")} kind="number" min="1" max="31" value=${it.cycle?.anchor_day ?? ""} hint=${t("Of the month; the day it began if you say nothing")} />
    <${Field} name="billing_type" label=${t("Pays")} kind="select" value=${it.billing_type ?? "postpaid"} options=${[["postpaid", t("afterwards")], ["prepaid", t("before")]]} />
  </div>
  <div class="pair">
    <${Field} name="due_days" label=${t("Days to pay")} kind="number" min="0" value=${it.due_days ?? 14} required hint=${t("The day of issue counts as the first.")} />
    <${Field} name="grace_days" label=${t("Days of grace")} kind="number" min="0" value=${it.grace_days ?? 0} required />
    <${Field} name="hold_days" label=${t("Days until a hold")} kind="number" min="0" value=${it.hold_days ?? 30} required hint=${t("From the oldest invoice that is not paid")} />
  </div>
  <${Field} name="automatic_hold" label=${t("Hold by itself")} kind="check" checked=${it.automatic_hold ?? false} hint=${t("When grace and these days are over; it goes on by itself when nothing is overdue.")} />
  <${Repeat} label=${t("If nobody pays")} add=${t("One more step")} of=${it.dunning} blank=${{ action: "mail" }} most=${20} hint=${t("Step by step, counted from the last day for paying. Each step comes after the one before.")}>${(row, at) => html`
    <div class="pair">
      <${Field} name=${`dunning/${at}/after_days`} label=${t("Days after")} kind="number" min="1" value=${row.after_days ?? ""} required />
      <${Field} name=${`dunning/${at}/action`} label=${t("What is done")} kind="select" value=${row.action} options=${ACTIONS()} />
    </div>
    <div class="pair">
      <${Field} name=${`dunning/${at}/from_sum`} label=${t("From an overdue sum of")} kind="decimal" value=${row.from_sum === "0" ? "" : row.from_sum ?? ""} hint=${t("In the account's currency; any if you say nothing")} />
      <${Field} name=${`dunning/${at}/fee`} label=${t("Late fee")} kind="decimal" value=${row.fee ?? ""} hint=${t("Without tax; of a late fee alone")} />
      ${row.tax_category && html`<input type="hidden" name=${`dunning/${at}/tax_category`} value=${row.tax_category} />`}
    </div>`}<//>
  <${Field} name="reminders" label=${t("Reminded")} kind="select" value=${it.reminders ?? "mail"} options=${[["mail", t("by mail")], ["post", t("by post")]]} hint=${t("By mail, fees, holds and ends wait until a reminder has gone out. By post, you see to letters, and nothing waits.")} />
  <${Repeat} label=${t("May owe at most")} add=${t("A limit in one more currency")} of=${it.credit_limits} hint=${t("Who owes more orders nothing more by itself. Without a limit it may owe any amount.")}>${(row, at) => html`
    <div class="pair"><${Field} name=${`credit_limits/${at}/amount`} label=${t("Amount")} kind="decimal" value=${row.amount ?? ""} required />
      <${Field} name=${`credit_limits/${at}/currency`} label=${t("Currency")} value=${row.currency ?? session.value.account.currency ?? ""} pattern="[A-Z]{3}" maxlength="3" required /></div>`}<//>
  <${Repeat} label=${t("Channels")} add=${t("One more channel")} blank="" of=${it.channels} hint=${t("Kept for them: others cannot order through it, nor have what is sold through it alone.")}>
    ${(row, at) => html`<${Field} name=${`channels/${at}`} label=${t("Channel")} value=${row} required />`}<//>
  <${Field} name="members_may_buy" label=${t("Members may order")} kind="check" checked=${it.members_may_buy ?? false} />`;

/** Steps as they are sent: without what was left empty. */
const stepped = ({ dunning, ...body }) => (dunning === undefined ? body : {
  ...body,
  dunning: (dunning ?? []).map(({ fee, from_sum, tax_category, ...step }) => ({
    ...step, from_sum: from_sum || "0", ...(step.action === "late_fee" && { fee, tax_category }),
  })),
});

const remove = (it) => send("DELETE", `/classes/${it.id}`, undefined, { revision: it.revision }).then(() => { forget("/classes"); say(t("It is gone"), it.name); }, complain);

/** The part of the settings. */
export const Classes = () => html`
  <${Editable} path="/classes" title=${t("Customer classes")} create=${t("New customer class")} kind="wide" may=${may("class_write")} names=${NAMES()} fields=${fields} made=${stepped}
    columns=${[
      { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>${it.default && html` <span class="badge">${t("default")}</span>`}` },
      { head: t("Days to pay"), num: true, cell: (it) => it.due_days },
      { head: t("If nobody pays"), extra: true, cell: (it) => (it.dunning.length > 0 ? t("{count} steps", { count: it.dunning.length }) : it.automatic_hold ? t("Hold") : t("nothing")) },
      { head: t("Billed"), cell: (it) => rhythm(it.cycle.period) },
      { head: t("May owe at most"), extra: true, cell: (it) => it.credit_limits.map(money).join(", ") },
      { head: "", num: true, cell: (it) => may("class_write") && !it.default && html`<button type="button" class="icon-button" aria-label=${t("Take {name} out", { name: it.name })} onClick=${() => remove(it)}><${Icon} name="x" /></button>` },
    ]}
    empty=${() => html`<${Empty} icon="layers" title=${t("No classes")} />`} />`;
