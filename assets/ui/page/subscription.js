// One subscription: its term, holds, seats, usage, what was done for it, and changing it.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get, post, send, workOut } from "../model/api.js";
import { compare } from "../model/decimal.js";
import { useLoad, useStill } from "../model/load.js";
import { listed, name } from "../model/name.js";
import { money, quantity, typed } from "../model/money.js";
import { isCount, unitOf } from "../model/price.js";
import { isBuyer, isOwn, may } from "../model/session.js";
import { local, t } from "../model/text.js";
import { before, day } from "../model/time.js";
import { Access } from "../part/access.js";
import { begun, Choices, chosenOf, isOpen, wished } from "../part/choices.js";
import { Downloads } from "../part/downloads.js";
import { Far, Named, When } from "../part/figure.js";
import { Field, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Menu } from "../part/menu.js";
import { Card, Facts, Page } from "../part/page.js";
import { State, word } from "../part/state.js";
import { Empty, Failure, Loaded } from "../part/still.js";
import { Table } from "../part/table.js";
import { complain, say } from "../part/toast.js";
import { Timeline } from "../part/timeline.js";
import { UsageChart } from "../part/usage_chart.js";
import { ChangePlan, Preview, Waiting } from "./subscription/plan.js";

const OVER = ["expired", "terminating", "recoverable", "destroyed", "aborted", "canceled"];
const ORIGINS = { direct: () => t("by itself"), account: () => t("with its account"), parent: () => t("with what it belongs to") };

/** What a term of an offer is called; its key where nobody said, or the offer is not to be seen. */
const termName = (offer, key) => local(offer?.terms.find((it) => it.key === key)?.name) || key;

function Holds({ of }) {
  return of.holds.map((it) => html`
    <div class="notice warn" key=${it.kind + it.origin}><${Icon} name="pause" />
      <p><span class="strong">${it.kind === "credit" ? t("Held because invoices are unpaid") : t("Held by an operator")}</span> ${ORIGINS[it.origin]?.() ?? it.origin}${["ACCOUNT_OVERDUE", "OTHER"].includes(it.reason) ? "" : ` (${word(it.reason.toLowerCase())})`}${it.comment && it.reason !== "ACCOUNT_OVERDUE" ? `: ${it.comment}` : ""} · <${Far} at=${it.since} /></p></div>`);
}

/** Why it runs on although its account is on hold. */
function RunsOn({ of }) {
  const read = useLoad(async () => (may("account_read") && of.state === "active" ? get(`/accounts/${of.account}`, { fields: "holds" }) : null), ["held", of.account, of.state]);
  if (!read.data?.holds.length) return null;
  return html`<p class="notice info"><${Icon} name="pause" /><span>${t("The account is on hold: nothing can be ordered for it. This is paid and runs on.")}</span></p>`;
}

const isGiven = (it) => it.state !== "released";

function Seats({ of, isOver }) {
  const [isGiving, give] = useState(false);
  const read = useLoad(() => get(`/subscriptions/${of.id}/seats`), ["seats", of.id]);
  const users = useLoad(() => get("/users", { account: of.account, state: "active", limit: 200 }), ["seat users", of.account]);
  const take = (it) => send("DELETE", `/seats/${it.id}`).then(() => say(t("The seat is free again")), complain);
  const columns = [
    { head: t("User"), cell: (it) => html`<span class="strong">${name(it.user).value ?? ""}</span>` },
    { head: t("State"), lead: true, cell: (it) => html`<${State} of=${it.state} />` },
    { head: "", num: true, cell: (it) => isGiven(it) && may("seat_write") && html`<button type="button" class="button small" onClick=${() => take(it)}>${t("Take back")}</button>` },
  ];
  return html`
    <${Loaded} of=${read} bones=${2}>${({ items }) => html`
      <${Card} title=${t("Seats: {used} of {all}", { used: items.filter(isGiven).length, all: of.quantity })}
        actions=${may("seat_write") && !isOver && html`<button type="button" class="button small" onClick=${() => give(true)}><${Icon} name="plus" />${t("Give a seat")}</button>`}>
        ${items.length === 0
          ? html`<${Empty} icon="user" title=${t("Nobody has a seat")}><p>${t("Each unit can be given to a user of the account.")}</p><//>`
          : html`<${Table} label=${t("Seats")} columns=${columns} rows=${items} />`}
        ${isGiving && html`
          <${FormDialog} title=${t("Give a seat")} onClose=${() => give(false)} send=${t("Give it")}
            onSend=${async (body) => { await post(`/subscriptions/${of.id}/seats`, body); say(t("The seat is given")); }}>
            <${Field} name="user" label=${t("User")} kind="select" options=${(users.data?.items ?? []).map((it) => [it.id, `${it.name} · ${it.email}`])} />
          <//>`}
      <//>`}<//>`;
}

