//! `PAUser`: a person of an account who can sign in. Who administers the account is a
//! [`PAAdminUser`](super::admin_user), which says the same and more.

use serde_json::{Value, json};
use uuid::Uuid;

use super::anatomy::time;
use super::kind::{About, Create, Delete, Gone, Head, Kind, Listing, Status, Update};
use super::lookup::{Finding, Lookup, uuids};
use super::operation::{Operation, Outcome, Said, Verb};
use super::postal::{self, ADDRESS};
use super::property::{Field, Form, Property, Structure, Usual};
use super::relation::Relation;
use super::{account, user_form};
use crate::domain::id::{AccountId, Id, UserId};
use crate::domain::operator::{Link, LinkPurpose, Permission, Role, User, UserState, UserTrigger};
use crate::domain::page::{Page, PageRequest};
use crate::domain::party::Party;
use crate::domain::party::medium::PhoneUse;
use crate::domain::subscription::Subscription;
use crate::domain::text::Email;
use crate::domain::time::Instant;
use crate::services::{Act, Cx, Error, finding, password, seat, user};

/// The full id of the type.
pub(super) const ID: &str = "http://parallels.com/aps/types/pa/user/1.2";

/// What links to users of either type name.
pub(super) const ANY: &str = "http://aps-standard.org/types/core/user/1.0";

/// No history of sign-ins is longer.
const HISTORY_MAX: usize = 100;

pub(super) const SERVICES_MODES: &[&str] = &["NONE", "PRIVATE", "PUBLIC"];

static SIGN_IN: Structure =
    Structure { name: "LoginRecord", fields: &[Field::required("loginTime", Form::Time)] };

const HISTORY: Form = Form::List(&Form::Structure(&SIGN_IN));

type Says = Property<User>;
type Leads = Relation<User>;
type Does = Operation<User>;

/// What users of either type say.
pub(super) const PROPERTIES: &[Says] = &[
    Says::of("memberId", Form::Integer, number)
        .read_only()
        .meaning("The number of the user; nothing of those who were here before users had one"),
    Says::of("userId", Form::Integer, number).read_only().meaning("The same number"),
    Says::of("login", Form::Text, login).meaning("What it signs in with; its mail address too"),
    Says::of("password", Form::Text, |_| Value::Null)
        .masked()
        .said_once()
        .meaning("With what it signs in at once; without one it is sent a link to choose its own"),
    Says::of("email", Form::Text, |it| json!(it.profile().email.to_string()))
        .required()
        .meaning("Where its mail goes"),
    Says::of("fullName", Form::Text, |it| json!(it.profile().name.display()))
        .meaning("All of its name on one line; a new one has it, or givenName and familyName"),
    Says::of("givenName", Form::Text, |it| json!(it.profile().name.given.as_str()))
        .meaning("Its first name"),
    Says::of("additionalName", Form::Text, |it| {
        json!(it.profile().name.middle.as_ref().map(|it| it.as_str()))
    })
    .meaning("What stands between"),
    Says::of("familyName", Form::Text, |it| json!(it.profile().name.family.as_str()))
        .meaning("Its family name"),
    Says::of("displayName", Form::Text, |it| {
        let name = &it.profile().name;
        json!(name.formatted.as_ref().map_or_else(|| name.display(), ToString::to_string))
    })
    .meaning("What it is called on a screen"),
    Says::of("locale", Form::Text, |it| {
        json!(it.profile().locale.as_ref().map(ToString::to_string))
    })
    .meaning("The language it reads"),
    Says::of("telWork", Form::Text, |it| phone(it, PhoneUse::Work)).meaning("Its number at work"),
    Says::of("telCell", Form::Text, |it| phone(it, PhoneUse::Mobile))
        .meaning("The number of its mobile telephone"),
    Says::of("telFax", Form::Text, |it| phone(it, PhoneUse::Fax)).meaning("The number of its fax"),
    Says::of("telVoice", Form::Text, |it| phone(it, PhoneUse::Other))
        .meaning("A number of which nobody said what it is"),
    Says::looked_up("addressPostal", Form::Structure(&ADDRESS), address).meaning("Where it is"),
    Says::of("isAccountAdmin", Form::Flag, |it| json!(it.is_administrator()))
        .meaning("Whether it administers its account, and is a PAAdminUser"),
    Says::of("roles", Form::List(&Form::Integer), |it| {
        json!(it.roles().iter().map(|it| role_number(*it)).collect::<Vec<_>>())
    })
    .meaning("1 runs the platform, 2 sells, 3 administers its account, 4 uses"),
    Says::of("disabled", Form::Flag, |it| json!(is_disabled(it.state())))
        .meaning("Whether somebody has stopped it"),
    Says::looked_up("locked", Form::Flag, |cx, it| {
        Ok(json!(it.sign_ins().locked_until.is_some_and(|until| cx.wall < until)))
    })
    .read_only()
    .meaning("Whether too many wrong passwords keep it from signing in"),
    Says::of("invitationDate", Form::Time, |it| json!(time(invited_at(it))))
        .read_only()
        .meaning("When it was invited last"),
    Says::looked_up("servicesMode", Form::Words(SERVICES_MODES), |cx, it| {
        Ok(json!(if served(cx, it)?.is_some() { "PRIVATE" } else { "NONE" }))
    })
    .by_default(Usual::Word("NONE"))
    .meaning("PRIVATE for who has a seat in a subscription of its account, NONE for who has none"),
    Says::looked_up("subscriptionId", Form::Integer, |cx, it| {
        Ok(served(cx, it)?.map_or(Value::Null, |it| json!(it.stamp.number)))
    })
    .read_only()
    .meaning("The number of the subscription in which it has a seat"),
    Says::looked_up("serviceReferrerId", Form::Text, |cx, it| {
        Ok(served(cx, it)?.map_or(Value::Null, |it| json!(it.id.uuid())))
    })
    .read_only()
    .meaning("The id of that subscription"),
];

