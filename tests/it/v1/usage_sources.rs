//! Sources of usage that are asked by themselves: what they answer counts once, whatever comes twice or stops in
//! between, and who does not answer is asked again.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tillbox::world::http::{Request, Response, WebError};

use crate::harness::market::{Market, monthly, text};

/// A system that counts: events in order, of which it gives two at a time, from where its cursor says.
#[derive(Clone, Default)]
struct Meterhouse(Arc<Mutex<Vec<Value>>>);

impl Meterhouse {
    fn counts(&self, id: &str, subscription: &str, quantity: &str) {
        let event = json!({
            "id": id, "subscription": subscription, "meter": "traffic", "quantity": quantity,
            "at": "2026-01-01T12:00:00Z",
        });
        self.0.lock().unwrap().push(event);
    }

    fn answer(&self, request: &Request) -> Response {
        let from = request.address.split_once("cursor=").map_or(0, |it| it.1.parse().unwrap());
        let all = self.0.lock().unwrap();
        let some: Vec<_> = all.iter().skip(from).take(2).cloned().collect();
        let cursor = (from + some.len()).to_string();
        Response::new(200, json!({ "events": some, "cursor": cursor }).to_string())
    }
}

/// A market whose seller has a source of usage, and a subscription that is charged by use.
struct Asked {
    market: Market,
    meterhouse: Meterhouse,
    subscription: String,
    path: String,
}

impl Asked {
    fn by_the_hour() -> Self {
        let market = Market::on("2026-01-01");
        let account = market.customer("Reader", "EUR");
        let price = json!({
            "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
            "model": { "kind": "per_unit", "per_unit": "1" },
        });
        let offer = market.offer("Line", &[monthly("Base", "EUR", "10"), price]);
        let subscription = market.order(&account, &offer, 1);
        market.advance_to("2026-01-02");
        let meterhouse = Meterhouse::default();
        let serving = meterhouse.clone();
        market.house.app.outside.answer(move |request| Ok(serving.answer(request)));
        let seller = text(&market.operator().get("/session")["account"]["id"]);
        let path = format!("/accounts/{seller}/usage_sources");
        let it = Self { market, meterhouse, subscription, path };
        it.put(&json!({ "address": "https://meter.example.com/usage", "token": "hush" }));
        it
    }

    fn put(&self, body: &Value) -> Value {
        let put = format!("PUT {}/meterhouse", self.path);
        self.market.operator().call(&put, Some(body)).ok()
    }

    fn source(&self) -> Value {
        self.market.operator().get(&self.path)["items"][0].clone()
    }

    /// The duties after so many minutes.
    fn later(&self, minutes: i64) {
        let app = &self.market.house.app;
        app.set_wall_to(app.wall().plus_seconds(minutes * 60));
        app.keep_duties();
    }

    /// The ids and quantities of what was taken.
    fn taken(&self) -> String {
        let found = self.market.operator().get(&format!(
            "/usage?subscription={}&meter={}&order=oldest",
            self.subscription, self.market.meter
        ));
        let all = found["items"].as_array().unwrap().iter();
        let told = |it: &Value| format!("{}={}", text(&it["id"]), text(&it["quantity"]));
        all.map(told).collect::<Vec<_>>().join(" ")
    }

    fn addresses(&self) -> Vec<String> {
        let heard = self.market.house.app.outside.heard().into_iter();
        heard.filter(|it| it.address.contains("meter.example")).map(|it| it.address).collect()
    }
}

#[test]
fn a_source_is_asked_by_itself_from_where_it_left_off() {
    let it = Asked::by_the_hour();
    for (id, quantity) in [("a", "1"), ("b", "2"), ("c", "3")] {
        it.meterhouse.counts(id, &it.subscription, quantity);
    }
    it.market.house.app.keep_duties();
    assert_eq!(it.taken(), "a=1 b=2 c=3", "what is more than one answer comes at once");
    let base = "https://meter.example.com/usage".to_owned();
    let asked = [base.clone(), format!("{base}?cursor=2"), format!("{base}?cursor=3")];
    assert_eq!(it.addresses(), asked);
    let heard = it.market.house.app.outside.heard();
    let of_it = heard.iter().rfind(|it| it.address.contains("meter.example")).unwrap();
    assert!(of_it.headers.contains(&("authorization".to_owned(), "Bearer hush".to_owned())));
    let source = it.source();
    assert_eq!((&source["accepted"], &source["cursor"]), (&json!(3), &json!("3")), "{source}");
    assert!(!source.to_string().contains("hush"), "the token is told to nobody");
    it.later(30);
    assert_eq!(it.addresses().len(), 3, "not before its time");
    it.meterhouse.counts("d", &it.subscription, "4");
    it.later(31);
    assert_eq!(it.taken(), "a=1 b=2 c=3 d=4");
    // What is asked for now is asked for at once.
    it.meterhouse.counts("e", &it.subscription, "5");
    it.market.operator().post(&format!("{}/meterhouse/ask", it.path), &json!({}));
    it.market.house.app.keep_duties();
    assert_eq!(it.taken(), "a=1 b=2 c=3 d=4 e=5");
    it.market.must_be_whole();
}

