//! What was used, paid in, given back and shared, and who may do what: the same things in this contract and
//! in ours.

use serde_json::{Value, json};

use super::{items, plain, told};
use crate::harness::client::Client;
use crate::harness::market::{Market, monthly, text};

const USAGE: &str = "/tmf-api/usageManagement/v4/usage";
const SPECIFICATION: &str = "/tmf-api/usageManagement/v4/usageSpecification";
const RATE: &str = "/tmf-api/customerBillManagement/v4/appliedCustomerBillingRate";
const PREPAY: &str = "/tmf-api/prepayBalanceManagement/v4";
const ROLES: &str = "/rolesAndPermissions/v4";
const MODEL: &str = "/tmf-api/revenueSharingModelManagement/v5/partyRevSharingModel";
const ALGORITHM: &str = "/tmf-api/revenueSharingAlgorithmManagement/v5/partyRevSharingAlgorithm";
const REPORT: &str = "/tmf-api/revenueSharingReportManagement/v5/partyRevSharingReport";

fn all(client: &Client<'_>, path: &str) -> Vec<Value> {
    items(&client.call(&format!("GET {path}"), None))
}

/// A market in which traffic is charged, and a subscription to it.
fn metered() -> (Market, Value, String) {
    let market = Market::on("2026-01-01");
    let price = json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "0.50" },
    });
    let offer = market.offer("Line", &[monthly("Fee", "EUR", "5"), price]);
    let customer = market.customer("Ann", "EUR");
    let subscription = market.order(&customer, &offer, 1);
    market.advance_to("2026-01-02");
    (market, customer, subscription.split_once('_').unwrap().1.to_owned())
}

