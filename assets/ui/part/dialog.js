// Dialogs: a native one that is open while it is there.
import { html } from "../html.js";
import { useEffect, useRef } from "../../vendor/preact/hooks.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";

/** A dialog with a title; `onClose` takes it away. */
export function Dialog({ title, onClose, children, kind = "" }) {
  const ref = useRef();
  useEffect(() => {
    const before = document.activeElement;
    ref.current.showModal();
    return () => before?.focus?.();
  }, []);
  // What was typed is not thrown away because one missed: it takes a button, or the key for it.
  const isTyped = useRef(false);
  const outside = (event) => event.target === ref.current && !isTyped.current && onClose();
  return html`
    <dialog class=${`sheet ${kind}`} ref=${ref} aria-label=${title} onClose=${onClose} onMouseDown=${outside} onInput=${() => (isTyped.current = kind !== "palette")}>
      ${kind !== "palette" && html`
        <header><h2>${title}</h2>
          <button type="button" class="icon-button" aria-label=${t("Close")} onClick=${onClose}><${Icon} name="x" /></button></header>`}
      ${children}
    </dialog>`;
}
