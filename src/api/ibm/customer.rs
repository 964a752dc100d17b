//! Customers: what we call accounts that buy. The contract's vendor is the account that sells to them.

use axum::http::Method;

use super::customer_form::{
    Address, Billing, Customer, CustomerAccount, DIRECT, FIELDS, Organization, PAYMENT_METHODS,
    RESELLER,
};
use super::error::Refusal;
use super::field::ENTRIES_MAX;
use super::page::Stretch;
use super::person::Person;
use super::route::{Asked, By, Row};
use super::wire::{listed, made, moment, nothing, shown};
use super::{field, message};
use crate::api::edge::work::Work;
use crate::domain::account::billing_account::{
    BillingAccount, BillingProfile, BillingPurpose, BillingState, BillingTerms,
};
use crate::domain::account::lifecycle::{HeldBy, HoldKind, HoldPolicy, State};
use crate::domain::account::profile::{AddressUse, Matter, Profile};
use crate::domain::account::{Account, HoldAccount, ReleaseAccount};
use crate::domain::id::AccountId;
use crate::domain::money::Currency;
use crate::domain::operator::{Permission, Role, User};
use crate::domain::stamp::{Contract, SellerNumber};
use crate::services::account::{self, BillingWish, OpenAccount, Wanted};
use crate::services::billing_account::{self, NewBillingAccount};
use crate::services::finding::{self, AccountsBy, Names};
use crate::services::idempotency::Answer;
use crate::services::user::{self, Invite};
use crate::services::{Act, Cx, Error, carried};

const ALL: &str = "resource/customer";
const ONE: &str = "resource/customer/{id}";

/// What only a vendor does.
const SELLS: (Permission, Role) = (Permission::AccountRegister, Role::VendorAdmin);
const HOLDS: (Permission, Role) = (Permission::AccountHold, Role::VendorAdmin);
const CLOSES: (Permission, Role) = (Permission::AccountClose, Role::VendorAdmin);
/// What the administrators of a customer do as well.
const READS: (Permission, Role) = (Permission::AccountRead, Role::CustomerAdmin);
const CHANGES: (Permission, Role) = (Permission::AccountWrite, Role::CustomerAdmin);

/// What can be asked of customers.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::POST, ALL, By::Path, SELLS, register),
    Row::new(Method::GET, ALL, By::Path, SELLS, list),
    Row::new(Method::GET, ALL, By::Query("getCustomersByContactEmail"), SELLS, by_contact),
    Row::new(Method::GET, ALL, By::Query("getCustomersBySubscriberEmail"), SELLS, by_subscriber),
    Row::new(Method::GET, ALL, By::Query("getCustomerByOrgName"), SELLS, by_name),
    Row::new(Method::GET, ONE, By::Path, READS, get),
    Row::new(Method::PUT, ONE, By::Path, CHANGES, update),
    Row::new(Method::DELETE, ONE, By::Path, CLOSES, delete),
    Row::new(Method::POST, ONE, By::Operation("suspendCustomer"), HOLDS, suspend),
    Row::new(Method::POST, ONE, By::Operation("unsuspendCustomer"), HOLDS, unsuspend),
];

/// Whether a customer is still there.
pub(super) const fn is_here(state: State) -> bool {
    !matches!(state, State::Closed | State::Erased)
}

/// The customer with a number, if the caller may see it.
pub(super) fn find(cx: Cx<'_>, number: u64) -> Result<Account, Error> {
    let id = finding::by_number::<Account>(cx, number)?.into_iter().next();
    let found = id.map(|it| cx.find::<Account>(it)).transpose()?.flatten();
    let found = found.filter(|it| is_here(it.state()));
    found.ok_or_else(|| Error::not_found(format!("Customer with ID {number}")))
}

/// The state of a customer, in the contract's words.
pub(super) const fn state(of: State) -> &'static str {
    match of {
        State::Prospective => "PENDING",
        State::Active => "ACTIVE",
        State::HeldAdministratively | State::HeldForCredit | State::HeldForBoth => "SUSPENDED",
        State::Closing | State::Closed | State::Erased => "DEREGISTER_PENDING",
    }
}

/// The number of a seller's account.
pub(super) fn vendor_number(cx: Cx<'_>, seller: SellerNumber) -> Result<u64, Error> {
    Ok(account::of_seller(cx, seller)?.stamp.number)
}

