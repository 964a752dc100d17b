//! Subscribers: what we call users, the people of a customer.

use axum::http::Method;

use super::error::Refusal;
use super::page::Stretch;
use super::person::Person;
use super::role::{self, Named};
use super::route::{Asked, By, Row};
use super::subscriber_form::{FIELDS, Subscriber, SubscriberAttribute};
use super::wire::{created, listed, moment, nothing, shown};
use super::{customer, field, message, seat as seats};
use crate::api::edge::work::Work;
use crate::domain::account::Account;
use crate::domain::account::lifecycle::State;
use crate::domain::id::UserId;
use crate::domain::operator::{Permission, Role, User, UserProfile, UserState, UserTrigger};
use crate::domain::stamp::Contract;
use crate::domain::subscription::seat::Seat;
use crate::services::idempotency::Answer;
use crate::services::user::{self, Invite};
use crate::services::{Act, Cx, Error, finding, seat};

const ALL: &str = "resource/subscriber";
const ONE: &str = "resource/subscriber/{id}";

const INVITES: (Permission, Role) = (Permission::UserInvite, Role::CustomerAdmin);
const LISTS: (Permission, Role) = (Permission::UserRead, Role::CustomerAdmin);
const CHANGES: (Permission, Role) = (Permission::UserWrite, Role::CustomerAdmin);
const SUSPENDS: (Permission, Role) = (Permission::UserSuspend, Role::CustomerAdmin);
const REMOVES: (Permission, Role) = (Permission::UserRemove, Role::CustomerAdmin);
/// Everybody sees itself.
const READS: (Permission, Role) = (Permission::UserRead, Role::Member);

/// What can be asked of subscribers.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::POST, ALL, By::Path, INVITES, add),
    Row::new(Method::GET, ALL, By::Path, LISTS, list),
    Row::new(Method::GET, ALL, By::Query("getSubscriberByEmailAddress"), LISTS, by_email),
    Row::new(Method::GET, ALL, By::Query("getSubscriberByCustomer"), LISTS, by_customer),
    Row::new(Method::GET, ONE, By::Path, READS, get),
    Row::new(Method::PUT, ONE, By::Path, CHANGES, update),
    Row::new(Method::DELETE, ONE, By::Path, REMOVES, delete),
    Row::new(Method::POST, ONE, By::Operation("activateSubscriber"), INVITES, activate),
    Row::new(Method::POST, ONE, By::Operation("suspendSubscriber"), SUSPENDS, suspend),
    Row::new(Method::POST, ONE, By::Operation("unsuspendSubscriber"), SUSPENDS, unsuspend),
    Row::new(Method::POST, ONE, By::Operation("restoreSubscriber"), REMOVES, restore),
];

/// Whether a subscriber is still there, and has a number by which it is known.
pub(super) fn is_here(it: &User) -> bool {
    it.stamp.number > 0 && it.state() != UserState::Removed
}

/// The subscriber with a number, if the caller may see it.
pub(super) fn find(cx: Cx<'_>, number: u64) -> Result<User, Error> {
    let id = finding::by_number::<User>(cx, number)?.into_iter().next().filter(|_| number > 0);
    let found = id.map(|it| cx.find::<User>(it)).transpose()?.flatten().filter(is_here);
    found.ok_or_else(|| Error::not_found(format!("Subscriber with ID {number}")))
}

/// The subscriber who signs in with a name, if the caller may see it.
pub(super) fn by_login(cx: Cx<'_>, login: &str) -> Result<User, Error> {
    let id: Option<UserId> = user::by_login(cx, login)?.map(|it| it.id);
    let found = id.map(|it| cx.find::<User>(it)).transpose()?.flatten().filter(is_here);
    let shown: String = login.trim().chars().take(100).collect();
    found.ok_or_else(|| Error::not_found(format!("Subscriber with the login name {shown}")))
}

/// The subscriber of a number, where something is to be done with it.
pub(super) fn to_change(cx: Cx<'_>, number: u64) -> Result<User, Error> {
    staying(cx, find(cx, number)?)
}

/// The subscriber who signs in with a name, where something is to be done with it.
pub(super) fn by_login_to_change(cx: Cx<'_>, login: &str) -> Result<User, Error> {
    staying(cx, by_login(cx, login)?)
}

