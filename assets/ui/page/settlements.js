// Settlement: the notes by which partners are paid out, and the models that say who gets which part.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { all, post, send } from "../model/api.js";
import { plus } from "../model/decimal.js";
import { useLoad } from "../model/load.js";
import { money, share } from "../model/money.js";
import { listed } from "../model/name.js";
import { here, refine, to } from "../model/route.js";
import { may, session } from "../model/session.js";
import { local, t } from "../model/text.js";
import { day } from "../model/time.js";
import { Create } from "../part/editable.js";
import { Named, When } from "../part/figure.js";
import { Field, FormDialog, Repeat } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { List, Rows } from "../part/list.js";
import { Card, Page } from "../part/page.js";
import { State, stateName } from "../part/state.js";
import { Empty } from "../part/still.js";
import { Table } from "../part/table.js";
import { complain, say } from "../part/toast.js";

const ROLES = [["partner", () => t("Partner")], ["owner", () => t("The seller")], ["platform", () => t("The platform")]];
const role = (it) => ROLES.find(([key]) => key === it)[1]();

const columns = () => [
  { head: t("Number"), cell: (it) => html`<a class="whole one-line" href=${to(`/settlements/${it.id}`)}>${it.number}</a>`, text: (it) => it.number },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />`, text: (it) => it.state },
  { head: t("Partner"), cell: (it) => it.receiver_name, text: (it) => it.receiver_name },
  { head: t("Issued"), cell: (it) => html`<span class="one-line">${day(it.issued_on)}</span>`, text: (it) => it.issued_on },
  { head: t("Due"), cell: (it) => html`<span class="one-line">${day(it.due_on)}</span>`, text: (it) => it.due_on },
  { head: t("Amount"), num: true, cell: (it) => money(it.gross), text: (it) => it.gross.amount },
  { head: t("Currency"), text: (it) => it.currency },
];

/** What one has earned of what others sell, and stands on no note yet; nothing where that is nothing. */
function Earned() {
  const { id } = session.value.account;
  const { data } = useLoad(() => all("/share_records", { account: id, state: "open" }, 1000), ["earned", id]);
  const rows = data?.filter((it) => it.role === "partner") ?? [];
  if (rows.length === 0) return null;
  const sums = [...Map.groupBy(rows, (it) => it.amount.currency)].map(([currency, its]) => ({ currency, amount: its.reduce((sum, it) => plus(sum, it.amount.amount), "0") }));
  return html`
    <${Card} title=${t("Earned, and on no note yet")} actions=${html`<span class="strong">${sums.map((it) => money(it)).join(" + ")}</span>`}>
      <${Table} label=${t("Earned, and on no note yet")} rows=${rows.slice(0, 20)} columns=${[
        { head: t("What"), cell: (it) => html`<span class="strong">${it.offer_name ?? "–"}</span>` },
        { head: t("Seller"), cell: (it) => it.seller_name },
        { head: t("Since"), cell: (it) => html`<${When} at=${it.recorded_at} />` },
        { head: t("Amount"), num: true, cell: (it) => money(it.amount) },
      ]} /><//>`;
}

/** Turns what is open into notes. */
function Settle({ onClose }) {
  const settle = async (body) => {
    const { items } = await post("/settlements", body);
    say(items.length > 0 ? t("Settlement notes: {numbers}", { numbers: items.map((it) => it.number).join(", ") }) : t("There is nothing to pay out"));
  };
  return html`
    <${FormDialog} title=${t("Settle with partners")} onClose=${onClose} onSend=${settle} send=${t("Settle")}
      intro=${t("What partners have earned becomes a note for each of them, in each currency.")}>
      <div class="pair">
        <${Field} name="until" label=${t("Earned before")} kind="date" hint=${t("Today, if you say nothing")} />
        <${Field} name="due_days" label=${t("Days to pay it out")} kind="number" min="0" value="30" />
      </div>
    <//>`;
}

