//! `/DSCustomerManagement/…/customerAccount`: what a customer owes and has, and by which plans it pays.
//! It is our billing account; how its bills are made is `billingAccount`.

use axum::http::Method;
use serde_json::{Value, json};

use super::carried;
use super::contact::{ENDS, bare, media, merged, shown_media, shown_validity, some, validity};
use super::customer;
use super::error::{FIXED, INCOMPLETE, NOT_ALLOWED, NOT_YOURS};
use super::form::{all, must, reference, text};
use super::number;
use super::party_details::{related, relationships, shown_related, shown_relationships};
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::account::Account;
use crate::domain::account::billing_account::{
    BillingAccount, BillingContact, BillingProfile, BillingPurpose, BillingState, BillingTrigger,
};
use crate::domain::id::{AccountId, BillingAccountId, Id};
use crate::domain::journal::Ledger;
use crate::domain::money::Money;
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::PageRequest;
use crate::domain::payment::plan;
use crate::domain::stamp::Contract;
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Span, SpanUnit, Zone};
use crate::services::account::{self, BillingWish};
use crate::services::billing_account::{self, NewBillingAccount};
use crate::services::{Act, Cx, Error, class, dunning, journal, payment_plan};

const ALL: &str = "/DSCustomerManagement/api/customerManagement/v2/customerAccount";
const ONE: &str = "/DSCustomerManagement/api/customerManagement/v2/customerAccount/{id}";

const READS: Needs = Needs::Permission(Permission::BillingAccountRead);
const WRITES: Needs = Needs::Permission(Permission::BillingAccountWrite);

/// What can be asked of customer accounts.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ALL, READS, listed),
    Row::new(Method::POST, ALL, WRITES, create),
    Row::new(Method::GET, ONE, READS, one),
    Row::new(Method::PATCH, ONE, WRITES, change),
    Row::new(Method::DELETE, ONE, WRITES, remove),
];

/// Whether a billing account is one that a customer is billed on.
pub(super) fn is_billed(it: &BillingAccount) -> bool {
    it.purpose() == BillingPurpose::Billing
}

/// The reference to a customer account.
pub(super) fn referred(cx: Cx<'_>, it: &BillingAccount) -> Result<Value, Error> {
    Ok(json!({
        "id": it.id.uuid(), "href": format!("{ALL}/{}", it.id.uuid()),
        "name": it.profile().name.as_str(),
        "description": it.profile().description.as_ref().map(Prose::as_str),
        "status": status(cx, it)?,
    }))
}

