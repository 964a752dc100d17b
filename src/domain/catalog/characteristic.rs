//! Characteristics: what can be said of a product, which values it may take, and which were chosen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::keys_violations;
use crate::domain::attribute::AttributeValue;
use crate::domain::error::Violation;
use crate::domain::localized::Localized;
use crate::domain::quantity::Quantity;
use crate::domain::text::{self, Name, Prose};
use crate::domain::time::{Instant, Validity};
use crate::domain::word::words;

/// The values that were chosen, by the name of the characteristic.
pub type Choices = BTreeMap<Name, Vec<AttributeValue>>;

/// The choices as prices look at them: one text for each name, in which whatever a code cannot hold
/// is an underscore. What has several values or none is no dimension of a price.
#[must_use]
pub fn dimensions(choices: &Choices) -> BTreeMap<text::Code, String> {
    let plain = |it: char| if it.is_ascii_alphanumeric() || "_-.:".contains(it) { it } else { '_' };
    let dimension = |(name, values): (&Name, &Vec<AttributeValue>)| match values.as_slice() {
        [value] => {
            let key: String = name.as_str().chars().map(plain).collect();
            Some((key.parse().ok()?, value.to_string()))
        }
        [] | [_, _, ..] => None,
    };
    choices.iter().filter_map(dimension).collect()
}

words! {
    /// What the values of a characteristic are.
    ValueKind {
        /// A text.
        Text = "text";
        /// A number, kept exactly.
        Number = "number";
        /// Yes or no.
        Flag = "flag";
    }
}

words! {
    /// Which ends of a range belong to it.
    Bounds {
        /// Both.
        Closed = "closed";
        /// Neither.
        Open = "open";
        /// The lower one.
        ClosedBottom = "closed_bottom";
        /// The upper one.
        ClosedTop = "closed_top";
    }
}

/// A range of numbers; a missing end is open without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The lower end.
    pub from: Option<Quantity>,
    /// The upper end.
    pub to: Option<Quantity>,
    /// Which ends belong to it.
    pub bounds: Bounds,
    /// The distance of the allowed numbers, counted from the lower end.
    pub step: Option<Quantity>,
}

impl Range {
    /// Whether a number lies in it.
    #[must_use]
    pub fn contains(&self, number: Quantity) -> bool {
        let (takes_from, takes_to) = match self.bounds {
            Bounds::Closed => (true, true),
            Bounds::Open => (false, false),
            Bounds::ClosedBottom => (true, false),
            Bounds::ClosedTop => (false, true),
        };
        let above = self.from.is_none_or(|it| it < number || takes_from && it == number);
        let below = self.to.is_none_or(|it| number < it || takes_to && it == number);
        above && below && self.step.is_none_or(|step| self.is_on_step(number, step))
    }

    fn is_on_step(&self, number: Quantity, step: Quantity) -> bool {
        let start = self.from.unwrap_or(Quantity::ZERO);
        let distance = number.minus(start).map(Quantity::decimal);
        distance.and_then(|it| it.checked_rem(step.decimal())).is_some_and(|it| it.is_zero())
    }
}

/// What is allowed as a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Allowed {
    /// This very value.
    Exactly(AttributeValue),
    /// Any number of a range.
    Within(Range),
}

impl Allowed {
    fn admits(&self, value: &AttributeValue) -> bool {
        match (self, value) {
            (Self::Exactly(allowed), value) => allowed == value,
            (Self::Within(range), AttributeValue::Number(it)) => range.contains(Quantity::new(*it)),
            (Self::Within(_), AttributeValue::Text(_) | AttributeValue::Flag(_)) => false,
        }
    }
}

/// One value, or range of values, that a characteristic may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharacteristicValue {
    /// What is allowed.
    pub allowed: Allowed,
    /// Whether it is taken if nobody chooses.
    pub is_default: bool,
    /// What the value counts: `GB`, `GHz`.
    pub unit: Option<Name>,
    /// When it can be chosen.
    pub valid_for: Validity,
}

