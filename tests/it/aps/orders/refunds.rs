//! Refunds: what a cancellation order gives back, and to where.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::catalog::term::{RefundAfter, RefundPolicy};
use tillbox::domain::money::{Currency, Money};

use super::{Shop, open};
use crate::harness::market::text;

impl Shop {
    fn account_id(&self) -> String {
        format!("acc_{}", self.account)
    }

    /// Lets the customer pay all that it owes.
    fn is_paid(&self, amount: &str) {
        let amount = json!({ "amount": amount, "currency": "USD" });
        let body = json!({ "account": self.account_id(), "amount": amount });
        self.operator().post("/payments", &body);
    }

    /// What was credited, what goes back, and what the customer owes and has.
    fn given_back(&self) -> String {
        let (operator, account, mut said) = (self.operator(), self.account_id(), String::new());
        let all = |path: &str| operator.get(path)["items"].as_array().unwrap().clone();
        for it in all(&format!("/credit_notes?account={account}")) {
            said += &format!("{}: {}\n", text(&it["gross"]["amount"]), text(&it["reason"]));
        }
        for it in all(&format!("/payments?account={account}")) {
            for it in all(&format!("/payments/{}/refunds", text(&it["id"]))) {
                let amount = text(&it["amount"]["amount"]);
                said += &format!("{amount} goes back: {}\n", text(&it["state"]));
            }
        }
        let balance = operator.get(&format!("/accounts/{account}/balance"));
        let amount = |name: &str| text(&balance["balances"][0][name]["amount"]);
        said + &format!("owes {}, has {}\n", amount("receivable"), amount("credit"))
    }

    fn calls_off(&self, subscription: &str, more: &Value) -> Value {
        let mut body = json!({ "type": "CANCELLATION", "subscriptionId": subscription });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let info = self.place(&body);
        self.market.must_be_whole();
        info
    }
}

#[test]
fn a_refund_sends_back_what_was_paid_for_the_days_that_are_not_used() {
    let shop = open();
    let subscription = shop.bought(2);
    shop.is_paid("45.60");
    shop.market.advance_to("2026-01-11");
    let info = shop.calls_off(&subscription, &json!({ "refundType": "REFUND" }));
    assert_eq!(info["refundType"], "REFUND");
    expect![[r#"
        10.56: Ended on 2026-01-11: Month for 21 of 31 days, Servers for 21 of 31 days
        10.56 goes back: requested
        owes 0.00, has 0.00
    "#]]
    .assert_eq(&shop.given_back());
}

#[test]
fn without_a_word_what_was_paid_becomes_credit() {
    let said = |said: Value| {
        let shop = open();
        let subscription = shop.bought(2);
        shop.is_paid("45.60");
        shop.market.advance_to("2026-01-11");
        let info = shop.calls_off(&subscription, &said);
        assert_eq!(info["refundType"], "CREDIT_MEMO");
        shop.given_back()
    };
    let found = said(json!({}));
    expect![[r#"
        10.56: Ended on 2026-01-11: Month for 21 of 31 days, Servers for 21 of 31 days
        owes 0.00, has 10.56
    "#]]
    .assert_eq(&found);
    assert_eq!(said(json!({ "refundType": "CREDIT_MEMO" })), found);
}

#[test]
fn within_the_days_of_full_refund_all_but_what_is_kept_goes_back() {
    let shop = open();
    let kept = Some(Money::minor(500, Currency::USD));
    shop.revise_behind(move |mut it| {
        let after = RefundAfter::Nothing;
        it.terms[0].refund = Some(RefundPolicy { kept, full_days: 14, after });
        it
    });
    let (first, second) = (shop.bought(2), shop.bought(2));
    shop.is_paid("91.20");
    shop.market.advance_to("2026-01-14");
    shop.calls_off(&first, &json!({ "refundType": "REFUND" }));
    expect![[r#"
        39.60: Ended on 2026-01-14: Month for 31 of 31 days, Servers for 31 of 31 days, Setup; less 5.00 USD, which is kept
        39.60 goes back: requested
        owes 0.00, has 0.00
    "#]].assert_eq(&shop.given_back());
    shop.market.advance_to("2026-01-15");
    shop.calls_off(&second, &json!({ "refundType": "REFUND" }));
    expect![[r#"
        39.60: Ended on 2026-01-14: Month for 31 of 31 days, Servers for 31 of 31 days, Setup; less 5.00 USD, which is kept
        39.60 goes back: requested
        owes 0.00, has 0.00
    "#]].assert_eq(&shop.given_back());
}
