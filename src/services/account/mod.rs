//! Accounts: who sells and who buys here.
//!
//! An account is made with its party, if that is missing, and with its default billing account; a
//! seller is born with the class `Default`.

mod life;
mod place;
mod taxation;

pub use self::life::{
    activate, before_closing, close, close_to_all, discharge, end_sparing, finish_next, hold,
    release, remains,
};
pub(super) use self::life::{hold_for_arrears, release_from_arrears};
pub use self::place::relocate;
pub(super) use self::taxation::must_stay_there;
use super::billing_account::{self, NewBillingAccount};
use super::{Act, Cx, Error, attribute, class, dunning, party, settlement};
use crate::domain::account::billing_account::{
    BillingAccount, BillingProfile, BillingPurpose, BillingTerms,
};
use crate::domain::account::class::{BillingType, CustomerClass};
use crate::domain::account::credit::{CreditHistory, CreditProfile};
use crate::domain::account::cycle::Cycle;
use crate::domain::account::profile::{AddressUse, Profile, Receivables, TaxStatus, Terms};
use crate::domain::account::tree::AccountRole;
use crate::domain::account::{Account, Beginning, Nature, RegisterAccount};
use crate::domain::attribute::definition::Attributed;
use crate::domain::error::Invalid;
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, ClassId, Kind, PartyId, TaxZoneId};
use crate::domain::money::Currency;
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::party::identity::TaxExemption;
use crate::domain::party::individual::{Individual, PersonName};
use crate::domain::party::organization::Organization;
use crate::domain::party::{self as person, Party};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::domain::time::{Instant, Zone};
use crate::store::account::{ACCOUNT_BY_PARENT, ACCOUNT_BY_PARTY, ACCOUNT_BY_SELLING};
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
    /// The id that it is to have; a new one if nothing is said.
    pub id: Option<AccountId>,
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
    /// Where it is taxed; where its address lies if nothing is said.
    pub tax_zone: Option<TaxZoneId>,
    /// Which taxes it does not owe.
    pub tax_exemptions: Vec<TaxExemption>,
    /// Who looks after what it owes.
    pub receivables: Receivables,
    /// Who sold to it, as the vendor calls that person.
    pub sales_id: Option<Name>,
    /// Through which of the vendor's branches.
    pub branch_id: Option<Name>,
    /// How it is billed, as far as that is said.
    pub billing: BillingWish,
}

impl OpenAccount {
    /// An account of which no more is said than what it is to be and what it says of itself: below the
    /// caller's own, able to buy at once, with all else as its vendor has it.
    #[must_use]
    pub fn plain(wanted: Wanted, profile: Profile) -> Self {
        Self {
            id: None,
            wanted,
            parent: None,
            party: None,
            beginning: Beginning::Active,
            profile,
            class: None,
            tax_status: None,
            tax_zone: None,
            tax_exemptions: Vec::new(),
            receivables: Receivables::Ours,
            sales_id: None,
            branch_id: None,
            billing: BillingWish::default(),
        }
    }
}

/// How an account is to be billed; what is left out is as its class and its vendor have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BillingWish {
    /// In which currency; the vendor's own if nothing is said.
    pub currency: Option<Currency>,
    /// Where its days begin; where the vendor's do if nothing is said.
    pub zone: Option<Zone>,
    /// When its invoices are made; as its class says if nothing is said.
    pub cycle: Option<Cycle>,
    /// Whether it pays before or after; as its class says if nothing is said.
    pub billing_type: Option<BillingType>,
}

/// An account with the billing account that it got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The account.
    pub account: Account,
    /// Its default billing account.
    pub billing_account: BillingAccount,
}

