//! Where who buys is: said through this contract alone it is billed, and who says too little is found
//! by who looks after the house.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::items;
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

const BILL: &str = "/tmf-api/customerBillManagement/v4/customerBill";
const CUSTOMER: &str = "/tmf-api/customerManagement/v4/customer";
const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const ORGANIZATION: &str = "/tmf-api/party/v4/organization";
const INDIVIDUAL: &str = "/tmf-api/party/v4/individual";
const ROLE: &str = "/tmf-api/partyRoleManagement/v4/partyRole";

fn postal(street: &str, country: &str) -> Value {
    json!({ "mediumType": "PostalAddress", "preferred": true, "characteristic": {
        "street1": street, "city": "Lyon", "postCode": "69001", "country": country } })
}

fn party(of: &Value, class: &str) -> Value {
    json!({ "id": of["id"], "@referredType": class })
}

/// Orders an offer for who is referred to.
#[track_caller]
fn buys(client: &Client<'_>, who: &Value, offer: &str) {
    let body = json!({
        "productOrderItem": [{
            "id": "1", "action": "add", "quantity": 1, "productOffering": { "id": offer },
        }],
        "relatedParty": [{ "id": who["id"], "role": "customer" }],
    });
    let order = client.post(ORDER, &body);
    assert_eq!(order["state"], "completed", "{order}");
}

fn address(client: &Client<'_>, customer: &Value) -> String {
    let id = text(&customer["id"]);
    client.get(&format!("/accounts/acc_{id}"))["address"].to_string()
}

#[test]
fn who_is_known_here_alone_is_billed_where_it_is() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let offer = market.offer("Mailbox", &[monthly("Fee", "EUR", "20")]);
    let offer = offer.split_once('_').unwrap().1;
    let said = json!([postal("2 Rue Mercière", "France"), { "mediumType": "pigeon" }]);
    let company =
        client.post(ORGANIZATION, &json!({ "tradingName": "Bouchon", "contactMedium": said }));
    let of_party = client.post(
        CUSTOMER,
        &json!({ "name": "Bouchon", "engagedParty": party(&company, "Organization") }),
    );
    let itself = client.post(
        CUSTOMER,
        &json!({
            "name": "Quenelle", "contactMedium": said, "engagedParty": { "id": "elsewhere" },
        }),
    );
    assert_eq!(itself["contactMedium"], said);
    let person = client.post(INDIVIDUAL, &json!({ "givenName": "Paul", "familyName": "Bocuse" }));
    let role = client.post(
        ROLE,
        &json!({
            "name": "Customer", "engagedParty": party(&person, "Individual"), "contactMedium": said,
        }),
    );
    assert_eq!(role["contactMedium"], said);
    let plays = client
        .post(CUSTOMER, &json!({ "name": "Paul", "engagedParty": party(&person, "Individual") }));
    for customer in [&of_party, &itself, &plays] {
        let known = address(&client, customer);
        assert!(known.contains("Mercière") && known.contains(r#""country":"FR""#), "{known}");
    }
    for who in [&of_party, &itself, &role] {
        buys(&client, who, offer);
    }
    market.advance_to("2026-02-02");
    let bills = items(&client.call(&format!("GET {BILL}"), None));
    let billed: BTreeSet<_> = bills.iter().map(|it| text(&it["relatedParty"][0]["name"])).collect();
    assert_eq!(billed.into_iter().collect::<Vec<_>>(), ["Bouchon", "Paul", "Quenelle"]);
    for bill in &bills {
        let ours = client.get(&format!("/invoices/{}", text(&bill["id"])));
        assert!(ours["buyer"].to_string().contains("69001"), "{ours}");
    }
}

#[test]
fn who_moves_is_elsewhere_whichever_side_says_so() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let company = client.post(
        ORGANIZATION,
        &json!({ "tradingName": "Bouchon", "contactMedium": [postal("1 Quai", "FR")] }),
    );
    let customer = client.post(
        CUSTOMER,
        &json!({ "name": "Bouchon", "engagedParty": party(&company, "Organization") }),
    );
    let path = format!("{CUSTOMER}/{}", text(&customer["id"]));
    let street = |it: &Value| text(&it["contactMedium"][0]["characteristic"]["street1"]);
    assert_eq!(street(&customer), "1 Quai");

    let moved = json!({ "contactMedium": [postal("2 Quai", "FR")] });
    client.patch(&format!("{ORGANIZATION}/{}", text(&company["id"])), &moved);
    assert_eq!(street(&client.get(&path)), "2 Quai", "an account goes where its party goes");

    let billing = json!({ "mediumType": "postalAddress", "characteristic": {
        "street1": "Office", "city": "Lyon", "country": "FR", "contactType": "billing" } });
    let both = json!({ "contactMedium": [postal("3 Quai", "FR"), billing] });
    assert_eq!(client.patch(&path, &both)["contactMedium"], both["contactMedium"]);
    let ours = format!("/accounts/acc_{}", text(&customer["id"]));
    let known = client.get(&ours).to_string();
    assert!(known.contains("3 Quai"), "{known}");
    client.patch(
        &format!("{ORGANIZATION}/{}", text(&company["id"])),
        &json!({
            "contactMedium": [postal("4 Quai", "FR")],
        }),
    );
    assert_eq!(street(&client.get(&path)), "3 Quai", "who said where it is itself stays there");

    let address = json!({ "street": "5 Quai", "city": "Lyon", "country": "FR" });
    client.patch(&ours, &json!({ "address": address }));
    let shown = client.get(&path);
    assert_eq!(street(&shown), "5 Quai");
    let office = &shown["contactMedium"][1]["characteristic"];
    assert_eq!((&office["street1"], &office["contactType"]), (&json!("Office"), &json!("billing")));
}

