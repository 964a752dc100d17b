// The timeline of one thing: what happened to it, in the server's sentences, the newest first.
import { html } from "../html.js";
import { money } from "../model/money.js";
import { name } from "../model/name.js";
import { to } from "../model/route.js";
import { colon, language, said, t } from "../model/text.js";
import { day, moment } from "../model/time.js";
import { Far, pathOf } from "./figure.js";
import { useRows } from "./list.js";
import { sentence, word } from "./state.js";
import { Bones, Empty, Failure } from "./still.js";
import { complain } from "./toast.js";

const DOORS = { console: () => t("the command line"), sign_in: () => t("at the sign-in") };

/** Who caused something: a person by name, the house by what it did. */
export function by({ kind, label }) {
  if (DOORS[label]) return DOORS[label]();
  if (kind === "duty") return label ? t("by itself: {duty}", { duty: word(label) }) : t("by itself");
  return label ?? t(sentence(kind));
}

const DAY = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/;

/** A detail such as `quantity 10 → 15`, whose field is said in the reader's words if there is one, and offers by their names. */
function detail(text, offers) {
  const words = text.split(" ");
  const parts = words.map((_, at) => [words.slice(0, at + 1).join(" "), words.slice(at + 1)]);
  const [field, rest] = parts.findLast(([it]) => word(it) !== it) ?? [text, []];
  const values = rest.join(" ").split(" → ").map((it) => offers.get(it) ?? it.split(" ").map((part) => (DAY.test(part) ? day(part) : part)).join(" "));
  return `${word(field)} ${values.join(" → ")}`.trim();
}

// What is feminine where a language says what became of a thing by its gender.
const FEMININE = { fr: /^(billing_run|category|class|discount|invoice|offer|order|party|promotion|redemption|resource|resource_category|seat|service_terms|session|share_record|shipment|specification|task|tax_category|tax_rule|tax_zone|consumer_key|gateway)$/ };

/** A phrase such as `a été émis(e)`, agreeing with what it is about. */
const agreed = (phrase, { kind }) => phrase.replaceAll("(e)", FEMININE[language.value]?.test(kind) ? "e" : "");

/** What happened, in the reader's words: the server's sentence has what a thing is and is called, what became of it, and how much. */
export function told({ text, subject, amount, offers = [] }) {
  const begin = `${sentence(subject.kind)} ${subject.label} `;
  if (!text.startsWith(begin)) return text;
  const rest = text.slice(begin.length);
  const [phrase, details] = t(rest) === rest ? rest.split(/: (.*)/s) : [rest];
  // Why something failed is a sentence; what else is told is a list.
  const why = details && said(details);
  const named = new Map(offers.map((it) => [it.label, name(it.id).value ?? it.label]));
  const what = amount ? money(amount) : why !== details ? why : details?.split(", ").map((it) => detail(it, named)).join(", ");
  // Offers, and subscriptions that are named by them, have names in the reader's language.
  const label = (["offer", "subscription"].includes(subject.kind) && name(subject.id).value) || subject.label;
  return `${t(sentence(subject.kind))} ${label} ${agreed(t(phrase), subject)}${what ? `${colon()} ${what}` : ""}`;
}

function Entry({ of, own }) {
  const path = pathOf(of.subject.id);
  const isElsewhere = path && of.subject.id !== own;
  return html`
    <li><div><p>${isElsewhere ? html`<a href=${to(path)}>${told(of)}</a>` : told(of)}</p><small>${moment(of.at)} · ${by(of.cause)}</small></div>
      <span class="faint one-line"><${Far} at=${of.at} /></span></li>`;
}

/** What happened, from the path of a timeline; `own` is the thing that it is about. */
export function Timeline({ path, own }) {
  const { rows, next, error, more } = useRows(path, {});
  if (error) return html`<${Failure} problem=${error} />`;
  if (!rows) return html`<${Bones} lines=${5} />`;
  if (rows.length === 0) return html`<${Empty} icon="history" title=${t("Nothing happened yet")} />`;
  return html`
    <div class="inside"><ol class="timeline">${rows.map((it) => html`<${Entry} key=${it.sequence} of=${it} own=${own} />`)}</ol></div>
    ${next && html`<footer><button type="button" class="button small" onClick=${() => more().catch(complain)}>${t("Show more")}</button></footer>`}`;
}
