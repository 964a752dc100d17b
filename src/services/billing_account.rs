//! Billing accounts: where an account's invoices go, and in which rhythm.

use super::{Act, Cx, Error};
use crate::domain::account::Account;
use crate::domain::account::billing_account::{
    BillingAccount, BillingProfile, BillingPurpose, BillingStanding, BillingState, BillingTerms,
    OpenBillingAccount,
};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, BillingAccountId};
use crate::domain::operator::Permission;
use crate::store::Along;

/// The sequence that billing accounts are numbered by.
const NUMBERS: &str = "billing_account";

/// What a billing account begins with.
#[derive(Debug, Clone)]
pub struct NewBillingAccount {
    /// What it is for.
    pub purpose: BillingPurpose,
    /// What is known of it.
    pub profile: BillingProfile,
    /// Currency, zone, cycle.
    pub terms: BillingTerms,
}

/// Opens a billing account of an account; the first one is its default.
///
/// # Errors
/// If a rule is broken, or the caller may not.
pub fn open(
    act: &mut Act<'_>,
    account: &Account,
    new: NewBillingAccount,
) -> Result<BillingAccount, Error> {
    let stamp = act.cx().stamp(account.stamp.seller, Some(account.id));
    act.must(Permission::BillingAccountWrite, &stamp)?;
    let is_first = of(act.cx(), account.id)?.is_empty();
    let standing = if is_first { BillingStanding::Default } else { BillingStanding::Further };
    let command = OpenBillingAccount {
        id: act.new_id(),
        stamp: stamp.numbered(act.next_number(NUMBERS)?),
        account: account.id,
        purpose: new.purpose,
        standing,
        profile: new.profile,
        terms: new.terms,
    };
    let (billing_account, verb) = BillingAccount::open(command, act.now())?;
    keep(act, billing_account, verb)
}

/// Gives a billing account another profile.
///
/// # Errors
/// If it is not there, has changed since, is closed, or the profile breaks a rule.
pub fn revise(
    act: &mut Act<'_>,
    id: BillingAccountId,
    revision: Option<u32>,
    change: impl FnOnce(BillingProfile) -> Result<BillingProfile, Error>,
) -> Result<BillingAccount, Error> {
    let it: BillingAccount = act.get(id)?;
    act.must(Permission::BillingAccountWrite, &it.stamp)?;
    act.expect_revision(&it.stamp, revision)?;
    let profile = change(it.profile().clone())?;
    let (it, verb) = it.revise(profile)?;
    keep(act, it, verb)
}

/// Something begins to be billed through a billing account.
///
/// # Errors
/// If the store fails.
pub fn begin(act: &mut Act<'_>, id: BillingAccountId) -> Result<(), Error> {
    let it: BillingAccount = act.load(id)?;
    if it.state() == BillingState::Defined {
        let active = it.activate()?;
        act.keep(active)?;
    }
    Ok(())
}

/// The billing accounts of an account, the oldest first.
///
/// # Errors
/// If the store fails.
pub fn of(cx: Cx<'_>, account: AccountId) -> Result<Vec<BillingAccount>, Error> {
    cx.all(Along::Owner(account))
}

/// The billing account that an account's invoices go to if nothing else is said.
///
/// # Errors
/// [`Code::ReferenceUnknown`] if it has none.
pub fn default_of(cx: Cx<'_>, account: AccountId) -> Result<BillingAccount, Error> {
    let found = of(cx, account)?.into_iter().find(BillingAccount::is_default);
    found.ok_or_else(|| {
        let why = format!("account `{account}` has no billing account: open one first");
        Rejection::new(Code::ReferenceUnknown, why).into()
    })
}

/// Keeps what the domain made of a billing account, and tells it.
pub(super) fn keep(
    act: &mut Act<'_>,
    mut it: BillingAccount,
    verb: crate::domain::event::Verb,
) -> Result<BillingAccount, Error> {
    act.put(&mut it)?;
    act.tell(it.id, verb);
    Ok(it)
}
