// What things are called, by their ids: asked for once each, and remembered.
import { signal } from "../../vendor/signals/signals.js";
import { all, get } from "./api.js";
import { local } from "./text.js";

const names = new Map();

const READ = {
  acc: (id) => get(`/accounts/${id}`, { fields: "name" }).then((it) => it.name),
  ofr: (id) => get(`/offers/${id}`, { fields: "name" }).then((it) => it.name),
  usr: (id) => get(`/users/${id}`, { fields: "name" }).then((it) => it.name),
  res: (id) => get(`/resources/${id}`).then((it) => it.name),
  sub: (id) => get(`/subscriptions/${id}`).then((it) => it.name ?? get(`/offers/${it.offer}`, { fields: "name" }).then((offer) => offer.name, () => `#${it.number}`)),
  inv: (id) => get(`/invoices/${id}`, { fields: "number" }).then((it) => it.number),
  bac: (id) => get(`/billing_accounts/${id}`).then((it) => it.name),
  mtr: (id) => get(`/meters/${id}`).then((it) => it.name),
};

/** The name of the thing with an id, once it is known: a signal. */
export function name(id) {
  if (!names.has(id)) {
    names.set(id, signal(null));
    const read = READ[id.slice(0, 3)];
    read?.(id).then((it) => remember(id, it), () => {});
  }
  return names.get(id);
}

/** Remembers a name that was read with something else. */
export function remember(id, text) {
  if (!names.has(id)) names.set(id, signal(null));
  names.get(id).value = typeof text === "object" ? local(text) : text;
}

/** Remembers the names of the things in a list. */
export function rememberAll(items) {
  for (const it of items) if (it.id && it.name) remember(it.id, it.name);
  return items;
}

const lists = new Map();

/** A short list that seldom changes, such as the meters, by id. */
export function listed(path) {
  if (!lists.has(path)) {
    const reading = all(path).then((items) => new Map(rememberAll(items).map((it) => [it.id, it])));
    reading.catch(() => lists.delete(path));
    lists.set(path, reading);
  }
  return lists.get(path);
}

/** Forgets the lists: something was changed. */
export function forget(path) {
  lists.delete(path);
}
