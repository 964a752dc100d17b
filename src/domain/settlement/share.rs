//! Shares: how an amount is parted among a platform, an owner and partners.

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Rejection};
use crate::domain::id::{
    AccountId, InvoiceId, PaymentId, SettlementId, ShareModelId, ShareRecordId,
};
use crate::domain::money::{Currency, Money};
use crate::domain::quantity::Percent;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name};
use crate::domain::time::{Date, Instant};
use crate::domain::word::words;

/// How many parts a model may have.
pub const PARTS_MAX: usize = 50;

words! {
    /// In which role somebody gets a part.
    Role {
        /// Whoever runs the installation.
        Platform = "platform";
        /// Whoever sells.
        Owner = "owner";
        /// Whoever contributed.
        Partner = "partner";
    }
}

/// Who gets which part of what is paid for a class of products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareModel {
    /// Its identity.
    pub id: ShareModelId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// What people call it.
    pub name: Name,
    /// The class of products it is for: offers name it.
    pub product_class: text::Code,
    /// The first day on which it holds.
    pub valid_from: Date,
    /// The parts.
    pub shares: Shares,
}

/// One part of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Who gets it.
    pub account: AccountId,
    /// In which role.
    pub role: Role,
    /// How much.
    pub portion: Portion,
}

/// How much somebody gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Portion {
    /// A fixed amount of each charge, taken off first.
    Fixed(Money),
    /// So many hundredths of what is left then.
    Percent(Percent),
}

/// The parts of a model.
///
/// Invariant: the percentages sum to 100, nobody has two, no fixed part is negative, and only the
/// platform may get nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares(Vec<Part>);

impl Shares {
    /// The parts as they are.
    ///
    /// # Errors
    /// If they break the invariant.
    pub fn new(parts: Vec<Part>) -> Result<Self, Rejection> {
        let refused = |why: String| Err(Rejection::new(Code::ShareExceeds, why));
        if parts.len() > PARTS_MAX {
            return refused(format!("a model has at most {PARTS_MAX} parts"));
        }
        let mut sum = rust_decimal::Decimal::ZERO;
        for (place, part) in parts.iter().enumerate() {
            if parts[..place].iter().any(|it| it.account == part.account) {
                return refused(format!("`{}` has more than one part", part.account));
            }
            if !part.is_fair() {
                return refused(format!(
                    "`{}` must get more than nothing, at most 100 %, with at most 6 decimal places",
                    part.account
                ));
            }
            sum += part.percent().decimal();
        }
        if sum != Percent::WHOLE.decimal() {
            return refused(format!(
                "the percentages sum to `{}` and must sum to 100",
                sum.normalize()
            ));
        }
        Ok(Self(parts))
    }

    /// The parts.
    #[must_use]
    pub fn as_slice(&self) -> &[Part] {
        &self.0
    }

    /// What each part gets of an amount, in whole minor units that sum to it. An amount that goes
    /// back is parted as it was when it came.
    ///
    /// # Errors
    /// If the fixed parts exceed the amount or are in another currency.
    pub fn split(&self, amount: Money) -> Result<Vec<Money>, Rejection> {
        if amount.is_negative() {
            let parts = self.split(amount.negated()?)?;
            return Ok(parts.into_iter().map(Money::negated).collect::<Result<_, _>>()?);
        }
        let mut left = amount;
        for part in &self.0 {
            left = left.minus(part.fixed(amount.currency()))?;
        }
        if left.is_negative() {
            let why = format!("the fixed parts exceed the amount of `{amount}`");
            return Err(Rejection::new(Code::ShareExceeds, why));
        }
        let weights: Vec<_> = self.0.iter().map(Part::weight).collect();
        let rates = left.split(&weights).expect("percentages sum to 100 and not to nothing");
        let whole = |(part, rate): (&Part, Money)| part.fixed(amount.currency()).plus(rate);
        Ok(self.0.iter().zip(rates).map(whole).collect::<Result<_, _>>()?)
    }
}

impl Part {
    fn percent(&self) -> Percent {
        match self.portion {
            Portion::Fixed(_) => Percent::ZERO,
            Portion::Percent(percent) => percent,
        }
    }

    fn fixed(&self, currency: Currency) -> Money {
        match self.portion {
            Portion::Fixed(amount) => amount,
            Portion::Percent(_) => Money::zero(currency),
        }
    }

    /// The percentage in millionths of a hundredth: whole, because it has at most 6 places.
    fn weight(&self) -> u64 {
        let millionths = self.percent().decimal() * rust_decimal::Decimal::from(1_000_000);
        u64::try_from(millionths).expect("a percentage is 0 to 100")
    }

    fn is_fair(&self) -> bool {
        match self.portion {
            Portion::Fixed(amount) => amount.as_minor() > 0,
            Portion::Percent(percent) => {
                let least =
                    percent >= Percent::ZERO && (self.role == Role::Platform || !percent.is_zero());
                least && percent <= Percent::WHOLE && percent.decimal().normalize().scale() <= 6
            }
        }
    }
}

