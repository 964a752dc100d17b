//! Gathering: everything that the bill of a billing account is made of.

mod bundled;
mod seen;
mod so_far;
mod usage;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::bundled::in_bundle;
pub use self::so_far::Consumed;
pub(super) use self::so_far::so_far;
use self::usage::{What, count};
use super::policy;
use super::readable::{readable, subscriptions_one_by_one};
use super::shelf::{Seller, Shelf, address_of, buyer_of, party_of};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::billing_account::schedule::Outlook;
use crate::domain::account::class::CreditTerms;
use crate::domain::account::cycle::Cycle;
use crate::domain::billing::bill::{self, Bill, Billing};
use crate::domain::billing::charged_terms::ChargedTerms;
use crate::domain::billing::coupon::Redeemed;
use crate::domain::billing::discount::Discounts;
use crate::domain::billing::due::{self, ChargeDays, FormerUnits, Hold, UsageTotal, dues};
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::billing::long_over::is_long_over;
use crate::domain::billing::policy::{Policy, PrepaidUse};
use crate::domain::catalog::coupon::Redemption;
use crate::domain::catalog::discount::Discount;
use crate::domain::catalog::price::{Figure, Price, PriceKind, PriceModel, PriceVersion};
use crate::domain::error::Rejection;
use crate::domain::id::{OfferId, OrderId, SubscriptionId, TaxCategoryId};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::subscription::change::Taken;
use crate::domain::subscription::taking::Away;
use crate::domain::subscription::{ChargedDays, Pause, Subscription, TrialRun};
use crate::domain::text::{self, Locale, Name};
use crate::domain::time::{Date, Zone};
use crate::domain::usage::meter::Meter;
use crate::services::{Cx, Error, coupon, prepaid, resale};
use crate::store::subscription::SUBSCRIPTION_BY_BILLING_ACCOUNT;
use crate::store::{Along, Key};

/// A billing account with its bills of a day.
pub(super) struct Billed {
    /// The day.
    pub(super) on: Date,
    pub(super) account: Arc<Account>,
    pub(super) seller: Arc<Seller>,
    pub(super) credit: CreditTerms,
    /// What stands together on each invoice.
    pub(super) bills: Vec<Bill>,
    /// The subscriptions that the marks of the bills are about.
    pub(super) subscriptions: Vec<Subscription>,
    /// What the account sells on and is billed for, as it has it.
    pub(super) resold: Vec<Subscription>,
    /// Those of the account that are copies, so that somebody may be charged for them later than it is.
    pub(super) sold_on: BTreeSet<SubscriptionId>,
    pub(super) outlook: Outlook,
}

/// A subscription with what billing wants to know of it.
pub(super) struct Gathered {
    id: SubscriptionId,
    offer: OfferId,
    /// Whether that is a copy.
    is_sold_on: bool,
    term_key: Option<text::Code>,
    order: Option<OrderId>,
    subject: Name,
    zone: Zone,
    began_on: Date,
    served_from: Date,
    charged_from: Date,
    ends_on: Option<Date>,
    used_until: Option<Date>,
    term_from: Date,
    term_until: Option<Date>,
    renewals: Vec<Date>,
    held: Vec<Hold>,
    gone: Vec<Hold>,
    prices: Vec<GatheredPrice>,
}

struct GatheredPrice {
    price: Arc<Price>,
    label: Name,
    meter: Option<Arc<Meter>>,
    frozen_on: Option<Date>,
    charged_until: Option<Date>,
    charged_days: Option<ChargedDays>,
    charged_periods: u32,
    charged_terms: Option<ChargedTerms>,
    taken: Option<Taken>,
    given_back: Option<Figure>,
    away: Vec<Away>,
    sold_as: Option<(OfferId, Name)>,
    ends_on: Option<Date>,
    units: Quantity,
    former: Vec<FormerUnits>,
    unit: Option<Name>,
    tax_category: Option<TaxCategoryId>,
    usage: Vec<UsageTotal>,
}

/// The bills of a billing account on a billing date; nothing is written.
///
/// # Errors
/// [`Error::Rejected`] if the account cannot be billed; if the store fails.
pub(super) fn billed(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    billing_account: &BillingAccount,
    on: Date,
) -> Result<Billed, Error> {
    of_all(cx, shelf, billing_account, (on, What::Due))
}

