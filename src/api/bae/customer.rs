//! `/DSCustomerManagement/…/customer`: who buys, which are our accounts.
//!
//! Whoever is here is a customer already: for who buys, `POST` says how it is reached and answers with
//! the customer that it is. Who sells makes new ones by it.

use axum::http::Method;
use serde_json::{Value, json};

use super::carried;
use super::contact::{
    ENDS, PERIOD_ENDS, as_said, attributes, bare, media, merged, shown_attributes, shown_media,
    shown_validity, some,
};
use super::customer_account;
use super::error::{FIXED, NOT_YOURS};
use super::form::{must, reference, text};
use super::list::{self, Whole};
use super::party;
use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::account::lifecycle::State;
use crate::domain::account::profile::Profile;
use crate::domain::account::{Account, Nature};
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, PartyId};
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::PageRequest;
use crate::domain::party::medium::ContactMedium;
use crate::domain::party::{self as persons, Party};
use crate::domain::stamp::Contract;
use crate::domain::text::{Name, Prose};
use crate::domain::time::Validity;
use crate::services::account::{self, OpenAccount, Wanted};
use crate::services::{Act, Cx, Error, billing_account, payment_method};

const ALL: &str = "/DSCustomerManagement/api/customerManagement/v2/customer";
const ONE: &str = "/DSCustomerManagement/api/customerManagement/v2/customer/{id}";

const READS: Needs = Needs::Permission(Permission::AccountRead);
const WRITES: Needs = Needs::Permission(Permission::AccountWrite);

/// What can be asked of customers.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, ALL, READS, listed),
    Row::new(Method::POST, ALL, WRITES, create),
    Row::new(Method::GET, ONE, READS, one),
    Row::new(Method::PATCH, ONE, WRITES, change),
    Row::new(Method::DELETE, ONE, WRITES, remove),
];

const LISTED: Listed = Listed { named: &[("relatedParty", "relatedParty.id")], ..Listed::PLAIN };

/// The word that this contract has for the state of a customer.
const fn status(of: State) -> &'static str {
    match of {
        State::Prospective => "Prospective",
        State::Active | State::HeldAdministratively | State::HeldForCredit | State::HeldForBoth => {
            "Existing"
        }
        State::Closing | State::Closed | State::Erased => "Former",
    }
}

/// The reference to a customer.
pub(super) fn referred(it: &Account) -> Value {
    json!({
        "id": it.id.uuid(), "href": href(it.id), "name": it.profile().name.as_str(),
        "description": it.profile().description.as_ref().map(Prose::as_str),
        "customerRank": it.terms().rank.as_ref().map(Name::as_str),
        "status": status(it.state()),
    })
}

fn href(id: AccountId) -> String {
    format!("{ALL}/{}", id.uuid())
}

/// How far a customer is trusted, the assessment that holds now first and the others where they are
/// wanted; for whoever may know.
fn credit(cx: Cx<'_>, it: &Account, is_whole: bool) -> Value {
    if cx.actor.may(Permission::CreditRead, &it.stamp) != Decision::Yes {
        return Value::Null;
    }
    let all = match is_whole {
        true => it.credit().told(cx.now),
        false => it.credit().current(cx.now).into_iter().collect(),
    };
    let shown = all.into_iter().map(|it| {
        bare(json!({
            "creditProfileDate": it.assessed_at.to_string(), "creditRiskRating": it.risk_rating,
            "creditScore": it.score, "validFor": shown_validity(it.validity, PERIOD_ENDS),
        }))
    });
    some(shown.collect())
}

