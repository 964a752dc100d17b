// What is to be done for orders that came in: pieces that people bring about, and orders that are under way.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { name } from "../model/name.js";
import { to } from "../model/route.js";
import { may } from "../model/session.js";
import { said, t } from "../model/text.js";
import { Far, Named } from "../part/figure.js";
import { Field, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Menu } from "../part/menu.js";
import { Card, Page } from "../part/page.js";
import { OpenShipments } from "../part/shipments.js";
import { State } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { Supplied } from "../part/supplied.js";
import { Table } from "../part/table.js";
import { complain, say } from "../part/toast.js";
import { Unheard } from "../part/unheard.js";

const OPEN = ["queued", "started", "failed"];
const UNDER_WAY = ["acknowledged", "pending", "held", "in_progress"];
const MANY = 200;
const WORKS = {
  create: () => t("Bring it about"), change: () => t("Change it"), hold: () => t("Stop it for a while"),
  release: () => t("Let it go on"), remove: () => t("Take it away"),
};
const HOW = { manual: () => t("by people"), webhook: () => t("by another system"), instant: () => t("by itself") };

/** The lists of several states, the oldest first. */
async function inStates(path, states) {
  const found = await Promise.all(states.map((state) => get(path, { state, limit: MANY })));
  return found.flatMap((it) => it.items);
}

/** What a task is about: the subscription, by its offer and its account. */
function About({ of }) {
  const read = useLoad(() => get(`/subscriptions/${of.subscription}`), ["task of", of.subscription], { isDerived: true }).data;
  if (!read) return "…";
  return html`<span><a href=${to(`/subscriptions/${read.id}`)}>${read.quantity > 1 && `${read.quantity} × `}${read.name ?? name(read.offer).value ?? `#${read.number}`}</a><br /><small><${Named} id=${read.account} /></small></span>`;
}

function Tasks() {
  // What waits for a parcel stands with the parcels.
  const read = useLoad(async () => (await inStates("/tasks", OPEN)).filter((it) => it.connector !== "shipment"), ["tasks"]);
  const [failing, fail] = useState(null);
  const step = (it, verb, text) => () => post(`/tasks/${it.id}/${verb}`).then(() => say(text), complain);
  const actions = (it) => [
    it.state === "queued" && { text: t("Begin with it"), icon: "play", onClick: step(it, "start", t("It is begun")) },
    it.state === "failed" && { text: t("Try it again"), icon: "refresh-cw", onClick: step(it, "retry", t("It is tried again")) },
    it.state === "started" && { text: t("It cannot be done"), icon: "ban", danger: true, onClick: () => fail(it) },
  ].filter(Boolean);
  const done = async (it) => {
    try {
      if (it.state === "queued") await post(`/tasks/${it.id}/start`);
      await post(`/tasks/${it.id}/complete`);
      say(t("It is done"));
    } catch (problem) {
      complain(problem);
    }
  };
  const columns = [
    { head: t("What for"), cell: (it) => html`<${About} of=${it} />` },
    { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
    { head: t("What is to be done"), cell: (it) => html`<span>${WORKS[it.work]?.() ?? it.work} <small>${HOW[it.connector]?.()}</small>${it.last_error && html`<br /><small class="text bad">${said(it.last_error)}</small>`}</span>` },
    { head: t("Order"), cell: (it) => it.order && html`<a href=${to(`/orders/${it.order}`)}>${t("Show it")}</a>` },
    { head: t("Since"), extra: true, cell: (it) => html`<span class="one-line"><${Far} at=${it.created_at} /></span>` },
    may("provisioning_work") && { head: "", num: true, cell: (it) => html`<span class="row tight nowrap end-row">${it.connector === "manual" && it.state !== "failed" && html`<button type="button" class="button small primary" onClick=${() => done(it)}><${Icon} name="check" />${t("Done")}</button>`}
      ${actions(it).length > 0 && html`<${Menu} label=${t("Actions for this task")} button=${html`<${Icon} name="ellipsis" />`} items=${actions(it)} />`}</span>` },
  ].filter(Boolean);
  return html`
    <${Card} title=${t("To be brought about")}>
      <${Loaded} of=${read} bones=${4}>${(rows) => rows.length === 0
        ? html`<${Empty} icon="circle-check" title=${t("Nothing waits for you")}><p>${t("What people have to bring about, and what another system could not, appears here.")}</p><//>`
        : html`<${Table} label=${t("To be brought about")} columns=${columns} rows=${rows} />`}<//>
      ${failing && html`<${FormDialog} title=${t("It cannot be done")} onClose=${() => fail(null)} send=${t("It cannot be done")} danger onSend=${async (body) => { await post(`/tasks/${failing.id}/fail`, body); say(t("It is said")); }}>
        <${Field} name="error" label=${t("Why")} required autofocus hint=${t("The buyer reads it.")} /><//>`}
    <//>`;
}

function Orders() {
  const read = useLoad(() => inStates("/orders", UNDER_WAY), ["orders under way"]);
  const columns = [
    { head: t("Order"), cell: (it) => html`<a class="whole" href=${to(`/orders/${it.id}`)}>${it.number}</a>` },
    { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
    { head: t("Account"), cell: (it) => html`<${Named} id=${it.account} />` },
    { head: t("What"), cell: (it) => html`<span>${it.items.map((item, at) => html`${at > 0 && ", "}${item.quantity > 1 && `${item.quantity} × `}<${Named} id=${item.offer} />`)}</span>` },
    { head: t("Placed"), num: true, cell: (it) => html`<${Far} at=${it.ordered_at} />` },
  ];
  return html`
    <${Card} title=${t("Orders under way")} actions=${html`<a class="button small" href=${to("/orders")}>${t("All orders")}</a>`}>
      <${Loaded} of=${read} bones=${4}>${(rows) => rows.length === 0
        ? html`<${Empty} icon="shopping-cart" title=${t("No order is under way")}><p>${t("Orders that wait for a payment, a day or a piece of work appear here.")}</p><//>`
        : html`<${Table} label=${t("Orders under way")} columns=${columns} rows=${rows} />`}<//>
    <//>`;
}

/** The page. */
export default function Work() {
  return html`<${Page} title=${t("To do")}>${may("invoice_read") && html`<${Unheard} />`}<${Supplied} isOpen /><${Tasks} /><${OpenShipments} /><${Orders} /><//>`;
}
