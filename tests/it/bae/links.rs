//! Where the links of an offering lead: to what it delivers and to the name of who sells it, for everybody
//! who sees it, and no further.

use serde_json::{Value, json};

use super::buying::{Store, plain};
use super::shop::{Shop, lead};
use super::{items, told};
use crate::harness::client::Client;
use crate::harness::market::{monthly, text};

const CATALOG: &str = "/DSProductCatalog/api/catalogManagement/v2";
const ORGANIZATIONS: &str = "/DSPartyManagement/api/partyManagement/v2/organization";

/// The names of all attributes of something.
fn attributes(of: &Value) -> Vec<&str> {
    let mut names: Vec<_> = of.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn what_an_offering_names_is_there_for_who_sees_the_offering() {
    let store = Store::open();
    let house = &store.market.house;
    let contact = json!({ "contactMedium": [
        { "type": "Email", "preferred": true, "medium": { "emailAddress": "desk@provider.test" } },
    ] });
    let owner =
        text(&house.operator().get(&format!("/accounts/{}", house.operator.account))["party"]);
    let owner = format!("{ORGANIZATIONS}/{}", plain(&owner));
    house.operator().patch(&owner, &contact);
    let path = format!("{CATALOG}/productOffering/{}", store.mail);
    for client in [store.buyer(), Client::nobody(&house.app)] {
        let offering = client.get(&path);
        let product = client.get(&text(&offering["productSpecification"]["href"]));
        assert_eq!(
            (&product["name"], &product["id"]),
            (&json!("Mail"), &offering["productSpecification"]["id"],)
        );
        let named = &offering["relatedParty"][0];
        assert_eq!((&named["href"], &named["role"]), (&json!(owner), &json!("Owner")));
        let seller = client.get(&owner);
        assert_eq!(attributes(&seller), ["href", "id", "tradingName"], "its name and no more");
        assert_eq!((&seller["tradingName"], &seller["id"]), (&named["name"], &named["id"]));
    }
    let own = house.operator().get(&owner);
    assert_eq!(own["contactMedium"], contact["contactMedium"], "it reads all of itself");
}

#[test]
fn what_an_offering_delivers_with_others_is_there_and_what_no_offering_delivers_is_not() {
    let store = Store::open();
    let operator = store.market.operator();
    let shop = Shop(store.market.operator());
    let specified = |mut it: Value| {
        it["lifecycleStatus"] = json!("Active");
        shop.make("productSpecification", &it)
    };
    let [left, right, spare] =
        ["Left", "Right", "Spare"].map(|name| specified(json!({ "name": name })));
    let with = |name: &str, other: &Value| {
        let parts = [lead(&left), lead(other)];
        specified(json!({ "name": name, "isBundle": true, "bundledProductSpecification": parts }))
    };
    // Of what no offering delivers nobody sees the parts.
    with("Hidden", &spare);
    let whole = format!("spc_{}", text(&with("Whole", &right)["id"]));
    let offer = json!({ "name": { "en": "Whole" }, "specification": whole });
    let offer = text(&operator.post("/offers", &offer)["id"]);
    let mut price = monthly("Base", "EUR", "10");
    price["offer"] = json!(offer);
    operator.post("/prices", &price);
    for verb in ["test", "activate", "launch"] {
        operator.post(&format!("/offers/{offer}/{verb}"), &json!({}));
    }
    for client in [store.buyer(), Client::nobody(&store.market.house.app)] {
        let found =
            |of: &Value| client.call(&format!("GET {}", text(&of["href"])), None).status.as_u16();
        assert_eq!([&left, &right, &spare].map(found), [200, 200, 404]);
        let listed = items(&client.call(&format!("GET {CATALOG}/productSpecification"), None));
        let names: Vec<_> = listed.iter().map(|it| text(&it["name"])).collect();
        assert_eq!(names, ["Mail", "Parcel", "Left", "Right", "Whole"]);
    }
}

#[test]
fn what_no_shelf_shows_is_not_there() {
    let store = Store::open();
    let house = &store.market.house;
    let operator = store.market.operator();
    let draft = json!({ "name": { "en": "Secret" }, "state": "active" });
    let draft = plain(&text(&operator.post("/specifications", &draft)["id"]));
    let party =
        |account: &str| plain(&text(&operator.get(&format!("/accounts/{account}"))["party"]));
    // Who sells nothing that one sees is nobody to one, nor is who buys.
    let strangers = [
        party(&house.customer.account),
        party(&house.north.account),
        party(&house.north.customer.account),
    ];
    for (client, own) in [(store.buyer(), 1), (Client::nobody(&house.app), 0)] {
        let answer = client.call(&format!("GET {CATALOG}/productSpecification/{draft}"), None);
        assert!(told(&answer).starts_with("404"), "{}", told(&answer));
        let listed = items(&client.call(&format!("GET {CATALOG}/productSpecification"), None));
        let names: Vec<_> = listed.iter().map(|it| text(&it["name"])).collect();
        assert_eq!(names, ["Mail", "Parcel"]);
        for stranger in &strangers[own..] {
            let answer = client.call(&format!("GET {ORGANIZATIONS}/{stranger}"), None);
            assert!(told(&answer).starts_with("404"), "{}", told(&answer));
        }
    }
    let other = house.client(&house.north.customer.admin);
    let answer = other.call(&format!("GET {CATALOG}/productSpecification"), None);
    assert_eq!(items(&answer), Vec::<Value>::new(), "nothing of it stands on its shelf");
}
