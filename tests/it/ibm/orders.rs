//! Orders: what they create, and what of them is refused.

use serde_json::{Value, json};

use super::shop::{Shop, order};
use super::{Bss, message, sample, told};
use crate::harness::client::Client;
use crate::harness::house::{House, text};
use crate::harness::market::Market;

#[test]
fn an_order_creates_a_subscription_for_each_item_in_their_order() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@order.test");
    let mut body = sample("wiki-create-subscription-request");
    body["Order"]["CustomerId"] = json!(customer);
    let made = shop.must("POST resource/subscription", Some(&body));
    let made = made["List"].as_array().unwrap();
    let parts: Vec<_> = made.iter().map(|it| text(&it["PartNumber"])).collect();
    assert_eq!(parts, ["D08SWLL", "D08S1LL"]);
    for (it, (count, months, until)) in
        made.iter().zip([(5, 24, "01/01/2028"), (95, 12, "01/01/2027")])
    {
        let id = it["SubscriptionId"].as_u64().unwrap();
        let shown = shop.subscription(id);
        let expected = json!({
            "Id": id, "Oid": id, "CustomerId": customer, "PartNumber": it["PartNumber"],
            "SubscriptionState": "ACTIVE", "EntitlementQuantity": count,
            "EntitlementQuantityAvailable": count, "MaxNumberOfSeats": count,
            "NumberOfSeats": count, "NumberOfAvailableSeats": count, "DurationLength": months,
            "DurationUnits": "MONTHS", "BillingFrequency": "MRC",
            "PurchaseDate": "01/01/2026 00:00:00", "EffectiveDate": "01/01/2026 00:00:00",
            "ExpirationDate": format!("{until} 00:00:00"), "IsAutomaticallyRenewed": false,
            "IsTrial": false, "IsBeta": false, "IsFree": true, "ParentSubscriptionId": -1,
            "Created": shown["Created"], "Modified": shown["Modified"], "Deleted": false,
        });
        assert_eq!(shown, expected);
    }
}

#[test]
fn what_is_ordered_here_is_the_same_through_every_door() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@parity.test");
    let id = shop.order_one(customer, "D08SWLL", 7);
    let seller = shop.seller();
    let account = text(&seller.get(&format!("/accounts?number={customer}"))["items"][0]["id"]);
    let ours = seller.get(&format!("/subscriptions?account={account}"))["items"][0].clone();
    let facts = [&ours["number"], &ours["quantity"], &ours["state"], &ours["term"]["end"]];
    assert_eq!(facts, [&json!(id), &json!(7), &json!("active"), &json!("2027-01-01")]);
    let subscriber = shop.add(customer, "seat@parity.test", &["User"]);
    let seat = shop.entitle(subscriber, id);
    let path = format!("/subscriptions/{}/seats", text(&ours["id"]));
    let seats = seller.get(&path);
    assert_eq!(seats["items"][0]["number"], json!(seat));
    assert_eq!(seats["items"][0]["accepted_terms"], json!("1"));
    let uuid = |it: &Value| text(it).split_once('_').unwrap().1.to_owned();
    let on_bus = seller.get(&format!("/aps/2/resources/{}", uuid(&ours["id"])));
    assert_eq!(on_bus["subscriptionId"], json!(id), "{on_bus}");
    let products = "/tmf-api/productInventory/v4/product";
    let product = seller.get(&format!("{products}/{}", uuid(&ours["id"])));
    let facts = [&product["status"], &product["productOffering"]["name"]];
    assert_eq!(facts, [&json!("active"), &json!("D08SWLL")], "{product}");

    // And what is ordered, held and given elsewhere is the same here.
    let offer = ours["offer"].clone();
    let order = json!({
        "account": account, "items": [{ "offer": offer, "quantity": 3, "term": "m24" }],
    });
    let made = text(&seller.post("/orders", &order)["items"][0]["subscription"]);
    let user = text(&seats["items"][0]["user"]);
    let given = seller.post(&format!("/subscriptions/{made}/seats"), &json!({ "user": user }));
    seller.post(&format!("/subscriptions/{made}/hold"), &json!({}));
    let number = seller.get(&format!("/subscriptions/{made}"))["number"].as_u64().unwrap();
    let shown = shop.subscription(number);
    let facts = ["SubscriptionState", "NumberOfSeats", "NumberOfAvailableSeats", "ExpirationDate"];
    let facts = facts.map(|it| shown[it].clone());
    let expected = [json!("SUSPENDED"), json!(3), json!(2), json!("01/01/2028 00:00:00")];
    assert_eq!(facts, expected);
    let held = shop
        .get(&format!("resource/subscription/{number}/seat/{}", given["number"].as_u64().unwrap()));
    assert_eq!(held["Seat"]["SubscriberId"], json!(subscriber));
    assert_eq!(held["Seat"]["HasAcceptedTermsOfUse"], json!(false));
    shop.house.app.keep_duties();
}

