// Selling something new, step by step: what it is, what it delivers, how one commits to it, what it costs, and on sale.
import { html } from "../../html.js";
import { useEffect, useRef, useState } from "../../../vendor/preact/hooks.js";
import { get, post } from "../../model/api.js";
import { keepFile } from "../../model/asset.js";
import { useLoad } from "../../model/load.js";
import { remember } from "../../model/name.js";
import { go, here, refine, to } from "../../model/route.js";
import { may } from "../../model/session.js";
import { local, t } from "../../model/text.js";
import { Field, Form } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Card, Page } from "../../part/page.js";
import { Loaded } from "../../part/still.js";
import { say } from "../../part/toast.js";
import { OfferCard } from "../shop/card.js";
import { Characteristics, characteristicsOf } from "../blocks/characteristics.js";
import { Fields, shelf, useOwn } from "./editor.js";
import { isOnItsWay, Path } from "./path.js";
import { currencies, Prices } from "./prices.js";

const STEPS = [
  [() => t("What it is"), () => t("A name that buyers understand, a line for the shelf, and the categories in which they look for it.")],
  [() => t("What it delivers"), () => t("What is set up when somebody buys it, and what can be chosen of it.")],
  [() => t("Terms"), () => t("For how long one commits to it, what one accepts, and when it is charged.")],
  [() => t("Prices"), () => t("Once, again and again, or for what is used; in each currency in which you sell.")],
  [() => t("On sale"), () => t("What keeps it back, if anything does, and how it will lie on the shelf.")],
];
const WRITTEN = 3;

/** Where one is on the way, and what lies behind. */
const Way = ({ at }) => html`
  <ol class="way" aria-label=${t("Steps")}>${STEPS.map(([text], step) => html`
    <li key=${step} class=${step < at ? "done" : step === at ? "on" : ""} aria-current=${step === at ? "step" : undefined}><span class="dot">${step < at && html`<${Icon} name="check" />`}</span>${text()}</li>`)}</ol>`;

const WAYS = () => [
  ["instant", t("at once, by itself")], ["file", t("it is a file that is downloaded")], ["parcel", t("it is sent in a parcel")],
  ["manual", t("somebody of you does it, and says that it is done")], ["webhook", t("another system is asked for it")],
];

/** What the specification says of the way that was chosen; a file is sent first. */
async function specified({ way, address, file }, seller) {
  switch (way) {
    case "file": return { assets: [await keepFile(file, seller)] };
    case "parcel": return { delivery: "physical" };
    case "webhook": return { connector: way, webhook: { address } };
    default: return { connector: way };
  }
}

/** How it comes to be, where it sets up something of its own. */
function Connector({ of, onChoose }) {
  return html`
    <${Card} title=${t("How it gets to the buyer")}><div class="inside stack">
      <${Field} label=${t("It comes to be")} kind="select" value=${of.way} options=${WAYS()} onChange=${(event) => onChoose({ ...of, way: event.target.value })} />
      ${of.way === "file" && html`<${Field} label=${t("File")} kind="file" required onChange=${(event) => onChoose({ ...of, file: event.target.files[0] })} />`}
      ${of.way === "webhook" && html`<${Field} label=${t("Address that is called")} kind="url" value=${of.address ?? ""} required onInput=${(event) => onChoose({ ...of, address: event.target.value.trim() })} hint=${t("It is signed; the secret stands with the specification.")} />`}
    </div><//>`;
}

