//! Explanations: how the amount of a line came about, kept with the line.
//!
//! An explanation is data: it can be computed again and must give the line's amount, and it can be
//! shown to people. It copies in every figure, so it stays true when prices change.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use super::altered::Altered;
pub use super::undivided::Undivided;
use crate::domain::billing::coupon::CouponShare;
use crate::domain::billing::discount::Lowering;
use crate::domain::billing::proration::Share;
use crate::domain::billing::rating::{self, Part, Rated, Rule};
use crate::domain::catalog::price::Figure;
use crate::domain::catalog::price::condition::Condition;
use crate::domain::id::MeterId;
use crate::domain::money::{Amount, Currency, Money, MoneyError, Rounding};
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::time::Date;

/// How the amount of a line came about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// By which rule.
    pub rule: Rule,
    /// The first day of the price version that was used; `None` where there was no price.
    pub version_from: Option<Date>,
    /// How many units were counted.
    pub counted: Quantity,
    /// How many of them the base price includes.
    pub included: Quantity,
    /// What they are the sum of, where a meter counted them.
    pub usage: Option<UsageSource>,
    /// The tiers entered, or the one part there is.
    pub parts: Vec<Part>,
    /// What was done to their sum, in this order.
    pub steps: Vec<Step>,
    /// How the result was rounded.
    pub rounding: Rounding,
    /// What all figures are in.
    pub currency: Currency,
}

/// Which usage a quantity sums. The service period of the line says of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageSource {
    /// The meter that counted.
    pub meter: MeterId,
    /// How many records it is made of.
    pub records: u64,
}

/// One thing done to the sum of the parts. The order is the store's: append only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// Only some days, or seconds, of the period are charged.
    Prorated(Share),
    /// It is given back.
    Reversed,
    /// So much of it was charged before.
    Less(Figure),
    /// A discount or fee of the price itself.
    Altered(Altered),
    /// It takes the place of another price in mid period, of which so much was given back by credit
    /// notes; that changes nothing of the amount.
    InPlaceOf(Figure),
    /// A discount lowered it.
    Lowered(Lowering),
    /// A coupon took its share off.
    Coupon(CouponShare),
    /// An amount was committed to: less is filled up, and what goes beyond costs a multiple.
    Committed(Committed),
    /// So much of a minimum is charged besides.
    Covered(Figure),
    /// What goes back is less by so much, which coupons or credit notes had taken off: nobody paid that.
    NeverPaid(Figure),
    /// Only some days of the period are charged of all but the fees of tiers.
    Undivided(Undivided),
    /// It is booked as a whole, before something is taken off.
    Booked(Rounding),
    /// So much of it is paid from what was paid in before, and stands on a line of its own.
    Prepaid(Figure),
    /// Of it, this is what is paid from what was paid in before.
    OfPrepaid(Figure),
    /// The price is meant for what was chosen of a characteristic; that changes nothing of the amount.
    ChosenFor(Condition),
}

/// What was committed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Committed {
    /// How much, for a whole period.
    pub amount: Figure,
    /// Which part of the whole period is charged.
    pub share: Share,
    /// By what is multiplied what goes beyond.
    pub factor: Quantity,
}

impl Committed {
    fn charged(&self, used: Amount) -> Result<Amount, MoneyError> {
        let whole = Amount::new(self.amount.decimal(), used.currency());
        let committed = self.share.part_of(whole)?.value();
        let beyond = (used.value() - committed).max(Decimal::ZERO);
        let beyond = beyond.checked_mul(self.factor.decimal());
        let charged = beyond.and_then(|it| it.checked_add(committed));
        Ok(Amount::new(charged.ok_or(MoneyError::TooLarge)?, used.currency()))
    }
}

