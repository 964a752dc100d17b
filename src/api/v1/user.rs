//! `/users`: people of an account who can sign in.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attribute::{self, Attributes};
use super::merge::MergePatch;
use super::route::{Needs, Route, Writes, read, work, write};
use super::wire::{List, NoQuery, Patch, parse, parse_optional, word};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::id::AccountId;
use crate::domain::operator::{
    self as domain, PasswordKind, Permission, Role, UserProfile, UserTrigger,
};
use crate::domain::party::individual::PersonName;
use crate::domain::party::medium::PhoneUse;
use crate::domain::text::Name;
use crate::domain::typed::Typed;
use crate::services::password::{self, NewPassword, Unaccepted};
use crate::services::user::{self, Invite, Invited};
use crate::services::{Act, Bss, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::UserRead);
    let invites = Needs::Permission(Permission::UserInvite);
    let writes = Needs::Permission(Permission::UserWrite);
    let sets = Needs::Permission(Permission::PasswordWrite);
    let post = |path, permission, summary, handler: Writes<Nothing, User>| {
        write(Method::POST, path, Needs::Permission(permission), summary, handler)
    };
    let (suspends, removes) = (Permission::UserSuspend, Permission::UserRemove);
    vec![
        read("/users", reads, "List users", list),
        write(Method::POST, "/users", invites, "Invite a user", invite),
        read("/users/{id}", reads, "Read a user", show),
        write(Method::PATCH, "/users/{id}", writes, "Change a user", revise),
        write(Method::POST, "/users/{id}/invite", invites, "Invite a user again", remind),
        post("/users/{id}/suspend", suspends, "Stop a user", |act, call, _| {
            on(act, call, UserTrigger::Suspend)
        }),
        post("/users/{id}/restore", suspends, "Let a user go on", |act, call, _| {
            Ok(tagged(&user::restore(act, call.id("id")?)?))
        }),
        post(
            "/users/{id}/delete",
            removes,
            "Delete a user that may be restored",
            |act, call, _| on(act, call, UserTrigger::SoftDelete),
        ),
        post("/users/{id}/remove", removes, "Remove a user for good", |act, call, _| {
            on(act, call, UserTrigger::Remove)
        }),
        work(
            Method::POST,
            "/users/{id}/password",
            sets,
            "Set the password of somebody else",
            (ORDINARY_BYTES_MAX, set_password),
        ),
        work(
            Method::POST,
            "/users/{id}/login",
            writes,
            "Change what one signs in with oneself",
            (ORDINARY_BYTES_MAX, change_login),
        ),
        write(
            Method::POST,
            "/users/{id}/password/link",
            sets,
            "Give somebody else a link to choose another password",
            give_link,
        ),
    ]
}

/// A person of an account who can sign in.
#[derive(Debug, Serialize, ToSchema)]
struct User {
    id: String,
    revision: u32,
    created_at: String,
    changed_at: String,
    account: String,
    /// The person as such, if this house knows it.
    party: Option<String>,
    /// How far its life has come.
    state: &'static str,
    #[serde(flatten)]
    form: UserForm,
    invited_by: Option<String>,
    activated_at: Option<String>,
    last_sign_in_at: Option<String>,
    /// Until when nobody can sign in as this user, too many attempts having failed.
    locked_until: Option<String>,
    /// What the link to accept the invitation, or to choose another password, carries; shown this
    /// once.
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<Invitation>,
}

impl Wire for User {}

/// The link to accept an invitation, or to choose another password.
#[derive(Debug, Serialize, ToSchema)]
struct Invitation {
    /// What is sent to `/password/redeem`.
    token: String,
    expires_at: Option<String>,
}

/// What may be written of a user.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserForm {
    /// Where mail goes; also what one signs in with.
    email: String,
    /// Another name to sign in with.
    login: Option<String>,
    /// All of the name on one line.
    name: String,
    /// `operator`, `vendor_admin`, `customer_admin`, `member`.
    roles: BTreeSet<String>,
    /// The language in which the person reads.
    locale: Option<String>,
    /// The IANA zone in which the person's days begin.
    zone: Option<String>,
    /// The telephone number at work.
    phone: Option<String>,
    /// The number that the employer gave.
    employee_number: Option<String>,
    /// What the person does there.
    job_title: Option<String>,
    /// Custom attributes by name.
    #[serde(default)]
    attributes: Attributes,
}

