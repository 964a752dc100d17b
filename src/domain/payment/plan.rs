//! Payment plans: an open balance spread over instalments.

use serde::{Deserialize, Serialize};

use super::method::MethodKind;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, BillingAccountId, InvoiceId, PaymentMethodId, PaymentPlanId};
use crate::domain::money::Money;
use crate::domain::stamp::Stamp;
use crate::domain::time::{Date, Span};
use crate::domain::word::words;

/// How many instalments a plan may have.
pub const INSTALMENTS_MAX: u16 = 120;

words! {
    /// How far a payment plan has come.
    State {
        /// Its instalments fall due.
        Active = "active";
        /// All of them were paid.
        Completed = "completed";
        /// It was called off: what is open is due at once.
        Canceled = "canceled";
    }
}

/// An open balance spread over instalments. Dunning follows these instead of the invoices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPlan {
    /// Its identity.
    pub id: PaymentPlanId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Who pays.
    pub account: AccountId,
    /// For which billing account.
    pub billing_account: BillingAccountId,
    /// The invoices it is about.
    pub invoices: Vec<InvoiceId>,
    /// How far it has come.
    pub state: State,
    /// Which of several plans is served first: 0 before all others.
    pub priority: u8,
    /// In which way it is paid.
    pub kind: MethodKind,
    /// With which kept method.
    pub method: Option<PaymentMethodId>,
    /// How often.
    pub every: Span,
    /// What is to be paid when.
    pub instalments: Vec<Instalment>,
}

/// One payment of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    /// Until when it is to be paid.
    pub due_on: Date,
    /// How much.
    pub amount: Money,
    /// How much of that was paid.
    pub paid: Money,
}

/// Spreads a total evenly over instalments; cents that do not divide go to the first.
///
/// # Errors
/// If the total is not more than nothing, or there are none or too many instalments.
pub fn spread(
    total: Money,
    count: u16,
    first_on: Date,
    every: Span,
) -> Result<Vec<Instalment>, Rejection> {
    if total.as_minor() <= 0 {
        let why = format!("`{total}` cannot be spread: a plan is about more than nothing");
        return Err(Rejection::new(Code::AmountOutOfRange, why));
    }
    if !(1..=INSTALMENTS_MAX).contains(&count) || every.count == 0 {
        let why = format!("`{count}` instalments every `{every}` are no plan; use 1 to 120");
        return Err(Rejection::new(Code::AmountOutOfRange, why));
    }
    let parts = total.split(&vec![1; usize::from(count)]).expect("there is a part to give to");
    let instalment = |(times, amount): (u32, Money)| Instalment {
        due_on: every.after(first_on, times),
        amount,
        paid: Money::zero(total.currency()),
    };
    Ok((0..).zip(parts).map(instalment).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros};

    #[test]
    fn a_balance_is_spread_without_losing_a_cent_and_the_day_does_not_drift() {
        let plan = spread(euros("100"), 3, date("2026-01-31"), Span::months(1)).expect("a plan");
        let rows: Vec<_> = plan.iter().map(|it| format!("{} {}", it.due_on, it.amount)).collect();
        assert_eq!(rows, ["2026-01-31 33.34 EUR", "2026-02-28 33.33 EUR", "2026-03-31 33.33 EUR"]);
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        let first_on = date("2026-01-31");
        for (total, count, every) in [
            ("0", 3, Span::months(1)),
            ("-1", 3, Span::months(1)),
            ("1", 0, Span::months(1)),
            ("1", 121, Span::months(1)),
            ("1", 3, Span::months(0)),
        ] {
            let refused = spread(euros(total), count, first_on, every).map_err(|it| it.code);
            assert_eq!(refused, Err(Code::AmountOutOfRange), "{total} {count} {every}");
        }
    }
}
