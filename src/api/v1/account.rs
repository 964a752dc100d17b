//! `/accounts`: who sells and buys here.

use std::collections::BTreeMap;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contact::{Address, Contact};
use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, Patch, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::account::cycle::Cycle;
use crate::domain::account::billing_account::{BillingAccount, BillingTerms};
use crate::domain::account::lifecycle::HoldKind;
use crate::domain::account::profile::{AddressUse, Matter, Profile};
use crate::domain::account::{self as domain, Beginning, HoldAccount, ReleaseAccount};
use crate::domain::attribute::{Attribute, AttributeValue};
use crate::domain::error::Invalid;
use crate::domain::id::AccountId;
use crate::domain::operator::Permission;
use crate::domain::party::identity::TaxRegistration;
use crate::domain::text::Locale;
use crate::services::account::{self, OpenAccount, Wanted};
use crate::services::{Act, Cx, Error, billing_account};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::AccountRead);
    let writes = Needs::Permission(Permission::AccountWrite);
    let holds = Needs::Permission(Permission::AccountHold);
    vec![
        read("/accounts", reads, "List accounts", list),
        write(Method::POST, "/accounts", writes, "Open an account", open),
        read("/accounts/{id}", reads, "Read an account", show),
        write(Method::PATCH, "/accounts/{id}", writes, "Change an account", revise),
        write(Method::POST, "/accounts/{id}/hold", holds, "Hold an account", hold),
        write(Method::POST, "/accounts/{id}/release", holds, "Release an account", release),
        write(Method::POST, "/accounts/{id}/close", writes, "Close an account", close),
    ]
}

/// Whoever sells or buys here.
#[derive(Debug, Serialize, ToSchema)]
struct Account {
    id: String,
    /// The number people call it by.
    number: u64,
    revision: u32,
    created_at: String,
    changed_at: String,
    /// `provider`, `reseller` or `customer`.
    kind: &'static str,
    /// `company` or `personal`.
    nature: String,
    name: String,
    /// The account above it.
    parent: Option<String>,
    /// Who it is apart from selling and buying.
    party: String,
    /// The terms its vendor gives it.
    class: String,
    /// How far its life has come.
    state: String,
    /// What holds it.
    holds: Vec<Hold>,
    locale: String,
    tax: Tax,
    address: Option<Address>,
    contacts: Contacts,
    /// Custom attributes by name.
    attributes: BTreeMap<String, String>,
    /// The billing account that its invoices go to if nothing else is said.
    billing_account: Option<String>,
}

impl Wire for Account {}

/// What holds an account, and since when.
#[derive(Debug, Serialize, ToSchema)]
struct Hold {
    /// `credit` or `administrative`.
    kind: String,
    /// Which subscriptions it stops: `all` or `unpaid`.
    policy: String,
    reason: String,
    comment: String,
    since: String,
}

/// How an account is taxed.
#[derive(Debug, Serialize, ToSchema)]
struct Tax {
    status: String,
    zone: Option<String>,
    registration_id: Option<String>,
    registration_status: Option<String>,
}

/// Whom to turn to, by matter.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Contacts {
    administration: Option<Contact>,
    billing: Option<Contact>,
    technical: Option<Contact>,
}

impl Contacts {
    fn of(profile: &Profile) -> Self {
        let contact = |matter| profile.contacts.get(&matter).map(Contact::from);
        Self {
            administration: contact(Matter::Administration),
            billing: contact(Matter::Billing),
            technical: contact(Matter::Technology),
        }
    }

    fn read(
        &self,
    ) -> Result<BTreeMap<Matter, crate::domain::party::medium::Contact>, Invalid> {
        let all = [
            (Matter::Administration, "/contacts/administration", &self.administration),
            (Matter::Billing, "/contacts/billing", &self.billing),
            (Matter::Technology, "/contacts/technical", &self.technical),
        ];
        let said = all.into_iter().filter_map(|(matter, at, it)| Some((matter, at, it.as_ref()?)));
        said.map(|(matter, at, it)| Ok((matter, it.read(at)?))).collect()
    }
}

