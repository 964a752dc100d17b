//! Credit notes as bills (TMF678): of the category `creditNote`, with what they give back as less than
//! nothing. They stand behind the invoices in one list, and nothing of them is to be paid.

use serde_json::{Value, json};

use super::behind::{Behind, Change};
use super::carried::without_nulls;
use super::customer;
use super::customer_bill::{Bills, billed, papers, period, rate};
use super::entity::{Of, tree};
use super::money;
use super::query::Wanted;
use super::resource::{Resource, Tree};
use crate::domain::account::Account;
use crate::domain::billing::credit::{Credit, CreditNote};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, CreditNoteId, Id, Kind};
use crate::domain::money::{Money, MoneyError};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::time::Period;
use crate::services::{Act, Cx, Error, event, finding};

/// Invoices, and what gives back of them.
pub(super) struct CustomerBills;

/// What gives back.
struct Notes;

const INVOICES: Of<Bills> = Of(Bills);
/// Where credit notes begin in a list that has invoices first: no key of an invoice is like it.
const NOTES_FROM: &[u8] = b"notes:";

/// From the first to the last day of what is given back.
fn periods(of: &Credit) -> Option<Period> {
    let all = || of.lines.iter().filter_map(|it| it.service_period);
    let (start, end) = (all().map(Period::start).min()?, all().map(Period::end).max()?);
    Period::new(start, end)
}

fn taxes(of: &Credit) -> Result<Vec<Value>, MoneyError> {
    let taxes = of.taxes.iter().map(|it| {
        Ok(json!({
            "taxCategory": it.name.as_str(), "taxRate": rate(it),
            "taxAmount": money::shown(it.tax.negated()?),
        }))
    });
    taxes.collect()
}

impl Notes {
    fn shown(cx: Cx<'_>, it: &CreditNote) -> Result<Tree, Error> {
        let (content, issue) = (it.content(), it.issue());
        let account = cx.shared::<Account>(content.account)?;
        let totals = content.totals;
        let nothing = Money::zero(totals.gross.currency());
        let shown = json!({
            "id": it.id.uuid(),
            "billNo": issue.map(|it| it.number.as_str()),
            "billDate": issue.map(|it| it.issued_at.to_string()),
            "billDocument": papers(issue, &format!("credit_notes/{}", it.id)),
            "lastUpdate": it.stamp.changed_at.to_string(),
            "state": if issue.is_some() { "settled" } else { "new" },
            "category": "creditNote",
            "runType": "offCycle",
            "amountDue": money::shown(nothing),
            "remainingAmount": money::shown(nothing),
            "taxExcludedAmount": money::shown(totals.net.negated()?),
            "taxIncludedAmount": money::shown(totals.gross.negated()?),
            "taxItem": taxes(content)?,
            "billingPeriod": periods(content).map(period),
            "billingAccount": billed(cx, content.billing_account)?,
            "relatedParty": account.iter().map(|it| customer::owner(it)).collect::<Vec<_>>(),
            "relatedBill": { "id": content.invoice.uuid(), "@referredType": "CustomerBill" },
        });
        Ok(tree(without_nulls(shown)))
    }

    fn found(cx: Cx<'_>, id: &str) -> Result<Option<CreditNote>, Error> {
        let Ok(id) = id.parse::<CreditNoteId>() else { return Ok(None) };
        cx.find::<CreditNote>(id)
    }
}

impl Behind for Notes {
    fn documents(&self) -> &dyn Behind {
        self
    }

    fn kind(&self) -> Kind {
        Kind::CreditNote
    }

    fn reading(&self) -> Permission {
        Permission::InvoiceRead
    }

    fn writing(&self) -> Permission {
        Permission::InvoiceIssue
    }

    fn page(&self, cx: Cx<'_>, _: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        let found = cx.list_with_own(page, |_: &CreditNote| true)?;
        let items: Result<_, _> = found.items.iter().map(|it| Self::shown(cx, it)).collect();
        Ok(Page { items: items?, next: found.next })
    }

    fn find(&self, cx: Cx<'_>, _: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        Self::found(cx, id)?.map(|it| Self::shown(cx, &it)).transpose()
    }

