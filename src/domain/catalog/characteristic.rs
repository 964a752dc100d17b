//! Characteristics: what can be said of a product, which values it may take, and which were chosen.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::formula::Formula;
use super::keys_violations;
use crate::domain::attribute::AttributeValue;
use crate::domain::error::Violation;
use crate::domain::localized::Localized;
use crate::domain::quantity::Quantity;
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Instant, Validity};
use crate::domain::word::words;

/// The values that were chosen, by the name of the characteristic.
pub type Choices = BTreeMap<Name, Vec<AttributeValue>>;

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

impl Bounds {
    /// Whether the lower and the upper end belong to a range.
    pub(super) const fn take(self) -> (bool, bool) {
        match self {
            Self::Closed => (true, true),
            Self::Open => (false, false),
            Self::ClosedBottom => (true, false),
            Self::ClosedTop => (false, true),
        }
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
        let (takes_from, takes_to) = self.bounds.take();
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
    /// How its value, which nobody chooses then, follows from those of others.
    pub formula: Option<Formula>,
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
            formula: None,
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
            let message = "must be at least 1, and no less than there must be at least";
            found.push(Violation::new("/values_max", "range", message));
        }
        let defaults = self.values.iter().filter(|it| it.is_default).count();
        if u32::try_from(defaults).is_ok_and(|it| it > self.values_max) {
            let message = format!("must have at most {} defaults", self.values_max);
            found.push(Violation::new("/values", "range", message));
        }
        if self.formula.is_some() && (self.kind != ValueKind::Number || self.is_configurable) {
            let message = "must be left out: only a number that nobody chooses is derived";
            found.push(Violation::new("/formula", "conflict", message));
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
        let read: Option<Vec<_>> =
            chosen.map(|all| all.iter().map(|it| read(self.kind, it)).collect());
        let values = match read.as_deref() {
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

    /// The value that follows from those of others.
    ///
    /// # Errors
    /// In a few words: why there is none, or none that is allowed.
    pub fn derive(
        &self,
        formula: &Formula,
        (settled, now): (&Choices, Instant),
    ) -> Result<AttributeValue, String> {
        let number = |name: &Name| match settled.get(name).map(Vec::as_slice) {
            Some([AttributeValue::Number(it)]) => Some(*it),
            Some(_) | None => None,
        };
        let value = formula.value(&number).map_err(|it| format!("is `{formula}`, and {it}"))?;
        let value = AttributeValue::Number(value);
        match self.values.is_empty() || self.admits(&value, now) {
            true => Ok(value),
            false => Err(format!("comes to `{value}` by `{formula}`, which is not allowed")),
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

    /// Whether a value is one that it can have at some time.
    pub(super) fn takes(&self, value: &AttributeValue) -> bool {
        kind_of(value) == self.kind
            && (self.values.is_empty() || self.values.iter().any(|it| it.allowed.admits(value)))
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

/// A value as one of a kind, where it is a text that says one: so it comes in where all is text.
pub(super) fn read(kind: ValueKind, value: &AttributeValue) -> AttributeValue {
    let AttributeValue::Text(text) = value else { return value.clone() };
    let read = match (kind, text.as_str()) {
        (ValueKind::Number, text) => {
            text.parse::<Quantity>().ok().map(|it| AttributeValue::Number(it.decimal()))
        }
        (ValueKind::Flag, "true") => Some(AttributeValue::Flag(true)),
        (ValueKind::Flag, "false") => Some(AttributeValue::Flag(false)),
        (ValueKind::Flag | ValueKind::Text, _) => None,
    };
    read.unwrap_or_else(|| value.clone())
}

/// What is wrong with formulas: each is worked out from other numbers, and none from itself.
fn formula_violations(all: &[Characteristic]) -> Vec<Violation> {
    let mut found = Vec::new();
    for (place, it) in all.iter().enumerate() {
        let Some(formula) = &it.formula else { continue };
        let field = format!("/characteristics/{place}/formula");
        for name in formula.names() {
            let is_it = |it: &&Characteristic| it.name == *name && it.kind == ValueKind::Number;
            if !all.iter().any(|it| is_it(&it)) {
                let message = format!("names `{name}`, which is no number of the same product");
                found.push(Violation::new(&*field, "reference", message));
            }
        }
        if derived_from(all, &it.name).contains(&it.name) {
            let message = format!("leads back to `{}` itself", it.name);
            found.push(Violation::new(&*field, "conflict", message));
        }
    }
    found
}

/// All that the value of a characteristic follows from.
fn derived_from<'a>(all: &'a [Characteristic], name: &'a Name) -> BTreeSet<&'a Name> {
    let (mut found, mut open) = (BTreeSet::new(), vec![name]);
    while let Some(next) = open.pop() {
        let of = all.iter().filter(|it| it.name == *next).filter_map(|it| it.formula.as_ref());
        for name in of.flat_map(Formula::names) {
            if found.insert(name) {
                open.push(name);
            }
        }
    }
    found
}

/// Characteristics with formulas, each after all that it follows from.
#[must_use]
pub fn in_order(all: &[Characteristic]) -> Vec<&Characteristic> {
    let mut derived: Vec<_> = all.iter().filter(|it| it.formula.is_some()).collect();
    // What follows from another follows from more than that one does.
    derived.sort_by_cached_key(|it| derived_from(all, &it.name).len());
    derived
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
    found.extend(formula_violations(characteristics));
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

    fn derived(name: &str, formula: &str) -> Characteristic {
        let name = name.parse().expect("a name");
        let it = Characteristic::configurable(name, ValueKind::Number, vec![]);
        let formula = Some(formula.parse().expect(formula));
        Characteristic { is_configurable: false, formula, ..it }
    }

    #[test]
    fn a_number_follows_from_others_that_are_chosen() {
        let mut usage = derived("usage", "30 - talk * 3");
        let settled = Choices::from([("talk".parse().expect("a name"), vec![number("4.5")])]);
        let derive = |it: &Characteristic, settled: &Choices| {
            let formula = it.formula.clone().expect("a formula");
            it.derive(&formula, (settled, now()))
        };
        assert_eq!(derive(&usage, &settled), Ok(number("16.5")));
        let refused = derive(&usage, &Choices::new());
        assert_eq!(refused, Err("is `30 - talk * 3`, and `talk` has no number".to_owned()));
        usage.values = vec![value(Allowed::Within(range(Some(20), None, Bounds::Closed)))];
        let refused = derive(&usage, &settled);
        let why = "comes to `16.5` by `30 - talk * 3`, which is not allowed";
        assert_eq!(refused, Err(why.to_owned()));
    }

    #[test]
    fn formulas_are_of_numbers_of_the_same_product_and_of_none_that_follow_from_themselves() {
        let talk = Characteristic::configurable(
            "talk".parse().expect("a name"),
            ValueKind::Number,
            vec![],
        );
        let fields = |all: &[Characteristic]| {
            violations(all)
                .into_iter()
                .map(|it| format!("{} {}", it.field, it.rule))
                .collect::<Vec<_>>()
        };
        let good = [derived("c", "b * 2"), derived("b", "talk + 1"), talk.clone()];
        assert_eq!(fields(&good), Vec::<String>::new());
        let order: Vec<_> = in_order(&good).iter().map(|it| it.name.as_str()).collect();
        assert_eq!(order, ["b", "c"]);
        assert_eq!(fields(&[derived("b", "size")]), ["/characteristics/0/formula reference"]);
        assert_eq!(
            fields(&[derived("b", "color"), color()]),
            ["/characteristics/0/formula reference"]
        );
        let circle = [derived("b", "c"), derived("c", "b + talk"), talk.clone()];
        let conflict = |at: usize| format!("/characteristics/{at}/formula conflict");
        assert_eq!(fields(&circle), [conflict(0), conflict(1)]);
        let chosen = Characteristic { is_configurable: true, ..derived("b", "talk") };
        assert_eq!(fields(&[chosen, talk]), [conflict(0)]);
    }

    #[test]
    fn what_comes_in_as_a_text_is_read_as_what_it_says() {
        let size = Characteristic::configurable(
            "size".parse().expect("a name"),
            ValueKind::Number,
            vec![value(Allowed::Within(range(Some(1), Some(64), Bounds::Closed)))],
        );
        assert_eq!(size.settle(Some(&[text("40")]), now()), Ok(vec![number("40")]));
        assert!(size.settle(Some(&[text("65")]), now()).is_err());
        assert!(size.settle(Some(&[text("many")]), now()).is_err());
        let flag = Characteristic { kind: ValueKind::Flag, values: vec![], ..size };
        let yes = AttributeValue::Flag(true);
        assert_eq!(flag.settle(Some(&[text("true")]), now()), Ok(vec![yes]));
        assert!(flag.settle(Some(&[text("yes")]), now()).is_err());
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
