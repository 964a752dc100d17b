// The way of an offer to the shelf: what is done, what keeps it back, said so that one can mend it, and the last step.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get, post } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { name } from "../../model/name.js";
import { to } from "../../model/route.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { Icon } from "../../part/icon.js";
import { Card } from "../../part/page.js";
import { stateName } from "../../part/state.js";
import { Loaded } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";

/** Whether an offer is on its way to the shelf. */
export const isOnItsWay = (of) => ["in_study", "in_design", "in_test", "active"].includes(of.state);

/** What keeps it back, as a sentence. */
function sentence({ pointer, rule, message }, of) {
  const [, part, which] = pointer.split("/");
  if (part === "specification" && rule === "required") return t("It delivers nothing yet: say what it sets up, or make a bundle of it.");
  if (part === "specification") {
    const state = /`(\w+)`/.exec(message)?.[1] ?? "";
    return t("What it sets up is not ready: its specification is “{state}”.", { state: stateName(state) });
  }
  if (part === "parts") {
    const offer = of.bundle[Number(which)]?.offer;
    return t("“{name}” in it is not on sale, or is a bundle itself.", { name: (offer && name(offer).value) ?? "…" });
  }
  if (part === "prices") {
    const price = of.prices.find((it) => it.id === which);
    return t("The price “{name}” cannot be billed as it is: choose another way of charging.", { name: price?.name ?? "…" });
  }
  return message;
}

const Step = ({ isDone, isOff = false, children }) => html`
  <li class=${isDone ? "done" : ""}><${Icon} name=${isDone ? "circle-check" : isOff ? "circle-alert" : "arrow-up-right"} /><div class="stack tight">${children}</div></li>`;

/** The card; nothing once the offer is on sale. */
export function Path({ of }) {
  const read = useLoad(() => get(`/offers/${of.id}/obstacles`), ["obstacles", of.id]);
  const [isBusy, wait] = useState(false);
  const launch = async () => {
    wait(true);
    try {
      await post(`/offers/${of.id}/publish`);
      say(t("It is on sale"));
    } catch (problem) {
      complain(problem);
    }
    wait(false);
  };
  return html`
    <${Card} title=${t("On its way to the shelf")}>
      <${Loaded} of=${read} bones=${3}>${({ items }) => html`
        <ol class="inside path">
          <${Step} isDone><p>${t("It is written down.")} ${may("catalog_write") && html`<a href=${to(`/catalogue/${of.id}/edit`)}>${t("Edit")}</a>`}</p><//>
          <${Step} isDone=${of.prices.length > 0}><p>${of.prices.length > 0 ? t("It has prices.") : t("It has no price: whoever orders it pays nothing. Add one below, or leave it free.")}</p><//>
          ${items.map((it) => html`<${Step} key=${it.pointer} isOff><p class="text bad">${sentence(it, of)}</p>
            ${!it.pointer.startsWith("/prices") && html`<p><a href=${to(`/catalogue/${of.id}/edit`)}>${t("Mend it")}</a></p>`}<//>`)}
          <${Step}><p>${items.length > 0 ? t("Then it can go on sale.") : t("Nothing keeps it back.")}</p>
            <div><button type="button" class="button primary" disabled=${isBusy || items.length > 0} onClick=${launch}>${t("Put it on sale")}</button></div><//>
        </ol>`}<//>
    <//>`;
}
