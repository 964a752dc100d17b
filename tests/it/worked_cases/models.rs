//! What quantities cost: each price model at its documented figures.

use serde_json::{Value, json};

use super::Case;
use super::desk::{Desk, amount, nets};
use crate::harness::market::text;

pub(super) const CASES: [Case; 20] = [
    // Tiers with a fee for each that is entered; at nothing the fee of the first.
    ("W001", "2.00, 12.00, 102.00, 110.00, 115.00, 163.00", || {
        let tiers = [("10", "10", "2"), ("20", "5", "3"), ("", "5", "3")];
        costs(&tiered("graduated", &tiers), &["0", "1", "10", "11", "12", "21"])
    }),
    ("W003", "100.00 + 20.00", || {
        let (model, used) = (tiered("graduated", &[("10", "2", "100"), ("", "1", "50")]), "0");
        super::desk::sums(&calculated(&Desk::on("2026-01-01"), &model, used))
    }),
    ("W005", "10.00, 12.00, 210.00, 100.50, 101.00, 200.00, 155.00, 200.00", || {
        let tiers = [("100", "2", "10"), ("200", "1", "0"), ("", "0.5", "50")];
        let used = ["0", "1", "100", "100.5", "101", "200", "210", "300"];
        costs(&tiered("volume", &tiers), &used)
    }),
    ("W007", "49.00", || {
        let tiers = [
            ("10000", "0.001", "10"),
            ("50000", "0.0008", "10"),
            ("100000", "0.0006", "10"),
            ("", "0.0004", "10"),
        ];
        costs(&tiered("volume", &tiers), &["65000"])
    }),
    // Three events, and then fifteen of which the third began the first package.
    ("W009", "100.00, 200.00", || costs(&package("10", "100"), &["3", "18"])),
    ("W011", "50.00; 50.00", || {
        format!("{}; {}", costs(&per_unit("0.05"), &["1000"]), costs(&per_unit("12.5"), &["4"]))
    }),
    ("W013", "18.40; 8.00", || {
        let share = |percent| json!({ "kind": "percentage", "percent": percent, "per_event": "2" });
        let events = ["100", "200", "300", "200"];
        format!("{}; {}", used(&share("1.3"), &events), used(&share("0"), &events))
    }),
    ("W015", "0.70", || {
        let model = json!({
            "kind": "percentage", "percent": "1.2", "per_event": "0.1", "free_events": 3,
            "free_amount": "500",
        });
        used(&model, &["100", "100", "100", "50"])
    }),
    // Tax at 20 % comes to 0.40, 2.60 and 5.00.
    ("W017", "2.00, 13.00, 25.00", || {
        let model = json!({
            "kind": "percentage", "percent": "1", "per_event": "1", "event_min": "1.75",
            "event_max": "12",
        });
        let events = ["100", "1000", "10000"];
        (1..=3).map(|it| used(&model, &events[..it])).collect::<Vec<_>>().join(", ")
    }),
    ("W019", "2.50, 16.00", || {
        let model = json!({ "kind": "graduated_percentage", "tiers": [
            { "up_to": "100", "percent": "5" }, { "up_to": null, "percent": "2", "flat": "10" },
        ] });
        costs(&model, &["50", "150"])
    }),
    ("W021", "35.00, 41.50, 127.50, 157.50", || {
        let tiers = [("5", "7", "0"), ("10", "6.5", "0"), ("", "6", "0")];
        costs(&tiered("graduated", &tiers), &["5", "6", "20", "25"])
    }),
    ("W023", "29.00, 70.00, 75.00", || {
        let tiers =
            [("5", "5", "0"), ("10", "4", "0"), ("15", "3", "0"), ("20", "2", "0"), ("", "1", "0")];
        costs(&tiered("graduated", &tiers), &["6", "20", "25"])
    }),
    // Minutes in blocks of ten: 150 blocks.
    ("W025", "125.00 + 614.40", || {
        let minutes = tiered("graduated", &[("100", "1", "0"), ("", "0.5", "0")]);
        let megabytes = tiered("graduated", &[("1024", "0.5", "0"), ("", "0.1", "0")]);
        format!("{} + {}", costs(&minutes, &["150"]), costs(&megabytes, &["2048"]))
    }),
    ("W027", "2040.00 + 100.00; 2400.00 + 100.00", || {
        let all = |kind: &str| {
            let minutes = tiered(kind, &[("20", "2", "0"), ("", "20", "0")]);
            let megabytes = tiered(kind, &[("", "10", "0")]);
            format!("{} + {}", costs(&minutes, &["120"]), costs(&megabytes, &["10"]))
        };
        format!("{}; {}", all("graduated"), all("volume"))
    }),
    // A block that was begun is a block.
    ("W029", "2.95, 5.90, 11.80", || costs(&package("100", "2.95"), &["99", "199", "350"])),
    ("W031", "182.00", || {
        let tiers = [("5", "0", "100"), ("10", "0", "50"), ("15", "5", "0"), ("", "1", "0")];
        costs(&tiered("graduated", &tiers), &["22"])
    }),
    ("W033", "100.00, 100.00, 100.00, 140.00", || {
        let tiers = [("5", "0", "100"), ("10", "0", "150"), ("15", "10", "0"), ("", "5", "0")];
        costs(&tiered("volume", &tiers), &["0", "3", "5", "14"])
    }),
    // Tiers that are written by their first unit.
    ("W035", "125.00; 75.00; 15.00; 0.10", || {
        let by_first = |kind: &str| {
            let tiers = [("100", "1", "0"), ("200", "0.5", "0"), ("", "0.25", "0")];
            costs(&tiered(kind, &tiers), &["150"])
        };
        let (graduated, volume) = (by_first("graduated"), by_first("volume"));
        let packages = costs(&package("20", "5"), &["45"]);
        format!("{graduated}; {volume}; {packages}; {}", costs(&per_unit("0.001"), &["100"]))
    }),
    ("W037", "107.00", || {
        let tiers = [("1000", "0.01", "0"), ("10000", "0.008", "0"), ("", "0.005", "0")];
        costs(&tiered("graduated", &tiers), &["15000"])
    }),
    ("W039", "39.00; 200.00, 200.00; 5.00", || {
        let volume = tiered("volume", &[("65000", "0.0006", "0"), ("", "0.0004", "0")]);
        let steps = json!({ "kind": "stairstep", "tiers": [
            { "up_to": "1000", "flat": "50" }, { "up_to": "5000", "flat": "200" },
            { "up_to": null, "flat": "350" },
        ] });
        let (volume, steps) = (costs(&volume, &["65000"]), costs(&steps, &["1500", "4500"]));
        format!("{volume}; {steps}; {}", costs(&package("1000", "1"), &["4500"]))
    }),
];

