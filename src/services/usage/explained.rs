//! What becomes of single events, explained: how far each has come, how it counts against what is
//! included, and what it costs by itself.
//!
//! What is on a bill is explained by what it was charged at; what is not yet, by the prices in force. The
//! figures are those of the price, before discounts and coupons and before any rounding.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::known::{Charged, charged};
use super::{NumberedEvent, Series, Total, Want};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::cycle::period_of;
use crate::domain::catalog::price::{Base, Price, PriceVersion};
use crate::domain::catalog::tax::Treatment;
use crate::domain::money::Currency;
use crate::domain::page::PageRequest;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::subscription::Subscription;
use crate::domain::time::{Date, Instant};
use crate::domain::usage::lifecycle::{State, Trigger, next};
use crate::domain::usage::meter::{Aggregation, CarryOver, Meter};
use crate::domain::usage::rating::{Piece, RatingKind, pieces};
use crate::services::billing::{self, counted};
use crate::services::{Cx, Error};
use crate::store::Records;
use crate::store::charged_usage::{ChargedUsage, charged_usage_at};

/// To so many digits after the point an amount is told.
const DIGITS: u32 = 10;

/// An event, and what becomes of it.
#[derive(Debug, Clone)]
pub struct Explained {
    /// How far it has come: `received` if nothing charges it, `rated` if something does, `billed` on a
    /// bill, `rerate` on one whose period is counted again with the next.
    pub state: State,
    /// What it costs, piece by piece; nothing where that cannot be told of it alone.
    pub ratings: Vec<Rating>,
}

/// What a piece of an event costs.
#[derive(Debug, Clone)]
pub struct Rating {
    /// How it counts against what is included.
    pub kind: RatingKind,
    /// How much of the event it is.
    pub quantity: Quantity,
    /// What it costs without tax; `None` if the price contains tax and nobody knows which yet.
    pub net: Option<Decimal>,
    /// What it costs with tax; `None` if nobody knows that yet.
    pub gross: Option<Decimal>,
    /// The tax that it bears, in hundredths; `None` before it is on a bill.
    pub tax: Option<Percent>,
    /// Whether it bears none, as far as that is known.
    pub is_exempt: Option<bool>,
    /// Of what is included: what it would cost if it were not, as the price says it.
    pub bucket: Option<Decimal>,
    /// In which currency.
    pub currency: Currency,
    /// By which sort of price.
    pub tariff: &'static str,
    /// The day of the bill by which it was rated last.
    pub rated_on: Option<Date>,
}

/// What was counted of a series up to some moment, by where the count begins: whoever goes along it counts on
/// from there.
#[derive(Default)]
pub(super) struct SoFar {
    series: Option<Series>,
    counted: BTreeMap<Instant, (Instant, Total)>,
}

impl SoFar {
    fn until(&mut self, cx: Cx<'_>, want: Want) -> Result<Total, Error> {
        let Want { series, from, to } = want;
        if self.series != Some(series) {
            *self = Self { series: Some(series), counted: BTreeMap::new() };
        }
        let known = self.counted.get(&from).filter(|it| it.0 <= to).cloned();
        let (since, mut total) = known.unwrap_or((from, Total::default()));
        if since < to {
            for more in super::totals(cx, &[Want { series, from: since, to }])? {
                total.merge(&more);
            }
        }
        self.counted.insert(from, (to, total.clone()));
        Ok(total)
    }
}

/// How far an event has come, and what it costs.
///
/// # Errors
/// If the store fails.
pub fn explained(cx: Cx<'_>, it: &NumberedEvent) -> Result<Explained, Error> {
    explained_after(cx, it, &mut SoFar::default())
}

