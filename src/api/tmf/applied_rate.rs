//! Rates that were applied (TMF678): the lines of bills, and what credit notes give back of them.
//!
//! The id of one is that of its bill and its place there.

use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::carried::without_nulls;
use super::customer_bill::{billed, period, rate};
use super::entity::tree;
use super::money;
use super::resource::{Resource, Tree};
use crate::domain::billing::credit::{CreditLine, CreditNote};
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::line::{Line, LineKind};
use crate::domain::id::{CreditNoteId, Id, InvoiceId, Kind};
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::services::{Act, Cx, Error, event};

/// Lines of bills.
pub(super) struct AppliedRates;

/// Where what was given back begins in a list that has invoices first: no key of an invoice is like it.
const NOTES_FROM: &[u8] = b"notes:";

/// Of which sort a rate is, in the words of this contract.
const fn sort(of: LineKind) -> &'static str {
    match of {
        LineKind::Recurring => "recurringCharge",
        LineKind::Usage | LineKind::TrueUp => "usageCharge",
        LineKind::Credit => "appliedBillingCredit",
        LineKind::OneTime
        | LineKind::Setup
        | LineKind::Renewal
        | LineKind::LateFee
        | LineKind::Stated
        | LineKind::Deposit => "oneTimeCharge",
    }
}

/// How much a rate comes to, and how that is told.
struct Sums {
    net: Money,
    tax: Money,
}

impl Sums {
    fn is_credit(&self) -> bool {
        self.net.is_negative()
    }
}

/// A line of an invoice, as far as what a credit note gives back of it is told so too.
fn shown(of: &Invoice, (line, sums): (&Line, &Sums)) -> Result<Tree, Error> {
    let taxed = of.content().taxes.get(usize::from(line.tax_place));
    let tax = json!([{
        "taxCategory": taxed.map(|it| it.name.as_str()), "taxRate": taxed.and_then(rate),
        "taxAmount": money::shown(sums.tax),
    }]);
    let product = line.subscription.map(|it| json!({ "id": it.uuid() }));
    Ok(tree(json!({
        "name": line.label.as_str(),
        "description": line.subject.as_str(),
        "type": if sums.is_credit() { sort(LineKind::Credit) } else { sort(line.kind) },
        "taxExcludedAmount": money::shown(sums.net),
        "taxIncludedAmount": money::shown(sums.net.plus(sums.tax).map_err(Error::internal)?),
        "appliedTax": tax,
        "periodCoverage": line.service_period.map(period),
        "product": product,
        "characteristic": [{
            "name": "chargeKind", "valueType": "string", "value": line.kind.word(),
        }],
    })))
}

/// What a line charges: the bill that it is on, if that is issued.
fn charged(cx: Cx<'_>, it: &Invoice, (place, line): (usize, &Line)) -> Result<Tree, Error> {
    let sums = Sums { net: line.net, tax: line.tax };
    let mut all = shown(it, (line, &sums))?;
    let bill = json!({ "id": it.id.uuid(), "@referredType": "CustomerBill" });
    for (name, value) in [
        ("id", json!(format!("{}-{place}", it.id.uuid()))),
        ("date", json!(it.issue().map(|it| it.issued_at.to_string()))),
        ("isBilled", json!(it.issue().is_some())),
        ("bill", if it.issue().is_some() { bill } else { Value::Null }),
        ("billingAccount", billed(cx, it.content().billing_account)?),
    ] {
        all.insert(name.to_owned(), value);
    }
    Ok(tree(without_nulls(Value::Object(all))))
}

/// What a credit note gives back of a line of its invoice.
fn given_back(
    cx: Cx<'_>,
    (note, invoice): (&CreditNote, &Invoice),
    (place, of): (usize, &CreditLine),
) -> Result<Option<Tree>, Error> {
    let line = usize::try_from(of.place).ok().and_then(|it| invoice.content().lines.get(it));
    let Some(line) = line else { return Ok(None) };
    let back = |it: Money| it.negated().map_err(Error::internal);
    let sums = Sums { net: back(of.net)?, tax: back(of.tax)? };
    let mut all = shown(invoice, (line, &sums))?;
    for (name, value) in [
        ("id", json!(format!("{}-{place}", note.id.uuid()))),
        ("date", json!(note.issue().map(|it| it.issued_at.to_string()))),
        ("isBilled", json!(true)),
        ("bill", json!({ "id": note.id.uuid(), "@referredType": "CustomerBill" })),
        ("billingAccount", billed(cx, note.content().billing_account)?),
    ] {
        all.insert(name.to_owned(), value);
    }
    Ok(Some(tree(without_nulls(Value::Object(all)))))
}

