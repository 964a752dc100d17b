//! What an order says beside its products: the terms of use that it accepts, and how it is to be paid;
//! and what is kept of it when that is another thing later.

use serde_json::{Value, json};

use super::{LINUX, ORDERS, SERVER, STORAGE, WINDOWS, open};
use crate::harness::bus::uuid;
use crate::harness::market::text;

/// An error in one line.
fn told(answer: &crate::harness::app::Answer) -> String {
    let said = answer.json();
    format!("{} {}", said["code"], text(&said["message"]))
}

#[test]
fn terms_of_use_are_said_of_a_plan_and_accepted_by_who_orders_it() {
    let shop = open();
    let operator = shop.operator();
    let plan = format!("/aps/2/resources/{}", shop.plan);
    let terms = json!({
        "version": "2026-01", "title": { "en_US": "Rules of the house" },
        "url": "https://vps.example/rules", "text": { "en_US": "Be kind", "de": "Sei nett" },
    });
    let set = json!({ "termCondition": terms });
    let changed = operator.call(&format!("PUT {plan}"), Some(&set)).ok();
    assert_eq!(changed["termCondition"], terms);
    let sales = |accepted: Value| {
        let mut body = shop.sales(&[shop.product(&[(SERVER, json!(2))])]);
        body["acceptedTerms"] = accepted;
        body
    };
    let asked = operator.call(&format!("POST {ORDERS}/termsconditions"), Some(&sales(json!([]))));
    let mut expected = terms.clone();
    expected["planId"] = json!(shop.plan);
    assert_eq!(asked.ok(), json!([expected]));
    let accepts = |version: &str| json!([{ "planId": shop.plan, "version": version }]);
    let before = shop.kept();
    for open in [json!([]), accepts("2025-01"), json!(null)] {
        let refused = operator.call(&format!("POST {ORDERS}"), Some(&sales(open)));
        let message = format!(
            "400 `/acceptedTerms` must accept version `2026-01` of the terms of use of `{}`",
            shop.plan
        );
        assert_eq!(told(&refused), message);
    }
    assert!(before == shop.kept(), "a refused order leaves nothing");
    let estimate = format!("POST {ORDERS}/estimate");
    assert_eq!(operator.call(&estimate, Some(&sales(json!([])))).status, 200, "it may be asked");
    let info = shop.place(&sales(accepts("2026-01")));
    assert_eq!(
        (&info["status"], &info["acceptedTerms"]),
        (&json!("COMPLETED"), &accepts("2026-01"))
    );
    // So it is on our own API.
    let offer = format!("ofr_{}", shop.plan);
    let shown = operator.get(&format!("/offers/{offer}"))["terms_of_use"].clone();
    assert_eq!((&shown["version"], &shown["url"]), (&terms["version"], &terms["url"]));
    let mut body = json!({
        "account": format!("acc_{}", shop.account), "items": [{ "offer": offer, "term": "m" }],
    });
    assert_eq!(operator.call("POST /orders", Some(&body)).status, 422);
    body["accepted_terms"] = json!([{ "offer": offer, "version": "2026-01" }]);
    let placed = operator.post("/orders", &body);
    let accepted = json!([{
        "offer": offer, "version": "2026-01", "by": shop.market.house.operator.id,
        "at": "2026-01-01T00:00:00Z",
    }]);
    assert_eq!(placed["accepted_terms"], accepted);
    operator.patch(&format!("/offers/{offer}"), &json!({ "terms_of_use": null }));
    assert!(operator.get(&plan)["termCondition"].is_null());
    shop.place(&sales(json!([])));
    for wrong in [json!({ "version": "1" }), json!({ "version": "a b", "title": { "en": "A" } })] {
        let body = json!({ "termCondition": wrong });
        assert_eq!(operator.call(&format!("PUT {plan}"), Some(&body)).status, 400, "{body}");
    }
    shop.market.must_be_whole();
}

#[test]
fn an_order_says_by_which_kept_method_it_is_to_be_paid() {
    let shop = open();
    let operator = shop.operator();
    let keep = |account: &str| {
        let card = json!({
            "kind": "card", "gateway": "stripe", "token": "pm_1", "brand": "Visa",
            "last_digits": "4242", "expires": "2026-03",
        });
        text(&operator.post(&format!("/accounts/{account}/payment_methods"), &card)["id"])
    };
    let own = keep(&format!("acc_{}", shop.account));
    let other = keep(&text(&shop.market.customer("Other", "USD")["id"]));
    let sales = |method: &str| {
        let mut body = shop.sales(&[shop.product(&[])]);
        body["paymentMethodId"] = json!(uuid(method));
        body
    };
    let refused = operator.call(&format!("POST {ORDERS}"), Some(&sales(&other)));
    assert_eq!(told(&refused), "400 `/paymentMethodId` is not the account's");
    let info = shop.place(&sales(&own));
    assert_eq!(info["paymentMethodId"], uuid(&own));
    let shown = operator.get(&format!("/orders/ord_{}", text(&info["orderId"])));
    assert_eq!(shown["payment_method"], own);
    let found = operator.get(&format!("{ORDERS}?eq(paymentMethodId,{})", uuid(&own)));
    assert_eq!(found.as_array().unwrap().len(), 1);
    shop.market.advance_to("2026-04-01");
    let late = operator.call(&format!("POST {ORDERS}"), Some(&sales(&own)));
    assert_eq!(late.status, 409, "its time is over: {}", told(&late));
}

