//! What offers cost (TMF620 productOfferingPrice): our prices, and what was written down of a price
//! before any offer had it.
//!
//! A price is made by itself here, and an offer takes it by its id. Until then it is a
//! [registered document](super::registered); when an offer takes it, it becomes a price of ours with
//! the same id, and what was said of it is carried beside it. What several offers take is one price of
//! all of [them](super::price_in_offers). How it is figured is [`price_model`], what it is charged for
//! [`price_terms`].

use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use super::behind::{Behind, Change};
use super::beside::Beside;
use super::carried;
use super::catalogue::valid_anew;
use super::entity::{Entity, Gone, Of, Thing, must, reference, text, tree};
use super::money;
use super::party_form::{shown_validity, validity};
use super::price_rhythm::{occasion, period};
use super::registered::Registered;
use super::resource::Tree;
use super::{
    characteristic, price_alteration, price_condition, price_in_offers, price_model, price_said,
    price_terms,
};
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::model::{Figure, PriceModel};
use crate::domain::catalog::price::{Price, PriceKind, PriceVersion, Versions};
use crate::domain::document::Document;
use crate::domain::error::{Invalid, Violation};
use crate::domain::id::{DocumentId, Id, Kind, MeterId, OfferId, PriceId};
use crate::domain::money::Currency;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::quantity::Quantity;
use crate::domain::stamp::{Contract, Stamp};
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Date, Instant, Zone};
use crate::services::{Act, Cx, Error, catalog, document, event, offer};

/// The sort of the documents.
const SORT: &str = "product_offering_price";
/// The name of the resource.
const NAME: &str = "productOfferingPrice";

/// What offers have.
pub(super) struct Prices;

/// A price is for those to see who see its offer.
impl Thing for Price {
    const KIND: Kind = Kind::Price;
    const WRITING: Permission = Permission::CatalogWrite;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    fn page(
        cx: Cx<'_>,
        page: &PageRequest,
        accept: impl FnMut(&Self) -> bool,
    ) -> Result<Page<Self>, Error> {
        offer::page_of_prices(cx, page, accept)
    }

    fn find(cx: Cx<'_>, id: Uuid) -> Result<Option<Self>, Error> {
        let id = PriceId::from_uuid(id);
        match offer::price(cx, id)? {
            Some(found) => Ok(Some(found)),
            None => price_in_offers::seen_by_others(cx, id),
        }
    }

    fn carry(act: &mut Act<'_>, id: Uuid, said: Vec<u8>) -> Result<Self, Error> {
        crate::services::carried::keep(
            act,
            (PriceId::from_uuid(id), Self::WRITING),
            Contract::Tmf,
            said,
        )
    }

    fn kept(side: &[u8]) -> Result<Self, Error> {
        event::read(side)
    }
}

/// Prices, with those that no offer has yet.
pub(super) const PRICES: Beside<Prices> = Beside {
    documents: Registered(SORT),
    entities: Of(Prices),
    make: |it, act, of, said| {
        validity("validFor", said.get("validFor"))?;
        price_model::read(said.get(price_model::NAME), Zone::UTC.date_of(act.now()))?;
        it.documents.create(act, of, said)
    },
};

/// The figure of a version of a price, as far as it is one.
pub(super) fn figure(of: &Price, version: Option<&PriceVersion>) -> Option<Value> {
    let (PriceModel::Flat(figure) | PriceModel::PerUnit(figure)) = &version?.model else {
        return None;
    };
    Some(money::exactly(of.currency, *figure))
}

/// The version of a price at which one buys now; before the first one begins, that.
pub(super) fn version_now(of: &Price, now: Instant) -> Option<&PriceVersion> {
    of.in_force(Zone::UTC.date_of(now), None).or_else(|| of.versions.as_slice().first())
}

/// What a version of a price comes to, if that is one figure: for so many units as that is for.
fn amount_of(of: &Price, version: Option<&PriceVersion>) -> Option<Value> {
    let (figure, _) = price_model::figure(&version?.model)?;
    Some(money::exactly(of.currency, figure))
}

