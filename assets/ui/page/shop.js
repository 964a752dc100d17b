// The shop: all that one can buy, found as one types, narrowed by what it is, how one pays, and by whom it is sold.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { channel } from "../model/channel.js";
import { compared, forgetAll } from "../model/compared.js";
import { useLoad, useStill } from "../model/load.js";
import { typed, written } from "../model/money.js";
import { here, refine, to } from "../model/route.js";
import { isGuest, isHouse, session } from "../model/session.js";
import { find, MOST, wanted } from "../model/shelf.js";
import { count, languageName, t } from "../model/text.js";
import { Field } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Page } from "../part/page.js";
import { sentence } from "../part/state.js";
import { Empty, Failure } from "../part/still.js";
import { OfferCard } from "./shop/card.js";

const FEW = 24;
const FIRST = 3;
const KEYS = ["category", "product", "kind", "seller", "language", "up_to"];
const PAID = { recurring: () => t("Again and again"), one_time: () => t("Once"), usage: () => t("By usage") };
const SORTS = [["", () => t("Best match")], ["name", () => t("Name")], ["cheap", () => t("Price: low to high")], ["dear", () => t("Price: high to low")]];

const PRODUCTS = { digital: () => t("Digital"), physical: () => t("Is sent") };

/** What a sort of product is called: by its seller, if it says so. */
const productName = ({ product, name }) => name ?? PRODUCTS[product]?.() ?? t(sentence(product));

/** One way of narrowing: its values with how many there are of each, of which one may be chosen. */
function Facet({ name, label, of, at }) {
  if (of.length < 2 && !at) return null;
  return html`
    <fieldset class="facet"><legend>${label}</legend>
      ${[["", t("All")], ...of].map(([value, text, number]) => html`
        <label key=${value} class=${value === (at ?? "") ? "on" : ""}><input type="radio" name=${name} checked=${value === (at ?? "")} onChange=${() => refine({ [name]: value })} />
          <span class="grow">${text}</span>${number !== undefined && html`<small>${count(number)}</small>`}</label>`)}
    </fieldset>`;
}

function UpTo({ currency, at }) {
  const [text, type] = useState(at ? written(at) : "");
  const still = useStill(text, 400);
  useEffect(() => {
    const amount = text.trim() === "" ? "" : typed(still);
    if (amount !== null && amount !== (here.value.query.up_to ?? "")) refine({ up_to: amount });
  }, [still]);
  return html`<${Field} kind="decimal" label=${t("At most, in {currency}", { currency })} value=${text} onInput=${(event) => type(event.target.value)} />`;
}

function Facets({ of, chosen, currency }) {
  return html`
    <${Facet} name="category" label=${t("Category")} at=${chosen.category} of=${of.categories.map((it) => [it.name, it.name, it.count])} />
    <${Facet} name="product" label=${t("What it is")} at=${chosen.product} of=${of.products.map((it) => [it.product, productName(it), it.count])} />
    <${Facet} name="kind" label=${t("How one pays")} at=${chosen.kind} of=${of.kinds.map((it) => [it.value, PAID[it.value](), it.count])} />
    <${Facet} name="seller" label=${t("Seller")} at=${chosen.seller} of=${of.sellers.map((it) => [it.value, it.value, it.count])} />
    <${Facet} name="language" label=${t("Described in")} at=${chosen.language} of=${of.languages.map((it) => [it.language, languageName(it.language), it.count])} />
    <${UpTo} key=${chosen.up_to ? "" : "-"} currency=${currency} at=${chosen.up_to} />`;
}

/** What was chosen, each to be taken back. */
function Chosen({ of, chosen, currency }) {
  const product = of.products.find((it) => it.product === chosen.product);
  const said = { category: chosen.category, product: product && productName(product), kind: PAID[chosen.kind]?.(), seller: chosen.seller, language: chosen.language && languageName(chosen.language), up_to: chosen.up_to && t("at most {amount} {currency}", { amount: written(chosen.up_to), currency }) };
  const on = KEYS.filter((it) => said[it]);
  if (on.length === 0) return null;
  return html`
    <div class="row tight">
      ${on.map((it) => html`<button type="button" class="badge pick" key=${it} aria-label=${t("Take {name} out", { name: said[it] })} onClick=${() => refine({ [it]: "" })}>${said[it]}<${Icon} name="x" /></button>`)}
      <button type="button" class="link" onClick=${() => refine(Object.fromEntries(KEYS.map((it) => [it, ""])))}>${t("Clear the filters")}</button>
    </div>`;
}

