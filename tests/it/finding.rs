//! Things are found along an index as by looking at each, also after they have changed.

use serde_json::json;
use tillbox::domain::account::lifecycle::State as AccountState;
use tillbox::domain::operator::Actor;
use tillbox::domain::subscription::lifecycle::State;
use tillbox::services::finding::{self, AccountsBy, Names, SubscriptionsBy};

use crate::harness::market::{Market, monthly, text};

fn accounts(market: &Market, by: AccountsBy<'_>) -> Vec<String> {
    let read = market.house.app.bss.read(&Actor::duty("test"), |cx| finding::accounts(cx, by));
    read.unwrap().iter().map(ToString::to_string).collect()
}

fn subscriptions(market: &Market, by: SubscriptionsBy<'_>) -> Vec<String> {
    let read = market.house.app.bss.read(&Actor::duty("test"), |cx| finding::subscriptions(cx, by));
    read.unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn accounts_are_found_by_name_in_either_case_and_by_state() {
    let market = Market::on("2026-01-01");
    let open = |name: &str| text(&market.customer(name, "EUR")["id"]);
    let (first, second, third) = (open("ÄRA Ltd"), open("Ära & Co"), open("Zebra"));
    let named = |beginning: &str, end: &str| {
        let accepts = |name: &str| name.ends_with(end);
        accounts(&market, AccountsBy::Names(Names { beginning, accepts: &accepts }))
    };
    assert_eq!(named("ära", ""), [first.clone(), second.clone()]);
    assert_eq!(named("ära", "& co"), std::slice::from_ref(&second));
    assert_eq!(named("", "ra"), std::slice::from_ref(&third));
    let renamed = json!({ "name": "Zoo" });
    market.operator().patch(&format!("/accounts/{third}"), &renamed);
    assert!(named("zebra", "").is_empty());
    assert_eq!(named("zoo", ""), [third]);
    let hold = json!({ "reason": "FRAUD" });
    market.operator().post(&format!("/accounts/{second}/hold"), &hold);
    let held = AccountsBy::State(AccountState::HeldAdministratively);
    assert_eq!(accounts(&market, held), [second]);
    market.must_be_whole();
}

#[test]
fn subscriptions_are_found_by_what_they_are_to_and_by_its_name() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Ann", "EUR");
    let gold = market.offer("Gold", &[monthly("Fee", "EUR", "10")]);
    let silver = market.offer("Silver", &[monthly("Fee", "EUR", "5")]);
    let first = market.order(&account, &gold, 1);
    let second = market.order(&account, &silver, 1);
    let named = |beginning: &str, end: &str| {
        let accepts = |name: &str| name.ends_with(end);
        subscriptions(&market, SubscriptionsBy::Names(Names { beginning, accepts: &accepts }))
    };
    assert_eq!(named("", "ld"), std::slice::from_ref(&first));
    assert_eq!(named("", ""), [first.clone(), second.clone()]);
    assert!(named("s", "d").is_empty());
    assert_eq!(subscriptions(&market, SubscriptionsBy::Offer(gold.parse().unwrap())), [first]);
    let active = || subscriptions(&market, SubscriptionsBy::State(State::Active));
    assert_eq!(active().len(), 2);
    market.operator().post(&format!("/subscriptions/{second}/hold"), &json!({}));
    assert_eq!(active().len(), 1);
    let held = subscriptions(&market, SubscriptionsBy::State(State::HeldAdministratively));
    assert_eq!(held, [second]);
    market.must_be_whole();
}
