// What the catalogue is ordered and counted by: categories and meters.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { post } from "../../model/api.js";
import { forget } from "../../model/name.js";
import { may } from "../../model/session.js";
import { local, t } from "../../model/text.js";
import { Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Rows } from "../../part/list.js";
import { Card } from "../../part/page.js";
import { sentence, State } from "../../part/state.js";
import { Empty } from "../../part/still.js";
import { say } from "../../part/toast.js";

const AGGREGATIONS = ["sum", "count", "max", "latest"];

/** The part of the settings. */
export function Counting() {
  const [creating, create] = useState(null);
  const add = (kind) => may("catalog_write") && html`<button type="button" class="button small" onClick=${() => create(kind)}><${Icon} name="plus" />${t("New")}</button>`;
  const send = (path) => async (body) => {
    await post(path, body);
    forget(path);
    say(t("Created"));
  };
  return html`
    <div class="halves">
      <${Card} title=${t("Categories")} actions=${add("category")}>
        <${Rows} path="/categories" label=${t("Categories")} columns=${[
          { head: t("Name"), cell: (it) => html`<span class="strong">${local(it.name)}</span>` },
          { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
        ]} empty=${html`<${Empty} icon="layers" title=${t("No category yet")} />`} />
      <//>
      <${Card} title=${t("Meters")} actions=${add("meter")}>
        <${Rows} path="/meters" label=${t("Meters")} columns=${[
          { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>` },
          { head: t("Code"), lead: true, cell: (it) => html`<span class="mono">${it.code}</span>` },
          { head: t("Unit"), cell: (it) => it.unit },
          { head: t("Counts"), cell: (it) => t(sentence(it.aggregation)) },
        ]} empty=${html`<${Empty} icon="gauge" title=${t("Nothing is counted yet")}><p>${t("A meter says what is counted, and how counts become a quantity.")}</p><//>`} />
      <//>
      ${creating === "category" && html`
        <${FormDialog} title=${t("New category")} onClose=${() => create(null)} onSend=${send("/categories")} send=${t("Create")}>
          <${Field} name="name/en" label=${t("Name in English")} required autofocus /><${Field} name="name/de" label=${t("Name in German")} />
        <//>`}
      ${creating === "meter" && html`
        <${FormDialog} title=${t("New meter")} onClose=${() => create(null)} onSend=${send("/meters")} send=${t("Create")}>
          <${Field} name="name" label=${t("Name")} required autofocus />
          <div class="pair"><${Field} name="code" label=${t("Code")} hint=${t("What events call it: traffic")} required /><${Field} name="unit" label=${t("Unit")} required /></div>
          <${Field} name="aggregation" label=${t("How counts become a quantity")} kind="select" options=${AGGREGATIONS.map((it) => [it, t(sentence(it))])} />
        <//>`}
    </div>`;
}
