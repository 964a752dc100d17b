// Amounts, quantities and shares as the reader writes them, from decimal texts.
import { locale } from "./text.js";
import { compare } from "./decimal.js";

const formats = new Map();

function format(options) {
  const key = locale() + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(locale(), options));
  return formats.get(key);
}

/** `{amount: "19.99", currency: "EUR"}` as `€19.99`. */
export function money(it) {
  if (!it) return "";
  return format({ style: "currency", currency: it.currency }).format(it.amount);
}

/** The same without what is after the point, for figures at a glance. */
export function round(it) {
  return format({ style: "currency", currency: it.currency, maximumFractionDigits: 0 }).format(it.amount);
}

/** An amount, or a quantity of nothing in particular, in few letters, for the side of a chart. */
export function brief(amount, currency) {
  const style = currency ? { style: "currency", currency } : {};
  return format({ ...style, notation: "compact", maximumFractionDigits: 1 }).format(amount);
}

/** A unit price with all of its digits. */
export function unitPrice(amount, currency) {
  return format({ style: "currency", currency, maximumFractionDigits: 10 }).format(amount);
}

/** A quantity with all of its digits. */
export function quantity(text) {
  return format({ maximumFractionDigits: 12 }).format(text ?? "0");
}

/** A share such as `19` as `19 %`. */
export function share(text) {
  return `${format({ maximumFractionDigits: 4 }).format(text)} %`;
}

/** Whether there is nothing. */
export const isNothing = (it) => !it || compare(it.amount, "0") === 0;

/** Whether it is less than nothing. */
export const isNegative = (it) => Boolean(it) && compare(it.amount, "0") < 0;
