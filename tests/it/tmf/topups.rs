//! Top-ups of buckets: money is in a bucket when it is in the books, and not before.

use serde_json::{Value, json};

use super::{items, plain};
use crate::harness::market::{Market, text};
use crate::harness::outside::body;

const PREPAY: &str = "/tmf-api/prepayBalanceManagement/v4";

/// A market whose seller has a sandbox, and a customer with a bucket.
struct Till {
    market: Market,
    customer: Value,
}

impl Till {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let gateway = json!({ "kind": "sandbox", "signing_secret": "hush" });
        market.operator().post("/gateways", &gateway);
        let customer = market.customer("Ann", "EUR");
        Self { market, customer }
    }

    /// Puts a way to pay on file, and says its id.
    fn keeps(&self, method: &Value) -> String {
        let path = format!("/accounts/{}/payment_methods", text(&self.customer["id"]));
        plain(&self.market.operator().post(&path, method)["id"])
    }

    fn card(&self, token: &str) -> String {
        self.keeps(&json!({
            "kind": "card", "gateway": "sandbox", "token": token, "brand": "Visa",
            "last_digits": "4242", "expires": "2030-01", "default": true,
        }))
    }

    fn tops_up(&self, more: &Value) -> Value {
        let mut body = json!({
            "amount": { "amount": 50, "units": "EUR" },
            "bucket": { "id": plain(&self.customer["billing_account"]) },
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.market.operator().post(&format!("{PREPAY}/topupBalance"), &body)
    }

    fn topped_up(&self, it: &Value) -> Value {
        self.market.operator().get(&format!("{PREPAY}/topupBalance/{}", text(&it["id"])))
    }

    fn left(&self) -> String {
        let bucket = plain(&self.customer["billing_account"]);
        let it = self.market.operator().get(&format!("{PREPAY}/bucket/{bucket}"));
        it["remainingValue"]["amount"].to_string()
    }

    /// Lets the gateway be asked, and looks at what it said.
    fn waits(&self, until: &str) {
        self.market.house.app.keep_duties();
        let to = json!({ "to": until });
        self.market.operator().post("/clock/advance", &to);
        self.market.must_be_whole();
    }
}

#[test]
fn a_top_up_by_card_is_charged_and_is_in_the_bucket_when_it_is_in_the_books() {
    let till = Till::open();
    let card = till.card("sandbox_ok");
    let client = till.market.operator();
    client.post(&format!("{PREPAY}/hub"), &json!({ "callback": "https://hook.example.com/" }));
    let made = till.tops_up(&json!({ "paymentMethod": { "id": card } }));
    assert_eq!(
        (&made["status"], made.get("confirmationDate")),
        (&json!("created"), None),
        "{made}"
    );
    assert_eq!(till.left(), "0.00", "nothing was charged yet");
    let path = format!("{PREPAY}/topupBalance/{}", text(&made["id"]));
    assert_eq!(client.call(&format!("DELETE {path}"), None).status, 409, "it is under way");
    till.waits("2026-01-01T01:00:00Z");
    let done = till.topped_up(&made);
    assert_eq!(done["status"], "completed", "{done}");
    assert!(done["confirmationDate"].is_string(), "{done}");
    assert_eq!(till.left(), "50.00");
    let paid = client.get(&format!("/payments/pay_{}", text(&done["payment"]["id"])));
    assert_eq!((&paid["state"], &paid["method"]), (&json!("captured"), &json!("card")), "{paid}");
    let history = items(&client.call(&format!("GET {PREPAY}/balanceActionHistory"), None));
    assert_eq!(history.len(), 1, "it is told once: {history:?}");
    till.market.house.app.keep_duties();
    let heard = till.market.house.app.outside.heard();
    let told: Vec<_> = heard.iter().map(|it| text(&body(it)["eventType"])).collect();
    assert_eq!(told, ["TopupBalanceCreateEvent"], "nothing was called off");
}

#[test]
fn a_top_up_of_which_the_gateway_says_no_fails_and_leaves_the_bucket_as_it_was() {
    let till = Till::open();
    let client = till.market.operator();
    client.post(&format!("{PREPAY}/hub"), &json!({ "callback": "https://hook.example.com/" }));
    let card = till.card("sandbox_insufficient_funds");
    let made = till.tops_up(&json!({ "paymentMethod": { "id": card } }));
    assert_eq!(made["status"], "created", "{made}");
    till.waits("2026-01-01T01:00:00Z");
    let failed = till.topped_up(&made);
    assert_eq!(
        (&failed["status"], &failed["statusReason"]),
        (
            &json!("failed"),
            &json!("the gateway said no (insufficient_funds): the sandbox was told to say no")
        )
    );
    assert_eq!(till.left(), "0.00");
    till.market.house.app.keep_duties();
    let heard = till.market.house.app.outside.heard();
    let told: Vec<_> = heard.iter().map(|it| text(&body(it)["eventType"])).collect();
    assert_eq!(told, ["TopupBalanceCreateEvent", "TopupBalanceFailureEvent"]);
}

#[test]
fn who_is_asked_by_the_gateway_is_told_where_and_waited_for_so_long() {
    let till = Till::open();
    let card = till.card("sandbox_three_d");
    let made = till.tops_up(&json!({ "paymentMethod": { "id": card } }));
    till.waits("2026-01-01T00:30:00Z");
    let waits = till.topped_up(&made);
    assert_eq!(waits["status"], "created", "{waits}");
    assert!(text(&waits["redirectUrl"]).contains("/ui/sandbox?payment="), "{waits}");
    till.waits("2026-01-02T00:00:00Z");
    let over = till.topped_up(&made);
    assert_eq!(
        (&over["status"], &over["statusReason"], over.get("redirectUrl")),
        (&json!("failed"), &json!("nobody paid in time"), None)
    );
    assert_eq!(till.left(), "0.00");
}

#[test]
fn what_nobody_charges_is_recorded_by_hand_or_refused_with_the_reason() {
    let till = Till::open();
    till.card("sandbox_ok");
    let mandate = till.keeps(&json!({
        "kind": "direct_debit", "iban": "AT611904300234573201", "holder": "Ann",
        "mandate": "M-1", "signed_on": "2026-01-01",
    }));
    let cash = till.keeps(&json!({ "kind": "cash" }));
    let other = till.market.customer("Eve", "EUR");
    let path = format!("/accounts/{}/payment_methods", text(&other["id"]));
    let theirs = json!({
        "kind": "card", "gateway": "sandbox", "token": "sandbox_ok", "brand": "Visa",
        "last_digits": "4242", "expires": "2030-01",
    });
    let theirs = plain(&till.market.operator().post(&path, &theirs)["id"]);
    let mut rows = Vec::new();
    for (name, more) in [
        ("nothing said", json!({})),
        ("voucher", json!({ "voucher": "V-7" })),
        ("cash", json!({ "paymentMethod": { "@type": "Cash" } })),
        ("cash on file", json!({ "paymentMethod": { "id": cash } })),
        (
            "charged elsewhere",
            json!({ "paymentMethod": { "@type": "BankCard" }, "authorizationCode": "A-7" }),
        ),
        ("a card", json!({ "paymentMethod": { "@type": "BankCard" } })),
        ("mandate", json!({ "paymentMethod": { "id": mandate } })),
        ("somebody else's", json!({ "paymentMethod": { "id": theirs } })),
        ("not here", json!({ "paymentMethod": { "id": "7" } })),
    ] {
        let made = till.tops_up(&more);
        let kind = made["payment"]["id"].as_str().map(|id| {
            let paid = till.market.operator().get(&format!("/payments/pay_{id}"));
            text(&paid["method"])
        });
        let why = made["statusReason"].as_str().unwrap_or_default();
        rows.push(format!("{name}: {} {}{why}", text(&made["status"]), kind.unwrap_or_default()));
    }
    expect_test::expect![[r"
        nothing said: completed bank_transfer
        voucher: completed voucher
        cash: completed cash
        cash on file: completed cash
        charged elsewhere: completed card
        a card: failed `paymentMethod` is charged by a gateway or a mandate, which does not happen here: of what was charged elsewhere `authorizationCode` must be given
        mandate: failed `paymentMethod` is charged by a gateway or a mandate, which does not happen here: of what was charged elsewhere `authorizationCode` must be given
        somebody else's: failed `paymentMethod` names one that is not the account's
        not here: failed `paymentMethod/id` names no payment method that is here, and `@type` none that we know"]]
    .assert_eq(&rows.join("\n"));
    assert_eq!(till.left(), "250.00", "five times fifty");
    till.market.must_be_whole();
}
