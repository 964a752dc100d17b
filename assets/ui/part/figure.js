// Small figures in running text: amounts, days, names behind ids, changes.
import { html } from "../html.js";
import { name } from "../model/name.js";
import { isNegative, isNothing, money, share } from "../model/money.js";
import { distance, moment } from "../model/time.js";
import { to } from "../model/route.js";
import { isBuyer } from "../model/session.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";

/** An amount of money; `quiet` if nothing, where zeros are noise. */
export const Amount = ({ of, plain = false }) => html`
  <span class=${isNothing(of) && !plain ? "faint" : isNegative(of) ? "text good" : ""}>${money(of)}</span>`;

/** A day or an instant, with how far it is from now. */
export const When = ({ at, far = true }) =>
  at ? html`<time datetime=${at} title=${moment(at)}>${moment(at)}${far && html` <small>${distance(at)}</small>`}</time>` : null;

/** How far away, with the exact time at hand; `wall` for what does not follow business time. */
export const Far = ({ at, wall = false }) => (at ? html`<time datetime=${at} title=${moment(at)}>${distance(at, wall)}</time>` : null);

const PATHS = { acc: "/accounts", ofr: "/catalogue", sub: "/subscriptions", inv: "/invoices", ord: "/orders", pay: "/payments", run: "/billing", crn: "/credit-notes", dbo: "/debit-orders", bst: "/bank-statements", stl: "/settlements" };

/** A mail address that may go on in the next line before its host. */
export const breakable = (email) => html`${email.slice(0, email.indexOf("@"))}<wbr />${email.slice(email.indexOf("@"))}`;

/** Where the thing with an id is shown, if it has a page. */
export function pathOf(id) {
  const folder = id?.startsWith("ofr") && isBuyer() ? "/shop" : PATHS[id?.slice(0, 3)];
  return folder && `${folder}/${id}`;
}

/** What the thing with an id is called, as a link to its page. */
export function Named({ id, whole = false }) {
  if (!id) return null;
  const path = pathOf(id);
  const text = name(id).value ?? id.slice(0, 12);
  return path ? html`<a class=${whole ? "whole" : ""} href=${to(path)}>${text}</a>` : html`<span>${text}</span>`;
}

/** A change in percent, as a badge: growth is good unless it is said to be bad, or neither. */
export function Change({ percent, growth = "good" }) {
  if (percent === null || percent === undefined) return html`<span>${t("no month to compare with")}</span>`;
  const isDown = percent.startsWith("-");
  const isStill = /^-?0*\.?0*$/.test(percent);
  const tone = isStill || growth === "neither" ? "" : isDown === (growth === "bad") ? "good" : "bad";
  const icon = isStill ? "minus" : isDown ? "arrow-down" : "arrow-up";
  return html`
    <span class=${`badge ${tone}`}>${!isStill && html`<${Icon} name=${icon} />`}
      <span class="unseen">${isDown ? t("less by") : t("more by")}</span>${share(percent.replace("-", ""))}</span>
    ${t("against last month")}`;
}
