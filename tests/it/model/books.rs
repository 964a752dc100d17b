//! The naive books: what an appliance must say of its customers, computed from the rules in the
//! plainest way there is, with lists and loops and nothing kept that can be summed again.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};
use tillbox::domain::time::Date;

/// The percentage of tax on everything.
const TAX_PERCENT: i64 = 20;
/// An invoice is due so many days after its own.
const DUE_DAYS: i64 = 9;

/// That something is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused;

/// An amount in minor units.
pub(crate) type Minor = i64;

/// A customer with all that it bought, owes and paid.
#[derive(Debug, Clone)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) currency: &'static str,
    /// How many digits a minor unit is behind the point.
    pub(crate) digits: u32,
    began_on: Date,
    next_bill_on: Option<Date>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) invoices: Vec<Invoice>,
    pub(crate) payments: Vec<Payment>,
    /// What credit notes gave and nothing has used yet.
    note_credit: Minor,
}

/// What is bought: so much a unit and month, in advance, and so much for what is used, in arrears.
#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    monthly: Decimal,
    per_use: Decimal,
    pub(crate) quantity: i64,
    /// How many there were from a day on.
    held: BTreeMap<Date, i64>,
    /// Since when, until when and for how many the month is paid.
    monthly_from: Date,
    monthly_until: Date,
    paid_for: i64,
    used_until: Date,
    used: Vec<(Date, i64)>,
    ended_on: Option<Date>,
    pub(crate) is_held: bool,
}

/// A line as far as money goes.
#[derive(Debug, Clone, Copy)]
struct Line {
    exact: Decimal,
    net: Minor,
    is_credited: bool,
}

/// What was demanded.
#[derive(Debug, Clone)]
pub(crate) struct Invoice {
    pub(crate) id: String,
    /// The day on which it was asked for last.
    asked_on: Date,
    lines: Vec<Line>,
    /// The tax of each line, as the invoice shows it; it sums to what is computed here.
    pub(crate) line_taxes: Vec<Minor>,
    pub(crate) tax: Minor,
    pub(crate) paid: Minor,
    /// Whether it was told that it is overdue.
    is_told: bool,
    pub(crate) credited: Minor,
    written_off: Minor,
}

/// Money that came in.
#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(crate) id: String,
    amount: Minor,
    pub(crate) refunded: Minor,
    /// What of it settles which invoice, by its place.
    allocations: Vec<(usize, Minor)>,
}

fn booked(exact: Decimal, digits: u32) -> Minor {
    let rounded = exact.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    let minor = rounded * Decimal::from(10_i64.pow(digits));
    i64::try_from(minor.trunc()).expect("an amount of a test")
}

impl Subscription {
    pub(crate) fn new(
        id: String,
        (monthly, per_use): (&str, &str),
        quantity: i64,
        on: Date,
    ) -> Self {
        let figure = |it: &str| it.parse().expect("a figure");
        Self {
            id,
            monthly: figure(monthly),
            per_use: figure(per_use),
            quantity,
            held: BTreeMap::from([(on, quantity)]),
            monthly_from: on,
            monthly_until: on,
            paid_for: 0,
            used_until: on,
            used: Vec::new(),
            ended_on: None,
            is_held: false,
        }
    }

    pub(crate) fn is_living(&self) -> bool {
        self.ended_on.is_none()
    }

    /// Whether it has ended and nothing of it is left to be charged.
    fn is_over(&self) -> bool {
        self.ended_on.is_some_and(|it| self.monthly_until >= it) && self.is_used_up()
    }

    /// The first day after the last on which it may have been used: that on which it ended is the
    /// last one.
    fn used_to(&self) -> Option<Date> {
        self.ended_on.map(|it| it.plus_days(1))
    }

    fn is_used_up(&self) -> bool {
        self.used_to().is_some_and(|it| self.used_until >= it)
    }

    /// Whether what is used on a day counts.
    pub(crate) fn serves(&self, day: Date) -> bool {
        self.used_to().is_none_or(|it| day < it)
    }

