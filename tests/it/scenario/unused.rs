//! Days that are paid and not used: what is given back when a subscription is called off.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::catalog::term::{RefundAfter, RefundPolicy, Term};
use tillbox::domain::id::OfferId;
use tillbox::domain::money::{Currency, Money};
use tillbox::domain::operator::Actor;
use tillbox::domain::time::Span;
use tillbox::services::{Author, offer};

use crate::harness::house::invite;
use crate::harness::market::{Market, monthly, sums, text};

/// A customer with a month at 31 EUR, set up for 25, which was billed on 1 January and, perhaps, paid.
struct Buyer {
    market: Market,
    account: Value,
    subscription: String,
}

impl Buyer {
    fn who_paid(amount: Option<&str>) -> Self {
        let market = Market::on("2026-01-01");
        let account = market.customer("Blue Whale", "EUR");
        let setup = json!({
            "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
            "model": { "kind": "flat", "amount": "25" },
        });
        let offer = market.offer("Mail", &[monthly("Month", "EUR", "31"), setup]);
        let subscription = market.order(&account, &offer, 1);
        market.house.app.keep_duties();
        if let Some(amount) = amount {
            let body = json!({
                "account": account["id"], "amount": { "amount": amount, "currency": "EUR" },
            });
            market.operator().post("/payments", &body);
        }
        Self { market, account, subscription }
    }

    /// One who has that month with fourteen days of full refund, of which 5 EUR are kept, in a term
    /// that is the offer's only one.
    fn with_full_days(timing: &str) -> (Self, OfferId) {
        let market = Market::on("2026-01-01");
        let account = market.customer("Blue Whale", "EUR");
        let setup = json!({
            "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
            "model": { "kind": "flat", "amount": "25" },
        });
        let mut month = monthly("Month", "EUR", "31");
        month["timing"] = json!(timing);
        let sold = market.offer("Mail", &[month, setup]);
        let id: OfferId = sold.parse().unwrap();
        let refund = RefundPolicy {
            kept: Some(Money::minor(500, Currency::EUR)),
            full_days: 14,
            after: RefundAfter::Prorated,
        };
        let term = Term::of("month".parse().unwrap(), Some(Span::months(1)));
        has_terms(&market, id, vec![Term { refund: Some(refund), ..term }]);
        let subscription = market.order(&account, &sold, 1);
        market.house.app.keep_duties();
        (Self { market, account, subscription }, id)
    }

    fn cancels(&self, body: &Value) {
        let path = format!("/subscriptions/{}/cancel", self.subscription);
        self.market.operator().post(&path, body);
        self.market.house.app.keep_duties();
        self.market.must_be_whole();
    }

    fn all(&self, what: &str) -> Vec<Value> {
        let path = format!("/{what}?order=oldest&account={}", text(&self.account["id"]));
        self.market.operator().get(&path)["items"].as_array().unwrap().clone()
    }

    /// Its invoices, what was credited and went back, and what it owes and has.
    fn stands(&self) -> String {
        let mut said = String::new();
        for it in self.market.invoices(&self.account) {
            said += &format!("{} {}: {}\n", text(&it["issued_on"]), text(&it["state"]), sums(&it));
        }
        for it in self.all("credit_notes") {
            let amount = |name: &str| text(&it[name]["amount"]);
            let sums = ["net", "tax", "gross"].map(amount).join(" ");
            said += &format!("credited {sums}: {}\n", text(&it["reason"]));
        }
        for it in self.all("payments") {
            let path = format!("/payments/{}/refunds", text(&it["id"]));
            for it in self.market.operator().get(&path)["items"].as_array().unwrap() {
                let amount = text(&it["amount"]["amount"]);
                said += &format!("{amount} goes back: {}\n", text(&it["state"]));
            }
        }
        let path = format!("/accounts/{}/balance", text(&self.account["id"]));
        let balance = self.market.operator().get(&path)["balances"][0].clone();
        let amount = |name: &str| text(&balance[name]["amount"]);
        said + &format!("owes {}, has {}\n", amount("receivable"), amount("credit"))
    }
}

