// What prices, meters and resources are called and counted in: one text, and perhaps others in further languages; and how many.
import { typed } from "./money.js";
import { local } from "./text.js";

/** What a price or a meter is called in the reader's language. */
export const called = (it) => local({ ...it.names, en: it.names?.en ?? it.name });

/** In what a price, a meter or a resource is counted, in the reader's language; nothing where it is not. */
export const unitOf = (it) => (it ? local(it.unit_name) || local({ ...it.units, en: it.units?.en ?? it.unit }) || "" : "");

/** Whether something typed is how many one can order. */
export const isCount = (text) => /^[1-9]\d{0,5}$/.test(typed(text) ?? "");
