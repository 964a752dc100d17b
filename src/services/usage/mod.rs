//! Usage: taking events in, each once, and telling what they add up to.
//!
//! What is wrong with one event refuses that event alone; it is kept in the list of rejected ones.
//! What no price charges is taken and told, each time and as long as it is so: nobody bills it.
//! An event counts when its commit is on the disk, and not before it is told so.

mod again;
mod explained;
mod exported;
mod known;
mod pulled;
mod single;
mod sourced;
mod told;
mod unrated;
mod voided;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use self::again::{fetch, find_rejected, hand_in_again, to_mend};
pub use self::explained::{Explained, Rating, explained};
pub use self::exported::{Columns, Rated, rated};
use self::known::{Good, judge};
pub use self::pulled::{Pending, Words, pull};
pub use self::single::{Sought, event, every, is_counted, last_of, part, report};
pub use self::sourced::{
    Fetched, NewSource, ask_source, drop_source, due_source, missed_source, pull_source,
    put_source, sources,
};
pub use self::told::tell;
pub use self::unrated::{UnratedUsage, unrated, unrated_left};
pub use self::voided::{VoidAsk, void, voided};
use super::billing::counted;
use super::{Author, Bss, Cx, Error, marketplace};
use crate::domain::account::Account;
use crate::domain::error::{Code, Invalid};
use crate::domain::id::{Kind, MeterId, SubscriptionId};
use crate::domain::operator::{Permission, Scope};
use crate::domain::page::{Page, PageOrder, PageRequest};
use crate::domain::quantity::Quantity;
use crate::domain::stamp::{Carried, SellerNumber};
use crate::domain::subscription::Subscription;
use crate::domain::text;
use crate::domain::time::Instant;
use crate::domain::usage::meter::Meter;
use crate::domain::usage::record::{EventId, UsageEvent};
use crate::store::Records as _;
pub use crate::store::usage::{
    NumberedEvent, RejectedEvent, Sealer, Series, Total, VoidedEvent, Want,
};
use crate::store::usage::{Prepared, Staged, Timing, UsageError, Verdict, list_rejected};

/// What an event counts on, as its sender names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MeterName {
    /// By id.
    Id(MeterId),
    /// By the seller's code.
    Code(text::Code),
}

impl fmt::Display for MeterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Code(code) => write!(f, "{code}"),
        }
    }
}

/// An event as it is offered.
#[derive(Debug, Clone)]
pub struct Offered {
    /// Which system reports it.
    pub source: text::Code,
    /// What that system calls it.
    pub event_id: EventId,
    /// Who used.
    pub subscription: SubscriptionId,
    /// What was used.
    pub meter: MeterName,
    /// How much.
    pub quantity: Quantity,
    /// When; now if nothing is said, and then the time does not count when it comes again.
    pub at: Option<Instant>,
    /// What a price may depend on.
    pub dimensions: BTreeMap<text::Code, String>,
    /// What contracts' clients attach.
    pub carried: Carried,
}

/// An event of a batch: what it says, or why it cannot be read; and as it came.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it says, or which rule of form it breaks.
    pub offered: Result<Offered, Invalid>,
    /// As its sender can read it.
    pub text: Vec<u8>,
}

/// Why an event of a batch was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its place in the batch.
    pub index: usize,
    /// The stable name of the reason.
    pub code: String,
    /// The reason as a sentence.
    pub detail: String,
}

/// Why an event that was reported alone was refused, and under which number it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its place among what was refused.
    pub number: u64,
    /// The stable name of the reason.
    pub code: String,
    /// The reason as a sentence.
    pub detail: String,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// How many events were new and are on the disk.
    pub accepted: u64,
    /// How many had been taken before, saying the same.
    pub duplicates: u64,
    /// Which were taken, now or before, and are charged by no price.
    pub unrated: Vec<Unrated>,
    /// Which were refused.
    pub refused: Vec<Refused>,
}

/// An event of a batch that was taken, and that nobody will ever bill as things are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrated {
    /// Its place in the batch.
    pub index: usize,
    /// The stable name of the reason.
    pub code: &'static str,
    /// The reason as a sentence.
    pub detail: String,
}

