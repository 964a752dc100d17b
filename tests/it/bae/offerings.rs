//! Offerings: what they deliver, and how they come to the market and leave it.

use serde_json::{Value, json};

use super::items;
use super::shop::{Shop, digital, lead, monthly, offerings};
use crate::harness::client::Client;
use crate::harness::house::House;

const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

fn state(it: &Value) -> &str {
    it["lifecycleStatus"].as_str().unwrap()
}

/// From the product over its offering to the market and off it, seen by who would buy.
#[test]
fn an_offering_is_launched_last_and_stays_what_it_was() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.operator);
    let buyers = [Shop::of(&house, &house.customer.admin), Shop(Client::nobody(&house.app))];
    let catalog = seller.catalog("Data");
    let ready = json!({ "name": "Weather", "lifecycleStatus": "Active" });
    let product = seller.make("productSpecification", &ready);
    let offering = seller.offering(&catalog, &product, "Weather live");
    assert_eq!((state(&offering), &offering["isBundle"]), ("Active", &json!(false)));
    assert_eq!(offering["productSpecification"]["name"], "Weather");
    assert_eq!(offering["productSpecification"]["lifecycleStatus"], "Active");
    let launch = json!({ "lifecycleStatus": "Launched" });
    for it in &buyers {
        assert!(it.asks(&offering).starts_with("404 "));
        assert_eq!(it.call("GET productOffering?action=count", None).ok(), json!({ "size": 0 }));
    }
    assert_eq!(
        seller.is_told(&offering, &launch),
        "400 `Weather live` cannot be launched: its product `Weather` must be launched, but is `active`"
    );
    seller.moves(&product, "Launched");
    assert_eq!(state(&seller.change(&offering, &launch)), "Launched");
    for it in &buyers {
        assert_eq!(it.see(&offering)["name"], "Weather live");
        let found = items(&it.call("GET productOffering?lifecycleStatus=Launched", None));
        assert_eq!(found.len(), 1);
    }
    for (body, field) in [
        (json!({ "isBundle": true }), "isBundle"),
        (json!({ "productSpecification": { "id": NOTHING } }), "productSpecification"),
        (json!({ "bundledProductOffering": [{ "id": NOTHING }] }), "bundledProductOffering"),
    ] {
        let expected = format!(
            "403 `{field}` cannot be changed: what an offering was made of stays (offered)"
        );
        assert_eq!(seller.is_told(&offering, &body), expected);
    }
    let echo = seller.see(&offering);
    seller.change(&offering, &echo);
    let more = json!({
        "description": "Now", "version": "2.0", "place": [{ "name": "Berlin" }],
        "channel": [{ "id": "1", "name": "Web" }],
        "validFor": { "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z" },
    });
    let changed = seller.change(&offering, &more);
    for (name, value) in more.as_object().unwrap() {
        assert_eq!(changed[name], *value, "{name}");
    }
    assert_eq!(changed["lastUpdate"], "2026-01-01T00:00:00Z");

    let retired = seller.moves(&offering, "Retired");
    assert_eq!(state(&retired), "Retired");
    let told = house.client(&house.customer.admin).get("/search?q=weather");
    assert_eq!(told["items"], json!([]), "what is retired is not for sale");
}

