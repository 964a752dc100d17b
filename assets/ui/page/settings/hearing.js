// Who is told of what: webhooks with how telling them goes, and the mails that were written.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { all, get, post, send } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { to } from "../../model/route.js";
import { may } from "../../model/session.js";
import { count, said, t } from "../../model/text.js";
import { Dialog } from "../../part/dialog.js";
import { Far, Named, When } from "../../part/figure.js";
import { ChangeDialog, Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Rows } from "../../part/list.js";
import { Menu } from "../../part/menu.js";
import { Card, Facts } from "../../part/page.js";
import { Secret } from "../../part/secret.js";
import { sentence, State } from "../../part/state.js";
import { Empty, Loaded } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";

const names = (text) => (text ?? "").split(/[\s,;]+/).filter(Boolean);

const AUDIENCES = [["", () => t("all that you may see")], ["branch", () => t("yours and those below you")], ["account", () => t("your own account alone")]];

const callbackFields = (of) => html`
  <${Field} name="callback" label=${t("Address")} kind="url" placeholder="https://example.com/hook" value=${of.callback ?? ""} required autofocus />
  <${Field} name="patterns" label=${t("Events")} value=${(of.patterns ?? []).join(", ")} hint=${t("Such as invoice.issued, subscription.*; everything if you say nothing")} />`;

function NewWebhook({ onClose, onMade }) {
  const make = async ({ patterns, ...body }) => onMade(await post("/listeners", { ...body, patterns: names(patterns) }));
  return html`
    <${FormDialog} title=${t("New webhook")} onClose=${onClose} onSend=${make} send=${t("Set it up")}>
      ${callbackFields({})}
      <${Field} name="audience" label=${t("Whose events")} kind="select" options=${AUDIENCES.map(([key, text]) => [key, text()])} />
    <//>`;
}

const EditWebhook = ({ of, onClose }) => html`
  <${ChangeDialog} title=${t("Edit {name}", { name: of.callback })} of=${of} onClose=${onClose} onDone=${() => say(t("Saved"))} fields=${[["callback", t("Address")], ["patterns", t("Events")]]}
    read=${() => get(`/listeners/${of.id}`)} change=${(body, revision) => send("PATCH", `/listeners/${of.id}`, "patterns" in body ? { ...body, patterns: names(body.patterns) } : body, { revision })}>${callbackFields}<//>`;

/** How telling a webhook goes. */
function Deliveries({ of, onClose }) {
  const read = useLoad(() => get(`/listeners/${of.id}/deliveries`), ["deliveries", of.id]);
  return html`
    <${Dialog} title=${t("How telling it goes")} onClose=${onClose}>
      <${Loaded} of=${read}>${(found) => html`
        <div class="inside"><${Facts} of=${[
          [t("State"), html`<${State} of=${found.state} />`],
          [t("Messages it took"), count(found.delivered)],
          [t("Events behind"), count(found.waiting)],
          [t("Last heard"), found.last_delivered_at && html`<${Far} at=${found.last_delivered_at} wall />`],
          [t("Last answer"), found.last_status],
          [t("Failures in a row"), found.failures > 0 ? count(found.failures) : null],
          [t("Tried again"), found.next_attempt_at && html`<${Far} at=${found.next_attempt_at} wall />`],
          [t("Why not"), said(found.last_error ?? "")],
        ]} /></div>`}<//>
    <//>`;
}

