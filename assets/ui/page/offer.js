// One offer: what it is, what it costs and why, and what it would cost somebody.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post, send } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { share, written } from "../model/money.js";
import { listed, remember } from "../model/name.js";
import { go, to } from "../model/route.js";
import { may, session } from "../model/session.js";
import { local, t } from "../model/text.js";
import { day, now, span } from "../model/time.js";
import { Named } from "../part/figure.js";
import { isBundle } from "../part/cost.js";
import { Field, FormDialog, Texts } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Menu } from "../part/menu.js";
import { OrderDialog } from "../part/order_dialog.js";
import { Card, Facts, Page } from "../part/page.js";
import { Retiring } from "../part/retiring.js";
import { State } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { Timeline } from "../part/timeline.js";
import { complain, say } from "../part/toast.js";
import { Calculator } from "./offer/calculator.js";
import { isOnItsWay, Path } from "./offer/path.js";
import { Prices } from "./offer/prices.js";
import { Promises } from "./offer/promises.js";
import { Reviews } from "./shop/reviews.js";

// What one may do with an offer in a state, beside putting it on sale.
const STEPS = {
  in_study: [["design", () => t("Take it to design")]],
  in_design: [["test", () => t("Take it to test")]],
  in_test: [["activate", () => t("Make it ready")], ["design", () => t("Back to design")], ["reject", () => t("Give it up")]],
  active: [["retire", () => t("Give it up")]],
  launched: [["unpublish", () => t("Take it off the shelf")], ["retire", () => t("Sell it no more")]],
};

const CHARGED = { before_term: () => t("before each term"), before_period: () => t("before each period"), after_period: () => t("after each period") };

function Terms({ of }) {
  if (of.length === 0) return html`<${Empty} icon="repeat" title=${t("No terms: it runs until it is canceled")} />`;
  return html`<ul class="inside stack tight">${of.map((it) => html`
    <li class="row between" key=${it.key}><span><span class="strong">${local(it.name) || it.key}</span>${it.default && html` <span class="badge">${t("default")}</span>`}</span>
      <span class="quiet">${[it.duration ? span(it.duration) : t("open-ended"), it.trial && t("{span} free", { span: span(it.trial) }), it.auto_renew ? t("renews by itself") : t("ends by itself")].filter(Boolean).join(" · ")}</span></li>`)}</ul>`;
}

/** To which offers a subscription may change in mid term. */
const Switches = ({ of }) => [...new Set(of.map((it) => it.to))].map((id, at) => html`<span key=${id}>${at > 0 && ", "}<${Named} id=${id} /></span>`);

/** What is in a bundle, and how often. */
const Parts = ({ of }) => html`
  ${of.parts_discount && html`<p class="inside">${of.parts_discount === "100" ? t("The bundle costs what its own prices say; its parts cost nothing more.") : t("They cost {percent} % less in it.", { percent: written(of.parts_discount) })}</p>`}
  <ul class="inside stack tight">${of.bundle.map((it) => html`
    <li class="row between" key=${it.offer}><span>${it.default !== 1 && `${it.default} × `}<${Named} id=${it.offer} /></span>
      ${it.max !== it.min && html`<span class="quiet">${it.max === null ? t("at least {min}", { min: it.min }) : t("{from} to {to}", { from: String(it.min), to: String(it.max) })}</span>`}</li>`)}</ul>`;

const OFF_SHELF = [["publish", () => t("Put it back on the shelf")], ["retire", () => t("Sell it no more")]];

/** On the marketplace, or off it: what one may do with what is on sale. */
const market = (of) => (of.market === "listed" ? ["take_off", () => t("Take it off the marketplace")] : ["list", () => t("Put it on the marketplace")]);

/** Whether it was taken off the shelf, to be put there again. */
const isOffShelf = (of) => of.state === "launched" && of.valid.to && new Date(of.valid.to) <= now();

/** Takes an offer of one's vendor over, to sell it on under another name and at other prices. */
function SellOn({ of, onClose }) {
  const copy = async (body) => {
    const made = await post("/offers", { ...body, copy_of: of.id });
    say(t("It stands in your catalogue, to be put on sale"));
    go(`/catalogue/${made.id}`);
  };
  return html`
    <${FormDialog} title=${t("Sell {name} on", { name: local(of.name) })} onClose=${onClose} onSend=${copy} send=${t("Sell it on")}>
      <${Texts} name="name" label=${t("Name")} value=${of.name} required autofocus />
      <${Field} name="mark_up" kind="decimal" label=${t("On top of each price, in percent")} value="0" required hint=${t("What you pay for it is what your vendor charges.")} />
    <//>`;
}

/** Whether who is here sells, and this is an offer of the vendor. */
const canSellOn = (of) => session.value?.account.kind === "reseller" && of.is_kept === false && of.resellable !== false && of.state === "launched" && may("catalog_write");

