//! Coupons: who can bring them, how often, and what they take off which bills.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::market::{Market, lines, monthly, sums, text};

/// A coupon that unlocks a discount.
fn coupon(market: &Market, code: &str, (mut discount, mut limits): (Value, Value)) -> Value {
    discount["name"] = json!({ "en": "Spring" });
    discount["access"] = json!("coupon");
    if discount["lasting"].is_null() {
        discount["lasting"] = json!("always");
    }
    let discount = market.operator().post("/discounts", &discount);
    limits["code"] = json!(code);
    limits["discount"] = discount["id"].clone();
    market.operator().post("/coupons", &limits)
}

fn percent(hundredths: &str) -> (Value, Value) {
    (json!({ "percent": hundredths }), json!({}))
}

fn order(account: &Value, offer: &str, coupons: &[&str]) -> Value {
    json!({ "account": account["id"], "items": [{ "offer": offer }], "coupons": coupons })
}

/// Places an order with coupons, and bills it.
#[track_caller]
fn orders(market: &Market, account: &Value, offer: &str, coupons: &[&str]) -> Value {
    let placed = market.operator().post("/orders", &order(account, offer, coupons));
    market.house.app.keep_duties();
    placed
}

/// What a refusal says: of a field, or by the rules of the business.
fn refusal(answer: &Value) -> String {
    match answer["errors"].as_array() {
        Some(errors) => format!("{} {}", text(&errors[0]["pointer"]), text(&errors[0]["rule"])),
        None => text(&answer["detail"]),
    }
}

#[test]
fn a_coupon_of_an_order_lowers_what_that_bought_and_the_invoice_says_so() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Mail", &[monthly("Base", "EUR", "60"), monthly("More", "EUR", "40")]);
    let ten = json!({ "amount": { "amount": "10", "currency": "EUR" }, "lasting": "once" });
    coupon(&market, "Spring", (ten, json!({})));
    let placed = orders(&market, &account, &offer, &["SPRING"]);
    let other = market.offer("Disk", &[monthly("Base", "EUR", "5")]);
    market.order(&account, &other, 1);
    market.advance_to("2026-02-02");
    let invoices = market.invoices(&account);
    expect![[r#"
        Mail: Base | 2026-01-01..2026-02-01 | 54.00
            flat price, as of 2026-01-01
            60
            6 off with the coupon Spring: Spring
            = 54.00 EUR
        Mail: More | 2026-01-01..2026-02-01 | 36.00
            flat price, as of 2026-01-01
            40
            4 off with the coupon Spring: Spring
            = 36.00 EUR
    "#]]
    .assert_eq(&lines(&invoices[0]));
    assert_eq!(sums(&invoices[0]), "90.00 + 18.00 = 108.00 EUR, due 108.00");
    let later: Vec<_> = invoices[1..].iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(later, ["5.00", "105.00"]);
    for it in &invoices {
        let check = market.operator().get(&format!("/invoices/{}/check", text(&it["id"])));
        assert_eq!(check["is_right"], true, "{check}");
    }
    let path = format!("/redemptions?account={}", text(&account["id"]));
    let used = market.operator().get(&path)["items"][0].clone();
    assert_eq!((&used["order"], &used["invoices"]), (&placed["id"], &json!(1)));
    market.must_be_whole();
}

#[test]
fn an_estimate_says_what_a_coupon_takes_off_and_uses_nothing_up() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Mail", &[monthly("Base", "EUR", "60"), monthly("More", "EUR", "40")]);
    let once = json!({ "percent": "10", "lasting": "once" });
    coupon(&market, "SPRING", (once, json!({ "uses_max": 1 })));
    let wanted = order(&account, &offer, &["spring"]);
    let told = || {
        let estimate = operator.post("/orders/preview", &wanted);
        let first = &estimate["invoices"][0];
        let amount = |name: &str| text(&first[name]["amount"]);
        let sums = ["net", "tax", "gross"].map(amount).join(" ");
        format!("{} {sums}", text(&first["on"]))
    };
    let estimated = told();
    assert_eq!(estimated, "2026-01-01 90.00 18.00 108.00");
    assert_eq!(told(), estimated, "nothing was used up");
    let listed = operator.get(&format!("/orders?account={}", text(&account["id"])));
    assert_eq!(listed["items"], json!([]), "nothing was ordered");
    orders(&market, &account, &offer, &["SPRING"]);
    assert_eq!(sums(&market.invoices(&account)[0]), "90.00 + 18.00 = 108.00 EUR, due 108.00");
    let refused = operator.call("POST /orders/preview", Some(&wanted));
    assert_eq!(refusal(&refused.json()), "the coupon `SPRING` is used up");
    market.must_be_whole();
}

