//! The limits of every field: one row at the limit, one beyond, and every word that is one.
//!
//! The tables here are those of the contract, written down a second time: a field that loses its
//! limit in the code is found here.

use expect_test::expect;
use serde_json::{Value, json};

use super::{Bss, customer, message, subscriber, told};
use crate::harness::house::House;

/// Where a text stands, and how long it may be.
const CUSTOMER: &[(&str, usize)] = &[
    ("/Customer/CustomerNumber", 50),
    ("/Customer/Organization/OrgName", 255),
    ("/Customer/Organization/Phone", 30),
    ("/Customer/Organization/AddressSet/0/AddressLine1", 255),
    ("/Customer/Organization/AddressSet/0/AddressLine2", 100),
    ("/Customer/Organization/AddressSet/0/City", 50),
    ("/Customer/Organization/AddressSet/0/State", 50),
    ("/Customer/Organization/AddressSet/0/PostalCode", 20),
    ("/Customer/Organization/Contact/FamilyName", 255),
    ("/Customer/Organization/Contact/GivenName", 255),
    ("/Customer/Organization/Contact/EmailAddress", 255),
    ("/Customer/Organization/Contact/NamePrefix", 10),
    ("/Customer/Organization/Contact/NameSuffix", 10),
    ("/Customer/Organization/Contact/EmployeeNumber", 10),
    ("/Customer/Organization/Contact/LanguagePreference", 15),
    ("/Customer/Organization/Contact/WorkPhone", 30),
    ("/Customer/Organization/Contact/HomePhone", 30),
    ("/Customer/Organization/Contact/MobilePhone", 30),
    ("/Customer/Organization/Contact/Fax", 30),
    ("/Customer/Organization/Contact/JobTitle", 50),
    ("/Customer/Organization/Contact/WebSiteAddress", 255),
    ("/Customer/Organization/Contact/TimeZone", 255),
    ("/Customer/Organization/Contact/Photo", 255),
    ("/Customer/CustomerAccountSet/0/AccountNumber", 255),
    ("/Customer/CustomerAccountSet/0/LocationName", 255),
    ("/Customer/CustomerIdentifierSet/0/Value", 50),
];

/// Texts that must be one of some words, how long they may be, and what is said of one that is longer:
/// of a closed list of words it is none.
const WORDS: &[(&str, usize, &str)] = &[
    ("/Customer/Organization/AddressSet/0/Country", 50, "400 BZSAP9002E"),
    ("/Customer/CustomerAccountSet/0/CurrencyType", 25, "400 BZSAP9002E"),
    ("/Customer/Organization/AddressSet/0/AddressType", 15, "400 BZSAP1011E"),
    ("/Customer/CustomerAccountSet/0/PaymentMethodType", 25, "400 BZSAP1011E"),
    ("/Customer/CustomerIdentifierSet/0/CustomerIdType", 25, "400 BZSAP1011E"),
];

const ATTRIBUTES: &[(&str, usize)] = &[
    ("/Subscriber/SubscriberAttributeSet/0/Name", 100),
    ("/Subscriber/SubscriberAttributeSet/0/StringValue", 1000),
];

const COMPONENT: &[(&str, usize)] = &[
    ("/ServiceComponent/DisplayName", 50),
    ("/ServiceComponent/Description", 1000),
    ("/ServiceComponent/ServiceComponentAttributeSet/0/Name", 255),
    ("/ServiceComponent/ServiceComponentAttributeSet/0/Type", 25),
    ("/ServiceComponent/ServiceComponentAttributeSet/0/StringValue", 1000),
];

const SUBSCRIBER: &[(&str, usize)] = &[
    ("/Subscriber/Person/FamilyName", 255),
    ("/Subscriber/Person/GivenName", 255),
    ("/Subscriber/Person/EmailAddress", 255),
    ("/Subscriber/Person/NamePrefix", 10),
    ("/Subscriber/Person/NameSuffix", 10),
    ("/Subscriber/Person/EmployeeNumber", 10),
    ("/Subscriber/Person/LanguagePreference", 15),
    ("/Subscriber/Person/WorkPhone", 30),
    ("/Subscriber/Person/MobilePhone", 30),
    ("/Subscriber/Person/HomePhone", 30),
    ("/Subscriber/Person/Fax", 30),
    ("/Subscriber/Person/JobTitle", 50),
    ("/Subscriber/Person/WebSiteAddress", 255),
    ("/Subscriber/Person/TimeZone", 255),
    ("/Subscriber/Person/Photo", 255),
];

