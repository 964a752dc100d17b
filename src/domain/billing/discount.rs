//! Discounts on charges: which one a charge gets, and what is left of it.
//!
//! A discount lowers the price of a whole period; who pays for a part of the period gets that part
//! of it, and units that are added later cost what the lowered price makes of them. So it does not
//! matter in how many steps somebody arrives at a number of units.
//!
//! Which charge is the first, the second and so on is told by its days alone, never by what was
//! charged before: a forecast, a repeated run and late usage see the same.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::cycle::{period_of, with_length};
use super::due::{Billable, BillablePrice};
use super::invoice::explanation::{Explanation, Step};
use super::rating::Part;
use crate::domain::account::cycle::Cycle;
use crate::domain::catalog::discount::{self, Charged, Discount, Lasting, Reduction, Subject};
use crate::domain::catalog::price::{Figure, Occasion, PriceKind};
use crate::domain::id::{AccountId, ClassId};
use crate::domain::money::{Amount, Currency, MoneyError};
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::text::{Locale, Name};
use crate::domain::time::{Date, Period};

/// What a seller's discounts are to one buyer.
#[derive(Debug, Clone, Copy)]
pub struct Discounts<'a> {
    /// All that the seller has.
    pub all: &'a [Discount],
    /// Who buys, if that is known.
    pub account: Option<AccountId>,
    /// Of which class.
    pub class: Option<ClassId>,
    /// In which language the buyer reads what they are called.
    pub locale: &'a Locale,
}

/// A charge as discounts look at it.
#[derive(Debug, Clone, Copy)]
pub struct Lowerable<'a> {
    /// What is charged.
    pub subject: Subject<'a>,
    /// In what.
    pub currency: Currency,
    /// The day whose price is charged.
    pub on: Date,
    /// The first day that the subscription is charged.
    pub charged_from: Date,
    /// How charges of its sort follow each other.
    pub pace: Pace,
}

/// How the charges of one price follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// There is one.
    Single,
    /// Period by period.
    Periods {
        /// How time is cut.
        cycle: Cycle,
        /// From which day on.
        began_on: Date,
    },
    /// Term by term, as long as this one; the first begins when the term before it is over.
    Terms(Option<Period>),
}

/// What sort of charge that of a price is to discounts and coupons; `None` of what they do not touch:
/// what is given back in the end is no price that could be lowered.
#[must_use]
pub const fn charged(kind: PriceKind) -> Option<Charged> {
    match kind {
        PriceKind::OneTime(Occasion::Plain | Occasion::Setup) => Some(Charged::Setup),
        PriceKind::OneTime(Occasion::Renewal) => Some(Charged::Renewal),
        PriceKind::OneTime(Occasion::Deposit) => None,
        PriceKind::Recurring { .. } => Some(Charged::Recurring),
        PriceKind::Usage { .. } => Some(Charged::Usage),
    }
}

