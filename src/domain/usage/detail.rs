//! Details: what a price asks of the usage of a period beyond its quantity.
//!
//! They are read event by event, by rising time. In which order events came in does not matter:
//! what happened at one instant is taken by its quantity.

use serde::{Deserialize, Serialize};

use super::meter::Aggregation;
use super::record::UsageEvent;
use super::tally::Tally;
use crate::domain::billing::rating::percentage::{Amounts, Sorting};
use crate::domain::catalog::price::PriceModel;
use crate::domain::catalog::price::model::Percentage;
use crate::domain::error::Rejection;
use crate::domain::quantity::Quantity;
use crate::domain::text;

/// What a price asks of usage beyond its quantity.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Detail {
    /// Nothing: the quantity says all.
    #[default]
    Total,
    /// Which amounts are charged in which way.
    Amounts(Amounts),
    /// How much there was of each value of a dimension.
    Values(Vec<OfValue>),
}

/// How much there was of a value of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfValue {
    /// The value; `None`: all that the price does not name, together.
    pub value: Option<text::Code>,
    /// How much, by the aggregation of the meter.
    pub quantity: Quantity,
}

impl Detail {
    /// What a price asks for, where that follows from the quantity and the number of events; `None`
    /// if they must be read.
    #[must_use]
    pub fn of_total(model: &PriceModel, quantity: Quantity, events: u64) -> Option<Self> {
        match Asks::of(model) {
            Asks::Nothing => Some(Self::Total),
            Asks::Amounts(it) if it.tells_events_apart() => None,
            Asks::Amounts(it) if it.per_event.is_zero() => Some(Self::Total),
            Asks::Amounts(_) => {
                Some(Self::Amounts(Amounts { amount: quantity, events, ..Amounts::NONE }))
            }
            Asks::Values(..) => None,
        }
    }
}

/// Of what a model asks besides a quantity.
enum Asks<'a> {
    Nothing,
    /// In which way each amount is charged.
    Amounts(&'a Percentage),
    /// How much there was of each value of a dimension.
    Values(&'a text::Code, &'a [(text::Code, PriceModel)]),
}

impl<'a> Asks<'a> {
    fn of(model: &'a PriceModel) -> Self {
        match model {
            PriceModel::Percentage(it) => Self::Amounts(it),
            PriceModel::PerDimension { dimension, values, .. } => Self::Values(dimension, values),
            PriceModel::Flat(_)
            | PriceModel::PerUnit(_)
            | PriceModel::Graduated(_)
            | PriceModel::Volume(_)
            | PriceModel::Package { .. }
            | PriceModel::Stairstep(_)
            | PriceModel::GraduatedPercentage(_)
            | PriceModel::Minimum { .. }
            | PriceModel::Commitment { .. } => Self::Nothing,
        }
    }
}

/// Reads the events of a period, by rising time, into what a price asks for.
#[derive(Debug)]
pub enum Reader<'a> {
    /// The price looks at no event.
    Nothing,
    /// It sorts their amounts.
    Amounts(Sorting<'a>),
    /// It groups them by the values of a dimension.
    Values(Grouping<'a>),
}

impl<'a> Reader<'a> {
    /// A reader for a price whose meter aggregates so.
    #[must_use]
    pub fn new(model: &'a PriceModel, aggregation: Aggregation) -> Self {
        match Asks::of(model) {
            Asks::Nothing => Self::Nothing,
            Asks::Amounts(it) => Self::Amounts(it.sorting()),
            Asks::Values(dimension, values) => {
                Self::Values(Grouping::new(dimension, values, aggregation))
            }
        }
    }

    /// Reads the next event.
    ///
    /// # Errors
    /// If a sum is too large to be counted.
    pub fn read(&mut self, event: &UsageEvent) -> Result<(), Rejection> {
        match self {
            Self::Nothing => Ok(()),
            Self::Amounts(it) => Ok(it.read(event.at, event.quantity)?),
            Self::Values(it) => it.read(event),
        }
    }

    /// What the price asked for.
    ///
    /// # Errors
    /// If a sum is too large to be counted, or there is no rule for the aggregation.
    pub fn detail(self) -> Result<Detail, Rejection> {
        match self {
            Self::Nothing => Ok(Detail::Total),
            Self::Amounts(it) => Ok(Detail::Amounts(it.amounts()?)),
            Self::Values(it) => it.detail(),
        }
    }
}

impl Percentage {
    /// Begins to sort the amounts of events.
    #[must_use]
    pub const fn sorting(&self) -> Sorting<'_> {
        Sorting::new(self)
    }
}

