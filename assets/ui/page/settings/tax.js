// Tax: zones, categories, and the rules that say how much where.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { post } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { forget, listed } from "../../model/name.js";
import { share } from "../../model/money.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { day, today } from "../../model/time.js";
import { Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Rows } from "../../part/list.js";
import { Card } from "../../part/page.js";
import { Empty } from "../../part/still.js";
import { say } from "../../part/toast.js";

const TREATMENTS = [["standard", () => t("Taxed")], ["reverse_charge", () => t("Reverse charge")], ["exempt", () => t("Exempt")]];
const BUYERS = [["all", () => t("everybody")], ["registered", () => t("buyers with a tax number")], ["unregistered", () => t("buyers without a tax number")]];
const said = (table, key) => table.find(([it]) => it === key)?.[1]() ?? key;

function useLists() {
  const zones = useLoad(() => listed("/tax_zones"), ["zones"]);
  const categories = useLoad(() => listed("/tax_categories"), ["tax categories"]);
  return { zones: zones.data ?? new Map(), categories: categories.data ?? new Map() };
}

/** A dialog that creates one more of a short list. */
function Create({ path, title, onClose, children, read = (body) => body }) {
  const create = async (body) => {
    await post(path, read(body));
    forget(path);
    say(t("Created"));
  };
  return html`<${FormDialog} title=${title} onClose=${onClose} onSend=${create} send=${t("Create")}>${children}<//>`;
}

function NewRule({ lists, onClose }) {
  const [treatment, treat] = useState("standard");
  const pairs = (table) => table.map(([key, text]) => [key, text()]);
  return html`
    <${Create} path="/tax_rules" title=${t("New tax rule")} onClose=${onClose}>
      <div class="pair">
        <${Field} name="name" label=${t("Name on the invoice")} value=${t("VAT")} required />
        <${Field} name="zone" label=${t("Zone")} kind="select" options=${[...lists.zones.values()].map((it) => [it.id, it.name])} />
      </div>
      <div class="pair">
        <${Field} name="category" label=${t("Category")} kind="select" options=${[["", t("all")], ...[...lists.categories.values()].map((it) => [it.id, it.name])]} />
        <${Field} name="buyers" label=${t("For")} kind="select" options=${pairs(BUYERS)} />
      </div>
      <${Field} name="treatment" label=${t("Treatment")} kind="select" value=${treatment} onChange=${(event) => treat(event.target.value)} options=${pairs(TREATMENTS)} />
      ${treatment === "standard"
        ? html`<${Field} name="percent" label=${t("Percent")} inputmode="decimal" required />`
        : html`<${Field} name="reason" label=${t("What the invoice says")} required />`}
      <${Field} name="valid_from" label=${t("From")} kind="date" value=${today()} required />
    <//>`;
}

const zone = ({ countries = "", ...body }) => ({ ...body, countries: countries.split(/[\s,;]+/).filter(Boolean) });

/** The part of the settings. */
export function Tax() {
  const lists = useLists();
  const [creating, create] = useState(null);
  const add = (kind) => may("tax_write") && html`<button type="button" class="button small" onClick=${() => create(kind)}><${Icon} name="plus" />${t("New")}</button>`;
  const close = () => create(null);
  const name = (it) => html`<span class="strong">${it.name}</span>`;
  return html`
    <div class="stack">
      <${Card} title=${t("Rules")} actions=${add("rule")}>
        <${Rows} path="/tax_rules" label=${t("Tax rules")} columns=${[
          { head: t("Zone"), cell: (it) => html`<span class="strong">${lists.zones.get(it.zone)?.name ?? ""}</span>` },
          { head: t("Rate"), lead: true, cell: (it) => (it.treatment === "standard" ? html`<span class="badge info">${share(it.percent)}</span>` : html`<span class="badge">${said(TREATMENTS, it.treatment)}</span>`) },
          { head: t("Name"), cell: (it) => it.name },
          { head: t("Category"), cell: (it) => lists.categories.get(it.category)?.name ?? t("all") },
          { head: t("For"), cell: (it) => said(BUYERS, it.buyers) },
          { head: t("Note"), cell: (it) => it.reason },
          { head: t("From"), cell: (it) => day(it.valid_from) },
        ]} empty=${html`<${Empty} icon="percent" title=${t("No tax rule yet")}><p>${t("Without a rule for the buyer's country an account cannot be billed.")}</p>${add("rule")}<//>`} />
      <//>
      <div class="halves">
        <${Card} title=${t("Zones")} actions=${add("zone")}>
          <${Rows} path="/tax_zones" label=${t("Tax zones")} columns=${[{ head: t("Name"), cell: name }, { head: t("Code"), lead: true, cell: (it) => it.code }, { head: t("Countries"), cell: (it) => it.countries.join(", ") || t("all others") }]}
            empty=${html`<${Empty} icon="landmark" title=${t("No zone yet")} />`} />
        <//>
        <${Card} title=${t("Categories")} actions=${add("category")}>
          <${Rows} path="/tax_categories" label=${t("Tax categories")} columns=${[{ head: t("Name"), cell: name }, { head: t("Code"), lead: true, cell: (it) => it.code }]}
            empty=${html`<${Empty} icon="tag" title=${t("No category: all is taxed alike")} />`} />
        <//>
      </div>
      ${creating === "rule" && html`<${NewRule} lists=${lists} onClose=${close} />`}
      ${creating === "zone" && html`
        <${Create} path="/tax_zones" title=${t("New zone")} onClose=${close} read=${zone}>
          <${Field} name="name" label=${t("Name")} required autofocus /><${Field} name="code" label=${t("Code")} required />
          <${Field} name="countries" label=${t("Countries")} hint=${t("Two letters each, such as DE, AT; nothing for all others")} />
        <//>`}
      ${creating === "category" && html`
        <${Create} path="/tax_categories" title=${t("New category")} onClose=${close}>
          <${Field} name="name" label=${t("Name")} required autofocus /><${Field} name="code" label=${t("Code")} required />
        <//>`}
    </div>`;
}
