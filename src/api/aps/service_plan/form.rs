//! What a request says of a plan, as content of ours: its periods, its rates, its billing terms.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fee::Place;
use super::term::{MODELS, RENEWALS};
use super::wish::{Costs, Wish};
use crate::api::aps::amount::{read_money, read_quantity};
use crate::api::aps::period::{read_period, repeated};
use crate::api::aps::wire::read;
use crate::domain::catalog::offer::{
    BillingModel, BillingTerms, OfferContent, PriceHold, ResourceRate,
};
use crate::domain::catalog::term::{RefundAfter, RefundPolicy, Renewal, Term, Trial};
use crate::domain::error::Invalid;
use crate::domain::id::{Id, ResourceId};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::text::Code;
use crate::domain::time::Span;

/// What stays of what a request no longer names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leftovers {
    /// Nothing: nobody can have bought it.
    Gone,
    /// All of it, but it cannot be bought any more.
    Kept,
}

fn flag(it: &Value, name: &str) -> Option<bool> {
    it.get(name).and_then(Value::as_bool)
}

fn count(at: &str, it: &Value, name: &str) -> Result<Option<u32>, Invalid> {
    let Some(said) = it.get(name).filter(|it| !it.is_null()) else { return Ok(None) };
    let fits = said.as_u64().and_then(|it| u32::try_from(it).ok());
    let refused = || Invalid::one(format!("{at}/{name}"), "range", "must be 0 or more");
    fits.map(Some).ok_or_else(refused)
}

/// The billing terms of a plan with what a value says of them.
pub(super) fn billing(before: BillingTerms, value: &Value) -> Result<BillingTerms, Invalid> {
    let at = "/billingTerms";
    let period = value.get("billingPeriod").filter(|it| it.is_object());
    let period = period.map(|it| read_period(&format!("{at}/billingPeriod"), it)).transpose()?;
    let model = match value.get("billingModel").and_then(Value::as_str) {
        Some(word) if word == MODELS[0] => BillingModel::BeforeTerm,
        Some(word) if word == MODELS[1] => BillingModel::BeforePeriod,
        Some(word) if word == MODELS[2] => BillingModel::AfterPeriod,
        Some(_) | None => before.model,
    };
    let hold = flag(value, "freezePrices");
    let hold = hold.map(|it| if it { PriceHold::Frozen } else { PriceHold::Current });
    let renewal = value.get("autoRenewal").filter(|it| it.is_object());
    let renewal = renewal.map(|it| renewal_of(&format!("{at}/autoRenewal"), it)).transpose()?;
    Ok(BillingTerms {
        model,
        period: period.unwrap_or(before.period),
        price_hold: hold.unwrap_or(before.price_hold),
        renewal: renewal.unwrap_or(before.renewal),
    })
}

fn renewal_of(at: &str, value: &Value) -> Result<Renewal, Invalid> {
    let days = count(at, value, "renewPoint")?;
    match value.get("type").and_then(Value::as_str) {
        Some(word) if word == RENEWALS[1] => Ok(Renewal::OnLastDay),
        Some(word) if word == RENEWALS[2] => {
            let missing = || Invalid::one(format!("{at}/renewPoint"), "required", "must be given");
            days.filter(|it| *it <= 3660).map(Renewal::DaysBefore).ok_or_else(missing)
        }
        Some(_) | None => Ok(Renewal::OnOrder),
    }
}

/// How long a period is, and whether it is a trial: by that a request means a period of ours.
#[derive(Debug, Clone, Copy)]
struct Length {
    span: Option<Span>,
    is_trial: bool,
}

