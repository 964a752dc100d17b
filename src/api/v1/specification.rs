//! `/specifications` and `/resources`: what is delivered, and what is counted of it.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::characteristic::Characteristic;
use super::localized::Texts;
use super::offer::each;
use super::route::{Needs, Route, read, write};
use super::wire::{Decimal, List, NoQuery, Patch, SoldBy, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::resource::{self, Dependency, Measure, ResourceContent, Unit};
use crate::domain::catalog::specification::{
    self as domain, Delivery, Relation, SpecificationContent,
};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::provisioning::connector::Connector;
use crate::domain::quantity::Quantity;
use crate::domain::time::Validity;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog, provisioning};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::CatalogRead);
    let writes = Needs::Permission(Permission::CatalogWrite);
    let post = Method::POST;
    vec![
        read("/specifications", reads, "List specifications", list),
        read("/specifications/{id}", reads, "Read a specification", show),
        write(post.clone(), "/specifications", writes, "Create a specification", create),
        write(Method::PATCH, "/specifications/{id}", writes, "Change a specification", revise),
        read("/resources", reads, "List resources", list_resources),
        read("/resources/{id}", reads, "Read a resource", show_resource),
        write(post, "/resources", writes, "Create a resource", create_resource),
        write(Method::PATCH, "/resources/{id}", writes, "Change a resource", revise_resource),
    ]
}

/// What is delivered.
#[derive(Debug, Serialize, ToSchema)]
struct Specification {
    id: String,
    number: u64,
    revision: u32,
    name: Texts,
    description: Option<Texts>,
    brand: Option<String>,
    product_number: Option<String>,
    state: String,
    /// What reaches the buyer: something `digital`, or something `physical` in a parcel.
    delivery: String,
    resources: Vec<String>,
    /// What can be said of it, which of that the buyer chooses, and what follows from it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    characteristics: Vec<Characteristic>,
    /// The digital goods in it.
    assets: Vec<String>,
    relations: Vec<SpecificationRelation>,
    /// How it comes to be: `instant`, `webhook` or `manual`.
    connector: &'static str,
    /// Which system is asked for it, if its connector is a webhook.
    webhook: Option<ConnectorWebhook>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
}

impl Wire for Specification {}

/// A system that is asked for what is delivered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConnectorWebhook {
    /// Where it is called.
    address: String,
    /// What calls are signed with, by Standard Webhooks, `whsec_` and base64: one is made if nothing
    /// is said. Shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl ConnectorWebhook {
    fn of(it: &Connector) -> Option<Self> {
        match it {
            Connector::Webhook { address, .. } => {
                Some(Self { address: address.to_string(), secret: None })
            }
            Connector::Instant | Connector::Manual { .. } | Connector::Shipment => None,
        }
    }
}

/// How one specification stands to another.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SpecificationRelation {
    to: String,
    /// `dependency`, `exclusivity`, `migration`, `substitution` or `aggregation`.
    kind: String,
}

impl SpecificationRelation {
    fn read(&self, at: &str) -> Result<Relation, Invalid> {
        Ok(Relation {
            to: parse(&format!("{at}/to"), &self.to)?,
            kind: parse(&format!("{at}/kind"), &self.kind)?,
            valid_for: Validity::ALWAYS,
        })
    }
}

impl From<&domain::Specification> for Specification {
    fn from(it: &domain::Specification) -> Self {
        let content = &it.content;
        let relation = |it: &Relation| SpecificationRelation {
            to: it.to.to_string(),
            kind: it.kind.to_string(),
        };
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            name: Texts::from(&content.name),
            description: content.description.as_ref().map(Texts::from),
            brand: content.brand.as_ref().map(ToString::to_string),
            product_number: content.product_number.as_ref().map(ToString::to_string),
            state: it.life.state().to_string(),
            delivery: content.delivery.to_string(),
            resources: content.resources.iter().map(ToString::to_string).collect(),
            characteristics: content.characteristics.iter().map(Characteristic::from).collect(),
            assets: content.assets.iter().map(ToString::to_string).collect(),
            relations: content.relations.iter().map(relation).collect(),
            connector: content.connector.word(),
            webhook: ConnectorWebhook::of(&content.connector),
            sold_by: SoldBy::default(),
        }
    }
}

