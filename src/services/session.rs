//! Sessions: signing in with a password, staying signed in, signing out.
//!
//! Whoever tries passwords learns nothing but that they are wrong: not whether the user exists, nor
//! by the time an answer takes, nor whether the door is locked.

use super::{Act, Author, Bss, Cx, Error, operator, user};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{SessionId, UserId};
use crate::domain::operator::{Actor, OpenSession, PasswordHash, Permission, Session, User};
use crate::domain::page::{Page, PageRequest};
use crate::domain::text::Prose;
use crate::domain::time::Instant;
use crate::store::operator::{SESSION_BY_DIGEST, SESSION_BY_USER};
use crate::store::{Along, Key, Records};
use crate::world::password::Verdict;

/// Somebody who wants to come in.
#[derive(Clone)]
pub struct SignIn {
    /// The mail address or the other name.
    pub login: String,
    /// The password.
    pub password: String,
    /// What the browser calls itself.
    pub agent: Option<String>,
}

/// A session with its secret, which is shown this once.
#[derive(Clone)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// What the cookie holds.
    pub secret: String,
}

/// Opens a session for somebody with the right password. Slow: it compares passwords.
///
/// # Errors
/// [`Code::SignInRefused`] if login and password do not fit or the door is locked for a while;
/// [`Code::UserStateForbids`] if they fit and yet do not open it.
pub fn sign_in(bss: &Bss, command: SignIn) -> Result<SignedIn, Error> {
    let house = Actor::duty("sign_in");
    let known = bss.read(&house, |cx| user::by_login(cx, &command.login))?;
    let hash = known.as_ref().and_then(User::credential).map(|it| it.hash().clone());
    let verdict = bss.verify_password(&command.password, hash.as_ref())?;
    let (Some(known), Some(hash)) = (known, hash) else { return Err(refused()) };
    match verdict {
        Verdict::Wrong => {
            note_later(bss, known.id);
            return Err(refused());
        }
        // Hashing and acting take their time, which would say behind a locked door who is right.
        Verdict::RightButDated | Verdict::Right => must_open(bss, known.id, |_| true)?,
    }
    let is_dated = verdict == Verdict::RightButDated;
    let better = is_dated.then(|| bss.hash_password(&command.password)).transpose()?;
    let author = Author::of(house);
    bss.act(author, move |act| enter(act, known.id, &hash, better, command.agent)).wait()
}

/// Whether who has just signed in has to choose another password before anything else.
///
/// # Errors
/// If the store fails.
pub fn must_change(bss: &Bss, signed_in: &SignedIn) -> Result<bool, Error> {
    bss.read(&Actor::duty("sign_in"), |cx| {
        operator::must_change(cx, &cx.get(signed_in.session.user())?)
    })
}

pub(super) fn refused() -> Error {
    let why = "the login or the password is wrong, or too many sign-ins have failed; after a \
               while it can be tried again";
    Rejection::new(Code::SignInRefused, why).into()
}

/// Refuses who knows the password of a door that is locked now, or of one that is none to it, before
/// anything is said or done that would tell it from a guess.
pub(super) fn must_open(bss: &Bss, id: UserId, may: fn(&User) -> bool) -> Result<(), Error> {
    bss.read(&Actor::duty("sign_in"), |cx| {
        let user: User = cx.get(id)?;
        if is_locked(cx.wall, &user) || !may(&user) { Err(refused()) } else { Ok(()) }
    })
}

/// Counts a failure. Nobody waits for it, so that the time an answer takes says nothing of whether
/// there is such a user.
pub(super) fn note_later(bss: &Bss, id: UserId) {
    drop(bss.act(Author::of(Actor::duty("sign_in")), move |act| note_failure(act, id)));
}

