//! What the data model of the FIWARE marketplace says of parties, in the names of version 4: all of it
//! reads back as it was said, and what this contract translates is in the books of the house.

use serde_json::{Value, json};
use tillbox::domain::id::PartyId;
use tillbox::domain::operator::Actor;
use tillbox::domain::party::{Nature, Party};

use crate::harness::client::Client;
use crate::harness::house::House;

const INDIVIDUAL: &str = "/tmf-api/party/v4/individual";
const ORGANIZATION: &str = "/tmf-api/party/v4/organization";

fn period() -> Value {
    json!({ "startDateTime": "2015-10-22T08:31:52.026Z", "endDateTime": "2027-10-22T08:31:52.026Z" })
}

fn person() -> Value {
    json!({
        "givenName": "Jane", "middleName": "J", "familyName": "Lamborgizzia", "title": "Mrs",
        "fullName": "Jane J Lamborgizzia", "formattedName": "Lamborgizzia, Jane",
        "birthDate": "1967-09-26T05:00:00.246Z", "placeOfBirth": "http://place.test/paris",
        "countryOfBirth": "United States", "nationality": "American", "gender": "female",
        "maritalStatus": "married", "location": "Paris", "status": "validated",
        "partyCharacteristic": [{ "name": "hobby", "value": "chess", "valueType": "string" }],
        "contactMedium": [
            { "preferred": true, "mediumType": "email", "validFor": period(),
              "characteristic": { "emailAddress": "jane@lamborgizzia.test", "contactType": "primary" } },
            { "preferred": false, "mediumType": "postal", "characteristic": {
                "city": "Paris", "country": "FR", "postCode": "75014", "stateOrProvince": "Paris",
                "street1": "15 Rue des Canards", "street2": "2nd floor" } },
            { "preferred": false, "mediumType": "pigeon" },
        ],
        "disability": [{ "disabilityCode": "34", "disabilityName": "hearing", "validFor": period() }],
        "externalReference": [{ "externalReferenceType": "social", "name": "http://chirper.test/jane" }],
        "individualIdentification": [{
            "identificationType": "passport", "identificationId": "51DD23S",
            "issuingAuthority": "US", "issuingDate": "2005-09-23T05:00:00.246Z",
        }],
        "otherName": [{ "title": "Miss", "givenName": "Jane", "familyName": "Smith", "validFor": period() }],
        "relatedParty": [{ "id": "2", "role": "employer", "name": "Google", "validFor": period(), "@referredType": "Organization" }],
    })
}

fn company() -> Value {
    json!({
        "tradingName": "Coffee Do Brazil", "nameType": "Ltd.", "organizationType": "company",
        "isLegalEntity": true, "existsDuring": period(), "status": "validated",
        "partyCharacteristic": [{ "name": "employees", "value": "20" }],
        "contactMedium": [{ "preferred": true, "mediumType": "phone", "validFor": period(),
            "characteristic": { "phoneNumber": "+1 202 555 0101", "contactType": "work" } }],
        "externalReference": [{ "externalReferenceType": "web", "name": "http://coffee.test" }],
        "organizationIdentification": [{ "identificationType": "commercial registration",
            "identificationId": "234213", "issuingAuthority": "France", "validFor": period() }],
        "organizationChildRelationship": [{ "relationshipType": "juridical", "organization": { "id": "2" }, "validFor": period() }],
        "organizationParentRelationship": { "relationshipType": "hierarchical", "organization": { "id": "8" }, "validFor": period() },
        "otherName": [{ "nameType": "inc", "tradingName": "Coffee Do Asia", "validFor": period() }],
        "relatedParty": [{ "id": "3", "role": "employee", "name": "Ann", "validFor": period(), "@referredType": "Individual" }],
    })
}

/// Makes one, and whatever was said of it reads back.
#[track_caller]
fn made(client: &Client<'_>, path: &str, body: &Value) -> Value {
    let id = client.post(path, body)["id"].clone();
    let shown = client.get(&format!("{path}/{}", id.as_str().unwrap()));
    for (name, said) in body.as_object().unwrap() {
        assert_eq!(shown[name], *said, "{name}");
    }
    shown
}

