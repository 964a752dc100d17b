//! `/DSBillingManagement/…/billingAccount`: how a customer's bills are made. It is our billing account;
//! what stands on it is its `customerAccount`.

use axum::http::Method;
use serde_json::{Value, json};

use super::carried;
use super::contact::{PERIOD_ENDS, bare, shown_validity, validity};
use super::customer_account::{self, balances, found, frequency, is_billed, means};
use super::error::{FIXED, INCOMPLETE, NOT_ALLOWED, NOT_SUPPORTED, NOT_YOURS};
use super::form::{all, must, reference};
use super::list::{self, Whole};
use super::party;
use super::party_details::shown_related;
use super::query::Listed;
use super::related_party;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::account::Account;
use crate::domain::account::billing_account::{
    BillFormat, BillingAccount, BillingProfile, BillingPurpose, BillingState, BillingTrigger,
};
use crate::domain::account::class::BillingType;
use crate::domain::id::{BillingAccountId, Id};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::party::Party;
use crate::domain::party::relation::{Reference, RelatedParty};
use crate::domain::stamp::Contract;
use crate::domain::text::Name;
use crate::services::account::{self, BillingWish};
use crate::services::billing_account::{self as service, NewBillingAccount};
use crate::services::{Act, Cx, Error};

const ALL: &str = "/DSBillingManagement/api/billingManagement/v2/billingAccount";
const ONE: &str = "/DSBillingManagement/api/billingManagement/v2/billingAccount/{id}";
/// Whatever else billing has, which is not opened to anybody.
const REST: &str = "/DSBillingManagement/api/billingManagement/v2/{id}";
const REST_ONE: &str = "/DSBillingManagement/api/billingManagement/v2/{id}/{id}";

const READS: Needs = Needs::Permission(Permission::BillingAccountRead);
const WRITES: Needs = Needs::Permission(Permission::BillingAccountWrite);

/// What can be asked of billing accounts.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ALL, READS, listed),
    Row::new(Method::POST, ALL, WRITES, create),
    Row::new(Method::GET, ONE, READS, one),
    Row::new(Method::PATCH, ONE, WRITES, change),
    Row::new(Method::GET, REST, Needs::SignIn, rest).whatever_the_method(),
    Row::new(Method::GET, REST_ONE, Needs::SignIn, rest).whatever_the_method(),
];

const LISTED: Listed = Listed { named: &[("relatedParty", "relatedParty.id")], ..Listed::PLAIN };

fn rest(_: Asked) -> Result<Work, Fault> {
    Err(NOT_ALLOWED.broken("", "is not supported: ask for billing accounts and charges").into())
}

/// The word that this contract has for a state.
const fn state(of: BillingState) -> &'static str {
    match of {
        BillingState::Defined => "Defined",
        BillingState::Active => "Active",
        BillingState::PendingUpdate => "Pending update",
        BillingState::Suspended => "Suspended",
        BillingState::PendingClosed => "Pending closed",
        BillingState::Closed => "Closed",
    }
}

/// The reference to a billing account.
pub(super) fn referred(it: &BillingAccount) -> Value {
    json!({
        "id": it.id.uuid(), "href": format!("{ALL}/{}", it.id.uuid()),
        "name": it.profile().name.as_str(),
    })
}

const fn format_of(it: BillFormat) -> &'static str {
    match it {
        BillFormat::Pdf => "PDF",
        BillFormat::FacturX => "Factur-X",
        BillFormat::Ubl => "UBL",
        BillFormat::Cii => "CII",
    }
}

/// How its bills are made, which other contracts than this one change.
fn structure(it: &BillingAccount) -> Value {
    let cycle = it.terms().cycle;
    let format = it.profile().formats.first().copied().unwrap_or(BillFormat::Pdf);
    let rating = match it.terms().billing_type {
        BillingType::Prepaid => "Prepaid",
        BillingType::Postpaid => "Postpaid",
    };
    json!({
        "ratingType": rating,
        "customerBillingCycleSpecification": {
            "id": cycle.period.to_string().replace(' ', "-"), "name": frequency(cycle.period),
            "frequency": frequency(cycle.period), "billingDateShift": cycle.shift_days,
        },
        "customerBillFormat": { "id": format.word(), "name": format_of(format) },
        "currency": { "currencyCode": it.currency().code() },
        "paymentMean": means(it),
    })
}

