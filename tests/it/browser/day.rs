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
    // Read at noon so many hours ago; whether it may be moved, which does not keep it from going on; where
    // the reader is.
    let rows = [
        ("2026-03-01T12:00:00Z", 0, false, "UTC", "2026-03-01"),
        ("2026-03-01T12:00:00Z", 11, false, "UTC", "2026-03-01"),
        ("2026-03-01T12:00:00Z", 12, false, "UTC", "2026-03-02"),
        ("2026-03-01T12:00:00Z", 12, true, "UTC", "2026-03-02"),
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
fn how_long_ago_something_was_is_counted_in_days_of_the_calendar() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go("/ui/");
    tab.sees("Recent invoices");
    for (at, zone, expected) in [
        ("2027-03-10T18:00:00Z", "UTC", "10 days ago"),
        ("2027-03-10T23:30:00Z", "UTC", "10 days ago"),
        ("2027-03-10T23:30:00Z", "Europe/Berlin", "9 days ago"),
        ("2027-02-07T09:00:00Z", "UTC", "41 days ago"),
        ("2027-02-07", "UTC", "41 days ago"),
        ("2027-03-19T12:00:00Z", "UTC", "yesterday"),
        ("2027-03-20T10:00:00Z", "UTC", "3 hours ago"),
        ("2027-03-20T12:59:40Z", "UTC", "this minute"),
        ("2027-03-20", "UTC", "today"),
        ("2027-03-21", "UTC", "tomorrow"),
        ("2027-03-30T23:00:00Z", "UTC", "in 10 days"),
        ("2027-03-30T23:00:00Z", "Europe/Berlin", "in 11 days"),
        ("2027-06-20", "UTC", "in 3 months"),
    ] {
        let found = tab.eval(&format!(
            "import(new URL('model/time.js', document.querySelector('script[type=module]').src))
              .then((time) => {{
                const before = [time.clock.peek(), time.zone.peek()];
                time.clock.value = {{ now: '2027-03-20T13:00:00Z', movable: true, read: Date.now() }};
                time.zone.value = '{zone}';
                const said = time.distance('{at}');
                [time.clock.value, time.zone.value] = before;
                return said;
              }})"
        ));
        assert_eq!(found, Value::from(expected), "{at} in {zone}");
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
