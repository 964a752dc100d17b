//! What stands of a charge on invoices: kept with its mark, so that what is added to it or given back
//! later follows what it was charged at, and not what holds by then.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::discount::Lowering;
use super::proration::Measure;
use super::tax::TaxTotal;
use crate::domain::catalog::price::Figure;
use crate::domain::money::{Amount, MoneyError};
use crate::domain::quantity::Quantity;
use crate::domain::time::{Date, Period};

/// At what some days, or some use, were charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargedTerms {
    /// The first day of the price version.
    pub version_from: Date,
    /// How a discount lowered it, if one did.
    pub lowered: Option<Lowering>,
    /// What it was charged in, in order, without what of it was given back. Where the first are missing, as
    /// in what was written earlier, they were paid as they were charged.
    #[serde(with = "pieces")]
    pieces: Vec<Piece>,
    /// By which taxes, in order, each for units up to so many: what goes back bears the tax that it bore.
    taxes: Vec<TaxedUpTo>,
}

/// The tax that some of the units bore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TaxedUpTo {
    units: Quantity,
    tax: TaxTotal,
}

/// A part of what was charged.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// What it came to before coupons, without what of it was given back.
    of: Figure,
    /// What they had taken off that, and what was credited of it since.
    off: Figure,
    /// What of the rest bore no tax, because it was paid from what was paid in before.
    untaxed: Figure,
    /// What of `off` coupons had taken off some of its days alone.
    on: Vec<OffOn>,
}

/// What a coupon took off some of the days of a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OffOn {
    /// Which.
    pub days: Period,
    /// Which share of what those cost.
    pub share: Figure,
    /// How much of that was not given back.
    pub left: Figure,
}

/// Pieces as they are written: what each came to with what coupons had taken off it, as before anything bore no
/// tax. What did follows its piece, as one that came to nothing; and what coupons had taken off some of its days
/// in two pairs, the first of them less than nothing: the share and what is left, and the first day and the end.
mod pieces {
    use rust_decimal::Decimal;
    use rust_decimal::prelude::ToPrimitive;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Date, Figure, OffOn, Period, Piece};

    fn first() -> Date {
        Date::new(1970, 1, 1).expect("the calendar has it")
    }

    fn number(day: Date) -> Figure {
        Figure::new(day.days_since(first()).into())
    }

    fn day(number: Figure) -> Option<Date> {
        number.decimal().to_i64().map(|it| first().plus_days(it))
    }

    fn off_on((share, left): (Figure, Figure), (start, end): (Figure, Figure)) -> Option<OffOn> {
        let days = Period::new(day(start)?, day(end)?)?;
        Some(OffOn { days, share: Figure::new(-share.decimal()), left })
    }

    pub(super) fn serialize<S: Serializer>(all: &[Piece], to: S) -> Result<S::Ok, S::Error> {
        let mut pairs = Vec::with_capacity(all.len());
        for it in all {
            pairs.push((it.of, it.off));
            if it.untaxed != Figure::ZERO {
                pairs.push((Figure::ZERO, it.untaxed));
            }
            for on in &it.on {
                pairs.push((Figure::new(-on.share.decimal()), on.left));
                pairs.push((number(on.days.start()), number(on.days.end())));
            }
        }
        pairs.serialize(to)
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Vec<Piece>, D::Error> {
        let pairs = Vec::<(Figure, Figure)>::deserialize(from)?;
        let mut all: Vec<Piece> = Vec::with_capacity(pairs.len());
        let mut pairs = pairs.into_iter();
        while let Some((of, figure)) = pairs.next() {
            match all.last_mut() {
                Some(last) if of.decimal() < Decimal::ZERO => {
                    let on = pairs.next().and_then(|days| off_on((of, figure), days));
                    last.on.push(on.ok_or_else(|| D::Error::custom("days are missing"))?);
                }
                Some(last) if of == Figure::ZERO && figure != Figure::ZERO => last.untaxed = figure,
                Some(_) | None => all.push(Piece::of(of, figure)),
            }
        }
        Ok(all)
    }
}

