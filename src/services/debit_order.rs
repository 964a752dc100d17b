//! Debit orders: what is due is collected by mandate, in files for the seller's bank.
//!
//! An order is placed in an act of its own with the payments that it is to bring in: an invoice that stands in
//! one stands in no other until the bank, or a person, says what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::billing::book;
use super::goodwill::{self, Instead};
use super::{
    Act, Author, Bss, Cx, Error, account, billing_account, catalog, checkout, collection, dunning,
};
use super::{in_hand, letterhead, payment, payment_method};
use crate::domain::billing::invoice::Invoice;
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::PaymentMethodId;
use crate::domain::id::{AccountId, BillingAccountId, DebitOrderId, InvoiceId, PaymentId};
use crate::domain::journal::bank_fee;
use crate::domain::money::{Currency, Money};
use crate::domain::operator::{Actor, Permission};
use crate::domain::page::{Page, PageRequest};
use crate::domain::payment::debit::{
    Collector, Debit, DebitOrder, OrderedDebit, State, TRIES_MAX, Trigger, banking_day,
    may_be_tried_again,
};
use crate::domain::payment::lifecycle::{State as PaymentState, Trigger as PaymentTrigger};
use crate::domain::payment::mandate::{Scheme, Sequence};
use crate::domain::payment::method::{MethodDetails, MethodKind, PaymentMethod};
use crate::domain::payment::refund::State as RefundState;
use crate::domain::payment::{Payer, Payment};
use crate::domain::stamp::SellerNumber;
use crate::domain::text;
use crate::domain::time::{Date, Zone};
use crate::render::debit_order as paper;
use crate::store::payment::{PAYMENT_BY_MANDATE, PAYMENT_METHOD_MANDATE};
use crate::store::{Along, Key, Records};

/// So many debits are ordered by one request at most; more are for the next.
const DEBITS_MAX: usize = 1000;
/// After so many of them an act has enough: who else wants to write waits no longer for it.
const DEBITS_AT_ONCE: usize = 100;
/// The sequence that orders are numbered by.
const NUMBERS: &str = "debit_order";

/// What is to be collected.
#[derive(Debug, Clone, Default)]
pub struct PlaceOrder {
    /// For whom; for the caller's own seller if nothing is said.
    pub seller: Option<AccountId>,
    /// On which day; on the first on which payers are told in time if nothing is said.
    pub collect_on: Option<Date>,
}

/// Orders what is due on the day of collection, or before, from those who pay by mandate: one order
/// for each scheme and each hundred debits, none where nothing is due. Payers are told by what follows the events.
///
/// # Errors
/// If the seller has not said as whom and where it collects, the day is too near, or the caller may
/// not.
pub fn place(bss: &Bss, author: &Author, command: &PlaceOrder) -> Result<Vec<DebitOrder>, Error> {
    let (plan, wanted) = bss.read(&author.actor, |cx| {
        let plan = Plan::of(cx, command)?;
        let wanted = plan.wanted(cx)?;
        Ok((plan, wanted))
    })?;
    let (plan, mut orders) = (Arc::new(plan), Vec::new());
    for part in parts(&wanted, DEBITS_AT_ONCE) {
        let plan = Arc::clone(&plan);
        match bss.act(author.clone(), move |act| plan.place(act, &part)).wait() {
            Ok(more) => orders.extend(more),
            Err(failure) if orders.is_empty() => return Err(failure),
            // What was ordered stands, and what is left is ordered the next time.
            Err(failure) => {
                tracing::warn!(%failure, "not all debits that are due were ordered");
                break;
            }
        }
    }
    Ok(orders)
}

/// What is wanted in parts that have so much or a little more: what is collected by one mandate stays
/// together, so that what is the first of it is known.
fn parts(wanted: &[Wanted], least: usize) -> Vec<Vec<Wanted>> {
    let mut parts: Vec<Vec<Wanted>> = Vec::new();
    for of_one in wanted.chunk_by(|one, other| one.0 == other.0) {
        match parts.last_mut().filter(|it| it.len() < least) {
            Some(part) => part.extend_from_slice(of_one),
            None => parts.push(of_one.to_vec()),
        }
    }
    parts
}

/// What all orders that are placed together have in common.
struct Plan {
    seller: SellerNumber,
    collector: Collector,
    collect_on: Date,
}

