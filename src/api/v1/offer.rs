//! `/offers`: what can be bought.

use std::collections::BTreeSet;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::characteristic::Characteristic;
use super::localized::Texts;
use super::offer_part::OfferPart;
use super::offer_resource::OfferResource;
use super::offer_term::OfferTerm;
use super::price::Price;
use super::review::Rating;
use super::route::{Needs, Route, read, write};
use super::switch::OfferSwitch;
use super::terms_of_use::TermsOfUse;
use super::wire::{Decimal, List, NoQuery, Patch, SoldBy, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::catalog::eligibility::Eligibility;
use crate::domain::catalog::lifecycle::{Life, State, Trigger};
use crate::domain::catalog::offer as domain;
use crate::domain::catalog::offer::{BillingModel, BillingTerms, OfferContent, PriceHold};
use crate::domain::error::{Invalid, Violation};
use crate::domain::operator::Permission;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::text::Code;
use crate::domain::time::Validity;
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, catalog, marketplace, offer};

pub(super) fn routes() -> Vec<Route> {
    let browses = Needs::Permission(Permission::OfferBrowse);
    let writes = Needs::Permission(Permission::CatalogWrite);
    let publishes = Needs::Permission(Permission::CatalogPublish);
    let post = Method::POST;
    vec![
        read("/offers", browses, "List offers", list),
        read("/offers/{id}", Needs::Shelf, "Read an offer with its prices", show),
        write(post.clone(), "/offers", writes, "Create an offer", create),
        write(Method::PATCH, "/offers/{id}", writes, "Change an offer", revise),
        write(Method::DELETE, "/offers/{id}", writes, "Remove an offer that nobody holds", remove),
        write(post.clone(), "/offers/{id}/publish", publishes, "Put it on sale at once", publish),
        write(
            post.clone(),
            "/offers/{id}/unpublish",
            publishes,
            "Take it off the shelf for a while",
            unpublish,
        ),
        write(
            post.clone(),
            "/offers/{id}/design",
            publishes,
            "Take it back to design",
            |a, c, b| on(a, c, b, Trigger::Design),
        ),
        write(post.clone(), "/offers/{id}/test", publishes, "Take it to test", |a, c, b| {
            on(a, c, b, Trigger::Test)
        }),
        write(post.clone(), "/offers/{id}/activate", publishes, "Make it ready", |a, c, b| {
            on(a, c, b, Trigger::Activate)
        }),
        write(post.clone(), "/offers/{id}/launch", publishes, "Put it on the shelf", |a, c, b| {
            on(a, c, b, Trigger::Launch)
        }),
        write(post.clone(), "/offers/{id}/reject", publishes, "Give it up", |a, c, b| {
            on(a, c, b, Trigger::Reject)
        }),
    ]
}

/// What can be bought.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Offer {
    id: String,
    number: u64,
    revision: u32,
    created_at: String,
    changed_at: String,
    name: Texts,
    summary: Option<Texts>,
    description: Option<Texts>,
    part_number: Option<String>,
    /// Whether the caller keeps the catalogue that it stands in, and does not only buy from it;
    /// left out for who keeps none.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_kept: Option<bool>,
    /// Who sells it.
    #[serde(flatten)]
    sold_by: SoldBy,
    specification: Option<String>,
    categories: Vec<String>,
    state: String,
    version: u32,
    valid: Valid,
    terms: Vec<OfferTerm>,
    /// The prices; `null` in lists.
    prices: Option<Vec<Price>>,
    service_terms: Option<String>,
    /// When it is charged: `before_term`, `before_period` or `after_period`.
    billing_model: String,
    /// Whether a subscription keeps the prices it began with.
    freeze_prices: bool,
    bundle: Vec<OfferPart>,
    resources: Vec<OfferResource>,
    /// The offer that this one adds to.
    adds_to: Option<String>,
    /// The offer of the vendor that this one is a copy of, to be sold on; shown to who keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    copy_of: Option<String>,
    /// How many hundredths its prices are above those of what it is a copy of; shown to who keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mark_up: Option<Decimal>,
    /// Whether those to whom its seller sells may copy it, to sell it on; left out if they may.
    #[serde(skip_serializing_if = "is_true")]
    resellable: bool,
    /// The account that delivers it for its seller; shown to who keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    supplier: Option<String>,
    /// `own`, `listed` (other sellers may have it on their shelves) or `taken_off`; shown to who keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    market: Option<String>,
    /// What a unit is for users: `none`, `per_unit` or `pool`.
    seating: String,
    /// To what its subscriptions may switch within a term.
    switches: Vec<OfferSwitch>,
    /// Through which channels alone it is sold; left out if through any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    channels: Vec<String>,
    /// What can be said of what it delivers, as far as this offer leaves it open; left out in lists, and where
    /// there is nothing to be said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    characteristics: Vec<Characteristic>,
    /// Of a bundle: how many percent its parts cost less in it than by themselves; of 100, what it costs are
    /// its own prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    parts_discount: Option<Decimal>,
    /// What its buyers must accept.
    #[serde(skip_serializing_if = "Option::is_none")]
    terms_of_use: Option<TermsOfUse>,
    /// What its buyers think of it; left out in lists, and where nobody has said anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<Rating>,
}

