// The API as the pages use it: requests, problems, pages of lists. There is no other way to the server.
import { signal } from "../../vendor/signals/signals.js";

const BASE = "/api/v1";

/** Rises with each change made from here: whoever shows what was read reads it again. */
export const changes = signal(0);

let csrf = null;

/** Tells what changes have to carry. */
export function carry(token) {
  csrf = token;
}

/** Why a request was refused: a problem document of RFC 9457. */
export class Problem extends Error {
  constructor(document, status) {
    super(document.detail || document.title || `HTTP ${status}`);
    this.status = status;
    this.title = document.title ?? "";
    this.name = (document.type ?? "").replace("/problems/", "");
    this.errors = document.errors ?? [];
    this.request = document.request_id;
  }

  /** Whether the server has no such path: an older server than these pages. */
  get isNoRoute() {
    return this.name === "no_route" || this.name === "no_method";
  }
}

/** An address below the API, with a query of what is not empty. */
export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, it]) => it !== undefined && it !== null && it !== "");
  const text = new URLSearchParams(given).toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

async function ask(method, path, { query, body, revision, key } = {}) {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (method !== "GET" && csrf) headers["x-csrf-token"] = csrf;
  if (revision !== undefined) headers["if-match"] = `"${revision}"`;
  if (key) headers["idempotency-key"] = key;
  let answer;
  try {
    answer = await fetch(address(path, query), { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Problem({ type: "/problems/offline", title: "The server does not answer" }, 0);
  }
  const text = await answer.text();
  const isJson = (answer.headers.get("content-type") ?? "").includes("json");
  const document = isJson && text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Problem(document, answer.status);
  return document;
}

/** Reads. */
export const get = (path, query) => ask("GET", path, { query });

/** Changes something, once, whatever happens to the connection. */
export async function send(method, path, body, { revision, key = once() } = {}) {
  const answer = await ask(method, path, { body, revision, key });
  changes.value += 1;
  return answer;
}

/** Does something. */
export const post = (path, body = {}, options) => send("POST", path, body, options);

/** Asks what would be, with nothing changed. */
export const workOut = (path, body) => ask("POST", path, { body });

/** A key under which the server does a request once. */
export function once() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (it) => it.toString(16).padStart(2, "0")).join("");
}

/** All pages of a list, up to a number of rows. */
export async function all(path, query = {}, most = 5000) {
  const rows = [];
  let cursor;
  do {
    const page = await get(path, { limit: Math.min(1000, most), ...query, cursor });
    rows.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && rows.length < most);
  return rows;
}