/// What is said to an order with something changed in its first item.
fn said(shop: &Shop<'_>, customer: u64, (field, value): (&str, Value)) -> (String, String) {
    let mut body = order(customer, &[("D08SWLL", 5)]);
    body["Order"]["OrderItemSet"][0][field] = value;
    let answer = shop.call("POST resource/subscription", Some(&body));
    (told(&answer), message(&answer))
}

#[test]
fn an_order_is_refused_for_the_first_thing_that_is_wrong_with_it() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@order.test");
    let field = |it: &str, what: &str| format!("The [{it}] field {what}");
    let invalid = |value: &str, it: &str| {
        format!("The [{value}] input value that was provided for the [{it}] field is invalid.")
    };
    let number = "requires a whole number that is greater than zero.";
    let text = "requires a string value.";
    for (change, id, expected) in [
        (("DurationUnits", Value::Null), "BZSAP1033E", field("DurationUnits", text)),
        (("DurationUnits", json!("WEEKS")), "BZSAP1011E", invalid("WEEKS", "DurationUnits")),
        (("DurationLength", Value::Null), "BZSAP9003E", field("DurationLength", number)),
        (("DurationLength", json!(0)), "BZSAP9003E", field("DurationLength", number)),
        (("DurationLength", json!(-1)), "BZSAP9003E", field("DurationLength", number)),
        (
            ("DurationLength", json!(1201)),
            "BZSAP9004E",
            field("DurationLength", "must be 1 to 1200."),
        ),
        (
            ("DurationLength", json!(1200)),
            "BZSBU9101E",
            "The part [D08SWLL] cannot be ordered for 1200 YEARS.".to_owned(),
        ),
        (("PartNumber", Value::Null), "BZSAP1033E", field("PartNumber", text)),
        (("PartNumber", json!("D0NWKLL")), "BZSAP1011E", invalid("D0NWKLL", "PartNumber")),
        (
            ("PartNumber", json!("1".repeat(65))),
            "BZSAP9002E",
            "The value of the [PartNumber] field is longer than 64 characters.".to_owned(),
        ),
        (("PartNumber", json!("1".repeat(64))), "BZSAP1011E", {
            invalid(&"1".repeat(64), "PartNumber")
        }),
        (("PartQuantity", Value::Null), "BZSAP9003E", field("PartQuantity", number)),
        (("PartQuantity", json!("many")), "BZSAP9003E", field("PartQuantity", number)),
        (
            ("PartQuantity", json!(1_000_000)),
            "BZSAP9004E",
            field("PartQuantity", "must be 1 to 999999."),
        ),
        (("BillingFrequency", json!("ARC")), "BZSAP1011E", invalid("ARC", "BillingFrequency")),
        (("BillingFrequency", json!("")), "BZSAP1011E", invalid("", "BillingFrequency")),
        (
            ("OrderNumber", json!("1".repeat(101))),
            "BZSAP9002E",
            "The value of the [OrderNumber] field is longer than 100 characters.".to_owned(),
        ),
    ] {
        let name = change.0;
        assert_eq!(said(&shop, customer, change), (format!("400 {id}"), expected), "{name}");
    }
    let everything = format!(
        "resource/subscription?_namedQuery=getSubscriptionByCustomer&customerId={customer}"
    );
    assert_eq!(shop.get(&everything)["List"], json!([]), "nothing came of it");
}

#[test]
fn an_order_is_taken_up_to_the_limits_of_its_fields() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@order.test");
    for right in [
        ("DurationLength", json!("1")),
        ("PartQuantity", json!(999_999)),
        ("BillingFrequency", json!("mrc")),
        ("OrderNumber", json!("1".repeat(100))),
        ("ServiceCode", json!("anything")),
    ] {
        let name = right.0;
        assert_eq!(said(&shop, customer, right).0, "200", "{name}");
    }
}

