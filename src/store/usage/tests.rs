//! Usage against a model that knows everything and does nothing cleverly.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proptest::prelude::*;

use super::*;
use crate::domain::event::Cause;
use crate::domain::id::{Id, MeterId, SubscriptionId};
use crate::domain::quantity::Quantity;
use crate::domain::stamp::{Carried, SellerNumber};
use crate::domain::time::Instant;
use crate::domain::usage::record::{EventId, UsageEvent};
use crate::store::counted::Counted;
use crate::store::{Commit, Store};

const TINY: Limits = Limits {
    chunk_events: 150,
    closed_chunks_max: 2,
    merged_runs: 2,
    window_seconds: 1_000_000,
    slice_bytes: 1,
};

fn at(micros: i64) -> Instant {
    Instant::from_micros(micros).unwrap()
}

fn series(number: u8) -> Series {
    let uuid = |number: u8| uuid::Uuid::from_u128(number.into());
    Series {
        subscription: SubscriptionId::from_uuid(uuid(number / 2)),
        meter: MeterId::from_uuid(uuid(number % 2)),
    }
}

fn event(id: u16, number: u8, minute: i64, quantity: i64) -> UsageEvent {
    let Series { subscription, meter } = series(number);
    UsageEvent {
        seller: SellerNumber::PROVIDER,
        source: "metering".parse().unwrap(),
        event_id: format!("event-{id}").parse().unwrap(),
        subscription,
        meter,
        at: at(minute * 60_000_000),
        quantity: Quantity::new(rust_decimal::Decimal::new(quantity, 2)),
        dimensions: BTreeMap::from([("region".parse().unwrap(), "x".repeat(usize::from(id % 50)))]),
        carried: Carried::new(),
    }
}

fn prepared(events: &[UsageEvent]) -> Prepared {
    Prepared::of(events.iter().map(|it| (it, Timing::Said)))
}

/// The store and what should be in it.
struct World {
    store: Store,
    usage: Usage,
    sealer: Sealer,
    taken: BTreeMap<u64, UsageEvent>,
    voided: BTreeSet<u64>,
    numbers: HashMap<EventId, u64>,
}

impl World {
    fn new(limits: Limits) -> Self {
        let world = Self {
            store: Store::memory().unwrap(),
            usage: Usage::new(limits),
            sealer: Sealer::default(),
            taken: BTreeMap::new(),
            voided: BTreeSet::new(),
            numbers: HashMap::new(),
        };
        world.rebuild();
        world
    }

    fn rebuild(&self) {
        self.usage.rebuild(&self.store.read().unwrap()).unwrap();
    }

    /// Forgets what is in memory, as a crash does.
    fn restart(&mut self) {
        self.usage = Usage::new(self.usage.limits);
        self.sealer = Sealer::default();
        self.rebuild();
    }

    fn stage(&self, events: &[UsageEvent], commit: Commit) -> Option<(Staged, Vec<Verdict>)> {
        let mut prepared = prepared(events);
        self.usage.screen(&self.store.read().unwrap(), &mut prepared).unwrap();
        let mut staged = Staged::default();
        let verdicts = self.store.bulk(|mut batch| {
            let done = self.usage.stage(&mut batch, &prepared, at(0), &mut staged);
            match done {
                Ok(verdicts) => Ok((Some(verdicts), commit)),
                Err(UsageError::Busy) => Ok((None, Commit::Abandon)),
                Err(UsageError::Store(error)) => Err(error),
            }
        });
        verdicts.unwrap().map(|it| (staged, it))
    }

    fn ingest(&mut self, events: &[UsageEvent]) {
        let Some((staged, verdicts)) = self.stage(events, Commit::Durable) else {
            self.seal(usize::MAX);
            return self.ingest(events);
        };
        self.usage.admit(staged);
        for (event, verdict) in events.iter().zip(verdicts) {
            assert_eq!(verdict, self.expected(event), "{event:?}");
        }
    }

