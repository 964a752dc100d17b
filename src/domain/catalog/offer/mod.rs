//! Offers: what can be bought, on which terms, with how much of each resource.
//!
//! What an offer costs is the matter of its [prices](crate::domain::catalog::price); who holds it, of
//! [subscriptions](crate::domain::subscription).

mod market;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use self::market::Market;
use crate::domain::catalog::asset::Attachment;
use crate::domain::catalog::bundle::{self, Part};
use crate::domain::catalog::category::Catalog;
use crate::domain::catalog::characteristic::CharacteristicUse;
use crate::domain::catalog::eligibility::Eligibility;
use crate::domain::catalog::lifecycle::{Life, State, Trigger};
use crate::domain::catalog::specification::Specification;
use crate::domain::catalog::term::{Renewal, Term, Trial};
use crate::domain::catalog::{keys_violations, under};
use crate::domain::error::{Invalid, Refusal, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{
    AccountId, CatalogId, CategoryId, DocumentId, OfferId, PriceId, ResourceId, ServiceTermsId,
    SpecificationId, TaxCategoryId,
};
use crate::domain::localized::Localized;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name, Prose, WebAddress};
use crate::domain::time::{Instant, Span};
use crate::domain::word::words;

words! {
    /// When recurring prices are charged.
    BillingModel {
        /// All periods of a term, before it begins.
        BeforeTerm = "before_term";
        /// Each billing period before it begins.
        BeforePeriod = "before_period";
        /// Each billing period after it has ended.
        AfterPeriod = "after_period";
    }
}

words! {
    /// Which version of a price a subscription is charged at.
    PriceHold {
        /// The one it was bought at, for good.
        Frozen = "frozen";
        /// The one that is in force.
        Current = "current";
    }
}

/// How what is bought is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingTerms {
    /// When.
    pub model: BillingModel,
    /// How long a billing period is.
    pub period: Span,
    /// At which version of a price.
    pub price_hold: PriceHold,
    /// How terms renew that say nothing else.
    pub renewal: Renewal,
}

words! {
    /// What a unit of a subscription is for users.
    Seating {
        /// Nothing: the account as a whole has it.
        None = "none";
        /// A seat: each unit can be assigned to one user.
        PerUnit = "per_unit";
        /// A share of a pool, of which users get parts.
        Pool = "pool";
    }
}

words! {
    /// Who can have what an offer delivers.
    Openness {
        /// Who has bought it.
        Sold = "sold";
        /// Everybody, for nothing: open data.
        Open = "open";
    }
}

words! {
    /// What a switch means for the buyer.
    Direction {
        /// To more.
        Upgrade = "upgrade";
        /// To something else.
        Sidegrade = "sidegrade";
        /// To less.
        Downgrade = "downgrade";
    }
}

/// An offer to which subscriptions may switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// The offer; this one itself, to switch between its terms.
    pub to: OfferId,
    /// The term of it; any if nothing is said.
    pub term: Option<text::Code>,
    /// What it means for the buyer.
    pub direction: Direction,
}

/// One of several ways to pay for an offer, of which the buyer picks exactly one. The prices of a
/// plan name its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What orders and prices call it; once per offer.
    pub key: text::Code,
    /// What buyers call it.
    pub name: Localized<Name>,
    /// What it means.
    pub description: Option<Localized<Prose>>,
}

/// How much of a resource an offer has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceRate {
    /// The resource.
    pub resource: ResourceId,
    /// The term this holds for; every other term if nothing is said.
    pub term: Option<text::Code>,
    /// How much is in the offer's own price.
    pub included: Quantity,
    /// The least that can be had, counted with what is included.
    pub amount_min: Quantity,
    /// The most that can be had, counted with what is included; a million million if nothing is said.
    pub amount_max: Option<Quantity>,
    /// In which steps above what is included it can be had.
    pub step: Option<Quantity>,
    /// Whether buyers see it before they buy.
    pub is_in_store: bool,
    /// Whether buyers see it after they have bought.
    pub is_in_panel: bool,
    /// Whether its amount can be changed during a trial.
    pub is_changeable_in_trial: bool,
    /// Whether it can be had at all.
    pub is_active: bool,
    /// Its place in lists: the lower comes first.
    pub position: u32,
}

