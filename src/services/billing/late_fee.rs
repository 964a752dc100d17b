//! Late fees: an invoice of its own for who has paid late.

use super::issue::{self, put};
use super::shelf::{Shelf, address_of, buyer_of, party_of};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::late_fee::{Charging, content};
use crate::domain::dunning::LateFee;
use crate::domain::id::InvoiceId;
use crate::domain::money::Money;
use crate::domain::text::Name;
use crate::render::paper;
use crate::services::{Act, Error};

/// Charges a fee for paying late, and answers with the invoice that demands it.
///
/// # Errors
/// If it is taxed and no tax rule covers it, the account has no address that an invoice needs, or the store fails.
pub(in crate::services) fn charge_late_fee(
    act: &mut Act<'_>,
    (account, billing_account): (&Account, &BillingAccount),
    (fee, subject): (LateFee, Name),
) -> Result<InvoiceId, Error> {
    let mut shelf = Shelf::default();
    let seller = shelf.seller(act.cx(), account.stamp.seller)?;
    let credit = shelf.credit_terms(act.cx(), account.class())?;
    let address = address_of(account, billing_account);
    let policy = seller.policy;
    let on = billing_account.terms().zone.date_of(act.now());
    let locale = billing_account.profile().locale.as_ref().unwrap_or(&account.profile().locale);
    let charging = Charging {
        account: account.id,
        billing_account: billing_account.id,
        currency: billing_account.currency(),
        buyer: buyer_of(account, &address, locale),
        on,
        policy: &policy,
        taxing: seller.taxing(),
        subject,
        label: paper::late_fee(locale),
        locale,
    };
    let content = content(charging, fee)?;
    let buyer = party_of(account, Some(billing_account));
    buyer.must_be_reachable()?;
    let issue = issue::new_issue(act, (account, billing_account), (&seller, credit))?;
    let zone = billing_account.terms().zone;
    let charge = (content, Money::zero(billing_account.currency()));
    Ok(put(act, charge, (issue, zone), (account.stamp.seller, None))?.id)
}
