// The page of an invoice for who got it by mail and cannot sign in: what it says, its paper, and paying it.
import { address, get, post } from "../model/api.js";
import { money, quantity } from "../model/money.js";
import { payAt } from "../model/pay.js";
import { t } from "../model/text.js";
import { day, period } from "../model/time.js";
import { form, open, refuse, secret } from "./door.js";

const KEY = "tillbox.invoice";
const LOOK_MS = 1500;
const LOOKS = 10;
const id = new URLSearchParams(location.search).get("of") ?? "";
const at = (name) => document.getElementById(name);

/** What the link carries. It is kept while this window is open: whoever comes back from paying has no other. */
function kept() {
  const it = JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
  return it.id === id ? it : { id, token: "" };
}

const keep = (more) => sessionStorage.setItem(KEY, JSON.stringify({ ...kept(), ...more }));
if (secret()) keep({ token: secret() });
const path = `/invoice_pages/${encodeURIComponent(id)}/${encodeURIComponent(kept().token)}`;

/** An element with a text, or with others in it. */
function made(name, inside, kind) {
  const it = document.createElement(name);
  it.append(...[inside].flat().filter((part) => part !== null && part !== undefined));
  if (kind) it.className = kind;
  return it;
}

function party(place, of) {
  if (!of) return;
  const rows = [...of.address, of.country].filter(Boolean).flatMap((it) => [made("br", []), it]);
  at(place).replaceChildren(made("span", of.name, "strong"), ...rows);
}

const isOpen = (of) => ["open", "overdue"].includes(of.state);
const pair = (name, value, kind) => made("div", [made("dt", name), made("dd", value)], kind);

function line(of) {
  const count = `${quantity(of.quantity)} ${of.unit ?? ""}`.trim();
  const what = made("td", [made("p", of.text, "strong"), of.service_period && made("p", period(of.service_period.start, of.service_period.end), "quiet")]);
  return made("tr", [what, made("td", count, "end"), made("td", money(of.net), "end")]);
}

function pays(of) {
  form.replaceChildren(...of.pays_at.map((it) => {
    const button = made("button", of.pays_at.length > 1 ? t("Pay {amount} now by {name}", { amount: money(of.due), name: it.name }) : t("Pay {amount} now", { amount: money(of.due) }), "button primary wide");
    button.value = it.gateway;
    return button;
  }));
  form.hidden = of.pays_at.length === 0;
}

function note(of) {
  const text = of.is_collected && isOpen(of) ? t("The amount will be collected; you need not do anything.") : of.state === "paid" ? t("Nothing is open any more.") : "";
  at("note").textContent = text;
  at("note").hidden = !text;
}

/** Looks again for a while after one is back from paying: the payment service tells it in its own time. */
function lookAgain(of, looks) {
  const isPaid = !isOpen(of);
  at("paid").firstElementChild.textContent = isPaid ? t("Thank you: it is paid.") : t("Your payment is being looked at.");
  at("paid").hidden = !isPaid && of.payment === "declined";
  if (!isPaid && of.payment !== "declined" && looks < LOOKS) setTimeout(() => show(looks + 1).catch(refuse), LOOK_MS);
}

async function show(looks = 0) {
  const of = await get(path);
  const name = t("Invoice {number}", { number: of.number ?? "" });
  at("name").textContent = name;
  document.title = `${name} · ${of.seller?.name ?? "Tillbox"}`;
  party("seller", of.seller);
  party("buyer", of.buyer);
  at("facts").replaceChildren(...[[t("Issued on"), day(of.issued_on)], [t("Due on"), day(of.due_on)]].map(([one, other]) => pair(one, other)));
  at("lines").setAttribute("aria-label", t("Lines"));
  at("lines").querySelector("tbody").replaceChildren(...of.lines.map(line));
  at("sums").replaceChildren(pair(t("Net"), money(of.net)), pair(t("Tax"), money(of.tax)), pair(t("Total"), money(of.gross), "total"), pair(t("Still to pay"), money(of.due)));
  at("paper").href = address(`${path}/pdf`);
  pays(of);
  note(of);
  if (kept().isBack) lookAgain(of, looks);
  at("bill").hidden = false;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  button.disabled = true;
  try {
    const { page } = await post(`${path}/pay`, { gateway: button.value });
    keep({ isBack: true });
    payAt(page);
  } catch (problem) {
    refuse(problem);
  }
  button.disabled = false;
});
open().then(() => show()).catch((problem) => {
  if (problem.status === 404) problem.message = t("This link leads to no invoice any more.");
  refuse(problem);
});
