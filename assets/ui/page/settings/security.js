// One's own security: password, API tokens, open sessions.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { carry, get, post, send } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { may, session } from "../../model/session.js";
import { t } from "../../model/text.js";
import { day } from "../../model/time.js";
import { Dialog } from "../../part/dialog.js";
import { Far } from "../../part/figure.js";
import { Field, Form, FormDialog } from "../../part/form.js";
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
export const Security = () => html`
  <div class="stack"><${Tokens} />${may("session_read") && html`<${Sessions} />`}<${Password} /></div>`;