/// Whether money is what a price comes to in the end, by its last version.
fn is_last(of: &Price, said: &Value) -> bool {
    let last = of.versions.as_slice().last().and_then(|it| price_model::figure(&it.model));
    let said = money::read_exactly("price", said).ok();
    last.zip(said).is_some_and(|((last, _), said)| said == (of.currency, last))
}

impl Entity for Prices {
    type Thing = Price;
    const READING: Permission = Permission::OfferBrowse;
    const WRITING: Permission = Permission::CatalogWrite;
    const FREE: &[&str] = &["description"];

    fn is(&self, it: &Price) -> bool {
        !price_in_offers::is_another(it)
    }

    fn known(&self, cx: Cx<'_>, it: &Price) -> Result<Tree, Error> {
        let every = match it.kind {
            PriceKind::Recurring { every, .. } => Some(period(every)),
            PriceKind::OneTime(_) | PriceKind::Usage { .. } => None,
        };
        let mut known = tree(json!({
            "name": it.name.as_str(),
            "description": it.description.as_ref().map(Prose::as_str),
            "lifecycleStatus": super::catalogue::word(it.life.state()),
            "priceType": occasion(it.kind),
            "recurringChargePeriodType": every.map(|it| it.0),
            "recurringChargePeriodLength": every.map(|it| it.1),
            "price": amount_of(it, version_now(it, cx.now)),
            "isBundle": false,
            characteristic::USES: price_condition::shown(&it.conditions),
            "validFor": shown_validity(it.life.valid_for),
        }));
        known.extend(price_terms::shown(cx, it)?);
        let meter = price_terms::metered(cx, it)?;
        let models = price_model::shown(it, meter.as_ref().map(|it| it.unit.as_str()));
        known.extend(models.map(|it| (price_model::NAME.to_owned(), it)));
        Ok(known)
    }

    fn states(&self) -> Vec<String> {
        super::catalogue::words()
    }

    fn agrees(&self, it: &Price, name: &str, (said, known): (&Value, &Value)) -> bool {
        match name {
            characteristic::USES => price_condition::agree(said, &it.conditions),
            price_model::NAME => price_model::agrees(said, it),
            price_alteration::NAME => {
                let read = price_alteration::read(Some(said), it.currency);
                read.is_ok_and(|read| read == it.alterations)
            }
            price_terms::METER => match it.kind {
                PriceKind::Usage { meter } => reference::<MeterId>(said) == Some(meter),
                PriceKind::OneTime(_) | PriceKind::Recurring { .. } => is_nothing(said),
            },
            // What is said of these is what they will be: from today, or from the day after.
            price_terms::UNIT => {
                let last = it.versions.as_slice().last();
                let size = last.and_then(|it| price_model::figure(&it.model)).map(|it| it.1);
                let mut last = known.clone();
                last["amount"] = money::number(&size.unwrap_or(Quantity::ONE));
                price_terms::unit_agrees(said, known) || price_terms::unit_agrees(said, &last)
            }
            "price" => carried::agrees(said, known) || is_last(it, said),
            _ => carried::agrees(said, known),
        }
    }

    /// How a price is figured is shown as it is, whatever becomes of it.
    fn keeps(&self, name: &str, said: &Value) -> bool {
        match name {
            price_model::NAME => !price_model::is_ours(said),
            price_alteration::NAME | price_terms::METER => false,
            _ => true,
        }
    }

    /// What is said of a figure that is still to come is not what an order costs.
    fn adorned(&self, cx: Cx<'_>, it: &Price, mut shown: Tree) -> Result<Tree, Error> {
        let version = version_now(it, cx.now);
        if let Some((said, now)) = shown.get_mut("price").zip(amount_of(it, version))
            && !carried::agrees(said, &now)
        {
            *said = now;
        }
        let meter = price_terms::metered(cx, it)?;
        if let Some(said) = shown.get_mut(price_terms::UNIT)
            && let Some(now) = price_terms::unit(version, meter.as_ref())
            && !price_terms::unit_agrees(said, &now)
        {
            *said = now;
        }
        Ok(shown)
    }