/// With what users of either type are linked.
pub(super) const RELATIONS: &[Leads] = &[Leads::one("organization", account::ID, |_, it| {
    Ok(it.stamp.owner.map(Id::uuid).into_iter().collect())
})
.strong()
.at_birth()];

/// By what users of either type are found.
pub(super) const LOOKUPS: &[Lookup] = &[
    Lookup::number("userId", |cx, number| Ok(uuids(finding::by_number::<User>(cx, number)?))),
    Lookup::number("memberId", |cx, number| Ok(uuids(finding::by_number::<User>(cx, number)?))),
    Lookup::few("login", by_login),
    Lookup::few("email", by_login),
    Lookup::few("organization.aps.id", |cx, id| match Uuid::try_parse(id) {
        Ok(id) => Ok(uuids(finding::by_owner::<User>(cx, AccountId::from_uuid(id))?)),
        Err(_) => Ok(Vec::new()),
    }),
];

/// Sends the invitation again.
pub(super) const INVITE: Does =
    Does::writes(("invite", Verb::Post, "invite"), Permission::UserInvite, |act, it, _| {
        user::remind(act, it.id).map(|_| None)
    });

/// Accepts the invitation in the user's stead.
pub(super) const ACTIVATE: Does =
    Does::writes(("activate", Verb::Post, "activate"), Permission::UserInvite, |act, it, _| {
        user::activate(act, it.id).map(|_| None)
    });

/// Sends a link to choose another password.
pub(super) const RESET_PASSWORD: Does = Does::writes(
    ("resetPassword", Verb::Post, "resetPassword"),
    Permission::PasswordWrite,
    |act, it, _| password::give_link(act, it.id).map(|_| None),
);

/// Lets a user try again that too many wrong passwords have locked out.
pub(super) const UNLOCK: Does =
    Does::writes(("unlock", Verb::Post, "unlock"), Permission::UserSuspend, |act, it, _| {
        user::unlock(act, it.id).map(|_| None)
    });

/// Stops a user.
pub(super) const DISABLE: Does =
    Does::writes(("disable", Verb::Post, "disable"), Permission::UserSuspend, |act, it, _| {
        user::on(act, it.id, UserTrigger::Suspend).map(|_| None)
    });

/// Lets a user go on.
pub(super) const ENABLE: Does =
    Does::writes(("enable", Verb::Post, "enable"), Permission::UserSuspend, |act, it, _| {
        user::restore(act, it.id).map(|_| None)
    });

/// Tells when a user signed in.
pub(super) const LOGIN_HISTORY: Does =
    Does::reads(("loginHistory", Verb::Get, "loginHistory"), Permission::UserRead, login_history)
        .gives(HISTORY);

/// How a user of either type changes.
pub(super) const UPDATE: Option<Update<User>> =
    Some(Update { needs: Permission::UserWrite, change: user_form::change });

/// How a user of either type goes.
pub(super) const DELETE: Option<Delete<User>> =
    Some(Delete { needs: Permission::UserRemove, take: delete });

/// The type.
pub(super) static KIND: Kind<User> = Kind {
    about: About {
        name: "PAUser",
        id: ID,
        implements: &[ANY, "http://aps-standard.org/types/core/resource/1.0"],
        alias: Some("users"),
        number: 4,
        reads: Permission::UserRead,
    },
    head: |_, it| Ok(head(it)),
    find: |cx, id| found(cx, id, |it| !it.is_administrator()),
    list: |cx, listing| list(cx, listing, |it| !it.is_administrator()),
    finding: Finding::by(|cx, id| found(cx, id, |it| !it.is_administrator()), LOOKUPS)
        .only(|it| !it.is_administrator()),
    properties: PROPERTIES,
    relations: RELATIONS,
    operations: &[INVITE, ACTIVATE, RESET_PASSWORD, UNLOCK, DISABLE, ENABLE, LOGIN_HISTORY],
    create: Some(Create { needs: Permission::UserInvite, make: user_form::create }),
    update: UPDATE,
    delete: DELETE,
};

