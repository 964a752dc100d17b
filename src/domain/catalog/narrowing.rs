//! Narrowing: an offer leaves less open than its specification, and never more.

use super::characteristic::{
    Allowed, Characteristic, CharacteristicUse, CharacteristicValue, Range,
};
use crate::domain::attribute::AttributeValue;
use crate::domain::error::Violation;
use crate::domain::quantity::Quantity;

impl Characteristic {
    /// What is wrong with how an offer narrows it, by the place below that.
    #[must_use]
    pub fn misuses(&self, used: &CharacteristicUse) -> Vec<Violation> {
        let mut found = self.narrowed(std::slice::from_ref(used)).violations();
        for (place, it) in used.values.iter().enumerate() {
            let is_open = |of: &CharacteristicValue| includes(&of.allowed, &it.allowed);
            if !self.values.is_empty() && !self.values.iter().any(is_open) {
                let message = "is beyond what the specification leaves open";
                found.push(Violation::new(format!("/values/{place}"), "value", message));
            }
        }
        found
    }
}

/// Whether all that another allows is allowed.
fn includes(own: &Allowed, other: &Allowed) -> bool {
    match (own, other) {
        (Allowed::Exactly(own), Allowed::Exactly(other)) => own == other,
        (Allowed::Within(own), Allowed::Exactly(AttributeValue::Number(it))) => {
            own.contains(Quantity::new(*it))
        }
        (Allowed::Within(own), Allowed::Within(other)) => lies_in(other, own),
        (
            Allowed::Within(_),
            Allowed::Exactly(AttributeValue::Text(_) | AttributeValue::Flag(_)),
        )
        | (Allowed::Exactly(_), Allowed::Within(_)) => false,
    }
}

/// Whether all numbers of a range lie in another.
fn lies_in(it: &Range, own: &Range) -> bool {
    let ((own_from, own_to), (from, to)) = (own.bounds.take(), it.bounds.take());
    let below = own.from.is_none_or(|least| {
        it.from.is_some_and(|it| least < it || least == it && (own_from || !from))
    });
    let above = own
        .to
        .is_none_or(|most| it.to.is_some_and(|it| it < most || it == most && (own_to || !to)));
    below && above && (own.step.is_none() || own.step == it.step && own.from == it.from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::characteristic::{Bounds, ValueKind};
    use crate::domain::time::Validity;

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

    #[test]
    fn an_offer_narrows_a_range_to_what_lies_in_it() {
        let own = Allowed::Within(range(Some(1), Some(9), Bounds::ClosedBottom));
        for (other, expected) in [
            (range(Some(1), Some(9), Bounds::ClosedBottom), true),
            (range(Some(1), Some(9), Bounds::Open), true),
            (range(Some(1), Some(9), Bounds::Closed), false),
            (range(Some(2), Some(8), Bounds::Closed), true),
            (range(Some(0), Some(8), Bounds::Closed), false),
            (range(None, Some(8), Bounds::Closed), false),
            (range(Some(2), None, Bounds::Closed), false),
        ] {
            assert_eq!(includes(&own, &Allowed::Within(other)), expected, "{other:?}");
        }
        let all = Allowed::Within(range(None, None, Bounds::Open));
        assert!(includes(&all, &own) && !includes(&own, &all));
        assert!(includes(&own, &Allowed::Exactly(number("8.5"))));
        assert!(!includes(&own, &Allowed::Exactly(number("9"))));
        assert!(!includes(&own, &Allowed::Exactly(text("8"))));
        assert!(!includes(&Allowed::Exactly(number("2")), &own));
        let step = "2".parse().ok();
        let stepped = Range { step, ..range(Some(1), None, Bounds::Closed) };
        assert!(!includes(&Allowed::Within(stepped), &own), "not each is one of its steps");
        assert!(includes(&Allowed::Within(stepped), &Allowed::Within(stepped)));
    }

    #[test]
    fn what_an_offer_takes_beyond_a_product_is_told_with_its_place() {
        let one = |it: AttributeValue| value(Allowed::Exactly(it));
        let color = Characteristic::configurable(
            "color".parse().expect("a name"),
            ValueKind::Text,
            vec![one(text("red")), one(text("green"))],
        );
        let told = |values: Vec<CharacteristicValue>| {
            let found = color.misuses(&CharacteristicUse { name: color.name.clone(), values });
            found.iter().map(|it| format!("{} {}", it.field, it.rule)).collect::<Vec<_>>()
        };
        assert_eq!(told(vec![one(text("green"))]), [""; 0]);
        assert_eq!(told(vec![one(text("red")), one(text("blue"))]), ["/values/1 value"]);
        assert_eq!(told(vec![one(number("1"))]), ["/values/0 format", "/values/0 value"]);
    }
}
