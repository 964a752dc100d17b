//! What is owed on a billing account, or for one subscription, paid by its payer through a gateway: there are
//! never two payments for one debt.

use super::checkout::{
    Wanted, What, ask_in_passing, attempts_of, begun_by_payer, call_off, comes_by_itself,
};
use super::{Act, Author, Bss, Cx, Error, payment};
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Invoice;
use crate::domain::id::{BillingAccountId, PaymentId, PaymentMethodId, SubscriptionId};
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::payment::Payment;
use crate::domain::payment::attempt::{Attempt, Initiative};
use crate::domain::subscription::Subscription;
use crate::domain::text;
use crate::store::payment::PAYMENT_UNDER_WAY;
use crate::store::{Along, Key};

/// How somebody wants to pay: with which method on file, and through which gateway where that is not the
/// method's.
pub type Means = (Option<PaymentMethodId>, Option<text::Code>);

/// Begins a payment of all that is owed on a billing account and is not on its way already. Of a payment
/// for that which its payer has begun and not ended, the page is told again: there are never two for
/// one debt. Nothing if nothing is left to be asked for.
///
/// # Errors
/// As [`begin`](super::checkout::begin).
pub fn begin_owed(
    bss: &Bss,
    author: Author,
    of: BillingAccountId,
    means: Means,
) -> Result<Option<Payment>, Error> {
    let id = bss.act(author.clone(), move |act| owed_by_payer(act, of, means)).wait()?;
    let Some(id) = id else { return Ok(None) };
    ask_in_passing(bss, id)?;
    bss.read(&author.actor, |cx| cx.get(id)).map(Some)
}

/// Begins a payment of what is owed for a subscription: of all that is, where no bill is open but those on
/// which it stands, else of the first of them. Of a payment that its payer has begun the page is told again.
/// Nothing if nothing of that is left to be asked for.
///
/// # Errors
/// As [`begin`](super::checkout::begin).
pub fn begin_owed_for(
    bss: &Bss,
    author: Author,
    of: &Subscription,
    means: Means,
) -> Result<Option<Payment>, Error> {
    let (id, billed) = (of.id, of.billing_account());
    let begin = move |act: &mut Act<'_>| owed_for(act, (id, billed), means);
    let Some(id) = bss.act(author.clone(), begin).wait()? else { return Ok(None) };
    ask_in_passing(bss, id)?;
    bss.read(&author.actor, |cx| cx.get(id)).map(Some)
}

fn owed_for(
    act: &mut Act<'_>,
    (id, of): (SubscriptionId, BillingAccountId),
    means: Means,
) -> Result<Option<PaymentId>, Error> {
    let is_for = |it: &Invoice| it.content().lines.iter().any(|it| it.subscription == Some(id));
    let open = payment::open_invoices(act.cx(), of)?;
    let (own, others): (Vec<_>, Vec<_>) = open.into_iter().partition(is_for);
    if own.is_empty() {
        return Ok(None);
    }
    if others.is_empty() {
        return owed_by_payer(act, of, means);
    }
    for invoice in own {
        let owed = invoice.undisputed();
        let is_coming = attempts_of(act.cx(), invoice.id)?.iter().any(comes_by_itself);
        if owed.as_minor() > 0 && !is_coming {
            return begun_once(act, (of, owed), What::Invoice(invoice.id, Some(owed)), means);
        }
    }
    Ok(None)
}

fn owed_by_payer(
    act: &mut Act<'_>,
    of: BillingAccountId,
    means: Means,
) -> Result<Option<PaymentId>, Error> {
    let payer: BillingAccount = act.cx().named("/billing_account", of)?;
    act.must(Permission::PaymentMake, &act.cx().stamp(payer.stamp.seller, Some(payer.account())))?;
    let mut owed: Option<Money> = None;
    for invoice in payment::open_invoices(act.cx(), of)? {
        if !attempts_of(act.cx(), invoice.id)?.iter().any(comes_by_itself) {
            let open = invoice.undisputed();
            owed = Some(owed.map_or(Ok(open), |it| it.plus(open))?);
        }
    }
    let Some(owed) = owed else { return Ok(None) };
    begun_once(act, (of, owed), What::BillingAccount(of, owed), means)
}

/// The payment that its payer has begun of just that, or a new one: what else it has begun on the billing
/// account is called off. Nothing of nothing.
fn begun_once(
    act: &mut Act<'_>,
    (of, owed): (BillingAccountId, Money),
    what: What,
    (method, gateway): Means,
) -> Result<Option<PaymentId>, Error> {
    if owed.as_minor() <= 0 {
        return Ok(None);
    }
    let invoice = match what {
        What::Invoice(id, _) => Some(id),
        What::BillingAccount(..) | What::Account(..) => None,
    };
    let is_of = |it: &Payment| invoice.is_none() || it.is_for() == invoice;
    let wanted = |it: &Payment| (it.amount(), it.method) == (owed, method) && is_of(it);
    let begun = begun_for(act.cx(), of)?;
    if let Some(same) = begun.iter().find(|it| wanted(it)) {
        return Ok(Some(same.id));
    }
    for other in begun {
        call_off(act, other.id)?;
    }
    begun_by_payer(act, &Wanted { what, method, gateway }).map(Some)
}

/// The payments that its payer has begun of what is owed on a billing account, and has not ended.
fn begun_for(cx: Cx<'_>, of: BillingAccountId) -> Result<Vec<Payment>, Error> {
    let along = Along::Index(PAYMENT_UNDER_WAY, Key::new().id(of).bytes());
    let by_payer = |it: &Attempt| it.initiative == Initiative::Payer && it.order.is_none();
    let mut all: Vec<Payment> = cx.every(&along)?;
    all.retain(|it| it.attempt.as_ref().is_some_and(by_payer));
    Ok(all)
}
