// What the doors have in common: words, theme, and a form that posts JSON and says what was wrong.
import { carry, post } from "../model/api.js";
import { speak, t } from "../model/text.js";
import { dress } from "../model/theme.js";

/** The form of the page. */
export const form = document.getElementById("door");

const refused = document.getElementById("refused");

/** Makes the page ready: in the reader's words and colours. */
export async function open() {
  dress();
  await speak();
  for (const it of document.querySelectorAll("[data-text]")) it.textContent = t(it.textContent.trim());
}

/** Says why it did not work. */
export function refuse(problem) {
  refused.hidden = false;
  const fields = problem.errors?.map((it) => `${it.pointer.slice(1)}: ${it.message}`).join("; ");
  refused.firstElementChild.textContent = fields || problem.message;
}

/** What stands in the form; what is empty is left out. */
export const said = () => Object.fromEntries([...new FormData(form)].filter(([, it]) => it !== ""));

/** Sends the form by `attempt` instead of the browser. */
export function onSend(attempt) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    refused.hidden = true;
    try {
      await attempt(said());
    } catch (problem) {
      refuse(problem);
    }
    button.disabled = false;
  });
}

/** Goes in: to the page one came for, if it is one of ours. */
export function goIn(session) {
  carry(session.csrf_token);
  const next = new URLSearchParams(location.search).get("next") ?? "";
  location.assign(next.startsWith("/ui/") ? next : "/ui/");
}

/** The secret that a link carries, which no server sees before it is sent on purpose. */
export const secret = () => new URLSearchParams(location.hash.slice(1)).get("token") ?? "";

export { post };