    fn expected(&mut self, event: &UsageEvent) -> Verdict {
        match self.numbers.get(&event.event_id).map(|it| &self.taken[it]) {
            Some(known) if known == event => Verdict::Duplicate,
            Some(_) => Verdict::Conflict,
            None => {
                let number = self.taken.len() as u64 + 1;
                self.numbers.insert(event.event_id.clone(), number);
                self.taken.insert(number, event.clone());
                Verdict::Taken(number)
            }
        }
    }

    /// Writes at most so many slices and returns how many there were.
    fn seal(&mut self, slices: usize) -> usize {
        for done in 0..slices {
            if !self.slice(Commit::Durable) {
                return done;
            }
        }
        slices
    }

    fn slice(&mut self, commit: Commit) -> bool {
        let view = self.store.read().unwrap();
        let Some(slice) = self.sealer.next(&self.usage, &view, at(0)).unwrap() else {
            return false;
        };
        let write = |mut batch: crate::store::Batch<'_>| {
            Ok((self.usage.write(&mut batch, &slice)?, commit))
        };
        let written = self.store.bulk(write).unwrap();
        if commit == Commit::Durable {
            self.usage.settle(written);
        }
        true
    }

    /// Takes one of the events back, if there are any.
    fn void(&mut self, which: prop::sample::Index) {
        let numbers: Vec<_> = self.taken.keys().copied().collect();
        if numbers.is_empty() {
            return;
        }
        let sequence = *which.get(&numbers);
        let voided = VoidedEvent {
            sequence,
            event: self.taken[&sequence].clone(),
            voided_at: at(0),
            by: Cause::Duty("test".to_owned()),
            reason: "Counted twice".parse().unwrap(),
        };
        let keep =
            |mut batch: crate::store::Batch<'_>| Ok((batch.keep_voided(&voided)?, Commit::Durable));
        self.store.transact(keep).unwrap();
        self.voided.insert(sequence);
        let view = self.store.read().unwrap();
        let event = NumberedEvent { sequence, event: voided.event.clone() };
        assert_eq!(find_voided(&view, &event).unwrap(), Some(voided));
    }

    fn taken_in(&self, want: &Want) -> Total {
        let mut total = Total::default();
        let events = self.taken.iter().filter(|it| is_in(it.1, want));
        events.for_each(|(number, event)| total.add(event.quantity, *number));
        total
    }

    fn expected_total(&self, want: &Want) -> Total {
        let mut total = self.taken_in(want);
        let voided = self.voided.iter().map(|it| &self.taken[it]).filter(|it| is_in(it, want));
        voided.for_each(|it| total.take_out(it.quantity));
        total
    }

    fn expected_events(&self, want: &Want) -> Vec<NumberedEvent> {
        let events = self.taken.iter().filter(|it| is_in(it.1, want));
        let events = events.filter(|it| !self.voided.contains(it.0));
        let numbered =
            |it: (&u64, &UsageEvent)| NumberedEvent { sequence: *it.0, event: it.1.clone() };
        let mut events: Vec<_> = events.map(numbered).collect();
        events.sort_by_key(|it| (it.event.at, it.sequence));
        events
    }

    fn hold(&self, view: &impl View, wants: &[Want]) {
        let totals = self.usage.totals(view, wants).unwrap();
        let expected: Vec<_> = wants.iter().map(|it| self.expected_total(it)).collect();
        assert_eq!(totals, expected);
        for want in wants {
            let mut expected = self.expected_events(want);
            assert_eq!(self.paged(view, want), expected);
            expected.reverse();
            assert_eq!(self.paged_back(view, want), expected);
        }
        let checked = check(view).unwrap();
        assert_eq!(checked.findings, []);
        assert_eq!(checked.sealed + checked.unsealed, self.taken.len() as u64);
    }

    fn paged(&self, view: &impl View, want: &Want) -> Vec<NumberedEvent> {
        let (mut events, mut after) = (Vec::new(), None);
        loop {
            let page = self.usage.events(view, want, after.as_deref(), 7).unwrap();
            assert!(page.items.len() <= 7);
            events.extend(page.items);
            after = page.next;
            if after.is_none() {
                return events;
            }
        }
    }

    fn paged_back(&self, view: &impl View, want: &Want) -> Vec<NumberedEvent> {
        let (mut events, mut before) = (Vec::new(), None);
        loop {
            let page = self.usage.latest(view, want, before.as_deref(), 3).unwrap();
            assert!(page.items.len() == 3 || page.next.is_none(), "only the last is short");
            events.extend(page.items);
            before = page.next;
            if before.is_none() {
                return events;
            }
        }
    }

    fn hold_order(&self, view: &impl View, stretch: (Instant, Instant)) {
        let mut expected = BTreeMap::new();
        for number in 0..6 {
            let want = Want { series: series(number), from: stretch.0, to: stretch.1 };
            if self.taken_in(&want).count > 0 {
                expected.insert(want.series, self.expected_total(&want));
            }
        }
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = self.usage.totals_after(view, after, stretch, 2).unwrap();
            after = page.last().map(|it| it.0);
            let is_last = page.len() < 2;
            found.extend(page);
            if is_last {
                break;
            }
        }
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    }
}