function Webhooks() {
  const [isMaking, make] = useState(false);
  const [shown, show] = useState(null);
  const [told, tell] = useState(null);
  const [edited, edit] = useState(null);
  const attempt = (work, done) => work.then(() => say(done), complain);
  const ping = async (it) => {
    try {
      const { delivered, error, status } = await post(`/listeners/${it.id}/test`);
      if (delivered) say(t("It answered"), String(status));
      else complain({ title: t("It did not take the ping"), message: said(error) });
    } catch (problem) {
      complain(problem);
    }
  };
  const actions = (it) => [
    { text: t("How telling it goes"), icon: "list-checks", onClick: () => tell(it) },
    { text: t("Edit"), icon: "pencil", onClick: () => edit(it) },
    { text: t("Send a ping"), icon: "webhook", onClick: () => ping(it) },
    it.state === "active"
      ? { text: t("Pause"), icon: "pause", onClick: () => attempt(post(`/listeners/${it.id}/pause`), t("Paused")) }
      : { text: t("Go on"), icon: "play", onClick: () => attempt(post(`/listeners/${it.id}/resume`), t("It goes on")) },
    { text: t("Give it another secret"), icon: "key-round", onClick: () => post(`/listeners/${it.id}/rotate`).then(show, complain) },
    { text: t("Take it away"), icon: "ban", danger: true, onClick: () => attempt(send("DELETE", `/listeners/${it.id}`), t("It is gone")) },
  ];
  const columns = [
    { head: t("Address"), cell: (it) => html`<span class="mono">${it.callback}</span>` },
    { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
    { head: t("Events"), cell: (it) => it.patterns.join(", ") || t("everything") },
    { head: t("Why not"), cell: (it) => it.last_error && html`<span class="text bad">${said(it.last_error)}</span>` },
    { head: "", num: true, cell: (it) => may("listener_write") && html`<${Menu} label=${t("Actions for {name}", { name: it.callback })} button=${html`<${Icon} name="ellipsis" />`} items=${actions(it)} />` },
  ];
  const create = may("listener_write") && html`<button type="button" class="button small" onClick=${() => make(true)}><${Icon} name="plus" />${t("New")}</button>`;
  return html`
    <${Card} title=${t("Webhooks")} actions=${create}>
      <${Rows} path="/listeners" label=${t("Webhooks")} columns=${columns}
        empty=${html`<${Empty} icon="webhook" title=${t("Nobody listens")}><p>${t("A webhook is told of what happens, signed and tried again until it is heard.")}</p>${create}<//>`} />
      ${isMaking && html`<${NewWebhook} onClose=${() => make(false)} onMade=${show} />`}
      ${edited && html`<${EditWebhook} of=${edited} onClose=${() => edit(null)} />`}
      ${told && html`<${Deliveries} of=${told} onClose=${() => tell(null)} />`}
      ${shown && html`
        <${Dialog} title=${t("Secret of the webhook")} onClose=${() => show(null)}><div class="inside">
          <p class="quiet">${t("Messages are signed with it, by Standard Webhooks. It is shown only now.")}</p><${Secret} text=${shown.secret} label=${t("Secret of the webhook")} /></div><//>`}
    <//>`;
}

function Letter({ id, onClose }) {
  const read = useLoad(() => get(`/mails/${id}`), ["mail", id]);
  return html`
    <${Dialog} title=${t("Mail")} onClose=${onClose}>
      <${Loaded} of=${read}>${(it) => html`
        <div class="inside">
          <${Facts} of=${[
            [t("To"), it.to], [t("State"), html`<${State} of=${it.state} />`], [t("Written"), html`<${When} at=${it.created_at} />`],
            [t("About"), it.about && html`<${Named} id=${it.about} />`], [t("Why not"), said(it.last_error ?? "")],
          ]} />
          <p class="strong">${it.subject}</p>
          <pre class="code letter" tabindex="0">${it.text}</pre>
          ${it.state === "failed" && may("notification_write") && html`<div><button type="button" class="button" onClick=${() => post(`/mails/${id}/retry`).then(() => { say(t("It is tried again")); onClose(); }, complain)}>${t("Send it after all")}</button></div>`}
        </div>`}<//>
    <//>`;
}

function Mails() {
  const [opened, open] = useState(null);
  const columns = [
    { head: t("Subject"), cell: (it) => html`<button type="button" class="link" onClick=${() => open(it.id)}>${it.subject}</button>` },
    { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
    { head: t("To"), extra: true, cell: (it) => it.to },
    { head: t("Occasion"), spare: true, cell: (it) => it.occasion && html`<span class="one-line">${t(sentence(it.occasion))}</span>` },
    { head: t("When"), cell: (it) => html`<span class="one-line"><${Far} at=${it.created_at} /></span>` },
  ];
  return html`
    <${Card} title=${t("Mail")}>
      <${Rows} path="/mails" label=${t("Mail")} columns=${columns} empty=${html`<${Empty} icon="mail" title=${t("No mail was written yet")} />`} />
      ${opened && html`<${Letter} id=${opened} onClose=${() => open(null)} />`}
    <//>`;
}

/** What is said on each occasion: which is said otherwise, or not at all, shows. */
function Templates() {
  const read = useLoad(() => all("/notification_templates"), ["templates"]);
  return html`
    <${Card} title=${t("What mails say")}>
      <${Loaded} of=${read} bones=${6}>${(items) => html`
        <div class="inside stack">
          <p class="quiet">${t("Each is sent on its occasion, in the language of its reader and in words that came with Tillbox, unless you say it in your own.")}</p>
          <ul class="columns">${items.map((it) => html`
            <li key=${it.id}><a href=${to(`/mail-templates/${it.id}`)}>${t(sentence(it.occasion))}</a>${it.firing !== "on" && html` <span class="badge">${t("is not sent")}</span>`}${it.revision > 0 && html` <span class="badge info">${t("your own")}</span>`}</li>`)}</ul>
        </div>`}<//>
    <//>`;
}

/** The part of the settings. */
export const Hearing = () => html`<div class="stack"><${Webhooks} />${may("mail_read") && html`<${Mails} />`}${may("notification_read") && html`<${Templates} />`}</div>`;
