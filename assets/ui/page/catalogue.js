// The catalogue: offers by instant search and by category, as cards.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { all, get } from "../model/api.js";
import { useLoad, useStill } from "../model/load.js";
import { rememberAll } from "../model/name.js";
import { money } from "../model/money.js";
import { here, refine, to } from "../model/route.js";
import { may } from "../model/session.js";
import { local, t } from "../model/text.js";
import { Page } from "../part/page.js";
import { State } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";

const STATES = [["launched", () => t("On sale")], ["in_design", () => t("In design")], ["in_test", () => t("In test")], ["active", () => t("Ready")], ["retired", () => t("Retired")]];
const MOST = 60;

const text = (it) => (typeof it === "string" ? it : local(it));
const plain = (it) => it.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");

/** Offers by words, from the search index; from the list where there is none, or for what is not on sale. */
async function find({ q, state, category }) {
  if (q && state === "launched") {
    try {
      const found = await get("/search", { q, category, limit: MOST });
      return { offers: found.items, total: found.total };
    } catch (problem) {
      if (!problem.isNoRoute && !problem.errors.length) throw problem;
    }
  }
  const offers = rememberAll(await all("/offers", { state, category }, 1000));
  const words = plain(q ?? "").split(/\s+/).filter(Boolean);
  const fits = (it) => words.every((word) => plain(`${text(it.name)} ${text(it.summary)} ${text(it.description)}`).includes(word));
  const fitting = offers.filter(fits);
  return { offers: fitting.slice(0, MOST), total: fitting.length };
}

function From({ of }) {
  const read = useLoad(async () => (of.from_price ? null : (await get(`/offers/${of.id}/prices`)).items), ["from", of.id]);
  if (of.from_price) return html`<span>${t("from")} <span class="strong">${money(of.from_price)}</span></span>`;
  const price = (read.data ?? []).find((it) => it.kind === "recurring") ?? (read.data ?? [])[0];
  const model = price?.versions.at(-1).model;
  const amount = model && (model.amount ?? model.per_unit ?? model.tiers?.[0]?.per_unit);
  return amount ? html`<span><span class="strong">${money({ amount, currency: price.currency })}</span> <small>${model.kind === "flat" ? "" : t("per unit")}</small></span>` : html`<span class="bone"></span>`;
}

const Card = ({ of }) => html`
  <article class="card offer-card">
    <div class="row between"><h2><a href=${to(`/catalogue/${of.id}`)}>${text(of.name)}</a></h2>${of.state && of.state !== "launched" && html`<${State} of=${of.state} />`}</div>
    <p>${text(of.summary) || text(of.description)}</p>
    <footer><${From} of=${of} /></footer>
  </article>`;

function Facets({ at }) {
  const read = useLoad(() => all("/categories"), ["categories"]);
  const items = read.data ?? [];
  if (items.length === 0) return null;
  return html`
    <div class="row" role="group" aria-label=${t("Category")}>
      <button type="button" class="badge pick" aria-pressed=${!at} onClick=${() => refine({ category: "" })}>${t("All categories")}</button>
      ${items.map((it) => html`<button type="button" key=${it.id} class="badge pick" aria-pressed=${at === it.id} onClick=${() => refine({ category: at === it.id ? "" : it.id })}>${local(it.name)}</button>`)}
    </div>`;
}

/** The page. */
export default function Catalogue() {
  const { q = "", state = "launched", category } = here.value.query;
  const [typed, type] = useState(q);
  const still = useStill(typed, 120);
  useEffect(() => {
    if (still !== (here.value.query.q ?? "")) refine({ q: still });
  }, [still]);
  const read = useLoad(() => find({ q: still, state, category }), ["offers", still, state, category]);
  return html`
    <${Page} title=${t("Offers")}>
      <div class="filters" role="search" aria-label=${t("Find offers")}>
        <input class="grow" type="search" name="q" aria-label=${t("Find offers")} placeholder=${t("Find offers by name or what they do")} value=${typed} onInput=${(event) => type(event.target.value)} />
        ${may("catalog_read") && html`<select name="state" aria-label=${t("State")} onChange=${(event) => refine({ state: event.target.value })}>${STATES.map(([key, said]) => html`<option value=${key} selected=${key === state}>${said()}</option>`)}</select>`}
      </div>
      <${Facets} at=${category} />
      <${Loaded} of=${read} bones=${6}>${({ offers, total }) => html`
        <p class="quiet" role="status">${t("{count} offers", { count: total })}</p>
        ${offers.length === 0
          ? html`<div class="card"><${Empty} icon="package" title=${q || category ? t("No offer fits") : t("Nothing is on the shelf yet")}>
              <p>${q || category ? t("Try fewer words, or another category.") : t("Offers are made over the API until a page for it is here: POST /api/v1/offers.")}</p><//></div>`
          : html`<div class="offers">${offers.map((it) => html`<${Card} key=${it.id} of=${it} />`)}</div>`}`}<//>
    <//>`;
}