impl From<UsageError> for Error {
    fn from(it: UsageError) -> Self {
        match it {
            UsageError::Busy => Self::Busy,
            UsageError::Store(source) => source.into(),
        }
    }
}

/// How often a batch is tried again when memory has to be read in first.
const TRIES_MAX: usize = 3;
/// So many refused events are written down in one act.
const REFUSED_AT_ONCE: usize = 500;

/// Takes a batch of events. It waits for the disk, so it is not called on the writer thread.
///
/// # Errors
/// [`Error::Busy`] if sealing has fallen behind; failures of the store.
pub fn ingest(bss: &Bss, author: &Author, batch: Vec<Entry>) -> Result<Receipt, Error> {
    ingest_for(bss, author, None, batch)
}

/// As [`ingest`], where what is refused is kept for a seller: that of the caller if none is told.
fn ingest_for(
    bss: &Bss,
    author: &Author,
    seller: Option<SellerNumber>,
    batch: Vec<Entry>,
) -> Result<Receipt, Error> {
    let batch: Arc<[Entry]> = batch.into();
    let (mut left, mut receipt) = ((0..batch.len()).collect::<Vec<_>>(), Receipt::default());
    while !left.is_empty() {
        left = take_in(bss, author, (&batch, &left), &mut receipt)?;
    }
    bss.metrics().usage_events.inc_by(receipt.accepted);
    receipt.refused.sort_by_key(|it| it.index);
    receipt.unrated.sort_by_key(|it| it.index);
    for part in receipt.refused.chunks(REFUSED_AT_ONCE) {
        keep_refused(bss, (author, seller), &batch, part)?;
    }
    Ok(receipt)
}

/// Judges some events of a batch and takes those that are good; answers the places of those that have to
/// be judged again, because they were billed meanwhile.
fn take_in(
    bss: &Bss,
    author: &Author,
    (batch, places): (&Arc<[Entry]>, &[usize]),
    receipt: &mut Receipt,
) -> Result<Vec<usize>, Error> {
    let charges = bss.house.usage().charges();
    let ((good, refused), now) = bss.read(&author.actor, |cx| {
        let judged = judge(cx, (batch, places), cx.now)?;
        Ok((judged, cx.now))
    })?;
    receipt.refused.extend(refused);
    let mut again = Vec::new();
    for part in good.chunks(Prepared::EVENTS_MAX) {
        let Some(verdicts) = take(bss, author, (batch, charges, now), part)? else {
            again.extend(part.iter().map(|it| it.index));
            continue;
        };
        for (it, verdict) in part.iter().zip(verdicts) {
            match verdict {
                Verdict::Taken(_) => receipt.accepted += 1,
                Verdict::Duplicate => receipt.duplicates += 1,
                Verdict::Conflict => receipt.refused.push(conflict(it.index, &it.event)),
            }
            if !it.is_rated && verdict != Verdict::Conflict {
                receipt.unrated.push(without_price(it.index, &it.event));
            }
        }
    }
    Ok(again)
}

fn without_price(index: usize, event: &UsageEvent) -> Unrated {
    let (subscription, meter) = (event.subscription, event.meter);
    let detail = format!("no price of `{subscription}` charges what `{meter}` counts then");
    Unrated { index, code: Code::PriceMissing.name(), detail }
}

fn conflict(index: usize, event: &UsageEvent) -> Refused {
    let detail = format!(
        "another event was taken before as `{}` of `{}`, and says something else",
        event.event_id, event.source
    );
    Refused { index, code: Code::Duplicate.name().to_owned(), detail }
}

