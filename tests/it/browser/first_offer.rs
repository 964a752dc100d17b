//! The journey of somebody who has nothing yet: from the set-up link to an issued invoice, by the UI
//! alone, on a store that is nobody's demo.

use tillbox::services::setup;

use super::chromium::chromium;
use super::stage::{OLGA, unfounded};
use super::tab::Tab;
use super::window::Window;
use crate::harness::house::PASSWORD;

#[test]
fn from_an_empty_store_to_an_issued_invoice() {
    let Some(chromium) = chromium() else { return };
    let (app, place, _workers) = unfounded();
    let secret = setup::offer(&app.bss).unwrap().unwrap();
    let tab = Window::at(chromium, &place.origin).tab();
    set_up(&tab, &secret);
    say_where_and_how_taxed(&tab);
    write_an_offer_down(&tab);
    open_an_account_and_order(&tab);
    // Its first day is a billing day, and billing goes by itself.
    app.keep_duties();
    tab.go("/ui/invoices");
    tab.click("link", "INV-2026-000001");
    // 3 × 4.90, and 19 % of it.
    tab.sees("Net €14.70");
    tab.sees("Still to pay €17.49");
    tab.sees("It names no bank account to which it could be paid.");
    tab.sees("Mailbox: Each mailbox");
    tab.must_be_content();
    tab.go("/ui/");
    tab.sees("Recent invoices");
    tab.sees("Your first invoice is written");
    tab.until("!seen().includes('From nothing to the first invoice')");
    tab.must_be_content();
}

fn set_up(tab: &Tab, secret: &str) {
    tab.go(&format!("/setup#token={secret}"));
    tab.fill("textbox", "Your name", "Olga Operator");
    tab.fill("textbox", "Mail address", OLGA);
    tab.fill("textbox", "Password At least…", PASSWORD);
    tab.fill("textbox", "Company", "Kassenhaus");
    tab.click("button", "Set up and sign in");
    tab.sees("From nothing to the first invoice");
}

fn say_where_and_how_taxed(tab: &Tab) {
    tab.click("link", "Say where you are");
    tab.fill("textbox", "Street and number", "Invalidenstrasse 43");
    tab.fill("textbox", "City", "Berlin");
    tab.choose("Country", "Germany");
    tab.click("button", "Save");
    tab.sees("Berlin");
    tab.go("/ui/");
    tab.click("link", "Say how you tax");
    tab.click("button", "Say how you tax");
    tab.choose("Your customers pay", "by the law of the EU");
    tab.sees("Customers in Germany pay its rate of 19 %.");
    tab.choose("Your customers pay", "one rate");
    tab.fill("textbox", "Percent", "19");
    tab.click("button", "Save");
    tab.sees("19 %");
    tab.must_be_content();
}

fn write_an_offer_down(tab: &Tab) {
    tab.go("/ui/");
    tab.sees("Let customers pay online may wait");
    tab.click("link", "Sell your first offer");
    tab.fill("textbox", "Name (English)", "Mailbox");
    tab.click("button", "Name: Deutsch");
    tab.fill("textbox", "Name (Deutsch)", "Postfach");
    tab.click("button", "Go on");
    tab.sees("How it gets to the buyer");
    tab.click("button", "Go on");
    tab.sees("How one commits to it");
    tab.click("button", "Go on to its prices");
    tab.sees("No price yet");
    tab.click("button", "New price");
    tab.fill("textbox", "What the invoice calls it", "Each mailbox");
    tab.choose("How much", "so much for each unit");
    // What ten come to is worked out where it will be billed.
    tab.fill("textbox", "Each, in EUR", "4.90");
    tab.sees("€49.00");
    tab.click("button", "Add the price");
    tab.sees("€4.90 for each unit");
    tab.until("!document.querySelector('dialog')");
    tab.click("button", "Go on");
    tab.sees("Nothing keeps it back.");
    tab.click("button", "Put it on sale");
    tab.sees("Mailbox is on sale");
    tab.must_be_content();
}

fn open_an_account_and_order(tab: &Tab) {
    tab.go("/ui/");
    tab.click("link", "Open an account for a customer");
    tab.fill("textbox", "Name", "Acme");
    tab.fill("textbox", "Street and number", "Große Bleichen 7");
    tab.fill("textbox", "City", "Hamburg");
    tab.choose("Country", "Germany");
    tab.click("button", "Open the account");
    tab.sees("It has nothing yet");
    tab.click("button", "New order");
    tab.choose("Offer", "Mailbox");
    tab.fill("textbox", "Quantity", "3");
    tab.sees("Net €14.70 with tax €17.49");
    tab.click("button", "Place the order");
    tab.sees("Completed");
    tab.must_be_content();
}
