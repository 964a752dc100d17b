// Placing an order: for whom, which offer, for which term, how many; and what it will cost.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { all, get, post, workOut } from "../model/api.js";
import { useLoad, useStill } from "../model/load.js";
import { money } from "../model/money.js";
import { go } from "../model/route.js";
import { local, t } from "../model/text.js";
import { Field, FormDialog } from "./form.js";
import { AccountPicker } from "./picker.js";
import { say } from "./toast.js";

function Cost({ offer, account, term, quantity }) {
  const still = useStill(quantity);
  const read = useLoad(async () => {
    const { currency } = await get(`/billing_accounts/${account.billing_account}`);
    return workOut(`/offers/${offer}/calculate`, { currency, term, quantity: still, country: account.address?.country ?? undefined });
  }, ["cost", offer, account.id, term, still]);
  if (read.error) return html`<p class="notice warn">${read.error.message}</p>`;
  if (!read.data) return null;
  const { lines, net, tax, gross } = read.data;
  return html`
    <div class="stack tight" aria-live="polite">
      <h3>${t("What it costs in a whole period")}</h3>
      <dl class="sums wide">
        ${lines.map((it) => html`<div key=${it.price}><dt>${it.name}</dt><dd>${money(it.net)}</dd></div>`)}
        <div class="total"><dt>${t("Net")}</dt><dd>${money(net)}</dd></div>
        ${tax && html`<div><dt>${t("with tax")}</dt><dd>${money(gross)}</dd></div>`}
      </dl>
    </div>`;
}

/** The dialog; `account` or `offer` may be chosen already. */
export function OrderDialog({ account, offer, onClose }) {
  const [buyer, pick] = useState(account ?? null);
  const [chosen, choose] = useState(offer?.id ?? "");
  const [term, bind] = useState("");
  const [quantity, count] = useState(1);
  const read = useLoad(async () => (offer ? [offer] : await all("/offers", { state: "launched" })), ["shelf", offer?.id]);
  const offers = read.data ?? [];
  const found = offers.find((it) => it.id === chosen);
  const place = async () => {
    const order = await post("/orders", { account: buyer.id, items: [{ offer: chosen, quantity, term: term || undefined }] });
    say(t("Order {number} is placed", { number: order.number }));
    go(`/orders/${order.id}`);
  };
  return html`
    <${FormDialog} title=${account ? t("New order for {name}", { name: account.name }) : t("New order")} onClose=${onClose} onSend=${place} send=${t("Place the order")}>
      ${!account && html`<${AccountPicker} onPick=${pick} />`}
      ${offer
        ? html`<p class="strong">${local(offer.name)}</p>`
        : html`<${Field} name="items/0/offer" label=${t("Offer")} kind="select" required value=${chosen} onChange=${(event) => choose(event.target.value)}
            options=${[["", t("Choose …")], ...offers.map((it) => [it.id, local(it.name)])]} />`}
      <div class="pair">
        ${found?.terms.length > 0 && html`<${Field} name="items/0/term" label=${t("Term")} kind="select" onChange=${(event) => bind(event.target.value)}
          options=${[["", t("As the offer says")], ...found.terms.map((it) => [it.key, local(it.name) || it.key])]} />`}
        <${Field} name="items/0/quantity" label=${t("Quantity")} kind="number" min="1" value=${quantity} onInput=${(event) => count(Number(event.target.value) || 1)} />
      </div>
      ${buyer?.billing_account && chosen && html`<${Cost} offer=${chosen} account=${buyer} term=${term || undefined} quantity=${quantity} />`}
    <//>`;
}
