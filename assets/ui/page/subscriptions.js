// Subscriptions: what accounts have, as a list.
import { html } from "../html.js";
import { name } from "../model/name.js";
import { to } from "../model/route.js";
import { isBuyer } from "../model/session.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { Far, Named } from "../part/figure.js";
import { List } from "../part/list.js";
import { Page } from "../part/page.js";
import { State, stateName } from "../part/state.js";
import { Empty } from "../part/still.js";

const STATES = ["pending", "active", "held_administratively", "held_for_credit", "graced", "expired", "terminating", "recoverable", "destroyed", "canceled"];

const columns = () => [
  { head: t("Subscription"), cell: (it) => html`<a class="whole" href=${to(`/subscriptions/${it.id}`)}>${it.name ?? name(it.offer).value ?? it.number}</a> <small class="one-line">${t("no. {count}", { count: it.number })}</small>`, text: (it) => it.number },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />`, text: (it) => it.state },
  !isBuyer() && { head: t("Account"), cell: (it) => html`<${Named} id=${it.account} />`, text: (it) => name(it.account).value ?? it.account },
  { head: t("Offer"), text: (it) => name(it.offer).value ?? it.offer },
  { head: t("Quantity"), num: true, cell: (it) => it.quantity, text: (it) => it.quantity },
  { head: t("Since"), extra: true, cell: (it) => html`<span class="one-line">${day(it.started_on)}</span>`, text: (it) => it.started_on },
  { head: t("Term ends"), num: true, cell: (it) => it.term?.end && html`<${Far} at=${it.term.end} />`, text: (it) => it.term?.end },
].filter(Boolean);

/** The page. */
export default function Subscriptions() {
  return html`
    <${Page} title=${t("Subscriptions")}>
      <${List} path="/subscriptions" label=${t("Subscriptions")} file="subscriptions" names=${["/accounts", "/offers"]} columns=${columns()}
        filters=${[{ key: "state", kind: "select", label: t("State"), options: STATES.map((it) => [it, stateName(it)]) }]}
        empty=${html`<${Empty} icon="repeat" title=${t("No subscriptions yet")}><p>${t("They begin when an order is done.")}</p><a class="button" href=${to("/orders")}>${t("Orders")}</a><//>`} />
    <//>`;
}
