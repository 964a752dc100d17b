//! The same seed, the same life: ten years of business, told twice by the same script, leave the same
//! bytes. So a failure that was seen once can be seen again.

use serde_json::{Value, json};
use tillbox::domain::operator::Actor;
use tillbox::domain::time::Date;
use tillbox::store::Store;
use tillbox::store::backup::{Contents, contents};

use crate::harness::app::App;
use crate::harness::chance::Chance;
use crate::harness::house::House;
use crate::harness::market::{Market, monthly, text};
use crate::harness::scale::{is_thorough, rounds};

const DAY: &str = "2026-01-31";
/// How long it lives; in a plain run two years do.
const YEARS: u32 = 10;
/// How many subscriptions a customer has in the beginning.
const EACH: u64 = 5;

/// Who lives.
struct Life {
    market: Market,
    chance: Chance,
    offers: Vec<String>,
    accounts: Vec<Value>,
    subscriptions: Vec<String>,
    events: u64,
}

impl Life {
    fn begin(seed: u64, subscriptions: u64) -> Self {
        let app = App::over_again(Store::memory().unwrap(), DAY, seed);
        let market = Market::in_house(House::in_app(app), DAY);
        let use_price = json!({
            "name": "Use", "kind": "usage", "currency": "EUR", "meter": market.meter,
            "model": { "kind": "graduated", "tiers": [
                { "up_to": "10", "per_unit": "0.3" }, { "up_to": null, "per_unit": "0.07" },
            ] },
        });
        let mut yearly = monthly("Care", "EUR", "119");
        yearly["period"] = json!("1 year");
        let offers = vec![
            market.offer("Server", &[monthly("Fee", "EUR", "19.99"), use_price]),
            market.offer("Support", &[yearly]),
        ];
        let (accounts, bought) = (Vec::new(), Vec::new());
        let chance = Chance::seeded(seed);
        let mut life = Self { market, chance, offers, accounts, subscriptions: bought, events: 0 };
        for number in 0..subscriptions.div_ceil(EACH) {
            let account = life.market.customer(&format!("Customer {number}"), "EUR");
            life.accounts.push(account);
        }
        (0..subscriptions).for_each(|number| life.order((number / EACH) as usize));
        life
    }

    fn order(&mut self, who: usize) {
        let offer = self.offers[usize::from(self.chance.hits(1, 4))].clone();
        let quantity = 1 + self.chance.below(3) as u32;
        let bought = self.market.order(&self.accounts[who], &offer, quantity);
        self.subscriptions.push(bought);
    }

    fn any(&mut self) -> usize {
        self.chance.below(self.accounts.len() as u64) as usize
    }

    /// What happens in a month, before the next one begins.
    fn month(&mut self, today: Date) {
        let operator = self.market.operator();
        let mut events = Vec::new();
        for subscription in &self.subscriptions {
            if self.chance.hits(1, 3) {
                self.events += 1;
                events.push(json!({
                    "id": format!("e{}", self.events), "subscription": subscription,
                    "meter": self.market.meter, "quantity": self.chance.below(40) as u32,
                    "at": format!("{today}T00:00:00Z"),
                }));
            }
        }
        operator.post("/usage", &json!({ "events": events }));
        for _ in 0..self.accounts.len() / 2 {
            let who = self.any();
            let account = self.accounts[who]["id"].clone();
            let cents = 1 + self.chance.below(9_000);
            let amount = json!({ "amount": format!("{}.{:02}", cents / 100, cents % 100), "currency": "EUR" });
            let operator = self.market.operator();
            let paid = operator.post("/payments", &json!({ "account": account, "amount": amount }));
            if self.chance.hits(1, 10) {
                let back = json!({ "amount": paid["amount"], "reopens": true });
                operator.post(&format!("/payments/{}/refund", text(&paid["id"])), &back);
            }
        }
        if self.chance.hits(1, 4) {
            let place = self.chance.below(self.subscriptions.len() as u64) as usize;
            let gone = self.subscriptions.swap_remove(place);
            self.market.operator().post(&format!("/subscriptions/{gone}/cancel"), &json!({}));
            let who = self.any();
            self.order(who);
        }
    }
}

/// Lives so many years, and tells what is left of them: the contents of all tables, and how many
/// invoices there were.
fn live(seed: u64, subscriptions: u64, years: u32) -> (Contents, u64) {
    let mut life = Life::begin(seed, subscriptions);
    let begin: Date = DAY.parse().unwrap();
    for month in 1..=years * 12 {
        life.month(begin.plus_months(month - 1));
        let to = format!("{}T00:00:00Z", begin.plus_months(month));
        life.market.operator().post("/clock/advance", &json!({ "to": to }));
    }
    life.market.must_be_whole();
    let bss = &life.market.house.app.bss;
    let left = bss.read(&Actor::duty("test"), |cx| Ok(contents(cx.view)?)).unwrap();
    let invoices = left.iter().find(|it| it.0.0 == "invoice").map_or(0, |it| it.1.rows);
    (left, invoices)
}

#[test]
fn ten_years_with_the_same_seed_leave_the_same_bytes() {
    let years = if is_thorough() { YEARS } else { 2 };
    let (subscriptions, lives) = (rounds(200, 500), rounds(10, 500).div_ceil(10));
    for seed in 1..=lives {
        let ((first, invoices), (second, _)) =
            (live(seed, subscriptions, years), live(seed, subscriptions, years));
        let differ: Vec<_> = first.iter().filter(|it| second.get(it.0) != Some(it.1)).collect();
        assert!(differ.is_empty() && first.len() == second.len(), "seed {seed}: {differ:?}");
        let due = subscriptions.div_ceil(EACH) * u64::from(years) * 12;
        assert!(invoices > due * 9 / 10, "{invoices} invoices");
        println!(
            "{subscriptions} subscriptions, {years} years, {invoices} invoices, twice the same"
        );
    }
    assert_ne!(live(1, 5, years).0, live(2, 5, years).0, "another seed is another life");
}
