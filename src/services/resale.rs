//! Resale: what a reseller owes its vendor for what it sells on.
//!
//! A reseller sells copies of its vendor's offers at prices of its own. Its vendor bills it, if its
//! settings say so, as if it had bought the originals: for what its customers have, and for what
//! resellers below it sell on. All of that stands on the invoices of its default billing account, level
//! by level up to the provider. What a reseller gets cheaper is a discount for its account, its margin.
//!
//! Nothing is kept twice: what is billed is the customer's subscription itself, looked at as if the
//! reseller had it, with marks of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Act, Cx, Error, account, billing, billing_account, offer};
use crate::domain::account::Account;
use crate::domain::account::billing_account::{BillingAccount, BillingState};
use crate::domain::account::tree::LEVELS_MAX;
use crate::domain::catalog::bundle::Bundled;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::price::Price;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{OfferId, PriceId};
use crate::domain::localized::Localized;
use crate::domain::money::Currency;
use crate::domain::quantity::Quantity;
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{Deal, Entitlement, RefundTo, TakenPrices};
use crate::domain::text::Name;
use crate::domain::time::Date;
use crate::store::catalog::OFFER_BY_ORIGINAL;
use crate::store::resale as kept;
use crate::store::subscription::SUBSCRIPTION_BY_OFFER;
use crate::store::{Along, Key, Records};

/// A reseller that its vendor bills for what it sells on.
#[derive(Debug, Clone)]
pub(super) struct Reseller {
    /// Its account.
    pub(super) account: Account,
    bills_to: BillingAccount,
    /// The first day that is billed.
    from: Date,
}

/// What a reseller would have bought: the deal to an original, and the prices of that, each with the
/// one of the copy that it answers to.
pub(super) struct Bought {
    pub(super) deal: Deal,
    pub(super) answers: Vec<(PriceId, PriceId)>,
}

impl Reseller {
    /// A billing account as the one on which a reseller is billed for what it sells on, if it is that.
    fn billed_on(account: &Account, bills_to: &BillingAccount, from: Option<Date>) -> Option<Self> {
        let sells = account.seller_number().is_some_and(|it| it != SellerNumber::PROVIDER);
        let from = from.filter(|_| sells && bills_to.is_default())?;
        Some(Self { account: account.clone(), bills_to: bills_to.clone(), from })
    }

    /// Who sells to it.
    const fn vendor(&self) -> SellerNumber {
        self.account.stamp.seller
    }

    const fn buys(&self) -> (SellerNumber, Currency) {
        (self.vendor(), self.bills_to.currency())
    }

    /// Whether anything new can be billed to it: not where its last invoice is under way or made.
    const fn is_open(&self) -> bool {
        match self.bills_to.state() {
            BillingState::Defined
            | BillingState::Active
            | BillingState::PendingUpdate
            | BillingState::Suspended => true,
            BillingState::PendingClosed | BillingState::Closed => false,
        }
    }
}

/// The resellers that are billed for what a seller sells, from itself up to the one below the provider.
///
/// # Errors
/// If the store fails.
pub(super) fn resellers(cx: Cx<'_>, seller: SellerNumber) -> Result<Vec<Reseller>, Error> {
    let (mut found, mut next) = (Vec::new(), seller);
    for _ in 0..LEVELS_MAX {
        if next == SellerNumber::PROVIDER {
            break;
        }
        let account = account::of_seller(cx, next)?;
        next = account.stamp.seller;
        let from = billing::policy(cx, next)?.resale_from;
        let Some(id) = from.map_or(Ok(None), |_| billing_account::default_id_of(cx, account.id))?
        else {
            continue;
        };
        if let Some(bills_to) = cx.view.find::<BillingAccount>(id)? {
            found.extend(Reseller::billed_on(&account, &bills_to, from));
        }
    }
    Ok(found)
}