impl Step {
    fn apply(&self, amount: Amount) -> Result<Amount, MoneyError> {
        match self {
            Self::Prorated(share) => share.part_of(amount),
            Self::Reversed => Ok(Amount::new(-amount.value(), amount.currency())),
            Self::Less(before) => amount.plus(Amount::new(-before.decimal(), amount.currency())),
            Self::Altered(it) => amount.plus(it.change(amount)?),
            Self::InPlaceOf(_) | Self::ChosenFor(_) => Ok(amount),
            Self::Lowered(lowering) => lowering.left_of(amount),
            Self::Coupon(share) => share.left_of(amount),
            Self::Committed(it) => it.charged(amount),
            Self::Covered(charged) => {
                let left = amount.value() - charged.decimal();
                Ok(Amount::new(left.max(Decimal::ZERO), amount.currency()))
            }
            Self::NeverPaid(off) => amount.plus(Amount::new(off.decimal(), amount.currency())),
            Self::Undivided(it) => it.charged(amount),
            Self::Booked(rounding) => Ok(amount.book(*rounding)?.amount()),
            Self::Prepaid(off) => amount.plus(Amount::new(-off.decimal(), amount.currency())),
            Self::OfPrepaid(it) => Ok(Amount::new(it.decimal(), amount.currency())),
        }
    }
}

impl Explanation {
    /// What a price version made of a quantity, before anything else is done to it.
    #[must_use]
    pub fn of(rated: Rated, counted: Quantity, rounding: Rounding) -> Self {
        Self {
            rule: rated.rule,
            version_from: None,
            counted,
            included: Quantity::ZERO,
            usage: None,
            parts: rated.parts,
            steps: Vec::new(),
            rounding,
            currency: rated.amount.currency(),
        }
    }

    /// An amount that somebody stated.
    #[must_use]
    pub fn stated(amount: Money, rounding: Rounding) -> Self {
        let part = Part::fee(Figure::new(amount.decimal()));
        Self {
            rule: Rule::Stated,
            version_from: None,
            counted: Quantity::ONE,
            included: Quantity::ZERO,
            usage: None,
            parts: vec![part],
            steps: Vec::new(),
            rounding,
            currency: amount.currency(),
        }
    }

    /// What is missing to a minimum: of what is charged `for` a part of the period so much is charged
    /// besides.
    #[must_use]
    pub fn missing(
        (minimum, share): (Figure, Share),
        covered: Figure,
        (rounding, currency): (Rounding, Currency),
    ) -> Self {
        let mut steps = Vec::with_capacity(2);
        if !share.is_whole() {
            steps.push(Step::Prorated(share));
        }
        steps.push(Step::Covered(covered));
        Self {
            rule: Rule::Minimum,
            version_from: None,
            counted: Quantity::ONE,
            included: Quantity::ZERO,
            usage: None,
            parts: vec![Part::fee(minimum)],
            steps,
            rounding,
            currency,
        }
    }

    /// What units come to before any alteration and discount.
    ///
    /// # Errors
    /// If it is too large.
    pub fn at_price(&self) -> Result<Amount, MoneyError> {
        let sum = rating::sum(&self.parts, self.currency)?;
        let steps = self.steps.iter().filter(|it| matches!(it, Step::Committed(_)));
        steps.into_iter().try_fold(sum, |amount, step| step.apply(amount))
    }

    /// The amount before it was rounded.
    ///
    /// # Errors
    /// If it is too large.
    pub fn unrounded(&self) -> Result<Amount, MoneyError> {
        let sum = rating::sum(&self.parts, self.currency)?;
        self.steps.iter().try_fold(sum, |amount, step| step.apply(amount))
    }

    /// What of an amount that was charged so is for days: all but what comes once. What a coupon took
    /// off, or was paid in before, is spread over both.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn by_days(&self, charged: Money) -> Result<Amount, MoneyError> {
        let (mut amount, mut once) = (rating::sum(&self.parts, self.currency)?, Decimal::ZERO);
        let is_spread =
            |it: &Step| matches!(it, Step::Coupon(_) | Step::Prepaid(_) | Step::OfPrepaid(_));
        for step in self.steps.iter().take_while(|it| !is_spread(it)) {
            let after = step.apply(amount)?;
            if matches!(step, Step::Altered(it) if it.is_once) {
                once += after.value() - amount.value();
            }
            if let Step::Undivided(it) = step {
                once += it.fees.decimal();
            }
            amount = after;
        }
        match once.is_zero() || amount.value().is_zero() {
            true => Ok(charged.amount()),
            false => charged.amount().part(amount.value() - once, amount.value()),
        }
    }

    /// The discounts and fees of the price that applied, each with what it changed before any
    /// rounding.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn altered(&self) -> Result<Vec<(&Altered, Decimal)>, MoneyError> {
        let (mut amount, mut found) = (rating::sum(&self.parts, self.currency)?, Vec::new());
        for step in &self.steps {
            let after = step.apply(amount)?;
            if let Step::Altered(it) = step {
                found.push((it, (after.value() - amount.value()).normalize()));
            }
            amount = after;
        }
        Ok(found)
    }
}

