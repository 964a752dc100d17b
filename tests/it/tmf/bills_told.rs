//! What bills tell: of taxes, days, payments and credit notes; and bills that are asked for.

use serde_json::{Value, json};

use super::{items, plain, told};
use crate::harness::market::{Market, monthly, text};
use crate::harness::outside::body;

const BASE: &str = "/tmf-api/customerBillManagement/v4";

/// A market with a fee and traffic, and who has both.
struct Shop {
    market: Market,
    customer: Value,
    subscription: String,
}

impl Shop {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let used = json!({
            "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
            "model": { "kind": "per_unit", "per_unit": "1" },
        });
        let offer = market.offer("Line", &[monthly("Fee", "EUR", "20"), used]);
        let customer = market.customer("Ann", "EUR");
        let subscription = market.order(&customer, &offer, 1);
        Self { market, customer, subscription }
    }

    fn asks(&self, of: &Value) -> Value {
        self.market.operator().post(&format!("{BASE}/customerBillOnDemand"), of)
    }

    fn billed(&self) -> Value {
        json!({ "billingAccount": { "id": plain(&self.customer["billing_account"]) } })
    }

    fn all(&self, list: &str) -> Vec<Value> {
        items(&self.market.operator().call(&format!("GET {BASE}/{list}"), None))
    }
}

/// What was asked for came to.
fn came_to(it: &Value) -> String {
    let why = it["statusReason"].as_str().unwrap_or("-");
    format!("{} {why}", text(&it["state"]))
}

#[test]
fn a_bill_on_demand_is_of_what_is_due_and_of_what_was_used_so_far() {
    let shop = Shop::open();
    let client = shop.market.operator();
    client.post(&format!("{BASE}/hub"), &json!({ "callback": "https://hook.example.com/" }));
    // What is ordered is billed when somebody looks for it, or asks.
    let more = shop.market.offer("Box", &[monthly("Fee", "EUR", "30")]);
    let more = json!({
        "productOrderItem": [{
            "id": "1", "action": "add", "productOffering": { "id": plain(&json!(more)) },
        }],
        "relatedParty": [{ "id": plain(&shop.customer["id"]), "@referredType": "Customer" }],
    });
    client.post("/tmf-api/productOrderingManagement/v4/productOrder", &more);
    let first = shop.asks(&shop.billed());
    assert_eq!(first["state"], "done", "{first}");
    let bill = client.get(&format!("{BASE}/customerBill/{}", text(&first["customerBill"]["id"])));
    assert_eq!(bill["taxExcludedAmount"]["value"].to_string(), "30.00", "{bill}");
    assert_eq!((&bill["runType"], &bill["category"]), (&json!("offCycle"), &json!("normal")));
    assert_eq!(
        came_to(&shop.asks(&shop.billed())),
        "rejected nothing is due, and nothing was used that is on no bill yet: \
         it is billed next on `2026-02-01`"
    );
    shop.market.advance_to("2026-01-10");
    shop.market.uses(&shop.subscription, ("a", "2026-01-05T10:00:00Z", "7"));
    let second = shop.asks(&json!({ "relatedParty": { "id": plain(&shop.customer["id"]) } }));
    let path = format!("{BASE}/customerBill/{}", text(&second["customerBill"]["id"]));
    let bill = client.get(&path);
    assert_eq!(bill["taxExcludedAmount"]["value"].to_string(), "7.00", "{bill}");
    assert_eq!((&bill["runType"], &bill["category"]), (&json!("offCycle"), &json!("interim")));
    assert_eq!(shop.asks(&shop.billed())["state"], "rejected", "it is billed once");
    // What was billed before its time is not billed again when that comes.
    shop.market.advance_to("2026-01-21");
    shop.market.uses(&shop.subscription, ("b", "2026-01-20T10:00:00Z", "2"));
    shop.market.advance_to("2026-02-02");
    let bills = shop.all("customerBill");
    let nets = bills.iter().map(|it| it["taxExcludedAmount"]["value"].to_string());
    let mut nets: Vec<_> = nets.collect();
    nets.sort();
    assert_eq!(nets, ["20.00", "30.00", "52.00", "7.00"]);
    shop.market.house.app.keep_duties();
    let heard = shop.market.house.app.outside.heard();
    let kinds = heard.iter().map(|it| text(&body(it)["eventType"]));
    assert_eq!(kinds.filter(|it| it == "CustomerBillOnDemandCreateEvent").count(), 4);
    shop.market.must_be_whole();
}

