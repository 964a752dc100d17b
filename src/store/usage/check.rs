//! Checking: whether totals are what events add up to, and every event would be known again.

use std::collections::BTreeSet;
use std::fmt;

use super::event::{self, Raw, Series};
use super::filter::Filter;
use super::ingest::known;
use super::ledger::{Kind, Ledger};
use super::pack::Unpack;
use super::run::{Cursor, Merge};
use super::total::{Total, bucket_of};
use super::{arrival, read_filter, unrated, voided};
use crate::domain::text::Code;
use crate::domain::usage::record::{EventId, UsageEvent};
use crate::store::StoreError;
use crate::store::check::Report;
use crate::store::view::View;

/// How many events were looked at, and what is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Events that lie in sorted runs.
    pub sealed: u64,
    /// Events that do not yet.
    pub unsealed: u64,
    /// What is wrong: the first findings.
    pub findings: Vec<Finding>,
    /// How many there were in all.
    pub found: u64,
}

impl Checked {
    fn find(&mut self, finding: Finding) {
        self.found += 1;
        if self.findings.len() < Report::FINDINGS_MAX {
            self.findings.push(finding);
        }
    }
}

/// Something that is wrong with what is stored of usage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The total of a bucket is not what its events add up to.
    Total {
        /// Of which series.
        series: Series,
        /// Which quarter of an hour since the beginning of 1970.
        bucket: i64,
    },
    /// An event would not be known if it were sent again.
    Unknown {
        /// The event's place.
        sequence: u64,
        /// Its source.
        source: Code,
        /// Its id in the source.
        event_id: EventId,
    },
    /// The sequence of events that are not sealed has a gap.
    Gap {
        /// The number that was expected.
        expected: u64,
    },
    /// An event is said to be voided that is not there.
    Voided {
        /// The event's place.
        sequence: u64,
        /// Its id in the source.
        event_id: EventId,
    },
    /// It is said that nothing charges the usage of a series that has none.
    Unrated {
        /// Of which series.
        series: Series,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total { series, bucket } => write!(
                f,
                "the total of meter {} of {} in the quarter of an hour {bucket} is not what its events add up to",
                series.meter, series.subscription
            ),
            Self::Unknown { sequence, source, event_id } => {
                write!(f, "event {sequence} would not be known if {source} sent {event_id} again")
            }
            Self::Gap { expected } => write!(f, "event {expected} is missing"),
            Self::Voided { sequence, event_id } => {
                write!(f, "event {sequence}, {event_id}, is said to be voided, and is not there")
            }
            Self::Unrated { series } => write!(
                f,
                "meter {} of {} is said to be charged by nothing, and has no usage",
                series.meter, series.subscription
            ),
        }
    }
}

/// Reports what [`check`] finds.
///
/// # Errors
/// If the store fails.
pub fn checked(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let Checked { findings, found, .. } = check(view)?;
    let more = found - findings.len() as u64;
    findings.iter().for_each(|it| report.find(Kind::Events.table(), it));
    report.found += more;
    Ok(())
}

/// Goes over all usage that is stored, and reads every event twice.
///
/// # Errors
/// If the store fails.
pub fn check(view: &(impl View + ?Sized)) -> Result<Checked, StoreError> {
    let ledger = Ledger::read(view)?;
    let mut checked = Checked::default();
    let mut unrated = unrated::every(view)?;
    check_totals(view, &ledger, (&mut checked, &mut unrated))?;
    check_keys(view, &ledger, &mut checked)?;
    check_unsealed(view, &ledger, (&mut checked, &mut unrated))?;
    check_voided(view, &ledger, &mut checked)?;
    unrated.into_iter().for_each(|series| checked.find(Finding::Unrated { series }));
    Ok(checked)
}

type Bucket = (Series, i64);

/// What the entries of all runs of a kind add up to, by bucket, in order.
struct Sums<'v, V: View + ?Sized> {
    kind: Kind,
    merge: Merge<'v, V>,
}

impl<'v, V: View + ?Sized> Sums<'v, V> {
    fn of(view: &'v V, ledger: &Ledger, kind: Kind) -> Result<Self, StoreError> {
        let runs = ledger.live(kind).map(|it| it.id);
        Ok(Self { kind, merge: Merge::seek(view, kind.table(), runs, &[])? })
    }

    fn next(&mut self) -> Result<Option<(Bucket, Total)>, StoreError> {
        let mut sum: Option<(Bucket, Total)> = None;
        while let Some(cursor) = self.merge.lowest() {
            let Some((key, value)) = cursor.entry() else { break };
            let (bucket, total) = read(self.kind, key, value)?;
            match &mut sum {
                Some(sum) if sum.0 == bucket => sum.1.merge(&total),
                Some(_) => return Ok(sum),
                None => sum = Some((bucket, total)),
            }
            cursor.advance()?;
        }
        Ok(sum)
    }
}

