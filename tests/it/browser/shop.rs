//! The shop, as somebody goes through it who buys: from a word that is typed to an order that is paid
//! and done, with the other ways there.

use serde_json::{Value, json};

use super::chromium::chromium;
use super::inspection;
use super::stage::{OLGA, Stage};
use super::tab::{Sight, Tab};
use crate::harness::market::text;

/// A trade whose seller takes payments in, and whose buyer can be billed.
fn opened() -> Stage {
    let stage = Stage::set();
    let operator = stage.market.operator();
    operator.post("/gateways", &json!({ "kind": "sandbox", "name": "Test bank" }));
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = format!("/accounts/{}", stage.market.house.customer.account);
    operator.patch(&account, &json!({ "address": address }));
    stage
}

/// What is wrong with the page, at a desk and in a hand, by day and by night.
#[track_caller]
fn must_be_in_order(tab: &Tab) {
    let sights = [Sight::DESK, Sight::HAND].into_iter().flat_map(|it| [it, it.by_night()]);
    let faults: Vec<_> = sights.flat_map(|it| inspection::faults(tab, it)).collect();
    tab.look(Sight::DESK);
    let found = [faults, inspection::obstacles(tab)].concat();
    assert!(found.is_empty(), "{} at {}", found.join("\n"), tab.path());
}

/// 30 a month for each.
fn each_desk() -> Value {
    json!({
        "name": "Desk", "kind": "recurring", "currency": "EUR",
        "model": { "kind": "per_unit", "per_unit": "30" },
    })
}

fn orders(stage: &Stage) -> Value {
    let account = &stage.market.house.customer.account;
    stage.market.operator().get(&format!("/orders?account={account}"))["items"].clone()
}

#[test]
fn from_a_word_to_an_order_that_is_done() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let terms = json!({
        "version": "2026-01", "title": { "en": "Rules of the house" },
        "text": { "en": "Be kind to the machines." },
    });
    let terms = (json!({ "terms_of_use": terms }), json!({}));
    stage.market.offer_like("Ruled desk", &[each_desk()], terms);
    let tab = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    tab.go("/ui/");
    tab.click("link", "To the shop");
    tab.fill("searchbox", "Find offers", "ruled");
    tab.until("document.querySelectorAll('article').length === 1");
    must_be_in_order(&tab);
    tab.click("link", "Ruled desk");
    tab.sees("Net €30.00 with tax €36.00");
    tab.settle();
    tab.click("button", "One more");
    tab.sees("Net €60.00");
    must_be_in_order(&tab);
    tab.click("button", "Add to cart");
    tab.click("link", "Cart 1 in it");
    tab.sees("In all, net");
    must_be_in_order(&tab);
    tab.click("button", "One more");
    tab.sees("€90.00 every month");
    tab.click("link", "To the checkout");
    tab.sees("Rules of the house");
    tab.sees("To pay €108.00");
    must_be_in_order(&tab);
    tab.click("radio", "Pay €108.00 now…");
    tab.click("button", "Order and pay");
    tab.until("document.activeElement.matches('[type=checkbox]:invalid')");
    assert_eq!(orders(&stage), json!([]), "what was not accepted is not ordered");
    tab.click("checkbox", "I accept these terms of use");
    tab.click("button", "Order and pay");
    tab.sees("Test bank");
    assert_eq!(orders(&stage)[0]["state"], "pending", "nobody works on it before it is paid");
    tab.click("button", "Pay");
    tab.sees("Thank you");
    tab.sees("€108.00 are paid.");
    tab.sees("What you ordered is yours.");
    must_be_in_order(&tab);
    assert_eq!(orders(&stage)[0]["state"], "completed");
    tab.click("link", "Show it");
    tab.sees("Ruled desk");
    tab.go("/ui/cart");
    tab.sees("Your cart is empty");
    tab.must_be_content();
}

#[test]
fn offers_are_narrowed_down_and_seen_side_by_side() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let tab = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    tab.go("/ui/shop");
    tab.sees("Virtual server");
    tab.sees("Mailbox");
    // What it costs in the buyer's currency, and that it has no price in it.
    tab.sees("not in EUR");
    tab.click("radio", "By usage 1");
    tab.until("document.querySelectorAll('article').length === 1");
    tab.sees("Virtual server");
    tab.click("button", "Clear the filters");
    tab.sees("Mailbox");
    tab.click("checkbox", "Compare Mailbox");
    tab.sees("Choose one more.");
    tab.click("checkbox", "Compare Virtual server");
    tab.click("link", "Side by side");
    tab.sees("Prices in detail");
    tab.sees("Traffic");
    must_be_in_order(&tab);
    tab.click("button", "Take Virtual server out");
    tab.until("!seen().includes('Traffic')");
    tab.click("link", "Choose Mailbox");
    tab.sees("Add to cart");
    tab.must_be_content();
}

#[test]
fn a_cart_is_the_same_in_another_browser_and_is_ordered_on_invoice() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let email = &stage.market.house.customer.admin.email;
    let tab = stage.signed_in(chromium, email);
    for (offer, badge) in [("Mailbox", "1 in it"), ("Virtual server", "2 in it")] {
        // What alone is found stays where it is while it is clicked.
        tab.go(&format!("/ui/shop?q={}", offer.replace(' ', "%20")));
        tab.sees(offer);
        tab.until("!seen().includes('Backup')");
        tab.click("link", offer);
        tab.sees("Net €");
        tab.click("button", "Add to cart");
        tab.sees(badge);
    }
    let tab = stage.signed_in(chromium, email);
    tab.go("/ui/cart");
    tab.sees("Virtual server");
    tab.click("button", "Keep it for another time: Virtual server");
    tab.sees("For another time");
    tab.click("link", "To the checkout");
    tab.sees("First invoice");
    tab.click("button", "Place the order");
    tab.sees("Thank you");
    let ordered = orders(&stage);
    assert_eq!(ordered[0]["items"].as_array().map(Vec::len), Some(1), "{ordered}");
    assert_eq!(text(&ordered[0]["items"][0]["offer_name"]), "Mailbox");
    tab.go("/ui/cart");
    tab.click("button", "Take it out: Virtual server");
    tab.sees("Your cart is empty");
    tab.must_be_content();
}

#[test]
fn who_has_it_says_what_it_is_worth_and_its_seller_answers() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let (market, customer) = (&stage.market, &stage.market.house.customer);
    let offer = market.offer("Reviewed desk", &[each_desk()]);
    market.order(&json!({ "id": customer.account }), &offer, 1);
    let buyer = stage.signed_in(chromium, &customer.admin.email);
    buyer.go(&format!("/ui/shop/{offer}"));
    buyer.sees("You have it");
    buyer.click("button", "Say what you think");
    buyer.click("radio", "4 stars");
    buyer.fill("textbox", "Why", "It stands well.");
    buyer.click("button", "Say it");
    buyer.sees("1 review");
    buyer.sees("It stands well.");
    must_be_in_order(&buyer);
    let seller = stage.signed_in(chromium, OLGA);
    seller.go(&format!("/ui/catalogue/{offer}"));
    seller.click("button", "Actions for this review");
    seller.click("button", "Answer");
    seller.fill("textbox", "What you say to it", "So it should.");
    seller.press("Tab");
    seller.click("button", "Answer");
    seller.sees("The seller answers");
    seller.must_be_content();
    buyer.reload();
    buyer.sees("So it should.");
    buyer.must_be_content();
}
