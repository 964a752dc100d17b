//! Accounts: who sells and who buys here.
//!
//! An account is made with its party, if that is missing, and with its default billing account; a
//! seller is born with the class `Default`.

use super::billing_account::{self, NewBillingAccount};
use super::{Act, Cx, Error, class, party};
use crate::domain::account::billing_account::{
    BillingAccount, BillingProfile, BillingPurpose, BillingTerms,
};
use crate::domain::account::profile::{Profile, TaxStatus, Terms};
use crate::domain::account::tree::{AccountRole, Ancestor};
use crate::domain::account::{
    Account, Beginning, HoldAccount, Nature, RegisterAccount, ReleaseAccount,
};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, ClassId, PartyId};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::party::individual::{Individual, PersonName};
use crate::domain::party::organization::Organization;
use crate::domain::party::{self as person, Party};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::store::account::ACCOUNT_BY_PARENT;
use crate::store::{Along, Key, Records};

/// The sequence that accounts are numbered by; the provider takes the first.
const NUMBERS: &str = "account";
/// The sequence that sellers are numbered by; the provider takes the first.
const SELLERS: &str = "seller";

/// What an account is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The root of the tree.
    Provider,
    /// A seller below another.
    Reseller,
    /// A buyer.
    Customer,
}

/// Opens an account.
#[derive(Debug, Clone)]
pub struct OpenAccount {
    /// What it is to be.
    pub wanted: Wanted,
    /// Below which account; below the caller's own if nothing is said.
    pub parent: Option<AccountId>,
    /// Who it is, if that party is known already.
    pub party: Option<PartyId>,
    /// Whether it may buy at once.
    pub beginning: Beginning,
    /// What it says of itself.
    pub profile: Profile,
    /// The class; the vendor's default if nothing is said.
    pub class: Option<ClassId>,
    /// How it is taxed; by its nature if nothing is said.
    pub tax_status: Option<TaxStatus>,
    /// Currency, zone and cycle of its default billing account; the vendor's if nothing is said.
    pub billing: Option<BillingTerms>,
}

/// An account with the billing account that it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The account.
    pub account: Account,
    /// Its default billing account.
    pub billing_account: BillingAccount,
}

/// Opens an account, with its party and its default billing account.
///
/// # Errors
/// If the place in the tree or a value breaks a rule, or the caller may not.
pub fn open(act: &mut Act<'_>, command: OpenAccount) -> Result<Opened, Error> {
    let parent = parent(act, &command)?;
    let ancestors = ancestors(act.cx(), parent.as_ref())?;
    let vendor = ancestors.iter().find_map(|it| it.role.seller_number());
    let vendor = vendor.unwrap_or(SellerNumber::PROVIDER);
    let role = role(act, command.wanted)?;
    if role == AccountRole::Provider {
        class::bear(act, vendor)?;
    }
    let class = match command.class {
        Some(id) => {
            act.cx().named::<crate::domain::account::class::CustomerClass>("/class", id)?.id
        }
        None => class::default_of(act.cx(), vendor)?.id,
    };
    let party = match command.party {
        Some(id) => act.cx().named::<Party>("/party", id)?.id,
        None => party::register(act, vendor, same_party(&command.profile))?.id,
    };
    let tax_status = command.tax_status.unwrap_or_else(|| taxed_as(role, command.profile.nature));
    let command_of_domain = RegisterAccount {
        id: act.new_id(),
        number: act.next_number(NUMBERS)?,
        role,
        party,
        beginning: command.beginning,
        profile: command.profile,
        terms: Terms::of(class, tax_status),
    };
    let (account, verb) = Account::register(command_of_domain, &ancestors, act.now())?;
    act.must(Permission::AccountWrite, &account.stamp)?;
    let account = keep(act, account, verb)?;
    if let AccountRole::Reseller(number) = role {
        class::bear(act, number)?;
    }
    let billing_account = first_billing_account(act, &account, command.billing)?;
    Ok(Opened { account, billing_account })
}

/// The account below which a new one is to stand.
fn parent(act: &Act<'_>, command: &OpenAccount) -> Result<Option<Account>, Error> {
    let own = act.actor().standing().map(|it| it.account);
    match (command.wanted, command.parent, own) {
        (Wanted::Provider, _, _) => Ok(None),
        (_, Some(id), _) => Ok(Some(act.cx().named("/parent", id)?)),
        (_, None, Some(own)) => Ok(Some(act.get(own)?)),
        (_, None, None) => provider(act.cx()).map(Some),
    }
}

/// The provider's account.
///
/// # Errors
/// [`Error::NotFound`] before the appliance was set up.
pub fn provider(cx: Cx<'_>) -> Result<Account, Error> {
    let found = cx.view.find_by_number::<Account>(Account::PROVIDER_NUMBER)?;
    found.ok_or_else(|| Error::not_found("provider"))
}

/// The accounts from one up to the root.
fn ancestors(cx: Cx<'_>, from: Option<&Account>) -> Result<Vec<Ancestor>, Error> {
    let mut line = Vec::new();
    let mut next = from.cloned();
    while let Some(account) = next {
        line.push(Ancestor::from(&account));
        next = match account.parent() {
            // Whoever may open an account need not see all that stands above it.
            Some(id) => cx.view.find(id)?,
            None => None,
        };
    }
    Ok(line)
}

