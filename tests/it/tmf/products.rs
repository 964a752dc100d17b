//! What somebody has, as it was ordered and as who sells it says: agreements, places, numbers, and what
//! others made for it.

use serde_json::{Value, json};
use tillbox::world::http::Response;

use super::{items, told};
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

const ORDER: &str = "/tmf-api/productOrderingManagement/v4/productOrder";
const PRODUCT: &str = "/tmf-api/productInventory/v4/product";
const AGREEMENT: &str = "/tmf-api/agreementManagement/v4/agreement";

fn plain(id: &str) -> String {
    id.split_once('_').map_or(id, |it| it.1).to_owned()
}

/// A market in which a line is brought about by people, an option is to a line, and a customer.
struct Shop {
    market: Market,
    line: String,
    option: String,
    customer: String,
}

impl Shop {
    fn open() -> Self {
        let market = Market::on("2026-01-01");
        let fee = [monthly("Base", "EUR", "10")];
        let manual = (json!({}), json!({ "connector": "manual" }));
        let terms = json!({ "terms": [{ "key": "year", "duration": "1 year", "default": true }] });
        let line = market.offer_like("Line", &fee, (terms, manual.1));
        let adds = (json!({ "adds_to": line }), json!({}));
        let option = plain(&market.offer_like("Roaming", &fee, adds));
        let contact = json!({ "family_name": "Lee", "email": "ann@whale.test" });
        let customer = market.operator().post(
            "/accounts",
            &json!({
                "name": "Blue Whale", "billing": { "currency": "EUR" },
                "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
                "contacts": { "billing": contact, "admin": contact },
            }),
        );
        let customer = plain(&text(&customer["id"]));
        Self { market, line: plain(&line), option, customer }
    }

    fn client(&self) -> Client<'_> {
        self.market.operator()
    }

    fn party(&self) -> Value {
        json!([{ "id": self.customer, "role": "customer", "@referredType": "Customer" }])
    }

    fn orders(&self, offering: &str, product: &Value, more: Value) -> Value {
        let mut body = json!({
            "productOrderItem": [{
                "id": "1", "action": "add", "productOffering": { "id": offering },
                "product": product,
            }],
            "relatedParty": self.party(),
        });
        let more = more.as_object().cloned().unwrap_or_default();
        body.as_object_mut().unwrap().extend(more);
        self.client().post(ORDER, &body)
    }

    fn product(&self, order: &Value) -> String {
        format!("{PRODUCT}/{}", text(&order["productOrderItem"][0]["product"]["id"]))
    }

    /// Somebody does what is to be done for the last order.
    fn is_done(&self) {
        let client = self.client();
        let task = text(&client.get("/tasks?state=queued")["items"][0]["id"]);
        client.post(&format!("/tasks/{task}/start"), &json!({}));
        client.post(&format!("/tasks/{task}/complete"), &json!({}));
    }

    fn change(&self, path: &str, body: &Value) -> String {
        told(&self.client().call(&format!("PATCH {path}"), Some(body)))
    }
}

