// What one may do to an account: edit, hold, release, close.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { all, get, post, send } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { countries } from "../../model/country.js";
import { forget, remember } from "../../model/name.js";
import { may } from "../../model/session.js";
import { languageName, LANGUAGES, t } from "../../model/text.js";
import { AddressFields } from "../../part/address.js";
import { AttributeFields, changedOf, useAsked } from "../../part/attributes.js";
import { ChangeDialog, Field, FormDialog, Repeat } from "../../part/form.js";
import { Facts } from "../../part/page.js";
import { Loaded } from "../../part/still.js";
import { say } from "../../part/toast.js";

const EDITABLE = () => [
  ["name", t("Name")], ["description", t("Note")], ["locale", t("Language of documents")], ["address", t("Address")],
  ["contacts", t("Contact")], ["tax", t("Tax")], ["class", t("Class")], ["nature", t("Is a")], ["attributes", t("Custom attributes")],
  ["password_days", t("Passwords last")],
];

/** How long passwords can last, in days. */
const LIVES = () => [["", t("as long as nobody changes them")], ...[30, 60, 90, 180, 365].map((it) => [String(it), t("{count} days", { count: it })])];

function EditFields({ of, asked }) {
  const classes = useLoad(async () => (may("class_read") && may("account_terms_write") ? all("/classes") : []), ["classes of", of.id]).data;
  // Those of its own vendor: each has one that is called alike.
  const vendor = classes?.find((it) => it.id === of.class)?.seller_name;
  const own = (classes ?? []).filter((it) => it.seller_name === vendor);
  const billing = of.contacts.billing;
  return html`
    <${Field} name="name" label=${t("Name")} value=${of.name} required autofocus />
    <div class="pair">
      <${Field} name="nature" label=${t("Is a")} kind="select" value=${of.nature} options=${[["company", t("Company")], ["person", t("Person")]]} />
      <${Field} name="locale" label=${t("Language of documents")} kind="select" value=${of.locale} options=${[...new Set([...Object.keys(LANGUAGES), of.locale])].map((it) => [it, languageName(it)])} />
    </div>
    <${AddressFields} of=${of.address} />
    <fieldset><legend>${t("Contact for invoices")}</legend>
      <${Field} name="contacts/billing/email" label=${t("Mail address")} kind="email" value=${billing?.email ?? ""} autocomplete="off" />
      <div class="pair">
        <${Field} name="contacts/billing/given_name" label=${t("First name")} value=${billing?.given_name ?? ""} autocomplete="off" />
        <${Field} name="contacts/billing/family_name" label=${t("Family name")} value=${billing?.family_name ?? ""} autocomplete="off" />
      </div>
    </fieldset>
    <div class="pair">
      <${Field} name="tax/registration_id" label=${t("Tax number")} value=${of.tax.registration_id ?? ""} />
      ${own.length > 1 && html`<${Field} name="class" label=${t("Class")} kind="select" value=${of.class} options=${own.map((it) => [it.id, it.name])} />`}
    </div>
    ${may("account_terms_write") && html`<${Repeat} label=${t("Certificates of exemption")} add=${t("Add a certificate")} of=${of.tax.exemptions}>${(it, at) => html`
      <div class="pair">
        <${Field} name=${`tax/exemptions/${at}/certificate`} label=${t("Number")} value=${it.certificate ?? ""} required />
        <${Field} name=${`tax/exemptions/${at}/country`} label=${t("Tax of")} kind="select" value=${it.country} options=${countries()} required />
        <${Field} name=${`tax/exemptions/${at}/valid_from`} label=${t("From")} kind="date" value=${it.valid_from ?? ""} />
        <${Field} name=${`tax/exemptions/${at}/valid_until`} label=${t("Until before")} kind="date" value=${it.valid_until ?? ""} />
      </div>
      ${it.category && html`<input type="hidden" name=${`tax/exemptions/${at}/category`} value=${it.category} />`}
      <${Field} name=${`tax/exemptions/${at}/reason`} label=${t("Reason")} value=${it.reason ?? ""} />`}<//>`}
    <${Field} name="password_days" label=${t("Passwords last")} kind="select" value=${String(of.password_days ?? "")} options=${LIVES()} hint=${t("Then its users choose another when they sign in")} />
    <${AttributeFields} asked=${asked} value=${of.attributes} />
    <${Field} name="description" label=${t("Note")} kind="area" value=${of.description ?? ""} hint=${t("The account sees it too")} />`;
}

/** Edits what an account says of itself; asks whose word holds if somebody else did so meanwhile. */
export function EditDialog({ of, onClose }) {
  const asked = useAsked("account", of.seller);
  // What stands beside them in the same place stays.
  const whole = (body) => ({
    ...body,
    ...("tax" in body && { tax: { registration_id: null, ...(may("account_terms_write") && { exemptions: [] }), ...body.tax } }),
    ...("contacts" in body && { contacts: body.contacts ?? { billing: null } }),
    ...("password_days" in body && { password_days: body.password_days && Number(body.password_days) }),
    ...("attributes" in body && { attributes: changedOf(body.attributes, asked, of.attributes) }),
  });
  const change = (body, revision) => send("PATCH", `/accounts/${of.id}`, whole(body), { revision });
  const done = (account) => {
    remember(account.id, account.name);
    forget("/accounts");
    say(t("Saved"));
  };
  return html`
    <${ChangeDialog} title=${t("Edit {name}", { name: of.name })} of=${of} onClose=${onClose} onDone=${done} kind="wide"
      read=${() => get(`/accounts/${of.id}`)} change=${change} fields=${EDITABLE()}>
      ${(known) => html`<${EditFields} of=${known} asked=${asked} />`}
    <//>`;
}

