//! Subscriptions: beginning, holding, changing and ending them.
//!
//! Hold, release and cancellation follow the tree of what belongs together. What is due for a
//! subscription is kept with it, so that the calendar knows.

mod bundle;
mod content;
mod hold;
mod listed;
mod renewal;
mod returned;
mod switch;

use std::collections::BTreeSet;

pub(super) use self::bundle::{after_change, alone_without};
pub use self::content::{offer, resources, specification};
pub(super) use self::hold::{Stands, follow_prepaid, hold_all_of, prepaid_differs, release_all_of};
pub use self::hold::{hold, release, resume};
pub use self::listed::{is_own, list, list_own, list_with_own};
pub use self::renewal::renew;
pub use self::returned::return_until;
pub use self::switch::unswitch;
pub(super) use self::switch::{To, agree, foreseen, switch};
use super::{
    Act, Cx, Error, attribute, billing, billing_account, deposit, invoice, order, provisioning,
    resale, seat,
};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::attribute::Attribute;
use crate::domain::attribute::definition::Attributed;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::service_terms::ServiceTerms;
use crate::domain::error::{Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::provisioning::task::{Task, Work};
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::calendar::{Shutdown, Step};
use crate::domain::subscription::change::{
    CancelAt, Cancellation, Change, Plan, RefundTo, Scheduled,
};
use crate::domain::subscription::lifecycle::{State, Trigger};
use crate::domain::subscription::term::RunningTerm;
use crate::domain::subscription::{Purchase, Start, Subscription, tree};
use crate::domain::text::Name;
use crate::domain::time::{Date, Instant, Zone};
use crate::store::subscription::{SUBSCRIPTION_BY_BILLING_ACCOUNT, SUBSCRIPTION_BY_PARENT};
use crate::store::{Along, Key, Records};

/// The sequence that subscriptions are numbered by.
const NUMBERS: &str = "subscription";

/// Writes down a subscription that was bought; it begins when it is provisioned.
///
/// # Errors
/// If the store fails.
pub(super) fn write_down(
    act: &mut Act<'_>,
    seller: SellerNumber,
    bought: Purchase,
) -> Result<Subscription, Error> {
    let stamp = act.cx().stamp(seller, Some(bought.account));
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let id = act.new_id();
    act.keep((Subscription::new(id, stamp, bought), Verb::Created))
}

/// What a finished task means for its subscription.
///
/// # Errors
/// If the state of the subscription forbids it.
pub(super) fn provisioned(act: &mut Act<'_>, task: &Task) -> Result<(), Error> {
    let it: Subscription = act.load(task.subscription)?;
    match (task.work, it.state()) {
        (Work::Create, State::Pending) => activate(act, it.provisioned(task.outcome())),
        (Work::Remove, State::Terminating) => {
            let kept = it.keep(act.now())?;
            keep(act, kept).map(|_| ())
        }
        (Work::Create | Work::Change | Work::Hold | Work::Release | Work::Remove, _) => {
            keep(act, (it.provisioned(task.outcome()), Verb::Changed)).map(|_| ())
        }
    }
}

/// What a task that failed for good means for its subscription: what never began is given up.
///
/// # Errors
/// If the state of the subscription forbids it.
pub(super) fn not_provisioned(act: &mut Act<'_>, task: &Task) -> Result<(), Error> {
    let it: Subscription = act.load(task.subscription)?;
    if task.work == Work::Create && it.state() == State::Pending {
        let aborted = it.abort(act.now())?;
        keep(act, aborted)?;
    }
    Ok(())
}

/// What a task that is tried again means for its subscription: what was given up is waited for.
///
/// # Errors
/// If the state of the subscription forbids it.
pub(super) fn tried_again(act: &mut Act<'_>, task: &Task) -> Result<(), Error> {
    let it: Subscription = act.load(task.subscription)?;
    if task.work == Work::Create && it.state() == State::Aborted {
        let pending = it.retry(act.now())?;
        keep(act, pending)?;
    }
    Ok(())
}

fn activate(act: &mut Act<'_>, it: Subscription) -> Result<(), Error> {
    let today = zone(act.cx(), &it)?.date_of(act.now());
    let offer = act.batch().find::<Offer>(it.deal().offer)?;
    let start = start(&it, offer.as_ref(), (today, act.now()));
    let active = it.activate(start, act.now())?;
    let it = keep(act, active)?;
    resale::begin(act, &it)?;
    hold::meet(act, it).map(|_| ())
}

/// The start of the term that was chosen for a subscription, on a day.
fn start(it: &Subscription, offer: Option<&Offer>, (on, now): (Date, Instant)) -> Start {
    let start = offer.and_then(|offer| {
        let term = offer.content.term(it.term_key(), now)?.times(it.chosen_times());
        Some(Start::of(&term, offer.content.billing.renewal, on))
    });
    start.unwrap_or_else(|| Start::open(on))
}

/// The term and the trial that run, or those that would had the service been there when it was
/// ordered.
///
/// # Errors
/// If the store fails.
pub fn planned(cx: Cx<'_>, it: &Subscription) -> Result<Start, Error> {
    if let Some(running) = it.term() {
        return Ok(Start { term: running.clone(), trial: it.trial() });
    }
    let on = zone(cx, it)?.date_of(it.ordered_at());
    let offer = cx.shared::<Offer>(it.deal().offer)?;
    Ok(start(it, offer.as_deref(), (on, it.ordered_at())))
}

/// The day that it is for a subscription.
///
/// # Errors
/// If the store fails.
pub fn today(cx: Cx<'_>, it: &Subscription) -> Result<Date, Error> {
    Ok(zone(cx, it)?.date_of(cx.now))
}

/// The zone in which a subscription's days begin: that of its billing account.
fn zone(cx: Cx<'_>, it: &Subscription) -> Result<Zone, Error> {
    let billing_account = cx.view.find::<BillingAccount>(it.billing_account())?;
    Ok(billing_account.map_or(Zone::UTC, |it| it.terms().zone))
}

/// Keeps a subscription with what falls due for it next, and tells what became of its trial.
pub(super) fn keep(
    act: &mut Act<'_>,
    (it, verb): (Subscription, Verb),
) -> Result<Subscription, Error> {
    let zone = zone(act.cx(), &it)?;
    let terms = service_terms(act.cx(), &it)?;
    let before = act.batch().find::<Subscription>(it.id)?;
    let kept = act.keep((it.timed(terms.as_ref(), zone), verb))?;
    if let Some(told) = before.and_then(|before| kept.trial_told(&before)) {
        act.tell(kept.id, told);
    }
    Ok(kept)
}

/// Lets what is billed on a billing account fall due by its zone, after that has changed.
///
/// # Errors
/// If the store fails.
pub(super) fn follow_zone(act: &mut Act<'_>, bills_to: &BillingAccount) -> Result<(), Error> {
    let prefix = Key::new().id(bills_to.id).bytes();
    for it in act.every::<Subscription>(&Along::Index(SUBSCRIPTION_BY_BILLING_ACCOUNT, prefix))? {
        time_anew(act, it)?;
    }
    Ok(())
}

/// Lets a subscription fall due by its service terms and the zone of its days as they are now; says
/// whether that is at another time.
///
/// # Errors
/// If the store fails.
pub(super) fn time_anew(act: &mut Act<'_>, it: Subscription) -> Result<bool, Error> {
    let (terms, zone) = (service_terms(act.cx(), &it)?, zone(act.cx(), &it)?);
    let timed = it.clone().timed(terms.as_ref(), zone);
    let is_other = timed != it;
    if is_other {
        act.put_quietly(&timed)?;
    }
    Ok(is_other)
}

fn service_terms(cx: Cx<'_>, it: &Subscription) -> Result<Option<ServiceTerms>, Error> {
    let offer = cx.shared::<Offer>(it.deal().offer)?;
    let terms = offer.and_then(|it| it.content.service_terms).map(|id| cx.shared(id));
    Ok(terms.transpose()?.flatten().map(|it| ServiceTerms::clone(&it)))
}

/// How a subscription comes to its end; nothing while it is served, or only held.
///
/// # Errors
/// If the store fails.
pub fn shutdown(cx: Cx<'_>, it: &Subscription) -> Result<Option<Shutdown>, Error> {
    Ok(it.shutdown(service_terms(cx, it)?.as_ref()))
}

/// The subscription itself last or first, and all that a trigger reaches below it, in the order in
/// which they are to be moved.
fn reached(
    cx: Cx<'_>,
    root: &Subscription,
    trigger: Trigger,
) -> Result<Vec<SubscriptionId>, Error> {
    let all = below(cx, root)?;
    let below: Vec<_> = tree::reached(trigger, root.id, &all).iter().map(|it| it.id).collect();
    Ok(match trigger.reach() {
        tree::Reach::FromBelow => [below, vec![root.id]].concat(),
        tree::Reach::FromAbove | tree::Reach::Alone => [vec![root.id], below].concat(),
    })
}

/// All subscriptions of an account that lie below one of them.
fn below(cx: Cx<'_>, root: &Subscription) -> Result<Vec<Subscription>, Error> {
    let (mut found, mut open) = (Vec::new(), vec![root.id]);
    let mut seen = BTreeSet::from([root.id]);
    while let Some(parent) = open.pop() {
        let along = Along::Index(SUBSCRIPTION_BY_PARENT, Key::new().id(parent).bytes());
        let children = cx.every::<Subscription>(&along)?.into_iter();
        for it in children.filter(|it| it.account() == root.account()) {
            if seen.insert(it.id) {
                open.push(it.id);
                found.push(it);
            }
        }
    }
    found.sort_by_key(|it| it.id);
    Ok(found)
}

/// Asks the other system to follow.
fn ask(act: &mut Act<'_>, it: &Subscription, work: Work) -> Result<(), Error> {
    let connector = provisioning::keeper_of(act, it.deal().specification, work)?;
    provisioning::queue(act, it, provisioning::plain(work, it, connector)).map(|_| ())
}

/// Cancels a subscription and what belongs to it, today. What it owes is left to the next bill; what
/// was paid for the days that are not used is given back at once, as the term says.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn cancel(
    act: &mut Act<'_>,
    id: SubscriptionId,
    cancellation: &Cancellation,
) -> Result<Subscription, Error> {
    let root: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionCancel, &root.stamp)?;
    let today = returned::ends_today(act, &root, cancellation.refund_to)?;
    end(act, &root, (cancellation, today))?;
    act.load(id)
}