#[test]
fn a_coupon_on_an_account_lowers_all_its_bills_until_its_use_is_ended() {
    let market = Market::on("2026-01-01");
    let buyer = market.house.client(&market.house.north.customer.admin);
    let seller = market.house.client(&market.house.north.admin);
    let account = json!({ "id": market.house.north.customer.account });
    let address = json!({ "street": "Ring 1", "city": "Berlin", "country": "DE" });
    seller.patch(&format!("/accounts/{}", text(&account["id"])), &json!({ "address": address }));
    let it = json!({
        "name": { "en": "Loyal" }, "percent": "50", "access": "coupon", "lasting": "always",
    });
    let discount = seller.post("/discounts", &it);
    seller.post("/coupons", &json!({ "code": "LOYAL", "discount": discount["id"] }));
    let made = buyer.post("/redemptions", &json!({ "account": account["id"], "code": "loyal" }));
    let specification = json!({ "name": { "en": "Mail" }, "state": "active" });
    let specification = seller.post("/specifications", &specification)["id"].clone();
    let it = json!({ "name": { "en": "Mail" }, "specification": specification });
    let offer = text(&seller.post("/offers", &it)["id"]);
    let mut price = monthly("Base", "EUR", "10");
    price["offer"] = json!(offer);
    seller.post("/prices", &price);
    for verb in ["test", "activate", "launch"] {
        seller.post(&format!("/offers/{offer}/{verb}"), &json!({}));
    }
    let it = json!({ "account": account["id"], "items": [{ "offer": offer }] });
    buyer.post("/orders", &it);
    market.advance_to("2026-02-02");
    // Who brought it does not say for how long: who sells does.
    let path = format!("/redemptions/{}", text(&made["id"]));
    let end = format!("POST {path}/end");
    assert_eq!(buyer.call(&end, Some(&json!({}))).status.as_u16(), 403);
    assert_eq!(buyer.get(&path)["invoices"], 2);
    seller.post(&format!("{path}/end"), &json!({}));
    market.advance_to("2026-03-02");
    let nets: Vec<_> =
        market.invoices(&account).iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(nets, ["5.00", "5.00", "10.00"]);
    market.must_be_whole();
}

