// Dunning: how far a billing account has come since something of it is overdue, and what is done next.
import { html } from "../html.js";
import { isNothing, money } from "../model/money.js";
import { to } from "../model/route.js";
import { colon, said, t } from "../model/text.js";
import { day, moment } from "../model/time.js";
import { Far } from "./figure.js";
import { Icon } from "./icon.js";
import { Card } from "./page.js";

/** What the steps of a class do, as `[word, text]`. */
export const ACTIONS = () => [
  ["mail", t("Reminder by mail")], ["late_fee", t("Late fee")], ["credit_hold", t("Hold")], ["terminate", t("End of what is not paid")],
];
const action = (it) => ACTIONS().find(([key]) => key === it)?.[1] ?? it;

/** What came of a step, where it was not simply done. */
const outcome = (of) => ({
  skipped: html` <span class="faint">${t("not needed")}</span>`,
  failed: html` <span class="text bad">${t("Failed")}${of.trouble && `${colon()} ${said(of.trouble)}`}</span>`,
})[of.outcome];

function Step({ of }) {
  const what = of.invoice ? html`<a href=${to(`/invoices/${of.invoice}`)}>${action(of.action)}</a>` : action(of.action);
  return html`
    <li><div><p>${what}${outcome(of)}</p>
      <small>${moment(of.at)} · ${t("{amount} overdue", { amount: money(of.overdue) })}</small></div>
      <span class="faint one-line"><${Far} at=${of.at} /></span></li>`;
}

function Next({ of }) {
  const when = of.at ? html`${t("on {day}", { day: day(of.at) })} · <${Far} at=${of.at} />` : t("once {amount} is overdue", { amount: money(of.from_sum) });
  return html`<p class="notice info"><${Icon} name="clock" /><span>${t("Next")}${colon()} <span class="strong">${action(of.action)}</span>, ${when}</span></p>`;
}

/** Where dunning stands: what was done, and what is next and when. */
export const Dunning = ({ of }) => html`
  <${Card} title=${t("Dunning")}>
    <div class="inside stack tight">
      <p>${t("{amount} overdue", { amount: money(of.overdue) })}${of.owed.length > 0 && !isNothing(of.overdue) && html` · ${t("since {day}", { day: day(of.owed[0].due_on) })}`}</p>
      ${of.steps.length > 0
        ? html`<ol class="timeline">${of.steps.map((it) => html`<${Step} key=${it.at + it.action} of=${it} />`)}</ol>`
        : html`<p class="quiet">${t("Nothing was done about it yet.")}</p>`}
      ${of.next ? html`<${Next} of=${of.next} />` : html`<p class="quiet">${of.steps.some((it) => it.action === "credit_hold" && !outcome(it)) ? t("No step is left. What is held goes on by itself once all that is overdue is paid.") : t("No step is left.")}</p>`}
    </div>
  <//>`;
