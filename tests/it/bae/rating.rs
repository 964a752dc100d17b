//! What was used, rated event by event: in and beyond what is included, anew when more comes in, corrected
//! and handed in again, and whole collections of it, said here or fetched from a partner.

use serde_json::{Value, json};
use tillbox::world::http::{Response, WebError};

use super::buying::plain;
use super::consuming::{Metered, USAGE};
use super::{items, told};
use crate::harness::client::Client;
use crate::harness::market::text;
use crate::harness::outside::header;

const IMPORT: &str = "/DSUsageManagement/api/usageManagement/v2/importJob";

/// What is included costs nothing, and half an Euro each beyond.
fn bundle() -> Value {
    json!({ "included": "10", "model": { "kind": "per_unit", "per_unit": "0.50" } })
}

/// How a record stands: its status, and of each piece the tag and the amounts without and with tax, and of
/// what is included what it would have cost.
fn stands(it: &Value) -> String {
    let pieces = it["ratedProductUsage"].as_array().map(Vec::as_slice).unwrap_or_default();
    let amount = |it: &Value, name: &str| it[name].as_str().unwrap_or("-").to_owned();
    let piece = |it: &Value| {
        let [net, gross, bucket] =
            ["taxExcludedRatingAmount", "taxIncludedRatingAmount", "bucketValueConvertedInAmount"]
                .map(|name| amount(it, name));
        format!("{} {net}/{gross} of {bucket}", text(&it["usageRatingTag"]))
    };
    let pieces: Vec<_> = pieces.iter().map(piece).collect();
    format!("{}: {}", text(&it["status"]), pieces.join(", "))
}

impl Metered {
    /// Reports a record, which must be taken.
    #[track_caller]
    fn reports(&self, key: &Client<'_>, of: (u32, &str, &str)) -> String {
        let (number, value, at) = of;
        let record = self.record(number, ("call", value), at);
        let made = key.call(&format!("POST {USAGE}"), Some(&record));
        assert_eq!(made.status.as_u16(), 201, "{}", told(&made));
        text(&made.json()["href"])
    }
}

#[test]
fn use_in_a_bundle_and_beyond_it_is_tagged_and_rated_piece_by_piece() {
    let it = Metered::priced(bundle());
    it.store.market.advance_to("2026-01-10");
    let key = it.key();
    let days = ["2026-01-02T10:00:00Z", "2026-01-03T10:00:00Z", "2026-01-04T10:00:00Z"];
    let [inside, across, beyond] =
        [(1, "8", days[0]), (2, "5", days[1]), (3, "2", days[2])].map(|of| it.reports(&key, of));
    let buyer = it.store.buyer();
    assert_eq!(stands(&buyer.get(&inside)), "Guided: ", "nothing is rated before it is billed");
    it.store.market.advance_to("2026-02-02");
    let told = |href: &str| stands(&buyer.get(href));
    assert_eq!(told(&inside), "Rated: included usage 0/0 of 4");
    assert_eq!(told(&across), "Rated: included usage 0/0 of 1, non included usage 1.5/1.8 of -");
    assert_eq!(told(&beyond), "Rated: non included usage 1/1.2 of -");
    let shown = buyer.get(&beyond);
    let rating = &shown["ratedProductUsage"][0];
    let href = format!("/DSProductInventory/api/productInventory/v2/product/{}", it.product);
    for (name, value) in [
        ("isBilled", json!(true)),
        ("ratingAmountType", json!("Total")),
        ("offerTariffType", json!("per_unit")),
        ("ratingDate", json!("2026-02-01T00:00:00Z")),
        ("taxRate", json!("20")),
        ("isTaxExempt", json!(false)),
        ("currencyCode", json!("EUR")),
        ("productRef", json!(href)),
    ] {
        assert_eq!(rating[name], value, "{name}");
    }
    // What was rated event by event is what the bill says.
    let account = json!({ "id": it.store.market.house.customer.account });
    let invoices = it.store.market.invoices(&account);
    let lines = invoices.iter().flat_map(|it| it["lines"].as_array().unwrap());
    let usage: Vec<_> = lines.filter(|it| it["kind"] == "usage").collect();
    assert_eq!((usage.len(), &usage[0]["net"]["amount"]), (1, &json!("2.50")));
    // Whose it is, since when.
    let customer = &shown["relatedParty"][0];
    assert_eq!(
        (&customer["role"], &customer["name"]),
        (&json!("Customer"), &json!("Home Customer"))
    );
    assert!(customer["id"].is_string());
    assert_eq!(customer["validFor"], json!({ "startDateTime": "2026-01-01T00:00:00Z" }));
    // Partners follow it piece by piece, too.
    let lines = buyer.call("GET /usage/export.jsonl", None).body;
    let lines = String::from_utf8(lines).unwrap();
    let lines = lines.lines().map(|it| serde_json::from_str::<Value>(it).unwrap());
    let pieces =
        lines.map(|it| format!("{} {}", text(&it["quantity"]), text(&it["usage_rating_tag"])));
    assert_eq!(
        pieces.collect::<Vec<_>>(),
        ["8 included_usage", "2 included_usage", "3 non_included_usage", "2 non_included_usage"]
    );
    // Without a bundle it is rated outside of one.
    let without = Metered::priced(json!({ "model": { "kind": "per_unit", "per_unit": "0.50" } }));
    without.store.market.advance_to("2026-01-10");
    let href = without.reports(&without.key(), (1, "4", days[0]));
    without.store.market.advance_to("2026-02-02");
    assert_eq!(stands(&without.store.buyer().get(&href)), "Rated: usage 2/2.4 of -");
}

