//! Interim bills: of who has used more than is to be left unbilled, before the period is over. Who pays before is
//! told here, too, that use has left it little.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::shelf::Shelf;
use super::{gather, issue};
use crate::domain::account::billing_account::{BillingAccount, BillingState};
use crate::domain::id::{BillingAccountId, Id, InvoiceId};
use crate::domain::money::Money;
use crate::domain::operator::Actor;
use crate::domain::subscription::Subscription;
use crate::domain::time::{Date, Zone};
use crate::services::duty::{self, Progress, counted};
use crate::services::{Act, Author, Bss, Cx, Error, billing_account};
use crate::store::account::BILLING_ACCOUNT_INTERIM;
use crate::store::usage::Came;
use crate::store::{Key, Records};

/// The duty that makes them, as jobs name it.
const DUTY: &str = "interim";

/// On which day everybody was looked at; on none at the start.
#[derive(Debug, Default)]
pub struct Looked(Mutex<Option<Date>>);

impl Looked {
    fn at_everybody(&self) -> Option<Date> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, on: Option<Date>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = on;
    }
}

/// Bills the billing accounts whose use that is not billed has come to what they are billed at, of those
/// of which some was taken since they were looked at. Once a day everybody is looked at: a period begins
/// with what is carried over from the last one, what is weighted by time grows with it, and who sells may
/// have laid down another amount.
///
/// # Errors
/// If the store fails.
pub fn step_interim(bss: &Arc<Bss>, looked: &Looked) -> Result<Progress, Error> {
    if bss.moment().jump.is_some() {
        return Ok(Progress::Idle);
    }
    let today = Zone::UTC.date_of(bss.moment().now);
    let used = bss.house.usage().take_came();
    // What came before a start, and was not looked at, nobody knows.
    let is_first = looked.at_everybody().is_none();
    tell_who_runs_low(bss, if is_first { &Came::OfMany } else { &used })?;
    let came = match looked.at_everybody() == Some(today) {
        true => used,
        false => Came::OfMany,
    };
    if matches!(&came, Came::Of(none) if none.is_empty()) {
        return Ok(Progress::Idle);
    }
    // Whoever is not looked at because the store fails is looked at with everybody.
    looked.keep(None);
    let house = Actor::duty(DUTY);
    let wanted = bss.read(&house, |cx| wanted(cx, bss, &came))?;
    let mut count = 0;
    for id in wanted {
        match bss.act(Author::of(house.clone()), move |act| bill(act, id)).wait() {
            Ok(billed) => count += billed,
            Err(failure) if failure.is_of_the_store() => return Err(failure),
            Err(failure) => duty::put_aside(bss, DUTY, id.subject(), &failure),
        }
    }
    looked.keep(Some(today));
    Ok(Progress::of(count, || format!("issued {}", counted(count, "interim invoice"))))
}

/// Tells those whose use came and who pay before that little is left of what they have paid in, and stops
/// them where nothing is.
fn tell_who_runs_low(bss: &Arc<Bss>, used: &Came) -> Result<(), Error> {
    let house = Actor::duty(DUTY);
    let low = bss.read(&house, |cx| {
        let mut low = asked(cx, used)?;
        low.retain(|id| !matches!(billing_account::is_to_be_told(cx, *id), Ok(false)));
        Ok(low)
    })?;
    for id in low {
        let told = bss.act(Author::of(house.clone()), move |act| billing_account::watch(act, id));
        match told.wait() {
            Err(failure) if failure.is_of_the_store() => return Err(failure),
            Err(failure) => duty::put_aside(bss, DUTY, id.subject(), &failure),
            Ok(()) => {}
        }
    }
    Ok(())
}

/// The billing accounts that are to be billed, of those whose use came.
fn wanted(cx: Cx<'_>, bss: &Bss, came: &Came) -> Result<Vec<BillingAccountId>, Error> {
    let mut wanted = Vec::new();
    for id in asked(cx, came)? {
        match due(cx, id) {
            Ok(Some(_)) => wanted.push(id),
            // That somebody cannot be billed is told when the period is over.
            Ok(None) | Err(Error::Rejected(_)) => {}
            Err(failure) if failure.is_of_the_store() => return Err(failure),
            Err(failure) => duty::put_aside(bss, DUTY, id.subject(), &failure),
        }
    }
    Ok(wanted)
}

/// Those of which it is asked whether they are to be billed, or have used up what they paid in.
fn asked(cx: Cx<'_>, came: &Came) -> Result<BTreeSet<BillingAccountId>, Error> {
    match came {
        Came::OfMany => {
            let all = cx.view.ids_along::<BillingAccount>(
                BILLING_ACCOUNT_INTERIM,
                Key::new(),
                &mut |_| true,
            )?;
            Ok(all.into_iter().collect())
        }
        Came::Of(subscriptions) => {
            let mut found = BTreeSet::new();
            for id in subscriptions {
                let of = cx.view.find::<Subscription>(*id)?;
                found.extend(of.map(|it| it.billing_account()));
            }
            Ok(found)
        }
    }
}

/// A billing account with its interim bills, if these come to what it is billed at.
fn due(
    cx: Cx<'_>,
    id: BillingAccountId,
) -> Result<Option<(BillingAccount, gather::Billed)>, Error> {
    let Some(it) = cx.view.find::<BillingAccount>(id)? else { return Ok(None) };
    let Some(least) = it.profile().interim_at.filter(|_| it.state() == BillingState::Active) else {
        return Ok(None);
    };
    let (billed, sum) = used(cx, &it)?;
    let is_reached = sum.as_minor() > 0 && !sum.minus(least)?.is_negative();
    Ok(is_reached.then_some((it, billed)))
}

/// The interim bills of a billing account, and what they come to without tax.
fn used(cx: Cx<'_>, it: &BillingAccount) -> Result<(gather::Billed, Money), Error> {
    let today = it.terms().zone.date_of(cx.now);
    let billed = gather::interim(cx, &mut Shelf::default(), it, today)?;
    let nets = billed.bills.iter().filter_map(|it| it.content.as_ref()).map(|it| it.totals.net);
    let sum = Money::sum(nets, it.currency())?;
    Ok((billed, sum))
}

/// Bills what was used in the periods that run, however little that is.
///
/// # Errors
/// [`Error::Rejected`] if it cannot be billed; if the store fails.
pub(super) fn bill_used(
    act: &mut Act<'_>,
    account: &BillingAccount,
) -> Result<Vec<InvoiceId>, Error> {
    if account.state() != BillingState::Active {
        return Ok(Vec::new());
    }
    let (billed, sum) = used(act.cx(), account)?;
    if sum.as_minor() <= 0 { Ok(Vec::new()) } else { put(act, account, billed) }
}

fn put(
    act: &mut Act<'_>,
    account: &BillingAccount,
    billed: gather::Billed,
) -> Result<Vec<InvoiceId>, Error> {
    act.charges_usage();
    let issued = issue::issue(act, account, billed, None)?;
    act.tell_all()?;
    if account.is_watched() {
        billing_account::watch(act, account.id)?;
    }
    Ok(issued.into_iter().map(|it| it.0).collect())
}

fn bill(act: &mut Act<'_>, id: BillingAccountId) -> Result<u64, Error> {
    let found = match due(act.cx(), id) {
        Ok(found) => found,
        Err(Error::Rejected(_)) => None,
        Err(failure) => return Err(failure),
    };
    let Some((account, billed)) = found else { return Ok(0) };
    Ok(put(act, &account, billed)?.len() as u64)
}
