//! Orders that are refused: by their form, and by the business. Nothing is left of them.

use expect_test::expect;
use serde_json::{Value, json};

use super::{LINUX, ORDERS, SERVER, STORAGE, Shop, WINDOWS, name, open, plan};
use crate::aps::publishing;
use crate::harness::bus::uuid;
use crate::harness::client::Protocol;
use crate::harness::market::text;

/// Sends bodies that are refused, and sees that nothing is left of them.
fn refused(shop: &Shop, bodies: &[(&str, Value)]) -> String {
    let operator = shop.operator();
    let said = Protocol::default();
    let before = shop.kept();
    for (what, body) in bodies {
        let answer = operator.call(&format!("POST {ORDERS}"), Some(body));
        assert!(answer.status.is_client_error(), "{what}: {}", answer.status);
        let answer = answer.json();
        let (code, kind) = (&answer["code"], answer["type"].as_str().unwrap());
        said.note(&format!("{what}: {code} {kind}\n  {}", answer["message"].as_str().unwrap()));
    }
    assert!(before == shop.kept(), "a refused order leaves nothing");
    said.text()
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is asked and said")]
fn an_order_that_breaks_a_rule_of_form_is_refused_by_name() {
    let shop = open();
    let subscription = shop.bought(2);
    let other = uuid(&text(&shop.market.customer("Other", "USD")["id"])).to_owned();
    let product = |more: Value| {
        let mut it = json!({ "planId": shop.plan });
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        shop.sales(&[it])
    };
    let server = shop.resource(SERVER);
    let of = |kind: &str, more: Value| {
        let mut it = json!({ "type": kind, "subscriptionId": subscription });
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        it
    };
    let nothing = "00000000-0000-7000-8000-000000000000";
    let twice = json!([
        { "resourceId": server, "amount": 1 }, { "resourceId": server, "amount": 2 },
    ]);
    let both = json!([{ "resourceId": server, "amount": 1, "amountChange": 1 }]);
    let word = json!([{ "resourceId": server, "amount": "five" }]);
    let bodies = [
        ("nothing", json!({})),
        ("another type", json!({ "type": "sales" })),
        ("an unknown field", product(json!({ "colour": "red" }))),
        ("no account", json!({ "type": "SALES", "products": [{ "planId": shop.plan }] })),
        ("no products", json!({ "type": "SALES", "accountId": shop.account, "products": [] })),
        (
            "an account that is not there",
            json!({
                "type": "SALES", "accountId": nothing, "products": [{ "planId": shop.plan }],
            }),
        ),
        ("a plan that is not there", shop.sales(&[json!({ "planId": nothing })])),
        ("a period of no plan", product(json!({ "period": { "unit": "YEARS", "duration": 3 } }))),
        ("a period of nothing", product(json!({ "period": { "unit": "MONTHS", "duration": 0 } }))),
        ("a unit of time", product(json!({ "period": { "unit": "WEEKS", "duration": 1 } }))),
        (
            "a trial",
            product(json!({ "trial": true, "period": { "unit": "MONTHS", "duration": 1 } })),
        ),
        ("a resource without amount", product(json!({ "resources": [{ "resourceId": server }] }))),
        ("a resource twice", product(json!({ "resources": twice }))),
        ("amount and change", product(json!({ "resources": both }))),
        ("a word for an amount", product(json!({ "resources": word }))),
        ("an attribute without name", product(json!({ "attributes": [{ "value": "1" }] }))),
        ("a parent that is not there", product(json!({ "parentSubscriptionId": nothing }))),
        ("a field of a change", {
            let mut body = product(json!({}));
            body["subscriptionId"] = json!(subscription);
            body
        }),
        ("no subscription", json!({ "type": "CHANGE" })),
        (
            "a subscription that is not there",
            json!({ "type": "RENEWAL", "subscriptionId": nothing }),
        ),
        ("a subscription of another", of("CHANGE", json!({ "accountId": other }))),
        ("products in a change", of("CHANGE", json!({ "products": [] }))),
        ("resources in a renewal", of("RENEWAL", json!({ "resources": twice }))),
        (
            "a period in a cancellation",
            of("CANCELLATION", json!({ "period": { "unit": "MONTHS", "duration": 1 } })),
        ),
        ("an unknown reason", of("CANCELLATION", json!({ "reasonCode": "BORED" }))),
        ("an unknown refund", of("CANCELLATION", json!({ "refundType": "CASH" }))),
    ];
    expect![[r#"
        nothing: 400 APS::Util::InvalidRequest
          `/type` must be given
        another type: 400 APS::Util::InvalidRequest
          `/type` must be one of SALES, CHANGE, RENEWAL, CANCELLATION
        an unknown field: 400 APS::Util::InvalidRequest
          `/products/0/colour` is not known here
        no account: 400 APS::Util::InvalidRequest
          `/accountId` must be given
        no products: 400 APS::Util::InvalidRequest
          `/products` must have at least one element
        an account that is not there: 400 APS::Util::InvalidRequest
          `/accountId` `{id1}` is not there
        a plan that is not there: 400 APS::Util::InvalidRequest
          `/products/0/planId` `{id1}` is not there
        a period of no plan: 400 APS::Util::InvalidRequest
          `/products/0/period` is no period of the plan; those are 1 month, 3 months
        a period of nothing: 400 APS::Util::InvalidRequest
          `/products/0/period/duration` must be 1 to 1200
        a unit of time: 400 APS::Util::InvalidRequest
          `/products/0/period/unit` must be one of DAYS, MONTHS, YEARS
        a trial: 400 APS::Util::InvalidRequest
          `/products/0/period` must be left out: the plan has no such periods
        a resource without amount: 400 APS::Util::InvalidRequest
          `/products/0/resources/0/amount` must be given
        a resource twice: 400 APS::Util::InvalidRequest
          `/products/0/resources/1/resourceId` must not come twice
        amount and change: 400 APS::Util::InvalidRequest
          `/products/0/resources/0/amountChange` says the same as `amount`: leave one out
        a word for an amount: 400 APS::Util::InvalidRequest
          `/products/0/resources/0/amount` must be a number
        an attribute without name: 400 APS::Util::InvalidRequest
          `/products/0/attributes/0/attributeId` must be given
        a parent that is not there: 400 APS::Billing::ReferenceUnknown
          `/products/0/parentSubscriptionId` names no living subscription of the account, nor an item of the order
        a field of a change: 400 APS::Util::InvalidRequest
          `/subscriptionId` belongs to another type of order
        no subscription: 400 APS::Util::InvalidRequest
          `/subscriptionId` must be given
        a subscription that is not there: 400 APS::Util::InvalidRequest
          `/subscriptionId` `{id1}` is not there
        a subscription of another: 400 APS::Util::InvalidRequest
          `/accountId` is not the account that has the subscription
        products in a change: 400 APS::Util::InvalidRequest
          `/products` belongs to another type of order
        resources in a renewal: 400 APS::Util::InvalidRequest
          `/resources` belongs to another type of order
        a period in a cancellation: 400 APS::Util::InvalidRequest
          `/period` belongs to another type of order
        an unknown reason: 400 APS::Util::InvalidRequest
          `/reasonCode` must be one of CUSTOMER_REQUEST, NOT_PAID, FRAUD, NOT_SATISFIED, ORDERED_BY_MISTAKE, REPLACED, TEST, OTHER
        an unknown refund: 400 APS::Util::InvalidRequest
          `/refundType` must be one of CREDIT_MEMO, REFUND
    "#]].assert_eq(&refused(&shop, &bodies));
}

#[test]
#[expect(clippy::too_many_lines, reason = "most of them are what is asked and said")]
fn an_order_that_the_business_does_not_allow_is_refused_by_field_and_thing() {
    let shop = open();
    let subscription = shop.bought(2);
    let other_plan = plan(&shop.market, "Other", &shop.resources);
    let draft = shop.operator().post("/offers", &json!({ "name": name("Draft") }));
    let draft = uuid(&text(&draft["id"])).to_owned();
    let sales = |amounts: &[(usize, Value)]| shop.sales(&[shop.product(amounts)]);
    let of = |kind: &str, more: Value| {
        let mut it = json!({ "type": kind, "subscriptionId": subscription });
        it.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        it
    };
    let server = shop.resource(SERVER);
    let change = |amount: Value| {
        of("CHANGE", json!({ "resources": [{ "resourceId": server, "amount": amount }] }))
    };
    let quarter = json!({ "period": { "unit": "MONTHS", "duration": 3 } });
    let few = json!({ "resources": [{ "resourceId": server, "amountChange": -2 }] });
    let strange = uuid(&text(
        &shop.operator().post("/resources", &json!({ "name": name("X"), "unit": "u" }))["id"],
    ))
    .to_owned();
    let mut unknown = sales(&[(SERVER, json!(1))]);
    unknown["products"][0]["resources"][0]["resourceId"] = json!(strange);
    let mut second = sales(&[(SERVER, json!(1))]);
    let too_many = shop.product(&[(STORAGE, json!(1)), (SERVER, json!(21))]);
    second["products"].as_array_mut().unwrap().push(too_many);
    let bodies = [
        ("a plan that is no longer for sale", shop.sales(&[json!({ "planId": draft })])),
        ("more than the limit", sales(&[(SERVER, json!(21))])),
        ("less than is included", sales(&[(SERVER, json!(0))])),
        ("half a server", sales(&[(SERVER, json!(1.5))])),
        ("fewer than none", sales(&[(STORAGE, json!(-1))])),
        ("what the plan does not have", unknown),
        ("the second of two", second),
        ("a change beyond the limit", change(json!("20.5"))),
        ("a change below what is included", of("CHANGE", few)),
        ("another plan", of("CHANGE", json!({ "planId": uuid(&other_plan) }))),
        ("another period", of("CHANGE", quarter)),
        ("REQUIRES: too much storage for one server", sales(&[(STORAGE, json!(11))])),
        ("SUBSCRIPTION_WIDE_CONFLICTS", sales(&[(LINUX, json!(1)), (WINDOWS, json!(1))])),
        (
            "ACCOUNT_WIDE_CONFLICTS in one order",
            shop.sales(&[
                shop.product(&[(WINDOWS, json!(1))]),
                shop.product(&[(STORAGE, json!(1))]),
            ]),
        ),
    ];
    let told = refused(&shop, &bodies);
    shop.place(&sales(&[(STORAGE, json!(10))]));
    let with_what_is_there = [("ACCOUNT_WIDE_CONFLICTS", sales(&[(WINDOWS, json!(1))]))];
    let told = told + &refused(&shop, &with_what_is_there);
    shop.operator()
        .post(&format!("/subscriptions/sub_{subscription}/hold"), &json!({ "reason": "OTHER" }));
    let held = [("a change of what is held", change(json!(4)))];
    let told = told + &refused(&shop, &held);
    shop.place(&of("CANCELLATION", json!({})));
    let ended = [
        ("a change of what has ended", change(json!(4))),
        ("an end of what has ended", of("CANCELLATION", json!({}))),
    ];
    let told = told + &refused(&shop, &ended);
    expect![[r#"
        a plan that is no longer for sale: 409 APS::Billing::OfferNotAvailable
          `/products/0/planId` cannot be bought: `Draft` is `in_design`
        more than the limit: 409 APS::Billing::ResourceConflict
          `/products/0/resources/0/amount` must be at most 20; `/products/0/resources` must be at most 20
        less than is included: 409 APS::Billing::ResourceConflict
          `/products/0/resources/0/amount` must be at least 1
        half a server: 409 APS::Billing::ResourceConflict
          `/products/0/resources/0/amount` must be a whole number, not negative
        fewer than none: 409 APS::Billing::ResourceConflict
          `/products/0/resources/0/amount` must be at least 0; `/products/0/resources/0/amount` must be a whole number, not negative
        what the plan does not have: 409 APS::Billing::ResourceConflict
          `/products/0/resources/0/amount` is no resource of what is offered
        the second of two: 409 APS::Billing::ResourceConflict
          `/products/1/resources/1/amount` must be at most 20; `/products/1/resources` must be at most 20
        a change beyond the limit: 409 APS::Billing::ResourceConflict
          `/resources/0/amount` must be at most 20; `/resources/0/amount` must be a whole number, not negative; `/resources` must be at most 20
        a change below what is included: 409 APS::Billing::ResourceConflict
          `/resources/0/amount` must be at least 1
        another plan: 409 APS::Billing::OfferNotAvailable
          `/planId` is not among the switches that the subscription's offer allows
        another period: 409 APS::Billing::OfferNotAvailable
          `/period` is not among the switches that the offer allows within a term: renew into another term, or call off and order anew
        REQUIRES: too much storage for one server: 409 APS::Billing::ResourceConflict
          `/products/0/resources/0/amount` needs `Server` in the same subscription, one for every 10 of it; there are 1
        SUBSCRIPTION_WIDE_CONFLICTS: 409 APS::Billing::ResourceConflict
          `/products/0/resources/1/amount` cannot be in one subscription with `Linux`
        ACCOUNT_WIDE_CONFLICTS in one order: 409 APS::Billing::ResourceConflict
          `/products/0/resources/0/amount` cannot be had beside `Storage`; `/products/1/resources/0/amount` cannot be had beside `Windows`
        ACCOUNT_WIDE_CONFLICTS: 409 APS::Billing::ResourceConflict
          `/products/0/resources/0/amount` cannot be had beside `Storage`
        a change of what is held: 409 APS::Billing::SubscriptionStateForbids
          `/subscriptionId` names a subscription that is `held_administratively`: cannot modify
        a change of what has ended: 409 APS::Billing::SubscriptionStateForbids
          `/subscriptionId` names a subscription that is `recoverable`: cannot modify
        an end of what has ended: 409 APS::Billing::SubscriptionStateForbids
          `/subscriptionId` names a subscription that is `recoverable`: cannot delete
    "#]].assert_eq(&told);
    shop.market.must_be_whole();
}

#[test]
fn nothing_goes_on_as_a_trial() {
    let shop = open();
    let operator = shop.operator();
    let needs = publishing::needs(&operator);
    let plan = publishing::create(&operator, &[publishing::plan(&needs)]).remove(0);
    let whale = text(&shop.market.customer("Red Whale", "EUR")["id"]);
    let [month, fortnight] = [("MONTHS", 1), ("DAYS", 14)]
        .map(|(unit, duration)| json!({ "unit": unit, "duration": duration }));
    let sold = |product: Value| {
        let info = shop.place(&json!({
            "type": "SALES", "accountId": uuid(&whale), "products": [product],
        }));
        info["subscriptions"][0]["subscriptionId"].clone()
    };
    let paid = sold(json!({ "planId": plan, "period": month }));
    let tried = sold(json!({ "planId": plan, "period": fortnight, "trial": true }));
    let of = |kind: &str, subscription: &Value| json!({ "type": kind, "subscriptionId": subscription, "period": fortnight });
    let bodies = [
        ("renewed by a trial", of("RENEWAL", &paid)),
        ("changed to a trial", of("CHANGE", &paid)),
        ("a trial once more", of("RENEWAL", &tried)),
    ];
    expect![[r#"
        renewed by a trial: 400 APS::Util::InvalidRequest
          `/period` is no period of the plan; those are 1 month, 1 year
        changed to a trial: 400 APS::Util::InvalidRequest
          `/period` is no period of the plan; those are 1 month, 1 year
        a trial once more: 400 APS::Util::InvalidRequest
          `/period` is no period of the plan; those are 1 month, 1 year
    "#]]
    .assert_eq(&refused(&shop, &bodies));
}