impl Wire for Offer {}

/// Whether it need not be said.
const fn is_true(it: &bool) -> bool {
    *it
}

/// From when to when.
#[derive(Debug, Serialize, ToSchema)]
struct Valid {
    from: Option<String>,
    to: Option<String>,
}

impl Offer {
    /// The same for who keeps the catalogue or not: what is sold on is nothing to its buyers.
    fn kept(self, is_kept: Option<bool>, it: &domain::Offer) -> Self {
        let own = Some(&it.content).filter(|_| is_kept == Some(true));
        let mark_up = own.and_then(|it| it.mark_up).map(|it| it.decimal().normalize());
        let copy_of = own.and_then(|it| it.copy_of).map(|it| it.to_string());
        let supplier = own.and_then(|it| it.supplier).map(|it| it.to_string());
        let market = own.map(|_| it.market.to_string());
        let mark_up = mark_up.as_ref().map(Decimal::from);
        Self { is_kept, copy_of, mark_up, supplier, market, ..self }
    }

    fn of(it: &domain::Offer) -> Self {
        let (content, valid) = (&it.content, it.life.valid_for);
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            created_at: it.stamp.created_at.to_string(),
            changed_at: it.stamp.changed_at.to_string(),
            name: Texts::from(&content.name),
            summary: content.summary.as_ref().map(Texts::from),
            description: content.description.as_ref().map(Texts::from),
            part_number: content.part_number.as_ref().map(ToString::to_string),
            is_kept: None,
            sold_by: SoldBy::default(),
            specification: content.specification.map(|it| it.to_string()),
            categories: content.categories.iter().map(ToString::to_string).collect(),
            state: it.life.state().to_string(),
            version: it.life.version(),
            valid: Valid {
                from: valid.from().map(|it| it.to_string()),
                to: valid.until().map(|it| it.to_string()),
            },
            terms: content.terms.iter().map(|it| OfferTerm::of(it, &content.billing)).collect(),
            prices: None,
            service_terms: content.service_terms.map(|it| it.to_string()),
            billing_model: content.billing.model.to_string(),
            freeze_prices: content.billing.price_hold == PriceHold::Frozen,
            bundle: content.parts.iter().map(OfferPart::of).collect(),
            resources: content.resources.iter().map(OfferResource::of).collect(),
            adds_to: content.adds_to.map(|it| it.to_string()),
            copy_of: None,
            mark_up: None,
            resellable: content.is_resellable,
            supplier: None,
            market: None,
            seating: content.seating.to_string(),
            switches: content.switches.iter().map(OfferSwitch::of).collect(),
            channels: content.eligibility.channels.iter().map(ToString::to_string).collect(),
            characteristics: Vec::new(),
            parts_discount: content
                .parts_discount
                .map(|it| Decimal::from(&it.decimal().normalize())),
            terms_of_use: content.terms_of_use.as_ref().map(TermsOfUse::from),
            rating: None,
        }
    }
}

/// Which offers are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfferQuery {
    /// A state such as `launched`.
    state: Option<String>,
    category: Option<String>,
    part_number: Option<String>,
    /// Only what is sold through this channel, or through any.
    channel: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: OfferQuery) -> Result<Reply<List<Offer>>, Error> {
    let category = parse_optional("category", query.category.as_deref())?;
    let state = word("state", query.state.as_deref())?;
    let channel: Option<Code> = parse_optional("channel", query.channel.as_deref())?;
    let accept = |it: &domain::Offer| {
        let number = it.content.part_number.as_ref().map(ToString::to_string);
        state.is_none_or(|state| it.life.state() == state)
            && (query.part_number.is_none() || query.part_number == number)
            && (channel.is_none() || it.content.eligibility.is_sold_through(channel.as_ref()))
    };
    let page = offer::list(cx, category, &call.page, accept)?;
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| {
        let sold_by = SoldBy::of_offer(&mut labels, &it)?;
        let is_kept = catalog::is_kept(cx, &it.stamp);
        Ok::<_, Error>(Offer { sold_by, ..Offer::of(&it) }.kept(is_kept, &it))
    })?))
}

