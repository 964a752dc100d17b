//! Business and consumers: what is billed to businesses, to consumers, and to a partner that sells on to
//! consumers, each by its own seller, taxed by who it is, and paid on its own.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::invite;
use crate::harness::market::{Market, monthly, sums, text};

const BAE: &str = "/DSBillingManagement/api/billingManagement/v2/appliedCustomerBillingCharge";

fn plain(id: &str) -> String {
    id.split_once('_').map_or(id, |it| it.1).to_owned()
}

/// Somebody in France, below a seller.
fn somebody(name: &str, below: &str, number: Option<&str>, more: Value) -> Value {
    let mut body = json!({
        "name": name, "parent": below,
        "address": { "street": "Quai 1", "city": "Port", "country": "FR" },
        "tax": { "registration_id": number },
        "billing": { "currency": "EUR", "cycle": { "period": "1 month", "anchor_day": 1 } },
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// A seller is taxed by the law of the European Union, and bills those who sell on.
fn sells(operator: &Client<'_>, account: &str, (country, number): (&str, &str)) {
    let said = json!({
        "address": { "street": "Werft 1", "city": "Kiel", "country": country },
        "tax": { "registration_id": number },
    });
    operator.patch(&format!("/accounts/{account}"), &said);
    let policy = json!({ "tax_regime": "eu_vat", "resale_from": "2026-01-01" });
    operator.patch(&format!("/accounts/{account}/billing_policy"), &policy);
}

fn bought(market: &Market, by: &Client<'_>, account: &Value, offer: &str) -> String {
    let order = json!({ "account": account["id"], "items": [{ "offer": offer }] });
    let order = text(&by.post("/orders", &order)["id"]);
    market.house.app.keep_duties();
    text(&by.get(&format!("/orders/{order}"))["items"][0]["subscription"])
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is said")]
fn businesses_partners_and_the_consumers_of_partners_are_billed_each_by_its_seller() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let provider = market.house.operator.account.clone();
    sells(&operator, &provider, ("DE", "DE136695976"));
    let original = market.offer("Mail", &[monthly("Base", "EUR", "10")]);
    let business =
        operator.post("/accounts", &somebody("Works", &provider, Some("FR40303265045"), json!({})));
    let direct = somebody("Zoe", &provider, None, json!({ "nature": "person" }));
    let direct = operator.post("/accounts", &direct);
    let partner = json!({ "kind": "reseller" });
    let partner = somebody("Agora", &provider, Some("FR40303265045"), partner);
    let partner = operator.post("/accounts", &partner);
    let id = text(&partner["id"]);
    sells(&operator, &id, ("FR", "FR40303265045"));
    let admin = &market.house.operator;
    let admin = invite(&market.house.app, admin, &id, "admin@agora.test", "vendor_admin");
    let agora = market.house.client(&admin);
    let copy = json!({ "name": { "en": "Good mail" }, "copy_of": original, "mark_up": "50" });
    let copy = text(&agora.post("/offers", &copy)["id"]);
    agora.post(&format!("/offers/{copy}/launch"), &json!({}));
    let consumer = somebody("Ann", &id, None, json!({ "nature": "person" }));
    let consumer = agora.post("/accounts", &consumer);
    bought(&market, &operator, &business, &original);
    bought(&market, &operator, &direct, &original);
    let held = bought(&market, &agora, &consumer, &copy);
    market.advance_to("2026-01-02");
    let told = |account: &Value| {
        let all = market.invoices(account).into_iter().map(|it| {
            let tax = &it["taxes"][0];
            let (seller, buyer) = (text(&it["seller"]["name"]), text(&account["name"]));
            let (number, how) = (text(&it["number"]), text(&tax["treatment"]));
            let rate = text(&tax["rate"]);
            format!("{seller} to {buyer}, {number}: {}, {how} {rate} %\n", sums(&it))
        });
        all.collect::<String>()
    };
    let all: String = [&business, &direct, &partner, &consumer].into_iter().map(told).collect();
    expect![[r#"
        Provider to Works, INV-2026-000001: 10.00 + 0.00 = 10.00 EUR, due 10.00, reverse_charge 0 %
        Provider to Zoe, INV-2026-000002: 10.00 + 2.00 = 12.00 EUR, due 12.00, standard 20 %
        Provider to Agora, INV-2026-000003: 10.00 + 0.00 = 10.00 EUR, due 10.00, reverse_charge 0 %
        Agora to Ann, INV-4-2026-000001: 15.00 + 3.00 = 18.00 EUR, due 18.00, standard 20 %
    "#]]
    .assert_eq(&all);
    // The consumer pays its seller, and that one its own; neither has to do with the other's bill.
    let buyer = invite(
        &market.house.app,
        &admin,
        &text(&consumer["id"]),
        "ann@consumer.test",
        "customer_admin",
    );
    let ann = market.house.client(&buyer);
    let bills = |by: &Client<'_>, query: &str| {
        by.get(&format!("/invoices{query}"))["items"].as_array().unwrap().len()
    };
    assert_eq!(bills(&ann, ""), 1, "its own");
    let account = |it: &Value| format!("?account={}", text(&it["id"]));
    assert_eq!((bills(&agora, &account(&consumer)), bills(&agora, &account(&business))), (1, 0));
    assert_eq!(bills(&ann, &account(&partner)), 0);
    for it in [&consumer, &partner] {
        for invoice in market.invoices(it) {
            let paid = json!({ "account": it["id"], "amount": invoice["due"] });
            let by = if it["id"] == partner["id"] { &operator } else { &agora };
            by.post("/payments", &paid);
        }
        assert!(market.invoices(it).iter().all(|it| it["state"] == "paid"));
    }
    assert!(market.invoices(&business).iter().all(|it| it["state"] != "paid"));
    // The bill items are there in the contract that speaks of both, each for who is billed.
    let charges = |by: &Client<'_>| {
        let found = by.get(&format!("{BAE}?serviceId.id={}", plain(&held)));
        let all = found.as_array().unwrap().iter();
        all.map(|it| it["taxIncludedAmount"].to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(charges(&ann).replace('"', ""), "18.00");
    market.must_be_whole();
}
