// The catalogue: offers by instant search, by category and currency, as cards.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { all, get } from "../model/api.js";
import { useLoad, useStill } from "../model/load.js";
import { listed, rememberAll } from "../model/name.js";
import { isNothing, money } from "../model/money.js";
import { here, refine, to } from "../model/route.js";
import { isHouse, may, session } from "../model/session.js";
import { headline, offered } from "../model/shelf.js";
import { count, local, t } from "../model/text.js";
import { costOf, priceless, usualTerm } from "../part/cost.js";
import { Icon } from "../part/icon.js";
import { Page } from "../part/page.js";
import { State, stateName } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { often } from "./shop/card.js";

const NONE = new Set();
const STATES = ["launched", "in_study", "in_design", "in_test", "active", "retired", "rejected"];
const MOST = 100;
const FEW = 24;

/** Facets by what they are called: several sellers may have a category of the same name. */
function named(facets) {
  const groups = [...Map.groupBy(facets, (it) => it.name)];
  return groups.map(([name, same]) => ({ name, ids: same.map((it) => it.id), count: same.reduce((sum, it) => sum + it.count, 0) }));
}

/** Who sells an offer, for who sells some and buys others. */
const sellerOf = (it) => (it.is_kept === undefined || isHouse() ? undefined : it.is_kept ? session.value.account.name : t("from your provider"));

/** Offers on sale, from the search index: found as one types, with what they can be narrowed by. */
async function search({ q, category, currency }) {
  const [whole, known] = await Promise.all([get("/search", { q, currency, limit: MOST }), listed("/categories")]);
  const inWords = whole.facets.categories.map((it) => ({ ...it, name: local(known.get(it.id)?.name) || it.name }));
  const categories = named(inWords).sort((one, other) => one.name.localeCompare(other.name));
  const chosen = categories.find((it) => it.name === category);
  const parts = chosen ? await Promise.all(chosen.ids.map((id) => get("/search", { q, currency, category: id, limit: MOST }))) : [whole];
  return {
    offers: parts.flatMap((it) => it.items).map((it) => ({ ...it, description: local(it.descriptions), seller_name: it.seller_name ?? sellerOf(it) })),
    total: parts.reduce((sum, it) => sum + it.total, 0),
    categories,
    currencies: whole.facets.currencies.map((it) => it.currency).sort(),
  };
}

const plain = (it) => it.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

/** Offers that are not on sale, which the index does not have. */
async function list({ q, state }) {
  const offers = rememberAll(await all("/offers", { state }, 1000));
  const words = plain(q).split(/\s+/).filter(Boolean);
  const found = offers.filter((it) => words.every((word) => plain(`${local(it.name)} ${local(it.summary)}`).includes(word)));
  const shown = found.map((it) => ({ ...it, names: it.name, description: local(it.summary ?? it.description) }));
  return { offers: shown.slice(0, MOST), total: found.length, categories: [], currencies: [] };
}

/** The least price; one below the smallest coin says only what it is for. */
function From({ of, id }) {
  const offer = useLoad(() => offered(id), ["offered", id], { isDerived: true }).data;
  return html`${!isNothing(of.price) && html`${t("from")} <span class="strong">${money(of.price)}</span> `}<small>${often(offer, of)}</small>`;
}

/** What a bundle comes to with all that is in it, as it is if nobody chooses otherwise. */
function Whole({ of, currency }) {
  const read = useLoad(async () => {
    const offer = await get(`/offers/${of}`);
    return costOf(offer, { currency, quantity: 1, term: usualTerm(offer) || undefined });
  }, ["whole", of, currency], { isDerived: true });
  if (read.error) return html`<small>${priceless(read.error, currency)}</small>`;
  return (read.data?.rhythms ?? []).map(([name, sum], at) => html`${at > 0 && " + "}<span class="strong" key=${name}>${money(sum)}</span> <small>${name}</small>`);
}

/** The least price in the currency that was chosen, or else in one's own; only if it has none there, in another. */
function Least({ of, id, currency, bundle }) {
  const own = currency || session.value.account.currency;
  const found = headline(of.prices ?? [], own) ?? of.from_price;
  if (bundle) return html`<${Whole} of=${bundle} currency=${found?.price.currency ?? own} />`;
  if (!found) return null;
  return html`<${From} of=${found} id=${id} />${found.price.currency !== own && html` <small>${t("not in {currency}", { currency: own })}</small>`}`;
}

const Card = ({ of, currency, isSeveral, isBundle }) => html`
  <article class="card offer-card">
    <div class="row between"><h2><a href=${to(`/catalogue/${of.id}`)}>${local(of.names)}</a></h2>${of.state && html`<${State} of=${of.state} />`}</div>
    <p>${of.description}</p>
    <footer><div><${Least} of=${of} id=${of.id} currency=${currency} bundle=${isBundle && of.id} /></div>${isSeveral && html`<small>${of.seller_name}</small>`}</footer>
  </article>`;

