//! A vendor with something to sell by part number, and the people who do what its tasks ask for.

use std::ops::Deref;

use serde_json::{Value, json};

use super::Bss;
use crate::harness::client::Client;
use crate::harness::house::{House, text};

/// How many months the parts of the shop can be had for.
const MONTHS: [u32; 3] = [1, 12, 24];

/// A vendor, as a client of this contract, with a catalogue.
pub(super) struct Shop<'a> {
    bss: Bss<'a>,
    pub(super) house: &'a House,
}

impl<'a> Deref for Shop<'a> {
    type Target = Bss<'a>;

    fn deref(&self) -> &Bss<'a> {
        &self.bss
    }
}

impl<'a> Shop<'a> {
    /// The northern reseller, with two parts of which seats are given and pooled storage.
    pub(super) fn of(house: &'a House) -> Self {
        let shop = Self::empty(house);
        shop.sell("D08SWLL", json!({ "seating": "per_unit" }), "instant");
        shop.sell("D08S1LL", json!({ "seating": "per_unit" }), "instant");
        shop.sell("D100PLL", json!({ "seating": "pool" }), "instant");
        shop
    }

    /// The same where each service is told by hand.
    pub(super) fn by_hand(house: &'a House) -> Self {
        let shop = Self::empty(house);
        shop.sell("D08SWLL", json!({ "seating": "per_unit" }), "manual");
        shop.sell("D08S1LL", json!({ "seating": "per_unit" }), "manual");
        shop
    }

    fn empty(house: &'a House) -> Self {
        Self { bss: Bss::vsr(house), house }
    }

    /// The vendor as a client of our own API.
    pub(super) fn seller(&self) -> Client<'a> {
        self.house.client(&self.house.north.admin)
    }

    /// Puts a part on the shelf, for three durations.
    pub(super) fn sell(&self, part: &str, mut offer: Value, connector: &str) -> String {
        let term =
            |it: &u32| json!({ "key": format!("m{it}"), "duration": format!("{it} months") });
        offer["terms"] = MONTHS.iter().map(term).collect();
        self.put_up(part, offer, connector)
    }

    /// Puts a part on the shelf, with the terms that its offer has.
    pub(super) fn put_up(&self, part: &str, mut offer: Value, connector: &str) -> String {
        let seller = self.seller();
        let name = json!({ "en": part });
        let it = json!({ "name": name, "state": "active", "connector": connector });
        offer["specification"] = seller.post("/specifications", &it)["id"].clone();
        offer["name"] = name;
        offer["part_number"] = json!(part);
        let id = text(&seller.post("/offers", &offer)["id"]);
        for verb in ["test", "activate", "launch"] {
            seller.post(&format!("/offers/{id}/{verb}"), &json!({}));
        }
        id
    }

    /// Orders parts, and answers the ids of what comes of it.
    #[track_caller]
    pub(super) fn order(&self, customer: u64, parts: &[(&str, u32)]) -> Vec<u64> {
        let made = self.must("POST resource/subscription", Some(&order(customer, parts)));
        let made = made["List"].as_array().unwrap().iter();
        made.map(|it| it["SubscriptionId"].as_u64().unwrap()).collect()
    }

    /// Orders one part.
    #[track_caller]
    pub(super) fn order_one(&self, customer: u64, part: &str, quantity: u32) -> u64 {
        let made = self.order(customer, &[(part, quantity)]);
        let [one] = made.as_slice() else { panic!("one, not {made:?}") };
        *one
    }

    /// A subscription as it is shown.
    #[track_caller]
    pub(super) fn subscription(&self, id: u64) -> Value {
        self.get(&format!("resource/subscription/{id}"))["Subscription"].clone()
    }

    /// Entitles somebody, and answers the id of the seat.
    #[track_caller]
    pub(super) fn entitle(&self, subscriber: u64, subscription: u64) -> u64 {
        let made = self.must(&entitling(subscriber, subscription), None);
        assert_eq!(made["HashMap"]["Key"], json!([subscription]));
        made["HashMap"]["Value"][0].as_u64().unwrap()
    }

    /// The seats of a subscriber: their ids, subscriptions and states.
    #[track_caller]
    pub(super) fn seats(&self, subscriber: u64) -> Vec<(u64, u64, String)> {
        let shown = self.get(&format!("resource/subscriber/{subscriber}"));
        let seats = shown["Subscriber"]["SeatSet"].as_array().unwrap().clone();
        let number = |it: &Value| it.as_u64().unwrap();
        let seat =
            |it: &Value| (number(&it["Id"]), number(&it["SubscriptionId"]), text(&it["SeatState"]));
        seats.iter().map(seat).collect()
    }

    /// Does what is to be done by hand, and answers what it was.
    pub(super) fn work(&self) -> Vec<String> {
        let seller = self.seller();
        let found = seller.get("/tasks?state=queued&order=oldest&limit=100");
        let tasks = found["items"].as_array().unwrap();
        let done = tasks.iter().map(|it| {
            let id = text(&it["id"]);
            seller.post(&format!("/tasks/{id}/start"), &json!({}));
            seller.post(&format!("/tasks/{id}/complete"), &json!({}));
            let of = if it["seat"].is_null() { "subscription" } else { "seat" };
            format!("{} {of}", text(&it["work"]))
        });
        done.collect()
    }
}

/// An order of parts for a year.
pub(super) fn order(customer: u64, parts: &[(&str, u32)]) -> Value {
    let item = |(part, quantity): &(&str, u32)| {
        json!({
            "DurationUnits": "YEARS", "DurationLength": 1, "PartNumber": part,
            "PartQuantity": quantity,
        })
    };
    let items: Vec<_> = parts.iter().map(item).collect();
    json!({ "Order": { "CustomerId": customer, "OrderItemSet": items } })
}

/// How somebody is entitled.
pub(super) fn entitling(subscriber: u64, subscription: u64) -> String {
    format!("POST resource/subscriber/{subscriber}/subscription/{subscription} [entitleSubscriber]")
}