/// How something that is given back was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid {
    /// What coupons or credit notes had taken off it: nobody paid that.
    pub never: Decimal,
    /// What was paid from what was paid in before, and bore no tax.
    pub untaxed: Decimal,
}

impl ChargedTerms {
    /// What was charged at a version and with a discount, before anything is known of coupons.
    #[must_use]
    pub const fn at(version_from: Date, lowered: Option<Lowering>) -> Self {
        Self { version_from, lowered, pieces: Vec::new(), taxes: Vec::new() }
    }

    /// The same after the pieces of another, to which it is added.
    #[must_use]
    pub fn following(self, before: &Self) -> Self {
        Self { pieces: before.pieces.clone(), ..self }
    }

    /// The tax that the first of the units beyond so many bore; that of the last if there are none.
    #[must_use]
    pub fn tax_beyond(&self, units: Quantity) -> Option<&TaxTotal> {
        let beyond = self.taxes.iter().find(|it| units < it.units);
        beyond.or(self.taxes.last()).map(|it| &it.tax)
    }

    /// The most units between two numbers of them beyond which another tax was borne.
    #[must_use]
    pub fn taxed_otherwise_beyond(&self, (low, high): (Quantity, Quantity)) -> Option<Quantity> {
        let bounds = self.taxes.iter().rev().map(|it| it.units);
        bounds.into_iter().find(|it| low < *it && *it < high)
    }

    /// The same when it is for so many units, those that came bearing a tax, after what stood before.
    #[must_use]
    pub fn taxed(self, before: Option<&Self>, (units, tax): (Quantity, Option<&TaxTotal>)) -> Self {
        if units == Quantity::ZERO {
            return self;
        }
        let mut taxes = before.map_or_else(Vec::new, |it| it.taxes.clone());
        let stay = taxes.iter().take_while(|it| it.units < units).count();
        taxes.truncate(stay.saturating_add(1));
        match (taxes.last_mut(), tax) {
            (Some(last), _) if units <= last.units => last.units = units,
            (Some(last), Some(tax)) if last.tax == *tax => last.units = units,
            (_, Some(tax)) => taxes.push(TaxedUpTo { units, tax: tax.clone() }),
            (_, None) => {}
        }
        Self { taxes, ..self }
    }

