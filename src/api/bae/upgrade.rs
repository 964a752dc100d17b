//! Upgrades of digital products: a higher version comes together with another asset, or with that of the
//! upgrade of its asset, and with nothing else. What any other product was written with stays.

use super::characteristic::{NAME, is_of_asset, relocated};
use super::error::SPECIFIED;
use crate::domain::catalog::asset::{Asset, Source};
use crate::domain::catalog::characteristic::Characteristic;
use crate::domain::catalog::specification::{Specification, SpecificationContent};
use crate::domain::error::Invalid;
use crate::domain::text::Code;
use crate::services::{Cx, Error};

/// The version that the asset of a product has come to. A product that follows it there says where that lies.
///
/// # Errors
/// If the store fails.
pub(super) fn followed(
    cx: Cx<'_>,
    before: &Specification,
    (after, label): (&mut SpecificationContent, Option<&Code>),
) -> Result<Option<Code>, Error> {
    let found = after.assets.first().map(|id| cx.shared::<Asset>(*id)).transpose()?.flatten();
    let Some(version) = found.as_deref().and_then(Asset::version) else { return Ok(None) };
    let has_come = label == Some(&version.label) && label != before.life.label.as_ref();
    if has_come
        && !has_other_asset(&before.content, after)
        && let Source::Web(address) = &version.source
    {
        relocated(&mut after.characteristics, address)?;
    }
    Ok(Some(version.label.clone()))
}

/// Whether what is said of the asset differs.
pub(super) fn has_other_asset(before: &SpecificationContent, after: &SpecificationContent) -> bool {
    of_asset(&after.characteristics) != of_asset(&before.characteristics)
}

/// Refuses a change of what a product was written with, unless it is an upgrade as a whole. The version that its
/// asset has come to, if any, is `asset`.
///
/// # Errors
/// 422.
pub(super) fn must_be_whole(
    before: &Specification,
    (after, label): (&SpecificationContent, Option<&Code>),
    asset: Option<&Code>,
) -> Result<(), Invalid> {
    let content = &before.content;
    let has_other_version = label != before.life.label.as_ref();
    let has_other_asset = has_other_asset(content, after);
    let says = |it: &SpecificationContent| it.characteristics.iter().any(is_of_asset);
    let is_digital = says(content) && says(after);
    if custom(&after.characteristics) != custom(&content.characteristics) {
        let message = "cannot be changed: products that were sold have them";
        return Err(SPECIFIED.broken(NAME, message));
    }
    match (is_digital, has_other_asset, has_other_version) {
        (_, false, false) | (false, false, true) => Ok(()),
        (false, true, _) => {
            let message = "cannot become digital, or cease to be";
            Err(SPECIFIED.broken(NAME, message))
        }
        (true, true, false) => {
            let message = "must be a higher one: another asset is an upgrade";
            Err(SPECIFIED.broken("version", message))
        }
        (true, false, true) if is_higher(asset, before.life.label.as_ref()) => {
            match asset.filter(|it| label != Some(it)) {
                None => Ok(()),
                Some(asset) => {
                    let message = format!("must be `{asset}`, to which its asset was upgraded");
                    Err(SPECIFIED.broken("version", message))
                }
            }
        }
        (true, false, true) => {
            let message = "must come with the asset of that version: an upgrade is both";
            Err(SPECIFIED.broken(NAME, message))
        }
        (true, true, true) if is_higher(label, before.life.label.as_ref()) => Ok(()),
        (true, true, true) => {
            let now = before.life.label.as_ref().map_or_else(String::new, ToString::to_string);
            Err(SPECIFIED.broken("version", format!("must be higher than `{now}`")))
        }
    }
}

fn of_asset(of: &[Characteristic]) -> Vec<&Characteristic> {
    of.iter().filter(|it| is_of_asset(it)).collect()
}

fn custom(of: &[Characteristic]) -> Vec<&Characteristic> {
    of.iter().filter(|it| !is_of_asset(it)).collect()
}

/// Whether a version comes after another, part by part; none comes before any.
fn is_higher(version: Option<&Code>, than: Option<&Code>) -> bool {
    let parts = |it: Option<&Code>| {
        let text = it.map(Code::as_str).unwrap_or_default();
        let numbers = text.split(['.', '-', '_']).map(|it| it.parse().unwrap_or(0));
        numbers.collect::<Vec<u32>>()
    };
    parts(version) > parts(than)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let higher = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|it| it.parse::<Code>().ok());
            is_higher(one.as_ref(), other.as_ref())
        };
        assert!(higher("1.10", "1.9"));
        assert!(higher("2.0", "1.9.9"));
        assert!(higher("1.0.1", "1.0"));
        assert!(!higher("1.0", "1.0"));
        assert!(!higher("0.9", "1.0"));
        assert!(higher("0.1", ""));
    }
}
