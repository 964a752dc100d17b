//! `/shipments`: what is physical on its way to who ordered it.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contact::Address;
use super::route::{Needs, Route, read, write};
use super::wire::{List, NoQuery, Patch, SoldBy, parse, parse_optional, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Nothing, Reply, Wire};
use crate::domain::error::Invalid;
use crate::domain::id::AccountId;
use crate::domain::operator::Permission;
use crate::domain::order::shipment::{self as domain, Carriage};
use crate::services::label::Labels;
use crate::services::{Act, Cx, Error, order, shipment};

pub(super) fn routes() -> Vec<Route> {
    // Who delivers for the seller says how far a parcel is, too: whose it is, is asked of the parcel.
    let reads = Needs::Permission(Permission::OrderRead);
    let writes = Needs::Permission(Permission::ShipmentWrite);
    let post = || Method::POST;
    vec![
        read("/shipments", reads, "List shipments", list),
        read("/shipments/{id}", reads, "Read a shipment", show),
        write(Method::PATCH, "/shipments/{id}", writes, "Change a shipment", revise),
        write(post(), "/shipments/{id}/ship", reads, "Say that a shipment has left", ship),
        write(post(), "/shipments/{id}/deliver", reads, "Say that it has arrived", deliver),
        write(post(), "/shipments/{id}/return", reads, "Say that it came back", bring_back),
    ]
}

/// Where something physical is sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Destination {
    /// To whom; to the account by its name if nothing is said.
    recipient: Option<String>,
    address: Address,
    /// Whom the carrier may call.
    phone: Option<String>,
}

impl From<&domain::Destination> for Destination {
    fn from(it: &domain::Destination) -> Self {
        Self {
            recipient: Some(it.recipient.to_string()),
            address: Address::from(&it.address),
            phone: it.phone.as_ref().map(ToString::to_string),
        }
    }
}

impl Destination {
    /// The destination in the domain's form, for an account that orders; `pointer` says where it stands.
    pub(super) fn read(
        &self,
        (cx, account): (Cx<'_>, AccountId),
        pointer: &str,
    ) -> Result<domain::Destination, Error> {
        let at = |field: &str| format!("{pointer}/{field}");
        let recipient = match parse_optional(&at("recipient"), self.recipient.as_deref())? {
            Some(it) => it,
            None => order::buyer(cx, "/account", account)?.profile().name.clone(),
        };
        let phone = parse_optional(&at("phone"), self.phone.as_deref())?;
        Ok(domain::Destination { recipient, address: self.address.read(&at("address"))?, phone })
    }
}

/// Something physical on its way.
#[derive(Debug, Serialize, ToSchema)]
struct Shipment {
    id: String,
    number: u64,
    revision: u32,
    /// Who gets it.
    account: Option<String>,
    /// What the account is called, if the caller may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// Who sends it.
    #[serde(flatten)]
    sold_by: SoldBy,
    order: String,
    /// The number of the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    order_number: Option<u64>,
    /// The key of the item of the order that is in it.
    item: String,
    /// What the offer of the item is called, if the caller may see it or delivers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_name: Option<String>,
    /// How many are in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<u32>,
    /// `prepared`, `shipped`, `delivered`, `returned` or `canceled`.
    state: String,
    recipient: String,
    address: Address,
    phone: Option<String>,
    carrier: Option<String>,
    tracking_number: Option<String>,
    /// Where it can be followed.
    tracking_url: Option<String>,
    /// What the seller says of it.
    remark: Option<String>,
    prepared_at: String,
    shipped_at: Option<String>,
    /// When it arrived, came back or was called off.
    ended_at: Option<String>,
}

impl Wire for Shipment {}

impl From<&domain::Shipment> for Shipment {
    fn from(it: &domain::Shipment) -> Self {
        let carriage = it.carriage.as_ref();
        let number = carriage.and_then(|it| it.tracking_number.as_ref());
        let address = carriage.and_then(|it| it.tracking_address.as_ref());
        Self {
            id: it.id.to_string(),
            number: it.stamp.number,
            revision: it.stamp.revision,
            account: it.stamp.owner.map(|it| it.to_string()),
            account_name: None,
            sold_by: SoldBy::default(),
            order: it.order().to_string(),
            order_number: None,
            item: it.item().to_string(),
            offer_name: None,
            quantity: None,
            state: it.state().to_string(),
            recipient: it.destination.recipient.to_string(),
            address: Address::from(&it.destination.address),
            phone: it.destination.phone.as_ref().map(ToString::to_string),
            carrier: carriage.map(|it| it.carrier.to_string()),
            tracking_number: number.map(ToString::to_string),
            tracking_url: address.map(ToString::to_string),
            remark: it.remark.as_ref().map(ToString::to_string),
            prepared_at: it.stamp.created_at.to_string(),
            shipped_at: it.shipped_at().map(|it| it.to_string()),
            ended_at: it.ended_at().map(|it| it.to_string()),
        }
    }
}

/// A shipment as an event tells of it.
pub(super) fn told(it: &domain::Shipment) -> impl Wire + use<> {
    Shipment::from(it)
}

fn labeled(cx: Cx<'_>, labels: &mut Labels<'_>, it: &domain::Shipment) -> Result<Shipment, Error> {
    let mut shown = Shipment::from(it);
    shown.account_name = it.stamp.owner.map(|id| labels.account(id)).transpose()?.flatten();
    shown.sold_by = SoldBy::of(labels, &it.stamp)?;
    let Some(order) = shipment::order_of(cx, it)? else { return Ok(shown) };
    shown.order_number = Some(order.stamp.number);
    if let Some(item) = order.item(it.item()) {
        shown.quantity = item.wish.quantity;
        shown.offer_name = match order::called(cx, &order, item)? {
            Some(name) => Some(name),
            None => item.wish.offer.map(|id| labels.offer(id)).transpose()?.flatten(),
        };
    }
    Ok(shown)
}

fn whole(cx: Cx<'_>, it: &domain::Shipment) -> Result<Reply<Shipment>, Error> {
    Ok(Reply::ok(labeled(cx, &mut Labels::new(cx), it)?).tagged(it.stamp.revision))
}

/// Which shipments are wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShipmentQuery {
    /// Those of this order.
    of_order: Option<String>,
    /// Those in this state, such as `prepared`.
    state: Option<String>,
    /// `supplier`: those that the caller's account sends for who sells what is in them, all of an order
    /// on one page; those of what it buys or sells if nothing is said.
    role: Option<String>,
}

