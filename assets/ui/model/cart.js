// The cart of whoever is here: the server keeps it, so that it is the same in every browser.
// That of a guest is kept in the browser, and comes along when the guest signs in.
import { computed, signal } from "../../vendor/signals/signals.js";
import { get, post, send } from "./api.js";
import { channel } from "./channel.js";
import { isGuest, isHouse, may } from "./session.js";

/** Under what a browser keeps that of a guest. */
export const KEY = "tillbox.cart";
const NONE = { id: null, items: [] };

/** The cart as it was read last; nothing in it, and no id, until the first thing is put into it. */
export const cart = signal(NONE);

/** How many lines of it would be ordered. */
export const inCart = computed(() => cart.value.items.filter((it) => it.state === "active").length);

/** Whether who is here fills a cart: who buys, for its own account, and guests. */
export const hasCart = () => isGuest() || (!isHouse() && may("cart_write") && may("order_place"));

// Who is signed in, and chose nothing before, needs none of it.
const guest = () => import("./guest_cart.js");

let coming = null;

/** Reads it, and puts into it what was chosen before signing in: how many of that are not to be had here. */
export async function readCart() {
  if (!hasCart()) return 0;
  if (isGuest()) {
    (await guest()).read();
    return 0;
  }
  const { items } = await get("/carts", { limit: 1 });
  cart.value = items[0] ?? NONE;
  if (!localStorage.getItem(KEY)) return 0;
  coming ??= guest().then((it) => it.bringAlong()).finally(() => (coming = null));
  return coming;
}

const at = (path = "") => `/carts/${cart.value.id}${path}`;

const sorted = (of) => Object.entries(of ?? {}).map(([key, it]) => [key, String(it)]).sort();
/** What two lines must have in common to be of the same. */
const kindOf = ({ offer, name, term, times, plan, resources, characteristics, parent }) => JSON.stringify([offer, name ?? null, term ?? null, times ?? 1, plan ?? null, sorted(resources), sorted(characteristics), parent ?? null]);

/** Puts a line into it: of what lies there already, so many more. */
export async function put(line) {
  const same = cart.value.items.find((it) => kindOf(it) === kindOf(line));
  if (same) return change(same.key, { quantity: (same.state === "active" ? same.quantity ?? 1 : 0) + (line.quantity ?? 1), state: "active" });
  if (isGuest()) return (await guest()).put(line);
  // An empty cart of another channel is left, and one of this channel begun.
  const isOther = cart.value.items.length === 0 && (cart.value.channel ?? undefined) !== channel();
  if (!cart.value.id || isOther) cart.value = await post("/carts", channel() && { channel: channel() });
  cart.value = await post(at("/items"), line);
}

/** Changes a line: how many, on which term, or whether it is kept for another time. */
export async function change(key, part) {
  if (isGuest()) return (await guest()).change(key, part);
  cart.value = await send("PATCH", at(`/items/${key}`), part);
}

/** Takes a line out. */
export async function takeOut(key) {
  if (isGuest()) return (await guest()).takeOut(key);
  cart.value = await send("DELETE", at(`/items/${key}`));
}

// What is ordered is what was seen: a cart that was changed elsewhere since is refused.
async function ordered(path, said) {
  const order = await send("POST", at(path), said, { revision: cart.value.revision });
  await readCart();
  return order;
}

/** Orders what is in a cart as it was seen, and reads what is left. */
export const orderAll = (said) => ordered("/order", said);

/** Orders what is in it, to be paid through a gateway before anybody works on it; the answer says where, and what is left is read. */
export const payFirst = (said, gateway) => ordered("/checkout", { order: said, gateway });

/** The line that is bought at once and by itself, whatever lies in the cart; a reload keeps it. */
const NOW = "tillbox.now";
export const boughtNow = () => JSON.parse(sessionStorage.getItem(NOW) ?? "null");
export const buyNow = (line) => sessionStorage.setItem(NOW, JSON.stringify({ key: "1", state: "active", channel: channel(), ...line }));

/** Orders what is bought at once, to be paid first through a gateway if one `pays`. */
export async function orderNow(order, pays, gateway) {
  const placed = pays ? await post("/orders/checkout", { order, gateway }) : await post("/orders", order);
  sessionStorage.removeItem(NOW);
  return placed;
}