/// Who has to do with it: whoever was said to, or else whose it is.
fn parties(cx: Cx<'_>, it: &BillingAccount) -> Result<Value, Error> {
    if !it.profile().related.is_empty() {
        return Ok(shown_related(&it.profile().related));
    }
    let owner = cx.shared::<Account>(it.account())?;
    let party = owner.map(|it| cx.shared::<Party>(it.party())).transpose()?.flatten();
    Ok(party.map_or(Value::Null, |it| json!([party::referred(&it, "bill receiver")])))
}

fn shown(cx: Cx<'_>, it: &BillingAccount) -> Result<Tree, Error> {
    let valid = it.profile().validity;
    let since = crate::domain::time::Validity::new(Some(it.stamp.created_at), valid.until());
    let valid = if valid.from().is_none() { since.unwrap_or(valid) } else { valid };
    let mut shown = tree(referred(it));
    shown.extend(tree(structure(it)));
    shown.extend(tree(json!({
        "state": state(it.state()),
        "validFor": shown_validity(valid, PERIOD_ENDS),
        "billingAccountBalance": balances(cx, it)?,
        "customerAccount": bare(customer_account::referred(cx, it)?),
        "relatedParty": parties(cx, it)?,
    })));
    Ok(shown)
}

fn listed(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let list = |page: &PageRequest| service::list(cx, None, page, is_billed);
        list::listed((&LISTED, &wanted), list, Whole(|it: &_| shown(cx, it)))
    }))
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let id = BillingAccountId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| Ok(wire::shown(shown(cx, &found(cx, id)?)?, fields.as_deref()))))
}

/// Refuses a bill receiver who is not the caller, and an account of somebody else: nobody has others billed.
fn receiver(act: &Act<'_>, said: &Tree, of: &Account) -> Result<Vec<RelatedParty>, Error> {
    if act.actor().standing().map(|it| it.account) != Some(of.id) {
        let message = "must be your own: nobody has others billed";
        return Err(NOT_YOURS.broken("customerAccount", message).into());
    }
    let is_receiver = |it: &&Value| {
        let role = it.get("role").and_then(Value::as_str).unwrap_or_default();
        role.eq_ignore_ascii_case("bill receiver")
    };
    let named = all(said, "relatedParty").iter().find(is_receiver);
    let missing = || INCOMPLETE.broken("relatedParty", "must name a `bill receiver`");
    let id = named.ok_or_else(missing)?;
    let is_own = reference(id).map(|id| related_party::is_caller(act.cx(), id)).transpose()?;
    if is_own != Some(true) {
        return Err(NOT_YOURS.broken("relatedParty", "the bill receiver must be you").into());
    }
    Ok(vec![RelatedParty {
        party: Reference::Known(of.party().subject()),
        role: "bill receiver".parse().map_err(Error::internal)?,
        name: None,
        validity: crate::domain::time::Validity::ALWAYS,
    }])
}

/// Refuses what would make bills otherwise: that is its seller's, and for other contracts to say.
fn must_agree(said: &Tree, with: &Tree) -> Result<(), Error> {
    for name in
        ["customerBillingCycleSpecification", "customerBillFormat", "currency", "paymentMean"]
    {
        let Some(said) = said.get(name).and_then(Value::as_object) else { continue };
        let known = with.get(name);
        let differs = |(name, it): (&String, &Value)| {
            name != "href" && known.and_then(|known| known.get(name)) != Some(it)
        };
        if said.iter().any(differs) {
            return Err(NOT_SUPPORTED.broken(name, "cannot be said here").into());
        }
    }
    Ok(())
}

