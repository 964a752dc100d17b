// What something costs before one orders it: of a bundle piece by piece, what comes once and what in which rhythm.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { get, workOut } from "../model/api.js";
import { buyer } from "../model/buyer.js";
import { compare, plus } from "../model/decimal.js";
import { useLoad, useStill } from "../model/load.js";
import { isNothing, money, written } from "../model/money.js";
import { called } from "../model/price.js";
import { may } from "../model/session.js";
import { local, t } from "../model/text.js";
import { before, day, period, rhythm, span } from "../model/time.js";
import { Follows } from "./choices.js";

/** The term of an offer that is taken if nobody chooses another; nothing if there is none. */
export const usualTerm = (offer) => offer.terms.find((it) => it.default)?.key ?? "";

/** Whether other offers are in it. */
export const isBundle = (offer) => offer.bundle.length > 0;

/** An offer and what is in it, as often as it is taken, each on the term that is taken if nobody chooses another. */
async function pieces(offer, { quantity, term }, bundle) {
  const parts = offer.bundle.filter((it) => it.default > 0).map(async (it) => {
    const part = await get(`/offers/${it.offer}`);
    return pieces(part, { quantity: it.default * quantity, term: usualTerm(part) || undefined }, offer.parts_discount ? offer : undefined);
  });
  return [{ offer, quantity, term, bundle }, ...(await Promise.all(parts)).flat()];
}

const FEES = { renewal: () => t("at each renewal"), deposit: () => t("as a deposit") };

const when = (price) => (price?.kind === "recurring" ? rhythm(price.period) : price?.kind === "usage" ? t("by usage") : FEES[price?.fee]?.() ?? t("once"));

/** What lines come to but for what is due when they are renewed. */
const sum = (lines, of) => lines.filter((it) => it.when !== FEES.renewal()).reduce((total, it) => plus(total, of(it)), "0");
const netOf = (it) => it.net.amount;
const grossOf = (it) => plus(it.net.amount, it.tax.amount);

/** What one piece comes to in a whole period of each of its prices; a bundle may have no price of its own. */
async function worked(piece, { currency, country, account, resources, usage, characteristics }, isFirst) {
  const wish = { currency, country, account, term: piece.term, quantity: piece.quantity, ...(isFirst ? { resources, usage, characteristics } : {}) };
  const { prices } = piece.offer;
  if (prices.length === 0) return { ...piece, lines: [], isFree: true };
  try {
    if (!prices.some((it) => it.currency === currency)) throw Object.assign(new Error(currency), { name: "price_missing", isElsewhere: true });
    const path = `/offers/${piece.offer.id}/calculate`;
    const alone = await workOut(path, wish);
    const found = piece.bundle ? await workOut(path, { ...wish, bundle: piece.bundle.id }) : alone;
    const priceOf = (it) => piece.offer.prices.find(({ id }) => id === it.price);
    const told = (of) => of.lines.map((it) => ({ ...it, name: priceOf(it) ? called(priceOf(it)) : it.name, when: when(priceOf(it)) }));
    const lines = told(found);
    const gross = found.tax && { amount: sum(lines, grossOf), currency };
    return { ...piece, ...found, lines, gross, net: { amount: sum(lines, netOf), currency }, alone: { amount: sum(told(alone), netOf), currency } };
  } catch (problem) {
    if (problem.name !== "price_missing" || !isBundle(piece.offer)) throw problem;
    return { ...piece, lines: [], isFree: true };
  }
}

/** What comes in each rhythm: `net`, and `amount` as the buyer is told it; `tax` says whether that is in it or comes on top. */
function rhythmsOf(lines, currency, isConsumer) {
  const untaxed = lines.every((it) => it.tax) ? "none" : "unknown";
  const tax = untaxed === "none" && lines.some((it) => !isNothing(it.tax)) ? (isConsumer ? "in" : "plus") : untaxed;
  const found = new Map();
  for (const it of lines) {
    const before = found.get(it.when);
    const net = plus(before?.net ?? "0", it.net.amount);
    const amount = tax === "in" ? plus(before?.amount ?? "0", grossOf(it)) : net;
    found.set(it.when, { amount, net, currency, tax });
  }
  return [...found];
}

