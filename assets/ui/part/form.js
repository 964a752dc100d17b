// Forms: fields by their JSON names, problems at the field they are about, and the question of 412.
import { html } from "../html.js";
import { createContext } from "../../vendor/preact/preact.js";
import { useContext, useEffect, useId, useRef, useState } from "../../vendor/preact/hooks.js";
import { isPayable, misread, tooFine, typed, written } from "../model/money.js";
import { language, languageName, LANGUAGES, local, t } from "../model/text.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";

const Refusal = createContext(null);
const PAUSE_MS = 700;

/**
 * A field. `name` is a JSON pointer without its first stroke: `address/city`. `kind` is an input's type, `decimal`,
 * `select` with `options` as `[value, text, is_disabled]`, `area` or `check`. Its value is what it begins with, unless
 * something listens to it. A decimal with a `currency` is an amount that is paid in it.
 */
export function Field({ name, label, kind = "text", hint, options, value, checked, fault, at, currency, ...rest }) {
  const id = useId();
  const found = useContext(Refusal)?.errors?.find((it) => it.pointer === `/${name}` || it.pointer.startsWith(`/${name}/`));
  const [mistake, misjudge] = useState(null);
  const pause = useRef();
  const problem = fault ?? found?.message ?? mistake ?? undefined;
  const isLed = rest.onInput || rest.onChange;
  if (kind === "decimal") {
    if (!isLed) value = written(value);
    const { onInput } = rest;
    rest.onInput = (event) => {
      const { target } = event;
      clearTimeout(pause.current);
      // What is half typed is seldom a number; and nothing may move under somebody who goes on to a button.
      if (isMistyped(target)) pause.current = setTimeout(() => misjudge(mistakeIn(target)), PAUSE_MS);
      else misjudge(null);
      onInput?.(event);
    };
  }
  const common = {
    name, id, "aria-invalid": problem ? "true" : undefined,
    "aria-describedby": problem || hint ? `${id}-note` : undefined,
    ...(isLed ? { value, checked } : { defaultValue: value, defaultChecked: checked }), ...rest,
  };
  const note = html`
    ${problem && html`<span class="field-problem" id=${`${id}-note`}>${problem}</span>`}
    ${hint && !problem && html`<small id=${`${id}-note`}>${hint}</small>`}`;
  if (kind === "check") {
    return html`<div><label class="check" for=${id}><input type="checkbox" ...${common} value=${at} defaultValue=${undefined} />${label}</label>${note}</div>`;
  }
  if (kind === "select") Object.assign(common, { value: undefined, defaultValue: undefined });
  if (kind === "decimal") Object.assign(common, { inputMode: "decimal", autocomplete: "off", "data-currency": currency });
  const input = kind === "select"
    ? html`<select ...${common}>${options.map(([key, text, isOff]) => html`<option value=${key} selected=${key === (value ?? "")} disabled=${isOff}>${text}</option>`)}</select>`
    : kind === "area" ? html`<textarea ...${common}></textarea>` : html`<input type=${kind === "decimal" ? "text" : kind} ...${common} />`;
  return html`<div><label for=${id}><span>${label}</span></label>${input}${note}</div>`;
}

/** Choices of which any may be made: `options` as `[value, text]`, as a list of those that are. */
export const Checks = ({ name, label, options, value = [] }) => html`
  <fieldset><legend>${label}</legend><div class="row checks">
    ${options.map(([key, text]) => html`<${Field} key=${key} name=${`${name}[]`} kind="check" at=${key} label=${text} checked=${value.includes(key)} />`)}
  </div></fieldset>`;

