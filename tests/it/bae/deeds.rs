//! One deed for every call of this contract that writes: who does it, to what, with which body. Tests
//! pull the plug in each, and a call without one fails them.
//!
//! In paths and bodies `$name` is a thing of the stage, by the id that this contract has for it. What a
//! deed is done to it may make first: `{id}` in its path is then the id of what was made.

use std::collections::BTreeSet;

use serde_json::Value;
use tillbox::api::bae::doors::doors;

use crate::harness::app::{Answer, App};
use crate::harness::client::Client;
use crate::harness::deeds::Manner;
use crate::harness::stage::{Names, Scene};

/// Something that is done at a door.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deed {
    /// The door: method, and path as in its row.
    pub(crate) what: &'static str,
    /// On which scene.
    pub(crate) scene: Scene,
    /// What may become of it when it is cut off.
    pub(crate) manner: Manner,
    /// Who does it: the name of a token of the stage.
    by: &'static str,
    /// Method, path and body of the request that makes what it is done to.
    made: Option<(&'static str, &'static str)>,
    /// The end of the path, below what was made, and body of the request that makes one thing more.
    then: Option<(&'static str, &'static str)>,
    /// What stands in the open parts of the path, if that is not `{id}` of what was made.
    at: &'static [&'static str],
    /// What stands behind the question mark.
    asking: &'static str,
    body: &'static str,
}

/// A deed that is done once, on the quiet scene.
const fn deed(what: &'static str, by: &'static str, body: &'static str) -> Deed {
    let (scene, manner) = (Scene::Quiet, Manner::Once);
    Deed { what, scene, manner, by, made: None, then: None, at: &[], asking: "", body }
}

#[expect(dead_code, reason = "what is sold and billed needs other scenes")]
impl Deed {
    /// The same, done to what a request makes first.
    const fn to(self, what: &'static str, body: &'static str) -> Self {
        Self { made: Some((what, body)), manner: Manner::Several, ..self }
    }

    /// The same, done to what a second request makes below what the first made.
    const fn then(self, below: &'static str, body: &'static str) -> Self {
        Self { then: Some((below, body)), ..self }
    }

    /// The same with these in the open parts of its path.
    const fn at(self, at: &'static [&'static str]) -> Self {
        Self { at, ..self }
    }

    /// The same asking for something behind the question mark.
    const fn asking(self, asking: &'static str) -> Self {
        Self { asking, ..self }
    }

    /// The same on another scene.
    const fn on(self, scene: Scene) -> Self {
        Self { scene, ..self }
    }

    /// The same with something else becoming of it when it is cut off.
    const fn done(self, manner: Manner) -> Self {
        Self { manner, ..self }
    }
}

/// Where the catalogue lies.
macro_rules! catalogue {
    ($method:literal, $path:literal) => {
        concat!($method, " /DSProductCatalog/api/catalogManagement/v2/", $path)
    };
}

/// A catalog that takes offerings.
const CATALOG: &str = r#"{"name":"$side catalog","lifecycleStatus":"Launched"}"#;
/// A product that can be offered.
const PRODUCT: &str = r#"{"name":"$side product","lifecycleStatus":"Launched","version":"1.0"}"#;

/// An identity provider.
const PROVIDER: &str = r#"{"idpId":"$side","name":"$side","server":"https://id.$side.test"}"#;
/// An announcement.
const PROMOTION: &str = r#"{"offeringId":"$offer","offeringName":"$side","imageURL":"https://x.test/a.png","termsURL":"https://x.test/t"}"#;
/// What opens an application.
const TOKEN: &str = r#"{"appId":"$side","authToken":"a","refreshToken":"r","expire":60}"#;
/// What makes a key.
const KEY: &str = r#"{"url":"https://accounting.$side.example/"}"#;

