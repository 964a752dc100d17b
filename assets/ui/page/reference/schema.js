// JSON schemas as people read them: fields with types and meanings, and an example made from them.
import { html } from "../../html.js";
import { t } from "../../model/text.js";

const DEPTH = 4;

/** A text of the document with what stands between strokes as code. */
export const prose = (text = "") => text.split("`").map((part, at) => (at % 2 ? html`<code>${part}</code>` : part));

/** A schema with its reference followed. */
function resolved(schema, document) {
  const name = schema?.$ref?.split("/").at(-1);
  return name ? { name, ...document.components.schemas[name] } : schema ?? {};
}

/** The one schema of a choice that is not `null`. */
function present(schema, document) {
  const of = resolved(schema, document);
  const some = (of.oneOf ?? of.anyOf)?.find((it) => it.type !== "null");
  return some ? { ...resolved(some, document), description: of.description ?? some.description } : of;
}

/** The fields of a schema: name, schema, whether it must be there. */
function fields(schema, document) {
  const own = Object.entries(schema.properties ?? {}).map(([name, it]) => [name, it, schema.required?.includes(name) ?? false]);
  return [...(schema.allOf ?? []).flatMap((it) => fields(resolved(it, document), document)), ...own];
}

function typeOf(schema, document) {
  const of = present(schema, document);
  if (of.type === "array") return `${typeOf(of.items, document)}[]`;
  if (of.enum) return of.enum.map((it) => JSON.stringify(it)).join(" | ");
  return of.name ?? (Array.isArray(of.type) ? of.type.join(" | ") : of.type) ?? "object";
}

const inner = (schema, document) => {
  const of = present(schema, document);
  return of.type === "array" ? present(of.items, document) : of;
};

/** The fields of a schema; those of inner objects when opened. */
export function Schema({ of, document, depth = 0 }) {
  const schema = inner(of, document);
  const all = fields(schema, document);
  if (all.length === 0) return html`<p><code>${typeOf(of, document)}</code> <span class="quiet">${prose(schema.description)}</span></p>`;
  return html`
    <ul class="schema">${all.map(([name, it, isRequired]) => {
      const below = fields(inner(it, document), document);
      const line = html`<code class="strong">${name}</code> <small>${typeOf(it, document)}${isRequired ? "" : ` · ${t("optional")}`}</small> <span class="quiet">${prose(it.description ?? present(it, document).description)}</span>`;
      return html`<li key=${name}>${below.length > 0 && depth < DEPTH
        ? html`<details><summary>${line}</summary><${Schema} of=${it} document=${document} depth=${depth + 1} /></details>` : line}</li>`;
    })}</ul>`;
}

/** A value that a schema could have, with what must be in it. */
export function example(schema, document, depth = 0) {
  const of = present(schema, document);
  if (of.example !== undefined) return of.example;
  if (of.enum) return of.enum[0];
  if (of.type === "array") return depth < DEPTH ? [example(of.items, document, depth + 1)] : [];
  const type = Array.isArray(of.type) ? of.type[0] : of.type;
  if (type === "string") return of.pattern ? "1.00" : "…";
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return true;
  const wanted = fields(of, document).filter(([, , isRequired]) => isRequired);
  return depth < DEPTH ? Object.fromEntries(wanted.map(([name, it]) => [name, example(it, document, depth + 1)])) : {};
}
