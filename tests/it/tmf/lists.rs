//! Filters, `fields`, `sort` and parts of lists, as TMF630 has them.

use serde_json::json;

use super::{header, items, told};
use crate::harness::client::Client;
use crate::harness::house::House;

const PATH: &str = "/tmf-api/agreementManagement/v4/agreement";

fn furnish(client: &Client<'_>) {
    for (name, kind, amount, party) in [
        ("Alpha", "commercial", 10, "p1"),
        ("Beta", "commercial", 9, "p2"),
        ("Gamma, the third", "legal", 100, "p1"),
        ("Delta", "legal", 1, "p3"),
    ] {
        let body = json!({
            "name": name, "agreementType": kind, "engagedParty": [{ "id": party }],
            "agreementItem": [{ "product": [{ "id": format!("{party}-product") }] }],
            "color": { "depth": amount }, "agreementPeriod": { "endDateTime": "2026-05-01T00:00:00Z" },
        });
        client.post(PATH, &body);
    }
}

fn names(client: &Client<'_>, query: &str) -> String {
    let answer = client.call(&format!("GET {PATH}?{query}"), None);
    if !answer.status.is_success() {
        return told(&answer);
    }
    let names: Vec<_> = items(&answer).iter().map(|it| it["name"].to_string()).collect();
    let parts = ["x-total-count", "x-result-count"].map(|it| header(&answer, it).unwrap_or("-"));
    format!("{} {} of {}: {}", answer.status.as_u16(), parts[1], parts[0], names.join(" "))
}

