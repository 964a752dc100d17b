//! What partners earn: parts of what is paid, recorded as it is paid, and paid out by notes.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

/// Who gets how much of a charge of 1500.70: the seller, the platform and two partners as the
/// marketplace's own tests have it.
const PERCENTS: [&str; 4] = ["25.5", "60.4", "5.1", "9"];

pub(super) struct Trade {
    pub(super) market: Market,
    pub(super) offer: String,
    pub(super) partners: Vec<Value>,
    pub(super) buyer: Value,
}

impl Trade {
    /// The provider sells something with three partners.
    pub(super) fn on(day: &str, amount: &str) -> Self {
        let market = Market::on(day);
        let offer = market.offer("Suite", &[monthly("Suite", "EUR", amount)]);
        let partners: Vec<_> =
            ["Ada", "Bea", "Cid"].iter().map(|it| market.customer(it, "EUR")).collect();
        let buyer = market.customer("Buyer", "EUR");
        Self { market, offer, partners, buyer }
    }

    pub(super) fn part(&self, partner: usize, percent: &str) -> Value {
        json!({ "role": "partner", "account": self.partners[partner]["id"], "percent": percent })
    }

    /// The model of the vector: the seller has the first part.
    pub(super) fn parted(&self) -> Value {
        let mut parts = vec![json!({ "role": "owner", "percent": PERCENTS[0] })];
        parts.extend((0..3).map(|it| self.part(it, PERCENTS[it + 1])));
        let body = json!({ "name": "Suite", "offer": self.offer, "parts": parts });
        self.market.operator().post("/share_models", &body)
    }

    pub(super) fn pay(&self, amount: &str) -> String {
        let body = json!({
            "account": self.buyer["id"], "amount": { "amount": amount, "currency": "EUR" },
        });
        text(&self.market.operator().post("/payments", &body)["id"])
    }

