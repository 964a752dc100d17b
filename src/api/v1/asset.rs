//! `/assets`: digital goods, what is in their files, and who may have it.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asset_type::{read_metadata, show_metadata};
use super::attribute::Attributes;
use super::route::{ANYTHING, Needs, Route, read, read_much, write};
use super::stream::{Coming, download, upload};
use super::wire::{List, NoQuery, Patch, SoldBy, Whole, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::download::response;
use crate::api::edge::fault::Fault;
use crate::api::edge::query::Query;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::api::edge::upload::{Wanted, take};
use crate::domain::catalog::asset as domain;
use crate::domain::catalog::asset::{Access, AssetContent, Hook, Source, Version};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::provisioning::connector::Connector;
use crate::domain::text;
use crate::services::asset::entitlement::{self, Had};
use crate::services::label::Labels;
use crate::services::provisioning::connector;
use crate::services::{Act, Bss, Cx, Error, asset, catalog};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CatalogRead);
    let writes = Needs::Permission(Permission::CatalogWrite);
    let post = || Method::POST;
    let (one, versions) = ("/assets/{id}", "/assets/{id}/versions");
    let label = "/assets/{id}/versions/{label}";
    vec![
        read("/assets", reads, "List assets", list),
        write(post(), "/assets", writes, "Write an asset down", create),
        read(one, reads, "Read an asset", show),
        write(Method::PATCH, one, writes, "Change an asset", revise),
        write(post(), versions, writes, "Say where its next version lies", upgrade),
        upload::<UploadQuery, Asset>(label, writes, "Upload its next version", take_in),
        write(post(), "/assets/{id}/withdraw", writes, "Give an asset out no longer", withdraw),
        download(
            "/assets/{id}/content",
            Needs::SignIn,
            (ANYTHING, "What is in an asset"),
            give_out,
        ),
        download(
            "/assets/{id}/open",
            Needs::Nothing,
            (ANYTHING, "What is in one for everybody"),
            give_openly,
        ),
        read_much(
            "/subscriptions/{id}/assets",
            Needs::Permission(Permission::SubscriptionRead),
            "What one may download of what one bought",
            list_had,
        ),
    ]
}

/// A digital good.
#[derive(Debug, Serialize, ToSchema)]
struct Asset {
    id: String,
    number: u64,
    revision: u32,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
    name: String,
    /// What sort of asset it is: the code of one of `/asset_types`, or any other.
    kind: String,
    /// What sort of file it is: `application/zip`.
    media_type: Option<String>,
    /// Who may have it: `buyers` or `everybody`.
    access: String,
    /// `pending`, `attached` to a specification, or `withdrawn`.
    state: String,
    /// What its sort asks for.
    metadata: Attributes,
    /// Whom to tell of what becomes of it.
    hooks: Vec<AssetHook>,
    /// Its versions, the one to take last.
    versions: Vec<AssetVersion>,
}

impl Wire for Asset {}

/// A version of an asset.
#[derive(Debug, Serialize, ToSchema)]
struct AssetVersion {
    label: String,
    since: String,
    /// Where it lies, if that is elsewhere.
    url: Option<String>,
    /// What its file is called.
    file: Option<String>,
    bytes: Option<u64>,
    /// The SHA-256 of what is in the file, in hexadecimal.
    sha256: Option<String>,
}

impl From<&Version> for AssetVersion {
    fn from(it: &Version) -> Self {
        let (label, since) = (it.label.to_string(), it.since_at.to_string());
        match &it.source {
            Source::Web(url) => {
                let url = Some(url.to_string());
                Self { label, since, url, file: None, bytes: None, sha256: None }
            }
            Source::File { name, bytes, digest, .. } => Self {
                label,
                since,
                url: None,
                file: Some(name.to_string()),
                bytes: Some(*bytes),
                sha256: Some(hex::encode(digest)),
            },
        }
    }
}

/// Whom to tell of a moment in the life of an asset.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssetHook {
    /// `acquisition`, `suspension`, `resumption`, `termination` or `usage`.
    on: String,
    /// Where it is called.
    address: String,
    /// What calls are signed with, by Standard Webhooks: one is made if nothing is said. Shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<&domain::Asset> for Asset {
    fn from(it: &domain::Asset) -> Self {
        let content = it.content();
        let hook = |it: &Hook| AssetHook {
            on: it.on.to_string(),
            address: it.address.to_string(),
            secret: None,
        };
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            sold_by: SoldBy::default(),
            name: content.name.to_string(),
            kind: content.kind.to_string(),
            media_type: content.media_type.as_ref().map(ToString::to_string),
            access: content.access.to_string(),
            state: it.state().to_string(),
            metadata: show_metadata(&content.metadata),
            hooks: content.hooks.iter().map(hook).collect(),
            versions: it.versions().iter().map(AssetVersion::from).collect(),
        }
    }
}