/// How an account stands: nothing is owed, something is, it is late, or somebody is after it.
fn status(cx: Cx<'_>, it: &BillingAccount) -> Result<&'static str, Error> {
    if cx.actor.may(Permission::BalanceRead, &it.stamp) != Decision::Yes {
        return Ok("Active");
    }
    if dunning::running(cx, it.id)?.is_some() {
        return Ok("in collection");
    }
    if !journal::overdue(cx, it)?.is_zero() {
        return Ok("in arrears");
    }
    let owed = on(cx, it, Ledger::Receivable)?;
    Ok(if owed.as_minor() > 0 { "due" } else { "paid" })
}

/// What stands on a ledger for a billing account, in its currency.
fn on(cx: Cx<'_>, it: &BillingAccount, ledger: Ledger) -> Result<Money, Error> {
    let found = journal::balances_of(cx, it.id)?;
    let own = found.iter().filter(|of| of.key.ledger == ledger && of.key.currency == it.currency());
    Ok(Money::sum(own.map(|it| it.amount), it.currency())?)
}

fn amount(of: Money) -> Value {
    json!({ "amount": number::of_money(of), "currencyCode": of.currency().code() })
}

/// The balances of an account: what it owes, what of that is disputed, what it has paid in beforehand
/// and what is held of it as security.
pub(super) fn balances(cx: Cx<'_>, it: &BillingAccount) -> Result<Value, Error> {
    if cx.actor.may(Permission::BalanceRead, &it.stamp) != Decision::Yes {
        return Ok(Value::Null);
    }
    let disputed = crate::services::payment::open_invoices(cx, it.id)?;
    let disputed = disputed.iter().map(|it| it.open().minus(it.undisputed()));
    let disputed = disputed.collect::<Result<Vec<_>, _>>()?;
    let rows = [
        ("Receivable balance", on(cx, it, Ledger::Receivable)?),
        ("Disputed balance", Money::sum(disputed, it.currency())?),
        ("Deposit balance", on(cx, it, Ledger::DepositsHeld)?.negated()?),
        ("Loyalty balance", on(cx, it, Ledger::CustomerCredit)?.negated()?),
    ];
    let standing = status(cx, it)?;
    let shown = rows.iter().map(|(kind, sum)| {
        let mut shown = tree(amount(*sum));
        shown.insert("type".to_owned(), json!(kind));
        shown.insert("status".to_owned(), json!(if sum.is_zero() { "paid" } else { standing }));
        let since = crate::domain::time::Validity::new(Some(it.stamp.created_at), None);
        let since = since.unwrap_or(crate::domain::time::Validity::ALWAYS);
        shown.insert("validFor".to_owned(), shown_validity(since, ENDS));
        Value::Object(shown)
    });
    Ok(Value::Array(shown.collect()))
}

/// How much may be owed on an account: what was said of it, or of whose it is.
fn limit(cx: Cx<'_>, it: &BillingAccount) -> Result<Option<Money>, Error> {
    if let Some(own) = it.profile().credit_limit {
        return Ok(Some(own));
    }
    let Some(owner) = cx.shared::<Account>(it.account())? else { return Ok(None) };
    class::credit_limit(cx, &owner, it.currency())
}

/// How often something comes round, in this contract's words.
pub(super) fn frequency(of: Span) -> String {
    match (of.count, of.unit) {
        (1, SpanUnit::Day) => "Daily".to_owned(),
        (1, SpanUnit::Week) => "Weekly".to_owned(),
        (1, SpanUnit::Month) => "Monthly".to_owned(),
        (2, SpanUnit::Month) => "Bimonthly".to_owned(),
        (3, SpanUnit::Month) => "Quarterly".to_owned(),
        (1, SpanUnit::Year) | (12, SpanUnit::Month) => "Yearly".to_owned(),
        (_, _) => of.to_string(),
    }
}

/// The plans by which what is open on an account is being paid.
fn plans(cx: Cx<'_>, it: &BillingAccount) -> Result<Value, Error> {
    if cx.actor.may(Permission::PaymentRead, &it.stamp) != Decision::Yes {
        return Ok(Value::Null);
    }
    let page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    let found = payment_plan::list(cx, (None, Some(it.id)), None, &page)?;
    let mut shown = Vec::new();
    for (plan, place) in found.items.iter().zip(1_u32..) {
        let all = plan.instalments();
        let sum = Money::sum(all.iter().map(|it| it.amount), plan.currency())?;
        let is_effective = plan.state() == plan::State::Active;
        let mut one = tree(amount(sum));
        one.extend(tree(json!({
            "numberOfPayments": all.len(), "paymentFrequency": frequency(plan.every),
            "priority": place, "type": "instalments",
            "status": if is_effective { "effective" } else { "ineffective" },
            "validFor": {
                "startDateTime": all.first().map(|it| Zone::UTC.start_of(it.due_on).to_string()),
                "endDateTime": all.last().map(|it| Zone::UTC.start_of(it.due_on).to_string()),
            },
            "paymentMean": means(it),
        })));
        shown.push(bare(Value::Object(one)));
    }
    Ok(some(shown))
}

/// How an account pays: the method on file, or how it said it would.
pub(super) fn means(it: &BillingAccount) -> Value {
    match it.profile().payment_method {
        Some(id) => json!({ "id": id.uuid(), "name": "payment method" }),
        None => json!({
            "id": it.profile().payment_means.word(), "name": it.profile().payment_means.word(),
        }),
    }
}

fn exemptions(of: &Account) -> Value {
    let moment =
        |on: Option<crate::domain::time::Date>| on.map(|it| Zone::UTC.start_of(it).to_string());
    let shown = of.terms().tax_exemptions.iter().map(|it| {
        bare(json!({
            "certificateNumber": it.certificate.as_str(),
            "issuingJurisdiction": it.country.as_str(),
            "reason": it.reason.as_ref().map(Name::as_str),
            "validFor": bare(json!({
                "startDateTime": moment(it.valid_from), "endDateTime": moment(it.valid_until),
            })),
        }))
    });
    some(shown.collect())
}

fn contacts(of: &[BillingContact]) -> Value {
    let shown = of.iter().map(|it| {
        let party: Vec<_> = it.party.iter().cloned().collect();
        bare(json!({
            "contactType": it.kind.as_str(),
            "contactName": it.name.as_ref().map(Name::as_str),
            "partyRoleType": it.role.as_ref().map(Name::as_str),
            "validFor": shown_validity(it.validity, ENDS),
            "relatedParty": shown_related(&party),
            "contactMedium": shown_media(&it.media),
        }))
    });
    some(shown.collect())
}

/// What can be read of whom to turn to.
fn read_contacts(said: &Tree) -> Vec<BillingContact> {
    let read = all(said, "contact").iter().filter_map(Value::as_object).filter_map(|it| {
        Some(BillingContact {
            kind: text(it, "contactType").ok()??,
            name: text(it, "contactName").ok()?,
            role: text(it, "partyRoleType").ok()?,
            party: related(it.get("relatedParty")).into_iter().next(),
            media: media(it.get("contactMedium")),
            validity: validity("validFor", it.get("validFor")).ok()?,
        })
    });
    read.collect()
}

fn shown(cx: Cx<'_>, it: &BillingAccount) -> Result<Tree, Error> {
    let profile = it.profile();
    let owner = cx.shared::<Account>(it.account())?;
    let owed = match cx.actor.may(Permission::BalanceRead, &it.stamp) {
        Decision::Yes => number::of_money(on(cx, it, Ledger::Receivable)?),
        Decision::SeesOnly | Decision::Hidden => Value::Null,
    };
    let mut all = carried::read(&it.stamp)?;
    // What it proves itself by is for itself alone.
    let is_own = cx.actor.standing().map(|it| it.account) == Some(it.account());
    all.retain(|name, _| BESIDE.contains(&name.as_str()) && (is_own || name != "pin"));
    all.entry("accountType").or_insert(json!("shipping address"));
    all.extend(tree(referred(cx, it)?));
    all.extend(tree(json!({
        "lastModified": it.stamp.changed_at.to_string(),
        "creditLimit": limit(cx, it)?.map(number::of_money),
        "receivableBalance": owed,
        "contact": contacts(&profile.contacts),
        "customer": owner.as_ref().map(|it| bare(customer::referred(it))),
        "customerAccountRelationship": shown_relationships(&profile.relationships),
        "customerAccountTaxExemption": owner.as_ref().map(|it| exemptions(it)),
        "paymentPlan": plans(cx, it)?,
        "customerAccountBalance": balances(cx, it)?,
    })));
    Ok(all)
}

/// What of what is said of a customer account is kept beside it. Its `pin` is not: who sells to it would
/// read it.
const BESIDE: &[&str] = &["accountType"];

fn listed(_: Asked) -> Result<Work, Fault> {
    Err(NOT_ALLOWED.broken("", "customer accounts are not listed: ask for one by its id").into())
}

pub(super) fn found(cx: Cx<'_>, id: BillingAccountId) -> Result<BillingAccount, Error> {
    let it: BillingAccount = cx.get(id)?;
    if is_billed(&it) { Ok(it) } else { Err(Error::not_found(id)) }
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let id = BillingAccountId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| Ok(wire::shown(shown(cx, &found(cx, id)?)?, fields.as_deref()))))
}

