//! Calculating: what an offer would cost, by the rules by which it is billed.

use std::collections::BTreeMap;

use super::gather::discounts_of;
use super::policy;
use super::shelf::{Shelf, address_of, buyer_of};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::account::profile::AddressUse;
use crate::domain::billing::charge::{Charging, Units};
use crate::domain::billing::discount::{Discounts, Lowerable, Pace, charged};
use crate::domain::billing::invoice::Totals;
use crate::domain::billing::invoice::explanation::Explanation;
use crate::domain::billing::policy::Policy;
use crate::domain::billing::proration::Share;
use crate::domain::billing::tax::{TaxSheet, TaxTerms, TaxTotal, Taxable, assess};
use crate::domain::billing::taxing::TaxedBuyer;
use crate::domain::catalog::bundle::Bundled;
use crate::domain::catalog::characteristic::Choices;
use crate::domain::catalog::choice;
use crate::domain::catalog::discount::Subject;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::alteration::{Occurrence, Turn};
use crate::domain::catalog::price::model::MinimumOf;
use crate::domain::catalog::price::{Figure, Occasion, Price, PriceKind, PriceModel};
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::id::{AccountId, MeterId, OfferId, ResourceId};
use crate::domain::money::{Currency, Money};
use crate::domain::party::medium::PostalAddress;
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{self, Country};
use crate::domain::time::Date;
use crate::services::{Cx, Error, billing_account, discount, marketplace, offer};
use crate::store::Records;

/// What somebody would buy and use.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What.
    pub offer: OfferId,
    /// In which currency.
    pub currency: Currency,
    /// Committing to which term.
    pub term: Option<text::Code>,
    /// Paying by which plan; the only one if nothing is said.
    pub plan: Option<text::Code>,
    /// How many.
    pub quantity: u32,
    /// How much of each resource in all.
    pub resources: BTreeMap<ResourceId, Quantity>,
    /// What is chosen of its characteristics; what is taken if nobody chooses counts besides.
    pub characteristics: Choices,
    /// How much each meter would count in a period.
    pub usage: BTreeMap<MeterId, Quantity>,
    /// Where the buyer is; where the seller is if nothing is said.
    pub country: Option<Country>,
    /// Who buys, to be taxed as it is on its invoices; somebody of whom nothing else is known if nobody is
    /// named.
    pub account: Option<AccountId>,
    /// As a part of which bundle; by itself if nothing is said.
    pub bundle: Option<OfferId>,
    /// A price that is not there yet, as if it were.
    pub draft: Option<Price>,
}

/// What a price would come to for one whole period.
#[derive(Debug, Clone)]
pub struct Charge {
    /// The place of its price among those that are charged.
    place: usize,
    /// The price.
    pub price: Price,
    /// Without tax.
    pub net: Money,
    /// Its part of the tax, if a tax rule says how much.
    pub tax: Option<Money>,
    /// How it comes about.
    pub explanation: Explanation,
}

/// What an offer would cost.
#[derive(Debug, Clone)]
pub struct Calculation {
    /// What holds of its characteristics.
    pub characteristics: Choices,
    /// Price by price.
    pub charges: Vec<Charge>,
    /// Altogether; without tax if `taxed` says that nobody knows it.
    pub totals: Totals,
    /// Why there is no tax in it, if a tax rule is missing.
    pub untaxed: Option<Rejection>,
}

impl Calculation {
    const fn of(charges: Vec<Charge>, totals: Totals, untaxed: Option<Rejection>) -> Self {
        Self { characteristics: Choices::new(), charges, totals, untaxed }
    }
}

