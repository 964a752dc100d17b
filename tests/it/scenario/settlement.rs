//! What partners earn: parts of what is paid, recorded as it is paid, and paid out by notes.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

/// Who gets how much of a charge of 1500.70: the seller, the platform and two partners as the
/// marketplace's own tests have it.
const PERCENTS: [&str; 4] = ["25.5", "60.4", "5.1", "9"];

struct Trade {
    market: Market,
    offer: String,
    partners: Vec<Value>,
    buyer: Value,
}

impl Trade {
    /// The provider sells something with three partners.
    fn on(day: &str, amount: &str) -> Self {
        let market = Market::on(day);
        let offer = market.offer("Suite", &[monthly("Suite", "EUR", amount)]);
        let partners: Vec<_> =
            ["Ada", "Bea", "Cid"].iter().map(|it| market.customer(it, "EUR")).collect();
        let buyer = market.customer("Buyer", "EUR");
        Self { market, offer, partners, buyer }
    }

    fn part(&self, partner: usize, percent: &str) -> Value {
        json!({ "role": "partner", "account": self.partners[partner]["id"], "percent": percent })
    }

    /// The model of the vector: the seller has the first part.
    fn parted(&self) -> Value {
        let mut parts = vec![json!({ "role": "owner", "percent": PERCENTS[0] })];
        parts.extend((0..3).map(|it| self.part(it, PERCENTS[it + 1])));
        let body = json!({ "name": "Suite", "offer": self.offer, "parts": parts });
        self.market.operator().post("/share_models", &body)
    }

    fn pay(&self, amount: &str) -> String {
        let body = json!({
            "account": self.buyer["id"], "amount": { "amount": amount, "currency": "EUR" },
        });
        text(&self.market.operator().post("/payments", &body)["id"])
    }

    /// What was recorded for each, in the order of the parts.
    fn shares(&self) -> String {
        let found = self.market.operator().get("/share_records?order=oldest&limit=100");
        let mut out = String::new();
        for it in found["items"].as_array().unwrap() {
            let name = it["account_name"].as_str().unwrap_or_default();
            let amount = it["amount"]["amount"].as_str().unwrap();
            out.push_str(&format!(
                "{name} {} {amount} {}\n",
                text(&it["role"]),
                text(&it["state"])
            ));
        }
        self.market.must_be_whole();
        out
    }

    /// What the books of the provider owe partners.
    fn owed(&self) -> Vec<String> {
        let found = self.market.operator().get("/balances");
        let rows = found["items"].as_array().unwrap().iter();
        let rows = rows.filter(|it| it["ledger"] == "partner_payable");
        rows.map(|it| text(&it["amount"]["amount"])).filter(|it| it != "0.00").collect()
    }

    fn settle(&self, body: &Value) -> Vec<Value> {
        let made = self.market.operator().post("/settlements", body);
        self.market.must_be_whole();
        made["items"].as_array().unwrap().clone()
    }
}

/// A note in a line.
fn told(it: &Value) -> String {
    let sums = ["net", "tax", "gross"].map(|name| text(&it[name]["amount"])).join(" ");
    let said = ["number", "receiver_name", "due_on"].map(|name| text(&it[name]));
    format!("{} {} {sums} {}", said[0], said[1], said[2])
}

