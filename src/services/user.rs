//! Users: inviting people of an account, what they may do here, and their going.
//!
//! Who looks after somebody holds at least the roles of that one: otherwise a customer's
//! administrator could become the operator by way of a password.

use std::collections::BTreeSet;

use super::{Act, Bss, Cx, Error, consumer_key, operator, seat, session, token};
use crate::domain::account::Account;
use crate::domain::account::lifecycle::State;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::{Fact, Verb};
use crate::domain::id::{AccountId, Id, PartyId, UserId};
use crate::domain::operator::{
    Actor, Administrators, InviteUser, Link, LinkPurpose, PasswordHash, PasswordKind, Permission,
    Role, User, UserProfile, UserState, UserTrigger,
};
use crate::domain::page::{Page, PageRequest};
use crate::domain::party::Party;
use crate::domain::time::Instant;
use crate::store::fact::{About, Facts as _};
use crate::store::operator::USER_BY_LOGIN;
use crate::store::{Along, Key, Records};

/// The sequence that users are numbered by.
const NUMBERS: &str = "user";
/// The field under which the secret of a link is sealed.
const LINK_FIELD: &str = "link";

/// Invites somebody.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The id that the user is to have; a new one if nothing is said.
    pub id: Option<UserId>,
    /// To which account; to the caller's own if nothing is said.
    pub account: Option<AccountId>,
    /// Who it is as a person, if that is known.
    pub party: Option<PartyId>,
    /// What is known of the user.
    pub profile: UserProfile,
    /// What it will be here; a member if nothing is said.
    pub roles: BTreeSet<Role>,
}

/// A user with the secret of the link that it was given.
#[derive(Debug)]
pub struct Invited {
    /// The user.
    pub user: User,
    /// What the link in the mail carries.
    pub secret: String,
}

/// Invites a user to an account, with a link by which it chooses its password.
///
/// The mail that carries the link is made from the fact: see [`link_secret`].
///
/// # Errors
/// If the address is taken, a value breaks a rule, or the caller may not.
pub fn invite(act: &mut Act<'_>, command: Invite) -> Result<Invited, Error> {
    let (user, _) = invited(act, command)?;
    send_link(act, user, LinkPurpose::Invitation)
}

/// Invites a user to an account without telling it: there is no link, so no mail is written, and
/// somebody else has to give it a password.
///
/// # Errors
/// If the address is taken, a value breaks a rule, or the caller may not.
pub fn invite_silently(act: &mut Act<'_>, command: Invite) -> Result<User, Error> {
    let (user, verb) = invited(act, command)?;
    keep(act, user, verb)
}

/// Makes a user with a password that whoever makes it has chosen: it can sign in at once, and no
/// mail asks it to.
///
/// # Errors
/// If the address is taken, a value breaks a rule, or the caller may not.
pub fn enroll(act: &mut Act<'_>, command: Invite, password: PasswordHash) -> Result<User, Error> {
    let (user, _) = invited(act, command)?;
    act.must(Permission::PasswordWrite, &user.stamp)?;
    let (user, _) = user.with_password(password, PasswordKind::Chosen, act.wall());
    let (user, _) = user.on(UserTrigger::Activate, Administrators::AccountCloses, act.now())?;
    keep(act, user, Verb::Created)
}

/// A new user, not yet kept.
pub(super) fn invited(act: &mut Act<'_>, command: Invite) -> Result<(User, Verb), Error> {
    let account = account_of(act, command.account)?;
    let stamp = act.cx().stamp(account.stamp.seller, Some(account.id));
    act.must(Permission::UserInvite, &stamp)?;
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    for role in &command.roles {
        must_grant(act, *role)?;
    }
    if let Some(party) = command.party {
        act.cx().named::<Party>("/party", party)?;
    }
    let id = act.id_or_new(command.id)?;
    must_be_free(act.cx(), &command.profile, id)?;
    let (account_role, invited_by) = (account.role(), act.actor().user());
    let Invite { party, profile, roles, .. } = command;
    Ok(User::invite(InviteUser { id, stamp, account_role, party, profile, roles, invited_by })?)
}

fn account_of(act: &Act<'_>, named: Option<AccountId>) -> Result<Account, Error> {
    let own = act.actor().standing().map(|it| it.account);
    let account = match (named, own) {
        (Some(id), _) => act.cx().named::<Account>("/account", id)?,
        (None, Some(own)) => act.get(own)?,
        (None, None) => return Err(Invalid::one("/account", "required", "must be named").into()),
    };
    match account.state() {
        State::Closing | State::Closed | State::Erased => {
            let why = format!("cannot invite to an account that is {}", account.state());
            Err(Rejection::new(Code::AccountStateForbids, why).into())
        }
        State::Prospective
        | State::Active
        | State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth => Ok(account),
    }
}

