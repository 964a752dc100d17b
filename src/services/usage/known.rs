//! What a batch of usage is judged against: who is served when, what is counted, what is charged.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Entry, MeterName, Refused, Timing};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{MeterId, PriceId, SubscriptionId};
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::term::RunningTerm;
use crate::domain::subscription::{ChargedUntil, Subscription};
use crate::domain::text;
use crate::domain::time::{Date, Instant, Zone};
use crate::domain::usage::meter::Meter;
use crate::domain::usage::record::{UsageEvent, Window};
use crate::services::{Cx, Error, billing, marketplace};
use crate::store::catalog::{METER_BY_CODE, of_seller};
use crate::store::charged_usage::{ChargedPrice, charged_usage};
use crate::store::{Along, Records};

/// What a batch is judged against, read once for each thing it names.
struct Known<'a> {
    cx: Cx<'a>,
    subscriptions: BTreeMap<SubscriptionId, Option<Rc<Served>>>,
    /// What each price counts, if it counts anything.
    counted_by: BTreeMap<PriceId, Option<MeterId>>,
    /// What of the time that is charged a bill will still look at.
    open: BTreeMap<(SubscriptionId, MeterId), Vec<Stretch>>,
    /// By name, and by who delivers and sells what was used: two sellers may use one code.
    meters: BTreeMap<([SellerNumber; 2], MeterName), Option<Meter>>,
}

/// A stretch of time, without its end.
#[derive(Clone, Copy)]
struct Stretch {
    from: Instant,
    until: Instant,
}

/// An event of a batch that can be taken.
pub(super) struct Good {
    /// Its place in the batch.
    pub(super) index: usize,
    /// What it says.
    pub(super) event: UsageEvent,
    /// Whether its sender said when.
    pub(super) timing: Timing,
    /// Whether a price of its subscription charges it.
    pub(super) is_rated: bool,
}

/// Tells what can be taken from what is refused, of the events at some places of a batch; those whose
/// sender did not say when were at an instant.
pub(super) fn judge(
    cx: Cx<'_>,
    (batch, places): (&[Entry], &[usize]),
    unsaid_at: Instant,
) -> Result<(Vec<Good>, Vec<Refused>), Error> {
    let mut known = Known::new(cx);
    let (mut good, mut refused) = (Vec::with_capacity(places.len()), Vec::new());
    for index in places.iter().copied() {
        let Some(entry) = batch.get(index) else { continue };
        match known.judge(entry, unsaid_at)? {
            Ok((event, is_rated)) => {
                let is_said = entry.offered.as_ref().is_ok_and(|it| it.at.is_some());
                let timing = if is_said { Timing::Said } else { Timing::Unsaid };
                good.push(Good { index, event, timing, is_rated });
            }
            Err((code, detail)) => refused.push(Refused { index, code, detail }),
        }
    }
    Ok((good, refused))
}

/// An event and whether something charges it, or why it is refused.
type Judged = Result<(UsageEvent, bool), (String, String)>;

impl<'a> Known<'a> {
    const fn new(cx: Cx<'a>) -> Self {
        Self {
            cx,
            subscriptions: BTreeMap::new(),
            counted_by: BTreeMap::new(),
            open: BTreeMap::new(),
            meters: BTreeMap::new(),
        }
    }

    fn judge(&mut self, entry: &Entry, unsaid_at: Instant) -> Result<Judged, Error> {
        let offered = match &entry.offered {
            Ok(offered) => offered,
            Err(invalid) => return Ok(Err(("invalid".to_owned(), invalid.to_string()))),
        };
        let Some(served) = self.served(offered.subscription)? else {
            return Ok(Err(unknown(offered.subscription)));
        };
        let Some(meter) = self.meter([served.deliverer, served.seller], &offered.meter)? else {
            return Ok(Err(unknown(&offered.meter)));
        };
        let at = offered.at.unwrap_or(unsaid_at);
        let event = UsageEvent {
            seller: served.seller,
            source: offered.source.clone(),
            event_id: offered.event_id.clone(),
            subscription: offered.subscription,
            meter: meter.id,
            quantity: offered.quantity,
            at,
            dimensions: offered.dimensions.clone(),
            carried: offered.carried.clone(),
        };
        if let Err(invalid) = event.check(&meter) {
            return Ok(Err(("invalid".to_owned(), invalid.to_string())));
        }
        let refused = |it: Rejection| (it.code.name().to_owned(), it.detail);
        let window = self.window(offered.subscription, &served, (meter.id, at))?;
        if let Err(why) = window.place(at) {
            return Ok(Err(refused(why)));
        }
        let day = served.zone.date_of(at);
        let is_rated = self.rated_until(&served.prices, meter.id)?.is_some_and(|it| it.has(day));
        Ok(Ok((event, is_rated)))
    }

