//! Bundles: offers that are sold together, and how many of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::keys_violations;
use super::price::alteration::{Applies, By, Effect, PriceAlteration};
use super::price::{Occasion, Price, PriceKind};
use crate::domain::error::Violation;
use crate::domain::id::OfferId;
use crate::domain::quantity::Percent;
use crate::domain::text::Name;
use crate::domain::time::Date;

/// One offer in a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The offer.
    pub offer: OfferId,
    /// How many of it must be taken.
    pub count_min: u32,
    /// How many of it can be taken; without limit if nothing is said.
    pub count_max: Option<u32>,
    /// How many of it are taken if nobody chooses.
    pub count_default: u32,
}

impl Part {
    /// Exactly one of an offer.
    #[must_use]
    pub const fn one(offer: OfferId) -> Self {
        Self { offer, count_min: 1, count_max: Some(1), count_default: 1 }
    }

    /// Whether so many can be taken.
    #[must_use]
    pub fn admits(&self, count: u32) -> bool {
        self.count_min <= count && self.count_max.is_none_or(|it| count <= it)
    }
}

/// What a part of a bundle costs less in it than by itself, as it was when the bundle was bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundled {
    /// The bundle.
    pub bundle: OfferId,
    /// How many hundredths less; all of them where the bundle's own prices are what it costs.
    pub less: Percent,
    /// The day from which on the bundle is not whole any more: what is charged for days that begin then is not
    /// less.
    pub until: Option<Date>,
    /// How many hundredths it costs those less who sell the bundle on, by what theirs is a copy of, the nearest
    /// first.
    pub above: Vec<(OfferId, Percent)>,
}

impl Bundled {
    /// What a part costs less in a bundle that is bought now.
    #[must_use]
    pub const fn of(bundle: OfferId, less: Percent) -> Self {
        Self { bundle, less, until: None, above: Vec::new() }
    }

    /// The same for who sells the bundle on and buys an original of it; nothing if that lowered nothing.
    #[must_use]
    pub fn bought_as(&self, original: OfferId) -> Option<Self> {
        let (bundle, less) = *self.above.iter().find(|it| it.0 == original)?;
        Some(Self { bundle, less, until: self.until, above: Vec::new() })
    }

    /// What it costs less once it goes on as another offer: as before if the bundle, which is whole, has that
    /// among its `parts`, else nothing.
    #[must_use]
    pub fn switched(self, parts: &[Part], to: OfferId) -> Option<Self> {
        let stays = self.until.is_none() && parts.iter().any(|it| it.offer == to);
        stays.then_some(self)
    }

    /// The same once the bundle is not whole any more. One that costs what its own prices say goes on to: its
    /// parts are paid with those.
    #[must_use]
    pub fn broken(self, on: Date) -> Self {
        if self.less == Percent::WHOLE {
            return self;
        }
        Self { until: Some(self.until.map_or(on, |it| it.min(on))), ..self }
    }

    /// A price of a part as it is charged in the bundle, which buyers call so. What is used, and what is
    /// given back in the end, costs the same.
    #[must_use]
    pub fn lower(&self, mut price: Price, bundle: &Name) -> Price {
        match price.kind {
            PriceKind::Usage { .. } | PriceKind::OneTime(Occasion::Deposit) => return price,
            PriceKind::Recurring { .. }
            | PriceKind::OneTime(Occasion::Plain | Occasion::Setup | Occasion::Renewal) => {}
        }
        price.alterations.push(PriceAlteration {
            name: bundle.clone(),
            effect: Effect::Discount,
            by: By::Percent(self.less),
            applies: self.until.map_or(Applies::EveryCharge, Applies::Before),
            condition: None,
            valid_from: None,
            valid_until: None,
        });
        price
    }
}

/// Whether a bundle with so many of an offer has less of it than must be taken.
#[must_use]
pub fn is_short(parts: &[Part], of: OfferId, count: u32) -> bool {
    parts.iter().any(|it| it.offer == of && count < it.count_min)
}

/// What is wrong with how much less the parts of a bundle cost in it: of a bundle that is so.
#[must_use]
pub fn discount_violations(parts: &[Part], less: Option<Percent>) -> Vec<Violation> {
    let Some(less) = less else { return Vec::new() };
    let mut found = Vec::new();
    if parts.is_empty() {
        let message = "must be left out: only a bundle has parts that cost less in it";
        found.push(Violation::new("/parts_discount", "conflict", message));
    }
    if less <= Percent::ZERO || less > Percent::WHOLE {
        let message = "must be above 0 and at most 100";
        found.push(Violation::new("/parts_discount", "range", message));
    }
    found
}

/// What is wrong with the parts of a bundle that is the offer `bundle`.
#[must_use]
pub fn violations(bundle: OfferId, parts: &[Part]) -> Vec<Violation> {
    let mut found = keys_violations("/parts", parts.iter().map(|it| it.offer));
    if parts.len() == 1 {
        found.push(Violation::new("/parts", "range", "must have at least 2 entries, or none"));
    }
    for (place, part) in parts.iter().enumerate() {
        if part.offer == bundle {
            let field = format!("/parts/{place}/offer");
            found.push(Violation::new(field, "reference", "must name another offer than this one"));
        }
        if !part.admits(part.count_default) {
            let field = format!("/parts/{place}/count_default");
            let message = "must lie between `count_min` and `count_max`";
            found.push(Violation::new(field, "range", message));
        }
    }
    found
}

/// The counts of a bundle's parts that are taken when somebody chooses `chosen` of them.
#[must_use]
pub fn counts(parts: &[Part], chosen: &BTreeMap<OfferId, u32>) -> BTreeMap<OfferId, u32> {
    let count = |it: &Part| chosen.get(&it.offer).copied().unwrap_or(it.count_default);
    parts.iter().map(|it| (it.offer, count(it))).collect()
}

