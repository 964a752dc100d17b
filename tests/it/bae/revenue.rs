//! Sharing of revenue by the paths of 2016, with the faults of its own service.

use serde_json::{Value, json};
use tillbox::domain::event::Fact;
use tillbox::domain::operator::Actor;
use tillbox::store::fact::Facts;
use tillbox::world::http::Response;

use super::shop::{Shop, lead, monthly as plan, offerings};
use super::{items, told};
use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};
use crate::harness::outside::body as sent;

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

/// Something that a seller has on its shelf for so much a month.
fn offered(seller: &Client<'_>, name: &str, amount: &str) -> String {
    let it = json!({ "name": { "en": name }, "state": "active" });
    let specification = seller.post("/specifications", &it);
    let it = json!({ "name": { "en": name }, "specification": specification["id"] });
    let offer = text(&seller.post("/offers", &it)["id"]);
    let mut price = monthly(name, "EUR", amount);
    price["offer"] = json!(offer);
    seller.post("/prices", &price);
    for verb in ["test", "activate", "launch"] {
        seller.post(&format!("/offers/{offer}/{verb}"), &json!({}));
    }
    offer
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
        let offer = offered(&seller, "Suite", "1500.70");
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
        self.sells(&self.offer, "1800.84");
    }

    /// Sells something and is paid so much for it.
    fn sells(&self, offer: &str, gross: &str) {
        let (seller, house) = (self.seller(), &self.market.house);
        let account = &house.north.customer.account;
        let body = json!({ "account": account, "items": [{ "offer": offer }] });
        seller.post("/orders", &body);
        house.app.keep_duties();
        let euros = json!({ "amount": gross, "currency": "EUR" });
        seller.post("/payments", &json!({ "account": account, "amount": euros }));
    }

    /// The reports that there are.
    fn reports(&self, asking: &str) -> Vec<Value> {
        items(&self.seller().call(&format!("GET {RSS}/settlement/reports{asking}"), None))
    }
}

