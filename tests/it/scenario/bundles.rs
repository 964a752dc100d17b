//! Bundles: what is sold together costs less than by itself, from the shop to the invoice.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::Protocol;
use crate::harness::market::{Market, lines, monthly, text};

fn once(name: &str, amount: &str) -> Value {
    json!({
        "name": name, "kind": "one_time", "currency": "EUR",
        "model": { "kind": "flat", "amount": amount },
    })
}

/// A book and a pen, and bundles of them.
struct Shop {
    market: Market,
    book: String,
    pen: String,
}

impl Shop {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let book = market.offer("Book", &[monthly("Loan", "EUR", "10"), once("Binding", "5")]);
        let pen = market.offer("Pen", &[monthly("Ink", "EUR", "3.33")]);
        Self { market, book, pen }
    }

    fn parts(&self) -> Value {
        let part = |offer: &String| json!({ "offer": offer, "min": 1, "max": 2, "default": 1 });
        json!([part(&self.book), part(&self.pen)])
    }

    /// A bundle in which its parts cost so many percent less, and which has some prices itself.
    fn bundle(&self, name: &str, less: &str, prices: &[Value]) -> String {
        let about = json!({ "bundle": self.parts(), "parts_discount": less });
        self.market.offer_like(name, prices, (about, json!({})))
    }

    /// What the first invoice of somebody who buys an offer says.
    fn first_invoice(&self, who: &str, offer: &str) -> String {
        let account = self.market.customer(who, "EUR");
        let order = json!({ "account": account["id"], "items": [{ "offer": offer }] });
        let foretold = self.market.operator().post("/orders/preview", &order);
        self.market.operator().post("/orders", &order);
        self.market.advance_to("2026-01-02");
        let bills = self.market.invoices(&account);
        let [bill] = bills.as_slice() else { panic!("one, not {bills:?}") };
        assert_eq!(foretold["invoices"][0]["net"], bill["net"], "as it was foretold");
        lines(bill)
    }
}

