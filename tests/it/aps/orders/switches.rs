//! Orders that lead to another plan or period, what they are estimated at, and what says where they
//! may lead.

use expect_test::expect;
use serde_json::{Value, json};

use super::{ORDERS, SERVER, Shop, open, plan, plan_lasting};
use crate::harness::bus::uuid;
use crate::harness::client::Protocol;
use crate::harness::market::text;

/// A shop in mid January with two servers of the plan, billed and paid, which may be switched to a
/// dearer plan and to a quarter of itself.
fn mid_january() -> (Shop, String, String) {
    let shop = open();
    let other = plan(&shop.market, "Other", &shop.resources);
    let switches = json!({ "switches": [
        { "to": other, "direction": "upgrade" },
        { "to": format!("ofr_{}", shop.plan), "term": "q", "direction": "sidegrade" },
    ] });
    shop.operator().patch(&format!("/offers/ofr_{}", shop.plan), &switches);
    let subscription = shop.bought(2);
    let body = json!({
        "account": format!("acc_{}", shop.account),
        "amount": { "amount": "45.60", "currency": "USD" },
    });
    shop.operator().post("/payments", &body);
    shop.market.advance_to("2026-01-17");
    (shop, uuid(&other).to_owned(), subscription)
}

#[test]
fn a_change_to_another_plan_is_done_as_it_was_estimated() {
    let (shop, other, subscription) = mid_january();
    let (operator, said) = (shop.operator(), Protocol::default());
    let of = |kind: &str, more: Value| {
        let mut body = json!({ "type": kind, "subscriptionId": subscription });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let to_other = of("CHANGE", json!({ "planId": other }));
    let switches = format!("POST /aps/2/resources/{}/planPeriodSwitches", shop.plan);
    said.say(&operator, "operator", &switches, Some(&json!({ "duration": 1, "unit": "MONTHS" })));
    let before = shop.kept();
    let estimate = format!("POST {ORDERS}/estimate");
    said.say(&operator, "operator", &estimate, Some(&to_other));
    said.say(&operator, "operator", &estimate, Some(&of("CANCELLATION", json!({}))));
    let quarter = json!({ "period": { "duration": 3, "unit": "MONTHS" } });
    said.say(&operator, "operator", &estimate, Some(&of("CHANGE", quarter)));
    assert!(before == shop.kept(), "an estimate leaves nothing");
    let info = shop.place(&to_other);
    said.note(&format!("  {} of plan {}", info["status"], info["subscriptions"][0]["planId"]));
    let notes = operator.get("/credit_notes");
    let note = &notes["items"][0];
    said.note(&format!("  {}: {}", text(&note["reason"]), text(&note["gross"]["amount"])));
    expect![[r#"
        > POST /aps/2/resources/{id1}/planPeriodSwitches {"duration":1,"unit":"MONTHS"} [operator]
        200 OK [{"target":{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id1}"},"type":"NONE"},{"target":{"period":{"duration":3,"unit":"MONTHS"},"planId":"{id1}"},"type":"PERIOD"},{"target":{"period":{"duration":1,"unit":"MONTHS"},"planId":"{id2}"},"type":"UPGRADE"},{"target":{"period":{"duration":3,"unit":"MONTHS"},"planId":"{id2}"},"type":"UPGRADE"}]
        > POST /aps/2/services/order-manager/orders/estimate {"planId":"{id2}","subscriptionId":"{id3}","type":"CHANGE"} [operator]
        200 OK {"billDate":"2026-02-01","details":[{"amount":{"code":"USD","value":"-4.84"},"description":"VPS: Month","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id1}","quantity":"1.0","tax":{"code":"USD","value":"-0.97"},"type":"CREDIT"},{"amount":{"code":"USD","value":"-1.45"},"description":"VPS: Servers","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id1}","quantity":"1.0","tax":{"code":"USD","value":"-0.29"},"type":"CREDIT"},{"amount":{"code":"USD","value":"4.84"},"description":"Other: Month","period":{"from":"2026-01-17","to":"2026-02-01"},"planId":"{id2}","quantity":"1.0","tax":{"code":"USD","value":"0.97"},"type":"RECURRING"},{"amount":{"code":"USD","value":"1.45"},"description":"Other: Servers","period":{"from":"2026-01-17","to":"2026-02-01"},"planId":"{id2}","quantity":"1.0","tax":{"code":"USD","value":"0.29"},"type":"RECURRING"}],"subtotal":{"code":"USD","value":"0.0"},"taxes":{"code":"USD","value":"0.0"},"total":{"code":"USD","value":"0.0"}}
        > POST /aps/2/services/order-manager/orders/estimate {"subscriptionId":"{id3}","type":"CANCELLATION"} [operator]
        200 OK {"billDate":"2026-01-17","details":[{"amount":{"code":"USD","value":"-4.84"},"description":"VPS: Month","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id1}","quantity":"1.0","tax":{"code":"USD","value":"-0.97"},"type":"CREDIT"},{"amount":{"code":"USD","value":"-1.45"},"description":"VPS: Servers","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id1}","quantity":"1.0","tax":{"code":"USD","value":"-0.29"},"type":"CREDIT"}],"subtotal":{"code":"USD","value":"-6.29"},"taxes":{"code":"USD","value":"-1.26"},"total":{"code":"USD","value":"-7.55"}}
        > POST /aps/2/services/order-manager/orders/estimate {"period":{"duration":3,"unit":"MONTHS"},"subscriptionId":"{id3}","type":"CHANGE"} [operator]
        200 OK {"billDate":"2026-02-01","details":[{"amount":{"code":"USD","value":"-4.84"},"description":"VPS: Month","period":{"from":"2026-01-01","to":"2026-02-01"},"planId":"{id1}","quantity":"1.0","tax":{"code":"USD","value":"-0.97"},"type":"CREDIT"},{"amount":{"code":"USD","value":"3.87"},"description":"VPS: Quarter","period":{"from":"2026-01-17","to":"2026-02-01"},"planId":"{id1}","quantity":"1.0","tax":{"code":"USD","value":"0.77"},"type":"RECURRING"},{"amount":{"code":"USD","value":"8.0"},"description":"VPS: Quarter","period":{"from":"2026-02-01","to":"2026-03-01"},"planId":"{id1}","quantity":"1.0","tax":{"code":"USD","value":"1.6"},"type":"RECURRING"},{"amount":{"code":"USD","value":"3.0"},"description":"VPS: Servers","period":{"from":"2026-02-01","to":"2026-03-01"},"planId":"{id1}","quantity":"1.0","tax":{"code":"USD","value":"0.6"},"type":"RECURRING"}],"subtotal":{"code":"USD","value":"10.03"},"taxes":{"code":"USD","value":"2.0"},"total":{"code":"USD","value":"12.03"}}
          "COMPLETED" of plan "{id2}"
          Changed on 2026-01-17 to Other: Month for 15 of 31 days, Servers for 15 of 31 days: 7.55
    "#]].assert_eq(&said.text());
    shop.market.must_be_whole();
}

#[test]
fn what_was_ordered_keeps_its_plan_and_period_wherever_the_subscription_goes() {
    let shop = open();
    let longer = plan_lasting("6 months", (&shop.market, "Longer"), &shop.resources);
    let switches = json!({ "switches": [{ "to": longer, "direction": "upgrade" }] });
    shop.operator().patch(&format!("/offers/ofr_{}", shop.plan), &switches);
    let sold = shop.place(&shop.sales(&[shop.product(&[(SERVER, json!(2))])]));
    let half = json!({ "duration": 6, "unit": "MONTHS" });
    let changed = shop.place(&json!({
        "type": "CHANGE", "subscriptionId": sold["subscriptions"][0]["subscriptionId"],
        "planId": uuid(&longer), "period": half,
    }));
    let ordered = |order: &Value| {
        let info = shop.operator().get(&format!("{ORDERS}/{}", text(&order["orderId"])));
        let it = &info["subscriptions"][0];
        (text(&it["planId"]), it["period"].clone())
    };
    assert_eq!(ordered(&changed), (uuid(&longer).to_owned(), half));
    let month = json!({ "duration": 1, "unit": "MONTHS" });
    assert_eq!(ordered(&sold), (shop.plan.clone(), month), "though both call it `m`");
    shop.market.must_be_whole();
}
