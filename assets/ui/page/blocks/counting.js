// What the catalogue is ordered and counted by: categories and meters.
import { html } from "../../html.js";
import { post } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { forget, listed } from "../../model/name.js";
import { called, unitOf } from "../../model/price.js";
import { may } from "../../model/session.js";
import { local, t } from "../../model/text.js";
import { Editable } from "../../part/editable.js";
import { Field, Texts } from "../../part/form.js";
import { sentence, State } from "../../part/state.js";
import { Empty } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";

const AGGREGATIONS = ["sum", "count", "max", "latest"];

const shown = {
  launched: ["retire", () => t("Hide it")],
  active: ["launch", () => t("Show it")],
  retired: null,
};

/** Categories: how offers are grouped in the shop. */
export function Categories() {
  const all = useLoad(() => listed("/categories"), ["category names"]);
  const others = (known) => [...(all.data?.values() ?? [])].filter((it) => it.id !== known.id && it.is_kept !== false);
  const turn = (it, verb, text) => post(`/categories/${it.id}/${verb}`).then(() => { forget("/categories"); say(text); }, complain);
  return html`
    <${Editable} path="/categories" title=${t("Categories")} create=${t("New category")} may=${may("catalog_write")}
      names=${[["name", t("Name")], ["parent", t("Below")]]}
      columns=${[
        { head: t("Name"), cell: (it) => html`<span class="strong">${local(it.name)}</span>` },
        { head: t("Below"), cell: (it) => it.parent && local(all.data?.get(it.parent)?.name) },
        { head: t("State"), cell: (it) => html`<${State} of=${it.state} />` },
        { head: "", num: true, cell: (it) => may("catalog_publish") && it.is_kept !== false && shown[it.state] && html`
          <button type="button" class="button small" onClick=${() => turn(it, shown[it.state][0], shown[it.state][1]())}>${shown[it.state][1]()}</button>` },
      ]}
      fields=${(known) => html`
        <${Texts} name="name" label=${t("Name")} value=${known.name} required autofocus />
        <${Field} name="parent" label=${t("Below")} kind="select" value=${known.parent ?? ""} options=${[["", t("Nothing: one of the first")], ...others(known).map((it) => [it.id, local(it.name)])]} />`}
      empty=${(add) => html`<${Empty} icon="layers" title=${t("No category yet")}><p>${t("Categories group what you sell, so that buyers find it.")}</p>${add}<//>`} />`;
}

/** Meters: what is counted, and how counts become a quantity. */
export const Meters = () => html`
  <${Editable} path="/meters" title=${t("Meters")} create=${t("New meter")} may=${may("catalog_write")}
    names=${[["name", t("Name")], ["unit", t("Unit")], ["names", t("Name in other languages")], ["units", t("Unit in other languages")]]}
    columns=${[
      { head: t("Name"), cell: (it) => html`<span class="strong">${called(it)}</span>` },
      { head: t("Code"), cell: (it) => html`<span class="mono">${it.code}</span>` },
      { head: t("Unit"), cell: unitOf },
      { head: t("Counts"), cell: (it) => t(sentence(it.aggregation)) },
    ]}
    fields=${MeterFields}
    empty=${(add) => html`<${Empty} icon="gauge" title=${t("There is no meter yet")}><p>${t("A meter says what is counted, and how counts become a quantity.")}</p>${add}<//>`} />`;

/** The fields of a meter; how it counts stays once it is there. */
export const MeterFields = (known) => html`
  <div class="pair">
    <${Field} name="name" label=${t("Name")} value=${known.name ?? ""} hint=${t("What people call it: Traffic")} required autofocus />
    <${Field} name="unit" label=${t("Unit")} value=${known.unit ?? ""} hint=${t("What one of it is: GB")} required />
  </div>
  ${known.id && html`
    <${Texts} name="names" but=${["en"]} label=${t("Name in other languages")} value=${known.names} />
    <${Texts} name="units" but=${["en"]} label=${t("Unit in other languages")} value=${known.units} />`}
  ${!known.id && html`
    <div class="pair">
      <${Field} name="code" label=${t("Code")} hint=${t("What events call it: traffic")} required />
      <${Field} name="aggregation" label=${t("How counts become a quantity")} kind="select" options=${AGGREGATIONS.map((it) => [it, t(sentence(it))])} />
      <${Field} name="dimensions/0" label=${t("What events say besides")} />
    </div>`}`;
