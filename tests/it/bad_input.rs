//! Bad input to every route that takes a body: refused with the field and the rule, and nothing is
//! stored.
//!
//! Each row of the table of deeds is a body that is right; here it is made wrong in every way that
//! the description of the contract lets one think of.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use tillbox::api::v1::document;
use tillbox::domain::operator::Actor;
use tillbox::store::fact::Facts;

use crate::harness::app::{Answer, App};
use crate::harness::client::Client;
use crate::harness::deeds::{Deed, deeds};
use crate::harness::house::House;
use crate::harness::stage::{Names, Scene, Stage, open};

/// What a body may be made of, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Text,
    Number,
    Truth,
    List(Box<Shape>),
    Fields(BTreeMap<String, Shape>),
    /// Any names with values of one shape.
    Map(Box<Shape>),
}

impl Shape {
    fn of(schema: &Value, all: &Value) -> Self {
        Self::within(schema, all, &[])
    }

    /// The same within schemas: what has itself within, or may be anything, is an object with nothing to
    /// look at.
    fn within(schema: &Value, all: &Value, above: &[&str]) -> Self {
        let inner = |it: &Value| Self::within(it, all, above);
        if schema.is_null() {
            return Self::Fields(BTreeMap::new());
        }
        if let Some(name) = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next()) {
            return match above.contains(&name) {
                true => Self::Fields(BTreeMap::new()),
                false => Self::within(&all[name], all, &[above, &[name]].concat()),
            };
        }
        let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        if let Some(choice) = choices.and_then(|it| it.iter().find(|it| it["type"] != "null")) {
            return inner(choice);
        }
        let kind = schema["type"].as_array().map_or(&schema["type"], |it| &it[0]);
        match kind.as_str() {
            Some("integer" | "number") => Self::Number,
            Some("boolean") => Self::Truth,
            Some("array") => Self::List(Box::new(inner(&schema["items"]))),
            Some("object") | None => match schema["properties"].as_object() {
                Some(fields) => Self::Fields(
                    fields.iter().map(|(name, it)| (name.clone(), inner(it))).collect(),
                ),
                None => Self::Map(Box::new(inner(&schema["additionalProperties"]))),
            },
            Some(_) => Self::Text,
        }
    }
}

/// The shape of the body of each route, by method and path.
fn shapes() -> BTreeMap<String, Shape> {
    let document = document();
    let all = &document["components"]["schemas"];
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, described) in methods.as_object().unwrap() {
            let schema = &described["requestBody"]["content"]["application/json"]["schema"];
            let path = path.trim_start_matches("/api/v1");
            if !schema.is_null() {
                let route = format!("{} {path}", method.to_uppercase());
                found.insert(route, Shape::of(schema, all));
            }
        }
    }
    found
}

/// A body made wrong: what is wrong, where, and the bytes.
struct Wrong {
    why: String,
    at: String,
    bytes: Vec<u8>,
}

/// Numbers that no field takes.
const NUMBERS: &[&str] =
    &["\"x\"", "-1", "1.5", "1e1000000", "99999999999999999999999", "{}", "[]"];
/// What no text is.
const NO_TEXTS: &[&str] = &["1", "{}", "[]", "true"];
/// Amounts that no amount is.
const AMOUNTS: &[&str] = &[
    "\"1e1000000\"",
    "\"1234567890123456789012345678901234567890\"",
    "\"NaN\"",
    "\"\"",
    "\"1,5\"",
    "\"0x10\"",
    "\" 1\"",
    "\"-1e40\"",
    "\"∞\"",
    "1e1000000",
    "{}",
];

/// Everything that is wrong with a value of a shape, whatever it means.
fn wrongs(shape: &Shape, name: &str, is_amount: bool) -> Vec<(&'static str, String)> {
    let each = |why, values: &[&str]| -> Vec<(&'static str, String)> {
        values.iter().map(|it| (why, (*it).to_owned())).collect()
    };
    match shape {
        Shape::Number => each("a number", NUMBERS),
        Shape::Truth => each("a truth", &["\"yes\"", "1", "{}"]),
        Shape::List(_) => each("a list", &["{}", "\"x\"", "1", "[[]]"]),
        Shape::Fields(_) => each("an object", &["1", "\"x\"", "[]", "{\"nmae\":1}"]),
        Shape::Map(_) => each("a map", &["1", "\"x\"", "[]"]),
        Shape::Text if is_amount => each("an amount", AMOUNTS),
        Shape::Text => {
            let mut all = each("a text", NO_TEXTS);
            all.extend(each("control characters", &["\"a\\u0000b\"", "\"a\\u001bb\""]));
            all.push(("a text of 900 kB", format!("\"{}\"", "é".repeat(450_000))));
            if name == "currency" {
                all.extend(each("a currency", &["\"XXQ\"", "\"\"", "\"eur \"", "\"EURO\""]));
            }
            if is_date(name) {
                all.extend(each(
                    "a date",
                    &["\"2026-02-30\"", "\"\"", "\"soon\"", "\"2026-13-01\""],
                ));
            }
            all
        }
    }
}

