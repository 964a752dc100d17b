//! Estimates: what an order would come to is what its first invoice says.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::error::Code;
use tillbox::domain::id::{AccountId, OfferId, SubscriptionId};
use tillbox::domain::operator::Actor;
use tillbox::domain::order::item::{Action, Item, Wish};
use tillbox::domain::order::{PlaceOrder, Request};
use tillbox::services::order::{self, Estimate};
use tillbox::services::{Author, Error};
use tillbox::store::backup::contents;

use crate::harness::market::{Market, lines, monthly, text};

fn placed(account: &Value, items: Vec<Item>) -> PlaceOrder {
    let account: AccountId = text(&account["id"]).parse().unwrap();
    PlaceOrder::new(account, items, Request::plain()).unwrap()
}

fn add(offer: &str, quantity: u32) -> Item {
    let offer: OfferId = offer.parse().unwrap();
    let wish = Wish { offer: Some(offer), quantity: Some(quantity), ..Wish::default() };
    Item::new("1".parse().unwrap(), Action::Add, wish)
}

fn on(action: Action, subscription: &str, wish: Wish) -> Item {
    let id: SubscriptionId = subscription.parse().unwrap();
    let mut item = Item::new("1".parse().unwrap(), action, wish);
    item.subscription = Some(id);
    item
}

/// What an order would come to.
pub(super) fn estimate(market: &Market, placed: PlaceOrder) -> Result<Estimate, Error> {
    let (bss, author) = (&market.house.app.bss, Author::of(Actor::duty("test")));
    let foreseen = bss.act(author, |act| order::suppose_placed(act, placed)).wait()?;
    bss.read(&Actor::duty("test"), |cx| order::estimate(cx, foreseen))
}

/// The same. Whatever is learned, nothing is left of it.
fn estimated(market: &Market, placed: PlaceOrder) -> Result<Estimate, Error> {
    let bss = &market.house.app.bss;
    let kept = || bss.read(&Actor::duty("test"), |cx| Ok(contents(cx.view)?)).unwrap();
    let before = kept();
    let done = estimate(market, placed);
    assert!(before == kept(), "an estimate leaves nothing behind");
    done
}

/// An estimate as one reads it: `on a day: net + tax = gross`, and its lines.
fn told(it: &Estimate) -> String {
    let mut out = String::new();
    for bill in &it.bills {
        let Some(content) = &bill.content else {
            out.push_str("nothing\n");
            continue;
        };
        let sums = content.totals;
        out.push_str(&format!("{}: {} + {} = {}\n", bill.on, sums.net, sums.tax, sums.gross));
        for line in &content.lines {
            let days = line.service_period.map_or("-".to_owned(), |it| it.to_string());
            out.push_str(&format!("{}: {} | {days} | {}\n", line.subject, line.label, line.net));
        }
    }
    out
}

/// The heads and lines of an invoice, written like those of an estimate.
fn invoiced(it: &Value) -> String {
    let all = lines(it);
    let own: Vec<_> = all.lines().filter(|it| !it.starts_with(' ')).collect();
    own.join("\n")
}

fn setup(amount: &str) -> Value {
    json!({
        "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
        "model": { "kind": "flat", "amount": amount },
    })
}

