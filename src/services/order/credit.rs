//! Credit: who owes more than its seller trusts it with orders nothing more by itself.

use crate::domain::account::Account;
use crate::domain::error::{Code, Rejection};
use crate::domain::operator::{Decision, Permission};
use crate::services::{Act, Error, class, journal};

/// Refuses an order of an account that owes more than its limit in any currency. Whoever may hold the
/// account may also trust it with more: the seller orders for it all the same.
///
/// # Errors
/// If it owes too much; if the store fails.
pub(in crate::services) fn must_be_trusted(act: &Act<'_>, account: &Account) -> Result<(), Error> {
    if act.actor().may(Permission::AccountHold, &account.stamp) == Decision::Yes {
        return Ok(());
    }
    for standing in journal::standing_of(act.cx(), account.id)? {
        let currency = standing.receivable.currency();
        let Some(limit) = class::credit_limit(act.cx(), account, currency)? else { continue };
        let owes = standing.receivable.minus(standing.credit)?;
        if owes.minus(limit)?.as_minor() > 0 {
            let why =
                format!("the account owes `{owes}`, and may owe `{limit}` at most: pay first");
            return Err(Rejection::new(Code::CreditLimitExceeded, why).into());
        }
    }
    Ok(())
}
