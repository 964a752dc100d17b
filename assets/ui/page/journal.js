// The journal: every movement of money as a double entry, and the balances that follow.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { address, all, get, send } from "../model/api.js";
import { plus } from "../model/decimal.js";
import { useLoad } from "../model/load.js";
import { isNegative, isNothing, money } from "../model/money.js";
import { here, refine, to } from "../model/route.js";
import { may, session } from "../model/session.js";
import { t } from "../model/text.js";
import { after, moment, today } from "../model/time.js";
import { pathOf } from "../part/figure.js";
import { Field, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { List } from "../part/list.js";
import { Card, Page } from "../part/page.js";
import { sentence } from "../part/state.js";
import { Empty, Loaded } from "../part/still.js";
import { Table } from "../part/table.js";
import { say } from "../part/toast.js";

/** What a ledger is called; money is there in any form, unlike a payment in cash. */
const called = (ledger) => (ledger === "cash" ? t("Cash and bank") : t(sentence(ledger)));

const KINDS = {
  inv: () => t("Invoice"), pay: () => t("Payment"), crn: () => t("Credit note"), rfd: () => t("Refund"), shr: () => t("Share of what was earned"),
  stl: () => t("Settlement"), dep: () => t("Deposit"), bkt: () => t("Balance"), dun: () => t("Late fee"), acc: () => t("Account"), bac: () => t("Billing account"),
};

/** Where what has no page of its own is shown. */
const SHOWN = { shr: "/settlements" };

const positive = (it) => ({ ...it, amount: it.amount.replace("-", "") });

function Cause({ of }) {
  const kind = of.slice(0, 3);
  const [text, path] = [KINDS[kind]?.() ?? of, pathOf(of) ?? SHOWN[kind]];
  return path ? html`<a href=${to(path)} title=${of}>${text}</a>` : html`<span title=${of}>${text}</span>`;
}

const legs = (it, isDebit) => html`
  <ul>${it.legs.map((leg) => html`<li>${isNegative(leg.amount) !== isDebit ? money(positive(leg.amount)) : "\u00a0"}</li>`)}</ul>`;

const columns = () => [
  { head: t("No."), cell: (it) => it.sequence, text: (it) => it.sequence },
  { head: t("When"), lead: true, cell: (it) => html`<span class="one-line">${moment(it.at)}</span>`, text: (it) => it.at },
  { head: t("By"), cell: (it) => html`<${Cause} of=${it.cause} />`, text: (it) => it.cause },
  { head: t("Legs"), carded: true, cell: (it) => html`<ul class="grow">${it.legs.map((leg) => html`<li class="row between"><span>${called(leg.ledger)}</span><span>${money(positive(leg.amount))} <small>${isNegative(leg.amount) ? t("credit") : t("debit")}</small></span></li>`)}</ul>` },
  { head: t("Ledger"), wide: true, cell: (it) => html`<ul class="one-line">${it.legs.map((leg) => html`<li>${called(leg.ledger)}</li>`)}</ul>` },
  { head: t("Debit"), num: true, wide: true, cell: (it) => legs(it, true) },
  { head: t("Credit"), num: true, wide: true, cell: (it) => legs(it, false) },
];

// In a file each leg is a line, with the entry that it belongs to.
const lines = (entry) => entry.legs.map((leg) => ({ ...entry, leg }));
const side = (leg, isDebit) => (isNegative(leg.amount) === isDebit ? "" : positive(leg.amount).amount);
const filed = () => [
  ...columns().filter((it) => it.text),
  { head: t("Ledger"), text: ({ leg }) => leg.ledger },
  { head: t("Whose"), text: ({ leg }) => leg.holder },
  { head: t("Debit"), text: ({ leg }) => side(leg, true) },
  { head: t("Credit"), text: ({ leg }) => side(leg, false) },
  { head: t("Currency"), text: ({ leg }) => leg.amount.currency },
];

/** The balances of all holders together, by ledger and currency, without those of nothing. */
function sums(items) {
  const found = new Map();
  for (const { ledger, amount } of items) {
    const key = `${ledger} ${amount.currency}`;
    const before = found.get(key)?.amount.amount ?? "0";
    found.set(key, { ledger, amount: { ...amount, amount: plus(before, amount.amount) } });
  }
  return [...found.values()].filter((it) => !isNothing(it.amount));
}

/** A row for each ledger, a column for each currency. */
function grid(found) {
  const currencies = [...new Set(found.map((it) => it.amount.currency))].sort();
  const of = (row, currency) => row.find((it) => it.amount.currency === currency)?.amount;
  return {
    rows: [...Map.groupBy(found, (it) => it.ledger).values()],
    columns: [
      { head: t("Ledger"), cell: (row) => html`<span class="strong">${called(row[0].ledger)}</span>` },
      ...currencies.map((currency) => ({ head: currency, num: true, cell: (row) => of(row, currency) && html`<span>${money(positive(of(row, currency)))} <small>${isNegative(of(row, currency)) ? t("credit") : t("debit")}</small></span>` })),
    ],
  };
}

const TAXED = {
  standard: () => t("Revenue at the standard rate"), reduced: () => t("at a reduced rate"), abroad: () => t("at the rate of another country"),
  reverse_charge: () => t("reverse charge"), third_country: () => t("third countries"), exempt: () => t("free of tax"),
};

/** In which accounts one's accountant books, and as whose books. */
function Chart({ account, onClose }) {
  const read = useLoad(() => get(`/accounts/${account}/booking_chart`), ["chart", account]);
  const change = async ({ standard, ...body }) => {
    await send("PATCH", `/accounts/${account}/booking_chart`, standard ? { ...body, standard } : body);
    say(t("Saved"));
  };
  return html`
    <${Loaded} of=${read}>${(of) => html`
      <${FormDialog} title=${t("Accounts of the books")} onClose=${onClose} onSend=${change} send=${t("Save")} intro=${t("What your accountant's program wants to know of the files for DATEV.")}>
        <${Field} name="standard" label=${t("Chart of accounts")} kind="select" options=${[["", t("as it is")], ["skr03", "SKR 03"], ["skr04", "SKR 04"]]} />
        <div class="pair">
          <${Field} name="consultant" label=${t("Number of the accountant")} kind="number" value=${of.consultant} required />
          <${Field} name="client" label=${t("Your number with that")} kind="number" value=${of.client} required />
          <${Field} name="year_begins" label=${t("Month in which your year begins")} kind="number" min="1" max="12" value=${of.year_begins} required />
          <${Field} name="debtors_from" label=${t("Customers' accounts from")} kind="number" min="0" value=${of.debtors_from ?? 0} required hint=${t("A customer's number is added to it; 0 for one account of all.")} />
        </div>
        <p class="quiet">${Object.entries(of.accounts).map(([ledger, number]) => `${called(ledger)} ${number}`).join(" · ")}</p>
        <p class="quiet">${Object.entries(of.revenues).map(([taxed, number]) => `${TAXED[taxed]()} ${number}`).join(" · ")}</p>
      <//>`}<//>`;
}

/** The journal of some days as a file for an accountant. */
function Files({ seller }) {
  const [isChanging, change] = useState(false);
  const [days, set] = useState({ from: `${today().slice(0, 7)}-01`, until: after(today()) });
  const bound = (name, label) => html`
    <label class="row tight"><small>${label}</small><input class="date" type="date" name=${name} value=${days[name]} onChange=${(event) => set({ ...days, [name]: event.target.value })} /></label>`;
  const file = (form, text) => html`<a class="button small" href=${address(`/journal/${form}`, { ...days, seller })} download><${Icon} name="download" />${text}</a>`;
  return html`
    <${Card} title=${t("For the accountant")} actions=${may("settings_write") && html`<button type="button" class="button small" onClick=${() => change(true)}><${Icon} name="settings" />${t("Accounts of the books")}</button>`}>
      <div class="inside row">${bound("from", t("from"))}${bound("until", t("up to"))}${file("csv", "CSV")}${file("datev", "DATEV")}</div>
      ${isChanging && html`<${Chart} account=${seller || session.value.account.id} onClose=${() => change(false)} />`}
    <//>`;
}

function Balances({ seller, name }) {
  const read = useLoad(() => get("/balances", { seller }), ["balances", seller]);
  return html`
    <${Card} title=${t("Balances of {name}", { name })}>
      <${Loaded} of=${read} bones=${2}>${({ items }) => items.length === 0
        ? html`<${Empty} icon="scale" title=${t("Nothing was booked yet")} />`
        : html`<${Table} label=${t("Balances")} ...${grid(sums(items))} />`}<//>
    <//>`;
}

/** The page. */
export default function Journal() {
  const { seller } = here.value.query;
  const others = useLoad(() => all("/accounts", { kind: "reseller", fields: "name" }), ["sellers"]).data ?? [];
  const sellers = [{ id: "", name: session.value.account.name }, ...others];
  const whose = others.length > 0 && html`
    <select name="seller" aria-label=${t("Whose books")} onChange=${(event) => refine({ seller: event.target.value })}>
      ${sellers.map((it) => html`<option key=${it.id} value=${it.id} selected=${it.id === (seller ?? "")}>${it.name}</option>`)}</select>`;
  return html`
    <${Page} title=${t("Journal")} actions=${whose}>
      <${Balances} seller=${seller} name=${sellers.find((it) => it.id === (seller ?? ""))?.name ?? ""} />
      <${Files} seller=${seller} />
      <${List} key=${seller} query=${seller ? { seller } : {}} path="/journal" label=${t("Entries")} file="journal" columns=${columns()} lines=${lines} filed=${filed()}
        empty=${html`<${Empty} icon="book-open" title=${t("Nothing was booked yet")}><p>${t("Each invoice, payment and credit note writes an entry whose sides are equal.")}</p><//>`} />
    <//>`;
}
