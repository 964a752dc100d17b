//! Crowds: what is many is looked at to the end.

use serde_json::json;
use tillbox::domain::event::Verb;
use tillbox::domain::id::{SubscriptionId, UserId};
use tillbox::domain::operator::{Actor, UserState};
use tillbox::domain::subscription::Subscription;
use tillbox::domain::subscription::pool::Room;
use tillbox::domain::subscription::seat::{self, Entitle, Trigger};
use tillbox::services::{Author, Error};

use crate::harness::market::{Market, monthly};

/// Gives a user a seat and takes it back, so many times.
fn take_turns_behind(market: &Market, (subscription, user): (&str, &str), times: u64) {
    let subscription: SubscriptionId = subscription.parse().unwrap();
    let user: UserId = user.parse().unwrap();
    let work = move |act: &mut tillbox::services::Act<'_>| {
        let it: Subscription = act.load(subscription)?;
        for _ in 0..times {
            let number = act.next_number("seat")?;
            let stamp = act.cx().stamp(it.stamp.seller, None).numbered(number);
            let user = (user, UserState::Active);
            let entitle = Entitle { id: act.new_id(), stamp, user, accepted: None };
            let seat =
                seat::entitle(entitle, &it, Room::Seats(1), seat::Held { taken: 0, own: &[] })?;
            let (seat, _) = seat.on(Trigger::Assign, act.now())?;
            let (seat, _) = seat.on(Trigger::Release, act.now())?;
            act.keep_new((seat, Verb::Created))?;
        }
        Ok::<_, Error>(())
    };
    market.house.app.bss.act(Author::of(Actor::duty("test")), work).wait().unwrap();
}

#[test]
fn seats_are_taken_however_many_were_given_back_before() {
    let market = Market::on("2026-01-01");
    let customer = &market.house.customer;
    let offer = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    let account = json!({ "id": customer.account });
    let subscription = market.order(&account, &offer, 2);
    take_turns_behind(&market, (&subscription, &customer.member.id), 1000);
    let path = format!("/subscriptions/{subscription}");
    let operator = market.operator();
    for user in [&customer.member.id, &customer.admin.id] {
        operator.post(&format!("{path}/seats"), &json!({ "user": user }));
    }
    let fewer = operator.call(&format!("POST {path}/change"), Some(&json!({ "quantity": 1 })));
    assert_eq!(fewer.status, 409, "two are taken: {}", fewer.json());
    market.must_be_whole();
}
