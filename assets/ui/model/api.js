// The API as the pages use it: requests, problems, pages of lists. There is no other way to the server.
import { signal } from "../../vendor/signals/signals.js";
import { asking } from "./route.js";
import { said, t } from "./text.js";

const BASE = "/api/v1";

/** Rises with each change made from here: whoever shows what was read reads it again. */
export const changes = signal(0);

/** Rises when something was sent again whose first answer was lost, and is done: once. */
export const repeats = signal(0);

// The keys of requests whose answers were lost, by what they were sent to. What is sent there next is the same request, or
// the server refuses it: it may have done the first.
const lost = new Map();

/** Whether the session is over, or opens nothing before another password is chosen, of whoever was signed in. */
export const isOver = signal(false);

let csrf = null;

/** Tells what changes have to carry. */
export function carry(token) {
  csrf = token;
}

/** Why a request was refused: a problem document of RFC 9457. Its message stands alone, its detail below its title. */
export class Problem extends Error {
  constructor(document, status) {
    const { title = "", detail = "" } = document;
    super(said(detail, title) || t(title) || `HTTP ${status}`);
    this.status = status;
    this.title = t(title);
    this.detail = said(detail);
    this.name = (document.type ?? "").replace("/problems/", "");
    this.errors = (document.errors ?? []).map((it) => ({ ...it, message: said(it.message, `rule ${it.rule}`) }));
    this.request = document.request_id;
  }

  /** Whether the server has no such path: an older server than these pages. */
  get isNoRoute() {
    return this.name === "no_route" || this.name === "no_method";
  }

  /** Whether it is unknown what came of the request: no answer, or one of somebody who has not waited for the end. */
  get isOpen() {
    return this.status === 0 || this.status === 408 || this.status >= 500;
  }
}

/** An address below the API, with a query of what is not empty. */
export const address = (path, query) => asking(BASE + path, query);

async function ask(method, path, { query, body, revision, key } = {}) {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method !== "GET" && csrf) headers["x-csrf-token"] = csrf;
  if (revision !== undefined) headers["if-match"] = `"${revision}"`;
  if (key) headers["idempotency-key"] = key;
  let answer, text;
  try {
    answer = await fetch(address(path, query), { method, headers, body: body && JSON.stringify(body) });
    text = await answer.text();
  } catch {
    const detail = method === "GET" ? t("Try again in a moment.") : t("Send it again: it is done once, even if it was done already.");
    throw new Problem({ type: "/problems/offline", title: t("The server does not answer"), detail }, 0);
  }
  const isJson = (answer.headers.get("content-type") ?? "").includes("json");
  const document = isJson && text ? JSON.parse(text) : {};
  const isShut = answer.status === 401 || document.type === "/problems/password_must_change";
  if (isShut && csrf) isOver.value = true;
  if (!answer.ok) throw new Problem(document, answer.status);
  return document;
}

/** Reads. */
export const get = (path, query) => ask("GET", path, { query });

/** Changes something. Sent again after its answer was lost, it is done once all the same. */
export async function send(method, path, body, { revision } = {}) {
  const what = `${method} ${path}`;
  const before = lost.get(what);
  const key = before?.key ?? once();
  const settle = (problem) => (problem?.isOpen ? lost.set(what, { key, isUnheard: before?.isUnheard || problem.status < 500 }) : lost.delete(what));
  let answer;
  try {
    answer = await ask(method, path, { body, revision, key });
  } catch (problem) {
    settle(problem);
    throw problem.name === "key_reused" ? doneBefore(problem) : problem;
  }
  settle();
  if (before?.isUnheard) repeats.value += 1;
  changes.value += 1;
  return answer;
}

/** What to say of a request that follows another one whose answer was lost, and which is done. */
function doneBefore({ status }) {
  changes.value += 1;
  const detail = t("What you sent before was done, though its answer was lost. This was not done: look first, and send it again if it is still needed.");
  return new Problem({ type: "/problems/key_reused", title: t("It was done the first time"), detail }, status);
}

/** Sends a file as it is. Sent again, it is the same file. */
export async function upload(path, file) {
  const headers = { accept: "application/json", "content-type": file.type || "application/octet-stream" };
  if (csrf) headers["x-csrf-token"] = csrf;
  let answer;
  try {
    answer = await fetch(address(path, { name: file.name }), { method: "PUT", headers, body: file });
  } catch {
    throw new Problem({ type: "/problems/offline", title: t("The server does not answer"), detail: t("Try again in a moment.") }, 0);
  }
  const document = await answer.json();
  if (!answer.ok) throw new Problem(document, answer.status);
  changes.value += 1;
  return document;
}

/** Does something. */
export const post = (path, body = {}, options) => send("POST", path, body, options);

/** Asks what would be, with nothing changed. */
export const workOut = (path, body) => ask("POST", path, { body });

/** A key under which the server does a request once. */
function once() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (it) => it.toString(16).padStart(2, "0")).join("");
}

/** A page of a list that has something on it: the server looks at so many rows at a time, of which none may be wanted. */
export async function some(path, query) {
  let page = await get(path, query);
  while (page.items.length === 0 && page.next_cursor) page = await get(path, { ...query, cursor: page.next_cursor });
  return page;
}

/** All pages of a list, up to a number of rows. */
export async function all(path, query = {}, most = 5000, onRows = () => {}) {
  const rows = [];
  let cursor;
  do {
    const page = await get(path, { limit: Math.min(1000, most), ...query, cursor });
    rows.push(...page.items);
    onRows(rows.length);
    cursor = page.next_cursor;
  } while (cursor && rows.length < most);
  return rows;
}
