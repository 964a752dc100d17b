//! What stood beside the APIs: promises, reputation, recommendations, promotions, identity providers and
//! tokens of applications.

use serde_json::{Value, json};

use super::shop::Shop;
use super::{items, told};
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};

fn uuid(id: &str) -> String {
    id.split_once('_').unwrap().1.to_owned()
}

/// A market with something that a customer of the provider holds.
fn held() -> (Market, String) {
    let market = Market::on("2026-01-01");
    let offer = market.offer("Weather", &[monthly("Fee", "EUR", "10")]);
    let account = market.house.customer.account.clone();
    let address = json!({ "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" } });
    market.operator().patch(&format!("/accounts/{account}"), &address);
    market.order(&json!({ "id": account }), &offer, 1);
    (market, uuid(&offer))
}

#[test]
fn a_promise_reads_as_it_was_saved_and_only_its_seller_saves_it() {
    let (market, offer) = held();
    let (operator, buyer) = (market.operator(), market.house.client(&market.house.customer.admin));
    let body = json!({
        "offerId": offer, "description": "Fresh data",
        "services": [
            { "type": "Updates rate", "threshold": 10_000, "unitMeasure": "week", "description": "Updates" },
            { "type": "Delay", "threshold": 50, "unitMeasure": "ms", "description": "" },
        ],
    });
    let (post, get) = ("POST /SLAManagement/sla", format!("GET /SLAManagement/sla/{offer}"));
    assert_eq!(operator.call(post, Some(&body)).ok(), body);
    assert_eq!(Client::nobody(&market.house.app).call(&get, None).ok(), body);
    assert!(told(&buyer.call(post, Some(&body))).starts_with("403 "));
    let south = market.house.client(&market.house.south.admin);
    assert!(told(&south.call(post, Some(&body))).starts_with("403 "));
    let missing = operator.call(post, Some(&json!({ "services": [] })));
    assert_eq!(told(&missing), "422 `offerId` must say of which offering (incomplete)");
    let odd = json!({ "offerId": offer, "services": [{ "type": "Delay", "threshold": 1, "unitMeasure": "week" }] });
    assert!(told(&operator.call(post, Some(&odd))).starts_with("400 "));
}

#[test]
fn only_who_bought_rates_and_only_for_itself() {
    let (market, offer) = held();
    let house = &market.house;
    let (buyer, other) =
        (house.client(&house.customer.admin), house.client(&house.north.customer.admin));
    let set = "POST /REPManagement/reputation/set";
    let body = |consumer: &str| json!({ "offerId": offer, "consumerId": consumer, "rate": 4, "description": "Good" });
    let own = uuid(&house.customer.admin.id);
    let stolen = buyer.call(set, Some(&body(&uuid(&house.customer.member.id))));
    assert_eq!(told(&stolen), "403 `consumerId` must be you (not_yours)");
    let mine = buyer.call(set, Some(&body(&own))).ok();
    assert_eq!((&mine["rate"], &mine["consumerId"]), (&json!(4), &json!(own)));
    let nobody = Client::nobody(&house.app);
    assert_eq!(told(&nobody.call(set, Some(&body(&own)))), "401 sign in first");
    let unbought = other.call(set, Some(&json!({ "offerId": offer, "rate": 1 })));
    assert!(unbought.status.as_u16() >= 400, "it is not even on its shelf: {}", told(&unbought));
    let six = buyer.call(set, Some(&json!({ "offerId": offer, "rate": 6 })));
    assert!(told(&six).starts_with("400 `rate`"), "{}", told(&six));
    let none = buyer.call(set, Some(&json!({ "offerId": offer })));
    assert_eq!(told(&none), "422 `rate` must be given (incomplete)");
    let all = items(&nobody.call("GET /REPManagement/reputation", None));
    assert_eq!(all, [json!({ "_id": offer, "avg": 4, "count": 1 })]);
    let one = |client: &Client<'_>, id: &str| {
        client.call(&format!("GET /REPManagement/reputation/{offer}/{id}"), None).ok()
    };
    assert_eq!(one(&buyer, &own)["description"], "Good");
    assert_eq!(
        one(&other, &uuid(&house.customer.account)),
        json!({}),
        "who else bought it is untold"
    );
}

