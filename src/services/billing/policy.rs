//! Policies: the settings by which each seller bills; who has set none bills as the house does of
//! itself.

use super::issue::numbering;
use crate::domain::account::Account;
use crate::domain::billing::invoice::number::{Numbering, Numberings};
use crate::domain::billing::policy::{Marketplace, Policies, Policy};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::AccountId;
use crate::domain::operator::Permission;
use crate::domain::quantity::Percent;
use crate::domain::stamp::SellerNumber;
use crate::services::{Act, Cx, Error, resale, settlement};
use crate::store::meta::setting;

/// The settings by which a seller bills.
///
/// # Errors
/// If the store fails.
pub fn policy(cx: Cx<'_>, seller: SellerNumber) -> Result<Policy, Error> {
    let all = setting::<Policies>(cx.view)?;
    Ok(all.and_then(|it| it.0.get(&seller).copied()).unwrap_or(Policy::DEFAULT))
}

/// All by which a seller bills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    /// The settings.
    pub policy: Policy,
    /// How its documents are numbered.
    pub numbering: Numbering,
}

/// All by which an account bills that sells.
///
/// # Errors
/// If it is not there, does not sell, or the caller may not.
pub fn practice_of(cx: Cx<'_>, id: AccountId) -> Result<Practice, Error> {
    let account: Account = cx.get(id)?;
    let seller = selling(&account)?;
    cx.must(Permission::TaxRead, &cx.stamp(seller, None))?;
    practice(cx, seller)
}

fn practice(cx: Cx<'_>, seller: SellerNumber) -> Result<Practice, Error> {
    Ok(Practice { policy: policy(cx, seller)?, numbering: numbering(cx, seller)? })
}

/// Changes by what an account bills that sells: of what is billed from now on.
///
/// # Errors
/// If it is not there, has changed since, does not sell, a setting has no rule, or the caller may not.
pub fn set_practice(
    act: &mut Act<'_>,
    (id, revision): (AccountId, Option<u32>),
    change: impl FnOnce(Practice) -> Result<Practice, Error>,
) -> Result<Practice, Error> {
    let account: Account = act.get(id)?;
    let seller = selling(&account)?;
    act.must(Permission::TaxWrite, &act.cx().stamp(seller, None))?;
    act.expect_revision(&account.stamp, revision)?;
    let before = practice(act.cx(), seller)?;
    let after = change(before.clone())?;
    after.policy.check()?;
    if seller != SellerNumber::PROVIDER && after.policy.platform_percent.is_some() {
        let why = "is for who runs the installation to set";
        return Err(Invalid::one("/platform_percent", "conflict", why).into());
    }
    if after.policy != before.policy {
        let mut all = setting::<Policies>(act.cx().view)?.unwrap_or_default();
        all.0.insert(seller, after.policy);
        act.batch().put_setting(&all)?;
    }
    if after.numbering != before.numbering {
        after.numbering.check()?;
        let mut all = setting::<Numberings>(act.cx().view)?.unwrap_or_default();
        all.0.insert(seller, after.numbering.clone());
        act.batch().put_setting(&all)?;
    }
    let is_claimed = after.policy.platform_percent != before.policy.platform_percent;
    if is_claimed {
        settlement::claim_of_all(act)?;
    }
    if is_claimed || keeps(&after) != keeps(&before) {
        let decides = |it: &Practice| it.policy.marketplace == Marketplace::OpenBelow;
        let is_for_all = is_claimed || decides(&before) || decides(&after);
        settlement::follow_kept(act, Some(seller).filter(|_| !is_for_all))?;
    }
    if after.policy.resale_from != before.policy.resale_from {
        resale::begin_all(act, seller)?;
    }
    if after != before {
        act.keep((account, Verb::Changed))?;
        let policy = |it: &Practice| Policies([(seller, it.policy)].into());
        act.tell_set(id, (&policy(&before), &policy(&after)));
        let numbering = |it: &Practice| Numberings([(seller, it.numbering.clone())].into());
        act.tell_set(id, (&numbering(&before), &numbering(&after)));
    }
    Ok(after)
}

/// What is set about what others deliver.
const fn keeps(it: &Practice) -> (Marketplace, Percent) {
    (it.policy.marketplace, it.policy.marketplace_percent)
}

fn selling(account: &Account) -> Result<SellerNumber, Error> {
    account.seller_number().ok_or_else(|| {
        let why = format!("account `{}` sells nothing, and bills nobody", account.id);
        Rejection::new(Code::AccountStateForbids, why).into()
    })
}