/// An invoice, and the method on file that it is collected from.
type Wanted = (PaymentMethodId, InvoiceId);

impl Plan {
    fn of(cx: Cx<'_>, command: &PlaceOrder) -> Result<Self, Error> {
        let seller = catalog::seller(cx, command.seller)?;
        cx.must(Permission::BankingWrite, &cx.stamp(seller, None))?;
        let says = letterhead::of(cx, seller)?.map(|it| it.says);
        let found = says.and_then(|it| it.bank.zip(it.collects));
        let (bank, creditor) = found.ok_or_else(|| {
            let why =
                "the seller cannot collect: its letterhead must name a bank account and a creditor";
            Rejection::new(Code::PaymentStateForbids, why)
        })?;
        let name = match bank.holder {
            Some(holder) => holder,
            None => account::of_seller(cx, seller)?.profile().name.clone(),
        };
        let zone = billing_account::zone_of_seller(cx, seller)?;
        let first = zone.date_of(cx.now).plus_days(i64::from(creditor.notice_days));
        let collect_on = command.collect_on.unwrap_or(first);
        if collect_on < first {
            let why = format!("must not lie before `{first}`: payers are told so long before");
            return Err(Invalid::one("/collect_on", "range", why).into());
        }
        let collector = Collector { creditor: creditor.id, name, iban: bank.iban, bic: bank.bic };
        Ok(Self { seller, collector, collect_on: banking_day(collect_on) })
    }

    /// Whether a debit by the mandate of a method can be collected on the day: banks know no later
    /// debit of a mandate before its first.
    fn is_in_sequence(&self, cx: Cx<'_>, method: PaymentMethodId) -> Result<bool, Error> {
        let first = ordered_by(cx, method, &PageRequest::oldest(1))?;
        let first = first.first().and_then(|it| it.debit.as_ref());
        Ok(first.is_none_or(|it| it.collect_on <= self.collect_on))
    }

    /// What is due by the day from those who pay by mandate, payer by payer.
    fn wanted(&self, cx: Cx<'_>) -> Result<Vec<Wanted>, Error> {
        let along = Along::Index(PAYMENT_METHOD_MANDATE, Key::new().u32(self.seller.0).bytes());
        let (mut request, mut wanted) = (PageRequest::oldest(PageRequest::LIMIT_MAX), Vec::new());
        loop {
            let page = cx.view.list::<PaymentMethod>(&along, &request, &mut |_| true)?;
            let today = payment_method::today(cx);
            let is_usable = |it: &&PaymentMethod| scheme(it, today).is_some();
            for method in page.items.iter().filter(is_usable) {
                if !self.is_in_sequence(cx, method.id)? {
                    continue;
                }
                for id in self.due_from(cx, method.account)? {
                    wanted.push((method.id, id));
                }
                if wanted.len() >= DEBITS_MAX {
                    wanted.truncate(DEBITS_MAX);
                    return Ok(wanted);
                }
            }
            request.after = page.next;
            if request.after.is_none() {
                return Ok(wanted);
            }
        }
    }

    fn due_from(&self, cx: Cx<'_>, account: AccountId) -> Result<Vec<InvoiceId>, Error> {
        let mut due = Vec::new();
        for of in billing_account::of(cx, account)? {
            if of.currency() != Currency::EUR || of.stamp.seller != self.seller {
                continue;
            }
            for invoice in payment::open_invoices(cx, of.id)? {
                if self.is_to_be_collected(cx, &invoice)? {
                    due.push(invoice.id);
                }
            }
        }
        Ok(due)
    }

    fn is_to_be_collected(&self, cx: Cx<'_>, it: &Invoice) -> Result<bool, Error> {
        let is_due = goodwill::asked(cx, it)?.is_some_and(|it| it.due_on <= self.collect_on);
        if !is_due || collection::to_take(cx, it)?.is_none() {
            return Ok(false);
        }
        Ok(tries(cx, it.id)? < TRIES_MAX)
    }

