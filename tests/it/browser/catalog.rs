//! Journeys of who keeps the catalogue, and of who orders from it: what cannot be is said before one
//! has filled anything in.

use serde_json::json;

use super::chromium::chromium;
use super::stage::{LOOKED_AT, OLGA, Stage};
use crate::harness::market::{monthly, text};

#[test]
fn an_offer_is_corrected_and_what_it_costs_changes_on_a_day() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/catalogue/{offer}/edit"));
    tab.click("button", "Name: Deutsch");
    tab.fill("textbox", "Name (Deutsch)", "Virtueller Server");
    tab.fill("textbox", "In one line (English)", "A machine of your own");
    tab.click("button", "One more term");
    tab.fill("textbox", "Name (English)", "Cloud server");
    tab.fill("textbox", "Short name…", "yearly");
    tab.choose("How long", "1 year");
    tab.fill("spinbutton", "Times at once, at most", "3");
    tab.eval("[...document.querySelectorAll('summary')].find((it) => it.innerText.startsWith('Terms of use')).click()");
    tab.fill("textbox", "Version…", "2026-01");
    tab.fill("textbox", "Their name (English)", "Rules");
    tab.fill("textbox", "Where they can be read", "https://provider.test/rules");
    tab.click("button", "Save");
    tab.sees("A machine of your own");
    tab.sees("Cloud server");
    tab.sees("1 year");
    tab.click("button", "Actions for Base fee");
    tab.click("button", "Another from a day on");
    tab.fill("textbox", "Amount in EUR", "45");
    tab.sees("What it comes to Base fee €45.00");
    tab.click("button", "Change it");
    tab.sees("Base fee €45.00");
    // What holds since today is changed from tomorrow on.
    tab.click("button", "Actions for Base fee");
    tab.click("button", "Another from a day on");
    tab.fill("textbox", "Amount in EUR", "50");
    tab.click("button", "Change it");
    tab.sees("From Apr 2, 2026: €50.00");
    tab.must_be_content();
    let offer = stage.market.operator().get(&stage.address("/offers/{offer}"));
    assert_eq!(offer["name"], json!({ "de": "Virtueller Server", "en": "Cloud server" }));
    assert_eq!(
        (&offer["terms"][0]["key"], &offer["terms"][0]["times_max"]),
        (&json!("yearly"), &json!(3))
    );
    let terms = json!({
        "version": "2026-01", "title": { "en": "Rules" }, "url": "https://provider.test/rules", "text": null,
    });
    assert_eq!(offer["terms_of_use"], terms);
}

#[test]
fn tiers_are_tried_before_they_are_kept_and_a_draft_is_taken_back() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/catalogue/{draft}"));
    tab.sees("It delivers nothing yet: say what it sets up, or make a bundle of it.");
    tab.click("button", "New price");
    tab.fill("textbox", "What the invoice calls it", "Traffic");
    tab.choose("When it is charged", "for what is used");
    tab.choose("What is counted", "Traffic (GB)");
    tab.choose("How much", "tiers: each unit");
    tab.fill("textbox", "Up to", "5");
    tab.eval("document.querySelectorAll('[name=\"model/tiers/0/per_unit\"]')[0].focus()");
    tab.type_text("2");
    tab.eval("document.querySelectorAll('[name=\"model/tiers/1/per_unit\"]')[0].focus()");
    tab.type_text("1");
    // 5 × 2 and 5 × 1.
    tab.sees("What it comes to for GB Traffic €15.00");
    tab.fill("textbox", "For how many units", "many");
    tab.sees("This is not a quantity.");
    tab.click("button", "Add the price");
    tab.sees("each GB at the price of its tier");
    tab.click("button", "Actions for Traffic");
    tab.click("button", "Take it out");
    tab.sees("No price yet");
    tab.must_be_content();
}

#[test]
fn who_cannot_order_and_what_cannot_be_ordered_is_said_before() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let operator = stage.market.operator();
    let held = stage.market.customer("Held Hotel", "EUR");
    let hold = json!({ "reason": "FRAUD" });
    operator.post(&format!("/accounts/{}/hold", text(&held["id"])), &hold);
    let dollars = stage.market.offer("Dollars only", &[monthly("Base", "USD", "9")]);
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&format!("/ui/accounts/{}?order=1", text(&held["id"])));
    tab.sees("Held Hotel is on hold and can order nothing.");
    assert!(!tab.has("button", "Place the order"));
    tab.go(&format!("/ui/catalogue/{dollars}"));
    tab.click("button", "Order it");
    tab.fill("combobox", "Account", "Hafen");
    tab.until("document.querySelector('dialog datalist option')");
    tab.eval("document.activeElement.select()");
    tab.press("Delete");
    let hafen = "[...document.querySelectorAll('dialog datalist option')].map((it) => it.value).find((it) => it.startsWith('Hafen'))";
    let hafen = tab.until(hafen);
    tab.fill("combobox", "Account", hafen.as_str().unwrap());
    tab.sees("Dollars only has no price in EUR, in which Hafen Logistik KG is billed.");
    tab.until("document.querySelector('dialog .buttons .primary').disabled");
    tab.go(&stage.address("/ui/accounts/{account}?order=1"));
    tab.until("[...document.querySelectorAll('option:disabled')].some((it) => it.text.startsWith('Dollars only') && it.text.endsWith('no price in EUR'))");
    tab.must_be_content();
}

