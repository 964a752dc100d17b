// Light or dark: as the system has it, or as it was chosen in this browser.
import { signal } from "../../vendor/signals/signals.js";

const KEY = "tillbox.theme";

/** `system`, `light` or `dark`. */
export const theme = signal(localStorage.getItem(KEY) ?? "system");

/** Shows what was chosen. */
export function dress() {
  document.documentElement.dataset.theme = theme.value;
}

/** Chooses for good. */
export function chooseTheme(name) {
  localStorage.setItem(KEY, name);
  theme.value = name;
  dress();
}