    fn place(&self, act: &mut Act<'_>, wanted: &[Wanted]) -> Result<Vec<DebitOrder>, Error> {
        let mut orders: BTreeMap<Scheme, (DebitOrderId, Vec<OrderedDebit>)> = BTreeMap::new();
        let mut payers = BTreeSet::new();
        for (_, invoice) in wanted {
            in_hand::used_for(act, *invoice)?;
        }
        for (method, invoice) in wanted {
            let method: PaymentMethod = act.load(*method)?;
            let invoice: Invoice = act.load(*invoice)?;
            let today = payment_method::today(act.cx());
            let Some(scheme) = scheme(&method, today) else { continue };
            if !self.is_to_be_collected(act.cx(), &invoice)?
                || !self.is_in_sequence(act.cx(), method.id)?
            {
                continue;
            }
            payers.insert(invoice.content().billing_account);
            let id = match orders.get(&scheme) {
                Some((id, _)) => *id,
                None => act.new_id(),
            };
            let debit = self.debit(act, (method, invoice), id)?;
            orders.entry(scheme).or_insert((id, Vec::new())).1.extend(debit);
        }
        follow(act, payers)?;
        let orders = orders.into_iter().filter(|it| !it.1.1.is_empty());
        orders.map(|(scheme, (id, debits))| self.ordered(act, (id, scheme), debits)).collect()
    }

    /// A debit for what is open of an invoice, and the payment that it is to become.
    fn debit(
        &self,
        act: &mut Act<'_>,
        (method, invoice): (PaymentMethod, Invoice),
        order: DebitOrderId,
    ) -> Result<Option<OrderedDebit>, Error> {
        let MethodDetails::DirectDebit { holder, mandate, .. } = &method.details else {
            return Ok(None);
        };
        let (Some(amount), Some(issue)) =
            (collection::to_take(act.cx(), &invoice)?, invoice.issue())
        else {
            return Ok(None);
        };
        let content = invoice.content();
        let stamp = act.cx().stamp(self.seller, Some(content.account));
        let stamp = stamp.numbered(act.next_number("payment")?);
        let payer = Payer {
            account: content.account,
            billing_account: content.billing_account,
            kind: MethodKind::DirectDebit,
        };
        let tries = tries(act.cx(), invoice.id)?.saturating_add(1);
        let (invoice, collect_on) = (invoice.id, self.collect_on);
        let debit = Debit { order, invoice, collect_on, tries, returned: None };
        let begun = Payment::debited((act.new_id(), stamp), payer, amount, (method.id, debit))?;
        let payment = act.keep_new(begun)?;
        let ordered = OrderedDebit {
            payment: payment.id,
            invoice,
            number: issue.number.clone(),
            method: method.id,
            mandate: mandate.reference.clone(),
            signed_on: mandate.signed_on,
            sequence: mandate.sequence(),
            holder: holder.clone(),
            amount,
        };
        let today = payment_method::today(act.cx());
        act.keep(method.used(today))?;
        Ok(Some(ordered))
    }

    fn ordered(
        &self,
        act: &mut Act<'_>,
        (id, scheme): (DebitOrderId, Scheme),
        debits: Vec<OrderedDebit>,
    ) -> Result<DebitOrder, Error> {
        let stamp = act.cx().stamp(self.seller, None).numbered(act.next_number(NUMBERS)?);
        let (state, state_at) = (State::Open, act.now());
        let (collector, collect_on) = (self.collector.clone(), self.collect_on);
        let order =
            DebitOrder { id, stamp, scheme, collector, collect_on, debits, state, state_at };
        act.keep_new((order, Verb::Created))
    }
}

/// By whose rules one is collected from on a day; nothing where it is not what its account pays with, or
/// has lapsed.
fn scheme(it: &PaymentMethod, today: Date) -> Option<Scheme> {
    let is_usable = it.is_default && it.usable_on(today).is_ok();
    it.mandate().map(|it| it.scheme).filter(|_| is_usable)
}

/// How often was tried to collect an invoice by mandate. What was called off was never tried.
fn tries(cx: Cx<'_>, invoice: InvoiceId) -> Result<u16, Error> {
    let all = checkout::attempts_of(cx, invoice)?;
    let tried = all.iter().filter(|it| it.state() != PaymentState::Canceled);
    Ok(tried.filter_map(|it| it.debit.as_ref()).map(|it| it.tries).max().unwrap_or(0))
}

fn follow(act: &mut Act<'_>, payers: BTreeSet<BillingAccountId>) -> Result<(), Error> {
    payers.into_iter().try_for_each(|it| dunning::follow(act, it))
}

