//! `/DSRevenueSharing/rss/cdrs`: what was charged and what went back, which are lines of our invoices and
//! credit notes: a record says what was really charged, and what goes back mirrors it.
//!
//! Its number is that of the document, the place on it and whether something went back, so that it
//! rises and never changes.

use axum::http::Method;
use serde_json::json;

use super::number;
use super::revenue::listed;
use super::revenue_class::class_of;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::billing::credit::CreditNote;
use crate::domain::billing::invoice::line::{Line, LineKind};
use crate::domain::billing::invoice::{Invoice, Issue};
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{AccountId, Id};
use crate::domain::money::Money;
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::stamp::SellerNumber;
use crate::domain::subscription::Subscription;
use crate::services::invoice::{self, Filter};
use crate::services::{Cx, Error, account, settlement};

const ALL: &str = "/DSRevenueSharing/rss/cdrs";
const CLASSES: &str = "/DSRevenueSharing/rss/cdrs/classes";

const READS: Needs = Needs::Permission(Permission::ShareRead);

/// What can be asked of records.
pub(super) static ROWS: &[Row] = &[
    Row::unica(Method::GET, ALL, READS, records),
    Row::unica(Method::GET, CLASSES, READS, classes),
];

/// No document has so many lines.
const LINES: u64 = 10_000;

/// What brought a charge about.
const fn event(of: LineKind) -> &'static str {
    match of {
        LineKind::Recurring => "recurring",
        LineKind::Usage | LineKind::TrueUp => "pay per use",
        LineKind::OneTime
        | LineKind::Setup
        | LineKind::Renewal
        | LineKind::Credit
        | LineKind::LateFee
        | LineKind::Stated
        | LineKind::Deposit => "one time",
    }
}

/// A line, with the document that it stands on.
struct Charged<'a> {
    seller: SellerNumber,
    customer: AccountId,
    issue: &'a Issue,
    place: u64,
    line: &'a Line,
    /// How much, and the tax on it.
    amount: (Money, Money),
    is_refund: bool,
}

impl Charged<'_> {
    fn shown(&self, cx: Cx<'_>) -> Result<Tree, Error> {
        let line = self.line;
        let offer = line.offer.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
        let product = line.subscription.map(|id| cx.shared::<Subscription>(id)).transpose()?;
        let ordered = product.flatten().and_then(|it| it.origin.clone());
        let reference = match ordered {
            Some((order, item)) => format!("{} {item}", order.uuid()),
            None => self.issue.number.to_string(),
        };
        let model = match line.offer {
            Some(id) => settlement::in_force_on(cx, (self.seller, self.issue.issued_on), id)?,
            None => None,
        };
        let kind = u64::from(self.is_refund);
        let application = offer.map_or_else(
            || line.subject.to_string(),
            |it| format!("{} {} {}", it.id.uuid(), it.content.name.original(), it.life.version()),
        );
        Ok(tree(json!({
            "cdrSource": account::provider(cx)?.id.uuid(),
            "productClass": class_of(cx, model.as_deref())?,
            "correlationNumber": (self.issue.sequence * 2 + kind) * LINES + self.place,
            "timestamp": self.issue.issued_at.to_string(),
            "application": application,
            "transactionType": if self.is_refund { "R" } else { "C" },
            "event": if self.is_refund { "refund" } else { event(line.kind) },
            "referenceCode": reference,
            "description": format!("{}, {}", line.label, self.issue.number),
            "chargedAmount": number::of_money(self.amount.0),
            "chargedTaxAmount": number::of_money(self.amount.1),
            "currency": self.amount.0.currency().code(),
            "customerId": self.customer.uuid(),
            "appProvider": account::of_seller(cx, self.seller)?.id.uuid(),
        })))
    }
}

fn charges(cx: Cx<'_>, it: &Invoice, found: &mut Vec<Tree>) -> Result<(), Error> {
    let Some(issue) = it.issue() else { return Ok(()) };
    for (line, place) in it.content().lines.iter().zip(0..) {
        let charged = Charged {
            seller: it.stamp.seller,
            customer: it.content().account,
            issue,
            place,
            line,
            amount: (line.net, line.tax),
            is_refund: false,
        };
        found.push(charged.shown(cx)?);
    }
    Ok(())
}

fn refunds(cx: Cx<'_>, it: &CreditNote, found: &mut Vec<Tree>) -> Result<(), Error> {
    let Some(issue) = it.issue() else { return Ok(()) };
    let Some(invoice) = cx.shared::<Invoice>(it.content().invoice)? else { return Ok(()) };
    for credit in &it.content().lines {
        let place = usize::try_from(credit.place).map_err(Error::internal)?;
        let Some(line) = invoice.content().lines.get(place) else { continue };
        let charged = Charged {
            seller: it.stamp.seller,
            customer: it.content().account,
            issue,
            place: credit.place.into(),
            line,
            amount: (credit.net, credit.tax),
            is_refund: true,
        };
        found.push(charged.shown(cx)?);
    }
    Ok(())
}

fn all(cx: Cx<'_>) -> Result<Vec<Tree>, Error> {
    let (mut found, mut page) = (Vec::new(), PageRequest::oldest(PageRequest::LIMIT_MAX));
    loop {
        let some = invoice::list(cx, &Filter::default(), &page)?;
        some.items.iter().try_for_each(|it| charges(cx, it, &mut found))?;
        page.after = some.next;
        if page.after.is_none() {
            break;
        }
    }
    loop {
        let some = cx.list(None, &page, |_: &CreditNote| true)?;
        some.items.iter().try_for_each(|it| refunds(cx, it, &mut found))?;
        page.after = some.next;
        if page.after.is_none() {
            break;
        }
    }
    let told = |it: &Tree| it.get("timestamp").map(ToString::to_string);
    found.sort_by_key(told);
    Ok(found)
}

fn records(asked: Asked) -> Result<Work, Fault> {
    listed(asked, all)
}

/// The classes in which something was charged.
fn classes(_: Asked) -> Result<Work, Fault> {
    Ok(Work::scans(|cx| {
        let found = all(cx)?;
        let names = found.iter().filter_map(|it| it.get("productClass")).cloned();
        let mut names: Vec<_> = names.collect();
        names.sort_by_key(ToString::to_string);
        names.dedup();
        Ok(wire::shown(tree(json!({ "productClasses": names })), None))
    }))
}
