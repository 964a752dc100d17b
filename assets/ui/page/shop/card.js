// An offer as it lies on the shelf: what it is, what it costs in the buyer's currency, who sells it.
import { html } from "../../html.js";
import { offered, headline } from "../../model/shelf.js";
import { compared, isCompared, MOST, toggle } from "../../model/compared.js";
import { compare } from "../../model/decimal.js";
import { useLoad } from "../../model/load.js";
import { listed } from "../../model/name.js";
import { to } from "../../model/route.js";
import { local, t } from "../../model/text.js";
import { rhythm, span } from "../../model/time.js";
import { isBundle, leastCost, priceless, Rhythms, usualTerm } from "../../part/cost.js";
import { Rating } from "../../part/stars.js";

const TONES = 6;
const sum = (text) => [...text].reduce((total, it) => total + it.codePointAt(0), 0);

/** A tile with the first letter of a name, in a colour by what it is among. */
export const Tile = ({ name, among = name, kind = "" }) => html`
  <span class=${`tile tone-${sum(among) % TONES} ${kind}`} aria-hidden="true">${[...name.replace(/^[^\p{L}\p{N}]+/u, "")][0]?.toUpperCase()}</span>`;

const PER = { recurring: () => t("recurring"), one_time: () => t("once"), usage: () => t("by usage") };

const amountOf = ({ model }) => model.amount ?? model.per_unit;

/** The periods of a price: of the one of this amount, or of all of its kind. */
function periodsOf(offer, { kind, price: { amount, currency } }) {
  const own = offer?.prices?.filter((it) => it.kind === kind && it.currency === currency) ?? [];
  const exact = own.filter((it) => it.versions.some((version) => amountOf(version) && compare(amountOf(version), amount) === 0));
  return [...new Set((exact.length > 0 ? exact : own).map((it) => it.period))];
}

/** How often a price comes: as the one of this amount does, or all that recurs. */
export function often(offer, found) {
  const periods = periodsOf(offer, found);
  return found.kind === "recurring" && periods.length === 1 ? rhythm(periods[0]) : PER[found.kind]?.();
}

const isSeveral = (offer) => offer && (offer.terms.length > 1 || offer.prices.some((it) => it.kind === "usage"));

/** What an offer comes to with all that is in it, rhythm by rhythm, as its buyer is told prices. */
function Whole({ offer, currency }) {
  const read = useLoad(() => leastCost(offer, currency), ["least", offer.id, offer.revision, currency], { isDerived: true });
  if (read.error) return html`<small>${priceless(read.error, currency)}</small>`;
  if (!read.data) return html`<span class="tag">…</span>`;
  return html`<${Rhythms} of=${read.data} isFrom=${isSeveral(offer)} />`;
}

/** What it is known by, in the currency of the buyer; if it has no price there, in another. */
export function Tag({ of, offer, currency }) {
  const found = headline(of.prices ?? [], currency) ?? of.from_price;
  if (!offer) return html`<span class="tag">…</span>`;
  if (offer.prices.length === 0 && !isBundle(offer)) return html`<span class="tag"><span class="amount">${t("Free")}</span></span>`;
  const priced = found?.price.currency ?? currency;
  return html`<${Whole} offer=${offer} currency=${priced} />${priced !== currency && html` <small class="quiet">${t("not in {currency}", { currency })}</small>`}`;
}

/** The switch that sets an offer beside others. */
export function CompareSwitch({ id, name, kind = "small" }) {
  const isOn = isCompared(id);
  const isFull = !isOn && compared.value.length >= MOST;
  return html`<label class=${`check compare ${kind}`}><input type="checkbox" name="compare" checked=${isOn} disabled=${isFull} aria-label=${t("Compare {name}", { name })} onChange=${() => toggle(id)} />${t("Compare")}</label>`;
}

/** The card; of a sample all is known, and it is compared with nothing. */
export function OfferCard({ of, currency, isSeveralSellers = false, level = "h2", sample }) {
  const offer = useLoad(() => (sample ? Promise.resolve(sample) : offered(of.id)), ["offered", of.id, sample?.revision], { isDerived: true }).data;
  const name = local(of.names);
  const categories = useLoad(() => listed("/categories"), ["category names"]).data;
  const first = categories?.get(offer?.categories[0]) ?? of.categories[0];
  const among = typeof first?.name === "string" ? first.name : local(first?.name);
  const trial = offer?.terms.find((it) => it.key === usualTerm(offer))?.trial;
  return html`
    <article class="card offer-card shelf-card">
      <header><${Tile} name=${name} among=${among || undefined} /><div><${level}><a href=${to(`/shop/${of.id}`)}>${name}</a><//><small>${[among, isSeveralSellers && of.seller_name].filter(Boolean).join(" · ")}</small></div></header>
      <p>${local(of.descriptions)}</p>
      <div class="row tight">
        <${Rating} of=${of.rating} />
        ${offer && isBundle(offer) && html`<span class="badge info">${t("Bundle of {count}", { count: offer.bundle.length })}</span>`}
        ${offer?.adds_to && html`<span class="badge">${t("Addition")}</span>`}
        ${trial && html`<span class="badge good">${t("{span} free", { span: span(trial) })}</span>`}
      </div>
      <footer class="row between"><div><${Tag} of=${of} offer=${offer} currency=${currency} /></div>${!sample && html`<${CompareSwitch} id=${of.id} name=${name} />`}</footer>
    </article>`;
}
