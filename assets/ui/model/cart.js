// The cart of whoever is here: the server keeps it, so that it is the same in every browser.
import { computed, signal } from "../../vendor/signals/signals.js";
import { get, post, send } from "./api.js";
import { isHouse, may } from "./session.js";

const NONE = { id: null, items: [] };

/** The cart as it was read last; nothing in it, and no id, until the first thing is put into it. */
export const cart = signal(NONE);

/** How many lines of it would be ordered. */
export const inCart = computed(() => cart.value.items.filter((it) => it.state === "active").length);

/** Whether who is here fills a cart: who buys, for its own account. */
export const hasCart = () => !isHouse() && may("cart_write") && may("order_place");

/** Reads it. */
export async function readCart() {
  if (!hasCart()) return;
  const { items } = await get("/carts", { limit: 1 });
  cart.value = items[0] ?? NONE;
}

const at = (path = "") => `/carts/${cart.value.id}${path}`;

/** Puts a line into it. */
export async function put(line) {
  if (!cart.value.id) cart.value = await post("/carts");
  cart.value = await post(at("/items"), line);
}

/** Changes a line: how many, on which term, or whether it is kept for another time. */
export async function change(key, part) {
  cart.value = await send("PATCH", at(`/items/${key}`), part);
}

/** Takes a line out. */
export async function takeOut(key) {
  cart.value = await send("DELETE", at(`/items/${key}`));
}

/** Orders what is in it, and reads what is left. */
export async function orderAll(said) {
  const order = await post(at("/order"), said);
  await readCart();
  return order;
}

/** Orders what is in it, to be paid before anybody works on it; the answer says where, and what is left is read. */
export async function payFirst(said) {
  const order = await post(at("/checkout"), { order: said });
  await readCart();
  return order;
}