#[test]
fn an_offering_delivers_a_product_or_a_bundle_of_offerings() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let path = offerings(&catalog);
    let draft = seller.make("productSpecification", &json!({ "name": "Draft" }));
    let (one, two) =
        (seller.offering(&catalog, &product, "One"), seller.offering(&catalog, &product, "Two"));
    let single = |of: Value| json!({ "name": "A", "productSpecification": of });
    let bundle = |parts: &[&Value]| {
        let parts: Vec<_> = parts.iter().map(|it| lead(it)).collect();
        json!({ "name": "A", "isBundle": true, "bundledProductOffering": parts })
    };
    let both = seller.make(&path, &bundle(&[&one, &two]));
    let mut with_product = bundle(&[&one, &two]);
    with_product["productSpecification"] = lead(&product);
    let mut with_parts = single(lead(&product));
    with_parts["bundledProductOffering"] = json!([lead(&one)]);
    let mut with_category = single(lead(&product));
    with_category["category"] = json!([{ "id": NOTHING }]);
    let mut with_model = single(lead(&product));
    with_model["serviceCandidate"] = json!({ "id": "defaultRevenue", "name": "Default" });
    let shared = seller.make(&path, &with_model);
    assert_eq!(shared["serviceCandidate"], with_model["serviceCandidate"]);
    with_model["serviceCandidate"]["id"] = json!("golden");
    let data = json!({ "name": "Set", "lifecycleStatus": "Launched", "productSpecCharacteristic": digital("https://d.example.com/1") });
    let data = seller.make("productSpecification", &data);
    let file = seller.offering(&catalog, &data, "File");
    let missing = json!({ "id": NOTHING, "href": "x" });
    for (body, expected) in [
        (json!({ "name": "A" }), "422 `productSpecification` must be given: it is what is delivered (delivers)".to_owned()),
        (single(json!({ "name": "x" })), "422 `productSpecification` must have the `href` of a product (delivers)".to_owned()),
        (single(missing.clone()), format!("422 `productSpecification` leads to `{NOTHING}`, which is not there (delivers)")),
        (single(lead(&draft)), "400 the product `Draft` must be active or launched, but is `in_study`".to_owned()),
        (with_product, "422 `productSpecification` must be left out: a bundle has none of its own (delivers)".to_owned()),
        (with_parts, "422 `bundledProductOffering` must be left out: only a bundle is made of others (delivers)".to_owned()),
        (bundle(&[&one]), "422 `bundledProductOffering` must have at least 2 entries: it is a bundle (bundle)".to_owned()),
        (bundle(&[&one, &missing]), format!("422 `bundledProductOffering[1]` leads to `{NOTHING}`, which is not there (bundle)")),
        (bundle(&[&one, &both]), "422 `bundledProductOffering[1]` leads to `A`, which is a bundle itself (bundle)".to_owned()),
        (bundle(&[&one, &file]), "422 `bundledProductOffering` must all be digital, or all physical (bundle)".to_owned()),
        (with_model, "422 `serviceCandidate.id` names the class `golden`, for which revenue has no model (delivers)".to_owned()),
        (with_category, format!("400 `category[0].id` names the category `{NOTHING}`, which is not there (reference)")),
    ] {
        assert_eq!(seller.is_refused(&path, &body), expected, "{body}");
    }
    let launch = json!({ "lifecycleStatus": "Launched" });
    for state in ["In design", "In test", "Active"] {
        seller.moves(&both, state);
    }
    let refused = seller.is_told(&both, &launch);
    assert!(refused.starts_with("400 "), "{refused}");
    assert!(
        refused.contains("`bundledProductOffering[0].id` must be a launched offer"),
        "{refused}"
    );
    seller.moves(&one, "Launched");
    seller.moves(&two, "Launched");
    assert_eq!(state(&seller.change(&both, &launch)), "Launched");
}

#[test]
fn what_is_offered_is_retired_after_its_offerings() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let one = seller.offering(&catalog, &product, "One");
    let two = seller.offering(&catalog, &product, "Two");
    seller.moves(&one, "Launched");
    let (retire, forget) =
        (json!({ "lifecycleStatus": "Retired" }), json!({ "lifecycleStatus": "Obsolete" }));
    for it in [&catalog, &product] {
        let refused = seller.is_told(it, &retire);
        assert!(refused.starts_with("400 retire `"), "{refused}");
        assert!(refused.ends_with(" and 1 more first"), "{refused}");
    }
    seller.moves(&one, "Retired");
    seller.moves(&two, "Retired");
    for it in [&catalog, &product] {
        seller.change(it, &retire);
        let refused = seller.is_told(it, &forget);
        assert!(refused.starts_with("400 cannot withdraw what `2` others still hold"), "{refused}");
    }
    seller.moves(&one, "Obsolete");
    seller.moves(&two, "Obsolete");
    for it in [&catalog, &product] {
        assert_eq!(state(&seller.change(it, &forget)), "Obsolete");
    }
}

/// What stands before it can go with it, if that is what is wanted, and is foretold.
#[test]
fn offerings_go_off_the_market_with_what_they_stand_before() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let one = seller.offering(&catalog, &product, "One");
    let two = seller.offering(&catalog, &product, "Two");
    let draft = json!({ "name": "Draft", "productSpecification": lead(&product) });
    let draft = seller.make(&offerings(&catalog), &draft);
    let parts = [lead(&one), lead(&two)];
    let both = json!({ "name": "Both", "isBundle": true, "lifecycleStatus": "Active", "bundledProductOffering": parts });
    let both = seller.make(&offerings(&catalog), &both);
    seller.moves(&one, "Launched");
    let path = format!("/specifications/{}", product["id"].as_str().unwrap());
    let told = seller.0.get(&format!("{path}/retirement"));
    let told: Vec<_> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| format!("{} {}", it["name"].as_str().unwrap(), it["becomes"].as_str().unwrap()))
        .collect();
    assert_eq!(told, ["One retired", "Two retired", "Draft rejected", "Both retired"]);
    let refused =
        seller.0.call(&format!("POST {path}/retire"), Some(&json!({ "with_offers": false })));
    assert_eq!(refused.status.as_u16(), 422);
    let href = product["href"].as_str().unwrap();
    let retire = json!({ "lifecycleStatus": "Retired" });
    let retired = seller.0.call(&format!("PATCH {href}?cascade=true"), Some(&retire)).ok();
    assert_eq!(state(&retired), "Retired");
    let states = [&one, &two, &draft, &both].map(|it| state(&seller.see(it)).to_owned());
    assert_eq!(states, ["Retired", "Retired", "Rejected", "Retired"]);
    let href = catalog["href"].as_str().unwrap();
    let retired = seller.0.call(&format!("PATCH {href}?cascade=true"), Some(&retire)).ok();
    assert_eq!(state(&retired), "Retired");
}

