//! The marketplace: what one seller lists stands on the shelves of those that carry it, under one id, and
//! for everybody else it is not there.

use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

/// A house in which North sells a map, and South has customers that might want it.
pub(crate) struct Bazaar {
    pub(crate) market: Market,
    pub(crate) map: String,
}

impl Bazaar {
    pub(crate) fn open() -> Self {
        let market = Market::on("2026-01-01");
        let map = launched(&north(&market.house), "Map", &[monthly("Base", "EUR", "100")]);
        Self { market, map }
    }

    pub(crate) fn north(&self) -> Client<'_> {
        north(&self.market.house)
    }

    pub(crate) fn south(&self) -> Client<'_> {
        self.market.house.client(&self.market.house.south.admin)
    }

    /// A customer of South's.
    pub(crate) fn buyer(&self) -> Client<'_> {
        self.market.house.client(&self.market.house.south.customer.admin)
    }

    /// A customer of the provider's.
    fn stranger(&self) -> Client<'_> {
        self.market.house.client(&self.market.house.customer.admin)
    }

    /// Lets a seller carry what others list, or not.
    pub(crate) fn carries(&self, account: &str, marketplace: &str, percent: &str) {
        let body = json!({ "marketplace": marketplace, "marketplace_percent": percent });
        let path = format!("/accounts/{account}/billing_policy");
        self.market.operator().patch(&path, &body);
    }

    /// North lists its map, and South carries it and keeps a tenth.
    pub(crate) fn with_the_map_listed(self) -> Self {
        let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
        let account = format!("/accounts/{}", self.market.house.south.customer.account);
        self.south().patch(&account, &json!({ "address": address }));
        self.north().post(&format!("/offers/{}/list", self.map), &json!({}));
        self.carries(&self.market.house.south.account.clone(), "open", "10");
        self
    }
}

fn north(house: &House) -> Client<'_> {
    house.client(&house.north.admin)
}

/// An offer of a seller's with some prices, on its shelf.
pub(crate) fn launched(seller: &Client<'_>, name: &str, prices: &[Value]) -> String {
    launched_like(seller, name, prices, (json!({}), json!({})))
}

/// The same with more said of the offer, and of what is delivered for it.
pub(crate) fn launched_like(
    seller: &Client<'_>,
    name: &str,
    prices: &[Value],
    (mut offer, mut specification): (Value, Value),
) -> String {
    specification["name"] = json!({ "en": name });
    specification["state"] = json!("launched");
    offer["name"] = json!({ "en": name });
    if offer.get("bundle").is_none() {
        offer["specification"] = seller.post("/specifications", &specification)["id"].clone();
    }
    let id = text(&seller.post("/offers", &offer)["id"]);
    for price in prices {
        let mut price = price.clone();
        price["offer"] = json!(id);
        seller.post("/prices", &price);
    }
    seller.post(&format!("/offers/{id}/publish"), &json!({}));
    id
}

fn status(by: &Client<'_>, what: &str) -> u16 {
    by.call(what, None).status.as_u16()
}

/// The names of what somebody finds, with who sells it.
fn found(by: &Client<'_>) -> Vec<String> {
    let items = by.get("/search")["items"].clone();
    let name = |it: &Value| match it.get("seller_name") {
        Some(seller) => format!("{} of {}", text(&it["name"]), text(seller)),
        None => text(&it["name"]),
    };
    let mut all: Vec<_> = items.as_array().unwrap().iter().map(name).collect();
    all.sort();
    all
}

