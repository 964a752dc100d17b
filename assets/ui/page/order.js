// One order: what was asked for, how far each piece is, what was said of it, and calling it off.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { money } from "../model/money.js";
import { here, to } from "../model/route.js";
import { isBuyer, isOwn, may } from "../model/session.js";
import { said, t } from "../model/text.js";
import { addressLine } from "../part/address.js";
import { Named, When } from "../part/figure.js";
import { Field, Form, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Card, Facts, Page } from "../part/page.js";
import { Pieces, useWatch } from "../part/pieces.js";
import { Shipments } from "../part/shipments.js";
import { sentence, State } from "../part/state.js";
import { Loaded } from "../part/still.js";
import { say } from "../part/toast.js";
import { Handed, Next, Payment, Thanks, useReturn } from "./order/placed.js";

// What its seller may do with it as a whole.
const DEEDS = [
  { verb: "hold", text: () => t("Keep it back"), intro: () => t("Nothing more of it is begun. What is begun may end."), field: "reason" },
  { verb: "ask", text: () => t("Ask the buyer"), intro: () => t("The order waits for the answer. Without it, it is called off after 30 days."), field: "what", isRequired: true },
  { verb: "resume", text: () => t("Let it go on") },
  { verb: "reject", text: () => t("Refuse it"), field: "reason", isRequired: true, isDanger: true },
];
const ASKED = { reason: () => t("Reason"), what: () => t("What is missing") };

/** Whether what became of its payment says already why it was called off. */
const isSaid = ({ reason, payment }) => payment && reason.startsWith("its payment is ");

const LOST = ["failed", "rejected", "canceled"];
// How far a state is on the way: placed, accepted, worked on, done.
const FAR = { acknowledged: 0, pending: 1, held: 1, in_progress: 2, partial: 3, completed: 3 };
const STATIONS = [() => t("Placed"), () => t("Accepted"), () => t("Worked on"), () => t("Done")];

/** Whether one bought it: who delivers some of what others ordered is no buyer of that. */
const isBought = (of) => isBuyer() && isOwn(of.account);

/** Whether one says how far its pieces are: who decides on it, or delivers them for its seller. */
const canWork = (of) => may("order_decide") || of.items.some((it) => it.supplier && isOwn(it.supplier));

/** How far it is on its way. */
function Way({ of }) {
  if (LOST.includes(of.state)) return null;
  const far = FAR[of.state] ?? 0;
  const isWhole = of.state === "completed";
  return html`<ol class="way" aria-label=${t("How far it is")}>${STATIONS.map((text, at) => html`
    <li key=${at} class=${at < far || isWhole ? "done" : at === far ? "on" : ""} aria-current=${at === far ? "step" : undefined}><span class="dot">${(at < far || isWhole) && html`<${Icon} name="check" />`}</span>${text()}</li>`)}</ol>`;
}

/** Where its pieces are sent, each place once. */
function Places({ of }) {
  const places = new Map(of.map((it) => [JSON.stringify(it), it]));
  return [...places].map(([key, { recipient, address, phone }]) => html`<span key=${key}>${[recipient, address.street_extra, addressLine(address), phone].filter(Boolean).join(", ")}<br /></span>`);
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
      ${may("order_place") && html`<${Form} onSend=${tell} send=${t("Say it")}><${Field} name="text" label=${isBought(of) ? t("Say something to the seller") : t("Say something to the buyer")} kind="area" required /><//>`}
    </div><//>`;
}

/** What its seller does with it as a whole: what waits for its payment does that by itself. */
function Deeds({ of, onChoose }) {
  if (of.state === "pending" && of.payment?.until) return null;
  return DEEDS.filter((it) => of.can.includes(it.verb)).map((it) => html`<button key=${it.verb} type="button" class="button" onClick=${() => onChoose(it)}>${it.text()}</button>`);
}