/// What was used on a billing account in the periods that run, as bills that charge it on a day before they
/// are over; nothing is written. What the account sells on is not among it.
///
/// # Errors
/// [`Error::Rejected`] if the account cannot be billed; if the store fails.
pub(super) fn interim(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    billing_account: &BillingAccount,
    on: Date,
) -> Result<Billed, Error> {
    of_all(cx, shelf, billing_account, (on, What::Running))
}

fn of_all(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    billing_account: &BillingAccount,
    (on, what): (Date, What),
) -> Result<Billed, Error> {
    let account = account_of(cx, billing_account)?;
    let seller = readable(billing_account.id, shelf.seller(cx, account.stamp.seller))?;
    let credit = shelf.credit_terms(cx, account.class())?;
    let subscriptions = billable_on(cx, billing_account, on)?;
    let resold = match what {
        What::Due => {
            let from = seller.policy.resale_from;
            readable(billing_account.id, resale::bought_on(cx, (&account, billing_account), from))?
        }
        What::Running => Vec::new(),
    };
    let mut gathered = Vec::with_capacity(subscriptions.len());
    for subscription in subscriptions.iter().chain(&resold) {
        gathered.extend(gather(cx, shelf, billing_account, (&account, subscription))?);
    }
    let discounts = shelf.discounts(cx, account.stamp.seller)?;
    let from = (&*account, &*seller, discounts.as_slice());
    let bills = bills(cx, from, (billing_account, &[]), (&mut gathered, on, what))?;
    if bills.iter().any(|it| it.content.is_some()) {
        party_of(&account, Some(billing_account)).must_be_reachable()?;
    }
    let by = (billing_account.terms().cycle, &seller.policy);
    let outlook = match what {
        What::Due => outlook(&gathered, &bills, by),
        What::Running => Outlook::More,
    };
    let sold_on = gathered.iter().filter(|it| it.is_sold_on).map(|it| it.id).collect();
    Ok(Billed { on, account, seller, credit, bills, subscriptions, resold, sold_on, outlook })
}

/// The bill of some of the subscriptions on a billing account, as if there were no others and some uses
/// of coupons more; nothing is written.
///
/// # Errors
/// [`Error::Rejected`] if they cannot be billed; if the store fails.
pub(super) fn billed_apart(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    billing_account: &BillingAccount,
    (subscriptions, coupons, on): (&[Subscription], &[Redemption], Date),
) -> Result<Bill, Error> {
    let account = account_of(cx, billing_account)?;
    let seller = shelf.seller(cx, account.stamp.seller)?.together();
    let of = (billing_account, &*account, &seller);
    let bills = apart(cx, shelf, of, (subscriptions, coupons, on))?;
    bills.into_iter().next().ok_or_else(|| Error::internal("what stands together is one bill"))
}

/// The bills of some of the subscriptions on a billing account, as if there were no others, with what its
/// seller has stand together; nothing is written.
///
/// # Errors
/// As [`billed_apart`].
pub(super) fn billed_of(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    billing_account: &BillingAccount,
    (subscriptions, on): (&[Subscription], Date),
) -> Result<Vec<Bill>, Error> {
    let account = account_of(cx, billing_account)?;
    let seller = shelf.seller(cx, account.stamp.seller)?;
    apart(cx, shelf, (billing_account, &*account, &*seller), (subscriptions, &[], on))
}

fn apart(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    (billing_account, account, seller): (&BillingAccount, &Account, &Seller),
    (subscriptions, coupons, on): (&[Subscription], &[Redemption], Date),
) -> Result<Vec<Bill>, Error> {
    let mut gathered = Vec::with_capacity(subscriptions.len());
    for subscription in subscriptions {
        gathered.extend(gather(cx, shelf, billing_account, (account, subscription))?);
    }
    let discounts = shelf.discounts(cx, account.stamp.seller)?;
    let from = (account, seller, discounts.as_slice());
    bills(cx, from, (billing_account, coupons), (&mut gathered, on, What::Due))
}

