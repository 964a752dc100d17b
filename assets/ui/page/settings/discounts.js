// Discounts and coupons: what lowers prices, for whom and how often, and the codes that unlock it.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { post } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { forget, listed } from "../../model/name.js";
import { money, share } from "../../model/money.js";
import { may, session } from "../../model/session.js";
import { local, t } from "../../model/text.js";
import { day, period, span, today } from "../../model/time.js";
import { Create } from "../../part/editable.js";
import { Checks, Field, FormDialog, Texts } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Rows } from "../../part/list.js";
import { Menu } from "../../part/menu.js";
import { Card } from "../../part/page.js";
import { Empty } from "../../part/still.js";
import { say } from "../../part/toast.js";

const CHARGES = () => [["setup", t("Setup")], ["recurring", t("Recurring")], ["renewal", t("Renewal")], ["usage", t("Usage")]];

/** By how much. */
const off = (it) => (it.percent ? t("{share} off", { share: share(it.percent) }) : it.amount ? t("{amount} off", { amount: money(it.amount) }) : t("for {amount}", { amount: money(it.fee) }));

function often({ lasting, span: length, charges }) {
  switch (lasting) {
    case "once": return t("once");
    case "for": return t("for {span}", { span: span(length) });
    case "charges": return t("on {number} charges", { number: charges });
    default: return t("always");
  }
}

const hasEnded = (it) => Boolean(it.ended_on ?? it.ended_at);
const holds = (it) => (it.ended_on ? t("ended on {day}", { day: day(it.ended_on) }) : it.valid_until ? period(it.valid_from, it.valid_until) : t("from {day}", { day: day(it.valid_from) }));

/** On what and for whom, as far as the names are known here. */
function wide({ scope }, { offers, classes }) {
  const named = (ids, known) => ids.map((id) => known.get(id)).filter(Boolean).map((it) => local(it.name));
  const parts = [
    ...named(scope.offers, offers), ...scope.terms, ...scope.charges.map((key) => CHARGES().find(([it]) => it === key)[1]), ...named(scope.classes, classes),
    scope.prices.length > 0 && t("prices: {number}", { number: scope.prices.length }),
    scope.resources.length > 0 && t("resources: {number}", { number: scope.resources.length }),
    scope.accounts.length > 0 && t("accounts: {number}", { number: scope.accounts.length }),
  ].filter(Boolean);
  return parts.join(" · ") || t("everything, for everybody");
}

/** What stands in the form, as it is sent. */
function made({ kind, value, currency, offer, customers, scope, ...rest }) {
  const figure = kind === "percent" ? value : { amount: value, currency };
  const narrow = { ...scope, offers: offer ? [offer] : [], classes: customers ? [customers] : [] };
  return { ...rest, [kind]: figure, scope: narrow };
}

function NewDiscount({ lists, onClose }) {
  const [kind, choose] = useState("percent");
  const [lasting, last] = useState("");
  const isSeveral = (known) => new Set([...known.values()].map((it) => it.seller_name)).size > 1;
  const named = (it, ofSeveral) => [local(it.name), ofSeveral && it.seller_name].filter(Boolean).join(" · ");
  const some = (known) => [["", t("all")], ...[...known.values()].map((it) => [it.id, named(it, isSeveral(known))])];
  return html`
    <${Create} path="/discounts" title=${t("New discount")} kind="wide" onClose=${onClose} read=${made}>
      <${Texts} name="name" label=${t("Name on the invoice")} required autofocus />
      <div class="pair">
        <${Field} name="kind" label=${t("What it does")} kind="select" value=${kind} onChange=${(event) => choose(event.target.value)}
          options=${[["percent", t("takes a percentage off")], ["amount", t("takes an amount off")], ["fee", t("replaces the price")]]} />
        <${Field} name="value" label=${kind === "percent" ? t("Percent") : t("Amount")} kind="decimal" required />
        ${kind !== "percent" && html`<${Field} name="currency" label=${t("Currency")} value=${session.value.account.currency ?? ""} pattern="[A-Z]{3}" maxlength="3" required />`}
      </div>
      <div class="pair">
        <${Field} name="lasting" label=${t("How often")} kind="select" required value=${lasting} onChange=${(event) => last(event.target.value)}
          options=${[["", t("Choose …")], ["always", t("on every charge")], ["once", t("on the first charge")], ["charges", t("on so many charges")], ["for", t("for a time")]]} />
        ${lasting === "charges" && html`<${Field} name="charges" label=${t("Charges")} kind="number" min="1" required />`}
        ${lasting === "for" && html`<${Field} name="span" label=${t("For")} value="3 months" hint=${t("Such as: 3 months")} required />`}
        <${Field} name="access" label=${t("Who gets it")} kind="select" required options=${[["", t("Choose …")], ["automatic", t("whoever it is for")], ["coupon", t("who brings a coupon")]]} />
      </div>
      <div class="pair">
        <${Field} name="offer" label=${t("Offer")} kind="select" options=${some(lists.offers)} />
        ${may("class_read") && html`<${Field} name="customers" label=${t("Customer class")} kind="select" options=${some(lists.classes)} />`}
      </div>
      <${Checks} name="scope/charges" label=${t("Only on")} options=${CHARGES()} />
      <div class="pair">
        <${Field} name="valid_from" label=${t("From")} kind="date" value=${today()} required />
        <${Field} name="valid_until" label=${t("The first day without it")} kind="date" hint=${t("Who got it before keeps it")} />
      </div>
    <//>`;
}

