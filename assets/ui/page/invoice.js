// One invoice, as it lies on paper: parties, lines each with its explanation, taxes, sums; beside it seal, payments, credit.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { all, get, post, workOut } from "../model/api.js";
import { country } from "../model/country.js";
import { compare, minus, plus } from "../model/decimal.js";
import { useLoad } from "../model/load.js";
import { isNothing, money, quantity, share } from "../model/money.js";
import { to } from "../model/route.js";
import { isBuyer, isHouse, isOwn, may } from "../model/session.js";
import { colon, language, t } from "../model/text.js";
import { day, period } from "../model/time.js";
import { Dunning } from "../part/dunning.js";
import { Why } from "../part/explanation.js";
import { breakable, Far, Named } from "../part/figure.js";
import { Unpayable } from "../part/first_steps.js";
import { Dialog } from "../part/dialog.js";
import { Field, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Menu } from "../part/menu.js";
import { Pay, Returned, useReturn } from "../part/paying.js";
import { Card, Page } from "../part/page.js";
import { PaymentDialog } from "../part/payment_dialog.js";
import { Secret } from "../part/secret.js";
import { sentence, State } from "../part/state.js";
import { Loaded } from "../part/still.js";
import { complain, say } from "../part/toast.js";

// What begins with letters is a number for value added tax, which some countries give beside another.
const taxNumber = (it) => `${/^[A-Z]{2}/.test(it) ? t("VAT number") : t("Tax number")} ${it}`;

/** A party, as it stands at the head of a paper. */
export function Party({ title, of }) {
  if (!of) return null;
  return html`
    <div><small>${title}</small>
      <address><span class="strong">${of.name}</span>
        ${[...of.address, country(of.country), of.tax_registration && taxNumber(of.tax_registration), of.email && breakable(of.email)].filter(Boolean).map((it) => html`<br />${it}`)}
      </address></div>`;
}