#[test]
fn parts_cost_so_many_percent_less_in_a_bundle_and_the_invoice_says_why() {
    let shop = Shop::open();
    let set = shop.bundle("Writing set", "20", &[]);
    let operator = shop.market.operator();
    let wish = json!({ "currency": "EUR", "bundle": set });
    let worth = operator.post(&format!("/offers/{}/calculate", shop.book), &wish);
    assert_eq!(worth["net"]["amount"], "12.00", "{worth}");
    expect![[r#"
        Book: Loan | 2026-01-01..2026-02-01 | 8.00
            flat price, as of 2026-01-01
            10
            Writing set: discount of 20 %, -2
            = 8.00 EUR
        Book: Binding | - | 4.00
            flat price, as of 2026-01-01
            5
            Writing set: discount of 20 %, -1
            = 4.00 EUR
        Pen: Ink | 2026-01-01..2026-02-01 | 2.66
            flat price, as of 2026-01-01
            3.33
            Writing set: discount of 20 %, -0.666
            = 2.664, rounded half up to 2.66 EUR
    "#]]
    .assert_eq(&shop.first_invoice("Ann", &set));
    let overview = operator.get("/overview");
    let mrr = &overview["currencies"][0]["mrr"]["amount"];
    assert_eq!(mrr, "10.66", "what runs is counted at what it is charged");
    // What is sold later at another discount costs who has it already the same.
    let more = json!({ "parts_discount": "50" });
    operator.patch(&format!("/offers/{set}"), &more);
    shop.market.advance_to("2026-02-02");
    let bills = operator.get("/invoices?order=oldest");
    let nets = bills["items"].as_array().unwrap().iter().map(|it| text(&it["net"]["amount"]));
    assert_eq!(nets.collect::<Vec<_>>(), ["14.66", "10.66"]);
    shop.market.must_be_whole();
}

#[test]
fn a_bundle_with_a_price_of_its_own_costs_that_alone() {
    let shop = Shop::open();
    let set = shop.bundle("Fixed set", "100", &[monthly("Set", "EUR", "9.99")]);
    expect![[r#"
        Fixed set: Set | 2026-01-01..2026-02-01 | 9.99
            flat price, as of 2026-01-01
            9.99
            = 9.99 EUR
    "#]]
    .assert_eq(&shop.first_invoice("Ann", &set));
    // More of a part that costs nothing in the set is not to be had so.
    let operator = shop.market.operator();
    let all = operator.get("/subscriptions")["items"].clone();
    let book = all.as_array().unwrap().iter().find(|it| it["offer"] == shop.book.as_str());
    let path = format!("POST /subscriptions/{}/change", text(&book.expect("a part")["id"]));
    let refused = operator.call(&path, Some(&json!({ "quantity": 1000 })));
    assert_eq!(refused.status.as_u16(), 409, "{}", refused.json());
    assert!(refused.json().to_string().contains("must not grow"), "{}", refused.json());
    shop.market.must_be_whole();
}

#[test]
fn what_no_bundle_can_cost_is_refused() {
    let shop = Shop::open();
    let (operator, said) = (shop.market.operator(), Protocol::default());
    let offer = |more: Value| {
        let mut it = json!({ "name": { "en": "Set" }, "state": "launched" });
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let refused = operator.call("POST /offers", Some(&it)).json();
        said.note(&text(&refused["detail"]));
    };
    offer(json!({ "parts_discount": "20" }));
    offer(json!({ "bundle": shop.parts(), "parts_discount": "0" }));
    offer(json!({ "bundle": shop.parts(), "parts_discount": "100.5" }));
    offer(json!({ "bundle": shop.parts(), "parts_discount": "100" }));
    let set = shop.bundle("Pens alone", "20", &[]);
    let other = shop.market.offer("Paper", &[monthly("Sheets", "EUR", "1")]);
    let wish = json!({ "currency": "EUR", "bundle": set });
    let path = format!("POST /offers/{other}/calculate");
    let refused = operator.call(&path, Some(&wish)).json();
    said.note(text(&refused["errors"][0]["pointer"]).as_str());
    expect![[r#"
        `/parts_discount` must be left out: only a bundle has parts that cost less in it
        `/parts_discount` must be above 0 and at most 100
        `/parts_discount` must be above 0 and at most 100
        `{ofr1}` cannot be launched: `/prices` must be there: its parts cost nothing in it, and it costs nothing itself
        /bundle
    "#]]
    .assert_eq(&said.text());
}

/// An order that is billed later says what each of its pieces costs, and how often.
#[test]
fn an_order_says_what_its_pieces_cost() {
    let shop = Shop::open();
    let set = shop.bundle("Writing set", "20", &[]);
    let (house, said) = (&shop.market.house, Protocol::default());
    let buyer = house.client(&house.customer.admin);
    let body = json!({ "account": house.customer.account, "items": [{ "offer": set }] });
    let placed = buyer.post("/orders", &body);
    let order = buyer.get(&format!("/orders/{}", text(&placed["id"])));
    for item in order["items"].as_array().unwrap() {
        for it in item["prices"].as_array().into_iter().flatten() {
            let (name, kind) = (text(&it["name"]), text(&it["kind"]));
            let net = text(&it["net"]["amount"]);
            said.note(&format!(
                "{}: {name} {net} {kind} {}",
                text(&item["offer_name"]),
                it["period"]
            ));
        }
    }
    expect![[r#"
        Book: Loan 8.00 recurring "1 month"
        Book: Binding 4.00 one_time null
        Pen: Ink 2.66 recurring "1 month"
    "#]]
    .assert_eq(&said.text());
}

impl Shop {
    /// Somebody who has bought an offer, and was billed for its first month.
    fn buyer(&self, offer: &str) -> Value {
        let account = self.market.customer("Ann", "EUR");
        let order = json!({ "account": account["id"], "items": [{ "offer": offer }] });
        self.market.operator().post("/orders", &order);
        self.market.advance_to("2026-01-02");
        account
    }

    /// The path of what a buyer has of an offer.
    fn held(&self, account: &Value, offer: &str) -> String {
        let path = format!("/subscriptions?account={}&limit=100", text(&account["id"]));
        let all = self.market.operator().get(&path)["items"].clone();
        let found = all.as_array().unwrap().iter().find(|it| it["offer"] == offer).cloned();
        format!("/subscriptions/{}", text(&found.expect("it is had")["id"]))
    }

    /// The lines of the bill of a day for the month that begins then: what each charge is called, and comes to.
    fn billed_on(&self, account: &Value, day: &str) -> Vec<String> {
        self.market.advance_to(&format!("{}02", &day[..8]));
        let bills = self.market.invoices(account);
        let all: String = bills.iter().map(lines).collect();
        let whole = format!(" | {day}..");
        let months = all.lines().filter(|it| it.contains(&whole));
        let told = months.map(|it| {
            let parts: Vec<_> = it.split(" | ").collect();
            format!("{} {}", parts[0], parts[2])
        });
        told.collect()
    }
}

/// What a bundle may have instead keeps what it takes off; what it cannot have is had by itself.
#[test]
fn a_part_keeps_what_its_bundle_takes_off_as_long_as_it_is_one_of_its_parts() {
    let shop = Shop::open();
    let operator = shop.market.operator();
    let folio = shop.market.offer("Folio", &[monthly("Loan", "EUR", "20")]);
    let scroll = shop.market.offer("Scroll", &[monthly("Loan", "EUR", "7")]);
    let part = |offer: &str, min: u32, default: u32| json!({ "offer": offer, "min": min, "max": 1, "default": default });
    let parts = json!([part(&shop.book, 0, 1), part(&folio, 0, 0), part(&shop.pen, 1, 1)]);
    let about = json!({ "bundle": parts, "parts_discount": "20" });
    let set = shop.market.offer_like("Writing set", &[], (about, json!({})));
    for (from, to) in [(&shop.book, &folio), (&folio, &scroll)] {
        let switches = json!({ "switches": [{ "to": to, "direction": "upgrade" }] });
        operator.patch(&format!("/offers/{from}"), &switches);
    }
    let account = shop.buyer(&set);
    let book = shop.held(&account, &shop.book);
    // What is taken off is what it was when the bundle was bought.
    operator.patch(&format!("/offers/{set}"), &json!({ "parts_discount": "50" }));
    operator.post(&format!("{book}/change"), &json!({ "offer": folio }));
    assert_eq!(shop.billed_on(&account, "2026-02-01"), ["Folio: Loan 16.00", "Pen: Ink 2.66"]);
    operator.post(&format!("{book}/change"), &json!({ "offer": scroll }));
    assert_eq!(
        shop.billed_on(&account, "2026-03-01"),
        ["Scroll: Loan 7.00", "Pen: Ink 2.66"],
        "it is no part of the bundle, which is whole without it"
    );
    shop.market.must_be_whole();
}

/// The price of the whole is that of the whole: without a part that it must have, the others cost what they do
/// by themselves, from the next period on.
#[test]
fn what_is_left_of_a_bundle_that_is_not_whole_costs_what_it_costs_by_itself() {
    let shop = Shop::open();
    let set = shop.bundle("Writing set", "20", &[]);
    let account = shop.buyer(&set);
    let pen = shop.held(&account, &shop.pen);
    shop.market.advance_to("2026-01-15");
    let path = format!("{pen}/cancel/preview");
    let foretold = shop.market.operator().post(&path, &json!({}));
    assert_eq!(foretold["left_of_bundle"], json!([shop.book]), "it is told before");
    shop.market.operator().post(&format!("{pen}/cancel"), &json!({}));
    let first = shop.market.invoices(&account);
    assert_eq!(first.len(), 1, "what is billed stays as it was: {first:?}");
    let mrr = shop.market.operator().get("/overview")["currencies"][0]["mrr"]["amount"].clone();
    assert_eq!(mrr, "10.00");
    assert_eq!(shop.billed_on(&account, "2026-02-01"), ["Book: Loan 10.00"]);
    // More of it can be had then, as of anything that is had by itself.
    let book = shop.held(&account, &shop.book);
    shop.market.operator().post(&format!("{book}/change"), &json!({ "quantity": 2 }));
    shop.market.must_be_whole();
}

/// What a switch to what is no part of the bundle does to the others is foretold, whenever it takes effect.
#[test]
fn what_a_switch_leaves_of_a_bundle_is_foretold_as_it_is_billed() {
    let shop = Shop::open();
    let (operator, set) = (shop.market.operator(), shop.bundle("Writing set", "20", &[]));
    let scroll = shop.market.offer("Scroll", &[monthly("Loan", "EUR", "7")]);
    let switches = json!({ "switches": [{ "to": scroll, "direction": "upgrade" }] });
    operator.patch(&format!("/offers/{}", shop.book), &switches);
    let account = shop.buyer(&set);
    let book = shop.held(&account, &shop.book);
    shop.market.advance_to("2026-01-15");
    let ink = |preview: &Value| {
        let all = preview["next_invoice"]["lines"].as_array().unwrap().clone();
        let line = all.iter().find(|it| text(&it["text"]).contains("Ink")).cloned();
        text(&line.expect("the pen is billed")["net"]["amount"])
    };
    for at in ["now", "period_end"] {
        let wish = json!({ "offer": scroll, "at": at });
        let foretold = operator.post(&format!("{book}/change/preview"), &wish);
        assert_eq!(foretold["left_of_bundle"], json!([shop.pen]), "{at}");
        assert_eq!(ink(&foretold), "3.33", "{at}: {foretold}");
    }
    operator.post(&format!("{book}/change"), &json!({ "offer": scroll, "at": "now" }));
    let billed = shop.billed_on(&account, "2026-02-01");
    assert!(billed.contains(&"Pen: Ink 3.33".to_owned()), "{billed:?}");
    shop.market.must_be_whole();
}

/// Whose parts are paid with a price of its own goes on to cost that.
#[test]
fn a_bundle_that_costs_what_its_own_prices_say_costs_no_more_without_a_part() {
    let shop = Shop::open();
    let set = shop.bundle("Fixed set", "100", &[monthly("Set", "EUR", "9.99")]);
    let account = shop.buyer(&set);
    let pen = shop.held(&account, &shop.pen);
    shop.market.operator().post(&format!("{pen}/cancel"), &json!({}));
    assert_eq!(shop.billed_on(&account, "2026-02-01"), ["Fixed set: Set 9.99"]);
    shop.market.must_be_whole();
}

/// Who sells a bundle on pays its vendor what that took off when its customer bought.
#[test]
fn who_sells_a_bundle_on_pays_what_it_took_off_when_it_was_bought() {
    let shop = Shop::open();
    let (house, operator) = (&shop.market.house, shop.market.operator());
    let set = shop.bundle("Writing set", "20", &[]);
    let policy = format!("/accounts/{}/billing_policy", house.operator.account);
    operator.patch(&policy, &json!({ "resale_from": "2026-01-01" }));
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    for account in [&house.north.account, &house.north.customer.account] {
        operator.patch(&format!("/accounts/{account}"), &json!({ "address": address }));
    }
    let north = house.client(&house.north.admin);
    let copy = |of: &str, name: &str| {
        let body = json!({ "name": { "en": name }, "copy_of": of, "mark_up": "50" });
        let id = text(&north.post("/offers", &body)["id"]);
        north.post(&format!("/offers/{id}/launch"), &json!({}));
        id
    };
    copy(&shop.book, "Northern book");
    copy(&shop.pen, "Northern pen");
    let own = copy(&set, "Northern set");
    let order = json!({ "account": house.north.customer.account, "items": [{ "offer": own }] });
    north.post("/orders", &order);
    shop.market.advance_to("2026-01-02");
    operator.patch(&format!("/offers/{set}"), &json!({ "parts_discount": "50" }));
    let reseller = operator.get(&format!("/accounts/{}", house.north.account));
    let told = shop.billed_on(&reseller, "2026-02-01");
    let nets: Vec<_> = told.iter().filter_map(|it| it.rsplit(' ').next()).collect();
    assert_eq!(nets, ["8.00", "2.66"], "{told:?}");
    shop.market.must_be_whole();
}