/// What a reseller has bought that is billed on a billing account: what is sold on by it and below it.
/// Nothing of a billing account that is not the default one of a reseller, or `from` no day.
///
/// # Errors
/// If an original has no price in the currency of the billing account; if the store fails.
pub(super) fn bought_on(
    cx: Cx<'_>,
    (account, bills_to): (&Account, &BillingAccount),
    from: Option<Date>,
) -> Result<Vec<Subscription>, Error> {
    let Some(reseller) = Reseller::billed_on(account, bills_to, from) else {
        return Ok(Vec::new());
    };
    let mut ids = kept::charged_to(cx.view, account.id)?;
    for copy in copies(cx, account.seller_number().unwrap_or(SellerNumber::PROVIDER))? {
        let prefix = Key::new().id(copy);
        ids.extend(cx.view.ids_along::<Subscription>(
            SUBSCRIPTION_BY_OFFER,
            prefix,
            &mut |_| true,
        )?);
    }
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(it) = cx.view.find::<Subscription>(id)? else { continue };
        if let Some(bought) = bought(cx, &it, reseller.buys())? {
            found.push(seen_by(cx, &reseller, it, bought)?);
        }
    }
    Ok(found)
}

/// The copies that a seller sells on, and the copies of those.
fn copies(cx: Cx<'_>, seller: SellerNumber) -> Result<BTreeSet<OfferId>, Error> {
    let own = cx.every::<Offer>(&Along::Sellers(vec![seller]))?;
    let copies = own.iter().filter(|it| it.content.copy_of.is_some()).map(|it| it.id);
    let mut level: Vec<OfferId> = copies.collect();
    let mut all = BTreeSet::new();
    for _ in 0..LEVELS_MAX {
        let mut next = Vec::new();
        for id in &level {
            let along = Along::Index(OFFER_BY_ORIGINAL, Key::new().id(*id).bytes());
            next.extend(cx.every::<Offer>(&along)?.into_iter().map(|it| it.id));
        }
        all.extend(std::mem::replace(&mut level, next));
    }
    Ok(all)
}

/// A subscription as a reseller has it by a deal.
fn seen_by(
    cx: Cx<'_>,
    reseller: &Reseller,
    it: Subscription,
    Bought { deal, answers }: Bought,
) -> Result<Subscription, Error> {
    let sold = cx.shared::<Offer>(deal.offer)?.ok_or_else(|| Error::not_found(deal.offer))?;
    let name = sold.content.name.original();
    let name = format!("{name} {}", it.stamp.number).parse().unwrap_or_else(|_| name.clone());
    let marks = kept::marks(cx.view, (reseller.account.id, it.id))?;
    let owner = (reseller.account.id, reseller.bills_to.id, reseller.vendor());
    Ok(it.sold_on(owner, (deal, &answers, name), (marks, reseller.from)))
}

/// What somebody would have bought of a seller who buys the originals of what a subscription is to;
/// nothing if that is no copy of what the seller sells.
///
/// # Errors
/// If an original has prices, and none in the currency; if the store fails.
pub(super) fn bought(
    cx: Cx<'_>,
    it: &Subscription,
    (seller, currency): (SellerNumber, Currency),
) -> Result<Option<Bought>, Error> {
    let had = it.deal();
    let Some(original) = original_of(cx, had.offer, seller)? else { return Ok(None) };
    let (mut prices, mut answers) = (TakenPrices::new(), Vec::new());
    for (id, taken) in &had.prices {
        for own in answering(cx, *id, (seller, currency))? {
            answers.push((own, *id));
            // Of two copies of one price the one counts that goes on.
            if prices.get(&own).is_none_or(|it| it.until_on.is_some()) {
                prices.insert(own, *taken);
            }
        }
    }
    if answers.is_empty() {
        must_be_priced(cx, &original, currency)?;
    }
    let included =
        |id| original.content.rate(id, it.term_key()).map_or(Quantity::ZERO, |it| it.included);
    let resources = had.resources.iter();
    let deal = Deal {
        offer: original.id,
        offer_version: original.life.version(),
        specification: original.content.specification,
        prices,
        resources: resources
            .map(|(id, it)| (*id, Entitlement::of(it.amount(), included(*id))))
            .collect(),
        bundled: bundled(cx, had.bundled.as_ref(), seller)?,
        ..had.clone()
    };
    Ok(Some(Bought { deal, answers }))
}

