//! Changes of a subscription: what of it is bought differently, at once or on a later day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::term::RunningTerm;
use super::{Subscription, TrialRun};
use crate::domain::catalog::bundle::Bundled;
use crate::domain::catalog::characteristic::Choices;
use crate::domain::catalog::term::Renewal;
use crate::domain::error::{Code as Reason, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{BillingAccountId, OfferId, OrderId, PriceId, ResourceId, SpecificationId};
use crate::domain::order::item::Wish;
use crate::domain::quantity::Quantity;
use crate::domain::text::{Code, Name, Prose};
use crate::domain::time::{Date, Instant};
use crate::domain::word::words;

/// How much of a resource a subscription has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlement {
    /// How much is in the offer's own price.
    pub included: Quantity,
    /// How much was bought on top of it.
    pub additional: Quantity,
}

impl Entitlement {
    /// An amount in all, of which so much is included.
    #[must_use]
    pub fn of(amount: Quantity, included: Quantity) -> Self {
        Self { included, additional: amount.above(included) }
    }

    /// How much it is in all.
    #[must_use]
    pub fn amount(self) -> Quantity {
        self.included.plus(self.additional).unwrap_or(self.included)
    }
}

/// How much of each resource a subscription has.
pub type Entitlements = BTreeMap<ResourceId, Entitlement>;

/// A price that a subscription is charged at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenPrice {
    /// The day whose version of the price holds for good; the current one if nothing is said.
    pub frozen_on: Option<Date>,
    /// The first day for which it is not charged any more; it goes on if nothing is said.
    pub until_on: Option<Date>,
    /// When it was taken first; with the subscription if nothing is said.
    pub taken: Option<Taken>,
}

/// When a price was taken by who had a subscription already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The day on which it was.
    pub on: Date,
    /// The first day that is charged at it: later, where what it takes the place of stays paid.
    pub charged_from: Date,
}

impl TakenPrice {
    /// The same taken on a day by who may have had it `before`: whatever it comes with at first comes
    /// once.
    #[must_use]
    pub const fn taken_on(self, taken: Taken, before: Option<&Self>) -> Self {
        let taken = match before {
            Some(it) => it.taken,
            None => Some(taken),
        };
        Self { taken, ..self }
    }
}

/// The prices that a subscription is charged at.
pub type TakenPrices = BTreeMap<PriceId, TakenPrice>;

/// What a subscription is to, and at which prices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deal {
    /// The offer.
    pub offer: OfferId,
    /// The version of the offer that was bought.
    pub offer_version: u32,
    /// What is delivered; nothing of its own if the offer is a bundle.
    pub specification: Option<SpecificationId>,
    /// The way to pay that was picked.
    pub plan: Option<Code>,
    /// What it is charged at.
    pub prices: TakenPrices,
    /// How many units.
    pub quantity: u32,
    /// How much of each resource.
    pub resources: Entitlements,
    /// What was chosen.
    pub characteristics: Choices,
    /// What it costs less as a part of a bundle.
    pub bundled: Option<Bundled>,
}

/// One way in which a subscription is to be different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Another number of units.
    Quantity(u32),
    /// Other amounts of these resources.
    Resources(Entitlements),
    /// Other choices for these characteristics.
    Characteristics(Choices),
    /// Other prices for the same.
    Prices(TakenPrices),
    /// Another billing account.
    BillingAccount(BillingAccountId),
    /// Another way of renewing.
    Renewal(Renewal),
    /// Another end of the term.
    TermEnd(Date),
    /// Another name.
    Name(Option<Name>),
}

words! {
    /// Whether a change is bought.
    Commerce {
        /// It is, and needs a subscription that runs.
        Bought = "bought";
        /// It is not; any living subscription will do.
        Free = "free";
    }
}

impl Change {
    /// Whether it is bought.
    #[must_use]
    pub const fn commerce(&self) -> Commerce {
        match self {
            Self::Quantity(_) | Self::Resources(_) | Self::Characteristics(_) | Self::Prices(_) => {
                Commerce::Bought
            }
            Self::BillingAccount(_) | Self::Renewal(_) | Self::TermEnd(_) | Self::Name(_) => {
                Commerce::Free
            }
        }
    }
}

words! {
    /// Where money goes that is paid back.
    RefundTo {
        /// To the account's balance, as a credit.
        Balance = "balance";
        /// Back to where it came from, as far as it came in; the rest as a credit.
        Method = "method";
        /// Nowhere: nothing is paid back.
        Nowhere = "nowhere";
        /// Back to where it came from, and all that was paid but for what was used, not only what is left of it:
        /// it is given back.
        Return = "return";
    }
}

/// Why and how a subscription is called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// Why, as a stable word.
    pub reason: Option<Code>,
    /// Why, for people.
    pub comment: Option<Prose>,
    /// Where money goes that is paid back.
    pub refund_to: RefundTo,
}

impl Cancellation {
    /// Because it was not paid: what goes back is the customer's credit.
    ///
    /// # Panics
    /// Never: the reason is a word.
    #[must_use]
    pub fn overdue() -> Self {
        let reason = "ACCOUNT_OVERDUE".parse().expect("it is a word");
        Self { reason: Some(reason), comment: None, refund_to: RefundTo::Balance }
    }
}

words! {
    /// When a cancellation takes effect.
    CancelAt {
        /// At once.
        Now = "now";
        /// When what is paid for is over: the trial, what is charged in advance, or else the
        /// billing period.
        PeriodEnd = "period_end";
        /// When the term is over.
        TermEnd = "term_end";
    }
}

