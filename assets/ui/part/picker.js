// A field that finds an account by the beginning of its name.
import { html } from "../html.js";
import { useId, useState } from "../../vendor/preact/hooks.js";
import { some } from "../model/api.js";
import { useLoad, useStill } from "../model/load.js";
import { t } from "../model/text.js";

const FEW = 20;
const shown = (it) => `${it.name} (${it.number})`;

/**
 * The field; `onPick` gets the account, or nothing while there is none by what is typed. `begun` is what stands in it at first,
 * and `isOptional` that it can be empty.
 */
export function AccountPicker({ onPick, label = t("Account"), begun = "", hint, isOptional = false }) {
  const id = useId();
  const [typed, type] = useState(begun);
  const words = useStill(typed.replace(/ \(\d+\)$/, ""), 120);
  const read = useLoad(() => some("/accounts", { q: words, limit: FEW, fields: "name,number,billing_account,state,kind,address,seller,seller_name" }), ["pick", words]);
  const found = read.data?.items ?? [];
  const input = (event) => {
    type(event.target.value);
    onPick(found.find((it) => shown(it) === event.target.value) ?? null);
  };
  return html`
    <div><label for=${id}><span>${label}</span></label>
      <input id=${id} list=${`${id}-found`} value=${typed} onInput=${input} autocomplete="off" required=${!isOptional} placeholder=${t("Name begins with")} />
      <datalist id=${`${id}-found`}>${found.map((it) => html`<option key=${it.id} value=${shown(it)}></option>`)}</datalist>${hint && html`<small>${hint}</small>`}
    </div>`;
}