/// A customer as this contract shows it; with the whole history of how far it was trusted, if that is
/// asked for by name.
fn shown(cx: Cx<'_>, it: &Account, is_whole: bool) -> Result<Tree, Error> {
    let (profile, mut all) = (it.profile(), carried::read(&it.stamp)?);
    let known = profile.clone();
    let agrees = |said: &Value| {
        let said = known.clone().reached_by(media(Some(said)), it.stamp.changed_at);
        said == known.clone().reached_by(known.ways(), it.stamp.changed_at)
    };
    let ways = as_said(&all, "contactMedium", shown_media(&profile.ways()), agrees);
    let mut accounts = Vec::new();
    for billing in billing_account::of(cx, it.id)? {
        accounts.push(customer_account::referred(cx, &billing)?);
    }
    let is_hidden =
        |error: &Error| matches!(error, Error::Forbidden { .. } | Error::NotFound { .. });
    let methods = payment_method::list(cx, it.id);
    let methods =
        methods.or_else(|error| if is_hidden(&error) { Ok(Vec::new()) } else { Err(error) })?;
    let means = methods.iter().map(|it| json!({ "id": it.id.uuid(), "name": it.name.as_str() }));
    let party = cx.shared::<Party>(it.party())?;
    all.extend(tree(referred(it)));
    all.extend(tree(json!({
        "validFor": shown_validity(begun(it), ENDS),
        "characteristic": shown_attributes(&profile.attributes),
        "contactMedium": ways,
        "customerAccount": accounts,
        "customerCreditProfile": credit(cx, it, is_whole),
        "paymentMean": some(means.collect()),
        "relatedParty": party.map(|it| party::referred(&it, "Owner")),
    })));
    Ok(all)
}

/// Since when somebody is a customer.
fn begun(it: &Account) -> Validity {
    Validity::new(Some(it.stamp.created_at), None).unwrap_or(Validity::ALWAYS)
}

fn buys(it: &Account) -> bool {
    it.parent().is_some()
}

fn listed(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let list = |page: &PageRequest| account::list(cx, (None, None), page, buys);
        list::listed((&LISTED, &wanted), list, Whole(|it: &_| shown(cx, it, false)))
    }))
}

fn found(cx: Cx<'_>, id: AccountId) -> Result<Account, Error> {
    let it: Account = cx.get(id)?;
    if buys(&it) { Ok(it) } else { Err(Error::not_found(id)) }
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let id = AccountId::from_uuid(asked.id(0)?);
    let (fields, _) = asked.query.one()?;
    Ok(Work::reads(move |cx| {
        let named = |it: &Vec<String>| it.iter().any(|it| it == "customerCreditProfile");
        let it = shown(cx, &found(cx, id)?, fields.as_ref().is_some_and(named))?;
        Ok(wire::shown(it, fields.as_deref()))
    }))
}

/// The one whom `relatedParty` names, which stands alone or in a list.
fn related(said: &Tree) -> Option<&Value> {
    match said.get("relatedParty") {
        Some(Value::Array(all)) => all.first(),
        other => other.filter(|it| it.is_object()),
    }
}

fn create(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let stamp = act.cx().stamp(own_seller(act.cx())?, None);
        let sells = act.actor().may(Permission::AccountRegister, &stamp) == Decision::Yes;
        let it = if sells { opened(act, &said)? } else { own(act, &said)? };
        let it = described(act, it, &said)?;
        let it = kept(act, it, said)?;
        Ok(wire::created(shown(act.cx(), &it, false)?))
    }))
}

fn own_seller(cx: Cx<'_>) -> Result<crate::domain::stamp::SellerNumber, Error> {
    crate::services::catalog::seller(cx, None)
}

/// The customer that the caller itself is, if nobody else is named.
fn own(act: &Act<'_>, said: &Tree) -> Result<Account, Error> {
    let standing = act.actor().standing().ok_or(Error::Unauthenticated)?;
    let it: Account = act.get(standing.account)?;
    let named = related(said).and_then(reference);
    let known = [it.id.uuid(), it.party().uuid(), standing.user.uuid()];
    let user: crate::domain::operator::User = act.load(standing.user)?;
    let is_own =
        named.is_some_and(|id| known.contains(&id) || user.party.map(|it| it.uuid()) == Some(id));
    if is_own { Ok(it) } else { Err(NOT_YOURS.broken("relatedParty", "must name yourself").into()) }
}