fn read(kind: Kind, key: &[u8], value: &[u8]) -> Result<(Bucket, Total), StoreError> {
    let table = kind.table();
    let mut from = Unpack::new(table, key);
    let series = Series::unpack(&mut from)?;
    if kind == Kind::Totals {
        return Ok(((series, from.ordered()?), Total::unpack(Unpack::new(table, value))?));
    }
    let raw = Raw { series, at: event::instant(&mut from)?, body: value };
    let mut total = Total::default();
    total.add(raw.quantity(table)?, u64::from_be_bytes(from.array()?));
    Ok(((series, bucket_of(raw.at)), total))
}

/// `unrated` are the series that are said to have usage; those that have are taken out of it.
fn check_totals(
    view: &(impl View + ?Sized),
    ledger: &Ledger,
    (checked, unrated): (&mut Checked, &mut BTreeSet<Series>),
) -> Result<(), StoreError> {
    let mut events = Sums::of(view, ledger, Kind::Events)?;
    let mut totals = Sums::of(view, ledger, Kind::Totals)?;
    let (mut event, mut total) = (events.next()?, totals.next()?);
    loop {
        let keys = [&event, &total].map(|it| it.as_ref().map(|it| it.0));
        let Some(lowest) = keys.into_iter().flatten().min() else { return Ok(()) };
        if event != total {
            let (series, bucket) = lowest;
            checked.find(Finding::Total { series, bucket });
        }
        if keys[0] == Some(lowest) {
            unrated.remove(&lowest.0);
            checked.sealed += event.map_or(0, |it| it.1.count);
            event = events.next()?;
        }
        if keys[1] == Some(lowest) {
            total = totals.next()?;
        }
    }
}

/// Events whose time in the window is over need not be known any more.
fn check_keys(
    view: &(impl View + ?Sized),
    ledger: &Ledger,
    checked: &mut Checked,
) -> Result<(), StoreError> {
    for keys in ledger.live(Kind::Keys) {
        let filter = read_filter(view, keys.id, keys.entries)?;
        for events in ledger.live(Kind::Events).filter(|it| keys.covers(it)) {
            check_known(view, (events.id, keys.id), &filter, checked)?;
        }
    }
    Ok(())
}

fn check_known(
    view: &(impl View + ?Sized),
    (events, keys): (u64, u64),
    filter: &Filter,
    checked: &mut Checked,
) -> Result<(), StoreError> {
    let table = Kind::Events.table();
    let mut cursor = Cursor::seek(view, table, events, &[])?;
    while let Some((key, body)) = cursor.entry() {
        let mut from = Unpack::new(table, key);
        let raw = Raw { series: Series::unpack(&mut from)?, at: event::instant(&mut from)?, body };
        let (key, content) = raw.identity(table)?;
        if !filter.may_have(&key) || known(view, keys, &key)? != Some(content) {
            let event = raw.event(table)?;
            let sequence = u64::from_be_bytes(from.array()?);
            let UsageEvent { source, event_id, .. } = event;
            checked.find(Finding::Unknown { sequence, source, event_id });
        }
        cursor.advance()?;
    }
    Ok(())
}

fn check_voided(
    view: &(impl View + ?Sized),
    ledger: &Ledger,
    checked: &mut Checked,
) -> Result<(), StoreError> {
    let table = Kind::Events.table();
    for (key, it) in voided::every(view)? {
        let mut is_there = false;
        for run in ledger.live(Kind::Events) {
            let cursor = Cursor::seek(view, table, run.id, &key)?;
            is_there |= cursor.entry().is_some_and(|entry| entry.0 == key);
        }
        if it.sequence >= ledger.sealed_end {
            arrival::visit_some(view, &[it.sequence], &mut |_, raw| {
                is_there |= raw.event(arrival::ARRIVALS)? == it.event;
                Ok(())
            })?;
        }
        if !is_there {
            let (sequence, event_id) = (it.sequence, it.event.event_id);
            checked.find(Finding::Voided { sequence, event_id });
        }
    }
    Ok(())
}

fn check_unsealed(
    view: &(impl View + ?Sized),
    ledger: &Ledger,
    (checked, unrated): (&mut Checked, &mut BTreeSet<Series>),
) -> Result<(), StoreError> {
    let mut expected = ledger.sealed_end;
    arrival::visit(view, expected, u64::MAX, &mut |_| {}, &mut |sequence, raw| {
        unrated.remove(&raw.series);
        if sequence != expected {
            checked.find(Finding::Gap { expected });
        }
        expected = sequence + 1;
        checked.unsealed += 1;
        Ok(())
    })?;
    let ends = ledger.closed.iter().map(|it| it.end).filter(|it| *it > expected);
    ends.for_each(|_| checked.find(Finding::Gap { expected }));
    Ok(())
}
