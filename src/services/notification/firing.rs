//! Firing: every fact that is an occasion for a mail has its mail in the queue, once.
//!
//! The mails are queued in the transaction that moves the cursor, so that neither a crash nor a
//! second look can double one. They are written beforehand, outside of any act.

use std::collections::BTreeSet;

use super::reader::reader;
use super::value::{self, Reader, seller, values};
use super::{after, fill, of, of_house};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::CustomerClass;
use crate::domain::account::lifecycle::{HoldKind, State};
use crate::domain::account::profile::Receivables;
use crate::domain::billing::invoice::Invoice;
use crate::domain::event::Fact;
use crate::domain::id::{AccountId, BillingAccountId, Id, Kind, MailId};
use crate::domain::notification::{
    Firing, Letter, Mail, NotificationTemplate, Occasion, QueueMail,
};
use crate::domain::operator::{
    Actor, Credential, LinkPurpose, PasswordKind, Role, User, UserState,
};
use crate::domain::order::lifecycle::Phase;
use crate::domain::order::{Announcing, Order};
use crate::domain::payment::plan::PaymentPlan;
use crate::domain::payment::refund::{Refund, State as RefundState};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::lifecycle::HoldOrigin;
use crate::domain::subscription::seat::Seat;
use crate::domain::text::{Email, Name};
use crate::domain::time::Zone;
use crate::render::mail::{MailParts, Tree};
use crate::services::{
    Act, Author, Bss, Cx, Error, billing_account, dunning, event, invoice_page, mail, order, user,
};
use crate::store::Records;
use crate::store::fact::Facts;

/// The cursor of the mails in the fact log.
const CURSOR: &str = "mail";
/// How many facts are looked at in a step.
const LOOKED_AT_MAX: usize = 500;
/// How many mails are queued in one act.
const MAILS_MAX: usize = 50;
/// A cursor that is so far behind what was looked at is moved even if there was no occasion.
const IDLE_FACTS_MAX: u64 = 1000;

/// On what occasion a fact is, if on any.
pub(super) fn occasion(fact: &Fact) -> Result<Option<Occasion>, Error> {
    if fact.subject.kind != Kind::User || fact.after.is_none() {
        let found = Occasion::at(fact.subject.kind, fact.verb);
        return Ok(if is_silent(found, fact)? { None } else { found });
    }
    let now: User = after(fact)?;
    let before = fact.before.as_deref().map(event::read::<User>).transpose()?;
    let before = before.as_ref();
    let sent = before.and_then(User::sent_link).map(|it| it.hash);
    let link = now.sent_link().filter(|it| Some(it.hash) != sent);
    let by_link = link.map(|it| match it.purpose {
        LinkPurpose::Invitation => Occasion::Welcome,
        LinkPurpose::Reset => Occasion::PasswordReset,
    });
    let is_given = gets_one_time_password(before, &now);
    let by_password = is_given.then_some(Occasion::OneTimePassword);
    // Several facts of one act have the same sides: each of these is told by its own.
    let became = before.and_then(|it| became(it, &now));
    let became = became.filter(|it| it.event().matches(fact.subject.kind, fact.verb));
    Ok(by_link.or(by_password).or(became))
}

/// What somebody has become who is told of it. Who has not yet accepted is told of nothing else.
fn became(before: &User, now: &User) -> Option<Occasion> {
    use UserState as S;
    match (before.state(), now.state()) {
        (S::Active, S::Suspended) => Some(Occasion::UserSuspended),
        (S::Suspended, S::Active) => Some(Occasion::UserResumed),
        (S::Active | S::Suspended | S::SoftlyDeleted, S::Removed) => Some(Occasion::UserRemoved),
        // Who has lost its login to somebody else hears of it where it still reads; who never came in
        // by it has lost nothing.
        (S::Active, S::Active)
            if before.profile().logins() != now.profile().logins()
                && before.sign_ins().last_at.is_some() =>
        {
            Some(Occasion::LoginChanged)
        }
        (S::Active, S::Active) if before.roles() != now.roles() => Some(Occasion::RolesChanged),
        (
            S::Active
            | S::Suspended
            | S::SoftlyDeleted
            | S::Invited
            | S::InvitationSuspended
            | S::Removing
            | S::Removed,
            _,
        ) => None,
    }
}

/// Whether somebody who signs in was given a password that works once. Who is still invited is let in
/// by somebody who tells it all.
fn gets_one_time_password(before: Option<&User>, now: &User) -> bool {
    let before = before.and_then(User::credential).map(Credential::hash);
    let given = now.credential().filter(|it| it.kind() == PasswordKind::OneTime);
    now.state() == UserState::Active && given.is_some_and(|it| Some(it.hash()) != before)
}

