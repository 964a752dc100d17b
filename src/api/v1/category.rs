//! `/categories`: what the catalogue is ordered by.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::localized::Texts;
use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, Patch, SoldBy, parse, parse_optional};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::catalog::category as domain;
use crate::domain::catalog::lifecycle::{Life, State, Trigger};
use crate::domain::operator::Permission;
use crate::domain::time::Validity;
use crate::services::catalog::Group;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog};

pub(super) fn routes() -> Vec<Route> {
    let browses = Needs::Permission(Permission::OfferBrowse);
    let writes = Needs::Permission(Permission::CatalogWrite);
    let publishes = Needs::Permission(Permission::CatalogPublish);
    let post = Method::POST;
    vec![
        read("/categories", Needs::Shelf, "List categories", list),
        write(post.clone(), "/categories", writes, "Create a category", create),
        read("/categories/{id}", browses, "Read a category", show),
        write(Method::PATCH, "/categories/{id}", writes, "Change a category", revise),
        write(post.clone(), "/categories/{id}/launch", publishes, "Show a category", |a, c, b| {
            on(a, c, b, Trigger::Launch)
        }),
        write(post, "/categories/{id}/retire", publishes, "Hide a category", |a, c, b| {
            on(a, c, b, Trigger::Retire)
        }),
    ]
}

/// A group of offers.
#[derive(Debug, Serialize, ToSchema)]
struct Category {
    id: String,
    number: u64,
    revision: u32,
    name: Texts,
    parent: Option<String>,
    /// How the offers in it are taxed, and those in the categories below it that say nothing else.
    tax_category: Option<String>,
    state: String,
    /// Whether the caller keeps the catalogue that it stands in, and does not only buy from it;
    /// left out for who keeps none.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_kept: Option<bool>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
}

impl Wire for Category {}

impl From<&domain::Category> for Category {
    fn from(it: &domain::Category) -> Self {
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            name: Texts::from(&it.name),
            parent: it.parent().map(|it| it.to_string()),
            tax_category: it.tax_category.map(|it| it.to_string()),
            state: it.life.state().to_string(),
            is_kept: None,
            sold_by: SoldBy::default(),
        }
    }
}

/// A category as an event tells of it.
pub(super) fn told(it: &domain::Category) -> impl Wire + use<> {
    Category::from(it)
}

fn list(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<List<Category>>, Error> {
    let page = catalog::categories(cx, &call.page)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of(&mut labels, &it.stamp)?;
        let is_kept = catalog::is_kept(cx, &it.stamp);
        Ok::<_, Error>(Category { is_kept, sold_by, ..Category::from(&it) })
    })?))
}

/// A category to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCategory {
    /// The account whose catalogue it belongs to; the caller's own if nothing is said.
    seller: Option<String>,
    name: Texts,
    parent: Option<String>,
    /// How the offers in it are taxed, where their prices do not say.
    tax_category: Option<String>,
    /// A state up to `launched`; `launched` if nothing is said.
    state: Option<String>,
}

fn create(act: &mut Act<'_>, _: &Call, body: NewCategory) -> Result<Reply<Category>, Error> {
    let seller = catalog::seller(act.cx(), parse_optional("/seller", body.seller.as_deref())?)?;
    let state = parse_optional("/state", body.state.as_deref())?.unwrap_or(State::Launched);
    let life = Life::new(state, Validity::ALWAYS)?;
    let parent = parse_optional("/parent", body.parent.as_deref())?;
    let tax_category = parse_optional("/tax_category", body.tax_category.as_deref())?;
    let group = Group { name: body.name.read("/name")?, parent, tax_category };
    let it = catalog::create_category(act, seller, (life, group))?;
    let path = format!("/api/v1/categories/{}", it.id);
    Ok(Reply::created(path, Category::from(&it)).tagged(it.stamp.revision))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Category>, Error> {
    let it = catalog::category(cx, call.id("id")?)?;
    Ok(tagged(&it))
}

fn tagged(it: &domain::Category) -> Reply<Category> {
    Reply::ok(Category::from(it)).tagged(it.stamp.revision)
}

/// What of a category changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CategoryPatch {
    name: Option<Texts>,
    /// `null` makes it one of the first.
    #[serde(default)]
    parent: Patch<String>,
    /// `null`: its offers are taxed as the category above it says, or as they say themselves.
    #[serde(default)]
    tax_category: Patch<String>,
}

fn revise(act: &mut Act<'_>, call: &Call, body: CategoryPatch) -> Result<Reply<Category>, Error> {
    let it = catalog::revise_category(act, (call.id("id")?, call.if_match), |it| {
        let name = body.name.as_ref().map(|it| it.read("/name")).transpose()?;
        let parent = body.parent.onto(it.parent(), |it| parse("/parent", it))?;
        let tax = |it: &String| parse("/tax_category", it);
        let tax_category = body.tax_category.onto(it.tax_category, tax)?;
        Ok(Group { name: name.unwrap_or_else(|| it.name.clone()), parent, tax_category })
    })?;
    Ok(tagged(&it))
}

fn on(
    act: &mut Act<'_>,
    call: &Call,
    _: Nothing,
    trigger: Trigger,
) -> Result<Reply<Category>, Error> {
    Ok(tagged(&catalog::on_category(act, call.id("id")?, trigger)?))
}
