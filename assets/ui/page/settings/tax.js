// Tax: zones, categories, and the rules that say how much where.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get, post, send } from "../../model/api.js";
import { country, countries } from "../../model/country.js";
import { useLoad } from "../../model/load.js";
import { forget, listed } from "../../model/name.js";
import { share } from "../../model/money.js";
import { to } from "../../model/route.js";
import { isHouse, may, session } from "../../model/session.js";
import { t } from "../../model/text.js";
import { day, next, period, today } from "../../model/time.js";
import { Create, Editable } from "../../part/editable.js";
import { Field, FormDialog, Repeat } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Menu } from "../../part/menu.js";
import { Rows } from "../../part/list.js";
import { Card } from "../../part/page.js";
import { Empty } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";

const TREATMENTS = [["standard", () => t("Taxed")], ["reverse_charge", () => t("Reverse charge")], ["exempt", () => t("Exempt")], ["out_of_scope", () => t("Out of scope")]];
const BUYERS = [["all", () => t("everybody")], ["registered", () => t("buyers with a tax number")], ["unregistered", () => t("buyers without a tax number")]];
const WHOM = [["all", () => t("everybody")], ["registered", () => t("with a tax number")], ["unregistered", () => t("without a tax number")]];
const said = (table, key) => table.find(([it]) => it === key)?.[1]() ?? key;

function useLists() {
  const zones = useLoad(() => listed("/tax_zones"), ["zones"]);
  const categories = useLoad(() => listed("/tax_categories"), ["tax categories"]);
  return { zones: zones.data ?? new Map(), categories: categories.data ?? new Map() };
}

// Whose rates come with the program, and who is in none of the states whose law it follows.
const OUTSIDE = ["CH", "GB", "NO"];

/** The standard rate that holds where one is, of those that come with the program; nothing elsewhere. */
async function ownRate() {
  const { address } = await get(`/accounts/${session.value.account.id}`, { fields: "address" });
  const rates = (await get("/vat_rates")).items.filter((it) => it.kind === "standard" && it.country === address?.country && it.valid_from <= today());
  return { country: address?.country, rate: rates.sort((one, other) => (one.valid_from < other.valid_from ? -1 : 1)).at(-1) };
}

/** The first rule, and the zone in which it holds: one for everybody; or the law of the EU, whose rates are known. */
function FirstRule({ zones, onClose }) {
  const [kind, choose] = useState("rate");
  const { data: known, error } = useLoad(ownRate, ["own rate"]);
  const isEu = Boolean(known?.rate) && !OUTSIDE.includes(known.country);
  const follow = async () => {
    await send("PATCH", `/accounts/${session.value.account.id}/billing_policy`, { tax_regime: "eu_vat" });
    say(t("The law of the EU decides"), t("The rates of all its states are known here. How bills are made: Bills."));
  };
  const make = async ({ percent, reason, name, valid_from }) => {
    if (kind === "eu") return follow();
    const everywhere = [...zones.values()].find((it) => it.countries.length === 0) ?? await post("/tax_zones", { code: "WORLD", name: t("Everywhere") });
    forget("/tax_zones");
    await post("/tax_rules", kind === "rate" ? { name, zone: everywhere.id, percent, valid_from } : { name: reason, zone: everywhere.id, treatment: "exempt", reason, valid_from });
    say(t("Everybody is taxed so from now on"), t("Add zones and rules for whom it is otherwise."));
  };
  return html`
    <${FormDialog} title=${t("How do you tax?")} onClose=${onClose} onSend=${make} send=${t("Save")}>
      <${Field} name="kind" label=${t("Your customers pay")} kind="select" value=${kind} onChange=${(event) => choose(event.target.value)} options=${[["rate", t("one rate, wherever they are")], isEu && ["eu", t("by the law of the EU, each where it is")], ["none", t("no tax")]].filter(Boolean)} />
      ${kind === "eu" && html`<p class="notice info"><span>${t("Customers in {country} pay its rate of {rate}. Consumers in other states of the EU pay that of theirs, businesses there owe the tax themselves (reverse charge), and whoever is elsewhere pays none.", { country: country(known.country), rate: share(known.rate.percent) })}</span></p>`}
      ${kind === "eu" ? null : kind === "rate"
        ? (known || error) && html`<div class="pair"><${Field} name="name" label=${t("Name on the invoice")} value=${t("VAT")} required /><${Field} name="percent" label=${t("Percent")} kind="decimal" required autofocus value=${known?.rate?.percent ?? ""}
            hint=${known?.rate ? t("The standard rate in {country}. How to tax by the law of the EU: Bills.", { country: country(known.country) }) : undefined} /></div>`
        : html`<${Field} name="reason" label=${t("What the invoice says")} hint=${t("Such as: exempt as a small business")} required />`}
      ${kind !== "eu" && html`<${Field} name="valid_from" label=${t("From")} kind="date" value=${`${today().slice(0, 4)}-01-01`} required />`}
    <//>`;
}

