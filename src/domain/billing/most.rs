//! The most that can be bought at once: what comes to more could not be billed, nor what is billed
//! together with it.

use super::charge::Charging;
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::error::{Code, Rejection};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::change::{Deal, TakenPrices};
use crate::domain::time::Date;

/// The most minor units that one subscription comes to for a period of all its prices. Thousands of them
/// can be added up with their tax.
pub const MINOR_MAX: i64 = 1_000_000_000_000_000;

/// Refuses a deal that comes to more than can be billed, at the prices that it takes or has taken; what is
/// used is not known yet.
///
/// # Errors
/// [`Code::AmountOutOfRange`] with the most that is possible.
pub fn must_be_billable<'a>(
    deal: &Deal,
    taken: &TakenPrices,
    prices: impl Iterator<Item = &'a Price>,
    on: Date,
) -> Result<(), Rejection> {
    let mut sum = None;
    for price in prices {
        let frozen_on = taken.get(&price.id).and_then(|it| it.frozen_on);
        let Some(amount) = for_a_period(deal, price, (on, frozen_on)) else { continue };
        let before = sum.unwrap_or(Money::zero(price.currency));
        let added = amount.and_then(|it| Ok(before.plus(it)?))?;
        if added.as_minor() > MINOR_MAX {
            return Err(too_much(deal, price));
        }
        sum = Some(added);
    }
    Ok(())
}

/// What a price comes to for a whole period; nothing of what a meter counts, and of what is refused for
/// another reason than its amount.
fn for_a_period(
    deal: &Deal,
    price: &Price,
    (on, frozen_on): (Date, Option<Date>),
) -> Option<Result<Money, Rejection>> {
    let counted = match (price.kind, price.resource) {
        (PriceKind::Usage { .. }, _) => return None,
        (PriceKind::OneTime(_) | PriceKind::Recurring { .. }, Some(id)) => {
            deal.resources.get(&id).map_or(Quantity::ZERO, |it| it.additional)
        }
        (PriceKind::OneTime(_) | PriceKind::Recurring { .. }, None) => {
            Quantity::whole(deal.quantity.into())
        }
    };
    let version = price.billed_at(on, frozen_on)?;
    let charging = Charging::in_the_long_run(price, version, on);
    let amount = charging.amount(counted).and_then(|it| Ok(it.book(charging.rounding)?));
    match amount {
        Ok(amount) => Some(Ok(amount)),
        Err(why) if why.code == Code::AmountOutOfRange => Some(Err(too_much(deal, price))),
        Err(_) => None,
    }
}

fn too_much(deal: &Deal, price: &Price) -> Rejection {
    let most = Money::minor(MINOR_MAX, price.currency);
    let why = format!(
        "{} of offer `{}` come to more than can be billed: a subscription may come to `{most}` for a period \
         at most",
        deal.quantity, deal.offer
    );
    Rejection::new(Code::AmountOutOfRange, why)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::billing::invoice::sample::{date, id, stamp};
    use crate::domain::billing::rating::rows;
    use crate::domain::catalog::lifecycle::{Life, State};
    use crate::domain::catalog::price::{Base, Occasion, Versions};
    use crate::domain::money::Currency;
    use crate::domain::subscription::change::Entitlement;
    use crate::domain::time::Validity;

    fn price(number: u128, model: &str, resource: Option<u128>) -> Price {
        Price {
            id: id(number),
            stamp: stamp(),
            name: "Any".parse().expect("a name"),
            names: BTreeMap::new(),
            description: None,
            offer: id(2),
            plan: None,
            term: None,
            currency: Currency::EUR,
            tax_category: None,
            base: Base::Net,
            resource: resource.map(id),
            kind: PriceKind::OneTime(Occasion::Plain),
            conditions: vec![],
            alterations: vec![],
            life: Life::new(State::Launched, Validity::ALWAYS).expect("a life"),
            versions: Versions::first(rows::price(model)).expect(model),
            next_at: None,
        }
    }

    fn deal(quantity: u32, disk: i64) -> Deal {
        let all = Entitlement::of(Quantity::whole(disk), Quantity::ZERO);
        Deal {
            offer: id(2),
            offer_version: 1,
            specification: None,
            plan: None,
            prices: TakenPrices::new(),
            quantity,
            resources: [(id(9), all)].into(),
            characteristics: BTreeMap::new(),
            bundled: None,
        }
    }

    #[test]
    fn what_is_bought_comes_to_what_can_be_billed() {
        let unit = |number, of| price(number, "unit 1000000000000", of);
        for (quantity, disk, prices, is_fine) in [
            (1, 0, vec![unit(1, None)], true),
            (10, 0, vec![unit(1, None)], true),
            (11, 0, vec![unit(1, None)], false),
            (999_999, 0, vec![unit(1, None)], false),
            (6, 0, vec![unit(1, None), unit(2, None)], false),
            (1, 9, vec![unit(1, None), unit(2, Some(9))], true),
            (1, 10, vec![unit(1, None), unit(2, Some(9))], false),
            (999_999, 0, vec![price(1, "unit 10", None)], true),
        ] {
            let deal = deal(quantity, disk);
            let found = must_be_billable(&deal, &deal.prices, prices.iter(), date("2026-01-01"));
            let refused = found.map_err(|it| it.code);
            let expected = if is_fine { Ok(()) } else { Err(Code::AmountOutOfRange) };
            assert_eq!(refused, expected, "{quantity} {disk}");
        }
    }
}
