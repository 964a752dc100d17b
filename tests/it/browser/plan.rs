//! Another plan in mid month, as an operator changes it: looked at before it is done, and understood on
//! the next invoice.

use std::path::Path;

use serde_json::json;

use super::chromium::chromium;
use super::inspection;
use super::stage::{OLGA, Stage};
use super::tab::{Sight, Tab};
use crate::harness::market::{monthly, text};

/// A stage in mid April on which Acme's server, at 40.00 a month that is billed, may change to a bigger
/// one at 60.00 and back.
fn mid_april() -> Stage {
    let stage = Stage::set();
    let operator = stage.market.operator();
    let server = stage.address("{offer}");
    let bigger = stage.market.offer("Bigger server", &[monthly("Base fee", "EUR", "60")]);
    for (from, to, direction) in [(&server, &bigger, "upgrade"), (&bigger, &server, "downgrade")] {
        let switches = json!({ "switches": [{ "to": to, "direction": direction }] });
        operator.patch(&format!("/offers/{from}"), &switches);
    }
    stage.market.advance_to("2026-04-16");
    stage
}

/// Nothing of a page is out of order at a desk and in a hand, by day and by night, and it can be walked
/// over by the keyboard; pictures of it are kept.
fn must_be_in_order(tab: &Tab, name: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("screenshots");
    let mut faults = Vec::new();
    for day in [Sight::DESK, Sight::HAND] {
        for sight in [day, day.by_night()] {
            faults.extend(inspection::faults(tab, sight));
            let folder = folder.join(sight.name());
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{name}.png")), tab.picture(sight)).unwrap();
        }
    }
    tab.look(Sight::DESK);
    assert!(faults.is_empty(), "{name}: {faults:#?}");
}

#[test]
fn a_plan_is_changed_in_mid_month_and_the_next_invoice_explains_itself() {
    let Some(chromium) = chromium() else { return };
    let stage = mid_april();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/subscriptions/{subscription}"));
    tab.click("button", "Change the plan");
    tab.choose("Change to", "Bigger server");
    // 15 of the 30 days of April are left: half of 40 goes back, half of 60 is charged.
    for told in [
        "It changes at once, on Apr 16, 2026.",
        "15 of 30 days that are paid and not used",
        "− €20.00",
        "15 of 30 days of the period",
        "€30.00",
        "Difference €12.00",
        "The next invoice, on May 1, 2026, comes to",
    ] {
        tab.sees(told);
    }
    must_be_in_order(&tab, "subscriptions-plan");
    tab.click("button", "Change the plan");
    tab.sees("The plan is changed; the next invoice has the rest of the period");
    tab.sees("Bigger server");
    tab.must_be_content();

    stage.market.advance_to("2026-05-02");
    let path = stage.address("/invoices?account={account}");
    let last = text(&stage.market.operator().get(&path)["items"][0]["id"]);
    tab.go(&format!("/ui/invoices/{last}"));
    tab.sees("Bigger server: Base fee");
    tab.eval("document.querySelectorAll('details.why').forEach((it) => { it.open = true; })");
    for told in ["€30.00", "15 of 30 days of the period", "of which €20.00 was given back"] {
        tab.sees(told);
    }
    tab.must_be_content();
    stage.market.must_be_whole();
}

#[test]
fn a_change_to_less_waits_for_its_day_and_is_taken_back() {
    let Some(chromium) = chromium() else { return };
    let stage = mid_april();
    let operator = stage.market.operator();
    let bigger = operator.get(&stage.address("/subscriptions/{subscription}/switches"));
    let to = json!({ "offer": bigger["items"][0]["offer"] });
    operator.post(&stage.address("/subscriptions/{subscription}/change"), &to);
    stage.market.advance_to("2026-05-05");
    let tab = stage.signed_in(chromium, OLGA);
    tab.go(&stage.address("/ui/subscriptions/{subscription}"));
    tab.click("button", "Change the plan");
    tab.choose("Change to", "Virtual server");
    tab.sees("It changes on Jun 1, 2026, when what is paid for is over.");
    tab.sees("Nothing is given back: nothing is paid beyond that day.");
    tab.click("button", "Change the plan");
    tab.sees("It changes on Jun 1, 2026 to Virtual server");
    must_be_in_order(&tab, "subscriptions-waiting");
    tab.click("button", "Take the change back");
    tab.sees("It stays as it is");
    tab.until("!document.body.innerText.includes('Take the change back')");
    tab.must_be_content();
    stage.market.must_be_whole();
}