/// A subscription as billing sees it, with whose it is; nothing of one that never was there.
///
/// # Errors
/// If something is missing that billing needs; if the store fails.
pub(super) fn gathered(
    cx: Cx<'_>,
    billing_account: &BillingAccount,
    it: &Subscription,
) -> Result<Option<(Arc<Account>, Gathered)>, Error> {
    let account = account_of(cx, billing_account)?;
    let gathered = gather(cx, &mut Shelf::default(), billing_account, (&account, it))?;
    Ok(gathered.map(|it| (account, it)))
}

/// On which days something of a subscription is charged, apart from when its billing account is
/// billed.
///
/// # Errors
/// If something is missing that billing needs; if the store fails.
pub(super) fn charge_days(
    cx: Cx<'_>,
    billing_account: &BillingAccount,
    it: &Subscription,
) -> Result<ChargeDays, Error> {
    let account = account_of(cx, billing_account)?;
    let gathered = gather(cx, &mut Shelf::default(), billing_account, (&account, it))?;
    let policy = policy(cx, account.stamp.seller)?;
    Ok(gathered.map_or(ChargeDays::default(), |it| {
        let prices = it.prices();
        due::charge_days(&it.billable(&prices), billing_account.terms().cycle, &policy)
    }))
}

fn account_of(cx: Cx<'_>, billing_account: &BillingAccount) -> Result<Arc<Account>, Error> {
    let id = billing_account.account();
    let found = readable(id, cx.shared::<Account>(id))?;
    found.ok_or_else(|| Error::not_found(billing_account.account()))
}

/// All subscriptions on a billing account, however many.
pub(super) fn subscriptions_of(
    cx: Cx<'_>,
    billing_account: &BillingAccount,
) -> Result<Vec<Subscription>, Error> {
    let prefix = Key::new().id(billing_account.id).bytes();
    match cx.every(&Along::Index(SUBSCRIPTION_BY_BILLING_ACCOUNT, prefix)) {
        Err(failure) if failure.is_unreadable() => subscriptions_one_by_one(cx, billing_account.id),
        all => all,
    }
}

/// The subscriptions on a billing account without those that are long over on a day.
fn billable_on(
    cx: Cx<'_>,
    billing_account: &BillingAccount,
    on: Date,
) -> Result<Vec<Subscription>, Error> {
    const DAY_SECONDS: i64 = 86_400;
    let remembered_days = cx.usage.limits().window_seconds / DAY_SECONDS + 1;
    let by = (billing_account.terms().cycle, remembered_days);
    let is_over = |it: &Subscription| it.ended_on().is_some_and(|end| is_long_over(end, by, on));
    let mut all = subscriptions_of(cx, billing_account)?;
    all.retain(|it| !is_over(it));
    Ok(all)
}

/// What billing wants to know of a subscription; nothing of one that never was there.
fn gather(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    billing_account: &BillingAccount,
    (account, it): (&Account, &Subscription),
) -> Result<Option<Gathered>, Error> {
    let (Some(first_on), Some(term)) = (it.began_on(), it.term()) else { return Ok(None) };
    let zone = billing_account.terms().zone;
    let locale = &account.profile().locale;
    let offer = shelf.offer(cx, it.deal().offer)?;
    let charged_from = match it.trial() {
        TrialRun::None => first_on,
        TrialRun::Until(on) | TrialRun::Over(on) => on,
    };
    // What renews by itself goes on; what does not, or did not, ends with its term unless somebody
    // renews it.
    let goes_on = term.renewal().is_automatic() && !it.state().is_past_term();
    let term_ends_on = term.end_on().filter(|_| !goes_on);
    let mut prices = Vec::with_capacity(it.deal().prices.len());
    for id in it.deal().prices.keys() {
        let price = shelf.price(cx, *id)?;
        let sold = shelf.offer(cx, price.offer)?;
        let tax_category = shelf.tax_category(cx, account.stamp.seller, (&sold, &price))?;
        let price = gather_price(cx, shelf, (it, price), locale)?;
        prices.push(GatheredPrice { tax_category, ..price });
    }
    Ok(Some(Gathered {
        id: it.id,
        offer: offer.id,
        is_sold_on: offer.content.copy_of.is_some(),
        term_key: it.term_key().cloned(),
        order: it.origin.as_ref().map(|it| it.0),
        subject: it.name().unwrap_or_else(|| offer.content.name.text(locale)).clone(),
        zone,
        began_on: billing_account.began_on().min(charged_from),
        served_from: first_on,
        charged_from,
        ends_on: earlier(it.ended_on(), term_ends_on),
        // It was served on the day on which it ended.
        used_until: earlier(it.ended_on().map(|it| it.plus_days(1)), term_ends_on),
        term_from: term.start_on(),
        term_until: term.end_on(),
        renewals: it.renewals().to_vec(),
        held: it.pauses().iter().map(|pause| held(pause, zone)).collect(),
        gone: it.gaps().iter().map(|it| Hold { from: it.start(), until: Some(it.end()) }).collect(),
        prices,
    }))
}