#[test]
fn what_is_paid_is_parted_settled_and_paid_out() {
    let trade = Trade::on("2026-01-01", "1500.70");
    trade.parted();
    trade.market.order(&trade.buyer, &trade.offer, 1);
    assert_eq!(trade.shares(), "", "nothing was paid");
    trade.pay("1800.84");
    expect![[r#"
        Provider owner 382.68 open
        Ada partner 906.42 open
        Bea partner 76.54 open
        Cid partner 135.06 open
    "#]]
    .assert_eq(&trade.shares());
    assert_eq!(trade.owed(), ["-906.42", "-76.54", "-135.06"]);
    assert_eq!(trade.settle(&json!({})), Vec::<Value>::new(), "what is earned today waits");
    trade.market.advance_to("2026-01-15");
    let notes = trade.settle(&json!({
        "due_days": 10, "description": "January",
        "method": { "code": "sepa", "label": "Bank transfer" },
        "tax": { "category": "VAT", "percent": "20" },
    }));
    let told: Vec<_> = notes.iter().map(told).collect();
    expect![[r#"
        SET-2026-000001 Ada 906.42 181.28 1087.70 2026-01-25
        SET-2026-000002 Bea 76.54 15.31 91.85 2026-01-25
        SET-2026-000003 Cid 135.06 27.01 162.07 2026-01-25"#]]
    .assert_eq(&told.join("\n"));
    assert_eq!(trade.settle(&json!({})), Vec::<Value>::new(), "nothing is settled twice");
    let operator = trade.market.operator();
    let path = format!("/settlements/{}", text(&notes[0]["id"]));
    let shown = operator.get(&path);
    let item = &shown["items"][0];
    let sums = ["unit_price", "net", "tax", "gross"].map(|name| text(&item[name]["amount"]));
    assert_eq!(sums, ["906.42", "906.42", "181.28", "1087.70"]);
    assert_eq!([&item["charged"]["amount"], &item["percent"]], [&json!("1500.70"), &json!("60.4")]);
    assert_eq!([&item["number"], &item["quantity"]], [&json!(1), &json!("1")]);
    assert_eq!([&item["invoice"], &item["name"]], [&json!("INV-2026-000001"), &json!("Suite")]);
    assert_eq!([&item["from"], &item["until"]], [&json!("2026-01-01"), &json!("2026-02-01")]);
    assert!(item["product"].is_u64(), "{item}");
    assert_eq!(shown["taxes"][0]["percent"], "20");
    assert_eq!(shown["method"], json!({ "code": "sepa", "label": "Bank transfer" }));
    assert_eq!(
        [&shown["description"], &shown["tax_on"]],
        [&json!("January"), &json!("2026-01-15")]
    );
    assert_eq!([&shown["from"], &shown["until"]], [&json!("2026-01-01"), &json!("2026-01-15")]);
    let sheet = operator.call(&format!("GET {path}/csv"), None);
    let sheet = String::from_utf8(sheet.body).unwrap();
    let rows: Vec<_> = sheet.lines().collect();
    let head = "note,receiver,invoice,product,name,from,until,quantity,net,tax,currency";
    assert_eq!((rows.len(), rows[0]), (2, head));
    assert!(rows[1].starts_with("SET-2026-000001,Ada,INV-2026-000001,"), "{sheet}");
    assert!(rows[1].ends_with(",Suite,2026-01-01,2026-02-01,1,906.42,181.28,EUR"), "{sheet}");
    let pdf = || operator.call(&format!("GET {path}/pdf"), None).body;
    assert_eq!(lopdf::Document::load_mem(&pdf()).unwrap().get_pages().len(), 1);
    let before = pdf();
    let receiver = operator.get("/accounts?q=Ada")["items"][0].clone();
    operator.patch(&format!("/accounts/{}", text(&receiver["id"])), &json!({ "locale": "de" }));
    assert!(pdf() == before, "a note is the same bytes whenever it is written");
    operator.post(&format!("{path}/pay"), &json!({}));
    let again = operator.call(&format!("POST {path}/pay"), Some(&json!({})));
    assert_eq!(again.status.as_u16(), 409);
    assert_eq!(trade.owed(), ["-76.54", "-135.06"]);
    expect![[r#"
        Provider owner 382.68 open
        Ada partner 906.42 paid
        Bea partner 76.54 noted
        Cid partner 135.06 noted
    "#]]
    .assert_eq(&trade.shares());
}

#[test]
fn a_note_says_for_which_days_it_is() {
    let trade = Trade::on("2026-01-01", "100");
    trade.parted();
    trade.market.order(&trade.buyer, &trade.offer, 1);
    trade.market.advance_to("2026-01-03");
    trade.pay("60");
    trade.market.advance_to("2026-01-12");
    trade.pay("60");
    trade.market.advance_to("2026-01-15");
    for (until, expected) in [
        (json!("2026-01-12"), ["2026-01-03", "2026-01-12", "2026-01-15"]),
        (json!(null), ["2026-01-12", "2026-01-15", "2026-01-15"]),
    ] {
        let notes = trade.settle(&json!({ "until": until }));
        assert_eq!(notes.len(), 3, "{until}");
        for it in notes {
            assert_eq!(["from", "until", "issued_on"].map(|day| text(&it[day])), expected);
        }
    }
}

#[test]
fn what_goes_back_is_taken_from_who_had_it() {
    let trade = Trade::on("2026-01-01", "100");
    let parts = [json!({ "role": "owner", "percent": "80" }), trade.part(0, "20")];
    let body = json!({ "name": "All", "parts": parts });
    trade.market.operator().post("/share_models", &body);
    trade.market.order(&trade.buyer, &trade.offer, 1);
    let first = trade.pay("60");
    let second = trade.pay("60");
    expect![[r#"
        Provider owner 40.00 open
        Ada partner 10.00 open
        Provider owner 40.00 open
        Ada partner 10.00 open
    "#]]
    .assert_eq(&trade.shares());
    let operator = trade.market.operator();
    let back = json!({ "amount": { "amount": "60", "currency": "EUR" } });
    operator.post(&format!("/payments/{second}/refund"), &back);
    assert_eq!(trade.owed(), ["-10.00"]);
    let invoice = text(&trade.market.invoices(&trade.buyer)[0]["id"]);
    operator.post(&format!("/invoices/{invoice}/credit"), &json!({ "reason": "broken" }));
    assert_eq!(trade.owed(), Vec::<String>::new(), "what is credited was never charged");
    let found = operator.get(&format!("/share_records?invoice={invoice}"));
    let payments = found["items"].as_array().unwrap().iter().map(|it| it["payment"].clone());
    assert!(payments.collect::<Vec<_>>().contains(&json!(first)));
    trade.market.advance_to("2026-01-10");
    assert_eq!(trade.settle(&json!({})), Vec::<Value>::new(), "it comes to nothing");
}

#[test]
fn a_charge_keeps_to_the_model_of_its_first_share() {
    let trade = Trade::on("2026-01-01", "100");
    let parts = [json!({ "role": "owner", "percent": "80" }), trade.part(0, "20")];
    trade.market.operator().post("/share_models", &json!({ "name": "All", "parts": parts }));
    trade.market.order(&trade.buyer, &trade.offer, 1);
    trade.pay("60");
    trade.parted();
    let second = trade.pay("60");
    let back = json!({ "amount": { "amount": "60", "currency": "EUR" } });
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
fn nobody_owes_for_a_line_beside_one_that_was_credited_and_refunded() {
    let trade = Trade::on("2026-01-01", "1");
    let operator = trade.market.operator();
    let prices = [monthly("Base", "EUR", "100"), monthly("Extra", "EUR", "50")];
    let both = trade.market.offer("Both", &prices);
    let parts = [json!({ "role": "owner", "percent": "80" }), trade.part(0, "20")];
    operator.post("/share_models", &json!({ "name": "All", "parts": parts }));
    trade.market.order(&trade.buyer, &both, 1);
    let payment = trade.pay("180");
    assert_eq!(trade.owed(), ["-30.00"]);
    let invoice = trade.market.invoices(&trade.buyer).remove(0);
    let place = |it: &&Value| it["net"]["amount"] == "100.00";
    let line = invoice["lines"].as_array().unwrap().iter().find(place).unwrap();
    let credit = json!({
        "reason": "broken", "lines": [{ "line": line["id"], "net": line["net"] }],
    });
    operator.post(&format!("/invoices/{}/credit", text(&invoice["id"])), &credit);
    assert_eq!(trade.owed(), ["-10.00"]);
    let back = json!({ "amount": { "amount": "120", "currency": "EUR" } });
    operator.post(&format!("/payments/{payment}/refund"), &back);
    assert_eq!(trade.owed(), ["-10.00"], "what goes back is what the note gave");
    trade.pay("120");
    assert_eq!(trade.owed(), ["-10.00"]);
    trade.market.must_be_whole();
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
fn a_partner_reads_what_was_sold_and_not_what_the_buyer_calls_it() {
    let trade = Trade::on("2026-01-01", "100");
    trade.parted();
    let subscription = trade.market.order(&trade.buyer, &trade.offer, 1);
    let path = format!("/subscriptions/{subscription}");
    trade.market.operator().patch(&path, &json!({ "name": "Merger with Red Whale" }));
    trade.market.house.app.keep_duties();
    trade.market.advance_to("2026-02-02");
    trade.pay("240.00");
    trade.market.advance_to("2026-02-03");
    let notes = trade.settle(&json!({}));
    assert_eq!(notes.len(), 3);
    for note in &notes {
        let path = format!("/settlements/{}", text(&note["id"]));
        let shown = trade.market.operator().get(&path);
        let names: Vec<_> =
            shown["items"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["Suite", "Suite"]);
        let sheet = trade.market.operator().call(&format!("GET {path}/csv"), None);
        assert!(!String::from_utf8(sheet.body).unwrap().contains("Merger"));
    }
}

#[test]
fn a_reseller_that_is_a_partner_reads_its_note_and_is_written_to() {
    let trade = Trade::on("2026-01-01", "100");
    let (house, operator) = (&trade.market.house, trade.market.operator());
    let reseller = json!({ "role": "partner", "account": house.north.account, "percent": "20" });
    let parts = json!([{ "role": "owner", "percent": "80" }, reseller]);
    operator
        .post("/share_models", &json!({ "name": "Suite", "offer": trade.offer, "parts": parts }));
    trade.market.order(&trade.buyer, &trade.offer, 1);
    trade.pay("120");
    trade.market.advance_to("2026-01-02");
    let note = &trade.settle(&json!({}))[0];
    house.app.keep_duties();
    let admin = house.client(&house.north.admin);
    let own = admin.get(&format!("/settlements?account={}", house.north.account));
    assert_eq!(own["items"][0]["number"], note["number"]);
    let shown = admin.get(&format!("/settlements/{}", text(&note["id"])));
    assert_eq!(shown["gross"]["amount"], "20.00");
    let sent = house.app.outside.sent();
    let own = sent.iter().filter(|it| it.to.email.as_str() == house.north.admin.email);
    let told: Vec<_> = own.filter(|it| it.text.contains(&text(&note["id"]))).collect();
    let told: Vec<_> = told.iter().map(|it| it.subject.as_str()).collect();
    assert_eq!(told, ["Settlement note SET-2026-000001 for EUR 20.00"]);
    let stranger = house.client(&house.south.admin);
    let path = format!("GET /settlements/{}", text(&note["id"]));
    assert_eq!(stranger.call(&path, None).status.as_u16(), 404);
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