#[test]
fn what_is_listed_stands_on_the_shelves_that_carry_it() {
    let bazaar = Bazaar::open();
    launched(&bazaar.south(), "Compass", &[monthly("Base", "EUR", "5")]);
    let (buyer, stranger, map) = (bazaar.buyer(), bazaar.stranger(), &bazaar.map);
    let one = format!("GET /offers/{map}");
    assert_eq!((status(&buyer, &one), found(&buyer)), (404, vec!["Compass".to_owned()]));
    // To be listed is not enough, as long as its seller carries nothing of others.
    let listed = bazaar.north().post(&format!("/offers/{map}/list"), &json!({}));
    assert_eq!(listed["market"], "listed");
    assert_eq!((status(&buyer, &one), found(&buyer)), (404, vec!["Compass".to_owned()]));
    bazaar.carries(&bazaar.market.house.south.account, "open", "10");
    let shown = buyer.get(&format!("/offers/{map}"));
    assert_eq!(shown["seller_name"], "North Reseller");
    assert_eq!(shown.get("market"), None, "on which shelves it stands is its seller's business");
    assert_eq!(shown["prices"][0]["name"], "Base");
    assert_eq!(found(&buyer), ["Compass of South Reseller", "Map of North Reseller"]);
    let facets = buyer.get("/search")["facets"]["sellers"].clone();
    let north = json!({ "seller": bazaar.market.house.north.account,
        "seller_name": "North Reseller", "count": 1 });
    assert!(facets.as_array().unwrap().contains(&north), "{facets}");
    let of = format!("/search?seller={}", bazaar.market.house.north.account);
    assert_eq!(buyer.get(&of)["total"], 1);
    let delivered = text(&shown["specification"]).split_once('_').unwrap().1.to_owned();
    let specification =
        format!("GET /DSProductCatalog/api/catalogManagement/v2/productSpecification/{delivered}");
    assert_eq!(status(&buyer, &specification), 200);
    // South's administrator sees what it sells; nobody but North changes it.
    let south = bazaar.south();
    assert_eq!(status(&south, &one), 200);
    for verb in ["list", "take_off", "retire"] {
        let answer = south.call(&format!("POST /offers/{map}/{verb}"), Some(&json!({})));
        assert_eq!(answer.status.as_u16(), 404, "{verb}");
    }
    // The provider's own customers are of a seller that did not opt in.
    assert_eq!((status(&stranger, &one), found(&stranger)), (404, Vec::new()));
    bazaar.north().post(&format!("/offers/{map}/take_off"), &json!({}));
    assert_eq!((status(&buyer, &one), status(&buyer, &specification)), (404, 404));
    assert_eq!(found(&buyer), ["Compass of South Reseller"]);
    bazaar.market.must_be_whole();
}

#[test]
fn who_decides_nothing_carries_what_the_seller_above_decides_for_those_below() {
    let bazaar = Bazaar::open();
    bazaar.north().post(&format!("/offers/{}/list", bazaar.map), &json!({}));
    let provider = bazaar.market.house.operator.account.clone();
    let south = bazaar.market.house.south.account.clone();
    let seen = |bazaar: &Bazaar| {
        let one = format!("GET /offers/{}", bazaar.map);
        (status(&bazaar.stranger(), &one), status(&bazaar.buyer(), &one))
    };
    for (above, below, expected) in [
        ("closed", "inherited", (404, 404)),
        ("open", "inherited", (200, 404)),
        ("open_below", "inherited", (200, 200)),
        ("open_below", "closed", (200, 404)),
        ("inherited", "open", (404, 200)),
    ] {
        bazaar.carries(&provider, above, "5");
        bazaar.carries(&south, below, "5");
        assert_eq!(seen(&bazaar), expected, "{above} {below}");
    }
    let refused = |body: &Value| {
        let path = format!("PATCH /accounts/{provider}/billing_policy");
        bazaar.market.operator().call(&path, Some(body)).json()["errors"][0].clone()
    };
    assert_eq!(
        refused(&json!({ "marketplace_percent": "100" }))["pointer"],
        "/marketplace_percent"
    );
    assert_eq!(refused(&json!({ "marketplace": "shut" }))["pointer"], "/marketplace");
}

