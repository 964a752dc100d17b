//! Taxing: what decides on the tax that a buyer bears: the seller's rules, the law of the European
//! Union on value added tax, or one after the other; and certificates that free from it.

use super::policy::{DistanceSales, TaxRegime, VatNumbers};
use super::tax::{Certificate, RuleBasis, TaxBasis, TaxTotal};
use super::vat::{self, Sale, VatTerms};
use crate::domain::catalog::tax::{
    Registration, Supply, TaxCategory, TaxRule, TaxZone, Treatment, rule_for, zone_of,
};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{TaxCategoryId, TaxZoneId};
use crate::domain::money::Currency;
use crate::domain::party::identity::{TaxExemption, TaxRegistration, Verification};
use crate::domain::party::medium::PostalAddress;
use crate::domain::quantity::Percent;
use crate::domain::text::{Country, Locale, Name};
use crate::domain::time::Date;

/// Who buys, as taxation sees it.
#[derive(Debug, Clone, Copy)]
pub struct TaxedBuyer<'a> {
    /// The zone in which the seller told it to be.
    pub zone: Option<TaxZoneId>,
    /// Where it is.
    pub address: &'a PostalAddress,
    /// The number under which a tax office knows it.
    pub registration: Option<&'a TaxRegistration>,
    /// Which taxes it does not owe.
    pub exemptions: &'a [TaxExemption],
    /// In which language it is written to.
    pub locale: &'a Locale,
}

/// What a seller wrote down about taxes.
#[derive(Debug, Clone, Copy)]
pub struct Taxing<'a> {
    /// By which law.
    pub regime: TaxRegime,
    /// What it set about sales across borders.
    pub terms: VatTerms,
    /// Where it is.
    pub home: &'a PostalAddress,
    /// The rules.
    pub rules: &'a [TaxRule],
    /// Where they hold.
    pub zones: &'a [TaxZone],
    /// For what.
    pub categories: &'a [TaxCategory],
}

impl<'a> TaxedBuyer<'a> {
    /// Somebody of whom only that is known.
    #[must_use]
    pub const fn somebody(address: &'a PostalAddress, locale: &'a Locale) -> Self {
        Self { zone: None, address, registration: None, exemptions: &[], locale }
    }
}

impl<'a> Taxing<'a> {
    /// A seller at an address that wrote down nothing.
    #[must_use]
    pub const fn unsaid(home: &'a PostalAddress) -> Self {
        let distance_sales = DistanceSales::Destination;
        let terms = VatTerms { distance_sales, vat_numbers: VatNumbers::AsGiven };
        let regime = TaxRegime::OwnRules;
        Self { regime, terms, home, rules: &[], zones: &[], categories: &[] }
    }
}

