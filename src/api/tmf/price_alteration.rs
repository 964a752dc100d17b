//! What a price adds or takes away by itself (`priceAlteration` of a price in TMF620, an attribute of ours:
//! the definitions have it of what was ordered alone).

use serde_json::{Value, json};

use super::characteristic::listed;
use super::entity::{must, tree};
use super::money;
use super::offer_term::length;
use super::party_form::{day, shown_day};
use super::price_model::count;
use super::price_rhythm::period;
use super::resource::Tree;
use crate::domain::catalog::price::alteration::{
    Applies, By, Comparison, Effect, PriceAlteration, TotalCondition,
};
use crate::domain::error::Invalid;
use crate::domain::money::Currency;
use crate::domain::quantity::Percent;
use crate::services::Error;

/// The attribute in which they stand.
pub(super) const NAME: &str = "priceAlteration";

/// Alterations in a currency; `null` for none.
pub(super) fn shown(all: &[PriceAlteration], currency: Currency) -> Value {
    if all.is_empty() { Value::Null } else { all.iter().map(|it| one(it, currency)).collect() }
}

fn one(it: &PriceAlteration, currency: Currency) -> Value {
    let mut said = json!({ "name": it.name.as_str(), "alterationType": it.effect.word() });
    match it.by {
        By::Percent(percent) => {
            said["percentage"] = money::number(&percent.decimal().normalize());
        }
        By::Fixed(figure) => said["price"] = money::exactly(currency, figure),
    }
    match it.applies {
        Applies::Once => said["isOnce"] = json!(true),
        Applies::EveryCharge | Applies::Before(_) => {}
        Applies::For(span) => {
            let (units, amount) = period(span);
            said["applicationDuration"] = json!({ "amount": amount, "units": units });
        }
    }
    if let Some(condition) = it.condition {
        said["totalCondition"] = json!({
            "comparison": condition.comparison.word(),
            "total": money::exactly(currency, condition.amount),
        });
    }
    let ends = [("startDateTime", it.valid_from), ("endDateTime", it.valid_until)];
    let valid_for: Tree = ends
        .into_iter()
        .filter_map(|(name, on)| Some((name.to_owned(), json!(shown_day(on)?))))
        .collect();
    if !valid_for.is_empty() {
        said["validFor"] = Value::Object(valid_for);
    }
    said
}

/// The alterations that are said of a price in a currency.
///
/// # Errors
/// With the place of what is none.
pub(super) fn read(
    said: Option<&Value>,
    currency: Currency,
) -> Result<Vec<PriceAlteration>, Error> {
    let mut found = Vec::new();
    for (place, it) in listed(said, NAME)? {
        let read = alteration(it, currency);
        found.push(read.map_err(|it| it.below(&format!("{NAME}/{place}/")))?);
    }
    Ok(found)
}

fn alteration(said: &Tree, currency: Currency) -> Result<PriceAlteration, Invalid> {
    let valid_for = said.get("validFor").and_then(Value::as_object);
    let end = |name: &str| day(&format!("validFor/{name}"), valid_for.and_then(|it| it.get(name)));
    let read = PriceAlteration {
        name: must(said, "name")?,
        effect: must::<Effect>(said, "alterationType")?,
        by: by(said, currency)?,
        applies: applies(said)?,
        condition: condition(said, currency)?,
        valid_from: end("startDateTime")?,
        valid_until: end("endDateTime")?,
    };
    read.check().map_err(worded)?;
    Ok(read)
}

fn by(said: &Tree, currency: Currency) -> Result<By, Invalid> {
    let price = said.get("price").filter(|it| !it.is_null());
    match (count(said, "percentage")?, price) {
        (Some(percent), None) => Ok(By::Percent(Percent::new(percent.decimal()))),
        (None, Some(price)) => {
            let (other, figure) = money::read_exactly("price", price)?;
            must_be(other, (currency, "price"))?;
            Ok(By::Fixed(figure))
        }
        (Some(_), Some(_)) | (None, None) => {
            Err(Invalid::one("price", "required", "must be given, or else a `percentage`"))
        }
    }
}

fn must_be(it: Currency, (currency, field): (Currency, &str)) -> Result<(), Invalid> {
    if it == currency {
        return Ok(());
    }
    Err(Invalid::one(field, "currency", format!("must be in `{currency}`, as what it alters")))
}

