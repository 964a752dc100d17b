//! Files of catalogues: what is exported can be fetched, and read in elsewhere, all of it or nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tillbox::world::http::Response;

use super::{header, told};
use crate::harness::app::{Answer, FILE_BYTES_MAX};
use crate::harness::client::Client;
use crate::harness::house::{House, invite};
use crate::harness::market::{Market, text};
use crate::harness::outside::body;

pub(super) const API: &str = "/tmf-api/productCatalogManagement/v4";
const RESOURCES: &str = "/tmf-api/resourceCatalog/v4";
const LINES: &str = "application/x-ndjson";
const ELSEWHERE: &str = "https://files.example.com/catalogue.json";

/// Makes a specification, a price, an offering of them in a category below another, and a catalog.
fn furnish(client: &Client<'_>) -> BTreeMap<&'static str, String> {
    let make = |name: &str, body: Value| text(&client.post(&format!("{API}/{name}"), &body)["id"]);
    let spec = make("productSpecification", json!({ "name": "Line", "brand": "Tillbox" }));
    let upper = make("category", json!({ "name": "All", "isRoot": true }));
    let lower = make("category", json!({ "name": "Lines", "parentId": upper }));
    let price = json!({
        "name": "Fee", "priceType": "recurring", "recurringChargePeriodType": "month",
        "recurringChargePeriodLength": 1, "price": { "unit": "EUR", "value": 9.9 },
    });
    let price = make("productOfferingPrice", price);
    let offering = make(
        "productOffering",
        json!({
            "name": "Fast line", "productSpecification": { "id": spec },
            "category": [{ "id": lower }], "productOfferingPrice": [{ "id": price }],
        }),
    );
    make("productOffering", json!({ "name": "Lonely" }));
    let catalog = make("catalog", json!({ "name": "Web", "category": [{ "id": upper }] }));
    BTreeMap::from([("spec", spec), ("offering", offering), ("catalog", catalog)])
}

/// Has a job done, and says what became of it.
pub(super) fn done(house: &House, client: &Client<'_>, job: &str, body: &Value) -> Value {
    let made = client.post(&format!("{API}/{job}"), body);
    assert_eq!(made["status"], "Not Started", "{made}");
    house.app.keep_duties();
    client.get(&text(&made["href"]))
}

pub(super) fn fetched(client: &Client<'_>, job: &Value) -> Answer {
    assert_eq!(job["status"], "Succeeded", "{job}");
    let answer = client.call(&format!("GET {}", text(&job["url"])), None);
    assert_eq!(answer.status, 200, "{}", told(&answer));
    answer
}

/// A file that stands in an address.
pub(super) fn inline(of: &Value) -> String {
    let escaped: String = of.to_string().bytes().map(|it| format!("%{it:02X}")).collect();
    format!("data:application/json,{escaped}")
}

fn names(all: &Value) -> String {
    let all = all.as_array().unwrap_or_else(|| panic!("{all}"));
    all.iter().map(|it| text(&it["name"])).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_catalogue_is_written_to_a_file_that_can_be_fetched() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    furnish(&client);
    let job = done(&house, &client, "exportJob", &json!({ "url": "https://mine.example.com/x" }));
    assert_eq!(job["url"], format!("{}/file", text(&job["href"])), "files are kept here");
    assert_eq!(job["completionDate"], "2026-01-01T00:00:00Z");
    assert_eq!(job.get("errorLog"), None);
    let answer = fetched(&client, &job);
    assert_eq!(header(&answer, "content-type"), Some("application/json"));
    let file = answer.json();
    let told = ["productSpecification", "category", "productOffering", "catalog"];
    let told = told.map(|it| format!("{it}: {}", names(&file[it])));
    expect_test::expect![[r#"
        productSpecification: Line
        category: All, Lines
        productOffering: Fast line, Lonely
        catalog: Web"#]]
    .assert_eq(&told.join("\n"));
    let one = &file["productOffering"][0];
    assert_eq!(*one, client.get(&text(&one["href"])), "as it is shown");
}

#[test]
fn a_file_has_what_its_path_and_query_scope() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let made = furnish(&client);
    let wish = json!({ "path": "productOffering", "query": "name=Lonely&fields=name" });
    let file = fetched(&client, &done(&house, &client, "exportJob", &wish)).json();
    assert_eq!(names(&file), "Lonely");
    assert_eq!(file[0].as_object().unwrap().len(), 3, "{file}");
    let path = format!("https://till.example.com{API}/catalog/{}", made["catalog"]);
    let wish = json!({ "path": path, "contentType": LINES });
    let job = done(&house, &client, "exportJob", &wish);
    let answer = fetched(&client, &job);
    assert_eq!(header(&answer, "content-type"), Some(LINES));
    let lines = String::from_utf8(answer.body).unwrap();
    let told: Vec<_> = lines
        .lines()
        .map(|it| {
            let it: Value = serde_json::from_str(it).unwrap();
            format!("{} {}", text(&it["href"]).rsplit('/').nth(1).unwrap(), text(&it["name"]))
        })
        .collect();
    expect_test::expect![[r#"
        productSpecification Line
        category All
        category Lines
        productOfferingPrice Fee
        productOffering Fast line
        catalog Web"#]]
    .assert_eq(&told.join("\n"));
    let part = client.header("range", "bytes=0-9");
    assert_eq!(part.call(&format!("GET {}", text(&job["url"])), None).status, 206);
}

#[test]
fn what_was_written_out_is_read_in_elsewhere_and_nothing_twice() {
    let (here, there) = (House::on("2026-01-01"), House::on("2026-01-01"));
    let (client, other) = (here.operator(), there.operator());
    let made = furnish(&client);
    let file = fetched(&client, &done(&here, &client, "exportJob", &json!({}))).json();
    let job = done(&there, &other, "importJob", &json!({ "url": inline(&file) }));
    assert_eq!(job["status"], "Succeeded", "{job}");
    let again = fetched(&other, &done(&there, &other, "exportJob", &json!({}))).json();
    for name in ["productSpecification", "category", "productOffering", "catalog"] {
        assert_eq!(names(&again[name]), names(&file[name]));
    }
    let offering = &again["productOffering"][0];
    assert_ne!(offering["id"], made["offering"], "ids are the house's");
    assert_eq!(offering["productSpecification"]["id"], again["productSpecification"][0]["id"]);
    assert_eq!(offering["category"][0]["id"], again["category"][1]["id"]);
    assert_eq!(again["category"][1]["parentId"], again["category"][0]["id"]);
    assert_eq!(again["catalog"][0]["category"][0]["id"], again["category"][0]["id"]);
    let job = done(&there, &other, "importJob", &json!({ "url": inline(&again) }));
    assert_eq!(
        (&job["count"]["created"], &job["count"]["changed"]),
        (&json!(0), &json!(0)),
        "{job}"
    );
    let mut changed = again["category"][0].clone();
    changed["name"] = json!("Everything");
    let job = done(&there, &other, "importJob", &json!({ "url": inline(&json!([changed])) }));
    assert_eq!(job["count"], json!({ "created": 0, "changed": 1, "unchanged": 0 }));
    assert_eq!(other.get(&text(&changed["href"]))["name"], "Everything");
}

#[test]
fn all_of_a_file_is_read_in_or_nothing_and_the_log_says_why() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let read = |file: &Value| {
        let job = done(&house, &client, "importJob", &json!({ "url": inline(file) }));
        assert_eq!(job["status"], "Failed", "{job}");
        assert_eq!(job["completionDate"], "2026-01-01T00:00:00Z");
        text(&job["errorLog"])
    };
    let log = read(&json!({
        "category": [{ "name": "Good" }, { "isRoot": true }],
        "productOfferingPrice": [{ "name": 5 }],
    }));
    expect_test::expect![[r#"
        `thing 2 (category)` `name` must be given
        `thing 3 (productOfferingPrice)` `name` must be a text"#]]
    .assert_eq(&log);
    let all = client.get(&format!("{API}/category"));
    assert_eq!(all, json!([]), "nothing of it is there");
    for (file, why) in [
        (json!([{ "name": "What" }]), "`thing 1` must say what it is"),
        (json!([7]), "`thing 1` must be an object"),
        (json!({ "unicorn": [] }), "`file` `unicorn` is no resource here"),
        (json!({ "category": {} }), "`file` `category` must be a list"),
        (json!("text"), "`file` must be a list or an object"),
    ] {
        let log = read(&file);
        assert!(log.starts_with(why), "{log}");
    }
    let many: Vec<_> = (0..1001).map(|it| json!({ "name": it.to_string() })).collect();
    let many = json!({ "url": inline(&json!({ "category": many })) });
    let log = text(&done(&house, &client, "importJob", &many)["errorLog"]);
    assert!(log.starts_with("`file` must have at most 1000 things"), "{log}");
    let broken = json!({ "url": "data:,%7B%22name%22:%22A%22%7D%0Anothing", "path": "category",
        "contentType": LINES });
    let log = text(&done(&house, &client, "importJob", &broken)["errorLog"]);
    assert!(log.starts_with("`line 2`"), "{log}");
}

/// A few bytes each, and many times that in memory.
#[test]
fn a_file_of_millions_of_tiny_values_is_not_read() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let read = |file: String, form: &str| {
        house.app.outside.answer(move |_| Ok(Response::new(200, file.clone())));
        let wish = json!({ "url": ELSEWHERE, "path": "category", "contentType": form });
        text(&done(&house, &client, "importJob", &wish)["errorLog"])
    };
    let line = format!("{{\"name\":[0{}]}}\n", ",0".repeat(100_000));
    for (file, form) in [
        (format!("[0{}]", ",[]".repeat(2_000_000)), "application/json"),
        ("[".repeat(8_000_000), "application/json"),
        (line.repeat(30), LINES),
    ] {
        assert_eq!(read(file, form), "`file` must have at most 300000 values in all", "{form}");
    }
    let log = read(line, LINES);
    assert!(log.starts_with("`thing 1 (category)` `name` must be a text"), "{log}");
    let body = format!("{{\"name\":[0{}]}}", ",0".repeat(400_000)).into_bytes();
    let refused = client.call_raw(&format!("POST {API}/category"), Some(body));
    assert_eq!(told(&refused), "400 range: the body must have at most 300000 values in all");
}

#[test]
fn what_could_never_be_done_is_refused_at_once() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let asked = |job: &str, it: Value| told(&client.call(&format!("POST {API}/{job}"), Some(&it)));
    let mut said = String::new();
    for (job, it) in [
        ("importJob", json!({ "url": "http://files.example.com/x" })),
        ("importJob", json!({ "url": "https://localhost/x" })),
        ("importJob", json!({ "url": "https://192.168.0.1/x" })),
        ("importJob", json!({ "url": "data:application/json" })),
        ("importJob", json!({ "url": format!("{API}/category") })),
        ("importJob", json!({ "url": "data:,[]", "path": "unicorn" })),
        ("importJob", json!({ "url": "data:,[]", "path": "category/7" })),
        ("importJob", json!({ "url": "data:,[]", "contentType": "text/csv" })),
        ("exportJob", json!({ "contentType": "text/csv" })),
        ("exportJob", json!({ "query": "sort=name" })),
        ("exportJob", json!({ "path": 5 })),
        ("exportJob", json!({ "path": "importJob" })),
    ] {
        said += &format!("{}\n", asked(job, it));
    }
    expect_test::expect![[r#"
        400 reference: `url` must be `data:…`, the `url` of an `exportJob`, the content of an asset or an address that begins with `https://`
        400 reach: `url` the host of the address must be on the public net
        400 reach: `url` the address must name its host, not give its number
        400 reference: `url` must have a `,` before data
        400 reference: `url` must be the `url` of an `exportJob` if it leads to this API
        400 reference: `path` must lead to this API or, in it, to one of `productSpecification`, `usageSpecification`, `category`, `productOfferingPrice`, `productOffering`, `catalog`
        400 reference: `path` must lead to this API or to a resource of it, not to one thing
        400 enum: `contentType` must be `application/json` or `application/x-ndjson`
        400 enum: `contentType` must be `application/json` or `application/x-ndjson`
        400 unknown_parameter: `query` scopes by attributes and `fields` alone: a file has all, in its own order
        400 type: `path` must be a text
        400 reference: `path` must lead to this API or, in it, to one of `productSpecification`, `usageSpecification`, `category`, `productOfferingPrice`, `productOffering`, `catalog`
    "#]]
    .assert_eq(&said);
    let job = done(&house, &client, "exportJob", &json!({ "path": "catalog/7" }));
    assert_eq!(job["errorLog"], "`path` leads to no `catalog` that is here");
    let missing = client.call(&format!("GET {}", text(&job["url"])), None);
    assert_eq!(missing.status, 404, "there is no file");
}

#[test]
fn a_file_comes_from_an_export_an_upload_or_elsewhere() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    furnish(&client);
    let export = done(&house, &client, "exportJob", &json!({ "path": "category" }));
    let wish = json!({ "url": export["url"], "path": "category" });
    let job = done(&house, &client, "importJob", &wish);
    assert_eq!(job["count"]["unchanged"], 2, "{job}");
    let elsewhere = json!({ "url": ELSEWHERE, "path": "category" });
    house.app.outside.answer(|_| Ok(Response::new(200, r#"[{"name":"From elsewhere"}]"#)));
    let job = done(&house, &client, "importJob", &elsewhere);
    assert_eq!(job["count"]["created"], 1, "{job}");
    assert_eq!(house.app.outside.heard()[0].address, ELSEWHERE);
    house.app.outside.answer(|_| Ok(Response::new(404, "")));
    let job = done(&house, &client, "importJob", &elsewhere);
    assert_eq!(job["errorLog"], format!("`url` `{ELSEWHERE}` answers with 404"));
    let none = json!({ "url": format!("{API}/exportJob/7/file"), "path": "category" });
    let job = done(&house, &client, "importJob", &none);
    assert_eq!(job["errorLog"], "`url` leads to no file that is here and for who asked");
}

#[test]
fn nobody_exports_or_imports_beyond_its_rights() {
    let house = House::on("2026-01-01");
    let (client, north) =
        (house.operator(), Client::with_token(&house.app, &house.north.admin.token));
    let south = Client::with_token(&house.app, &house.south.admin.token);
    let buyer = Client::with_token(&house.app, &house.north.customer.admin.token);
    furnish(&client);
    north.post(&format!("{API}/category"), &json!({ "name": "Of the north" }));
    let job = done(&house, &north, "exportJob", &json!({ "path": "category" }));
    let file = fetched(&north, &job).json();
    assert!(names(&file).contains("Of the north"), "{file}");
    for (who, expected) in [(&south, 404), (&buyer, 403)] {
        for path in [&job["href"], &job["url"]] {
            let answer = who.call(&format!("GET {}", text(path)), None);
            assert_eq!(answer.status.as_u16(), expected, "{path}");
        }
    }
    let theirs = client.get(&format!("{API}/category"));
    let mut theirs =
        theirs.as_array().unwrap().iter().find(|it| it["name"] == "All").unwrap().clone();
    theirs["name"] = json!("Taken over");
    let taken = json!({ "url": inline(&json!([theirs])), "path": "category" });
    done(&house, &north, "importJob", &taken);
    assert_eq!(client.get(&text(&theirs["href"]))["name"], "All");
    let scopes = ["account_read", "catalog_write", "document_read", "document_write"];
    let body = json!({ "name": "narrow", "scopes": scopes });
    let token = text(&north.post("/tokens", &body)["secret"]);
    let narrow = Client::with_token(&house.app, &token);
    let narrowed = done(&house, &narrow, "exportJob", &json!({ "path": "category" }));
    let answer = narrow.call(&format!("GET {}", text(&narrowed["url"])), None);
    assert!(
        !String::from_utf8_lossy(&answer.body).contains("Of the north"),
        "not read by that token"
    );
}

#[test]
fn a_job_of_who_is_locked_out_fails_and_a_file_is_forgotten_after_a_day() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let (account, email) = (&house.north.account, "other@north.test");
    let other = invite(&house.app, &house.operator, account, email, "vendor_admin");
    let north = Client::with_token(&house.app, &other.token);
    let made = north.post(&format!("{API}/exportJob"), &json!({}));
    client.post(&format!("/users/{}/suspend", other.id), &json!({}));
    house.app.keep_duties();
    let job = client.get(&text(&made["href"]));
    assert_eq!(job["errorLog"], "who asked for it may not sign in any more", "{job}");
    let job = done(&house, &client, "exportJob", &json!({}));
    fetched(&client, &job);
    house.app.set_wall("2026-01-03");
    house.app.keep_duties();
    let answer = client.call(&format!("GET {}", text(&job["url"])), None);
    assert_eq!(answer.status, 404);
    let gone = client.call(&format!("DELETE {}", text(&job["href"])), None);
    assert_eq!(gone.status, 204);
}

/// One seller would keep the house at work, and fill the disk of all.
#[test]
fn a_seller_has_fifty_files_a_day_and_no_more() {
    let market = Market::on("2026-01-01");
    let (house, client) = (&market.house, market.operator());
    let north = house.client(&house.north.admin);
    let ask = |who: &Client<'_>, place: usize| {
        let (path, body) = match place % 3 {
            0 => (format!("{API}/exportJob"), json!({ "path": "category" })),
            1 => (format!("{API}/importJob"), json!({ "url": "data:,[]" })),
            _ => (format!("{RESOURCES}/exportJob"), json!({ "path": "resourceCategory" })),
        };
        who.call(&format!("POST {path}"), Some(&body))
    };
    for place in 0..50 {
        let made = ask(&client, place);
        assert_eq!(made.status, 201, "{}", told(&made));
        if place == 0 {
            client.call(&format!("DELETE {}", text(&made.json()["href"])), None);
        }
    }
    let refused = ask(&client, 0);
    assert_eq!(
        told(&refused),
        "429 too_many: `exportJob` is one more than the 50 files that a seller has written out and read \
         in within a day: ask again later"
    );
    let jobs = client.get(&format!("{API}/exportJob"));
    assert_eq!(jobs.as_array().unwrap().len(), 16, "what is refused is not kept");
    assert_eq!(ask(&north, 0).status, 201, "each seller has its own");
    house.app.set_wall("2026-01-03");
    assert_eq!(ask(&client, 1).status, 201);
    house.app.keep_duties();
    market.must_be_whole();
}

#[test]
fn a_file_takes_room_until_its_job_is_removed_or_its_day_is_over() {
    let market = Market::on("2026-01-01");
    let (house, client) = (&market.house, market.operator());
    let made = furnish(&client);
    let body = json!({ "note": [{ "text": "x".repeat(60_000) }] });
    client.patch(&format!("{API}/productOffering/{}", made["offering"]), &body);
    let export = || done(house, &client, "exportJob", &json!({ "path": "productOffering" }));
    let first = export();
    let bytes = fetched(&client, &first).body.len();
    assert!(bytes > 60_000, "{bytes}");
    let asset = text(&client.post("/assets", &json!({ "name": "Maps" }))["id"]);
    let put = |label: &str, bytes: usize| {
        let path = format!("PUT /assets/{asset}/versions/{label}");
        client.call_raw(&path, Some(label.bytes().cycle().take(bytes).collect())).status.as_u16()
    };
    let file = usize::try_from(FILE_BYTES_MAX).unwrap();
    for label in ["1", "2", "3"] {
        assert_eq!(put(label, file), 200);
    }
    assert_eq!(put("4", file), 422, "the export has a part of the room");
    assert_eq!(put("4", file - 2 * bytes), 200);
    let second = export();
    fetched(&client, &second);
    let third = export();
    let log = text(&third["errorLog"]);
    assert!(
        log.starts_with("`file` is too much: the files of a seller may have 8388608 bytes"),
        "{log}"
    );
    assert_eq!(client.call(&format!("DELETE {}", text(&first["href"])), None).status, 204);
    fetched(&client, &export());
    house.app.set_wall("2026-01-03");
    house.app.keep_duties();
    assert_eq!(client.call(&format!("GET {}", text(&second["url"])), None).status, 404);
    assert_eq!(put("5", 2 * bytes - 1), 200, "all of it is free again");
    market.must_be_whole();
}

#[test]
fn what_came_of_a_file_is_told_for_a_month() {
    let market = Market::on("2026-01-01");
    let (house, client) = (&market.house, market.operator());
    let old = done(house, &client, "importJob", &json!({ "url": "data:,[]" }));
    let failed = done(house, &client, "exportJob", &json!({ "path": "catalog/7" }));
    market.advance_to("2026-01-20");
    let young = done(house, &client, "exportJob", &json!({}));
    let there = |it: &Value| client.call(&format!("GET {}", text(&it["href"])), None).status;
    for (day, expected) in [("2026-01-30", [200, 200, 200]), ("2026-02-01", [404, 404, 200])] {
        market.advance_to(day);
        // What is kept for a time is looked at every hour.
        house.app.set_wall_to(house.app.wall().plus_seconds(2 * 60 * 60));
        house.app.keep_duties();
        let found = [&old, &failed, &young].map(|it| there(it).as_u16());
        assert_eq!(found, expected, "{day}");
    }
    market.must_be_whole();
}

#[test]
fn a_hub_is_told_of_files_of_resources() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let hook = "https://hook.example.com/listener";
    client.post(&format!("{RESOURCES}/hub"), &json!({ "callback": hook }));
    client.post(&format!("{RESOURCES}/importJob"), &json!({ "url": "data:,[]" }));
    house.app.keep_duties();
    house.app.keep_duties();
    let events = house.app.outside.heard();
    let told: Vec<_> = events
        .iter()
        .map(|it| {
            let it = body(it);
            format!("{} {}", text(&it["eventType"]), text(&it["event"]["importJob"]["status"]))
        })
        .collect();
    expect_test::expect![[r#"
        ImportJobCreateEvent Not Started
        ImportJobStateChangeEvent Running
        ImportJobStateChangeEvent Succeeded"#]]
    .assert_eq(&told.join("\n"));
}
