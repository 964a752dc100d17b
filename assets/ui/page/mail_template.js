// One template of a mail: what it says in each language, with the mail that comes of it beside what is typed.
import { html } from "../html.js";
import { useRef, useState } from "../../vendor/preact/hooks.js";
import { get, send, workOut } from "../model/api.js";
import { useLoad, useStill } from "../model/load.js";
import { may } from "../model/session.js";
import { language, languageName, LANGUAGES, t } from "../model/text.js";
import { Field, Form } from "../part/form.js";
import { Card, Facts, Page } from "../part/page.js";
import { sentence } from "../part/state.js";
import { Loaded } from "../part/still.js";
import { complain, say } from "../part/toast.js";

const RECIPIENTS = { person: () => t("the person itself"), billing: () => t("who is asked about invoices"), admin: () => t("who may do what"), administration: () => t("who may do what") };

/** What a template of an occasion may name: all that its texts name now. */
function places(texts) {
  const all = Object.values(texts).flatMap((it) => [...`${it.subject} ${it.text} ${it.html ?? ""}`.matchAll(/\{\{\s*([a-z_]+(?:\.[a-z_]+)*)/g)].map((found) => found[1]));
  return [...new Set(all)].filter((it) => !["title", "row", "button", "quiet"].includes(it)).sort();
}

function Preview({ id, locale, text }) {
  const still = useStill(JSON.stringify({ locale, text }), 300);
  const read = useLoad(() => workOut(`/notification_templates/${id}/preview`, JSON.parse(still)), ["mail preview", id, still]);
  const [last, keep] = useState(null);
  if (read.data && read.data !== last) keep(read.data);
  const found = read.data ?? last;
  return html`
    <${Card} title=${t("What is sent")}><div class="inside stack" aria-live="polite">
      ${read.error && html`<p class="notice bad">${read.error.errors?.map((it) => it.message).join("; ") || read.error.message}</p>`}
      ${found && html`
        <p class="strong">${found.subject}</p>
        <pre class="code letter" tabindex="0">${found.text.trim()}</pre>
        ${found.html && html`<details><summary>${t("The same as HTML")}</summary><pre class="code letter" tabindex="0">${found.html.trim()}</pre></details>`}`}
      <small>${t("With made-up values. Nothing is sent.")}</small>
    </div><//>`;
}

function Editor({ of, locale, isNew }) {
  const begun = of.texts[locale] ?? of.texts[Object.keys(of.texts)[0]];
  const [text, type] = useState(begun);
  const form = useRef();
  const save = async (body) => {
    await send("PATCH", `/notification_templates/${of.id}`, { texts: { [locale]: { html: null, ...body } } }, { revision: of.revision });
    say(t("Saved"));
  };
  const known = places(of.texts);
  return html`
    <div class="halves">
      <${Card} title=${languageName(locale)}><div class="inside" ref=${form}>
        <${Form} onSend=${save} onTyped=${(body) => type({ subject: "", text: "", ...body })} send=${isNew ? t("Add this language") : t("Save")} isOff=${!may("notification_write")}>
          <${Field} name="subject" label=${t("Subject")} value=${begun.subject} required />
          <${Field} name="text" label=${t("Text")} kind="area" rows="14" class="mono" value=${begun.text} required />
          <details><summary>${t("The same as HTML")}</summary><${Field} name="html" label="HTML" kind="area" rows="14" class="mono" value=${begun.html ?? ""} /></details>
          <details><summary>${t("What may stand in it")}</summary><p class="quiet">${t("Between two braces stands what is filled in:")}</p>
            <p class="row tight">${known.map((it) => html`<code key=${it}>{{ ${it} }}</code>`)}</p></details>
        <//></div><//>
      <${Preview} id=${of.id} locale=${locale} text=${text} />
    </div>`;
}

/** The page. */
export default function MailTemplate({ id }) {
  const read = useLoad(() => get(`/notification_templates/${id}`), [id]);
  const [wanted, choose] = useState(null);
  const fire = (of, firing) => send("PATCH", `/notification_templates/${id}`, { firing }, { revision: of.revision })
    .then(() => say(firing === "on" ? t("It is sent from now on") : t("It is not sent any more")), complain);
  return html`
    <${Loaded} page of=${read}>${(of) => {
      const languages = [...new Set([...Object.keys(of.texts), ...Object.keys(LANGUAGES)])];
      const locale = wanted ?? (of.texts[language.value] ? language.value : languages[0]);
      const isOn = of.firing === "on";
      return html`
        <${Page} title=${t(sentence(of.occasion))} crumbs=${[["/settings?part=hearing", t("Settings")]]} state=${html`<span class=${`badge ${isOn ? "good" : ""}`}>${isOn ? t("is sent") : t("is not sent")}</span>`}
          actions=${may("notification_write") && html`<button type="button" class="button" onClick=${() => fire(of, isOn ? "off" : "on")}>${isOn ? t("Send it no more") : t("Send it")}</button>`}>
          <${Card}><div class="inside"><${Facts} of=${[
            [t("Goes to"), RECIPIENTS[of.recipient]?.() ?? t(sentence(of.recipient))], [t("Sent on"), html`<code>${of.event}</code>`],
            [t("Text"), of.revision === 0 ? t("that of the house") : t("your own")],
          ]} /></div><//>
          <div class="segments start" role="group" aria-label=${t("Language")}>
            ${languages.map((it) => html`<button key=${it} type="button" aria-pressed=${it === locale} onClick=${() => choose(it)}>${languageName(it)}</button>`)}</div>
          <${Editor} key=${`${locale} ${of.revision}`} of=${of} locale=${locale} isNew=${!of.texts[locale]} />
        <//>`;
    }}<//>`;
}