/** The page. */
export default function Order({ id }) {
  const read = useLoad(() => get(`/orders/${id}`), [id]);
  const [isCanceling, cancel] = useState(false);
  const [deed, choose] = useState();
  useWatch(read.data);
  useReturn(id);
  const { placed, payment } = here.value.query;
  const callOff = async (body) => {
    await post(`/orders/${id}/cancel`, body);
    say(t("The order is called off"));
  };
  const decide = async (body) => {
    await post(`/orders/${id}/${deed.verb}`, body);
    say(t("It is done"));
  };
  const sent = read.data?.items.map((it) => it.deliver_to).filter(Boolean) ?? [];
  return html`
    <${Loaded} page of=${read}>${(of) => html`
      <${Page} title=${t("Order {number}", { number: String(of.number) })} crumbs=${[["/orders", t("Orders")]]} state=${html`<${State} of=${of.state} />`}
        actions=${html`<${Deeds} of=${of} onChoose=${choose} />${of.can.includes("cancel") && html`<button type="button" class="button danger" onClick=${() => cancel(true)}>${t("Call it off")}</button>`}`}>
        ${(placed || payment) && isBought(of) && !LOST.includes(of.state) && html`<${Thanks} of=${of} />`}
        <${Payment} of=${of} />
        ${of.reason && !isSaid(of) && html`<p class="notice warn">${said(of.reason)}</p>`}
        ${of.missing && html`<p class="notice warn">${of.missing.what}</p>`}
        ${of.untaxed && html`<div class="notice warn"><${Icon} name="triangle-alert" /><p><span class="strong">${t("No bill of it can be made yet.")}</span> ${said(of.untaxed)} <a href=${to("/settings", { part: "tax" })}>${t("Say how you tax")}</a></p></div>`}
        ${of.unaddressed && html`<div class="notice warn"><${Icon} name="triangle-alert" /><p><span class="strong">${t("No bill of it can be made yet.")}</span> ${said(of.unaddressed)} <a href=${to(`/accounts/${of.account}`, { edit: 1 })}>${t("Edit")}</a></p></div>`}
        <${Way} of=${of} />
        <div class=${isBought(of) ? "side-by-side" : "stack"}>
          <div class="stack">
            ${isBought(of) && html`<${Handed} of=${of} />`}
            <${Card} title=${t("Pieces")}><${Pieces} of=${of} canWork=${canWork(of)} /><//>
            <${Shipments} order=${id} />
            <${Notes} of=${of} />
          </div>
          <div class="stack">
            ${isBought(of) && html`<${Next} of=${of} />`}
            <${Card} title=${t("About")}><div class="inside"><${Facts} of=${[
              !isBuyer() && of.account_name && [t("Account"), html`<${Named} id=${of.account} />`],
              of.seller_name && [t("Seller"), of.seller_name],
              !isBuyer() && [t("Kind"), t(sentence(of.kind))],
              [t("Placed"), html`<${When} at=${of.ordered_at} />`],
              [t("Will be done"), of.expected_at && html`<${When} at=${of.expected_at} />`],
              [t("Answer until"), of.missing && html`<${When} at=${of.missing.until} />`],
              [t("Begins"), of.requested_start_on && html`<${When} at=${of.requested_start_on} />`],
              [t("Done"), of.completed_at && html`<${When} at=${of.completed_at} />`],
              [t("The buyer calls it"), of.external_id],
              sent.length > 0 && [t("Where it is sent"), html`<${Places} of=${sent} />`],
              [t("Total"), of.totals?.map(({ gross }) => money(gross)).join(" + ")],
              [t("Coupons"), of.coupons.join(", ")],
            ].filter(Boolean)} /></div><//>
          </div>
        </div>
        ${deed && html`
          <${FormDialog} title=${deed.text()} onClose=${() => choose()} onSend=${decide} send=${deed.text()} danger=${deed.isDanger} intro=${deed.intro?.()}>${deed.field && html`<${Field} name=${deed.field} label=${ASKED[deed.field]()} required=${deed.isRequired} />`}<//>`}
        ${isCanceling && html`
          <${FormDialog} title=${t("Call it off")} onClose=${() => cancel(false)} onSend=${callOff} send=${t("Call it off")} danger
            intro=${of.payment && !of.payment.until ? t("Nobody has begun with it, and nothing of it will be done. What was paid for it goes back.") : t("Nobody has begun with it, and nothing of it will be done.")}><${Field} name="reason" label=${t("Reason")} /><//>`}
      <//>`}<//>`;
}