#[test]
fn a_coupon_that_cannot_be_had_is_refused_with_the_reason_and_nothing_is_ordered() {
    let market = Market::on("2026-01-10");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let mail = market.offer("Mail", &[monthly("Base", "EUR", "10")]);
    let disk = market.offer("Disk", &[monthly("Base", "EUR", "10")]);
    let ten = || json!({ "percent": "10" });
    let of_class = operator.post("/classes", &json!({ "name": "Gold" }))["id"].clone();
    for (code, discount, limits) in [
        ("GOOD", ten(), json!({})),
        ("LATE", ten(), json!({ "valid_until": "2026-01-09T00:00:00Z" })),
        ("EARLY", ten(), json!({ "valid_from": "2026-02-01T00:00:00Z" })),
        (
            "NOMORE",
            json!({ "percent": "10", "valid_from": "2026-01-01", "valid_until": "2026-01-02" }),
            json!({}),
        ),
        ("DISK", json!({ "percent": "10", "scope": { "offers": [disk] } }), json!({})),
        ("GOLD", json!({ "percent": "10", "scope": { "classes": [of_class] } }), json!({})),
        ("ONCE", ten(), json!({ "uses_max": 1 })),
        ("EACH", ten(), json!({ "uses_per_account_max": 1 })),
    ] {
        coupon(&market, code, (discount, limits));
    }
    let ended = coupon(&market, "ENDED", percent("10"));
    operator.post(&format!("/coupons/{}/end", text(&ended["id"])), &json!({}));
    let north = market.house.client(&market.house.north.admin);
    let foreign = json!({
        "name": { "en": "North" }, "percent": "10", "access": "coupon", "lasting": "always",
    });
    let foreign = north.post("/discounts", &foreign)["id"].clone();
    north.post("/coupons", &json!({ "code": "NORTH", "discount": foreign }));
    orders(&market, &account, &mail, &["ONCE", "each"]);
    for (codes, expected) in [
        (&["NONE"] as &[_], "/coupons/0 reference"),
        (&["GOOD", "NORTH"], "/coupons/1 reference"),
        (&["GOOD", "good"], "/coupons/1 unique"),
        (&["LATE"], "the coupon `LATE` is not valid now"),
        (&["EARLY"], "the coupon `EARLY` is not valid now"),
        (&["ENDED"], "the coupon `ENDED` is not valid now"),
        (&["NOMORE"], "the coupon `NOMORE` unlocks what is not valid now"),
        (&["DISK"], "the coupon `DISK` is for nothing that is ordered"),
        (&["GOLD"], "the coupon `GOLD` is not for this account"),
        (&["ONCE"], "the coupon `ONCE` is used up"),
        (&["GOOD", "EACH"], "the coupon `EACH` was used by the account as often as it may"),
    ] {
        let answer = operator.call("POST /orders", Some(&order(&account, &mail, codes)));
        assert!(answer.status.is_client_error(), "{codes:?}: {}", answer.status);
        assert_eq!(refusal(&answer.json()), expected, "{codes:?}");
    }
    let placed = operator.get(&format!("/orders?account={}", text(&account["id"])));
    assert_eq!(placed["items"].as_array().unwrap().len(), 1, "the first alone is there");
    let all = operator.get("/coupons")["items"].clone();
    let good = all.as_array().unwrap().iter().find(|it| it["code"] == "GOOD").unwrap();
    assert_eq!(good["used"], 0, "what was refused used nothing up");
    market.must_be_whole();
}

#[test]
fn an_order_that_is_called_off_gives_its_coupon_back() {
    let market = Market::on("2026-01-01");
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Mail", &[monthly("Base", "EUR", "10")]);
    coupon(&market, "ONCE", (json!({ "percent": "10" }), json!({ "uses_max": 1 })));
    let mut later = order(&account, &offer, &["ONCE"]);
    later["requested_start_on"] = json!("2026-01-05");
    let waiting = market.operator().post("/orders", &later);
    let again = order(&account, &offer, &["ONCE"]);
    let refused = market.operator().call("POST /orders", Some(&again)).json();
    assert_eq!(refusal(&refused), "the coupon `ONCE` is used up");
    let path = format!("/orders/{}/cancel", text(&waiting["id"]));
    market.operator().post(&path, &json!({}));
    market.operator().post("/orders", &again);
    market.house.app.keep_duties();
    assert_eq!(sums(&market.invoices(&account)[0]), "9.00 + 1.80 = 10.80 EUR, due 10.80");
    market.must_be_whole();
}

#[test]
fn an_order_that_comes_to_nothing_gives_its_coupon_back() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let by_hand = (json!({}), json!({ "connector": "manual" }));
    let offer = market.offer_like("Mail", &[monthly("Base", "EUR", "10")], by_hand);
    coupon(&market, "ONCE", (json!({ "percent": "10" }), json!({ "uses_max": 1 })));
    let used = || operator.get("/coupons")["items"][0]["used"].clone();
    let account = market.customer("Blue Whale", "EUR");
    let placed = orders(&market, &account, &offer, &["ONCE"]);
    assert_eq!(used(), 1);
    let task = text(&operator.get("/tasks?state=queued")["items"][0]["id"]);
    operator.post(&format!("/tasks/{task}/start"), &json!({}));
    operator.post(&format!("/tasks/{task}/fail"), &json!({ "error": "no host has room" }));
    assert_eq!(operator.get(&format!("/orders/{}", text(&placed["id"])))["state"], "failed");
    assert_eq!(used(), 0, "it failed");
    // What is tried again brings its coupon again, as long as that can be had.
    operator.post(&format!("/tasks/{task}/retry"), &json!({}));
    assert_eq!(used(), 1, "it is tried again");
    operator.post(&format!("/tasks/{task}/start"), &json!({}));
    operator.post(&format!("/tasks/{task}/fail"), &json!({ "error": "no host has room" }));
    let other = market.customer("Red Whale", "EUR");
    let mut later = order(&other, &offer, &["ONCE"]);
    later["requested_start_on"] = json!("2026-01-05");
    operator.post("/orders", &later);
    assert_eq!(used(), 1);
    let refused = operator.call(&format!("POST /tasks/{task}/retry"), None);
    assert_eq!(refusal(&refused.json()), "the coupon `ONCE` is used up");
    operator.post(&format!("/accounts/{}/close", text(&other["id"])), &json!({}));
    market.house.app.keep_duties();
    assert_eq!(used(), 0, "its account was closed");
    market.must_be_whole();
}

