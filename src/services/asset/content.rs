//! Taking in what is in a file, and giving it out, a chunk at a time: a file may be larger than memory.
//!
//! Each chunk is an act of its own; the last one makes a version of all of them. What was begun and not
//! finished within a day is forgotten.

use sha2::{Digest, Sha256};

use crate::domain::catalog::asset::{Asset, Source};
use crate::domain::error::Invalid;
use crate::domain::id::AssetId;
use crate::domain::operator::{Actor, Permission};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{self, Name};
use crate::services::{Act, Author, Bss, Cx, Error, Pending};
use crate::store::catalog::asset_bytes;
use crate::store::content::{self, CHUNK_BYTES};

/// The sequence that contents are numbered by.
const NUMBERS: &str = "content";
/// What was begun and is not finished after so long is forgotten, in seconds of wall time.
const UNFINISHED_SECONDS: i64 = 24 * 60 * 60;
/// How many chunks are forgotten in one act.
const FORGOTTEN_MAX: usize = 400;

/// A content that is being written, a chunk at a time: never more than one is in memory.
pub(in crate::services) struct Chunks {
    author: Author,
    content: u64,
    chunks: u32,
    bytes: u64,
    digest: Sha256,
    waiting: Vec<u8>,
}

impl Chunks {
    /// Begins a content, which is forgotten after a day unless something keeps it.
    ///
    /// # Errors
    /// If the store fails.
    pub(in crate::services) fn begin(act: &mut Act<'_>, author: Author) -> Result<Self, Error> {
        let content = act.next_number(NUMBERS)?;
        let wall = act.wall();
        act.batch().begin_content(content, wall)?;
        let (digest, waiting) = (Sha256::new(), Vec::with_capacity(CHUNK_BYTES));
        Ok(Self { author, content, chunks: 0, bytes: 0, digest, waiting })
    }

    /// Takes bytes in, as many as fill the next chunk; what is left over comes back. The chunk is to be
    /// kept before more is taken in.
    ///
    /// # Errors
    /// [`TooLarge`].
    pub(in crate::services) fn take<'a>(
        &mut self,
        bss: &Bss,
        bytes: &'a [u8],
    ) -> Result<(Option<Pending<()>>, &'a [u8]), TooLarge> {
        let room = CHUNK_BYTES - self.waiting.len();
        let (now, rest) = bytes.split_at(room.min(bytes.len()));
        self.bytes += u64::try_from(now.len()).unwrap_or(u64::MAX);
        let limit = bss.file_bytes_max();
        if self.bytes > limit {
            return Err(TooLarge { limit });
        }
        self.digest.update(now);
        self.waiting.extend_from_slice(now);
        let is_full = self.waiting.len() == CHUNK_BYTES;
        Ok((is_full.then(|| self.put(bss)), rest))
    }

    fn put(&mut self, bss: &Bss) -> Pending<()> {
        let (content, place) = (self.content, self.chunks);
        let bytes = std::mem::replace(&mut self.waiting, Vec::with_capacity(CHUNK_BYTES));
        self.chunks += 1;
        bss.act(self.author.clone(), move |act| {
            // What took longer than what is unfinished is kept is forgotten, and comes to nothing.
            if !content::is_begun(act.cx().view, content)? {
                return Err(Error::internal("what was written of the file is forgotten"));
            }
            Ok(act.batch().put_chunk(content, place, &bytes)?)
        })
    }

    /// Keeps what waits for the rest of its chunk, if anything does.
    pub(in crate::services) fn put_rest(&mut self, bss: &Bss) -> Option<Pending<()>> {
        (!self.waiting.is_empty()).then(|| self.put(bss))
    }

    /// Under which number it is kept, how many bytes it has so far, and the SHA-256 of them.
    pub(in crate::services) fn so_far(&self) -> (u64, u64, [u8; 32]) {
        (self.content, self.bytes, self.digest.clone().finalize().into())
    }

    /// Who writes it.
    pub(in crate::services) const fn author(&self) -> &Author {
        &self.author
    }
}

/// A file that is being taken in.
pub struct Upload {
    asset: AssetId,
    label: text::Code,
    chunks: Chunks,
}

/// A refusal to take more than may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge {
    /// How many bytes a file may have.
    pub limit: u64,
}

impl Upload {
    /// Begins to take in a file, which is to be a version of an asset.
    ///
    /// # Errors
    /// If the asset is not there, its seller has no room for more, or the caller may not change it.
    pub fn begin(
        bss: &Bss,
        author: Author,
        (asset, label): (AssetId, text::Code),
    ) -> Pending<Self> {
        let (of, of_seller_max) = (author.clone(), bss.seller_file_bytes_max());
        bss.act(author, move |act| {
            let it: Asset = act.get(asset)?;
            act.must(Permission::CatalogWrite, &it.stamp)?;
            must_have_room(act.cx(), it.stamp.seller, (1, of_seller_max))?;
            Ok(Self { asset, label, chunks: Chunks::begin(act, of)? })
        })
    }

