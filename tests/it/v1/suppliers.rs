//! Suppliers: who delivers a part of what others ordered of a seller sees that part alone, and says how far
//! it is: here, and in the words of TM Forum.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::{Person, invite};
use crate::harness::market::{Market, monthly, text};

const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";

/// A house that sells books of Ada and globes of Bea, which are sent, and mail of its own.
struct Fair {
    market: Market,
    ada: Person,
    bea: Person,
    accounts: [String; 2],
    offers: [String; 3],
}

impl Fair {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let house = &market.house;
        let customer = format!("/accounts/{}", house.customer.account);
        let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
        house.operator().patch(&customer, &json!({ "address": address }));
        let accounts = ["Ada", "Bea"].map(|it| text(&market.customer(it, "EUR")["id"]));
        let admin = |account: &String, mail| {
            invite(&house.app, &house.operator, account, mail, "customer_admin")
        };
        let (ada, bea) =
            (admin(&accounts[0], "admin@ada.test"), admin(&accounts[1], "admin@bea.test"));
        let of = |account: &String| json!({ "supplier": account });
        let price = || [monthly("Base", "EUR", "10")];
        let manual = json!({ "connector": "manual" });
        let books = market.offer_like("Books", &price(), (of(&accounts[0]), manual));
        let sent = json!({ "delivery": "physical" });
        let globes = market.offer_like("Globe", &price(), (of(&accounts[1]), sent));
        let mail = market.offer("Mail", &price());
        Self { market, ada, bea, accounts, offers: [books, globes, mail] }
    }

    fn as_ada(&self) -> Client<'_> {
        self.market.house.client(&self.ada)
    }

    fn as_bea(&self) -> Client<'_> {
        self.market.house.client(&self.bea)
    }

    fn buyer(&self) -> Client<'_> {
        self.market.house.client(&self.market.house.customer.admin)
    }

    /// Orders one of each.
    fn ordered(&self) -> String {
        let items: Vec<_> = self.offers.iter().map(|it| json!({ "offer": it })).collect();
        let order = json!({ "account": self.market.house.customer.account, "items": items });
        let order = self.buyer().post("/orders", &order);
        self.market.house.app.keep_duties();
        text(&order["id"])
    }
}

/// How an order stands for somebody: its state, and of each piece its key and state.
fn stands(by: &Client<'_>, order: &str) -> String {
    let it = by.get(&format!("/orders/{order}"));
    let items = it["items"].as_array().unwrap().iter();
    let items = items.map(|it| format!("{} {}", text(&it["key"]), text(&it["state"])));
    format!("{}: {}", text(&it["state"]), items.collect::<Vec<_>>().join(", "))
}

/// The numbers of the orders in a list.
fn listed(by: &Client<'_>, query: &str) -> usize {
    by.get(&format!("/orders{query}"))["items"].as_array().unwrap().len()
}

fn status(by: &Client<'_>, what: &str, body: &Value) -> u16 {
    by.call(what, (!what.starts_with("GET")).then_some(body)).status.as_u16()
}

#[test]
fn a_supplier_sees_its_part_of_an_order_and_says_how_far_that_is() {
    let fair = Fair::open();
    let order = fair.ordered();
    let (ada, bea, buyer) = (fair.as_ada(), fair.as_bea(), fair.buyer());
    let operator = fair.market.operator();
    assert_eq!(stands(&buyer, &order), "in_progress: 1 in_progress, 2 in_progress, 3 completed");
    assert_eq!(stands(&ada, &order), "in_progress: 1 in_progress");
    assert_eq!(stands(&bea, &order), "in_progress: 2 in_progress");
    // Each finds what it has to do, beside what it bought itself.
    assert_eq!((listed(&ada, ""), listed(&ada, "?role=supplier")), (0, 1));
    assert_eq!(listed(&ada, "?role=supplier&state=completed"), 0);
    assert_eq!((listed(&buyer, ""), listed(&buyer, "?role=supplier")), (1, 0));
    assert_eq!(status(&ada, "GET /orders?role=seller", &Value::Null), 422);
    // Who delivers is told to the seller and to who does, not to the buyer.
    let supplier =
        |by: &Client<'_>| by.get(&format!("/orders/{order}"))["items"][0].get("supplier").cloned();
    let told = Some(json!(fair.accounts[0]));
    assert_eq!((supplier(&operator), supplier(&ada), supplier(&buyer)), (told.clone(), told, None));
    let part = ada.get(&format!("/orders/{order}"));
    assert!(part.get("payment").is_none() && part.get("account_name").is_none(), "{part}");
    // Nobody works on what others deliver, and the buyer on nothing.
    let item = |key: &str, verb: &str| format!("POST /orders/{order}/items/{key}/{verb}");
    assert_eq!(status(&ada, &item("2", "complete"), &json!({})), 404);
    assert_eq!(status(&buyer, &item("1", "complete"), &json!({})), 403);
    let stranger = fair.market.house.client(&fair.market.house.north.customer.admin);
    assert_eq!(status(&stranger, &item("1", "complete"), &json!({})), 404);
    assert_eq!(status(&stranger, &format!("GET /orders/{order}"), &Value::Null), 404);
    let member = fair.market.house.client(&fair.market.house.customer.member);
    assert_ne!(status(&member, &item("1", "complete"), &json!({})), 200);
    for verb in ["cancel", "hold", "reject"] {
        let body = if verb == "reject" { json!({ "reason": "no" }) } else { json!({}) };
        assert!(status(&ada, &format!("POST /orders/{order}/{verb}"), &body) >= 403, "{verb}");
    }
    ada.post(&format!("/orders/{order}/items/1/complete"), &json!({}));
    assert_eq!(stands(&ada, &order), "completed: 1 completed");
    assert_eq!(stands(&buyer, &order), "in_progress: 1 completed, 2 in_progress, 3 completed");
    ada.post(&format!("/orders/{order}/notes"), &json!({ "text": "With care." }));
    assert_eq!(buyer.get(&format!("/orders/{order}"))["notes"], json!(["With care."]));
    fair.market.must_be_whole();
}