/// Sets a field of a body, where there may be none yet.
fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    let (above, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(above).unwrap()[name] = value;
    body
}

/// A text of a length that a field can have.
fn filled(pointer: &str, length: usize, count: usize) -> String {
    if !pointer.ends_with("EmailAddress") {
        return "1".repeat(length);
    }
    let local = format!("limit{count}@");
    let label = "a".repeat(50);
    let host = [&*label, &*label, &*label, &*label].join(".");
    let rest = length - local.len() - host.len() - 1;
    format!("{local}{host}.{}", "b".repeat(rest))
}

/// Sends bodies with each text at its limit and beyond.
fn hold(bss: &Bss<'_>, what: &str, limits: &[(&str, usize)], body: impl Fn(usize) -> Value) {
    for (count, (pointer, most)) in limits.iter().enumerate() {
        let name = pointer.rsplit('/').next().unwrap();
        let sent = |length| with(body(count), pointer, json!(filled(pointer, length, count)));
        // No mail address has more than 254 characters (RFC 5321 §4.5.3.1.3).
        let at_most = if name == "EmailAddress" { 254 } else { *most };
        let answer = bss.call(what, Some(&sent(at_most)));
        assert!(answer.status.is_success(), "{pointer} of {at_most}: {}", message(&answer));
        if at_most < *most {
            let refused = bss.call(what, Some(&sent(*most)));
            assert_eq!(told(&refused), "400 BZSAP9004E", "{pointer} of {most}");
        }
        let answer = bss.call(what, Some(&sent(most + 1)));
        assert_eq!(told(&answer), "400 BZSAP9002E", "{pointer} of {}", most + 1);
        let text = format!("The value of the [{name}] field is longer than {most} characters.");
        assert_eq!(message(&answer), text);
    }
}

#[test]
fn every_field_of_a_customer_has_its_limit() {
    let house = House::on("2026-01-01");
    hold(&Bss::vsr(&house), "POST resource/customer", CUSTOMER, |count| {
        customer(&format!("customer{count}@new.test"))
    });
}

#[test]
fn an_update_has_the_limits_that_a_registration_has() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let id = bss.register("before@new.test");
    hold(&bss, &format!("PUT resource/customer/{id}"), CUSTOMER, |_| customer("after@new.test"));
    let user = bss.add(id, "user@new.test", &["User"]);
    hold(&bss, &format!("PUT resource/subscriber/{user}"), SUBSCRIBER, |_| {
        subscriber(id, "user@new.test", &["User"])
    });
}

#[test]
fn what_must_be_a_word_is_refused_as_none_or_as_too_long() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    for (pointer, most, longer) in WORDS {
        let told = |length: usize| {
            let body = with(customer("word@new.test"), pointer, json!("X".repeat(length)));
            bss.told("POST resource/customer", Some(&body))
        };
        assert_eq!(told(*most), "400 BZSAP1011E", "{pointer}");
        assert_eq!(told(most + 1), *longer, "{pointer}");
    }
}

#[test]
fn every_field_of_an_attribute_and_of_a_service_component_has_its_limit() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let id = bss.register("attributes@new.test");
    hold(&bss, "POST resource/subscriber", ATTRIBUTES, |count| {
        let mut body = subscriber(id, &format!("attribute{count}@new.test"), &["User"]);
        body["Subscriber"]["SubscriberAttributeSet"] = json!([{ "Name": "a", "Type": "STRING" }]);
        body
    });
    hold(&bss, "POST resource/servicecomponent", COMPONENT, |count| {
        json!({ "ServiceComponent": {
            "CustomerId": id, "DisplayName": format!("component{count}"),
            "ServiceComponentAttributeSet": [{ "Name": "a" }],
        } })
    });
}

