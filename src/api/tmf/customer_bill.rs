//! What is billed (TMF678): our invoices, and their lines as rates that were applied.
//!
//! An invoice never changes. What a client says of it beyond is kept beside it, and of its state the
//! word: `validated` and `sent` are both what we call issued. One that is `onHold` is disputed: nobody is
//! reminded of it until it is in another state again.

use serde_json::{Value, json};
use uuid::Uuid;

use super::behind::{Behind, Change};
use super::carried::without_nulls;
use super::customer;
use super::entity::{Entity, Gone, tree};
use super::money;
use super::resource::{Resource, Tree};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::lifecycle::State;
use crate::domain::billing::invoice::line::Line;
use crate::domain::billing::invoice::{InFavorOf, Invoice};
use crate::domain::id::{AccountId, Id, InvoiceId, Kind};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::text::Prose;
use crate::domain::time::{Date, Period, Zone};
use crate::services::finding;
use crate::services::invoice::{self, Filter};
use crate::services::{Act, Cx, Error, event};

/// Invoices.
pub(super) struct Bills;
/// Their lines.
pub(super) struct AppliedRates;

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
fn moment(on: Date) -> String {
    Zone::UTC.start_of(on).to_string()
}

fn period(of: Period) -> Value {
    json!({ "startDateTime": moment(of.start()), "endDateTime": moment(of.end()) })
}

/// Where a bill goes, as references say it.
fn billed(cx: Cx<'_>, it: &Invoice) -> Result<Value, Error> {
    let found = cx.shared::<BillingAccount>(it.content().billing_account)?;
    Ok(found.map_or(Value::Null, |it| {
        json!({
            "id": it.id.uuid(), "name": it.profile().name.as_str(),
            "@referredType": "BillingAccount",
        })
    }))
}

/// The papers of a bill.
fn papers(it: &Invoice) -> Vec<Value> {
    let Some(issue) = it.issue() else { return Vec::new() };
    let paper = |form: &str, media: &str| {
        json!({
            "id": format!("{}-{form}", issue.number), "name": issue.number.as_str(),
            "attachmentType": form, "mimeType": media,
            "url": format!("/api/v1/invoices/{}/{form}", it.id),
        })
    };
    vec![paper("pdf", "application/pdf"), paper("ubl", "application/xml")]
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
        let taxes = content.taxes.iter().map(
            |it| json!({ "taxCategory": it.name.as_str(), "taxAmount": money::shown(it.tax) }),
        );
        let issue = it.issue();
        Ok(tree(json!({
            "billNo": issue.map(|it| it.number.as_str()),
            "billDate": issue.map(|it| it.issued_at.to_string()),
            "paymentDueDate": issue.map(|it| moment(it.due_on)),
            "billDocument": papers(it),
            "state": words_of(it)[0],
            "category": "normal",
            "runType": "onCycle",
            "amountDue": money::shown(it.open()),
            "remainingAmount": money::shown(it.open()),
            "taxExcludedAmount": money::shown(content.totals.net),
            "taxIncludedAmount": money::shown(content.totals.gross),
            "taxItem": taxes.collect::<Vec<_>>(),
            "billingPeriod": content.service_period.map(period),
            "billingAccount": billed(cx, it)?,
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

impl AppliedRates {
    /// A line of a bill; its id is that of the bill and its place.
    fn shown(cx: Cx<'_>, it: &Invoice, (place, line): (usize, &Line)) -> Result<Tree, Error> {
        let product = line.subscription.map(|it| json!({ "id": it.uuid() }));
        let tax = json!([{ "taxAmount": money::shown(line.tax) }]);
        let mut shown = tree(json!({
            "id": format!("{}-{place}", it.id.uuid()),
            "name": line.label.as_str(),
            "description": line.subject.as_str(),
            "date": it.issue().map(|it| it.issued_at.to_string()),
            "type": line.kind.word(),
            "isBilled": it.issue().is_some(),
            "taxExcludedAmount": money::shown(line.net),
            "taxIncludedAmount": money::shown(line.net.plus(line.tax).map_err(Error::internal)?),
            "appliedTax": tax,
            "periodCoverage": line.service_period.map(period),
            "product": product,
            "bill": { "id": it.id.uuid(), "@referredType": "CustomerBill" },
            "billingAccount": billed(cx, it)?,
        }));
        shown.retain(|_, it| !it.is_null());
        Ok(tree(without_nulls(Value::Object(shown))))
    }

    fn all_of(cx: Cx<'_>, it: &Invoice) -> Result<Vec<Tree>, Error> {
        let lines = it.content().lines.iter().enumerate();
        lines.map(|line| Self::shown(cx, it, line)).collect()
    }
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
        let found = invoice::list(cx, &Filter::default(), page)?;
        let mut items = Vec::new();
        for it in &found.items {
            items.extend(Self::all_of(cx, it)?);
        }
        Ok(Page { items, next: found.next })
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
        for id in values.iter().filter_map(|it| it.parse::<InvoiceId>().ok()) {
            let lines = cx.find::<Invoice>(id)?.map_or(0, |it| it.content().lines.len());
            ids.extend((0..lines).map(|place| format!("{}-{place}", id.uuid())));
        }
        ids.dedup();
        Ok(Some(ids))
    }

    fn find(&self, cx: Cx<'_>, _: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        let Some((bill, place)) = id.rsplit_once('-') else { return Ok(None) };
        let (Ok(bill), Ok(place)) = (bill.parse::<InvoiceId>(), place.parse::<usize>()) else {
            return Ok(None);
        };
        let Some(it) = cx.find::<Invoice>(bill)? else { return Ok(None) };
        let line = it.content().lines.get(place);
        line.map(|line| Self::shown(cx, &it, (place, line))).transpose()
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