#[test]
fn the_first_invoice_says_what_was_estimated() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Cloud", &[setup("50"), monthly("Base", "EUR", "19.99")]);
    let first = told(&estimated(&market, placed(&account, vec![add(&offer, 1)])).unwrap());
    market.order(&account, &offer, 1);
    let invoices = market.invoices(&account);
    let said = format!("{first}invoiced:\n{}\n", invoiced(&invoices[0]));
    market.advance_to("2026-01-11");
    let second = told(&estimated(&market, placed(&account, vec![add(&offer, 1)])).unwrap());
    let said = format!("{said}ten days later:\n{second}");
    expect![[r#"
        2026-01-01: 69.99 EUR + 14.00 EUR = 83.99 EUR
        Cloud: Setup | - | 50.00 EUR
        Cloud: Base | 2026-01-01..2026-02-01 | 19.99 EUR
        invoiced:
        Cloud: Setup | - | 50.00
        Cloud: Base | 2026-01-01..2026-02-01 | 19.99
        ten days later:
        2026-02-01: 83.53 EUR + 16.71 EUR = 100.24 EUR
        Cloud: Setup | - | 50.00 EUR
        Cloud: Base | 2026-01-11..2026-02-01 | 13.54 EUR
        Cloud: Base | 2026-02-01..2026-03-01 | 19.99 EUR
    "#]]
    .assert_eq(&said);
}

#[test]
fn what_is_brought_about_elsewhere_is_estimated_as_if_it_were_there() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let manual = (json!({}), json!({ "connector": "manual" }));
    let offer = market.offer_like("Rack", &[monthly("Base", "EUR", "30")], manual);
    expect![[r#"
        2026-01-01: 30.00 EUR + 6.00 EUR = 36.00 EUR
        Rack: Base | 2026-01-01..2026-02-01 | 30.00 EUR
    "#]]
    .assert_eq(&told(&estimated(&market, placed(&account, vec![add(&offer, 1)])).unwrap()));
}

#[test]
fn changes_renewals_and_ends_are_estimated_by_what_is_left_to_bill() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let unit = json!({
        "name": "Seats", "kind": "recurring", "currency": "EUR",
        "model": { "kind": "per_unit", "per_unit": "10" },
    });
    let offer = market.offer("Seats", &[unit]);
    let subscription = market.order(&account, &offer, 2);
    let mut said = String::new();
    for (action, quantity) in
        [(Action::Modify, Some(5)), (Action::Renew, None), (Action::Delete, None)]
    {
        let wish = Wish { quantity, ..Wish::default() };
        let item = on(action, &subscription, wish);
        let estimate = estimated(&market, placed(&account, vec![item])).unwrap();
        said.push_str(&format!("{action}: {}", told(&estimate)));
    }
    expect![[r#"
        modify: 2026-01-01: 30.00 EUR + 6.00 EUR = 36.00 EUR
        Seats: Seats | 2026-01-01..2026-02-01 | 30.00 EUR
        renew: 2026-02-01: 20.00 EUR + 4.00 EUR = 24.00 EUR
        Seats: Seats | 2026-02-01..2026-03-01 | 20.00 EUR
        delete: nothing
    "#]]
    .assert_eq(&said);
}

#[test]
fn what_would_be_refused_is_refused_as_an_estimate() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Flat", &[monthly("Base", "USD", "30")]);
    let refusal = || match estimated(&market, placed(&account, vec![add(&offer, 1)])) {
        Err(Error::Rejected(it)) => it.code,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(), Code::PriceMissing);
    let path = format!("/accounts/{}/hold", text(&account["id"]));
    market.operator().post(&path, &json!({ "reason": "FRAUD" }));
    assert_eq!(refusal(), Code::AccountStateForbids);
}

#[test]
fn an_order_of_more_than_can_be_billed_is_refused_as_its_preview_is() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let mut fee = monthly("Fee", "EUR", "1");
    fee["model"] = json!({ "kind": "per_unit", "per_unit": "1000000000000" });
    let offer = market.offer("Gold", &[fee]);
    let wish = |quantity: u32| {
        let item = json!({ "offer": offer, "quantity": quantity });
        json!({ "account": account["id"], "items": [item] })
    };
    for path in ["POST /orders/preview", "POST /orders"] {
        let refused = operator.call(path, Some(&wish(999_999)));
        let said = refused.json();
        assert_eq!(refused.status, 409, "{path}: {said}");
        assert_eq!(said["type"], "/problems/amount_out_of_range", "{path}: {said}");
    }
    let held = market.order(&account, &offer, 1);
    let more = json!({ "quantity": 11 });
    let refused = operator.call(&format!("POST /subscriptions/{held}/change"), Some(&more));
    assert_eq!(refused.json()["type"], "/problems/amount_out_of_range");
    market.advance_to("2026-01-02");
    assert_eq!(market.invoices(&account).len(), 1, "and what was taken is billed");
    market.must_be_whole();
}

#[test]
fn a_switch_to_more_than_can_be_billed_is_refused_and_one_to_less_is_not() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let offer = |name: &str, unit: &str| {
        let mut fee = monthly("Fee", "EUR", "1");
        fee["model"] = json!({ "kind": "per_unit", "per_unit": unit });
        market.offer(name, &[fee])
    };
    let (silver, gold) = (offer("Silver", "1"), offer("Gold", "1000000000000"));
    for (from, to) in [(&silver, &gold), (&gold, &silver)] {
        let switches = json!({ "switches": [{ "to": to, "direction": "upgrade" }] });
        operator.patch(&format!("/offers/{from}"), &switches);
    }
    let many = market.order(&account, &silver, 11);
    for path in ["change/preview", "change"] {
        let path = format!("POST /subscriptions/{many}/{path}");
        let refused = operator.call(&path, Some(&json!({ "offer": gold })));
        assert_eq!(refused.status, 409, "{path}: {}", refused.json());
        assert_eq!(refused.json()["type"], "/problems/amount_out_of_range", "{path}");
    }
    let held = operator.get(&format!("/subscriptions/{many}"));
    assert_eq!(held["offer"], json!(silver), "nothing has changed");
    // More of it would be too much of what it was, and is not of what it is then.
    let few = market.order(&account, &gold, 1);
    let path = format!("/subscriptions/{few}/change");
    let switched = operator.post(&path, &json!({ "offer": silver, "quantity": 20 }));
    assert_eq!((&switched["offer"], &switched["quantity"]), (&json!(silver), &json!(20)));
    market.must_be_whole();
}
