// Digital goods: what can be downloaded by who buys it, its versions, and the sorts that a vendor lays down.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { upload } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { listed } from "../../model/name.js";
import { quantity } from "../../model/money.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { Editable } from "../../part/editable.js";
import { Field, FormDialog, Repeat } from "../../part/form.js";
import { State } from "../../part/state.js";
import { Empty } from "../../part/still.js";
import { say } from "../../part/toast.js";

const INPUTS = [["text", () => t("on a line")], ["textarea", () => t("on several lines")], ["checkbox", () => t("by a tick")], ["select", () => t("by a choice")]];
const ACCESS = [["buyers", () => t("who has bought it")], ["everybody", () => t("everybody")]];
const pairs = (table) => table.map(([key, text]) => [key, text()]);

/** How large a file is, for people. */
export const size = (bytes) => (bytes < 1024 ? t("{count} bytes", { count: String(bytes) }) : bytes < 1048576 ? `${quantity(String(Math.round(bytes / 102.4) / 10))} KiB` : `${quantity(String(Math.round(bytes / 104857.6) / 10))} MiB`);

const newest = (it) => it.versions.at(-1);

/** Uploads the next version of an asset. */
function Upload({ of, onClose }) {
  const [file, choose] = useState(null);
  const take = async ({ label }) => {
    await upload(`/assets/${of.id}/versions/${encodeURIComponent(label)}`, file);
    say(t("Uploaded: who has bought it gets it from now on"));
  };
  return html`
    <${FormDialog} title=${t("Upload a version of {name}", { name: of.name })} onClose=${onClose} onSend=${take} send=${t("Upload")} isOff=${!file}>
      <${Field} name="label" label=${t("What the version is called")} placeholder="1.0" required autofocus />
      <${Field} label=${t("File")} kind="file" onChange=${(event) => choose(event.target.files[0] ?? null)} />
    <//>`;
}

/** What its sort asks of an asset. */
function Asked({ sort, of }) {
  return sort.fields.map((it) => {
    const name = `metadata/${it.name}`;
    const value = of?.[it.name] ?? it.default ?? "";
    const common = { key: it.name, name, label: it.label ?? it.name, required: it.mandatory, placeholder: it.placeholder ?? undefined };
    if (it.input === "checkbox") return html`<${Field} ...${common} kind="select" value=${value} options=${[["", "–"], ["true", t("yes")], ["false", t("no")]]} />`;
    if (it.input === "select") return html`<${Field} ...${common} kind="select" value=${value} options=${[["", "–"], ...it.options.map((one) => [one, one])]} />`;
    return html`<${Field} ...${common} kind=${it.input === "textarea" ? "area" : "text"} value=${value} />`;
  });
}

function Fields({ known, sorts }) {
  const [kind, choose] = useState(known.kind ?? "file");
  const sort = sorts.find((it) => it.code === kind);
  return html`
    <${Field} name="name" label=${t("Name")} value=${known.name ?? ""} required autofocus />
    ${!known.id && html`<${Field} name="kind" label=${t("Sort")} kind="select" value=${kind} onChange=${(event) => choose(event.target.value)} options=${[["file", t("any file")], ...sorts.map((it) => [it.code, it.name])]} />`}
    <div class="pair">
      <${Field} name="media_type" label=${t("Sort of file")} placeholder="application/zip" value=${known.media_type ?? ""} />
      <${Field} name="access" label=${t("Who may have it")} kind="select" value=${known.access ?? "buyers"} options=${pairs(ACCESS)} />
    </div>
    ${!known.id && html`<${Field} name="url" label=${t("Where it lies, if it is not uploaded")} kind="url" />`}
    ${sort && html`<${Asked} key=${kind} sort=${sort} of=${known.metadata} />`}`;
}

/** The lists. */
export function Assets() {
  const sorts = useLoad(async () => [...(await listed("/asset_types")).values()], ["asset types"]).data ?? [];
  const [taking, take] = useState(null);
  return html`
    <div class="stack">
      <${Editable} path="/assets" title=${t("Assets")} create=${t("New asset")} kind="wide" may=${may("catalog_write")}
        names=${[["name", t("Name")], ["media_type", t("Sort of file")], ["access", t("Who may have it")], ["metadata", t("What its sort asks for")]]}
        columns=${[
          { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>` },
          { head: t("State"), cell: (it) => html`<${State} of=${it.state} />` },
          { head: t("Sort"), extra: true, cell: (it) => sorts.find((sort) => sort.code === it.kind)?.name ?? it.kind },
          { head: t("Version"), cell: (it) => newest(it) && html`<span>${newest(it).label} <small>${newest(it).file ?? newest(it).url}${newest(it).bytes !== null && ` · ${size(newest(it).bytes)}`}</small></span>` },
          { head: "", num: true, cell: (it) => may("catalog_write") && it.state !== "withdrawn" && html`<button type="button" class="button small" onClick=${() => take(it)}>${t("Upload")}</button>` },
        ]}
        fields=${(known) => html`<${Fields} known=${known} sorts=${sorts} />`}
        empty=${(add) => html`<${Empty} icon="package" title=${t("No asset yet")}><p>${t("An asset is a file or an address that who buys can download, such as a data set or a program. A specification delivers it.")}</p>${add}<//>`} />
      <${Editable} path="/asset_types" title=${t("Sorts of assets")} create=${t("New sort")} kind="wide" may=${may("catalog_write")}
        names=${[["name", t("Name")], ["fields", t("What is asked of each")]]}
        columns=${[
          { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>` },
          { head: t("Code"), cell: (it) => it.code },
          { head: t("What is asked of each"), cell: (it) => it.fields.map((field) => field.label ?? field.name).join(", ") },
        ]}
        fields=${(known) => html`
          <div class="pair"><${Field} name="name" label=${t("Name")} value=${known.name ?? ""} required autofocus />
            ${!known.id && html`<${Field} name="code" label=${t("Code")} hint=${t("By it assets name their sort. It stays.")} required />`}</div>
          <${Repeat} label=${t("What is asked of each")} add=${t("One more field")} of=${known.fields} most=${30}>${(row, at) => html`
            <div class="pair">
              <${Field} name=${`fields/${at}/name`} label=${t("Name")} value=${row.name ?? ""} required />
              <${Field} name=${`fields/${at}/label`} label=${t("What people read")} value=${row.label ?? ""} />
              <${Field} name=${`fields/${at}/input`} label=${t("Filled in")} kind="select" value=${row.input ?? "text"} options=${pairs(INPUTS)} />
              <${Field} name=${`fields/${at}/default`} label=${t("Taken if nothing is said")} value=${row.default ?? ""} />
              <${Field} name=${`fields/${at}/mandatory`} kind="check" label=${t("It must be said")} checked=${row.mandatory ?? false} />
              <${Repeat} label=${t("Choices")} add=${t("One more choice")} of=${row.options}>${(one, place) => html`
                <${Field} name=${`fields/${at}/options/${place}`} label=${t("Choice")} value=${typeof one === "string" ? one : ""} required />`}<//>
            </div>`}<//>`}
        empty=${(add) => html`<${Empty} icon="layers" title=${t("No sort of assets yet")}><p>${t("A sort says what is to be said of each asset of it, such as its licence.")}</p>${add}<//>`} />
      ${taking && html`<${Upload} of=${taking} onClose=${() => take(null)} />`}
    </div>`;
}
