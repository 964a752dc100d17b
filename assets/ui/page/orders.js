// Orders: what was asked for, the newest first.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { name } from "../model/name.js";
import { to } from "../model/route.js";
import { isBuyer, may } from "../model/session.js";
import { t } from "../model/text.js";
import { Far, Named } from "../part/figure.js";
import { Icon } from "../part/icon.js";
import { List } from "../part/list.js";
import { OrderDialog } from "../part/order_dialog.js";
import { Page } from "../part/page.js";
import { sentence, State, stateName } from "../part/state.js";
import { Empty } from "../part/still.js";
import { Supplied } from "../part/supplied.js";

const STATES = ["acknowledged", "pending", "held", "in_progress", "partial", "completed", "failed", "rejected", "canceled"];

const columns = () => [
  { head: t("Order"), cell: (it) => html`<a class="whole" href=${to(`/orders/${it.id}`)}>${it.number}</a>`, text: (it) => it.number },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />`, text: (it) => it.state },
  !isBuyer() && { head: t("Account"), cell: (it) => html`<${Named} id=${it.account} />`, text: (it) => name(it.account).value ?? it.account },
  !isBuyer() && { head: t("Kind"), extra: true, cell: (it) => t(sentence(it.kind)), text: (it) => it.kind },
  { head: t("What"), cell: (it) => html`<span>${it.items.map((item, at) => html`${at > 0 && ", "}${item.quantity > 1 && `${item.quantity} × `}<${Named} id=${item.offer} />`)}</span>`, text: (it) => it.items.map((item) => `${item.quantity} × ${name(item.offer).value ?? item.offer}`).join(", ") },
  { head: t("Placed"), num: true, cell: (it) => html`<${Far} at=${it.ordered_at} />`, text: (it) => it.ordered_at },
].filter(Boolean);

/** The page. */
export default function Orders() {
  const [isOrdering, order] = useState(false);
  const create = may("order_place") && html`<button type="button" class="button primary" onClick=${() => order(true)}><${Icon} name="plus" />${t("New order")}</button>`;
  return html`
    <${Page} title=${t("Orders")} actions=${create}>
      <${Supplied} />
      <${List} path="/orders" label=${t("Orders")} file="orders" names=${["/accounts", "/offers"]} columns=${columns()}
        filters=${[{ key: "state", kind: "select", label: t("State"), options: STATES.map((it) => [it, stateName(it)]) }]}
        empty=${html`<${Empty} icon="shopping-cart" title=${t("No orders yet")}><p>${t("An order asks for an offer; when it is done, the account has a subscription.")}</p>${create}<//>`} />
      ${isOrdering && html`<${OrderDialog} onClose=${() => order(false)} />`}
    <//>`;
}
