//! The play: day by day, what the script says happens, and the clock does the rest.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::cast;
use super::script::{Act, Curve, Habit, Member, Order, Script};
use super::stage::{HOUSE, Stage, text};
use super::usage;
use crate::cli::failure::Failure;
use crate::domain::time::{Date, Instant, Zone};

/// On these days of a month somebody at least looks at what there is to pay and to count.
const ROUNDS: [u32; 5] = [4, 11, 18, 25, 31];
/// So long a card is good for after the story has ended.
const CARD_MONTHS: u32 = 60;
/// So many events are reported at once.
const EVENTS_MAX: usize = 5000;

/// The days of a play.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    /// The first day of the first month.
    pub(super) start: Date,
    /// When it ends.
    pub(super) end: Instant,
}

impl Calendar {
    /// The day of a month of the story; the last of the month where it has no such day.
    fn day(self, (month, day): (u32, u32)) -> Date {
        let first = self.start.plus_months(month);
        let last = first.plus_months(1).plus_days(-1);
        first.plus_days(i64::from(day) - 1).min(last)
    }

    /// In which month of the story a day lies.
    fn month_of(self, day: Date) -> u32 {
        (0..).take_while(|it| self.start.plus_months(it + 1) <= day).count().try_into().unwrap_or(0)
    }

    fn noon(day: Date) -> Instant {
        Zone::UTC.start_of(day).plus_seconds(12 * 3600)
    }

    /// When the clock stops for something to be done.
    fn stops(self, script: &Script) -> BTreeSet<Instant> {
        let months = 0..=self.month_of(Zone::UTC.date_of(self.end));
        let rounds = months.flat_map(|month| ROUNDS.map(|day| (month, day)));
        let (cast, story) = (&script.cast, &script.story);
        let told = cast.accounts.iter().map(|it| it.on);
        let told = told.chain(story.orders.iter().map(|it| it.on));
        let told = told.chain(story.acts.iter().map(|it| it.on));
        let all = rounds.chain(told).map(|it| Self::noon(self.day(it)));
        all.filter(|it| *it < self.end).chain([self.end]).collect()
    }
}

/// What is under way.
struct Play<'a> {
    stage: &'a mut Stage,
    script: &'a Script,
    calendar: Calendar,
    password: &'a str,
    /// Orders whose subscriptions have no names yet.
    open_orders: Vec<(String, &'a Order)>,
    /// Up to when each curve is reported.
    reported: BTreeMap<usize, Instant>,
}

/// Plays the script to its end.
pub(super) fn play(
    stage: &mut Stage,
    script: &Script,
    calendar: Calendar,
    password: &str,
) -> Result<(), Failure> {
    let (open_orders, reported) = (Vec::new(), BTreeMap::new());
    let mut play = Play { stage, script, calendar, password, open_orders, reported };
    for stop in calendar.stops(script) {
        play.stop(stop)?;
    }
    play.leave_cards()
}