/// An offer as an event tells of it.
pub(super) fn told(it: &domain::Offer) -> impl Wire + use<> {
    Offer::of(it)
}

pub(super) fn whole(cx: Cx<'_>, it: &domain::Offer) -> Result<Offer, Error> {
    let prices = offer::prices(cx, it.id)?;
    let prices: Result<_, Error> = prices.iter().map(|it| Price::whole(cx, it)).collect();
    let prices = Some(prices?);
    let sold_by = SoldBy::of_offer(&mut Labels::new(cx), it)?;
    // What stands here as another's is sold on by nobody but who lists it.
    let is_vendors = marketplace::merchant(cx, it)? == it.stamp.seller;
    let resellable = is_vendors && it.content.is_resellable;
    let is_kept = catalog::is_kept(cx, &it.stamp);
    let rating = Rating::of_any(cx, it.id)?;
    let characteristics = offer::characteristics(cx, it)?;
    let characteristics = characteristics.iter().map(Characteristic::from).collect();
    let shown = Offer { prices, sold_by, rating, characteristics, resellable, ..Offer::of(it) };
    Ok(shown.kept(is_kept, it))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Offer>, Error> {
    let it = offer::get(cx, call.id("id")?)?;
    Ok(Reply::ok(whole(cx, &it)?).tagged(it.stamp.revision))
}

/// An offer to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOffer {
    /// The account that sells it; the caller's own if nothing is said.
    seller: Option<String>,
    /// A state up to `launched`; `in_design` if nothing is said.
    state: Option<String>,
    name: Texts,
    summary: Option<Texts>,
    description: Option<Texts>,
    part_number: Option<String>,
    specification: Option<String>,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    terms: Vec<OfferTerm>,
    service_terms: Option<String>,
    /// `before_term`, `before_period` or `after_period`; before the period if nothing is said.
    billing_model: Option<String>,
    /// Whether subscriptions keep the prices they began with.
    #[serde(default)]
    freeze_prices: bool,
    #[serde(default)]
    bundle: Vec<OfferPart>,
    #[serde(default)]
    resources: Vec<OfferResource>,
    adds_to: Option<String>,
    /// What a unit is for users: `none`, `per_unit`, or `pool` of which users have parts.
    seating: Option<String>,
    #[serde(default)]
    switches: Vec<OfferSwitch>,
    /// Through which channels alone it is sold; through any if none is named. The same can be sold in
    /// each by an offer of its own.
    #[serde(default)]
    channels: Vec<String>,
    /// What its buyers must accept.
    terms_of_use: Option<TermsOfUse>,
    /// An offer of the vendor of the account that sells it on. The copy delivers what that does, on the
    /// same terms, and begins with its prices; only name, texts, part number and categories are its own.
    copy_of: Option<String>,
    /// Of a bundle: how many percent its parts cost less in it than by themselves, above 0 and at most 100.
    /// Of 100, what it costs are its own prices.
    parts_discount: Option<Decimal>,
    /// How many hundredths its prices are above those of what it is a copy of.
    mark_up: Option<Decimal>,
    /// Whether those to whom its seller sells may copy it, to sell it on; they may if nothing is said.
    resellable: Option<bool>,
    /// The account that delivers it, and works on its orders; the seller itself if nothing is said.
    supplier: Option<String>,
}

pub(super) fn each<W, T>(
    all: &[W],
    at: &str,
    read: impl Fn(&W, &str) -> Result<T, Invalid>,
) -> Result<Vec<T>, Invalid> {
    all.iter().enumerate().map(|(place, it)| read(it, &format!("{at}/{place}"))).collect()
}

fn billing(
    before: BillingTerms,
    model: Option<&str>,
    freeze: Option<bool>,
) -> Result<BillingTerms, Invalid> {
    let model = parse_optional::<BillingModel>("/billing_model", model)?;
    let hold = freeze.map(|it| if it { PriceHold::Frozen } else { PriceHold::Current });
    Ok(BillingTerms {
        model: model.unwrap_or(before.model),
        price_hold: hold.unwrap_or(before.price_hold),
        ..before
    })
}

