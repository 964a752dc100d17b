//! Coupons for a time, by the days that are charged; and changes that cost what their preview said of them,
//! whatever coupons take off.

use serde_json::{Value, json};
use tillbox::domain::time::Date;

use crate::harness::chance::Chance;
use crate::harness::market::{Market, lines, monthly, text};

/// An account that is billed on a day of each month.
fn billed_on(market: &Market, day: u8) -> Value {
    let cycle = json!({ "period": "1 month", "anchor_day": day });
    let account = json!({
        "name": "Blue Whale", "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" },
        "billing": { "currency": "EUR", "cycle": cycle },
    });
    market.operator().post("/accounts", &account)
}

fn coupon(market: &Market, code: &str, mut discount: Value) {
    discount["name"] = json!({ "en": "Spring" });
    discount["access"] = json!("coupon");
    let discount = market.operator().post("/discounts", &discount);
    market.operator().post("/coupons", &json!({ "code": code, "discount": discount["id"] }));
}

fn percent(hundredths: &str, span: &str) -> Value {
    json!({ "percent": hundredths, "lasting": "for", "span": span })
}

fn five_off() -> Value {
    json!({ "amount": { "amount": "5", "currency": "EUR" }, "lasting": "always" })
}

/// Buys so many of an offer with coupons: the subscription.
fn buys(market: &Market, account: &Value, (offer, many): (&str, u32), coupons: &[&str]) -> String {
    let operator = market.operator();
    let items = json!([{ "offer": offer, "quantity": many }]);
    let order = json!({ "account": account["id"], "items": items, "coupons": coupons });
    let order = text(&operator.post("/orders", &order)["id"]);
    market.house.app.keep_duties();
    text(&operator.get(&format!("/orders/{order}"))["items"][0]["subscription"])
}

fn seats(amount: &str) -> Value {
    let mut price = monthly("Seat", "EUR", "0");
    price["model"] = json!({ "kind": "per_unit", "per_unit": amount });
    price
}

fn afterwards(amount: &str) -> Value {
    let mut price = monthly("After", "EUR", amount);
    price["timing"] = json!("arrears");
    price
}

fn traffic(market: &Market) -> Value {
    json!({
        "name": "Traffic", "kind": "usage", "currency": "EUR", "meter": market.meter,
        "model": { "kind": "per_unit", "per_unit": "1" },
    })
}

/// Two offers between which one may change.
fn pair(market: &Market, prices: [Vec<Value>; 2]) -> [String; 2] {
    let [basic, pro] = prices;
    let (basic, pro) = (market.offer("Basic", &basic), market.offer("Pro", &pro));
    for (from, to) in [(&basic, &pro), (&pro, &basic)] {
        let switches = json!({ "switches": [{ "to": to, "direction": "sidegrade" }] });
        market.operator().patch(&format!("/offers/{from}"), &switches);
    }
    [basic, pro]
}

/// Invoices line by line, without the reasons; each comes out again from what stands on it.
fn billed(market: &Market, account: &Value) -> Vec<String> {
    let each = market.invoices(account).into_iter().flat_map(|it| {
        let check = market.operator().get(&format!("/invoices/{}/check", text(&it["id"])));
        assert_eq!(check["faults"], json!([]), "every line comes out again");
        let own = lines(&it);
        let own = own.lines().filter(|it| !it.starts_with(' '));
        let day = text(&it["issued_on"]);
        own.map(|it| format!("{day} {it}")).collect::<Vec<_>>()
    });
    each.collect()
}

/// A change of a subscription that was previewed and made: what the preview said.
fn changes(market: &Market, subscription: &str, wish: &Value) -> Value {
    let (operator, path) = (market.operator(), format!("/subscriptions/{subscription}/change"));
    let preview = operator.post(&format!("{path}/preview"), wish);
    operator.post(&path, wish);
    market.house.app.keep_duties();
    preview
}

fn net(it: &Value) -> String {
    text(&it["net"]["amount"])
}