/// Whether nobody is to be told of what is an occasion by itself: an order that was placed so, one that is
/// called off and did not wait for its payment, a hold
/// that follows another or was taken back while another stays, a switch of what has ended, a seat that is what it was for
/// its user.
fn is_silent(occasion: Option<Occasion>, fact: &Fact) -> Result<bool, Error> {
    if fact.after.is_none() {
        return Ok(false);
    }
    Ok(match occasion {
        Some(Occasion::OrderConfirmed) => {
            after::<Order>(fact)?.request.announcing == Announcing::Silent
        }
        Some(Occasion::OrderUnpaid) => {
            let was = fact.before.as_deref().map(event::read::<Order>).transpose()?;
            let awaited = was.and_then(|it| it.awaited_payment());
            awaited.is_none() || after::<Order>(fact)?.request.announcing == Announcing::Silent
        }
        Some(Occasion::OrderFellShort) => {
            after::<Order>(fact)?.request.announcing == Announcing::Silent
        }
        // What the payer's bank has taken back, its owner knows.
        Some(Occasion::RefundMade) => {
            let it: Refund = after(fact)?;
            it.state == RefundState::Done && it.look_at.is_some()
        }
        // What it has to pay is told where it orders.
        Some(Occasion::OrderInformationRequired) => {
            let now: Order = after(fact)?;
            now.awaited_payment().is_some() || now.missing().is_none()
        }
        Some(Occasion::SubscriptionHeld) => !is_of_its_own(fact)?,
        Some(Occasion::SubscriptionReleased) => {
            !after::<Subscription>(fact)?.state().is_running() || !is_of_its_own(fact)?
        }
        Some(Occasion::AccountReleased) => {
            let now: Account = after(fact)?;
            HoldKind::ALL.iter().any(|kind| now.hold_of(*kind).is_some())
        }
        // Who has none any more does not need to know how it would have gone on.
        Some(Occasion::SwitchFellAway) => !after::<Subscription>(fact)?.state().is_living(),
        Some(Occasion::SeatChanged) => {
            let is = |it: &Seat| (it.subscription(), it.allocated);
            let was = fact.before.as_deref().map(event::read::<Seat>).transpose()?;
            let now: Seat = after(fact)?;
            was.is_some_and(|was| is(&was) == is(&now))
        }
        Some(_) | None => false,
    })
}

/// Whether a hold was put on a subscription itself, or taken back from it: who is told that its account
/// is held, or what the subscription belongs to, is not told of each part.
fn is_of_its_own(fact: &Fact) -> Result<bool, Error> {
    let holds = |it: &Subscription| it.holds().keys().copied().collect::<BTreeSet<_>>();
    let before = fact.before.as_deref().map(event::read::<Subscription>).transpose()?;
    let (was, now) = (before.as_ref().map(holds).unwrap_or_default(), holds(&after(fact)?));
    Ok(was.symmetric_difference(&now).any(|it| it.1 == HoldOrigin::Direct))
}

/// A mail that is written and not yet queued.
struct Written {
    fact: Fact,
    occasion: Occasion,
    to: Email,
    recipient: Option<Name>,
    parts: MailParts,
    secret: Option<String>,
}

/// What a look at the log came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fired {
    /// How many mails were queued.
    pub queued: u64,
    /// How many facts were looked at; there may be more if it was as many as are looked at.
    pub looked_at: usize,
    /// Up to which fact all mails are queued.
    pub looked_to: u64,
}

/// Queues the mails of the next facts after `from`, or after the cursor if that is further.
///
/// # Errors
/// If the store fails.
pub fn fire(bss: &Bss, from: u64) -> Result<Fired, Error> {
    let house = Actor::duty("notify");
    let (cursor, facts) = bss.read(&house, |cx| {
        let cursor = cx.view.cursor(CURSOR)?;
        Ok((cursor, cx.view.facts_after(cursor.max(from), LOOKED_AT_MAX)?))
    })?;
    let mut fired = Fired { queued: 0, looked_at: 0, looked_to: cursor.max(from) };
    let mut written = Vec::new();
    for fact in facts {
        (fired.looked_at, fired.looked_to) = (fired.looked_at + 1, fact.sequence);
        // What cannot be written is told in the log and does not keep back what comes after; where
        // the store fails, nobody knows whether it can, and the cursor stays before it.
        match write(bss, &fact) {
            Ok(mail) => written.extend(mail),
            Err(error) if error.is_of_the_store() => return Err(error),
            Err(error) => {
                let (sequence, error): (_, &dyn std::error::Error) = (fact.sequence, &error);
                tracing::error!(sequence, error, "a mail cannot be written");
            }
        }
        if written.len() >= MAILS_MAX {
            break;
        }
    }
    let is_far = fired.looked_to.saturating_sub(cursor) > IDLE_FACTS_MAX;
    if written.is_empty() && !is_far {
        return Ok(fired);
    }
    let to = fired.looked_to;
    let queued = bss.act(Author::of(house), move |act| queue(act, (cursor, to), written)).wait()?;
    Ok(Fired { queued, ..fired })
}

