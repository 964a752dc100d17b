// Charts as SVG: an area over time and bars over time, each with a summary in words and as a table on demand.
import { html } from "../html.js";
import { useRef, useState, useLayoutEffect } from "../../vendor/preact/hooks.js";
import { coordinate } from "../model/decimal.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";

const HEIGHT = 220;
const EDGE = { top: 12, bottom: 24, start: 52, end: 8 };

/** The least round number at or above a greatest value, and its half. */
function ceiling(most) {
  if (most <= 0) return 1;
  const size = 10 ** Math.floor(Math.log10(most));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((it) => it * size).find((it) => it >= most);
}

function useWidth() {
  const ref = useRef();
  const [width, set] = useState(640);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => set(Math.max(240, Math.round(entry.contentRect.width))));
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}

/**
 * A chart of points `{at, value, label, said}`: `value` a decimal text, `label` for the axis, `said` the value for
 * people. `kind` is `area` or `bars`; `brief` writes a value for the axis; `summary` says the chart in words.
 */
export function Chart({ points, kind = "area", brief, summary, head }) {
  const [ref, width] = useWidth();
  const [place, point] = useState(null);
  const [isTable, show] = useState(false);
  const values = points.map((it) => coordinate(it.value));
  const most = ceiling(Math.max(0, ...values));
  const inner = { width: width - EDGE.start - EDGE.end, height: HEIGHT - EDGE.top - EDGE.bottom };
  const slot = inner.width / Math.max(1, kind === "bars" ? points.length : points.length - 1);
  const x = (at) => EDGE.start + slot * (kind === "bars" ? at + 0.5 : at);
  const y = (value) => EDGE.top + inner.height * (1 - Math.max(0, value) / most);
  const each = Math.ceil(points.length / Math.max(2, Math.floor(inner.width / 56)));
  const aim = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = Math.round((event.clientX - box.left - EDGE.start) / slot - (kind === "bars" ? 0.5 : 0));
    point(Math.min(points.length - 1, Math.max(0, at)));
  };
  const curve = values.map((it, at) => `${at ? "L" : "M"}${x(at)} ${y(it)}`).join("");
  return html`
    <figure class="chart-figure" ref=${ref}>
      ${isTable
        ? html`<div class="scroll" tabindex="0" role="region" aria-label=${summary}><table>
            <thead><tr><th scope="col">${head[0]}</th><th scope="col" class="end">${head[1]}</th></tr></thead>
            <tbody>${points.map((it) => html`<tr><td>${it.at}</td><td class="end">${it.said}</td></tr>`)}</tbody></table></div>`
        : html`
          ${place !== null && points[place] && html`<p class="reading">${points[place].at}: <span class="strong">${points[place].said}</span></p>`}
          <svg class="chart" role="img" aria-label=${summary} viewBox=${`0 0 ${width} ${HEIGHT}`} width=${width} height=${HEIGHT}
            onPointerMove=${aim} onPointerLeave=${() => point(null)}>
            <defs><linearGradient id="under" x1="0" y1="0" x2="0" y2="1"><stop class="top" /><stop class="bottom" offset="1" /></linearGradient></defs>
            ${[0, 0.5, 1].map((it) => html`
              <line class="grid" x1=${EDGE.start} x2=${width - EDGE.end} y1=${y(most * it)} y2=${y(most * it)} />
              <text x=${EDGE.start - 10} y=${y(most * it) + 4} text-anchor="end">${brief(String(most * it))}</text>`)}
            ${points.map((it, at) => (points.length - 1 - at) % each === 0 && html`<text x=${at === points.length - 1 ? width - EDGE.end : x(at)} y=${HEIGHT - 4} text-anchor=${at === points.length - 1 ? "end" : "middle"}>${it.label}</text>`)}
            ${kind === "bars"
              ? values.map((it, at) => html`<rect class=${`bar ${place !== null && place !== at ? "dim" : ""}`} x=${x(at) - Math.max(1, slot * 0.36)} width=${Math.max(2, slot * 0.72)} y=${y(it)} height=${Math.max(it > 0 ? 1 : 0, y(0) - y(it))} rx="2" />`)
              : points.length > 0 && html`
                <path class="under" d=${`${curve}L${x(values.length - 1)} ${y(0)}L${x(0)} ${y(0)}Z`} />
                <path class="curve" d=${curve} />`}
            ${kind === "area" && place !== null && points[place] && html`
              <line class="at" x1=${x(place)} x2=${x(place)} y1=${EDGE.top} y2=${y(0)} />
              <circle class="dot" cx=${x(place)} cy=${y(values[place])} r="4" />`}
          </svg>`}
      <figcaption class="row between">
        <small class="grow">${summary}</small>
        <button class="icon-button" aria-pressed=${isTable} aria-label=${isTable ? t("Show as chart") : t("Show as table")} title=${isTable ? t("Show as chart") : t("Show as table")} onClick=${() => show(!isTable)}><${Icon} name=${isTable ? "gauge" : "table-2"} /></button>
      </figcaption>
    </figure>`;
}
