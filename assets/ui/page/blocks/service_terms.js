// Service terms: what happens after the paid time, or after a trial.
import { html } from "../../html.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { Editable } from "../../part/editable.js";
import { Field } from "../../part/form.js";
import { Empty } from "../../part/still.js";

const days = (count) => t("{count} days", { count });
const said = ({ grace_days: grace, hold_days: hold, destroy }) => [
  grace > 0 && t("runs on for {days}", { days: days(grace) }),
  hold > 0 && t("is kept for {days}", { days: days(hold) }),
  destroy ? t("then destroyed") : t("then kept"),
].filter(Boolean).join(", ");

const after = (name, label, of) => html`
  <fieldset><legend>${label}</legend>
    <div class="pair">
      <${Field} name=${`${name}/grace_days`} label=${t("Days it runs on")} kind="number" min="0" max="3660" value=${of?.grace_days ?? 7} required />
      <${Field} name=${`${name}/hold_days`} label=${t("Days it is kept, stopped")} kind="number" min="0" max="3660" value=${of?.hold_days ?? 30} required />
    </div>
    <${Field} name=${`${name}/destroy`} label=${t("Then it is destroyed")} kind="check" checked=${of?.destroy ?? true} />
  </fieldset>`;

/** The part of the page. */
export const ServiceTerms = () => html`
  <${Editable} path="/service_terms" title=${t("Service terms")} create=${t("New service terms")} may=${may("catalog_write")}
    names=${[["name", t("Name")], ["paid", t("After the paid time")], ["trial", t("After a trial")]]}
    columns=${[
      { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>` },
      { head: t("After the paid time"), cell: (it) => said(it.paid) },
      { head: t("After a trial"), cell: (it) => said(it.trial) },
    ]}
    fields=${(known) => html`
      <${Field} name="name" label=${t("Name")} value=${known.name ?? ""} required autofocus />
      ${after("paid", t("After the paid time"), known.paid)}
      ${after("trial", t("After a trial"), known.trial)}`}
    empty=${(add) => html`<${Empty} icon="clock" title=${t("No service terms yet")}><p>${t("They say how long a subscription that was not renewed runs on, and when what is in it is destroyed. Without them it ends with its term.")}</p>${add}<//>`} />`;
