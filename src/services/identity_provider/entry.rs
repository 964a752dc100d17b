//! Who is let in on the word of an identity provider, and as what.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::claim::Claims;
use super::{Provider, refused};
use crate::domain::account::profile::Profile;
use crate::domain::account::tree::AccountRole;
use crate::domain::account::{Account, Nature};
use crate::domain::event::Verb;
use crate::domain::id::{Id, Kind, UserId};
use crate::domain::operator::{Administrators, Role, User, UserProfile, UserState, UserTrigger};
use crate::domain::stamp::Contract;
use crate::domain::text::Name;
use crate::services::account::{self, OpenAccount, Wanted};
use crate::services::alias::{self, Tongue};
use crate::services::session::{self, SignedIn};
use crate::services::user::{self, Invite};
use crate::services::{Act, Error};

/// In which words people are called elsewhere.
const TONGUE: Tongue = Tongue { contract: Contract::Native, kind: "identity" };

/// Lets somebody in, as a user that is known already or as a new one; with the roles that it has there,
/// unless it was invited here.
///
/// # Errors
/// If it may not sign in, or what is said of it is too little.
pub(super) fn admit(
    act: &mut Act<'_>,
    provider: &Provider,
    claims: &Claims,
    agent: Option<&str>,
) -> Result<SignedIn, Error> {
    let roles = provider.means(&claims.roles);
    let user = match known(act, provider, claims)? {
        // Who was invited here has the roles that it was given here.
        Some(user) if user.invited_by().is_some() => user,
        Some(user) => followed(act, user, provider, &roles)?,
        None => newcomer(act, provider, claims, &roles)?,
    };
    if session::is_locked(act.wall(), &user) {
        return Err(session::refused());
    }
    let (user, verb) = user.come_in(act.wall())?;
    let user = user::keep(act, user, verb)?;
    session::open(act, &user, agent)
}

/// Forgets by which ways somebody came who takes its account in hand with a password of its own: whoever
/// brought another's address before was not it.
///
/// # Errors
/// If the store fails.
pub(in crate::services) fn disown(act: &mut Act<'_>, user: UserId) -> Result<(), Error> {
    alias::take(act, TONGUE, user.subject())
}

/// By what somebody is known who was here before: who it is is said by an issuer, whatever we call that.
fn called(provider: &Provider, claims: &Claims) -> String {
    let issuer = provider.issuer.as_str().trim_end_matches('/');
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{issuer} {}", claims.subject)))
}

/// The user that somebody is: one who came by this way before, or one with its address whom nobody has come
/// by any such way as. Nobody becomes one who is more here than the identity provider may say of anybody.
fn known(act: &mut Act<'_>, provider: &Provider, claims: &Claims) -> Result<Option<User>, Error> {
    let name = called(provider, claims);
    if let Some(found) = alias::find(act.cx(), TONGUE, &name)?.filter(|it| it.kind == Kind::User) {
        return act.load(UserId::from_uuid(found.uuid)).map(Some);
    }
    let Some(email) = claims.email() else { return Ok(None) };
    let Some(user) = user::by_login(act.cx(), email.as_str())? else { return Ok(None) };
    let grants: BTreeSet<_> = provider.roles.values().copied().chain([Role::Member]).collect();
    // Nobody has proved here that an address is its own: who knows a password may be somebody else.
    let is_anothers =
        user.profile().email.folded() != email.folded() || user.credential().is_some();
    let has_come = alias::of(act.cx(), TONGUE, user.id.subject())?.is_some();
    let is_proven = provider.is_proven(claims);
    if is_anothers || has_come || !is_proven || !user.roles().is_subset(&grants) {
        let why = "a user here has your address: sign in with its password";
        return Err(refused(why));
    }
    alias::give(act, TONGUE, &name, user.id.subject())?;
    Ok(Some(user))
}

/// What of what is said of somebody it can be in an account. In that of the house nobody sells on the word
/// of others: its sellers are over all that sell here.
fn fitting(said: &BTreeSet<Role>, account: AccountRole) -> BTreeSet<Role> {
    let is_house = account == AccountRole::Provider;
    let fits = |it: &Role| it.suits(account) && !(is_house && *it == Role::VendorAdmin);
    said.iter().copied().filter(fits).collect()
}

/// A user with the roles that it has elsewhere now: of those that its identity provider can say, which it
/// does not say any more goes; others are ours. Each goes and comes for itself, what goes first: the last
/// administrator of an account stays one, whatever else becomes of it.
fn followed(
    act: &mut Act<'_>,
    mut user: User,
    provider: &Provider,
    said: &BTreeSet<Role>,
) -> Result<User, Error> {
    let account: Account = act.load(user::owner(&user)?)?;
    let said = fitting(said, account.role());
    let grants: BTreeSet<_> = provider.roles.values().copied().collect();
    let before = user.roles().clone();
    let goes = before.intersection(&grants).filter(|it| !said.contains(*it));
    for role in goes {
        let less = user.roles().iter().copied().filter(|it| it != role).collect();
        user = tried(act, user, &less)?;
    }
    for role in said.difference(&before) {
        let more = user.roles().iter().copied().chain([*role]).collect();
        user = tried(act, user, &more)?;
    }
    Ok(user)
}

/// A user with other roles, or as it is if it cannot have them.
fn tried(act: &mut Act<'_>, user: User, roles: &BTreeSet<Role>) -> Result<User, Error> {
    match act.attempt(|act| user::assign(act, user.id, roles)) {
        Err(Error::Rejected(_) | Error::Invalid(_)) => Ok(user),
        assigned => assigned,
    }
}

/// A new user, in an account of its own; in that of the house if it runs the appliance.
fn newcomer(
    act: &mut Act<'_>,
    provider: &Provider,
    claims: &Claims,
    roles: &BTreeSet<Role>,
) -> Result<User, Error> {
    if !provider.is_proven(claims) {
        return Err(refused("the identity provider has not made sure of your mail address"));
    }
    let (Some(email), Some(name)) = (claims.email(), claims.name()) else {
        return Err(refused("the identity provider says neither name nor mail address of you"));
    };
    let called_here: Name = name.display().parse().map_err(|_| refused("your name is none"))?;
    let (runs, sells) = (roles.contains(&Role::Operator), roles.contains(&Role::VendorAdmin));
    let account =
        if runs { account::provider(act.cx())? } else { opened(act, called_here, sells)? };
    // Who has an account of its own administers it, and is whom it is about.
    let is_person = !runs && !sells;
    let mut roles = fitting(roles, account.role());
    roles.extend(is_person.then_some(Role::CustomerAdmin));
    let party = is_person.then(|| account.party());
    let profile = UserProfile::of(email, name);
    let invite = Invite { id: None, account: Some(account.id), party, profile, roles };
    let (user, _) = user::invited(act, invite)?;
    debug_assert_eq!(user.state(), UserState::Invited, "nobody begins otherwise");
    let (user, _) = user.on(UserTrigger::Activate, Administrators::AccountCloses, act.now())?;
    let user = user::keep(act, user, Verb::Created)?;
    alias::give(act, TONGUE, &called(provider, claims), user.id.subject())?;
    Ok(user)
}

fn opened(act: &mut Act<'_>, name: Name, sells: bool) -> Result<Account, Error> {
    let (wanted, nature) = match sells {
        true => (Wanted::Reseller, Nature::Company),
        false => (Wanted::Customer, Nature::Personal),
    };
    let locale = "en".parse().map_err(Error::internal)?;
    let command = OpenAccount::plain(wanted, Profile::named(nature, name, locale));
    Ok(account::open(act, command)?.account)
}
