// The pages: which address shows which, what one needs to see it, and where it stands in the navigation.
import { t } from "../model/text.js";

const page = (path, load, more = {}) => ({ path, load, ...more });

/** Every page: its pattern, how its module is loaded, and its place in the navigation if it has one. */
export const PAGES = [
  page("", () => import("./overview.js"), { text: () => t("Overview"), icon: "layout-dashboard", group: "" }),
];

const GROUPS = {
  "": () => "",
  customers: () => t("Customers"),
  catalogue: () => t("Catalogue"),
  money: () => t("Money"),
  house: () => t("House"),
};

/** What the navigation shows to somebody who may do some things: groups with their pages. */
export function navigation(may) {
  return Object.entries(GROUPS).map(([key, text]) => ({
    key,
    text: text(),
    pages: PAGES.filter((it) => it.group === key && (!it.needs || may(it.needs))),
  })).filter((it) => it.pages.length > 0);
}