    /// Who sells a subscription, and when it is served.
    fn served(&mut self, id: SubscriptionId) -> Result<Option<Rc<Served>>, Error> {
        if let Some(known) = self.subscriptions.get(&id) {
            return Ok(known.clone());
        }
        let found = self.cx.view.find::<Subscription>(id)?;
        let served = match found {
            Some(it) if marketplace::may_count(self.cx, &it)? => served(self.cx, &it)?.map(Rc::new),
            Some(_) | None => None,
        };
        self.subscriptions.insert(id, served.clone());
        Ok(served)
    }

    /// When usage of a subscription on a meter is charged, as far as it matters at a moment: what is
    /// on no invoice yet always is, what comes late only if a bill will still look at its period.
    fn window(
        &mut self,
        id: SubscriptionId,
        served: &Served,
        (meter, at): (MeterId, Instant),
    ) -> Result<Window, Error> {
        let mut prices = Vec::new();
        let mut charged_until = None;
        for it in &served.charged {
            if self.counted_by(it.price)? == Some(meter) {
                prices.push(*it);
                charged_until = charged_until.max(Some(it.until));
            }
        }
        let billed_until = charged_until.map(|on| served.zone.start_of(on));
        let window = Window { billed_until, ..served.window };
        let Some(until) = billed_until.filter(|until| at < *until) else { return Ok(window) };
        if !self.open.contains_key(&(id, meter)) {
            let open = self.looked_at_again(id, served, &prices)?;
            self.open.insert((id, meter), open);
        }
        let open = || self.open.get(&(id, meter)).into_iter().flatten();
        let next = open().filter(|it| at < it.until).map(|it| it.from).min();
        // What is charged next begins where the last period ended, also in another zone.
        let next = next.or_else(|| open().map(|it| it.until).max()).unwrap_or(until);
        Ok(Window { open_from: window.open_from.max(next), ..window })
    }

    /// The periods whose usage the next bill looks at again, of each price the last ones. Where a price
    /// took the place of another there may be some between them at which nobody looks.
    fn looked_at_again(
        &self,
        id: SubscriptionId,
        served: &Served,
        prices: &[ChargedPrice],
    ) -> Result<Vec<Stretch>, Error> {
        if !served.is_billed_again {
            return Ok(Vec::new());
        }
        let periods = usize::from(billing::policy(self.cx, served.seller)?.late_usage_periods);
        let charged = charged_usage(self.cx.view, (id, prices), periods)?.into_iter();
        Ok(charged.map(|it| Stretch { from: it.from_at, until: it.until_at }).collect())
    }

    /// How long something charges what a meter counts; `None` if nothing ever did.
    fn rated_until(
        &mut self,
        prices: &[(PriceId, Option<Date>)],
        meter: MeterId,
    ) -> Result<Option<RatedUntil>, Error> {
        let mut found: Option<RatedUntil> = None;
        for (price, until_on) in prices {
            if self.counted_by(*price)? == Some(meter) {
                found = found.max(Some(until_on.map_or(RatedUntil::Open, RatedUntil::On)));
            }
        }
        Ok(found)
    }

