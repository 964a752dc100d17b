//! A program: what is done is drawn by chance, done to the appliance and to the books, and compared.

use std::collections::{BTreeMap, VecDeque};

use axum::http::StatusCode;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tillbox::domain::time::Date;

use super::books::{Customer, Invoice, Minor, Payment, Refused, Subscription};
use crate::harness::chance::Chance;
use crate::harness::market::{Market, text};

/// The day on which every program begins: from the 31st on, months are of any length.
const DAY: &str = "2027-12-31";
/// How many customers there are at most.
const CUSTOMERS_MAX: usize = 6;
/// How many living subscriptions one of them has at most.
const SUBSCRIPTIONS_MAX: usize = 4;
/// So many steps before a failure are told.
const TOLD_MAX: usize = 80;
/// After so many steps everything is compared, and not only what was touched.
const STEPS_BETWEEN: u64 = 100;

/// The currencies, with their digits and what a unit costs in each a month and a use.
const CURRENCIES: [(&str, u32, &str, &str); 3] =
    [("EUR", 2, "9.99", "0.035"), ("JPY", 0, "1480", "3.7"), ("KWD", 3, "3.3335", "0.0125")];

/// A program as it runs.
pub(crate) struct Program {
    seed: u64,
    steps: u64,
    chance: Chance,
    market: Market,
    offer: String,
    today: Date,
    customers: Vec<Customer>,
    /// What is being done, for who reads a failure.
    trail: String,
    /// The last of what was done before.
    before: VecDeque<String>,
}

/// An amount as one writes it.
fn money(minor: Minor, of: &Customer) -> Value {
    let amount = Decimal::new(minor, of.digits);
    json!({ "amount": amount.to_string(), "currency": of.currency })
}

/// An amount as it was answered, in minor units.
fn minor(it: &Value, of: &Customer) -> Minor {
    assert_eq!(it["currency"], of.currency, "{it}");
    let amount: Decimal = text(&it["amount"]).parse().unwrap();
    assert!(amount.scale() <= of.digits, "{it}");
    i64::try_from((amount * Decimal::from(10_i64.pow(of.digits))).trunc()).unwrap()
}

impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.before.iter().for_each(|it| println!("{it}"));
        }
    }
}

impl Program {
    pub(crate) fn of(seed: u64) -> Self {
        let market = Market::on(DAY);
        let mut prices = Vec::new();
        for (currency, _, monthly, per_use) in CURRENCIES {
            let per_unit = |it: &str| json!({ "kind": "per_unit", "per_unit": it });
            prices.push(json!({
                "name": "Fee", "kind": "recurring", "currency": currency, "model": per_unit(monthly),
            }));
            prices.push(json!({
                "name": "Use", "kind": "usage", "currency": currency, "meter": market.meter,
                "model": per_unit(per_use),
            }));
        }
        let offer = market.offer("Anything", &prices);
        let today = DAY.parse().unwrap();
        let (steps, customers, trail) = (0, Vec::new(), String::new());
        let before = VecDeque::new();
        Self {
            seed,
            steps,
            chance: Chance::seeded(seed),
            market,
            offer,
            today,
            customers,
            trail,
            before,
        }
    }

    /// Does the next thing.
    pub(crate) fn step(&mut self) {
        self.steps += 1;
        self.before.push_back(std::mem::take(&mut self.trail));
        if self.before.len() > TOLD_MAX {
            self.before.pop_front();
        }
        self.trail = format!("seed {}, step {} on {}: ", self.seed, self.steps, self.today);
        let draw = self.chance.below(100);
        if self.customers.is_empty() || (draw < 4 && self.customers.len() < CUSTOMERS_MAX) {
            self.open();
        } else if draw < 16 {
            self.advance();
        } else {
            let who = self.chance.below(self.customers.len() as u64) as usize;
            self.deal(who, draw);
            self.compare_balance(who);
        }
        self.books_are_balanced();
        if self.steps.is_multiple_of(STEPS_BETWEEN) {
            (0..self.customers.len()).for_each(|it| self.compare(it));
        }
    }

    /// Compares all that there is, once more and from the ground.
    pub(crate) fn end(&mut self) {
        (0..self.customers.len()).for_each(|it| self.compare(it));
        self.market.must_be_whole();
        let left = self.market.operator().get("/billing_runs/left");
        assert_eq!(left["nothing_left"], true, "{left}");
    }

