//! `/subscriptions/{id}/change`: what is bought differently: amounts, or another offer, plan or term;
//! what that would come to, and to what a subscription may switch.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::characteristic::read_choices;
use super::invoice_line::InvoiceLine;
use super::localized::Texts;
use super::route::{Needs, Route, read, work_on, write};
use super::subscription::{Subscription, tagged};
use super::wire::{Decimal, Money, NoQuery, Whole, parse, parse_optional, word};
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::billing::invoice::Totals;
use crate::domain::billing::invoice::line::Line;
use crate::domain::billing::proration::Counts;
use crate::domain::billing::tax::TaxTotal;
use crate::domain::billing::unused::GivenBack;
use crate::domain::catalog::offer as catalog;
use crate::domain::error::Invalid;
use crate::domain::money::{self, Currency};
use crate::domain::operator::Permission;
use crate::domain::order::item::{QUANTITY_MAX, Wish, is_orderable};
use crate::domain::subscription as domain;
use crate::domain::subscription::change::{Plan, Scheduled, SwitchAt};
use crate::services::billing::{ChargedBy, Forecast};
use crate::services::order::{self, Preview};
use crate::services::{Act, Bss, Cx, Error, subscription};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::SubscriptionRead);
    let changes = Needs::Permission(Permission::SubscriptionChange);
    let path = "/subscriptions/{id}/change";
    vec![
        write(Method::POST, path, changes, "Change what is bought", change),
        work_on(
            Method::POST,
            "/subscriptions/{id}/change/preview",
            changes,
            "What would a change come to?",
            (ORDINARY_BYTES_MAX, preview),
        ),
        write(Method::DELETE, path, changes, "Take back a switch that was agreed on", unswitch),
        read(
            "/subscriptions/{id}/switches",
            reads,
            "List to what a subscription may switch",
            switches,
        ),
    ]
}

/// What is to be bought differently.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeSubscription {
    quantity: Option<u32>,
    /// New amounts by resource.
    #[serde(default)]
    resources: BTreeMap<String, Decimal>,
    /// Other values by characteristic. Where they are at other prices these begin as another plan does.
    #[serde(default)]
    characteristics: BTreeMap<String, String>,
    /// Another offer, of those that `/subscriptions/{id}/switches` lists.
    offer: Option<String>,
    /// The key of another term.
    term: Option<String>,
    /// The key of another way to pay.
    plan: Option<String>,
    /// When another offer, term or plan begins: `now`, or `period_end` when what is paid for is over.
    /// If nothing is said, as the seller has it: what is less begins when what is paid for is over.
    at: Option<String>,
}

impl ChangeSubscription {
    fn read(&self) -> Result<(Wish, Option<SwitchAt>), Invalid> {
        if self.quantity.is_some_and(|it| !is_orderable(it)) {
            let rule = format!("must be 1 to {QUANTITY_MAX}");
            return Err(Invalid::one("/quantity", "range", rule));
        }
        let mut wish = Wish {
            offer: parse_optional("/offer", self.offer.as_deref())?,
            term: parse_optional("/term", self.term.as_deref())?,
            plan: parse_optional("/plan", self.plan.as_deref())?,
            quantity: self.quantity,
            characteristics: read_choices(&self.characteristics, &|field| format!("/{field}"))?,
            ..Wish::default()
        };
        for (name, amount) in &self.resources {
            let pointer = format!("/resources/{name}");
            wish.resources.insert(parse(&pointer, name)?, amount.read(&pointer)?);
        }
        Ok((wish, word("/at", self.at.as_deref())?))
    }
}

fn change(
    act: &mut Act<'_>,
    call: &Call,
    body: ChangeSubscription,
) -> Result<Reply<Subscription>, Error> {
    let (wish, at) = body.read()?;
    let it = order::change(act, (call.id("id")?, call.if_match), (&wish, at))?;
    tagged(act.cx(), &it)
}