/** What an offer comes to with all that is in it: its pieces, and what they sum to; `isOwn` is for whoever is here. */
export async function costOf(offer, { isOwn, ...asked }) {
  const { account, isConsumer } = await buyer();
  const wish = { ...asked, account: asked.account ?? (isOwn && !offer.is_kept ? account : undefined) };
  const all = await pieces(offer, { quantity: wish.quantity ?? 1, term: wish.term });
  const found = await Promise.all(all.map((it, at) => worked(it, wish, at === 0)));
  const charged = found.filter((it) => !it.isFree);
  const rhythms = rhythmsOf(found.flatMap((piece) => piece.lines).filter(({ net }) => !isNothing(net)), wish.currency, isConsumer);
  const net = { amount: charged.reduce((total, it) => plus(total, it.net.amount), "0"), currency: wish.currency };
  const alone = { amount: charged.reduce((total, it) => plus(total, it.alone.amount), "0"), currency: wish.currency };
  // Tax is rounded once on an invoice: the taxes of several pieces do not sum to it.
  return { pieces: found, rhythms, net, alone, one: charged.length === 1 ? charged[0] : null };
}

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;

/** Whether some of it is charged by usage. */
export const isByUse = (found) => found.pieces.some((it) => it.lines.some((line) => line.when === t("by usage")));

const TAXED = { in: () => t("incl. VAT"), plus: () => t("plus VAT") };

/** Whether tax is in amounts as they are told, or comes on top; nothing where there is none, or nobody knows. */
export const Taxed = ({ of: [[, first] = []] }) => (TAXED[first?.tax] ? html`<small class="quiet">${TAXED[first.tax]()}</small>` : null);

/** What a choice comes to, or `isFrom` there on: each rhythm with its sum; where nothing is fixed, that one pays for what is used. */
export const Rhythms = ({ of, isFrom }) => (of.rhythms.length === 0
  ? html`<span class="amount">${isByUse(of) ? t("by usage") : t("Free")}</span>`
  : html`${of.rhythms.map(([name, sum], at) => html`<span class="tag" key=${name}>${at > 0 ? "+ " : isFrom && html`<small>${t("from")}</small> `}<span class="amount">${money(sum)}</span> <small>${name}</small></span>`)}<${Taxed} of=${of.rhythms} />`);

/** What an offer comes to at the least for whoever is here: at the term that costs least, where prices hang on it. */
export async function leastCost(offer, currency) {
  const isByTerm = offer.prices.some((it) => it.term && it.currency === currency);
  const terms = isByTerm ? offer.terms.map((it) => it.key) : [usualTerm(offer)];
  const tried = await Promise.allSettled(terms.map((term) => costOf(offer, { currency, quantity: 1, term: term || undefined, isOwn: true })));
  const found = tried.filter((it) => it.value).map((it) => it.value);
  if (found.length === 0) throw tried[0].reason;
  return found.reduce((one, other) => (compare(other.net.amount, one.net.amount) < 0 ? other : one));
}

const trialOf = ({ offer, term }) => offer.terms.find((it) => it.key === term)?.trial;

/** What of a choice cannot be chosen so, and why; nothing if a refusal is not about that. */
function unchosen({ errors = [] }) {
  const it = errors.find(({ pointer }) => pointer.startsWith("/characteristics/"));
  return it && `${it.pointer.slice("/characteristics/".length).replaceAll("~1", "/").replaceAll("~0", "~")}: ${it.message}`;
}

/** Why something has no price, in a few words: none in the currency, or none for the choice on this day. */
export const priceless = (problem, currency) => (problem.name !== "price_missing" ? unchosen(problem) ?? problem.message
  : problem.isElsewhere ? t("no price in {currency}", { currency }) : t("no price for this choice today"));

/** What a part costs less in its bundle. */
const Less = ({ of }) => (of.bundle.parts_discount === "100" ? html` <span class="badge good">${t("included")}</span>` : html` <span class="badge good">−${written(of.bundle.parts_discount)} %</span>`);

/** One piece of a bundle: how many, for how long free, and what each of its prices comes to. */
function Piece({ of }) {
  const trial = trialOf(of);
  return html`
    <li class="line"><p><span class="strong">${of.quantity > 1 && `${of.quantity} × `}${local(of.offer.name)}</span>${trial && html` <span class="badge good">${t("{span} free", { span: span(trial) })}</span>`}${of.bundle && html`<${Less} of=${of} />`}</p>
      ${of.lines.filter((it) => !(of.bundle?.parts_discount === "100" && isNothing(it.net) && it.when !== t("by usage"))).map((it) => html`<div class="row between" key=${it.price}><span class="quiet">${it.name}</span><span>${it.when === t("by usage") && isNothing(it.net) ? html`<span class="quiet">${it.when}</span>` : html`${money(it.net)} <small>${it.when}</small>`}</span></div>`)}</li>`;
}

