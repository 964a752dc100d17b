//! `price`: how much, with tax and without it, and in which currency.
//!
//! What a buyer pays is the amount with tax, where it is said. What is tax of it follows from the rules
//! of taxation and not from what is said here; it must fit, and is shown as it was said.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::carried;
use super::form::{must, text};
use super::wire::Tree;
use crate::domain::catalog::price::model::{Figure, PriceModel};
use crate::domain::catalog::price::{Base, Price};
use crate::domain::error::Invalid;
use crate::domain::money::Currency;
use crate::domain::quantity::Quantity;
use crate::services::Error;

/// The attribute in which it stands.
pub(super) const NAME: &str = "price";
const GROSS: &str = "taxIncludedAmount";
const NET: &str = "dutyFreeAmount";
const RATE: &str = "taxRate";

/// How much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) currency: Currency,
    pub(super) base: Base,
    pub(super) figure: Figure,
}

/// The amount that was said.
///
/// # Errors
/// 400 if there is none, it is nothing, or what is said of tax does not fit.
pub(super) fn read(said: &Tree) -> Result<Amount, Invalid> {
    let code: String = must(said, "currencyCode")?;
    let currency = code.trim().to_ascii_uppercase().parse::<Currency>();
    let no_currency = |it: crate::domain::money::CurrencyError| {
        Invalid::one("currencyCode", "enum", it.to_string())
    };
    let currency = currency.map_err(no_currency)?;
    let (base, figure) = figure(said)?;
    Ok(Amount { currency, base, figure })
}

/// The figure that was said, with tax if that is said.
///
/// # Errors
/// As [`read`].
pub(super) fn figure(said: &Tree) -> Result<(Base, Figure), Invalid> {
    let (gross, net) = (positive(said, GROSS)?, positive(said, NET)?);
    let rate: Option<Quantity> = text(said, RATE)?;
    if rate.is_some_and(|it| it.is_negative() || it.decimal() > Decimal::ONE_THOUSAND) {
        return Err(Invalid::one(RATE, "range", "must be 0 to 1000"));
    }
    match (gross, net) {
        (Some(gross), Some(net)) => {
            must_fit(gross, net, rate)?;
            Ok((Base::Gross, gross))
        }
        (Some(gross), None) => Ok((Base::Gross, gross)),
        (None, Some(net)) => Ok((Base::Net, net)),
        (None, None) => Err(Invalid::one(GROSS, "required", "must be given, or `dutyFreeAmount`")),
    }
}

fn positive(said: &Tree, name: &str) -> Result<Option<Figure>, Invalid> {
    let figure: Option<Figure> = text(said, name)?;
    match figure {
        Some(it) if it.is_zero() || !it.is_sellable() => {
            Err(Invalid::one(name, "range", "must be more than 0 and what a price may be"))
        }
        other => Ok(other),
    }
}

/// Refuses two amounts that are not one amount with tax and without it, to the cent.
fn must_fit(gross: Figure, net: Figure, rate: Option<Quantity>) -> Result<(), Invalid> {
    let (gross, net) = (gross.decimal(), net.decimal());
    let refused = |message: String| Err(Invalid::one(GROSS, "range", message));
    if gross < net {
        return refused(format!("must not be less than `{NET}`"));
    }
    let Some(rate) = rate else { return Ok(()) };
    let hundredfold = net.checked_mul(Decimal::ONE_HUNDRED + rate.decimal());
    let is_near = |it: Decimal| (it - gross * Decimal::ONE_HUNDRED).abs() <= Decimal::ONE;
    match hundredfold.is_some_and(is_near) {
        true => Ok(()),
        false => refused(format!("must be `{NET}` with `{RATE}` {rate} on top")),
    }
}

/// The one figure of a price, if it has only one.
fn of(price: &Price) -> Option<Figure> {
    match &price.versions.as_slice().last()?.model {
        PriceModel::Flat(figure) | PriceModel::PerUnit(figure) => Some(*figure),
        PriceModel::Graduated(_)
        | PriceModel::Volume(_)
        | PriceModel::Package { .. }
        | PriceModel::Stairstep(_)
        | PriceModel::Percentage(_)
        | PriceModel::GraduatedPercentage(_)
        | PriceModel::Minimum { .. }
        | PriceModel::Commitment { .. }
        | PriceModel::PerDimension { .. } => None,
    }
}

/// How much a price is; `null` if that is no single figure.
///
/// # Errors
/// If what is kept beside it cannot be read.
pub(super) fn shown(price: &Price) -> Result<Value, Error> {
    let Some(figure) = of(price) else { return Ok(Value::Null) };
    let name = if price.base == Base::Gross { GROSS } else { NET };
    let said = carried::read(&price.stamp)?.remove(NAME);
    let is_same = |it: &Value| {
        it.as_object().and_then(|it| self::figure(it).ok()) == Some((price.base, figure))
    };
    let mut shown = match said.filter(is_same) {
        Some(said) => said,
        None => json!({ name: figure.to_string() }),
    };
    shown["currencyCode"] = price.currency.code().into();
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::bae::wire::tree;

    fn told(gross: Value, net: Value, rate: Value) -> String {
        let said = json!({ GROSS: gross, NET: net, RATE: rate, "currencyCode": "eur" });
        match read(&tree(said)) {
            Ok(it) => format!("{:?} {} {}", it.base, it.figure, it.currency),
            Err(it) => it.to_string(),
        }
    }

    #[test]
    fn the_amount_with_tax_is_what_is_paid_and_must_fit_the_one_without() {
        let none = Value::Null;
        for (gross, net, rate, expected) in [
            (json!("12"), json!("10"), json!("20"), "Gross 12 EUR"),
            (json!(200), json!("166.67"), json!(20), "Gross 200 EUR"),
            (json!("0.0125"), json!("0.01"), none.clone(), "Gross 0.0125 EUR"),
            (json!("12"), none.clone(), none.clone(), "Gross 12 EUR"),
            (none.clone(), json!("10"), json!("20"), "Net 10 EUR"),
            (
                json!("12"),
                json!("10"),
                json!("19"),
                "`taxIncludedAmount` must be `dutyFreeAmount` with `taxRate` 19 on top",
            ),
            (
                json!("9"),
                json!("10"),
                none.clone(),
                "`taxIncludedAmount` must not be less than `dutyFreeAmount`",
            ),
            (
                json!("0"),
                none.clone(),
                none.clone(),
                "`taxIncludedAmount` must be more than 0 and what a price may be",
            ),
            (json!("12"), json!("10"), json!("-1"), "`taxRate` must be 0 to 1000"),
            (
                none.clone(),
                none.clone(),
                none.clone(),
                "`taxIncludedAmount` must be given, or `dutyFreeAmount`",
            ),
        ] {
            assert_eq!(told(gross, net, rate), expected);
        }
    }

    #[test]
    fn a_currency_is_one_of_the_world() {
        let said = tree(json!({ GROSS: "1", "currencyCode": "XBT" }));
        assert!(read(&said).is_err_and(|it| it.violations[0].field == "currencyCode"));
        assert!(read(&tree(json!({ GROSS: "1" }))).is_err());
    }
}