fn is_in(event: &UsageEvent, want: &Want) -> bool {
    event::series_of(event) == want.series && want.from <= event.at && event.at < want.to
}

/// Something that happens.
#[derive(Debug, Clone)]
enum Step {
    Ingest(Vec<UsageEvent>),
    /// A commit that fails.
    Lose(Vec<UsageEvent>),
    Seal(usize),
    /// A slice that is not committed.
    LoseSlice,
    Restart,
    /// An event is taken back.
    Void(prop::sample::Index),
}

fn events() -> impl Strategy<Value = Vec<UsageEvent>> {
    let event = (0..900_u16, prop::sample::select(vec![0_i64; 30]), any::<bool>());
    let event = event.prop_map(|(id, odd, is_other)| {
        // An id mostly says the same each time.
        let other = i64::from(is_other && id % 50 == 0);
        let minute = i64::from(id) * 7919 % 200 - 20;
        event_of(id, minute, i64::from(id % 37) - 5 + odd + other)
    });
    prop::collection::vec(event, 0..150)
}

fn event_of(id: u16, minute: i64, quantity: i64) -> UsageEvent {
    event(id, u8::try_from(id % 6).unwrap(), minute, quantity)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => events().prop_map(Step::Ingest),
        1 => events().prop_map(Step::Lose),
        6 => (1..40_usize).prop_map(Step::Seal),
        2 => Just(Step::LoseSlice),
        1 => Just(Step::Restart),
        4 => any::<prop::sample::Index>().prop_map(Step::Void),
    ];
    prop::collection::vec(step, 1..24)
}

