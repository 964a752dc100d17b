// Writing an offer down: what it is, what it delivers, how one commits to it and how it is billed.
import { html } from "../../html.js";
import { useRef, useState } from "../../../vendor/preact/hooks.js";
import { all, get, post, send } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { forget, listed, remember } from "../../model/name.js";
import { unitOf } from "../../model/price.js";
import { go } from "../../model/route.js";
import { isHouse, may, session } from "../../model/session.js";
import { local, t } from "../../model/text.js";
import { span } from "../../model/time.js";
import { Checks, Field, Form, Repeat, Texts } from "../../part/form.js";
import { Card, Page } from "../../part/page.js";
import { AccountPicker } from "../../part/picker.js";
import { Loaded } from "../../part/still.js";
import { say } from "../../part/toast.js";

const SPANS = ["1 month", "3 months", "6 months", "1 year", "2 years", "3 years"];
const TRIALS = ["7 days", "14 days", "30 days", "1 month", "3 months"];
const BILLED = [
  ["before_period", () => t("before each period")], ["after_period", () => t("after each period")], ["before_term", () => t("the whole term, before it begins")],
];

const spans = (usual, none, own) => [["", none], ...[...new Set([...usual, ...(own ? [own] : [])])].map((it) => [it, span(it)])];
const named = (items) => [...items].map((it) => [it.id, local(it.name)]);
/** Whether something is of the catalogue of a seller, as far as it is known who that is: of one's own, not of who one buys from. */
const isOf = (seller) => (it) => it.is_kept !== false && (!seller || !it.seller_name || it.seller_name === seller);
const ofSeller = (map, seller) => new Map([...map].filter(([, it]) => isOf(seller)(it)));

/** One way of committing to it. */
const Term = ({ of, at }) => html`
  <${Texts} name=${`terms/${at}/name`} label=${t("Name")} value=${of.name} />
  <div class="pair">
    <${Field} name=${`terms/${at}/duration`} label=${t("How long")} kind="select" value=${of.duration ?? ""} options=${spans(SPANS, t("open-ended"), of.duration)} />
    <${Field} name=${`terms/${at}/trial`} label=${t("Free at the beginning")} kind="select" value=${of.trial ?? ""} options=${spans(TRIALS, t("nothing"), of.trial)} />
    <${Field} name=${`terms/${at}/key`} label=${t("Short name")} hint=${t("What orders call it; it stays")} value=${of.key ?? `term-${at + 1}`} required />
    <${Field} name=${`terms/${at}/times_max`} label=${t("Times at once, at most")} kind="number" min="1" value=${of.times_max ?? 1} required />
  </div>
  <div class="row">
    <${Field} name=${`terms/${at}/auto_renew`} kind="check" label=${t("Renews by itself")} checked=${of.auto_renew ?? true} />
    <${Field} name=${`terms/${at}/default`} kind="check" label=${t("Taken if nobody chooses")} checked=${of.default ?? at === 0} />
  </div>`;

const Rate = ({ of, at, resources }) => html`
  <input type="hidden" name=${`resources/${at}/term`} value=${of.term ?? ""} />
  <div class="pair">
    <${Field} name=${`resources/${at}/resource`} label=${t("Resource")} kind="select" value=${of.resource} required options=${[...resources.values()].map((it) => [it.id, `${local(it.name)} (${unitOf(it)})`])} />
    <${Field} name=${`resources/${at}/included`} label=${t("In the price")} kind="decimal" value=${of.included ?? "0"} />
    <${Field} name=${`resources/${at}/min`} label=${t("At least")} kind="decimal" value=${of.min ?? ""} />
    <${Field} name=${`resources/${at}/max`} label=${t("At most")} kind="decimal" value=${of.max ?? ""} />
  </div>`;

