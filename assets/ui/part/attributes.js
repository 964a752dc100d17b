// Custom attributes in forms: a field for each that the vendor of a thing asks for.
import { html } from "../html.js";
import { all } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { t } from "../model/text.js";
import { Field } from "./form.js";

/** What a vendor has laid down of the attributes of a kind of thing. */
export function useAsked(kind, vendor) {
  const read = useLoad(() => all("/attribute_definitions", { applies_to: kind }), ["asked of", kind]);
  return (read.data ?? []).filter((it) => !it.seller || !vendor || it.seller === vendor);
}

/** The fields of what is asked, below a place in the form; `value` is what the thing says so far. */
export const AttributeFields = ({ asked, value = {}, below = "", label = t("What else is asked") }) => asked.length > 0 && html`
  <fieldset><legend>${label}</legend>
    ${asked.map((it) => html`
      <${Field} key=${it.id} name=${`${below}attributes/${it.name}`} label=${it.name} hint=${it.description ?? undefined}
        value=${String(value[it.name] ?? "")} required=${it.required} autocomplete="off" />`)}
  </fieldset>`;

/** What was typed for a new thing; nothing if nothing is asked. */
export const saidOf = (typed) => typed && Object.fromEntries(Object.entries(typed).filter(([, it]) => it !== null));

/** What was typed for a thing that is there: what reads as it was stays as it was, whether a text or a number. */
export const changedOf = (typed, asked, was) => asked.length === 0 ? undefined : Object.fromEntries(asked.map(({ name }) => {
  const said = typed?.[name] ?? null;
  return [name, said !== null && String(was[name] ?? "") === said ? was[name] : said];
}));
