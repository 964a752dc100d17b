// What a page shows while it has nothing yet, has nothing at all, or could not read: bones, advice, problems.
import { html } from "../html.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";

/** Bones of some lines of text. */
export const Bones = ({ lines = 3 }) => html`
  <div class="inside stack" role="status" aria-label=${t("Loading")}>
    ${Array.from({ length: lines }, (_, at) => html`<span class="bone" key=${at}></span>`)}
  </div>`;

/** Why there is nothing, and what one may do about it. */
export const Empty = ({ icon = "inbox", title, children }) => html`
  <div class="empty"><${Icon} name=${icon} /><p class="strong">${title}</p>${children}</div>`;

/** Why something could not be read; as a heading where it stands for the whole page. */
export function Failure({ problem, page = false }) {
  const isAbsent = problem.status === 404;
  const isForbidden = problem.status === 403;
  const title = isAbsent ? t("This is not there") : isForbidden ? t("You may not see this") : problem.title || t("That did not work");
  return html`
    <div class="empty" role="alert">
      <${Icon} name=${isForbidden ? "lock" : "circle-alert"} />
      ${page ? html`<h1>${title}</h1>` : html`<p class="strong">${title}</p>`}
      <p>${isAbsent ? t("It may have been removed, or the address is mistyped.") : problem.detail || problem.message}</p>
      ${problem.request && html`<p class="mono faint">${t("Request")} ${problem.request}</p>`}
    </div>`;
}

/** What was read, or what stands in its place: in a part of a page, or as all of it. */
export function Loaded({ of, bones = 4, page = false, children }) {
  if (of.error) return page ? html`<section class="card"><${Failure} problem=${of.error} page /></section>` : html`<${Failure} problem=${of.error} />`;
  if (of.data === undefined) return html`<${Bones} lines=${bones} />`;
  return children(of.data);
}
