// What others ordered of which the caller's account delivers something: each order with the pieces to handle.
import { html } from "../html.js";
import { get } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { to } from "../model/route.js";
import { isHouse } from "../model/session.js";
import { t } from "../model/text.js";
import { Far } from "./figure.js";
import { Card } from "./page.js";
import { OVER } from "./pieces.js";
import { State } from "./state.js";
import { Table } from "./table.js";

/** The card; nothing where there is nothing to handle. `isOpen` leaves out what is over. */
export function Supplied({ isOpen = false }) {
  const { data } = useLoad(async () => (isHouse() ? [] : (await get("/orders", { role: "supplier", limit: 100 })).items), ["orders to handle"]);
  const rows = data?.filter((it) => !isOpen || !OVER.includes(it.state)) ?? [];
  if (rows.length === 0) return null;
  const columns = [
    { head: t("Order"), cell: (it) => html`<a class="whole" href=${to(`/orders/${it.id}`)}>${it.number}</a>` },
    { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
    { head: t("What"), cell: (it) => it.items.map((item) => `${item.quantity > 1 ? `${item.quantity} × ` : ""}${item.offer_name ?? item.key}`).join(", ") },
    { head: t("Placed"), num: true, cell: (it) => html`<${Far} at=${it.ordered_at} />` },
  ];
  return html`<${Card} title=${t("Orders to handle")}><${Table} label=${t("Orders to handle")} columns=${columns} rows=${rows} /><//>`;
}