/// Commits events and says what became of each; nothing if some of them may not be taken any more that
/// were good after so many `charges`, at an instant.
fn take(
    bss: &Bss,
    author: &Author,
    (batch, charges, now): (&Arc<[Entry]>, u64, Instant),
    good: &[Good],
) -> Result<Option<Vec<Verdict>>, Error> {
    let places: Arc<[usize]> = good.iter().map(|it| it.index).collect();
    let unrated: Arc<[(usize, Series)]> = unrated::series(good).into();
    let mut prepared = Prepared::of(good.iter().map(|it| (&it.event, it.timing)));
    for _ in 0..TRIES_MAX {
        let snapshot = bss.house.store().read()?;
        let usage = Arc::clone(bss.house.usage());
        usage.rebuild(&snapshot)?;
        usage.screen(&snapshot, &mut prepared)?;
        let (back, done) = {
            let (author, unrated) = (author.clone(), Arc::clone(&unrated));
            let (batch, places) = (Arc::clone(batch), Arc::clone(&places));
            let work = bss.bulk(author, move |act| {
                let is_as_judged = usage.charges() == charges
                    || judge(act.cx(), (&batch, &places), now)?.1.is_empty();
                if !is_as_judged {
                    return Ok((prepared, Ok(None)));
                }
                let (mut staged, wall) = (Staged::default(), act.wall());
                let done = usage.stage(act.batch(), &prepared, wall, &mut staged);
                if let Ok(verdicts) = &done {
                    unrated::keep(act, &unrated, verdicts)?;
                    act.after_commit(move || usage.admit(staged));
                }
                match done {
                    Err(UsageError::Store(failure)) => Err(failure.into()),
                    done => Ok((prepared, done.map(Some))),
                }
            });
            work.wait()?
        };
        match done {
            Ok(verdicts) => return Ok(verdicts),
            Err(_) => prepared = back,
        }
    }
    Err(Error::Busy)
}

/// Keeps what was refused, so that it can be listed and sent again; answers under which numbers.
fn keep_refused(
    bss: &Bss,
    (author, seller): (&Author, Option<SellerNumber>),
    batch: &[Entry],
    refused: &[Refused],
) -> Result<Vec<u64>, Error> {
    if refused.is_empty() {
        return Ok(Vec::new());
    }
    let kept: Vec<_> = refused
        .iter()
        .filter_map(|it| {
            let entry = batch.get(it.index)?;
            let subscription = entry.offered.as_ref().ok().map(|it| it.subscription);
            Some((subscription, it.clone(), entry.text.clone()))
        })
        .collect();
    let work = bss.act(author.clone(), move |act| {
        let received_at = act.wall();
        let seller = seller.map_or_else(|| offerer(act.cx()), Ok)?;
        let mut numbers = Vec::with_capacity(kept.len());
        for (named, it, event) in kept {
            let subscription = named.map(|id| for_offerer(act.cx(), id)).transpose()?.flatten();
            let Refused { code, detail, .. } = it;
            let event =
                RejectedEvent { number: 0, received_at, seller, subscription, code, detail, event };
            numbers.push(act.batch().keep_rejected(&event)?);
        }
        Ok(numbers)
    });
    work.wait()
}

/// The seller in whose name the caller offers usage.
fn offerer(cx: Cx<'_>) -> Result<SellerNumber, Error> {
    let Some(standing) = cx.actor.standing() else { return Ok(SellerNumber::PROVIDER) };
    let own = cx.view.find::<Account>(standing.account)?;
    Ok(own.and_then(|it| it.seller_number()).unwrap_or(standing.vendor))
}

/// A subscription whose usage the caller may offer: what is said of another's is shown to nobody there.
fn for_offerer(cx: Cx<'_>, id: SubscriptionId) -> Result<Option<SubscriptionId>, Error> {
    let found = cx.view.find::<Subscription>(id)?;
    let may = found.as_ref().map(|it| marketplace::may_count(cx, it)).transpose()?;
    Ok(may.filter(|it| *it).map(|_| id))
}

/// A subscription of which the caller may report what was used.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller; [`Error::Forbidden`].
pub fn reportable(cx: Cx<'_>, id: SubscriptionId) -> Result<Subscription, Error> {
    let found = cx.view.find::<Subscription>(id)?.ok_or_else(|| Error::not_found(id))?;
    if !marketplace::may_count(cx, &found)? {
        cx.get::<Subscription>(id)?;
        cx.must(Permission::UsageWrite, &found.stamp)?;
    }
    Ok(found)
}

/// What each of many stretches adds up to, in the order in which they are asked for.
///
/// # Errors
/// If the store fails.
pub fn totals(cx: Cx<'_>, wants: &[Want]) -> Result<Vec<Total>, Error> {
    cx.usage.rebuild(cx.view)?;
    Ok(cx.usage.totals(cx.view, wants)?)
}

