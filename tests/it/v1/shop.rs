//! The shop for who is not signed in: what everybody can buy now, and nothing else of anybody.

use serde_json::{Value, json};
use tillbox::domain::catalog::category::{Audience, Catalog};
use tillbox::domain::catalog::lifecycle::{Life, State};
use tillbox::domain::catalog::offer::OfferContent;
use tillbox::domain::id::CatalogId;
use tillbox::domain::localized::Localized;
use tillbox::domain::operator::Actor;
use tillbox::domain::stamp::SellerNumber;
use tillbox::domain::time::Validity;
use tillbox::services::{Author, Shop, Site, offer, publication};

use crate::harness::app::App;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

/// The names of what is found.
fn names(answer: &Value) -> Vec<String> {
    answer["items"].as_array().unwrap().iter().map(|it| text(&it["name"])).collect()
}

/// What somebody gets at a path, as its status alone.
fn status(caller: &Client<'_>, what: &str, body: Option<&Value>) -> u16 {
    caller.call(what, body).status.as_u16()
}

/// A market with an offer of each sort that is not for everybody, and one that is; returns their ids by
/// name.
fn stocked(market: &Market) -> Vec<(&'static str, String)> {
    let operator = market.operator();
    let base = || [monthly("Base", "EUR", "10")];
    let open = market.offer("Open", &base());
    let retired = market.offer("Retired", &base());
    operator.post(&format!("/offers/{retired}/retire"), &json!({}));
    let paused = market.offer("Paused", &base());
    operator.post(&format!("/offers/{paused}/unpublish"), &json!({}));
    let draft = json!({ "name": { "en": "Draft" } });
    let draft = text(&operator.post("/offers", &draft)["id"]);
    let north = market.house.client(&market.house.north.admin);
    let foreign = json!({ "name": { "en": "Foreign" }, "state": "active" });
    let foreign = north.post("/specifications", &foreign);
    let foreign = json!({ "name": { "en": "Foreign" }, "specification": foreign["id"] });
    let foreign = text(&north.post("/offers", &foreign)["id"]);
    for verb in ["test", "activate", "launch"] {
        north.post(&format!("/offers/{foreign}/{verb}"), &json!({}));
    }
    vec![
        ("open", open),
        ("retired", retired),
        ("paused", paused),
        ("draft", draft),
        ("foreign", foreign),
    ]
}

#[test]
fn who_is_not_signed_in_sees_what_everybody_can_buy_now() {
    let market = Market::on("2026-01-01");
    let ids = stocked(&market);
    let stranger = Client::nobody(&market.house.app);
    assert_eq!(names(&stranger.get("/search")), ["Open"]);
    assert_eq!(stranger.get("/search")["total"], 1);
    for (name, id) in &ids {
        let seen = status(&stranger, &format!("GET /offers/{id}"), None);
        assert_eq!(seen, if *name == "open" { 200 } else { 404 }, "{name}");
        let wish = json!({ "currency": "EUR", "quantity": 2 });
        let told = status(&stranger, &format!("POST /offers/{id}/calculate"), Some(&wish));
        assert_eq!(told, if *name == "open" { 200 } else { 404 }, "{name}");
    }
    let open = &ids[0].1;
    for path in ["rating", "reviews", "sla", "recommendations"] {
        assert_eq!(status(&stranger, &format!("GET /offers/{open}/{path}"), None), 200, "{path}");
    }
    let shop = stranger.get("/shop");
    assert_eq!(
        shop,
        json!({
            "signed_in": false, "open": true, "name": "Provider", "currencies": ["EUR"],
            "zone": "UTC", "now": shop["now"],
        })
    );
}

#[test]
fn nothing_else_becomes_visible_by_it() {
    let market = Market::on("2026-01-01");
    let stranger = Client::nobody(&market.house.app);
    for path in [
        "offers",
        "carts",
        "orders",
        "accounts",
        "reviews",
        "recommendations",
        "specifications",
        "session",
    ] {
        assert_eq!(status(&stranger, &format!("GET /{path}"), None), 401, "{path}");
    }
    let order = json!({ "items": [] });
    for path in ["orders", "carts", "reviews", "orders/preview"] {
        assert_eq!(status(&stranger, &format!("POST /{path}"), Some(&order)), 401, "{path}");
    }
}

