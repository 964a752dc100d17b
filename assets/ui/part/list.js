// Lists as pages: filters that stand in the address, rows by cursor, more on demand, and all of them as a file.
import { html } from "../html.js";
import { useEffect, useState } from "../../vendor/preact/hooks.js";
import { all, changes, some } from "../model/api.js";
import { rememberAll } from "../model/name.js";
import { useStill } from "../model/load.js";
import { here, refine } from "../model/route.js";
import { colon, t } from "../model/text.js";
import { Icon } from "./icon.js";
import { Bones, Empty, Failure } from "./still.js";
import { download, Table } from "./table.js";
import { complain } from "./toast.js";

const FIRST = 50;

/** The rows of a list: the first page, and more as one asks; read again when something was changed. */
export function useRows(path, query) {
  const [state, set] = useState({ key: null, rows: null, next: null, error: null });
  const key = JSON.stringify([path, query]);
  const turn = changes.value;
  useEffect(() => {
    let isWanted = true;
    const limit = state.key === key ? Math.min(1000, Math.max(FIRST, state.rows?.length ?? 0)) : FIRST;
    some(path, { limit, ...query }).then(
      (page) => isWanted && set({ key, rows: rememberAll(page.items), next: page.next_cursor, error: null }),
      (error) => isWanted && set({ key, rows: null, next: null, error }),
    );
    return () => (isWanted = false);
  }, [key, turn]);
  const more = async () => {
    const page = await some(path, { limit: FIRST, ...query, cursor: state.next });
    set({ ...state, rows: [...state.rows, ...rememberAll(page.items)], next: page.next_cursor });
  };
  return { ...(state.key === key ? state : { rows: null, error: null }), more };
}

/** The columns with one for who sells, after the first, if the rows are of several sellers. */
function withSeller(columns, rows) {
  const sellers = new Set(rows.map(sellerOf));
  if (sellers.size < 2) return columns;
  return [columns[0], { head: t("Seller"), extra: true, kept: true, cut: true, cell: sellerOf, text: sellerOf }, ...columns.slice(1)];
}

const sellerOf = (it) => it.seller_name ?? it.seller?.name ?? "";

/** Rows as a table, with what stands in its place, and the way to more. */
export function Rows({ path, query = {}, columns, label, empty, cards }) {
  const { rows, next, error, more } = useRows(path, query);
  if (error) return html`<${Failure} problem=${error} />`;
  if (!rows) return html`<${Bones} lines=${6} />`;
  if (rows.length === 0) return empty;
  return html`
    <${Table} label=${label} columns=${withSeller(columns, rows)} rows=${rows} cards=${cards} />
    ${next && html`
      <footer class="row between"><small>${t("The first {count} rows", { count: rows.length })}</small>
        <button type="button" class="button small" onClick=${() => more().catch(complain)}>${t("Show more")}</button></footer>`}`;
}

function Filter({ of, value }) {
  const [typed, type] = useState(value ?? "");
  const still = useStill(typed);
  useEffect(() => {
    if (of.kind === "search" && still !== (here.value.query[of.key] ?? "")) refine({ [of.key]: still });
  }, [still]);
  if (of.kind === "select") {
    return html`
      <select name=${of.key} aria-label=${of.label} onChange=${(event) => refine({ [of.key]: event.target.value })}>
        <option value="">${of.label}${colon()} ${t("all")}</option>
        ${of.options.map(([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`)}
      </select>`;
  }
  if (of.kind === "date") {
    return html`<label class="row tight"><small>${of.label}</small><input type="date" name=${of.key} value=${value ?? ""} onChange=${(event) => refine({ [of.key]: event.target.value })} /></label>`;
  }
  return html`<input type="search" name=${of.key} aria-label=${of.label} placeholder=${of.label} value=${typed} onInput=${(event) => type(event.target.value)} />`;
}

/**
 * A list as the card of a page. `filters` are `{key, kind, label, options}`; what they say stands in the address. `file` is
 * the name of a file with all rows; `lines` and `filed` say which lines and columns it has, if others than those shown, and
 * `names` the lists of what is named in it.
 */
export function List({ path, query = {}, filters = [], columns, label, file, lines = (it) => [it], filed = columns, names = [], empty, cards }) {
  const [reading, tell] = useState(null);
  const said = Object.fromEntries(filters.map((it) => [it.key, here.value.query[it.key]]).filter(([, it]) => it));
  const wanted = { ...query, ...said };
  const save = async () => {
    tell(0);
    try {
      for (const it of names) rememberAll(await all(it, { fields: "name" }, Infinity));
      const rows = await all(path, wanted, Infinity, tell);
      download(file, withSeller(filed, rows), rows.flatMap(lines));
    } catch (problem) {
      complain(problem);
    }
    tell(null);
  };
  const none = Object.keys(said).length === 0 ? empty : html`
    <${Empty} icon="filter" title=${t("Nothing fits these filters")}>
      <button type="button" class="button" onClick=${() => refine(Object.fromEntries(filters.map((it) => [it.key, ""])))}>${t("Clear the filters")}</button><//>`;
  return html`
    <section class="card">
      <header>
        <div class="filters" role="search" aria-label=${t("Filters of {list}", { list: label })}>${filters.map((it) => html`<${Filter} key=${it.key + (said[it.key] ?? "" ? "" : "-")} of=${it} value=${said[it.key]} />`)}</div>
        ${file && html`<button type="button" class="button small" disabled=${reading !== null} onClick=${save}><${Icon} name="download" />${reading ? t("{count} rows", { count: reading }) : "CSV"}</button>`}
      </header>
      <${Rows} path=${path} query=${wanted} columns=${columns} label=${label} empty=${none} cards=${cards} />
    </section>`;
}
