//! Customers, customer accounts and billing accounts by the paths of 2016: the way to an address that an
//! order can be billed to.

use serde_json::{Value, json};

use super::{items, told};
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

const CUSTOMERS: &str = "/DSCustomerManagement/api/customerManagement/v2/customer";
const ACCOUNTS: &str = "/DSCustomerManagement/api/customerManagement/v2/customerAccount";
const BILLING: &str = "/DSBillingManagement/api/billingManagement/v2/billingAccount";
const CHARGES: &str = "/DSBillingManagement/api/billingManagement/v2/appliedCustomerBillingCharge";

fn uuid(id: &str) -> String {
    id.split_once('_').unwrap().1.to_owned()
}

fn ok(client: &Client<'_>, what: &str, body: &Value) -> Value {
    client.call(what, Some(body)).ok()
}

fn get(client: &Client<'_>, path: &str) -> Value {
    client.call(&format!("GET {path}"), None).ok()
}

/// A seller of the house opens a customer of its own.
fn open(house: &House) -> (Value, String) {
    let seller = house.client(&house.north.admin);
    let body = json!({
        "name": "Wares", "description": "Buys wares", "customerRank": "gold",
        "characteristic": [{ "name": "industry", "value": "trade" }],
        "contactMedium": [
            { "type": "Email", "preferred": true, "medium": { "emailAddress": "n@wares.test" },
              "validFor": { "startDateTime": "2026-01-01T00:00:00Z" } },
            { "type": "PostalAddress", "preferred": false,
              "medium": { "street1": "Ring 1", "city": "Bergen", "postcode": "5003", "country": "NO" } },
            { "type": "TelephoneNumber", "preferred": false,
              "medium": { "type": "mobile", "number": "+34622222222" } },
        ],
    });
    let made = ok(&seller, &format!("POST {CUSTOMERS}"), &body);
    let path = text(&made["href"]);
    (made, path)
}

