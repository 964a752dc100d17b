//! Deliveries: from the order to what the buyer holds in its hands, or opens on its screen.

use expect_test::expect;
use serde_json::json;

use crate::harness::client::Protocol;
use crate::harness::market::{Market, lines, monthly, text};

/// A seller sees what is to be sent and where to, sends it, and says that it has arrived; only then is
/// the item done, the subscription there, and paid for.
#[test]
fn what_is_physical_is_sent_by_its_seller_and_followed_by_its_buyer() {
    let market = Market::on("2026-01-01");
    let (house, operator, said) = (&market.house, market.operator(), Protocol::default());
    let customer = &house.customer;
    let at =
        json!({ "street": "Ring 1", "postal_code": "10115", "city": "Berlin", "country": "DE" });
    operator.patch(&format!("/accounts/{}", customer.account), &json!({ "address": at }));
    let sent = (json!({}), json!({ "delivery": "physical" }));
    let router = market.offer_like("Router", &[monthly("Rent", "EUR", "5")], sent);
    let mailbox = market.offer("Mailbox", &[monthly("Fee", "EUR", "2")]);
    let buyer = house.client(&customer.admin);
    let items = json!([{ "offer": router, "quantity": 2 }, { "offer": mailbox }]);
    let placed = buyer.post("/orders", &json!({ "account": customer.account, "items": items }));
    let order = format!("/orders/{}", text(&placed["id"]));
    let states = |when: &str| {
        let it = buyer.get(&order);
        let each = it["items"].as_array().unwrap().iter().map(|item| {
            let of = format!("/subscriptions/{}", text(&item["subscription"]));
            format!("{} ({})", text(&item["state"]), text(&buyer.get(&of)["state"]))
        });
        let each: Vec<_> = each.collect();
        said.note(&format!("{when}: order {}; {}", text(&it["state"]), each.join(", ")));
    };
    states("ordered");

    let waiting = operator.get("/shipments?state=prepared");
    let [parcel] = waiting["items"].as_array().unwrap().as_slice() else { panic!("{waiting}") };
    said.note(&format!(
        "to {}, {} {}",
        text(&parcel["recipient"]),
        text(&parcel["address"]["postal_code"]),
        text(&parcel["address"]["city"])
    ));
    let path = format!("/shipments/{}", text(&parcel["id"]));
    market.advance_to("2026-01-05");
    let carried = json!({
        "carrier": "Parcel Post", "tracking_number": "1Z",
        "tracking_url": "https://parcels.example.com/1Z",
    });
    operator.post(&format!("{path}/ship"), &carried);
    states("sent");
    let seen = &buyer.get(&format!("/shipments?order={}", text(&placed["id"])))["items"][0];
    said.note(&format!("follow it at {}", text(&seen["tracking_url"])));
    house.app.keep_duties();
    let letters = house.app.outside.sent();
    let letter = letters.iter().find(|it| it.subject.contains("on its way")).expect("a letter");
    said.note(letter.text.lines().find(|it| it.contains("parcels.example")).expect("a link"));

    market.advance_to("2026-01-08");
    operator.post(&format!("{path}/deliver"), &json!({}));
    states("delivered");
    market.advance_to("2026-02-02");
    let bills = market.invoices(&json!({ "id": customer.account }));
    said.note(&bills.iter().map(lines).collect::<String>());
    expect![[""]].assert_eq(&said.text());
}