fn must_grant(act: &Act<'_>, role: Role) -> Result<(), Error> {
    if act.actor().may_grant(role) {
        return Ok(());
    }
    Err(Error::Forbidden { permission: Permission::RoleGrant })
}

/// Refuses who looks after somebody that is more than itself; everybody looks after itself.
pub(super) fn must_outrank(
    actor: &Actor,
    user: &User,
    permission: Permission,
) -> Result<(), Error> {
    let is_self = actor.user() == Some(user.id);
    let outranks = user.roles().iter().all(|it| actor.may_grant(*it));
    if is_self || outranks { Ok(()) } else { Err(Error::Forbidden { permission }) }
}

/// Refuses a login that somebody else has.
fn must_be_free(cx: Cx<'_>, profile: &UserProfile, id: UserId) -> Result<(), Error> {
    for login in profile.logins() {
        if by_login(cx, &login)?.is_some_and(|it| it.id != id) {
            let why = format!("somebody else signs in as `{login}`");
            return Err(Rejection::new(Code::Duplicate, why).into());
        }
    }
    Ok(())
}

/// The user that signs in with a login, in any case.
///
/// # Errors
/// If the store fails.
pub fn by_login(cx: Cx<'_>, login: &str) -> Result<Option<User>, Error> {
    let key = Key::new().text(&login.trim().to_lowercase());
    Ok(cx.view.first_along(USER_BY_LOGIN, key)?)
}

/// Gives a user a new link; one that was sent before is void.
pub(super) fn send_link(
    act: &mut Act<'_>,
    user: User,
    purpose: LinkPurpose,
) -> Result<Invited, Error> {
    let is_new = user.stamp.revision == 0;
    let (user, secret) = linked(act, user, purpose);
    let user = keep(act, user, if is_new { Verb::Created } else { Verb::Changed })?;
    Ok(Invited { user, secret })
}

/// A user with a new link, not yet kept, and the secret of that.
fn linked(act: &mut Act<'_>, user: User, purpose: LinkPurpose) -> (User, String) {
    let secret = operator::secret(act.random());
    let sealed = act.seal(secret.as_bytes(), user.id.subject(), LINK_FIELD);
    let expires_at = act.wall().plus_seconds(Link::seconds(purpose));
    let hash = operator::digest(&secret);
    let (user, _) = user.with_link(Link { purpose, hash, secret: sealed, expires_at });
    (user, secret)
}

/// The secret of the link that a user was given, for the mail that carries it; nothing if it was
/// used or is too old.
///
/// # Errors
/// If the key that it was sealed with is gone.
pub fn link_secret(bss: &Bss, user: &User) -> Result<Option<String>, Error> {
    let Some(link) = user.link(bss.moment().wall) else { return Ok(None) };
    let secret = bss.unseal(&link.secret, user.id.subject(), LINK_FIELD)?;
    Ok(secret.as_text().map(str::to_owned))
}

/// Sends an invitation again, with a new link.
///
/// # Errors
/// If the user has accepted, or the caller may not.
pub fn remind(act: &mut Act<'_>, id: UserId) -> Result<Invited, Error> {
    let user: User = act.get(id)?;
    act.must(Permission::UserInvite, &user.stamp)?;
    must_outrank(act.actor(), &user, Permission::UserInvite)?;
    if user.state() != UserState::Invited {
        let why = format!("cannot invite a user that is {}", user.state());
        return Err(Rejection::new(Code::UserStateForbids, why).into());
    }
    send_link(act, user, LinkPurpose::Invitation)
}

/// Accepts an invitation in the user's stead, who is sent a link to choose a password.
///
/// # Errors
/// If the user is not invited, or the caller may not.
pub fn activate(act: &mut Act<'_>, id: UserId) -> Result<Invited, Error> {
    let user: User = act.get(id)?;
    act.must(Permission::UserInvite, &user.stamp)?;
    must_outrank(act.actor(), &user, Permission::UserInvite)?;
    // One fact tells both: two would be two mails.
    let (user, verb) = user.on(UserTrigger::Activate, Administrators::AccountCloses, act.now())?;
    let (user, secret) = linked(act, user, LinkPurpose::Reset);
    let user = keep(act, user, verb)?;
    Ok(Invited { user, secret })
}