#[test]
fn a_customer_shows_who_it_is_how_it_is_reached_and_how_it_pays() {
    let house = House::on("2026-01-01");
    let (made, path) = open(&house);
    let (seller, operator) = (house.client(&house.north.admin), house.operator());
    for (name, expected) in [
        ("name", json!("Wares")),
        ("description", json!("Buys wares")),
        ("customerRank", json!("gold")),
        ("status", json!("Existing")),
        ("characteristic", json!([{ "name": "industry", "value": "trade" }])),
        ("validFor", json!({ "startDateTime": "2026-01-01T00:00:00Z" })),
    ] {
        assert_eq!(made[name], expected, "{name}");
    }
    let types: Vec<_> =
        made["contactMedium"].as_array().unwrap().iter().map(|it| text(&it["type"])).collect();
    assert_eq!(types, ["Email", "PostalAddress", "TelephoneNumber"]);
    let period = json!({ "startDateTime": "2026-01-01T00:00:00Z" });
    assert_eq!(made["contactMedium"][0]["validFor"], period);
    assert_eq!(made["relatedParty"]["role"], "Owner");
    let account = format!("acc_{}", text(&made["id"]));
    assert_eq!(seller.get(&format!("/accounts/{account}"))["name"], "Wares");
    let method = json!({ "kind": "wallet", "gateway": "paypal", "token": "t", "name": "Wallet" });
    seller.post(&format!("/accounts/{account}/payment_methods"), &method);
    for (day, score) in [("2025-01-01", 600), ("2025-06-01", 700)] {
        let at = format!("{day}T00:00:00Z");
        let it = json!({ "score": score, "risk_rating": 2, "assessed_at": at });
        operator.post(&format!("/accounts/{account}/credit"), &it);
    }
    let shown = get(&seller, &path);
    assert_eq!(shown["paymentMean"][0]["name"], "Wallet");
    let scores = |it: &Value| {
        let all = it["customerCreditProfile"].as_array().unwrap().iter();
        all.map(|it| it["creditScore"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(scores(&shown), [700], "the current one alone");
    let whole = get(&seller, &format!("{path}?fields=customerCreditProfile"));
    assert_eq!(scores(&whole), [700, 600], "and then the history");
    let accounts = shown["customerAccount"].as_array().unwrap();
    assert_eq!((accounts.len(), &accounts[0]["status"]), (1, &json!("paid")));
}

#[test]
fn prospective_existing_and_former_customers_are_told_apart() {
    let house = House::on("2026-01-01");
    let seller = house.client(&house.north.admin);
    let body = json!({ "name": "Perhaps", "state": "prospective" });
    let id = uuid(&text(&seller.post("/accounts", &body)["id"]));
    let path = format!("{CUSTOMERS}/{id}");
    let status = |it: &Value| it["status"].clone();
    assert_eq!(status(&get(&seller, &path)), "Prospective");
    let told_so = |word: &str| ok(&seller, &format!("PATCH {path}"), &json!({ "status": word }));
    assert_eq!(status(&told_so("Existing")), "Existing");
    assert_eq!(status(&told_so("Former")), "Former");
    let back = seller.call(&format!("PATCH {path}"), Some(&json!({ "status": "Prospective" })));
    assert!(told(&back).starts_with("400 `status`"), "{}", told(&back));
    let filtered = seller.call(&format!("GET {CUSTOMERS}?status=Former"), None);
    assert_eq!(items(&filtered).len(), 1);
    let counted = get(&seller, &format!("{CUSTOMERS}?action=count"));
    assert_eq!(counted, json!({ "size": 2 }));
}

#[test]
fn a_buyer_comes_to_an_address_in_three_steps_and_nobody_elses() {
    let house = House::on("2026-01-01");
    let buyer = house.client(&house.north.customer.admin);
    let own = uuid(&house.north.customer.account);
    let media = json!([{ "type": "PostalAddress", "preferred": true,
        "medium": { "street1": "Quay 7", "city": "Oslo", "postcode": "0150", "country": "NO" } }]);
    let strange = json!({ "name": "x", "relatedParty": { "id": uuid(&house.south.customer.account), "role": "Owner" } });
    let refused = buyer.call(&format!("POST {CUSTOMERS}"), Some(&strange));
    assert_eq!(told(&refused), "403 `relatedParty` must name yourself (not_yours)");
    let body = json!({ "name": "North Customer", "relatedParty": { "id": own, "role": "Owner" }, "contactMedium": media });
    let customer = ok(&buyer, &format!("POST {CUSTOMERS}"), &body);
    assert_eq!(
        (&customer["id"], &customer["contactMedium"][0]["medium"]["city"]),
        (&json!(own), &json!("Oslo"))
    );

    let none = buyer.call(&format!("POST {ACCOUNTS}"), Some(&json!({ "name": "Quay" })));
    assert!(told(&none).starts_with("422 `customer`"), "{}", told(&none));
    let other =
        json!({ "name": "Quay", "customer": { "id": uuid(&house.south.customer.account) } });
    let other = buyer.call(&format!("POST {ACCOUNTS}"), Some(&other));
    assert!(told(&other).starts_with("403 `customer`"), "{}", told(&other));
    let contact = json!([{
        "contactType": "primary", "contactName": "Kay", "partyRoleType": "customer account manager",
        "validFor": { "startDateTime": "2026-01-01T00:00:00Z" },
        "relatedParty": [{ "id": "9", "role": "clerk", "name": "Kay" }],
        "contactMedium": [{ "type": "Email", "preferred": true, "medium": { "emailAddress": "k@x.test" } }],
    }]);
    let body = json!({
        "name": "Quay", "description": "By the water", "accountType": "shipping address", "pin": "1234",
        "customer": { "href": customer["href"] }, "contact": contact,
        "customerAccountRelationship": [{ "id": "main", "relationshipType": "hierarchical",
            "validFor": { "startDateTime": "2026-01-01T00:00:00Z" } }],
    });
    let account = ok(&buyer, &format!("POST {ACCOUNTS}"), &body);
    for name in ["name", "description", "accountType", "contact", "customerAccountRelationship"] {
        assert_eq!(account[name], body[name], "{name}");
    }
    assert!(!account.to_string().contains("1234"), "nobody reads its pin: {account}");
    for name in ["id", "href", "name", "status"] {
        assert_eq!(account["customer"][name], customer[name], "{name}");
    }
    assert_eq!(account["lastModified"], "2026-01-01T00:00:00Z");
    let list = buyer.call(&format!("GET {ACCOUNTS}"), None);
    assert!(told(&list).starts_with("403 "), "{}", told(&list));

    let receiver = json!([{ "id": own, "role": "bill receiver" }]);
    let body = |parties: &Value| {
        json!({
            "name": "Quay bills", "ratingType": "Postpaid", "state": "Defined",
            "validFor": { "startPeriod": "2026-01-01T00:00:00Z" },
            "customerAccount": { "id": account["id"], "href": account["href"] }, "relatedParty": parties,
        })
    };
    let stranger = json!([{ "id": uuid(&house.south.customer.account), "role": "bill receiver" }]);
    let refused = buyer.call(&format!("POST {BILLING}"), Some(&body(&stranger)));
    assert_eq!(told(&refused), "403 `relatedParty` the bill receiver must be you (not_yours)");
    let nobody = buyer.call(&format!("POST {BILLING}"), Some(&body(&json!([]))));
    assert!(told(&nobody).starts_with("422 `relatedParty`"), "{}", told(&nobody));
    let billing = ok(&buyer, &format!("POST {BILLING}"), &body(&receiver));
    assert_eq!(billing["id"], account["id"], "both are one billing account of ours");
    let again = ok(&buyer, &format!("POST {BILLING}"), &body(&receiver));
    assert_ne!(again["id"], billing["id"], "another is another");
    let path = text(&billing["href"]);
    let south = house.client(&house.south.customer.admin);
    assert!(told(&south.call(&format!("GET {path}"), None)).starts_with("404 "));
    let moved = json!({ "customerAccount": { "id": again["id"] } });
    let moved = buyer.call(&format!("PATCH {path}"), Some(&moved));
    assert_eq!(told(&moved), "403 `customerAccount` stays as it was made (fixed)");
}

#[test]
fn a_billing_account_says_how_its_bills_are_made_and_keeps_to_its_life() {
    let house = House::on("2026-01-01");
    let (buyer, seller) =
        (house.client(&house.north.customer.admin), house.client(&house.north.admin));
    let found = items(&buyer.call(&format!("GET {BILLING}"), None));
    let [it] = &found[..] else { panic!("{found:?}") };
    for (name, expected) in [
        ("state", json!("Defined")),
        ("ratingType", json!("Postpaid")),
        ("validFor", json!({ "startPeriod": "2026-01-01T00:00:00Z" })),
        ("currency", json!({ "currencyCode": "EUR" })),
        ("customerBillFormat", json!({ "id": "pdf", "name": "PDF" })),
        ("paymentMean", json!({ "id": "unsaid", "name": "unsaid" })),
    ] {
        assert_eq!(it[name], expected, "{name}");
    }
    let cycle = &it["customerBillingCycleSpecification"];
    let expected = json!({ "id": "1-month", "name": "Monthly", "frequency": "Monthly", "billingDateShift": 0 });
    assert_eq!(*cycle, expected);
    assert_eq!(it["relatedParty"][0]["role"], "bill receiver");
    assert_eq!(it["customerAccount"]["id"], it["id"]);
    let kinds: Vec<_> = it["billingAccountBalance"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| text(&it["type"]))
        .collect();
    assert_eq!(
        kinds,
        ["Receivable balance", "Disputed balance", "Deposit balance", "Loyalty balance"]
    );
    let path = text(&it["href"]);
    let other = json!({ "currency": { "currencyCode": "USD" } });
    let refused = buyer.call(&format!("PATCH {path}"), Some(&other));
    assert_eq!(told(&refused), "422 `currency` cannot be said here (not_supported)");
    let say = |body: Value| ok(&seller, &format!("PATCH {path}"), &body);
    assert_eq!(say(json!({ "name": "Bills" }))["name"], "Bills");
    let closed = seller.call(&format!("PATCH {path}"), Some(&json!({ "state": "Closed" })));
    assert!(told(&closed).starts_with("409 the default billing account"), "{}", told(&closed));
    let further =
        json!({ "account": house.north.customer.account, "name": "More", "currency": "EUR" });
    let further = uuid(&text(&seller.post("/billing_accounts", &further)["id"]));
    let path = format!("{BILLING}/{further}");
    let closed = ok(&seller, &format!("PATCH {path}"), &json!({ "state": "Closed" }));
    assert_eq!(closed["state"], "Closed");
    let after = seller.call(&format!("PATCH {path}"), Some(&json!({ "state": "Active" })));
    assert_eq!(after.status.as_u16(), 409, "closed is final: {}", told(&after));
    let rest =
        buyer.call("GET /DSBillingManagement/api/billingManagement/v2/customerBillFormat", None);
    assert!(told(&rest).starts_with("403 "), "{}", told(&rest));
    for what in [
        "POST customerBillFormat",
        "PUT billingAccount/7",
        "DELETE billingAccount/7",
        "PATCH paymentMean/7",
    ] {
        let (method, rest) = what.split_once(' ').unwrap();
        let path = format!("{method} /DSBillingManagement/api/billingManagement/v2/{rest}");
        let answer = buyer.call(&path, Some(&json!({})));
        assert!(told(&answer).starts_with("403 "), "{what}: {}", told(&answer));
    }
}

/// A market in which something is billed every month.
fn billed() -> (Market, String, String) {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Suite", &[
        monthly("Base", "EUR", "10"),
        json!({ "name": "Setup", "kind": "one_time", "currency": "EUR", "model": { "kind": "flat", "amount": "5" } }),
        json!({ "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
            "model": { "kind": "per_unit", "per_unit": "0.5" } }),
    ]);
    let account = market.house.customer.account.clone();
    let address = json!({ "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" } });
    market.operator().patch(&format!("/accounts/{account}"), &address);
    let subscription = market.order(&json!({ "id": account }), &offer, 1);
    market.advance_to("2026-01-06");
    market.uses(&subscription, ("u1", "2026-01-05T00:00:00Z", "8"));
    market.advance_to("2026-02-02");
    (market, account, subscription)
}

