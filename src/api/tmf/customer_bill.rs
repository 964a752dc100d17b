//! What is billed (TMF678): our invoices. Credit notes are bills, too, and stand in
//! [`bill_credit`](super::bill_credit).
//!
//! An invoice never changes. What a client says of it beyond is kept beside it, and of its state the
//! word: `validated` and `sent` are both what we call issued. One that is `onHold` is disputed: nobody is
//! reminded of it until it is in another state again.

use serde_json::{Value, json};
use uuid::Uuid;

use super::behind::Change;
use super::customer;
use super::entity::{Entity, Gone, tree};
use super::money;
use super::resource::Tree;
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::billing_account::schedule::first_billing_date;
use crate::domain::billing::invoice::lifecycle::State;
use crate::domain::billing::invoice::line::{Line, LineKind};
use crate::domain::billing::invoice::{InFavorOf, Invoice, Issue};
use crate::domain::billing::tax::TaxTotal;
use crate::domain::id::{AccountId, BillingAccountId, Id};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::text::Prose;
use crate::domain::time::{Date, Period, Zone};
use crate::services::finding;
use crate::services::invoice;
use crate::services::payment::{self, OfInvoice};
use crate::services::{Act, Cx, Error};

/// Invoices.
pub(super) struct Bills;

/// The words that this contract has for a state; the first is what is shown.
const fn words(of: State) -> &'static [&'static str] {
    match of {
        State::Draft => &["new", "onHold"],
        State::Issued => &["validated", "sent"],
        State::PartiallyPaid => &["partiallyPaid"],
        State::Paid | State::WrittenOff => &["settled"],
    }
}

/// What a bill is that is disputed.
const ON_HOLD: &str = "onHold";

/// Whether all that is open of a bill is disputed.
fn is_on_hold(it: &Invoice) -> bool {
    it.dispute().is_some() && it.undisputed().as_minor() == 0
}

/// The words for a bill: the one that is shown first.
fn words_of(it: &Invoice) -> &'static [&'static str] {
    if is_on_hold(it) { &[ON_HOLD] } else { words(it.state()) }
}

/// A bill that was said to be on hold, or to be so no more.
fn held(act: &mut Act<'_>, it: Invoice, word: &str) -> Result<Invoice, Error> {
    let why: Prose = "by a change of the state".parse().map_err(Error::internal)?;
    let is_asked = word.eq_ignore_ascii_case(ON_HOLD);
    let can_be = matches!(it.state(), State::Issued | State::PartiallyPaid);
    match (is_asked, is_on_hold(&it)) {
        (true, false) if can_be && it.dispute().is_none() => {
            invoice::dispute(act, it.id, (None, None, why))
        }
        (false, true) => invoice::resolve(act, it.id, (None, InFavorOf::Seller, why), None),
        (_, _) => Ok(it),
    }
}

/// A day as a moment, which is what this contract has for days.
pub(super) fn moment(on: Date) -> String {
    Zone::UTC.start_of(on).to_string()
}

pub(super) fn period(of: Period) -> Value {
    json!({ "startDateTime": moment(of.start()), "endDateTime": moment(of.end()) })
}

/// Where a bill goes, as references say it.
pub(super) fn billed(cx: Cx<'_>, id: BillingAccountId) -> Result<Value, Error> {
    let found = cx.shared::<BillingAccount>(id)?;
    Ok(found.map_or(Value::Null, |it| {
        json!({
            "id": it.id.uuid(), "name": it.profile().name.as_str(),
            "@referredType": "BillingAccount",
        })
    }))
}

/// The papers of what was issued, which lie below a path.
pub(super) fn papers(issue: Option<&Issue>, below: &str) -> Vec<Value> {
    let Some(issue) = issue else { return Vec::new() };
    let paper = |form: &str, media: &str| {
        json!({
            "id": format!("{}-{form}", issue.number), "name": issue.number.as_str(),
            "attachmentType": form, "mimeType": media,
            "url": format!("/api/v1/{below}/{form}"),
        })
    };
    vec![paper("pdf", "application/pdf"), paper("ubl", "application/xml")]
}

/// The rate of a tax, in hundredths.
pub(super) fn rate(of: &TaxTotal) -> Option<serde_json::Number> {
    of.treatment.percent().decimal().normalize().to_string().parse().ok()
}

/// The taxes on a bill, each with its rate.
fn taxes(of: &[TaxTotal]) -> Vec<Value> {
    let tax = |it: &TaxTotal| {
        json!({
            "taxCategory": it.name.as_str(), "taxRate": rate(it),
            "taxAmount": money::shown(it.tax),
        })
    };
    of.iter().map(tax).collect()
}

/// What payments have settled of a bill, as far as the caller may see them.
fn applied(cx: Cx<'_>, of: &Invoice) -> Result<Vec<Value>, Error> {
    if of.settled().paid.is_zero() {
        return Ok(Vec::new());
    }
    let page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    let settling = Some(OfInvoice::Settling(of.id));
    let found = payment::list(cx, (None, None), settling, &page, |_| true)?;
    let parts = found.items.iter().flat_map(|it| {
        let own = it.allocations().iter().filter(move |part| part.invoice == of.id);
        own.map(move |part| {
            json!({
                "appliedAmount": money::shown(part.amount),
                "payment": { "id": it.id.uuid(), "@referredType": "Payment" },
            })
        })
    });
    Ok(parts.collect())
}