#[test]
fn what_cannot_be_listed_is_refused_by_rule_and_name() {
    let bazaar = Bazaar::open();
    let north = bazaar.north();
    bazaar.carries(&bazaar.market.house.south.account, "open", "10");
    let says = |id: &str| {
        let obstacles = north.get(&format!("/offers/{id}/listing_obstacles"))["items"].clone();
        let answer = north.call(&format!("POST /offers/{id}/list"), Some(&json!({})));
        let fields = obstacles.as_array().unwrap().iter();
        let fields: Vec<_> = fields.map(|it| text(&it["pointer"])).collect();
        let told = answer.json()["detail"].as_str().map(ToOwned::to_owned).unwrap_or_default();
        assert_eq!(answer.status.is_success(), fields.is_empty(), "{told}");
        (fields.join(" "), told)
    };
    let draft = text(&north.post("/offers", &json!({ "name": { "en": "Draft" } }))["id"]);
    assert_eq!(says(&draft).0, "/state");
    let base = bazaar.market.offer("Base", &[monthly("Base", "EUR", "1")]);
    let copy =
        text(&north.post("/offers", &json!({ "copy_of": base, "name": { "en": "Copy" } }))["id"]);
    north.post(&format!("/offers/{copy}/launch"), &json!({}));
    let (fields, told) = says(&copy);
    assert_eq!(fields, "/copy_of");
    assert!(told.contains(&base), "{told}");
    let supplied = json!({ "supplier": bazaar.market.house.north.customer.account });
    let supplied = launched_like(&north, "Globe", &[], (supplied, json!({})));
    assert_eq!(says(&supplied).0, "/supplier");
    let part = json!({ "offer": bazaar.map, "min": 1, "default": 1 });
    let other = launched(&north, "Atlas", &[]);
    let parts = json!({ "bundle": [part, { "offer": other, "min": 1, "default": 1 }] });
    let set = launched_like(&north, "Set", &[], (parts, json!({})));
    assert_eq!(says(&set).0, "/bundle/0/offer /bundle/1/offer");
    let foreign = launched(&north, "Chart", &[monthly("Base", "USD", "1")]);
    let (fields, told) = says(&foreign);
    assert_eq!(fields, "/prices");
    assert!(told.contains("USD") && told.contains("EUR"), "{told}");
    // What is listed stays as it must be to be listed, and what a listed bundle is made of stays there.
    for id in [&bazaar.map, &other, &set] {
        assert_eq!(says(id), (String::new(), String::new()));
    }
    let few = json!({ "supplier": bazaar.market.house.north.customer.account });
    let answer = north.call(&format!("PATCH /offers/{}", bazaar.map), Some(&few));
    let told = answer.json().to_string();
    assert!(answer.status.is_client_error() && told.contains("marketplace"), "{told}");
    let answer = north.call(&format!("POST /offers/{other}/take_off"), Some(&json!({})));
    assert!(text(&answer.json()["detail"]).contains(&set), "{}", answer.json());
    bazaar.market.must_be_whole();
}

