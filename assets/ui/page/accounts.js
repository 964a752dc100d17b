// Accounts: who buys and sells here, as a list, and opening another.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { post } from "../model/api.js";
import { go, here, refine, to } from "../model/route.js";
import { may, session } from "../model/session.js";
import { LANGUAGES, t } from "../model/text.js";
import { day } from "../model/time.js";
import { AddressFields } from "../part/address.js";
import { AttributeFields, saidOf, useAsked } from "../part/attributes.js";
import { Field, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { List } from "../part/list.js";
import { Page } from "../part/page.js";
import { sentence, State, stateName } from "../part/state.js";
import { Empty } from "../part/still.js";
import { say } from "../part/toast.js";

const KINDS = [["customer", () => t("Customer")], ["reseller", () => t("Reseller")], ["provider", () => t("Provider")]];
const STATES = ["active", "prospective", "held_administratively", "held_for_credit", "held_for_both", "closing", "closed"];

const columns = () => [
  { head: t("Name"), cell: (it) => html`<a class="whole" href=${to(`/accounts/${it.id}`)}>${it.name}</a>`, text: (it) => it.name },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />`, text: (it) => it.state },
  { head: t("Number"), extra: true, cell: (it) => it.number, text: (it) => it.number },
  { head: t("Kind"), extra: true, cell: (it) => KINDS.find(([key]) => key === it.kind)?.[1]() ?? sentence(it.kind), text: (it) => it.kind },
  { head: t("City"), cell: (it) => [it.address?.city, it.address?.country].filter(Boolean).join(", "), text: (it) => it.address?.city },
  { head: t("Below"), text: (it) => it.parent },
  { head: t("Since"), num: true, extra: true, cell: (it) => day(it.created_at), text: (it) => it.created_at },
];

function NewAccount({ onClose }) {
  const asked = useAsked("account", session.value.account.id);
  const open = async ({ attributes, ...body }) => {
    const account = await post("/accounts", { ...body, attributes: saidOf(attributes) });
    say(t("{name} can buy now", { name: account.name }));
    go(`/accounts/${account.id}`);
  };
  return html`
    <${FormDialog} title=${t("New account")} kind="wide" onClose=${onClose} send=${t("Open the account")} onSend=${open}>
      <${Field} name="name" label=${t("Name")} required autofocus autocomplete="off" />
      <div class="pair">
        <${Field} name="kind" label=${t("Kind")} kind="select" options=${KINDS.slice(0, 2).map(([key, text]) => [key, text()])} />
        <${Field} name="nature" label=${t("Is a")} kind="select" options=${[["company", t("Company")], ["person", t("Person")]]} />
      </div>
      <${AddressFields} />
      <div class="pair">
        <${Field} name="contacts/billing/email" label=${t("Mail address for invoices")} kind="email" autocomplete="off" />
        <${Field} name="tax/registration_id" label=${t("Tax number")} autocomplete="off" />
      </div>
      <${AttributeFields} asked=${asked} />
      <div class="pair">
        <${Field} name="billing/currency" label=${t("Currency")} value=${session.value.account.currency ?? ""} hint=${t("Yours if you say nothing")} maxlength="3" />
        <${Field} name="locale" label=${t("Language")} kind="select" options=${Object.entries(LANGUAGES)} />
      </div>
    <//>`;
}

/** The page. */
export default function Accounts() {
  const [isOpening, open] = useState(Boolean(here.value.query.new));
  const close = () => {
    open(false);
    if (here.value.query.new) refine({ new: "" });
  };
  const create = may("account_register") && html`
    <button type="button" class="button primary" onClick=${() => open(true)}><${Icon} name="plus" />${t("New account")}</button>`;
  return html`
    <${Page} title=${t("Accounts")} actions=${create}>
      <${List} path="/accounts" label=${t("Accounts")} file="accounts" columns=${columns()}
        filters=${[
          { key: "q", kind: "search", label: t("Name begins with") },
          { key: "state", kind: "select", label: t("State"), options: STATES.map((it) => [it, stateName(it)]) },
          { key: "kind", kind: "select", label: t("Kind"), options: KINDS.map(([key, text]) => [key, text()]) },
        ]}
        empty=${html`<${Empty} icon="users" title=${t("No accounts yet")}><p>${t("An account is whoever buys from you or sells for you.")}</p>${create}<//>`} />
      ${isOpening && html`<${NewAccount} onClose=${close} />`}
    <//>`;
}