#[test]
fn more_that_comes_in_of_a_billed_period_has_its_use_rated_anew() {
    let tiers = json!([{ "up_to": "10", "per_unit": "1" }, { "up_to": null, "per_unit": "0.5" }]);
    let it = Metered::priced(json!({ "model": { "kind": "graduated", "tiers": tiers } }));
    it.store.market.advance_to("2026-01-25");
    let first = it.reports(&it.key(), (1, "10", "2026-01-20T10:00:00Z"));
    it.store.market.advance_to("2026-02-02");
    let buyer = it.store.buyer();
    assert_eq!(stands(&buyer.get(&first)), "Rated: usage 10/12 of -");
    // It came another way, so that it has no number of its own.
    let event = json!({
        "id": "late", "subscription": format!("sub_{}", it.product), "meter": "calls",
        "quantity": "10", "at": "2026-01-10T10:00:00Z",
    });
    let taken = it.store.market.operator().post("/usage", &json!({ "events": [event] }));
    assert_eq!(taken["accepted"], 1, "{taken}");
    assert!(stands(&buyer.get(&first)).starts_with("Rerate: "), "{}", stands(&buyer.get(&first)));
    it.store.market.advance_to("2026-03-02");
    let rated = buyer.get(&first);
    assert_eq!(stands(&rated), "Rated: usage 5/6 of -", "after the ten that came late");
    assert_eq!(rated["ratedProductUsage"][0]["ratingDate"], "2026-03-01T00:00:00Z");
    let all = items(&buyer.call(&format!("GET {USAGE}"), None));
    let all: Vec<_> = all.iter().map(stands).collect();
    assert_eq!(all, ["Rated: usage 10/12 of -", "Rated: usage 5/6 of -"]);
}

#[test]
fn what_nothing_charges_stays_as_it_was_received() {
    let it = Metered::priced(bundle());
    it.store.market.advance_to("2026-01-10");
    let subscription = format!("sub_{}", it.product);
    it.store.market.uses(&subscription, ("t1", "2026-01-02T10:00:00Z", "3"));
    let buyer = it.store.buyer();
    let [received] = &items(&buyer.call(&format!("GET {USAGE}"), None))[..] else { panic!("one") };
    assert_eq!((&received["status"], &received["type"]), (&json!("Received"), &json!("traffic")));
    assert_eq!(received["ratedProductUsage"], Value::Null);
}

