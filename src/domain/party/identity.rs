//! How somebody is known to the authorities and elsewhere: papers, tax numbers, outside accounts.

use serde::{Deserialize, Serialize};

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
    /// The number, such as `DE123456789`.
    pub number: Name,
    /// Whose tax office; `None` where the number itself says it.
    pub country: Option<Country>,
    /// Whether its register knows it.
    pub verification: Verification,
}

/// What follows the letters of a country in a tax number for trade across borders: `#` is a digit,
/// `@` a letter or a digit, everything else itself. By the guide to VIES of the European Commission,
/// and by the offices of the United Kingdom, Norway and Switzerland.
const PATTERNS: &[(&str, &str)] = &[
    ("AT", "U########"),
    ("BE", "0######### 1#########"),
    ("BG", "######### ##########"),
    ("CHE", "######### #########MWST #########TVA #########IVA"),
    ("CY", "########@"),
    ("CZ", "######## ######### ##########"),
    ("DE", "#########"),
    ("DK", "########"),
    ("EE", "#########"),
    ("EL", "#########"),
    ("ES", "@#######@"),
    ("FI", "########"),
    ("FR", "@@#########"),
    ("GB", "######### ############ GD### HA###"),
    ("HR", "###########"),
    ("HU", "########"),
    ("IE", "#@#####@ #######@@"),
    ("IT", "###########"),
    ("LT", "######### ############"),
    ("LU", "########"),
    ("LV", "###########"),
    ("MT", "########"),
    ("NL", "#########B##"),
    ("NO", "######### #########MVA"),
    ("PL", "##########"),
    ("PT", "#########"),
    ("RO", "## ### #### ##### ###### ####### ######## ######### ##########"),
    ("SE", "############"),
    ("SI", "########"),
    ("SK", "##########"),
    ("XI", "######### ############ GD### HA###"),
];

fn fits(form: &str, rest: &str) -> bool {
    let one = |(form, letter): (char, char)| match form {
        '#' => letter.is_ascii_digit(),
        '@' => letter.is_ascii_alphanumeric(),
        other => other == letter,
    };
    form.len() == rest.len() && form.chars().zip(rest.chars()).all(one)
}

impl TaxRegistration {
    /// A number that nobody has looked up yet.
    #[must_use]
    pub const fn unverified(number: Name, country: Option<Country>) -> Self {
        Self { number, country, verification: Verification::NotVerified }
    }

    /// Refuses a number that begins as the tax numbers of a country do and goes on as none of them.
    /// What begins otherwise is left alone: tax offices know people by other numbers too.
    ///
    /// # Errors
    /// If it is a slip of the hand.
    pub fn check(&self) -> Result<(), Invalid> {
        let number: String = self.number.as_str().to_uppercase();
        let number: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
        let known = PATTERNS.iter().find_map(|(land, forms)| {
            let rest = number.strip_prefix(land)?;
            Some((land, forms, rest))
        });
        let Some((land, forms, rest)) = known else { return Ok(()) };
        if forms.split(' ').any(|it| fits(it, rest)) {
            return Ok(());
        }
        let forms: Vec<_> = forms.split(' ').map(|it| format!("{land}{it}")).collect();
        let why = format!(
            "`{}` is no tax number: it must be like {}, `#` being a digit",
            self.number,
            forms.join(" or ")
        );
        Err(Invalid::one("", "pattern", why))
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
    fn a_tax_number_is_as_its_country_writes_them() {
        let right = [
            "ATU12345678",
            "DE123456789",
            "de 123 456 789",
            "BE0768421935",
            "FR40732915608",
            "NL859204417B01",
            "GB227190354",
            "GBHA123",
            "PL6793148820",
            "IE1234567FA",
            "CHE-123.456.789 MWST",
            "12/345/67890",
            "98-7654321",
            "N/A",
        ];
        for text in right {
            assert_eq!(number(text).check(), Ok(()), "{text}");
        }
        let wrong = ["ATU1", "ATU1234", "AT12345678", "DE12345678", "DE1234567890", "GB12"];
        for text in wrong {
            assert!(number(text).check().is_err(), "{text}");
        }
        let told = number("ATU1").check().unwrap_err().to_string();
        assert!(told.contains("must be like ATU########"), "{told}");
    }

    #[test]
    fn a_verification_does_not_pass_to_another_number() {
        let mut verified = number("DE123456789");
        verified.verification = Verification::Verified;
        assert_eq!(verified.replaced_by(number("DE123456789")), verified);
        assert_eq!(verified.replaced_by(number("DE999999999")), number("DE999999999"));
        let mut claimed = number("DE999999999");
        claimed.verification = Verification::Verified;
        assert_eq!(verified.replaced_by(claimed), number("DE999999999"));
    }
}
