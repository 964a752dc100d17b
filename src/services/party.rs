//! Parties: registering and revising persons and organizations.

use super::{Act, Cx, Error, account, offer};
use crate::domain::account::Account;
use crate::domain::account::lifecycle::State as AccountState;
use crate::domain::account::profile::AddressUse;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, PartyId};
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::party::individual::{Individual, PersonName};
use crate::domain::party::lifecycle::Trigger;
use crate::domain::party::medium::{ContactMedium, Medium, PostalAddress};
use crate::domain::party::organization::Organization;
use crate::domain::party::{Nature, Party, Profile, RegisterParty};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::domain::time::Instant;
use crate::store::account::ACCOUNT_BY_PARTY;
use crate::store::{Along, Key, Records};

/// Registers a party in a seller's branch, as an account's own if that is named.
///
/// # Errors
/// If the profile breaks a rule, or the caller may not.
pub fn register(
    act: &mut Act<'_>,
    seller: SellerNumber,
    owner: Option<AccountId>,
    profile: Profile,
) -> Result<Party, Error> {
    let id = act.new_id();
    let stamp = act.cx().stamp(seller, owner);
    let (mut party, verb) = Party::register(RegisterParty { id, stamp, profile })?;
    act.must(Permission::PartyWrite, &party.stamp)?;
    act.put(&mut party)?;
    act.tell(id, verb);
    Ok(party)
}

/// Registers a party of an account that is named, or of the caller's own.
///
/// # Errors
/// If the account is not there, the profile breaks a rule, or the caller may not.
pub fn register_for(
    act: &mut Act<'_>,
    account: Option<AccountId>,
    profile: Profile,
) -> Result<Party, Error> {
    let own = act.actor().standing().map(|it| it.account);
    let account: Account = match (account, own) {
        (Some(id), _) => act.cx().named("/account", id)?,
        (None, Some(own)) => act.get(own)?,
        (None, None) => account::provider(act.cx())?,
    };
    register(act, account.stamp.seller, Some(account.id), profile)
}

/// Gives a party another profile. Where it moves or is called otherwise, its accounts do with it.
///
/// # Errors
/// If it is not there, has changed since, or the profile breaks a rule.
pub fn revise(
    act: &mut Act<'_>,
    id: PartyId,
    revision: Option<u32>,
    change: impl FnOnce(Profile) -> Result<Profile, Error>,
) -> Result<Party, Error> {
    let party: Party = act.get(id)?;
    act.must(Permission::PartyWrite, &party.stamp)?;
    act.expect_revision(&party.stamp, revision)?;
    let before = party.clone();
    let profile = change(party.profile().clone())?;
    let (mut party, verb) = party.revise(profile)?;
    act.put(&mut party)?;
    act.tell(id, verb);
    follow(act, &before, &party)?;
    Ok(party)
}

/// Moves a party along its life.
///
/// # Errors
/// If it is not there, or its state forbids it.
pub fn on(act: &mut Act<'_>, id: PartyId, trigger: Trigger) -> Result<Party, Error> {
    let party: Party = act.get(id)?;
    let permission = match trigger {
        // Nobody vouches for itself.
        Trigger::Validate => Permission::AccountTermsWrite,
        Trigger::End => Permission::PartyWrite,
    };
    act.must(permission, &party.stamp)?;
    let (mut party, verb) = party.on(trigger)?;
    act.put(&mut party)?;
    act.tell(id, verb);
    Ok(party)
}

/// The party of who sells something that the caller sees, whether or not it sees the party: how a seller is
/// called is for whoever can buy there.
///
/// # Errors
/// If the store fails.
pub fn of_seller(cx: Cx<'_>, id: PartyId) -> Result<Option<Party>, Error> {
    let account = account::of_party(cx, id)?;
    let Some(seller) = account.and_then(|it| it.seller_number()) else { return Ok(None) };
    if offer::of_seller(cx, seller)?.is_empty() {
        return Ok(None);
    }
    Ok(cx.view.find::<Party>(id)?)
}

