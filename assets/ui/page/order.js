// One order: what was asked for, how far each piece is, and calling it off.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { changes, get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { to } from "../model/route.js";
import { isBuyer, may } from "../model/session.js";
import { t } from "../model/text.js";
import { Named, When } from "../part/figure.js";
import { Field, FormDialog } from "../part/form.js";
import { Card, Facts, Page } from "../part/page.js";
import { sentence, State } from "../part/state.js";
import { Loaded } from "../part/still.js";
import { Table } from "../part/table.js";
import { say } from "../part/toast.js";

const OVER = ["completed", "failed", "rejected", "canceled", "partial"];
const LOOK_MS = 1000;
const LOOKS = 10;

const columns = (items) => [
  { head: t("What"), cell: (it) => html`<span>${it.quantity > 1 && `${it.quantity} × `}<${Named} id=${it.offer} /></span>` },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
  { head: t("Action"), cell: (it) => t(sentence(it.action)) },
  { head: t("Term"), cell: (it) => it.term },
  { head: t("Subscription"), cell: (it) => it.subscription && html`<a href=${to(`/subscriptions/${it.subscription}`)}>${t("Show it")}</a>` },
  items.some((it) => it.failure) && { head: t("Why not"), cell: (it) => it.failure && html`<span class="text bad">${it.failure}</span>` },
].filter(Boolean);

/** Looks again while an order is being worked on. */
function useWatch(order) {
  const [looks, look] = useState(0);
  const isOver = !order || OVER.includes(order.state);
  useEffect(() => {
    if (isOver || looks >= LOOKS) return undefined;
    const timer = setTimeout(() => { changes.value += 1; look(looks + 1); }, LOOK_MS);
    return () => clearTimeout(timer);
  }, [isOver, looks]);
}

/** The page. */
export default function Order({ id }) {
  const read = useLoad(() => get(`/orders/${id}`), [id]);
  const [isCanceling, cancel] = useState(false);
  useWatch(read.data);
  const callOff = async (body) => {
    await post(`/orders/${id}/cancel`, body);
    say(t("The order is called off"));
  };
  return html`
    <${Loaded} page of=${read}>${(of) => html`
      <${Page} title=${t("Order {number}", { number: String(of.number) })} crumbs=${[["/orders", t("Orders")]]} state=${html`<${State} of=${of.state} />`}
        actions=${may("order_cancel") && !OVER.includes(of.state) && html`<button type="button" class="button danger" onClick=${() => cancel(true)}>${t("Call it off")}</button>`}>
        ${of.reason && html`<p class="notice warn">${of.reason}</p>`}
        <${Card} title=${t("About")}><div class="inside"><${Facts} of=${[
          !isBuyer() && [t("Account"), html`<${Named} id=${of.account} />`],
          !isBuyer() && [t("Kind"), t(sentence(of.kind))],
          [t("Placed"), html`<${When} at=${of.ordered_at} />`],
          [t("Done"), of.completed_at && html`<${When} at=${of.completed_at} />`],
          [t("The buyer calls it"), of.external_id],
        ].filter(Boolean)} /></div><//>
        <${Card} title=${t("Pieces")}><${Table} label=${t("Pieces")} columns=${columns(of.items)} rows=${of.items} /><//>
        ${of.notes.length > 0 && html`<${Card} title=${t("Notes")}><ul class="inside stack tight">${of.notes.map((it) => html`<li>${it}</li>`)}</ul><//>`}
        ${isCanceling && html`
          <${FormDialog} title=${t("Call it off")} onClose=${() => cancel(false)} onSend=${callOff} send=${t("Call it off")} danger
            intro=${t("Pieces that are not done yet will not be done.")}><${Field} name="reason" label=${t("Reason")} /><//>`}
      <//>`}<//>`;
}
