// Taking what is sold off the market for good: asked first, with who goes on having it and which bundles go with it.
import { html } from "../html.js";
import { get, post } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { forget } from "../model/name.js";
import { t } from "../model/text.js";
import { Field, FormDialog } from "./form.js";
import { State } from "./state.js";
import { Loaded } from "./still.js";
import { Table } from "./table.js";
import { say } from "./toast.js";

const Affected = ({ of }) => html`
  <${Table} label=${t("What goes off the market")} rows=${of} columns=${[
    { head: t("Offer"), cell: (it) => it.name },
    { head: t("State"), cell: (it) => html`<${State} of=${it.state} />` },
    { head: t("Go on having it"), num: true, cell: (it) => it.subscriptions },
  ]} />`;

/** The dialog for an offer or a specification, by its `path`. */
export function Retiring({ path, name, onClose }) {
  const read = useLoad(() => get(`${path}/retirement`).then((it) => it.items), ["retirement", path], { isDerived: true });
  const isOffer = path.startsWith("/offers/");
  const retire = async ({ bundles }) => {
    await post(`${path}/retire`, isOffer ? { with_bundles: Boolean(bundles) } : { with_offers: true });
    forget("/specifications");
    say(t("{name} is sold no more", { name }));
  };
  const others = read.data?.filter((it) => !path.endsWith(it.id)) ?? [];
  return html`
    <${FormDialog} title=${t("Sell {name} no more", { name })} onClose=${onClose} onSend=${retire} send=${t("Sell it no more")} danger isOff=${!read.data}
      intro=${t("It cannot be put on sale again. Who has it keeps it, and goes on paying for it.")}>
      <${Loaded} of=${read} bones=${2}>${(rows) => rows.length > 0 && html`<${Affected} of=${rows} />`}<//>
      ${isOffer && others.length > 0 && html`<${Field} name="bundles" kind="check" label=${t("The bundles that it is in, too: without it they cannot be ordered")} checked />`}
    <//>`;
}