#[test]
fn the_days_that_are_charged_decide_and_not_the_day_of_billing() {
    let first = [
        "2030-05-01 Mail: Base | 2030-05-01..2030-06-01 | 15.50",
        "2030-06-01 Mail: Base | 2030-06-01..2030-07-01 | 31.00",
        "2030-06-01 Mail: After | 2030-05-01..2030-06-01 | 15.50",
        "2030-06-01 Mail: Traffic | 2030-05-01..2030-06-01 | 5.00",
    ];
    // 19 of 30 days within, and of the next 31 another twelve: 30.63 off all four lines of the first bill.
    let twentieth = [
        "2030-05-20 Mail: Base | 2030-05-01..2030-05-20 | 9.81",
        "2030-05-20 Mail: Base | 2030-05-20..2030-06-20 | 25.00",
        "2030-05-20 Mail: After | 2030-05-01..2030-05-20 | 9.82",
        "2030-05-20 Mail: Traffic | 2030-05-01..2030-05-20 | 5.00",
        "2030-06-20 Mail: Base | 2030-06-20..2030-07-20 | 31.00",
        "2030-06-20 Mail: After | 2030-05-20..2030-06-20 | 25.00",
    ];
    for (day, expected) in [(1, &first[..]), (20, &twentieth[..])] {
        let market = Market::on("2030-05-01");
        let account = billed_on(&market, day);
        let prices = [monthly("Base", "EUR", "31"), afterwards("31"), traffic(&market)];
        let offer = market.offer("Mail", &prices);
        coupon(&market, "HALF", percent("50", "1 month"));
        let subscription = buys(&market, &account, (&offer, 1), &["HALF"]);
        market.uses(&subscription, ("one", "2030-05-01T00:00:00Z", "10"));
        market.advance_to("2030-06-21");
        assert_eq!(billed(&market, &account), expected, "billed on {day}");
        market.must_be_whole();
    }
}

#[test]
fn the_free_days_of_a_trial_use_nothing_of_a_coupon_up() {
    // Of June 14 of 30 days.
    for (off, expected) in [("50", ["8.50", "23.76", "2.50"]), ("100", ["0.00", "16.53", "0.00"])] {
        let market = Market::on("2030-05-01");
        let account = billed_on(&market, 1);
        let setup = json!({
            "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
            "model": { "kind": "flat", "amount": "5" },
        });
        let term = json!({
            "key": "y", "duration": "1 year", "trial": "14 days", "default": true, "auto_renew": true,
        });
        let prices = [monthly("Base", "EUR", "31"), setup];
        let offer = market.offer_like("Mail", &prices, (json!({ "terms": [term] }), json!({})));
        coupon(&market, "SPRING", percent(off, "1 month"));
        buys(&market, &account, (&offer, 1), &["SPRING"]);
        market.advance_to("2030-06-02");
        let invoices = market.invoices(&account);
        let nets = invoices.iter().flat_map(|it| it["lines"].as_array().unwrap()).map(net);
        assert_eq!(nets.collect::<Vec<_>>(), expected, "{off} %");
        market.must_be_whole();
    }
}

#[test]
fn days_that_go_back_bring_back_what_each_of_them_was_charged_at() {
    let market = Market::on("2030-05-01");
    let operator = market.operator();
    let [basic, pro] = pair(&market, ["30", "60"].map(|it| vec![monthly("Base", "EUR", it)]));
    // To the 15th of June, and not with it.
    coupon(&market, "HALF", percent("50", "45 days"));
    let accounts = [0, 1].map(|_| billed_on(&market, 1));
    let bought = accounts.each_ref().map(|account| buys(&market, account, (&basic, 1), &["HALF"]));
    market.advance_to("2030-06-11");
    let preview = changes(&market, &bought[0], &json!({ "offer": pro }));
    // 20 days, of which four were lowered; 40.00 instead, of which four days are.
    assert_eq!(
        (net(&preview["credit"]), net(&preview["charge"])),
        ("18.00".into(), "36.00".into())
    );
    operator.post(&format!("/subscriptions/{}/cancel", bought[1]), &json!({}));
    market.house.app.keep_duties();
    for account in &accounts {
        let notes = operator.get(&format!("/credit_notes?account={}", text(&account["id"])));
        assert_eq!(net(&notes["items"][0]), "18.00");
    }
    market.advance_to("2030-07-02");
    let expected = [
        "2030-05-01 Basic: Base | 2030-05-01..2030-06-01 | 15.00",
        "2030-06-01 Basic: Base | 2030-06-01..2030-07-01 | 23.00",
        "2030-07-01 Pro: Base | 2030-06-11..2030-07-01 | 36.00",
        "2030-07-01 Pro: Base | 2030-07-01..2030-08-01 | 60.00",
    ];
    assert_eq!(billed(&market, &accounts[0]), expected);
    market.must_be_whole();
}

