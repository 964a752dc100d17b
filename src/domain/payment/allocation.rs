//! Allocations: which invoices a payment or credit settles.

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Rejection};
use crate::domain::id::InvoiceId;
use crate::domain::money::Money;
use crate::domain::time::{Date, Instant};

/// A part of a payment that settles an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// The invoice.
    pub invoice: InvoiceId,
    /// How much.
    pub amount: Money,
    /// When it was first allocated.
    pub allocated_at: Instant,
}

/// An invoice that is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenInvoice {
    /// Which it is.
    pub id: InvoiceId,
    /// Until when it is to be paid.
    pub due_on: Date,
    /// How much of it is open.
    pub open: Money,
    /// How much of that is disputed.
    pub disputed: Money,
}

/// What settles which invoice, before it is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    /// The invoice.
    pub invoice: InvoiceId,
    /// How much.
    pub amount: Money,
}

/// Invoices that are paid in parts, and how much of them together is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InParts {
    /// The invoices.
    pub invoices: Vec<InvoiceId>,
    /// How much of them is due.
    pub due: Money,
}

/// Spreads what is available over open invoices, those due first before others. Of those that are paid
/// in parts only what is due is among them; the rest comes after all others, and what is disputed last.
///
/// # Errors
/// If an invoice is in another currency.
pub fn oldest_first(
    available: Money,
    open: &[OpenInvoice],
    in_parts: &[InParts],
) -> Result<Vec<Settlement>, Rejection> {
    let (mut due, mut later) = (open.to_vec(), Vec::new());
    due.sort_by_key(|it| (it.due_on, it.id));
    let mut disputed = due.clone();
    for (it, disputed) in due.iter_mut().zip(&mut disputed) {
        disputed.open = it.disputed.at_most(it.open)?;
        it.open = it.open.minus(disputed.open)?;
    }
    for InParts { invoices, due: part } in in_parts {
        let mut part = *part;
        for it in due.iter_mut().filter(|it| invoices.contains(&it.id)) {
            let now = it.open.at_most(part)?;
            part = part.minus(now)?;
            later.push(OpenInvoice { open: it.open.minus(now)?, ..*it });
            it.open = now;
        }
    }
    later.sort_by_key(|it| (it.due_on, it.id));
    let (mut left, mut settled) = (available, Vec::<Settlement>::with_capacity(open.len()));
    for it in due.into_iter().chain(later).chain(disputed) {
        let amount = left.at_most(it.open)?;
        if amount.as_minor() <= 0 {
            continue;
        }
        left = left.minus(amount)?;
        match settled.iter_mut().find(|known| known.invoice == it.id) {
            Some(known) => known.amount = known.amount.plus(amount)?,
            None => settled.push(Settlement { invoice: it.id, amount }),
        }
    }
    Ok(settled)
}