    pub(crate) fn state(&self) -> &'static str {
        match (self.ended_on, self.is_held) {
            (Some(_), _) => "recoverable",
            (None, true) => "held_administratively",
            (None, false) => "active",
        }
    }

    pub(crate) fn hold(&mut self) -> Result<(), Refused> {
        self.turn(false, true)
    }

    pub(crate) fn release(&mut self) -> Result<(), Refused> {
        self.turn(true, false)
    }

    fn turn(&mut self, from: bool, to: bool) -> Result<(), Refused> {
        if !self.is_living() || self.is_held != from {
            return Err(Refused);
        }
        self.is_held = to;
        Ok(())
    }

    pub(crate) fn change(&mut self, quantity: i64, on: Date) -> Result<(), Refused> {
        if !self.is_living() || self.is_held || quantity < 1 {
            return Err(Refused);
        }
        self.quantity = quantity;
        self.held.insert(on, quantity);
        Ok(())
    }

    fn held_on(&self, day: Date) -> i64 {
        self.held.range(..=day).next_back().map_or(0, |it| *it.1)
    }

    pub(crate) fn cancel(&mut self, on: Date) -> Result<(), Refused> {
        if !self.is_living() {
            return Err(Refused);
        }
        self.ended_on = Some(on);
        Ok(())
    }

    pub(crate) fn uses(&mut self, on: Date, quantity: i64) {
        self.used.push((on, quantity));
    }
}

impl Invoice {
    pub(crate) fn gross(&self) -> Minor {
        self.lines.iter().map(|it| it.net).sum::<i64>() + self.tax
    }

    pub(crate) fn open(&self) -> Minor {
        self.gross() - self.paid - self.credited - self.written_off
    }

    /// Whether credit notes took back all of it.
    fn is_taken_back(&self) -> bool {
        let noted = self.lines.iter().zip(&self.line_taxes).filter(|it| it.0.is_credited);
        noted.map(|(line, tax)| line.net + tax).sum::<Minor>() >= self.gross()
    }

    /// What can be paid of it: what is open, or what was given up where nothing is.
    fn payable(&self) -> Minor {
        if self.open() == 0 { self.written_off } else { self.open() }
    }

    pub(crate) fn state(&self, today: Date) -> &'static str {
        match self.open() {
            0 if self.written_off > 0 => "written_off",
            0 if self.paid == 0 && self.is_taken_back() => "credited",
            0 => "paid",
            _ if self.asked_on.plus_days(DUE_DAYS) < today => "overdue",
            _ => "open",
        }
    }

    pub(crate) fn nets(&self) -> Vec<Minor> {
        self.lines.iter().map(|it| it.net).collect()
    }
}

impl Payment {
    pub(crate) fn unallocated(&self) -> Minor {
        self.amount - self.refunded - self.allocations.iter().map(|it| it.1).sum::<i64>()
    }

    pub(crate) fn left(&self) -> Minor {
        self.amount - self.refunded
    }

    fn allocate(&mut self, invoice: usize, amount: Minor) {
        match self.allocations.iter_mut().find(|it| it.0 == invoice) {
            Some(known) => known.1 += amount,
            None => self.allocations.push((invoice, amount)),
        }
    }
}

