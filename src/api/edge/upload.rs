//! Taking a file in as it comes: never more than a chunk of it is in memory.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use http_body_util::BodyExt;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::fault::Fault;
use crate::domain::catalog::asset::Asset;
use crate::domain::id::AssetId;
use crate::domain::text::{Code, Name};
use crate::services::asset::content::{self, TooLarge, Upload};
use crate::services::{Author, Bss, Error};

/// The next part of a file must come within this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file must have come as a whole within this time: who sends a byte a minute holds no place for ever.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(6 * 3600);

/// What a file is to be.
pub(crate) struct Wanted {
    /// A version of which asset.
    pub(crate) asset: AssetId,
    /// What that version is called.
    pub(crate) label: Code,
    /// What the file is called.
    pub(crate) name: Name,
}

/// Takes a file in as a version of an asset. What does not come to its end leaves nothing.
///
/// # Errors
/// If it is too large or does not come; those of the use case.
pub(crate) async fn take(
    bss: &Arc<Bss>,
    author: Author,
    (body, wanted): (Body, Wanted),
) -> Result<Asset, Fault> {
    let limit = bss.file_bytes_max();
    if body.size_hint().lower() > limit {
        return Err(too_large(TooLarge { limit }));
    }
    let Wanted { asset, label, name } = wanted;
    let upload = Upload::begin(bss, author, (asset, label)).done().await?;
    let mut begun = Begun { bss: Arc::clone(bss), number: Some(upload.number()) };
    let taken = in_all(PATIENCE_IN_ALL, taken(bss, upload, (body, name))).await;
    if let Some(done) = begun.give_up() {
        done.await.map_err(Error::internal)?;
    }
    taken
}

/// What is being taken in. It is given up even if its sender goes away in the middle, when nobody waits
/// for what becomes of it any more; what was finished stays.
struct Begun {
    bss: Arc<Bss>,
    number: Option<u64>,
}

impl Begun {
    fn give_up(&mut self) -> Option<JoinHandle<()>> {
        let (number, left) = (self.number.take()?, Arc::clone(&self.bss));
        let runtime = Handle::try_current().ok()?;
        Some(runtime.spawn_blocking(move || content::give_up(&left, number)))
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        drop(self.give_up());
    }
}

/// What is taken in, if it has come within a time.
async fn in_all<T>(
    patience: Duration,
    taken: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let slow = Fault::Slow { seconds: patience.as_secs() };
    tokio::time::timeout(patience, taken).await.unwrap_or(Err(slow))
}

async fn taken(
    bss: &Arc<Bss>,
    mut upload: Upload,
    (mut body, name): (Body, Name),
) -> Result<Asset, Fault> {
    let slow = |_| Fault::Slow { seconds: PATIENCE.as_secs() };
    while let Some(frame) = tokio::time::timeout(PATIENCE, body.frame()).await.map_err(slow)? {
        let frame = frame.map_err(|error| Fault::Malformed { detail: error.to_string() })?;
        let Ok(part) = frame.into_data() else { continue };
        let mut rest = &part[..];
        while !rest.is_empty() {
            let (chunk, left) = upload.take(bss, rest).map_err(too_large)?;
            rest = left;
            if let Some(kept) = chunk {
                kept.done().await?;
            }
        }
    }
    Ok(upload.finish(bss, name).done().await?)
}

fn too_large(it: TooLarge) -> Fault {
    Fault::TooLarge { limit: usize::try_from(it.limit).unwrap_or(usize::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_never_ends_is_given_up() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let never = runtime.block_on(in_all::<()>(Duration::ZERO, std::future::pending()));
        assert!(matches!(never, Err(Fault::Slow { seconds: 0 })));
        let come = runtime.block_on(in_all(Duration::ZERO, async { Ok::<_, Fault>(7) }));
        assert!(matches!(come, Ok(7)));
    }
}
