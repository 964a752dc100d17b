//! Listeners: who wants to be told of what, and where. How they are told is in
//! [`delivery`](super::delivery).

use std::collections::BTreeSet;

use super::delivery::cursor_name;
use super::webhook::SigningSecret;
use super::{Act, Bss, Cx, Error};
use crate::domain::account::Account;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, Kind, ListenerId};
use crate::domain::listener::{
    Audience, EventPattern, Listener, ListenerState, ListenerTrigger, SetUpListener, Wish,
};
use crate::domain::operator::{Actor, Permission, Scope, reading};
use crate::domain::page::{Page, PageRequest};
use crate::domain::sealed::Sealed;
use crate::domain::stamp::{Contract, SellerNumber};
use crate::domain::text::{Code, Prose, WebAddress};
use crate::store::fact::Facts;
use crate::store::listener::LISTENER_BY_STATE;
use crate::store::{Along, Key, Records};

/// The fields under which the secrets of a listener are sealed.
const SECRET_FIELD: &str = "secret";
/// After another has taken its place a secret still signs for so long.
const RETIRING_SECONDS: i64 = 24 * 60 * 60;

/// Sets up a listener.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// Whose events it hears; the caller's own account's if nothing is said.
    pub account: Option<AccountId>,
    /// Whose events beside those; as many as may be if nothing is said.
    pub audience: Option<Audience>,
    /// In whose words.
    pub contract: Contract,
    /// Where it is told.
    pub callback: WebAddress,
    /// Of what; nothing means everything.
    pub patterns: BTreeSet<EventPattern>,
    /// A condition in the contract's own language; the patterns follow from it.
    pub query: Option<Prose>,
    /// What messages are signed with; one is made if nothing is said.
    pub secret: Option<SigningSecret>,
}

/// A listener with its secret, which is shown this once.
#[derive(Debug)]
pub struct WithSecret {
    /// The listener.
    pub listener: Listener,
    /// What its messages are signed with.
    pub secret: SigningSecret,
}

/// Sets up a listener, who is told of what happens from now on.
///
/// # Errors
/// If its address is out of reach, a value breaks a rule, or the caller may not.
pub fn set_up(act: &mut Act<'_>, command: SetUp) -> Result<WithSecret, Error> {
    set_up_in(act, None, command)
}

/// The same for a listener that hears of the things of one API of its contract alone.
///
/// # Errors
/// As [`set_up`].
pub fn set_up_in(
    act: &mut Act<'_>,
    api: Option<Code>,
    command: SetUp,
) -> Result<WithSecret, Error> {
    let (seller, owner, most) = place(act.cx(), command.account)?;
    let stamp = act.cx().stamp(seller, owner);
    act.must(Permission::ListenerWrite, &stamp)?;
    must_be_within(command.audience, most)?;
    must_read(act.actor(), &command.patterns)?;
    act.must_reach("/callback", &command.callback)?;
    let id: ListenerId = act.new_id();
    let secret = command.secret.unwrap_or_else(|| SigningSecret::of(act.random()));
    let sealed = seal(act, id, &secret);
    let SetUp { contract, callback, patterns, query, audience, .. } = command;
    let wish = Wish { contract, api, callback, patterns, query, secret: Some(sealed) };
    let audience = audience.unwrap_or(most);
    let listener = Listener::set_up(SetUpListener { id, stamp, audience, wish })?;
    let listener = act.keep(listener)?;
    let last = act.batch().last_fact()?;
    act.batch().put_cursor(&cursor_name(id), last)?;
    Ok(WithSecret { listener, secret })
}

/// Where a listener lies, and whose events it may hear at most.
fn place(
    cx: Cx<'_>,
    named: Option<AccountId>,
) -> Result<(SellerNumber, Option<AccountId>, Audience), Error> {
    let own = cx.actor.standing().map(|it| it.account);
    let account: Account = match (named, own) {
        (Some(id), _) => cx.named("/account", id)?,
        // One's own, even for a program that may not read accounts.
        (None, Some(id)) => cx.view.find(id)?.ok_or_else(|| Error::not_found(id))?,
        (None, None) => return Ok((SellerNumber::PROVIDER, None, Audience::Everything)),
    };
    let most = match (own == Some(account.id), cx.actor.scope(Kind::Listener)) {
        (true, Scope::Everything) => Audience::Everything,
        (true, Scope::Sellers(_)) => Audience::Branch,
        (true, Scope::Owner(_) | Scope::Nothing) => Audience::Account,
        (false, _) if account.seller_number().is_some() => Audience::Branch,
        (false, _) => Audience::Account,
    };
    // What a vendor has set up for itself lies where it finds it: in its own branch.
    let seller = account.seller_number().unwrap_or(account.stamp.seller);
    Ok((seller, Some(account.id), most))
}

fn must_be_within(wanted: Option<Audience>, most: Audience) -> Result<(), Invalid> {
    match wanted {
        Some(wanted) if wanted > most => {
            Err(Invalid::one("/audience", "range", format!("can be `{most}` at most")))
        }
        Some(_) | None => Ok(()),
    }
}

