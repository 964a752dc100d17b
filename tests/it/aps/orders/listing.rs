//! Orders that are listed, what goes with them, and who may look.

use expect_test::expect;
use serde_json::{Value, json};
use tillbox::domain::catalog::offer::{OfferContent, TermsOfUse};

use super::{ORDERS, open, said_in_english};
use crate::harness::bus::uuid;
use crate::harness::client::{Client, Protocol};
use crate::harness::market::text;

#[test]
fn orders_are_listed_by_what_is_said_of_them() {
    let shop = open();
    let (operator, said) = (shop.operator(), Protocol::default());
    let first = shop.bought(2);
    let second = shop.bought(3);
    let order = |kind: &str, id: &str| {
        text(&shop.place(&json!({ "type": kind, "subscriptionId": id }))["orderId"])
    };
    order("RENEWAL", &first);
    let last = order("CANCELLATION", &second);
    let numbers = |query: &str| {
        let answer = operator.call(&format!("GET {ORDERS}?{query}"), None);
        let range = answer.headers.get("content-range").map(|it| it.to_str().unwrap());
        let status = answer.status.as_u16();
        let body = answer.json();
        let numbers = body
            .as_array()
            .filter(|it| it.iter().all(Value::is_object))
            .map(|it| it.iter().map(|it| text(&it["orderNumber"])).collect::<Vec<_>>().join(" "));
        said.note(&format!(
            "{query}: {status} {} {}",
            range.unwrap_or("-"),
            numbers.unwrap_or(body.to_string())
        ));
    };
    for query in [
        "",
        "like(orderNumber,*CL000004)",
        "eq(orderNumber,CL000004)",
        "eq(type,SALES)",
        "and(in(type,(SALES,RENEWAL)),not(eq(provisioningStatus,FAILED)))",
        &format!("orderId={last}"),
        &format!("accountId={},type=CANCELLATION", shop.account),
        &format!("eq(subscriptions.subscriptionId,{first})"),
        "sort(-orderNumber),limit(1,2)",
        "gt(creationDate,2026-02-01T00:00:00Z)",
        "limit(0,1)",
        "count()",
        "values(type)",
        "eq(colour,red)",
        "eq(aps.status,aps:ready)",
        "eq(type,SALES",
    ] {
        numbers(query);
    }
    let selected = operator
        .get(&format!("{ORDERS}?eq(type,RENEWAL),select(orderNumber,subscriptions.status)"));
    said.note(&selected.to_string());
    let way = operator.get(&format!("{ORDERS}?accountId={},explain()", shop.account));
    said.note(&way["ways"].to_string());
    expect![[r#"
        : 200 items 0-3/4 SO000001 SO000002 RN000003 CL000004
        like(orderNumber,*CL000004): 200 items 0-0/1 CL000004
        eq(orderNumber,CL000004): 200 items 0-0/1 CL000004
        eq(type,SALES): 200 items 0-1/2 SO000001 SO000002
        and(in(type,(SALES,RENEWAL)),not(eq(provisioningStatus,FAILED))): 200 items 0-2/3 SO000001 SO000002 RN000003
        orderId={id1}: 200 items 0-0/1 CL000004
        accountId={id2},type=CANCELLATION: 200 items 0-0/1 CL000004
        eq(subscriptions.subscriptionId,{id3}): 200 items 0-1/2 SO000001 RN000003
        sort(-orderNumber),limit(1,2): 206 items 1-2/4 SO000001 RN000003
        gt(creationDate,2026-02-01T00:00:00Z): 200 items */0 
        limit(0,1): 206 items 0-0/4 SO000001
        count(): 200 - 4
        values(type): 200 - ["CANCELLATION","RENEWAL","SALES"]
        eq(colour,red): 400 - {"code":400,"message":"`query` there is no property `colour` (byte 3 of the query)","type":"APS::Util::InvalidRequest"}
        eq(aps.status,aps:ready): 400 - {"code":400,"message":"`query` there is no property `aps.status` (byte 3 of the query)","type":"APS::Util::InvalidRequest"}
        eq(type,SALES: 400 - {"code":400,"message":"`query` `,` or `)` is expected, not the end (byte 13 of the query)","type":"APS::Util::InvalidRequest"}
        [{"orderNumber":"RN000003","subscriptions":[{"status":"ACTIVE"}]}]
        [{"along":[{"condition":"eq(accountId,{id2})","lookup":"accountId"}],"type":"http://www.odin.com/billing/order-management/1.7#OrderInfo"}]
    "#]].assert_eq(&said.text());
}

#[test]
fn reasons_terms_and_a_push_are_there_and_what_is_not_is_told() {
    let shop = open();
    let (operator, said) = (shop.operator(), Protocol::default());
    let say = |what: &str, body: Option<&Value>| {
        let (verb, rest) = what.split_once(' ').unwrap();
        said.say(&operator, "operator", &format!("{verb} {ORDERS}{rest}"), body);
    };
    let nothing = "00000000-0000-7000-8000-000000000000";
    say("GET /reasonCodes?operation=CANCELLATION", None);
    say("GET /reasonCodes?operation=RENEWAL", None);
    let sales = shop.sales(&[json!({ "planId": shop.plan }), json!({ "planId": shop.plan })]);
    say("POST /termsconditions", Some(&sales));
    shop.revise_behind(|content| OfferContent {
        terms_of_use: Some(TermsOfUse {
            version: "v2".parse().unwrap(),
            title: said_in_english("Rules"),
            address: "https://vps.example/rules".parse().ok(),
            text: Some(said_in_english("Be kind")),
        }),
        ..content
    });
    say("POST /termsconditions", Some(&sales));
    let later = operator.post(
        "/orders",
        &json!({
            "account": format!("acc_{}", shop.account), "requested_start_on": "2026-02-01",
            "items": [{ "offer": format!("ofr_{}", shop.plan), "quantity": 1 }],
            "accepted_terms": [{ "offer": format!("ofr_{}", shop.plan), "version": "v2" }],
        }),
    );
    let order = uuid(&text(&later["id"])).to_owned();
    let status = || {
        let info = operator.get(&format!("{ORDERS}/{order}"));
        said.note(&format!("{} {}", info["status"], info["provisioningStatus"]));
    };
    status();
    say(&format!("POST /{order}/push"), None);
    status();
    say(&format!("POST /{order}/push"), None);
    say(&format!("POST /{nothing}/push"), None);
    say(&format!("GET /{nothing}"), None);
    say("GET /unknown", None);
    say("PUT /estimate", None);
    expect![[r#"
        > GET /aps/2/services/order-manager/orders/reasonCodes?operation=CANCELLATION [operator]
        200 OK [{"code":"CUSTOMER_REQUEST","description":{"en_US":"The customer asked for it"},"operation":"CANCELLATION"},{"code":"NOT_PAID","description":{"en_US":"The customer does not pay"},"operation":"CANCELLATION"},{"code":"FRAUD","description":{"en_US":"The order or the payment was a fraud"},"operation":"CANCELLATION"},{"code":"NOT_SATISFIED","description":{"en_US":"The customer is not satisfied with the service"},"operation":"CANCELLATION"},{"code":"ORDERED_BY_MISTAKE","description":{"en_US":"It was ordered by mistake"},"operation":"CANCELLATION"},{"code":"REPLACED","description":{"en_US":"Another subscription takes its place"},"operation":"CANCELLATION"},{"code":"TEST","description":{"en_US":"It was for a test"},"operation":"CANCELLATION"},{"code":"OTHER","description":{"en_US":"For another reason"},"operation":"CANCELLATION"}]
        > GET /aps/2/services/order-manager/orders/reasonCodes?operation=RENEWAL [operator]
        200 OK []
        > POST /aps/2/services/order-manager/orders/termsconditions {"accountId":"{id1}","products":[{"planId":"{id2}"},{"planId":"{id2}"}],"type":"SALES"} [operator]
        200 OK []
        > POST /aps/2/services/order-manager/orders/termsconditions {"accountId":"{id1}","products":[{"planId":"{id2}"},{"planId":"{id2}"}],"type":"SALES"} [operator]
        200 OK [{"planId":"{id2}","text":{"en_US":"Be kind"},"title":{"en_US":"Rules"},"url":"https://vps.example/rules","version":"v2"}]
        "NEW" "NOT_STARTED"
        > POST /aps/2/services/order-manager/orders/{id3}/push [operator]
        204 No Content 
        "COMPLETED" "COMPLETED"
        > POST /aps/2/services/order-manager/orders/{id3}/push [operator]
        204 No Content 
        > POST /aps/2/services/order-manager/orders/{id4}/push [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id4}` is not there"}
        > GET /aps/2/services/order-manager/orders/{id4} [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`{id4}` is not there"}
        > GET /aps/2/services/order-manager/orders/unknown [operator]
        404 Not Found {"code":404,"type":"APS::Hosting::NotFound","message":"`unknown` is not there"}
        > PUT /aps/2/services/order-manager/orders/estimate [operator]
        405 Method Not Allowed {"code":405,"type":"APS::Util::MethodNotAllowed","message":"`PUT` is not allowed here"}
    "#]].assert_eq(&said.text());
}

#[test]
fn nobody_orders_or_looks_for_others() {
    let shop = open();
    let house = &shop.market.house;
    let subscription = shop.bought(2);
    let order = text(&shop.operator().get(ORDERS)[0]["orderId"]);
    let sales = shop.sales(&[json!({ "planId": shop.plan })]);
    let end = json!({ "type": "CANCELLATION", "subscriptionId": subscription });
    let before = shop.kept();
    for stranger in [&house.north.admin, &house.north.customer.admin, &house.customer.admin] {
        let client = house.client(stranger);
        let status = |what: &str, body: Option<&Value>| client.call(what, body).status.as_u16();
        assert_eq!(client.get(ORDERS), json!([]));
        assert_eq!(status(&format!("GET {ORDERS}/{order}"), None), 404);
        for what in ["", "/estimate", "/estimateCosts"] {
            assert_eq!(status(&format!("POST {ORDERS}{what}"), Some(&sales)), 400, "{what}");
            assert_eq!(status(&format!("POST {ORDERS}{what}"), Some(&end)), 400, "{what}");
        }
        let pushed = status(&format!("POST {ORDERS}/{order}/push"), None);
        assert!(matches!(pushed, 403 | 404), "{pushed}");
    }
    let nobody = Client::nobody(&house.app);
    assert_eq!(nobody.call(&format!("GET {ORDERS}"), None).status.as_u16(), 401);
    assert!(before == shop.kept());
}
