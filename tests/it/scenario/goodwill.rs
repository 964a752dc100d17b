//! Money goes back of what is paid: it is credited, owed again, or does not go.

use expect_test::expect;
use serde_json::{Value, json};

use super::dunning::ladder;
use crate::harness::market::{Market, monthly, sums, text};

/// A customer in a class with steps that has bought something for 120.00 and paid it.
struct Payer {
    market: Market,
    account: String,
    invoice: String,
    payment: String,
}

impl Payer {
    fn new() -> Self {
        let market = Market::on("2026-01-01");
        let operator = market.operator();
        let class = text(&operator.get("/classes?order=oldest")["items"][0]["id"]);
        operator.patch(&format!("/classes/{class}"), &ladder());
        let contact = json!({ "family_name": "Lee", "email": "ann@whale.test" });
        let account = operator.post(
            "/accounts",
            &json!({
                "name": "Blue Whale", "billing": { "currency": "EUR" },
                "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
                "contacts": { "billing": contact },
            }),
        );
        let price = json!({
            "name": "Desk", "kind": "one_time", "currency": "EUR",
            "model": { "kind": "flat", "amount": "100" },
        });
        market.order(&account, &market.offer("Desk", &[price]), 1);
        market.advance_to("2026-01-02");
        let amount = json!({ "amount": "120", "currency": "EUR" });
        let body = json!({ "account": account["id"], "amount": amount });
        let payment = text(&operator.post("/payments", &body)["id"]);
        let invoice = text(&market.invoices(&account)[0]["id"]);
        Self { account: text(&account["id"]), invoice, payment, market }
    }

