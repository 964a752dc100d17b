//! Channels: one service that is sold through several, in each by an offer with a price and a time of its
//! own, seen and had by who asks through that one.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::{Person, invite};
use crate::harness::market::{Market, monthly, text};

const OFFERING: &str = "/tmf-api/productCatalogManagement/v4/productOffering";
const TMF_ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const TMF_CART: &str = "/tmf-api/shoppingCart/v4/shoppingCart";
const BAE: &str = "/DSProductCatalog/api/catalogManagement/v2/productOffering";

/// A service that costs 10 wherever nothing else is said, 8 through partners and 12 in the shop.
struct Sold {
    market: Market,
    anywhere: String,
    partner: String,
    shop: String,
    account: Value,
    admin: Person,
}

impl Sold {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let anywhere = market.offer("Mail", &[monthly("Base", "EUR", "10")]);
        let operator = market.operator();
        let delivered = operator.get(&format!("/offers/{anywhere}"))["specification"].clone();
        let through = |name: &str, channel: &str, amount: &str| {
            let offer = json!({
                "name": { "en": name }, "specification": delivered, "channels": [channel],
            });
            let id = text(&operator.post("/offers", &offer)["id"]);
            let mut price = monthly("Base", "EUR", amount);
            price["offer"] = json!(id);
            operator.post("/prices", &price);
            for verb in ["test", "activate", "launch"] {
                operator.post(&format!("/offers/{id}/{verb}"), &json!({}));
            }
            id
        };
        let partner = through("Mail for partners", "partner", "8");
        let shop = through("Mail in the shop", "shop", "12");
        let account = market.customer("Buyer", "EUR");
        let id = text(&account["id"]);
        let (app, by) = (&market.house.app, &market.house.operator);
        let admin = invite(app, by, &id, "admin@buyer.test", "customer_admin");
        Self { market, anywhere, partner, shop, account, admin }
    }

    fn buyer(&self) -> Client<'_> {
        self.market.house.client(&self.admin)
    }

    fn order(&self, offer: &str, channel: Option<&str>) -> Value {
        let items = json!([{ "offer": offer }]);
        let mut order = json!({ "account": self.account["id"], "items": items });
        if let Some(channel) = channel {
            order["channel"] = json!(channel);
        }
        order
    }
}

fn names(found: &Value) -> String {
    let all = found["items"].as_array().unwrap().iter();
    let mut all: Vec<_> =
        all.map(|it| text(it.get("names").unwrap_or(&it["name"]).get("en").unwrap())).collect();
    all.sort();
    all.join(", ")
}

fn plain(id: &str) -> String {
    id.split_once('_').map_or(id, |it| it.1).to_owned()
}

#[test]
fn one_service_is_sold_through_several_channels_in_each_at_its_own_price() {
    let sold = Sold::open();
    let buyer = sold.buyer();
    let nobody = Client::nobody(&sold.market.house.app);
    // With the index and without it the same is found.
    for _ in 0..2 {
        for caller in [&buyer, &nobody] {
            for (query, expected) in [
                ("", "Mail"),
                ("?channel=partner", "Mail, Mail for partners"),
                ("?channel=shop", "Mail, Mail in the shop"),
                ("?channel=web", "Mail"),
            ] {
                let found = caller.get(&format!("/search{query}"));
                assert_eq!(names(&found), expected, "{query}");
                let count = found["items"].as_array().unwrap().len();
                assert_eq!(found["total"], count, "{query}");
                assert_eq!(found["facets"]["currencies"][0]["count"], count, "{query}");
            }
        }
        sold.market.house.app.keep_duties();
    }
    let listed = sold.market.operator().get("/offers?channel=partner");
    assert_eq!(names(&listed), "Mail, Mail for partners");
    let place =
        |offer: &str, channel| buyer.call("POST /orders", Some(&sold.order(offer, channel)));
    for channel in [None, Some("shop"), Some("web")] {
        let refused = place(&sold.partner, channel);
        assert_eq!(refused.status.as_u16(), 409, "{}", refused.json());
        let why = "`/items/0/offer` is not sold through this channel";
        assert_eq!(refused.json()["detail"], why);
        let preview = buyer.call("POST /orders/preview", Some(&sold.order(&sold.partner, channel)));
        assert_eq!(preview.json()["detail"], why, "nor can it be looked at as if it were");
    }
    for (offer, channel) in
        [(&sold.anywhere, None), (&sold.partner, Some("partner")), (&sold.shop, Some("shop"))]
    {
        let order = place(offer, channel).json();
        assert_eq!((&order["state"], &order["channel"]), (&json!("completed"), &json!(channel)));
    }
    sold.market.advance_to("2026-02-02");
    let mut nets: Vec<_> = sold.market.invoices(&sold.account)[0]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| text(&it["net"]["amount"]))
        .collect();
    nets.sort();
    assert_eq!(nets[..3], ["10.00", "12.00", "8.00"], "{nets:?}");
}