#[test]
fn what_comes_twice_counts_once() {
    let it = Asked::by_the_hour();
    it.meterhouse.counts("a", &it.subscription, "1");
    it.meterhouse.counts("a", &it.subscription, "1");
    it.market.house.app.keep_duties();
    // Asked elsewhere, which is the same system, everything comes again from the beginning.
    it.put(&json!({ "address": "https://meter.example.com/usage?again=1" }));
    it.market.house.app.keep_duties();
    assert_eq!(it.taken(), "a=1");
    let source = it.source();
    assert_eq!([&source["accepted"], &source["has_token"]], [&json!(0), &json!(false)]);
}

#[test]
fn one_event_that_is_none_is_refused_alone_and_one_of_another_seller_too() {
    let it = Asked::by_the_hour();
    it.meterhouse.counts("good", &it.subscription, "1");
    it.meterhouse.0.lock().unwrap().push(json!({ "id": "bad", "weight": 7 }));
    it.meterhouse.counts("nobody's", "sub_01890a5d-ac96-774b-bcce-b302099a8057", "1");
    it.market.house.app.keep_duties();
    assert_eq!(it.taken(), "good=1");
    assert_eq!(it.source()["refused"], 2);
    let rejected = it.market.operator().get("/usage/rejected");
    assert_eq!(rejected["items"].as_array().unwrap().len(), 2, "{rejected}");
    // A source of one seller counts nothing for what another sells.
    let north = it.market.house.client(&it.market.house.north.admin);
    let own = format!("/accounts/{}/usage_sources", it.market.house.north.account);
    it.meterhouse.counts("theirs", &it.subscription, "9");
    let body = json!({ "address": "https://meter.example.com/usage" });
    north.call(&format!("PUT {own}/copy"), Some(&body)).ok();
    it.market.house.app.keep_duties();
    assert_eq!(north.get(&own)["items"][0]["refused"], 2, "it is not asked on for what is bad");
    north.post(&format!("{own}/copy/ask"), &json!({}));
    it.market.house.app.keep_duties();
    assert_eq!(north.get(&own)["items"][0]["accepted"], 0);
    assert_eq!(north.get(&own)["items"][0]["refused"], 4);
    let rejected = north.get("/usage/rejected");
    assert_eq!(rejected["items"].as_array().unwrap().len(), 4, "its own: {rejected}");
    assert!(rejected.to_string().contains("copy"), "under the name of its source: {rejected}");
    assert_eq!(it.taken(), "good=1");
}

#[test]
fn who_does_not_answer_is_asked_again_later_and_its_seller_is_told() {
    let it = Asked::by_the_hour();
    let app = &it.market.house.app;
    app.outside.answer(|_| Err(WebError::TimedOut));
    app.keep_duties();
    let source = it.source();
    assert_eq!((&source["misses"], &source["trouble"]), (&json!(1), &json!("it does not answer")));
    let jobs = it.market.operator().get("/jobs");
    assert!(jobs.to_string().contains("`meterhouse`: it does not answer"), "{jobs}");
    let events = || {
        let found = it.market.operator().get("/events?kind=account&verb=changed");
        found["items"].as_array().unwrap().len()
    };
    let told = events();
    app.outside.answer(|_| Ok(Response::new(500, "")));
    it.later(1);
    assert_eq!(it.source()["trouble"], "it answers with 500");
    app.outside.answer(|_| Ok(Response::new(200, "<html>")));
    it.later(1);
    let source = it.source();
    assert_eq!(source["misses"], 3);
    assert!(text(&source["trouble"]).contains("its answer cannot be read"), "{source}");
    assert_eq!(events(), told, "that it goes on missing is not told again and again");
    let serving = it.meterhouse.clone();
    app.outside.answer(move |request| Ok(serving.answer(request)));
    it.meterhouse.counts("late", &it.subscription, "1");
    it.later(2);
    assert_eq!((&it.source()["misses"], &it.source()["trouble"]), (&json!(0), &json!(null)));
    assert_eq!(it.taken(), "late=1");
    assert_eq!(events(), told + 1, "that it answers again is");
}

#[test]
fn a_source_is_paused_dropped_and_never_in_our_own_net() {
    let it = Asked::by_the_hour();
    let body = json!({ "address": "https://meter.example.com/usage", "state": "paused" });
    assert_eq!(it.put(&body)["next_at"], json!(null));
    it.later(120);
    assert_eq!(it.addresses(), Vec::<String>::new());
    for (body, expected) in [
        (json!({ "address": "http://10.0.0.1/usage" }), "/address reach"),
        (json!({ "address": "http://localhost/usage" }), "/address reach"),
        (
            json!({ "address": "https://m.example.com/", "every_minutes": 0 }),
            "/every_minutes range",
        ),
        (json!({ "address": "https://m.example.com/", "state": "off" }), "/state enum"),
    ] {
        let put = format!("PUT {}/meterhouse", it.path);
        let answer = it.market.operator().call(&put, Some(&body));
        assert_eq!(answer.status, 422, "{body}");
        let error = answer.json()["errors"][0].clone();
        assert_eq!(format!("{} {}", text(&error["pointer"]), text(&error["rule"])), expected);
    }
    let north = it.market.house.client(&it.market.house.north.admin);
    let refused = north.call(&format!("GET {}", it.path), None).status.as_u16();
    assert!([403, 404].contains(&refused), "{refused}");
    it.market.operator().call(&format!("DELETE {}/meterhouse", it.path), None).ok();
    assert_eq!(it.market.operator().get(&it.path)["items"], json!([]));
    let again = it.market.operator().call(&format!("DELETE {}/meterhouse", it.path), None);
    assert_eq!(again.status, 404);
}
