//! A record that cannot be read: who needs it is named and waits, and nobody else does.

use serde_json::{Value, json};
use tillbox::domain::id::Id;
use tillbox::domain::operator::Actor;
use tillbox::services::{Author, duty};
use tillbox::store::Table;

use crate::harness::market::{Market, monthly, text};

/// Writes behind everybody's back what no record is.
fn damage(market: &Market, table: &'static str, id: impl Id) {
    let work = market.house.app.bss.act(Author::of(Actor::duty("test")), move |act| {
        let row = act.batch().insert(Table(table), &id.to_bytes(), &[1, 2, 3])?;
        assert!(row.is_some(), "there was a record");
        Ok(())
    });
    work.wait().unwrap();
}

/// Lets a day come without a look at whether the store is whole: it is not.
fn pass_to(market: &Market, day: &str) -> u16 {
    let to = json!({ "to": format!("{day}T00:00:00Z") });
    market.operator().call("POST /clock/advance", Some(&to)).status.as_u16()
}

fn id_of<I: Id + std::str::FromStr<Err: std::fmt::Debug>>(it: &str) -> I {
    it.parse().unwrap()
}

#[test]
fn a_subscription_that_cannot_be_read_is_named_and_stops_nobody_else() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Base", &[monthly("Base", "EUR", "5")]);
    let buy = |name: &str| {
        let account = market.customer(name, "EUR");
        let subscription = market.order(&account, &offer, 1);
        (account, subscription)
    };
    let (whale, fox) = (buy("Blue Whale"), buy("Red Fox"));
    damage(&market, "subscription", id_of::<tillbox::domain::id::SubscriptionId>(&whale.1));
    assert_eq!(pass_to(&market, "2026-02-02"), 200);
    let run = &market.operator().get("/billing_runs")["items"][0];
    let failure = &run["failures"][0];
    assert_eq!(failure["billing_account"], whale.0["billing_account"], "{run}");
    let named = format!("`{}` cannot be read", whale.1);
    assert!(text(&failure["reason"]).contains(&named), "{failure}");
    assert_eq!(market.invoices(&fox.0).len(), 2);
    assert_eq!(market.invoices(&whale.0).len(), 1);
}

#[test]
fn a_billing_account_that_cannot_be_read_is_put_aside_and_stops_nobody_else() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Base", &[monthly("Base", "EUR", "5")]);
    let (whale, fox) = (market.customer("Blue Whale", "EUR"), market.customer("Red Fox", "EUR"));
    market.order(&whale, &offer, 1);
    market.order(&fox, &offer, 1);
    let hurt = text(&whale["billing_account"]);
    damage(&market, "billing_account", id_of::<tillbox::domain::id::BillingAccountId>(&hurt));
    pass_to(&market, "2026-02-02");
    assert_eq!(market.invoices(&fox).len(), 2);
    let run = &market.operator().get("/billing_runs")["items"][0];
    assert_eq!(run["state"], "done", "{run}");
    assert!(job(&market, "billing").contains(&hurt));
}

#[test]
fn an_account_whose_credit_cannot_be_read_is_put_aside_and_stops_nobody_else() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Base", &[monthly("Base", "EUR", "5")]);
    let (whale, fox) = (market.customer("Blue Whale", "EUR"), market.customer("Red Fox", "EUR"));
    market.order(&whale, &offer, 1);
    market.order(&fox, &offer, 1);
    let paid = json!({ "account": whale["id"], "amount": { "amount": "50", "currency": "EUR" } });
    let paid = text(&market.operator().post("/payments", &paid)["id"]);
    damage(&market, "payment", id_of::<tillbox::domain::id::PaymentId>(&paid));
    assert_eq!(pass_to(&market, "2026-02-02"), 200);
    assert_eq!(market.invoices(&fox).len(), 2);
    assert_eq!(market.invoices(&whale).len(), 1);
    let hurt = text(&whale["billing_account"]);
    assert!(job(&market, "billing").contains(&hurt), "{}", job(&market, "billing"));
}

/// What a duty has to say of what it could not do.
fn job(market: &Market, name: &str) -> String {
    let jobs = market.operator().get("/jobs");
    let jobs = jobs["items"].as_array().unwrap();
    jobs.iter().find(|it| it["name"] == name).map(Value::to_string).unwrap()
}

#[test]
fn an_account_that_cannot_be_closed_is_told_and_the_next_one_is() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let offer = market.offer("Base", &[monthly("Base", "EUR", "5")]);
    let come = |name: &str| {
        let account = market.customer(name, "EUR");
        let subscription = market.order(&account, &offer, 1);
        (text(&account["id"]), subscription)
    };
    let (whale, fox) = (come("Blue Whale"), come("Red Fox"));
    // What they have used by then is owed.
    market.advance_to("2026-01-11");
    for (id, _) in [&whale, &fox] {
        operator.post(&format!("/accounts/{id}/close"), &json!({}));
    }
    let state = |id: &str| text(&operator.get(&format!("/accounts/{id}"))["state"]);
    assert_eq!((state(&whale.0), state(&fox.0)), ("closing".to_owned(), "closing".to_owned()));
    for (id, _) in [&whale, &fox] {
        for invoice in operator.get(&format!("/invoices?account={id}"))["items"].as_array().unwrap()
        {
            let credit = json!({ "reason": "Left" });
            operator.post(&format!("/invoices/{}/credit", text(&invoice["id"])), &credit);
        }
    }
    damage(&market, "subscription", id_of::<tillbox::domain::id::SubscriptionId>(&whale.1));
    let _ = duty::run_all(&market.house.app.bss);
    pass_to(&market, "2026-02-03");
    let _ = duty::run_all(&market.house.app.bss);
    assert_eq!((state(&whale.0), state(&fox.0)), ("closing".to_owned(), "closed".to_owned()));
    assert!(job(&market, "closing").contains(&whale.0), "{}", job(&market, "closing"));
}

#[test]
fn a_subscription_whose_time_cannot_be_reckoned_is_told_and_the_others_follow_their_terms() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let lasts = |days: u32| json!({ "grace_days": days, "hold_days": 30, "destroy": false });
    let after = operator.post("/service_terms", &json!({ "name": "Usual", "paid": lasts(5) }));
    let term = json!({ "key": "m", "duration": "1 month", "default": true, "auto_renew": false });
    let lasting = json!({ "terms": [term], "service_terms": after["id"] });
    let offer = market.offer_like("Mail", &[monthly("Base", "EUR", "5")], (lasting, json!({})));
    let buy = |name: &str| market.order(&market.customer(name, "EUR"), &offer, 1);
    let (hurt, whole) = (buy("Blue Whale"), buy("Red Fox"));
    market.advance_to("2026-02-02");
    let state = |it: &str| text(&operator.get(&format!("/subscriptions/{it}"))["state"]);
    assert_eq!(state(&whole), "graced");
    damage(&market, "subscription", id_of::<tillbox::domain::id::SubscriptionId>(&hurt));
    let path = format!("/service_terms/{}", text(&after["id"]));
    operator.patch(&path, &json!({ "paid": lasts(1) }));
    let _ = duty::run_all(&market.house.app.bss);
    assert!(job(&market, "terms").contains(&hurt), "{}", job(&market, "terms"));
    pass_to(&market, "2026-02-04");
    let _ = duty::run_all(&market.house.app.bss);
    assert_eq!(state(&whole), "expired", "it does not wait for the other one");
}