    fn create(&self, _: &mut Act<'_>, _: &Resource, _: Tree) -> Result<Tree, Error> {
        Err(Error::internal("a credit note comes from an invoice"))
    }

    fn change(&self, _: &mut Act<'_>, of: &Resource, change: Change) -> Result<Tree, Error> {
        if change.before == change.after {
            return Ok(change.before);
        }
        let message = "stays as it is: the bill is a credit note";
        Err(Invalid::one(of.state.unwrap_or_default(), "read_only", message).into())
    }

    fn remove(&self, _: &mut Act<'_>, _: &Resource, _: &str) -> Result<(), Error> {
        Err(Error::internal("a bill stays"))
    }

    fn told(&self, cx: Cx<'_>, _: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        let it: CreditNote = event::read(side)?;
        Self::shown(cx, &it).map(Some)
    }
}

/// The part of a page that is about credit notes, if it is.
fn of_notes(page: &PageRequest) -> Option<PageRequest> {
    let after = page.after.as_deref()?.strip_prefix(NOTES_FROM)?;
    let after = (!after.is_empty()).then(|| after.to_vec());
    Some(PageRequest { after, ..page.clone() })
}

fn before_notes(found: Page<Tree>) -> Page<Tree> {
    Page { next: found.next.or_else(|| Some(NOTES_FROM.to_vec())), ..found }
}

fn among_notes(found: Page<Tree>) -> Page<Tree> {
    Page { next: found.next.map(|it| [NOTES_FROM, &it].concat()), ..found }
}

impl Behind for CustomerBills {
    fn documents(&self) -> &dyn Behind {
        &Notes
    }

    fn kind(&self) -> Kind {
        INVOICES.kind()
    }

    fn reading(&self) -> Permission {
        INVOICES.reading()
    }

    fn writing(&self) -> Permission {
        INVOICES.writing()
    }

    fn page(&self, cx: Cx<'_>, of: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        match of_notes(page) {
            None => INVOICES.page(cx, of, page).map(before_notes),
            Some(page) => Notes.page(cx, of, &page).map(among_notes),
        }
    }

    fn partly(
        &self,
        cx: Cx<'_>,
        of: &Resource,
        (page, wanted): (&PageRequest, &Wanted),
    ) -> Result<Page<Tree>, Error> {
        match of_notes(page) {
            None => INVOICES.partly(cx, of, (page, wanted)).map(before_notes),
            Some(page) => Notes.page(cx, of, &page).map(among_notes),
        }
    }

    fn part(
        &self,
        cx: Cx<'_>,
        of: &Resource,
        (id, wanted): (&str, &Wanted),
    ) -> Result<Option<Tree>, Error> {
        match INVOICES.part(cx, of, (id, wanted))? {
            Some(found) => Ok(Some(found)),
            None => Notes.find(cx, of, id),
        }
    }

    /// What somebody was billed and given back is in indices.
    fn found_by(
        &self,
        cx: Cx<'_>,
        path: &str,
        values: &[&str],
    ) -> Result<Option<Vec<String>>, Error> {
        let Some(mut found) = INVOICES.found_by(cx, path, values)? else { return Ok(None) };
        for owner in values.iter().filter_map(|it| it.parse::<AccountId>().ok()) {
            let notes = finding::by_owner::<CreditNote>(cx, owner)?;
            found.extend(notes.iter().map(|it| it.uuid().to_string()));
        }
        Ok(Some(found))
    }

    fn find(&self, cx: Cx<'_>, of: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        match INVOICES.find(cx, of, id)? {
            Some(found) => Ok(Some(found)),
            None => Notes.find(cx, of, id),
        }
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, said: Tree) -> Result<Tree, Error> {
        INVOICES.create(act, of, said)
    }

    fn change(&self, act: &mut Act<'_>, of: &Resource, change: Change) -> Result<Tree, Error> {
        match Notes::found(act.cx(), &change.id)? {
            Some(_) => Notes.change(act, of, change),
            None => INVOICES.change(act, of, change),
        }
    }

    fn remove(&self, act: &mut Act<'_>, of: &Resource, id: &str) -> Result<(), Error> {
        INVOICES.remove(act, of, id)
    }

    fn told(&self, cx: Cx<'_>, of: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        INVOICES.told(cx, of, side)
    }
}
