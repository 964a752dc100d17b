//! Payment plans: an open balance spread over instalments.
//!
//! A plan is about invoices, and what settles these settles its instalments, the earliest first: it
//! has no money of its own. While it is kept to, its invoices are not reminded of; an instalment
//! that is not paid in time is.

use serde::{Deserialize, Serialize};

use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, BillingAccountId, InvoiceId, PaymentPlanId};
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::stamp::Stamp;
use crate::domain::time::{Date, Instant, Span, Zone};
use crate::domain::word::words;

/// How many instalments a plan may have.
pub const INSTALMENTS_MAX: u16 = 120;

words! {
    /// How far a payment plan has come.
    State {
        /// Its instalments fall due.
        Active = "active";
        /// All of them were paid.
        Completed = "completed";
        /// It was called off: what is open is due at once.
        Canceled = "canceled";
    }
}

/// An open balance spread over instalments. Dunning follows these instead of the invoices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentPlan {
    /// Its identity.
    pub id: PaymentPlanId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Who pays.
    pub account: AccountId,
    /// For which billing account.
    pub billing_account: BillingAccountId,
    /// The invoices it is about.
    pub invoices: Vec<InvoiceId>,
    /// How often.
    pub every: Span,
    state: State,
    instalments: Vec<Instalment>,
    /// Up to which day it was told what is overdue.
    told_to: Option<Date>,
    /// When the next instalment is overdue of which that was not told.
    overdue_at: Option<Instant>,
    /// Up to which day it was told what falls due.
    announced_to: Option<Date>,
    /// When it is told of the next instalment that it falls due.
    announced_at: Option<Instant>,
}

/// So many days before an instalment is due it is told of that.
pub const ANNOUNCED_DAYS: i64 = 3;

/// One payment of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    /// Until when it is to be paid.
    pub due_on: Date,
    /// How much.
    pub amount: Money,
    /// How much of that was paid.
    pub paid: Money,
    /// How much of what is not paid is disputed: nobody is reminded of that.
    pub disputed: Money,
}

/// What is to be paid of the invoices of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owing {
    /// How much of them is open.
    pub open: Money,
    /// How much of that is disputed.
    pub disputed: Money,
}

/// What is to be paid of a plan before what is due later than that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When the first instalment of it is due.
    pub due_on: Date,
    /// How much it is.
    pub amount: Money,
}

/// Spreads a total evenly over instalments; cents that do not divide go to the first.
///
/// # Errors
/// If the total is not more than nothing, or there are none or too many instalments.
pub fn spread(
    total: Money,
    count: u16,
    first_on: Date,
    every: Span,
) -> Result<Vec<Instalment>, Rejection> {
    if total.as_minor() <= 0 {
        let why = format!("`{total}` cannot be spread: a plan is about more than nothing");
        return Err(Rejection::new(Code::AmountOutOfRange, why));
    }
    if !(1..=INSTALMENTS_MAX).contains(&count) || every.count == 0 {
        let why = format!("`{count}` instalments every `{every}` are no plan; use 1 to 120");
        return Err(Rejection::new(Code::AmountOutOfRange, why));
    }
    let parts = total.split(&vec![1; usize::from(count)]).expect("there is a part to give to");
    let instalment = |(times, amount): (u32, Money)| Instalment {
        due_on: every.after(first_on, times),
        amount,
        paid: Money::zero(total.currency()),
        disputed: Money::zero(total.currency()),
    };
    Ok((0..).zip(parts).map(instalment).collect())
}

impl Instalment {
    /// What is still to be paid of it and not disputed.
    ///
    /// # Errors
    /// If that is too much, which cannot be.
    pub fn undisputed(&self) -> Result<Money, MoneyError> {
        self.amount.minus(self.paid)?.minus(self.disputed)
    }

    fn is_paid(&self) -> bool {
        self.paid == self.amount
    }

