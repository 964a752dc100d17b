//! Deleting what a catalogue is made of: what nothing names goes, what something names stays, and
//! the refusal names who does.

use expect_test::expect;
use serde_json::{Value, json};

use super::publishing::{create, link, needs, new, plan};
use crate::harness::client::Protocol;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

fn at(id: &Value) -> String {
    format!("/aps/2/resources/{}", id.as_str().unwrap())
}

#[test]
fn what_a_plan_is_made_of_goes_when_nothing_names_it_any_more() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let needs = needs(&operator);
    let mut draft = plan(&needs);
    draft["publication"] = json!({ "published": false });
    let draft = create(&operator, &[draft]).remove(0);
    let tax = create(&operator, &[new("TaxCategory/1.0", json!({ "name": "All" }))]).remove(0);
    let zone = operator.post("/tax_zones", &json!({ "code": "WORLD", "name": "Everywhere" }));
    let rule = json!({
        "name": "VAT", "zone": zone["id"], "category": format!("txc_{}", text(&tax)),
        "percent": "20", "valid_from": "2000-01-01",
    });
    operator.post("/tax_rules", &rule);
    let untaxed = create(&operator, &[new("TaxCategory/1.0", json!({ "name": "None" }))]).remove(0);
    let depending = json!([{ "resource": needs.resource, "kind": "REQUIRES" }]);
    let other = new(
        "Resource/1.3",
        json!({
            "name": { "en_US": "Backup" }, "unitOfMeasure": { "en_US": "GB" }, "dependsOn": depending,
        }),
    );
    let other = create(&operator, &[other]).remove(0);
    operator.call(&format!("POST {}/resources", at(&needs.template)), Some(&link(&other))).ok();
    let parts = [&needs.category, &needs.terms, &needs.template, &needs.resource, &tax, &other];
    for part in parts {
        said.say(&operator, "operator", &format!("DELETE {}", at(part)), None);
        assert_eq!(operator.call(&format!("GET {}", at(part)), None).status, 200, "it is there");
    }
    assert_eq!(operator.call(&format!("DELETE {}", at(&draft)), None).status, 204);
    assert_eq!(operator.call(&format!("GET {}", at(&draft)), None).status, 404);
    for part in [&needs.template, &other, &needs.category, &needs.terms, &needs.resource, &untaxed]
    {
        let status = operator.call(&format!("DELETE {}", at(part)), None).status;
        assert_eq!(status, 204, "{part} is named by nothing any more");
        assert_eq!(operator.call(&format!("GET {}", at(part)), None).status, 404);
        assert_eq!(operator.call(&format!("DELETE {}", at(part)), None).status, 404);
    }
    expect![[r#"
        > DELETE /aps/2/resources/{id1} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::InUse","message":"`{id1}` is named by `{id2}`"}
        > DELETE /aps/2/resources/{id3} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::InUse","message":"`{id3}` is named by `{id2}`"}
        > DELETE /aps/2/resources/{id4} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::InUse","message":"`{id4}` is named by `{id2}`"}
        > DELETE /aps/2/resources/{id5} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::InUse","message":"`{id5}` is named by `{id2}`"}
        > DELETE /aps/2/resources/{id6} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::InUse","message":"`{id6}` is named by `{id7}`"}
        > DELETE /aps/2/resources/{id8} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::InUse","message":"`{id8}` is named by `{id4}`"}
    "#]].assert_eq(&said.text());
}

#[test]
fn a_plan_goes_when_nobody_holds_it_and_a_class_when_nobody_is_in_it() {
    let market = Market::on("2026-01-01");
    let (operator, said) = (market.operator(), Protocol::default());
    let account = market.customer("Blue Whale", "EUR");
    let plan = market.offer("Base", &[monthly("Fee", "EUR", "10")]);
    let subscription = market.order(&account, &plan, 1);
    let uuid = |id: &str| format!("/aps/2/resources/{}", id.split_once('_').unwrap().1);
    let say = |what: &str| said.say(&operator, "operator", what, None);
    say(&format!("DELETE {}", uuid(&plan)));
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.advance_to("2026-03-01");
    say(&format!("DELETE {}", uuid(&plan)));
    let left = operator.get(&uuid(&plan));
    assert_eq!(left["aps"]["status"], "aps:deleted", "what was sold is remembered");
    assert_eq!(left["publication"]["published"], false);
    let classes = operator.get("/classes?order=oldest");
    let gold = text(&operator.post("/classes", &json!({ "name": "Gold" }))["id"]);
    operator.patch(&format!("/accounts/{}", text(&account["id"])), &json!({ "class": gold }));
    say(&format!("DELETE {}", uuid(&gold)));
    say(&format!("DELETE {}", uuid(&text(&classes["items"][0]["id"]))));
    let back = json!({ "class": classes["items"][0]["id"] });
    operator.patch(&format!("/accounts/{}", text(&account["id"])), &back);
    say(&format!("DELETE {}", uuid(&gold)));
    market.must_be_whole();
    expect![[r#"
        > DELETE /aps/2/resources/{id1} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::InUse","message":"cannot withdraw what `1` others still hold; end those first"}
        > DELETE /aps/2/resources/{id1} [operator]
        204 No Content 
        > DELETE /aps/2/resources/{id2} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::InUse","message":"class `Gold` has 1 accounts"}
        > DELETE /aps/2/resources/{id3} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::InUse","message":"the default class cannot be removed"}
        > DELETE /aps/2/resources/{id2} [operator]
        204 No Content 
    "#]].assert_eq(&said.text());
}

#[test]
fn nobody_deletes_what_is_of_the_platform_itself() {
    let house = House::on("2026-01-01");
    let (operator, said) = (house.operator(), Protocol::default());
    let template = operator.get("/aps/2/collections/notification-templates?limit(0,1)");
    let own = operator.get("/aps/2/collections/bss-accounts?eq(accountId,1)");
    let provider = operator.get("/aps/2/collections/accounts?eq(id,1)");
    for it in [&template[0], &own[0], &provider[0]] {
        said.say(&operator, "operator", &format!("DELETE {}", at(&it["aps"]["id"])), None);
    }
    expect![[r#"
        > DELETE /aps/2/resources/{id1} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/type` `http://www.odin.com/billing/NotificationTemplate/1.0`: resources of this type are not deleted by clients"}
        > DELETE /aps/2/resources/{id2} [operator]
        400 Bad Request {"code":400,"type":"APS::Util::InvalidRequest","message":"`/aps/type` `http://parallels.com/pa/bss-account-info/1.0`: resources of this type are not deleted by clients"}
        > DELETE /aps/2/resources/{id3} [operator]
        409 Conflict {"code":409,"type":"APS::Billing::AccountStateForbids","message":"the provider is neither held nor closed"}
    "#]].assert_eq(&said.text());
}