/// More than a hundredfold is a mistake.
const MARK_UP_MAX: Percent =
    Percent::new(rust_decimal::Decimal::from_parts(10_000, 0, 0, false, 0));

/// More than so much of a resource is a mistake, and no money is enough for it.
const AMOUNT_MAX: i64 = 1_000_000_000_000;

impl ResourceRate {
    /// As much as anybody wants of a resource, and nothing included.
    #[must_use]
    pub const fn of(resource: ResourceId) -> Self {
        Self {
            resource,
            term: None,
            included: Quantity::ZERO,
            amount_min: Quantity::ZERO,
            amount_max: None,
            step: None,
            is_in_store: true,
            is_in_panel: true,
            is_changeable_in_trial: true,
            is_active: true,
            position: 0,
        }
    }

    /// How much there is of it if nobody chooses.
    #[must_use]
    pub fn amount_default(&self) -> Quantity {
        self.rounded_up(Quantity::ZERO)
    }

    /// The least amount on a step that is no less than a given one.
    #[must_use]
    pub fn rounded_up(&self, amount: Quantity) -> Quantity {
        let amount = amount.max(self.included).max(self.amount_min);
        let Some(step) = self.step.map(Quantity::decimal).filter(|it| !it.is_zero()) else {
            return amount;
        };
        let steps = amount.above(self.included).decimal().checked_div(step).map(|it| it.ceil());
        let extra = steps.and_then(|it| it.checked_mul(step)).map(Quantity::new);
        extra.and_then(|it| self.included.plus(it)).unwrap_or(amount)
    }

    /// What is wrong with an amount, in a few words.
    #[must_use]
    pub fn fault(&self, amount: Quantity) -> Option<String> {
        let extra = amount.above(self.included).decimal();
        let off_step = self.step.and_then(|it| extra.checked_rem(it.decimal()));
        if amount < self.amount_min || amount < self.included {
            return Some(format!("must be at least {}", self.amount_default()));
        }
        let most = self.amount_max.unwrap_or_else(|| Quantity::whole(AMOUNT_MAX));
        if most < amount {
            return Some(format!("must be at most {most}"));
        }
        off_step.filter(|it| !it.is_zero()).map(|_| {
            let step = self.step.unwrap_or(Quantity::ONE);
            format!("must be {} plus a multiple of {step}", self.included)
        })
    }

    fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        for (field, amount) in [("/included", self.included), ("/amount_min", self.amount_min)] {
            if amount.is_negative() {
                found.push(Violation::new(field, "range", "must not be negative"));
            }
        }
        if self.amount_max.is_some_and(|it| it < self.amount_default()) {
            let message = "must not be below `amount_min` and `included`";
            found.push(Violation::new("/amount_max", "range", message));
        }
        if self.step.is_some_and(|it| it <= Quantity::ZERO) {
            found.push(Violation::new("/step", "range", "must be above zero"));
        }
        found
    }
}

/// How many of an offer one order item may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantityLimits {
    /// At least: 1 or more.
    pub min: u32,
    /// At most; without limit if nothing is said.
    pub max: Option<u32>,
}

impl QuantityLimits {
    /// One or more.
    pub const ANY: Self = Self { min: 1, max: None };

    /// Whether so many may be taken.
    #[must_use]
    pub fn admit(self, quantity: u32) -> bool {
        self.min <= quantity && self.max.is_none_or(|it| quantity <= it)
    }
}

/// What a buyer must accept, or a holder of a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsOfUse {
    /// What their version is called, so that one knows what was accepted.
    pub version: text::Code,
    /// What they are called.
    pub title: Localized<Name>,
    /// Where they can be read.
    pub address: Option<WebAddress>,
    /// What they say.
    pub text: Option<Localized<Prose>>,
}

words! {
    /// Who has to agree to an order.
    Approval {
        /// Nobody: it is worked on as soon as it is placed and, where due, paid.
        Automatic = "automatic";
        /// The seller.
        Seller = "seller";
    }
}