/// Whoever buys of a seller that did not opt in finds no trace, whichever way it looks.
#[test]
fn before_a_shelf_that_carries_nothing_of_others_they_are_not_there() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (stranger, buyer, map) = (bazaar.stranger(), bazaar.buyer(), &bazaar.map);
    buyer.post(
        "/orders",
        &json!({ "account": bazaar.market.house.south.customer.account,
        "items": [{ "offer": map }] }),
    );
    bazaar.market.house.app.keep_duties();
    buyer.post("/reviews", &json!({ "offer": map, "stars": 5, "text": "It leads." }));
    assert_eq!(buyer.get(&format!("/offers/{map}"))["rating"]["count"], 1);
    let uuid = map.split_once('_').unwrap().1;
    let by_id = [
        format!("GET /offers/{map}"),
        format!("GET /offers/{map}/reviews"),
        format!("GET /offers/{map}/recommendations"),
        format!("GET /tmf-api/productCatalogManagement/v4/productOffering/{uuid}"),
        format!("GET /DSProductCatalog/api/catalogManagement/v2/productOffering/{uuid}"),
    ];
    for what in by_id {
        let (closed, open) = (stranger.call(&what, None), buyer.call(&what, None));
        let text = String::from_utf8_lossy(&closed.body).into_owned();
        assert!(open.status.is_success(), "{what}: {}", open.status);
        let tells = text.contains("Map") || text.contains("leads") || text.contains(uuid);
        assert!(closed.status.as_u16() == 404 || !tells, "{what} tells {text}");
    }
    for what in [
        "/search?q=Map",
        "/offers",
        "/recommendations",
        "/categories",
        "/specifications",
        "/tmf-api/productCatalogManagement/v4/productOffering",
        "/tmf-api/productCatalogManagement/v4/productSpecification",
        "/DSProductCatalog/api/catalogManagement/v2/productOffering",
        "/REPManagement/reputation",
        "/RECManagement/recommendations",
    ] {
        let answer = stranger.call(&format!("GET {what}"), None);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains("\"Map\"") && !text.contains(uuid), "{what} tells {text}");
    }
    let account = &bazaar.market.house.customer.account;
    let items = json!([{ "offer": map }]);
    let order = stranger.call("POST /orders", Some(&json!({ "account": account, "items": items })));
    assert!(text(&order.json()["errors"][0]["message"]).contains("is not there"));
    let cart = text(&stranger.post("/carts", &json!({ "account": account }))["id"]);
    let line = stranger.call(&format!("POST /carts/{cart}/items"), Some(&json!({ "offer": map })));
    assert!(text(&line.json()["errors"][0]["message"]).contains("is not there"));
    bazaar.market.must_be_whole();
}

#[test]
fn a_cart_and_an_order_refuse_what_was_taken_off_and_say_so() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (buyer, map) = (bazaar.buyer(), &bazaar.map);
    let account = &bazaar.market.house.south.customer.account;
    let cart = text(&buyer.post("/carts", &json!({ "account": account }))["id"]);
    buyer.post(&format!("/carts/{cart}/items"), &json!({ "offer": map }));
    bazaar.north().post(&format!("/offers/{map}/take_off"), &json!({}));
    let items = json!({ "account": account, "items": [{ "offer": map }] });
    for (what, body) in [
        ("POST /orders".to_owned(), items),
        (format!("POST /carts/{cart}/order"), json!({})),
        (format!("POST /carts/{cart}/items"), json!({ "offer": map })),
    ] {
        let answer = buyer.call(&what, Some(&body));
        let told = answer.json().to_string();
        assert!(answer.status.is_client_error(), "{what}: {told}");
        assert!(told.contains("is not on the marketplace any more"), "{what}: {told}");
    }
    bazaar.market.must_be_whole();
}

#[test]
fn nobody_buys_on_the_marketplace_what_it_sells_there() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let provider = bazaar.market.house.operator.account.clone();
    bazaar.carries(&provider, "open", "10");
    let account = &bazaar.market.house.north.account;
    let order = json!({ "account": account, "items": [{ "offer": bazaar.map }] });
    let told = bazaar.north().call("POST /orders", Some(&order)).json();
    assert_eq!(told["type"], "/problems/not_for_oneself", "{told}");
}

