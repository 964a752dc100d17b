//! Those who buy: what they find by themselves, and what is not theirs and so not there.

use serde_json::{Value, json};

use super::chromium::chromium;
use super::stage::{LOOKED_AT, OLGA, Stage};
use crate::harness::market::{Market, monthly, text};

/// Puts an offer on the shelf that has a price for each of its terms, of which one is the usual.
fn by_the_month_or_year(stage: &Stage) {
    let terms = json!({ "terms": [
        { "key": "monthly", "name": { "en": "Monthly" }, "duration": "1 month", "default": true },
        { "key": "yearly", "name": { "en": "Yearly" }, "duration": "1 year" },
    ] });
    let mut prices = [monthly("Desk", "EUR", "30"), monthly("Desk, a year", "EUR", "300")];
    prices[0]["term"] = json!("monthly");
    prices[1]["term"] = json!("yearly");
    prices[1]["period"] = json!("1 year");
    stage.market.offer_like("Desk by the month", &prices, (terms, json!({})));
}

#[test]
fn a_customer_orders_for_itself_at_the_usual_term() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    by_the_month_or_year(&stage);
    let customer = &stage.market.house.customer;
    let tab = stage.signed_in(chromium, &customer.admin.email);
    tab.go("/ui/catalogue");
    tab.click("link", "Desk by the month");
    // Nobody has chosen a term: it is the usual one that is calculated, and ordered.
    tab.sees("Monthly default");
    tab.sees("for the term Yearly");
    tab.sees("Total €30.00");
    tab.click("button", "Order it");
    tab.sees("What it costs in a whole period Desk €30.00");
    assert!(!tab.has("combobox", "Account"), "it orders for itself");
    tab.choose("Term", "Yearly");
    tab.sees("Desk, a year €300.00");
    tab.choose("Term", "Monthly");
    tab.click("button", "Order with obligation to pay");
    tab.sees("Completed");
    tab.sees("Monthly");
    tab.until("!seen().includes('monthly')");
    tab.click("link", "Show it");
    tab.sees("Desk by the month");
    tab.sees("Monthly (no. 1)");
    tab.must_be_content();
}

#[test]
fn terms_of_use_are_shown_and_accepted_with_an_order() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let (operator, customer) = (stage.market.operator(), &stage.market.house.customer);
    let terms = json!({
        "version": "2026-01", "title": { "en": "Rules of the house" },
        "url": "https://provider.test/rules", "text": { "en": "Be kind to the machines." },
    });
    let more = (json!({ "terms_of_use": terms }), json!({}));
    let offer = stage.market.offer_like("Ruled desk", &[monthly("Desk", "EUR", "30")], more);
    let tab = stage.signed_in(chromium, &customer.admin.email);
    tab.go(&format!("/ui/catalogue/{offer}"));
    tab.click("button", "Order it");
    tab.sees("Rules of the house Version 2026-01");
    tab.sees("Be kind to the machines.");
    tab.click("button", "Order with obligation to pay");
    tab.until("document.activeElement.matches('[name^=accepts]:invalid')");
    let orders = || operator.get(&format!("/orders?account={}", customer.account))["items"].clone();
    assert_eq!(orders(), json!([]), "what was not accepted is not ordered");
    tab.click("checkbox", "I accept these terms of use");
    tab.click("button", "Order with obligation to pay");
    tab.sees("Completed");
    let accepted = &orders()[0]["accepted_terms"][0];
    let expected = [json!(offer), json!("2026-01"), json!(customer.admin.id)];
    assert_eq!(["offer", "version", "by"].map(|it| accepted[it].clone()), expected);
    tab.must_be_content();
}

/// The customer of the house, with an address for invoices, whose seller has the gateway to try things.
fn pays_by_sandbox(market: &Market) -> Value {
    let operator = market.operator();
    operator.post("/gateways", &json!({ "kind": "sandbox", "name": "Test bank" }));
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = format!("/accounts/{}", market.house.customer.account);
    operator.patch(&account, &json!({ "address": address }))
}

#[test]
fn a_customer_pays_on_the_page_of_the_sandbox_and_comes_back() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let (market, customer) = (&stage.market, &stage.market.house.customer);
    let account = pays_by_sandbox(market);
    market.order(&account, &market.offer("Flat", &[monthly("Base", "EUR", "10")]), 1);
    let invoice = text(&market.invoices(&account)[0]["id"]);
    let payment = market.operator().post("/checkouts", &json!({ "invoice": invoice }));
    let page = text(&payment["attempt"]["page"]);
    let page = &page[page.find("/ui/").unwrap()..];
    let tab = stage.signed_in(chromium, &customer.admin.email);
    tab.go(&format!("/ui/invoices/{invoice}"));
    tab.sees("Pay now");
    tab.go(page);
    tab.sees("Test bank");
    tab.sees("€12.00");
    tab.click("button", "The bank asks first");
    tab.click("button", "It is me");
    tab.sees("Nothing is open any more.");
    assert!(tab.path().contains(&invoice), "{}", tab.path());
    assert!(!tab.has("button", "Pay now"));
    tab.must_be_content();
}

