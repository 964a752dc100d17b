//! What a customer has pays what it owes: before its card is charged, and before it is reminded.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

fn euros(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "EUR" })
}

/// A customer that is billed 12.00 EUR on the first of each month, and has until the tenth.
struct Customer {
    market: Market,
    account: Value,
}

impl Customer {
    fn new() -> Self {
        Self::opened().orders()
    }

    fn opened() -> Self {
        let market = Market::on("2026-01-01");
        let account = market.customer("Payer", "EUR");
        Self { market, account }
    }

    fn orders(self) -> Self {
        let offer = self.market.offer("Flat", &[monthly("Base", "EUR", "10")]);
        self.market.order(&self.account, &offer, 1);
        self
    }

    /// The same with a card that is charged when something is due.
    fn with_card() -> Self {
        let it = Self::opened();
        let gateway = json!({ "kind": "sandbox", "signing_secret": "hush", "retry_days": [3, 5] });
        it.market.operator().post("/gateways", &gateway);
        let card = json!({
            "kind": "card", "gateway": "sandbox", "token": "sandbox_ok", "brand": "Visa",
            "last_digits": "4242", "expires": "2030-01", "default": true,
        });
        let path = format!("/accounts/{}/payment_methods", text(&it.account["id"]));
        it.market.operator().post(&path, &card);
        it.orders()
    }

    fn pays(&self, amount: &str, more: Value) {
        let mut body = json!({ "account": self.account["id"], "amount": euros(amount) });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.market.operator().post("/payments", &body);
        self.market.must_be_whole();
    }

    fn invoice(&self, place: usize) -> String {
        text(&self.market.invoices(&self.account)[place]["id"])
    }

    /// Credits a part of the only line of an invoice, without tax.
    fn gets_back(&self, place: usize, net: &str) {
        let body = json!({ "lines": [{ "line": 0, "net": euros(net) }], "reason": "A bad week" });
        let path = format!("/invoices/{}/credit", self.invoice(place));
        self.market.operator().post(&path, &body);
        self.market.must_be_whole();
    }

    /// What is open of each invoice, and what the account owes and has.
    fn stands(&self) -> String {
        let due = self.market.invoices(&self.account);
        let due =
            due.iter().map(|it| format!("{} {}", text(&it["state"]), text(&it["due"]["amount"])));
        let path = format!("/accounts/{}/balance", text(&self.account["id"]));
        let balance = &self.market.operator().get(&path)["balances"][0];
        let amount = |name: &str| text(&balance[name]["amount"]);
        let due = due.collect::<Vec<_>>().join(", ");
        format!("{due}; owes {}, has {}", amount("receivable"), amount("credit"))
    }

    /// What the card was charged, the oldest first.
    fn charged(&self) -> String {
        let path = format!("/payments?order=oldest&account={}", text(&self.account["id"]));
        let found = self.market.operator().get(&path)["items"].clone();
        let by_card = found.as_array().unwrap().iter().filter(|it| it["attempt"].is_object());
        let line = |it: &Value| {
            format!("{} {}", &text(&it["created_at"])[..10], text(&it["amount"]["amount"]))
        };
        by_card.map(line).collect::<Vec<_>>().join(", ")
    }
}

#[test]
fn months_of_a_customer_whose_card_pays_what_its_credit_does_not() {
    let it = Customer::with_card();
    let mut told = String::new();
    let mut tell = |day: &str| {
        it.market.advance_to(day);
        told += &format!("{day} {}\n", it.stands());
    };
    tell("2026-01-20");
    // Nothing is open: it pays the next invoice.
    it.gets_back(0, "5");
    tell("2026-02-20");
    tell("2026-03-05");
    // The next is open already.
    it.gets_back(1, "2.50");
    tell("2026-03-06");
    tell("2026-04-05");
    // Whoever records a payment leaves it standing beside what is open.
    it.pays("20", json!({ "allocations": [] }));
    tell("2026-04-06");
    tell("2026-04-11");
    tell("2026-05-20");
    expect![[r#"
        2026-01-20 paid 0.00; owes 0.00, has 0.00
        2026-02-20 paid 0.00, paid 0.00; owes 0.00, has 0.00
        2026-03-05 paid 0.00, paid 0.00, open 12.00; owes 12.00, has 0.00
        2026-03-06 paid 0.00, paid 0.00, open 9.00; owes 9.00, has 0.00
        2026-04-05 paid 0.00, paid 0.00, paid 0.00, open 12.00; owes 12.00, has 0.00
        2026-04-06 paid 0.00, paid 0.00, paid 0.00, open 12.00; owes 12.00, has 20.00
        2026-04-11 paid 0.00, paid 0.00, paid 0.00, paid 0.00; owes 0.00, has 8.00
        2026-05-20 paid 0.00, paid 0.00, paid 0.00, paid 0.00, paid 0.00; owes 0.00, has 0.00
    "#]]
    .assert_eq(&told);
    assert_eq!(it.charged(), "2026-01-10 12.00, 2026-02-10 6.00, 2026-03-10 9.00, 2026-05-10 4.00");
}

#[test]
fn what_is_revived_is_paid_by_what_came_in_since_it_was_given_up() {
    let it = Customer::new();
    let operator = it.market.operator();
    let path = format!("/invoices/{}", it.invoice(0));
    operator.post(&format!("{path}/write_off"), &json!({ "reason": "Insolvent" }));
    it.pays("20", json!({}));
    assert_eq!(it.stands(), "written_off 0.00; owes 0.00, has 20.00");
    let revived = operator.post(&format!("{path}/revive"), &json!({}));
    assert_eq!((&revived["state"], &revived["due"]), (&json!("paid"), &euros("0.00")));
    it.market.must_be_whole();
    assert_eq!(it.stands(), "paid 0.00; owes 0.00, has 8.00");
}

#[test]
fn what_is_due_first_is_settled_first_and_nothing_of_what_is_disputed() {
    let it = Customer::new();
    let operator = it.market.operator();
    it.pays("12", json!({}));
    it.market.advance_to("2026-04-01");
    let part = json!({ "amount": euros("4"), "reason": "Not as agreed" });
    operator.post(&format!("/invoices/{}/dispute", it.invoice(1)), &part);
    assert_eq!(
        it.stands(),
        "paid 0.00, overdue 12.00, overdue 12.00, open 12.00; owes 36.00, has 0.00"
    );
    it.gets_back(0, "10");
    assert_eq!(
        it.stands(),
        "paid 0.00, overdue 4.00, overdue 8.00, open 12.00; owes 24.00, has 0.00"
    );
}

#[test]
fn nobody_is_reminded_of_what_there_is_credit_for() {
    let it = Customer::new();
    it.pays("15", json!({ "allocations": [] }));
    it.market.advance_to("2026-01-10");
    assert_eq!(it.stands(), "open 12.00; owes 12.00, has 15.00");
    it.market.advance_to("2026-01-12");
    assert_eq!(it.stands(), "paid 0.00; owes 0.00, has 3.00");
    let events = it.market.operator().get("/events?limit=1000")["items"].clone();
    let overdue = events.as_array().unwrap().iter().filter(|it| it["name"] == "invoice.overdue");
    assert_eq!(overdue.count(), 0, "{events}");
}
