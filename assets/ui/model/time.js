// Days and instants as the reader writes them, and how far they are from business time.
import { signal } from "../../vendor/signals/signals.js";
import { get } from "./api.js";
import { locale, t } from "./text.js";

/** The clock as the server tells it: `now`, `wall`, `movable`; and when it was `read`. */
export const clock = signal(null);

/** The zone in which the reader's days begin; that of the browser if nobody said another. */
export const zone = signal(undefined);

const DAY = 86_400_000;
const UNITS = [["year", 365 * DAY], ["month", 60 * DAY, 30.4 * DAY], ["day", DAY], ["hour", 3_600_000], ["minute", 60_000]];

/** Asks the server how late it is. */
export async function readClock() {
  clock.value = { ...(await get("/clock")), read: Date.now() };
}

/** Says how late it was a moment ago, to who may not ask the clock. */
export function stand(now) {
  clock.value = { now, movable: false, read: Date.now() };
}

/** Business time: it goes on since it was read. */
export function now() {
  const it = clock.value;
  return it ? new Date(Date.parse(it.now) + Date.now() - it.read) : new Date();
}

/** The day of an instant where the reader is. */
const dayOf = (at) => at.toLocaleDateString("sv", { timeZone: zone.value });

/** The day of business time. */
export const today = () => dayOf(now());

/** The day after another. */
export const after = (text) => new Date(Date.parse(text) + DAY).toISOString().slice(0, 10);

/** The day before another. */
export const before = (text) => new Date(Date.parse(text) - DAY).toISOString().slice(0, 10);

/** The first day from today on that is later than another. */
export const next = (text) => (text >= today() ? after(text) : today());

const isDay = (text) => text.length === 10;

/** `2026-02-01` as `1 Feb 2026`; an instant as its day. */
export function day(text) {
  if (!text) return "";
  const options = { timeZone: isDay(text) ? "UTC" : zone.value };
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", ...options }).format(new Date(text));
}

/** An instant with its time of day. */
export function moment(text) {
  if (!text) return "";
  if (isDay(text)) return day(text);
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short", timeZone: zone.value }).format(new Date(text));
}

/** `2026-02` or a day in it as `Feb`, or `February 2026`. */
export function month(text, isLong = false) {
  const options = isLong ? { month: "long", year: "numeric" } : { month: "short" };
  return new Intl.DateTimeFormat(locale(), { timeZone: "UTC", ...options }).format(new Date(`${text.slice(0, 7)}-01`));
}

/** The days from the first up to, but not including, the second. */
export function period(start, end) {
  const last = new Date(new Date(end).getTime() - DAY).toISOString().slice(0, 10);
  const format = new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" });
  return last <= start ? day(start) : format.formatRange(new Date(start), new Date(last));
}

/** How far from business time, or from wall time: `in 3 days`, which are days of the calendar. */
export function distance(text, isWall = false) {
  const [at, from] = [new Date(text), isWall ? new Date() : now()];
  const isDays = isDay(text) || Math.abs(at - from) >= DAY;
  const gap = isDays ? Date.parse(isDay(text) ? text : dayOf(at)) - Date.parse(dayOf(from)) : at - from;
  const [unit, least, size = least] = UNITS.find(([, least]) => Math.abs(gap) >= least) ?? (isDays ? ["day", DAY] : ["minute", 60_000]);
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(gap / size), unit);
}

/** How often: `1 month` as `every month`. */
export function rhythm(text) {
  const plain = { "1 day": t("every day"), "1 week": t("every week"), "1 month": t("every month"), "1 year": t("every year") };
  return plain[text] ?? t("every {span}", { span: span(text) });
}

/** `1 month` as the reader says it. */
export function span(text) {
  const [, number, unit] = /^(\d+) (day|week|month|year)s?$/.exec(text) ?? [];
  if (!unit) return text;
  return new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(number);
}
