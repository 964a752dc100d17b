//! Nobody pays, and then somebody does: mails, fees, holds and ends by the steps of a class, and
//! what is taken back when nothing is overdue any more.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, lines, monthly, sums, text};

/// A customer that buys for 100 EUR a month, plus tax, in a class with steps.
pub(super) struct Debtor {
    pub(super) market: Market,
    pub(super) account: Value,
    subscription: String,
}

impl Debtor {
    pub(super) fn with(class: &Value) -> Self {
        let market = Market::on("2026-01-01");
        set(&market, class);
        let contact = json!({ "family_name": "Lee", "email": "ann@whale.test" });
        let account = market.operator().post(
            "/accounts",
            &json!({
                "name": "Blue Whale", "billing": { "currency": "EUR" },
                "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
                "contacts": { "billing": contact },
            }),
        );
        let offer = market.offer("Server", &[monthly("Fee", "EUR", "100")]);
        let subscription = market.order(&account, &offer, 1);
        Self { market, account, subscription }
    }

    pub(super) fn get(&self, path: &str) -> Value {
        self.market.operator().get(path)
    }

    pub(super) fn id(&self) -> String {
        text(&self.account["id"])
    }

    pub(super) fn to(&self, day: &str) -> &Self {
        self.market.advance_to(day);
        self
    }

    pub(super) fn pays(&self, amount: &str) {
        let amount = json!({ "amount": amount, "currency": "EUR" });
        let body = json!({ "account": self.id(), "amount": amount });
        self.market.operator().post("/payments", &body);
        self.market.must_be_whole();
    }

    /// What was done in each case, and what is next.
    pub(super) fn cases(&self) -> String {
        let found = self.get(&format!("/dunning?order=oldest&account={}", self.id()));
        found["items"].as_array().unwrap().iter().map(case).collect()
    }

    /// How the account and its subscription stand.
    pub(super) fn standing(&self) -> String {
        let account = self.get(&format!("/accounts/{}", self.id()));
        let subscription = self.get(&format!("/subscriptions/{}", self.subscription));
        format!("{} and {}", text(&account["state"]), text(&subscription["state"]))
    }

    /// The mails to the customer, the oldest first: day, and what one sees first.
    pub(super) fn mails(&self) -> String {
        let found = self.get("/mails?limit=1000&order=oldest");
        let mails = found["items"].as_array().unwrap().iter();
        let own = mails.filter(|it| it["to"] == "ann@whale.test");
        own.map(|it| format!("{}\n", text(&it["subject"]))).collect()
    }
}

/// Writes terms of the class in which all customers are.
fn set(market: &Market, class: &Value) {
    let default = text(&market.operator().get("/classes?order=oldest")["items"][0]["id"]);
    market.operator().call(&format!("PATCH /classes/{default}"), Some(class)).ok();
    market.house.app.keep_duties();
}

fn case(it: &Value) -> String {
    let mut out = format!("{}, overdue {}\n", text(&it["state"]), text(&it["overdue"]["amount"]));
    for step in it["steps"].as_array().unwrap() {
        let day = text(&step["at"])[..10].to_owned();
        let parts = ["action", "outcome"].map(|name| text(&step[name]));
        let amount = text(&step["overdue"]["amount"]);
        out += &format!("  {day} {} of {amount}: {}\n", parts[0], parts[1]);
    }
    if let Some(next) = it["next"].as_object() {
        let waits = if next["at"].is_null() { ", if enough is overdue" } else { "" };
        out += &format!("  next {} on {}{waits}\n", text(&next["action"]), text(&next["on"]));
    }
    out
}

pub(super) fn ladder() -> Value {
    json!({ "dunning": [
        { "after_days": 3, "action": "mail" },
        { "after_days": 7, "action": "late_fee", "fee": "5" },
        { "after_days": 8, "action": "mail" },
        { "after_days": 10, "action": "credit_hold" },
        { "after_days": 15, "action": "terminate" },
    ] })
}