fn applies(said: &Tree) -> Result<Applies, Invalid> {
    let inner = said.get("applicationDuration").filter(|it| !it.is_null());
    let within = tree(json!({ "duration": inner }));
    let span = length(&within).map_err(|mut it| {
        for it in &mut it.violations {
            it.field = it.field.replace("duration", "applicationDuration");
        }
        it
    })?;
    match (said.get("isOnce") == Some(&json!(true)), span) {
        (true, None) => Ok(Applies::Once),
        (false, None) if inner.is_none() => Ok(Applies::EveryCharge),
        (false, Some(span)) => Ok(Applies::For(span)),
        (true, Some(_)) => {
            let message = "must be absent of what `isOnce`";
            Err(Invalid::one("applicationDuration", "unsupported", message))
        }
        (false, None) => {
            let message = "must be an object with `amount` and `units`";
            Err(Invalid::one("applicationDuration", "type", message))
        }
    }
}

fn condition(said: &Tree, currency: Currency) -> Result<Option<TotalCondition>, Invalid> {
    let Some(said) = said.get("totalCondition").and_then(Value::as_object) else { return Ok(None) };
    let read = || {
        let comparison: Comparison = must(said, "comparison")?;
        let total = said.get("total").unwrap_or(&Value::Null);
        let (other, amount) = money::read_exactly("total", total)?;
        must_be(other, (currency, "total"))?;
        Ok::<_, Invalid>(TotalCondition { comparison, amount })
    };
    read().map(Some).map_err(|it| it.below("totalCondition/"))
}

/// A refusal in the words of this contract.
fn worded(mut invalid: Invalid) -> Invalid {
    for it in &mut invalid.violations {
        it.field = match it.field.as_str() {
            "/percent" => "percentage",
            "/amount" => "price",
            "/duration" => "applicationDuration",
            "/condition/amount" => "totalCondition/total",
            "/valid_until" => "validFor/endDateTime",
            other => other,
        }
        .to_owned();
    }
    invalid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Span;

    #[test]
    fn an_alteration_is_read_as_it_is_shown() {
        let figure = |it: &str| it.parse().expect(it);
        let plain = PriceAlteration {
            name: "Welcome".parse().expect("a name"),
            effect: Effect::Discount,
            by: By::Percent(Percent::new(10.into())),
            applies: Applies::Once,
            condition: None,
            valid_from: None,
            valid_until: None,
        };
        let fixed = PriceAlteration {
            effect: Effect::Fee,
            by: By::Fixed(figure("0.125")),
            applies: Applies::For(Span::months(3)),
            condition: Some(TotalCondition {
                comparison: Comparison::AtLeast,
                amount: figure("200"),
            }),
            valid_from: Some("2026-01-01".parse().expect("a day")),
            valid_until: Some("2026-02-01".parse().expect("a day")),
            ..plain.clone()
        };
        let all =
            vec![plain.clone(), fixed, PriceAlteration { applies: Applies::EveryCharge, ..plain }];
        let said = shown(&all, Currency::EUR);
        assert_eq!(read(Some(&said), Currency::EUR).expect("right"), all);
        assert_eq!(shown(&[], Currency::EUR), Value::Null);
        let refused = read(Some(&said), Currency::USD).expect_err("in another currency");
        assert_eq!(
            refused.reason(),
            "`priceAlteration/1/price` must be in `USD`, as what it alters"
        );
    }

    #[test]
    fn what_alters_nothing_is_refused_where_it_stands() {
        let told = |it: Value| {
            let said = json!([it]);
            read(Some(&said), Currency::EUR).map_or_else(|it| it.reason(), |_| String::new())
        };
        let of = |more: Value| {
            let mut it = json!({ "name": "x", "alterationType": "fee" });
            it.as_object_mut().expect("an object").extend(tree(more));
            told(it)
        };
        expect_test::expect![[r#"
            `priceAlteration/0/price` must be given, or else a `percentage`
            `priceAlteration/0/percentage` must be more than 0 and at most 100
            `priceAlteration/0/applicationDuration/units` `eon` is none of `day`, `week`, `month`, `year`
            `priceAlteration/0/applicationDuration` must be absent of what `isOnce`"#]]
        .assert_eq(
            &[
                json!({}),
                json!({ "percentage": 101 }),
                json!({ "percentage": 1, "applicationDuration": { "amount": 1, "units": "eon" } }),
                json!({
                    "percentage": 1, "isOnce": true,
                    "applicationDuration": { "amount": 1, "units": "day" },
                }),
            ]
            .map(of)
            .join("\n"),
        );
    }
}