#[test]
fn one_coupon_lowers_the_same_bills_once() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Mail", &[monthly("Base", "EUR", "10")]);
    coupon(&market, "HALF", percent("50"));
    coupon(&market, "FIRST", (json!({ "percent": "50", "lasting": "once" }), json!({})));
    let brings = |code: &str| {
        let body = json!({ "account": account["id"], "code": code });
        operator.call("POST /redemptions", Some(&body))
    };
    let in_use = |code| format!("the coupon `{code}` is in use on the billing account");
    let (half, first) = (brings("HALF").json(), brings("FIRST").json());
    for code in ["HALF", "FIRST"] {
        assert_eq!(refusal(&brings(code).json()), in_use(code));
        let placed = operator.call("POST /orders", Some(&order(&account, &offer, &[code])));
        assert_eq!(refusal(&placed.json()), in_use(code));
    }
    market.order(&account, &offer, 1);
    market.advance_to("2026-01-02");
    assert_eq!(sums(&market.invoices(&account)[0]), "2.50 + 0.50 = 3.00 EUR, due 3.00");
    // What was given as often as it is, and what was ended, can be brought again.
    let again = brings("FIRST").json();
    assert_ne!((&again["id"], again["invoices"].as_u64()), (&first["id"], None), "{again}");
    operator.post(&format!("/redemptions/{}/end", text(&half["id"])), &json!({}));
    market.advance_to("2026-02-02");
    assert_eq!(sums(&market.invoices(&account)[1]), "5.00 + 1.00 = 6.00 EUR, due 6.00");
    assert!(brings("HALF").json()["id"].is_string());
    // Orders that each bring it have it for what each of them buys.
    let other = market.customer("Red Whale", "EUR");
    for _ in 0..2 {
        orders(&market, &other, &offer, &["HALF"]);
    }
    let nets = |it: &Value| text(&it["net"]["amount"]);
    let nets: Vec<_> = market.invoices(&other).iter().map(nets).collect();
    assert_eq!(nets, ["5.00", "5.00"]);
    market.must_be_whole();
}

#[test]
fn what_is_no_coupon_is_refused_with_the_field() {
    let market = Market::on("2026-01-01");
    let operator = market.operator();
    let unlocked = coupon(&market, "Taken", percent("10"))["discount"].clone();
    let automatic = json!({
        "name": { "en": "All" }, "percent": "1", "access": "automatic", "lasting": "always",
    });
    let automatic = operator.post("/discounts", &automatic)["id"].clone();
    let nothing = "dsc_00000000-0000-7000-8000-000000000000";
    for (body, expected) in [
        (json!({ "code": "A", "discount": automatic }), "/discount conflict"),
        (json!({ "code": "A", "discount": nothing }), "/discount reference"),
        (json!({ "code": "A", "discount": unlocked, "uses_max": 0 }), "/uses_max range"),
        (
            json!({
                "code": "A", "discount": unlocked, "valid_from": "2026-01-02T00:00:00Z",
                "valid_until": "2026-01-02T00:00:00Z",
            }),
            "/valid_until range",
        ),
    ] {
        let answer = operator.call("POST /coupons", Some(&body));
        assert_eq!(answer.status.as_u16(), 422, "{body}");
        assert_eq!(refusal(&answer.json()), expected, "{body}");
    }
    let twice = json!({ "code": "TAKEN", "discount": unlocked });
    let answer = operator.call("POST /coupons", Some(&twice));
    assert_eq!(text(&answer.json()["type"]), "/problems/duplicate");
}

