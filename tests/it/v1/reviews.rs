//! Reviews, promises and recommendations: who may say what of an offer, and who reads it.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::{Person, invite};
use crate::harness::market::{Market, monthly, text};

/// A market with two offers that a customer of the provider holds, and one that nobody does.
struct Shop {
    market: Market,
    held: String,
    other: String,
    unsold: String,
}

impl Shop {
    fn new() -> Self {
        let market = Market::on("2026-01-01");
        let shelf = market.operator().post("/categories", &json!({ "name": { "en": "Goods" } }));
        let categories = json!({ "categories": [shelf["id"]] });
        let offer = |name: &str, more: &Value| {
            market.offer_like(name, &[monthly("Fee", "EUR", "10")], (more.clone(), json!({})))
        };
        let (held, other) = (offer("Held", &categories), offer("Other", &json!({})));
        let unsold = offer("Unsold", &categories);
        let account = &market.house.customer.account;
        let address =
            json!({ "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" } });
        market.operator().patch(&format!("/accounts/{account}"), &address);
        market.order(&json!({ "id": account }), &held, 1);
        Self { market, held, other, unsold }
    }

    fn buyer(&self) -> Client<'_> {
        self.market.house.client(&self.market.house.customer.admin)
    }

    fn member(&self) -> Client<'_> {
        self.market.house.client(&self.market.house.customer.member)
    }

    /// A neighbor of the buyer, who buys some offers.
    fn neighbor(&self, name: &str, offers: &[&str]) -> Person {
        let account = self.market.customer(name, "EUR");
        for offer in offers {
            self.market.order(&account, offer, 1);
        }
        let (house, id) = (&self.market.house, text(&account["id"]));
        let email = format!("admin@{name}.test");
        invite(&house.app, &house.operator, &id, &email, "customer_admin")
    }
}

fn refusal(caller: &Client<'_>, what: &str, body: &Value) -> (u16, String) {
    let answer = caller.call(what, Some(body));
    let said: Value = serde_json::from_slice(&answer.body).unwrap();
    (answer.status.as_u16(), text(&said["type"]).replace("/problems/", ""))
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|it| format!("{} {}", text(&it["name"]["en"]), text(&it["because"]))).collect()
}

#[test]
fn who_has_bought_says_it_once_and_everybody_reads_the_average() {
    let shop = Shop::new();
    let (buyer, operator) = (shop.buyer(), shop.market.operator());
    let review = |offer: &str, stars: u8| json!({ "offer": offer, "stars": stars, "text": "Why" });
    let unsold = refusal(&buyer, "POST /reviews", &review(&shop.unsold, 5));
    assert_eq!(unsold, (409, "review_forbids".to_owned()));
    let own = refusal(&operator, "POST /reviews", &review(&shop.held, 5));
    assert_eq!(own, (409, "not_for_oneself".to_owned()));
    let six = refusal(&buyer, "POST /reviews", &review(&shop.held, 6));
    assert_eq!(six, (422, "invalid".to_owned()));
    assert_eq!(operator.get(&format!("/offers/{}/rating", shop.held))["count"], 0);

    let first = buyer.post("/reviews", &review(&shop.held, 2));
    let again = buyer.post("/reviews", &review(&shop.held, 4));
    assert_eq!((&again["id"], &again["stars"]), (&first["id"], &json!(4)), "once for each account");
    let nearby = shop.neighbor("near", &[&shop.held]);
    let nearby = shop.market.house.client(&nearby);
    nearby.post("/reviews", &review(&shop.held, 1));
    let rating = buyer.get(&format!("/offers/{}/rating", shop.held));
    assert_eq!(rating, json!({ "count": 2, "average": "2.5", "counts": [1, 0, 0, 1, 0] }));
    assert_eq!(buyer.get(&format!("/offers/{}", shop.held))["rating"], rating);
    let hit = buyer.get("/search?q=held");
    assert_eq!(hit["items"][0]["rating"], rating);

    let read = |caller: &Client<'_>| {
        let list = caller.get(&format!("/offers/{}/reviews?order=oldest", shop.held));
        let show =
            |it: &Value| (it["stars"].clone(), it["is_own"].clone(), it["account"].is_null());
        list["items"].as_array().unwrap().iter().map(show).collect::<Vec<_>>()
    };
    let (yes, no) = (json!(true), json!(false));
    let expected = [(json!(4), yes.clone(), false), (json!(1), no.clone(), true)];
    assert_eq!(read(&buyer), expected, "who else bought it stays untold");
    let expected = [(json!(4), no.clone(), true), (json!(1), yes, false)];
    assert_eq!(read(&nearby), expected);
    let expected = [(json!(4), no.clone(), false), (json!(1), no, false)];
    assert_eq!(read(&operator), expected);
}