/// Cancels a subscription when what is paid for or its term is over; until then it goes on, is not
/// renewed, and this can be taken back.
///
/// # Errors
/// If its state forbids it, nothing of it ends by itself, or the caller may not.
pub fn cancel_at(
    act: &mut Act<'_>,
    id: SubscriptionId,
    (at, cancellation): (CancelAt, Cancellation),
) -> Result<Subscription, Error> {
    let it: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionCancel, &it.stamp)?;
    let billing_account: BillingAccount = act.load(it.billing_account())?;
    let today = billing_account.terms().zone.date_of(act.now());
    // What is not there yet has no day on which it could end.
    let at = if it.state() == State::Pending { CancelAt::Now } else { at };
    returned::must_be_now(at, &cancellation)?;
    let on = match at {
        CancelAt::Now => return cancel(act, id, &cancellation),
        CancelAt::PeriodEnd => {
            it.period_end_on(today, billing_account::next_cycle_on(&billing_account, act.now()))
        }
        CancelAt::TermEnd => it.term().and_then(RunningTerm::end_on).filter(|it| today < *it),
    };
    let Some(on) = on else {
        let message = format!("`{at}` is no later day of this subscription: cancel it `now`");
        return Err(Invalid::one("/at", "range", message).into());
    };
    // Who says it again says it anew.
    let it = it.clone().not_canceled().map_or(it, |it| it.0);
    let plan = Plan::Cancel(cancellation);
    let planned = Scheduled { on, plan, cause: None, agreed_at: act.now() };
    let planned = it.schedule(planned, today)?;
    keep(act, (planned, Verb::Changed))
}

