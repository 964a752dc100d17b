// What happened while the clock was moved: by day, whose and what.
import { html } from "../html.js";
import { get } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { to } from "../model/route.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { Dialog } from "./dialog.js";
import { pathOf } from "./figure.js";
import { Empty, Loaded } from "./still.js";
import { told } from "./timeline.js";

// Of what happened often on a day, a few are named.
const FEW = 5;

function Happened({ of, onClose }) {
  const path = pathOf(of.subject.id);
  return html`<li>${path ? html`<a href=${to(path)} onClick=${onClose}>${told(of)}</a>` : told(of)}${of.account_name && of.subject.kind !== "account" && html` <small class="quiet">${of.account_name}</small>`}</li>`;
}

/** What happened on a day: like things together, the first of them by name. */
function Day({ of: [date, rows], onClose }) {
  return html`
    <li><div><h3>${date}</h3>
      ${[...Map.groupBy(rows, (it) => it.name)].map(([name, all]) => html`<ul key=${name}>
        ${all.slice(0, FEW).map((it) => html`<${Happened} key=${it.sequence} of=${it} onClose=${onClose} />`)}
        ${all.length > FEW && html`<li class="quiet">${t("and {count} more like these", { count: all.length - FEW })}</li>`}</ul>`)}</div></li>`;
}

/** What happened while the clock moved, by itself: by day, whose and what. */
export function Story({ of, onClose }) {
  const read = useLoad(async () => (await get("/timeline", { limit: 500 })).items, ["story", of.to]);
  const rows = (read.data ?? []).filter((it) => it.at > of.from && it.cause.kind === "duty").reverse();
  return html`
    <${Dialog} title=${t("From {from} to {to}", { from: day(of.from), to: day(of.to) })} onClose=${onClose}>
      <div class="inside">
        <${Loaded} of=${read} bones=${4}>${() => (rows.length === 0
          ? html`<${Empty} icon="clock" title=${t("Nothing fell due")}><p>${t("Time passed, and nobody owed anything new.")}</p><//>`
          : html`<ol class="timeline">${[...Map.groupBy(rows, (it) => day(it.at))].map((it) => html`<${Day} key=${it[0]} of=${it} onClose=${onClose} />`)}</ol>`)}<//>
      </div>
    <//>`;
}
