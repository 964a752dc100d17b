//! Late fees: what is charged for paying late, on an invoice of its own.
//!
//! An invoice of its own and not a line on the next one: it is there also where nothing is ever
//! billed again, it can be taken back or given up alone, and an invoice for what was bought never
//! grows by what its reader thinks unfair. It says for which invoice it is and how it came about,
//! as any other does.

use super::invoice::explanation::Explanation;
use super::invoice::line::{Line, LineKind};
use super::invoice::number::DocumentNumber;
use super::invoice::{Content, Totals};
use super::policy::{LateFeeTax, Policy};
use super::tax::{TaxSheet, TaxTerms, TaxTotal, Taxable, assess};
use super::taxing::{TaxedBuyer, Taxing};
use crate::domain::catalog::price::Base;
use crate::domain::dunning::LateFee;
use crate::domain::error::Rejection;
use crate::domain::id::{AccountId, BillingAccountId};
use crate::domain::money::{Amount, Currency};
use crate::domain::quantity::Quantity;
use crate::domain::text::{Locale, Name};
use crate::domain::time::Date;

/// A fee that is to be charged.
#[derive(Debug, Clone)]
pub struct Charging<'a> {
    /// Who owes it.
    pub account: AccountId,
    /// Where its invoice goes.
    pub billing_account: BillingAccountId,
    /// In which currency.
    pub currency: Currency,
    /// Who buys, as taxation sees it.
    pub buyer: TaxedBuyer<'a>,
    /// On which day.
    pub on: Date,
    /// The seller's settings.
    pub policy: &'a Policy,
    /// What the seller wrote down about taxes.
    pub taxing: Taxing<'a>,
    /// For what was paid late; see [`subject`].
    pub subject: Name,
    /// What the line says.
    pub label: Name,
    /// In which language the paper is.
    pub locale: &'a Locale,
}

/// Between the numbers of invoices.
const BETWEEN: &str = ", ";
/// So many bytes of numbers are named at most.
const BYTES_MAX: usize = 200;

/// For what a fee is: the numbers of the invoices that are paid late, the oldest first. Of very many
/// only the oldest are named. `None` if there are none.
#[must_use]
pub fn subject<'a>(late: impl IntoIterator<Item = &'a DocumentNumber>) -> Option<Name> {
    let mut named = String::new();
    for number in late {
        let number = number.to_string();
        if !named.is_empty() && named.len() + BETWEEN.len() + number.len() > BYTES_MAX {
            break;
        }
        if !named.is_empty() {
            named += BETWEEN;
        }
        named += &number;
    }
    named.parse().ok()
}

/// Whether a fee names an invoice as what was paid late.
#[must_use]
pub fn names(subject: &Name, number: &DocumentNumber) -> bool {
    let number = number.to_string();
    subject.as_str().split(BETWEEN).any(|it| it == number)
}

/// The content of the invoice that charges a fee.
///
/// # Errors
/// If it is taxed and no tax rule covers it, or it is too much.
pub fn content(charging: Charging<'_>, fee: LateFee) -> Result<Content, Rejection> {
    let Charging { currency, policy, taxing, .. } = charging;
    let exact = Amount::new(fee.fee.decimal(), currency);
    let amount = exact.book(policy.rounding)?;
    let mut sheet = TaxSheet::new();
    let tax_place = match (policy.late_fee_tax, fee.tax_category) {
        (LateFeeTax::Outside, None) => {
            sheet.outside(TaxTotal::of_late_fees(charging.locale, charging.on, currency))
        }
        (LateFeeTax::Outside | LateFeeTax::Taxed, category) => {
            sheet.place((category, charging.on), |of| taxing.of(charging.buyer, of, currency))?
        }
    };
    let mut taxes = sheet.into_totals();
    let taxable =
        Taxable { place: tax_place, base: Base::Net, exact: amount.decimal(), booked: amount };
    let terms = TaxTerms { scope: policy.tax_scope, rounding: policy.rounding, currency };
    let taxed = assess(&[taxable], &mut taxes, terms)?[0];
    let line = Line {
        kind: LineKind::LateFee,
        subscription: None,
        offer: None,
        price: None,
        subject: charging.subject,
        label: charging.label,
        service_period: None,
        quantity: Quantity::ONE,
        unit: None,
        base: Base::Net,
        amount,
        net: taxed.net,
        tax: taxed.tax,
        tax_place,
        tax_category: taxing.category_name(fee.tax_category).cloned(),
        explanation: Explanation::stated(amount, policy.rounding),
    };
    Ok(Content {
        account: charging.account,
        billing_account: charging.billing_account,
        currency,
        service_period: None,
        lines: vec![line],
        taxes,
        totals: Totals::nothing(currency).plus(taxed.net, taxed.tax)?,
    })
}