const Pick = ({ name, at, value, children }) => html`
  <button type="button" class="badge pick" aria-pressed=${at === value} onClick=${() => refine({ [name]: at === value ? "" : value })}>${children}</button>`;

function Facets({ of, category, currency }) {
  return html`
    ${of.categories.length > 0 && html`
      <div class="row" role="group" aria-label=${t("Category")}>
        ${of.categories.map((it) => html`<${Pick} key=${it.name} name="category" at=${category} value=${it.name}>${it.name} <span class="faint">${count(it.count)}</span><//>`)}
      </div>`}
    ${(of.currencies.length > 1 || currency) && html`
      <div class="row" role="group" aria-label=${t("Currency")}>
        ${of.currencies.map((it) => html`<${Pick} key=${it} name="currency" at=${currency} value=${it}>${it}<//>`)}
      </div>`}`;
}

/** Why there is nothing, and how there would be something. */
function Nothing({ isNarrowed, state }) {
  if (isNarrowed) return html`<${Empty} icon="package" title=${t("No offer fits")}><p>${t("Try fewer words, or another category.")}</p><//>`;
  if (state !== "launched") return html`<${Empty} icon="package" title=${t("No offer is in this state")} />`;
  if (!may("catalog_write")) return html`<${Empty} icon="package" title=${t("Nothing is on the shelf yet")}><p>${t("What your vendor sells appears here.")}</p><//>`;
  return html`
    <${Empty} icon="package" title=${t("Nothing is on the shelf yet")}>
      <p>${t("Write your first offer down, say what it costs, and put it on sale. What is being written is in the state “In design”.")}</p>
      <a class="button primary" href=${to("/catalogue/new")}><${Icon} name="plus" />${t("Write an offer down")}</a><a href=${to("/catalogue", { state: "in_design" })}>${t("What is in design")}</a><//>`;
}

function Shelf({ of, isNarrowed, state, bundles, ...rest }) {
  const [shown, show] = useState(FEW);
  const isSeveral = new Set(of.offers.map((it) => it.seller_name)).size > 1;
  return html`
    <${Facets} of=${of} ...${rest} />
    <p class="quiet" role="status">${t("{count} offers", { count: of.total })}</p>
    ${of.offers.length === 0
      ? html`<div class="card"><${Nothing} isNarrowed=${isNarrowed} state=${state} /></div>`
      : html`<div class="offers">${of.offers.slice(0, shown).map((it) => html`<${Card} key=${it.id} of=${it} currency=${rest.currency} isSeveral=${isSeveral} isBundle=${bundles.has(it.id)} />`)}</div>
        ${of.offers.length > shown && html`<div class="row"><button type="button" class="button" onClick=${() => show(shown + FEW)}>${t("Show more")}</button></div>`}`}`;
}

/** The page. */
export default function Catalogue() {
  const { q = "", state = "launched", category, currency } = here.value.query;
  const [typed, type] = useState(q);
  const still = useStill(typed, 120);
  useEffect(() => {
    if (still !== (here.value.query.q ?? "")) refine({ q: still });
  }, [still]);
  const find = state === "launched" ? search : list;
  const read = useLoad(() => find({ q: still, state, category, currency }), ["offers", still, state, category, currency]);
  const [last, keep] = useState(null);
  if (read.data && read.data !== last) keep(read.data);
  const bundles = useLoad(async () => new Set((await all("/offers", { state: "launched", fields: "bundle" })).filter((it) => it.bundle.length > 0).map((it) => it.id)), ["bundles"]).data ?? NONE;
  const shown = read.data || read.error ? read : { data: last ?? undefined };
  return html`
    <${Page} title=${t("Offers")} actions=${may("catalog_write") && html`<a class="button primary" href=${to("/catalogue/new")}><${Icon} name="plus" />${t("New offer")}</a>`}>
      <div class="filters" role="search" aria-label=${t("Find offers")}>
        <input class="grow" type="search" name="q" aria-label=${t("Find offers")} placeholder=${t("Find offers by name or what they do")} value=${typed} onInput=${(event) => type(event.target.value)} />
        ${may("catalog_read") && html`<select name="state" aria-label=${t("State")} onChange=${(event) => refine({ state: event.target.value, category: "", currency: "" })}>${STATES.map((key) => html`<option value=${key} selected=${key === state}>${stateName(key)}</option>`)}</select>`}
      </div>
      <${Loaded} of=${shown} bones=${6}>${(found) => html`<${Shelf} of=${found} bundles=${bundles} state=${state} category=${category} currency=${currency} isNarrowed=${Boolean(q || category || currency)} />`}<//>
    <//>`;
}