    /// What was recorded for each, in the order of the parts.
    pub(super) fn shares(&self) -> String {
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
    pub(super) fn owed(&self) -> Vec<String> {
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
#[expect(clippy::too_many_lines, reason = "most of them are what is said")]
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
    let head = "note,receiver,invoice,product,name,charge,from,until,quantity,net,tax,currency,charged,\
                percent,rounded_by";
    assert_eq!((rows.len(), rows[0]), (2, head));
    assert!(rows[1].starts_with("SET-2026-000001,Ada,INV-2026-000001,"), "{sheet}");
    let end = ",Suite,,2026-01-01,2026-02-01,1,906.42,181.28,EUR,1500.70,60.4,-0.0028";
    assert!(rows[1].ends_with(end), "{sheet}");
    let pdf = || operator.call(&format!("GET {path}/pdf"), None).body;
    let paper = lopdf::Document::load_mem(&pdf()).unwrap();
    assert_eq!(paper.get_pages().len(), 1);
    let said: String = paper.extract_text(&[1]).unwrap().split_whitespace().collect();
    assert!(said.contains("Paidbycustomers:"), "its days are those of payments: {said}");
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

/// The charges of one offer are told apart, a partner in another state of the Union is told who owes the
/// tax, and the note is in the mail that tells of it.
#[test]
fn a_note_tells_charges_apart_and_who_owes_the_tax_and_is_sent() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let charges = [monthly("Seats", "EUR", "100"), monthly("Storage", "EUR", "50")];
    let offer = market.offer("Suite", &charges);
    let provider = operator.get("/session")["account"]["id"].clone();
    let placed = |city: &str, country: &str, number: &str| {
        json!({
            "address": { "street": "Rue 1", "city": city, "country": country },
            "tax": { "registration_id": number },
        })
    };
    let provided = placed("Hamburg", "DE", "DE136695976");
    operator.patch(&format!("/accounts/{}", text(&provider)), &provided);
    let mut luc = placed("Lyon", "FR", "FR40303265045");
    luc["name"] = json!("Atelier");
    luc["contacts"] = json!({ "billing": { "given_name": "Luc", "family_name": "Roy", "email": "luc@atelier.test" } });
    let partner = operator.post("/accounts", &luc);
    let buyer = market.customer("Buyer", "EUR");
    let trade = Trade { market, offer, partners: vec![partner], buyer };
    let parts = [json!({ "role": "owner", "percent": "80" }), trade.part(0, "20")];
    let model = json!({ "name": "All", "offer": trade.offer, "parts": parts });
    trade.market.operator().post("/share_models", &model);
    trade.market.order(&trade.buyer, &trade.offer, 1);
    trade.pay("180");
    trade.market.advance_to("2026-01-15");
    let notes = trade.settle(&json!({}));
    let operator = trade.market.operator();
    let note = operator.get(&format!("/settlements/{}", text(&notes[0]["id"])));
    let items = note["items"].as_array().unwrap().iter();
    let told: Vec<_> = items.map(|it| ["name", "charge"].map(|name| text(&it[name]))).collect();
    assert_eq!(told, [["Suite", "Seats"], ["Suite", "Storage"]]);
    let untaxed = text(&note["untaxed"]);
    assert!(untaxed.starts_with("Reverse charge"), "{untaxed}");
    trade.market.house.app.keep_duties();
    let sent = trade.market.house.app.outside.sent().into_iter();
    let sent: Vec<_> = sent.filter(|it| it.to.email.as_str() == "luc@atelier.test").collect();
    let told = sent.iter().find(|it| it.subject.starts_with("Settlement note")).expect("a mail");
    let files: Vec<_> = told.attachments.iter().map(|it| it.file_name.as_str()).collect();
    assert_eq!(files, ["SET-2026-000001.pdf"]);
    assert!(told.attachments[0].bytes.starts_with(b"%PDF"));
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
    let back = json!({ "amount": { "amount": "60", "currency": "EUR" }, "reopens": true });
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
fn half_a_cent_of_a_partner_is_rounded_as_on_invoices_and_the_note_says_so() {
    let rows = [("half_up", "83.92", "9.33"), ("half_even", "83.93", "9.32")];
    for (rounding, ours, theirs) in rows {
        let trade = Trade::on("2026-01-01", "93.25");
        let operator = trade.market.operator();
        let own = text(&json!(trade.market.house.operator.account));
        let policy = json!({ "rounding": rounding });
        operator.patch(&format!("/accounts/{own}/billing_policy"), &policy);
        let parts = [json!({ "role": "owner", "percent": "90" }), trade.part(0, "10")];
        operator.post("/share_models", &json!({ "name": "All", "parts": parts }));
        trade.market.order(&trade.buyer, &trade.offer, 1);
        trade.pay("111.90");
        let shares = format!("Provider owner {ours} open\nAda partner {theirs} open\n");
        assert_eq!(trade.shares(), shares, "{rounding}");
        trade.market.advance_to("2026-01-10");
        let note = trade.settle(&json!({})).remove(0);
        let note = operator.get(&format!("/settlements/{}", text(&note["id"])));
        let item = &note["items"][0];
        assert_eq!(
            (&item["net"]["amount"], &item["before_rounding"]),
            (&json!(theirs), &json!("9.325"))
        );
        let pdf = operator.call(&format!("GET /settlements/{}/pdf", text(&note["id"])), None);
        assert_eq!(pdf.status, 200);
    }
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
fn what_was_charged_for_consumption_goes_from_the_consumer_to_the_provider_of_the_service() {
    let market = Market::on("2026-01-01");
    let traffic = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "0.50" },
    });
    let offer = market.offer("Weather", &[traffic]);
    let partners = vec![market.customer("Ada", "EUR")];
    let buyer = market.customer("Buyer", "EUR");
    let trade = Trade { market, offer, partners, buyer };
    let parts = json!([{ "role": "owner", "percent": "20" }, trade.part(0, "80")]);
    let body = json!({ "name": "Weather", "offer": trade.offer, "parts": parts });
    trade.market.operator().post("/share_models", &body);
    let subscription = trade.market.order(&trade.buyer, &trade.offer, 1);
    trade.market.advance_to("2026-01-20");
    trade.market.uses(&subscription, ("1", "2026-01-15T00:00:00Z", "100"));
    trade.market.advance_to("2026-02-02");
    assert_eq!(trade.shares(), "", "what is used is charged and not paid yet");
    trade.pay("60");
    expect![[r#"
        Provider owner 10.00 open
        Ada partner 40.00 open
    "#]]
    .assert_eq(&trade.shares());
    trade.market.advance_to("2026-02-15");
    let notes = trade.settle(&json!({ "due_days": 10 }));
    let [note] = notes.as_slice() else { panic!("{notes:?}") };
    let shown = trade.market.operator().get(&format!("/settlements/{}", text(&note["id"])));
    assert_eq!(shown["items"][0]["charged"]["amount"], "50.00");
    assert_eq!(note["net"]["amount"], "40.00");
}

/// Who settles twice at once is told so, and everything is settled once.
#[test]
fn of_runs_at_the_same_time_one_settles_and_the_others_are_told_why_not() {
    let trade = Trade::on("2026-01-01", "1500.70");
    trade.parted();
    trade.market.order(&trade.buyer, &trade.offer, 1);
    trade.pay("1800.84");
    trade.market.advance_to("2026-01-15");
    let operator = trade.market.operator();
    for answer in operator.at_once(8, "POST /settlements", Some(&json!({}))) {
        let said = answer.json();
        match answer.status.as_u16() {
            200 => assert!(said["items"].is_array(), "{said}"),
            status => {
                let told = text(&said["type"]);
                assert_eq!((status, told.as_str()), (409, "/problems/settlement_state_forbids"));
                assert!(text(&said["detail"]).starts_with("another run is settling"), "{said}");
            }
        }
    }
    assert_eq!(operator.get("/settlements")["items"].as_array().unwrap().len(), 3);
    trade.market.must_be_whole();
}