/// Opens an account, with its party and its default billing account. Who says nothing of where it is,
/// is where its party is.
///
/// # Errors
/// If the place in the tree or a value breaks a rule, or the caller may not.
pub fn open(act: &mut Act<'_>, mut command: OpenAccount) -> Result<Opened, Error> {
    let parent = place::parent(act, &command)?;
    let ancestors = place::ancestors(act.cx(), parent)?;
    let vendor = ancestors.iter().find_map(|it| it.role.seller_number());
    let vendor = vendor.unwrap_or(SellerNumber::PROVIDER);
    act.must(Permission::AccountRegister, &act.cx().stamp(vendor, None))?;
    let id = act.id_or_new(command.id)?;
    let role = role(act, command.wanted)?;
    if let Some(number) = role.seller_number() {
        class::bear(act, number)?;
    }
    let class = class_of(act.cx(), vendor, command.class)?;
    must_say_all(act.cx(), vendor, &command.profile)?;
    let party = match command.party {
        Some(id) => {
            let party = act.cx().named::<Party>("/party", id)?;
            settle(&mut command.profile, &party, act.now());
            party.id
        }
        None => party::register(act, vendor, Some(id), same_party(&command.profile))?.id,
    };
    taxation::must_be_there(act.cx(), &command.tax_exemptions)?;
    let tax_status = command.tax_status.unwrap_or_else(|| taxed_as(role, command.profile.nature));
    let terms = Terms {
        tax_zone: command.tax_zone,
        tax_exemptions: command.tax_exemptions,
        receivables: command.receivables,
        sales_id: command.sales_id,
        branch_id: command.branch_id,
        ..Terms::of(class, tax_status)
    };
    let register = RegisterAccount {
        id,
        number: act.next_number(NUMBERS)?,
        role,
        party,
        beginning: command.beginning,
        profile: command.profile,
        terms,
    };
    let (account, verb) = Account::register(register, &ancestors, act.now())?;
    let account = keep(act, account, verb)?;
    let billing_account = first_billing_account(act, &account, command.billing)?;
    if let Some(number) = role.seller_number() {
        settlement::claim(act, number, &account)?;
    }
    Ok(Opened { account, billing_account })
}

/// Who says nothing of where it is, is where its party is; who says nothing of its tax number has that of
/// its party.
fn settle(profile: &mut Profile, party: &Party, now: Instant) {
    if profile.tax_registration.is_none() {
        profile.tax_registration = party.profile().tax_registration(now);
    }
    if profile.addresses.is_empty() {
        let address = party::address_of(&party.profile().media, now);
        profile.addresses.extend(address.map(|it| (AddressUse::General, it)));
    }
}

/// The class that is named, which must be the vendor's own, or the vendor's default.
fn class_of(cx: Cx<'_>, vendor: SellerNumber, named: Option<ClassId>) -> Result<ClassId, Error> {
    let Some(id) = named else { return Ok(class::default_of(cx, vendor)?.id) };
    let class: CustomerClass = cx.named("/class", id)?;
    if class.stamp.seller == vendor {
        return Ok(id);
    }
    Err(Invalid::one("/class", "reference", "must be a class of the account's vendor").into())
}

/// Refuses a profile without an attribute that the vendor asks of each account.
fn must_say_all(cx: Cx<'_>, vendor: SellerNumber, profile: &Profile) -> Result<(), Error> {
    let said = ("/attributes", profile.attributes.as_slice());
    attribute::must_be_whole(cx, (vendor, Attributed::Account), said)
}

/// The provider's account.
///
/// # Errors
/// [`Error::NotFound`] before the appliance was set up.
pub fn provider(cx: Cx<'_>) -> Result<Account, Error> {
    let found = cx.view.find_by_number::<Account>(Account::PROVIDER_NUMBER)?;
    found.ok_or_else(|| Error::not_found("provider"))
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
            person::Nature::Individual(Individual::named(PersonName::of_line(&profile.name)))
        }
    };
    person::Profile { media: profile.media.clone(), ..person::Profile::of(nature) }
}

fn first_billing_account(
    act: &mut Act<'_>,
    account: &Account,
    wish: BillingWish,
) -> Result<BillingAccount, Error> {
    let terms = billing_terms(act.cx(), account, wish)?;
    let profile = BillingProfile::named(account.profile().name.clone());
    let new = NewBillingAccount { id: None, purpose: BillingPurpose::Billing, profile, terms };
    billing_account::open(act, account, new).map_err(|it| it.below("/billing"))
}

/// How an account is billed, what was not said being as its class and its vendor have it.
///
/// # Errors
/// If the store fails.
pub fn billing_terms(
    cx: Cx<'_>,
    account: &Account,
    wish: BillingWish,
) -> Result<BillingTerms, Error> {
    let vendor = match account.parent() {
        Some(_) => of_seller(cx, account.stamp.seller)?.id,
        None => account.id,
    };
    let vendor = billing_account::of(cx, vendor)?.into_iter().find(BillingAccount::is_default);
    let vendor = vendor.map(|it| it.terms());
    let class = cx.view.find::<CustomerClass>(account.class())?;
    let class = class.ok_or_else(|| Error::internal("an account has a class"))?;
    let currency = wish.currency.or(vendor.map(|it| it.currency)).unwrap_or(Currency::EUR);
    let zone = wish.zone.or(vendor.map(|it| it.zone)).unwrap_or(Zone::UTC);
    let cycle = wish.cycle.unwrap_or(class.terms().cycle);
    let billing_type = wish.billing_type.unwrap_or(class.terms().billing_type);
    Ok(BillingTerms { currency, zone, cycle, billing_type })
}

