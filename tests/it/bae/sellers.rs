//! Several sellers in one order: paid once, worked on item by item by who delivers it, and what was paid is
//! parted between them.

use serde_json::{Value, json};

use super::buying::{ORDER, Store, plain};
use super::{items, told};
use crate::harness::client::Client;
use crate::harness::house::{Person, invite};
use crate::harness::market::{monthly, text};

/// A store that sells what two others deliver.
struct Fair {
    store: Store,
    sellers: [(String, Person); 2],
    offers: [String; 2],
}

impl Fair {
    fn open() -> Self {
        let store = Store::open();
        let house = &store.market.house;
        let seller = |name: &str| {
            let account = text(&store.market.customer(name, "EUR")["id"]);
            let mail = format!("admin@{}.test", name.to_lowercase());
            let admin = invite(&house.app, &house.operator, &account, &mail, "customer_admin");
            (account, admin)
        };
        let sellers = ["Ada", "Bea"].map(seller);
        let offer = |(name, account, amount): (&str, &str, &str)| {
            let about = (json!({ "supplier": account }), json!({ "connector": "manual" }));
            let offer = store.market.offer_like(name, &[monthly("Base", "EUR", amount)], about);
            let parts = json!([
                { "role": "owner", "percent": "20" },
                { "role": "partner", "account": account, "percent": "80" },
            ]);
            let model = json!({ "name": name, "offer": offer, "parts": parts });
            store.market.operator().post("/share_models", &model);
            plain(&offer)
        };
        let offers = [("Books", &*sellers[0].0, "10"), ("Maps", &*sellers[1].0, "50")].map(offer);
        Self { store, sellers, offers }
    }

    fn seller(&self, place: usize) -> Client<'_> {
        self.store.market.house.client(&self.sellers[place].1)
    }

    /// What each partner has earned, and how far it is paid out.
    fn earned(&self) -> Vec<String> {
        let found = self.store.market.operator().get("/share_records?order=oldest&limit=100");
        let all = found["items"].as_array().unwrap().iter();
        let all = all.filter(|it| it["role"] == "partner");
        all.map(|it| format!("{} {}", text(&it["account_name"]), text(&it["amount"]["amount"])))
            .collect()
    }
}

/// How an order stands for somebody: its state, and of each item its key and state.
fn stands(client: &Client<'_>, order: &Value) -> String {
    let it = client.get(order["href"].as_str().unwrap());
    let items = it["orderItem"].as_array().unwrap().iter();
    let items = items.map(|it| format!("{} {}", text(&it["id"]), text(&it["state"])));
    format!("{}: {}", text(&it["state"]), items.collect::<Vec<_>>().join(", "))
}

fn says(client: &Client<'_>, order: &Value, item: &str, state: &str) -> String {
    let body = json!({ "orderItem": [{ "id": item, "state": state }] });
    told(&client.call(&format!("PATCH {}", text(&order["href"])), Some(&body)))
}

