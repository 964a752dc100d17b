// Short lists that are kept by hand: the rows, a dialog that makes one more, and one that changes one.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post, send } from "../model/api.js";
import { forget } from "../model/name.js";
import { local, t } from "../model/text.js";
import { ChangeDialog, FormDialog } from "./form.js";
import { Icon } from "./icon.js";
import { Rows } from "./list.js";
import { Card } from "./page.js";
import { say } from "./toast.js";

const called = (it) => (typeof it.name === "object" ? local(it.name) : it.name);

/** The dialog that makes one more; `read` turns what stands in the form into what is sent, `onMade` hears what was made. */
export function Create({ path, title, onClose, onMade, read = (it) => it, children, ...rest }) {
  const create = async (body) => {
    const made = await post(path, read(body));
    forget(path);
    say(t("Created"));
    onMade?.(made);
  };
  return html`<${FormDialog} title=${title} onClose=${onClose} onSend=${create} send=${t("Create")} ...${rest}>${children}<//>`;
}

/** The dialog that changes one; `names` are the fields as `[name, text]`, for when somebody else changed it too. */
export function Change({ path, of, onClose, names, read = (it) => it, children, ...rest }) {
  const at = `${path}/${of.id}`;
  const change = async (body, revision) => {
    const changed = await send("PATCH", at, read(body), { revision });
    forget(path);
    return changed;
  };
  return html`
    <${ChangeDialog} title=${t("Edit {name}", { name: called(of) })} of=${of} onClose=${onClose} onDone=${() => say(t("Saved"))} fields=${names}
      read=${() => get(at)} change=${change} ...${rest}>${children}<//>`;
}

/**
 * The list as a card. `fields(known)` makes the fields of a form, of nothing yet for a new one; `made` and `changed` turn what
 * stands in it into what is sent.
 */
export function Editable({ path, title, create, columns, fields, names, may, made = (it) => it, changed = made, empty, kind, onMade, actions }) {
  const [isCreating, make] = useState(false);
  const [chosen, choose] = useState(null);
  const add = may && html`<button type="button" class="button small" onClick=${() => make(true)}><${Icon} name="plus" />${t("New")}</button>`;
  const edit = { head: "", num: true, lead: true, cell: (it) => it.is_kept !== false && html`
    <button type="button" class="button small" aria-label=${t("Edit {name}", { name: called(it) })} onClick=${() => choose(it)}>${t("Edit")}</button>` };
  return html`
    <${Card} title=${title} actions=${html`${actions}${add}`}>
      <${Rows} path=${path} label=${title} columns=${may ? [...columns, edit] : columns} empty=${empty(add)} />
      ${isCreating && html`<${Create} path=${path} title=${create} onClose=${() => make(false)} read=${made} onMade=${onMade} kind=${kind}>${fields({})}<//>`}
      ${chosen && html`<${Change} path=${path} of=${chosen} onClose=${() => choose(null)} names=${names} read=${changed} kind=${kind}>${fields}<//>`}
    <//>`;
}
