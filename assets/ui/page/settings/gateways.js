// Gateways: who takes in money for one, how it is spoken to, and where it calls back.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { post, send } from "../../model/api.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Rows } from "../../part/list.js";
import { Menu } from "../../part/menu.js";
import { Card } from "../../part/page.js";
import { Empty } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";

const KINDS = [["sandbox", () => t("Sandbox: nothing is paid")], ["stripe", () => "Stripe"], ["paypal", () => "PayPal"]];

const days = (text) => (text ?? "").split(/[\s,;]+/).filter(Boolean).map(Number);

const SECRETS = {
  sandbox: () => null,
  stripe: () => html`
    <${Field} name="secret" label=${t("Secret key")} hint="sk_live_…" kind="password" autocomplete="off" required />
    <${Field} name="signing_secret" label=${t("Secret of its webhook")} hint="whsec_…" kind="password" autocomplete="off" required />`,
  paypal: () => html`
    <${Field} name="login" label=${t("Client id")} autocomplete="off" required />
    <${Field} name="secret" label=${t("Secret key")} kind="password" autocomplete="off" required />
    <${Field} name="signing_secret" label=${t("Id of its webhook")} autocomplete="off" required />`,
};

const retries = (of) => html`
  <${Field} name="retry_days" label=${t("Tried again after days")} value=${(of.retry_days ?? [3, 5, 7]).join(", ")} hint=${t("How long after each failure what is due is tried again")} />`;

function Add({ onClose }) {
  const [kind, choose] = useState("sandbox");
  const add = async ({ retry_days, ...body }) => say(t("{name} is kept", { name: (await post("/gateways", { ...body, retry_days: days(retry_days) })).name }));
  return html`
    <${FormDialog} title=${t("Take in money through a gateway")} onClose=${onClose} onSend=${add} send=${t("Keep it")}>
      <${Field} name="kind" label=${t("Gateway")} kind="select" value=${kind} onChange=${(event) => choose(event.target.value)} options=${KINDS.map(([key, text]) => [key, text()])} />
      <${Field} name="name" label=${t("Name")} hint=${t("What payers read of it")} />
      ${SECRETS[kind]()}
      ${retries({})}
    <//>`;
}

function Edit({ of, onClose }) {
  const change = async ({ retry_days, ...body }) => {
    await send("PATCH", `/gateways/${of.id}`, { ...body, retry_days: days(retry_days) }, { revision: of.revision });
    say(t("Saved"), of.name);
  };
  return html`
    <${FormDialog} title=${t("Edit {name}", { name: of.name })} onClose=${onClose} onSend=${change} send=${t("Save")} intro=${t("What is secret stays as it is unless you say another.")}>
      <${Field} name="name" label=${t("Name")} value=${of.name} required />
      ${of.kind !== "sandbox" && html`
        <${Field} name="secret" label=${t("Secret key")} kind="password" autocomplete="off" />
        <${Field} name="signing_secret" label=${of.kind === "paypal" ? t("Id of its webhook") : t("Secret of its webhook")} kind="password" autocomplete="off" />`}
      ${retries(of)}
    <//>`;
}

/** The part of the settings. */
export function Gateways() {
  const [isAdding, add] = useState(false);
  const [edited, edit] = useState(null);
  const isMine = may("settings_write");
  const remove = (it) => send("DELETE", `/gateways/${it.id}`, undefined, { revision: it.revision }).then(() => say(t("It is gone"), it.name), complain);
  const actions = (it) => [
    { text: t("Edit"), icon: "pencil", onClick: () => edit(it) },
    { text: t("Take it away"), icon: "ban", danger: true, onClick: () => remove(it) },
  ];
  const columns = [
    { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>` },
    { head: t("Gateway"), lead: true, cell: (it) => KINDS.find(([key]) => key === it.kind)?.[1]() ?? it.kind },
    { head: t("Code"), cell: (it) => html`<span class="mono">${it.code}</span>` },
    { head: t("Tried again after days"), cell: (it) => it.retry_days.join(", ") || "–" },
    { head: t("Calls back at"), extra: true, cell: (it) => html`<span class="mono">${it.callback}</span>` },
    { head: "", num: true, cell: (it) => isMine && html`<${Menu} label=${t("Actions for {name}", { name: it.name })} button=${html`<${Icon} name="ellipsis" />`} items=${actions(it)} />` },
  ];
  const button = isMine && html`<button type="button" class="button small" onClick=${() => add(true)}><${Icon} name="plus" />${t("Add")}</button>`;
  return html`
    <${Card} title=${t("Gateways")} actions=${button}>
      <${Rows} path="/gateways" label=${t("Gateways")} columns=${columns}
        empty=${html`<${Empty} icon="wallet" title=${t("No gateway yet")}><p>${t("Customers pay by transfer until one takes in cards and wallets for you.")}</p><//>`} />
      ${isAdding && html`<${Add} onClose=${() => add(false)} />`}
      ${edited && html`<${Edit} of=${edited} onClose=${() => edit(null)} />`}
    <//>`;
}
