//! The machine's clock is set ahead and back while an appliance is in use: whatever it says, nothing
//! is billed twice or never, and where nobody can know how late it is, somebody is asked.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tillbox::domain::time::{Instant, Zone};

use crate::harness::app::App;
use crate::harness::chance::Chance;
use crate::harness::client::Client;
use crate::harness::disk::Disk;
use crate::harness::house::text;
use crate::harness::scale::rounds;
use crate::harness::stage::{Scene, Stage, open};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// How far the clock may jump; 48 hours are what passes unasked.
const JUMPS: &[i64] = &[
    HOUR,
    30 * HOUR,
    48 * HOUR,
    48 * HOUR + 1,
    5 * DAY,
    31 * DAY,
    62 * DAY,
    -HOUR,
    -3 * DAY,
    -40 * DAY,
];

/// An appliance in use, and what it has charged so far.
struct InUse {
    disk: Disk,
    app: App,
    lives: u64,
    /// The latest that the clock said and nobody doubted.
    seen: Instant,
    invoices: BTreeSet<String>,
    charged: BTreeSet<String>,
}

impl InUse {
    fn new() -> Self {
        let disk = Stage::shared().disk(Scene::InUse);
        let app = open(&disk, 7);
        let seen = app.wall();
        let (invoices, charged) = (BTreeSet::new(), BTreeSet::new());
        Self { disk, app, lives: 7, seen, invoices, charged }
    }

    fn operator(&self) -> Client<'_> {
        Client::with_token(&self.app, &Stage::shared().north["operator"])
    }

    /// The next life of the process, at the same time of the wall.
    fn restart(self) -> Self {
        let Self { disk, app, lives, seen, invoices, charged } = self;
        let wall = app.wall();
        drop(app);
        let app = open(&disk, lives + 1);
        app.set_wall_to(wall);
        Self { disk, app, lives: lives + 1, seen, invoices, charged }
    }

    /// Does all that is found to do, and answers how many invoices came of it; no day of a
    /// subscription is charged a second time.
    fn live(&mut self) -> usize {
        self.app.keep_duties();
        let list = self.operator().get("/invoices?limit=1000&fields=id");
        assert_eq!(list["next_cursor"], Value::Null, "the list holds all of them");
        let ids: BTreeSet<_> =
            list["items"].as_array().unwrap().iter().map(|it| text(&it["id"])).collect();
        let new: Vec<_> = ids.difference(&self.invoices).cloned().collect();
        for id in &new {
            let invoice = self.operator().get(&format!("/invoices/{id}"));
            for line in invoice["lines"].as_array().unwrap() {
                let key = format!(
                    "{} {} {}",
                    line["subscription"], line["text"], line["service_period"]["start"]
                );
                assert!(self.charged.insert(key), "charged twice: {line}");
            }
        }
        self.invoices = ids;
        new.len()
    }

    /// Each month that has begun is charged to who has had something in all of them.
    fn must_be_complete(&self) {
        let left = self.operator().get("/billing_runs/left");
        assert_eq!(
            left,
            json!({ "nothing_left": true, "due": 0, "failed": 0, "failures": [], "proposed": 0, "unrated_events": 0 })
        );
        let now: Instant = text(&self.operator().get("/clock")["now"]).parse().unwrap();
        let today = Zone::UTC.date_of(now);
        let months = (today.year() - 2026) * 12 + i32::try_from(today.month()).unwrap();
        let subscription = &Stage::shared().north["target"];
        let fees = self.charged.iter().filter(|it| it.contains(subscription) && it.contains("Fee"));
        assert_eq!(
            fees.count(),
            usize::try_from(months).unwrap(),
            "one for each month up to {today}"
        );
    }

    /// Sets the machine's clock, and answers whether somebody was asked.
    fn jump(&mut self, seconds: i64) -> bool {
        let to = self.app.wall().plus_seconds(seconds);
        self.app.set_wall_to(to);
        let is_asked = to > self.seen.plus_seconds(48 * HOUR);
        let clock = self.operator().get("/clock");
        assert_eq!(clock["jump"].is_object(), is_asked, "{seconds} s from {}: {clock}", self.seen);
        if is_asked {
            assert_eq!(self.live(), 0, "nothing is billed before somebody was asked");
            let refused = self.operator().call("POST /billing_runs", Some(&json!({}))).json();
            assert_eq!(refused["type"], "/problems/clock_forbids", "{refused}");
        } else {
            let none = self.operator().call("POST /clock/confirm", Some(&json!({}))).json();
            assert_eq!(none["type"], "/problems/clock_forbids", "{none}");
            self.live();
            self.must_be_complete();
            self.seen = self.seen.max(to);
        }
        is_asked
    }
}

#[test]
fn whatever_the_machines_clock_says_nothing_is_billed_twice_and_who_must_is_asked() {
    let (mut house, mut chance) = (InUse::new(), Chance::seeded(12));
    house.live();
    let (mut asked, mut set_right) = (0_u32, 0_u32);
    let jumps = rounds(12, 240).max(JUMPS.len() as u64 + 2);
    for number in 0..jumps {
        let known = JUMPS.get(number as usize).copied();
        let seconds = known.unwrap_or_else(|| chance.pick(JUMPS));
        if chance.hits(1, 3) {
            house = house.restart();
        }
        let before = house.app.wall();
        if !house.jump(seconds) {
            continue;
        }
        asked += 1;
        if chance.hits(1, 2) {
            house = house.restart();
            assert!(
                house.operator().get("/clock")["jump"].is_object(),
                "a restart confirms nothing"
            );
        }
        if u32::is_multiple_of(asked, 3) {
            // It was a mistake: set right, the clock needs no word.
            house.app.set_wall_to(before);
            assert_eq!(house.operator().get("/clock")["jump"], Value::Null);
            set_right += 1;
        } else {
            house.operator().post("/clock/confirm", &json!({}));
            let told = house.operator().get("/events?kind=account&limit=1")["items"][0].clone();
            assert_eq!(told["cause"]["kind"], "user", "{told}");
            assert_eq!(told["changes"][0]["path"], "/clock/until", "{told}");
            house.seen = house.app.wall();
        }
        house.live();
        house.must_be_complete();
    }
    println!("{jumps} jumps, asked {asked} times, set right {set_right} times");
    assert!(asked > 2 && set_right > 0, "asked {asked}, set right {set_right}");
}

#[test]
fn time_that_passes_while_somebody_looks_is_no_jump() {
    let mut house = InUse::new();
    house.live();
    for _ in 0..40 {
        house.app.pass("1 day");
        house.live();
    }
    house.must_be_complete();
    let mut house = house.restart();
    assert_eq!(house.operator().get("/clock")["jump"], Value::Null, "what was seen is kept");
    house.app.pass("30 days");
    house.live();
    house.must_be_complete();
}