/// Who closes leaves the shelves of others at once, and is closed when what they have sold of it has ended.
#[test]
fn who_goes_is_taken_off_the_shelves_and_delivers_what_was_sold_until_that_ends() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (buyer, operator, house) = (bazaar.buyer(), bazaar.market.operator(), &bazaar.market.house);
    let account = &house.south.customer.account;
    let order = json!({ "account": account, "items": [{ "offer": bazaar.map }] });
    buyer.post("/orders", &order);
    house.app.keep_duties();
    let path = format!("/accounts/{}", house.north.account);
    let others = || {
        let left = operator.get(&format!("{path}/remains"));
        ["listed", "sold_by_others", "to_deliver", "accounts"].map(|it| left[it].as_u64().unwrap())
    };
    assert_eq!(others(), [1, 1, 0, 1]);
    let remains = format!("GET {path}/remains");
    assert_eq!((status(&bazaar.south(), &remains), status(&buyer, &remains)), (404, 403));
    assert_eq!(operator.post(&format!("{path}/close"), &json!({}))["state"], "closing");
    assert_eq!(others(), [0, 1, 0, 1]);
    // Nor is it listed again: that would keep the account from ever being closed.
    let list = format!("POST /offers/{}/list", bazaar.map);
    let told = bazaar.north().call(&list, Some(&json!({}))).json();
    let why =
        format!("`{}` cannot be on the marketplace: its seller's account is `closing`", bazaar.map);
    assert_eq!(text(&told["detail"]), why, "{told}");
    assert_eq!(others(), [0, 1, 0, 1]);
    assert_eq!(buyer.get("/search")["total"], 0);
    let told = buyer.call("POST /orders", Some(&order)).json().to_string();
    assert!(told.contains("is not on the marketplace any more"), "{told}");
    let held = buyer.get("/subscriptions")["items"][0].clone();
    assert_eq!(held["state"], "active", "what was bought goes on");
    buyer.post(&format!("/subscriptions/{}/cancel", text(&held["id"])), &json!({}));
    bazaar.market.advance_to("2026-02-02");
    assert_eq!(others(), [0, 0, 0, 1]);
    bazaar.market.must_be_whole();
}

/// What its seller sells through a channel that it keeps for some of its customers is sold through that
/// elsewhere, too: where a seller keeps one of that name for some of its own.
#[test]
fn a_channel_that_is_kept_for_some_binds_whoever_carries_what_is_sold_through_it() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (north, south, buyer) = (bazaar.north(), bazaar.south(), bazaar.buyer());
    let class = json!({
        "name": "Partners", "channels": ["partner"], "due_days": 14, "grace_days": 0,
        "hold_days": 30, "automatic_hold": false, "cycle": { "period": "1 month" },
        "billing_type": "postpaid", "members_may_buy": false, "reminders": "mail",
    });
    north.post("/classes", &class);
    let sold_through = |name: &str, channels: Value| {
        let about = (json!({ "channels": channels }), json!({}));
        let id = launched_like(&north, name, &[monthly("Base", "EUR", "1")], about);
        north.post(&format!("/offers/{id}/list"), &json!({}));
        id
    };
    let atlas = sold_through("Atlas", json!(["partner"]));
    let chart = sold_through("Chart", json!(["partner", "web"]));
    let account = bazaar.market.house.south.customer.account.clone();
    let told = |by: &Client<'_>, offer: &str, channel: &str| {
        let items = json!([{ "offer": offer }]);
        let order = json!({ "account": account, "channel": channel, "items": items });
        let answer = by.call("POST /orders", Some(&order));
        let pointer = answer.json()["errors"][0]["pointer"].as_str().map(str::to_owned);
        pointer.unwrap_or_else(|| answer.status.as_u16().to_string())
    };
    let shown = |offer: &str| status(&buyer, &format!("GET /offers/{offer}"));
    // South has no such channel: it cannot sell through it, whoever says that it does.
    assert_eq!((shown(&atlas), shown(&chart), shown(&bazaar.map)), (404, 200, 200));
    assert!(!found(&buyer).iter().any(|it| it.starts_with("Atlas")));
    for by in [&buyer, &south] {
        assert_eq!(told(by, &atlas, "partner"), "/items/0/offer");
        let through_it = told(by, &chart, "partner");
        assert!(through_it.starts_with("/items/0") || through_it == "409", "{through_it}");
    }
    let cart = json!({ "account": account, "channel": "partner" });
    let cart = text(&buyer.post("/carts", &cart)["id"]);
    let line = buyer.call(&format!("POST /carts/{cart}/items"), Some(&json!({ "offer": chart })));
    assert!(line.status.is_client_error(), "{}", line.json());
    assert_eq!(told(&buyer, &chart, "web"), "201", "what nobody keeps is open everywhere");
    // Once it has one, those have what is sold through it for whom it is.
    let partners = text(&south.post("/classes", &class)["id"]);
    assert_eq!((shown(&atlas), told(&buyer, &atlas, "partner")), (200, "/channel".to_owned()));
    assert_eq!(told(&buyer, &chart, "partner"), "/channel");
    south.patch(&format!("/accounts/{account}"), &json!({ "class": partners }));
    assert_eq!(told(&buyer, &atlas, "partner"), "201");
    bazaar.market.must_be_whole();
}

