//! Meters: what is counted of a resource, and how counts become a quantity.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::id::{MeterId, ResourceId};
use crate::domain::localized::nearest;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Locale, Name};
use crate::domain::word::words;

words! {
    /// How the events of a period become one quantity.
    Aggregation {
        /// How many there were.
        Count = "count";
        /// Their quantities together.
        Sum = "sum";
        /// The largest.
        Max = "max";
        /// The last one.
        Latest = "latest";
        /// How many different values of a dimension there were.
        UniqueCount = "unique_count";
        /// The sum of a gauge, weighted with the time it stood there.
        WeightedSum = "weighted_sum";
        /// Their mean.
        Average = "average";
    }
}

words! {
    /// What a new period begins with.
    CarryOver {
        /// With nothing.
        Reset = "reset";
        /// With what the one before ended with.
        Carry = "carry";
    }
}

/// What is counted of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// Its identity.
    pub id: MeterId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// What the systems that count call it.
    pub code: text::Code,
    /// What the invoice calls it.
    pub name: Name,
    /// The same to readers of other languages.
    pub names: BTreeMap<Locale, Name>,
    /// In what it counts: `GB`, `call`.
    pub unit: Name,
    /// The same to readers of other languages.
    pub units: BTreeMap<Locale, Name>,
    /// The resource that is used; `None`: the subscription as such.
    pub resource: Option<ResourceId>,
    /// How events become one quantity.
    pub aggregation: Aggregation,
    /// Which dimension is counted by [`Aggregation::UniqueCount`].
    pub unique_by: Option<text::Code>,
    /// What a new period begins with.
    pub carry_over: CarryOver,
    /// The dimensions that events may have.
    pub dimensions: Vec<text::Code>,
}

/// In so many languages a meter says what it is called and in what it counts, besides the first.
pub const LANGUAGES_MAX: usize = 50;

impl Meter {
    /// A meter that sums what it counts, anew in each period, whatever it is used of.
    #[must_use]
    pub fn summing(
        (id, stamp): (MeterId, Stamp),
        code: text::Code,
        name: Name,
        unit: Name,
    ) -> Self {
        Self {
            id,
            stamp,
            code,
            name,
            names: BTreeMap::new(),
            unit,
            units: BTreeMap::new(),
            resource: None,
            aggregation: Aggregation::Sum,
            unique_by: None,
            carry_over: CarryOver::Reset,
            dimensions: Vec::new(),
        }
    }

    /// In what it counts, to a reader of a language: in it if that is known, else the unit.
    #[must_use]
    pub fn unit_in(&self, locale: &Locale) -> &Name {
        nearest(self.units.iter(), locale).unwrap_or(&self.unit)
    }

