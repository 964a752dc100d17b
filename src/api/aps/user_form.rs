//! What a client says of a user: making one, alone or with its account, and changing it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::batch::{Batch, ELEMENTS_MAX, Passwords, Refused, blaming};
use super::body::{Element, link_id};
use super::kind::{Body, New};
use super::postal::read_address;
use super::user::{self, role_number};
use super::wire::{read, renamed, said};
use crate::domain::account::Account;
use crate::domain::account::tree::AccountRole;
use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, UserId};
use crate::domain::operator::{Actor, Permission, Role, User, UserProfile, UserTrigger};
use crate::domain::party::individual::{Individual, PersonName};
use crate::domain::party::medium::{PhoneUse, PostalAddress};
use crate::domain::party::{Nature, Profile};
use crate::domain::text::{Email, Name};
use crate::services::user::{Invite, assign, enroll, identify, invite, on, restore, revise};
use crate::services::{Act, Bss, Error, account, party, password};

/// A password that stands in a request, and what its user will sign in with, in lower case.
pub(super) struct Chosen {
    place: usize,
    password: String,
    logins: BTreeSet<String>,
}

/// The passwords that stand in elements of a request, if the caller may make users at all: of no
/// more than a request may have, because each takes long to hash.
pub(super) fn chosen_passwords(actor: &Actor, elements: &[Value]) -> Vec<Chosen> {
    if !actor.may_at_all(Permission::UserInvite) {
        return Vec::new();
    }
    let elements = elements.iter().take(ELEMENTS_MAX).enumerate();
    elements.filter_map(|(place, it)| chosen(place, it)).collect()
}

/// The password of an element, if it is a user's. What else is wrong with it is said later.
fn chosen(place: usize, element: &Value) -> Option<Chosen> {
    let element = Element::read(element).ok()?;
    let is_user = element.known_kind().is_ok_and(|it| it.about().is_a(user::ANY));
    let said = |name: &str| element.body.get(name).and_then(Value::as_str).filter(|_| is_user);
    let email: Email = said("email")?.parse().ok()?;
    let login = said("login").map(str::to_lowercase);
    let logins = login.into_iter().chain([email.folded()]).collect();
    Some(Chosen { place, password: said("password")?.to_owned(), logins })
}

/// The hashes of passwords that stand in a request of so many elements. Slow.
pub(super) fn hashed(bss: &Bss, chosen: Vec<Chosen>, elements: usize) -> Result<Passwords, Error> {
    let hash = |it: Chosen| {
        let hash = password::first(bss, it.password, &it.logins);
        let told = |error| if elements == 1 { error } else { blaming(error, it.place) };
        Ok((it.place, hash.map_err(told)?))
    };
    chosen.into_iter().map(hash).collect()
}

/// Makes a user who administers nothing.
pub(super) fn create(act: &mut Act<'_>, batch: &mut Batch, new: New) -> Result<(), Refused> {
    Ok(make(act, batch, new, Administers::Nothing)?)
}