/** The two holds that an account can have. */
const HOLDS = () => [["administrative", t("By an operator")], ["credit", t("Because invoices are unpaid")]];

/** Stops what an account may do. */
export function HoldDialog({ of, onClose }) {
  const free = HOLDS().filter(([kind]) => !of.holds.some((it) => it.kind === kind));
  const hold = async (body) => {
    await post(`/accounts/${of.id}/hold`, body);
    say(t("{name} is on hold", { name: of.name }));
  };
  return html`
    <${FormDialog} title=${t("Hold {name}", { name: of.name })} onClose=${onClose} onSend=${hold} send=${t("Hold")}
      intro=${t("Held, it can order nothing, and what it has stops until you release it. Invoices go on.")}>
      <${Field} name="kind" label=${t("Why")} kind="select" value=${free[0]?.[0]} options=${free} />
      <${Field} name="policy" label=${t("What stops")} kind="select" options=${[["all", t("All of its subscriptions")], ["unpaid", t("Only those that are not paid")]]} />
      <${Field} name="reason" label=${t("Reason")} hint=${t("A short word, such as FRAUD")} value="OTHER" required />
      <${Field} name="comment" label=${t("Comment")} kind="area" />
    <//>`;
}

/** Takes a hold back. */
export function ReleaseDialog({ of, onClose }) {
  const there = HOLDS().filter(([kind]) => of.holds.some((it) => it.kind === kind));
  const [kind, choose] = useState(there[0]?.[0]);
  const release = async ({ until, ...body }) => {
    const to = until ? `${until}T00:00:00Z` : null;
    await post(`/accounts/${of.id}/release`, { ...body, kind, until: to });
    say(t("{name} goes on", { name: of.name }));
  };
  return html`
    <${FormDialog} title=${t("Release {name}", { name: of.name })} onClose=${onClose} onSend=${release} send=${t("Release")}
      intro=${t("What it has runs again, as far as nothing else holds it.")}>
      <${Field} name="kind" label=${t("Which hold")} kind="select" value=${kind} options=${there} onChange=${(event) => choose(event.target.value)} />
      ${kind === "credit" && html`<${Field} name="until" label=${t("Only until")} hint=${t("Without a day, for good")} kind="date" />`}
      <${Field} name="comment" label=${t("Comment")} kind="area" />
    <//>`;
}

// What an account has, by what becomes of it when it is closed.
const ENDS = () => [["subscriptions", t("Subscriptions")], ["open_orders", t("Orders")], ["listed", t("Offers on the marketplace")]];
const WAITS = () => [
  ["open_invoices", t("Open invoices")], ["unbilled_charges", t("Not billed yet")], ["accounts", t("Accounts below it")],
  ["sold_by_others", t("What others have sold of it")], ["to_deliver", t("To deliver for others")],
];

const Remains = ({ of, title, rows }) => {
  const there = rows.filter(([key]) => of[key] > 0);
  return there.length > 0 && html`<div class="stack tight"><p class="strong">${title}</p><${Facts} of=${there.map(([key, text]) => [text, String(of[key])])} /></div>`;
};

/** Closes an account. */
export function CloseDialog({ of, onClose }) {
  const read = useLoad(() => get(`/accounts/${of.id}/remains`), ["remains", of.id], { isDerived: true });
  const shut = async () => {
    await post(`/accounts/${of.id}/close`);
    say(t("{name} is closed", { name: of.name }));
  };
  return html`
    <${FormDialog} title=${t("Close {name}", { name: of.name })} onClose=${onClose} onSend=${shut} send=${t("Close the account")} danger
      intro=${t("It buys nothing any more. What it still owes stays to be paid, and its invoices stay readable.")}>
      <${Loaded} of=${read} bones=${2}>${(left) => html`
        <${Remains} of=${left} title=${t("This ends with it")} rows=${ENDS()} />
        <${Remains} of=${left} title=${t("It is closed when this is done")} rows=${WAITS()} />`}<//>
    <//>`;
}
