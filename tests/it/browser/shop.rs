//! The shop, as somebody goes through it who buys: from a word that is typed to an order that is paid
//! and done, with the other ways there.

use serde_json::{Value, json};

use super::chromium::chromium;
use super::inspection::must_be_in_order;
use super::stage::{OLGA, Stage};
use super::tab::Sight;
use crate::harness::market::text;

/// A trade whose seller takes payments in, and whose buyer can be billed.
pub(super) fn opened() -> Stage {
    let stage = Stage::set();
    let operator = stage.market.operator();
    operator.post("/gateways", &json!({ "kind": "sandbox", "name": "Test bank" }));
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    let account = format!("/accounts/{}", stage.market.house.customer.account);
    operator.patch(&account, &json!({ "address": address }));
    stage
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
    tab.sees("In all");
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
fn offers_are_narrowed_down_by_the_type_of_product_in_them() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let operator = stage.market.operator();
    let kind = json!({ "code": "dataset", "name": "Data set" });
    operator.post("/asset_types", &kind);
    let file = json!({ "name": "Air", "kind": "dataset", "url": "https://air.example.com/" });
    let file = operator.post("/assets", &file);
    let of_air = json!({ "assets": [file["id"]] });
    stage.market.offer_like("Air over Berlin", &[each_desk()], (json!({}), of_air));
    let sent = json!({ "delivery": "physical" });
    stage.market.offer_like("Sensor", &[each_desk()], (json!({}), sent));
    let tab = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    tab.go("/ui/shop");
    tab.sees("Air over Berlin");
    for (kind, name) in [("Data set 1", "Air over Berlin"), ("Is sent 1", "Sensor")] {
        tab.click("radio", kind);
        tab.until("document.querySelectorAll('article').length === 1");
        tab.sees(name);
    }
    must_be_in_order(&tab);
    tab.click("button", "Take Is sent out");
    tab.sees("Mailbox");
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
    tab.click("button", "Order with obligation to pay");
    tab.sees("Thank you");
    let ordered = orders(&stage);
    assert_eq!(ordered[0]["items"].as_array().map(Vec::len), Some(1), "{ordered}");
    assert_eq!(text(&ordered[0]["items"][0]["offer_name"]), "Mailbox");
    tab.go("/ui/cart");
    tab.click("button", "Take it out: Virtual server");
    tab.sees("Your cart is empty");
    tab.must_be_content();
}

/// What is charged of a month that has begun says so; and the ways to pay have their places before it is
/// known what they come to.
#[test]
fn nothing_moves_when_the_first_invoice_is_known() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let (market, customer) = (&stage.market, &stage.market.house.customer);
    let offer = market.offer("Steady desk", &[each_desk()]);
    market.order(&json!({ "id": customer.account }), &offer, 1);
    market.advance_to("2026-04-11");
    let tab = stage.signed_in(chromium, &customer.admin.email);
    tab.go(&format!("/ui/shop/{offer}"));
    tab.sees("Net €30.00 with tax €36.00");
    tab.settle();
    tab.click("button", "Add to cart");
    tab.sees("1 in it");
    tab.click("link", "Cart 1 in it");
    tab.sees("In all");
    // What the server foretells waits until it is let go.
    tab.eval(
        "(() => {
          const [real, held] = [fetch, []];
          let isOver = false;
          const isHeld = (path) => !isOver && String(path).includes('/orders/preview');
          globalThis.letGo = () => (isOver = held.map((go) => go()).length > 0);
          globalThis.fetch = (path, ...rest) =>
            (isHeld(path) ? new Promise((go) => held.push(go)) : Promise.resolve()).then(() => real(path, ...rest));
        })()",
    );
    tab.click("link", "To the checkout");
    tab.sees("Pay now");
    tab.settle();
    // Where the button is below the top of its form, wherever one has scrolled to.
    let place =
        "(() => { const top = (it) => document.querySelector(it).getBoundingClientRect().top;
        return Math.round(top('.buttons .primary') - top('form.fields')); })()";
    let before = tab.eval(place);
    must_be_in_order(&tab);
    tab.until("letGo()");
    tab.sees("To pay €60.00");
    tab.sees("20 of 30 days of a period that ends on Apr 30, 2026");
    tab.sees("Pay €24.00 now");
    tab.settle();
    assert_eq!(tab.eval(place), before, "the button was moved");
    must_be_in_order(&tab);
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

