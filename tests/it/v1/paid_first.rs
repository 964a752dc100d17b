//! Orders that are paid before anybody works on them: one order, one charge, whatever comes when.

use serde_json::{Value, json};

use super::gateways::signed;
use crate::harness::app::App;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

/// A market whose seller has a sandbox, with offers that are there at once and one that people bring.
pub(super) struct Shop {
    pub(super) market: Market,
    gateway: String,
    pub(super) mail: String,
    pub(super) parcel: String,
}

impl Shop {
    pub(super) fn open() -> Self {
        Self::on(Market::on("2026-01-01"))
    }

    fn on(market: Market) -> Self {
        let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
        let account = &market.house.customer.account;
        market.operator().patch(&format!("/accounts/{account}"), &json!({ "address": address }));
        let it = json!({ "kind": "sandbox", "signing_secret": "hush" });
        let gateway = text(&market.operator().post("/gateways", &it)["id"]);
        let mail = market.offer("Mail", &[monthly("Base", "EUR", "10")]);
        let by_hand = (json!({}), json!({ "connector": "manual" }));
        let parcel = market.offer_like("Parcel", &[monthly("Base", "EUR", "50")], by_hand);
        Self { market, gateway, mail, parcel }
    }

    pub(super) fn buyer(&self) -> Client<'_> {
        self.market.house.client(&self.market.house.customer.admin)
    }

    fn body(&self, offer: &str) -> Value {
        let account = &self.market.house.customer.account;
        json!({ "order": { "account": account, "items": [{ "offer": offer }] } })
    }

    /// Orders something that is to be paid first.
    pub(super) fn order(&self, offer: &str) -> Value {
        self.buyer().post("/orders/checkout", &self.body(offer))
    }

    /// What the payer says on the page of the sandbox.
    pub(super) fn choose(&self, order: &Value, outcome: &str) {
        pays(&self.market.house.app, order, outcome);
        self.market.house.app.keep_duties();
        self.market.must_be_whole();
    }

    /// How an order stands, its payment, and what the account owes and has.
    pub(super) fn stands(&self, order: &Value) -> String {
        let operator = self.market.operator();
        let it = operator.get(&format!("/orders/{}", text(&order["id"])));
        let path = format!("/accounts/{}/balance", self.market.house.customer.account);
        let balance = operator.get(&path)["balances"][0].clone();
        let amount = |name: &str| balance[name]["amount"].as_str().unwrap_or("0.00").to_owned();
        let payment = it["payment"]["state"].as_str().unwrap_or("unpaid").to_owned();
        let (owes, has) = (amount("receivable"), amount("credit"));
        format!("{}, {payment}, owes {owes}, has {has}", text(&it["state"]))
    }

    /// How many subscriptions the account has that live.
    fn has(&self) -> usize {
        let path = format!("/subscriptions?account={}", self.market.house.customer.account);
        let found = self.market.operator().get(&path)["items"].clone();
        found.as_array().unwrap().iter().filter(|it| it["state"] == "active").count()
    }

    /// Lets minutes pass.
    fn after(&self, clock: &str) {
        let to = json!({ "to": format!("2026-01-01T{clock}Z") });
        self.market.operator().post("/clock/advance", &to);
        self.market.must_be_whole();
    }
}

fn pays(app: &App, order: &Value, outcome: &str) {
    let page = text(&order["payment"]["page"]);
    let (_, query) = page.split_once("?payment=").unwrap();
    let (id, token) = query.split_once("&token=").unwrap();
    let nobody = Client::nobody(app);
    nobody.post(&format!("/sandbox/{id}/{token}"), &json!({ "outcome": outcome }));
}

#[test]
fn an_order_is_worked_on_when_it_is_paid_and_its_invoice_is_paid_with_that() {
    let shop = Shop::open();
    let order = shop.order(&shop.mail);
    assert_eq!(order["payment"]["amount"]["amount"], "12.00", "with tax: {order}");
    assert_eq!(order["payment"]["until"], "2026-01-01T00:05:00Z");
    assert_eq!(shop.stands(&order), "pending, redirected, owes 0.00, has 0.00");
    assert_eq!(shop.has(), 0);
    shop.choose(&order, "pay_twice");
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&order), "completed, captured, owes 0.00, has 0.00");
    assert_eq!(shop.has(), 1);
    let account = json!({ "id": shop.market.house.customer.account });
    let invoices = shop.market.invoices(&account);
    assert_eq!((invoices.len(), &invoices[0]["state"]), (1, &json!("paid")));
    // Time runs out for nobody any more.
    shop.after("01:00:00");
    assert_eq!(shop.stands(&order), "completed, captured, owes 0.00, has 0.00");
}

