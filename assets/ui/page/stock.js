// My stock: what one sells or is going to sell, how far each offer is, what keeps it back, and the next step.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { all, get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { rememberAll } from "../model/name.js";
import { here, refine, to } from "../model/route.js";
import { may, session } from "../model/session.js";
import { count, local, t } from "../model/text.js";
import { isOnItsWay } from "./offer/path.js";
import { Far } from "../part/figure.js";
import { Icon } from "../part/icon.js";
import { Card, Page } from "../part/page.js";
import { State } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { Table } from "../part/table.js";
import { complain, say } from "../part/toast.js";
import { Tile } from "./shop/card.js";

const MANY = 1000;
const FEW = 50;
const PARTS = [
  ["way", () => t("On their way"), isOnItsWay],
  ["sale", () => t("On sale"), (it) => it.state === "launched"],
  ["over", () => t("Not sold any more"), (it) => !isOnItsWay(it) && it.state !== "launched"],
];

/** What keeps an offer back, and the last step where nothing does. */
function Ready({ of }) {
  const read = useLoad(() => get(`/offers/${of.id}/obstacles`), ["obstacles", of.id]);
  if (!read.data) return html`<span class="faint">…</span>`;
  const number = read.data.items.length;
  const launch = () => post(`/offers/${of.id}/publish`).then(() => say(t("It is on sale"), local(of.name)), complain);
  return number > 0
    ? html`<a class="badge warn" href=${to("/sell", { offer: of.id, step: 4 })}><${Icon} name="triangle-alert" />${t("{count} things keep it back", { count: number })}</a>`
    : may("catalog_publish") ? html`<button type="button" class="button small primary" aria-label=${`${t("Put it on sale")}: ${local(of.name)}`} onClick=${launch}>${t("Put it on sale")}</button>` : html`<span class="badge good">${t("Nothing keeps it back.")}</span>`;
}

const columns = (isWay) => [
  { head: t("Offer"), cell: (it) => html`<span class="row nowrap"><${Tile} name=${local(it.name)} kind="tiny" /><a class="whole" href=${to(`/catalogue/${it.id}`)}>${local(it.name)}</a></span>` },
  { head: t("In one line"), extra: true, cut: true, cell: (it) => local(it.summary) },
  { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
  { head: t("Version"), num: true, extra: true, cell: (it) => it.version },
  { head: t("Changed"), extra: true, cell: (it) => html`<span class="one-line"><${Far} at=${it.changed_at} /></span>` },
  isWay && { head: t("To do"), num: true, cell: (it) => html`<${Ready} of=${it} />` },
].filter(Boolean);

function Shown({ of }) {
  const [shown, show] = useState(FEW);
  const groups = PARTS.map(([key, text, fits]) => [key, text(), of.filter(fits)]);
  const [key, , rows] = groups.find(([it]) => it === here.value.query.part) ?? groups.find(([, , some]) => some.length > 0) ?? groups[0];
  if (of.length === 0) {
    return html`<section class="card"><${Empty} icon="package" title=${t("You sell nothing yet")}>
      <p>${t("Five steps lead from a name to the shelf. What you have begun is kept here.")}</p><a class="button primary" href=${to("/sell")}><${Icon} name="plus" />${t("Sell something new")}</a><//></section>`;
  }
  return html`
    <div class="segments start" role="group" aria-label=${t("State")}>${groups.map(([it, text, some]) => html`
      <button type="button" key=${it} aria-pressed=${it === key} onClick=${() => refine({ part: it })}>${text} <span class="faint">${count(some.length)}</span></button>`)}</div>
    <${Card}>${rows.length === 0 ? html`<${Empty} icon="package" title=${t("No offer is in this state")} />` : html`<${Table} label=${t("My stock")} columns=${columns(key === "way")} rows=${rows.slice(0, shown)} />
      ${rows.length > shown && html`<footer><button type="button" class="button small" onClick=${() => show(shown + FEW)}>${t("Show more")}</button></footer>`}`}<//>`;
}

/** The page. */
export default function Stock() {
  const own = session.value.account.name;
  const read = useLoad(async () => rememberAll(await all("/offers", {}, MANY)).filter((it) => it.is_kept !== false && (!it.seller_name || it.seller_name === own)), ["stock"]);
  return html`
    <${Page} title=${t("My stock")} actions=${may("catalog_write") && html`<a class="button" href=${to("/blocks")}>${t("Building blocks")}</a><a class="button primary" href=${to("/sell")}><${Icon} name="plus" />${t("Sell something new")}</a>`}>
      <${Loaded} of=${read} bones=${8}>${(of) => html`<${Shown} of=${of} />`}<//>
    <//>`;
}
