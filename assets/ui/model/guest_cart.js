// The cart of a guest: kept in the browser, until the guest signs in and it comes along.
import { cart, change as changeKept, KEY, put as putKept } from "./cart.js";

const kept = () => JSON.parse(localStorage.getItem(KEY) ?? "[]");

function store(items) {
  if (items.length > 0) localStorage.setItem(KEY, JSON.stringify(items));
  else localStorage.removeItem(KEY);
}

function keep(items) {
  store(items);
  cart.value = { id: null, items };
}

/** Reads it. */
export const read = () => (cart.value = { id: null, items: kept() });

/** Puts a line into it. */
export function put(line) {
  const key = String(1 + Math.max(0, ...kept().map((it) => Number(it.key))));
  keep([...kept(), { quantity: 1, ...line, key, state: "active" }]);
}

/** Changes a line. */
export const change = (key, part) => keep(kept().map((it) => (it.key === key ? { ...it, ...part } : it)));

/** Takes a line out. */
export const takeOut = (key) => keep(kept().filter((it) => it.key !== key));

/** Puts what a guest chose into the cart of who has signed in: how much of it is not to be had there. */
export async function bringAlong() {
  let left = 0;
  for (let lines = kept(); lines.length > 0; lines = kept()) {
    const [{ key, state, ...line }, ...rest] = lines;
    try {
      await putKept(line);
      if (state === "saved") await changeKept(cart.value.items.at(-1).key, { state });
    } catch (problem) {
      // What came of it is not known: it is tried again next time.
      if (problem.isOpen) throw problem;
      left += 1;
    }
    store(rest);
  }
  return left;
}