    /// Whether somebody is to pay something of it, which is not so while the rest is disputed.
    fn is_owed(&self) -> bool {
        self.undisputed().is_ok_and(|it| it.as_minor() > 0)
    }
}

impl PaymentPlan {
    /// A plan of which nothing is paid yet, in a zone where it is a day.
    #[must_use]
    pub fn agreed(
        (id, stamp): (PaymentPlanId, Stamp),
        (account, billing_account): (AccountId, BillingAccountId),
        (invoices, every): (Vec<InvoiceId>, Span),
        instalments: Vec<Instalment>,
        zone: Zone,
    ) -> (Self, Verb) {
        let told_with_it = zone.date_of(stamp.created_at).plus_days(ANNOUNCED_DAYS);
        let plan = Self {
            id,
            stamp,
            account,
            billing_account,
            invoices,
            every,
            state: State::Active,
            told_to: None,
            overdue_at: None,
            announced_to: Some(told_with_it),
            announced_at: None,
            instalments,
        };
        (plan.timed(zone), Verb::Created)
    }

    /// The plan when so much of its invoices is open: what was paid are its first instalments, and
    /// what is disputed the first of the others.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn followed(self, owing: Owing, zone: Zone) -> Result<Self, MoneyError> {
        let Owing { open, mut disputed } = owing;
        if self.state != State::Active {
            return Ok(self);
        }
        let nothing = Money::zero(open.currency());
        let total = Money::sum(self.instalments.iter().map(|it| it.amount), open.currency())?;
        let mut left = total.minus(open)?;
        let mut plan = self;
        for it in &mut plan.instalments {
            let paid = left.at_most(it.amount)?;
            it.paid = if paid.is_negative() { nothing } else { paid };
            left = left.minus(it.paid)?;
            it.disputed = disputed.at_most(it.amount.minus(it.paid)?)?;
            disputed = disputed.minus(it.disputed)?;
        }
        if open.as_minor() <= 0 {
            plan.state = State::Completed;
        }
        Ok(plan.timed(zone))
    }

    /// The plan with the moments at which something is told of it.
    fn timed(self, zone: Zone) -> Self {
        let at = |it: Date| zone.start_of(it);
        let (overdue_at, announced_at) =
            (self.next_overdue().map(at), self.next_announced().map(at));
        Self { overdue_at, announced_at, ..self }
    }

    /// The plan of which it is told that an instalment is overdue; `None` if none is just now.
    #[must_use]
    pub fn overdue(self, (now, zone): (Instant, Zone)) -> Option<(Self, Verb)> {
        let is_late = self.overdue_at().is_some_and(|it| it <= now);
        let told = Self { told_to: Some(zone.date_of(now)), ..self };
        is_late.then(|| (told.timed(zone), Verb::Overdue))
    }

    /// The plan of which it is told that an instalment falls due soon; `None` if none does just now. Nobody is
    /// told that something falls due which is overdue already.
    #[must_use]
    pub fn announced(self, (now, zone): (Instant, Zone)) -> Option<(Self, Verb)> {
        self.announced_at.filter(|it| *it <= now)?;
        let today = zone.date_of(now);
        let is_news = self.soon(today).is_some();
        let told = Self { announced_to: Some(today.plus_days(ANNOUNCED_DAYS)), ..self };
        Some((told.timed(zone), if is_news { Verb::Announced } else { Verb::Changed }))
    }

    /// The first instalment that is due on a day or soon after it.
    #[must_use]
    pub fn soon(&self, on: Date) -> Option<&Instalment> {
        let until = on.plus_days(ANNOUNCED_DAYS);
        let mut open = self.instalments.iter().filter(|it| it.is_owed());
        open.find(|it| on <= it.due_on && it.due_on <= until)
    }

    /// When something is told of it next.
    #[must_use]
    pub fn next_at(&self) -> Option<Instant> {
        self.overdue_at.into_iter().chain(self.announced_at).min()
    }

    /// The plan called off: its invoices are to be paid as if there had been none.
    ///
    /// # Errors
    /// If it is over.
    pub fn cancel(self) -> Result<(Self, Verb), Rejection> {
        match self.state {
            State::Active => {
                let (overdue_at, announced_at) = (None, None);
                let canceled = Self { state: State::Canceled, overdue_at, announced_at, ..self };
                Ok((canceled, Verb::Canceled))
            }
            State::Completed | State::Canceled => {
                let why = format!("cannot cancel a payment plan that is `{}`", self.state);
                Err(Rejection::new(Code::PaymentStateForbids, why))
            }
        }
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// What is to be paid when.
    #[must_use]
    pub fn instalments(&self) -> &[Instalment] {
        &self.instalments
    }

    /// In which currency.
    ///
    /// # Panics
    /// If it has no instalments, which cannot be.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.instalments.first().expect("a plan has instalments").amount.currency()
    }

    /// When the next instalment is overdue, unless it is paid before.
    #[must_use]
    pub const fn overdue_at(&self) -> Option<Instant> {
        self.overdue_at
    }

    /// When the first instalment that is not paid is due.
    #[must_use]
    pub fn next_due_on(&self) -> Option<Date> {
        self.instalments.iter().find(|it| !it.is_paid()).map(|it| it.due_on)
    }

    /// How much of it is due on a day: what is not paid of the instalments up to then, and of the next
    /// one, which is paid first.
    ///
    /// # Errors
    /// If that is too much, which cannot be.
    pub fn due(&self, on: Date) -> Result<Option<Due>, MoneyError> {
        let Some(due_on) = self.next_due_on() else { return Ok(None) };
        let due = self.instalments.iter().filter(|it| it.due_on <= on.max(due_on));
        let open = due.map(|it| it.amount.minus(it.paid));
        let amount = open.reduce(|sum, it| sum?.plus(it?)).transpose()?;
        Ok(amount.map(|amount| Due { due_on, amount }))
    }

    /// The instalments that are overdue on a day, as far as they are not disputed as a whole.
    pub fn late(&self, on: Date) -> impl Iterator<Item = &Instalment> {
        self.past(on).filter(|it| it.is_owed())
    }

    /// Whether an instalment would be overdue on a day if it were not disputed as a whole.
    #[must_use]
    pub fn is_disputed(&self, on: Date) -> bool {
        self.past(on).any(|it| !it.is_paid() && !it.is_owed())
    }

    /// The instalments that were to be paid before a day.
    fn past(&self, on: Date) -> impl Iterator<Item = &Instalment> {
        let all = if self.state == State::Active { &self.instalments[..] } else { &[] };
        all.iter().filter(move |it| it.due_on < on)
    }

    /// The first day on which it is told of an instalment that it falls due.
    fn next_announced(&self) -> Option<Date> {
        let mut open = self.instalments.iter().filter(|it| it.is_owed());
        let is_news = |it: &&Instalment| self.announced_to.is_none_or(|told| told < it.due_on);
        let next = open.find(is_news).filter(|_| self.state == State::Active);
        next.map(|it| it.due_on.plus_days(-ANNOUNCED_DAYS))
    }

    /// The first day on which an instalment is overdue of which that was not told yet.
    fn next_overdue(&self) -> Option<Date> {
        let mut open = self.instalments.iter().filter(|it| it.is_owed());
        let is_news = |it: &&Instalment| self.told_to.is_none_or(|told| told <= it.due_on);
        let next = open.find(is_news).filter(|_| self.state == State::Active);
        next.map(|it| it.due_on.plus_days(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros, id, stamp};

    fn plan() -> PaymentPlan {
        let parts = spread(euros("100"), 3, date("2026-01-31"), Span::months(1)).expect("a plan");
        let invoices = (vec![id(4)], Span::months(1));
        PaymentPlan::agreed((id(1), stamp()), (id(2), id(3)), invoices, parts, Zone::UTC).0
    }

    fn shown(it: &PaymentPlan, on: &str) -> String {
        let each = it.instalments().iter().map(|it| it.paid.decimal().to_string());
        let late: Vec<_> = it.late(date(on)).map(|it| it.due_on.to_string()).collect();
        format!("{}: {} late {late:?}", it.state(), each.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_balance_is_spread_without_losing_a_cent_and_the_day_does_not_drift() {
        let plan = plan();
        let rows: Vec<_> =
            plan.instalments().iter().map(|it| format!("{} {}", it.due_on, it.amount)).collect();
        assert_eq!(rows, ["2026-01-31 33.34 EUR", "2026-02-28 33.33 EUR", "2026-03-31 33.33 EUR"]);
    }

    #[test]
    fn what_settles_its_invoices_settles_the_earliest_instalments() {
        for (open, on, expected) in [
            ("100", "2026-01-31", "active: 0.00 0.00 0.00 late []"),
            ("100", "2026-02-01", r#"active: 0.00 0.00 0.00 late ["2026-01-31"]"#),
            ("60", "2026-02-01", "active: 33.34 6.66 0.00 late []"),
            ("60", "2026-03-01", r#"active: 33.34 6.66 0.00 late ["2026-02-28"]"#),
            ("0", "2026-03-01", "completed: 33.34 33.33 33.33 late []"),
            ("110", "2026-02-01", r#"active: 0.00 0.00 0.00 late ["2026-01-31"]"#),
        ] {
            let owing = Owing { open: euros(open), disputed: euros("0") };
            let followed = plan().followed(owing, Zone::UTC).expect("a sum");
            assert_eq!(shown(&followed, on), expected, "{open} open on {on}");
        }
    }

    #[test]
    fn what_is_disputed_rests_from_the_first_instalment_on_that_is_not_paid() {
        for (open, disputed, late, overdue_on) in [
            ("100", "0", "33.34", Some("2026-02-01")),
            ("100", "10", "23.34", Some("2026-02-01")),
            ("100", "33.34", "", Some("2026-03-01")),
            ("100", "80", "", Some("2026-04-01")),
            ("100", "100", "", None),
            ("90", "23.34", "", Some("2026-03-01")),
        ] {
            let (on, owing) = (date("2026-02-15"), (euros(open), euros(disputed)));
            let owing = Owing { open: owing.0, disputed: owing.1 };
            let followed = plan().followed(owing, Zone::UTC).expect("a sum");
            let amounts = followed.late(on).map(|it| it.undisputed().expect("a sum").decimal());
            let amounts: Vec<_> = amounts.map(|it| it.to_string()).collect();
            assert_eq!(amounts.join(" "), late, "{disputed} of {open} disputed");
            assert_eq!(followed.is_disputed(on), late.is_empty(), "{disputed} of {open} disputed");
            let next = followed.overdue_at().map(|it| Zone::UTC.date_of(it));
            assert_eq!(next, overdue_on.map(date), "{disputed} of {open} disputed");
        }
    }

    #[test]
    fn each_instalment_is_told_as_overdue_once() {
        let mut plan = plan();
        let mut told = Vec::new();
        while let Some(at) = plan.overdue_at() {
            told.push(Zone::UTC.date_of(at).to_string());
            plan = plan.overdue((at, Zone::UTC)).expect("it is late").0;
        }
        assert_eq!(told, ["2026-02-01", "2026-03-01", "2026-04-01"]);
    }

    #[test]
    fn each_instalment_is_announced_once_unless_it_is_paid_before() {
        let owing = |open: &str| Owing { open: euros(open), disputed: euros("0") };
        let days = |mut plan: PaymentPlan| {
            let mut told = Vec::new();
            while let Some(at) = plan.announced_at {
                let (next, verb) = plan.announced((at, Zone::UTC)).expect("it is near");
                told.push(format!("{} {verb:?}", Zone::UTC.date_of(at)));
                plan = next;
            }
            told
        };
        let all = ["2026-01-28 Announced", "2026-02-25 Announced", "2026-03-28 Announced"];
        assert_eq!(days(plan()), all);
        let paid = plan().followed(owing("60"), Zone::UTC).expect("a sum");
        assert_eq!(days(paid), all[1..]);
        assert!(days(plan().cancel().expect("it is active").0).is_empty());
        // Whoever looks a month too late does not announce what is overdue.
        let late = (Zone::UTC.start_of(date("2026-02-10")), Zone::UTC);
        let (late, verb) = plan().announced(late).expect("it was near");
        assert_eq!(
            (verb, days(late)),
            (Verb::Changed, all[1..].iter().map(|it| (*it).to_owned()).collect())
        );
    }

    #[test]
    fn what_is_overdue_and_not_told_yet_is_told_whatever_was_paid_in_between() {
        let at = |on: &str| (Zone::UTC.start_of(date(on)), Zone::UTC);
        let owing = |open: &str| Owing { open: euros(open), disputed: euros("0") };
        // On the day on which the first is overdue, a part of it is paid before anybody has looked.
        let followed = plan().followed(owing("90"), Zone::UTC).expect("a sum");
        assert_eq!(followed.overdue_at(), Some(at("2026-02-01").0));
        let (told, verb) = followed.overdue(at("2026-02-03")).expect("it is late");
        assert_eq!((verb, told.overdue_at()), (Verb::Overdue, Some(at("2026-03-01").0)));
        // What was told is not told again; what is paid in time is not told at all.
        let followed = told.followed(owing("70"), Zone::UTC).expect("a sum");
        assert_eq!(followed.overdue_at(), Some(at("2026-03-01").0));
        let followed = followed.followed(owing("33.33"), Zone::UTC).expect("a sum");
        assert_eq!(followed.overdue_at(), Some(at("2026-04-01").0));
    }

    #[test]
    fn what_is_due_of_a_plan_is_what_is_late_and_the_next_instalment() {
        for (open, on, expected) in [
            ("100", "2026-01-01", "2026-01-31 33.34"),
            ("100", "2026-02-01", "2026-01-31 33.34"),
            ("100", "2026-02-28", "2026-01-31 66.67"),
            ("60", "2026-02-01", "2026-02-28 26.67"),
            ("60", "2026-12-01", "2026-02-28 60.00"),
        ] {
            let owing = Owing { open: euros(open), disputed: euros("0") };
            let followed = plan().followed(owing, Zone::UTC).expect("a sum");
            let due = followed.due(date(on)).expect("a sum").expect("something");
            let found = format!("{} {}", due.due_on, due.amount.decimal());
            assert_eq!(found, expected, "{open} open on {on}");
        }
        let owing = Owing { open: euros("0"), disputed: euros("0") };
        let paid = plan().followed(owing, Zone::UTC).expect("a sum");
        assert_eq!(paid.due(date("2026-02-01")), Ok(None));
    }

    #[test]
    fn a_plan_is_called_off_once() {
        let (canceled, verb) = plan().cancel().expect("it is active");
        assert_eq!((verb, canceled.overdue_at()), (Verb::Canceled, None));
        assert_eq!(canceled.late(date("2026-12-01")).count(), 0);
        assert_eq!(canceled.cancel().map_err(|it| it.code), Err(Code::PaymentStateForbids));
    }

    #[test]
    fn what_is_no_plan_is_refused() {
        let first_on = date("2026-01-31");
        for (total, count, every) in [
            ("0", 3, Span::months(1)),
            ("-1", 3, Span::months(1)),
            ("1", 0, Span::months(1)),
            ("1", 121, Span::months(1)),
            ("1", 3, Span::months(0)),
        ] {
            let refused = spread(euros(total), count, first_on, every).map_err(|it| it.code);
            assert_eq!(refused, Err(Code::AmountOutOfRange), "{total} {count} {every}");
        }
    }
}
