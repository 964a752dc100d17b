//! Prices of offers: added, revised for what may have been bought, redrafted for what may not.

use std::collections::BTreeMap;

use super::shows;
use crate::domain::catalog::characteristic::{Characteristic, Choices};
use crate::domain::catalog::offer::{Offer, OfferContent, PriceHold};
use crate::domain::catalog::price::condition::Condition;
use crate::domain::catalog::price::{ChargeKind, Price, PriceKind, PriceVersion, at_hand};
use crate::domain::catalog::specification::Specification;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{Kind, OfferId, PriceId};
use crate::domain::money::Currency;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::{Carried, Stamp};
use crate::domain::subscription::change::{TakenPrice, TakenPrices};
use crate::domain::text::{self, Locale, Name};
use crate::domain::time::{Date, Instant, Zone};
use crate::domain::usage::meter::Meter;
use crate::services::catalog::New;
use crate::services::{Act, Cx, Error, catalog};
use crate::store::catalog::PRICE_BY_OFFER;
use crate::store::{Along, Key, Records};

/// The prices of an offer, the oldest first.
///
/// # Errors
/// If the store fails.
pub fn prices(cx: Cx<'_>, offer: OfferId) -> Result<Vec<Price>, Error> {
    cx.every(&Along::Index(PRICE_BY_OFFER, Key::new().id(offer).bytes()))
}

/// The price with an id, if the caller may see it: who sees an offer sees what it costs.
///
/// # Errors
/// If the store fails.
pub fn price(cx: Cx<'_>, id: PriceId) -> Result<Option<Price>, Error> {
    Ok(cx.view.find::<Price>(id)?.filter(|it| shows_price(cx, it)))
}

/// A page of the prices that the caller may see, the oldest first.
///
/// # Errors
/// If the store fails.
pub fn page_of_prices(
    cx: Cx<'_>,
    page: &PageRequest,
    mut accept: impl FnMut(&Price) -> bool,
) -> Result<Page<Price>, Error> {
    if cx.actor.may_at_all(Permission::CatalogRead) {
        return cx.list_with_own(page, accept);
    }
    Ok(cx.view.list(&Along::All, page, &mut |it| shows_price(cx, it) && accept(it))?)
}

/// Whether the caller may see a price. What cannot be read is for nobody.
fn shows_price(cx: Cx<'_>, it: &Price) -> bool {
    cx.actor.sees(Kind::Price, &it.stamp)
        || cx.shared::<Offer>(it.offer).ok().flatten().is_some_and(|offer| shows(cx, &offer))
}

/// In what a usage price counts; nothing for others. Who sees the price sees that too.
///
/// # Errors
/// If the store fails.
pub fn unit(cx: Cx<'_>, price: &Price) -> Result<Option<Name>, Error> {
    let PriceKind::Usage { meter } = price.kind else { return Ok(None) };
    Ok(cx.shared::<Meter>(meter)?.map(|it| it.unit.clone()))
}

/// In what a usage price counts, to readers of other languages.
///
/// # Errors
/// If the store fails.
pub fn units(cx: Cx<'_>, price: &Price) -> Result<BTreeMap<Locale, Name>, Error> {
    let PriceKind::Usage { meter } = price.kind else { return Ok(BTreeMap::new()) };
    Ok(cx.shared::<Meter>(meter)?.map(|it| it.units.clone()).unwrap_or_default())
}

/// What some prices are for.
///
/// # Errors
/// If the store fails.
pub fn kinds(cx: Cx<'_>, prices: impl Iterator<Item = PriceId>) -> Result<Vec<PriceKind>, Error> {
    let found = prices.map(|id| cx.shared::<Price>(id)).filter_map(Result::transpose);
    found.map(|it| Ok(it?.kind)).collect()
}

/// What decides which prices of an offer are taken.
#[derive(Debug, Clone, Copy)]
pub struct Chosen<'a> {
    /// To which term one commits.
    pub term: Option<&'a text::Code>,
    /// The way to pay.
    pub plan: Option<&'a text::Code>,
    /// What the characteristics are.
    pub characteristics: &'a Choices,
}

