//! Languages: an invoice says what is charged in that of its reader, and keeps saying so.

use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

/// What the lines of the first invoice of an account say.
fn said(market: &Market, account: &Value) -> String {
    let lines = market.invoices(account)[0]["lines"].clone();
    let lines = lines.as_array().unwrap().iter().map(|it| text(&it["text"]));
    lines.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_line_is_called_as_its_reader_speaks_and_else_as_the_price_was_written() {
    let market = Market::on("2026-01-01");
    let mut price = monthly("Base fee", "EUR", "5");
    price["names"] = json!({ "de": "Grundgebühr", "fr_CA": "Frais de base" });
    let offer = market.offer("Cloud", &[price]);
    let bought = |locale: &str| {
        let body = json!({
            "name": format!("Reader of {locale}"), "locale": locale,
            "address": { "street": "Ring 1", "city": "Wien", "country": "AT" },
        });
        let account = market.operator().post("/accounts", &body);
        market.order(&account, &offer, 1);
        account
    };
    for (locale, expected) in [
        ("de_AT", "Cloud: Grundgebühr"),
        ("fr_FR", "Cloud: Frais de base"),
        ("en_GB", "Cloud: Base fee"),
        ("it_IT", "Cloud: Base fee"),
    ] {
        assert_eq!(said(&market, &bought(locale)), expected, "{locale}");
    }
    let shown = market.operator().get(&format!("/offers/{offer}/prices"));
    let shown = &shown["items"][0];
    assert_eq!(shown["name"], "Base fee");
    assert_eq!(shown["names"], json!({ "de": "Grundgebühr", "fr_CA": "Frais de base" }));
    let mut wrong = monthly("Base fee", "EUR", "5");
    (wrong["offer"], wrong["names"]) = (json!(offer), json!({ "german": "Grundgebühr" }));
    let refused = market.operator().call("POST /prices", Some(&wrong));
    let errors = refused.json()["errors"].clone();
    assert_eq!((refused.status.as_u16(), &errors[0]["pointer"]), (422, &json!("/names/german")));
}