#[test]
fn the_seller_answers_and_hides_and_nobody_touches_what_another_said() {
    let shop = Shop::new();
    let (buyer, operator) = (shop.buyer(), shop.market.operator());
    let said = json!({ "offer": shop.held, "stars": 1, "text": "Broken" });
    let id = text(&buyer.post("/reviews", &said)["id"]);
    let path = format!("/reviews/{id}");
    let member = shop.member();
    let nearby = shop.neighbor("near", &[]);
    let nearby = shop.market.house.client(&nearby);
    let status = |caller: &Client<'_>, what: &str, body: &Value| {
        caller.call(&what.replace("{id}", &id), Some(body)).status.as_u16()
    };
    let answer = json!({ "text": "Sorry" });
    for (caller, what, body, expected) in [
        (&buyer, "POST /reviews/{id}/answer", &answer, 403),
        (&nearby, "POST /reviews/{id}/hide", &json!({}), 403),
        (&nearby, "DELETE /reviews/{id}", &json!({}), 403),
        (&operator, "DELETE /reviews/{id}", &json!({}), 403),
        (&member, "DELETE /reviews/{id}", &json!({}), 404),
    ] {
        assert_eq!(status(caller, what, body), expected, "{what}");
    }
    let answered = operator.post(&format!("{path}/answer"), &answer);
    assert_eq!(answered["answer"]["text"], "Sorry");
    let hidden = operator.post(&format!("{path}/hide"), &json!({}));
    assert_eq!(hidden["visibility"], "hidden");
    assert_eq!(nearby.call(&format!("GET {path}"), None).status, 404);
    assert_eq!(buyer.get(&path)["text"], "Broken", "its author still reads it");
    let goes = refusal(&buyer, &format!("DELETE {path}"), &json!({}));
    assert_eq!(goes, (409, "review_forbids".to_owned()), "said again it would be shown again");
    assert_eq!(buyer.post("/reviews", &said)["visibility"], "hidden");
    assert_eq!(operator.get(&format!("/offers/{}/rating", shop.held))["count"], 0);
    let list = |caller: &Client<'_>, query: &str| {
        caller.get(&format!("/reviews{query}"))["items"].as_array().unwrap().len()
    };
    assert_eq!((list(&operator, "?visibility=hidden"), list(&nearby, "")), (1, 0));
    operator.post(&format!("{path}/show"), &json!({}));
    let other = json!({ "offer": shop.held, "stars": 3 });
    let changed = buyer.post("/reviews", &other);
    assert_eq!(changed["answer"], Value::Null, "it answered other words");
    assert_eq!(buyer.call(&format!("DELETE {path}"), None).status, 204);
    assert_eq!(list(&operator, ""), 0);
    shop.market.must_be_whole();
}

#[test]
fn a_seller_promises_in_units_that_fit_and_its_buyers_read_it() {
    let shop = Shop::new();
    let (buyer, operator) = (shop.buyer(), shop.market.operator());
    let path = format!("/offers/{}/sla", shop.held);
    let promise = |kind: &str, threshold: &str, unit: &str| json!({ "metrics": [{ "kind": kind, "threshold": threshold, "unit": unit, "credit": null }] });
    assert_eq!(buyer.get(&path)["metrics"], json!([]));
    let put = format!("PUT {path}");
    let wrong = refusal(&operator, &put, &promise("delay", "5", "week"));
    assert_eq!(wrong, (422, "invalid".to_owned()));
    let by_buyer = buyer.call(&put, Some(&promise("delay", "5", "ms")));
    assert_eq!(by_buyer.status, 403);
    let south = shop.market.house.client(&shop.market.house.south.admin);
    assert_eq!(south.call(&put, Some(&promise("delay", "5", "ms"))).status, 403);
    operator.call(&put, Some(&promise("delay", "50", "ms"))).ok();
    operator.call(&put, Some(&promise("updates_rate", "5.5", "day"))).ok();
    let read = buyer.get(&path);
    assert_eq!(read["metrics"], promise("updates_rate", "5.5", "day")["metrics"]);
    assert_eq!(operator.call(&format!("DELETE {path}"), None).status, 204);
    assert_eq!(buyer.get(&path)["changed_at"], Value::Null);
}

