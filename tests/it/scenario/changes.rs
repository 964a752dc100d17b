//! Changes of subscriptions: what may be had of one is what could be ordered of it; another plan in mid
//! period comes as its preview said.

use expect_test::expect;
use serde_json::{Value, json};

use crate::harness::client::Client;
use crate::harness::house::invite;
use crate::harness::market::{Market, lines, monthly, sums, text};

/// A subscription to a server with 10 GB included of at most 100; and of what there are so many.
fn server(market: &Market) -> (String, String) {
    let operator = market.operator();
    let disk = text(
        &operator.post("/resources", &json!({ "name": { "en": "Disk" }, "unit": "GB" }))["id"],
    );
    let rate = json!({ "resource": disk, "included": "10", "max": "100" });
    let offer = (json!({ "resources": [rate] }), json!({}));
    let offer = market.offer_like("Server", &[monthly("Fee", "EUR", "10")], offer);
    let account = json!({ "id": market.house.customer.account });
    (market.order(&account, &offer, 1), disk)
}

#[test]
fn a_change_is_refused_where_an_order_would_be() {
    let market = Market::on("2026-01-01");
    let (subscription, disk) = server(&market);
    let buyer = market.house.client(&market.house.customer.admin);
    let path = format!("/subscriptions/{subscription}");
    let change = |body: &Value| buyer.call(&format!("POST {path}/change"), Some(body));
    let gigabytes = |amount: &str| change(&json!({ "resources": { (&*disk): amount } }));
    for amount in
        ["-79228162514264337593543950335", "79228162514264337593543950335", "-1", "5", "105"]
    {
        let refused = gigabytes(amount);
        assert_eq!(refused.status, 409, "{amount}: {}", refused.json());
        let field = format!("`/resources/{disk}` must");
        assert!(text(&refused.json()["detail"]).contains(&field), "{}", refused.json());
    }
    let before = buyer.get(&path);
    assert_eq!((&before["quantity"], &before["resources"][&disk]), (&json!(1), &json!("10")));
    let changed = gigabytes("20").ok();
    assert_eq!((&changed["quantity"], &changed["resources"][&disk]), (&json!(1), &json!("20")));
    assert_eq!(change(&json!({ "quantity": 3 })).ok()["resources"][&disk], "20");
    assert_eq!(market.operator().call("GET /overview", None).status, 200);
    market.must_be_whole();
}

/// A customer with Silver at 10.00 a month, who may have Gold at 20.00, and back; and Bronze, to which
/// nothing leads.
pub(super) struct Metals {
    pub(super) market: Market,
    pub(super) account: Value,
    subscription: String,
    pub(super) silver: String,
    pub(super) gold: String,
    bronze: String,
}

impl Metals {
    /// On 1 May, with the month billed and paid.
    pub(super) fn of_may() -> Self {
        let market = Market::on("2026-05-01");
        let account = market.customer("Blue Whale", "EUR");
        let setup = json!({
            "name": "Setup", "kind": "one_time", "fee": "setup", "currency": "EUR",
            "model": { "kind": "flat", "amount": "25" },
        });
        let silver = market.offer("Silver", &[monthly("Month", "EUR", "10"), setup.clone()]);
        let gold = market.offer("Gold", &[monthly("Month", "EUR", "20"), setup]);
        let bronze = market.offer("Bronze", &[monthly("Month", "EUR", "5")]);
        let leads = |from: &str, to: &str, direction: &str| {
            let switches = json!({ "switches": [{ "to": to, "direction": direction }] });
            market.operator().patch(&format!("/offers/{from}"), &switches);
        };
        leads(&silver, &gold, "upgrade");
        leads(&gold, &silver, "downgrade");
        let subscription = market.order(&account, &silver, 1);
        market.house.app.keep_duties();
        market.advance_to("2026-05-02");
        let body = json!({
            "account": account["id"], "amount": { "amount": "42.00", "currency": "EUR" },
        });
        market.operator().post("/payments", &body);
        Self { market, account, subscription, silver, gold, bronze }
    }

    fn path(&self, rest: &str) -> String {
        format!("/subscriptions/{}{rest}", self.subscription)
    }

    pub(super) fn preview(&self, body: &Value) -> Value {
        self.market.operator().post(&self.path("/change/preview"), body)
    }

