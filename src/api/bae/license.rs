//! Licenses: what a product says of them is what a buyer of an offering of it accepts.

use super::catalogue::english;
use super::characteristic::{license, plain};
use crate::domain::catalog::offer::TermsOfUse;
use crate::domain::catalog::specification::Specification;
use crate::services::Error;

/// The terms of use that follow from a product's license; nothing if it has none.
///
/// # Errors
/// If it has several, or one without a name.
pub(super) fn terms(of: &Specification) -> Result<Option<TermsOfUse>, Error> {
    let Some(license) = license(&of.content.characteristics)? else { return Ok(None) };
    let title = plain(license).unwrap_or_else(|| license.name.to_string());
    let title = title.parse().or_else(|_| license.name.as_str().parse());
    let label = of.life.label.clone();
    let version = label.or_else(|| of.life.version().to_string().parse().ok());
    Ok(Some(TermsOfUse {
        version: version.ok_or_else(|| Error::internal("a number is a code"))?,
        title: english(title.map_err(Error::internal)?)?,
        address: None,
        text: license.description.clone(),
    }))
}
