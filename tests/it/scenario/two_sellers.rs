//! Two sellers in one house: what one of them calls something is nothing to the other.

use serde_json::{Value, json};

use crate::harness::house::{Branch, House};
use crate::harness::market::{Market, monthly, text};

/// What a branch's customer has, of an offer of the branch itself.
fn sold(house: &House, branch: &Branch) -> String {
    let seller = house.client(&branch.admin);
    let specification =
        seller.post("/specifications", &json!({ "name": { "en": "Base" }, "state": "active" }));
    let offer = json!({ "name": { "en": "Base" }, "specification": specification["id"] });
    let offer = text(&seller.post("/offers", &offer)["id"]);
    let mut fee = monthly("Fee", "EUR", "10");
    fee["offer"] = json!(offer);
    seller.post("/prices", &fee);
    for verb in ["test", "activate", "launch"] {
        seller.post(&format!("/offers/{offer}/{verb}"), &json!({}));
    }
    let order = json!({ "account": branch.customer.account, "items": [{ "offer": offer }] });
    text(&seller.post("/orders", &order)["items"][0]["subscription"])
}

#[test]
fn two_sellers_systems_may_give_their_events_the_same_ids() {
    let market = Market::on("2026-01-01");
    let house = &market.house;
    let report = |branch: &Branch, subscription: &str, quantity: &str| -> Value {
        let event = json!({
            "id": "1", "source": "meter", "subscription": subscription, "meter": market.meter,
            "quantity": quantity, "at": "2026-01-01T00:00:00Z",
        });
        house.client(&branch.admin).post("/usage", &json!({ "events": [event] }))
    };
    let (north, south) = (sold(house, &house.north), sold(house, &house.south));
    assert_eq!(report(&house.north, &north, "5")["accepted"], 1);
    let of_south = report(&house.south, &south, "7");
    assert_eq!(of_south["accepted"], 1, "{of_south}");
    assert_eq!(report(&house.south, &south, "7")["duplicates"], 1, "each counts once");
    market.must_be_whole();
}
