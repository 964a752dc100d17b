//! Numbers: how a seller has its invoices and credit notes numbered, and what it can change.

use serde_json::{Value, json};

use crate::harness::market::{Market, monthly, text};

/// A buyer that is billed every day, by a seller whose settings are changed.
struct Desk {
    market: Market,
    account: Value,
    policy: String,
}

impl Desk {
    fn on(day: &str) -> Self {
        let market = Market::on(day);
        let body = json!({
            "name": "Blue Whale", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
            "billing": { "currency": "EUR", "cycle": { "period": "1 day" } },
        });
        let account = market.operator().post("/accounts", &body);
        let mut fee = monthly("Fee", "EUR", "1");
        fee["period"] = json!("1 day");
        market.order(&account, &market.offer("Server", &[fee]), 1);
        let policy = format!("/accounts/{}/billing_policy", market.house.operator.account);
        Self { market, account, policy }
    }

    fn numbered(&self, invoices: &str) -> &Self {
        self.market.operator().patch(&self.policy, &json!({ "invoice_numbers": invoices }));
        self
    }

    /// The numbers of all invoices up to a day.
    fn to(&self, day: &str) -> String {
        self.market.advance_to(day);
        let numbers = self.market.invoices(&self.account).into_iter();
        numbers.map(|it| text(&it["number"])).collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn a_new_format_goes_on_where_the_old_one_was_and_passes_over_what_is_taken() {
    let desk = Desk::on("2026-01-01");
    assert_eq!(desk.to("2026-01-02"), "INV-2026-000001 INV-2026-000002");
    desk.numbered("1{sequence}");
    assert_eq!(desk.to("2026-01-04"), "INV-2026-000001 INV-2026-000002 11 12");
    desk.numbered("{count}");
    let numbers = desk.to("2026-01-13");
    assert_eq!(numbers, "INV-2026-000001 INV-2026-000002 11 12 5 6 7 8 9 10 13 14 15");
    // Those of a year go on where they were left.
    desk.numbered("INV-{year}-{sequence:6}");
    assert!(desk.to("2026-01-14").ends_with(" 14 15 INV-2026-000003"));
}

#[test]
fn a_format_under_which_numbers_would_repeat_is_refused_and_changes_nothing() {
    let desk = Desk::on("2026-01-01");
    let operator = desk.market.operator();
    let before = operator.get(&desk.policy);
    assert_eq!(before["credit_note_numbers"], "CRN-{year:4}-{sequence:6}");
    for field in ["invoice_numbers", "credit_note_numbers"] {
        for format in ["INV", "{count}{count}", "{month}-{sequence}", "{sequence} {year}"] {
            let answer =
                operator.call(&format!("PATCH {}", desk.policy), Some(&json!({ field: format })));
            let error = answer.json()["errors"][0].clone();
            assert_eq!(answer.status.as_u16(), 422, "{format}");
            assert_eq!(
                (text(&error["pointer"]), &error["rule"]),
                (format!("/{field}"), &json!("format"))
            );
        }
    }
    // Nor may an invoice and a credit note have one number.
    for change in [
        json!({ "credit_note_numbers": "INV-{year}-{sequence:6}" }),
        json!({ "invoice_numbers": "CRN-{year}-{count:4}" }),
        json!({ "invoice_numbers": "{year}{sequence:4}", "credit_note_numbers": "{sequence:8}" }),
    ] {
        let answer = operator.call(&format!("PATCH {}", desk.policy), Some(&change));
        assert_eq!(answer.status.as_u16(), 422, "{change}");
        let error = answer.json()["errors"][0].clone();
        assert_eq!(
            (text(&error["pointer"]), &error["rule"]),
            ("/credit_note_numbers".to_owned(), &json!("conflict"))
        );
    }
    assert_eq!(operator.get(&desk.policy), before);
    operator.patch(&desk.policy, &json!({ "credit_note_numbers": "BACK-{customer}-{count:2}" }));
    let invoice = text(&desk.market.invoices(&desk.account)[0]["id"]);
    let note =
        operator.post(&format!("/invoices/{invoice}/credit"), &json!({ "reason": "Kindness" }));
    let customer = desk.account["number"].as_u64().unwrap();
    assert_eq!(text(&note["number"]), format!("BACK-{customer}-01"));
    desk.market.must_be_whole();
}