/// Something that can be said of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Characteristic {
    /// What it is called; once per specification.
    pub name: Name,
    /// What it means.
    pub description: Option<Localized<Prose>>,
    /// What its values are.
    pub kind: ValueKind,
    /// Whether the buyer chooses; otherwise the seller has.
    pub is_configurable: bool,
    /// How many values a choice has at least; 0 if it may be left open.
    pub values_min: u32,
    /// How many values a choice has at most.
    pub values_max: u32,
    /// What it may take; anything of its kind if empty.
    pub values: Vec<CharacteristicValue>,
    /// When it is part of the specification.
    pub valid_for: Validity,
}

/// How an offer narrows a characteristic of its specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharacteristicUse {
    /// The characteristic's name.
    pub name: Name,
    /// What it may take in this offer, and which of it is the default here.
    pub values: Vec<CharacteristicValue>,
}

impl Characteristic {
    /// A choice of at most one value of a kind.
    #[must_use]
    pub const fn configurable(
        name: Name,
        kind: ValueKind,
        values: Vec<CharacteristicValue>,
    ) -> Self {
        Self {
            name,
            description: None,
            kind,
            is_configurable: true,
            values_min: 0,
            values_max: 1,
            values,
            valid_for: Validity::ALWAYS,
        }
    }

    /// The same with the values that an offer leaves of it.
    #[must_use]
    pub fn narrowed(&self, uses: &[CharacteristicUse]) -> Self {
        let used = uses.iter().find(|it| it.name == self.name);
        let values = used.map_or(&self.values, |it| &it.values).clone();
        Self { values, ..self.clone() }
    }

    /// What is wrong with it, by the place below it.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.values_max == 0 || self.values_min > self.values_max {
            let message = "must be at least 1 and not below `values_min`";
            found.push(Violation::new("/values_max", "range", message));
        }
        let defaults = self.values.iter().filter(|it| it.is_default).count();
        if u32::try_from(defaults).is_ok_and(|it| it > self.values_max) {
            let message = format!("must have at most {} defaults", self.values_max);
            found.push(Violation::new("/values", "range", message));
        }
        for (place, value) in self.values.iter().enumerate() {
            let wrong = value_fault(self.kind, value);
            found.extend(wrong.map(|it| Violation::new(format!("/values/{place}"), it.0, it.1)));
        }
        found
    }

    /// The values that hold for a choice: the chosen ones if they are allowed, or else the
    /// defaults.
    ///
    /// # Errors
    /// In a few words: what is wrong with the choice.
    pub fn settle(
        &self,
        chosen: Option<&[AttributeValue]>,
        now: Instant,
    ) -> Result<Vec<AttributeValue>, String> {
        let defaults = self.defaults(now);
        let values = match chosen {
            None | Some([]) => defaults,
            Some(chosen) if !self.is_configurable && chosen != defaults => {
                return Err("is not for the buyer to choose; leave it out".to_owned());
            }
            Some(chosen) => chosen.to_vec(),
        };
        match values.iter().find(|it| !self.admits(it, now)) {
            Some(value) => Err(format!("does not allow the value `{value}`")),
            None if !self.counts(values.len()) => {
                Err(format!("needs {} to {} values", self.values_min, self.values_max))
            }
            None => Ok(values),
        }
    }

    fn defaults(&self, now: Instant) -> Vec<AttributeValue> {
        let fixed = !self.is_configurable && self.values.len() == 1;
        let holding = self.values.iter().filter(|it| it.valid_for.contains(now));
        let taken =
            holding.filter(|it| it.is_default || fixed).filter_map(|it| match &it.allowed {
                Allowed::Exactly(value) => Some(value.clone()),
                Allowed::Within(_) => None,
            });
        taken.collect()
    }

    fn counts(&self, count: usize) -> bool {
        u32::try_from(count).is_ok_and(|it| (self.values_min..=self.values_max).contains(&it))
    }

    fn admits(&self, value: &AttributeValue, now: Instant) -> bool {
        let mut holding = self.values.iter().filter(|it| it.valid_for.contains(now));
        kind_of(value) == self.kind
            && (self.values.is_empty() || holding.any(|it| it.allowed.admits(value)))
    }
}

