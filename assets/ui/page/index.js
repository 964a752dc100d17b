// The pages: which address shows which, what one needs to see it, and where it stands in the navigation.
import { inCart } from "../model/cart.js";
import { match } from "../model/route.js";
import { isBuyer, isGuest, isHouse, session } from "../model/session.js";
import { t } from "../model/text.js";

const page = (path, needs, load, place = {}) => ({ path, needs, load, ...place });

/** Every page: its pattern, the permission it needs, how its module is loaded, and its place in the navigation. */
export const PAGES = [
  page("", null, () => import("./overview.js"), { text: () => t("Overview"), icon: "layout-dashboard", group: "" }),
  page("/shop", "offer_browse", () => import("./shop.js"), { isOpen: true, isForBuyers: true, text: () => t("Shop"), icon: "tag", group: "" }),
  page("/shop/:id", "offer_browse", () => import("./shop/offer.js"), { isOpen: true }),
  page("/compare", "offer_browse", () => import("./shop/compare.js"), { isOpen: true }),
  page("/cart", "order_place", () => import("./shop/cart.js"), { isOpen: true, isForBuyers: true, text: () => t("Cart"), icon: "shopping-cart", group: "", badge: () => inCart.value }),
  page("/checkout", "order_place", () => import("./shop/checkout.js")),
  page("/accounts", "account_read", () => import("./accounts.js"), { text: () => t("Accounts"), icon: "users", group: "customers" }),
  page("/accounts/:id", "account_read", () => import("./account.js")),
  page("/orders", "order_read", () => import("./orders.js"), { text: () => t("Orders"), icon: "shopping-cart", group: "customers" }),
  page("/orders/:id", "order_read", () => import("./order.js")),
  page("/work", "task_read", () => import("./work.js"), { text: () => t("To do"), icon: "list-checks", group: "customers" }),
  page("/subscriptions", "subscription_read", () => import("./subscriptions.js"), { text: () => t("Subscriptions"), icon: "repeat", group: "customers" }),
  page("/subscriptions/:id", "subscription_read", () => import("./subscription.js")),
  page("/catalogue", "offer_browse", () => import("./catalogue.js"), { isForSellers: true, text: () => t("Offers"), icon: "package", group: "catalogue" }),
  page("/seats", "seat_write", () => import("./seats.js"), { isForBuyers: true, text: () => t("Seats"), icon: "user", group: "customers" }),
  page("/stock", "catalog_read", () => import("./stock.js"), { text: () => t("My stock"), icon: "inbox", group: "catalogue" }),
  page("/sell", "catalog_write", () => import("./offer/wizard.js")),
  page("/catalogue/new", "catalog_write", () => import("./offer/editor.js")),
  page("/catalogue/:id", "offer_browse", () => import("./offer.js")),
  page("/catalogue/:id/edit", "catalog_write", () => import("./offer/editor.js")),
  page("/blocks", "catalog_read", () => import("./blocks.js"), { text: () => t("Building blocks"), icon: "layers", group: "catalogue" }),
  page("/usage", "usage_read", () => import("./usage.js"), { text: () => t("Usage"), icon: "gauge", group: "catalogue", groupOfBuyers: "customers" }),
  page("/invoices", "invoice_read", () => import("./invoices.js"), { text: () => t("Invoices"), icon: "receipt-text", group: "money" }),
  page("/invoices/:id", "invoice_read", () => import("./invoice.js")),
  page("/credit-notes", "invoice_read", () => import("./credit_notes.js")),
  page("/credit-notes/:id", "invoice_read", () => import("./credit_note.js")),
  page("/payments", "payment_read", () => import("./payments.js"), { text: () => t("Payments"), icon: "wallet", group: "money" }),
  page("/payments/:id", "payment_read", () => import("./payment.js")),
  page("/bank", "banking_read", () => import("./bank.js"), { text: () => t("Bank"), icon: "landmark", group: "money" }),
  page("/debit-orders/:id", "banking_read", () => import("./debit_order.js")),
  page("/bank-statements/:id", "banking_read", () => import("./bank_statement.js")),
  page("/billing", "billing_read", () => import("./billing.js"), { isForHouse: true, text: () => t("Billing runs"), icon: "play", group: "money" }),
  page("/billing/:id", "billing_read", () => import("./billing_run.js")),
  page("/settlements", "settlement_read", () => import("./settlements.js"), { isForSellers: true, text: () => t("Settlement"), icon: "banknote", group: "money" }),
  page("/settlements/:id", "settlement_read", () => import("./settlement.js")),
  page("/revenue", "journal_read", () => import("./revenue.js"), { text: () => t("Earned revenue"), icon: "calculator", group: "money" }),
  page("/journal", "journal_read", () => import("./journal.js"), { isHouse: true, text: () => t("Journal"), icon: "book-open", group: "money" }),
  page("/mail-templates/:id", "notification_read", () => import("./mail_template.js")),
  page("/settings", null, () => import("./settings.js"), { text: () => t("Settings"), icon: "settings", group: "house" }),
  page("/reference", null, () => import("./reference.js"), { isForSellers: true, text: () => t("API reference"), icon: "code", group: "house" }),
];

const GROUPS = {
  "": () => "",
  customers: () => (isBuyer() ? t("Account") : t("Customers")),
  catalogue: () => t("Catalogue"),
  money: () => t("Money"),
  house: () => (isBuyer() ? t("System") : t("House")),
};

/** Whether somebody who may do some things sees a page; the books are those of the whole house, and guests see the shop. */
export const sees = (it, may) => (isGuest() ? Boolean(it.isOpen) : (!it.needs || may(it.needs)) && (!it.isHouse || isHouse()));

/** The page at a path, with what stands in it. */
export function found(path) {
  for (const page of PAGES) {
    const parameters = match(page.path, path);
    if (parameters) return { page, parameters };
  }
  return {};
}

/** A page as it stands in the navigation: who buys has one account, and goes right to it. */
const shown = (it) => (it.path === "/accounts" && isBuyer() ? { ...it, path: `/accounts/${session.value.account.id}`, text: () => t("Your account") } : it);

/** What the navigation shows to somebody who may do some things: groups with their pages. */
export function navigation(may) {
  return Object.entries(GROUPS).map(([key, text]) => ({
    key,
    text: text(),
    pages: PAGES.filter((it) => ((isBuyer() && it.groupOfBuyers) || it.group) === key && sees(it, may) && !(it.isForSellers && isBuyer()) && !(it.isForBuyers && isHouse()) && !(it.isForHouse && !isHouse())).map(shown),
  })).filter((it) => it.pages.length > 0);
}
