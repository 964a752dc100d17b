// Building blocks: what offers are made of, as lists that are kept by hand.
import { html } from "../html.js";
import { here } from "../model/route.js";
import { t } from "../model/text.js";
import { Page, Tabs } from "../part/page.js";
import { Categories, Meters } from "./blocks/counting.js";
import { Resources, Specifications } from "./blocks/delivery.js";
import { ServiceTerms } from "./blocks/service_terms.js";

const PARTS = [
  ["specifications", () => t("Specifications"), Specifications],
  ["resources", () => t("Resources"), Resources],
  ["meters", () => t("Meters"), Meters],
  ["categories", () => t("Categories"), Categories],
  ["terms", () => t("Service terms"), ServiceTerms],
];

/** The page. */
export default function Blocks() {
  const [key, , Part] = PARTS.find(([key]) => key === here.value.query.part) ?? PARTS[0];
  return html`
    <${Page} title=${t("Building blocks")}>
      <${Tabs} label=${t("Parts of the building blocks")} path="/blocks" at=${key} of=${PARTS.map(([key, text]) => [key, text()])} />
      <${Part} key=${key} />
    <//>`;
}
