//! Disputes: what a customer says is wrong with an invoice. What is disputed leaves dunning until
//! that is resolved.

use serde::{Deserialize, Serialize};

use super::Invoice;
use super::lifecycle::State;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::money::Money;
use crate::domain::text::Prose;
use crate::domain::time::Instant;
use crate::domain::word::words;

/// What a customer says is wrong with an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// How much of it.
    pub amount: Money,
    /// Since when.
    pub since: Instant,
    /// What is said to be wrong.
    pub reason: Prose,
}

words! {
    /// Who was right.
    InFavorOf {
        /// Whoever was to pay: what was disputed is credited.
        Customer = "customer";
        /// Whoever sells: it is to be paid, and dunning goes on.
        Seller = "seller";
    }
}

impl Invoice {
    /// What is disputed about it.
    #[must_use]
    pub const fn dispute(&self) -> Option<&Dispute> {
        self.dispute.as_ref()
    }

    /// What is still to be paid of it and not disputed: what one is reminded of.
    #[must_use]
    pub fn undisputed(&self) -> Money {
        let open = self.open();
        let Some(dispute) = &self.dispute else { return open };
        let left = open.minus(dispute.amount).expect("both are in the currency of the invoice");
        if left.is_negative() { Money::zero(open.currency()) } else { left }
    }

    /// The invoice of which an amount is disputed; all that is open if none is named.
    ///
    /// # Errors
    /// If nothing of it is open, it is disputed already, or the amount is not a part of what is open.
    pub fn disputed(
        self,
        (amount, reason): (Option<Money>, Prose),
        now: Instant,
    ) -> Result<(Self, Verb), Rejection> {
        let refused = |why: String| Err(Rejection::new(Code::InvoiceStateForbids, why));
        match self.state() {
            State::Issued | State::PartiallyPaid => {}
            State::Draft | State::Paid | State::WrittenOff => {
                return refused(format!("cannot dispute an invoice that is `{}`", self.state()));
            }
        }
        if let Some(before) = &self.dispute {
            return refused(format!("`{}` of it is disputed already: resolve that", before.amount));
        }
        let open = self.open();
        let amount = amount.unwrap_or(open);
        if amount.as_minor() <= 0 || open.minus(amount)?.is_negative() {
            let why =
                format!("`{amount}` cannot be disputed of an invoice of which `{open}` is open");
            return Err(Rejection::new(Code::AmountOutOfRange, why));
        }
        let dispute = Some(Dispute { amount, since: now, reason });
        Ok((Self { dispute, ..self }, Verb::Disputed))
    }

    /// The invoice of which nothing is disputed any more.
    ///
    /// # Errors
    /// If nothing was.
    pub fn resolved(self) -> Result<(Self, Verb), Rejection> {
        if self.dispute.is_none() {
            let why = "nothing of the invoice is disputed";
            return Err(Rejection::new(Code::InvoiceStateForbids, why));
        }
        Ok((Self { dispute: None, ..self }, Verb::Resolved))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::SettledBy;
    use crate::domain::billing::invoice::sample::{euros, issued};

    fn now() -> Instant {
        Instant::from_micros(0).expect("in range")
    }

    fn dispute(it: Invoice, amount: Option<&str>) -> Result<Invoice, Code> {
        let said = (amount.map(euros), "not ordered".parse().expect("a text"));
        it.disputed(said, now()).map(|it| it.0).map_err(|it| it.code)
    }

    #[test]
    fn what_is_disputed_is_not_reminded_of_until_it_is_resolved() {
        let invoice = issued(1, &["100"], 20, "2026-01-01");
        let part = dispute(invoice.clone(), Some("50")).expect("a part");
        assert_eq!((part.undisputed(), part.open()), (euros("70"), euros("120")));
        let (paid, _) = part.settle(euros("70"), SettledBy::Payment).expect("settled");
        assert_eq!((paid.undisputed(), paid.open()), (euros("0"), euros("50")));
        let (resolved, verb) = paid.resolved().expect("it was disputed");
        assert_eq!((resolved.undisputed(), verb), (euros("50"), Verb::Resolved));
        let whole = dispute(invoice, None).expect("all");
        assert_eq!(whole.undisputed(), euros("0"));
        assert_eq!(dispute(whole, None), Err(Code::InvoiceStateForbids));
    }

    #[test]
    fn no_more_is_disputed_than_is_open() {
        let invoice = || issued(1, &["100"], 20, "2026-01-01");
        for amount in ["0", "-1", "120.01"] {
            assert_eq!(dispute(invoice(), Some(amount)), Err(Code::AmountOutOfRange), "{amount}");
        }
        let (paid, _) = invoice().settle(euros("120"), SettledBy::Payment).expect("settled");
        assert_eq!(dispute(paid, None), Err(Code::InvoiceStateForbids));
        assert!(invoice().resolved().is_err());
    }
}
