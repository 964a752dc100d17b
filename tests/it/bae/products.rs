//! Catalogs, categories and product specifications: what is taken of them, and what is refused.

use serde_json::{Value, json};

use super::shop::{Shop, digital, lead, offerings};
use super::told;
use crate::harness::house::House;

const NOTHING: &str = "00000000-0000-7000-8000-000000000000";

#[test]
fn whoever_writes_says_it_right_and_for_itself() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let buyer = Shop::of(&house, &house.north.customer.admin);
    let plain = |it: &str| it.split_once('_').unwrap().1.to_owned();

    let text = seller.0.call_raw(
        "POST /DSProductCatalog/api/catalogManagement/v2/catalog",
        Some(b"{\"name\"".to_vec()),
    );
    assert!(told(&text).starts_with("400 the body is not valid JSON"), "{}", told(&text));
    let named = json!({ "name": "North" });
    assert_eq!(buyer.is_refused("catalog", &named), "403 not permitted: catalog_write");
    assert_eq!(seller.is_refused("catalog", &json!([])), "400 the body must be an object (type)");
    assert_eq!(seller.is_refused("catalog", &json!({})), "400 `name` must be given (required)");
    let owned =
        |id: &str| json!({ "name": "North", "relatedParty": [{ "id": id, "role": "Owner" }] });
    let other = plain(&house.south.account);
    let refused =
        format!("403 `relatedParty` names the owner `{other}`, who is not you (not_owner)");
    assert_eq!(seller.is_refused("catalog", &owned(&other)), refused);

    let mut body = owned(&plain(&house.north.account));
    body["relatedParty"].as_array_mut().unwrap().push(json!({ "id": "7", "role": "Broker" }));
    let made = seller.make("catalog", &body);
    assert_eq!(made["validFor"], json!({ "startDateTime": "2026-01-01T00:00:00Z" }));
    assert_eq!(made["lifecycleStatus"], "In study");
    let roles: Vec<_> =
        made["relatedParty"].as_array().unwrap().iter().map(|it| &it["role"]).collect();
    assert_eq!(roles, ["Owner", "Broker"]);

    let mut turned = made["relatedParty"].clone();
    turned.as_array_mut().unwrap().reverse();
    seller.change(&made, &json!({ "relatedParty": turned }));
    let parties = json!({ "relatedParty": [made["relatedParty"][0]] });
    assert_eq!(
        seller.is_told(&made, &parties),
        "409 `relatedParty` cannot be changed once it is there (parties_stay)"
    );
    let missing =
        json!({ "href": format!("/DSProductCatalog/api/catalogManagement/v2/catalog/{NOTHING}") });
    assert_eq!(seller.asks(&missing), format!("404 `{NOTHING}` is not there"));
    let south = Shop::of(&house, &house.south.admin);
    let id = made["id"].as_str().unwrap();
    let theirs = south.call(&format!("PATCH catalog/{id}"), Some(&named));
    assert_eq!(told(&theirs), format!("404 `{id}` is not there"));
    let launched = seller.catalog("Shown");
    let id = launched["id"].as_str().unwrap();
    let bought = buyer.call(&format!("PATCH catalog/{id}"), Some(&named));
    assert_eq!(told(&bought), "403 not permitted: catalog_write");
}

