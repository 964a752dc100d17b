// The pieces of an order: what each is, how far it is, and what came of it; looked at again while it is worked on.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { changes, get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { money } from "../model/money.js";
import { to } from "../model/route.js";
import { isOwn } from "../model/session.js";
import { local, said, t } from "../model/text.js";
import { rhythm } from "../model/time.js";
import { inWords } from "./choices.js";
import { Named } from "./figure.js";
import { Field, FormDialog } from "./form.js";
import { Icon } from "./icon.js";
import { Menu } from "./menu.js";
import { sentence, State } from "./state.js";
import { Table } from "./table.js";
import { complain, say } from "./toast.js";

/** The states after which nothing comes any more. */
export const OVER = ["completed", "failed", "rejected", "canceled", "partial"];
const LOOK_MS = 1000;
const LOOKS = 10;

const OPEN = ["acknowledged", "pending", "in_progress"];

/** What a seller says of a piece that no system brings about. */
function Works({ order, of }) {
  const [isFailing, fail] = useState(false);
  const at = `/orders/${order}/items/${of.key}`;
  const step = (verb, text) => () => post(`${at}/${verb}`).then(() => say(text), complain);
  return html`
    <${Menu} label=${t("Actions for {name}", { name: of.offer_name ?? of.key })} button=${html`<${Icon} name="ellipsis" />`} items=${[
      { text: t("It is begun"), icon: "play", onClick: step("start", t("It is begun")) },
      { text: t("It is done"), icon: "check", onClick: step("complete", t("It is done")) },
      { text: t("It cannot be done"), icon: "ban", danger: true, onClick: () => fail(true) },
    ]} />
    ${isFailing && html`<${FormDialog} title=${t("It cannot be done")} onClose=${() => fail(false)} send=${t("It cannot be done")} danger onSend=${async (body) => { await post(`${at}/fail`, body); say(t("It is said")); }}>
      <${Field} name="reason" label=${t("Why")} required autofocus hint=${t("The buyer reads it.")} /><//>`}`;
}

/** What the term of a piece is called; its key where nobody said, or the offer is not to be seen. */
function Term({ of }) {
  const offer = useLoad(async () => (of.term && of.offer ? get(`/offers/${of.offer}`) : null), ["term of", of.offer, of.term], { isDerived: true }).data;
  return local(offer?.terms.find((it) => it.key === of.term)?.name) || of.term;
}

/** Whether one delivers a piece for its seller: its subscription is nothing of one's own, and its offer may not be shown. */
const isSupplied = (it) => it.supplier && isOwn(it.supplier);

/** What is charged for a piece, and when: without tax, which comes on top. */
const Prices = ({ of }) => of.map((it) => html`
  <span class="tag" key=${`${it.name} ${it.kind}`}>${it.net ? html`${money(it.net)} <small>${t("{rhythm}, net", { rhythm: it.kind === "recurring" ? rhythm(it.period) : t("once") })}</small>` : html`<small>${it.name}: ${t("by usage")}</small>`}<br /></span>`);

const columns = (order, items, canWork) => [
  { head: t("What"), cell: (it) => html`<span>${it.quantity > 1 && `${it.quantity} × `}${it.name && html`<span class="strong">${it.name}</span> · `}${isSupplied(it) ? it.offer_name : html`<${Named} id=${it.offer} />`}${it.characteristics && html`<br /><small>${inWords(it.characteristics)}</small>`}</span>` },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
  items.some((it) => it.action !== "add") && { head: t("Action"), cell: (it) => t(sentence(it.action)) },
  { head: t("Term"), cell: (it) => (isSupplied(it) ? it.term : html`<${Term} of=${it} />`) },
  !items.every(isSupplied) && { head: t("Subscription"), cell: (it) => it.subscription && html`<a href=${to(`/subscriptions/${it.subscription}`)}>${t("Show it")}</a>` },
  items.some((it) => it.totals || it.prices) && { head: t("Price"), num: true, cell: (it) => it.totals?.map(({ gross }) => money(gross)).join(" + ") ?? html`<${Prices} of=${it.prices ?? []} />` },
  canWork && items.some((it) => OPEN.includes(it.state)) && { head: "", num: true, cell: (it) => OPEN.includes(it.state) && html`<${Works} order=${order} of=${it} />` },
  items.some((it) => it.failure) && { head: t("Why not"), cell: (it) => it.failure && html`<span class="text bad">${said(it.failure)}</span>` },
].filter(Boolean);

/** Looks again while an order is being worked on. */
export function useWatch(order) {
  const [looks, look] = useState(0);
  const isOver = !order || OVER.includes(order.state);
  useEffect(() => {
    if (isOver || looks >= LOOKS) return undefined;
    const timer = setTimeout(() => { changes.value += 1; look(looks + 1); }, LOOK_MS);
    return () => clearTimeout(timer);
  }, [isOver, looks]);
}

/** The table; who `canWork` says of what is open how far it is. */
export const Pieces = ({ of, canWork = false }) => html`<${Table} label=${t("Pieces")} columns=${columns(of.id, of.items, canWork)} rows=${of.items} />`;
