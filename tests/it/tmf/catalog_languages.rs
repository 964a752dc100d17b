//! Files of catalogues in the house's own words: names in all languages, ways to pay, what follows terms, and
//! what an offering adds to.

use serde_json::{Value, json};

use super::catalog_files::{API, done, fetched, inline};
use super::told;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::text;

/// A seller's own catalogue: in two languages, with ways to pay, what follows terms, and something to add.
fn furnish_natively(client: &Client<'_>) {
    let both = |en: &str, de: &str| json!({ "en": en, "de": de });
    let after = |days: u32| json!({ "grace_days": days, "hold_days": 30, "destroy": false });
    let terms = client.post(
        "/service_terms",
        &json!({ "name": "Lenient", "paid": after(10), "trial": after(0) }),
    );
    let made = |name: &Value, more: Value| {
        let specification = json!({ "name": name, "state": "active" });
        let specification = client.post("/specifications", &specification)["id"].clone();
        let mut offer = json!({
            "name": name, "description": both("Fast", "Schnell"), "specification": specification,
        });
        offer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let offer = text(&client.post("/offers", &offer)["id"]);
        let path = format!("{API}/productOffering/{}", offer.split_once('_').unwrap().1);
        let card = both("By card", "Mit Karte");
        let plan = json!({ "code": "card", "name": "By card", "localizedName": card });
        let patched = client.patch(&path, &json!({ "pricePlan": [plan] }));
        assert_eq!(patched["pricePlan"], json!([plan]));
        let price = json!({
            "offer": offer, "name": "Fee", "kind": "recurring", "currency": "EUR",
            "model": { "kind": "flat", "amount": "10" },
        });
        client.post("/prices", &price);
        for verb in ["test", "activate", "launch"] {
            client.post(&format!("/offers/{offer}/{verb}"), &json!({}));
        }
        offer
    };
    let line = made(
        &both("Line", "Leitung"),
        json!({
            "service_terms": terms["id"],
            "terms": [
                { "key": "m", "name": both("One month", "Ein Monat"), "duration": "1 month" },
                { "key": "y", "name": both("A year", "Ein Jahr"), "duration": "1 year", "default": true },
            ],
        }),
    );
    made(&json!({ "de": "Zusatz" }), json!({ "adds_to": line }));
}

/// What of the offers of a house must be the same elsewhere, in our own words.
fn offers_of(client: &Client<'_>) -> Vec<Value> {
    let all = client.get("/offers?order=oldest")["items"].as_array().unwrap().clone();
    let name = |id: &Value, of: &str| match id.as_str() {
        Some(id) => client.get(&format!("/{of}/{id}"))["name"].clone(),
        None => Value::Null,
    };
    let told = all.iter().map(|it| {
        json!({
            "name": it["name"], "description": it["description"],
            "adds_to": name(&it["adds_to"], "offers"), "state": it["state"],
            "service_terms": name(&it["service_terms"], "service_terms"),
            "specification": name(&it["specification"], "specifications"),
            "terms": it["terms"].as_array().unwrap().iter().map(|it| {
                json!([it["key"], it["name"], it["duration"], it["default"]])
            }).collect::<Vec<_>>(),
        })
    });
    let mut told: Vec<_> = told.collect();
    told.sort_by_key(|it| it["name"].to_string());
    told
}

#[test]
fn what_a_file_says_in_our_own_words_is_the_same_elsewhere() {
    let (here, there) = (House::on("2026-01-01"), House::on("2026-01-01"));
    let (client, other) = (here.operator(), there.operator());
    furnish_natively(&client);
    let file = fetched(&client, &done(&here, &client, "exportJob", &json!({}))).json();
    let job = done(&there, &other, "importJob", &json!({ "url": inline(&file) }));
    assert_eq!(job["status"], "Succeeded", "{job}");
    let (before, after) = (offers_of(&client), offers_of(&other));
    assert_eq!(before, after);
    for offering in
        fetched(&other, &done(&there, &other, "exportJob", &json!({}))).json()["productOffering"]
            .as_array()
            .unwrap()
    {
        assert_eq!(offering["pricePlan"][0]["localizedName"]["de"], "Mit Karte", "{offering}");
    }
    assert_eq!(before[1]["adds_to"]["de"], "Leitung", "{before:?}");
    assert_eq!(before[0]["service_terms"], "Lenient", "{before:?}");
    let again = fetched(&other, &done(&there, &other, "exportJob", &json!({}))).json();
    let job = done(&there, &other, "importJob", &json!({ "url": inline(&again) }));
    assert_eq!(job["count"]["changed"], 0, "{job}");
    assert_eq!(job["count"]["created"], 0, "{job}");
    // An offering that would be sold without what it adds to, is not sold.
    let alone = json!({
        "name": "Alone", "lifecycleStatus": "Launched",
        "addsTo": { "id": "00000000-0000-7000-8000-000000000000" },
    });
    let answer = told(&client.call(&format!("POST {API}/productOffering"), Some(&alone)));
    let expected =
        "400 reference: `addsTo` must all be here before it is launched: it would be sold alone";
    assert_eq!(answer, expected);
}