/// How a report parts what was paid: its class, what the platform has, the provider, and each stakeholder.
fn parted(of: &Value) -> String {
    let partners = of["stakeholders"].as_array().unwrap().iter();
    let partners = partners.map(|it| format!(" / {}", it["modelValue"])).collect::<String>();
    let (platform, owner) = (&of["aggregatorValue"], &of["ownerValue"]);
    format!("{}: {platform} / {owner}{partners}", text(&of["productClass"]))
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
    let settled = ask(&seller, "POST", "settlement", &json!({}));
    assert_eq!(settled.status.as_u16(), 202);
    let reports = trade.reports("");
    let [report] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!(parted(report), format!("{class}: 382.68 / 906.42 / 76.54 / 135.06"));
    assert_eq!((&report["paid"], &report["currency"]), (&json!(false), &json!("EUR")));
    let href = text(&report["href"]);
    assert_eq!(seller.get(&href), *report, "it is where it says");
    let paid = json!([{ "op": "replace", "path": "/paid", "value": true }]);
    let patch = || seller.call(&format!("PATCH {href}"), Some(&paid));
    assert_eq!(patch().ok()["paid"], true);
    assert_eq!(fault(&patch()), (403, "SVC1013".to_owned()));
    assert_eq!(trade.reports("?onlyPaid=true").len(), 1);
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
        (trade.model("60.4", "00000000-0000-7000-8000-000000000001"), (400, "SVC0002")),
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
    for class in [&*class, "orionServices"] {
        let missing = ask(&seller, "PUT", "models", &trade.model("60.4", class));
        assert_eq!(fault(&missing), (404, "SVC1006".to_owned()), "{class}");
    }
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

#[test]
fn a_model_comes_before_the_offerings_of_its_class() {
    let trade = Trade::new();
    let (seller, house) = (trade.seller(), &trade.market.house);
    let made = ask(&seller, "POST", "models", &trade.model("60.4", "orionServices")).ok();
    assert_eq!(made["productClass"], "orionServices", "as it was said");
    let twice = ask(&seller, "POST", "models", &trade.model("60.4", "ORIONservices"));
    assert_eq!(fault(&twice), (409, "SVC1007".to_owned()));
    let found = |class: &str| {
        items(&seller.call(&format!("GET {RSS}/models?productClass={class}"), None)).len()
    };
    assert_eq!(["orionServices", "defaultRevenue", "other"].map(found), [1, 0, 0]);
    // The class can be said by what it became, too, and by the id of an offering.
    let category = uuid(&text(&seller.get("/share_models")["items"][0]["category"]));
    assert_eq!(found(&category), 1);
    let by_id = ask(&seller, "POST", "models", &trade.model("60.4", &uuid(&trade.offer))).ok();
    assert_eq!(by_id["productClass"], uuid(&trade.offer));

    let shop = Shop(house.client(&house.north.admin));
    let (catalog, product) = (shop.catalog("North"), shop.product("Orion"));
    let mut body = json!({
        "name": "Orion", "lifecycleStatus": "Active", "productSpecification": lead(&product),
        "productOfferingPrice": [plan("Monthly")], "serviceCandidate": { "id": "nothing", "name": "x" },
    });
    let refused = shop.is_refused(&offerings(&catalog), &body);
    assert!(
        refused.starts_with("422 `serviceCandidate.id` names the class `nothing`"),
        "{refused}"
    );
    body["serviceCandidate"]["id"] = json!("orionServices");
    let offering = shop.make(&offerings(&catalog), &body);
    assert_eq!(offering["serviceCandidate"]["id"], "orionServices");
    let stands_in = || {
        let it = seller.get(&format!("/offers/ofr_{}", text(&offering["id"])));
        it["categories"].as_array().unwrap().iter().map(|it| uuid(&text(it))).collect::<Vec<_>>()
    };
    assert_eq!(stands_in(), [&*category]);
    shop.change(&offering, &json!({ "category": [] }));
    assert_eq!(stands_in(), [&*category], "its class stays");
    shop.moves(&offering, "Launched");
    let buyer = house.client(&house.north.customer.admin);
    assert_eq!(
        buyer.get(&text(&offering["href"]))["category"],
        Value::Null,
        "it is no group of offers"
    );
    shop.change(&offering, &json!({ "serviceCandidate": { "id": "defaultRevenue" } }));
    assert_eq!(stands_in(), Vec::<String>::new(), "and goes with it");
}

#[test]
fn each_model_of_a_settlement_has_a_report_of_its_own() {
    let trade = Trade::new();
    let (seller, class) = (trade.seller(), uuid(&trade.offer));
    ask(&seller, "POST", "models", &trade.model("60.4", &class)).ok();
    let default = json!({
        "productClass": "defaultRevenue", "algorithmType": "FIXED_PERCENTAGE",
        "ownerValue": 80, "aggregatorValue": 20,
    });
    ask(&seller, "POST", "models", &default).ok();
    let disk = offered(&seller, "Disk", "100");
    trade.sell();
    trade.sells(&disk, "120");
    trade.market.advance_to("2026-01-15");
    ask(&seller, "POST", "settlement", &json!({}));
    let told = |asking: &str| {
        let mut all: Vec<_> = trade.reports(asking).iter().map(parted).collect();
        all.sort();
        all
    };
    let of_class = format!("{class}: 382.68 / 906.42 / 76.54 / 135.06");
    let of_rest = "defaultRevenue: 20.00 / 80.00".to_owned();
    let mut both = vec![of_class.clone(), of_rest.clone()];
    both.sort();
    assert_eq!(told(""), both);
    assert_eq!(told(&format!("?productClass={class}")), [&*of_class]);
    assert_eq!(told("?productClass=defaultRevenue"), [&*of_rest]);
    for it in trade.reports("") {
        assert_eq!(seller.get(&text(&it["href"])), it);
    }
    let south = trade.market.house.client(&trade.market.house.south.admin);
    let href = text(&trade.reports("")[0]["href"]);
    assert_eq!(fault(&south.call(&format!("GET {href}"), None)), (404, "SVC1006".to_owned()));
    assert_eq!(items(&south.call(&format!("GET {RSS}/settlement/reports"), None)).len(), 0);
    // The platform is paid out all that it gets at once.
    let paid = json!([{ "op": "replace", "path": "/paid", "value": true }]);
    let of_rest = trade.reports("?productClass=defaultRevenue");
    seller.call(&format!("PATCH {}", text(&of_rest[0]["href"])), Some(&paid)).ok();
    assert_eq!(trade.reports("?onlyPaid=true").len(), 1, "stakeholders of the other wait");
    // What is settled next is reported next.
    trade.market.advance_to("2026-02-02");
    let (euros, account) = (
        json!({ "amount": "1920.84", "currency": "EUR" }),
        &trade.market.house.north.customer.account,
    );
    seller.post("/payments", &json!({ "account": account, "amount": euros }));
    trade.market.advance_to("2026-02-03");
    ask(&seller, "POST", "settlement", &json!({}));
    assert_eq!(told(""), [&*both[0], &*both[0], &*both[1], &*both[1]]);
    trade.market.must_be_whole();
}

/// Of a charge whose partners are paid out one after the other, its owner's part is reported with the first.
#[test]
fn what_two_runs_pay_out_of_a_charge_has_its_owners_part_once() {
    let trade = Trade::new();
    let (seller, class) = (trade.seller(), uuid(&trade.offer));
    ask(&seller, "POST", "models", &trade.model("60.4", &class)).ok();
    trade.sell();
    trade.market.advance_to("2026-01-15");
    seller.post("/settlements", &json!({ "account": trade.partners[0] }));
    let first = format!("{class}: 0 / 906.42 / 76.54");
    let told = || trade.reports("").iter().map(parted).collect::<Vec<_>>();
    assert_eq!(told(), [&*first]);
    trade.market.advance_to("2026-01-16");
    ask(&seller, "POST", "settlement", &json!({}));
    assert_eq!(told(), [first, format!("{class}: 382.68 / 0 / 135.06")]);
    for it in trade.reports("") {
        assert_eq!(seller.get(&text(&it["href"])), it, "by itself as among the others");
    }
}

#[test]
fn what_is_paid_out_with_a_report_is_what_of_it_was_not_paid_before() {
    let trade = Trade::new();
    let (seller, class) = (trade.seller(), uuid(&trade.offer));
    ask(&seller, "POST", "models", &trade.model("60.4", &class)).ok();
    trade.sell();
    trade.market.advance_to("2026-01-15");
    ask(&seller, "POST", "settlement", &json!({}));
    let states = || {
        let notes = seller.get("/settlements");
        let notes = notes["items"].as_array().unwrap().clone();
        notes.iter().map(|it| (text(&it["id"]), text(&it["state"]))).collect::<Vec<_>>()
    };
    let notes = states();
    assert_eq!(notes.len(), 3, "the platform and both partners: {notes:?}");
    seller.post(&format!("/settlements/{}/pay", notes[0].0), &json!({}));
    let report = &trade.reports("")[0];
    assert_eq!(report["paid"], false);
    let paid = json!([{ "op": "replace", "path": "/paid", "value": true }]);
    let patch = || seller.call(&format!("PATCH {}", text(&report["href"])), Some(&paid));
    assert_eq!(patch().ok()["paid"], true);
    assert!(states().iter().all(|it| it.1 == "paid"), "{:?}", states());
    assert_eq!(fault(&patch()), (403, "SVC1013".to_owned()));
    trade.market.must_be_whole();
}

#[test]
fn whoever_settles_is_called_back_until_it_hears() {
    let trade = Trade::new();
    let (seller, class) = (trade.seller(), uuid(&trade.offer));
    ask(&seller, "POST", "models", &trade.model("60.4", &class)).ok();
    trade.sell();
    trade.market.advance_to("2026-01-15");
    for (address, rule) in [("http://10.0.0.1/settled", "callbackUrl"), ("nowhere", "callbackUrl")]
    {
        let refused = ask(&seller, "POST", "settlement", &json!({ "callbackUrl": address }));
        assert!(told(&refused).contains(rule), "{}", told(&refused));
        assert_eq!(refused.status.as_u16(), 400);
    }
    // Who may settle and read nothing of it lets nobody else read it.
    let only = json!({ "name": "settles", "scopes": ["account_read", "settlement_run"] });
    let only = text(&seller.post("/tokens", &only)["secret"]);
    let only = Client::with_token(&trade.market.house.app, &only);
    let body = json!({ "callbackUrl": "https://rss.example.com/settled" });
    assert_eq!(ask(&only, "POST", "settlement", &body).status.as_u16(), 403);
    assert_eq!(trade.reports(""), Vec::<Value>::new(), "nothing was settled");
    let (address, app) = ("https://rss.example.com/settled", &trade.market.house.app);
    app.outside.answer(|_| Ok(Response::new(503, "")));
    let settled = ask(&seller, "POST", "settlement", &json!({ "callbackUrl": address }));
    assert_eq!(settled.status.as_u16(), 202);
    let called = || {
        let all = app.outside.heard();
        all.iter().filter(|it| it.address == address).map(sent).collect::<Vec<_>>()
    };
    app.keep_duties();
    let reports = Value::Array(trade.reports(""));
    assert_eq!(called(), std::slice::from_ref(&reports));
    app.outside.answer(|_| Ok(Response::new(200, "")));
    trade.market.advance_to("2026-01-16");
    assert_eq!(called(), [reports.clone(), reports], "the same once more, and then it has heard");
    trade.market.advance_to("2026-02-15");
    assert_eq!(called().len(), 2);
    // Where nothing is left to settle there is nothing to report.
    ask(&seller, "POST", "settlement", &json!({ "callbackUrl": address }));
    app.keep_duties();
    assert_eq!(called()[2..], [json!([])]);
}

/// Who is cut off after the first note has not told yet, and its run is told nevertheless: by that note.
#[test]
fn a_run_waits_to_be_told_from_its_first_note_on() {
    let trade = Trade::new();
    let (seller, class) = (trade.seller(), uuid(&trade.offer));
    ask(&seller, "POST", "models", &trade.model("60.4", &class)).ok();
    trade.sell();
    trade.market.advance_to("2026-01-15");
    let app = &trade.market.house.app;
    let house = Actor::duty("test");
    let before = app.bss.read(&house, |cx| Ok(cx.view.last_fact()?)).unwrap();
    let body = json!({ "callbackUrl": "https://rss.example.com/settled" });
    ask(&seller, "POST", "settlement", &body);
    let facts = app.bss.read(&house, |cx| Ok(cx.view.facts_after(before, 100)?)).unwrap();
    let names: Vec<_> = facts.iter().map(Fact::name).collect();
    let place = |name: &str| names.iter().position(|it| it.starts_with(name));
    let second = names.iter().enumerate().filter(|it| it.1.starts_with("settlement")).nth(1);
    assert!(place("document") < second.map(|it| it.0), "{names:?}");
    assert!(place("document") > place("settlement"), "{names:?}");
}