/// An asset as an event tells of it.
pub(super) fn told(it: &domain::Asset) -> impl Wire + use<> {
    Asset::from(it)
}

fn tagged(it: &domain::Asset) -> Reply<Asset> {
    Reply::ok(Asset::from(it)).tagged(it.stamp.revision)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Asset>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::Asset| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(Asset { sold_by, ..Asset::from(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Asset>, Error> {
    Ok(tagged(&cx.get(call.id("id")?)?))
}

/// An asset to be written down.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAsset {
    /// The account whose catalogue it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    name: String,
    /// What sort of asset it is; `file` if nothing is said.
    kind: Option<String>,
    media_type: Option<String>,
    /// `buyers` or `everybody`; buyers if nothing is said.
    access: Option<String>,
    #[serde(default)]
    metadata: Attributes,
    #[serde(default)]
    hooks: Vec<AssetHook>,
    /// Where its first version lies; left out for what is uploaded.
    url: Option<String>,
    /// What that version is called; `1.0` if nothing is said.
    version: Option<String>,
}

/// The secrets that are shown once, in the order of the hooks.
type Secrets = Vec<Option<String>>;

/// Hooks as they were sent. One that did not change keeps its secret.
fn hooks(
    act: &mut Act<'_>,
    said: &[AssetHook],
    before: &[Hook],
) -> Result<(Vec<Hook>, Secrets), Error> {
    let (mut hooks, mut secrets) = (Vec::with_capacity(said.len()), Secrets::new());
    for (place, it) in said.iter().enumerate() {
        let at = |field: &str| format!("/hooks/{place}/{field}");
        let on = parse(&at("on"), &it.on)?;
        let address: text::WebAddress = parse(&at("address"), &it.address)?;
        let same = before.iter().find(|was| was.on == on && was.address == address);
        if let Some(same) = same.filter(|_| it.secret.is_none()) {
            hooks.push(same.clone());
            secrets.push(None);
            continue;
        }
        let secret = parse_optional(&at("secret"), it.secret.as_deref())?;
        let (made, secret) = connector::webhook(act, (&at("address"), address), secret)?;
        if let Connector::Webhook { address, secret } = made {
            hooks.push(Hook { on, address, secret });
        }
        secrets.push(Some(secret.text()));
    }
    Ok((hooks, secrets))
}

fn with_secrets(mut it: Asset, secrets: Secrets) -> Asset {
    for (hook, secret) in it.hooks.iter_mut().zip(secrets) {
        hook.secret = secret;
    }
    it
}

fn plain_kind() -> text::Code {
    "file".parse().expect("a code")
}

fn create(act: &mut Act<'_>, _: &Call, body: NewAsset) -> Result<Reply<Asset>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let (hooks, secrets) = hooks(act, &body.hooks, &[])?;
    let content = AssetContent {
        name: parse("/name", &body.name)?,
        kind: parse_optional("/kind", body.kind.as_deref())?.unwrap_or_else(plain_kind),
        media_type: parse_optional("/media_type", body.media_type.as_deref())?,
        access: word("/access", body.access.as_deref())?.unwrap_or(Access::Buyers),
        hooks,
        metadata: read_metadata(act.cx(), seller, (body.kind.as_deref(), &body.metadata))?,
    };
    let url = parse_optional("/url", body.url.as_deref())?;
    let label = parse_optional("/version", body.version.as_deref())?;
    let versions = match (url, label) {
        (Some(url), label) => {
            let label = label.unwrap_or_else(|| "1.0".parse().expect("a code"));
            vec![Version { label, source: Source::Web(url), since_at: act.now() }]
        }
        (None, None) => Vec::new(),
        (None, Some(_)) => {
            let message =
                "must be given with the name of a version: a file is uploaded under its own";
            return Err(Invalid::one("/url", "required", message).into());
        }
    };
    let it = asset::create(act, seller, content, versions)?;
    let path = format!("/api/v1/assets/{}", it.id);
    let shown = with_secrets(Asset::from(&it), secrets);
    Ok(Reply::created(path, shown).tagged(it.stamp.revision))
}

/// What of an asset changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssetPatch {
    name: Option<String>,
    #[serde(default)]
    media_type: Patch<String>,
    /// `buyers` or `everybody`.
    access: Option<String>,
    metadata: Option<Attributes>,
    hooks: Option<Vec<AssetHook>>,
}

fn revise(act: &mut Act<'_>, call: &Call, body: AssetPatch) -> Result<Reply<Asset>, Error> {
    let mut secrets = Secrets::new();
    let which = (call.id("id")?, call.if_match);
    let seller = act.get::<domain::Asset>(which.0)?.stamp.seller;
    let it = asset::revise(act, which, |act, mut it| {
        if let Some(name) = &body.name {
            it.name = parse("/name", name)?;
        }
        it.media_type = body.media_type.onto(it.media_type, |it| parse("/media_type", it))?;
        it.access = word("/access", body.access.as_deref())?.unwrap_or(it.access);
        if let Some(all) = &body.metadata {
            it.metadata = read_metadata(act.cx(), seller, (Some(it.kind.as_str()), all))?;
        }
        if let Some(all) = &body.hooks {
            (it.hooks, secrets) = hooks(act, all, &it.hooks)?;
        }
        Ok(it)
    })?;
    let shown = with_secrets(Asset::from(&it), secrets);
    Ok(Reply::ok(shown).tagged(it.stamp.revision))
}

/// Where the next version of an asset lies.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAssetVersion {
    /// What it is called: `1.1`.
    label: String,
    url: String,
}

fn upgrade(act: &mut Act<'_>, call: &Call, body: NewAssetVersion) -> Result<Reply<Asset>, Error> {
    let source = Source::Web(parse("/url", &body.url)?);
    let it = asset::upgrade(act, call.id("id")?, (parse("/label", &body.label)?, source))?;
    Ok(tagged(&it))
}

fn withdraw(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Asset>, Error> {
    Ok(tagged(&asset::withdraw(act, call.id("id")?)?))
}

/// What a file is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UploadQuery {
    /// As it is to be called where it is downloaded; as the asset if nothing is said.
    name: Option<String>,
}

fn take_in(bss: Arc<Bss>, call: Call, query: Query, body: Body) -> Coming<Reply<Asset>> {
    Box::pin(async move {
        let query = query.into::<UploadQuery>()?;
        let label = call.path.get("label").map(String::as_str).unwrap_or_default();
        let asset = call.id("id")?;
        let name = match parse_optional("name", query.name.as_deref())? {
            Some(name) => name,
            None => bss.read(&call.actor, |cx| {
                Ok(cx.get::<domain::Asset>(asset)?.content().name.clone())
            })?,
        };
        let wanted = Wanted { asset, label: parse("label", label)?, name };
        let it = take(&bss, call.author(), (body, wanted)).await?;
        Ok(tagged(&it))
    })
}

/// Which version is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VersionQuery {
    /// The newest if nothing is said.
    version: Option<String>,
}

