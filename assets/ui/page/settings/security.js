// One's own security: password, API tokens, consumer keys, open sessions.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { carry, get, post, send } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { isBuyer, may, session } from "../../model/session.js";
import { t } from "../../model/text.js";
import { day } from "../../model/time.js";
import { Dialog } from "../../part/dialog.js";
import { Far } from "../../part/figure.js";
import { ChangeDialog, Field, Form, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Card } from "../../part/page.js";
import { Secret } from "../../part/secret.js";
import { Empty, Loaded } from "../../part/still.js";
import { Table } from "../../part/table.js";
import { complain, say } from "../../part/toast.js";

function Password() {
  const [turn, renew] = useState(0);
  const change = async (body) => {
    session.value = await post("/password", body);
    carry(session.value.csrf_token);
    say(t("The password is changed"), t("All other sessions are over."));
    renew(turn + 1);
  };
  return html`
    <${Card} title=${t("Password")}><div class="inside narrow"><${Form} key=${turn} onSend=${change} send=${t("Change it")}>
      <input class="unseen" id="own-address" type="text" autocomplete="username" value=${session.value.user.email} readonly tabindex="-1" aria-hidden="true" />
      <${Field} name="present" label=${t("Present password")} kind="password" autocomplete="current-password" required />
      <${Field} name="password" label=${t("New password")} kind="password" autocomplete="new-password" minlength="12" required hint=${t("At least twelve characters; a sentence is easier to remember than a riddle.")} />
    <//></div><//>`;
}

function NewToken({ onClose, onIssued }) {
  const issue = async ({ name, days, reading }) => {
    const expires_at = days ? new Date(Date.now() + days * 86_400_000).toISOString() : undefined;
    const scopes = reading ? session.value.permissions.filter((it) => it.endsWith("_read") || it.endsWith("_browse")) : undefined;
    onIssued(await post("/tokens", { name, expires_at, scopes }));
  };
  return html`
    <${FormDialog} title=${t("New API token")} onClose=${onClose} onSend=${issue} send=${t("Make it")}>
      <${Field} name="name" label=${t("What is it for?")} required autofocus />
      <${Field} name="days" label=${t("Days until it ends")} kind="number" min="1" hint=${t("It never ends if you say nothing")} />
      <${Field} name="reading" label=${t("It may only read")} kind="check" />
    <//>`;
}