#[test]
fn what_is_used_is_rated_by_the_engine_and_billed() {
    let (market, _, product) = metered();
    let client = market.operator();
    let used = |number: u32, at: &str, value: Value| {
        json!({
            "usageType": "traffic", "usageDate": at, "description": "a film",
            "usageCharacteristic": [
                { "name": "value", "value": value }, { "name": "correlationNumber", "value": number },
            ],
            "ratedProductUsage": [{ "productRef": { "id": product } }],
            "usageSpecification": { "id": market.meter.split_once('_').unwrap().1 },
        })
    };
    let body = used(1, "2026-01-01T10:00:00Z", json!(12.5));
    let made = client.post(USAGE, &body);
    assert_eq!(made["status"], "rated", "{made}");
    for name in
        ["usageType", "usageDate", "description", "usageCharacteristic", "usageSpecification"]
    {
        assert_eq!(made[name], body[name], "{name}");
    }
    let rated = &made["ratedProductUsage"][0];
    assert_eq!(
        (&rated["isBilled"], &rated["taxExcludedRatingAmount"]),
        (&json!(false), &json!({ "unit": "EUR", "value": 6.25 }))
    );
    let path = format!("{USAGE}/{}", text(&made["id"]));
    assert_eq!(client.get(&path), made);
    let again = client.post(USAGE, &body);
    assert_eq!(again["id"], made["id"], "what is reported twice counts once");
    let other = told(
        &client.call(&format!("POST {USAGE}"), Some(&used(1, "2026-01-01T11:00:00Z", json!(3)))),
    );
    assert_eq!(other, "201", "what says something else under the same number is kept, rejected");

    market.uses(&format!("sub_{product}"), ("e-1", "2026-01-01T12:00:00Z", "7"));
    let found = all(&client, &format!("{USAGE}?ratedProductUsage.productRef.id={product}"));
    let told_of: Vec<_> = found
        .iter()
        .map(|it| format!("{} {}", it["status"], it["usageCharacteristic"][0]["value"]))
        .collect();
    assert_eq!(told_of, [r#""rejected" 3"#, r#""rated" 12.5"#, r#""rated" 7"#]);
    for what in ["PATCH", "DELETE"] {
        let body = (what == "PATCH").then(|| json!({ "description": "changed" }));
        let refused = told(&client.call(&format!("{what} {path}"), body.as_ref()));
        assert!(refused.starts_with("409 usage_state_forbids"), "{refused}");
    }

    market.advance_to("2026-02-02");
    assert_eq!(client.get(&path)["status"], "billed");
    let rates = all(&client, &format!("{RATE}?type=usageCharge"));
    assert_eq!(rates[0]["taxExcludedAmount"]["value"].to_string(), "9.75", "{rates:?}");
}

#[test]
fn what_its_client_gives_an_id_counts_once_as_its_specification_calls_it() {
    let (market, _, product) = metered();
    let client = market.operator();
    let specification = client.get(&format!("{SPECIFICATION}/{}", plain(&json!(market.meter))));
    let name = &specification["specCharacteristic"][0]["name"];
    for (id, name) in [("id", "call-7"), ("externalId", "call-8")].map(|it| (it, name)) {
        let body = json!({
            id.0: id.1, "usageDate": "2026-01-01T12:00:00Z", "product": { "id": product },
            "usageCharacteristic": [{ "name": name, "value": 2 }],
            "usageSpecification": { "id": specification["id"] },
        });
        let made = client.post(USAGE, &body);
        assert_eq!((&made["externalId"], &made["status"]), (&json!(id.1), &json!("rated")));
        assert_eq!(client.post(USAGE, &body)["id"], made["id"]);
    }
}

#[test]
fn what_cannot_be_counted_is_kept_rejected_with_the_reason() {
    let (market, _, product) = metered();
    let client = market.operator();
    let characteristic = json!([{ "name": "value", "value": 3 }]);
    for (body, why) in [
        (json!({ "usageType": "traffic", "usageCharacteristic": characteristic }), "no product"),
        (
            json!({ "product": { "id": product }, "usageCharacteristic": characteristic }),
            "neither `usageSpecification` nor `usageType`",
        ),
        (json!({ "product": { "id": product }, "usageType": "traffic" }), "says how much"),
        (
            json!({
                "product": { "id": product }, "usageType": "unheard-of",
                "usageCharacteristic": characteristic,
            }),
            "`unheard-of` is not there",
        ),
        (
            json!({
                "product": { "id": product }, "usageType": "traffic",
                "usageCharacteristic": characteristic, "usageDate": "2025-01-01T00:00:00Z",
            }),
            "the subscription is served from",
        ),
    ] {
        let made = client.post(USAGE, &body);
        assert_eq!(made["status"], "rejected", "{made}");
        assert!(text(&made["note"][0]["text"]).contains(why), "{why}: {made}");
    }
    let counted = client.get(&format!(
        "/usage?subscription=sub_{product}&meter={}&from=2025-12-01T00:00:00Z",
        market.meter
    ));
    assert_eq!(counted["items"], json!([]), "nothing of it counts");
}

#[test]
fn a_specification_that_says_in_what_is_counted_is_a_meter() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let said = json!([{ "name": "minutes", "valueType": "number",
        "characteristicValueSpecification": [{ "unitOfMeasure": "min" }] }]);
    let made = client.post(SPECIFICATION, &json!({ "name": "Voice", "specCharacteristic": said }));
    let ours = client.get(&format!("/meters/mtr_{}", text(&made["id"])));
    assert_eq!((&ours["name"], &ours["unit"]), (&json!("Voice"), &json!("min")));
    assert_eq!(made["specCharacteristic"], said);
    let shown = all(&client, &format!("{SPECIFICATION}?id={}", plain(&json!(market.meter))));
    assert_eq!(shown[0]["name"], "Traffic", "what the house counts shows here");
    let path = format!("DELETE {SPECIFICATION}/{}", text(&made["id"]));
    assert!(told(&client.call(&path, None)).starts_with("409 in_use"));
}

#[test]
fn a_top_up_is_a_payment_and_a_bucket_what_is_left() {
    let (market, customer, _) = metered();
    let client = market.operator();
    let bucket = plain(&customer["billing_account"]);
    let left = || {
        let it = client.get(&format!("{PREPAY}/bucket/{bucket}"));
        format!("{} {}", it["remainingValue"]["amount"], it["status"])
    };
    let before = left();
    let body = |action: &str| {
        json!({
            "amount": { "amount": 50, "units": "EUR" }, "usageType": "monetary",
            "bucket": { "id": bucket }, "partyAccount": { "id": plain(&customer["id"]) },
            "reason": action, "paymentMethod": { "@type": "cash" },
        })
    };
    let made = client.post(&format!("{PREPAY}/topupBalance"), &body("pocket money"));
    assert_eq!(made["status"], "completed", "{made}");
    let payment = client.get(&format!("/payments/pay_{}", text(&made["payment"]["id"])));
    assert_eq!(
        (&payment["amount"]["amount"], &payment["note"]),
        (&json!("50.00"), &json!("pocket money"))
    );
    assert_ne!(left(), before);
    let accumulated =
        client.get(&format!("{PREPAY}/accumulatedBalance/{}", plain(&customer["id"])));
    assert!(
        left().starts_with(&accumulated["totalBalance"]["amount"].to_string()),
        "{accumulated}"
    );
    let history = all(&client, &format!("{PREPAY}/balanceActionHistory"));
    assert_eq!((history.len(), &history[0]["status"]), (1, &json!("completed")), "{history:?}");
    let received =
        (&history[0]["receiverLogicalResource"]["id"], &history[0]["paymentMethod"]["id"]);
    assert_eq!(
        received,
        (&json!(bucket), &json!("cash")),
        "what the definition wants: {history:?}"
    );
    let gone = format!("DELETE {PREPAY}/topupBalance/{}", text(&made["id"]));
    assert!(told(&client.call(&gone, None)).starts_with("409 payment_state_forbids"));
    let over = told(&client.call(
        &format!("PATCH {PREPAY}/topupBalance/{}", text(&made["id"])),
        Some(&json!({ "amount": { "amount": 60, "units": "EUR" } })),
    ));
    assert!(over.starts_with("409 state_forbids: `amount`"), "{over}");
    market.must_be_whole();
}

/// The kits name a bucket and an amount alone: what is in a bucket and whose it is follows from it.
#[test]
fn what_follows_from_a_bucket_need_not_be_said() {
    let (market, customer, _) = metered();
    let client = market.operator();
    let bucket = plain(&customer["billing_account"]);
    for action in ["topupBalance", "reserveBalance"] {
        let body = |id: &str, units: &str| json!({ "amount": { "amount": 5, "units": units }, "bucket": { "id": id } });
        let made = client.post(&format!("{PREPAY}/{action}"), &body(&bucket, "EUR"));
        assert_eq!(
            (&made["usageType"], &made["partyAccount"]["id"], &made["relatedParty"][0]["role"]),
            (&json!("monetary"), &json!(plain(&customer["id"])), &json!("customer")),
            "{made}"
        );
        for (units, kind) in [("EUR", "monetary"), ("MB", "other")] {
            let made = client.post(&format!("{PREPAY}/{action}"), &body("11", units));
            let is = (&made["status"], &made["usageType"], made.get("partyAccount"));
            assert_eq!(is, (&json!("failed"), &json!(kind), None), "{made}");
        }
    }
    let told_of =
        |body: Value| told(&client.call(&format!("POST {PREPAY}/topupBalance"), Some(&body)));
    let amount = json!({ "amount": 5, "units": "EUR" });
    assert_eq!(told_of(json!({ "amount": amount })), "400 required: `bucket` must be given");
    let bucket = json!({ "id": bucket });
    assert_eq!(told_of(json!({ "bucket": bucket })), "400 required: `amount` must be given");
}

/// So many euros in cash for the billing account of a customer.
fn in_cash(customer: &Value, value: u32) -> Value {
    json!({
        "account": { "id": plain(&customer["billing_account"]) },
        "paymentMethod": { "@type": "Cash" },
        "totalAmount": { "unit": "EUR", "value": value },
    })
}

#[test]
fn what_is_given_back_here_goes_back_in_the_books() {
    let (market, customer, _) = metered();
    let client = market.operator();
    let body = |value| in_cash(&customer, value);
    let paid = client.post("/payment/v4/payment", &body(100));
    let mut refund = body(30);
    refund["payment"] = json!({ "id": paid["id"] });
    refund["description"] = json!("too much");
    let made = client.post("/payment/v4/refund", &refund);
    assert_eq!(
        (&made["status"], &made["description"]),
        (&json!("done"), &json!("too much")),
        "{made}"
    );
    let ours = client.get(&format!("/payments/pay_{}/refunds", text(&paid["id"])));
    assert_eq!(ours["items"][0]["amount"]["amount"], "30.00", "{ours}");
    let beyond = json!({ "unit": "EUR", "value": 500 });
    refund["totalAmount"] = beyond;
    let refused = told(&client.call("POST /payment/v4/refund", Some(&refund)));
    assert!(refused.starts_with("409 payment_exceeds"), "{refused}");
    assert_eq!(client.post("/payment/v4/refund", &body(5))["status"], "denied");
    market.must_be_whole();
}

/// The contract does not say what becomes of what was paid; who gives it back does.
#[test]
fn what_is_given_back_of_what_has_paid_an_invoice_is_credited_or_owed_as_is_said() {
    let (market, customer, _) = metered();
    let client = market.operator();
    let body = |value| in_cash(&customer, value);
    let paid = client.post("/payment/v4/payment", &body(6));
    let mut refund = body(2);
    refund["payment"] = json!({ "id": paid["id"] });
    let refused = told(&client.call("POST /payment/v4/refund", Some(&refund)));
    assert!(
        refused.starts_with("409 payment_exceeds") && refused.contains("`creditNote`"),
        "{refused}"
    );
    refund["creditNote"] = json!(true);
    let made = client.post("/payment/v4/refund", &refund);
    assert_eq!((&made["status"], &made["description"]), (&json!("done"), &json!("Refund")));
    assert_eq!(made["creditNote"], true);
    let invoice = &market.invoices(&customer)[0];
    let amount = |name: &str| text(&invoice[name]["amount"]);
    assert_eq!([amount("paid"), amount("credited"), amount("due")], ["4.00", "2.00", "0.00"]);
    let notes = client.get(&format!("/credit_notes?account={}", text(&customer["id"])));
    assert_eq!(notes["items"][0]["gross"]["amount"], "2.00");
    let mut owed = body(1);
    owed["payment"] = json!({ "id": paid["id"] });
    owed["reopens"] = json!(true);
    client.post("/payment/v4/refund", &owed);
    let invoice = &market.invoices(&customer)[0];
    let amount = |name: &str| text(&invoice[name]["amount"]);
    assert_eq!([amount("paid"), amount("credited"), amount("due")], ["3.00", "2.00", "1.00"]);
    market.must_be_whole();
}

#[test]
fn a_permission_is_what_roles_a_user_has() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let roles = all(&client, &format!("{ROLES}/userRole?involvementRole=customer_admin"));
    assert!(roles[0]["entitlement"].to_string().contains("order_place"), "{roles:?}");
    let path = format!("PATCH {ROLES}/userRole/member");
    let refused = told(&client.call(&path, Some(&json!({ "involvementRole": "king" }))));
    assert!(refused.starts_with("409 in_use"), "{refused}");

    let member = plain(&json!(market.house.customer.member.id));
    let granted = |role: &str| {
        json!({
            "user": { "id": member }, "validFor": { "startDateTime": "2026-01-01T00:00:00Z" },
            "assetUserRole": [{ "userRole": { "id": role }, "manageableAsset": { "id": "1" } }],
        })
    };
    let made = client.post(&format!("{ROLES}/permission"), &granted("customer_admin"));
    let ours = client.get(&format!("/users/usr_{member}"));
    assert!(ours["roles"].to_string().contains("customer_admin"), "{ours}");
    let path = format!("{ROLES}/permission/{}", text(&made["id"]));
    let only = json!({ "assetUserRole": [{ "userRole": { "id": "member" } }] });
    client.patch(&path, &only);
    assert_eq!(client.get(&format!("/users/usr_{member}"))["roles"], json!(["member"]));
    for valid_for in [
        json!({ "endDateTime": "2026-06-01T00:00:00Z" }),
        json!({ "startDateTime": "2026-06-01T00:00:00Z" }),
    ] {
        let mut body = granted("customer_admin");
        body["validFor"] = valid_for.clone();
        for (what, body) in [
            (format!("POST {ROLES}/permission"), body),
            (format!("PATCH {path}"), json!({ "validFor": valid_for })),
        ] {
            let refused = told(&client.call(&what, Some(&body)));
            assert!(refused.starts_with("400 unsupported: `validFor`"), "{refused}");
        }
    }
    let refused = client.call(&format!("POST {ROLES}/permission"), Some(&granted("king")));
    assert!(told(&refused).starts_with("400 reference: `assetUserRole[0].userRole.id`"));
}

