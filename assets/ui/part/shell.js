// What is around every page: navigation, search, the account menu, the test clock, news.
import { html } from "../html.js";
import { Component } from "../../vendor/preact/preact.js";
import { useEffect, useRef, useState } from "../../vendor/preact/hooks.js";
import { navigation, PAGES, sees } from "../page/index.js";
import { isOver } from "../model/api.js";
import { hasCart, inCart, readCart } from "../model/cart.js";
import { here, match, to } from "../model/route.js";
import { leave, may, session, signOut } from "../model/session.js";
import { choose, language, LANGUAGES, t } from "../model/text.js";
import { chooseTheme, theme } from "../model/theme.js";
import { ClockBar } from "./clock_bar.js";
import { Icon } from "./icon.js";
import { Menu } from "./menu.js";
import { Page } from "./page.js";
import { isPaletteKey, Palette } from "./palette.js";
import { Bones, Empty, Failure } from "./still.js";
import { complain, Toasts } from "./toast.js";

const modules = new Map();

/** The module of a page, loaded at its first visit. */
function useModule(page) {
  const [, turn] = useState(0);
  useEffect(() => {
    if (!page || modules.has(page)) return;
    const keep = (it) => { modules.set(page, it); turn((before) => before + 1); };
    page.load().then(keep, (problem) => keep({ problem }));
  }, [page]);
  return modules.get(page);
}

/** Keeps the fault of one page to that page. */
class Guard extends Component {
  constructor() {
    super();
    this.state = { fault: null };
  }
  componentDidCatch(fault) {
    console.error(fault);
    this.setState({ fault });
  }
  componentDidUpdate(before) {
    if (before.path !== this.props.path && this.state.fault) this.setState({ fault: null });
  }
  render({ children }, { fault }) {
    return fault ? html`<${Failure} page problem=${{ title: t("This page has a fault"), message: String(fault.message ?? fault) }} />` : children;
  }
}

function found(path) {
  for (const page of PAGES) {
    const parameters = match(page.path, path);
    if (parameters) return { page, parameters };
  }
  return {};
}

function Shown({ path }) {
  const { page, parameters } = found(path);
  const module = useModule(page);
  if (!page) {
    return html`<${Page} title=${t("There is no such page")}><div class="card"><${Empty} icon="search" title=${t("Nothing is at this address")}>
      <p>${t("Look for it by name, or begin at the overview.")}</p><a class="button" href=${to("/")}>${t("Overview")}</a><//></div><//>`;
  }
  if (!sees(page, may)) return html`<${Failure} page problem=${{ status: 403, message: t("Ask an administrator of your account for the right to it.") }} />`;
  if (!module) return html`<div class="card"><${Bones} lines=${6} /></div>`;
  if (module.problem) return html`<${Failure} page problem=${module.problem} />`;
  return html`<${Guard} path=${path}><${module.default} key=${path} ...${parameters} /><//>`;
}

const initials = (name) => name.split(/\s+/).map((it) => it[0]).slice(0, 2).join("").toUpperCase();

function Segments({ label, of, at, onPick }) {
  return html`
    <div class="inside-menu"><small>${label}</small>
      <div class="segments" role="group" aria-label=${label}>
        ${of.map(([key, text]) => html`<button type="button" aria-pressed=${key === at} onClick=${() => onPick(key)}>${text}</button>`)}
      </div></div>`;
}

function AccountMenu() {
  const { user, account } = session.value;
  const button = html`<span class="face" aria-hidden="true">${initials(user.name)}</span><span class="grow"><span class="strong">${user.name}</span><br /><small>${account.name}</small></span><${Icon} name="chevrons-up-down" />`;
  return html`
    <${Menu} kind="me" above button=${button} items=${[
      html`<${Segments} label=${t("Appearance")} at=${theme.value} onPick=${chooseTheme} of=${[["light", t("Light")], ["dark", t("Dark")], ["system", t("System")]]} />`,
      html`<${Segments} label=${t("Language")} at=${language.value} onPick=${choose} of=${Object.entries(LANGUAGES)} />`,
      html`<hr />`,
      may("account_read") && { text: t("Your account"), icon: "users", href: to(`/accounts/${account.id}`) },
      { text: t("Security and tokens"), icon: "key-round", href: to("/settings", { part: "security" }) },
      { text: t("Sign out"), icon: "log-out", onClick: () => signOut().catch(complain) },
    ].filter(Boolean)} />`;
}

