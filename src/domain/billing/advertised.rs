//! What an offer is advertised with: the least that it can come to, as in "from 9.99 a month".

use std::collections::BTreeMap;

use super::charge::Charging;
use crate::domain::catalog::price::{ChargeKind, Occasion, Price, PriceKind};
use crate::domain::money::{Currency, Money, Rounding};
use crate::domain::quantity::Quantity;
use crate::domain::text::Code;
use crate::domain::time::Date;

/// What an offer costs at least on one sort of occasion, for one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeastPrice {
    /// How much.
    pub amount: Money,
    /// On what sort of occasion.
    pub kind: ChargeKind,
}

/// Prices of which only those of one plan and term are charged together.
type Alternatives<'a> = BTreeMap<(Option<&'a Code>, Option<&'a Code>), Money>;

/// What an offer costs at least on a day, in each currency and on each sort of occasion, for one
/// unit: what every plan and term has, and the cheapest of what they differ in; of what is used,
/// the cheapest unit. Prices of additional resources and of special choices are left away.
#[must_use]
pub fn advertised(prices: &[Price], on: Date) -> Vec<LeastPrice> {
    let mut sums: BTreeMap<(Currency, ChargeKind), Alternatives<'_>> = BTreeMap::new();
    for price in prices.iter().filter(|it| it.resource.is_none() && it.conditions.is_empty()) {
        let Some(amount) = for_one(price, on) else { continue };
        let kind = price.kind.charge();
        let place = (price.plan.as_ref(), price.term.as_ref());
        let all = sums.entry((price.currency, kind)).or_default();
        let sum = match (all.get(&place), kind) {
            (None, _) => Some(amount),
            (Some(before), ChargeKind::Usage) => {
                Some(if amount.as_minor() < before.as_minor() { amount } else { *before })
            }
            (Some(before), ChargeKind::OneTime | ChargeKind::Recurring) => before.plus(amount).ok(),
        };
        all.extend(sum.map(|it| (place, it)));
    }
    let all = sums.into_iter();
    all.filter_map(|((_, kind), all)| Some(LeastPrice { amount: least(&all, kind)?, kind }))
        .collect()
}

/// The one of them that an offer is known by, in each currency: what recurs before what is charged
/// once, and that before what is used.
#[must_use]
pub fn headline(all: &[LeastPrice]) -> Vec<LeastPrice> {
    let mut found: Vec<LeastPrice> = Vec::new();
    for kind in [ChargeKind::Recurring, ChargeKind::OneTime, ChargeKind::Usage] {
        for from in all.iter().filter(|it| it.kind == kind) {
            let currency = from.amount.currency();
            if found.iter().all(|it| it.amount.currency() != currency) {
                found.push(*from);
            }
        }
    }
    found
}

/// What one unit costs at a price, if it is one that everybody pays.
fn for_one(price: &Price, on: Date) -> Option<Money> {
    match price.kind {
        PriceKind::OneTime(Occasion::Renewal | Occasion::Deposit) => return None,
        PriceKind::OneTime(Occasion::Plain | Occasion::Setup)
        | PriceKind::Recurring { .. }
        | PriceKind::Usage { .. } => {}
    }
    let version = price.in_force(on, None)?;
    // What cannot be rated for one unit alone is not advertised.
    let amount = Charging::in_the_long_run(price, version, on).amount(Quantity::ONE).ok()?;
    amount.book(Rounding::HalfUp).ok()
}

fn least(all: &Alternatives<'_>, kind: ChargeKind) -> Option<Money> {
    let common = all.get(&(None, None)).copied();
    let special = all.iter().filter(|it| *it.0 != (None, None)).map(|it| *it.1);
    let cheapest = special.min_by_key(|it| it.as_minor());
    match (common, cheapest, kind) {
        (Some(common), Some(more), ChargeKind::OneTime | ChargeKind::Recurring) => {
            common.plus(more).ok()
        }
        (Some(one), Some(other), ChargeKind::Usage) => {
            Some(if other.as_minor() < one.as_minor() { other } else { one })
        }
        (one, other, _) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(minor: i64, kind: ChargeKind) -> LeastPrice {
        LeastPrice { amount: Money::minor(minor, Currency::EUR), kind }
    }

    #[test]
    fn an_offer_is_known_by_what_recurs() {
        let dollars =
            LeastPrice { amount: Money::minor(7, Currency::USD), kind: ChargeKind::Usage };
        let setup = from(100, ChargeKind::OneTime);
        let all = [setup, from(5, ChargeKind::Usage), from(999, ChargeKind::Recurring), dollars];
        assert_eq!(headline(&all), [from(999, ChargeKind::Recurring), dollars]);
        assert_eq!(headline(&all[..2]), [setup]);
        assert_eq!(headline(&[]), []);
    }

    #[test]
    fn alternatives_add_the_cheapest_to_what_all_have() {
        let (yearly, monthly): (Code, Code) =
            ("yearly".parse().expect("a code"), "monthly".parse().expect("a code"));
        let all: Alternatives<'_> = BTreeMap::from([
            ((None, None), Money::minor(100, Currency::EUR)),
            ((None, Some(&yearly)), Money::minor(50, Currency::EUR)),
            ((None, Some(&monthly)), Money::minor(70, Currency::EUR)),
        ]);
        let euros = |minor| Some(Money::minor(minor, Currency::EUR));
        assert_eq!(least(&all, ChargeKind::Recurring), euros(150));
        assert_eq!(least(&all, ChargeKind::Usage), euros(50));
        assert_eq!(least(&Alternatives::new(), ChargeKind::Usage), None);
    }
}
