//! Models by which what is paid is parted: which of them holds for a charge, and which are refused.

use expect_test::expect;
use serde_json::{Value, json};

use super::settlement::Trade;
use crate::harness::market::{Market, monthly, text};

#[test]
fn a_charge_keeps_to_the_model_of_its_first_share() {
    let trade = Trade::on("2026-01-01", "100");
    let parts = [json!({ "role": "owner", "percent": "80" }), trade.part(0, "20")];
    trade.market.operator().post("/share_models", &json!({ "name": "All", "parts": parts }));
    trade.market.order(&trade.buyer, &trade.offer, 1);
    trade.pay("60");
    trade.parted();
    let second = trade.pay("60");
    let back = json!({ "amount": { "amount": "60", "currency": "EUR" }, "reopens": true });
    trade.market.operator().post(&format!("/payments/{second}/refund"), &back);
    expect![[r#"
        Provider owner 40.00 open
        Ada partner 10.00 open
        Provider owner 40.00 open
        Ada partner 10.00 open
        Provider owner -40.00 open
        Ada partner -10.00 open
    "#]]
    .assert_eq(&trade.shares());
    assert_eq!(trade.owed(), ["-10.00"]);
}

#[test]
fn the_narrowest_model_holds_and_fixed_parts_come_first() {
    let trade = Trade::on("2026-01-01", "100");
    let operator = trade.market.operator();
    let owner = |percent: &str| json!({ "role": "owner", "percent": percent });
    let all = json!({ "name": "All", "parts": [owner("90"), trade.part(0, "10")] });
    operator.post("/share_models", &all);
    let fixed = json!({
        "role": "partner", "account": trade.partners[1]["id"],
        "fixed": { "amount": "30", "currency": "EUR" },
    });
    let parts = json!([fixed, owner("50"), trade.part(2, "50")]);
    let one = json!({ "name": "Suite", "offer": trade.offer, "parts": parts });
    operator.post("/share_models", &one);
    let other = trade.market.offer("Other", &[monthly("Other", "EUR", "50")]);
    trade.market.order(&trade.buyer, &trade.offer, 1);
    trade.market.order(&trade.buyer, &other, 1);
    trade.pay("24");
    expect![[r#"
        Bea partner 20.00 open
    "#]]
    .assert_eq(&trade.shares());
    trade.pay("156");
    let found = operator.get("/balances");
    let rows = found["items"].as_array().unwrap().iter();
    let mut owed: Vec<_> = rows
        .filter(|it| it["ledger"] == "partner_payable")
        .map(|it| text(&it["amount"]["amount"]))
        .collect();
    owed.sort();
    assert_eq!(owed, ["-30.00", "-35.00", "-5.00"]);
}

#[test]
fn a_model_of_a_category_holds_for_those_below_it() {
    let trade = Trade::on("2026-01-01", "1");
    let operator = trade.market.operator();
    let category = |name: &str, parent: Value| {
        let body = json!({ "name": { "en": name }, "parent": parent });
        operator.post("/categories", &body)["id"].clone()
    };
    let software = category("Software", json!(null));
    let games = category("Games", software.clone());
    for (partner, scope) in [(0, json!(null)), (1, software)] {
        let parts = [json!({ "role": "owner", "percent": "90" }), trade.part(partner, "10")];
        let body = json!({ "name": "Some", "category": scope, "parts": parts });
        operator.post("/share_models", &body);
    }
    let game = json!({ "categories": [games] });
    let prices = [monthly("Game", "EUR", "100")];
    let game = trade.market.offer_like("Game", &prices, (game, json!({})));
    trade.market.order(&trade.buyer, &game, 1);
    trade.pay("120");
    expect![[r#"
        Provider owner 90.00 open
        Bea partner 10.00 open
    "#]]
    .assert_eq(&trade.shares());
}

#[test]
fn parts_that_do_not_make_up_the_whole_are_refused_and_change_nothing() {
    let trade = Trade::on("2026-01-01", "100");
    let operator = trade.market.operator();
    let owner = |percent: &str| json!({ "role": "owner", "percent": percent });
    let platform = json!({ "role": "platform", "percent": "50" });
    let own = json!({ "role": "partner", "account": trade.market.house.operator.account, "percent": "50" });
    let nobody = json!({ "role": "partner", "percent": "50" });
    let both =
        json!({ "role": "owner", "percent": "50", "fixed": { "amount": "1", "currency": "EUR" } });
    for (parts, status) in [
        (json!([owner("70.4"), trade.part(0, "39.6")]), 409),
        (json!([owner("99"), trade.part(0, "1"), trade.part(0, "0")]), 409),
        (json!([]), 409),
        (json!([owner("50"), platform]), 422),
        (json!([owner("50"), own]), 422),
        (json!([owner("50"), nobody]), 422),
        (json!([both, trade.part(0, "50")]), 422),
        (json!([owner("x"), trade.part(0, "50")]), 422),
    ] {
        let body = json!({ "name": "Wrong", "parts": parts });
        let answer = operator.call("POST /share_models", Some(&body));
        assert_eq!(answer.status.as_u16(), status, "{parts}: {}", answer.json());
    }
    let parts = json!([owner("60"), trade.part(0, "40")]);
    for (field, value) in [("valid_from", "2025-12-31"), ("offer", "ofr_1"), ("category", "no")] {
        let mut body = json!({ "name": "Wrong", "parts": parts });
        body[field] = json!(value);
        let answer = operator.call("POST /share_models", Some(&body));
        assert_eq!(answer.status.as_u16(), 422, "{field}");
    }
    assert_eq!(operator.get("/share_models")["items"], json!([]));
    let model = trade.parted();
    let path = format!("/share_models/{}", text(&model["id"]));
    let changed = operator.patch(&path, &json!({ "name": "Fair", "parts": parts }));
    assert_eq!([&changed["name"], &changed["parts"][1]["percent"]], [&json!("Fair"), &json!("40")]);
    let wrong = operator.call(&format!("PATCH {path}"), Some(&json!({ "parts": [owner("90")] })));
    assert_eq!(wrong.status.as_u16(), 409);
    assert_eq!(operator.get(&path)["name"], "Fair");
    trade.market.order(&trade.buyer, &trade.offer, 1);
    trade.pay("120");
    for (method, body) in [("DELETE", None), ("PATCH", Some(json!({ "name": "Late" })))] {
        let refused = operator.call(&format!("{method} {path}"), body.as_ref());
        assert_eq!(refused.status.as_u16(), 409, "{method}");
    }
    let spare = operator.post("/share_models", &json!({ "name": "Spare", "parts": parts }));
    let spare = format!("DELETE /share_models/{}", text(&spare["id"]));
    assert_eq!(operator.call(&spare, None).status.as_u16(), 204);
    let partner = trade.market.house.client(&trade.market.house.customer.admin);
    assert_eq!(partner.call("GET /share_models", None).status.as_u16(), 403);
    assert_eq!(partner.get("/settlements")["items"], json!([]));
    let past = operator.post("/share_models", &json!({ "name": "Past", "parts": parts }));
    let past = format!("/share_models/{}", text(&past["id"]));
    operator.patch(&past, &json!({ "name": "Old" }));
    trade.market.advance_to("2026-01-02");
    for (method, body) in [("DELETE", None), ("PATCH", Some(json!({ "name": "Late" })))] {
        let refused = operator.call(&format!("{method} {past}"), body.as_ref());
        assert_eq!(refused.status.as_u16(), 409, "{method} after its first day");
    }
}

#[test]
fn of_the_models_of_a_thing_that_holds_which_began_last() {
    let trade = Trade::on("2026-01-01", "100");
    trade.parted();
    let half = vec![json!({ "role": "owner", "percent": "50" }), trade.part(0, "50")];
    let mut body = json!({ "name": "Later", "offer": trade.offer, "parts": half });
    body["valid_from"] = json!("2026-02-01");
    trade.market.operator().post("/share_models", &body);
    body["valid_from"] = json!("2026-06-01");
    trade.market.operator().post("/share_models", &body);
    body["valid_from"] = json!("2026-01-01");
    body["offer"] = json!(trade.market.offer("Other", &[monthly("Other", "EUR", "1")]));
    trade.market.operator().post("/share_models", &body);
    trade.market.order(&trade.buyer, &trade.offer, 1);
    trade.market.advance_to("2026-02-02");
    trade.pay("240.00");
    expect![[r#"
        Provider owner 25.50 open
        Ada partner 60.40 open
        Bea partner 5.10 open
        Cid partner 9.00 open
        Provider owner 50.00 open
        Ada partner 50.00 open
    "#]]
    .assert_eq(&trade.shares());
}

#[test]
fn a_thing_has_no_more_models_and_a_model_no_more_parts_than_can_be_looked_through() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let owner = json!([{ "role": "owner", "percent": "100" }]);
    let many: Vec<_> = (0..51).map(|_| owner[0].clone()).collect();
    let answer =
        operator.call("POST /share_models", Some(&json!({ "name": "All", "parts": many })));
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["errors"][0]["pointer"]),
        (422, &json!("/parts"))
    );
    let lay_down = |place: u32| {
        let day = format!("2027-{:02}-{:02}", place / 28 + 1, place % 28 + 1);
        let body = json!({ "name": "All", "valid_from": day, "parts": owner });
        operator.call("POST /share_models", Some(&body))
    };
    for place in 0..100 {
        assert_eq!(lay_down(place).status, 201, "{place}");
    }
    let refused = lay_down(100);
    assert_eq!(refused.status, 409, "{}", refused.json());
    // What has begun does not count, nor what is said of something else.
    market.advance_to("2027-01-02");
    assert_eq!(lay_down(101).status, 201);
    market.must_be_whole();
}
