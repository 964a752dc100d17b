// What is on the shelf as a buyer looks for it: found by words, narrowed by facets, sorted; and one offer with its particulars.
import { get } from "./api.js";
import { channel } from "./channel.js";
import { compare } from "./decimal.js";
import { listed } from "./name.js";
import { isHouse } from "./session.js";
import { local } from "./text.js";

/** The index gives no more hits at once. */
export const MOST = 100;

const details = new Map();

/** An offer with its prices and terms, read once for all that show it. */
export function offered(id) {
  if (!details.has(id)) {
    const reading = get(`/offers/${id}`);
    reading.catch(() => details.delete(id));
    details.set(id, reading);
  }
  return details.get(id);
}

/** The offers with terms of use that who buys one accepts: itself, and what a bundle comes with. */
export async function withTerms(offer) {
  const parts = offer.bundle.filter((it) => it.default > 0).map((it) => offered(it.offer).catch(() => null));
  return [offer, ...await Promise.all(parts)].filter((it) => it?.terms_of_use);
}

const KINDS = ["recurring", "one_time", "usage"];

/** What an offer is known by in a currency: what recurs before what is charged once and what is used. */
export const headline = (prices, currency) => KINDS.map((kind) => prices.find((it) => it.kind === kind && it.price.currency === currency)).find(Boolean);

/** Facets by what they are called: several sellers may have a category of the same name. */
function named(facets, known) {
  const groups = [...Map.groupBy(facets, (it) => local(known.get(it.id)?.name) || it.name)];
  const found = groups.map(([name, same]) => ({ name, ids: same.map((it) => it.id), count: same.reduce((sum, it) => sum + it.count, 0) }));
  return found.sort((one, other) => one.name.localeCompare(other.name));
}

/** How many hits there are of each value. */
function counted(hits, valuesOf) {
  const found = new Map();
  for (const value of hits.flatMap(valuesOf)) found.set(value, (found.get(value) ?? 0) + 1);
  return [...found].map(([value, count]) => ({ value, count }));
}

const kindsOf = (currency) => (hit) => [...new Set(hit.prices.filter((it) => it.price.currency === currency).map((it) => it.kind))];

const least = (hit, currency) => headline(hit.prices, currency)?.price.amount;

const ORDERS = {
  best: null,
  name: () => (one, other) => local(one.names).localeCompare(local(other.names)),
  // What has no price in the buyer's currency comes last.
  cheap: (currency) => (one, other) => {
    const [a, b] = [least(one, currency), least(other, currency)];
    return a && b ? compare(a, b) : Number(!a) - Number(!b);
  },
  dear: (currency) => (one, other) => {
    const [a, b] = [least(one, currency), least(other, currency)];
    return a && b ? compare(b, a) : Number(!a) - Number(!b);
  },
};

/**
 * The hits of a search, and what they can be narrowed by. `category` is a name, `product` a sort of product, `kind` how one pays, `up_to` a decimal text in
 * `currency`; what the index does not know is narrowed among its best hits.
 */
export async function find({ q, category, product, kind, seller, language, up_to, sort, currency }) {
  const wide = { q, language, channel: channel(), limit: MOST, ...(up_to ? { price_max: up_to, currency } : {}) };
  const asked = { ...wide, product };
  const [whole, known, others] = await Promise.all([get("/search", asked), listed("/categories"), product && get("/search", { ...wide, limit: 1 })]);
  const categories = named(whole.facets.categories, known);
  const chosen = categories.find((it) => it.name === category);
  const parts = chosen ? await Promise.all(chosen.ids.map((id) => get("/search", { ...asked, category: id }))) : [whole];
  // Who sells too buys from others, not from itself; who runs the house looks at it as buyers do.
  const all = parts.flatMap((it) => it.items).filter((it) => isHouse() || !it.is_kept);
  const fits = (hit) => (!kind || kindsOf(currency)(hit).includes(kind)) && (!seller || hit.seller_name === seller);
  const hits = all.filter(fits);
  const order = ORDERS[sort]?.(currency);
  const own = parts.flatMap((it) => it.items).length - all.length;
  const total = parts.reduce((sum, it) => sum + it.total, 0) - own;
  return {
    hits: order ? hits.toSorted(order) : hits,
    isCut: total > all.length,
    total: kind || seller ? hits.length : total,
    categories,
    products: (others || whole).facets.products,
    kinds: counted(all, kindsOf(currency)).sort((one, other) => KINDS.indexOf(one.value) - KINDS.indexOf(other.value)),
    sellers: counted(all, (it) => it.seller_name ?? []),
    languages: whole.facets.languages,
  };
}

/** Other offers of the same categories. */
async function beside(offer, few) {
  const found = await Promise.all(offer.categories.slice(0, 2).map((id) => get("/search", { category: id, channel: channel(), limit: few + 1 })));
  const hits = new Map(found.flatMap((it) => it.items).map((it) => [it.id, it]));
  hits.delete(offer.id);
  return [...hits.values()].slice(0, few);
}

/** What is recommended, as hits of a search. */
const recommended = ({ items }, few) => items.slice(0, few).map((it) => ({ id: it.offer, names: it.name, descriptions: it.description, categories: [], prices: it.prices, rating: it.rating }));

/** What others bought with an offer; while nobody has, what stands beside it. */
export async function boughtWith(offer, few) {
  const hits = recommended(await get(`/offers/${offer.id}/recommendations`), few);
  return hits.length > 0 ? hits : beside(offer, few);
}

/** What whoever is here may want. */
export const wanted = async (few) => recommended(await get("/recommendations"), few);
