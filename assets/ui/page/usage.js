// Usage: what is counted, the latest events of a subscription, what has no price, and what was refused.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { listed, name } from "../model/name.js";
import { quantity } from "../model/money.js";
import { called, unitOf } from "../model/price.js";
import { to } from "../model/route.js";
import { isHouse, may, session } from "../model/session.js";
import { count, said, t } from "../model/text.js";
import { moment } from "../model/time.js";
import { Far, Named } from "../part/figure.js";
import { Field, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Rows } from "../part/list.js";
import { Card, Page } from "../part/page.js";
import { AccountPicker } from "../part/picker.js";
import { sentence, word } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { Table } from "../part/table.js";
import { by } from "../part/timeline.js";
import { say } from "../part/toast.js";
import { UsageChart } from "../part/usage_chart.js";
import { Sources } from "./usage/sources.js";

const EXAMPLE = `curl -X POST "$TILLBOX/api/v1/usage" -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{"events":[{"id":"1","subscription":"sub_…","meter":"traffic","quantity":"12.5"}]}'`;

function Meters() {
  const read = useLoad(() => listed("/meters"), ["meters"]);
  const columns = [
    { head: t("Meter"), cell: (it) => html`<span class="strong">${called(it)}</span>` },
    { head: t("Code"), cell: (it) => html`<span class="mono">${it.code}</span>` },
    { head: t("Unit"), cell: unitOf },
    { head: t("Counts"), lead: true, cell: (it) => t(sentence(it.aggregation)) },
  ];
  return html`
    <${Card} title=${t("Meters")}>
      <${Loaded} of=${read}>${(meters) => meters.size === 0
        ? html`<${Empty} icon="gauge" title=${isHouse() ? t("There is no meter yet") : t("You have no meter of your own")}><p>${t("A meter says what is counted, and how counts become a quantity.")} ${!isHouse() && t("What you sell on is counted by your provider's.")}</p>
            ${may("catalog_write") && html`<a class="button" href=${to("/blocks", { part: "meters" })}>${t("Make one")}</a>`}<//>`
        : html`<${Table} label=${t("Meters")} columns=${columns} rows=${[...meters.values()]} />`}<//>
    <//>`;
}

const ID = /^sub_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What was sent, field by field; as it is where it is no JSON. */
function Sent({ of }) {
  let fields;
  try {
    fields = Object.entries(JSON.parse(of));
  } catch {
    return html`<span class="mono faint">${of}</span>`;
  }
  const value = (it) => (typeof it === "object" ? JSON.stringify(it) : String(it));
  return html`<small>${fields.map(([key, it], at) => html`<span key=${key}>${at > 0 && " · "}${word(key)} ${key === "subscription" && ID.test(it) ? html`<${Named} id=${it} />` : html`<span class="strong">${value(it)}</span>`}</span>`)}</small>`;
}

function Refused() {
  return html`
    <${Card} title=${t("Refused events")}>
      <${Rows} path="/usage/rejected" label=${t("Refused events")} columns=${[
        { head: t("Received"), cell: (it) => html`<${Far} at=${it.received_at} wall />` },
        { head: t("Why"), cell: (it) => said(it.message, `rule ${it.rule}`) },
        { head: t("Event"), cell: (it) => html`<${Sent} of=${it.event} />` },
      ]} empty=${html`<${Empty} icon="circle-check" title=${t("No event was refused")}><p>${t("Events of unknown subscriptions or meters appear here, with the reason.")}</p><//>`} />
    <//>`;
}

/** What was reported by mistake and counts no more. */
function Voided() {
  return html`
    <${Card} title=${t("Events taken back")}>
      <${Rows} path="/usage/voided" label=${t("Events taken back")} columns=${[
        { head: t("When"), cell: (it) => moment(it.voided_at) },
        { head: t("By"), cell: (it) => by(it.by) },
        { head: t("Why"), lead: true, cell: (it) => it.reason },
        { head: t("Event"), cell: (it) => html`<${Sent} of=${JSON.stringify(it.event)} />` },
      ]} empty=${html`<${Empty} icon="circle-check" title=${t("No event was taken back")}><p>${t("An event that was reported by mistake is taken back where it is listed.")}</p><//>`} />
    <//>`;
}

function TakeBack({ of, onClose }) {
  const { source, id, subscription, meter, at } = of;
  const send = async (body) => {
    await post("/usage/void", { ...body, events: [{ source, id, subscription, meter, at }] });
    say(t("It counts no more"));
  };
  return html`
    <${FormDialog} title=${t("Take {quantity} of {when} back?", { quantity: quantity(of.quantity), when: moment(at) })} onClose=${onClose} onSend=${send} send=${t("Take back")} danger
      intro=${t("Before its bill it is never charged; after it the next bill gives back the difference.")}>
      <${Field} name="reason" label=${t("Reason")} required autofocus />
    <//>`;
}