impl<'a> Discounts<'a> {
    /// What a charge is to discounts and coupons; `None` of what they do not touch.
    #[must_use]
    pub fn subject(&self, of: &Billable<'a>, price: &BillablePrice<'_>) -> Option<Subject<'a>> {
        Some(Subject {
            offer: price.sold_as.map_or(of.offer, |it| it.0),
            term: of.term,
            resource: price.price.resource,
            price: price.price.id,
            charged: charged(price.price.kind)?,
            account: self.account,
            class: self.class,
        })
    }

    /// Lowers what a whole period comes to by a discount, if there is one.
    ///
    /// # Errors
    /// If there are more units than can be counted.
    pub fn lower(
        &self,
        explanation: &mut Explanation,
        discount: Option<&Discount>,
    ) -> Result<(), MoneyError> {
        if let Some(it) = discount {
            let lowering = Lowering::of(it, &explanation.parts, self.locale)?;
            explanation.steps.push(Step::Lowered(lowering));
        }
        Ok(())
    }

    /// The one that a charge of a price gets, at the price of a day, for some days.
    #[must_use]
    pub fn on_charge(
        &self,
        of: &Billable<'a>,
        price: &BillablePrice<'_>,
        on: Date,
        (cycle, service): (Cycle, Option<Period>),
    ) -> Option<&'a Discount> {
        let subject = self.subject(of, price)?;
        let began_on = of.began_on;
        let pace = match price.price.kind {
            PriceKind::OneTime(Occasion::Renewal) => Pace::Terms(service),
            PriceKind::OneTime(_) => Pace::Single,
            PriceKind::Recurring { every, .. } => {
                Pace::Periods { cycle: with_length(cycle, every), began_on }
            }
            PriceKind::Usage { .. } => Pace::Periods { cycle, began_on },
        };
        let (currency, charged_from) = (price.price.currency, of.charged_from);
        self.given(&Lowerable { subject, currency, on, charged_from, pace })
    }

    /// The one that the next charge of a price gets; nothing of what is charged no more.
    #[must_use]
    pub fn on_next(
        &self,
        of: &Billable<'a>,
        price: &BillablePrice<'_>,
        cycle: Cycle,
    ) -> Option<&'a Discount> {
        let next = price.charged_until.unwrap_or(of.charged_from).max(of.charged_from);
        let (on, service) = match price.price.kind {
            PriceKind::OneTime(Occasion::Renewal) => {
                let term = Period::new(of.term_from, of.term_until?)?;
                let on = term.end();
                (on, Period::new(on, on.plus_days(term.days())))
            }
            PriceKind::OneTime(_) if price.charged_until.is_some() => return None,
            PriceKind::OneTime(_) | PriceKind::Recurring { .. } | PriceKind::Usage { .. } => {
                (next, None)
            }
        };
        self.on_charge(of, price, on, (cycle, service))
    }

    /// The one that a charge gets: the most specific of those that are given on its day.
    #[must_use]
    pub fn given(&self, it: &Lowerable<'_>) -> Option<&'a Discount> {
        discount::given(self.all, &it.subject, |discount| it.gets(discount))
    }
}

impl Lowerable<'_> {
    fn gets(&self, it: &Discount) -> bool {
        let terms = it.terms();
        let fits = terms.reduction.currency().is_none_or(|it| it == self.currency);
        let Some(got_on) = it.got_on(self.charged_from).filter(|_| fits) else { return false };
        self.on >= terms.valid_from && !it.is_over(self.on) && self.lasts(terms.lasting, got_on)
    }

    fn lasts(&self, lasting: Lasting, got_on: Date) -> bool {
        match lasting {
            Lasting::Always => true,
            Lasting::For(span) => self.on < span.after(got_on, 1),
            Lasting::Once => self.place(got_on, 1) == Some(0),
            Lasting::Charges(max) => self.place(got_on, max).is_some(),
        }
    }

    /// The place of the charge among the first `max` that can get what was got on a day, from 0 on;
    /// `None` beyond them, and before the first.
    fn place(&self, got_on: Date, max: u32) -> Option<u32> {
        match self.pace {
            Pace::Single => Some(0),
            Pace::Periods { cycle, began_on } => self.period_place(cycle, began_on, got_on, max),
            Pace::Terms(None) => Some(0),
            Pace::Terms(Some(term)) => self.term_place(term, got_on, max),
        }
    }

    /// The renewals before this one are each a term apart; the day from which on it is charged was
    /// none.
    fn term_place(&self, term: Period, got_on: Date, max: u32) -> Option<u32> {
        let before = |count| self.terms_before(term, count);
        let is_renewal = |day: Date| got_on <= day && self.charged_from < day;
        (0..max).find(|place| !is_renewal(before(place + 1)))
    }

    /// The day that lies so many terms before this one: by months where a term has whole ones.
    fn terms_before(&self, term: Period, count: u32) -> Date {
        let (start, end) = (term.start(), term.end());
        let months = u32::try_from(term.days() / 28).unwrap_or(u32::MAX);
        let whole = (1..=months).rev().find(|it| start.plus_months(*it) == end);
        match whole.and_then(|it| it.checked_mul(count)) {
            Some(months) => self.on.minus_months(months),
            None => self.on.plus_days(-term.days() * i64::from(count)),
        }
    }

    fn period_place(&self, cycle: Cycle, began_on: Date, got_on: Date, max: u32) -> Option<u32> {
        let mut period = period_of(cycle, began_on, got_on.max(began_on))?;
        if period.start() < got_on && self.charged_from < got_on {
            // What was charged before it was got is not given back.
            period = period_of(cycle, began_on, period.end())?;
        }
        for place in 0..max {
            if self.on < period.end() {
                return (period.contains(self.on)).then_some(place);
            }
            period = period_of(cycle, began_on, period.end())?;
        }
        None
    }
}