/** The offers that are to stand side by side, and the way there. */
function Tray() {
  const ids = compared.value;
  if (ids.length === 0) return null;
  return html`
    <div class="tray card" role="status"><span>${t("{count} offers to compare", { count: ids.length })}</span>
      <div class="row tight"><button type="button" class="button small" onClick=${forgetAll}>${t("Clear")}</button>
        ${ids.length > 1 ? html`<a class="button small primary" href=${to("/compare", { offers: ids.join(",") })}>${t("Side by side")}</a>` : html`<small>${t("Choose one more.")}</small>`}</div></div>`;
}

/** What whoever is here may want, above all the rest. */
function ForYou({ currency }) {
  const { data } = useLoad(() => wanted(FIRST), ["for you"], { isDerived: true });
  if (!data?.length) return null;
  return html`
    <section class="stack"><h2>${t("For you")}</h2><div class="offers shelf">${data.map((it) => html`<${OfferCard} key=${it.id} of=${it} currency=${currency} level="h3" />`)}</div></section>
    <h2>${t("All offers")}</h2>`;
}

function Results({ of, chosen, currency, words }) {
  const [shown, show] = useState(FEW);
  // Who buys is told whose each is wherever that may be another's: also where all that is found is.
  const isSeveralSellers = of.sellers.length > 1 || !isHouse();
  if (of.hits.length === 0) {
    const isNarrowed = words || KEYS.some((it) => chosen[it]);
    return html`<div class="card">${isNarrowed
      ? html`<${Empty} icon="search" title=${t("No offer fits")}><p>${t("Try fewer words, or take a filter out.")}</p><//>`
      : html`<${Empty} icon="package" title=${t("Nothing is on the shelf yet")}><p>${t("What your vendor sells appears here.")}</p><//>`}</div>`;
  }
  return html`
    <div class="offers shelf">${of.hits.slice(0, shown).map((it) => html`<${OfferCard} key=${it.id} of=${it} currency=${currency} isSeveralSellers=${isSeveralSellers} />`)}</div>
    ${of.hits.length > shown && html`<div class="row"><button type="button" class="button" onClick=${() => show(shown + FEW)}>${t("Show more")}</button></div>`}
    ${of.isCut && of.hits.length <= shown && html`<p class="quiet">${t("These are the first {count}: narrow them down to see the others.", { count: MOST })}</p>`}`;
}

/** The page. */
export default function Shop() {
  const { q = "", sort = "", channel: _, ...chosen } = here.value.query;
  const { currency } = session.value.account;
  const [text, type] = useState(q);
  const still = useStill(text, 120);
  useEffect(() => {
    if (still !== (here.value.query.q ?? "")) refine({ q: still });
  }, [still]);
  const asked = { ...chosen, q: still, sort, currency, through: channel() };
  const read = useLoad(() => find(asked), ["shop", asked]);
  const [last, keep] = useState(null);
  if (read.data && read.data !== last) keep(read.data);
  const found = read.data ?? last;
  return html`
    <${Page} title=${t("Shop")}>
      <div class="shop-find" role="search" aria-label=${t("Find offers")}>
        <div class="search-field"><${Icon} name="search" /><input type="search" name="q" aria-label=${t("Find offers")} placeholder=${t("Find offers by name or what they do")} value=${text} onInput=${(event) => type(event.target.value)} /></div>
        <label class="row tight nowrap"><small>${t("Sort by")}</small><select name="sort" onChange=${(event) => refine({ sort: event.target.value })}>${SORTS.map(([key, said]) => html`<option value=${key} selected=${key === sort}>${said()}</option>`)}</select></label>
      </div>
      ${read.error ? html`<section class="card"><${Failure} problem=${read.error} /></section>` : !found ? html`<div class="offers">${Array.from({ length: 6 }, (_, at) => html`<div class="card offer-card" key=${at}><span class="bone"></span><span class="bone"></span><span class="bone"></span></div>`)}</div>` : html`
        <div class="with-facets">
          <details class="facets" open=${innerWidth >= 820}><summary><${Icon} name="filter" />${t("Narrow down")}</summary><div class="stack"><${Facets} of=${found} chosen=${chosen} currency=${currency} /></div></details>
          <div class="stack">
            ${!still && !sort && !isHouse() && !isGuest() && KEYS.every((it) => !chosen[it]) && html`<${ForYou} currency=${currency} />`}
            <div class="row between"><p class="quiet" role="status">${t("{count} offers", { count: found.total })}</p><${Chosen} of=${found} chosen=${chosen} currency=${currency} /></div>
            <${Results} key=${JSON.stringify(chosen)} of=${found} chosen=${chosen} currency=${currency} words=${still} />
          </div>
        </div>`}
      <${Tray} />
    <//>`;
}