/** A text in several languages: the reader's first, then any in which it is; the others of the UI for the asking. */
export function Texts({ name, label, value, required, autofocus, but = [], ...rest }) {
  const [added, add] = useState([]);
  const place = useRef();
  const shown = [...new Set([language.value, ...Object.keys(value ?? {}), ...added])].filter((it) => !but.includes(it));
  const left = Object.keys(LANGUAGES).filter((it) => !shown.includes(it) && !but.includes(it));
  const called = (it) => `${label} (${languageName(it)})`;
  const grow = (it) => {
    add([...added, it]);
    requestAnimationFrame(() => place.current?.querySelector(`[name="${name}/${it}"]`)?.focus());
  };
  return html`<div class="stack tight" ref=${place}><div class="pair texts">${shown.map((it, at) => html`
    <${Field} key=${it} name=${`${name}/${it}`} label=${called(it)} value=${value?.[it] ?? ""}
      required=${required && at === 0 && (!value || it in value)} autofocus=${autofocus && at === 0} ...${rest} />`)}</div>
    ${left.length > 0 && html`<small class="row tight">${shown.length === 0 && label}${left.map((it) => html`
      <button key=${it} type="button" class="link" aria-label=${`${label}: ${languageName(it)}`} onClick=${() => grow(it)}><${Icon} name="plus" />${languageName(it)}</button>`)}</small>`}</div>`;
}

/** Rows of fields, of which there may be any number. `children(value, at)` makes the fields of one; they are called `name/at/…`. */
export function Repeat({ label, add, of = [], blank = {}, most = 50, hint, children }) {
  const [rows, set] = useState(() => of.map((value, key) => ({ key, value })));
  const next = useRef(of.length);
  const place = useRef();
  const focus = (find) => requestAnimationFrame(() => {
    find(place.current)?.focus();
    place.current?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const grow = () => {
    set([...rows, { key: (next.current += 1), value: blank }]);
    focus((it) => [...it.querySelectorAll(":scope > .repeated")].at(-1)?.querySelector("input, select"));
  };
  const shrink = (row) => {
    set(rows.filter((it) => it !== row));
    focus((it) => it.querySelector(":scope > div > .add"));
  };
  return html`
    <fieldset class="repeat" ref=${place}><legend>${label}</legend>
      ${hint && html`<small>${hint}</small>`}
      ${rows.map((row, at) => html`
        <div class="repeated" key=${row.key} role="group" aria-label=${`${label} ${at + 1}`}>
          <div class="stack tight">${children(row.value, at, rows.length)}</div>
          <button type="button" class="icon-button" aria-label=${t("Take {name} out", { name: `${label} ${at + 1}` })} onClick=${() => shrink(row)}><${Icon} name="x" /></button>
        </div>`)}
      ${rows.length < most && html`<div><button type="button" class="button small add" onClick=${grow}><${Icon} name="plus" />${add}</button></div>`}
    </fieldset>`;
}

/** What is wrong with what stands in a field for a number; what is only tried out beside a form is none of it. */
function mistakeIn(input) {
  if (input.inputMode !== "decimal" || input.closest(".preview") || input.value.trim() === "") return null;
  const [number, { currency }] = [typed(input.value), input.dataset];
  if (number === null) return misread();
  return currency && !isPayable(number, currency) ? tooFine(currency) : null;
}

/** Whether something is wrong with it. */
export const isMistyped = (input) => mistakeIn(input) !== null;

function valueOf(input) {
  const text = input.value.trim();
  if (input.type === "checkbox") return input.checked;
  if (text === "") return null;
  if (input.type === "number") return Number(text);
  return input.inputMode === "decimal" ? typed(text) ?? text : text;
}

/** Without texts in languages that have none, and `null` in place of what has nothing in it. */
function tidied(it) {
  if (Array.isArray(it)) return it.filter((row) => row !== undefined).map(tidied).filter((row) => row !== null);
  if (it === null || typeof it !== "object") return it;
  const parts = Object.entries(it).map(([key, value]) => [key, tidied(value)]);
  const left = parts.filter(([key, value]) => value !== null || !/^[a-z]{2}$/.test(key));
  return left.every(([, value]) => value === null) ? null : Object.fromEntries(left);
}

/** What stands in a form, as the JSON that its names say. Empty fields are left out, or `null` where `keeps`. */
export function bodyOf(form, { keeps = false } = {}) {
  const body = {};
  for (const input of form.elements) {
    if (!input.name || (input.type === "radio" && !input.checked)) continue;
    const [path, isOneOf] = [input.name.replace("[]", "").split("/"), input.name.endsWith("[]")];
    const value = valueOf(input);
    if (value === null && !keeps) continue;
    const last = path.pop();
    let place = body;
    for (const [at, part] of path.entries()) place = place[part] ??= /^\d+$/.test(path[at + 1] ?? last) ? [] : {};
    if (!isOneOf) place[last] = value;
    else place[last] = [...(place[last] ?? []), ...(value ? [input.value] : [])];
  }
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, tidied(value)]));
}

