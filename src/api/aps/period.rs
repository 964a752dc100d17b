//! Periods: how long something lasts, as so many of a unit.

use serde_json::{Value, json};

use super::property::{Field, Form, Structure};
use crate::domain::error::Invalid;
use crate::domain::time::{Span, SpanUnit};

/// The units that our periods have.
pub(super) const UNITS: &[&str] = &["DAYS", "MONTHS", "YEARS"];

/// A period: `{"duration": 1, "unit": "MONTHS"}`.
pub(super) static PERIOD: Structure = Structure {
    name: "Period",
    fields: &[
        Field::required("duration", Form::Integer),
        Field::required("unit", Form::Words(UNITS)),
    ],
};

/// A period as the bus writes it; weeks are days there.
pub(super) fn period(it: Span) -> Value {
    let (duration, unit) = match it.unit {
        SpanUnit::Day => (u64::from(it.count), "DAYS"),
        SpanUnit::Week => (u64::from(it.count) * 7, "DAYS"),
        SpanUnit::Month => (u64::from(it.count), "MONTHS"),
        SpanUnit::Year => (u64::from(it.count), "YEARS"),
    };
    json!({ "duration": duration, "unit": unit })
}

/// The period that a value says, whose form was checked before.
pub(super) fn read_period(at: &str, value: &Value) -> Result<Span, Invalid> {
    let unit = match value.get("unit").and_then(Value::as_str) {
        Some("DAYS") => SpanUnit::Day,
        Some("MONTHS") => SpanUnit::Month,
        Some("YEARS") => SpanUnit::Year,
        Some(_) | None => {
            let rule = format!("must be one of {}", UNITS.join(", "));
            return Err(Invalid::one(format!("{at}/unit"), "type", rule));
        }
    };
    let duration = value.get("duration").and_then(Value::as_u64);
    let count = duration.and_then(|it| u32::try_from(it).ok()).filter(|it| (1..=1200).contains(it));
    let refused = || Invalid::one(format!("{at}/duration"), "range", "must be 1 to 1200");
    Ok(Span { count: count.ok_or_else(refused)?, unit })
}

/// How many times a shorter period goes into a longer one; `None` if it does not do so evenly.
pub(super) fn times(longer: Span, shorter: Span) -> Option<u64> {
    let ((unit, longer), (other, shorter)) = (longer.in_smallest(), shorter.in_smallest());
    (unit == other && shorter > 0 && longer % shorter == 0).then(|| longer / shorter)
}

/// So many periods in a row.
pub(super) fn repeated(it: Span, times: u32) -> Option<Span> {
    it.count.checked_mul(times).map(|count| Span { count, ..it })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_goes_into_another_evenly_or_not_at_all() {
        let span = |text: &str| text.parse::<Span>().expect(text);
        assert_eq!(times(span("1 year"), span("3 months")), Some(4));
        assert_eq!(times(span("1 year"), span("5 months")), None);
        assert_eq!(times(span("30 days"), span("1 month")), None);
    }

    #[test]
    fn what_is_written_is_read_as_the_same_length() {
        for text in ["3 days", "2 weeks", "1 month", "10 years"] {
            let span: Span = text.parse().expect(text);
            let read = read_period("", &period(span)).expect("a period");
            assert!(span.is_as_long_as(read), "{text}");
        }
    }
}
