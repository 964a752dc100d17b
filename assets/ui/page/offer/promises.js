// What the seller of an offer promises of it, and what goes back where that is broken: to be read, and to be promised.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get, send } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { quantity, share } from "../../model/money.js";
import { t } from "../../model/text.js";
import { Field, FormDialog, Repeat } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Card, Facts } from "../../part/page.js";
import { Empty } from "../../part/still.js";
import { say } from "../../part/toast.js";

const KINDS = { updates_rate: () => t("Brought up to date"), response_time: () => t("Answers within"), delay: () => t("Late by at most") };
const RATES = { day: () => t("{number} × a day"), week: () => t("{number} × a week"), month: () => t("{number} × a month") };
const TIMES = ["ms", "s", "min"];

/** One promise in a few words. */
function said({ threshold, unit, credit }) {
  const number = quantity(threshold);
  const what = RATES[unit] ? RATES[unit]().replace("{number}", number) : `${number} ${unit}`;
  return [what, credit && t("{share} go back where it is broken", { share: share(credit) })].filter(Boolean).join(" · ");
}

function Edit({ id, of, onClose }) {
  const promise = async ({ metrics = [] }) => {
    if (metrics.length > 0) await send("PUT", `/offers/${id}/sla`, { metrics });
    else await send("DELETE", `/offers/${id}/sla`);
    say(metrics.length > 0 ? t("It is promised") : t("Nothing is promised any more"));
  };
  const units = [...Object.keys(RATES).map((it) => [it, RATES[it]().replace("{number}", "…")]), ...TIMES.map((it) => [it, it])];
  return html`
    <${FormDialog} title=${t("What you promise")} onClose=${onClose} onSend=${promise} send=${t("Promise it")}>
      <${Repeat} label=${t("Promises")} add=${t("One more promise")} of=${of} blank=${{ kind: "response_time", unit: "ms" }} most=${10}>${(row, at) => html`
        <${Field} name=${`metrics/${at}/kind`} label=${t("About what")} kind="select" value=${row.kind} options=${Object.entries(KINDS).map(([key, text]) => [key, text()])} />
        <div class="pair">
          <${Field} name=${`metrics/${at}/threshold`} label=${t("At worst")} kind="decimal" value=${row.threshold ?? ""} required />
          <${Field} name=${`metrics/${at}/unit`} label=${t("Measured in")} kind="select" value=${row.unit} options=${units} />
          <${Field} name=${`metrics/${at}/credit`} label=${t("Goes back, in percent")} kind="decimal" value=${row.credit ?? ""} />
        </div>`}<//>
    <//>`;
}

/** The card; nothing for who only reads where nothing is promised. */
export function Promises({ id, canWrite = false }) {
  const { data } = useLoad(() => get(`/offers/${id}/sla`), ["sla", id]);
  const [isEditing, edit] = useState(false);
  if (!data || (!canWrite && data.metrics.length === 0)) return null;
  return html`
    <${Card} title=${canWrite ? t("What you promise") : t("What the seller promises")} actions=${canWrite && html`<button type="button" class="button small" onClick=${() => edit(true)}><${Icon} name="pencil" />${t("Edit")}</button>`}>
      ${data.metrics.length === 0
        ? html`<${Empty} icon="shield-check" title=${t("Nothing is promised")}><p>${t("What you promise of it stands in the shop, and what goes back where it is broken.")}</p><//>`
        : html`<div class="inside"><${Facts} of=${data.metrics.map((it) => [KINDS[it.kind]?.() ?? it.kind, said(it)])} /></div>`}
      ${isEditing && html`<${Edit} id=${id} of=${data.metrics} onClose=${() => edit(false)} />`}
    <//>`;
}
