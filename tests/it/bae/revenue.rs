//! Sharing of revenue by the paths of 2016, with the faults of its own service.

use serde_json::{Value, json};

use super::items;
use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

const RSS: &str = "/DSRevenueSharing/rss";

fn uuid(id: &str) -> String {
    id.split_once('_').unwrap().1.to_owned()
}

/// The status and the code of a fault.
fn fault(answer: &Answer) -> (u16, String) {
    let body = answer.json();
    assert!(body["exceptionText"].is_string(), "{body}");
    (answer.status.as_u16(), text(&body["exceptionId"]))
}

fn ask(client: &Client<'_>, method: &str, path: &str, body: &Value) -> Answer {
    client.call(&format!("{method} {RSS}/{path}"), Some(body))
}

/// A reseller that sells with a platform and two partners.
struct Trade {
    market: Market,
    offer: String,
    partners: Vec<String>,
}

impl Trade {
    fn new() -> Self {
        let market = Market::on("2026-01-01");
        let house = &market.house;
        let seller = house.client(&house.north.admin);
        let zone = seller.post("/tax_zones", &json!({ "code": "N", "name": "North" }));
        let rule = json!({ "name": "VAT", "zone": zone["id"], "percent": "20", "valid_from": "2000-01-01" });
        seller.post("/tax_rules", &rule);
        let it = json!({ "name": { "en": "Suite" }, "state": "active" });
        let specification = seller.post("/specifications", &it);
        let it = json!({ "name": { "en": "Suite" }, "specification": specification["id"] });
        let offer = text(&seller.post("/offers", &it)["id"]);
        let mut price = monthly("Suite", "EUR", "1500.70");
        price["offer"] = json!(offer);
        seller.post("/prices", &price);
        for verb in ["test", "activate", "launch"] {
            seller.post(&format!("/offers/{offer}/{verb}"), &json!({}));
        }
        let partner = |name: &str| {
            let tax = json!({ "registration_id": "DE136695976" });
            text(&seller.post("/accounts", &json!({ "name": name, "tax": tax }))["id"])
        };
        let partners = vec![partner("Bea"), partner("Cid")];
        let address =
            json!({ "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" } });
        let path = format!("/accounts/{}", house.north.customer.account);
        seller.patch(&path, &address);
        Self { market, offer, partners }
    }

    fn seller(&self) -> Client<'_> {
        self.market.house.client(&self.market.house.north.admin)
    }

    /// The model of the vector, with another part for the owner.
    fn model(&self, owner: &str, class: &str) -> Value {
        let stakeholder = |place: usize, percent: &str| {
            let percent: Value = serde_json::from_str(percent).unwrap();
            json!({ "stakeholderId": uuid(&self.partners[place]), "modelValue": percent })
        };
        let number = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        json!({
            "ownerProviderId": uuid(&self.market.house.north.account), "ownerValue": number(owner),
            "productClass": class, "algorithmType": "FIXED_PERCENTAGE",
            "aggregatorValue": number("25.5"),
            "stakeholders": [stakeholder(0, "5.1"), stakeholder(1, "9")],
        })
    }

    /// Sells and is paid once.
    fn sell(&self) {
        let (seller, house) = (self.seller(), &self.market.house);
        let account = &house.north.customer.account;
        let body = json!({ "account": account, "items": [{ "offer": self.offer }] });
        seller.post("/orders", &body);
        house.app.keep_duties();
        let euros = json!({ "amount": "1800.84", "currency": "EUR" });
        seller.post("/payments", &json!({ "account": account, "amount": euros }));
    }
}

/// What is paid out stands in a note, with files of it.
fn its_note_can_be_fetched(seller: &Client<'_>) {
    let notes = "GET /DSBillingManagement/api/billingManagement/v2/settlementNoteAdvice";
    let notes = items(&seller.call(notes, None));
    let note = notes.iter().find(|it| it["receiver"]["name"] == "Bea").unwrap();
    let note = seller.call(&format!("GET {}", text(&note["href"])), None).ok();
    assert_eq!(note["taxRegistration"], json!([{ "number": "DE136695976" }]));
    let images = note["settlementNoteImage"].as_array().unwrap();
    let formats: Vec<_> = images.iter().map(|it| text(&it["imageFormat"])).collect();
    assert_eq!(formats, ["pdf", "csv"]);
    for image in images {
        assert!(image["imageSize"].as_u64().unwrap() > 100, "{image}");
        let file = seller.call(&format!("GET {}", text(&image["imageFileUrl"])), None);
        assert_eq!(file.status.as_u16(), 200);
        assert!(text(&image["imageFileName"]).starts_with("SET-"), "{image}");
    }
    assert!(note["settlementNoteItem"][0]["itemNumber"] == 1 && note["receiver"]["id"].is_string());
}

