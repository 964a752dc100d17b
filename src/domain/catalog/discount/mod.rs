//! Discounts: what lowers prices for customers, by itself or for who brings a coupon.
//!
//! A discount is *got* by a subscription that is charged on one of its days, and lasts from then on
//! as it says: what somebody got in May is not taken away in June, unless the discount is ended.
//! Of all that could be given on a charge by themselves, only the most specific is.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::LIST_MAX;
use crate::domain::error::{Code, Invalid, Refusal, Rejection, Violation};
use crate::domain::id::{AccountId, ClassId, DiscountId, OfferId, PriceId, ResourceId};
use crate::domain::localized::Localized;
use crate::domain::money::{Currency, Money};
use crate::domain::quantity::Percent;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name};
use crate::domain::time::{Date, Span};
use crate::domain::word::words;

/// By how much a price is lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reduction {
    /// By a share of it.
    Share(Percent),
    /// By an amount, but never below nothing.
    Amount(Money),
    /// To a fixed fee, which also takes the place of tiers: for each unit that is charged, or once
    /// where the units do not count. What costs less already stays as it is.
    Fee(Money),
}

impl Reduction {
    /// In which currency it is; `None` if it is a share of any.
    #[must_use]
    pub const fn currency(&self) -> Option<Currency> {
        match self {
            Self::Share(_) => None,
            Self::Amount(it) | Self::Fee(it) => Some(it.currency()),
        }
    }
}

/// How often a reduction is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lasting {
    /// On the first charge alone.
    Once,
    /// On every charge.
    Always,
    /// On every charge for a time from the day on which it was got: by the first day of a charge, or, with a
    /// coupon, on those of its days that lie within.
    For(Span),
    /// On so many charges, each for another period.
    Charges(u32),
}

words! {
    /// Which sorts of charge are lowered.
    Charged {
        /// What is due once, at the start.
        Setup = "setup";
        /// What is due in every period.
        Recurring = "recurring";
        /// What is due with a renewal.
        Renewal = "renewal";
        /// What is due for use.
        Usage = "usage";
    }
}

/// What a discount is given on, and to whom. An empty set is no rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// On these offers.
    pub offers: BTreeSet<OfferId>,
    /// On these terms of an offer.
    pub terms: BTreeSet<text::Code>,
    /// On these resources.
    pub resources: BTreeSet<ResourceId>,
    /// On these prices.
    pub prices: BTreeSet<PriceId>,
    /// On these sorts of charge.
    pub charges: BTreeSet<Charged>,
    /// To accounts of these classes.
    pub classes: BTreeSet<ClassId>,
    /// To these accounts.
    pub accounts: BTreeSet<AccountId>,
}

/// What is to be priced, as a scope looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The offer.
    pub offer: OfferId,
    /// The term, if one was chosen.
    pub term: Option<&'a text::Code>,
    /// The resource that is charged, if it is one.
    pub resource: Option<ResourceId>,
    /// The price.
    pub price: PriceId,
    /// The sort of charge.
    pub charged: Charged,
    /// Who pays, if that is known.
    pub account: Option<AccountId>,
    /// The class of who pays.
    pub class: Option<ClassId>,
}

impl Scope {
    /// Whether something lies in it.
    #[must_use]
    pub fn covers(&self, it: &Subject<'_>) -> bool {
        meets(&self.offers, Some(&it.offer))
            && meets(&self.terms, it.term)
            && meets(&self.resources, it.resource.as_ref())
            && meets(&self.prices, Some(&it.price))
            && meets(&self.charges, Some(&it.charged))
            && self.is_for(it.account, it.class)
    }

    /// Whether somebody can get what is given in it at all.
    #[must_use]
    pub fn is_for(&self, account: Option<AccountId>, class: Option<ClassId>) -> bool {
        meets(&self.classes, class.as_ref()) && meets(&self.accounts, account.as_ref())
    }

    /// How narrow it is. Of several discounts only the most specific is given: one price before
    /// one resource, that before one term, that before one offer, that before all.
    #[must_use]
    pub fn rank(&self) -> u8 {
        let rules = [
            !self.offers.is_empty(),
            !self.terms.is_empty(),
            !self.resources.is_empty(),
            !self.prices.is_empty(),
        ];
        rules.iter().enumerate().filter(|it| *it.1).map(|it| 1 << it.0).sum()
    }

    fn violations(&self) -> Vec<Violation> {
        let sizes = [
            ("/scope/offers", self.offers.len()),
            ("/scope/terms", self.terms.len()),
            ("/scope/resources", self.resources.len()),
            ("/scope/prices", self.prices.len()),
            ("/scope/classes", self.classes.len()),
            ("/scope/accounts", self.accounts.len()),
        ];
        let message = format!("must have at most {LIST_MAX} entries");
        let long = sizes.into_iter().filter(|it| it.1 > LIST_MAX);
        long.map(|(field, _)| Violation::new(field, "range", message.clone())).collect()
    }
}

fn meets<T: Ord>(rule: &BTreeSet<T>, it: Option<&T>) -> bool {
    rule.is_empty() || it.is_some_and(|it| rule.contains(it))
}

words! {
    /// What it takes to get a discount.
    Access {
        /// Nothing: whoever it covers gets it.
        Automatic = "automatic";
        /// A coupon.
        Coupon = "coupon";
    }
}

