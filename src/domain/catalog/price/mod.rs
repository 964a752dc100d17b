//! Prices: what an offer costs, in one currency, by one model at a time.
//!
//! A price is an entity of its own (TM Forum `ProductOfferingPrice`; the fees and resource rates
//! of an APS service plan). Its figures stand in *versions*, which are appended and never changed,
//! so that what was bought or billed at a price can be computed again. This module owns what a
//! price is and whether it can be sold; what it comes to is
//! [`billing::rating`](crate::domain::billing::rating).

pub mod alteration;
pub mod condition;
mod mark_up;
pub mod model;
pub mod tier;

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use self::alteration::PriceAlteration;
use self::condition::Condition;
pub use self::model::{Figure, PriceModel};
use crate::domain::catalog::characteristic::Choices;
use crate::domain::catalog::lifecycle::Life;
use crate::domain::due::{Due, Duty};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::{MeterId, OfferId, PriceId, ResourceId, TaxCategoryId};
use crate::domain::localized::nearest;
use crate::domain::money::{Currency, MoneyError};
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Locale, Name, Prose};
use crate::domain::time::{Date, Instant, Span, Zone};
use crate::domain::word::words;

/// In how many other languages a price has a name.
const NAMES_MAX: usize = 50;
/// How many discounts and fees a price declares.
const ALTERATIONS_MAX: usize = 20;

/// What an offer costs, for one occasion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Its identity.
    pub id: PriceId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// What the invoice line says.
    pub name: Name,
    /// What it says in other languages than that of the name.
    pub names: BTreeMap<Locale, Name>,
    /// More about it.
    pub description: Option<Prose>,
    /// What it is a price of.
    pub offer: OfferId,
    /// The price plan it belongs to: of several plans the buyer picks one. `None`: it is part of
    /// every plan.
    pub plan: Option<text::Code>,
    /// The commitment term it is for; `None`: for all.
    pub term: Option<text::Code>,
    /// What all its figures are in.
    pub currency: Currency,
    /// How it is taxed; `None`: as its offer.
    pub tax_category: Option<TaxCategoryId>,
    /// Whether its figures contain tax.
    pub base: Base,
    /// The resource whose units it prices; `None`: those of the subscription itself.
    pub resource: Option<ResourceId>,
    /// On what occasion it is charged.
    pub kind: PriceKind,
    /// For which choices it is meant: all must hold.
    pub conditions: Vec<Condition>,
    /// What it adds or takes away by itself, in this order.
    pub alterations: Vec<PriceAlteration>,
    /// How far it has come, and when it is offered.
    pub life: Life,
    /// Its figures, in time.
    pub versions: Versions,
    /// When the next of its versions begins, as [`Price::timed`] found; never again if nothing is
    /// said.
    pub next_at: Option<Instant>,
}

/// Whether figures contain tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Base {
    /// Tax comes on top.
    Net,
    /// Tax is inside.
    Gross,
}

impl Base {
    /// A figure without tax and with it, where it bears so many hundredths: as it is agreed, and what follows
    /// from that for people to look at, rounded half up to `digits` decimal places or as many as it has.
    /// Nothing if that is too large.
    #[must_use]
    pub fn both(self, figure: Decimal, tax: Percent, digits: u32) -> Option<(Decimal, Decimal)> {
        let (part, whole) = (Percent::WHOLE.decimal() + tax.decimal(), Percent::WHOLE.decimal());
        let other = match self {
            Self::Net => figure.checked_mul(part)?.checked_div(whole)?,
            Self::Gross => figure.checked_mul(whole)?.checked_div(part)?,
        };
        let digits = figure.normalize().scale().max(digits);
        let rounding = RoundingStrategy::MidpointAwayFromZero;
        let other = other.round_dp_with_strategy(digits, rounding).normalize();
        Some(match self {
            Self::Net => (figure, other),
            Self::Gross => (other, figure),
        })
    }
}