const Part = ({ of, at, offers }) => html`
  <div class="pair">
    <${Field} name=${`bundle/${at}/offer`} label=${t("Offer")} kind="select" value=${of.offer} required options=${named(offers)} />
    <${Field} name=${`bundle/${at}/min`} label=${t("At least")} kind="number" min="0" value=${of.min ?? 1} required />
    <${Field} name=${`bundle/${at}/default`} label=${t("Usually")} kind="number" min="0" value=${of.default ?? 1} required />
    <${Field} name=${`bundle/${at}/max`} label=${t("At most")} kind="number" min="1" value=${of.max ?? ""} />
  </div>`;

/** What a buyer accepts with an order. */
const TermsOfUse = ({ of = {} }) => html`
  <details open=${of.version !== undefined}><summary>${t("Terms of use that a buyer accepts")}</summary><div class="stack">
    <div class="pair">
      <${Field} name="terms_of_use/version" label=${t("Version")} value=${of.version ?? ""} hint=${t("Another one asks buyers anew")} />
      <${Field} name="terms_of_use/url" label=${t("Where they can be read")} kind="url" value=${of.url ?? ""} />
    </div>
    <${Texts} name="terms_of_use/title" label=${t("Their name")} value=${of.title} />
    <${Texts} name="terms_of_use/text" label=${t("What they say")} kind="area" value=${of.text} />
  </div></details>`;

const DIRECTIONS = () => [["upgrade", t("more: it happens at once")], ["downgrade", t("less: it happens when what is paid for is over")], ["sidegrade", t("something else: it happens at once")]];

/** An offer to which its subscriptions may change within a term; itself, to change between its terms. */
const Switch = ({ of, at, offers }) => html`
  <div class="pair">
    <${Field} name=${`switches/${at}/to`} label=${t("Offer")} kind="select" value=${of.to} required options=${named(offers)} />
    <${Field} name=${`switches/${at}/term`} label=${t("Short name of its term")} hint=${t("any if you say nothing")} value=${of.term ?? ""} />
    <${Field} name=${`switches/${at}/direction`} label=${t("Means for the buyer")} kind="select" value=${of.direction ?? "upgrade"} options=${DIRECTIONS()} />
  </div>`;

/** Who delivers it, if that is not its seller: an account that the seller has. */
function Supplier({ of }) {
  const [id, pick] = useState(of.supplier ?? "");
  const known = useLoad(async () => (of.supplier ? (await get(`/accounts/${of.supplier}`, { fields: "name,number" })) : null), ["supplier", of.supplier]);
  if (of.supplier && !known.data && !known.error) return null;
  return html`
    <${AccountPicker} label=${t("Who delivers it")} isOptional begun=${known.data ? `${known.data.name} (${known.data.number})` : ""} onPick=${(it) => pick(it?.id ?? "")}
      hint=${t("You do, if you name nobody: else a customer or reseller of yours, who sees and does its piece of each order. What it earns is said under Settlement.")} />
    <input type="hidden" name="supplier" value=${id} />`;
}

/** What it delivers: a specification, resources, other offers. */
function Delivers({ of, shelf }) {
  const { specifications, resources, offers } = shelf;
  const others = offers.filter((it) => it.id !== of.id);
  const none = of.id ? t("nothing yet") : t("something of its own, called as the offer is");
  const isMore = of.bundle?.length > 0 || of.adds_to;
  return html`
    <${Card} title=${t("What it delivers")}><div class="inside stack">
      <${Field} name="specification" label=${t("It sets up")} kind="select" value=${of.specification ?? ""} options=${[["", none], ...named(specifications.values())]}
        hint=${t("A specification says what is set up when somebody buys. Several offers may sell the same one.")} />
      ${may("account_read") && !of.copy_of && html`<${Supplier} of=${of} />`}
      ${resources.size > 0 && html`
        <${Repeat} label=${t("Resources")} add=${t("One more resource")} of=${of.resources} hint=${t("How much of each comes with it, and how much a buyer may take.")}>
          ${(row, at) => html`<${Rate} of=${row} at=${at} resources=${resources} />`}<//>`}
      ${others.length > 0 && html`
        <details open=${isMore}><summary>${t("A bundle, or an addition to another offer")}</summary><div class="stack">
          <${Repeat} label=${t("Offers in it")} add=${t("One more offer")} of=${of.bundle} hint=${t("A bundle sets up nothing itself: leave “It sets up” empty.")}>
            ${(row, at) => html`<${Part} of=${row} at=${at} offers=${others} />`}<//>
          <${Field} name="parts_discount" kind="decimal" label=${t("They cost less in it, in percent")} value=${of.parts_discount ?? ""} hint=${t("Empty: as much as by themselves. 100: nothing, and the bundle costs what its own prices say.")} />
          ${!of.id && html`<${Field} name="adds_to" label=${t("Adds to")} kind="select" options=${[["", t("nothing: it is sold by itself")], ...named(others)]} />`}
        </div></details>`}
    </div><//>`;
}

