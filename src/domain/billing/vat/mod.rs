//! Value added tax of services across borders, as the law of the European Union has it: who owes
//! it, and at which country's rate.
//!
//! A seller may choose it in the place of, or beside, rules of its own. It is for services that are
//! delivered electronically (Directive 2006/112/EC, Articles 44, 58 and 196): a buyer at home bears
//! the rate of the seller's country, a business in another member state owes the tax itself, a
//! consumer there bears the rate of that state, and nobody else bears any. What decided is kept with
//! the tax ([`VatBasis`]) and sealed into the invoice. The day that decides is the billing day, and of
//! what is charged afterwards the last day of its period, as for any other tax.

mod note;
pub(in crate::domain::billing) mod place;
pub mod rate;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub(in crate::domain::billing) use self::note::notes;
use self::place::{Place, place_of};
use super::policy::{DistanceSales, VatNumbers};
use crate::domain::catalog::tax::Treatment;
use crate::domain::error::{Code, Rejection};
use crate::domain::party::identity::{TaxRegistration, Verification};
use crate::domain::party::medium::PostalAddress;
use crate::domain::party::vat::VatNumber;
use crate::domain::quantity::Percent;
use crate::domain::text::{Country, Locale, Name, Prose};
use crate::domain::time::Date;
use crate::domain::word::words;

words! {
    /// Why a supply bears the value added tax that it bears.
    VatCase {
        /// The buyer is where the seller is.
        Domestic = "domestic";
        /// The buyer is a business in another member state, and owes the tax itself.
        ReverseCharge = "reverse_charge";
        /// The buyer is a consumer in a member state, whose rate it bears (One Stop Shop).
        Destination = "destination";
        /// The same, of a seller that sells so little abroad that it taxes as at home.
        BelowThreshold = "below_threshold";
        /// The buyer is where the tax does not hold.
        Outside = "outside";
    }
}

/// What a seller has set about sales across borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VatTerms {
    /// At whose rate consumers in other member states are taxed.
    pub distance_sales: DistanceSales,
    /// Which numbers make somebody a business.
    pub vat_numbers: VatNumbers,
}

/// A sale as value added tax looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Sale<'a> {
    /// Where the seller is.
    pub seller: &'a PostalAddress,
    /// Where the buyer is; as the seller, if nobody knows.
    pub buyer: &'a PostalAddress,
    /// The buyer's number.
    pub registration: Option<&'a TaxRegistration>,
    /// The day that decides.
    pub on: Date,
    /// What the seller has set.
    pub terms: VatTerms,
}

/// Why a supply bears the tax that it bears, with what proves it, copied in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VatBasis {
    /// Why.
    pub case: VatCase,
    /// In which country the seller is.
    pub seller: Country,
    /// In which country the buyer is, by its address.
    pub buyer: Country,
    /// The number by which the buyer is known as a business, if it has one that counts.
    pub number: Option<Name>,
    /// What the register said of that number.
    pub verification: Option<Verification>,
    /// When it said so.
    pub verified_on: Option<Date>,
    /// Under which number it keeps that it was asked.
    pub consultation: Option<Name>,
    /// Whose rate it is; `None` if there is no tax.
    pub rate_of: Option<Country>,
    /// Since when that rate holds.
    pub rate_from: Option<Date>,
    /// The day that decided.
    pub on: Date,
}

/// What a paper says in its language where a registered business of one member state supplies one of
/// another, which owes the tax: Directive 2006/112/EC, Articles 44 and 196. Nothing where they are not in
/// two of them.
#[must_use]
pub fn reverse_charged(
    (supplier, buyer): (&PostalAddress, &PostalAddress),
    locale: &Locale,
) -> Option<&'static str> {
    let (from, to) = (place_of(supplier)?, place_of(buyer)?);
    let is_so = from.is_member && to.is_member && from.country != to.country;
    is_so.then(|| notes(locale).reverse_charge)
}

/// Whether a number can make its owner owe the tax itself, for a seller and a buyer at their addresses: in
/// another member state than the seller's only a number of a member state that is not the seller's own can
/// (Directive 2006/112/EC, Articles 44 and 196). Where that law does not hold, any can.
pub(super) fn can_owe(
    (seller, buyer): (&PostalAddress, &PostalAddress),
    registration: &TaxRegistration,
) -> bool {
    let home = place_of(seller).map(|it| it.country);
    let abroad = place_of(buyer).filter(|it| it.is_member && Some(it.country) != home);
    abroad.is_none_or(|_| {
        let of = VatNumber::find(registration.number.as_str()).map(|it| it.country());
        of.is_some_and(|it| place::MEMBERS.contains(&it) && Some(it) != home)
    })
}

/// Decides on a sale.
///
/// # Errors
/// If no rate is known of the seller's country, or the buyer's number must be looked up first.
pub fn decide(sale: &Sale<'_>) -> Result<(VatBasis, Percent), Rejection> {
    let (seller, _) = rated(sale.seller, sale.on).ok_or_else(|| unknown(sale))?;
    let buyer = place_of(sale.buyer).unwrap_or(seller);
    let number = Number::of(sale);
    let case = case_of(sale, (seller, buyer), number.as_ref())?;
    let rate_of = match case {
        VatCase::Domestic | VatCase::BelowThreshold => Some(seller.country),
        VatCase::Destination => Some(buyer.country),
        VatCase::ReverseCharge | VatCase::Outside => None,
    };
    let rate = rate_of.map(|it| rate::standard_on(it, sale.on).ok_or_else(|| unknown(sale)));
    let rate = rate.transpose()?;
    let registration = number.as_ref().map(|it| it.registration);
    let basis = VatBasis {
        case,
        seller: country(seller.country),
        buyer: country(buyer.country),
        number: registration.map(|it| it.number.clone()),
        verification: registration.map(|it| it.verification),
        verified_on: registration.and_then(|it| it.look_up.as_ref()).map(|it| it.on),
        consultation: registration
            .and_then(|it| it.look_up.as_ref())
            .and_then(|it| it.consultation.clone()),
        rate_of: rate_of.map(country),
        rate_from: rate.map(|it| it.1),
        on: sale.on,
    };
    Ok((basis, rate.map_or(Percent::ZERO, |it| it.0)))
}