/// A specification as an event tells of it.
pub(super) fn told(it: &domain::Specification) -> impl Wire + use<> {
    Specification::from(it)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Specification>>, Error> {
    let page = cx.list(None, &call.page, |_: &domain::Specification| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(Specification { sold_by, ..Specification::from(&it) })
    })?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Specification>, Error> {
    let it: domain::Specification = cx.get(call.id("id")?)?;
    Ok(Reply::ok(Specification::from(&it)).tagged(it.stamp.revision))
}

/// A specification to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSpecification {
    /// The account whose catalogue it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    /// A state up to `launched`; `active` if nothing is said.
    state: Option<String>,
    name: Texts,
    description: Option<Texts>,
    brand: Option<String>,
    product_number: Option<String>,
    /// `digital` or `physical`: then each that is bought is sent. Digital if nothing is said.
    delivery: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
    /// What can be said of it, which of that the buyer chooses, and what follows from it.
    #[serde(default)]
    characteristics: Vec<Characteristic>,
    /// The digital goods in it, each of which has a version.
    #[serde(default)]
    assets: Vec<String>,
    #[serde(default)]
    relations: Vec<SpecificationRelation>,
    /// `instant`, `webhook` or `manual`; instant if nothing is said.
    connector: Option<String>,
    /// Which system is asked, for a connector that is a webhook.
    webhook: Option<ConnectorWebhook>,
}

impl NewSpecification {
    fn content(&self, connector: Connector) -> Result<SpecificationContent, Invalid> {
        Ok(SpecificationContent {
            description: Texts::read_optional(self.description.as_ref(), "/description")?,
            brand: parse_optional("/brand", self.brand.as_deref())?,
            product_number: parse_optional("/product_number", self.product_number.as_deref())?,
            delivery: word("/delivery", self.delivery.as_deref())?.unwrap_or(Delivery::Digital),
            resources: each(&self.resources, "/resources", |it, at| parse(at, it))?,
            characteristics: Characteristic::read_all(&self.characteristics, &[])?,
            assets: each(&self.assets, "/assets", |it, at| parse(at, it))?,
            relations: each(&self.relations, "/relations", SpecificationRelation::read)?,
            connector,
            ..SpecificationContent::named(self.name.read("/name")?)
        })
    }
}

/// The connector that is wanted, and the secret that is shown once.
fn connector(
    act: &mut Act<'_>,
    body: &NewSpecification,
) -> Result<(Connector, Option<String>), Error> {
    let refused = |at: &str, rule: &'static str, message: &str| {
        Err(Error::from(Invalid::one(at, rule, message)))
    };
    match (body.connector.as_deref(), &body.webhook) {
        (None | Some("instant"), None) => Ok((Connector::Instant, None)),
        (Some("manual"), None) => Ok((Connector::Manual { desk: None }, None)),
        (None | Some("webhook"), Some(webhook)) => {
            let address = parse("/webhook/address", &webhook.address)?;
            let secret = parse_optional("/webhook/secret", webhook.secret.as_deref())?;
            let place = ("/webhook/address", address);
            let (connector, secret) = provisioning::connector::webhook(act, place, secret)?;
            Ok((connector, Some(secret.text())))
        }
        (Some("webhook"), None) => {
            refused("/webhook", "required", "must say which system is asked")
        }
        (Some("instant" | "manual"), Some(_)) => {
            refused("/webhook", "fixed", "is for a connector that is a webhook")
        }
        (Some(_), _) => refused("/connector", "enum", "must be instant, webhook or manual"),
    }
}

