//! What is bought by its use: records of it, suspension for what is not paid, renewal, and its end.

use serde_json::{Value, json};
use tillbox::world::http::Response;

use super::buying::{CHARGING, PRODUCT, Store, plain, redirect};
use super::told;
use crate::harness::app::Answer;
use crate::harness::client::Client;
use crate::harness::market::{monthly, text};
use crate::harness::outside::{body, header};

pub(super) const USAGE: &str = "/DSUsageManagement/api/usageManagement/v2/usage";
const SPECIFICATION: &str = "/DSUsageManagement/api/usageManagement/v2/usageSpecification";

/// A store in which calls are sold, and a customer that has bought them.
pub(super) struct Metered {
    pub(super) store: Store,
    pub(super) order: Value,
    pub(super) product: String,
}

impl Metered {
    fn open() -> Self {
        Self::priced(json!({ "model": { "kind": "per_unit", "per_unit": "0.50" } }))
    }

    /// The same where calls are priced so.
    pub(super) fn priced(so: Value) -> Self {
        let store = Store::open();
        let operator = store.market.operator();
        let class = text(&operator.get("/classes?order=oldest")["items"][0]["id"]);
        let steps = json!({ "dunning": [
            { "after_days": 2, "action": "mail" },
            { "after_days": 3, "action": "credit_hold" },
        ] });
        operator.call(&format!("PATCH /classes/{class}"), Some(&steps)).ok();
        let meter = json!({ "code": "calls", "name": "Calls", "unit": "call" });
        let meter = operator.post("/meters", &meter)["id"].clone();
        let mut price =
            json!({ "name": "Calls", "kind": "usage", "currency": "EUR", "meter": meter });
        price.as_object_mut().unwrap().extend(so.as_object().unwrap().clone());
        let offer = plain(&store.market.offer("Api", &[monthly("Fee", "EUR", "5"), price]));
        let order = store.buys(&[&offer]);
        let product = text(&order["orderItem"][0]["product"]["id"]);
        Self { store, order, product }
    }

    pub(super) fn record(&self, number: u32, (unit, value): (&str, &str), at: &str) -> Value {
        let one = |name: &str, value: Value| json!({ "name": name, "value": value });
        json!({
            "date": at, "status": "Received", "description": "a day", "relatedParty": [self.store.customer()],
            "usageCharacteristic": [
                one("orderId", self.order["id"].clone()), one("productId", json!(self.product)),
                one("correlationNumber", json!(number)), one("unit", json!(unit)),
                one("value", json!(value)),
            ],
        })
    }

    /// A key with which the accounting of the seller reports.
    pub(super) fn key(&self) -> Client<'_> {
        let seller = self.store.market.operator();
        let body = json!({ "url": "https://accounting.example.com/" });
        let key = text(&seller.call("POST /apiKeyService/apiKeys", Some(&body)).ok()["apiKey"]);
        let nobody = Client::nobody(&self.store.market.house.app).header("X-API-KEY", &key);
        let record = self.record(1, ("call", "1"), "2026-01-01T10:00:00Z");
        let early = nobody.call(&format!("POST {USAGE}"), Some(&record));
        assert_eq!(early.status.as_u16(), 401, "it is not committed");
        let buyer = self.store.buyer();
        let commit = format!("POST /apiKeyService/apiKeys/{key}/commit");
        assert!(!buyer.call(&commit, Some(&json!({}))).status.is_success(), "nor by others");
        assert_eq!(seller.call(&commit, Some(&json!({}))).status.as_u16(), 200);
        let other = seller.call("POST /apiKeyService/apiKeys/tbx_0/commit", Some(&json!({})));
        assert_eq!(other.status.as_u16(), 404);
        nobody
    }

    fn job(&self, by: &Client<'_>, job: &str) -> Answer {
        let name = format!("oid={}", text(&self.order["id"]));
        let body = json!({ "name": name, "id": self.product, "priceType": "usage" });
        by.call(&format!("POST {CHARGING}/products/{job}"), Some(&body))
    }

    fn status(&self) -> String {
        text(&self.store.buyer().get(&format!("{PRODUCT}/{}", self.product))["status"])
    }
}