/// A country of ours by its code.
fn country(code: &str) -> Country {
    code.parse().expect("the country of an address is one")
}

/// The place of an address of which a rate is known.
fn rated(address: &PostalAddress, on: Date) -> Option<(Place<'_>, Percent)> {
    let place = place_of(address)?;
    Some((place, rate::standard_on(place.country, on)?.0))
}

fn unknown(sale: &Sale<'_>) -> Rejection {
    let place = sale.seller.country.as_ref().map_or("no country", Country::as_str);
    let why = format!(
        "no rate of value added tax is known for a seller in `{place}` on {}; tax by rules of your \
         own",
        sale.on
    );
    Rejection::new(Code::TaxUndetermined, why)
}

/// A number that makes its owner a business in a member state.
struct Number<'a> {
    registration: &'a TaxRegistration,
    read: VatNumber,
}

impl<'a> Number<'a> {
    /// The buyer's, unless its register does not know it. Numbers of Northern Ireland are for goods.
    fn of(sale: &Sale<'a>) -> Option<Self> {
        let registration = sale.registration?;
        let read = VatNumber::find(registration.number.as_str())?;
        let is_refused = registration.verification == Verification::Refused;
        let is_members = place::MEMBERS.contains(&read.country());
        (is_members && !is_refused).then_some(Self { registration, read })
    }
}

fn case_of(
    sale: &Sale<'_>,
    (seller, buyer): (Place<'_>, Place<'_>),
    number: Option<&Number<'_>>,
) -> Result<VatCase, Rejection> {
    if buyer.country == seller.country && buyer.is_taxed {
        return Ok(VatCase::Domestic);
    }
    if !buyer.is_member {
        return Ok(VatCase::Outside);
    }
    match number {
        Some(number) if number.read.country() == seller.country => Ok(VatCase::Domestic),
        Some(number) => {
            must_be_verified(sale, number)?;
            Ok(VatCase::ReverseCharge)
        }
        None => Ok(match sale.terms.distance_sales {
            DistanceSales::Home if seller.is_member => VatCase::BelowThreshold,
            DistanceSales::Home | DistanceSales::Destination => VatCase::Destination,
        }),
    }
}

/// Refuses a number that nobody has looked up, if the seller wants that.
fn must_be_verified(sale: &Sale<'_>, number: &Number<'_>) -> Result<(), Rejection> {
    let verification = number.registration.verification;
    if sale.terms.vat_numbers == VatNumbers::AsGiven || verification == Verification::Verified {
        return Ok(());
    }
    let why = format!(
        "`{}` has not been found in its register yet, and the seller taxes by numbers that have",
        number.registration.number
    );
    Err(Rejection::new(Code::TaxUndetermined, why))
}

impl VatBasis {
    /// What the tax is called on a paper in a language: with the country where it is another's.
    #[must_use]
    pub fn tax_name(&self, locale: &Locale) -> Name {
        let name = notes(locale).name;
        let named = match (self.case, &self.rate_of) {
            (VatCase::Destination, Some(of)) => format!("{name} {of}"),
            (
                VatCase::Domestic
                | VatCase::ReverseCharge
                | VatCase::Destination
                | VatCase::BelowThreshold
                | VatCase::Outside,
                _,
            ) => name.to_owned(),
        };
        named.parse().expect("the words for a tax are a name")
    }

    /// What that does to the supply, with what a paper in a language has to say of it.
    #[must_use]
    pub fn treatment(&self, percent: Percent, locale: &Locale) -> Treatment {
        let notes = notes(locale);
        let said = |it: &str| it.parse::<Prose>().expect("the notes are prose");
        match self.case {
            VatCase::Domestic | VatCase::Destination | VatCase::BelowThreshold => {
                Treatment::Standard(percent)
            }
            VatCase::ReverseCharge => {
                Treatment::ReverseCharge { reason: said(notes.reverse_charge) }
            }
            VatCase::Outside => Treatment::OutOfScope { reason: said(notes.out_of_scope) },
        }
    }
}

impl fmt::Display for VatBasis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seller, buyer, on, .. } = self;
        let why = match self.case {
            VatCase::Domestic => "both at home",
            VatCase::ReverseCharge => "a business in another member state, which owes the tax",
            VatCase::Destination => "a consumer in a member state, whose rate holds",
            VatCase::BelowThreshold => "a consumer abroad, below the threshold for its rate",
            VatCase::Outside => "a buyer where the tax does not hold",
        };
        write!(f, "by EU VAT from {seller} to {buyer} on {on}: {why}")?;
        if let (Some(of), Some(from)) = (&self.rate_of, self.rate_from) {
            write!(f, "; the rate of {of} as of {from}")?;
        }
        let Some(number) = &self.number else { return Ok(()) };
        write!(f, "; known as {number}")?;
        match (self.verification, self.verified_on) {
            (Some(Verification::Verified), Some(on)) => write!(f, ", verified on {on}")?,
            (Some(Verification::Verified), None) => write!(f, ", verified")?,
            (Some(Verification::NotVerified | Verification::Refused) | None, _) => {
                write!(f, ", not verified")?;
            }
        }
        match &self.consultation {
            Some(consultation) => write!(f, " by consultation {consultation}"),
            None => Ok(()),
        }
    }
}