/// What a value is.
#[must_use]
pub const fn kind_of(value: &AttributeValue) -> ValueKind {
    match value {
        AttributeValue::Text(_) => ValueKind::Text,
        AttributeValue::Number(_) => ValueKind::Number,
        AttributeValue::Flag(_) => ValueKind::Flag,
    }
}

/// The rule that a value breaks, and how.
fn value_fault(kind: ValueKind, value: &CharacteristicValue) -> Option<(&'static str, String)> {
    match &value.allowed {
        Allowed::Exactly(it) if kind_of(it) != kind => {
            Some(("format", format!("must be a {kind}, as the characteristic says")))
        }
        Allowed::Exactly(_) => None,
        Allowed::Within(_) if kind != ValueKind::Number => {
            Some(("format", format!("must not be a range: the characteristic is a {kind}")))
        }
        Allowed::Within(_) if value.is_default => {
            Some(("default", "must be a single value, to be a default".to_owned()))
        }
        Allowed::Within(range) => range_fault(range),
    }
}

fn range_fault(range: &Range) -> Option<(&'static str, String)> {
    let empty = range.from.zip(range.to).is_some_and(|(from, to)| to < from);
    let still = range.step.is_some_and(|it| it <= Quantity::ZERO);
    match (empty, still) {
        (true, _) => Some(("range", "must not end below where it begins".to_owned())),
        (false, true) => Some(("range", "must have a step above zero".to_owned())),
        (false, false) => None,
    }
}

