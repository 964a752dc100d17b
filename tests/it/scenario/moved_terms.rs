//! Terms that do not end as one would think: renewed in a trial, moved out after the last bill, said to
//! go on when they are over; and service terms that change while something waits for them.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::catalog::service_terms::{Aftermath, ServiceTerms};
use tillbox::domain::due::Duty;
use tillbox::domain::id::{ServiceTermsId, SubscriptionId};
use tillbox::domain::operator::{Actor, Permission};
use tillbox::domain::subscription::Subscription;
use tillbox::domain::subscription::change::Change;
use tillbox::services::{Author, Error, catalog, duty, subscription};
use tillbox::store::Records as _;

use crate::harness::market::{Market, lines, monthly, text};

/// A customer with a subscription to something at 10.00 a month.
struct Buyer {
    market: Market,
    account: Value,
    subscription: String,
    after: String,
}

impl Buyer {
    /// One that has bought it in a term on 1 January, of a grace of 5 days and a hold of 30.
    fn with(term: Value) -> Self {
        let market = Market::on("2026-01-01");
        let paid = json!({ "grace_days": 5, "hold_days": 30, "destroy": false });
        let after =
            market.operator().post("/service_terms", &json!({ "name": "Usual", "paid": paid }));
        let account = market.customer("Blue Whale", "EUR");
        let lasting = json!({ "terms": [term], "service_terms": after["id"] });
        let price = [monthly("Month", "EUR", "10")];
        let offer = market.offer_like("Mail", &price, (lasting, json!({})));
        let subscription = market.order(&account, &offer, 1);
        Self { market, account, subscription, after: text(&after["id"]) }
    }

    fn path(&self) -> String {
        format!("/subscriptions/{}", self.subscription)
    }

    fn state(&self) -> String {
        text(&self.market.operator().get(&self.path())["state"])
    }

    fn renews(&self) {
        self.market.operator().post(&format!("{}/renew", self.path()), &json!({}));
        self.market.house.app.keep_duties();
    }

    /// Its invoices, line by line without the reasons.
    fn billed(&self) -> String {
        let each = self.market.invoices(&self.account).into_iter().map(|it| {
            let lines = lines(&it);
            let lines = lines.lines().filter(|it| !it.starts_with(' '));
            lines.map(|line| format!("{} {line}\n", text(&it["issued_on"]))).collect::<String>()
        });
        each.collect()
    }

    /// The day on which it falls due.
    fn due_on(&self) -> String {
        let id: SubscriptionId = self.subscription.parse().unwrap();
        let actor = Actor::duty("test");
        let found = self.market.house.app.bss.read(&actor, |cx| {
            let it: Option<Subscription> = cx.view.find(id)?;
            Ok(it.and_then(|it| it.due_at()).map(|it| it.to_string()))
        });
        found.unwrap().unwrap_or_default()
    }
}

fn monthly_term() -> Value {
    json!({ "key": "m", "duration": "1 month", "default": true, "auto_renew": false })
}