#[test]
fn a_model_shares_what_is_paid_and_a_report_says_so() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let offer = market.offer("Suite", &[monthly("Fee", "EUR", "100")]);
    let partner = market.customer("Ada", "EUR");
    let buyer = market.customer("Ann", "EUR");
    let own = client.get("/accounts?number=1")["items"][0]["id"].clone();
    let algorithm = |percent: &str| {
        let body = json!({
            "name": percent, "actionVariable": [{ "name": "percentage", "value": percent }],
        });
        json!({ "id": client.post(ALGORITHM, &body)["id"] })
    };
    let item = |party: &Value, percent: &str| {
        json!({
            "relatedParty": { "id": plain(party) },
            "sharingModelItemInvolvement": [{
                "productOffering": [{ "id": plain(&json!(offer)) }],
                "offeringPrice": [{ "partyRevSharingAlgorithm": [algorithm(percent)] }],
            }],
        })
    };
    let body = json!({
        "name": "Suite", "relatedParty": [{ "id": plain(&own) }],
        "partyRevSharingModelItem": [item(&own, "80"), item(&partner["id"], "20")],
    });
    let made = client.post(MODEL, &body);
    let ours = client.get(&format!("/share_models/shm_{}", text(&made["id"])));
    assert_eq!(ours["name"], "Suite", "{ours}");
    assert_eq!(made["partyRevSharingModelItem"], body["partyRevSharingModelItem"]);

    market.order(&buyer, &offer, 1);
    market.advance_to("2026-02-02");
    let paid = json!({
        "account": { "id": plain(&buyer["billing_account"]) }, "paymentMethod": { "@type": "cash" },
        "totalAmount": { "unit": "EUR", "value": 240 },
    });
    client.post("/payment/v4/payment", &paid);
    market.advance_to("2026-02-10");
    client.post("/settlements", &json!({}));
    let reports = all(&client, REPORT);
    assert_eq!(reports[0]["partyRevSharingReportItem"][0]["money"]["value"].to_string(), "20.00");
    let path = format!("{REPORT}/{}", text(&reports[0]["id"]));
    assert_eq!(client.patch(&path, &json!({ "status": "paid" }))["status"], "paid");
    assert!(told(&client.call(&format!("DELETE {path}"), None)).starts_with("409 in_use"));
}

