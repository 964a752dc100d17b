// Who is signed in, what it may do, and going out.
import { signal } from "../../vendor/signals/signals.js";
import * as api from "./api.js";
import { to } from "./route.js";

/** The session as the server tells it. */
export const session = signal(null);

/**
 * Finds out who is here; leads to the door whoever is not signed in, or has yet to choose a password. A page that `isOpen`
 * needs nobody to be signed in, where the shop is open to everybody.
 */
export async function enter({ isOpen = false } = {}) {
  if (isOpen && (await lookIn())) return true;
  try {
    session.value = await api.get("/session");
    api.carry(session.value.csrf_token);
    if (session.value.must_change_password) return leave({ another: 1 });
  } catch (problem) {
    if (problem.status === 401) return leave();
    throw problem;
  }
  return true;
}

const CURRENCY = "tillbox.currency";

/** Lets whoever is not signed in look at the shop, if everybody may. */
async function lookIn() {
  const shop = await api.get("/shop");
  if (shop.signed_in || !shop.open) return false;
  const chosen = localStorage.getItem(CURRENCY);
  const currency = shop.currencies.includes(chosen) ? chosen : shop.currencies[0] ?? "EUR";
  session.value = { account: { ...shop, id: null, kind: "guest", currency }, permissions: ["offer_browse"] };
  return true;
}

/** Chooses the currency in which a guest sees prices. */
export function chooseCurrency(currency) {
  localStorage.setItem(CURRENCY, currency);
  session.value = { ...session.value, account: { ...session.value.account, currency } };
}

/** Leads to the door, and back to this page afterwards; `why` is told there. */
export function leave(why = {}) {
  const back = location.pathname + location.search;
  location.replace(to("/sign-in", { ...why, next: back === "/ui/" ? "" : back }));
  return false;
}

/** Ends the session, if it is not over already. */
export async function signOut() {
  try {
    await api.send("DELETE", "/session");
  } catch (problem) {
    if (problem.status !== 401) throw problem;
  }
  location.replace("/ui/sign-in");
}

/** Whether nobody is signed in who looks at the shop all the same. */
export const isGuest = () => session.value?.account.kind === "guest";

/** Whether the caller works for who runs the appliance. */
export const isHouse = () => session.value?.account.kind === "provider";

/** Whether the caller buys only, and sells to nobody. */
export const isBuyer = () => session.value?.account.kind === "customer";

/** Whether something is the caller's own account, above which it sees nothing. */
export const isOwn = (account) => session.value?.account.id === account;

/** Whether the caller may do something to anything at all. */
export function may(permission) {
  return session.value?.permissions.includes(permission) ?? false;
}
