//! Orders, by which subscriptions are created: one for each item.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::duration::{self, Duration, FREQUENCIES, LENGTH_MAX, UNITS};
use super::error::{Refusal, Said};
use super::field::{self, Field, Fields, Form, number};
use super::person::{must, parse};
use super::route::{Asked, By, Row};
use super::wire::listed;
use super::{customer, message};
use crate::api::edge::work::Work;
use crate::domain::account::Account;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::term::Term;
use crate::domain::operator::{Permission, Role};
use crate::domain::order::item::{Action, Item, QUANTITY_MAX, Wish, is_orderable};
use crate::domain::order::{Announcing, Order as Placed, PlaceOrder, Request};
use crate::domain::subscription::Subscription;
use crate::domain::text::{Code, Name};
use crate::domain::time::Span;
use crate::services::idempotency::Answer;
use crate::services::{Cx, Error, offer, order};

/// How often it is billed comes first: clients expect to be told of that where all else is wrong, too.
const ITEM: Fields = &[
    Field::optional("BillingFrequency", Form::Word(FREQUENCIES)),
    Field::required("DurationUnits", Form::Word(UNITS)),
    Field::required("DurationLength", Form::Number),
    Field::required("PartNumber", Form::Text(64)),
    Field::required("PartQuantity", Form::Number),
    Field::optional("OrderNumber", Form::Text(100)),
];

const FIELDS: Fields = &[
    Field::required("OrderItemSet", Form::Objects(ITEM)),
    Field::required("CustomerId", Form::Number),
];

/// What can be ordered.
pub(super) static ROWS: &[Row] = &[Row::new(
    Method::POST,
    "resource/subscription",
    By::Path,
    (Permission::OrderPlace, Role::VendorAdmin),
    create,
)];

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Order {
    customer_id: Value,
    order_item_set: Vec<OrderItem>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OrderItem {
    duration_units: String,
    duration_length: Value,
    part_number: String,
    part_quantity: Value,
    billing_frequency: Option<String>,
    order_number: Option<String>,
}

/// What an item created.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Created {
    subscription_id: u64,
    part_number: String,
}

/// An item whose form is right.
struct Line {
    key: Code,
    part: Code,
    duration: Span,
    quantity: u32,
    frequency: Option<&'static str>,
}

impl Line {
    fn read((place, said): (usize, &OrderItem)) -> Result<Self, Said> {
        let length = number(&said.duration_length).unwrap_or(0);
        let range = |most: u32| format!("must be 1 to {most}");
        let too_long = || message::RULE_BROKEN.with(["DurationLength", &range(LENGTH_MAX)]);
        let frequency = said.billing_frequency.as_deref();
        let frequency = frequency.map(|it| field::one_of("BillingFrequency", FREQUENCIES, it));
        Ok(Self {
            key: must("OrderItemSet", Some(&(place + 1).to_string()))?,
            part: must("PartNumber", Some(&said.part_number))?,
            duration: duration::read(length, &said.duration_units).ok_or_else(too_long)?,
            quantity: quantity("PartQuantity", &said.part_quantity)?,
            frequency: frequency.transpose()?,
        })
    }

    /// The item that is ordered for an account.
    fn item(&self, cx: Cx<'_>, account: &Account) -> Result<Item, Error> {
        let part = self.part.as_str();
        let unknown = || message::VALUE_INVALID.with([part, "PartNumber"]);
        let found = offer::by_part_number(cx, account.stamp.seller, &self.part)?;
        let found = found.ok_or_else(unknown)?;
        let (term, times) = self.term(cx, &found)?;
        let wish = Wish {
            offer: Some(found.id),
            term: term.map(|it| it.key.clone()),
            times: Some(times),
            quantity: Some(self.quantity),
            ..Wish::default()
        };
        Ok(Item::new(self.key.clone(), Action::Add, wish))
    }

    /// The term of an offer that lasts as long and is billed as often as is asked for, if it has terms,
    /// and how many times it is had at once: as few as can be.
    fn term<'a>(&self, cx: Cx<'_>, of: &'a Offer) -> Result<(Option<&'a Term>, u32), Error> {
        let offered = duration::offered(of, cx.now);
        let fits = |it: &Duration<'a>| Some((it.term, it.times(self.duration)?));
        let mut all: Vec<_> = offered.iter().filter_map(fits).collect();
        if all.is_empty() {
            let told = |it: Span| {
                let (length, unit) = duration::shown(it);
                format!("{length} {unit}")
            };
            let known: Vec<_> = offered.iter().map(|it| told(it.length)).collect();
            let known = if known.is_empty() { "none now".to_owned() } else { known.join(", ") };
            let part = self.part.as_str();
            return Err(message::TERM_UNKNOWN.with([part, &told(self.duration), &known]).into());
        }
        if let Some(asked) = self.frequency {
            let prices = offer::prices(cx, of.id)?;
            all.retain(|(term, _)| duration::frequencies(of, *term, prices.iter()).contains(asked));
        }
        all.sort_by_key(|(term, times)| (*times, !term.is_none_or(|it| it.is_default)));
        let asked = self.frequency.unwrap_or_default();
        let refused = || message::VALUE_INVALID.with([asked, "BillingFrequency"]).into();
        all.first().copied().ok_or_else(refused)
    }
}

/// How many units a field says.
pub(super) fn quantity(name: &str, value: &Value) -> Result<u32, Said> {
    let units = number(value).and_then(|it| u32::try_from(it).ok());
    let rule = format!("must be 1 to {QUANTITY_MAX}");
    let refused = || message::RULE_BROKEN.with([name, &rule]);
    units.filter(|it| is_orderable(*it)).ok_or_else(refused)
}

fn create(mut asked: Asked) -> Result<Work, Refusal> {
    let announcing = match asked.flag("suppressEmail", false)? {
        true => Announcing::Silent,
        false => Announcing::Told,
    };
    let accepts = asked.flag("acceptTOU", true)?;
    let said: Order = field::read(asked.body, "Order", FIELDS)?;
    let customer = number(&said.customer_id).unwrap_or(0);
    let lines = said.order_item_set.iter().enumerate().map(Line::read);
    let lines = lines.collect::<Result<Vec<_>, Said>>()?;
    let mut named = said.order_item_set.iter().map(|it| it.order_number.as_ref());
    let external_id = parse::<Name>("OrderNumber", named.next().flatten())?;
    Ok(Work::writes(move |act| {
        let account = customer::find(act.cx(), customer)?;
        let items = lines.iter().map(|it| it.item(act.cx(), &account));
        let items = items.collect::<Result<Vec<_>, Error>>()?;
        let items = order::enlarging(act.cx(), account.id, items)?;
        let accepted = if accepts { order::accepting_all(act.cx(), &items)? } else { Vec::new() };
        let request = Request { external_id, announcing, accepted, ..Request::plain() };
        let placed = order::place(act, PlaceOrder::new(account.id, items, request)?)?;
        created(act.cx(), &placed, &lines)
    }))
}

/// What each item created, in their order.
fn created(cx: Cx<'_>, placed: &Placed, lines: &[Line]) -> Result<Answer, Error> {
    let missing = || Error::internal("what is ordered is there at once");
    let of = |line: &Line| {
        let id = placed.item(&line.key).and_then(|it| it.subscription).ok_or_else(missing)?;
        let it: Subscription = cx.get(id)?;
        let (subscription_id, part_number) = (it.stamp.number, line.part.to_string());
        Ok(Created { subscription_id, part_number })
    };
    let all: Result<Vec<_>, Error> = lines.iter().map(of).collect();
    Ok(listed(&all?))
}