#[test]
fn what_one_might_want_is_worked_out_for_oneself_alone() {
    let (market, offer) = held();
    let house = &market.house;
    let (buyer, member) =
        (house.client(&house.customer.admin), house.client(&house.customer.member));
    market.offer("Traffic", &[monthly("Fee", "EUR", "5")]);
    let found = items(&buyer.call("GET /RECManagement/recommendations", None));
    let names: Vec<_> =
        found[0]["offerings"].as_array().unwrap().iter().map(|it| text(&it["name"])).collect();
    assert_eq!(names, ["Traffic"], "and not {offer}, which it has");
    let own = format!("GET /RECManagement/recommendations/{}", uuid(&house.customer.admin.id));
    assert_eq!(buyer.call(&own, None).ok(), found[0]);
    assert!(told(&member.call(&own, None)).starts_with("404 "));
}

#[test]
fn a_seller_announces_its_own_offerings_and_buyers_read_it() {
    let (market, offer) = held();
    let house = &market.house;
    let (operator, buyer) = (market.operator(), house.client(&house.customer.admin));
    let body = json!({
        "offeringId": offer, "offeringName": "Weather", "imageURL": "https://x.test/sun.png",
        "termsURL": "https://x.test/terms",
    });
    let (all, post) = ("GET /PromManagement/promotions", "POST /PromManagement/promotions");
    let made = operator.call(post, Some(&body)).ok();
    assert_eq!((&made["imageName"], &made["offeringId"]), (&json!("sun.png"), &json!(offer)));
    let path = text(&made["href"]);
    assert_eq!(items(&buyer.call(all, None)), std::slice::from_ref(&made));
    assert_eq!(
        items(&house.client(&house.north.customer.admin).call(all, None)),
        Vec::<Value>::new()
    );
    let missing = operator.call(post, Some(&json!({ "offeringId": offer })));
    assert!(told(&missing).starts_with("422 "), "{}", told(&missing));
    let south = house.client(&house.south.admin).call(post, Some(&body));
    assert!(south.status.as_u16() >= 400, "{}", told(&south));
    let mut next = body.clone();
    next["offeringName"] = json!("Weather now");
    let changed = operator.call(&format!("PUT {path}"), Some(&next)).ok();
    assert_eq!(changed["offeringName"], "Weather now");
    for refused in [
        buyer.call(&format!("PUT {path}"), Some(&next)),
        buyer.call(&format!("DELETE {path}"), None),
    ] {
        assert_eq!(refused.status.as_u16(), 403, "{}", told(&refused));
    }
    assert_eq!(operator.call(&format!("DELETE {path}"), None).status.as_u16(), 204);
    assert_eq!(items(&buyer.call(all, None)), Vec::<Value>::new());
}

#[test]
fn identity_providers_are_the_operators_to_register() {
    let (market, _) = held();
    let (operator, seller) = (market.operator(), market.house.client(&market.house.north.admin));
    let body = json!({ "idpId": "acme", "name": "Acme", "server": "https://id.acme.test", "description": "Acme's people" });
    assert_eq!(told(&seller.call("POST /IDP", Some(&body))).split(' ').next(), Some("403"));
    assert_eq!(operator.call("POST /IDP", Some(&body)).ok()["idpId"], "acme");
    assert!(told(&operator.call("POST /IDP", Some(&body))).starts_with("409 "));
    let mut next = body.clone();
    next["name"] = json!("Acme Inc.");
    assert_eq!(operator.call("PUT /IDP/acme", Some(&next)).ok()["name"], "Acme Inc.");
    assert_eq!(items(&operator.call("GET /IDP?search=acme", None)).len(), 1);
    assert_eq!(items(&operator.call("GET /IDP?search=other", None)).len(), 0);
    assert_eq!(operator.call("DELETE /IDP/acme", None).status.as_u16(), 204);
    assert!(told(&operator.call("GET /IDP/acme", None)).starts_with("404 "));
}

