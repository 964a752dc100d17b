//! Words that the contract leaves to its clients, and what a change of what we know may say.

use serde_json::{Value, json};

use super::told;
use crate::harness::app::App;
use crate::harness::client::Client;
use crate::harness::house::{House, text};

const CATALOG: &str = "/tmf-api/productCatalogManagement/v4";
const ACCOUNTS: &str = "/tmf-api/accountManagement/v4";
const CUSTOMER: &str = "/tmf-api/customerManagement/v4/customer";
const IDENTITY: &str = "/tmf-api/digitalIdentityManagement/v4/digitalIdentity";

/// A body with an attribute more.
fn with(body: &Value, name: &str, word: &Value) -> Value {
    let mut body = body.clone();
    body[name] = word.clone();
    body
}

#[test]
fn a_word_that_is_no_state_is_refused_with_those_that_are() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let named = json!({ "name": "a" });
    let party = json!({ "id": "500", "name": "Jean", "@referredType": "Individual" });
    let of_customer = json!({ "name": "a", "engagedParty": party });
    let of_account = json!({ "name": "a", "relatedParty": [party] });
    let promotion = "/tmf-api/promotionManagement/v4/promotion".to_owned();
    let mut rows = vec![
        (CUSTOMER.to_owned(), &of_customer, "status", "created"),
        (promotion, &named, "lifecycleStatus", "Retired"),
    ];
    for it in ["catalog", "category", "productOffering", "productSpecification"] {
        rows.push((format!("{CATALOG}/{it}"), &named, "lifecycleStatus", "Retired"));
    }
    rows.push((format!("{CATALOG}/productOfferingPrice"), &named, "lifecycleStatus", "Retired"));
    for it in ["serviceCatalogManagement/v4/service", "resourceCatalog/v4/resource"] {
        rows.push((format!("/tmf-api/{it}Specification"), &named, "lifecycleStatus", "Launched"));
    }
    for it in ["partyAccount", "billingAccount", "settlementAccount", "financialAccount"] {
        rows.push((format!("{ACCOUNTS}/{it}"), &of_account, "state", "Suspended"));
    }
    for (path, body, name, ours) in rows {
        let none = |word: &str| format!("400 enum: `{name}` `{word}` is no state: it is one of `");
        let post = |word: &str| {
            client.call(&format!("POST {path}"), Some(&with(body, name, &json!(word))))
        };
        let refused = told(&post("Nonsense"));
        assert!(refused.starts_with(&none("Nonsense")) && refused.contains(ours), "{refused}");
        let made = post(ours).ok();
        let it = format!("{path}/{}", text(&made["id"]));
        assert_eq!(client.get(&it), made, "{path}");
        let patched = client.call(&format!("PATCH {it}"), Some(&json!({ name: "Very Own" })));
        assert!(told(&patched).starts_with(&none("Very Own")), "{}", told(&patched));
        assert_eq!(client.get(&it)[name], made[name], "{path}");
    }
}

#[test]
fn what_cannot_begin_in_a_state_says_in_which_it_is() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let party = json!({ "id": "500", "@referredType": "Individual" });
    let of_customer = json!({ "name": "a", "engagedParty": party });
    let customer = client.post(CUSTOMER, &with(&of_customer, "status", &json!("suspended")));
    let path = format!("{CUSTOMER}/{}", text(&customer["id"]));
    assert_eq!(customer["status"], "active");
    let offering = json!({ "name": "a", "lifecycleStatus": "Retired" });
    let offering = client.post(&format!("{CATALOG}/productOffering"), &offering);
    assert_eq!(offering["lifecycleStatus"], "In study");
    client.patch(&path, &json!({ "status": "suspended" }));
    assert_eq!(client.get(&path)["status"], "suspended", "a word of ours moves it");
    let back = told(&client.call(&format!("PATCH {path}"), Some(&json!({ "status": "created" }))));
    assert!(
        back.starts_with("409 state_forbids"),
        "a word of ours that cannot be is refused: {back}"
    );
    let class = client.patch(&path, &json!({ "@type": "BusinessCustomer" }));
    assert_eq!(class["@type"], "BusinessCustomer", "a class is the client's to say");
}