/// A page of the orders that the caller may see, in one state if that is said.
///
/// # Errors
/// If the store fails.
pub fn list(
    cx: Cx<'_>,
    state: Option<State>,
    page: &PageRequest,
) -> Result<Page<DebitOrder>, Error> {
    cx.list(None, page, |it: &DebitOrder| state.is_none_or(|state| it.state == state))
}

/// The file of an order for the bank: what it is called, and the bytes, each time the same.
///
/// # Errors
/// If the order was called off, it is not there, or the caller may not.
pub fn file(bss: &Bss, actor: &Actor, id: DebitOrderId) -> Result<(String, Vec<u8>), Error> {
    bss.read(actor, |cx| {
        let order: DebitOrder = cx.get(id)?;
        cx.must(Permission::BankingWrite, &order.stamp)?;
        if order.state == State::Canceled {
            let why = format!("`{id}` was called off: its file must not reach the bank");
            return Err(Rejection::new(Code::PaymentStateForbids, why).into());
        }
        let bytes = paper::file(&order, |method| payment_method::account_of(bss, cx, method));
        let name = format!("debits-{}-{}.xml", order.stamp.number, order.collect_on);
        Ok((name, bytes.map_err(Error::internal)?))
    })
}

/// Calls off an order that the bank has not got, with all its payments: what they were for can be
/// ordered again.
///
/// # Errors
/// If the bank has said what came of a part of it, or the caller may not.
pub fn cancel(act: &mut Act<'_>, id: DebitOrderId) -> Result<DebitOrder, Error> {
    let order = open(act, id)?;
    let under_way = under_way(act, &order)?;
    if under_way.len() < order.debits.len() {
        let why = format!("the bank has got `{id}`: it has said what came of a part of it");
        return Err(Rejection::new(Code::PaymentStateForbids, why).into());
    }
    let payers = under_way.iter().map(|it| it.billing_account).collect();
    for payment in under_way {
        let canceled = payment.on(PaymentTrigger::Cancel)?;
        act.keep(canceled)?;
    }
    for it in &order.debits {
        call_off(act, it)?;
    }
    let canceled = order.on(Trigger::Cancel, act.now())?;
    let order = act.keep(canceled)?;
    follow(act, payers)?;
    Ok(order)
}

/// Takes a debit that was called off back from its mandate: the next is the first if none is left.
///
/// # Errors
/// If it was the first, and one that follows it is on its way: what the bank has of that names another
/// first; if the store fails.
fn call_off(act: &mut Act<'_>, it: &OrderedDebit) -> Result<(), Error> {
    let method: PaymentMethod = act.load(it.method)?;
    let left = ordered_by(act.cx(), method.id, &PageRequest::first(PageRequest::LIMIT_MAX))?;
    let is_first = it.sequence == Sequence::First;
    if let Some(next) = left.iter().find(|it| is_first && it.state().is_under_way()) {
        let order = next.debit.as_ref().map_or_else(String::new, |it| it.order.to_string());
        let why =
            format!("`{order}` goes on with the mandate `{}`: call that off first", it.mandate);
        return Err(Rejection::new(Code::PaymentStateForbids, why).into());
    }
    let last = left.first().map(|it| Zone::UTC.date_of(it.stamp.created_at));
    act.keep(method.called_off(last)).map(|_| ())
}

/// Some of what was ordered by the mandate of a method, and not called off.
fn ordered_by(
    cx: Cx<'_>,
    method: PaymentMethodId,
    page: &PageRequest,
) -> Result<Vec<Payment>, Error> {
    let along = Along::Index(PAYMENT_BY_MANDATE, Key::new().id(method).bytes());
    Ok(cx.view.list::<Payment>(&along, page, &mut |_| true)?.items)
}

/// Writes down that all of an order has come in that is not known yet, where no statement of the bank
/// says so. On the day of collection if no other is said.
///
/// # Errors
/// If all is known, the day lies in the future or its books are closed, or the caller may not.
pub fn complete(
    act: &mut Act<'_>,
    id: DebitOrderId,
    received_on: Option<Date>,
) -> Result<DebitOrder, Error> {
    let order = open(act, id)?;
    let on = received_on.unwrap_or(order.collect_on);
    let today = billing_account::zone_of_seller(act.cx(), order.stamp.seller)?.date_of(act.now());
    if on > today {
        let why = format!("must not lie in the future: `{on}` is after today, `{today}`");
        return Err(Invalid::one("/received_on", "range", why).into());
    }
    for payment in under_way(act, &order)? {
        collected(act, payment.id, on)?;
    }
    completed(act, id)?;
    act.load(id)
}

