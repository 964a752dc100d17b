//! Discounts and fees that a price declares itself: foretold, billed, explained, and never given
//! back beyond what was charged.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::order::item::{Action, Item, Wish};
use tillbox::domain::order::{PlaceOrder, Request};

use crate::harness::market::{Market, monthly, shown, text};

/// A monthly price that is half as much for two months, with a fee at the beginning, and cheaper
/// where it is large.
fn base() -> Value {
    let mut base = monthly("Base", "EUR", "28");
    base["alterations"] = json!([
        { "name": "Welcome", "effect": "discount", "percent": "50", "applies": "for", "duration": "2 months" },
        { "name": "First delivery", "effect": "fee", "amount": "5", "applies": "once" },
        {
            "name": "Large bill", "effect": "discount", "amount": "100", "applies": "every_charge",
            "condition": { "is": "ge", "amount": "1000" }, "valid_from": "2025-01-01",
        },
    ]);
    base
}

/// What the first bill of an order would come to, with tax.
fn estimated(market: &Market, account: &Value, offer: &str) -> String {
    let wish = Wish { offer: offer.parse().ok(), quantity: Some(1), ..Wish::default() };
    let item = Item::new("1".parse().unwrap(), Action::Add, wish);
    let account = text(&account["id"]).parse().unwrap();
    let placed = PlaceOrder::new(account, vec![item], Request::plain()).unwrap();
    let content =
        super::estimates::estimate(market, placed).unwrap().bills.remove(0).content.unwrap();
    content.totals.gross.decimal().to_string()
}

#[test]
fn what_a_price_gives_and_takes_is_calculated_estimated_billed_and_shown_alike() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Cloud", &[base()]);
    let kept =
        &market.operator().get(&format!("/offers/{offer}/prices"))["items"][0]["alterations"];
    assert_eq!(*kept, base()["alterations"], "it is shown as it was written");

    let wish = json!({ "currency": "EUR", "country": "DE" });
    let calculated = market.operator().post(&format!("/offers/{offer}/calculate"), &wish);
    let estimate = estimated(&market, &account, &offer);
    market.order(&account, &offer, 1);
    market.advance_to("2026-03-02");
    let first = &market.invoices(&account)[0];
    assert_eq!(calculated["gross"], first["gross"]);
    assert_eq!(json!(estimate), first["gross"]["amount"]);
    assert_eq!(
        first["lines"][0]["explanation"]["alterations"],
        json!([
            { "name": "Welcome", "effect": "discount", "percent": "50", "amount": "-14" },
            { "name": "First delivery", "effect": "fee", "percent": null, "amount": "5" },
        ])
    );
    expect![[r#"
        2026-01-01 19.00 + 3.80 = 22.80 EUR, due 22.80
        Cloud: Base | 2026-01-01..2026-02-01 | 19.00
            flat price, as of 2026-01-01
            28
            Welcome: discount of 50 %, -14
            First delivery: fee of 5, +5
            = 19.00 EUR

        2026-02-01 14.00 + 2.80 = 16.80 EUR, due 16.80
        Cloud: Base | 2026-02-01..2026-03-01 | 14.00
            flat price, as of 2026-01-01
            28
            Welcome: discount of 50 %, -14
            = 14.00 EUR

        2026-03-01 28.00 + 5.60 = 33.60 EUR, due 33.60
        Cloud: Base | 2026-03-01..2026-04-01 | 28.00
            flat price, as of 2026-01-01
            28
            = 28.00 EUR
    "#]]
    .assert_eq(&shown(&market, &account));
}

#[test]
fn what_is_given_back_is_a_part_of_what_was_charged_and_never_more() {
    let market = Market::on("2026-02-01");
    let account = market.customer("Blue Whale", "EUR");
    let subscription = market.order(&account, &market.offer("Cloud", &[base()]), 1);
    market.advance_to("2026-03-15");
    market.operator().post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.advance_to("2026-05-01");
    let path = format!("/credit_notes?account={}", text(&account["id"]));
    let notes = market.operator().get(&path);
    let charged: Vec<_> =
        market.invoices(&account).iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(charged, ["19.00", "14.00"]);
    assert_eq!(notes["items"][0]["net"]["amount"], "7.68", "17 of 31 days of 14.00");
    assert_eq!(notes["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn an_alteration_that_alters_nothing_is_refused_with_its_field() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Cloud", &[monthly("Base", "EUR", "10")]);
    let plain =
        || json!({ "name": "Off", "effect": "discount", "percent": "5", "applies": "once" });
    let with = |field: &str, value: Value| {
        let mut it = plain();
        it[field] = value;
        it
    };
    let table = [
        (with("percent", json!("0")), "/alterations/0/percent"),
        (with("amount", json!("3")), "/alterations/0/percent"),
        (with("effect", json!("gift")), "/alterations/0/effect"),
        (with("applies", json!("twice")), "/alterations/0/applies"),
        (with("duration", json!("2 months")), "/alterations/0/duration"),
        (with("applies", json!("for")), "/alterations/0/duration"),
        (with("condition", json!({ "is": "like", "amount": "1" })), "/alterations/0/condition/is"),
        (with("valid_until", json!("tomorrow")), "/alterations/0/valid_until"),
    ];
    for (alteration, pointer) in table {
        let mut price = monthly("Other", "EUR", "10");
        price["offer"] = json!(offer);
        price["alterations"] = json!([alteration]);
        let refused = market.operator().call("POST /prices", Some(&price));
        assert_eq!(refused.status, 422);
        assert_eq!(refused.json()["errors"][0]["pointer"], pointer, "{price}");
    }
}
