//! `/subscriptions/{id}/cancel`: ending what is had, at once or later; what that would come to, and
//! taking it back.

use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, work_on, write};
use super::subscription::{Subscription, tagged};
use super::wire::{Money, parse_optional, word};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::money;
use crate::domain::operator::Permission;
use crate::domain::subscription::change::{CancelAt, Cancellation, RefundTo};
use crate::domain::time::Date;
use crate::services::order::{self, Credited, Ending};
use crate::services::{Act, Bss, Error, subscription};

pub(super) fn routes() -> Vec<Route> {
    let cancels = Needs::Permission(Permission::SubscriptionCancel);
    let path = "/subscriptions/{id}/cancel";
    vec![
        write(Method::POST, path, cancels, "Cancel a subscription", cancel),
        work_on(
            Method::POST,
            "/subscriptions/{id}/cancel/preview",
            cancels,
            "What would a cancellation come to?",
            (ORDINARY_BYTES_MAX, preview),
        ),
        write(Method::DELETE, path, cancels, "Take back that a subscription is to end", uncancel),
    ]
}

/// Why and when a subscription is canceled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CancelSubscription {
    /// A stable word.
    reason: Option<String>,
    comment: Option<String>,
    /// Where goes what was paid for days that are not used: `balance` (if nothing is said), `method`
    /// or `nowhere`. `return` gives all back that was paid, but for what was used, to where it came from: buyers until
    /// `return_until`, and its seller for them at any time.
    refund_to: Option<String>,
    /// `now` (if nothing is said), `period_end`: when what is paid for is over, or `term_end`.
    at: Option<String>,
}

impl CancelSubscription {
    fn read(&self) -> Result<(CancelAt, Cancellation), Invalid> {
        let cancellation = Cancellation {
            reason: parse_optional("/reason", self.reason.as_deref())?,
            comment: parse_optional("/comment", self.comment.as_deref())?,
            refund_to: parse_optional("/refund_to", self.refund_to.as_deref())?
                .unwrap_or(RefundTo::Balance),
        };
        Ok((word("/at", self.at.as_deref())?.unwrap_or(CancelAt::Now), cancellation))
    }
}

fn cancel(
    act: &mut Act<'_>,
    call: &Call,
    body: CancelSubscription,
) -> Result<Reply<Subscription>, Error> {
    let it = subscription::cancel_at(act, call.id("id")?, body.read()?)?;
    tagged(act.cx(), &it)
}

fn uncancel(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Subscription>, Error> {
    let it = subscription::uncancel(act, call.id("id")?)?;
    tagged(act.cx(), &it)
}

/// What a cancellation would come to.
#[derive(Debug, Serialize, ToSchema)]
struct CancelPreview {
    /// The first day without it.
    on: String,
    /// What is given back at once for days that are paid and not used, by credit notes; nothing of
    /// what ends later.
    credit: CancelCredit,
    /// The last day on which its buyer can give it back by itself; `null` if it has to ask.
    return_until: Option<String>,
    /// The offers of the other parts of its bundle that cost what they cost by themselves from the next
    /// period on, because the bundle is not whole without it; left out if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_of_bundle: Vec<String>,
}

impl Wire for CancelPreview {}

/// What is given back.
#[derive(Debug, Serialize, ToSchema)]
struct CancelCredit {
    lines: Vec<CancelCreditLine>,
    net: Money,
    tax: Money,
    gross: Money,
}

/// What is given back of a line of an invoice.
#[derive(Debug, Serialize, ToSchema)]
struct CancelCreditLine {
    text: String,
    net: Money,
}

impl From<&Credited> for CancelCreditLine {
    fn from(it: &Credited) -> Self {
        let text = format!("{}: {}", it.line.subject, it.line.label);
        Self { text, net: it.net.into() }
    }
}

impl CancelPreview {
    fn of(it: &Ending, return_until: Option<Date>) -> Result<Self, Error> {
        let net = money::Money::sum(it.credits.iter().map(|it| it.net), it.currency)?;
        let tax = money::Money::sum(it.credits.iter().map(|it| it.tax), it.currency)?;
        let lines = it.credits.iter().map(CancelCreditLine::from).collect();
        let gross = net.plus(tax)?.into();
        let credit = CancelCredit { lines, net: net.into(), tax: tax.into(), gross };
        let return_until = return_until.map(|it| it.to_string());
        let left_of_bundle = it.alone.iter().map(ToString::to_string).collect();
        Ok(Self { on: it.on.to_string(), credit, return_until, left_of_bundle })
    }
}

fn preview(
    bss: &Arc<Bss>,
    call: &Call,
    body: CancelSubscription,
) -> Result<Reply<CancelPreview>, Error> {
    let (wanted, id) = (body.read()?, call.id("id")?);
    let found = bss.act(call.author(), move |act| {
        let held = act.get(id)?;
        let until = subscription::return_until(act.cx(), &held)?;
        Ok((order::suppose_ended(act, id, wanted)?, until))
    });
    let (ending, until) = found.wait()?;
    Ok(Reply::ok(CancelPreview::of(&ending, until)?))
}
