//! How somebody is known to the authorities and elsewhere: papers, tax numbers, outside accounts.

use serde::{Deserialize, Serialize};

use super::vat::{VatNumber, VatNumberError};
use crate::domain::error::Invalid;
use crate::domain::id::TaxCategoryId;
use crate::domain::text::{Country, Name};
use crate::domain::time::{Date, Instant, Validity};
use crate::domain::word::words;

/// A paper or a register that proves who somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identification {
    /// What it is: `passport`, `commercial register`.
    pub kind: Name,
    /// The number on it.
    pub number: Name,
    /// Who issued it.
    pub issuing_authority: Option<Name>,
    /// When it was issued.
    pub issued_on: Option<Date>,
    /// For how long it is good.
    pub validity: Validity,
}

impl Identification {
    /// Whether it is a number for value added tax, in a word that people have for that.
    #[must_use]
    pub fn is_tax_number(&self) -> bool {
        let word: String = self.kind.as_str().chars().filter(|it| it.is_alphanumeric()).collect();
        let words =
            ["vat", "vatid", "vatin", "vatnumber", "vatregistration", "vatregistrationnumber"];
        words.contains(&word.to_ascii_lowercase().as_str())
    }
}

words! {
    /// Whether anybody looked up a tax number in its register.
    Verification {
        /// Nobody has.
        NotVerified = "not_verified";
        /// The register knows it.
        Verified = "verified";
        /// The register does not know it.
        Refused = "refused";
    }
}

/// The number under which a tax office knows somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRegistration {
    /// The number, such as `DE123456788`.
    pub number: Name,
    /// Whose tax office; `None` where the number itself says it.
    pub country: Option<Country>,
    /// Whether its register knows it.
    pub verification: Verification,
    /// When its register was asked and answered.
    pub look_up: Option<LookUp>,
    /// How often its register could not be asked, and until when it is left alone.
    pub postponed: Option<Postponed>,
}

/// That a register could not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Postponed {
    /// How often.
    pub times: u32,
    /// When it is asked again, by the wall.
    pub until: Instant,
}

/// An answer of a register of tax numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUp {
    /// On which day it answered, as it says.
    pub on: Date,
    /// Under which number it keeps that it was asked, if it does: the proof of it.
    pub consultation: Option<Name>,
}

impl TaxRegistration {
    /// A number that nobody has looked up yet.
    #[must_use]
    pub const fn unverified(number: Name, country: Option<Country>) -> Self {
        let verification = Verification::NotVerified;
        Self { number, country, verification, look_up: None, postponed: None }
    }

    /// Refuses a number that begins as those for value added tax of a country do and is none of them.
    /// What begins otherwise is left alone: tax offices know people by other numbers too.
    ///
    /// # Errors
    /// If it is a slip of the hand.
    pub fn check(&self) -> Result<(), Invalid> {
        let refused = match VatNumber::read(self.number.as_str()) {
            Ok(_) => return Ok(()),
            Err(refused) => refused,
        };
        let rule = match refused {
            VatNumberError::Form { .. } => "pattern",
            VatNumberError::Digits { .. } => "checksum",
        };
        Err(Invalid::one("", rule, refused.to_string()))
    }

    /// When it is to be looked up: at once, or when its register could not be asked before; `None`
    /// if it was, or no register of ours knows numbers of its kind.
    #[must_use]
    pub fn look_up_at(&self) -> Option<Instant> {
        let is_open = self.verification == Verification::NotVerified;
        let number = VatNumber::find(self.number.as_str()).filter(|_| is_open)?;
        number.asked()?;
        let at_once = || Instant::from_micros(0).expect("time begins before that");
        Some(self.postponed.map_or_else(at_once, |it| it.until))
    }

    /// The same number, as if nobody had looked it up.
    #[must_use]
    pub fn unverified_again(self) -> Self {
        Self::unverified(self.number, self.country)
    }

    /// What replaces `self` when somebody says the number anew: a verification holds for the very
    /// number that was looked up, and for no other.
    #[must_use]
    pub fn replaced_by(&self, new: Self) -> Self {
        let is_same = self.number == new.number && self.country == new.country;
        if is_same { self.clone() } else { new.unverified_again() }
    }
}

/// Freedom from a tax, and the certificate that proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxExemption {
    /// The number of the certificate.
    pub certificate: Name,
    /// Whose tax is not owed.
    pub country: Country,
    /// For what; `None` for everything.
    pub category: Option<TaxCategoryId>,
    /// Why.
    pub reason: Option<Name>,
    /// The first day on which it holds; it always has if nothing is said.
    pub valid_from: Option<Date>,
    /// The first day on which it holds no longer; without an end if nothing is said.
    pub valid_until: Option<Date>,
}

impl TaxExemption {
    /// Whether it frees from a country's tax on something on a day.
    #[must_use]
    pub fn frees(&self, country: &Country, category: Option<TaxCategoryId>, on: Date) -> bool {
        let is_for = self.category.is_none() || self.category == category;
        let is_begun = self.valid_from.is_none_or(|it| it <= on);
        let holds = is_begun && self.valid_until.is_none_or(|it| on < it);
        self.country == *country && is_for && holds
    }
}

/// Where else somebody is known, and under what name: a network, another system, a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalReference {
    /// Where: `IBM_CUSTOMER_NUMBER`, `salesforce`.
    pub kind: Name,
    /// Under what name.
    pub name: Name,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> TaxRegistration {
        TaxRegistration::unverified(text.parse().expect(text), None)
    }

    #[test]
    fn a_slip_of_the_hand_is_refused_and_a_number_of_another_kind_is_not() {
        for text in ["ATU13585627", "12/345/67890", "N/A"] {
            assert_eq!(number(text).check(), Ok(()), "{text}");
        }
        for (text, rule) in [("ATU1234", "pattern"), ("ATU13585626", "checksum")] {
            let refused = number(text).check().expect_err(text);
            assert_eq!(refused.violations[0].rule, rule, "{text}");
        }
    }

    #[test]
    fn a_verification_does_not_pass_to_another_number() {
        let mut verified = number("DE123456788");
        verified.verification = Verification::Verified;
        assert_eq!(verified.replaced_by(number("DE123456788")), verified);
        assert_eq!(verified.replaced_by(number("DE999999903")), number("DE999999903"));
        let mut claimed = number("DE999999903");
        claimed.verification = Verification::Verified;
        assert_eq!(verified.replaced_by(claimed), number("DE999999903"));
    }
}