impl UserForm {
    fn of(it: &domain::User) -> Self {
        let profile = it.profile();
        let name = |it: &Option<Name>| it.as_ref().map(ToString::to_string);
        Self {
            email: profile.email.to_string(),
            login: name(&profile.login),
            name: profile.name.display(),
            roles: it.roles().iter().map(ToString::to_string).collect(),
            locale: profile.locale.as_ref().map(ToString::to_string),
            zone: profile.zone.map(|it| it.to_string()),
            phone: profile.phones.get(&PhoneUse::Work).map(ToString::to_string),
            employee_number: name(&profile.employee_number),
            job_title: name(&profile.job_title),
            attributes: attribute::show(&profile.attributes),
        }
    }

    fn roles(&self) -> Result<BTreeSet<Role>, Invalid> {
        let all = self.roles.iter().enumerate();
        all.map(|(place, it)| parse(&format!("/roles/{place}"), it)).collect()
    }

    fn profile(&self, was: UserProfile) -> Result<UserProfile, Error> {
        let name = parse::<Name>("/name", &self.name)?;
        let is_same = was.name.display() == name.as_str();
        let mut phones = was.phones.clone();
        match parse_optional("/phone", self.phone.as_deref())? {
            Some(phone) => phones.insert(PhoneUse::Work, phone),
            None => phones.remove(&PhoneUse::Work),
        };
        let number = self.employee_number.as_deref();
        Ok(UserProfile {
            email: parse("/email", &self.email)?,
            login: parse_optional("/login", self.login.as_deref())?,
            name: if is_same { was.name } else { PersonName::of_line(&name) },
            locale: parse_optional("/locale", self.locale.as_deref())?,
            zone: parse_optional("/zone", self.zone.as_deref())?,
            phones,
            employee_number: parse_optional("/employee_number", number)?,
            job_title: parse_optional("/job_title", self.job_title.as_deref())?,
            attributes: attribute::read(&self.attributes, &was.attributes)?,
            website: was.website,
            photo: was.photo,
        })
    }
}

/// A user as an event tells of it.
pub(super) fn told(it: &domain::User) -> impl Wire + use<> {
    wire(it)
}

fn wire(it: &domain::User) -> User {
    let sign_ins = it.sign_ins();
    User {
        id: it.id.to_string(),
        revision: it.stamp.revision,
        created_at: it.stamp.created_at.to_string(),
        changed_at: it.stamp.changed_at.to_string(),
        account: it.stamp.owner.map(|it| it.to_string()).unwrap_or_default(),
        party: it.party.map(|it| it.to_string()),
        state: it.state().word(),
        form: UserForm::of(it),
        invited_by: it.invited_by().map(|it| it.to_string()),
        activated_at: it.activated_at().map(|it| it.to_string()),
        last_sign_in_at: sign_ins.last_at.map(|it| it.to_string()),
        locked_until: sign_ins.locked_until.map(|it| it.to_string()),
        invitation: None,
    }
}

fn with_invitation(it: Invited) -> User {
    let expires_at = it.user.sent_link().map(|it| it.expires_at.to_string());
    User { invitation: Some(Invitation { token: it.secret, expires_at }), ..wire(&it.user) }
}

fn tagged(it: &domain::User) -> Reply<User> {
    Reply::ok(wire(it)).tagged(it.stamp.revision)
}