#[test]
fn a_list_is_filtered_sorted_and_cut_as_it_is_asked() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    furnish(&client);
    let told: Vec<_> = [
        "",
        "agreementType=legal",
        "agreementType=legal&name=Delta",
        "name=Gamma,%20the%20third",
        "name=Alpha,Beta",
        "name=Alpha;name=Beta",
        "engagedParty.id=p1",
        "agreementItem.product.id=p3-product",
        "color.depth.gt=9",
        "color.depth%3C10",
        "agreementPeriod.endDateTime=2026-05",
        "agreementPeriod.endDateTime.lt=2026-05-01",
        "name.regex=^(Al|De)",
        "nothing=1",
        "sort=-color.depth",
        "sort=agreementType,-name",
        "offset=1&limit=2",
        "offset=4",
        "offset=9&limit=2",
        "limit=x",
        "name.regex=((",
        "filter=$[?(@.name)]",
    ]
    .iter()
    .map(|query| format!("{query} → {}", names(&client, query)))
    .collect();
    expect_test::expect![[r#"
         → 200 4 of 4: "Alpha" "Beta" "Gamma, the third" "Delta"
        agreementType=legal → 200 2 of 2: "Gamma, the third" "Delta"
        agreementType=legal&name=Delta → 200 1 of 1: "Delta"
        name=Gamma,%20the%20third → 200 1 of 1: "Gamma, the third"
        name=Alpha,Beta → 200 2 of 2: "Alpha" "Beta"
        name=Alpha;name=Beta → 200 2 of 2: "Alpha" "Beta"
        engagedParty.id=p1 → 200 2 of 2: "Alpha" "Gamma, the third"
        agreementItem.product.id=p3-product → 200 1 of 1: "Delta"
        color.depth.gt=9 → 200 2 of 2: "Alpha" "Gamma, the third"
        color.depth%3C10 → 200 2 of 2: "Beta" "Delta"
        agreementPeriod.endDateTime=2026-05 → 200 4 of 4: "Alpha" "Beta" "Gamma, the third" "Delta"
        agreementPeriod.endDateTime.lt=2026-05-01 → 200 0 of 0: 
        name.regex=^(Al|De) → 200 2 of 2: "Alpha" "Delta"
        nothing=1 → 200 0 of 0: 
        sort=-color.depth → 200 4 of 4: "Gamma, the third" "Alpha" "Beta" "Delta"
        sort=agreementType,-name → 200 4 of 4: "Beta" "Alpha" "Gamma, the third" "Delta"
        offset=1&limit=2 → 206 2 of 4: "Beta" "Gamma, the third"
        offset=4 → 200 0 of 4: 
        offset=9&limit=2 → 200 0 of 4: 
        limit=x → 400 range: `limit` must be a whole number from 0
        name.regex=(( → 400 format: `name` must be a regular expression
        filter=$[?(@.name)] → 400 unknown_parameter: `filter` expressions of JSONPath are not known here: say `attribute=value`"#]]
    .assert_eq(&told.join("\n"));
}

#[test]
fn the_links_of_a_part_lead_through_the_whole_list() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    furnish(&client);
    let (mut path, mut seen) = (format!("{PATH}?limit=3&fields=name&sort=name"), Vec::new());
    loop {
        let answer = client.call(&format!("GET {path}"), None);
        seen.extend(items(&answer).iter().map(|it| it["name"].as_str().unwrap().to_owned()));
        let links = header(&answer, "link").unwrap().to_owned();
        let next = links.split(", ").find(|it| it.ends_with("rel=\"next\""));
        let Some(next) = next else { break };
        path = next.trim_start_matches('<').split('>').next().unwrap().to_owned();
    }
    assert_eq!(seen, ["Alpha", "Beta", "Delta", "Gamma, the third"]);
}

/// Cursors lead through a list like offsets do, with a filter too, over what was removed and over what is
/// written down beside what is ours.
#[test]
fn the_next_links_of_a_list_go_on_where_it_ended() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let made: Vec<_> = (0..11)
        .map(|it| {
            let body = json!({ "name": format!("Paper {it}"), "kind": if it % 3 == 0 { "a" } else { "b" } });
            client.post("/tmf-api/document/v4/document", &body)
        })
        .collect();
    let gone = made[4]["href"].as_str().unwrap();
    assert_eq!(client.call(&format!("DELETE {gone}"), None).status, 204);
    for price in 0..3 {
        let body = json!({ "name": format!("Fee {price}"), "price": { "value": price } });
        client.post("/tmf-api/productCatalogManagement/v4/productOfferingPrice", &body);
    }
    for (list, query) in [
        ("/tmf-api/document/v4/document", ""),
        ("/tmf-api/document/v4/document", "kind=b&fields=name"),
        ("/tmf-api/productCatalogManagement/v4/productOfferingPrice", "fields=name"),
        ("/tmf-api/party/v4/organization", ""),
        ("/tmf-api/customerManagement/v4/customer", "fields=name"),
    ] {
        let whole = client.call(&format!("GET {list}?{query}"), None);
        for limit in 1..=4 {
            let (mut path, mut seen) = (format!("{list}?limit={limit}&{query}"), Vec::new());
            loop {
                let answer = client.call(&format!("GET {path}"), None);
                let total = header(&answer, "x-total-count").unwrap().to_owned();
                assert_eq!(Some(total.as_str()), header(&whole, "x-total-count"), "{path}");
                let found = items(&answer);
                assert!(found.len() <= limit, "{path}");
                seen.extend(found);
                let links = header(&answer, "link").unwrap().to_owned();
                let next = links.split(", ").find(|it| it.ends_with("rel=\"next\""));
                let Some(next) = next else { break };
                assert!(next.contains("&cursor="), "{next}");
                path = next.trim_start_matches('<').split('>').next().unwrap().to_owned();
            }
            assert_eq!(seen, items(&whole), "{list}?{query} by {limit}");
        }
    }
    let refused = told(&client.call(&format!("GET {PATH}?cursor=nowhere"), None));
    assert!(refused.starts_with("400 format: `cursor`"), "{refused}");
}

#[test]
fn only_what_is_wanted_is_told_and_always_where_it_is() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    furnish(&client);
    let keys = |query: &str| {
        let found = items(&client.call(&format!("GET {PATH}?limit=1&{query}"), None));
        found[0].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(keys("fields=none"), "href id");
    assert_eq!(keys("fields=name,nothing"), "href id name");
    let found = items(&client.call(&format!("GET {PATH}?fields=color.depth&name=Beta"), None));
    assert_eq!(found[0]["color"], json!({ "depth": 9 }));
    let id = found[0]["id"].as_str().unwrap();
    let one = client.get(&format!("{PATH}/{id}?fields=agreementType"));
    assert_eq!(one, json!({ "id": id, "href": one["href"], "agreementType": "commercial" }));
}

#[test]
fn an_order_by_what_nobody_knows_is_refused_by_its_name() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    // What the definitions have is nothing wrong where nothing has it.
    assert_eq!(names(&client, "sort=description"), "200 0 of 0: ");
    furnish(&client);
    assert_eq!(names(&client, "sort=-completionDate&limit=1"), r#"206 1 of 4: "Alpha""#);
    let refused = |query: &str| names(&client, query);
    expect_test::expect![[r#"
        400 unknown_attribute: `sort` names `nmae`, which no `agreement` here has
        400 unknown_attribute: `sort` names `colour.depth`, which no `agreement` here has
        400 format: `sort` `a..b` is no path of attributes"#]]
    .assert_eq(&["sort=name,-nmae", "sort=colour.depth", "sort=a..b"].map(refused).join("\n"));
    let hub = "/tmf-api/event/v4/topic/651/event?sort=nmae";
    let refused = told(&client.call(&format!("GET {hub}"), None));
    assert_eq!(refused, "400 unknown_attribute: `sort` names `nmae`, which no `event` here has");
}

#[test]
fn the_index_tells_which_apis_are_served_and_where() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    let index = client.get("/tmf-api/");
    let all = index.as_array().unwrap();
    let catalog = all.iter().find(|it| it["id"] == "620").unwrap();
    assert_eq!([&catalog["name"], &catalog["version"]], ["productCatalogManagement", "4"]);
    // Whoever follows it comes to a list.
    for it in all.iter().flat_map(|it| it["resource"].as_array().unwrap()) {
        let answer = client.call(&format!("GET {}", it["href"].as_str().unwrap()), None);
        assert!(answer.status.is_success(), "{it}: {}", answer.status);
    }
    let wrong = client.call("POST /tmf-api/", Some(&json!({})));
    assert_eq!((wrong.status.as_u16(), wrong.headers["allow"].to_str().unwrap()), (405, "GET"));
    let nobody = Client::nobody(&house.app).call("GET /tmf-api/", None);
    assert_eq!(nobody.status.as_u16(), 401);
}

/// What says of no class that it is of it, is of that of its resource.
#[test]
fn a_class_is_looked_for_whether_or_not_it_was_said() {
    let house = House::on("2026-01-01");
    let client = house.operator();
    furnish(&client);
    client
        .post("/tmf-api/party/v4/individual", &json!({ "givenName": "Ann", "familyName": "Lee" }));
    let count = |list: &str, class: &str| {
        let found = client.call(&format!("GET {list}?@type={class}"), None);
        items(&found).len() == items(&client.call(&format!("GET {list}"), None)).len()
    };
    for (list, class) in [("/tmf-api/party/v4/individual", "Individual"), (PATH, "Agreement")] {
        assert!(count(list, class), "{list}");
        assert!(!count(list, "Other"), "{list}");
    }
}