/// On what occasion a price is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PriceKind {
    /// Once on an occasion.
    OneTime(Occasion),
    /// For every period.
    Recurring {
        /// How long a period is.
        every: Span,
        /// Before or after it.
        timing: Timing,
    },
    /// For what a meter counted, after the billing period.
    Usage {
        /// Which meter.
        meter: MeterId,
    },
}

words! {
    /// On what sort of occasion a price is charged.
    ChargeKind {
        /// Once.
        OneTime = "one_time";
        /// For every period.
        Recurring = "recurring";
        /// For what was used.
        Usage = "usage";
    }
}

impl PriceKind {
    /// Whether it is charged for a period that is over.
    #[must_use]
    pub fn is_charged_afterwards(self) -> bool {
        match self {
            Self::Usage { .. } => true,
            Self::Recurring { timing, .. } => timing == Timing::InArrears,
            Self::OneTime(_) => false,
        }
    }

    /// On what sort of occasion that is.
    #[must_use]
    pub const fn charge(self) -> ChargeKind {
        match self {
            Self::OneTime(_) => ChargeKind::OneTime,
            Self::Recurring { .. } => ChargeKind::Recurring,
            Self::Usage { .. } => ChargeKind::Usage,
        }
    }
}

/// What a one-time price is charged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Occasion {
    /// Buying, without further meaning.
    Plain,
    /// Setting up; at renewal the renewal fee takes its place.
    Setup,
    /// Renewing.
    Renewal,
    /// Security that is given back.
    Deposit,
}

/// Whether a period is charged before or after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Timing {
    /// At its start.
    InAdvance,
    /// At its end.
    InArrears,
}

/// The figures of a price from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceVersion {
    /// The first day on which it holds.
    pub valid_from: Date,
    /// How many units are in the base price, before the model counts.
    pub included: Quantity,
    /// How the rest becomes a price.
    pub model: PriceModel,
}

/// The versions of a price: at least one, each beginning after the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions(Vec<PriceVersion>);

impl Versions {
    /// The first version.
    ///
    /// # Errors
    /// If its figures make no price.
    pub fn first(version: PriceVersion) -> Result<Self, Invalid> {
        version.check()?;
        Ok(Self(vec![version]))
    }

    /// Versions that are all known when the price is made, the oldest first.
    ///
    /// # Errors
    /// If there is none, one does not begin after the one before, or figures make no price.
    pub fn of(all: Vec<PriceVersion>) -> Result<Self, Invalid> {
        if all.is_empty() {
            return Err(Invalid::one("/versions", "required", "must have at least one"));
        }
        let late = all.windows(2).position(|pair| pair[0].valid_from >= pair[1].valid_from);
        if let Some(place) = late {
            let at = format!("/versions/{}/valid_from", place + 1);
            return Err(Invalid::one(at, "order", "must be after that of the one before"));
        }
        for (place, it) in all.iter().enumerate() {
            it.check().map_err(|it| it.below(&format!("/versions/{place}")))?;
        }
        Ok(Self(all))
    }

    /// The same with one more version, which takes the last one's place on its first day.
    ///
    /// # Errors
    /// If its figures make no price. That it begins after the last and not in the past is
    /// [`Price::revised`].
    fn with(mut self, version: PriceVersion) -> Result<Self, Invalid> {
        version.check()?;
        self.0.push(version);
        Ok(self)
    }

    /// All versions, the oldest first: at least one.
    #[must_use]
    pub fn as_slice(&self) -> &[PriceVersion] {
        &self.0
    }

    /// The version that holds on a day, or the one of the day at which the price was `frozen`.
    ///
    /// Returns `None` before the first version begins.
    #[must_use]
    pub fn in_force(&self, on: Date, frozen: Option<Date>) -> Option<&PriceVersion> {
        let on = frozen.unwrap_or(on);
        let begun = self.0.partition_point(|it| it.valid_from <= on);
        begun.checked_sub(1).and_then(|it| self.0.get(it))
    }
}