#[test]
fn a_bad_quantity_is_said_at_its_field() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go(&LOOKED_AT.address("/ui/catalogue/{offer}"));
    tab.sees("Total €40.00");
    for bad in ["0", "-1", "1.5", "a", ""] {
        tab.fill("textbox", "Quantity", bad);
        tab.sees("A whole number from 1 to 999,999");
        tab.until("!seen().includes('Total €')");
    }
    tab.fill("textbox", "Quantity", "2");
    tab.sees("Total €");
    tab.must_be_content();
}

#[test]
fn a_billing_account_is_opened_and_made_the_default_one() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/accounts/{account}?part=billing"));
    tab.click("button", "New billing account");
    tab.fill("textbox", "Name", "Acme in America");
    tab.fill("textbox", "Currency…", "USD");
    tab.choose("Is paid", "by card");
    tab.fill("textbox", "Street and number", "1 Main Street");
    tab.click("button", "Open it");
    tab.sees("1 Main Street");
    tab.click("button", "Actions for Acme in America");
    tab.click("button", "Bill here from now on");
    tab.sees("Acme in America default");
    tab.click("button", "Actions for Acme in America");
    tab.click("button", "Edit");
    tab.fill("textbox", "The payer calls it", "4711");
    tab.click("button", "Save");
    tab.sees("The payer calls it 4711");
    tab.sees("by card");
    tab.must_be_content();
}

#[test]
fn what_a_mail_says_is_changed_with_the_mail_beside_it() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/mail-templates/{template}"));
    tab.fill("textbox", "Subject", "To pay: {{ invoice.total }}");
    tab.until("document.querySelector('pre.letter').previousElementSibling.innerText.startsWith('To pay: EUR 119')");
    tab.click("button", "Save");
    tab.sees("your own");
    tab.click("button", "Send it no more");
    tab.sees("is not sent");
    tab.must_be_content();
}

#[test]
fn a_tax_rate_changes_from_a_day_on_and_the_one_before_ends() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/settings?part=tax"));
    tab.click("button", "Actions for VAT");
    tab.click("button", "Another rate from a day on");
    tab.fill("textbox", "Percent", "21");
    tab.click("button", "Change it");
    tab.sees("21 %");
    tab.until("!document.querySelector('dialog')");
    let rules = stage.market.operator().get("/tax_rules");
    let rules = rules["items"].as_array().unwrap();
    let of = |percent: &str| rules.iter().find(|it| it["percent"] == percent).expect(percent);
    assert_eq!(of("20")["valid_until"], of("21")["valid_from"], "{rules:?}");
    assert!(of("21")["valid_until"].is_null());
    // Of two that begin on one day nobody could say which holds.
    tab.click("button", "Actions for VAT");
    tab.click("button", "Another rate from a day on");
    tab.sees("VAT from a day on");
    let day = tab.eval(
        "['value', 'min'].map((it) => document.querySelector('dialog [name=valid_from]')[it])",
    );
    assert_eq!(day, json!(["2026-04-02", "2026-04-02"]));
    tab.must_be_content();
}

#[test]
fn of_an_offer_that_is_edited_only_what_changed_is_sent() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let path = stage.address("/offers/{rich}");
    let before = stage.market.operator().get(&path);
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&format!("{}/edit", stage.address("/ui/catalogue/{rich}")));
    tab.sees("Edit Workplace");
    tab.eval(
        "(() => { const ask = window.fetch;
          window.fetch = (url, how) => {
            if (how?.method === 'PATCH') window.sent = JSON.parse(how.body);
            return ask(url, how);
          }; })()",
    );
    tab.fill("textbox", "Part number…", "WP-1");
    tab.click("button", "Take Terms 2 out");
    tab.until("!seen().includes('A year')");
    tab.click("button", "Save");
    tab.sees("WP-1");
    let sent = tab.eval("window.sent");
    let keys: Vec<_> = sent.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["part_number", "terms"]);
    let mut after = stage.market.operator().get(&path);
    assert_eq!(
        (&after["part_number"], &after["terms"]),
        (&json!("WP-1"), &json!([before["terms"][0]]))
    );
    for changed in ["part_number", "terms", "revision", "changed_at", "version"] {
        after[changed] = before[changed].clone();
    }
    assert_eq!(after, before);
    tab.must_be_content();
}
