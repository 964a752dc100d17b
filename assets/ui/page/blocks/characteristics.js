// The characteristics of a specification: what can be said of it, who says it, and what follows from what.
import { html } from "../../html.js";
import { useEffect, useRef, useState } from "../../../vendor/preact/hooks.js";
import { workOut } from "../../model/api.js";
import { useLoad, useStill } from "../../model/load.js";
import { t } from "../../model/text.js";
import { Choices, chosenOf, wished } from "../../part/choices.js";
import { bodyOf, Field, Repeat } from "../../part/form.js";
import { Facts } from "../../part/page.js";

const KINDS = [["text", () => t("a text")], ["number", () => t("a number")], ["flag", () => t("yes or no")]];
const WAYS = [["buyer", () => t("the buyer chooses it")], ["seller", () => t("you say it")], ["formula", () => t("it follows from others")]];
const pairs = (table) => table.map(([key, text]) => [key, text()]);

/** One value of a number or a text, or a range of numbers. */
function Value({ of, name, kind }) {
  const [is, measure] = useState(of.from !== undefined || of.to !== undefined ? "range" : "value");
  const figure = (field, label, rest) => html`<${Field} name=${`${name}/${field}`} label=${label} kind="decimal" value=${of[field] ?? ""} ...${rest} />`;
  const isRange = kind === "number" && is === "range";
  return html`
    <div class="pair">
      ${kind === "number" && html`<${Field} label=${t("Given as")} kind="select" value=${is} onChange=${(event) => measure(event.target.value)} options=${[["value", t("a single value")], ["range", t("a range")]]} />`}
      ${isRange ? html`${figure("from", t("At least"))}${figure("to", t("At most"))}${figure("step", t("In steps of"))}
        <input type="hidden" name=${`${name}/bounds`} value=${of.bounds ?? "closed"} />`
        : kind === "number" ? figure("value", t("Value"), { required: true }) : html`<${Field} name=${`${name}/value`} label=${t("Value")} value=${of.value ?? ""} required />`}
      <${Field} name=${`${name}/unit`} label=${t("Unit")} value=${of.unit ?? ""} />
    </div>
    ${!isRange && html`<${Field} name=${`${name}/default`} kind="check" label=${t("Taken if nobody chooses")} checked=${of.default ?? false} />`}`;
}

function Row({ of, at }) {
  const [kind, choose] = useState(of.kind ?? "text");
  const [way, set] = useState(of.formula ? "formula" : of.configurable === false ? "seller" : "buyer");
  const place = `characteristics/${at}`;
  const ways = pairs(WAYS).filter(([key]) => key !== "formula" || kind === "number");
  const is = ways.some(([key]) => key === way) ? way : "buyer";
  return html`
    <div class="pair">
      <${Field} name=${`${place}/name`} label=${t("Name")} value=${of.name ?? ""} required />
      <${Field} name=${`${place}/kind`} label=${t("It is")} kind="select" value=${kind} onChange=${(event) => choose(event.target.value)} options=${pairs(KINDS)} />
      <${Field} name=${`${place}/way`} label=${t("Who says it")} kind="select" value=${is} onChange=${(event) => set(event.target.value)} options=${ways} />
      <input type="hidden" name=${`${place}/max`} value=${of.max ?? 1} />
    </div>
    ${is === "formula" && html`<${Field} name=${`${place}/formula`} label=${t("Formula")} value=${of.formula ?? ""} required autocomplete="off" hint=${t("Such as (30 - minutes) * 3")} />`}
    ${kind === "flag" ? html`<${Field} name=${`${place}/usual`} label=${t("Taken if nobody chooses")} kind="select" value=${of.values?.find((it) => it.default)?.value ?? ""} options=${[["", t("nothing")], ["true", t("yes")], ["false", t("no")]]} />` : html`
      <${Repeat} key=${kind} label=${t("What it may be")} add=${t("One more value")} of=${(of.kind ?? "text") === kind ? of.values : []}>
        ${(value, place_) => html`<${Value} of=${value} name=${`${place}/values/${place_}`} kind=${kind} />`}<//>`}
    ${is === "buyer" && kind !== "flag" && html`<${Field} name=${`${place}/asked`} kind="check" label=${t("Must be chosen")} checked=${of.min > 0} />`}`;
}

/** What stands in the form, as the API takes it. */
export function characteristicsOf(rows) {
  return rows?.map(({ way, usual, asked, max, values, ...it }) => ({
    ...it, configurable: way === "buyer", min: asked ? 1 : 0, max: Number(max),
    values: it.kind === "flag" ? (usual ? [usual, usual === "true" ? "false" : "true"].map((value) => ({ value, default: value === usual })) : [])
      : (values ?? []).map((value) => Object.fromEntries(Object.entries(value).filter(([, text]) => text !== null))),
    formula: it.formula ?? undefined,
  }));
}

/** What follows from what one tries out, worked out as it will be for a buyer. */
function Tried({ rows }) {
  const [chosen, choose] = useState({});
  const whole = (characteristicsOf(rows) ?? []).filter((it) => it.name);
  const asked = JSON.stringify({ characteristics: whole, chosen: wished({ characteristics: whole }, chosen) });
  const still = useStill(asked, 250);
  const isDerived = whole.some((it) => it.formula);
  const read = useLoad(async () => (isDerived ? workOut("/characteristics/calculate", JSON.parse(still)) : null), ["tried", isDerived && still], { isDerived: true });
  if (!isDerived) return null;
  const fault = read.error?.errors[0];
  return html`
    <section class="preview stack tight" aria-live="polite"><h3>${t("Try it out")}</h3>
      <${Choices} of=${{ characteristics: whole.filter((it) => !it.formula) }} chosen=${chosen} onChoose=${choose} label=${t("Try it out")} />
      ${read.error ? html`<p class="field-problem">${fault ? fault.message : read.error.message}</p>`
        : read.data ? html`<${Facts} of=${chosenOf(read.data.characteristics, whole)} />` : html`<p class="quiet">…</p>`}
    </section>`;
}

/** The fields for all of them, with what follows from what. */
export function Characteristics({ of = [] }) {
  const [rows, type] = useState(null);
  const place = useRef();
  // What one has chosen may bring other fields, or take some away: they are looked at when they are there.
  const follow = () => requestAnimationFrame(() => place.current && type(bodyOf(place.current.closest("form")).characteristics));
  useEffect(follow, []);
  return html`
    <div class="stack" ref=${place} onInput=${follow}>
      <${Repeat} label=${t("Characteristics")} add=${t("One more characteristic")} of=${of} hint=${t("Prices can be meant for what is chosen.")}>
        ${(row, at) => html`<${Row} of=${row} at=${at} />`}<//>
      ${rows && html`<${Tried} rows=${rows} />`}
    </div>`;
}
