//! Payments: money that comes in, what it settles, and money that goes back.
//!
//! Whatever comes in is the customer's credit first. What settles nothing stays that, and is used
//! for the next invoice.

use super::billing::book;
use super::goodwill::{self, Instead};
pub use super::payment_list::{OfInvoice, list};
use super::payment_method::{self, Way};
use super::{
    Act, Cx, Error, billing_account, checkout, dunning, in_hand, payment_plan, settlement,
};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::{Invoice, SettledBy};
use crate::domain::error::{Code, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{BillingAccountId, InvoiceId, PaymentId};
use crate::domain::journal::{self, BalanceKey, Holder, Ledger};
use crate::domain::money::{Currency, Money};
use crate::domain::operator::Permission;
use crate::domain::payment::allocation::{OpenInvoice, Settlement, as_told, oldest_first};
use crate::domain::payment::attempt::Initiative;
use crate::domain::payment::refund::{Refund, State as RefundState};
use crate::domain::payment::{Payer, Payment, RECEIVED_DAYS_MAX};
use crate::domain::stamp::SellerNumber;
use crate::domain::text::{Name, Prose};
use crate::domain::time::Date;
use crate::store::invoice::INVOICE_OPEN;
use crate::store::payment::{PAYMENT_SETTLES, PAYMENT_UNALLOCATED, REFUND_BY_PAYMENT};
use crate::store::{Along, Key, Records};

/// Money that came in outside of any gateway.
#[derive(Debug, Clone)]
pub struct RecordPayment {
    /// For which billing account.
    pub billing_account: BillingAccountId,
    /// How much.
    pub amount: Money,
    /// In which way.
    pub way: Way,
    /// What the payer or the bank wrote to it.
    pub reference: Option<Name>,
    /// The day on which it came in; today if nothing is said.
    pub received_on: Option<Date>,
    /// What the seller notes about it.
    pub note: Option<Prose>,
    /// What it settles; what is due first if nothing is said.
    pub settles: Option<Vec<Settlement>>,
}

/// Records a payment and lets it settle invoices. What is left is the customer's credit.
///
/// # Errors
/// If the amount is nothing or in another currency, the method cannot be used, what it is to settle
/// is not open, or the caller may not.
pub fn record(act: &mut Act<'_>, command: RecordPayment) -> Result<Payment, Error> {
    let account: BillingAccount = act.cx().named("/billing_account", command.billing_account)?;
    let stamp = act.cx().stamp(account.stamp.seller, Some(account.account()));
    act.must(Permission::PaymentRecord, &stamp)?;
    must_be_in(&account, command.amount)?;
    must_be_more_than_nothing(command.amount)?;
    let (kind, method) = payment_method::taken(act.cx(), account.account(), command.way)?;
    let payer = Payer { account: account.account(), billing_account: account.id, kind };
    let today = account.terms().zone.date_of(act.now());
    let received_on = command.received_on.unwrap_or(today);
    must_have_come_in(received_on, today)?;
    let stamp = stamp.numbered(act.next_number("payment")?);
    let (mut payment, verb) =
        Payment::manual(act.new_id(), stamp, payer, command.amount, received_on)?;
    (payment.reference, payment.note) = (command.reference, command.note);
    payment.method = method;
    let legs = journal::payment_received(account.id, command.amount)?;
    book(act, payment.stamp.seller, payment.id, legs)?;
    let payment = act.keep((payment, verb))?;
    settle(act, payment, command.settles.as_deref())
}

/// Where the day begins earlier than where the payer is, it may be tomorrow already. The books of days that
/// are long gone are closed.
///
/// # Errors
/// [`Error::Invalid`] with the field.
pub(super) fn must_have_come_in(received_on: Date, today: Date) -> Result<(), Invalid> {
    let refused = |why: String| Err(Invalid::one("/received_on", "range", why));
    if today.plus_days(1) < received_on {
        return refused(format!(
            "must not lie in the future: `{received_on}` is after today, `{today}`"
        ));
    }
    let first = today.plus_days(-RECEIVED_DAYS_MAX);
    if received_on < first {
        return refused(format!("must not lie before `{first}`: those books are closed"));
    }
    Ok(())
}

/// Refuses to pay nothing.
///
/// # Errors
/// [`Error::Invalid`] with the field.
pub(super) fn must_be_more_than_nothing(amount: Money) -> Result<(), Invalid> {
    if amount.as_minor() > 0 {
        return Ok(());
    }
    Err(Invalid::one("/amount", "range", format!("must be more than nothing, not `{amount}`")))
}

/// Refuses an amount that is not in the currency of a billing account.
///
/// # Errors
/// [`Code::CurrenciesDiffer`].
pub(super) fn must_be_in(account: &BillingAccount, amount: Money) -> Result<(), Rejection> {
    let (ours, theirs) = (account.currency(), amount.currency());
    if ours == theirs {
        return Ok(());
    }
    let why = format!("`{amount}` cannot be paid on a billing account in {ours}");
    Err(Rejection::new(Code::CurrenciesDiffer, why))
}

/// Lets what is left of a payment settle invoices: those that are told, or what is due first.
///
/// # Errors
/// If what is told is not open or more than is left, or the caller may not.
pub fn allocate(
    act: &mut Act<'_>,
    id: PaymentId,
    told: Option<&[Settlement]>,
) -> Result<Payment, Error> {
    let payment: Payment = act.get(id)?;
    act.must(Permission::PaymentRecord, &payment.stamp)?;
    settle(act, payment, told)
}

/// Books a payment that has come in through a gateway or by mandate, and lets it settle what it is for, if that is
/// open, and then what is due first. What its payer has paid for an invoice of which nothing is to be paid any
/// more goes back, for it was paid twice, unless something else is to be paid; what comes in for one that was
/// given up is no loss any more.
///
/// # Errors
/// If the store fails.
pub(super) fn received(act: &mut Act<'_>, payment: Payment) -> Result<Payment, Error> {
    came_in(act, &payment)?;
    let (customer, amount) = (payment.billing_account, payment.amount());
    let first = payment.is_for();
    let all_open = open_invoices(act.cx(), customer)?;
    let meant = first.map(|id| act.load::<Invoice>(id)).transpose()?;
    let given_up = meant.filter(Invoice::is_given_up);
    let is_of_payer = payment.attempt.as_ref().is_some_and(|it| it.initiative == Initiative::Payer);
    if first.is_some() && all_open.is_empty() && is_of_payer && given_up.is_none() {
        let id = payment.id;
        send_all_back(act, payment, "nothing of the invoice was to be paid any more")?;
        return act.load(id);
    }
    let open = all_open.iter().find(|it| Some(it.id) == first).map(|it| (it.id, it.open()));
    let payment = match given_up.map(|it| (it.id, it.settled().written_off)).or(open) {
        Some((invoice, open)) => {
            let told = Settlement { invoice, amount: amount.at_most(open)? };
            settle(act, payment, Some(&[told]))?
        }
        None => payment,
    };
    settle(act, payment, None)
}

/// Books a payment that has come in through a gateway: it is the customer's credit.
///
/// # Errors
/// If the store fails.
pub(super) fn came_in(act: &mut Act<'_>, payment: &Payment) -> Result<(), Error> {
    let legs = journal::payment_received(payment.billing_account, payment.amount())?;
    book(act, payment.stamp.seller, payment.id, legs)
}

/// Asks for all that is left of a payment to go back to where it came from.
///
/// # Errors
/// If the store fails.
pub(super) fn send_all_back(act: &mut Act<'_>, payment: Payment, why: &str) -> Result<(), Error> {
    let left = payment.amount().minus(payment.refunded())?;
    send_part_back(act, payment, left, why)
}

/// Asks for an amount of a payment to go back to where it came from, if that is more than nothing.
///
/// # Errors
/// If that is more than is left of it, or the store fails.
pub(super) fn send_part_back(
    act: &mut Act<'_>,
    payment: Payment,
    amount: Money,
    why: &str,
) -> Result<(), Error> {
    if !payment.state().has_come_in() || amount.as_minor() <= 0 {
        return Ok(());
    }
    let why = Some(why.parse().map_err(Error::internal)?);
    let how = (RefundState::Requested, Instead::Owed);
    went_back(act, payment, (amount, why), how).map(|_| ())
}

/// Lets what is left of a payment settle what is told, or what is due first.
///
/// # Errors
/// If what is told is not open or more than is left.
pub(super) fn settle(
    act: &mut Act<'_>,
    mut payment: Payment,
    told: Option<&[Settlement]>,
) -> Result<Payment, Error> {
    let mut invoices = open_invoices(act.cx(), payment.billing_account)?;
    invoices.extend(given_up(act.cx(), payment.billing_account, told.unwrap_or_default())?);
    let (planned, in_parts) = payment_plan::due(act.cx(), payment.billing_account)?;
    // What is paid in parts is due with its next part.
    let due_on = |it: &Invoice| planned.get(&it.id).copied().or(Some(it.issue()?.due_on));
    // A fee for paying late comes after what it is for.
    let of_principal = |fee: &Invoice| {
        let named = invoices.iter().filter(|it| fee.is_fee_for(it));
        named.filter_map(due_on).max()
    };
    let open = invoices.iter().filter_map(|it| {
        let due_on = due_on(it).max(of_principal(it))?;
        let disputed = it.open().minus(it.undisputed()).ok()?;
        let open = if it.is_given_up() { it.settled().written_off } else { it.open() };
        Some(OpenInvoice { id: it.id, due_on, open, disputed })
    });
    let open: Vec<_> = open.collect();
    let available = payment.unallocated()?;
    let settlements = match told {
        Some(told) => as_told(available, &open, told)?,
        None => oldest_first(available, &open, &in_parts)?,
    };
    for settlement in settlements {
        let found = invoices.iter().find(|it| it.id == settlement.invoice);
        let invoice = found.cloned().ok_or_else(|| Error::not_found(settlement.invoice))?;
        payment = pay(act, payment, (invoice, settlement.amount))?.0;
    }
    dunning::follow(act, payment.billing_account)?;
    Ok(payment)
}

/// The invoices of a billing account that somebody told to settle though they were given up.
fn given_up(cx: Cx<'_>, of: BillingAccountId, told: &[Settlement]) -> Result<Vec<Invoice>, Error> {
    let mut found = Vec::new();
    for it in told {
        let invoice: Option<Invoice> = cx.view.find(it.invoice)?;
        let is_own = |it: &Invoice| it.content().billing_account == of && it.is_given_up();
        found.extend(invoice.filter(is_own));
    }
    Ok(found)
}

/// Lets a part of a payment settle an invoice; of one that was given up, so much is no loss any more.
///
/// # Errors
/// If that much is not left of it, or neither open nor given up.
pub(super) fn pay(
    act: &mut Act<'_>,
    payment: Payment,
    (invoice, amount): (Invoice, Money),
) -> Result<(Payment, Invoice), Error> {
    let payment = payment.allocate(invoice.id, amount, act.now())?;
    let legs = journal::allocated(payment.billing_account, amount)?;
    book(act, payment.stamp.seller, payment.id, legs)?;
    let settled = if invoice.is_given_up() {
        let stands = super::invoice::stands(act.cx(), &invoice)?;
        let (before, id) = (invoice.returned_tax(stands)?, invoice.id);
        let regained = invoice.regained(amount, SettledBy::Payment)?;
        let less = (amount.negated()?, regained.0.returned_tax(stands)?.minus(before)?);
        let legs = journal::written_off(payment.billing_account, less)?;
        book(act, payment.stamp.seller, id, legs)?;
        regained
    } else {
        invoice.settle(amount, SettledBy::Payment)?
    };
    let invoice = act.keep(settled)?;
    settlement::follow(act, (invoice.stamp.seller, invoice.id), Some(payment.id))?;
    if invoice.open().as_minor() <= 0 {
        checkout::call_off_others(act, invoice.id, Some(payment.id))?;
    }
    Ok((act.keep((payment, Verb::Changed))?, invoice))
}

/// The invoices of a billing account that are to be paid, those due first before others.
///
/// # Errors
/// If the store fails.
pub fn open_invoices(cx: Cx<'_>, of: BillingAccountId) -> Result<Vec<Invoice>, Error> {
    cx.every(&Along::Index(INVOICE_OPEN, Key::new().id(of).bytes()))
}

/// Lets the credit that a customer has settle a new invoice; where that is a fee for paying late, what
/// was to be paid before it comes first.
///
/// # Errors
/// If the store fails.
pub(super) fn use_credit(act: &mut Act<'_>, invoice: Invoice) -> Result<Invoice, Error> {
    if invoice.is_for_paying_late() {
        let due_on = invoice.issue().map(|it| it.due_on);
        let open = open_invoices(act.cx(), invoice.content().billing_account)?.into_iter();
        let is_before =
            |it: &Invoice| it.id != invoice.id && it.issue().map(|it| it.due_on) <= due_on;
        for it in open.filter(|it| is_before(it) && it.dispute().is_none()) {
            let open = it.open();
            settle_by_credit(act, it, open)?;
        }
    }
    let open = invoice.open();
    settle_by_credit(act, invoice, open)
}

/// Lets the credit that a customer has settle so much of invoices at most, one after the other: of none what
/// is disputed.
///
/// # Errors
/// If the store fails.
pub(super) fn use_credit_of(
    act: &mut Act<'_>,
    invoices: &[InvoiceId],
    mut most: Money,
) -> Result<(), Error> {
    for id in invoices {
        let invoice: Invoice = act.load(*id)?;
        let part = most.at_most(invoice.undisputed())?;
        if part.as_minor() > 0 {
            let open = invoice.open();
            let after = settle_by_credit(act, invoice, part)?;
            most = most.minus(open.minus(after.open())?)?;
        }
    }
    Ok(())
}

/// Lets credit settle so much of an invoice at most: first what credit notes gave, then what was paid
/// too much, and last what was paid for orders whose bills are still to come.
fn settle_by_credit(
    act: &mut Act<'_>,
    mut invoice: Invoice,
    most: Money,
) -> Result<Invoice, Error> {
    let stays = invoice.open().minus(most.at_most(invoice.open())?)?;
    let (seller, customer) = (invoice.stamp.seller, invoice.content().billing_account);
    let (of_notes, payments) = credit_of(act, (seller, customer), invoice.content().currency)?;
    let amount = of_notes.at_most(invoice.open().minus(stays)?)?;
    if amount.as_minor() > 0 {
        book(act, seller, invoice.id, journal::allocated(customer, amount)?)?;
        let settled = invoice.settle(amount, SettledBy::Credit)?;
        invoice = act.keep(settled)?;
        settlement::follow(act, (seller, invoice.id), None)?;
        if invoice.open().as_minor() <= 0 {
            checkout::call_off_others(act, invoice.id, None)?;
        }
    }
    for payment in in_hand::free_first(act.cx(), payments)? {
        let amount = payment.unallocated()?.at_most(invoice.open().minus(stays)?)?;
        if amount.as_minor() > 0 {
            invoice = pay(act, payment, (invoice, amount))?.1;
        }
    }
    Ok(invoice)
}

/// The credit that a customer has: what credit notes and corrections gave and nothing has used, and the
/// payments of which something settles nothing.
///
/// # Errors
/// If the store fails.
pub(super) fn credit_of(
    act: &mut Act<'_>,
    (seller, customer): (SellerNumber, BillingAccountId),
    currency: Currency,
) -> Result<(Money, Vec<Payment>), Error> {
    let (ledger, holder) = (Ledger::CustomerCredit, Holder::Customer(customer));
    let of = BalanceKey { seller, ledger, holder, currency };
    let credit = crate::store::journal::balance(act.batch(), of)?.negated()?;
    if credit.as_minor() <= 0 {
        return Ok((Money::zero(currency), Vec::new()));
    }
    let along = Along::Index(PAYMENT_UNALLOCATED, Key::new().id(customer).bytes());
    let payments: Vec<Payment> = act.every(&along)?;
    let of_notes =
        payments.iter().try_fold(credit, |it, payment| it.minus(payment.unallocated()?))?;
    Ok((of_notes, payments))
}

/// All the credit that a customer has, from notes and payments alike.
///
/// # Errors
/// If the store fails.
pub(super) fn credit_in_all(
    act: &mut Act<'_>,
    customer: (SellerNumber, BillingAccountId),
    currency: Currency,
) -> Result<Money, Error> {
    let (of_notes, payments) = credit_of(act, customer, currency)?;
    payments.iter().try_fold(of_notes, |it, payment| Ok(it.plus(payment.unallocated()?)?))
}

/// Gives money back: first what settles nothing, then what settled invoices last. Those are settled
/// by what credit notes gave, as far as nothing has used it, and else by what is said to stand there instead.
/// What settles nothing if no amount is said.
///
/// # Errors
/// If more is given back than came in, no amount is said where all of it settles invoices, nothing stands
/// there instead, or the caller may not.
pub fn refund(
    act: &mut Act<'_>,
    id: PaymentId,
    (amount, reason): (Option<Money>, Option<Prose>),
    (sending, instead): (Sending, Instead),
) -> Result<Refund, Error> {
    let payment: Payment = act.get(id)?;
    act.must(Permission::RefundWrite, &payment.stamp)?;
    amount.map_or(Ok(()), must_be_more_than_nothing)?;
    let amount = amount.map_or_else(|| left_over(&payment), Ok)?;
    // Whoever records a payment by hand has sent the money by hand; a gateway is asked to send it.
    let state = match (&payment.attempt, sending) {
        (Some(_), Sending::Due) => RefundState::Requested,
        (None, _) | (Some(_), Sending::Done) => RefundState::Done,
    };
    went_back(act, payment, (amount, reason), (state, instead))
}

/// Whether money that goes back is still to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// Its gateway is asked to send it, if the payment came through one.
    Due,
    /// It is gone already: the payer's bank has taken it back, or it was sent in another way.
    Done,
}

