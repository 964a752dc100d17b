//! The same facts through this contract and through ours: of who is registered here, and of who came
//! in there.

use expect_test::expect;
use serde_json::{Value, json};

use super::Bss;
use crate::harness::house::{House, text};

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
        AddressSet: [{"AddressLine1":"Invalidenstrasse 43","AddressType":"MULTIPURPOSE","City":"Berlin","Country":"Germany","CountryCode":"DE","Modified":"01/01/2026 00:00:00","PostalCode":"10115"}]

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