fn list(cx: Cx<'_>, call: &Call, query: ShipmentQuery) -> Result<Reply<List<Shipment>>, Error> {
    let order = parse_optional("of_order", query.of_order.as_deref())?;
    let state = word("state", query.state.as_deref())?;
    let wanted = |it: &domain::Shipment| state.is_none_or(|state| it.state() == state);
    let page = match query.role.as_deref() {
        Some("supplier") => shipment::supplied(cx, &call.page, wanted)?,
        Some(_) => return Err(Invalid::one("role", "enum", "must be supplier").into()),
        None => shipment::list(cx, order, &call.page, wanted)?,
    };
    let mut labels = Labels::new(cx);
    Ok(Reply::ok(List::each(page, |it| labeled(cx, &mut labels, &it))?))
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<Shipment>, Error> {
    whole(cx, &shipment::get(cx, call.id("id")?)?)
}

/// What of a shipment changes; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShipmentPatch {
    recipient: Option<String>,
    /// Where it goes, while it has not left.
    address: Option<Address>,
    #[serde(default)]
    phone: Patch<String>,
    carrier: Option<String>,
    #[serde(default)]
    tracking_number: Patch<String>,
    /// Where it can be followed.
    #[serde(default)]
    tracking_url: Patch<String>,
    /// What the seller says of it.
    #[serde(default)]
    remark: Patch<String>,
}

impl ShipmentPatch {
    fn onto(&self, it: &mut domain::Shipment) -> Result<(), Invalid> {
        if let Some(recipient) = &self.recipient {
            it.destination.recipient = parse("/recipient", recipient)?;
        }
        if let Some(address) = &self.address {
            it.destination.address = address.read("/address")?;
        }
        let phone = it.destination.phone.take();
        it.destination.phone = self.phone.onto(phone, |it| parse("/phone", it))?;
        it.remark = self.remark.onto(it.remark.take(), |it| parse("/remark", it))?;
        it.carriage = self.carriage(it.carriage.take())?;
        Ok(())
    }

    fn carriage(&self, before: Option<Carriage>) -> Result<Option<Carriage>, Invalid> {
        let carrier = parse_optional("/carrier", self.carrier.as_deref())?;
        let (named, number, address) = match before {
            Some(it) => (Some(it.carrier), it.tracking_number, it.tracking_address),
            None => (None, None, None),
        };
        let number = self.tracking_number.onto(number, |it| parse("/tracking_number", it))?;
        let address = self.tracking_url.onto(address, |it| parse("/tracking_url", it))?;
        match carrier.or(named) {
            Some(carrier) => {
                Ok(Some(Carriage { carrier, tracking_number: number, tracking_address: address }))
            }
            None if number.is_none() && address.is_none() => Ok(None),
            None => Err(Invalid::one("/carrier", "required", "must be named")),
        }
    }
}

fn revise(act: &mut Act<'_>, call: &Call, body: ShipmentPatch) -> Result<Reply<Shipment>, Error> {
    let which = (call.id("id")?, call.if_match);
    let it = shipment::revise(act, which, |it| body.onto(it))?;
    whole(act.cx(), &it)
}

/// Who carries a shipment; as it was said before if nothing is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShipmentCarriage {
    carrier: Option<String>,
    tracking_number: Option<String>,
    /// Where it can be followed.
    tracking_url: Option<String>,
}

impl ShipmentCarriage {
    fn read(&self) -> Result<Option<Carriage>, Invalid> {
        let number = parse_optional("/tracking_number", self.tracking_number.as_deref())?;
        let address = parse_optional("/tracking_url", self.tracking_url.as_deref())?;
        match parse_optional("/carrier", self.carrier.as_deref())? {
            Some(carrier) => {
                Ok(Some(Carriage { carrier, tracking_number: number, tracking_address: address }))
            }
            None if number.is_none() && address.is_none() => Ok(None),
            None => Err(Invalid::one("/carrier", "required", "must be named")),
        }
    }
}

fn ship(act: &mut Act<'_>, call: &Call, body: ShipmentCarriage) -> Result<Reply<Shipment>, Error> {
    let it = shipment::ship(act, call.id("id")?, body.read()?)?;
    whole(act.cx(), &it)
}

fn deliver(act: &mut Act<'_>, call: &Call, _: Nothing) -> Result<Reply<Shipment>, Error> {
    let it = shipment::deliver(act, call.id("id")?)?;
    whole(act.cx(), &it)
}

/// Why a shipment came back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ShipmentReturn {
    reason: String,
}

fn bring_back(
    act: &mut Act<'_>,
    call: &Call,
    body: ShipmentReturn,
) -> Result<Reply<Shipment>, Error> {
    let it = shipment::bring_back(act, call.id("id")?, parse("/reason", &body.reason)?)?;
    whole(act.cx(), &it)
}