/// Books that an amount of a payment goes back, and what stands on invoices in its place.
///
/// # Errors
/// If that is more than is left of it, or nothing stands there.
pub(super) fn went_back(
    act: &mut Act<'_>,
    payment: Payment,
    (amount, reason): (Money, Option<Prose>),
    (state, instead): (RefundState, Instead),
) -> Result<Refund, Error> {
    let (seller, customer) = (payment.stamp.seller, payment.billing_account);
    let mut of_notes = credit_of(act, (seller, customer), amount.currency())?.0;
    let (payment, taken_back, verb) = payment.refund(amount)?;
    if instead == Instead::Credit {
        goodwill::must_be_covered(act.cx(), (amount, of_notes), &taken_back)?;
    }
    let mut uncovered = Vec::with_capacity(taken_back.len());
    for part in taken_back {
        let invoice: Invoice = act.get(part.invoice)?;
        // Where nothing is said, what was given up stays so, with what goes back of it.
        let is_lost = invoice.is_given_up() && instead == Instead::Credit;
        let again =
            if is_lost { Money::zero(amount.currency()) } else { of_notes.at_most(part.amount)? };
        book_taken_back(act, &payment, part.amount)?;
        let resettled = if is_lost {
            let lost = invoice.lost(part.amount)?;
            let stands = super::invoice::stands(act.cx(), &lost.0)?;
            let more = (part.amount, lost.0.returned_tax_with(part.amount, stands)?);
            book(act, seller, part.invoice, journal::written_off(customer, more)?)?;
            lost
        } else {
            invoice.resettle(part.amount, again)?
        };
        let invoice = act.keep(resettled)?;
        if again.as_minor() > 0 {
            book(act, seller, part.invoice, journal::allocated(customer, again)?)?;
            of_notes = of_notes.minus(again)?;
        }
        uncovered.push((part.invoice, part.amount.minus(again)?));
        settlement::follow(act, (invoice.stamp.seller, invoice.id), Some(payment.id))?;
    }
    let refund = give_back(act, (payment, verb), (amount, reason.clone()), state)?;
    goodwill::stand_in(act, &uncovered, (instead, reason.as_ref()))?;
    dunning::follow(act, customer)?;
    Ok(refund)
}