/// Makes a user who administers its account.
pub(super) fn create_administrator(
    act: &mut Act<'_>,
    batch: &mut Batch,
    new: New,
) -> Result<(), Refused> {
    Ok(make(act, batch, new, Administers::Account)?)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Administers {
    Nothing,
    Account,
}

fn make(
    act: &mut Act<'_>,
    batch: &mut Batch,
    new: New,
    administers: Administers,
) -> Result<(), Error> {
    let New { place, id, body, .. } = new;
    let account = organization(act, batch, &body)?;
    let roles = first_roles(&body, account.role(), administers)?;
    must_be_served_by_seats(&body, "NONE")?;
    let profile = profile(&body, blank(&body)?)?;
    let command = Invite {
        id: id.map(UserId::from_uuid),
        account: Some(account.id),
        party: None,
        profile,
        roles,
    };
    let user = match batch.password(place) {
        Some(hash) => enroll(act, command, hash),
        None => invite(act, command).map(|it| it.user),
    };
    let user = user.map_err(in_their_words)?;
    batch.made(place, user.id.uuid());
    if let Some(address) = address(&body)? {
        settle(act, &user, address)?;
    }
    if body.get("disabled") == Some(&Value::Bool(true)) {
        on(act, user.id, UserTrigger::Suspend)?;
    }
    Ok(())
}

/// Whose a new user is: of the account that its link names, or that the batch has opened, or of the
/// caller's own.
fn organization(act: &Act<'_>, batch: &Batch, body: &Body) -> Result<Account, Error> {
    let named = body.get("organization").filter(|it| !it.is_null());
    let named = named.map(|it| link_id("/organization", it)).transpose()?;
    let own = || act.actor().standing().map(|it| it.account);
    match named.map(AccountId::from_uuid).or(batch.account()).or_else(own) {
        Some(id) => act.cx().named("/organization/aps/id", id),
        None => Err(Invalid::one("/organization", "required", "must be given").into()),
    }
}

fn in_their_words(error: Error) -> Error {
    renamed(error, &[("/account", "/organization/aps/id")])
}

/// The role by which somebody administers an account.
const fn administrator_of(account: AccountRole) -> Role {
    match account {
        AccountRole::Provider | AccountRole::Reseller(_) => Role::VendorAdmin,
        AccountRole::Customer => Role::CustomerAdmin,
    }
}

fn administers(roles: &BTreeSet<Role>) -> bool {
    roles.iter().any(|it| *it != Role::Member)
}

/// What a new user is: what its type says, and what the body does.
fn first_roles(
    body: &Body,
    account: AccountRole,
    wanted: Administers,
) -> Result<BTreeSet<Role>, Invalid> {
    let first = match wanted {
        Administers::Nothing => Role::Member,
        Administers::Account => administrator_of(account),
    };
    let roles = roles(body, &BTreeSet::from([first]), account)?;
    let is_right = administers(&roles) == (wanted == Administers::Account);
    let message = match wanted {
        Administers::Nothing => "must be false: who administers an account is a PAAdminUser",
        Administers::Account => "must be true: who administers nothing is a PAUser",
    };
    if is_right { Ok(roles) } else { Err(Invalid::one("/isAccountAdmin", "range", message)) }
}

/// What a user is, with what the body says in its place.
fn roles(
    body: &Body,
    was: &BTreeSet<Role>,
    account: AccountRole,
) -> Result<BTreeSet<Role>, Invalid> {
    let said = body.get("roles").and_then(Value::as_array);
    let said = said.map(|it| it.iter().enumerate().map(role).collect::<Result<_, _>>());
    let mut roles: BTreeSet<Role> = said.transpose()?.unwrap_or_else(|| was.clone());
    match body.get("isAccountAdmin").and_then(Value::as_bool) {
        Some(true) if !administers(&roles) => {
            roles.insert(administrator_of(account));
        }
        Some(false) => roles = BTreeSet::from([Role::Member]),
        Some(true) | None => {}
    }
    Ok(roles)
}

fn role((place, number): (usize, &Value)) -> Result<Role, Invalid> {
    let found = Role::ALL.iter().find(|it| number.as_u64() == Some(role_number(**it)));
    let wrong = || Invalid::one(format!("/roles/{place}"), "range", "must be 1 to 4");
    found.copied().ok_or_else(wrong)
}

/// What is known of a user before the rest of the body is read.
fn blank(body: &Body) -> Result<UserProfile, Invalid> {
    let email = read("/email", said(body.get("email")).unwrap_or_default())?;
    let parts = (said(body.get("givenName")), said(body.get("familyName")));
    let name = match (said(body.get("fullName")), parts) {
        (_, (Some(given), Some(family))) => {
            PersonName::new(read("/givenName", given)?, read("/familyName", family)?)
        }
        (Some(full), _) => PersonName::of_line(&read("/fullName", full)?),
        (None, _) => {
            let message = "must be given, or `givenName` and `familyName`";
            return Err(Invalid::one("/fullName", "required", message));
        }
    };
    Ok(UserProfile::of(email, name))
}

/// What is known of a user, with what the body says in its place.
fn profile(body: &Body, was: UserProfile) -> Result<UserProfile, Error> {
    let mut profile = was;
    profile.name = name(body, profile.name)?;
    for (name, value) in body {
        let at = format!("/{name}");
        let said = said(Some(value));
        match name.as_str() {
            "email" => profile.email = read(&at, said.unwrap_or_default())?,
            "login" => profile.login = said.map(|it| read(&at, it)).transpose()?,
            "locale" => profile.locale = said.map(|it| read(&at, it)).transpose()?,
            "telWork" | "telCell" | "telFax" | "telVoice" => {
                let place = phone_use(name);
                match said.map(|it| read(&at, it)).transpose()? {
                    Some(phone) => profile.phones.insert(place, phone),
                    None => profile.phones.remove(&place),
                };
            }
            _ => {}
        }
    }
    let is_mail = |it: &Name| it.as_str().eq_ignore_ascii_case(&profile.email.to_string());
    profile.login = profile.login.filter(|it| !is_mail(it));
    Ok(profile)
}

fn phone_use(property: &str) -> PhoneUse {
    match property {
        "telWork" => PhoneUse::Work,
        "telCell" => PhoneUse::Mobile,
        "telFax" => PhoneUse::Fax,
        _ => PhoneUse::Other,
    }
}

/// What a person is called, with what the body says in its place. Who is called otherwise in a part
/// is so as a whole.
fn name(body: &Body, was: PersonName) -> Result<PersonName, Invalid> {
    let part = |field: &str| {
        said(body.get(field)).map(|it| read::<Name>(&format!("/{field}"), it)).transpose()
    };
    let says = |field: &str| body.contains_key(field);
    let mut name = was;
    if let Some(full) = part("fullName")? {
        name = PersonName { middle: name.middle, ..PersonName::of_line(&full) };
    } else if says("givenName") || says("additionalName") || says("familyName") {
        name.full = None;
    }
    name.given = part("givenName")?.unwrap_or(name.given);
    name.family = part("familyName")?.unwrap_or(name.family);
    if says("additionalName") {
        name.middle = part("additionalName")?;
    }
    if says("displayName") {
        name.formatted = part("displayName")?;
    }
    Ok(name)
}

fn address(body: &Body) -> Result<Option<PostalAddress>, Invalid> {
    let said = body.get("addressPostal").filter(|it| !it.is_null());
    said.map(|it| read_address("/addressPostal", it)).transpose()
}

/// Says where a user lives: that is known of the person, who is made known if need be.
fn settle(act: &mut Act<'_>, it: &User, address: PostalAddress) -> Result<(), Error> {
    if let Some(person) = it.party {
        party::revise(act, person, None, |was| Ok(was.at_address(address)))?;
        // The user is another too: it shows the address as its own.
        return identify(act, it.id, person).map(drop);
    }
    let person = Nature::Individual(Individual::named(it.profile().name.clone()));
    let person = Profile::of(person).at_address(address);
    let person = party::register_for(act, it.stamp.owner, person)?;
    identify(act, it.id, person.id).map(drop)
}

/// Refuses a mode of services that is another than it is.
fn must_be_served_by_seats(body: &Body, is: &str) -> Result<(), Invalid> {
    match said(body.get("servicesMode")) {
        Some(said) if said != is => {
            let message = "follows from whether the user has a seat in a subscription";
            Err(Invalid::one("/servicesMode", "read_only", message))
        }
        Some(_) | None => Ok(()),
    }
}

/// What is no part of the profile.
const ASIDE: &[&str] = &["addressPostal", "disabled", "isAccountAdmin", "roles", "servicesMode"];

/// Changes a user.
pub(super) fn change(act: &mut Act<'_>, it: &User, body: &Body) -> Result<(), Error> {
    must_be_served_by_seats(body, "")?;
    if body.keys().any(|it| !ASIDE.contains(&it.as_str())) {
        revise(act, it.id, None, |was| profile(body, was))?;
    }
    if let Some(address) = address(body)? {
        settle(act, it, address)?;
    }
    if body.contains_key("roles") || body.contains_key("isAccountAdmin") {
        let account = it.stamp.owner.map(|it| act.get::<Account>(it)).transpose()?;
        let account = account.map_or_else(|| account::provider(act.cx()), Ok)?;
        assign(act, it.id, &roles(body, it.roles(), account.role())?)?;
    }
    match body.get("disabled").and_then(Value::as_bool) {
        Some(true) => on(act, it.id, UserTrigger::Suspend).map(drop),
        Some(false) => restore(act, it.id).map(drop),
        None => Ok(()),
    }
}