/// What a part costs its reseller less in the bundle that it sells on: what the original of that said when
/// the bundle was bought.
fn bundled(
    cx: Cx<'_>,
    had: Option<&Bundled>,
    seller: SellerNumber,
) -> Result<Option<Bundled>, Error> {
    let Some(had) = had else { return Ok(None) };
    let original = original_of(cx, had.bundle, seller)?;
    Ok(original.and_then(|it| had.bought_as(it.id)))
}

/// The same to whom a missing price is no reason to refuse anything: nothing is bought there then. Who
/// has it can end it and keep it, whatever is wrong between those who sell it on.
fn bought_if_priced(
    cx: Cx<'_>,
    it: &Subscription,
    buys: (SellerNumber, Currency),
) -> Result<Option<Bought>, Error> {
    match bought(cx, it, buys) {
        Err(Error::Rejected(why)) if why.code == Code::PriceMissing => Ok(None),
        found => found,
    }
}

fn must_be_priced(cx: Cx<'_>, original: &Offer, currency: Currency) -> Result<(), Error> {
    let all = offer::prices(cx, original.id)?;
    if !all.is_empty() && all.iter().all(|it| it.currency != currency) {
        let why = format!("offer `{}` has no price in {currency}", original.id);
        return Err(Rejection::new(Code::PriceMissing, why).into());
    }
    Ok(())
}

/// The prices of a seller that answer to one of a copy.
fn answering(
    cx: Cx<'_>,
    copy: PriceId,
    (seller, currency): (SellerNumber, Currency),
) -> Result<Vec<PriceId>, Error> {
    let Some(copy) = cx.shared::<Price>(copy)? else { return Ok(Vec::new()) };
    let Some(original) = original_of(cx, copy.offer, seller)? else { return Ok(Vec::new()) };
    let all = offer::prices(cx, original.id)?;
    let answers = |it: &&Price| it.currency == currency && it.is_for_the_same(&copy);
    Ok(all.iter().filter(answers).map(|it| it.id).collect())
}

/// The offer of a seller that another is a copy of, or a copy of a copy.
fn original_of(
    cx: Cx<'_>,
    offer: OfferId,
    seller: SellerNumber,
) -> Result<Option<Arc<Offer>>, Error> {
    let mut next = cx.shared::<Offer>(offer)?;
    for _ in 0..LEVELS_MAX {
        let Some(above) = next.as_ref().and_then(|it| it.content.copy_of) else { return Ok(None) };
        next = cx.shared::<Offer>(above)?;
        if next.as_ref().is_some_and(|it| it.stamp.seller == seller) {
            return Ok(next);
        }
    }
    Ok(None)
}

/// Says that there is something to bill for a subscription from now on, to who has it and to all who
/// sell it on.
///
/// # Errors
/// If no invoice is made of a billing account any more; if the store fails.
pub(super) fn begin(act: &mut Act<'_>, it: &Subscription) -> Result<(), Error> {
    billing_account::begin(act, it.billing_account())?;
    for reseller in resellers(act.cx(), it.stamp.seller)? {
        if bought(act.cx(), it, reseller.buys())?.is_some() {
            billing_account::begin(act, reseller.bills_to.id)?;
        }
    }
    Ok(())
}

/// Says the same of one that only goes on, to all who can be billed for it: that one of them cannot is
/// nothing to who has it.
///
/// # Errors
/// If no invoice is made of its billing account any more; if the store fails.
pub(super) fn go_on(act: &mut Act<'_>, it: &Subscription) -> Result<(), Error> {
    billing_account::begin(act, it.billing_account())?;
    for reseller in resellers(act.cx(), it.stamp.seller)?.iter().filter(|it| it.is_open()) {
        if bought_if_priced(act.cx(), it, reseller.buys())?.is_some() {
            billing_account::begin(act, reseller.bills_to.id)?;
        }
    }
    Ok(())
}

/// Says the same to all resellers of a vendor that bills them, whatever they sell on by now.
///
/// # Errors
/// If the store fails.
pub(super) fn begin_all(act: &mut Act<'_>, vendor: SellerNumber) -> Result<(), Error> {
    let from = billing::policy(act.cx(), vendor)?.resale_from;
    for account in act.every::<Account>(&Along::Sellers(vec![vendor]))? {
        let Some(id) = billing_account::default_id_of(act.cx(), account.id)? else { continue };
        let bills_to: BillingAccount = act.load(id)?;
        let reseller = Reseller::billed_on(&account, &bills_to, from);
        if reseller.is_some_and(|it| it.is_open()) {
            billing_account::begin(act, id)?;
        }
    }
    Ok(())
}