    /// With one charge more, of which coupons left so much.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn charged(mut self, charge: Amount, left: Amount) -> Result<Self, MoneyError> {
        let off = minus(charge.value(), left.value())?;
        let (of, off) = (Figure::new(charge.value()), Figure::new(off));
        self.pieces.push(Piece::of(of, off));
        Ok(self)
    }

    /// The same when coupons had taken some of that off some of the days of what was charged last alone.
    #[must_use]
    pub fn off_on(mut self, on: Vec<OffOn>) -> Self {
        if let Some(last) = self.pieces.last_mut() {
            last.on = on;
        }
        self
    }

    /// The same when so much of what was charged last bears no tax, because it is paid from what was paid in
    /// before.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn untaxed(mut self, amount: Decimal) -> Result<Self, MoneyError> {
        let mut rest = amount;
        for piece in self.pieces.iter_mut().rev() {
            let taxed = minus(piece.of.decimal(), piece.off.decimal())?;
            let room = minus(taxed, piece.untaxed.decimal())?.max(Decimal::ZERO);
            let part = rest.min(room);
            piece.untaxed = Figure::new(plus(piece.untaxed.decimal(), part)?);
            rest = minus(rest, part)?;
        }
        Ok(self)
    }

    /// The same when a credit note took so much off a charge that came to `of`: what was credited does not go
    /// back once more. Where that charge does not stand by itself, it is taken off what stands, what was
    /// charged last first.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn credited(mut self, of: Amount, credited: Amount) -> Result<Self, MoneyError> {
        let mut rest = credited.value();
        let itself = self.pieces.iter().rposition(|it| {
            it.of.decimal() == of.value() && it.paid().is_ok_and(|paid| rest <= paid)
        });
        let pieces = match itself {
            Some(place) => &mut self.pieces[place..=place],
            None => &mut self.pieces[..],
        };
        for piece in pieces.iter_mut().rev() {
            let part = rest.min(piece.paid()?).max(Decimal::ZERO);
            piece.off = Figure::new(plus(piece.off.decimal(), part)?);
            rest = minus(rest, part)?;
        }
        if rest > Decimal::ZERO {
            let of = Figure::new(of.value().max(rest));
            self.pieces.insert(0, Piece::of(of, Figure::new(rest)));
        }
        Ok(self)
    }

    /// Without what is given back for some days, what was charged last first; and how that was paid: so much
    /// less goes back as nobody paid, and no tax on what bore none.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn given_back(
        mut self,
        amount: Decimal,
        days: Option<(Period, Measure)>,
    ) -> Result<(Self, Paid), MoneyError> {
        let mut rest = amount;
        let mut paid = Paid { never: Decimal::ZERO, untaxed: Decimal::ZERO };
        while let Some(piece) = self.pieces.pop() {
            let of = piece.of.decimal();
            let all = rest >= of;
            let goes = if all { piece.clone() } else { piece.part(rest, days)? };
            paid.never = plus(paid.never, goes.off.decimal())?;
            paid.untaxed = plus(paid.untaxed, goes.untaxed.decimal())?;
            if !all {
                self.pieces.push(piece.without(&goes)?);
                break;
            }
            rest = minus(rest, of)?;
        }
        Ok((self, paid))
    }
}

impl Piece {
    const fn of(of: Figure, off: Figure) -> Self {
        Self { of, off, untaxed: Figure::ZERO, on: Vec::new() }
    }

    /// What of it was paid with tax, and not credited.
    fn paid(&self) -> Result<Decimal, MoneyError> {
        let off = plus(self.off.decimal(), self.untaxed.decimal())?;
        minus(self.of.decimal(), off)
    }

    /// So much of it, for some of its days if they are known, with what of the rest is theirs.
    fn part(&self, of: Decimal, days: Option<(Period, Measure)>) -> Result<Self, MoneyError> {
        let part = |it: Decimal| {
            let part = it.checked_mul(of).and_then(|it| it.checked_div(self.of.decimal()));
            part.ok_or(MoneyError::TooLarge)
        };
        let (mut always, mut off, mut on) = (self.off.decimal(), Decimal::ZERO, Vec::new());
        for it in &self.on {
            let left = match days {
                Some(days) => it.of_days(of, days)?,
                None => part(it.left.decimal())?,
            };
            always = minus(always, it.left.decimal())?;
            off = plus(off, left)?;
            on.push(OffOn { left: Figure::new(left), ..*it });
        }
        let off = plus(off, part(always.max(Decimal::ZERO))?)?.min(of);
        let untaxed = match plus(self.paid()?, self.untaxed.decimal())? {
            paid if !on.is_empty() && paid > Decimal::ZERO => {
                let untaxed = self.untaxed.decimal().checked_mul(minus(of, off)?);
                untaxed.and_then(|it| it.checked_div(paid)).ok_or(MoneyError::TooLarge)?
            }
            _ => part(self.untaxed.decimal())?,
        };
        let (of, off, untaxed) = (Figure::new(of), Figure::new(off), Figure::new(untaxed));
        Ok(Self { of, off, untaxed, on })
    }

