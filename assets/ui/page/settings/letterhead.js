// The letterhead: what one's papers say of one, and how they look.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get, post } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { may, session } from "../../model/session.js";
import { t } from "../../model/text.js";
import { Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Card, Facts } from "../../part/page.js";
import { Empty, Loaded } from "../../part/still.js";
import { say } from "../../part/toast.js";

const picture = (logo) => `data:image/png;base64,${logo}`;

function Write({ of, onClose, onDone }) {
  const [logo, draw] = useState(of.logo ?? "");
  const take = ({ target }) => {
    const reader = new FileReader();
    reader.onload = () => draw(reader.result.split(",")[1] ?? "");
    if (target.files[0]) reader.readAsDataURL(target.files[0]);
  };
  const write = async (body) => {
    await post("/letterheads", { ...body, logo: logo || undefined });
    say(t("Saved"), t("Papers are written so from now on"));
    onDone();
  };
  return html`
    <${FormDialog} title=${t("Letterhead")} onClose=${onClose} onSend=${write} send=${t("Save")} kind="wide" intro=${t("What stands on your invoices and credit notes from now on. What was issued keeps what stood on it.")}>
      <div class="pair"><${Field} name="bank/iban" label="IBAN" value=${of.bank?.iban ?? ""} autofocus /><${Field} name="bank/bic" label="BIC" value=${of.bank?.bic ?? ""} /></div>
      <div class="pair"><${Field} name="bank/bank" label=${t("Bank")} value=${of.bank?.bank ?? ""} /><${Field} name="bank/holder" label=${t("Account holder")} value=${of.bank?.holder ?? ""} hint=${t("Your own name if you say nothing")} /></div>
      <div class="pair"><${Field} name="creditor/id" label=${t("Creditor identifier")} value=${of.creditor?.id ?? ""} hint=${t("To collect by SEPA direct debit: DE98ZZZ09999999999")} /><${Field} name="creditor/notice_days" label=${t("Days of notice")} kind="number" min="1" max="60" value=${of.creditor?.notice_days ?? ""} hint=${t("14 if you say nothing")} /></div>
      <${Field} name="registration" label=${t("Register and number")} value=${of.registration ?? ""} />
      <${Field} name="management" label=${t("Management")} value=${of.management ?? ""} />
      <${Field} name="payment_terms" label=${t("Terms of payment")} kind="area" maxlength="500" value=${of.payment_terms ?? ""} />
      <div class="pair"><${Field} name="color" label=${t("Color")} kind="color" value=${of.color ?? "#2f5bd7"} />
        <${Field} label=${t("Logo")} kind="file" accept="image/png" onChange=${take} hint=${t("A PNG of at most 64 KB")} /></div>
      <${Field} name="mail_from" label=${t("Mails come from")} kind="email" value=${of.mail_from ?? ""} autocomplete="off" hint=${t("The address of the server if you say nothing")} />
      ${logo && html`<div class="row"><img src=${picture(logo)} alt=${t("Logo")} height="48" /><button type="button" class="button small" onClick=${() => draw("")}>${t("Without logo")}</button></div>`}
    <//>`;
}

const facts = (of) => [
  ["IBAN", of.bank?.iban.match(/.{1,4}/g).join(" ")], ["BIC", of.bank?.bic], [t("Bank"), of.bank?.bank], [t("Account holder"), of.bank?.holder],
  [t("Creditor identifier"), of.creditor?.id], [t("Days of notice"), of.creditor?.notice_days],
  [t("Mails come from"), of.mail_from], [t("Register and number"), of.registration], [t("Management"), of.management], [t("Terms of payment"), of.payment_terms], [t("Color"), of.color],
  [t("Logo"), of.logo && html`<img src=${picture(of.logo)} alt=${t("Logo")} height="48" />`],
].filter(([, value]) => value);

/** Takes back every link to an invoice for who cannot sign in. */
function Links() {
  const [isSure, ask] = useState(false);
  const back = async () => {
    await post(`/accounts/${session.value.account.id}/invoice_links/take_back`);
    say(t("No link opens any more"));
  };
  return html`
    <${Card} title=${t("Links to invoices")} actions=${may("tax_write") && html`<button type="button" class="button small" onClick=${() => ask(true)}>${t("Take all back")}</button>`}>
      <div class="inside"><p class="quiet">${t("Mails lead customers without a login to their invoice alone, for 90 days.")}</p></div>
      ${isSure && html`<${FormDialog} title=${t("Take all back")} onClose=${() => ask(false)} onSend=${back} send=${t("Take all back")} danger intro=${t("Links that were sent until now open nothing any more.")} />`}
    <//>`;
}

/** The part of the settings. */
export function Letterhead() {
  const [turn, renew] = useState(0);
  const [isWriting, write] = useState(false);
  const read = useLoad(() => get("/letterheads", { seller: session.value.account.id, limit: 1 }), ["letterhead", turn]);
  const button = may("settings_write") && html`<button type="button" class="button small" onClick=${() => write(true)}><${Icon} name="pencil" />${t("Write it")}</button>`;
  const done = () => { write(false); renew(turn + 1); };
  return html`
    <${Loaded} of=${read}>${({ items: [of] }) => html`
      <${Card} title=${t("Letterhead")} actions=${of && button}>
        ${of ? html`<div class="inside"><${Facts} of=${facts(of)} /></div>`
          : html`<${Empty} icon="receipt-text" title=${t("Your papers have no letterhead yet")}><p>${t("Say where you are paid, and in which register you stand.")}</p>${button}<//>`}
        ${isWriting && html`<${Write} of=${of ?? {}} onClose=${() => write(false)} onDone=${done} />`}
      <//><${Links} />`}<//>`;
}
