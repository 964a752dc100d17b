// The words of the UI in the reader's language: English in the code, one catalogue for each other language.
import { signal } from "../../vendor/signals/signals.js";

/** The languages that have a catalogue, by what they call themselves. */
export const LANGUAGES = { en: "English", de: "Deutsch", fr: "Français", es: "Español" };

const KEY = "tillbox.language";
const catalogue = signal({});

/** The language at present. */
export const language = signal("en");

/** How numbers and days are written: as in the reader's country, if its language is spoken there. */
export const locale = () => navigator.languages.find((it) => it.startsWith(language.value)) ?? language.value;

/** Loads the catalogue of the language that was chosen, or of the one that the browser asks for. */
export async function speak(wanted = chosen()) {
  const name = LANGUAGES[wanted] ? wanted : "en";
  const answer = await fetch(new URL(`../lang/${name}.json`, import.meta.url));
  catalogue.value = answer.ok ? await answer.json() : {};
  language.value = name;
  document.documentElement.lang = name;
}

/** Chooses a language for good. */
export function choose(name) {
  localStorage.setItem(KEY, name);
  return speak(name);
}

/** The language that was chosen in this browser, or that it asks for. */
export function chosen() {
  return localStorage.getItem(KEY) ?? navigator.language.slice(0, 2);
}

/** What a language calls itself: one that the UI speaks, or any other. */
export const languageName = (code) => LANGUAGES[code] ?? new Intl.DisplayNames(code.replace("_", "-"), { type: "language" }).of(code.replace("_", "-"));

/** A text in the reader's language. `{name}` stands for a value; `count` chooses the plural. */
export function t(text, values = {}) {
  let found = catalogue.value[text] ?? text;
  if (typeof found === "object") {
    const form = new Intl.PluralRules(language.value).select(Number(values.count));
    found = found[form] ?? found.other;
  }
  return found.replace(/\{(\w+)\}/g, (all, name) => {
    const value = values[name];
    return typeof value === "number" ? count(value) : value ?? all;
  });
}

const VALUE = /`[^`]*`|\b\d+(?:[.,:-]\d+)*\b/g;

/** What the server quotes, such as a state, in the reader's words. */
function word(it) {
  const found = catalogue.value[it.charAt(0).toUpperCase() + it.slice(1).replaceAll("_", " ")];
  return typeof found === "string" ? found : it;
}

/**
 * A sentence of the server in the reader's words: in the catalogue it stands with `{1}`, `{2}` … for its numbers and for what
 * it quotes in backticks. If it does not, what stands before a colon may; else it stands as it was said behind the words for
 * what it is `about`.
 */
export function said(text, about) {
  const [head] = text.split(": ", 1);
  const rest = text.slice(head.length + 2);
  const found = spoken(text) ?? (rest && spoken(head) && `${spoken(head)}${colon()} ${rest}`);
  if (found) return found;
  const matter = text && catalogue.value[about];
  return matter ? `${matter.replace(/\.$/, "")} (${text})` : text;
}

/** A sentence of the server in the reader's words, if they are known. */
function spoken(text) {
  const values = [];
  const pattern = text.replace(VALUE, (it) => `{${values.push(it.startsWith("`") ? it.slice(1, -1) : it)}}`);
  const found = catalogue.value[pattern];
  return typeof found === "string" ? found.replace(/\{(\d+)\}/g, (all, at) => word(values[at - 1])) : null;
}

/** The colon after a name: French has a space before it. */
export const colon = () => (language.value === "fr" ? "\u00a0:" : ":");

/** A whole number as the reader writes it. */
export function count(number) {
  return new Intl.NumberFormat(locale()).format(number);
}

/** One text of several, by locale: the reader's, or the original; what has one text only is that. */
export function local(texts) {
  if (!texts || typeof texts === "string") return texts ?? "";
  return texts[language.value] ?? texts.en ?? Object.values(texts)[0] ?? "";
}
