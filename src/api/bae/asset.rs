//! `/charging/api/assetManagement`: digital goods, and what sellers say of each sort of them.
//!
//! A file comes in the body, in Base64, or as a part of a form; a larger one is uploaded over
//! [`v1`](crate::api::v1), and is the same thing here.

use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::characteristic;
use super::form::{must, text};
use super::list::{Whole, listed};
use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::attribute::AttributeValue;
use crate::domain::catalog::asset::{Access, Asset, AssetContent, Metadata, Source, Version};
use crate::domain::catalog::asset_type::{AssetType, Field};
use crate::domain::catalog::characteristic::Characteristic;
use crate::domain::catalog::specification::Specification;
use crate::domain::error::Invalid;
use crate::domain::id::{AssetId, AssetTypeId, Id, SpecificationId};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::text::{Code, Name, TextError, WebAddress};
use crate::services::asset::{self, content, kind};
use crate::services::{Act, Author, Bss, Cx, Error, catalog};

const READS: Needs = Needs::Permission(Permission::CatalogRead);
const WRITES: Needs = Needs::Permission(Permission::CatalogWrite);

/// Where an asset lies.
macro_rules! at {
    ($path:literal) => {
        concat!("/charging/api/assetManagement/", $path)
    };
}

/// What can be done with assets.
pub(super) static ROWS: &[Row] = &[
    Row::new(Method::GET, at!("assets"), READS, list),
    Row::new(Method::GET, at!("assets/{id}"), READS, show),
    Row::new(Method::GET, at!("assets/product/{id}"), READS, show_of_product),
    Row::new(Method::POST, at!("assets/uploadJob"), WRITES, upload).or_with_a_file(),
    Row::new(Method::POST, at!("assets/{id}/upgradeJob"), WRITES, upgrade).or_with_a_file(),
    Row::new(Method::GET, at!("assetTypes"), READS, list_types),
    Row::new(Method::GET, at!("assetTypes/{id}"), READS, show_type),
];

/// What of an asset can be filtered by.
const LISTED: Listed = Listed { text: &["resourceType", "contentType"], ..Listed::PLAIN };

/// Where what is in an asset is downloaded, below the site.
pub(super) fn location(of: AssetId) -> String {
    format!("/charging/media/assets/{}", of.uuid())
}

fn shown(cx: Cx<'_>, it: &Asset) -> Result<Tree, Error> {
    let content = it.content();
    let sort = kind::of(cx, it.stamp.seller, &content.kind)?;
    let sort = sort.map_or_else(|| content.kind.to_string(), |it| it.content().name.to_string());
    let version = it.version();
    let place = version.map(|version| match &version.source {
        Source::Web(address) => address.to_string(),
        Source::File { .. } => location(it.id),
    });
    let said = |it: &AttributeValue| match it {
        AttributeValue::Flag(flag) => json!(flag),
        AttributeValue::Text(_) | AttributeValue::Number(_) => json!(it.to_string()),
    };
    let metadata: Tree =
        content.metadata.iter().map(|(name, it)| (name.to_string(), said(it))).collect();
    Ok(wire::tree(json!({
        "id": it.id.uuid().to_string(),
        "href": place.unwrap_or_else(|| location(it.id)),
        "version": version.map(|it| it.label.to_string()),
        "contentType": content.media_type.as_ref().map(ToString::to_string),
        "resourceType": sort,
        "state": it.state().to_string(),
        "metadata": metadata,
    })))
}

fn list(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    Ok(Work::scans(move |cx| {
        let list = |page: &PageRequest| cx.list(None, page, |_: &Asset| true);
        listed((&LISTED, &wanted), list, Whole(|it: &_| shown(cx, it)))
    }))
}

fn show(asked: Asked) -> Result<Work, Fault> {
    let id = AssetId::from_uuid(asked.id(0)?);
    Ok(Work::reads(move |cx| Ok(wire::shown(shown(cx, &cx.get::<Asset>(id)?)?, None))))
}

fn show_of_product(asked: Asked) -> Result<Work, Fault> {
    let id = SpecificationId::from_uuid(asked.id(0)?);
    Ok(Work::reads(move |cx| {
        let of: Specification = cx.get(id)?;
        let first = of.content.assets.first().ok_or_else(|| Error::not_found(id))?;
        Ok(wire::shown(shown(cx, &cx.get::<Asset>(*first)?)?, None))
    }))
}