function NewModel({ offers, accounts, onClose }) {
  // A model is of what one sells oneself.
  const own = [...offers.values()].filter((it) => !it.seller || it.seller === session.value.account.id);
  return html`
    <${Create} path="/share_models" title=${t("Who gets which part")} onClose=${onClose}>
      <${Field} name="name" label=${t("Name")} required autofocus />
      <div class="pair">
        <${Field} name="offer" label=${t("Offer")} kind="select" options=${[["", t("all")], ...own.map((it) => [it.id, local(it.name)])]} />
        <${Field} name="valid_from" label=${t("From")} kind="date" hint=${t("Today, if you say nothing")} />
      </div>
      <${Repeat} label=${t("Parts")} add=${t("One more part")} hint=${t("All percentages sum to 100.")} of=${[{ role: "owner" }, { role: "partner" }]} blank=${{ role: "partner" }}>${(it, at) => html`
        <div class="pair">
          <${Field} name=${`parts/${at}/role`} label=${t("Role")} kind="select" value=${it.role} options=${ROLES.map(([key, text]) => [key, text()])} />
          <${Field} name=${`parts/${at}/percent`} label=${t("Percent")} kind="decimal" required />
        </div>
        <${Field} name=${`parts/${at}/account`} label=${t("Account of the partner")} kind="select" options=${[["", "–"], ...[...accounts.values()].map((one) => [one.id, one.name])]} />`}<//>
    <//>`;
}

function Models() {
  const [isNew, create] = useState(false);
  const offers = useLoad(() => listed("/offers"), ["offers"]).data ?? new Map();
  const accounts = useLoad(() => listed("/accounts"), ["accounts"]).data ?? new Map();
  const takeAway = (it) => send("DELETE", `/share_models/${it.id}`, undefined, { revision: it.revision }).then(() => say(t("Removed"), it.name), complain);
  const isMine = may("share_write");
  return html`
    <${Card} title=${t("Share models")} actions=${isMine && html`<button type="button" class="button small" onClick=${() => create(true)}><${Icon} name="plus" />${t("New")}</button>`}>
      <${Rows} path="/share_models" label=${t("Share models")} columns=${[
        { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>` },
        { head: t("For"), cell: (it) => (it.offer ? html`<${Named} id=${it.offer} />` : it.category ? t("Category") : it.supplier ? it.supplier_name ?? t("Who delivers it") : t("all")) },
        { head: t("From"), cell: (it) => html`<span class="one-line">${day(it.valid_from)}</span>` },
        { head: t("Parts"), cell: (it) => html`<div>${it.parts.map((part) => html`<div key=${part.account}>${part.role === "partner" ? (accounts.get(part.account)?.name ?? (part.account === it.supplier && it.supplier_name)) || role("partner") : role(part.role)}: ${part.percent ? share(part.percent) : money(part.fixed)}</div>`)}</div>` },
        isMine && { head: "", num: true, cell: (it) => html`<button type="button" class="icon-button" aria-label=${t("Take {name} out", { name: it.name })} onClick=${() => takeAway(it)}><${Icon} name="x" /></button>` },
      ].filter(Boolean)} empty=${html`<${Empty} icon="percent" title=${t("All that is paid is the seller's")}><p>${t("A model says which part of what is paid partners get.")}</p><//>`} />
      ${isNew && html`<${NewModel} offers=${offers} accounts=${accounts} onClose=${() => create(false)} />`}
    <//>`;
}

/** The page. */
export default function Settlements() {
  const [isSettling, settle] = useState(false);
  const { kind, id } = session.value.account;
  const isMine = kind === "reseller" && Boolean(here.value.query.mine);
  const side = (mine, text) => html`<button type="button" aria-pressed=${isMine === Boolean(mine)} onClick=${() => refine({ mine })}>${text}</button>`;
  const actions = may("settlement_run") && html`<button type="button" class="button primary" onClick=${() => settle(true)}><${Icon} name="play" />${t("Settle")}</button>`;
  return html`
    <${Page} title=${t("Settlement")} actions=${actions}>
      ${kind === "reseller" && html`<div class="segments start" role="group" aria-label=${t("Whose notes")}>${side("", t("All notes"))}${side(1, t("To us"))}</div>`}
      ${kind !== "provider" && html`<${Earned} />`}
      <${List} path="/settlements" key=${isMine} query=${isMine ? { account: id } : {}} label=${t("Settlement notes")} file="settlements" columns=${columns()}
        filters=${[{ key: "state", kind: "select", label: t("State"), options: ["issued", "paid"].map((it) => [it, stateName(it)]) }]}
        empty=${html`<${Empty} icon="wallet" title=${t("No settlement note yet")}><p>${t("A note pays a partner out what it has earned.")}</p><//>`} />
      ${may("share_read") && html`<${Models} />`}
      ${isSettling && html`<${Settle} onClose=${() => settle(false)} />`}
    <//>`;
}