/// What is said of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferContent {
    /// What it is called.
    pub name: Localized<Name>,
    /// What it is, in a line.
    pub summary: Option<Localized<Prose>>,
    /// What it is.
    pub description: Option<Localized<Prose>>,
    /// The number under which partners order it.
    pub part_number: Option<text::Code>,
    /// What it delivers; nothing of its own if it is a bundle.
    pub specification: Option<SpecificationId>,
    /// How it narrows what its specification leaves open.
    pub characteristics: Vec<CharacteristicUse>,
    /// What it is made of, if it is a bundle.
    pub parts: Vec<Part>,
    /// Where it stands in the shop.
    pub categories: BTreeSet<CategoryId>,
    /// The catalogs that publish it by itself, beside those that publish its categories.
    pub catalogs: BTreeSet<CatalogId>,
    /// What it costs, in the order in which buyers see it.
    pub prices: Vec<PriceId>,
    /// The ways to pay for it; without any, all its prices are charged.
    pub plans: Vec<Plan>,
    /// How one commits to it.
    pub terms: Vec<Term>,
    /// What happens after a term has ended unrenewed.
    pub service_terms: Option<ServiceTermsId>,
    /// How it is billed.
    pub billing: BillingTerms,
    /// How much of each resource it has.
    pub resources: Vec<ResourceRate>,
    /// How many of it one order item may take.
    pub quantity: QuantityLimits,
    /// What a unit of it is for users.
    pub seating: Seating,
    /// Whether it can be bought by itself, and not only in a bundle.
    pub is_sellable: bool,
    /// The offer that it adds to: it can be had only below a subscription to that.
    pub adds_to: Option<OfferId>,
    /// Whether those to whom its seller sells may copy it, to sell it on.
    pub is_resellable: bool,
    /// The offer of a seller above that it is a copy of, to be sold on.
    pub copy_of: Option<OfferId>,
    /// How many hundredths its prices are above those of its original.
    pub mark_up: Option<Percent>,
    /// To what its subscriptions may switch.
    pub switches: Vec<Switch>,
    /// Who may buy it, and through which channels and in which markets.
    pub eligibility: Eligibility,
    /// The agreements it is sold under, as registered documents.
    pub agreements: Vec<DocumentId>,
    /// What a buyer must accept.
    pub terms_of_use: Option<TermsOfUse>,
    /// Who has to agree to an order.
    pub approval: Approval,
    /// Who can have what it delivers.
    pub openness: Openness,
    /// How it is taxed, where its categories do not say.
    pub tax_category: Option<TaxCategoryId>,
    /// Who delivers it for its seller, and works on the items of orders that ask for it; its seller
    /// does if nobody is named.
    pub supplier: Option<AccountId>,
    /// Pictures and papers.
    pub attachments: Vec<Attachment>,
    /// Of a bundle: how many hundredths its parts cost less in it than by themselves. All of them: what
    /// it costs are its own prices.
    pub parts_discount: Option<Percent>,
}

/// What can be bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// Whose it is, and its number.
    pub stamp: Stamp,
    /// How far it has come.
    pub life: Life,
    /// What is said of it.
    pub content: OfferContent,
    /// On whose shelves it stands.
    pub market: Market,
}

impl OfferContent {
    /// An offer that is billed monthly in advance and of which nothing else is known.
    #[must_use]
    pub fn named(name: Localized<Name>) -> Self {
        Self {
            name,
            summary: None,
            description: None,
            part_number: None,
            specification: None,
            characteristics: Vec::new(),
            parts: Vec::new(),
            categories: BTreeSet::new(),
            catalogs: BTreeSet::new(),
            prices: Vec::new(),
            plans: Vec::new(),
            terms: Vec::new(),
            service_terms: None,
            billing: BillingTerms {
                model: BillingModel::BeforePeriod,
                period: Span::months(1),
                price_hold: PriceHold::Current,
                renewal: Renewal::OnOrder,
            },
            resources: Vec::new(),
            quantity: QuantityLimits::ANY,
            seating: Seating::None,
            is_sellable: true,
            adds_to: None,
            is_resellable: true,
            copy_of: None,
            mark_up: None,
            switches: Vec::new(),
            eligibility: Eligibility::default(),
            agreements: Vec::new(),
            terms_of_use: None,
            approval: Approval::Automatic,
            openness: Openness::Sold,
            tax_category: None,
            supplier: None,
            attachments: Vec::new(),
            parts_discount: None,
        }
    }

    /// Whether it is made of other offers.
    #[must_use]
    pub const fn is_bundle(&self) -> bool {
        !self.parts.is_empty()
    }

