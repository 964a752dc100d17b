//! The requests that the bus's three documents print, in their order: each is sent here as it
//! stands there, with ids of our own and a day to come in place of one that is long past, and names
//! the test that goes through its answer.

use std::collections::BTreeSet;
use std::path::Path;

use expect_test::expect;
use serde_json::{Value, json};

use super::deeds::names;
use super::publishing::{create, needs, plan};
use crate::harness::app::App;
use crate::harness::client::Client;
use crate::harness::market::text;
use crate::harness::stage::{Names, Scene, Stage, open};

/// A document, a request with names of the stage in braces, its body, the status that the document
/// prints or implies, the fields that it prints of the answer beside the `aps` section, and the test
/// that reads the answer.
type Row = (&'static str, &'static str, &'static str, u16, &'static str, &'static str);

#[rustfmt::skip] // so that a request is a line
const REQUESTS: &[Row] = &[
    ("001", "GET /aps/2/collections/accounts?eq(id,{number}),select(bssAccountInfo)", "", 200, "companyName id locked personal type addressPostal adminContact billingContact techContact bssAccountInfo", "lists::a_list_shows_what_is_selected_of_it"),
    ("001", "POST /aps/2/resources", r#"[{"aps":{"type":"http://parallels.com/pa/bss-account-info/1.0","id":"ceeeffac-d2f2-4e36-ae4a-3fe27ed58097"},"taxStatus":"COMPANY","localeId":"en_US","attributes":[{"attributeID":"external_id","value":"1111-2222-3333"}]},{"aps":{"type":"http://parallels.com/aps/types/pa/account/1.2"},"type":"CLIENT","personal":false,"companyName":"1st APS inc","bssAccountInfo":{"aps":{"id":"ceeeffac-d2f2-4e36-ae4a-3fe27ed58097"}},"parent":{"aps":{"id":"{reseller}"}},"addressPostal":{"countryName":"us","locality":"APS","postalCode":"12345","region":"VA","streetAddress":"11, APS"},"adminContact":{"email":"isv1@aps.test","givenName":"Mike","familyName":"Wilson","telVoice":"1(888)1234567"},"billingContact":{"email":"isv1@aps.test","givenName":"Mike","familyName":"Wilson","telVoice":"1(888)1234567"},"techContact":{"email":"isv1@aps.test","givenName":"Mike","familyName":"Wilson","telVoice":"1(888)1234567"}}]"#, 200, "", "accounts::a_customer_is_created_changed_held_released_and_called_off"),
    ("001", "PUT /aps/2/resources/{customer}", r#"{"aps":{"type":"http://parallels.com/aps/types/pa/account/1.2","id":"{customer}"},"companyName":"John Smith and brothers"}"#, 200, "companyName", "accounts::a_customer_is_created_changed_held_released_and_called_off"),
    ("001", "POST /aps/2/resources/{bss}/putOnCreditHold", r#"{"policy":"ALL_SUBSCRIPTIONS","reason":"ACCOUNT_OVERDUE","comment":"Account put on hold due to unpaid invoices, ID #1000123 and #1000125."}"#, 204, "", "bss_accounts::a_customer_on_credit_hold_is_not_served_and_is_again_when_released"),
    ("001", "GET /aps/2/resources/{bss}", "", 200, "accountCurrencyCode accountId status", "bss_accounts::a_customer_on_credit_hold_is_not_served_and_is_again_when_released"),
    ("001", "POST /aps/2/resources/{bss}/releaseFromCreditHold", r#"{"policy":"TEMPORARY","activeUntil":"2026-09-07T13:44:01Z","comment":"Account temporarily released from hold per approval ID #23231."}"#, 204, "", "bss_accounts::a_customer_on_credit_hold_is_not_served_and_is_again_when_released"),
    ("001", "GET /aps/2/resources/{bss_reseller}/ownCustomerClasses", "", 200, "classId name", "accounts::an_account_has_two_faces_that_lead_to_each_other"),
    ("001", "GET /aps/2/resources/{bss}/customerClass", "", 200, "classId name", "bss_accounts::an_account_is_put_into_another_class_of_its_vendor_and_has_its_terms"),
    ("001", "POST /aps/2/resources/{bss}/customerClass", r#"{"aps":{"type":"http://www.odin.com/billing/CustomerClass/1.0","id":"{class}"}}"#, 200, "classId name", "bss_accounts::an_account_is_put_into_another_class_of_its_vendor_and_has_its_terms"),
    ("002", "GET /aps/2/collections/service-plans", "", 200, "billingTerms resourceRates longDescription name publication shortDescription subscriptionPeriods", "lists::plans_are_listed_as_the_contract_asks_for_them"),
    ("002", "GET /aps/2/collections/service-plans?eq(publication.published,true)", "", 200, "billingTerms resourceRates longDescription name publication shortDescription subscriptionPeriods", "lists::plans_are_listed_as_the_contract_asks_for_them"),
    ("002", "GET /aps/2/collections/service-plans?select(name.en_US)", "", 200, "name", "lists::plans_are_listed_as_the_contract_asks_for_them"),
    ("002", "GET /aps/2/collections/service-plans?select(name.en_US,subscriptionPeriods)", "", 200, "name subscriptionPeriods", "lists::plans_are_listed_as_the_contract_asks_for_them"),
    ("002", "GET /aps/2/collections/service-plans?select(name.en_US,resourceRates)", "", 200, "name resourceRates", "lists::plans_are_listed_as_the_contract_asks_for_them"),
    ("002", "GET /aps/2/resources/{offer}", "", 200, "billingTerms resourceRates longDescription name publication shortDescription subscriptionPeriods category serviceTemplate serviceTerms vendor resources", "plans::a_plan_shows_its_periods_rates_and_links"),
    ("002", "GET /aps/2/collections/service-plans?eq(planId,{plan}),select(name.en_US,resources.name.en_US,resources.dependsOn)", "", 200, "name resources", "lists::plans_are_listed_as_the_contract_asks_for_them"),
    ("002", "GET /aps/2/collections/notification-templates", "", 200, "name", "plans::every_occasion_for_a_mail_has_a_template"),
    ("002", "GET /aps/2/resources/{template}", "", 200, "name", "plans::every_occasion_for_a_mail_has_a_template"),
    ("002", "GET /aps/2/collections/service-plan-categories", "", 200, "description name", "plans::what_a_catalogue_has_is_read_as_the_platform_has_it"),
    ("002", "GET /aps/2/resources/{category}", "", 200, "description name vendor", "plans::what_a_catalogue_has_is_read_as_the_platform_has_it"),
    ("002", "GET /aps/2/collections/bss-resources", "", 200, "name", "plans::what_a_catalogue_has_is_read_as_the_platform_has_it"),
    ("002", "GET /aps/2/resources/{resource}", "", 200, "name", "plans::what_a_catalogue_has_is_read_as_the_platform_has_it"),
    ("002", "GET /aps/2/collections/service-terms", "", 200, "destroyAfterHold name subGracePeriod subHoldPeriod trialDestroyAfterHold trialSubGracePeriod trialSubHoldPeriod", "plans::what_a_catalogue_has_is_read_as_the_platform_has_it"),
    ("002", "GET /aps/2/resources/{service_terms}", "", 200, "destroyAfterHold name subGracePeriod subHoldPeriod trialDestroyAfterHold trialSubGracePeriod trialSubHoldPeriod vendor", "plans::what_a_catalogue_has_is_read_as_the_platform_has_it"),
    ("002", "GET /aps/2/collections/tax-categories", "", 200, "name", "plans::what_a_catalogue_has_is_read_as_the_platform_has_it"),
    ("002", "GET /aps/2/resources/{tax_category}", "", 200, "name vendor", "plans::what_a_catalogue_has_is_read_as_the_platform_has_it"),
    ("003", "GET /aps/2/resources/{subscription}/paSubscription?select(aps.id,name)", "", 200, "name", "subscriptions::a_subscription_is_found_and_read_from_both_sides"),
    ("003", "GET /aps/2/collections/bss-subscriptions", "", 200, "billingTerms serviceGate trial nextBillDate subscriptionPeriod serviceStatus name lastBillDate subscriptionId autoRenewEnabled startDate expirationDate status", "subscriptions::a_subscription_is_found_and_read_from_both_sides"),
    ("003", "GET /aps/2/collections/bss-subscriptions?eq(account.aps.id,{customer})", "", 200, "billingTerms serviceGate trial nextBillDate subscriptionPeriod serviceStatus name lastBillDate subscriptionId autoRenewEnabled startDate expirationDate status", "subscriptions::a_subscription_is_found_and_read_from_both_sides"),
    ("003", "GET /aps/2/collections/subscriptions?like(name,*Demo*)", "", 200, "name", "subscriptions::a_subscription_is_found_and_read_from_both_sides"),
    ("003", "GET /aps/2/resources/{pa}/provisioningState", "", 200, "state message", "subscriptions::bringing_a_service_about_takes_time_and_may_fail"),
    ("003", "GET /aps/2/resources/{subscription}", "", 200, "billingTerms serviceGate trial nextBillDate subscriptionPeriod serviceStatus name lastBillDate subscriptionId autoRenewEnabled startDate expirationDate status vendor bssAccountInfo paSubscription servicePlan account childSubscriptions", "subscriptions::a_subscription_is_found_and_read_from_both_sides"),
    ("003", "GET /aps/2/resources/{sold}/resources", "", 200, "resourceId internalResourceId status name unitOfMeasureId unitOfMeasure measurable showInCustomerPanel allowToModifyInTrial included additional ordered min usage", "subscriptions::a_subscription_is_found_and_read_from_both_sides"),
    ("003", "GET /aps/2/resources/{sold_pa}/resources", "", 200, "id resourceId title apsType usage limit unit", "subscriptions::a_subscription_is_found_and_read_from_both_sides"),
    ("003", "POST /aps/2/resources/{subscription}/putOnHold", r#"{"reason":"ACCOUNT_OVERDUE","comment":"Requested by the ERP system."}"#, 204, "", "subscriptions::a_subscription_is_held_released_and_called_off_with_its_dates"),
    ("003", "POST /aps/2/resources/{subscription}/releaseFromHold", r#"{"reason":"OTHER","comment":"The balance was restored. Requested by the ERP system."}"#, 204, "", "subscriptions::a_subscription_is_held_released_and_called_off_with_its_dates"),
    ("003", "POST /aps/2/resources/{subscription}", r#"{"attributes":[{"attributeId":"PONumber","value":"myponumber1"},{"attributeId":"PODetails","value":"some_detail"}]}"#, 200, "lastBillDate attributes subscriptionId autoRenewEnabled startDate account status expirationDate", "subscriptions::custom_attributes_are_set_as_printed_and_as_described_and_later_orders_carry_them"),
];

/// How many requests each document prints.
const PRINTED: [(&str, usize); 3] = [("001", 9), ("002", 17), ("003", 11)];

/// A text with names of the stage in braces.
fn filled(text: &str, names: &Names) -> String {
    names.iter().fold(text.to_owned(), |text, (name, it)| text.replace(&format!("{{{name}}}"), it))
}

/// What the documents print of an account and a plan, and of what is bought of it.
fn furnish(seller: &Client<'_>, names: &Names) {
    let put = |name: &str, body: &Value| {
        seller.call(&format!("PUT /aps/2/resources/{}", names[name]), Some(body)).ok();
    };
    let category = json!({ "aps": { "id": names["category"] } });
    put("offer", &json!({ "name": { "en_US": "VPS Demo Services" }, "category": category }));
    let contact = json!({ "email": "isv1@aps.test", "givenName": "Mike", "familyName": "Wilson" });
    let account = json!({
        "addressPostal": { "countryName": "us" }, "adminContact": contact,
        "billingContact": contact, "techContact": contact,
    });
    put("customer", &account);
}

/// Sells the customer a plan with a resource: what comes of it on both sides.
fn sold(app: &App, seller: &Client<'_>, names: &Names) -> [String; 2] {
    let plan = create(seller, &[plan(&needs(seller))]).remove(0);
    let month = json!({ "duration": 1, "unit": "MONTHS" });
    let order = json!({
        "type": "SALES", "accountId": names["customer"],
        "products": [{ "planId": plan, "period": month }],
    });
    let orders = "/aps/2/services/order-manager/orders";
    let placed = seller.call(&format!("POST {orders}"), Some(&order)).ok();
    app.keep_duties();
    let info = seller.get(&format!("{orders}/{}", text(&placed["orderId"])));
    ["subscriptionId", "paSubscriptionId"].map(|it| text(&info["subscriptions"][0][it]))
}

#[test]
fn every_request_that_the_documents_print_is_answered_with_the_fields_that_they_print() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let mut names = names(&stage.north);
    let seller = Client::with_token(&app, &names["seller"]);
    let number = |path: &str, name: &str| seller.get(path)[name].to_string();
    names.insert("number", number(&format!("/aps/2/resources/{}", names["customer"]), "id"));
    names.insert("plan", number(&format!("/aps/2/resources/{}", names["offer"]), "planId"));
    let operator = Client::with_token(&app, &names["operator"]);
    furnish(&seller, &names);
    let [commercial, operational] = sold(&app, &seller, &names);
    names.extend([("sold", commercial), ("sold_pa", operational)]);
    let (mut beside, mut untold) = (String::new(), Vec::new());
    for (document, what, body, status, printed, _) in REQUESTS {
        let asked = filled(what, &names);
        let body: Option<Value> =
            (!body.is_empty()).then(|| serde_json::from_str(&filled(body, &names)).unwrap());
        // Whose the plans and templates are reads them; all else is for the provider to do.
        let caller = if *document == "002" { &seller } else { &operator };
        let answer = caller.call(&asked, body.as_ref());
        let told = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, *status, "{document} {asked}: {told}");
        let said = if told.is_empty() { Value::Null } else { answer.json() };
        let printed: BTreeSet<_> = printed.split_whitespace().collect();
        let shown: BTreeSet<_> = objects(&said).flat_map(fields).collect();
        untold.extend(printed.difference(&shown).map(|it| format!("{document} {what}: {it}")));
        sections_must_fit(&asked, &said);
        let more: Vec<_> = shown.difference(&printed).copied().collect();
        beside += &format!("{document} {what}: {}\n", more.join(" "));
    }
    assert!(untold.is_empty(), "{}", untold.join("\n"));
    expect![[r#"
        001 GET /aps/2/collections/accounts?eq(id,{number}),select(bssAccountInfo): 
        001 POST /aps/2/resources: accountCurrencyCode accountId accounts addressPostal adminContact attributes billingContact branchId bssAccountInfo companyName creditTerm customerClass externalARManagement fullyRegistered id localeId locked paAccount parent personal salesId status subscriptions taxRegId taxRegIdStatus taxStatus taxZoneId techContact type users
        001 PUT /aps/2/resources/{customer}: accounts addressPostal adminContact billingContact bssAccountInfo id locked parent personal subscriptions techContact type users
        001 POST /aps/2/resources/{bss}/putOnCreditHold: 
        001 GET /aps/2/resources/{bss}: attributes branchId creditTerm customerClass externalARManagement fullyRegistered localeId paAccount salesId taxRegId taxRegIdStatus taxStatus taxZoneId
        001 POST /aps/2/resources/{bss}/releaseFromCreditHold: 
        001 GET /aps/2/resources/{bss_reseller}/ownCustomerClasses: 
        001 GET /aps/2/resources/{bss}/customerClass: 
        001 POST /aps/2/resources/{bss}/customerClass: 
        002 GET /aps/2/collections/service-plans: planId
        002 GET /aps/2/collections/service-plans?eq(publication.published,true): planId
        002 GET /aps/2/collections/service-plans?select(name.en_US): 
        002 GET /aps/2/collections/service-plans?select(name.en_US,subscriptionPeriods): 
        002 GET /aps/2/collections/service-plans?select(name.en_US,resourceRates): 
        002 GET /aps/2/resources/{offer}: planId
        002 GET /aps/2/collections/service-plans?eq(planId,{plan}),select(name.en_US,resources.name.en_US,resources.dependsOn): 
        002 GET /aps/2/collections/notification-templates: 
        002 GET /aps/2/resources/{template}: 
        002 GET /aps/2/collections/service-plan-categories: 
        002 GET /aps/2/resources/{category}: 
        002 GET /aps/2/collections/bss-resources: consumptionType id unitOfMeasure
        002 GET /aps/2/resources/{resource}: consumptionType id unitOfMeasure
        002 GET /aps/2/collections/service-terms: 
        002 GET /aps/2/resources/{service_terms}: 
        002 GET /aps/2/collections/tax-categories: 
        002 GET /aps/2/resources/{tax_category}: 
        003 GET /aps/2/resources/{subscription}/paSubscription?select(aps.id,name): 
        003 GET /aps/2/collections/bss-subscriptions: discounts shutdownDate terminationDate
        003 GET /aps/2/collections/bss-subscriptions?eq(account.aps.id,{customer}): discounts
        003 GET /aps/2/collections/subscriptions?like(name,*Demo*): description disabled isTerminated oneTime serviceTemplateId subscriptionId trial
        003 GET /aps/2/resources/{pa}/provisioningState: 
        003 GET /aps/2/resources/{subscription}: discounts
        003 GET /aps/2/resources/{sold}/resources: 
        003 GET /aps/2/resources/{sold_pa}/resources: 
        003 POST /aps/2/resources/{subscription}/putOnHold: 
        003 POST /aps/2/resources/{subscription}/releaseFromHold: 
        003 POST /aps/2/resources/{subscription}: billingTerms bssAccountInfo childSubscriptions discounts name nextBillDate paSubscription serviceGate servicePlan serviceStatus subscriptionPeriod trial vendor
    "#]].assert_eq(&beside);
}

/// An object, or all in a list.
fn objects(it: &Value) -> impl Iterator<Item = &Value> {
    let all = it.as_array().map_or(std::slice::from_ref(it), Vec::as_slice);
    all.iter().filter(|it| it.is_object())
}

fn sections_must_fit(what: &str, said: &Value) {
    for section in objects(said).filter_map(|it| it["aps"].as_object()) {
        let has: Vec<_> = section.keys().map(String::as_str).collect();
        assert_eq!(has, section_of(what), "{what}");
    }
}

/// What stands in the `aps` section of an answer: less in a list, more of what is read by its id.
fn section_of(what: &str) -> Vec<&'static str> {
    let (verb, path) = what.split_once(' ').unwrap();
    let more = match (verb, path.matches('/').count()) {
        ("GET", 4) if path.starts_with("/aps/2/resources/") => vec!["package", "schema"],
        ("GET", _) => vec![],
        _ => vec!["package"],
    };
    let mut all: Vec<_> = LISTED.into_iter().chain(more).collect();
    all.sort_unstable();
    all
}

/// The names of the fields of an object, without those of its `aps` section.
fn fields(it: &Value) -> BTreeSet<&str> {
    let all = it.as_object().unwrap().keys().map(String::as_str);
    all.filter(|it| *it != "aps").collect()
}

const LISTED: [&str; 5] = ["id", "modified", "revision", "status", "type"];

#[test]
fn what_is_listed_has_the_fields_that_the_documents_print() {
    let stage = Stage::shared();
    let app = open(&stage.disk(Scene::Quiet), 7);
    let mut names = names(&stage.north);
    let operator = Client::with_token(&app, &names["operator"]);
    names.insert("number", "1000002".to_owned());
    let batch: Value = serde_json::from_str(&filled(REQUESTS[1].2, &names)).unwrap();
    let made = operator.post("/aps/2/resources", &batch);
    let look_up = format!("eq(id,{}),select(bssAccountInfo)", made[1]["id"]);
    let found = operator.get(&format!("/aps/2/collections/accounts?{look_up}"));
    let printed = "companyName id locked personal type addressPostal adminContact billingContact \
                   techContact bssAccountInfo";
    assert_eq!(fields(&found[0]), printed.split_whitespace().collect());
    let printed = "branchId accountCurrencyCode taxStatus accountId taxZoneId salesId \
                   taxRegIdStatus creditTerm externalARManagement taxRegId fullyRegistered \
                   localeId status attributes";
    assert_eq!(fields(&found[0]["bssAccountInfo"]), printed.split_whitespace().collect());
    let seller = Client::with_token(&app, &names["seller"]);
    let whole = "billingTerms resourceRates longDescription name publication shortDescription \
                 subscriptionPeriods planId";
    for query in ["", "?eq(publication.published,true)"] {
        let plans = seller.get(&format!("/aps/2/collections/service-plans{query}"));
        assert_ne!(plans, json!([]), "{query}");
        for plan in plans.as_array().unwrap() {
            assert_eq!(fields(plan), whole.split_whitespace().collect(), "{query}");
            let section: Vec<_> = plan["aps"].as_object().unwrap().keys().collect();
            assert_eq!(section, LISTED);
        }
    }
    let templates = seller.get("/aps/2/collections/notification-templates");
    for it in templates.as_array().unwrap() {
        assert_eq!(fields(it), BTreeSet::from(["name"]));
        let section: Vec<_> = it["aps"].as_object().unwrap().keys().collect();
        assert_eq!(section, LISTED);
    }
    let memo = seller.get("/aps/2/collections/notification-templates?eq(name,Credit%20Memo)");
    assert_eq!(memo.as_array().unwrap().len(), 1, "as the document prints it");
}

#[test]
fn every_request_that_the_documents_print_has_its_test() {
    for (document, printed) in PRINTED {
        let count = REQUESTS.iter().filter(|it| it.0 == document).count();
        assert_eq!(count, printed, "{document}");
    }
    for (document, what, _, _, _, test) in REQUESTS {
        let (file, name) = test.split_once("::").unwrap();
        let path = format!("tests/it/aps/{file}.rs");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(&path);
        let source = std::fs::read_to_string(source).unwrap_or_default();
        let is_there = source.contains(&format!("#[test]\nfn {name}()"));
        assert!(is_there, "{document} {what}: there is no `{name}` in {path}");
    }
}