/// As the SDK's own test has it: everything is wrong, and the frequency is what is told.
#[test]
fn a_refusal_of_a_billing_frequency_is_the_one_that_clients_know() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let right = order(shop.register("contact@order.test"), &[("D08SWLL", 5)]);
    let mut frequency = right.clone();
    frequency["Order"]["OrderItemSet"][0]["BillingFrequency"] = json!("");
    let mut all = frequency.clone();
    all["Order"]["CustomerId"] = json!(0);
    all["Order"]["OrderItemSet"][0]["PartNumber"] = json!("");
    all["Order"]["OrderItemSet"][0]["PartQuantity"] = json!(0);
    let known = sample("sdk-error-invalid-billing-frequency");
    for (body, fields) in [
        (frequency, vec!["BillingFrequency"]),
        (all, vec!["BillingFrequency", "PartNumber", "PartQuantity", "CustomerId"]),
    ] {
        let answer = shop.call("POST resource/subscription", Some(&body)).json();
        assert_eq!(answer["BSSResponse"], known["BSSResponse"]);
        let others = answer["BSSResponseSet"].as_array().unwrap();
        assert_eq!(others[0]["ValidValueSet"], json!(["MRC", "QRC", "ARC"]));
        let told = others.iter().map(|it| it["ResponseMessage"].as_str().unwrap());
        let told = told.map(|it| it.rsplit_once('[').unwrap().1.split_once(']').unwrap().0);
        assert_eq!(told.collect::<Vec<_>>(), fields);
    }
}

/// What is had for any number of months or years, at what that costs.
fn any_length(seller: &Client<'_>) {
    let name = json!({ "en": "D0NPULL" });
    let specification = json!({ "name": name, "state": "active", "connector": "instant" });
    let specification = seller.post("/specifications", &specification)["id"].clone();
    let offer = json!({
        "name": name, "specification": specification, "part_number": "D0NPULL",
        "seating": "per_unit", "terms": [
            { "key": "monthly", "duration": "1 month", "times_max": 120, "default": true },
            { "key": "yearly", "duration": "1 year", "times_max": 10 },
        ],
    });
    let id = text(&seller.post("/offers", &offer)["id"]);
    for (term, period, amount) in [("monthly", "1 month", "8"), ("yearly", "1 year", "88")] {
        seller.post(
            "/prices",
            &json!({
                "offer": id, "name": term, "kind": "recurring", "term": term, "period": period,
                "currency": "USD", "model": { "kind": "per_unit", "per_unit": amount },
            }),
        );
    }
    for verb in ["test", "activate", "launch"] {
        seller.post(&format!("/offers/{id}/{verb}"), &json!({}));
    }
}

#[test]
fn a_part_is_had_for_as_many_months_or_years_as_its_offer_lets_one() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    any_length(&shop.seller());
    let customer = shop.register("contact@length.test");
    let told = |length: u32, unit: &str, frequency: Value| {
        let mut body = order(customer, &[("D0NPULL", 2)]);
        let item = &mut body["Order"]["OrderItemSet"][0];
        item["DurationLength"] = json!(length);
        item["DurationUnits"] = json!(unit);
        item["BillingFrequency"] = frequency;
        let answer = shop.call("POST resource/subscription", Some(&body));
        if !answer.status.is_success() {
            return told(&answer);
        }
        let id = answer.json()["List"][0]["SubscriptionId"].as_u64().unwrap();
        let it = shop.subscription(id);
        let shown = ["DurationLength", "DurationUnits", "BillingFrequency", "ExpirationDate"];
        shown.map(|name| it[name].to_string().replace('"', "")).join(" ")
    };
    let any = Value::Null;
    for (length, unit, frequency, expected) in [
        (8, "MONTHS", any.clone(), "8 MONTHS MRC 09/01/2026 00:00:00"),
        (10, "MONTHS", json!("MRC"), "10 MONTHS MRC 11/01/2026 00:00:00"),
        (2, "YEARS", any.clone(), "2 YEARS ARC 01/01/2028 00:00:00"),
        (3, "YEARS", json!("ARC"), "3 YEARS ARC 01/01/2029 00:00:00"),
        (24, "MONTHS", any.clone(), "2 YEARS ARC 01/01/2028 00:00:00"),
        (2, "YEARS", json!("mrc"), "24 MONTHS MRC 01/01/2028 00:00:00"),
        (8, "MONTHS", json!("ARC"), "400 BZSAP1011E"),
        (1, "YEARS", json!("QRC"), "400 BZSAP1011E"),
        (11, "YEARS", json!("ARC"), "400 BZSBU9101E"),
        (121, "MONTHS", any.clone(), "400 BZSBU9101E"),
        (30, "DAYS", any, "400 BZSBU9101E"),
    ] {
        assert_eq!(told(length, unit, frequency), expected, "{length} {unit}");
    }
}