/// Who buys what comes in a parcel says where to; who buys anything else is not asked.
#[test]
fn a_parcel_goes_where_its_buyer_says_at_the_checkout() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let sent = json!({ "delivery": "physical" });
    stage.market.offer_like("Sensor", &[each_desk()], (json!({}), sent));
    let tab = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    let to_checkout = |offer: &str| {
        tab.go(&format!("/ui/shop?q={offer}"));
        tab.until("document.querySelectorAll('article').length === 1");
        tab.click("link", offer);
        tab.sees("Net €");
        tab.click("button", "Add to cart");
        tab.click("link", "Cart 1 in it");
        tab.sees("In all");
        tab.click("link", "To the checkout");
        tab.sees("To pay €");
    };
    to_checkout("Mailbox");
    assert_eq!(tab.eval("seen().includes('Where it is sent')"), false, "nothing is sent");
    tab.click("button", "Order with obligation to pay");
    tab.sees("Thank you");
    to_checkout("Sensor");
    tab.sees("Where it is sent");
    tab.sees("Ring 1, Berlin");
    must_be_in_order(&tab);
    tab.click("radio", "Another address…");
    tab.click("button", "Order with obligation to pay");
    tab.until("document.activeElement.matches('[name=\"deliver_to/address/street\"]:invalid')");
    tab.fill("textbox", "Street and number", "Markt 1");
    tab.fill("textbox", "City", "Bonn");
    must_be_in_order(&tab);
    tab.look(Sight::HAND);
    tab.settle();
    let above = "(() => { const at = (it) => document.querySelector(it).getBoundingClientRect();
        return at('.buy-column').bottom <= at('.buttons .primary').top; })()";
    assert_eq!(tab.eval(above), true, "what it comes to stands before the button on a phone");
    tab.look(Sight::DESK);
    tab.click("button", "Order with obligation to pay");
    tab.sees("Thank you");
    tab.sees("Home Customer, Markt 1, Bonn");
    must_be_in_order(&tab);
    let ordered = orders(&stage);
    let item = &ordered[0]["items"][0];
    assert_eq!(item["deliver_to"]["address"]["street"], "Markt 1", "{ordered}");
    tab.must_be_content();
}

/// Who cancels what it downloads is told when that ends, and what is given back.
#[test]
fn who_cancels_files_is_told_until_when_they_can_be_had() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let (market, customer) = (&stage.market, &stage.market.house.customer);
    let operator = market.operator();
    operator.post("/asset_types", &json!({ "code": "dataset", "name": "Data set" }));
    let file = json!({ "name": "Air", "kind": "dataset", "url": "https://air.example.com/" });
    let file = operator.post("/assets", &file);
    let once = json!({
        "name": "File", "kind": "one_time", "currency": "EUR",
        "model": { "kind": "flat", "amount": "30" },
    });
    let of_air = (json!({}), json!({ "assets": [file["id"]] }));
    let offer = market.offer_like("Air over Berlin", &[once], of_air);
    let had = market.order(&json!({ "id": customer.account }), &offer, 1);
    let tab = stage.signed_in(chromium, &customer.admin.email);
    tab.go(&format!("/ui/subscriptions/{had}"));
    tab.sees("Downloads");
    tab.settle();
    tab.click("button", "More actions");
    tab.click("button", "Cancel the subscription");
    tab.choose("When", "At once");
    tab.sees("Its files cannot be downloaded any more then");
    tab.sees("Nothing is given back");
    must_be_in_order(&tab);
    tab.must_be_content();
}