/** The steps before anything is there: they are one form, of which one part is shown. */
function Write({ step, onStep }) {
  const read = useLoad(shelf, ["shelf"], { isDerived: true });
  const [how, choose] = useState({ way: "instant" });
  const [isOwn, own] = useState(true);
  const withOwn = useOwn();
  const place = useRef();
  useEffect(() => {
    place.current?.querySelector("div:not([hidden]) > .card :is(input, select)")?.focus();
  }, [step]);
  const goOn = async (body) => {
    if (step < WRITTEN - 1) return onStep(step + 1);
    const { characteristics, ...said } = body;
    const own = async () => ({ ...(await specified(how, body.seller)), characteristics: characteristicsOf(characteristics) });
    const offer = await post("/offers", await withOwn(said, own));
    remember(offer.id, offer.name);
    say(t("{name} is written down", { name: local(offer.name) }));
    refine({ offer: offer.id, step: "" });
  };
  const back = () => (step > 0 ? onStep(step - 1) : go("/stock"));
  return html`
    <${Loaded} of=${read} bones=${8}>${(found) => html`<div ref=${place}>
      <${Form} onSend=${goOn} onCancel=${back} back=${step > 0 ? t("Back") : t("Cancel")} send=${step < WRITTEN - 1 ? t("Go on") : t("Go on to its prices")}
        onTyped=${(body) => own(!body.specification && !body.bundle?.length)}>
        <${Fields} of=${{}} shelf=${found} at=${step} />
        ${isOwn && html`<div hidden=${step !== 1}>
          <${Connector} of=${how} onChoose=${choose} />
          <${Card} title=${t("What can be chosen of it")}><div class="inside"><${Characteristics} /></div><//></div>`}
      <//></div>`}<//>`;
}

/** How it will lie on the shelf. */
function AsBought({ of }) {
  const currency = currencies(of.prices)[0];
  const hit = { id: of.id, names: of.name, descriptions: of.summary ?? of.description, categories: [], prices: [] };
  return html`<${Card} title=${t("How it will lie on the shelf")}><div class="inside stack tight">
    <div class="offers shelf"><${OfferCard} of=${hit} sample=${of} currency=${currency} level="h3" /></div>
    <p><a href=${to(`/shop/${of.id}`)}>${t("See it as a buyer does")}</a></p></div><//>`;
}

/** The steps after it is written down. */
function Sell({ id, step, onStep }) {
  const read = useLoad(() => get(`/offers/${id}`), ["wizard", id]);
  return html`
    <${Loaded} of=${read} bones=${6}>${(of) => {
      remember(of.id, of.name);
      const isOut = !isOnItsWay(of);
      return step < 4
        ? html`<${Prices} offer=${of} /><div class="row end-row"><a class="button" href=${to(`/catalogue/${id}/edit`)}>${t("Edit what is written")}</a><button type="button" class="button primary" onClick=${() => onStep(4)}>${of.prices.length > 0 ? t("Go on") : t("Go on, it is free")}</button></div>`
        : html`
          ${isOut && html`<div class="thanks"><span class="seal"><${Icon} name="check" /></span><div><p class="opening strong">${t("{name} is on sale", { name: local(of.name) })}</p><p class="quiet">${t("Buyers find it in the shop from now on.")} <a class="under" href=${to(`/catalogue/${id}`)}>${t("Show it")}</a></p></div></div>`}
          <div class="halves">${!isOut && may("catalog_publish") && html`<${Path} of=${of} />`}<${AsBought} of=${of} /></div>
          <div class="row end-row">${!isOut && html`<button type="button" class="button" onClick=${() => onStep(3)}>${t("Back")}</button>`}<a class="button" href=${to("/stock")}>${t("To your stock")}</a>${isOut && html`<a class="button primary" href=${to("/sell")}>${t("Sell one more thing")}</a>`}</div>`;
    }}<//>`;
}

/** The page. */
export default function Wizard() {
  const { offer, step: said } = here.value.query;
  const [typed, turn] = useState(0);
  const step = offer ? Math.max(WRITTEN, Number(said ?? WRITTEN)) : typed;
  useEffect(() => scrollTo(0, 0), [step]);
  return html`
    <${Page} title=${t("Sell something new")} crumbs=${[["/stock", t("My stock")]]}>
      <${Way} at=${step} />
      <p class="quiet">${STEPS[step][1]()}</p>
      ${offer ? html`<${Sell} id=${offer} step=${step} onStep=${(it) => refine({ step: it })} />` : html`<${Write} key=${offer ?? ""} step=${step} onStep=${turn} />`}
    <//>`;
}
