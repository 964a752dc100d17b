//! Passwords: choosing the first, changing one, and replacing one that was lost.
//!
//! Comparing and hashing are slow, so each use case reads first, then computes outside of any act,
//! and inside the act makes sure that what it computed with is still so.

use std::collections::BTreeSet;

use super::{Act, Author, Bss, Cx, Error, identity_provider, operator, session, user};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::UserId;
use crate::domain::operator::{
    Actor, Administrators, LinkPurpose, PasswordHash, PasswordKind, PasswordPolicy, Permission,
    User, UserProfile, UserState, UserTrigger,
};
use crate::services::session::SignedIn;
use crate::services::user::Invited;
use crate::store::operator::USER_BY_LINK;
use crate::store::{Key, Records};
use crate::world::password::Verdict;

/// A password that somebody wants from now on.
#[derive(Clone)]
pub struct NewPassword {
    /// The password.
    pub password: String,
    /// Whose rules it must keep.
    pub policy: PasswordPolicy,
}

impl NewPassword {
    /// One that must keep the rules of the house.
    #[must_use]
    pub const fn of_house(password: String) -> Self {
        Self { password, policy: PasswordPolicy::House }
    }

    /// The hash of a password that is good enough.
    pub(super) fn hash(&self, bss: &Bss, logins: &BTreeSet<String>) -> Result<PasswordHash, Error> {
        self.policy.check(&self.password, logins)?;
        bss.hash_password(&self.password)
    }

    /// The same for a user, whose earlier passwords do not come back.
    fn hash_for(&self, bss: &Bss, user: &User) -> Result<PasswordHash, Error> {
        self.policy.check(&self.password, &user.profile().logins())?;
        if self.policy == PasswordPolicy::Unchecked {
            return bss.hash_password(&self.password);
        }
        for before in user.credential().into_iter().flat_map(|it| it.remembered()) {
            if bss.verify_password(&self.password, Some(before))? != Verdict::Wrong {
                let why = "the password was used before";
                return Err(Rejection::new(Code::WeakPassword, why).into());
            }
        }
        bss.hash_password(&self.password)
    }
}

/// The hash of the password that somebody chooses for a new user, if it is good enough: `logins` are
/// what that will sign in with, in lower case. Slow.
///
/// # Errors
/// If the password is too weak, or too many are waiting.
pub fn first(
    bss: &Bss,
    password: String,
    logins: &BTreeSet<String>,
) -> Result<PasswordHash, Error> {
    NewPassword::of_house(password).hash(bss, logins)
}

/// Chooses a password by way of a link: accepts an invitation, or replaces what was lost. All other
/// sessions of the user end, and so do the ways by which identity providers let it in; a new one is open.
///
/// # Errors
/// [`Code::LinkVoid`] if the link is wrong, used or too old; if the password is too weak.
pub fn redeem(
    bss: &Bss,
    secret: &str,
    new: &NewPassword,
    agent: Option<String>,
) -> Result<SignedIn, Error> {
    let house = Actor::duty("link");
    let hash = operator::digest(secret);
    let found = bss.read(&house, |cx| {
        Ok(cx.view.first_along::<User>(USER_BY_LINK, Key::new().raw(hash.as_bytes()))?)
    })?;
    let found = found.ok_or_else(void)?;
    found.link(bss.moment().wall).ok_or_else(void)?;
    let password = new.hash_for(bss, &found)?;
    let accept = move |act: &mut Act<'_>| {
        let user: User = act.get(found.id)?;
        let link = user.link(act.wall()).filter(|it| it.hash == hash).ok_or_else(void)?;
        // Whoever vouched for somebody meanwhile has accepted, and not chosen the password.
        let accepts = link.purpose == LinkPurpose::Invitation && user.state() != UserState::Active;
        let (user, verb) = user.with_password(password, PasswordKind::Chosen, act.wall());
        let (user, verb) = if accepts {
            // An administrator who joins takes nobody's place.
            user.on(UserTrigger::Activate, Administrators::AccountCloses, act.now())?
        } else {
            (user, verb)
        };
        session::end_all(act, user.id)?;
        identity_provider::disown(act, user.id)?;
        let user = user::keep(act, user, verb)?;
        let (user, verb) = user.sign_in(act.wall())?;
        let user = user::keep(act, user, verb)?;
        session::open(act, &user, agent.as_deref())
    };
    bss.act(Author::of(house), accept).wait()
}