/// The same for one of many of a series, each after the one before.
///
/// # Errors
/// If the store fails.
pub(super) fn explained_after(
    cx: Cx<'_>,
    it: &NumberedEvent,
    so_far: &mut SoFar,
) -> Result<Explained, Error> {
    let received = Explained { state: State::Received, ratings: Vec::new() };
    let Some(of) = cx.view.find::<Subscription>(it.event.subscription)? else {
        return Ok(received);
    };
    let (prices, mut is_billed) = match charged(cx, &of, &it.event)? {
        Charged::ByNothing => return Ok(received),
        Charged::ByPrices(prices) => (prices, false),
        Charged::OnBill(prices) => (prices, true),
    };
    let Some(meter) = cx.shared::<Meter>(it.event.meter)? else { return Ok(received) };
    let (mut ratings, mut is_counted_again) = (Vec::new(), false);
    for id in prices {
        let Some(price) = cx.shared::<Price>(id)? else { continue };
        let charged = charged_usage_at(cx.view, (of.id, id), it.event.at)?;
        if let Some(charged) = &charged {
            // Also of a period that is not over: by an interim bill.
            is_billed = true;
            is_counted_again |= counts_again(cx, &of, (&meter, charged))?;
        }
        let Some(stretch) = stretch(cx, (&of, &price), (it.event.at, charged))? else { continue };
        let place = place(cx, (it, &meter), stretch.from_at, so_far)?;
        ratings.extend(rated(place, (&of, &price), &stretch)?);
    }
    let steps: &[Trigger] = match (is_billed, is_counted_again) {
        (false, _) => &[Trigger::Guide, Trigger::Rate],
        (true, false) => &[Trigger::Guide, Trigger::Rate, Trigger::Bill],
        (true, true) => &[Trigger::Guide, Trigger::Rate, Trigger::Bill, Trigger::Rerate],
    };
    let state = steps.iter().try_fold(State::Received, |state, it| next(state, *it));
    let state = state.ok_or_else(|| Error::internal("usage lives as its table says"))?;
    Ok(Explained { state, ratings })
}

/// A part of time whose use is rated together.
struct Stretch {
    /// Where it begins.
    from_at: Instant,
    /// The figures by which it is rated.
    version: PriceVersion,
    /// What of it is on a bill.
    charged: Option<ChargedUsage>,
}

/// The stretch in which a moment falls: the one that was charged, or that of the period that will be.
fn stretch(
    cx: Cx<'_>,
    (of, price): (&Subscription, &Price),
    (at, charged): (Instant, Option<ChargedUsage>),
) -> Result<Option<Stretch>, Error> {
    if let Some(charged) = charged {
        let since = charged.charged_terms.as_ref().map(|it| it.version_from);
        let version = price.in_force(since.unwrap_or(charged.period.start()), None);
        let (from_at, version) = (charged.from_at, version.cloned());
        return Ok(version.map(|version| Stretch { from_at, version, charged: Some(charged) }));
    }
    let Some(bills_to) = cx.shared::<BillingAccount>(of.billing_account())? else {
        return Ok(None);
    };
    let zone = bills_to.terms().zone;
    let day = zone.date_of(at);
    let period =
        period_of(bills_to.terms().cycle, of.began_on().unwrap_or(bills_to.began_on()), day);
    let charged_until = of.charged.get(&price.id).map(|it| it.on);
    let starts = [period.map(|it| it.start()), charged_until, of.began_on()];
    let Some(from_on) = starts.into_iter().flatten().filter(|it| *it <= day).max() else {
        return Ok(None);
    };
    let version = billing::version_on(cx, (of, price), from_on)?;
    let from_at = zone.start_of(from_on);
    Ok(version.map(|version| Stretch { from_at, version, charged: None }))
}

/// The pieces of an event by a price.
fn rated(
    place: Option<(Quantity, Quantity)>,
    (of, price): (&Subscription, &Arc<Price>),
    stretch: &Stretch,
) -> Result<Vec<Rating>, Error> {
    let Some((before, quantity)) = place else { return Ok(Vec::new()) };
    // What was bought of the resource whose use it is is paid for by another price.
    let resource = price.resource.and_then(|id| of.deal().resources.get(&id));
    let bought = resource.map_or(Quantity::ZERO, |it| it.additional);
    let version = stretch.version.with_more(bought)?;
    let Ok(found) = pieces(&version, (before, quantity), price.currency) else {
        return Ok(Vec::new());
    };
    let terms = stretch.charged.as_ref().and_then(|it| it.charged_terms.as_ref());
    let treatment = terms.and_then(|it| it.tax_beyond(before)).map(|it| &it.treatment);
    let rated_on = stretch.charged.as_ref().map(|it| it.rated_on);
    let rating = |it: &Piece| rating(it, price, (treatment, rated_on));
    Ok(found.iter().map(rating).collect())
}