/// Gives back to all who sell a subscription on what they were charged for it beyond the day on which
/// it was called off, as far as its term at their vendors says.
///
/// # Errors
/// If an amount is too large; if the store fails.
pub(super) fn give_back(
    act: &mut Act<'_>,
    it: &Subscription,
    (on, to): (Date, RefundTo),
) -> Result<(), Error> {
    let to = match to {
        RefundTo::Nowhere => RefundTo::Nowhere,
        // What a seller takes back from its customer is no return of its own to who sells to it.
        RefundTo::Balance | RefundTo::Method | RefundTo::Return => RefundTo::Balance,
    };
    for reseller in resellers(act.cx(), it.stamp.seller)? {
        let Some(seen) = charged(act.cx(), &reseller, it)? else { continue };
        let given_back = billing::give_back(act, seen, (on, to))?;
        keep(act, &given_back)?;
    }
    Ok(())
}

/// A subscription as a reseller was charged for it, whatever its vendor sells by now; nothing if it was
/// not charged.
fn charged(
    cx: Cx<'_>,
    reseller: &Reseller,
    it: &Subscription,
) -> Result<Option<Subscription>, Error> {
    let Some(last) = kept::marks(cx.view, (reseller.account.id, it.id))?.into_keys().last() else {
        return Ok(None);
    };
    let offer = match original_of(cx, it.deal().offer, reseller.vendor())? {
        Some(original) => original.id,
        None => cx.shared::<Price>(last)?.ok_or_else(|| Error::not_found(last))?.offer,
    };
    // What was charged stands in the marks: no price has to be found for it.
    let deal = Deal { offer, prices: TakenPrices::new(), ..it.deal().clone() };
    seen_by(cx, reseller, it.clone(), Bought { deal, answers: Vec::new() }).map(Some)
}

/// The same of prices that were replaced in mid period, of some of which units are `kept`.
///
/// # Errors
/// If an amount is too large; if the store fails.
pub(super) fn give_back_replaced(
    act: &mut Act<'_>,
    it: &Subscription,
    (on, prices, units): (Date, &BTreeSet<PriceId>, &BTreeMap<PriceId, Quantity>),
    to: &Localized<Name>,
) -> Result<(), Error> {
    for reseller in resellers(act.cx(), it.stamp.seller)? {
        let Some(seen) = charged(act.cx(), &reseller, it)? else { continue };
        let answers = charged_for(act.cx(), &seen, prices)?;
        let replaced = answers.iter().map(|it| it.0).collect();
        let kept = answers.iter().filter_map(|(own, copy)| Some((*own, *units.get(copy)?)));
        let about = (on, &replaced, &kept.collect());
        let (given_back, _) = billing::give_back_replaced(act, seen, about, to)?;
        keep(act, &given_back)?;
    }
    Ok(())
}

/// The prices that a reseller was charged at for what it has, each with the one of some copies that it
/// answers to.
fn charged_for(
    cx: Cx<'_>,
    seen: &Subscription,
    copies: &BTreeSet<PriceId>,
) -> Result<Vec<(PriceId, PriceId)>, Error> {
    let mut found = Vec::new();
    for id in seen.charged.keys() {
        let Some(own) = cx.shared::<Price>(*id)? else { continue };
        for copy in copies {
            let Some(copy) = cx.shared::<Price>(*copy)? else { continue };
            let original = original_of(cx, copy.offer, seen.stamp.seller)?;
            let is_of_it = original.is_some_and(|it| it.id == own.offer);
            if is_of_it && own.is_for_the_same(&copy) {
                found.push((own.id, copy.id));
            }
        }
    }
    Ok(found)
}

/// Keeps up to where a reseller is charged for a subscription, as it has it.
///
/// # Errors
/// If the store fails.
pub(super) fn keep(act: &mut Act<'_>, seen: &Subscription) -> Result<(), Error> {
    Ok(act.batch().put_resold((seen.account(), seen.id), &seen.charged)?)
}
