// Who may do what: each permission, how far it reaches for each role, and which of them one has oneself.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { session } from "../../model/session.js";
import { t } from "../../model/text.js";
import { Icon } from "../../part/icon.js";
import { Card } from "../../part/page.js";
import { Loaded } from "../../part/still.js";
import { Table } from "../../part/table.js";

const ROLES = {
  operator: () => [t("Operator"), t("Runs the appliance.")],
  vendor_admin: () => [t("Seller"), t("Sells: everything in the branch of the own account.")],
  customer_admin: () => [t("Administrator of a customer"), t("Buys: everything of the own account.")],
  member: () => [t("Member"), t("Uses what is its own, and buys where the seller allows it.")],
};
const REACHES = {
  itself: () => t("what is its own"), shelf: () => t("what is for sale"), account: () => t("its account"),
  branch: () => t("its branch"), everything: () => t("everything"),
};

const Reach = ({ of }) => (of === "-" ? html`<span class="faint">–</span>` : html`<span class=${`badge ${of === "everything" ? "info" : ""}`}>${REACHES[of]()}</span>`);

/** Those about the same thing stand together, whenever they were thought of. */
const together = (permissions) => [...Map.groupBy(permissions, (it) => it.name.split("_")[0]).values()].flat();

const columns = (roles) => [
  { head: t("What"), cell: (it) => html`<span class="row tight nowrap"><span>${t(it.meaning)}</span>${it.mine && html`<span class="text good" title=${t("You may.")}><${Icon} name="check" /><span class="unseen">${t("You may.")}</span></span>`}</span>` },
  ...roles.map((role) => ({ head: ROLES[role]()[0], cell: (it) => html`<${Reach} of=${it.reach[role]} />` })),
];

/** The tab. */
export function Roles() {
  const read = useLoad(() => get("/rights"), ["rights"], { isDerived: true });
  const [words, type] = useState("");
  const { roles: own = [] } = session.value.user;
  const fits = (it) => [it.name, t(it.meaning)].some((text) => text.toLowerCase().includes(words.trim().toLowerCase()));
  return html`
    <${Card} title=${t("Roles")}><dl class="inside facts">${Object.entries(ROLES).map(([role, say]) => {
      const [name, what] = say();
      return html`<div key=${role}><dt>${name}${own.includes(role) && html` <span class="badge good">${t("you")}</span>`}</dt><dd>${what}</dd></div>`;
    })}</dl><//>
    <${Card} title=${t("Who may do what")} actions=${html`<div class="search-field"><${Icon} name="search" /><input type="search" name="right" aria-label=${t("Find a right")} placeholder=${t("Find a right")} value=${words} onInput=${(event) => type(event.target.value)} /></div>`}>
      <${Loaded} of=${read} bones=${10}>${({ roles, permissions }) =>  html`
        <${Table} label=${t("Who may do what")} columns=${columns(roles)} rows=${together(permissions.filter(fits))} />
        <footer><small>${t("What one may not see is not there for it; tokens and consumer keys can be confined to some of these rights.")}</small></footer>`}<//>
    <//>`;
}