    /// What a price counts, if it counts anything.
    fn counted_by(&mut self, price: PriceId) -> Result<Option<MeterId>, Error> {
        if let Some(known) = self.counted_by.get(&price) {
            return Ok(*known);
        }
        let found = self.cx.view.find::<Price>(price)?;
        let meter = found.and_then(|it| match it.kind {
            PriceKind::Usage { meter } => Some(meter),
            PriceKind::OneTime(_) | PriceKind::Recurring { .. } => None,
        });
        self.counted_by.insert(price, meter);
        Ok(meter)
    }

    /// The meter of a name: that of who delivers, of who sells, or the provider's, which is there for
    /// everybody.
    fn meter(&mut self, of: [SellerNumber; 2], name: &MeterName) -> Result<Option<Meter>, Error> {
        let known = (of, name.clone());
        if let Some(known) = self.meters.get(&known) {
            return Ok(known.clone());
        }
        let mut sellers = of.into_iter().chain([SellerNumber::PROVIDER]);
        let found = match name {
            MeterName::Id(id) => {
                let found = self.cx.view.find::<Meter>(*id)?;
                found.filter(|it| sellers.any(|seller| seller == it.stamp.seller))
            }
            MeterName::Code(code) => {
                let mut found = None;
                for seller in sellers {
                    found = found.or(self.with_code(seller, code)?);
                }
                found
            }
        };
        self.meters.insert(known, found.clone());
        Ok(found)
    }

    /// The meter that a seller calls so.
    fn with_code(&self, of: SellerNumber, code: &text::Code) -> Result<Option<Meter>, Error> {
        let along = Along::Index(METER_BY_CODE, of_seller(of, code.as_str()).bytes());
        Ok(self.cx.every::<Meter>(&along)?.into_iter().next())
    }
}

fn unknown(what: impl std::fmt::Display) -> (String, String) {
    (Code::ReferenceUnknown.name().to_owned(), format!("`{what}` is not there"))
}

/// Up to when something charges what a meter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum RatedUntil {
    /// Up to, but not including, a day.
    On(Date),
    /// Without an end.
    Open,
}

impl RatedUntil {
    /// Whether what is used on a day is charged.
    fn has(self, day: Date) -> bool {
        match self {
            Self::On(end) => day < end,
            Self::Open => true,
        }
    }
}

/// From when on nothing charges what a meter of a subscription counts: since it is served, or since
/// the last of its prices for it ended. `None` if something does, or it was never served.
///
/// # Errors
/// If the store fails.
pub(super) fn unrated_from(
    cx: Cx<'_>,
    it: &Subscription,
    meter: MeterId,
) -> Result<Option<Instant>, Error> {
    let Some(served) = served(cx, it)? else { return Ok(None) };
    Ok(match Known::new(cx).rated_until(&served.prices, meter)? {
        None => Some(served.window.served_from),
        Some(RatedUntil::On(day)) => Some(served.zone.start_of(day)),
        Some(RatedUntil::Open) => None,
    })
}

/// The meter that a name means where usage of a subscription is reported.
///
/// # Errors
/// If the store fails.
pub(super) fn meter_of(
    cx: Cx<'_>,
    of: &Subscription,
    name: &MeterName,
) -> Result<Option<MeterId>, Error> {
    let offer = cx.shared::<Offer>(of.deal().offer)?;
    let seller = of.stamp.seller;
    let deliverer = offer.map_or(seller, |it| it.stamp.seller);
    Ok(Known::new(cx).meter([deliverer, seller], name)?.map(|it| it.id))
}

/// Refuses to take an event back that is on a bill at which nobody looks again.
///
/// # Errors
/// [`Code::UsageStateForbids`]; if the store fails.
pub(super) fn must_be_open(cx: Cx<'_>, of: &Subscription, event: &UsageEvent) -> Result<(), Error> {
    let Some(served) = served(cx, of)? else { return Ok(()) };
    // What is on no bill can be taken back however long ago it came.
    let ever = Window { open_from: served.window.served_from, ..served.window };
    let served = Served { window: ever, ..served };
    let window = Known::new(cx).window(of.id, &served, (event.meter, event.at))?;
    if window.open_from <= event.at {
        return Ok(());
    }
    let why = format!(
        "`{}` was used at `{}`, and no bill looks again at what was used before `{}`: credit what it \
         was charged instead",
        event.event_id, event.at, window.open_from
    );
    Err(Rejection::new(Code::UsageStateForbids, why).into())
}

