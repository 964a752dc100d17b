// What is delivered: specifications, and the resources that are counted of them.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { useLoad } from "../../model/load.js";
import { listed } from "../../model/name.js";
import { unitOf } from "../../model/price.js";
import { may } from "../../model/session.js";
import { local, t } from "../../model/text.js";
import { Dialog } from "../../part/dialog.js";
import { Editable } from "../../part/editable.js";
import { Checks, Field, Repeat, Texts } from "../../part/form.js";
import { Secret } from "../../part/secret.js";
import { State } from "../../part/state.js";
import { Empty } from "../../part/still.js";
import { Characteristics, characteristicsOf } from "./characteristics.js";

const DEPENDENCIES = [
  ["requires", () => t("needs")], ["provided_by", () => t("comes with")],
  ["subscription_conflict", () => t("not in one subscription with")], ["account_conflict", () => t("not in one account with")],
];
const RELATIONS = [
  ["dependency", () => t("needs")], ["exclusivity", () => t("not together with")], ["migration", () => t("can become")],
  ["substitution", () => t("can be replaced by")], ["aggregation", () => t("has in it")],
];
const CONNECTORS = [
  ["instant", () => t("at once, by itself")], ["webhook", () => t("by another system, which is asked")], ["manual", () => t("by people")],
];

const pairs = (table) => table.map(([key, text]) => [key, text()]);
const word = (table, key) => table.find(([it]) => it === key)?.[1]() ?? key;
const texts = (of) => html`
  <${Texts} name="name" label=${t("Name")} value=${of.name} required autofocus />
  <${Texts} name="description" label=${t("Description")} kind="area" value=${of.description} />`;

function useOthers(path) {
  const all = useLoad(() => listed(path), ["others", path]).data ?? new Map();
  return { all, but: (known) => [...all.values()].filter((it) => it.id !== known.id).map((it) => [it.id, local(it.name)]) };
}

