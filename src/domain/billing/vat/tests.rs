//! Who sells what to whom and when, and which tax that bears.

use super::*;
use crate::domain::party::identity::LookUp;

fn address(text: &str) -> PostalAddress {
    let (country, code) = text.split_once('-').unwrap_or((text, ""));
    PostalAddress {
        country: country.parse().ok(),
        postal_code: code.parse().ok(),
        ..PostalAddress::default()
    }
}

/// Rows of the form `seller | buyer | number or a dash | day | terms => case rate of`. A number with
/// a tick behind it was found in its register, one with a question mark was not.
fn check(rows: &str) {
    for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (said, expected) = row.split_once("=>").expect(row);
        let cells: Vec<_> = said.split('|').map(str::trim).collect();
        let [seller, buyer, number, on, terms] = cells[..] else { panic!("{row}") };
        let plain = number.trim_end_matches(['+', '?']);
        let registration = (plain != "-").then(|| {
            let unverified = TaxRegistration::unverified(plain.parse().expect(row), None);
            let verification = match number.chars().last() {
                Some('+') => Verification::Verified,
                Some('?') => Verification::Refused,
                _ => Verification::NotVerified,
            };
            TaxRegistration { verification, ..unverified }
        });
        let has = |it: &str| terms.contains(it);
        let sale = Sale {
            seller: &address(seller),
            buyer: &address(buyer),
            registration: registration.as_ref(),
            on: on.parse().expect(row),
            terms: VatTerms {
                distance_sales: if has("home") {
                    DistanceSales::Home
                } else {
                    DistanceSales::Destination
                },
                vat_numbers: if has("verified") {
                    VatNumbers::Verified
                } else {
                    VatNumbers::AsGiven
                },
            },
        };
        let found = match decide(&sale) {
            Ok((basis, percent)) => {
                let of = basis.rate_of.map_or("-".to_owned(), |it| it.to_string());
                format!("{} {} {of}", basis.case, percent.decimal().normalize())
            }
            Err(why) => why.code.name().to_owned(),
        };
        assert_eq!(found, expected.trim(), "{row}");
    }
}

#[test]
fn where_seller_and_buyer_are_decides_and_when() {
    check(
        "
        DE | DE       | -                | 2026-01-01 |          => domestic 19 DE
        DE | DE       | DE136695976      | 2026-01-01 |          => domestic 19 DE
        DE |          | -                | 2026-01-01 |          => domestic 19 DE
        DE | DE       | -                | 2020-07-01 |          => domestic 16 DE
        DE | FR       | -                | 2026-01-01 |          => destination 20 FR
        DE | FR       | -                | 2026-01-01 | home     => below_threshold 19 DE
        DE | FR       | FR40303265045    | 2026-01-01 |          => reverse_charge 0 -
        DE | FR       | FR40303265045    | 2026-01-01 | home     => reverse_charge 0 -
        DE | FR       | FR40303265045?   | 2026-01-01 |          => destination 20 FR
        DE | FR       | FR40303265045+   | 2026-01-01 | verified => reverse_charge 0 -
        DE | FR       | FR40303265045    | 2026-01-01 | verified => tax_undetermined
        DE | FR       | FR40303265045?   | 2026-01-01 | verified => destination 20 FR
        DE | FR       | -                | 2026-01-01 | verified => destination 20 FR
        DE | FR       | FR40303265046    | 2026-01-01 |          => destination 20 FR
        DE | FR       | 12 345           | 2026-01-01 |          => destination 20 FR
        DE | FR       | BE0428759497     | 2026-01-01 |          => reverse_charge 0 -
        DE | FR       | DE136695976      | 2026-01-01 |          => domestic 19 DE
        DE | GR       | EL023456780      | 2026-01-01 |          => reverse_charge 0 -
        DE | MC-98000 | -                | 2026-01-01 |          => destination 20 FR
        DE | US       | -                | 2026-01-01 |          => outside 0 -
        DE | US       | FR40303265045    | 2026-01-01 |          => outside 0 -
        DE | CH       | CHE107787577IVA  | 2026-01-01 |          => outside 0 -
        DE | GB       | XI980780684      | 2026-01-01 |          => outside 0 -
        DE | FR       | GB980780684      | 2026-01-01 |          => destination 20 FR
        DE | ES-35001 | -                | 2026-01-01 |          => outside 0 -
        DE | DE-78266 | -                | 2026-01-01 |          => outside 0 -
        DE | EE       | -                | 2023-12-31 |          => destination 20 EE
        DE | EE       | -                | 2024-01-01 |          => destination 22 EE
        DE | EE       | -                | 2025-06-30 |          => destination 22 EE
        DE | EE       | -                | 2025-07-01 |          => destination 24 EE
        AT | FI       | -                | 2024-09-01 |          => destination 25.5 FI
        FR | LU       | -                | 2023-06-01 |          => destination 16 LU
        FR | LU       | -                | 2024-01-01 |          => destination 17 LU
        FR | RO       | -                | 2025-08-01 |          => destination 21 RO
        SK | SK       | -                | 2025-01-01 |          => domestic 23 SK
        CH | CH       | -                | 2023-12-31 |          => domestic 7.7 CH
        CH | CH       | -                | 2024-01-01 |          => domestic 8.1 CH
        CH | DE       | -                | 2026-01-01 | home     => destination 19 DE
        CH | DE       | DE136695976      | 2026-01-01 |          => reverse_charge 0 -
        GB | NO       | -                | 2026-01-01 |          => outside 0 -
        GB | IM       | -                | 2026-01-01 |          => domestic 20 GB
        US | DE       | -                | 2026-01-01 |          => tax_undetermined
        DE | FR       | -                | 1990-01-01 |          => tax_undetermined
    ",
    );
}

fn reversed() -> VatBasis {
    let number = TaxRegistration::unverified("FR40303265045".parse().expect("a number"), None);
    let on = "2025-12-30".parse().expect("a day");
    let look_up = LookUp { on, consultation: "WAPIAAAAYeR4".parse().ok() };
    let registration =
        TaxRegistration { verification: Verification::Verified, look_up: Some(look_up), ..number };
    let sale = Sale {
        seller: &address("DE"),
        buyer: &address("FR"),
        registration: Some(&registration),
        on: "2026-01-01".parse().expect("a day"),
        terms: VatTerms {
            distance_sales: DistanceSales::Destination,
            vat_numbers: VatNumbers::Verified,
        },
    };
    decide(&sale).expect("decided").0
}

#[test]
fn what_proves_the_tax_is_told() {
    assert_eq!(
        reversed().to_string(),
        "by EU VAT from DE to FR on 2026-01-01: a business in another member state, which owes the \
         tax; known as FR40303265045, verified on 2025-12-30 by consultation WAPIAAAAYeR4"
    );
}

#[test]
fn a_paper_says_in_its_language_who_owes_the_tax() {
    for (locale, name, begins) in [
        ("en", "VAT", "Reverse charge"),
        ("de_AT", "USt", "Steuerschuldnerschaft des Leistungsempfängers"),
        ("fr", "TVA", "Autoliquidation"),
        ("es", "IVA", "Inversión del sujeto pasivo"),
        ("it", "VAT", "Reverse charge"),
    ] {
        let (basis, locale) = (reversed(), locale.parse().expect(locale));
        assert_eq!(basis.tax_name(&locale).as_str(), name);
        let treatment = basis.treatment(Percent::ZERO, &locale);
        let reason = treatment.reason().expect("a reason").to_string();
        assert!(reason.starts_with(begins), "{reason}");
    }
}