#[test]
fn a_change_is_charged_as_its_preview_said() {
    let (plans, seat) = (["31", "62"], ["10", "10"]);
    let flat = |it: &str| vec![monthly("Base", "EUR", it)];
    let unit = |it: &str| vec![seats(it)];
    let to_pro = |pro: &str| json!({ "offer": pro });
    let table = [
        ("a plan", plans.map(flat), percent("50", "2 months"), "2030-08-01", 1, "10.33", "20.66"),
        ("seats", seat.map(unit), percent("50", "2 months"), "2030-08-01", 2, "0.00", "10.00"),
        ("five off", plans.map(flat), five_off(), "2031-02-01", 1, "", ""),
    ];
    for (case, prices, off, began_on, many, credit, charge) in table {
        let market = Market::on(began_on);
        let account = billed_on(&market, 1);
        let [basic, pro] = pair(&market, prices);
        coupon(&market, "SPRING", off);
        let subscription = buys(&market, &account, (&basic, many), &["SPRING"]);
        let next = date(began_on).plus_months(1);
        market.advance_to(&next.plus_days(10).to_string());
        let wish = if many > 1 { json!({ "quantity": 5 }) } else { to_pro(&pro) };
        let preview = changes(&market, &subscription, &wish);
        market.advance_to(&next.plus_months(1).plus_days(1).to_string());
        let last = market.invoices(&account).pop().unwrap();
        let charged = &last["lines"][0];
        assert_eq!(net(&preview["charge"]), net(charged), "{case}: {preview}");
        if !credit.is_empty() {
            let said = (net(&preview["credit"]), net(&preview["charge"]));
            assert_eq!(said, (credit.to_owned(), charge.to_owned()), "{case}");
        }
        assert_eq!(lines(&preview["next_invoice"]), lines(&last), "{case}");
    }
}

