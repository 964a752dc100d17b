//! The shop as somebody goes through it who is not signed in, and who orders after all.

use super::chromium::chromium;
use super::inspection::must_be_in_order;
use super::shop::opened;
use super::stage::{Stage, unfounded};
use super::tab::Tab;
use super::window::Window;
use crate::harness::house::PASSWORD;

/// Comes in at the door that one was led to.
fn come_in(tab: &Tab, stage: &Stage) {
    tab.sees("Forgot your password?");
    tab.fill("textbox", "Mail address", &stage.market.house.customer.admin.email);
    tab.fill("textbox", "Password", PASSWORD);
    tab.press("Enter");
}

#[test]
fn what_a_guest_chose_is_still_there_after_signing_in() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let tab = stage.window(chromium).tab();
    tab.go("/ui/shop");
    tab.sees("Virtual server");
    must_be_in_order(&tab);
    tab.fill("searchbox", "Find offers", "mailbox");
    tab.until("document.querySelectorAll('article').length === 1");
    tab.click("link", "Mailbox");
    tab.sees("Net €");
    tab.click("button", "Add to cart");
    tab.sees("It is in your cart.");
    must_be_in_order(&tab);
    tab.click("link", "Cart 1 in it");
    tab.sees("In all");
    tab.click("button", "One more");
    must_be_in_order(&tab);
    tab.go("/ui/shop?q=virtual");
    tab.until("document.querySelectorAll('article').length === 1");
    tab.click("link", "Virtual server");
    tab.sees("Net €");
    let offer = tab.path();
    tab.click("button", "Buy now");
    come_in(&tab, &stage);
    // One is back at the offer, and what one chose has come along.
    tab.sees("It is in your cart.");
    assert_eq!(tab.path(), offer);
    tab.click("link", "Cart 2 in it");
    tab.sees("Mailbox");
    tab.sees("Virtual server");
    tab.until("document.querySelector('input[name=quantity]').value === '2'");
    tab.click("link", "To the checkout");
    tab.sees("First invoice");
    tab.click("button", "Order with obligation to pay");
    tab.sees("Thank you");
    tab.go("/ui/cart");
    tab.sees("Your cart is empty");
    tab.must_be_content();
}

#[test]
fn a_guest_reads_in_its_language_and_pays_in_its_currency() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let tab = stage.window(chromium).tab();
    tab.go("/ui/shop");
    tab.sees("not in EUR");
    tab.click("button", "Language and currency: EN · EUR");
    tab.click("button", "USD");
    tab.press("Escape");
    tab.sees("$12.50");
    tab.click("button", "Language and currency: EN · USD");
    tab.click("button", "Deutsch");
    tab.press("Escape");
    tab.sees("Anmelden");
    tab.reload();
    tab.sees("12,50 $");
    tab.click("checkbox", "Backup vergleichen");
    tab.click("checkbox", "Mailbox vergleichen");
    tab.click("link", "Nebeneinander");
    tab.sees("12,50 $");
    must_be_in_order(&tab);
}

#[test]
fn everything_else_begins_at_the_door() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let tab = stage.window(chromium).tab();
    for page in ["orders", "checkout", "catalogue", "seats"] {
        tab.go(&format!("/ui/{page}"));
        tab.sees("Forgot your password?");
        assert_eq!(tab.path(), format!("/ui/sign-in?next=%2Fui%2F{page}"));
        assert_eq!(tab.complaints(), ["401 GET /api/v1/session"]);
    }
    tab.click("link", "Look at the shop first");
    tab.sees("Virtual server");
    tab.go("/ui/cart");
    tab.sees("Your cart is empty");
    must_be_in_order(&tab);
    tab.click("button", "Sign in");
    come_in(&tab, &stage);
    tab.sees("Your cart is empty");
    assert_eq!(tab.path(), "/ui/cart");
    tab.must_be_content();
}

#[test]
fn where_no_shop_is_open_one_begins_at_the_door() {
    let Some(chromium) = chromium() else { return };
    let (_app, place, _workers) = unfounded();
    let tab = Window::at(chromium, &place.origin).tab();
    tab.go("/ui/shop");
    tab.sees("Forgot your password?");
    tab.sees("Tillbox is not set up yet");
    assert!(!tab.has("link", "Look at the shop first"));
    assert_eq!(tab.complaints(), ["401 GET /api/v1/session"]);
}