/** Whether the law of the EU decides, and the rules here are those for what it leaves open, or come first. */
function Regime() {
  const path = `/accounts/${session.value.account.id}/billing_policy`;
  const { data } = useLoad(() => get(path, { fields: "tax_regime" }), ["regime", path]);
  if (!data || data.tax_regime === "own_rules") return null;
  return html`<p class="notice info"><${Icon} name="percent" /><span>${data.tax_regime === "eu_vat" ? t("The law of the EU decides on tax, by the rates that come with the program. The rules below hold for nobody.") : t("The rules below come first. Whom none of them fits is taxed by the law of the EU.")} <a href=${to("/settings", { part: "policy" })}>${t("Change it")}</a></span></p>`;
}

/** Whose address is not known is taxed where the seller is: that must be known then. */
function Unplaced() {
  const own = session.value.account.id;
  const read = useLoad(() => get(`/accounts/${own}`, { fields: "address" }), ["placed", own]);
  if (!read.data || read.data.address?.country) return null;
  return html`<div class="notice warn"><${Icon} name="triangle-alert" /><p>${t("You have not said where you are. Whoever has no address cannot be taxed, and so not billed.")} <a href=${to(`/accounts/${own}`, { edit: 1 })}>${t("Say it")}</a></p></div>`;
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
        ? html`<${Field} name="percent" label=${t("Percent")} kind="decimal" required />`
        : html`<${Field} name="reason" label=${t("What the invoice says")} required />`}
      <${Field} name="valid_from" label=${t("From")} kind="date" value=${today()} required />
    <//>`;
}

/** Another rate, in place of a rule from a day on: a rule itself never changes, for invoices say that they follow it. */
function NextRate({ of, onClose }) {
  const change = async ({ name, percent, valid_from }) => {
    await post(`/tax_rules/${of.id}/replace`, { name, percent, valid_from });
    say(t("From {day}: {price}", { day: day(valid_from), price: share(percent) }), name);
  };
  return html`
    <${FormDialog} title=${t("{name} from a day on", { name: of.name })} onClose=${onClose} onSend=${change} send=${t("Change it")}
      intro=${t("The rule of now ends on the day before. What was billed stays.")}>
      <div class="pair">
        <${Field} name="name" label=${t("Name on the invoice")} value=${of.name} required />
        <${Field} name="percent" label=${t("Percent")} kind="decimal" value=${of.percent} required autofocus />
      </div>
      <${Field} name="valid_from" label=${t("From")} kind="date" value=${next(of.valid_from)} min=${next(of.valid_from)} required />
    <//>`;
}

function EndRule({ of, onClose }) {
  const end = async ({ valid_until }) => {
    await send("PATCH", `/tax_rules/${of.id}`, { valid_until }, { revision: of.revision });
    say(t("Saved"), of.name);
  };
  return html`
    <${FormDialog} title=${t("End {name}", { name: of.name })} onClose=${onClose} onSend=${end} send=${t("End it")} danger
      intro=${t("What was billed stays. Whom no other rule covers then cannot be billed.")}>
      <${Field} name="valid_until" label=${t("The first day without it")} kind="date" value=${today() > of.valid_from ? today() : ""} min=${next(of.valid_from)} required autofocus />
    <//>`;
}

/** What one may do to a rule that has not ended. */
function RuleMenu({ of, act }) {
  const goOn = () => send("PATCH", `/tax_rules/${of.id}`, { valid_until: null }, { revision: of.revision }).then(() => say(t("It goes on")), complain);
  const items = [
    of.treatment === "standard" && { text: t("Another rate from a day on"), icon: "clock", onClick: () => act(["next", of]) },
    of.valid_until ? { text: t("Do not end it"), icon: "undo-2", onClick: goOn } : { text: t("End it"), icon: "ban", danger: true, onClick: () => act(["end", of]) },
  ].filter(Boolean);
  return html`<${Menu} label=${t("Actions for {name}", { name: of.name })} button=${html`<${Icon} name="ellipsis" />`} items=${items} />`;
}

const hasEnded = (it) => it.valid_until && it.valid_until <= today();
const holds = (it) => (it.valid_until ? period(it.valid_from, it.valid_until) : t("from {day}", { day: day(it.valid_from) }));