#[test]
fn what_is_said_of_a_person_reads_back_and_is_in_the_books() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let shown = made(&client, INDIVIDUAL, &person());
    let id = shown["id"].as_str().unwrap();
    let ours = client.get(&format!("/parties/pty_{id}"));
    let text = ours.to_string();
    for known in
        ["Lamborgizzia", "1967-09-26", "jane@lamborgizzia.test", "75014", "chess", "validated"]
    {
        assert!(text.contains(known), "{known} is not in {text}");
    }
    let path = format!("{INDIVIDUAL}/{id}");
    let moved = json!({ "contactMedium": [{ "mediumType": "email",
        "characteristic": { "emailAddress": "new@lamborgizzia.test" } }], "birthDate": null });
    let changed = client.patch(&path, &moved);
    assert_eq!(changed["contactMedium"], moved["contactMedium"]);
    assert_eq!(changed.get("birthDate"), None);
    let text = client.get(&format!("/parties/pty_{id}")).to_string();
    assert!(text.contains("new@lamborgizzia.test") && !text.contains("1967"), "{text}");
    let backwards =
        json!({ "birthDate": "2000-01-01T00:00:00Z", "deathDate": "1999-01-01T00:00:00Z" });
    assert_eq!(client.call(&format!("PATCH {path}"), Some(&backwards)).status, 400);
}

#[test]
fn what_is_said_of_an_organization_reads_back_and_is_in_the_books() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let shown = made(&client, ORGANIZATION, &company());
    let id = shown["id"].as_str().unwrap();
    let text = client.get(&format!("/parties/pty_{id}")).to_string();
    for known in ["Coffee Do Brazil", "Ltd.", "+1 202 555 0101", "employees", "validated"] {
        assert!(text.contains(known), "{known} is not in {text}");
    }
    let closed = client.patch(&format!("{ORGANIZATION}/{id}"), &json!({ "status": "closed" }));
    assert_eq!(closed["status"], "closed");
    let path = format!("PATCH {ORGANIZATION}/{id}");
    assert_eq!(client.call(&path, Some(&json!({ "status": "validated" }))).status, 409);
}

/// What our books have of a party, as one side of what is told of it.
#[track_caller]
fn booked(house: &House, id: &str) -> Party {
    let id: PartyId = id.parse().unwrap();
    let found = house.app.bss.read(&Actor::duty("test"), |cx| cx.get::<Party>(id));
    found.unwrap()
}

#[test]
fn what_proves_who_somebody_is_and_who_has_to_do_with_it_is_in_the_books() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let person = made(&client, INDIVIDUAL, &person());
    let profile = booked(&house, person["id"].as_str().unwrap()).profile().clone();
    let paper = &profile.identifications[0];
    assert_eq!((paper.kind.as_str(), paper.number.as_str()), ("passport", "51DD23S"));
    assert_eq!(paper.issued_on.map(|it| it.to_string()).as_deref(), Some("2005-09-23"));
    assert_eq!(profile.external_references[0].name.as_str(), "http://chirper.test/jane");
    assert_eq!(
        (profile.related[0].role.as_str(), profile.related[0].party.to_string().as_str()),
        ("employer", "2")
    );
    let Nature::Individual(known) = &profile.nature else { panic!("a person") };
    assert_eq!(known.other_names[0].name.display(), "Jane Smith");
    assert!(known.other_names[0].validity.until().is_some());

    let company = made(&client, ORGANIZATION, &company());
    let id = company["id"].as_str().unwrap();
    let profile = booked(&house, id).profile().clone();
    assert_eq!(profile.identifications[0].number.as_str(), "234213");
    let Nature::Organization(known) = &profile.nature else { panic!("an organization") };
    assert_eq!(known.other_names[0].trading_name.as_str(), "Coffee Do Asia");
    assert_eq!(
        (known.parents[0].kind.as_str(), known.parents[0].to.to_string().as_str()),
        ("hierarchical", "8")
    );
    assert_eq!(known.children[0].to.to_string(), "2");

    let path = format!("{ORGANIZATION}/{id}");
    let anew = json!({
        "organizationIdentification": [{ "identificationType": "vat", "identificationId": "FR1" }],
        "otherName": null, "relatedParty": [],
    });
    let changed = client.patch(&path, &anew);
    assert_eq!(changed["organizationIdentification"], anew["organizationIdentification"]);
    let profile = booked(&house, id).profile().clone();
    assert_eq!(profile.identifications[0].number.as_str(), "FR1");
    assert!(profile.related.is_empty());
    let ours = json!({ "identifications": [{ "kind": "vat", "number": "FR2" }] });
    client.patch(&format!("/parties/pty_{id}"), &ours);
    let shown = client.get(&path)["organizationIdentification"].to_string();
    assert!(shown.contains("FR2"), "{shown}");
}
