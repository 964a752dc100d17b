// Seats: who of the account uses what it has bought, subscription by subscription, and giving and taking them.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { all, get, post, send } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { name } from "../model/name.js";
import { to } from "../model/route.js";
import { may, session } from "../model/session.js";
import { count, t } from "../model/text.js";
import { Field, FormDialog } from "../part/form.js";
import { Icon } from "../part/icon.js";
import { Card, Page } from "../part/page.js";
import { Empty, Loaded } from "../part/still.js";
import { complain, say } from "../part/toast.js";

const MANY = 200;
const isGiven = (it) => it.state !== "released";

/** The subscriptions that have seats, with who has them. */
async function read() {
  const account = session.value.account.id;
  const [subscriptions, users] = await Promise.all([all("/subscriptions", { account, state: "active" }, MANY), get("/users", { account, state: "active", limit: MANY })]);
  const seated = subscriptions.filter((it) => it.quantity > 1);
  const rows = await Promise.all(seated.map(async (of) => ({ of, seats: (await get(`/subscriptions/${of.id}/seats`)).items.filter(isGiven) })));
  return { rows, users: users.items };
}

function Give({ of, seats, users, onClose }) {
  const free = users.filter((it) => !seats.some((seat) => seat.user === it.id));
  const give = async (body) => {
    await post(`/subscriptions/${of.id}/seats`, body);
    say(t("The seat is given"));
  };
  return html`
    <${FormDialog} title=${t("Give a seat")} onClose=${onClose} onSend=${give} send=${t("Give it")} isOff=${free.length === 0}>
      ${free.length === 0 ? html`<p class="notice info">${t("Every user of the account has one.")}</p>` : html`<${Field} name="user" label=${t("User")} kind="select" options=${free.map((it) => [it.id, `${it.name} · ${it.email}`])} />`}
    <//>`;
}

function Seated({ of, seats, users }) {
  const [isGiving, give] = useState(false);
  const called = (id) => users.find((it) => it.id === id)?.name ?? name(id).value ?? "…";
  const take = (it) => () => send("DELETE", `/seats/${it.id}`).then(() => say(t("The seat is free again")), complain);
  const title = html`<a class="plain" href=${to(`/subscriptions/${of.id}`)}>${of.name ?? name(of.offer).value ?? `#${of.number}`}</a>`;
  return html`
    <${Card} title=${title} actions=${may("seat_write") && seats.length < of.quantity && html`<button type="button" class="button small" onClick=${() => give(true)}><${Icon} name="plus" />${t("Give a seat")}</button>`}>
      <div class="inside stack">
        <div class="stack tight"><progress class="meter" max=${of.quantity} value=${seats.length} aria-label=${t("Seats that are given")}></progress>
          <small>${t("{used} of {all} are given", { used: count(seats.length), all: count(of.quantity) })}</small></div>
        ${seats.length > 0 && html`<ul class="people">${seats.map((it) => html`
          <li key=${it.id}><span class="face" aria-hidden="true">${called(it.user).slice(0, 1)}</span><span class="grow">${called(it.user)}</span>
            ${may("seat_write") && html`<button type="button" class="icon-button" aria-label=${t("Take the seat of {name} back", { name: called(it.user) })} onClick=${take(it)}><${Icon} name="x" /></button>`}</li>`)}</ul>`}
      </div>
      ${isGiving && html`<${Give} of=${of} seats=${seats} users=${users} onClose=${() => give(false)} />`}
    <//>`;
}

/** The page. */
export default function Seats() {
  const found = useLoad(read, ["all seats"]);
  return html`
    <${Page} title=${t("Seats")}>
      <${Loaded} of=${found} bones=${5}>${({ rows, users }) => rows.length === 0
        ? html`<section class="card"><${Empty} icon="users" title=${t("Nothing of yours has seats")}><p>${t("What you buy several of can be given to the users of your account, one each.")}</p><a class="button" href=${to("/shop")}>${t("To the shop")}</a><//></section>`
        : html`<div class="halves">${rows.map((it) => html`<${Seated} key=${it.of.id} ...${it} users=${users} />`)}</div>`}<//>
    <//>`;
}