/// Tiers `(up to, of a unit, fee)`; the last is up to nothing.
fn tiered(kind: &str, tiers: &[(&str, &str, &str)]) -> Value {
    let tier = |(up_to, per_unit, flat): &(&str, &str, &str)| {
        let up_to = (!up_to.is_empty()).then_some(up_to);
        json!({ "up_to": up_to, "per_unit": per_unit, "flat": flat })
    };
    json!({ "kind": kind, "tiers": tiers.iter().map(tier).collect::<Vec<_>>() })
}

fn per_unit(price: &str) -> Value {
    json!({ "kind": "per_unit", "per_unit": price })
}

fn package(size: &str, price: &str) -> Value {
    json!({ "kind": "package", "size": size, "amount": price })
}

/// A price for what the meter of a market counts.
pub(super) fn usage(desk: &Desk, model: &Value) -> Value {
    let meter = desk.market.meter.as_str();
    json!({ "name": "Use", "kind": "usage", "currency": "EUR", "meter": meter, "model": model })
}

/// What a quantity would cost by a model, under the settings of who bills the first tier's fee at nothing.
fn calculated(desk: &Desk, model: &Value, quantity: &str) -> Value {
    desk.policy(&json!({ "preset": "lago" }));
    let offer = desk.market.offer("Use", &[usage(desk, model)]);
    let wish = json!({
        "currency": "EUR", "country": "DE", "usage": { desk.market.meter.as_str(): quantity },
    });
    desk.market.operator().post(&format!("/offers/{offer}/calculate"), &wish)
}

/// What quantities would cost by a model, without tax.
fn costs(model: &Value, quantities: &[&str]) -> String {
    let desk = Desk::on("2026-01-01");
    let each = quantities.iter().map(|it| amount(&calculated(&desk, model, it)["net"]));
    each.collect::<Vec<_>>().join(", ")
}

/// What events, one an hour, are charged by a model after their month.
fn used(model: &Value, events: &[&str]) -> String {
    let desk = Desk::on("2026-01-01");
    let subscription = desk.buy(&[usage(&desk, model)], 1);
    desk.to("2026-01-20");
    for (hour, quantity) in events.iter().enumerate() {
        let at = format!("2026-01-10T{hour:02}:00:00Z");
        desk.market.uses(&subscription, (&hour.to_string(), &at, quantity));
    }
    desk.to("2026-02-02");
    let invoices = desk.invoices();
    assert_eq!(text(&invoices[0]["issued_on"]), "2026-02-01");
    nets(&invoices[0])
}
