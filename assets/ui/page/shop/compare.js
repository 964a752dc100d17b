// Offers side by side: what they cost, what binds one, what is in them and what others say.
import { html } from "../../html.js";
import { toggle } from "../../model/compared.js";
import { useLoad } from "../../model/load.js";
import { listed } from "../../model/name.js";
import { here, refine, to } from "../../model/route.js";
import { session } from "../../model/session.js";
import { offered } from "../../model/shelf.js";
import { local, t } from "../../model/text.js";
import { span } from "../../model/time.js";
import { costOf, isBundle, Rhythms, usualTerm } from "../../part/cost.js";
import { Named } from "../../part/figure.js";
import { Icon } from "../../part/icon.js";
import { Page } from "../../part/page.js";
import { Rating } from "../../part/stars.js";
import { Empty, Loaded } from "../../part/still.js";
import { price } from "../offer/prices.js";
import { Tile } from "./card.js";
import { bindsTo } from "./offer.js";

const MOST = 3;

async function read(ids, currency) {
  const categories = await listed("/categories");
  return Promise.all(ids.map(async (id) => {
    const of = await offered(id);
    const cost = await costOf(of, { currency, quantity: 1, term: usualTerm(of) || undefined, isOwn: true }).catch(() => null);
    return { of, cost, categories: of.categories.map((it) => local(categories.get(it)?.name)).filter(Boolean) };
  }));
}

/** What is compared: a head, and what each offer has to say; a row of which none says anything is left out. */
const rows = (currency) => [
  [t("Price"), ({ cost }) => (cost ? html`<${Rhythms} of=${cost} />` : html`<span class="quiet">${t("no price in {currency}", { currency })}</span>`)],
  [t("What buyers say"), ({ of }) => of.rating?.count > 0 && html`<${Rating} of=${of.rating} />`],
  [t("What it is"), ({ of }) => local(of.summary) || local(of.description)],
  [t("Prices in detail"), ({ of }) => {
    const own = of.prices.filter((it) => it.currency === currency && (!it.term || it.term === usualTerm(of)));
    return own.length > 0 && html`<ul class="stack tight">${own.map((it) => html`<li key=${it.id}>${price(it)}</li>`)}</ul>`;
  }],
  [t("Terms"), ({ of }) => of.terms.length > 0 && html`<ul class="stack tight">${of.terms.map((it) => html`<li key=${it.key}><span class="strong">${local(it.name) || it.key}</span><br /><small>${bindsTo(it)}</small></li>`)}</ul>`],
  [t("Free at the beginning"), ({ of }) => {
    const trial = of.terms.find((it) => it.key === usualTerm(of))?.trial;
    return trial && span(trial);
  }],
  [t("What is in it"), ({ of }) => isBundle(of) && html`<ul class="stack tight">${of.bundle.map((it) => html`<li key=${it.offer}>${it.default > 1 && `${it.default} × `}<${Named} id=${it.offer} /></li>`)}</ul>`],
  [t("Category"), ({ categories }) => categories.join(", ")],
  [t("Seller"), ({ of }) => of.seller_name],
  [t("Terms of use"), ({ of }) => of.terms_of_use && local(of.terms_of_use.title)],
];

function Side({ all, currency }) {
  const out = (id) => {
    toggle(id);
    refine({ offers: all.map(({ of }) => of.id).filter((it) => it !== id).join(",") });
  };
  const said = rows(currency).map(([head, tell]) => [head, all.map(tell)]).filter(([, cells]) => cells.some(Boolean));
  return html`
    <section class="card"><div class="scroll" tabindex="0" role="region" aria-label=${t("Offers side by side")}>
      <table class="versus">
        <thead><tr><td></td>${all.map(({ of, categories }) => html`<th scope="col" key=${of.id}>
          <div class="row between nowrap"><${Tile} name=${local(of.name)} among=${categories[0]} /><button type="button" class="icon-button" aria-label=${t("Take {name} out", { name: local(of.name) })} onClick=${() => out(of.id)}><${Icon} name="x" /></button></div>
          <a href=${to(`/shop/${of.id}`)}>${local(of.name)}</a></th>`)}</tr></thead>
        <tbody>${said.map(([head, cells]) => html`<tr key=${head}><th scope="row">${head}</th>${cells.map((it, at) => html`<td key=${at}>${it || html`<span class="faint">–</span>`}</td>`)}</tr>`)}
          <tr><th scope="row"><span class="unseen">${t("Actions")}</span></th>${all.map(({ of }) => html`<td key=${of.id}><a class="button primary" href=${to(`/shop/${of.id}`)} aria-label=${t("Choose {name}", { name: local(of.name) })}>${t("Choose")}</a></td>`)}</tr></tbody>
      </table></div></section>`;
}

/** The page. */
export default function Compare() {
  const { currency } = session.value.account;
  const ids = (here.value.query.offers ?? "").split(",").filter(Boolean).slice(0, MOST);
  const found = useLoad(() => read(ids, currency), ["compare", ids, currency], { isDerived: true });
  return html`
    <${Page} title=${t("Side by side")} crumbs=${[["/shop", t("Shop")]]}>
      ${ids.length === 0
        ? html`<section class="card"><${Empty} icon="scale" title=${t("Nothing to compare")}><p>${t("Tick “Compare” at two or three offers of the shop.")}</p><a class="button" href=${to("/shop")}>${t("To the shop")}</a><//></section>`
        : html`<${Loaded} of=${found} bones=${8}>${(all) => html`<${Side} all=${all} currency=${currency} />`}<//>`}
    <//>`;
}