#[test]
fn usage_is_listed_along_whose_it_is_and_counted_without_being_read() {
    let it = Metered::priced(bundle());
    let other = it.store.market.customer("Other", "EUR");
    let mail = it.store.mail.clone();
    let others = it.store.market.order(&other, &format!("ofr_{mail}"), 1);
    it.store.market.advance_to("2026-01-10");
    let key = it.key();
    it.store.market.uses(&others, ("t0", "2026-01-02T10:00:00Z", "3"));
    for number in 1..=5_u32 {
        it.reports(&key, (number, "1", &format!("2026-01-0{number}T10:00:00Z")));
    }
    let (buyer, seller) = (it.store.buyer(), it.store.market.operator());
    let count = |of: &Client<'_>, query: &str| {
        of.get(&format!("{USAGE}?action=count{query}"))["size"].as_u64().unwrap()
    };
    assert_eq!((count(&buyer, ""), count(&seller, "")), (5, 6));
    let of = |id: &str| format!("&productId={id}");
    assert_eq!(count(&seller, &of(&it.product)), 5);
    assert_eq!(count(&buyer, &of(&plain(&others))), 0, "nobody else's");
    assert_eq!(count(&seller, "&status=Guided"), 5);
    assert_eq!(count(&seller, &of("7")), 0);
    let page = buyer.call(&format!("GET {USAGE}?offset=3&size=5"), None);
    assert_eq!(page.headers["x-total-count"], "5");
    let dates: Vec<_> = items(&page).iter().map(|it| text(&it["date"])).collect();
    assert_eq!(dates, ["2026-01-04T10:00:00Z", "2026-01-05T10:00:00Z"]);
}

#[test]
fn a_record_that_was_refused_is_corrected_and_handed_in_again() {
    let it = Metered::priced(bundle());
    it.store.market.advance_to("2026-01-10");
    let (key, buyer) = (it.key(), it.store.buyer());
    let seller = it.store.market.operator();
    let odd = it.record(1, ("byte", "3"), "2026-01-02T10:00:00Z");
    let odd = key.call(&format!("POST {USAGE}"), Some(&odd)).ok();
    assert_eq!(odd["status"], "Rejected");
    let href = text(&odd["href"]);
    let listed = || items(&seller.call(&format!("GET {USAGE}?status=Rejected"), None));
    assert_eq!(listed().len(), 1);
    let seen = seller.get(&href);
    assert_eq!(seen["usageCharacteristic"], odd["usageCharacteristic"], "as it was said");
    assert!(text(&seen["description"]).contains("byte"), "{seen}");
    let patch =
        |of: &Client<'_>, href: &str, body: &Value| of.call(&format!("PATCH {href}"), Some(body));
    let mended = it.record(1, ("call", "3"), "2026-01-02T10:00:00Z");
    let mended = json!({
        "status": "Recycled", "usageCharacteristic": mended["usageCharacteristic"],
    });
    let refused = told(&patch(&key, &href, &json!({ "description": "please" })));
    assert_eq!(refused, "400 `status` must be given (required)");
    let refused = told(&patch(&key, &href, &json!({ "status": "Rated" })));
    assert!(refused.starts_with("400 `status` must be `Recycled`"), "{refused}");
    assert_eq!(patch(&buyer, &href, &mended).status.as_u16(), 403, "who reports it mends it");
    // Handed in as it was it is refused as it was.
    let still = patch(&key, &href, &json!({ "status": "Recycled" })).ok();
    assert_eq!((&still["status"], &still["href"]), (&json!("Rejected"), &json!(href)));
    assert_eq!(listed().len(), 1);
    let taken = patch(&key, &href, &mended).ok();
    assert_eq!(taken["status"], "Guided", "{taken}");
    assert_eq!(listed(), Vec::<Value>::new(), "it is among what was refused no longer");
    assert_eq!(seller.call(&format!("GET {href}"), None).status.as_u16(), 404);
    let counted = text(&taken["href"]);
    assert_eq!(buyer.get(&counted)["status"], "Guided");
    let stays = told(&patch(&key, &counted, &mended));
    assert!(stays.starts_with("409 what was counted stays"), "{stays}");
    it.store.market.must_be_whole();
}

