//! Lists: which part of what is wanted, in which order, and how many there are.

use serde_json::{Value, json};

use super::items;
use super::shop::{Shop, lead, offerings};
use crate::harness::house::House;

#[test]
fn a_list_is_filtered_sorted_cut_and_counted() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    for (name, state, brand) in
        [("Rain", "Active", "Sky"), ("Wind", "Launched", "Sky"), ("Traffic", "Launched", "Road")]
    {
        let body = json!({ "name": name, "lifecycleStatus": state, "brand": brand, "description": "Live" });
        seller.make("productSpecification", &body);
        house.app.pass("1 day");
    }
    let get = |query: &str| seller.call(&format!("GET productSpecification?{query}"), None);
    let names = |query: &str| {
        let all = items(&get(query));
        all.iter().map(|it| it["name"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    };
    for (query, expected) in [
        ("", "Rain Wind Traffic"),
        ("size=2", "Rain Wind"),
        ("offset=1&size=1", "Wind"),
        ("sort=name", "Rain Traffic Wind"),
        ("sort=date", "Traffic Wind Rain"),
        ("lifecycleStatus=launched", "Wind Traffic"),
        ("lifecycleStatus=Active,Launched&brand=sky", "Rain Wind"),
        ("body=live%20sky", "Rain Wind"),
        ("body=nothing", ""),
        ("name=wind", "Wind"),
        ("isBundle=true", ""),
        ("depth=2&name=Rain", "Rain"),
    ] {
        assert_eq!(names(query), expected, "{query}");
    }
    assert_eq!(get("action=count&brand=Sky").ok(), json!({ "size": 2 }));
    let part = get("size=1&fields=name");
    assert_eq!(part.headers["x-total-count"], "3");
    let fields: Vec<_> = part.json()[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["href", "id", "name"]);
    let owner = items(&get("size=1"))[0]["relatedParty"][0]["id"].clone();
    assert_eq!(names(&format!("relatedParty.id={}", owner.as_str().unwrap())), "Rain Wind Traffic");
    assert_eq!(names("relatedParty.id=7"), "");
    for (query, expected) in [
        ("size=x", "400 `size` must be a whole number from 0 (range)"),
        ("sort=price", "400 `sort` `price` is none of `date`, `name` (enum)"),
        ("action=fly", "400 `action` `fly` is none of `count` (enum)"),
    ] {
        assert_eq!(super::told(&get(query)), expected);
    }
}

#[test]
fn offerings_are_found_by_owner_category_and_product() {
    let house = House::on("2026-01-01");
    let seller = Shop::of(&house, &house.north.admin);
    let (catalog, product) = (seller.catalog("Data"), seller.product("Weather"));
    let category = json!({ "name": "Sets", "lifecycleStatus": "Launched" });
    let category = seller.make("category", &category);
    let body = json!({ "name": "In", "productSpecification": lead(&product), "category": [lead(&category)] });
    let made = seller.make(&offerings(&catalog), &body);
    seller.offering(&catalog, &product, "Out");
    let count = |query: String| {
        let found = seller.call(&format!("GET productOffering?action=count&{query}"), None).ok();
        found["size"].as_u64().unwrap()
    };
    let id = |of: &Value| of["id"].as_str().unwrap().to_owned();
    assert_eq!(count(format!("category.id={}", id(&category))), 1);
    assert_eq!(count("category.name=sets".to_owned()), 1);
    assert_eq!(count(format!("productSpecification.id={}", id(&product))), 2);
    assert_eq!(count(format!("relatedParty={}", id(&made["relatedParty"][0]))), 2);
    assert_eq!(count(format!("bundledProductOffering.id={}", id(&made))), 0);
}
