// Where the UI begins: who is here, in which words, and the shell into which pages come.
import { render } from "../vendor/preact/preact.js";
import "../vendor/signals/signals.js";
import { html } from "./html.js";
import { enter, session } from "./model/session.js";
import { chosen, speak } from "./model/text.js";
import { readClock, zone } from "./model/time.js";
import { dress } from "./model/theme.js";
import { follow } from "./model/route.js";
import { Failure } from "./part/still.js";
import { Shell } from "./part/shell.js";

async function begin() {
  dress();
  const place = document.getElementById("app");
  try {
    if (!(await enter())) return;
    const own = session.value.user.locale;
    zone.value = session.value.user.zone ?? session.value.account.zone ?? undefined;
    await Promise.all([readClock(), speak(localStorage.getItem("tillbox.language") ?? own?.slice(0, 2) ?? chosen())]);
    // Who comes back to this tab finds the day that it is, wherever the clock was moved meanwhile.
    addEventListener("visibilitychange", () => document.hidden || readClock().catch(() => {}));
    follow();
    render(html`<${Shell} />`, place);
  } catch (problem) {
    render(html`<main class="door"><div class="door-card"><${Failure} page problem=${problem} /></div></main>`, place);
  }
}

begin();