/// An offering that cannot be launched yet, and why.
struct Waiting<'a> {
    client: Client<'a>,
    id: String,
    why: String,
}

impl<'a> Waiting<'a> {
    fn made(client: Client<'a>, body: &Value) -> Self {
        let path = format!("{CATALOG}/productOffering");
        let launched = with(body, "lifecycleStatus", &json!("Launched"));
        let refused = told(&client.call(&format!("POST {path}"), Some(&launched)));
        assert!(refused.starts_with('4'), "what is launched is on sale: {refused}");
        let made = client.post(&path, &with(body, "lifecycleStatus", &json!("Active")));
        let waiting = Self { client, id: text(&made["id"]), why: String::new() };
        assert_eq!(
            (&made["lifecycleStatus"], waiting.state()),
            (&json!("Active"), json!("active"))
        );
        let why = waiting.is_launched().unwrap_err();
        assert_eq!(why[..10], refused[..10]);
        Self { why, ..waiting }
    }

    fn state(&self) -> Value {
        self.client.get(&format!("/offers/{}", self.id))["state"].clone()
    }

    fn says(&self, patch: &Value) -> Result<(), String> {
        let answer =
            self.client.call(&format!("PATCH {CATALOG}/productOffering/{}", self.id), Some(patch));
        if answer.status.is_success() { Ok(()) } else { Err(told(&answer)) }
    }

    fn is_launched(&self) -> Result<(), String> {
        self.says(&json!({ "lifecycleStatus": "Launched" }))
    }
}

#[test]
fn an_offering_that_something_keeps_from_the_market_waits_for_it() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let mailbox = json!({ "name": "Mailbox" });
    let specification =
        text(&client.post(&format!("{CATALOG}/productSpecification"), &mailbox)["id"]);
    let body = json!({
        "name": "Mail Plan", "productSpecification": { "id": specification },
    });
    let offering = Waiting::made(house.operator(), &body);
    assert!(offering.why.starts_with("409"), "{}", offering.why);
    for state in ["In design", "In test", "Active"] {
        let path = format!("{CATALOG}/productSpecification/{specification}");
        client.patch(&path, &json!({ "lifecycleStatus": state }));
    }
    offering.is_launched().unwrap();
    assert_eq!(offering.state(), "launched");
}

#[test]
fn an_offering_whose_price_is_not_here_is_not_to_be_had_for_nothing() {
    let house = House::on("2026-01-01");
    let mailbox = json!({ "name": "Mailbox", "lifecycleStatus": "Active" });
    let specification = house.operator().post(&format!("{CATALOG}/productSpecification"), &mailbox);
    let body = json!({
        "name": "Mail Plan", "productOfferingPrice": [{ "id": "nope" }],
        "productSpecification": { "id": specification["id"] },
    });
    let offering = Waiting::made(house.operator(), &body);
    assert!(offering.why.starts_with("400 reference: `productOfferingPrice`"), "{}", offering.why);
    offering.says(&json!({ "productOfferingPrice": [] })).unwrap();
    offering.is_launched().unwrap();
    assert_eq!(offering.state(), "launched", "what is said to cost nothing may");
}

