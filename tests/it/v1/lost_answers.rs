//! Charges at Stripe of which we do not hear: whatever is lost, on its way or with our power, the money is
//! taken and booked once.

use serde_json::json;

use super::stripe::{Shared, Shop, card, furnished, stand_in};
use crate::harness::chance::Chance;
use crate::harness::client::Client;
use crate::harness::disk::{Disk, Fsync, Mishap};
use crate::harness::house::House;
use crate::harness::market::text;
use crate::harness::stage::open;

#[test]
fn an_answer_that_is_lost_is_asked_for_again_and_charged_once() {
    let shop = Shop::open();
    shop.stripe.lock().unwrap().loses = 2;
    let payment = shop.pay(Some("pm_1"));
    assert_eq!(shop.stands(&payment), "initiated, invoice open");
    shop.market.advance_to("2026-01-02");
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    assert_eq!(shop.stripe.lock().unwrap().charged, 1200);
}

/// Stripe forgets after a day what it was asked under which key.
#[test]
fn an_answer_that_is_lost_for_days_is_looked_for_and_not_charged_again() {
    let shop = Shop::open();
    shop.stripe.lock().unwrap().loses = u32::MAX;
    let payment = shop.pay(Some("pm_1"));
    shop.market.advance_to("2026-01-03");
    assert_eq!(shop.stands(&payment), "initiated, invoice open");
    {
        let mut stripe = shop.stripe.lock().unwrap();
        (stripe.forgets, stripe.loses) = (true, 0);
    }
    shop.market.advance_to("2026-01-04");
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    assert_eq!(shop.stripe.lock().unwrap().charged, 1200);
}

#[test]
fn what_never_arrived_is_asked_for_after_days() {
    let shop = Shop::open();
    shop.stripe.lock().unwrap().is_away = true;
    let payment = shop.pay(Some("pm_1"));
    shop.market.advance_to("2026-01-03");
    shop.stripe.lock().unwrap().is_away = false;
    shop.market.advance_to("2026-01-04");
    assert_eq!(shop.stands(&payment), "captured, invoice paid");
    assert_eq!(shop.stripe.lock().unwrap().charged, 1200);
}

/// The plug is pulled at each sync of a payment, and so also between the charge at Stripe and our
/// record of it: after the restart the money is there once.
#[test]
fn whenever_the_plug_is_pulled_what_was_charged_is_booked_once() {
    let stripe = Shared::default();
    let disk = Disk::new(Fsync::Honest);
    let (market, account) = furnished(House::in_app(open(&disk, 1)), &stripe);
    let (operator, method) =
        (market.house.operator.token.clone(), card(&market.operator(), &account, "pm_1"));
    let invoice = market.invoices(&account)[0]["id"].clone();
    drop(market);
    let bytes = disk.bytes();
    let body = json!({ "invoice": invoice, "payment_method": method });
    let mut interrupted = 0;
    for at in 1..=6 {
        let (stripe, disk) = (Shared::default(), Disk::holding(bytes.clone(), Fsync::Honest));
        let app = open(&disk, 2);
        stand_in(&app, &stripe);
        disk.expect(Mishap::CutAtSync(at));
        let paid = Client::with_token(&app, &operator).call("POST /checkouts", Some(&body));
        interrupted += u32::from(!paid.status.is_success());
        drop(app);
        disk.power_cycle(&mut Chance::seeded(at));
        let app = open(&disk, 3);
        stand_in(&app, &stripe);
        let client = Client::with_token(&app, &operator);
        client.post("/clock/advance", &json!({ "to": "2026-01-02T00:00:00Z" }));
        let path = format!("/accounts/{}/balance", text(&account["id"]));
        let owed = text(&client.get(&path)["balances"][0]["receivable"]["amount"]);
        let charged = stripe.lock().unwrap().charged;
        let expected = if charged == 0 { "12.00" } else { "0.00" };
        assert_eq!(owed, expected, "plug pulled at sync {at}, {charged} charged");
        assert!(charged <= 1200, "charged twice");
    }
    assert!(interrupted > 1, "it is several commits");
}