fn all_of_invoice(cx: Cx<'_>, it: &Invoice) -> Result<Vec<Tree>, Error> {
    let lines = it.content().lines.iter().enumerate();
    lines.map(|line| charged(cx, it, line)).collect()
}

fn all_of_note(cx: Cx<'_>, it: &CreditNote) -> Result<Vec<Tree>, Error> {
    let Some(invoice) = cx.find::<Invoice>(it.content().invoice)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for line in it.content().lines.iter().enumerate() {
        found.extend(given_back(cx, (it, &invoice), line)?);
    }
    Ok(found)
}

/// The rates of the bill with an id, whether it is an invoice or a credit note.
fn all_of(cx: Cx<'_>, bill: &str) -> Result<Vec<Tree>, Error> {
    if let Ok(id) = bill.parse::<InvoiceId>()
        && let Some(found) = cx.find::<Invoice>(id)?
    {
        return all_of_invoice(cx, &found);
    }
    if let Ok(id) = bill.parse::<CreditNoteId>()
        && let Some(found) = cx.find::<CreditNote>(id)?
    {
        return all_of_note(cx, &found);
    }
    Ok(Vec::new())
}

fn id_of(it: &Tree) -> Option<&str> {
    it.get("id").and_then(Value::as_str)
}

impl Behind for AppliedRates {
    fn documents(&self) -> &dyn Behind {
        self
    }

    fn kind(&self) -> Kind {
        Kind::Invoice
    }

    fn reading(&self) -> Permission {
        Permission::InvoiceRead
    }

    fn writing(&self) -> Permission {
        Permission::InvoiceIssue
    }

    fn page(&self, cx: Cx<'_>, _: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        let mut items = Vec::new();
        let Some(after) = page.after.as_deref().and_then(|it| it.strip_prefix(NOTES_FROM)) else {
            let found = cx.list_with_own(page, |_: &Invoice| true)?;
            for it in &found.items {
                items.extend(all_of_invoice(cx, it)?);
            }
            return Ok(Page { items, next: found.next.or_else(|| Some(NOTES_FROM.to_vec())) });
        };
        let after = (!after.is_empty()).then(|| after.to_vec());
        let page = PageRequest { after, ..page.clone() };
        let found = cx.list_with_own(&page, |_: &CreditNote| true)?;
        for it in &found.items {
            items.extend(all_of_note(cx, it)?);
        }
        Ok(Page { items, next: found.next.map(|it| [NOTES_FROM, &it].concat()) })
    }

    /// The rates of a bill are its lines.
    fn found_by(
        &self,
        cx: Cx<'_>,
        path: &str,
        values: &[&str],
    ) -> Result<Option<Vec<String>>, Error> {
        if path != "bill.id" {
            return Ok(None);
        }
        let mut ids = Vec::new();
        for bill in values {
            ids.extend(all_of(cx, bill)?.iter().filter_map(id_of).map(str::to_owned));
        }
        ids.dedup();
        Ok(Some(ids))
    }

    fn find(&self, cx: Cx<'_>, _: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        let Some((bill, _)) = id.rsplit_once('-') else { return Ok(None) };
        Ok(all_of(cx, bill)?.into_iter().find(|it| id_of(it) == Some(id)))
    }

    fn create(&self, _: &mut Act<'_>, _: &Resource, _: Tree) -> Result<Tree, Error> {
        Err(Error::internal("a rate comes from billing"))
    }

    fn change(&self, _: &mut Act<'_>, _: &Resource, _: Change) -> Result<Tree, Error> {
        Err(Error::internal("a rate stays"))
    }

    fn remove(&self, _: &mut Act<'_>, _: &Resource, _: &str) -> Result<(), Error> {
        Err(Error::internal("a rate stays"))
    }

    fn told(&self, _: Cx<'_>, _: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        // Nothing is told of rates: this contract has no events for them.
        event::read::<Invoice>(side).map(|_| None)
    }
}