    /// Takes bytes in, as many as fill the next chunk; what is left over comes back. The chunk is to be
    /// kept before more is taken in.
    ///
    /// # Errors
    /// [`TooLarge`].
    pub fn take<'a>(
        &mut self,
        bss: &Bss,
        bytes: &'a [u8],
    ) -> Result<(Option<Pending<()>>, &'a [u8]), TooLarge> {
        self.chunks.take(bss, bytes)
    }

    /// Makes a version of all that was taken in, under the name that the file has.
    ///
    /// # Errors
    /// As [`upgrade`](super::upgrade).
    pub fn finish(mut self, bss: &Bss, name: Name) -> Pending<Asset> {
        let last = std::mem::take(&mut self.chunks.waiting);
        let Self { asset, label, chunks } = self;
        let (author, place) = (chunks.author.clone(), chunks.chunks);
        let (content, bytes, digest) = chunks.so_far();
        let of_seller_max = bss.seller_file_bytes_max();
        bss.act(author, move |act| {
            if !last.is_empty() {
                act.batch().put_chunk(content, place, &last)?;
            }
            let file = Source::File { name, bytes, digest, content };
            super::keep_file(act, asset, (label, file), of_seller_max)
        })
    }

    /// Under which number it is taken in: for who gives it up.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.chunks.content
    }
}

/// Refuses so many bytes more in the files of a seller than it may have, who must leave room to others.
///
/// # Errors
/// [`Error::Invalid`] if it would have more than it may.
pub(in crate::services) fn must_have_room(
    cx: Cx<'_>,
    of: SellerNumber,
    (more, limit): (u64, u64),
) -> Result<(), Error> {
    let kept = asset_bytes(cx.view, of)?.saturating_add(content::held_bytes(cx.view, of)?);
    if kept.saturating_add(more) <= limit {
        return Ok(());
    }
    let message = format!(
        "is too much: the files of a seller may have {limit} bytes together, and there are {kept}; \
         withdraw what nobody needs"
    );
    Err(Invalid::one("/content", "range", message).into())
}

/// Takes a whole file in that is in memory already.
///
/// # Errors
/// As [`Upload::finish`]; [`Error::Invalid`] if it is too large.
pub fn keep(
    bss: &Bss,
    author: &Author,
    of: (AssetId, text::Code),
    (name, bytes): (Name, &[u8]),
) -> Result<Asset, Error> {
    let mut upload = Upload::begin(bss, author.clone(), of).wait()?;
    let number = upload.number();
    let mut rest = bytes;
    let taken = loop {
        if rest.is_empty() {
            break upload.finish(bss, name).wait();
        }
        match upload.take(bss, rest) {
            Ok((chunk, left)) => {
                rest = left;
                if let Some(Err(error)) = chunk.map(Pending::wait) {
                    break Err(error);
                }
            }
            Err(TooLarge { limit }) => {
                let message = format!("must have at most {limit} bytes");
                break Err(Invalid::one("/content", "range", message).into());
            }
        }
    };
    if taken.is_err() {
        give_up(bss, number);
    }
    taken
}

/// Forgets what was taken in of a file that does not come to its end. Whatever of it stays is forgotten
/// later.
pub fn give_up(bss: &Bss, number: u64) {
    let forgotten = forget(bss, number);
    drop(forgotten.inspect_err(|error| tracing::debug!(number, %error, "an upload stays a while")));
}

fn forget(bss: &Bss, number: u64) -> Result<(), Error> {
    loop {
        let house = Actor::duty("retention");
        if !bss.read(&house, |cx| Ok(content::is_begun(cx.view, number)?))? {
            return Ok(());
        }
        let forgotten = bss.act(Author::of(house), move |act| {
            Ok(act.batch().forget_content(number, FORGOTTEN_MAX)?)
        });
        if forgotten.wait()? {
            return Ok(());
        }
    }
}

/// Forgets uploads that were not finished within a day, and returns how many.
///
/// # Errors
/// If the store fails.
pub fn forget_unfinished(bss: &Bss) -> Result<u64, Error> {
    let house = Actor::duty("retention");
    let found = bss.read(&house, |cx| {
        let before = cx.wall.plus_seconds(-UNFINISHED_SECONDS);
        Ok(content::left_over(cx.view, before, FORGOTTEN_MAX)?)
    })?;
    for number in &found {
        forget(bss, *number)?;
    }
    Ok(found.len().try_into().unwrap_or(u64::MAX))
}

/// How many bytes are given out at once, to somebody who may be slow to take them.
const PIECE_BYTES: usize = 32 * 1024;

/// Some bytes of a content from a place on, as many as are given out at once and not beyond the chunk in
/// which it lies; none beyond the end.
///
/// # Errors
/// If the store fails.
pub fn piece(bss: &Bss, content: u64, from: u64) -> Result<Vec<u8>, Error> {
    let size = u64::try_from(CHUNK_BYTES).map_err(Error::internal)?;
    let place = u32::try_from(from / size).map_err(Error::internal)?;
    let skipped = usize::try_from(from % size).map_err(Error::internal)?;
    let found =
        bss.read(&Actor::duty("download"), |cx| Ok(content::chunk(cx.view, content, place)?))?;
    // A copy, so that no more than it is held while it waits to be sent.
    let bytes = found.unwrap_or_default();
    let rest = bytes.get(skipped..).unwrap_or_default();
    Ok(rest.get(..PIECE_BYTES).unwrap_or(rest).to_vec())
}
