// Settings: one's own security, and how the house is taxed, counted, classed, staffed.
import { html } from "../html.js";
import { here } from "../model/route.js";
import { may, session } from "../model/session.js";
import { t } from "../model/text.js";
import { Page, Tabs } from "../part/page.js";
import { Users } from "./account/users.js";
import { Audit } from "./settings/audit.js";
import { Classes } from "./settings/classes.js";
import { Discounts } from "./settings/discounts.js";
import { Gateways } from "./settings/gateways.js";
import { Hearing } from "./settings/hearing.js";
import { Letterhead } from "./settings/letterhead.js";
import { Policy } from "./settings/policy.js";
import { Roles } from "./settings/roles.js";
import { Security } from "./settings/security.js";
import { Tax } from "./settings/tax.js";

const PARTS = [
  ["security", () => t("Security and tokens"), null, Security],
  ["users", () => t("Users"), "user_read", () => html`<${Users} account=${session.value.account} />`],
  ["roles", () => t("Roles"), null, Roles],
  ["tax", () => t("Tax"), "tax_read", Tax],
  ["letterhead", () => t("Letterhead"), "settings_read", Letterhead],
  ["gateways", () => t("Gateways"), "settings_read", Gateways],
  ["policy", () => t("Bills"), "tax_read", Policy],
  ["discounts", () => t("Discounts"), "catalog_read", Discounts],
  ["classes", () => t("Customer classes"), "class_read", Classes],
  ["hearing", () => t("Webhooks and mail"), "listener_read", Hearing],
  ["audit", () => t("Audit"), "audit_read", Audit],
];

/** The page. */
export default function Settings() {
  const parts = PARTS.filter(([, , needs]) => !needs || may(needs));
  const [key, , , Part] = parts.find(([key]) => key === here.value.query.part) ?? parts[0];
  return html`
    <${Page} title=${t("Settings")}>
      <${Tabs} label=${t("Parts of the settings")} path="/settings" at=${key} of=${parts.map(([key, text]) => [key, text()])} />
      <${Part} key=${key} />
    <//>`;
}
