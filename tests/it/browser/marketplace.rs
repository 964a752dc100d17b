//! The whole way of a thing that is sold, in the windows of those who are on it: its seller puts it on the
//! shelf, a customer buys, pays and reaches it, and its seller does the rest and sees what it brings.

use serde_json::{Value, json};
use tillbox::world::http::Response;

use super::chromium::chromium;
use super::inspection::must_be_in_order;
use super::shop::opened;
use super::stage::{OLGA, Stage};
use super::tab::Tab;
use crate::harness::market::text;

/// What the system says that is asked for a feed.
fn access() -> String {
    let access = json!({ "url": "https://feed.example.com/", "credentials": "reader / s3cret" });
    json!({ "state": "done", "access": access }).to_string()
}

/// The seller writes a feed down, step by step, and puts it on sale.
fn publish(tab: &Tab) {
    tab.go("/ui/sell");
    tab.fill("textbox", "Name (English)", "Data feed");
    tab.fill("textbox", "In one line (English)", "Everything that the sensors say");
    tab.click("button", "Go on");
    tab.choose("It comes to be", "another system");
    tab.fill("textbox", "Address that is called", "https://cloud.example.com/provision");
    tab.click("button", "Go on");
    tab.sees("How one commits to it");
    tab.eval("document.querySelector('details:has([name^=terms_of_use])').open = true");
    tab.fill("textbox", "Version", "2026-01");
    tab.fill("textbox", "Their name (English)", "Rules of the feed");
    tab.fill("textbox", "What they say (English)", "Pass nothing on.");
    must_be_in_order(tab);
    tab.click("button", "Go on to its prices");
    tab.sees("No price yet");
    tab.click("button", "New price");
    tab.fill("textbox", "Amount in EUR", "30");
    tab.click("button", "Add the price");
    tab.sees("€30.00");
    tab.until("!document.querySelector('dialog')");
    tab.click("button", "New price");
    tab.fill("textbox", "What the invoice calls it", "Data");
    tab.choose("When it is charged", "for what is used");
    tab.choose("What is counted", "Traffic");
    tab.choose("How much", "so much for each unit");
    tab.fill("textbox", "Each, in EUR", "0.10");
    tab.click("button", "Add the price");
    tab.sees("€0.10 for each GB");
    tab.until("!document.querySelector('dialog')");
    must_be_in_order(tab);
    tab.click("button", "Go on");
    tab.sees("Nothing keeps it back.");
    tab.click("button", "Put it on sale");
    tab.sees("Data feed is on sale");
}

/// A way of paying is chosen, which says what it needs; what it lacks is asked for.
fn keep_a_bank_account(tab: &Tab) {
    tab.click("button", "Another means of payment");
    tab.choose("How", "Bank transfer");
    tab.until("!seen().includes('IBAN')");
    tab.choose("How", "Direct debit");
    tab.sees("Who holds the bank account");
    tab.fill("textbox", "IBAN", "DE89370400440532013001");
    tab.fill("textbox", "Mandate", "M-1");
    tab.click("button", "Keep it");
    tab.until("document.activeElement.matches('[name=holder]:invalid')");
    tab.fill("textbox", "Who holds the bank account", "Home Customer");
    tab.eval(
        "(() => { const it = document.querySelector('[name=signed_on]'); it.value = '2026-03-01';
          it.dispatchEvent(new Event('input', { bubbles: true })); return true; })()",
    );
    tab.click("button", "Keep it");
    // The server knows an account's number when it sees one.
    tab.sees("must be the number of a bank account");
    let refused = tab.complaints();
    let [only] = refused.as_slice() else { panic!("{refused:?}") };
    assert!(only.starts_with("422 POST /api/v1/accounts/"), "{only}");
    tab.fill("textbox", "IBAN", "DE89370400440532013000");
    tab.click("button", "Keep it");
    tab.sees("on file: taken when an invoice is due");
    tab.until("!document.querySelector('dialog')");
}

/// The customer finds the feed and a visit, and pays for both at the page of the gateway.
fn buy(tab: &Tab) {
    for (words, name, count) in [("sensors", "Data feed", "1"), ("visit", "Set-up visit", "2")] {
        tab.go(&format!("/ui/shop?q={words}"));
        tab.until("document.querySelectorAll('article').length === 1");
        tab.click("link", name);
        tab.sees("Net €");
        must_be_in_order(tab);
        tab.click("button", "Add to cart");
        tab.sees(&format!("{count} in it"));
    }
    tab.go("/ui/cart");
    tab.sees("In all");
    must_be_in_order(tab);
    tab.click("link", "To the checkout");
    tab.sees("Pass nothing on.");
    tab.sees("To pay €96.00");
    keep_a_bank_account(tab);
    must_be_in_order(tab);
    tab.click("radio", "Pay €96.00 now…");
    tab.click("checkbox", "I accept these terms of use");
    tab.click("button", "Order and pay");
    tab.sees("Test bank");
    must_be_in_order(tab);
    tab.click("button", "Pay");
    tab.sees("Thank you");
    tab.sees("€96.00 are paid.");
}

