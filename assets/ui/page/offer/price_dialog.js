// What an offer costs: one more price, or another one from a day on, calculated while one types.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { post, workOut } from "../../model/api.js";
import { compare, isDecimal } from "../../model/decimal.js";
import { useLoad, useStill } from "../../model/load.js";
import { listed } from "../../model/name.js";
import { money, typed } from "../../model/money.js";
import { called, unitOf } from "../../model/price.js";
import { may, session } from "../../model/session.js";
import { local, t } from "../../model/text.js";
import { day, next, rhythm, today } from "../../model/time.js";
import { MeterFields } from "../blocks/counting.js";
import { Create } from "../../part/editable.js";
import { Why } from "../../part/explanation.js";
import { Field, FormDialog, isMistyped, Repeat, Texts } from "../../part/form.js";
import { say } from "../../part/toast.js";
import { Alterations } from "./alterations.js";
import { Conditions } from "./conditions.js";
import { currencies, present } from "./prices.js";

const KINDS = [["recurring", () => t("again and again")], ["one_time", () => t("once")], ["usage", () => t("for what is used")]];
const FEES = [["plain", () => t("when it is bought")], ["setup", () => t("for setting it up")], ["renewal", () => t("at each renewal")], ["deposit", () => t("as a deposit")]];
const TIMINGS = [["advance", () => t("in advance")], ["arrears", () => t("afterwards")]];
const PERIODS = ["1 day", "1 week", "1 month", "3 months", "6 months", "1 year", "2 years"];
const MODELS = [
  ["flat", () => t("a fixed amount")], ["per_unit", () => t("so much for each unit")],
  ["graduated", () => t("tiers: each unit at the price of its tier")], ["volume", () => t("tiers: all units at the price of the one reached")],
  ["package", () => t("so much for each package begun")], ["stairstep", () => t("steps: the amount of the one reached")],
];
const OF_USE = [
  ["percentage", () => t("a percentage of each amount")], ["graduated_percentage", () => t("each part of the amount at its percentage")],
  ["per_dimension", () => t("by the region, size or the like")], ["minimum", () => t("so much at least in a period")], ["commitment", () => t("an amount committed to")],
];
const TIERED = ["graduated", "volume", "stairstep", "graduated_percentage"];
const more = (kind) => (kind === "usage" ? OF_USE : []);
const pairs = (table) => table.map(([key, text]) => [key, text()]);

/** The last tier has no end: it is not asked for one. */
function Tier({ of, name, kind, isLast }) {
  const figure = (field, label, rest) => html`<${Field} name=${`${name}/${field}`} label=${label} kind="decimal" value=${of[field] ?? ""} required ...${rest} />`;
  const isStep = kind === "stairstep";
  return html`
    <div class="pair">
      ${figure("up_to", t("Up to"), { required: !isLast, placeholder: isLast ? t("all above") : "" })}
      ${!isStep && (kind === "graduated_percentage" ? figure("percent", t("Percent")) : figure("per_unit", t("Each")))}
      ${figure("flat", isStep ? t("Amount") : t("and once"), { required: isStep, ...(of.flat && compare(of.flat, "0") === 0 && { value: "" }) })}
    </div>`;
}