const DEEDS: &[Deed] = &[
    deed(
        catalogue!("POST", "category"),
        "seller",
        r#"{"name":"$side Data","isRoot":true,"lifecycleStatus":"Launched"}"#,
    ),
    deed(catalogue!("PATCH", "category/{id}"), "seller", r#"{"name":"$side Sets"}"#)
        .at(&["$category"]),
    deed(catalogue!("DELETE", "category/{id}"), "seller", "")
        .to(catalogue!("POST", "category"), r#"{"name":"$side Data"}"#),
    deed(catalogue!("POST", "catalog"), "seller", CATALOG),
    deed(catalogue!("PATCH", "catalog/{id}"), "seller", r#"{"description":"$side"}"#)
        .to(catalogue!("POST", "catalog"), CATALOG),
    deed(catalogue!("POST", "productSpecification"), "seller", PRODUCT),
    deed(
        catalogue!("PATCH", "productSpecification/{id}"),
        "seller",
        r#"{"brand":"$side","version":"1.1"}"#,
    )
    .at(&["$specification"]),
    deed(
        catalogue!("POST", "catalog/{id}/productOffering"),
        "seller",
        r#"{"name":"$side offering","productSpecification":{"id":"$specification"},"productOfferingPrice":[{"name":"Monthly","priceType":"recurring","recurringChargePeriod":"monthly","price":{"taxIncludedAmount":"12","dutyFreeAmount":"10","taxRate":"20","currencyCode":"EUR"}}]}"#,
    )
    .to(catalogue!("POST", "catalog"), CATALOG),
    deed(
        catalogue!("PATCH", "catalog/{id}/productOffering/{id}"),
        "seller",
        r#"{"description":"$side","lifecycleStatus":"In design"}"#,
    )
    .to(catalogue!("POST", "catalog"), CATALOG)
    .then("/productOffering", r#"{"name":"$side offering","productSpecification":{"id":"$specification"}}"#),
    deed("POST /authorizeService/token", "buyer", TOKEN),
    deed("POST /authorizeService/read", "buyer", r#"{"appId":"$side"}"#)
        .to("POST /authorizeService/token", TOKEN)
        .done(Manner::Several),
    deed(
        "POST /DSBillingManagement/api/billingManagement/v2/billingAccount",
        "buyer",
        r#"{"name":"$side bills","customerAccount":{"id":"$further"},"relatedParty":[{"id":"$customer","role":"bill receiver"}]}"#,
    ),
    deed(
        "PATCH /DSBillingManagement/api/billingManagement/v2/billingAccount/{id}",
        "buyer",
        r#"{"name":"$side bills"}"#,
    )
    .at(&["$billing_account"]),
    deed(
        "POST /DSCustomerManagement/api/customerManagement/v2/customer",
        "seller",
        r#"{"name":"$side New"}"#,
    ),
    deed(
        "PATCH /DSCustomerManagement/api/customerManagement/v2/customer/{id}",
        "seller",
        r#"{"description":"$side buys","motto":"more"}"#,
    )
    .at(&["$customer"]),
    deed("DELETE /DSCustomerManagement/api/customerManagement/v2/customer/{id}", "seller", "")
        .at(&["$prospect"]),
    deed(
        "POST /DSCustomerManagement/api/customerManagement/v2/customerAccount",
        "buyer",
        r#"{"name":"$side Quay","customer":{"id":"$customer"}}"#,
    ),
    deed(
        "PATCH /DSCustomerManagement/api/customerManagement/v2/customerAccount/{id}",
        "buyer",
        r#"{"description":"$side Quay","accountType":"shipping address"}"#,
    )
    .at(&["$further"]),
    deed(
        "DELETE /DSCustomerManagement/api/customerManagement/v2/customerAccount/{id}",
        "seller",
        "",
    )
    .at(&["$further"]),
    deed("POST /IDP", "operator", PROVIDER),
    deed("PUT /IDP/{id}", "operator", r#"{"name":"$side two","server":"https://id.$side.test"}"#)
        .to("POST /IDP", PROVIDER),
    deed("DELETE /IDP/{id}", "operator", "").to("POST /IDP", PROVIDER),
    deed(
        "PATCH /DSPartyManagement/api/partyManagement/v2/individual/{id}",
        "person",
        r#"{"maritalStatus":"single","location":"$side"}"#,
    )
    .at(&["$person_party"]),
    deed(
        "PUT /DSPartyManagement/api/partyManagement/v2/individual/{id}",
        "person",
        r#"{"givenName":"Ann","familyName":"$side"}"#,
    )
    .at(&["$person_party"]),
    deed(
        "PATCH /DSPartyManagement/api/partyManagement/v2/organization/{id}",
        "buyer",
        r#"{"nameType":"Ltd.","motto":"$side"}"#,
    )
    .at(&["$own_party"]),
    deed(
        "PUT /DSPartyManagement/api/partyManagement/v2/organization/{id}",
        "buyer",
        r#"{"tradingName":"$side Wares"}"#,
    )
    .at(&["$own_party"]),
    deed("POST /PromManagement/promotions", "seller", PROMOTION),
    deed("PUT /PromManagement/promotions/{id}", "seller", PROMOTION)
        .to("POST /PromManagement/promotions", PROMOTION),
    deed("DELETE /PromManagement/promotions/{id}", "seller", "")
        .to("POST /PromManagement/promotions", PROMOTION),
    deed("POST /REPManagement/reputation/set", "buyer", r#"{"offerId":"$offer","rate":3}"#),
    deed("POST /DSRevenueSharing/rss/providers", "operator", r#"{"providerName":"$side East"}"#),
    deed(
        "POST /DSRevenueSharing/rss/models",
        "seller",
        r#"{"productClass":"defaultRevenue","ownerValue":90,"aggregatorValue":10}"#,
    ),
    deed(
        "PUT /DSRevenueSharing/rss/models",
        "seller",
        r#"{"productClass":"$category","ownerValue":100}"#,
    ),
    deed("DELETE /DSRevenueSharing/rss/models", "seller", "").asking("productClass=$category"),
    deed(
        "POST /DSRevenueSharing/rss/settlement",
        "seller",
        r#"{"callbackUrl":"https://settled.$side.example/"}"#,
    )
    .done(Manner::Several),
    deed(
        "PATCH /DSRevenueSharing/rss/settlement/reports/{id}",
        "seller",
        r#"[{"op":"replace","path":"/paid","value":true}]"#,
    )
    .at(&["$settlement.$share_model.EUR"]),
    deed(
        "POST /SLAManagement/sla",
        "seller",
        r#"{"offerId":"$offer","services":[{"type":"Delay","threshold":5,"unitMeasure":"ms"}]}"#,
    ),
    deed(
        "POST /DSProductOrdering/api/productOrdering/v2/productOrder",
        "buyer",
        r#"{"relatedParty":[{"id":"$customer","role":"Customer"}],"orderItem":[{"id":"1","action":"add","billingAccount":[{"id":"$billing_account"}],"product":{"productPrice":[{"priceType":"recurring"}]},"productOffering":{"id":"$offer"}}]}"#,
    )
    .done(Manner::Several),
    deed(
        "PATCH /DSProductOrdering/api/productOrdering/v2/productOrder/{id}",
        "seller",
        r#"{"note":[{"text":"$side rings twice"}]}"#,
    )
    .at(&["$order"]),
    deed(
        "POST /DSUsageManagement/api/usageManagement/v2/usage",
        "seller",
        r#"{"date":"2026-01-01T00:00:00Z","status":"Received","relatedParty":[{"id":"$customer","role":"Customer"}],"usageCharacteristic":[{"name":"orderId","value":"$order"},{"name":"productId","value":"$subscription"},{"name":"correlationNumber","value":"1"},{"name":"unit","value":"GB"},{"name":"value","value":"2"}]}"#,
    )
    .done(Manner::Several),
    deed(
        "PATCH /DSUsageManagement/api/usageManagement/v2/usage/{id}",
        "seller",
        r#"{"date":"2026-01-01T00:00:00Z","status":"Recycled","relatedParty":[{"id":"$customer","role":"Customer"}],"usageCharacteristic":[{"name":"orderId","value":"$order"},{"name":"productId","value":"$subscription"},{"name":"correlationNumber","value":"1"},{"name":"unit","value":"GB"},{"name":"value","value":"2"}]}"#,
    )
    .to("POST /DSUsageManagement/api/usageManagement/v2/usage", r#"{"date":"2026-01-01T00:00:00Z","status":"Received","relatedParty":[{"id":"$customer","role":"Customer"}],"usageCharacteristic":[{"name":"orderId","value":"$order"},{"name":"productId","value":"$subscription"},{"name":"correlationNumber","value":"1"},{"name":"unit","value":"byte"},{"name":"value","value":"2"}]}"#),
    deed(
        "POST /DSUsageManagement/api/usageManagement/v2/importJob",
        "seller",
        r#"{"usage":[{"date":"2026-01-01T00:00:00Z","status":"Received","relatedParty":[{"id":"$customer","role":"Customer"}],"usageCharacteristic":[{"name":"orderId","value":"$order"},{"name":"productId","value":"$subscription"},{"name":"correlationNumber","value":"1"},{"name":"unit","value":"GB"},{"name":"value","value":"2"}]}]}"#,
    )
    .done(Manner::Several),
    deed(
        "POST /DSUsageManagement/api/usageManagement/v2/usageSpecification",
        "seller",
        r#"{"name":"$side calls"}"#,
    ),
    deed("POST /shoppingCart/item", "buyer", r#"{"id":"$pooled"}"#),
    deed("DELETE /shoppingCart/item/{id}", "buyer", "").at(&["$offer"]),
    deed("POST /shoppingCart/empty", "buyer", "{}"),
    deed(
        "POST /charging/api/orderManagement/orders/accept",
        "buyer",
        r#"{"reference":"$order"}"#,
    )
    .done(Manner::Several),
    deed(
        "POST /charging/api/orderManagement/orders/cancel",
        "buyer",
        r#"{"reference":"$unpaid_order"}"#,
    ),
    deed(
        "PATCH /DSProductInventory/api/productInventory/v2/product/{id}",
        "seller",
        r#"{"productSerialNumber":"$side-7"}"#,
    )
    .at(&["$subscription"]),
    deed(
        "PUT /DSProductInventory/api/productInventory/v2/product/{id}",
        "seller",
        r#"{"productSerialNumber":"$side-8","place":[{"name":"$side"}]}"#,
    )
    .at(&["$subscription"]),
    deed(
        "POST /charging/api/orderManagement/products/renewJob",
        "buyer",
        r#"{"name":"oid=$order","id":"$subscription","priceType":"recurring"}"#,
    )
    .done(Manner::Several),
    deed(
        "POST /charging/api/orderManagement/products/unsubscribeJob",
        "buyer",
        r#"{"name":"oid=$order","id":"$subscription"}"#,
    )
    .done(Manner::Several),
    deed(
        "POST /charging/api/orderManagement/accounting/refresh",
        "buyer",
        r#"{"orderId":"$order","productId":"$subscription"}"#,
    ),
    deed("POST /apiKeyService/apiKeys", "seller", KEY),
    deed("POST /apiKeyService/apiKeys/{key}/commit", "seller", "{}")
        .to("POST /apiKeyService/apiKeys", KEY),
    deed(
        "POST /charging/api/assetManagement/assets/uploadJob",
        "seller",
        r#"{"contentType":"text/csv","resourceType":"dataset","metadata":{"licence":"$side"},"content":{"name":"rain.csv","data":"cmFpbg=="}}"#,
    )
    .done(Manner::Several),
    deed(
        "POST /charging/api/assetManagement/assets/{id}/upgradeJob",
        "seller",
        r#"{"version":"3.0","content":"https://data.example.com/3"}"#,
    )
    .at(&["$asset"])
    .done(Manner::Several),
];

/// All deeds.
pub(crate) fn deeds() -> &'static [Deed] {
    DEEDS
}

/// The things of a side by the ids that this contract has for them.
pub(crate) fn names(of: &Names) -> Names {
    let plain = |text: &String| match text.split_once('_') {
        Some((kind, id)) if kind.len() == 3 && id.len() == 36 => id.to_owned(),
        _ => text.clone(),
    };
    of.iter().map(|(name, text)| (*name, plain(text))).collect()
}

/// A text with what names of the stage stand for; longer names before those they begin with.
fn filled(text: &str, names: &Names) -> String {
    let mut all: Vec<_> = names.iter().collect();
    all.sort_by_key(|it| std::cmp::Reverse(it.0.len()));
    let name = |text: String, it: &(&&str, &String)| text.replace(&format!("${}", it.0), it.1);
    all.iter().fold(text.to_owned(), name)
}

fn id(of: &Answer) -> String {
    of.json()["id"].as_str().expect("an id").to_owned()
}

fn read(text: &str, names: &Names) -> Option<Value> {
    let text = filled(text, names);
    let value = || serde_json::from_str(&text).unwrap_or_else(|it| panic!("{it} in {text}"));
    (!text.is_empty()).then(value)
}

impl Deed {
    /// Does it once, with what must be there before.
    pub(crate) fn is_done(&self, app: &App, names: &Names) -> Answer {
        let client = Client::with_token(app, &names[self.by]);
        let mut open: Vec<_> = self.at.iter().map(|it| filled(it, names)).collect();
        if let Some((what, body)) = self.made {
            let first = client.header("idempotency-key", "make");
            let made = first.call(&filled(what, names), read(body, names).as_ref());
            if !made.status.is_success() {
                return made;
            }
            open.push(id(&made));
            if let Some((below, body)) = self.then {
                let second = client.header("idempotency-key", "then");
                let what = format!("{}/{}{below}", filled(what, names), open[0]);
                let made = second.call(&what, read(body, names).as_ref());
                if !made.status.is_success() {
                    return made;
                }
                open.push(id(&made));
            }
        }
        let client = client.header("idempotency-key", "deed");
        let asking = match self.asking {
            "" => String::new(),
            asking => format!("?{}", filled(asking, names)),
        };
        let path = format!("{}{asking}", self.path(&open));
        client.call(&path, read(self.body, names).as_ref())
    }

    fn path(&self, open: &[String]) -> String {
        let mut open = open.iter();
        let parts = self.what.split('/').map(|it| match it.starts_with('{') {
            true => open.next().unwrap_or_else(|| panic!("{} has more parts", self.what)).as_str(),
            false => it,
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

#[test]
fn every_call_that_writes_has_a_deed() {
    let writing = doors().into_iter().filter(|it| it.writes);
    let doors: BTreeSet<_> = writing.map(|it| format!("{} {}", it.method, it.path)).collect();
    let deeds: BTreeSet<_> = deeds().iter().map(|it| it.what.to_owned()).collect();
    assert_eq!(doors, deeds, "add the missing ones to DEEDS");
}