#[test]
fn a_credit_note_is_sent_to_who_looks_after_bills() {
    let shop = open();
    let subscription = shop.bought(2);
    let admin = json!({ "contacts": { "billing": { "email": "bills@whale.test" } } });
    shop.operator().patch(&format!("/accounts/acc_{}", shop.account), &admin);
    let amount = json!({ "amount": "45.60", "currency": "USD" });
    let paid = json!({ "account": format!("acc_{}", shop.account), "amount": amount });
    shop.operator().post("/payments", &paid);
    shop.market.advance_to("2026-01-11");
    let body = json!({ "type": "CANCELLATION", "subscriptionId": subscription });
    shop.place(&body);
    shop.market.house.app.keep_duties();
    let sent = shop.market.house.app.outside.sent();
    let notes: Vec<_> = sent.iter().filter(|it| it.subject.contains("Credit note")).collect();
    let [note] = notes.as_slice() else { panic!("{} letters of credit notes", notes.len()) };
    assert!(note.text.contains("10.56"), "{}", note.text);
    assert!(note.text.contains("Of invoice:"), "{}", note.text);
}

#[test]
fn resources_go_together_when_they_are_changed_as_when_they_are_bought() {
    let shop = open();
    let operator = shop.operator();
    let subscription = shop.bought(2);
    let change = |amounts: &[(usize, Value)]| {
        let resources: Vec<_> = amounts
            .iter()
            .map(|(place, it)| json!({ "resourceId": shop.resource(*place), "amount": it }))
            .collect();
        json!({ "type": "CHANGE", "subscriptionId": subscription, "resources": resources })
    };
    for (amounts, rule) in [
        (vec![(STORAGE, json!(20)), (SERVER, json!(1))], "`/resources/0/amount` needs `Server`"),
        (
            vec![(LINUX, json!(1)), (WINDOWS, json!(1))],
            "cannot be in one subscription with `Linux`",
        ),
        (vec![(STORAGE, json!(1)), (WINDOWS, json!(1))], "cannot be had beside `Storage`"),
    ] {
        let refused = operator.call(&format!("POST {ORDERS}"), Some(&change(&amounts)));
        assert_eq!(refused.status, 409);
        assert!(told(&refused).contains(rule), "{rule}: {}", told(&refused));
    }
    shop.place(&change(&[(STORAGE, json!(20))]));
    let refused = operator.call(&format!("POST {ORDERS}"), Some(&change(&[(SERVER, json!(1))])));
    assert_eq!(refused.status, 409, "what needs it is there: {}", told(&refused));
    shop.market.must_be_whole();
}

#[test]
fn a_cancellation_that_waits_for_its_day_is_pushed() {
    let shop = open();
    let operator = shop.operator();
    let subscription = shop.bought(1);
    let body = json!({
        "account": format!("acc_{}", shop.account), "requested_start_on": "2026-02-01",
        "items": [{ "action": "delete", "subscription": format!("sub_{subscription}") }],
    });
    let order = uuid(&text(&operator.post("/orders", &body)["id"])).to_owned();
    let info = || operator.get(&format!("{ORDERS}/{order}"));
    assert_eq!((&info()["type"], &info()["status"]), (&json!("CANCELLATION"), &json!("NEW")));
    let status = || operator.get(&format!("/aps/2/resources/{subscription}"))["status"].clone();
    assert_eq!(status(), "ACTIVE");
    assert_eq!(operator.call(&format!("POST {ORDERS}/{order}/push"), None).status, 204);
    shop.market.house.app.keep_duties();
    assert_eq!((&info()["status"], status()), (&json!("COMPLETED"), json!("TERMINATED")));
    shop.market.must_be_whole();
}

#[test]
fn attributes_of_a_subscription_are_carried_by_later_orders_and_not_by_earlier_ones() {
    let shop = open();
    let operator = shop.operator();
    let subscription = shop.bought(1);
    let set = |value: &str| {
        let body = json!({ "attributes": [{ "attributeId": "PONumber", "value": value }] });
        operator.call(&format!("PUT /aps/2/resources/{subscription}"), Some(&body)).ok();
    };
    let order = |servers: u32| {
        let resources = json!([{ "resourceId": shop.resource(SERVER), "amount": servers }]);
        text(
            &shop.place(&json!({
                "type": "CHANGE", "subscriptionId": subscription, "resources": resources,
            }))["orderId"],
        )
    };
    let carried = |order: &str| {
        operator.get(&format!("{ORDERS}/{order}"))["subscriptions"][0]["attributes"].clone()
    };
    set("myponumber1");
    let early = order(2);
    set("myponumber2");
    let late = order(3);
    let one = |value: &str| json!([{ "attributeId": "PONumber", "value": value }]);
    assert_eq!((carried(&early), carried(&late)), (one("myponumber1"), one("myponumber2")));
}