/// Books that an amount of a payment does not settle an invoice any more: it is owed again.
///
/// # Errors
/// If the store fails.
pub(super) fn book_taken_back(
    act: &mut Act<'_>,
    payment: &Payment,
    amount: Money,
) -> Result<(), Error> {
    let legs = journal::taken_back(payment.billing_account, amount)?;
    book(act, payment.stamp.seller, payment.id, legs)
}

/// What of a payment settles nothing.
fn left_over(of: &Payment) -> Result<Money, Error> {
    let left = of.unallocated()?;
    if left.as_minor() > 0 {
        return Ok(left);
    }
    let message =
        "must be given: nothing is left over, and what settles invoices goes back only by amount";
    Err(Invalid::one("/amount", "required", message).into())
}

/// Asks for what payments have settled of an invoice to go back to where it came from, the last
/// first; so much of the invoice is open again. Answers how much: no more than `most`, and than
/// payments have settled. Who asks settles that otherwise, and follows what is owed after that: it is
/// not overdue in between.
///
/// # Errors
/// If the store fails.
pub(super) fn return_of(
    act: &mut Act<'_>,
    invoice: InvoiceId,
    (most, reason): (Money, &Prose),
) -> Result<Money, Error> {
    let left = return_parts(act, invoice, (most, reason), Instead::Owed)?;
    Ok(most.minus(left)?)
}

