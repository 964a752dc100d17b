// Where one is: the address as a signal, moving without loading the document again, and matching paths.
import { signal } from "../../vendor/signals/signals.js";

const ROOT = "/ui";

/** The address at present: path below `/ui`, and its parameters. */
export const here = signal(read());

function read() {
  const path = location.pathname.slice(ROOT.length) || "/";
  return { path, query: Object.fromEntries(new URLSearchParams(location.search)) };
}

/** A path with a query of what is not empty. */
export function asking(path, query = {}) {
  const given = Object.entries(query).filter(([, it]) => it !== undefined && it !== null && it !== "");
  const text = new URLSearchParams(given).toString();
  return text ? `${path}?${text}` : path;
}

/** The address of a page, for a link. */
export const to = (path, query) => asking(ROOT + path, query);

/** Goes to a page. */
export function go(path, query) {
  history.pushState(null, "", to(path, query));
  arrive();
}

/** Changes the parameters of the page one is on; what is empty goes. */
export function refine(query) {
  history.replaceState(null, "", to(here.value.path, { ...here.value.query, ...query }));
  here.value = read();
}

function arrive() {
  const before = here.value.path;
  here.value = read();
  if (before !== here.value.path) scrollTo(0, 0);
}

/** Makes links within the UI move without loading, and the browser's back and forth work. */
export function follow() {
  addEventListener("popstate", arrive);
  document.addEventListener("click", (event) => {
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    const link = event.target.closest?.("a[href]");
    if (!isPlain || !link || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || !url.pathname.startsWith(`${ROOT}/`) || event.defaultPrevented) return;
    event.preventDefault();
    history.pushState(null, "", url);
    arrive();
  });
}

/** What a pattern such as `/accounts/:id` finds in a path, or nothing. */
export function match(pattern, path) {
  const wanted = pattern.split("/");
  const given = path.replace(/\/$/, "").split("/");
  if (wanted.length !== given.length) return null;
  const found = {};
  for (const [place, part] of wanted.entries()) {
    if (part.startsWith(":")) found[part.slice(1)] = decodeURIComponent(given[place]);
    else if (part !== given[place]) return null;
  }
  return found;
}
