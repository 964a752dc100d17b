// The audit trail: who did what to which thing, and what of it was changed.
import { html } from "../../html.js";
import { to } from "../../model/route.js";
import { t } from "../../model/text.js";
import { moment } from "../../model/time.js";
import { pathOf } from "../../part/figure.js";
import { Icon } from "../../part/icon.js";
import { List } from "../../part/list.js";
import { sentence } from "../../part/state.js";
import { Empty } from "../../part/still.js";
import { by } from "../../part/timeline.js";

const KINDS = [
  "account", "billing_account", "user", "session", "token", "consumer_key", "class", "offer", "price", "specification", "order", "subscription",
  "seat", "task", "billing_run", "invoice", "credit_note", "letterhead", "payment", "refund", "tax_rule", "listener", "mail",
];

const shown = (value) => (value === null || value === undefined ? "–" : String(value));

function Changes({ of }) {
  if (of.length === 0) return null;
  return html`
    <details class="why"><summary><${Icon} name="chevron-right" />${t("{count} fields", { count: of.length })}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("What was changed")}><table>
        <thead><tr><th scope="col">${t("Field")}</th><th scope="col">${t("Before")}</th><th scope="col">${t("After")}</th></tr></thead>
        <tbody>${of.map((it) => html`<tr key=${it.path}><td class="mono one-line">${it.path}</td><td>${shown(it.before)}</td><td>${shown(it.after)}</td></tr>`)}</tbody>
      </table></div></details>`;
}

function Subject({ of }) {
  const path = pathOf(of.id);
  return html`<small>${t(sentence(of.kind))}</small><br />${path ? html`<a href=${to(path)}>${of.label}</a>` : html`<span class="mono">${of.label}</span>`}`;
}

const columns = () => [
  { head: t("When"), cell: (it) => html`<span class="one-line">${moment(it.at)}</span>`, text: (it) => it.at },
  { head: t("What"), lead: true, cell: (it) => html`<span class="mono one-line">${it.name}</span>`, text: (it) => it.name },
  { head: t("About"), cell: (it) => html`<div><${Subject} of=${it.subject} /></div>`, text: (it) => `${it.subject.kind} ${it.subject.label}` },
  { head: t("By"), cell: (it) => html`<span class="one-line">${by(it.cause)}</span>`, text: (it) => by(it.cause) },
  { head: t("What was changed"), cell: (it) => html`<${Changes} of=${it.changes} />`, text: (it) => it.changes.map((change) => `${change.path} ${shown(change.before)} → ${shown(change.after)}`).join("; ") },
];

/** The part of the settings. */
export const Audit = () => html`
  <${List} path="/events" label=${t("Audit")} file="audit" columns=${columns()}
    filters=${[{ key: "kind", kind: "select", label: t("About"), options: KINDS.map((it) => [it, t(sentence(it))]) }]}
    empty=${html`<${Empty} icon="history" title=${t("Nothing happened yet")} />`} />`;