#[test]
fn what_costs_nothing_today_is_had_without_paying() {
    let shop = Shop::open();
    let free = shop.market.offer("Free", &[monthly("Base", "EUR", "0")]);
    let order = shop.order(&free);
    assert_eq!((&order["state"], &order["payment"]), (&json!("completed"), &Value::Null));
    assert_eq!(shop.has(), 1);
}

#[test]
fn an_order_that_is_not_paid_ends_and_money_that_comes_too_late_goes_back() {
    let shop = Shop::open();
    let declined = shop.order(&shop.mail);
    shop.choose(&declined, "insufficient_funds");
    assert_eq!(shop.stands(&declined), "pending, declined, owes 0.00, has 0.00");
    let late = shop.order(&shop.mail);
    shop.after("00:04:59");
    assert_eq!(shop.stands(&late), "pending, redirected, owes 0.00, has 0.00");
    shop.after("00:05:00");
    assert_eq!(shop.stands(&late), "canceled, expired, owes 0.00, has 0.00");
    assert_eq!(shop.stands(&declined), "canceled, declined, owes 0.00, has 0.00");
    shop.choose(&late, "pay");
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&late), "canceled, fully_refunded, owes 0.00, has 0.00");
    assert_eq!(shop.has(), 0);
}

/// Who was declined tries again until the time is over; only one of all the payments is kept.
#[test]
fn who_is_declined_tries_again_and_pays_once() {
    let shop = Shop::open();
    let first = shop.order(&shop.mail);
    let path = format!("/orders/{}", text(&first["id"]));
    let again = || shop.buyer().post(&format!("{path}/pay"), &json!({}));
    assert_eq!(again()["payment"], first["payment"], "one is under way: its page is told again");
    shop.choose(&first, "insufficient_funds");
    let declined = shop.buyer().get(&path)["payment"].clone();
    assert_eq!(declined["reason"], "insufficient_funds");
    assert_eq!([&declined["until"], &declined["page"]], [&first["payment"]["until"], &Value::Null]);
    let answers = shop.buyer().at_once(3, &format!("POST {path}/pay"), Some(&json!({})));
    let second = answers[0].json();
    for answer in &answers {
        assert_eq!(answer.json()["payment"]["id"], second["payment"]["id"]);
    }
    assert_ne!(second["payment"]["id"], first["payment"]["id"]);
    assert_eq!(second["payment"]["amount"], first["payment"]["amount"]);
    assert_eq!(second["payment"]["until"], first["payment"]["until"]);
    shop.choose(&second, "refused");
    let third = again();
    shop.choose(&third, "pay_twice");
    assert_eq!(shop.stands(&third), "completed, captured, owes 0.00, has 0.00");
    // What comes in of the others nevertheless goes back.
    shop.choose(&first, "pay");
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&third), "completed, captured, owes 0.00, has 0.00");
    let refused = shop.buyer().call(&format!("POST {path}/pay"), Some(&json!({})));
    assert_eq!((refused.status.as_u16(), shop.has()), (409, 1));
    let payments = shop.market.operator().get("/payments?limit=20")["items"].clone();
    let states = payments.as_array().unwrap().iter().map(|it| text(&it["state"]));
    let mut states: Vec<_> = states.collect();
    states.sort();
    assert_eq!(states, ["captured", "declined", "fully_refunded"]);
    shop.after("00:05:00");
    assert_eq!(shop.stands(&third), "completed, captured, owes 0.00, has 0.00");
}