fn give_out(
    bss: &Arc<Bss>,
    call: &Call,
    query: VersionQuery,
    headers: &HeaderMap,
) -> Result<Response<Body>, Fault> {
    let label = parse_optional("version", query.version.as_deref())?;
    let id = call.id("id")?;
    let opened = bss.scan(&call.actor, |cx| entitlement::open(cx, id, label.as_ref()))?;
    Ok(response((bss, &call.actor), headers, &opened)?)
}

fn give_openly(
    bss: &Arc<Bss>,
    call: &Call,
    query: VersionQuery,
    headers: &HeaderMap,
) -> Result<Response<Body>, Fault> {
    let label = parse_optional("version", query.version.as_deref())?;
    let id = call.id("id")?;
    let opened = bss.read(&call.actor, |cx| entitlement::open_to_all(cx, id, label.as_ref()))?;
    Ok(response((bss, &call.actor), headers, &opened)?)
}

/// Something to download of what one bought.
#[derive(Debug, Serialize, ToSchema)]
struct BoughtAsset {
    id: String,
    name: String,
    kind: String,
    media_type: Option<String>,
    /// The version to take.
    version: Option<String>,
    since: Option<String>,
    file: Option<String>,
    bytes: Option<u64>,
    sha256: Option<String>,
    /// Where the caller gets it; `null` while it may not have it.
    download: Option<String>,
}

impl Wire for BoughtAsset {}

impl From<Had> for BoughtAsset {
    fn from(it: Had) -> Self {
        let content = it.asset.content();
        let version = it.asset.version().map(AssetVersion::from);
        let id = it.asset.id.to_string();
        let download = it.is_open.then(|| format!("/api/v1/assets/{id}/content"));
        let (name, kind) = (content.name.to_string(), content.kind.to_string());
        let media_type = content.media_type.as_ref().map(ToString::to_string);
        let Some(AssetVersion { label, since, file, bytes, sha256, .. }) = version else {
            let (version, since, file, bytes, sha256) = (None, None, None, None, None);
            return Self {
                id,
                name,
                kind,
                media_type,
                version,
                since,
                file,
                bytes,
                sha256,
                download,
            };
        };
        let (version, since) = (Some(label), Some(since));
        Self { id, name, kind, media_type, version, since, file, bytes, sha256, download }
    }
}

fn list_had(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<BoughtAsset>>, Error> {
    let all = entitlement::of_subscription(cx, call.id("id")?)?;
    Ok(Reply::ok(Whole::of(all.into_iter().map(BoughtAsset::from).collect())))
}