function Resources({ of }) {
  const read = useLoad(() => listed("/resources"), ["resources"]);
  const rows = Object.entries(of.resources).filter(([, amount]) => compare(amount, "0") > 0);
  if (rows.length === 0 || !read.data) return null;
  return html`
    <${Card} title=${t("Resources")}><div class="inside"><${Facts} of=${rows.map(([id, amount]) => [local(read.data.get(id)?.name) || id, `${quantity(amount)} ${unitOf(read.data.get(id))}`])} /></div><//>`;
}

function ChangeQuantity({ of, onClose }) {
  const [text, type] = useState(String(of.quantity));
  const [isShown, show] = useState(false);
  const still = useStill(text, 250);
  const isRight = isCount(text);
  const wished = Number(typed(text));
  const wish = still === text && isRight && wished !== of.quantity && { quantity: wished };
  const change = async () => {
    await post(`/subscriptions/${of.id}/change`, wish, { revision: of.revision });
    say(wished < of.quantity ? t("Changed; what is paid in advance runs to the end of its period, and then fewer are charged") : t("Changed; the next invoice has what came, by the day"));
  };
  return html`
    <${FormDialog} title=${t("Change the quantity")} onClose=${onClose} onSend=${change} send=${t("Change it")} isOff=${!wish || !isShown}>
      <${Field} name="quantity" label=${t("Quantity")} kind="decimal" value=${text} required autofocus onInput=${(event) => { type(event.target.value); show(false); }}
        fault=${isRight ? undefined : t("A whole number from 1 to 999,999")} hint=${t("{count} at present", { count: of.quantity })} />
      ${wish && html`<${Preview} key=${still} id=${of.id} wish=${wish} onShown=${show} />`}
    <//>`;
}

/** Other choices, with what they come to. */
function ChangeChoice({ of, offer, onClose }) {
  const [chosen, choose] = useState(begun(offer, of.characteristics));
  const [isShown, show] = useState(false);
  const said = JSON.stringify(wished(offer, chosen));
  const still = useStill(said, 250);
  const had = JSON.stringify(wished(offer, begun(offer, of.characteristics)));
  const wish = still === said && said !== had && { characteristics: JSON.parse(said) };
  const change = async () => {
    await post(`/subscriptions/${of.id}/change`, wish, { revision: of.revision });
    say(t("Changed"));
  };
  return html`
    <${FormDialog} title=${t("Choose otherwise")} onClose=${onClose} onSend=${change} send=${t("Change it")} isOff=${!wish || !isShown}>
      <${Choices} of=${offer} chosen=${chosen} onChoose=${(it) => { choose(it); show(false); }} />
      ${wish && html`<${Preview} key=${still} id=${of.id} wish=${wish} onShown=${show} />`}
    <//>`;
}

/** What is asked to end it so: to give it back is to end it at once. */
const ended = ({ at, ...rest }) => (at === "return" ? { ...rest, at: "now", refund_to: "return" } : { ...rest, at });

/** What it comes to if it ends, worked out as it would be done. */
function Ending({ id, at, hasFiles, onShown }) {
  const read = useLoad(async () => {
    const found = await workOut(`/subscriptions/${id}/cancel/preview`, ended({ at }));
    onShown(at, found.return_until);
    return found;
  }, ["ending", id, at], { isDerived: true });
  if (read.error) return html`<${Failure} problem=${read.error} />`;
  if (!read.data) return html`<span class="bone"></span>`;
  const { on, credit, left_of_bundle: left = [] } = read.data;
  return html`
    <div class="stack tight" aria-live="polite">
      <p class="notice info"><${Icon} name="clock" /><span>${["now", "return"].includes(at) ? t("It ends at once, on {day}.", { day: day(on) }) : t("It goes on through {last} and ends on {day}. Until then that can be taken back.", { last: day(before(on)), day: day(on) })}</span></p>
      ${hasFiles && html`<p class="notice warn"><${Icon} name="download" /><span>${["now", "return"].includes(at) ? t("Its files cannot be downloaded any more then: download now what you want to keep.") : t("Its files can be downloaded through {last}; keep what you need before.", { last: day(before(on)) })}</span></p>`}
      ${left.length > 0 && html`<p class="notice warn"><${Icon} name="triangle-alert" /><span>${t("Its bundle is not whole without it. What is left costs what it costs by itself from the next period on:")} ${left.map((it, place) => html`<span key=${it}>${place > 0 && ", "}<${Named} id=${it} /></span>`)}</span></p>`}
      ${credit.lines.length === 0 ? html`<p class="quiet">${hasFiles ? t("Nothing is given back: what is charged once for files stays charged.") : t("Nothing is given back.")}</p>` : html`
        <h3>${t("Given back")}</h3>
        <dl class="sums wide">
          ${credit.lines.map((it, place) => html`<div key=${place}><dt>${it.text}</dt><dd>− ${money(it.net)}</dd></div>`)}
          <div class="total"><dt>${t("Given back, with tax")}</dt><dd>− ${money(credit.gross)}</dd></div>
        </dl>`}
    </div>`;
}