/** What was taken, and nobody bills as things are. */
function Unrated() {
  return html`
    <${Card} title=${t("Without a price")}>
      <${Rows} path="/usage/unrated" label=${t("Without a price")} columns=${[
        { head: t("Subscription"), lead: true, cell: (it) => html`<${Named} id=${it.subscription} />` },
        { head: t("Meter"), cell: (it) => html`<${Named} id=${it.meter} />` },
        { head: t("Events"), num: true, cell: (it) => count(it.events) },
        { head: t("Quantity"), num: true, cell: (it) => it.quantity && quantity(it.quantity) },
        { head: t("Since"), cell: (it) => moment(it.since) },
      ]} empty=${html`<${Empty} icon="circle-check" title=${t("All usage has a price")}><p>${t("Usage that no price of its subscription charges is taken, listed here, and not billed.")}</p><//>`} />
    <//>`;
}

/** The same of one subscription, where there is any. */
function UnratedOf({ of }) {
  const read = useLoad(() => get("/usage/unrated", { subscription: of.id }), ["unrated", of.id]);
  const items = read.data?.items ?? [];
  if (items.length === 0) return null;
  return html`
    <div class="notice warn"><${Icon} name="triangle-alert" /><div>
      ${items.map((it) => html`<p key=${it.meter}><span class="strong"><${Named} id=${it.meter} /></span> – ${t("without a price: {count} events", { count: it.events })}</p>`)}
      <p>${t("Nothing bills them: no price of the subscription counts what this meter counts.")}</p></div></div>`;
}

function Events({ of }) {
  const [meter, choose] = useState("");
  const meters = useLoad(() => listed("/meters"), ["meters"]);
  const chosen = meter || [...(meters.data?.keys() ?? [])][0];
  const [wrong, doubt] = useState(null);
  if (!chosen) return null;
  return html`
    ${wrong && html`<${TakeBack} of=${wrong} onClose=${() => doubt(null)} />`}
    <${Card} title=${t("Latest events")} actions=${html`<select class="small" name="meter" aria-label=${t("Which meter")} onChange=${(event) => choose(event.target.value)}>${[...meters.data.values()].map((it) => html`<option value=${it.id} selected=${it.id === chosen}>${called(it)}</option>`)}</select>`}>
      <${Rows} path="/usage" query=${{ subscription: of.id, meter: chosen }} label=${t("Latest events")} columns=${[
        { head: t("When"), cell: (it) => moment(it.at) },
        { head: t("Quantity"), num: true, lead: true, cell: (it) => html`<span class="strong">${quantity(it.quantity)}</span>` },
        { head: t("Source"), cell: (it) => it.source },
        { head: t("Event"), cell: (it) => html`<span class="mono">${it.id}</span>` },
        ...(may("usage_write") ? [{ head: "", num: true, cell: (it) => html`<button type="button" class="link" onClick=${() => doubt(it)}>${t("Take back")}</button>` }] : []),
      ]} empty=${html`<${Empty} icon="gauge" title=${t("No event of this meter was reported yet")} />`} />
    <//>`;
}

function OfAccount({ account }) {
  const [chosen, choose] = useState(null);
  const read = useLoad(() => get("/subscriptions", { account: account.id, limit: 200 }), ["of", account.id]);
  return html`
    <${Loaded} of=${read}>${({ items }) => {
      const of = items.find((it) => it.id === chosen) ?? items[0];
      if (!of) return html`<section class="card"><${Empty} icon="repeat" title=${t("{name} has no subscription yet", { name: account.name })}><p>${t("What is used is counted for subscriptions.")}</p><//></section>`;
      return html`
        <label class="row tight"><small>${t("Subscription")}</small>
          <select class="small" name="subscription" onChange=${(event) => choose(event.target.value)}>${items.map((it) => html`<option value=${it.id} selected=${it === of}>${it.name ?? name(it.offer).value ?? it.number}</option>`)}</select></label>
        <${UnratedOf} key=${`unrated ${of.id}`} of=${of} />
        <${UsageChart} key=${of.id} subscriptions=${[of]} none=${html`<section class="card"><${Empty} icon="gauge" title=${t("Nothing of it is charged by use")}><p>${t("Its offer has no price for what is used.")}</p><//></section>`} />
        ${may("catalog_read") && html`<${Events} of=${of} />`}`;
    }}<//>`;
}

/** The page. */
export default function Usage() {
  const own = session.value.account;
  const [account, pick] = useState(own.kind === "customer" ? own : null);
  return html`
    <${Page} title=${t("Usage")}>
      ${own.kind !== "customer" && html`<${Card} title=${t("Usage of an account")}><div class="inside"><${AccountPicker} onPick=${(it) => it && pick(it)} /></div><//>`}
      ${account && html`<${OfAccount} key=${account.id} account=${account} />`}
      ${may("catalog_read") && html`<${Meters} />`}
      ${own.kind !== "customer" && may("settings_read") && html`<${Sources} />`}
      ${may("usage_write") && html`<${Unrated} /><${Refused} /><${Voided} />
        <${Card} title=${t("Report usage")}><div class="inside stack tight"><p class="quiet">${t("Events count once, by source and id: send them again as often as you like.")}</p><pre class="code" tabindex="0">${EXAMPLE}</pre></div><//>`}
    <//>`;
}