    pub(super) fn change(&self, body: &Value) -> Value {
        let changed = self.market.operator().post(&self.path("/change"), body);
        self.market.must_be_whole();
        changed
    }

    /// The last invoice, and what of its account is to be paid after it.
    fn last(&self) -> (String, String) {
        let last = self.market.invoices(&self.account).pop().unwrap();
        (lines(&last), sums(&last))
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let path = format!("/credit_notes?order=oldest&account={}", text(&self.account["id"]));
        let found = self.market.operator().get(&path);
        let told =
            |it: &Value| format!("{}: {}", text(&it["reason"]), text(&it["gross"]["amount"]));
        found["items"].as_array().unwrap().iter().map(told).collect()
    }
}

/// What a preview says: when, what goes back, what is charged, and the next invoice.
fn told(preview: &Value) -> String {
    let mut out = format!("{} on {}", text(&preview["at"]), text(&preview["on"]));
    let amount = |it: &Value| text(&it["amount"]);
    let (credit, charge) = (&preview["credit"], &preview["charge"]);
    let falls_away = &preview["falls_away"];
    for (name, part) in [("credit", credit), ("charge", charge), ("falls away", falls_away)] {
        if name == "falls away" && part["lines"] == json!([]) {
            continue;
        }
        out.push_str(&format!(
            "\n{name} {} + {} = {}",
            amount(&part["net"]),
            amount(&part["tax"]),
            amount(&part["gross"])
        ));
    }
    for line in credit["lines"].as_array().unwrap() {
        let days = &line["days"];
        out.push_str(&format!(
            "\n  back: {} {} of {} days {}",
            text(&line["text"]),
            days["used"],
            days["of"],
            amount(&line["net"])
        ));
    }
    out.push_str(&format!("\ndifference {}\n", amount(&preview["difference"])));
    let next = &preview["next_invoice"];
    out.push_str(&format!("next on {}: {}\n", text(&next["on"]), amount(&next["gross"])));
    out + &lines(next)
}

