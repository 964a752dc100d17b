//! Customer classes: a default one that stays, and others that go when nobody is in them.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::Protocol;
use crate::harness::house::House;

#[test]
fn a_vendor_lays_down_classes_and_puts_customers_in_them() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    said.say(&north, "north", "GET /classes", None);
    let body = json!({
        "name": "Gold", "due_days": 30, "members_may_buy": true,
        "credit_limits": [{ "amount": "1000", "currency": "EUR" }],
        "cycle": { "period": "1 month", "anchor_day": 1 },
    });
    let gold = said.say(&north, "north", "POST /classes", Some(&body)).ok();
    let gold = gold["id"].as_str().unwrap();
    let open = json!({ "name": "Golden", "class": gold });
    let opened = north.post("/accounts", &open);
    let billing = opened["billing_account"].as_str().unwrap();
    said.say(&north, "north", &format!("GET /billing_accounts/{billing}?fields=cycle"), None);
    let path = format!("/classes/{gold}");
    said.say(&north, "north", &format!("DELETE {path}"), None);
    let due = json!({ "due_days": 14 });
    said.say(&north, "north", &format!("PATCH {path}?fields=due_days,name"), Some(&due));
    let account = format!("PATCH /accounts/{}", opened["id"].as_str().unwrap());
    let default = north.get("/classes?order=oldest")["items"][0]["id"].clone();
    assert!(north.call(&account, Some(&json!({ "class": default }))).status.is_success());
    said.say(&north, "north", &format!("DELETE {path}"), None);
    said.say(&north, "north", &format!("GET {path}"), None);
    let what = format!("DELETE /classes/{}", default.as_str().unwrap());
    said.say(&north, "north", &what, None);
    expect![[r#"
        > GET /classes [north]
        200 OK {"items":[{"id":"{cls1}","number":0,"revision":1,"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z","default":true,"name":"Default","description":null,"due_days":10,"grace_days":0,"hold_days":30,"automatic_hold":false,"credit_limits":[],"cycle":{"period":"1 month","anchor_day":null,"shift_days":0},"billing_type":"postpaid","dunning":[],"members_may_buy":false,"reminders":"mail"}],"next_cursor":null}
        > POST /classes {"credit_limits":[{"amount":"1000","currency":"EUR"}],"cycle":{"anchor_day":1,"period":"1 month"},"due_days":30,"members_may_buy":true,"name":"Gold"} [north]
        201 Created {"id":"{cls2}","number":1,"revision":1,"created_at":"2026-01-01T00:00:00Z","changed_at":"2026-01-01T00:00:00Z","default":false,"name":"Gold","description":null,"due_days":30,"grace_days":0,"hold_days":30,"automatic_hold":false,"credit_limits":[{"amount":"1000.00","currency":"EUR"}],"cycle":{"period":"1 month","anchor_day":1,"shift_days":0},"billing_type":"postpaid","dunning":[],"members_may_buy":true,"reminders":"mail"}
        > GET /billing_accounts/{bac1}?fields=cycle [north]
        200 OK {"cycle":{"anchor_day":1,"period":"1 month","shift_days":0},"id":"{bac1}"}
        > DELETE /classes/{cls2} [north]
        409 Conflict {"type":"/problems/in_use","title":"The element is still in use.","status":409,"detail":"class `Gold` has 1 accounts","request_id":"…"}
        > PATCH /classes/{cls2}?fields=due_days,name {"due_days":14} [north]
        200 OK {"due_days":14,"id":"{cls2}","name":"Gold"}
        > DELETE /classes/{cls2} [north]
        204 No Content 
        > GET /classes/{cls2} [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{cls2}` is not there","request_id":"…"}
        > DELETE /classes/{cls1} [north]
        409 Conflict {"type":"/problems/in_use","title":"The element is still in use.","status":409,"detail":"the default class cannot be removed","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn terms_that_cannot_hold_and_classes_of_others_are_refused() {
    let house = House::on("2026-01-01");
    let (north, said) = (house.client(&house.north.admin), Protocol::default());
    let foreign = house.client(&house.south.admin).get("/classes")["items"][0]["id"].clone();
    let limit = |amount: &str, currency: &str| json!({ "amount": amount, "currency": currency });
    for body in [
        json!({ "name": "" }),
        json!({ "due_days": -1 }),
        json!({ "credit_limits": [limit("-1", "EUR"), limit("2", "EUR")] }),
        json!({ "credit_limits": [limit("1.001", "EUR")] }),
        json!({ "credit_limits": [limit("1", "Euro")] }),
        json!({ "billing_type": "later" }),
        json!({ "colour": "gold" }),
    ] {
        said.say(&north, "north", "POST /classes", Some(&body));
    }
    let body = json!({ "name": "Spy", "class": foreign });
    said.say(&north, "north", "POST /accounts", Some(&body));
    said.say(&house.client(&house.north.customer.admin), "buyer", "GET /classes", None);
    expect![[r#"
        > POST /classes {"name":""} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/name` must not be empty","request_id":"…","errors":[{"pointer":"/name","rule":"format","message":"must not be empty"}]}
        > POST /classes {"due_days":-1} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/due_days` must be a whole number from 0 to 65535, not `-1`","request_id":"…","errors":[{"pointer":"/due_days","rule":"type","message":"must be a whole number from 0 to 65535, not `-1`"}]}
        > POST /classes {"credit_limits":[{"amount":"-1","currency":"EUR"},{"amount":"2","currency":"EUR"}]} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/credit_limits/0` must not be negative; `/credit_limits/1` must name each currency once","request_id":"…","errors":[{"pointer":"/credit_limits/0","rule":"range","message":"must not be negative"},{"pointer":"/credit_limits/1","rule":"unique","message":"must name each currency once"}]}
        > POST /classes {"credit_limits":[{"amount":"1.001","currency":"EUR"}]} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/credit_limits/0/amount` `1.001` is not an amount in EUR, which has 2 decimal places","request_id":"…","errors":[{"pointer":"/credit_limits/0/amount","rule":"format","message":"`1.001` is not an amount in EUR, which has 2 decimal places"}]}
        > POST /classes {"credit_limits":[{"amount":"1","currency":"Euro"}]} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/credit_limits/0/currency` `Euro` is not a currency code of ISO 4217, such as `EUR`","request_id":"…","errors":[{"pointer":"/credit_limits/0/currency","rule":"format","message":"`Euro` is not a currency code of ISO 4217, such as `EUR`"}]}
        > POST /classes {"billing_type":"later"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/billing_type` `later` is not one of prepaid, postpaid","request_id":"…","errors":[{"pointer":"/billing_type","rule":"format","message":"`later` is not one of prepaid, postpaid"}]}
        > POST /classes {"colour":"gold"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/colour` is unknown: expected one of `name`, `description`, `due_days`, `grace_days`, `hold_days`, `automatic_hold`, `credit_limits`, `cycle`, `billing_type`, `dunning`, `members_may_buy`, `reminders`, `channels`","request_id":"…","errors":[{"pointer":"/colour","rule":"unknown_field","message":"is unknown: expected one of `name`, `description`, `due_days`, `grace_days`, `hold_days`, `automatic_hold`, `credit_limits`, `cycle`, `billing_type`, `dunning`, `members_may_buy`, `reminders`, `channels`"}]}
        > POST /accounts {"class":"{cls1}","name":"Spy"} [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`/class` `{cls1}` is not there","request_id":"…","errors":[{"pointer":"/class","rule":"reference","message":"`{cls1}` is not there"}]}
        > GET /classes [buyer]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: class_read","request_id":"…"}
    "#]].assert_eq(&said.text());
}