/// What an offer would cost today for a whole period of each of its prices.
///
/// # Errors
/// If it is not for the caller, has no price in the currency, or an amount is too large.
pub fn calculate(cx: Cx<'_>, wish: &Wish) -> Result<Calculation, Error> {
    let offer = offer::get(cx, wish.offer)?;
    let prices = offer::prices(cx, offer.id)?;
    let only = match offer.content.plans.as_slice() {
        [only] => Some(&only.key),
        [] | [_, _, ..] => None,
    };
    let plan = wish.plan.as_ref().or(only);
    let chosen = chosen(cx, &offer, wish)?;
    let wanted = |it: &Price| is_wanted(it, (wish, plan));
    let prices = prices.into_iter().filter(|it| it.fits(&chosen));
    let prices = prices.chain(wish.draft.clone()).filter(wanted);
    let prices = in_bundle(cx, (&offer, wish), prices.collect())?;
    if prices.is_empty() {
        let why = format!("`{}` has no price in {} for what is wished", offer.id, wish.currency);
        return Err(Rejection::new(Code::PriceMissing, why).into());
    }
    let seller = merchant(cx, &offer, wish)?;
    let on = billing_account::shown_on(cx, seller)?;
    let policy = policy(cx, seller)?;
    let taxes = match rules(cx, seller, (&offer, wish, on), &prices) {
        Ok(found) => Ok(found),
        Err(Error::Rejected(why)) => Err(why),
        Err(failure) => return Err(failure),
    };
    let all = discount::of_seller(cx, seller)?;
    let buyer = buyer(cx, seller)?;
    let locale = offer.content.name.locale();
    let nobody = Discounts { all: &all, account: None, class: None, locale };
    let discounts = buyer.as_ref().map_or(nobody, |it| discounts_of(it, &all));
    let mut charges = Vec::with_capacity(prices.len());
    for (place, price) in prices.into_iter().enumerate() {
        let tax = taxes.as_ref().map_or(Percent::ZERO, |it| it.percent(place));
        let charge = charge((&offer, &policy, discounts), price, wish, (on, tax))?;
        charges.push(Charge { place, ..charge });
    }
    charges.extend(missing(&charges, &policy, on)?);
    Ok(Calculation { characteristics: chosen, ..taxed(&policy, wish, (charges, taxes))? })
}

/// Prices as they are charged in the bundle that is wished.
fn in_bundle(
    cx: Cx<'_>,
    (offer, wish): (&Offer, &Wish),
    prices: Vec<Price>,
) -> Result<Vec<Price>, Error> {
    let Some(id) = wish.bundle else { return Ok(prices) };
    let bundle = offer::named(cx, "/bundle", id)?;
    if bundle.content.parts.iter().all(|it| it.offer != offer.id) {
        let message = format!("is no bundle with `{}` in it", offer.id);
        return Err(Invalid::one("/bundle", "reference", message).into());
    }
    let Some(less) = bundle.content.parts_discount else { return Ok(prices) };
    let bundled = Bundled::of(bundle.id, less);
    let name = bundle.content.name.original();
    Ok(prices.into_iter().map(|it| bundled.lower(it, name)).collect())
}

/// What holds of what is wished.
fn chosen(cx: Cx<'_>, offer: &Offer, wish: &Wish) -> Result<Choices, Error> {
    let known = offer::characteristics(cx, offer)?;
    let (settled, found) = choice::settle(&known, &[], (&wish.characteristics, cx.now));
    // What has to be chosen and is not yet keeps nobody from asking what the rest costs.
    let found = found.into_iter().filter(|it| wish.characteristics.contains_key(&it.name));
    let told = |it: choice::Fault| {
        let name = it.name.as_str().replace('~', "~0").replace('/', "~1");
        Violation::new(format!("/characteristics/{name}"), it.rule, it.message)
    };
    Invalid::unless_empty(found.map(told).collect())?;
    Ok(settled)
}

fn is_wanted(it: &Price, (wish, plan): (&Wish, Option<&text::Code>)) -> bool {
    let term = it.term.is_none() || it.term == wish.term;
    let plan = it.plan.is_none() || it.plan.as_ref() == plan;
    it.currency == wish.currency && term && plan
}

/// Of whom what is wished would be bought: of who sells to the account that it is for, or of who has the
/// offer on its shelf before who asks.
fn merchant(cx: Cx<'_>, offer: &Offer, wish: &Wish) -> Result<SellerNumber, Error> {
    match wish.account.map(|id| cx.named::<Account>("/account", id)).transpose()? {
        Some(account) => Ok(account.stamp.seller),
        None => marketplace::merchant(cx, offer),
    }
}

/// The account of who asks, where it buys from a seller.
fn buyer(cx: Cx<'_>, seller: SellerNumber) -> Result<Option<Account>, Error> {
    let Some(standing) = cx.actor.standing() else { return Ok(None) };
    let own = cx.view.find::<Account>(standing.account)?;
    Ok(own.filter(|it| it.stamp.seller == seller))
}

