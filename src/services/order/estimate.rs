//! Estimates: what an order would come to.
//!
//! An estimate is the order itself, placed, worked on and taken back, with its first bill computed as
//! billing does it, lowered by the coupons that the order brings. So it is refused where the order would
//! be, and what it says is what the first invoice says of it. The bill is computed over a snapshot, so
//! that nobody waits for it who wants to write.
//!
//! What a vendor would pay for an order of its customer is estimated likewise: as if the vendor had
//! bought the originals of the offers that it sells on.

use std::collections::BTreeMap;

use super::switch::foreseen;
use super::{sending, take};
use crate::domain::account::Account;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::line::Line;
use crate::domain::billing::invoice::{Content, Invoice};
use crate::domain::billing::told_apart;
use crate::domain::catalog::coupon::Redemption;
use crate::domain::id::{
    AccountId, BillingAccountId, CreditNoteId, OfferId, OrderId, SubscriptionId,
};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::operator::{Decision, Permission};
use crate::domain::order::item::Item;
use crate::domain::order::total::{self, Charged, Total};
use crate::domain::order::{Estimated, Order, PlaceOrder};
use crate::domain::page::PageRequest;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::{CancelAt, Cancellation};
use crate::domain::text::Code;
use crate::domain::time::Date;
use crate::services::billing::{self, Forecast};
use crate::services::{
    Act, Cx, Error, account, billing_account, coupon, provisioning, resale, subscription,
};
use crate::store::{Along, Records};

/// So many credit notes are looked at in one go.
const NOTES_AT_ONCE: usize = 20;

/// What an order would come to.
#[derive(Debug, Clone)]
pub struct Estimate {
    /// What it asks for, with nothing left open; what it would make of subscriptions is named in its
    /// items, under ids that nothing will have.
    pub items: Vec<Item>,
    /// The first bill of each billing account that would charge something for it.
    pub bills: Vec<Forecast>,
    /// What would be given back at once of earlier bills, line by line.
    pub credits: Vec<Credited>,
}

impl Estimate {
    /// What all first bills come to, told apart.
    ///
    /// # Errors
    /// If that is too much to be added up.
    pub fn totals(&self) -> Result<Vec<Total>, MoneyError> {
        told_apart::totals(self.bills.iter().filter_map(|it| it.content.as_ref()))
    }

    /// The same of an item.
    ///
    /// # Errors
    /// As [`Estimate::totals`].
    pub fn totals_of(&self, key: &Code) -> Result<Vec<Total>, MoneyError> {
        let made = self.items.iter().find(|it| it.key == *key).and_then(|it| it.subscription);
        let contents = self.bills.iter().filter_map(|it| it.content.as_ref());
        told_apart::totals_of(contents, |it| made.is_some() && it.subscription == made)
    }
}

/// What would be given back of a line of an invoice.
#[derive(Debug, Clone)]
pub struct Credited {
    /// The line, as it was charged.
    pub line: Line,
    /// How much, without tax.
    pub net: Money,
    /// The tax on it.
    pub tax: Money,
}

/// An order that was made and taken back: what is to be billed of it, and what it gave back at once.
#[derive(Debug, Clone)]
pub struct Foreseen {
    items: Vec<Item>,
    billed: Vec<Billed>,
    credits: Vec<Credited>,
}

/// What is to be billed together, and the coupons that were brought for it.
#[derive(Debug, Clone)]
struct Billed {
    bills_to: BillingAccount,
    subscriptions: Vec<Subscription>,
    coupons: Vec<Redemption>,
}

/// What an order that was made and taken back would come to.
///
/// # Errors
/// [`Error::Rejected`] if what it would make cannot be billed; if the store fails.
pub fn estimate(cx: Cx<'_>, it: Foreseen) -> Result<Estimate, Error> {
    let Foreseen { items, billed, credits } = it;
    let bill =
        |it: &Billed| billing::first_bill(cx, &it.bills_to, (&it.subscriptions, &it.coupons));
    let bills = billed.iter().map(bill).collect::<Result<_, _>>()?;
    Ok(Estimate { items, bills, credits })
}