    fn create(&self, _: &mut Act<'_>, _: &Tree) -> Result<Price, Error> {
        Err(Error::internal("a price is made when an offer takes it"))
    }

    fn change(&self, act: &mut Act<'_>, it: Price, change: &Change) -> Result<Price, Error> {
        price_said::must_stay_untaxed(change)?;
        for other in price_in_offers::others(act.cx(), &it)? {
            changed(act, other, change)?;
        }
        changed(act, it, change)
    }

    fn remove(&self, act: &mut Act<'_>, it: Price) -> Result<Gone, Error> {
        for other in price_in_offers::others(act.cx(), &it)? {
            offer::drop_price(act, other.id, None)?;
        }
        offer::drop_price(act, it.id, None)?;
        Ok(Gone::Removed)
    }
}

/// A price that is what was said anew.
fn changed(act: &mut Act<'_>, mut it: Price, change: &Change) -> Result<Price, Error> {
    let differs = |name: &str| change.before.get(name) != change.after.get(name);
    if differs("name") {
        let name: Name = must(&change.after, "name")?;
        let kept = (name, it.names.clone(), it.stamp.carried.clone());
        it = offer::rename_price(act, it.id, kept)?;
    }
    if let Some(valid_for) = valid_anew(change)? {
        it = catalog::revise(act, (it.id, None), Permission::CatalogWrite, |mut it: Price| {
            it.life.valid_for = valid_for;
            Ok::<_, Error>(it)
        })?;
    }
    let today = Zone::UTC.date_of(act.now());
    if let Some(version) = refigured(&it, change, today)? {
        let repriced = offer::reprice(act, it.id, |_| Ok(version));
        it = repriced.map_err(in_our_words)?;
    }
    Ok(it)
}

/// The figures that a price should have after a change; nothing if they stay.
fn refigured(it: &Price, change: &Change, today: Date) -> Result<Option<PriceVersion>, Invalid> {
    let said = &change.after;
    let differs = |name: &str| change.before.get(name) != said.get(name);
    let Some(last) = it.versions.as_slice().last() else { return Ok(None) };
    let models = |day| price_model::read(said.get(price_model::NAME), day);
    if differs(price_model::NAME)
        && let Some((currency, mut versions)) = models(today)?
    {
        must_stay_in(it.currency, currency)?;
        if differs("price") {
            let message = "follows from `pricingLogicAlgorithm`: change one of them";
            return Err(Invalid::one("price", "conflict", message));
        }
        let stays = models(last.valid_from)?.is_some_and(|it| it.1.last() == Some(last));
        return Ok(versions.pop().filter(|_| !stays));
    }
    let own = price_model::figure(&last.model);
    if !differs("price") && (!differs(price_terms::UNIT) || own.is_none()) {
        return Ok(None);
    }
    // What is shown holds today: what is not said anew stays as it will be.
    let figure = match own.filter(|_| !differs("price")) {
        Some((figure, _)) => figure,
        None => must_cost(said, it.currency)?,
    };
    let size = match own.filter(|_| !differs(price_terms::UNIT)) {
        Some((_, size)) => size,
        None => price_terms::size(said)?,
    };
    let model = refigured_model((&last.model, it.kind), figure, size)?;
    let version = PriceVersion { valid_from: today, included: last.included, model };
    Ok(Some(version).filter(|it| it.model != last.model))
}

/// What was said that a price comes to, which has a currency.
fn must_cost(said: &Tree, own: Currency) -> Result<Figure, Invalid> {
    let missing = || Invalid::one("price", "required", "must stay: an offer has this price");
    let (currency, figure) = amount(said)?.ok_or_else(missing)?;
    must_stay_in(own, currency)?;
    Ok(figure)
}

fn must_stay_in(own: Currency, said: Currency) -> Result<(), Invalid> {
    if own == said {
        return Ok(());
    }
    let message = "must stay in its currency: make another price";
    Err(Invalid::one("price", "read_only", message))
}