/// The assets that the characteristics of a digital product name: by id, or by where they lie.
///
/// # Errors
/// If the store fails.
pub(super) fn named(cx: Cx<'_>, of: &[Characteristic]) -> Result<Vec<AssetId>, Error> {
    let said = |name: &str| characteristic::find(of, name).and_then(characteristic::plain);
    let Some(location) = said("Location") else { return Ok(Vec::new()) };
    let end = location.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let ids = [said("Asset"), Some(end.to_owned())].into_iter().flatten();
    for id in ids.filter_map(|it| uuid::Uuid::try_parse(&it).ok()) {
        if let Some(it) = cx.find::<Asset>(AssetId::from_uuid(id))? {
            return Ok(vec![it.id]);
        }
    }
    let lies_there = |it: &Asset| match it.version().map(|it| &it.source) {
        Some(Source::Web(address)) => address.as_str() == location,
        Some(Source::File { .. }) | None => false,
    };
    let found = cx.list::<Asset>(None, &PageRequest::oldest(1), lies_there)?;
    Ok(found.items.iter().map(|it| it.id).collect())
}

/// What is in an asset, as it is said.
enum Content {
    Address(WebAddress),
    File(Name, Vec<u8>),
}

fn said_content(said: &Tree) -> Result<Content, Invalid> {
    match said.get("content") {
        Some(Value::String(_)) => Ok(Content::Address(must(said, "content")?)),
        Some(Value::Object(file)) => {
            let name = must(file, "name").map_err(|it| it.below("content/"))?;
            let data: String = must(file, "data").map_err(|it| it.below("content/"))?;
            let refused = || Invalid::one("content/data", "format", "must be Base64");
            Ok(Content::File(name, STANDARD.decode(data.trim()).map_err(|_| refused())?))
        }
        Some(_) | None => {
            let message = "must be an address, or a file with its `name` and `data`";
            Err(Invalid::one("content", "required", message))
        }
    }
}

/// The sort that is named, by its code or as people call it.
fn sort(cx: Cx<'_>, named: Option<&Name>) -> Result<Code, Error> {
    let Some(named) = named else { return "file".parse().map_err(Error::internal) };
    let is_it = |it: &AssetType| it.code.as_str() == named.as_str() || it.content().name == *named;
    let page = PageRequest::oldest(1);
    let found = cx.list::<AssetType>(None, &page, is_it)?.items.into_iter().next();
    let message = || format!("names the sort `{named}`, which is not there");
    match found {
        Some(it) => Ok(it.code),
        None => Err(Invalid::one("resourceType", "reference", message()).into()),
    }
}

fn metadata(said: &Tree) -> Result<Metadata, Invalid> {
    let Some(Value::Object(all)) = said.get("metadata") else { return Ok(Metadata::new()) };
    let read = |(name, it): (&String, &Value)| {
        let at = format!("metadata/{name}");
        let refused = |why: String| Invalid::one(&*at, "format", why);
        let value = match it {
            Value::Bool(flag) => AttributeValue::Flag(*flag),
            Value::String(text) => {
                AttributeValue::Text(text.parse().map_err(|it: TextError| refused(it.to_string()))?)
            }
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                return Err(refused("must be a text, `true` or `false`".to_owned()));
            }
        };
        let name = name.parse().map_err(|it: TextError| refused(it.to_string()))?;
        Ok((name, value))
    };
    all.iter().map(read).collect()
}

fn upload(mut asked: Asked) -> Result<Work, Fault> {
    let said = asked.tree()?;
    let (content, metadata) = (said_content(&said)?, metadata(&said)?);
    let resource_type: Option<Name> = text(&said, "resourceType")?;
    let media_type: Option<Name> = text(&said, "contentType")?;
    let label: Option<Code> = text(&said, "version")?;
    Ok(Work::works(move |bss, author| {
        let label = label.map_or_else(|| "1.0".parse().map_err(Error::internal), Ok)?;
        let (address, file) = match content {
            Content::Address(it) => (Some(it), None),
            Content::File(name, bytes) => (None, Some((name, bytes))),
        };
        let first = label.clone();
        let made = bss.act(author.clone(), move |act| {
            let wanted = (resource_type, media_type, metadata);
            written_down(act, wanted, address.map(|it| (first, Source::Web(it))))
        });
        let mut it = made.wait()?;
        if let Some((name, bytes)) = file {
            it = content::keep(bss, author, (it.id, label), (name, &bytes))?;
        }
        let shown = bss.read(&author.actor, |cx| shown(cx, &it))?;
        // Whole, so that it can be said as the `Location` of a product as it is.
        let place = match shown.get("href").and_then(Value::as_str) {
            Some(path) if path.starts_with('/') => bss.site().link(path),
            other => other.unwrap_or_default().to_owned(),
        };
        Ok(wire::created_at(place, shown))
    }))
}

