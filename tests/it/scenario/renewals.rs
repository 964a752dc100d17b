//! Renewals: a term after another one, and what is charged in each.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::id::OfferId;
use tillbox::domain::operator::Actor;
use tillbox::services::{Author, offer};

use crate::harness::market::{Market, lines, monthly, text};

/// A price of a term.
fn in_term(mut price: Value, term: &str) -> Value {
    price["term"] = json!(term);
    price
}

fn once(name: &str, fee: &str, amount: &str) -> Value {
    json!({
        "name": name, "kind": "one_time", "fee": fee, "currency": "USD",
        "model": { "kind": "flat", "amount": amount },
    })
}

/// An offer by the month or by the quarter; a price for both, and others for each.
fn offer(market: &Market) -> String {
    let prices = [
        monthly("Support", "USD", "1"),
        in_term(monthly("By the month", "USD", "10"), "m"),
        in_term(monthly("By the quarter", "USD", "8"), "q"),
        in_term(once("Monthly setup", "setup", "5"), "m"),
        in_term(once("Quarterly setup", "setup", "6"), "q"),
        in_term(once("Quarterly renewal", "renewal", "2"), "q"),
        in_term(
            json!({
                "name": "Traffic by the month", "kind": "usage", "currency": "USD",
                "meter": market.meter, "model": { "kind": "per_unit", "per_unit": "0.5" },
            }),
            "m",
        ),
    ];
    let terms = json!([
        { "key": "m", "duration": "1 month", "default": true },
        { "key": "q", "duration": "3 months" },
    ]);
    market.offer_like("VPS", &prices, (json!({ "terms": terms }), json!({})))
}

/// All that an account was charged, invoice by invoice, without the reasons.
fn charged(market: &Market, account: &Value) -> String {
    let mut out = String::new();
    for invoice in market.invoices(account) {
        out.push_str(&format!("{}\n", invoice["issued_on"].as_str().unwrap()));
        let all = lines(&invoice);
        let shown = all.lines().filter(|it| !it.starts_with(' '));
        shown.for_each(|it| out.push_str(&format!("    {it}\n")));
    }
    out
}

fn renew(market: &Market, account: &Value, subscription: &str, term: &str) {
    let item = json!({ "action": "renew", "subscription": subscription, "term": term });
    let body = json!({ "account": account["id"], "items": [item] });
    let order = market.operator().post("/orders", &body);
    assert_eq!(order["state"], "completed", "{order}");
}

#[test]
fn a_renewal_into_another_term_charges_each_term_what_it_costs() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "USD");
    let subscription = market.order(&account, &offer(&market), 1);
    market.advance_to("2026-01-20");
    market.uses(&subscription, ("1", "2026-01-15T00:00:00Z", "4"));
    renew(&market, &account, &subscription, "q");
    market.advance_to("2026-04-20");
    renew(&market, &account, &subscription, "m");
    market.advance_to("2026-06-02");
    let it = market.operator().get(&format!("/subscriptions/{subscription}"));
    let told = format!("{}{}", charged(&market, &account), it["state"]);
    expect![[r#"
        2026-01-01
            VPS: Support | 2026-01-01..2026-02-01 | 1.00
            VPS: By the month | 2026-01-01..2026-02-01 | 10.00
            VPS: Monthly setup | - | 5.00
        2026-02-01
            VPS: Support | 2026-02-01..2026-03-01 | 1.00
            VPS: By the quarter | 2026-02-01..2026-03-01 | 8.00
            VPS: Quarterly renewal | 2026-02-01..2026-05-01 | 2.00
            VPS: Traffic by the month | 2026-01-01..2026-02-01 | 2.00
        2026-03-01
            VPS: Support | 2026-03-01..2026-04-01 | 1.00
            VPS: By the quarter | 2026-03-01..2026-04-01 | 8.00
        2026-04-01
            VPS: Support | 2026-04-01..2026-05-01 | 1.00
            VPS: By the quarter | 2026-04-01..2026-05-01 | 8.00
        2026-05-01
            VPS: Support | 2026-05-01..2026-06-01 | 1.00
            VPS: By the month | 2026-05-01..2026-06-01 | 10.00
        "recoverable""#]]
    .assert_eq(&told);
}

#[test]
fn what_is_on_hold_is_charged_beyond_its_term_only_if_it_renews_by_itself() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let buys = |renews: bool| {
        let account = market.customer("Blue Whale", "USD");
        let term =
            json!({ "key": "m", "duration": "1 month", "default": true, "auto_renew": renews });
        let prices = [in_term(monthly("By the month", "USD", "10"), "m")];
        let offer = market.offer_like("VPS", &prices, (json!({ "terms": [term] }), json!({})));
        let subscription = market.order(&account, &offer, 1);
        let path = format!("/subscriptions/{subscription}");
        operator.post(&format!("{path}/hold"), &json!({ "comment": "a test" }));
        (account, path)
    };
    let both = [buys(true), buys(false)];
    let invoices = || both.each_ref().map(|it| market.invoices(&it.0).len());
    market.advance_to("2026-04-15");
    assert_eq!(invoices(), [4, 1]);
    for (_, path) in &both {
        operator.post(&format!("{path}/release"), &json!({}));
    }
    market.advance_to("2026-05-02");
    assert_eq!(invoices(), [5, 1], "the terms that it missed are not charged again");
    market.must_be_whole();
}

