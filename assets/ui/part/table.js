// Tables: columns, rows that lead somewhere, cards where there is no room; and tables as files.
import { html } from "../html.js";
import { t } from "../model/text.js";

/**
 * A table. A column is `{head, cell, text, num, lead, cut, extra}`: `cell` makes the content from a row, `text` the plain value for
 * files, in which one without `cell` stands alone, `num` aligns to the end, `lead` stands in the first line of a card, `cut` may be cut off, `extra` is left out where there is little room (in cards it stays if `kept`), `spare` where there is not
 * much, `wide` in cards, and `carded` is shown in cards alone.
 */
export function Table({ columns: all, rows, label, cards = true }) {
  const columns = all.filter((it) => it.cell);
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${label} onKeyDown=${walk}>
      <table class=${`rows ${cards ? "cards" : ""}`}>
        <thead><tr>${columns.map((it) => html`<th scope="col" class=${kind(it)}>${it.head || html`<span class="unseen">${t("Actions")}</span>`}</th>`)}</tr></thead>
        <tbody>
          ${rows.map((row, at) => html`
            <tr key=${row.id ?? at}>
              ${columns.map((it) => html`<td class=${kind(it)} data-label=${it.head || undefined}>${it.cell(row, at)}</td>`)}
            </tr>`)}
        </tbody>
      </table>
    </div>`;
}

const kind = (it) => ["num", "lead", "cut", "extra", "spare", "kept", "wide", "carded"].filter((name) => it[name]).join(" ") || undefined;

/** Moves from row to row by the arrow keys. */
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.target.matches("input, select, textarea")) return;
  const links = [...event.currentTarget.querySelectorAll("a.whole")];
  if (links.length === 0) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + step))].focus();
  event.preventDefault();
}

// What a spreadsheet would take for a formula is made a text.
const DANGEROUS = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

function field(value) {
  const text = String(value ?? "");
  const safe = DANGEROUS.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as a CSV file that the browser saves. */
export function download(name, columns, rows) {
  const said = columns.filter((it) => it.text);
  const lines = [said.map((it) => field(it.head)), ...rows.map((row) => said.map((it) => field(it.text(row))))];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
  link.download = `${name}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