#[test]
fn every_field_of_a_credential_has_its_limit() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    bss.register("credential@new.test");
    let told = |name: &str, length: usize| {
        let text: String = "ab1cd2ef3g".chars().cycle().take(length).collect();
        let mut body = json!({ "UserCredential": {
            "LoginName": "credential@new.test", "OldPassword": "none", "NewPassword": "onet1me!",
            "ConfirmPassword": "onet1me!",
        } });
        body["UserCredential"][name] = json!(text);
        let change = name == "OldPassword" || name == "ConfirmPassword";
        let what = if change { "changePassword" } else { "setOneTimePassword" };
        bss.told(&format!("POST service/authentication/{what}"), Some(&body))
    };
    for (name, most, at_most) in [
        ("LoginName", 255, "404 BZSUS9001E"),
        ("OldPassword", 200, "400 BZSAU9004E"),
        ("NewPassword", 200, "204"),
        ("ConfirmPassword", 200, "400 BZSAU9006E"),
    ] {
        assert_eq!(told(name, most), at_most, "{name}");
        assert_eq!(told(name, most + 1), "400 BZSAP9002E", "{name}");
    }
}

/// What a list adds up to is bounded, in one body and over several.
#[test]
fn lists_end_somewhere() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let accounts = |from: usize, count: usize| {
        let entry = |it| {
            json!({ "AccountNumber": format!("A{it}"), "LocationName": "Lab",
                "PaymentMethodType": "NONE", "CurrencyType": "USD" })
        };
        let entries: Vec<_> = (from..from + count).map(entry).collect();
        with(customer("many@new.test"), "/Customer/CustomerAccountSet", json!(entries))
    };
    let refusal = |what: &str, body: &Value| message(&bss.call(what, Some(body)));
    let text = "The [CustomerAccountSet] field must have at most 100 entries.";
    assert_eq!(refusal("POST resource/customer", &accounts(0, 101)), text);
    let made = bss.must("POST resource/customer", Some(&accounts(0, 60)));
    let put = format!("PUT resource/customer/{}", made["Long"]);
    assert_eq!(bss.told(&put, Some(&accounts(60, 40))), "204");
    assert_eq!(refusal(&put, &accounts(100, 10)), text);
    assert_eq!(bss.told(&put, Some(&accounts(10, 90))), "204", "those that are there stay");
}

#[test]
fn every_field_of_a_subscriber_has_its_limit() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let id = bss.register("limits@new.test");
    hold(&bss, "POST resource/subscriber", SUBSCRIBER, |count| {
        subscriber(id, &format!("subscriber{count}@new.test"), &["User"])
    });
    let roles = |role: &str| {
        let body = subscriber(id, "roles@new.test", &[role]);
        bss.told("POST resource/subscriber", Some(&body))
    };
    assert_eq!(roles(&"r".repeat(255)), "400 BZSAP1011E", "it is none of the roles");
    assert_eq!(roles(&"r".repeat(256)), "400 BZSAP9002E");
}

/// The required fields of a customer, and of a subscriber.
#[test]
fn what_is_required_is_asked_for_by_its_name() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let id = bss.register("required@new.test");
    let required = [
        "/Customer/Organization/OrgName",
        "/Customer/Organization/AddressSet/0/AddressLine1",
        "/Customer/Organization/AddressSet/0/AddressType",
        "/Customer/Organization/AddressSet/0/City",
        "/Customer/Organization/AddressSet/0/Country",
        "/Customer/Organization/AddressSet/0/State",
        "/Customer/Organization/AddressSet/0/PostalCode",
        "/Customer/Organization/Contact/FamilyName",
        "/Customer/Organization/Contact/GivenName",
        "/Customer/Organization/Contact/EmailAddress",
        "/Customer/Organization/Contact/WorkPhone",
        "/Customer/CustomerAccountSet/0/AccountNumber",
        "/Customer/CustomerAccountSet/0/LocationName",
        "/Customer/CustomerAccountSet/0/PaymentMethodType",
        "/Customer/CustomerIdentifierSet/0/CustomerIdType",
        "/Customer/CustomerIdentifierSet/0/Value",
        "/Subscriber/Person/FamilyName",
        "/Subscriber/Person/GivenName",
        "/Subscriber/Person/EmailAddress",
    ];
    for pointer in required {
        let name = pointer.rsplit('/').next().unwrap();
        let (what, body) = match pointer.starts_with("/Customer") {
            true => ("POST resource/customer", customer("missing@new.test")),
            false => ("POST resource/subscriber", subscriber(id, "missing@new.test", &["User"])),
        };
        let answer = bss.call(what, Some(&with(body, pointer, Value::Null)));
        assert_eq!(told(&answer), "400 BZSAP1033E", "{pointer}");
        assert_eq!(message(&answer), format!("The [{name}] field requires a string value."));
    }
    let body = subscriber(id, "missing@new.test", &[]);
    let answer = bss.call("POST resource/subscriber", Some(&body));
    assert_eq!(message(&answer), "The [RoleSet] field requires a list.");
    let body = with(body, "/Subscriber/CustomerId", Value::Null);
    let answer = bss.call("POST resource/subscriber", Some(&body));
    let number = "The [CustomerId] field requires a whole number that is greater than zero.";
    assert_eq!(message(&answer), number);
}

