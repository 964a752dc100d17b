// Terms of use that a buyer accepts with an order: what they say, and the box that is ticked.
import { html } from "../html.js";
import { local, t } from "../model/text.js";
import { Field } from "./form.js";

/** Those of an offer that is called so; `says` is what who ticks the box says. */
export const Accepting = ({ of: { title, version, text, url }, offer, name, says = t("I accept these terms of use") }) => html`
  <div class="stack tight">
    <p><span class="strong">${local(title)}</span> <small>${name && `${local(name)} · `}${t("Version {version}", { version })}</small></p>
    ${text && html`<p class="letter terms" tabindex="0" role="region" aria-label=${local(title)}>${local(text)}</p>`}
    ${url && html`<p><a href=${url} target="_blank" rel="noopener noreferrer">${t("Read them")}</a></p>`}
    <${Field} name=${`accepts/${offer}`} kind="check" label=${says} required />
  </div>`;