#[test]
fn a_customer_pays_all_that_is_open_at_once() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let (market, customer) = (&stage.market, &stage.market.house.customer);
    let account = pays_by_sandbox(market);
    for (name, price) in [("Flat", "10"), ("Extra", "5")] {
        market.order(&account, &market.offer(name, &[monthly("Base", "EUR", price)]), 1);
    }
    let tab = stage.signed_in(chromium, &customer.admin.email);
    tab.go("/ui/invoices");
    tab.sees("2 invoices are open: €18.00");
    let all = json!({ "billing_account": account["billing_account"] });
    let page = text(&market.operator().post("/checkouts", &all)["attempt"]["page"]);
    tab.go(&page[page.find("/ui/").unwrap()..]);
    tab.sees("€18.00");
    tab.click("button", "Pay");
    tab.sees("Payment of €18.00: Received.");
    assert!(tab.path().starts_with("/ui/payments/"), "{}", tab.path());
    tab.go("/ui/invoices");
    tab.sees("Paid");
    assert_eq!(tab.eval("seen().includes('Pay all')"), false);
    tab.must_be_content();
}

#[test]
fn a_customer_puts_a_card_on_file_itself() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let customer = &stage.market.house.customer;
    let operator = stage.market.operator();
    operator.post("/gateways", &json!({ "kind": "sandbox", "name": "Test bank" }));
    let tab = stage.signed_in(chromium, &customer.admin.email);
    tab.go(&format!("/ui/accounts/{}?part=billing", customer.account));
    tab.sees("No payment method is on file");
    tab.click("button", "Put a card on file");
    tab.sees("Test bank");
    tab.click("button", "A card that pays");
    tab.sees("Visa ···· 4242");
    tab.until("!location.search.includes('kept')");
    tab.must_be_content();
}

#[test]
fn a_customer_has_one_account_and_sees_in_what_usage_is_counted() {
    let Some(chromium) = chromium() else { return };
    let stage = &LOOKED_AT;
    let tab = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    tab.go("/ui/");
    tab.click("link", "Your account");
    tab.sees("It has nothing yet");
    assert_eq!(tab.path(), format!("/ui/accounts/{}", stage.market.house.customer.account));
    assert!(!tab.has("link", "Accounts") && !tab.has("link", "Billing runs"));
    tab.go(&stage.address("/ui/catalogue/{offer}"));
    tab.sees("each GB at the price of its tier");
    tab.must_be_content();
}

#[test]
fn a_member_is_shown_nothing_that_it_may_not_see() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, &LOOKED_AT.market.house.customer.member.email);
    tab.go("/ui/");
    tab.sees("No subscriptions yet");
    tab.click("link", "See what is offered");
    tab.sees("Virtual server");
    tab.must_be_content();
}

#[test]
fn a_reseller_tells_what_it_sells_from_what_it_buys() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let house = &stage.market.house;
    let north = house.client(&house.north.admin);
    let made = |path: &str, body| text(&north.post(path, &body)["id"]);
    made("/categories", json!({ "name": { "en": "Of the north" } }));
    let name = json!({ "en": "Northern light" });
    let specification = made("/specifications", json!({ "name": name, "state": "active" }));
    let offer = made("/offers", json!({ "name": name, "specification": specification }));
    let mut price = monthly("Light", "EUR", "7");
    price["offer"] = json!(offer);
    north.post("/prices", &price);
    for verb in ["test", "activate", "launch"] {
        north.post(&format!("/offers/{offer}/{verb}"), &json!({}));
    }
    let tab = stage.signed_in(chromium, &house.north.admin.email);
    tab.go("/ui/catalogue");
    tab.sees("Northern light");
    tab.sees("Virtual server");
    let card = |offer: &str, seller: &str| {
        tab.until(&format!(
            "[...document.querySelectorAll('article')].some((it) => it.innerText.startsWith('{offer}') && it.innerText.includes('{seller}'))"
        ));
    };
    card("Northern light", "North Reseller");
    card("Virtual server", "from your provider");
    // Its customer buys from it, and it buys from its provider.
    let options =
        "[...document.querySelectorAll('dialog select[name=offer] option')].map((it) => it.text)";
    tab.go(&format!("/ui/accounts/{}?order=1", house.north.customer.account));
    tab.until(&format!("{options}.some((it) => it.startsWith('Northern light'))"));
    assert!(!tab.eval(options).to_string().contains("Virtual server"));
    tab.go(&format!("/ui/accounts/{}?order=1", house.north.account));
    tab.until(&format!("{options}.some((it) => it.startsWith('Virtual server'))"));
    assert!(!tab.eval(options).to_string().contains("Northern light"));
    // What it writes down stands in its own catalogue.
    tab.go("/ui/catalogue/new");
    tab.sees("Of the north");
    assert_eq!(tab.eval("seen().includes('Computing')"), false);
    tab.must_be_content();
}

#[test]
fn who_runs_the_house_orders_for_a_customer_what_its_vendor_sells() {
    let Some(chromium) = chromium() else { return };
    let stage = &LOOKED_AT;
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&format!("/ui/accounts/{}?order=1", stage.market.house.north.customer.account));
    tab.sees("Nothing is on sale yet.");
    tab.go(&stage.address("/ui/accounts/{account}?order=1"));
    tab.choose("Offer", "Virtual server");
    tab.sees("What it costs in a whole period");
    tab.must_be_content();
}