#[test]
fn a_catalog_has_a_name_of_its_own_and_takes_offerings_when_it_is_ready() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let south = Shop::of(&house, &house.south.admin);
    let body = json!({
        "name": "Data", "description": "All sets", "type": "Product Catalog", "version": "0.1",
        "channel": [{ "id": "1", "name": "Web" }], "validFor": { "endDateTime": "2027-01-01T00:00:00Z" },
        "serviceLevelAgreement": { "updates": "1 a day" }, "invoicing": { "format": "PDF" },
        "shipping": { "carrier": "Gull" },
    });
    let category = seller.make("category", &json!({ "name": "Sets" }));
    let mut said = body.clone();
    said["category"] = json!([{ "id": category["id"] }]);
    let made = seller.make("catalog", &said);
    let own = ["validFor"];
    for (name, value) in body.as_object().unwrap().iter().filter(|it| !own.contains(&&**it.0)) {
        assert_eq!(made[name], *value, "{name}");
    }
    assert_eq!(made["validFor"]["endDateTime"], body["validFor"]["endDateTime"]);
    assert_eq!(made["lastUpdate"], "2026-01-01T00:00:00Z");
    assert_eq!(made["category"][0]["name"], "Sets");
    let taken = "409 another catalog is called `DATA`";
    assert_eq!(seller.is_refused("catalog", &json!({ "name": "DATA" })), taken);
    assert_eq!(south.is_refused("catalog", &json!({ "name": "DATA" })), taken);
    let other = seller.make("catalog", &json!({ "name": "Other" }));
    assert_eq!(seller.is_told(&other, &json!({ "name": "DATA" })), taken);

    let product = seller.product("Weather");
    let offering = json!({ "name": "Weather", "productSpecification": lead(&product) });
    assert_eq!(
        seller.is_refused(&offerings(&made), &offering),
        "400 the catalog `Data` must be active or launched, but is `in_study`"
    );
    for state in ["In design", "In test", "Active", "Launched"] {
        seller.moves(&made, state);
    }
    seller.make(&offerings(&made), &offering);
    assert_eq!(
        seller.is_told(&made, &json!({ "lifecycleStatus": "In test" })),
        "400 cannot test a catalogue element that is `launched`"
    );
    assert_eq!(
        seller.is_told(&made, &json!({ "lifecycleStatus": "Burnt" })),
        "400 `lifecycleStatus` `Burnt` is no state (enum)"
    );
    let retired = json!({ "name": "Late", "lifecycleStatus": "Retired" });
    assert_eq!(
        seller.is_refused("catalog", &retired),
        "400 a catalogue element cannot begin as `retired`"
    );
}

#[test]
fn categories_are_a_tree_of_names() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let buyer = Shop::of(&house, &house.north.customer.admin);
    let root = json!({ "name": "Data", "isRoot": true, "lifecycleStatus": "Launched" });
    assert_eq!(buyer.is_refused("category", &root), "403 not permitted: catalog_publish");
    let made = seller.make("category", &root);
    let below = |name: &str| json!({ "name": name, "isRoot": false, "parentId": made["id"] });
    let child = seller.make("category", &below("Weather"));
    assert_eq!((&child["isRoot"], &child["parentId"]), (&json!(false), &made["id"]));
    for (body, expected) in [
        (json!({ "isRoot": true }), "400 `name` must be given (required)"),
        (
            json!({ "name": "A", "isRoot": true, "parentId": made["id"] }),
            "400 `parentId` must be left out: a root has none (conflict)",
        ),
        (
            json!({ "name": "A", "isRoot": false }),
            "400 `parentId` must be given: the category is no root (required)",
        ),
        (
            json!({ "name": "A", "isRoot": false, "parentId": "7" }),
            "400 `parentId` names the category `7`, which is not there (reference)",
        ),
        (below("weather"), "409 another category at this place is called `weather`"),
        (json!({ "name": "DATA" }), "409 another category at this place is called `DATA`"),
    ] {
        assert_eq!(seller.is_refused("category", &body), expected);
    }
    seller.make("category", &json!({ "name": "Weather", "isRoot": true }));
    assert_eq!(
        seller.is_told(&child, &json!({ "isRoot": true, "parentId": null })),
        "409 another category at this place is called `Weather`"
    );
    let renamed = seller.change(&child, &json!({ "name": "Rain", "description": "Drops" }));
    assert_eq!((&renamed["description"], &renamed["parentId"]), (&json!("Drops"), &made["id"]));
    for name in ["id", "version", "lastUpdate", "lifecycleStatus", "validFor"] {
        assert_ne!(renamed[name], Value::Null, "{name}");
    }
    let remove = |of: &Value| {
        told(&seller.0.call(&format!("DELETE {}", of["href"].as_str().unwrap()), None))
    };
    assert!(remove(&made).starts_with("400"), "{}", remove(&made));
    assert_eq!(remove(&child), "204");
    assert_eq!(remove(&made), "204");
}