/// What of an address may be left blank: as `smartcloudadmin` does, for countries without states.
#[test]
fn an_address_has_a_state_and_a_postal_code_where_its_country_does() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let told = |name: &str, country: &str, value: &str| {
        let email = format!("{}@new.test", format!("{name}{country}").replace(' ', ""));
        let at = |name: &str| format!("/Customer/Organization/AddressSet/0/{name}");
        let body = with(customer(&email), &at("Country"), json!(country));
        let answer = bss.call("POST resource/customer", Some(&with(body, &at(name), json!(value))));
        if answer.status.is_success() { "200".to_owned() } else { message(&answer) }
    };
    let missing = |name: &str| format!("The [{name}] field requires a string value.");
    for name in ["State", "PostalCode"] {
        assert_eq!(told(name, "Ireland", ""), "200");
        for country in ["United States", "CA", "Australia"] {
            assert_eq!(told(name, country, " "), missing(name), "{country}");
        }
    }
    assert_eq!(told("AddressLine1", "Ireland", " "), "200", "blank on purpose");
    assert_eq!(told("AddressLine1", "Ireland", ""), missing("AddressLine1"));
    assert_eq!(told("City", "Ireland", " "), missing("City"));
}

/// The code that is shown beside a country may be sent back; it does not say another one.
#[test]
fn a_country_code_is_that_of_its_country() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let said = |country: &str, code: &str| {
        let email = format!("{country}-{}@new.test", code.trim()).replace("de@", "small@");
        let at = |name: &str| format!("/Customer/Organization/AddressSet/0/{name}");
        let body = with(customer(&email), &at("Country"), json!(country));
        let answer =
            bss.call("POST resource/customer", Some(&with(body, &at("CountryCode"), json!(code))));
        if answer.status.is_success() { "200".to_owned() } else { message(&answer) }
    };
    for (country, code) in [("Germany", "DE"), ("Germany", "de"), ("IE", " "), ("Japan", "JP")] {
        assert_eq!(said(country, code), "200", "{country} {code}");
    }
    let unknown = "The [ZZ] input value that was provided for the [CountryCode] field is invalid.";
    assert_eq!(said("Germany", "ZZ"), unknown);
    let other = "The [CountryCode] field must be `DE`, the code of the [Country] field, or absent.";
    assert_eq!(said("Germany", "FR"), other);
}