#[test]
fn each_subscription_may_have_an_invoice_of_its_own_and_a_coupon_is_given_once() {
    let market = Market::on("2026-01-01");
    let own = text(&json!(market.house.operator.account));
    let policy = format!("/accounts/{own}/billing_policy");
    market.operator().patch(&policy, &json!({ "grouping": "subscription" }));
    let account = market.customer("Blue Whale", "EUR");
    let offer = market.offer("Mail", &[monthly("Base", "EUR", "60")]);
    let ten = json!({ "amount": { "amount": "10", "currency": "EUR" }, "lasting": "once" });
    coupon(&market, "TEN", (ten, json!({})));
    let items = json!([{ "offer": offer }, { "offer": offer }, { "offer": offer }]);
    let body = json!({ "account": account["id"], "items": items, "coupons": ["TEN"] });
    let estimate = market.operator().post("/orders/preview", &body);
    assert_eq!(estimate["invoices"][0]["net"]["amount"], "170.00", "all of them");
    market.operator().post("/orders", &body);
    market.house.app.keep_duties();
    market.advance_to("2026-02-02");
    let invoices = market.invoices(&account);
    let nets: Vec<_> = invoices.iter().map(|it| text(&it["net"]["amount"])).collect();
    assert_eq!(nets, ["50.00", "60.00", "60.00", "60.00", "60.00", "60.00"]);
    let of = |it: &Value| text(&it["lines"][0]["subscription"]);
    let mut subscriptions: Vec<_> = invoices[..3].iter().map(of).collect();
    subscriptions.sort();
    subscriptions.dedup();
    assert_eq!(subscriptions.len(), 3);
    let run = market.operator().get("/billing_runs")["items"][0].clone();
    assert_eq!(run["invoices"], 3, "{run}");
    market.must_be_whole();
}

/// What a coupon took off once is used up. Whoever changes the plan in the middle of what it lowered gets
/// back what was paid, and is told before what of the coupon is lost.
#[test]
fn a_preview_of_a_change_says_what_of_a_coupon_is_lost_with_it() {
    let market = Market::on("2026-04-01");
    let operator = market.operator();
    let silver = market.offer("Silver", &[monthly("Base", "EUR", "30")]);
    let gold = market.offer("Gold", &[monthly("Base", "EUR", "60")]);
    let switches = json!({ "switches": [{ "to": gold, "direction": "upgrade" }] });
    operator.patch(&format!("/offers/{silver}"), &switches);
    let off = json!({ "amount": { "amount": "20", "currency": "EUR" }, "lasting": "once" });
    coupon(&market, "SOME", (off, json!({})));
    let bought = ["SOME", ""].map(|code| {
        let account = market.customer("Blue Whale", "EUR");
        let coupons: &[&str] = if code.is_empty() { &[] } else { &[code] };
        let placed = orders(&market, &account, &silver, coupons);
        let placed = operator.get(&format!("/orders/{}", text(&placed["id"])));
        text(&placed["items"][0]["subscription"])
    });
    market.advance_to("2026-04-16");
    let told = bought.each_ref().map(|id| {
        let path = format!("/subscriptions/{id}/change/preview");
        let found = operator.post(&path, &json!({ "offer": gold }));
        let lost = found["credit"]["coupons"]["amount"].as_str().unwrap_or("nothing").to_owned();
        format!("{} back, {lost} lost", text(&found["credit"]["net"]["amount"]))
    });
    assert_eq!(told, ["5.00 back, 10.00 lost", "15.00 back, nothing lost"]);
    let path = format!("/subscriptions/{}/change/preview", bought[0]);
    let later = operator.post(&path, &json!({ "offer": gold, "at": "period_end" }));
    assert_eq!(later["credit"].get("coupons"), None, "it is used to its end: {later}");
    market.must_be_whole();
}
