// Who is signed in, what it may do, and going out.
import { signal } from "../../vendor/signals/signals.js";
import * as api from "./api.js";

/** The session as the server tells it. */
export const session = signal(null);

/** Finds out who is here; leads to the door whoever is not signed in, or has yet to choose a password. */
export async function enter() {
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

/** Leads to the door, and back to this page afterwards; `why` is told there. */
export function leave(why = {}) {
  const back = location.pathname + location.search;
  const query = new URLSearchParams({ ...why, ...(back === "/ui/" ? {} : { next: back }) }).toString();
  location.replace(`/ui/sign-in${query && `?${query}`}`);
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
