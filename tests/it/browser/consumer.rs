//! A consumer key that is made in a browser, for the system that signs with it.

use serde_json::json;

use super::chromium::chromium;
use super::stage::{OLGA, Stage};
use crate::harness::signer::Signer;

const PROVIDER: &str = "GET /aps/2/collections/accounts?eq(id,1),select(bssAccountInfo)";

#[test]
fn a_system_signs_with_a_key_that_was_made_in_a_browser_until_it_is_taken_back() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go("/ui/settings?part=security");
    tab.click("button", "New consumer key");
    tab.fill("textbox", "What is it for?", "ERP");
    tab.fill("textbox", "Custom operations that it may call", "-");
    tab.click("button", "Make it");
    let shown =
        |name: &str| tab.until(&format!("document.querySelector('[aria-label={name}]')?.value"));
    let made = json!({ "key": shown("Key"), "secret": shown("Secret") });
    let signer = Signer::with(&stage.market.house.app, &made);
    let found = signer.call(PROVIDER, None);
    let info = found.ok()[0]["bssAccountInfo"]["aps"]["id"].as_str().unwrap().to_owned();
    let hold = format!("POST /aps/2/resources/{info}/putOnCreditHold");
    let why = json!({ "policy": "ALL_SUBSCRIPTIONS", "reason": "OTHER" });
    assert_eq!(signer.call(&hold, Some(&why)).status, 403, "it may call no operation");
    tab.press("Escape");
    tab.click("button", "Take back ERP");
    tab.sees("The key is worth nothing any more");
    assert_eq!(signer.call(PROVIDER, None).status, 401);
    tab.must_be_content();
}