/// A subscriber that does not go with its customer: of one that does nothing can be changed.
fn staying(cx: Cx<'_>, it: User) -> Result<User, Error> {
    let account = it.stamp.owner.map(|it| cx.shared::<Account>(it)).transpose()?.flatten();
    match account.is_some_and(|account| state(it.state(), account.state()) == REMOVE_PENDING) {
        true => Err(message::SUBSCRIBER_STATE.with(["it is being removed"]).into()),
        false => Ok(it),
    }
}

/// The state of who is on the way out.
const REMOVE_PENDING: &str = "REMOVE_PENDING";

/// The state of a subscriber, in the contract's words. Who belongs to a customer that is going goes
/// with it.
const fn state(of: UserState, account: State) -> &'static str {
    match (of, account) {
        (UserState::Removing | UserState::Removed, _) | (_, State::Closing) => REMOVE_PENDING,
        (UserState::Invited, _) => "PENDING",
        (UserState::Active, _) => "ACTIVE",
        (UserState::Suspended | UserState::InvitationSuspended, _) => "SUSPENDED",
        (UserState::SoftlyDeleted, _) => "SOFT_DELETED",
    }
}

fn wire(cx: Cx<'_>, it: &User) -> Result<Subscriber, Error> {
    let missing = || Error::internal("a user belongs to an account");
    let account = it.stamp.owner.map(|it| cx.shared::<Account>(it)).transpose()?.flatten();
    let account = account.ok_or_else(missing)?;
    let inviter = it.invited_by().map(|it| cx.shared::<User>(it)).transpose()?.flatten();
    let (number, owner) = (it.stamp.number, account.stamp.number);
    let held = seat::of_user(cx, it.id)?.into_iter().filter(Seat::is_taken);
    let seat_set =
        held.map(|it| seats::wire(cx, &it, (number, owner))).collect::<Result<_, _>>()?;
    let attributes = it.profile().attributes.iter();
    let kept = Person::of_carried(it.stamp.carried.get(&Contract::Ibm));
    let person = Person {
        role_set: Some(Named::of(it).names()),
        org_name: Some(account.profile().name.to_string()),
        owner: Some(owner),
        security_realm: Some("NON_FEDERATED"),
        is_restricted_use: Some(false),
        created: Some(moment(it.stamp.created_at)),
        modified: Some(moment(it.stamp.changed_at)),
        deleted: Some(it.state() == UserState::SoftlyDeleted),
        ..Person::of_user(it.profile(), kept)
    };
    Ok(Subscriber {
        id: number,
        oid: number,
        customer_id: owner.into(),
        owner,
        subscriber_state: state(it.state(), account.state()),
        party_role_type: "SUBSCRIBER",
        is_guest: false,
        invited_by: inviter.map(|it| it.stamp.number).filter(|it| *it > 0),
        is_sync_pending: false,
        seat_set,
        subscriber_attribute_set: attributes
            .map(|it| SubscriberAttribute::of(it, (number, owner)))
            .collect(),
        person,
    })
}

fn shown_all(cx: Cx<'_>, items: &[User]) -> Result<Answer, Error> {
    let items: Result<Vec<_>, Error> = items.iter().map(|it| wire(cx, it)).collect();
    Ok(listed(&items?))
}

/// What is said of a subscriber: its profile, and its roles.
fn read(said: &Subscriber, was: Option<UserProfile>) -> Result<(UserProfile, Named), Error> {
    let profile = said.person.profile(was)?;
    let names = said.person.role_set.iter().flatten().map(String::as_str);
    let named = Named::read(names)?;
    Ok((UserProfile { attributes: said.attributes()?, ..profile }, named))
}

fn add(mut asked: Asked) -> Result<Work, Refusal> {
    let is_silent = asked.flag("suppressEmail", false)?;
    let said: Subscriber = field::read(asked.body, "Subscriber", FIELDS)?;
    let (profile, named) = read(&said, None)?;
    Ok(Work::writes(move |act| {
        let account = customer::find(act.cx(), said.customer())?;
        let roles = named.ours().clone();
        let command = Invite { id: None, account: Some(account.id), party: None, profile, roles };
        let it = match is_silent {
            true => user::invite_silently(act, command)?,
            false => user::invite(act, command)?.user,
        };
        role::carry(act, &it, &said.person.unknown(), &named)?;
        Ok(created(it.stamp.number))
    }))
}