fn void() -> Error {
    let why = "the link was used, is too old, or was never sent; ask for another one";
    Rejection::new(Code::LinkVoid, why).into()
}

/// Whether a login is that of the caller, who has to change its password before anything else: it may
/// change its own, whatever else it may.
///
/// # Errors
/// If the store fails.
pub fn is_own_to_change(cx: Cx<'_>, login: &str) -> Result<bool, Error> {
    if cx.actor.must_have_changed_password().is_ok() {
        return Ok(false);
    }
    Ok(operator::oneself(cx)?.profile().logins().contains(&login.trim().to_lowercase()))
}

/// Changes a password for somebody who knows the present one: also a one-time password that opens
/// nothing any more. All its sessions end.
///
/// # Errors
/// [`Code::SignInRefused`] if the present one is wrong; if the new one is too weak or was used
/// before.
pub fn change(bss: &Bss, login: &str, present: &str, new: &NewPassword) -> Result<User, Error> {
    let house = Actor::duty("password");
    let known = bss.read(&house, |cx| user::by_login(cx, login))?;
    let hash = known.as_ref().and_then(User::credential).map(|it| it.hash().clone());
    let verdict = bss.verify_password(present, hash.as_ref())?;
    let (Some(known), Some(before)) = (known, hash) else { return Err(session::refused()) };
    if verdict == Verdict::Wrong {
        session::note_later(bss, known.id);
        return Err(session::refused());
    }
    // Before anything is said of the new one, which would say that the present one is right.
    session::must_open(bss, known.id, is_living)?;
    let (id, policy) = (known.id, new.policy);
    let password = new.hash_for(bss, &known)?;
    let replace = move |act: &mut Act<'_>| {
        let user: User = act.get(id)?;
        let is_same = user.credential().is_some_and(|it| *it.hash() == before);
        if !is_same || !is_living(&user) || session::is_locked(act.wall(), &user) {
            return Err(session::refused());
        }
        let (user, verb) = user.change_password(password, policy, act.wall())?;
        session::end_all(act, id)?;
        user::keep(act, user, verb)
    };
    bss.act(Author::of(house), replace).wait()
}

/// Whether a user may choose another password. Who is only invited has one if somebody set it, and
/// chooses its own before it is let in.
const fn is_living(user: &User) -> bool {
    matches!(user.state(), UserState::Active | UserState::Invited)
}

/// Changes what somebody itself signs in with, who must know the password: whoever only found the
/// session open, or holds a token for less, would own the user by its next reset.
///
/// # Errors
/// [`Code::SignInRefused`] if the password is wrong; if the address is taken, the caller is somebody
/// else, or confined.
pub fn change_login(
    bss: &Bss,
    author: Author,
    id: UserId,
    present: &str,
    change: impl FnOnce(UserProfile) -> Result<UserProfile, Error> + Send + 'static,
) -> Result<User, Error> {
    let known: User = bss.read(&author.actor, |cx| {
        let user: User = cx.get(id)?;
        may_change_login(cx.actor, &user)?;
        Ok(user)
    })?;
    let hash = known.credential().map(|it| it.hash().clone());
    if bss.verify_password(present, hash.as_ref())? == Verdict::Wrong {
        session::note_later(bss, id);
        return Err(session::refused());
    }
    let revise = move |act: &mut Act<'_>| {
        let user: User = act.get(id)?;
        let is_same = user.credential().map(|it| it.hash()) == hash.as_ref();
        if !is_same || user.state() != UserState::Active || session::is_locked(act.wall(), &user) {
            return Err(session::refused());
        }
        act.must(Permission::UserWrite, &user.stamp)?;
        let profile = change(user.profile().clone())?;
        user::revised(act, user, profile)
    };
    bss.act(author, revise).wait()
}

