//! The overview: figures that follow what happens, for who runs it, a reseller and a customer.

use std::collections::BTreeSet;

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::time::Date;

use crate::harness::client::{Client, Protocol};
use crate::harness::market::{Market, monthly, text};

/// The figures of one currency in a line, and below it the months in which something happened.
fn told(caller: &Client<'_>, path: &str, currency: &str) -> String {
    let answer = caller.get(path);
    let all = answer["currencies"].as_array().unwrap();
    let Some(it) = all.iter().find(|it| it["currency"] == currency) else {
        return "nothing".to_owned();
    };
    let amount = |it: &Value| text(&it["amount"]);
    let mut told = format!(
        "mrr {}, {} active, invoiced {}, paid {}, receivable {}, overdue {} on {}, {}\n",
        amount(&it["mrr"]),
        it["active_subscriptions"],
        amount(&it["invoiced_this_month"]),
        amount(&it["paid_this_month"]),
        amount(&it["receivable"]),
        amount(&it["overdue"]["amount"]),
        it["overdue"]["invoices"],
        it["change"],
    );
    let months = it["months"].as_array().unwrap();
    assert_eq!(months.len(), 12);
    for it in months.iter().filter(|it| it["invoices"] != 0 || amount(&it["paid"]) != "0.00") {
        told.push_str(&format!(
            "{}: {} invoices, {} = {} recurring + {} usage + {} once + {}; credited {}, paid {}\n",
            text(&it["month"]),
            it["invoices"],
            amount(&it["invoiced_net"]),
            amount(&it["recurring"]),
            amount(&it["usage"]),
            amount(&it["one_time"]),
            amount(&it["other"]),
            amount(&it["credited_net"]),
            amount(&it["paid"]),
        ));
    }
    told
}