#[test]
fn nobody_pays_again_for_what_is_called_off_or_of_others() {
    let shop = Shop::open();
    let [order, other] = [shop.order(&shop.mail), shop.order(&shop.mail)];
    for it in [&order, &other] {
        shop.choose(it, "insufficient_funds");
    }
    let pay = |client: &Client<'_>, of: &Value| {
        let what = format!("POST /orders/{}/pay", text(&of["id"]));
        client.call(&what, Some(&json!({}))).status.as_u16()
    };
    let stranger = shop.market.house.client(&shop.market.house.north.customer.admin);
    assert_eq!(pay(&stranger, &order), 404);
    shop.buyer().post(&format!("/orders/{}/cancel", text(&other["id"])), &json!({}));
    assert_eq!(shop.stands(&other), "canceled, declined, owes 0.00, has 0.00");
    assert_eq!(pay(&shop.buyer(), &other), 409);
    shop.after("00:05:00");
    assert_eq!(pay(&shop.buyer(), &order), 409);
    let paid = shop.order(&shop.mail);
    shop.choose(&paid, "pay");
    assert_eq!(pay(&shop.buyer(), &paid), 409);
}

/// What is paid first is named in the mail that says it was received.
#[test]
fn the_mail_of_an_order_that_is_paid_first_names_what_it_costs() {
    let shop = Shop::open();
    shop.order(&shop.parcel);
    shop.market.house.app.keep_duties();
    let sent = shop.market.house.app.outside.sent();
    let letter = sent.iter().find(|it| it.subject.starts_with("Your order")).expect("a letter");
    assert!(letter.text.contains("1 x Parcel: EUR 60.00"), "{}", letter.text);
    assert!(letter.text.contains("Total: EUR 60.00"), "{}", letter.text);
}

#[test]
fn who_ordered_is_told_that_an_unpaid_order_is_called_off() {
    let shop = Shop::open();
    let declined = shop.order(&shop.mail);
    shop.choose(&declined, "insufficient_funds");
    let late = shop.order(&shop.mail);
    shop.after("00:05:00");
    let paid = shop.order(&shop.mail);
    shop.choose(&paid, "pay");
    shop.market.house.app.keep_duties();
    let mails = shop.market.operator().get("/mails?limit=50")["items"].clone();
    let about = |order: &Value| -> Vec<String> {
        let own = mails.as_array().unwrap().iter().filter(|it| it["about"] == order["id"]);
        let told = own.filter(|it| it["occasion"] == "order_unpaid");
        told.map(|it| text(&it["subject"])).collect()
    };
    for order in [&declined, &late] {
        let subject = format!("Your order {} is called off", order["number"]);
        assert_eq!(about(order), [subject], "{mails}");
    }
    assert_eq!(about(&paid), Vec::<String>::new(), "{mails}");
    let sent = shop.market.house.app.outside.sent();
    let letter = sent.iter().find(|it| it.subject.contains("called off")).expect("a letter");
    assert!(letter.text.contains("not paid. Nothing was taken."), "{}", letter.text);
}

#[test]
fn a_payment_of_which_nobody_called_is_found_when_its_time_is_over() {
    let shop = Shop::open();
    let order = shop.order(&shop.mail);
    shop.choose(&order, "pay_late");
    let followed = shop.buyer().post(&format!("/orders/{}/follow", text(&order["id"])), &json!({}));
    assert_eq!(followed["state"], "completed");
    let order = shop.order(&shop.mail);
    shop.choose(&order, "pay_late");
    shop.after("00:05:00");
    assert_eq!(shop.stands(&order), "completed, captured, owes 0.00, has 0.00");
    assert_eq!(shop.has(), 2);
}

#[test]
fn what_is_forged_opens_no_order_and_what_is_told_often_opens_it_once() {
    let shop = Shop::open();
    let order = shop.order(&shop.mail);
    let call = |secret: &str| {
        let said = json!({
            "id": "evt_1", "payment": order["payment"]["id"], "outcome": "captured",
            "reason": null, "amount": "12.00", "currency": "EUR",
        });
        let body = said.to_string().into_bytes();
        let header = signed(secret, &body, 1_767_225_600);
        let caller = Client::nobody(&shop.market.house.app).header("sandbox-signature", &header);
        let what = format!("POST /gateways/{}/callback", shop.gateway);
        caller.call_raw(&what, Some(body)).status.as_u16()
    };
    assert_eq!(call("guessed"), 401);
    assert_eq!(shop.stands(&order), "pending, redirected, owes 0.00, has 0.00");
    for _ in 0..3 {
        assert_eq!(call("hush"), 204);
    }
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&order), "completed, captured, owes 0.00, has 0.00");
    assert_eq!(shop.has(), 1);
}

