// Amounts, quantities and shares as the reader writes them, from decimal texts.
import { locale, t } from "./text.js";
import { compare, isDecimal } from "./decimal.js";

const formats = new Map();

function format(options) {
  const key = locale() + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(locale(), options));
  return formats.get(key);
}

/** What the reader sets before decimals, and between thousands. */
function signs() {
  const parts = format({ minimumFractionDigits: 1 }).formatToParts(1234567);
  const of = (type) => parts.find((it) => it.type === type)?.value ?? "";
  return { point: of("decimal"), group: of("group") };
}

const plainly = (sign) => sign.replace(/[\\\]^-]/g, "\\$&");

/**
 * What somebody typed, as a decimal text: with the point and the thousands of this page, or without thousands. Nothing
 * if it reads otherwise, be it a number elsewhere: `1,250` is more than a thousand on one page and not much on another.
 */
export function typed(text) {
  const { point, group } = signs();
  const between = `[${plainly(group)}\\s'’]`;
  const form = new RegExp(`^(-?)([1-9]\\d{0,2}(?:${between}\\d{3})+|\\d+)(?:${point === "." ? "\\." : point}(\\d+))?$`);
  const [, sign, whole, part] = form.exec(text.trim()) ?? [];
  if (whole === undefined) return null;
  return `${sign}${whole.replace(/\D/g, "")}${part ? `.${part}` : ""}`;
}

/** A decimal text as the reader would type it. */
export const written = (text) => (isDecimal(text) ? String(text).replace(".", signs().point) : text);

/** Why something typed is no number. */
export const misread = () => t("Not a number as it is written here, such as {example}", { example: quantity("1234.5") });

/** Whether a decimal text has no finer parts than a currency does. */
export function isPayable(text, currency) {
  const part = text.split(".")[1] ?? "";
  return part.length <= placesOf(currency);
}

const placesOf = (currency) => format({ style: "currency", currency }).resolvedOptions().maximumFractionDigits;

/** Why an amount is finer than money is paid. */
export const tooFine = (currency) => t("At most {places} digits after the point in {currency}", { places: String(placesOf(currency)), currency });

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