    /// Refuses a meter that says two things.
    ///
    /// # Errors
    /// With every field that is wrong.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut found = Vec::new();
        let is_unique = self.aggregation == Aggregation::UniqueCount;
        if is_unique != self.unique_by.is_some() {
            let message = "must be given for `unique_count`, and for nothing else";
            found.push(Violation::new("/unique_by", "required", message));
        }
        if self.unique_by.as_ref().is_some_and(|it| !self.dimensions.contains(it)) {
            let message = "must be one of its dimensions";
            found.push(Violation::new("/unique_by", "reference", message));
        }
        for (at, count) in [("/names", self.names.len()), ("/units", self.units.len())] {
            if count > LANGUAGES_MAX {
                let message = format!("must be at most {LANGUAGES_MAX}");
                found.push(Violation::new(at, "range", message));
            }
        }
        if self.dimensions.len() > 20 {
            found.push(Violation::new("/dimensions", "range", "must be at most 20"));
        }
        for (place, it) in self.dimensions.iter().enumerate() {
            if self.dimensions[..place].contains(it) {
                let at = format!("/dimensions/{place}");
                found.push(Violation::new(at, "duplicate", "must name each dimension once"));
            }
        }
        Invalid::unless_empty(found)
    }

    /// The same with more dimensions. Those that it has stay: prices and events name them.
    ///
    /// # Errors
    /// If one of them is left out, or named twice.
    pub fn with_dimensions(self, dimensions: Vec<text::Code>) -> Result<Self, Invalid> {
        if let Some(gone) = self.dimensions.iter().find(|it| !dimensions.contains(it)) {
            let message = format!("must keep `{gone}`, which prices and events may name");
            return Err(Invalid::one("/dimensions", "conflict", message));
        }
        let changed = Self { dimensions, ..self };
        changed.check().map(|()| changed)
    }

    /// Refuses what billing has no rule for, so that nothing is counted that is never charged.
    ///
    /// # Errors
    /// With what has no rule.
    pub fn publishable(&self) -> Result<(), Rejection> {
        let refused = |what: &str| {
            let why = format!(
                "the meter `{}` cannot be billed: there is no rule to carry over a `{what}`; use sum \
                 or weighted_sum, or begin anew",
                self.code
            );
            Err(Rejection::new(Code::MeterNotRated, why))
        };
        match (self.carry_over, self.aggregation) {
            (CarryOver::Reset, _)
            | (CarryOver::Carry, Aggregation::Sum | Aggregation::WeightedSum) => Ok(()),
            (CarryOver::Carry, other) => refused(other.word()),
        }
    }

    /// Whether what it counts can be told apart by the values of a dimension.
    #[must_use]
    pub fn is_told_apart(&self) -> bool {
        let by = self.aggregation;
        let is_whole = matches!(by, Aggregation::UniqueCount | Aggregation::WeightedSum);
        !is_whole && self.carry_over == CarryOver::Reset
    }

    /// Whether what comes may also go again: it tells of how much more or less there is.
    #[must_use]
    pub fn goes_down(&self) -> bool {
        match self.aggregation {
            Aggregation::Count | Aggregation::WeightedSum => true,
            Aggregation::Sum => self.carry_over == CarryOver::Carry,
            Aggregation::Max
            | Aggregation::Latest
            | Aggregation::UniqueCount
            | Aggregation::Average => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{id, stamp};

    fn meter(aggregation: Aggregation) -> Meter {
        let user: text::Code = "user".parse().expect("a code");
        let unique_by = Some(user.clone()).filter(|_| aggregation == Aggregation::UniqueCount);
        let dimensions = unique_by.iter().cloned().collect();
        Meter {
            id: id(1),
            stamp: stamp(),
            code: "traffic".parse().expect("a code"),
            name: "Traffic".parse().expect("a name"),
            names: BTreeMap::new(),
            unit: "GB".parse().expect("a name"),
            units: BTreeMap::new(),
            resource: None,
            aggregation,
            unique_by,
            carry_over: CarryOver::Reset,
            dimensions,
        }
    }

    #[test]
    fn what_is_never_charged_cannot_be_published() {
        let carried = |it: Aggregation| Meter { carry_over: CarryOver::Carry, ..meter(it) };
        let sold = |it: Meter| it.publishable().map_or("refused", |()| "sold");
        let rows: Vec<_> = Aggregation::ALL
            .iter()
            .map(|it| format!("{it}: {}, carried over {}", sold(meter(*it)), sold(carried(*it))))
            .collect();
        assert_eq!(
            rows,
            [
                "count: sold, carried over refused",
                "sum: sold, carried over sold",
                "max: sold, carried over refused",
                "latest: sold, carried over refused",
                "unique_count: sold, carried over refused",
                "weighted_sum: sold, carried over sold",
                "average: sold, carried over refused",
            ]
        );
        let refused = carried(Aggregation::Max).publishable().map_err(|it| it.code);
        assert_eq!(refused, Err(Code::MeterNotRated));
    }

    #[test]
    fn dimensions_may_be_added_and_are_never_lost() {
        let of = |names: &[&str]| -> Vec<text::Code> {
            names.iter().map(|it| it.parse().expect(it)).collect()
        };
        let before = Meter { dimensions: of(&["region"]), ..meter(Aggregation::Sum) };
        let table = [
            (&["region", "size"][..], None),
            (&["size"], Some("/dimensions")),
            (&["region", "region"], Some("/dimensions/1")),
        ];
        for (names, field) in table {
            let changed = before.clone().with_dimensions(of(names));
            let found = changed.err().map(|it| it.violations[0].field.clone());
            assert_eq!(found.as_deref(), field, "{names:?}");
        }
    }

    #[test]
    fn a_dimension_is_named_where_its_values_are_counted() {
        assert_eq!(meter(Aggregation::UniqueCount).check(), Ok(()));
        let nothing = Meter { unique_by: None, ..meter(Aggregation::UniqueCount) };
        assert_eq!(nothing.check().expect_err("refused").violations[0].field, "/unique_by");
        let both = Meter { unique_by: "user".parse().ok(), ..meter(Aggregation::Sum) };
        assert_eq!(both.check().expect_err("refused").violations[0].field, "/unique_by");
        let unknown = Meter { dimensions: vec![], ..meter(Aggregation::UniqueCount) };
        assert_eq!(unknown.check().expect_err("refused").violations[0].rule, "reference");
    }
}