/**
 * All fields of an offer, as cards: what it is, what it delivers, how one commits to it and how it is billed. `at` shows one
 * of the three steps that these are alone; the others keep what was typed into them.
 */
export function Fields({ of, shelf, at }) {
  const { sellers } = shelf;
  const isOff = (number) => at !== undefined && at !== number;
  const [id, sell] = useState(session.value.account.id);
  const seller = of.seller_name ?? sellers.find((it) => it.id === id)?.name;
  const own = Object.fromEntries(["specifications", "resources", "categories", "terms"].map((it) => [it, ofSeller(shelf[it], seller)]));
  const { categories, terms } = own;
  return html`
    <div hidden=${isOff(0)}><${Card} title=${t("What it is")}><div class="inside stack">
      ${sellers.length > 1 && html`<${Field} name="seller" label=${t("Who sells it")} kind="select" value=${id} onChange=${(event) => sell(event.target.value)} options=${sellers.map((it) => [it.id, it.name])} />`}
      <${Texts} name="name" label=${t("Name")} value=${of.name} required autofocus />
      <${Texts} name="summary" label=${t("In one line")} value=${of.summary} />
      <${Texts} name="description" label=${t("Description")} kind="area" value=${of.description} />
      <div class="pair"><${Field} name="part_number" label=${t("Part number")} value=${of.part_number ?? ""} hint=${t("Under which partners order it, if they do")} /></div>
      <${Repeat} label=${t("Channels")} add=${t("One more channel")} blank="" of=${of.channels} hint=${t("Through which alone it is sold: a short name such as partner. Without one it is sold through all.")}>
        ${(row, at) => html`<${Field} name=${`channels/${at}`} label=${t("Channel")} value=${row} required />`}<//>
      ${categories.size > 0 && html`<${Checks} name="categories" label=${t("Categories")} value=${of.categories} options=${named(categories.values())} />`}
    </div><//></div>
    <div hidden=${isOff(1)}><${Delivers} of=${of} shelf=${{ ...own, offers: shelf.offers.filter(isOf(seller)) }} /></div>
    <div hidden=${isOff(2)}><${Card} title=${t("How one commits to it")}><div class="inside stack">
      <${Repeat} label=${t("Terms")} add=${t("One more term")} of=${of.terms} hint=${t("Without a term it runs until it is canceled.")}>
        ${(row, at) => html`<${Term} of=${row} at=${at} />`}<//>
      ${shelf.offers.length > 0 && html`
        <details open=${of.switches?.length > 0}><summary>${t("To what one may change within a term")}</summary><div class="stack">
          <${Repeat} label=${t("Changes of plan")} add=${t("One more change")} of=${of.switches} hint=${t("What is not listed is refused. What is not used of the old is given back by the day.")}>
            ${(row, at) => html`<${Switch} of=${row} at=${at} offers=${shelf.offers.filter(isOf(seller))} />`}<//>
        </div></details>`}
      <${TermsOfUse} of=${of.terms_of_use} />
      ${terms.size > 0 && html`<${Field} name="service_terms" label=${t("After the paid time")} kind="select" value=${of.service_terms ?? ""} options=${[["", t("it ends with its term")], ...[...terms.values()].map((it) => [it.id, it.name])]} />`}
    </div><//></div>
    <div hidden=${isOff(2)}><${Card} title=${t("How it is billed")}><div class="inside stack">
      <${Field} name="billing_model" label=${t("Charged")} kind="select" value=${of.billing_model ?? "before_period"} options=${BILLED.map(([key, text]) => [key, text()])} />
      <${Field} name="freeze_prices" kind="check" label=${t("Who has it keeps the prices it began with")} checked=${of.freeze_prices ?? false} />
    </div><//></div>`;
}