    /// The term that a key names, or the one that is taken if nobody chooses: the default, or the
    /// only one.
    #[must_use]
    pub fn term(&self, key: Option<&text::Code>, now: Instant) -> Option<&Term> {
        let open = |it: &&Term| it.is_open(now);
        let mut open = self.terms.iter().filter(open);
        match key {
            Some(key) => open.find(|it| it.key == *key),
            None if open.clone().count() == 1 => open.next(),
            None => open.find(|it| it.is_default),
        }
    }

    /// How much of a resource there is on a term: what is said for the term, or else for all.
    #[must_use]
    pub fn rate(&self, resource: ResourceId, term: Option<&text::Code>) -> Option<&ResourceRate> {
        let rates = || self.resources.iter().filter(|it| it.resource == resource && it.is_active);
        let own = rates().find(|it| it.term.is_some() && it.term.as_ref() == term);
        own.or_else(|| rates().find(|it| it.term.is_none()))
    }

    fn check(&self, id: OfferId) -> Result<(), Invalid> {
        let mut found = bundle::violations(id, &self.parts);
        found.extend(bundle::discount_violations(&self.parts, self.parts_discount));
        found.extend(keys_violations("/terms", self.terms.iter().map(|it| &it.key)));
        found.extend(keys_violations("/plans", self.plans.iter().map(|it| &it.key)));
        found.extend(keys_violations("/prices", &self.prices));
        let rates = self.resources.iter().map(|it| {
            let term = it.term.as_ref().map_or(String::new(), |it| format!(" on {it}"));
            format!("{}{term}", it.resource)
        });
        found.extend(keys_violations("/resources", rates));
        for (place, it) in self.terms.iter().enumerate() {
            found.extend(under(&format!("/terms/{place}"), it.violations()));
        }
        for (place, it) in self.resources.iter().enumerate() {
            found.extend(under(&format!("/resources/{place}"), it.violations()));
        }
        found.extend(self.term_violations());
        found.extend(self.own_violations(id));
        Invalid::unless_empty(found)
    }

    /// What names a term that the offer does not have.
    fn term_violations(&self) -> Vec<Violation> {
        let known = |key: &text::Code| self.terms.iter().any(|it| it.key == *key);
        let mut named = Vec::new();
        for (place, it) in self.terms.iter().enumerate() {
            named.extend(
                it.renews_into.iter().map(|it| (format!("/terms/{place}/renews_into"), it)),
            );
        }
        for (place, it) in self.resources.iter().enumerate() {
            named.extend(it.term.iter().map(|it| (format!("/resources/{place}/term"), it)));
        }
        let strange = named.into_iter().filter(|it| !known(it.1));
        let mut found: Vec<_> = strange
            .map(|(field, key)| {
                Violation::new(field, "reference", format!("names no term of the offer: `{key}`"))
            })
            .collect();
        if self.terms.iter().filter(|it| it.is_default).count() > 1 {
            found.push(Violation::new("/terms", "range", "must have at most one default"));
        }
        found
    }

    fn own_violations(&self, id: OfferId) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.is_bundle() && self.specification.is_some() {
            let message = "must be left out: a bundle delivers what its parts deliver";
            found.push(Violation::new("/specification", "conflict", message));
        }
        if self.adds_to == Some(id) {
            let message = "must name another offer than this one";
            found.push(Violation::new("/adds_to", "reference", message));
        }
        if self.mark_up.is_some_and(|it| it < Percent::ZERO || it > MARK_UP_MAX) {
            let message = format!("must be 0 to {}", MARK_UP_MAX.decimal());
            found.push(Violation::new("/mark_up", "range", message));
        }
        if self.mark_up.is_some() && self.copy_of.is_none() {
            let message = "must be left out: only a copy has prices that follow others";
            found.push(Violation::new("/mark_up", "conflict", message));
        }
        if self.copy_of == Some(id) {
            let message = "must name another offer than this one";
            found.push(Violation::new("/copy_of", "reference", message));
        }
        if self.openness == Openness::Open && !self.prices.is_empty() {
            let message = "must be `sold`: what is open to everybody costs nothing";
            found.push(Violation::new("/openness", "conflict", message));
        }
        if self.quantity.min == 0 || self.quantity.max.is_some_and(|it| it < self.quantity.min) {
            let message = "must begin at 1 or more and not end below that";
            found.push(Violation::new("/quantity", "range", message));
        }
        if self.billing.period.count == 0 {
            let message = "must be at least one day";
            found.push(Violation::new("/billing/period", "range", message));
        }
        found
    }
}

