//! Orders that are kept back, wait for their buyer, or are refused: every state that somebody says of an
//! order in every state, and what is told of it.

use serde_json::{Value, json};

use super::{items, told};
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};
use crate::harness::outside::body;

const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const HUB: &str = "/tmf-api/productOrderingManagement/v4/hub";
const PRODUCT: &str = "/tmf-api/productInventory/v4/product";
const HOOK: &str = "https://hook.example.com/listener";
const WORDS: [&str; 9] = [
    "acknowledged",
    "pending",
    "held",
    "inProgress",
    "rejected",
    "cancelled",
    "completed",
    "failed",
    "partial",
];

/// A market in which something is done by hand and something at once, and a customer whose mail is read.
struct Shop {
    market: Market,
    by_hand: String,
    at_once: String,
    customer: String,
}

fn plain(id: &str) -> String {
    id.split_once('_').map_or(id, |it| it.1).to_owned()
}

impl Shop {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let fee = [monthly("Base", "EUR", "10")];
        let manual = (json!({}), json!({ "connector": "manual" }));
        let by_hand = plain(&market.offer_like("Line", &fee, manual));
        let at_once = plain(&market.offer("Mail", &fee));
        let contact = json!({ "family_name": "Lee", "email": "ann@whale.test" });
        let customer = market.operator().post(
            "/accounts",
            &json!({
                "name": "Blue Whale", "billing": { "currency": "EUR" },
                "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
                "contacts": { "billing": contact, "admin": contact },
            }),
        );
        let customer = plain(&text(&customer["id"]));
        Self { market, by_hand, at_once, customer }
    }

    fn client(&self) -> Client<'_> {
        self.market.operator()
    }

    /// Orders something, perhaps to begin on a day to come, and says where the order is.
    fn orders(&self, offering: &str, start_on: Option<&str>) -> String {
        let mut body = json!({
            "productOrderItem": [
                { "id": "1", "action": "add", "productOffering": { "id": offering } },
            ],
            "relatedParty": [
                { "id": self.customer, "role": "customer", "@referredType": "Customer" },
            ],
        });
        if let Some(day) = start_on {
            body["requestedStartDate"] = json!(format!("{day}T00:00:00Z"));
        }
        format!("{ORDER}/{}", text(&self.client().post(ORDER, &body)["id"]))
    }

    /// Says a state of an order, with a note that says why.
    fn says(&self, order: &str, state: &str) -> String {
        let body = json!({ "state": state, "note": [{ "text": format!("because of {state}") }] });
        told(&self.client().call(&format!("PATCH {order}"), Some(&body)))
    }

    fn state(&self, order: &str) -> String {
        text(&self.client().get(order)["state"])
    }

    /// An order that stands in some way.
    fn stands(&self, how: &str) -> String {
        let (offering, start_on) = match how {
            "completed" => (&*self.at_once, None),
            "rejected" => ("7655", None),
            "waiting" | "waiting held" | "waiting pending" => (&*self.by_hand, Some("2026-06-01")),
            _ => (&*self.by_hand, None),
        };
        let order = self.orders(offering, start_on);
        let said = how.rsplit(' ').next().unwrap();
        if ["held", "pending", "cancelled"].contains(&said) {
            assert_eq!(self.says(&order, said), "200", "{how}");
        }
        order
    }

    /// The names of what was told to the hub, without what is alike.
    fn heard(&self) -> Vec<String> {
        self.market.house.app.keep_duties();
        let all = self.market.house.app.outside.heard();
        let told = all.iter().filter(|it| it.address == HOOK).map(body);
        told.map(|it| {
            format!("{} {}", text(&it["eventType"]), it["event"]["productOrder"]["state"])
        })
        .collect()
    }
}

