// Short news at the edge of the screen: what was done, or what went wrong.
import { html } from "../html.js";
import { signal } from "../../vendor/signals/signals.js";
import { repeats } from "../model/api.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";

const SHOWN_MS = 6000;
const toasts = signal([]);
let next = 0;

function show(tone, icon, title, detail) {
  const id = (next += 1);
  toasts.value = [...toasts.value, { id, tone, icon, title, detail }];
  setTimeout(() => close(id), SHOWN_MS);
}

function close(id) {
  toasts.value = toasts.value.filter((it) => it.id !== id);
}

/** Says what was done. */
export const say = (title, detail) => show("good", "circle-check", title, detail);

/** Says what went wrong. */
export const complain = (problem) => show("bad", "circle-alert", problem.title || t("That did not work"), problem.detail || problem.message);

repeats.subscribe((times) => times > 0 && say(t("Sent twice, done once"), t("The answer to your first try was lost. Look whether all is as you want it.")));

/** Where the news appear. */
export const Toasts = () => html`
  <div class="toasts" role="status" aria-live="polite">
    ${toasts.value.map((it) => html`
      <div class=${`toast ${it.tone}`} key=${it.id}>
        <${Icon} name=${it.icon} />
        <div class="grow"><p class="strong">${it.title}</p>${it.detail && html`<p class="quiet">${it.detail}</p>`}</div>
        <button class="icon-button" aria-label=${t("Close")} onClick=${() => close(it.id)}><${Icon} name="x" /></button>
      </div>`)}
  </div>`;