impl Taxing<'_> {
    /// The tax on something for a buyer on a day, by which nothing is borne yet.
    ///
    /// # Errors
    /// If nothing decides on it.
    pub fn of(
        &self,
        buyer: TaxedBuyer<'_>,
        (category, on): (Option<TaxCategoryId>, Date),
        currency: Currency,
    ) -> Result<TaxTotal, Rejection> {
        let by_rule = || self.by_rule(buyer, (category, on), currency);
        let by_law = || self.by_law(buyer, on, currency);
        let tax = match self.regime {
            TaxRegime::OwnRules => by_rule(),
            TaxRegime::EuVat => by_law(),
            TaxRegime::OwnRulesFirst => by_rule().or_else(|_| by_law()),
        }?;
        Ok(self.exempted(tax, buyer, (category, on)))
    }

    fn by_rule(
        &self,
        buyer: TaxedBuyer<'_>,
        (category, on): (Option<TaxCategoryId>, Date),
        currency: Currency,
    ) -> Result<TaxTotal, Rejection> {
        let zone = self.zone(buyer.zone, buyer.address)?;
        // What its register does not know is no registration.
        let known = buyer.registration.filter(|it| it.verification != Verification::Refused);
        let rule = self.rule((zone, category, on), (known, buyer.address))?;
        let zone = self.zones.iter().find(|it| it.id == rule.zone);
        let basis = RuleBasis {
            rule: rule.id,
            category: rule.category,
            zone: rule.zone,
            zone_name: zone.map(|it| it.name.clone()),
            category_name: self.category_name(rule.category).cloned(),
            buyers: rule.buyers,
            valid_from: rule.valid_from,
        };
        let what = (rule.name.clone(), rule.treatment.clone());
        Ok(TaxTotal::unborne(what, TaxBasis::Rule(basis), currency))
    }

    /// The rule for who has a number or none. Whom a number does not make owe the tax is taxed as if it had
    /// none.
    fn rule(
        &self,
        (zone, category, on): (TaxZoneId, Option<TaxCategoryId>, Date),
        (known, at): (Option<&TaxRegistration>, &PostalAddress),
    ) -> Result<&TaxRule, Rejection> {
        let of = |buyer| rule_for(self.rules, &Supply { zone, category, buyer, on });
        let Some(known) = known else { return of(Registration::Unregistered) };
        let rule = of(Registration::Registered)?;
        match rule.treatment {
            Treatment::ReverseCharge { .. } if !vat::can_owe((self.home, at), known) => {
                of(Registration::Unregistered)
            }
            Treatment::ReverseCharge { .. }
            | Treatment::Standard(_)
            | Treatment::Exempt { .. }
            | Treatment::OutOfScope { .. } => Ok(rule),
        }
    }

    fn by_law(
        &self,
        buyer: TaxedBuyer<'_>,
        on: Date,
        currency: Currency,
    ) -> Result<TaxTotal, Rejection> {
        let TaxedBuyer { address, registration, locale, .. } = buyer;
        let (seller, terms) = (self.home, self.terms);
        let sale = Sale { seller, buyer: address, registration, on, terms };
        let (basis, percent) = vat::decide(&sale)?;
        let what = (basis.tax_name(locale), basis.treatment(percent, locale));
        Ok(TaxTotal::unborne(what, TaxBasis::EuVat(basis), currency))
    }

    /// The tax, or none where a certificate frees the buyer from it.
    fn exempted(
        &self,
        tax: TaxTotal,
        buyer: TaxedBuyer<'_>,
        (category, on): (Option<TaxCategoryId>, Date),
    ) -> TaxTotal {
        let percent = tax.treatment.percent();
        let country = match &tax.basis {
            TaxBasis::EuVat(it) => it.rate_of.as_ref(),
            TaxBasis::Rule(_) => buyer.address.country.as_ref().or(self.home.country.as_ref()),
        };
        let Some(country) = country.filter(|_| percent != Percent::ZERO) else { return tax };
        let found = buyer.exemptions.iter().find(|it| it.frees(country, category, on));
        let Some(exemption) = found else { return tax };
        let certificate = Certificate {
            number: exemption.certificate.clone(),
            country: country.clone(),
            percent,
            valid_from: exemption.valid_from,
            valid_until: exemption.valid_until,
        };
        let why = exemption.reason.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        let said = vat::notes(buyer.locale).exempt;
        let reason = format!("{said} {}{why}", exemption.certificate);
        let reason = reason.parse().expect("two names and a few words are prose");
        TaxTotal { treatment: Treatment::Exempt { reason }, certificate: Some(certificate), ..tax }
    }

    /// The zone in which an address is taxed: the one that was told, or the one that covers it, or
    /// the seller's if nobody knows where it is.
    ///
    /// # Errors
    /// If no zone covers it.
    pub fn zone(
        &self,
        told: Option<TaxZoneId>,
        address: &PostalAddress,
    ) -> Result<TaxZoneId, Rejection> {
        if let Some(zone) = told {
            return Ok(zone);
        }
        let address = if address.country.is_some() { address } else { self.home };
        let region = address.region.as_ref().map(Name::as_str);
        let zone = address.country.as_ref().and_then(|it| zone_of(self.zones, it, region));
        zone.map(|it| it.id).ok_or_else(|| {
            let why = match address.country.as_ref().map(Country::as_str) {
                Some(place) => format!(
                    "no tax zone covers `{place}`: add one and its rule in Settings, Tax, if need be for \
                     everywhere"
                ),
                None => "no country is known of the buyer, nor of the seller: say it in the address of \
                         one of them"
                    .to_owned(),
            };
            Rejection::new(Code::TaxUndetermined, why)
        })
    }

    /// What a category is called, if it is there.
    #[must_use]
    pub fn category_name(&self, id: Option<TaxCategoryId>) -> Option<&Name> {
        self.categories.iter().find(|it| Some(it.id) == id).map(|it| &it.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{date, id, stamp};
    use crate::domain::catalog::tax::Buyers;

    fn rule(buyers: Buyers, percent: i64) -> TaxRule {
        TaxRule {
            id: id(5),
            stamp: stamp(),
            name: "VAT".parse().expect("a name"),
            zone: id(6),
            category: None,
            buyers,
            treatment: Treatment::Standard(Percent::new(percent.into())),
            valid_from: date("2000-01-01"),
            valid_until: None,
        }
    }

    /// What somebody in Germany bears on the first of January 2026 for things of the category 7.
    fn borne(rules: &[TaxRule], look: impl FnOnce(TaxedBuyer<'_>, &Taxing<'_>)) {
        let at = PostalAddress { country: "DE".parse().ok(), ..PostalAddress::default() };
        let locale = "en".parse().expect("a locale");
        let buyer = TaxedBuyer { zone: Some(id(6)), ..TaxedBuyer::somebody(&at, &locale) };
        look(buyer, &Taxing { rules, ..Taxing::unsaid(&at) });
    }

    #[test]
    fn a_certificate_frees_from_a_countrys_tax_on_its_category_while_it_holds() {
        for (country, category, from, until, percent, expected) in [
            ("DE", None, None, None, 20, "exempt"),
            ("DE", Some(7), None, None, 20, "exempt"),
            ("DE", Some(8), None, None, 20, "standard"),
            ("FR", None, None, None, 20, "standard"),
            ("DE", None, Some("2026-01-01"), Some("2026-01-02"), 20, "exempt"),
            ("DE", None, Some("2026-01-02"), None, 20, "standard"),
            ("DE", None, None, Some("2026-01-01"), 20, "standard"),
            ("DE", None, None, None, 0, "standard"),
        ] {
            let exemptions = [TaxExemption {
                certificate: "B 47".parse().expect("a name"),
                country: country.parse().expect("a country"),
                category: category.map(id),
                reason: None,
                valid_from: from.map(date),
                valid_until: until.map(date),
            }];
            borne(&[rule(Buyers::All, percent)], |buyer, taxing| {
                let buyer = TaxedBuyer { exemptions: &exemptions, ..buyer };
                let what = (Some(id(7)), date("2026-01-01"));
                let tax = taxing.of(buyer, what, Currency::EUR).expect("a tax");
                assert_eq!(tax.treatment.word(), expected, "{exemptions:?}");
                assert_eq!(tax.certificate.is_some(), expected == "exempt");
            });
        }
    }

    #[test]
    fn a_number_that_its_register_does_not_know_is_no_registration() {
        let rules = [rule(Buyers::Unregistered, 20), rule(Buyers::Registered, 0)];
        for (verification, expected) in [
            (Verification::NotVerified, 0),
            (Verification::Verified, 0),
            (Verification::Refused, 20),
        ] {
            let number = "FR40303265045".parse().expect("a number");
            let unverified = TaxRegistration::unverified(number, None);
            let registration = TaxRegistration { verification, ..unverified };
            borne(&rules, |buyer, taxing| {
                let buyer = TaxedBuyer { registration: Some(&registration), ..buyer };
                let what = (None, date("2026-01-01"));
                let tax = taxing.of(buyer, what, Currency::EUR).expect("a tax");
                let percent = tax.treatment.percent();
                assert_eq!(percent, Percent::new(expected.into()), "{verification}");
            });
        }
    }

    #[test]
    fn only_a_number_of_another_member_state_reverses_the_charge() {
        let reason = "the buyer owes it".parse().expect("prose");
        let reversed = TaxRule {
            treatment: Treatment::ReverseCharge { reason },
            ..rule(Buyers::Registered, 0)
        };
        let rules = [rule(Buyers::Unregistered, 20), reversed];
        for (at, number, expected) in [
            ("FR", "FR40303265045", "reverse_charge"),
            ("FR", "BE0428759497", "reverse_charge"),
            ("GR", "EL023456780", "reverse_charge"),
            ("FR", "FR40303265046", "standard"),
            ("FR", "X", "standard"),
            ("FR", "garbage", "standard"),
            ("FR", "DE136695976", "standard"),
            ("FR", "GB980780684", "standard"),
            ("MC", "X", "standard"),
            // What a seller says of its own country, and of where the law does not hold, is its own to say.
            ("DE", "DE136695976", "reverse_charge"),
            ("CH", "CHE107787577IVA", "reverse_charge"),
            ("AU", "53 004 085 616", "reverse_charge"),
        ] {
            let address = PostalAddress { country: at.parse().ok(), ..PostalAddress::default() };
            let number = TaxRegistration::unverified(number.parse().expect(number), None);
            borne(&rules, |buyer, taxing| {
                let buyer = TaxedBuyer { address: &address, registration: Some(&number), ..buyer };
                let what = (None, date("2026-01-01"));
                let tax = taxing.of(buyer, what, Currency::EUR).expect("a tax");
                assert_eq!(tax.treatment.word(), expected, "{at} {number:?}");
            });
        }
    }
}
