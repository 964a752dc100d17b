//! Assets: registered over the contract, sold as a digital product, and downloaded by who has it now; bills
//! by who has to pay them.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::shop::{Shop, offerings};
use super::told;
use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

const ASSETS: &str = "/charging/api/assetManagement/assets";
const PRODUCTS: &str = "/DSProductCatalog/api/catalogManagement/v2/productSpecification";

/// A data set in a file, and the sort that it is of.
fn uploaded(operator: &Client<'_>) -> Value {
    let licence = json!({ "name": "licence", "input": "text", "mandatory": true });
    let sort = json!({ "code": "dataset", "name": "Data set", "fields": [licence] });
    operator.post("/asset_types", &sort);
    operator.post(
        &format!("{ASSETS}/uploadJob"),
        &json!({
            "contentType": "text/csv", "resourceType": "Data set", "metadata": { "licence": "MIT" },
            "content": { "name": "rain.csv", "data": "cmFpbg==" },
        }),
    )
}

#[test]
fn an_asset_is_uploaded_and_upgraded_as_its_sort_asks() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let made = uploaded(&operator);
    let id = text(&made["id"]);
    assert_eq!(made["href"], format!("/charging/media/assets/{id}"));
    let about = (&made["version"], &made["resourceType"], &made["state"]);
    assert_eq!(about, (&json!("1.0"), &json!("Data set"), &json!("pending")));
    let post = |path: &str, body: Value| told(&operator.call(&format!("POST {path}"), Some(&body)));
    let job = format!("{ASSETS}/uploadJob");
    assert!(post(&job, json!({})).starts_with("400 `content` must be"));
    let content = json!("https://data.example.com/");
    let unnamed = json!({ "resourceType": "Data set", "content": content });
    let refused = post(&job, unnamed);
    assert!(refused.starts_with("400 ") && refused.contains("licence"), "{refused}");
    let strange = json!({ "resourceType": "Magic", "content": content });
    assert!(post(&job, strange).starts_with("400 `resourceType` names the sort `Magic`"));
    let broken = json!({ "content": { "name": "a", "data": "???" } });
    assert_eq!(post(&job, broken), "400 `content.data` must be Base64 (format)");
    let upgraded =
        operator.post(&format!("{ASSETS}/{id}/upgradeJob"), &json!({ "content": content }));
    assert_eq!((&upgraded["version"], &upgraded["href"]), (&json!("2.0"), &content));
    let all = operator.call(&format!("GET {ASSETS}?resourceType=data%20set"), None).json();
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
    let sorts = operator.get("/charging/api/assetManagement/assetTypes");
    assert_eq!(sorts[0]["form"]["licence"]["mandatory"], true);
    assert_eq!(sorts[0]["formOrder"], json!(["licence"]));
}

#[test]
fn a_product_follows_the_upgrade_of_its_asset() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let asset = uploaded(&operator);
    let said = |name: &str, value: &str| json!({ "name": name, "productSpecCharacteristicValue": [{ "value": value, "default": true }] });
    let location = format!("https://shop.example.com{}", text(&asset["href"]));
    let all = json!([
        said("Asset type", "Data set"),
        said("Media type", "text/csv"),
        said("Location", &location),
    ]);
    let product = json!({
        "name": "Rain", "version": "1.0", "lifecycleStatus": "Launched", "productSpecCharacteristic": all,
    });
    let product = operator.post(PRODUCTS, &product);
    let patch =
        |body: Value| operator.call(&format!("PATCH {}", text(&product["href"])), Some(&body));
    let early = told(&patch(json!({ "version": "2.0" })));
    assert!(early.starts_with("422 ") && early.contains("an upgrade is both"), "{early}");
    let job = format!("{ASSETS}/{}/upgradeJob", text(&asset["id"]));
    let content = json!({ "name": "rain.csv", "data": "cmFpbiBhZ2Fpbg==" });
    assert_eq!(operator.post(&job, &json!({ "content": content }))["version"], "2.0");
    assert_eq!(
        told(&patch(json!({ "version": "3.0" }))),
        "422 `version` must be `2.0`, to which its asset was upgraded (specified)"
    );
    assert_eq!(patch(json!({ "version": "2.0" })).ok()["version"], "2.0");
    assert_eq!(operator.get(&text(&product["href"]))["version"], "2.0");
    // What lies elsewhere from now on is said to lie there, whether or not all of it is said again.
    for (version, place) in
        [("3.0", "https://data.example.com/3"), ("4.0", "https://data.example.com/4")]
    {
        operator.post(&job, &json!({ "content": place, "version": version }));
        let mut body = json!({ "version": version });
        if version == "3.0" {
            body["productSpecCharacteristic"] = all.clone();
        }
        let upgraded = patch(body).ok();
        let shown = &upgraded["productSpecCharacteristic"][2]["productSpecCharacteristicValue"];
        assert_eq!((&upgraded["version"], &shown[0]["value"]), (&json!(version), &json!(place)));
        let of = format!("{ASSETS}/product/{}", text(&product["id"]));
        let held = operator.get(&of);
        assert_eq!((&held["state"], &held["version"]), (&json!("attached"), &json!(version)));
    }
}

