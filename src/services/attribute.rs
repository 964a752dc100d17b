//! Attributes: what vendors lay down of them, and holding what is new against it.

use super::catalog::{self, New};
use super::{Act, Cx, Error};
use crate::domain::attribute::Attribute;
use crate::domain::attribute::definition::{
    AttributeDefinition, Attributed, Requirement, missing, must_fit,
};
use crate::domain::error::Invalid;
use crate::domain::id::AttributeDefinitionId;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Code, Prose};
use crate::store::attribute::ATTRIBUTE_DEFINITION_BY_USE;
use crate::store::{Along, Key};

/// Lays down what the attributes of a name say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefineAttribute {
    /// What the attribute is called.
    pub name: Code,
    /// What has it.
    pub applies_to: Attributed,
    /// What it says, for people.
    pub description: Option<Prose>,
    /// Whether it must be said.
    pub requirement: Requirement,
}

/// Lays down what the attributes of a name say of a vendor's accounts, subscriptions or orders.
///
/// # Errors
/// If the name is laid down already, there are too many, or the caller may not.
pub fn define(
    act: &mut Act<'_>,
    new: impl Into<New<AttributeDefinitionId>>,
    command: DefineAttribute,
) -> Result<AttributeDefinition, Error> {
    let DefineAttribute { name, applies_to, description, requirement } = command;
    let new = new.into();
    let others = definitions(act.cx(), new.seller, applies_to)?;
    catalog::create(act, new, Permission::SettingsWrite, |id, stamp| {
        must_fit(&name, &others)?;
        let of = AttributeDefinition { id, stamp, name, applies_to, description, requirement };
        Ok::<_, Error>(of)
    })
}

/// Says something else of the attributes of a name.
///
/// # Errors
/// If it is not there, has changed since, or the caller may not.
pub fn redefine(
    act: &mut Act<'_>,
    (id, revision): (AttributeDefinitionId, Option<u32>),
    change: impl FnOnce(AttributeDefinition) -> Result<AttributeDefinition, Error>,
) -> Result<AttributeDefinition, Error> {
    catalog::revise(act, (id, revision), Permission::SettingsWrite, change)
}

/// Lays nothing down any more for a name. Things keep their attributes.
///
/// # Errors
/// If it is not there, has changed since, or the caller may not.
pub fn forget(
    act: &mut Act<'_>,
    id: AttributeDefinitionId,
    revision: Option<u32>,
) -> Result<(), Error> {
    let definition: AttributeDefinition = act.get(id)?;
    act.must(Permission::SettingsWrite, &definition.stamp)?;
    act.expect_revision(&definition.stamp, revision)?;
    act.delete(&definition)
}

/// A page of the definitions that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    page: &PageRequest,
    accept: impl FnMut(&AttributeDefinition) -> bool,
) -> Result<Page<AttributeDefinition>, Error> {
    cx.list(None, page, accept)
}

/// All that a vendor has laid down for one sort of thing, by name, whoever asks.
///
/// # Errors
/// If the store fails.
pub fn definitions(
    cx: Cx<'_>,
    vendor: SellerNumber,
    of: Attributed,
) -> Result<Vec<AttributeDefinition>, Error> {
    let prefix = Key::new().u32(vendor.0).text(of.word()).bytes();
    cx.every(&Along::Index(ATTRIBUTE_DEFINITION_BY_USE, prefix))
}

/// Refuses attributes, at `pointer` in the input, among which one is missing that the vendor asks
/// of each thing of the sort.
///
/// # Errors
/// [`Error::Invalid`] with each that is missing.
pub(super) fn must_be_whole(
    cx: Cx<'_>,
    (vendor, of): (SellerNumber, Attributed),
    (pointer, attributes): (&str, &[Attribute]),
) -> Result<(), Error> {
    let definitions = definitions(cx, vendor, of)?;
    Ok(Invalid::unless_empty(missing(attributes, &definitions, pointer))?)
}