#[test]
fn a_cart_of_a_channel_takes_what_is_sold_through_it_and_is_ordered_through_it() {
    let sold = Sold::open();
    let buyer = sold.buyer();
    let cart = buyer.post("/carts", &json!({ "channel": "partner" }));
    assert_eq!(cart["channel"], "partner");
    let items = format!("POST /carts/{}/items", text(&cart["id"]));
    let put = |offer: &str| buyer.call(&items, Some(&json!({ "offer": offer })));
    let refused = put(&sold.shop);
    let why = format!("`{}` is not sold through this channel", sold.shop);
    assert_eq!((refused.status.as_u16(), &refused.json()["detail"]), (409, &json!(why)));
    for offer in [&sold.partner, &sold.anywhere] {
        assert_eq!(put(offer).status.as_u16(), 200);
    }
    let order = buyer.post(&format!("/carts/{}/order", text(&cart["id"])), &json!({}));
    assert_eq!((&order["channel"], &order["state"]), (&json!("partner"), &json!("completed")));
    // What is had goes on, whatever becomes of the channel; what is new is not had any more.
    let path = format!("/offers/{}", sold.partner);
    sold.market.operator().patch(&path, &json!({ "channels": ["wholesale"] }));
    let held = text(&order["items"][0]["subscription"]);
    buyer.post(&format!("/subscriptions/{held}/change"), &json!({ "quantity": 2 }));
    let again = buyer.call("POST /orders", Some(&sold.order(&sold.partner, Some("partner"))));
    assert_eq!(again.status.as_u16(), 409);
    sold.market.operator().patch(&path, &json!({ "channels": [] }));
    assert_eq!(buyer.post("/orders", &sold.order(&sold.partner, None))["state"], "completed");
    let wrong = json!({ "channels": ["two words"] });
    let wrong = sold.market.operator().call(&format!("PATCH {path}"), Some(&wrong));
    assert_eq!(wrong.json()["errors"][0]["pointer"], "/channels/0");
}

#[test]
fn a_channel_closes_on_its_own_day() {
    let sold = Sold::open();
    let operator = sold.market.operator();
    let path = format!("{OFFERING}/{}", plain(&sold.partner));
    let until = json!({ "validFor": { "endDateTime": "2026-01-05T00:00:00Z" } });
    operator.patch(&path, &until);
    let nobody = Client::nobody(&sold.market.house.app);
    let found = |channel: &str| names(&nobody.get(&format!("/search?channel={channel}")));
    sold.market.house.app.keep_duties();
    assert_eq!(found("partner"), "Mail, Mail for partners");
    sold.market.advance_to("2026-01-06");
    assert_eq!((found("partner"), found("shop")), ("Mail".into(), "Mail, Mail in the shop".into()));
    assert_eq!(nobody.get("/search?channel=partner")["total"], 1);
    let late = sold.buyer().call("POST /orders", Some(&sold.order(&sold.partner, Some("partner"))));
    assert_eq!(late.status.as_u16(), 409);
}

