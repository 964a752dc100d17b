//! What day it is for a page: of business time, where the reader is, however long ago it was opened.

use serde_json::{Value, json};

use super::chromium::chromium;
use super::stage::{LOOKED_AT, OLGA, Stage};

#[test]
fn today_goes_on_with_the_clock_and_begins_where_the_reader_is() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go("/ui/");
    tab.sees("Recent invoices");
    // Read at noon so many hours ago; whether it is moved by hand; where the reader is.
    let rows = [
        ("2026-03-01T12:00:00Z", 0, false, "UTC", "2026-03-01"),
        ("2026-03-01T12:00:00Z", 11, false, "UTC", "2026-03-01"),
        ("2026-03-01T12:00:00Z", 12, false, "UTC", "2026-03-02"),
        ("2026-03-01T12:00:00Z", 12, true, "UTC", "2026-03-01"),
        ("2026-03-01T12:00:00Z", 7 * 24, false, "UTC", "2026-03-08"),
        ("2026-03-01T12:00:00Z", 0, false, "Pacific/Auckland", "2026-03-02"),
        ("2026-03-01T02:00:00Z", 0, false, "America/Los_Angeles", "2026-02-28"),
    ];
    for (now, hours, movable, zone, today) in rows {
        let clock = json!({ "now": now, "movable": movable });
        let found = tab.eval(&format!(
            "import(new URL('model/time.js', document.querySelector('script[type=module]').src))
              .then((time) => {{
                const before = [time.clock.peek(), time.zone.peek()];
                time.clock.value = {{ ...{clock}, read: Date.now() - {hours} * 3_600_000 }};
                time.zone.value = '{zone}';
                const today = time.today();
                [time.clock.value, time.zone.value] = before;
                return today;
              }})"
        ));
        assert_eq!(found, Value::from(today), "{now}, {hours} hours ago, in {zone}");
    }
}

#[test]
fn a_payment_came_in_today_if_nobody_says_otherwise() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go(&LOOKED_AT.address("/ui/accounts/{account}"));
    tab.click("button", "Record payment");
    tab.sees("Today, if you say nothing");
    assert_eq!(tab.eval("document.querySelector('[name=received_on]').value"), "");
    tab.must_be_content();
}

#[test]
fn who_comes_back_to_a_tab_finds_the_day_that_it_is() {
    let Some(chromium) = chromium() else { return };
    let stage = Stage::set();
    let tab = stage.signed_in(chromium, OLGA);
    tab.go("/ui/invoices");
    tab.sees("Test clock: Apr 1, 2026");
    stage.market.advance_to("2026-04-09");
    tab.eval("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))");
    tab.sees("Test clock: Apr 9, 2026");
    tab.must_be_content();
}
