//! What a client says of a `BssAccountInformation`, and the operations on it.

use serde_json::Value;
use uuid::Uuid;

use super::batch::{Batch, Refused};
use super::body::link_id;
use super::kind::{Body, New};
use super::operation::{Outcome, Said};
use super::property::MASK;
use super::wire::{read, renamed, text, word};
use crate::domain::account::lifecycle::{HeldBy, HoldKind, HoldPolicy};
use crate::domain::account::profile::{Profile, Receivables, TaxStatus, Terms};
use crate::domain::account::{Account, HoldAccount, ReleaseAccount};
use crate::domain::attribute::{Attribute, AttributeValue};
use crate::domain::error::Invalid;
use crate::domain::id::{ClassId, Id};
use crate::domain::party::identity::TaxRegistration;
use crate::domain::stamp::SellerNumber;
use crate::services::{Act, Cx, Error, account, class, tax};

/// Lets the commercial side wait for the account that it is of.
pub(super) fn create(_: &mut Act<'_>, batch: &mut Batch, new: New) -> Result<(), Refused> {
    let Some(id) = new.id else {
        let message = "must be given, so that the PAAccount can link to it";
        return Err(Invalid::one("/aps/id", "required", message).into());
    };
    batch.wait(id, new);
    Ok(())
}

/// What a new account below `parent` is granted.
pub(super) fn terms(cx: Cx<'_>, body: &Body, parent: &Account) -> Result<Terms, Error> {
    let vendor = parent.seller_number().unwrap_or(parent.stamp.seller);
    let class = match body.get("customerClass").filter(|it| !it.is_null()) {
        Some(link) => ClassId::from_uuid(link_id("/customerClass", link)?),
        None => class::default_of(cx, vendor)?.id,
    };
    changed_terms(cx, body, (vendor, Terms::of(class, TaxStatus::Company)))
}

/// What an account is granted, with what the body says in its place.
fn changed_terms(
    cx: Cx<'_>,
    body: &Body,
    (vendor, was): (SellerNumber, Terms),
) -> Result<Terms, Error> {
    let mut terms = was;
    for (name, value) in body {
        let said = value.as_str().unwrap_or_default();
        match name.as_str() {
            "taxStatus" => terms.tax_status = word("/taxStatus", said, TAX_STATUSES)?,
            "taxZoneId" if said.is_empty() => terms.tax_zone = None,
            "taxZoneId" => {
                terms.tax_zone = Some(tax::zone_named(cx, vendor, ("/taxZoneId", said))?.id);
            }
            "branchId" => terms.branch_id = optional("/branchId", said)?,
            "salesId" => terms.sales_id = optional("/salesId", said)?,
            "externalARManagement" => {
                let is_external = *value == Value::Bool(true);
                terms.receivables =
                    if is_external { Receivables::External } else { Receivables::Ours };
            }
            _ => {}
        }
    }
    Ok(terms)
}

fn optional<T: std::str::FromStr<Err: std::fmt::Display>>(
    at: &str,
    said: &str,
) -> Result<Option<T>, Invalid> {
    if said.trim().is_empty() { Ok(None) } else { read(at, said).map(Some) }
}

const TAX_STATUSES: &[(&str, TaxStatus)] = &[
    ("PROVIDER", TaxStatus::Provider),
    ("PERSONAL", TaxStatus::Personal),
    ("COMPANY", TaxStatus::Company),
];

/// What the account says of itself, with what the body says in its place.
pub(super) fn profile(body: &Body, was: Profile) -> Result<Profile, Error> {
    let mut profile = was;
    for (name, value) in body {
        let said = value.as_str().unwrap_or_default();
        match name.as_str() {
            "localeId" => profile.locale = read("/localeId", said)?,
            "taxRegId" if said == MASK => {}
            "taxRegId" => {
                let country = profile.tax_registration.take().and_then(|it| it.country);
                let number = optional("/taxRegId", said)?;
                let number = number.map(|it| TaxRegistration::unverified(it, country));
                if let Some(number) = &number {
                    number.check().map_err(|it| it.below("/taxRegId"))?;
                }
                profile.tax_registration = number;
            }
            "attributes" => profile.attributes = attributes(value, &profile.attributes)?,
            _ => {}
        }
    }
    Ok(profile)
}

