//! What a seller lays down of a product and a buyer chooses of it, from the form of the one to the invoice of the
//! other.

use serde_json::json;

use super::chromium::chromium;
use super::inspection::must_be_in_order;
use super::shop::opened;
use super::stage::{OLGA, Stage};
use super::tab::Tab;
use crate::harness::market::{monthly, text};

/// Says something in the field that has a name, of which there are several with one label.
fn say(tab: &Tab, name: &str, value: &str) {
    tab.until(&format!("document.querySelector('[name=\"{name}\"]')"));
    tab.eval(&format!(
        "(() => {{ const it = document.querySelector('[name=\"{name}\"]');
          if (it.type === 'checkbox') it.click(); else it.value = {};
          it.dispatchEvent(new Event('input', {{ bubbles: true }}));
          it.dispatchEvent(new Event('change', {{ bubbles: true }})); return true; }})()",
        json!(value)
    ));
}

/// Adds a row to the list with a label, as far as that stands in something.
fn one_more(tab: &Tab, within: &str, label: &str) {
    let button = format!(
        "[...document.querySelectorAll('{within} button.add')].findLast((it) => it.innerText.trim() === '{label}')"
    );
    tab.until(&button);
    tab.eval(&format!("{button}.click()"));
}

/// A server of two sizes, whose memory follows from its cores.
fn lay_down(tab: &Tab) {
    let row = |at: usize, kind: &str, name: &str, way: &str| {
        one_more(tab, ".card", "One more characteristic");
        say(tab, &format!("characteristics/{at}/name"), name);
        say(tab, &format!("characteristics/{at}/kind"), kind);
        say(tab, &format!("characteristics/{at}/way"), way);
    };
    let value = |at: usize, place: usize, field: &str, value: &str| {
        say(tab, &format!("characteristics/{at}/values/{place}/{field}"), value);
    };
    row(0, "text", "Size", "buyer");
    for (place, size) in ["S", "L"].into_iter().enumerate() {
        one_more(tab, ".repeated", "One more value");
        value(0, place, "value", size);
    }
    value(0, 0, "default", "");
    row(1, "number", "Cores", "buyer");
    one_more(tab, ".repeated", "One more value");
    tab.choose("Given as", "a range");
    value(1, 0, "from", "1");
    value(1, 0, "to", "16");
    value(1, 0, "step", "1");
    row(2, "number", "Memory", "formula");
    say(tab, "characteristics/2/formula", "Cores *");
    tab.sees("a number, a name or a `(` is missing at character 8");
    say(tab, "characteristics/2/formula", "Cores * 4");
    tab.sees("Try it out");
    tab.fill("textbox", "Cores", "8");
    tab.sees("Memory 32");
    // What is no formula yet.
    tab.must_be_refused();
    must_be_in_order(tab);
}

/// Adds a price for what is chosen; `chosen` says it in the row of the condition.
fn price(tab: &Tab, (name, amount): (&str, &str), chosen: &dyn Fn()) {
    tab.until("!document.querySelector('dialog')");
    tab.click("button", "New price");
    tab.fill("textbox", "What the invoice calls it", name);
    tab.fill("textbox", "Amount in EUR", amount);
    one_more(tab, "dialog", "One more condition");
    chosen();
    tab.sees(&format!("{name} €{amount}.00"));
    must_be_in_order(tab);
    tab.click("button", "Add the price");
    tab.until("!document.querySelector('dialog')");
}

fn publish(tab: &Tab) {
    tab.go("/ui/sell");
    tab.fill("textbox", "Name (English)", "Server to measure");
    tab.click("button", "Go on");
    lay_down(tab);
    tab.click("button", "Go on");
    tab.sees("How one commits to it");
    tab.click("button", "Go on to its prices");
    tab.sees("No price yet");
    price(tab, ("Small", "10"), &|| tab.click("checkbox", "S"));
    price(tab, ("Large", "30"), &|| tab.click("checkbox", "L"));
    price(tab, ("Much memory", "7"), &|| {
        say(tab, "conditions/0/characteristic", "Memory");
        say(tab, "conditions/0/from", "32");
    });
    tab.sees("only for Size: L");
    tab.sees("only for Memory: from 32 on");
    must_be_in_order(tab);
    tab.click("button", "Go on");
    tab.sees("Nothing keeps it back.");
    tab.click("button", "Put it on sale");
    tab.sees("Server to measure is on sale");
}