impl Customer {
    pub(crate) fn new(id: String, (currency, digits): (&'static str, u32), on: Date) -> Self {
        Self {
            id,
            currency,
            digits,
            began_on: on,
            next_bill_on: None,
            subscriptions: Vec::new(),
            invoices: Vec::new(),
            payments: Vec::new(),
            note_credit: 0,
        }
    }

    /// The month of the customer in which a day lies: its first day, and the first after it.
    fn month(&self, day: Date) -> (Date, Date) {
        let begins = |it: u32| self.began_on.plus_months(it);
        let this = (0..).find(|it| begins(it + 1) > day).expect("time goes on");
        (begins(this), begins(this + 1))
    }

    /// The first day from one on at which a month begins.
    fn billing_day(&self, from: Date) -> Date {
        let (begin, end) = self.month(from);
        if begin == from { begin } else { end }
    }

    pub(crate) fn buys(&mut self, subscription: Subscription, on: Date) {
        self.is_billed_from(on);
        self.subscriptions.push(subscription);
    }

    /// Says that there is something new to bill.
    pub(crate) fn is_billed_from(&mut self, on: Date) {
        let next = self.billing_day(on);
        self.next_bill_on = Some(self.next_bill_on.map_or(next, |it| it.min(next)));
    }

    /// Lets a day begin, or go on: what is to be billed on it is.
    pub(crate) fn lives_through(&mut self, day: Date) {
        if self.next_bill_on.is_some_and(|it| it <= day) {
            self.bill(day);
        }
        for place in 0..self.invoices.len() {
            let it = &self.invoices[place];
            if it.is_told || it.state(day) != "overdue" {
                continue;
            }
            // Nobody is reminded of what there is credit for.
            self.use_up();
            let it = &mut self.invoices[place];
            it.is_told = it.open() > 0;
        }
    }

    /// Lets all that was paid or given settle what is open, what was asked for first first.
    fn use_up(&mut self) {
        (0..self.invoices.len()).for_each(|it| self.use_credit(it));
    }

    fn bill(&mut self, on: Date) {
        let mut lines = Vec::new();
        for place in 0..self.subscriptions.len() {
            self.charge_months(place, on, &mut lines);
            self.charge_use(place, on, &mut lines);
        }
        let is_over = self.subscriptions.iter().all(Subscription::is_over);
        self.next_bill_on = (!is_over).then(|| self.billing_day(on.plus_days(1)));
        lines.retain(|it| it.net != 0);
        if lines.is_empty() {
            return;
        }
        let hundred = Decimal::from(100);
        let taxes = lines.iter().map(|it| it.exact * Decimal::from(TAX_PERCENT) / hundred);
        let tax = booked(taxes.sum(), self.digits);
        let (id, line_taxes) = (String::new(), Vec::new());
        let (paid, credited, written_off) = (0, 0, 0);
        self.invoices.push(Invoice {
            id,
            asked_on: on,
            lines,
            line_taxes,
            tax,
            paid,
            credited,
            written_off,
            is_told: false,
        });
        self.use_credit(self.invoices.len() - 1);
    }

    fn charge_months(&mut self, place: usize, on: Date, lines: &mut Vec<Line>) {
        loop {
            self.charge_added(place, on, lines);
            let it = &self.subscriptions[place];
            let from = it.monthly_until;
            let (begin, end) = self.month(from);
            let until = it.ended_on.map_or(end, |it| it.min(end));
            if from >= until || from > on {
                return;
            }
            let units = it.held_on(from);
            let whole = it.monthly * Decimal::from(units);
            lines.push(self.part(whole, (from, until), (begin, end)));
            let it = &mut self.subscriptions[place];
            (it.monthly_from, it.monthly_until, it.paid_for) = (from, until, units);
        }
    }

    /// What came within the month that is paid, from its day on.
    fn charge_added(&mut self, place: usize, on: Date, lines: &mut Vec<Line>) {
        let it = self.subscriptions[place].clone();
        if it.monthly_from == it.monthly_until {
            return;
        }
        let mut paid_for = it.paid_for;
        let until = it.ended_on.map_or(it.monthly_until, |end| end.min(it.monthly_until));
        for (day, units) in it.held.range(it.monthly_from..it.monthly_until) {
            if *day <= on && *day < until && *units > paid_for {
                let whole = it.monthly * Decimal::from(units - paid_for);
                lines.push(self.part(whole, (*day, until), self.month(*day)));
                paid_for = *units;
            }
        }
        self.subscriptions[place].paid_for = paid_for;
    }

    fn part(&self, whole: Decimal, used: (Date, Date), of: (Date, Date)) -> Line {
        let (used, of) = (used.1.days_since(used.0), of.1.days_since(of.0));
        let exact =
            if used == of { whole } else { whole * Decimal::from(used) / Decimal::from(of) };
        Line { exact, net: booked(exact, self.digits), is_credited: false }
    }

    fn charge_use(&mut self, place: usize, on: Date, lines: &mut Vec<Line>) {
        loop {
            let it = &self.subscriptions[place];
            let from = it.used_until;
            let (_, end) = self.month(from);
            let until = it.used_to().map_or(end, |it| it.min(end));
            if from >= until || until > on {
                return;
            }
            let in_it = it.used.iter().filter(|it| from <= it.0 && it.0 < until);
            let exact = it.per_use * Decimal::from(in_it.map(|it| it.1).sum::<i64>());
            lines.push(Line { exact, net: booked(exact, self.digits), is_credited: false });
            self.subscriptions[place].used_until = until;
        }
    }

    fn use_credit(&mut self, invoice: usize) {
        let it = &mut self.invoices[invoice];
        let amount = self.note_credit.min(it.open());
        it.credited += amount;
        self.note_credit -= amount;
        for payment in &mut self.payments {
            let amount = payment.unallocated().min(it.open());
            if amount > 0 {
                payment.allocate(invoice, amount);
                it.paid += amount;
            }
        }
    }

    /// What is owed, and what was paid or given without being owed.
    pub(crate) fn balance(&self) -> (Minor, Minor) {
        let owed = self.invoices.iter().map(Invoice::open).sum();
        (owed, self.note_credit + self.payments.iter().map(Payment::unallocated).sum::<i64>())
    }

    /// Pays, and settles what is told or what is due first.
    pub(crate) fn pays(
        &mut self,
        amount: Minor,
        told: Option<(usize, Minor)>,
    ) -> Result<(), Refused> {
        if amount <= 0 {
            return Err(Refused);
        }
        let allocations = Vec::new();
        let payment = Payment { id: String::new(), amount, refunded: 0, allocations };
        self.payments.push(payment);
        let settled = self.settles(self.payments.len() - 1, told);
        if settled.is_err() {
            self.payments.pop();
        }
        settled
    }

    /// Lets what is left of a payment settle what is told, or what is due first.
    pub(crate) fn settles(
        &mut self,
        payment: usize,
        told: Option<(usize, Minor)>,
    ) -> Result<(), Refused> {
        let it = &mut self.payments[payment];
        if let Some((invoice, amount)) = told {
            let most = self.invoices.get(invoice).map_or(0, Invoice::payable);
            if amount <= 0 || amount > most || amount > it.unallocated() {
                return Err(Refused);
            }
            it.allocate(invoice, amount);
            // What was given up and is paid after all is no loss any more.
            if self.invoices[invoice].open() == 0 {
                self.invoices[invoice].written_off -= amount;
            }
            self.invoices[invoice].paid += amount;
            return Ok(());
        }
        for (place, invoice) in self.invoices.iter_mut().enumerate() {
            let amount = it.unallocated().min(invoice.open());
            if amount > 0 {
                it.allocate(place, amount);
                invoice.paid += amount;
            }
        }
        Ok(())
    }

    /// Gives money back: what settles nothing, and then what settled invoices last; what credit notes
    /// gave settles these instead, and what is open again is asked for anew.
    pub(crate) fn refunds(
        &mut self,
        payment: usize,
        amount: Minor,
        today: Date,
    ) -> Result<(), Refused> {
        let it = &mut self.payments[payment];
        if amount <= 0 || amount > it.left() {
            return Err(Refused);
        }
        let mut missing = amount - it.unallocated();
        while missing > 0 {
            let (invoice, part) = it.allocations.pop().expect("what is not free is allocated");
            let taken = part.min(missing);
            if taken < part {
                it.allocations.push((invoice, part - taken));
            }
            missing -= taken;
            let again = self.note_credit.min(taken);
            self.note_credit -= again;
            self.invoices[invoice].paid -= taken;
            self.invoices[invoice].credited += again;
            if taken > again && self.invoices[invoice].open() == taken - again {
                self.invoices[invoice].asked_on = today;
                self.invoices[invoice].is_told = false;
            }
        }
        self.payments[payment].refunded += amount;
        Ok(())
    }

    /// Credits lines of an invoice: one, or all that are left.
    pub(crate) fn credits(&mut self, invoice: usize, line: Option<usize>) -> Result<(), Refused> {
        let it = &mut self.invoices[invoice];
        let mut gross = 0;
        for (place, each) in it.lines.iter_mut().enumerate() {
            if !each.is_credited && line.is_none_or(|wanted| wanted == place) {
                each.is_credited = true;
                gross += each.net + it.line_taxes[place];
            }
        }
        if gross == 0 {
            return Err(Refused);
        }
        let settles = gross.min(it.open());
        let loss = (gross - settles).min(it.written_off);
        it.written_off -= loss;
        it.credited += settles + loss;
        self.note_credit += gross - settles - loss;
        self.use_up();
        Ok(())
    }

    pub(crate) fn gives_up(&mut self, invoice: usize) -> Result<(), Refused> {
        let it = &mut self.invoices[invoice];
        if it.open() == 0 {
            return Err(Refused);
        }
        it.written_off += it.open();
        Ok(())
    }
}
