//! Paying before: where a billing account does, its own people get what it has paid in for, and nothing else.

use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::class::BillingType;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::BillingAccountId;
use crate::domain::money::Money;
use crate::domain::operator::{Decision, Permission};
use crate::services::{Act, Cx, Error, billing_account};
use crate::store::Records;

/// Refuses what costs at once more than is left on a billing account that pays before: `work` does it, and is
/// taken back. Whoever may hold an account trusts it with more: its seller orders for it all the same.
///
/// # Errors
/// [`Code::CreditLimitExceeded`] with what it costs and what is left; those of the work; if the store fails.
pub(in crate::services) fn must_be(
    act: &mut Act<'_>,
    account: &Account,
    work: impl FnOnce(&mut Act<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let paying = paying_before(act, account)?;
    if paying.is_empty() {
        return Ok(());
    }
    let before = left_on(act.cx(), &paying)?;
    let after = act.suppose(|act| {
        work(act)?;
        left_on(act.cx(), &paying)
    })?;
    for (had, left) in before.into_iter().zip(after) {
        let costs = had.minus(left)?;
        if costs.as_minor() > 0 && left.is_negative() {
            let why = format!(
                "it costs `{costs}` at once, of which `{had}` is there: the billing account pays before, so pay \
                 that in first, or pay at the checkout"
            );
            return Err(Rejection::new(Code::CreditLimitExceeded, why).into());
        }
    }
    Ok(())
}

/// The billing accounts of an account that pay before; none for who may trust it with more.
fn paying_before(act: &Act<'_>, account: &Account) -> Result<Vec<BillingAccountId>, Error> {
    if act.actor().may(Permission::AccountHold, &account.stamp) == Decision::Yes {
        return Ok(Vec::new());
    }
    let mut all = billing_account::of(act.cx(), account.id)?;
    all.retain(|it| it.terms().billing_type == BillingType::Prepaid);
    Ok(all.into_iter().map(|it| it.id).collect())
}

/// What can be spent on some billing accounts.
fn left_on(cx: Cx<'_>, of: &[BillingAccountId]) -> Result<Vec<Money>, Error> {
    let left = |id: &BillingAccountId| {
        let found: Option<BillingAccount> = cx.view.find(*id)?;
        let found = found.ok_or_else(|| Error::internal("a billing account has gone"))?;
        billing_account::spendable(cx, &found)
    };
    of.iter().map(left).collect()
}