#[test]
fn figures_follow_what_is_sold_invoiced_paid_credited_and_called_off() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Acme", "EUR");
    let yearly = json!({
        "name": "Care", "kind": "recurring", "currency": "EUR", "period": "1 year",
        "model": { "kind": "per_unit", "per_unit": "60" },
    });
    let traffic = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "0.5" },
    });
    let offer = market.offer("Server", &[monthly("Base", "EUR", "10"), yearly, traffic]);
    let subscription = market.order(&account, &offer, 2);
    expect![[r#"
        mrr 20.00, 1 active, invoiced 130.00, paid 0.00, receivable 156.00, overdue 0.00 on 0, {"invoiced_percent":null,"paid_percent":null,"recurring_percent":null}
        2026-01: 1 invoices, 130.00 = 130.00 recurring + 0.00 usage + 0.00 once + 0.00; credited 0.00, paid 0.00
    "#]]
    .assert_eq(&told(&operator, "/overview", "EUR"));
    market.advance_to("2026-01-11");
    market.uses(&subscription, ("u1", "2026-01-10T00:00:00Z", "8"));
    market.advance_to("2026-02-02");
    let body = json!({ "account": account["id"], "amount": { "amount": "50", "currency": "EUR" } });
    let payment = text(&operator.post("/payments", &body)["id"]);
    let back = json!({ "amount": { "amount": "5", "currency": "EUR" }, "reopens": true });
    operator.post(&format!("/payments/{payment}/refund"), &back);
    let newest = text(&market.invoices(&account).last().unwrap()["id"]);
    let lines = json!([{ "line": 0, "net": { "amount": "1", "currency": "EUR" } }]);
    let credit = json!({ "reason": "Sorry", "lines": lines });
    operator.post(&format!("/invoices/{newest}/credit"), &credit);
    market.must_be_whole();
    expect![[r#"
        mrr 20.00, 1 active, invoiced 14.00, paid 45.00, receivable 126.60, overdue 111.00 on 1, {"invoiced_percent":"-89.2","paid_percent":null,"recurring_percent":"-92.3"}
        2026-01: 1 invoices, 130.00 = 130.00 recurring + 0.00 usage + 0.00 once + 0.00; credited 0.00, paid 0.00
        2026-02: 1 invoices, 14.00 = 10.00 recurring + 4.00 usage + 0.00 once + 0.00; credited 1.00, paid 45.00
    "#]].assert_eq(&told(&operator, "/overview", "EUR"));
    operator.post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    market.house.app.keep_duties();
    market.must_be_whole();
    market.advance_to("2026-04-01");
    expect![[r#"
        mrr 0.00, 0 active, invoiced 0.00, paid 0.00, receivable 0.00, overdue 0.00 on 0, {"invoiced_percent":null,"paid_percent":null,"recurring_percent":null}
        2026-01: 1 invoices, 130.00 = 130.00 recurring + 0.00 usage + 0.00 once + 0.00; credited 0.00, paid 0.00
        2026-02: 1 invoices, 14.00 = 10.00 recurring + 4.00 usage + 0.00 once + 0.00; credited 119.48, paid 45.00
    "#]].assert_eq(&told(&operator, "/overview", "EUR"));
    let of_account = format!("/overview?account={}", text(&account["id"]));
    assert_eq!(told(&operator, &of_account, "EUR"), told(&operator, "/overview", "EUR"));
}

#[test]
fn a_customer_sees_its_own_figures_a_reseller_its_branch_and_a_member_none() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let home = json!({ "id": house.customer.account });
    let address = json!({ "address": { "street": "Ring 1", "city": "Bonn", "country": "DE" } });
    market.operator().patch(&format!("/accounts/{}", house.customer.account), &address);
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    market.order(&home, &offer, 1);
    market.order(&market.customer("Other", "EUR"), &offer, 1);
    market.advance_to("2026-01-02");
    expect![[r#"
        mrr 20.00, 2 active, invoiced 20.00, paid 0.00, receivable 24.00, overdue 0.00 on 0, {"invoiced_percent":null,"paid_percent":null,"recurring_percent":null}
        2026-01: 2 invoices, 20.00 = 20.00 recurring + 0.00 usage + 0.00 once + 0.00; credited 0.00, paid 0.00
    "#]].assert_eq(&told(&market.operator(), "/overview", "EUR"));
    let customer = house.client(&house.customer.admin);
    expect![[r#"
        mrr 10.00, 1 active, invoiced 10.00, paid 0.00, receivable 12.00, overdue 0.00 on 0, {"invoiced_percent":null,"paid_percent":null,"recurring_percent":null}
        2026-01: 1 invoices, 10.00 = 10.00 recurring + 0.00 usage + 0.00 once + 0.00; credited 0.00, paid 0.00
    "#]].assert_eq(&told(&customer, "/overview", "EUR"));
    let north = house.client(&house.north.admin);
    assert_eq!(told(&north, "/overview", "EUR"), "nothing");
    let said = Protocol::default();
    let foreign = format!("GET /overview?account={}", house.customer.account);
    said.say(&north, "north", &foreign, None);
    said.say(&north, "north", "GET /overview?account=acme", None);
    said.say(&north, "north", "GET /overview?month=2026-01", None);
    said.say(&house.client(&house.customer.member), "member", "GET /overview", None);
    expect![[r#"
        > GET /overview?account={acc1} [north]
        404 Not Found {"type":"/problems/not_found","title":"Not there","status":404,"detail":"`{acc1}` is not there","request_id":"…"}
        > GET /overview?account=acme [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`account` `acme` is not an id of the form `acc_<uuid>`","request_id":"…","errors":[{"pointer":"account","rule":"format","message":"`acme` is not an id of the form `acc_<uuid>`"}]}
        > GET /overview?month=2026-01 [north]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`month` is unknown: expected `account` or `of`","request_id":"…","errors":[{"pointer":"month","rule":"unknown_parameter","message":"is unknown: expected `account` or `of`"}]}
        > GET /overview [member]
        403 Forbidden {"type":"/problems/forbidden","title":"Not permitted","status":403,"detail":"not permitted: invoice_read","request_id":"…"}
    "#]].assert_eq(&said.text());
}

#[test]
fn money_goes_back_in_the_month_of_the_place_where_it_came_in() {
    let market = Market::on("2026-01-31");
    let operator = market.operator();
    let body = json!({
        "name": "Kiwi", "address": { "street": "Quay 1", "city": "Auckland", "country": "NZ" },
        "billing": { "currency": "EUR", "zone": "Pacific/Auckland" },
    });
    let account = operator.post("/accounts", &body);
    operator.post("/clock/advance", &json!({ "to": "2026-01-31T12:00:00Z" }));
    let amount = json!({ "amount": "5", "currency": "EUR" });
    let paid = operator.post("/payments", &json!({ "account": account["id"], "amount": amount }));
    let path = format!("/payments/{}/refund", text(&paid["id"]));
    let refund = operator.post(&path, &json!({ "amount": { "amount": "2", "currency": "EUR" } }));
    assert_eq!(
        (&paid["received_on"], &refund["refunded_on"]),
        (&json!("2026-02-01"), &json!("2026-02-01"))
    );
    market.advance_to("2026-02-02");
    expect![[r#"
        mrr 0.00, 0 active, invoiced 0.00, paid 3.00, receivable 0.00, overdue 0.00 on 0, {"invoiced_percent":null,"paid_percent":null,"recurring_percent":null}
        2026-02: 0 invoices, 0.00 = 0.00 recurring + 0.00 usage + 0.00 once + 0.00; credited 0.00, paid 3.00
    "#]].assert_eq(&told(&operator, "/overview", "EUR"));
}

/// Sells something of a seller to an account, and says what was made.
fn sell(market: &Market, seller: &Client<'_>, account: &str) -> String {
    let address = json!({ "address": { "street": "Ring 1", "city": "Bonn", "country": "DE" } });
    seller.patch(&format!("/accounts/{account}"), &address);
    // The provider's market is taxed already.
    if seller.get("/tax_zones")["items"][0].is_null() {
        let zone = json!({ "code": "ALL", "name": "Everywhere" });
        let zone = seller.post("/tax_zones", &zone)["id"].clone();
        let valid_from = "2000-01-01";
        let rule =
            json!({ "name": "VAT", "zone": zone, "percent": "20", "valid_from": valid_from });
        seller.post("/tax_rules", &rule);
    }
    let name = json!({ "en": "Flat" });
    let specification = json!({ "name": name, "state": "active" });
    let specification = seller.post("/specifications", &specification)["id"].clone();
    let offer = json!({ "name": name, "specification": specification });
    let offer = text(&seller.post("/offers", &offer)["id"]);
    let mut price = monthly("Base", "EUR", "10");
    price["offer"] = json!(offer);
    seller.post("/prices", &price);
    for verb in ["test", "activate", "launch"] {
        seller.post(&format!("/offers/{offer}/{verb}"), &json!({}));
    }
    let order = json!({ "account": account, "items": [{ "offer": offer }] });
    let order = text(&seller.post("/orders", &order)["id"]);
    market.house.app.keep_duties();
    order
}

#[test]
fn figures_and_lists_say_whose_they_are() {
    let market = Market::on("2026-01-01");
    let (house, said) = (&market.house, Protocol::default());
    let (operator, north) = (house.operator(), house.client(&house.north.admin));
    sell(&market, &operator, &house.customer.account);
    sell(&market, &north, &house.north.customer.account);
    market.advance_to("2026-01-02");
    let mut told = Vec::new();
    let buyer = house.client(&house.north.customer.admin);
    for (who, caller, path) in [
        ("operator", &operator, "/overview"),
        ("operator", &operator, "/overview?of=own"),
        ("north", &north, "/overview"),
        ("north", &north, "/overview?of=own"),
        ("buyer", &buyer, "/overview"),
        ("buyer", &buyer, "/overview?of=own"),
    ] {
        let answer = caller.get(path);
        let sellers = answer["of"]["sellers"].as_array().unwrap().iter();
        let sellers: Vec<_> = sellers.map(|it| text(&it["name"])).collect();
        let mrr = &answer["currencies"][0]["mrr"]["amount"];
        let extent = &answer["of"]["extent"];
        told.push(format!("{who} {path}: {extent} of {}: {mrr}", sellers.join(" and ")));
    }
    expect![[r#"
        operator /overview: "everything" of Provider and North Reseller: "20.00"
        operator /overview?of=own: "own" of Provider: "10.00"
        north /overview: "branch" of North Reseller: "10.00"
        north /overview?of=own: "own" of North Reseller: "10.00"
        buyer /overview: "account" of North Reseller: "10.00"
        buyer /overview?of=own: "account" of North Reseller: "10.00""#]]
    .assert_eq(&told.join("\n"));
    for (who, caller) in [("operator", &operator), ("north", &north)] {
        for list in ["accounts", "subscriptions", "orders", "offers", "payments"] {
            let what = format!("GET /{list}?order=oldest&fields=seller,seller_name");
            said.say(caller, who, &what, None);
        }
    }
    let both = format!("GET /overview?of=own&account={}", house.customer.account);
    said.say(&operator, "operator", &both, None);
    said.say(&operator, "operator", "GET /overview?of=mine", None);
    expect![[r#"
        > GET /accounts?order=oldest&fields=seller,seller_name [operator]
        200 OK {"items":[{"id":"{acc1}","seller":"{acc1}","seller_name":"Provider"},{"id":"{acc2}","seller":"{acc1}","seller_name":"Provider"},{"id":"{acc3}","seller":"{acc1}","seller_name":"Provider"},{"id":"{acc4}","seller":"{acc3}","seller_name":"North Reseller"},{"id":"{acc5}","seller":"{acc1}","seller_name":"Provider"},{"id":"{acc6}","seller":"{acc5}","seller_name":"South Reseller"}],"next_cursor":null}
        > GET /subscriptions?order=oldest&fields=seller,seller_name [operator]
        200 OK {"items":[{"id":"{sub1}","seller":"{acc1}","seller_name":"Provider"},{"id":"{sub2}","seller":"{acc3}","seller_name":"North Reseller"}],"next_cursor":null}
        > GET /orders?order=oldest&fields=seller,seller_name [operator]
        200 OK {"items":[{"id":"{ord1}","seller":"{acc1}","seller_name":"Provider"},{"id":"{ord2}","seller":"{acc3}","seller_name":"North Reseller"}],"next_cursor":null}
        > GET /offers?order=oldest&fields=seller,seller_name [operator]
        200 OK {"items":[{"id":"{ofr1}","seller":"{acc1}","seller_name":"Provider"},{"id":"{ofr2}","seller":"{acc3}","seller_name":"North Reseller"}],"next_cursor":null}
        > GET /payments?order=oldest&fields=seller,seller_name [operator]
        200 OK {"items":[],"next_cursor":null}
        > GET /accounts?order=oldest&fields=seller,seller_name [north]
        200 OK {"items":[{"id":"{acc4}"}],"next_cursor":null}
        > GET /subscriptions?order=oldest&fields=seller,seller_name [north]
        200 OK {"items":[{"id":"{sub2}"}],"next_cursor":null}
        > GET /orders?order=oldest&fields=seller,seller_name [north]
        200 OK {"items":[{"id":"{ord2}"}],"next_cursor":null}
        > GET /offers?order=oldest&fields=seller,seller_name [north]
        200 OK {"items":[{"id":"{ofr1}"},{"id":"{ofr2}"}],"next_cursor":null}
        > GET /payments?order=oldest&fields=seller,seller_name [north]
        200 OK {"items":[],"next_cursor":null}
        > GET /overview?of=own&account={acc2} [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`of` means nothing for one account","request_id":"…","errors":[{"pointer":"of","rule":"conflict","message":"means nothing for one account"}]}
        > GET /overview?of=mine [operator]
        422 Unprocessable Entity {"type":"/problems/invalid","title":"Fields break rules","status":422,"detail":"`of` `mine` is not one of all, own","request_id":"…","errors":[{"pointer":"of","rule":"enum","message":"`mine` is not one of all, own"}]}
    "#]].assert_eq(&said.text());
}

#[test]
fn what_is_overdue_goes_by_the_day_of_who_sells_it() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let own = format!("/billing_accounts?account={}", market.house.operator.account);
    let own = text(&operator.get(&own)["items"][0]["id"]);
    operator.patch(&format!("/billing_accounts/{own}"), &json!({ "zone": "Pacific/Honolulu" }));
    let offer = market.offer("Flat", &[monthly("Base", "EUR", "10")]);
    // What is for sale from a day on is so everywhere two days later.
    market.advance_to("2026-01-03");
    let account = market.customer("Blue Whale", "EUR");
    market.order(&account, &offer, 1);
    market.advance_to("2026-01-05");
    let due_on = text(&market.invoices(&account)[0]["due_on"]);
    let last: Date = due_on.parse().unwrap();
    let after = last.plus_days(1);
    let at = |time: &str| {
        operator.post("/clock/advance", &json!({ "to": format!("{after}T{time}:00Z") }));
        text(&operator.get("/overview")["currencies"][0]["overdue"]["amount"]["amount"])
    };
    assert_eq!(at("09:59"), "0.00", "it is still {due_on} there");
    assert_eq!(at("10:00"), "12.00");
}

#[test]
fn what_contains_tax_counts_and_is_told_without_it() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let own = format!("/accounts/{}", text(&json!(market.house.operator.account)));
    let address = json!({ "street": "Werft 1", "city": "Kiel", "country": "DE" });
    operator.patch(&own, &json!({ "address": address }));
    let account = market.customer("Acme", "EUR");
    let contains = |mut price: Value| {
        price["includes_tax"] = json!(true);
        price
    };
    let setup = json!({
        "name": "Setup", "kind": "one_time", "currency": "EUR",
        "model": { "kind": "flat", "amount": "200" },
    });
    let prices = [contains(monthly("Base", "EUR", "1200")), contains(setup)];
    let offer = market.offer("Server", &prices);
    let body = json!({ "account": account["id"], "items": [{ "offer": offer }] });
    let order = text(&operator.post("/orders", &body)["id"]);
    market.house.app.keep_duties();
    let order = operator.get(&format!("/orders/{order}"));
    let told = order["items"][0]["prices"].as_array().unwrap().iter();
    let told = told.map(|it| format!("{} {}", text(&it["name"]), text(&it["net"]["amount"])));
    assert_eq!(
        told.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
        ["Base 1000.00", "Setup 166.67"]
    );
    let sums = market.invoices(&account);
    assert_eq!(text(&sums[0]["net"]["amount"]), "1166.67");
    let mrr = |path: &str| text(&operator.get(path)["currencies"][0]["mrr"]["amount"]);
    let own = format!("/overview?account={}", text(&account["id"]));
    assert_eq!([mrr("/overview"), mrr(&own)], ["1000.00", "1000.00"]);
    // Who bears no tax pays all of it as what it costs.
    let exemption = json!({ "tax": { "exemptions": [{
        "certificate": "B 47", "country": "DE", "valid_from": "2026-01-01",
    }] } });
    operator.patch(&format!("/accounts/{}", text(&account["id"])), &exemption);
    assert_eq!([mrr("/overview"), mrr(&own)], ["1000.00", "1200.00"]);
}
