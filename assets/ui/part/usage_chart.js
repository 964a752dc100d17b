// The usage of a subscription over time, by the meters that its offer counts.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { name } from "../model/name.js";
import { brief, quantity } from "../model/money.js";
import { called, unitOf } from "../model/price.js";
import { may } from "../model/session.js";
import { t } from "../model/text.js";
import { day, month, now } from "../model/time.js";
import { Chart } from "./chart.js";
import { Card } from "./page.js";
import { Empty, Loaded } from "./still.js";

const DAY = 86_400_000;
const SPANS = [["30", "day", () => t("30 days")], ["90", "day", () => t("90 days")], ["365", "month", () => t("A year")]];

/** The usage prices of an offer: what is counted, and what it is called there. */
const metered = async (offer) => (await get(`/offers/${offer}/prices`)).items.filter((it) => it.kind === "usage");

const counted = (amount, unit) => (unit ? `${quantity(amount)} ${unit}` : quantity(amount));

function Series({ subscription, price, span }) {
  const [days, step] = SPANS.find(([key]) => key === span);
  const from = new Date(now() - Number(days) * DAY).toISOString().replace(/T.*/, "T00:00:00Z");
  const unit = unitOf(price);
  const read = useLoad(() => get(`/subscriptions/${subscription}/usage`, { meter: price.meter, from, step }), [subscription, price.meter, from, step]);
  return html`
    <${Loaded} of=${read} bones=${5}>${({ points, total, events }) => {
      if (events === 0) return html`<${Empty} icon="gauge" title=${t("Nothing was counted in this time")}><p>${may("usage_write") ? t("Usage is reported to POST /api/v1/usage, event by event.") : t("What is used appears here as soon as it is reported.")}</p><//>`;
      const rows = points.map((it) => ({
        at: step === "month" ? month(it.at, true) : day(it.at), value: it.quantity, said: counted(it.quantity, unit),
        label: step === "month" ? month(it.at) : day(it.at).replace(/[ ,]*\d{4}$/, ""),
      }));
      const summary = t("{name}: {total} in {count} events", { name: called(price), total: counted(total, unit), count: events });
      return html`<${Chart} kind="bars" points=${rows} brief=${(it) => brief(it)} summary=${summary} head=${[t("Time"), t("Quantity")]} />`;
    }}<//>`;
}

/** A card with the usage of one of some subscriptions; `none` if none of them is metered. */
export function UsageChart({ subscriptions, chosen, onChoose, none = null }) {
  const [span, stretch] = useState("90");
  const [meter, count] = useState(null);
  const read = useLoad(async () => {
    const offers = [...new Set(subscriptions.map((it) => it.offer))];
    const prices = new Map(await Promise.all(offers.map(async (it) => [it, await metered(it)])));
    return subscriptions.map((it) => [it, prices.get(it.offer).filter((price, at, all) => all.findIndex((other) => other.meter === price.meter) === at)]).filter(([, it]) => it.length > 0);
  }, ["metered", ...subscriptions.map((it) => it.id)]);
  return html`
    <${Loaded} of=${read} bones=${5}>${(found) => {
      if (found.length === 0) return none;
      const [subscription, prices] = found.find(([it]) => it.id === chosen) ?? found.at(-1);
      const price = prices.find((it) => it.meter === meter) ?? prices[0];
      return html`
        <${Card} title=${t("Usage")} actions=${html`
          ${found.length > 1 && html`<select class="small" name="subscription" aria-label=${t("Which subscription")} onChange=${(event) => onChoose(event.target.value)}>${found.map(([it]) => html`<option value=${it.id} selected=${it === subscription}>${it.name ?? name(it.offer).value ?? it.number}</option>`)}</select>`}
          ${prices.length > 1 && html`<select class="small" name="meter" aria-label=${t("Which meter")} onChange=${(event) => count(event.target.value)}>${prices.map((it) => html`<option value=${it.meter} selected=${it === price}>${called(it)}</option>`)}</select>`}
          <div class="segments" role="group" aria-label=${t("How far back")}>${SPANS.map(([key, , text]) => html`<button type="button" aria-pressed=${key === span} onClick=${() => stretch(key)}>${text()}</button>`)}</div>`}>
          <div class="inside"><${Series} subscription=${subscription.id} price=${price} span=${span} /></div>
        <//>`;
    }}<//>`;
}