#[test]
fn a_preview_tells_apart_what_a_change_makes_and_what_was_to_come() {
    let market = Market::on("2034-05-01");
    let account = billed_on(&market, 1);
    let [basic, pro] = pair(&market, ["31", "62"].map(|it| vec![monthly("Base", "EUR", it)]));
    let subscription = buys(&market, &account, (&basic, 1), &[]);
    market.advance_to("2034-05-04");
    let there = changes(&market, &subscription, &json!({ "offer": pro }));
    let said = |it: &Value| {
        let gross = |part: &str| text(&it[part]["gross"]["amount"]);
        let parts = ["charge", "falls_away", "credit"].map(gross).join(" - ");
        format!("{parts} = {}", text(&it["difference"]["amount"]))
    };
    assert_eq!(said(&there), "67.20 - 0.00 - 33.60 = 33.60");
    market.advance_to("2034-05-09");
    // Of what was to come five days are left, and the others at the old price.
    let back = changes(&market, &subscription, &json!({ "offer": basic, "at": "now" }));
    assert_eq!(said(&back), "39.60 - 67.20 - 0.00 = -27.60");
    market.advance_to("2034-06-02");
    let last = market.invoices(&account).pop().unwrap();
    assert_eq!(lines(&back["next_invoice"]), lines(&last));
    market.must_be_whole();
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// A coupon as chance has it.
fn any_coupon(chance: &mut Chance) -> Value {
    let mut it = match chance.hits(1, 2) {
        true => json!({ "percent": chance.pick(&["10", "33.3", "50", "90"]) }),
        false => {
            json!({ "amount": { "amount": chance.pick(&["0.01", "5", "40"]), "currency": "EUR" } })
        }
    };
    it["lasting"] = json!(chance.pick(&["for", "for", "always", "once"]));
    if it["lasting"] == "for" {
        it["span"] = json!(chance.pick(&["10 days", "1 month", "45 days", "3 months"]));
    }
    it
}

/// Someone who has bought two things with coupons, and changes one of them once or twice: what the last preview
/// says is what is given back and what the next bill says.
fn changes_as_chance_has_it(seed: u64) {
    let mut chance = Chance::seeded(seed);
    let market = Market::on("2030-05-01");
    let operator = market.operator();
    let account = billed_on(&market, chance.pick(&[1, 20]));
    let prices = |market: &Market, base: &str, seat: &str| {
        vec![monthly("Base", "EUR", base), seats(seat), afterwards("9.99"), traffic(market)]
    };
    let [basic, pro] =
        pair(&market, [prices(&market, "31", "7.77"), prices(&market, "62", "12.5")]);
    coupon(&market, "ONE", any_coupon(&mut chance));
    coupon(&market, "TWO", any_coupon(&mut chance));
    buys(&market, &account, (&basic, 1), &[]);
    let subscription = buys(&market, &account, (&basic, 2), &["ONE"]);
    let of_account = json!({ "account": account["id"], "code": "TWO" });
    market.advance_to("2030-05-03");
    operator.post("/redemptions", &of_account);
    market.uses(&subscription, ("one", "2030-05-02T00:00:00Z", "3"));
    let mut day = date("2030-05-03");
    let mut preview = Value::Null;
    let notes = || {
        let found = operator.get(&format!("/credit_notes?account={}", text(&account["id"])));
        found["items"].as_array().unwrap().iter().map(|it| text(&it["id"])).collect::<Vec<_>>()
    };
    let mut before = Vec::new();
    for _ in 0..=chance.below(2) {
        day = day.plus_days(i64::try_from(chance.below(40)).unwrap() + 1);
        market.advance_to(&day.to_string());
        let held = operator.get(&format!("/subscriptions/{subscription}"));
        let (offer, many) = (text(&held["offer"]), held["quantity"].as_u64().unwrap());
        let other_many = 1 + (many + chance.below(4)) % 5;
        let other = if offer == basic { &pro } else { &basic };
        let wish = match chance.below(3) {
            0 => json!({ "offer": other, "at": "now" }),
            1 => json!({ "offer": other, "quantity": other_many, "at": "now" }),
            _ => json!({ "quantity": other_many }),
        };
        before = notes();
        preview = changes(&market, &subscription, &wish);
    }
    let new: Vec<_> = notes().into_iter().filter(|it| !before.contains(it)).collect();
    let cents = |it: &Value| text(&it["amount"]).replace('.', "").parse::<i64>().unwrap();
    let given = new.iter().map(|it| operator.get(&format!("/credit_notes/{it}")));
    let given: i64 = given.map(|it| cents(&it["gross"])).sum();
    assert_eq!(given, cents(&preview["credit"]["gross"]), "seed {seed}: {preview:#}");
    let [charge, falls_away] = ["charge", "falls_away"].map(|it| cents(&preview[it]["gross"]));
    let difference = cents(&preview["difference"]);
    assert_eq!(difference, charge - falls_away - given, "seed {seed}");

    let on = date(&text(&preview["next_invoice"]["on"]));
    market.advance_to(&on.plus_days(1).to_string());
    let last = market.invoices(&account).pop().unwrap();
    assert_eq!(last["issued_on"], preview["next_invoice"]["on"], "seed {seed}");
    assert_eq!(lines(&preview["next_invoice"]), lines(&last), "seed {seed}");
    for sum in ["net", "tax", "gross"] {
        assert_eq!(preview["next_invoice"][sum], last[sum], "seed {seed}");
    }
    let charged = lines(&preview["charge"]);
    let key = |it: &Value| {
        json!([it["text"], it["service_period"], it["net"], it["explanation"]["text"]])
    };
    let on_bill: Vec<_> = last["lines"].as_array().unwrap().iter().map(key).collect();
    for line in preview["charge"]["lines"].as_array().unwrap() {
        assert!(on_bill.contains(&key(line)), "seed {seed}: {charged}");
    }
    market.must_be_whole();
}

/// The law of previews: with coupons of each sort, for a time and for ever, on a day and on another.
#[test]
fn whatever_coupons_there_are_a_previewed_change_comes_to_what_is_billed() {
    (0..16).for_each(changes_as_chance_has_it);
}
