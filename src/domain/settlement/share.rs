//! Shares: how an amount is parted among a platform, an owner and partners.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Rejection};
use crate::domain::id::{
    AccountId, CategoryId, InvoiceId, OfferId, PaymentId, SettlementId, ShareModelId, ShareRecordId,
};
use crate::domain::money::{Currency, Money};
use crate::domain::quantity::Percent;
use crate::domain::stamp::Stamp;
use crate::domain::text::Name;
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

/// For what a model is. What is said of an offer goes before what is said of a category, and that
/// before what is said of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// For all offers of its seller.
    Seller,
    /// For the offers of a category, and of those below it.
    Category(CategoryId),
    /// For one offer.
    Offer(OfferId),
}

/// Who gets which part of what is paid for some offers of a seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareModel {
    /// Its identity.
    pub id: ShareModelId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// What people call it.
    pub name: Name,
    /// For what it is.
    pub scope: Scope,
    /// The first day on which it holds: for what is invoiced from then on.
    pub valid_from: Date,
    /// The parts.
    pub shares: Shares,
}

/// The model that holds for an offer on a day: of those that are said of the narrowest thing the
/// latest. With each category that the offer lies in, or below, comes how far up it is: a category is
/// narrower than those above it.
#[must_use]
pub fn in_force<'a>(
    models: &'a [ShareModel],
    (offer, categories): (OfferId, &BTreeMap<CategoryId, usize>),
    on: Date,
) -> Option<&'a ShareModel> {
    let narrow = |it: &ShareModel| match it.scope {
        Scope::Seller => Some((0, Reverse(0))),
        Scope::Category(id) => categories.get(&id).map(|up| (1, Reverse(*up))),
        Scope::Offer(id) => (id == offer).then_some((2, Reverse(0))),
    };
    let holding = models.iter().filter(|it| it.valid_from <= on);
    let holding = holding.filter_map(|it| Some((narrow(it)?, it)));
    let found = holding.max_by_key(|(narrow, it)| (*narrow, it.valid_from, it.stamp.number));
    found.map(|it| it.1)
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

    /// What each part gets of what was paid of a charge so far, in whole minor units that sum to it:
    /// fixed parts as far as it suffices for them, the first first, and the percentages of what is
    /// left. Of a charge in another currency a fixed part is nothing. An amount that goes back is
    /// parted as it was when it came.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn so_far(&self, paid: Money) -> Result<Vec<Money>, Rejection> {
        if paid.is_negative() {
            let parts = self.so_far(paid.negated()?)?;
            return Ok(parts.into_iter().map(Money::negated).collect::<Result<_, _>>()?);
        }
        let (mut left, mut fixed) = (paid, Vec::with_capacity(self.0.len()));
        for part in &self.0 {
            let wanted = part.fixed(paid.currency()).unwrap_or(Money::zero(paid.currency()));
            let gets = if left.minus(wanted)?.is_negative() { left } else { wanted };
            left = left.minus(gets)?;
            fixed.push(gets);
        }
        let weights: Vec<_> = self.0.iter().map(Part::weight).collect();
        let rates = left.split(&weights).expect("percentages sum to 100 and not to nothing");
        let whole = |(fixed, rate): (Money, Money)| fixed.plus(rate);
        Ok(fixed.into_iter().zip(rates).map(whole).collect::<Result<_, _>>()?)
    }
}

impl Part {
    fn percent(&self) -> Percent {
        match self.portion {
            Portion::Fixed(_) => Percent::ZERO,
            Portion::Percent(percent) => percent,
        }
    }

    fn fixed(&self, currency: Currency) -> Option<Money> {
        match self.portion {
            Portion::Fixed(amount) => Some(amount).filter(|it| it.currency() == currency),
            Portion::Percent(_) => None,
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

words! {
    /// What can be done with a share record.
    Trigger {
        /// It is put on a note.
        Note = "note";
        /// It is paid out.
        Pay = "pay";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Open, T::Note) => Some(S::Noted),
        (S::Noted, T::Pay) => Some(S::Paid),
        (S::Open | S::Paid, T::Pay) | (S::Noted | S::Paid, T::Note) => None,
    }
}

/// Who got which part of what was paid, or went back, of one charge.
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
    /// How much this part is; negative where it went back.
    pub amount: Money,
    /// When it came to be.
    pub recorded_at: Instant,
    /// How far it has come.
    pub state: State,
    /// The note it is on.
    pub note: Option<SettlementId>,
}

impl ShareRecord {
    /// Whether the seller owes it to somebody else, or did until it was paid out.
    #[must_use]
    pub const fn is_owed(&self) -> bool {
        match self.role {
            Role::Owner => false,
            Role::Platform | Role::Partner => true,
        }
    }

