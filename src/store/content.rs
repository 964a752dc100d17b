//! Contents: what is in files that were uploaded, in chunks, under a number each.
//!
//! A content is begun, gets its chunks in as many commits as it takes, and is finished with the record
//! that names it. One that was begun and never finished is nobody's, and is forgotten after a time.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sha2::{Digest, Sha256};

use super::check::Report;
use super::codec::Key;
use super::record::{Along, Record, Records};
use super::view::{KeyRange, Table, View};
use super::{Batch, StoreError};
use crate::domain::catalog::asset::{Asset, Source};
use crate::domain::page::{PageOrder, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Instant;

/// `(content, place of the chunk) -> bytes`.
const CHUNKS: Table = Table("content/chunk");
/// `content -> when it was begun, and to whom it counts if to anybody`: those that are not finished.
const BEGUN: Table = Table("content/begun");
/// `(seller, content) -> bytes`: those of them that count to a seller until they are forgotten.
const HELD: Table = Table("content/held");

pub(super) const TABLES: &[Table] = &[CHUNKS, BEGUN, HELD];

/// How many bytes are in each chunk of a content but the last.
pub const CHUNK_BYTES: usize = 256 * 1024;

fn key(content: u64, place: u32) -> Vec<u8> {
    Key::new().u64(content).u32(place).bytes()
}

fn held(seller: SellerNumber, content: u64) -> Vec<u8> {
    Key::new().u32(seller.0).u64(content).bytes()
}

fn damaged(table: Table) -> StoreError {
    StoreError::Unreadable { table: table.0, source: None }
}

/// A chunk of a content; `None` beyond its end.
///
/// # Errors
/// If the engine fails, or the row is not the one that was written.
pub fn chunk(
    view: &(impl View + ?Sized),
    content: u64,
    place: u32,
) -> Result<Option<Vec<u8>>, StoreError> {
    view.value(CHUNKS, &key(content, place))
}

/// The contents that were begun before a moment of wall time and are not finished.
///
/// # Errors
/// If the engine fails.
pub fn left_over(
    view: &(impl View + ?Sized),
    before: Instant,
    most: usize,
) -> Result<Vec<u64>, StoreError> {
    let mut found = Vec::new();
    view.scan(BEGUN, &KeyRange::all(), PageOrder::Rising, &mut |key, value| {
        let at = value.first_chunk().map(|it| i64::from_be_bytes(*it)).ok_or(damaged(BEGUN))?;
        if at < before.micros() {
            found.push(u64::from_be_bytes(key.try_into().map_err(|_| damaged(BEGUN))?));
        }
        let is_full = found.len() == most;
        Ok(if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    Ok(found)
}

/// Whether a content was begun and neither finished nor forgotten.
///
/// # Errors
/// If the engine fails.
pub fn is_begun(view: &(impl View + ?Sized), content: u64) -> Result<bool, StoreError> {
    Ok(view.value(BEGUN, &content.to_be_bytes())?.is_some())
}

/// How many bytes there are in the contents that count to a seller until they are forgotten.
///
/// # Errors
/// If the engine fails.
pub fn held_bytes(view: &(impl View + ?Sized), seller: SellerNumber) -> Result<u64, StoreError> {
    let mut bytes = 0_u64;
    let of = KeyRange::prefix(&Key::new().u32(seller.0).bytes());
    view.scan(HELD, &of, PageOrder::Rising, &mut |_, value| {
        let some = u64::from_be_bytes(value.try_into().map_err(|_| damaged(HELD))?);
        bytes = bytes.saturating_add(some);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(bytes)
}

impl Batch<'_> {
    /// Begins a content at a moment of wall time.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn begin_content(&mut self, content: u64, wall: Instant) -> Result<(), StoreError> {
        self.set(BEGUN, &content.to_be_bytes(), &wall.micros().to_be_bytes())
    }

    /// Keeps a chunk of a content.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put_chunk(&mut self, content: u64, place: u32, bytes: &[u8]) -> Result<(), StoreError> {
        self.set(CHUNKS, &key(content, place), bytes)
    }

    /// Lets a content that was begun count to a seller, until it is forgotten.
    ///
    /// # Errors
    /// If the engine fails, or it was not begun.
    pub fn hold_content(
        &mut self,
        content: u64,
        (seller, bytes): (SellerNumber, u64),
    ) -> Result<(), StoreError> {
        let begun = self.value(BEGUN, &content.to_be_bytes())?.ok_or(damaged(BEGUN))?;
        let at: [u8; 8] = *begun.first_chunk().ok_or(damaged(BEGUN))?;
        let of = [&at[..], &seller.0.to_be_bytes()].concat();
        self.set(BEGUN, &content.to_be_bytes(), &of)?;
        self.set(HELD, &held(seller, content), &bytes.to_be_bytes())
    }

    /// Lets a content that was begun be nobody's: it counts no longer, and what of it is there is
    /// forgotten like what was begun long ago.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn let_content_go(&mut self, content: u64) -> Result<(), StoreError> {
        if !is_begun(self, content)? {
            return Ok(());
        }
        self.finish_content(content)?;
        self.set(BEGUN, &content.to_be_bytes(), &0_i64.to_be_bytes())
    }

    /// Finishes a content: something names it from now on.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn finish_content(&mut self, content: u64) -> Result<(), StoreError> {
        let begun = self.remove(BEGUN, &content.to_be_bytes())?;
        let seller = begun.as_ref().and_then(|it| it.get(8..)?.first_chunk());
        match seller.map(|it| SellerNumber(u32::from_be_bytes(*it))) {
            Some(seller) => self.unset(HELD, &held(seller, content)),
            None => Ok(()),
        }
    }

    /// Forgets at most so many chunks of a content that nothing names, and returns whether that was all.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn forget_content(&mut self, content: u64, most: usize) -> Result<bool, StoreError> {
        let mut keys = Vec::new();
        let range = KeyRange::prefix(&content.to_be_bytes());
        self.sealed_scan(CHUNKS, &range, PageOrder::Rising, &mut |key, _| {
            keys.push(key.to_vec());
            let is_full = keys.len() > most;
            Ok(if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        for key in keys.iter().take(most) {
            self.unset(CHUNKS, key)?;
        }
        if keys.len() > most {
            return Ok(false);
        }
        self.finish_content(content)?;
        Ok(true)
    }
}

/// Whether each content that an asset names is there as it was taken in, and nothing lies beside them
/// but what is being taken in.
pub(super) fn checked(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    let mut named = BTreeSet::new();
    let mut request = PageRequest::oldest(100);
    loop {
        let page = view.list::<Asset>(&Along::All, &request, &mut |_| true)?;
        for it in page.items.iter().flat_map(Asset::versions) {
            if let Source::File { bytes, digest, content, .. } = &it.source {
                named.insert(*content);
                let (length, found) = measured(view, *content)?;
                if (length, found) != (*bytes, *digest) {
                    report.find(Asset::TABLE, format_args!("content {content} is not as taken in"));
                }
            }
        }
        request.after = page.next;
        if request.after.is_none() {
            break;
        }
    }
    let mut strangers = BTreeSet::new();
    view.sealed_scan(CHUNKS, &KeyRange::all(), PageOrder::Rising, &mut |key, _| {
        let content = key.first_chunk().map(|it| u64::from_be_bytes(*it)).ok_or(damaged(CHUNKS))?;
        if !named.contains(&content) {
            strangers.insert(content);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    for content in strangers {
        if !is_begun(view, content)? {
            report.find(CHUNKS, format_args!("content {content} is nobody's"));
        }
    }
    held_checked(view, report)
}

/// Whether what counts to a seller is there, and says so.
fn held_checked(view: &dyn View, report: &mut Report) -> Result<(), StoreError> {
    view.scan(HELD, &KeyRange::all(), PageOrder::Rising, &mut |key, _| {
        let (seller, content) = key.split_first_chunk::<4>().ok_or(damaged(HELD))?;
        let begun = view.value(BEGUN, content)?;
        if begun.as_ref().and_then(|it| it.get(8..)) != Some(&seller[..]) {
            report.find(HELD, format_args!("content {} counts to nobody", hex::encode(content)));
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// How long a content is, and the SHA-256 of it.
fn measured(view: &dyn View, content: u64) -> Result<(u64, [u8; 32]), StoreError> {
    let (mut length, mut digest) = (0, Sha256::new());
    for place in 0.. {
        let Some(bytes) = chunk(view, content, place)? else { break };
        length += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        digest.update(&bytes);
    }
    Ok((length, digest.finalize().into()))
}
