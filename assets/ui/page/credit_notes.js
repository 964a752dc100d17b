// Credit notes: what was taken back of invoices, as a list.
import { html } from "../html.js";
import { money } from "../model/money.js";
import { name } from "../model/name.js";
import { to } from "../model/route.js";
import { isBuyer } from "../model/session.js";
import { t } from "../model/text.js";
import { day } from "../model/time.js";
import { Named } from "../part/figure.js";
import { List } from "../part/list.js";
import { Page } from "../part/page.js";
import { Empty } from "../part/still.js";

const columns = () => [
  { head: t("Number"), cell: (it) => html`<a class="whole one-line" href=${to(`/credit-notes/${it.id}`)}>${it.number ?? t("Draft")}</a>`, text: (it) => it.number },
  !isBuyer() && { head: t("Customer"), cell: (it) => html`<${Named} id=${it.account} />`, text: (it) => name(it.account).value ?? it.account },
  { head: t("Invoice"), cell: (it) => html`<${Named} id=${it.invoice} />`, text: (it) => it.invoice },
  { head: t("Issued"), cell: (it) => html`<span class="one-line">${day(it.issued_on)}</span>`, text: (it) => it.issued_on },
  { head: t("Reason"), cut: true, extra: true, cell: (it) => it.reason, text: (it) => it.reason },
  { head: t("Gross"), num: true, lead: true, cell: (it) => money(it.gross), text: (it) => it.gross.amount },
  { head: t("Currency"), text: (it) => it.gross.currency },
].filter(Boolean);

/** The page. */
export default () => html`
  <${Page} title=${t("Credit notes")} crumbs=${[["/invoices", t("Invoices")]]}>
    <${List} path="/credit_notes" label=${t("Credit notes")} file="credit-notes" names=${["/accounts"]} columns=${columns()}
      empty=${html`<${Empty} icon="undo-2" title=${t("No credit notes yet")}><p>${isBuyer() ? t("What is taken back of an invoice appears here.") : t("A credit note takes back an invoice, or a part of it: give credit on the page of the invoice.")}</p><//>`} />
  <//>`;
