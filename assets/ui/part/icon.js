// A symbol of the sprite; decoration, so the words beside it say what it means.
import { html } from "../html.js";

const SPRITE = new URL("../../vendor/lucide/icons.svg", import.meta.url).pathname;

/** The symbol with a name of Lucide's. */
export const Icon = ({ name }) =>
  html`<svg class="icon" aria-hidden="true" focusable="false"><use href=${`${SPRITE}#${name}`} /></svg>`;