#[test]
fn an_order_of_which_less_is_paid_than_it_costs_is_called_off_and_more_is_credit() {
    let shop = Shop::open();
    for (paid, currency, expected) in [
        ("11.99", "EUR", "canceled, fully_refunded, owes 0.00, has 0.00"),
        ("12.00", "USD", "pending, redirected, owes 0.00, has 0.00"),
        ("12.01", "EUR", "completed, captured, owes 0.00, has 0.01"),
    ] {
        let order = shop.order(&shop.mail);
        let said = json!({
            "id": "evt_1", "payment": order["payment"]["id"], "outcome": "captured",
            "reason": null, "amount": paid, "currency": currency,
        });
        let body = said.to_string().into_bytes();
        let header = signed("hush", &body, 1_767_225_600);
        let caller = Client::nobody(&shop.market.house.app).header("sandbox-signature", &header);
        caller.call_raw(&format!("POST /gateways/{}/callback", shop.gateway), Some(body));
        shop.market.house.app.keep_duties();
        shop.market.must_be_whole();
        assert_eq!(shop.stands(&order), expected, "{paid} {currency}");
    }
    assert_eq!(shop.has(), 1);
}

#[test]
fn a_buyer_calls_its_unpaid_order_off_and_pays_nothing() {
    let shop = Shop::open();
    let order = shop.order(&shop.mail);
    shop.buyer().post(&format!("/orders/{}/cancel", text(&order["id"])), &json!({}));
    assert_eq!(shop.stands(&order), "canceled, canceled, owes 0.00, has 0.00");
    shop.choose(&order, "pay");
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&order), "canceled, fully_refunded, owes 0.00, has 0.00");
}

#[test]
fn the_last_coupon_is_had_by_one_order_and_comes_back_with_it() {
    let shop = Shop::open();
    let operator = shop.market.operator();
    let it = json!({
        "name": { "en": "Spring" }, "access": "coupon", "lasting": "always", "percent": "50",
    });
    let discount = operator.post("/discounts", &it)["id"].clone();
    let it = json!({ "code": "LAST", "discount": discount, "uses_max": 1 });
    operator.post("/coupons", &it);
    let mut body = shop.body(&shop.mail);
    body["order"]["coupons"] = json!(["LAST"]);
    let answers = shop.buyer().at_once(2, "POST /orders/checkout", Some(&body));
    let (mine, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|it| it.status.is_success());
    assert_eq!((mine.len(), refused.len()), (1, 1));
    assert_eq!(refused[0].status, 409);
    let order = mine[0].json();
    assert_eq!(order["payment"]["amount"]["amount"], "6.00");
    shop.after("00:05:00");
    assert_eq!(shop.stands(&order), "canceled, expired, owes 0.00, has 0.00");
    let again = shop.buyer().post("/orders/checkout", &body);
    shop.choose(&again, "pay");
    assert_eq!(shop.stands(&again), "completed, captured, owes 0.00, has 0.00");
}

#[test]
fn what_cannot_be_had_any_more_when_it_is_paid_is_paid_back() {
    let shop = Shop::open();
    let order = shop.order(&shop.mail);
    shop.market.operator().post(&format!("/offers/{}/retire", shop.mail), &json!({}));
    shop.choose(&order, "pay");
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&order), "rejected, fully_refunded, owes 0.00, has 0.00");
}

#[test]
fn a_restart_loses_neither_the_order_nor_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::in_folder(folder.path(), "2026-01-01", 1);
    let shop = Shop::on(Market::in_house(House::in_app(app), "2026-01-01"));
    let [paid, forgotten] = [shop.order(&shop.mail), shop.order(&shop.mail)];
    let (operator, token) =
        (shop.market.house.operator.token.clone(), shop.market.house.customer.admin.token.clone());
    drop(shop);
    let app = App::in_folder(folder.path(), "2026-01-01", 2);
    pays(&app, &paid, "pay");
    let clock = json!({ "to": "2026-01-01T00:05:00Z" });
    Client::with_token(&app, &operator).post("/clock/advance", &clock);
    let buyer = Client::with_token(&app, &token);
    let state = |it: &Value| {
        let it = buyer.get(&format!("/orders/{}", text(&it["id"])));
        format!("{} {}", text(&it["state"]), text(&it["payment"]["state"]))
    };
    assert_eq!(state(&paid), "completed captured");
    assert_eq!(state(&forgotten), "canceled expired");
}