/// Accepts an invitation in the user's stead, without a link: its password is for somebody to set, or
/// was set before.
///
/// # Errors
/// If the user is not invited, or the caller may not.
pub fn vouch(act: &mut Act<'_>, id: UserId) -> Result<User, Error> {
    let user: User = act.get(id)?;
    act.must(Permission::UserInvite, &user.stamp)?;
    must_outrank(act.actor(), &user, Permission::UserInvite)?;
    let (user, verb) = user.on(UserTrigger::Activate, Administrators::AccountCloses, act.now())?;
    keep(act, user, verb)
}

/// Lets a user try again whom too many wrong passwords have locked out.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn unlock(act: &mut Act<'_>, id: UserId) -> Result<User, Error> {
    let user: User = act.get(id)?;
    act.must(Permission::UserSuspend, &user.stamp)?;
    must_outrank(act.actor(), &user, Permission::UserSuspend)?;
    let (user, verb) = user.unlock();
    keep(act, user, verb)
}

/// Says who a user is as a person.
///
/// # Errors
/// If either is not there, or the caller may not.
pub fn identify(act: &mut Act<'_>, id: UserId, party: PartyId) -> Result<User, Error> {
    let user: User = act.get(id)?;
    act.must(Permission::UserWrite, &user.stamp)?;
    must_outrank(act.actor(), &user, Permission::UserWrite)?;
    act.cx().named::<Party>("/party", party)?;
    let (user, verb) = user.identify(party);
    keep(act, user, verb)
}

/// Gives a user another profile.
///
/// # Errors
/// If it is not there, has changed since, its address is taken, or the profile breaks a rule.
pub fn revise(
    act: &mut Act<'_>,
    id: UserId,
    revision: Option<u32>,
    change: impl FnOnce(UserProfile) -> Result<UserProfile, Error>,
) -> Result<User, Error> {
    let user: User = act.get(id)?;
    act.must(Permission::UserWrite, &user.stamp)?;
    must_outrank(act.actor(), &user, Permission::UserWrite)?;
    act.expect_revision(&user.stamp, revision)?;
    let profile = change(user.profile().clone())?;
    if profile.logins() != user.profile().logins() {
        must_change_logins(act, &user)?;
    }
    revised(act, user, profile)
}

/// Refuses who would take a user over by the back door: where mail goes, links to choose a password
/// go. Somebody else's is for who may set that one's password; one's own asks for the password, see
/// [`password::change_login`](super::password::change_login).
fn must_change_logins(act: &Act<'_>, user: &User) -> Result<(), Error> {
    if act.actor().user() == Some(user.id) {
        let why = "one changes what one signs in with by knowing one's password";
        return Err(Rejection::new(Code::NotForOneself, why).into());
    }
    act.must(Permission::PasswordWrite, &user.stamp)
}

/// Keeps another profile of a user, whose logins nobody else has.
pub(super) fn revised(act: &mut Act<'_>, user: User, profile: UserProfile) -> Result<User, Error> {
    must_be_free(act.cx(), &profile, user.id)?;
    let (user, verb) = user.revise(profile)?;
    keep(act, user, verb)
}

/// Gives a user these roles and no others; who is given none is a member.
///
/// # Errors
/// If one does not suit the account, the last administrator would go, or the caller may not.
pub fn assign(act: &mut Act<'_>, id: UserId, roles: &BTreeSet<Role>) -> Result<User, Error> {
    let member = roles.is_empty().then_some(Role::Member);
    assign_exactly(act, id, &roles.iter().copied().chain(member).collect())
}

/// Gives a user exactly these roles: who is given none can sign in, and do nothing.
///
/// # Errors
/// If one does not suit the account, the last administrator would go, or the caller may not.
pub fn assign_exactly(act: &mut Act<'_>, id: UserId, came: &BTreeSet<Role>) -> Result<User, Error> {
    let mut user: User = act.get(id)?;
    act.must(Permission::RoleGrant, &user.stamp)?;
    let account: Account = act.get(owner(&user)?)?;
    let others = administrators(act.cx(), &user)?;
    let before = user.roles().clone();
    let mut verb = Verb::Changed;
    for role in came.difference(&before) {
        must_grant(act, *role)?;
        (user, verb) = user.grant(*role, account.role())?;
    }
    for role in before.difference(came) {
        must_grant(act, *role)?;
        (user, verb) = user.revoke(*role, others)?;
    }
    keep(act, user, verb)
}