/// What a discount says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscountTerms {
    /// What invoices call it.
    pub name: Localized<Name>,
    /// By how much.
    pub reduction: Reduction,
    /// How often.
    pub lasting: Lasting,
    /// On what, and for whom.
    pub scope: Scope,
    /// What it takes to get it.
    pub access: Access,
    /// Which of equally specific ones comes first: the higher.
    pub priority: u8,
    /// The first day on which it can be got.
    pub valid_from: Date,
    /// The first day on which it can be got no longer; `None` for without an end.
    pub valid_until: Option<Date>,
}

/// A standing reduction of prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// Its id.
    pub id: DiscountId,
    /// Whose it is.
    pub stamp: Stamp,
    terms: DiscountTerms,
    ended_on: Option<Date>,
}

impl DiscountTerms {
    fn check(&self) -> Result<(), Invalid> {
        let mut found = self.scope.violations();
        let field = match self.reduction {
            Reduction::Share(it) if it <= Percent::ZERO || it > Percent::WHOLE => {
                Some(("/percent", "must be more than 0 and at most 100"))
            }
            Reduction::Amount(it) if it.as_minor() <= 0 => {
                Some(("/amount", "must be more than nothing"))
            }
            Reduction::Fee(it) if it.is_negative() => Some(("/fee", "must not be negative")),
            Reduction::Share(_) | Reduction::Amount(_) | Reduction::Fee(_) => None,
        };
        found.extend(field.map(|(field, why)| Violation::new(field, "range", why)));
        let is_never = match self.lasting {
            Lasting::For(it) => it.count == 0,
            Lasting::Charges(it) => it == 0,
            Lasting::Once | Lasting::Always => false,
        };
        if is_never {
            found.push(Violation::new("/lasting", "range", "must be given at least once"));
        }
        if self.access == Access::Coupon && matches!(self.reduction, Reduction::Fee(_)) {
            let why = "a coupon takes something off; it does not replace a price";
            found.push(Violation::new("/fee", "conflict", why));
        }
        if self.valid_until.is_some_and(|it| it <= self.valid_from) {
            found.push(Violation::new("/valid_until", "range", "must lie after `valid_from`"));
        }
        Invalid::unless_empty(found)
    }
}

impl Discount {
    /// A new discount.
    ///
    /// # Errors
    /// With every rule that its terms break.
    pub fn new(id: DiscountId, stamp: Stamp, terms: DiscountTerms) -> Result<Self, Invalid> {
        terms.check()?;
        Ok(Self { id, stamp, terms, ended_on: None })
    }

    /// What it says.
    #[must_use]
    pub const fn terms(&self) -> &DiscountTerms {
        &self.terms
    }

    /// The first day for which it is given no longer, not even to who got it; `None` while it was not
    /// ended.
    #[must_use]
    pub const fn ended_on(&self) -> Option<Date> {
        self.ended_on
    }

    /// The discount with other terms, by which all is charged that is not charged yet.
    ///
    /// # Errors
    /// If a rule is broken, it was ended, or would be got in another way: who has a coupon for it
    /// would lose it.
    pub fn changed(self, terms: DiscountTerms) -> Result<Self, Refusal> {
        self.must_run()?;
        terms.check()?;
        if terms.access != self.terms.access {
            let why = "how a discount is got cannot be changed: end it, and make another";
            return Err(Invalid::one("/access", "immutable", why).into());
        }
        Ok(Self { terms, ..self })
    }

    /// The discount given for no day from `on` on.
    ///
    /// # Errors
    /// If it was ended before.
    pub fn ended(self, on: Date) -> Result<Self, Rejection> {
        self.must_run()?;
        Ok(Self { ended_on: Some(on), ..self })
    }

    fn must_run(&self) -> Result<(), Rejection> {
        self.ended_on.map_or(Ok(()), |on| {
            let why = format!("the discount was ended for `{on}` and the days after it");
            Err(Rejection::new(Code::CatalogStateForbids, why))
        })
    }

    /// The day on which a subscription gets it that is charged from a day on; `None` if it never
    /// does.
    #[must_use]
    pub fn got_on(&self, charged_from: Date) -> Option<Date> {
        let on = charged_from.max(self.terms.valid_from);
        self.terms.valid_until.is_none_or(|until| on < until).then_some(on)
    }

    /// Whether it was ended before a day.
    #[must_use]
    pub fn is_over(&self, on: Date) -> bool {
        self.ended_on.is_some_and(|it| it <= on)
    }
}

/// The discount that is given on a charge: the most specific of those that need no coupon, cover it
/// and are `open` to it; by priority, then by age, where that does not decide.
pub fn given<'a>(
    discounts: &'a [Discount],
    subject: &Subject<'_>,
    open: impl Fn(&Discount) -> bool,
) -> Option<&'a Discount> {
    let fits = |it: &&Discount| {
        it.terms.access == Access::Automatic && it.terms.scope.covers(subject) && open(it)
    };
    let order =
        |it: &&Discount| (it.terms.scope.rank(), it.terms.priority, std::cmp::Reverse(it.id));
    discounts.iter().filter(fits).max_by_key(order)
}

#[cfg(test)]
mod tests;
