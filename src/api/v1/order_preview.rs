//! `/orders/preview`: what an order would make, and what the first invoice would say of it.

use std::sync::Arc;

use axum::http::Method;
use serde::Serialize;
use utoipa::ToSchema;

use super::order::NewOrder;
use super::route::{Needs, Route, work};
use super::shipment::Destination;
use super::switch::PreviewedInvoice;
use super::terms_of_use::OfferTerms;
use super::wire::Money;
use crate::api::edge::body::ORDINARY_BYTES_MAX;
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::money;
use crate::domain::operator::Permission;
use crate::domain::order::item::Item;
use crate::services::label::Labels;
use crate::services::order::{self, Estimate};
use crate::services::{Bss, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let places = Needs::Permission(Permission::OrderPlace);
    let summary = "What would an order come to?";
    vec![work(Method::POST, "/orders/preview", places, summary, (ORDINARY_BYTES_MAX, preview))]
}

/// What an order would come to.
#[derive(Debug, Serialize, ToSchema)]
struct OrderPreview {
    /// What it would make, with the parts of bundles.
    items: Vec<PreviewedItem>,
    /// The first invoice of each billing account that charges something for it, of nothing else.
    invoices: Vec<PreviewedInvoice>,
    /// What would be given back at once of earlier invoices, with tax; left out if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<Money>,
    /// What is paid first, with tax, if it is ordered at the checkout, whenever its invoice is made; left out
    /// if nothing is charged today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_first: Option<Money>,
    /// The terms of use that the order must accept: of what is bought, with the parts of bundles.
    terms_of_use: Vec<OfferTerms>,
    /// Left out if nothing of it is sent: where that could go, by what is known of the account as a whole
    /// address. Where there is none, the order has to say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    destinations: Option<Vec<Destination>>,
}

impl Wire for OrderPreview {}

/// A piece of an order, with nothing left open.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedItem {
    offer: Option<String>,
    /// What the offer is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_name: Option<String>,
    quantity: Option<u32>,
    term: Option<String>,
}

impl PreviewedItem {
    fn of(labels: &mut Labels<'_>, it: &Item) -> Result<Self, Error> {
        Ok(Self {
            offer: it.wish.offer.map(|it| it.to_string()),
            offer_name: it.wish.offer.map(|it| labels.offer(it)).transpose()?.flatten(),
            quantity: it.wish.quantity,
            term: it.wish.term.as_ref().map(ToString::to_string),
        })
    }
}

fn preview(bss: &Arc<Bss>, call: &Call, body: NewOrder) -> Result<Reply<OrderPreview>, Error> {
    let supposed = bss.act(call.author(), move |act| {
        let placed = body.read(act.cx())?;
        let terms = order::with_terms(act.cx(), placed.items())?;
        let destinations = order::destinations(act.cx(), &placed)?;
        Ok((order::suppose_placed(act, placed)?, terms, destinations))
    });
    let (supposed, terms, destinations) = supposed.wait()?;
    bss.read(&call.actor, |cx| {
        let pay_first = order::to_pay_first(cx, &supposed)?.map(Money::from);
        let found = order::estimate(cx, supposed)?;
        let terms_of_use = terms.iter().filter_map(|it| OfferTerms::of(it)).collect();
        let is_sent = found.items.iter().any(|it| it.deliver_to.is_some());
        let destinations = is_sent.then(|| destinations.iter().map(Destination::from).collect());
        Ok(Reply::ok(OrderPreview { pay_first, destinations, ..shown(cx, &found, terms_of_use)? }))
    })
}

fn shown(cx: Cx<'_>, it: &Estimate, terms_of_use: Vec<OfferTerms>) -> Result<OrderPreview, Error> {
    let mut labels = Labels::new(cx);
    let items = it.items.iter().map(|it| PreviewedItem::of(&mut labels, it));
    let credit = it.credits.first().map(|first| {
        let given = it.credits.iter().flat_map(|it| [it.net, it.tax]);
        money::Money::sum(given, first.net.currency())
    });
    Ok(OrderPreview {
        items: items.collect::<Result<_, Error>>()?,
        invoices: it.bills.iter().map(PreviewedInvoice::of).collect(),
        credit: credit.transpose()?.map(Money::from),
        pay_first: None,
        terms_of_use,
        destinations: None,
    })
}