fn may_change_login(actor: &Actor, user: &User) -> Result<(), Error> {
    if actor.user() != Some(user.id) {
        let why = "what somebody else signs in with is changed with the rest of the profile";
        return Err(Rejection::new(Code::UserStateForbids, why).into());
    }
    if actor.is_confined() {
        return Err(Error::Forbidden { permission: Permission::UserWrite });
    }
    Ok(())
}

/// What the password that somebody else sets means for a user who is not active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unaccepted {
    /// Who is invited has accepted with it.
    Accepts,
    /// Who is invited stays so.
    Waits,
    /// Only who is active gets one.
    Refused,
}

/// Sets the password of somebody else.
///
/// # Errors
/// If the caller may not, or is that one itself: oneself one changes it; if the password is too
/// weak or was used before, or the user is not active and has to be.
pub fn set(
    bss: &Bss,
    author: Author,
    id: UserId,
    new: &NewPassword,
    (kind, unaccepted): (PasswordKind, Unaccepted),
) -> Result<User, Error> {
    let known: User = bss.read(&author.actor, |cx| {
        let user: User = cx.get(id)?;
        may_set(cx, &user)?;
        Ok(user)
    })?;
    let password = new.hash_for(bss, &known)?;
    let set = move |act: &mut Act<'_>| {
        let user: User = act.get(id)?;
        may_set(act.cx(), &user)?;
        let is_invited = user.state() == UserState::Invited;
        if unaccepted == Unaccepted::Refused && user.state() != UserState::Active {
            let why = format!("cannot set the password of a user that is {}", user.state());
            return Err(Rejection::new(Code::UserStateForbids, why).into());
        }
        let (user, verb) = user.with_password(password, kind, act.wall());
        let (user, verb) = if is_invited && unaccepted == Unaccepted::Accepts {
            user.on(UserTrigger::Activate, Administrators::AccountCloses, act.now())?
        } else {
            (user, verb)
        };
        session::end_all(act, id)?;
        user::keep(act, user, verb)
    };
    bss.act(author, set).wait()
}

/// Gives somebody else a link to choose another password, which is shown to who asks. Until then
/// the user is signed out everywhere.
///
/// # Errors
/// If the user is not active, or the caller may not, or is that one itself.
pub fn give_link(act: &mut Act<'_>, id: UserId) -> Result<Invited, Error> {
    let user: User = act.get(id)?;
    may_set(act.cx(), &user)?;
    if user.state() != UserState::Active {
        let why = format!("cannot give a link to a user that is {}", user.state());
        return Err(Rejection::new(Code::UserStateForbids, why).into());
    }
    session::end_all(act, id)?;
    user::send_link(act, user, LinkPurpose::Reset)
}

/// Refuses who does not choose a password for somebody. Before any comparison with those that were:
/// what it says would tell whether a guess is right.
fn may_set(cx: Cx<'_>, user: &User) -> Result<(), Error> {
    cx.must(Permission::PasswordWrite, &user.stamp)?;
    if cx.actor.user() == Some(user.id) {
        let why = "one changes one's own password by knowing it";
        return Err(Rejection::new(Code::NotForOneself, why).into());
    }
    user::must_outrank(cx.actor, user, Permission::PasswordWrite)
}

/// Sends somebody a link to choose another password, if there is such a user: who asks does not
/// learn whether there is.
///
/// # Errors
/// If the store fails.
pub fn ask_reset(bss: &Bss, login: &str) -> Result<(), Error> {
    let house = Actor::duty("reset");
    let known = bss.read(&house, |cx| user::by_login(cx, login))?;
    let Some(known) = known else { return Ok(()) };
    // Nobody waits for it, so that the time an answer takes says nothing either.
    drop(bss.act(Author::of(house), move |act| {
        let user: User = act.get(known.id)?;
        let is_fresh = user.link(act.wall()).is_some_and(|it| it.is_fresh(act.wall()));
        if user.state() == UserState::Active && !is_fresh {
            user::send_link(act, user, LinkPurpose::Reset)?;
        }
        Ok(())
    }));
    Ok(())
}
