// How an account pays: its methods on file, the usual one of them, another one by its token, and taking one away.
import { html } from "../../html.js";
import { useEffect, useState } from "../../../vendor/preact/hooks.js";
import { post, send } from "../../model/api.js";
import { payAt } from "../../model/pay.js";
import { here, refine } from "../../model/route.js";
import { isOwn, may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { day } from "../../model/time.js";
import { Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Rows } from "../../part/list.js";
import { Menu } from "../../part/menu.js";
import { Card } from "../../part/page.js";
import { State } from "../../part/state.js";
import { Empty } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";

const KINDS = [
  ["card", () => t("Card")], ["direct_debit", () => t("Direct debit")], ["wallet", () => t("Wallet")],
  ["bank_transfer", () => t("Bank transfer")], ["cash", () => t("Cash")], ["check", () => t("Cheque")],
];
const kindOf = (key) => KINDS.find(([it]) => it === key)?.[1]() ?? key;

const Gateway = ({ hint }) => html`
  <div class="pair">
    <${Field} name="gateway" label=${t("Gateway")} hint=${t("Such as stripe")} required autocomplete="off" />
    <${Field} name="token" label=${t("Token")} hint=${hint} required autocomplete="off" />
  </div>`;

// A token is known to who keeps the gateway; a customer's card comes onto file where it pays.
const KEPT_BY_TOKEN = ["card", "wallet"];
const kinds = () => KINDS.filter(([key]) => may("settings_write") || !KEPT_BY_TOKEN.includes(key));

const DETAILS = {
  card: () => html`
    <${Gateway} hint=${t("What the gateway calls the card; never its number")} />
    <div class="pair">
      <${Field} name="brand" label=${t("Brand")} required autocomplete="off" />
      <${Field} name="last_digits" label=${t("Last four digits")} pattern="[0-9]{4}" maxlength="4" inputmode="numeric" required autocomplete="off" />
      <${Field} name="expires" label=${t("Good until")} pattern="[0-9]{4}-[0-9]{2}" hint=${t("A month, such as 2029-08")} required autocomplete="off" />
    </div>`,
  wallet: () => html`<${Gateway} hint=${t("What the gateway calls the wallet")} />`,
  direct_debit: () => html`
    <div class="pair">
      <${Field} name="iban" label="IBAN" required autocomplete="off" />
      <${Field} name="holder" label=${t("Who holds the bank account")} required autocomplete="off" />
    </div>
    <div class="pair">
      <${Field} name="mandate" label=${t("Mandate")} required autocomplete="off" />
      <${Field} name="signed_on" label=${t("Signed on")} kind="date" required />
    </div>
    <div class="pair">
      <${Field} name="scheme" label=${t("By whose rules")} kind="select" options=${[["core", "SEPA Core"], ["b2b", "SEPA B2B"]]} />
      <${Field} name="uses" label=${t("For")} kind="select" options=${[["recurrent", t("whatever falls due")], ["once", t("a single payment")]]} />
    </div>`,
};

/** The dialog that keeps another one: it asks for what that way of paying needs. */
export function Keep({ account, onClose, onKept = () => {} }) {
  const [kind, choose] = useState(kinds()[0][0]);
  const add = async (body) => {
    const kept = await post(`/accounts/${account.id}/payment_methods`, body);
    say(t("{name} is kept", { name: kept.name }));
    onKept(kept);
  };
  return html`
    <${FormDialog} title=${t("Keep how {name} pays", { name: account.name })} onClose=${onClose} onSend=${add} send=${t("Keep it")}>
      <${Field} name="kind" label=${t("How")} kind="select" value=${kind} onChange=${(event) => choose(event.target.value)} options=${kinds().map(([key, text]) => [key, text()])} />
      ${DETAILS[kind]?.()}
      <${Field} name="name" label=${t("Name")} hint=${t("What you call it; you need not say")} />
      <${Field} name="default" label=${t("Take it where nothing else is said")} kind="check" />
    <//>`;
}

function Remove({ of, onClose }) {
  const take = async () => {
    await send("DELETE", `/payment_methods/${of.id}`);
    say(t("It is taken away"), of.name);
  };
  return html`
    <${FormDialog} title=${t("Take {name} away?", { name: of.name })} onClose=${onClose} onSend=${take} send=${t("Take it away")} danger
      intro=${t("Nothing is taken by it any more. It comes back only by keeping it anew.")}><//>`;
}

/** Goes to the page of the gateway on which the holder of an account puts a card on file. */
const putCard = (account) => post(`/accounts/${account.id}/payment_methods/page`).then((it) => payAt(it.page), (problem) => {
  const isNowhere = problem.errors?.some((it) => it.pointer === "/gateway");
  complain(isNowhere ? { title: t("No card can be put on file here"), message: t("The seller takes no cards, or its payment service keeps none.") } : problem);
});

/** Who is back from such a page has its card kept, once. */
function useKept(account) {
  const { kept, gateway } = here.value.query;
  useEffect(() => {
    if (!kept) return;
    refine({ kept: "", gateway: "" });
    post(`/accounts/${account.id}/payment_methods/kept`, { visit: kept, gateway }).then((it) => say(t("{name} is kept", { name: it.name })), complain);
  }, [kept]);
}

/** The card. */
export function PaymentMethods({ account }) {
  useKept(account);
  const [isAdding, add] = useState(false);
  const [removed, remove] = useState(null);
  const isMine = may("payment_method_write");
  const actions = (it) => [
    !it.default && it.state === "active" && { text: t("Take it where nothing else is said"), icon: "check", onClick: () => post(`/payment_methods/${it.id}/default`).then(() => say(t("It is the usual one now"), it.name), complain) },
    { text: t("Take it away"), icon: "ban", danger: true, onClick: () => remove(it) },
  ].filter(Boolean);
  const columns = [
    { head: t("Name"), cell: (it) => html`<span class="strong">${it.name}</span>${it.default && html` <span class="badge">${t("default")}</span>`}` },
    { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
    { head: t("How"), cell: (it) => kindOf(it.kind) },
    { head: t("Gateway"), extra: true, cell: (it) => it.gateway },
    { head: t("Good until"), extra: true, cell: (it) => it.expires ?? (it.signed_on && t("mandate {name} of {day}", { name: it.mandate, day: day(it.signed_on) })) },
    { head: "", num: true, cell: (it) => isMine && html`<${Menu} label=${t("Actions for {name}", { name: it.name })} button=${html`<${Icon} name="ellipsis" />`} items=${actions(it)} />` },
  ];
  const more = isMine && html`${isOwn(account.id) && html`<button type="button" class="button small" onClick=${() => putCard(account)}><${Icon} name="wallet" />${t("Put a card on file")}</button>`}<button type="button" class="button small" onClick=${() => add(true)}><${Icon} name="plus" />${t("Add")}</button>`;
  return html`
    <${Card} title=${t("Payment methods")} actions=${more}>
      <${Rows} path=${`/accounts/${account.id}/payment_methods`} label=${t("Payment methods")} columns=${columns}
        empty=${html`<${Empty} icon="wallet" title=${t("No payment method is on file")}><p>${t("Payments are recorded as bank transfers, unless something else is said.")}</p><//>`} />
      ${removed && html`<${Remove} of=${removed} onClose=${() => remove(null)} />`}
      ${isAdding && html`<${Keep} account=${account} onClose=${() => add(false)} />`}
    <//>`;
}
