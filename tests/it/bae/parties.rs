//! Persons and organizations by the paths of 2016: everybody reads and changes its own.

use serde_json::{Value, json};

use super::{items, told};
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::text;

const INDIVIDUALS: &str = "/DSPartyManagement/api/partyManagement/v2/individual";
const ORGANIZATIONS: &str = "/DSPartyManagement/api/partyManagement/v2/organization";

/// The party that an account is.
fn party_of(house: &House, account: &str) -> String {
    let party = &house.operator().get(&format!("/accounts/{account}"))["party"];
    text(party).split_once('_').unwrap().1.to_owned()
}

fn change(client: &Client<'_>, method: &str, path: &str, body: &Value) -> Value {
    client.call(&format!("{method} {path}"), Some(body)).ok()
}

#[test]
fn an_organization_says_of_itself_all_that_the_contract_has() {
    let house = House::on("2026-01-01");
    let own = house.client(&house.north.customer.admin);
    let id = party_of(&house, &house.north.customer.account);
    let path = format!("{ORGANIZATIONS}/{id}");
    let period =
        json!({ "startDateTime": "2010-01-01T00:00:00Z", "endDateTime": "2030-01-01T00:00:00Z" });
    let body = json!({
        "tradingName": "Northern Wares", "nameType": "Ltd.", "type": "Company",
        "isLegalEntity": true, "existsDuring": period,
        "characteristic": [{ "name": "industry", "value": "software" }],
        "contactMedium": [
            { "type": "Email", "preferred": true, "medium": { "emailAddress": "n@wares.test" } },
            { "type": "PostalAddress", "preferred": false,
              "medium": { "street1": "Ring 1", "city": "Bergen", "postcode": "5003", "country": "NO" } },
        ],
        "externalReference": [{ "type": "linkedin", "href": "https://net.test/wares" }],
        "organizationIdentification": [{
            "identificationId": "HRB 1", "issuingAuthority": "court",
            "issuingDate": "2010-01-01T00:00:00Z", "type": "registration", "validFor": period,
        }],
        "otherName": [{ "tradingName": "Old Wares", "nameType": "Inc.", "validFor": period }],
        "organizationParentRelationship": [{ "id": "hq", "relationshipType": "juridical", "validFor": period }],
        "organizationChildRelationship": [{ "id": "unit-7", "relationshipType": "functional", "validFor": period }],
        "relatedParty": [{ "id": "77", "role": "broker", "name": "Bo", "validFor": period }],
        "motto": "Northwards",
    });
    change(&own, "PATCH", &path, &body);
    let shown = own.call(&format!("GET {path}"), None).ok();
    for (name, said) in body.as_object().unwrap() {
        assert_eq!(&shown[name], said, "{name}");
    }
    assert_eq!(shown["href"], path);
    assert_eq!(shown["status"], "Initialized");
    let v1 = house.operator().get(&format!("/parties/pty_{id}"));
    assert_eq!(v1["organization"]["trading_name"], "Northern Wares", "it is the same party");

    let vouches = own.call(&format!("PATCH {path}"), Some(&json!({ "status": "Validated" })));
    assert!(
        told(&vouches).starts_with("403 `status` is for whoever checks it"),
        "{}",
        told(&vouches)
    );
    let vouches = own.call(&format!("POST /parties/pty_{id}/validate"), Some(&json!({})));
    assert_eq!(vouches.status.as_u16(), 403, "nor another way");
    house.operator().post(&format!("/parties/pty_{id}/validate"), &json!({}));
    let patched = change(&own, "PATCH", &path, &json!({ "status": "Validated", "nameType": null }));
    assert_eq!(
        (&patched["status"], &patched["motto"]),
        (&json!("Validated"), &json!("Northwards"))
    );
    assert_eq!(patched["nameType"], Value::Null);
    let replaced = change(&own, "PUT", &path, &json!({ "tradingName": "Wares" }));
    assert_eq!((&replaced["tradingName"], &replaced["motto"]), (&json!("Wares"), &Value::Null));
    assert_eq!(replaced["contactMedium"], Value::Null, "what is not said goes");
}

