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
    let seen = &buyer.get(&format!("/shipments?of_order={}", text(&placed["id"])))["items"][0];
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
    let charged = bills.iter().map(lines).collect::<String>();
    assert!(charged.contains("2026-01-08.."), "it is charged since it was there: {charged}");
    expect![[r#"
        ordered: order in_progress; in_progress (pending), completed (active)
        to Home Customer, 10115 Berlin
        sent: order in_progress; in_progress (pending), completed (active)
        follow it at https://parcels.example.com/1Z
        https://parcels.example.com/1Z
        delivered: order completed; completed (active), completed (active)
    "#]]
    .assert_eq(&said.text());
}

/// A data set is uploaded, described, put on sale and bought: from then on its buyer downloads it, and
/// nobody else does; when it is canceled, the buyer does not either, and may buy it again.
#[test]
fn what_is_digital_is_there_at_once_for_who_bought_it() {
    let market = Market::on("2026-01-01");
    let (house, operator, said) = (&market.house, market.operator(), Protocol::default());
    let licence = json!({ "name": "licence", "input": "text", "mandatory": true });
    let sort = json!({ "code": "dataset", "name": "Data set", "fields": [licence] });
    operator.post("/asset_types", &sort);
    let it = json!({ "name": "Weather", "kind": "dataset", "metadata": { "licence": "MIT" } });
    let asset = text(&operator.post("/assets", &it)["id"]);
    let put = format!("PUT /assets/{asset}/versions/1.0?name=weather.csv");
    operator.call_raw(&put, Some(b"day,rain\n1,7\n".to_vec())).ok();
    let offer = market.offer_like(
        "Weather",
        &[monthly("Fee", "EUR", "5")],
        (json!({}), json!({ "assets": [asset] })),
    );
    let customer = &house.customer;
    let buyer = house.client(&customer.admin);
    let buy = || {
        let items = json!([{ "offer": offer }]);
        let order = json!({ "account": customer.account, "items": items });
        let placed = buyer.post("/orders", &order);
        said.note(&format!("order {}", text(&placed["state"])));
        text(&placed["items"][0]["subscription"])
    };
    let opens = |when: &str, of: &str| {
        let shown = buyer.get(&format!("/subscriptions/{of}/assets"));
        let it = &shown["items"][0];
        let got = buyer.call(&format!("GET /assets/{asset}/content"), None);
        let stranger = house.client(&house.north.customer.admin);
        let other = stranger.call(&format!("GET /assets/{asset}/content"), None).status.as_u16();
        said.note(&format!(
            "{when}: {} {} of {} bytes, {} open, {} for the buyer, {other} for others",
            text(&it["file"]),
            text(&it["version"]),
            it["bytes"],
            if it["download"].is_null() { "not" } else { "is" },
            got.status.as_u16(),
        ));
    };
    let subscription = buy();
    opens("bought", &subscription);
    let newer = format!("PUT /assets/{asset}/versions/1.1?name=weather.csv");
    operator.call_raw(&newer, Some(b"day,rain\n1,7\n2,0\n".to_vec())).ok();
    opens("upgraded", &subscription);
    operator.post(&format!("/subscriptions/{subscription}/hold"), &json!({}));
    opens("held", &subscription);
    operator.post(&format!("/subscriptions/{subscription}/release"), &json!({}));
    buyer.post(&format!("/subscriptions/{subscription}/cancel"), &json!({}));
    opens("canceled", &subscription);
    let again = buy();
    opens("bought again", &again);
    expect![[r#"
        order completed
        bought: weather.csv 1.0 of 13 bytes, is open, 200 for the buyer, 404 for others
        upgraded: weather.csv 1.1 of 17 bytes, is open, 200 for the buyer, 404 for others
        held: weather.csv 1.1 of 17 bytes, not open, 403 for the buyer, 404 for others
        canceled: weather.csv 1.1 of 17 bytes, not open, 403 for the buyer, 404 for others
        order completed
        bought again: weather.csv 1.1 of 17 bytes, is open, 200 for the buyer, 404 for others
    "#]]
    .assert_eq(&said.text());
    market.must_be_whole();
}