#[test]
fn a_key_reports_and_reads_nothing() {
    let it = Metered::priced(bundle());
    it.store.market.advance_to("2026-01-10");
    let (key, operator) = (it.key(), it.store.market.operator());
    let href = it.reports(&key, (1, "3", "2026-01-02T10:00:00Z"));
    assert_eq!(operator.get(&href)["status"], "Guided");
    let body = json!({ "url": "https://accounting.example.com/" });
    let another = operator.call("POST /apiKeyService/apiKeys", Some(&body)).ok();
    let another = text(&another["apiKey"]);
    operator.call(&format!("POST /apiKeyService/apiKeys/{another}/commit"), Some(&json!({}))).ok();
    let bearer = Client::with_token(&it.store.market.house.app, &another);
    it.reports(&bearer, (2, "3", "2026-01-03T10:00:00Z"));
    let usage = "/tmf-api/usageManagement/v4/usage";
    for (by, path) in [
        (&key, USAGE),
        (&key, &*href),
        (&key, super::buying::PRODUCT),
        (&key, super::buying::ORDER),
        (&bearer, USAGE),
        (&bearer, &*href),
        (&bearer, usage),
        (&bearer, &*format!("{usage}?productId={}", it.product)),
        (&bearer, "/tmf-api/productInventory/v4/product"),
        (&bearer, "/tmf-api/productCatalogManagement/v4/productSpecification"),
        (&bearer, "/usage/export.jsonl"),
        (&bearer, "/usage/voided"),
        (&bearer, "/subscriptions"),
        (&bearer, "/specifications"),
        (&bearer, "/accounts"),
    ] {
        let answer = by.call(&format!("GET {path}"), None);
        assert_eq!(answer.status.as_u16(), 403, "{path}");
    }
    // What is taken back is told: it takes nothing back either.
    let event = json!({
        "id": "1", "subscription": format!("sub_{}", it.product), "meter": "calls",
        "at": "2026-01-03T10:00:00Z",
    });
    let void = json!({ "events": [event], "reason": "Counted twice" });
    let answer = bearer.call("POST /usage/void", Some(&void));
    let why = &answer.json()["detail"];
    assert_eq!((answer.status.as_u16(), why), (403, &json!("not permitted: usage_read")));
}

#[test]
fn of_many_who_hand_in_one_record_again_at_once_one_does() {
    let it = Metered::priced(bundle());
    it.store.market.advance_to("2026-01-10");
    let key = it.key();
    for number in 1..=20 {
        let odd = it.record(number, ("byte", "3"), "2026-01-02T10:00:00Z");
        let href = text(&key.call(&format!("POST {USAGE}"), Some(&odd)).ok()["href"]);
        let mended = it.record(number, ("call", "3"), "2026-01-02T10:00:00Z");
        let again = json!({
            "status": "Recycled", "usageCharacteristic": mended["usageCharacteristic"],
        });
        let answers = key.at_once(8, &format!("PATCH {href}"), Some(&again));
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status.is_success());
        assert_eq!(won.len(), 1, "{number}: {:?}", answers.iter().map(told).collect::<Vec<_>>());
        assert_eq!(won[0].json()["status"], "Guided");
        for it in lost {
            assert!([404, 409].contains(&it.status.as_u16()), "{}", told(it));
        }
    }
    let count = format!("{USAGE}?action=count&status=Guided");
    assert_eq!(it.store.market.operator().get(&count)["size"], 20);
    it.store.market.must_be_whole();
}

/// What became of the records of an import.
fn became(it: &Value) -> String {
    let all = it["usage"].as_array().unwrap().iter().map(|it| text(&it["status"]));
    let (taken, refused) = (&it["taken"], &it["refused"]);
    format!("{} {taken}/{refused}: {}", text(&it["status"]), all.collect::<Vec<_>>().join(" "))
}