#[test]
fn a_bill_that_cannot_be_had_on_demand_says_why() {
    let shop = Shop::open();
    let (before, mut rows) = (shop.all("customerBill").len(), Vec::new());
    for of in [
        json!({}),
        json!({ "billingAccount": { "id": "7" } }),
        json!({ "relatedParty": { "id": "7" } }),
    ] {
        rows.push(came_to(&shop.asks(&of)));
    }
    let nowhere = shop
        .market
        .operator()
        .post("/accounts", &json!({ "name": "Bob", "billing": { "currency": "EUR" } }));
    let offer = shop.market.offer("Box", &[monthly("Fee", "EUR", "5")]);
    shop.market.order(&nowhere, &offer, 1);
    let of = json!({ "billingAccount": { "id": plain(&nowhere["billing_account"]) } });
    rows.push(came_to(&shop.asks(&of)));
    expect_test::expect![[r"
        rejected neither `billingAccount` nor `relatedParty` says who is to be billed
        rejected the billing account is not there
        rejected `relatedParty` names no customer that is here
        terminatedWithError no country is known of the buyer, nor of the seller: say it in the address of one of them"]]
    .assert_eq(&rows.join("\n"));
    let north = shop.market.house.client(&shop.market.house.north.admin);
    let hidden = north.post(&format!("{BASE}/customerBillOnDemand"), &shop.billed());
    assert_eq!(came_to(&hidden), "rejected the billing account is not there");
    assert_eq!(shop.all("customerBill").len(), before, "nothing came of it");
}

#[test]
fn a_bill_tells_of_its_taxes_days_and_payments() {
    let shop = Shop::open();
    let client = shop.market.operator();
    shop.market.advance_to("2026-01-02");
    let bills = shop.all("customerBill");
    let [bill] = bills.as_slice() else { panic!("{bills:?}") };
    let path = format!("{BASE}/customerBill/{}", text(&bill["id"]));
    let payment = json!({
        "account": { "id": bill["billingAccount"]["id"] }, "paymentMethod": { "@type": "Cash" },
        "totalAmount": { "unit": "EUR", "value": 4 },
    });
    let paid = client.post("/payment/v4/payment", &payment);
    let bill = client.get(&path);
    let shown = |names: &[&str]| {
        let all = names.iter().map(|it| format!("{it} {}", bill[*it]));
        all.collect::<Vec<_>>().join("\n")
    };
    expect_test::expect![[r#"
        billDate "2026-01-01T00:00:00Z"
        paymentDueDate "2026-01-10T00:00:00Z"
        nextBillDate "2026-02-01T00:00:00Z"
        billingPeriod {"endDateTime":"2026-02-01T00:00:00Z","startDateTime":"2026-01-01T00:00:00Z"}
        category "normal"
        runType "onCycle"
        taxItem [{"taxAmount":{"unit":"EUR","value":4.00},"taxCategory":"VAT","taxRate":20}]
        amountDue {"unit":"EUR","value":20.00}
        remainingAmount {"unit":"EUR","value":20.00}"#]]
    .assert_eq(&shown(&[
        "billDate",
        "paymentDueDate",
        "nextBillDate",
        "billingPeriod",
        "category",
        "runType",
        "taxItem",
        "amountDue",
        "remainingAmount",
    ]));
    let applied = json!([{
        "appliedAmount": { "unit": "EUR", "value": 4.00 },
        "payment": { "id": paid["id"], "href": paid["href"], "@referredType": "Payment" },
    }]);
    assert_eq!(bill["appliedPayment"].to_string(), applied.to_string().replace("4.0}", "4.00}"));
    let rates = shop.all(&format!("appliedCustomerBillingRate?bill.id={}", text(&bill["id"])));
    let [rate] = rates.as_slice() else { panic!("{rates:?}") };
    assert_eq!(
        (&rate["type"], &rate["isBilled"], &rate["periodCoverage"]),
        (&json!("recurringCharge"), &json!(true), &bill["billingPeriod"])
    );
    assert_eq!(rate["appliedTax"][0]["taxRate"], 20);
    assert_eq!(rate["appliedTax"][0]["taxCategory"], "VAT");
    assert_eq!(rate["date"], bill["billDate"]);
    shop.market.must_be_whole();
}

#[test]
fn a_credit_note_is_a_bill_of_less_than_nothing_with_rates_of_its_own() {
    let shop = Shop::open();
    let client = shop.market.operator();
    client.post(&format!("{BASE}/hub"), &json!({ "callback": "https://hook.example.com/" }));
    shop.market.advance_to("2026-01-02");
    let invoice = &shop.market.invoices(&shop.customer)[0];
    let note = json!({
        "reason": "a gesture",
        "lines": [{ "line": 0, "net": { "amount": "5", "currency": "EUR" } }],
    });
    let note = client.post(&format!("/invoices/{}/credit", text(&invoice["id"])), &note);
    let id = plain(&note["id"]);
    let bill = client.get(&format!("{BASE}/customerBill/{id}"));
    let money = |name: &str| bill[name]["value"].to_string();
    assert_eq!(
        [money("taxExcludedAmount"), money("taxIncludedAmount"), money("amountDue")],
        ["-5.00", "-6.00", "0.00"]
    );
    assert_eq!(bill["taxItem"][0]["taxRate"], 20);
    assert_eq!(bill["taxItem"][0]["taxAmount"]["value"].to_string(), "-1.00");
    assert_eq!((&bill["category"], &bill["state"]), (&json!("creditNote"), &json!("settled")));
    assert_eq!(bill["relatedBill"]["id"], plain(&invoice["id"]));
    assert_eq!(bill["billNo"], note["number"]);
    for name in ["billDate", "billDocument", "billingAccount", "lastUpdate", "relatedParty"] {
        assert!(!bill[name].is_null(), "no `{name}`: {bill}");
    }
    let rates = shop.all(&format!("appliedCustomerBillingRate?bill.id={id}"));
    let [rate] = rates.as_slice() else { panic!("{rates:?}") };
    assert_eq!((&rate["type"], &rate["isBilled"]), (&json!("appliedBillingCredit"), &json!(true)));
    assert_eq!(rate["taxIncludedAmount"]["value"].to_string(), "-6.00");
    assert_eq!(rate["appliedTax"][0]["taxRate"], 20);
    assert!(rate["periodCoverage"]["startDateTime"].is_string(), "{rate}");
    assert_eq!(
        client.get(&format!("{BASE}/appliedCustomerBillingRate/{}", text(&rate["id"]))),
        *rate
    );
    for list in ["customerBill", "appliedCustomerBillingRate"] {
        assert_eq!(shop.all(list).len(), 2, "{list} has both");
        assert_eq!(shop.all(&format!("{list}?limit=1&offset=1")).len(), 1);
    }
    let of = plain(&shop.customer["id"]);
    assert_eq!(shop.all(&format!("customerBill?relatedParty.id={of}")).len(), 2);
    assert_eq!(shop.all("customerBill?category=creditNote").len(), 1);
    let what = format!("PATCH {BASE}/customerBill/{id}");
    let stays = told(&client.call(&what, Some(&json!({ "state": "sent" }))));
    assert_eq!(stays, "400 read_only: `state` stays as it is: the bill is a credit note");
    shop.market.house.app.keep_duties();
    let heard = shop.market.house.app.outside.heard();
    let told = heard.iter().map(body).filter(|it| it["event"]["customerBill"]["id"] == json!(id));
    let kinds: Vec<_> = told.map(|it| text(&it["eventType"])).collect();
    assert_eq!(kinds, ["CustomerBillCreateEvent"]);
    shop.market.must_be_whole();
}