fn wire(cx: Cx<'_>, it: &Account) -> Result<Customer, Error> {
    let number = it.stamp.number;
    let kept = Customer::of_carried(it.stamp.carried.get(&Contract::Ibm));
    let held =
        [HoldKind::Administrative, HoldKind::Credit].into_iter().find_map(|kind| it.hold_of(kind));
    let vendor = vendor_number(cx, it.stamp.seller)?;
    let accounts = billed(cx, it.id)?;
    let accounts = accounts.iter();
    Ok(Customer {
        id: Some(number),
        oid: Some(number),
        customer_number: kept.customer_number,
        customer_state: Some(state(it.state())),
        customer_type: Some(customer_type(it).to_owned()),
        is_guest: Some(false),
        suspension_date: held.map(|it| moment(it.since)),
        organization: organization(it, kept.organization.contact),
        customer_account_set: accounts.map(|it| customer_account(it, vendor)).collect(),
        customer_identifier_set: Customer::identifiers(it.profile()),
    })
}

const fn customer_type(it: &Account) -> &'static str {
    if it.seller_number().is_some() { RESELLER } else { DIRECT }
}

/// What a customer is as an organization. Its contact and its addresses are parts of one profile:
/// what dates that dates them.
fn organization(it: &Account, beyond: Person) -> Organization {
    let profile = it.profile();
    let (created, modified) = (moment(it.stamp.created_at), moment(it.stamp.changed_at));
    let contact = profile.contact(Matter::Administration);
    let contact = contact.map_or_else(Person::default, |it| Person::of_contact(it, beyond));
    let places = [AddressUse::General, AddressUse::Billing, AddressUse::Mailing];
    let addresses = places.into_iter().filter_map(|place| {
        let address = profile.addresses.get(&place)?;
        Address::of((place, address), &modified)
    });
    Organization {
        org_name: Some(profile.name.to_string()),
        phone: profile.phone.as_ref().map(ToString::to_string),
        owner: Some(it.stamp.number),
        party_type: Some("ORGANIZATION"),
        security_realm: Some("NON_FEDERATED"),
        customer_type: Some(customer_type(it)),
        is_partner: Some(it.seller_number().is_some()),
        is_sync_pending: Some(false),
        address_set: addresses.collect(),
        contact: Person {
            org_name: Some(profile.name.to_string()),
            security_realm: Some("NON_FEDERATED"),
            created: Some(created.clone()),
            modified: Some(modified.clone()),
            deleted: Some(false),
            ..contact
        },
        created: Some(created),
        modified: Some(modified),
    }
}

/// The billing accounts of a customer that this contract has words for, the default one first.
fn billed(cx: Cx<'_>, of: AccountId) -> Result<Vec<BillingAccount>, Error> {
    let mut all = billing_account::of(cx, of)?;
    all.retain(|it| it.purpose() == BillingPurpose::Billing && it.state() != BillingState::Closed);
    all.sort_by_key(|it| !it.is_default());
    Ok(all)
}

/// By what a customer knows a billing account: by what it calls it, or else by our number.
fn account_number(it: &BillingAccount) -> String {
    let reference = it.profile().reference.as_ref();
    reference.map_or_else(|| it.stamp.number.to_string(), ToString::to_string)
}

fn customer_account(it: &BillingAccount, vendor: u64) -> CustomerAccount {
    let profile = it.profile();
    let means = PAYMENT_METHODS.iter().find(|known| known.1 == profile.payment_means);
    CustomerAccount {
        account_number: Some(account_number(it)),
        location_name: Some(profile.name.to_string()),
        payment_method_type: means.map(|it| it.0.to_owned()),
        currency_type: Some(it.currency().code().to_owned()),
        vendor_id: Some(vendor),
    }
}