/** All that can be chosen from. */
export async function shelf() {
  const [specifications, resources, categories, terms, offers, sellers] = await Promise.all([
    listed("/specifications"), listed("/resources"), listed("/categories"), listed("/service_terms"), all("/offers", {}, 500),
    isHouse() ? all("/accounts", { kind: "reseller", fields: "id,name" }, 200) : [],
  ]);
  const { id, name } = session.value.account;
  return { specifications, resources, categories, terms, offers, sellers: [{ id, name }, ...sellers] };
}

/** What an offer that names no specification sets up: one of its own, made once. */
export function useOwn() {
  const made = useRef(null);
  return async (body, more = async () => ({})) => {
    if (body.specification || body.bundle?.length > 0) return body;
    made.current ??= (await post("/specifications", { name: body.name, description: body.description, seller: body.seller, ...(await more()) })).id;
    forget("/specifications");
    return { ...body, specification: made.current };
  };
}

function New() {
  const read = useLoad(shelf, ["shelf"]);
  const withOwn = useOwn();
  const make = async (body) => {
    const offer = await post("/offers", await withOwn(body));
    remember(offer.id, offer.name);
    say(t("{name} is written down", { name: local(offer.name) }), t("Say now what it costs."));
    go(`/catalogue/${offer.id}`);
  };
  return html`
    <${Page} title=${t("New offer")} crumbs=${[["/catalogue", t("Offers")]]}>
      <${Loaded} of=${read} bones=${8}>${(found) => html`
        <${Form} onSend=${make} onCancel=${() => go("/catalogue")} send=${t("Go on to its prices")}><${Fields} of=${{}} shelf=${found} /><//>`}<//>
    <//>`;
}

function Existing({ id }) {
  const [isStale, meet] = useState(false);
  const [known, know] = useState(null);
  const read = useLoad(async () => ({ of: await get(`/offers/${id}`), shelf: await shelf() }), ["edit", id]);
  // What was read first is what is changed, however often it is read again.
  const begun = known ?? read.data?.of;
  const keep = async (body) => {
    try {
      const offer = await send("PATCH", `/offers/${id}`, body, { revision: begun.revision });
      remember(id, offer.name);
      say(t("Saved"));
      go(`/catalogue/${id}`);
    } catch (problem) {
      if (problem.status === 412) meet(true);
      else throw problem;
    }
  };
  const again = async () => {
    know(await get(`/offers/${id}`));
    meet(false);
  };
  return html`
    <${Loaded} page of=${read} bones=${8}>${(found) => html`
      <${Page} title=${t("Edit {name}", { name: local(begun.name) })} crumbs=${[["/catalogue", t("Offers")], [`/catalogue/${id}`, local(begun.name)]]}>
        ${isStale && html`
          <div class="notice warn" role="alert"><p>${t("Somebody else changed this offer since you opened it.")} <button type="button" class="link" onClick=${again}>${t("Take what is stored now and edit again")}</button></p></div>`}
        <${Form} key=${begun.revision} onSend=${keep} onCancel=${() => go(`/catalogue/${id}`)} send=${t("Save")} keeps isChange><${Fields} of=${begun} shelf=${{ ...found.shelf, sellers: [] }} /><//>
      <//>`}<//>`;
}

/** The page: of an offer that is there, or of a new one. */
export default function Editor({ id }) {
  return id && may("catalog_write") ? html`<${Existing} id=${id} />` : html`<${New} />`;
}