#[test]
fn charges_are_shown_for_a_product_with_tax_period_and_kind() {
    let (market, _, subscription) = billed();
    let buyer = market.house.client(&market.house.customer.admin);
    let product = uuid(&subscription);
    let none = buyer.call(&format!("GET {CHARGES}"), None);
    assert_eq!(told(&none), "422 `serviceId.id` must say of which product (incomplete)");
    let found = items(&buyer.call(&format!("GET {CHARGES}?serviceId.id={product}&size=100"), None));
    let mut kinds: Vec<_> = found.iter().map(|it| text(&it["type"])).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds, ["one time", "recurring", "usage"]);
    let of = |kind: &str| found.iter().find(|it| it["type"] == kind).unwrap();
    let base = of("recurring");
    assert_eq!(base["taxExcludedAmount"].to_string(), "10.00");
    assert_eq!(base["taxIncludedAmount"].to_string(), "12.00");
    assert_eq!(base["appliedCustomerBillingTaxRate"][0]["amount"].to_string(), "2.00");
    assert_eq!(base["currencyCode"], "EUR");
    assert_eq!(base["period"][0]["startPeriod"], "2026-01-01T00:00:00Z");
    assert_eq!(base["productSpecification"][0]["name"], "Suite");
    assert!(base["productSpecification"][0]["productNumber"].is_string());
    assert_eq!(base["serviceId"], json!([{ "id": product, "type": "product" }]));
    assert!(text(&base["description"]).starts_with("Base, on invoice "));
    assert_eq!(of("usage")["taxExcludedAmount"].to_string(), "4.00");
    let one = get(&buyer, &text(&base["href"]));
    assert_eq!(one, *base);
    let other = market.house.client(&market.house.north.customer.admin);
    assert_eq!(
        items(&other.call(&format!("GET {CHARGES}?serviceId.id={product}"), None)),
        Vec::<Value>::new()
    );
    assert!(told(&other.call(&format!("GET {}", text(&base["href"])), None)).starts_with("404 "));
}