fn register(asked: Asked) -> Result<Work, Refusal> {
    let customer: Customer = field::read(asked.body, "Customer", FIELDS)?;
    let (profile, billing) = (customer.profile(None)?, customer.billing()?);
    let person = &customer.organization.contact;
    let (contact, unknown) = (person.profile(None)?, person.unknown().to_carried());
    let (wanted, role) = match customer.sells_on() {
        Some(true) => (Wanted::Reseller, Role::VendorAdmin),
        Some(false) | None => (Wanted::Customer, Role::CustomerAdmin),
    };
    Ok(Work::writes(move |act| {
        let currency = billing.first().and_then(|it| it.currency);
        let opened = account::open(act, new_account(wanted, profile, currency))?;
        let it = opened.account;
        bill(act, &it, billing)?;
        carry(act, it.id, &customer)?;
        let administrator = Invite {
            id: None,
            account: Some(it.id),
            party: None,
            profile: contact,
            roles: [role, Role::Member].into(),
        };
        let administrator = user::invite(act, administrator)?.user;
        carried::keep::<User>(
            act,
            (administrator.id, Permission::UserWrite),
            Contract::Ibm,
            unknown,
        )?;
        Ok(made(it.stamp.number))
    }))
}

fn new_account(wanted: Wanted, profile: Profile, currency: Option<Currency>) -> OpenAccount {
    OpenAccount {
        billing: BillingWish { currency, ..BillingWish::default() },
        ..OpenAccount::plain(wanted, profile)
    }
}

/// Keeps what of a customer our accounts do not have.
fn carry(act: &mut Act<'_>, id: AccountId, said: &Customer) -> Result<(), Error> {
    let place = (id, Permission::AccountWrite);
    carried::keep::<Account>(act, place, Contract::Ibm, said.carried()).map(drop)
}

/// Says where the invoices of a customer go: each entry is the billing account of its number, or a
/// new one. A first entry of a number that none has is the default one, unless another entry names
/// that. Those that no entry names stay: there may be invoices of them.
fn bill(act: &mut Act<'_>, of: &Account, entries: Vec<Billing>) -> Result<(), Error> {
    let mut known = billed(act.cx(), of.id)?;
    let had = known.len();
    let mut take = |is_it: &dyn Fn(&BillingAccount) -> bool| {
        known.iter().position(is_it).map(|place| known.remove(place))
    };
    let named =
        entries.iter().map(|entry| take(&|it| account_number(it) == entry.reference.as_str()));
    let mut found: Vec<_> = named.collect();
    if let Some(first @ None) = found.first_mut() {
        *first = take(&BillingAccount::is_default);
    }
    if ENTRIES_MAX < had + found.iter().filter(|it| it.is_none()).count() {
        return Err(field::too_many("CustomerAccountSet").into());
    }
    for (entry, found) in entries.into_iter().zip(found) {
        match found {
            Some(found) => rebill(act, &found, entry)?,
            None => open_another(act, of, entry)?,
        }
    }
    Ok(())
}

fn rebill(act: &mut Act<'_>, found: &BillingAccount, entry: Billing) -> Result<(), Error> {
    if let Some(currency) = entry.currency.filter(|it| *it != found.currency()) {
        billing_account::plan(act, found.id, None, |was| Ok(BillingTerms { currency, ..was }))?;
    }
    // One that is known by our number is not called by it from then on.
    let is_same = account_number(found) == entry.reference.as_str();
    billing_account::revise(act, found.id, None, |was| {
        let reference = was.reference.clone();
        let profile = entry.profile(was);
        Ok(if is_same { BillingProfile { reference, ..profile } } else { profile })
    })
    .map(drop)
}

fn open_another(act: &mut Act<'_>, of: &Account, entry: Billing) -> Result<(), Error> {
    let wish = BillingWish { currency: entry.currency, ..BillingWish::default() };
    let new = NewBillingAccount {
        id: None,
        purpose: BillingPurpose::Billing,
        terms: account::billing_terms(act.cx(), of, wish)?,
        profile: entry.new_profile(),
    };
    billing_account::add(act, of.id, new).map(drop)
}

fn get(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Customer")?;
    Ok(Work::reads(move |cx| Ok(shown("Customer", wire(cx, &find(cx, number)?)?))))
}

fn update(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Customer")?;
    let customer: Customer = field::read(asked.body, "Customer", FIELDS)?;
    let billing = customer.billing()?;
    customer.profile(None)?;
    Ok(Work::writes(move |act| {
        let it = find(act.cx(), number)?;
        if customer.sells_on().is_some_and(|said| said != it.seller_number().is_some()) {
            let said = customer.customer_type.as_deref().unwrap_or_default();
            return Err(message::VALUE_INVALID.with([said, "CustomerType"]).into());
        }
        account::revise(act, it.id, None, |was| Ok(customer.profile(Some(was))?))?;
        bill(act, &it, billing)?;
        carry(act, it.id, &customer)?;
        Ok(nothing())
    }))
}

