//! `/asset_types`: what a vendor asks of each of its digital goods.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attribute::Attributes;
use super::offer::each;
use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, SoldBy, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::attribute::AttributeValue;
use crate::domain::catalog::asset::Metadata;
use crate::domain::catalog::asset_type::{self as domain, AssetTypeContent, Input};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Name;
use crate::services::asset::kind;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CatalogRead);
    let writes = Needs::Permission(Permission::CatalogWrite);
    let (all, one) = ("/asset_types", "/asset_types/{id}");
    vec![
        read(all, reads, "List the sorts of assets", list),
        write(Method::POST, all, writes, "Lay a sort of assets down", create),
        read(one, reads, "Read a sort of assets", show),
        write(Method::PATCH, one, writes, "Change a sort of assets", revise),
        write(Method::DELETE, one, writes, "Lay nothing down of a sort any more", forget),
    ]
}

/// A sort of assets, with the form of what is said of each.
#[derive(Debug, Serialize, ToSchema)]
struct AssetType {
    id: String,
    number: u64,
    revision: u32,
    /// Whose it is.
    #[serde(flatten)]
    sold_by: SoldBy,
    /// By what assets name it.
    code: String,
    name: String,
    /// Where its assets may lie: `file` and `web`; anywhere if none is named.
    formats: Vec<String>,
    /// What sorts of files they may be; any if none is named.
    media_types: Vec<String>,
    fields: Vec<AssetField>,
}

impl Wire for AssetType {}

/// Something to be said of each asset of a sort.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssetField {
    name: String,
    /// What people read; the name if nothing is said.
    label: Option<String>,
    /// How it is filled in: `text`, `textarea`, `checkbox` or `select`.
    input: String,
    /// Whether it must be said.
    #[serde(default)]
    mandatory: bool,
    /// What is taken if nothing is said.
    default: Option<String>,
    /// What can be chosen, of a `select`.
    #[serde(default)]
    options: Vec<String>,
    /// What stands in an empty field.
    placeholder: Option<String>,
}

impl From<&domain::Field> for AssetField {
    fn from(it: &domain::Field) -> Self {
        Self {
            name: it.name.to_string(),
            label: it.label.as_ref().map(ToString::to_string),
            input: it.input.to_string(),
            mandatory: it.is_mandatory,
            default: it.default.as_ref().map(ToString::to_string),
            options: it.options.iter().map(ToString::to_string).collect(),
            placeholder: it.placeholder.as_ref().map(ToString::to_string),
        }
    }
}

/// A value as a field of a kind has it.
fn value(at: &str, text: &str, input: Input) -> Result<AttributeValue, Invalid> {
    match (input, text) {
        (Input::Checkbox, "true") => Ok(AttributeValue::Flag(true)),
        (Input::Checkbox, "false") => Ok(AttributeValue::Flag(false)),
        (Input::Checkbox, _) => Err(Invalid::one(at, "enum", "must be `true` or `false`")),
        (Input::Text | Input::Textarea | Input::Select, _) => {
            Ok(AttributeValue::Text(parse(at, text)?))
        }
    }
}

impl AssetField {
    fn read(&self, at: &str) -> Result<domain::Field, Invalid> {
        let place = |field: &str| format!("{at}/{field}");
        let input = word(&place("input"), Some(&self.input))?.unwrap_or(Input::Text);
        let default = self.default.as_deref().map(|it| value(&place("default"), it, input));
        Ok(domain::Field {
            name: parse(&place("name"), &self.name)?,
            label: parse_optional(&place("label"), self.label.as_deref())?,
            input,
            is_mandatory: self.mandatory,
            default: default.transpose()?,
            options: each(&self.options, &place("options"), |it, at| parse(at, it))?,
            placeholder: parse_optional(&place("placeholder"), self.placeholder.as_deref())?,
        })
    }
}

