// How a buyer reaches what it has: where, and with what; what is secret is shown when it is asked for.
import { html } from "../html.js";
import { useState } from "../../vendor/preact/hooks.js";
import { get } from "../model/api.js";
import { useLoad } from "../model/load.js";
import { t } from "../model/text.js";
import { Icon } from "./icon.js";
import { Card } from "./page.js";
import { Secret } from "./secret.js";

/** The card of a subscription, with what it is `called` where several stand together; nothing where nobody said anything. */
export function Access({ id, called }) {
  const { data } = useLoad(() => get(`/subscriptions/${id}/access`), ["access", id]);
  const [isOpen, open] = useState(false);
  if (!data?.url && !data?.credentials) return null;
  return html`
    <${Card} title=${called ? t("How you reach {name}", { name: called }) : t("How you reach it")}><div class="inside stack">
      ${data.url && html`<div><a class="button primary" href=${data.url} target="_blank" rel="noopener noreferrer"><${Icon} name="arrow-up-right" />${t("Open it")}</a></div>`}
      ${data.credentials && (isOpen ? html`<${Secret} text=${data.credentials} label=${t("Access")} />` : html`<div><button type="button" class="button" onClick=${() => open(true)}><${Icon} name="key-round" />${t("Show the access")}</button></div>`)}
    </div><//>`;
}