fn unswitch(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Subscription>, Error> {
    let it = subscription::unswitch(act, call.id("id")?)?;
    tagged(act.cx(), &it)
}

/// What a change would come to.
#[derive(Debug, Serialize, ToSchema)]
struct ChangePreview {
    /// When it takes effect: `now` or `period_end`.
    at: String,
    /// The day on which it does.
    on: String,
    /// What the seller calls it: `upgrade`, `sidegrade` or `downgrade`; `null` where only amounts
    /// change.
    direction: Option<String>,
    /// What is given back at once for days that are paid, by credit notes.
    credit: PreviewedCredit,
    /// What is charged for those days instead, as it will stand on the next bill.
    charge: PreviewedCharge,
    /// What would stand on that bill for them without the change, and does not any more.
    falls_away: PreviewedCharge,
    /// What the charge is more than the credit and what falls away, with tax.
    difference: Money,
    /// The next bill of the billing account, with all that stands on it.
    next_invoice: PreviewedInvoice,
    /// The offers of the other parts of its bundle that cost what they cost by themselves from the next
    /// period on, because the bundle is not whole any more; left out if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_of_bundle: Vec<String>,
}

impl Wire for ChangePreview {}

/// What is given back.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedCredit {
    lines: Vec<PreviewedCreditLine>,
    /// Why, as it will stand on each credit note.
    reasons: Vec<String>,
    /// What coupons had taken off it, as prices are meant: that is not given back, and lowers nothing else.
    /// Left out where they took nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    coupons: Option<Money>,
    net: Money,
    tax: Money,
    gross: Money,
}

/// What is given back of a line of an invoice.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedCreditLine {
    text: String,
    /// For how many of the days of the line; `null` for the line as a whole.
    days: Option<PreviewedDays>,
    /// The same in seconds, where the seller divides periods by those; left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<PreviewedDays>,
    net: Money,
}

/// So many days of so many.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedDays {
    used: i64,
    of: i64,
}

/// What is charged.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedCharge {
    lines: Vec<InvoiceLine>,
    net: Money,
    tax: Money,
    gross: Money,
}

impl PreviewedCharge {
    fn of(all: &[Line], totals: Totals) -> Self {
        let Totals { net, tax, gross } = totals;
        Self { lines: lines(all, &[]), net: net.into(), tax: tax.into(), gross: gross.into() }
    }
}

/// What lines come to.
fn sums(all: &[Line], currency: Currency) -> Result<Totals, money::MoneyError> {
    all.iter().try_fold(Totals::nothing(currency), |sum, it| sum.plus(it.net, it.tax))
}

/// The next bill.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PreviewedInvoice {
    /// The day on which it is made.
    on: String,
    lines: Vec<InvoiceLine>,
    net: Money,
    tax: Money,
    gross: Money,
}

impl PreviewedInvoice {
    pub(super) fn of(it: &Forecast) -> Self {
        let content = it.content.as_ref();
        let taxes = content.map(|it| it.taxes.as_slice()).unwrap_or_default();
        let totals = content.map_or(Totals::nothing(it.currency), |it| it.totals);
        Self {
            on: it.on.to_string(),
            lines: lines(content.map(|it| it.lines.as_slice()).unwrap_or_default(), taxes),
            net: totals.net.into(),
            tax: totals.tax.into(),
            gross: totals.gross.into(),
        }
    }
}

impl From<&GivenBack> for PreviewedCreditLine {
    fn from(it: &GivenBack) -> Self {
        let told = |counts| {
            let left = it.days.filter(|it| it.counts == counts)?;
            Some(PreviewedDays { used: left.left, of: left.of })
        };
        Self {
            text: it.label.to_string(),
            days: told(Counts::Days),
            seconds: told(Counts::Seconds),
            net: it.ask.net.into(),
        }
    }
}

fn preview(
    bss: &Arc<Bss>,
    call: &Call,
    body: ChangeSubscription,
) -> Result<Reply<ChangePreview>, Error> {
    let ((wish, at), which) = (body.read()?, (call.id("id")?, call.if_match));
    let supposed = bss.act(call.author(), move |act| order::suppose(act, which, (&wish, at)));
    let supposed = supposed.wait()?;
    let found = bss.read(&call.actor, |cx| order::preview(cx, supposed))?;
    Ok(Reply::ok(shown(&found)?))
}