/// What is said of an asset, as text.
pub(super) fn show_metadata(all: &Metadata) -> Attributes {
    all.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

/// What was sent to be said of an asset of a sort: each value as its field has it.
pub(super) fn read_metadata(
    cx: Cx<'_>,
    seller: SellerNumber,
    (code, all): (Option<&str>, &Attributes),
) -> Result<Metadata, Error> {
    let code = parse_optional("/kind", code)?;
    let kind = code.map(|it| kind::of(cx, seller, &it)).transpose()?.flatten();
    let mut found = Metadata::new();
    for (name, text) in all {
        let at = format!("/metadata/{name}");
        let name: Name = parse(&at, name)?;
        let fields = kind.iter().flat_map(|it| &it.content().fields);
        let input =
            fields.into_iter().find(|it| it.name == name).map_or(Input::Text, |it| it.input);
        let value = value(&at, text, input)?;
        found.insert(name, value);
    }
    Ok(found)
}

impl From<&domain::AssetType> for AssetType {
    fn from(it: &domain::AssetType) -> Self {
        let content = it.content();
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            sold_by: SoldBy::default(),
            code: it.code.to_string(),
            name: content.name.to_string(),
            formats: content.formats.iter().map(ToString::to_string).collect(),
            media_types: content.media_types.iter().map(ToString::to_string).collect(),
            fields: content.fields.iter().map(AssetField::from).collect(),
        }
    }
}

/// A sort of assets as an event tells of it.
pub(super) fn told(it: &domain::AssetType) -> impl Wire + use<> {
    AssetType::from(it)
}

fn tagged(it: &domain::AssetType) -> Reply<AssetType> {
    Reply::ok(AssetType::from(it)).tagged(it.stamp.revision)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<AssetType>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::AssetType| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(AssetType { sold_by, ..AssetType::from(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<AssetType>, Error> {
    Ok(tagged(&cx.get(call.id("id")?)?))
}

/// A sort of assets to be laid down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAssetType {
    /// The vendor's account; the caller's own if nothing is said.
    seller: Option<String>,
    code: String,
    name: String,
    #[serde(default)]
    formats: Vec<String>,
    #[serde(default)]
    media_types: Vec<String>,
    #[serde(default)]
    fields: Vec<AssetField>,
}

fn create(act: &mut Act<'_>, _: &Call, body: NewAssetType) -> Result<Reply<AssetType>, Error> {
    let vendor = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let content = AssetTypeContent {
        name: parse("/name", &body.name)?,
        formats: each(&body.formats, "/formats", |it, at| parse(at, it))?,
        media_types: each(&body.media_types, "/media_types", |it, at| parse(at, it))?,
        fields: each(&body.fields, "/fields", AssetField::read)?,
    };
    let it = kind::create(act, vendor, (parse("/code", &body.code)?, content))?;
    let path = format!("/api/v1/asset_types/{}", it.id);
    Ok(Reply::created(path, AssetType::from(&it)).tagged(it.stamp.revision))
}

/// What of a sort changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssetTypePatch {
    name: Option<String>,
    formats: Option<Vec<String>>,
    media_types: Option<Vec<String>>,
    fields: Option<Vec<AssetField>>,
}

fn revise(act: &mut Act<'_>, call: &Call, body: AssetTypePatch) -> Result<Reply<AssetType>, Error> {
    let it = kind::revise(act, (call.id("id")?, call.if_match), |mut it| {
        if let Some(name) = &body.name {
            it.name = parse("/name", name)?;
        }
        if let Some(all) = &body.formats {
            it.formats = each(all, "/formats", |it, at| parse(at, it))?;
        }
        if let Some(all) = &body.media_types {
            it.media_types = each(all, "/media_types", |it, at| parse(at, it))?;
        }
        if let Some(all) = &body.fields {
            it.fields = each(all, "/fields", AssetField::read)?;
        }
        Ok(it)
    })?;
    Ok(tagged(&it))
}

fn forget(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    kind::forget(act, (call.id("id")?, call.if_match))?;
    Ok(Reply::no_content())
}