    /// Asks for an amount to go back: the status, and where or why not.
    fn gives_back(&self, amount: &str, more: Value) -> String {
        let mut body = json!({ "amount": { "amount": amount, "currency": "EUR" } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let path = format!("POST /payments/{}/refund", self.payment);
        let answer = self.market.operator().call(&path, Some(&body));
        self.market.must_be_whole();
        let said = answer.json();
        match said["errors"][0]["pointer"].as_str() {
            Some(pointer) => format!("{} {pointer}", answer.status.as_u16()),
            None => format!("{} {}", answer.status.as_u16(), said["detail"].as_str().unwrap_or("")),
        }
    }

    /// How the invoice stands, and what was done because it is not paid.
    fn stands(&self) -> String {
        let operator = self.market.operator();
        let it = operator.get(&format!("/invoices/{}", self.invoice));
        let due = [&it["due_on"], &it["due_again_on"]].map(|it| it.as_str().unwrap_or("-"));
        let cases = operator.get(&format!("/dunning?account={}", self.account));
        let cases = cases["items"].as_array().unwrap().iter();
        let steps = cases.flat_map(|it| it["steps"].as_array().unwrap());
        let steps = steps.map(|it| format!(" {} {}", &text(&it["at"])[..10], text(&it["action"])));
        let steps = steps.collect::<String>();
        let of_all = &operator.get("/overview")["currencies"][0]["overdue"];
        let late = it["state"] == "overdue" || !steps.is_empty();
        assert!(
            late || of_all["amount"]["amount"] == "0.00",
            "the overview says the same: {of_all}"
        );
        format!("{} ({}), until {} and {}:{steps}\n", text(&it["state"]), sums(&it), due[0], due[1])
    }
}

#[test]
fn what_has_paid_an_invoice_does_not_go_back_unless_it_is_said_what_stands_there_instead() {
    let payer = Payer::new();
    let number =
        text(&payer.market.operator().get(&format!("/invoices/{}", payer.invoice))["number"]);
    assert_eq!(
        payer.gives_back("30", json!({})),
        format!(
            "409 `30.00 EUR` cannot go back: there is credit for `0.00 EUR` of it, the rest has paid the \
             invoice `{number}`; say `credit_note` to credit as much, or `reopens` to have it owed again"
        )
    );
    assert_eq!(payer.gives_back("30", json!({ "credit_note": true })), "422 /reason");
    let both = json!({ "credit_note": true, "reopens": true, "reason": "Sorry" });
    assert_eq!(payer.gives_back("30", both), "422 /reopens");
    let refunds = payer.market.operator().get(&format!("/payments/{}/refunds", payer.payment));
    assert_eq!(refunds["items"], json!([]), "nothing has changed");
    expect![[r#"
        paid (100.00 + 20.00 = 120.00 EUR, due 0.00), until 2026-01-10 and -:
    "#]]
    .assert_eq(&payer.stands());
}

#[test]
fn what_goes_back_for_kindness_is_credited_and_nobody_is_reminded_of_it() {
    let payer = Payer::new();
    payer.market.advance_to("2026-03-10");
    let kindness = || json!({ "credit_note": true, "reason": "Sorry for the noise" });
    assert_eq!(payer.gives_back("30", kindness()), "201 ");
    let notes = payer.market.operator().get(&format!("/credit_notes?account={}", payer.account));
    let note = &notes["items"][0];
    let amount = |name: &str| text(&note[name]["amount"]);
    assert_eq!([amount("net"), amount("tax"), amount("gross")], ["25.00", "5.00", "30.00"]);
    assert_eq!(note["reason"], "Sorry for the noise");
    payer.market.advance_to("2026-06-01");
    expect![[r#"
        paid (100.00 + 20.00 = 120.00 EUR, due 0.00), until 2026-01-10 and -:
    "#]]
    .assert_eq(&payer.stands());
    // No more is credited than there was.
    assert_eq!(payer.gives_back("90", kindness()), "201 ");
    assert!(payer.gives_back("1", kindness()).starts_with("409 "));
}

#[test]
fn what_is_owed_again_is_to_be_paid_as_if_it_were_new() {
    let payer = Payer::new();
    payer.market.advance_to("2026-03-10");
    assert_eq!(payer.gives_back("30", json!({ "reopens": true })), "201 ");
    let mut told = payer.stands();
    for day in ["2026-03-19", "2026-03-20", "2026-03-24", "2026-03-31"] {
        payer.market.advance_to(day);
        told += &format!("{day} {}", payer.stands());
    }
    // What goes back besides of what is late already makes it no less late.
    assert_eq!(payer.gives_back("10", json!({ "reopens": true })), "201 ");
    told += &payer.stands();
    expect![[r#"
        open (100.00 + 20.00 = 120.00 EUR, due 30.00), until 2026-01-10 and 2026-03-19:
        2026-03-19 open (100.00 + 20.00 = 120.00 EUR, due 30.00), until 2026-01-10 and 2026-03-19:
        2026-03-20 overdue (100.00 + 20.00 = 120.00 EUR, due 30.00), until 2026-01-10 and 2026-03-19:
        2026-03-24 overdue (100.00 + 20.00 = 120.00 EUR, due 30.00), until 2026-01-10 and 2026-03-19: 2026-03-22 mail
        2026-03-31 overdue (100.00 + 20.00 = 120.00 EUR, due 30.00), until 2026-01-10 and 2026-03-19: 2026-03-22 mail 2026-03-26 late_fee 2026-03-27 mail 2026-03-29 credit_hold
        overdue (100.00 + 20.00 = 120.00 EUR, due 40.00), until 2026-01-10 and 2026-03-19: 2026-03-22 mail 2026-03-26 late_fee 2026-03-27 mail 2026-03-29 credit_hold
    "#]]
    .assert_eq(&told);
}

/// A market with a customer that has ten seats for 10.00 a month from April on, and its subscription: seats that go
/// bring back at once what is left of them.
fn ten_seats() -> (Market, Value, String) {
    let market = Market::on("2026-04-01");
    let own = text(&json!(market.house.operator.account));
    let policy = json!({ "removed_units": "now" });
    market.operator().patch(&format!("/accounts/{own}/billing_policy"), &policy);
    let account = market.customer("Blue Whale", "EUR");
    let mut price = monthly("Seat", "EUR", "10");
    price["model"] = json!({ "kind": "per_unit", "per_unit": "10" });
    let subscription = market.order(&account, &market.offer("Seats", &[price]), 10);
    (market, account, subscription)
}

#[test]
fn what_was_credited_by_hand_does_not_go_back_once_more_when_units_go() {
    let (market, account, subscription) = ten_seats();
    let operator = market.operator();
    market.advance_to("2026-04-02");
    let invoice = text(&market.invoices(&account)[0]["id"]);
    let body = json!({ "reason": "Sorry for the noise", "lines": [
        { "line": 0, "net": { "amount": "50", "currency": "EUR" } },
    ] });
    operator.post(&format!("/invoices/{invoice}/credit"), &body);
    market.advance_to("2026-04-16");
    operator.post(&format!("/subscriptions/{subscription}/change"), &json!({ "quantity": 1 }));
    market.advance_to("2026-05-02");
    // Nine of ten go for half of the month: 45.00, of which half was credited; one stays, in May too.
    let cents = |it: &Value| text(&it["net"]["amount"]).replace('.', "").parse::<i64>().unwrap();
    let invoices = market.invoices(&account);
    assert_eq!(invoices.iter().map(cents).sum::<i64>(), 10_000 - 2_250 + 1_000);
    let given = invoices.iter().map(|it| it["lines"].to_string());
    assert!(given.collect::<String>().contains("which coupons or credit notes had taken off"));
    market.must_be_whole();
}

/// Ten seats for a month, of which nine go in the middle of it: half of them stands on no bill any more.
#[test]
fn an_invoice_that_is_credited_after_units_went_gives_back_what_is_left_of_it() {
    let (market, account, subscription) = ten_seats();
    let operator = market.operator();
    market.advance_to("2026-04-16");
    operator.post(&format!("/subscriptions/{subscription}/change"), &json!({ "quantity": 1 }));
    market.advance_to("2026-05-02");
    let first = text(&market.invoices(&account)[0]["id"]);
    let credit =
        |body: &Value| operator.call(&format!("POST /invoices/{first}/credit"), Some(body));
    let line = json!([{ "line": 0, "net": { "amount": "55.01", "currency": "EUR" } }]);
    let refused = credit(&json!({ "reason": "Too much", "lines": line })).json();
    let why = "`55.01 EUR` cannot be credited of a line of which `55.00 EUR` is left";
    assert_eq!(text(&refused["detail"]), why);
    let note = credit(&json!({ "reason": "All of it" })).ok();
    assert_eq!(text(&note["net"]["amount"]), "55.00", "45.00 went back with May: {note}");
    assert_eq!(credit(&json!({ "reason": "Again" })).status.as_u16(), 409);
    market.must_be_whole();
}

/// What the next bill gave back of an invoice is not credited once more when its payment goes back.
#[test]
fn a_payment_that_goes_back_after_units_went_credits_what_is_left_of_its_invoice() {
    let (market, account, subscription) = ten_seats();
    let operator = market.operator();
    market.advance_to("2026-04-02");
    let euros = |amount: &str| json!({ "amount": amount, "currency": "EUR" });
    let body = json!({ "account": account["id"], "amount": euros("120") });
    let payment = text(&operator.post("/payments", &body)["id"]);
    market.advance_to("2026-04-16");
    operator.post(&format!("/subscriptions/{subscription}/change"), &json!({ "quantity": 1 }));
    market.advance_to("2026-05-02");
    let nets: Vec<_> =
        market.invoices(&account).iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(nets, ["100.00", "-35.00"], "45.00 went back with May");
    // The 42.00 that May gave pay April in its place; 66.00 of its 120.00 are left to be credited.
    let back = |amount: &str| {
        let body = json!({ "amount": euros(amount), "credit_note": true, "reason": "Sorry" });
        operator.call(&format!("POST /payments/{payment}/refund"), Some(&body))
    };
    let refused = back("108.01").json();
    let why = "`66.01 EUR` cannot be credited of an invoice of which `66.00 EUR` is left";
    assert_eq!(text(&refused["detail"]), why, "{refused}");
    assert_eq!(back("108").status.as_u16(), 201);
    market.must_be_whole();
}

/// What was counted by mistake and taken back is given back by the next bill, and not once more.
#[test]
fn an_invoice_that_is_credited_after_its_use_was_counted_again_gives_back_what_is_left_of_it() {
    let market = Market::on("2026-04-01");
    let (operator, account) = (market.operator(), market.customer("Blue Whale", "EUR"));
    let usage = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    });
    let subscription = market.order(&account, &market.offer("Traffic", &[usage]), 1);
    market.advance_to("2026-04-20");
    market.uses(&subscription, ("a", "2026-04-10T12:00:00Z", "60"));
    market.uses(&subscription, ("b", "2026-04-11T12:00:00Z", "40"));
    market.advance_to("2026-05-02");
    let event = json!({
        "id": "b", "subscription": subscription, "meter": "traffic", "at": "2026-04-11T12:00:00Z",
    });
    operator.post("/usage/void", &json!({ "events": [event], "reason": "A test" }));
    market.advance_to("2026-06-02");
    let [first, second] = market.invoices(&account).try_into().unwrap();
    assert_eq!([&first["net"]["amount"], &second["net"]["amount"]], ["100.00", "-40.00"]);
    let path = format!("/invoices/{}/credit", text(&first["id"]));
    let note = operator.post(&path, &json!({ "reason": "All of it" }));
    assert_eq!(text(&note["net"]["amount"]), "60.00", "{note}");
    market.must_be_whole();
}