/// What is wrong with a choice from a bundle: in a few words, for the offer that it concerns.
#[must_use]
pub fn faults(parts: &[Part], counts: &BTreeMap<OfferId, u32>) -> Vec<(OfferId, String)> {
    let strange = counts.keys().filter(|it| parts.iter().all(|part| part.offer != **it));
    let strange = strange.map(|it| (*it, "is not a part of the bundle".to_owned()));
    let bad = parts.iter().filter_map(|part| {
        let count = counts.get(&part.offer).copied().unwrap_or(0);
        let most = part.count_max.map_or("any number".to_owned(), |it| it.to_string());
        let fault = format!("must be taken {} to {most} times, not {count}", part.count_min);
        (!part.admits(count)).then_some((part.offer, fault))
    });
    strange.chain(bad).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;

    fn id(number: u128) -> OfferId {
        OfferId::from_uuid(Uuid::from_u128(number))
    }

    fn some(offer: u128, count_min: u32, count_max: Option<u32>, count_default: u32) -> Part {
        Part { offer: id(offer), count_min, count_max, count_default }
    }

    #[test]
    fn a_bundle_has_two_different_parts_with_possible_defaults() {
        let fields = |parts: &[Part]| {
            violations(id(9), parts).into_iter().map(|it| it.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&[]), Vec::<String>::new());
        assert_eq!(fields(&[Part::one(id(1)), some(2, 0, None, 0)]), Vec::<String>::new());
        assert_eq!(fields(&[Part::one(id(1))]), ["/parts"]);
        assert_eq!(fields(&[Part::one(id(1)), Part::one(id(1))]), ["/parts/1"]);
        assert_eq!(fields(&[Part::one(id(1)), Part::one(id(9))]), ["/parts/1/offer"]);
        assert_eq!(fields(&[Part::one(id(1)), some(2, 2, Some(1), 2)]), ["/parts/1/count_default"]);
    }

    #[test]
    fn a_part_stays_in_its_bundle_as_another_of_its_parts_while_that_is_whole() {
        let parts = [some(1, 0, Some(1), 1), some(2, 0, Some(1), 0), Part::one(id(3))];
        let day = |it: &str| it.parse::<Date>().expect(it);
        let ten = Bundled::of(id(9), Percent::new(10.into()));
        for (had, to, stays) in [
            (ten.clone(), 2, true),
            (ten.clone(), 3, true),
            (ten.clone(), 4, false),
            (ten.clone().broken(day("2026-02-01")), 2, false),
        ] {
            let found = had.clone().switched(&parts, id(to));
            assert_eq!(found, stays.then_some(had), "{to}");
        }
        for (offer, count, expected) in [(1, 0, false), (3, 1, false), (3, 0, true), (4, 0, false)]
        {
            assert_eq!(is_short(&parts, id(offer), count), expected, "{count} of {offer}");
        }
    }

    #[test]
    fn a_bundle_that_is_not_whole_lowers_what_began_before_unless_it_is_paid_by_itself() {
        let day = |it: &str| it.parse::<Date>().expect(it);
        let until = |less: i64| {
            let had = Bundled::of(id(9), Percent::new(less.into()));
            had.broken(day("2026-03-01")).broken(day("2026-04-01")).until
        };
        assert_eq!(until(20), Some(day("2026-03-01")), "it breaks once");
        assert_eq!(until(100), None);
    }

    #[test]
    fn who_sells_a_bundle_on_pays_what_its_original_said_then() {
        let [ten, twenty] = [10, 20].map(|it: i64| Percent::new(it.into()));
        let had = Bundled { above: vec![(id(8), ten)], ..Bundled::of(id(9), twenty) };
        assert_eq!(had.bought_as(id(8)), Some(Bundled::of(id(8), ten)));
        assert_eq!(had.bought_as(id(7)), None, "what lowered nothing then lowers nothing");
    }

    #[test]
    fn parts_cost_less_in_a_bundle_alone_and_at_most_nothing() {
        let parts = [Part::one(id(1)), Part::one(id(2))];
        let rules = |parts: &[Part], less: Option<i64>| {
            let less = less.map(|it| Percent::new(it.into()));
            let found = discount_violations(parts, less);
            found.into_iter().map(|it| it.rule).collect::<Vec<_>>()
        };
        for (parts, less, expected) in [
            (&parts[..], None, &[][..]),
            (&parts[..], Some(20), &[]),
            (&parts[..], Some(100), &[]),
            (&parts[..], Some(0), &["range"]),
            (&parts[..], Some(101), &["range"]),
            (&[], Some(20), &["conflict"]),
            (&[], None, &[]),
        ] {
            assert_eq!(rules(parts, less), expected, "{less:?} off {} parts", parts.len());
        }
    }

    #[test]
    fn what_is_not_chosen_is_taken_by_default_and_the_limits_hold() {
        let parts = [Part::one(id(1)), some(2, 0, Some(3), 2)];
        let taken = counts(&parts, &BTreeMap::from([(id(1), 1)]));
        assert_eq!(taken, BTreeMap::from([(id(1), 1), (id(2), 2)]));
        assert_eq!(faults(&parts, &taken), []);

        let faulty = |counts: &[(OfferId, u32)]| {
            let counts = counts.iter().copied().collect();
            faults(&parts, &counts).into_iter().map(|it| it.0).collect::<Vec<_>>()
        };
        assert_eq!(faulty(&[(id(1), 0)]), [id(1)]);
        assert_eq!(faulty(&[(id(1), 1), (id(2), 4)]), [id(2)]);
        assert_eq!(faulty(&[(id(1), 1), (id(7), 1)]), [id(7)]);
    }
}