/// Takes back that a subscription is to end on a later day.
///
/// # Errors
/// If that was not said of it, or the caller may not.
pub fn uncancel(act: &mut Act<'_>, id: SubscriptionId) -> Result<Subscription, Error> {
    let it: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionCancel, &it.stamp)?;
    keep(act, it.not_canceled()?)
}

/// Cancels all that an account has: for when it is called off itself. What it gets back goes to where
/// it came from; of who still owes something it stays, as credit that can pay for it.
///
/// # Errors
/// If the store fails.
pub(super) fn cancel_all_of(act: &mut Act<'_>, account: AccountId) -> Result<(), Error> {
    let owes = !invoice::open_of(act.cx(), account)?.is_empty();
    let refund_to = if owes { RefundTo::Balance } else { RefundTo::Method };
    let plain = Cancellation { reason: None, comment: None, refund_to };
    for it in act.cx().every::<Subscription>(&Along::Owner(account))? {
        // What belonged to another one has ended with it.
        let it: Subscription = act.load(it.id)?;
        if it.state().is_living() {
            let today = zone(act.cx(), &it)?.date_of(act.now());
            end(act, &it, (&plain, today))?;
        }
    }
    Ok(())
}

/// Cancels those of some subscriptions that still live, and says how many that were.
///
/// # Errors
/// If the store fails.
pub(super) fn cancel_these(
    act: &mut Act<'_>,
    these: BTreeSet<SubscriptionId>,
    why: &Cancellation,
) -> Result<usize, Error> {
    let mut ended = 0;
    for id in these {
        // What belonged to another one has ended with it.
        let it: Subscription = act.load(id)?;
        if it.state().is_living() {
            let today = zone(act.cx(), &it)?.date_of(act.now());
            end(act, &it, (why, today))?;
            ended += 1;
        }
    }
    Ok(ended)
}