impl<'a> Play<'a> {
    fn stop(&mut self, at: Instant) -> Result<(), Failure> {
        self.pass_to(at)?;
        self.name_subscriptions()?;
        self.report(at)?;
        let today = Zone::UTC.date_of(at);
        let is_noon = at == Calendar::noon(today);
        let (script, calendar): (&'a Script, _) = (self.script, self.calendar);
        let is_now = |on: (u32, u32)| is_noon && calendar.day(on) == today;
        for member in script.cast.accounts.iter().filter(|it| is_now(it.on)) {
            self.enter(member)?;
        }
        for order in script.story.orders.iter().filter(|it| is_now(it.on)) {
            self.place(order)?;
        }
        for act in script.story.acts.iter().filter(|it| is_now(it.on)) {
            self.act(act)?;
        }
        self.pay(today)
    }

    fn pass_to(&self, at: Instant) -> Result<(), Failure> {
        self.stage.post(HOUSE, "/clock/advance", &json!({ "to": at.to_string() })).map(|_| ())
    }

    fn enter(&mut self, member: &Member) -> Result<(), Failure> {
        if self.stage.knows(&member.key) {
            return Ok(());
        }
        cast::open(self.stage, member, self.password)
    }

    fn place(&mut self, order: &'a Order) -> Result<(), Failure> {
        let body = json!({ "account": format!("@{}", order.account), "items": order.items });
        let placed = self.stage.post(&order.by, "/orders", &body)?;
        self.open_orders.push((text(&placed, "id").to_owned(), order));
        Ok(())
    }

    /// Gives the subscriptions that have come of orders their names.
    fn name_subscriptions(&mut self) -> Result<(), Failure> {
        for (id, order) in std::mem::take(&mut self.open_orders) {
            let found = self.stage.get(&format!("/orders/{id}"))?;
            let items = found.get("items").and_then(Value::as_array);
            let made = items.into_iter().flatten().map(|it| text(it, "subscription"));
            for (name, subscription) in order.names.iter().zip(made).filter(|it| !it.1.is_empty()) {
                self.stage.name(name, subscription);
            }
            if text(&found, "state") != "completed" {
                self.open_orders.push((id, order));
            }
        }
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<(), Failure> {
        if let Some((account, place)) = &act.invoice {
            let invoices = self.invoices(&format!("account={}", self.stage.id(account)?))?;
            let named = place.checked_sub(1).and_then(|it| invoices.get(it));
            let missing = || format!("`{account}` has no invoice {place} yet");
            let named = named.ok_or_else(|| Failure::Refused(missing()))?;
            self.stage.name("invoice", text(named, "id"));
        }
        self.stage.post(&act.by, &act.post, &Value::Object(act.body.clone())).map(|_| ())
    }

    /// The invoices that a query finds, the oldest first.
    fn invoices(&self, query: &str) -> Result<Vec<Value>, Failure> {
        let path = format!("/invoices?limit=1000&order=oldest&{query}");
        let mut found = self.stage.get(&path)?;
        let items = found.get_mut("items").and_then(Value::as_array_mut);
        Ok(items.map(std::mem::take).unwrap_or_default())
    }

    /// Reports what was used since the last time.
    fn report(&mut self, at: Instant) -> Result<(), Failure> {
        let mut events = Vec::new();
        for (place, curve) in self.script.story.usage.iter().enumerate() {
            if !self.stage.knows(&curve.subscription) {
                continue;
            }
            // The first time it is only noted that the subscription is there from now on.
            if let Some(from) = self.reported.insert(place, at) {
                self.used(curve, (from, at), &mut events);
            }
        }
        for batch in events.chunks(EVENTS_MAX) {
            let told = self.stage.post(HOUSE, "/usage", &json!({ "events": batch }))?;
            // What no price charges is refused as well: somebody has confused two subscriptions.
            let about = |list: &str| told.get(list).and_then(Value::as_array)?.first();
            if let Some(refused) = about("rejected").or_else(|| about("unrated")) {
                return Err(Failure::Refused(format!("usage of the demo was refused: {refused}")));
            }
        }
        Ok(())
    }

    /// An event for each day of a stretch of time.
    fn used(&self, curve: &Curve, (from, to): (Instant, Instant), events: &mut Vec<Value>) {
        let until = curve.until.map(|it| self.calendar.day(it));
        let mut day = Zone::UTC.date_of(from);
        while Zone::UTC.start_of(day) < to {
            let at = Zone::UTC.start_of(day).plus_seconds(9 * 3600);
            let is_over = until.is_some_and(|it| it <= day);
            let thousandths = usage::thousandths(curve, day, self.calendar.month_of(day));
            if from < at && at <= to && !is_over && thousandths > 0 {
                events.push(json!({
                    "source": "metering",
                    "id": format!("{}/{}/{day}", curve.subscription, curve.meter),
                    "subscription": format!("@{}", curve.subscription),
                    "meter": format!("@{}", curve.meter),
                    "quantity": Decimal::new(thousandths, 3).to_string(),
                    "at": at.to_string(),
                }));
            }
            day = day.plus_days(1);
        }
    }

    /// Lets everybody pay what it is its habit to pay by a day.
    fn pay(&self, today: Date) -> Result<(), Failure> {
        for state in ["open", "overdue"] {
            for invoice in self.invoices(&format!("state={state}"))? {
                self.pay_one(&invoice, today)?;
            }
        }
        Ok(())
    }

    fn pay_one(&self, invoice: &Value, today: Date) -> Result<(), Failure> {
        let habit = self.habit(text(invoice, "account"));
        let Ok(issued_on) = text(invoice, "issued_on").parse::<Date>() else { return Ok(()) };
        let month = self.calendar.month_of(issued_on);
        let refuses = habit.until_month.is_some_and(|it| it <= month);
        if refuses || today < issued_on.plus_days(habit.after_days) {
            return Ok(());
        }
        let amount = |name: &str| invoice.get(name).map(|it| text(it, "amount"));
        let due = match habit.partly {
            Some((of, _)) if of == month && amount("due") != amount("gross") => None,
            Some((of, percent)) if of == month => amount("gross").and_then(|it| share(it, percent)),
            Some(_) | None => amount("due").map(str::to_owned),
        };
        let Some(due) = due else { return Ok(()) };
        let amount = json!({ "amount": due, "currency": text(invoice, "currency") });
        let body = json!({
            "billing_account": text(invoice, "billing_account"),
            "amount": amount,
            "reference": text(invoice, "number"),
            "received_on": today.to_string(),
            "allocations": [{ "invoice": text(invoice, "id"), "amount": amount }],
        });
        self.stage.post(HOUSE, "/payments", &body).map(|_| ())
    }

    /// Leaves the cards of those who go on paying when the clock moves on and nobody plays them any more.
    fn leave_cards(&self) -> Result<(), Failure> {
        let expires = Zone::UTC.date_of(self.calendar.end).plus_months(CARD_MONTHS).to_string();
        let stays = |it: &&Member| it.pays.card && self.stage.knows(&it.key);
        for member in self.script.cast.accounts.iter().filter(stays) {
            let card = json!({
                "kind": "card", "gateway": "sandbox", "token": "sandbox_ok", "brand": "Visa",
                "last_digits": "4242", "expires": expires.get(..7),
            });
            let path = format!("/accounts/@{}/payment_methods", member.key);
            let made = self.stage.post(HOUSE, &path, &card)?;
            let path = format!("/payment_methods/{}/default", text(&made, "id"));
            self.stage.post(HOUSE, &path, &json!({}))?;
        }
        Ok(())
    }

    fn habit(&self, account: &str) -> Habit {
        let is_it = |it: &&Member| self.stage.id(&it.key).is_ok_and(|id| id == account);
        let found = self.script.cast.accounts.iter().find(is_it);
        found.map(|it| it.pays.clone()).unwrap_or_default()
    }
}

/// So many percent of an amount, to the cent.
fn share(amount: &str, percent: u32) -> Option<String> {
    let amount: Decimal = amount.parse().ok()?;
    let share = amount.checked_mul(Decimal::new(percent.into(), 2))?;
    Some(share.round_dp(amount.scale()).to_string())
}