#[test]
fn usage_is_taken_number_by_number_with_a_key_that_was_committed() {
    let it = Metered::open();
    it.store.market.advance_to("2026-01-02");
    let key = it.key();
    let post = |record: &Value| key.call(&format!("POST {USAGE}"), Some(record));
    let first = it.record(1, ("call", "12"), "2026-01-01T10:00:00Z");
    let made = post(&first);
    assert_eq!(made.status.as_u16(), 201, "{}", told(&made));
    let made = made.json();
    assert_eq!((&made["status"], &made["type"]), (&json!("Guided"), &json!("calls")));
    for name in ["usageCharacteristic", "description", "date"] {
        assert_eq!(made[name], first[name], "{name} as it was said");
    }
    assert_eq!(post(&first).json()["id"], made["id"], "the same again is the same");
    let refused = |record: Value| told(&post(&record));
    let other = it.record(1, ("call", "13"), "2026-01-01T10:00:00Z");
    assert!(refused(other).starts_with("409"));
    let gap = refused(it.record(3, ("call", "1"), "2026-01-01T11:00:00Z"));
    assert!(gap.starts_with("400") && gap.contains("`2`"), "{gap}");
    assert!(refused(it.record(2, ("call", "1"), "2026-01-01T09:00:00Z")).starts_with("400"));
    let mut wrong = it.record(2, ("call", "1"), "2026-01-01T11:00:00Z");
    wrong["relatedParty"][0]["id"] = json!(plain(&it.store.market.house.north.account));
    assert!(refused(wrong).starts_with("400 `relatedParty`"));
    let mut wrong = it.record(2, ("call", "1"), "2026-01-01T11:00:00Z");
    wrong["usageCharacteristic"][0]["value"] = json!(it.product);
    assert!(refused(wrong).starts_with("404"), "another order");
    let odd = post(&it.record(2, ("byte", "1"), "2026-01-01T11:00:00Z")).json();
    assert_eq!(odd["status"], "Rejected", "nothing is charged by the byte");
    assert_eq!(post(&it.record(2, ("CALL", "1"), "2026-01-01T11:00:00Z")).status.as_u16(), 201);
    let buyer = it.store.buyer();
    let listed = buyer.get(&format!("{USAGE}?usageCharacteristic.productId={}", it.product));
    assert_eq!(listed.as_array().unwrap().len(), 2, "its buyer sees it");
    let answer = buyer.call(&format!("POST {USAGE}"), Some(&first));
    assert_eq!(answer.status.as_u16(), 403, "and reports none");
    let stranger = it.store.market.house.client(&it.store.market.house.north.customer.admin);
    assert_eq!(stranger.get(USAGE), json!([]));
    it.store.market.advance_to("2026-02-02");
    let rated = buyer.get(made["href"].as_str().unwrap());
    assert_eq!(rated["status"], "Rated");
    let rating = &rated["ratedProductUsage"][0];
    assert_eq!((&rating["isBilled"], &rating["usageRatingTag"]), (&json!(true), &json!("usage")));
    assert_eq!(rating["taxExcludedRatingAmount"], "6");
    // The same as a list for a partner.
    let exported = |what: &str| {
        let answer = buyer.call(&format!("GET /usage/export.{what}"), None);
        String::from_utf8(answer.body).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let lines = exported("jsonl");
    assert_eq!(lines.len(), 2);
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!((&line["meter"], &line["quantity"]), (&json!("calls"), &json!("12")));
    assert_eq!((&line["status"], &line["usage_rating_tag"]), (&json!("billed"), &json!("usage")));
    assert_eq!(line["tax_excluded_amount"], json!({ "amount": "6", "currency": "EUR" }));
    let rows = exported("csv");
    assert_eq!(rows.len(), 3);
    assert!(rows[1].ends_with(",billed,true,usage,6,EUR"), "{}", rows[1]);
    let answer = stranger.call("GET /usage/export.jsonl", None);
    assert_eq!(answer.body, b"", "nobody else's");
}

#[test]
fn what_counts_is_specified_here_and_shown_with_what_a_record_says() {
    let store = Store::open();
    let seller = store.market.operator();
    let unit = json!({
        "name": "unit", "usageSpecCharacteristicValue": [{ "default": true, "value": "byte" }],
    });
    let body = json!({
        "name": "Transfer", "description": "What flows", "usageSpecCharacteristic": [unit],
    });
    let made = seller.call(&format!("POST {SPECIFICATION}"), Some(&body)).ok();
    assert_eq!(seller.get(made["href"].as_str().unwrap())["description"], "What flows");
    let meters = seller.get("/meters")["items"].clone();
    let units: Vec<_> = meters.as_array().unwrap().iter().map(|it| text(&it["unit"])).collect();
    assert!(units.contains(&"byte".to_owned()), "it is a meter: {units:?}");
    let plain = seller.get(&format!("{SPECIFICATION}?name=Traffic"))[0].clone();
    let all = plain["usageSpecCharacteristic"].as_array().unwrap().iter();
    let names: Vec<_> = all.map(|it| text(&it["name"])).collect();
    assert_eq!(names, ["orderId", "productId", "correlationNumber", "unit", "value"]);
    let unit = &plain["usageSpecCharacteristic"][3];
    let whole = json!([{
        "default": true, "value": "GB", "valueType": "string", "valueFrom": "", "valueTo": "",
    }]);
    assert_eq!(
        (&unit["configurable"], &unit["usageSpecCharacteristicValue"]),
        (&json!(false), &whole)
    );
    assert!(unit["description"].is_string());
    let refused = store.buyer().call(&format!("POST {SPECIFICATION}"), Some(&body));
    assert_eq!(refused.status.as_u16(), 403);
    let seen = store.buyer().get(made["href"].as_str().unwrap());
    assert_eq!(seen["name"], "Transfer", "who buys here may see what is counted");
    let names = store.buyer().get(&format!("{SPECIFICATION}?action=count"));
    assert_eq!(names, json!({ "size": 2 }));
    let nobody = Client::nobody(&store.market.house.app);
    assert_eq!(nobody.call(&format!("GET {SPECIFICATION}"), None).status.as_u16(), 401);
}

/// The system that makes a product counts its use, too, and is asked for what it has not told, with a
/// signature and since when; what it tells twice counts once.
#[test]
fn what_the_system_behind_a_product_has_counted_is_fetched_when_somebody_asks_for_it() {
    let store = Store::open();
    let operator = store.market.operator();
    let meter = json!({ "code": "calls", "name": "Calls", "unit": "call" });
    let meter = operator.post("/meters", &meter)["id"].clone();
    let price = json!({
        "name": "Calls", "kind": "usage", "currency": "EUR", "meter": meter,
        "model": { "kind": "per_unit", "per_unit": "0.50" },
    });
    let outside = &store.market.house.app.outside;
    outside.answer(|_| Ok(Response::new(200, r#"{"state":"done"}"#)));
    let made_by = json!({ "webhook": { "address": "https://counter.example.com/hook" } });
    let prices = [monthly("Fee", "EUR", "5"), price];
    let offer = plain(&store.market.offer_like("Api", &prices, (json!({}), made_by)));
    let order = store.buys(&[&offer]);
    let product = text(&order["orderItem"][0]["product"]["id"]);
    store.market.advance_to("2026-01-03");
    let refresh = |by: &Client<'_>| {
        let body = json!({ "orderId": order["id"], "productId": product });
        let answer = by.call(&format!("POST {CHARGING}/accounting/refresh"), Some(&body));
        (answer.status.as_u16(), answer.json()["message"].as_str().unwrap_or_default().to_owned())
    };
    let buyer = store.buyer();
    let used = || {
        let all =
            operator.get(&format!("/usage?subscription=sub_{product}&meter={}", text(&meter)));
        all["items"].as_array().unwrap().iter().map(|it| text(&it["quantity"])).collect::<Vec<_>>()
    };
    outside.answer(|_| {
        let said = r#"{"accounting":[
            {"id":"1","date":"2026-01-01T10:00:00Z","unit":"call","value":"12"},
            {"id":"2","date":"2026-01-02T10:00:00Z","unit":"call","value":"3"},
            {"id":"3","date":"2026-01-02T11:00:00Z","unit":"mile","value":"3"}
        ]}"#;
        Ok(Response::new(200, said))
    });
    assert_eq!(refresh(&buyer), (200, "2 records of usage were fetched, and 1 refused".to_owned()));
    let asked = outside.heard().pop().unwrap();
    assert_eq!(asked.address, "https://counter.example.com/hook");
    assert!(header(&asked, "webhook-signature").starts_with("v1,"));
    let question = body(&asked);
    assert_eq!(question["type"], "accounting.pending");
    assert_eq!((&question["productId"], &question["since"]), (&json!(product), &Value::Null));
    assert_eq!((&question["orderId"], &question["units"]), (&order["id"], &json!(["call"])));
    // The same again counts once, and it is asked for what is later.
    let (status, told) = refresh(&buyer);
    assert_eq!((status, told.starts_with("0 records")), (200, true), "{told}");
    let question = body(&outside.heard().pop().unwrap());
    assert_eq!(question["since"], "2026-01-02T10:00:00Z");
    let mut sum = used();
    sum.sort();
    assert_eq!(sum, ["12", "3"]);
    // What it does not answer is told, and nothing comes in.
    outside.answer(|_| Ok(Response::new(500, "no")));
    let (status, _) = refresh(&buyer);
    assert!(status >= 400, "{status}");
    outside.answer(|_| Ok(Response::new(200, "<html>")));
    assert!(refresh(&buyer).0 >= 400);
    outside.answer(|_| Ok(Response::new(200, "")));
    assert_eq!(refresh(&buyer).0, 200, "nothing is something, too");
    assert_eq!(used().len(), 2);
    let count = outside.heard().len();
    let stranger = store.market.house.client(&store.market.house.north.customer.admin);
    assert_eq!(refresh(&stranger).0, 404);
    assert_eq!(outside.heard().len(), count, "nobody is asked for a stranger");
    store.market.advance_to("2026-02-02");
    let account = json!({ "id": store.market.house.customer.account });
    let billed = store.market.invoices(&account);
    let calls = billed.iter().flat_map(|it| it["lines"].as_array().unwrap());
    let calls = calls.filter(|it| it["text"] == "Api: Calls");
    let nets: Vec<_> = calls.map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(nets, ["7.50"], "fifteen calls");
}

#[test]
fn unpaid_usage_suspends_a_product_until_its_renewal_is_paid() {
    let it = Metered::open();
    it.store.market.advance_to("2026-01-02");
    let record = it.record(1, ("call", "12"), "2026-01-01T10:00:00Z");
    it.key().call(&format!("POST {USAGE}"), Some(&record)).ok();
    it.store.market.advance_to("2026-03-15");
    assert_eq!(it.status(), "Suspended");
    let house = &it.store.market.house;
    for stranger in [&house.north.customer.admin, &house.operator] {
        let answer = it.job(&house.client(stranger), "renewJob");
        assert!([403, 404].contains(&answer.status.as_u16()), "{}", told(&answer));
    }
    let buyer = it.store.buyer();
    let answer = it.job(&buyer, "renewJob");
    assert_eq!(answer.status.as_u16(), 200, "{}", told(&answer));
    let page = redirect(&answer).expect("it is to be paid");
    assert_eq!(redirect(&it.job(&buyer, "renewJob")), Some(page.clone()), "there is one page");
    assert_eq!(redirect(&it.job(&buyer, "unsubscribeJob")), Some(page.clone()));
    assert_eq!(it.status(), "Suspended", "it is not paid yet");
    it.store.chooses(&page, "pay");
    house.app.keep_duties();
    assert_eq!(it.status(), "Active");
    let answer = it.job(&buyer, "renewJob");
    assert_eq!((answer.status.as_u16(), redirect(&answer)), (200, None), "nothing is owed");
}

#[test]
fn what_is_being_collected_is_not_asked_for_again() {
    let it = Metered::open();
    let (buyer, operator) = (it.store.buyer(), it.store.market.operator());
    it.store.market.advance_to("2026-02-02");
    // The bank is told to collect what is owed.
    let letterhead = json!({
        "bank": { "iban": "DE89370400440532013000", "holder": "Kornblume" },
        "creditor": { "id": "DE98ZZZ09999999999", "notice_days": 1 },
    });
    operator.post("/letterheads", &letterhead);
    let account = &it.store.market.house.customer.account;
    let mandate = json!({
        "kind": "direct_debit", "iban": "AT611904300234573201", "holder": "Buyer",
        "mandate": "M-1", "signed_on": "2026-01-01",
    });
    operator.post(&format!("/accounts/{account}/payment_methods"), &mandate);
    let orders = operator.post("/debit_orders", &json!({ "collect_on": "2026-03-30" }));
    assert_eq!(orders["items"].as_array().unwrap().len(), 1, "{orders}");
    let answer = it.job(&buyer, "renewJob");
    assert_eq!((answer.status.as_u16(), redirect(&answer)), (200, None), "{}", told(&answer));
    let tried = operator.get(&format!("/payments?account={account}"));
    assert!(tried["items"].as_array().unwrap().iter().all(|it| it["state"] != "redirected"));
    it.store.market.must_be_whole();
}

#[test]
fn what_has_run_out_goes_on_once_its_next_term_is_paid() {
    let store = Store::open();
    let (market, operator) = (&store.market, store.market.operator());
    let paid = json!({ "grace_days": 2, "hold_days": 20, "destroy": false });
    let after = operator.post("/service_terms", &json!({ "name": "Usual", "paid": paid }));
    let term = json!({ "key": "m", "duration": "1 month", "auto_renew": false, "default": true });
    let lasting = json!({ "terms": [term], "service_terms": after["id"] });
    let fee = [monthly("Fee", "EUR", "10")];
    let pass = plain(&market.offer_like("Pass", &fee, (lasting, json!({}))));
    let (buyer, order) = (store.buyer(), store.buys(&[&pass]));
    let product = text(&order["orderItem"][0]["product"]["id"]);
    let status = || text(&buyer.get(&format!("{PRODUCT}/{product}"))["status"]);
    assert_eq!(status(), "Active");
    market.advance_to("2026-02-04");
    assert_eq!(status(), "Suspended", "its term is over");
    let renew = || {
        let name = format!("Pass oid={}", text(&order["id"]));
        let body = json!({ "name": name, "id": product, "priceType": "recurring" });
        let answer = buyer.call(&format!("POST {CHARGING}/products/renewJob"), Some(&body));
        assert_eq!(answer.status.as_u16(), 200, "{}", told(&answer));
        redirect(&answer)
    };
    let page = renew().expect("the next term is to be paid");
    assert_eq!(renew(), Some(page.clone()), "there is one page");
    assert_eq!(status(), "Suspended", "it is not paid yet");
    store.chooses(&page, "pay");
    market.house.app.keep_duties();
    assert_eq!((status(), renew()), ("Active".to_owned(), None));
    market.must_be_whole();
}

/// A product is paid before it ends, and not what others cost.
#[test]
fn a_product_is_ended_whatever_is_owed_for_others() {
    let it = Metered::open();
    let (store, market) = (&it.store, &it.store.market);
    let (buyer, operator) = (store.buyer(), market.operator());
    let once = json!({
        "name": "Box", "kind": "one_time", "currency": "EUR",
        "model": { "kind": "flat", "amount": "30" },
    });
    let sold_once = plain(&market.offer("Box", &[once]));
    let mut body = store.order(&[&sold_once]);
    body["orderItem"][0]["product"]["productPrice"][0]["priceType"] = json!("one time");
    let placed = buyer.call(&format!("POST {}", super::buying::ORDER), Some(&body));
    store.chooses(&redirect(&placed).expect("it is to be paid"), "pay");
    market.house.app.keep_duties();
    let order = buyer.get(&text(&placed.ok()["href"]));
    market.advance_to("2026-02-01");
    let account = json!({ "id": market.house.customer.account });
    let open = || {
        let all = market.invoices(&account);
        all.iter().filter(|it| it["due"]["amount"] != "0.00").count()
    };
    assert_eq!(open(), 1, "the fee of the other is owed");
    let end = |order: &Value, product: &str| {
        let name = format!("Box oid={}", text(&order["id"]));
        let body = json!({ "name": name, "id": product, "priceType": "recurring" });
        buyer.call(&format!("POST {CHARGING}/products/unsubscribeJob"), Some(&body))
    };
    let product = text(&order["orderItem"][0]["product"]["id"]);
    let answer = end(&order, &product);
    assert_eq!((answer.status.as_u16(), redirect(&answer)), (200, None), "{}", told(&answer));
    market.house.app.keep_duties();
    assert_eq!(buyer.get(&format!("{PRODUCT}/{product}"))["status"], "Terminated");
    // Of what else is open only the bill of the product is asked for.
    market.order(&account, &format!("ofr_{}", store.mail), 1);
    assert_eq!(open(), 2);
    let page = redirect(&end(&it.order, &it.product)).expect("it is to be paid");
    assert_eq!(redirect(&end(&it.order, &it.product)), Some(page.clone()), "there is one page");
    let payments = operator.get(&format!("/payments?account={}", text(&account["id"])));
    assert_eq!(payments["items"][0]["amount"]["amount"], "6.00");
    store.chooses(&page, "pay");
    let answer = end(&it.order, &it.product);
    assert_eq!((answer.status.as_u16(), redirect(&answer)), (200, None), "{}", told(&answer));
    assert_eq!(open(), 1, "the other is owed still");
    market.must_be_whole();
}

#[test]
fn a_product_is_ended_by_its_customer_when_all_is_paid() {
    let it = Metered::open();
    let (buyer, house) = (it.store.buyer(), &it.store.market.house);
    let wrong = json!({ "name": "Mail", "id": it.product, "priceType": "usage" });
    let answer = buyer.call(&format!("POST {CHARGING}/products/unsubscribeJob"), Some(&wrong));
    assert_eq!(answer.status.as_u16(), 400, "it names no order");
    let stranger = house.client(&house.north.customer.admin);
    assert_eq!(it.job(&stranger, "unsubscribeJob").status.as_u16(), 404);
    let refresh = json!({ "orderId": it.order["id"], "productId": it.product });
    let path = format!("POST {CHARGING}/accounting/refresh");
    assert_eq!(buyer.call(&path, Some(&refresh)).status.as_u16(), 200);
    assert_eq!(stranger.call(&path, Some(&refresh)).status.as_u16(), 404);
    // What is owed is paid first.
    it.store.market.advance_to("2026-02-02");
    let answer = it.job(&buyer, "unsubscribeJob");
    let page = redirect(&answer).expect("it is to be paid");
    assert_eq!(it.status(), "Active");
    it.store.chooses(&page, "pay");
    let answer = it.job(&buyer, "unsubscribeJob");
    assert_eq!((answer.status.as_u16(), redirect(&answer)), (200, None), "{}", told(&answer));
    house.app.keep_duties();
    assert_eq!(it.status(), "Terminated");
    let ended = buyer.get(&format!("{PRODUCT}/{}", it.product));
    assert_eq!(ended["terminationDate"], "2026-02-02T00:00:00Z");
    it.store.market.must_be_whole();
}