    fn deal(&mut self, who: usize, draw: u64) {
        match draw {
            0..28 => self.buy(who),
            28..44 => self.touch(who),
            44..58 => self.uses(who),
            58..74 => self.pay(who),
            74..80 => self.allocate(who),
            80..88 => self.refund(who),
            88..95 => self.credit(who),
            _ => self.give_up(who),
        }
    }

    /// Asks the appliance, and makes sure that it does what the books say.
    fn ask(&mut self, path: &str, body: &Value, expected: Result<(), Refused>) -> Value {
        self.trail += &format!("POST {path} {body}");
        let answer = self.market.operator().call(&format!("POST {path}"), Some(body));
        let is_refused =
            [StatusCode::CONFLICT, StatusCode::UNPROCESSABLE_ENTITY].contains(&answer.status);
        let is_so = if expected.is_ok() { answer.status.is_success() } else { is_refused };
        let (told, said) = (&self.trail, String::from_utf8_lossy(&answer.body));
        assert!(is_so, "{told}\n{} {said}, and the books say {expected:?}", answer.status);
        answer.json()
    }

    fn open(&mut self) {
        let (currency, digits, ..) = self.chance.pick(&CURRENCIES);
        let body = json!({
            "name": format!("Customer {}", self.customers.len()),
            "address": { "street": "Ring 1", "city": "Berlin", "country": "DE" }, "billing": { "currency": currency },
        });
        let id = text(&self.ask("/accounts", &body, Ok(()))["id"]);
        self.customers.push(Customer::new(id, (currency, digits), self.today));
    }

    fn advance(&mut self) {
        let days = self.chance.pick(&[1, 1, 2, 3, 7, 14]);
        for _ in 0..days {
            self.today = self.today.plus_days(1);
            self.customers.iter_mut().for_each(|it| it.lives_through(self.today));
        }
        let to = json!({ "to": format!("{}T00:00:00Z", self.today) });
        self.ask("/clock/advance", &to, Ok(()));
        (0..self.customers.len()).for_each(|it| self.learn_invoices(it));
    }

    fn buy(&mut self, who: usize) {
        let it = &self.customers[who];
        let living = it.subscriptions.iter().filter(|it| it.is_living()).count();
        if living >= SUBSCRIPTIONS_MAX {
            return self.touch(who);
        }
        let quantity = 1 + self.chance.below(5) as i64;
        let item = json!({ "offer": self.offer, "quantity": quantity });
        let order = self.ask("/orders", &json!({ "account": it.id, "items": [item] }), Ok(()));
        let id = text(&order["items"][0]["subscription"]);
        let currency = self.customers[who].currency;
        let (.., monthly, per_use) = CURRENCIES.into_iter().find(|it| it.0 == currency).unwrap();
        let bought = Subscription::new(id, (monthly, per_use), quantity, self.today);
        self.customers[who].buys(bought, self.today);
        self.keep_duties(who);
    }

    /// What the duties find to do now, they and the books do.
    fn keep_duties(&mut self, who: usize) {
        self.market.house.app.keep_duties();
        self.customers[who].lives_through(self.today);
        self.learn_invoices(who);
    }

    /// One of so many, or none if there are none.
    fn any(&mut self, of: usize) -> Option<usize> {
        (of > 0).then(|| self.chance.below(of as u64) as usize)
    }

    /// Does something to a subscription.
    fn touch(&mut self, who: usize) {
        let Some(which) = self.any(self.customers[who].subscriptions.len()) else { return };
        let (draw, quantity) = (self.chance.below(8), self.chance.below(6) as i64);
        let (today, it) = (self.today, &mut self.customers[who].subscriptions[which]);
        let before = it.quantity;
        let (verb, body, expected) = match draw {
            0..2 => ("hold", json!({}), it.hold()),
            2..5 => ("release", json!({}), it.release()),
            5..7 => ("change", json!({ "quantity": quantity }), it.change(quantity, today)),
            _ => ("cancel", json!({ "refund_to": "nowhere" }), it.cancel(today)),
        };
        let (path, is_new) = (format!("/subscriptions/{}/{verb}", it.id), it.quantity != before);
        if is_new {
            self.customers[who].is_billed_from(today);
        }
        self.ask(&path, &body, expected);
        self.keep_duties(who);
        let it = &self.customers[who].subscriptions[which];
        let found = self.market.operator().get(&format!("/subscriptions/{}", it.id));
        let told = &self.trail;
        assert_eq!(
            (&found["state"], &found["quantity"]),
            (&json!(it.state()), &json!(it.quantity)),
            "{told}"
        );
    }