#[test]
fn every_state_is_said_of_an_order_in_every_state() {
    let shop = Shop::open();
    let mut matrix = String::new();
    for how in [
        "waiting",
        "waiting held",
        "waiting pending",
        "in progress",
        "in progress held",
        "in progress pending",
        "completed",
        "cancelled",
        "rejected",
    ] {
        matrix += &format!("{how}\n");
        for word in WORDS {
            let order = shop.stands(how);
            let said = shop.says(&order, word);
            matrix += &format!("  {word:>12}: {said} → {}\n", shop.state(&order));
        }
    }
    shop.market.must_be_whole();
    expect_test::expect_file!["../../fixtures/tmf_order_states.txt"].assert_eq(&matrix);
}

#[test]
fn an_order_for_which_something_is_missing_waits_for_its_buyer_who_is_told() {
    let shop = Shop::open();
    let client = shop.client();
    client.post(HUB, &json!({ "callback": HOOK }));
    let order = shop.orders(&shop.by_hand, None);
    let wordless =
        told(&client.call(&format!("PATCH {order}"), Some(&json!({ "state": "pending" }))));
    assert_eq!(wordless, "400 required: `note` must say in a new note why it is `pending`");
    assert_eq!(shop.says(&order, "pending"), "200");
    let shown = client.get(&order);
    assert_eq!(shown["informationRequired"]["description"], "because of pending");
    assert_eq!(shown["informationRequired"]["until"], "2026-01-31T00:00:00Z");
    assert_eq!(
        shop.heard(),
        [
            r#"ProductOrderCreateEvent "inProgress""#,
            r#"ProductOrderStateChangeEvent "pending""#,
            r#"ProductOrderInformationRequiredEvent "pending""#,
        ]
    );
    let mails = client.get("/mails?limit=100");
    let mails = mails["items"].as_array().unwrap().iter();
    let asked: Vec<_> = mails.filter(|it| it["occasion"] == "order_information_required").collect();
    let [asked] = asked.as_slice() else { panic!("{asked:?}") };
    let mail = client.get(&format!("/mails/{}", text(&asked["id"])));
    assert_eq!(mail["to"], "ann@whale.test");
    assert!(text(&mail["text"]).contains("because of pending"), "{mail}");
    let tasks = client.get("/tasks?state=queued");
    let task = format!("/tasks/{}/start", text(&tasks["items"][0]["id"]));
    let early = client.call(&format!("POST {task}"), Some(&json!({})));
    assert_eq!(early.status.as_u16(), 409, "nobody begins with what waits");
    assert_eq!(shop.says(&order, "inProgress"), "200");
    assert_eq!(shop.state(&order), "inProgress");
    client.post(&task, &json!({}));
    client.post(&task.replace("start", "complete"), &json!({}));
    assert_eq!(shop.state(&order), "completed");
    shop.market.must_be_whole();
}

#[test]
fn an_order_that_nobody_answers_for_is_called_off_with_what_it_was_to_make() {
    let shop = Shop::open();
    let client = shop.client();
    let [begun, later] = [None, Some("2026-06-01")].map(|day| shop.orders(&shop.by_hand, day));
    for order in [&begun, &later] {
        assert_eq!(shop.says(order, "pending"), "200");
    }
    shop.market.advance_to("2026-01-30");
    assert_eq!(shop.state(&begun), "pending");
    shop.market.advance_to("2026-02-01");
    assert_eq!([&begun, &later].map(|it| shop.state(it)), ["cancelled", "cancelled"]);
    let made = items(&client.call(&format!("GET {PRODUCT}"), None));
    assert!(made.iter().all(|it| it["status"] == "cancelled"), "{made:?}");
}

