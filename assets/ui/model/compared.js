// The offers that somebody wants to see side by side: a few, as long as the tab is open.
import { signal } from "../../vendor/signals/signals.js";

const KEY = "tillbox.compared";

/** No more stand side by side. */
export const MOST = 3;

/** Their ids. */
export const compared = signal(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));

function keep(ids) {
  sessionStorage.setItem(KEY, JSON.stringify(ids));
  compared.value = ids;
}

/** Whether one is among them. */
export const isCompared = (id) => compared.value.includes(id);

/** Takes one in, or out. */
export const toggle = (id) => keep(isCompared(id) ? compared.value.filter((it) => it !== id) : [...compared.value, id].slice(-MOST));

/** Takes all of them out. */
export const forgetAll = () => keep([]);
