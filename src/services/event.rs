//! What happened, as others are told of it: the audit trail, timelines, and a name for the telling.

use std::collections::BTreeSet;

use super::billing::Practice;
use super::{Cx, Error};
use crate::domain::billing::invoice::number::Numberings;
use crate::domain::billing::policy::Policies;
use crate::domain::bookkeeping::{Chart, Charts};
use crate::domain::catalog::offer::Offer;
use crate::domain::event::{Beside, Cause, Fact, Verb};
use crate::domain::id::{AccountId, Id, Kind, Subject};
use crate::domain::operator::{Decision, Permission, User};
use crate::domain::page::{Page, PageOrder, PageRequest};
use crate::domain::stamp::Stamp;
use crate::domain::subscription::Subscription;
use crate::domain::time::Instant;
pub use crate::store::fact::About;
use crate::store::fact::Facts;
use crate::store::meta::{self, ClockState, Setting};
use crate::store::{Record, Records, record};

/// The thing that one side of a fact keeps, as it was then.
///
/// # Errors
/// If it was written in a shape that is no longer known.
pub fn read<R: Record>(side: &[u8]) -> Result<R, Error> {
    Ok(record::decode(side)?)
}

/// By what an account bills, before and after a fact that tells of it.
///
/// # Errors
/// If it was written in a shape that is no longer known.
pub fn practices(it: &Fact) -> Result<Option<(Practice, Practice)>, Error> {
    let (Some(policies), Some(numberings)) = (set::<Policies>(it)?, set::<Numberings>(it)?) else {
        return Ok(None);
    };
    let practice = |policies: Policies, numberings: Numberings| {
        let policy = policies.0.into_values().next()?;
        let numbering = numberings.0.into_values().next()?;
        Some(Practice { policy, numbering })
    };
    let before = practice(policies.0, numberings.0);
    Ok(before.zip(practice(policies.1, numberings.1)))
}

/// In which chart an account books, before and after a fact that tells of it.
///
/// # Errors
/// If it was written in a shape that is no longer known.
pub fn charts(it: &Fact) -> Result<Option<(Chart, Chart)>, Error> {
    let Some((before, after)) = set::<Charts>(it)? else { return Ok(None) };
    let chart = |it: Charts| it.0.into_values().next();
    Ok(chart(before).zip(chart(after)))
}

/// Up to when the machine's clock was believed, before and after a fact that tells that somebody confirmed
/// what it says.
///
/// # Errors
/// If it was written in a shape that is no longer known.
pub fn believed_until(it: &Fact) -> Result<Option<[Option<Instant>; 2]>, Error> {
    Ok(set::<ClockState>(it)?.map(|(before, after)| [before.last_wall, after.last_wall]))
}

/// A setting before and after a fact, if that tells of it.
fn set<S: Setting>(it: &Fact) -> Result<Option<(S, S)>, Error> {
    let found = it.beside.iter().find(|it| it.name == S::NAME);
    let Some(Beside { before, after, .. }) = found else { return Ok(None) };
    Ok(Some((meta::read(before)?, meta::read(after)?)))
}

/// A thing that facts keep both sides of.
pub trait Kept: Sized {
    /// Its kind.
    const KIND: Kind;

    /// The thing as one side of a fact keeps it.
    ///
    /// # Errors
    /// If it was written in a shape that is no longer known.
    fn kept(side: &[u8]) -> Result<Self, Error>;

    /// Whether it says what another says, whenever either was kept.
    fn says_what(&self, other: &Self) -> bool;
}

impl<R: Record + Clone + PartialEq> Kept for R {
    const KIND: Kind = <R::Id as Id>::KIND;

    fn kept(side: &[u8]) -> Result<Self, Error> {
        read(side)
    }

    fn says_what(&self, other: &Self) -> bool {
        let at_one_time =
            |stamp: &Stamp| Stamp { revision: 0, changed_at: stamp.created_at, ..stamp.clone() };
        let (mut one, mut other) = (self.clone(), other.clone());
        *one.stamp_mut() = at_one_time(self.stamp());
        let stamp = at_one_time(other.stamp());
        *other.stamp_mut() = stamp;
        one == other
    }
}

/// Whether a fact only gives another word to the change that the fact before it told of.
///
/// # Errors
/// If the store fails.
pub fn repeats(cx: Cx<'_>, fact: &Fact) -> Result<bool, Error> {
    let Some(before) = fact.sequence.checked_sub(2) else { return Ok(false) };
    let found = cx.view.facts_after(before, 1)?;
    Ok(found.first().is_some_and(|it| {
        it.sequence < fact.sequence && it.subject == fact.subject && it.after == fact.after
    }))
}

/// The id under which a fact is told: the same however often and to whomever, and another for
/// whatever is told after an older store was put back.
#[must_use]
pub fn id(fact: &Fact) -> String {
    format!("evt_{:x}_{}", fact.at.micros(), fact.sequence)
}