/// Counts a failure, unless the door is locked already: an attacker must not lock it for good.
fn note_failure(act: &mut Act<'_>, id: UserId) -> Result<(), Error> {
    let user: User = act.get(id)?;
    if is_locked(act.wall(), &user) {
        return Ok(());
    }
    let wall = act.wall();
    let user = user.fail_sign_in(wall);
    if is_locked(act.wall(), &user) {
        // Others should hear of a door that was locked, but not of each wrong key.
        let mut user = user;
        return act.put(&mut user);
    }
    act.put_quietly(&user)
}

pub(super) fn is_locked(wall: Instant, user: &User) -> bool {
    user.sign_ins().locked_until.is_some_and(|it| wall < it)
}

/// Lets a user in whose password was right when it was compared with `hash`.
fn enter(
    act: &mut Act<'_>,
    id: UserId,
    hash: &PasswordHash,
    better: Option<PasswordHash>,
    agent: Option<String>,
) -> Result<SignedIn, Error> {
    let user: User = act.get(id)?;
    let is_same = user.credential().is_some_and(|it| it.hash() == hash);
    if !is_same || is_locked(act.wall(), &user) {
        return Err(refused());
    }
    let user = match better {
        Some(better) => user.rehash(better),
        None => user,
    };
    let (user, verb) = user.sign_in(act.wall())?;
    let user = user::keep(act, user, verb)?;
    open(act, &user, agent.as_deref())
}

/// Opens a session of a user.
pub(super) fn open(act: &mut Act<'_>, user: &User, agent: Option<&str>) -> Result<SignedIn, Error> {
    let secret = operator::secret(act.random());
    let command = OpenSession {
        id: act.new_id(),
        stamp: act.cx().stamp(user.stamp.seller, user.stamp.owner),
        user: user.id,
        hash: operator::digest(&secret),
        csrf: operator::digest(&operator::csrf_token(&secret)),
        agent: agent.and_then(agent_name),
    };
    let (mut session, verb) = Session::open(command, act.wall());
    act.put(&mut session)?;
    act.tell(session.id, verb);
    Ok(SignedIn { session, secret })
}

/// What a browser calls itself, as far as it fits a line.
fn agent_name(text: &str) -> Option<Prose> {
    text.chars().filter(|it| !it.is_control()).take(200).collect::<String>().parse().ok()
}

/// Ends the session that a cookie opens. Ending one that is not there is no error.
///
/// # Errors
/// If the store fails.
pub fn sign_out(act: &mut Act<'_>, secret: &str) -> Result<(), Error> {
    let key = Key::new().raw(operator::digest(secret).as_bytes());
    match act.cx().view.first_along::<Session>(SESSION_BY_DIGEST, key)? {
        Some(session) => finish(act, session).map(|_| ()),
        None => Ok(()),
    }
}

/// Ends a session, wherever it is open.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn end(act: &mut Act<'_>, id: SessionId) -> Result<Session, Error> {
    let session: Session = act.get(id)?;
    act.must(Permission::SessionEnd, &session.stamp)?;
    let user: User = act.get(session.user())?;
    user::must_outrank(act.actor(), &user, Permission::SessionEnd)?;
    finish(act, session)
}

/// Ends all sessions of a user.
pub(super) fn end_all(act: &mut Act<'_>, user: UserId) -> Result<(), Error> {
    let along = Along::Index(SESSION_BY_USER, Key::new().id(user).bytes());
    for session in act.every::<Session>(&along)? {
        if session.is_open(act.wall()) {
            finish(act, session)?;
        }
    }
    Ok(())
}

fn finish(act: &mut Act<'_>, session: Session) -> Result<Session, Error> {
    let (mut session, verb) = session.end(act.wall());
    act.put(&mut session)?;
    act.tell(session.id, verb);
    Ok(session)
}

/// A page of the open sessions that the caller may see, of one user if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(cx: Cx<'_>, user: Option<UserId>, page: &PageRequest) -> Result<Page<Session>, Error> {
    let along = user.map(|it| Along::Index(SESSION_BY_USER, Key::new().id(it).bytes()));
    cx.list(along, page, |it: &Session| it.is_open(cx.wall))
}