#[test]
fn a_collection_of_usage_is_taken_in_record_by_record() {
    let it = Metered::priced(bundle());
    it.store.market.advance_to("2026-01-10");
    let (key, buyer) = (it.key(), it.store.buyer());
    let record = |number, unit| it.record(number, (unit, "2"), "2026-01-02T10:00:00Z");
    let import = |body: Value| key.call(&format!("POST {IMPORT}"), Some(&body));
    let all = json!({ "usage": [record(1, "call"), record(2, "call"), record(3, "byte"), record(9, "call"), 7] });
    let done = import(all.clone()).ok();
    assert_eq!(became(&done), "Failed 2/3: Guided Guided Rejected Rejected Rejected");
    assert!(text(&done["usage"][3]["reason"]).contains("`3`"), "it says which is the next: {done}");
    let first = buyer.get(done["usage"][0]["href"].as_str().unwrap());
    assert_eq!(first["usageCharacteristic"], record(1, "call")["usageCharacteristic"]);
    let count = buyer.get(&format!("{USAGE}?action=count"));
    assert_eq!(count, json!({ "size": 2 }));
    let whole = json!({ "usage": [record(3, "call"), record(4, "call")] });
    assert_eq!(became(&import(whole).ok()), "Succeeded 2/0: Guided Guided");
    for (body, expected) in [
        (json!({}), "400 `url` must be given, or the records as `usage` (required)"),
        (json!({ "usage": 7 }), "400 `usage` must be a list of records (type)"),
        (
            json!({ "usage": [], "url": "https://x.test/" }),
            "400 `usage` must be left out where a `url` says where the records are (conflict)",
        ),
    ] {
        assert_eq!(told(&import(body)), expected);
    }
    assert_eq!(buyer.call(&format!("POST {IMPORT}"), Some(&all)).status.as_u16(), 403);
    it.store.market.must_be_whole();
}

#[test]
fn usage_of_a_partners_platform_is_fetched_and_rated_here() {
    let it = Metered::priced(bundle());
    it.store.market.advance_to("2026-01-10");
    let key = it.key();
    let all: Vec<_> = [(1, "8"), (2, "5")]
        .map(|(number, value)| it.record(number, ("call", value), "2026-01-02T10:00:00Z"))
        .into();
    let outside = &it.store.market.house.app.outside;
    let body = json!({ "usage": all }).to_string();
    outside.answer(move |_| Ok(Response::new(200, body.clone())));
    let import = |url: &str| {
        let body = json!({ "url": url, "token": "s3cret" });
        key.call(&format!("POST {IMPORT}"), Some(&body))
    };
    let done = import("https://partner.example.com/usage").ok();
    assert_eq!(became(&done), "Succeeded 2/0: Guided Guided");
    let heard = outside.heard();
    let asked = heard.iter().find(|it| it.address == "https://partner.example.com/usage").unwrap();
    assert_eq!(header(asked, "authorization"), "Bearer s3cret");
    let again = import("https://partner.example.com/usage");
    assert!(again.status.is_success(), "fetched again it is counted once: {}", told(&again));
    it.store.market.advance_to("2026-02-02");
    let found = items(&it.store.buyer().call(&format!("GET {USAGE}"), None));
    let found: Vec<_> = found.iter().map(stands).collect();
    assert_eq!(
        found,
        [
            "Rated: included usage 0/0 of 4",
            "Rated: included usage 0/0 of 1, non included usage 1.5/1.8 of -",
        ]
    );
    let refused = told(&import("http://10.0.0.1/usage"));
    assert!(refused.starts_with("400 `url` "), "{refused}");
    let outside = &it.store.market.house.app.outside;
    outside.answer(|_| Err(WebError::TimedOut));
    let refused = told(&import("https://partner.example.com/usage"));
    assert!(refused.starts_with("400 `url` ") && refused.contains("does not answer"), "{refused}");
    outside.answer(|_| Ok(Response::new(404, "")));
    let refused = told(&import("https://partner.example.com/usage"));
    assert!(refused.contains("answers with 404"), "{refused}");
}
