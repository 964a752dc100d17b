//! Places as value added tax sees them: countries, and the parts of them in which it does not hold.

use crate::domain::party::medium::PostalAddress;

/// The member states of the European Union by ISO 3166-1.
pub(in crate::domain::billing) const MEMBERS: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Countries that are treated as a part of another one: Directive 2006/112/EC, Article 7.
const PARTS: &[(&str, &str)] = &[("MC", "FR"), ("IM", "GB")];

/// Parts of member states in which the tax does not hold, by how their postal codes begin: Directive
/// 2006/112/EC, Article 6. Such as have a code of their own by ISO 3166-1 need no row.
const OUTSIDE: &[(&str, &str)] = &[
    ("DE", "27498"),
    ("DE", "78266"),
    ("ES", "35"),
    ("ES", "38"),
    ("ES", "51"),
    ("ES", "52"),
    ("FI", "22"),
    ("FR", "97"),
    ("FR", "98"),
    ("GR", "63086"),
    ("IT", "22061"),
    ("IT", "23041"),
];

/// Where an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place<'a> {
    /// The country whose tax holds there.
    pub(super) country: &'a str,
    /// Whether it is in the European Union as the tax sees it.
    pub(super) is_member: bool,
    /// Whether the tax of the country holds there.
    pub(super) is_taxed: bool,
}

/// Where an address is; `None` if it names no country.
pub(super) fn place_of(address: &PostalAddress) -> Option<Place<'_>> {
    let named = address.country.as_ref()?.as_str();
    let country = PARTS.iter().find(|it| it.0 == named).map_or(named, |it| it.1);
    let code = address.postal_code.as_ref().map_or("", |it| it.as_str()).replace(' ', "");
    // Monaco's codes are French, and the tax holds there.
    let is_left_out = OUTSIDE.iter().any(|it| it.0 == named && code.starts_with(it.1));
    let is_member = MEMBERS.contains(&country) && !is_left_out;
    Some(Place { country, is_member, is_taxed: !is_left_out })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tax_does_not_hold_everywhere_in_a_country() {
        for (country, code, expected) in [
            ("DE", "10115", ("DE", true)),
            ("DE", "78266", ("DE", false)),
            ("ES", "28001", ("ES", true)),
            ("ES", "35001", ("ES", false)),
            ("FI", "22 100", ("FI", false)),
            ("FR", "75001", ("FR", true)),
            ("FR", "97100", ("FR", false)),
            ("MC", "98000", ("FR", true)),
            ("IM", "IM1", ("GB", false)),
            ("AX", "22100", ("AX", false)),
            ("US", "10001", ("US", false)),
        ] {
            let address = PostalAddress {
                country: country.parse().ok(),
                postal_code: code.parse().ok(),
                ..PostalAddress::default()
            };
            let found = place_of(&address).map(|it| (it.country, it.is_member));
            assert_eq!(found, Some(expected), "{country} {code}");
        }
        assert_eq!(place_of(&PostalAddress::default()), None);
    }
}