function Lines({ of }) {
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${t("Lines")}>
      <table class="lines">
        <thead><tr><th scope="col">${t("What")}</th><th scope="col" class="end">${t("Quantity")}</th><th scope="col" class="end">${t("Tax")}</th><th scope="col" class="end">${t("Net")}</th></tr></thead>
        <tbody>${of.lines.map((it) => html`
          <tr key=${it.id}>
            <td><p class="strong" lang=${of.imprint?.locale.replace("_", "-")}>${it.text}</p>
              <p class="quiet">${it.service_period ? period(it.service_period.start, it.service_period.end) : t(sentence(it.kind))}</p></td>
            <td class="end">${quantity(it.quantity)}${it.unit && ` ${it.unit}`}</td>
            <td class="end">${it.tax_rate === null ? "–" : share(it.tax_rate)}</td>
            <td class="end">${money(it.net)}</td>
          </tr>
          <tr class="because" key=${`why ${it.id}`}><td colspan="4"><${Why} of=${it.explanation} currency=${of.currency} unit=${it.unit} counted=${it.quantity} /></td></tr>`)}</tbody>
      </table>
    </div>`;
}

/** What a tax is called, with its rate unless that is said already, or why there is none. */
export function taxName(it) {
  if (it.treatment !== "standard") return it.reason ?? it.name;
  return it.name.includes("%") ? it.name : `${it.name} ${share(it.rate)}`;
}

function Sums({ of }) {
  // What was settled as it was issued may have been paid for its order.
  const isByCredit = of.set_off && compare(of.set_off.amount, of.credited.amount) <= 0;
  const noted = isByCredit ? { ...of.credited, amount: minus(of.credited.amount, of.set_off.amount) } : of.credited;
  return html`
    <dl class="sums">
      <div><dt>${t("Net")}</dt><dd>${money(of.net)}</dd></div>
      ${of.taxes.map((it) => html`
        <div key=${it.rule + it.rate}><dt>${taxName(it)} ${t("on {amount}", { amount: money(it.base) })}</dt><dd>${money(it.tax)}</dd></div>`)}
      <div class="total"><dt>${t("Total")}</dt><dd>${money(of.gross)}</dd></div>
      ${!isNothing(of.paid) && html`<div><dt>${t("Paid")}</dt><dd>− ${money(of.paid)}</dd></div>`}
      ${isByCredit && html`<div><dt>${t("Settled by credit")}</dt><dd>− ${money(of.set_off)}</dd></div>`}
      ${!isNothing(noted) && html`<div><dt>${t("Credited")}</dt><dd>− ${money(noted)}</dd></div>`}
      <div class="strong"><dt>${t("Still to pay")}</dt><dd>${money(of.due)}</dd></div>
    </dl>`;
}

/** The forms in which a paper can be had, as entries of a menu. */
export const forms = (path) => [
  { text: t("PDF"), icon: "download", href: `/api/v1${path}/pdf` },
  { text: t("PDF with data inside (Factur-X)"), icon: "download", href: `/api/v1${path}/factur_x` },
  { text: t("Data for machines (UBL)"), icon: "download", href: `/api/v1${path}/ubl` },
  { text: t("Data for machines (CII)"), icon: "download", href: `/api/v1${path}/cii` },
];

/** Where it is to be paid, and who the seller is in law, as it was copied in. */
function Imprint({ of, due }) {
  const bank = of.collected_by ? null : of.imprint.bank;
  const rows = [
    bank && [t("Account holder"), bank.holder ?? of.seller.name], bank && ["IBAN", bank.iban.match(/.{1,4}/g).join(" ")], bank?.bic && ["BIC", bank.bic], bank?.bank && [t("Bank"), bank.bank],
    due && [t("Payment reference"), of.number],
  ].filter(Boolean);
  return html`
    <div class="stack tight">
      ${due && of.collected_by === "gateway" && html`<p>${t("It is taken from the method of payment on file. There is nothing to do.")}</p>`}
      ${due && of.collected_by === "mandate" && html`<p>${t("It is collected from the bank account by mandate. There is nothing to do.")}</p>`}
      ${due && of.imprint.payment_terms && html`<p>${of.imprint.payment_terms}</p>`}
      ${bank && html`<dl class="paper-days">${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`}
      ${(of.imprint.registration || of.imprint.management) && html`<p class="quiet">${[of.imprint.registration, of.imprint.management].filter(Boolean).join(" · ")}</p>`}
    </div>`;
}

/** Whether a paper was written for a reader of another language. */
const inWords = (locale) => new Intl.DisplayNames(language.value, { type: "language" }).of(locale.slice(0, 2));
const isForeign = (of) => of.imprint && !of.imprint.locale.startsWith(language.value);

function Paper({ of }) {
  return html`
    <article class="card"><div class="paper">
      <header class="paper-head">
        <div><p class="paper-number">${t("Invoice")}</p><p class="quiet">${of.number ?? t("Draft")}</p></div>
        <${Party} title=${t("From")} of=${of.seller} />
        <${Party} title=${t("To")} of=${of.buyer} />
        <dl class="paper-days">
          <div><dt>${t("Issued")}</dt><dd>${day(of.issued_on)}</dd></div>
          <div><dt>${t("Due")}</dt><dd>${day(of.due_on)}</dd></div>
          ${of.period && html`<div><dt>${t("For")}</dt><dd>${period(of.period.start, of.period.end)}</dd></div>`}
        </dl>
      </header>
      ${isForeign(of) && html`<p class="quiet screen-only">${t("Its lines are in {language}, as its buyer reads them.", { language: inWords(of.imprint.locale) })}</p>`}
      <${Lines} of=${of} />
      <${Sums} of=${of} />
      ${of.imprint && html`<${Imprint} of=${of} due=${!isNothing(of.due)} />`}
    </div></article>`;
}

function Standing({ of }) {
  const read = useLoad(() => all("/payments", { settles: of.id }), ["paid", of.id]);
  const notes = useLoad(() => get("/credit_notes", { invoice: of.id }), ["credited", of.id]);
  const here = (notes.data?.items ?? []).reduce((sum, it) => plus(sum, it.gross.amount), "0");
  const elsewhere = notes.data && compare(of.credited.amount, here) > 0 && { amount: minus(of.credited.amount, here), currency: of.currency };
  const part = (payment) => payment.allocations.find((it) => it.invoice === of.id);
  const payments = (read.data ?? []).filter(part);
  return html`
    <${Card} title=${t("Payments and credit")}>
      <div class="inside stack tight">
        ${payments.map((it) => html`<div class="row between" key=${it.id}><a href=${to(`/payments/${it.id}`)}>${t("Paid on {day}", { day: day(it.received_on) })}</a><span>${money(part(it).amount)}</span></div>`)}
        ${(notes.data?.items ?? []).map((it) => html`<div class="row between" key=${it.id}><span class="grow"><a href=${to(`/credit-notes/${it.id}`)}>${it.number}</a><br /><small>${it.reason}</small></span><span>${money(it.gross)}</span></div>`)}
        ${elsewhere && html`<div class="row between"><span class="grow"><a href=${to("/credit-notes")}>${t("Credit of other invoices")}</a><br /><small>${t("What credit notes gave back of invoices that were paid")}</small></span><span>${money(elsewhere)}</span></div>`}
        ${of.dispute && html`<p class="notice warn"><${Icon} name="circle-alert" /><span>${t("{amount} disputed", { amount: money(of.dispute.amount) })}${colon()} ${of.dispute.reason} · <${Far} at=${of.dispute.since} /></span></p>`}
        ${isNothing(of.due)
          ? html`<p class="notice good"><${Icon} name="circle-check" />${t("Nothing is open any more.")}</p>`
          : html`<p class=${`notice ${of.state === "overdue" ? "bad" : "info"}`}><${Icon} name="clock" /><span>${t("{amount} open", { amount: money(of.due) })} · ${t("due")} <${Far} at=${of.due_on} /></span></p>`}
      </div>
    <//>`;
}