#[test]
fn the_other_contracts_say_channels_in_their_own_words() {
    let sold = Sold::open();
    let operator = sold.market.operator();
    let (partner, shop) = (plain(&sold.partner), plain(&sold.shop));
    let seen = operator.get(&format!("{OFFERING}/{partner}"));
    assert_eq!(seen["channel"], json!([{ "id": "partner" }]));
    let named = json!([{ "id": "wholesale", "name": "Wholesale" }]);
    let said = operator.patch(&format!("{OFFERING}/{shop}"), &json!({ "channel": named }));
    assert_eq!(said["channel"], named);
    let ours = operator.get(&format!("/offers/{}", sold.shop));
    assert_eq!(ours["channels"], json!(["wholesale"]));
    let found = operator.get(&format!("{OFFERING}?channel.id=wholesale"));
    assert_eq!(found.as_array().unwrap().len(), 1);
    let seen = operator.get(&format!("{BAE}/{partner}"));
    assert_eq!(seen["channel"], json!([{ "id": "partner" }]));
    let found = operator.get(&format!("{BAE}?channel.id=partner"));
    assert_eq!(found.as_array().unwrap().len(), 1);
    // An order says through which it comes.
    let customer = plain(&text(&sold.account["id"]));
    let order = |channel: &str| {
        json!({
            "channel": [{ "id": channel, "role": "used channel for order capture" }],
            "relatedParty": [{ "id": customer, "role": "customer", "@referredType": "Customer" }],
            "productOrderItem": [
                { "id": "1", "action": "add", "productOffering": { "id": partner } },
            ],
        })
    };
    assert_eq!(operator.post(TMF_ORDER, &order("shop"))["state"], "rejected");
    let placed = operator.post(TMF_ORDER, &order("partner"));
    assert_eq!(placed["state"], "completed", "{placed}");
    let ours = operator.get(&format!("/orders/ord_{}", text(&placed["id"])));
    assert_eq!(ours["channel"], "partner");
    let cart = json!({
        "channel": [{ "id": "partner" }],
        "cartItem": [{ "id": "1", "productOffering": { "id": partner }, "quantity": 1 }],
    });
    let cart = operator.post(TMF_CART, &cart);
    let ours = operator.get(&format!("/carts/crt_{}", text(&cart["id"])));
    assert_eq!(ours["channel"], "partner");
}

/// A price that is kept for some is not had by naming their channel: a class of customers has it, a program
/// that the seller gave it to, and who decides on orders.
#[test]
fn a_channel_that_is_kept_for_some_is_not_had_by_naming_it() {
    let sold = Sold::open();
    let (house, operator) = (&sold.market.house, sold.market.operator());
    let told = |by: &Client<'_>, offer: &str, channel: Option<&str>| {
        let answer = by.call("POST /orders", Some(&sold.order(offer, channel)));
        let found = answer.json();
        let at = |it: &Value| it["errors"][0]["pointer"].as_str().map(str::to_owned);
        at(&found).unwrap_or_else(|| answer.status.as_u16().to_string())
    };
    let buyer = sold.buyer();
    assert_eq!(told(&buyer, &sold.partner, Some("partner")), "201", "it is kept for nobody");
    let partners = json!({
        "name": "Partners", "channels": ["partner"], "due_days": 14, "grace_days": 0, "hold_days": 30,
        "automatic_hold": false, "cycle": { "period": "1 month" }, "billing_type": "postpaid",
        "members_may_buy": false, "reminders": "mail",
    });
    let partners = operator.post("/classes", &partners);
    assert_eq!(partners["channels"], json!(["partner"]));
    assert_eq!(told(&buyer, &sold.partner, Some("partner")), "/channel");
    assert_eq!(told(&buyer, &sold.shop, Some("shop")), "201", "what nobody keeps is open");
    let cart = buyer.call("POST /carts", Some(&json!({ "channel": "partner" })));
    assert_eq!(cart.json()["errors"][0]["pointer"], "/channel", "{}", cart.json());
    assert_eq!(told(&operator, &sold.partner, Some("partner")), "201", "who decides on orders may");
    let path = format!("/accounts/{}", text(&sold.account["id"]));
    operator.patch(&path, &json!({ "class": partners["id"] }));
    assert_eq!(told(&buyer, &sold.partner, Some("partner")), "201", "whose class it is kept for");
    let token = operator.post("/tokens", &json!({ "name": "Web shop", "channel": "shop" }));
    let program = Client::with_token(&house.app, &text(&token["secret"]));
    assert_eq!(token["channel"], "shop");
    assert_eq!(told(&program, &sold.shop, None), "201", "it says so by itself");
    assert_eq!(told(&program, &sold.partner, Some("partner")), "/channel", "it has another");
    let more = json!({ "name": "More", "channel": "partner" });
    let refused = program.call("POST /tokens", Some(&more));
    assert_eq!(refused.json()["errors"][0]["pointer"], "/channel", "{}", refused.json());
}