words! {
    /// How far a share record has come.
    State {
        /// It waits for a note.
        Open = "open";
        /// It is on a note.
        Noted = "noted";
        /// It was paid out.
        Paid = "paid";
    }
}

/// Who got which part of one paid charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareRecord {
    /// Its identity.
    pub id: ShareRecordId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Who gets it.
    pub account: AccountId,
    /// In which role.
    pub role: Role,
    /// By which model.
    pub model: ShareModelId,
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// The place of the line on it.
    pub line: u32,
    /// With which payment it was paid.
    pub payment: Option<PaymentId>,
    /// How much of the charge was paid.
    pub charged: Money,
    /// How much of that is this part; negative where it went back.
    pub amount: Money,
    /// When it came to be.
    pub recorded_at: Instant,
    /// How far it has come.
    pub state: State,
    /// The note it is on.
    pub note: Option<SettlementId>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::invoice::sample::{euros, id};
    use crate::domain::quantity::decimal;

    fn part(number: u128, role: Role, percent: &str) -> Part {
        let percent = Percent::new(decimal(percent).expect(percent));
        Part { account: id(number), role, portion: Portion::Percent(percent) }
    }

    fn fixed(number: u128, amount: &str) -> Part {
        let portion = Portion::Fixed(euros(amount));
        Part { account: id(number), role: Role::Partner, portion }
    }

    fn four(owner: &str) -> Vec<Part> {
        vec![
            part(1, Role::Platform, "25.5"),
            part(2, Role::Owner, owner),
            part(3, Role::Partner, "5.1"),
            part(4, Role::Partner, "9"),
        ]
    }

    fn amounts(shares: &Shares, amount: &str) -> Vec<String> {
        let parts = shares.split(euros(amount)).expect(amount);
        parts.iter().map(|it| it.decimal().to_string()).collect()
    }

    #[test]
    fn parts_are_whole_cents_that_sum_to_the_amount() {
        let shares = Shares::new(four("60.4")).expect("shares");
        assert_eq!(amounts(&shares, "1500.70"), ["382.68", "906.42", "76.54", "135.06"]);
        assert_eq!(amounts(&shares, "-1500.70"), ["-382.68", "-906.42", "-76.54", "-135.06"]);
        assert_eq!(amounts(&shares, "0.01"), ["0.00", "0.01", "0.00", "0.00"]);
    }

    #[test]
    fn fixed_parts_are_taken_off_first() {
        let parts = vec![fixed(1, "2"), part(2, Role::Owner, "70"), part(3, Role::Partner, "30")];
        let shares = Shares::new(parts).expect("shares");
        assert_eq!(amounts(&shares, "12"), ["2.00", "7.00", "3.00"]);
        assert_eq!(amounts(&shares, "-12"), ["-2.00", "-7.00", "-3.00"]);
        let refused = shares.split(euros("1.99")).map_err(|it| it.code);
        assert_eq!(refused, Err(Code::ShareExceeds));
        let dollars = shares.split(Money::minor(1200, Currency::USD)).map_err(|it| it.code);
        assert_eq!(dollars, Err(Code::CurrenciesDiffer));
    }

    #[test]
    fn parts_that_are_not_the_whole_are_refused() {
        let refused = Shares::new(four("70.4")).expect_err("refused");
        assert_eq!(refused.detail, "the percentages sum to `110` and must sum to 100");
        let table = [
            vec![],
            vec![part(1, Role::Owner, "99.999999")],
            vec![part(1, Role::Owner, "50"), part(1, Role::Partner, "50")],
            vec![part(1, Role::Owner, "100"), part(2, Role::Partner, "0")],
            vec![part(1, Role::Owner, "101"), part(2, Role::Partner, "-1")],
            vec![part(1, Role::Owner, "99.9999999"), part(2, Role::Partner, "0.0000001")],
            vec![part(1, Role::Owner, "100"), fixed(2, "0")],
        ];
        for parts in table {
            let refused = Shares::new(parts.clone()).map_err(|it| it.code);
            assert_eq!(refused, Err(Code::ShareExceeds), "{parts:?}");
        }
        let parts = vec![part(1, Role::Platform, "0"), part(2, Role::Owner, "100")];
        assert!(Shares::new(parts).is_ok());
    }

    proptest! {
        #[test]
        fn shares_lose_nothing(minor in -10_000_000..10_000_000_i64, first in 1..99_i64) {
            let parts = vec![
                part(1, Role::Owner, &first.to_string()),
                part(2, Role::Partner, &(100 - first).to_string()),
            ];
            let amount = Money::minor(minor, Currency::EUR);
            let parts = Shares::new(parts).expect("shares").split(amount).expect("parts");
            prop_assert_eq!(Money::sum(parts, Currency::EUR), Ok(amount));
        }
    }
}