impl Length {
    fn is_of(self, term: &Term) -> bool {
        let same = match (self.span, term.length) {
            (Some(one), Some(other)) => one.is_as_long_as(other),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same && self.is_trial == (term.trial == Trial::Whole)
    }

    /// What orders on our own API call it: `1-month`, `trial-14-days`.
    fn key(self, taken: &BTreeSet<Code>) -> Code {
        let span =
            self.span.map_or_else(|| "open".to_owned(), |it| it.to_string().replace(' ', "-"));
        let name = if self.is_trial { format!("trial-{span}") } else { span };
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let free = names.find_map(|it| it.parse::<Code>().ok().filter(|it| !taken.contains(it)));
        free.expect("some number is free")
    }
}

/// Reads the periods of a plan.
pub(super) struct Periods<'a> {
    /// The plan as it is.
    pub(super) before: &'a OfferContent,
    /// How it is billed from now on.
    pub(super) billing: BillingTerms,
    /// What stays of periods that are not named.
    pub(super) leftovers: Leftovers,
}

impl Periods<'_> {
    /// The terms that an array says, and what they are to cost.
    pub(super) fn read(&self, value: &Value) -> Result<(Vec<Term>, Vec<Wish>), Invalid> {
        let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut left: Vec<&Term> = self.before.terms.iter().collect();
        let mut taken: BTreeSet<Code> = left.iter().map(|it| it.key.clone()).collect();
        let mut terms = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let at = format!("/subscriptionPeriods/{place}");
            let length = self.length(&at, row)?;
            let known = left.iter().position(|it| length.is_of(it)).map(|it| left.remove(it));
            let term = match known {
                Some(term) => term.clone(),
                None => Term::of(length.key(&taken), length.span),
            };
            taken.insert(term.key.clone());
            terms.push(self.term(&at, row, (term, length))?);
        }
        for (place, row) in rows.iter().enumerate() {
            let into = renews_into(&terms, &format!("/subscriptionPeriods/{place}"), row)?;
            if let Some(into) = into {
                terms[place].renews_into = into;
            }
        }
        let wishes = self.wishes(rows, &terms)?;
        if self.leftovers == Leftovers::Kept {
            let closed = |it: &Term| Term { is_active: false, is_default: false, ..it.clone() };
            terms.extend(left.into_iter().map(closed));
        }
        Ok((terms, wishes))
    }

    fn length(&self, at: &str, row: &Value) -> Result<Length, Invalid> {
        let said = row.get("period").filter(|it| it.is_object());
        let said = said.map(|it| read_period(&format!("{at}/period"), it)).transpose()?;
        let times = count(at, row, "numberOfBillingPeriods")?;
        let counted = times.and_then(|times| repeated(self.billing.period, times));
        let is_trial = flag(row, "trial").unwrap_or(false);
        let span = match (said, counted) {
            (Some(said), Some(counted)) if !said.is_as_long_as(counted) => {
                let known = |it: &&Term| Length { span: Some(said), is_trial }.is_of(it);
                if !self.before.terms.iter().any(|it| known(&it) && it.billing_period.is_some()) {
                    let message = "must be how often the billing period goes into `period`";
                    let at = format!("{at}/numberOfBillingPeriods");
                    return Err(Invalid::one(at, "conflict", message));
                }
                Some(said)
            }
            (said, counted) => said.or(counted),
        };
        if span.is_some_and(|it| it.count == 0) {
            let at = format!("{at}/numberOfBillingPeriods");
            return Err(Invalid::one(at, "range", "must be 1 or more"));
        }
        Ok(Length { span, is_trial })
    }

    fn term(
        &self,
        at: &str,
        row: &Value,
        (before, length): (Term, Length),
    ) -> Result<Term, Invalid> {
        let renewal = row.get("autoRenewalPeriod").filter(|it| it.get("type").is_some());
        let renewal =
            renewal.map(|it| renewal_of(&format!("{at}/autoRenewalPeriod"), it)).transpose()?;
        let same = renewal == Some(self.billing.renewal) && before.renewal.is_none();
        let refund = row.get("refund").filter(|it| it.is_object());
        let refund = refund.map(|it| refund_of(&format!("{at}/refund"), it)).transpose()?;
        let trial = if length.is_trial { Trial::Whole } else { before.trial };
        Ok(Term {
            trial,
            renewal: renewal.filter(|_| !same).or(before.renewal),
            refund: refund.unwrap_or(before.refund),
            is_default: flag(row, "defaultPeriod").unwrap_or(before.is_default),
            is_active: flag(row, "active").unwrap_or(before.is_active),
            ..before
        })
    }

    fn wishes(&self, rows: &[Value], terms: &[Term]) -> Result<Vec<Wish>, Invalid> {
        let mut wishes = Vec::new();
        for (place, (row, term)) in rows.iter().zip(terms).enumerate() {
            let Some(fees) = row.get("fees").filter(|it| it.is_object()) else { continue };
            let every = term.billing_period.unwrap_or(self.billing.period);
            let costs = Costs {
                at: format!("/subscriptionPeriods/{place}/fees"),
                place: Place { term: Some(&term.key), resource: None, every },
                included: Quantity::ZERO,
                locale: self.before.name.locale(),
            };
            wishes.extend(costs.read(fees)?);
        }
        Ok(wishes)
    }
}

