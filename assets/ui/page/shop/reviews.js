// What buyers say of an offer and what its seller answers; saying it oneself, and taking it back.
import { html } from "../../html.js";
import { useState } from "../../../vendor/preact/hooks.js";
import { get, post, send } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { quantity } from "../../model/money.js";
import { may } from "../../model/session.js";
import { count, t } from "../../model/text.js";
import { day } from "../../model/time.js";
import { Field, FormDialog } from "../../part/form.js";
import { Icon } from "../../part/icon.js";
import { Menu } from "../../part/menu.js";
import { useRows } from "../../part/list.js";
import { Card } from "../../part/page.js";
import { StarField, Stars } from "../../part/stars.js";
import { Bones, Empty, Failure } from "../../part/still.js";
import { complain, say } from "../../part/toast.js";

function Say({ offer, before, onClose }) {
  const [stars, pick] = useState(before?.stars ?? 0);
  const tell = async ({ text }) => {
    await post("/reviews", { offer, stars, text });
    say(t("Thank you"), t("Others see it now."));
  };
  return html`
    <${FormDialog} title=${before ? t("Change what you said") : t("What do you think of it?")} onClose=${onClose} onSend=${tell} send=${t("Say it")} isOff=${stars === 0}>
      <${StarField} label=${t("Stars")} value=${stars} onPick=${pick} />
      <${Field} name="text" kind="area" label=${t("Why")} value=${before?.text ?? ""} />
    <//>`;
}

const Answer = ({ of, onClose }) => html`
  <${FormDialog} title=${t("Answer")} onClose=${onClose} send=${t("Answer")} onSend=${async (body) => { await post(`/reviews/${of.id}/answer`, body); say(t("It is answered")); }}>
    <${Field} name="text" kind="area" label=${t("What you say to it")} value=${of.answer?.text ?? ""} required autofocus />
  <//>`;

function Review({ of, onEdit, onAnswer }) {
  const isHidden = of.visibility === "hidden";
  const turn = (verb, text) => post(`/reviews/${of.id}/${verb}`).then(() => say(text), complain);
  const items = [
    of.is_own && { text: t("Change it"), icon: "pencil", onClick: onEdit },
    of.is_own && { text: t("Take it back"), icon: "ban", danger: true, onClick: () => send("DELETE", `/reviews/${of.id}`).then(() => say(t("It is gone")), complain) },
    may("review_moderate") && !of.is_own && { text: t("Answer"), icon: "mail", onClick: onAnswer },
    may("review_moderate") && !of.is_own && (isHidden ? { text: t("Show it again"), icon: "check", onClick: () => turn("show", t("Others see it again")) } : { text: t("Hide it"), icon: "ban", onClick: () => turn("hide", t("Nobody else sees it any more")) }),
  ].filter(Boolean);
  return html`
    <li class="review">
      <div class="row between"><span class="row tight"><${Stars} of=${of.stars} /><span class="strong">${of.account_name ?? t("A buyer")}</span>${of.is_own && html`<span class="badge">${t("you")}</span>`}${isHidden && html`<span class="badge warn">${t("hidden")}</span>`}</span>
        <span class="row tight"><small>${day(of.changed_at)}</small>${items.length > 0 && html`<${Menu} label=${t("Actions for this review")} button=${html`<${Icon} name="ellipsis" />`} items=${items} />`}</span></div>
      ${of.text && html`<p class="letter">${of.text}</p>`}
      ${of.answer && html`<div class="answer"><small>${t("The seller answers, {day}", { day: day(of.answer.at) })}</small><p class="letter">${of.answer.text}</p></div>`}
    </li>`;
}

/** How the stars are spread. */
const Spread = ({ of }) => html`
  <div class="spread"><div><span class="great-figure">${quantity(of.average)}</span><${Stars} of=${of.average} /><small>${t("{count} reviews", { count: of.count })}</small></div>
    <dl>${of.counts.map((it, at) => html`<div key=${at}><dt>${at + 1} ★</dt><dd><progress class="meter" max=${of.count} value=${it} aria-label=${t("{count} stars", { count: at + 1 })}></progress></dd><dd>${count(it)}</dd></div>`).reverse()}</dl></div>`;

/** The card; `canSay` is whether who is here has it, and so may say something. */
export function Reviews({ offer, canSay }) {
  const [edited, edit] = useState(null);
  const [answered, answer] = useState(null);
  const rating = useLoad(() => get(`/offers/${offer}/rating`), ["rating", offer]);
  const { rows, next, error, more } = useRows(`/offers/${offer}/reviews`, {});
  const own = rows?.find((it) => it.is_own);
  const tell = canSay && !own && html`<button type="button" class="button small" onClick=${() => edit({})}><${Icon} name="pencil" />${t("Say what you think")}</button>`;
  return html`
    <${Card} title=${t("What buyers say")} actions=${tell}>
      ${error ? html`<${Failure} problem=${error} />` : !rows ? html`<${Bones} />` : rows.length === 0
        ? html`<${Empty} icon="users" title=${t("Nobody has said anything yet")}><p>${t("Who has bought it can say what it is worth.")}</p><//>`
        : html`<div class="inside stack">
            ${rating.data?.count > 0 && html`<${Spread} of=${rating.data} />`}
            <ul class="reviews">${rows.map((it) => html`<${Review} key=${it.id} of=${it} onEdit=${() => edit(it)} onAnswer=${() => answer(it)} />`)}</ul>
            ${next && html`<div><button type="button" class="button small" onClick=${() => more().catch(complain)}>${t("Show more")}</button></div>`}</div>`}
      ${edited && html`<${Say} offer=${offer} before=${edited.id ? edited : undefined} onClose=${() => edit(null)} />`}
      ${answered && html`<${Answer} of=${answered} onClose=${() => answer(null)} />`}
    <//>`;
}
