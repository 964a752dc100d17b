// What is around the shop for who is not signed in: whose it is, in which words and currency, the cart, and the door.
import { html } from "../html.js";
import { useEffect, useRef } from "../../vendor/preact/hooks.js";
import { inCart, readCart } from "../model/cart.js";
import { here, to } from "../model/route.js";
import { chooseCurrency, leave, session } from "../model/session.js";
import { choose, language, LANGUAGES, t } from "../model/text.js";
import { chooseTheme, theme } from "../model/theme.js";
import { Icon } from "./icon.js";
import { Menu, Segments } from "./menu.js";
import { Outlet } from "./outlet.js";
import { Toasts } from "./toast.js";

/** In which words, currency and colours. */
function Ways() {
  const { currency, currencies } = session.value.account;
  const said = [language.value.toUpperCase(), currency].join(" · ");
  const button = html`<span>${said}</span><${Icon} name="chevrons-up-down" />`;
  return html`
    <${Menu} kind="button quiet" label=${t("Language and currency: {said}", { said })} button=${button} items=${[
      html`<${Segments} label=${t("Language")} at=${language.value} onPick=${choose} of=${Object.entries(LANGUAGES)} />`,
      currencies.length > 1 && html`<${Segments} label=${t("Currency")} at=${currency} onPick=${chooseCurrency} of=${currencies.map((it) => [it, it])} />`,
      html`<${Segments} label=${t("Appearance")} at=${theme.value} onPick=${chooseTheme} of=${[["light", t("Light")], ["dark", t("Dark")], ["system", t("System")]]} />`,
    ].filter(Boolean)} />`;
}

/** The whole of it. */
export function Storefront() {
  const main = useRef();
  const { path } = here.value;
  const arrived = useRef(path);
  useEffect(() => {
    readCart();
  }, []);
  useEffect(() => {
    if (arrived.current !== path) main.current.focus({ preventScroll: true });
    arrived.current = path;
  }, [path]);
  return html`
    <div class="storefront" lang=${language.value}>
      <header class="front"><div>
        <a class="brand" href=${to("/shop")}><img src=${new URL("../mark.svg", import.meta.url).pathname} alt="" width="28" height="28" /><span>${session.value.account.name}</span></a>
        <div class="row tight nowrap">
          <${Ways} />
          <a class="icon-button" href=${to("/cart")} aria-current=${path === "/cart" ? "page" : undefined}><${Icon} name="shopping-cart" /><span class="unseen">${t("Cart")}</span>${inCart.value > 0 && html`<span class="many">${inCart.value}<span class="unseen"> ${t("in it")}</span></span>`}</a>
          <button type="button" class="button primary" onClick=${() => leave()}>${t("Sign in")}</button>
        </div></div></header>
      <main class="page" id="main" tabindex="-1" ref=${main}><${Outlet} path=${path} /></main>
      <${Toasts} />
    </div>`;
}