/// How a discount lowered a charge: all that is needed to do it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lowering {
    /// What it is called.
    pub name: Name,
    /// What it did.
    pub by: LoweredBy,
}

/// What a discount does to a charge. The order is the store's: append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoweredBy {
    /// Takes a share off.
    Share(Percent),
    /// Takes an amount off.
    Amount(Figure),
    /// Replaces it by a fee for so many units.
    Fee(Figure, Quantity),
}

impl Lowering {
    /// What a discount does to a charge of parts.
    ///
    /// # Errors
    /// If there are more units than can be counted.
    pub fn of(it: &Discount, parts: &[Part], locale: &Locale) -> Result<Self, MoneyError> {
        let terms = it.terms();
        let by = match terms.reduction {
            Reduction::Share(share) => LoweredBy::Share(share),
            Reduction::Amount(amount) => LoweredBy::Amount(Figure::new(amount.decimal())),
            Reduction::Fee(fee) => LoweredBy::Fee(Figure::new(fee.decimal()), units(parts)?),
        };
        Ok(Self { name: terms.name.text(locale).clone(), by })
    }

    /// What the same discount does to a charge of other parts.
    ///
    /// # Errors
    /// If there are more units than can be counted.
    pub fn again(&self, parts: &[Part]) -> Result<Self, MoneyError> {
        let by = match self.by {
            LoweredBy::Share(_) | LoweredBy::Amount(_) => self.by,
            LoweredBy::Fee(fee, _) => LoweredBy::Fee(fee, units(parts)?),
        };
        Ok(Self { name: self.name.clone(), by })
    }

    /// What is left of an amount: never less than nothing, and never more than it was. What gives
    /// something back already is left as it is.
    ///
    /// # Errors
    /// If it is too large.
    pub fn left_of(&self, amount: Amount) -> Result<Amount, MoneyError> {
        if amount.value() <= Decimal::ZERO {
            return Ok(amount);
        }
        let left = match self.by {
            LoweredBy::Share(share) => {
                let rest = Percent::WHOLE.decimal() - share.decimal();
                return amount.part(rest, Percent::WHOLE.decimal());
            }
            LoweredBy::Amount(off) => amount.value().checked_sub(off.decimal()),
            LoweredBy::Fee(fee, units) => fee.decimal().checked_mul(units.decimal()),
        };
        let left = left.ok_or(MoneyError::TooLarge)?.clamp(Decimal::ZERO, amount.value());
        Ok(Amount::new(left, amount.currency()))
    }
}

/// How many units a fee is for: those that are charged, or one where they do not count.
fn units(parts: &[Part]) -> Result<Quantity, MoneyError> {
    let sum = parts.iter().try_fold(Quantity::ZERO, |sum, it| sum.plus(it.units));
    let sum = sum.ok_or(MoneyError::TooLarge)?;
    Ok(if sum.is_zero() { Quantity::ONE } else { sum })
}

impl std::fmt::Display for Lowering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.by {
            LoweredBy::Share(share) => write!(f, "{share} off: {}", self.name),
            LoweredBy::Amount(amount) => write!(f, "{amount} off: {}", self.name),
            LoweredBy::Fee(fee, units) if units == Quantity::ONE => {
                write!(f, "for {fee} instead: {}", self.name)
            }
            LoweredBy::Fee(fee, units) => {
                write!(f, "for {units} × {fee} instead: {}", self.name)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros, id, stamp};
    use crate::domain::billing::rating::rows;
    use crate::domain::catalog::discount::{Access, DiscountTerms, Scope};
    use crate::domain::localized::Localized;
    use crate::domain::money::{Money, Rounding};
    use crate::domain::time::Span;

