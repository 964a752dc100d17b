// Building blocks: what offers are made of, as lists that are kept by hand.
import { html } from "../html.js";
import { here } from "../model/route.js";
import { may } from "../model/session.js";
import { t } from "../model/text.js";
import { Page, Tabs } from "../part/page.js";
import { Assets } from "./blocks/assets.js";
import { Attributes } from "./blocks/attributes.js";
import { Categories, Meters } from "./blocks/counting.js";
import { Resources, Specifications } from "./blocks/delivery.js";
import { ServiceTerms } from "./blocks/service_terms.js";

const PARTS = [
  ["specifications", () => t("Specifications"), Specifications],
  ["resources", () => t("Resources"), Resources],
  ["assets", () => t("Assets"), Assets],
  ["meters", () => t("Meters"), Meters],
  ["categories", () => t("Categories"), Categories],
  ["terms", () => t("Service terms"), ServiceTerms],
  ["attributes", () => t("Custom attributes"), Attributes, () => may("settings_read")],
];

/** The page. */
export default function Blocks() {
  const parts = PARTS.filter(([, , , isSeen]) => isSeen?.() ?? true);
  const [key, , Part] = parts.find(([key]) => key === here.value.query.part) ?? parts[0];
  return html`
    <${Page} title=${t("Building blocks")}>
      <${Tabs} label=${t("Parts of the building blocks")} path="/blocks" at=${key} of=${parts.map(([key, text]) => [key, text()])} />
      <${Part} key=${key} />
    <//>`;
}
