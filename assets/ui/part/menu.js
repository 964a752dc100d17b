// Menus: a button and a native popover beside it.
import { html } from "../html.js";
import { useId, useRef } from "../../vendor/preact/hooks.js";
import { Icon } from "./icon.js";

/** A button with a menu. `items` are `{text, icon, href, onClick, danger}`, or anything to be shown as it is. */
export function Menu({ button, label, items, kind = "icon-button", above = false }) {
  const id = useId();
  const anchor = useRef();
  const menu = useRef();
  const place = (event) => {
    if (event.newState !== "open") return;
    const box = anchor.current.getBoundingClientRect();
    const own = menu.current.getBoundingClientRect();
    const start = Math.max(8, Math.min(box.left, innerWidth - own.width - 8));
    menu.current.style.left = `${box.width > 100 ? start : Math.max(8, box.right - own.width)}px`;
    menu.current.style.top = `${above ? box.top - own.height - 6 : Math.min(box.bottom + 6, innerHeight - own.height - 8)}px`;
  };
  const pick = (it) => () => {
    menu.current.hidePopover();
    it.onClick?.();
  };
  return html`
    <button type="button" class=${kind} ref=${anchor} popovertarget=${id} aria-label=${label} aria-haspopup="true">${button}</button>
    <div class="menu" id=${id} popover ref=${menu} onToggle=${place}>
      ${items.map((it) => !it?.text ? it : it.href
        ? html`<a class="menu-item" href=${it.href} onClick=${pick(it)}><${Icon} name=${it.icon} />${it.text}</a>`
        : html`<button type="button" class=${`menu-item ${it.danger ? "text bad" : ""}`} onClick=${pick(it)}><${Icon} name=${it.icon} />${it.text}</button>`)}
    </div>`;
}

/** A choice between a few, inside of a menu: `[key, text]`. */
export function Segments({ label, of, at, onPick }) {
  return html`
    <div class="inside-menu"><small>${label}</small>
      <div class="segments" role="group" aria-label=${label}>
        ${of.map(([key, text]) => html`<button type="button" aria-pressed=${key === at} onClick=${() => onPick(key)}>${text}</button>`)}
      </div></div>`;
}
