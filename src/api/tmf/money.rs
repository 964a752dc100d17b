//! Money as this contract writes it: `{"unit": "EUR", "value": 9.90}`.

use serde_json::{Value, json};

use crate::domain::error::Invalid;
use crate::domain::money::Money;

/// Money, as a number of units with all its digits.
pub(super) fn shown(it: Money) -> Value {
    let number: serde_json::Number =
        it.decimal().to_string().parse().expect("a decimal is a number of JSON");
    json!({ "unit": it.currency().code(), "value": number })
}

/// Money that was said at a place.
pub(super) fn read(field: &str, it: &Value) -> Result<Money, Invalid> {
    let refused = |message: String| Invalid::one(field, "format", message);
    let unit = it.get("unit").or_else(|| it.get("units")).and_then(Value::as_str);
    let unit = unit.ok_or_else(|| refused("must have the currency as `unit`".to_owned()))?;
    let currency = unit.parse().map_err(|_| refused(format!("`{unit}` is no currency")))?;
    let value = match it.get("value").or_else(|| it.get("amount")) {
        Some(Value::Number(it)) => it.to_string(),
        Some(Value::String(it)) => it.clone(),
        _ => return Err(refused("must have the number `value`".to_owned())),
    };
    Money::parse(&value, currency).map_err(|it| refused(it.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Currency;

    #[test]
    fn money_reads_as_it_is_written() {
        let it = Money::minor(990, Currency::EUR);
        assert_eq!(shown(it).to_string(), r#"{"unit":"EUR","value":9.90}"#);
        assert_eq!(read("price", &shown(it)), Ok(it));
        for wrong in [json!({}), json!({ "unit": "EUR" }), json!({ "unit": "?", "value": 1 })] {
            assert!(read("price", &wrong).is_err(), "{wrong}");
        }
    }
}