/** How a quantity becomes an amount. */
function Model({ of, included, currency, more = [], at = "model", label = t("How much") }) {
  const [kind, choose] = useState(of?.kind ?? "flat");
  const same = of?.kind === kind ? of : {};
  const figure = (name, label, rest) => html`<${Field} name=${`${at}/${name}`} label=${label} kind="decimal" value=${same[name] ?? ""} required ...${rest} />`;
  const some = (name, label, rest) => figure(name, label, { required: false, ...rest });
  const inner = (name, label, of) => html`<${Model} at=${`${at}/${name}`} label=${label} of=${of} currency=${currency} />`;
  const isTiered = TIERED.includes(kind);
  const isBound = ["minimum", "commitment"].includes(kind);
  return html`
    <${Field} name=${`${at}/kind`} label=${label} kind="select" value=${kind} onChange=${(event) => choose(event.target.value)} options=${pairs([...MODELS, ...more])} />
    ${isTiered && html`
      <${Repeat} key=${kind} label=${t("Tiers")} add=${t("One more tier")} of=${same.tiers ?? [{}, {}]}>
        ${(row, place, count) => html`<${Tier} of=${row} name=${`${at}/tiers/${place}`} kind=${kind} isLast=${place === count - 1} />`}<//>`}
    <div class="pair">
      ${(isBound || kind === "flat" || kind === "package") && figure("amount", t("Amount in {currency}", { currency }))}
      ${kind === "per_unit" && figure("per_unit", t("Each, in {currency}", { currency }))}
      ${kind === "package" && figure("size", t("Units in a package"))}
      ${kind === "percentage" && [
        figure("percent", t("Percent")), some("per_event", t("and for each event")), some("free_events", t("Events that are free"), { kind: "number", min: 0 }),
        some("free_amount", t("but no more than this sum")), some("event_min", t("An event at least")), some("event_max", t("An event at most")),
      ]}
      ${kind === "minimum" && html`<${Field} name=${`${at}/of`} label=${t("What counts")} kind="select" value=${same.of} options=${[["price", t("this price alone")], ["subscription", t("all that is charged afterwards")]]} />`}
      ${kind === "commitment" && figure("overage_factor", t("What goes beyond it, times"))}
      ${kind === "per_dimension" && figure("dimension", t("What the events call it"), { kind: "text" })}
      ${at === "model" && !["flat", "percentage", "per_dimension"].includes(kind) && html`<${Field} name="included" label=${t("Units that are free")} kind="decimal" hint=${isTiered ? t("Tiers count from the first unit beyond them") : undefined} value=${included && compare(included, "0") !== 0 ? included : ""} />`}
    </div>
    ${isBound && inner("model", t("How much"), same.model)}
    ${kind === "per_dimension" && html`
      <${Repeat} label=${t("Values")} add=${t("One more value")} of=${same.values ?? [{}]}>
        ${(row, place) => html`<${Field} name=${`${at}/values/${place}/value`} label=${t("Value")} value=${row.value} required />${inner(`values/${place}/model`, t("How much"), row.model)}`}<//>
      ${inner("otherwise", t("For all others"), same.otherwise)}`}`;
}

/** Whether enough is there to be calculated: every figure, whatever the price is called. */
const isFilled = (form) => [...form.elements].every((it) => it.name === "name" || (it.validity.valid && !isMistyped(it)));

/** What the price as it stands in the form comes to, worked out where it will be billed. */
function Preview({ offer, draft, unit, isWhole }) {
  const [quantity, count] = useState("10");
  const amount = typed(quantity) ?? "";
  const isCounted = draft.model?.kind !== "flat";
  const isAmount = isDecimal(amount) && (draft.kind === "usage" || draft.resource || /^[1-9]\d{0,5}$/.test(amount));
  const { valid_from: _, ...price } = draft;
  const asked = {
    currency: draft.currency?.toUpperCase(), term: draft.term, draft: { ...price, name: price.name ?? "…", offer: offer.id },
    ...(draft.kind === "usage" ? { usage: { [draft.meter]: amount } } : draft.resource ? { resources: { [draft.resource]: amount } } : { quantity: isCounted ? Number(amount) : 1 }),
  };
  const known = new Set(offer.prices.map((it) => it.id));
  const still = useStill(isWhole && (isAmount || !isCounted) ? JSON.stringify(asked) : "", 250);
  const read = useLoad(async () => still && workOut(`/offers/${offer.id}/calculate`, JSON.parse(still)), ["draft", still], { isDerived: true });
  const line = read.data?.lines?.find((it) => !known.has(it.price));
  return html`
    <section class="preview stack tight" aria-live="polite">
      <div class="row between"><h3>${t("What it comes to")}</h3>
        ${isCounted && html`<label class="row tight"><small>${t("for")}</small><input class="date" inputmode="decimal" value=${quantity} aria-label=${t("For how many units")} aria-invalid=${isAmount ? undefined : "true"} onInput=${(event) => count(event.target.value.trim())} /><small>${unit ?? t("units")}</small></label>`}</div>
      ${isCounted && !isAmount && html`<span class="field-problem">${t("This is not a quantity.")}</span>`}
      ${line ? html`<div class="row between"><span>${line.name}</span><span class="strong">${money(line.net)}</span></div><${Why} of=${line.explanation} currency=${line.net.currency} unit=${unit} isOpen />`
        : html`<p class="quiet">${read.error ? (read.error.errors[0]?.message ?? read.error.message) : still || isWhole ? "…" : t("Fill the figures in, and it is worked out here.")}</p>`}
    </section>`;
}

/** The lists that a price may name things of. */
const useLists = () => useLoad(async () => {
  const [meters, taxes, resources] = await Promise.all([listed("/meters"), may("tax_read") ? listed("/tax_categories") : new Map(), listed("/resources")]);
  return { meters, taxes, resources };
}, ["price lists"]).data ?? { meters: new Map(), taxes: new Map(), resources: new Map() };

function When({ kind, meters, meter, onPick, onNew }) {
  if (kind === "one_time") return html`<${Field} name="fee" label=${t("On which occasion")} kind="select" options=${pairs(FEES)} />`;
  if (kind === "recurring") return html`
    <${Field} name="period" label=${t("How often")} kind="select" value="1 month" options=${PERIODS.map((it) => [it, rhythm(it)])} />
    <${Field} name="timing" label=${t("Charged")} kind="select" options=${pairs(TIMINGS)} />`;
  return html`
    <div><${Field} name="meter" label=${t("What is counted")} kind="select" required value=${meter} onChange=${(event) => onPick(event.target.value)} options=${[["", t("Choose …")], ...[...meters.values()].map((it) => [it.id, `${called(it)} (${unitOf(it)})`])]} />
      <button type="button" class="link" onClick=${onNew}>${t("Count something new")}</button></div>`;
}

/** The dialog for one more price of an offer. */
export function NewPrice({ offer, onClose }) {
  const { meters, taxes, resources } = useLists();
  const [kind, choose] = useState("recurring");
  const [draft, type] = useState({ kind: "recurring", model: { kind: "flat" } });
  const [isWhole, fill] = useState(false);
  const [isCounting, countNew] = useState(false);
  const [meter, pick] = useState("");
  const made = ({ id }) => {
    pick(id);
    type((it) => ({ ...it, meter: id }));
  };
  const known = currencies(offer.prices);
  const usual = known[0] ?? session.value.account.currency ?? "EUR";
  const add = async (body) => {
    await post("/prices", { ...body, currency: body.currency.toUpperCase(), offer: offer.id });
    say(t("It costs that now"), body.name);
  };
  const own = offer.resources.map((it) => resources.get(it.resource)).filter(Boolean);
  const unit = unitOf(kind === "usage" ? meters.get(draft.meter) : resources.get(draft.resource)) || undefined;
  return html`
    <${FormDialog} title=${t("New price of {name}", { name: local(offer.name) })} kind="wide" onClose=${onClose} onSend=${add} onTyped=${(body, form) => { type(body); fill(isFilled(form)); }} send=${t("Add the price")}>
      <div class="pair">
        <${Field} name="name" label=${t("What the invoice calls it")} value=${known.length === 0 && offer.prices.length === 0 ? t("Base fee") : ""} required autofocus />
        <${Field} name="currency" label=${t("Currency")} value=${usual} maxlength="3" pattern="[A-Za-z]{3}" required />
      </div>
      <div class="pair">
        <${Field} name="kind" label=${t("When it is charged")} kind="select" value=${kind} onChange=${(event) => choose(event.target.value)} options=${pairs(KINDS)} />
        <${When} kind=${kind} meters=${meters} meter=${meter} onPick=${pick} onNew=${() => countNew(true)} />
      </div>
      <${Model} key=${kind} currency=${draft.currency ?? usual} more=${more(kind)} />
      ${offer.characteristics?.length > 0 && html`<${Conditions} of=${offer.characteristics} />`}
      <details><summary>${t("Discounts and fees of this price")}</summary><${Alterations} /></details>
      <details><summary>${t("Terms, tax, languages, and from when")}</summary><div class="stack">
        <div class="pair">
          <${Field} name="valid_from" label=${t("From")} kind="date" value=${today()} />
          ${offer.terms.length > 0 && html`<${Field} name="term" label=${t("Only for the term")} kind="select" options=${[["", t("all")], ...offer.terms.map((it) => [it.key, local(it.name) || it.key])]} />`}
          ${own.length > 0 && kind !== "usage" && html`<${Field} name="resource" label=${t("Times")} kind="select" options=${[["", t("the quantity ordered")], ...own.map((it) => [it.id, local(it.name)])]} />`}
          ${taxes.size > 0 && html`<${Field} name="tax_category" label=${t("Tax category")} kind="select" options=${[["", t("as usual")], ...[...taxes.values()].map((it) => [it.id, it.name])]} />`}
        </div>
        <${Texts} name="names" label=${t("What the invoice calls it in another language")} />
        <${Field} name="includes_tax" kind="check" label=${t("Tax is contained in these figures")} />
      </div></details>
      <${Preview} offer=${offer} draft=${{ currency: usual, ...draft }} unit=${unit} isWhole=${isWhole} />
    <//>
    ${isCounting && html`<${Create} path="/meters" title=${t("New meter")} onMade=${made} onClose=${() => countNew(false)}>${MeterFields({})}<//>`}`;
}

/** The dialog for what a price is from a day on. */
export function NextPrice({ offer, price, onClose }) {
  const { resources } = useLists();
  const version = present(price);
  const first = next(price.versions.at(-1).valid_from);
  const [draft, type] = useState({ model: version.model, included: version.included });
  const [isWhole, fill] = useState(true);
  const revise = async (body) => {
    await post(`/prices/${price.id}/versions`, body, { revision: price.revision });
    say(t("From {day} it costs that", { day: day(body.valid_from) }), price.name);
  };
  const { versions: _, id: __, number: ___, revision: ____, offer: _____, ...whole } = price;
  const said = Object.fromEntries(Object.entries({ ...whole, ...draft }).filter(([, it]) => it !== null));
  const unit = unitOf(price.unit ? price : resources.get(price.resource)) || undefined;
  return html`
    <${FormDialog} title=${t("{name} from a day on", { name: price.name })} kind="wide" onClose=${onClose} onSend=${revise} onTyped=${(body, form) => { type(body); fill(isFilled(form)); }} send=${t("Change it")}
      intro=${offer.freeze_prices ? t("Who has it already keeps the price it began with.") : t("Who has it already pays the new price from then on. What was billed stays.")}>
      <${Field} name="valid_from" label=${t("From")} kind="date" value=${first} min=${first} required />
      <${Model} of=${version.model} included=${version.included} currency=${price.currency} more=${more(price.kind)} />
      <${Preview} offer=${offer} draft=${said} unit=${unit} isWhole=${isWhole} />
    <//>`;
}
