//! What is done with what is left on an account: corrected, moved, set aside, for a time and again and again.

use serde_json::{Value, json};

use super::plain;
use super::{items, told};
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, sums, text};

const PREPAY: &str = "/tmf-api/prepayBalanceManagement/v4";

fn all(client: &Client<'_>, path: &str) -> Vec<Value> {
    items(&client.call(&format!("GET {path}"), None))
}

/// What was done with a bucket, and what is in it and set aside.
struct Purse {
    market: Market,
    bucket: String,
}

impl Purse {
    /// A customer that has paid 50 in by hand and owes nothing.
    fn filled() -> Self {
        let market = Market::on("2026-01-01");
        let customer = market.customer("Ann", "EUR");
        let purse = Self { bucket: plain(&customer["billing_account"]), market };
        assert_eq!(purse.done("topupBalance", "50")["status"], "completed");
        purse
    }

    fn body(&self, amount: &str) -> Value {
        let amount: serde_json::Number = amount.parse().unwrap();
        json!({
            "amount": { "amount": amount, "units": "EUR" }, "usageType": "monetary",
            "bucket": { "id": self.bucket }, "reason": "a test",
        })
    }

    fn done(&self, action: &str, amount: &str) -> Value {
        self.done_like(action, amount, &json!({}))
    }

    /// The same with more said of it.
    fn done_like(&self, action: &str, amount: &str, more: &Value) -> Value {
        let mut body = self.body(amount);
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.market.operator().post(&format!("{PREPAY}/{action}"), &body)
    }

    /// What was done with it, as far as that is no payment.
    fn history(&self) -> String {
        let client = self.market.operator();
        let all = all(&client, &format!("{PREPAY}/balanceActionHistory"));
        let shown = all.iter().filter(|it| it["paymentMethod"].is_null()).map(|it| {
            let day = text(&it["requestedDate"])[..10].to_owned();
            format!("{day} {} {}", it["amount"]["amount"], text(&it["status"]))
        });
        shown.collect::<Vec<_>>().join("\n")
    }

    /// Moves to another bucket.
    fn moved(&self, to: &str, amount: &str) -> Value {
        let body = self.moved_body(to, amount);
        self.market.operator().post(&format!("{PREPAY}/transferBalance"), &body)
    }

    fn moved_body(&self, to: &str, amount: &str) -> Value {
        let mut body = self.body(amount);
        for (name, value) in [
            ("receiverBucket", json!({ "id": to })),
            ("receiverBucketUsageType", json!("monetary")),
            ("receiverLogicalResource", json!({ "id": "1" })),
            ("logicalResource", json!([{ "id": "2" }])),
            ("channel", json!({ "id": "3" })),
        ] {
            body[name] = value;
        }
        body
    }

    /// What is left in a bucket, and what is set aside there.
    fn holds(&self, bucket: &str) -> String {
        let it = self.market.operator().get(&format!("{PREPAY}/bucket/{bucket}"));
        format!("{} {}", it["remainingValue"]["amount"], it["reservedValue"]["amount"])
    }
}

#[test]
fn an_adjustment_gives_credit_and_takes_no_more_than_there_is() {
    let purse = Purse::filled();
    assert_eq!(purse.done("adjustBalance", "10")["status"], "completed");
    assert_eq!(purse.holds(&purse.bucket), "60.00 null");
    let less = purse.done("adjustBalance", "-25");
    assert_eq!(less["status"], "completed", "{less}");
    assert_eq!(purse.holds(&purse.bucket), "35.00 null");
    let more = purse.done("adjustBalance", "-36");
    assert_eq!(more["status"], "failed");
    let why = text(&more["statusReason"]);
    assert!(why.contains("is more than is left and can be moved"), "{why}");
    let mut often = purse.body("1");
    often["adjustType"] = json!("recurring");
    let client = purse.market.operator();
    let often = client.post(&format!("{PREPAY}/adjustBalance"), &often);
    assert_eq!(often["status"], "failed", "{often}");
    for (amount, why) in [("0", "400 range"), ("1e40", "400 format")] {
        let body = purse.body(amount);
        let refused = told(&client.call(&format!("POST {PREPAY}/adjustBalance"), Some(&body)));
        assert!(refused.starts_with(why), "{refused}");
    }
    assert_eq!(purse.holds(&purse.bucket), "35.00 null", "what failed moved nothing");
    let history = all(&client, &format!("{PREPAY}/balanceActionHistory"));
    let shown: Vec<_> = history
        .iter()
        .map(|it| format!("{} {}", it["amount"]["amount"], text(&it["status"])))
        .collect();
    assert_eq!(
        shown,
        ["50.00 completed", "10 completed", "-25 completed", "-36 failed", "1 failed"]
    );
    let path = format!("{PREPAY}/balanceActionHistory/{}", text(&less["id"]));
    assert_eq!(client.get(&path)["amount"]["amount"], -25);
    let gone = format!("DELETE {PREPAY}/adjustBalance/{}", text(&less["id"]));
    assert!(told(&client.call(&gone, None)).starts_with("409"));
    purse.market.must_be_whole();
}