impl NewOffer {
    fn content(&self) -> Result<OfferContent, Error> {
        let named = OfferContent::named(self.name.read("/name")?);
        let freeze = Some(self.freeze_prices);
        Ok(OfferContent {
            summary: Texts::read_optional(self.summary.as_ref(), "/summary")?,
            description: Texts::read_optional(self.description.as_ref(), "/description")?,
            part_number: parse_optional("/part_number", self.part_number.as_deref())?,
            specification: parse_optional("/specification", self.specification.as_deref())?,
            categories: each(&self.categories, "/categories", |it, at| parse(at, it))?
                .into_iter()
                .collect(),
            terms: each(&self.terms, "/terms", |it, at| it.read(at, &named))?,
            service_terms: parse_optional("/service_terms", self.service_terms.as_deref())?,
            billing: billing(named.billing, self.billing_model.as_deref(), freeze)?,
            parts: each(&self.bundle, "/bundle", OfferPart::read)?,
            parts_discount: self.parts_discount.as_ref().map(parts_discount).transpose()?,
            resources: each(&self.resources, "/resources", |it, at| it.read(at, &named))?,
            adds_to: parse_optional("/adds_to", self.adds_to.as_deref())?,
            seating: parse_optional("/seating", self.seating.as_deref())?.unwrap_or(named.seating),
            switches: each(&self.switches, "/switches", OfferSwitch::read)?,
            eligibility: Eligibility {
                channels: channels(&self.channels)?,
                ..Eligibility::default()
            },
            terms_of_use: self.terms_of_use.as_ref().map(TermsOfUse::read).transpose()?,
            mark_up: self.mark_up.as_ref().map(mark_up).transpose()?,
            is_resellable: self.resellable.unwrap_or(true),
            supplier: parse_optional("/supplier", self.supplier.as_deref())?,
            ..named
        })
    }
}

fn channels(all: &[String]) -> Result<BTreeSet<Code>, Invalid> {
    Ok(each(all, "/channels", |it, at| parse(at, it))?.into_iter().collect())
}

fn parts_discount(it: &Decimal) -> Result<Percent, Invalid> {
    Ok(Percent::new(it.read::<Quantity>("/parts_discount")?.decimal()))
}

fn mark_up(it: &Decimal) -> Result<Percent, Invalid> {
    Ok(Percent::new(it.read::<Quantity>("/mark_up")?.decimal()))
}

impl NewOffer {
    /// The content of a copy: what is not its own is left to the original.
    fn copied(&self, original: &domain::Offer) -> Result<OfferContent, Error> {
        let others = [
            ("/specification", self.specification.is_some()),
            ("/terms", !self.terms.is_empty()),
            ("/service_terms", self.service_terms.is_some()),
            ("/billing_model", self.billing_model.is_some()),
            ("/bundle", !self.bundle.is_empty()),
            ("/parts_discount", self.parts_discount.is_some()),
            ("/resources", !self.resources.is_empty()),
            ("/adds_to", self.adds_to.is_some()),
            ("/seating", self.seating.is_some()),
            ("/switches", !self.switches.is_empty()),
            ("/state", self.state.is_some()),
            ("/supplier", self.supplier.is_some()),
        ];
        let message = "must be left out: a copy has it of what it is a copy of, or not at all";
        let said = others.into_iter().filter(|it| it.1);
        let found = said.map(|it| Violation::new(it.0, "conflict", message)).collect();
        Invalid::unless_empty(found)?;
        let (own, like) = (self.content()?, offer::copied(original));
        Ok(OfferContent {
            name: own.name,
            summary: own.summary.or(like.summary),
            description: own.description.or(like.description),
            part_number: own.part_number,
            categories: own.categories,
            terms_of_use: own.terms_of_use.or(like.terms_of_use),
            eligibility: Eligibility { channels: own.eligibility.channels, ..like.eligibility },
            mark_up: own.mark_up,
            is_resellable: own.is_resellable,
            ..like
        })
    }
}

fn create(act: &mut Act<'_>, _: &Call, body: NewOffer) -> Result<Reply<Offer>, Error> {
    let seller = parse_optional("/seller", body.seller.as_deref())?;
    let seller = catalog::seller(act.cx(), seller)?;
    let it = match parse_optional("/copy_of", body.copy_of.as_deref())? {
        Some(original) => {
            let original = offer::named(act.cx(), "/copy_of", original)?;
            offer::copy(act, seller.into(), body.copied(&original)?)?
        }
        None => {
            let state = parse_optional("/state", body.state.as_deref())?;
            let life = Life::new(state.unwrap_or(State::InDesign), Validity::ALWAYS)?;
            offer::create(act, seller, life, body.content()?)?
        }
    };
    let path = format!("/api/v1/offers/{}", it.id);
    Ok(Reply::created(path, whole(act.cx(), &it)?).tagged(it.stamp.revision))
}