/// Somebody as the definition has it: in a role.
fn party(id: &str) -> Value {
    json!({
        "role": "distributor", "@type": "RelatedPartyRefOrPartyRoleRef",
        "partyOrPartyRole": { "id": id, "@referredType": "Organization" },
    })
}

/// What somebody has of the price of an offering, by an algorithm.
fn item(id: &str, offer: &str, algorithm: &Value) -> Value {
    json!({
        "name": "Part", "relatedParty": party(id),
        "sharingModelItemInvolvement": [{
            "productOffering": [{ "id": offer }],
            "offeringPrice": [{
                "productOfferingPrice": { "id": "6820" },
                "partyRevSharingAlgorithm": [{ "id": algorithm }],
            }],
        }],
    })
}

/// As the definition has it: roles around the parties, and what nobody is named for is the seller's.
#[test]
fn a_model_in_the_form_of_the_definition_shares_or_is_refused() {
    let market = Market::on("2026-01-01");
    let client = market.operator();
    let offer = plain(&json!(market.offer("Suite", &[monthly("Fee", "EUR", "100")])));
    let other = plain(&json!(market.offer("Other", &[monthly("Fee", "EUR", "100")])));
    let partner = plain(&market.customer("Ada", "EUR")["id"]);
    let body = json!({
        "name": "Five", "@type": "PartyRevSharingAlgorithm",
        "actionVariable": [{
            "id": "5011", "value": "5%", "policyActionVariable": { "name": "the share of a price" },
        }],
    });
    let five = client.post(ALGORITHM, &body)["id"].clone();
    let none = client.post(ALGORITHM, &json!({ "name": "None" }))["id"].clone();
    let model = |items: Value| {
        json!({
            "name": "Suite", "relatedParty": [party(&partner)], "partyRevSharingModelItem": items,
        })
    };
    let body = model(json!([item(&partner, &offer, &five)]));
    let made = client.post(MODEL, &body);
    assert_eq!(made["partyRevSharingModelItem"], body["partyRevSharingModelItem"]);
    let ours = client.get(&format!("/share_models/shm_{}", text(&made["id"])));
    let mut parts: Vec<_> = ours["parts"]
        .as_array()
        .unwrap_or_else(|| panic!("{ours}"))
        .iter()
        .map(|it| format!("{} {}", text(&it["role"]), text(&it["percent"])))
        .collect();
    parts.sort();
    assert_eq!(parts, ["owner 95", "partner 5"]);

    let mut said = String::new();
    for items in [
        json!([item("7", &offer, &five)]),
        json!([item(&partner, &offer, &none)]),
        json!([item(&partner, &offer, &json!("7"))]),
        json!([item(&partner, &offer, &five), item("7", &other, &five)]),
        json!([{ "relatedParty": party(&partner) }]),
    ] {
        said += &told(&client.call(&format!("POST {MODEL}"), Some(&model(items))));
        said.push('\n');
    }
    let anew = json!({ "partyRevSharingModelItem": [item(&partner, &other, &five)] });
    let path = format!("{MODEL}/{}", text(&made["id"]));
    said += &told(&client.call(&format!("PATCH {path}"), Some(&anew)));
    expect_test::expect![[r#"
        400 reference: `partyRevSharingModelItem[0].relatedParty` must lead to an account that is here, or nothing is shared
        400 reference: `partyRevSharingModelItem[0].sharingModelItemInvolvement` must have an `offeringPrice` with a `partyRevSharingAlgorithm` that is here and says a `percentage`, or nothing is shared
        400 reference: `partyRevSharingModelItem[0].sharingModelItemInvolvement` must have an `offeringPrice` with a `partyRevSharingAlgorithm` that is here and says a `percentage`, or nothing is shared
        400 unsupported: `partyRevSharingModelItem` must be for one product offering, or for none: make a model of each
        400 reference: `partyRevSharingModelItem[0].sharingModelItemInvolvement` must have an `offeringPrice` with a `partyRevSharingAlgorithm` that is here and says a `percentage`, or nothing is shared
        400 read_only: `partyRevSharingModelItem` must stay for what it was: make another model"#]]
    .assert_eq(&said);
    assert_eq!(client.get(&path), made, "nothing of that came to be");
    let kept = client.post(MODEL, &model(json!([{ "name": "half" }])));
    let kept = client.call(&format!("GET /share_models/shm_{}", text(&kept["id"])), None);
    assert_eq!(kept.status, 404, "what names nobody of ours is kept as it was said");
}
