//! A marketplace of two sellers: North lists and delivers, South sells to its customer, invoices and keeps a
//! tenth; what is paid is settled, and what goes back goes back to both.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::market::{lines, monthly, sums, text};
use crate::v1::marketplace::{Bazaar, launched_like};

/// Who earned what by what is paid, as South keeps it.
fn shares(south: &Client<'_>) -> String {
    let found = south.get("/share_records?order=oldest&limit=100");
    let each = found["items"].as_array().unwrap().iter().map(|it| {
        format!("{} {} {}", text(&it["role"]), text(&it["amount"]["amount"]), text(&it["state"]))
    });
    each.collect::<Vec<_>>().join(", ")
}

/// The invoices of an account, the oldest first.
fn invoices(by: &Client<'_>, account: &str) -> Vec<Value> {
    let found = by.get(&format!("/invoices?order=oldest&account={account}"));
    let ids = found["items"].as_array().unwrap().iter().map(|it| text(&it["id"]));
    ids.map(|it| by.get(&format!("/invoices/{it}"))).collect()
}

/// An atlas of North's on the market, which is taxed as books are by North, and by South as books are by
/// South.
fn atlas(north: &Client<'_>, south: &Client<'_>) -> String {
    let zone = json!({ "code": "WORLD", "name": "Everywhere" });
    let zone = south.post("/tax_zones", &zone)["id"].clone();
    let category = |by: &Client<'_>| {
        text(&by.post("/tax_categories", &json!({ "code": "BOOKS", "name": "Books" }))["id"])
    };
    let (books, own) = (category(north), category(south));
    for (category, percent) in [(Value::Null, "20"), (json!(own), "7")] {
        south.post(
            "/tax_rules",
            &json!({ "name": "VAT", "zone": zone, "category": category,
            "percent": percent, "valid_from": "2000-01-01" }),
        );
    }
    let price = json!({ "name": "Copy", "kind": "one_time", "currency": "EUR",
        "model": { "kind": "flat", "amount": "50" }, "tax_category": books });
    let sent = json!({ "delivery": "physical" });
    let atlas = launched_like(north, "Atlas", &[price], (json!({}), sent));
    north.post(&format!("/offers/{atlas}/list"), &json!({}));
    atlas
}