/// The `aps` section of a user of either type.
pub(super) fn head(it: &User) -> Head {
    let status = match it.state() {
        UserState::Invited | UserState::InvitationSuspended => Status::Activating,
        UserState::Active | UserState::Suspended => Status::Ready,
        UserState::SoftlyDeleted | UserState::Removing | UserState::Removed => Status::Deleted,
    };
    Head::of(it.id.uuid(), &it.stamp, status)
}

/// Who is gone for good is no resource any more.
const fn is_here(state: UserState) -> bool {
    !matches!(state, UserState::Removing | UserState::Removed)
}

/// The user with an id, if it is here, of the type, and the caller may see it.
pub(super) fn found(cx: Cx<'_>, id: Uuid, is_of: fn(&User) -> bool) -> Result<Option<User>, Error> {
    let found = cx.find::<User>(UserId::from_uuid(id))?;
    Ok(found.filter(|it| is_here(it.state()) && is_of(it)))
}

/// A page of the users of a type that the caller may see.
pub(super) fn list(
    cx: Cx<'_>,
    listing: &Listing,
    is_of: fn(&User) -> bool,
) -> Result<Page<User>, Error> {
    user::list(cx, None, &listing.page, |it| is_here(it.state()) && is_of(it))
}

/// The ids of the users of an account.
pub(super) fn of_account(cx: Cx<'_>, account: AccountId) -> Result<Vec<Uuid>, Error> {
    let mut page = PageRequest::oldest(PageRequest::LIMIT_MAX);
    let mut found = Vec::new();
    loop {
        let users = user::list(cx, Some(account), &page, |it| is_here(it.state()))?;
        found.extend(users.items.iter().map(|it| it.id.uuid()));
        page.after = users.next;
        if page.after.is_none() {
            return Ok(found);
        }
    }
}

/// The user of an account whose mail goes to an address.
pub(super) fn with_mail(cx: Cx<'_>, account: AccountId, email: &Email) -> Result<Vec<Uuid>, Error> {
    let found = user::by_login(cx, &email.folded())?;
    let found = found.filter(|it| it.stamp.owner == Some(account));
    Ok(found.into_iter().map(|it| it.id.uuid()).collect())
}

fn by_login(cx: Cx<'_>, login: &str) -> Result<Vec<Uuid>, Error> {
    Ok(user::by_login(cx, login)?.into_iter().map(|it| it.id.uuid()).collect())
}

fn number(it: &User) -> Value {
    if it.stamp.number == 0 { Value::Null } else { json!(it.stamp.number) }
}

fn login(it: &User) -> Value {
    let profile = it.profile();
    json!(profile.login.as_ref().map_or_else(|| profile.email.to_string(), ToString::to_string))
}

fn phone(it: &User, place: PhoneUse) -> Value {
    json!(it.profile().phones.get(&place).map(ToString::to_string))
}

/// The number of a role: its place among all of them.
pub(super) const fn role_number(role: Role) -> u64 {
    match role {
        Role::Operator => 1,
        Role::VendorAdmin => 2,
        Role::CustomerAdmin => 3,
        Role::Member => 4,
    }
}

const fn is_disabled(state: UserState) -> bool {
    match state {
        UserState::Invited | UserState::Active => false,
        UserState::Suspended
        | UserState::InvitationSuspended
        | UserState::SoftlyDeleted
        | UserState::Removing
        | UserState::Removed => true,
    }
}

fn invited_at(it: &User) -> Instant {
    let link = it.sent_link().filter(|it| it.purpose == LinkPurpose::Invitation);
    link.map_or(it.stamp.created_at, Link::made_at)
}

/// Where the person lives, if more is known of it than its name.
fn address(cx: Cx<'_>, it: &User) -> Result<Value, Error> {
    let party = it.party.map(|it| cx.find::<Party>(it)).transpose()?.flatten();
    let address = party.as_ref().and_then(|it| it.profile().address());
    Ok(address.map_or(Value::Null, postal::address))
}

/// The subscription in which a user has a seat: the one it got first.
fn served(cx: Cx<'_>, it: &User) -> Result<Option<Subscription>, Error> {
    match seat::of_user(cx, it.id)?.into_iter().find(|it| it.is_taken()) {
        Some(seat) => cx.find(seat.subscription()),
        None => Ok(None),
    }
}

fn delete(act: &mut Act<'_>, it: &User) -> Result<Gone, Error> {
    user::on(act, it.id, UserTrigger::Remove)?;
    Ok(Gone::Now)
}

fn login_history(cx: Cx<'_>, it: &User, _: &Said) -> Result<Outcome, Error> {
    let moments = user::signed_in_at(cx, it, HISTORY_MAX)?;
    let history = moments.into_iter().map(|it| json!({ "loginTime": time(it) }));
    Ok(Some(Value::Array(history.collect())))
}
