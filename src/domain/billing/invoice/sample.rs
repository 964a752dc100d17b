//! Invoices as tests make them: lines by their net amounts, all at one rate.

use uuid::Uuid;

use super::chain::{GENESIS, Link};
use super::explanation::Explanation;
use super::line::{Line, LineKind};
use super::number::{NumberFormat, Places};
use super::{Content, Invoice, InvoiceParty, Issue, Totals};
use crate::domain::billing::letterhead::Imprint;
use crate::domain::billing::policy::{Recognition, TaxScope};
use crate::domain::billing::tax::{RuleBasis, TaxBasis, TaxTerms, TaxTotal, Taxable, assess};
use crate::domain::catalog::price::Base;
use crate::domain::catalog::tax::{Buyers, Treatment};
use crate::domain::id::{Id, InvoiceId};
use crate::domain::money::{Currency, Money, Rounding};
use crate::domain::party::medium::PostalAddress;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::time::{Date, Instant};

pub(crate) fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn euros(text: &str) -> Money {
    Money::parse(text, Currency::EUR).expect(text)
}

pub(crate) fn date(text: &str) -> Date {
    text.parse().expect(text)
}

pub(crate) fn stamp() -> Stamp {
    let now = Instant::from_micros(0).expect("an instant");
    Stamp::new(SellerNumber::PROVIDER, Some(id(1)), now)
}

/// A rule for everything everywhere.
pub(crate) fn basis() -> TaxBasis {
    TaxBasis::Rule(rule_basis())
}

/// The same, to be changed.
pub(crate) fn rule_basis() -> RuleBasis {
    RuleBasis {
        rule: id(5),
        category: None,
        zone: id(6),
        zone_name: "Everywhere".parse().ok(),
        category_name: None,
        buyers: Buyers::All,
        valid_from: date("2000-01-01"),
    }
}

/// A draft with one stated line for each net amount, at a tax of so many percent.
pub(crate) fn draft(number: u128, nets: &[&str], percent: i64) -> Invoice {
    let amounts: Vec<_> = nets.iter().map(|it| euros(it)).collect();
    let taxables: Vec<_> = amounts
        .iter()
        .map(|it| Taxable { place: 0, base: Base::Net, exact: it.decimal(), booked: *it })
        .collect();
    let mut taxes = vec![TaxTotal {
        name: "VAT".parse().expect("a name"),
        treatment: Treatment::Standard(Percent::new(percent.into())),
        basis: basis(),
        certificate: None,
        net: Money::zero(Currency::EUR),
        tax: Money::zero(Currency::EUR),
    }];
    let terms =
        TaxTerms { scope: TaxScope::Invoice, rounding: Rounding::HalfUp, currency: Currency::EUR };
    let taxed = assess(&taxables, &mut taxes, terms).expect("taxed");
    let lines = amounts.iter().zip(&taxed).map(|(amount, taxed)| Line {
        kind: LineKind::Stated,
        subscription: None,
        offer: None,
        price: None,
        subject: "Work".parse().expect("a name"),
        label: "As agreed".parse().expect("a name"),
        service_period: None,
        quantity: Quantity::ONE,
        unit: None,
        base: Base::Net,
        amount: *amount,
        net: taxed.net,
        tax: taxed.tax,
        tax_place: 0,
        tax_category: None,
        explanation: Explanation::stated(*amount, Rounding::HalfUp),
    });
    let totals = Totals::nothing(Currency::EUR).plus(taxes[0].net, taxes[0].tax).expect("a sum");
    let content = Content {
        account: id(1),
        billing_account: id(2),
        currency: Currency::EUR,
        service_period: None,
        lines: lines.collect(),
        taxes,
        totals,
    };
    Invoice::draft(id::<InvoiceId>(number), stamp(), None, content)
}

fn party(name: &str) -> InvoiceParty {
    InvoiceParty {
        name: name.parse().expect(name),
        address: PostalAddress { country: "DE".parse().ok(), ..PostalAddress::default() },
        tax_registration: None,
        email: None,
    }
}

/// What the `sequence`-th invoice of a series gets, due two weeks after its date.
pub(crate) fn issue(sequence: u64, issued_on: &str) -> Issue {
    let issued_on = date(issued_on);
    Issue {
        number: NumberFormat::invoices(SellerNumber::PROVIDER).number(
            issued_on,
            1,
            Places::all(sequence),
        ),
        sequence,
        issued_on,
        issued_at: Instant::from_micros(1_000_000).expect("an instant"),
        due_on: issued_on.plus_days(14),
        seller: party("Seller"),
        buyer: party("Buyer"),
        imprint: Imprint::plain("en".parse().expect("a locale"), 1),
        recognition: Recognition::AtIssue,
        link: Link { previous: GENESIS, hash: GENESIS },
    }
}

/// An issued invoice: see [`draft`].
pub(crate) fn issued(number: u128, nets: &[&str], percent: i64, issued_on: &str) -> Invoice {
    let draft = draft(number, nets, percent);
    draft.issued(issue(number.try_into().expect("small"), issued_on)).expect("issued").0
}
