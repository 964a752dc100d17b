//! Whom to turn to: an account names people (`contact`), a customer and a party the ways to reach them
//! themselves (`contactMedium`). None of the three is another.

use serde_json::{Value, json};
use tillbox::domain::account::billing_account::BillingAccount;
use tillbox::domain::id::BillingAccountId;
use tillbox::domain::operator::Actor;

use super::{items, told};
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

const ACCOUNTS: &str = "/tmf-api/accountManagement/v4";
const CUSTOMER: &str = "/tmf-api/customerManagement/v4/customer";
const INDIVIDUAL: &str = "/tmf-api/party/v4/individual";

fn mail(address: &str) -> Value {
    json!({ "mediumType": "email", "preferred": true, "characteristic": { "emailAddress": address } })
}

fn contact(name: &str) -> Value {
    json!({
        "contactType": "primary", "contactName": name, "partyRoleType": "accountant",
        "contactMedium": [mail("ann@whale.test"), { "mediumType": "pigeon" }],
        "relatedParty": { "id": "42", "role": "accountant", "name": name, "@referredType": "Individual" },
        "validFor": { "startDateTime": "2026-01-01T00:00:00Z" },
    })
}

/// What the books have of an account.
fn booked(house: &House, shown: &Value) -> BillingAccount {
    let id: BillingAccountId = text(&shown["id"]).parse().unwrap();
    house.app.bss.read(&Actor::duty("test"), |cx| cx.get::<BillingAccount>(id)).unwrap()
}

#[test]
fn whom_to_turn_to_for_an_account_reads_back_and_is_in_the_books() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    for sort in ["billingAccount", "settlementAccount", "financialAccount"] {
        let list = format!("{ACCOUNTS}/{sort}");
        let made = client.post(
            &list,
            &json!({
                "name": sort, "contact": [contact("Ann")],
                "relatedParty": [{ "id": "7", "name": "Whale", "@referredType": "Organization" }],
            }),
        );
        let path = format!("{list}/{}", text(&made["id"]));
        assert_eq!(client.get(&path)["contact"], json!([contact("Ann")]), "{sort}");
        let known = booked(&house, &made).profile().contacts[0].clone();
        let name = known.name.as_ref().map(ToString::to_string);
        assert_eq!((name.as_deref(), known.media.len()), (Some("Ann"), 1), "{sort}");
        let party = known.party.expect("who it is");
        assert_eq!((party.role.as_str(), party.party.to_string().as_str()), ("accountant", "42"));
        let found = items(&client.call(&format!("GET {list}?contact.contactName=Ann"), None));
        assert_eq!(found.len(), 1, "{sort}");

        let both = json!({ "contact": [contact("Eve"), { "contactType": "secondary" }] });
        assert_eq!(client.patch(&path, &both)["contact"], both["contact"], "{sort}");
        assert_eq!(booked(&house, &made).profile().contacts.len(), 2);
        let mut wrong = contact("Eve");
        wrong["validFor"]["endDateTime"] = json!("2025-01-01T00:00:00Z");
        let refused = json!({ "contact": [contact("Eve"), wrong] });
        let refused = told(&client.call(&format!("PATCH {path}"), Some(&refused)));
        assert!(refused.starts_with("400 range: `contact[1].validFor`"), "{refused}");
        assert_eq!(
            client.get(&path)["contact"],
            both["contact"],
            "what is refused changes nothing"
        );
        let nobody = client.patch(&path, &json!({ "contact": null }));
        assert_eq!(nobody.get("contact"), None, "{sort}");
        assert!(booked(&house, &made).profile().contacts.is_empty());
    }
}

#[test]
fn a_customer_is_reached_in_its_own_ways_and_its_party_in_others() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let person = json!({
        "givenName": "Ann", "familyName": "Lee", "contactMedium": [mail("ann@home.test")],
    });
    let person = client.post(INDIVIDUAL, &person);
    let at_home = format!("{INDIVIDUAL}/{}", text(&person["id"]));
    let customer = client.post(
        CUSTOMER,
        &json!({
            "name": "Ann", "contactMedium": [mail("ann@work.test")], "contact": [contact("Bob")],
            "engagedParty": { "id": person["id"], "@referredType": "Individual" },
        }),
    );
    let path = format!("{CUSTOMER}/{}", text(&customer["id"]));
    assert_eq!(customer["contactMedium"], json!([mail("ann@work.test")]));
    assert_eq!(customer["contact"], json!([contact("Bob")]), "beyond the contract, kept as said");
    assert_eq!(client.get(&at_home)["contactMedium"], json!([mail("ann@home.test")]));

    let moved = json!({ "contactMedium": [mail("ann@sea.test")] });
    assert_eq!(client.patch(&path, &moved)["contactMedium"], moved["contactMedium"]);
    assert_eq!(client.get(&path)["contact"], json!([contact("Bob")]));
    assert_eq!(client.get(&at_home)["contactMedium"], json!([mail("ann@home.test")]));
    let found = |value: &str| {
        let by = "contactMedium.characteristic.emailAddress";
        items(&client.call(&format!("GET {CUSTOMER}?{by}={value}"), None)).len()
    };
    assert_eq!((found("ann@sea.test"), found("ann@work.test")), (1, 0));
    let anew = json!({ "contact": [contact("Eve")] });
    assert_eq!(client.patch(&path, &anew)["contact"], anew["contact"]);
    assert_eq!(client.get(&path)["contactMedium"], moved["contactMedium"]);
}