/// What a shelf carries stands on it for clients of IBM and on the bus as well, under its seller's number.
#[test]
fn what_is_carried_is_shown_by_part_number_and_on_the_bus_and_to_nobody_else() {
    let bazaar = Bazaar::open().with_the_map_listed();
    let (house, north, south) = (&bazaar.market.house, bazaar.north(), bazaar.south());
    let terms = json!([{ "key": "m", "duration": "1 month", "auto_renew": true, "default": true }]);
    let sold = |by: &Client<'_>, name: &str, part: &str| {
        let about = json!({ "part_number": part, "terms": terms });
        launched_like(by, name, &[monthly("Base", "EUR", "2")], (about, json!({})))
    };
    let atlas = sold(&north, "Atlas", "ATLAS");
    sold(&north, "Secret", "SECRET");
    sold(&south, "Compass", "COMPASS");
    north.post(&format!("/offers/{atlas}/list"), &json!({}));
    let parts = |by: &Client<'_>| {
        let list = by.get("/api/bss/resource/offering")["List"].clone();
        let parts = list.as_array().unwrap().iter().map(|it| text(&it["PartNumber"]));
        let mut parts: Vec<_> = parts.collect();
        parts.sort();
        parts
    };
    let plans = |by: &Client<'_>| {
        let list = by.get("/aps/2/collections/service-plans?select(name)");
        let names = list.as_array().unwrap().iter().map(|it| text(&it["name"]["en"]));
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    };
    let buyer = bazaar.buyer();
    assert_eq!(parts(&buyer), ["ATLAS", "COMPASS"]);
    assert_eq!(plans(&buyer), ["Atlas", "Compass", "Map"]);
    assert_eq!(parts(&south), ["ATLAS", "COMPASS"]);
    for stranger in [bazaar.stranger(), house.client(&house.customer.member)] {
        assert_eq!((parts(&stranger), plans(&stranger)), (Vec::new(), Vec::new()));
    }
    let uuid = atlas.split_once('_').unwrap().1;
    let plan = format!("GET /aps/2/resources/{uuid}");
    assert_eq!((status(&buyer, &plan), status(&bazaar.stranger(), &plan)), (200, 404));
    // South's administrator orders it for its customer by its part number.
    let account = &house.south.customer.account;
    let customer = south.get(&format!("/accounts/{account}"))["number"].clone();
    let item = json!({ "PartNumber": "ATLAS", "PartQuantity": 1, "DurationUnits": "MONTHS",
        "DurationLength": 1 });
    let order = json!({ "Order": { "CustomerId": customer, "OrderItemSet": [item] } });
    south.call("POST /api/bss/resource/subscription", Some(&order)).ok();
    house.app.keep_duties();
    let held = buyer.get("/subscriptions")["items"].clone();
    let held: Vec<_> = held.as_array().unwrap().iter().map(|it| text(&it["offer"])).collect();
    assert_eq!(held, [atlas]);
    north.post(&format!("/offers/{}/take_off", held[0]), &json!({}));
    assert_eq!(
        (parts(&buyer), plans(&buyer)),
        (vec!["COMPASS".to_owned()], vec!["Compass".to_owned(), "Map".to_owned()])
    );
    bazaar.market.must_be_whole();
}
