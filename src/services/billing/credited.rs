//! What was credited: it lowers what goes back later, when units, use or a minimum of the same days do.
//!
//! Only what somebody credits by hand is written down so. What goes back because something ends or is replaced
//! moves what is charged up to where it goes back, and nothing of those days is looked at again.

use crate::domain::billing::charged_terms::ChargedTerms;
use crate::domain::billing::credit::Credit;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::line::{Line, LineKind};
use crate::domain::id::{PriceId, SubscriptionId};
use crate::domain::money::Money;
use crate::domain::subscription::Subscription;
use crate::services::{Act, Error};
use crate::store::Records;
use crate::store::charged_usage::charged_usage_from;
use crate::store::resale as resold;

/// Writes down with what was charged how much of it is credited by hand.
///
/// # Errors
/// If an amount is too large; if the store fails.
pub(in crate::services) fn lower(
    act: &mut Act<'_>,
    of: &Invoice,
    credit: &Credit,
) -> Result<(), Error> {
    for it in credit.lines.iter().filter(|it| it.net.as_minor() > 0) {
        let line = usize::try_from(it.place).ok().and_then(|it| of.content().lines.get(it));
        let line = line.ok_or_else(|| Error::internal("a credit is of lines that there are"))?;
        let Some(charged) = line.subscription.zip(line.price) else { continue };
        match line.kind {
            LineKind::Recurring => recurring(act, (of, line), charged, it.net)?,
            LineKind::Usage | LineKind::TrueUp => used(act, line, charged, it.net)?,
            LineKind::OneTime
            | LineKind::Setup
            | LineKind::Renewal
            | LineKind::Credit
            | LineKind::LateFee
            | LineKind::Stated
            | LineKind::Deposit => {}
        }
    }
    Ok(())
}

/// What recurs stands with its subscription, or, where that is sold on, with who sells it on.
fn recurring(
    act: &mut Act<'_>,
    (of, line): (&Invoice, &Line),
    (subscription, price): (SubscriptionId, PriceId),
    net: Money,
) -> Result<(), Error> {
    let Some(it) = act.cx().view.find::<Subscription>(subscription)? else { return Ok(()) };
    let account = of.content().account;
    let is_own = it.account() == account;
    let mut marks = match is_own {
        true => it.charged.clone(),
        false => resold::marks(act.cx().view, (account, subscription))?,
    };
    let lowered = marks.get(&price).map(|it| it.credited(line, net)).transpose()?.flatten();
    let Some(lowered) = lowered else { return Ok(()) };
    marks.insert(price, lowered);
    match is_own {
        true => {
            let mut lower = it.clone();
            lower.charged = marks;
            act.put_over(&it, &lower)
        }
        false => Ok(act.batch().put_resold((account, subscription), &marks)?),
    }
}

/// What was used, and what is missing to a minimum, stands with its period.
fn used(
    act: &mut Act<'_>,
    line: &Line,
    (subscription, price): (SubscriptionId, PriceId),
    net: Money,
) -> Result<(), Error> {
    let Some(period) = line.service_period else { return Ok(()) };
    let kept = charged_usage_from(act.cx().view, (subscription, price), period.start())?;
    let Some(mut kept) = kept else { return Ok(()) };
    let (of, credited) = line.credited(net)?;
    let terms: &mut Option<ChargedTerms> =
        if line.kind == LineKind::TrueUp { &mut kept.true_up } else { &mut kept.charged_terms };
    *terms = terms.take().map(|it| it.credited(of, credited)).transpose()?;
    Ok(act.batch().put_charged_usage(subscription, &[kept])?)
}