#[test]
fn what_is_said_of_a_product_when_it_is_ordered_is_said_of_it_afterwards() {
    let shop = Shop::open();
    let client = shop.client();
    let agreement = json!({
        "name": "Frame", "agreementType": "commercial", "engagedParty": [],
        "agreementItem": [{ "termOrCondition": [{ "description": "paid in 30 days" }] }],
    });
    let agreement = text(&client.post(AGREEMENT, &agreement)["id"]);
    let place = json!([{ "id": "b-7", "role": "installation", "name": "Building 7" }]);
    let user = json!({ "id": "u-1", "role": "user", "name": "Lee", "@referredType": "Individual" });
    let buyer = shop.party()[0].clone();
    let again = json!({ "id": buyer["id"], "role": "receiver" });
    let product = json!({ "place": place, "relatedParty": [user, again] });
    let order = shop.orders(&shop.line, &product, json!({ "agreement": [{ "id": agreement }] }));
    assert_eq!(order["relatedParty"][0]["role"], "customer");
    assert_eq!(order["productOrderItem"][0]["product"]["relatedParty"][0], user);
    let path = shop.product(&order);
    let shown = client.get(&path);
    assert_eq!((&shown["place"], &shown["status"]), (&place, &json!("created")));
    let parties = shown["relatedParty"].as_array().unwrap();
    let is_buyer = |it: &&Value| it["id"] == buyer["id"];
    assert_eq!(parties.iter().filter(is_buyer).count(), 1, "{shown}");
    let falls_under = &shown["agreement"][0];
    assert_eq!((&falls_under["id"], &falls_under["name"]), (&json!(agreement), &json!("Frame")));
    let terms = &falls_under["agreementItem"][0]["termOrCondition"][0]["description"];
    assert_eq!(terms, "paid in 30 days");
    shop.is_done();
    let shown = client.get(&path);
    assert_eq!(shown["productTerm"][0]["name"], "year");
    assert_eq!(shown["productTerm"][0]["validFor"]["endDateTime"], "2027-01-01T00:00:00Z");
    let moved = json!([{ "id": "b-8", "role": "installation", "name": "Building 8" }]);
    assert_eq!(shop.change(&path, &json!({ "place": moved })), "200");
    assert_eq!(client.get(&path)["place"], moved);
    assert_eq!(shop.change(&path, &json!({ "productSerialNumber": "R-4711" })), "200");
    let id = text(&shown["id"]);
    let ours = client.patch(&format!("/subscriptions/sub_{id}"), &json!({ "name": "Office" }));
    assert_eq!(ours["name"], "Office");
    let found = items(&client.call(&format!("GET {PRODUCT}?productSerialNumber=R-4711"), None));
    assert_eq!((found.len(), &found[0]["name"]), (1, &json!("Office")));
    assert_eq!(shop.change(&path, &json!({ "productSerialNumber": null })), "200");
    assert_eq!(client.get(&path).get("productSerialNumber"), None);
    shop.market.must_be_whole();
}