#[test]
fn a_digital_product_gives_its_buyer_what_it_names_and_nobody_else() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let asset = uploaded(&operator);
    let said = |name: &str, value: &str| json!({ "name": name, "productSpecCharacteristicValue": [{ "value": value, "default": true }] });
    let location = format!("https://shop.example.com{}", text(&asset["href"]));
    let product = operator.post(
        PRODUCTS,
        &json!({
            "name": "Rain", "version": "1.0", "lifecycleStatus": "Launched",
            "productSpecCharacteristic": [
                said("Asset type", "Data set"), said("Media type", "text/csv"),
                said("Location", &location),
            ],
        }),
    );
    let of = format!("{ASSETS}/product/{}", text(&product["id"]));
    assert_eq!(operator.get(&of)["state"], "attached");
    let offer = json!({ "name": { "en": "Rain" }, "specification": product["id"] });
    let offer = text(&operator.post("/offers", &offer)["id"]);
    let mut price = monthly("Fee", "EUR", "5");
    price["offer"] = json!(offer);
    operator.post("/prices", &price);
    for verb in ["test", "activate", "launch"] {
        operator.post(&format!("/offers/{offer}/{verb}"), &json!({}));
    }
    let buyer = house.client(&house.customer.admin);
    let stranger = house.client(&house.north.customer.admin);
    let get =
        |who: &Client<'_>| who.call(&format!("GET {}", text(&asset["href"])), None).status.as_u16();
    assert_eq!((get(&buyer), get(&stranger), get(&Client::nobody(&house.app))), (404, 404, 401));
    let subscription = market.order(&json!({ "id": house.customer.account }), &offer, 1);
    let opened = buyer.call(&format!("GET {}", text(&asset["href"])), None);
    assert_eq!(opened.status.as_u16(), 303);
    let place = opened.headers["location"].to_str().unwrap().trim_start_matches("/api/v1");
    assert_eq!(buyer.call(&format!("GET {place}"), None).body, b"rain");
    assert_eq!((get(&stranger), get(&operator)), (404, 303), "its provider has it");
    operator.post(&format!("/subscriptions/{subscription}/hold"), &json!({}));
    assert_eq!(get(&buyer), 403, "it is suspended");
}