#[test]
fn any_business_role_and_a_unit_of_an_organization_can_be_said() {
    let house = House::on("2026-01-01");
    let own = house.client(&house.north.customer.admin);
    let path = format!("{ORGANIZATIONS}/{}", party_of(&house, &house.north.customer.account));
    let roles = [
        "aggregator",
        "broker",
        "channel maker",
        "gateway",
        "hoster",
        "provider",
        "consumer",
        "prosumer",
        "premise",
    ];
    let related: Vec<_> =
        roles.iter().map(|role| json!({ "id": format!("p-{role}"), "role": role })).collect();
    change(&own, "PATCH", &path, &json!({ "relatedParty": related, "type": "Department" }));
    let shown = own.call(&format!("GET {path}"), None).ok();
    assert_eq!((&shown["relatedParty"], &shown["type"]), (&json!(related), &json!("Department")));
}

#[test]
fn who_is_a_person_shares_where_it_is_or_not() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let body = json!({
        "name": "Ann Lee", "nature": "person", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
    });
    let account = operator.post("/accounts", &body);
    let email = "ann@lee.test";
    let ann = crate::harness::house::invite(
        &house.app,
        &house.operator,
        &text(&account["id"]),
        email,
        "customer_admin",
    );
    let own = house.client(&ann);
    let found = items(&own.call(&format!("GET {INDIVIDUALS}"), None));
    let [it] = &found[..] else { panic!("{found:?}") };
    assert_eq!(it["location"], Value::Null, "nobody has shared it");
    let path = text(&it["href"]);
    let body = json!({
        "gender": "female", "birthDate": "1970-01-04T01:00:00+01:00", "countryOfBirth": "DZ",
        "placeOfBirth": "Algiers", "nationality": "algerian", "maritalStatus": "Divorced",
        "title": "Dr", "location": "At work",
    });
    let said = change(&own, "PATCH", &path, &body);
    assert_eq!(
        (&said["location"], &said["maritalStatus"]),
        (&json!("At work"), &json!("Divorced"))
    );
    assert_eq!(said["birthDate"], "1970-01-04T00:00:00Z");
    let taken_back = change(&own, "PATCH", &path, &json!({ "location": null }));
    assert_eq!(taken_back["location"], Value::Null);
    assert_eq!(items(&own.call(&format!("GET {ORGANIZATIONS}"), None)), Vec::<Value>::new());
}

/// What was public in the system that this contract comes from.
#[test]
fn parties_are_not_public_and_nobody_changes_anothers() {
    let house = House::on("2026-01-01");
    let id = party_of(&house, &house.north.customer.account);
    let path = format!("{ORGANIZATIONS}/{id}");
    let nobody = Client::nobody(&house.app);
    for what in [format!("GET {ORGANIZATIONS}"), format!("GET {INDIVIDUALS}")] {
        assert_eq!(told(&nobody.call(&what, None)), "401 sign in first", "{what}");
    }
    // It sells nothing.
    assert!(told(&nobody.call(&format!("GET {path}"), None)).starts_with("404 "));
    let stranger = house.client(&house.south.customer.admin);
    assert!(told(&stranger.call(&format!("GET {path}"), None)).starts_with("404 "));
    let body = json!({ "tradingName": "Mine" });
    assert!(told(&stranger.call(&format!("PATCH {path}"), Some(&body))).starts_with("404 "));
    let seller = house.client(&house.north.admin);
    let refused = "403 `id` is not the party that you are (not_yours)";
    for method in ["PATCH", "PUT"] {
        let answer = seller.call(&format!("{method} {path}"), Some(&body));
        assert_eq!(told(&answer), refused, "{method}");
    }
    for what in [format!("POST {ORGANIZATIONS}"), format!("DELETE {path}")] {
        let made = seller.call(&what, Some(&body));
        assert_eq!(made.status.as_u16(), 405, "a party comes and goes with its account");
    }
}