/// Who asks what somebody has is told what it costs.
#[test]
fn a_product_says_what_it_costs_and_is_called_what_one_likes() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let price = |name: &str, kind: Value, figures: Value| {
        let mut price = json!({ "name": name, "currency": "EUR" });
        price.as_object_mut().unwrap().extend(kind.as_object().unwrap().clone());
        price["model"] = figures;
        price
    };
    let traffic = json!({ "kind": "usage", "meter": market.meter });
    let tiers = json!({ "kind": "graduated", "tiers": [
        { "up_to": "10", "per_unit": "1" }, { "up_to": null, "per_unit": "0.50" },
    ] });
    let prices = [
        monthly("Fee", "EUR", "5"),
        price("Setup", json!({ "kind": "one_time" }), json!({ "kind": "flat", "amount": "20" })),
        price("Traffic", traffic, tiers),
    ];
    let offer = market.offer("Line", &prices);
    let customer = market.customer("Ann", "EUR");
    let id = plain(&market.order(&customer, &offer, 1));
    let path = format!("{PRODUCT}/{id}");
    let mut shown = client.get(&path)["productPrice"].as_array().unwrap().clone();
    shown.sort_by_key(|it| text(&it["name"]));
    let told: Vec<_> = shown
        .iter_mut()
        .map(|it| {
            let by = it.as_object_mut().unwrap().remove("productOfferingPrice").unwrap();
            assert_eq!(by["name"], it["name"]);
            it.to_string()
        })
        .collect();
    expect_test::expect![[r#"
        {"name":"Fee","price":{"dutyFreeAmount":{"unit":"EUR","value":5}},"priceType":"recurring","recurringChargePeriod":"month"}
        {"name":"Setup","price":{"dutyFreeAmount":{"unit":"EUR","value":20}},"priceType":"oneTime"}
        {"name":"Traffic","price":{},"priceType":"usage","unitOfMeasure":"GB"}"#]]
    .assert_eq(&told.join("\n"));
    let fields = items(&client.call(&format!("GET {PRODUCT}?fields=productPrice"), None));
    let names: Vec<_> = fields[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["href", "id", "productPrice"]);
    let found = items(&client.call(&format!("GET {PRODUCT}?productPrice.priceType=usage"), None));
    assert_eq!(found.len(), 1);
    assert_eq!(client.patch(&path, &json!({ "name": "Attic" }))["name"], "Attic");
    assert_eq!(client.get(&format!("/subscriptions/sub_{id}"))["name"], "Attic");
    let free = json!({ "productPrice": [] });
    let refused = told_of(&client, &path, &free);
    assert!(refused.starts_with("400 read_only: `productPrice`"), "{refused}");
    let of_nothing = market.offer("Gift", &[]);
    let id = plain(&market.order(&customer, &of_nothing, 1));
    assert_eq!(client.get(&format!("{PRODUCT}/{id}"))["productPrice"], json!([]));
}

fn told_of(client: &Client<'_>, path: &str, change: &Value) -> String {
    told(&client.call(&format!("PATCH {path}"), Some(change)))
}

#[test]
fn an_option_relies_on_what_its_buyer_has() {
    let shop = Shop::open();
    let client = shop.client();
    let order = shop.orders(&shop.line, &json!({}), json!({}));
    let line = text(&order["productOrderItem"][0]["product"]["id"]);
    let relies = |id: &str| {
        json!({ "productRelationship": [
            { "relationshipType": "reliesOn", "product": { "id": id } },
        ] })
    };
    let unready = shop.orders(&shop.option, &relies(&line), json!({}));
    shop.is_done();
    let order = match text(&unready["state"]).as_str() {
        "rejected" => shop.orders(&shop.option, &relies(&line), json!({})),
        _ => unready,
    };
    assert_eq!(order["state"], "completed", "{order}");
    let shown = client.get(&shop.product(&order));
    let relation = &shown["productRelationship"][0];
    assert_eq!(
        (&relation["relationshipType"], &relation["product"]["id"]),
        (&json!("reliesOn"), &json!(line))
    );
    let ours = client.get(&format!("/subscriptions/sub_{}", text(&shown["id"])));
    assert_eq!(
        ours["parent"]["id"].as_str().or(ours["parent"].as_str()),
        Some(&*format!("sub_{line}"))
    );
    let strange =
        shop.orders(&shop.option, &relies("0198a000-0000-7000-8000-000000000000"), json!({}));
    assert_eq!(strange["state"], "rejected");
    assert!(text(&strange["note"][0]["text"]).contains("not had by the buyer"), "{strange}");
}

#[test]
fn a_product_is_about_to_be_active_about_to_end_and_over() {
    let shop = Shop::open();
    let client = shop.client();
    let order = shop.orders(&shop.line, &json!({}), json!({}));
    let path = shop.product(&order);
    let status = || text(&client.get(&path)["status"]);
    let mut seen = vec![status()];
    let task = text(&client.get("/tasks?state=queued")["items"][0]["id"]);
    for verb in ["start", "complete"] {
        client.post(&format!("/tasks/{task}/{verb}"), &json!({}));
        seen.push(status());
    }
    assert_eq!(shop.change(&path, &json!({ "status": "pendingTerminate" })), "200");
    seen.push(status());
    assert_eq!(shop.change(&path, &json!({ "status": "active" })), "200");
    seen.push(status());
    assert_eq!(shop.change(&path, &json!({ "status": "pendingTerminate" })), "200");
    let subscription = format!("/subscriptions/sub_{}", text(&client.get(&path)["id"]));
    assert_eq!(client.get(&subscription)["state"], "active", "it is still usable");
    shop.market.advance_to("2026-02-02");
    shop.is_done();
    seen.push(status());
    assert_eq!(
        seen,
        ["created", "pendingActive", "active", "pendingTerminate", "active", "terminated"]
    );
    assert_ne!(client.get(&subscription)["state"], "active", "it is no longer usable");
}

#[test]
fn a_product_that_its_seller_makes_is_ordered_and_one_that_cannot_be_had_is_refused() {
    let shop = Shop::open();
    let client = shop.client();
    let wish = |more: Value| {
        let mut body = json!({
            "productOffering": { "id": shop.line }, "relatedParty": shop.party(),
            "productSerialNumber": "R-1", "place": [{ "role": "installation" }],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let quantity = json!([{ "name": "quantity", "value": 3 }]);
    let made = client.post(PRODUCT, &wish(json!({ "productCharacteristic": quantity })));
    for (name, value) in [
        ("status", json!("created")),
        ("productSerialNumber", json!("R-1")),
        ("place", json!([{ "role": "installation" }])),
        ("name", json!("Line")),
    ] {
        assert_eq!(made[name], value, "{name}: {made}");
    }
    let ours = client.get(&format!("/subscriptions/sub_{}", text(&made["id"])));
    assert_eq!((&ours["quantity"], &ours["state"]), (&json!(3), &json!("pending")));
    assert!(made["productOrderItem"][0]["productOrderId"].is_string(), "it comes from an order");
    let nothing = "0198a000-0000-7000-8000-000000000000";
    let refused = |body: Value| told(&client.call(&format!("POST {PRODUCT}"), Some(&body)));
    let told_of: Vec<_> = [
        json!({ "productOffering": { "id": nothing } }),
        json!({ "productOffering": { "name": "Line" } }),
        json!({ "productOffering": null }),
        json!({ "relatedParty": [] }),
        json!({ "status": "terminated" }),
        json!({ "productOffering": { "id": shop.option } }),
        json!({ "productCharacteristic": [{ "name": "quantity", "value": -1 }] }),
    ]
    .into_iter()
    .map(|more| refused(wish(more)))
    .collect();
    expect_test::expect![[r#"
        400 reference: `productOffering.id` `{nothing}` is not there
        400 reference: `productOffering` must say which by its `id`
        400 required: `productOffering` must be given
        400 reference_unknown: neither the billing account nor a related party is a customer here
        400 enum: `status` must be `created`, `pendingActive` or `active` where a product begins
        409 offer_not_available: `productOffering[0].parent` must name the subscription that this adds to
        400 range: `quantity` must be a whole number from 1"#]].assert_eq(
        &told_of.join("\n").replace(nothing, "{nothing}").replace(&shop.option, "{option}"),
    );
    let customer = &shop.market.house.customer;
    let buyer = shop.market.house.client(&customer.admin);
    let own = json!([{ "id": plain(&customer.account), "@referredType": "Customer" }]);
    let body = json!({ "productOffering": { "id": shop.line }, "relatedParty": own });
    assert!(told(&buyer.call(&format!("POST {PRODUCT}"), Some(&body))).starts_with("403"));
    assert_eq!(items(&client.call(&format!("GET {PRODUCT}"), None)).len(), 1);
    shop.market.must_be_whole();
}

#[test]
fn a_suspended_product_stops_the_service_behind_it_and_its_buyer_is_told() {
    let shop = Shop::open();
    let client = shop.client();
    let order = shop.orders(&shop.line, &json!({}), json!({}));
    let path = shop.product(&order);
    shop.is_done();
    assert_eq!(shop.change(&path, &json!({ "status": "suspended" })), "200");
    let stops = client.get("/tasks?state=queued");
    let [stop] = stops["items"].as_array().unwrap().as_slice() else { panic!("{stops}") };
    assert_eq!(stop["work"], "hold", "who runs the service is asked to stop it");
    shop.market.house.app.keep_duties();
    let mails = client.get("/mails?limit=100");
    let mails = mails["items"].as_array().unwrap().iter();
    let held: Vec<_> = mails.filter(|it| it["occasion"] == "subscription_held").collect();
    let [held] = held.as_slice() else { panic!("{held:?}") };
    assert_eq!(held["to"], "ann@whale.test");
    assert_eq!(client.get(&path)["status"], "suspended");
}

#[test]
fn an_order_goes_from_customer_to_provider_and_between_provider_and_partner_either_way() {
    let shop = Shop::open();
    let house = &shop.market.house;
    let (provider, partner) = (house.operator(), house.client(&house.north.admin));
    let placed = |seller: &Client<'_>, offering: &str, buyer: &str| {
        let body = json!({
            "productOrderItem": [
                { "id": "1", "action": "add", "productOffering": { "id": offering } },
            ],
            "relatedParty": [{ "id": buyer, "role": "customer", "@referredType": "Customer" }],
        });
        text(&seller.post(ORDER, &body)["state"])
    };
    let mail = plain(&shop.market.offer("Mail", &[monthly("Base", "EUR", "10")]));
    assert_eq!(placed(&provider, &mail, &shop.customer), "completed");
    assert_eq!(placed(&provider, &mail, &plain(&house.north.account)), "completed");
    let advice = json!({ "name": { "en": "Advice" }, "state": "active" });
    let advice = partner.post("/specifications", &advice)["id"].clone();
    let advice = json!({ "name": { "en": "Advice" }, "specification": advice });
    let advice = partner.post("/offers", &advice);
    let advice = text(&advice["id"]);
    let mut price = monthly("Base", "EUR", "20");
    price["offer"] = json!(advice);
    partner.post("/prices", &price);
    for verb in ["test", "activate", "launch"] {
        partner.post(&format!("/offers/{advice}/{verb}"), &json!({}));
    }
    let buyer = json!({
        "name": "The provider", "billing": { "currency": "EUR" },
        "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
    });
    let buyer = text(&partner.post("/accounts", &buyer)["id"]);
    assert_eq!(placed(&partner, &plain(&advice), &plain(&buyer)), "completed");
    shop.market.must_be_whole();
}

#[test]
fn what_others_have_made_realizes_a_product() {
    let shop = Shop::open();
    let client = shop.client();
    let webhook = json!({
        "connector": "webhook", "webhook": { "address": "https://cloud.example.com/provision" },
    });
    let fee = [monthly("Base", "EUR", "10")];
    let server = plain(&shop.market.offer_like("Server", &fee, (json!({}), webhook)));
    let resource = json!({ "name": { "en": "Disk" }, "unit": "GB" });
    let resource = text(&client.post("/resources", &resource)["id"]);
    let made = json!({
        "state": "done", "reference": "vm-17", "resources": { resource.clone(): "disk-3" },
    });
    let app = &shop.market.house.app;
    app.outside.answer(move |_| Ok(Response::new(200, made.to_string())));
    let order = shop.orders(&server, &json!({}), json!({}));
    app.keep_duties();
    let shown = client.get(&shop.product(&order));
    assert_eq!(shown["status"], "active");
    assert_eq!(shown["realizingService"], json!([{ "id": "vm-17" }]));
    let disk = json!([{ "id": "disk-3", "value": plain(&resource) }]);
    assert_eq!(shown["realizingResource"], disk);
    let only = client.get(&format!("{}?fields=realizingService", shop.product(&order)));
    assert_eq!((&only["realizingService"], only.get("name")), (&shown["realizingService"], None));
}

/// What is taken over from elsewhere is not had otherwise than it is said.
#[test]
fn a_product_that_would_be_another_than_is_said_is_refused() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let offer = plain(&market.offer("Mail", &[monthly("Fee", "EUR", "5")]));
    let customer = plain(&text(&market.customer("Ann", "EUR")["id"]));
    let said = |more: Value| {
        let mut body = json!({
            "productOffering": { "id": offer }, "relatedParty": [{ "id": customer }],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let told = told(&client.call(&format!("POST {PRODUCT}"), Some(&body)));
        told.split(' ').take(3).collect::<Vec<_>>().join(" ")
    };
    let price =
        json!([{ "name": "Fee", "price": { "dutyFreeAmount": { "unit": "EUR", "value": 1 } } }]);
    for (more, expected) in [
        (json!({ "startDate": "2026-03-01T00:00:00Z" }), "400 unsupported: `startDate`"),
        (json!({ "startDate": "2025-03-01T00:00:00Z" }), "400 unsupported: `startDate`"),
        (json!({ "productPrice": price }), "400 unsupported: `productPrice`"),
        (
            json!({ "terminationDate": "2026-03-01T00:00:00Z" }),
            "400 unsupported: `terminationDate`",
        ),
    ] {
        assert_eq!(said(more), expected);
    }
    assert_eq!(items(&client.call(&format!("GET {PRODUCT}"), None)), Vec::<Value>::new());
    assert_eq!(said(json!({ "startDate": "2026-01-01T12:00:00Z" })), "201");
}