fn end(
    act: &mut Act<'_>,
    root: &Subscription,
    (why, on): (&Cancellation, Date),
) -> Result<(), Error> {
    for each in reached(act.cx(), root, Trigger::Cancel)? {
        let it: Subscription = act.load(each)?;
        if each == root.id || it.state().is_living() {
            end_one(act, it, (why.clone(), on))?;
        }
    }
    bundle::follow(act, root, on)
}

/// Cancels one of them as of a day: what is there is to be removed, what is not is not to be made.
fn end_one(
    act: &mut Act<'_>,
    it: Subscription,
    (why, on): (Cancellation, Date),
) -> Result<(), Error> {
    let was_awaited = it.state() == State::Pending;
    let (refund_to, switches_on) = (why.refund_to, it.switches_on());
    let (canceled, verb) = it.cancel(why, on, act.now())?;
    let canceled = billing::give_back(act, canceled, (on, refund_to))?;
    let it = keep(act, (canceled, verb))?;
    resale::give_back(act, &it, (on, refund_to))?;
    deposit::give_back(act, &it, (on, refund_to))?;
    tell_of_switch(act, &it, switches_on);
    seat::end_all_of(act, it.id)?;
    if was_awaited { provisioning::call_off(act, &it) } else { ask(act, &it, Work::Remove) }
}

/// Tells of a subscription that has ended that it is not switched, if that was agreed on.
fn tell_of_switch(act: &mut Act<'_>, it: &Subscription, switches_on: Option<Date>) {
    if switches_on.is_some() {
        act.tell(it.id, Verb::FellAway);
    }
}

/// How many subscriptions of an account have not ended.
///
/// # Errors
/// If the store fails.
pub(super) fn living(cx: Cx<'_>, account: AccountId) -> Result<u64, Error> {
    let all: Vec<Subscription> = cx.every(&Along::Owner(account))?;
    let is_there = |it: &&Subscription| it.state().is_living() || it.state() == State::Terminating;
    Ok(all.iter().filter(is_there).count() as u64)
}