/// What it would charge by today, and to which billing accounts, whenever these are billed.
pub(super) fn charged_today(
    cx: Cx<'_>,
    it: &Foreseen,
) -> Result<Vec<(BillingAccountId, Content)>, Error> {
    let mut charged = Vec::new();
    for it in &it.billed {
        let about = (&it.subscriptions[..], &it.coupons[..]);
        let content = billing::charged_today(cx, &it.bills_to, about)?;
        charged.extend(content.map(|content| (it.bills_to.id, content)));
    }
    Ok(charged)
}

/// What lines charge for each item of an order, and altogether.
///
/// # Errors
/// If that is too much to be added up.
pub(super) fn estimated(of: &Foreseen, lines: &[Line]) -> Result<Estimated, MoneyError> {
    let sums = |of: &dyn Fn(&Line) -> bool| -> Result<Vec<Total>, MoneyError> {
        let lines = lines.iter().filter(|it| of(it));
        let each = lines.map(|it| Total::new(Charged::Once, it.net, it.tax));
        total::sums(each.collect::<Result<Vec<_>, _>>()?)
    };
    let mut items = BTreeMap::new();
    for it in of.items.iter().filter(|it| it.subscription.is_some()) {
        items.insert(it.key.clone(), sums(&|line| line.subscription == it.subscription)?);
    }
    Ok(Estimated { items, totals: sums(&|_| true)? })
}

/// Places an order as if it were now, and takes it back; nothing is placed.
///
/// # Errors
/// As [`place`](super::place), whether or not terms of use were accepted.
pub fn suppose_placed(act: &mut Act<'_>, placed: PlaceOrder) -> Result<Foreseen, Error> {
    act.suppose(|act| {
        let account = placed.account();
        let last = last_note(act, account)?;
        let (order, subscriptions) = supposed(act, placed)?;
        let mut credits = Vec::new();
        for note in notes(act, account, last)? {
            credits.extend(credited(act, &note)?);
        }
        let mut after = Vec::with_capacity(subscriptions.len());
        for it in subscriptions {
            after.push(foreseen(act, it)?);
        }
        let billed = by_billing_account(act, after, order.id)?;
        Ok(Foreseen { items: order.items().to_vec(), billed, credits })
    })
}

/// What a cancellation would come to.
#[derive(Debug, Clone)]
pub struct Ending {
    /// The first day without the subscription.
    pub on: Date,
    /// In what it is billed.
    pub currency: Currency,
    /// What would be given back at once, line by line.
    pub credits: Vec<Credited>,
    /// Which other parts of its bundle cost less no more, because that is not whole without it.
    pub alone: Vec<OfferId>,
}

/// Cancels a subscription as if it were meant, and takes that back; nothing is canceled.
///
/// # Errors
/// As [`subscription::cancel_at`].
pub fn suppose_ended(
    act: &mut Act<'_>,
    id: SubscriptionId,
    wanted: (CancelAt, Cancellation),
) -> Result<Ending, Error> {
    act.suppose(|act| {
        let held: Subscription = act.get(id)?;
        let last = last_note(act, held.account())?;
        let bills_to: BillingAccount = act.load(held.billing_account())?;
        let today = bills_to.terms().zone.date_of(act.now());
        let alone = subscription::alone_without(act.cx(), &held, today)?;
        let it = subscription::cancel_at(act, id, wanted)?;
        let mut credits = Vec::new();
        for note in notes(act, held.account(), last)? {
            credits.extend(credited(act, &note)?);
        }
        let on = it.ended_on().or(it.ends_on()).unwrap_or(today);
        Ok(Ending { on, currency: bills_to.terms().currency, credits, alone })
    })
}

/// Subscriptions with the billing accounts that they are on, and the coupons of an order.
fn by_billing_account(
    act: &Act<'_>,
    subscriptions: Vec<Subscription>,
    order: OrderId,
) -> Result<Vec<Billed>, Error> {
    let mut groups: BTreeMap<BillingAccountId, Vec<Subscription>> = BTreeMap::new();
    for it in subscriptions {
        groups.entry(it.billing_account()).or_default().push(it);
    }
    let billed = |(id, subscriptions)| {
        let mut coupons = coupon::on_bills_of(act.cx(), id)?;
        coupons.retain(|it| it.order == Some(order));
        Ok(Billed { bills_to: act.load(id)?, subscriptions, coupons })
    };
    groups.into_iter().map(billed).collect()
}