/** The sums: what comes once and what in which rhythm, without tax, and all of it together; with tax, of one piece. */
function Sums({ of }) {
  return html`
    <dl class="sums wide">
      ${of.rhythms.length > 1 && of.rhythms.map(([name, sum]) => html`<div key=${name}><dt>${t("{rhythm}, net", { rhythm: name })}</dt><dd>${money({ ...sum, amount: sum.net })}</dd></div>`)}
      ${of.alone.amount !== of.net.amount && html`<div><dt>${t("By themselves")}</dt><dd><s>${money(of.alone)}</s></dd></div>`}
      <div class="total"><dt>${t("Net")}</dt><dd>${money(of.net)}</dd></div>
      ${of.one?.tax && html`<div><dt>${t("with tax")}</dt><dd>${money(of.one.gross)}</dd></div>`}
    </dl>
    ${!of.one && html`<p class="quiet">${t("Tax comes on top.")}</p>`}`;
}

/** What a choice costs in a whole period. `wish` is as it is for the calculator of the API; `onKnown` hears whether it has a price. */
export function Cost({ offer, wish, onKnown }) {
  const still = useStill(JSON.stringify(wish));
  const read = useLoad(() => costOf(offer, JSON.parse(still)), ["cost", offer.id, still], { isDerived: true });
  const [last, keep] = useState(null);
  if (read.data && read.data !== last) keep(read.data);
  useEffect(() => onKnown?.(!read.error), [read.error]);
  if (read.error) return html`<p class="notice warn">${sentence(priceless(read.error, wish.currency))}</p>`;
  const found = read.data ?? last;
  if (!found) return html`<span class="bone"></span>`;
  const [first] = found.pieces;
  return html`
    <div class="stack tight" aria-live="polite">
      <${Follows} of=${offer} values=${first.characteristics} />
      <h3>${t("What it costs in a whole period")}</h3>
      ${isBundle(offer)
        ? html`<ul class="stack tight">${found.pieces.map((it, at) => html`<${Piece} key=${at} of=${it} />`)}</ul>`
        : html`${trialOf(first) && html`<p class="quiet">${t("{span} free", { span: span(trialOf(first)) })}</p>`}<dl class="sums wide">${first.lines.filter((it) => it.when === t("by usage") || !isNothing(it.net)).map((it) => html`<div key=${it.price}><dt>${it.name}</dt><dd>${it.when === t("by usage") && isNothing(it.net) ? it.when : money(it.net)}</dd></div>`)}</dl>`}
      ${isNothing(found.net) && isByUse(found) ? html`<p class="quiet">${t("Nothing is fixed: one pays for what is used.")}</p>` : html`<${Sums} of=${found} />`}
    </div>`;
}

/** For which days a line is; where that is a part of a period, of how many, and when that period ends. */
export function Days({ of: { service_period: of, explanation } }) {
  if (!of) return null;
  const part = explanation.days && t("{used} of {all} days of a period that ends on {day}", { used: explanation.days.used, all: explanation.days.of, day: day(before(of.end)) });
  return html`<small>${[period(of.start, of.end), part].filter(Boolean).join(": ")}</small>`;
}

/** What the first invoice will say of an order, worked out as it would be made; nothing while it cannot be placed. */
export function FirstInvoice({ order }) {
  const still = useStill(JSON.stringify(order), 300);
  const read = useLoad(() => workOut("/orders/preview", JSON.parse(still)), ["first invoice", still], { isDerived: true });
  // It keeps its line while it is not known: nothing below it may move under somebody who goes on to a button.
  const isOfCoupon = (it) => it.name === "coupon_forbids" || it.errors?.some(({ pointer }) => pointer.startsWith("/coupons"));
  // How it is taxed is for its seller to say.
  const isToBeSaid = (it) => it.name === "tax_undetermined" && may("tax_write");
  const why = (it) => (isOfCoupon(it) || isToBeSaid(it) ? it.message : t("What the first invoice says is not known yet."));
  if (!read.data) return html`<details><summary>${read.error ? why(read.error) : "…"}</summary></details>`;
  const [invoice] = read.data.invoices;
  if (!invoice || invoice.lines.length === 0) return html`<details><summary>${t("Nothing of it is charged on the invoices of the next two years.")}</summary></details>`;
  return html`
    <details><summary>${t("First invoice of it: {day}, {amount} with tax", { day: day(invoice.on), amount: money(invoice.gross) })}</summary>
      <dl class="sums wide">
        ${invoice.lines.map((it) => html`<div key=${it.id}><dt>${it.text} <${Days} of=${it} /></dt><dd>${money(it.net)}</dd></div>`)}
        <div class="total"><dt>${t("Net")}</dt><dd>${money(invoice.net)}</dd></div>
        <div><dt>${t("with tax")}</dt><dd>${money(invoice.gross)}</dd></div>
      </dl></details>`;
}