/// Queues mails and moves the cursor, unless somebody else has.
fn queue(act: &mut Act<'_>, (from, to): (u64, u64), written: Vec<Written>) -> Result<u64, Error> {
    if act.batch().cursor(CURSOR)? != from {
        return Ok(0);
    }
    let mut count = 0;
    for it in written {
        let id: MailId = act.new_id();
        let sealed =
            |act: &mut Act<'_>, it: &str| act.seal(it.as_bytes(), id.subject(), mail::SECRET_FIELD);
        let secret = it.secret.as_deref().map(|it| sealed(act, it));
        let letter = Letter {
            to: it.to,
            recipient: it.recipient,
            subject: subject(&it.parts.subject),
            text: it.parts.text,
            html: Some(it.parts.html).filter(|it| !it.is_empty()),
            attached: Vec::new(),
            secret,
        };
        let stamp = act.cx().stamp(it.fact.seller, it.fact.owner);
        let (about, occasion) = (Some(it.fact.subject), Some(it.occasion));
        let mail = Mail::queue(QueueMail { id, stamp, about, occasion, letter }, act.wall())?;
        act.keep(mail)?;
        count += 1;
    }
    act.batch().put_cursor(CURSOR, to)?;
    Ok(count)
}

/// A line that one sees first, cut where it is too long to be one.
fn subject(line: &str) -> Name {
    let cut: String = line.chars().take(250).collect();
    cut.parse().unwrap_or_else(|_| "Tillbox".parse().expect("a name"))
}

/// Writes the mails of a fact; none if it is no occasion, the seller does not want one, or there
/// is nobody to write to.
fn write(bss: &Bss, fact: &Fact) -> Result<Vec<Written>, Error> {
    let Some(occasion) = occasion(fact)? else { return Ok(Vec::new()) };
    let mut all: Vec<_> = write_on(bss, fact, occasion)?.into_iter().collect();
    if occasion == Occasion::OfferSold && is_begun_with(fact)? {
        for supplier in after::<Order>(fact)?.suppliers() {
            all.extend(write_to(bss, fact, supplier)?);
        }
    }
    Ok(all)
}

/// Writes who delivers something of an order what that is, and nothing else of the order.
fn write_to(bss: &Bss, fact: &Fact, supplier: AccountId) -> Result<Option<Written>, Error> {
    let (fact, occasion) =
        (Fact { owner: Some(supplier), ..fact.clone() }, Occasion::SupplyOrdered);
    bss.read(&Actor::duty("notify"), |cx| {
        let template = of(cx, fact.seller, occasion)?;
        let part = order::part_for(cx, after(&fact)?, supplier)?;
        let reader = reader(cx, &fact, occasion.recipient())?;
        let (Some(part), Some(reader)) = (part, reader) else { return Ok(None) };
        if template.firing == Firing::Off {
            return Ok(None);
        }
        let reader = Reader { zone: zone(cx, &fact)?, secret: "", ..reader };
        let values = values(cx, bss.site(), &fact, &reader)?;
        let values = values.with(Tree::group([("order", value::order(cx, &part, &reader)?)]));
        let parts = filled(&template, &reader, &values)?;
        let to = reader.email.parse().map_err(Error::internal)?;
        let recipient = reader.name.parse().ok();
        Ok(Some(Written { fact: fact.clone(), occasion, to, recipient, parts, secret: None }))
    })
}

/// Puts values into what a seller says, or into what the house does where that cannot be.
fn filled(
    template: &NotificationTemplate,
    reader: &Reader,
    values: &Tree,
) -> Result<MailParts, Error> {
    let parts = fill(template.text.text(&reader.locale), values).or_else(|error| {
        let occasion = template.occasion;
        tracing::warn!(%error, %occasion, "a seller's template failed; the house's is taken");
        let plain = of_house(template.stamp.clone(), occasion);
        fill(plain.text.text(&reader.locale), values)
    });
    parts.map_err(Error::internal)
}

