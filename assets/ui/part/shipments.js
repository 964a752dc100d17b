// Parcels, of one order or of all: how far each is, how it can be followed, and for its seller what to say of it.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { to } from "../model/route.js";
import { isBuyer, isHouse, isOwn, may } from "../model/session.js";
import { t } from "../model/text.js";
import { Far } from "./figure.js";
import { Field, FormDialog } from "./form.js";
import { Card } from "./page.js";
import { State } from "./state.js";
import { Empty, Loaded } from "./still.js";
import { Table } from "./table.js";
import { complain, say } from "./toast.js";

const place = ({ street, street_extra, postal_code, city, region, country }) =>
  [street, street_extra, [postal_code, city].filter(Boolean).join(" "), region, country].filter(Boolean).join(", ");

const Way = ({ of }) => {
  if (!of.carrier) return null;
  const said = [of.carrier, of.tracking_number].filter(Boolean).join(" · ");
  return of.tracking_url ? html`<a href=${of.tracking_url} target="_blank" rel="noreferrer">${said}</a>` : html`<span>${said}</span>`;
};

const Ship = ({ of, onClose }) => html`
  <${FormDialog} title=${t("It has left")} onClose=${onClose} send=${t("It has left")}
    onSend=${async (body) => { await post(`/shipments/${of.id}/ship`, body); say(t("The buyer is told that it is on its way")); }}>
    <${Field} name="carrier" label=${t("Carrier")} value=${of.carrier ?? ""} required autofocus />
    <${Field} name="tracking_number" label=${t("Tracking number")} value=${of.tracking_number ?? ""} />
    <${Field} name="tracking_url" label=${t("Where it can be followed")} kind="url" value=${of.tracking_url ?? ""} />
  <//>`;

const Back = ({ of, onClose }) => html`
  <${FormDialog} title=${t("It came back")} onClose=${onClose} send=${t("It came back")} danger
    onSend=${async (body) => { await post(`/shipments/${of.id}/return`, body); say(t("It came back")); }}
    intro=${t("What was ordered is not there then. It can be sent again from the task that failed.")}>
    <${Field} name="reason" label=${t("Reason")} required autofocus />
  <//>`;

/** What its seller may say of a parcel. */
function Steps({ of, ask }) {
  if (isOwn(of.account) || !(may("shipment_write") || isBuyer())) return null;
  const arrive = () => post(`/shipments/${of.id}/deliver`).then(() => say(t("It has arrived, and its subscription begins")), complain);
  if (of.state === "prepared") return html`<button type="button" class="button small" onClick=${() => ask(["ship", of])}>${t("It has left")}</button>`;
  if (of.state !== "shipped") return null;
  return html`<span class="row"><button type="button" class="button small" onClick=${arrive}>${t("It has arrived")}</button><button type="button" class="button small" onClick=${() => ask(["back", of])}>${t("It came back")}</button></span>`;
}

/** Parcels as a table; with the order of each where they are of several. */
function Parcels({ of, isOfSeveral = false }) {
  const [asked, ask] = useState(null);
  const columns = [
    isOfSeveral && { head: t("Order"), cell: (it) => html`<a href=${to(`/orders/${it.order}`)}>${it.order_number ?? t("Show it")}</a>` },
    { head: t("Piece"), cell: (it) => html`<span>${it.quantity > 1 && `${it.quantity} × `}${it.offer_name ?? it.item}</span>` },
    { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
    { head: t("Goes to"), cell: (it) => html`<span>${it.recipient}<br /><small>${place(it.address)}</small></span>` },
    { head: t("Carrier"), cell: (it) => html`<${Way} of=${it} />` },
    { head: t("Since"), cell: (it) => html`<${Far} at=${it.ended_at ?? it.shipped_at ?? it.prepared_at} />` },
    { head: "", num: true, cell: (it) => html`<${Steps} of=${it} ask=${ask} />` },
  ].filter(Boolean);
  const close = () => ask(null);
  return html`
    <${Table} label=${t("Shipments")} columns=${columns} rows=${of} />
    ${asked?.[0] === "ship" && html`<${Ship} of=${asked[1]} onClose=${close} />`}
    ${asked?.[0] === "back" && html`<${Back} of=${asked[1]} onClose=${close} />`}`;
}

/** The card; nothing where nothing is sent. */
export function Shipments({ order }) {
  const read = useLoad(() => get("/shipments", { of_order: order }), ["shipments", order]);
  const items = read.data?.items ?? [];
  if (items.length === 0) return null;
  return html`<${Card} title=${t("Shipments")}><${Parcels} of=${items} /><//>`;
}

/** Those that wait to be sent, and those that are on their way. */
export function OpenShipments() {
  // What one sends for others is beside what one sells oneself.
  const roles = isHouse() ? [undefined] : [undefined, "supplier"];
  const read = useLoad(async () => {
    const found = await Promise.all(roles.flatMap((role) => ["prepared", "shipped"].map((state) => get("/shipments", { state, role, limit: 200 }))));
    return [...new Map(found.flatMap((it) => it.items).map((it) => [it.id, it])).values()];
  }, ["open shipments"]);
  return html`
    <${Card} title=${t("To be sent")}>
      <${Loaded} of=${read} bones=${3}>${(rows) => rows.length === 0
        ? html`<${Empty} icon="package" title=${t("Nothing is to be sent")}><p>${t("What is physical of an order appears here, with where it goes.")}</p><//>`
        : html`<${Parcels} of=${rows} isOfSeveral />`}<//>
    <//>`;
}
