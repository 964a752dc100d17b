//! Topics (TMF688): what clients publish in them is told, and who listens to them can be looked up.

use serde_json::{Value, json};

use super::hubs::HOOK;
use super::told;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::text;
use crate::harness::outside::body;

/// What clients publish in a topic of theirs is told to who listens to it, as what the house tells is.
#[test]
fn what_is_published_in_a_topic_is_told_to_who_listens_to_it() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let topics = "/tmf-api/event/v4/topic";
    let query = json!({ "name": "alarms", "contentQuery": "alarm.level=high" });
    let made = client.post(topics, &query);
    let topic = text(&made["href"]);
    let other = text(&client.post(topics, &json!({ "name": "others" }))["href"]);
    let hub = client.post(&format!("{topic}/hub"), &json!({ "callback": HOOK }));
    let some =
        json!({ "callback": format!("{HOOK}/some"), "query": "eventType=Fire&fields=event" });
    client.post(&format!("{topic}/hub"), &some);
    let publish = |topic: &str, kind: &str, level: &str| {
        let body = json!({ "eventType": kind, "domain": "plant", "event": { "alarm": { "level": level } } });
        client.call(&format!("POST {topic}/event"), Some(&body))
    };
    let published = publish(&topic, "Fire", "high");
    assert_eq!(told(&published), "201");
    assert_eq!(super::header(&published, "location"), published.json()["href"].as_str());
    assert_eq!(published.json()["eventTime"], "2026-01-01T00:00:00Z");
    assert_eq!(told(&publish(&topic, "Smoke", "high")), "201");
    assert_eq!(told(&publish(&other, "Fire", "high")), "201");
    let refused = told(&publish(&topic, "Fire", "low"));
    assert!(refused.starts_with("400 query: `event` does not fit `alarm.level=high`"), "{refused}");
    house.app.keep_duties();
    let heard = house.app.outside.heard();
    let at = |address: &str| -> Vec<_> {
        heard.iter().filter(|it| it.address == address).map(body).collect()
    };
    let all = at(HOOK);
    let kinds: Vec<_> = all.iter().map(|it| text(&it["eventType"])).collect();
    assert_eq!(kinds, ["Fire", "Smoke"]);
    assert_eq!(all[0], published.json());
    let [only] = at(&format!("{HOOK}/some")).try_into().unwrap();
    let expected = json!({ "alarm": { "level": "high" } });
    assert_eq!((&only["event"], only.get("domain")), (&expected, None));
    let listed = client.get(&format!("{topic}/event"));
    let names: Vec<_> =
        listed.as_array().unwrap().iter().map(|it| text(&it["eventType"])).collect();
    assert_eq!(names, ["Smoke", "Fire"], "the newest first");
    assert_eq!(client.get(&text(&all[0]["href"])), all[0]);
    let found = client.get(&format!("{topic}/event?eventType=Fire&fields=domain"));
    assert_eq!((found.as_array().unwrap().len(), &found[0]["domain"]), (1, &json!("plant")));
    assert_eq!(client.get(&topic), made, "the topic is as it was");
    for (what, status) in [
        (format!("GET {topic}/event/{}", text(&hub["id"])), 404),
        (format!("POST {topics}/00000000-0000-7000-8000-000000000000/event"), 404),
        (format!("POST {topics}/651/event"), 405),
        (format!("DELETE {other}/hub/{}", text(&hub["id"])), 404),
        (format!("DELETE {topic}/hub/{}", text(&hub["id"])), 204),
    ] {
        let body = what.starts_with("POST").then(|| json!({}));
        assert_eq!(client.call(&what, body.as_ref()).status, status, "{what}");
    }
    let south = house.client(&house.south.admin);
    let north = house.client(&house.north.admin);
    let norths = text(&north.post(topics, &json!({ "name": "of the north" }))["href"]);
    let answer = south.call(&format!("POST {norths}/event"), Some(&json!({ "eventType": "Fire" })));
    assert_eq!(answer.status, 404);
    assert_eq!(publish(&topic, "Fire", "high").status, 201);
    house.app.keep_duties();
    let after = house.app.outside.heard();
    let told = after.iter().filter(|it| it.address == HOOK).count();
    assert_eq!(told, 2, "who has gone hears no more");
}

/// Those who listen to a topic are listed there, for who may see them.
#[test]
fn who_listens_to_a_topic_can_be_looked_up() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let topics = "/tmf-api/event/v4/topic";
    let topic = text(&client.post(topics, &json!({ "name": "alarms" }))["href"]);
    let hub = |client: &Client<'_>, at: &str, place: u32| {
        let body = json!({ "callback": format!("{HOOK}/{place}"), "query": "eventType=Fire" });
        let body = if place == 1 { json!({ "callback": HOOK }) } else { body };
        client.post(&format!("{at}/hub"), &body)
    };
    let (plain, asking) = (hub(&client, &topic, 1), hub(&client, &topic, 2));
    let (api, other) = (format!("{topics}/651"), format!("{topics}/620"));
    let told = hub(&client, &api, 1);
    assert_eq!(told["href"], format!("{api}/hub/{}", text(&told["id"])));
    let base = "/tmf-api/agreementManagement/v4";
    let there = client.post(&format!("{base}/hub"), &json!({ "callback": HOOK }));
    let list = |at: &str| client.get(&format!("{at}/hub"));
    assert_eq!(list(&topic), json!([plain, asking]));
    assert_eq!(client.get(&format!("{topic}/hub?query=eventType%3DFire")), json!([asking]));
    assert_eq!(
        client.get(&format!("{topic}/hub?limit=1&fields=id")),
        json!([
            { "id": plain["id"], "href": plain["href"] },
        ])
    );
    let ids = |all: Value| -> Vec<_> {
        all.as_array().unwrap().iter().map(|it| text(&it["id"])).collect()
    };
    assert_eq!(
        ids(list(&api)),
        [text(&told["id"]), text(&there["id"])],
        "it is the hub of the API"
    );
    assert_eq!(list(&other), json!([]));
    assert_eq!(client.get(&text(&asking["href"])), asking);
    let north = house.client(&house.north.admin);
    let norths = hub(&north, &api, 1);
    assert_eq!(ids(north.get(&format!("{api}/hub"))), [text(&norths["id"])], "its own alone");
    let buyer = house.client(&house.customer.member);
    for (who, what, status) in [
        (&client, format!("GET {other}/hub/{}", text(&told["id"])), 404),
        (&client, format!("GET {topic}/hub/7"), 404),
        (&client, format!("GET {topics}/00000000-0000-7000-8000-000000000000/hub"), 404),
        (&client, format!("GET {base}/hub"), 405),
        (&north, format!("GET {topic}/hub"), 404),
        (&north, format!("GET {}", text(&told["href"])), 404),
        (&buyer, format!("GET {api}/hub"), 403),
        (&client, format!("DELETE {}", text(&told["href"])), 204),
        (&client, format!("DELETE {}", text(&told["href"])), 404),
    ] {
        assert_eq!(who.call(&what, None).status, status, "{what}");
    }
    assert_eq!(ids(list(&api)), [text(&there["id"]), text(&norths["id"])]);
}
