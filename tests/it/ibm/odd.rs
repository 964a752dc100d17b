//! Odd values in every place of every body and query: each is refused in the contract's envelope or
//! taken, nothing fails, and what is refused changes nothing.

use serde_json::{Value, json};
use tillbox::store::{Store, Trust, check::check};

use super::deeds::{Deed, deeds, names};
use super::rights::facts;
use crate::harness::app::{Answer, App};
use crate::harness::client::Client;
use crate::harness::stage::{Scene, Stage, open};

/// What nobody means, and some things that somebody may.
fn odd() -> Vec<Value> {
    let mut deep = json!(1);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        serde_json::from_str("1e400").unwrap(),
        json!("   "),
        json!("x".repeat(10_000)),
        json!("\u{0}"),
        json!("line\r\nbreak"),
        json!("\u{202e}\u{200b}ﬀ"),
        json!("{0}{1}%s"),
        json!([[]]),
        json!({ "a": 1 }),
        deep,
    ]
}

/// All places in a body.
fn places(body: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match body {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, it)| places(it, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, it)| places(it, &format!("{at}/{n}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What is wrong with how something odd was answered.
fn wrong(app: &App, before: u64, answer: &Answer) -> Option<String> {
    let status = answer.status.as_u16();
    if answer.status.is_success() {
        return None;
    }
    let code = answer.json()["BSSResponse"]["ResponseCode"].clone();
    let is_refused = (400..500).contains(&status) && code.as_str() == Some(answer.status.as_str());
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let is_short = text.len() < 4000;
    let is_quiet = facts(app) == before;
    (!is_refused || !is_short || !is_quiet)
        .then(|| format!("{status} {}", text.chars().take(300).collect::<String>()))
}

/// What bodies may say beside what deeds say: what is in no table as well.
#[rustfmt::skip] // so that a place is a line
const MORE: &[(&str, &str, &str)] = &[
    ("resource/customer", "/Customer", r#"{"CustomerType":"DIRECT","Id":1,"CustomerState":"ACTIVE","IsGuest":false,"CustomerIdentifierSet":[{"CustomerIdType":"SIEBEL_ID","Value":"1"}],"SuspensionDate":"1"}"#),
    ("resource/customer", "/Customer/Organization", r#"{"Phone":"030 1","Owner":1,"AddressSet":[{"AddressLine1":"1 Road","AddressLine2":"Left","AddressType":"BILLING","City":"Berlin","Country":"Germany","CountryCode":"DE","State":"BE","PostalCode":"10115"}]}"#),
    ("resource/customer", "/Customer/Organization/Contact", r#"{"RoleSet":["User"],"NamePrefix":"Dr","NameSuffix":"Jr","EmployeeNumber":"1","LanguagePreference":"en","HomePhone":"030 2","MobilePhone":"030 3","Fax":"030 4","JobTitle":"Boss","WebSiteAddress":"https://x.test","TimeZone":"Europe/Berlin","Photo":"p","Owner":1,"Deleted":false}"#),
    ("resource/customer", "/Customer/CustomerAccountSet/0", r#"{"CurrencyType":"EUR","VendorId":3}"#),
    ("resource/subscriber", "/Subscriber", r#"{"Id":1,"SubscriberState":"ACTIVE","SeatSet":[{"Id":1}],"SubscriberAttributeSet":[{"Name":"a","Type":"STRING","StringValue":"b","BooleanValue":true,"IntegerValue":5,"SubscriberId":1,"Deleted":false},{"Name":"n","Type":"INTEGER","IntegerValue":5}]}"#),
    ("resource/subscriber", "/Subscriber/Person", r#"{"NamePrefix":"Dr","NameSuffix":"Jr","EmployeeNumber":"1","LanguagePreference":"en","WorkPhone":"030 1","HomePhone":"030 2","MobilePhone":"030 3","Fax":"030 4","JobTitle":"Boss","WebSiteAddress":"https://x.test","Photo":"p","OrgName":"x","IsRestrictedUse":false}"#),
    ("resource/servicecomponent", "/ServiceComponent", r#"{"Id":1,"Description":"d","ServiceComponentAttributeSet":[{"Name":"a","Type":"STRING","StringValue":"b","BooleanValue":true,"IntegerValue":5}]}"#),
    ("resource/subscription", "/Order/OrderItemSet/0", r#"{"BillingFrequency":"MRC","Id":1}"#),
    ("resource/subscription", "/Subscription", r#"{"PartQuantity":5,"PartNumber":"x"}"#),
    ("changeQuota", "/Seat", r#"{"Id":1,"SubscriberId":1}"#),
    ("service/authentication", "/UserCredential", r#"{"OldPassword":"$password","ConfirmPassword":"an0ther-1"}"#),
];

/// A body with everything in it that it may say.
fn whole(what: &str, mut body: Value, password: &str) -> Value {
    for (resource, place, more) in MORE {
        let into = body.pointer_mut(place).and_then(Value::as_object_mut);
        let Some(into) = into.filter(|_| what.contains(resource)) else { continue };
        let more: Value = serde_json::from_str(&more.replace("$password", password)).unwrap();
        for (name, value) in more.as_object().unwrap() {
            into.entry(name).or_insert_with(|| value.clone());
        }
    }
    body
}

/// A table of what bodies say would say nothing of a place that is in none of them.
#[test]
fn what_bodies_may_say_beside_is_said_by_some() {
    let names = names(&Stage::shared().north);
    let all: Vec<_> = deeds().iter().map(|it| it.request(&names)).collect();
    for (resource, place, _) in MORE {
        let is_it = |(what, operation, body): &(String, Option<String>, Option<Value>)| {
            let is_named = what.contains(resource) || operation.as_deref() == Some(*resource);
            is_named && body.as_ref().is_some_and(|it| it.pointer(place).is_some())
        };
        assert!(all.iter().any(is_it), "{resource} {place}");
    }
}

fn try_body(app: &App, deed: &Deed, complaints: &mut Vec<String>) {
    let names = names(&Stage::shared().north);
    let (what, operation, Some(body)) = deed.request(&names) else { return };
    let named = format!("{what} {}", operation.as_deref().unwrap_or_default());
    let body = whole(&named, body, &names["password"]);
    let client = Client::with_token(app, &names["seller"]);
    let client = operation
        .map_or_else(|| client.header("x-odd", "1"), |it| client.header("x-operation", &it));
    let mut all = Vec::new();
    places(&body, "", &mut all);
    for place in all {
        for value in odd() {
            let mut sent = body.clone();
            *sent.pointer_mut(&place).unwrap() = value.clone();
            let before = facts(app);
            let answer = client.call(&what, Some(&sent));
            // That a door was locked after too many wrong passwords is told.
            let before = if place.ends_with("OldPassword") { facts(app) } else { before };
            if let Some(why) = wrong(app, before, &answer) {
                let shown: String = value.to_string().chars().take(60).collect();
                complaints.push(format!("{what} with {shown} at {place}: {why}"));
            }
        }
    }
}

#[test]
fn nothing_odd_in_a_body_does_harm() {
    let disk = Stage::shared().disk(Scene::Quiet);
    let app = open(&disk, 7);
    let mut complaints = Vec::new();
    for deed in deeds() {
        try_body(&app, deed, &mut complaints);
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    drop(app);
    let store = Store::within(disk, Trust::LastCommit).unwrap();
    let report = check(&store.read().unwrap());
    assert!(report.is_clean(), "{:#?}", report.findings);
}

#[test]
fn nothing_odd_in_an_address_does_harm() {
    let app = open(&Stage::shared().disk(Scene::Quiet), 7);
    let client = Client::with_token(&app, &Stage::shared().north["seller"]);
    let long = "x".repeat(5_000);
    let values =
        ["", "%00", "%FF", "%", "-1", "0", "1e3", "%F0%9F%98%80", "a%2Fb", "..", "*", &long];
    let mut complaints = Vec::new();
    for value in values {
        for what in [
            format!("GET /api/bss/resource/customer/{value}"),
            format!("GET /api/bss/resource/subscriber/{value}"),
            format!("GET /api/bss/resource/customer?_pageNumber={value}"),
            format!("GET /api/bss/resource/subscriber?_pageSize={value}"),
            format!("GET /api/bss/resource/customer?_namedQuery={value}"),
            format!(
                "GET /api/bss/resource/customer?_namedQuery=getCustomerByOrgName&orgName={value}"
            ),
            format!(
                "GET /api/bss/resource/customer?_namedQuery=getCustomersByContactEmail&emailAddress={value}"
            ),
            format!(
                "GET /api/bss/resource/subscriber?_namedQuery=getSubscriberByCustomer&customer={value}"
            ),
            format!(
                "GET /api/bss/resource/subscriber?_namedQuery=getSubscriberByEmailAddress&emailAddress={value}"
            ),
            format!("POST /api/bss/service/authentication/resetPassword?loginName={value}"),
            format!("POST /api/bss/service/authorization/getRoleList?loginName={value}"),
            format!("POST /api/bss/service/authorization/assignRole?loginName=a&role={value}"),
            format!("GET /api/bss/{value}"),
        ] {
            let before = facts(&app);
            let answer = client.call(&what, None);
            if let Some(why) = wrong(&app, before, &answer).filter(|_| value.len() < 1000) {
                complaints.push(format!("{what}: {why}"));
            }
            assert!(answer.status.as_u16() < 500, "{what}: {}", answer.status);
        }
    }
    for value in ["", " ", "suspendCustomer\u{7f}", "suspend", "suspendCustomer,unsuspendCustomer"]
    {
        let Ok(header) = axum::http::HeaderValue::from_str(value) else { continue };
        let header = header.to_str().unwrap_or_default().to_owned();
        let client = client.header("x-operation", &header);
        let answer = client.call("POST /api/bss/resource/customer/5", None);
        assert_eq!(super::told(&answer), "400 BZSAP9008E", "{value}");
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