/// What is ready for the market may be so on several of them.
#[test]
fn an_offering_goes_from_the_store_of_its_seller_to_the_catalogs_that_it_selects() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (one, two) = (seller.catalog("Data"), seller.catalog("Tools"));
    let made = seller.offering(&one, &seller.product("Weather"), "Weather");
    let draft = seller.make("catalog", &json!({ "name": "Draft" }));
    let to =
        |all: &[&Value]| json!({ "catalog": all.iter().map(|it| lead(it)).collect::<Vec<_>>() });
    let count = |of: &Value| {
        let path = format!("GET {}?action=count", offerings(of));
        seller.call(&path, None).ok()["size"].as_u64().unwrap()
    };
    seller.change(&made, &to(&[&one, &two]));
    assert_eq!((count(&one), count(&two)), (1, 1));
    assert_eq!(
        seller.is_told(&made, &to(&[&one, &draft])),
        "400 the catalog `Draft` must be active or launched, but is `in_study`"
    );
    assert_eq!(
        seller.is_told(&made, &to(&[])),
        "400 `catalog` must have at least one: an offering stands in a catalog (required)"
    );
}

/// Who sells puts offerings into its catalog before it launches that, into one of who sells to it from its launch
/// on, and into none after it is retired. What is launched stands in what is.
#[test]
fn a_catalog_takes_offerings_once_it_is_ready() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (product, elsewhere) = (seller.product("Weather"), seller.catalog("Elsewhere"));
    let made = seller.offering(&elsewhere, &product, "Made");
    let catalog = seller.make("catalog", &json!({ "name": "Data" }));
    let offering = json!({ "name": "Weather", "productSpecification": lead(&product) });
    let there = json!({ "catalog": [lead(&elsewhere), lead(&catalog)] });
    for state in ["In study", "In design", "In test"] {
        if state != "In study" {
            seller.moves(&catalog, state);
        }
        let word = state.to_lowercase().replace(' ', "_");
        let refused = format!("400 the catalog `Data` must be active or launched, but is `{word}`");
        assert_eq!(seller.is_refused(&offerings(&catalog), &offering), refused);
        assert_eq!(seller.is_told(&made, &there), refused);
    }
    seller.moves(&catalog, "Active");
    let early = seller.offering(&catalog, &product, "Early");
    let told = seller.is_told(&early, &json!({ "lifecycleStatus": "Launched" }));
    assert!(
        told.starts_with("400 ") && told.contains("must be launched, but is `active`"),
        "{told}"
    );
    seller.moves(&made, "Launched");
    let refused = "400 the catalog `Data` must be launched for that, but is `active`";
    assert_eq!(seller.is_told(&made, &there), refused);
    seller.moves(&catalog, "Launched");
    seller.moves(&early, "Launched");
    seller.change(&made, &there);
    // A catalog of the house is there for its sellers from its launch on.
    let operator = Shop::of(&house, &house.operator);
    let fair = operator.make("catalog", &json!({ "name": "Fair", "lifecycleStatus": "Active" }));
    let path = offerings(&fair);
    let put = |named: &str| {
        let body = json!({ "name": named, "productSpecification": lead(&product) });
        seller.call(&format!("POST {path}"), Some(&body)).status.as_u16()
    };
    assert_eq!(put("Early"), 404, "nobody but the house sees it");
    operator.moves(&fair, "Launched");
    assert_eq!(put("In time"), 201);
    let shown = operator.call(&format!("GET {path}"), None).ok();
    assert_eq!(shown[0]["name"], "In time");
    let mine = &seller.call(&format!("GET {path}"), None).ok()[0];
    assert_eq!(mine["catalog"][0]["id"], fair["id"], "it stands there");
    for state in ["Active", "In test"] {
        assert!(operator.is_told(&fair, &json!({ "lifecycleStatus": state })).starts_with("400 "));
    }
}