    fn english() -> Locale {
        "en".parse().expect("a locale")
    }

    fn discount(reduction: Reduction, lasting: Lasting) -> Discount {
        let terms = DiscountTerms {
            name: Localized::new(english(), "Spring".parse().expect("a name")),
            reduction,
            lasting,
            scope: Scope::default(),
            access: Access::Automatic,
            priority: 0,
            valid_from: date("2026-03-10"),
            valid_until: Some(date("2026-06-01")),
        };
        Discount::new(id(1), stamp(), terms).expect("valid")
    }

    fn share(hundredths: i64) -> Reduction {
        Reduction::Share(Percent::new(hundredths.into()))
    }

    fn charging(charged_from: &str, on: &str, pace: Pace) -> Lowerable<'static> {
        let subject = Subject {
            offer: id(1),
            term: None,
            resource: None,
            price: id(1),
            charged: Charged::Recurring,
            account: None,
            class: None,
        };
        let (on, charged_from) = (date(on), date(charged_from));
        Lowerable { subject, currency: Currency::EUR, on, charged_from, pace }
    }

    fn months(began_on: &str) -> Pace {
        use crate::domain::account::cycle::BillingDay;
        let cycle = Cycle { day: BillingDay::new(1), ..Cycle::MONTHLY };
        Pace::Periods { cycle, began_on: date(began_on) }
    }

    #[test]
    fn a_discount_is_given_as_often_as_it_lasts_from_when_it_was_got() {
        let (once, two) = (Lasting::Once, Lasting::Charges(2));
        let span = Lasting::For(Span::months(2));
        let table = [
            // Got with the first charge, which is for a part of April.
            (once, "2026-04-15", "2026-04-15", true),
            (once, "2026-04-15", "2026-05-01", false),
            (two, "2026-04-15", "2026-04-20", true),
            (two, "2026-04-15", "2026-05-01", true),
            (two, "2026-04-15", "2026-06-01", false),
            // Got in the middle of a period that was charged: the next is the first.
            (once, "2026-01-01", "2026-03-20", false),
            (once, "2026-01-01", "2026-04-01", true),
            (two, "2026-01-01", "2026-05-01", true),
            (two, "2026-01-01", "2026-06-01", false),
            (Lasting::Always, "2026-01-01", "2026-03-01", false),
            (Lasting::Always, "2026-01-01", "2027-03-01", true),
            (span, "2026-04-15", "2026-06-14", true),
            (span, "2026-04-15", "2026-06-15", false),
            // Begins to be charged when it can be got no longer.
            (Lasting::Always, "2026-06-01", "2026-06-01", false),
        ];
        for (lasting, charged_from, on, expected) in table {
            let charging = charging(charged_from, on, months(charged_from));
            let gets = charging.gets(&discount(share(10), lasting));
            assert_eq!(gets, expected, "{lasting:?} from {charged_from} on {on}");
        }
    }

    #[test]
    fn renewals_are_counted_in_terms_and_what_is_charged_once_is_the_first() {
        let two = discount(share(10), Lasting::Charges(2));
        for (on, expected) in [("2027-04-15", true), ("2028-04-15", true), ("2029-04-15", false)] {
            let term = Period::new(date(on), date(on).plus_months(12));
            let charging = charging("2026-04-15", on, Pace::Terms(term));
            assert_eq!(charging.gets(&two), expected, "{on}");
        }
        let once = discount(share(10), Lasting::Once);
        assert!(charging("2026-04-15", "2026-04-15", Pace::Single).gets(&once));
    }

    #[test]
    fn only_so_many_renewals_get_what_was_got_in_the_middle_of_a_term() {
        let of = |from: &str, on: &str, months: u32, lasting| {
            let term = Period::new(date(on), date(on).plus_months(months));
            let valid_from = date(from);
            let it = discount(share(10), lasting);
            let terms = DiscountTerms { valid_from, valid_until: None, ..it.terms().clone() };
            let it = Discount::new(id(1), stamp(), terms).expect("valid");
            charging("2026-04-15", on, Pace::Terms(term)).gets(&it)
        };
        let (once, two) = (Lasting::Once, Lasting::Charges(2));
        let table = [
            // Early, late and at the very end of the first term; on the day of a renewal.
            ("2026-05-01", "2027-04-15", 12, once, true),
            ("2026-05-01", "2028-04-15", 12, once, false),
            ("2027-01-15", "2027-04-15", 12, once, true),
            ("2027-01-15", "2028-04-15", 12, once, false),
            ("2027-01-15", "2028-04-15", 12, two, true),
            ("2027-01-15", "2029-04-15", 12, two, false),
            ("2027-04-15", "2027-04-15", 12, once, true),
            ("2027-04-15", "2028-04-15", 12, once, false),
            ("2027-04-16", "2028-04-15", 12, once, true),
            // By months, which are not all as long.
            ("2026-06-20", "2026-07-15", 1, two, true),
            ("2026-06-20", "2026-08-15", 1, two, true),
            ("2026-06-20", "2026-09-15", 1, two, false),
        ];
        for (from, on, months, lasting, expected) in table {
            let found = of(from, on, months, lasting);
            assert_eq!(found, expected, "{lasting:?} from {from} on {on}");
        }
    }

    #[test]
    fn what_was_ended_or_is_in_other_money_is_not_given() {
        let always = discount(share(10), Lasting::Always);
        let may = charging("2026-04-15", "2026-05-01", months("2026-04-15"));
        assert!(may.gets(&always));
        assert!(!may.gets(&always.ended(date("2026-05-01")).expect("runs")));
        let euros = discount(Reduction::Amount(euros("1")), Lasting::Always);
        assert!(may.gets(&euros));
        assert!(!Lowerable { currency: Currency::USD, ..may }.gets(&euros));
    }

    #[test]
    fn a_charge_is_lowered_by_a_share_an_amount_or_to_a_fee() {
        let tiers = "graduated 10: 10, 20: 5, *: 3";
        let fee = |text| Reduction::Fee(euros(text));
        let amount = |text| Reduction::Amount(euros(text));
        let table = [
            (share(10), "flat 50", "1", "45", "10 % off: Spring"),
            (share(100), "flat 50", "1", "0", "100 % off: Spring"),
            (amount("12.5"), "flat 50", "1", "37.5", "12.5 off: Spring"),
            (amount("60"), "flat 50", "1", "0", "60 off: Spring"),
            (fee("9.99"), "flat 50", "3", "9.99", "for 9.99 instead: Spring"),
            (fee("4"), tiers, "30", "120", "for 30 × 4 instead: Spring"),
            (fee("7"), tiers, "30", "180", "for 30 × 7 instead: Spring"),
            (fee("0"), tiers, "0", "0", "for 0 instead: Spring"),
        ];
        for (reduction, model, quantity, left, told) in table {
            let rated = rows::rated(model, quantity.parse().expect(quantity));
            let discount = discount(reduction, Lasting::Always);
            let lowering = Lowering::of(&discount, &rated.parts, &english()).expect("units");
            let found = lowering.left_of(rated.amount).expect("an amount").value().normalize();
            assert_eq!(
                (found.to_string(), lowering.to_string()),
                (left.to_owned(), told.to_owned())
            );
        }
    }

    proptest! {
        #[test]
        fn a_discount_never_raises_a_charge_and_never_turns_it(
            minor in -10_000..1_000_000_i64, off in 1..2_000_000_i64, hundredths in 1..=100_i64,
        ) {
            let amount = Money::minor(minor, Currency::EUR).amount();
            let off = Money::minor(off, Currency::EUR);
            for reduction in [share(hundredths), Reduction::Amount(off), Reduction::Fee(off)] {
                let part = Part::fee(Figure::new(amount.value()));
                let discount = discount(reduction, Lasting::Always);
                let lowering = Lowering::of(&discount, &[part], &english()).expect("units");
                let left = lowering.left_of(amount).expect("an amount");
                prop_assert!(left.value() <= amount.value());
                prop_assert!(left.value() >= amount.value().min(Decimal::ZERO));
                prop_assert!(left.book(Rounding::HalfUp).is_ok());
            }
        }
    }
}