/** A reseller without rules of its own. */
const AsTheProvider = ({ isMine, onWrite }) => html`
  <${Empty} icon="percent" title=${t("The tax rules of your provider hold")}><p>${t("You have none of your own, so your customers are taxed by those of whom you buy from. With your first rule only your own hold.")}</p>
    ${isMine && html`<button type="button" class="button" onClick=${onWrite}>${t("Say how you tax")}</button>`}<//>`;

const coded = (known) => html`
  <${Field} name="name" label=${t("Name")} value=${known.name ?? ""} required autofocus />${!known.id && html`<${Field} name="code" label=${t("Code")} required />`}`;
const strong = (it) => html`<span class="strong">${it.name}</span>`;

/** The part of the settings. */
export function Tax() {
  const lists = useLists();
  const [[doing, chosen], act] = useState([]);
  const isMine = may("tax_write");
  const close = () => act([]);
  return html`
    <div class="stack">
      <${Unplaced} />
      <${Regime} />
      <${Card} title=${t("Rules")} actions=${isMine && html`<button type="button" class="button small" onClick=${() => act([lists.zones.size > 0 ? "rule" : "first"])}><${Icon} name="plus" />${t("New")}</button>`}>
        <${Rows} path="/tax_rules" label=${t("Tax rules")} columns=${[
          { head: t("Zone"), cell: (it) => html`<span class="strong">${lists.zones.get(it.zone)?.name ?? ""}</span>` },
          { head: t("Rate"), lead: true, cell: (it) => (it.treatment === "standard" ? html`<span class="badge info">${share(it.percent)}</span>` : html`<span class="badge">${said(TREATMENTS, it.treatment)}</span>`) },
          { head: t("Name"), cut: true, cell: (it) => html`<span title=${it.reason ?? ""}>${it.name}${it.reason && html`<br /><small>${it.reason}</small>`}</span>` },
          { head: t("For"), cell: (it) => html`<span>${said(WHOM, it.buyers)}${it.category && html`<br /><small>${lists.categories.get(it.category)?.name}</small>`}</span>` },
          { head: t("Holds"), cell: (it) => html`<span class=${hasEnded(it) ? "faint" : "one-line"}>${holds(it)}</span>` },
          isMine && { head: "", num: true, cell: (it) => !hasEnded(it) && html`<${RuleMenu} of=${it} act=${act} />` },
        ].filter(Boolean)} empty=${!isHouse() ? html`<${AsTheProvider} isMine=${isMine} onWrite=${() => act(["first"])} />` : html`<${Empty} icon="percent" title=${t("No tax rule yet")}><p>${t("Without a rule for the buyer's country an account cannot be billed.")}</p>
          ${isMine && html`<button type="button" class="button primary" onClick=${() => act(["first"])}>${t("Say how you tax")}</button>`}<//>`} />
        <footer><small>${t("Where several rules fit, one for a category holds before one for all, then one for certain buyers before one for everybody, then the one that began last.")}</small></footer>
      <//>
      <div class="halves">
        <${Editable} path="/tax_zones" title=${t("Zones")} create=${t("New zone")} may=${isMine} names=${[["name", t("Name")]]}
          columns=${[{ head: t("Name"), cell: strong }, { head: t("Code"), cell: (it) => html`<span class="one-line">${it.code}</span>` }, { head: t("Countries"), cell: (it) => it.countries.map(country).join(", ") || t("all others") }]}
          fields=${(known) => html`${coded(known)}${!known.id && html`
            <${Repeat} label=${t("Countries")} add=${t("One more country")} hint=${t("None at all: everywhere else.")} most=${250}>${(_, at) => html`
              <${Field} name=${`countries/${at}`} label=${t("Country")} kind="select" required options=${[["", t("Choose …")], ...countries()]} />`}<//>`}`}
          empty=${() => html`<${Empty} icon="landmark" title=${t("No zone yet")}><p>${t("A zone is where a tax holds: a country, several, or all others.")}</p><//>`} />
        <${Editable} path="/tax_categories" title=${t("Categories")} create=${t("New category")} may=${isMine} names=${[["name", t("Name")]]} fields=${coded}
          columns=${[{ head: t("Name"), cell: strong }, { head: t("Code"), cell: (it) => it.code }]}
          empty=${() => html`<${Empty} icon="tag" title=${t("No category: all is taxed alike")} />`} />
      </div>
      ${doing === "rule" && html`<${NewRule} lists=${lists} onClose=${close} />`}
      ${doing === "first" && html`<${FirstRule} zones=${lists.zones} onClose=${close} />`}
      ${doing === "next" && html`<${NextRate} of=${chosen} onClose=${close} />`}
      ${doing === "end" && html`<${EndRule} of=${chosen} onClose=${close} />`}
    </div>`;
}
