// The frame of each page: title, the way up, what one can do, and cards.
import { html } from "../html.js";
import { useEffect, useLayoutEffect, useRef } from "../../vendor/preact/hooks.js";
import { to } from "../model/route.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";

/** A page: its one heading, and the way up to it as `[path, text]`. */
export function Page({ title, plain, crumbs, state, actions, children }) {
  const name = plain ?? title;
  useEffect(() => {
    if (name) document.title = `${name} · Tillbox`;
  }, [name]);
  return html`
    <header class="page-head">
      ${crumbs && html`
        <nav class="crumbs" aria-label=${t("Breadcrumbs")}>
          ${crumbs.map(([path, text], at) => html`${at > 0 && html`<${Icon} name="chevron-right" />`}<a href=${to(path)}>${text}</a>`)}
        </nav>`}
      <div>
        <div class="row"><h1>${title}</h1>${state}</div>
        ${actions && html`<div class="row">${actions}</div>`}
      </div>
    </header>
    ${children}`;
}

/** A card: a part of a page, with a heading of its own. */
export const Card = ({ title, actions, children }) => html`
  <section class="card">
    ${(title || actions) && html`<header>${title ? html`<h2>${title}</h2>` : html`<span></span>`}${actions && html`<div class="row">${actions}</div>`}</header>`}
    ${children}
  </section>`;

/** Names and values; what has no value is left out. */
export const Facts = ({ of }) => html`
  <dl class="facts">
    ${of.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false).map(([name, value]) => html`
      <div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;

/** Parts of a page, of which one is shown: `[key, text]`, the first if nothing is said. */
export function Tabs({ of, at, path, label }) {
  const place = useRef();
  useLayoutEffect(() => {
    const [all, one] = [place.current, place.current.querySelector("[aria-current]")].map((it) => it.getBoundingClientRect());
    place.current.scrollLeft += one.left - all.left - (all.width - one.width) / 2;
  }, [at]);
  return html`
    <nav class="tabs" aria-label=${label} ref=${place}>
      ${of.map(([key, text]) => html`
        <a key=${key} href=${to(path, { part: key === of[0][0] ? "" : key })} aria-current=${key === at ? "page" : undefined}>${text}</a>`)}
    </nav>`;
}