/// The period that a period renews into, if something is said of that: `None` for itself.
fn renews_into(terms: &[Term], at: &str, row: &Value) -> Result<Option<Option<Code>>, Invalid> {
    let Some(said) = row.get("autoRenewalPeriod").filter(|it| it.is_object()) else {
        return Ok(None);
    };
    if said.get("duration").is_none_or(Value::is_null) {
        return Ok(Some(None));
    }
    let at = format!("{at}/autoRenewalPeriod");
    let length = Length { span: Some(read_period(&at, said)?), is_trial: false };
    let into = terms.iter().find(|it| length.is_of(it));
    let missing =
        || Invalid::one(format!("{at}/duration"), "reference", "is no period of the plan");
    into.map(|it| Some(Some(it.key.clone()))).ok_or_else(missing)
}

fn refund_of(at: &str, value: &Value) -> Result<Option<RefundPolicy>, Invalid> {
    let is_said = |name: &str| value.get(name).is_some_and(|it| !it.is_null());
    if !["nonRefundableAmount", "fullRefundPeriod", "proratedRefund"].into_iter().any(is_said) {
        return Ok(None);
    }
    let kept = value.get("nonRefundableAmount").filter(|it| it.is_object());
    let kept = kept.map(|it| booked(&format!("{at}/nonRefundableAmount"), it)).transpose()?;
    let full_days = count(at, value, "fullRefundPeriod")?.unwrap_or(0);
    let is_prorated = flag(value, "proratedRefund").unwrap_or(false);
    let after = if is_prorated { RefundAfter::Prorated } else { RefundAfter::Nothing };
    Ok(Some(RefundPolicy { kept, full_days, after }))
}

/// An amount that can be booked.
fn booked(at: &str, value: &Value) -> Result<Money, Invalid> {
    let (figure, currency) = read_money(at, value)?;
    let booked = Money::parse(&figure.to_string(), currency);
    booked.map_err(|it| Invalid::one(format!("{at}/value"), "range", it.to_string()))
}

/// Reads the rates of a plan: those for all of its periods, or those for one of them.
pub(super) struct Rates<'a> {
    /// The plan, with the terms and the billing that it has from now on.
    pub(super) plan: &'a OfferContent,
    /// Which of the two.
    pub(super) reach: Reach,
    /// What stays of rates that are not named.
    pub(super) leftovers: Leftovers,
}

/// For which periods rates hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// For every period that has none of its own.
    All,
    /// For one.
    One,
}

impl Reach {
    pub(super) const fn property(self) -> &'static str {
        match self {
            Self::All => "/resourceRates",
            Self::One => "/subscriptionPeriodResourceRates",
        }
    }

    pub(super) fn has(self, rate: &ResourceRate) -> bool {
        rate.term.is_some() == (self == Self::One)
    }
}

/// A rate as it is to be.
pub(super) struct Rated {
    /// The rate.
    pub(super) rate: ResourceRate,
    /// Where the request says it.
    pub(super) at: String,
    /// Whether the use of the resource is counted, if something is said of that.
    pub(super) is_measured: Option<bool>,
    /// What it is to cost.
    pub(super) wishes: Vec<Wish>,
}