/// What buyers pay for is an address that nobody else may know.
#[test]
fn where_an_asset_lies_is_told_to_its_seller_alone() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let secret = "https://data.example.com/secret?k=1";
    let asset = operator.post(&format!("{ASSETS}/uploadJob"), &json!({ "content": secret }));
    assert_eq!(asset["href"], secret);
    let said = |name: &str, value: &str| json!({ "name": name, "productSpecCharacteristicValue": [{ "value": value, "default": true }] });
    let characteristics =
        [said("Asset type", "File"), said("Media type", "text/csv"), said("Location", secret)];
    let product = operator.post(
        PRODUCTS,
        &json!({
            "name": "Rain", "version": "1.0", "lifecycleStatus": "Launched",
            "productSpecCharacteristic": characteristics,
        }),
    );
    // What is delivered is seen by who can buy it.
    let base = PRODUCTS.trim_end_matches("/productSpecification");
    let catalog = json!({ "name": "Data", "lifecycleStatus": "Launched" });
    let catalog = text(&operator.post(&format!("{base}/catalog"), &catalog)["id"]);
    let offering = json!({
        "name": "Rain", "lifecycleStatus": "Launched",
        "productSpecification": { "id": product["id"], "href": product["href"] },
    });
    operator.post(&format!("{base}/catalog/{catalog}/productOffering"), &offering);
    let way = format!("/charging/media/assets/{}", text(&asset["id"]));
    let one = format!("{PRODUCTS}/{}", text(&product["id"]));
    let told = |who: &Client<'_>, path: &str| who.get(path).to_string();
    let (buyer, nobody) = (house.client(&house.customer.admin), Client::nobody(&house.app));
    for path in [one.as_str(), PRODUCTS] {
        assert!(told(&operator, path).contains(secret), "its seller sees what was said");
        for who in [&buyer, &nobody] {
            let told = told(who, path);
            assert!(!told.contains("secret") && told.contains(&way), "{told}");
        }
    }
    assert_eq!(nobody.call(&format!("GET {way}"), None).status.as_u16(), 401);
    let found = |query: &str| nobody.get(&format!("{PRODUCTS}?{query}"));
    let by = "productSpecCharacteristic.productSpecCharacteristicValue.value";
    assert_eq!(
        found(&format!("{by}=https://data.example.com/secret?k=1")),
        json!([]),
        "nor guessed"
    );
}

#[test]
fn a_bill_is_a_file_for_who_has_to_pay_it() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let offer = market.offer("Mail", &[monthly("Fee", "EUR", "5")]);
    let account = json!({ "id": house.customer.account });
    let address = json!({ "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" } });
    operator.patch(&format!("/accounts/{}", house.customer.account), &address);
    market.order(&account, &offer, 1);
    market.advance_to("2026-02-02");
    let invoice = text(&market.invoices(&account)[0]["id"]);
    let path = format!("GET /charging/media/bills/{}.pdf", invoice.split_once('_').unwrap().1);
    let get = |who: &Client<'_>| who.call(&path, None).status.as_u16();
    let buyer = house.client(&house.customer.admin);
    let stranger = house.client(&house.north.customer.admin);
    let nobody = Client::nobody(&house.app);
    assert_eq!([get(&buyer), get(&operator), get(&stranger), get(&nobody)], [200, 403, 404, 401]);
    assert!(buyer.call(&path, None).body.starts_with(b"%PDF-"));
}

/// What sends a form with a file.
fn sent(market: &Market, path: &str, parts: &[(&str, &str)]) -> Answer {
    let part = |it: &(&str, &str)| {
        format!("--x\r\nContent-Disposition: form-data; {}\r\n\r\n{}\r\n", it.0, it.1)
    };
    let body = format!("{}--x--\r\n", parts.iter().map(part).collect::<String>());
    let request = Request::post(path)
        .header("authorization", format!("Bearer {}", market.house.operator.token))
        .header("content-type", "multipart/form-data; boundary=x");
    market.house.app.send(request.body(Body::from(body)).unwrap())
}

#[test]
fn a_file_comes_as_a_part_of_a_form_too() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    uploaded(&operator);
    let said = json!({
        "contentType": "text/csv", "resourceType": "Data set", "metadata": { "licence": "MIT" },
    });
    let json = ("name=\"json\"", &*said.to_string());
    let file = ("name=\"file\"; filename=\"rain.csv\"", "1,2\r\n3,4");
    let job = format!("{ASSETS}/uploadJob");
    let made = sent(&market, &job, &[json, file]);
    assert_eq!(made.status.as_u16(), 201, "{}", told(&made));
    let made = made.json();
    let opened = operator.call(&format!("GET {}", text(&made["href"])), None);
    let place = opened.headers["location"].to_str().unwrap().trim_start_matches("/api/v1");
    assert_eq!(operator.call(&format!("GET {place}"), None).body, b"1,2\r\n3,4");
    let again = format!("{ASSETS}/{}/upgradeJob", text(&made["id"]));
    let upgraded = sent(&market, &again, &[("name=\"json\"", "{}"), file]);
    assert_eq!(upgraded.json()["version"], "2.0");
    assert_eq!(
        told(&sent(&market, &job, &[json])),
        "400 `file` must be a part of the form (required)"
    );
    assert!(told(&sent(&market, &job, &[])).starts_with("400 "));
    let elsewhere = sent(&market, "/shoppingCart/item", &[json, file]);
    assert_eq!(elsewhere.status.as_u16(), 415, "no other call takes files");
}