/// Custom attributes. What did not change keeps the kind of value that it had.
fn attributes(value: &Value, before: &[Attribute]) -> Result<Vec<Attribute>, Invalid> {
    let each = value.as_array().into_iter().flatten().enumerate();
    let read_one = |(place, it): (usize, &Value)| {
        let at = |field: &str| format!("/attributes/{place}/{field}");
        let said = |field: &str| it.get(field).and_then(Value::as_str).unwrap_or_default();
        let (name, value) = (said("attributeID"), said("value"));
        let same = before.iter().find(|it| it.name.as_str() == name);
        if let Some(same) = same.filter(|it| it.value.to_string() == value) {
            return Ok(same.clone());
        }
        let value = AttributeValue::Text(read(&at("value"), value)?);
        Ok(Attribute { name: read(&at("attributeID"), name)?, value })
    };
    each.map(read_one).collect()
}

const OF_PROFILE: &[&str] = &["localeId", "taxRegId", "attributes"];

/// Changes the commercial side of an account.
pub(super) fn change(act: &mut Act<'_>, it: &Account, body: &Body) -> Result<(), Error> {
    if body.keys().any(|it| OF_PROFILE.contains(&it.as_str())) {
        account::revise(act, it.id, None, |was| profile(body, was))
            .map_err(|it| renamed(it, &[("/tax/registration_id", "/taxRegId")]))?;
    }
    if body.keys().any(|it| !OF_PROFILE.contains(&it.as_str())) {
        let terms = changed_terms(act.cx(), body, (it.stamp.seller, it.terms().clone()))?;
        account::grant(act, it.id, None, |_| Ok(terms))?;
    }
    Ok(())
}

/// Puts an account into another class of its vendor.
pub(super) fn reclassify(act: &mut Act<'_>, it: &Account, class: Uuid) -> Result<(), Error> {
    let class = ClassId::from_uuid(class);
    let granted = account::grant(act, it.id, None, |was| Ok(Terms { class, ..was }));
    granted.map(drop).map_err(|it| renamed(it, &[("/class", "/aps/id")]))
}

const HOLD_POLICIES: &[(&str, HoldPolicy)] =
    &[("ALL_SUBSCRIPTIONS", HoldPolicy::All), ("UNPAID_SUBSCRIPTIONS", HoldPolicy::Unpaid)];

/// `putOnCreditHold`.
pub(super) fn hold(act: &mut Act<'_>, it: &Account, said: &Said) -> Result<Outcome, Error> {
    let policy = text(&said.body, "policy").unwrap_or_default();
    let policy = word("/policy", policy, HOLD_POLICIES)?;
    let command = HoldAccount {
        kind: HoldKind::Credit,
        by: HeldBy::People,
        policy,
        reason: read("/reason", text(&said.body, "reason").unwrap_or_default())?,
        comment: read("/comment", text(&said.body, "comment").unwrap_or_default())?,
    };
    account::hold(act, it.id, command)?;
    Ok(None)
}

/// For how long an account is released from a hold.
#[derive(Debug, Clone, Copy)]
enum Release {
    /// Until there is another reason.
    ForGood,
    /// Until a moment that is said.
    UntilThen,
}

const RELEASE_POLICIES: &[(&str, Release)] =
    &[("DEFAULT", Release::ForGood), ("TEMPORARY", Release::UntilThen)];

/// `releaseFromCreditHold`.
pub(super) fn release(act: &mut Act<'_>, it: &Account, said: &Said) -> Result<Outcome, Error> {
    let policy = text(&said.body, "policy").unwrap_or_default();
    let until = text(&said.body, "activeUntil");
    let until = match (word("/policy", policy, RELEASE_POLICIES)?, until) {
        (Release::UntilThen, Some(until)) => Some(read("/activeUntil", until)?),
        (Release::UntilThen, None) => {
            let message = "must be given with the policy TEMPORARY";
            return Err(Invalid::one("/activeUntil", "required", message).into());
        }
        (Release::ForGood, Some(_)) => {
            let message = "must not be given with the policy DEFAULT";
            return Err(Invalid::one("/activeUntil", "range", message).into());
        }
        (Release::ForGood, None) => None,
    };
    let comment = read("/comment", text(&said.body, "comment").unwrap_or_default())?;
    let command = ReleaseAccount { kind: HoldKind::Credit, until, comment };
    let released = account::release(act, it.id, command);
    released.map_err(|it| renamed(it, &[("/until", "/activeUntil")]))?;
    Ok(None)
}