    fn without(&self, other: &Self) -> Result<Self, MoneyError> {
        let less =
            |one: Figure, other: Figure| minus(one.decimal(), other.decimal()).map(Figure::new);
        let both = self.on.iter().zip(&other.on);
        let on = both.map(|(it, other)| {
            Ok::<_, MoneyError>(OffOn { left: less(it.left, other.left)?, ..*it })
        });
        Ok(Self {
            of: less(self.of, other.of)?,
            off: less(self.off, other.off)?,
            untaxed: less(self.untaxed, other.untaxed)?,
            on: on.collect::<Result<_, MoneyError>>()?,
        })
    }
}

impl OffOn {
    /// What it is of so much that some days of the charge come to.
    fn of_days(
        &self,
        amount: Decimal,
        (days, by): (Period, Measure),
    ) -> Result<Decimal, MoneyError> {
        let Some(lowered) = self.days.overlap(days) else { return Ok(Decimal::ZERO) };
        let part = amount.checked_mul(by.of(lowered).into());
        let part = part.and_then(|it| it.checked_mul(self.share.decimal()));
        let part = part.and_then(|it| it.checked_div(by.of(days).max(1).into()));
        Ok(part.ok_or(MoneyError::TooLarge)?.min(self.left.decimal()))
    }
}

fn plus(one: Decimal, other: Decimal) -> Result<Decimal, MoneyError> {
    one.checked_add(other).ok_or(MoneyError::TooLarge)
}

