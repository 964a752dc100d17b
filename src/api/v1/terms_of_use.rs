//! Terms of use: what an offer's buyers must accept, and that an order accepts them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::localized::Texts;
use super::wire::{parse, parse_optional};
use crate::domain::catalog::offer as domain;
use crate::domain::error::Invalid;
use crate::domain::order::Acceptance;
use crate::services::{Cx, order};

/// What the buyers of an offer must accept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TermsOfUse {
    /// What their version is called; an order names it.
    version: String,
    title: Texts,
    /// Where they can be read.
    url: Option<String>,
    /// What they say.
    text: Option<Texts>,
}

impl From<&domain::TermsOfUse> for TermsOfUse {
    fn from(it: &domain::TermsOfUse) -> Self {
        Self {
            version: it.version.to_string(),
            title: Texts::from(&it.title),
            url: it.address.as_ref().map(ToString::to_string),
            text: it.text.as_ref().map(Texts::from),
        }
    }
}

impl TermsOfUse {
    /// The terms in the domain's form.
    pub(super) fn read(&self) -> Result<domain::TermsOfUse, Invalid> {
        let at = "/terms_of_use";
        Ok(domain::TermsOfUse {
            version: parse(&format!("{at}/version"), &self.version)?,
            title: self.title.read(&format!("{at}/title"))?,
            address: parse_optional(&format!("{at}/url"), self.url.as_deref())?,
            text: Texts::read_optional(self.text.as_ref(), &format!("{at}/text"))?,
        })
    }
}

/// The terms of use of an offer that is ordered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OfferTerms {
    offer: String,
    offer_name: Texts,
    #[serde(flatten)]
    terms: TermsOfUse,
}

impl OfferTerms {
    /// Those of an offer; nothing if it has none.
    pub(super) fn of(it: &domain::Offer) -> Option<Self> {
        let terms = TermsOfUse::from(it.content.terms_of_use.as_ref()?);
        let offer_name = Texts::from(&it.content.name);
        Some(Self { offer: it.id.to_string(), offer_name, terms })
    }
}

/// Terms of use that are to be accepted with an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AcceptedTerms {
    offer: String,
    version: String,
}

impl AcceptedTerms {
    /// That the caller accepts them.
    pub(super) fn read(&self, cx: Cx<'_>, at: &str) -> Result<Acceptance, Invalid> {
        let offer = parse(&format!("{at}/offer"), &self.offer)?;
        Ok(order::acceptance(cx, offer, parse(&format!("{at}/version"), &self.version)?))
    }
}

/// Terms of use that were accepted with an order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TermsAcceptance {
    offer: String,
    version: String,
    /// Which user accepted them, if it was one.
    by: Option<String>,
    at: String,
}

impl From<&Acceptance> for TermsAcceptance {
    fn from(it: &Acceptance) -> Self {
        Self {
            offer: it.offer.to_string(),
            version: it.version.to_string(),
            by: it.by.map(|it| it.to_string()),
            at: it.at.to_string(),
        }
    }
}
