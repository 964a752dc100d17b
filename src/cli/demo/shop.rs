//! The shop of the demo: taxes, categories, meters, resources and offers, written down before
//! anybody buys.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::script::{Body, Keyed, Offer, Price, Resale, Shop};
use super::stage::{HOUSE, Stage, text};
use crate::cli::failure::Failure;

/// Puts everything on the shelves.
pub(super) fn fill(stage: &mut Stage, shop: &Shop) -> Result<(), Failure> {
    make_all(stage, "/tax_categories", &shop.tax_categories)?;
    make_all(stage, "/tax_zones", &shop.tax_zones)?;
    for rule in &shop.tax_rules {
        stage.post(HOUSE, "/tax_rules", &Value::Object(rule.clone()))?;
    }
    for letterhead in &shop.letterheads {
        stage.post(HOUSE, "/letterheads", &Value::Object(letterhead.clone()))?;
    }
    for gateway in &shop.gateways {
        stage.post(HOUSE, "/gateways", &Value::Object(gateway.clone()))?;
    }
    make_all(stage, "/categories", &shop.categories)?;
    make_all(stage, "/asset_types", &shop.asset_types)?;
    make_all(stage, "/meters", &shop.meters)?;
    make_all(stage, "/resources", &shop.resources)?;
    make_all(stage, "/service_terms", &shop.service_terms)?;
    for offer in &shop.offers {
        launch(stage, shop, (offer, None))?;
    }
    connect(stage, shop, &|key| key.to_owned())?;
    for resale in &shop.resales {
        resell(stage, shop, resale)?;
    }
    let resellers: BTreeSet<_> = shop.resales.iter().map(|it| &it.seller).collect();
    resellers.iter().try_for_each(|it| connect(stage, shop, &|key| format!("{it}:{key}")))?;
    for offer in &shop.listed {
        launch(stage, shop, (offer, None))?;
        stage.post(HOUSE, &format!("/offers/@{}/list", offer.key), &json!({}))?;
    }
    Ok(())
}

/// Lets subscriptions switch between the offers of each ladder that somebody sells under its own
/// names.
fn connect(stage: &Stage, shop: &Shop, own: &dyn Fn(&str) -> String) -> Result<(), Failure> {
    for ladder in &shop.ladders {
        let names: Vec<_> = ladder.offers.iter().map(|it| own(it)).collect();
        let sold: Vec<_> = names.iter().filter(|it| stage.knows(it)).collect();
        for (place, from) in sold.iter().enumerate() {
            let others = sold.iter().enumerate().filter(|it| it.0 != place);
            let switch = |(other, to): (usize, &&String)| {
                let direction = if other < place { "downgrade" } else { "upgrade" };
                json!({ "to": format!("@{to}"), "direction": direction })
            };
            let switches: Vec<_> = others.map(switch).collect();
            stage.patch(HOUSE, &format!("/offers/@{from}"), &json!({ "switches": switches }))?;
        }
    }
    Ok(())
}

fn make_all(stage: &mut Stage, path: &str, all: &[Keyed]) -> Result<(), Failure> {
    for it in all {
        stage.make(&it.key, path, &Value::Object(it.body.clone()))?;
    }
    Ok(())
}

/// Puts an offer on the shelf, with its specification and prices; in these currencies alone if some
/// are named.
fn launch(
    stage: &mut Stage,
    shop: &Shop,
    (offer, only): (&Offer, Option<&[String]>),
) -> Result<(), Failure> {
    let mut body = offer.body.clone();
    if !body.contains_key("bundle") {
        let mut specification = offer.specification.clone();
        for shared in ["name", "description", "seller"] {
            if let Some(value) = body.get(shared) {
                specification.insert(shared.to_owned(), value.clone());
            }
        }
        let made = stage.post(HOUSE, "/specifications", &Value::Object(specification))?;
        body.insert("specification".to_owned(), json!(text(&made, "id")));
    }
    body.insert("state".to_owned(), json!("active"));
    stage.make(&offer.key, "/offers", &Value::Object(body))?;
    for price in &offer.prices {
        for (currency, figures) in &price.amounts {
            if only.is_none_or(|it| it.contains(currency)) {
                let mut body = priced(&offer.key, price, (currency, figures));
                let name = shop.price_names.get(price.name());
                body.extend(name.map(|it| ("names".to_owned(), json!(it))));
                stage.post(HOUSE, "/prices", &Value::Object(body))?;
            }
        }
    }
    stage.post(HOUSE, &format!("/offers/@{}/launch", offer.key), &json!({}))?;
    Ok(())
}

