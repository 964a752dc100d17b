//! When an account of TMF666 is billed, what its customer may owe and is free of, and what it owes and has: the
//! same as in our own contract.

use serde_json::{Value, json};

use super::{plain, told};
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

const ACCOUNTS: &str = "/tmf-api/accountManagement/v4";

fn billed(client: &Client<'_>, account: &str) -> String {
    text(&client.get(&format!("/accounts/{account}"))["billing_account"])
}

fn path_of(billing_account: &str) -> String {
    format!("{ACCOUNTS}/billingAccount/{}", plain(&json!(billing_account)))
}

fn cycle(of: Value) -> Value {
    json!({ "billStructure": { "cycleSpecification": of } })
}

/// What is shown of when an account is billed, with its state.
fn rhythm(it: &Value) -> String {
    let of = &it["billStructure"]["cycleSpecification"];
    let from = of["validFor"]["startDateTime"].as_str().unwrap_or("now");
    let day = of.get("anchorDay").map_or_else(|| "-".to_owned(), Value::to_string);
    format!(
        "{} {} {:+} day {day} from {from} {} {}",
        of["name"],
        of["frequency"],
        of["billingDateShift"].as_i64().unwrap(),
        of["isRef"],
        it["state"],
    )
    .replace('"', "")
}

#[test]
fn an_account_is_billed_as_its_cycle_specification_says() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let specification =
        json!({ "name": "Quarters", "frequency": "Quarterly", "billingDateShift": 5 });
    let list = format!("{ACCOUNTS}/billingCycleSpecification");
    let specification = text(&client.post(&list, &specification)["id"]);
    let reference = cycle(json!({ "id": specification, "isRef": true }));
    let mut body =
        json!({ "name": "Lab", "relatedParty": [{ "id": plain(&json!(house.customer.account)) }] });
    body["billStructure"] = reference["billStructure"].clone();
    let made = client.post(&format!("{ACCOUNTS}/billingAccount"), &body);
    let path = format!("{ACCOUNTS}/billingAccount/{}", text(&made["id"]));
    let native = format!("/billing_accounts/bac_{}", text(&made["id"]));
    let mut said = vec![rhythm(&client.get(&path))];
    assert_eq!(made["billStructure"]["cycleSpecification"]["id"], specification.as_str());
    let ours = client.get(&native)["cycle"].clone();
    assert_eq!((&ours["period"], &ours["shift_days"]), (&json!("3 months"), &json!(5)), "{ours}");
    let changed = client.patch(&path, &cycle(json!({ "frequency": "yearly", "anchorDay": 15 })));
    assert_eq!(changed["billStructure"]["cycleSpecification"].get("id"), None, "{changed}");
    said.push(rhythm(&changed));
    said.push(rhythm(&client.patch(&path, &reference)));
    client.patch(
        &native,
        &json!({ "cycle": { "period": "2 weeks", "anchor_day": null, "shift_days": 0 } }),
    );
    said.push(rhythm(&client.get(&path)));
    expect_test::expect![[r#"
        Quarters quarterly +5 day - from now true Defined
        yearly yearly +5 day 15 from now false Defined
        Quarters quarterly +5 day 15 from now true Defined
        fortnightly fortnightly +0 day - from now false Defined"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn what_no_bill_follows_is_refused_by_its_name() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let path = path_of(&house.customer.billing_account);
    let mut said = String::new();
    for of in [
        json!({ "id": "7", "isRef": true }),
        json!({ "isRef": true }),
        json!({ "frequency": "now and then" }),
        json!({ "frequency": "weekly", "billingPeriod": "year" }),
        json!({ "billingDateShift": 400 }),
        json!({ "frequency": "weekly", "anchorDay": 3 }),
        json!({ "chargeDateOffset": 2 }),
        json!({ "paymentDueDateOffset": 14 }),
        json!({ "validFor": { "startDateTime": "2027-01-01T00:00:00Z" } }),
        json!("monthly"),
    ] {
        said += &told(&client.call(&format!("PATCH {path}"), Some(&cycle(of))));
        said.push('\n');
    }
    let own = house.client(&house.customer.admin);
    said +=
        &told(&own.call(&format!("PATCH {path}"), Some(&cycle(json!({ "frequency": "yearly" })))));
    expect_test::expect![[r#"
        400 reference: `billStructure.cycleSpecification.id` must be the `id` of a `billingCycleSpecification` that is here
        400 required: `billStructure.cycleSpecification.id` must say which is meant
        400 enum: `billStructure.cycleSpecification.frequency` `now and then` is not how often something is billed: say `monthly`, `quarterly`, `half-yearly`, `yearly`, or a span such as `2 weeks`
        400 conflict: `billStructure.cycleSpecification.billingPeriod` says something else than what is said beside it
        400 range: `billStructure.cycleSpecification.billingDateShift` must be within 366 days
        400 range: `billStructure.cycleSpecification.anchorDay` must be absent: only months and years turn on a day of the month
        400 unsupported: `billStructure.cycleSpecification.chargeDateOffset` is not followed: what falls in a period is on the bill of that period
        400 unsupported: `billStructure.cycleSpecification.paymentDueDateOffset` is not followed: what is due when is said by the class of the customer
        400 unsupported: `billStructure.cycleSpecification.validFor` follows from when the cycle turns: another holds from the next one on
        400 type: `billStructure.cycleSpecification` must be an object
        400 seller_only: `billStructure.cycleSpecification.frequency` decides on when something is billed: ask the seller to change it"#]]
    .assert_eq(&said);
}

#[test]
fn another_cycle_waits_for_the_next_one_where_something_was_billed() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let customer = market.customer("Ann", "EUR");
    market.order(&customer, &market.offer("Line", &[monthly("Fee", "EUR", "10")]), 1);
    let path = path_of(&billed(&client, &text(&customer["id"])));
    let mut said = vec![rhythm(&client.get(&path))];
    said.push(rhythm(&client.patch(&path, &cycle(json!({ "frequency": "quarterly" })))));
    said.push(rhythm(&client.patch(&path, &cycle(json!({ "frequency": "monthly" })))));
    client.patch(&path, &cycle(json!({ "frequency": "quarterly" })));
    market.advance_to("2026-02-02");
    said.push(rhythm(&client.get(&path)));
    expect_test::expect![[r#"
        monthly monthly +0 day - from now false Active
        quarterly quarterly +0 day - from 2026-02-01T00:00:00Z false PendingUpdate
        monthly monthly +0 day - from now false Active
        quarterly quarterly +0 day - from now false Active"#]]
    .assert_eq(&said.join("\n"));
}

#[test]
fn an_exemption_is_of_the_customer_and_frees_it_of_tax() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let customer = market.customer("Ann", "EUR");
    let id = text(&customer["id"]);
    let path = path_of(&billed(&client, &id));
    let exemption = json!({
        "certificateNumber": "C-7", "issuingJurisdiction": "Germany", "reason": "Embassy",
        "validFor": { "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z" },
    });
    let shown = client.patch(&path, &json!({ "taxExemption": [exemption] }));
    assert_eq!(shown["taxExemption"], json!([exemption]), "as it was said");
    let ours = client.get(&format!("/accounts/{id}"))["tax"]["exemptions"].clone();
    let expected = json!([{
        "certificate": "C-7", "country": "DE", "category": null, "reason": "Embassy",
        "valid_from": "2026-01-01", "valid_until": "2027-01-01",
    }]);
    assert_eq!(ours, expected);
    let party = format!("{ACCOUNTS}/partyAccount/{}", plain(&customer["id"]));
    assert_eq!(client.get(&party)["taxExemption"][0]["issuingJurisdiction"], "DE");
    market.order(&customer, &market.offer("Line", &[monthly("Fee", "EUR", "10")]), 1);
    market.advance_to("2026-02-01");
    assert_eq!(market.invoices(&customer)[0]["tax"]["amount"], "0.00");
    client.patch(&format!("/accounts/{id}"), &json!({ "tax": { "exemptions": [] } }));
    assert_eq!(client.get(&path).get("taxExemption"), None);
    let mut said = String::new();
    for it in [
        json!({ "issuingJurisdiction": "DE" }),
        json!({ "certificateNumber": "7", "issuingJurisdiction": "Atlantis" }),
        json!({ "certificateNumber": "7", "issuingJurisdiction": "DE", "taxCategory": "moon" }),
    ] {
        let body = json!({ "taxExemption": [it] });
        said += &told(&client.call(&format!("PATCH {path}"), Some(&body)));
        said.push('\n');
    }
    expect_test::expect![[r#"
        400 required: `taxExemption[0].certificateNumber` must be given
        400 unsupported: `taxExemption[0].issuingJurisdiction` `Atlantis` is no country: say its code, such as `DE`, or name
        400 reference: `taxExemption[0].taxCategory` `moon` is the code of no tax category here
    "#]]
    .assert_eq(&said);
}

#[test]
fn an_exemption_lasts_for_days_of_where_the_account_is_billed() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let account = &house.customer.account;
    let body = json!({ "account": account, "name": "Berlin", "zone": "Europe/Berlin" });
    let berlin = text(&client.post("/billing_accounts", &body)["id"]);
    let exemption = json!({
        "certificateNumber": "C-7", "issuingJurisdiction": "DE",
        "validFor": {
            "startDateTime": "2026-01-01T00:00:00+01:00", "endDateTime": "2027-01-01T00:00:00+01:00",
        },
    });
    client.patch(&path_of(&berlin), &json!({ "taxExemption": [exemption] }));
    let ours = client.get(&format!("/accounts/{account}"))["tax"]["exemptions"][0].clone();
    assert_eq!([&ours["valid_from"], &ours["valid_until"]], ["2026-01-01", "2027-01-01"]);
    let shown = client.get(&path_of(&house.customer.billing_account));
    let days = &shown["taxExemption"][0]["validFor"];
    assert_eq!(days["startDateTime"], "2026-01-01T00:00:00Z", "the same days, elsewhere");
}

#[test]
fn who_sells_says_how_much_a_customer_may_owe() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let path = path_of(&house.customer.billing_account);
    let party = format!("{ACCOUNTS}/partyAccount/{}", plain(&json!(house.customer.account)));
    let euro = |value: u32| json!({ "creditLimit": { "unit": "EUR", "value": value } });
    let limit = |path: &str| client.get(path)["creditLimit"]["value"].to_string();
    client.patch(&path, &euro(500));
    assert_eq!([limit(&path), limit(&party)], ["500", "500.00"], "it is one limit");
    client.patch(&party, &euro(0));
    assert_eq!([limit(&path), limit(&party)], ["0.00", "0"]);
    let own = house.client(&house.customer.admin);
    assert_eq!(own.get(&path)["creditLimit"]["value"].to_string(), "0.00", "it may know");
    for path in [&path, &party] {
        let refused = told(&own.call(&format!("PATCH {path}"), Some(&euro(900))));
        assert!(refused.starts_with("403"), "{refused}");
        let foreign = json!({ "creditLimit": { "unit": "USD", "value": 5 } });
        let refused = told(&client.call(&format!("PATCH {path}"), Some(&foreign)));
        assert_eq!(refused, "400 range: `creditLimit` must be in EUR and not negative");
    }
    let without = client.patch(&path, &json!({ "creditLimit": null }));
    assert_eq!(without.get("creditLimit"), None, "its class has none");
    let mut body = json!({ "name": "New", "relatedParty": [{ "id": "9", "name": "Whale" }] });
    body["creditLimit"] = euro(7)["creditLimit"].clone();
    let made = client.post(&format!("{ACCOUNTS}/partyAccount"), &body);
    assert_eq!(made["creditLimit"]["value"].to_string(), "7");
}

#[test]
fn an_account_says_what_it_owes_and_has() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let customer = market.customer("Ann", "EUR");
    let path = path_of(&billed(&client, &text(&customer["id"])));
    let party = format!("{ACCOUNTS}/partyAccount/{}", plain(&customer["id"]));
    market.order(&customer, &market.offer("Line", &[monthly("Fee", "EUR", "10")]), 1);
    market.advance_to("2026-01-15");
    let mut said = String::new();
    for path in [&path, &party] {
        for it in client.get(path)["accountBalance"].as_array().unwrap() {
            let (kind, amount) = (&it["balanceType"], &it["amount"]);
            said += &format!("{kind} {} {} {}\n", amount["value"], amount["unit"], it["validFor"]);
        }
    }
    expect_test::expect![[r#"
        "ReceivableBalance" 12.00 "EUR" {"startDateTime":"2026-01-01T00:00:00Z"}
        "CreditBalance" 0.00 "EUR" {"startDateTime":"2026-01-01T00:00:00Z"}
        "ReceivableBalance" 12.00 "EUR" {"startDateTime":"2026-01-01T00:00:00Z"}
        "CreditBalance" 0.00 "EUR" {"startDateTime":"2026-01-01T00:00:00Z"}
    "#]]
    .assert_eq(&said);
    let refused =
        told(&client.call(&format!("PATCH {path}"), Some(&json!({ "accountBalance": [] }))));
    assert!(refused.starts_with("400 read_only: `accountBalance`"), "{refused}");
}
