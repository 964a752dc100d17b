//! Numbers: decimals as JSON numbers, digit for digit, so that no reader of ours makes them floats.

use rust_decimal::Decimal;
use serde_json::{Number, Value};

use crate::domain::money::Money;

/// A decimal as a JSON number.
pub(super) fn of(it: &Decimal) -> Value {
    let number = it.to_string().parse::<Number>();
    number.map_or(Value::Null, Value::Number)
}

/// An amount as a JSON number, in major units.
pub(super) fn of_money(it: Money) -> Value {
    of(&it.decimal())
}

/// A decimal that was said as a number or as a text.
pub(super) fn read(said: &Value) -> Option<Decimal> {
    let text = match said {
        Value::Number(it) => it.to_string(),
        Value::String(it) => it.trim().to_owned(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    crate::domain::quantity::decimal(&text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_reads_digit_for_digit() {
        for text in ["0.10", "382.68", "-1", "100"] {
            let said: Value = serde_json::from_str(text).expect(text);
            let read = read(&said).expect(text);
            assert_eq!(of(&read).to_string(), text);
        }
        assert_eq!(read(&json!("25.5")).map(|it| it.to_string()), Some("25.5".to_owned()));
        assert_eq!((read(&json!("x")), read(&json!(null))), (None, None));
    }
}