/// Checks what somebody told to settle.
///
/// # Errors
/// If an invoice is not open, is told twice, or less is open or available than is told.
pub fn as_told(
    available: Money,
    open: &[OpenInvoice],
    told: &[Settlement],
) -> Result<Vec<Settlement>, Rejection> {
    let mut left = available;
    for (place, settlement) in told.iter().enumerate() {
        let Settlement { invoice, amount } = *settlement;
        let Some(found) = open.iter().find(|it| it.id == invoice) else {
            let why = format!("`{invoice}` is not an open invoice of the billing account");
            return Err(Rejection::new(Code::ReferenceUnknown, why));
        };
        if told[..place].iter().any(|it| it.invoice == invoice) {
            let why = format!("`{invoice}` is named twice");
            return Err(Rejection::new(Code::Duplicate, why));
        }
        if amount.as_minor() <= 0 || found.open.minus(amount)?.is_negative() {
            let why =
                format!("`{amount}` cannot settle `{invoice}`, of which `{}` is open", found.open);
            return Err(Rejection::new(Code::PaymentExceeds, why));
        }
        left = left.minus(amount)?;
    }
    if left.is_negative() {
        let why = format!("more is told to be settled than the `{available}` there are");
        return Err(Rejection::new(Code::PaymentExceeds, why));
    }
    Ok(told.to_vec())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros, id};
    use crate::domain::money::Currency;

    fn open(number: u128, due_on: &str, amount: &str) -> OpenInvoice {
        let (id, due_on, open) = (id(number), date(due_on), euros(amount));
        OpenInvoice { id, due_on, open, disputed: euros("0") }
    }

    fn told(number: u128, amount: &str) -> Settlement {
        Settlement { invoice: id(number), amount: euros(amount) }
    }

    #[test]
    fn what_is_due_first_is_settled_first() {
        let invoices =
            [open(1, "2026-03-01", "30"), open(2, "2026-01-01", "20"), open(3, "2026-02-01", "10")];
        let spread = |available: &str| oldest_first(euros(available), &invoices, &[]);
        assert_eq!(spread("0"), Ok(vec![]));
        assert_eq!(spread("20"), Ok(vec![told(2, "20")]));
        assert_eq!(spread("25"), Ok(vec![told(2, "20"), told(3, "5")]));
        let all = vec![told(2, "20"), told(3, "10"), told(1, "30")];
        assert_eq!(spread("100"), Ok(all));
    }

    #[test]
    fn of_what_is_paid_in_parts_only_what_is_due_comes_before_others() {
        let invoices = [
            open(1, "2026-01-20", "50"),
            open(2, "2026-01-20", "70"),
            open(3, "2026-02-01", "30"),
            open(4, "2026-01-10", "5"),
        ];
        let plan = InParts { invoices: vec![id(1), id(2)], due: euros("60") };
        let spread = |available: &str| {
            oldest_first(euros(available), &invoices, std::slice::from_ref(&plan))
        };
        assert_eq!(spread("5"), Ok(vec![told(4, "5")]));
        assert_eq!(spread("65"), Ok(vec![told(4, "5"), told(1, "50"), told(2, "10")]));
        let others = vec![told(4, "5"), told(1, "50"), told(2, "10"), told(3, "20")];
        assert_eq!(spread("85"), Ok(others));
        let rest = vec![told(4, "5"), told(1, "50"), told(2, "30"), told(3, "30")];
        assert_eq!(spread("115"), Ok(rest));
        let all = vec![told(4, "5"), told(1, "50"), told(2, "70"), told(3, "30")];
        assert_eq!(spread("500"), Ok(all));
    }

    #[test]
    fn what_is_disputed_is_settled_last() {
        let whole = OpenInvoice { disputed: euros("100"), ..open(1, "2026-01-15", "100") };
        let part = OpenInvoice { disputed: euros("20"), ..open(2, "2026-02-15", "60") };
        let spread = |available: &str| oldest_first(euros(available), &[whole, part], &[]);
        assert_eq!(spread("40"), Ok(vec![told(2, "40")]));
        assert_eq!(spread("90"), Ok(vec![told(2, "40"), told(1, "50")]));
        assert_eq!(spread("500"), Ok(vec![told(2, "60"), told(1, "100")]));
    }

    #[test]
    fn what_is_told_is_settled_or_refused_with_the_reason() {
        let invoices = [open(1, "2026-03-01", "30"), open(2, "2026-01-01", "20")];
        let check = |available: &str, settlements: &[Settlement]| {
            as_told(euros(available), &invoices, settlements).map_err(|it| it.code)
        };
        assert_eq!(check("50", &[told(1, "30")]), Ok(vec![told(1, "30")]));
        assert_eq!(check("50", &[told(1, "30.01")]), Err(Code::PaymentExceeds));
        assert_eq!(check("50", &[told(1, "0")]), Err(Code::PaymentExceeds));
        assert_eq!(check("50", &[told(1, "-1")]), Err(Code::PaymentExceeds));
        assert_eq!(check("49", &[told(1, "30"), told(2, "20")]), Err(Code::PaymentExceeds));
        assert_eq!(check("50", &[told(1, "10"), told(1, "10")]), Err(Code::Duplicate));
        assert_eq!(check("50", &[told(3, "10")]), Err(Code::ReferenceUnknown));
        let dollars = Settlement { invoice: id(1), amount: Money::minor(1, Currency::USD) };
        assert_eq!(check("50", &[dollars]), Err(Code::CurrenciesDiffer));
    }

    proptest! {
        #[test]
        fn no_more_is_settled_than_there_is_or_than_is_open(
            available in 0..100_000_i64, opens in prop::collection::vec((0..100_i64, 1..30_000_i64), 0..8),
        ) {
            let minor = |it| Money::minor(it, Currency::EUR);
            let invoices: Vec<_> = opens.iter().enumerate().map(|(place, (day, amount))| OpenInvoice {
                id: id(place as u128), due_on: date("2026-01-01").plus_days(*day), open: minor(*amount),
                disputed: minor(amount / 3),
            }).collect();
            let settled = oldest_first(minor(available), &invoices, &[]).expect("one currency");
            let sum: i64 = settled.iter().map(|it| it.amount.as_minor()).sum();
            let all: i64 = opens.iter().map(|it| it.1).sum();
            prop_assert_eq!(sum, available.min(all));
            prop_assert_eq!(as_told(minor(available), &invoices, &settled), Ok(settled));
        }
    }
}
