// Payment plans: what is open of an account spread over instalments, and how far these are paid.
import { html } from "../../html.js";
import { get, post } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { isNothing, money } from "../../model/money.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { day, rhythm, today } from "../../model/time.js";
import { Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Card } from "../../part/page.js";
import { complain, say } from "../../part/toast.js";

const EVERY = ["1 week", "2 weeks", "1 month", "3 months"];

/** Agrees on a plan for all that is open. */
export function PlanDialog({ of, onClose }) {
  const agree = async ({ instalments, ...body }) => {
    await post("/payment_plans", { ...body, account: of.id, instalments: Number(instalments) });
    say(t("The plan is agreed"), of.name);
  };
  return html`
    <${FormDialog} title=${t("Payment plan for {name}", { name: of.name })} onClose=${onClose} onSend=${agree} send=${t("Agree")}
      intro=${t("All that is open and not disputed is paid in equal parts. While they are paid in time, nobody is reminded of the invoices.")}>
      <div class="pair">
        <${Field} name="instalments" label=${t("Instalments")} kind="number" min="1" max="120" value="3" required autofocus />
        <${Field} name="every" label=${t("Rhythm")} kind="select" value="1 month" options=${EVERY.map((it) => [it, rhythm(it)])} />
      </div>
      <${Field} name="first_on" label=${t("The first until")} kind="date" value=${today()} required />
    <//>`;
}

function Plan({ of }) {
  const cancel = () => post(`/payment_plans/${of.id}/cancel`, {}, { revision: of.revision }).then(() => say(t("It is called off")), complain);
  const paid = (it) => it.paid.amount === it.amount.amount;
  return html`
    <${Card} title=${t("Payment plan")} actions=${may("payment_plan_write") && html`<button type="button" class="button small" onClick=${cancel}>${t("Call it off")}</button>`}>
      <div class="inside stack tight">${of.instalments.map((it) => html`
        <div class="row between" key=${it.due_on}><span>${paid(it) && html`<${Icon} name="check" /> `}${t("until {day}", { day: day(it.due_on) })}</span>
          <span class=${paid(it) ? "faint" : ""}>${money(it.amount)}${!isNothing(it.paid) && !paid(it) && html` <small>${t("{amount} paid", { amount: money(it.paid) })}</small>`}</span></div>`)}</div>
    <//>`;
}

/** The plans of an account that are being paid. */
export function Plans({ account }) {
  const read = useLoad(() => get("/payment_plans", { account, state: "active" }), ["plans", account]);
  return (read.data?.items ?? []).map((it) => html`<${Plan} key=${it.id} of=${it} />`);
}