/// A program that is confined hears of nothing that it may not read.
fn must_read(actor: &Actor, patterns: &BTreeSet<EventPattern>) -> Result<(), Error> {
    let Some(scopes) = actor.scopes() else { return Ok(()) };
    let named: Vec<Kind> = match patterns.iter().map(|it| it.kind).collect::<Option<Vec<_>>>() {
        Some(kinds) if !kinds.is_empty() => kinds,
        Some(_) | None => Kind::ALL.to_vec(),
    };
    let beyond = named.into_iter().map(reading).find(|it| !scopes.contains(it));
    beyond.map_or(Ok(()), |permission| Err(Error::Forbidden { permission }))
}

fn seal(act: &mut Act<'_>, id: ListenerId, secret: &SigningSecret) -> Sealed {
    act.seal(secret.text().as_bytes(), id.subject(), SECRET_FIELD)
}

/// The secrets with which a message to a listener is signed now, the newest first.
///
/// # Errors
/// If the key that they were sealed with is gone.
pub(super) fn secrets(bss: &Bss, of: &Listener) -> Result<Vec<SigningSecret>, Error> {
    let wall = bss.moment().wall;
    let open = |it: &Sealed| {
        let opened = bss.unseal(it, of.id.subject(), SECRET_FIELD)?;
        let text = opened.as_text().ok_or_else(|| Error::internal("a secret is a text"))?;
        text.parse().map_err(Error::internal)
    };
    of.secrets(wall).map(open).collect()
}

/// Gives a listener another wish.
///
/// # Errors
/// If it is not there, has changed since, its address is out of reach, or the caller may not.
pub fn revise(
    act: &mut Act<'_>,
    id: ListenerId,
    revision: Option<u32>,
    change: impl FnOnce(Wish) -> Result<Wish, Error>,
) -> Result<Listener, Error> {
    let listener = mine(act, id)?;
    act.expect_revision(&listener.stamp, revision)?;
    let wish = change(listener.wish().clone())?;
    must_read(act.actor(), &wish.patterns)?;
    act.must_reach("/callback", &wish.callback)?;
    let listener = listener.revise(wish)?;
    act.keep(listener)
}

fn mine(act: &Act<'_>, id: ListenerId) -> Result<Listener, Error> {
    let listener: Listener = act.get(id)?;
    act.must(Permission::ListenerWrite, &listener.stamp)?;
    Ok(listener)
}

/// Stops a listener, or lets it go on, as people do.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn on(act: &mut Act<'_>, id: ListenerId, trigger: ListenerTrigger) -> Result<Listener, Error> {
    let listener = mine(act, id)?;
    let listener = listener.on(trigger)?;
    act.keep(listener)
}

/// Lets the listeners of an account that came to another seller stop, and lie with that one if they lay
/// with the former: who set one up need not be the account, and the former seller is to hear nothing more.
///
/// # Errors
/// If the store fails.
pub(super) fn resell(
    act: &mut Act<'_>,
    account: AccountId,
    (from, to): (SellerNumber, SellerNumber),
) -> Result<(), Error> {
    for mut it in act.every::<Listener>(&Along::Owner(account))? {
        if it.stamp.seller == from {
            it.stamp.seller = to;
        }
        match it.state() {
            ListenerState::Active => {
                let stopped = it.on(ListenerTrigger::Pause)?;
                act.keep(stopped)?;
            }
            ListenerState::Paused | ListenerState::Broken => act.put(&mut it)?,
        }
    }
    Ok(())
}

/// Gives a listener another secret; the one before signs beside it for a day.
///
/// # Errors
/// If the caller may not.
pub fn rotate(
    act: &mut Act<'_>,
    id: ListenerId,
    secret: Option<SigningSecret>,
) -> Result<WithSecret, Error> {
    let listener = mine(act, id)?;
    let secret = secret.unwrap_or_else(|| SigningSecret::of(act.random()));
    let sealed = seal(act, id, &secret);
    let until = act.wall().plus_seconds(RETIRING_SECONDS);
    let listener = act.keep(listener.rotated(sealed, until))?;
    Ok(WithSecret { listener, secret })
}

/// Takes a listener away; what it has not heard it never will.
///
/// # Errors
/// If the caller may not.
pub fn delete(act: &mut Act<'_>, id: ListenerId) -> Result<(), Error> {
    let listener = mine(act, id)?;
    act.delete(&listener)?;
    act.batch().drop_cursor(&cursor_name(id))?;
    Ok(())
}

/// Whether anybody listens to an API of a contract.
///
/// # Errors
/// If the store fails.
pub(super) fn is_heard(cx: Cx<'_>, (contract, api): (Contract, &str)) -> Result<bool, Error> {
    let active = Key::new().text(ListenerState::Active.word());
    let of_api = |it: &Listener| {
        let wish = it.wish();
        wish.contract == contract && wish.api.as_ref().is_some_and(|it| it.as_str() == api)
    };
    for id in cx.view.ids_along::<Listener>(LISTENER_BY_STATE, active, &mut |_| true)? {
        if cx.view.find::<Listener>(id)?.is_some_and(|it| of_api(&it)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A page of the listeners that the caller may see, of one account if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    (account, state): (Option<AccountId>, Option<ListenerState>),
    page: &PageRequest,
) -> Result<Page<Listener>, Error> {
    let accept = |it: &Listener| state.is_none_or(|state| it.state() == state);
    cx.list(account.map(Along::Owner), page, accept)
}
