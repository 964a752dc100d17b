//! How somebody is known to the authorities and elsewhere: papers, tax numbers, outside accounts.

use serde::{Deserialize, Serialize};

use super::vat::{VatNumber, VatNumberError};
use crate::domain::error::Invalid;
use crate::domain::text::{Country, Name};
use crate::domain::time::{Date, Validity};
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

words! {
    /// Whether anybody looked up a tax number in its register.
    Verification {
        /// Nobody has, or the register did not know it.
        NotVerified = "not_verified";
        /// The register knows it.
        Verified = "verified";
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
}

impl TaxRegistration {
    /// A number that nobody has looked up yet.
    #[must_use]
    pub const fn unverified(number: Name, country: Option<Country>) -> Self {
        Self { number, country, verification: Verification::NotVerified }
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
    pub jurisdiction: Name,
    /// Why.
    pub reason: Option<Name>,
    /// When it holds.
    pub validity: Validity,
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
