//! Money as this contract writes it: `{"unit": "EUR", "value": 9.90}`.

use serde_json::{Value, json};

use crate::domain::catalog::price::Figure;
use crate::domain::error::Invalid;
use crate::domain::money::{Currency, Money};

/// Money, as a number of units with all its digits.
pub(super) fn shown(it: Money) -> Value {
    let number: serde_json::Number =
        it.decimal().to_string().parse().expect("a decimal is a number of JSON");
    json!({ "unit": it.currency().code(), "value": number })
}

/// A number with all its digits.
pub(super) fn number(it: &impl std::fmt::Display) -> Value {
    let number: Option<serde_json::Number> = it.to_string().parse().ok();
    json!(number)
}

/// A figure, which may be finer than money that is booked.
pub(super) fn exactly(currency: Currency, it: Figure) -> Value {
    json!({ "unit": currency.code(), "value": number(&it) })
}

/// Money that was said at a place.
pub(super) fn read(field: &str, it: &Value) -> Result<Money, Invalid> {
    let (currency, value) = parts(field, it)?;
    Money::parse(&value, currency).map_err(|it| Invalid::one(field, "format", it.to_string()))
}

/// A figure that was said at a place.
pub(super) fn read_exactly(field: &str, it: &Value) -> Result<(Currency, Figure), Invalid> {
    let (currency, value) = parts(field, it)?;
    let figure = value.parse().map_err(|_| Invalid::one(field, "format", "is no number"))?;
    Ok((currency, figure))
}

/// The currency and the digits of money that was said at a place.
fn parts(field: &str, it: &Value) -> Result<(Currency, String), Invalid> {
    let refused = |message: String| Invalid::one(field, "format", message);
    let unit = it.get("unit").or_else(|| it.get("units")).and_then(Value::as_str);
    let unit = unit.ok_or_else(|| refused("must have the currency as `unit`".to_owned()))?;
    let currency = unit.parse().map_err(|_| refused(format!("`{unit}` is no currency")))?;
    match it.get("value").or_else(|| it.get("amount")) {
        Some(Value::Number(it)) => Ok((currency, it.to_string())),
        Some(Value::String(it)) => Ok((currency, it.clone())),
        _ => Err(refused("must have the number `value`".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
