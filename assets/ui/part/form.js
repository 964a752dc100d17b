// Forms: fields by their JSON names, problems at the field they are about, and the question of 412.
import { html } from "../html.js";
import { createContext } from "../../vendor/preact/preact.js";
import { useContext, useId, useState } from "../../vendor/preact/hooks.js";
import { t } from "../model/text.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";

const Refusal = createContext(null);

/**
 * A field. `name` is a JSON pointer without its first stroke: `address/city`. `kind` is an input's type, `select` with
 * `options` as `[value, text]`, `area` or `check`.
 */
export function Field({ name, label, kind = "text", hint, options, ...rest }) {
  const id = useId();
  const problem = useContext(Refusal)?.errors.find((it) => it.pointer === `/${name}` || it.pointer.startsWith(`/${name}/`));
  const common = {
    name, id, "aria-invalid": problem ? "true" : undefined,
    "aria-describedby": problem || hint ? `${id}-note` : undefined, ...rest,
  };
  const note = html`
    ${problem && html`<span class="field-problem" id=${`${id}-note`}>${problem.message}</span>`}
    ${hint && !problem && html`<small id=${`${id}-note`}>${hint}</small>`}`;
  if (kind === "check") return html`<div><label class="check" for=${id}><input type="checkbox" ...${common} />${label}</label>${note}</div>`;
  const input = kind === "select"
    ? html`<select ...${common}>${options.map(([value, text]) => html`<option value=${value} selected=${value === rest.value}>${text}</option>`)}</select>`
    : kind === "area" ? html`<textarea ...${common}></textarea>` : html`<input type=${kind} ...${common} />`;
  return html`<div><label for=${id}><span>${label}</span></label>${input}${note}</div>`;
}

/** What stands in a form, as the JSON that its names say. Empty fields are left out, or `null` where `keeps`. */
export function bodyOf(form, { keeps = false } = {}) {
  const body = {};
  for (const input of form.elements) {
    if (!input.name || (input.type === "radio" && !input.checked)) continue;
    const value = input.type === "checkbox" ? input.checked : input.value.trim() || null;
    if (value === null && !keeps) continue;
    const path = input.name.split("/");
    const last = path.pop();
    let place = body;
    for (const part of path) place = place[part] ??= {};
    place[last] = input.type === "number" && value !== null ? Number(value) : value;
  }
  return body;
}

/** A form. `onSend(body)` does it; its problem is shown at the fields, or above them. */
export function Form({ onSend, onCancel, send, danger = false, children, keeps = false }) {
  const [problem, set] = useState(null);
  const [isBusy, wait] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    set(null);
    wait(true);
    try {
      await onSend(bodyOf(form, { keeps }), form);
    } catch (found) {
      set(found);
      requestAnimationFrame(() => form.querySelector('[aria-invalid="true"]')?.focus());
    }
    wait(false);
  };
  const names = (it) => it.pointer.slice(1);
  const fields = problem?.errors.length ? problem.errors.map((it) => `${names(it)} ${it.message}`).join("; ") : null;
  return html`
    <${Refusal.Provider} value=${problem}>
      <form onSubmit=${submit}>
        ${problem && html`<div class="notice bad" role="alert"><${Icon} name="circle-alert" /><div><p class="strong">${problem.title}</p><p>${fields ?? problem.message}</p></div></div>`}
        ${children}
        <div class="buttons">
          ${onCancel && html`<button type="button" class="button" onClick=${onCancel}>${t("Cancel")}</button>`}
          <button class=${`button ${danger ? "danger" : "primary"}`} disabled=${isBusy}>${send}</button>
        </div>
      </form>
    <//>`;
}

/** A dialog with a form in it; closes when it was sent. */
export function FormDialog({ title, onClose, onSend, intro, ...rest }) {
  const done = async (body, form) => {
    await onSend(body, form);
    onClose();
  };
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      ${intro && html`<p class="inside quiet">${intro}</p>`}
      <${Form} onSend=${done} onCancel=${onClose} ...${rest} />
    <//>`;
}

/**
 * A dialog that changes what was read at a revision. Has it changed since, one is asked whose word holds.
 * `change(body, revision)` does it; `read()` gives what is there now.
 */
export function ChangeDialog({ title, onClose, onDone, of, read, change, fields, children }) {
  const [known, know] = useState(of);
  const [stale, meet] = useState(null);
  const attempt = async (body, revision) => {
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
      <${Dialog} title=${title} onClose=${onClose}>
        <${Form} onSend=${(body) => attempt(body, known.revision)} onCancel=${onClose} send=${t("Save")} keeps>${children(known)}<//>
      <//>`;
  }
  const { mine, theirs } = stale;
  const differ = fields.filter(([key]) => (mine[key] ?? "") !== (theirs[key] ?? ""));
  return html`
    <${Dialog} title=${t("Somebody else changed this")} onClose=${onClose}>
      <${Form} send=${t("Keep mine")} onSend=${() => attempt(mine, theirs.revision)}>
        <p>${t("It has changed since you opened it. Whose word is to hold?")}</p>
        <div class="scroll" tabindex="0" role="region" aria-label=${t("Differences")}><table>
          <thead><tr><th scope="col">${t("Field")}</th><th scope="col">${t("Now stored")}</th><th scope="col">${t("Yours")}</th></tr></thead>
          <tbody>${differ.map(([key, text]) => html`<tr><td>${text}</td><td>${String(theirs[key] ?? "–")}</td><td>${String(mine[key] ?? "–")}</td></tr>`)}</tbody>
        </table></div>
        <div><button type="button" class="button" onClick=${() => { know(theirs); meet(null); }}>${t("Take theirs and edit again")}</button></div>
      <//>
    <//>`;
}
