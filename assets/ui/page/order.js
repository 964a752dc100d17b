// One order: what was asked for, how far each piece is, what was said of it, and calling it off.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { here } from "../model/route.js";
import { isBuyer, may } from "../model/session.js";
import { t } from "../model/text.js";
import { Named, When } from "../part/figure.js";
import { Field, Form, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Card, Facts, Page } from "../part/page.js";
import { OVER, Pieces, useWatch } from "../part/pieces.js";
import { Shipments } from "../part/shipments.js";
import { sentence, State } from "../part/state.js";
import { Loaded } from "../part/still.js";
import { say } from "../part/toast.js";
import { Next, Payment, Thanks, useReturn } from "./order/placed.js";

const LOST = ["failed", "rejected", "canceled"];
// How far a state is on the way: placed, accepted, worked on, done.
const FAR = { acknowledged: 0, pending: 1, held: 1, in_progress: 2, partial: 3, completed: 3 };
const STATIONS = [() => t("Placed"), () => t("Accepted"), () => t("Worked on"), () => t("Done")];

/** How far it is on its way. */
function Way({ of }) {
  if (LOST.includes(of.state)) return null;
  const far = FAR[of.state] ?? 0;
  const isWhole = of.state === "completed";
  return html`<ol class="way" aria-label=${t("How far it is")}>${STATIONS.map((text, at) => html`
    <li key=${at} class=${at < far || isWhole ? "done" : at === far ? "on" : ""} aria-current=${at === far ? "step" : undefined}><span class="dot">${(at < far || isWhole) && html`<${Icon} name="check" />`}</span>${text()}</li>`)}</ol>`;
}

/** What buyer and seller say to one another about it. */
function Notes({ of }) {
  const tell = async (body, form) => {
    await post(`/orders/${of.id}/notes`, body);
    form.reset();
    say(t("It is said"));
  };
  return html`
    <${Card} title=${t("Notes")}><div class="inside stack">
      ${of.notes.length > 0 && html`<ul class="stack tight">${of.notes.map((it, at) => html`<li key=${at} class="answer letter">${it}</li>`)}</ul>`}
      ${may("order_place") && html`<${Form} onSend=${tell} send=${t("Say it")}><${Field} name="text" label=${isBuyer() ? t("Say something to the seller") : t("Say something to the buyer")} kind="area" required /><//>`}
    </div><//>`;
}

/** The page. */
export default function Order({ id }) {
  const read = useLoad(() => get(`/orders/${id}`), [id]);
  const [isCanceling, cancel] = useState(false);
  useWatch(read.data);
  useReturn(id);
  const { placed, payment } = here.value.query;
  const callOff = async (body) => {
    await post(`/orders/${id}/cancel`, body);
    say(t("The order is called off"));
  };
  return html`
    <${Loaded} page of=${read}>${(of) => html`
      <${Page} title=${t("Order {number}", { number: String(of.number) })} crumbs=${[["/orders", t("Orders")]]} state=${html`<${State} of=${of.state} />`}
        actions=${may("order_cancel") && !OVER.includes(of.state) && html`<button type="button" class="button danger" onClick=${() => cancel(true)}>${t("Call it off")}</button>`}>
        ${(placed || payment) && isBuyer() && !LOST.includes(of.state) && html`<${Thanks} of=${of} />`}
        <${Payment} of=${of} />
        ${of.reason && html`<p class="notice warn">${of.reason}</p>`}
        <${Way} of=${of} />
        <div class=${isBuyer() ? "side-by-side" : "stack"}>
          <div class="stack">
            <${Card} title=${t("Pieces")}><${Pieces} of=${of} canWork=${may("order_decide")} /><//>
            <${Shipments} order=${id} />
            <${Notes} of=${of} />
          </div>
          <div class="stack">
            ${isBuyer() && html`<${Next} of=${of} />`}
            <${Card} title=${t("About")}><div class="inside"><${Facts} of=${[
              !isBuyer() && [t("Account"), html`<${Named} id=${of.account} />`],
              of.seller_name && [t("Seller"), of.seller_name],
              !isBuyer() && [t("Kind"), t(sentence(of.kind))],
              [t("Placed"), html`<${When} at=${of.ordered_at} />`],
              [t("Begins"), of.requested_start_on && html`<${When} at=${of.requested_start_on} />`],
              [t("Done"), of.completed_at && html`<${When} at=${of.completed_at} />`],
              [t("The buyer calls it"), of.external_id],
              [t("Coupons"), of.coupons.join(", ")],
            ].filter(Boolean)} /></div><//>
          </div>
        </div>
        ${isCanceling && html`
          <${FormDialog} title=${t("Call it off")} onClose=${() => cancel(false)} onSend=${callOff} send=${t("Call it off")} danger
            intro=${t("Pieces that are not done yet will not be done.")}><${Field} name="reason" label=${t("Reason")} /><//>`}
      <//>`}<//>`;
}