/// The mark that a customer account has its billing account: it is the same of ours.
const MARK: &str = "billed";

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let missing = || INCOMPLETE.broken("customerAccount", "must name a customer account");
        let id = said.get("customerAccount").and_then(reference).ok_or_else(missing)?;
        let of = act.cx().find::<BillingAccount>(BillingAccountId::from_uuid(id))?;
        let not_yours = || NOT_YOURS.broken("customerAccount", format!("`{id}` is not yours"));
        let of = of.filter(is_billed).ok_or_else(not_yours)?;
        let owner: Account = act.load(of.account())?;
        let related = receiver(act, &said, &owner)?;
        let name: Name = must(&said, "name")?;
        let validity = validity("validFor", said.get("validFor"))?;
        let it = match carried::read(&of.stamp)?.contains_key(MARK) {
            false => of,
            true => {
                let profile = BillingProfile::named(name.clone());
                let terms = account::billing_terms(act.cx(), &owner, BillingWish::default())?;
                let purpose = BillingPurpose::Billing;
                service::add(
                    act,
                    owner.id,
                    NewBillingAccount { id: None, purpose, profile, terms },
                )?
            }
        };
        must_agree(&said, &tree(structure(&it)))?;
        let it = service::revise(act, it.id, None, |profile| {
            Ok(BillingProfile { name, related, validity, ..profile })
        })?;
        let mut beside = carried::read(&it.stamp)?;
        beside.insert(MARK.to_owned(), json!(true));
        let (what, bytes) = ((it.id, Permission::BillingAccountWrite), carried::written(&beside)?);
        let it: BillingAccount = crate::services::carried::keep(act, what, Contract::Bae, bytes)?;
        Ok(wire::created(shown(act.cx(), &it)?))
    }))
}

/// What a word for a state asks for, if people may ask for it.
fn trigger(word: &str) -> Option<BillingTrigger> {
    match word.to_ascii_lowercase().as_str() {
        "suspended" => Some(BillingTrigger::Suspend),
        "active" => Some(BillingTrigger::Resume),
        "closed" | "pending closed" => Some(BillingTrigger::Close),
        _ => None,
    }
}

fn change(mut asked: Asked) -> Result<Work, Fault> {
    let id = BillingAccountId::from_uuid(asked.id(0)?);
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let mut it = found(act.cx(), id)?;
        let before = shown(act.cx(), &it)?;
        for name in ["customerAccount", "relatedParty"] {
            let differs = |said: &Value| {
                let id = |it: &Value| {
                    it.as_array().map_or(reference(it), |it| it.first().and_then(reference))
                };
                id(said) != before.get(name).and_then(id)
            };
            if said.get(name).is_some_and(differs) {
                return Err(FIXED.broken(name, "stays as it was made").into());
            }
        }
        must_agree(&said, &before)?;
        if said.contains_key("name") || said.contains_key("validFor") {
            let name: Name = match said.contains_key("name") {
                true => must(&said, "name")?,
                false => it.profile().name.clone(),
            };
            let valid = match said.get("validFor") {
                Some(period) => validity("validFor", Some(period))?,
                None => it.profile().validity,
            };
            it = service::revise(act, id, None, |profile| {
                Ok(BillingProfile { name, validity: valid, ..profile })
            })?;
        }
        let it = moved(act, it, said.get("state").and_then(Value::as_str))?;
        Ok(wire::shown(shown(act.cx(), &it)?, None))
    }))
}

/// A billing account in the state that is said.
fn moved(
    act: &mut Act<'_>,
    it: BillingAccount,
    wanted: Option<&str>,
) -> Result<BillingAccount, Error> {
    let is_same = |word: &&str| state(it.state()).eq_ignore_ascii_case(word);
    let Some(word) = wanted.filter(|word| !is_same(word)) else { return Ok(it) };
    // It is active with its first bill; nobody has to say so.
    if it.state() == BillingState::Defined && word.eq_ignore_ascii_case("active") {
        return Ok(it);
    }
    let message = || format!("`{word}` is no state that it can be given");
    let trigger = trigger(word).ok_or_else(|| NOT_SUPPORTED.broken("state", message()))?;
    service::on(act, it.id, trigger)
}