/// Changes what of a subscription is bought, from today on. What that costs comes with the next bill.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn change(
    act: &mut Act<'_>,
    id: SubscriptionId,
    change: Change,
) -> Result<Subscription, Error> {
    let it: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionChange, &it.stamp)?;
    let seats = seat::needed(act.cx(), &it)?;
    let today = zone(act.cx(), &it)?.date_of(act.now());
    let (changed, verb) = it.clone().changed(change, seats)?;
    if let Some(term) = it.term().filter(|_| changed.gives_back(&it)) {
        billing::policy(act.cx(), it.stamp.seller)?.must_take_back(term.start_on(), today)?;
    }
    let mut changed = keep(act, (changed.remembering(&it, today), verb))?;
    if changed.quantity() < it.quantity() {
        bundle::follow(act, &it, today)?;
        changed = act.load(id)?;
    }
    if changed.deal() != it.deal() {
        resale::begin(act, &changed)?;
    }
    follow_term(act, &it, &changed)?;
    ask(act, &changed, Work::Change)?;
    Ok(changed)
}

/// Says that there may be something to bill again where a term ends on another day than it did, or goes
/// on by itself: after the last bill nobody would look any more.
fn follow_term(act: &mut Act<'_>, before: &Subscription, it: &Subscription) -> Result<(), Error> {
    if it.term() == before.term() { Ok(()) } else { resale::go_on(act, it) }
}

/// What is said of a subscription, and costs nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What its buyer calls it.
    pub name: Option<Name>,
    /// Whether its term renews by itself.
    pub renews: bool,
    /// The maker's number of this very piece, as its seller says it.
    pub serial_number: Option<Name>,
    /// Custom attributes.
    pub attributes: Vec<Attribute>,
}

impl From<&Subscription> for Said {
    fn from(it: &Subscription) -> Self {
        let renews = it.term().is_some_and(|it| it.renewal().is_automatic());
        let (serial_number, attributes) = (it.serial_number.clone(), it.attributes.clone());
        Self { name: it.name().cloned(), renews, serial_number, attributes }
    }
}

/// Says of a subscription what `say` makes of what is said of it. Orders that are placed from now on
/// carry its attributes; those that were placed keep what was said then.
///
/// # Errors
/// If it is not there, has changed since, an attribute is missing that its vendor asks for, it has
/// no term that could renew, or the caller may not.
pub fn describe(
    act: &mut Act<'_>,
    id: SubscriptionId,
    revision: Option<u32>,
    say: impl FnOnce(&Said) -> Result<Said, Error>,
) -> Result<Subscription, Error> {
    let it: Subscription = act.get(id)?;
    act.must(Permission::SubscriptionChange, &it.stamp)?;
    act.expect_revision(&it.stamp, revision)?;
    let was = Said::from(&it);
    let said = say(&was)?;
    if said == was {
        return Ok(it);
    }
    let mut changes = Vec::new();
    if said.name != was.name {
        changes.push(Change::Name(said.name));
    }
    if said.renews != was.renews {
        changes.push(Change::Renewal(renewal::way(act.cx(), &it, said.renews)?));
    }
    if said.serial_number != was.serial_number {
        act.must(Permission::OrderDecide, &it.stamp)?;
    }
    let seats = seat::needed(act.cx(), &it)?;
    let mut all = changes.into_iter();
    let changed = all.try_fold(it.clone(), |it, change| Ok(it.changed(change, seats)?.0));
    let before = it;
    let mut it = changed.map_err(|it: Rejection| Error::from(it))?;
    if said.attributes != was.attributes {
        let vendor = (it.stamp.seller, Attributed::Subscription);
        attribute::must_be_whole(act.cx(), vendor, ("/attributes", said.attributes.as_slice()))?;
        it = it.described(said.attributes)?.0;
    }
    it.serial_number = said.serial_number;
    let it = keep(act, (it, Verb::Changed))?;
    follow_term(act, &before, &it)?;
    Ok(it)
}