function Cancel({ of, onClose }) {
  const [at, choose] = useState("period_end");
  const [shown, show] = useState(null);
  const [until, know] = useState(null);
  const files = useLoad(() => get(`/subscriptions/${of.id}/assets`), ["files of", of.id]);
  const hasFiles = files.data?.items.some((it) => it.download) ?? false;
  const cancel = async (body) => {
    const { ends_on: on } = await post(`/subscriptions/${of.id}/cancel`, ended(body));
    say(on ? t("It ends on {day}; until then that can be taken back", { day: day(on) }) : t("The subscription is canceled"));
  };
  return html`
    <${FormDialog} title=${t("Cancel the subscription")} onClose=${onClose} onSend=${cancel} send=${t("Cancel the subscription")} isOff=${shown !== at} back=${t("Let it go on")} danger
      intro=${t("At once it stops, is taken away, and what was paid for days that are not used becomes credit. Later it goes on until then.")}>
      <${Field} name="at" label=${t("When")} kind="select" value=${at} onChange=${(event) => choose(event.target.value)} options=${[["period_end", t("When what is paid for is over")], of.term?.end && ["term_end", t("When the term is over: {day}", { day: day(of.term.end) })], ["now", t("At once")], until && ["return", t("Give it back, for all that was paid: until {day}", { day: day(until) })]].filter(Boolean)} />
      <${Ending} key=${at} id=${of.id} at=${at} hasFiles=${hasFiles} onShown=${(it, last) => { show(it); know(last); }} />
      <${Field} name="reason" label=${t("Reason")} />
      <${Field} name="comment" label=${t("Comment")} kind="area" />
    <//>`;
}

function Rename({ of, onClose }) {
  const rename = async ({ name: said }) => {
    await send("PATCH", `/subscriptions/${of.id}`, { name: said || null }, { revision: of.revision });
    say(t("Named"));
  };
  return html`
    <${FormDialog} title=${t("Name the subscription")} onClose=${onClose} onSend=${rename} send=${t("Name it")}>
      <${Field} name="name" label=${t("Name")} value=${of.name ?? ""} hint=${t("It stands in lists and on invoices, such as the domain")} autofocus />
    <//>`;
}