#[test]
fn what_others_bought_with_it_comes_before_what_stands_beside_it() {
    let shop = Shop::new();
    let buyer = shop.buyer();
    let beside =
        |caller: &Client<'_>| names(&caller.get(&format!("/offers/{}/recommendations", shop.held)));
    assert_eq!(beside(&buyer), ["Unsold same_category"]);
    shop.neighbor("near", &[&shop.held, &shop.other]);
    assert_eq!(beside(&buyer), ["Other bought_together", "Unsold same_category"]);
    assert_eq!(names(&buyer.get("/recommendations")), beside(&buyer));
    let shelf = shop.market.operator().get("/categories")["items"][0]["id"].clone();
    let browsed = buyer.get(&format!("/offers?category={}", text(&shelf)))["items"].clone();
    assert_eq!(browsed.as_array().unwrap().len(), 2, "what stands beside it is found by browsing");
    assert_eq!(buyer.get("/search?q=unsold")["total"], 1, "and by its name");
    let nearby = shop.neighbor("far", &[]);
    let nearby = shop.market.house.client(&nearby);
    let popular = names(&nearby.get("/recommendations"));
    assert_eq!(popular, ["Held popular", "Other popular", "Unsold popular"]);
    shop.market.operator().post(&format!("/offers/{}/retire", shop.other), &json!({}));
    assert_eq!(beside(&buyer), ["Unsold same_category"], "only what can be bought");
}

#[test]
fn a_promise_that_is_broken_gives_a_part_of_the_period_back() {
    let shop = Shop::new();
    let (buyer, operator) = (shop.buyer(), shop.market.operator());
    let delay = json!({ "kind": "delay", "threshold": "50", "unit": "ms", "credit": "25" });
    let rate = json!({ "kind": "updates_rate", "threshold": "5", "unit": "day" });
    let path = format!("PUT /offers/{}/sla", shop.held);
    operator.call(&path, Some(&json!({ "metrics": [delay, rate] }))).ok();
    shop.market.advance_to("2026-01-02");
    let held = buyer.get("/subscriptions")["items"][0]["id"].clone();
    let path = format!("/subscriptions/{}/compensate", text(&held));
    for (kind, value, why) in [
        ("delay", "50", "keeps what is promised"),
        ("updates_rate", "4", "is promised without money back"),
        ("response_time", "9", "is nothing that is promised"),
    ] {
        let body = json!({ "kind": kind, "value": value });
        let answer = operator.call(&format!("POST {path}"), Some(&body));
        let said = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(answer.status == 422 && said.contains(why), "{said}");
    }
    let body = json!({ "kind": "delay", "value": "51" });
    assert_eq!(buyer.call(&format!("POST {path}"), Some(&body)).status, 403);
    let note = operator.post(&path, &body);
    assert_eq!(note["net"]["amount"], "2.50", "a quarter of ten euros");
    assert_eq!(note["gross"]["amount"], "3.00");
    assert!(text(&note["reason"]).contains("delay, 51"), "{note}");
    let worse = json!({ "kind": "delay", "value": "90" });
    let again = operator.call(&format!("POST {path}"), Some(&worse));
    assert_eq!(again.status, 409, "once for what an invoice charges");
    shop.market.advance_to("2026-02-02");
    assert_eq!(operator.post(&path, &worse)["net"]["amount"], "2.50", "for the next as well");
    shop.market.must_be_whole();
}