impl Rates<'_> {
    /// The rates that an array says, and after them what is left of the others.
    pub(super) fn read(&self, value: &Value) -> Result<(Vec<Rated>, Vec<ResourceRate>), Invalid> {
        let rows = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let before = || self.plan.resources.iter().filter(|it| self.reach.has(it));
        let mut left: Vec<&ResourceRate> = before().collect();
        let mut found = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let at = format!("{}/{place}", self.reach.property());
            let id = row.get("resourceId").and_then(Value::as_str).unwrap_or_default();
            let id: uuid::Uuid = read(&format!("{at}/resourceId"), id)?;
            let (resource, term) = (ResourceId::from_uuid(id), self.term(&at, row)?);
            let is_it = |it: &&ResourceRate| it.resource == resource && it.term == term;
            let known = left.iter().position(is_it).map(|it| left.remove(it));
            let blank = || ResourceRate { term, ..ResourceRate::of(resource) };
            found.push(self.rated(at, row, known.cloned().unwrap_or_else(blank))?);
        }
        let closed = |it: &ResourceRate| ResourceRate { is_active: false, ..it.clone() };
        let left = match self.leftovers {
            Leftovers::Gone => Vec::new(),
            Leftovers::Kept => left.into_iter().map(closed).collect(),
        };
        Ok((found, left))
    }

    /// The period that a rate is for.
    fn term(&self, at: &str, row: &Value) -> Result<Option<Code>, Invalid> {
        if self.reach == Reach::All {
            return Ok(None);
        }
        let span = read_period(&format!("{at}/period"), &row["period"])?;
        let length = Length { span: Some(span), is_trial: flag(row, "trial").unwrap_or(false) };
        let found = self.plan.terms.iter().find(|it| length.is_of(it));
        let missing =
            || Invalid::one(format!("{at}/period"), "reference", "is no period of the plan");
        found.map(|it| Some(it.key.clone())).ok_or_else(missing)
    }

    fn rated(&self, at: String, row: &Value, before: ResourceRate) -> Result<Rated, Invalid> {
        let units = row.get("units").unwrap_or(&Value::Null);
        let amount = |name: &str| read_quantity(&format!("{at}/units"), units, name);
        let optional = |name: &str, before: Option<Quantity>| match units.get(name) {
            Some(_) => amount(name),
            None => Ok(before),
        };
        let published = row.get("publication").and_then(|it| flag(it, "published"));
        let rate = ResourceRate {
            included: amount("included")?.unwrap_or(before.included),
            amount_min: amount("min")?.unwrap_or(before.amount_min),
            amount_max: optional("max", before.amount_max)?,
            step: optional("step", before.step)?,
            is_in_store: flag(row, "showInStore").unwrap_or(before.is_in_store),
            is_in_panel: flag(row, "showInCustomerPanel").unwrap_or(before.is_in_panel),
            is_changeable_in_trial: flag(row, "allowToModifyInTrial")
                .unwrap_or(before.is_changeable_in_trial),
            is_active: published.unwrap_or(before.is_active),
            position: count(&at, row, "sortNumber")?.unwrap_or(before.position),
            ..before
        };
        let wishes = self.wishes(&at, row, &rate)?;
        Ok(Rated { is_measured: flag(row, "measurable"), rate, at, wishes })
    }

    fn wishes(&self, at: &str, row: &Value, rate: &ResourceRate) -> Result<Vec<Wish>, Invalid> {
        let Some(fees) = row.get("fees").filter(|it| it.is_object()) else {
            return Ok(Vec::new());
        };
        let term = rate.term.as_ref();
        let own = term.and_then(|key| self.plan.terms.iter().find(|it| it.key == *key));
        let every = own.and_then(|it| it.billing_period).unwrap_or(self.plan.billing.period);
        let place = Place { term, resource: Some(rate.resource), every };
        let locale = self.plan.name.locale();
        Costs { at: format!("{at}/fees"), place, included: rate.included, locale }.read(fees)
    }
}