/// Any user could read anybody's in the system that this contract comes from.
#[test]
fn tokens_of_applications_are_given_to_their_user_alone() {
    let (market, _) = held();
    let house = &market.house;
    let (buyer, other) =
        (house.client(&house.customer.admin), house.client(&house.north.customer.admin));
    let (save, read) = ("POST /authorizeService/token", "POST /authorizeService/read");
    let own = uuid(&house.customer.admin.id);
    let body = json!({ "appId": "orion", "userId": own, "authToken": "a-1", "refreshToken": "r-1", "expire": 60 });
    assert_eq!(
        buyer.call(save, Some(&body)).ok(),
        json!({ "id": "orion", "appId": "orion" }),
        "it is not told back"
    );
    let ask = json!({ "appId": "orion", "userId": own });
    assert_eq!(told(&other.call(read, Some(&ask))), "403 `userId` must be you (not_yours)");
    assert!(told(&other.call(read, Some(&json!({ "appId": "orion" })))).starts_with("404 "));
    let found = buyer.call(read, Some(&ask)).ok();
    assert_eq!((&found["authToken"], &found["refreshToken"]), (&json!("a-1"), &json!("r-1")));
    let anew = json!({ "appId": "orion", "authToken": "a-2" });
    buyer.call(save, Some(&anew)).ok();
    assert_eq!(buyer.call(read, Some(&ask)).ok()["authToken"], "a-2");
    let missing = buyer.call(read, Some(&json!({})));
    assert_eq!(told(&missing), "422 `appId` must say of which application (incomplete)");
    for number in 1..100 {
        buyer.call(save, Some(&json!({ "appId": format!("app {number}"), "authToken": "a" }))).ok();
    }
    let more = json!({ "appId": "one more", "authToken": "a" });
    let refused = told(&buyer.call(save, Some(&more)));
    assert_eq!(refused, "400 `appId` is one more than the 100 of which tokens are kept (range)");
    buyer.call(save, Some(&anew)).ok();
    other.call(save, Some(&more)).ok();
}

#[test]
fn a_seller_combines_prices_shares_promotions_and_promises_and_adapts_each() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house, &house.north.admin);
    let (catalog, product) = (shop.catalog("Data"), shop.product("Weather"));
    let offering = shop.offering(&catalog, &product, "Weather");
    shop.moves(&offering, "Launched");
    let (seller, id) = (&shop.0, text(&offering["id"]));
    let ask = |what: &str, body: Value| {
        let answer = seller.call(what, Some(&body));
        assert!(answer.status.is_success(), "{what}: {}", told(&answer));
        answer
    };
    let model = |owner: u32| json!({ "productClass": id, "ownerValue": owner, "aggregatorValue": 100 - owner });
    ask("POST /DSRevenueSharing/rss/models", model(90));
    let promotion = |picture: &str| {
        json!({
            "offeringId": id, "offeringName": "Weather", "imageURL": format!("https://x.test/{picture}"),
            "termsURL": "https://x.test/terms",
        })
    };
    let promoted = ask("POST /PromManagement/promotions", promotion("sun.png")).json();
    let promise = |threshold: u32| {
        let service = json!({ "type": "Delay", "threshold": threshold, "unitMeasure": "ms", "description": "" });
        json!({ "offerId": id, "description": "Fresh data", "services": [service] })
    };
    ask("POST /SLAManagement/sla", promise(50));
    // Each is adapted by itself, while it is on the market.
    house.app.pass("1 day");
    let mut plan = super::shop::monthly("Monthly");
    plan["price"] = json!({ "taxIncludedAmount": "18", "currencyCode": "EUR" });
    let changed = shop.change(&offering, &json!({ "productOfferingPrice": [plan] }));
    assert_eq!(changed["productOfferingPrice"][0]["price"]["taxIncludedAmount"], "18");
    ask("PUT /DSRevenueSharing/rss/models", model(80));
    ask(&format!("PUT {}", text(&promoted["href"])), promotion("rain.png"));
    ask("POST /SLAManagement/sla", promise(20));
    let models = items(&seller.call("GET /DSRevenueSharing/rss/models?size=100", None));
    let own = models.iter().find(|it| it["productClass"] == json!(id)).unwrap();
    assert_eq!(
        (own["ownerValue"].to_string(), own["aggregatorValue"].to_string()),
        ("80".to_owned(), "20".to_owned())
    );
    let promotions = items(&seller.call("GET /PromManagement/promotions", None));
    assert_eq!((promotions.len(), &promotions[0]["imageName"]), (1, &json!("rain.png")));
    let promised = seller.call(&format!("GET /SLAManagement/sla/{id}"), None).ok();
    assert_eq!(promised["services"][0]["threshold"], 20);
}