/// A price in one currency, as the API takes it.
fn priced(offer: &str, price: &Price, (currency, figures): (&str, &[String])) -> Body {
    let mut body = price.body.clone();
    body.insert("offer".to_owned(), json!(format!("@{offer}")));
    body.insert("currency".to_owned(), json!(currency));
    body.insert("model".to_owned(), model(price, figures));
    body
}

fn model(price: &Price, figures: &[String]) -> Value {
    let kind = price.model.as_str();
    let only = figures.first();
    let tiers = |field: &str| {
        let bounds = price.up_to.iter().map(Some).chain([None]);
        let row =
            |(figure, bound): (&String, Option<&String>)| json!({ "up_to": bound, field: figure });
        figures.iter().zip(bounds).map(row).collect::<Vec<_>>()
    };
    match kind {
        "per_unit" => json!({ "kind": kind, "per_unit": only }),
        "package" => json!({ "kind": kind, "size": price.size, "amount": only }),
        "stairstep" => json!({ "kind": kind, "tiers": tiers("flat") }),
        "graduated" | "volume" => json!({ "kind": kind, "tiers": tiers("per_unit") }),
        _ => json!({ "kind": kind, "amount": only }),
    }
}

/// Puts a reseller's choice on its own shelf, under its own names.
fn resell(stage: &mut Stage, shop: &Shop, resale: &Resale) -> Result<(), Failure> {
    let seller = json!(format!("@{}", resale.seller));
    let own = |key: &str| format!("{}:{key}", resale.seller);
    for category in shop.categories.iter().filter(|it| resale.categories.contains(&it.key)) {
        let mut body = owned(stage, resale, &category.body);
        body.insert("seller".to_owned(), seller.clone());
        stage.make(&own(&category.key), "/categories", &Value::Object(body))?;
    }
    for offer in shop.offers.iter().filter(|it| resale.offers.contains(&it.key)) {
        let mut body = owned(stage, resale, &offer.body);
        body.insert("seller".to_owned(), seller.clone());
        if let Some(Value::String(number)) = body.get_mut("part_number") {
            *number = format!("{}{number}", resale.prefix);
        }
        let own = Offer { key: own(&offer.key), body, ..offer.clone() };
        launch(stage, shop, (&own, Some(&resale.currencies)))?;
    }
    Ok(())
}

/// A body with the reseller's own things where it has some of that name.
fn owned(stage: &Stage, resale: &Resale, body: &Body) -> Body {
    fn onto(stage: &Stage, seller: &str, value: &Value) -> Value {
        match value {
            Value::String(name) => match name.strip_prefix('@') {
                Some(key) if stage.knows(&format!("{seller}:{key}")) => {
                    json!(format!("@{seller}:{key}"))
                }
                Some(_) | None => value.clone(),
            },
            Value::Array(all) => all.iter().map(|it| onto(stage, seller, it)).collect(),
            Value::Object(all) => {
                let entry = |(key, it): (&String, &Value)| (key.clone(), onto(stage, seller, it));
                Value::Object(all.iter().map(entry).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
    let entry = |(key, it): (&String, &Value)| (key.clone(), onto(stage, &resale.seller, it));
    body.iter().map(entry).collect::<Map<_, _>>()
}