/// The prices of an offer that who buys it on a day takes: those of the term, the plan and the
/// characteristics that were chosen, in the currency of the buyer, as far as one can buy at them then. At
/// what was taken one goes on, whenever that is over.
///
/// # Errors
/// If there are prices, but none in that currency, none for what was chosen, or none of those at which one
/// can buy then, of what is charged for a period or for use.
pub fn taken_prices(
    cx: Cx<'_>,
    offer: &Offer,
    chosen: Chosen<'_>,
    buyer: (Currency, Date),
) -> Result<TakenPrices, Error> {
    taken(cx, (offer, chosen), buyer, |fitting, at, today| {
        let valid: Vec<&Price> =
            fitting.iter().copied().filter(|it| it.life.valid_for.contains(at)).collect();
        must_be_valid(offer, (fitting, &valid), today)?;
        Ok(valid)
    })
}

/// The same for who goes on with what was promised when it was bought: also at prices at which nobody can buy any
/// more. Where some are valid that are for the same, it is those.
///
/// # Errors
/// If there are prices, but none in that currency, or none for what was chosen.
pub fn promised_prices(
    cx: Cx<'_>,
    offer: &Offer,
    chosen: Chosen<'_>,
    buyer: (Currency, Date),
) -> Result<TakenPrices, Error> {
    taken(cx, (offer, chosen), buyer, |fitting, at, _| Ok(at_hand(fitting, at)))
}

fn taken(
    cx: Cx<'_>,
    (offer, chosen): (&Offer, Chosen<'_>),
    (currency, today): (Currency, Date),
    of: impl for<'a> FnOnce(&[&'a Price], Instant, Date) -> Result<Vec<&'a Price>, Rejection>,
) -> Result<TakenPrices, Error> {
    let Chosen { term, plan, characteristics } = chosen;
    let all = prices(cx, offer.id)?;
    let own = |price: &Price| {
        price.term.as_ref().is_none_or(|it| Some(it) == term)
            && price.plan.as_ref().is_none_or(|it| Some(it) == plan)
    };
    let wanted: Vec<_> = all.iter().filter(|it| own(it)).collect();
    let fits = |it: &&Price| it.currency == currency && it.fits(characteristics);
    let fitting: Vec<&Price> = wanted.iter().copied().filter(fits).collect();
    let valid = of(&fitting, bought_at(cx, today), today)?;
    let frozen_on = (offer.content.billing.price_hold == PriceHold::Frozen).then_some(today);
    let taken: TakenPrices = valid
        .iter()
        .map(|it| (it.id, TakenPrice { frozen_on, until_on: None, taken: None }))
        .collect();
    if taken.is_empty() && !wanted.is_empty() {
        let why = match wanted.iter().any(|it| it.currency == currency) {
            true => format!("offer `{}` has no price for what was chosen of it", offer.id),
            false => format!("offer `{}` has no price in {currency}", offer.id),
        };
        return Err(Rejection::new(Code::PriceMissing, why).into());
    }
    Ok(taken)
}

/// Refuses to sell without any price for a period, or for use, where those that there are, are not valid.
fn must_be_valid(
    offer: &Offer,
    (fitting, valid): (&[&Price], &[&Price]),
    today: Date,
) -> Result<(), Rejection> {
    let is_gone = |it: &&&Price| {
        let charge = it.kind.charge();
        charge != ChargeKind::OneTime && valid.iter().all(|it| it.kind.charge() != charge)
    };
    let Some(gone) = fitting.iter().find(is_gone) else { return Ok(()) };
    let why = format!("no price `{}` of the offer `{}` is valid on {today}", gone.name, offer.id);
    Err(Rejection::new(Code::PriceMissing, why))
}

/// The moment at which one buys who does so on a day: now, or as that day begins where it is another.
fn bought_at(cx: Cx<'_>, today: Date) -> Instant {
    // Days begin earlier and later around the world.
    let near = Zone::UTC.date_of(cx.now);
    if (near.plus_days(-1)..=near.plus_days(1)).contains(&today) {
        return cx.now;
    }
    Zone::UTC.start_of(today)
}

/// Whether other prices of an offer are for what is chosen of it than for what was chosen before.
///
/// # Errors
/// If the store fails.
pub fn is_priced_otherwise(
    cx: Cx<'_>,
    offer: OfferId,
    (before, now): (&Choices, &Choices),
) -> Result<bool, Error> {
    Ok(prices(cx, offer)?.iter().any(|it| it.fits(before) != it.fits(now)))
}