/// The customer that is named, of whom the caller may say such things.
fn customer_of(cx: Cx<'_>, said: &Tree) -> Result<Account, Error> {
    let missing = || INCOMPLETE.broken("customer", "must name a customer by its id or address");
    let id = said.get("customer").and_then(reference).ok_or_else(missing)?;
    let found = cx.find::<Account>(AccountId::from_uuid(id))?;
    found.ok_or_else(|| NOT_YOURS.broken("customer", format!("`{id}` is not yours")).into())
}

fn profile(said: &Tree, before: BillingProfile) -> Result<BillingProfile, Error> {
    let mut after = before;
    if said.contains_key("name") {
        after.name = must(said, "name")?;
    }
    if said.contains_key("description") {
        after.description = text(said, "description")?;
    }
    if said.contains_key("contact") {
        after.contacts = read_contacts(said);
    }
    let relation = "customerAccountRelationship";
    if said.contains_key(relation) {
        after.relationships = relationships(said.get(relation));
    }
    Ok(after)
}

fn kept(act: &mut Act<'_>, it: BillingAccount, said: &Tree) -> Result<BillingAccount, Error> {
    let mut beside = carried::read(&it.stamp)?;
    let own = said.iter().filter(|it| BESIDE.contains(&it.0.as_str()));
    beside = merged(beside, own.map(|(name, it)| (name.clone(), it.clone())).collect());
    let bytes = carried::written(&beside)?;
    let what = (it.id, Permission::BillingAccountWrite);
    crate::services::carried::keep(act, what, Contract::Bae, bytes)
}

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let owner = customer_of(act.cx(), &said)?;
        let profile = profile(&said, BillingProfile::named(must(&said, "name")?))?;
        let terms = account::billing_terms(act.cx(), &owner, BillingWish::default())?;
        let purpose = BillingPurpose::Billing;
        let new = NewBillingAccount { id: None, purpose, profile, terms };
        let it = billing_account::add(act, owner.id, new)?;
        let it = kept(act, it, &said)?;
        Ok(wire::created(shown(act.cx(), &it)?))
    }))
}

