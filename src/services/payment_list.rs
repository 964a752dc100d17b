//! Lists of payments: of accounts, and of what they were tried for or settle.

use super::{Cx, Error};
use crate::domain::id::{AccountId, BillingAccountId, InvoiceId};
use crate::domain::page::{Page, PageRequest};
use crate::domain::payment::Payment;
use crate::store::payment::{PAYMENT_BY_BILLING_ACCOUNT, PAYMENT_BY_INVOICE, PAYMENT_SETTLES};
use crate::store::{Along, Key};

/// Which payments of an invoice are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfInvoice {
    /// What was tried to settle it, through gateways or by mandate.
    Tried(InvoiceId),
    /// What settles it.
    Settling(InvoiceId),
}

impl OfInvoice {
    fn along(self) -> Along {
        let (index, id) = match self {
            Self::Tried(id) => (PAYMENT_BY_INVOICE, id),
            Self::Settling(id) => (PAYMENT_SETTLES, id),
        };
        Along::Index(index, Key::new().id(id).bytes())
    }
}

/// A page of payments, of one account or billing account if it is named, or of those of an invoice.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    (account, of): (Option<AccountId>, Option<BillingAccountId>),
    invoice: Option<OfInvoice>,
    page: &PageRequest,
    mut accept: impl FnMut(&Payment) -> bool,
) -> Result<Page<Payment>, Error> {
    let tried = invoice.map(OfInvoice::along);
    let of_one = of.map(|id| Along::Index(PAYMENT_BY_BILLING_ACCOUNT, Key::new().id(id).bytes()));
    cx.list(tried.or(of_one).or(account.map(Along::Owner)), page, |it: &Payment| {
        account.is_none_or(|id| it.account == id)
            && of.is_none_or(|id| it.billing_account == id)
            && accept(it)
    })
}