#[test]
fn an_order_of_several_sellers_is_paid_once_and_worked_on_by_each() {
    let fair = Fair::open();
    let (buyer, store) = (fair.store.buyer(), &fair.store);
    let [books, maps] = &fair.offers;
    let (order, page) = store.places(&[books, maps, &store.mail]);
    let [ada, bea] = [0, 1].map(|it| fair.seller(it));
    assert_eq!(stands(&ada, &order), "Pending: 1 Acknowledged");
    assert!(says(&ada, &order, "1", "Completed").starts_with("403"), "it is not paid yet");
    store.chooses(&page.expect("one page for all of it"), "pay");
    store.market.house.app.keep_duties();
    assert_eq!(stands(&buyer, &order), "InProgress: 1 Acknowledged, 2 Acknowledged, 3 Completed");
    let roles: Vec<_> = order["relatedParty"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {}", text(&it["role"]), text(&it["name"])))
        .collect();
    assert_eq!(roles, ["Customer Home Customer", "Seller Provider", "Seller Ada", "Seller Bea"]);
    // Each sees its own items, and nobody else's.
    assert_eq!(stands(&ada, &order), "InProgress: 1 Acknowledged");
    assert_eq!(stands(&bea, &order), "InProgress: 2 Acknowledged");
    let count = |of: &Client<'_>, query: &str| {
        of.get(&format!("{ORDER}?action=count{query}"))["size"].as_u64().unwrap()
    };
    assert_eq!((count(&ada, ""), count(&ada, "&orderItem.id=2")), (1, 0));
    assert_eq!(items(&ada.call(&format!("GET {ORDER}"), None)).len(), 1);
    assert!(says(&ada, &order, "2", "Completed").starts_with("400"), "it is not there for her");
    assert!(says(&buyer, &order, "1", "Completed").starts_with("403"));
    assert_eq!(says(&ada, &order, "1", "InProgress"), "200");
    assert_eq!(says(&ada, &order, "1", "Completed"), "200");
    assert_eq!(stands(&buyer, &order), "InProgress: 1 Completed, 2 Acknowledged, 3 Completed");
    assert_eq!(says(&bea, &order, "2", "Failed"), "200");
    assert_eq!(stands(&buyer, &order), "Partial: 1 Completed, 2 Failed, 3 Completed");
    // Who delivers something says something, too.
    let note = json!({ "note": [{ "text": "with care", "author": "Ada" }] });
    let noted = ada.call(&format!("PATCH {}", text(&order["href"])), Some(&note));
    assert_eq!(noted.status.as_u16(), 200, "{}", told(&noted));
    assert_eq!(buyer.get(order["href"].as_str().unwrap())["note"][0]["text"], "with care");
    let stranger = store.market.house.client(&store.market.house.north.customer.admin);
    let seen = stranger.call(&format!("GET {}", text(&order["href"])), None);
    assert_eq!(seen.status.as_u16(), 404);
    let member = store.market.house.client(&store.market.house.customer.member);
    assert_eq!(count(&member, ""), 0, "nor for who has nothing to do with it");
}

#[test]
fn what_is_paid_for_an_order_is_parted_between_its_sellers() {
    let fair = Fair::open();
    let [books, maps] = &fair.offers;
    let order = fair.store.buys(&[books, maps]);
    let account = json!({ "id": fair.store.market.house.customer.account });
    for (seller, item) in [(0, "1"), (1, "2")] {
        assert_eq!(says(&fair.seller(seller), &order, item, "Completed"), "200");
    }
    fair.store.market.house.app.keep_duties();
    let invoices = fair.store.market.invoices(&account);
    assert!(!invoices.is_empty() && invoices.iter().all(|it| it["state"] == "paid"));
    let mut earned = fair.earned();
    earned.sort();
    assert_eq!(earned, ["Ada 8.00", "Bea 40.00"], "80 of a hundred of 10 and of 50");
    fair.store.market.must_be_whole();
}

#[test]
fn a_supplier_is_an_account_of_its_seller_and_buys_nothing_of_itself() {
    let fair = Fair::open();
    let operator = fair.store.market.operator();
    let offer = format!("/offers/ofr_{}", fair.offers[0]);
    let other = &fair.store.market.house.north.customer.account;
    let refused = operator.call(&format!("PATCH {offer}"), Some(&json!({ "supplier": other })));
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.json());
    let shown = operator.get(&offer);
    assert_eq!(shown["supplier"], json!(fair.sellers[0].0));
    let buyer = fair.store.buyer().get(&offer);
    assert_eq!(buyer["supplier"], Value::Null, "whom a seller works with is its own");
    let (account, _) = &fair.sellers[0];
    let billed = operator.get(&format!("/accounts/{account}"))["billing_account"].clone();
    let mut own = fair.store.order(&[&fair.offers[0]]);
    own["relatedParty"][0]["id"] = json!(plain(account));
    own["orderItem"][0]["billingAccount"][0]["id"] = json!(plain(&text(&billed)));
    let refused = told(&fair.seller(0).call(&format!("POST {ORDER}"), Some(&own)));
    assert!(refused.starts_with("403 ") && refused.contains("own_offering"), "{refused}");
}
