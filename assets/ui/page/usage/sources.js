// Systems that count for a seller and are asked regularly for what is new: how it goes, and how they are asked.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get, post, send } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { may, session } from "../../model/session.js";
import { count, said, t } from "../../model/text.js";
import { Far } from "../../part/figure.js";
import { Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Menu } from "../../part/menu.js";
import { Card } from "../../part/page.js";
import { State } from "../../part/state.js";
import { Empty, Loaded } from "../../part/still.js";
import { Table } from "../../part/table.js";
import { complain, say } from "../../part/toast.js";

const at = (code = "") => `/accounts/${session.value.account.id}/usage_sources${code && `/${code}`}`;

/** How a source is asked; `of` is one that is there. */
function Write({ of, onClose }) {
  const write = async ({ code, ...body }) => {
    await send("PUT", at(of?.code ?? code), { ...body, state: of?.state });
    say(t("Saved"), t("It is asked at once."));
  };
  return html`
    <${FormDialog} title=${of ? t("Edit {name}", { name: of.code }) : t("New source")} onClose=${onClose} onSend=${write} send=${t("Save")}>
      ${!of && html`<${Field} name="code" label=${t("Short name")} required pattern="[A-Za-z0-9_.:\\-]{1,100}" autofocus />`}
      <${Field} name="address" label=${t("Where it is asked")} kind="url" value=${of?.address ?? ""} required placeholder="https://example.com/usage" />
      <div class="pair">
        <${Field} name="token" label=${t("Token")} kind="password" autocomplete="off" hint=${of?.has_token ? t("As before if you say nothing") : undefined} />
        <${Field} name="every_minutes" label=${t("Every so many minutes")} kind="number" min="1" max="10080" value=${of?.every_minutes ?? 60} required />
      </div>
    <//>`;
}

/** Whether it goes well, and if not, why. */
const Health = ({ of }) => (of.trouble
  ? html`<span class="badge warn"><${Icon} name="triangle-alert" />${t("{count} times without an answer", { count: of.misses })}</span><br /><small>${said(of.trouble)}</small>`
  : html`<${State} of=${of.state} />`);

function Actions({ of, onEdit }) {
  const act = (work, text) => () => work().then(() => say(text, of.code), complain);
  const isOn = of.state === "active";
  const turn = () => send("PUT", at(of.code), { address: of.address, every_minutes: of.every_minutes, state: isOn ? "paused" : "active" });
  return html`<${Menu} label=${t("Actions for {name}", { name: of.code })} button=${html`<${Icon} name="ellipsis" />`} items=${[
    isOn && { text: t("Ask it now"), icon: "refresh-cw", onClick: act(() => post(`${at(of.code)}/ask`), t("It is asked at once.")) },
    { text: t("Edit"), icon: "pencil", onClick: onEdit },
    isOn ? { text: t("Pause it"), icon: "pause", onClick: act(turn, t("It is asked no more")) } : { text: t("Go on"), icon: "play", onClick: act(turn, t("It is asked at once.")) },
    { text: t("Ask it no more"), icon: "ban", danger: true, onClick: act(() => send("DELETE", at(of.code)), t("It is asked no more")) },
  ].filter(Boolean)} />`;
}

/** The card. */
export function Sources() {
  const [edited, edit] = useState(null);
  const read = useLoad(() => get(at()), ["usage sources"]);
  const mine = may("settings_write");
  const add = mine && html`<button type="button" class="button small" onClick=${() => edit({})}><${Icon} name="plus" />${t("New source")}</button>`;
  const columns = [
    { head: t("Source"), cell: (it) => html`<span class="strong">${it.code}</span><br /><small>${it.address}</small>` },
    { head: t("How it goes"), lead: true, cell: (it) => html`<${Health} of=${it} />` },
    { head: t("Asked"), cell: (it) => it.asked_at && html`<${Far} at=${it.asked_at} wall />` },
    { head: t("Events taken"), num: true, cell: (it) => count(it.accepted) },
    { head: t("Refused"), num: true, extra: true, cell: (it) => count(it.refused) },
    mine && { head: "", num: true, cell: (it) => html`<${Actions} of=${it} onEdit=${() => edit(it)} />` },
  ].filter(Boolean);
  return html`
    <${Card} title=${t("Sources that are asked")} actions=${add}>
      <${Loaded} of=${read}>${({ items }) => (items.length === 0
        ? html`<${Empty} icon="refresh-cw" title=${t("No source is asked")}><p>${t("What another system counts is fetched from it again and again.")}</p>${add}<//>`
        : html`<${Table} label=${t("Sources that are asked")} columns=${columns} rows=${items} />`)}<//>
      ${edited && html`<${Write} of=${edited.code ? edited : undefined} onClose=${() => edit(null)} />`}
    <//>`;
}