#[test]
fn an_upgrade_in_mid_month_comes_as_its_preview_said() {
    let metals = Metals::of_may();
    metals.market.advance_to("2026-05-11");
    let to_gold = json!({ "offer": metals.gold });
    let before = metals.market.operator().get(&metals.path(""));
    let preview = metals.preview(&to_gold);
    expect![[r#"
        now on 2026-05-11
        credit 6.77 + 1.35 = 8.12
        charge 13.55 + 2.71 = 16.26
          back: Month 21 of 31 days 6.77
        difference 8.14
        next on 2026-06-01: 40.26
        Gold: Month | 2026-05-11..2026-06-01 | 13.55
            flat price, as of 2026-05-01
            20
            for 21 of 31 days
            in place of another price, of which 6.77 was given back
            = 13.548387096774193548387096774, rounded half up to 13.55 EUR
        Gold: Month | 2026-06-01..2026-07-01 | 20.00
            flat price, as of 2026-05-01
            20
            = 20.00 EUR
    "#]]
    .assert_eq(&told(&preview));
    assert_eq!(metals.preview(&to_gold), preview, "a preview changes nothing");
    assert_eq!(metals.market.operator().get(&metals.path("")), before);
    assert_eq!(metals.notes(), Vec::<String>::new());

    let changed = metals.change(&to_gold);
    assert_eq!((&changed["offer"], &changed["state"]), (&json!(metals.gold), &json!("active")));
    expect!["Changed on 2026-05-11 to Gold: Month for 21 of 31 days: 8.12"]
        .assert_eq(&metals.notes().join("\n"));
    metals.market.advance_to("2026-06-02");
    let (lines, sums) = metals.last();
    expect![[r#"
        Gold: Month | 2026-05-11..2026-06-01 | 13.55
            flat price, as of 2026-05-01
            20
            for 21 of 31 days
            in place of another price, of which 6.77 was given back
            = 13.548387096774193548387096774, rounded half up to 13.55 EUR
        Gold: Month | 2026-06-01..2026-07-01 | 20.00
            flat price, as of 2026-05-01
            20
            = 20.00 EUR
        33.55 + 6.71 = 40.26 EUR, due 32.14"#]]
    .assert_eq(&format!("{lines}{sums}"));
    assert_eq!(lines, crate::harness::market::lines(&preview["next_invoice"]));
}

#[test]
fn a_downgrade_waits_until_what_is_paid_for_is_over() {
    let metals = Metals::of_may();
    metals.change(&json!({ "offer": metals.gold }));
    metals.market.advance_to("2026-06-05");
    let to_silver = json!({ "offer": metals.silver });
    expect![[r#"
        period_end on 2026-07-01
        credit 0.00 + 0.00 = 0.00
        charge 10.00 + 2.00 = 12.00
        falls away 20.00 + 4.00 = 24.00
        difference -12.00
        next on 2026-07-01: 12.00
        Silver: Month | 2026-07-01..2026-08-01 | 10.00
            flat price, as of 2026-05-01
            10
            = 10.00 EUR
    "#]]
    .assert_eq(&told(&metals.preview(&to_silver)));
    let agreed = metals.change(&to_silver);
    assert_eq!(
        (&agreed["offer"], &agreed["switch"]["on"]),
        (&json!(metals.gold), &json!("2026-07-01"))
    );
    let path = metals.path("/change");
    let back = metals.market.operator().call(&format!("DELETE {path}"), None).ok();
    assert_eq!(back["switch"], Value::Null);
    assert_eq!(metals.market.operator().call(&format!("DELETE {path}"), None).status, 409);
    metals.change(&to_silver);
    let notes = metals.notes();
    metals.market.advance_to("2026-07-02");
    assert_eq!(metals.notes(), notes, "nothing goes back, for nothing was paid beyond");
    let now = metals.market.operator().get(&metals.path(""));
    assert_eq!((&now["offer"], &now["switch"]), (&json!(metals.silver), &Value::Null));
    expect![[r#"
        Silver: Month | 2026-07-01..2026-08-01 | 10.00
            flat price, as of 2026-05-01
            10
            = 10.00 EUR
    "#]]
    .assert_eq(&metals.last().0);
}

#[test]
fn a_switch_that_is_carried_out_late_counts_from_its_day() {
    let metals = Metals::of_may();
    metals.change(&json!({ "offer": metals.gold }));
    metals.market.advance_to("2026-06-05");
    metals.change(&json!({ "offer": metals.silver }));
    let operator = metals.market.operator();
    metals.market.advance_to("2026-06-20");
    operator.post(&metals.path("/hold"), &json!({ "reason": "FRAUD" }));
    metals.market.advance_to("2026-07-20");
    assert_eq!(operator.get(&metals.path(""))["offer"], metals.gold, "it is stopped");
    operator.post(&metals.path("/release"), &json!({}));
    metals.market.advance_to("2026-07-21");
    assert_eq!(operator.get(&metals.path(""))["offer"], metals.silver);
    let last = metals.notes().pop().unwrap();
    expect!["Changed on 2026-07-01 to Silver: Month for 31 of 31 days: 24.00"].assert_eq(&last);
    metals.market.advance_to("2026-08-02");
    let (lines, _) = metals.last();
    expect![[r#"
        Silver: Month | 2026-07-01..2026-08-01 | 10.00
            flat price, as of 2026-05-01
            10
            in place of another price, of which 20 was given back
            = 10.00 EUR
        Silver: Month | 2026-08-01..2026-09-01 | 10.00
            flat price, as of 2026-05-01
            10
            = 10.00 EUR
    "#]]
    .assert_eq(&lines);
    metals.market.must_be_whole();
}

#[test]
fn a_switch_that_falls_away_is_told() {
    let metals = Metals::of_may();
    metals.change(&json!({ "offer": metals.gold }));
    metals.market.advance_to("2026-06-05");
    let operator = metals.market.operator();
    let told = || {
        let found = operator.get("/events?kind=subscription&verb=fell_away");
        found["items"].as_array().unwrap().len()
    };
    let mails = || {
        let found = operator.get("/mails?limit=1000");
        let all = found["items"].as_array().unwrap().iter();
        all.filter(|it| it["subject"] == "Gold stays as it is").count()
    };
    let admin = json!({ "given_name": "Ann", "family_name": "Lee", "email": "ann@whale.test" });
    let account = format!("/accounts/{}", text(&metals.account["id"]));
    operator.patch(&account, &json!({ "contacts": { "admin": admin } }));
    metals.change(&json!({ "offer": metals.silver }));
    operator.post(&format!("/offers/{}/retire", metals.silver), &json!({}));
    metals.market.advance_to("2026-07-02");
    assert_eq!(operator.get(&metals.path(""))["offer"], metals.gold);
    assert_eq!((told(), mails()), (1, 1));
    // Of what has ended it is an event alone.
    let metals = Metals::of_may();
    metals.change(&json!({ "offer": metals.gold }));
    metals.market.advance_to("2026-06-05");
    metals.change(&json!({ "offer": metals.silver }));
    let operator = metals.market.operator();
    operator.post(&metals.path("/cancel"), &json!({}));
    let found = operator.get("/events?kind=subscription&verb=fell_away");
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_renewal_on_the_day_of_a_switch_has_one_fee() {
    let market = Market::on("2026-05-01");
    let operator = market.operator();
    let account = market.customer("Blue Whale", "EUR");
    let month = json!({
        "terms": [{ "key": "m", "duration": "1 month", "default": true, "auto_renew": true }],
    });
    let fee = |amount: &str| {
        json!({
            "name": "Renewal", "kind": "one_time", "fee": "renewal", "currency": "EUR",
            "model": { "kind": "flat", "amount": amount },
        })
    };
    let offer = |name, month_fee, amount| {
        let prices = [monthly("Month", "EUR", month_fee), fee(amount)];
        market.offer_like(name, &prices, (month.clone(), json!({})))
    };
    let (gold, silver) = (offer("Gold", "20", "2"), offer("Silver", "10", "1"));
    let leads = json!({ "switches": [{ "to": silver, "direction": "downgrade" }] });
    operator.patch(&format!("/offers/{gold}"), &leads);
    let subscription = market.order(&account, &gold, 1);
    market.house.app.keep_duties();
    market.advance_to("2026-05-11");
    operator.post(&format!("/subscriptions/{subscription}/change"), &json!({ "offer": silver }));
    market.advance_to("2026-06-02");
    let last = market.invoices(&account).pop().unwrap();
    expect![[r#"
        Silver: Month | 2026-06-01..2026-07-01 | 10.00
            flat price, as of 2026-05-01
            10
            = 10.00 EUR
        Silver: Renewal | 2026-06-01..2026-07-01 | 1.00
            flat price, as of 2026-05-01
            1
            = 1.00 EUR
    "#]]
    .assert_eq(&lines(&last));
    market.must_be_whole();
}

#[test]
fn who_may_give_credit_lets_a_downgrade_happen_at_once_and_no_other() {
    let metals = Metals::of_may();
    let gold = json!({ "offer": metals.gold });
    let silver = json!({ "offer": metals.silver, "at": "now" });
    metals.market.advance_to("2026-05-11");
    metals.change(&gold);
    let house = &metals.market.house;
    let id = text(&metals.account["id"]);
    let buyer = invite(&house.app, &house.operator, &id, "ann@whale.test", "customer_admin");
    for step in ["change/preview", "change"] {
        let call = format!("POST {}", metals.path(&format!("/{step}")));
        let refused = house.client(&buyer).call(&call, Some(&silver));
        let why =
            "`/at` must be `period_end`: what is less begins when the period that is paid is over";
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["detail"]),
            (422, &json!(why)),
            "{step}"
        );
    }
    metals.change(&silver);
    expect!["Changed on 2026-05-11 to Gold: Month for 21 of 31 days: 8.12"]
        .assert_eq(&metals.notes().join("\n"));
    metals.market.advance_to("2026-06-02");
    let (lines, sums) = metals.last();
    expect![[r#"
        Silver: Month | 2026-05-11..2026-06-01 | 6.77
            flat price, as of 2026-05-01
            10
            for 21 of 31 days
            = 6.7741935483870967741935483871, rounded half up to 6.77 EUR
        Silver: Month | 2026-06-01..2026-07-01 | 10.00
            flat price, as of 2026-05-01
            10
            = 10.00 EUR
        16.77 + 3.35 = 20.12 EUR, due 12.00"#]]
    .assert_eq(&format!("{lines}{sums}"));
}

#[test]
fn a_switch_leads_only_where_the_seller_lets_it() {
    let metals = Metals::of_may();
    let operator = metals.market.operator();
    let path = metals.path("/change");
    let refused = operator.call(&format!("POST {path}"), Some(&json!({ "offer": metals.bronze })));
    assert_eq!(refused.status, 409, "{}", refused.json());
    assert_eq!(
        refused.json()["detail"],
        "`/offer` is not among the switches that the subscription's offer allows"
    );
    let listed = operator.get(&metals.path("/switches"));
    let listed = listed["items"].as_array().unwrap();
    assert_eq!((listed.len(), &listed[0]["offer"]), (1, &json!(metals.gold)));
    assert_eq!(listed[0]["direction"], "upgrade");
}

#[test]
fn an_order_changes_a_plan_by_the_same_rules() {
    let metals = Metals::of_may();
    metals.market.advance_to("2026-05-11");
    let item = json!({
        "action": "modify", "subscription": metals.subscription, "offer": metals.gold,
    });
    let body = json!({ "account": metals.account["id"], "items": [item] });
    let order = metals.market.operator().post("/orders", &body);
    assert_eq!(order["state"], "completed", "{order}");
    assert_eq!(metals.market.operator().get(&metals.path(""))["offer"], metals.gold);
    expect!["Changed on 2026-05-11 to Gold: Month for 21 of 31 days: 8.12"]
        .assert_eq(&metals.notes().join("\n"));
}

#[test]
fn a_preview_takes_off_what_a_coupon_takes_off_the_invoice() {
    let metals = Metals::of_may();
    let operator = metals.market.operator();
    let off = json!({
        "name": { "en": "Spring" }, "access": "coupon", "lasting": "always", "percent": "50",
    });
    let off = operator.post("/discounts", &off);
    operator.post("/coupons", &json!({ "code": "SPRING", "discount": off["id"] }));

    let of = json!({ "account": metals.account["id"], "code": "SPRING" });
    operator.post("/redemptions", &of);
    metals.market.advance_to("2026-05-11");
    let to_gold = json!({ "offer": metals.gold });
    let preview = metals.preview(&to_gold);
    metals.change(&to_gold);
    metals.market.advance_to("2026-06-02");
    let (invoiced, sums) = metals.last();
    assert!(invoiced.contains("with the coupon SPRING"), "{invoiced}");
    assert_eq!(invoiced, crate::harness::market::lines(&preview["next_invoice"]));
    let gross = text(&preview["next_invoice"]["gross"]["amount"]);
    assert!(sums.contains(&format!("= {gross} EUR")), "{sums}");
    assert_eq!(preview["charge"]["gross"]["amount"], "8.12", "half of 16.26: {preview}");
}

/// What a buyer may not have is not offered to it: what is less begins when what is paid for is over.
#[test]
fn a_buyer_is_offered_only_the_days_on_which_its_plan_may_change() {
    let market = Market::on("2026-05-01");
    let (house, operator) = (&market.house, market.operator());
    let silver = market.offer("Silver", &[monthly("Month", "EUR", "10")]);
    let gold = market.offer("Gold", &[monthly("Month", "EUR", "20")]);
    let ways =
        |to: &str, direction: &str| json!({ "switches": [{ "to": to, "direction": direction }] });
    operator.patch(&format!("/offers/{gold}"), &ways(&silver, "downgrade"));
    operator.patch(&format!("/offers/{silver}"), &ways(&gold, "upgrade"));
    let account = json!({ "id": house.customer.account });
    let buyer = house.client(&house.customer.admin);
    let when = |by: &Client<'_>, of: &str| {
        by.get(&format!("/subscriptions/{of}/switches"))["items"][0]["when"].clone()
    };
    let had = market.order(&account, &gold, 1);
    assert_eq!(when(&buyer, &had), json!(["period_end"]));
    assert_eq!(when(&operator, &had), json!(["now", "period_end"]), "who gives credit may");
    let less = json!({ "offer": silver, "at": "now" });
    let refused = buyer.call(&format!("POST /subscriptions/{had}/change"), Some(&less));
    assert_eq!(refused.json()["errors"][0]["pointer"], "/at", "{}", refused.json());
    let had = market.order(&account, &silver, 1);
    assert_eq!(when(&buyer, &had), json!(["now", "period_end"]));
}
