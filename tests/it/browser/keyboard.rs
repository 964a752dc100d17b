//! Buying and selling by the keyboard alone: nothing on the way needs a pointer.

use serde_json::json;

use super::chromium::chromium;
use super::shop::opened;
use super::stage::OLGA;
use super::tab::Tab;

/// So many things at most stand between two that are used one after the other.
const STOPS_MAX: usize = 200;

/// Goes on with the tabulator key until something that is called so has the focus.
#[track_caller]
fn reach(tab: &Tab, name: &str) {
    tab.settle();
    let is_there = format!(
        "(() => {{ const it = document.activeElement;
           const said = it.getAttribute('aria-label') ?? it.labels?.[0]?.innerText ?? it.innerText;
           return said.trim().startsWith({}); }})()",
        json!(name)
    );
    for _ in 0..STOPS_MAX {
        tab.strike("Tab");
        if tab.eval(&is_there) == true {
            return;
        }
    }
    panic!("`{name}` cannot be reached at {}: {}", tab.path(), tab.eval("seen()"));
}

/// Goes to something and uses it.
#[track_caller]
fn press(tab: &Tab, name: &str) {
    reach(tab, name);
    tab.press("Enter");
}

#[test]
fn somebody_buys_by_the_keyboard_alone() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let tab = stage.signed_in(chromium, &stage.market.house.customer.admin.email);
    tab.go("/ui/shop");
    tab.sees("Mailbox");
    reach(&tab, "Find offers");
    tab.type_text("mailbox");
    tab.until("document.querySelectorAll('article').length === 1");
    press(&tab, "Mailbox");
    tab.sees("Net €");
    press(&tab, "One more");
    press(&tab, "Add to cart");
    tab.sees("It is in your cart.");
    press(&tab, "Cart");
    tab.sees("In all");
    tab.until("document.querySelector('input[name=quantity]').value === '2'");
    press(&tab, "Keep it for another time");
    tab.sees("For another time");
    press(&tab, "Put it back");
    press(&tab, "To the checkout");
    tab.sees("First invoice");
    press(&tab, "Order with obligation to pay");
    tab.sees("Thank you");
    tab.must_be_content();
}

#[test]
fn somebody_sells_by_the_keyboard_alone() {
    let Some(chromium) = chromium() else { return };
    let stage = opened();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go("/ui/stock");
    tab.sees("Sell something new");
    press(&tab, "Sell something new");
    tab.sees("A name that buyers understand");
    reach(&tab, "Name (English)");
    tab.type_text("Advice");
    tab.press("Enter");
    tab.sees("How it gets to the buyer");
    press(&tab, "Go on");
    tab.sees("How one commits to it");
    press(&tab, "Go on to its prices");
    tab.sees("No price yet");
    press(&tab, "New price");
    reach(&tab, "Amount in EUR");
    tab.type_text("12");
    tab.press("Enter");
    tab.sees("€12.00");
    tab.until("!document.querySelector('dialog')");
    press(&tab, "Go on");
    tab.sees("Nothing keeps it back.");
    press(&tab, "Put it on sale");
    tab.sees("Advice is on sale");
    tab.must_be_content();
}