fn shown(it: &Preview) -> Result<ChangePreview, Error> {
    let currency = it.next.currency;
    let totals = || it.notes.iter().map(|it| it.content().totals);
    let credited = money::Money::sum(totals().map(|it| it.gross), currency)?;
    let credit = PreviewedCredit {
        lines: it.given.iter().map(PreviewedCreditLine::from).collect(),
        reasons: it.notes.iter().map(|it| it.reason.to_string()).collect(),
        coupons: it.lost.map(Money::from),
        net: money::Money::sum(totals().map(|it| it.net), currency)?.into(),
        tax: money::Money::sum(totals().map(|it| it.tax), currency)?.into(),
        gross: credited.into(),
    };
    let ChargedBy { charged: new, dropped: old } = &it.charged;
    let (charged, dropped) = (sums(new, currency)?, sums(old, currency)?);
    let difference = charged.gross.minus(dropped.gross)?.minus(credited)?;
    Ok(ChangePreview {
        at: it.at.to_string(),
        on: it.on.to_string(),
        direction: it.direction.map(|it| it.to_string()),
        credit,
        charge: PreviewedCharge::of(new, charged),
        falls_away: PreviewedCharge::of(old, dropped),
        difference: difference.into(),
        next_invoice: PreviewedInvoice::of(&it.next),
        left_of_bundle: it.alone.iter().map(ToString::to_string).collect(),
    })
}

fn lines(all: &[Line], taxes: &[TaxTotal]) -> Vec<InvoiceLine> {
    all.iter().enumerate().map(|(place, it)| InvoiceLine::of(place, it, taxes)).collect()
}

/// To what a subscription may switch.
#[derive(Debug, Serialize, ToSchema)]
struct SwitchTarget {
    offer: String,
    name: Texts,
    /// The key of the term; `null` of an offer without terms.
    term: Option<String>,
    term_name: Option<Texts>,
    /// How long the term is; open-ended if nothing is said.
    duration: Option<String>,
    /// What the seller calls it: `upgrade`, `sidegrade` or `downgrade`.
    direction: String,
    /// When the caller may have it: `now`, and `period_end` when what is paid for is over.
    when: Vec<&'static str>,
}

impl Wire for SwitchTarget {}

fn switches(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Whole<SwitchTarget>>, Error> {
    let it: domain::Subscription = cx.get(call.id("id")?)?;
    let found = order::switches_of(cx, &it)?;
    let show = |it: &order::Possible| SwitchTarget {
        offer: it.offer.id.to_string(),
        name: Texts::from(&it.offer.content.name),
        term: it.term.as_ref().map(|it| it.key.to_string()),
        term_name: it.term.as_ref().and_then(|it| it.name.as_ref()).map(Texts::from),
        duration: it.term.as_ref().and_then(|it| it.length).map(|it| it.to_string()),
        direction: it.direction.to_string(),
        when: match it.is_at_once {
            true => vec![SwitchAt::Now.word(), SwitchAt::PeriodEnd.word()],
            false => vec![SwitchAt::PeriodEnd.word()],
        },
    };
    Ok(Reply::ok(Whole::of(found.iter().map(show).collect())))
}

/// A switch that was agreed on for a later day.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ScheduledSwitch {
    /// The day.
    on: String,
    offer: Option<String>,
    term: Option<String>,
    plan: Option<String>,
    quantity: Option<u32>,
    /// When it was agreed on.
    agreed_at: String,
}

impl ScheduledSwitch {
    pub(super) fn of(it: &Scheduled) -> Option<Self> {
        let wish = match &it.plan {
            Plan::Switch(wish) => wish,
            Plan::Change(_) | Plan::Cancel(_) => return None,
        };
        Some(Self {
            on: it.on.to_string(),
            offer: wish.offer.map(|it| it.to_string()),
            term: wish.term.as_ref().map(ToString::to_string),
            plan: wish.plan.as_ref().map(ToString::to_string),
            quantity: wish.quantity,
            agreed_at: it.agreed_at.to_string(),
        })
    }
}

/// An offer to which subscriptions may switch, as the seller has it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfferSwitch {
    /// The offer; the same one, to switch between its terms and plans.
    to: String,
    /// The key of its term; any if nothing is said.
    term: Option<String>,
    /// What it means for the buyer: `upgrade`, `sidegrade` or `downgrade`.
    direction: String,
}

impl OfferSwitch {
    pub(super) fn of(it: &catalog::Switch) -> Self {
        Self {
            to: it.to.to_string(),
            term: it.term.as_ref().map(ToString::to_string),
            direction: it.direction.to_string(),
        }
    }

    pub(super) fn read(&self, at: &str) -> Result<catalog::Switch, Invalid> {
        let direction = word(&format!("{at}/direction"), Some(&*self.direction))?;
        Ok(catalog::Switch {
            to: parse(&format!("{at}/to"), &self.to)?,
            term: parse_optional(&format!("{at}/term"), self.term.as_deref())?,
            direction: direction.ok_or_else(|| {
                Invalid::one(format!("{at}/direction"), "required", "must be given")
            })?,
        })
    }
}
