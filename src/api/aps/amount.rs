//! Amounts: money and quantities, which the BSS types write as texts.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::property::{Field, Form, Structure};
use super::wire::read;
use crate::domain::catalog::price::Figure;
use crate::domain::error::Invalid;
use crate::domain::money::Currency;
use crate::domain::quantity::Quantity;

/// An amount of money: `{"value": "1.5", "code": "USD"}`.
pub(super) static MONEY: Structure = Structure {
    name: "Money",
    fields: &[Field::required("value", Form::NumberText), Field::required("code", Form::Text)],
};

/// A number as the bus writes it: with at least one decimal place, `1.5` and `10.0`.
pub(super) fn number(it: Decimal) -> String {
    let it = it.normalize();
    if it.scale() == 0 { format!("{it}.0") } else { it.to_string() }
}

/// A quantity as the bus writes it.
pub(super) fn quantity(it: Quantity) -> Value {
    json!(number(it.decimal()))
}

/// An amount of money as the bus writes it.
pub(super) fn money(value: Decimal, currency: Currency) -> Value {
    json!({ "value": number(value), "code": currency.code() })
}

/// The amount of money that a value says.
pub(super) fn read_money(at: &str, value: &Value) -> Result<(Figure, Currency), Invalid> {
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
    let figure: Figure = read(&format!("{at}/value"), text("value"))?;
    if !figure.is_sellable() {
        return Err(Invalid::one(format!("{at}/value"), "range", Figure::RULE));
    }
    Ok((figure, read(&format!("{at}/code"), text("code"))?))
}

/// The quantity that a field of an object says; `None` if it is not there.
pub(super) fn read_quantity(
    at: &str,
    object: &Value,
    field: &str,
) -> Result<Option<Quantity>, Invalid> {
    let text = object.get(field).and_then(Value::as_str);
    text.map(|it| read(&format!("{at}/{field}"), it)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_at_least_one_decimal_place() {
        for (from, to) in [
            ("0", "0.0"),
            ("10", "10.0"),
            ("10.00", "10.0"),
            ("1.50", "1.5"),
            ("0.000000000001", "0.000000000001"),
            ("1000000000000", "1000000000000.0"),
        ] {
            assert_eq!(number(from.parse().expect(from)), to);
        }
    }
}