#[test]
fn the_time_that_is_waited_is_the_sellers_to_say() {
    let shop = Shop::open();
    let path = format!("/accounts/{}/billing_policy", shop.market.house.operator.account);
    shop.market.operator().patch(&path, &json!({ "payment_minutes": 60 }));
    let none = json!({ "payment_minutes": 0 });
    let refused = shop.market.operator().call(&format!("PATCH {path}"), Some(&none));
    assert_eq!(refused.status, 422);
    let order = shop.order(&shop.mail);
    shop.after("00:59:00");
    assert_eq!(shop.stands(&order), "pending, redirected, owes 0.00, has 0.00");
    shop.after("01:00:00");
    assert_eq!(shop.stands(&order), "canceled, expired, owes 0.00, has 0.00");
}

#[test]
fn the_cart_is_paid_first_as_well() {
    let shop = Shop::open();
    let buyer = shop.buyer();
    let cart = text(&buyer.post("/carts", &json!({}))["id"]);
    buyer.post(&format!("/carts/{cart}/items"), &json!({ "offer": shop.mail, "quantity": 2 }));
    let order = buyer.post(&format!("/carts/{cart}/checkout"), &json!({}));
    assert_eq!(order["payment"]["amount"]["amount"], "12.00");
    assert_eq!(buyer.get(&format!("/carts/{cart}"))["items"], json!([]));
    shop.choose(&order, "pay");
    assert_eq!(shop.stands(&order), "completed, captured, owes 0.00, has 0.00");
}

#[test]
fn sellers_handle_what_is_paid_and_buyers_call_off_what_nobody_has_begun() {
    let shop = Shop::open();
    let (buyer, seller) = (shop.buyer(), shop.market.operator());
    let order = shop.order(&shop.parcel);
    let id = text(&order["id"]);
    let handles = |who: &Client<'_>, verb: &str| {
        let body = if verb == "fail" { json!({ "reason": "broken" }) } else { json!({}) };
        who.call(&format!("POST /orders/{id}/items/1/{verb}"), Some(&body)).status.as_u16()
    };
    for verb in ["start", "complete", "fail"] {
        assert_eq!(handles(&seller, verb), 409, "{verb}: it is not paid");
        assert_eq!(handles(&buyer, verb), 403, "{verb}: that is for the seller");
    }
    shop.choose(&order, "pay");
    assert_eq!(shop.stands(&order), "in_progress, captured, owes 0.00, has 60.00");
    buyer.post(&format!("/orders/{id}/notes"), &json!({ "text": "Ring twice" }));
    seller.post(&format!("/orders/{id}/notes"), &json!({ "text": "We shall" }));
    let notes = buyer.get(&format!("/orders/{id}"))["notes"].clone();
    assert_eq!(notes, json!(["Ring twice", "We shall"]));
    let stranger = shop.market.house.client(&shop.market.house.north.admin);
    let note = json!({ "text": "Hello" });
    assert_eq!(stranger.call(&format!("POST /orders/{id}/notes"), Some(&note)).status, 404);
    // Nobody has begun: it can be called off, and the money goes back.
    buyer.post(&format!("/orders/{id}/cancel"), &json!({ "reason": "changed our mind" }));
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&order), "canceled, fully_refunded, owes 0.00, has 0.00");
    assert_eq!(handles(&seller, "start"), 409);
    let order = shop.order(&shop.parcel);
    shop.choose(&order, "pay");
    let id = text(&order["id"]);
    let handles = |verb: &str| {
        let what = format!("POST /orders/{id}/items/1/{verb}");
        seller.call(&what, Some(&json!({}))).status.as_u16()
    };
    assert_eq!(handles("start"), 200);
    assert_eq!(handles("start"), 409, "it was begun");
    let too_late = buyer.call(&format!("POST /orders/{id}/cancel"), Some(&json!({})));
    assert_eq!(too_late.status, 409);
    assert_eq!(handles("complete"), 200);
    shop.market.house.app.keep_duties();
    assert_eq!(shop.stands(&order), "completed, captured, owes 0.00, has 0.00");
    assert_eq!(handles("complete"), 409);
    assert_eq!(shop.has(), 1);
    shop.market.must_be_whole();
}