/** The page. */
export default function Subscription({ id }) {
  const read = useLoad(() => get(`/subscriptions/${id}`), [id]);
  const offer = useLoad(async () => read.data && get(`/offers/${read.data.offer}`), ["offered", read.data?.offer]).data;
  const [action, act] = useState(null);
  const attempt = (path, body, done) => post(`/subscriptions/${id}/${path}`, body).then(() => say(done), complain);
  return html`
    <${Loaded} page of=${read}>${(of) => {
      const isHeld = of.holds.some((it) => it.kind === "administrative" && it.origin === "direct");
      const isOver = OVER.includes(of.state);
      const say_of = (body) => send("PATCH", `/subscriptions/${id}`, body, { revision: of.revision }).then(() => say(t("Changed")), complain);
      const more = isOver ? [] : [
        may("subscription_hold") && (isHeld
          ? { text: t("Release"), icon: "lock-open", onClick: () => attempt("release", {}, t("It goes on")) }
          : { text: t("Hold"), icon: "pause", onClick: () => attempt("hold", {}, t("It is on hold")) }),
        may("subscription_change") && of.term?.end && { text: t("Renew for another term"), icon: "refresh-cw", onClick: () => attempt("renew", {}, t("Renewed")) },
        may("subscription_change") && offer && isOpen(offer) && { text: t("Choose otherwise"), icon: "pencil", onClick: () => act("choice") },
        may("subscription_change") && { text: t("Name the subscription"), icon: "pencil", onClick: () => act("name") },
        may("subscription_change") && of.term?.end && !of.ends_on && { text: of.term.auto_renew ? t("Do not renew it by itself") : t("Renew it by itself"), icon: "refresh-cw", onClick: () => say_of({ auto_renew: !of.term.auto_renew }) },
        may("subscription_cancel") && of.ends_on && { text: t("Let it go on"), icon: "undo-2", onClick: () => send("DELETE", `/subscriptions/${id}/cancel`).then(() => say(t("It goes on")), complain) },
        may("subscription_cancel") && { text: t("Cancel the subscription"), icon: "ban", danger: true, onClick: () => act("cancel") },
      ].filter(Boolean);
      const title = of.name ?? name(of.offer).value ?? t("Subscription {number}", { number: String(of.number) });
      return html`
        <${Page} title=${title} crumbs=${[["/subscriptions", t("Subscriptions")], ...(isBuyer() ? [] : [[`/accounts/${of.account}`, name(of.account).value ?? "…"]])]} state=${html`<${State} of=${of.state} />${!isOver && of.ends_on && html`<span class="badge warn"><${Icon} name="ban" />${t("Ends on {day}", { day: day(of.ends_on) })}</span>`}`}
          actions=${html`
            ${may("subscription_change") && !isOver && html`<button type="button" class="button" onClick=${() => act("plan")}><${Icon} name="refresh-cw" />${t("Change the plan")}</button>`}
            ${may("subscription_change") && !isOver && html`<button type="button" class="button" onClick=${() => act("change")}><${Icon} name="pencil" />${t("Change the quantity")}</button>`}
            ${more.length > 0 && html`<${Menu} label=${t("More actions")} kind="button" button=${html`<${Icon} name="ellipsis" />`} items=${more} />`}`}>
          <${Holds} of=${of} />
          <${RunsOn} of=${of} />
          <${Waiting} of=${of} />
          <${Card} title=${t("About")}><div class="inside"><${Facts} of=${[
            [t("Number"), of.number],
            !isBuyer() && [t("Account"), html`<${Named} id=${of.account} />`],
            [t("Offer"), html`<${Named} id=${of.offer} />`],
            [t("Quantity"), of.quantity],
            ...chosenOf(of.characteristics, offer?.characteristics),
            [t("Since"), day(of.started_on)],
            [t("Free until"), of.trial_until && html`<${When} at=${of.trial_until} />`],
            [t("Term"), of.term && (of.term.end ? [termName(offer, of.term.key), `(${t("no. {count}", { count: of.term.count })})`].filter(Boolean).join(" ") : t("open-ended: until it is canceled"))],
            [t("Charged through"), !isOver && of.charged_until && html`<${When} at=${before(of.charged_until)} />`],
            [t("Term ends"), !isOver && of.term?.end && html`<${When} at=${of.term.end} />`],
            [t("Renews"), !isOver && !of.ends_on && of.term?.end && (of.term.auto_renew ? t("by itself") : t("only when ordered"))],
            [t("Ends"), !isOver && of.ends_on && html`<${When} at=${of.ends_on} />`],
            [t("Ended"), day(of.ended_on)],
            [t("Order"), of.order && html`<a href=${`/ui/orders/${of.order}`}>${t("Show it")}</a>`],
          ].filter(Boolean)} /></div><//>
          ${isOwn(of.account) && may("access_read") && !isOver && html`<${Access} id=${id} />`}
          <${Downloads} of=${of.id} />
          ${may("catalog_read") && html`<${Resources} of=${of} />`}
          <${UsageChart} subscriptions=${[of]} />
          ${of.quantity > 1 && may("seat_read") && html`<${Seats} of=${of} isOver=${isOver} />`}
          <${Card} title=${t("Timeline")}><${Timeline} path=${`/subscriptions/${id}/timeline`} own=${id} /><//>
          ${action === "plan" && html`<${ChangePlan} of=${of} onClose=${() => act(null)} />`}
          ${action === "change" && html`<${ChangeQuantity} of=${of} onClose=${() => act(null)} />`}
          ${action === "choice" && html`<${ChangeChoice} of=${of} offer=${offer} onClose=${() => act(null)} />`}
          ${action === "name" && html`<${Rename} of=${of} onClose=${() => act(null)} />`}
          ${action === "cancel" && html`<${Cancel} of=${of} onClose=${() => act(null)} />`}
        <//>`;
    }}<//>`;
}
