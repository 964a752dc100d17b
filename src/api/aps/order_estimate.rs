//! `OrderEstimationResult`: what an order would cost, before it is placed.
//!
//! It is what the first invoice would say of the order alone, less what would be given back at once of
//! earlier ones. All that is ordered is of one account and one billing account, so there is one such
//! invoice.

use serde_json::{Value, json};

use super::amount::{MONEY, money, quantity};
use super::operation::{Outcome, Said};
use super::order_request;
use super::property::{Field, Form, Structure};
use crate::domain::billing::invoice::line::{Line, LineKind};
use crate::domain::error::Invalid;
use crate::domain::id::Id;
use crate::domain::money::Money;
use crate::domain::order::PlaceOrder;
use crate::services::billing::Forecast;
use crate::services::order::{self, Credited, Foreseen};
use crate::services::{Act, Author, Bss, Error};

static SERVICE_PERIOD: Structure = Structure {
    name: "ServicePeriod",
    fields: &[Field::required("from", Form::Day), Field::required("to", Form::Day)],
};

static DETAIL: Structure = Structure {
    name: "OrderEstimationDetail",
    fields: &[
        Field::required("description", Form::Text),
        Field::required(
            "type",
            Form::Words(&[
                "SETUP",
                "RECURRING",
                "RENEWAL",
                "OVERUSE",
                "TRUE_UP",
                "DEPOSIT",
                "ONE_TIME",
                "CREDIT",
                "LATE_FEE",
                "OTHER",
            ]),
        ),
        Field::optional("planId", Form::ResourceId),
        Field::required("quantity", Form::NumberText),
        Field::optional("period", Form::Structure(&SERVICE_PERIOD)),
        Field::required("amount", Form::Structure(&MONEY)),
        Field::optional("tax", Form::Structure(&MONEY)),
    ],
};

/// What an order would cost.
pub(super) static ESTIMATION: Structure = Structure {
    name: "OrderEstimationResult",
    fields: &[
        Field::required("total", Form::Structure(&MONEY)),
        Field::required("subtotal", Form::Structure(&MONEY)),
        Field::optional("taxes", Form::Structure(&MONEY)),
        Field::required("billDate", Form::Day),
        Field::required("details", Form::List(&Form::Structure(&DETAIL))),
    ],
};

/// Whether taxes are part of what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taxes {
    Included,
    LeftOut,
}

fn taxes(said: &Said) -> Result<Taxes, Invalid> {
    Ok(match said.flag("includeTaxes")? {
        Some(false) => Taxes::LeftOut,
        Some(true) | None => Taxes::Included,
    })
}

/// `estimateOrder`: what the first invoice would say of the order.
pub(super) fn of_order(bss: &Bss, author: &Author, said: &Said) -> Result<Outcome, Error> {
    told(bss, author, said, order::suppose_placed)
}

/// `estimateCosts`: what the vendor of the account would pay for it to its own vendor.
pub(super) fn of_costs(bss: &Bss, author: &Author, said: &Said) -> Result<Outcome, Error> {
    told(bss, author, said, order::suppose_bought)
}

/// The order is made and taken back in an act; what it would cost is computed over a snapshot.
fn told(
    bss: &Bss,
    author: &Author,
    said: &Said,
    suppose: fn(&mut Act<'_>, PlaceOrder) -> Result<Foreseen, Error>,
) -> Result<Outcome, Error> {
    let (taxes, body) = (taxes(said)?, said.body.clone());
    let supposed = bss.act(author.clone(), move |act| {
        let wanted = order_request::read(act.cx(), &body)?;
        let foreseen = suppose(act, wanted.placed).map_err(|it| wanted.names.told(it))?;
        Ok((foreseen, wanted.names))
    });
    let (foreseen, names) = supposed.wait()?;
    let estimate = bss.read(&author.actor, |cx| order::estimate(cx, foreseen));
    let estimate = estimate.map_err(|it| names.told(it))?;
    let [bill] = estimate.bills.as_slice() else {
        return Err(Error::internal("an order is of one billing account"));
    };
    Ok(Some(shown((bill, &estimate.credits), taxes)?))
}

fn shown((bill, credits): (&Forecast, &[Credited]), taxes: Taxes) -> Result<Value, Error> {
    let nothing = Money::zero(bill.currency);
    let totals = bill.content.as_ref().map(|it| it.totals);
    let [mut net, mut tax, mut gross] =
        totals.map_or([nothing; 3], |it| [it.net, it.tax, it.gross]);
    for it in credits {
        (net, tax) = (net.minus(it.net)?, tax.minus(it.tax)?);
        gross = gross.minus(it.net)?.minus(it.tax)?;
    }
    let lines = bill.content.as_ref().map(|it| it.lines.as_slice()).unwrap_or_default();
    let mut details = Vec::with_capacity(credits.len() + lines.len());
    for it in credits {
        details.push(credit(it, taxes)?);
    }
    details.extend(lines.iter().map(|it| detail(it, taxes)));
    let total = if taxes == Taxes::Included { gross } else { net };
    let mut shown = json!({
        "total": booked(total),
        "subtotal": booked(net),
        "billDate": bill.on.to_string(),
        "details": details,
    });
    if taxes == Taxes::Included {
        shown["taxes"] = booked(tax);
    }
    Ok(shown)
}

/// What is given back of a line, with the days that it was charged for.
fn credit(it: &Credited, taxes: Taxes) -> Result<Value, Error> {
    let (net, tax) = (it.net.negated()?, it.tax.negated()?);
    let line = Line { kind: LineKind::Credit, net, tax, ..it.line.clone() };
    Ok(detail(&line, taxes))
}

fn detail(it: &Line, taxes: Taxes) -> Value {
    let mut shown = json!({
        "description": format!("{}: {}", it.subject, it.label),
        "type": kind(it.kind),
        "quantity": quantity(it.quantity),
        "amount": booked(it.net),
    });
    if let Some(plan) = it.offer {
        shown["planId"] = json!(plan.uuid());
    }
    if let Some(period) = it.service_period {
        shown["period"] =
            json!({ "from": period.start().to_string(), "to": period.end().to_string() });
    }
    if taxes == Taxes::Included {
        shown["tax"] = booked(it.tax);
    }
    shown
}

fn booked(it: Money) -> Value {
    money(it.decimal(), it.currency())
}

const fn kind(it: LineKind) -> &'static str {
    match it {
        LineKind::OneTime => "ONE_TIME",
        LineKind::Setup => "SETUP",
        LineKind::Renewal => "RENEWAL",
        LineKind::Recurring => "RECURRING",
        LineKind::Usage => "OVERUSE",
        LineKind::Credit => "CREDIT",
        LineKind::LateFee => "LATE_FEE",
        LineKind::Stated => "OTHER",
        LineKind::TrueUp => "TRUE_UP",
        LineKind::Deposit => "DEPOSIT",
    }
}
