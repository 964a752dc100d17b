//! `PAAccount`: an account as the one who buys and is served; what it owes is its other face,
//! [`BssAccountInformation`](super::bss_account_information).

use serde_json::{Value, json};
use uuid::Uuid;

use super::kind::{self, About, Breadth, Create, Delete, Head, Listing, Status, Update};
use super::lookup::{Finding, Lookup, uuids};
use super::postal::{self, ADDRESS, CONTACT};
use super::property::{Form, Property};
use super::relation::Relation;
use super::{account_form, bss_account_information, identity, pa_subscription, user};
use crate::domain::account::lifecycle::State;
use crate::domain::account::profile::{AddressUse, Matter};
use crate::domain::account::tree::AccountRole;
use crate::domain::account::{Account, Nature};
use crate::domain::id::{AccountId, Id, Kind, UserId};
use crate::domain::operator::{Permission, Scope};
use crate::domain::page::Page;
use crate::services::finding::AccountsBy;
use crate::services::{self, Cx, Error, account};

/// The full id of the type.
pub(super) const ID: &str = "http://parallels.com/aps/types/pa/account/1.2";

const ROLES: &[&str] = &["ADMIN", "RESELLER", "CLIENT", "SYSTEM"];

type Says = Property<Account>;
type Leads = Relation<Account>;

/// The type.
pub(super) static KIND: kind::Kind<Account> = kind::Kind {
    about: About {
        name: "PAAccount",
        id: ID,
        implements: &[
            "http://aps-standard.org/types/core/account/1.0",
            "http://aps-standard.org/types/core/resource/1.0",
        ],
        alias: Some("accounts"),
        number: 1,
        reads: Permission::AccountRead,
    },
    head: |_, it| Ok(head(it, it.id.uuid())),
    find: |cx, id| cx.find(AccountId::from_uuid(id)),
    list,
    finding: Finding::by(load, LOOKUPS).counted(count),
    properties: &[
        Says::of("id", Form::Integer, |it| json!(it.stamp.number))
            .read_only()
            .meaning("The number of the account; the provider has 1"),
        Says::of("type", Form::Words(ROLES), |it| json!(role(it.role())))
            .required()
            .said_once()
            .meaning("What the account does here"),
        Says::of("personal", Form::Flag, |it| json!(it.profile().nature == Nature::Personal))
            .required()
            .meaning("Whether it is a person's and not a company's"),
        Says::of("companyName", Form::Text, |it| json!(it.profile().name.as_str()))
            .required()
            .meaning("What the account is called"),
        Says::of("locked", Form::Flag, |it| json!(is_locked(it.state())))
            .read_only()
            .meaning("Whether it is held, or gone"),
        Says::of("addressPostal", Form::Structure(&ADDRESS), address)
            .required()
            .meaning("Where it is"),
        Says::of("adminContact", Form::Structure(&CONTACT), |it| {
            contact(it, Matter::Administration)
        })
        .required()
        .meaning("Whom to turn to"),
        Says::of("billingContact", Form::Structure(&CONTACT), |it| contact(it, Matter::Billing))
            .required()
            .meaning("Whom to turn to about invoices and payments"),
        Says::of("techContact", Form::Structure(&CONTACT), |it| contact(it, Matter::Technology))
            .required()
            .meaning("Whom to turn to about what does not work"),
    ],
    relations: &[
        Leads::one("parent", ID, |_, it| Ok(it.parent().map(Id::uuid).into_iter().collect()))
            .at_birth(),
        Leads::many("subscriptions", pa_subscription::ID, pa_subscription::of_account)
            .mirroring("account"),
        Leads::many("accounts", ID, children).mirroring("parent"),
        Leads::many("users", user::ANY, |cx, it| user::of_account(cx, it.id))
            .mirroring("organization"),
        Leads::one("adminContactUser", user::ANY, |cx, it| {
            contact_user(cx, it, Matter::Administration)
        }),
        Leads::one("billingContactUser", user::ANY, |cx, it| contact_user(cx, it, Matter::Billing)),
        Leads::one("techContactUser", user::ANY, |cx, it| contact_user(cx, it, Matter::Technology)),
        Leads::one("bssAccountInfo", bss_account_information::ID, |cx, it| {
            Ok(vec![identity::second_face(cx, it.id.subject())?])
        })
        .needed("Its commercial side: an earlier element of the same batch, by its aps.id there"),
    ],
    operations: &[],
    create: Some(Create { needs: Permission::AccountRegister, make: account_form::create }),
    update: Some(Update { needs: Permission::AccountWrite, change: account_form::change }),
    delete: Some(Delete { needs: Permission::AccountClose, take: account_form::delete }),
};