#[test]
fn what_one_lists_another_sells_invoices_and_settles() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (north, south, buyer) = (bazaar.north(), bazaar.south(), bazaar.buyer());
    let market = &bazaar.market;
    let account = market.house.south.customer.account.clone();
    let atlas = atlas(&north, &south);
    let items = json!([{ "offer": bazaar.map }, { "offer": atlas }]);
    let order = buyer.post("/orders", &json!({ "account": account, "items": items }));
    let order = text(&order["id"]);
    market.house.app.keep_duties();
    // North sees what it delivers, neither what it costs nor who pays how, and sends the atlas.
    let part = north.get("/orders?role=supplier")["items"][0].clone();
    assert_eq!((&part["id"], part["items"].as_array().map(Vec::len)), (&json!(order), Some(2)));
    let whole = south.get(&format!("/orders/{order}"));
    assert_eq!(whole["items"][1]["supplier"], json!(market.house.north.account));
    let parcel = text(&north.get("/shipments?role=supplier")["items"][0]["id"]);
    north.post(&format!("/shipments/{parcel}/ship"), &json!({ "carrier": "Post" }));
    north.post(&format!("/shipments/{parcel}/deliver"), &json!({}));
    assert_eq!(buyer.get(&format!("/orders/{order}"))["state"], "completed");
    let home = market.house.client(&market.house.customer.admin);
    assert_eq!(home.call(&format!("GET /orders/{order}"), None).status.as_u16(), 404);
    let sold = market.house.app.outside.sent();
    let letter = sold.iter().find(|it| it.subject.starts_with("Sold for you")).expect("a letter");
    assert_eq!(letter.to.email.as_str(), "admin@north.test");

    // South invoices, by its own tax rules; what is paid is North's but for a tenth.
    market.house.app.keep_duties();
    let bills = invoices(&south, &account);
    let shown: Vec<_> = bills.iter().map(|it| format!("{}\n{}", sums(it), lines(it))).collect();
    expect![[r#"
        100.00 + 20.00 = 120.00 EUR, due 120.00
        Map: Base | 2026-01-01..2026-02-01 | 100.00
            flat price, as of 2026-01-01
            100
            = 100.00 EUR
        50.00 + 3.50 = 53.50 EUR, due 53.50
        Atlas: Copy | - | 50.00
            flat price, as of 2026-01-01
            50
            = 50.00 EUR
    "#]]
    .assert_eq(&shown.concat());
    assert_eq!(shares(&south), "");
    for bill in &bills {
        south.post("/payments", &json!({ "account": account, "amount": bill["due"] }));
    }
    assert_eq!(
        shares(&south),
        "partner 90.00 open, owner 10.00 open, partner 45.00 open, owner 5.00 open"
    );
    let earned = north.get("/share_records")["items"].as_array().map(Vec::len);
    assert_eq!(earned, Some(2), "North sees what it earned, and nothing of what South keeps");
    // What goes back of the atlas goes back to both.
    let bill = bills.last().expect("a bill");
    let line = bill["lines"].as_array().unwrap().last().expect("a line")["id"].clone();
    let net = json!({ "amount": "20", "currency": "EUR" });
    let credit = json!({ "lines": [{ "line": line, "net": net }], "reason": "It was torn." });
    south.post(&format!("/invoices/{}/credit", text(&bill["id"])), &credit);
    let mirrored = shares(&south);
    assert!(mirrored.ends_with("partner -18.00 open, owner -2.00 open"), "{mirrored}");

    market.advance_to("2026-01-02");
    south.post("/settlements", &json!({}));
    let note = north.get("/settlements")["items"][0].clone();
    assert_eq!(note["net"]["amount"], "117.00", "{note}");
    let buyers = buyer.get("/settlements")["items"].as_array().map(Vec::len);
    assert_eq!(buyers, Some(0), "what others settle is nothing to who pays");
    market.must_be_whole();
}

#[test]
fn what_is_bought_stays_and_runs_when_it_is_taken_off_or_the_shelf_is_closed() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (buyer, south) = (bazaar.buyer(), bazaar.south());
    let account = bazaar.market.house.south.customer.account.clone();
    let order = json!({ "account": account, "items": [{ "offer": bazaar.map }] });
    buyer.post("/orders", &order);
    bazaar.market.house.app.keep_duties();
    let held = buyer.get("/subscriptions")["items"][0].clone();
    bazaar.north().post(&format!("/offers/{}/take_off", bazaar.map), &json!({}));
    // Who has it sees what it is, and finds it on no shelf.
    assert_eq!(buyer.get(&format!("/offers/{}", bazaar.map))["name"]["en"], "Map");
    assert_eq!(buyer.get("/search")["total"], 0);
    let more = json!({ "quantity": 2 });
    let changed = buyer.post(&format!("/subscriptions/{}/change", text(&held["id"])), &more);
    assert_eq!(changed["quantity"], 2);
    bazaar.carries(&bazaar.market.house.south.account, "closed", "10");
    bazaar.market.advance_to("2026-02-02");
    let bills = south.get(&format!("/invoices?order=oldest&account={account}"))["items"].clone();
    let nets: Vec<_> =
        bills.as_array().unwrap().iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(nets, ["100.00", "100.00"], "a flat price for each month, and no month without");
    assert_eq!(buyer.get(&format!("/offers/{}", bazaar.map))["name"]["en"], "Map");
    bazaar.market.must_be_whole();
}