fn delete(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Customer")?;
    Ok(Work::writes(move |act| {
        let it = find(act.cx(), number)?;
        account::close_to_all(act, it.id)?;
        Ok(nothing())
    }))
}

fn suspend(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Customer")?;
    Ok(Work::writes(move |act| {
        let it = find(act.cx(), number)?;
        let command = HoldAccount {
            kind: HoldKind::Administrative,
            by: HeldBy::People,
            policy: HoldPolicy::All,
            reason: "OTHER".parse().map_err(Error::internal)?,
            comment: "suspendCustomer".parse().map_err(Error::internal)?,
        };
        account::hold(act, it.id, command)?;
        Ok(nothing())
    }))
}

fn unsuspend(asked: Asked) -> Result<Work, Refusal> {
    let number = asked.id(0, "Customer")?;
    Ok(Work::writes(move |act| {
        let it = find(act.cx(), number)?;
        let command = ReleaseAccount {
            kind: HoldKind::Administrative,
            until: None,
            comment: "unsuspendCustomer".parse().map_err(Error::internal)?,
        };
        account::release(act, it.id, command)?;
        Ok(nothing())
    }))
}

/// All customers of the caller's branch, after the vendor itself.
fn list(mut asked: Asked) -> Result<Work, Refusal> {
    let wanted = asked.page()?;
    Ok(Work::scans(move |cx| {
        let mut found = Stretch::of(wanted);
        let own =
            cx.actor.standing().map(|it| cx.find::<Account>(it.account)).transpose()?.flatten();
        let own_id = own.as_ref().map(|it| it.id);
        own.into_iter().for_each(|it| found.offer(it));
        let others = |it: &Account| is_here(it.state()) && Some(it.id) != own_id;
        found.take_from(|page| account::list(cx, (None, None), page, others))?;
        shown_all(cx, &found.items)
    }))
}

fn shown_all(cx: Cx<'_>, items: &[Account]) -> Result<Answer, Error> {
    let items: Result<Vec<_>, Error> = items.iter().map(|it| wire(cx, it)).collect();
    Ok(listed(&items?))
}

fn by_contact(mut asked: Asked) -> Result<Work, Refusal> {
    let (wanted, email) = (asked.page()?, asked.must("emailAddress")?.trim().to_lowercase());
    Ok(Work::scans(move |cx| {
        let is_it = |it: &Account| {
            let mut contacts = it.profile().contacts.values();
            is_here(it.state()) && contacts.any(|it| it.email.folded() == email)
        };
        let found = wanted.of(|page| account::list(cx, (None, None), page, is_it))?;
        shown_all(cx, &found)
    }))
}

fn by_subscriber(mut asked: Asked) -> Result<Work, Refusal> {
    let (wanted, email) = (asked.page()?, asked.must("emailAddress")?.trim().to_lowercase());
    Ok(Work::reads(move |cx| {
        let user = user::by_login(cx, &email)?.filter(|it| it.profile().email.folded() == email);
        let owner = user.and_then(|it| it.stamp.owner);
        let found = owner.map(|it| cx.find::<Account>(it)).transpose()?.flatten();
        let found = found.filter(|it| is_here(it.state()));
        shown_all(cx, &wanted.of_all(found))
    }))
}

fn by_name(mut asked: Asked) -> Result<Work, Refusal> {
    let (wanted, name) = (asked.page()?, asked.must("orgName")?);
    Ok(Work::scans(move |cx| {
        let folded = name.trim().to_lowercase();
        let names = Names { beginning: &folded, accepts: &|it| it == folded };
        let mut found = Vec::new();
        for id in finding::accounts(cx, AccountsBy::Names(names))? {
            found.extend(cx.find::<Account>(id)?.filter(|it| is_here(it.state())));
        }
        if found.is_empty() {
            return Err(Error::not_found(format!("Customer with the name {}", name.trim())));
        }
        shown_all(cx, &wanted.of_all(found))
    }))
}