fn wants() -> impl Strategy<Value = Vec<Want>> {
    let want = (0..6_u8, -30..200_i64, 0..150_i64).prop_map(|(number, from, length)| Want {
        series: series(number),
        from: at(from * 60_000_000),
        to: at((from + length) * 60_000_000),
    });
    prop::collection::vec(want, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whatever_happens_totals_are_what_was_taken(steps in steps(), wants in wants()) {
        let mut world = World::new(TINY);
        for step in steps {
            match step {
                Step::Ingest(events) => world.ingest(&events),
                Step::Lose(events) => drop(world.stage(&events, Commit::Abandon)),
                Step::Seal(slices) => drop(world.seal(slices)),
                Step::LoseSlice => drop(world.slice(Commit::Abandon)),
                Step::Restart => world.restart(),
                Step::Void(which) => world.void(which),
            }
        }
        let old = world.store.read().unwrap();
        world.hold(&old, &wants);
        world.hold_order(&old, (at(-900_000_000), at(7_200_000_000)));
        world.seal(usize::MAX);
        world.hold(&world.store.read().unwrap(), &wants);
        // A snapshot from before sees the same, though memory has gone on.
        world.hold(&old, &wants);
        world.restart();
        world.hold(&world.store.read().unwrap(), &wants);
    }

    #[test]
    fn splitting_batches_changes_nothing(events in events(), size in 1..40_usize) {
        let (mut whole, mut split) = (World::new(TINY), World::new(TINY));
        whole.ingest(&events);
        events.chunks(size).for_each(|it| split.ingest(it));
        split.seal(usize::MAX);
        prop_assert_eq!(&whole.taken, &split.taken);
        for number in 0..6 {
            let want = Want { series: series(number), from: at(-7 << 32), to: at(7 << 40) };
            let total = |world: &World| {
                world.usage.total(&world.store.read().unwrap(), want).unwrap()
            };
            prop_assert_eq!(total(&whole), total(&split));
        }
    }
}

/// Wherever sealing is cut off, what is stored is whole and sealing goes on to the same end.
#[test]
fn sealing_may_end_at_any_slice() {
    let events: Vec<_> = (0..260).map(|it| event_of(it, i64::from(it) * 31 % 300, 1)).collect();
    let mut slices = 0;
    for cut in 0.. {
        let mut world = World::new(Limits { chunk_events: 120, ..TINY });
        world.ingest(&events[..130]);
        world.seal(2);
        world.ingest(&events[130..]);
        let done = world.seal(cut);
        slices += done;
        world.restart();
        let view = world.store.read().unwrap();
        assert_eq!(check(&view).unwrap().findings, [], "cut after {cut} slices");
        world.ingest(&events[..20]);
        world.seal(usize::MAX);
        let checked = check(&world.store.read().unwrap()).unwrap();
        assert_eq!(checked, Checked { sealed: 260, ..Checked::default() });
        if done < cut {
            break;
        }
    }
    assert!(slices > 300, "there are many places to be cut off at: {slices}");
}

#[test]
fn a_commit_that_memory_is_not_told_of_is_found_out() {
    let mut world = World::new(TINY);
    let events: Vec<_> = (0..10).map(|it| event_of(it, 0, 1)).collect();
    assert!(world.stage(&events, Commit::Durable).is_some());
    assert!(world.stage(&events, Commit::Durable).is_none(), "busy");
    assert!(!world.usage.is_ready());
    world.rebuild();
    let (_, verdicts) = world.stage(&events, Commit::Durable).unwrap();
    assert_eq!(verdicts, [Verdict::Duplicate; 10]);
    world.restart();
}

#[test]
fn of_many_who_need_what_is_in_memory_one_reads_it_in() {
    let mut world = World::new(TINY);
    let events: Vec<_> = (0..100).map(|it| event_of(it, 0, 1)).collect();
    world.ingest(&events);
    let snapshot = world.store.read().unwrap();
    let view = Counted::over(&snapshot);
    let (usage, together) = (Usage::new(TINY), std::sync::Barrier::new(8));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                together.wait();
                usage.rebuild(&view).unwrap();
            });
        }
    });
    assert_eq!(view.scans(arrival::ARRIVALS), 1);
    let want = Want { series: series(0), from: at(0), to: at(1) };
    assert_eq!(usage.total(&snapshot, want).unwrap().count, 17);
}

#[test]
fn an_act_that_is_taken_back_takes_its_events_with_it() {
    let world = World::new(TINY);
    let events: Vec<_> = (0..4).map(|it| event_of(it, 0, 1)).collect();
    let mut staged = Staged::default();
    let verdicts = world.store.transact(|mut batch| {
        let mut stage = |batch: &mut _, events: &[UsageEvent]| {
            let prepared = prepared(events);
            world.usage.stage(batch, &prepared, at(0), &mut staged).unwrap()
        };
        stage(&mut batch, &events[..1]);
        let mark = batch.mark();
        stage(&mut batch, &events[..3]);
        batch.roll_back(mark)?;
        staged.roll_back(1);
        let prepared = prepared(&events);
        let done = world.usage.stage(&mut batch, &prepared, at(0), &mut staged).unwrap();
        Ok((done, Commit::Durable))
    });
    world.usage.admit(staged);
    use Verdict::{Duplicate, Taken};
    assert_eq!(verdicts.unwrap(), [Duplicate, Taken(2), Taken(3), Taken(4)]);
    assert_eq!(check(&world.store.read().unwrap()).unwrap().unsealed, 4);
}

#[test]
fn who_seals_too_slowly_is_not_drowned() {
    let world = World::new(Limits { closed_chunks_max: 0, ..TINY });
    let events: Vec<_> = (0..200).map(|it| event_of(it, 0, 1)).collect();
    let (staged, _) = world.stage(&events, Commit::Durable).unwrap();
    world.usage.admit(staged);
    assert!(world.stage(&events, Commit::Durable).is_none(), "busy");
}