/// Adds a price to an offer; `make` is given the identity, the stamp and the offer.
///
/// # Errors
/// If a rule is broken, or the offer is not the caller's.
pub fn add_price(
    act: &mut Act<'_>,
    offer: OfferId,
    make: impl FnOnce(PriceId, Stamp) -> Result<Price, Error>,
) -> Result<Price, Error> {
    add_price_as(act, (offer, None), make)
}

/// The same for a price that brings its id.
///
/// # Errors
/// As [`add_price`]; if something has the id.
pub fn add_price_as(
    act: &mut Act<'_>,
    (offer, id): (OfferId, Option<PriceId>),
    make: impl FnOnce(PriceId, Stamp) -> Result<Price, Error>,
) -> Result<Price, Error> {
    let offer: Offer = act.cx().named("/offer", offer)?;
    let now = act.now();
    let make = |id, stamp| make(id, stamp).map(|it| it.timed(now));
    let new = New { seller: offer.stamp.seller, id };
    let price: Price = catalog::create(act, new, Permission::CatalogWrite, make)?;
    price.check()?;
    must_fit(act.cx(), &offer, &price)?;
    let content = OfferContent {
        prices: [offer.content.prices.clone(), vec![price.id]].concat(),
        ..offer.content.clone()
    };
    let changed = offer.changed(content)?;
    act.keep((changed, Verb::Changed))?;
    Ok(price)
}

/// What a price names must be part of its offer.
fn must_fit(cx: Cx<'_>, offer: &Offer, price: &Price) -> Result<(), Error> {
    let has_term = |key: &text::Code| offer.content.terms.iter().any(|it| it.key == *key);
    if price.term.as_ref().is_some_and(|key| !has_term(key)) {
        return Err(Invalid::one("/term", "reference", "names no term of the offer").into());
    }
    must_be_counted(cx, price)?;
    must_be_choosable(cx, offer, &price.conditions)?;
    if let Some(resource) = price.resource
        && offer.content.rate(resource, price.term.as_ref()).is_none()
    {
        return Err(Invalid::one("/resource", "reference", "is not part of the offer").into());
    }
    Ok(())
}

/// What a price is meant for must be something that can be chosen of what the offer delivers.
fn must_be_choosable(cx: Cx<'_>, offer: &Offer, all: &[Condition]) -> Result<(), Error> {
    if all.is_empty() {
        return Ok(());
    }
    let known = characteristics(cx, offer)?;
    for (place, it) in all.iter().enumerate() {
        it.check(&known).map_err(|it| it.below(&format!("/conditions/{place}")))?;
    }
    Ok(())
}

/// The characteristics of what an offer delivers, as it narrows them.
///
/// # Errors
/// If the store fails.
pub fn characteristics(cx: Cx<'_>, offer: &Offer) -> Result<Vec<Characteristic>, Error> {
    let Some(of) = offer.content.specification else { return Ok(Vec::new()) };
    let found = cx.shared::<Specification>(of)?;
    let all = found.iter().flat_map(|it| &it.content.characteristics);
    Ok(all.map(|it| it.narrowed(&offer.content.characteristics)).collect())
}

/// What a usage price charges must be what its meter counts.
fn must_be_counted(cx: Cx<'_>, price: &Price) -> Result<(), Error> {
    let PriceKind::Usage { meter } = price.kind else { return Ok(()) };
    let meter = cx.named::<Meter>("/meter", meter)?;
    let mut versions = price.versions.as_slice().iter();
    Ok(versions.try_for_each(|it| it.model.fits_meter(&meter))?)
}

/// Gives a price another version from a day on. Versions of the past never change.
///
/// # Errors
/// If it would begin in the past, a rule is broken, or it has changed since.
pub fn revise_price(
    act: &mut Act<'_>,
    id: PriceId,
    revision: Option<u32>,
    version: PriceVersion,
) -> Result<Price, Error> {
    let now = act.now();
    let today = Zone::UTC.date_of(now);
    let is_at_once = version.valid_from <= today;
    let revised = catalog::revise(act, (id, revision), Permission::CatalogWrite, |it: Price| {
        it.accepts(&version)?;
        Ok::<_, Error>(it.revised(version, today)?.timed(now))
    })?;
    must_be_counted(act.cx(), &revised)?;
    if is_at_once {
        touch(act, revised.offer)?;
    }
    Ok(revised)
}

/// Counts a change of an offer that is one of its prices: who looks at the offer sees it there.
fn touch(act: &mut Act<'_>, id: OfferId) -> Result<(), Error> {
    let offer: Offer = act.load(id)?;
    act.keep((offer, Verb::Changed)).map(drop)
}

