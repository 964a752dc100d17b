//! Voided events: what was taken by mistake and is taken back, with who did so and why.
//!
//! The event stays where it lies and is known again when it is sent again; whatever lists events or adds
//! them up leaves out those that have a row here.

use std::collections::BTreeSet;
use std::ops::{Bound, ControlFlow};

use serde::{Deserialize, Serialize};

use super::read::{NumberedEvent, Want};
use super::source::event_key;
use crate::domain::event::Cause;
use crate::domain::id::{Id as _, SubscriptionId};
use crate::domain::page::{Page, PageOrder, PageRequest};
use crate::domain::text::Prose;
use crate::domain::time::Instant;
use crate::domain::usage::record::UsageEvent;
use crate::store::batch::Batch;
use crate::store::view::{KeyRange, Table, View};
use crate::store::{StoreError, codec};

/// Events by series, instant and sequence number.
pub(super) const VOIDED: Table = Table("usage/voided");
const SHAPE: u8 = 1;

/// How many rows a page looks at.
const LOOKED_AT_MAX: usize = 20_000;

/// An event that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidedEvent {
    /// Its place in the order in which events came.
    pub sequence: u64,
    /// The event.
    pub event: UsageEvent,
    /// When it was taken back, in business time.
    pub voided_at: Instant,
    /// By whom.
    pub by: Cause,
    /// Why.
    pub reason: Prose,
}

impl VoidedEvent {
    fn key(&self) -> [u8; 48] {
        key(&self.event, self.sequence)
    }
}

fn key(event: &UsageEvent, sequence: u64) -> [u8; 48] {
    event_key(super::event::series_of(event), event.at, sequence)
}

fn read(bytes: &[u8]) -> Result<VoidedEvent, StoreError> {
    match bytes.split_first() {
        Some((&SHAPE, body)) => codec::decode(VOIDED.0, body),
        _ => Err(StoreError::Unreadable { table: VOIDED.0, source: None }),
    }
}

/// How an event was taken back, if it was.
///
/// # Errors
/// If the store fails.
pub fn find_voided(
    view: &(impl View + ?Sized),
    of: &NumberedEvent,
) -> Result<Option<VoidedEvent>, StoreError> {
    view.value(VOIDED, &key(&of.event, of.sequence))?.map(|it| read(&it)).transpose()
}

/// A page of what was taken back, of one subscription if one is named, that passes `accept`: by
/// subscription and meter, each by the time at which it was used.
///
/// # Errors
/// If the store or `accept` fails.
pub fn list_voided(
    view: &(impl View + ?Sized),
    of: Option<SubscriptionId>,
    request: &PageRequest,
    accept: &mut dyn FnMut(&VoidedEvent) -> Result<bool, StoreError>,
) -> Result<Page<VoidedEvent>, StoreError> {
    let mut page = Page { items: Vec::new(), next: None };
    let (mut last, mut looked_at) = (Vec::new(), 0);
    let range = of.map_or_else(KeyRange::all, |id| KeyRange::prefix(&id.to_bytes()));
    let range = range.after(request.after.as_deref(), request.order);
    view.scan(VOIDED, &range, request.order, &mut |key, value| {
        if page.items.len() == request.limit || looked_at == LOOKED_AT_MAX {
            page.next = Some(last.clone());
            return Ok(ControlFlow::Break(()));
        }
        looked_at += 1;
        last = key.to_vec();
        let it = read(value)?;
        if accept(&it)? {
            page.items.push(it);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(page)
}

/// Whether anything was ever taken back, which is seldom so.
pub(super) fn are_any(view: &(impl View + ?Sized)) -> Result<bool, StoreError> {
    let mut found = false;
    view.scan(VOIDED, &KeyRange::all(), PageOrder::Rising, &mut |_, _| {
        found = true;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// Visits what was taken back of a stretch, by rising time.
pub(super) fn visit(
    view: &(impl View + ?Sized),
    of: &Want,
    on_event: &mut dyn FnMut(&VoidedEvent),
) -> Result<(), StoreError> {
    let bound = |at: Instant| of.series.key(at.micros()).to_vec();
    let range =
        KeyRange { from: Bound::Included(bound(of.from)), to: Bound::Excluded(bound(of.to)) };
    if range.is_empty() {
        return Ok(());
    }
    view.scan(VOIDED, &range, PageOrder::Rising, &mut |_, value| {
        on_event(&read(value)?);
        Ok(ControlFlow::Continue(()))
    })
}

/// What was taken back of a stretch, by rising time.
///
/// # Errors
/// If the store fails.
pub fn voided_in(view: &(impl View + ?Sized), of: &Want) -> Result<Vec<VoidedEvent>, StoreError> {
    let mut found = Vec::new();
    visit(view, of, &mut |it| found.push(it.clone()))?;
    Ok(found)
}

/// When what was taken back of a stretch was used, each with its sequence number.
pub(super) fn places(
    view: &(impl View + ?Sized),
    of: &Want,
) -> Result<BTreeSet<(Instant, u64)>, StoreError> {
    let mut found = BTreeSet::new();
    if are_any(view)? {
        visit(view, of, &mut |it| {
            found.insert((it.event.at, it.sequence));
        })?;
    }
    Ok(found)
}

/// All of it, for a check: the keys under which the events lie.
pub(super) fn every(
    view: &(impl View + ?Sized),
) -> Result<Vec<([u8; 48], VoidedEvent)>, StoreError> {
    let mut found = Vec::new();
    view.scan(VOIDED, &KeyRange::all(), PageOrder::Rising, &mut |_, value| {
        let it = read(value)?;
        found.push((it.key(), it));
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(found)
}

impl Batch<'_> {
    /// Keeps that an event was taken back. Memory is to be told after the commit, by
    /// [`Usage::voided`](super::Usage::voided).
    ///
    /// # Errors
    /// If the engine fails.
    pub fn keep_voided(&mut self, it: &VoidedEvent) -> Result<(), StoreError> {
        self.set(VOIDED, &it.key(), &codec::encode(SHAPE, it))
    }
}