/** What is done about it, where it is overdue. */
function Late({ of }) {
  const read = useLoad(async () => (of.state === "overdue" ? get("/dunning", { billing_account: of.billing_account, state: "running" }) : null), ["dunning", of.id]);
  const own = read.data?.items.filter((it) => it.owed.some(({ id }) => id === of.id)) ?? [];
  return own.map((it) => html`<${Dunning} key=${it.id} of=${it} />`);
}

function Seal({ of }) {
  const [found, set] = useState(null);
  const check = async () => set(await get(`/invoices/${of.id}/check`));
  return html`
    <${Card} title=${t("Seal")}>
      <div class="inside stack tight">
        <p class="quiet">${t("Each invoice is sealed together with the one before: neither can be changed without it showing.")}</p>
        <p class="mono faint">${of.chain.hash.match(/.{16}/g).join(" ")}</p>
        ${found && html`<div class=${`notice ${found.is_right ? "good" : "bad"}`} role="status"><${Icon} name=${found.is_right ? "shield-check" : "circle-alert"} />
          <div>${found.is_right ? t("Every amount comes out again from its explanation, and the seal fits.") : found.faults.map((it) => html`<p>${it}</p>`)}</div></div>`}
        <div><button type="button" class="button small" onClick=${check}><${Icon} name="shield-check" />${t("Compute it again")}</button></div>
      </div>
    <//>`;
}

function Credit({ of, onClose }) {
  const give = async ({ reason, part, line, amount }) => {
    const lines = part === "line" ? [{ line: Number(line), net: { amount, currency: of.currency } }] : undefined;
    const note = await post(`/invoices/${of.id}/credit`, { reason, lines });
    say(t("Credit note {number}", { number: note.number }), money(note.gross));
  };
  const [part, choose] = useState("all");
  return html`
    <${FormDialog} title=${t("Credit {number}", { number: of.number })} onClose=${onClose} onSend=${give} send=${t("Give credit")}
      intro=${t("An issued invoice never changes; a credit note takes it back, or a part of it. What was paid of it becomes credit.")}>
      <${Field} name="part" label=${t("How much")} kind="select" value=${part} onChange=${(event) => choose(event.target.value)} options=${[["all", t("All that is left of it")], ["line", t("A part of a line")]]} />
      ${part === "line" && html`
        <${Field} name="line" label=${t("Line")} kind="select" options=${of.lines.map((it) => [String(it.id), `${it.text} · ${money(it.net)}`])} />
        <${Field} name="amount" label=${t("Net amount in {currency}", { currency: of.currency })} kind="decimal" required />`}
      <${Field} name="reason" label=${t("Reason")} hint=${t("It stands on the credit note")} required />
    <//>`;
}