/// What follows the month of an offer: the quarter.
fn follows_the_month(market: &Market, sold: &str) {
    let id: OfferId = sold.parse().unwrap();
    let revised = market.house.app.bss.act(Author::of(Actor::duty("test")), move |act| {
        offer::revise(act, id, None, |mut it| {
            it.terms[0].renews_into = Some("q".parse().unwrap());
            it.terms[0].renewal = Some(tillbox::domain::catalog::term::Renewal::OnLastDay);
            Ok(it)
        })
    });
    revised.wait().unwrap();
}

#[test]
fn what_follows_a_term_was_promised_and_is_charged_though_nobody_can_buy_it_any_more() {
    let market = Market::on("2026-01-01");
    let (account, sold) = (market.customer("Blue Whale", "USD"), offer(&market));
    follows_the_month(&market, &sold);
    let subscription = market.order(&account, &sold, 1);
    let catalog = "/tmf-api/productCatalogManagement/v4";
    let (_, id) = sold.split_once('_').unwrap();
    let offering = market.operator().get(&format!("{catalog}/productOffering/{id}"));
    let prices = offering["productOfferingPrice"].as_array().unwrap().iter();
    let quarterly: Vec<_> = prices.filter(|it| it["name"] == "By the quarter").collect();
    assert_eq!(quarterly.len(), 1, "{offering}");
    let over = json!({ "validFor": { "endDateTime": "2026-01-20T00:00:00Z" } });
    let path = format!("{catalog}/productOfferingPrice/{}", text(&quarterly[0]["id"]));
    market.operator().patch(&path, &over);
    market.advance_to("2026-02-02");
    let it = market.operator().get(&format!("/subscriptions/{subscription}"));
    assert_eq!(it["state"], "active", "{it}");
    let charged = charged(&market, &account);
    let quarter = "VPS: By the quarter | 2026-02-01..2026-03-01 | 8.00";
    assert!(charged.contains(quarter), "{charged}");
}

#[test]
fn a_renewal_into_a_term_that_comes_to_more_than_can_be_billed_is_refused() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "USD");
    let seat = |term: &str, unit: &str| {
        let mut price = in_term(monthly("Seat", "USD", "1"), term);
        price["model"] = json!({ "kind": "per_unit", "per_unit": unit });
        price
    };
    let terms = json!([
        { "key": "m", "duration": "1 month", "default": true },
        { "key": "q", "duration": "3 months" },
    ]);
    let prices = [seat("m", "1"), seat("q", "1000000000000")];
    let offer = market.offer_like("Seats", &prices, (json!({ "terms": terms }), json!({})));
    let [many, few] = [11, 10].map(|units| market.order(&account, &offer, units));
    let renews = |id: &str| {
        let item = json!({ "action": "renew", "subscription": id, "term": "q" });
        let body = json!({ "account": account["id"], "items": [item] });
        operator.call("POST /orders", Some(&body))
    };
    let refused = renews(&many);
    assert_eq!(refused.status, 409, "{}", refused.json());
    assert_eq!(refused.json()["type"], "/problems/amount_out_of_range");
    let held = operator.get(&format!("/subscriptions/{many}"));
    assert_eq!(held["term"]["key"], "m", "nothing has changed: {held}");
    assert_eq!(renews(&few).ok()["state"], "completed");
    market.advance_to("2026-02-02");
    market.must_be_whole();
}