fn rating(
    it: &Piece,
    price: &Price,
    (treatment, rated_on): (Option<&Treatment>, Option<Date>),
) -> Rating {
    let tax = treatment.map(Treatment::percent);
    let amount = it.amount.value();
    let factor = tax.map(|it| Decimal::ONE + it.decimal() / Decimal::ONE_HUNDRED);
    let other = factor.and_then(|it| match price.base {
        Base::Net => amount.checked_mul(it),
        Base::Gross => amount.checked_div(it),
    });
    let (net, gross) = match price.base {
        Base::Net => (Some(amount), other),
        Base::Gross => (other, Some(amount)),
    };
    let told = |it: Decimal| it.round_dp(DIGITS).normalize();
    Rating {
        kind: it.kind,
        quantity: it.quantity,
        net: net.map(told),
        gross: gross.map(told),
        tax,
        is_exempt: treatment.map(|it| !matches!(it, Treatment::Standard(_))),
        bucket: it.bucket.map(|it| told(it.value())),
        currency: price.currency,
        tariff: price.versions.as_slice().last().map_or("flat", |it| it.model.name()),
        rated_on,
    }
}

/// After how many units of its stretch an event comes, and how many it counts for; nothing where events
/// do not add up.
fn place(
    cx: Cx<'_>,
    (it, meter): (&NumberedEvent, &Meter),
    from_at: Instant,
    so_far: &mut SoFar,
) -> Result<Option<(Quantity, Quantity)>, Error> {
    let counts = |quantity: Quantity| match (meter.aggregation, meter.carry_over) {
        (Aggregation::Sum, CarryOver::Reset) => Some(quantity),
        (Aggregation::Count, _) => Some(Quantity::ONE),
        (
            Aggregation::Sum
            | Aggregation::Max
            | Aggregation::Latest
            | Aggregation::UniqueCount
            | Aggregation::WeightedSum
            | Aggregation::Average,
            _,
        ) => None,
    };
    let Some(quantity) = counts(it.event.quantity) else { return Ok(None) };
    let event = &it.event;
    let series = Series { subscription: event.subscription, meter: event.meter };
    let want = |from, to: Instant| Want { series, from, to };
    let earlier = so_far.until(cx, want(from_at.min(event.at), event.at))?;
    let mut before = match (meter.aggregation, earlier.count) {
        (Aggregation::Count, count) => i64::try_from(count).ok().map(Quantity::whole),
        (_, 0) => Some(Quantity::ZERO),
        (_, _) => earlier.quantity(),
    };
    let mut after = None::<Vec<u8>>;
    loop {
        let at_once = want(event.at, event.at.plus_micros(1));
        let limit = PageRequest::LIMIT_MAX;
        let page = cx.usage.events(cx.view, &at_once, after.as_deref(), limit)?;
        for other in page.items.iter().filter(|other| other.sequence < it.sequence) {
            let more = counts(other.event.quantity).unwrap_or(Quantity::ZERO);
            before = before.and_then(|it| it.plus(more));
        }
        after = page.next;
        if after.is_none() {
            return Ok(before.map(|before| (before, quantity)));
        }
    }
}

/// Whether a period that is on a bill is counted again with the next one: something came in since, and
/// that bill still looks at it.
fn counts_again(
    cx: Cx<'_>,
    of: &Subscription,
    (meter, charged): (&Meter, &ChargedUsage),
) -> Result<bool, Error> {
    let bills_to = cx.shared::<BillingAccount>(of.billing_account())?;
    if bills_to.is_none_or(|it| it.next_bill().is_none()) {
        return Ok(false);
    }
    let periods = i64::from(billing::policy(cx, of.stamp.seller)?.late_usage_periods);
    let charged_until = of.charged.get(&charged.price).map_or(charged.period.end(), |it| it.on);
    // How many periods were charged after it, whatever the months are long.
    let (days, after) = (charged.period.days(), charged_until.days_since(charged.period.end()));
    // A period that is not over is counted again when it is.
    if after >= 0 && (2 * after + days) / (2 * days) >= periods {
        return Ok(false);
    }
    let (from_at, until_at) = (charged.from_at, charged.until_at);
    let want = counted::Want { subscription: of.id, meter, from_at, until_at, model: None };
    let now = counted::totals(cx, &[want])?.pop();
    Ok(now.is_some_and(|it| it.quantity != charged.quantity))
}