/// Takes a party away that nobody here is.
///
/// # Errors
/// If it is not there, it is an account, or the caller may not.
pub fn remove(act: &mut Act<'_>, id: PartyId) -> Result<(), Error> {
    let party: Party = act.get(id)?;
    act.must(Permission::PartyWrite, &party.stamp)?;
    if let Some(account) = account::of_party(act.cx(), id)? {
        let why = format!("the party is account `{}`: close that", account.id);
        return Err(Rejection::new(Code::InUse, why).into());
    }
    act.delete(&party)
}

/// Where a party is to be found by post at an instant.
pub(super) fn address_of(media: &[ContactMedium], now: Instant) -> Option<PostalAddress> {
    let places = || {
        media.iter().filter(|it| it.validity.contains(now)).filter_map(|it| match &it.medium {
            Medium::Post(address) => Some((it.is_preferred, address)),
            Medium::Mail(_) | Medium::Phone(..) | Medium::Network(..) => None,
        })
    };
    places().find(|it| it.0).or_else(|| places().next()).map(|it| it.1.clone())
}

/// What a party is called without what its legal form adds.
fn plain_name(it: &Party) -> String {
    match &it.profile().nature {
        Nature::Organization(it) => it.trading_name.to_string(),
        Nature::Individual(_) => it.display_name(),
    }
}

/// Calls a party as its account is called now, if it was called as that was before, and the caller
/// writes to it.
pub(super) fn be_called(
    act: &mut Act<'_>,
    id: PartyId,
    (before, now): (&Name, &Name),
) -> Result<(), Error> {
    let Some(party) = act.cx().view.find::<Party>(id)? else { return Ok(()) };
    let may = act.cx().actor.may(Permission::PartyWrite, &party.stamp) == Decision::Yes;
    if before == now || !may || plain_name(&party) != before.as_str() {
        return Ok(());
    }
    let profile = party.profile().clone();
    let nature = match profile.nature {
        Nature::Organization(it) => {
            Nature::Organization(Organization { trading_name: now.clone(), ..it })
        }
        Nature::Individual(it) => {
            Nature::Individual(Individual { name: PersonName::of_line(now), ..it })
        }
    };
    let (mut party, verb) = party.revise(Profile { nature, ..profile })?;
    act.put(&mut party)?;
    act.tell(id, verb);
    Ok(())
}

/// Lets the accounts that are a party be called as it is, those that were called as it was, and go to
/// where it has gone, those that were where it was, or nowhere; as far as the caller writes to them.
fn follow(act: &mut Act<'_>, before: &Party, party: &Party) -> Result<(), Error> {
    let now = act.now();
    let place = |it: &Party| address_of(&it.profile().media, now);
    let (was, is) = (place(before), place(party).filter(|it| Some(it) != place(before).as_ref()));
    let names = |it: &Party| [plain_name(it), it.display_name()];
    let names: Vec<_> = names(before).into_iter().zip(names(party)).collect();
    let key = Key::new().id(party.id);
    for it in act.every::<Account>(&Along::Index(ACCOUNT_BY_PARTY, key.bytes()))? {
        let may = act.cx().actor.may(Permission::AccountWrite, &it.stamp) == Decision::Yes;
        if !may || matches!(it.state(), AccountState::Closed | AccountState::Erased) {
            continue;
        }
        let mut after = it.profile().clone();
        let general = after.addresses.get(&AddressUse::General);
        if general.is_none() || general == was.as_ref() {
            after.addresses.extend(is.clone().map(|it| (AddressUse::General, it)));
        }
        let name = names.iter().find(|(was, _)| after.name.as_str() == was);
        if let Some(name) = name.and_then(|it| it.1.parse::<Name>().ok()) {
            after.name = name;
        }
        if after != *it.profile() {
            account::revise(act, it.id, None, |_| Ok(after)).map_err(of_media)?;
        }
    }
    Ok(())
}

/// A refusal of where an account is to be, as one of the ways to reach its party: nothing else was said.
fn of_media(error: Error) -> Error {
    let Error::Invalid(mut invalid) = error else { return error };
    for it in invalid.violations.iter_mut().filter(|it| it.field.starts_with("/address/")) {
        "/media".clone_into(&mut it.field);
    }
    invalid.into()
}

/// A page of the parties that the caller may see, of one account if that is named.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    account: Option<AccountId>,
    page: &PageRequest,
    accept: impl FnMut(&Party) -> bool,
) -> Result<Page<Party>, Error> {
    cx.list(account.map(Along::Owner), page, accept)
}
