// What can be chosen of what an offer delivers: a field for each characteristic that is the buyer's, and what holds in a few words.
import { html } from "../html.js";
import { quantity, typed, written } from "../model/money.js";
import { t } from "../model/text.js";
import { Field } from "./form.js";
import { Facts } from "./page.js";

const isListed = (it) => it.kind !== "flag" && it.values.length > 0 && it.values.every(({ value }) => value !== undefined);
const usual = (it) => it.values.find((value) => value.default)?.value ?? "";
const unitOf = (it) => it.values.find((value) => value.unit)?.unit;
const open = (of) => (of.characteristics ?? []).filter((it) => it.configurable);

/** Whether a buyer of an offer has anything to choose. */
export const isOpen = (of) => open(of).length > 0;

/** A value in the reader's words. */
function worded(it, text) {
  if (it?.kind === "flag") return text === "true" ? t("yes") : t("no");
  return [it?.kind === "number" ? quantity(text) : text, it && unitOf(it)].filter(Boolean).join(" ");
}

/** What holds, as `[name, value]`; `known` are the characteristics, as far as they can be seen. */
export function chosenOf(values, known = []) {
  const place = ([name]) => known.findIndex((it) => it.name === name);
  const said = Object.entries(values ?? {}).sort((one, other) => place(one) - place(other));
  return said.map(([name, text]) => [name, worded(known.find((it) => it.name === name), text)]);
}

/** The same in one line. */
export const inWords = (values, known) => chosenOf(values, known).map((it) => it.join(": ")).join(" · ");

/** What was chosen, as the API takes it: what was not touched is left to the seller. */
export function wished(of, chosen) {
  const read = (it) => (it.kind === "number" && !isListed(it) ? typed(chosen[it.name] ?? "") : chosen[it.name]);
  return Object.fromEntries(open(of).map((it) => [it.name, read(it)]).filter(([, value]) => value));
}

/** What the API says was chosen, as a buyer would have typed it. */
export const begun = (of, values) => Object.fromEntries(open(of).filter((it) => values?.[it.name] !== undefined).map((it) => [it.name, it.kind === "number" && !isListed(it) ? written(values[it.name]) : values[it.name]]));

const isNumber = (it, chosen) => it.kind !== "number" || isListed(it) || !chosen[it.name] || typed(chosen[it.name]) !== null;

/** Whether everything that must be chosen is, and all of it can be read. */
export const isChosen = (of, chosen) => open(of).every((it) => isNumber(it, chosen) && (it.min === 0 || it.kind === "flag" || chosen[it.name] || usual(it)));

/** From where to where a number goes, and in which steps. */
function bounds(it) {
  const said = it.values.map(({ value, from, to, step }) => {
    const range = value !== undefined ? quantity(value) : from && to ? t("{from} to {to}", { from: quantity(from), to: quantity(to) }) : from ? t("from {from} on", { from: quantity(from) }) : t("up to {to}", { to: quantity(to) });
    return step ? t("{range} in steps of {step}", { range, step: quantity(step) }) : range;
  });
  return said.join(", ") || undefined;
}

function One({ of, at, onPick, below }) {
  const common = { name: below && `${below}/${of.name}`, label: unitOf(of) && !isListed(of) ? `${of.name} (${unitOf(of)})` : of.name, required: of.min > 0 && of.kind !== "flag" && !usual(of) };
  if (of.kind === "flag") return html`<${Field} ...${common} kind="check" required=${false} checked=${(at ?? usual(of)) === "true"} onChange=${(event) => onPick(String(event.target.checked))} />`;
  if (isListed(of)) {
    const none = usual(of) ? [] : [["", of.min > 0 ? t("Choose …") : t("none")]];
    return html`<${Field} ...${common} kind="select" value=${at ?? usual(of)} onChange=${(event) => onPick(event.target.value)} options=${[...none, ...of.values.map(({ value }) => [value, worded(of, value)])]} />`;
  }
  if (of.kind === "number") return html`<${Field} ...${common} kind="decimal" value=${at ?? written(usual(of))} hint=${bounds(of)} onInput=${(event) => onPick(event.target.value.trim())} />`;
  return html`<${Field} ...${common} value=${at ?? usual(of)} onInput=${(event) => onPick(event.target.value.trim())} />`;
}

/** The fields; `chosen` is what was typed of each by its name. */
export const Choices = ({ of, chosen, onChoose, label = t("Your choice") }) => isOpen(of) && html`
  <div class="pair roomy" role="group" aria-label=${label}>${open(of).map((it) => html`
    <${One} key=${it.name} of=${it} at=${chosen[it.name]} onPick=${(value) => onChoose({ ...chosen, [it.name]: value })} />`)}</div>`;

/** What follows from what was chosen, or stays as it is. */
export function Follows({ of, values }) {
  const closed = (of.characteristics ?? []).filter((it) => !it.configurable && values?.[it.name] !== undefined);
  return closed.length > 0 && html`<${Facts} of=${closed.map((it) => [it.name, worded(it, values[it.name])])} />`;
}