/// Moves a user along its life, as people do. Who no longer may sign in is signed out everywhere.
///
/// # Errors
/// If its state forbids it, it is the last administrator, or the caller may not.
pub fn on(act: &mut Act<'_>, id: UserId, trigger: UserTrigger) -> Result<User, Error> {
    let permission = match trigger {
        UserTrigger::Suspend | UserTrigger::Resume => Permission::UserSuspend,
        UserTrigger::SoftDelete | UserTrigger::Restore | UserTrigger::Remove => {
            Permission::UserRemove
        }
        UserTrigger::Activate | UserTrigger::Finish => {
            return Err(Error::internal(format!("`{trigger}` is not for people to say")));
        }
    };
    let user: User = act.get(id)?;
    act.must(permission, &user.stamp)?;
    must_outrank(act.actor(), &user, permission)?;
    let others = administrators(act.cx(), &user)?;
    step(act, user, trigger, others)
}

/// Lets a user go on that was stopped, or has gone and may come back.
///
/// # Errors
/// If it was neither, or the caller may not.
pub fn restore(act: &mut Act<'_>, id: UserId) -> Result<User, Error> {
    let user: User = act.get(id)?;
    let trigger = match user.state() {
        UserState::Suspended | UserState::InvitationSuspended => UserTrigger::Resume,
        UserState::Invited
        | UserState::Active
        | UserState::SoftlyDeleted
        | UserState::Removing
        | UserState::Removed => UserTrigger::Restore,
    };
    on(act, id, trigger)
}

fn step(
    act: &mut Act<'_>,
    user: User,
    trigger: UserTrigger,
    others: Administrators,
) -> Result<User, Error> {
    let (user, verb) = user.on(trigger, others, act.now())?;
    let user = keep(act, user, verb)?;
    match user.state() {
        UserState::Active | UserState::Invited => Ok(user),
        UserState::Suspended | UserState::InvitationSuspended | UserState::SoftlyDeleted => {
            session::end_all(act, user.id)?;
            Ok(user)
        }
        UserState::Removing => {
            seat::release_all_of(act, user.id)?;
            step(act, user, UserTrigger::Finish, others)
        }
        UserState::Removed => {
            session::end_all(act, user.id)?;
            token::revoke_all(act, user.id)?;
            consumer_key::revoke_all(act, user.id)?;
            Ok(user)
        }
    }
}

/// Lets all users of an account go that is being closed.
pub(super) fn dismiss_all(act: &mut Act<'_>, account: AccountId) -> Result<(), Error> {
    for user in act.every::<User>(&Along::Owner(account))? {
        if !matches!(user.state(), UserState::Removing | UserState::Removed) {
            step(act, user, UserTrigger::Remove, Administrators::AccountCloses)?;
        }
    }
    Ok(())
}

/// How many others could stand in for a user in administering its account.
fn administrators(cx: Cx<'_>, user: &User) -> Result<Administrators, Error> {
    let all = cx.every::<User>(&Along::Owner(owner(user)?))?;
    let others = all.iter().filter(|it| it.id != user.id && it.stands_in_for(user)).count();
    Ok(Administrators::Others(u64::try_from(others).unwrap_or(u64::MAX)))
}

pub(super) fn owner(user: &User) -> Result<AccountId, Error> {
    user.stamp.owner.ok_or_else(|| Error::internal("a user belongs to an account"))
}

/// When a user signed in, the last time first, as far back as is still known.
///
/// # Errors
/// If the store fails.
pub fn signed_in_at(cx: Cx<'_>, user: &User, most: usize) -> Result<Vec<Instant>, Error> {
    let page = PageRequest::first(most);
    let mut accept = |it: &Fact| it.verb == Verb::SignedIn;
    let facts = cx.view.facts(About::Subject(user.id.subject()), &page, &mut accept)?;
    Ok(facts.items.into_iter().map(|it| it.at).collect())
}

/// A page of the users that the caller may see, of one account if that is named. A vendor sees its
/// own people among them.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    account: Option<AccountId>,
    page: &PageRequest,
    accept: impl FnMut(&User) -> bool,
) -> Result<Page<User>, Error> {
    match account {
        Some(account) => cx.list(Some(Along::Owner(account)), page, accept),
        None => cx.list_with_own(page, accept),
    }
}

/// The user that signs in with a login, in any case, as a list of those that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn with_login(
    cx: Cx<'_>,
    login: &str,
    accept: impl FnOnce(&User) -> bool,
) -> Result<Page<User>, Error> {
    let found = by_login(cx, login)?.map(|it| cx.find(it.id)).transpose()?.flatten();
    Ok(Page { items: found.filter(accept).into_iter().collect(), next: None })
}

/// Keeps what the domain made of a user, and tells it.
pub(super) fn keep(act: &mut Act<'_>, mut user: User, verb: Verb) -> Result<User, Error> {
    act.put(&mut user)?;
    act.tell(user.id, verb);
    Ok(user)
}
