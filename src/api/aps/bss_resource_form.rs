//! What a client says of a `Resource` of the BSS: creating one, and changing it.

use serde_json::Value;

use super::batch::Batch;
use super::bss_resource::{consumption, word};
use super::kind::{Body, New, TYPE_BYTES_MAX};
use super::resource_type::{Said, older};
use super::wire::{read, renamed};
use super::{localized, vendor, wire};
use crate::domain::catalog::resource::{
    Consumption, Dependency, DependencyKind, Measure, Resource, ResourceContent, Unit,
    VendorReference,
};
use crate::domain::error::Invalid;
use crate::domain::id::{Id, ResourceId};
use crate::domain::localized::Localized;
use crate::domain::operator::Permission;
use crate::domain::quantity::Quantity;
use crate::domain::stamp::Contract;
use crate::domain::text::{Code, Locale, Name};
use crate::services::{Act, Error, carried, catalog};

/// What the use cases call otherwise than the contract does.
const NAMES: &[(&str, &str)] = &[("/dependencies", "/dependsOn")];

/// Creates a resource. Its use is counted if that is what its maker counts.
pub(super) fn create(act: &mut Act<'_>, batch: &mut Batch, new: New) -> Result<(), Error> {
    let New { place, named: kind, id, body } = new;
    let origin = vendor::origin(act, id, ("vendor", &body))?;
    let none = Value::Null;
    let text = |name: &str| body.get(name).unwrap_or(&none);
    let name = localized::read_some::<Name>("/name", text("name"), &localized::preferred())?;
    let unit = unit(text("unitOfMeasure"), name.locale())?;
    let blank = ResourceContent::named(name, unit.code.clone());
    let content = said(ResourceContent { unit, ..blank }, &body)?;
    let measure = match content.consumption {
        Consumption::Usage => Measure::Measured,
        Consumption::Commitment | Consumption::Unspecified => Measure::Ordered,
    };
    let made = catalog::create_resource(act, origin, ResourceContent { measure, ..content });
    let made = named(made)?;
    keep(act, made.id, Said { created_as: older(&kind), makes: makes(&body)? })?;
    batch.made(place, made.id.uuid());
    Ok(())
}

/// Of which type the request says what the application makes is.
fn makes(body: &Body) -> Result<Option<String>, Invalid> {
    let named = wire::said(body.get("apsType"));
    if named.is_some_and(|it| it.len() > TYPE_BYTES_MAX) {
        let message = format!("must have at most {TYPE_BYTES_MAX} bytes");
        return Err(Invalid::one("/apsType", "length", message));
    }
    Ok(named.map(str::to_owned))
}

fn keep(act: &mut Act<'_>, id: ResourceId, said: Said) -> Result<(), Error> {
    let what = (id, Permission::CatalogWrite);
    carried::keep::<Resource>(act, what, Contract::Aps, said.written()).map(drop)
}

/// Changes a resource. What it is counted in stays: what was bought of it would be another amount.
pub(super) fn change(act: &mut Act<'_>, it: &Resource, body: &Body) -> Result<(), Error> {
    let content = said(it.content.clone(), body)?;
    if content != it.content {
        named(catalog::revise_resource(act, it.id, None, |_| Ok(content)))?;
    }
    if body.contains_key("apsType") {
        keep(act, it.id, Said { makes: makes(body)?, ..Said::carried(&it.stamp) })?;
    }
    Ok(())
}

fn named(made: Result<Resource, Error>) -> Result<Resource, Error> {
    made.map_err(|it| renamed(it, NAMES))
}

/// A unit that programs call about as people do.
fn unit(value: &Value, locale: &Locale) -> Result<Unit, Invalid> {
    let name: Localized<Name> = localized::read_some("/unitOfMeasure", value, locale)?;
    let code = Code::like(name.original().as_str());
    let code = code.unwrap_or_else(|| "unit".parse().expect("a code"));
    let says_the_same = name.iter().count() == 1 && name.original().as_str() == code.as_str();
    let name = Some(name).filter(|it| !says_the_same || it.locale() != locale);
    Ok(Unit { code, name, is_divisible: false })
}

/// A content with what a request says of it.
fn said(mut content: ResourceContent, body: &Body) -> Result<ResourceContent, Invalid> {
    if let Some(texts) = body.get("name") {
        content.name = localized::read_some("/name", texts, content.name.locale())?;
    }
    if let Some(all) = body.get("dependsOn") {
        let rows = all.as_array().map(Vec::as_slice).unwrap_or_default().iter().enumerate();
        let each = rows.map(|(place, it)| dependency(&format!("/dependsOn/{place}"), it));
        content.dependencies = each.collect::<Result<_, _>>()?;
    }
    if let Some(said) = body.get("consumptionType") {
        let all = Consumption::ALL.iter().copied();
        let found = all.clone().find(|it| said.as_u64() == Some(consumption(*it).into()));
        let refused = || Invalid::one("/consumptionType", "range", "must be 0, 1 or 2");
        content.consumption = found.ok_or_else(refused)?;
    }
    content.vendor = vendor_reference(content.vendor, body)?;
    Ok(content)
}

fn vendor_reference(before: VendorReference, body: &Body) -> Result<VendorReference, Invalid> {
    let name = |field: &str, before: Option<Name>| match body.get(field) {
        None => Ok(before),
        Some(said) => {
            let text = said.as_str().filter(|it| !it.trim().is_empty());
            text.map(|it| read(&format!("/{field}"), it)).transpose()
        }
    };
    Ok(VendorReference {
        part_number: name("MPN", before.part_number)?,
        vendor_id: name("vendorId", before.vendor_id)?,
        vendor_name: name("vendorName", before.vendor_name)?,
        product_id: name("productId", before.product_id)?,
        application_id: name("apsAppUUID", before.application_id)?,
    })
}

fn dependency(at: &str, value: &Value) -> Result<Dependency, Invalid> {
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let kind = DependencyKind::ALL.iter().copied().find(|it| word(*it) == text("kind"));
    let unknown = || Invalid::one(format!("{at}/kind"), "type", "is no kind of dependency");
    let multiplier = match value.get("multiplier").filter(|it| it.is_number()) {
        Some(said) => read::<Quantity>(&format!("{at}/multiplier"), &said.to_string())?,
        None => Quantity::ONE,
    };
    let on: uuid::Uuid = read(&format!("{at}/resource"), text("resource"))?;
    Ok(Dependency { on: ResourceId::from_uuid(on), kind: kind.ok_or_else(unknown)?, multiplier })
}
