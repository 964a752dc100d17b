// The prices of an offer, in words and with their tiers, by currency.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { compare, plus } from "../../model/decimal.js";
import { quantity, unitPrice } from "../../model/money.js";
import { called, unitOf } from "../../model/price.js";
import { local, t } from "../../model/text.js";
import { day, rhythm, today } from "../../model/time.js";
import { send } from "../../model/api.js";
import { may, session } from "../../model/session.js";
import { Icon } from "../../part/icon.js";
import { Menu } from "../../part/menu.js";
import { Card } from "../../part/page.js";
import { Empty } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";
import { altered } from "./alterations.js";
import { conditioned } from "./conditions.js";
import { NewPrice, NextPrice } from "./price_dialog.js";

/** The version of a price that holds at present, or the first that will. */
export const present = (price) => price.versions.filter((it) => it.valid_from <= today()).at(-1) ?? price.versions[0];

/** The currencies that an offer is sold in. */
export const currencies = (prices) => [...new Set(prices.map((it) => it.currency))];

function when(price) {
  if (price.kind === "usage") return t("for what is used");
  if (price.kind === "one_time") return { setup: t("once, at the beginning"), renewal: t("at each renewal"), deposit: t("as a deposit") }[price.fee] ?? t("once");
  return `${rhythm(price.period)}, ${price.timing === "arrears" ? t("afterwards") : t("in advance")}`;
}

/** A price model in one line. */
function said(model, price, unit) {
  const amount = (it) => unitPrice(it, price.currency);
  const of = unit || t("unit");
  switch (model.kind) {
    case "flat": return amount(model.amount);
    case "per_unit": return t("{price} for each {unit}", { price: amount(model.per_unit), unit: of });
    case "package": return t("{price} for each {size} {unit} begun", { price: amount(model.amount), size: quantity(model.size), unit: of });
    case "graduated": return t("each {unit} at the price of its tier", { unit: of });
    case "volume": return t("all at the price of the tier that is reached");
    case "stairstep": return t("the price of the tier that is reached");
    case "percentage": return [`${quantity(model.percent)} %`, model.per_event && amount(model.per_event)].filter(Boolean).join(" + ");
    case "graduated_percentage": return t("each part of the amount at its percentage");
    case "per_dimension": return t("by the region, size or the like");
    case "minimum": return t("{amount} at least", { amount: amount(model.amount) });
    case "commitment": return t("{amount} committed to, beyond it × {factor}", { amount: amount(model.amount), factor: quantity(model.overage_factor) });
    default: return model.kind;
  }
}

/** A price in one line, as it is at present. */
export const price = (of) => `${called(of)}: ${said(present(of).model, of, unitOf(of))}, ${when(of)}`;

/** What else a model says, line by line. */
function conditions({ values = [], otherwise, model = otherwise, ...of }, currency) {
  const amount = (it) => it && unitPrice(it, currency);
  const rows = [
    [t("Events that are free"), of.free_events], [t("but no more than this sum"), amount(of.free_amount)], [t("An event at least"), amount(of.event_min)], [t("An event at most"), amount(of.event_max)],
    ...[...values, { value: otherwise ? t("For all others") : t("How much"), model }].map((it) => [it.value, it.model && said(it.model, { currency })]),
  ];
  return rows.filter((it) => it[1]).map((it) => it.join(": "));
}

/** The tiers, counted from the first unit: those that are free come before them. */
function Tiers({ of, currency, unit, free }) {
  const hasFlat = of.some((it) => it.flat && compare(it.flat, "0") !== 0);
  const isSomeFree = compare(free, "0") !== 0;
  const from = (at) => (at === 0 ? free : plus(of[at - 1].up_to, free));
  return html`
    <table class="dense"><thead><tr><th scope="col">${unit ?? t("Units")}</th><th scope="col" class="end">${t("each")}</th>${hasFlat && html`<th scope="col" class="end">${t("plus")}</th>`}</tr></thead>
      <tbody>${isSomeFree && html`<tr><td>${t("{from} to {to}", { from: "0", to: quantity(free) })}</td><td class="end">${t("free")}</td>${hasFlat && html`<td></td>`}</tr>`}${of.map((it, at) => html`
        <tr key=${at}><td>${it.up_to ? t("{from} to {to}", { from: quantity(from(at)), to: quantity(plus(it.up_to, free)) }) : t("above {from}", { from: quantity(from(at)) })}</td>
          <td class="end">${it.percent ? `${quantity(it.percent)} %` : unitPrice(it.per_unit ?? "0", currency)}</td>${hasFlat && html`<td class="end">${unitPrice(it.flat ?? "0", currency)}</td>`}</tr>`)}</tbody></table>`;
}