/// What is to change of an offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfferPatch {
    name: Option<Texts>,
    #[serde(default)]
    summary: Patch<Texts>,
    #[serde(default)]
    description: Patch<Texts>,
    #[serde(default)]
    part_number: Patch<String>,
    #[serde(default)]
    specification: Patch<String>,
    categories: Option<Vec<String>>,
    terms: Option<Vec<OfferTerm>>,
    #[serde(default)]
    service_terms: Patch<String>,
    billing_model: Option<String>,
    freeze_prices: Option<bool>,
    bundle: Option<Vec<OfferPart>>,
    resources: Option<Vec<OfferResource>>,
    switches: Option<Vec<OfferSwitch>>,
    /// Of what is bought from now on.
    channels: Option<Vec<String>>,
    #[serde(default)]
    terms_of_use: Patch<TermsOfUse>,
    /// Of a copy: its prices follow with the next change of those of its original.
    #[serde(default)]
    #[schema(value_type = Option<Decimal>)]
    mark_up: Patch<Decimal>,
    /// Of a bundle: how many percent its parts cost less in it, for who buys it from now on.
    #[serde(default)]
    #[schema(value_type = Option<Decimal>)]
    parts_discount: Patch<Decimal>,
    /// Whether it may be copied from now on, to be sold on; what was copied goes on being sold.
    resellable: Option<bool>,
    #[serde(default)]
    supplier: Patch<String>,
}

impl OfferPatch {
    fn onto(&self, mut it: OfferContent) -> Result<OfferContent, Error> {
        if let Some(name) = &self.name {
            it.name = name.read("/name")?;
        }
        it.summary = self.summary.onto(it.summary, |to| to.read("/summary"))?;
        it.description = self.description.onto(it.description, |to| to.read("/description"))?;
        it.part_number = self.part_number.onto(it.part_number, |to| parse("/part_number", to))?;
        it.specification =
            self.specification.onto(it.specification, |to| parse("/specification", to))?;
        it.mark_up = self.mark_up.onto(it.mark_up, mark_up)?;
        it.parts_discount = self.parts_discount.onto(it.parts_discount, parts_discount)?;
        it.is_resellable = self.resellable.unwrap_or(it.is_resellable);
        it.supplier = self.supplier.onto(it.supplier, |to| parse("/supplier", to))?;
        it.terms_of_use = self.terms_of_use.onto(it.terms_of_use, TermsOfUse::read)?;
        it.service_terms =
            self.service_terms.onto(it.service_terms, |to| parse("/service_terms", to))?;
        if let Some(to) = &self.categories {
            it.categories = each(to, "/categories", |it, at| parse(at, it))?.into_iter().collect();
        }
        if let Some(to) = &self.terms {
            it.terms = each(to, "/terms", |to, at| to.read(at, &it))?;
        }
        if let Some(to) = &self.bundle {
            it.parts = each(to, "/bundle", OfferPart::read)?;
        }
        if let Some(to) = &self.resources {
            it.resources = each(to, "/resources", |to, at| to.read(at, &it))?;
        }
        if let Some(to) = &self.switches {
            it.switches = each(to, "/switches", OfferSwitch::read)?;
        }
        if let Some(to) = &self.channels {
            it.eligibility.channels = channels(to)?;
        }
        it.billing = billing(it.billing, self.billing_model.as_deref(), self.freeze_prices)?;
        Ok(it)
    }
}

fn revise(act: &mut Act<'_>, call: &Call, body: OfferPatch) -> Result<Reply<Offer>, Error> {
    let it = offer::revise(act, call.id("id")?, call.if_match, |it| body.onto(it))?;
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}

fn remove(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Nothing>, Error> {
    offer::remove(act, call.id("id")?)?;
    Ok(Reply::no_content())
}

fn publish(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Offer>, Error> {
    let it = offer::publish(act, call.id("id")?)?;
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}

fn unpublish(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Offer>, Error> {
    let it = offer::unpublish(act, call.id("id")?)?;
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}

fn on(act: &mut Act<'_>, call: &Call, _: Nothing, trigger: Trigger) -> Result<Reply<Offer>, Error> {
    let it = offer::on(act, call.id("id")?, trigger)?;
    Ok(Reply::ok(whole(act.cx(), &it)?).tagged(it.stamp.revision))
}