fn is_date(name: &str) -> bool {
    let ends = ["_on", "_from", "_at"];
    ends.iter().any(|it| name.ends_with(it)) || ["at", "to", "until"].contains(&name)
}

fn is_amount(name: &str) -> bool {
    [
        "amount",
        "per_unit",
        "flat",
        "up_to",
        "marketplace_percent",
        "percent",
        "quantity",
        "included",
        "size",
        "multiplier",
        "value",
    ]
    .contains(&name)
}

/// A body with one value replaced, as text: what replaces it need not be JSON.
fn replaced(base: &Value, pointer: &str, value: &str) -> Vec<u8> {
    const PLACE: &str = "\u{1F4CD}";
    let mut body = base.clone();
    put(&mut body, pointer, Value::from(PLACE));
    body.to_string().replace(&format!("\"{PLACE}\""), value).into_bytes()
}

fn put(body: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent).unwrap() {
        Value::Object(fields) => {
            fields.insert(name.to_owned(), value);
        }
        Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
        leaf @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            panic!("{leaf} has nothing at {pointer}")
        }
    }
}

/// A body wrong in every field: those that it has, and those that it could have.
fn each_field(base: &Value, shape: &Shape, at: &str, found: &mut Vec<Wrong>) {
    match (shape, base.pointer(at).unwrap()) {
        (Shape::Fields(fields), Value::Object(_)) => {
            for (name, shape) in fields {
                let pointer = format!("{at}/{name}");
                for (why, value) in wrongs(shape, name, is_amount(name)) {
                    let bytes = replaced(base, &pointer, &value);
                    found.push(Wrong { why: why.to_owned(), at: pointer.clone(), bytes });
                }
                if base.pointer(&pointer).is_some() {
                    each_field(base, shape, &pointer, found);
                }
            }
        }
        (Shape::List(shape), Value::Array(items)) => {
            for place in 0..items.len() {
                each_field(base, shape, &format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

/// A body that is wrong as a whole.
fn as_a_whole(base: &Value) -> Vec<Wrong> {
    let text = base.to_string();
    let first = base.as_object().and_then(|it| it.iter().next());
    let mut all = vec![
        ("half of it", "", text[..text.len() - 1].to_owned().into_bytes()),
        ("more after it", "", format!("{text}{text}").into_bytes()),
        ("no JSON", "", b"name=x".to_vec()),
        ("no UTF-8", "", b"{\"name\":\"\xff\xfe\"}".to_vec()),
        ("a list", "", b"[]".to_vec()),
        ("a number", "", b"1".to_vec()),
        ("nothing of a kind", "", b"null".to_vec()),
        ("lists, 10,000 deep", "", "[".repeat(10_000).into_bytes()),
        ("objects, 10,000 deep", "", "{\"a\":".repeat(10_000).into_bytes()),
        ("10 MB", "", format!("{text}{}", " ".repeat(10 << 20)).into_bytes()),
    ];
    if let Some((name, value)) = first {
        let rest = text.strip_prefix('{').unwrap();
        all.push(("a field twice", "", format!("{{\"{name}\":{value},{rest}").into_bytes()));
    }
    let mut unknown = base.clone();
    if let Some(fields) = unknown.as_object_mut() {
        fields.insert("nmae".to_owned(), json!(1));
        all.push(("an unknown field", "/nmae", unknown.to_string().into_bytes()));
    }
    let wrong = |(why, at, bytes): (&str, &str, Vec<u8>)| Wrong {
        why: why.to_owned(),
        at: at.to_owned(),
        bytes,
    };
    all.into_iter().map(wrong).collect()
}

/// Whether a deed answers so to something wrong as it says it does.
fn is_as_announced(deed: &Deed, answer: &Answer) -> bool {
    match deed.route().as_str() {
        // Each event of a report is refused for itself, with its reason.
        "POST /usage" => {
            let receipt = answer.json();
            receipt["accepted"] == 0 && receipt["rejected"][0]["rule"].is_string()
        }
        // Who asks for a link learns nothing by what is answered.
        "POST /password/reset" => answer.status == StatusCode::NO_CONTENT,
        _ => false,
    }
}

/// What is wrong with the answer to something wrong; nothing if it is as it should be.
fn fault(answer: &Answer, wrong: &Wrong) -> Option<String> {
    let status = answer.status.as_u16();
    if !(400..500).contains(&status) {
        return Some(format!("{status}"));
    }
    let problem = answer.json();
    let is_text = |name: &str| problem[name].as_str().is_some_and(|it| !it.is_empty());
    if !is_text("type") || !is_text("title") || problem["status"] != status {
        return Some(format!("no problem: {problem}"));
    }
    // A refusal with a type of its own says by it what is wrong.
    if wrong.at.is_empty() || problem["type"] != "/problems/invalid" {
        return None;
    }
    let errors = problem["errors"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let names = |it: &Value| {
        let (pointer, rule) = (it["pointer"].as_str().unwrap_or(""), &it["rule"]);
        (pointer.starts_with(&wrong.at) || wrong.at.starts_with(pointer) && pointer.len() > 1)
            && rule.as_str().is_some_and(|it| !it.is_empty())
    };
    let told = errors.iter().any(names) || status == 400;
    (!told).then(|| format!("{status} names another field: {problem}"))
}

fn facts(app: &App) -> u64 {
    app.bss.read(&Actor::duty("test"), |cx| Ok(cx.view.last_fact()?)).unwrap()
}

/// Tries a deed with everything wrong, and says what was not refused as it should be.
fn try_deed(deed: &Deed, shape: Option<&Shape>, names: &Names, said: &mut Vec<String>) -> usize {
    let fresh = || {
        let app = open(&Stage::shared().disk(deed.scene), 7);
        let facts = facts(&app);
        (app, facts)
    };
    let (mut app, mut before) = fresh();
    let base = deed.body(names).unwrap_or_else(|| Value::Object(Map::new()));
    let mut all = as_a_whole(&base);
    if let Some(shape) = shape {
        each_field(&base, shape, "", &mut all);
    }
    let request = deed.request(names);
    for wrong in &all {
        let answer = deed.doer(&app, names).call_raw(&request, Some(wrong.bytes.clone()));
        let shown = String::from_utf8_lossy(&wrong.bytes).chars().take(160).collect::<String>();
        let fault = fault(&answer, wrong).filter(|_| !is_as_announced(deed, &answer));
        if let Some(fault) = fault {
            said.push(format!("{} {} {}: {fault}\n    {shown}", deed.what, wrong.at, wrong.why));
        }
        let after = facts(&app);
        if after != before {
            said.push(format!("{} {} {} was stored", deed.what, wrong.at, wrong.why));
            (app, before) = fresh();
        }
    }
    all.len()
}

#[test]
fn bad_input_to_any_route_is_refused_with_field_and_rule_and_stores_nothing() {
    let (stage, shapes) = (Stage::shared(), shapes());
    let (mut said, mut count) = (Vec::new(), 0);
    // Whatever is in a file is right.
    let has_form = |it: &&Deed| !it.what.starts_with("DELETE") && !it.what.starts_with("PUT");
    for deed in deeds().iter().filter(has_form) {
        count += try_deed(deed, shapes.get(&deed.route()), &stage.north, &mut said);
    }
    println!("{count} bad bodies");
    assert!(said.is_empty(), "{} of {count}:\n{}", said.len(), said.join("\n"));
}

/// What is wrong with it only by what it means.
#[rustfmt::skip] // so that a case is a line
const MEANINGS: &[(&str, &str, &str, &str)] = &[
    ("seller", "POST /payments", r#"{"account":"$customer","amount":{"amount":"-5","currency":"EUR"}}"#, "422 /amount"),
    ("seller", "POST /payments", r#"{"account":"$customer","amount":{"amount":"5","currency":"XXQ"}}"#, "422 /amount/currency"),
    ("seller", "POST /payments", r#"{"account":"$customer","amount":{"amount":"5.001","currency":"EUR"}}"#, "422 /amount/amount"),
    ("seller", "POST /payments/$payment/refund", r#"{"amount":{"amount":"-5","currency":"EUR"}}"#, "422 /amount"),
    ("seller", "POST /payments/$payment/refund", r#"{"amount":{"amount":"5000000","currency":"EUR"}}"#, "409"),
    ("seller", "POST /prices", r#"{"offer":"$drafted","name":"Fee","kind":"recurring","currency":"EUR","model":{"kind":"flat","amount":"-1"}}"#, "422 /model/amount"),
    ("seller", "POST /tax_rules", r#"{"name":"Low","zone":"$tax_zone","percent":"-7","valid_from":"2026-01-01"}"#, "422 /percent"),
    ("seller", "POST /tax_rules", r#"{"name":"Low","zone":"$tax_zone","percent":"7","valid_from":"2026-02-30"}"#, "422 /valid_from"),
    ("seller", "POST /orders", r#"{"account":"$customer","items":[]}"#, "422 /items"),
    ("seller", "POST /orders", r#"{"account":"$customer","items":[{"offer":"$offer","quantity":0}]}"#, "422 /items/0/quantity"),
    ("seller", "POST /orders", r#"{"account":"$customer","items":[{"offer":"$drafted"}]}"#, "409"),
    ("operator", "POST /accounts/$reseller/move", r#"{"parent":"$customer"}"#, "409"),
    ("operator", "POST /accounts/$customer/move", r#"{"parent":"$customer"}"#, "409"),
    ("seller", "POST /accounts", r#"{"name":""}"#, "422 /name"),
    ("seller", "POST /accounts", r#"{"name":"   "}"#, "422 /name"),
    ("seller", "POST /accounts", r#"{"name":"x","attributes":{"a":"1","a":"2"}}"#, "422 /attributes/a"),
    ("seller", "POST /accounts", r#"{"name":"x","address":{"city":"x","city":"y"}}"#, "422 /address/city"),
    ("seller", "POST /accounts", r#"{"name":"x","billing":{"cycle":{"period":"0 months"}}}"#, "422 /billing/cycle/period"),
    ("seller", "POST /categories", r#"{"name":{"en":"x","en":"y"}}"#, "422 /name/en"),
    ("seller", "POST /categories", r#"{"name":{}}"#, "422 /name"),
    ("seller", "POST /usage", r#"{"events":[{"id":"n","subscription":"$subscription","meter":"$meter","quantity":"1e1000000"}]}"#, "200"),
];

#[test]
fn what_cannot_be_meant_is_refused_with_its_place() {
    let (stage, mut said) = (Stage::shared(), Vec::new());
    let app = open(&stage.disk(Scene::Quiet), 7);
    for (by, what, body, expected) in MEANINGS {
        let before = facts(&app);
        let fill = |text: &str| {
            let names = stage.north.iter().rev();
            names.fold(text.to_owned(), |text, (name, id)| text.replace(&format!("${name}"), id))
        };
        let client = Client::with_token(&app, &stage.north[by]);
        let answer = client.call_raw(&fill(what), Some(fill(body).into_bytes()));
        let pointer = answer.json()["errors"][0]["pointer"].as_str().unwrap_or("").to_owned();
        let got = format!("{} {pointer}", answer.status.as_u16());
        if got.trim() != *expected {
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            said.push(format!("{what} {body}\n    {got}, not {expected}: {text}"));
        }
        if facts(&app) != before {
            said.push(format!("{what} {body} was stored"));
        }
    }
    assert!(said.is_empty(), "{}:\n{}", said.len(), said.join("\n"));
}

#[test]
fn a_tax_number_that_cannot_be_one_is_refused_at_its_field() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let open = |number: &str| {
        let body = json!({ "name": "Whale", "tax": { "registration_id": number } });
        operator.call("POST /accounts", Some(&body))
    };
    let refused = open("ATU1234");
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["errors"][0]["pointer"], "/tax/registration_id");
    assert_eq!(open("ATU12345675").status, 201);
    assert_eq!(open("12/345/67890").status, 201, "a number of another kind");
}

#[test]
fn a_form_that_no_answer_has_is_refused() {
    let house = House::on("2026-01-01");
    let ask = |form: &str| {
        house.operator().header("accept", form).call("GET /accounts", None).status.as_u16()
    };
    for (form, status) in [
        ("application/pdf", 406),
        ("text/html, application/xml;q=0.9", 406),
        ("text/html, */*;q=0.8", 200),
        ("application/json", 200),
        ("application/problem+json, application/*", 200),
    ] {
        assert_eq!(ask(form), status, "{form}");
    }
}
