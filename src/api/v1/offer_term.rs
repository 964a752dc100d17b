//! The terms of an offer, as its sellers write them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::localized::Texts;
use super::wire::{parse, parse_optional};
use crate::domain::catalog::offer::{BillingTerms, OfferContent};
use crate::domain::catalog::term::{Renewal, Term, Trial};
use crate::domain::error::Invalid;

/// How long one commits to an offer. What is not shown here of a term, such as what its early end
/// costs, stays as long as its key does.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferTerm {
    key: String,
    name: Option<Texts>,
    /// How long it is; open-ended if nothing is said.
    duration: Option<String>,
    /// How many of its durations can be ordered at once: 1 if nothing is said of a new one.
    times_max: Option<u32>,
    /// How long it may be tried for nothing.
    trial: Option<String>,
    /// Whether it renews by itself.
    #[serde(default)]
    auto_renew: bool,
    /// Whether it is taken if nothing is said.
    #[serde(default)]
    default: bool,
}

impl OfferTerm {
    pub(super) fn of(it: &Term, billing: &BillingTerms) -> Self {
        Self {
            key: it.key.to_string(),
            name: it.name.as_ref().map(Texts::from),
            duration: it.length.map(|it| it.to_string()),
            times_max: Some(it.times_max),
            trial: match it.trial {
                Trial::None => None,
                Trial::First(span) => Some(span.to_string()),
                Trial::Whole => it.length.map(|it| it.to_string()),
            },
            auto_renew: it.renewal.unwrap_or(billing.renewal).is_automatic(),
            default: it.is_default,
        }
    }

    /// The term that it is after a change of an offer.
    pub(super) fn read(&self, at: &str, before: &OfferContent) -> Result<Term, Invalid> {
        let key = parse(&format!("{at}/key"), &self.key)?;
        let length = parse_optional(&format!("{at}/duration"), self.duration.as_deref())?;
        let trial = parse_optional(&format!("{at}/trial"), self.trial.as_deref())?;
        let was = before.terms.iter().find(|it| it.key == key);
        let stays_trial = was.is_some_and(|it| it.trial == Trial::Whole) && trial == length;
        let trial = match trial {
            Some(_) if stays_trial => Trial::Whole,
            Some(span) => Trial::First(span),
            None => Trial::None,
        };
        let times_max = self.times_max.or(was.map(|it| it.times_max)).unwrap_or(1);
        Ok(Term {
            times_max,
            name: Texts::read_optional(self.name.as_ref(), &format!("{at}/name"))?,
            length,
            trial,
            renewal: self.renewal(was, &before.billing),
            is_default: self.default,
            ..was.cloned().unwrap_or_else(|| Term::of(key, length))
        })
    }

    /// How it renews: as it did, unless something else is said of that.
    fn renewal(&self, was: Option<&Term>, billing: &BillingTerms) -> Option<Renewal> {
        let is_automatic = was.map(|it| it.renewal.unwrap_or(billing.renewal).is_automatic());
        match was.filter(|_| is_automatic == Some(self.auto_renew)) {
            Some(was) => was.renewal,
            None if self.auto_renew => Some(Renewal::OnLastDay),
            None => Some(Renewal::OnOrder),
        }
    }
}