/** Resources: the countable things in what is delivered. */
export function Resources() {
  const { all, but } = useOthers("/resources");
  return html`
    <${Editable} path="/resources" title=${t("Resources")} create=${t("New resource")} kind="wide" may=${may("catalog_write")}
      names=${[["name", t("Name")], ["description", t("Description")], ["dependencies", t("Goes with others")]]}
      columns=${[
        { head: t("Name"), cell: (it) => html`<span class="strong">${local(it.name)}</span>` },
        { head: t("Unit"), cell: unitOf },
        { head: t("Counted"), cell: (it) => (it.measured ? t("by use") : t("as ordered")) },
        { head: t("Goes with others"), cell: (it) => it.dependencies.map((row) => `${word(DEPENDENCIES, row.kind)} ${local(all.get(row.on)?.name)}`).join(", ") },
      ]}
      fields=${(known) => html`
        ${texts(known)}
        ${!known.id && html`
          <div class="pair"><${Field} name="unit" label=${t("Unit")} hint=${t("What one of it is: GB. It stays.")} required />
            <${Field} name="measured" label=${t("Its use is counted")} kind="check" hint=${t("Otherwise what was ordered counts.")} /></div>`}
        <${Repeat} label=${t("Goes with others")} add=${t("One more rule")} of=${known.dependencies}>${(row, at) => html`
          <div class="pair">
            <${Field} name=${`dependencies/${at}/kind`} label=${t("It")} kind="select" value=${row.kind} options=${pairs(DEPENDENCIES)} />
            <${Field} name=${`dependencies/${at}/on`} label=${t("Which")} kind="select" value=${row.on} required options=${but(known)} />
            <${Field} name=${`dependencies/${at}/multiplier`} label=${t("So many for each")} kind="decimal" value=${row.multiplier ?? "1"} />
          </div>`}<//>`}
      empty=${(add) => html`<${Empty} icon="scale" title=${t("No resource yet")}><p>${t("A resource is something countable in what you deliver, such as disk space or seats, of which a buyer may take more or less.")}</p>${add}<//>`} />`;
}

/** Specifications: what is set up when somebody buys. */
export function Specifications() {
  const { but } = useOthers("/specifications");
  const resources = useOthers("/resources");
  const assets = useLoad(() => listed("/assets"), ["others", "/assets"]).data ?? new Map();
  const files = [...assets.values()].filter((it) => it.state !== "withdrawn" && it.versions.length > 0).map((it) => [it.id, it.name]);
  const [made, show] = useState(null);
  const [retiring, retire] = useState(null);
  const said = ({ characteristics, ...body }) => (characteristics ? { ...body, characteristics: characteristicsOf(characteristics) } : body);
  const create = ({ webhook, ...body }) => said(body.connector === "webhook" ? { ...body, webhook } : body);
  return html`
    <${Editable} path="/specifications" title=${t("Specifications")} create=${t("New specification")} kind="wide" may=${may("catalog_write")}
      names=${[["name", t("Name")], ["description", t("Description")], ["brand", t("Brand")], ["product_number", t("Product number")], ["delivery", t("What reaches the buyer")], ["resources", t("Resources")], ["assets", t("Assets")], ["characteristics", t("Characteristics")], ["relations", t("Goes with others")]]}
      made=${create}
      onMade=${(it) => it.webhook?.secret && show(it)}
      columns=${[
        { head: t("Name"), cell: (it) => html`<span class="strong">${local(it.name)}</span>` },
        { head: t("State"), cell: (it) => html`<${State} of=${it.state} />` },
        { head: t("Comes to be"), cell: (it) => html`<span class="one-line">${it.delivery === "physical" ? t("in a parcel") : word(CONNECTORS, it.connector)}</span>` },
        { head: t("Resources"), extra: true, cell: (it) => it.resources.map((id) => local(resources.all.get(id)?.name)).filter(Boolean).join(", ") },
        may("catalog_publish") && { head: "", num: true, cell: (it) => it.is_kept !== false && ["active", "launched"].includes(it.state) && html`<button type="button" class="button small" aria-label=${`${t("Sell it no more")}: ${local(it.name)}`} onClick=${() => retire(it)}>${t("Sell it no more")}</button>` },
      ].filter(Boolean)}
      fields=${(known) => html`
        ${texts(known)}
        <div class="pair"><${Field} name="brand" label=${t("Brand")} value=${known.brand ?? ""} /><${Field} name="product_number" label=${t("Product number")} value=${known.product_number ?? ""} /></div>
        <${Field} name="delivery" label=${t("What reaches the buyer")} kind="select" value=${known.delivery ?? "digital"} options=${[["digital", t("something in a computer")], ["physical", t("something in a parcel")]]} />
        ${!known.id && html`<${Connector} />`}
        ${files.length > 0 && html`<${Checks} name="assets" label=${t("Assets")} value=${known.assets} options=${files} />`}
        ${resources.all.size > 0 && html`<${Checks} name="resources" label=${t("Resources")} value=${known.resources} options=${resources.but({})} />`}
        <${Characteristics} of=${known.characteristics} />
        <${Repeat} label=${t("Goes with others")} add=${t("One more rule")} of=${known.relations}>${(row, at) => html`
          <div class="pair">
            <${Field} name=${`relations/${at}/kind`} label=${t("It")} kind="select" value=${row.kind} options=${pairs(RELATIONS)} />
            <${Field} name=${`relations/${at}/to`} label=${t("Which")} kind="select" value=${row.to} required options=${but(known)} />
          </div>`}<//>`}
      empty=${(add) => html`<${Empty} icon="layers" title=${t("No specification yet")}><p>${t("A specification says what is set up when somebody buys, and by whom. Your first offer makes one of its own.")}</p>${add}<//>`} />
    ${retiring && html`<${Retiring} path=${`/specifications/${retiring.id}`} name=${local(retiring.name)} onClose=${() => retire(null)} />`}
    ${made && html`
      <${Dialog} title=${t("Secret of the connection")} onClose=${() => show(null)}><div class="inside">
        <p class="quiet">${t("The other system knows by it that we ask. It is shown only now.")}</p><${Secret} text=${made.webhook.secret} label=${t("Secret of the connection")} /></div><//>`}`;
}

/** How it comes to be, which stays once it is said. */
function Connector() {
  const [kind, choose] = useState("instant");
  return html`
    <div class="pair">
      <${Field} name="connector" label=${t("Comes to be")} kind="select" value=${kind} onChange=${(event) => choose(event.target.value)} options=${pairs(CONNECTORS)} />
      ${kind === "webhook" && html`<${Field} name="webhook/address" label=${t("Where it is asked")} kind="url" placeholder="https://example.com/orders" required />`}
    </div>`;
}