/// All that is missing or wrong in a body comes in one answer, beside the first, which clients read.
#[test]
fn everything_that_is_wrong_with_a_body_is_told_at_once() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let mut body = customer("not an address");
    for (pointer, value) in [
        ("/Customer/Organization/OrgName", Value::Null),
        ("/Customer/Organization/AddressSet/0/Country", json!("Atlantis")),
        ("/Customer/Organization/AddressSet/0/AddressType", json!("HOME")),
        ("/Customer/CustomerAccountSet/0/CurrencyType", json!("XYZ1")),
    ] {
        body = with(body, pointer, value);
    }
    let answer = bss.call("POST resource/customer", Some(&body));
    assert_eq!(told(&answer), "400 BZSAP1011E");
    let answer = answer.json();
    let line = |it: &Value| {
        let (code, text) = (it["MessageCode"].as_str().unwrap(), it["ResponseMessage"].as_str());
        let valid = it["ValidValueSet"].as_array().map(|it| format!(" {}", json!(it)));
        format!("{code} {}{}\n", text.unwrap(), valid.unwrap_or_default())
    };
    let all: String = answer["BSSResponseSet"].as_array().unwrap().iter().map(line).collect();
    expect![[r#"
        BZSAP1011E The [XYZ1] input value that was provided for the [CurrencyType] field is invalid.
        BZSAP1033E The [OrgName] field requires a string value.
        BZSAP1011E The [HOME] input value that was provided for the [AddressType] field is invalid. ["BILLING","MAILING","MULTIPURPOSE"]
        BZSAP1011E The [Atlantis] input value that was provided for the [Country] field is invalid.
        BZSAP9004E The [EmailAddress] field must be a mail address such as `ann@example.com`.
    "#]].assert_eq(&all);
    let one = bss.call("POST resource/customer", Some(&customer("not an address"))).json();
    assert_eq!(one["BSSResponseSet"], Value::Null, "there is no more to say");
}

/// The words of enumerations, and whether each is one.
#[test]
fn every_word_of_an_enumeration_is_taken_and_no_other() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let identifiers = "CAAS_CUSTOMER_ID COREMETRIC_CUSTOMER_ID GLOBALCROSSING_ID GLOBALIVE_ID \
                       IBM_CUSTOMER_NUMBER IBM_CUSTOMER_NUMBER_PREV IBM_SITE_NUMBER \
                       SALESFORCE_ACCOUNT_ID SALESFORCE_CONTACT_ID SALESFORCE_ID \
                       SALESFORCE_LEAD_ID SALESFORCE_OPPORTUNITY_ID SIEBEL_ID \
                       STERLING_CUSTOMER_ID TMS_CUSTOMER_ID UNICA_CUSTOMER_ID UNYTE_CUSTOMER_ID";
    let mut count = 0;
    for (pointer, words) in [
        ("/Customer/Organization/AddressSet/0/AddressType", "BILLING MAILING MULTIPURPOSE"),
        (
            "/Customer/CustomerAccountSet/0/PaymentMethodType",
            "CREDIT_CARD PURCHASE_ORDER INVOICE NONE",
        ),
        ("/Customer/CustomerAccountSet/0/CurrencyType", "USD EUR CAD AUD NZD INR GBP JPY WON"),
        ("/Customer/CustomerIdentifierSet/0/CustomerIdType", identifiers),
        ("/Customer/Organization/AddressSet/0/Country", "Germany Japan US"),
    ] {
        let name = pointer.rsplit('/').next().unwrap();
        for word in words.split_whitespace() {
            count += 1;
            let body = customer(&format!("word{count}@new.test"));
            let body = with(body, pointer, json!(word));
            let id = bss.must("POST resource/customer", Some(&body))["Long"].clone();
            let shown = bss.get(&format!("resource/customer/{id}"));
            let shown = shown.pointer(pointer).unwrap();
            let expected = match word {
                "WON" => "KRW",
                "US" => "United States",
                word => word,
            };
            assert_eq!(shown, expected, "{pointer}");
        }
        for word in ["OTHER", &*"X".repeat(25)] {
            let body = with(customer("wrong@new.test"), pointer, json!(word));
            let answer = bss.call("POST resource/customer", Some(&body));
            let text = format!(
                "The [{word}] input value that was provided for the [{name}] field is invalid."
            );
            assert_eq!((told(&answer), message(&answer)), ("400 BZSAP1011E".to_owned(), text));
        }
    }
}

/// The refusals that clients were seen to get, word for word.
#[test]
fn known_refusals_are_worded_as_clients_know_them() {
    let house = House::on("2026-01-01");
    let bss = Bss::vsr(&house);
    let nothing = json!({ "Customer": {
        "Organization": {}, "CustomerAccountSet": [{ "LocationName": "", "AccountNumber": "" }],
    } });
    let known: Value = serde_json::from_str(include_str!(
        "../../fixtures/ibm/sdk-error-locationname-required.reconstructed.json"
    ))
    .unwrap();
    let told = bss.call("POST resource/customer", Some(&nothing)).json();
    assert_eq!(told["BSSResponse"], known["BSSResponse"]);
}
