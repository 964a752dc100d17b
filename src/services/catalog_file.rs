//! Files of a catalogue: what is written out is kept for a day like an upload that nobody finished, and
//! what is read in comes from here or from elsewhere on the net.
//!
//! A seller has so many done in a day and no more, and what is written out takes room of what its files
//! may take.

use std::time::Duration;

use super::asset::content::{Chunks, TooLarge, give_up, must_have_room, piece};
use super::{Act, Author, Bss, Cx, Error, Pending};
use crate::domain::document::{Document, TYPES};
use crate::domain::error::Invalid;
use crate::domain::operator::Actor;
use crate::domain::page::PageRequest;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::WebAddress;
use crate::store::document::{DOCUMENT_BY_SORT, of_sort};
use crate::store::{Along, Records, content};
use crate::world::http::{Method, Request};

/// A file that is read in is no longer.
pub const READ_BYTES_MAX: usize = 8 << 20;
/// So many files a seller has written out and read in within a day.
pub const DAILY_MAX: usize = 50;
/// The rule that is broken by who asks for more.
pub const TOO_MANY: &str = "too_many";
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// What came of a file is told for so long.
const TOLD_SECONDS: i64 = 30 * DAY_SECONDS;
/// So many are looked at in one act of forgetting.
const FORGOTTEN_MAX: usize = 100;
/// So long may it take to come from elsewhere.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file that is being written, a chunk at a time: never more than that is in memory.
pub struct Sheet {
    chunks: Chunks,
    /// Whose room it takes.
    seller: SellerNumber,
}

/// A file that was written. It is forgotten after a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Under which number it is kept.
    pub content: u64,
    /// How long it is.
    pub bytes: u64,
    /// The SHA-256 of it.
    pub digest: [u8; 32],
}

impl Sheet {
    /// Begins a file of a seller for a duty.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the seller has no room for more; if the store fails.
    pub fn begin(bss: &Bss, duty: &'static str, seller: SellerNumber) -> Result<Self, Error> {
        let author = Author::of(Actor::duty(duty));
        let (of, most) = (author.clone(), bss.seller_file_bytes_max());
        let begun = bss.act(author, move |act| {
            must_have_room(act.cx(), seller, (1, most)).map_err(in_file)?;
            Chunks::begin(act, of)
        });
        Ok(Self { chunks: begun.wait()?, seller })
    }

    /// Writes what comes next.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the file becomes longer than a file may be; if the store fails.
    pub fn write(&mut self, bss: &Bss, bytes: &[u8]) -> Result<(), Error> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (full, left) = self.chunks.take(bss, rest).map_err(|TooLarge { limit }| {
                let message = format!("would have more than {limit} bytes: ask for a part of it");
                Invalid::one("query", "range", message)
            })?;
            rest = left;
            full.map_or(Ok(()), Pending::wait)?;
        }
        Ok(())
    }

    /// The file, all of which is kept, and counts to its seller.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the seller has no room for it; if the store fails.
    pub fn end(&mut self, bss: &Bss) -> Result<Written, Error> {
        self.chunks.put_rest(bss).map_or(Ok(()), Pending::wait)?;
        let (content, bytes, digest) = self.chunks.so_far();
        let (seller, most) = (self.seller, bss.seller_file_bytes_max());
        let kept = bss.act(self.chunks.author().clone(), move |act| {
            must_have_room(act.cx(), seller, (bytes, most)).map_err(in_file)?;
            Ok(act.batch().hold_content(content, (seller, bytes))?)
        });
        kept.wait()?;
        Ok(Written { content, bytes, digest })
    }

    /// Forgets what was written of a file that does not come to its end.
    pub fn give_up(&self, bss: &Bss) {
        give_up(bss, self.chunks.so_far().0);
    }
}

/// A refusal of a file for the room that it takes.
fn in_file(error: Error) -> Error {
    let Error::Invalid(mut invalid) = error else { return error };
    for it in &mut invalid.violations {
        "file".clone_into(&mut it.field);
    }
    invalid.into()
}