function WriteOff({ of, onClose }) {
  const giveUp = async (body) => {
    await post(`/invoices/${of.id}/write_off`, body, { revision: of.revision });
    say(t("Given up"), of.number);
  };
  return html`
    <${FormDialog} title=${t("Give up {number}", { number: of.number })} onClose=${onClose} onSend=${giveUp} send=${t("Give it up")} danger
      intro=${t("{amount} will not be asked for any more. It is booked as a loss.", { amount: money(of.due) })}>
      <${Field} name="reason" label=${t("Reason")} />
    <//>`;
}

const revive = (of) => post(`/invoices/${of.id}/revive`, {}, { revision: of.revision }).then(() => say(t("It is owed again"), of.number), complain);

function Dispute({ of, onClose }) {
  const dispute = async ({ amount, reason }) => {
    await post(`/invoices/${of.id}/dispute`, { reason, amount: amount && { amount, currency: of.currency } }, { revision: of.revision });
    say(t("It is disputed"), of.number);
  };
  return html`
    <${FormDialog} title=${t("Dispute {number}", { number: of.number })} onClose=${onClose} onSend=${dispute} send=${t("Dispute it")}
      intro=${t("What is disputed is not reminded of, and holds nobody, until it is resolved.")}>
      <${Field} name="amount" label=${t("Amount in {currency}", { currency: of.currency })} kind="decimal" currency=${of.currency} hint=${t("All that is open if you say nothing")} />
      <${Field} name="reason" label=${t("What is said to be wrong")} required autofocus />
    <//>`;
}

function Resolve({ of, onClose }) {
  const isWhole = of.dispute.amount.amount === of.due.amount && isNothing(of.paid);
  const [whose, choose] = useState("seller");
  const resolve = async ({ in_favor_of, reason, line, amount }) => {
    const lines = line && amount ? [{ line: Number(line), net: { amount, currency: of.currency } }] : undefined;
    await post(`/invoices/${of.id}/resolve_dispute`, { in_favor_of, reason, lines }, { revision: of.revision });
    say(t("It is resolved"), of.number);
  };
  return html`
    <${FormDialog} title=${t("Resolve the dispute about {number}", { number: of.number })} onClose=${onClose} onSend=${resolve} send=${t("Resolve it")}
      intro=${`${money(of.dispute.amount)}: ${of.dispute.reason}`}>
      <${Field} name="in_favor_of" label=${t("Who was right")} kind="select" value=${whose} onChange=${(event) => choose(event.target.value)}
        options=${[["seller", t("We were: it is to be paid")], ["customer", t("The customer was: it is credited")]]} />
      ${whose === "customer" && !isWhole && html`
        <${Field} name="line" label=${t("Line")} kind="select" options=${of.lines.map((it) => [String(it.id), `${it.text} · ${money(it.net)}`])} />
        <${Field} name="amount" label=${t("Net amount in {currency}", { currency: of.currency })} kind="decimal" required />`}
      <${Field} name="reason" label=${t("Reason")} required />
    <//>`;
}

/** A link to its page for who has no login, to be handed on. */
function LinkTo({ of, onClose }) {
  const read = useLoad(() => workOut(`/invoices/${of.id}/link`, {}), ["link", of.id], { isDerived: true });
  return html`
    <${Dialog} title=${t("Link for who cannot sign in")} onClose=${onClose}><div class="inside stack">
      <p class="quiet">${t("Who has it sees and pays this invoice alone.")}</p>
      <${Loaded} of=${read}>${(it) => html`<${Secret} text=${it.link} label=${t("Link for who cannot sign in")} /><p class="quiet">${t("It opens until {day}.", { day: day(it.until.slice(0, 10)) })}</p>`}<//></div><//>`;
}

