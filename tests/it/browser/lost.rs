//! What becomes of a request whose answer is lost on its way back, when a person sends it again.

use super::chromium::chromium;
use super::stage::{OLGA, Stage};
use super::tab::Tab;

/// Where payments are recorded.
const PAYMENTS: &str = "/api/v1/payments";

fn payments(stage: &Stage) -> usize {
    let list = stage.market.operator().get(&stage.address("/payments?account={account}"));
    list["items"].as_array().unwrap().len()
}

/// Records a payment, of which the server's answer never comes.
fn record_in_vain(stage: &Stage, tab: &Tab) {
    tab.go(&stage.address("/ui/accounts/{account}"));
    tab.click("button", "Record payment");
    tab.sees("What it settles");
    tab.lose_the_answer(PAYMENTS, |it| it.click("button", "Record payment"));
    tab.sees("The server does not answer");
    assert_eq!(
        tab.complaints(),
        [format!("failed: POST {PAYMENTS} net::ERR_CONNECTION_RESET")],
        "nothing but the answer is lost"
    );
    assert_eq!(payments(stage), 1, "it is the answer that is lost, not the payment");
}

#[test]
fn what_is_sent_again_after_a_lost_answer_is_done_once() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    record_in_vain(&stage, &tab);
    tab.click("button", "Record payment");
    tab.sees("Sent twice, done once");
    tab.sees("Everything is paid");
    assert_eq!(payments(&stage), 1);
    tab.must_be_content();
    stage.market.must_be_whole();
}

#[test]
fn who_begins_anew_after_a_lost_answer_still_pays_once() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    record_in_vain(&stage, &tab);
    // What is said otherwise is another request: it is not done before somebody has looked.
    tab.press("Escape");
    tab.until("!document.querySelector('dialog')");
    tab.click("button", "Record payment");
    tab.fill("textbox", "Amount in EUR", "608.46");
    tab.sees("Nothing is open in this currency: all of it stays as credit.");
    tab.click("button", "Record payment");
    tab.sees("It was done the first time");
    assert_eq!(tab.complaints(), [format!("409 POST {PAYMENTS}")]);
    assert_eq!(payments(&stage), 1);
    tab.sees("Everything is paid");
    // Who has looked may well mean it.
    tab.click("button", "Record payment");
    tab.until("!document.querySelector('dialog')");
    assert_eq!(payments(&stage), 2);
    tab.must_be_content();
    stage.market.must_be_whole();
}