impl PriceVersion {
    fn check(&self) -> Result<(), Invalid> {
        if self.included.is_negative() {
            return Err(Invalid::one("/included", "range", "must not be negative"));
        }
        self.model.check()
    }

    /// The same with more units in the base price.
    ///
    /// # Errors
    /// If that is too much.
    pub fn with_more(&self, units: Quantity) -> Result<Cow<'_, Self>, MoneyError> {
        if units.is_zero() {
            return Ok(Cow::Borrowed(self));
        }
        let included = self.included.plus(units).ok_or(MoneyError::TooLarge)?;
        Ok(Cow::Owned(Self { included, ..self.clone() }))
    }
}

impl Price {
    /// What the invoice line says to a reader of a language: in it if that is known, else the name.
    #[must_use]
    pub fn name_in(&self, locale: &Locale) -> &Name {
        nearest(self.names.iter(), locale).unwrap_or(&self.name)
    }

    /// Refuses form that makes no price: a period without length, too many conditions or alterations.
    ///
    /// # Errors
    /// With the field that is wrong.
    pub fn check(&self) -> Result<(), Invalid> {
        if let PriceKind::Recurring { every, .. } = self.kind
            && (every.count == 0 || every.count > 1200)
        {
            return Err(Invalid::one("/kind/every", "range", "must be 1 to 1200 units of time"));
        }
        if self.names.len() > NAMES_MAX {
            let message = format!("must be at most {NAMES_MAX}");
            return Err(Invalid::one("/names", "range", message));
        }
        if self.conditions.len() > 20 {
            return Err(Invalid::one("/conditions", "range", "must be at most 20"));
        }
        self.versions.as_slice().iter().try_for_each(|it| self.accepts(it))?;
        self.check_alterations()
    }

    /// Refuses figures that do not fit what it is charged for.
    ///
    /// # Errors
    /// With the field that is wrong.
    pub fn accepts(&self, version: &PriceVersion) -> Result<(), Invalid> {
        version.model.fits(self.kind)?;
        if !version.model.has_no_free_units() {
            return Ok(());
        }
        let absent = |field, message: &str| Err(Invalid::one(field, "unsupported", message));
        if !version.included.is_zero() {
            return absent("/included", "must be 0: this model has no units that are free");
        }
        match self.resource {
            Some(_) => absent("/resource", "must be absent: this model has no units to be bought"),
            None => Ok(()),
        }
    }

    fn check_alterations(&self) -> Result<(), Invalid> {
        if self.alterations.len() > ALTERATIONS_MAX {
            let message = format!("must be at most {ALTERATIONS_MAX}");
            return Err(Invalid::one("/alterations", "range", message));
        }
        if self.kind == PriceKind::OneTime(Occasion::Deposit) && !self.alterations.is_empty() {
            let message = "must be none: a deposit is given back as it was taken";
            return Err(Invalid::one("/alterations", "unsupported", message));
        }
        for (place, it) in self.alterations.iter().enumerate() {
            it.check().map_err(|it| it.below(&format!("/alterations/{place}")))?;
        }
        Ok(())
    }

    /// Whether it is charged for the same and on the same conditions as another price, whatever it
    /// comes to and in whatever currency.
    #[must_use]
    pub fn is_for_the_same(&self, other: &Self) -> bool {
        (self.kind, self.resource, &self.term, &self.plan)
            == (other.kind, other.resource, &other.term, &other.plan)
            && self.conditions == other.conditions
    }

    /// The same price with one more version of its figures.
    ///
    /// # Errors
    /// If the version would begin in the past or not after the last one: what was billed at a
    /// price stays what it was.
    pub fn revised(self, version: PriceVersion, today: Date) -> Result<Self, Rejection> {
        let last = self.versions.0.last().map(|it| it.valid_from);
        if version.valid_from < today || last.is_some_and(|it| version.valid_from <= it) {
            let why = format!(
                "a version from `{}` would change a price of the past; begin it after `{}`",
                version.valid_from,
                last.unwrap_or(today).max(today.plus_days(-1)),
            );
            return Err(Rejection::new(Code::PriceVersionForbids, why));
        }
        let versions = self.versions.with(version);
        let versions =
            versions.map_err(|it| Rejection::new(Code::PriceVersionForbids, it.to_string()))?;
        Ok(Self { versions, ..self })
    }