/// What has no terms, or one without an end, is had from one of its periods to the next.
#[test]
fn a_part_without_terms_is_ordered_for_the_period_in_which_it_is_billed() {
    let house = House::on("2026-01-15");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@rolling.test");
    let open = json!({ "terms": [{ "key": "open" }] });
    shop.put_up("MAIL-REL", json!({}), "instant");
    shop.put_up("MAIL-OPEN", open, "instant");
    let offerings = shop.get("resource/offering")["List"].clone();
    let terms = |part: &str| {
        let found = offerings.as_array().unwrap().iter().find(|it| it["PartNumber"] == part);
        found.unwrap()["TermSet"].clone()
    };
    let monthly = json!([{
        "DurationUnits": "MONTHS", "DurationLength": 1, "IsAutomaticallyRenewed": true,
        "IsTrial": false,
    }]);
    assert_eq!(terms("MAIL-REL"), monthly);
    assert_eq!(terms("MAIL-OPEN"), monthly);
    let ordered = |part: &str, length: u32, unit: &str| {
        let mut body = order(customer, &[(part, 2)]);
        let item = &mut body["Order"]["OrderItemSet"][0];
        (item["DurationLength"], item["DurationUnits"]) = (json!(length), json!(unit));
        shop.call("POST resource/subscription", Some(&body))
    };
    let refused = ordered("MAIL-REL", 2, "YEARS");
    assert_eq!(told(&refused), "400 BZSBU9101E");
    let action = refused.json()["BSSResponse"]["Useraction"].clone();
    let expected = "Order the part for one of the durations that its offering has: 1 MONTHS.";
    assert_eq!(action, expected);
    let made = |part: &str| {
        let made = ordered(part, 1, "MONTHS").ok();
        made["List"][0]["SubscriptionId"].as_u64().unwrap()
    };
    let (rolling, open) = (made("MAIL-REL"), made("MAIL-OPEN"));
    let shown = |id: u64| {
        let it = shop.subscription(id);
        let names = ["DurationLength", "DurationUnits", "ExpirationDate", "IsAutomaticallyRenewed"];
        names.map(|name| it[name].to_string().replace('"', "")).join(" ")
    };
    assert_eq!(shown(rolling), "1 MONTHS 02/15/2026 00:00:00 true");
    assert_eq!(shown(open), "1 MONTHS 02/15/2026 00:00:00 true");
    house.app.pass("40 days");
    house.app.keep_duties();
    assert_eq!(shown(rolling), "1 MONTHS 03/15/2026 00:00:00 true");
    // What is sent back as it was shown changes nothing; another day gives it an end.
    let path = format!("resource/subscription/{rolling}");
    let mut body = shop.get(&path);
    shop.must(&format!("PUT {path}"), Some(&body));
    assert_eq!(shown(rolling), "1 MONTHS 03/15/2026 00:00:00 true");
    body["Subscription"]["ExpirationDate"] = json!("06/30/2026 00:00:00");
    shop.must(&format!("PUT {path}"), Some(&body));
    assert_eq!(shown(rolling), "1 MONTHS 06/30/2026 00:00:00 false");
}

/// A longer commitment is charged as a shorter one is, period by period, and renews as long as it was.
#[test]
fn what_is_had_for_eight_months_is_charged_month_by_month() {
    let market = Market::on("2026-01-01");
    let bss = Bss(market.operator());
    any_length(&market.operator());
    let customer = bss.register("contact@months.test");
    let mut body = order(customer, &[("D0NPULL", 2)]);
    body["Order"]["OrderItemSet"][0]["DurationUnits"] = json!("MONTHS");
    body["Order"]["OrderItemSet"][0]["DurationLength"] = json!(8);
    bss.must("POST resource/subscription", Some(&body));
    let ours = market.operator().get("/subscriptions?order=newest&limit=1")["items"][0].clone();
    let term = [&ours["term"]["start"], &ours["term"]["end"]];
    assert_eq!(term, [&json!("2026-01-01"), &json!("2026-09-01")]);
    market.advance_to("2026-04-02");
    let invoices = market.invoices(&json!({ "id": ours["account"] }));
    let totals: Vec<_> = invoices.iter().map(|it| text(&it["net"]["amount"])).collect();
    assert!(totals.len() >= 3 && totals.iter().all(|it| it == "16.00"), "{totals:?}");
}