fn change(mut asked: Asked) -> Result<Work, Fault> {
    let id = BillingAccountId::from_uuid(asked.id(0)?);
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let it = found(act.cx(), id)?;
        let named = said.get("customer").map(reference);
        if named.is_some_and(|it_named| it_named != Some(it.account().uuid())) {
            return Err(FIXED.broken("customer", "stays whose the account is").into());
        }
        let after = profile(&said, it.profile().clone())?;
        let it = match after == *it.profile() {
            true => it,
            false => billing_account::revise(act, id, None, |_| Ok(after))?,
        };
        let it = kept(act, it, &said)?;
        Ok(wire::shown(shown(act.cx(), &it)?, None))
    }))
}

fn remove(asked: Asked) -> Result<Work, Fault> {
    let id = BillingAccountId::from_uuid(asked.id(0)?);
    Ok(Work::writes(move |act| {
        let it = found(act.cx(), id)?;
        match it.state() {
            BillingState::PendingClosed | BillingState::Closed => {}
            BillingState::Defined
            | BillingState::Active
            | BillingState::PendingUpdate
            | BillingState::Suspended => {
                billing_account::on(act, id, BillingTrigger::Close)?;
            }
        }
        Ok(wire::nothing())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_something_comes_round_has_the_word_of_the_contract() {
        for (span, expected) in [
            ("1 month", "Monthly"),
            ("2 months", "Bimonthly"),
            ("3 months", "Quarterly"),
            ("1 year", "Yearly"),
            ("1 week", "Weekly"),
            ("5 months", "5 months"),
        ] {
            assert_eq!(frequency(span.parse().expect(span)), expected);
        }
    }
}