/** The page. */
export default function Invoice({ id }) {
  const returned = useReturn();
  const read = useLoad(() => get(`/invoices/${encodeURIComponent(id)}`), [id]);
  const [action, act] = useState(null);
  const close = () => act(null);
  return html`
    <${Loaded} page of=${read} bones=${8}>${(of) => {
      const isTheirs = !isOwn(of.account);
      const isOpen = isTheirs && !isNothing(of.due) && of.number;
      const canCredit = isTheirs && of.number && compare(of.credited.amount, of.gross.amount) < 0;
      const more = [
        may("invoice_issue") && isTheirs && of.number && of.state !== "credited" && { text: t("Link for who cannot sign in"), icon: "mail", onClick: () => act("link") },
        may("credit_note_write") && canCredit && { text: t("Give credit"), icon: "undo-2", onClick: () => act("credit") },
        may("invoice_dispute") && isOpen && !of.dispute && { text: t("Dispute it"), icon: "circle-alert", onClick: () => act("dispute") },
        may("invoice_dispute") && isTheirs && of.dispute && { text: t("Resolve the dispute"), icon: "check", onClick: () => act("resolve") },
        may("invoice_write_off") && isTheirs && of.state === "written_off" && { text: t("Have it owed again"), icon: "undo-2", onClick: () => revive(of) },
        may("invoice_write_off") && isOpen && { text: t("Give up what is open"), icon: "ban", danger: true, onClick: () => act("write_off") },
      ].filter(Boolean);
      return html`
        <${Page} title=${of.number ?? t("Draft")} crumbs=${[isTheirs || isBuyer() ? ["/invoices", t("Invoices")] : ["/invoices?mine=1", t("Invoices")], ...(isBuyer() || !isTheirs ? [] : [[`/accounts/${of.account}`, of.buyer?.name ?? "…"]])]} state=${html`<${State} of=${of.state} />`}
          actions=${html`
            <button type="button" class="button" onClick=${() => print()}><${Icon} name="printer" />${t("Print")}</button>
            ${of.number && html`<${Menu} label=${t("As a file")} kind="button" button=${html`<${Icon} name="download" />${t("As a file")}`} items=${forms(`/invoices/${of.id}`)} />`}
            ${!isTheirs && !isHouse() && may("payment_make") && of.number && !isNothing(of.due) && html`<${Pay} what=${{ invoice: of.id }} account=${of.account}><${Icon} name="wallet" />${t("Pay now")}<//>`}
            ${may("payment_record") && isOpen && html`<button type="button" class="button primary" onClick=${() => act("pay")}><${Icon} name="banknote" />${t("Record payment")}</button>`}
            ${more.length > 0 && html`<${Menu} label=${t("More actions")} kind="button" button=${html`<${Icon} name="ellipsis" />`} items=${more} />`}`}>
          ${returned && html`<${Returned} of=${returned} />`}
          ${isOpen && may("settings_write") && !of.imprint?.bank && html`<${Unpayable} />`}
          <div class="side-by-side">
            <${Paper} of=${of} />
            <div class="stack screen-only">
              ${may("payment_read") && html`<${Standing} of=${of} />`}
              <${Late} of=${of} />
              ${of.chain && html`<${Seal} of=${of} />`}
              <${Card} title=${t("About")}><div class="inside stack tight">
                <div class="row between"><span class="quiet">${t("Account")}</span><${Named} id=${of.account} /></div>
                ${of.billing_run && may("billing_read") && html`<div class="row between"><span class="quiet">${t("Billing run")}</span><a href=${to(`/billing/${of.billing_run}`)}>${t("Show it")}</a></div>`}
              </div><//>
            </div>
          </div>
          ${action === "pay" && html`<${PaymentDialog} account=${{ id: of.account, name: of.buyer.name, billing_account: of.billing_account }} invoice=${of.id} onClose=${close} />`}
          ${action === "link" && html`<${LinkTo} of=${of} onClose=${close} />`}
          ${action === "credit" && html`<${Credit} of=${of} onClose=${close} />`}
          ${action === "dispute" && html`<${Dispute} of=${of} onClose=${close} />`}
          ${action === "resolve" && html`<${Resolve} of=${of} onClose=${close} />`}
          ${action === "write_off" && html`<${WriteOff} of=${of} onClose=${close} />`}
        <//>`;
    }}<//>`;
}