/// Does for a subscription what its calendar says is due, and says whether there was anything to do. What
/// is due later than it was, because its terms or the zone of its days are others, is due then.
///
/// # Errors
/// If the store fails, or the calendar says what the state forbids.
pub fn step(act: &mut Act<'_>, id: SubscriptionId) -> Result<bool, Error> {
    let it: Subscription = act.load(id)?;
    let (terms, zone) = (service_terms(act.cx(), &it)?, zone(act.cx(), &it)?);
    let next = it.next_due(terms.as_ref(), zone);
    let Some(next) = next.filter(|it| it.at <= act.now()) else { return time_anew(act, it) };
    let now = act.now();
    match next.step {
        Step::Scheduled => agreed(act, it, next.on)?,
        Step::EndTrial => {
            let over = it.end_trial()?;
            let it = keep(act, over)?;
            resale::go_on(act, &it)?;
        }
        Step::Warn => {
            keep(act, it.warned())?;
        }
        Step::Renew => {
            renewal::prolong(act, it, None)?;
        }
        Step::Grace => {
            let graced = it.grace(now)?;
            keep(act, graced)?;
        }
        Step::Expire => expire(act, &it, next.on)?,
        Step::Terminate => terminate(act, &it, next.on)?,
        Step::Destroy => {
            let destroyed = it.destroy(now)?;
            keep(act, destroyed)?;
        }
    }
    Ok(true)
}

/// Stops a subscription, and of what belongs to it all that runs.
fn expire(act: &mut Act<'_>, root: &Subscription, on: Date) -> Result<(), Error> {
    for each in reached(act.cx(), root, Trigger::Expire)? {
        let it: Subscription = act.load(each)?;
        if each == root.id || it.state().is_running() {
            let it = if each == root.id { it } else { it.ending_by(on) };
            let expired = it.expire(act.now())?;
            let it = keep(act, expired)?;
            ask(act, &it, Work::Hold)?;
        }
    }
    Ok(())
}

/// Ends a subscription that has expired, and all that belongs to it: what of that has not expired
/// is called off.
fn terminate(act: &mut Act<'_>, root: &Subscription, on: Date) -> Result<(), Error> {
    for each in reached(act.cx(), root, Trigger::Terminate)? {
        let it: Subscription = act.load(each)?;
        if it.state() == State::Expired {
            let switches_on = it.switches_on();
            let over = it.terminate(on, act.now())?;
            let it = keep(act, over)?;
            deposit::give_back(act, &it, (on, RefundTo::Balance))?;
            tell_of_switch(act, &it, switches_on);
            seat::end_all_of(act, it.id)?;
            ask(act, &it, Work::Remove)?;
        } else if it.state().is_living() {
            let why = Cancellation { reason: None, comment: None, refund_to: RefundTo::Balance };
            end_one(act, it, (why, on))?;
        }
    }
    bundle::follow(act, root, on)
}

/// Does what was agreed on up to a day. What is switched or ended late is so as of its day: the price,
/// or the end, was agreed on; what is changed late, from today on: more units are there only now.
fn agreed(act: &mut Act<'_>, it: Subscription, on: Date) -> Result<(), Error> {
    let id = it.id;
    let (it, due) = it.take_scheduled(on);
    keep(act, (it, Verb::Changed))?;
    for scheduled in due {
        match scheduled.plan {
            Plan::Change(planned) => {
                change(act, id, planned)?;
            }
            Plan::Cancel(cancellation) => {
                let it: Subscription = act.load(id)?;
                end(act, &it, (&cancellation, scheduled.on))?;
            }
            // What can no longer be had is not had: the subscription goes on as it is.
            Plan::Switch(wish) => {
                match act.attempt(|act| order::carry_out(act, id, (&wish, scheduled.on))) {
                    Err(refusal) if refusal.is_refusal() => act.tell(id, Verb::FellAway),
                    done => done?,
                }
            }
        }
    }
    Ok(())
}

/// The billing account that a purchase for an account goes to.
///
/// # Errors
/// If the account has none, or the one that is named is another's.
pub fn bills_to(
    cx: Cx<'_>,
    account: AccountId,
    named: Option<crate::domain::id::BillingAccountId>,
) -> Result<BillingAccount, Error> {
    let Some(id) = named else { return billing_account::default_of(cx, account) };
    let found: BillingAccount = cx.named("/billing_account", id)?;
    if found.account() == account {
        return Ok(found);
    }
    let why = "belongs to another account";
    Err(crate::domain::error::Invalid::one("/billing_account", "reference", why).into())
}