/// A model of one figure with another one, for so many units.
fn refigured_model(
    (model, kind): (&PriceModel, PriceKind),
    figure: Figure,
    size: Quantity,
) -> Result<PriceModel, Invalid> {
    match model {
        PriceModel::Package { .. } => Ok(PriceModel::Package { size, price: figure }),
        PriceModel::Flat(_) if size == Quantity::ONE => Ok(PriceModel::Flat(figure)),
        PriceModel::Flat(_) | PriceModel::PerUnit(_) => plain_model(kind, figure, size),
        PriceModel::Graduated(_)
        | PriceModel::Volume(_)
        | PriceModel::Stairstep(_)
        | PriceModel::Percentage(_)
        | PriceModel::GraduatedPercentage(_)
        | PriceModel::Minimum { .. }
        | PriceModel::Commitment { .. }
        | PriceModel::PerDimension { .. } => {
            let message = "is not one figure here: change `pricingLogicAlgorithm`";
            Err(Invalid::one("price", "read_only", message))
        }
    }
}

/// So much for each unit, or for each package of what is used.
fn plain_model(kind: PriceKind, figure: Figure, size: Quantity) -> Result<PriceModel, Invalid> {
    match kind {
        _ if size == Quantity::ONE => Ok(PriceModel::PerUnit(figure)),
        PriceKind::Usage { .. } => Ok(PriceModel::Package { size, price: figure }),
        PriceKind::OneTime(_) | PriceKind::Recurring { .. } => {
            let message = "a price is for one of what it is for: say it for one";
            Err(Invalid::one(price_terms::UNIT, "unsupported", message))
        }
    }
}

/// What was said that a price comes to, with all its digits.
fn amount(said: &Tree) -> Result<Option<(Currency, Figure)>, Invalid> {
    let said = said.get("price").filter(|it| !it.is_null());
    said.map(|it| money::read_exactly("price", it)).transpose()
}

/// What of a price an offer cannot have: it would cost something else than is said.
const UNSOLD: &[(&str, &str)] = &[
    ("bundledPopRelationship", "a price is none of several here: name each"),
    ("percentage", "what lowers a price by a part is a discount of ours"),
    ("popRelationship", "what lowers a price is a discount of ours"),
];

/// Whether what was said says nothing.
fn is_nothing(it: &Value) -> bool {
    match it {
        Value::Null => true,
        Value::Array(all) => all.is_empty(),
        Value::Number(it) => it.to_string().parse().is_ok_and(|it: Decimal| it.is_zero()),
        Value::Bool(_) | Value::String(_) | Value::Object(_) => false,
    }
}

/// Refuses what an offer cannot have of a price that was said.
fn must_be_sold_so(said: &Tree) -> Result<(), Invalid> {
    let found = UNSOLD.iter().find(|it| said.get(it.0).is_some_and(|it| !is_nothing(it)));
    match found {
        Some((name, why)) => Err(Invalid::one(*name, "unsupported", *why)),
        None => Ok(()),
    }
}

/// What was said that a price comes to, in which currency; nothing if that was not said.
fn figures(
    said: &Tree,
    (kind, today): (PriceKind, Date),
) -> Result<Option<(Currency, Vec<PriceVersion>)>, Invalid> {
    let plain = amount(said)?;
    let models = price_model::read(said.get(price_model::NAME), today)?;
    let Some((currency, versions)) = models else {
        let Some((currency, figure)) = plain else { return Ok(None) };
        let model = plain_model(kind, figure, price_terms::size(said)?)?;
        model.check().map_err(worded)?;
        let version = PriceVersion { valid_from: today, included: Quantity::ZERO, model };
        return Ok(Some((currency, vec![version])));
    };
    let figure = |it: &PriceVersion| price_model::figure(&it.model).map(|it| (currency, it.0));
    let holds = versions.iter().rfind(|it| it.valid_from <= today).or(versions.first());
    let own = [holds, versions.last()].map(|it| it.and_then(figure));
    if plain.is_some_and(|it| !own.contains(&Some(it))) {
        let message =
            "must be the `price` of the `pricingLogicAlgorithm` that holds today, or be left out";
        return Err(Invalid::one("price", "conflict", message));
    }
    Ok(Some((currency, versions)))
}