/// What a meter of a subscription counted, as it is billed.
#[derive(Debug)]
pub struct Steps {
    /// Between each two neighbors of the bounds.
    pub quantities: Vec<Quantity>,
    /// From the first bound to the last: the largest of all where the largest counts.
    pub whole: Quantity,
    /// How many events there were.
    pub events: u64,
}

/// What a meter of a subscription counted between each two neighbors of `bounds`.
///
/// # Errors
/// If the subscription is not the caller's, there is no such meter or no rule for it, or a quantity
/// is too large; if the store fails.
pub fn steps(
    cx: Cx<'_>,
    subscription: SubscriptionId,
    meter: MeterId,
    bounds: &[Instant],
) -> Result<Steps, Error> {
    let subscription = cx.get::<Subscription>(subscription)?.id;
    let missing = || Invalid::one("meter", "reference", format!("`{meter}` is not there"));
    let meter = &cx.view.find::<Meter>(meter)?.ok_or_else(missing)?;
    let want =
        |from_at, until_at| counted::Want { subscription, meter, from_at, until_at, model: None };
    let mut wants: Vec<_> = bounds.windows(2).map(|it| want(it[0], it[1])).collect();
    wants.extend(bounds.first().zip(bounds.last()).map(|(first, last)| want(*first, *last)));
    let mut counted = counted::totals(cx, &wants)?;
    let whole = counted.pop().ok_or_else(|| Error::internal("there are bounds"))?;
    let quantities = counted.into_iter().map(|it| it.quantity).collect();
    Ok(Steps { quantities, whole: whole.quantity, events: whole.records })
}

/// A page of the events that are asked for; see [`every`].
///
/// # Errors
/// If a subscription is named that is not the caller's; if the store fails.
pub fn events(
    cx: Cx<'_>,
    sought: &Sought,
    page: &PageRequest,
) -> Result<Page<NumberedEvent>, Error> {
    if let Some(named) = sought.subscription {
        cx.get::<Subscription>(named)?;
    }
    every(cx, sought, page)
}

/// A page of the events of a series, the latest first or the first.
fn in_order(cx: Cx<'_>, want: &Want, page: &PageRequest) -> Result<Page<NumberedEvent>, Error> {
    let after = page.after.as_deref();
    Ok(match page.order {
        PageOrder::Rising => cx.usage.events(cx.view, want, after, page.limit)?,
        PageOrder::Falling => cx.usage.latest(cx.view, want, after, page.limit)?,
    })
}

/// A page of the events that were refused: those that sellers of the caller's branch offered, and those of
/// subscriptions that it sees.
///
/// # Errors
/// If the store fails.
pub fn rejected(cx: Cx<'_>, page: &PageRequest) -> Result<Page<RejectedEvent>, Error> {
    let scope = cx.actor.scope(Kind::Subscription);
    let mut accept = |it: &RejectedEvent| sees_rejected(cx, &scope, it);
    Ok(list_rejected(cx.view, page, &mut accept)?)
}

fn sees_rejected(cx: Cx<'_>, scope: &Scope, it: &RejectedEvent) -> bool {
    let sees = |id| matches!(cx.find::<Subscription>(id), Ok(Some(_)));
    is_offered_by(scope, it) || it.subscription.is_some_and(sees)
}

/// Whether a refused event was offered in the name of somebody in a scope.
fn is_offered_by(scope: &Scope, it: &RejectedEvent) -> bool {
    match scope {
        Scope::Everything => true,
        Scope::Sellers(branch) => branch.contains(&it.seller),
        Scope::Owner(_) | Scope::Nothing => false,
    }
}

/// Seals a slice of a full chunk, and says whether there was one to seal.
///
/// # Errors
/// If the store fails.
pub fn seal(bss: &Bss, author: &Author, sealer: &mut Sealer) -> Result<bool, Error> {
    let snapshot = bss.house.store().read()?;
    let usage = Arc::clone(bss.house.usage());
    usage.rebuild(&snapshot)?;
    let Some(slice) = sealer.next(&usage, &snapshot, bss.moment().wall)? else { return Ok(false) };
    let work = bss.bulk(author.clone(), move |act| {
        let written = usage.write(act.batch(), &slice)?;
        act.after_commit(move || usage.settle(written));
        Ok(())
    });
    work.wait().map(|()| true)
}