/// The buyer chooses, and the price follows.
fn choose(tab: &Tab) {
    tab.go("/ui/shop?q=measure");
    tab.until("document.querySelectorAll('article').length === 1");
    tab.click("link", "Server to measure");
    tab.sees("Net €10.00");
    tab.choose("Size", "L");
    tab.sees("Net €30.00");
    tab.fill("textbox", "Cores", "17");
    tab.sees("Cores: does not allow the value `17`.");
    tab.must_be_refused();
    tab.fill("textbox", "Cores", "8");
    tab.sees("Memory 32");
    tab.sees("Net €37.00");
    must_be_in_order(tab);
    tab.click("button", "Add to cart");
    tab.sees("1 in it");
    tab.go("/ui/cart");
    tab.sees("Size: L · Cores: 8");
    tab.eval("document.querySelector('.cart-line details').open = true");
    tab.choose("Size", "S");
    tab.sees("Size: S · Cores: 8");
    tab.sees("€17.00");
    must_be_in_order(tab);
    tab.click("link", "To the checkout");
    tab.sees("Cores: 8");
    tab.sees("Much memory");
    must_be_in_order(tab);
    tab.click("button", "Order with obligation to pay");
    tab.sees("Thank you");
}

#[test]
fn what_a_seller_lays_down_is_chosen_priced_and_explained() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let seller = stage.signed_in(chromium, OLGA);
    publish(&seller);
    let buyer = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    choose(&buyer);
    let account = &stage.market.house.customer.account;
    let order =
        stage.market.operator().get(&format!("/orders?account={account}"))["items"][0].clone();
    buyer.go(&format!("/ui/orders/{}", text(&order["id"])));
    buyer.sees("Cores: 8 · Memory: 32 · Size: S");
    must_be_in_order(&buyer);
    let id = text(&order["items"][0]["subscription"]);
    buyer.go(&format!("/ui/subscriptions/{id}"));
    buyer.sees("Memory 32");
    must_choose_otherwise(&buyer);
    stage.market.advance_to("2026-05-02");
    let last =
        stage.market.operator().get(&format!("/invoices?account={account}"))["items"][0].clone();
    buyer.go(&format!("/ui/invoices/{}", text(&last["id"])));
    buyer.sees("Large");
    buyer.eval("document.querySelectorAll('details.why').forEach((it) => { it.open = true; })");
    buyer.sees("only for Size: L");
    must_be_in_order(&buyer);
    stage.market.must_be_whole();
}

/// Another choice at another price, with what that comes to before.
fn must_choose_otherwise(tab: &Tab) {
    tab.click("button", "More actions");
    tab.click("button", "Choose otherwise");
    tab.choose("Size", "L");
    tab.sees("It changes at once");
    must_be_in_order(tab);
    tab.click("button", "Change it");
    tab.until("!document.querySelector('dialog')");
    tab.sees("Size L");
}

/// A mailbox that is sold through partners alone.
fn through_partners(stage: &Stage) {
    let channels = json!({ "channels": ["partner"] });
    let price = monthly("Base", "EUR", "8");
    stage.market.offer_like("Mail for partners", &[price], (channels, json!({})));
}

#[test]
fn a_seller_orders_through_a_channel_for_a_customer() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    through_partners(&stage);
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/accounts/{account}?order=1"));
    let options =
        "[...document.querySelectorAll('dialog select[name=offer] option')].map((it) => it.text)";
    tab.until(&format!("{options}.some((it) => it.startsWith('Virtual server'))"));
    tab.until("document.querySelector('dialog select[name=channel]')");
    assert!(!tab.eval(options).to_string().contains("Mail for partners"));
    tab.choose("Channel", "partner");
    tab.until(&format!("{options}.some((it) => it.startsWith('Mail for partners'))"));
    tab.choose("Offer", "Mail for partners");
    tab.sees("Base €8.00");
    must_be_in_order(&tab);
    tab.click("button", "Place the order");
    tab.sees("Completed");
    let order = stage.market.operator().get("/orders")["items"][0].clone();
    assert_eq!(order["channel"], "partner");
    tab.must_be_content();
}
