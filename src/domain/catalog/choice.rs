//! What holds of a product: what was chosen, what is taken if nobody chooses, and what follows from both.

use super::characteristic::{Characteristic, CharacteristicUse, Choices, in_order};
use super::formula::Formula;
use crate::domain::text::Name;
use crate::domain::time::Instant;

/// What speaks against a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Of which characteristic.
    pub name: Name,
    /// The rule: `value`, `formula` or `reference`.
    pub rule: &'static str,
    /// In a few words.
    pub message: String,
}

/// The values of all characteristics of a product at a moment, as an offer narrows them, for what was
/// `wanted`; and everything that speaks against that. What is not configurable may be wanted only as it is,
/// what follows from others only as it comes out.
#[must_use]
pub fn settle(
    known: &[Characteristic],
    uses: &[CharacteristicUse],
    (wanted, now): (&Choices, Instant),
) -> (Choices, Vec<Fault>) {
    let (mut settled, mut found) = (Choices::new(), Vec::new());
    let chosen_ones = known.iter().filter(|it| it.formula.is_none());
    for it in chosen_ones.filter(|it| it.valid_for.contains(now)) {
        let chosen = wanted.get(&it.name).map(Vec::as_slice);
        match it.narrowed(uses).settle(chosen, now) {
            Ok(values) if values.is_empty() => {}
            Ok(values) => drop(settled.insert(it.name.clone(), values)),
            Err(message) => found.push(Fault { name: it.name.clone(), rule: "value", message }),
        }
    }
    derive(known, uses, (wanted, now), (&mut settled, &mut found));
    for name in wanted.keys().filter(|name| known.iter().all(|it| it.name != **name)) {
        let message = "is no characteristic of what is offered".to_owned();
        found.push(Fault { name: name.clone(), rule: "reference", message });
    }
    (settled, found)
}

/// Adds what follows from what was chosen.
fn derive(
    known: &[Characteristic],
    uses: &[CharacteristicUse],
    (wanted, now): (&Choices, Instant),
    (settled, found): (&mut Choices, &mut Vec<Fault>),
) {
    for it in in_order(known).into_iter().filter(|it| it.valid_for.contains(now)) {
        let Some(formula) = &it.formula else { continue };
        let derived = it.narrowed(uses).derive(formula, (settled, now));
        let wanted = wanted.get(&it.name).filter(|it| !it.is_empty());
        let message = match (derived, wanted.map(Vec::as_slice)) {
            (Ok(value), Some([wanted])) if wanted.to_string() != value.to_string() => {
                format!("follows from others, and comes to `{value}`: leave it out")
            }
            (Ok(value), _) => {
                settled.insert(it.name.clone(), vec![value]);
                continue;
            }
            // Where nothing was chosen and nothing need be, nothing follows.
            (Err(_), None) if it.values_min == 0 && is_open(formula, settled) => continue,
            (Err(message), _) => message,
        };
        found.push(Fault { name: it.name.clone(), rule: "formula", message });
    }
}

/// Whether something that a formula is worked out from was left open.
fn is_open(formula: &Formula, settled: &Choices) -> bool {
    formula.names().into_iter().any(|it| !settled.contains_key(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::attribute::AttributeValue;
    use crate::domain::catalog::characteristic::ValueKind;
    use crate::domain::quantity::Quantity;

    fn name(text: &str) -> Name {
        text.parse().expect(text)
    }

    fn number(value: &str) -> AttributeValue {
        AttributeValue::Number(value.parse::<Quantity>().expect(value).decimal())
    }

    /// Cores that are chosen, and memory and price class that follow from them.
    fn server() -> Vec<Characteristic> {
        let number = |it: &str| Characteristic::configurable(name(it), ValueKind::Number, vec![]);
        let derived = |it: &str, formula: &str| Characteristic {
            is_configurable: false,
            formula: Some(formula.parse().expect(formula)),
            ..number(it)
        };
        vec![derived("class", "memory / 8"), derived("memory", "cores * 4"), number("cores")]
    }

    #[test]
    fn what_is_chosen_settles_what_follows_from_it() {
        let told = |wanted: &[(&str, &str)]| {
            let wanted = wanted.iter().map(|it| (name(it.0), vec![number(it.1)])).collect();
            let now = Instant::from_micros(0).expect("in range");
            let (settled, found) = settle(&server(), &[], (&wanted, now));
            let settled = settled.iter().map(|(name, values)| format!("{name}={}", values[0]));
            let found = found.iter().map(|it| format!("{} {}", it.name, it.rule));
            settled.chain(found).collect::<Vec<_>>().join(", ")
        };
        for (wanted, expected) in [
            (&[][..], ""),
            (&[("cores", "4")], "class=2, cores=4, memory=16"),
            (&[("cores", "4"), ("memory", "16")], "class=2, cores=4, memory=16"),
            (&[("cores", "4"), ("memory", "8")], "cores=4, memory formula"),
            (&[("weight", "1")], "weight reference"),
        ] {
            assert_eq!(told(wanted), expected, "{wanted:?}");
        }
    }
}
