// Exact decimal arithmetic on texts such as `19.99`: amounts never become floating point numbers.

function read(text) {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(text).trim()) ?? [];
  if (whole === undefined) return null;
  const units = BigInt(whole + part);
  return { units: sign ? -units : units, places: part.length };
}

function level(one, other) {
  const places = Math.max(one.places, other.places);
  const scaled = (it) => it.units * 10n ** BigInt(places - it.places);
  return [scaled(one), scaled(other), places];
}

function write(units, places) {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  const sign = units < 0n ? "-" : "";
  const cut = digits.length - places;
  return sign + digits.slice(0, cut) + (places ? `.${digits.slice(cut)}` : "");
}

/** Whether a text is a decimal number. */
export const isDecimal = (text) => read(text) !== null;

/** Which of two is greater: below, at or above zero. */
export function compare(one, other) {
  const [a, b] = level(read(one), read(other));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The sum of two. */
export function plus(one, other) {
  const [a, b, places] = level(read(one), read(other));
  return write(a + b, places);
}

/** What is left of one after the other. */
export function minus(one, other) {
  const [a, b, places] = level(read(one), read(other));
  return write(a - b, places);
}

/** The lesser of two. */
export const least = (one, other) => (compare(one, other) <= 0 ? one : other);

/** Where a number stands in a drawing: the one place where a floating point number is made of it. */
export const coordinate = (text) => Number(text);
