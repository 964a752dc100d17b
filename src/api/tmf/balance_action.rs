//! What is done with a balance (TMF654): topped up, adjusted, transferred, reserved. What was asked and what
//! came of it is kept as a [registered document](super::registered), which is the cause in the books. What is
//! done by the day stands in [`balance_later`].

use serde_json::{Value, json};

use super::balance_later::{self, Later};
use super::behind::{Behind, Change};
use super::entity::Of;
use super::error::STATE_FORBIDS;
use super::prepay::{History, amount, bucket, complete, named};
use super::registered::{New, Registered};
use super::resource::{Resource, Tree};
use super::topup::top_up;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::DocumentId;
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::services::{Act, Cx, Error, balance};

/// How far something came that could be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    /// All of it was done.
    All,
    /// It was begun, and what comes of it is said later.
    Begun,
}

/// It was done, or why it was not.
pub(super) type Outcome = Result<Done, String>;

/// Does what a document asks for.
type Work = fn(&mut Act<'_>, DocumentId, &mut Tree) -> Result<Outcome, Error>;

/// Undoes what was done.
type Undo = fn(&mut Act<'_>, DocumentId, &Tree) -> Result<(), Error>;

/// Something that is to be done with a bucket.
pub(super) struct Action {
    pub(super) documents: Registered,
    /// What comes of it.
    work: Work,
    /// Undoes what was done, where that can be.
    undo: Option<Undo>,
    /// What is done of it by the day.
    later: Later,
}

const fn action(key: &'static str, work: Work) -> Action {
    Action { documents: Registered(key), work, undo: None, later: Later::Nothing }
}

/// That money comes in.
pub(super) static TOPUPS: Action =
    Action { later: Later::WhenPaid, ..action("topup_balance", top_up) };
/// That a balance becomes another.
pub(super) static ADJUSTMENTS: Action =
    Action { later: Later::EachPeriod, ..action("adjust_balance", adjust) };
/// That a balance goes from one to another.
pub(super) static TRANSFERS: Action = action("transfer_balance", transfer);
/// That a part of a balance waits for something.
pub(super) static RESERVATIONS: Action =
    Action { undo: Some(release), later: Later::AtEnd, ..action("reserve_balance", reserve) };

/// The states of an action.
const STATES: &[&str] = &["created", "failed", "cancelled", "completed"];
/// What stays of an action that was done.
const DONE: &[&str] = &[
    "adjustType",
    "amount",
    "bucket",
    "isAutoTopup",
    "numberOfPeriods",
    "partyAccount",
    "receiverBucket",
    "receiverBucketUsageType",
    "recurringPeriod",
    "transferCost",
    "usageType",
];

pub(super) const NO_BUCKET: &str = "`bucket` names none that is here";

/// Why nothing is done where something is said of it that does not come to be.
pub(super) fn unkept(said: &Tree, names: &[(&str, &str)]) -> Option<String> {
    let is_said = |it: &Value| match it {
        Value::Null | Value::Bool(false) => false,
        Value::Object(fields) => fields.values().any(|it| !it.is_null()),
        Value::Bool(true) | Value::Number(_) | Value::String(_) | Value::Array(_) => true,
    };
    let found = names.iter().find(|it| said.get(it.0).is_some_and(is_said));
    found.map(|(name, why)| format!("`{name}`: {why}"))
}

/// A balance that would be there for a time.
pub(super) const LAPSES: (&str, &str) =
    ("validFor", "what is left in a bucket is left there without an end");
pub(super) fn how_much(said: &Tree, of: &BillingAccount) -> Result<Money, Invalid> {
    amount(said.get("amount").unwrap_or(&Value::Null), of)
}

/// Does something that is kept as failed where the business says no.
pub(super) fn tried(
    act: &mut Act<'_>,
    work: impl FnOnce(&mut Act<'_>) -> Result<(), Error>,
) -> Result<Outcome, Error> {
    match act.attempt(work) {
        Ok(()) => Ok(Ok(Done::All)),
        Err(Error::Rejected(why)) => Ok(Err(why.detail)),
        Err(error) => Err(error),
    }
}

/// The bucket that is named, or why nothing can be done with it.
fn of_money(act: &Act<'_>, said: &Tree) -> Result<Result<BillingAccount, String>, Error> {
    let is_money = |name: &str| {
        let said = said.get(name).and_then(Value::as_str);
        said.is_none_or(|it| it.eq_ignore_ascii_case("monetary"))
    };
    if !is_money("usageType") || !is_money("receiverBucketUsageType") {
        return Ok(Err("there is money in buckets here, and nothing else".to_owned()));
    }
    Ok(bucket(act.cx(), said)?.ok_or_else(|| NO_BUCKET.to_owned()))
}

/// Adjusts a balance once, or begins to do so period by period.
fn adjust(act: &mut Act<'_>, id: DocumentId, said: &mut Tree) -> Result<Outcome, Error> {
    let bucket = match of_money(act, said)? {
        Ok(bucket) => bucket,
        Err(why) => return Ok(Err(why)),
    };
    if let Some(why) = unkept(said, &[LAPSES]) {
        return Ok(Err(why));
    }
    let by = how_much(said, &bucket)?;
    match balance_later::recurrence(said)? {
        Err(why) => Ok(Err(why)),
        Ok(None) => tried(act, |act| balance::adjust(act, (bucket.id, by), id)),
        Ok(Some(every)) => tried(act, |act| balance_later::begin(act, id, (said, every))),
    }
}

fn transfer(act: &mut Act<'_>, id: DocumentId, said: &mut Tree) -> Result<Outcome, Error> {
    let from = match of_money(act, said)? {
        Ok(bucket) => bucket,
        Err(why) => return Ok(Err(why)),
    };
    if let Some(why) = unkept(said, &[LAPSES]) {
        return Ok(Err(why));
    }
    let Some(to) = named(act.cx(), said.get("receiverBucket"))? else {
        return Ok(Err("`receiverBucket` names none that is here".to_owned()));
    };
    let cost = said.get("transferCost").filter(|it| !it.is_null());
    if cost.map(|it| amount(it, &from)).transpose()?.is_some_and(|it| !it.is_zero()) {
        return Ok(Err("nothing is charged here for a transfer".to_owned()));
    }
    let much = how_much(said, &from)?;
    tried(act, |act| balance::transfer(act, (from.id, to.id), (much, id)))
}

fn reserve(act: &mut Act<'_>, id: DocumentId, said: &mut Tree) -> Result<Outcome, Error> {
    let bucket = match of_money(act, said)? {
        Ok(bucket) => bucket,
        Err(why) => return Ok(Err(why)),
    };
    if let Some(why) = balance_later::ill_timed(said, act.now())? {
        return Ok(Err(format!("`validFor` {why}")));
    }
    let much = how_much(said, &bucket)?;
    tried(act, |act| balance::reserve(act, (bucket.id, much), id))
}

/// Lets go of what was set aside.
pub(super) fn release(act: &mut Act<'_>, id: DocumentId, said: &Tree) -> Result<(), Error> {
    let gone = || Rejection::new(Reason::InUse, NO_BUCKET);
    let bucket = bucket(act.cx(), said)?.ok_or_else(gone)?;
    let much = how_much(said, &bucket)?;
    balance::release(act, (bucket.id, much), id)
}

pub(super) fn status(of: &Tree) -> String {
    let said = of.get("status").and_then(Value::as_str).unwrap_or_default();
    said.trim().to_ascii_lowercase()
}

fn document(id: &str) -> Result<DocumentId, Error> {
    id.parse().map_err(|_| Error::not_found(id.chars().take(80).collect::<String>()))
}

impl Action {
    /// Does something, and keeps what came of it, for a seller who may be another than who asks.
    pub(super) fn create_for(
        &self,
        act: &mut Act<'_>,
        of: &Resource,
        (seller, mut said): (Option<SellerNumber>, Tree),
    ) -> Result<Tree, Error> {
        complete(act.cx(), &mut said)?;
        let now = act.now().to_string();
        said.insert("requestedDate".to_owned(), json!(now));
        let id: DocumentId = act.new_id();
        match (self.work)(act, id, &mut said)? {
            Ok(Done::All) => {
                said.insert("status".to_owned(), json!("completed"));
                said.insert("confirmationDate".to_owned(), json!(now));
            }
            Ok(Done::Begun) => {
                said.insert("status".to_owned(), json!("created"));
            }
            Err(why) => {
                said.insert("status".to_owned(), json!("failed"));
                said.insert("statusReason".to_owned(), json!(why));
            }
        }
        let state = self.later.state(&said, act.now())?;
        self.documents.create_as(act, of, (New { id, seller, state }, said))
    }

    /// Lets an action come to the state that is said, if it leads there.
    fn moved(&self, act: &mut Act<'_>, change: &mut Change) -> Result<(), Error> {
        let (was, now) = (status(&change.before), status(&change.after));
        if was == now {
            return Ok(());
        }
        if !STATES.contains(&now.as_str()) {
            return Err(Invalid::one("status", "enum", format!("`{now}` is no state")).into());
        }
        let recurs = self.later == Later::EachPeriod && balance_later::recurs(&change.before);
        match (self.undo, was.as_str(), now.as_str()) {
            (Some(undo), "completed", "cancelled") => {
                undo(act, document(&change.id)?, &change.before)?;
                change.after.insert("status".to_owned(), json!("cancelled"));
                Ok(())
            }
            // What was done of it stays.
            (None, "completed", "cancelled") if recurs => {
                change.after.insert("status".to_owned(), json!("cancelled"));
                balance_later::stop(&mut change.after);
                Ok(())
            }
            _ => {
                let message = format!("cannot become `{now}` where it is `{was}`");
                Err(Invalid::one("status", STATE_FORBIDS, message).into())
            }
        }
    }
}

impl Behind for Action {
    fn documents(&self) -> &dyn Behind {
        &self.documents
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, said: Tree) -> Result<Tree, Error> {
        self.create_for(act, of, (None, said))
    }

    fn change(&self, act: &mut Act<'_>, of: &Resource, mut change: Change) -> Result<Tree, Error> {
        if let Some(of) = bucket(act.cx(), &change.before)?.filter(|_| self.later != Later::Nothing)
        {
            act.must(Permission::BalanceWrite, &of.stamp)?;
        }
        let differs = |it: &&str| change.before.get(*it) != change.after.get(*it);
        let was = status(&change.before);
        // For how long something is set aside may be said anew as long as it is.
        let is_open = self.later == Later::AtEnd && was == "completed";
        let lapses = ["validFor"].iter().filter(|_| !is_open);
        let mut fixed = DONE.iter().chain(lapses).filter(|_| was != "failed");
        if let Some(name) = fixed.find(|it| differs(it)) {
            let message = "stays as it was done: do something else beside it";
            return Err(Invalid::one(*name, STATE_FORBIDS, message).into());
        }
        if is_open && differs(&"validFor") {
            balance_later::must_be_well_timed(&change, act.now())?;
        }
        self.moved(act, &mut change)?;
        let state = self.later.state(&change.after, act.now())?;
        self.documents.change_as(act, of, (change, state))
    }

    /// What was done is not undone by being forgotten, but where it can be undone.
    fn remove(&self, act: &mut Act<'_>, of: &Resource, id: &str) -> Result<(), Error> {
        let found = self.documents.find(act.cx(), of, id)?;
        let is_done = |it: &Tree| {
            matches!(status(it).as_str(), "completed" | "created")
                && !balance_later::is_of_many(self.later, it)
        };
        if let Some(done) = found.filter(is_done) {
            let Some(undo) = self.undo else {
                let why = "what was paid in goes back by a refund of its payment, and what was \
                           adjusted or transferred by another adjustment or transfer";
                return Err(Rejection::new(Reason::PaymentStateForbids, why).into());
            };
            undo(act, document(id)?, &done)?;
        }
        self.documents.remove(act, of, id)
    }
}

/// All that was done with balances: payments, and what was kept of the other actions.
pub(super) struct Actions;

const PAID: Of<History> = Of(History);
/// What is kept, in the order of the list. A top-up that was done is a payment.
static KEPT: [&Action; 4] = [&TOPUPS, &ADJUSTMENTS, &TRANSFERS, &RESERVATIONS];
/// Where what is kept begins in a list that has payments first: no key of a payment is like it.
const KEPT_FROM: &[u8] = b"kept:";

/// An action with what received it, which the definition wants of each: the bucket, where nothing else is
/// said.
fn received(mut it: Tree) -> Tree {
    let name = "receiverLogicalResource";
    if it.get(name).is_none_or(Value::is_null) {
        let id = ["receiverBucket", "bucket"].iter().find_map(|name| it.get(*name)?.get("id"));
        let id = id.cloned().unwrap_or_else(|| json!("unknown"));
        it.insert(name.to_owned(), json!({ "id": id }));
    }
    it
}

/// Whether what is kept is told beside payments: what was paid in is one, and what is done period by period
/// is told each time.
fn is_told(place: usize, it: &Tree) -> bool {
    match KEPT.get(place).map(|it| it.later) {
        Some(later) if place > 0 => !balance_later::is_of_many(later, it),
        Some(_) | None => !it.contains_key("payment"),
    }
}

impl Behind for Actions {
    fn documents(&self) -> &dyn Behind {
        &PAID
    }

    fn page(&self, cx: Cx<'_>, of: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        let kept = page.after.as_deref().and_then(|it| it.strip_prefix(KEPT_FROM));
        let from =
            |place: usize| Some([KEPT_FROM, &[u8::try_from(place).unwrap_or(u8::MAX)]].concat());
        let Some((place, after)) = kept.and_then(<[u8]>::split_first) else {
            let found = PAID.page(cx, of, page)?;
            let items = found.items.into_iter().map(received).collect();
            return Ok(Page { items, next: found.next.or_else(|| from(0)) });
        };
        let place = usize::from(*place);
        let Some(action) = KEPT.get(place) else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let after = (!after.is_empty()).then(|| after.to_vec());
        let found = action.documents.page(cx, of, &PageRequest { after, ..page.clone() })?;
        let items = found.items.into_iter().filter(|it| is_told(place, it));
        let items = items.map(received).collect();
        let next = match (found.next, from(place)) {
            (Some(next), Some(here)) => Some([here, next].concat()),
            _ => from(place + 1).filter(|_| place + 1 < KEPT.len()),
        };
        Ok(Page { items, next })
    }

    fn find(&self, cx: Cx<'_>, of: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        if let Some(found) = PAID.find(cx, of, id)? {
            return Ok(Some(received(found)));
        }
        for (place, action) in KEPT.iter().enumerate() {
            if let Some(found) = action.documents.find(cx, of, id)? {
                return Ok(Some(found).filter(|it| is_told(place, it)).map(received));
            }
        }
        Ok(None)
    }

    fn told(&self, cx: Cx<'_>, of: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        PAID.told(cx, of, side)
    }
}
