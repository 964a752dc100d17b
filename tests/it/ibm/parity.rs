//! The same facts through this contract, through ours and through those of others: of who is registered
//! here, and of who came in there.

use expect_test::expect;
use serde_json::{Value, json};

use super::Bss;
use crate::harness::bus::uuid as of_bus;
use crate::harness::house::{House, PASSWORD, text};

/// What something says of itself beside its ids and times, a line for each fact that is there.
fn facts(of: &Value, names: &[&str]) -> String {
    let line = |name: &&str| {
        let it = &of[*name];
        (!it.is_null() && *it != "").then(|| format!("{name}: {it}\n"))
    };
    names.iter().filter_map(line).collect()
}

const ACCOUNT: &[&str] = &[
    "kind",
    "nature",
    "state",
    "name",
    "description",
    "locale",
    "address",
    "contacts",
    "tax",
    "attributes",
];
const BILLING: &[&str] = &[
    "name",
    "currency",
    "zone",
    "cycle",
    "reference",
    "payment_terms",
    "address",
    "contact",
    "default",
];
const USER: &[&str] = &[
    "state",
    "email",
    "login",
    "name",
    "roles",
    "locale",
    "zone",
    "phone",
    "employee_number",
    "job_title",
];

#[test]
fn who_is_registered_here_is_the_same_through_our_own_api() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let number = bss.register("parity@new.test");
    let found = seller.get(&format!("/accounts?number={number}"))["items"][0].clone();
    let id = text(&found["id"]);
    let account = seller.get(&format!("/accounts/{id}"));
    let billing = seller.get(&format!("/billing_accounts?account={id}"))["items"][0].clone();
    let user = seller.get(&format!("/users?account={id}"))["items"][0].clone();
    let told = [facts(&account, ACCOUNT), facts(&billing, BILLING), facts(&user, USER)].join("\n");
    expect![[r#"
        kind: "customer"
        nature: "company"
        state: "active"
        name: "Test Enterprise"
        locale: "en_US"
        contacts: {"admin":{"email":"parity@new.test","family_name":"Doe","given_name":"John","phone":"800-555-1234"},"billing":null,"technical":null}
        tax: {"exemptions":[],"registration_consultation":null,"registration_id":null,"registration_status":null,"registration_verified_on":null,"status":"company","zone":null}
        attributes: {}

        name: "Westford Lab"
        currency: "USD"
        zone: "UTC"
        cycle: {"anchor_day":null,"period":"1 month","shift_days":0}
        reference: "0000123456"
        default: true

        state: "invited"
        email: "parity@new.test"
        name: "John Doe"
        roles: ["customer_admin","member"]
        locale: "en_US"
        zone: "America/Chicago"
        phone: "800-555-1234"
        employee_number: "6A77777"
        job_title: "Director"
    "#]].assert_eq(&told);
    // What is done to it there is so here.
    let path = format!("resource/customer/{number}");
    let state = || bss.get(&path)["Customer"]["CustomerState"].clone();
    seller.post(&format!("/accounts/{id}/hold"), &json!({ "reason": "OTHER" }));
    assert_eq!(state(), "SUSPENDED");
    seller.post(&format!("/accounts/{id}/release"), &json!({}));
    assert_eq!(state(), "ACTIVE");
}

#[test]
fn who_came_in_through_our_own_api_is_the_same_here() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let account = seller.post(
        "/accounts",
        &json!({
            "name": "Made By Us", "locale": "de",
            "address": {
                "street": "Invalidenstrasse 43", "city": "Berlin", "postal_code": "10115",
                "country": "DE",
            },
            "contacts": { "admin": {
                "given_name": "Ann", "family_name": "Doe", "email": "ann@made.test",
                "phone": "+49 30 1234567",
            } },
            "billing": { "currency": "USD", "zone": "Europe/Berlin" },
        }),
    );
    let user = json!({
        "account": account["id"], "email": "bob@made.test", "name": "Bob Maria Lee",
        "roles": ["customer_admin", "member"], "locale": "en", "zone": "America/New_York",
        "phone": "+49 30 7654321", "job_title": "Buyer", "employee_number": "E-7",
    });
    seller.post("/users", &user);
    let customer = bss.get(&format!("resource/customer/{}", account["number"]))["Customer"].clone();
    let organization = &customer["Organization"];
    let told = [
        facts(&customer, &["CustomerState", "CustomerType", "CustomerAccountSet"]),
        facts(organization, &["OrgName", "PartyType", "AddressSet"]),
        facts(
            &organization["Contact"],
            &["GivenName", "FamilyName", "EmailAddress", "WorkPhone", "LanguagePreference"],
        ),
        facts(
            &bss.by_email("bob@made.test")["Person"],
            &[
                "GivenName",
                "FamilyName",
                "EmailAddress",
                "RoleSet",
                "LanguagePreference",
                "TimeZone",
                "WorkPhone",
                "MobilePhone",
                "JobTitle",
                "EmployeeNumber",
            ],
        ),
    ];
    expect![[r#"
        CustomerState: "ACTIVE"
        CustomerType: "DIRECT"
        CustomerAccountSet: [{"AccountNumber":"7","CurrencyType":"USD","LocationName":"Made By Us","PaymentMethodType":"NONE","VendorId":3}]

        OrgName: "Made By Us"
        PartyType: "ORGANIZATION"
        AddressSet: [{"AddressLine1":"Invalidenstrasse 43","AddressType":"MULTIPURPOSE","City":"Berlin","Country":"Germany","CountryCode":"DE","Modified":"01/01/2026 00:00:00","PostalCode":"10115","State":" "}]

        GivenName: "Ann"
        FamilyName: "Doe"
        EmailAddress: "ann@made.test"
        WorkPhone: "+49 30 1234567"

        GivenName: "Bob Maria"
        FamilyName: "Lee"
        EmailAddress: "bob@made.test"
        RoleSet: ["User","CustomerAdministrator"]
        LanguagePreference: "en"
        TimeZone: "America/Eastern"
        WorkPhone: "+49 30 7654321"
        JobTitle: "Buyer"
        EmployeeNumber: "E-7"
    "#]].assert_eq(&told.join("\n"));
}

/// The part of an id of ours by which our other contracts know the same thing.
fn uuid(of: &Value) -> String {
    text(of).split_once('_').unwrap().1.to_owned()
}

const TMF: &str = "/tmf-api/customerManagement/v4/customer";

#[test]
fn who_is_registered_here_is_the_same_through_tm_forums_contract() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let number = bss.register("parity@new.test");
    let ours = seller.get(&format!("/accounts?number={number}"))["items"][0].clone();
    let id = uuid(&ours["id"]);
    let customer = || seller.get(&format!("{TMF}/{id}"));
    let it = customer();
    let account = seller.get(&format!("/tmf-api/accountManagement/v4/partyAccount/{id}"));
    let billing = text(&it["account"][0]["id"]);
    let billing = seller.get(&format!("/tmf-api/accountManagement/v4/billingAccount/{billing}"));
    let party = text(&it["engagedParty"]["id"]);
    let party = seller.get(&format!("/tmf-api/party/v4/organization/{party}"));
    let named = |of: &Value| of["engagedParty"]["@referredType"].clone();
    let told = [
        facts(&it, &["name", "status", "@type"]),
        format!("@referredType: {}\n", named(&it)),
        facts(&account, &["name", "state"]),
        facts(&billing, &["name", "state"]),
        facts(&party, &["tradingName"]),
    ];
    expect![[r#"
        name: "Test Enterprise"
        status: "active"
        @type: "Customer"

        @referredType: "Organization"

        name: "Test Enterprise"
        state: "Active"

        name: "Westford Lab"
        state: "Defined"

        tradingName: "Test Enterprise"
    "#]]
    .assert_eq(&told.join("\n"));
    assert_eq!(billing["relatedParty"][0]["id"], json!(id), "{billing}");

    // What is done to it at one door is so at the other.
    let path = format!("resource/customer/{number}");
    let states =
        || (bss.get(&path)["Customer"]["CustomerState"].clone(), customer()["status"].clone());
    assert_eq!(states(), (json!("ACTIVE"), json!("active")));
    bss.must(&format!("POST {path} [suspendCustomer]"), None);
    assert_eq!(states(), (json!("SUSPENDED"), json!("suspended")));
    seller.patch(&format!("{TMF}/{id}"), &json!({ "status": "active", "name": "Renamed There" }));
    assert_eq!(states(), (json!("ACTIVE"), json!("active")));
    let mut body = bss.get(&path);
    assert_eq!(body["Customer"]["Organization"]["OrgName"], json!("Renamed There"));
    body["Customer"]["Organization"]["OrgName"] = json!("Renamed Here");
    bss.must(&format!("PUT {path}"), Some(&body));
    assert_eq!(customer()["name"], json!("Renamed Here"));
    bss.must(&format!("DELETE {path}"), None);
    assert_eq!(bss.told(&format!("GET {path}"), None), "404 BZSUS9001E");
    assert_eq!(customer()["status"], json!("closed"));
}

#[test]
fn who_came_in_through_tm_forums_contract_is_the_same_here() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let party = json!({ "id": "elsewhere", "name": "Made There", "@referredType": "Organization" });
    let made = seller.post(TMF, &json!({ "name": "Made There", "engagedParty": party }));
    let id = text(&made["id"]);
    let found = bss.get("resource/customer?_namedQuery=getCustomerByOrgName&orgName=Made+There");
    let customer = found["List"][0].clone();
    let told = [
        facts(&customer, &["CustomerState", "CustomerType", "CustomerAccountSet"]),
        facts(&customer["Organization"], &["OrgName", "PartyType", "AddressSet"]),
    ];
    expect![[r#"
        CustomerState: "ACTIVE"
        CustomerType: "DIRECT"
        CustomerAccountSet: [{"AccountNumber":"7","CurrencyType":"EUR","LocationName":"Made There","PaymentMethodType":"NONE","VendorId":3}]

        OrgName: "Made There"
        PartyType: "ORGANIZATION"
        AddressSet: []
    "#]].assert_eq(&told.join("\n"));
    let path = format!("resource/customer/{}", customer["Id"]);
    let state = || bss.get(&path)["Customer"]["CustomerState"].clone();
    seller.patch(&format!("{TMF}/{id}"), &json!({ "status": "suspended" }));
    assert_eq!(state(), "SUSPENDED");
    bss.must(&format!("POST {path} [unsuspendCustomer]"), None);
    assert_eq!(seller.get(&format!("{TMF}/{id}"))["status"], json!("active"));
    let contact = json!({ "Subscriber": {
        "CustomerId": customer["Id"].to_string(), "Person": {
            "RoleSet": ["CustomerAdministrator"], "FamilyName": "Doe", "GivenName": "Ann",
            "EmailAddress": "ann@made.test",
        },
    } });
    bss.must("POST resource/subscriber?suppressEmail=true", Some(&contact));
    let users = seller.get(&format!("/users?account=acc_{id}"));
    assert_eq!(users["items"][0]["email"], json!("ann@made.test"), "{users}");
}

#[test]
fn who_is_registered_here_is_the_same_on_the_bus() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let number = bss.register("parity@new.test");
    let ours = seller.get(&format!("/accounts?number={number}"))["items"][0].clone();
    let id = uuid(&ours["id"]);
    let account = seller.get(&format!("/aps/2/resources/{id}"));
    let names = ["type", "personal", "companyName", "locked", "adminContact", "addressPostal"];
    let user = &account["adminContactUser"]["aps"]["id"];
    let user = seller.get(&format!("/aps/2/resources/{}", text(user)));
    let of_user = ["email", "fullName", "isAccountAdmin", "disabled", "locale"];
    let told = [facts(&account, &names), facts(&user, &of_user)];
    expect![[r#"
        type: "CLIENT"
        personal: false
        companyName: "Test Enterprise"
        locked: false
        adminContact: {"email":"parity@new.test","familyName":"Doe","givenName":"John","telVoice":"800-555-1234"}

        email: "parity@new.test"
        fullName: "John Doe"
        isAccountAdmin: true
        disabled: false
        locale: "en_US"
    "#]].assert_eq(&told.join("\n"));
    let path = format!("resource/customer/{number}");
    let body = json!({ "companyName": "Renamed On The Bus" });
    let put = format!("PUT /aps/2/resources/{id}");
    seller.call(&put, Some(&body)).ok();
    assert_eq!(bss.get(&path)["Customer"]["Organization"]["OrgName"], "Renamed On The Bus");
}

/// A company with its administrator and its places, as a client of the bus registers it.
fn on_the_bus(parent: &str) -> Value {
    const COMMERCIAL: &str = "ceeeffac-d2f2-4e36-ae4a-3fe27ed58097";
    let person = |email: &str, given: &str| {
        json!({
            "email": email, "givenName": given, "familyName": "Wilson", "telVoice": "1(888)1234567",
        })
    };
    let place = |street: &str| {
        json!({
            "streetAddress": street, "extendedAddress": "Second Floor", "locality": "Herndon",
            "region": "VA", "postalCode": "20170", "countryName": "us",
        })
    };
    json!([
        {
            "aps": { "type": "http://parallels.com/pa/bss-account-info/1.0", "id": COMMERCIAL },
            "taxStatus": "COMPANY", "localeId": "en_US",
        },
        {
            "aps": { "type": "http://parallels.com/aps/types/pa/account/1.2" },
            "type": "CLIENT", "personal": false, "companyName": "Made On The Bus",
            "parent": { "aps": { "id": parent } }, "bssAccountInfo": { "aps": { "id": COMMERCIAL } },
            "addressPostal": place("11 Spring Street"),
            "adminContact": person("mike@bus.test", "Mike"),
            "billingContact": person("bill@bus.test", "Bill"),
            "techContact": person("tom@bus.test", "Tom"),
        },
        {
            "aps": { "type": "http://parallels.com/aps/types/pa/admin-user/1.2" },
            "isAccountAdmin": true, "login": "mwilson", "password": PASSWORD,
            "email": "mike@bus.test", "givenName": "Mike", "familyName": "Wilson",
            "telWork": "1(888)1234567", "telCell": "1(888)7654321", "locale": "en_US",
            "addressPostal": place("12 Spring Street"),
        },
    ])
}

const PERSON: &[&str] = &[
    "GivenName",
    "FamilyName",
    "EmailAddress",
    "RoleSet",
    "LanguagePreference",
    "TimeZone",
    "WorkPhone",
    "MobilePhone",
    "AddressSet",
];

#[test]
fn who_came_in_on_the_bus_is_the_same_here() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let batch = on_the_bus(of_bus(&house.north.account));
    let made = seller.post("/aps/2/resources", &batch);
    let account = text(&made[1]["aps"]["id"]);
    let by_name = "resource/customer?_namedQuery=getCustomerByOrgName&orgName=Made+On+The+Bus";
    let customer = bss.get(by_name)["List"][0].clone();
    let organization = &customer["Organization"];
    let told = [
        facts(&customer, &["CustomerState", "CustomerType", "CustomerAccountSet"]),
        facts(organization, &["OrgName", "PartyType", "AddressSet"]),
        facts(&organization["Contact"], &PERSON[..7]),
        facts(&bss.by_email("mike@bus.test")["Person"], PERSON),
    ];
    expect![[r#"
        CustomerState: "ACTIVE"
        CustomerType: "DIRECT"
        CustomerAccountSet: [{"AccountNumber":"7","CurrencyType":"EUR","LocationName":"Made On The Bus","PaymentMethodType":"NONE","VendorId":3}]

        OrgName: "Made On The Bus"
        PartyType: "ORGANIZATION"
        AddressSet: [{"AddressLine1":"11 Spring Street","AddressLine2":"Second Floor","AddressType":"MULTIPURPOSE","City":"Herndon","Country":"United States","CountryCode":"US","Modified":"01/01/2026 00:00:00","PostalCode":"20170","State":"VA"}]

        GivenName: "Mike"
        FamilyName: "Wilson"
        EmailAddress: "mike@bus.test"
        WorkPhone: "1(888)1234567"

        GivenName: "Mike"
        FamilyName: "Wilson"
        EmailAddress: "mike@bus.test"
        RoleSet: ["CustomerAdministrator"]
        LanguagePreference: "en_US"
        WorkPhone: "1(888)1234567"
        MobilePhone: "1(888)7654321"
    "#]].assert_eq(&told.join("\n"));
    // What is done to it at one door is so at the other.
    let path = format!("resource/customer/{}", customer["Id"]);
    let bus = format!("/aps/2/resources/{account}");
    let moved = json!({ "addressPostal": { "streetAddress": "Ring 1", "locality": "Berlin",
        "postalCode": "10115", "countryName": "de" } });
    seller.call(&format!("PUT {bus}"), Some(&moved)).ok();
    let mut body = bss.get(&path);
    let place = &mut body["Customer"]["Organization"]["AddressSet"][0];
    assert_eq!(
        facts(place, &["AddressLine1", "City", "Country"]),
        "AddressLine1: \"Ring 1\"\nCity: \"Berlin\"\nCountry: \"Germany\"\n"
    );
    place["AddressLine1"] = json!("Ring 2");
    bss.must(&format!("PUT {path}"), Some(&body));
    assert_eq!(seller.get(&bus)["addressPostal"]["streetAddress"], "Ring 2");
    assert_eq!(seller.get(&bus)["billingContact"]["email"], "bill@bus.test", "it is kept");
    bss.must(&format!("POST {path} [suspendCustomer]"), None);
    assert_eq!(seller.get(&bus)["locked"], json!(true));
    let ann = bss.add(customer["Id"].as_u64().unwrap(), "ann@bus.test", &["User"]);
    let users = seller.get(&format!("{bus}/users"));
    let found = users.as_array().unwrap().iter().find(|it| it["email"] == "ann@bus.test");
    assert!(found.is_some(), "{ann} in {users}");
    seller.call(&format!("DELETE {bus}"), None).ok();
    assert_eq!(bss.told(&format!("GET {path}"), None), "404 BZSUS9001E");
}

#[test]
fn a_place_that_was_said_to_tm_forums_contract_is_the_same_here() {
    let house = House::on("2026-01-01");
    let (bss, seller) = (Bss::vsr(&house), house.client(&house.north.admin));
    let place = |kind: &str, street: &str| {
        json!({
            "mediumType": "postalAddress", "preferred": false,
            "characteristic": {
                "contactType": kind, "street1": street, "city": "Lyon", "postCode": "69002",
                "country": "France",
            },
        })
    };
    let said = json!({
        "name": "Made There",
        "engagedParty": { "id": "elsewhere", "name": "Made There", "@referredType": "Organization" },
        "contactMedium": [place("general", "2 Rue Mercière"), place("billing", "3 Rue Mercière")],
    });
    let made = seller.post(TMF, &said);
    let found = bss.get("resource/customer?_namedQuery=getCustomerByOrgName&orgName=Made+There");
    let path = format!("resource/customer/{}", found["List"][0]["Id"]);
    let places = || {
        let all = bss.get(&path)["Customer"]["Organization"]["AddressSet"].clone();
        let names = ["AddressType", "AddressLine1", "City", "PostalCode", "Country"];
        let each = all.as_array().unwrap().iter().map(|it| facts(it, &names));
        each.collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        AddressType: "MULTIPURPOSE"
        AddressLine1: "2 Rue Mercière"
        City: "Lyon"
        PostalCode: "69002"
        Country: "France"

        AddressType: "BILLING"
        AddressLine1: "3 Rue Mercière"
        City: "Lyon"
        PostalCode: "69002"
        Country: "France"
    "#]]
    .assert_eq(&places());
    let moved = json!({ "contactMedium": [place("general", "4 Rue Mercière")] });
    seller.patch(&format!("{TMF}/{}", text(&made["id"])), &moved);
    expect![[r#"
        AddressType: "MULTIPURPOSE"
        AddressLine1: "4 Rue Mercière"
        City: "Lyon"
        PostalCode: "69002"
        Country: "France"
    "#]]
    .assert_eq(&places());
}
