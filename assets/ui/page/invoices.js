// Invoices: what was demanded, as a list.
import { html } from "../html.js";
import { here, refine, to } from "../model/route.js";
import { isBuyer, isHouse, session } from "../model/session.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { money } from "../model/money.js";
import { Amount, Named } from "../part/figure.js";
import { Icon } from "../part/icon.js";
import { List } from "../part/list.js";
import { Page } from "../part/page.js";
import { PayAll } from "../part/paying.js";
import { State, stateName } from "../part/state.js";
import { Empty } from "../part/still.js";

const STATES = ["open", "overdue", "paid", "credited", "written_off"];

const columns = () => [
  { head: t("Number"), cell: (it) => html`<a class="whole one-line" href=${to(`/invoices/${it.id}`)}>${it.number ?? t("Draft")}</a>`, text: (it) => it.number },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />`, text: (it) => it.state },
  !isBuyer() && { head: t("Customer"), cut: true, cell: (it) => it.buyer?.name ?? html`<${Named} id=${it.account} />`, text: (it) => it.buyer?.name },
  { head: t("Issued"), spare: true, cell: (it) => html`<span class="one-line">${day(it.issued_on)}</span>`, text: (it) => it.issued_on },
  { head: t("Due"), cell: (it) => html`<span class="one-line">${day(it.due_on)}</span>`, text: (it) => it.due_on },
  { head: t("Net"), num: true, spare: true, cell: (it) => money(it.net), text: (it) => it.net.amount },
  { head: t("Gross"), num: true, cell: (it) => money(it.gross), text: (it) => it.gross.amount },
  { head: t("Open"), num: true, cell: (it) => html`<${Amount} of=${it.due} />`, text: (it) => it.due.amount },
  { head: t("Currency"), text: (it) => it.gross.currency },
].filter(Boolean);

/** The page. */
export default function Invoices() {
  const { kind, id } = session.value.account;
  const isMine = kind === "reseller" && Boolean(here.value.query.mine);
  const side = (mine, text) => html`<button type="button" aria-pressed=${isMine === Boolean(mine)} onClick=${() => refine({ mine })}>${text}</button>`;
  return html`
    <${Page} title=${t("Invoices")} actions=${html`<a class="button" href=${to("/credit-notes")}><${Icon} name="undo-2" />${t("Credit notes")}</a>`}>
      ${kind === "reseller" && html`<div class="segments start" role="group" aria-label=${t("Whose invoices")}>${side("", t("To customers"))}${side(1, t("To us"))}</div>`}
      ${(isMine || isBuyer()) && html`<${PayAll} account=${id} />`}
      <${List} path="/invoices" key=${isMine} query=${isMine ? { account: id } : {}} label=${t("Invoices")} file="invoices" columns=${columns()}
        filters=${[
          { key: "state", kind: "select", label: t("State"), options: STATES.map((it) => [it, stateName(it)]) },
          { key: "from", kind: "date", label: t("From") },
          { key: "to", kind: "date", label: t("Until") },
        ]}
        empty=${html`<${Empty} icon="receipt-text" title=${t("No invoices yet")}><p>${t("They come with the first billing day after somebody bought something.")}</p>
          ${isHouse() && html`<a class="button" href=${to("/billing")}>${t("See what would be billed")}</a>`}<//>`} />
    <//>`;
}
