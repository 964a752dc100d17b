//! Where what is ordered is sent (`product.place`): an address that is said itself, as TMF673 writes it or as
//! the postal media of parties do.

use serde_json::{Value, json};

use super::carried;
use super::entity::tree;
use super::order_item::is_key;
use super::resource::Tree;
use crate::domain::account::Account;
use crate::domain::country;
use crate::domain::error::Invalid;
use crate::domain::order::Order;
use crate::domain::order::item::{Action, Item};
use crate::domain::order::shipment::Destination;
use crate::domain::party::medium::PostalAddress;
use crate::domain::stamp::Contract;
use crate::domain::text::Name;
use crate::services::{Cx, Error, order};

/// Where it stands in an item.
const PLACE: &str = "/product/place";

/// An address; nothing of it where none is said.
fn address(said: &Value) -> PostalAddress {
    let word = |name: &str| {
        let found = said.get(name).and_then(Value::as_str);
        found.map(str::trim).filter(|it| !it.is_empty())
    };
    let first = |names: &[&str]| names.iter().find_map(|it| word(it));
    let part = |names: &[&str]| first(names).and_then(|it| it.parse::<Name>().ok());
    let streets = ["streetName", "streetType", "streetNr", "streetNrSuffix"];
    let street: Vec<_> = streets.iter().filter_map(|it| word(it)).collect();
    PostalAddress {
        street: street.join(" ").parse().ok().or_else(|| part(&["street1", "street"])),
        extended: part(&["street2"]),
        locality: part(&["city", "locality"]),
        region: part(&["stateOrProvince"]),
        postal_code: part(&["postcode", "postCode"]),
        country: word("country").and_then(country::read),
    }
}

/// The address of the first place of an item that has one; nothing where no place is said.
fn said(item: &Value, at: &str) -> Result<Option<PostalAddress>, Invalid> {
    let all = match item.pointer(PLACE) {
        Some(Value::Array(all)) => all.iter().collect(),
        Some(it @ Value::Object(_)) => vec![it],
        _ => Vec::new(),
    };
    if all.is_empty() {
        return Ok(None);
    }
    // A later version of the contract has the address within the place.
    let within = all.iter().flat_map(|it| [Some(*it), it.get("place")]).flatten();
    let found = within.map(address).find(|it| !it.is_empty());
    let missing = || {
        let message = "must give the address itself: street, city and country";
        Invalid::one(format!("{at}{PLACE}"), "required", message)
    };
    found.map(Some).ok_or_else(missing)
}

/// Reads into items that are sent where they go, for the account that orders them.
///
/// # Errors
/// If a place of such an item says no address; if the store fails.
pub(super) fn read(
    cx: Cx<'_>,
    (items, account): (&mut [Item], &Account),
    (said_in, attribute): (&Tree, &str),
) -> Result<(), Error> {
    let all = said_in.get(attribute).and_then(Value::as_array).into_iter().flatten();
    for (place, (it, item)) in all.zip(items).enumerate() {
        let Some(offer) = item.wish.offer.filter(|_| item.action == Action::Add) else { continue };
        if !order::sends(cx, offer)? {
            continue;
        }
        let address = said(it, &format!("{attribute}/{place}"))?;
        let recipient = account.profile().name.clone();
        item.deliver_to = address.map(|address| Destination { recipient, address, phone: None });
    }
    Ok(())
}

fn shown(it: &Destination) -> Value {
    let of = &it.address;
    let word = |it: &Option<Name>| json!(it.as_ref().map(Name::as_str));
    let mut shown = tree(json!({
        "role": "delivery", "@type": "GeographicAddress", "name": it.recipient.as_str(),
        "streetName": word(&of.street), "city": word(&of.locality),
        "stateOrProvince": word(&of.region), "postcode": word(&of.postal_code),
        "country": of.country.as_ref().map(|it| it.as_str()),
    }));
    shown.retain(|_, it| !it.is_null());
    Value::Object(shown)
}

/// Shows in the items of an order where they are sent, as far as their buyer did not say it.
pub(super) fn fill(of: &Order, items: &mut [Tree]) -> Result<(), Error> {
    let (_, kept) = carried::read(of.stamp.carried.get(&Contract::Tmf), "productOrder")?;
    let all = carried::said(&kept, "productOrderItem").and_then(Value::as_array);
    for (item, shown_as) in of.items().iter().zip(items) {
        let Some(destination) = &item.deliver_to else { continue };
        let is = |it: &&Value| it.get("id").is_some_and(|it| is_key(it, &item.key));
        let mut all = all.into_iter().flatten();
        if all.find(is).is_some_and(|it| it.pointer(PLACE).is_some()) {
            continue;
        }
        let product = shown_as.entry("product").or_insert_with(|| json!({}));
        product["place"] = json!([shown(destination)]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_however_it_is_written() {
        let ours = |it: &PostalAddress| {
            let word = |it: &Option<Name>| it.as_ref().map_or("-", Name::as_str).to_owned();
            let country = it.country.as_ref().map_or("-", |it| it.as_str());
            format!("{}, {} {}", word(&it.street), word(&it.locality), country)
        };
        for (said, expected) in [
            (
                json!({ "streetName": "Ring", "streetNr": "1", "city": "Berlin", "country": "DE" }),
                "Ring 1, Berlin DE",
            ),
            (json!({ "street1": "2 Rue", "city": "Lyon", "country": "France" }), "2 Rue, Lyon FR"),
            (json!({ "role": "delivery", "id": "7" }), "-, - -"),
        ] {
            assert_eq!(ours(&address(&said)), expected, "{said}");
        }
        let item = |place: Value| json!({ "product": { "place": place } });
        assert_eq!(said(&json!({}), "item/0").ok(), Some(None));
        let later = item(json!([{ "role": "delivery", "place": { "city": "Bonn" } }]));
        assert!(said(&later, "item/0").is_ok_and(|it| it.is_some()));
        assert!(said(&item(json!([{ "id": "7" }])), "item/0").is_err());
    }
}
