// What is around every page: navigation, search, the account menu, the test clock, news.
import { html } from "../html.js";
import { useEffect, useRef, useState } from "../../vendor/preact/hooks.js";
import { navigation } from "../page/index.js";
import { isOver } from "../model/api.js";
import { hasCart, inCart, readCart } from "../model/cart.js";
import { here, to } from "../model/route.js";
import { leave, may, session, signOut } from "../model/session.js";
import { choose, language, LANGUAGES, t } from "../model/text.js";
import { chooseTheme, theme } from "../model/theme.js";
import { ClockBar } from "./clock_bar.js";
import { Icon } from "./icon.js";
import { Menu, Segments } from "./menu.js";
import { Outlet } from "./outlet.js";
import { isPaletteKey, Palette } from "./palette.js";
import { complain, say, Toasts } from "./toast.js";

const initials = (name) => name.split(/\s+/).map((it) => it[0]).slice(0, 2).join("").toUpperCase();

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
    readCart().then((left) => left > 0 && say(t("{count} of your choices cannot be had here", { count: left })), () => {});
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
        <main class="page" id="main" tabindex="-1" ref=${main}>${isOver.value && html`<${SignedOut} />`}<${Outlet} path=${path} /></main>
      </div>
      ${isFinding && html`<${Palette} onClose=${() => find(false)} />`}
      <${Toasts} />
    </div>`;
}