/** What people call the field that a problem is about. */
function labelOf(form, pointer) {
  const name = pointer.slice(1);
  const field = [...form.elements].find((it) => it.name && (it.name === name || it.name.startsWith(`${name}/`) || name.startsWith(`${it.name}/`)));
  return field?.labels?.[0]?.textContent.trim();
}

/** A problem without what it says of a field that is being corrected; nothing if that was all. */
function without(problem, name) {
  const left = problem.errors?.filter((it) => it.pointer !== `/${name}` && !it.pointer.startsWith(`/${name}/`)) ?? [];
  if (left.length === (problem.errors?.length ?? 0)) return problem;
  return left.length === 0 ? null : Object.assign(Object.create(problem), { errors: left });
}

/** Of what stands in a form what stood there otherwise at first; nothing of what is gone. */
function changed(body, before) {
  const keys = new Set([...Object.keys(before), ...Object.keys(body)]);
  const differ = [...keys].filter((it) => JSON.stringify(body[it]) !== JSON.stringify(before[it]));
  return Object.fromEntries(differ.map((it) => [it, body[it] ?? (Array.isArray(before[it]) ? [] : null)]));
}

/**
 * A form. `onSend(body)` does it, with all that stands in it, or with what `isChange`d; its problem is shown at the fields, or
 * above them. `onTyped(body, form)` follows what is typed.
 */
export function Form({ onSend, onCancel, onTyped, send, back = t("Cancel"), danger = false, isOff = false, children, keeps = false, isChange = false }) {
  const [problem, set] = useState(null);
  const [isBusy, wait] = useState(false);
  const isUnderWay = useRef(false);
  const place = useRef();
  const before = useRef();
  useEffect(() => {
    before.current = bodyOf(place.current, { keeps });
  }, []);
  const refuse = (form, found) => {
    for (const it of found.errors ?? []) it.label ??= labelOf(form, it.pointer);
    set(found);
    requestAnimationFrame(() => (form.querySelector('[aria-invalid="true"]') ?? form.querySelector('[role="alert"]'))?.focus());
  };
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const mistyped = [...form.elements].filter(isMistyped);
    if (mistyped.length > 0) return refuse(form, { title: t("This cannot be read as a number"), errors: mistyped.map((it) => ({ pointer: `/${it.name}`, label: it.labels[0]?.textContent.trim(), message: mistakeIn(it) })) });
    // A second click comes before what the first has changed is drawn.
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    set(null);
    wait(true);
    try {
      const body = bodyOf(form, { keeps });
      await onSend(isChange ? changed(body, before.current) : body, form);
    } catch (found) {
      refuse(form, found);
    }
    isUnderWay.current = false;
    wait(false);
  };
  // What one has chosen may bring other fields, or take some away: they are looked at when they are there.
  const follow = (event) => {
    const form = event.currentTarget;
    if (problem) set(without(problem, event.target.name));
    if (onTyped) requestAnimationFrame(() => onTyped(bodyOf(form), form));
  };
  const fields = problem?.errors?.length ? problem.errors.map((it) => `${it.label ?? it.pointer.slice(1)}: ${it.message}`).join("; ") : null;
  return html`
    <${Refusal.Provider} value=${problem}>
      <form class="fields" ref=${place} onSubmit=${submit} onInput=${follow}>
        ${problem && html`<div class="notice bad" role="alert" tabindex="-1"><${Icon} name="circle-alert" /><div><p class="strong">${problem.title}</p><p>${fields ?? (problem.detail || problem.message)}</p></div></div>`}
        ${children}
        <div class="buttons">
          ${onCancel && html`<button type="button" class="button" onClick=${onCancel}>${back}</button>`}
          <button class=${`button ${danger ? "danger" : "primary"}`} disabled=${isBusy || isOff}>${send}</button>
        </div>
      </form>
    <//>`;
}