#[test]
fn an_account_says_what_is_owed_whether_it_is_late_and_by_which_plan_it_is_paid() {
    let (market, account, _) = billed();
    let (buyer, operator) = (market.house.client(&market.house.customer.admin), market.operator());
    let customer = get(&buyer, &format!("{CUSTOMERS}/{}", uuid(&account)));
    let path = text(&customer["customerAccount"][0]["href"]);
    let shown = get(&buyer, &path);
    assert_eq!(shown["status"], "in arrears");
    let receivable = shown["receivableBalance"].to_string();
    let first = &shown["customerAccountBalance"][0];
    assert_eq!(
        (&first["type"], first["amount"].to_string()),
        (&json!("Receivable balance"), receivable.clone())
    );
    assert_eq!((&first["status"], &first["currencyCode"]), (&json!("in arrears"), &json!("EUR")));
    assert!(first["validFor"].is_object());
    let class = text(&operator.get(&format!("/accounts/{account}"))["class"]);
    let limits = json!({ "credit_limits": [{ "amount": "500", "currency": "EUR" }] });
    operator.patch(&format!("/classes/{class}"), &limits);
    let plan = json!({ "account": account, "instalments": 2, "first_on": "2026-03-01" });
    operator.post("/payment_plans", &plan);
    let exempt = json!({ "tax": { "exemptions": [{ "certificate": "C-1", "country": "DE", "reason": "charity",
        "valid_from": "2026-02-01", "valid_until": "2027-02-01" }] } });
    operator.patch(&format!("/accounts/{account}"), &exempt);
    let shown = get(&buyer, &path);
    assert_eq!(shown["creditLimit"].to_string(), "500.00");
    let plan = &shown["paymentPlan"][0];
    assert_eq!(plan["amount"].to_string(), receivable);
    assert_eq!(
        (&plan["numberOfPayments"], &plan["paymentFrequency"]),
        (&json!(2), &json!("Monthly"))
    );
    assert_eq!((&plan["status"], &plan["type"]), (&json!("effective"), &json!("instalments")));
    assert!(
        plan["validFor"].is_object() && plan["paymentMean"].is_object() && plan["priority"] == 1
    );
    let exemption = &shown["customerAccountTaxExemption"][0];
    assert_eq!(
        (&exemption["certificateNumber"], &exemption["issuingJurisdiction"]),
        (&json!("C-1"), &json!("DE"))
    );
    assert_eq!(
        (&exemption["reason"], exemption["validFor"].is_object()),
        (&json!("charity"), true)
    );
    let plan = text(&operator.get("/payment_plans")["items"][0]["id"]);
    operator.post(&format!("/payment_plans/{plan}/cancel"), &json!({}));
    assert_eq!(get(&buyer, &path)["paymentPlan"][0]["status"], "ineffective");
    market.advance_to("2026-05-01");
    let late = get(&buyer, &path)["status"].clone();
    assert!(late == "in arrears" || late == "in collection", "{late}");
}