/// What is wrong with a list of characteristics.
#[must_use]
pub fn violations(characteristics: &[Characteristic]) -> Vec<Violation> {
    let field = "/characteristics";
    let mut found = keys_violations(field, characteristics.iter().map(|it| &it.name));
    for (place, it) in characteristics.iter().enumerate() {
        found.extend(super::under(&format!("{field}/{place}"), it.violations()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> AttributeValue {
        AttributeValue::Text(value.parse().expect(value))
    }

    fn number(value: &str) -> AttributeValue {
        AttributeValue::Number(value.parse::<Quantity>().expect(value).decimal())
    }

    fn value(allowed: Allowed) -> CharacteristicValue {
        CharacteristicValue { allowed, is_default: false, unit: None, valid_for: Validity::ALWAYS }
    }

    fn range(from: Option<i64>, to: Option<i64>, bounds: Bounds) -> Range {
        Range { from: from.map(Quantity::whole), to: to.map(Quantity::whole), bounds, step: None }
    }

    fn color() -> Characteristic {
        let name = "color".parse().expect("a name");
        let mut values: Vec<_> =
            ["red", "green"].map(|it| value(Allowed::Exactly(text(it)))).to_vec();
        values[0].is_default = true;
        Characteristic::configurable(name, ValueKind::Text, values)
    }

    fn now() -> Instant {
        Instant::from_micros(0).expect("in range")
    }

    #[test]
    fn a_range_ends_where_its_bounds_say() {
        for (bounds, expected) in [
            (Bounds::Closed, [false, true, true, true, false]),
            (Bounds::Open, [false, false, true, false, false]),
            (Bounds::ClosedBottom, [false, true, true, false, false]),
            (Bounds::ClosedTop, [false, false, true, true, false]),
        ] {
            let range = range(Some(1), Some(3), bounds);
            let contains = [0, 1, 2, 3, 4].map(|it| range.contains(Quantity::whole(it)));
            assert_eq!(contains, expected, "{bounds}");
        }
        assert!(range(None, None, Bounds::Open).contains(Quantity::whole(-9)));
    }

    #[test]
    fn a_range_with_a_step_holds_only_its_steps() {
        let step = "0.5".parse().ok();
        let range = Range { step, ..range(Some(1), Some(3), Bounds::Closed) };
        let contains = |it: &str| range.contains(it.parse().expect(it));
        assert_eq!(["1", "1.5", "1.7", "3.0"].map(contains), [true, true, false, true]);
    }

    #[test]
    fn a_choice_is_taken_if_allowed_and_the_default_if_there_is_none() {
        let settle = |chosen: Option<&[AttributeValue]>| color().settle(chosen, now());
        assert_eq!(settle(None), Ok(vec![text("red")]));
        assert_eq!(settle(Some(&[text("green")])), Ok(vec![text("green")]));
        assert!(settle(Some(&[text("blue")])).is_err());
        assert!(settle(Some(&[number("1")])).is_err());
        assert!(settle(Some(&[text("red"), text("green")])).is_err());
    }

    #[test]
    fn what_must_be_chosen_and_has_no_default_is_asked_for() {
        let mut size = Characteristic::configurable(
            "size".parse().expect("a name"),
            ValueKind::Number,
            vec![value(Allowed::Within(range(Some(1), Some(64), Bounds::Closed)))],
        );
        assert_eq!(size.settle(None, now()), Ok(vec![]));
        size.values_min = 1;
        assert_eq!(size.settle(None, now()), Err("needs 1 to 1 values".to_owned()));
        assert_eq!(size.settle(Some(&[number("64.0")]), now()), Ok(vec![number("64")]));
        assert!(size.settle(Some(&[number("65")]), now()).is_err());
    }

    #[test]
    fn what_the_seller_has_chosen_the_buyer_may_only_repeat() {
        let mut fixed = color();
        fixed.is_configurable = false;
        assert_eq!(fixed.settle(Some(&[text("red")]), now()), Ok(vec![text("red")]));
        assert!(fixed.settle(Some(&[text("green")]), now()).is_err());
        fixed.values.remove(0);
        assert_eq!(fixed.settle(None, now()), Ok(vec![text("green")]));
    }

    #[test]
    fn a_value_can_be_chosen_only_while_it_is_valid() {
        let at = |seconds: i64| Instant::from_micros(seconds * 1_000_000).expect("in range");
        let mut color = color();
        color.values[1].valid_for = Validity::new(None, Some(at(10))).expect("not empty");
        let settle = |seconds| color.settle(Some(&[text("green")]), at(seconds)).is_ok();
        assert_eq!([settle(9), settle(10)], [true, false]);
    }

    #[test]
    fn an_offer_leaves_what_it_names() {
        let left = value(Allowed::Exactly(text("green")));
        let uses = [CharacteristicUse { name: color().name, values: vec![left] }];
        let narrowed = color().narrowed(&uses);
        assert!(narrowed.settle(Some(&[text("red")]), now()).is_err());
        assert_eq!(color().narrowed(&[]), color());
    }

    #[test]
    fn prices_see_one_text_for_each_single_choice() {
        let choices = Choices::from([
            ("Disk size".parse().expect("a name"), vec![number("1.50")]),
            ("colors".parse().expect("a name"), vec![text("red"), text("green")]),
        ]);
        let seen: Vec<_> =
            dimensions(&choices).into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        assert_eq!(seen, ["Disk_size=1.50"]);
    }

    #[test]
    fn each_fault_is_found_at_its_place() {
        let mut bad = color();
        bad.values_max = 0;
        bad.values.push(value(Allowed::Exactly(number("1"))));
        bad.values.push(value(Allowed::Within(range(Some(1), Some(2), Bounds::Closed))));
        let fields = |it: &Characteristic| {
            it.violations().into_iter().map(|it| it.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(&bad), ["/values_max", "/values", "/values/2", "/values/3"]);
        assert_eq!(fields(&color()), Vec::<String>::new());

        let mut size = Characteristic::configurable(bad.name, ValueKind::Number, vec![]);
        size.values.push(value(Allowed::Within(range(Some(2), Some(1), Bounds::Closed))));
        let step = Some(Quantity::ZERO);
        let still = Range { step, ..range(None, None, Bounds::Closed) };
        size.values.push(value(Allowed::Within(still)));
        let mut default = value(Allowed::Within(range(None, None, Bounds::Closed)));
        default.is_default = true;
        size.values.push(default);
        assert_eq!(fields(&size), ["/values/0", "/values/1", "/values/2"]);

        let twice = violations(&[color(), color()]);
        assert_eq!(twice[0].field, "/characteristics/1");
    }
}