fn open(act: &Act<'_>, id: DebitOrderId) -> Result<DebitOrder, Error> {
    let order: DebitOrder = act.get(id)?;
    act.must(Permission::BankingWrite, &order.stamp)?;
    match order.state {
        State::Open => Ok(order),
        State::Completed | State::Canceled => {
            let why = format!("`{id}` is `{}`", order.state);
            Err(Rejection::new(Code::PaymentStateForbids, why).into())
        }
    }
}

/// The payments of an order of which is not known what became of them.
pub(super) fn under_way(act: &Act<'_>, of: &DebitOrder) -> Result<Vec<Payment>, Error> {
    let all = of.debits.iter().map(|it| act.load::<Payment>(it.payment));
    let is_meant = |it: &Result<Payment, Error>| match it {
        Ok(it) => it.state().is_under_way(),
        Err(_) => true,
    };
    all.filter(is_meant).collect()
}

/// Keeps that the money of a payment came in by mandate, and lets it settle what it is for. Refuses days whose
/// books are closed.
pub(super) fn collected(act: &mut Act<'_>, id: PaymentId, on: Date) -> Result<(), Error> {
    let payment: Payment = act.load(id)?;
    let zone = billing_account::zone_of_seller(act.cx(), payment.stamp.seller)?;
    payment::must_have_come_in(on, zone.date_of(act.now()))?;
    let collected = payment.collected(on)?;
    let payment = act.keep(collected)?;
    payment::received(act, payment).map(|_| ())
}

/// Ends an order of which is known what came of each debit.
pub(super) fn completed(act: &mut Act<'_>, id: DebitOrderId) -> Result<(), Error> {
    let order: DebitOrder = act.load(id)?;
    if order.state == State::Open && under_way(act, &order)?.is_empty() {
        let completed = order.on(Trigger::Complete, act.now())?;
        act.keep(completed)?;
    }
    Ok(())
}

/// Keeps that a payer's bank has sent a payment back, and why: what it settled is open again, and the
/// mandate rests unless the same may fare better another time.
pub(super) fn returned(act: &mut Act<'_>, id: PaymentId, reason: text::Code) -> Result<(), Error> {
    let payment: Payment = act.load(id)?;
    let left = payment.amount().minus(payment.refunded())?;
    let why = format!("sent back by the payer's bank: {reason}");
    let why = why.parse().map_err(Error::internal)?;
    let how = (RefundState::Done, Instead::Owed);
    payment::went_back(act, payment, (left, Some(why)), how)?;
    let returned = act.load::<Payment>(id)?.returned(reason.clone());
    let payment = act.keep(returned)?;
    if let Some(method) = payment.method.filter(|_| !may_be_tried_again(&reason)) {
        let method: PaymentMethod = act.load(method)?;
        if method.is_kept() {
            act.keep(method.refused(act.now()))?;
        }
    }
    Ok(())
}

/// Books what a bank charges for a payment.
pub(super) fn charged(act: &mut Act<'_>, of: &Payment, fee: Money) -> Result<(), Error> {
    book(act, of.stamp.seller, of.id, bank_fee(fee)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    #[test]
    fn what_one_mandate_pays_is_ordered_together() {
        let wanted = |methods: &[u128]| -> Vec<Wanted> {
            let one = |(place, of): (usize, &u128)| {
                let invoice = InvoiceId::from_uuid(uuid::Uuid::from_u128(place as u128));
                (PaymentMethodId::from_uuid(uuid::Uuid::from_u128(*of)), invoice)
            };
            methods.iter().enumerate().map(one).collect()
        };
        for (methods, expected) in [
            (&[][..], &[][..]),
            (&[1, 2], &[2]),
            (&[1, 2, 3], &[2, 1]),
            (&[1, 2, 2, 2, 3], &[4, 1]),
            (&[1, 1, 1, 2], &[3, 1]),
        ] {
            let found: Vec<_> = parts(&wanted(methods), 2).iter().map(Vec::len).collect();
            assert_eq!(found, expected, "{methods:?}");
        }
    }
}