/// Computes the amount of a line again from its explanation.
///
/// # Errors
/// If it is too large.
pub fn recompute(explanation: &Explanation) -> Result<Money, MoneyError> {
    explanation.unrounded()?.book(explanation.rounding)
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_basis(f)?;
        for part in &self.parts {
            self.write_part(f, part)?;
        }
        let mut altered = self.altered().unwrap_or_default().into_iter();
        for step in &self.steps {
            match step {
                Step::Prorated(share) => writeln!(f, "for {share}")?,
                Step::Reversed => writeln!(f, "given back")?,
                Step::Less(before) => writeln!(f, "less {before}, which was charged before")?,
                Step::Altered(it) => writeln!(f, "{it}{}", Change(altered.next().map(|it| it.1)))?,
                Step::InPlaceOf(given_back) => {
                    writeln!(f, "in place of another price, of which {given_back} was given back")?;
                }
                Step::Lowered(lowering) => writeln!(f, "{lowering}")?,
                Step::Coupon(share) => writeln!(f, "{share}")?,
                Step::Committed(it) => writeln!(f, "{it}")?,
                Step::Covered(charged) => writeln!(f, "of which {charged} is charged besides")?,
                Step::NeverPaid(off) => {
                    writeln!(f, "without {off}, which coupons or credit notes had taken off")?;
                }
                Step::Undivided(it) => writeln!(f, "{it}")?,
                Step::Booked(_) => writeln!(f, "rounded as it is booked")?,
                Step::Prepaid(off) if off.decimal().is_sign_negative() => {
                    let off = Figure::new(-off.decimal());
                    writeln!(f, "without {off}, which the balance gets on a line of its own")?;
                }
                Step::Prepaid(off) => {
                    writeln!(f, "without {off}, which the balance pays on a line of its own")?;
                }
                Step::OfPrepaid(it) if it.decimal().is_sign_negative() => {
                    writeln!(f, "of which the balance gets {}", Figure::new(-it.decimal()))?;
                }
                Step::OfPrepaid(it) => writeln!(f, "of which the balance pays {it}")?,
                Step::ChosenFor(it) => writeln!(f, "as chosen: {it}")?,
            }
        }
        self.write_result(f)
    }
}

impl fmt::Display for Committed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} committed to", self.amount)?;
        if !self.share.is_whole() {
            write!(f, " for {}", self.share)?;
        }
        write!(f, ", what goes beyond × {}", self.factor)
    }
}

/// What an alteration changed, as the end of its row.
struct Change(Option<Decimal>);

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(it) if it.is_sign_negative() => write!(f, ", {it}"),
            Some(it) => write!(f, ", +{it}"),
            None => Ok(()),
        }
    }
}

