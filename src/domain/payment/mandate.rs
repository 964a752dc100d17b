//! Mandates: by which a payer lets a seller collect from a bank account, and as whom the seller does.
//!
//! The rules are those of the SEPA direct debit schemes, Core and B2B (European Payments Council,
//! rulebooks EPC016 and EPC222).

use serde::{Deserialize, Serialize};

use crate::domain::text::{Code, CreditorId, Iban};
use crate::domain::time::Date;
use crate::domain::word::words;

words! {
    /// By whose rules is collected.
    Scheme {
        /// Anybody's: the payer can have it back within eight weeks.
        Core = "core";
        /// Those between businesses, whose banks know the mandate: what was collected stays.
        B2b = "b2b";
    }
}

words! {
    /// For how much a mandate is.
    Use {
        /// For whatever falls due, again and again.
        Recurrent = "recurrent";
        /// For a single time.
        Once = "once";
    }
}

words! {
    /// The place of a debit among those of its mandate, in the words of ISO 20022.
    Sequence {
        /// The first of several.
        First = "FRST";
        /// One of several after the first.
        Recurrent = "RCUR";
        /// The only one.
        Once = "OOFF";
    }
}

/// A payer's consent to be collected from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// By what both sides know it.
    pub reference: Code,
    /// When it was signed.
    pub signed_on: Date,
    /// By whose rules.
    pub scheme: Scheme,
    /// For how much it is.
    pub uses: Use,
    /// The day of the last debit by it, if there was one.
    pub used_on: Option<Date>,
}

/// As whom a seller collects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Creditor {
    /// By what banks know it.
    pub id: CreditorId,
    /// So many days before it is collected a payer is told.
    pub notice_days: u16,
}

impl Creditor {
    /// So long before a payer is told where nothing else is agreed on (rulebook EPC016, 4.4).
    pub const NOTICE_DAYS: u16 = 14;
    /// The longest time that may be agreed on.
    pub const NOTICE_DAYS_MAX: u16 = 60;
}

/// A mandate that was not used for so long is no more (rulebook EPC016, 4.1).
const LAPSES_AFTER_MONTHS: u32 = 36;
/// The longest reference of a mandate (rulebook EPC016, AT-01).
const REFERENCE_MAX: usize = 35;
/// Where the number of a bank account says all that a bank must know: the European Economic Area.
const AREA: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS",
    "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Whether something is so, the field that it is asked of, the rule, and what it says.
pub type Rule = (bool, &'static str, &'static str, &'static str);

impl Mandate {
    /// The first day on which it can no longer be used, unless it is used before.
    #[must_use]
    pub fn ends_on(&self) -> Date {
        match (self.uses, self.used_on) {
            (Use::Once, Some(used_on)) => used_on,
            (Use::Once | Use::Recurrent, used_on) => {
                used_on.unwrap_or(self.signed_on).plus_months(LAPSES_AFTER_MONTHS)
            }
        }
    }

    /// The place of the next debit by it.
    #[must_use]
    pub const fn sequence(&self) -> Sequence {
        match (self.uses, self.used_on) {
            (Use::Once, _) => Sequence::Once,
            (Use::Recurrent, None) => Sequence::First,
            (Use::Recurrent, Some(_)) => Sequence::Recurrent,
        }
    }

    /// The mandate after a debit by it was ordered.
    #[must_use]
    pub fn used(self, on: Date) -> Self {
        Self { used_on: Some(on), ..self }
    }

    /// What a new mandate for a bank account must be: whether it is so, the field, the rule, and what it
    /// says.
    #[must_use]
    pub fn rules(&self, iban: &Iban, today: Date) -> [Rule; 3] {
        let reference = self.reference.as_str();
        let fits = reference.len() <= REFERENCE_MAX && !reference.contains('_');
        [
            (self.signed_on <= today, "/signed_on", "range", "must not lie in the future"),
            (fits, "/mandate", "format", "must have at most 35 signs, and no `_`: banks know none"),
            (
                AREA.contains(&iban.country()),
                "/iban",
                "reference",
                "must be of a bank in the European Economic Area: it alone does not say enough of others",
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::date;

    fn mandate(uses: Use, used_on: Option<&str>) -> Mandate {
        Mandate {
            reference: "M-7".parse().expect("a code"),
            signed_on: date("2024-02-29"),
            scheme: Scheme::Core,
            uses,
            used_on: used_on.map(date),
        }
    }

    #[test]
    fn a_mandate_lapses_after_three_years_and_one_for_once_with_its_use() {
        for (uses, used_on, ends_on, next) in [
            (Use::Recurrent, None, "2027-02-28", Sequence::First),
            (Use::Recurrent, Some("2026-05-01"), "2029-05-01", Sequence::Recurrent),
            (Use::Once, None, "2027-02-28", Sequence::Once),
            (Use::Once, Some("2026-05-01"), "2026-05-01", Sequence::Once),
        ] {
            let it = mandate(uses, used_on);
            assert_eq!((it.ends_on(), it.sequence()), (date(ends_on), next), "{uses} {used_on:?}");
        }
        let used = mandate(Use::Recurrent, None).used(date("2026-05-01"));
        assert_eq!(used, mandate(Use::Recurrent, Some("2026-05-01")));
    }

    #[test]
    fn a_mandate_says_what_banks_can_read() {
        let wrong = |reference: &str, iban: &str, today: &str| {
            let reference = reference.parse().expect("a code");
            let it = Mandate { reference, ..mandate(Use::Recurrent, None) };
            let iban = iban.parse().expect("a bank account");
            let broken = it.rules(&iban, date(today)).into_iter().filter(|it| !it.0);
            broken.map(|it| format!("{} {}", it.1, it.2)).collect::<Vec<_>>()
        };
        let (german, swiss) = ("DE89370400440532013000", "CH9300762011623852957");
        assert_eq!(wrong("M-7", german, "2024-02-29"), [""; 0]);
        assert_eq!(wrong("M_7", german, "2024-02-28"), ["/signed_on range", "/mandate format"]);
        assert_eq!(
            wrong(&"x".repeat(36), swiss, "2026-01-01"),
            ["/mandate format", "/iban reference"]
        );
    }
}