/// Of which sort a bill is: one of what was used in a period that was not over is made before its time.
fn category(of: &Invoice) -> &'static str {
    let issued_on = of.issue().map(|it| it.issued_on);
    let is_early = |it: &Line| {
        let until = it.service_period.map(Period::end);
        it.kind == LineKind::Usage && until.zip(issued_on).is_some_and(|it| it.1 < it.0)
    };
    let lines = &of.content().lines;
    let is_interim = of.run.is_none() && !lines.is_empty() && lines.iter().all(is_early);
    if is_interim { "interim" } else { "normal" }
}

/// When what comes after a bill of a run is billed, as things are; nothing where nothing will be.
fn next_bill(cx: Cx<'_>, of: &Invoice) -> Result<Option<String>, Error> {
    let (Some(_), Some(issue)) = (of.run, of.issue()) else { return Ok(None) };
    let account = cx.shared::<BillingAccount>(of.content().billing_account)?;
    let account = account.filter(|it| it.next_bill().is_some());
    let next = account.and_then(|it| {
        first_billing_date(it.terms().cycle, it.began_on(), issue.issued_on.plus_days(1))
    });
    Ok(next.map(moment))
}

impl Entity for Bills {
    type Thing = Invoice;
    const READING: Permission = Permission::InvoiceRead;
    const WRITING: Permission = Permission::InvoiceIssue;

    fn is(&self, _: &Invoice) -> bool {
        true
    }

    fn known(&self, cx: Cx<'_>, it: &Invoice) -> Result<Tree, Error> {
        let content = it.content();
        let account = cx.shared::<Account>(content.account)?;
        let issue = it.issue();
        Ok(tree(json!({
            "billNo": issue.map(|it| it.number.as_str()),
            "billDate": issue.map(|it| it.issued_at.to_string()),
            "paymentDueDate": issue.map(|it| moment(it.due_on)),
            "nextBillDate": next_bill(cx, it)?,
            "billDocument": papers(issue, &format!("invoices/{}", it.id)),
            "state": words_of(it)[0],
            "category": category(it),
            "runType": if it.run.is_some() { "onCycle" } else { "offCycle" },
            "amountDue": money::shown(it.open()),
            "remainingAmount": money::shown(it.open()),
            "taxExcludedAmount": money::shown(content.totals.net),
            "taxIncludedAmount": money::shown(content.totals.gross),
            "taxItem": taxes(&content.taxes),
            "appliedPayment": applied(cx, it)?,
            "billingPeriod": content.service_period.map(period),
            "billingAccount": billed(cx, content.billing_account)?,
            "relatedParty": account.iter().map(|it| customer::owner(it)).collect::<Vec<_>>(),
        })))
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Invoice, Error> {
        Err(Error::internal("a bill comes from billing"))
    }

    fn change(&self, act: &mut Act<'_>, it: Invoice, change: &Change) -> Result<Invoice, Error> {
        let said = change.after.get("state");
        let said = said.filter(|it| change.before.get("state") != Some(*it));
        match said.and_then(Value::as_str) {
            Some(word) => held(act, it, word),
            None => Ok(it),
        }
    }

    fn remove(&self, _: &mut Act<'_>, _: Invoice) -> Result<Gone, Error> {
        Err(Error::internal("a bill stays"))
    }

    /// What somebody was billed is in an index.
    fn found_by(&self, cx: Cx<'_>, path: &str, value: &str) -> Result<Option<Vec<Uuid>>, Error> {
        if path != "relatedParty.id" {
            return Ok(None);
        }
        let owner = value.parse::<AccountId>().ok();
        let found = owner.map(|it| finding::by_owner::<Invoice>(cx, it)).transpose()?;
        Ok(Some(found.unwrap_or_default().iter().map(|it| it.uuid()).collect()))
    }

    fn states(&self) -> Vec<String> {
        State::ALL.iter().flat_map(|it| words(*it)).map(|it| (*it).to_owned()).collect()
    }

    fn agrees(&self, it: &Invoice, name: &str, (said, known): (&Value, &Value)) -> bool {
        let is_word = || {
            let is =
                |word: &&str| said.as_str().is_some_and(|said| said.eq_ignore_ascii_case(word));
            words_of(it).iter().any(is)
        };
        super::carried::agrees(said, known) || (name == "state" && is_word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_contract_is_that_of_one_state() {
        let mut all: Vec<_> = State::ALL.iter().flat_map(|it| words(*it)).collect();
        all.push(&ON_HOLD);
        all.sort_unstable();
        all.dedup();
        let expected = ["new", "onHold", "partiallyPaid", "sent", "settled", "validated"];
        assert_eq!(all.into_iter().copied().collect::<Vec<_>>(), expected);
    }
}