impl Explanation {
    fn write_basis(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule {
            Rule::Flat => write!(f, "flat price")?,
            Rule::PerUnit => write!(f, "price per unit")?,
            Rule::Graduated => write!(f, "each unit at the price of its tier")?,
            Rule::Volume => write!(f, "all units at the price of the tier reached")?,
            Rule::Package(size) => write!(f, "price per started package of {size}")?,
            Rule::Stairstep => write!(f, "fee of the tier reached")?,
            Rule::Stated => write!(f, "amount as stated")?,
            Rule::Percentage => write!(f, "percentage of each amount")?,
            Rule::GraduatedPercentage => {
                write!(f, "each part of the amount at the percentage of its tier")?;
            }
            Rule::PerDimension => write!(f, "each value at its own price")?,
            Rule::Minimum => write!(f, "minimum of the period")?,
        }
        if let Some(from) = self.version_from {
            write!(f, ", as of {from}")?;
        }
        writeln!(f)?;
        if !matches!(self.rule, Rule::Flat | Rule::Stated | Rule::Minimum) {
            write!(f, "{} counted", self.counted)?;
            if let Some(usage) = self.usage {
                write!(f, " in {} records", usage.records)?;
            }
            if !self.included.is_zero() {
                write!(f, ", of which {} included", self.counted.min(self.included))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    fn write_part(&self, f: &mut fmt::Formatter<'_>, part: &Part) -> fmt::Result {
        if self.rule == Rule::PerDimension {
            write!(f, "{}: ", part.value.as_ref().map_or("other", |it| it.as_str()))?;
        }
        let is_tiered = self.tiers_of(part) > 1;
        match self.rule {
            Rule::Graduated | Rule::Volume | Rule::Stairstep | Rule::GraduatedPercentage => {
                write!(f, "tier {}: ", u16::from(part.tier) + 1)?;
            }
            Rule::PerDimension if is_tiered => write!(f, "tier {}: ", u16::from(part.tier) + 1)?,
            Rule::Flat
            | Rule::PerUnit
            | Rule::Package(_)
            | Rule::Stated
            | Rule::Percentage
            | Rule::PerDimension
            | Rule::Minimum => {}
        }
        let price = self.price_of(part);
        match (part.units.is_zero(), part.fee.is_zero()) {
            (true, _) => write!(f, "{}", part.fee)?,
            (false, true) => write!(f, "{} × {price}", part.units)?,
            (false, false) => write!(f, "{} × {price} + {}", part.units, part.fee)?,
        }
        match (part.amount(), part.units.is_zero()) {
            (Ok(amount), false) => writeln!(f, " = {}", amount.normalize()),
            (Ok(_) | Err(_), _) => writeln!(f),
        }
    }

    /// In how many tiers the units of the value of a part are.
    fn tiers_of(&self, part: &Part) -> usize {
        self.parts.iter().filter(|it| it.value == part.value).count()
    }

    /// The price of a unit of a part, as a percentage where it is one.
    fn price_of(&self, part: &Part) -> String {
        match self.percent_of(part) {
            Some(percent) => percent.to_string(),
            None => part.unit_price.to_string(),
        }
    }

    /// Of a part that is a share of an amount: how much of it.
    #[must_use]
    pub fn percent_of(&self, part: &Part) -> Option<Percent> {
        let is_share = match self.rule {
            Rule::GraduatedPercentage => true,
            Rule::Percentage => part.tier == 0,
            Rule::Flat
            | Rule::PerUnit
            | Rule::Graduated
            | Rule::Volume
            | Rule::Package(_)
            | Rule::Stairstep
            | Rule::Stated
            | Rule::PerDimension
            | Rule::Minimum => false,
        };
        let percent = part.unit_price.decimal().checked_mul(Decimal::ONE_HUNDRED);
        percent.filter(|_| is_share).map(Percent::new)
    }

    fn write_result(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Ok(exact), Ok(booked)) = (self.unrounded(), recompute(self)) else {
            return write!(f, "beyond what can be booked");
        };
        if exact.value() == booked.decimal() {
            return write!(f, "= {booked}");
        }
        let rounding = match self.rounding {
            Rounding::HalfUp => "half up",
            Rounding::HalfEven => "half to even",
        };
        write!(f, "= {}, rounded {rounding} to {booked}", exact.value().normalize())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::rating::rows;
    use crate::domain::catalog::price::alteration::{By, Effect};

    fn explained(price: &str, quantity: &str, steps: Vec<Step>) -> Explanation {
        let quantity = quantity.parse().expect(quantity);
        let explanation = Explanation::of(rows::rated(price, quantity), quantity, Rounding::HalfUp);
        let included = rows::price(price).included;
        Explanation { included, steps, version_from: Date::new(2026, 1, 1), ..explanation }
    }

    fn check(explanation: &Explanation, expected: Expect) {
        expected.assert_eq(&explanation.to_string());
    }

    #[test]
    fn people_can_follow_an_explanation_line_by_line() {
        let days = |used, of| vec![Step::Prorated(Share::new(used, of).expect("a share"))];
        check(
            &explained("graduated 10: 1.5 + 2, 20: 1.2, *: 1", "22", vec![]),
            expect![[r#"
            each unit at the price of its tier, as of 2026-01-01
            22 counted
            tier 1: 10 × 1.5 + 2 = 17
            tier 2: 10 × 1.2 = 12
            tier 3: 2 × 1 = 2
            = 31.00 EUR"#]],
        );
        check(
            &explained("flat 50", "1", days(22, 31)),
            expect![[r#"
            flat price, as of 2026-01-01
            50
            for 22 of 31 days
            = 35.483870967741935483870967742, rounded half up to 35.48 EUR"#]],
        );
        check(
            &explained("package 100: 2.95; included 50", "399", vec![]),
            expect![[r#"
            price per started package of 100, as of 2026-01-01
            399 counted, of which 50 included
            4 × 2.95 = 11.8
            = 11.80 EUR"#]],
        );
        check(
            &explained("volume 100: 2 + 10, *: 1", "100", vec![Step::Reversed]),
            expect![[r#"
            all units at the price of the tier reached, as of 2026-01-01
            100 counted
            tier 1: 100 × 2 + 10 = 210
            given back
            = -210.00 EUR"#]],
        );
        let stated = Money::parse("12.34", Currency::EUR).expect("an amount");
        check(
            &Explanation::stated(stated, Rounding::HalfUp),
            expect![[r#"
            amount as stated
            12.34
            = 12.34 EUR"#]],
        );
    }

    fn altered(name: &str, effect: Effect, by: By) -> Step {
        Step::Altered(Altered { name: name.parse().expect(name), effect, by, is_once: false })
    }

    #[test]
    fn a_discount_and_a_fee_stand_in_rows_of_their_own() {
        let half = By::Percent(Percent::new(50.into()));
        let fixed = |it: &str| By::Fixed(it.parse().expect(it));
        let days = Step::Prorated(Share::new(15, 30).expect("a share"));
        let steps = vec![
            altered("Welcome", Effect::Discount, half),
            altered("Handling", Effect::Fee, fixed("3")),
            days,
            altered("Voucher", Effect::Discount, fixed("100")),
        ];
        let explanation = explained("flat 20", "1", steps);
        check(
            &explanation,
            expect![[r#"
            flat price, as of 2026-01-01
            20
            Welcome: discount of 50 %, -10
            Handling: fee of 3, +3
            for 15 of 30 days
            Voucher: discount of 100, -6.5
            = 0.00 EUR"#]],
        );
        let changes = explanation.altered().expect("changes");
        let changes: Vec<_> = changes.iter().map(|it| it.1.to_string()).collect();
        assert_eq!(changes, ["-10", "3", "-6.5"]);
    }

    proptest! {
        /// Whatever is declared, in whatever order: nothing ever comes to less than nothing.
        #[test]
        fn alterations_never_make_a_charge_negative(
            amount in 0..1_000_000_i64,
            steps in prop::collection::vec((any::<bool>(), any::<bool>(), 1..10_000_i64), 0..8),
        ) {
            let steps = steps.into_iter().map(|(is_fee, is_fixed, it)| {
                let effect = if is_fee { Effect::Fee } else { Effect::Discount };
                let by = match is_fixed {
                    true => By::Fixed(Figure::new(Decimal::new(it, 1))),
                    false => By::Percent(Percent::new(Decimal::new(it, 2))),
                };
                altered("Any", effect, by)
            });
            let price = format!("flat {}", Decimal::new(amount, 2));
            let explanation = explained(&price, "1", steps.collect());
            prop_assert!(explanation.unrounded().expect("an amount").value() >= Decimal::ZERO);
        }

        #[test]
        fn an_explanation_computed_again_gives_what_was_rated(
            units in 0..1_000_000_i64, used in 0..31_u32, model in 0..6_usize,
        ) {
            let models = [
                "flat 49.99", "unit 0.0037", "graduated 10: 10 + 2, 20: 5 + 3, *: 5 + 3",
                "volume 100: 2 + 10, *: 1", "package 7: 1.11; included 3", "stairstep 100: 5, *: 9",
            ];
            let quantity = Quantity::new(Decimal::new(units, 2));
            let rated = rows::rated(models[model], quantity);
            let share = Share::new(used, 31).expect("a share");
            let exact = share.part_of(rated.amount).expect("a part");
            let steps = vec![Step::Prorated(share)];
            let explanation = Explanation { steps, ..Explanation::of(rated, quantity, Rounding::HalfUp) };
            prop_assert_eq!(recompute(&explanation), exact.book(Rounding::HalfUp));
            let bytes = postcard::to_allocvec(&explanation).expect("encodes");
            let back: Explanation = postcard::from_bytes(&bytes).expect("decodes");
            prop_assert_eq!(recompute(&back), recompute(&explanation));
        }
    }
}