/// Says more of an offer than a door of ours lets one say.
fn revise_behind(
    market: &Market,
    offer: &str,
    change: impl Fn(&mut OfferContent) + Send + 'static,
) {
    let id = offer.parse().unwrap();
    let changed = market.house.app.bss.act(Author::of(Actor::duty("test")), move |act| {
        offer::revise(act, id, None, |mut it| {
            change(&mut it);
            Ok(it)
        })
    });
    changed.wait().unwrap();
}

/// Opens a catalog for somebody.
fn catalog_behind(market: &Market, audience: Audience) -> CatalogId {
    let opened = market.house.app.bss.act(Author::of(Actor::duty("test")), move |act| {
        let life = Life::new(State::Launched, Validity::ALWAYS)?;
        let name = format!("For {audience}").parse().unwrap();
        let name = Localized::new("en".parse().unwrap(), name);
        publication::open(act, SellerNumber::PROVIDER, (life, name), |it| Catalog {
            audience,
            ..it
        })
    });
    opened.wait().unwrap().id
}

#[test]
fn what_is_for_some_is_not_for_everybody() {
    let market = Market::on("2026-01-01");
    let stranger = Client::nobody(&market.house.app);
    let buyer = market.house.client(&market.house.customer.admin);
    let of_some = market.offer("Of some", &[monthly("Base", "EUR", "10")]);
    let both = market.offer("Of both", &[monthly("Base", "EUR", "10")]);
    let shut = catalog_behind(&market, Audience::Customers);
    let open = catalog_behind(&market, Audience::Everybody);
    revise_behind(&market, &of_some, move |it| it.catalogs = [shut].into());
    revise_behind(&market, &both, move |it| it.catalogs = [shut, open].into());
    assert_eq!(names(&stranger.get("/search")), ["Of both"]);
    assert_eq!(stranger.get("/search")["total"], 1);
    assert_eq!(status(&stranger, &format!("GET /offers/{of_some}"), None), 404);
    assert_eq!(names(&buyer.get("/search")).len(), 2);
    // And so it is with what only an account that is named may have.
    let account = market.house.customer.account.parse().unwrap();
    revise_behind(&market, &both, move |it| it.eligibility.accounts = [account].into());
    assert_eq!(names(&stranger.get("/search")), [""; 0]);
    assert_eq!(names(&buyer.get("/search")).len(), 2);
}

#[test]
fn what_a_stranger_is_told_counts_nothing_that_is_for_some() {
    let market = Market::on("2026-01-01");
    let stranger = Client::nobody(&market.house.app);
    let buyer = market.house.client(&market.house.customer.admin);
    let base = || [monthly("Base", "EUR", "10")];
    let open = market.offer("Open", &base());
    let [shut, chosen, later, over] =
        ["Shut", "Chosen", "Later", "Over"].map(|it| market.offer(it, &base()));
    let catalog = catalog_behind(&market, Audience::Customers);
    revise_behind(&market, &shut, move |it| it.catalogs = [catalog].into());
    let account = market.house.customer.account.parse().unwrap();
    revise_behind(&market, &chosen, move |it| it.eligibility.accounts = [account].into());
    let timed = |offer: &str, valid_for: Value| {
        let id = offer.split_once('_').unwrap().1;
        let path = format!("/tmf-api/productCatalogManagement/v4/productOffering/{id}");
        market.operator().patch(&path, &json!({ "validFor": valid_for }));
    };
    timed(&later, json!({ "startDateTime": "2026-02-01T00:00:00Z" }));
    timed(&over, json!({ "endDateTime": "2026-01-15T00:00:00Z" }));
    let told = || {
        let found = stranger.get("/search");
        let count = |of: &str| found["facets"][of][0]["count"].clone();
        assert_eq!(found["total"], count("currencies"));
        assert_eq!(found["total"], count("languages"));
        assert_eq!(found["total"], count("products"));
        let narrow = stranger.get("/search?q=o&limit=1");
        assert!(narrow["total"].as_u64() <= found["total"].as_u64(), "{narrow}");
        let mut names = names(&found);
        names.sort();
        assert_eq!(found["total"], names.len());
        names.join(" ")
    };
    for _ in 0..2 {
        assert_eq!(told(), "Open Over");
        assert!(buyer.get("/search")["total"].as_u64().unwrap() >= 4, "who is known sees more");
        market.house.app.keep_duties();
    }
    market.advance_to("2026-01-20");
    assert_eq!(told(), "Open");
    market.advance_to("2026-02-02");
    assert_eq!(told(), "Later Open");
    // What is delivered for some is not in the list of what is delivered, nor is it there by its id.
    let specifications = "/DSProductCatalog/api/catalogManagement/v2/productSpecification";
    for (offer, seen) in [(&open, true), (&later, true), (&shut, false), (&chosen, false)] {
        let ours = market.operator().get(&format!("/offers/{offer}"));
        let id = text(&ours["specification"]);
        market.operator().call(
            &format!("PATCH {specifications}/{}", id.split_once('_').unwrap().1),
            Some(&json!({ "lifecycleStatus": "Launched" })),
        );
        let path = format!("GET {specifications}/{}", id.split_once('_').unwrap().1);
        assert_eq!(status(&stranger, &path, None), if seen { 200 } else { 404 }, "{offer}");
        assert_eq!(status(&buyer, &path, None), 200);
    }
    let listed = stranger.get(specifications);
    let mut listed: Vec<_> =
        listed.as_array().unwrap().iter().map(|it| text(&it["name"])).collect();
    listed.sort();
    assert_eq!(listed, ["Later", "Open"]);
    let counted = stranger.get(&format!("{specifications}?action=count"));
    assert_eq!(counted, json!({ "size": 2 }));
}