/// The account of a seller.
///
/// # Errors
/// If there is none, which cannot be.
pub fn of_seller(cx: Cx<'_>, number: SellerNumber) -> Result<Account, Error> {
    let found = cx.view.first_along(ACCOUNT_BY_SELLING, Key::new().u32(number.0))?;
    found.ok_or_else(|| Error::internal(format!("seller {} has no account", number.0)))
}

/// The numbers of all that sell, the provider first.
///
/// # Errors
/// If the store fails.
pub fn sellers(cx: Cx<'_>) -> Result<Vec<SellerNumber>, Error> {
    let all = cx.every::<Account>(&Along::Index(ACCOUNT_BY_SELLING, Vec::new()))?;
    Ok(all.iter().filter_map(Account::seller_number).collect())
}

/// The number under which an account sells, whoever asks; nothing if it is not there or sells nothing.
///
/// # Errors
/// If the store fails.
pub fn selling(cx: Cx<'_>, id: AccountId) -> Result<Option<SellerNumber>, Error> {
    Ok(cx.view.find::<Account>(id)?.and_then(|it| it.seller_number()))
}

/// The account that a party is, if it is one; the first if it is several.
///
/// # Errors
/// If the store fails.
pub fn of_party(cx: Cx<'_>, party: PartyId) -> Result<Option<Account>, Error> {
    Ok(cx.view.first_along(ACCOUNT_BY_PARTY, Key::new().id(party))?)
}

/// Gives an account another profile; a party that was called as it was is called as it is. What decides on its taxes stays for its seller to say, once it
/// has bought something.
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
    if profile.attributes != account.profile().attributes {
        must_say_all(act.cx(), account.stamp.seller, &profile)?;
    }
    taxation::must_stay(act.cx(), &account, &profile)?;
    let before = account.profile().name.clone();
    let (account, verb) = account.revise(profile)?;
    let account = keep(act, account, verb)?;
    party::be_called(act, account.party(), (&before, &account.profile().name))?;
    Ok(account)
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
    class_of(act.cx(), account.stamp.seller, Some(terms.class))?;
    taxation::must_be_there(act.cx(), &terms.tax_exemptions)?;
    let (class, receivables) = (account.class(), account.terms().receivables);
    let (account, verb) = account.grant(terms)?;
    let account = keep(act, account, verb)?;
    if (account.class(), account.terms().receivables) == (class, receivables) {
        return Ok(account);
    }
    dunning::follow_all_of(act, id)?;
    act.load(id)
}

/// Writes down how far an account is trusted.
///
/// # Errors
/// If it is not there, has changed since or is closed, nothing is said, it was assessed in the
/// future, or the caller may not.
pub fn assess(
    act: &mut Act<'_>,
    (id, revision): (AccountId, Option<u32>),
    profile: CreditProfile,
) -> Result<Account, Error> {
    let account: Account = act.get(id)?;
    // Who sees the account and not how far it is trusted, is told what it would need for that.
    let permission = Permission::CreditWrite;
    if act.actor().may(permission, &account.stamp) != Decision::Yes {
        return Err(Error::Forbidden { permission });
    }
    act.expect_revision(&account.stamp, revision)?;
    if profile.assessed_at > act.now() {
        let message = format!("must not be later than now, `{}`", act.now());
        return Err(Invalid::one("/assessed_at", "range", message).into());
    }
    let (account, verb) = account.assess(profile)?;
    keep(act, account, verb)
}

/// How far an account is trusted, for whoever may know.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn credit(cx: Cx<'_>, id: AccountId) -> Result<CreditHistory, Error> {
    let account: Account = cx.get(id)?;
    cx.must(Permission::CreditRead, &account.stamp)?;
    Ok(account.credit().clone())
}

/// A page of the accounts that the caller may see: below one account, or the one with a number, if
/// that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    (parent, number): (Option<AccountId>, Option<u64>),
    page: &PageRequest,
    mut accept: impl FnMut(&Account) -> bool,
) -> Result<Page<Account>, Error> {
    if let Some(number) = number {
        let found = cx.view.find_by_number::<Account>(number)?;
        let sees = |it: &Account| cx.actor.sees(Kind::Account, &it.stamp);
        let below = |it: &Account| parent.is_none_or(|id| it.parent() == Some(id));
        let found = found.filter(|it| sees(it) && below(it) && accept(it));
        return Ok(Page { items: found.into_iter().collect(), next: None });
    }
    let along = parent.map(|it| Along::Index(ACCOUNT_BY_PARENT, Key::new().id(it).bytes()));
    cx.list(along, page, accept)
}

fn keep(act: &mut Act<'_>, mut account: Account, verb: Verb) -> Result<Account, Error> {
    act.put(&mut account)?;
    act.tell(account.id, verb);
    Ok(account)
}
