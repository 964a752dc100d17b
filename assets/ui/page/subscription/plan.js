// Another plan for a subscription: to what and when, what that comes to before one confirms it, and a change that waits.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get, post, send, workOut } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { money } from "../../model/money.js";
import { name } from "../../model/name.js";
import { may } from "../../model/session.js";
import { to } from "../../model/route.js";
import { local, t } from "../../model/text.js";
import { day, period, span } from "../../model/time.js";
import { Why } from "../../part/explanation.js";
import { Named } from "../../part/figure.js";
import { Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Failure } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";

const DIRECTIONS = { upgrade: () => t("more"), downgrade: () => t("less"), sidegrade: () => null };
const WHEN = [["", () => t("As the seller has it: less only when what is paid for is over")], ["now", () => t("At once")], ["period_end", () => t("When what is paid for is over")]];

const text = (it) => [local(it.name), it.term && (local(it.term_name) || (it.duration ? span(it.duration) : it.term)), DIRECTIONS[it.direction]?.()].filter(Boolean).join(" · ");

function Back({ of, from }) {
  if (of.lines.length === 0) return html`<p class="quiet">${t("Nothing is given back: nothing is paid beyond that day.")}</p>`;
  return html`
    <ul class="stack tight">${of.lines.map((it, at) => html`
      <li key=${at} class="line"><div class="row between nowrap"><span class="grow"><span class="strong">${[from && name(from).value, it.text].filter(Boolean).join(": ")}</span> <span class="quiet">${it.days ? t("{used} of {all} days that are paid and not used", { used: it.days.used, all: it.days.of }) : it.seconds ? t("{used} of {all} seconds that are paid and not used", { used: it.seconds.used, all: it.seconds.of }) : t("all of it")}</span></span><span class="one-line">− ${money(it.net)}</span></div></li>`)}</ul>`;
}

function Charged({ of, currency }) {
  if (of.lines.length === 0) return html`<p class="quiet">${t("Nothing is charged for the rest of the period before it is over.")}</p>`;
  return html`
    <ul class="stack tight">${of.lines.map((it) => html`
      <li key=${it.id} class="line"><div class="row between nowrap"><span><span class="strong">${it.text}</span> <span class="quiet">${it.service_period && period(it.service_period.start, it.service_period.end)}</span></span><span class="one-line">${money(it.net)}</span></div>
        <${Why} of=${it.explanation} currency=${currency} unit=${it.unit} counted=${it.quantity} isOpen /></li>`)}</ul>`;
}

/** What it comes to, worked out as it would be done; `from` is the offer that it leaves. */
export function Preview({ id, from, wish, onShown }) {
  const read = useLoad(async () => {
    const found = await workOut(`/subscriptions/${id}/change/preview`, wish);
    onShown(true);
    return found;
  }, ["change", id, wish], { isDerived: true });
  if (read.error) return html`<${Failure} problem=${read.error} />`;
  if (!read.data) return html`<span class="bone"></span>`;
  const { at, on, credit, charge, falls_away: dropped, difference, next_invoice: next, left_of_bundle: left = [] } = read.data;
  return html`
    <div class="stack tight" aria-live="polite">
      <p class="notice info"><${Icon} name="clock" /><span>${at === "now" ? t("It changes at once, on {day}.", { day: day(on) }) : t("It changes on {day}, when what is paid for is over.", { day: day(on) })}</span></p>
      ${left.length > 0 && html`<p class="notice warn"><${Icon} name="triangle-alert" /><span>${t("Its bundle is not whole without it. What is left costs what it costs by itself from the next period on:")} ${left.map((it, place) => html`<span key=${it}>${place > 0 && ", "}<${Named} id=${it} /></span>`)}</span></p>`}
      <h3>${t("Given back")}</h3>
      <${Back} of=${credit} from=${from} />
      ${credit.coupons && html`<p class="notice warn"><${Icon} name="triangle-alert" /><span>${t("A coupon had taken {amount} off that: it is used up and lost with the change.", { amount: money(credit.coupons) })}</span></p>`}
      <h3>${t("Charged instead")}</h3>
      <${Charged} of=${charge} currency=${difference.currency} />
      <dl class="sums wide">
        <div><dt>${t("Given back, with tax")}</dt><dd>− ${money(credit.gross)}</dd></div>
        <div><dt>${t("Charged, with tax")}</dt><dd>${money(charge.gross)}</dd></div>
        ${dropped.lines.length > 0 && html`<div><dt>${t("Charged no more, with tax")}</dt><dd>− ${money(dropped.gross)}</dd></div>`}
        <div class="total"><dt>${t("Difference")}</dt><dd>${money(difference)}</dd></div>
      </dl>
      <p class="quiet">${t("The next invoice, on {day}, comes to {amount} with tax and all that stands on it. What is given back comes off what is then owed.", { day: day(next.on), amount: money(next.gross) })}</p>
    </div>`;
}

