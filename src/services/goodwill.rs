//! Goodwill: what stands on invoices in the place of money that goes back.
//!
//! What was paid for is either credited or owed again: who gives money back says which. Where neither is said,
//! no more goes back than there is credit for. What is owed again is to be paid as if it were new, though its
//! paper says otherwise: nobody is late with what has just come back.

use super::{Act, Cx, Error, billing, class, invoice};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::goodwill;
use crate::domain::billing::invoice::{Invoice, Standing};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::id::InvoiceId;
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::payment::allocation::Allocation;
use crate::domain::text::Prose;
use crate::domain::time::Date;
use crate::store::reopened::{Reopened, reopened};

/// What stands on invoices in the place of money that goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// The credit that the customer has, and nothing else: more does not go back.
    Credit,
    /// That, and for the rest a credit note of the invoice.
    CreditNote,
    /// That; the rest is owed again, and is to be paid as if it were new.
    OwedAnew,
    /// That; the rest is owed as it was: the payer's bank has taken it back, or nothing is left to be owed.
    Owed,
}

/// Refuses to let money go back that pays for what would be owed again, where nobody said that it is to be.
///
/// # Errors
/// [`Code::PaymentExceeds`] with what can be said.
pub(super) fn must_be_covered(
    cx: Cx<'_>,
    (amount, of_notes): (Money, Money),
    taken_back: &[Allocation],
) -> Result<(), Error> {
    let (mut uncovered, mut number) = (Money::zero(amount.currency()), String::new());
    for it in taken_back {
        let of: Invoice = cx.get(it.invoice)?;
        if !of.is_given_up() {
            uncovered = uncovered.plus(it.amount)?;
            number = of.issue().map_or_else(String::new, |it| it.number.to_string());
        }
    }
    let uncovered = uncovered.minus(of_notes.at_most(uncovered)?)?;
    if uncovered.as_minor() <= 0 {
        return Ok(());
    }
    let covered = amount.minus(uncovered)?;
    let why = format!(
        "`{amount}` cannot go back: there is credit for `{covered}` of it, the rest has paid the invoice \
         `{number}`; say `credit_note` to credit as much, or `reopens` to have it owed again"
    );
    Err(Rejection::new(Code::PaymentExceeds, why).into())
}

/// Puts what was said in the place of money that went back.
///
/// # Errors
/// If nothing is said why something is credited, more is credited than is left of an invoice, or the caller may
/// not.
pub(super) fn stand_in(
    act: &mut Act<'_>,
    uncovered: &[(InvoiceId, Money)],
    (instead, reason): (Instead, Option<&Prose>),
) -> Result<(), Error> {
    for (id, amount) in uncovered {
        let of: Invoice = act.load(*id)?;
        if of.is_given_up() || amount.as_minor() <= 0 {
            continue;
        }
        match instead {
            Instead::CreditNote => credit(act, of, (*amount, reason))?,
            // What was late before stays that, and more of it is owed.
            Instead::OwedAnew if of.open() == *amount => reopen(act, &of)?,
            Instead::Credit | Instead::OwedAnew | Instead::Owed => {}
        }
    }
    Ok(())
}

fn credit(
    act: &mut Act<'_>,
    of: Invoice,
    (amount, reason): (Money, Option<&Prose>),
) -> Result<(), Error> {
    act.must(Permission::CreditNoteWrite, &of.stamp)?;
    let Some(reason) = reason else {
        let message = "must be given: a credit note says why it is written";
        return Err(Invalid::one("/reason", "required", message).into());
    };
    let before = invoice::credited_in_all(act.cx(), &of)?;
    let rounding = billing::policy(act.cx(), of.stamp.seller)?.rounding;
    let content = goodwill::credited(&of, &before, amount, rounding)?;
    billing::lower(act, &of, &content)?;
    invoice::issue_credit(act, of, (content, reason.clone())).map(drop)
}

/// Has an invoice paid as if it were new.
///
/// # Errors
/// If the store fails.
pub(super) fn reopen(act: &mut Act<'_>, of: &Invoice) -> Result<(), Error> {
    let account: Account = act.load(of.content().account)?;
    let zone = act.load::<BillingAccount>(of.content().billing_account)?.terms().zone;
    let on = zone.date_of(act.now());
    let due_on = class::credit_terms(act.cx(), account.class())?.due_on(on);
    act.batch().put_reopened(of.id, Reopened { on, due_on })?;
    let again = asked(act.cx(), of)?.map_or(due_on, |it| it.due_on);
    act.put_quietly(&of.clone().told_from(zone.start_of(again.plus_days(1))))
}

/// When an invoice was asked for last, and until when it is to be paid: as its paper says, or, where it was
/// opened again, as if it were of that day, if that is later. `None` while it is a draft.
///
/// # Errors
/// If the store fails.
pub fn asked(cx: Cx<'_>, of: &Invoice) -> Result<Option<Reopened>, Error> {
    let Some(issue) = of.issue() else { return Ok(None) };
    let first = Reopened { on: issue.issued_on, due_on: issue.due_on };
    let again = reopened(cx.view, of.id)?.filter(|it| first.due_on < it.due_on);
    Ok(Some(again.unwrap_or(first)))
}

/// Whether an invoice is overdue on a day where its billing account is.
///
/// # Errors
/// If the store fails.
pub(super) fn is_overdue(cx: Cx<'_>, of: &Invoice, today: Date) -> Result<bool, Error> {
    if of.standing(today) != Standing::Overdue {
        return Ok(false);
    }
    Ok(asked(cx, of)?.is_some_and(|it| it.due_on < today))
}