/// Writes the mail of a fact that is an occasion.
fn write_on(bss: &Bss, fact: &Fact, occasion: Occasion) -> Result<Option<Written>, Error> {
    let house = Actor::duty("notify");
    let (mut secret, mut is_of_operator) = (None, false);
    if matches!(occasion, Occasion::Welcome | Occasion::PasswordReset) {
        let user: User = after(fact)?;
        is_of_operator = user.roles().contains(&Role::Operator);
        secret = user::link_secret(bss, &user)?;
        if secret.is_none() {
            // The link is too old: nobody could use it.
            return Ok(None);
        }
    }
    bss.read(&house, |cx| {
        let template = if is_of_operator {
            // A text can send the link on to whoever wrote it, and no seller looks after operators.
            of_house(cx.stamp(fact.seller, None), occasion)
        } else {
            of(cx, fact.seller, occasion)?
        };
        if template.firing == Firing::Off {
            return Ok(None);
        }
        let reminds = matches!(occasion, Occasion::PaymentReminder | Occasion::InstalmentReminder);
        if reminds && is_reminded_otherwise(cx, fact)? {
            return Ok(None);
        }
        if occasion == Occasion::OfferSold && is_known_to_its_seller(cx, fact)? {
            return Ok(None);
        }
        let ends = matches!(occasion, Occasion::UserRemoved | Occasion::SeatTaken);
        if ends && goes_with_its_account(cx, fact)? {
            return Ok(None);
        }
        let Some(reader) = reader(cx, fact, occasion.recipient())? else { return Ok(None) };
        if !reader.signs_in && fact.subject.kind == Kind::Invoice {
            secret = Some(invoice_page::secret(bss, cx, &after(fact)?)?);
        }
        let known = if secret.is_some() { reader.secret } else { "" };
        let reader = Reader { zone: zone(cx, fact)?, secret: known, ..reader };
        let values = values(cx, bss.site(), fact, &reader)?;
        let parts = filled(&template, &reader, &values)?;
        let (fact, recipient) = (fact.clone(), reader.name.parse().ok());
        let to = reader.email.parse().map_err(Error::internal)?;
        Ok(Some(Written { fact, occasion, to, recipient, parts, secret }))
    })
}

/// Whether another system sees to it that the owner of what a fact is about pays, or the ladder of
/// its class will write to it: of what is below the sum of the next mail, it does not.
fn is_reminded_otherwise(cx: Cx<'_>, fact: &Fact) -> Result<bool, Error> {
    let owner = fact.owner.map(|it| cx.view.find::<Account>(it)).transpose()?.flatten();
    let Some(owner) = owner else { return Ok(false) };
    if owner.terms().receivables == Receivables::External {
        return Ok(true);
    }
    let Some(class) = cx.view.find::<CustomerClass>(owner.class())? else { return Ok(false) };
    let ladder = &class.terms().dunning;
    match dunning::running(cx, billing_account_of(fact)?)? {
        Some(case) => Ok(case.reminds(ladder)?),
        None => Ok(ladder.reminds()),
    }
}

/// Whether the seller of an order need not be told that it is worked on now: it was before, nobody is to be
/// told of it, or somebody of the seller placed it.
fn is_known_to_its_seller(cx: Cx<'_>, fact: &Fact) -> Result<bool, Error> {
    let order: Order = after(fact)?;
    if !is_begun_with(fact)? {
        return Ok(true);
    }
    let Some(placed_by) = order.stamp.person else { return Ok(true) };
    let of = cx.view.find::<User>(placed_by)?.and_then(|it| it.stamp.owner);
    Ok(of.is_some() && of == seller(cx, fact.seller)?.map(|it| it.id))
}

/// Whether an order is worked on now that was not before, and people are told of it.
fn is_begun_with(fact: &Fact) -> Result<bool, Error> {
    let before = fact.before.as_deref().map(event::read::<Order>).transpose()?;
    let began = before.is_none_or(|it| it.phase() != Phase::Released);
    Ok(began && after::<Order>(fact)?.request.announcing != Announcing::Silent)
}

/// The billing account on which an invoice or an instalment is overdue.
fn billing_account_of(fact: &Fact) -> Result<BillingAccountId, Error> {
    if fact.subject.kind == Kind::PaymentPlan {
        return Ok(after::<PaymentPlan>(fact)?.billing_account);
    }
    Ok(after::<Invoice>(fact)?.content().billing_account)
}

/// Whether the account of a thing goes as a whole: nobody of it is told of each part.
fn goes_with_its_account(cx: Cx<'_>, fact: &Fact) -> Result<bool, Error> {
    let account = fact.owner.map(|it| cx.view.find::<Account>(it)).transpose()?.flatten();
    let is_going =
        |it: Account| matches!(it.state(), State::Closing | State::Closed | State::Erased);
    Ok(account.is_some_and(is_going))
}

/// Where the days begin of what a mail is about: where its account is billed, or else where its seller
/// is.
fn zone(cx: Cx<'_>, fact: &Fact) -> Result<Zone, Error> {
    let billed = fact.owner.map(|it| billing_account::of(cx, it)).transpose()?;
    let usual = billed.unwrap_or_default().into_iter().find(BillingAccount::is_default);
    usual.map_or_else(|| billing_account::zone_of_seller(cx, fact.seller), |it| Ok(it.terms().zone))
}
