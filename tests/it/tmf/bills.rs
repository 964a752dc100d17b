//! What is ordered, quoted, billed and paid here, as the books of the house have it.

use serde_json::{Value, json};

use super::{items, plain, told};
use crate::harness::market::{Market, monthly, text};

const BILL: &str = "/tmf-api/customerBillManagement/v4/customerBill";
const RATE: &str = "/tmf-api/customerBillManagement/v4/appliedCustomerBillingRate";
const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const QUOTE: &str = "/tmf-api/quoteManagement/v4/quote";
const PAYMENT: &str = "/payment/v4/payment";

/// A market with an offer at twenty euros a month, and who buys it.
fn market() -> (Market, Value, String) {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Mailbox", &[monthly("Fee", "EUR", "20")]);
    let customer = market.customer("Ann", "EUR");
    (market, customer, offer.split_once('_').unwrap().1.to_owned())
}

fn wanted(list: &str, customer: &Value, offer: &str) -> Value {
    json!({
        list: [{ "id": "1", "action": "add", "quantity": 2, "productOffering": { "id": offer } }],
        "relatedParty": [{ "id": plain(&customer["id"]), "@referredType": "Customer" }],
    })
}

#[test]
fn what_is_ordered_here_is_billed_shown_and_paid_here() {
    let (market, customer, offer) = market();
    let client = market.operator();
    let order = client.post(ORDER, &wanted("productOrderItem", &customer, &offer));
    assert_eq!(order["state"], "completed", "{order}");
    market.advance_to("2026-02-02");
    let bills = items(&client.call(&format!("GET {BILL}"), None));
    let bill = bills.first().expect("a bill");
    for name in ["billDocument", "billNo", "amountDue", "billingAccount", "taxItem", "lastUpdate"] {
        assert!(!bill[name].is_null(), "no `{name}`: {bill}");
    }
    assert_eq!(bill["state"], "validated");
    let id = text(&bill["id"]);
    let ours = client.get(&format!("/invoices/{id}"));
    for (name, known) in [("taxExcludedAmount", "net"), ("taxIncludedAmount", "gross")] {
        assert_eq!(bill[name]["value"].to_string(), text(&ours[known]["amount"]));
    }
    let rates = items(&client.call(&format!("GET {RATE}?bill.id={id}&isBilled=true"), None));
    assert_eq!(rates.len(), ours["lines"].as_array().unwrap().len(), "{rates:?}");
    assert_eq!(client.get(&format!("{RATE}/{}", text(&rates[0]["id"]))), rates[0]);
    for path in [format!("{RATE}/{id}-99"), format!("{RATE}/nothing"), format!("{BILL}/nothing")] {
        assert_eq!(client.call(&format!("GET {path}"), None).status, 404);
    }

    let path = format!("{BILL}/{id}");
    assert_eq!(client.patch(&path, &json!({ "state": "sent" }))["state"], "sent");
    for (untrue, expected) in [
        (json!({ "state": "settled" }), "409 state_forbids"),
        (json!({ "state": "burnt" }), "400 enum"),
        (json!({ "billNo": "1" }), "400 read_only"),
    ] {
        let refused = told(&client.call(&format!("PATCH {path}"), Some(&untrue)));
        assert!(refused.starts_with(expected), "{refused}");
    }
    let payment = json!({
        "account": { "id": bill["billingAccount"]["id"] }, "paymentMethod": { "@type": "Cash" },
        "totalAmount": bill["taxIncludedAmount"],
    });
    let paid = client.post(PAYMENT, &payment);
    assert_eq!(
        (&paid["status"], &paid["paymentMethod"]),
        (&json!("done"), &payment["paymentMethod"])
    );
    let settled = client.get(&path);
    assert_eq!(
        (&settled["state"], &settled["remainingAmount"]["value"].to_string()),
        (&json!("settled"), &"0.00".to_owned())
    );
    market.must_be_whole();
}

