// How a house bills where billing systems disagree: each question with its answers.
import { html } from "../../html.js";
import { get, send } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { isHouse, may, session } from "../../model/session.js";
import { t } from "../../model/text.js";
import { Field, Form } from "../../part/form.js";
import { Card, Facts } from "../../part/page.js";
import { Loaded } from "../../part/still.js";
import { say } from "../../part/toast.js";

const LATER = () => [["period_end", t("when what is paid for is over")], ["now", t("at once")]];

/** The questions, in groups that one looks for together. */
const GROUPS = () => [
  [t("When something changes"), [
    ["downgrade", t("A change to less begins"), LATER()],
    ["credit_base", t("A change of plan gives back"), [["unused_part", t("what is not used of what is paid")], ["full_charge", t("all that is paid for the period")]]],
    ["removed_units", t("Units that go are given back"), LATER()],
    ["moved_day", t("Another billing day holds"), LATER()],
    ["price_version", t("A new price holds for who has bought"), [["commitment", t("from the next term on, else the next period")], ["period", t("from the next period on")], ["renewal", t("from the next term on")]]],
    ["while_held", t("What is on hold"), [["charge", t("is charged as ever")], ["pause", t("costs nothing")]]],
  ]],
  [t("Parts of a period"), [
    ["proration", t("A part of a period costs"), [["day", t("as much as its days")], ["second", t("as much as the seconds of its days")], ["thirty_360", t("as much as its days of a month of 30")], ["none", t("as much as the whole")]]],
    ["tier_fees", t("Of the fee of a tier, a part of a period costs"), [["prorated", t("as much as of its units")], ["whole", t("all of it, once in a period")]]],
  ]],
  [t("Tax"), [
    ["tax_regime", t("What decides on tax"), [["own_rules", t("the rules below Tax")], ["own_rules_first", t("these rules, and else EU VAT")], ["eu_vat", t("EU VAT, for services across borders")]]],
    ["distance_sales", t("EU VAT of consumers abroad"), [["destination", t("at the rate of their country")], ["home", t("at yours, below EUR 10,000 a year")]]],
    ["vat_numbers", t("EU VAT numbers make a business"), [["as_given", t("as they are given")], ["looked_up", t("unless VIES does not know them")], ["verified", t("only once VIES knows them")]]],
    ["prepaid", t("What was paid in before pays"), [["after_tax", t("what is owed with tax")], ["before_tax", t("what is charged, which then bears no tax")]]],
    ["late_fee_tax", t("Tax on fees for paying late"), [["outside", t("none: they make good for a damage")], ["taxed", t("as on what has no tax category")]]],
    ["write_off_tax", t("Tax in what is given up"), [["keep", t("stays owed")], ["return", t("is owed no more")]]],
    ["tax_scope", t("Tax is computed"), [["invoice", t("on the whole invoice")], ["line", t("on each line")], ["total", t("once for all rates together")]]],
  ]],
  [t("Amounts and revenue"), [
    ["rounding", t("Half a cent"), [["half_up", t("is rounded up")], ["half_even", t("is rounded to the even one")]]],
    ["prepaid_at_zero", t("Who pays before and has nothing left"), [["alert", t("is told, where it wants that")], ["hold", t("is stopped until more is paid in")]]],
    ["recognition", t("What is charged becomes revenue"), [["at_issue", t("when it is invoiced")], ["over_period", t("by the days that it is for")]]],
    ["zero_usage", t("Tiers of which nothing was used cost"), [["nothing", t("nothing")], ["first_tier_fee", t("the fee of the first tier")]]],
  ]],
  [t("Marketplace"), [
    ["marketplace", t("What other sellers list"), [["inherited", t("as the seller above decides")], ["closed", t("is not sold here")], ["open", t("is sold here too")], ["open_below", t("is sold here and by sellers below")]]],
  ]],
  [t("Invoices"), [
    ["grouping", t("On an invoice stands"), [["billing_account", t("all that is billed together")], ["subscription", t("one subscription")]]],
    ["zero_lines", t("Lines that come to nothing"), [["drop", t("are left away")], ["keep", t("stand on the invoice")]]],
    ["zero_invoices", t("Invoices that come to nothing"), [["skip", t("are left away")], ["issue", t("are issued")]]],
  ]],
];

const RETURNS = () => [["return_days_physical", t("Days to give back what came in a parcel")], ["return_days_digital", t("Days to give back what has files")], ["return_days_service", t("Days to give back services")]];
const NUMBERS = () => [["invoice_numbers", t("Invoices are numbered")], ["credit_note_numbers", t("Credit notes are numbered")]];
const PARTS = () => t("{parts}, with a least number of digits", { parts: "{year} {month} {customer} {sequence:6} {count:6}" });

/** The part of the settings. */
export function Policy() {
  const path = `/accounts/${session.value.account.id}/billing_policy`;
  const read = useLoad(() => get(path), [path]);
  const change = async (body) => {
    if (Object.keys(body).length > 0) await send("PATCH", path, body);
    say(t("Saved"));
  };
  return html`
    <${Loaded} of=${read} bones=${8}>${(of) => html`
      <${Card} title=${t("How bills are made")}><div class="inside stack">
        <p class="quiet">${t("Billing systems disagree on these questions. An answer holds for what is billed from now on.")}</p>
        ${may("tax_write")
          ? html`<${Form} key=${JSON.stringify(of)} onSend=${change} send=${t("Save")} isChange>
              ${GROUPS().map(([title, questions]) => html`
                <h3>${title}</h3>
                <div class="pair roomy">${questions.map(([key, text, options]) => html`<${Field} key=${key} name=${key} label=${text} kind="select" value=${of[key]} options=${options} />`)}</div>`)}
              <h3>${t("Returns")}</h3>
              <div class="pair roomy">${RETURNS().map(([key, text]) => html`<${Field} key=${key} name=${key} label=${text} kind="number" min="0" max="65535" value=${of[key]} hint=${t("Without a number buyers ask.")} />`)}</div>
              <h3>${t("Numbers and resellers")}</h3>
              <div class="pair roomy">${NUMBERS().map(([key, text]) => html`<${Field} key=${key} name=${key} label=${text} value=${of[key]} maxlength="60" hint=${PARTS()} required />`)}
                <${Field} name="marketplace_percent" label=${t("Part of it that you keep, in percent")} kind="decimal" value=${of.marketplace_percent} hint=${t("You invoice it; who listed it delivers and has the rest.")} required />
                <${Field} name="resale_from" label=${t("Resellers are billed for what they sell on, from")} kind="date" value=${of.resale_from} hint=${t("Without a day they are not.")} />
                ${isHouse() && html`<${Field} name="platform_percent" label=${t("Part of what other sellers are paid that is yours, in percent")} kind="decimal" value=${of.platform_percent} hint=${t("Without a number they say it themselves.")} />`}</div><//>`
          : html`<${Facts} of=${GROUPS().flatMap(([, questions]) => questions).map(([key, text, options]) => [text, options.find(([it]) => it === of[key])?.[1]]).concat(NUMBERS().map(([key, text]) => [text, of[key]]))} />`}
      </div><//>`}<//>`;
}
