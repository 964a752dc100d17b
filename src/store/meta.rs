//! What the store knows about itself: its schema, its clock, and settings of the installation.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::codec;
use super::view::{Table, View};
use super::{Commit, Store, StoreError};
use crate::domain::billing::invoice::number::Numberings;
use crate::domain::billing::page_link::LinkTurns;
use crate::domain::billing::policy::Policies;
use crate::domain::billing::recognition::Released;
use crate::domain::bookkeeping::Charts;
use crate::domain::id::{OfferId, SubscriptionId};
use crate::domain::sealed::Sealed;
use crate::domain::time::Instant;

const META: Table = Table("meta");

pub(super) const TABLES: &[Table] = &[META];

/// The clock as the store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockState {
    /// What is added to wall time to get business time, in microseconds. Zero in a live
    /// installation.
    pub offset_micros: i64,
    /// No act has been done at a later business time; none will be at an earlier one.
    pub high_water: Option<Instant>,
    /// The last wall time that was seen while running: what a jump is measured from.
    pub last_wall: Option<Instant>,
    /// Whether business time may be moved.
    pub movable: bool,
}

impl ClockState {
    /// The clock of a new live installation.
    pub const LIVE: Self =
        Self { offset_micros: 0, high_water: None, last_wall: None, movable: false };
}

/// A value kept under a name, each with one owner and one shape.
pub trait Setting: Serialize + DeserializeOwned {
    /// The name.
    const NAME: &'static str;
    /// The version of the shape.
    const SHAPE: u8;
}

impl Setting for ClockState {
    const NAME: &'static str = "clock";
    const SHAPE: u8 = 1;
}

/// What proves that keys are those that the secrets in here were sealed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyMark(pub Sealed);

impl Setting for KeyMark {
    const NAME: &'static str = "key_mark";
    const SHAPE: u8 = 1;
}

/// The offers whose subscriptions do not follow their service terms yet, each with the key of the last
/// one that does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Following(pub BTreeMap<OfferId, Option<Vec<u8>>>);

impl Setting for Following {
    const NAME: &'static str = "following_service_terms";
    const SHAPE: u8 = 1;
}

/// The subscriptions whose time could not be reckoned when they were to follow their service terms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreckoned(pub BTreeSet<SubscriptionId>);

impl Setting for Unreckoned {
    const NAME: &'static str = "unreckoned_subscriptions";
    const SHAPE: u8 = 1;
}

impl Setting for Policies {
    const NAME: &'static str = "billing_policies";
    const SHAPE: u8 = 1;
}

impl Setting for Numberings {
    const NAME: &'static str = "numberings";
    const SHAPE: u8 = 1;
}

impl Setting for LinkTurns {
    const NAME: &'static str = "invoice_links";
    const SHAPE: u8 = 1;
}

impl Setting for Released {
    const NAME: &'static str = "revenue_released";
    const SHAPE: u8 = 1;
}

impl Setting for Charts {
    const NAME: &'static str = "booking_charts";
    const SHAPE: u8 = 1;
}

/// The setting of a type, if it was ever put.
///
/// # Errors
/// If the engine fails or the value is of an unknown shape.
pub fn setting<S: Setting>(view: &(impl View + ?Sized)) -> Result<Option<S>, StoreError> {
    view.value(META, S::NAME.as_bytes())?.map(|it| read(&it)).transpose()
}

/// A setting from its bytes.
///
/// # Errors
/// If they are of an unknown shape.
pub fn read<S: Setting>(bytes: &[u8]) -> Result<S, StoreError> {
    match bytes.split_first() {
        Some((shape, body)) if *shape == S::SHAPE => codec::decode(S::NAME, body),
        _ => Err(StoreError::Unreadable { table: S::NAME, source: None }),
    }
}

/// A setting's bytes, with the version of its shape.
#[must_use]
pub fn written<S: Setting>(it: &S) -> Vec<u8> {
    codec::encode(S::SHAPE, it)
}

impl Store {
    /// Keeps a setting in a transaction of its own: for who opens the store.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn keep_setting<S: Setting>(&self, it: &S) -> Result<(), StoreError> {
        self.bulk(|mut batch| Ok((batch.put_setting(it)?, Commit::Durable)))
    }
}

impl Batch<'_> {
    /// Keeps a setting.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put_setting<S: Setting>(&mut self, it: &S) -> Result<(), StoreError> {
        self.insert(META, S::NAME.as_bytes(), &written(it)).map(|_| ())
    }
}

/// The version of the schema that the file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Schema(pub(super) u32);

impl Setting for Schema {
    const NAME: &'static str = "schema";
    const SHAPE: u8 = 1;
}