#[test]
fn an_order_needs_items_and_a_customer_that_can_buy_and_is_done_whole_or_not_at_all() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@order.test");
    let told = |body: &Value| shop.told("POST resource/subscription", Some(body));
    assert_eq!(told(&order(customer, &[])), "400 BZSAP9004E");
    assert_eq!(told(&order(999_999, &[("D08SWLL", 1)])), "404 BZSUS9001E");
    assert_eq!(told(&order(0, &[("D08SWLL", 1)])), "400 BZSAP9003E");
    assert_eq!(told(&json!({ "Order": { "CustomerId": customer } })), "400 BZSAP9003E");
    assert_eq!(told(&json!({ "Subscription": {} })), "400 BZSAP9003E");
    assert_eq!(told(&order(customer, &[("D08SWLL", 1), ("D0NWKLL", 1)])), "400 BZSAP1011E");
    shop.must(&format!("POST resource/customer/{customer} [suspendCustomer]"), None);
    assert_eq!(told(&order(customer, &[("D08SWLL", 1)])), "400 BZSCU9001E");
    assert_eq!(shop.get("resource/subscription")["List"], json!([]));
}

#[test]
fn an_order_accepts_the_terms_of_use_of_its_parts_unless_it_says_that_it_does_not() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@terms.test");
    let terms = json!({
        "version": "2026-01", "title": { "en": "House rules" }, "url": "https://north.test/rules",
    });
    let offer = json!({ "seating": "per_unit", "terms_of_use": terms });
    let offer = shop.sell("D09TILL", offer, "instant");
    let body = order(customer, &[("D08SWLL", 1), ("D09TILL", 2)]);
    let refused = shop.call("POST resource/subscription?acceptTOU=false", Some(&body));
    let why = format!("The order must accept version `2026-01` of the terms of use of `{offer}`.");
    assert_eq!((told(&refused), message(&refused)), ("400 BZSBU9103E".to_owned(), why));
    assert_eq!(shop.get("resource/subscription")["List"], json!([]), "nothing came of it");
    let offerings = shop.get("resource/offering")["List"].clone();
    let shown: Vec<_> = offerings.as_array().unwrap().iter().map(|it| &it["TermsOfUse"]).collect();
    let rules = json!({
        "TermsOfUseId": "2026-01", "Title": "House rules", "Address": "https://north.test/rules",
    });
    assert_eq!(shown.iter().filter(|it| ***it == rules).count(), 1, "{offerings}");
    assert_eq!(shown.iter().filter(|it| it.is_null()).count(), shown.len() - 1);

    shop.must("POST resource/subscription", Some(&body));
    let placed = shop.seller().get("/orders?order=newest&limit=1")["items"][0].clone();
    let accepted = json!([{
        "offer": offer, "version": "2026-01", "by": house.north.admin.id,
        "at": "2026-01-01T00:00:00Z",
    }]);
    assert_eq!(placed["accepted_terms"], accepted);
    let without = order(customer, &[("D08SWLL", 1)]);
    shop.must("POST resource/subscription?acceptTOU=false", Some(&without));
}

#[test]
fn the_contact_hears_of_an_order_unless_that_is_suppressed() {
    let house = House::on("2026-01-01");
    let shop = Shop::of(&house);
    let customer = shop.register("contact@order.test");
    let letters = || {
        house.app.keep_duties();
        let sent = house.app.outside.sent();
        sent.iter().filter(|it| it.to.email.as_str() == "contact@order.test").count()
    };
    let before = letters();
    let body = order(customer, &[("D08SWLL", 1)]);
    shop.must("POST resource/subscription?suppressEmail=true", Some(&body));
    assert_eq!(letters(), before);
    shop.must("POST resource/subscription?suppressEmail=false", Some(&body));
    assert_eq!(letters(), before + 1);
    let odd = shop.told("POST resource/subscription?suppressEmail=maybe", Some(&body));
    assert_eq!(odd, "400 BZSAP1011E");
}
