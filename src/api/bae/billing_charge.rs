//! `/DSBillingManagement/…/appliedCustomerBillingCharge`: what was charged for a product, which are lines
//! of our invoices.

use axum::http::Method;
use serde_json::{Value, json};

use super::billing_account;
use super::contact::PERIOD_ENDS;
use super::error::INCOMPLETE;
use super::list;
use super::number;
use super::query::Listed;
use super::route::{Asked, Needs, Row};
use super::wire::{self, Tree, tree};
use crate::api::edge::fault::Fault;
use crate::api::edge::work::Work;
use crate::domain::account::billing_account::BillingAccount;
use crate::domain::billing::invoice::Invoice;
use crate::domain::billing::invoice::line::{Line, LineKind};
use crate::domain::catalog::offer::Offer;
use crate::domain::id::{Id, InvoiceId, SubscriptionId};
use crate::domain::operator::Permission;
use crate::domain::page::PageRequest;
use crate::domain::subscription::Subscription;
use crate::domain::text::Name;
use crate::domain::time::Zone;
use crate::services::invoice::{self, Filter};
use crate::services::{Cx, Error};

const ALL: &str = "/DSBillingManagement/api/billingManagement/v2/appliedCustomerBillingCharge";
const ONE: &str = "/DSBillingManagement/api/billingManagement/v2/appliedCustomerBillingCharge/{id}";

const READS: Needs = Needs::Permission(Permission::InvoiceRead);

/// What can be asked of charges.
pub(super) static ROWS: &[Row] =
    &[Row::new(Method::GET, ALL, READS, listed), Row::new(Method::GET, ONE, READS, one)];

const LISTED: Listed = Listed { text: &["description"], date: "date", ..Listed::PLAIN };
/// The filter without which nothing is listed.
const OF: &str = "serviceId.id";

/// The word that decides where an invoice shows a charge.
const fn kind(of: LineKind) -> &'static str {
    match of {
        LineKind::Recurring => "recurring",
        LineKind::Usage | LineKind::TrueUp => "usage",
        LineKind::OneTime
        | LineKind::Setup
        | LineKind::Renewal
        | LineKind::Credit
        | LineKind::LateFee
        | LineKind::Stated
        | LineKind::Deposit => "one time",
    }
}

/// A line of an invoice as a charge; its id is that of the invoice and its place.
fn shown(cx: Cx<'_>, it: &Invoice, (place, line): (usize, &Line)) -> Result<Tree, Error> {
    let offer = line.offer.map(|id| cx.shared::<Offer>(id)).transpose()?.flatten();
    let id = format!("{}-{place}", it.id.uuid());
    let number_of = it.issue().map(|it| it.number.to_string()).unwrap_or_default();
    let ends = line.service_period.map(|it| {
        let moment = |on| json!(Zone::UTC.start_of(on).to_string());
        json!([{ PERIOD_ENDS[0]: moment(it.start()), PERIOD_ENDS[1]: moment(it.end()) }])
    });
    let billed = cx.shared::<BillingAccount>(it.content().billing_account)?;
    let tax = line.tax_category.as_ref().map_or("VAT", Name::as_str);
    let product = json!([{
        "productNumber": offer.as_ref().map(|it| it.stamp.number.to_string()),
        "name": line.subject.as_str(),
    }]);
    let service = line.subscription.map(|it| json!([{ "id": it.uuid(), "type": "product" }]));
    Ok(tree(json!({
        "id": id,
        "href": format!("{ALL}/{id}"),
        "date": it.issue().map(|it| it.issued_at.to_string()),
        "description": format!(
            "{}, on invoice {number_of}: /api/v1/invoices/{}/pdf", line.label, it.id
        ),
        "type": kind(line.kind),
        "currencyCode": it.content().currency.code(),
        "taxIncludedAmount": number::of_money(line.net.plus(line.tax)?),
        "taxExcludedAmount": number::of_money(line.net),
        "appliedCustomerBillingTaxRate": [{ "amount": number::of_money(line.tax), "taxCategory": tax }],
        "period": ends.unwrap_or_else(|| json!([])),
        "productSpecification": product,
        "serviceId": service,
        "billingAccount": billed.map_or(Value::Null, |it| billing_account::referred(&it)),
    })))
}

/// The charges for a product that were billed, the oldest first.
fn charges(cx: Cx<'_>, of: SubscriptionId) -> Result<Vec<Tree>, Error> {
    let Some(product) = cx.find::<Subscription>(of)? else { return Ok(Vec::new()) };
    let filter = Filter { account: Some(product.account()), ..Filter::default() };
    let (mut page, mut found) = (PageRequest::oldest(PageRequest::LIMIT_MAX), Vec::new());
    loop {
        let some = invoice::list(cx, &filter, &page)?;
        for it in some.items.iter().filter(|it| it.issue().is_some()) {
            let lines = it.content().lines.iter().enumerate();
            for line in lines.filter(|it| it.1.subscription == Some(of)) {
                found.push(shown(cx, it, line)?);
            }
        }
        page.after = some.next;
        if page.after.is_none() {
            return Ok(found);
        }
    }
}

fn listed(asked: Asked) -> Result<Work, Fault> {
    let wanted = asked.query.list(&LISTED)?;
    let Some(of) = wanted.only(OF).map(str::to_owned) else {
        return Err(INCOMPLETE.broken(OF, "must say of which product").into());
    };
    Ok(Work::scans(move |cx| {
        let of = of.parse::<SubscriptionId>().ok();
        let all = of.map(|of| charges(cx, of)).transpose()?.unwrap_or_default();
        list::listed_all((&LISTED, &wanted), all)
    }))
}

fn one(asked: Asked) -> Result<Work, Fault> {
    let (id, (fields, _)) = (asked.part(0).to_owned(), asked.query.one()?);
    Ok(Work::reads(move |cx| {
        let missing = || Error::not_found(id.chars().take(80).collect::<String>());
        let (bill, place) = id.rsplit_once('-').ok_or_else(missing)?;
        let (Ok(bill), Ok(place)) = (bill.parse::<InvoiceId>(), place.parse::<usize>()) else {
            return Err(missing());
        };
        let it: Invoice = cx.find(bill)?.ok_or_else(missing)?;
        let line = it.content().lines.get(place).filter(|_| it.issue().is_some());
        let line = line.ok_or_else(missing)?;
        Ok(wire::shown(shown(cx, &it, (place, line))?, fields.as_deref()))
    }))
}