fn create(
    act: &mut Act<'_>,
    _: &Call,
    body: NewSpecification,
) -> Result<Reply<Specification>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let state = parse_optional("/state", body.state.as_deref())?.unwrap_or(State::Active);
    let life = Life::new(state, Validity::ALWAYS)?;
    let (connector, secret) = connector(act, &body)?;
    let it = catalog::specify(act, seller, life, body.content(connector)?)?;
    let path = format!("/api/v1/specifications/{}", it.id);
    let mut shown = Specification::from(&it);
    if let Some(webhook) = &mut shown.webhook {
        webhook.secret = secret;
    }
    Ok(Reply::created(path, shown).tagged(it.stamp.revision))
}

/// What of a specification changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SpecificationPatch {
    name: Option<Texts>,
    #[serde(default)]
    description: Patch<Texts>,
    #[serde(default)]
    brand: Patch<String>,
    #[serde(default)]
    product_number: Patch<String>,
    /// `digital` or `physical`: of what is bought from now on.
    delivery: Option<String>,
    resources: Option<Vec<String>>,
    /// Of what is bought and changed from now on.
    characteristics: Option<Vec<Characteristic>>,
    assets: Option<Vec<String>>,
    relations: Option<Vec<SpecificationRelation>>,
}

impl SpecificationPatch {
    fn onto(&self, mut it: SpecificationContent) -> Result<SpecificationContent, Invalid> {
        if let Some(name) = &self.name {
            it.name = name.read("/name")?;
        }
        it.description = self.description.onto(it.description, |it| it.read("/description"))?;
        it.brand = self.brand.onto(it.brand, |it| parse("/brand", it))?;
        let number = |it: &String| parse("/product_number", it);
        it.product_number = self.product_number.onto(it.product_number, number)?;
        it.delivery = word("/delivery", self.delivery.as_deref())?.unwrap_or(it.delivery);
        if let Some(all) = &self.resources {
            it.resources = each(all, "/resources", |it, at| parse(at, it))?;
        }
        if let Some(all) = &self.characteristics {
            it.characteristics = Characteristic::read_all(all, &it.characteristics)?;
        }
        if let Some(all) = &self.assets {
            it.assets = each(all, "/assets", |it, at| parse(at, it))?;
        }
        if let Some(all) = &self.relations {
            it.relations = each(all, "/relations", SpecificationRelation::read)?;
        }
        Ok(it)
    }
}

fn revise(
    act: &mut Act<'_>,
    call: &Call,
    body: SpecificationPatch,
) -> Result<Reply<Specification>, Error> {
    let it = catalog::respecify(act, call.id("id")?, call.if_match, |it| Ok(body.onto(it)?))?;
    Ok(Reply::ok(Specification::from(&it)).tagged(it.stamp.revision))
}

/// What is counted of a specification.
#[derive(Debug, Serialize, ToSchema)]
struct Resource {
    id: String,
    number: u64,
    revision: u32,
    name: Texts,
    description: Option<Texts>,
    /// What one of it is, for programs: `gb`, `seat`.
    unit: String,
    /// The same for people; `null` where that is what programs call it.
    unit_name: Option<Texts>,
    /// Whether its use comes in records.
    measured: bool,
    /// The group in which it is taxed.
    category: Option<String>,
    dependencies: Vec<ResourceDependency>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
}

impl Wire for Resource {}

/// How one resource stands to another.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResourceDependency {
    on: String,
    /// `subscription_conflict`, `account_conflict`, `requires` or `provided_by`.
    kind: String,
    /// How many of it for one of the other; 1 if nothing is said.
    multiplier: Option<Decimal>,
}

impl ResourceDependency {
    fn read(&self, at: &str) -> Result<Dependency, Invalid> {
        let multiplier = match &self.multiplier {
            Some(it) => it.read(&format!("{at}/multiplier"))?,
            None => Quantity::ONE,
        };
        Ok(Dependency {
            on: parse(&format!("{at}/on"), &self.on)?,
            kind: parse(&format!("{at}/kind"), &self.kind)?,
            multiplier,
        })
    }
}