#[test]
fn a_charge_is_shared_to_the_cent_settled_reported_and_paid_out() {
    let trade = Trade::new();
    let (seller, class) = (trade.seller(), uuid(&trade.offer));
    let made = ask(&seller, "POST", "models", &trade.model("60.4", &class)).ok();
    assert_eq!(
        (&made["productClass"], made["ownerValue"].to_string()),
        (&json!(class), "60.4".to_owned())
    );
    let listed = items(&seller.call(&format!("GET {RSS}/models?productClass={class}"), None));
    assert_eq!((listed.len(), &listed[0]["stakeholders"]), (1, &made["stakeholders"]));
    trade.sell();
    let shares = seller.get("/share_records?order=oldest&limit=10");
    let amounts: Vec<_> = shares["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| text(&it["amount"]["amount"]))
        .collect();
    let mut sorted = amounts.clone();
    sorted.sort();
    assert_eq!(sorted, ["135.06", "382.68", "76.54", "906.42"], "to the cent, and exactly 1500.70");

    let records = items(&seller.call(&format!("GET {RSS}/cdrs"), None));
    let [record] = &records[..] else { panic!("{records:?}") };
    for (name, expected) in [
        ("transactionType", json!("C")),
        ("event", json!("recurring")),
        ("productClass", json!(class)),
        ("currency", json!("EUR")),
        ("customerId", json!(uuid(&trade.market.house.north.customer.account))),
        ("appProvider", json!(uuid(&trade.market.house.north.account))),
    ] {
        assert_eq!(record[name], expected, "{name}");
    }
    assert_eq!(
        (record["chargedAmount"].to_string(), record["chargedTaxAmount"].to_string()),
        ("1500.70".to_owned(), "300.14".to_owned())
    );
    let classes = seller.call(&format!("GET {RSS}/cdrs/classes"), None).ok();
    assert_eq!(classes, json!({ "productClasses": [class] }));

    trade.market.advance_to("2026-01-15");
    let settled = ask(&seller, "POST", "settlement", &json!({ "callbackUrl": "http://x.test" }));
    assert_eq!(settled.status.as_u16(), 202);
    let reports = items(&seller.call(&format!("GET {RSS}/settlement/reports"), None));
    let mut parts: Vec<_> = reports
        .iter()
        .map(|it| match &it["stakeholders"][0]["modelValue"] {
            value if value.is_null() => format!("platform {}", it["aggregatorValue"]),
            value => value.to_string(),
        })
        .collect();
    parts.sort();
    assert_eq!(parts, ["135.06", "76.54", "platform 382.68"]);
    assert!(
        reports.iter().all(|it| it["paid"] == false
            && it["currency"] == "EUR"
            && it["productClass"] == class)
    );
    let id = text(&reports[0]["id"]);
    let paid = json!([{ "op": "replace", "path": "/paid", "value": true }]);
    let it = ask(&seller, "PATCH", &format!("settlement/reports/{id}"), &paid).ok();
    assert_eq!(it["paid"], true);
    let again = ask(&seller, "PATCH", &format!("settlement/reports/{id}"), &paid);
    assert_eq!(fault(&again), (403, "SVC1013".to_owned()));
    let only = items(&seller.call(&format!("GET {RSS}/settlement/reports?onlyPaid=true"), None));
    assert_eq!(only.len(), 1);
    its_note_can_be_fetched(&seller);
}

#[test]
fn what_goes_back_is_a_record_that_mirrors_the_charge() {
    let trade = Trade::new();
    trade.sell();
    let seller = trade.seller();
    let invoice = text(&seller.get("/invoices")["items"][0]["id"]);
    seller.post(&format!("/invoices/{invoice}/credit"), &json!({ "reason": "kindness" }));
    let records = items(&seller.call(&format!("GET {RSS}/cdrs?size=100"), None));
    let told: Vec<_> = records
        .iter()
        .map(|it| {
            format!(
                "{} {} {}",
                text(&it["transactionType"]),
                text(&it["event"]),
                it["chargedAmount"]
            )
        })
        .collect();
    assert_eq!(told, ["C recurring 1500.70", "R refund 1500.70"]);
    let numbers: Vec<_> =
        records.iter().map(|it| it["correlationNumber"].as_u64().unwrap()).collect();
    assert!(numbers[0] < numbers[1] || numbers[0] != numbers[1], "{numbers:?}");
}

#[test]
fn models_are_refused_replaced_and_taken_away_in_the_words_of_the_service() {
    let trade = Trade::new();
    let (seller, class) = (trade.seller(), uuid(&trade.offer));
    for (body, expected) in [
        (trade.model("70.4", &class), (400, "SVC0002")),
        (trade.model("60.4", "orionServices"), (400, "SVC0002")),
        (json!({ "ownerValue": 100 }), (400, "SVC1000")),
        (
            json!({ "productClass": class, "ownerValue": 100, "algorithmType": "MAGIC" }),
            (400, "SVC0002"),
        ),
        (json!({ "productClass": class, "ownerValue": 101 }), (400, "SVC0002")),
        (
            json!({ "productClass": class, "ownerValue": 100, "ownerProviderId": uuid(&trade.market.house.south.account) }),
            (404, "SVC1006"),
        ),
    ] {
        let refused = ask(&seller, "POST", "models", &body);
        assert_eq!(fault(&refused), (expected.0, expected.1.to_owned()), "{body}");
    }
    let missing = ask(&seller, "PUT", "models", &trade.model("60.4", &class));
    assert_eq!(fault(&missing), (404, "SVC1006".to_owned()));
    ask(&seller, "POST", "models", &trade.model("60.4", "defaultRevenue")).ok();
    ask(&seller, "POST", "models", &trade.model("60.4", &class)).ok();
    let twice = ask(&seller, "POST", "models", &trade.model("60.4", &class));
    assert_eq!(fault(&twice), (409, "SVC1007".to_owned()));
    let alone = json!({ "productClass": class, "ownerValue": 100 });
    let replaced = ask(&seller, "PUT", "models", &alone).ok();
    assert_eq!(
        (replaced["ownerValue"].to_string(), &replaced["stakeholders"]),
        ("100".to_owned(), &json!([]))
    );
    let counted = seller.call(&format!("GET {RSS}/models?action=count"), None).ok();
    assert_eq!(counted, json!({ "size": 2 }), "one for a product and one for all others");
    let gone = seller.call(&format!("DELETE {RSS}/models?productClass={class}"), None);
    assert_eq!(gone.status.as_u16(), 204);
    let south = trade.market.house.client(&trade.market.house.south.admin);
    assert_eq!(items(&south.call(&format!("GET {RSS}/models"), None)), Vec::<Value>::new());
}

#[test]
fn providers_and_the_platform_are_listed_as_far_as_one_sees_them() {
    let trade = Trade::new();
    let (seller, operator) = (trade.seller(), trade.market.operator());
    let names = |client: &Client<'_>| {
        let all = items(&client.call(&format!("GET {RSS}/providers"), None));
        all.iter().map(|it| text(&it["providerName"])).collect::<Vec<_>>()
    };
    assert_eq!(names(&seller), ["North Reseller"]);
    assert_eq!(names(&operator), ["Provider", "North Reseller", "South Reseller"]);
    let platform = items(&seller.call(&format!("GET {RSS}/aggregators"), None));
    assert_eq!((platform.len(), &platform[0]["aggregatorName"]), (1, &json!("Provider")));
    let another = ask(&operator, "POST", "aggregators", &json!({ "aggregatorId": "x" }));
    assert_eq!(another.status.as_u16(), 405, "there is one platform");
    let algorithms = items(&seller.call(&format!("GET {RSS}/algorithms"), None));
    assert_eq!(algorithms[0]["algorithmId"], "FIXED_PERCENTAGE");
    let known =
        json!({ "providerId": uuid(&trade.market.house.north.account), "providerName": "North" });
    assert_eq!(fault(&ask(&operator, "POST", "providers", &known)), (409, "SVC1007".to_owned()));
    let made = ask(&operator, "POST", "providers", &json!({ "providerName": "East" })).ok();
    assert_eq!(made["providerName"], "East");
    assert_eq!(names(&operator).len(), 4);
}
