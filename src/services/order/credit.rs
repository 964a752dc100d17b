//! Credit: who owes more than its seller trusts it with orders nothing more by itself.

use crate::domain::account::Account;
use crate::domain::error::{Code, Rejection};
use crate::domain::money::Money;
use crate::domain::operator::{Decision, Permission};
use crate::services::{Act, Error, class, journal, resale};

/// Refuses an order of an account that owes more than its limit in any currency, or whose seller owes
/// its vendor more, who bills it for what it sells on, and so on. Whoever may hold an account may also
/// trust it with more: its seller orders for it all the same.
///
/// # Errors
/// If one of them owes too much; if the store fails.
pub(in crate::services) fn must_be_trusted(act: &Act<'_>, account: &Account) -> Result<(), Error> {
    if let Some((owes, limit)) = owes_too_much(act, account)? {
        let why = format!("the account owes `{owes}`, and may owe `{limit}` at most: pay first");
        return Err(Rejection::new(Code::CreditLimitExceeded, why).into());
    }
    for reseller in resale::resellers(act.cx(), account.stamp.seller)? {
        if owes_too_much(act, &reseller.account)?.is_some() {
            // What it owes is nothing to its customers.
            let why = "who sells it cannot take orders now: its own vendor trusts it with no more";
            return Err(Rejection::new(Code::CreditLimitExceeded, why).into());
        }
    }
    Ok(())
}

/// How much an account owes, and how much it may, if that is less.
fn owes_too_much(act: &Act<'_>, account: &Account) -> Result<Option<(Money, Money)>, Error> {
    if act.actor().may(Permission::AccountHold, &account.stamp) == Decision::Yes {
        return Ok(None);
    }
    for standing in journal::standing_of(act.cx(), account.id)? {
        let currency = standing.receivable.currency();
        let Some(limit) = class::credit_limit(act.cx(), account, currency)? else { continue };
        let owes = standing.receivable.minus(standing.credit)?;
        if owes.minus(limit)?.as_minor() > 0 {
            return Ok(Some((owes, limit)));
        }
    }
    Ok(None)
}