impl Account {
    fn of(it: &domain::Account, billing_account: Option<&BillingAccount>) -> Self {
        let (stamp, profile, terms) = (&it.stamp, it.profile(), it.terms());
        let registration = profile.tax_registration.as_ref();
        Self {
            id: it.id.to_string(),
            number: stamp.number,
            revision: stamp.revision,
            created_at: stamp.created_at.to_string(),
            changed_at: stamp.changed_at.to_string(),
            kind: it.role().word(),
            nature: profile.nature.to_string(),
            name: profile.name.to_string(),
            parent: it.parent().map(|it| it.to_string()),
            party: it.party().to_string(),
            class: terms.class.to_string(),
            state: it.state().to_string(),
            holds: HoldKind::ALL.iter().filter_map(|kind| Hold::of(it, *kind)).collect(),
            locale: profile.locale.to_string(),
            tax: Tax {
                status: terms.tax_status.to_string(),
                zone: terms.tax_zone.map(|it| it.to_string()),
                registration_id: registration.map(|it| it.number.to_string()),
                registration_status: registration.map(|it| it.verification.to_string()),
            },
            address: profile.address(AddressUse::General).map(Address::from),
            contacts: Contacts::of(profile),
            attributes: attributes(&profile.attributes),
            billing_account: billing_account.map(|it| it.id.to_string()),
        }
    }
}

impl Hold {
    fn of(account: &domain::Account, kind: HoldKind) -> Option<Self> {
        let hold = account.hold_of(kind)?;
        Some(Self {
            kind: kind.to_string(),
            policy: hold.policy.to_string(),
            reason: hold.reason.to_string(),
            comment: hold.comment.to_string(),
            since: hold.since.to_string(),
        })
    }
}

fn attributes(all: &[Attribute]) -> BTreeMap<String, String> {
    all.iter().map(|it| (it.name.to_string(), it.value.to_string())).collect()
}

fn read_attributes(all: &BTreeMap<String, String>) -> Result<Vec<Attribute>, Invalid> {
    let read = |(name, value): (&String, &String)| {
        let pointer = format!("/attributes/{name}");
        let value = AttributeValue::Text(parse(&pointer, value)?);
        Ok(Attribute { name: parse(&pointer, name)?, value })
    };
    all.iter().map(read).collect()
}

fn reply(cx: Cx<'_>, it: &domain::Account) -> Result<Account, Error> {
    let billing = billing_account::of(cx, it.id)?;
    Ok(Account::of(it, billing.iter().find(|it| it.is_default())))
}

fn tagged(cx: Cx<'_>, it: &domain::Account) -> Result<Reply<Account>, Error> {
    Ok(Reply::ok(reply(cx, it)?).tagged(it.stamp.revision))
}

/// Which accounts are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountQuery {
    /// `provider`, `reseller` or `customer`.
    kind: Option<String>,
    /// A state such as `active`.
    state: Option<String>,
    /// The account above.
    parent: Option<String>,
    /// How the name begins, in any case.
    q: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: AccountQuery) -> Result<Reply<List<Account>>, Error> {
    let parent = parse_optional::<AccountId>("parent", query.parent.as_deref())?;
    let q = query.q.map(|it| it.to_lowercase());
    let accept = |it: &domain::Account| {
        let name = it.profile().name.as_str().to_lowercase();
        query.kind.as_ref().is_none_or(|kind| it.role().word() == kind)
            && query.state.as_ref().is_none_or(|state| it.state().word() == state)
            && q.as_ref().is_none_or(|q| name.starts_with(q))
    };
    let page = account::list(cx, parent, &call.page, accept)?;
    Ok(Reply::ok(List::of(page, |it| Account::of(&it, None))))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Account>, Error> {
    let it: domain::Account = cx.get(call.id("id")?)?;
    tagged(cx, &it)
}

/// An account to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    /// `reseller` or `customer`; a customer if nothing is said.
    kind: Option<String>,
    /// `company` or `personal`; a company if nothing is said.
    nature: Option<String>,
    /// What it is called.
    name: String,
    /// The account above it; the caller's own if nothing is said.
    parent: Option<String>,
    /// The party it is, if that is known already.
    party: Option<String>,
    /// The class; the vendor's default if nothing is said.
    class: Option<String>,
    /// `active` or `prospective`; active if nothing is said.
    state: Option<String>,
    /// The language of its documents and mails; `en` if nothing is said.
    locale: Option<String>,
    /// The number its tax office knows it by.
    tax_registration_id: Option<String>,
    /// Where it is.
    address: Option<Address>,
    /// Whom to turn to.
    #[serde(default)]
    contacts: Contacts,
    /// Custom attributes by name.
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    /// How it is billed; as its vendor bills if nothing is said.
    billing: Option<Billing>,
}

/// How an account is billed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Billing {
    /// ISO 4217.
    currency: String,
    /// The IANA zone in which its days begin; `UTC` if nothing is said.
    zone: Option<String>,
    /// How long its periods are; `1 month` if nothing is said.
    period: Option<String>,
    /// The day of the month on which they begin; that of its own beginning if nothing is said.
    anchor_day: Option<u8>,
}