#[test]
fn an_invoice_goes_unpaid_and_the_account_goes_on_when_it_is_paid() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-11");
    let mut said = format!("{}{}\n", debtor.cases(), debtor.standing());
    debtor.to("2026-01-18");
    said += &format!("{}{}\n", debtor.cases(), debtor.standing());
    debtor.to("2026-01-20");
    said += &format!("{}{}\n", debtor.cases(), debtor.standing());
    debtor.pays("100");
    said += &format!("a part: {}{}\n", debtor.cases(), debtor.standing());
    debtor.pays("20");
    said += &format!("all: {}{}\n{}", debtor.cases(), debtor.standing(), debtor.mails());
    expect![[r#"
        running, overdue 120.00
          next mail on 2026-01-13
        active and active
        running, overdue 120.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          2026-01-18 mail of 120.00: done
          next credit_hold on 2026-01-20
        active and active
        running, overdue 120.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          2026-01-18 mail of 120.00: done
          2026-01-20 credit_hold of 120.00: done
          next terminate on 2026-01-25
        held_for_credit and held_for_credit
        a part: running, overdue 20.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          2026-01-18 mail of 120.00: done
          2026-01-20 credit_hold of 120.00: done
          next terminate on 2026-01-25
        held_for_credit and held_for_credit
        all: ended, overdue 0.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          2026-01-18 mail of 120.00: done
          2026-01-20 credit_hold of 120.00: done
        active and active
        Your order 1
        Invoice INV-2026-000001 for EUR 120.00
        Reminder 1: EUR 120.00 to be paid
        Invoice INV-2026-000002 for EUR 5.00
        Last reminder: EUR 125.00 to be paid
        Blue Whale is on hold
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_hold_of_an_account_is_one_mail_however_much_it_stops() {
    let debtor =
        Debtor::with(&json!({ "dunning": [{ "after_days": 1, "action": "credit_hold" }] }));
    let more = debtor.market.offer("Backup", &[monthly("Fee", "EUR", "10")]);
    debtor.market.order(&debtor.account, &more, 1);
    debtor.to("2026-02-20");
    assert_eq!(debtor.standing(), "held_for_credit and held_for_credit");
    let sent = debtor.market.house.app.outside.sent();
    let holds: Vec<_> = sent.iter().filter(|it| it.subject.contains("on hold")).collect();
    let [held] = holds.as_slice() else { panic!("{holds:?}") };
    for said in ["\nServer\n", "\nBackup\n", "INV-2026-000001, due on", "To be paid: EUR 132.00"] {
        assert!(held.text.contains(said), "{said} is not in {}", held.text);
    }
    debtor.pays("264");
    debtor.market.house.app.keep_duties();
    let since = debtor.mails();
    let since: Vec<_> = since.lines().filter(|it| it.contains("goes on")).collect();
    assert_eq!(since, ["Blue Whale goes on"]);
}

#[test]
fn a_late_fee_is_an_invoice_of_its_own_that_says_what_for() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-17");
    let invoices = debtor.market.invoices(&debtor.account);
    let fee = invoices.last().unwrap();
    assert_eq!(fee["lines"][0]["kind"], "late_fee");
    let mut said = lines(fee);
    let entries = debtor.get("/journal?order=oldest&limit=1000");
    let own = entries["items"].as_array().unwrap().iter();
    for it in own.filter(|it| it["cause"] == fee["id"]) {
        for leg in it["legs"].as_array().unwrap() {
            said += &format!("{} {}\n", text(&leg["ledger"]), text(&leg["amount"]["amount"]));
        }
    }
    // What is paid bears no fee, and a fee bears none.
    debtor.pays("120");
    debtor.to("2026-02-10");
    debtor.pays("120");
    debtor.to("2026-02-11");
    said += &debtor.cases();
    debtor.to("2026-02-28");
    said += &debtor.cases();
    expect![[r#"
        INV-2026-000001: Late fee | - | 5.00
            amount as stated
            5
            = 5.00 EUR
        receivable 5.00
        revenue -5.00
        ended, overdue 0.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
        ended, overdue 0.00
          2026-01-29 mail of 5.00: done
          2026-02-02 late_fee of 5.00: skipped
          2026-02-03 mail of 5.00: done
          2026-02-05 credit_hold of 5.00: done
          2026-02-10 terminate of 5.00: skipped
        running, overdue 5.00
          next mail on 2026-02-13
        ended, overdue 0.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
        ended, overdue 0.00
          2026-01-29 mail of 5.00: done
          2026-02-02 late_fee of 5.00: skipped
          2026-02-03 mail of 5.00: done
          2026-02-05 credit_hold of 5.00: done
          2026-02-10 terminate of 5.00: skipped
        ended, overdue 0.00
          2026-02-13 mail of 5.00: done
          2026-02-17 late_fee of 5.00: done
          2026-02-18 mail of 5.00: done
          2026-02-20 credit_hold of 5.00: done
          2026-02-25 terminate of 5.00: done
    "#]]
    .assert_eq(&said);
}

#[test]
fn who_never_pays_loses_what_is_not_paid() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-03-01");
    let said = format!("{}{}", debtor.cases(), debtor.standing());
    expect![[r#"
        running, overdue 97.90
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          2026-01-18 mail of 120.00: done
          2026-01-20 credit_hold of 120.00: done
          2026-01-25 terminate of 120.00: done
        held_for_credit and recoverable"#]]
    .assert_eq(&said);
}

#[test]
fn nothing_happens_until_enough_is_overdue() {
    let steps = json!({ "dunning": [
        { "after_days": 1, "from_sum": "150", "action": "mail" },
        { "after_days": 4, "from_sum": "150", "action": "mail" },
    ] });
    let debtor = Debtor::with(&steps);
    debtor.to("2026-02-10");
    let mut said = debtor.cases();
    debtor.to("2026-03-01");
    said += &debtor.cases();
    expect![[r#"
        running, overdue 120.00
          next mail on 2026-01-11, if enough is overdue
        running, overdue 240.00
          2026-02-11 mail of 240.00: done
          2026-02-14 mail of 240.00: done
    "#]]
    .assert_eq(&said);
}

#[test]
fn the_credit_terms_hold_by_themselves_and_take_only_their_own_hold_back() {
    let terms = json!({ "automatic_hold": true, "grace_days": 5, "hold_days": 20 });
    let debtor = Debtor::with(&terms);
    debtor.to("2026-01-21");
    let mut said = format!("{}{}\n", debtor.cases(), debtor.standing());
    debtor.to("2026-01-22");
    said += &format!("{}{}\n", debtor.cases(), debtor.standing());
    debtor.pays("120");
    said += &format!("paid: {}{}\n", debtor.cases(), debtor.standing());
    let hold = json!({ "kind": "credit", "reason": "FRAUD" });
    debtor.market.operator().post(&format!("/accounts/{}/hold", debtor.id()), &hold);
    debtor.to("2026-03-15");
    debtor.pays("240");
    said += &format!("held by people: {}{}\n", debtor.cases(), debtor.standing());
    expect![[r#"
        running, overdue 120.00
          next credit_hold on 2026-01-22
        active and active
        running, overdue 120.00
          2026-01-22 credit_hold of 120.00: done
        held_for_credit and held_for_credit
        paid: ended, overdue 0.00
          2026-01-22 credit_hold of 120.00: done
        active and active
        held by people: ended, overdue 0.00
          2026-01-22 credit_hold of 120.00: done
        ended, overdue 0.00
          2026-02-22 credit_hold of 120.00: skipped
        held_for_credit and held_for_credit
    "#]]
    .assert_eq(&said);
}

#[test]
fn terms_that_change_hold_for_everybody_of_the_class_at_once() {
    let debtor = Debtor::with(&json!({}));
    debtor.to("2026-01-20");
    assert_eq!(debtor.cases(), "", "a class without steps has no cases");
    set(&debtor.market, &ladder());
    let mut said = debtor.cases();
    debtor.to("2026-01-25");
    said += &debtor.cases();
    set(&debtor.market, &json!({ "dunning": [{ "after_days": 30, "action": "credit_hold" }] }));
    said += &debtor.cases();
    expect![[r#"
        running, overdue 120.00
          2026-01-20 mail of 120.00: done
          next late_fee on 2026-01-24
        running, overdue 120.00
          2026-01-20 mail of 120.00: done
          2026-01-24 late_fee of 120.00: done
          2026-01-25 mail of 120.00: done
          next credit_hold on 2026-01-27
        running, overdue 120.00
          2026-01-20 mail of 120.00: done
          2026-01-24 late_fee of 120.00: done
          2026-01-25 mail of 120.00: done
          next credit_hold on 2026-02-16
    "#]]
    .assert_eq(&said);
}

#[test]
fn whose_receivables_others_manage_is_neither_dunned_nor_held() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-20");
    let mut said = format!("{}{}\n", debtor.cases(), debtor.standing());
    let number = &debtor.account["number"];
    let found =
        debtor.get(&format!("/aps/2/collections/accounts?eq(id,{number}),select(bssAccountInfo)"));
    let path = format!("PUT /aps/2/resources/{}", text(&found[0]["bssAccountInfo"]["aps"]["id"]));
    let external = json!({ "externalARManagement": true });
    debtor.market.operator().call(&path, Some(&external)).ok();
    debtor.to("2026-03-01");
    said += &format!("{}{}\n", debtor.cases(), debtor.standing());
    expect![[r#"
        running, overdue 120.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          2026-01-18 mail of 120.00: done
          2026-01-20 credit_hold of 120.00: done
          next terminate on 2026-01-25
        held_for_credit and held_for_credit
        ended, overdue 0.00
          2026-01-13 mail of 120.00: done
          2026-01-17 late_fee of 120.00: done
          2026-01-18 mail of 120.00: done
          2026-01-20 credit_hold of 120.00: done
        held_for_credit and held_for_credit
    "#]]
    .assert_eq(&said);
}

#[test]
fn what_is_disputed_is_left_alone_until_that_is_resolved() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-14");
    let mut said = debtor.cases();
    let invoice = debtor.market.invoices(&debtor.account)[0].clone();
    let path = format!("/invoices/{}", text(&invoice["id"]));
    let operator = debtor.market.operator();
    operator
        .call(&format!("POST {path}/dispute"), Some(&json!({ "reason": "never ordered" })))
        .ok();
    debtor.to("2026-01-31");
    said += &format!("disputed: {}{}\n", debtor.cases(), debtor.standing());
    let resolve = format!("POST {path}/resolve_dispute");
    let seller = json!({ "in_favor_of": "seller", "reason": "it was" });
    debtor.market.operator().call(&resolve, Some(&seller)).ok();
    debtor.to("2026-02-05");
    said += &format!("for the seller: {}", debtor.cases());
    let half = json!({ "reason": "half", "amount": { "amount": "60", "currency": "EUR" } });
    debtor.market.operator().call(&format!("POST {path}/dispute"), Some(&half)).ok();
    said += &format!("a part: {}", debtor.cases());
    let customer = json!({ "in_favor_of": "customer", "reason": "it was not" });
    let refused = debtor.market.operator().call(&resolve, Some(&customer));
    said += &format!("{}\n", text(&refused.json()["detail"]));
    let net = json!([{ "line": 0, "net": { "amount": "50", "currency": "EUR" } }]);
    let lines = json!({ "in_favor_of": "customer", "reason": "it was not", "lines": net });
    let resolved = debtor.market.operator().call(&resolve, Some(&lines)).ok();
    said += &format!("due {}: {}", text(&resolved["due"]["amount"]), debtor.cases());
    debtor.market.must_be_whole();
    expect![[r#"
        running, overdue 120.00
          2026-01-13 mail of 120.00: done
          next late_fee on 2026-01-17
        disputed: running, overdue 0.00
          2026-01-13 mail of 120.00: done
        active and active
        for the seller: running, overdue 120.00
          2026-01-13 mail of 120.00: done
          2026-01-31 late_fee of 120.00: done
          2026-02-01 mail of 120.00: done
          2026-02-03 credit_hold of 120.00: done
          next terminate on 2026-02-08
        a part: running, overdue 60.00
          2026-01-13 mail of 120.00: done
          2026-01-31 late_fee of 120.00: done
          2026-02-01 mail of 120.00: done
          2026-02-03 credit_hold of 120.00: done
          next terminate on 2026-02-08
        `/lines` must say what is credited: not all of the invoice is open and disputed
        due 60.00: running, overdue 60.00
          2026-01-13 mail of 120.00: done
          2026-01-31 late_fee of 120.00: done
          2026-02-01 mail of 120.00: done
          2026-02-03 credit_hold of 120.00: done
          next terminate on 2026-02-08
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_hold_rests_with_what_is_disputed_and_comes_back_with_it() {
    let steps = json!({ "dunning": [
        { "after_days": 1, "action": "late_fee", "fee": "5" },
        { "after_days": 2, "action": "credit_hold" },
        { "after_days": 9, "action": "mail" },
    ] });
    let debtor = Debtor::with(&steps);
    debtor.to("2026-01-13");
    let mut said = format!("{}{}\n", debtor.cases(), debtor.standing());
    let invoice = text(&debtor.market.invoices(&debtor.account)[0]["id"]);
    let on = |verb: &str, body: &Value| {
        let path = format!("POST /invoices/{invoice}/{verb}");
        debtor.market.operator().call(&path, Some(body)).ok();
    };
    on("dispute", &json!({ "reason": "never ordered" }));
    said += &format!("disputed: {}{}\n", debtor.cases(), debtor.standing());
    debtor.to("2026-01-18");
    on("resolve_dispute", &json!({ "in_favor_of": "seller", "reason": "it was" }));
    debtor.to("2026-01-19");
    said += &format!("it was: {}{}\n", debtor.cases(), debtor.standing());
    expect![[r#"
        running, overdue 120.00
          2026-01-11 late_fee of 120.00: done
          2026-01-12 credit_hold of 120.00: done
          next mail on 2026-01-19
        held_for_credit and held_for_credit
        disputed: running, overdue 0.00
          2026-01-11 late_fee of 120.00: done
          2026-01-12 credit_hold of 120.00: done
        active and active
        it was: running, overdue 120.00
          2026-01-11 late_fee of 120.00: done
          2026-01-12 credit_hold of 120.00: done
          2026-01-19 mail of 120.00: done
        held_for_credit and held_for_credit
    "#]]
    .assert_eq(&said);
}

#[test]
fn credit_pays_what_is_late_before_the_fee_for_it() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-16");
    let amount = json!({ "amount": "24", "currency": "EUR" });
    let body = json!({ "account": debtor.id(), "amount": amount, "allocations": [] });
    debtor.market.operator().post("/payments", &body);
    debtor.to("2026-01-17");
    let due = debtor.market.invoices(&debtor.account);
    let due = due.iter().map(|it| text(&it["due"]["amount"]));
    assert_eq!(due.collect::<Vec<_>>(), ["96.00", "5.00"]);
    debtor.market.must_be_whole();
}

#[test]
fn a_late_fee_bears_tax_where_its_seller_says_so() {
    for (said, taxes) in [("outside", "5.00 + 0.00 = 5.00"), ("taxed", "5.00 + 1.00 = 6.00")] {
        let debtor = Debtor::with(&ladder());
        let own = text(&json!(debtor.market.house.operator.account));
        let policy = json!({ "late_fee_tax": said });
        debtor.market.operator().patch(&format!("/accounts/{own}/billing_policy"), &policy);
        debtor.to("2026-01-17");
        let invoices = debtor.market.invoices(&debtor.account);
        let fee = sums(invoices.last().unwrap());
        assert!(fee.starts_with(taxes), "{said}: {fee}");
    }
}

#[test]
fn credit_pays_what_becomes_overdue_before_anything_is_done_about_it() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-05");
    debtor.pays("120");
    debtor.to("2026-02-02");
    let first = text(&debtor.market.invoices(&debtor.account)[0]["id"]);
    let why = json!({ "reason": "Not delivered" });
    debtor.market.operator().post(&format!("/invoices/{first}/credit"), &why);
    debtor.to("2026-02-20");
    assert_eq!(debtor.cases(), "");
    let due = debtor.market.invoices(&debtor.account);
    let due: Vec<_> = due.iter().map(|it| text(&it["due"]["amount"])).collect();
    assert_eq!(due, ["0.00", "0.00"]);
}

#[test]
fn the_day_of_the_end_is_named_in_all_that_comes_before_it_and_the_end_is_told() {
    let debtor = Debtor::with(&ladder());
    debtor.to("2026-01-26");
    assert!(debtor.standing().ends_with("recoverable"), "{}", debtor.standing());
    let found = debtor.get("/mails?limit=1000&order=oldest");
    let own = found["items"].as_array().unwrap().iter().filter(|it| it["to"] == "ann@whale.test");
    let mails: Vec<_> = own.map(|it| debtor.get(&format!("/mails/{}", text(&it["id"])))).collect();
    let says = |subject: &str| {
        let mail = mails.iter().find(|it| text(&it["subject"]).contains(subject));
        text(&mail.unwrap_or_else(|| panic!("{subject} is not in {mails:#?}"))["text"])
    };
    for subject in ["Reminder 1", "Last reminder", "is on hold"] {
        let body = says(subject);
        assert!(body.contains("end on 25 January 2026"), "{subject}: {body}");
    }
    let body = says("Services of Blue Whale have ended");
    assert!(body.contains("\nServer\n") && body.contains("To be paid: EUR "), "{body}");
}