/** The dialog. */
export function ChangePlan({ of, onClose }) {
  const read = useLoad(() => get(`/subscriptions/${of.id}/switches`), ["switches", of.id]);
  const [chosen, choose] = useState("");
  const [at, begin] = useState("");
  const [isShown, show] = useState(false);
  const items = read.data?.items ?? [];
  const target = items[Number(chosen)];
  const wish = chosen !== "" && target && { offer: target.offer, term: target.term ?? undefined, at: at || undefined };
  // What is chosen anew may not begin when what was chosen before could.
  const aim = (place) => {
    const { when } = items[Number(place)] ?? {};
    if (at && when && !when.includes(at)) begin("");
    choose(place);
  };
  const pick = (set) => (event) => { show(false); set(event.target.value); };
  const change = async () => {
    const now = await post(`/subscriptions/${of.id}/change`, wish, { revision: of.revision });
    say(now.switch ? t("It changes on {day}; until then that can be taken back", { day: day(now.switch.on) }) : t("The plan is changed; the next invoice has the rest of the period"));
  };
  return html`
    <${FormDialog} title=${t("Change the plan")} onClose=${onClose} onSend=${change} send=${t("Change the plan")} isOff=${!isShown}>
      ${read.error && html`<${Failure} problem=${read.error} />`}
      ${read.data && items.length === 0
        ? html`<p class="notice info"><${Icon} name="circle-alert" /><span>${may("catalog_write")
            ? html`${t("Its offer names nothing to which it may change.")} <a href=${to(`/catalogue/${of.offer}/edit`)}>${t("Say to what")}</a>`
            : t("Its seller offers nothing to which it could change. What is more can be ordered besides.")}</span></p>`
        : html`
          <${Field} name="to" label=${t("Change to")} kind="select" autofocus value=${chosen} onChange=${pick(aim)} options=${[["", t("Choose …")], ...items.map((it, place) => [String(place), text(it)])]} />
          <${Field} name="at" label=${t("When")} kind="select" value=${at} onChange=${pick(begin)} options=${WHEN.filter(([key]) => !key || !target || target.when.includes(key)).map(([key, said]) => [key, said()])} />`}
      ${wish && html`<${Preview} key=${JSON.stringify(wish)} id=${of.id} from=${of.offer} wish=${wish} onShown=${show} />`}
    <//>`;
}

/** A change that waits for its day, to be taken back. */
export function Waiting({ of }) {
  if (!of.switch) return null;
  const back = () => send("DELETE", `/subscriptions/${of.id}/change`).then(() => say(t("It stays as it is")), complain);
  return html`
    <div class="notice info"><${Icon} name="clock" />
      <p class="grow">${t("It changes on {day} to", { day: day(of.switch.on) })} <${Named} id=${of.switch.offer} /> ${may("subscription_change") && html`<button type="button" class="link" onClick=${back}>${t("Take the change back")}</button>`}</p></div>`;
}