    /// Whether its last version begins on the day after: as one does that was said when another had
    /// begun on that day already.
    #[must_use]
    pub fn waits_for_tomorrow(&self, today: Date) -> bool {
        self.versions.0.last().is_some_and(|it| it.valid_from == today.plus_days(1))
    }

    /// The same price without the versions that begin after a day, as far as one has begun by then.
    #[must_use]
    pub fn without_waiting(mut self, today: Date) -> Self {
        if self.versions.0.first().is_some_and(|it| it.valid_from <= today) {
            self.versions.0.retain(|it| it.valid_from <= today);
        }
        self
    }

    /// The first day from which another version may hold.
    #[must_use]
    pub fn next_version_on(&self, today: Date) -> Date {
        let after = self.versions.0.last().map(|it| it.valid_from.plus_days(1));
        after.map_or(today, |it| it.max(today))
    }

    /// The same price with these figures and no others: for a price at which nobody could buy yet.
    ///
    /// # Errors
    /// If the figures make no price.
    pub fn redrafted(self, version: PriceVersion) -> Result<Self, Invalid> {
        Ok(Self { versions: Versions::first(version)?, ..self })
    }

    /// The same with the moment at which the next version begins, seen from `now`: days of the
    /// catalogue are those of UTC. To be called with each new version, and when one begins.
    #[must_use]
    pub fn timed(self, now: Instant) -> Self {
        let begins = self.versions.0.iter().map(|it| Zone::UTC.start_of(it.valid_from));
        let next_at = begins.filter(|it| *it > now).min();
        Self { next_at, ..self }
    }

    /// When it falls due: when its next version begins.
    #[must_use]
    pub fn due(&self) -> Option<Due> {
        self.next_at.map(|at| Due { at, duty: Duty::Price })
    }

    /// The version that holds on a day, or the one of the day at which the price was `frozen`.
    #[must_use]
    pub fn in_force(&self, on: Date, frozen: Option<Date>) -> Option<&PriceVersion> {
        self.versions.in_force(on, frozen)
    }

    /// The version at which a day is billed: that which holds on it; before the first one begins, the first
    /// if it does so on the next day. Who lives further west bought when it was still the day before
    /// there, and what could be bought is billed.
    #[must_use]
    pub fn billed_at(&self, on: Date, frozen: Option<Date>) -> Option<&PriceVersion> {
        let next = || self.in_force(on.plus_days(1), frozen);
        self.in_force(on, frozen).or_else(next)
    }

    /// Whether it is meant for what was chosen.
    #[must_use]
    pub fn fits(&self, chosen: &Choices) -> bool {
        self.conditions.iter().all(|it| it.holds(chosen))
    }
}

/// The prices at which one goes on who was promised to, among those that fit: those that are valid at a moment, and
/// of what none is valid any more, that which was so last.
#[must_use]
pub fn at_hand<'a>(fitting: &[&'a Price], at: Instant) -> Vec<&'a Price> {
    let mut held: Vec<&Price> =
        fitting.iter().copied().filter(|it| it.life.valid_for.contains(at)).collect();
    let is_over = |it: &&Price| it.life.valid_for.until().is_some_and(|until| until <= at);
    let mut over: Vec<&Price> = fitting.iter().copied().filter(is_over).collect();
    over.sort_by_key(|it| std::cmp::Reverse(it.life.valid_for.until()));
    for it in over {
        let is_in_place = held.iter().any(|other| {
            it.is_for_the_same(other) && it.life.valid_for.until() != other.life.valid_for.until()
        });
        if !is_in_place {
            held.push(it);
        }
    }
    held
}

#[cfg(test)]
mod tests;