/// What charges something that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Charged {
    /// No price of its subscription does.
    ByNothing,
    /// Prices of these ids do; no bill has yet.
    ByPrices(Vec<PriceId>),
    /// Prices of these ids did, on a bill.
    OnBill(Vec<PriceId>),
}

/// What charges an event of a subscription, and whether a bill has.
///
/// # Errors
/// If the store fails.
pub(super) fn charged(cx: Cx<'_>, of: &Subscription, event: &UsageEvent) -> Result<Charged, Error> {
    let Some(served) = served(cx, of)? else { return Ok(Charged::ByNothing) };
    let (day, mut known) = (served.zone.date_of(event.at), Known::new(cx));
    let (mut prices, mut is_billed) = (Vec::new(), false);
    for (price, until_on) in &served.prices {
        if until_on.is_some_and(|end| end <= day) || known.counted_by(*price)? != Some(event.meter)
        {
            continue;
        }
        prices.push(*price);
        is_billed |= served.charged.iter().any(|it| it.price == *price && day < it.until);
    }
    Ok(match (prices.is_empty(), is_billed) {
        (true, _) => Charged::ByNothing,
        (false, false) => Charged::ByPrices(prices),
        (false, true) => Charged::OnBill(prices),
    })
}

/// A subscription as far as its usage is concerned.
struct Served {
    seller: SellerNumber,
    /// Who has the offer that it is to: another seller, where that was bought on the marketplace.
    deliverer: SellerNumber,
    /// When it is served, and since when usage is taken at all.
    window: Window,
    zone: Zone,
    /// Its prices, each with the first day for which it is not charged any more.
    prices: Vec<(PriceId, Option<Date>)>,
    /// Up to which day each price is charged that is on a bill. What was only taken has a mark, but nobody
    /// was charged up to there.
    charged: Vec<ChargedPrice>,
    /// Whether there will be another bill.
    is_billed_again: bool,
}

/// When a subscription is served and billed; `None` before it began.
fn served(cx: Cx<'_>, it: &Subscription) -> Result<Option<Served>, Error> {
    let Some(began_on) = it.began_on() else { return Ok(None) };
    let billing_account = cx.view.find::<BillingAccount>(it.billing_account())?;
    let zone = billing_account.as_ref().map_or(Zone::UTC, |it| it.terms().zone);
    let served_from = zone.start_of(began_on);
    let taken_from = cx.now.plus_seconds(-cx.usage.limits().window_seconds);
    let window = Window {
        served_from,
        served_until: it.ended_on().map(|on| zone.start_of(used_until(it, on))),
        billed_until: None,
        open_from: served_from.max(taken_from),
        now: cx.now,
    };
    let offer = cx.shared::<Offer>(it.deal().offer)?;
    Ok(Some(Served {
        seller: it.stamp.seller,
        deliverer: offer.map_or(it.stamp.seller, |it| it.stamp.seller),
        window,
        zone,
        prices: it.deal().prices.iter().map(|(price, taken)| (*price, taken.until_on)).collect(),
        charged: charged_prices(it),
        is_billed_again: billing_account.is_some_and(|it| it.next_bill().is_some()),
    }))
}

/// The prices of a subscription that are on a bill.
fn charged_prices(it: &Subscription) -> Vec<ChargedPrice> {
    let of = |(price, mark): (&PriceId, &ChargedUntil)| {
        let (price, until, periods) = (*price, mark.on, mark.periods);
        (periods > 0).then_some(ChargedPrice { price, until, periods })
    };
    it.charged.iter().filter_map(of).collect()
}

/// The first day whose use billing does not read, of what ended on a day: the next one, or that on
/// which its term was over before.
fn used_until(it: &Subscription, ended_on: Date) -> Date {
    let next = ended_on.plus_days(1);
    let term = it.term().filter(|it| !it.renewal().is_automatic());
    term.and_then(RunningTerm::end_on).map_or(next, |it| it.min(next))
}
