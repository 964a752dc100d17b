//! Runs: open shares become notes, each in an act of its own, so that nobody waits long who wants to
//! write, and no run holds more in memory than one note.

use std::sync::Arc;

use super::share::{Named, name_of};
use super::{party, told, zone};
use crate::domain::account::Account;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, SettlementId};
use crate::domain::money::{Currency, Money};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::settlement::note::{IssueNote, NoteLook, SettlementNote, Terms, payable};
use crate::domain::settlement::record::ShareRecord;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::WebAddress;
use crate::domain::time::{Date, Instant, Zone};
use crate::services::billing::{Series, number};
use crate::services::{Act, Author, Bss, Cx, Error, account, billing, letterhead};
use crate::store::settlement::SHARE_OPEN;
use crate::store::{Along, Key, Records};

/// A run writes at most so many notes; more stand in the next one.
const NOTES_MAX: usize = 100;
/// So many days has a seller to pay a note out, if nothing is said.
const DUE_DAYS: u16 = 30;

/// What is to be settled.
#[derive(Debug, Clone, Default)]
pub struct Settle {
    /// With whom; with all partners if nothing is said.
    pub partner: Option<AccountId>,
    /// What was recorded before this day; before today if nothing is said.
    pub until: Option<Date>,
    /// So many days later it is to be paid out.
    pub due_days: Option<u16>,
    /// What is said of each note besides.
    pub terms: Terms,
    /// Where the reports of the run are sent once it is over, if somebody wants them.
    pub callback: Option<WebAddress>,
}

/// Turns open shares into notes: for each partner and currency one, or more where there are many. A
/// run that is cut off has written some; the next one goes on. Each tells what it came to itself, also one that
/// was cut off.
///
/// # Errors
/// [`Code::SettlementStateForbids`] while another run of the seller is at work; if the day lies in the
/// future, or the caller may not.
pub fn settle(
    bss: &Bss,
    author: &Author,
    (seller, command): (SellerNumber, Settle),
) -> Result<Vec<SettlementNote>, Error> {
    let run = bss.read(&author.actor, |cx| Run::of(cx, seller, command))?;
    let _alone = bss.take_in_hand(key_of(seller)).ok_or_else(at_work)?;
    let (run, mut notes) = (Arc::new(run), Vec::new());
    for mut owed in bss.read(&author.actor, |cx| run.owed(cx))? {
        while owed.left.as_minor() > 0 && notes.len() < NOTES_MAX {
            let (run, first) = (Arc::clone(&run), notes.first().map(|it: &SettlementNote| it.id));
            let note = bss.act(author.clone(), move |act| run.note(act, owed, first)).wait()?;
            owed.left = owed.left.minus(note.totals.net)?;
            notes.push(note);
        }
    }
    if notes.is_empty() && run.callback.is_some() {
        bss.act(author.clone(), move |act| run.will_tell(act, None)).wait()?;
    }
    Ok(notes)
}

/// Whether a run of a seller is at work.
pub(super) fn is_at_work(bss: &Bss, seller: SellerNumber) -> bool {
    bss.is_in_hand(&key_of(seller))
}

fn at_work() -> Rejection {
    let why = "another run is settling what is open; its notes are listed when it is done";
    Rejection::new(Code::SettlementStateForbids, why)
}

/// What stands for the runs of a seller among what is in hand; keys of requests are digests.
fn key_of(seller: SellerNumber) -> [u8; 32] {
    let mut key = *b"a run of settlements of a seller";
    key[28..].copy_from_slice(&seller.0.to_be_bytes());
    key
}

/// What all notes of a run have in common.
struct Run {
    seller: SellerNumber,
    partner: Option<AccountId>,
    zone: Zone,
    until: Date,
    today: Date,
    /// What was recorded before that day, and until the run began.
    recorded: (Instant, Instant),
    due_days: u16,
    terms: Terms,
    /// Where what it came to is sent.
    callback: Option<WebAddress>,
}

/// What is open of one partner in one currency, less what the run has settled of it.
#[derive(Clone, Copy)]
struct Owed {
    partner: AccountId,
    left: Money,
}

impl Run {
    fn of(cx: Cx<'_>, seller: SellerNumber, command: Settle) -> Result<Self, Error> {
        cx.must(Permission::SettlementRun, &cx.stamp(seller, None))?;
        let zone = zone(cx, seller)?;
        let today = zone.date_of(cx.now);
        let Settle { partner, until, due_days, terms, callback } = command;
        let until = until.unwrap_or(today);
        if until > today.plus_days(1) {
            let why = format!("must not lie after tomorrow, `{}`", today.plus_days(1));
            return Err(Invalid::one("/until", "range", why).into());
        }
        let (recorded, due_days) = ((zone.start_of(until), cx.now), due_days.unwrap_or(DUE_DAYS));
        Ok(Self { seller, partner, zone, until, today, recorded, due_days, terms, callback })
    }