#[test]
fn what_a_seller_keeps_can_change_and_be_agreed_on_with_one() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (south, operator) = (bazaar.south(), bazaar.market.operator());
    let account = bazaar.market.house.south.customer.account.clone();
    operator.patch(
        &format!("/accounts/{}/billing_policy", bazaar.market.house.operator.account),
        &json!({ "platform_percent": "20" }),
    );
    let order = json!({ "account": account, "items": [{ "offer": bazaar.map }] });
    bazaar.buyer().post("/orders", &order);
    bazaar.market.house.app.keep_duties();
    let north = bazaar.market.house.north.account.clone();
    let model = || {
        let all = south.get("/share_models?limit=100")["items"].clone();
        let own = |it: &&Value| it["supplier"] == json!(north);
        let it = all.as_array().unwrap().iter().find(own).expect("a model").clone();
        let parts = it["parts"].as_array().unwrap().iter();
        let parts = parts.map(|it| format!("{} {}", text(&it["role"]), text(&it["percent"])));
        (text(&it["id"]), parts.collect::<Vec<_>>().join(", "))
    };
    // The platform has its part of all, and the two of what is left.
    let (id, parts) = model();
    assert_eq!(parts, "owner 8, partner 72, platform 20");
    bazaar.carries(&bazaar.market.house.south.account, "open", "50");
    assert_eq!(model().1, "owner 40, partner 40, platform 20");
    let parts = json!([
        { "role": "owner", "percent": "30" }, { "role": "partner", "account": north, "percent": "50" },
    ]);
    south.patch(&format!("/share_models/{id}"), &json!({ "parts": parts }));
    bazaar.carries(&bazaar.market.house.south.account, "open", "0");
    assert_eq!(model().1, "owner 30, partner 50, platform 20", "what was agreed on stays");
    // Who delivers is left something.
    let all = json!({ "parts": [{ "role": "owner", "percent": "80" }] });
    let refused = south.call(&format!("PATCH /share_models/{id}"), Some(&all));
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.json());
    assert_eq!(refused.json()["errors"][0]["pointer"], "/parts");
    assert_eq!(south.call(&format!("DELETE /share_models/{id}"), None).status.as_u16(), 409);
    bazaar.market.must_be_whole();
}

/// The parts of the model by which an account is paid for what South sells for it, in force last.
fn parts_of(south: &Client<'_>, supplier: &str) -> (Value, String) {
    let all = south.get("/share_models?limit=100")["items"].clone();
    let own = |it: &&Value| it["supplier"] == json!(supplier);
    let it = all.as_array().unwrap().iter().find(own).expect("a model").clone();
    let parts = it["parts"].as_array().unwrap().iter();
    let parts = parts.map(|it| format!("{} {}", text(&it["role"]), text(&it["percent"])));
    let told = parts.collect::<Vec<_>>().join(", ");
    (it, told)
}

#[test]
fn what_changes_while_a_shelf_is_closed_is_followed_once_it_is_open() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (south, operator) = (bazaar.south(), bazaar.market.operator());
    let account = bazaar.market.house.south.customer.account.clone();
    let (seller, provider) =
        (bazaar.market.house.south.account.clone(), bazaar.market.house.operator.account.clone());
    let order = json!({ "account": account, "items": [{ "offer": bazaar.map }] });
    bazaar.buyer().post("/orders", &order);
    bazaar.market.house.app.keep_duties();
    let north = bazaar.market.house.north.account.clone();
    let parts = || parts_of(&south, &north).1;
    let platform = |percent: &str| {
        let path = format!("/accounts/{provider}/billing_policy");
        operator.patch(&path, &json!({ "platform_percent": percent }));
    };
    assert_eq!(parts(), "owner 10, partner 90");
    bazaar.carries(&seller, "closed", "10");
    bazaar.carries(&seller, "closed", "40");
    assert_eq!(parts(), "owner 10, partner 90", "nothing of others is on the shelf");
    bazaar.carries(&seller, "open", "40");
    assert_eq!(parts(), "owner 40, partner 60");
    bazaar.carries(&seller, "closed", "40");
    platform("20");
    bazaar.carries(&seller, "open", "50");
    assert_eq!(parts(), "owner 40, partner 40, platform 20");
    platform("33.333333");
    // What the seller above says holds of those below that say nothing, and so when it says so again.
    bazaar.carries(&provider, "open_below", "25");
    bazaar.carries(&seller, "inherited", "50");
    platform("20");
    assert_eq!(parts(), "owner 20, partner 60, platform 20");
    bazaar.carries(&provider, "closed", "30");
    bazaar.carries(&provider, "open_below", "35");
    assert_eq!(parts(), "owner 28, partner 52, platform 20");
    bazaar.market.must_be_whole();
}