function NewCoupon({ unlocked, onClose }) {
  return html`
    <${Create} path="/coupons" title=${t("New coupon")} onClose=${onClose} read=${({ from, until, ...rest }) => ({ ...rest, valid_from: from && `${from}T00:00:00Z`, valid_until: until && `${until}T00:00:00Z` })}>
      <div class="pair">
        <${Field} name="code" label=${t("Code")} hint=${t("Buyers type it in any case")} required autofocus />
        <${Field} name="discount" label=${t("Discount")} kind="select" required options=${[["", t("Choose …")], ...unlocked.map((it) => [it.id, `${local(it.name)} · ${off(it)}`])]} />
      </div>
      <div class="pair">
        <${Field} name="uses_max" label=${t("Uses in all")} kind="number" min="1" />
        <${Field} name="uses_per_account_max" label=${t("Uses by one account")} kind="number" min="1" value="1" />
      </div>
      <div class="pair">
        <${Field} name="from" label=${t("From")} kind="date" />
        <${Field} name="until" label=${t("The first day without it")} kind="date" />
      </div>
    <//>`;
}

/** The question before a discount or a coupon ends. */
function End({ path, of, text, intro, onClose }) {
  const end = async () => {
    await post(`${path}/${of.id}/end`, {});
    forget(path);
    say(t("It has ended"), text);
  };
  return html`<${FormDialog} title=${t("End {name}", { name: text })} onClose=${onClose} onSend=${end} send=${t("End it")} danger intro=${intro} />`;
}

const menu = (it, text, onEnd) => !hasEnded(it) && html`
  <${Menu} label=${t("Actions for {name}", { name: text })} button=${html`<${Icon} name="ellipsis" />`} items=${[{ text: t("End it"), icon: "ban", danger: true, onClick: onEnd }]} />`;

function Coupons({ discounts, isMine }) {
  const [[doing, chosen], act] = useState([]);
  const unlocked = [...discounts.values()].filter((it) => it.access === "coupon" && !hasEnded(it));
  const close = () => act([]);
  const add = isMine && unlocked.length > 0 && html`<button type="button" class="button small" onClick=${() => act(["new"])}><${Icon} name="plus" />${t("New")}</button>`;
  return html`
    <${Card} title=${t("Coupons")} actions=${add}>
      <${Rows} path="/coupons" label=${t("Coupons")} columns=${[
        { head: t("Code"), lead: true, cell: (it) => html`<code class="strong">${it.code}</code>` },
        { head: t("Discount"), cell: (it) => local(discounts.get(it.discount)?.name) ?? "" },
        { head: t("Used"), num: true, cell: (it) => (it.uses_max ? t("{number} of {all}", { number: it.used, all: it.uses_max }) : it.used) },
        { head: t("Holds"), extra: true, cell: (it) => html`<span class=${hasEnded(it) ? "faint" : ""}>${hasEnded(it) ? t("ended on {day}", { day: day(it.ended_at) }) : it.valid_until ? t("until {day}", { day: day(it.valid_until) }) : t("always")}</span>` },
        isMine && { head: "", num: true, cell: (it) => menu(it, it.code, () => act(["end", it])) },
      ].filter(Boolean)} empty=${html`<${Empty} icon="tag" title=${t("No coupon yet")}><p>${t("A coupon unlocks a discount that is for who brings one.")}</p><//>`} />
      ${doing === "new" && html`<${NewCoupon} unlocked=${unlocked} onClose=${close} />`}
      ${doing === "end" && html`<${End} path="/coupons" of=${chosen} text=${chosen.code} onClose=${close} intro=${t("Nobody can bring it any more. Who brought it keeps what it gives.")} />`}
    <//>`;
}

/** The part of the settings. */
export function Discounts() {
  const [[doing, chosen], act] = useState([]);
  const known = { discounts: useLoad(() => listed("/discounts"), ["discounts"]), offers: useLoad(() => listed("/offers"), ["offers"]), classes: useLoad(async () => (may("class_read") ? listed("/classes") : new Map()), ["classes"]) };
  const lists = Object.fromEntries(Object.entries(known).map(([key, it]) => [key, it.data ?? new Map()]));
  const isMine = may("catalog_write");
  const close = () => act([]);
  const add = isMine && html`<button type="button" class="button small" onClick=${() => act(["new"])}><${Icon} name="plus" />${t("New")}</button>`;
  return html`
    <div class="stack">
      <${Card} title=${t("Discounts")} actions=${add}>
        <${Rows} path="/discounts" label=${t("Discounts")} columns=${[
          { head: t("Name"), lead: true, cell: (it) => html`<span class="strong">${local(it.name)}</span>${it.access === "coupon" && html` <span class="badge">${t("with a coupon")}</span>`}` },
          { head: t("What it does"), cell: off },
          { head: t("How often"), cell: often },
          { head: t("On what, for whom"), extra: true, cut: true, cell: (it) => wide(it, lists) },
          { head: t("Holds"), extra: true, cell: (it) => html`<span class=${hasEnded(it) ? "faint" : ""}>${holds(it)}</span>` },
          isMine && { head: "", num: true, cell: (it) => menu(it, local(it.name), () => act(["end", it])) },
        ].filter(Boolean)} empty=${html`<${Empty} icon="percent" title=${t("No discount yet")}><p>${t("A discount lowers prices for all customers, a class of them, or who brings a coupon.")}</p>${add}<//>`} />
        <footer><small>${t("Of several that fit, only the most specific is given: for a price before a resource, then a term, then an offer.")}</small></footer>
        ${doing === "new" && html`<${NewDiscount} lists=${lists} onClose=${close} />`}
        ${doing === "end" && html`<${End} path="/discounts" of=${chosen} text=${local(chosen.name)} onClose=${close} intro=${t("What is charged for today and later is not lowered any more. What was billed stays.")} />`}
      <//>
      <${Coupons} discounts=${lists.discounts} isMine=${isMine} />
    </div>`;
}
