//! One deed for every door of the bus that writes: tests pull the plug in it, and try it with what
//! is somebody else's.

use std::collections::BTreeSet;

use serde_json::Value;
use tillbox::api::aps::doors::doors;

use crate::harness::deeds::{Deed, deed};
use crate::harness::stage::{Names, Scene, Stage, open};

/// Deeds, each with the type of the resource or the alias of the service that it is done to.
#[rustfmt::skip] // so that a deed is a line
const DEEDS: &[(&str, Deed)] = &[
    ("BssAccountInformation", deed("POST /aps/2/resources", "seller", r#"[{"aps":{"type":"http://parallels.com/pa/bss-account-info/1.0","id":"ceeeffac-d2f2-4e36-ae4a-3fe27ed58097"},"taxStatus":"COMPANY","localeId":"en_US"},{"aps":{"type":"http://parallels.com/aps/types/pa/account/1.2","id":"6344049b-8763-417d-837b-490ba0896f41"},"type":"CLIENT","personal":false,"companyName":"$side Inc","bssAccountInfo":{"aps":{"id":"ceeeffac-d2f2-4e36-ae4a-3fe27ed58097"}},"parent":{"aps":{"id":"$reseller"}},"addressPostal":{"countryName":"us"},"adminContact":{"email":"a@b.test"},"billingContact":{"email":"a@b.test"},"techContact":{"email":"a@b.test"}}]"#)),
    ("BssAccountInformation", deed("PUT /aps/2/resources/{bss}", "seller", r#"{"localeId":"de","salesId":"$side"}"#)),
    ("BssAccountInformation", deed("POST /aps/2/resources/{bss}/customerClass", "seller", r#"{"aps":{"id":"$class"}}"#)),
    ("BssAccountInformation", deed("POST /aps/2/resources/{bss}/putOnCreditHold", "seller", r#"{"policy":"ALL_SUBSCRIPTIONS","reason":"ACCOUNT_OVERDUE","comment":"late"}"#)),
    ("BssAccountInformation", deed("POST /aps/2/resources/{bss_owing}/releaseFromCreditHold", "seller", r#"{"policy":"DEFAULT","comment":"paid"}"#)),
    ("BSSResource", deed("POST /aps/2/resources", "seller", r#"{"aps":{"type":"http://www.odin.com/billing/Resource/1.3"},"name":{"en_US":"$side Drive"},"unitOfMeasure":{"en_US":"GB"},"dependsOn":[{"resource":"$resource","kind":"REQUIRES"}]}"#)),
    ("BSSResource", deed("PUT /aps/2/resources/{resource}", "seller", r#"{"name":{"en":"$side Drive"}}"#)),
    ("BSSResource", deed("DELETE /aps/2/resources/{resource}", "seller", "")),
    ("BSSSubscription", deed("PUT /aps/2/resources/{subscription}", "seller", r#"{"attributes":[{"attributeId":"note","value":"$side"}]}"#)),
    ("BSSSubscription", deed("DELETE /aps/2/resources/{subscription}", "seller", "")),
    ("BSSSubscription", deed("POST /aps/2/resources/{subscription}/putOnHold", "seller", r#"{"reason":"OTHER","comment":"late"}"#)),
    ("BSSSubscription", deed("POST /aps/2/resources/{held_subscription}/releaseFromHold", "seller", r#"{"reason":"OTHER","comment":"paid"}"#)),
    ("EventSubscription", deed("POST /aps/2/resources/{reseller}/aps/subscriptions", "seller", r#"{"event":"http://aps-standard.org/core/events/linked","source":{"id":"$customer"},"relation":"subscriptions","handler":"https://$side.example.com/"}"#)),
    ("EventSubscription", deed("DELETE /aps/2/resources/{reseller}/aps/subscriptions/{event_subscription}", "seller", "")),
    ("CustomerClass", deed("DELETE /aps/2/resources/{class}", "seller", "")),
    ("PAAccount", deed("POST /aps/2/resources", "seller", r#"[{"aps":{"type":"http://parallels.com/pa/bss-account-info/1.0","id":"ceeeffac-d2f2-4e36-ae4a-3fe27ed58097"},"taxStatus":"PERSONAL","localeId":"en","customerClass":{"aps":{"id":"$class"}}},{"aps":{"type":"http://parallels.com/aps/types/pa/account/1.2"},"type":"CLIENT","personal":true,"companyName":"$side Person","bssAccountInfo":{"aps":{"id":"ceeeffac-d2f2-4e36-ae4a-3fe27ed58097"}},"parent":{"aps":{"id":"$reseller"}},"addressPostal":{"countryName":"us"},"adminContact":{"email":"a@b.test"},"billingContact":{"email":"a@b.test"},"techContact":{"email":"a@b.test"}},{"aps":{"type":"http://parallels.com/aps/types/pa/admin-user/1.2"},"isAccountAdmin":true,"login":"$side.boss","email":"boss@$side.test","fullName":"$side Boss","addressPostal":{"countryName":"us"}}]"#)),
    ("PAAccount", deed("PUT /aps/2/resources/{customer}", "seller", r#"{"companyName":"$side Renamed"}"#)),
    ("PAAccount", deed("DELETE /aps/2/resources/{customer}", "seller", "")),
    ("PAAccount", deed("POST /aps/2/resources/{customer}/users", "seller", r#"{"aps":{"type":"http://parallels.com/aps/types/pa/user/1.2"},"email":"new@$side.test","password":"$password","fullName":"$side New"}"#)),
    ("PAAdminUser", deed("POST /aps/2/resources", "seller", r#"{"aps":{"type":"http://parallels.com/aps/types/pa/admin-user/1.2"},"organization":{"aps":{"id":"$customer"}},"email":"new@$side.test","fullName":"$side New"}"#)),
    ("PAAdminUser", deed("PUT /aps/2/resources/{second_admin}", "seller", r#"{"displayName":"$side Second","addressPostal":{"countryName":"us"}}"#)),
    ("PAAdminUser", deed("DELETE /aps/2/resources/{second_admin}", "seller", "")),
    ("PAAdminUser", deed("POST /aps/2/resources/{invited_admin}/invite", "seller", "")),
    ("PAAdminUser", deed("POST /aps/2/resources/{invited_admin}/activate", "seller", "")),
    ("PAAdminUser", deed("POST /aps/2/resources/{second_admin}/resetPassword", "seller", "")),
    ("PAAdminUser", deed("POST /aps/2/resources/{second_admin}/unlock", "seller", "")),
    ("PAAdminUser", deed("POST /aps/2/resources/{second_admin}/disable", "seller", "")),
    ("PAAdminUser", deed("POST /aps/2/resources/{stopped_admin}/enable", "seller", "")),
    ("PAAdminUser", deed("PUT /aps/2/resources/{seller_user}/allowedOperations", "seller", r#"{"toAdd":[{"apsType":"http://parallels.com/pa/bss-account-info","method":"POST"}]}"#)),
    ("PASubscription", deed("POST /aps/2/resources/{pa_failed}/restartProvisioning", "seller", "")),
    ("PASubscription", deed("POST /aps/2/resources/{pa}/hold", "seller", "")),
    ("PASubscription", deed("POST /aps/2/resources/{pa_held}/release", "seller", "")),
    ("PASubscription", deed("POST /aps/2/resources/{pa}/putOnHold", "seller", r#"{"reason":"OTHER"}"#)),
    ("PASubscription", deed("POST /aps/2/resources/{pa_held}/releaseFromHold", "seller", r#"{"reason":"OTHER"}"#)),
    ("PAServiceTemplate", deed("POST /aps/2/resources", "seller", r#"{"aps":{"type":"http://parallels.com/aps/types/pa/serviceTemplate/1.2"},"name":"$side Box"}"#)),
    ("PAServiceTemplate", deed("PUT /aps/2/resources/{specification}", "seller", r#"{"name":"$side Crate"}"#)),
    ("PAServiceTemplate", deed("DELETE /aps/2/resources/{spare_specification}", "seller", "")),
    ("PAServiceTemplate", deed("POST /aps/2/resources/{spare_specification}/resources", "seller", r#"{"aps":{"id":"$resource"}}"#)),
    ("PAServiceTemplate", deed("DELETE /aps/2/resources/{spare_specification}/resources/{part}", "seller", "")),
    ("PAServiceTemplate", deed("POST /aps/2/resources/{spare_specification}/limits", "seller", r#"{"resourceId":"$resource","limit":5}"#)),
    ("PAServiceTemplate", deed("PUT /aps/2/resources/{spare_specification}/limits/{part_number}", "seller", r#"{"limit":7}"#)),
    ("PAServiceTemplate", deed("DELETE /aps/2/resources/{spare_specification}/limits/{part_number}", "seller", "")),
    ("PAUser", deed("POST /aps/2/resources", "seller", r#"{"aps":{"type":"http://parallels.com/aps/types/pa/user/1.2"},"organization":{"aps":{"id":"$customer"}},"login":"$side.new","email":"new@$side.test","password":"$password","givenName":"Ann","familyName":"$side","addressPostal":{"countryName":"us"}}"#)),
    ("PAUser", deed("PUT /aps/2/resources/{member_user}", "seller", r#"{"displayName":"$side Member"}"#)),
    ("PAUser", deed("DELETE /aps/2/resources/{idle}", "seller", "")),
    ("PAUser", deed("POST /aps/2/resources/{invited}/invite", "seller", "")),
    ("PAUser", deed("POST /aps/2/resources/{invited}/activate", "seller", "")),
    ("PAUser", deed("POST /aps/2/resources/{idle}/resetPassword", "seller", "")),
    ("PAUser", deed("POST /aps/2/resources/{idle}/unlock", "seller", "")),
    ("PAUser", deed("POST /aps/2/resources/{idle}/disable", "seller", "")),
    ("PAUser", deed("POST /aps/2/resources/{deleted}/enable", "seller", "")),
    ("ServicePlan", deed("POST /aps/2/resources", "seller", r#"{"aps":{"type":"http://www.odin.com/billing/ServicePlan/1.1"},"name":{"en_US":"$side Plan"},"shortDescription":{"en_US":"Plan"},"longDescription":{"en_US":"Plan"},"category":{"aps":{"id":"$category"}},"serviceTerms":{"aps":{"id":"$service_terms"}},"serviceTemplate":{"aps":{"id":"$specification"}},"vendor":{"aps":{"id":"$reseller"}}}"#)),
    ("ServicePlan", deed("PUT /aps/2/resources/{drafted}", "seller", r#"{"name":{"en":"$side Better"}}"#)),
    ("ServicePlan", deed("DELETE /aps/2/resources/{drafted}", "seller", "")),
    ("ServicePlan", deed("POST /aps/2/resources/{drafted}/category", "seller", r#"{"aps":{"id":"$category"}}"#)),
    ("ServicePlan", deed("POST /aps/2/resources/{drafted}/serviceTerms", "seller", r#"{"aps":{"id":"$spare_terms"}}"#)),
    ("ServicePlan", deed("POST /aps/2/resources/{drafted}/serviceTemplate", "seller", r#"{"aps":{"id":"$spare_specification"}}"#)),
    ("ServicePlan", deed("DELETE /aps/2/resources/{drafted}/serviceTemplate/{specification}", "seller", "")),
    ("ServicePlanCategory", deed("POST /aps/2/resources", "seller", r#"{"aps":{"type":"http://www.odin.com/billing/ServicePlanCategory/1.0"},"name":"$side More"}"#)),
    ("ServicePlanCategory", deed("PUT /aps/2/resources/{category}", "seller", r#"{"name":"$side Wares"}"#)),
    ("ServicePlanCategory", deed("DELETE /aps/2/resources/{category}", "seller", "")),
    ("ServiceTerms", deed("POST /aps/2/resources", "seller", r#"{"aps":{"type":"http://www.odin.com/billing/ServiceTerms/1.0"},"name":"$side Strict"}"#)),
    ("ServiceTerms", deed("PUT /aps/2/resources/{service_terms}", "seller", r#"{"name":"$side Lenient"}"#)),
    ("ServiceTerms", deed("DELETE /aps/2/resources/{spare_terms}", "seller", "")),
    ("TaxCategory", deed("POST /aps/2/resources", "seller", r#"{"aps":{"type":"http://www.odin.com/billing/TaxCategory/1.0"},"name":"$side Food"}"#)),
    ("TaxCategory", deed("PUT /aps/2/resources/{tax_category}", "seller", r#"{"name":"$side Goods"}"#)),
    ("TaxCategory", deed("DELETE /aps/2/resources/{tax_category}", "seller", "")),
    ("order-manager", deed("POST /aps/2/services/order-manager/orders", "seller", r#"{"type":"SALES","accountId":"$customer","products":[{"planId":"$offer","period":{"duration":1,"unit":"MONTHS"}},{"planId":"$by_hand","subscriptionName":"$side Own"}]}"#)),
    ("order-manager", deed("POST /aps/2/services/order-manager/orders", "seller", r#"{"type":"CHANGE","subscriptionId":"$subscription","planId":"$offer","resources":[]}"#)),
    ("order-manager", deed("POST /aps/2/services/order-manager/orders", "seller", r#"{"type":"RENEWAL","subscriptionId":"$subscription"}"#)),
    ("order-manager", deed("POST /aps/2/services/order-manager/orders", "seller", r#"{"type":"CANCELLATION","subscriptionId":"$subscription","reasonCode":"OTHER"}"#)),
    ("order-manager", deed("POST /aps/2/services/order-manager/orders/{waiting}/push", "seller", "")),
    ("sku-manager", deed("PUT /aps/2/services/sku-manager/vendor/{reseller}/rates", "seller", r#"[{"id":$sku,"price":{"value":"11","code":"EUR"}}]"#)),
    ("sku-manager", deed("POST /aps/2/services/sku-manager/vendor/{reseller}/synchronize", "seller", "")),
];

/// All deeds.
pub(crate) fn deeds() -> impl Iterator<Item = &'static Deed> {
    DEEDS.iter().map(|it| &it.1)
}

/// The names of a side as the bus has them: ids without the letters before them, and the second
/// faces of things.
pub(crate) fn names(side: &Names) -> Names {
    let bare = |it: &String| match it.split_once('_') {
        Some((prefix, uuid)) if prefix.len() == 3 && uuid.len() == 36 => uuid.to_owned(),
        _ => it.clone(),
    };
    let mut names: Names = side.iter().map(|(name, it)| (*name, bare(it))).collect();
    for (second, first) in [
        ("bss", "customer"),
        ("bss_owing", "owing"),
        ("bss_reseller", "reseller"),
        ("pa", "subscription"),
        ("pa_held", "held_subscription"),
        ("pa_failed", "task_4"),
    ] {
        let mut id = names[first].clone();
        id.replace_range(14..15, "8");
        names.insert(second, id);
    }
    names
}

#[test]
fn every_door_that_writes_has_a_deed() {
    let known: BTreeSet<_> =
        DEEDS.iter().map(|(name, deed)| format!("{} {name}", deed.route())).collect();
    let writing = doors().into_iter().filter(|it| it.writes);
    let doors: BTreeSet<_> =
        writing.map(|it| format!("{} {} {}", it.method, it.path, it.name)).collect();
    let missing: Vec<_> = doors.difference(&known).collect();
    assert!(missing.is_empty(), "add deeds for these to tests/it/aps/deeds.rs: {missing:#?}");
    let gone: Vec<_> = known.difference(&doors).collect();
    assert!(gone.is_empty(), "there are no such doors: {gone:#?}");
}

#[test]
fn every_deed_comes_to_something_on_the_stage() {
    let stage = Stage::shared();
    let names = names(&stage.north);
    let mut wrong = Vec::new();
    for (name, deed) in DEEDS {
        let app = open(&stage.disk(Scene::Quiet), 7);
        let answer = deed.is_done(&app, &names);
        if !answer.status.is_success() {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            wrong.push(format!("{} {name}: {} {text}", deed.what, answer.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of a batch, all is there or nothing: the last element of each is made one that is refused.
#[test]
fn a_batch_of_which_one_element_is_refused_leaves_nothing() {
    let stage = Stage::shared();
    let names = names(&stage.north);
    let app = open(&stage.disk(Scene::Quiet), 7);
    let before = super::rights::facts(&app);
    let mut tried = 0;
    for (name, deed) in DEEDS.iter().filter(|it| it.1.what == "POST /aps/2/resources") {
        let body = deed.body(&names).unwrap();
        let mut all = body.as_array().cloned().unwrap_or_else(|| vec![body]);
        all.push(serde_json::json!({ "aps": { "type": "http://nobody.test/nothing/1.0" } }));
        let answer = deed.doer(&app, &names).call(deed.what, Some(&Value::Array(all)));
        assert_eq!(answer.status, 400, "{name}");
        assert_eq!(super::rights::facts(&app), before, "{name} left something");
        tried += 1;
    }
    assert_eq!(tried, 10, "every type that clients create");
}
