//! Usage that was reported by mistake: taken back before its bill, and after it.

use expect_test::expect;
use serde_json::{Value, json};

use super::life::{Life, Plot, billing_account, each, used};
use crate::harness::client::Client;
use crate::harness::market::{shown, text};

/// What becomes of it when an event is taken back.
fn voids(client: &Client<'_>, life: &Life, (id, at): (&str, &str)) -> String {
    let event =
        json!({ "id": id, "subscription": life.subscription, "meter": "traffic", "at": at });
    let body = json!({ "events": [event], "reason": "Counted twice" });
    let answer = client.call("POST /usage/void", Some(&body));
    let said = answer.json();
    match answer.status.is_success() {
        true => {
            let it = &said["voided"][0];
            format!("{} of {} is void: {}", it["event"]["quantity"], id, text(&it["reason"]))
        }
        false => format!("{} {}", answer.status.as_u16(), text(&said["detail"])),
    }
}

fn counted(life: &Life, stretch: &str) -> String {
    let meter = &life.market.meter;
    let path = format!("/subscriptions/{}/usage?meter={meter}&{stretch}", life.subscription);
    let said = life.operator().get(&path);
    format!("{} in {} events", text(&said["total"]), said["events"])
}

#[test]
fn what_is_taken_back_before_its_bill_is_never_charged_and_after_it_is_given_back() {
    let life = Plot::new("2026-01-01", &[used(&each("1"))]).begin();
    let operator = life.operator();
    life.uses(&[("2026-01-10T12:00:00Z", "10"), ("2026-01-11T12:00:00Z", "7")]);
    let second = ("u1", "2026-01-11T12:00:00Z");
    let january = "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z";
    assert_eq!(counted(&life, january), "17 in 2 events");
    assert_eq!(voids(&operator, &life, second), "\"7\" of u1 is void: Counted twice");
    assert_eq!(counted(&life, january), "10 in 1 events");
    assert_eq!(voids(&operator, &life, second), "\"7\" of u1 is void: Counted twice", "again");
    let event = json!({
        "id": "u1", "subscription": life.subscription, "meter": "traffic", "quantity": "7",
        "at": "2026-01-11T12:00:00Z",
    });
    let said = operator.post("/usage", &json!({ "events": [event] }));
    assert_eq!(said["duplicates"], 1, "it is known again, and stays void: {said}");
    assert_eq!(counted(&life, january), "10 in 1 events");
    life.to("2026-02-02");
    assert_eq!(
        voids(&operator, &life, ("u0", "2026-01-10T12:00:00Z")),
        "\"10\" of u0 is void: Counted twice"
    );
    life.market.uses(&life.subscription, ("feb", "2026-02-01T12:00:00Z", "4"));
    life.to("2026-03-02");
    expect![[r#"
        2026-02-01 10.00 + 2.00 = 12.00 EUR, due 4.80
        Server: Use | 2026-01-01..2026-02-01 | 10.00
            price per unit, as of 2026-01-01
            10 counted in 1 records
            10 × 1 = 10
            = 10.00 EUR

        2026-03-01 -6.00 + -1.20 = -7.20 EUR, due 0.00
        Server: Use | 2026-02-01..2026-03-01 | 4.00
            price per unit, as of 2026-01-01
            4 counted in 1 records
            4 × 1 = 4
            = 4.00 EUR
        Server: Use | 2026-01-01..2026-02-01 | -10.00
            price per unit, as of 2026-01-01
            0 counted in 0 records
            0
            less 10, which was charged before
            = -10.00 EUR
    "#]]
    .assert_eq(&shown(&life.market, &life.account));
    life.to("2026-04-02");
    assert_eq!(
        voids(&operator, &life, ("feb", "2026-02-01T12:00:00Z")),
        "409 `feb` was used at `2026-02-01T12:00:00Z`, and no bill looks again at what was used \
         before `2026-03-01T00:00:00Z`: credit what it was charged instead"
    );
    let list = operator.get("/usage/voided");
    let ids = list["items"].as_array().unwrap().iter();
    let ids: Vec<_> = ids.map(|it| text(&it["event"]["id"])).collect();
    assert_eq!(ids, ["u1", "u0"], "the latest first: {list}");
}

#[test]
fn events_are_taken_back_together_or_not_at_all_and_only_by_who_may_report_them() {
    let life = Plot::new("2026-01-01", &[used(&each("1"))]).begin();
    life.uses(&[("2026-01-10T12:00:00Z", "10"), ("2026-01-11T12:00:00Z", "7")]);
    let event = |id: &str, at: &str| json!({ "id": id, "subscription": life.subscription, "meter": "traffic", "at": at });
    let both = [event("u0", "2026-01-10T12:00:00Z"), event("u1", "2026-01-10T12:00:00Z")];
    let asks = |events: &[Value], reason: &str| json!({ "events": events, "reason": reason });
    let (operator, house) = (life.operator(), &life.market.house);
    let refused = |client: &Client<'_>, body: &Value| {
        let answer = client.call("POST /usage/void", Some(body));
        let detail = text(&answer.json()["detail"]);
        format!("{} {detail}\n", answer.status.as_u16()).replace(&life.subscription, "sub_…")
    };
    let north = house.client(&house.north.admin);
    let buyer = house.client(&house.north.customer.admin);
    let said = [
        refused(&operator, &asks(&both, "Twice")),
        refused(&operator, &asks(&both[..1], " ")),
        refused(&operator, &asks(&[], "Twice")),
        refused(&north, &asks(&both[..1], "Twice")),
        refused(&buyer, &asks(&both[..1], "Twice")),
    ];
    expect![[r#"
        422 `/events/1/id` `u1` of `api` was not taken for `2026-01-10T12:00:00Z`
        422 `/reason` must say why
        422 `/events` must name 1 to 1000 events
        422 `/events/0/subscription` `sub_…` is not there
        403 not permitted: usage_write
    "#]]
    .assert_eq(&said.concat());
    let january = "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z";
    assert_eq!(counted(&life, january), "17 in 2 events", "nothing was taken back");
    life.market.must_be_whole();
}

/// An interim bill charges what was used so far; what of it is taken back is given back when the period ends.
#[test]
fn what_an_interim_bill_charged_is_given_back_at_the_end_of_its_period() {
    let life = Plot::new("2026-01-01", &[used(&each("1"))]).begin();
    let fifty = json!({ "interim_at": { "amount": "50", "currency": "EUR" } });
    life.operator().patch(&format!("/billing_accounts/{}", billing_account(&life)), &fifty);
    life.uses(&[("2026-01-10T12:00:00Z", "60")]);
    life.market.house.app.keep_duties();
    let nets = || -> Vec<String> {
        let all = life.market.invoices(&life.account);
        all.iter().map(|it| text(&it["net"]["amount"])).collect()
    };
    assert_eq!(nets(), ["60.00"]);
    voids(&life.operator(), &life, ("u0", "2026-01-10T12:00:00Z"));
    life.to("2026-01-20");
    life.market.uses(&life.subscription, ("more", "2026-01-15T12:00:00Z", "5"));
    life.to("2026-02-02");
    assert_eq!(nets(), ["60.00", "-55.00"]);
}
