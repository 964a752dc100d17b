// Where the UI begins: who is here, in which words, and the shell into which pages come.
import { render } from "../vendor/preact/preact.js";
import "../vendor/signals/signals.js";
import { html } from "./html.js";
import { enter, isGuest, session } from "./model/session.js";
import { chosen, speak } from "./model/text.js";
import { readClock, stand, zone } from "./model/time.js";
import { dress } from "./model/theme.js";
import { follow, here } from "./model/route.js";
import { found } from "./page/index.js";
import { Failure } from "./part/still.js";
import { Shell } from "./part/shell.js";

async function begin() {
  dress();
  const place = document.getElementById("app");
  try {
    if (!(await enter(found(here.value.path).page))) return;
    const { user, account } = session.value;
    zone.value = user?.zone ?? account.zone ?? undefined;
    const clock = isGuest() ? stand(account.now) : readClock();
    await Promise.all([clock, speak(localStorage.getItem("tillbox.language") ?? user?.locale?.slice(0, 2) ?? chosen())]);
    // Who comes back to this tab finds the day that it is, wherever the clock was moved meanwhile.
    if (!isGuest()) addEventListener("visibilitychange", () => document.hidden || readClock().catch(() => {}));
    follow();
    const Frame = isGuest() ? (await import("./part/storefront.js")).Storefront : Shell;
    render(html`<${Frame} />`, place);
  } catch (problem) {
    render(html`<main class="door"><div class="door-card"><${Failure} page problem=${problem} /></div></main>`, place);
  }
}

begin();