/// What discounts look at in the first charge of a price.
fn lowerable<'a>(
    (offer, discounts): (&Offer, Discounts<'_>),
    price: &Price,
    wish: &'a Wish,
    on: Date,
) -> Option<Lowerable<'a>> {
    let charged = charged(price.kind)?;
    let subject = Subject {
        offer: offer.id,
        term: wish.term.as_ref(),
        resource: price.resource,
        price: price.id,
        charged,
        account: discounts.account,
        class: discounts.class,
    };
    let (currency, pace) = (price.currency, Pace::Single);
    Some(Lowerable { subject, currency, on, charged_from: on, pace })
}

fn charge(
    (offer, policy, discounts): (&Offer, &Policy, Discounts<'_>),
    price: Price,
    wish: &Wish,
    (on, tax): (Date, Percent),
) -> Result<Charge, Error> {
    let counted = counted(offer, &price, wish);
    if counted.is_negative() {
        return Err(Invalid::one("/quantity", "range", "must not be negative").into());
    }
    let version = price.in_force(on, None).ok_or_else(|| {
        let why = format!("the price `{}` has no version in force on `{on}`", price.name);
        Rejection::new(Code::PriceMissing, why)
    })?;
    let occurrence = Occurrence { turn: Turn::First, obtained_on: on, charged_from: on, on };
    let (zero_usage, rounding) = (policy.zero_usage, policy.rounding);
    let charging = Charging { price: &price, version, occurrence, tax, zero_usage, rounding };
    let mut explanation =
        charging.whole(Units { bought: bought(offer, &price, wish), ..Units::of(counted) })?;
    let given = lowerable((offer, discounts), &price, wish, on).and_then(|it| discounts.given(&it));
    discounts.lower(&mut explanation, given)?;
    charging.once(&mut explanation)?;
    let net = explanation.unrounded()?.book(policy.rounding)?;
    Ok(Charge { place: 0, price, net, tax: None, explanation })
}

/// What would be missing to minimums.
fn missing(charges: &[Charge], policy: &Policy, on: Date) -> Result<Vec<Charge>, Error> {
    let mut found = Vec::new();
    for charge in charges {
        let version = charge.price.in_force(on, None);
        let Some(PriceModel::Minimum { amount, of, .. }) = version.map(|it| &it.model) else {
            continue;
        };
        let counts = |it: &&Charge| match of {
            MinimumOf::Price => it.price.id == charge.price.id,
            MinimumOf::Subscription => it.price.kind.is_charged_afterwards(),
        };
        let currency = charge.price.currency;
        let counted = charges.iter().filter(counts).map(|it| it.net);
        let covered = Figure::new(Money::sum(counted, currency)?.decimal());
        let form = (policy.rounding, currency);
        let explanation = Explanation {
            version_from: version.map(|it| it.valid_from),
            ..Explanation::missing((*amount, Share::WHOLE), covered, form)
        };
        let net = explanation.unrounded()?.book(policy.rounding)?;
        if !net.is_zero() {
            found.push(Charge { net, explanation, ..charge.clone() });
        }
    }
    Ok(found)
}

/// How many units a price counts: of a meter, of a resource beyond what is included, or of the
/// offer itself.
fn counted(offer: &Offer, price: &Price, wish: &Wish) -> Quantity {
    match (price.kind, price.resource) {
        (PriceKind::Usage { meter }, _) => {
            wish.usage.get(&meter).copied().unwrap_or(Quantity::ZERO)
        }
        (PriceKind::OneTime(_) | PriceKind::Recurring { .. }, Some(id)) => {
            additional(offer, wish, id)
        }
        (PriceKind::OneTime(_) | PriceKind::Recurring { .. }, None) => {
            Quantity::whole(wish.quantity.into())
        }
    }
}

/// How many units that a meter counts are paid for by another price.
fn bought(offer: &Offer, price: &Price, wish: &Wish) -> Quantity {
    match (price.kind, price.resource) {
        (PriceKind::Usage { .. }, Some(id)) => additional(offer, wish, id),
        (PriceKind::Usage { .. }, None)
        | (PriceKind::OneTime(_) | PriceKind::Recurring { .. }, _) => Quantity::ZERO,
    }
}

/// How many units of a resource are wished beyond what is included.
fn additional(offer: &Offer, wish: &Wish, id: ResourceId) -> Quantity {
    let rate = offer.content.rate(id, wish.term.as_ref());
    let included = rate.map_or(Quantity::ZERO, |it| it.included);
    let amount = rate.map_or(Quantity::ZERO, |it| it.amount_default());
    wish.resources.get(&id).copied().unwrap_or(amount).above(included)
}

fn taxed(
    policy: &Policy,
    wish: &Wish,
    (mut charges, taxes): (Vec<Charge>, Result<Taxes, Rejection>),
) -> Result<Calculation, Error> {
    let terms =
        TaxTerms { scope: policy.tax_scope, rounding: policy.rounding, currency: wish.currency };
    let mut totals = Totals::nothing(wish.currency);
    let Taxes { places, mut rules } = match taxes {
        Ok(found) => found,
        Err(why) => {
            for charge in &charges {
                totals = totals.plus(charge.net, Money::zero(wish.currency))?;
            }
            return Ok(Calculation::of(charges, totals, Some(why)));
        }
    };
    let mut taxables = Vec::with_capacity(charges.len());
    for charge in &charges {
        let place = places[charge.place];
        let exact = charge.explanation.unrounded()?.value();
        taxables.push(Taxable { place, base: charge.price.base, exact, booked: charge.net });
    }
    for (charge, taxed) in charges.iter_mut().zip(assess(&taxables, &mut rules, terms)?) {
        (charge.net, charge.tax) = (taxed.net, Some(taxed.tax));
        totals = totals.plus(taxed.net, taxed.tax)?;
    }
    Ok(Calculation::of(charges, totals, None))
}

/// The tax of each price, as its place among the rules by which they are taxed.
struct Taxes {
    places: Vec<u16>,
    rules: Vec<TaxTotal>,
}

impl Taxes {
    /// How much a price bears.
    fn percent(&self, place: usize) -> Percent {
        self.rules[usize::from(self.places[place])].treatment.percent()
    }
}

/// Who buys an offer, and where its invoices go.
fn known_buyer(
    cx: Cx<'_>,
    offer: &Offer,
    id: AccountId,
) -> Result<(Account, PostalAddress), Error> {
    let account: Account = cx.named("/account", id)?;
    if !marketplace::sells(cx, account.stamp.seller, offer)? {
        let why = format!("`{id}` buys nothing of who sells `{}`", offer.id);
        return Err(Invalid::one("/account", "reference", why).into());
    }
    let bills_to = billing_account::of(cx, id)?.into_iter().find(BillingAccount::is_default);
    let address = match &bills_to {
        Some(it) => address_of(&account, it),
        None => account.profile().address(AddressUse::General).cloned().unwrap_or_default(),
    };
    Ok((account, address))
}

fn rules(
    cx: Cx<'_>,
    seller: SellerNumber,
    (offer, wish, on): (&Offer, &Wish, Date),
    prices: &[Price],
) -> Result<Taxes, Error> {
    let mut shelf = Shelf::default();
    let taxing = shelf.seller(cx, seller)?;
    let known = wish.account.map(|id| known_buyer(cx, offer, id)).transpose()?;
    let of_country = PostalAddress { country: wish.country.clone(), ..PostalAddress::default() };
    let buyer = match &known {
        Some((account, address)) => buyer_of(account, address, offer.content.name.locale()),
        None => TaxedBuyer::somebody(&of_country, offer.content.name.locale()),
    };
    let mut sheet = TaxSheet::new();
    let mut places = Vec::with_capacity(prices.len());
    let locale = offer.content.name.locale();
    for price in prices {
        if price.kind == PriceKind::OneTime(Occasion::Deposit) {
            places.push(sheet.outside(TaxTotal::of_deposits(locale, on, wish.currency)));
            continue;
        }
        let category = shelf.tax_category(cx, seller, (offer, price))?;
        places
            .push(sheet.place((category, on), |of| taxing.taxing().of(buyer, of, wish.currency))?);
    }
    Ok(Taxes { places, rules: sheet.into_totals() })
}
