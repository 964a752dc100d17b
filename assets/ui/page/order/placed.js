// After an order: what comes next for who has bought.
import { html } from "../../html.js";
import { get } from "../../model/api.js";
import { useLoad } from "../../model/load.js";
import { to } from "../../model/route.js";
import { may } from "../../model/session.js";
import { t } from "../../model/text.js";
import { When } from "../../part/figure.js";
import { Icon } from "../../part/icon.js";
import { Card } from "../../part/page.js";

const LOST = ["failed", "rejected", "canceled"];

/** What comes next for the buyer. */
export function Next({ of }) {
  const { data } = useLoad(async () => (may("billing_account_read") ? (await get("/billing_accounts", { account: of.account })).items.find((it) => it.default) : null), ["ordered next", of.account]);
  const isDone = of.state === "completed";
  if (LOST.includes(of.state)) return null;
  return html`
    <${Card} title=${t("What happens next")}><ol class="inside path">
      <li class=${isDone ? "done" : "next"}><${Icon} name=${isDone ? "circle-check" : "clock"} /><p>${isDone ? t("What you ordered is yours.") : t("The seller works on your order. You see here how far it is.")}</p></li>
      <li><${Icon} name="receipt-text" /><p>${data?.next_bill_on && data.state !== "defined" ? html`${t("The next invoice")}: <${When} at=${data.next_bill_on} />` : t("The invoice comes on your next billing day.")}</p></li>
      <li><${Icon} name="repeat" /><p><a class="under" href=${to("/subscriptions")}>${t("Your subscriptions")}</a> ${t("show usage, seats and terms, and let you change or cancel them.")}</p></li>
    </ol><//>`;
}