#[test]
fn a_supplier_sends_what_it_delivers_and_sees_where_that_goes() {
    let fair = Fair::open();
    let order = fair.ordered();
    let (ada, bea, buyer) = (fair.as_ada(), fair.as_bea(), fair.buyer());
    let parcels = |by: &Client<'_>| {
        let found = by.get(&format!("/shipments?of_order={order}"));
        found["items"].as_array().unwrap().clone()
    };
    assert_eq!((parcels(&ada).len(), parcels(&bea).len(), parcels(&buyer).len()), (0, 1, 1));
    let parcel = &parcels(&bea)[0];
    assert_eq!(parcel["address"]["city"], "Berlin");
    let one = format!("/shipments/{}", text(&parcel["id"]));
    assert_eq!(bea.get(&one)["state"], "prepared");
    assert_eq!(status(&ada, &format!("GET {one}"), &Value::Null), 404);
    let carried = json!({ "carrier": "Post" });
    assert_eq!(status(&ada, &format!("POST {one}/ship"), &carried), 404);
    assert_eq!(status(&buyer, &format!("POST {one}/ship"), &carried), 403);
    // Where it goes is for the seller to change.
    let elsewhere = json!({ "recipient": "Bea" });
    assert!(status(&bea, &format!("PATCH {one}"), &elsewhere) >= 403);
    assert_eq!(bea.post(&format!("{one}/ship"), &carried)["state"], "shipped");
    assert_eq!(status(&buyer, &format!("POST {one}/deliver"), &json!({})), 403);
    assert_eq!(bea.post(&format!("{one}/deliver"), &json!({}))["state"], "delivered");
    assert_eq!(stands(&bea, &order), "completed: 2 completed");
    fair.market.must_be_whole();
}

#[test]
fn in_the_words_of_tm_forum_a_supplier_handles_its_items_and_nothing_else() {
    let fair = Fair::open();
    let id = fair.ordered().split_once('_').unwrap().1.to_owned();
    let (ada, operator) = (fair.as_ada(), fair.market.operator());
    let path = format!("{ORDER}/{id}");
    let shown = ada.get(&path);
    let items = shown["productOrderItem"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["id"]), (1, &json!("1")), "{shown}");
    assert_eq!(ada.get(ORDER).as_array().unwrap().len(), 1);
    let stranger = fair.market.house.client(&fair.market.house.north.customer.admin);
    assert_eq!(stranger.get(ORDER), json!([]));
    let says = |by: &Client<'_>, body: &Value| {
        let answer = by.call(&format!("PATCH {path}"), Some(body));
        let told = answer.json();
        match answer.status.is_success() {
            true => "200 ".to_owned(),
            false => format!("{} {told}", answer.status.as_u16()),
        }
    };
    let one = |item: Value| json!({ "productOrderItem": [item] });
    for (body, field) in [
        (json!({ "description": "Mine" }), "description"),
        (json!({ "state": "cancelled" }), "state"),
        (one(json!({ "id": "1", "quantity": 2 })), "productOrderItem[0].quantity"),
        (one(json!({ "id": "2", "state": "completed" })), "productOrderItem[0].id"),
        (one(json!({ "id": "1", "state": "failed" })), "productOrderItem[0].note"),
        (one(json!({ "id": "1", "state": "held" })), "productOrderItem[0].state"),
    ] {
        let told = says(&ada, &body);
        assert!(told.starts_with('4') && told.contains(field), "{body}: {told}");
        assert_eq!(ada.get(&path), shown, "{body} changed something");
    }
    let mut items = operator.get(&path)["productOrderItem"].clone();
    let completed = one(json!({ "id": "1", "state": "completed" }));
    assert_eq!(says(&ada, &completed), "200 ");
    assert_eq!(ada.get(&path)["productOrderItem"][0]["state"], "completed");
    // Their seller says it of the others, with why one cannot be done.
    items[0]["state"] = json!("completed");
    items[1]["state"] = json!("failed");
    items[1]["note"] = json!([{ "text": "It broke." }]);
    assert_eq!(says(&operator, &json!({ "productOrderItem": items })), "200 ");
    let ours = operator.get(&format!("/orders/ord_{id}"));
    assert_eq!(
        (&ours["state"], &ours["items"][1]["failure"]),
        (&json!("partial"), &json!("It broke."))
    );
    fair.market.must_be_whole();
}