/// Which users are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserQuery {
    /// Of which account.
    account: Option<String>,
    /// A state such as `active`.
    state: Option<String>,
    /// How words of the name or of the mail address begin, in any case.
    q: Option<String>,
    /// With what exactly it signs in, in any case.
    login: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: UserQuery) -> Result<Reply<List<User>>, Error> {
    let account = parse_optional::<AccountId>("account", query.account.as_deref())?;
    let state = word("state", query.state.as_deref())?;
    let typed = Typed::of(query.q.as_deref());
    let accept = |it: &domain::User| {
        let profile = it.profile();
        state.is_none_or(|state| it.state() == state)
            && typed.finds([profile.name.display(), profile.email.to_string()])
    };
    let page = match query.login {
        None => user::list(cx, account, &call.page, accept)?,
        Some(login) => user::with_login(cx, &login, |it| {
            accept(it) && account.is_none_or(|id| it.stamp.owner == Some(id))
        })?,
    };
    Ok(Reply::ok(List::of(page, |it| wire(&it))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<User>, Error> {
    let it: domain::User = cx.get(call.id("id")?)?;
    Ok(tagged(&it))
}

/// Somebody to be invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUser {
    /// To which account; the caller's own if nothing is said.
    account: Option<String>,
    /// The person as such, if this house knows it.
    party: Option<String>,
    /// Where mail goes; also what one signs in with.
    email: String,
    /// Another name to sign in with.
    login: Option<String>,
    /// All of the name on one line.
    name: String,
    /// What it will be; a member if nothing is said.
    #[serde(default)]
    roles: BTreeSet<String>,
    /// The language in which the person reads.
    locale: Option<String>,
    /// The IANA zone in which the person's days begin.
    zone: Option<String>,
    /// The telephone number at work.
    phone: Option<String>,
    /// The number that the employer gave.
    employee_number: Option<String>,
    /// What the person does there.
    job_title: Option<String>,
    /// Custom attributes by name.
    #[serde(default)]
    attributes: Attributes,
}

impl NewUser {
    fn read(self) -> Result<Invite, Error> {
        let account = parse_optional("/account", self.account.as_deref())?;
        let party = parse_optional("/party", self.party.as_deref())?;
        let name = PersonName::of_line(&parse("/name", &self.name)?);
        let blank = UserProfile::of(parse("/email", &self.email)?, name);
        let form = UserForm {
            email: self.email,
            login: self.login,
            name: self.name,
            roles: self.roles,
            locale: self.locale,
            zone: self.zone,
            phone: self.phone,
            employee_number: self.employee_number,
            job_title: self.job_title,
            attributes: self.attributes,
        };
        Ok(Invite { id: None, account, party, roles: form.roles()?, profile: form.profile(blank)? })
    }
}

fn invite(act: &mut Act<'_>, _: &Call, body: NewUser) -> Result<Reply<User>, Error> {
    let invited = user::invite(act, body.read()?)?;
    let (id, revision) = (invited.user.id, invited.user.stamp.revision);
    let path = format!("/api/v1/users/{id}");
    Ok(Reply::created(path, with_invitation(invited)).tagged(revision))
}

fn remind(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<User>, Error> {
    let invited = user::remind(act, call.id("id")?)?;
    let revision = invited.user.stamp.revision;
    Ok(Reply::ok(with_invitation(invited)).tagged(revision))
}

fn give_link(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<User>, Error> {
    let linked = password::give_link(act, call.id("id")?)?;
    let revision = linked.user.stamp.revision;
    Ok(Reply::ok(with_invitation(linked)).tagged(revision))
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    patch: MergePatch<UserForm>,
) -> Result<Reply<User>, Error> {
    let before: domain::User = act.get(call.id("id")?)?;
    let says_roles = patch.names("roles");
    let form = patch.onto(&UserForm::of(&before))?;
    let mut it = user::revise(act, before.id, call.if_match, |was| form.profile(was))?;
    if says_roles && form.roles()? != *before.roles() {
        it = user::assign(act, it.id, &form.roles()?)?;
    }
    Ok(tagged(&it))
}

fn on(act: &mut Act<'_>, call: &Call, trigger: UserTrigger) -> Result<Reply<User>, Error> {
    Ok(tagged(&user::on(act, call.id("id")?, trigger)?))
}

/// What somebody itself wants to sign in with, with the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserLogin {
    /// The password at present.
    present: String,
    /// Where mail goes; also what one signs in with.
    email: Option<String>,
    /// Another name to sign in with.
    #[serde(default)]
    login: Patch<String>,
}

fn change_login(bss: &Arc<Bss>, call: &Call, body: UserLogin) -> Result<Reply<User>, Error> {
    let UserLogin { present, email, login } = body;
    let email = parse_optional("/email", email.as_deref())?;
    let change = move |was: UserProfile| {
        let login = login.onto(was.login.clone(), |it| parse("/login", it))?;
        Ok(UserProfile { email: email.unwrap_or_else(|| was.email.clone()), login, ..was })
    };
    let id = call.id("id")?;
    Ok(tagged(&password::change_login(bss, call.author(), id, &present, change)?))
}

/// A password for somebody else.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserPassword {
    password: String,
    /// Whether the user has to choose another one after using it once.
    #[serde(default)]
    one_time: bool,
}

fn set_password(bss: &Arc<Bss>, call: &Call, body: UserPassword) -> Result<Reply<User>, Error> {
    let kind = if body.one_time { PasswordKind::OneTime } else { PasswordKind::Chosen };
    let new = NewPassword::of_house(body.password);
    let manner = (kind, Unaccepted::Accepts);
    let it = password::set(bss, call.author(), call.id("id")?, &new, manner)?;
    Ok(tagged(&it))
}
