// Customer classes: the terms that groups of customers have.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get, post, send } from "../../model/api.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { rhythm } from "../../model/time.js";
import { ChangeDialog, Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Rows } from "../../part/list.js";
import { Card } from "../../part/page.js";
import { Empty } from "../../part/still.js";
import { say } from "../../part/toast.js";

const FIELDS = () => [
  ["name", t("Name")], ["description", t("Note")], ["due_days", t("Days to pay")], ["grace_days", t("Days of grace")],
  ["hold_days", t("Days until it is held")], ["automatic_hold", t("Hold by itself")], ["members_may_buy", t("Members may order")],
];

const fields = (it) => html`
  <${Field} name="name" label=${t("Name")} value=${it.name ?? ""} required autofocus />
  <${Field} name="description" label=${t("Note")} kind="area" value=${it.description ?? ""} />
  <div class="pair">
    <${Field} name="due_days" label=${t("Days to pay")} kind="number" min="0" value=${it.due_days ?? 14} />
    <${Field} name="grace_days" label=${t("Days of grace")} kind="number" min="0" value=${it.grace_days ?? 0} />
    <${Field} name="hold_days" label=${t("Days until it is held")} kind="number" min="0" value=${it.hold_days ?? 30} />
  </div>
  <${Field} name="automatic_hold" label=${t("Hold by itself")} kind="check" checked=${it.automatic_hold ?? false} />
  <${Field} name="members_may_buy" label=${t("Members may order")} kind="check" checked=${it.members_may_buy ?? false} />`;

/** The part of the settings. */
export function Classes() {
  const [chosen, choose] = useState(null);
  const [isCreating, create] = useState(false);
  const columns = [
    { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>${it.default && html` <span class="badge">${t("usual")}</span>`}` },
    { head: t("Days to pay"), num: true, cell: (it) => it.due_days },
    { head: t("Days of grace"), num: true, cell: (it) => it.grace_days },
    { head: t("Billed"), cell: (it) => rhythm(it.cycle.period) },
    { head: t("Held when late"), cell: (it) => (it.automatic_hold ? t("by itself") : t("by hand")) },
    { head: "", num: true, lead: true, cell: (it) => may("class_write") && html`<button type="button" class="button small" aria-label=${t("Edit {name}", { name: it.name })} onClick=${() => choose(it)}>${t("Edit")}</button>` },
  ];
  return html`
    <${Card} title=${t("Customer classes")} actions=${may("class_write") && html`<button type="button" class="button small" onClick=${() => create(true)}><${Icon} name="plus" />${t("New")}</button>`}>
      <${Rows} path="/classes" label=${t("Customer classes")} columns=${columns} empty=${html`<${Empty} icon="layers" title=${t("No classes")} />`} />
      ${isCreating && html`
        <${FormDialog} title=${t("New customer class")} onClose=${() => create(false)} send=${t("Create")} onSend=${(body) => post("/classes", body).then(() => say(t("Created")))}>${fields({})}<//>`}
      ${chosen && html`
        <${ChangeDialog} title=${t("Edit {name}", { name: chosen.name })} of=${chosen} onClose=${() => choose(null)} onDone=${() => say(t("Saved"))} fields=${FIELDS()}
          read=${() => get(`/classes/${chosen.id}`)} change=${(body, revision) => send("PATCH", `/classes/${chosen.id}`, body, { revision })}>${fields}<//>`}
    <//>`;
}