fn role(act: &mut Act<'_>, wanted: Wanted) -> Result<AccountRole, Error> {
    let seller = match wanted {
        Wanted::Provider | Wanted::Reseller => Some(act.next_number(SELLERS)?),
        Wanted::Customer => None,
    };
    let number = |it: u64| u32::try_from(it).map(SellerNumber).map_err(Error::internal);
    Ok(match (wanted, seller) {
        (Wanted::Provider, _) => AccountRole::Provider,
        (Wanted::Reseller, Some(seller)) => AccountRole::Reseller(number(seller)?),
        (Wanted::Reseller | Wanted::Customer, _) => AccountRole::Customer,
    })
}

const fn taxed_as(role: AccountRole, nature: Nature) -> TaxStatus {
    match (role, nature) {
        (AccountRole::Provider, _) => TaxStatus::Provider,
        (AccountRole::Reseller(_), _) | (AccountRole::Customer, Nature::Company) => {
            TaxStatus::Company
        }
        (AccountRole::Customer, Nature::Personal) => TaxStatus::Personal,
    }
}

/// The party that an account is, as far as its profile tells.
fn same_party(profile: &Profile) -> person::Profile {
    let nature = match profile.nature {
        Nature::Company => person::Nature::Organization(Organization::named(profile.name.clone())),
        Nature::Personal => {
            person::Nature::Individual(Individual::named(person_name(&profile.name)))
        }
    };
    person::Profile { media: profile.media.clone(), ..person::Profile::of(nature) }
}

/// A person's name in parts, as far as one line tells: the last word is the family's.
fn person_name(name: &Name) -> PersonName {
    let part = |text: &str| text.parse::<Name>().ok();
    let parts = name.as_str().rsplit_once(' ');
    let parts = parts.and_then(|(given, family)| Some((part(given)?, part(family)?)));
    let (given, family) = parts.unwrap_or_else(|| (name.clone(), name.clone()));
    PersonName { full: Some(name.clone()), ..PersonName::new(given, family) }
}

fn first_billing_account(
    act: &mut Act<'_>,
    account: &Account,
    wished: Option<BillingTerms>,
) -> Result<BillingAccount, Error> {
    let terms = match (wished, account.parent()) {
        (Some(terms), _) => terms,
        (None, Some(_)) => vendor_terms(act.cx(), account.stamp.seller)?,
        (None, None) => return Err(Error::internal("the provider says how it bills")),
    };
    let profile = BillingProfile::named(account.profile().name.clone());
    let new = NewBillingAccount { purpose: BillingPurpose::Billing, profile, terms };
    billing_account::open(act, account, new)
}

/// How a vendor bills where nothing else is said: as it is billed itself.
fn vendor_terms(cx: Cx<'_>, vendor: SellerNumber) -> Result<BillingTerms, Error> {
    let seller = of_seller(cx, vendor)?;
    let own = billing_account::of(cx, seller.id)?.into_iter().find(BillingAccount::is_default);
    own.map(|it| it.terms()).ok_or_else(|| Error::internal("a seller has a billing account"))
}

/// The account of a seller.
///
/// # Errors
/// If there is none, which cannot be.
pub fn of_seller(cx: Cx<'_>, number: SellerNumber) -> Result<Account, Error> {
    use crate::store::account::ACCOUNT_BY_SELLING;
    let found = cx.view.first_along(ACCOUNT_BY_SELLING, Key::new().u32(number.0))?;
    found.ok_or_else(|| Error::internal(format!("seller {} has no account", number.0)))
}

/// Gives an account another profile.
///
/// # Errors
/// If it is not there, has changed since, or the profile breaks a rule.
pub fn revise(
    act: &mut Act<'_>,
    id: AccountId,
    revision: Option<u32>,
    change: impl FnOnce(Profile) -> Result<Profile, Error>,
) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountWrite, &account.stamp)?;
    act.expect_revision(&account.stamp, revision)?;
    let profile = change(account.profile().clone())?;
    let (account, verb) = account.revise(profile)?;
    keep(act, account, verb)
}

/// Gives an account other terms: class, taxes, credit.
///
/// # Errors
/// If it is not there, has changed since, or the terms break a rule.
pub fn grant(
    act: &mut Act<'_>,
    id: AccountId,
    revision: Option<u32>,
    change: impl FnOnce(Terms) -> Result<Terms, Error>,
) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountTermsWrite, &account.stamp)?;
    act.expect_revision(&account.stamp, revision)?;
    let terms = change(account.terms().clone())?;
    let (account, verb) = account.grant(terms)?;
    keep(act, account, verb)
}

/// Holds an account; what becomes of its subscriptions is the hold's policy.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub fn hold(act: &mut Act<'_>, id: AccountId, command: HoldAccount) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountHold, &account.stamp)?;
    let (account, verb) = account.hold(command, act.now())?;
    keep(act, account, verb)
}

/// Takes a hold back, for good or for a time.
///
/// # Errors
/// If it has no such hold, or the caller may not.
pub fn release(
    act: &mut Act<'_>,
    id: AccountId,
    command: ReleaseAccount,
) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    act.must(Permission::AccountHold, &account.stamp)?;
    let (account, verb) = account.release(command, act.now())?;
    keep(act, account, verb)
}

/// A page of the accounts that the caller may see, below one account if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    parent: Option<AccountId>,
    page: &PageRequest,
    accept: impl FnMut(&Account) -> bool,
) -> Result<Page<Account>, Error> {
    let along = parent.map(|it| Along::Index(ACCOUNT_BY_PARENT, Key::new().id(it).bytes()));
    cx.list(along, page, accept)
}

fn keep(act: &mut Act<'_>, mut account: Account, verb: Verb) -> Result<Account, Error> {
    act.put(&mut account)?;
    act.tell(account.id, verb);
    Ok(account)
}