/// A bundle is shown with what is in it, where one asks for it.
#[test]
fn a_bundle_shows_its_offerings_as_a_whole_to_who_asks_for_depth() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let parts = ["One", "Two"].map(|it| lead(&seller.offering(&catalog, &product, it)));
    let body = json!({ "name": "Both", "isBundle": true, "bundledProductOffering": parts });
    let made = seller.make(&offerings(&catalog), &body);
    let deep = seller.0.call(&format!("GET {}?depth=2", made["href"].as_str().unwrap()), None).ok();
    let part = &deep["bundledProductOffering"][1];
    assert_eq!(
        (&part["name"], &part["productOfferingPrice"][0]["name"]),
        (&json!("Two"), &json!("Monthly"))
    );
    assert_eq!(made["bundledProductOffering"][1].get("name"), None);
}

/// Each kind of element goes the same way, step by step, and no other.
#[test]
fn all_elements_of_the_catalogue_live_the_same_life() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let offer = json!({ "name": "A", "productSpecification": lead(&product) });
    for (path, body) in [
        ("category", json!({ "name": "A" })),
        ("catalog", json!({ "name": "A" })),
        ("productSpecification", json!({ "name": "A" })),
        (&offerings(&catalog), offer),
    ] {
        let made = seller.make(path, &body);
        assert_eq!(state(&made), "In study");
        for (next, wrong) in [
            ("In design", "Active"),
            ("In test", "Launched"),
            ("In design", "Retired"),
            ("In test", "Retired"),
            ("Active", "Obsolete"),
            ("Launched", "Rejected"),
            ("Retired", "In test"),
            ("Obsolete", "Launched"),
        ] {
            let to = json!({ "lifecycleStatus": wrong });
            assert!(seller.is_told(&made, &to).starts_with("400 "), "{path} {wrong}");
            assert_eq!(state(&seller.moves(&made, next)), next, "{path}");
        }
        let rejected = seller.make(path, &with(&body, "name", "B"));
        for next in ["In design", "In test", "Rejected"] {
            assert_eq!(state(&seller.moves(&rejected, next)), next, "{path}");
        }
        let more = json!({ "lifecycleStatus": "In design" });
        assert!(seller.is_told(&rejected, &more).starts_with("400 "), "{path}");
        if path == "category" {
            let gone = seller.0.call(&format!("DELETE {}", made["href"].as_str().unwrap()), None);
            assert_eq!(gone.status.as_u16(), 204, "what is obsolete can be removed");
        }
    }
}

fn with(body: &Value, name: &str, value: &str) -> Value {
    let mut body = body.clone();
    body[name] = json!(value);
    body
}

/// An offering stands in the catalog in which it was made, and in no other.
#[test]
fn a_catalog_shows_its_own_offerings() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, other) = (seller.catalog("Data"), seller.catalog("Tools"));
    let product = seller.product("Weather");
    let made = seller.offering(&catalog, &product, "Weather");
    let names = |of: &Value| {
        let all = items(&seller.call(&format!("GET {}", offerings(of)), None));
        all.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((names(&catalog), names(&other)), (vec!["Weather".to_owned()], vec![]));
    let id = made["id"].as_str().unwrap();
    let elsewhere =
        json!({ "href": format!("{}/productOffering/{id}", other["href"].as_str().unwrap()) });
    assert_eq!(seller.asks(&elsewhere), format!("404 `{id}` is not there"));
    let nowhere = seller
        .is_refused_at(NOTHING, &json!({ "name": "A", "productOfferingPrice": [monthly("M")] }));
    assert_eq!(nowhere, format!("404 `{NOTHING}` is not there"));
}

impl Shop<'_> {
    /// What is said to a new offering in a catalog that is not there.
    fn is_refused_at(&self, catalog: &str, body: &Value) -> String {
        let path = format!("POST catalog/{catalog}/productOffering");
        super::told(&self.call(&path, Some(body)))
    }
}

#[test]
fn what_was_retired_before_it_was_launched_is_for_its_seller_alone() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let buyer = Shop::of(&house, &house.north.customer.admin);
    for path in ["productSpecification", "catalog"] {
        let [never, once] = ["Never", "Once"].map(|name| {
            let name = format!("{name} {path}");
            seller.make(path, &json!({ "name": name, "lifecycleStatus": "Active" }))
        });
        seller.moves(&once, "Launched");
        for it in [&never, &once] {
            seller.moves(it, "Retired");
        }
        assert_eq!(buyer.see(&once)["lifecycleStatus"], "Retired", "somebody may have it");
        assert!(buyer.asks(&never).starts_with("404"), "nobody else has ever seen it");
        assert_eq!(seller.see(&never)["lifecycleStatus"], "Retired");
    }
}