#[test]
fn what_was_agreed_with_the_platform_can_be_written_back_and_changed() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (south, operator) = (bazaar.south(), bazaar.market.operator());
    let account = bazaar.market.house.south.customer.account.clone();
    let provider = bazaar.market.house.operator.account.clone();
    let policy = format!("/accounts/{provider}/billing_policy");
    operator.patch(&policy, &json!({ "platform_percent": "20" }));
    let globe = bazaar.market.offer("Globe", &[monthly("Base", "EUR", "50")]);
    operator.post(&format!("/offers/{globe}/list"), &json!({}));
    let items = json!([{ "offer": globe }, { "offer": bazaar.map }]);
    bazaar.buyer().post("/orders", &json!({ "account": account, "items": items }));
    bazaar.market.house.app.keep_duties();
    // Of what the platform itself delivers it has its part; of what others do, its percentage.
    for (supplier, expected) in [
        (provider.clone(), "owner 10, partner 90"),
        (bazaar.market.house.north.account.clone(), "owner 8, partner 72, platform 20"),
    ] {
        let (model, told) = parts_of(&south, &supplier);
        assert_eq!(told, expected);
        let path = format!("/share_models/{}", text(&model["id"]));
        south.patch(&path, &json!({ "name": model["name"], "parts": model["parts"] }));
        assert_eq!(parts_of(&south, &supplier).1, expected);
    }
    let seller = bazaar.market.house.south.account.clone();
    bazaar.carries(&seller, "open", "20");
    let (model, told) = parts_of(&south, &provider);
    assert_eq!(told, "owner 20, partner 80", "what is said again as it is follows");
    let path = format!("/share_models/{}", text(&model["id"]));
    let parts = json!([
        { "role": "owner", "percent": "30" },
        { "role": "partner", "account": provider, "percent": "70" },
    ]);
    south.patch(&path, &json!({ "parts": parts }));
    bazaar.carries(&seller, "open", "10");
    assert_eq!(parts_of(&south, &provider).1, "owner 30, partner 70");
    let nothing = json!({ "parts": [{ "role": "owner", "percent": "100" }] });
    let refused = south.call(&format!("PATCH {path}"), Some(&nothing));
    assert_eq!(refused.json()["errors"][0]["pointer"], "/parts");
    bazaar.market.must_be_whole();
}

#[test]
fn who_delivers_reports_what_is_used_of_what_another_sells() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (north, south, buyer) = (bazaar.north(), bazaar.south(), bazaar.buyer());
    let account = bazaar.market.house.south.customer.account.clone();
    let meter = json!({ "code": "calls", "name": "Calls", "unit": "call" });
    let meter = text(&north.post("/meters", &meter)["id"]);
    let price = json!({ "name": "Calls", "kind": "usage", "currency": "EUR", "meter": meter,
        "model": { "kind": "per_unit", "per_unit": "0.50" } });
    let tiles = launched_like(&north, "Tiles", &[price], (json!({}), json!({})));
    north.post(&format!("/offers/{tiles}/list"), &json!({}));
    let order = json!({ "account": account, "items": [{ "offer": tiles }] });
    buyer.post("/orders", &order);
    bazaar.market.house.app.keep_duties();
    let held = text(&buyer.get("/subscriptions")["items"][0]["id"]);
    let says = |by: &Client<'_>, id: &str| {
        let event = json!({ "id": id, "subscription": held, "meter": "calls", "quantity": "10",
            "at": "2026-01-01T00:00:00Z" });
        by.post("/usage", &json!({ "events": [event] }))["accepted"].clone()
    };
    let home = bazaar.market.house.north.customer.admin.clone();
    assert_eq!(says(&north, "1"), 1, "who delivers counts");
    assert_eq!(says(&south, "2"), 1, "and who sells");
    let stranger = bazaar.market.house.client(&home);
    let event = json!({ "id": "3", "subscription": held, "meter": "calls", "quantity": "1" });
    let refused = stranger.call("POST /usage", Some(&json!({ "events": [event] })));
    assert!(refused.status.is_client_error());
    bazaar.market.advance_to("2026-02-02");
    let bills = invoices(&south, &account);
    assert_eq!(sums(bills.last().expect("a bill")), "10.00 + 2.00 = 12.00 EUR, due 12.00");
    bazaar.market.must_be_whole();
}
