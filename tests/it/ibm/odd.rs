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

fn try_body(app: &App, deed: &Deed, complaints: &mut Vec<String>) {
    let names = names(&Stage::shared().north);
    let (what, operation, Some(body)) = deed.request(&names) else { return };
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