    /// The record on a note.
    ///
    /// # Errors
    /// If it is on one already.
    pub fn noted(self, note: SettlementId) -> Result<Self, Rejection> {
        let state = self.after(Trigger::Note)?;
        Ok(Self { state, note: Some(note), ..self })
    }

    /// The record of a note that was paid out.
    ///
    /// # Errors
    /// If it is on none, or was paid out before.
    pub fn paid(self) -> Result<Self, Rejection> {
        let state = self.after(Trigger::Pay)?;
        Ok(Self { state, ..self })
    }

    fn after(&self, trigger: Trigger) -> Result<State, Rejection> {
        next(self.state, trigger).ok_or_else(|| {
            let why = format!("cannot {trigger} a share that is `{}`", self.state);
            Rejection::new(Code::SettlementStateForbids, why)
        })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::invoice::sample::{self, euros, id};
    use crate::domain::quantity::decimal;
    use crate::domain::word::matrix;

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
        let parts = shares.so_far(euros(amount)).expect(amount);
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
        // Of what does not suffice the fixed parts get what there is.
        assert_eq!(amounts(&shares, "1.99"), ["1.99", "0.00", "0.00"]);
        let dollars = shares.so_far(Money::minor(1000, Currency::USD)).expect("parts");
        let dollars: Vec<_> = dollars.iter().map(|it| it.as_minor()).collect();
        assert_eq!(dollars, [0, 700, 300], "the fixed part is one of euros");
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

    #[test]
    fn a_share_lives_as_the_table_says() {
        expect![[r#"
                  |  note |  pay
             open | noted |    -
            noted |     - | paid
             paid |     - |    -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    fn model(number: u64, scope: Scope, from: &str) -> ShareModel {
        let stamp = sample::stamp().numbered(number);
        let parts = vec![part(1, Role::Owner, "100")];
        ShareModel {
            id: id(u128::from(number)),
            stamp,
            name: "Model".parse().expect("a name"),
            scope,
            valid_from: sample::date(from),
            shares: Shares::new(parts).expect("shares"),
        }
    }

    #[test]
    fn the_narrowest_and_then_the_latest_model_holds() {
        let models = [
            model(1, Scope::Seller, "2026-01-01"),
            model(2, Scope::Seller, "2026-03-01"),
            model(3, Scope::Category(id(7)), "2026-01-01"),
            model(4, Scope::Offer(id(9)), "2026-02-01"),
            model(5, Scope::Seller, "2026-03-01"),
            model(6, Scope::Category(id(5)), "2026-02-01"),
        ];
        // Each category lies in the one after it.
        let found = |offer: u128, categories: &[u128], on: &str| {
            let categories = categories.iter().enumerate().map(|(up, it)| (id(*it), up)).collect();
            let found = in_force(&models, (id(offer), &categories), sample::date(on));
            found.map_or(0, |it| it.stamp.number)
        };
        for (offer, categories, on, expected) in [
            (8, &[] as &[u128], "2025-12-31", 0),
            (8, &[], "2026-01-01", 1),
            (8, &[], "2026-03-01", 5),
            (8, &[6, 7], "2026-03-01", 3),
            (8, &[7, 5], "2026-03-01", 3),
            (8, &[5, 7], "2026-03-01", 6),
            (8, &[5, 7], "2026-01-31", 3),
            (9, &[5, 7], "2026-02-01", 4),
            (9, &[7], "2026-01-31", 3),
            (9, &[7], "2026-02-01", 4),
        ] {
            assert_eq!(found(offer, categories, on), expected, "{offer} {categories:?} {on}");
        }
    }

    proptest! {
        #[test]
        fn fixed_parts_and_percentages_sum_to_what_was_paid(
            minor in -100_000..100_000_i64,
            fixed_part in 1..50_000_i64,
        ) {
            let portion = Portion::Fixed(Money::minor(fixed_part, Currency::EUR));
            let mut parts = vec![Part { account: id(9), role: Role::Partner, portion }];
            parts.extend(four("60.4"));
            let paid = Money::minor(minor, Currency::EUR);
            let parts = Shares::new(parts).expect("shares").so_far(paid).expect("parts");
            let first = parts[0].as_minor().abs();
            prop_assert_eq!(first, fixed_part.min(minor.abs()));
            prop_assert_eq!(Money::sum(parts, Currency::EUR), Ok(paid));
        }

        #[test]
        fn shares_lose_nothing(minor in -10_000_000..10_000_000_i64, first in 1..99_i64) {
            let parts = vec![
                part(1, Role::Owner, &first.to_string()),
                part(2, Role::Partner, &(100 - first).to_string()),
            ];
            let amount = Money::minor(minor, Currency::EUR);
            let parts = Shares::new(parts).expect("shares").so_far(amount).expect("parts");
            prop_assert_eq!(Money::sum(parts, Currency::EUR), Ok(amount));
        }
    }
}