/// Places an order as if it were now, and as if the vendor of the account had bought it of its own
/// vendor: to one billing account, and nothing of what is the vendor's own. Nothing is placed.
///
/// # Errors
/// As [`suppose_placed`]; if the vendor has no billing account, or an original no price in its
/// currency; if the caller may not order for the vendor.
pub fn suppose_bought(act: &mut Act<'_>, placed: PlaceOrder) -> Result<Foreseen, Error> {
    act.suppose(|act| {
        let (order, subscriptions) = supposed(act, placed)?;
        let seller = subscriptions.first().map(|it| it.stamp.seller);
        let seller = seller.ok_or_else(|| Error::internal("an order is about a subscription"))?;
        let vendor = account::of_seller(act.cx(), seller)?;
        must_buy_for(act, &vendor)?;
        let bills_to = billing_account::default_of(act.cx(), vendor.id)?;
        billing_account::begin(act, bills_to.id)?;
        let bills_to: BillingAccount = act.load(bills_to.id)?;
        let (buys, owner) =
            ((vendor.stamp.seller, bills_to.currency()), (bills_to.account(), bills_to.id));
        let mut originals = Vec::new();
        for it in subscriptions {
            let bought = resale::bought(act.cx(), &it, buys)?;
            originals
                .extend(bought.map(|bought| it.bought_by(owner, bought.deal, &bought.answers)));
        }
        let billed = Billed { bills_to, subscriptions: originals, coupons: Vec::new() };
        let items = order.items().to_vec();
        Ok(Foreseen { items, billed: vec![billed], credits: Vec::new() })
    })
}

/// The credit notes of an account that are later than one, the newest first; all if none is named.
fn notes(
    act: &Act<'_>,
    account: AccountId,
    after: Option<CreditNoteId>,
) -> Result<Vec<CreditNote>, Error> {
    let along = Along::Owner(account);
    let (mut found, mut page) = (Vec::new(), PageRequest::first(NOTES_AT_ONCE));
    loop {
        let read = act.cx().view.list::<CreditNote>(&along, &page, &mut |_| true)?;
        for note in read.items {
            if Some(note.id) == after {
                return Ok(found);
            }
            found.push(note);
        }
        page.after = read.next;
        if page.after.is_none() {
            return Ok(found);
        }
    }
}

/// The last credit note of an account.
fn last_note(act: &Act<'_>, account: AccountId) -> Result<Option<CreditNoteId>, Error> {
    let page = PageRequest::first(1);
    let read = act.cx().view.list::<CreditNote>(&Along::Owner(account), &page, &mut |_| true)?;
    Ok(read.items.first().map(|it| it.id))
}

fn credited(act: &Act<'_>, note: &CreditNote) -> Result<Vec<Credited>, Error> {
    let invoice: Invoice = act.load(note.content().invoice)?;
    let lines = &invoice.content().lines;
    let of = note.content().lines.iter().filter_map(|it| {
        let line = lines.get(usize::try_from(it.place).ok()?)?.clone();
        Some(Credited { line, net: it.net, tax: it.tax })
    });
    Ok(of.collect())
}

/// Places an order and works on it, as far as all goes well: the order, and what becomes of the
/// subscriptions that it is about.
///
/// # Errors
/// As [`place`](super::place), whether or not terms of use were accepted.
pub(super) fn supposed(
    act: &mut Act<'_>,
    mut placed: PlaceOrder,
) -> Result<(Order, Vec<Subscription>), Error> {
    placed.request.start_at = None;
    sending::suppose_addressed(act.cx(), &mut placed)?;
    let order = take(act, placed)?;
    provisioning::suppose_done(act, order.id)?;
    let order: Order = act.load(order.id)?;
    let mut subscriptions = Vec::new();
    for id in order.items().iter().filter_map(|it| it.subscription) {
        subscriptions.push(act.load(id)?);
    }
    Ok((order, subscriptions))
}

/// Refuses a caller who does not buy for the vendor: what it pays is its own business.
fn must_buy_for(act: &Act<'_>, vendor: &Account) -> Result<(), Error> {
    let permission = Permission::OrderPlace;
    let stamp = act.cx().stamp(vendor.stamp.seller, Some(vendor.id));
    match act.actor().may(permission, &stamp) {
        Decision::Yes => Ok(()),
        Decision::SeesOnly | Decision::Hidden => Err(Error::Forbidden { permission }),
    }
}