/** The page. */
export default function Offer({ id }) {
  const read = useLoad(() => get(`/offers/${id}`), [id]);
  const categories = useLoad(() => listed("/categories"), ["category names"]);
  const [isOrdering, order] = useState(false);
  const [isCopying, copy] = useState(false);
  const [isRetiring, retire] = useState(false);
  const step = ([verb, text]) => (verb === "retire" ? { text: text(), icon: "ban", danger: true, onClick: () => retire(true) } : { text: text(), icon: "arrow-up-right", onClick: () => post(`/offers/${id}/${verb}`).then(() => say(text()), complain) });
  const discard = () => send("DELETE", `/offers/${id}`).then(() => { say(t("It is gone")); go("/catalogue"); }, complain);
  return html`
    <${Loaded} page of=${read}>${(of) => {
      remember(of.id, of.name);
      const isOurs = of.is_kept;
      const isOff = isOffShelf(of);
      const steps = isOurs && may("catalog_publish") ? (isOff ? OFF_SHELF : STEPS[of.state] ?? []).map(step) : [];
      if (isOurs && of.state === "launched" && may("catalog_publish")) steps.unshift(step(market(of)));
      if (isOurs && isOnItsWay(of)) steps.push({ text: t("Throw it away"), icon: "ban", danger: true, onClick: discard });
      return html`
        <${Page} title=${local(of.name)} crumbs=${[["/catalogue", t("Offers")]]} state=${isOff ? html`<span class="badge warn"><${Icon} name="pause" />${t("Off the shelf")}</span>` : html`<${State} of=${of.state} />`}
          actions=${html`
            ${may("order_place") && of.state === "launched" && !isOff && html`<button type="button" class="button primary" onClick=${() => order(true)}><${Icon} name="shopping-cart" />${t("Order it")}</button>`}
            ${canSellOn(of) && html`<button type="button" class="button" onClick=${() => copy(true)}><${Icon} name="copy" />${t("Sell it on")}</button>`}
            ${isOurs && may("catalog_write") && of.state !== "obsolete" && of.state !== "rejected" && html`<a class="button" href=${to(`/catalogue/${id}/edit`)}><${Icon} name="pencil" />${t("Edit")}</a>`}
            ${of.state === "launched" && may("offer_browse") && isOurs && html`<a class="button" href=${to(`/shop/${id}`)}>${t("See it as a buyer does")}</a>`}
            ${steps.length > 0 && html`<${Menu} label=${t("More actions")} kind="button" button=${html`<${Icon} name="ellipsis" />`} items=${steps} />`}`}>
          ${isOurs && isOnItsWay(of) && may("catalog_publish") && html`<${Path} of=${of} />`}
          <div class="halves">
            <div class="stack">
              <${Card} title=${t("About")}><div class="inside stack">
                ${of.summary && html`<p class="strong">${local(of.summary)}</p>`}
                ${of.description && html`<p>${local(of.description)}</p>`}
                <${Facts} of=${[
                  [t("Categories"), of.categories.map((it) => local(categories.data?.get(it)?.name)).filter(Boolean).join(", ")],
                  [t("Part number"), of.part_number],
                  [t("Version"), of.version],
                  [t("Charged"), of.prices.some((it) => it.kind === "recurring") && CHARGED[of.billing_model]?.()],
                  [t("Prices"), of.freeze_prices ? t("stay as they were at the beginning") : t("follow changes")],
                  [t("Who delivers it"), of.supplier && html`<${Named} id=${of.supplier} />`],
                  [t("On the marketplace"), of.market === "listed" && t("others sell it too")],
                  [t("Copy of"), of.copy_of && html`<${Named} id=${of.copy_of} />`],
                  [t("On top of its prices"), of.mark_up && share(of.mark_up)],
                  [t("Sold through"), of.channels?.join(", ")],
                  [t("Adds to"), of.adds_to && html`<${Named} id=${of.adds_to} />`],
                  [t("On sale until"), day(of.valid.to)],
                  [t("May change to"), of.switches.length > 0 && html`<${Switches} of=${of.switches} />`],
                ]} /></div><//>
              ${isBundle(of) && html`<${Card} title=${t("What is in it")}><${Parts} of=${of} /><//>`}
              <${Prices} offer=${of} />
              <${Card} title=${t("Terms")}><${Terms} of=${of.terms} /><//>
              <${Promises} id=${id} canWrite=${isOurs && may("catalog_write")} />
              ${of.state === "launched" && html`<${Reviews} offer=${id} canSay=${false} />`}
              ${isOurs && may("catalog_read") && html`<${Card} title=${t("Timeline")}><${Timeline} path=${`/offers/${id}/timeline`} own=${id} /><//>`}
            </div>
            <${Calculator} offer=${of} />
          </div>
          ${isOrdering && html`<${OrderDialog} offer=${of} onClose=${() => order(false)} />`}
          ${isRetiring && html`<${Retiring} path=${`/offers/${id}`} name=${local(of.name)} onClose=${() => retire(false)} />`}
          ${isCopying && html`<${SellOn} of=${of} onClose=${() => copy(false)} />`}
        <//>`;
    }}<//>`;
}