impl Offer {
    /// An offer at the beginning of its life.
    ///
    /// # Errors
    /// If its content breaks rules of form.
    pub fn new(
        id: OfferId,
        stamp: Stamp,
        life: Life,
        content: OfferContent,
    ) -> Result<Self, Invalid> {
        content.check(id)?;
        Ok(Self { id, stamp, life, content, market: Market::Own })
    }

    /// The next version of it, with another content.
    ///
    /// # Errors
    /// If it is past changing, or if the content breaks rules of form.
    pub fn changed(self, content: OfferContent) -> Result<Self, Refusal> {
        content.check(self.id)?;
        Ok(Self { life: self.life.revised()?, content, ..self })
    }

    /// The offer after a trigger; `holders` counts the living subscriptions to it.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger, holders: u64) -> Result<(Self, Verb), Rejection> {
        let (life, verb) = self.life.on(trigger, holders)?;
        Ok((Self { life, ..self }, verb))
    }

    /// Everything that keeps the offer from the market, for who wants to launch it; nothing if it
    /// can be launched. `parts` are the offers of its bundle that are known, `catalogs` those of its
    /// catalogs.
    #[must_use]
    pub fn launch_obstacles(
        &self,
        specification: Option<&Specification>,
        parts: &[Offer],
        catalogs: &[Catalog],
    ) -> Vec<Violation> {
        let mut found = Vec::new();
        match specification.map(|it| it.life.state()) {
            Some(State::Active | State::Launched) => (),
            Some(
                state @ (State::InStudy
                | State::InDesign
                | State::InTest
                | State::Retired
                | State::Obsolete
                | State::Rejected),
            ) => {
                let message = format!("must be active or launched, but is `{state}`");
                found.push(Violation::new("/specification", "state", message));
            }
            None if self.content.is_bundle() => (),
            None => {
                let message = "must be named: an offer delivers something, or is a bundle";
                found.push(Violation::new("/specification", "required", message));
            }
        }
        for (place, part) in self.content.parts.iter().enumerate() {
            let offer = parts.iter().find(|it| it.id == part.offer);
            let launched = offer.is_some_and(|it| it.life.state() == State::Launched);
            let nested = offer.is_some_and(|it| it.content.is_bundle());
            if !launched || nested {
                let field = format!("/parts/{place}/offer");
                let message = "must be a launched offer that is not a bundle itself";
                found.push(Violation::new(field, "state", message));
            }
        }
        if self.content.parts_discount == Some(Percent::WHOLE) && self.content.prices.is_empty() {
            let message =
                "must be there: its parts cost nothing in it, and it costs nothing itself";
            found.push(Violation::new("/prices", "required", message));
        }
        let closed = catalogs.iter().filter(|it| it.life.state() != State::Launched);
        found.extend(closed.map(|it| {
            let (name, state) = (it.name.original(), it.life.state());
            let message = format!("`{name}` must be launched, but is `{state}`");
            Violation::new("/catalogs", "state", message)
        }));
        found
    }

    /// Whether its subscriptions may switch to another offer or term.
    #[must_use]
    pub fn switch(&self, to: OfferId, term: Option<&text::Code>) -> Option<&Switch> {
        let fits = |it: &&Switch| it.to == to && (it.term.is_none() || it.term.as_ref() == term);
        self.content.switches.iter().find(fits)
    }

    /// The terms of it that can be chosen now and are no trials.
    pub fn open_terms(&self, now: Instant) -> impl Iterator<Item = &Term> {
        let terms = self.content.terms.iter().filter(|it| it.trial != Trial::Whole);
        terms.filter(move |it| it.is_open(now))
    }

    /// The term of it that lasts as long as a span, of those that are meant: one that is paid for
    /// before a trial, and the default before others.
    pub fn term_lasting(&self, length: Span, is_meant: impl Fn(&Term) -> bool) -> Option<&Term> {
        let is_it =
            |it: &&Term| it.length.is_some_and(|other| other.is_as_long_as(length)) && is_meant(it);
        let terms = self.content.terms.iter().filter(is_it);
        terms.min_by_key(|it| (it.trial == Trial::Whole, !it.is_default))
    }
}

#[cfg(test)]
mod tests;
