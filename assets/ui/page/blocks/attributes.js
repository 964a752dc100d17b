// Custom attributes: what a vendor asks of its accounts, subscriptions and orders, and whether one can do without.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { send } from "../../model/api.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { Editable } from "../../part/editable.js";
import { Field, FormDialog } from "../../part/form.js";
import { Empty } from "../../part/still.js";
import { say } from "../../part/toast.js";

const OF = [["account", () => t("accounts")], ["subscription", () => t("subscriptions")], ["order", () => t("orders")]];
const of = (key) => OF.find(([it]) => it === key)?.[1]() ?? key;

const Forget = ({ it, onClose }) => html`
  <${FormDialog} title=${t("Ask for {name} no more", { name: it.name })} onClose=${onClose} danger send=${t("Ask no more")}
    onSend=${() => send("DELETE", `/attribute_definitions/${it.id}`).then(() => say(t("It is gone"), it.name))}
    intro=${t("What was said of it so far stays where it is.")} />`;

/** The part of the page. */
export function Attributes() {
  const [gone, forget] = useState(null);
  const mine = may("settings_write");
  const columns = [
    { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>` },
    { head: t("Asked of"), cell: (it) => of(it.applies_to) },
    { head: t("What it says"), cell: (it) => it.description },
    { head: t("Must be said"), cell: (it) => (it.required ? html`<span class="badge warn">${t("required")}</span>` : html`<span class="faint">${t("no")}</span>`) },
  ];
  const drop = { head: "", num: true, cell: (it) => html`
    <button type="button" class="button small" aria-label=${t("Ask for {name} no more", { name: it.name })} onClick=${() => forget(it)}>${t("Ask no more")}</button>` };
  return html`
    <${Editable} path="/attribute_definitions" title=${t("Custom attributes")} create=${t("New attribute")} may=${mine}
      names=${[["description", t("What it says")], ["required", t("Must be said")]]} columns=${mine ? [...columns, drop] : columns}
      fields=${(known) => html`
        ${!known.id && html`<div class="pair">
          <${Field} name="name" label=${t("Name")} hint=${t("Letters, digits, - and _; programs know it by this")} required autofocus pattern="[A-Za-z0-9_.:\\-]{1,100}" />
          <${Field} name="applies_to" label=${t("Asked of")} kind="select" options=${OF.map(([key, text]) => [key, text()])} />
        </div>`}
        <${Field} name="description" label=${t("What it says")} value=${known.description ?? ""} />
        <${Field} name="required" label=${t("Must be said")} kind="check" checked=${known.required ?? false} hint=${t("What is there already goes on without, until somebody changes it.")} />`}
      empty=${(add) => html`<${Empty} icon="list-checks" title=${t("Nothing is asked")}><p>${t("What you want to know of each customer, subscription or order besides: a number in your books, a cost center.")}</p>${add}<//>`} />
    ${gone && html`<${Forget} it=${gone} onClose=${() => forget(null)} />`}`;
}