/// The price that was said, if it says what it comes to; its stamp is still to be given.
fn drafted(cx: Cx<'_>, (of, id): (&Offer, PriceId), said: &Tree) -> Result<Option<Price>, Error> {
    if amount(said)?.is_none() && !said.get(price_model::NAME).is_some_and(price_model::is_ours) {
        return Ok(None);
    }
    must_be_sold_so(said)?;
    let kind = price_terms::kind(cx, said)?;
    let figures = figures(said, (kind, Zone::UTC.date_of(cx.now)))?;
    let Some((currency, versions)) = figures else { return Ok(None) };
    Ok(Some(Price {
        id,
        stamp: cx.stamp(of.stamp.seller, None),
        name: must(said, "name")?,
        names: price_terms::localized(said, "localizedName")?,
        description: text(said, "description")?,
        offer: of.id,
        plan: text(said, "pricePlan")?,
        term: price_terms::term(of, said)?,
        currency,
        tax_category: price_terms::tax_category(cx, said)?,
        base: price_terms::base(said)?,
        resource: price_terms::resource(cx, said)?,
        kind,
        conditions: price_condition::read(said.get(characteristic::USES))?,
        alterations: price_alteration::read(said.get(price_alteration::NAME), currency)?,
        life: Life::new(State::Active, validity("validFor", said.get("validFor"))?)?,
        versions: Versions::of(versions)?,
        next_at: None,
    }))
}

/// What an offer costs, as references.
pub(super) fn references(cx: Cx<'_>, it: &Offer) -> Result<Vec<Value>, Error> {
    let all = offer::prices(cx, it.id)?;
    let shown = all.iter().map(|it| {
        let id = price_in_offers::shown_as(it)?;
        Ok(json!({ "id": id.uuid(), "name": it.name.as_str() }))
    });
    shown.collect()
}

/// Lets an offer cost what it is said to: it takes what it does not have, and gives up what is no
/// longer named. References that lead nowhere here come to nothing.
pub(super) fn settle(act: &mut Act<'_>, of: OfferId, said: &Tree) -> Result<(), Error> {
    let named = said.get(NAME).and_then(Value::as_array).cloned().unwrap_or_default();
    let ids: Vec<_> = named.iter().filter_map(reference::<PriceId>).collect();
    for it in offer::prices(act.cx(), of)? {
        if !ids.contains(&price_in_offers::shown_as(&it)?) {
            let others = price_in_offers::others(act.cx(), &it)?;
            offer::drop_price(act, it.id, None)?;
            price_in_offers::part(act, &others)?;
        }
    }
    for (place, id) in ids.into_iter().enumerate() {
        let at = format!("{NAME}/{place}");
        take(act, of, id).map_err(|error| {
            if let Error::Invalid(invalid) = error { below(invalid, &at).into() } else { error }
        })?;
    }
    Ok(())
}

/// Whether prices are named that are not here: what they would charge is not to be had for nothing.
pub(super) fn is_missing(cx: Cx<'_>, of: OfferId, said: &Tree) -> Result<bool, Error> {
    let named = said.get(NAME).and_then(Value::as_array).map_or(0, Vec::len);
    Ok(offer::prices(cx, of)?.len() < named)
}

fn below(invalid: Invalid, at: &str) -> Invalid {
    let mut invalid = worded(price_condition::placed(invalid));
    for Violation { field, .. } in &mut invalid.violations {
        *field = format!("{at}/{}", field.trim_start_matches('/'));
    }
    invalid
}