/// A refusal names what the client said: `account` is an attribute of a customer, and no party.
#[test]
fn a_customer_whose_accounts_are_others_is_refused_by_that_name() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let said = json!({ "name": "Ann", "engagedParty": { "id": "500" } });
    let path = format!("{CUSTOMER}/{}", text(&client.post(CUSTOMER, &said)["id"]));
    let others = json!({ "account": [{ "id": "elsewhere" }] });
    let refused = told(&client.call(&format!("PATCH {path}"), Some(&others)));
    assert!(refused.starts_with("400 read_only: `account` "), "{refused}");
}

#[test]
fn who_came_in_with_a_mail_of_its_own_is_written_to() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let home = json!({
        "mediumType": "postalAddress",
        "characteristic": { "street1": "Way 1", "city": "Bonn", "postCode": "53111", "country": "DE" },
    });
    let ways = [mail("eve@reed.test"), home];
    let party = json!({ "givenName": "Eve", "familyName": "Reed", "contactMedium": ways });
    let party = client.post(INDIVIDUAL, &party);
    let engaged = json!({ "id": party["id"], "@referredType": "Individual" });
    let customer = client.post(CUSTOMER, &json!({ "name": "Eve Reed", "engagedParty": engaged }));
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    let to = |occasion: &str| {
        market.house.app.keep_duties();
        let mails = market.operator().get("/mails?limit=1000&order=oldest");
        let of = |it: &&Value| it["occasion"] == occasion;
        mails["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(of)
            .map(|it| text(&it["to"]))
            .collect::<Vec<_>>()
    };
    market.order(&customer, &offer, 1);
    assert_eq!(to("invoice_issued"), ["eve@reed.test"]);

    // From now on her accountant has the bills.
    let whose = json!([{ "id": customer["id"], "role": "customer", "@referredType": "Customer" }]);
    let accounts =
        client.get(&format!("{ACCOUNTS}/billingAccount?relatedParty.id={}", text(&customer["id"])));
    let path = format!("{ACCOUNTS}/billingAccount/{}", text(&accounts[0]["id"]));
    let said = client.patch(&path, &json!({ "contact": [contact("Ann")], "relatedParty": whose }));
    assert_eq!(said["contact"], json!([contact("Ann")]));
    market.order(&customer, &offer, 1);
    assert_eq!(to("invoice_issued"), ["eve@reed.test", "ann@whale.test"]);
}

/// A tax number that is said of who buys is its account's; what bills would not follow is refused.
#[test]
fn what_is_said_of_taxes_is_followed_or_refused() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let body = json!({
        "tradingName": "Whale",
        "organizationIdentification": [
            { "identificationType": "VAT", "identificationId": "ATU13585627" },
        ],
    });
    let party = client.post("/tmf-api/party/v4/organization", &body);
    let engaged = json!({ "id": party["id"], "@referredType": "Organization" });
    let customer = client.post(CUSTOMER, &json!({ "name": "Whale", "engagedParty": engaged }));
    let account = client.get(&format!("/accounts/acc_{}", text(&customer["id"])));
    assert_eq!(account["tax"]["registration_id"], "ATU13585627", "{account}");
    let list = format!("{ACCOUNTS}/billingAccount");
    let party = json!([{ "id": customer["id"], "@referredType": "Customer" }]);
    let made = client.post(&list, &json!({ "name": "Lab", "relatedParty": party }));
    let path = format!("PATCH {list}/{}", text(&made["id"]));
    for (more, expected) in [
        (
            json!({ "taxExemption": [{ "certificateNumber": "7" }] }),
            "400 required: `taxExemption[0].issuingJurisdiction`",
        ),
        (
            json!({ "billStructure": { "cycleSpecification": { "id": "7", "isRef": true } } }),
            "400 reference: `billStructure.cycleSpecification.id`",
        ),
    ] {
        let refused = told(&client.call(&path, Some(&more)));
        assert!(refused.starts_with(expected), "{refused}");
        let mut whole = more.clone();
        whole["name"] = json!("Lab");
        whole["relatedParty"] = party.clone();
        let refused = told(&client.call(&format!("POST {list}"), Some(&whole)));
        assert!(refused.starts_with(expected), "{refused}");
    }
    let free = json!({ "taxExemption": [], "billStructure": { "format": { "id": "1" } } });
    assert_eq!(told(&client.call(&path, Some(&free))), "200");
}

/// The number under which a tax office knows who buys is among the papers of its party, for who sees that.
#[test]
fn a_tax_number_is_told_where_papers_are() {
    let house = House::on("2026-01-01");
    let seller = house.client(&house.north.admin);
    let buyer = &house.north.customer;
    let body = json!({ "tax": { "registration_id": "ATU13585627" } });
    let account = seller.patch(&format!("/accounts/{}", buyer.account), &body);
    assert_eq!(account["tax"]["registration_id"], "ATU13585627", "{account}");
    let customer = format!("{CUSTOMER}/{}", super::plain(&json!(buyer.account)));
    let party = seller.get(&customer)["engagedParty"].clone();
    let list = match party["@referredType"] == "Organization" {
        true => "organization",
        false => "individual",
    };
    let path = format!("/tmf-api/party/v4/{list}/{}", text(&party["id"]));
    let papers = format!("{list}Identification");
    let expected = json!([{ "identificationType": "VAT", "identificationId": "ATU13585627" }]);
    for client in [&seller, &house.client(&buyer.admin)] {
        assert_eq!(client.get(&path)[&papers], expected);
    }
    let stranger = house.client(&house.south.customer.admin);
    assert_eq!(stranger.call(&format!("GET {path}"), None).status, 404);
    let both = json!([
        expected[0], { "identificationType": "register", "identificationId": "HRB 7" },
    ]);
    let changed = seller.patch(&path, &json!({ papers.clone(): both }));
    assert_eq!(changed[&papers], both, "it is told once");
    let account = seller.get(&format!("/accounts/{}", buyer.account));
    assert_eq!(account["tax"]["registration_id"], "ATU13585627", "{account}");
}