fn get(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Subscriber")?;
    Ok(Work::reads(move |cx| Ok(shown("Subscriber", wire(cx, &find(cx, number)?)?))))
}

fn update(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Subscriber")?;
    let said: Subscriber = field::read(asked.body, "Subscriber", FIELDS)?;
    let (_, named) = read(&said, None)?;
    Ok(Work::writes(move |act| {
        let it = to_change(act.cx(), number)?;
        let owner = it.stamp.owner.map(|it| act.load::<Account>(it)).transpose()?;
        if owner.is_none_or(|it| it.stamp.number != said.customer()) {
            let refused = [&*said.customer().to_string(), "CustomerId"];
            return Err(message::VALUE_INVALID.with(refused).into());
        }
        user::revise(act, it.id, None, |was| Ok(read(&said, Some(was))?.0))?;
        role::assign(act, &it, &named)?;
        role::carry(act, &it, &said.person.unknown(), &named)?;
        Ok(nothing())
    }))
}

/// What is done to the subscriber in the path.
fn to_one(
    asked: &Asked,
    deed: impl FnOnce(&mut Act<'_>, UserId) -> Result<User, Error> + Send + 'static,
) -> Result<Work, Refusal> {
    let number = asked.id(0, "Subscriber")?;
    Ok(Work::writes(move |act| {
        let it = to_change(act.cx(), number)?;
        deed(act, it.id)?;
        Ok(nothing())
    }))
}

fn delete(mut asked: Asked) -> Result<Work, Refusal> {
    if asked.flag("moveToSoftDelete", false)? {
        return to_one(&asked, |act, id| user::on(act, id, UserTrigger::SoftDelete));
    }
    let number = asked.id(0, "Subscriber")?;
    Ok(Work::writes(move |act| {
        // Who goes with its customer may go before it.
        let it = find(act.cx(), number)?;
        user::on(act, it.id, UserTrigger::Remove)?;
        Ok(nothing())
    }))
}

fn activate(asked: Asked) -> Result<Work, Refusal> {
    to_one(&asked, user::vouch)
}

/// Whether it is forced changes nothing: nothing that could be would keep it from being done.
fn suspend(mut asked: Asked) -> Result<Work, Refusal> {
    asked.flag("_force", false)?;
    to_one(&asked, |act, id| user::on(act, id, UserTrigger::Suspend))
}

fn unsuspend(asked: Asked) -> Result<Work, Refusal> {
    to_one(&asked, |act, id| user::on(act, id, UserTrigger::Resume))
}

fn restore(asked: Asked) -> Result<Work, Refusal> {
    to_one(&asked, |act, id| user::on(act, id, UserTrigger::Restore))
}

/// The people of the caller's own organization, and then those of the organizations below it.
fn list(mut asked: Asked) -> Result<Work, Refusal> {
    let wanted = asked.page()?;
    Ok(Work::scans(move |cx| {
        let mut found = Stretch::of(wanted);
        let own = cx.actor.standing().map(|it| it.account);
        if own.is_some() {
            found.take_from(|page| user::list(cx, own, page, is_here))?;
        }
        let others = |it: &User| is_here(it) && (own.is_none() || it.stamp.owner != own);
        found.take_from(|page| user::list(cx, None, page, others))?;
        shown_all(cx, &found.items)
    }))
}

fn by_email(mut asked: Asked) -> Result<Work, Refusal> {
    let (wanted, email) = (asked.page()?, asked.must("emailAddress")?.trim().to_lowercase());
    Ok(Work::reads(move |cx| {
        let found = by_login(cx, &email).map_or_else(Error::or_nothing, |it| Ok(Some(it)))?;
        let found = found.filter(|it| it.profile().email.folded() == email);
        shown_all(cx, &wanted.of_all(found))
    }))
}

fn by_customer(mut asked: Asked) -> Result<Work, Refusal> {
    let (wanted, number) = (asked.page()?, asked.number("customer")?);
    Ok(Work::scans(move |cx| {
        let account = customer::find(cx, number)?;
        shown_all(cx, &wanted.of(|page| user::list(cx, Some(account.id), page, is_here))?)
    }))
}
