// The API reference, offline: every operation of /openapi.json with what it takes and gives, and how to call it.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { useLoad, useStill } from "../model/load.js";
import { t } from "../model/text.js";
import { Icon } from "../part/icon.js";
import { Card, Page } from "../part/page.js";
import { sentence } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { example, prose, Schema } from "./reference/schema.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

async function read() {
  const document = await (await fetch("/openapi.json")).json();
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((it) => item[it]).map((method) => ({ path, method, ...item[method] })));
  const groups = Map.groupBy(operations, (it) => it.tags?.[0] ?? it.path.split("/").find((part) => part && !["api", "v1"].includes(part)) ?? "");
  return { document, groups: [...groups] };
}

const json = (it) => it?.content?.["application/json"]?.schema ?? Object.values(it?.content ?? {})[0]?.schema;

/** How to call an operation from a shell. */
function curl({ path, method, requestBody }, document) {
  const body = json(requestBody);
  const lines = [`curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}"${location.origin}${path.startsWith("/api") ? path : `/api/v1${path}`}"`, '-H "Authorization: Bearer $TOKEN"'];
  if (body) lines.push('-H "Content-Type: application/json"', `-d '${JSON.stringify(example(body, document), null, 2)}'`);
  return lines.join(" \\\n  ");
}

function Operation({ of, document }) {
  const [isOpen, open] = useState(false);
  const query = (of.parameters ?? []).filter((it) => it.in !== "header");
  const gives = Object.entries(of.responses ?? {});
  return html`
    <details class="operation" onToggle=${(event) => open(event.currentTarget.open)}>
      <summary><span class=${`verb ${of.method}`}>${of.method.toUpperCase()}</span><code>${of.path}</code><span class="quiet">${of.summary}</span></summary>
      ${isOpen && html`
        <div class="inside">
          ${of.description && html`<p>${prose(of.description)}</p>`}
          ${query.length > 0 && html`<h3>${t("Parameters")}</h3><ul class="stack tight">${query.map((it) => html`<li key=${it.name}><code class="strong">${it.name}</code> <small>${it.in}${it.required ? ` · ${t("required")}` : ""}</small> <span class="quiet">${prose(it.description ?? it.schema?.description)}</span></li>`)}</ul>`}
          ${json(of.requestBody) && html`<h3>${t("Takes")}</h3><${Schema} of=${json(of.requestBody)} document=${document} />`}
          <h3>${t("Gives")}</h3>
          ${gives.map(([status, it]) => html`<div key=${status}><p><span class="badge">${status}</span> <span class="quiet">${it.description}</span></p>${json(it) && status < "300" && html`<${Schema} of=${json(it)} document=${document} />`}</div>`)}
          <h3>${t("From a shell")}</h3>
          <pre class="code" tabindex="0">${curl(of, document)}</pre>
        </div>`}
    </details>`;
}

/** The page. */
export default function Reference() {
  const [typed, type] = useState("");
  const words = useStill(typed.toLowerCase().trim(), 100).split(/\s+/).filter(Boolean);
  const found = useLoad(read, ["reference"]);
  const fits = (it) => words.every((word) => `${it.method} ${it.path} ${it.summary ?? ""}`.toLowerCase().includes(word));
  return html`
    <${Page} title=${t("API reference")} actions=${html`<a class="button" href="/openapi.json" download="openapi.json"><${Icon} name="download" />OpenAPI</a>`}>
      <input type="search" name="q" aria-label=${t("Find operations")} placeholder=${t("Find operations by path or what they do")} value=${typed} onInput=${(event) => type(event.target.value)} />
      <p class="quiet">${t("Everything on these pages is done by this API and nothing else. Programs send a token as Authorization: Bearer …; problems are RFC 9457 documents; lists page by cursor; Idempotency-Key makes a request happen once.")}</p>
      <${Loaded} of=${found} bones=${8}>${({ document, groups }) => {
        const shown = groups.map(([name, all]) => [name, all.filter(fits)]).filter(([, all]) => all.length > 0);
        if (shown.length === 0) return html`<section class="card"><${Empty} icon="search" title=${t("No operation fits")} /></section>`;
        return shown.map(([name, all]) => html`
          <${Card} key=${name} title=${sentence(name)} actions=${html`<span class="badge">${all.length}</span>`}>
            ${all.map((it) => html`<${Operation} key=${it.method + it.path} of=${it} document=${document} />`)}
          <//>`);
      }}<//>
    <//>`;
}