/// The `aps` section of either face of an account.
pub(super) fn head(it: &Account, id: Uuid) -> Head {
    let status = match it.state() {
        State::Prospective
        | State::Active
        | State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth => Status::Ready,
        State::Closing | State::Closed | State::Erased => Status::Deleted,
    };
    Head::of(id, &it.stamp, status)
}

/// A page of the accounts that the caller may see. A vendor's own account, which lies in the branch
/// of who sells to it, comes before those of its branch.
fn list(cx: Cx<'_>, listing: &Listing) -> Result<Page<Account>, Error> {
    let mut page = account::list(cx, (None, None), &listing.page, |_| true)?;
    if listing.page.after.is_none() {
        page.items.splice(0..0, own(cx)?);
    }
    Ok(page)
}

/// The account of a vendor, if it does not lie in its own branch.
fn own(cx: Cx<'_>) -> Result<Option<Account>, Error> {
    let Scope::Sellers(branch) = cx.actor.scope(Kind::Account) else { return Ok(None) };
    let own = cx.actor.standing().map(|it| cx.find::<Account>(it.account));
    let own = own.transpose()?.flatten();
    Ok(own.filter(|it| !branch.contains(&it.stamp.seller)))
}

/// How many accounts are on the pages of all of them.
pub(super) fn count(cx: Cx<'_>, _: Breadth) -> Result<Option<usize>, Error> {
    let count = services::finding::count::<Account>(cx)?;
    let own = usize::from(own(cx)?.is_some());
    Ok(count.map(|it| it + own))
}

const LOOKUPS: &[Lookup] = &[
    Lookup::number("id", by_number),
    Lookup::few("parent.aps.id", |cx, id| match Uuid::try_parse(id) {
        Ok(id) => by(cx, AccountsBy::Parent(AccountId::from_uuid(id))),
        Err(_) => Ok(Vec::new()),
    }),
    Lookup::few("adminContactUser.aps.id", of_user),
    Lookup::few("billingContactUser.aps.id", of_user),
    Lookup::few("techContactUser.aps.id", of_user),
    Lookup::few("bssAccountInfo.aps.id", |cx, id| identity::owners(cx, AccountId::KIND, id)),
    Lookup::name("companyName", |cx, names| by(cx, AccountsBy::Names(names))),
];

/// The account with an id, on whichever face, if the caller may see it.
pub(super) fn load(cx: Cx<'_>, id: Uuid) -> Result<Option<Account>, Error> {
    cx.find(AccountId::from_uuid(id))
}

/// The account with a number.
pub(super) fn by_number(cx: Cx<'_>, number: u64) -> Result<Vec<Uuid>, Error> {
    Ok(uuids(services::finding::by_number::<Account>(cx, number)?))
}

/// The accounts that are found by something.
pub(super) fn by(cx: Cx<'_>, by: AccountsBy<'_>) -> Result<Vec<Uuid>, Error> {
    Ok(uuids(services::finding::accounts(cx, by)?))
}

const fn role(role: AccountRole) -> &'static str {
    match role {
        AccountRole::Provider => "ADMIN",
        AccountRole::Reseller(_) => "RESELLER",
        AccountRole::Customer => "CLIENT",
    }
}

const fn is_locked(state: State) -> bool {
    match state {
        State::Prospective | State::Active => false,
        State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth
        | State::Closing
        | State::Closed
        | State::Erased => true,
    }
}

fn address(it: &Account) -> Value {
    it.profile().addresses.get(&AddressUse::General).map_or(Value::Null, postal::address)
}

fn contact(it: &Account, matter: Matter) -> Value {
    it.profile().contacts.get(&matter).map_or(Value::Null, postal::contact)
}

/// The account that a user belongs to.
fn of_user(cx: Cx<'_>, id: &str) -> Result<Vec<Uuid>, Error> {
    match Uuid::try_parse(id) {
        Ok(id) => by(cx, AccountsBy::User(UserId::from_uuid(id))),
        Err(_) => Ok(Vec::new()),
    }
}

/// The user of an account whose mail goes where that for a matter goes.
fn contact_user(cx: Cx<'_>, it: &Account, matter: Matter) -> Result<Vec<Uuid>, Error> {
    let Some(contact) = it.profile().contacts.get(&matter) else { return Ok(Vec::new()) };
    user::with_mail(cx, it.id, &contact.email)
}

fn children(cx: Cx<'_>, it: &Account) -> Result<Vec<Uuid>, Error> {
    by(cx, AccountsBy::Parent(it.id))
}