/// Says that another version of a price has begun, if one has: what it costs is advertised from now
/// on, and whoever listens is told.
///
/// # Errors
/// If the store fails.
pub fn begin_version(act: &mut Act<'_>, id: PriceId) -> Result<bool, Error> {
    let price: Price = act.load(id)?;
    if price.next_at.is_none_or(|it| act.now() < it) {
        return Ok(false);
    }
    let begun = price.timed(act.now());
    let begun = act.keep((begun, Verb::Activated))?;
    touch(act, begun.offer)?;
    Ok(true)
}

/// Gives a price other figures: a draft at once, what may have been bought from their day on, but not
/// before today, nor on a day of which it has figures already. What waited for a later day does not
/// come any more.
///
/// # Errors
/// As [`revise_price`].
pub fn reprice(
    act: &mut Act<'_>,
    id: PriceId,
    figures: impl FnOnce(&Price) -> Result<PriceVersion, Error>,
) -> Result<Price, Error> {
    let price: Price = act.get(id)?;
    let offer: Offer = act.load(price.offer)?;
    let mut version = figures(&price)?;
    if !offer.life.was_on_market() {
        let redrafted = redraft_price(act, id, |it| Ok(it.redrafted(version)?))?;
        touch(act, offer.id)?;
        return Ok(redrafted);
    }
    let (now, today) = (act.now(), Zone::UTC.date_of(act.now()));
    let repriced = catalog::revise(act, (id, None), Permission::CatalogWrite, |it: Price| {
        let it = it.without_waiting(today);
        let last = it.versions.as_slice().last();
        if last.is_some_and(|it| it.model == version.model && it.included == version.included) {
            return Ok::<_, Rejection>(it.timed(now));
        }
        version.valid_from = version.valid_from.max(it.next_version_on(today));
        it.revised(version, today).map(|it| it.timed(now))
    })?;
    touch(act, offer.id)?;
    Ok(repriced)
}

/// Calls a price otherwise, in all its languages, with what clients of a contract know of it beside.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn rename_price(
    act: &mut Act<'_>,
    id: PriceId,
    (name, names, carried): (Name, BTreeMap<Locale, Name>, Carried),
) -> Result<Price, Error> {
    let renamed = catalog::revise(act, (id, None), Permission::CatalogWrite, |mut it: Price| {
        (it.name, it.names) = (name, names);
        it.stamp.carried = carried;
        Ok::<_, Error>(it)
    })?;
    touch(act, renamed.offer)?;
    Ok(renamed)
}

/// Makes another price of one that belongs to a draft.
///
/// # Errors
/// If its offer is or was on the market, a rule is broken, or the caller may not.
pub fn redraft_price(
    act: &mut Act<'_>,
    id: PriceId,
    change: impl FnOnce(Price) -> Result<Price, Error>,
) -> Result<Price, Error> {
    let offer: Offer = act.load(act.get::<Price>(id)?.offer)?;
    must_be_draft(&offer)?;
    let now = act.now();
    let price = catalog::revise(act, (id, None), Permission::CatalogWrite, |it: Price| {
        let changed = change(it)?.timed(now);
        changed.check()?;
        Ok::<_, Error>(changed)
    })?;
    must_fit(act.cx(), &offer, &price)?;
    Ok(price)
}

/// Takes a price out of a draft.
///
/// # Errors
/// If its offer is or was on the market, it has changed since, or the caller may not.
pub fn drop_price(act: &mut Act<'_>, id: PriceId, revision: Option<u32>) -> Result<(), Error> {
    let price: Price = act.get(id)?;
    act.must(Permission::CatalogWrite, &price.stamp)?;
    act.expect_revision(&price.stamp, revision)?;
    let offer: Offer = act.load(price.offer)?;
    must_be_draft(&offer)?;
    let mut content = offer.content.clone();
    content.prices.retain(|it| *it != id);
    let changed = offer.changed(content)?;
    act.keep((changed, Verb::Changed))?;
    act.delete(&price)
}

fn must_be_draft(offer: &Offer) -> Result<(), Rejection> {
    if !offer.life.was_on_market() {
        return Ok(());
    }
    let why = format!(
        "offer `{}` was on the market: its prices stay, and are revised from a day on",
        offer.id
    );
    Err(Rejection::new(Code::PriceVersionForbids, why))
}