/// The first of two days that are both ends: what has expired ends for good only later.
fn earlier(ended_on: Option<Date>, term_ends_on: Option<Date>) -> Option<Date> {
    ended_on.into_iter().chain(term_ends_on).min()
}

fn held(pause: &Pause, zone: Zone) -> Hold {
    Hold { from: zone.date_of(pause.from_at), until: pause.until_at.map(|it| zone.date_of(it)) }
}

fn gather_price(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    (it, price): (&Subscription, Arc<Price>),
    locale: &Locale,
) -> Result<GatheredPrice, Error> {
    let price = in_bundle(cx, shelf, (it, price), locale)?;
    let taken = it.deal().prices.get(&price.id);
    let meter = match price.kind {
        PriceKind::Usage { meter } => Some(shelf.meter(cx, meter)?),
        PriceKind::OneTime(_) | PriceKind::Recurring { .. } => None,
    };
    let resource = price.resource.map(|id| shelf.resource(cx, id)).transpose()?;
    let units = match price.resource {
        Some(id) => it.deal().resources.get(&id).map_or(Quantity::ZERO, |it| it.additional),
        None => Quantity::whole(it.quantity().into()),
    };
    let of_meter = meter.as_ref().map(|it| it.unit_in(locale).clone());
    // `750 GB` rather than `750 NVMe disk`, where it is known in what people count it.
    let of_resource = resource.map(|it| {
        let named = it.content.unit.name.as_ref().unwrap_or(&it.content.name);
        named.text(locale).clone()
    });
    Ok(GatheredPrice {
        label: price.name_in(locale).clone(),
        meter,
        frozen_on: taken.and_then(|it| it.frozen_on),
        charged_until: it.charged.get(&price.id).map(|it| it.on),
        charged_periods: it.charged.get(&price.id).map_or(0, |it| it.periods),
        charged_days: it.charged.get(&price.id).and_then(|it| it.days),
        charged_terms: it.charged.get(&price.id).and_then(|it| it.charged_terms.clone()),
        taken: taken.and_then(|it| it.taken),
        given_back: it.charged.get(&price.id).and_then(|it| it.given_back),
        away: it.away(price.id).to_vec(),
        sold_as: sold_as(cx, shelf, (it, &price), locale)?,
        former: former((it, &*price), units),
        ends_on: taken.and_then(|it| it.until_on),
        units,
        unit: of_meter.or(of_resource),
        tax_category: price.tax_category,
        usage: Vec::new(),
        price,
    })
}

/// Of a price that was taken before a switch: of what it is, and what that was called.
fn sold_as(
    cx: Cx<'_>,
    shelf: &mut Shelf,
    (it, price): (&Subscription, &Price),
    locale: &Locale,
) -> Result<Option<(OfferId, Name)>, Error> {
    if price.offer == it.deal().offer {
        return Ok(None);
    }
    let offer = shelf.offer(cx, price.offer)?;
    let name = it.name().unwrap_or_else(|| offer.content.name.text(locale)).clone();
    Ok(Some((offer.id, name)))
}

/// How many units a price multiplied before, as far as they were not as many as after it; of one that
/// is the same for any number, nothing.
fn former((it, price): (&Subscription, &Price), now: Quantity) -> Vec<FormerUnits> {
    let is_flat = |it: &PriceVersion| matches!(it.model, PriceModel::Flat(_));
    if it.former().is_empty() || price.versions.as_slice().iter().all(is_flat) {
        return Vec::new();
    }
    let mut next = now;
    let mut found = Vec::with_capacity(it.former().len());
    for former in it.former().iter().rev() {
        let units = former.units(price.resource);
        if units != std::mem::replace(&mut next, units) {
            found.push(FormerUnits { until: former.until_on, units });
        }
    }
    found.reverse();
    found
}