function Tokens() {
  const [isMaking, make] = useState(false);
  const [issued, show] = useState(null);
  const read = useLoad(() => get("/tokens", { user: session.value.user.id }), ["tokens"]);
  const revoke = (it) => send("DELETE", `/tokens/${it.id}`).then(() => say(t("The token is worth nothing any more"), it.name), complain);
  const columns = [
    { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>` },
    { head: t("Begins with"), lead: true, cell: (it) => html`<span class="mono">${it.prefix}…</span>` },
    { head: t("May"), cell: (it) => (it.scopes ? t("{count} things", { count: it.scopes.length }) : t("all that you may")) },
    { head: t("Last used"), cell: (it) => (it.last_used_at ? html`<${Far} at=${it.last_used_at} wall />` : t("never")) },
    { head: t("Ends"), cell: (it) => (it.expires_at ? day(it.expires_at) : t("never")) },
    { head: "", num: true, cell: (it) => html`<button type="button" class="button small danger" aria-label=${t("Take back {name}", { name: it.name })} onClick=${() => revoke(it)}>${t("Take back")}</button>` },
  ];
  return html`
    <${Card} title=${t("API tokens")} actions=${html`<button type="button" class="button small" onClick=${() => make(true)}><${Icon} name="plus" />${t("New token")}</button>`}>
      <${Loaded} of=${read}>${({ items }) => items.length === 0
        ? html`<${Empty} icon="key-round" title=${t("No tokens")}><p>${t("With a token a program acts for you, and you can take it back at any time.")}</p><//>`
        : html`<${Table} label=${t("API tokens")} columns=${columns} rows=${items} />`}<//>
      ${isMaking && html`<${NewToken} onClose=${() => make(false)} onIssued=${show} />`}
      ${issued && html`
        <${Dialog} title=${t("Your new token")} onClose=${() => show(null)}><div class="inside">
          <p class="quiet">${t("It is shown only now. Send it as: Authorization: Bearer …")}</p><${Secret} text=${issued.secret} label=${t("Token")} /></div><//>`}
    <//>`;
}

/** A key with its operations as the lines of a field, a stroke where there are none. */
const asForm = (it) => ({ ...it, operations: it.operations && (it.operations.map(({ verb, type }) => `${verb} ${type}`).join("\n") || "-") });

/** The lines of a field as operations, if they are said; nothing for all. */
const asBody = ({ operations, ...rest }) => (operations === undefined ? rest : {
  ...rest,
  operations: operations?.split("\n").map((it) => it.trim()).filter((it) => it && it !== "-").map((line) => {
    const [verb, ...type] = line.split(/\s+/);
    return { verb, type: type.join(" ") };
  }) ?? null,
});

const fields = (it) => html`
  <${Field} name="name" label=${t("What is it for?")} value=${it.name ?? ""} required autofocus />
  <${Field} name="operations" label=${t("Custom operations that it may call")} kind="area" value=${it.operations ?? ""} rows="3" hint=${t("One a line, such as POST http://parallels.com/pa/bss-account-info; all if you say nothing, none for -")} />`;

function NewKey({ onClose, onIssued }) {
  const issue = async ({ days, ...body }) => {
    const expires_at = days ? new Date(Date.now() + days * 86_400_000).toISOString() : undefined;
    onIssued(await post("/consumer_keys", { ...asBody(body), expires_at }));
  };
  return html`
    <${FormDialog} title=${t("New consumer key")} onClose=${onClose} onSend=${issue} send=${t("Make it")}>
      ${fields({})}
      <${Field} name="days" label=${t("Days until it ends")} kind="number" min="1" hint=${t("It never ends if you say nothing")} />
    <//>`;
}

function Issued({ of, onClose }) {
  return html`
    <${Dialog} title=${t("New consumer key")} onClose=${onClose}><div class="inside stack">
      <p class="quiet">${t("The secret is shown only now. Requests are signed with both, by OAuth 1.0a.")}</p>
      <${Secret} text=${of.key} label=${t("Key")} /><${Secret} text=${of.secret} label=${t("Secret")} /></div><//>`;
}

function Keys() {
  const [isMaking, make] = useState(false);
  const [issued, show] = useState(null);
  const [chosen, choose] = useState(null);
  const read = useLoad(() => get("/consumer_keys", { user: session.value.user.id }), ["consumer_keys"]);
  const revoke = (it) => send("DELETE", `/consumer_keys/${it.id}`).then(() => say(t("The key is worth nothing any more"), it.name), complain);
  const columns = [
    { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>` },
    { head: t("Key"), lead: true, cell: (it) => html`<span class="mono">${it.key.slice(0, 8)}…</span>` },
    { head: t("May"), cell: (it) => (it.operations ? t("{count} operations", { count: it.operations.length }) : t("all that you may")) },
    { head: t("Last used"), cell: (it) => (it.last_used_at ? html`<${Far} at=${it.last_used_at} wall />` : t("never")) },
    { head: t("Ends"), cell: (it) => (it.expires_at ? day(it.expires_at) : t("never")) },
    { head: "", num: true, cell: (it) => html`
      <button type="button" class="button small" aria-label=${t("Edit {name}", { name: it.name })} onClick=${() => choose(asForm(it))}>${t("Edit")}</button>
      <button type="button" class="button small danger" aria-label=${t("Take back {name}", { name: it.name })} onClick=${() => revoke(it)}>${t("Take back")}</button>` },
  ];
  return html`
    <${Card} title=${t("Consumer keys")} actions=${html`<button type="button" class="button small" onClick=${() => make(true)}><${Icon} name="plus" />${t("New consumer key")}</button>`}>
      <${Loaded} of=${read}>${({ items }) => items.length === 0
        ? html`<${Empty} icon="key-round" title=${t("No consumer keys")}><p>${t("With a consumer key another system acts for you on the APS bus.")}</p><//>`
        : html`<${Table} label=${t("Consumer keys")} columns=${columns} rows=${items} />`}<//>
      ${isMaking && html`<${NewKey} onClose=${() => make(false)} onIssued=${show} />`}
      ${issued && html`<${Issued} of=${issued} onClose=${() => show(null)} />`}
      ${chosen && html`
        <${ChangeDialog} title=${t("Edit {name}", { name: chosen.name })} of=${chosen} onClose=${() => choose(null)} onDone=${() => say(t("Saved"))}
          fields=${[["name", t("Name")], ["operations", t("Custom operations that it may call")]]}
          read=${() => get(`/consumer_keys/${chosen.id}`).then(asForm)} change=${(body, revision) => send("PATCH", `/consumer_keys/${chosen.id}`, asBody(body), { revision })}>${fields}<//>`}
    <//>`;
}

function Sessions() {
  const read = useLoad(() => get("/sessions", { user: session.value.user.id }), ["sessions"]);
  const end = (it) => send("DELETE", `/sessions/${it.id}`).then(() => say(t("The session is over")), complain);
  const columns = [
    { head: t("Browser"), cell: (it) => html`<span class="strong">${browser(it.agent)}</span>` },
    { head: t("Seen"), cell: (it) => html`<${Far} at=${it.seen_at} wall />` },
    { head: t("Began"), cell: (it) => html`<${Far} at=${it.opened_at} wall />` },
    { head: "", num: true, lead: true, cell: (it) => html`<button type="button" class="button small" onClick=${() => end(it)}>${t("End it")}</button>` },
  ];
  return html`
    <${Card} title=${t("Open sessions")}>
      <${Loaded} of=${read}>${({ items }) => html`<${Table} label=${t("Open sessions")} columns=${columns} rows=${items} />`}<//>
    <//>`;
}

/** What a browser calls itself, in two words. */
function browser(agent) {
  const name = /(Firefox|Edg|Chrome|Safari|curl)\//.exec(agent ?? "")?.[1]?.replace("Edg", "Edge");
  const system = /(Windows|Mac OS X|Android|iPhone|Linux)/.exec(agent ?? "")?.[1];
  return [name, system].filter(Boolean).join(" · ") || t("A program");
}

/** The part of the settings. */
export const Security = () => (isBuyer()
  ? html`<div class="stack"><${Password} />${may("session_read") && html`<${Sessions} />`}<${Tokens} /></div>`
  : html`<div class="stack"><${Tokens} /><${Keys} />${may("session_read") && html`<${Sessions} />`}<${Password} /></div>`);