/// Asks for what payments have settled of an invoice to go back to where it came from, as far as
/// credit that notes gave can settle that in their place.
///
/// # Errors
/// If the store fails.
pub(super) fn return_credit_of(
    act: &mut Act<'_>,
    invoice: InvoiceId,
    (most, reason): (Money, &Prose),
) -> Result<(), Error> {
    let of: Invoice = act.load(invoice)?;
    if of.is_given_up() {
        return Ok(());
    }
    let customer = (of.stamp.seller, of.content().billing_account);
    let most = credit_of(act, customer, most.currency())?.0.at_most(most)?;
    return_parts(act, invoice, (most, reason), Instead::Credit)?;
    billing_account::watch(act, customer.1)
}

/// Asks for what payments have settled of an invoice to go back; answers what is left of `most`.
fn return_parts(
    act: &mut Act<'_>,
    invoice: InvoiceId,
    (most, reason): (Money, &Prose),
    instead: Instead,
) -> Result<Money, Error> {
    let mut left = most;
    let of = act.load::<Invoice>(invoice)?.content().billing_account;
    let along = Along::Index(PAYMENT_SETTLES, Key::new().id(invoice).bytes());
    for payment in act.cx().every::<Payment>(&along)?.into_iter().rev() {
        let settles = payment.allocations().iter().find(|it| it.invoice == invoice);
        let Some(settles) = settles else { continue };
        let amount = settles.amount.at_most(left)?;
        if amount.as_minor() <= 0 {
            continue;
        }
        let again = match instead {
            Instead::Credit => amount,
            Instead::CreditNote | Instead::OwedAnew | Instead::Owed => {
                Money::zero(amount.currency())
            }
        };
        let resettled = act.load::<Invoice>(invoice)?.resettle(amount, again)?;
        book_taken_back(act, &payment, amount)?;
        let seller = act.keep(resettled)?.stamp.seller;
        if again.as_minor() > 0 {
            book(act, payment.stamp.seller, invoice, journal::allocated(of, again)?)?;
        }
        settlement::follow(act, (seller, invoice), Some(payment.id))?;
        let (payment, _, verb) = payment.take_back(invoice, amount)?.refund(amount)?;
        let why = Some(reason.clone());
        give_back(act, (payment, verb), (amount, why), RefundState::Requested)?;
        left = left.minus(amount)?;
    }
    Ok(left)
}