fn minus(one: Decimal, other: Decimal) -> Result<Decimal, MoneyError> {
    one.checked_sub(other).ok_or(MoneyError::TooLarge)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::invoice::sample::date;
    use crate::domain::money::{Currency, Money};

    fn amount(minor: i64) -> Amount {
        Money::minor(minor, Currency::EUR).amount()
    }

    /// What was charged in pieces, each of so much of which so much was left.
    fn charged(pieces: &[(i64, i64)]) -> ChargedTerms {
        let nothing = ChargedTerms::at(date("2026-01-01"), None);
        pieces
            .iter()
            .try_fold(nothing, |it, (of, left)| it.charged(amount(*of), amount(*left)))
            .expect("small")
    }

    /// What goes back of each of some amounts, one after the other.
    fn back(mut it: ChargedTerms, amounts: &[i64]) -> Vec<String> {
        let mut found = Vec::new();
        for minor in amounts {
            let whole = amount(*minor).value();
            let (left, paid) = it.given_back(whole, None).expect("small");
            found.push((whole - paid.never).normalize().to_string());
            it = left;
        }
        found
    }

    #[test]
    fn what_goes_back_is_what_of_the_last_charges_was_paid() {
        assert_eq!(back(charged(&[]), &[500]), ["5"], "nobody brought a coupon");
        assert_eq!(back(charged(&[(1000, 1000)]), &[500, 500]), ["5", "5"]);
        assert_eq!(back(charged(&[(1000, 0)]), &[500, 500]), ["0", "0"]);
        assert_eq!(back(charged(&[(1000, 250)]), &[400, 600]), ["1", "1.5"]);
        // One that was paid, nine that were free: those go first.
        assert_eq!(back(charged(&[(1000, 1000), (9000, 0)]), &[4500, 5000]), ["0", "5"]);
        assert_eq!(back(charged(&[(1000, 0), (9000, 9000)]), &[9500]), ["90"]);
    }

    #[test]
    fn what_was_credited_does_not_go_back_once_more() {
        /// What was charged and what coupons left of it; what is credited of which charge; what goes, and what
        /// goes back of that.
        type Row =
            (&'static [(i64, i64)], &'static [(i64, i64)], &'static [i64], &'static [&'static str]);
        let table: [Row; 8] = [
            (&[], &[(1000, 400)], &[500, 500], &["3", "3"]),
            (&[], &[(1000, 400), (1000, 600)], &[500, 500], &["0", "0"]),
            (&[], &[(1000, 500)], &[1500], &["10"]),
            (&[(1000, 500)], &[(1000, 250)], &[1000], &["2.5"]),
            (&[(1000, 500)], &[(1000, 500)], &[1000], &["0"]),
            // A charge that stands by itself, and one that stands for nothing of its own.
            (&[(1000, 500), (300, 300)], &[(1000, 500)], &[300, 1000], &["3", "0"]),
            (&[(1000, 500), (300, 300)], &[(700, 400)], &[300, 1000], &["0", "4"]),
            (&[(300, 300)], &[(700, 400)], &[1000], &["6"]),
        ];
        for (pieces, credits, goes, expected) in table {
            let credit = |it: ChargedTerms, (of, net): &(i64, i64)| {
                it.credited(amount(*of), amount(*net)).expect("small")
            };
            let it = credits.iter().fold(charged(pieces), credit);
            assert_eq!(back(it, goes), expected, "{credits:?} of {pieces:?}");
        }
    }

    #[test]
    fn what_was_given_back_before_a_credit_note_is_not_credited() {
        /// What goes before 4.00 of the 10.00 are credited, what goes then, and what goes back of that.
        type Row = (&'static [i64], &'static [i64], &'static [&'static str]);
        let table: [Row; 4] = [
            (&[], &[1000], &["6"]),
            (&[300], &[700], &["3"]),
            (&[300], &[350, 350], &["1.5", "1.5"]),
            (&[100, 500], &[400], &["0"]),
        ];
        for (before, goes, expected) in table {
            let give_back = |it: ChargedTerms, minor: &i64| {
                it.given_back(amount(*minor).value(), None).expect("small").0
            };
            let it = before.iter().fold(charged(&[(1000, 1000)]), give_back);
            let it = it.credited(amount(1000), amount(400)).expect("small");
            assert_eq!(back(it, goes), expected, "{before:?} and then {goes:?}");
        }
    }

    #[test]
    fn what_bore_no_tax_goes_back_with_what_was_charged_last() {
        /// What was charged, what coupons left of it, what of that bore no tax; what goes back and has none.
        type Row = (&'static [(i64, i64, i64)], i64, &'static str);
        let table: [Row; 9] = [
            (&[], 500, "0"),
            (&[(1000, 1000, 0)], 500, "0"),
            (&[(9000, 9000, 9000)], 600, "6"),
            (&[(9000, 9000, 9000)], 9000, "90"),
            (&[(9000, 9000, 9000)], 9500, "90"),
            (&[(1000, 1000, 500)], 500, "2.5"),
            (&[(1000, 500, 500)], 400, "2"),
            (&[(1000, 1000, 1000), (500, 500, 0)], 500, "0"),
            (&[(1000, 1000, 1000), (500, 500, 0)], 600, "1"),
        ];
        for (pieces, goes, expected) in table {
            let mut it = ChargedTerms::at(date("2026-01-01"), None);
            for (of, left, untaxed) in pieces {
                it = it.charged(amount(*of), amount(*left)).expect("small");
                it = it.untaxed(amount(*untaxed).value()).expect("small");
            }
            let (_, paid) = it.given_back(amount(goes).value(), None).expect("small");
            assert_eq!(paid.untaxed.normalize().to_string(), expected, "{goes} of {pieces:?}");
        }
    }

    #[test]
    fn what_was_written_before_anything_bore_no_tax_is_read() {
        let terms = charged(&[(1000, 250), (500, 500)]);
        let (kept, untaxed) = (terms.clone(), terms.untaxed(amount(400).value()).expect("small"));
        let days = Period::new(date("2026-01-01"), date("2026-01-11")).expect("ten days");
        let (share, left) = (Figure::new(Decimal::ONE), Figure::new(Decimal::TEN));
        let on = kept.clone().off_on(vec![OffOn { days, share, left }]);
        for it in [kept.clone(), untaxed, on] {
            let bytes = postcard::to_allocvec(&it).expect("bytes");
            assert_eq!(postcard::from_bytes(&bytes), Ok(it));
        }
        let figures = |it: &Piece| (it.of, it.off);
        let before = kept.pieces.iter().map(figures).collect::<Vec<_>>();
        let before = (kept.version_from, &kept.lowered, before, &kept.taxes);
        let bytes = postcard::to_allocvec(&before).expect("bytes");
        assert_eq!(postcard::from_bytes(&bytes), Ok(kept));
    }

    fn tax(name: &str) -> TaxTotal {
        let (locale, on) = ("en".parse().expect("a locale"), date("2026-01-01"));
        let name = name.parse().expect("a name");
        TaxTotal { name, ..TaxTotal::of_deposits(&locale, on, Currency::EUR) }
    }

    /// Which tax each of the units bore, when there were so many of them one after the other.
    fn taxes(units: &[(i64, &str)]) -> String {
        let mut stands: Option<ChargedTerms> = None;
        for (units, name) in units {
            let now = ChargedTerms::at(date("2026-01-01"), None);
            let units = Quantity::whole(*units);
            stands = Some(now.taxed(stands.as_ref(), (units, Some(&tax(name)))));
        }
        let stands = stands.expect("something was charged");
        let each = stands.taxes.iter().map(|it| format!("{} {}", it.units, it.tax.name));
        each.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn each_unit_keeps_the_tax_that_it_bore() {
        assert_eq!(taxes(&[(10, "22")]), "10 22");
        assert_eq!(taxes(&[(10, "22"), (15, "24")]), "10 22, 15 24");
        assert_eq!(taxes(&[(10, "22"), (15, "22")]), "15 22");
        assert_eq!(taxes(&[(10, "22"), (15, "24"), (12, "24")]), "10 22, 12 24");
        assert_eq!(taxes(&[(10, "22"), (15, "24"), (10, "24")]), "10 22");
        assert_eq!(taxes(&[(10, "22"), (15, "24"), (10, "24"), (8, "22")]), "8 22");
        assert_eq!(taxes(&[(10, "22"), (0, "22"), (3, "24")]), "3 24");
        let nothing = ChargedTerms::at(date("2026-01-01"), None);
        assert_eq!(nothing.tax_beyond(Quantity::ONE), None);
        let two = nothing.clone().taxed(None, (Quantity::whole(10), Some(&tax("22"))));
        let two = nothing.taxed(Some(&two), (Quantity::whole(15), Some(&tax("24"))));
        let beyond = |units| two.tax_beyond(Quantity::whole(units)).map(|it| it.name.to_string());
        assert_eq!(beyond(9).as_deref(), Some("22"));
        assert_eq!(beyond(10).as_deref(), Some("24"));
        assert_eq!(beyond(20).as_deref(), Some("24"), "more cost less");
        let between =
            |low, high| two.taxed_otherwise_beyond((Quantity::whole(low), Quantity::whole(high)));
        assert_eq!(between(8, 15), Some(Quantity::whole(10)));
        assert_eq!(between(10, 15), None);
    }

    proptest! {
        #[test]
        fn no_more_goes_back_than_was_paid(
            pieces in prop::collection::vec((1..100_000_i64, 0..100_i64), 1..6),
            parts in prop::collection::vec(1..100_i64, 1..6),
        ) {
            let pieces: Vec<_> = pieces.iter().map(|(of, share)| (*of, of * share / 100)).collect();
            let (all, paid) = pieces.iter().fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
            let whole: i64 = parts.iter().sum();
            let amounts: Vec<_> = parts.iter().map(|it| all * it / whole).collect();
            let back = back(charged(&pieces), &amounts);
            let sum: Decimal = back.iter().map(|it| it.parse::<Decimal>().expect(it)).sum();
            prop_assert!(sum <= amount(paid).value() + Decimal::new(1, 9), "{sum} of {paid}");
            prop_assert!(back.iter().all(|it| !it.starts_with('-') || it.len() > 12));
        }
    }
}