/// A new customer of who sells: the party that is named, or a new one.
fn opened(act: &mut Act<'_>, said: &Tree) -> Result<Account, Error> {
    let name: Name = must(said, "name")?;
    let id = related(said).and_then(reference).map(PartyId::from_uuid);
    let party = id.map(|id| act.cx().find::<Party>(id)).transpose()?.flatten();
    let nature = match party.as_ref().map(|it| &it.profile().nature) {
        Some(persons::Nature::Individual(_)) => Nature::Personal,
        Some(persons::Nature::Organization(_)) | None => Nature::Company,
    };
    let locale = "en".parse().map_err(Error::internal)?;
    let command = OpenAccount {
        party: party.map(|it| it.id),
        ..OpenAccount::plain(Wanted::Customer, Profile::named(nature, name, locale))
    };
    Ok(account::open(act, command)?.account)
}

/// A customer of which is said what was said, as far as it was.
fn described(act: &mut Act<'_>, it: Account, said: &Tree) -> Result<Account, Error> {
    let (before, now) = (it.profile().clone(), act.now());
    let mut after = before.clone();
    if let Some(name) = text(said, "name")? {
        after.name = name;
    }
    if said.contains_key("description") {
        after.description = text(said, "description")?;
    }
    if said.contains_key("characteristic") {
        after.attributes = attributes(said.get("characteristic"));
    }
    if said.contains_key("contactMedium") {
        let ways: Vec<ContactMedium> = media(said.get("contactMedium"));
        after = after.reached_by(ways, now);
    }
    let it = if after == before { it } else { account::revise(act, it.id, None, |_| Ok(after))? };
    ranked(act, it, said)
}

/// A customer of the rank that is said, which its seller gives.
fn ranked(act: &mut Act<'_>, it: Account, said: &Tree) -> Result<Account, Error> {
    let rank: Option<Name> = text(said, "customerRank")?;
    if !said.contains_key("customerRank") || rank == it.terms().rank {
        return Ok(it);
    }
    account::grant(act, it.id, None, |terms| {
        Ok(crate::domain::account::profile::Terms { rank, ..terms })
    })
}

/// What is not kept beside a customer, because we know it, or work it out.
const KNOWN: &[&str] = &[
    "name",
    "description",
    "customerRank",
    "status",
    "validFor",
    "characteristic",
    "customerAccount",
    "customerCreditProfile",
    "paymentMean",
    "relatedParty",
];

fn kept(act: &mut Act<'_>, it: Account, said: Tree) -> Result<Account, Error> {
    let said = merged(carried::read(&it.stamp)?, said);
    let beyond = carried::written(&carried::beyond(said, KNOWN))?;
    let what = (it.id, Permission::AccountWrite);
    crate::services::carried::keep(act, what, Contract::Bae, beyond)
}

fn change(mut asked: Asked) -> Result<Work, Fault> {
    let id = AccountId::from_uuid(asked.id(0)?);
    let said = asked.tree()?;
    Ok(Work::writes(move |act| {
        let it = found(act.cx(), id)?;
        let named = related(&said).map(reference);
        if said.contains_key("relatedParty") && named != Some(Some(it.party().uuid())) {
            return Err(FIXED.broken("relatedParty", "stays who the customer is").into());
        }
        let it = moved(act, it, &said)?;
        let it = described(act, it, &said)?;
        let it = kept(act, it, said)?;
        Ok(wire::shown(shown(act.cx(), &it, false)?, None))
    }))
}

/// A customer in the state that is said: it is begun and ended so, and in no other way.
fn moved(act: &mut Act<'_>, it: Account, said: &Tree) -> Result<Account, Error> {
    let Some(word) = said.get("status").and_then(Value::as_str) else { return Ok(it) };
    match (word, it.state()) {
        (word, state) if word.eq_ignore_ascii_case(status(state)) => Ok(it),
        // What portals say of whatever is in use.
        ("Active", _) if status(it.state()) == "Existing" => Ok(it),
        ("Existing" | "Active", State::Prospective) => account::activate(act, it.id),
        ("Former", _) => account::discharge(act, it.id),
        (_, _) => {
            let message = format!("`{word}` is no state that a customer can be given");
            Err(Invalid::one("status", "enum", message).into())
        }
    }
}

fn remove(asked: Asked) -> Result<Work, Fault> {
    let id = AccountId::from_uuid(asked.id(0)?);
    Ok(Work::writes(move |act| {
        found(act.cx(), id)?;
        account::discharge(act, id)?;
        Ok(wire::nothing())
    }))
}
