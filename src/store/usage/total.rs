//! Totals: exact sums and counts of events, the same in whatever order and parts they are added.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::pack::{Unpack, put_number, put_signed};
use crate::domain::quantity::Quantity;
use crate::domain::time::Instant;
use crate::store::StoreError;

/// How long a bucket of totals is: a quarter of an hour, because zones lie at :00, :30 and :45.
pub const BUCKET_MICROS: i64 = 15 * 60 * 1_000_000;

/// The bucket an instant lies in, counted from the beginning of 1970.
pub(super) const fn bucket_of(at: Instant) -> i64 {
    at.micros().div_euclid(BUCKET_MICROS)
}

/// An exact sum of decimals, one part for each scale: unlike a decimal it never has to round.
#[derive(Debug, Clone, Default)]
pub struct Sum {
    scale: u8,
    mantissa: i128,
    /// Parts of other scales. Few series have any.
    others: BTreeMap<u8, i128>,
}

/// What quantities of one scale add up to, as long as that is a decimal of the same scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part(Decimal);

impl Part {
    /// Of one quantity: one scale for `1.0` and `1.00`.
    pub(super) fn of(quantity: Quantity) -> Self {
        Self(quantity.decimal().normalize())
    }

    /// With another, unless that has another scale or there is no room for it.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        // A decimal that becomes too large loses places.
        let sum = self.0.checked_add(other.0)?;
        let is_exact = [other.0, sum].iter().all(|it| it.scale() == self.0.scale());
        is_exact.then_some(Self(sum))
    }
}

impl Sum {
    /// Adds a quantity.
    pub fn add(&mut self, quantity: Quantity) {
        self.add_sum(Part::of(quantity));
    }

    fn add_sum(&mut self, Part(sum): Part) {
        let scale = u8::try_from(sum.scale()).expect("a decimal has at most 28 places");
        self.add_part(scale, sum.mantissa());
    }

    fn add_part(&mut self, scale: u8, mantissa: i128) {
        if self.mantissa == 0 && self.others.is_empty() {
            self.scale = scale;
        }
        let part = match self.scale == scale {
            true => &mut self.mantissa,
            false => self.others.entry(scale).or_default(),
        };
        *part = part.checked_add(mantissa).expect("2^31 of the largest decimals still fit");
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.add_part(other.scale, other.mantissa);
        for (scale, mantissa) in &other.others {
            self.add_part(*scale, *mantissa);
        }
    }

    /// The parts that are not nothing, by rising scale.
    fn parts(&self) -> BTreeMap<u8, i128> {
        let mut parts = self.others.clone();
        parts.insert(self.scale, self.mantissa);
        parts.retain(|_, mantissa| *mantissa != 0);
        parts
    }

    /// The sum as a quantity, its last places rounded half up where it has more than 28 digits; `None` if
    /// it has more before the point.
    #[must_use]
    pub fn quantity(&self) -> Option<Quantity> {
        let (mut mantissa, mut scale) = (self.mantissa, u32::from(self.scale));
        if !self.others.is_empty() {
            (mantissa, scale) = aligned(&self.parts())?;
        }
        while scale > 0 && mantissa % 10 == 0 {
            (mantissa, scale) = (mantissa / 10, scale - 1);
        }
        let of = |left_out: u32| {
            let unit = 10_i128.checked_pow(left_out)?;
            let half = unit / 2 * mantissa.signum();
            let rounded = mantissa.checked_add(half)? / unit;
            Decimal::try_from_i128_with_scale(rounded, scale - left_out).ok()
        };
        (0..=scale).find_map(of).map(Quantity::new)
    }
}

/// The parts at their finest scale.
fn aligned(parts: &BTreeMap<u8, i128>) -> Option<(i128, u32)> {
    let finest = parts.keys().next_back().copied().unwrap_or(0);
    let mut sum = 0_i128;
    for (scale, mantissa) in parts {
        let factor = 10_i128.checked_pow(u32::from(finest - scale))?;
        sum = sum.checked_add(mantissa.checked_mul(factor)?)?;
    }
    Some((sum, finest.into()))
}

impl PartialEq for Sum {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Sum {}

/// What a stretch of time adds up to for one meter of one subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Total {
    /// The sum of the quantities.
    pub sum: Sum,
    /// How many events there are.
    pub count: u64,
    /// The sequence number of the first event; 0 if there is none.
    pub first: u64,
    /// The sequence number of the last event; 0 if there is none.
    pub last: u64,
}

impl Total {
    /// The sum as a quantity, or `None` if it has more than 28 digits.
    #[must_use]
    pub fn quantity(&self) -> Option<Quantity> {
        self.sum.quantity()
    }

    /// Adds an event.
    pub(super) fn add(&mut self, quantity: Quantity, sequence: u64) {
        self.sum.add(quantity);
        self.span(1, sequence, sequence);
    }

    /// Adds events by their sum: how many there are, and the sequence numbers of the first and the last.
    pub(super) fn add_part(&mut self, sum: Part, (count, first, last): (u64, u64, u64)) {
        self.sum.add_sum(sum);
        self.span(count, first, last);
    }