/** What a term is called; its key where nobody said. */
const termName = (terms, key) => local(terms.find((it) => it.key === key)?.name) || key;

function Price({ of, terms, onRevise, onRemove }) {
  const actions = [
    onRevise && { text: t("Another from a day on"), icon: "clock", onClick: onRevise },
    onRemove && { text: t("Take it out"), icon: "ban", danger: true, onClick: onRemove },
  ].filter(Boolean);
  const version = present(of);
  const unit = unitOf(of) || undefined;
  const later = of.versions.filter((it) => it.valid_from > version.valid_from);
  return html`
    <li class="stack tight price">
      <div class="row between"><span class="strong">${called(of)}</span><span class="row tight nowrap"><span class="strong">${said(version.model, of, unit)}</span>
        ${actions.length > 0 && html`<${Menu} label=${t("Actions for {name}", { name: called(of) })} button=${html`<${Icon} name="ellipsis" />`} items=${actions} />`}</span></div>
      <p class="quiet">${[when(of), compare(version.included, "0") !== 0 && t("{quantity} {unit} free", { quantity: quantity(version.included), unit: unit ?? "" }), of.includes_tax && t("tax contained"), of.term && t("for the term {term}", { term: termName(terms, of.term) }), ...(of.conditions ?? []).map(conditioned)].filter(Boolean).join(" · ")}</p>
      ${of.alterations.map((it) => html`<p class="quiet">${altered(it, of.currency)}</p>`)}
      ${conditions(version.model, of.currency).map((it) => html`<p class="quiet">${it}</p>`)}
      ${version.model.tiers?.length > 0 && html`<${Tiers} of=${version.model.tiers} currency=${of.currency} unit=${unit} free=${version.included} />`}
      ${later.map((it) => html`<p class="notice info" key=${it.version}>${t("From {day}: {price}", { day: day(it.valid_from), price: said(it.model, of, unit) })}</p>`)}
    </li>`;
}

// Before an offer was on the shelf nobody can have bought at its prices.
const DRAFTS = ["in_study", "in_design", "in_test", "active"];

/** The prices, in one currency at a time; for who may, with the ways to more of them. */
export function Prices({ offer }) {
  const of = offer.prices;
  const all = currencies(of);
  const [wanted, choose] = useState(null);
  const [action, act] = useState(null);
  const own = session.value.account.currency;
  const chosen = all.includes(wanted) ? wanted : all.includes(own) ? own : all[0];
  const isMine = may("catalog_write") && offer.is_kept;
  const remove = (it) => send("DELETE", `/prices/${it.id}`, undefined, { revision: it.revision }).then(() => say(t("The price is gone"), called(it)), complain);
  const add = isMine && html`<button type="button" class="button small" onClick=${() => act("new")}><${Icon} name="plus" />${t("New price")}</button>`;
  return html`
    <${Card} title=${t("Prices")} actions=${html`
      ${all.length > 1 && html`<div class="segments" role="group" aria-label=${t("Currency")}>${all.map((it) => html`<button type="button" aria-pressed=${it === chosen} onClick=${() => choose(it)}>${it}</button>`)}</div>`}${add}`}>
      ${of.length === 0
        ? html`<${Empty} icon="tag" title=${t("No price yet")}><p>${isMine ? t("Say what it costs: once, again and again, or for what is used. Without a price it is free.") : t("It costs nothing.")}</p>${add}<//>`
        : html`<ul class="inside stack">${of.filter((it) => it.currency === chosen).map((it) => html`
            <${Price} key=${it.id} of=${it} terms=${offer.terms} onRevise=${isMine && (() => act(it))} onRemove=${isMine && DRAFTS.includes(offer.state) && (() => remove(it))} />`)}</ul>`}
      ${action === "new" && html`<${NewPrice} offer=${offer} onClose=${() => act(null)} />`}
      ${action?.id && html`<${NextPrice} offer=${offer} price=${action} onClose=${() => act(null)} />`}
    <//>`;
}