fn outlook(gathered: &[Gathered], bills: &[Bill], by: (Cycle, &Policy)) -> Outlook {
    let over = gathered.iter().all(|it| it.is_over(bills, by));
    if over { Outlook::Nothing } else { Outlook::More }
}

fn bills(
    cx: Cx<'_>,
    (account, seller, discounts): (&Account, &Seller, &[Discount]),
    (billing_account, more): (&BillingAccount, &[Redemption]),
    (gathered, on, what): (&mut [Gathered], Date, What),
) -> Result<Vec<Bill>, Error> {
    let (terms, policy) = (billing_account.terms(), seller.policy);
    let day = billing_account.bill_day(on);
    let mut is_due = false;
    for it in gathered.iter_mut() {
        let periods: Vec<_> = match what {
            What::Due => {
                let prices = it.prices();
                let found = dues(&it.billable(&prices), terms.cycle, &policy, day)?;
                is_due |= !found.is_empty();
                let periods = found.iter().filter(|due| due.kind == LineKind::Usage);
                periods.filter_map(|due| Some((due.place, due.service?))).collect()
            }
            What::Running => it.running((terms.cycle, &policy), on),
        };
        is_due |= readable(it.id, count(cx, it, &periods, (terms.zone, &policy, what)))?;
    }
    if !is_due {
        let (content, marks, coupons) = (None, Vec::new(), Vec::new());
        return Ok(vec![Bill { content, marks, coupons, prepaid: Money::zero(terms.currency) }]);
    }
    let make = match what {
        What::Due => bill::bills,
        What::Running => bill::interims,
    };
    let from = (account, seller, discounts);
    made(cx, from, (billing_account, more), (gathered, on), make)
}

/// Shows what was gathered, and counted, to what makes something of it.
fn made<T>(
    cx: Cx<'_>,
    (account, seller, discounts): (&Account, &Seller, &[Discount]),
    (billing_account, more): (&BillingAccount, &[Redemption]),
    (gathered, on): (&[Gathered], Date),
    make: impl FnOnce(&Billing<'_>) -> Result<T, Rejection>,
) -> Result<T, Error> {
    let (terms, policy) = (billing_account.terms(), seller.policy);
    let address = address_of(account, billing_account);
    let locale = billing_account.profile().locale.as_ref();
    let locale = locale.unwrap_or(&account.profile().locale);
    let prices: Vec<_> = gathered.iter().map(Gathered::prices).collect();
    let subscriptions: Vec<_> =
        gathered.iter().zip(&prices).map(|(it, prices)| it.billable(prices)).collect();
    let redemptions = coupon::on_bills_of(cx, billing_account.id)?;
    let redemptions = redemptions.iter().chain(more);
    let coupons: Vec<_> = redemptions.filter_map(|it| redeemed(it, discounts)).collect();
    let paid_in = match policy.prepaid {
        PrepaidUse::AfterTax => Money::zero(terms.currency),
        PrepaidUse::BeforeTax => prepaid::left(cx, (account.stamp.seller, billing_account))?,
    };
    Ok(make(&Billing {
        account: account.id,
        billing_account: billing_account.id,
        currency: terms.currency,
        cycle: terms.cycle,
        buyer: buyer_of(account, &address, locale),
        on,
        cut_on: billing_account.cut_on(on),
        turns: billing_account.turns(on),
        policy: &policy,
        taxing: seller.taxing(),
        discounts: discounts_of(account, discounts),
        coupons: &coupons,
        prepaid: paid_in,
        subscriptions: &subscriptions,
    })?)
}

/// A use of a coupon with what it unlocked.
fn redeemed<'a>(redemption: &'a Redemption, all: &'a [Discount]) -> Option<Redeemed<'a>> {
    let discount = all.iter().find(|it| it.id == redemption.discount)?;
    Some(Redeemed { redemption, discount })
}

/// What a seller's discounts are to an account.
pub(super) fn discounts_of<'a>(account: &'a Account, all: &'a [Discount]) -> Discounts<'a> {
    let locale = &account.profile().locale;
    Discounts { all, account: Some(account.id), class: Some(account.class()), locale }
}