    fn uses(&mut self, who: usize) {
        let Some(which) = self.any(self.customers[who].subscriptions.len()) else { return };
        let quantity = 1 + self.chance.below(300) as i64;
        let (today, it) = (self.today, &mut self.customers[who].subscriptions[which]);
        let event = json!({
            "id": format!("event-{}", self.steps), "subscription": it.id,
            "meter": self.market.meter, "quantity": quantity, "at": format!("{today}T00:00:00Z"),
        });
        let accepted = u64::from(it.serves(today));
        if it.serves(today) {
            it.uses(today, quantity);
        }
        let said = self.ask("/usage", &json!({ "events": [event] }), Ok(()));
        assert_eq!(said["accepted"], accepted, "{} {said}", self.trail);
    }

    /// An invoice and an amount that somebody might tell of it, right or wrong.
    fn told(&mut self, who: usize) -> Option<(usize, Minor)> {
        let which = self.any(self.customers[who].invoices.len())?;
        let open = self.customers[who].invoices[which].open();
        let amount = self.chance.pick(&[open, open, open + 1, open / 2, 1]);
        Some((which, amount)).filter(|_| self.chance.hits(1, 2))
    }

    fn allocations(&self, who: usize, told: Option<(usize, Minor)>) -> Value {
        let of = &self.customers[who];
        told.map_or(Value::Null, |(which, amount)| {
            json!([{ "invoice": of.invoices[which].id, "amount": money(amount, of) }])
        })
    }

    fn pay(&mut self, who: usize) {
        let told = self.told(who);
        let (owed, _) = self.customers[who].balance();
        let any = self.chance.below(20_000) as i64;
        let amount =
            self.chance.pick(&[owed, owed, any, any, owed / 2, 0, told.map_or(1, |it| it.1)]);
        let body = json!({
            "account": self.customers[who].id, "amount": money(amount, &self.customers[who]),
            "allocations": self.allocations(who, told),
        });
        let expected = self.customers[who].pays(amount, told);
        let said = self.ask("/payments", &body, expected);
        if expected.is_ok() {
            let of = &mut self.customers[who];
            let payment = of.payments.last_mut().unwrap();
            payment.id = text(&said["id"]);
            let unallocated = payment.unallocated();
            assert_eq!(minor(&said["unallocated"], of), unallocated, "{}", self.trail);
        }
    }

    fn allocate(&mut self, who: usize) {
        let Some(which) = self.any(self.customers[who].payments.len()) else { return };
        let told = self.told(who);
        let body = json!({ "allocations": self.allocations(who, told) });
        let expected = self.customers[who].settles(which, told);
        let id = self.customers[who].payments[which].id.clone();
        self.ask(&format!("/payments/{id}/allocate"), &body, expected);
    }

    fn refund(&mut self, who: usize) {
        let Some(which) = self.any(self.customers[who].payments.len()) else { return };
        let it = &self.customers[who].payments[which];
        let (left, free) = (it.left(), it.unallocated());
        let any = self.chance.below(left.unsigned_abs() + 1) as i64;
        let amount = self.chance.pick(&[left, free, free + 1, any, any, left + 1]);
        let body = json!({ "amount": money(amount, &self.customers[who]), "reopens": true });
        let expected = self.customers[who].refunds(which, amount, self.today);
        let id = self.customers[who].payments[which].id.clone();
        self.ask(&format!("/payments/{id}/refund"), &body, expected);
    }

    fn credit(&mut self, who: usize) {
        let Some(which) = self.any(self.customers[who].invoices.len()) else { return };
        let nets = self.customers[who].invoices[which].nets();
        let line = self.any(nets.len()).filter(|_| self.chance.hits(2, 3));
        let lines = line.map_or(
            Value::Null,
            |it| json!([{ "line": it, "net": money(nets[it], &self.customers[who]) }]),
        );
        let expected = self.customers[who].credits(which, line);
        let id = self.customers[who].invoices[which].id.clone();
        let body = json!({ "reason": "Kindness", "lines": lines });
        self.ask(&format!("/invoices/{id}/credit"), &body, expected);
    }

    fn give_up(&mut self, who: usize) {
        let Some(which) = self.any(self.customers[who].invoices.len()) else { return };
        let expected = self.customers[who].gives_up(which);
        let id = self.customers[who].invoices[which].id.clone();
        self.ask(&format!("/invoices/{id}/write_off"), &json!({}), expected);
    }

