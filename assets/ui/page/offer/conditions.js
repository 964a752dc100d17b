// For which choices a price is meant: as one reads it, and as one says it.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { quantity } from "../../model/money.js";
import { t } from "../../model/text.js";
import { Checks, Field, Repeat } from "../../part/form.js";

const words = (value) => ({ true: t("yes"), false: t("no") })[value] ?? value;

/** One of them in a few words. */
export function conditioned({ characteristic, values, from, to }) {
  const is = values ? values.map(words).join(", ") : from && to ? t("{from} to {to}", { from: quantity(from), to: quantity(to) }) : from ? t("from {from} on", { from: quantity(from) }) : t("up to {to}", { to: quantity(to) });
  return t("only for {choice}", { choice: `${characteristic}: ${is}` });
}

function Row({ at, known }) {
  const [name, pick] = useState(known[0].name);
  const of = known.find((it) => it.name === name);
  const place = `conditions/${at}`;
  const listed = of.kind === "flag" ? ["true", "false"] : of.values.map((it) => it.value).filter(Boolean);
  const which = html`<${Field} name=${`${place}/characteristic`} label=${t("Characteristic")} kind="select" value=${name} onChange=${(event) => pick(event.target.value)} options=${known.map((it) => [it.name, it.name])} />`;
  if (of.kind === "number" && of.values.some((it) => !it.value) || of.kind === "number" && of.values.length === 0) return html`
    <div class="pair">${which}<${Field} name=${`${place}/from`} label=${t("At least")} kind="decimal" /><${Field} name=${`${place}/to`} label=${t("At most")} kind="decimal" /></div>`;
  return html`
    <div class="pair">${which}${listed.length === 0 && html`<${Field} name=${`${place}/values/0`} label=${t("Value")} required />`}</div>
    ${listed.length > 0 && html`<${Checks} key=${name} name=${`${place}/values`} label=${t("One of these")} options=${listed.map((it) => [it, words(it)])} />`}`;
}

/** The fields for all of them. */
export const Conditions = ({ of }) => html`
  <${Repeat} label=${t("For what is chosen")} add=${t("One more condition")} most=${20} hint=${t("Charged only to who chooses all of it.")}>
    ${(_, at) => html`<${Row} at=${at} known=${of} />`}<//>`;