/// What one comes in with, where it is shown.
fn must_show_the_access(tab: &Tab) {
    tab.click("button", "Show the access");
    tab.until("document.querySelector('[aria-label=Access]')?.value === 'reader / s3cret'");
    tab.finds("link", "Open it");
}

/// The order of the customer, and the subscription to the feed that came of it.
fn ordered(stage: &Stage) -> (Value, String) {
    let account = &stage.market.house.customer.account;
    let order =
        stage.market.operator().get(&format!("/orders?account={account}"))["items"][0].clone();
    let mut items = order["items"].as_array().unwrap().iter();
    let feed = items.find(|it| it["offer_name"] == "Data feed").unwrap();
    let feed = text(&feed["subscription"]);
    (order, feed)
}

/// The customer finds what was billed, and takes it away as a paper.
fn must_get_the_invoice(tab: &Tab, stage: &Stage) {
    let account = &stage.market.house.customer.account;
    let found = stage.market.operator().get(&format!("/invoices?account={account}&order=oldest"));
    let (first, number) = (text(&found["items"][0]["id"]), text(&found["items"][0]["number"]));
    tab.go("/ui/invoices");
    tab.click("link", &number);
    // The visit is handled by its seller, and billed with that.
    tab.sees("Data feed: Base fee");
    tab.sees("Nothing is open any more.");
    must_be_in_order(tab);
    let paper = format!(
        "fetch('/api/v1/invoices/{first}/pdf').then((it) => it.blob().then(() => it.status))"
    );
    assert_eq!(tab.eval(&paper), 200);
}

/// The seller shares what the feed brings with a partner.
fn share(stage: &Stage) {
    let operator = stage.market.operator();
    let offer = operator.get("/search?q=sensors")["items"][0]["id"].clone();
    let model = json!({ "name": "Feed", "offer": offer, "parts": [
        { "role": "owner", "percent": "80" },
        { "role": "partner", "account": stage.market.house.north.account, "percent": "20" },
    ] });
    operator.post("/share_models", &model);
}

#[test]
fn from_the_sellers_first_step_to_what_it_brings() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let market = &stage.market;
    market.house.app.outside.answer(|_| Ok(Response::new(200, access())));
    let visit = json!({
        "name": "Visit", "kind": "one_time", "currency": "EUR",
        "model": { "kind": "flat", "amount": "50" },
    });
    market.offer_like("Set-up visit", &[visit], (json!({}), json!({ "connector": "manual" })));
    let seller = stage.signed_in(chromium, OLGA);
    publish(&seller);
    share(&stage);

    let customer = stage.signed_in(chromium, &market.house.customer.admin.email);
    buy(&customer);
    // What another system brings about is there; how one reaches it stands where one came back to.
    customer.sees("How you reach Data feed");
    must_be_in_order(&customer);
    must_show_the_access(&customer);

    seller.go("/ui/work");
    seller.sees("Bring it about");
    must_be_in_order(&seller);
    seller.click("button", "Done");
    seller.sees("Nothing waits for you");
    customer.reload();
    customer.sees("What you ordered is yours.");
    let (order, feed) = ordered(&stage);
    assert_eq!(order["state"], "completed");

    // Another day, another way there: it can be had again.
    market.advance_to("2026-04-27");
    market.uses(&feed, ("feed-1", "2026-04-10T10:00:00Z", "250"));
    market.advance_to("2026-05-02");
    customer.go("/ui/subscriptions");
    customer.click("link", "Data feed…");
    customer.sees("Data: 250 GB");
    must_show_the_access(&customer);
    must_be_in_order(&customer);
    must_get_the_invoice(&customer, &stage);

    seller.go(&format!("/ui/subscriptions/{feed}"));
    seller.sees("250 GB");
    assert!(!seller.has("button", "Show the access"), "it is for the buyer alone");
    must_be_in_order(&seller);
    seller.go("/ui/settlements");
    seller.sees("The seller: 80 %");
    seller.click("button", "Settle");
    seller.sees("Earned before");
    seller.click("button", "Settle");
    seller.sees("Settlement notes: SET-2026-");
    must_be_in_order(&seller);
    market.must_be_whole();
}