/// Writes an asset down, with the version that it has at an address.
fn written_down(
    act: &mut Act<'_>,
    (resource_type, media_type, metadata): (Option<Name>, Option<Name>, Metadata),
    version: Option<(Code, Source)>,
) -> Result<Asset, Error> {
    let kind = sort(act.cx(), resource_type.as_ref())?;
    let seller = catalog::seller(act.cx(), None)?;
    let name = resource_type.map_or_else(|| "Asset".parse().map_err(Error::internal), Ok)?;
    let (access, hooks) = (Access::Buyers, Vec::new());
    let content = AssetContent { name, kind, media_type, access, hooks, metadata };
    let since_at = act.now();
    let version = version.map(|(label, source)| Version { label, source, since_at });
    asset::create(act, seller, content, version.into_iter().collect())
}

fn upgrade(mut asked: Asked) -> Result<Work, Fault> {
    let id = AssetId::from_uuid(asked.id(0)?);
    let said = asked.tree()?;
    let content = said_content(&said)?;
    let label: Option<Code> = text(&said, "version")?;
    Ok(Work::works(move |bss, author| {
        let label = match label {
            Some(label) => label,
            None => next_label(bss, author, id)?,
        };
        let it = match content {
            Content::Address(it) => {
                let source = Source::Web(it);
                let upgraded =
                    bss.act(author.clone(), move |act| asset::upgrade(act, id, (label, source)));
                upgraded.wait()?
            }
            Content::File(name, bytes) => content::keep(bss, author, (id, label), (name, &bytes))?,
        };
        bss.read(&author.actor, |cx| Ok(wire::shown(shown(cx, &it)?, None)))
    }))
}

/// What the next version is called where nobody says: `2.0` after one.
fn next_label(bss: &Bss, author: &Author, id: AssetId) -> Result<Code, Error> {
    let count = bss.read(&author.actor, |cx| Ok(cx.get::<Asset>(id)?.versions().len()))?;
    format!("{}.0", count + 1).parse().map_err(Error::internal)
}

fn field(it: &Field) -> Value {
    json!({
        "type": it.input.to_string(),
        "label": it.label.as_ref().unwrap_or(&it.name).to_string(),
        "mandatory": it.is_mandatory,
        "default": it.default.as_ref().map(ToString::to_string),
        "placeholder": it.placeholder.as_ref().map(ToString::to_string),
        "options": it.options.iter().map(|it| json!({ "text": it.to_string(), "value": it.to_string() }))
            .collect::<Vec<_>>(),
    })
}

fn shown_type(it: &AssetType) -> Tree {
    let content = it.content();
    let form: Tree = content.fields.iter().map(|it| (it.name.to_string(), field(it))).collect();
    let formats = content.formats.iter().map(|it| it.to_string().to_uppercase());
    let formats = formats.map(|it| if it == "WEB" { "URL".to_owned() } else { it });
    let order = content.fields.iter().map(|it| it.name.to_string()).collect::<Vec<_>>();
    let id = it.id.uuid().to_string();
    wire::tree(json!({
        "href": format!("/charging/api/assetManagement/assetTypes/{id}"),
        "id": id,
        "name": content.name.to_string(),
        "version": it.stamp.revision.to_string(),
        "mediaTypes": content.media_types.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "formats": formats.collect::<Vec<_>>(),
        "form": form,
        "formOrder": order,
    }))
}

fn list_types(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&Listed::PLAIN)?;
    Ok(Work::scans(move |cx| {
        let list = |page: &PageRequest| cx.list(None, page, |_: &AssetType| true);
        listed((&Listed::PLAIN, &wanted), list, Whole(|it: &_| Ok(shown_type(it))))
    }))
}

fn show_type(asked: Asked) -> Result<Work, Fault> {
    let id = AssetTypeId::from_uuid(asked.id(0)?);
    Ok(Work::reads(move |cx| Ok(wire::shown(shown_type(&cx.get(id)?), None))))
}
