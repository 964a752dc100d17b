// The pieces of an order: what each is, how far it is, and what came of it; looked at again while it is worked on.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { changes } from "../model/api.js";
import { to } from "../model/route.js";
import { t } from "../model/text.js";
import { Named } from "./figure.js";
import { sentence, State } from "./state.js";
import { Table } from "./table.js";

/** The states after which nothing comes any more. */
export const OVER = ["completed", "failed", "rejected", "canceled", "partial"];
const LOOK_MS = 1000;
const LOOKS = 10;

const columns = (items) => [
  { head: t("What"), cell: (it) => html`<span>${it.quantity > 1 && `${it.quantity} × `}${it.name && html`<span class="strong">${it.name}</span> · `}<${Named} id=${it.offer} /></span>` },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
  items.some((it) => it.action !== "add") && { head: t("Action"), cell: (it) => t(sentence(it.action)) },
  { head: t("Term"), cell: (it) => it.term },
  { head: t("Subscription"), cell: (it) => it.subscription && html`<a href=${to(`/subscriptions/${it.subscription}`)}>${t("Show it")}</a>` },
  items.some((it) => it.failure) && { head: t("Why not"), cell: (it) => it.failure && html`<span class="text bad">${it.failure}</span>` },
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

/** The table. */
export const Pieces = ({ of }) => html`<${Table} label=${t("Pieces")} columns=${columns(of.items)} rows=${of.items} />`;