/// Keeps a payment of which a part goes back, writes that down and books it. Who asks follows what is owed
/// and left when all that belongs to it is booked: in between it is neither.
fn give_back(
    act: &mut Act<'_>,
    payment: (Payment, Verb),
    (amount, reason): (Money, Option<Prose>),
    state: RefundState,
) -> Result<Refund, Error> {
    let payment = act.keep(payment)?;
    let (seller, customer) = (payment.stamp.seller, payment.billing_account);
    let stamp = act.cx().stamp(seller, Some(payment.account));
    let zone = act.load::<BillingAccount>(customer)?.terms().zone;
    let refund = Refund {
        id: act.new_id(),
        stamp: stamp.numbered(act.next_number("refund")?),
        account: payment.account,
        billing_account: customer,
        payment: payment.id,
        amount,
        refunded_on: zone.date_of(act.now()),
        reason,
        state,
        state_at: act.now(),
        look_at: payment.attempt.as_ref().map(|_| act.now()),
        misses: 0,
        reference: None,
        trouble: None,
    };
    book(act, seller, refund.id, journal::refunded(customer, amount)?)?;
    act.keep((refund, Verb::Refunded))
}

/// The refunds of a payment, the oldest first.
///
/// # Errors
/// If the store fails.
pub fn refunds_of(cx: Cx<'_>, id: PaymentId) -> Result<Vec<Refund>, Error> {
    cx.every(&Along::Index(REFUND_BY_PAYMENT, Key::new().id(id).bytes()))
}
