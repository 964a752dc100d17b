//! Reports: what a run parted by one model in one currency, read off the shares on the notes that it wrote.
//!
//! Whoever keeps the books of the seller sees what the seller itself has of the same charges, which stands on
//! no note; a partner sees its own part.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::{list, pay};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, InvoiceId, SettlementId, ShareModelId};
use crate::domain::money::{Currency, Money};
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::PageRequest;
use crate::domain::settlement::note::{SettlementNote, State};
use crate::domain::settlement::record::ShareRecord;
use crate::domain::settlement::share::Role;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Instant;
use crate::services::{Act, Cx, Error};
use crate::store::settlement::{SETTLEMENT_BY_RUN, SHARE_BY_INVOICE, SHARE_BY_NOTE};
use crate::store::{Along, Key};

/// Which report: the run, by its first note, the model, and the code of the currency.
pub type Place = (SettlementId, ShareModelId, &'static str);

/// What a run parted by one model in one currency.
#[derive(Debug, Clone)]
pub struct Report {
    /// Which it is.
    pub place: Place,
    /// Whose model it is.
    pub seller: SellerNumber,
    /// When the first of its notes was written.
    pub settled_at: Instant,
    /// What each got, and in which role, as far as the caller may know.
    pub parts: BTreeMap<AccountId, (Role, Money)>,
    /// The notes on which what is paid out stands, and how far they have come.
    pub notes: BTreeMap<SettlementId, State>,
}

impl Report {
    fn of(place: Place, note: &SettlementNote) -> Self {
        let (parts, notes) = (BTreeMap::new(), BTreeMap::new());
        let (seller, settled_at) = (note.stamp.seller, note.stamp.created_at);
        Self { place, seller, settled_at, parts, notes }
    }

    fn add(&mut self, share: &ShareRecord) -> Result<(), Error> {
        let nothing = (share.role, Money::zero(share.amount.currency()));
        let part = self.parts.entry(share.account).or_insert(nothing);
        part.1 = part.1.plus(share.amount)?;
        Ok(())
    }

    /// Whether all of it was paid out.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        self.notes.values().all(|it| *it == State::Paid)
    }
}

/// The reports of all notes that the caller may see, the oldest first.
///
/// # Errors
/// If the store fails.
pub fn reports(cx: Cx<'_>) -> Result<Vec<Report>, Error> {
    let mut runs: BTreeMap<SettlementId, Vec<SettlementNote>> = BTreeMap::new();
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    loop {
        let found = list(cx, (None, None), &page)?;
        for it in found.items {
            runs.entry(it.run()).or_default().push(it);
        }
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    // Run by run: no more shares are held at once than those of one.
    let mut all = Vec::new();
    for notes in runs.into_values() {
        all.extend(read_off(cx, &notes)?);
    }
    all.sort_by_key(|it| (it.settled_at, it.place));
    Ok(all)
}

/// The reports of one run, by its first note.
pub(super) fn reports_of(cx: Cx<'_>, run: SettlementId) -> Result<Vec<Report>, Error> {
    let along = Along::Index(SETTLEMENT_BY_RUN, Key::new().id(run).bytes());
    let mut notes = Vec::new();
    for it in cx.every::<SettlementNote>(&along)? {
        notes.extend(cx.find::<SettlementNote>(it.id)?);
    }
    read_off(cx, &notes)
}

/// One report.
///
/// # Errors
/// [`Error::NotFound`] if it is not there, or not for the caller.
pub fn report(
    cx: Cx<'_>,
    (run, model, currency): (SettlementId, ShareModelId, Currency),
) -> Result<Report, Error> {
    let place = (run, model, currency.code());
    let found = reports_of(cx, run)?.into_iter().find(|it| it.place == place);
    found.ok_or_else(|| Error::not_found(run))
}

/// Writes down that all was paid out that is in a report, which was read before, and so each note on which
/// some of it stands.
///
/// # Errors
/// If it was before, or the caller may not.
pub fn pay_report(act: &mut Act<'_>, mut it: Report) -> Result<Report, Error> {
    let mut open = Vec::new();
    for id in it.notes.keys() {
        let note: SettlementNote = act.get(*id)?;
        open.extend(Some(note.id).filter(|_| note.state() != State::Paid));
    }
    if open.is_empty() {
        let why = "all of the report was paid out before";
        return Err(Rejection::new(Code::SettlementStateForbids, why).into());
    }
    for id in open {
        pay(act, id)?;
    }
    for state in it.notes.values_mut() {
        *state = State::Paid;
    }
    Ok(it)
}

fn read_off(cx: Cx<'_>, notes: &[SettlementNote]) -> Result<Vec<Report>, Error> {
    let mut found: BTreeMap<Place, Report> = BTreeMap::new();
    let (mut shares, mut counted) = (Shares::default(), BTreeSet::new());
    for note in notes {
        let books = cx.stamp(note.stamp.seller, None);
        let keeps = cx.actor.may(Permission::SettlementRead, &books) == Decision::Yes;
        let along = Along::Index(SHARE_BY_NOTE, Key::new().id(note.id).bytes());
        for share in cx.every::<ShareRecord>(&along)? {
            let place = (note.run(), share.model, share.amount.currency().code());
            let report = found.entry(place).or_insert_with(|| Report::of(place, note));
            report.notes.insert(note.id, note.state());
            report.add(&share)?;
            let about = (&share, note.run());
            let kept = if keeps { shares.of_owner(cx, about)? } else { Vec::new() };
            for own in kept {
                if counted.insert((place, own.id)) {
                    report.add(&own)?;
                }
            }
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    found.sort_by_key(|it| (it.settled_at, it.place));
    Ok(found)
}

/// What everybody has of charges, invoice by invoice.
#[derive(Default)]
struct Shares(BTreeMap<InvoiceId, Vec<ShareRecord>>);

impl Shares {
    /// What the seller has of what a share on a note of a run is of: it was recorded with that. Where others are
    /// paid out by another run, it stands in the report of the first alone.
    fn of_owner(
        &mut self,
        cx: Cx<'_>,
        (share, run): (&ShareRecord, SettlementId),
    ) -> Result<Vec<ShareRecord>, Error> {
        if let Entry::Vacant(place) = self.0.entry(share.invoice) {
            let along = Along::Index(SHARE_BY_INVOICE, Key::new().id(share.invoice).bytes());
            place.insert(cx.every::<ShareRecord>(&along)?);
        }
        let of = |it: &ShareRecord| (it.line, it.model, it.recorded_at);
        let all = self.0.get(&share.invoice).into_iter().flatten();
        let all = all.filter(|it| of(it) == of(share));
        let first = all.clone().filter_map(|it| it.note).min();
        let first = match first.filter(|it| Some(*it) != share.note) {
            Some(note) => cx.find::<SettlementNote>(note)?,
            None => None,
        };
        if first.is_some_and(|it| it.run() != run) {
            return Ok(Vec::new());
        }
        Ok(all.filter(|it| it.role == Role::Owner).cloned().collect())
    }
}