#[test]
fn a_transfer_moves_what_is_left_to_another_account_of_the_seller() {
    let purse = Purse::filled();
    let other = plain(&purse.market.customer("Eve", "EUR")["billing_account"]);
    let made = purse.moved(&other, "20");
    assert_eq!(made["status"], "completed", "{made}");
    assert_eq!([purse.holds(&purse.bucket), purse.holds(&other)], ["30.00 null", "20.00 null"]);
    let dollars = plain(&purse.market.customer("Bob", "USD")["billing_account"]);
    for (to, amount, why) in [
        (other.as_str(), "31", "more than is left"),
        (purse.bucket.as_str(), "1", "to another billing account"),
        (dollars.as_str(), "1", "in USD"),
        ("7", "1", "`receiverBucket` names none"),
    ] {
        let failed = purse.moved(to, amount);
        assert_eq!(failed["status"], "failed");
        assert!(text(&failed["statusReason"]).contains(why), "{failed}");
    }
    assert_eq!([purse.holds(&purse.bucket), purse.holds(&other)], ["30.00 null", "20.00 null"]);
    purse.market.must_be_whole();
}

#[test]
fn a_reservation_is_set_aside_until_it_is_let_go() {
    let purse = Purse::filled();
    let client = purse.market.operator();
    client.post(&format!("{PREPAY}/hub"), &json!({ "callback": "https://hook.example.com/" }));
    let made = purse.done("reserveBalance", "30");
    assert_eq!(made["status"], "completed", "{made}");
    assert_eq!(purse.holds(&purse.bucket), "20.00 30.00");
    assert_eq!(purse.done("reserveBalance", "21")["status"], "failed");
    assert_eq!(purse.done("adjustBalance", "-21")["status"], "failed");
    let path = format!("{PREPAY}/reserveBalance/{}", text(&made["id"]));
    for (state, expected) in [
        ("created", "409 state_forbids: `status` cannot become `created` where it is `completed`"),
        ("burnt", "400 enum: `status` `burnt` is no state"),
        ("cancelled", "200"),
        (
            "completed",
            "409 state_forbids: `status` cannot become `completed` where it is `cancelled`",
        ),
    ] {
        let body = json!({ "status": state, "reason": "no need" });
        assert_eq!(told(&client.call(&format!("PATCH {path}"), Some(&body))), expected);
    }
    assert_eq!(purse.holds(&purse.bucket), "50.00 null");
    let second = purse.done("reserveBalance", "5");
    let second = format!("{PREPAY}/reserveBalance/{}", text(&second["id"]));
    assert_eq!(client.call(&format!("DELETE {second}"), None).status, 204);
    assert_eq!(client.call(&format!("DELETE {path}"), None).status, 204);
    assert_eq!(purse.holds(&purse.bucket), "50.00 null");
    purse.market.house.app.keep_duties();
    let heard = purse.market.house.app.outside.heard();
    let kinds: Vec<_> =
        heard.iter().map(|it| text(&crate::harness::outside::body(it)["eventType"])).collect();
    expect_test::expect![[r"
        ReserveBalanceCreateEvent
        ReserveBalanceCreateEvent
        ReserveBalanceFailureEvent
        AdjustBalanceCreateEvent
        AdjustBalanceFailureEvent
        ReserveBalanceCancelEvent
        ReserveBalanceCreateEvent
        ReserveBalanceCancelEvent
        ReserveBalanceCancelEvent"]]
    .assert_eq(&kinds.join("\n"));
    purse.market.must_be_whole();
}

/// What is set aside pays nothing; what is let go pays what is open at once.
#[test]
fn credit_pays_what_is_open_and_what_is_set_aside_does_not() {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Line", &[monthly("Fee", "EUR", "40")]);
    let customer = market.customer("Ann", "EUR");
    let purse = Purse { bucket: plain(&customer["billing_account"]), market };
    assert_eq!(purse.done("topupBalance", "50")["status"], "completed");
    let aside = purse.done("reserveBalance", "45");
    purse.market.order(&customer, &offer, 1);
    purse.market.advance_to("2026-02-02");
    let client = purse.market.operator();
    let open = || {
        let invoices = client.get("/invoices");
        let all = invoices["items"].as_array().unwrap().iter();
        all.map(|it| text(&it["due"]["amount"])).collect::<Vec<_>>().join(" ")
    };
    let before = open();
    assert!(!before.is_empty(), "there is something to pay");
    let path = format!("{PREPAY}/reserveBalance/{}", text(&aside["id"]));
    client.patch(&path, &json!({ "status": "cancelled" }));
    assert_ne!(open(), before, "what is let go pays what is open");
    purse.market.must_be_whole();
}

/// What bears no tax because it was paid in before stays that when it is set aside, let go and moved.
#[test]
fn what_is_set_aside_or_moved_stays_what_was_paid_in_before() {
    let market = Market::on("2026-01-01");
    let own = text(&json!(market.house.operator.account));
    let policy = format!("/accounts/{own}/billing_policy");
    market.operator().patch(&policy, &json!({ "prepaid": "before_tax" }));
    let offer = market.offer("Line", &[monthly("Fee", "EUR", "60")]);
    let (ann, eve) = (market.customer("Ann", "EUR"), market.customer("Eve", "EUR"));
    let purse = Purse { bucket: plain(&ann["billing_account"]), market };
    let client = purse.market.operator();
    // What the seller gives is no such: it goes first, and comes back last.
    for (action, amount) in [("topupBalance", "100"), ("adjustBalance", "5")] {
        assert_eq!(purse.done(action, amount)["status"], "completed");
    }
    let aside = [purse.done("reserveBalance", "25"), purse.done("reserveBalance", "20")];
    let other = plain(&eve["billing_account"]);
    assert_eq!(purse.moved(&other, "30")["status"], "completed");
    assert_eq!([purse.holds(&purse.bucket), purse.holds(&other)], ["30.00 45.00", "30.00 null"]);
    for it in aside {
        let path = format!("{PREPAY}/reserveBalance/{}", text(&it["id"]));
        client.patch(&path, &json!({ "status": "cancelled" }));
        purse.market.must_be_whole();
    }
    assert_eq!(purse.holds(&purse.bucket), "75.00 null");
    for account in [&ann, &eve] {
        purse.market.order(account, &offer, 1);
    }
    purse.market.advance_to("2026-02-02");
    let bills =
        |of: &Value| purse.market.invoices(of).iter().map(sums).collect::<Vec<_>>().join("; ");
    // Of hers 70.00 were paid in before and 5.00 given; of the other's all 30.00.
    assert_eq!(
        bills(&ann),
        "60.00 + 0.00 = 60.00 EUR, due 0.00; 60.00 + 10.00 = 70.00 EUR, due 55.00"
    );
    assert_eq!(
        bills(&eve),
        "60.00 + 6.00 = 66.00 EUR, due 36.00; 60.00 + 12.00 = 72.00 EUR, due 72.00"
    );
    purse.market.must_be_whole();
}

#[test]
fn nobody_moves_what_is_not_its_own_to_move() {
    let purse = Purse::filled();
    let house = &purse.market.house;
    for person in [&house.north.admin, &house.customer.admin] {
        let client = Client::with_token(&house.app, &person.token);
        let answer = client.call(&format!("POST {PREPAY}/adjustBalance"), Some(&purse.body("5")));
        let is_nothing = answer.status == 403 || answer.json()["status"] == "failed";
        assert!(is_nothing, "{}", answer.json());
    }
    assert_eq!(purse.holds(&purse.bucket), "50.00 null");
}

#[test]
fn what_is_set_aside_for_a_time_is_let_go_when_that_is_over() {
    let purse = Purse::filled();
    let client = purse.market.operator();
    client.post(&format!("{PREPAY}/hub"), &json!({ "callback": "https://hook.example.com/" }));
    let until = |day: &str| json!({ "validFor": { "endDateTime": format!("{day}T12:00:00Z") } });
    let short = purse.done_like("reserveBalance", "10", &until("2026-01-10"));
    assert_eq!(short["status"], "completed", "{short}");
    assert_eq!(short["validFor"], until("2026-01-10")["validFor"], "it is kept as it was said");
    let longer = purse.done_like("reserveBalance", "5", &until("2026-01-10"));
    let longer = format!("{PREPAY}/reserveBalance/{}", text(&longer["id"]));
    let shorter = purse.done_like("reserveBalance", "1", &until("2026-01-10"));
    let shorter = format!("{PREPAY}/reserveBalance/{}", text(&shorter["id"]));
    let endless = purse.done("reserveBalance", "2");
    for (it, body, expected) in [
        (&longer, until("2026-02-10"), "200"),
        (&longer, until("2025-12-01"), "400 range: `validFor` is over"),
        (
            &longer,
            json!({ "validFor": { "startDateTime": "2026-01-05T00:00:00Z" } }),
            "400 range: `validFor` must not begin later: it is set aside from now on",
        ),
        (&shorter, json!({ "status": "cancelled" }), "200"),
    ] {
        let said = told(&client.call(&format!("PATCH {it}"), Some(&body)));
        assert_eq!(said, expected);
    }
    assert_eq!(purse.holds(&purse.bucket), "33.00 17.00");
    purse.market.advance_to("2026-01-10");
    assert_eq!(purse.holds(&purse.bucket), "33.00 17.00", "it is over at noon");
    purse.market.advance_to("2026-01-11");
    assert_eq!(purse.holds(&purse.bucket), "43.00 7.00");
    let path = |it: &Value| format!("{PREPAY}/reserveBalance/{}", text(&it["id"]));
    let over = client.get(&path(&short));
    assert_eq!(
        (&over["status"], &over["statusReason"]),
        (&json!("cancelled"), &json!("`validFor` is over"))
    );
    let again = told(&client.call(&format!("PATCH {}", path(&short)), Some(&until("2026-03-01"))));
    assert_eq!(
        again,
        "409 state_forbids: `validFor` stays as it was done: do something else beside it"
    );
    purse.market.advance_to("2026-02-11");
    assert_eq!(purse.holds(&purse.bucket), "48.00 2.00");
    assert_eq!(client.get(&path(&endless))["status"], "completed");
    purse.market.house.app.keep_duties();
    let heard = purse.market.house.app.outside.heard();
    let kinds = heard.iter().map(|it| text(&crate::harness::outside::body(it)["eventType"]));
    let cancelled = kinds.filter(|it| it == "ReserveBalanceCancelEvent").count();
    assert_eq!(cancelled, 3, "one by hand, and two by the day");
    purse.market.must_be_whole();
}

#[test]
fn nothing_is_set_aside_for_a_time_that_is_not_now() {
    let purse = Purse::filled();
    let client = purse.market.operator();
    let between = |from: Value, until: Value| {
        let it = json!({ "validFor": { "startDateTime": from, "endDateTime": until } });
        let mut body = purse.body("5");
        body["validFor"] = it["validFor"].clone();
        let answer = client.call(&format!("POST {PREPAY}/reserveBalance"), Some(&body));
        if answer.status != 201 {
            return told(&answer);
        }
        let made = answer.json();
        format!("{} {}", text(&made["status"]), made["statusReason"].as_str().unwrap_or_default())
    };
    let (day, later) = (json!("2026-01-05T00:00:00Z"), json!("2026-02-05T00:00:00Z"));
    let past = json!("2025-12-01T00:00:00Z");
    expect_test::expect![[r"
        completed 
        failed `validFor` must not begin later: it is set aside from now on
        failed `validFor` is over
        400 range: `validFor` must end after it begins
        400 format: `validFor.endDateTime` `soon` is not an instant of the form `2026-01-31T12:00:00Z`"]]
    .assert_eq(
        &[
            between(past.clone(), later.clone()),
            between(day.clone(), later.clone()),
            between(json!(null), past.clone()),
            between(later, day),
            between(past, json!("soon")),
        ]
        .join("\n"),
    );
    assert_eq!(purse.holds(&purse.bucket), "45.00 5.00");
}

/// What would be said and not done is refused by its name.
#[test]
fn nothing_is_said_of_a_balance_that_does_not_come_to_be() {
    let purse = Purse::filled();
    let other = plain(&purse.market.customer("Eve", "EUR")["billing_account"]);
    let until = json!({ "validFor": { "endDateTime": "2026-03-01T00:00:00Z" } });
    let lapses = "`validFor`: what is left in a bucket is left there without an end";
    let itself = "nobody's money is fetched for a bucket: say each time that it has come in";
    for (action, more, why) in [
        ("topupBalance", until.clone(), lapses.to_owned()),
        ("adjustBalance", until.clone(), lapses.to_owned()),
        ("topupBalance", json!({ "isAutoTopup": true }), format!("`isAutoTopup`: {itself}")),
        (
            "topupBalance",
            json!({ "recurringPeriod": "monthly" }),
            format!("`recurringPeriod`: {itself}"),
        ),
        ("topupBalance", json!({ "numberOfPeriods": 3 }), format!("`numberOfPeriods`: {itself}")),
        (
            "adjustBalance",
            json!({ "adjustType": "recurring" }),
            "`recurringPeriod`: must be `weekly`, `fortnightly` or `monthly`".to_owned(),
        ),
        (
            "adjustBalance",
            json!({ "numberOfPeriods": 3 }),
            "`numberOfPeriods`: is for what is of the `adjustType` `recurring`".to_owned(),
        ),
    ] {
        let made = purse.done_like(action, "5", &more);
        assert_eq!((&made["status"], &made["statusReason"]), (&json!("failed"), &json!(why)));
    }
    let mut body = purse.moved_body(&other, "5");
    body["validFor"] = until["validFor"].clone();
    let moved = purse.market.operator().post(&format!("{PREPAY}/transferBalance"), &body);
    assert_eq!(moved["statusReason"], lapses);
    assert_eq!(purse.holds(&purse.bucket), "50.00 null");
    let fine =
        purse.done_like("topupBalance", "5", &json!({ "isAutoTopup": false, "validFor": {} }));
    assert_eq!(fine["status"], "completed", "{fine}");
    let path = format!("PATCH {PREPAY}/topupBalance/{}", text(&fine["id"]));
    for more in [json!({ "isAutoTopup": true }), until] {
        let said = told(&purse.market.operator().call(&path, Some(&more)));
        assert!(said.starts_with("409 state_forbids"), "{said}");
    }
}

#[test]
fn an_adjustment_recurs_at_the_beginning_of_each_period() {
    let purse = Purse::filled();
    let client = purse.market.operator();
    client.post(&format!("{PREPAY}/hub"), &json!({ "callback": "https://hook.example.com/" }));
    let monthly = |times: Value| json!({ "adjustType": "recurring", "recurringPeriod": "monthly", "numberOfPeriods": times });
    let thrice = purse.done_like("adjustBalance", "10", &monthly(json!(3)));
    assert_eq!(thrice["status"], "completed", "{thrice}");
    assert_eq!((&thrice["periodsDone"], &thrice["numberOfPeriods"]), (&json!(1), &json!(3)));
    assert_eq!(thrice["nextPeriodDate"], "2026-02-01T00:00:00Z");
    let fee = purse.done_like("adjustBalance", "-30", &monthly(Value::Null));
    assert_eq!(purse.holds(&purse.bucket), "30.00 null", "the first is made at once");
    // Nobody looks for a while: both are made up for, in their order.
    purse.market.advance_to("2026-03-15");
    assert_eq!(purse.holds(&purse.bucket), "20.00 null");
    let thrice = client.get(&format!("{PREPAY}/adjustBalance/{}", text(&thrice["id"])));
    assert_eq!((&thrice["periodsDone"], thrice.get("nextPeriodDate")), (&json!(3), None));
    let fee = format!("{PREPAY}/adjustBalance/{}", text(&fee["id"]));
    assert_eq!(client.get(&fee)["periodsDone"], 3, "it was tried");
    let touched = json!({ "nextPeriodDate": "2026-09-01T00:00:00Z" });
    let touched = told(&client.call(&format!("PATCH {fee}"), Some(&touched)));
    assert_eq!(touched, "400 read_only: `nextPeriodDate` cannot be changed");
    // How often it is done follows from when it was asked for.
    let touched = json!({ "requestedDate": "1996-01-01T00:00:00Z" });
    let touched = told(&client.call(&format!("PATCH {fee}"), Some(&touched)));
    assert_eq!(touched, "400 read_only: `requestedDate` cannot be changed");
    let cancelled = client.patch(&fee, &json!({ "status": "cancelled" }));
    assert_eq!(cancelled.get("nextPeriodDate"), None, "{cancelled}");
    let again =
        told(&client.call(&format!("PATCH {fee}"), Some(&json!({ "status": "completed" }))));
    assert!(again.starts_with("409 state_forbids"), "{again}");
    purse.market.advance_to("2026-08-01");
    expect_test::expect![[r"
        2026-01-01 10 completed
        2026-01-01 -30 completed
        2026-02-01 10 completed
        2026-02-01 -30 completed
        2026-03-01 10 completed
        2026-03-01 -30 failed"]]
    .assert_eq(&purse.history());
    assert_eq!(purse.holds(&purse.bucket), "20.00 null");
    purse.market.house.app.keep_duties();
    let heard = purse.market.house.app.outside.heard();
    let mut kinds: Vec<_> =
        heard.iter().map(|it| text(&crate::harness::outside::body(it)["eventType"])).collect();
    kinds.sort();
    let count = |kind: &str| kinds.iter().filter(|it| *it == kind).count();
    assert_eq!(
        (count("AdjustBalanceCreateEvent"), count("AdjustBalanceFailureEvent")),
        (8, 1),
        "{kinds:?}"
    );
    assert_eq!(count("AdjustBalanceCancelEvent"), 1);
    purse.market.must_be_whole();
}

/// What recurs begins only if it can be done the first time, and ends with its account.
#[test]
fn what_recurs_begins_and_ends_with_what_it_is_of() {
    let purse = Purse::filled();
    let client = purse.market.operator();
    let weekly = json!({ "adjustType": "recurring", "recurringPeriod": "weekly" });
    let never = purse.done_like("adjustBalance", "-51", &weekly);
    assert_eq!((&never["status"], never.get("nextPeriodDate")), (&json!("failed"), None));
    let gone = purse.done_like("adjustBalance", "1", &weekly);
    let path = format!("{PREPAY}/adjustBalance/{}", text(&gone["id"]));
    assert_eq!(client.call(&format!("DELETE {path}"), None).status, 204, "it is made no more");
    purse.market.advance_to("2026-01-20");
    assert_eq!(purse.holds(&purse.bucket), "51.00 null");
    let all = all(&client, &format!("{PREPAY}/adjustBalance?status=completed"));
    assert_eq!(all.len(), 1, "what was made stays");
    let leads = &all[0]["adjustBalance"]["id"];
    assert_eq!(*leads, gone["id"], "{}", all[0]);
    let one = format!("DELETE {PREPAY}/adjustBalance/{}", text(&all[0]["id"]));
    assert!(told(&client.call(&one, None)).starts_with("409"));
    purse.market.must_be_whole();
}