/// What our fields of a price are called in this contract.
const WORDS: &[(&str, &str)] = &[
    ("/alterations", price_alteration::NAME),
    ("/amount", "price"),
    ("/included", "pricingLogicAlgorithm/included"),
    ("/kind/every", "recurringChargePeriodLength"),
    ("/meter", price_terms::METER),
    ("/model/kind", "pricingLogicAlgorithm/name"),
    ("/model", price_model::NAME),
    ("/names", "localizedName"),
    ("/plan", "pricePlan"),
    ("/price", "price"),
    ("/size", "unitOfMeasure/amount"),
    ("/term", "productOfferingTerm"),
    ("/unit_price", "price"),
    ("/versions", price_model::NAME),
];

/// A refusal of a price in the words of this contract.
fn worded(mut invalid: Invalid) -> Invalid {
    for Violation { field, .. } in &mut invalid.violations {
        let is = |ours: &str| {
            field.strip_prefix(ours).is_some_and(|it| it.is_empty() || it.starts_with('/'))
        };
        if let Some((ours, theirs)) = WORDS.iter().find(|it| is(it.0)) {
            *field = field.replacen(ours, theirs, 1).replace("/valid_from", "/validFor");
        }
    }
    invalid
}

fn in_our_words(error: Error) -> Error {
    if let Error::Invalid(invalid) = error { worded(invalid).into() } else { error }
}

/// Lets an offer take what was written down, or what another has.
fn take(act: &mut Act<'_>, of: OfferId, id: PriceId) -> Result<(), Error> {
    if let Some(found) = act.cx().find::<Price>(id)? {
        let id = price_in_offers::shown_as(&found)?;
        for it in offer::prices(act.cx(), of)? {
            if price_in_offers::shown_as(&it)? == id {
                return Ok(());
            }
        }
        return price_in_offers::take(act, of, id);
    }
    let draft: Option<Document> = document::find(act.cx(), SORT, DocumentId::from_uuid(id.uuid()))?;
    let Some(draft) = draft else { return Ok(()) };
    let said: Tree = serde_json::from_slice(draft.body()).map_err(Error::internal)?;
    price_said::must_be_whole(&said)?;
    let offer = offer::get(act.cx(), of)?;
    let Some(drafted) = drafted(act.cx(), (&offer, id), &said)? else {
        let message = "has no `price`, so that nothing can be sold at it";
        return Err(Invalid::one("price", "required", message).into());
    };
    document::remove(act, SORT, draft.id)?;
    let made =
        offer::add_price_as(act, (of, Some(id)), |id, stamp| Ok(Price { id, stamp, ..drafted }))?;
    let known = Prices.known(act.cx(), &made)?;
    let kept = PRICES.entities.of_new(None, (&made, &said, &known));
    let kept = carried::written(Tree::new(), NAME, kept)?;
    Price::carry(act, made.id.uuid(), kept).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_sold_as_it_is_said_or_not_at_all() {
        let told = |said: Value| match must_be_sold_so(&tree(said)) {
            Ok(()) => String::new(),
            Err(invalid) => invalid.violations[0].field.clone(),
        };
        for (said, expected) in [
            (json!({}), ""),
            (json!({ "percentage": 0, "popRelationship": [], "bundledPopRelationship": null }), ""),
            (json!({ "percentage": 20 }), "percentage"),
            (json!({ "popRelationship": [{ "id": "1" }] }), "popRelationship"),
            (json!({ "bundledPopRelationship": [{ "id": "1" }] }), "bundledPopRelationship"),
        ] {
            assert_eq!(told(said.clone()), expected, "{said}");
        }
    }

    #[test]
    fn a_price_keeps_all_its_digits() {
        let said = tree(json!({ "price": { "unit": "EUR", "value": "0.00125" } }));
        let (currency, figure) = amount(&said).expect("right").expect("a price");
        assert_eq!((currency.code(), figure.to_string()), ("EUR", "0.00125".to_owned()));
        assert_eq!(amount(&Tree::new()), Ok(None));
        assert!(amount(&tree(json!({ "price": { "unit": "EUR" } }))).is_err());
        assert!(amount(&tree(json!({ "price": { "unit": "?", "value": 1 } }))).is_err());
    }
}