#[test]
fn a_change_that_nothing_comes_of_is_refused_where_nothing_was_known_too() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let party = json!({ "id": "500", "name": "Jean", "@referredType": "Individual" });
    let body = json!({ "name": "Lab", "relatedParty": [party] });
    let account = client.post(&format!("{ACCOUNTS}/billingAccount"), &body);
    let path = format!("{ACCOUNTS}/billingAccount/{}", text(&account["id"]));
    let limit = json!({ "creditLimit": { "unit": "EUR", "value": 1_000_000 } });
    client.patch(&path, &json!({ "creditLimit": null, "description": "" }));
    for it in ["settlementAccount", "financialAccount"] {
        let mut body = json!({ "name": "Lab", "relatedParty": [party] });
        body["creditLimit"] = limit["creditLimit"].clone();
        let refused = told(&client.call(&format!("POST {ACCOUNTS}/{it}"), Some(&body)));
        assert_eq!(refused, "400 read_only: `creditLimit` is for the house to say", "{it}");
    }

    for it in ["catalog", "category", "productOffering", "productSpecification"] {
        let made = client.post(&format!("{CATALOG}/{it}"), &json!({ "name": "a" }));
        let path = format!("{CATALOG}/{it}/{}", text(&made["id"]));
        let valid = json!({ "endDateTime": "2026-03-01T00:00", "note": "n" });
        let changed = client.patch(&path, &json!({ "validFor": valid }));
        assert_eq!((&changed["validFor"], &client.get(&path)["validFor"]), (&valid, &valid));
        let always = client.patch(&path, &json!({ "validFor": null }));
        assert_eq!(always.get("validFor"), None, "{it}");
    }
    let made = client.post(
        &format!("{CATALOG}/productOffering"),
        &json!({ "name": "b", "lifecycleStatus": "Active" }),
    );
    let path = format!("{CATALOG}/productOffering/{}", text(&made["id"]));
    client.patch(&path, &json!({ "validFor": { "endDateTime": "2026-03-01T00:00:00Z" } }));
    let ours = client.get(&format!("/offers/{}", text(&made["id"]))).to_string();
    assert!(ours.contains("2026-03-01T00:00:00Z"), "it holds until then in the books: {ours}");
}

fn posted(client: &Client<'_>, path: &str, body: &Value) -> u16 {
    client.call(&format!("POST {path}"), Some(body)).status.as_u16()
}

#[test]
fn what_needs_no_name_takes_whatever_is_said_for_one() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let names = [json!(null), json!(""), json!("x".repeat(300)), json!("two\nlines")];
    let identity = json!({ "credential": [{ "login": "jane" }] });
    let order = json!({ "productOrderItem": [{ "id": "1", "action": "add" }] });
    let orders = "/tmf-api/productOrderingManagement/v4/productOrder";
    for name in &names {
        for (path, body) in [(IDENTITY, &identity), (orders, &order)] {
            assert_eq!(posted(&client, path, &with(body, "name", name)), 201, "{path} {name}");
        }
        let document = with(&json!({}), "name", name);
        assert_eq!(posted(&client, "/tmf-api/document/v4/document", &document), 400, "{name}");
    }
}

#[test]
fn of_an_identity_nothing_is_kept_that_proves_it() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let secret = json!([{ "login": "jane", "password": "till-4" }, { "token": "till-4" }]);
    let made = client.post(IDENTITY, &json!({ "credential": secret }));
    assert_eq!(made["credential"], json!([{ "login": "jane" }, {}]));
    let path = format!("{IDENTITY}/{}", text(&made["id"]));
    client.patch(&path, &json!({ "credential": secret, "Password": "till-4" }));
    assert!(!client.get(&path).to_string().contains("till-4"));
}

#[test]
fn where_references_must_lead_somewhere_what_leads_nowhere_is_refused() {
    let house = House::in_app(App::strict("2026-01-01"));
    let client = house.operator();
    let order = json!({
        "productOrderItem": [{ "id": "1", "action": "add", "productOffering": { "id": "7655" } }],
    });
    let orders = "/tmf-api/productOrderingManagement/v4/productOrder";
    let refused = told(&client.call(&format!("POST {orders}"), Some(&order)));
    let expected = "400 reference: `productOrderItem[0].productOffering.id` no `productOffering` with \
                    the id `7655` is here";
    assert_eq!(refused, expected);
    let catalog = client.post(&format!("{CATALOG}/category"), &json!({ "name": "a" }));
    let body = json!({ "name": "b", "category": [{ "id": catalog["id"] }] });
    let made = client.post(&format!("{CATALOG}/productOffering"), &body);
    let path = format!("PATCH {CATALOG}/productOffering/{}", text(&made["id"]));
    let nowhere = json!({ "category": [{ "id": "elsewhere" }] });
    let refused = told(&client.call(&path, Some(&nowhere)));
    assert!(refused.starts_with("400 reference: `category[0].id`"), "{refused}");
    assert_eq!(client.call(&path, Some(&json!({ "name": "c" }))).status, 200);
}