/// A bill on hold is disputed: the house asks nobody for it until it is in another state again.
#[test]
fn a_bill_is_put_on_hold_and_goes_on() {
    let (market, customer, offer) = market();
    let client = market.operator();
    client.post(ORDER, &wanted("productOrderItem", &customer, &offer));
    market.advance_to("2026-02-02");
    let bills = items(&client.call(&format!("GET {BILL}"), None));
    let id = text(&bills[0]["id"]);
    let (path, ours) = (format!("{BILL}/{id}"), format!("/invoices/{id}"));
    let mut told = Vec::new();
    for state in ["sent", "onHold", "ONHOLD", "validated", "onHold"] {
        let shown = client.patch(&path, &json!({ "state": state }))["state"].clone();
        told.push(format!("{state} {shown} {}", client.get(&ours)["dispute"]["amount"]["amount"]));
    }
    expect_test::expect![[r#"
        sent "sent" null
        onHold "onHold" "24.00"
        ONHOLD "ONHOLD" "24.00"
        validated "validated" null
        onHold "onHold" "24.00""#]]
    .assert_eq(&told.join("\n"));
    let held = items(&client.call(&format!("GET {BILL}?state=onHold"), None));
    assert_eq!(held.len(), 1);
    let untrue =
        super::told(&client.call(&format!("PATCH {path}"), Some(&json!({ "state": "settled" }))));
    assert!(untrue.starts_with("409 state_forbids"), "{untrue}");
    assert_eq!(client.get(&path)["state"], "onHold", "what is refused changes nothing");
    let part = json!({ "amount": { "amount": "5", "currency": "EUR" }, "reason": "not mine" });
    client.patch(&path, &json!({ "state": "sent" }));
    client.post(&format!("{ours}/dispute"), &part);
    assert_eq!(
        client.get(&path)["state"],
        "sent",
        "a part of it keeps nobody from paying the rest"
    );
    market.must_be_whole();
}

#[test]
fn a_quote_is_priced_by_the_engine_and_taken_by_an_order() {
    let (market, customer, offer) = market();
    let client = market.operator();
    let quote = client.post(QUOTE, &wanted("quoteItem", &customer, &offer));
    assert_eq!(quote["state"], "inProgress", "{quote}");
    let price = &quote["quoteTotalPrice"][0]["price"];
    assert_eq!(price["dutyFreeAmount"]["value"].to_string(), "20.00", "{quote}");
    let total = &quote["quoteTotalPrice"][0];
    assert_eq!(
        (&total["priceType"], &total["recurringChargePeriod"]),
        (&json!("recurring"), &json!("month"))
    );
    let path = format!("{QUOTE}/{}", text(&quote["id"]));
    let mut steps = Vec::new();
    for state in ["accepted", "Approved", "cancelled", "ACCEPTED", "approved"] {
        let answer = client.call(&format!("PATCH {path}"), Some(&json!({ "state": state })));
        let told = told(&answer).split(':').next().unwrap().to_owned();
        steps.push(format!("{state} → {told} {}", client.get(&path)["state"]));
    }
    expect_test::expect![[r#"
        accepted → 409 order_state_forbids "inProgress"
        Approved → 200 "Approved"
        cancelled → 409 order_state_forbids "Approved"
        ACCEPTED → 200 "ACCEPTED"
        approved → 409 order_state_forbids "ACCEPTED""#]]
    .assert_eq(&steps.join("\n"));
    let orders = items(&client.call(&format!("GET {ORDER}"), None));
    assert_eq!(orders.len(), 1, "what was refused ordered nothing: {orders:?}");
    assert_eq!(client.call(&format!("DELETE {path}"), None).status, 409);
    market.must_be_whole();
}

#[test]
fn a_payment_settles_the_bills_that_it_names() {
    let (market, customer, offer) = market();
    let client = market.operator();
    client.post(ORDER, &wanted("productOrderItem", &customer, &offer));
    market.advance_to("2026-03-02");
    let bills = || items(&client.call(&format!("GET {BILL}"), None));
    let open = || -> Vec<_> {
        let left = |it: &Value| it["remainingAmount"]["value"].to_string();
        let open = bills().into_iter().filter(|it| left(it).as_str() != "0.00");
        open.map(|it| text(&it["id"])).collect()
    };
    let ids = open();
    assert!(ids.len() >= 2, "{ids:?}");
    let all = bills();
    let bill = |id: &String| all.iter().find(|it| it["id"] == json!(id)).unwrap();
    let pays = |item: &str, amount: &Value, total: &Value| {
        json!({
            "account": { "id": bill(&ids[0])["billingAccount"]["id"] },
            "paymentMethod": { "@type": "Cash" }, "totalAmount": total,
            "paymentItem": [{ "totalAmount": amount, "item": { "id": item } }],
        })
    };
    // One after the other, in whichever order they are due.
    for id in ids.iter().rev() {
        let amount = &bill(id)["remainingAmount"];
        let paid = client.post(PAYMENT, &pays(id, amount, amount));
        assert_eq!(paid["paymentItem"][0]["item"]["id"], json!(id), "{paid}");
        assert!(!open().contains(id), "it is settled");
        let again = told(&client.call(&format!("POST {PAYMENT}"), Some(&pays(id, amount, amount))));
        assert!(again.ends_with("is not an open invoice of the billing account"), "{again}");
    }
    let two = json!({ "unit": "EUR", "value": 2 });
    let beyond = pays(&ids[0], &json!({ "unit": "EUR" }), &two);
    let short = told(&client.call(&format!("POST {PAYMENT}"), Some(&beyond)));
    assert_eq!(short, "400 format: `paymentItem[0].totalAmount` must have the number `value`");
    let elsewhere = told(&client.call(&format!("POST {PAYMENT}"), Some(&pays("7", &two, &two))));
    assert_eq!(elsewhere, "400 reference: `paymentItem[0].item.id` names no bill that is here");
    market.must_be_whole();
}

/// Who sells on pays bills, too: it finds their rates where it finds those of what it sells.
#[test]
fn a_reseller_finds_the_rates_of_the_bills_that_it_pays() {
    let (market, _, _) = market();
    let (client, house) = (market.operator(), &market.house);
    let offer = market.offer("Wholesale", &[monthly("Fee", "EUR", "20")]);
    let address = json!({ "street": "Ring 2", "city": "Berlin", "country": "DE" });
    let north = &house.north.account;
    client.patch(&format!("/accounts/{north}"), &json!({ "address": address }));
    market.order(&json!({ "id": north }), &offer, 1);
    market.advance_to("2026-01-03");
    let reseller = house.client(&house.north.admin);
    let bills = items(&reseller.call(&format!("GET {BILL}"), None));
    let rates = items(&reseller.call(&format!("GET {RATE}?limit=1000"), None));
    assert_eq!((bills.len(), rates.len()), (1, 1), "{bills:?} {rates:?}");
    assert_eq!(rates[0]["bill"]["id"], bills[0]["id"]);
    let other = house.client(&house.south.admin);
    assert_eq!(items(&other.call(&format!("GET {RATE}"), None)), Vec::<Value>::new());
}