words! {
    /// When a switch to another offer, plan or term takes effect.
    SwitchAt {
        /// At once: what is not used of the old is given back.
        Now = "now";
        /// When what is paid for is over.
        PeriodEnd = "period_end";
    }
}

/// What is to happen on a later day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plan {
    /// It is changed.
    Change(Change),
    /// It is called off.
    Cancel(Cancellation),
    /// It is switched to another offer, plan or term, as far as that can still be had then.
    Switch(Box<Wish>),
}

/// Something that was agreed on for a later day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The day, in the time zone of the billing account.
    pub on: Date,
    /// What happens then.
    pub plan: Plan,
    /// The order that it comes from, and its item.
    pub cause: Option<(OrderId, Code)>,
    /// When it was agreed on.
    pub agreed_at: Instant,
}

impl Subscription {
    /// The subscription as what is left of a bundle that is not whole any more from a day on; nothing if it cost
    /// nothing less in it, or goes on to.
    #[must_use]
    pub fn left_of_its_bundle(self, on: Date) -> Option<(Self, Verb)> {
        let had = self.deal.bundled.clone()?;
        let bundled = had.clone().broken(on);
        (bundled != had).then(|| {
            let deal = Deal { bundled: Some(bundled), ..self.deal.clone() };
            (Self { deal, ..self }, Verb::Changed)
        })
    }

    /// The subscription changed. `seats` counts the units that users have.
    ///
    /// # Errors
    /// If its state does not allow the change, or if it takes units away that users have.
    pub fn changed(self, change: Change, seats: u32) -> Result<(Self, Verb), Rejection> {
        self.must_be_open_to(change.commerce())?;
        self.must_not_be_over(&change)?;
        let had = self.quantity();
        let changed = self.with(change)?;
        changed.must_seat(had, seats)?;
        Ok((changed, Verb::Changed))
    }

    /// Refuses a change that its state does not allow.
    pub(super) fn must_be_open_to(&self, commerce: Commerce) -> Result<(), Rejection> {
        let allowed = match commerce {
            Commerce::Bought => self.state.is_running(),
            Commerce::Free => self.state.is_living(),
        };
        if allowed {
            return Ok(());
        }
        let why = format!("a subscription that is `{}` cannot be changed so", self.state);
        Err(Rejection::new(Reason::SubscriptionStateForbids, why))
    }

    /// Refuses to say how a term ends that is over: nothing is served for the days after it unless it is
    /// renewed, so that nothing is to be charged for them.
    fn must_not_be_over(&self, change: &Change) -> Result<(), Rejection> {
        let is_of_term = match change {
            Change::Renewal(_) | Change::TermEnd(_) => self.state.is_past_term(),
            Change::Quantity(_)
            | Change::Resources(_)
            | Change::Characteristics(_)
            | Change::Prices(_)
            | Change::BillingAccount(_)
            | Change::Name(_) => false,
        };
        let end_on = self.term.as_ref().and_then(RunningTerm::end_on).filter(|_| is_of_term);
        match end_on {
            Some(on) => {
                let why = format!("its term ended on `{on}`; renew it instead");
                Err(Rejection::new(Reason::SubscriptionStateForbids, why))
            }
            None => Ok(()),
        }
    }

    /// Refuses to take units away that users have, of as many as there were.
    pub(super) fn must_seat(&self, had: u32, seats: u32) -> Result<(), Rejection> {
        if self.quantity() >= had.min(seats.max(1)) {
            return Ok(());
        }
        let why = format!("users have `{seats}` units of it; release some first");
        Err(Rejection::new(Reason::SeatForbids, why))
    }

    fn with(mut self, change: Change) -> Result<Self, Rejection> {
        match change {
            Change::Quantity(quantity) => self.deal.quantity = quantity,
            Change::Resources(resources) => self.deal.resources.extend(resources),
            Change::Characteristics(choices) => self.deal.characteristics.extend(choices),
            Change::Prices(prices) => self.deal.prices = prices,
            Change::BillingAccount(billing_account) => self.billing_account = billing_account,
            Change::Name(name) => self.name = name,
            Change::Renewal(renewal) => self.term = self.term.map(|it| it.renewing(renewal)),
            Change::TermEnd(on) => {
                let ending = self.ending(on)?;
                if self.is_trial_alone() {
                    self.trial = TrialRun::Until(on);
                }
                self.term = Some(ending);
            }
        }
        Ok(self)
    }

    fn ending(&self, on: Date) -> Result<RunningTerm, Rejection> {
        let ending = self.term.clone().and_then(|it| it.ending(on));
        ending.ok_or_else(|| {
            let why = format!("a term cannot end on `{on}`, before it has begun");
            Rejection::new(Reason::SubscriptionStateForbids, why)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entitlement_is_what_is_included_and_what_is_on_top() {
        for (amount, included, additional) in [(5, 1, 4), (1, 1, 0), (0, 1, 0)] {
            let it = Entitlement::of(Quantity::whole(amount), Quantity::whole(included));
            assert_eq!(it.additional, Quantity::whole(additional));
            assert_eq!(it.amount(), Quantity::whole(amount.max(included)));
        }
    }

    #[test]
    fn what_costs_nothing_is_not_bought() {
        assert_eq!(Change::Quantity(2).commerce(), Commerce::Bought);
        assert_eq!(Change::Name(None).commerce(), Commerce::Free);
    }
}