/** A value in one line: a text in the reader's language, or what stands in it. */
function said(it) {
  if (it === null || it === undefined || it === "") return "–";
  if (typeof it !== "object") return String(it);
  const isTexts = Object.entries(it).every(([key, text]) => /^[a-z]{2}(_[A-Z]{2})?$/.test(key) && typeof text === "string");
  if (isTexts && !Array.isArray(it)) return local(it);
  return Object.keys(it).sort().map((key) => said(it[key])).filter((text) => text !== "–").join(", ") || "–";
}

/** Of one value what another has too: a form may hold a part of what is stored. */
function alike(it, other) {
  if (!it || !other || typeof other !== "object") return it;
  if (Array.isArray(other)) return !Array.isArray(it) ? it : it.map((row, at) => alike(row, other[at]));
  return Object.fromEntries(Object.keys(other).map((key) => [key, alike(it[key], other[key])]));
}

/** A dialog with a form in it; closes when it was sent. */
export function FormDialog({ title, onClose, onSend, intro, kind, ...rest }) {
  const done = async (body, form) => {
    await onSend(body, form);
    onClose();
  };
  return html`
    <${Dialog} title=${title} onClose=${onClose} kind=${kind}>
      ${intro && html`<p class="inside quiet">${intro}</p>`}
      <${Form} onSend=${done} onCancel=${onClose} ...${rest} />
    <//>`;
}

/**
 * A dialog that changes what was read at a revision. Has it changed since, one is asked whose word holds.
 * `change(body, revision)` does it, with what one has changed; `read()` gives what is there now.
 */
export function ChangeDialog({ title, onClose, onDone, of, read, change, fields, kind, children }) {
  const [known, know] = useState(of);
  const [stale, meet] = useState(null);
  const attempt = async (body, revision) => {
    if (Object.keys(body).length === 0) return onClose();
    try {
      const done = await change(body, revision);
      onDone?.(done);
      onClose();
    } catch (problem) {
      if (problem.status !== 412) throw problem;
      meet({ mine: body, theirs: await read() });
    }
  };
  if (!stale) {
    return html`
      <${Dialog} title=${title} onClose=${onClose} kind=${kind}>
        <${Form} onSend=${(body) => attempt(body, known.revision)} onCancel=${onClose} send=${t("Save")} keeps isChange>${children(known)}<//>
      <//>`;
  }
  const { mine, theirs } = stale;
  const stored = Object.fromEntries(Object.keys(mine).map((key) => [key, alike(theirs[key], mine[key])]));
  const differ = fields.filter(([key]) => key in mine && said(mine[key]) !== said(stored[key]));
  return html`
    <${Dialog} title=${t("Somebody else changed this")} onClose=${onClose}>
      <${Form} send=${t("Keep mine")} onSend=${() => attempt(mine, theirs.revision)}>
        <p>${t("It has changed since you opened it. Whose word is to hold?")}</p>
        <div class="scroll" tabindex="0" role="region" aria-label=${t("Differences")}><table>
          <thead><tr><th scope="col">${t("Field")}</th><th scope="col">${t("Now stored")}</th><th scope="col">${t("Yours")}</th></tr></thead>
          <tbody>${differ.map(([key, text]) => html`<tr><td>${text}</td><td>${said(stored[key])}</td><td>${said(mine[key])}</td></tr>`)}</tbody>
        </table></div>
        <div><button type="button" class="button" onClick=${() => { know(theirs); meet(null); }}>${t("Take theirs and edit again")}</button></div>
      <//>
    <//>`;
}
