// A secret that is shown once, with a button that copies it.
import { html } from "../html.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";
import { say } from "./toast.js";

/** The secret, whole. */
export function Secret({ text, label }) {
  const copy = async (event) => {
    const field = event.currentTarget.previousElementSibling;
    field.select();
    await navigator.clipboard?.writeText(text).catch(() => document.execCommand("copy"));
    say(t("Copied"));
  };
  return html`
    <div class="row nowrap">
      <input class="mono" name="secret" readonly value=${text} aria-label=${label} onFocus=${(event) => event.target.select()} />
      <button type="button" class="button" onClick=${copy}><${Icon} name="copy" />${t("Copy")}</button>
    </div>`;
}