/// Counts what a seller asks for, which a document says, and refuses what is too much for a day of wall
/// time. What is removed was asked for nevertheless.
///
/// # Errors
/// [`Error::Invalid`] by the rule [`TOO_MANY`] if it asked for [`DAILY_MAX`] within a day; if the store
/// fails.
pub fn count(act: &mut Act<'_>, asked: &Document) -> Result<(), Error> {
    let (of, wall) = ((asked.stamp.seller, asked.id), act.wall());
    let within = (wall.plus_seconds(-DAY_SECONDS), wall);
    if act.batch().note_errand(of, within, DAILY_MAX + 1)? <= DAILY_MAX {
        return Ok(());
    }
    let message = format!(
        "is one more than the {DAILY_MAX} files that a seller has written out and read in within a day: \
         ask again later"
    );
    Err(Invalid::one(asked.name().as_str(), TOO_MANY, message).into())
}

/// Forgets the file that belongs to what is removed: its room is free at once.
///
/// # Errors
/// If the store fails.
pub fn let_go(act: &mut Act<'_>, file: u64) -> Result<(), Error> {
    Ok(act.batch().let_content_go(file)?)
}

/// Forgets what was asked for more than a month ago and was done or failed, and returns how many. What was
/// told of it stays in the log.
///
/// # Errors
/// If the store fails.
pub fn forget_old(bss: &Bss) -> Result<u64, Error> {
    let author = Author::of(Actor::duty("retention"));
    let mut count = 0;
    for sort in TYPES.iter().filter(|it| it.is_errand()) {
        let along = Along::Index(DOCUMENT_BY_SORT, of_sort(sort.key).bytes());
        let mut request = PageRequest::oldest(FORGOTTEN_MAX);
        loop {
            let page = bss.read(&author.actor, |cx| {
                let before = cx.now.plus_seconds(-TOLD_SECONDS);
                let is_old =
                    &mut |it: &Document| it.stamp.created_at < before && it.due().is_none();
                Ok(cx.view.list::<Document>(&along, &request, is_old)?)
            })?;
            count += page.items.len();
            if !page.items.is_empty() {
                let old = page.items;
                let forget = move |act: &mut Act<'_>| old.iter().try_for_each(|it| act.delete(it));
                bss.act(author.clone(), forget).wait()?;
            }
            request.after = page.next;
            if request.after.is_none() {
                break;
            }
        }
    }
    Ok(count.try_into().unwrap_or(u64::MAX))
}

/// Whether a file that was written is still kept.
///
/// # Errors
/// If the store fails.
pub fn is_kept(cx: Cx<'_>, file: u64) -> Result<bool, Error> {
    Ok(content::is_begun(cx.view, file)?)
}

/// All that is in a content, if it is no longer than a file may be that is read in.
///
/// # Errors
/// [`Error::Invalid`] if it is longer; if the store fails.
pub fn whole(bss: &Bss, (content, bytes): (u64, u64)) -> Result<Vec<u8>, Error> {
    let mut all = Vec::new();
    while u64::try_from(all.len()).is_ok_and(|it| it < bytes) {
        let from = u64::try_from(all.len()).map_err(Error::internal)?;
        let some = piece(bss, content, from)?;
        if some.is_empty() || all.len() + some.len() > READ_BYTES_MAX {
            break;
        }
        all.extend(some);
    }
    if u64::try_from(all.len()).is_ok_and(|it| it == bytes) {
        return Ok(all);
    }
    let message = format!("must lead to a file that is here, of at most {READ_BYTES_MAX} bytes");
    Err(Invalid::one("url", "range", message).into())
}

/// What is at an address elsewhere, which was found to be one that we may call.
///
/// # Errors
/// [`Error::Invalid`] if it does not answer with a file of at most [`READ_BYTES_MAX`] bytes.
pub fn fetched(bss: &Bss, address: &WebAddress) -> Result<Vec<u8>, Error> {
    let mut request = Request::new(Method::Get, address.as_str());
    request = request.header("accept", "application/json, application/x-ndjson");
    (request.timeout, request.answer_bytes_max) = (PATIENCE, READ_BYTES_MAX);
    let refused = |why: String| Invalid::one("url", "reach", why);
    let answer = bss.house.world().web.send(&request).map_err(|error| {
        let error: &dyn std::error::Error = &error;
        tracing::warn!(error, "a file of a catalogue cannot be fetched");
        refused(format!("`{}` does not answer with such a file: {error}", address.as_str()))
    })?;
    if answer.status != 200 {
        let why = format!("`{}` answers with {}", address.as_str(), answer.status);
        return Err(refused(why).into());
    }
    Ok(answer.body)
}