#[test]
fn who_cannot_be_billed_is_seen_by_who_looks_after_the_house() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let offer = market.offer("Mailbox", &[monthly("Fee", "EUR", "20")]);
    let somewhere = json!([{ "mediumType": "postal", "characteristic": { "country": "France" } }]);
    let nowhere = client.post(
        CUSTOMER,
        &json!({
            "name": "Nowhere", "engagedParty": { "id": "elsewhere" }, "contactMedium": somewhere,
        }),
    );
    buys(&client, &nowhere, offer.split_once('_').unwrap().1);
    let billing = || {
        let jobs = client.get("/jobs");
        let found = jobs["items"].as_array().unwrap().iter().find(|it| it["name"] == "billing");
        found.expect("the duty").clone()
    };
    assert_eq!(billing()["trouble"], Value::Null);
    market.advance_to("2026-02-02");
    let told = billing();
    assert_eq!(told["state"], "failed", "{told}");
    let why = text(&told["trouble"]["reason"]);
    assert!(why.starts_with("1 billing account could not be billed; bac_"), "{why}");
    assert!(why.contains("address_incomplete: `Nowhere` cannot be invoiced"), "{why}");
    let left = client.get("/billing_runs/left");
    assert_eq!(left["failures"][0]["code"], "address_incomplete", "{left}");

    let path = format!("{CUSTOMER}/{}", text(&nowhere["id"]));
    client.patch(&path, &json!({ "contactMedium": [postal("1 Quai", "France")] }));
    market.advance_to("2026-02-04");
    assert_eq!(billing()["trouble"], Value::Null);
    assert!(!items(&client.call(&format!("GET {BILL}"), None)).is_empty());
}

#[test]
fn who_moves_abroad_with_what_it_has_bought_is_told_which_attribute_is_refused() {
    let market = Market::on("2026-01-01");
    let (client, customer) = (market.operator(), &market.house.customer);
    let ours = format!("/accounts/{}", customer.account);
    let account = client.get(&ours);
    let party = text(&account["party"]).split_once('_').unwrap().1.to_owned();
    let here = json!({ "contactMedium": [postal("1 Quai", "FR")] });
    client.patch(&format!("{ORGANIZATION}/{party}"), &here);
    market.order(&account, &market.offer("Mailbox", &[monthly("Fee", "EUR", "20")]), 1);
    let buyer = market.house.client(&customer.admin);
    let moved = json!({ "contactMedium": [postal("1 Kai", "DE")] });
    let answer = buyer.call(&format!("PATCH {ORGANIZATION}/{party}"), Some(&moved));
    assert_eq!(answer.status.as_u16(), 400, "{}", answer.json());
    let told = answer.json().to_string();
    assert!(told.contains("contactMedium") && !told.contains("address"), "{told}");
    assert_eq!(client.get(&ours)["address"]["country"], "FR");
}