    /// Everything of an account in a list, the oldest first.
    fn list(&self, path: &str, who: usize) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let account = &self.customers[who].id;
            let path = format!("{path}account={account}&order=oldest&limit=1000{cursor}");
            let page = self.market.operator().get(&path);
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// Learns what the new invoices are called, and compares what they demand.
    fn learn_invoices(&mut self, who: usize) {
        if self.customers[who].invoices.last().is_none_or(|it| !it.id.is_empty()) {
            return;
        }
        let ids: Vec<_> =
            self.list("/invoices?fields=id&", who).iter().map(|it| text(&it["id"])).collect();
        let of = &mut self.customers[who];
        assert_eq!(ids.len(), of.invoices.len(), "{}: {} has so many", self.trail, of.id);
        for (place, id) in ids.into_iter().enumerate() {
            if of.invoices[place].id.is_empty() {
                let found = self.market.operator().get(&format!("/invoices/{id}"));
                let lines = found["lines"].as_array().unwrap();
                let amounts = |name: &str| lines.iter().map(|it| minor(&it[name], of)).collect();
                let (nets, taxes): (Vec<_>, Vec<_>) = (amounts("net"), amounts("tax"));
                let it = &of.invoices[place];
                assert_eq!(nets, it.nets(), "{}: {found:#}", self.trail);
                assert_eq!(taxes.iter().sum::<i64>(), it.tax, "{}: {found:#}", self.trail);
                (of.invoices[place].id, of.invoices[place].line_taxes) = (id, taxes);
            }
        }
    }

    fn compare_balance(&self, who: usize) {
        let of = &self.customers[who];
        let found = self.market.operator().get(&format!("/accounts/{}/balance", of.id));
        let amount = |name: &str| minor(&found["balances"][0][name], of);
        let said = (amount("receivable"), amount("credit"));
        assert_eq!(said, of.balance(), "{}: {} owes and has", self.trail, of.id);
    }

    /// Compares all that there is of a customer.
    fn compare(&self, who: usize) {
        let (of, told) = (&self.customers[who], &self.trail);
        self.compare_balance(who);
        let found = self.list("/invoices?fields=id,state,gross,paid,credited,due&", who);
        let said = |it: &Value| {
            let amount = |name: &str| minor(&it[name], of);
            let amounts = ["gross", "paid", "credited", "due"].map(amount);
            (text(&it["id"]), text(&it["state"]), amounts)
        };
        let expected = |it: &Invoice| {
            let amounts = [it.gross(), it.paid, it.credited, it.open()];
            (it.id.clone(), it.state(self.today).to_owned(), amounts)
        };
        let found: Vec<_> = found.iter().map(said).collect();
        assert_eq!(found, of.invoices.iter().map(expected).collect::<Vec<_>>(), "{told}");
        let found = self.list("/payments?fields=id,unallocated,refunded&", who);
        let said = |it: &Value| {
            (text(&it["id"]), minor(&it["unallocated"], of), minor(&it["refunded"], of))
        };
        let expected = |it: &Payment| (it.id.clone(), it.unallocated(), it.refunded);
        let found: Vec<_> = found.iter().map(said).collect();
        assert_eq!(found, of.payments.iter().map(expected).collect::<Vec<_>>(), "{told}");
        let found = self.list("/subscriptions?fields=id,state,quantity&", who);
        let said = |it: &Value| (text(&it["id"]), text(&it["state"]), it["quantity"].as_i64());
        let expected =
            |it: &Subscription| (it.id.clone(), it.state().to_owned(), Some(it.quantity));
        let found: Vec<_> = found.iter().map(said).collect();
        assert_eq!(found, of.subscriptions.iter().map(expected).collect::<Vec<_>>(), "{told}");
    }

    /// The sums of all books are nothing, in each currency.
    fn books_are_balanced(&self) {
        let found = self.market.operator().get("/balances");
        let mut sums = BTreeMap::<String, Decimal>::new();
        for it in found["items"].as_array().unwrap() {
            let amount: Decimal = text(&it["amount"]["amount"]).parse().unwrap();
            *sums.entry(text(&it["amount"]["currency"])).or_default() += amount;
        }
        assert!(sums.values().all(Decimal::is_zero), "{}: {sums:?}", self.trail);
    }
}