#[test]
fn what_is_renewed_while_it_is_tried_is_charged_from_the_end_of_the_trial() {
    let year = json!({ "key": "y", "duration": "1 year", "trial": "14 days", "default": true });
    let buyer = Buyer::with(year);
    buyer.market.advance_to("2026-01-05");
    buyer.renews();
    buyer.market.advance_to("2026-03-16");
    expect![[r#"
        2026-02-01 Mail: Month | 2026-01-15..2026-02-01 | 5.48
        2026-02-01 Mail: Month | 2026-02-01..2026-03-01 | 10.00
        2026-03-01 Mail: Month | 2026-03-01..2026-04-01 | 10.00
    "#]]
    .assert_eq(&buyer.billed());
}

#[test]
fn a_trial_longer_than_its_term_is_free_to_its_end() {
    let mut term = monthly_term();
    (term["auto_renew"], term["trial"]) = (json!(true), json!("60 days"));
    let buyer = Buyer::with(term);
    buyer.market.advance_to("2026-04-16");
    expect![[r#"
        2026-04-01 Mail: Month | 2026-03-02..2026-04-01 | 9.68
        2026-04-01 Mail: Month | 2026-04-01..2026-05-01 | 10.00
    "#]]
    .assert_eq(&buyer.billed());
}

#[test]
fn a_term_that_is_over_is_renewed_and_not_said_to_go_on() {
    let buyer = Buyer::with(monthly_term());
    let operator = buyer.market.operator();
    let goes_on =
        || operator.call(&format!("PATCH {}", buyer.path()), Some(&json!({ "auto_renew": true })));
    for (day, state) in [("2026-02-02", "graced"), ("2026-02-07", "expired")] {
        buyer.market.advance_to(day);
        assert_eq!(buyer.state(), state);
        let refused = goes_on();
        assert_eq!(refused.status, 409, "{}", refused.json());
        let why = text(&refused.json()["detail"]);
        assert!(why.contains("its term ended on `2026-02-01`; renew it instead"), "{why}");
    }
    // Something else is billed on the account, so that its next bill looks at all of it.
    let other = buyer.market.offer("Other", &[monthly("Other", "EUR", "1")]);
    buyer.market.order(&buyer.account, &other, 1);
    buyer.market.advance_to("2026-03-16");
    assert_eq!(buyer.state(), "recoverable");
    expect![[r#"
        2026-01-01 Mail: Month | 2026-01-01..2026-02-01 | 10.00
        2026-03-01 Other: Other | 2026-02-07..2026-03-01 | 0.79
        2026-03-01 Other: Other | 2026-03-01..2026-04-01 | 1.00
    "#]]
    .assert_eq(&buyer.billed());
    let buyer = Buyer::with(monthly_term());
    buyer.market.advance_to("2026-02-07");
    buyer.renews();
    let renews = json!({ "auto_renew": true });
    buyer.market.operator().patch(&buyer.path(), &renews);
    assert_eq!(buyer.state(), "active");
}

#[test]
fn an_end_that_is_moved_out_after_the_last_bill_is_charged() {
    let buyer = Buyer::with(monthly_term());
    buyer.market.advance_to("2026-01-20");
    let id: SubscriptionId = buyer.subscription.parse().unwrap();
    let later = Change::TermEnd("2026-05-01".parse().unwrap());
    let author = Author::of(Actor::duty("test"));
    let app = &buyer.market.house.app;
    app.bss.act(author, move |act| subscription::change(act, id, later)).wait().unwrap();
    buyer.market.advance_to("2026-06-02");
    expect![[r#"
        2026-01-01 Mail: Month | 2026-01-01..2026-02-01 | 10.00
        2026-02-01 Mail: Month | 2026-02-01..2026-03-01 | 10.00
        2026-03-01 Mail: Month | 2026-03-01..2026-04-01 | 10.00
        2026-04-01 Mail: Month | 2026-04-01..2026-05-01 | 10.00
    "#]]
    .assert_eq(&buyer.billed());
}

#[test]
fn what_falls_due_later_than_it_did_keeps_nothing_else_waiting() {
    let buyer = Buyer::with(monthly_term());
    buyer.market.advance_to("2026-02-07");
    assert_eq!((&*buyer.state(), &*buyer.due_on()), ("expired", "2026-03-08T00:00:00Z"));
    // As they were changed while nobody followed that.
    let id: ServiceTermsId = buyer.after.parse().unwrap();
    let author = Author::of(Actor::duty("test"));
    let longer = |it: ServiceTerms| {
        let paid = Aftermath { hold_days: 90, ..it.paid };
        Ok::<_, Error>(ServiceTerms { paid, ..it })
    };
    let bss = &buyer.market.house.app.bss;
    let revised = bss
        .act(author, move |act| catalog::revise(act, (id, None), Permission::CatalogWrite, longer));
    revised.wait().unwrap();
    buyer.market.advance_to("2026-03-09");
    let waiting = duty::due(bss, ("terms", Duty::Term), 500).unwrap();
    assert!(waiting.is_empty(), "it does not stand before others any more");
    assert_eq!((&*buyer.state(), &*buyer.due_on()), ("expired", "2026-05-07T00:00:00Z"));
    buyer.market.advance_to("2026-05-08");
    assert_eq!(buyer.state(), "recoverable");
}

#[test]
fn what_waits_falls_due_by_service_terms_as_they_are_now() {
    let buyer = Buyer::with(monthly_term());
    buyer.market.advance_to("2026-02-07");
    let after = |days: u32| {
        let paid = json!({ "grace_days": 5, "hold_days": days, "destroy": false });
        let path = format!("/service_terms/{}", buyer.after);
        buyer.market.operator().patch(&path, &json!({ "paid": paid }));
        buyer.market.house.app.keep_duties();
        buyer.due_on()
    };
    assert_eq!(after(60), "2026-04-07T00:00:00Z");
    assert_eq!(after(10), "2026-02-16T00:00:00Z");
    let operator = buyer.market.operator();
    let offer = text(&operator.get(&buyer.path())["offer"]);
    let others = json!({ "grace_days": 0, "hold_days": 20, "destroy": false });
    let others = operator.post("/service_terms", &json!({ "name": "Others", "paid": others }));
    operator.patch(&format!("/offers/{offer}"), &json!({ "service_terms": others["id"] }));
    buyer.market.house.app.keep_duties();
    assert_eq!(buyer.due_on(), "2026-02-21T00:00:00Z");
    buyer.market.advance_to("2026-02-22");
    assert_eq!(buyer.state(), "recoverable");
}

#[test]
fn what_is_billed_in_another_zone_falls_due_by_that() {
    let buyer = Buyer::with(monthly_term());
    let path = format!("/billing_accounts/{}", text(&buyer.account["billing_account"]));
    let terms = json!({ "zone": "Asia/Tokyo" });
    buyer.market.operator().patch(&path, &terms);
    // It is billed on so that its terms can turn.
    let other = buyer.market.offer("Other", &[monthly("Other", "EUR", "1")]);
    buyer.market.order(&buyer.account, &other, 1);
    buyer.market.advance_to("2026-02-03");
    assert_eq!((&*buyer.state(), &*buyer.due_on()), ("graced", "2026-02-05T15:00:00Z"));
}