    /// What is owed to whom, partner by partner and currency by currency.
    fn owed(&self, cx: Cx<'_>) -> Result<Vec<Owed>, Error> {
        let key = Key::new().u32(self.seller.0);
        let key = self.partner.map_or(key.clone(), |it| key.id(it));
        let mut found: Vec<Owed> = Vec::new();
        for it in self.open(cx, key) {
            let it = it?;
            let of = |owed: &&mut Owed| {
                (owed.partner, owed.left.currency()) == (it.account, it.amount.currency())
            };
            match found.last_mut().filter(of) {
                Some(owed) => owed.left = owed.left.plus(it.amount)?,
                None => found.push(Owed { partner: it.account, left: it.amount }),
            }
        }
        Ok(found)
    }

    /// The shares under a key that wait for a note, the oldest first.
    fn open<'a>(&self, cx: Cx<'a>, key: Key) -> Open<'a> {
        Open {
            cx,
            along: Along::Index(SHARE_OPEN, key.bytes()),
            request: Some(PageRequest::oldest(PageRequest::LIMIT_MAX)),
            recorded: self.recorded,
            page: Vec::new().into_iter(),
        }
    }

    /// The next note of one partner in one currency; `first` is the first of the run.
    fn note(
        &self,
        act: &mut Act<'_>,
        owed: Owed,
        first: Option<SettlementId>,
    ) -> Result<SettlementNote, Error> {
        act.must(Permission::SettlementRun, &act.cx().stamp(self.seller, None))?;
        let (partner, currency) = (owed.partner, owed.left.currency());
        let key = Key::new().u32(self.seller.0).id(partner).raw(currency.code().as_bytes());
        let shares = payable(self.open(act.cx(), key), owed.left)?;
        let issued = self.issued(act, (partner, currency), (&shares, first))?;
        let note = act.keep(issued)?;
        if first.is_none() {
            self.will_tell(act, Some(note.id))?;
        }
        for share in shares {
            let mut share = share.noted(note.id)?;
            act.put(&mut share)?;
        }
        Ok(note)
    }

    /// Lets what the run comes to be told, if somebody wants that: by the first note, if there is one.
    fn will_tell(&self, act: &mut Act<'_>, first: Option<SettlementId>) -> Result<(), Error> {
        let Some(address) = &self.callback else { return Ok(()) };
        told::wait(act, self.seller, (address, first))
    }

    /// A note of some shares of one partner in one currency.
    fn issued(
        &self,
        act: &mut Act<'_>,
        (partner, currency): (AccountId, Currency),
        (shares, run): (&[ShareRecord], Option<SettlementId>),
    ) -> Result<(SettlementNote, Verb), Error> {
        let first_on = shares.iter().map(|it| self.zone.date_of(it.recorded_at)).min();
        let receiver: Account = act.load(partner)?;
        let issuer = account::of_seller(act.cx(), self.seller)?;
        let parties = (party(act.cx(), &issuer)?, party(act.cx(), &receiver)?);
        let mut named = Named::of(&receiver.profile().locale);
        let items = shares.iter().map(|it| name_of(act.cx(), &mut named, it));
        let items = items.collect::<Result<_, _>>()?;
        let head = letterhead::of(act.cx(), self.seller)?;
        let look = NoteLook {
            locale: receiver.profile().locale.clone(),
            color: head.map(|it| it.look).unwrap_or_default().color,
        };
        let day = (self.today, receiver.stamp.number);
        let (number, sequence) = number(act, Series::Settlements, self.seller, day)?;
        let stamp = act.cx().stamp(self.seller, Some(partner)).numbered(sequence);
        Ok(SettlementNote::issue(IssueNote {
            id: act.new_id(),
            stamp,
            receiver: partner,
            number,
            days: (first_on.unwrap_or(self.until), self.until),
            issued_on: self.today,
            due_days: self.due_days,
            parties,
            terms: (self.terms.clone(), billing::policy(act.cx(), self.seller)?.rounding),
            items,
            currency,
            look,
            run,
        })?)
    }
}

/// Open shares, read page by page.
struct Open<'a> {
    cx: Cx<'a>,
    along: Along,
    /// What is read next; nothing after the last page.
    request: Option<PageRequest>,
    /// Before when they were recorded, and until when.
    recorded: (Instant, Instant),
    page: std::vec::IntoIter<ShareRecord>,
}

impl Open<'_> {
    fn turn(&mut self, request: PageRequest) -> Result<(), Error> {
        let (before, now) = self.recorded;
        let mut is_meant = |it: &ShareRecord| it.recorded_at < before && it.recorded_at <= now;
        let page = self.cx.view.list::<ShareRecord>(&self.along, &request, &mut is_meant)?;
        self.page = page.items.into_iter();
        self.request = page.next.map(|after| PageRequest { after: Some(after), ..request });
        Ok(())
    }
}

impl Iterator for Open<'_> {
    type Item = Result<ShareRecord, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(share) = self.page.next() {
                return Some(Ok(share));
            }
            let request = self.request.take()?;
            if let Err(failure) = self.turn(request) {
                return Some(Err(failure));
            }
        }
    }
}
