//! Work: what a request comes to, on which thread it is done, and that it is done once.

use std::sync::Arc;

use crate::services::idempotency::{self, Answer, Once};
use crate::services::{Act, Author, Bss, Cx, Error};

/// What reads.
type Read = Box<dyn FnOnce(Cx<'_>) -> Result<Answer, Error> + Send>;
/// What writes.
type Write = Box<dyn FnOnce(&mut Act<'_>) -> Result<Answer, Error> + Send>;
/// What comes before a write.
type Prepare = Box<dyn FnOnce(&Bss) -> Result<Write, Error> + Send>;
/// What opens reads and acts of its own.
type Labour = Box<dyn FnOnce(&Bss, &Author) -> Result<Answer, Error> + Send>;

/// What a request does.
pub(crate) enum Work {
    /// A little is read, on the thread of the request.
    Reads(Read),
    /// Much is read, on the blocking pool, by a few at once.
    Scans(Read),
    /// Something is written, on the writer thread.
    Writes(Write),
    /// Something slow is done first, on the blocking pool, and then something is written.
    Prepares(Prepare),
    /// Something slow is done between reads and acts of its own, on the blocking pool.
    Works(Labour),
}

impl Work {
    pub(crate) fn reads(
        work: impl FnOnce(Cx<'_>) -> Result<Answer, Error> + Send + 'static,
    ) -> Self {
        Self::Reads(Box::new(work))
    }

    pub(crate) fn scans(
        work: impl FnOnce(Cx<'_>) -> Result<Answer, Error> + Send + 'static,
    ) -> Self {
        Self::Scans(Box::new(work))
    }

    pub(crate) fn writes(
        work: impl FnOnce(&mut Act<'_>) -> Result<Answer, Error> + Send + 'static,
    ) -> Self {
        Self::Writes(Box::new(work))
    }

    /// What `write` does with what `prepare` comes to.
    pub(crate) fn prepares<T: Send + 'static>(
        prepare: impl FnOnce(&Bss) -> Result<T, Error> + Send + 'static,
        write: impl FnOnce(&mut Act<'_>, T) -> Result<Answer, Error> + Send + 'static,
    ) -> Self {
        Self::Prepares(Box::new(move |bss| {
            let prepared = prepare(bss)?;
            Ok(Box::new(move |act: &mut Act<'_>| write(act, prepared)))
        }))
    }

    pub(crate) fn works(
        work: impl FnOnce(&Bss, &Author) -> Result<Answer, Error> + Send + 'static,
    ) -> Self {
        Self::Works(Box::new(work))
    }
}

/// What is to be done, for whom, and under which key.
pub(crate) struct Job {
    /// What.
    pub(crate) work: Work,
    /// The key under which it is done once.
    pub(crate) once: Option<Once>,
    /// For whom.
    pub(crate) author: Author,
}

impl Job {
    /// Does it, and waits for the answer.
    pub(crate) async fn done(self, bss: &Arc<Bss>) -> Result<Answer, Error> {
        let Self { work, once, author } = self;
        match work {
            Work::Reads(read) => bss.read(&author.actor, read),
            Work::Scans(read) => aside(bss, move |bss| bss.scan(&author.actor, read)).await,
            Work::Writes(write) => written(bss, (author, once), write).await,
            Work::Prepares(prepare) => {
                let write = aside(bss, prepare).await?;
                written(bss, (author, once), write).await
            }
            Work::Works(work) => {
                // The key of who is not known is nobody's, and keeps nothing.
                let once = once.filter(|_| author.actor.is_known());
                aside(bss, move |bss| match once {
                    Some(once) => {
                        idempotency::once_over_acts(bss, &author, &once, || work(bss, &author))
                    }
                    None => work(bss, &author),
                })
                .await
            }
        }
    }
}

async fn written(
    bss: &Bss,
    (author, once): (Author, Option<Once>),
    write: Write,
) -> Result<Answer, Error> {
    bss.act(author, move |act| idempotency::once(act, once.as_ref(), write)).done().await
}

/// Does something on the blocking pool.
async fn aside<T: Send + 'static>(
    bss: &Arc<Bss>,
    work: impl FnOnce(&Bss) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let bss = Arc::clone(bss);
    tokio::task::spawn_blocking(move || work(&bss)).await.map_err(Error::internal)?
}