#[test]
fn who_delivers_is_told_of_its_own_pieces_by_mail() {
    let fair = Fair::open();
    fair.ordered();
    let mails = fair.market.operator().get("/mails?limit=50")["items"].clone();
    let told = mails.as_array().unwrap().iter().filter(|it| it["occasion"] == "supply_ordered");
    assert_eq!(told.count(), 2, "{mails}");
    let sent = fair.market.house.app.outside.sent();
    let mut told = sent.iter().filter(|it| it.subject.starts_with("Sold for you"));
    let to_ada = told.find(|it| it.to.email.as_str() == "admin@ada.test").expect("a letter");
    assert!(to_ada.text.contains("1 x Books"), "{}", to_ada.text);
    for secret in ["Globe", "Mail", "Home Customer", "EUR"] {
        assert!(!to_ada.text.contains(secret), "{secret} is nothing to Ada: {}", to_ada.text);
    }
}

#[test]
fn what_cannot_be_had_was_never_sent() {
    let fair = Fair::open();
    let order = fair.ordered();
    let bea = fair.as_bea();
    bea.post(&format!("/orders/{order}/items/2/fail"), &json!({ "reason": "Sold out." }));
    let parcels = bea.get(&format!("/shipments?of_order={order}"))["items"].clone();
    assert_eq!(parcels[0]["state"], "canceled", "{parcels}");
    fair.market.must_be_whole();
}

#[test]
fn a_supplier_finds_its_parcels_and_nobody_else_does() {
    let fair = Fair::open();
    let order = fair.ordered();
    let parcels = |by: &Client<'_>, state: &str| {
        by.get(&format!("/shipments?role=supplier&state={state}"))["items"].clone()
    };
    let own = parcels(&fair.as_bea(), "prepared");
    let parcel = &own[0];
    let named = (&parcel["offer_name"], &parcel["order"], &parcel["address"]["street"]);
    assert_eq!(named, (&json!("Globe"), &json!(order), &json!("Ring 1")), "{own}");
    assert_eq!(own.as_array().map(Vec::len), Some(1));
    assert_eq!(parcels(&fair.as_bea(), "shipped"), json!([]));
    for other in [fair.as_ada(), fair.buyer()] {
        assert_eq!(parcels(&other, "prepared"), json!([]));
    }
    assert_eq!(status(&fair.as_bea(), "GET /shipments?role=seller", &Value::Null), 422);
}

/// What a reseller sells on under a name of its own is to who delivers it what it delivers.
#[test]
fn a_supplier_knows_what_was_sold_on_by_its_own_name() {
    let fair = Fair::open();
    let house = &fair.market.house;
    let north = house.client(&house.north.admin);
    let globe = &fair.offers[1];
    let copy = json!({ "copy_of": globe, "name": { "en": "Sphere" } });
    let sphere = text(&north.post("/offers", &copy)["id"]);
    north.post(&format!("/offers/{sphere}/launch"), &json!({}));
    let customer = &house.north.customer;
    let address = json!({ "street": "Quay 9", "city": "Bremen", "country": "DE" });
    north.patch(&format!("/accounts/{}", customer.account), &json!({ "address": address }));
    let order = json!({ "account": customer.account, "items": [{ "offer": sphere }] });
    let order = house.client(&customer.admin).post("/orders", &order);
    house.app.keep_duties();
    let bea = fair.as_bea();
    let part = bea.get(&format!("/orders/{}", text(&order["id"])));
    let item = &part["items"][0];
    assert_eq!((&item["offer"], &item["offer_name"]), (&json!(globe), &json!("Globe")), "{part}");
    let listed = bea.get("/orders?role=supplier")["items"][0]["items"][0].clone();
    assert_eq!(listed["offer_name"], "Globe");
    let parcel = bea.get("/shipments?role=supplier")["items"][0].clone();
    assert_eq!(parcel["offer_name"], "Globe", "{parcel}");
    let sent = house.app.outside.sent();
    let letter = sent.iter().find(|it| it.subject.starts_with("Sold for you")).expect("a letter");
    assert!(letter.text.contains("1 x Globe"), "{}", letter.text);
    fair.market.must_be_whole();
}