/// Groups events by the values of a dimension.
#[derive(Debug)]
pub struct Grouping<'a> {
    dimension: &'a text::Code,
    values: &'a [(text::Code, PriceModel)],
    aggregation: Aggregation,
    /// One for each value, and the last for all others.
    tallies: Vec<Tally>,
}

impl<'a> Grouping<'a> {
    fn new(
        dimension: &'a text::Code,
        values: &'a [(text::Code, PriceModel)],
        aggregation: Aggregation,
    ) -> Self {
        let tallies = vec![Tally::NOTHING; values.len() + 1];
        Self { dimension, values, aggregation, tallies }
    }

    fn read(&mut self, event: &UsageEvent) -> Result<(), Rejection> {
        let said = event.dimensions.get(self.dimension);
        let named = |said: &String| self.values.iter().position(|it| it.0.as_str() == said);
        let tally = &mut self.tallies[said.and_then(named).unwrap_or(self.values.len())];
        *tally = tally.merge(Tally::of(event.quantity, event.at))?;
        Ok(())
    }

    fn detail(self) -> Result<Detail, Rejection> {
        let names = self.values.iter().map(|it| Some(it.0.clone())).chain([None]);
        let used = names.zip(&self.tallies).filter(|it| it.1.records() > 0);
        let values = used.map(|(value, tally)| {
            Ok(OfValue { value, quantity: tally.quantity(self.aggregation)? })
        });
        values.collect::<Result<_, Rejection>>().map(Detail::Values)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::domain::billing::invoice::sample::id;
    use crate::domain::billing::rating::rows;
    use crate::domain::stamp::{Carried, SellerNumber};
    use crate::domain::time::Instant;

    fn event(second: i64, cents: i64, region: &str) -> UsageEvent {
        let dimensions = [("region".parse().expect("a code"), region.to_owned())];
        UsageEvent {
            seller: SellerNumber::PROVIDER,
            source: "test".parse().expect("a code"),
            event_id: "1".parse().expect("an id"),
            subscription: id(1),
            meter: id(2),
            quantity: Quantity::new(Decimal::new(cents, 2)),
            at: Instant::from_micros(second * 1_000_000).expect("an instant"),
            dimensions: dimensions
                .into_iter()
                .filter(|it| !it.1.is_empty())
                .collect::<BTreeMap<_, _>>(),
            carried: Carried::default(),
        }
    }

    fn read(price: &str, by: Aggregation, events: &[UsageEvent]) -> Detail {
        let version = rows::price(price);
        let mut reader = Reader::new(&version.model, by);
        events.iter().for_each(|it| reader.read(it).expect("read"));
        reader.detail().expect("a detail")
    }

    const REGIONS: &str = "by region eu = unit 2; us = graduated 10: 1, *: 0.5; else unit 3";

    #[test]
    fn events_are_grouped_as_the_price_names_them_and_all_others_together() {
        let events = [("eu", 300), ("mars", 100), ("eu", 200), ("", 50)];
        let events: Vec<_> = (0..).zip(events).map(|(at, it)| event(at, it.1, it.0)).collect();
        let told = |by| match read(REGIONS, by, &events) {
            Detail::Values(values) => values
                .iter()
                .map(|it| {
                    format!("{:?} {}", it.value.as_ref().map(text::Code::as_str), it.quantity)
                })
                .collect::<Vec<_>>()
                .join(", "),
            Detail::Total | Detail::Amounts(_) => String::new(),
        };
        assert_eq!(told(Aggregation::Sum), r#"Some("eu") 5, None 1.5"#);
        assert_eq!(told(Aggregation::Count), r#"Some("eu") 2, None 2"#);
        assert_eq!(told(Aggregation::Max), r#"Some("eu") 3, None 1"#);
        assert_eq!(told(Aggregation::Latest), r#"Some("eu") 2, None 0.5"#);
    }

    proptest! {
        #[test]
        fn in_which_order_events_of_one_instant_came_does_not_matter(
            mut events in prop::collection::vec((0..3_i64, 0..10_000_i64, 0..3_usize), 0..12),
        ) {
            let all = |events: &[(i64, i64, usize)]| {
                let mut events = events.to_vec();
                events.sort_by_key(|it| it.0);
                let regions = ["eu", "us", ""];
                events.iter().map(|it| event(it.0, it.1, regions[it.2])).collect::<Vec<_>>()
            };
            let prices = [REGIONS, "percent 1 + 0.1; free 3 or 50; min 0.2; max 0.9"];
            let before = prices.map(|it| read(it, Aggregation::Sum, &all(&events)));
            events.reverse();
            prop_assert_eq!(before, prices.map(|it| read(it, Aggregation::Sum, &all(&events))));
        }
    }
}