    /// Takes an event out that was added and is voided.
    pub(super) fn take_out(&mut self, quantity: Quantity) {
        self.sum.add(Quantity::new(-quantity.decimal()));
        self.count = self.count.saturating_sub(1);
        if self.count == 0 {
            *self = Self::default();
        }
    }

    /// Adds what other events add up to.
    pub fn merge(&mut self, other: &Self) {
        if other.count > 0 {
            self.sum.merge(&other.sum);
            self.span(other.count, other.first, other.last);
        }
    }

    const fn span(&mut self, count: u64, first: u64, last: u64) {
        if self.count == 0 || first < self.first {
            self.first = first;
        }
        if last > self.last {
            self.last = last;
        }
        self.count += count;
    }

    /// Its bytes, the same whatever it was added up from.
    pub(super) fn pack(&self, to: &mut Vec<u8>) {
        put_number(to, self.count.into());
        put_number(to, self.first.into());
        put_number(to, (self.last - self.first).into());
        for (scale, mantissa) in self.sum.parts() {
            to.push(scale);
            put_signed(to, mantissa);
        }
    }

    pub(super) fn unpack(mut from: Unpack<'_>) -> Result<Self, StoreError> {
        let (count, first) = (from.u64()?, from.u64()?);
        let last = first.checked_add(from.u64()?).ok_or_else(|| from.damaged())?;
        let mut sum = Sum::default();
        while !from.is_empty() {
            sum.add_part(from.u8()?, from.signed()?);
        }
        Ok(Self { sum, count, first, last })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::view::Table;

    fn quantity(text: &str) -> Quantity {
        text.parse().expect(text)
    }

    fn sum(texts: &[&str]) -> Option<String> {
        let mut sum = Sum::default();
        texts.iter().for_each(|it| sum.add(quantity(it)));
        sum.quantity().map(|it| it.to_string())
    }

    #[test]
    fn a_sum_is_exact_where_a_decimal_would_round() {
        let check = |texts: &[&str], expected: &str| {
            assert_eq!(sum(texts).as_deref().unwrap_or("-"), expected, "{texts:?}");
        };
        check(&[], "0");
        check(&["0.1", "0.2"], "0.3");
        check(&["1.50", "0.5", "-2"], "0");
        check(&["0.0000000000000000000000000001", "7"], "7.0000000000000000000000000001");
        check(&["79228162514264337593543950335", "1"], "-");
        // What is too fine beside so much is rounded, and stops no bill.
        check(
            &["1000000000000000", "1000000000000000", "0.000000000000057"],
            "2000000000000000.0000000000001",
        );
        check(&["1000000000000000", "-0.000000000000057"], "999999999999999.9999999999999");
        check(&["79228162514264337593543950335", "1", "-1"], "79228162514264337593543950335");
        check(
            &["79228162514264337593543950335", "0.1", "-79228162514264337593543950335", "0.2"],
            "0.3",
        );
    }

    #[test]
    fn a_part_is_added_to_only_as_long_as_it_is_exact() {
        let check = |one: &str, other: &str, expected: &str| {
            let sum = Part::of(quantity(one)).plus(Part::of(quantity(other)));
            assert_eq!(
                sum.map_or("-".to_owned(), |it| it.0.to_string()),
                expected,
                "{one} {other}"
            );
        };
        check("1.5", "2.50", "4.0");
        check("1.5", "-1.5", "0.0");
        check("1.5", "2.25", "-");
        check("1.5", "2.0", "-");
        check("0", "0.00", "0");
        check("79228162514264337593543950335", "1", "-");
        check("7922816251426433759354395033.5", "0.1", "-");
        check("-7922816251426433759354395033.5", "-0.1", "-");
    }

    #[test]
    fn a_bucket_is_a_quarter_of_an_hour_before_1970_too() {
        let bucket = |text: &str| bucket_of(text.parse().expect(text));
        assert_eq!(bucket("1970-01-01T00:14:59.999999Z"), 0);
        assert_eq!(bucket("1970-01-01T00:15:00Z"), 1);
        assert_eq!(bucket("1969-12-31T23:59:59Z"), -1);
    }

    fn events() -> impl Strategy<Value = Vec<(i64, u32)>> {
        prop::collection::vec((any::<i64>(), 0..6_u32), 0..20)
    }

    fn total(events: &[(i64, u32)], from: u64) -> Total {
        let mut total = Total::default();
        for ((mantissa, scale), sequence) in events.iter().zip(from..) {
            total.add(Quantity::new(Decimal::new(*mantissa, *scale)), sequence);
        }
        total
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole_in_any_order(events in events(), cut: prop::sample::Index) {
            let cut = cut.index(events.len() + 1);
            let (head, tail) = events.split_at(cut);
            let (head, tail) = (total(head, 5), total(tail, 5 + cut as u64));
            let (mut there, mut back) = (head.clone(), tail.clone());
            there.merge(&tail);
            back.merge(&head);
            prop_assert_eq!(&there, &back);
            prop_assert_eq!(there, total(&events, 5));
        }

        #[test]
        fn a_total_comes_back_from_its_bytes(events in events()) {
            let total = total(&events, 1);
            let mut packed = Vec::new();
            total.pack(&mut packed);
            let unpack = Unpack::new(Table("t"), &packed);
            prop_assert_eq!(Total::unpack(unpack).unwrap(), total);
        }
    }
}