#[test]
fn a_stranger_is_not_told_who_said_something() {
    let market = Market::on("2026-01-01");
    let customer = &market.house.customer;
    let offer = market.offer("Desk", &[monthly("Base", "EUR", "10")]);
    market.order(&json!({ "id": customer.account }), &offer, 1);
    let buyer = market.house.client(&customer.admin);
    buyer.post("/reviews", &json!({ "offer": offer, "stars": 4, "text": "It stands well." }));
    let stranger = Client::nobody(&market.house.app);
    let said = stranger.get(&format!("/offers/{offer}/reviews"));
    let said = &said["items"][0];
    assert_eq!((&said["text"], &said["is_own"]), (&json!("It stands well."), &json!(false)));
    assert!(said.get("account").is_none() && said.get("account_name").is_none(), "{said}");
}

#[test]
fn a_shop_that_is_not_public_is_shut_for_who_is_not_signed_in() {
    let app = App::reached("2026-01-01", Site { shop: Shop::Private, ..Site::UNKNOWN });
    let house = House::in_app(app);
    let market = Market::in_house(house, "2026-01-01");
    let offer = market.offer("Open", &[monthly("Base", "EUR", "10")]);
    let stranger = Client::nobody(&market.house.app);
    for path in ["/search", "/categories", &format!("/offers/{offer}")] {
        assert_eq!(status(&stranger, &format!("GET {path}"), None), 401, "{path}");
    }
    assert_eq!(
        stranger.get("/shop"),
        json!({
            "signed_in": false, "open": false, "name": null, "currencies": [], "zone": null, "now": null,
        })
    );
    let bae = stranger.call("GET /DSProductCatalog/api/catalogManagement/v2/productOffering", None);
    assert_eq!(bae.json(), json!([]));
    let buyer = market.house.client(&market.house.customer.admin);
    assert_eq!(names(&buyer.get("/search")), ["Open"]);
    assert_eq!(buyer.get("/shop")["open"], true);
}

#[test]
fn a_session_that_is_over_leaves_one_before_the_shelf() {
    let market = Market::on("2026-01-01");
    market.offer("Open", &[monthly("Base", "EUR", "10")]);
    let stale = Client::nobody(&market.house.app).header("cookie", "tillbox_session=over");
    assert_eq!(names(&stale.get("/search")), ["Open"]);
    assert_eq!(stale.get("/shop")["signed_in"], false);
    let wrong = Client::with_token(&market.house.app, "tbx_wrong");
    assert_eq!(status(&wrong, "GET /search", None), 401, "who shows a key is not taken for nobody");
}
