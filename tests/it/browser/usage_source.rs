//! A source of usage, as its seller has it asked and sees how that goes.

use tillbox::world::http::Response;

use super::chromium::chromium;
use super::inspection::must_be_in_order;
use super::stage::{OLGA, Stage};

#[test]
fn a_seller_has_a_source_asked_and_sees_how_it_goes() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    stage.market.house.app.outside.answer(|_| Ok(Response::new(500, "")));
    let tab = stage.signed_in(chromium, OLGA);
    tab.go("/ui/usage");
    tab.sees("No source is asked");
    tab.click("button", "New source");
    tab.fill("textbox", "Short name", "meterhouse");
    tab.fill("textbox", "Where it is asked", "https://meter.example.com/usage");
    must_be_in_order(&tab);
    tab.click("button", "Save");
    tab.until("!document.querySelector('dialog')");
    tab.sees("https://meter.example.com/usage");
    tab.reload_until("seen().includes('it answers with 500')");
    tab.sees("once without an answer");
    must_be_in_order(&tab);
    tab.click("button", "Actions for meterhouse");
    tab.click("button", "Pause it");
    tab.sees("It is asked no more");
    tab.click("button", "Actions for meterhouse");
    tab.click("button", "Ask it no more");
    tab.sees("No source is asked");
    tab.must_be_content();
}