#[test]
fn a_product_reads_back_as_it_was_said() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let body = json!({
        "name": "Weather", "brand": "Sky", "productNumber": "W-1", "version": "1.0",
        "description": "From everywhere",
        "serviceSpecification": [{ "id": "3", "name": "Stream", "version": "1" }],
        "resourceSpecification": [{ "id": "4", "name": "Station", "version": "2" }],
        "attachment": [{ "id": "1", "type": "Picture", "url": "https://sky.example.com/w.png" }],
        "validFor": { "startDateTime": "2026-01-01T00:00:00Z" },
        "productSpecCharacteristic": [{
            "name": "Stations", "description": "How many", "valueType": "number",
            "configurable": true, "validFor": { "startDateTime": "2026-01-01T00:00:00Z" },
            "productSpecCharacteristicValue": [
                {
                    "valueType": "number", "default": true, "value": "10", "unitOfMeasure": "piece",
                    "validFor": { "endDateTime": "2030-01-01T00:00:00Z" },
                },
                { "valueType": "number", "default": false, "valueFrom": "20", "valueTo": "90" },
            ],
        }],
    });
    let made = seller.make("productSpecification", &body);
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(made[name], *value, "{name}");
    }
    assert_eq!((&made["isBundle"], &made["lifecycleStatus"]), (&json!(false), &json!("In study")));
    let relation = |kind: &str| {
        let period = json!({ "endDateTime": "2030-01-01T00:00:00Z" });
        json!({ "id": made["id"], "href": made["href"], "type": kind, "validFor": period })
    };
    let related = json!({
        "name": "Forecast",
        "relatedParty": [{ "id": "7", "role": "Broker", "name": "B", "validFor": {} }],
        "productSpecificationRelationship": [relation("dependency"), relation("migration")],
    });
    let forecast = seller.make("productSpecification", &related);
    let name = "productSpecificationRelationship";
    assert_eq!(forecast[name], related[name]);
    assert_eq!(forecast["relatedParty"][1], related["relatedParty"][0]);
    let strange = json!({ "name": "A", name: [relation("friendship")] });
    assert_eq!(
        seller.is_refused("productSpecification", &strange),
        "400 `productSpecificationRelationship[0].type` `friendship` is no relation (enum)"
    );
    let two = json!([
        { "value": "a", "default": true }, { "value": "b", "default": true },
    ]);
    let defaults = json!({ "name": "A", "productSpecCharacteristic": [
        { "name": "Color", "productSpecCharacteristicValue": two },
    ] });
    let refused = seller.is_refused("productSpecification", &defaults);
    assert!(refused.starts_with("400 `productSpecCharacteristic[0]"), "{refused}");
    assert!(refused.contains("must have at most 1 defaults"), "{refused}");
}

#[test]
fn a_product_is_what_its_parts_are() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let made = seller.make("productSpecification", &json!({ "name": "Weather" }));
    let parts = [seller.product("One"), seller.product("Two")];
    let bundle = |parts: Vec<Value>| json!({ "name": "Both", "isBundle": true, "lifecycleStatus": "Active", "bundledProductSpecification": parts });
    let both = seller.make("productSpecification", &bundle(parts.iter().map(lead).collect()));
    let south = Shop::of(&house, &house.south.admin);
    let theirs = south.product("Theirs");
    for (more, expected) in [
        (None, "422 `bundledProductSpecification` must have at least 2 entries: it is a bundle (bundle)".to_owned()),
        (Some(json!({ "name": "x" })), "422 `bundledProductSpecification[1]` must have the `href` of a product (bundle)".to_owned()),
        (Some(json!({ "id": NOTHING })), format!("422 `bundledProductSpecification[1]` leads to `{NOTHING}`, which is not there (bundle)")),
        (Some(lead(&theirs)), format!("422 `bundledProductSpecification[1]` leads to `{}`, which is not there (bundle)", theirs["id"].as_str().unwrap())),
        (Some(lead(&both)), "422 `bundledProductSpecification[1]` leads to `Both`, which is a bundle itself (bundle)".to_owned()),
        (Some(lead(&made)), "422 `bundledProductSpecification[1]` leads to `Weather`, which must be active or launched, not `in_study` (bundle)".to_owned()),
    ] {
        let all = [Some(lead(&parts[0])), more].into_iter().flatten().collect();
        assert_eq!(seller.is_refused("productSpecification", &bundle(all)), expected);
    }
    let mut plain = bundle(parts.iter().map(lead).collect());
    plain["isBundle"] = json!(false);
    assert_eq!(
        seller.is_refused("productSpecification", &plain),
        "422 `bundledProductSpecification` must be left out: only a bundle is made of others (bundle)"
    );
    let third = seller.product("Three");
    let anew = json!({ "bundledProductSpecification": [lead(&parts[0]), lead(&third)] });
    seller.change(&both, &anew);
    seller.moves(&both, "Launched");
    let back = json!({ "bundledProductSpecification": [lead(&parts[0]), lead(&parts[1])] });
    assert_eq!(
        seller.is_told(&both, &back),
        "422 `bundledProductSpecification` can be changed while it is active, not while `launched` (specified)"
    );
    seller.change(&both, &anew);
}