#[test]
fn open_data_is_for_everybody_and_nobody_sells_it_as_well() {
    let market = Market::on("2026-01-01");
    let (house, operator) = (&market.house, market.operator());
    let asset = uploaded(&operator);
    let said = |name: &str, value: &str| json!({ "name": name, "productSpecCharacteristicValue": [{ "value": value, "default": true }] });
    let location = format!("https://shop.example.com{}", text(&asset["href"]));
    let product = operator.post(
        PRODUCTS,
        &json!({
            "name": "Rain", "lifecycleStatus": "Launched", "productSpecCharacteristic": [
                said("Asset type", "Data set"), said("Media type", "text/csv"),
                said("Location", &location),
            ],
        }),
    );
    let shop = Shop::of(house, &house.operator);
    let catalog = shop.catalog("Data");
    let open = json!({
        "name": "Rain for all", "lifecycleStatus": "Active",
        "productSpecification": { "id": product["id"] }, "productOfferingPrice": [{ "name": "open" }],
    });
    let open = shop.make(&offerings(&catalog), &open);
    let sold = shop.offering(&catalog, &product, "Rain for some");
    let (nobody, buyer) = (Client::nobody(&house.app), house.client(&house.customer.admin));
    let get = |who: &Client<'_>| who.call(&format!("GET {}", text(&asset["href"])), None);
    assert_eq!(get(&nobody).status.as_u16(), 401, "it is not on the market yet");
    // What is open costs nothing, whichever way it is priced.
    let price = json!({
        "offer": format!("ofr_{}", text(&open["id"])), "name": "Fee", "kind": "recurring",
        "currency": "EUR", "model": { "kind": "flat", "amount": "1" },
    });
    let refused = operator.call("POST /prices", Some(&price));
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.json());
    shop.moves(&open, "Launched");
    for who in [&nobody, &buyer] {
        let opened = get(who);
        assert_eq!(opened.status.as_u16(), 303);
        let place = opened.headers["location"].to_str().unwrap().trim_start_matches("/api/v1");
        assert_eq!(who.call(&format!("GET {place}"), None).body, b"rain");
    }
    let refused = shop.is_told(&sold, &json!({ "lifecycleStatus": "Launched" }));
    assert!(refused.starts_with("400 ") && refused.contains("gives everybody"), "{refused}");
    // Off the market it is for nobody again, and can be sold.
    shop.moves(&open, "Retired");
    assert_eq!(get(&nobody).status.as_u16(), 401);
    shop.moves(&sold, "Launched");
}

/// Where it is told whole, so that a client says it as the `Location` of a product as it is.
#[test]
fn an_upload_says_where_it_lies_on_the_web() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    operator.post("/asset_types", &json!({ "code": "dataset", "name": "Data set" }));
    let place = |content: Value| {
        let body =
            json!({ "contentType": "text/csv", "resourceType": "Data set", "content": content });
        let made = operator.call(&format!("POST {ASSETS}/uploadJob"), Some(&body));
        assert_eq!(made.status.as_u16(), 201, "{}", told(&made));
        (made.headers["location"].to_str().unwrap().to_owned(), text(&made.json()["href"]))
    };
    let (whole, path) = place(json!({ "name": "rain.csv", "data": "cmFpbg==" }));
    assert!(whole.starts_with("http") && whole.ends_with(&path), "{whole}");
    let address = "https://data.example.com/";
    assert_eq!(place(json!(address)), (address.to_owned(), address.to_owned()));
}
