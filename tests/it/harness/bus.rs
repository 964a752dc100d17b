//! How the bus names what is ours, and who listens to it on the stage.

use serde_json::json;

use super::client::Client;
use super::market::text;
use super::stage::Names;

/// The id of a thing on the bus: what stands after the prefix of ours.
pub(crate) fn uuid(id: &str) -> &str {
    id.split_once('_').map_or(id, |it| it.1)
}

/// The path of a thing on the bus.
pub(crate) fn path(id: &str) -> String {
    format!("/aps/2/resources/{}", uuid(id))
}

/// Somebody wants to hear on the bus when a class is gone.
pub(super) fn is_heard(seller: &Client<'_>, names: &mut Names) {
    let it = json!({
        "event": "http://aps-standard.org/core/events/removed",
        "source": { "type": "http://www.odin.com/billing/CustomerClass/1.0" },
        "handler": format!("https://{}.example.com/gone", names["side"]),
    });
    let path = format!("{}/aps/subscriptions", self::path(&names["reseller"]));
    let made = seller.post(&path, &it);
    names.insert("event_subscription", text(&made["id"]));
}