#[test]
fn an_order_is_held_while_an_issue_keeps_it_back_and_goes_on_when_that_is_resolved() {
    let shop = Shop::open();
    let client = shop.client();
    let order = shop.orders(&shop.by_hand, None);
    let task = text(&client.get("/tasks?state=queued")["items"][0]["id"]);
    client.post(&format!("/tasks/{task}/start"), &json!({}));
    assert_eq!(shop.says(&order, "held"), "200");
    let ours = client.get(&format!("/orders/ord_{}", text(&client.get(&order)["id"])));
    assert_eq!((&ours["state"], &ours["notes"][0]), (&json!("held"), &json!("because of held")));
    shop.market.advance_to("2026-07-01");
    assert_eq!(shop.state(&order), "held", "for as long as it takes");
    assert_eq!(shop.says(&order, "inProgress"), "200");
    assert_eq!(shop.says(&order, "held"), "200");
    client.post(&format!("/tasks/{task}/complete"), &json!({}));
    assert_eq!(shop.state(&order), "completed", "what was begun may end");

    let later = shop.orders(&shop.at_once, Some("2026-08-01"));
    assert_eq!(shop.says(&later, "held"), "200");
    shop.market.advance_to("2026-08-02");
    assert_eq!(shop.state(&later), "held", "its day has come and it is kept back");
    assert_eq!(shop.says(&later, "inProgress"), "200");
    assert_eq!(shop.state(&later), "completed", "it is done at once");
    let over = shop.says(&later, "inProgress");
    assert!(over.starts_with("409 state_forbids"), "{over}");
}

#[test]
fn an_order_with_invalid_information_is_rejected_with_the_reason() {
    let shop = Shop::open();
    let client = shop.client();
    client.post(HUB, &json!({ "callback": HOOK }));
    let unknown = shop.orders("7655", None);
    let shown = client.get(&unknown);
    assert_eq!(shown["state"], "rejected");
    assert!(text(&shown["note"][0]["text"]).contains("7655"), "{shown}");
    let order = shop.orders(&shop.by_hand, Some("2026-06-01"));
    assert_eq!(shop.says(&order, "pending"), "200");
    let wordless = json!({ "state": "rejected" });
    assert!(told(&client.call(&format!("PATCH {order}"), Some(&wordless))).starts_with("400"));
    let note = json!([{ "text": "there is no such address" }]);
    client.patch(&order, &json!({ "state": "rejected", "note": note }));
    let shown = client.get(&order);
    assert_eq!(shown["productOrderItem"][0]["state"], "rejected");
    assert_eq!(shown["cancellationReason"], "there is no such address");
    let last = shop.heard().pop();
    assert_eq!(last.as_deref(), Some(r#"ProductOrderStateChangeEvent "rejected""#));
    shop.market.must_be_whole();
}

#[test]
fn when_an_order_will_be_done_is_said_by_who_sells() {
    let shop = Shop::open();
    let client = shop.client();
    let order = shop.orders(&shop.by_hand, None);
    let expects = |at: Value| {
        let body = json!({ "expectedCompletionDate": at });
        told(&client.call(&format!("PATCH {order}"), Some(&body)))
    };
    assert_eq!(expects(json!("2026-01-20T12:00:00Z")), "200");
    let shown = client.get(&order);
    assert_eq!(shown["orderDate"], "2026-01-01T00:00:00Z");
    assert_eq!(shown["expectedCompletionDate"], "2026-01-20T12:00:00Z");
    assert_eq!(shown.get("completionDate"), None);
    let early = expects(json!("2025-12-31T00:00:00Z"));
    assert!(early.starts_with("409 order_state_forbids"), "{early}");
    assert_eq!(expects(Value::Null), "200");
    assert_eq!(client.get(&order).get("expectedCompletionDate"), None);
    let task = text(&client.get("/tasks?state=queued")["items"][0]["id"]);
    for verb in ["start", "complete"] {
        client.post(&format!("/tasks/{task}/{verb}"), &json!({}));
    }
    let shown = client.get(&order);
    assert_eq!(shown["completionDate"], "2026-01-01T00:00:00Z");
    assert!(expects(json!("2026-01-20T12:00:00Z")).starts_with("409"), "it is done");
}
