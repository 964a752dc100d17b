//! Organizations: companies, units, authorities, as such and not yet as buyers or sellers.

use serde::{Deserialize, Serialize};

use super::relation::Relationship;
use crate::domain::text::Name;
use crate::domain::time::Validity;

/// A name under which an organization also trades or traded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherTradingName {
    /// The name.
    pub trading_name: Name,
    /// The legal form that belongs to it.
    pub legal_form: Option<Name>,
    /// When it was in use.
    pub validity: Validity,
}

/// A group of people with a common purpose: a company, or a unit of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// The name under which it trades.
    pub trading_name: Name,
    /// The legal form: `GmbH`, `Inc.`.
    pub legal_form: Option<Name>,
    /// What it is: `company`, `department`.
    pub kind: Option<Name>,
    /// Whether a register knows it as a legal person; `None` where nobody said.
    pub is_legal_entity: Option<bool>,
    /// From its founding to its end.
    pub existence: Validity,
    /// What it was or is called besides.
    pub other_names: Vec<OtherTradingName>,
    /// The organizations above it, in one respect or another.
    pub parents: Vec<Relationship>,
    /// The organizations below it.
    pub children: Vec<Relationship>,
}

impl Organization {
    /// An organization of which only the name is known.
    #[must_use]
    pub const fn named(trading_name: Name) -> Self {
        Self {
            trading_name,
            legal_form: None,
            kind: None,
            is_legal_entity: None,
            existence: Validity::ALWAYS,
            other_names: Vec::new(),
            parents: Vec::new(),
            children: Vec::new(),
        }
    }

    /// The name with the legal form, as on an envelope.
    #[must_use]
    pub fn display(&self) -> String {
        match &self.legal_form {
            Some(form) => format!("{} {form}", self.trading_name),
            None => self.trading_name.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_is_shown_with_its_legal_form() {
        let mut company = Organization::named("1st APS".parse().expect("a name"));
        assert_eq!(company.display(), "1st APS");
        company.legal_form = Some("inc".parse().expect("a name"));
        assert_eq!(company.display(), "1st APS inc");
    }
}