/// Which facts are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// What happened to one thing.
    pub subject: Option<Subject>,
    /// What happened to the things of an account.
    pub account: Option<AccountId>,
    /// What happened to things of a kind.
    pub kind: Option<Kind>,
    /// What happened in this way.
    pub verb: Option<Verb>,
    /// What happened after a fact, the oldest first.
    pub after: Option<u64>,
}

impl Filter {
    const fn about(&self) -> About {
        match (self.subject, self.account) {
            (Some(subject), _) => About::Subject(subject),
            (None, Some(account)) => About::Owner(account),
            (None, None) => About::All,
        }
    }

    fn accepts(&self, it: &Fact) -> bool {
        self.account.is_none_or(|id| it.owner == Some(id))
            && self.kind.is_none_or(|kind| it.subject.kind == kind)
            && self.verb.is_none_or(|verb| it.verb == verb)
            && self.after.is_none_or(|sequence| sequence < it.sequence)
    }
}

/// A page of what happened: the audit trail, as far as the caller may see it and the things in it.
///
/// # Errors
/// If the store fails.
pub fn audit(cx: Cx<'_>, filter: &Filter, page: &PageRequest) -> Result<Page<Fact>, Error> {
    let about = filter.about();
    let mut page = page.clone();
    if let Some(sequence) = filter.after {
        page.order = PageOrder::Rising;
        page.after = page.after.or_else(|| Some(about.place(sequence)));
    }
    let may = |it: &Fact| cx.actor.may(Permission::AuditRead, &stamp(it)) == Decision::Yes;
    let mut accept = |it: &Fact| filter.accepts(it) && may(it) && sees(cx, it);
    Ok(cx.view.facts(about, &page, &mut accept)?)
}

/// A page of what happened to a thing or to the things of an account that is worth telling, as far as
/// the caller may see the things. Whether it may see the thing itself is asked before.
///
/// # Errors
/// If the store fails.
pub fn timeline(cx: Cx<'_>, about: About, page: &PageRequest) -> Result<Page<Fact>, Error> {
    let mut accept = |it: &Fact| is_worth_telling(it) && sees(cx, it);
    let mut page = cx.view.facts(about, page, &mut accept)?;
    let words = page.items.iter().filter(|it| it.verb != Verb::Changed);
    let said: BTreeSet<_> = words.map(|it| (it.subject, it.after.clone())).collect();
    // Of one act, the word for it says more than that something was changed.
    page.items
        .retain(|it| it.verb != Verb::Changed || !said.contains(&(it.subject, it.after.clone())));
    Ok(page)
}

/// What only repeats another fact, or is the house's own business, is for the audit alone.
fn is_worth_telling(it: &Fact) -> bool {
    let aside = [Kind::Session, Kind::Party, Kind::Mail, Kind::Listener, Kind::Cart];
    let kind = it.subject.kind;
    let is_of_creation = it.verb == Verb::Changed && it.before.is_none();
    let is_routine = aside.contains(&kind)
        || (kind == Kind::Task && it.verb != Verb::Failed)
        || (kind == Kind::Order && it.verb == Verb::Started);
    !is_of_creation && !is_routine
}

/// Whose a thing was when something happened to it. Whose person it was is not told with a fact, so
/// that what is only for oneself stays hidden here.
fn stamp(it: &Fact) -> Stamp {
    Stamp::new(it.seller, it.owner, it.at)
}

fn sees(cx: Cx<'_>, it: &Fact) -> bool {
    cx.actor.sees(it.subject.kind, &stamp(it))
}

/// What who caused a fact is called, if the caller may see that.
///
/// # Errors
/// If the store fails.
pub fn cause_name(cx: Cx<'_>, cause: &Cause) -> Result<Option<String>, Error> {
    match cause {
        Cause::User(id) => {
            let user = cx.find::<User>(*id)?;
            Ok(user.map(|it| it.profile().name.display()))
        }
        Cause::Duty(name) | Cause::Door(name) => Ok(Some(name.clone())),
    }
}

/// What a subscription that a fact is about is called: by its buyer, or as its offer is now.
///
/// # Errors
/// If the store fails.
pub fn subscription_name(cx: Cx<'_>, fact: &Fact) -> Result<Option<String>, Error> {
    let side = fact.after.as_ref().or(fact.before.as_ref());
    let Some(side) = side.filter(|_| fact.subject.kind == Kind::Subscription) else {
        return Ok(None);
    };
    let it: Subscription = read(side)?;
    if let Some(name) = it.name() {
        return Ok(Some(name.to_string()));
    }
    let offer = cx.view.find::<Offer>(it.deal().offer)?;
    Ok(offer.map(|it| it.content.name.original().to_string()))
}