#[test]
fn after_the_window_an_event_is_new_again_and_totals_stay() {
    let mut world = World::new(TINY);
    let events: Vec<_> = (0..400).map(|it| event_of(it, 0, 1)).collect();
    world.ingest(&events);
    world.seal(usize::MAX);
    let view = world.store.read().unwrap();
    let late = at((TINY.window_seconds + 1) * 1_000_000);
    while let Some(slice) = {
        let view = world.store.read().unwrap();
        world.sealer.next(&world.usage, &view, late).unwrap()
    } {
        let write = |mut batch: crate::store::Batch<'_>| {
            Ok((world.usage.write(&mut batch, &slice)?, Commit::Durable))
        };
        world.usage.settle(world.store.bulk(write).unwrap());
    }
    drop(view);
    assert_eq!(world.store.read().unwrap().count(FILTERS).unwrap(), 0);
    let (staged, verdicts) = world.stage(&events[..2], Commit::Durable).unwrap();
    assert_eq!(verdicts, [Verdict::Taken(401), Verdict::Taken(402)]);
    drop(staged);
    world.restart();
    let want = Want { series: series(0), from: at(0), to: at(1) };
    let total = world.usage.total(&world.store.read().unwrap(), want).unwrap();
    assert_eq!(total.count, 400_u64.div_ceil(6) + 1);
}

#[test]
fn steps_add_up_to_the_whole() {
    let mut world = World::new(TINY);
    let events: Vec<_> = (0..300).map(|it| event_of(it, i64::from(it), 100)).collect();
    world.ingest(&events);
    world.seal(60);
    let bounds: Vec<_> = (0..=10).map(|it| at(it * 37 * 60_000_000)).collect();
    let view = world.store.read().unwrap();
    let steps = world.usage.steps(&view, series(3), &bounds).unwrap();
    let counts: Vec<_> = steps.iter().map(|it| it.count).collect();
    assert_eq!(counts, [6, 6, 6, 7, 6, 6, 6, 6, 1, 0]);
    let want = Want { series: series(3), from: bounds[0], to: bounds[10] };
    let whole = world.usage.total(&view, want).unwrap();
    assert_eq!(whole.quantity(), Some(Quantity::whole(50)));
    assert_eq!((whole.count, whole.first, whole.last), (50, 4, 298));
}

#[test]
fn a_total_that_was_tampered_with_is_found() {
    let mut world = World::new(TINY);
    let events: Vec<_> = (0..200).map(|it| event_of(it, 0, 1)).collect();
    world.ingest(&events);
    world.seal(usize::MAX);
    let table = Kind::Totals.table();
    let view = world.store.read().unwrap();
    let key = run::keys(&view, table, &KeyRange::all(), 1).unwrap().remove(0);
    let remove =
        |mut batch: crate::store::Batch<'_>| Ok((batch.remove(table, &key)?, Commit::Durable));
    world.store.bulk(remove).unwrap();
    let checked = check(&world.store.read().unwrap()).unwrap();
    assert_eq!(checked.findings.len(), 6);
    assert!(matches!(checked.findings[0], Finding::Total { .. }));
    let report = crate::store::check::check(&world.store.read().unwrap());
    assert_eq!(report.found, 6, "{:#?}", report.findings);
}

#[test]
fn it_is_known_whose_usage_came_since_somebody_asked() {
    let mut world = World::new(TINY);
    let of = |numbers: &[u8]| Came::Of(numbers.iter().map(|it| series(*it).subscription).collect());
    assert_eq!(world.usage.take_came(), of(&[]));
    world.ingest(&[event(1, 0, 1, 5), event(2, 1, 2, 5), event(3, 4, 3, 5)]);
    assert_eq!(world.usage.take_came(), of(&[0, 4]));
    assert_eq!(world.usage.take_came(), of(&[]));
    world.ingest(&[event(3, 4, 3, 5)]);
    assert_eq!(world.usage.take_came(), of(&[]), "it was there before");
}