#[test]
fn a_product_stays_what_it_was_but_for_an_upgrade() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let color = json!({ "name": "Color", "productSpecCharacteristicValue": [{ "value": "blue" }] });
    let at = |location: &str| {
        let all = [digital(location), vec![color.clone()]].concat();
        json!({ "name": "Set", "version": "1.0", "productSpecCharacteristic": all })
    };
    let made = seller.make("productSpecification", &at("https://data.example.com/1"));
    let change = |location: &str, version: Option<&str>| {
        let mut body = at(location);
        body.as_object_mut().unwrap().remove("name");
        body.as_object_mut().unwrap().remove("version");
        if let Some(version) = version {
            body["version"] = json!(version);
        }
        body
    };
    seller.change(&made, &change("https://data.example.com/1", None));
    for (body, expected) in [
        (
            change("https://data.example.com/2", None),
            "422 `version` must be a higher one: another asset is an upgrade (specified)",
        ),
        (
            change("https://data.example.com/2", Some("0.9")),
            "422 `version` must be higher than `1.0` (specified)",
        ),
        (
            json!({ "version": "1.1" }),
            "422 `productSpecCharacteristic` must come with the asset of that version: an upgrade is both (specified)",
        ),
        (
            json!({ "productSpecCharacteristic": digital("https://data.example.com/1") }),
            "422 `productSpecCharacteristic` cannot be changed: products that were sold have them (specified)",
        ),
        (
            json!({ "productSpecCharacteristic": [color] }),
            "422 `productSpecCharacteristic` cannot become digital, or cease to be (specified)",
        ),
    ] {
        assert_eq!(seller.is_told(&made, &body), expected);
    }
    let upgraded = seller.change(&made, &change("https://data.example.com/2", Some("1.1")));
    assert_eq!(upgraded["version"], "1.1");
    let hands = seller.product("By hand");
    let body = json!({ "productSpecCharacteristic": digital("https://data.example.com/3"), "version": "2" });
    assert!(
        seller.is_told(&hands, &body).starts_with("422 `productSpecCharacteristic` cannot become")
    );
    seller.change(&hands, &json!({ "version": "2" }));
    let part = json!({ "name": "Part", "productSpecCharacteristic": digital("https://x.example.com/")[..2] });
    assert_eq!(
        seller.is_refused("productSpecification", &part),
        "422 `productSpecCharacteristic` must have `Location`, too: a digital product has all three (digital)"
    );
}

#[test]
fn a_license_is_accepted_by_who_buys() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let license = |name: &str| json!({ "name": name, "description": "Do no harm", "productSpecCharacteristicValue": [{ "value": "Open 1.0" }] });
    let twice = json!({ "name": "Set", "productSpecCharacteristic": [license("License"), license("license")] });
    assert_eq!(
        seller.is_refused("productSpecification", &twice),
        "422 `productSpecCharacteristic` must have `License` at most once (digital)"
    );
    let once = json!({ "name": "Set", "version": "1.0", "lifecycleStatus": "Launched", "productSpecCharacteristic": [license("License")] });
    let product = seller.make("productSpecification", &once);
    let made = seller.offering(&seller.catalog("Data"), &product, "Set");
    let ours = seller.0.get(&format!("/offers/{}", made["id"].as_str().unwrap()));
    assert_eq!(ours["terms_of_use"]["title"], json!({ "en": "Open 1.0" }));
    assert_eq!(ours["terms_of_use"]["text"], json!({ "en": "Do no harm" }));
}

/// What is not on the market is not there for who only buys: in this contract too.
#[test]
fn what_is_not_launched_is_seen_by_its_seller_alone() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let strangers = [
        Shop::of(&house, &house.north.customer.admin),
        Shop::of(&house, &house.south.admin),
        Shop(crate::harness::client::Client::nobody(&house.app)),
    ];
    for kind in ["catalog", "category", "productSpecification"] {
        let made = seller.make(kind, &json!({ "name": "Draft", "lifecycleStatus": "Active" }));
        for it in &strangers {
            assert!(it.asks(&made).starts_with("404 "), "{kind}");
            assert_eq!(it.call(&format!("GET {kind}"), None).ok(), json!([]), "{kind}");
        }
        seller.moves(&made, "Launched");
        assert_eq!(strangers[0].asks(&made), "200", "{kind}");
        assert!(strangers[1].asks(&made).starts_with("404 "), "{kind}");
    }
}
