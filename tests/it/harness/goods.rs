//! What a side of the stage has of goods: data that is downloaded, and routers that come in a parcel.

use serde_json::{Value, json};

use super::client::Client;
use super::market::text;
use super::stage::Names;

/// Makes a thing, and keeps its id under a name.
#[track_caller]
fn make(
    seller: &Client<'_>,
    names: &mut Names,
    (name, path): (&'static str, &str),
    body: &Value,
) -> Value {
    let made = seller.post(path, body);
    names.insert(name, text(&made["id"]));
    made
}

fn address(names: &Names, path: &str) -> String {
    format!("https://{}.example.com/{path}", names["side"].to_lowercase())
}

/// A sort of assets, one that a specification delivers and one that nobody needs, and something that is
/// sent.
pub(super) fn are_described(seller: &Client<'_>, names: &mut Names) {
    let side = names["side"].clone();
    let called = |name: &str| format!("{side} {name}");
    names.insert("version_label", "2.0".to_owned());
    let licence = json!({ "name": "licence", "input": "text", "mandatory": true });
    let it = json!({ "code": "dataset", "name": called("Data"), "fields": [licence] });
    make(seller, names, ("asset_type", "/asset_types"), &it);
    let it = json!({ "code": "spare", "name": called("Spare") });
    make(seller, names, ("spare_asset_type", "/asset_types"), &it);
    let it = json!({
        "name": called("Weather"), "kind": "dataset", "url": address(names, "weather/1.0"),
        "metadata": { "licence": called("Licence") },
    });
    make(seller, names, ("asset", "/assets"), &it);
    make(seller, names, ("spare_asset", "/assets"), &json!({ "name": called("Spare") }));
    let path = format!("/specifications/{}", names["specification"]);
    seller.patch(&path, &json!({ "assets": [names["asset"]] }));
    let it = json!({
        "name": { "en": called("Router") }, "state": "active", "delivery": "physical",
    });
    make(seller, names, ("goods", "/specifications"), &it);
}

/// Of two parcels, one is packed and one on its way.
pub(super) fn are_sent(seller: &Client<'_>, names: &mut Names) {
    let it = json!({ "account": names["customer"], "items": [{ "offer": names["router"] }] });
    for (order, parcel) in [("order_16", "parcel"), ("order_17", "sent")] {
        make(seller, names, (order, "/orders"), &it);
        let found = seller.get(&format!("/shipments?of_order={}", names[order]));
        names.insert(parcel, text(&found["items"][0]["id"]));
    }
    let carrier = format!("{} Post", names["side"]);
    seller.post(&format!("/shipments/{}/ship", names["sent"]), &json!({ "carrier": carrier }));
}

/// The data have a newer version, of which nobody was told yet.
pub(super) fn get_newer(seller: &Client<'_>, names: &Names) {
    let it = json!({ "label": "1.1", "url": address(names, "weather/1.1") });
    seller.post(&format!("/assets/{}/versions", names["asset"]), &it);
}
