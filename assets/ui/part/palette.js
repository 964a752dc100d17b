// The palette on Ctrl or ⌘ K: pages, accounts and offers by what one types, all by the keyboard.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { navigation } from "../page/index.js";
import { get, some } from "../model/api.js";
import { go } from "../model/route.js";
import { may } from "../model/session.js";
import { local, t } from "../model/text.js";
import { useStill } from "../model/load.js";
import { Dialog } from "./dialog.js";
import { pathOf } from "./figure.js";
import { Icon } from "./icon.js";

const FEW = 6;

/** Whether a key press asks for the palette. */
export const isPaletteKey = (event) => event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.shiftKey;

function pages(words) {
  const all = navigation(may).flatMap((group) => group.pages);
  return all.filter((it) => it.text().toLowerCase().includes(words)).map((it) => ({ key: it.path, icon: it.icon, text: it.text(), note: t("Page"), path: it.path || "/" }));
}

const offer = (it) => ({ key: it.id, icon: "package", text: local(it.names), note: t("Offer"), path: pathOf(it.id) });

/** What the server has by these words; what it refuses is not shown. */
async function things(words) {
  const readers = [
    may("account_read") && some("/accounts", { q: words, limit: FEW }).then((it) => it.items.map((row) => ({ key: row.id, icon: "users", text: row.name, note: `${t("Account")} ${row.number}`, path: `/accounts/${row.id}` }))),
    may("offer_browse") && get("/search", { q: words, limit: FEW }).then((it) => it.items.map(offer)),
    may("invoice_read") && /^\w+-\d+-\d+$/.test(words) && get(`/invoices/${encodeURIComponent(words.toUpperCase())}`, { fields: "number" }).then((it) => [{ key: it.id, icon: "receipt-text", text: it.number, note: t("Invoice"), path: `/invoices/${it.id}` }]),
  ];
  const found = await Promise.allSettled(readers.filter(Boolean));
  return found.flatMap((it) => it.value ?? []);
}

/** The palette itself. */
export function Palette({ onClose }) {
  const [words, type] = useState("");
  const [found, find] = useState([]);
  const [at, move] = useState(0);
  const still = useStill(words.trim(), 120);
  useEffect(() => {
    let isWanted = true;
    move(0);
    if (still.length < 1) find([]);
    else things(still).then((it) => isWanted && find(it));
    return () => (isWanted = false);
  }, [still]);
  const rows = [...pages(words.trim().toLowerCase()), ...found];
  const choose = (row) => {
    onClose();
    go(row.path);
  };
  const key = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rows.length > 0) {
      event.preventDefault();
      const next = (at + step + rows.length) % rows.length;
      move(next);
      document.getElementById(`found-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && rows[at]) choose(rows[at]);
  };
  return html`
    <${Dialog} kind="palette" title=${t("Search")} onClose=${onClose}>
      <input autofocus name="words" autocomplete="off" role="combobox" aria-expanded="true" aria-controls="found" aria-activedescendant=${rows[at] ? `found-${at}` : undefined}
        aria-label=${t("Search")} placeholder=${t("Accounts, offers, invoice numbers, pages …")} value=${words} onInput=${(event) => type(event.target.value)} onKeyDown=${key} />
      <ul id="found" role="listbox" aria-label=${t("Found")}>
        ${rows.map((row, place) => html`
          <li key=${row.key} id=${`found-${place}`} role="option" aria-selected=${place === at} onPointerMove=${() => move(place)} onClick=${() => choose(row)}>
            <${Icon} name=${row.icon} />${row.text}<small>${row.note}</small></li>`)}
        ${rows.length === 0 && html`<li role="option" aria-selected="false" aria-disabled="true">${t("Nothing is called so.")}</li>`}
      </ul>
      <footer><span><kbd>↑</kbd> <kbd>↓</kbd> ${t("choose")}</span><span><kbd>↵</kbd> ${t("open")}</span><span><kbd>Esc</kbd> ${t("close")}</span></footer>
    <//>`;
}
