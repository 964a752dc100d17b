//! Bills on demand: of what is due now, and of what was used so far in the periods that run. What falls due
//! later is on the bill of that day, so that no charge is on two bills or on none.

use super::{interim, page};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{BillingAccountId, InvoiceId};
use crate::domain::operator::Permission;
use crate::services::{Act, Error};

/// Bills a billing account at once. Answers the invoices that there are of it, or why there is none.
///
/// # Errors
/// If it is not there, or the caller may not; if the store fails.
pub fn bill_on_demand(
    act: &mut Act<'_>,
    id: BillingAccountId,
) -> Result<Result<Vec<InvoiceId>, Rejection>, Error> {
    let account: BillingAccount = act.get(id)?;
    act.must(Permission::BillingRun, &account.stamp)?;
    if let Some(jump) = act.cx().jump {
        return Err(jump.refusal().into());
    }
    let today = account.terms().zone.date_of(act.now());
    let mut issued = Vec::new();
    if account.next_bill().is_some_and(|it| it.on <= today) {
        match page::bill_now(act, id)? {
            Ok(found) => issued.extend(found),
            Err(why) => return Ok(Err(why)),
        }
    }
    let account: BillingAccount = act.get(id)?;
    match act.attempt(|act| interim::bill_used(act, &account)) {
        Ok(found) => issued.extend(found),
        // That use cannot be billed yet is told when its period is over.
        Err(Error::Rejected(_)) if !issued.is_empty() => {}
        Err(Error::Rejected(why)) => return Ok(Err(why)),
        Err(failure) => return Err(failure),
    }
    Ok(if issued.is_empty() { Err(nothing(&account)) } else { Ok(issued) })
}

fn nothing(of: &BillingAccount) -> Rejection {
    let next = match of.next_bill() {
        Some(next) => format!("it is billed next on `{}`", next.on),
        None => "nothing is to be billed on it".to_owned(),
    };
    let why = format!("nothing is due, and nothing was used that is on no bill yet: {next}");
    Rejection::new(Code::BillingAccountStateForbids, why)
}
