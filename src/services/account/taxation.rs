//! What decides on the taxes of an account, and who may say otherwise once it has bought something.
//!
//! The account says where it is and under which number a tax office knows it. As soon as it has
//! subscriptions or invoices, its next invoices hang on that: only its seller changes it then.

use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::profile::{AddressUse, Profile};
use crate::domain::billing::invoice::Invoice;
use crate::domain::catalog::tax::TaxCategory;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::AccountId;
use crate::domain::operator::{Decision, Permission};
use crate::domain::page::PageRequest;
use crate::domain::party::identity::TaxExemption;
use crate::domain::party::medium::PostalAddress;
use crate::domain::subscription::Subscription;
use crate::services::{Cx, Error, billing};
use crate::store::{Along, Record, Records};

/// Refuses another country, tax number or tax region of an account that has bought something, unless
/// its seller says so. Where nothing was said before, there is nothing to protect.
///
/// # Errors
/// [`Error::Invalid`] with each field; if the store fails.
pub(super) fn must_stay(cx: Cx<'_>, account: &Account, after: &Profile) -> Result<(), Error> {
    let before = account.profile();
    let place = |it: &Profile| it.address(AddressUse::Billing).cloned().unwrap_or_default();
    let mut found = moved(cx, account, (&place(before), &place(after)))?;
    let number = |it: &Profile| it.tax_registration.as_ref().map(|it| it.number.clone());
    if number(before) != number(after) {
        found.push("/tax/registration_id");
    }
    refuse(cx, account, &found)
}

/// The same of the address of a billing account, which stands in for its account's.
///
/// # Errors
/// As for an account.
pub(in crate::services) fn must_stay_there(
    cx: Cx<'_>,
    account: AccountId,
    (before, after): (Option<&BillingAccount>, Option<&PostalAddress>),
) -> Result<(), Error> {
    let Some(account) = cx.view.find::<Account>(account)? else { return Ok(()) };
    let general = account.profile().address(AddressUse::Billing).cloned().unwrap_or_default();
    let before = before.and_then(|it| it.profile().address.as_ref()).unwrap_or(&general);
    let found = moved(cx, &account, (before, after.unwrap_or(&general)))?;
    refuse(cx, &account, &found)
}

/// Refuses exemptions for tax categories that are not there.
///
/// # Errors
/// [`Error::Invalid`] with the field; if the store fails.
pub(super) fn must_be_there(cx: Cx<'_>, exemptions: &[TaxExemption]) -> Result<(), Error> {
    for (place, it) in exemptions.iter().enumerate() {
        if let Some(category) = it.category {
            cx.named::<TaxCategory>(&format!("/tax/exemptions/{place}/category"), category)?;
        }
    }
    Ok(())
}

/// Which fields of an address move it to where it is taxed otherwise.
fn moved(
    cx: Cx<'_>,
    account: &Account,
    (before, after): (&PostalAddress, &PostalAddress),
) -> Result<Vec<&'static str>, Error> {
    if before.country.is_some() && before.country != after.country {
        return Ok(vec!["/address/country"]);
    }
    let zone = |at| billing::zone_at(cx, account, at);
    let is_elsewhere =
        before.country.is_some() && before.region != after.region && zone(before)? != zone(after)?;
    Ok(if is_elsewhere { vec!["/address/region"] } else { Vec::new() })
}

fn refuse(cx: Cx<'_>, account: &Account, fields: &[&str]) -> Result<(), Error> {
    let is_seller = cx.actor.may(Permission::AccountTermsWrite, &account.stamp) == Decision::Yes;
    if fields.is_empty() || is_seller || !has_bought(cx, account.id)? {
        return Ok(());
    }
    let message = "decides on the tax of what was bought: ask the seller to change it";
    let violations = fields.iter().map(|it| Violation::new(*it, "seller_only", message));
    Err(Invalid { violations: violations.collect() }.into())
}

fn has_bought(cx: Cx<'_>, id: AccountId) -> Result<bool, Error> {
    Ok(has::<Subscription>(cx, id)? || has::<Invoice>(cx, id)?)
}

fn has<R: Record>(cx: Cx<'_>, owner: AccountId) -> Result<bool, Error> {
    let one = PageRequest::oldest(1);
    let found = cx.view.list::<R>(&Along::Owner(owner), &one, &mut |_| true)?;
    Ok(!found.items.is_empty())
}
