//! Parties: registering and revising persons and organizations.

use super::{Act, Cx, Error, account};
use crate::domain::account::Account;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, PartyId};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::party::lifecycle::Trigger;
use crate::domain::party::{Party, Profile, RegisterParty};
use crate::domain::stamp::SellerNumber;
use crate::store::Along;

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

/// Gives a party another profile.
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
    let profile = change(party.profile().clone())?;
    let (mut party, verb) = party.revise(profile)?;
    act.put(&mut party)?;
    act.tell(id, verb);
    Ok(party)
}

/// Moves a party along its life.
///
/// # Errors
/// If it is not there, or its state forbids it.
pub fn on(act: &mut Act<'_>, id: PartyId, trigger: Trigger) -> Result<Party, Error> {
    let party: Party = act.get(id)?;
    act.must(Permission::PartyWrite, &party.stamp)?;
    let (mut party, verb) = party.on(trigger)?;
    act.put(&mut party)?;
    act.tell(id, verb);
    Ok(party)
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
