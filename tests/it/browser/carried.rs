//! One shelf of many sellers, in the windows of all three: one lists an offer, another decides to sell what others
//! list, its customer finds it with whose it is and buys it, and who listed it delivers and sees its part.

use std::path::Path;

use serde_json::json;

use super::chromium::chromium;
use super::inspection;
use super::stage::Stage;
use super::tab::{Sight, Tab};
use crate::harness::market::{monthly, text};
use crate::v1::marketplace::launched_like;

/// Nothing of a page is out of order at a desk and in a hand, by day and by night, and it can be walked over by
/// the keyboard; pictures of it are kept.
#[track_caller]
fn must_be_in_order(tab: &Tab, name: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("screenshots");
    for sight in [Sight::DESK, Sight::HAND].into_iter().flat_map(|it| [it, it.by_night()]) {
        tab.look(sight);
        tab.settle();
        let folder = folder.join(sight.name());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("carried-{name}.png")), tab.picture(sight)).unwrap();
    }
    inspection::must_be_in_order(tab);
}

/// A map of North's, of which somebody at North begins each delivery, and a compass of South's.
fn sold(stage: &Stage) -> String {
    let house = &stage.market.house;
    let north = house.client(&house.north.admin);
    let by_hand = json!({ "connector": "manual" });
    let summary = json!({ "summary": { "en": "Where everything is, always as of today" } });
    let map = launched_like(&north, "Map", &[monthly("Map", "EUR", "100")], (summary, by_hand));
    let south = house.client(&house.south.admin);
    let plain = (json!({}), json!({}));
    launched_like(&south, "Compass", &[monthly("Compass", "EUR", "5")], plain);
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    south.patch(
        &format!("/accounts/{}", house.south.customer.account),
        &json!({ "address": address }),
    );
    map
}

/// Who made it puts it on the marketplace.
fn list(tab: &Tab, map: &str) {
    tab.go(&format!("/ui/catalogue/{map}"));
    tab.click("button", "More actions");
    tab.click("button", "Put it on the marketplace");
    tab.sees("others sell it too");
    must_be_in_order(tab, "listed");
}

/// Another seller decides to sell what others list, and what of it is its own.
fn open_the_shelf(tab: &Tab) {
    tab.go("/ui/settings?part=policy");
    tab.choose("What other sellers list", "is sold here too");
    tab.fill("textbox", "Part of it that you keep, in percent", "10");
    tab.click("button", "Save");
    tab.sees("Saved");
    tab.until("document.querySelector('[name=marketplace]').value === 'open'");
}

/// Its customer finds it beside what its seller makes itself, sees whose it is, and buys it.
fn buy(tab: &Tab) {
    tab.go("/ui/shop");
    tab.sees("Compass");
    tab.click("radio", "North Reseller 1");
    tab.until("document.querySelectorAll('article').length === 1");
    must_be_in_order(tab, "shop");
    tab.click("link", "Map");
    tab.sees("sold by North Reseller");
    tab.sees("Net €100.00");
    must_be_in_order(tab, "offer");
    tab.click("button", "Add to cart");
    tab.sees("1 in it");
    tab.go("/ui/cart");
    tab.sees("In all");
    tab.sees("North Reseller");
    must_be_in_order(tab, "cart");
    tab.click("link", "To the checkout");
    tab.sees("To pay");
    tab.click("button", "Order with obligation to pay");
    tab.sees("Thank you");
}

/// Who listed it sees what is to be done, without who pays how much, and does it.
fn deliver(tab: &Tab, number: &str) {
    tab.go("/ui/orders");
    tab.sees("Orders to handle");
    must_be_in_order(tab, "orders");
    tab.click("link", number);
    tab.sees("Pieces");
    must_be_in_order(tab, "handled");
    tab.click("button", "Actions for Map");
    tab.click("button", "It is done");
    tab.sees("Completed");
    tab.until("!seen().includes('€')");
}

#[test]
fn what_one_seller_lists_another_sells_and_the_first_has_its_part() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let map = sold(&stage);
    let house = &stage.market.house;
    let north = stage.signed_in(chromium, &house.north.admin.email);
    list(&north, &map);
    let south = stage.signed_in(chromium, &house.south.admin.email);
    open_the_shelf(&south);
    let customer = stage.signed_in(chromium, &house.south.customer.admin.email);
    buy(&customer);
    let maker = house.client(&house.north.admin);
    let number = maker.get("/orders?role=supplier")["items"][0]["number"].to_string();
    deliver(&north, &number);
    customer.reload();
    customer.sees("What you ordered is yours.");
    must_be_in_order(&customer, "order");

    // South invoices, and is paid.
    stage.market.advance_to("2026-05-02");
    let seller = house.client(&house.south.admin);
    let bill = seller.get(&format!("/invoices?account={}", house.south.customer.account));
    let due = bill["items"][0]["due"].clone();
    seller.post("/payments", &json!({ "account": house.south.customer.account, "amount": due }));
    customer.go(&format!("/ui/invoices/{}", text(&bill["items"][0]["id"])));
    customer.sees("Map");
    customer.sees("South Reseller");
    customer.must_be_content();

    south.go("/ui/settlements");
    south.sees("North Reseller: 90 %");
    south.must_be_content();
    north.go("/ui/settlements");
    north.sees("Earned, and on no note yet");
    north.sees("South Reseller");
    must_be_in_order(&north, "earned");
    stage.market.must_be_whole();
}