function Side({ isOpen, onFind }) {
  const path = here.value.path.replace(/\/$/, "");
  return html`
    <header class=${`side ${isOpen ? "open" : ""}`} id="side">
      <a class="brand" href=${to("/")}><img src=${new URL("../mark.svg", import.meta.url).pathname} alt="" width="28" height="28" />Tillbox</a>
      <button type="button" class="find" onClick=${onFind}><${Icon} name="search" />${t("Search")}<kbd>${navigator.platform.startsWith("Mac") ? "⌘K" : "Ctrl K"}</kbd></button>
      <nav aria-label=${t("Main")}>
        ${navigation(may).map((group) => html`
          ${group.text && html`<h2>${group.text}</h2>`}
          ${group.pages.map((it) => html`
            <a key=${it.path} href=${to(it.path || "/")} aria-current=${path === it.path ? "page" : it.path && path.startsWith(`${it.path}/`) ? "true" : undefined}>
              <${Icon} name=${it.icon} />${it.text()}${it.badge?.() > 0 && html`<span class="many">${it.badge()}<span class="unseen"> ${t("in it")}</span></span>`}</a>`)}`)}
      </nav>
      <${AccountMenu} />
    </header>`;
}

/** What is said to whom the server does not know any more. */
const SignedOut = () => html`
  <div class="notice warn" role="alert"><${Icon} name="lock" />
    <p><span class="strong">${t("You were signed out.")}</span> ${t("What you see may have changed meanwhile.")}</p>
    <button type="button" class="button small" onClick=${() => leave()}>${t("Sign in again")}</button></div>`;

/** The whole UI. */
export function Shell() {
  const [isOpen, open] = useState(false);
  const [isFinding, find] = useState(false);
  const main = useRef();
  const { path } = here.value;
  useEffect(() => {
    const listen = (event) => {
      if (isPaletteKey(event)) {
        event.preventDefault();
        find(true);
      } else if (event.key === "Escape") open(false);
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  useEffect(() => {
    readCart().catch(() => {});
  }, []);
  const arrived = useRef(path);
  useEffect(() => {
    open(false);
    if (arrived.current !== path) main.current.focus({ preventScroll: true });
    arrived.current = path;
  }, [path]);
  return html`
    <div class="shell" lang=${language.value}>
      <${Side} isOpen=${isOpen} onFind=${() => find(true)} />
      ${isOpen && html`<div class="veil" onClick=${() => open(false)}></div>`}
      <div>
        <nav class="phone-bar" aria-label=${t("Shortcuts")}>
          <button type="button" class="icon-button" aria-label=${t("Menu")} aria-controls="side" aria-expanded=${isOpen} onClick=${() => open(!isOpen)}><${Icon} name="menu" /></button>
          <a class="brand" href=${to("/")}>Tillbox</a>
          ${hasCart() && html`<a class="icon-button" href=${to("/cart")}><${Icon} name="shopping-cart" /><span class="unseen">${t("Cart")}</span>${inCart.value > 0 && html`<span class="many">${inCart.value}</span>`}</a>`}
          <button type="button" class="icon-button" aria-label=${t("Search")} onClick=${() => find(true)}><${Icon} name="search" /></button>
        </nav>
        <${ClockBar} />
        <main class="page" id="main" tabindex="-1" ref=${main}>${isOver.value && html`<${SignedOut} />`}<${Shown} path=${path} /></main>
      </div>
      ${isFinding && html`<${Palette} onClose=${() => find(false)} />`}
      <${Toasts} />
    </div>`;
}