/// Who sells above cannot sell on what its sellers offer to their own customers: it is said what it can do.
#[test]
fn an_offer_of_a_seller_below_is_had_by_naming_that_seller_as_supplier() {
    let fair = Fair::open();
    let house = &fair.market.house;
    let north = house.client(&house.north.admin);
    let specification = north.post("/specifications", &json!({ "name": { "en": "Lamp" } }));
    let lamp = json!({ "name": { "en": "Lamp" }, "specification": specification["id"] });
    let lamp = text(&north.post("/offers", &lamp)["id"]);
    let operator = fair.market.operator();
    let part = |offer: &String| json!({ "offer": offer, "min": 1, "default": 1 });
    let bundle = json!({ "name": { "en": "Set" }, "bundle": [part(&fair.offers[0]), part(&lamp)] });
    let copy = json!({ "name": { "en": "Lamp" }, "copy_of": lamp });
    let instead = format!("make one whose `supplier` is `{}`", house.north.account);
    for (body, pointer) in [(bundle, "/bundle/1/offer"), (copy, "/copy_of")] {
        let refused = operator.call("POST /offers", Some(&body)).json();
        let error = &refused["errors"][0];
        assert_eq!(error["pointer"], pointer, "{refused}");
        assert!(text(&error["message"]).contains(&instead), "{refused}");
    }
    let own = json!({ "name": { "en": "Lamp" }, "supplier": house.north.account });
    operator.post("/offers", &own);
    let unready = json!({ "name": { "en": "Draft" } });
    let draft = text(&operator.post("/offers", &unready)["id"]);
    let set = json!({ "name": { "en": "Set" }, "bundle": [part(&fair.offers[0]), part(&draft)] });
    let set = text(&operator.post("/offers", &set)["id"]);
    let found = operator.get(&format!("/offers/{set}/obstacles"))["items"].clone();
    assert_eq!(found[0]["pointer"], "/bundle/1/offer", "{found}");
}

#[test]
fn who_delivers_sees_what_it_has_earned_before_a_note_says_it() {
    let fair = Fair::open();
    let (operator, [ada, _]) = (fair.market.operator(), &fair.accounts);
    let parts = json!([
        { "role": "partner", "account": ada, "percent": "60" }, { "role": "owner", "percent": "40" },
    ]);
    let model = json!({ "name": "Books", "offer": fair.offers[0], "parts": parts });
    operator.post("/share_models", &model);
    let account = &fair.market.house.customer.account;
    let order = json!({ "account": account, "items": [{ "offer": fair.offers[0] }] });
    let order = text(&fair.buyer().post("/orders", &order)["id"]);
    fair.as_ada().post(&format!("/orders/{order}/items/1/complete"), &json!({}));
    fair.market.house.app.keep_duties();
    let invoice = fair.market.invoices(&json!({ "id": account }))[0].clone();
    operator.post("/payments", &json!({ "account": account, "amount": invoice["due"] }));
    let earned = |by: &Client<'_>| -> Vec<String> {
        let found = by.get("/share_records?state=open")["items"].clone();
        let all = found.as_array().unwrap().iter();
        all.map(|it| format!("{} {}", text(&it["role"]), text(&it["amount"]["amount"]))).collect()
    };
    let nothing: Vec<String> = Vec::new();
    assert_eq!(
        (earned(&fair.as_ada()), earned(&fair.as_bea())),
        (vec!["partner 6.00".to_owned()], nothing.clone())
    );
    assert_eq!(earned(&fair.buyer()), nothing, "what others earn is nothing to who pays");
    assert_eq!(earned(&operator).len(), 2, "the house sees both shares");
    fair.market.advance_to("2026-01-02");
    operator.post("/settlements", &json!({}));
    let notes = |by: &Client<'_>| by.get("/settlements")["items"].as_array().map(Vec::len);
    assert_eq!([&fair.as_ada(), &fair.as_bea(), &operator].map(notes), [Some(1), Some(0), Some(1)]);
    assert_eq!(earned(&fair.as_ada()), nothing);
    fair.market.must_be_whole();
}
