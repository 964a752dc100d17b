//! Deposits: money held as security, which stays the customer's.
//!
//! A deposit is charged on an invoice, but it is not earned and bears no tax. What credit notes take
//! back of its line is held no more: it goes back, or settles what else is open at the end.

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{
    AccountId, BillingAccountId, DepositId, InvoiceId, PriceId, SubscriptionId,
};
use crate::domain::money::{Money, MoneyError};
use crate::domain::stamp::Stamp;
use crate::domain::time::Date;
use crate::domain::word::words;

words! {
    /// What became of a deposit.
    State {
        /// It is held, or a part of it.
        Held = "held";
        /// It went back.
        Returned = "returned";
        /// It settled what was open at the end, wholly or in part; the rest went back.
        SetOff = "set_off";
    }
}

/// Where and for what a deposit was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Whose it is.
    pub account: AccountId,
    /// In which billing account.
    pub billing_account: BillingAccountId,
    /// For which subscription.
    pub subscription: SubscriptionId,
    /// At which price.
    pub price: Option<PriceId>,
    /// On which invoice it was charged.
    pub invoice: InvoiceId,
    /// In which of its lines.
    pub place: u32,
    /// Since when it is held.
    pub on: Date,
}

/// Money held as security.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deposit {
    /// Its identity.
    pub id: DepositId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Where and for what it was taken.
    pub taken: Taken,
    amount: Money,
    returned: Money,
    set_off: Money,
}

impl Deposit {
    /// A deposit that is held from now on.
    #[must_use]
    pub const fn held(id: DepositId, stamp: Stamp, taken: Taken, amount: Money) -> (Self, Verb) {
        let nothing = Money::zero(amount.currency());
        (Self { id, stamp, taken, amount, returned: nothing, set_off: nothing }, Verb::Created)
    }

    /// How much it was.
    #[must_use]
    pub const fn amount(&self) -> Money {
        self.amount
    }

    /// How much of it is not held any more.
    #[must_use]
    pub const fn returned(&self) -> Money {
        self.returned
    }

    /// How much of that settled something else.
    #[must_use]
    pub const fn set_off(&self) -> Money {
        self.set_off
    }

    /// How much of it is held.
    #[must_use]
    pub fn left(&self) -> Money {
        self.amount.minus(self.returned).expect("no more goes back than was taken")
    }

    /// What became of it.
    #[must_use]
    pub fn state(&self) -> State {
        match (self.left().is_zero(), self.set_off.is_zero()) {
            (false, _) => State::Held,
            (true, true) => State::Returned,
            (true, false) => State::SetOff,
        }
    }

    /// The deposit when so much of it was given back.
    ///
    /// # Errors
    /// If that is more than is held.
    pub fn given_back(self, amount: Money) -> Result<(Self, Verb), Rejection> {
        let left = self.left().minus(amount)?;
        if left.is_negative() || amount.is_negative() {
            let why = format!("`{amount}` cannot be given back of a deposit of `{}`", self.left());
            return Err(Rejection::new(Code::CreditExceeds, why));
        }
        let returned = self.returned.plus(amount)?;
        Ok((Self { returned, ..self }, Verb::Returned))
    }

    /// The deposit when so much of what was given back has settled something else.
    ///
    /// # Errors
    /// If the amounts are in different currencies.
    pub fn settling(self, amount: Money) -> Result<(Self, Verb), MoneyError> {
        let is_more = amount.minus(self.returned)?.as_minor() > 0;
        let set_off = if is_more { self.returned } else { amount };
        Ok((Self { set_off, ..self }, Verb::Changed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros, id, stamp};

    fn deposit() -> Deposit {
        let taken = Taken {
            account: id(1),
            billing_account: id(2),
            subscription: id(3),
            price: None,
            invoice: id(4),
            place: 0,
            on: date("2026-01-01"),
        };
        Deposit::held(id(5), stamp(), taken, euros("100")).0
    }

    #[test]
    fn it_is_held_until_all_of_it_went_back() {
        let part = deposit().given_back(euros("40")).expect("given back").0;
        assert_eq!((part.left(), part.state()), (euros("60"), State::Held));
        let all = part.clone().given_back(euros("60")).expect("given back").0;
        assert_eq!((all.left(), all.state()), (euros("0"), State::Returned));
        let settling = all.settling(euros("25")).expect("set off").0;
        assert_eq!((settling.set_off(), settling.state()), (euros("25"), State::SetOff));
        for much in ["60.01", "-1"] {
            let refused = part.clone().given_back(euros(much)).map_err(|it| it.code);
            assert_eq!(refused.map(|it| it.0), Err(Code::CreditExceeds), "{much}");
        }
    }

    #[test]
    fn no_more_is_set_off_than_went_back() {
        let all = deposit().given_back(euros("100")).expect("given back").0;
        assert_eq!(all.settling(euros("250")).expect("set off").0.set_off(), euros("100"));
    }
}