/// Says of an offer which terms it has, as no door of ours does with their refunds.
fn has_terms(market: &Market, id: OfferId, terms: Vec<Term>) {
    let author = Author::of(Actor::duty("test"));
    let revised = market.house.app.bss.act(author, move |act| {
        offer::revise(act, id, None, |mut it| {
            it.terms = terms;
            Ok(it)
        })
    });
    revised.wait().unwrap();
}

#[test]
fn what_is_called_off_gives_back_the_days_that_were_paid_and_are_not_used() {
    let buyer = Buyer::who_paid(Some("67.20"));
    buyer.market.advance_to("2026-01-11");
    buyer.cancels(&json!({}));
    expect![[r#"
        2026-01-01 paid: 56.00 + 11.20 = 67.20 EUR, due 0.00
        credited 21.00 4.20 25.20: Ended on 2026-01-11: Month for 21 of 31 days
        owes 0.00, has 25.20
    "#]]
    .assert_eq(&buyer.stands());
    buyer.market.advance_to("2026-04-01");
    assert_eq!(buyer.market.invoices(&buyer.account).len(), 1, "nothing is charged any more");
}

#[test]
fn what_was_not_paid_is_owed_less() {
    let buyer = Buyer::who_paid(Some("40"));
    buyer.market.advance_to("2026-01-11");
    buyer.cancels(&json!({ "refund_to": "method" }));
    expect![[r#"
        2026-01-01 overdue: 56.00 + 11.20 = 67.20 EUR, due 2.00
        credited 21.00 4.20 25.20: Ended on 2026-01-11: Month for 21 of 31 days
        owes 2.00, has 0.00
    "#]]
    .assert_eq(&buyer.stands());
}

#[test]
fn money_goes_back_to_where_it_came_from_if_that_is_asked_for() {
    let buyer = Buyer::who_paid(Some("67.20"));
    buyer.market.advance_to("2026-01-11");
    buyer.cancels(&json!({ "refund_to": "method" }));
    expect![[r#"
        2026-01-01 paid: 56.00 + 11.20 = 67.20 EUR, due 0.00
        credited 21.00 4.20 25.20: Ended on 2026-01-11: Month for 21 of 31 days
        25.20 goes back: requested
        owes 0.00, has 0.00
    "#]]
    .assert_eq(&buyer.stands());
}

#[test]
fn nothing_goes_back_on_the_last_day_but_that_day_or_where_nothing_is_to() {
    let buyer = Buyer::who_paid(None);
    buyer.market.advance_to("2026-01-31");
    buyer.cancels(&json!({}));
    expect![[r#"
        2026-01-01 overdue: 56.00 + 11.20 = 67.20 EUR, due 66.00
        credited 1.00 0.20 1.20: Ended on 2026-01-31: Month for 1 of 31 days
        owes 66.00, has 0.00
    "#]]
    .assert_eq(&buyer.stands());
    let buyer = Buyer::who_paid(None);
    let refused = buyer.market.operator().call(
        &format!("POST /subscriptions/{}/cancel", buyer.subscription),
        Some(&json!({ "refund_to": "pocket" })),
    );
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/refund_to");
    buyer.cancels(&json!({ "refund_to": "nowhere" }));
    expect![[r#"
        2026-01-01 open: 56.00 + 11.20 = 67.20 EUR, due 67.20
        owes 67.20, has 0.00
    "#]]
    .assert_eq(&buyer.stands());
}

#[test]
fn what_goes_on_again_is_charged_for_the_days_that_were_given_back() {
    let buyer = Buyer::who_paid(Some("67.20"));
    buyer.market.advance_to("2026-01-11");
    buyer.cancels(&json!({}));
    let path = format!("/subscriptions/{}/renew", buyer.subscription);
    buyer.market.operator().post(&path, &json!({}));
    buyer.market.advance_to("2026-02-01");
    expect![[r#"
        2026-01-01 paid: 56.00 + 11.20 = 67.20 EUR, due 0.00
        2026-02-01 open: 52.00 + 10.40 = 62.40 EUR, due 37.20
        credited 21.00 4.20 25.20: Ended on 2026-01-11: Month for 21 of 31 days
        owes 37.20, has 0.00
    "#]]
    .assert_eq(&buyer.stands());
}

#[test]
fn what_goes_on_again_later_is_not_charged_for_the_days_on_which_it_was_gone() {
    let buyer = Buyer::who_paid(Some("67.20"));
    buyer.market.advance_to("2026-01-11");
    buyer.cancels(&json!({}));
    buyer.market.advance_to("2026-01-25");
    let path = format!("/subscriptions/{}/renew", buyer.subscription);
    buyer.market.operator().post(&path, &json!({}));
    buyer.market.advance_to("2026-02-01");
    // Of January 7 of 31 days, and February.
    let last = buyer.market.invoices(&buyer.account).pop().unwrap();
    assert_eq!(text(&last["net"]["amount"]), "38.00");
}

#[test]
fn what_was_given_back_whole_does_not_go_on_and_is_ordered_anew() {
    let (buyer, _) = Buyer::with_full_days("advance");
    buyer.market.advance_to("2026-01-13");
    buyer.cancels(&json!({}));
    let credited = "credited 51.00 10.20 61.20: Ended on 2026-01-13: Month for 31 of 31 days, Setup; \
                    less 5.00 EUR, which is kept";
    let stands = buyer.stands();
    assert!(stands.contains(credited), "{stands}");
    let renew = format!("POST /subscriptions/{}/renew", buyer.subscription);
    let refused = buyer.market.operator().call(&renew, Some(&json!({})));
    assert_eq!(refused.status, 409);
    let why = format!(
        "all that was charged for subscription `{}` was given back when it ended on `2026-01-13`; \
         order it anew",
        buyer.subscription
    );
    assert_eq!(refused.json()["detail"], why);
    buyer.market.advance_to("2026-03-01");
    assert_eq!(buyer.market.invoices(&buyer.account).len(), 1, "nothing is charged any more");
}

#[test]
fn within_the_days_of_full_refund_what_was_not_billed_yet_never_is() {
    let (buyer, _) = Buyer::with_full_days("arrears");
    buyer.market.advance_to("2026-01-11");
    buyer.cancels(&json!({}));
    let stands = buyer.stands();
    assert!(stands.contains("credited 20.00 4.00 24.00: Ended on 2026-01-11: Setup"), "{stands}");
    buyer.market.advance_to("2026-03-01");
    assert_eq!(buyer.market.invoices(&buyer.account).len(), 1, "ten days were not billed");
}

#[test]
fn within_the_days_of_full_refund_what_was_bought_before_a_switch_is_not_billed_either() {
    let (buyer, silver) = Buyer::with_full_days("arrears");
    let operator = buyer.market.operator();
    let gold = buyer.market.offer("Gold", &[monthly("Month", "EUR", "62")]);
    let refund = RefundPolicy { kept: None, full_days: 14, after: RefundAfter::Prorated };
    let term = Term::of("month".parse().unwrap(), Some(Span::months(1)));
    let term = Term { refund: Some(refund), ..term };
    has_terms(&buyer.market, gold.parse().unwrap(), vec![term]);
    let leads = json!({ "switches": [{ "to": gold, "direction": "upgrade" }] });
    operator.patch(&format!("/offers/{silver}"), &leads);
    buyer.market.advance_to("2026-01-05");
    let to_gold = json!({ "offer": gold, "term": "month" });
    operator.post(&format!("/subscriptions/{}/change", buyer.subscription), &to_gold);
    buyer.market.advance_to("2026-01-08");
    buyer.cancels(&json!({}));
    buyer.market.advance_to("2026-03-02");
    let stands = buyer.stands();
    assert!(stands.contains("credited 25.00 5.00 30.00: Ended on 2026-01-08: Setup"), "{stands}");
    assert_eq!(buyer.market.invoices(&buyer.account).len(), 1, "{stands}");
}

#[test]
fn what_came_to_nothing_is_not_looked_for_and_a_year_is_found() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let mut year = monthly("Year", "EUR", "365");
    year["period"] = json!("1 year");
    let offer = market.offer("Mail", &[year, monthly("Free", "EUR", "0")]);
    let subscription = market.order(&account, &offer, 1);
    let extra = market.offer("Disk", &[monthly("Month", "EUR", "1")]);
    market.order(&account, &extra, 1);
    market.advance_to("2027-02-01");
    let buyer = Buyer { market, account, subscription };
    buyer.cancels(&json!({}));
    // The second year, but for 31 days of it; the first one is over.
    let notes: Vec<_> =
        buyer.all("credit_notes").iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(notes, ["334.00"]);
}

#[test]
fn a_term_that_nobody_knows_any_more_gives_nothing_back_by_itself() {
    let (buyer, offer) = Buyer::with_full_days("advance");
    let other = Term::of("year".parse().unwrap(), Some(Span::months(12)));
    has_terms(&buyer.market, offer, vec![other]);
    buyer.market.advance_to("2026-01-11");
    buyer.cancels(&json!({}));
    assert_eq!(buyer.all("credit_notes"), Vec::<Value>::new());
}

#[test]
fn a_customer_who_is_closed_gets_back_what_was_paid_ahead() {
    let buyer = Buyer::who_paid(Some("67.20"));
    buyer.market.advance_to("2026-01-11");
    let path = format!("/accounts/{}/close", text(&buyer.account["id"]));
    buyer.market.operator().post(&path, &json!({}));
    buyer.market.house.app.keep_duties();
    buyer.market.must_be_whole();
    expect![[r#"
        2026-01-01 paid: 56.00 + 11.20 = 67.20 EUR, due 0.00
        credited 21.00 4.20 25.20: Ended on 2026-01-11: Month for 21 of 31 days
        25.20 goes back: requested
        owes 0.00, has 0.00
    "#]]
    .assert_eq(&buyer.stands());
}

#[test]
fn a_customer_who_is_closed_and_owes_has_it_as_credit() {
    let buyer = Buyer::who_paid(Some("67.20"));
    let offer = buyer.market.offer("Flat", &[monthly("Base", "EUR", "500")]);
    buyer.market.order(&buyer.account, &offer, 1);
    buyer.market.house.app.keep_duties();
    buyer.market.advance_to("2026-01-11");
    let path = format!("/accounts/{}/close", text(&buyer.account["id"]));
    buyer.market.operator().post(&path, &json!({}));
    buyer.market.house.app.keep_duties();
    buyer.market.must_be_whole();
    let stands = buyer.stands();
    assert!(stands.contains("has 25.20") && !stands.contains("goes back"), "{stands}");
}

#[test]
fn who_gets_money_back_was_never_overdue_for_it() {
    let buyer = Buyer::who_paid(Some("67.20"));
    let operator = buyer.market.operator();
    let class = text(&operator.get("/classes?order=oldest")["items"][0]["id"]);
    let steps = json!({ "dunning": [{ "after_days": 3, "action": "credit_hold" }] });
    operator.patch(&format!("/classes/{class}"), &steps);
    buyer.market.advance_to("2026-01-25");
    buyer.cancels(&json!({ "refund_to": "method" }));
    expect![[r#"
        2026-01-01 paid: 56.00 + 11.20 = 67.20 EUR, due 0.00
        credited 7.00 1.40 8.40: Ended on 2026-01-25: Month for 7 of 31 days
        8.40 goes back: requested
        owes 0.00, has 0.00
    "#]]
    .assert_eq(&buyer.stands());
    assert_eq!(operator.get("/dunning")["items"], json!([]));
    assert_eq!(operator.get("/events?kind=dunning")["items"], json!([]));
}

#[test]
fn a_buyer_gives_back_by_itself_what_its_seller_allows_and_asks_otherwise() {
    for (days, day, until, status, back) in [
        (None, "2026-01-11", Value::Null, 409, ""),
        (Some(14), "2026-01-15", json!("2026-01-15"), 200, "credited 56.00 11.20 67.20: "),
        (Some(14), "2026-01-16", json!("2026-01-15"), 409, ""),
    ] {
        let buyer = Buyer::who_paid(Some("67.20"));
        let (house, account) = (&buyer.market.house, text(&buyer.account["id"]));
        let own = text(&json!(house.operator.account));
        let policy = json!({ "return_days_service": days });
        buyer.market.operator().patch(&format!("/accounts/{own}/billing_policy"), &policy);
        let person =
            invite(&house.app, &house.operator, &account, "w@whale.test", "customer_admin");
        buyer.market.advance_to(day);
        let client = house.client(&person);
        let path = format!("/subscriptions/{}/cancel", buyer.subscription);
        let preview = client.post(&format!("{path}/preview"), &json!({ "at": "period_end" }));
        assert_eq!(preview["return_until"], until, "{day}");
        let later = json!({ "at": "period_end", "refund_to": "return" });
        assert_eq!(client.call(&format!("POST {path}"), Some(&later)).status, 422);
        let answer = client.call(&format!("POST {path}"), Some(&json!({ "refund_to": "return" })));
        house.app.keep_duties();
        buyer.market.must_be_whole();
        assert_eq!(answer.status.as_u16(), status, "{day}: {}", answer.json());
        let stands = buyer.stands();
        let is_as_expected = if back.is_empty() {
            !stands.contains("credited ")
        } else {
            stands.contains(back) && stands.contains("67.20 goes back")
        };
        assert!(is_as_expected, "{day}: {stands}");
    }
}

#[test]
fn what_goes_back_with_a_bundle_is_asked_for_by_its_own_sort() {
    for (digital, until, status) in [
        (None, Value::Null, 409),
        (Some(2), json!("2026-01-03"), 409),
        (Some(9), json!("2026-01-10"), 200),
    ] {
        let market = Market::on("2026-01-01");
        let (operator, house) = (market.operator(), &market.house);
        let asset = json!({ "name": "Weather", "url": "https://harbor.example.com/weather" });
        let asset = operator.post("/assets", &asset);
        let delivered = json!({ "assets": [asset["id"]] });
        let month = [monthly("Month", "EUR", "31")];
        let part = market.offer_like("Weather", &month, (json!({}), delivered));
        let help = market.offer("Help", &month);
        let parts = [part, help].map(|it| json!({ "offer": it, "min": 1, "max": 1, "default": 1 }));
        let set = market.offer_like("Set", &[], (json!({ "bundle": parts }), json!({})));
        let own = text(&json!(house.operator.account));
        let policy = json!({ "return_days_service": 14, "return_days_digital": digital });
        operator.patch(&format!("/accounts/{own}/billing_policy"), &policy);
        let account = market.customer("Blue Whale", "EUR");
        let root = market.order(&account, &set, 1);
        let id = text(&account["id"]);
        let person = invite(&house.app, &house.operator, &id, "w@whale.test", "customer_admin");
        market.advance_to("2026-01-05");
        let (client, path) = (house.client(&person), format!("/subscriptions/{root}/cancel"));
        let preview = client.post(&format!("{path}/preview"), &json!({}));
        assert_eq!(preview["return_until"], until, "{digital:?}");
        let answer = client.call(&format!("POST {path}"), Some(&json!({ "refund_to": "return" })));
        assert_eq!(answer.status.as_u16(), status, "{digital:?}: {}", answer.json());
        let detail = answer.json()["detail"].to_string();
        assert!(!detail.contains(&root), "the part is named: {detail}");
        house.app.keep_duties();
        market.must_be_whole();
    }
}