impl From<&resource::Resource> for Resource {
    fn from(it: &resource::Resource) -> Self {
        let content = &it.content;
        let dependency = |it: &Dependency| ResourceDependency {
            on: it.on.to_string(),
            kind: it.kind.to_string(),
            multiplier: Some(Decimal::from(&it.multiplier)),
        };
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            name: Texts::from(&content.name),
            description: content.description.as_ref().map(Texts::from),
            unit: content.unit.code.to_string(),
            unit_name: content.unit.name.as_ref().map(Texts::from),
            measured: content.measure == Measure::Measured,
            category: content.category.map(|it| it.to_string()),
            dependencies: content.dependencies.iter().map(dependency).collect(),
            sold_by: SoldBy::default(),
        }
    }
}

/// A resource as an event tells of it.
pub(super) fn told_resource(it: &resource::Resource) -> impl Wire + use<> {
    Resource::from(it)
}

fn list_resources(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Resource>>, Error> {
    let page = cx.list(None, &call.page, |_: &resource::Resource| true)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        Ok::<_, Error>(Resource { sold_by, ..Resource::from(&it) })
    })?))
}

fn show_resource(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Resource>, Error> {
    let it: resource::Resource = cx.get(call.id("id")?)?;
    Ok(Reply::ok(Resource::from(&it)).tagged(it.stamp.revision))
}

/// A resource to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewResource {
    /// The account whose catalogue it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    name: Texts,
    description: Option<Texts>,
    /// What it is counted in, for programs: `gb`.
    unit: String,
    /// The same for people; as programs call it if nothing is said.
    unit_name: Option<Texts>,
    #[serde(default)]
    measured: bool,
    /// The group in which it is taxed.
    category: Option<String>,
    #[serde(default)]
    dependencies: Vec<ResourceDependency>,
}

fn create_resource(
    act: &mut Act<'_>,
    _: &Call,
    body: NewResource,
) -> Result<Reply<Resource>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let named = ResourceContent::named(body.name.read("/name")?, parse("/unit", &body.unit)?);
    let content = ResourceContent {
        description: Texts::read_optional(body.description.as_ref(), "/description")?,
        measure: if body.measured { Measure::Measured } else { Measure::Ordered },
        category: parse_optional("/category", body.category.as_deref())?,
        dependencies: each(&body.dependencies, "/dependencies", ResourceDependency::read)?,
        unit: Unit {
            name: Texts::read_optional(body.unit_name.as_ref(), "/unit_name")?,
            ..named.unit.clone()
        },
        ..named
    };
    let it = catalog::create_resource(act, seller, content)?;
    let path = format!("/api/v1/resources/{}", it.id);
    Ok(Reply::created(path, Resource::from(&it)).tagged(it.stamp.revision))
}

/// What of a resource changes; what is left out stays. Its unit stays: what was bought of it would
/// be another amount.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResourcePatch {
    name: Option<Texts>,
    /// What people call its unit; `null`: as programs do.
    #[serde(default)]
    unit_name: Patch<Texts>,
    #[serde(default)]
    description: Patch<Texts>,
    /// `null`: it is in none.
    #[serde(default)]
    category: Patch<String>,
    dependencies: Option<Vec<ResourceDependency>>,
}

fn revise_resource(
    act: &mut Act<'_>,
    call: &Call,
    body: ResourcePatch,
) -> Result<Reply<Resource>, Error> {
    let onto = |mut it: ResourceContent| {
        if let Some(name) = &body.name {
            it.name = name.read("/name")?;
        }
        it.description = body.description.onto(it.description, |it| it.read("/description"))?;
        it.unit.name = body.unit_name.onto(it.unit.name, |it| it.read("/unit_name"))?;
        it.category = body.category.onto(it.category, |it| parse("/category", it))?;
        if let Some(all) = &body.dependencies {
            it.dependencies = each(all, "/dependencies", ResourceDependency::read)?;
        }
        Ok(it)
    };
    let it = catalog::revise_resource(act, call.id("id")?, call.if_match, onto)?;
    Ok(Reply::ok(Resource::from(&it)).tagged(it.stamp.revision))
}
