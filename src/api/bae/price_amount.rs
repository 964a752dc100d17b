//! `price`: how much, with tax and without it, and in which currency.
//!
//! What a buyer pays is the amount with tax, where it is said. What is tax of it follows from the rules
//! of taxation and not from what is said here; it must fit, and is shown as it was said, or else as the rules
//! have it.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::form::{must, text};
use super::wire::{Tree, tree};
use super::{carried, product};
use crate::domain::catalog::price::{Base, Figure, Price, PriceVersion};
use crate::domain::error::Invalid;
use crate::domain::id::AccountId;
use crate::domain::money::Currency;
use crate::domain::quantity::Quantity;
use crate::services::{Cx, Error, billing, catalog};

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

/// How much a price is, as it was said, with what the rules of taxation have of it beside where less was
/// said; `null` if that is no single figure.
///
/// # Errors
/// If what is kept beside it cannot be read.
pub(super) fn shown(cx: Cx<'_>, price: &Price) -> Result<Value, Error> {
    let figure = price.versions.as_slice().last().and_then(|it| product::figure(&it.model));
    let Some(figure) = figure else { return Ok(Value::Null) };
    let said = carried::read(&price.stamp)?.remove(NAME).and_then(|it| it.as_object().cloned());
    let is_same = |it: &Tree| self::figure(it).ok() == Some((price.base, figure));
    let said = said.filter(is_same).unwrap_or_default();
    let mut shown = Tree::new();
    let says = |name: &str| said.contains_key(name);
    if !(says(RATE) || says(GROSS) && says(NET)) {
        shown = known(cx, (price, figure), None)?;
        // Who writes it says it again, and an amount with tax would be agreed on then.
        if price.base == Base::Net && catalog::is_kept(cx, &price.stamp) == Some(true) {
            shown.remove(GROSS);
        }
    }
    shown.extend(said);
    shown.insert("currencyCode".to_owned(), price.currency.code().into());
    Ok(Value::Object(shown))
}

/// How much a price is for who has bought it, at the version at which it is charged.
///
/// # Errors
/// If the store fails.
pub(super) fn charged(
    cx: Cx<'_>,
    (price, version): (&Price, Option<&PriceVersion>),
    account: AccountId,
) -> Result<Value, Error> {
    let mut shown = match version.and_then(|it| product::figure(&it.model)) {
        Some(figure) => known(cx, (price, figure), Some(account))?,
        None => Tree::new(),
    };
    shown.insert("currencyCode".to_owned(), price.currency.code().into());
    Ok(Value::Object(shown))
}

/// A figure without tax and with it, and the rate, as far as the rules say that.
fn known(
    cx: Cx<'_>,
    (price, figure): (&Price, Figure),
    account: Option<AccountId>,
) -> Result<Tree, Error> {
    let rate = billing::tax_rate(cx, price, account)?;
    let digits = price.currency.digits();
    let both = rate.and_then(|rate| {
        let (net, gross) = price.base.both(figure.decimal(), rate, digits)?;
        Some((net, gross, rate.decimal().normalize()))
    });
    let of = |it: Decimal| it.to_string();
    Ok(tree(match both {
        Some((net, gross, rate)) => json!({ NET: of(net), GROSS: of(gross), RATE: of(rate) }),
        None if price.base == Base::Gross => json!({ GROSS: figure.to_string() }),
        None => json!({ NET: figure.to_string() }),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

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
