//! When a billing account is billed next: on the first day of each cycle, shifted as it says.

use serde::{Deserialize, Serialize};

use super::{BillingAccount, BillingState};
use crate::domain::account::cycle::Cycle;
use crate::domain::billing::cycle::period_of;
use crate::domain::billing::due::BillDay;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::time::{Date, Instant, Period};
use crate::domain::word::words;

/// When a billing account is billed next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextBill {
    /// The billing date, in its zone.
    pub on: Date,
    /// When it is billed: as that day begins, later by the hours in which its seller looks at what
    /// is to be issued, or later still where it failed before.
    pub at: Instant,
    /// How often it failed.
    pub failures: u32,
}

words! {
    /// Whether there will be more to bill.
    Outlook {
        /// Something runs on, or was not charged yet.
        More = "more";
        /// Everything has ended and is charged.
        Nothing = "nothing";
    }
}

/// The first billing date from a day on; `None` beyond the years that can be written.
#[must_use]
pub fn first_billing_date(cycle: Cycle, began_on: Date, from: Date) -> Option<Date> {
    let shift = i64::from(cycle.shift_days);
    let period = period_of(cycle, began_on, from.plus_days(-shift).max(began_on))?;
    let date = period.start().plus_days(shift);
    Some(if date < from { period.end().plus_days(shift) } else { date })
}

impl BillingAccount {
    /// When it is billed next; `None` while there is nothing to bill.
    #[must_use]
    pub const fn next_bill(&self) -> Option<NextBill> {
        self.next_bill
    }

    /// The billing account with something on it that is to be billed: what is new today is billed
    /// today if today is a billing date, without being looked at for `review_hours`, because its
    /// buyer waits for it; and else on the next billing date, after those hours.
    ///
    /// # Errors
    /// If no invoice is made of it any more.
    pub fn begin(self, now: Instant, review_hours: u16) -> Result<(Self, Verb), Rejection> {
        let (begun, verb) = match self.state {
            BillingState::Defined => self.activate()?,
            BillingState::Active | BillingState::PendingUpdate | BillingState::Suspended => {
                (self, Verb::Changed)
            }
            BillingState::PendingClosed | BillingState::Closed => return Err(self.refused("use")),
        };
        let today = begun.terms.zone.date_of(now);
        let next = match begun.billing_from(today, review_hours)? {
            next if next.on == today => begun.billing_from(today, 0)?,
            next => next,
        };
        let sooner = begun.next_bill.filter(|it| it.on <= next.on);
        Ok((Self { next_bill: Some(sooner.unwrap_or(next)), ..begun }, verb))
    }

    /// The billing account billed on the day from which its planned terms hold, if that comes before its
    /// next billing date: what is charged afterwards is charged up to that day then.
    #[must_use]
    pub fn billed_before_turning(self, review_hours: u16) -> Self {
        let Some(from_on) = self.planned.map(|it| it.from_on) else { return self };
        let at = reviewed_at(self.terms.zone.start_of(from_on), review_hours);
        let sooner = |it: NextBill| match from_on < it.on {
            true => NextBill { on: from_on, at, failures: 0 },
            false => it,
        };
        Self { next_bill: self.next_bill.map(sooner), ..self }
    }

    /// The billing date, if terms that are planned hold from it on and it is in the middle of a cycle:
    /// periods that run end there.
    #[must_use]
    pub fn cut_on(&self, on: Date) -> Option<Date> {
        let begins = |on: Date| period_of(self.terms.cycle, self.began_on, on).map(Period::start);
        let from_on = self.planned.map(|it| it.from_on);
        from_on.filter(|it| *it == on && begins(on) != Some(on))
    }

    /// The cycle into which it turns with its bill of a billing date, and the first day of that; nothing if it stays
    /// in its own. What is paid ahead from that day on is for the periods of that.
    #[must_use]
    pub fn turns(&self, on: Date) -> Option<(Date, Cycle)> {
        let planned = self.planned.filter(|it| it.from_on <= on)?;
        let cycle = planned.terms.cycle;
        (cycle != self.terms.cycle).then_some((planned.from_on, cycle))
    }

    /// A billing date as bills look at it.
    #[must_use]
    pub fn bill_day(&self, on: Date) -> BillDay {
        BillDay { on, cut_on: self.cut_on(on), turns: self.turns(on) }
    }

    /// The billing account after its bill of a billing date: it turns into its next cycle, or is
    /// closed if it was called off and nothing is left to bill. The next bill can be looked at for
    /// `review_hours` from its billing date on.
    ///
    /// # Errors
    /// If no invoice is made of it.
    pub fn billed(self, on: Date, outlook: Outlook, review_hours: u16) -> Result<Self, Rejection> {
        if self.state == BillingState::PendingClosed && outlook == Outlook::Nothing {
            return Ok(Self { next_bill: None, ..self.finish()?.0 });
        }
        let turned = self.turn(on)?;
        let next_bill = match outlook {
            Outlook::More => Some(turned.billing_from(on.plus_days(1), review_hours)?),
            Outlook::Nothing => None,
        };
        Ok(Self { next_bill, ..turned })
    }

    /// The billing account whose bill failed: it is tried again as the next day begins.
    #[must_use]
    pub fn not_billed(self, now: Instant) -> Self {
        let tomorrow = self.terms.zone.date_of(now).plus_days(1);
        let at = self.terms.zone.start_of(tomorrow);
        let again = |it: NextBill| NextBill { at, failures: it.failures.saturating_add(1), ..it };
        Self { next_bill: self.next_bill.map(again), ..self }
    }

    /// The billing account whose bill failed, to be tried again at once.
    #[must_use]
    pub fn tried_again(self, now: Instant) -> Self {
        let again = |it: NextBill| NextBill { at: it.at.min(now), ..it };
        Self { next_bill: self.next_bill.map(again), ..self }
    }

    /// The last billing date up to a day from its next one on; `None` if there is none.
    #[must_use]
    pub fn last_billing_date(&self, through: Date) -> Option<Date> {
        let first = self.next_bill.map(|it| it.on).filter(|it| *it <= through)?;
        let mut last = first;
        while let Some(next) =
            first_billing_date(self.terms.cycle, self.began_on, last.plus_days(1))
            && next <= through
        {
            last = next;
        }
        Some(last)
    }

    /// Whether its billing date has come and its seller still looks at what will be issued.
    #[must_use]
    pub fn is_in_review(&self, now: Instant) -> bool {
        let today = self.terms.zone.date_of(now);
        self.next_bill.is_some_and(|it| it.on <= today && it.failures == 0 && now < it.at)
    }

    fn billing_from(&self, from: Date, review_hours: u16) -> Result<NextBill, Rejection> {
        let on = first_billing_date(self.terms.cycle, self.began_on, from).ok_or_else(|| {
            let why = "the next billing date lies beyond the years that can be written";
            Rejection::new(Code::BillingInputIncomplete, why)
        })?;
        let at = reviewed_at(self.terms.zone.start_of(on), review_hours);
        Ok(NextBill { on, at, failures: 0 })
    }
}

/// When a bill of a day is issued that can be looked at for some hours.
fn reviewed_at(begins: Instant, review_hours: u16) -> Instant {
    begins.plus_seconds(i64::from(review_hours) * 3_600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::billing_account::BillingTerms;
    use crate::domain::account::billing_account::tests::{defined, now};
    use crate::domain::account::cycle::BillingDay;
    use crate::domain::time::Span;

    fn date(text: &str) -> Date {
        text.parse().expect(text)
    }

    fn dates(cycle: Cycle, began_on: &str, from: &str) -> Vec<String> {
        let mut from = date(from);
        let mut found = Vec::new();
        for _ in 0..3 {
            let next = first_billing_date(cycle, date(began_on), from).expect("a date");
            found.push(next.to_string());
            from = next.plus_days(1);
        }
        found
    }

    #[test]
    fn billing_dates_follow_the_cycle_and_never_drift() {
        let monthly = Cycle::MONTHLY;
        let late = Cycle { shift_days: 3, ..monthly };
        let early = Cycle { shift_days: -3, ..monthly };
        let first = Cycle { day: BillingDay::new(1), ..monthly };
        let quarterly = Cycle { period: Span::months(3), ..first };
        for (cycle, began_on, from, expected) in [
            (monthly, "2024-01-31", "2024-01-31", ["2024-01-31", "2024-02-29", "2024-03-31"]),
            (monthly, "2024-01-31", "2024-02-01", ["2024-02-29", "2024-03-31", "2024-04-30"]),
            (late, "2024-01-31", "2024-01-31", ["2024-02-03", "2024-03-03", "2024-04-03"]),
            (early, "2024-01-31", "2024-01-31", ["2024-02-26", "2024-03-28", "2024-04-27"]),
            (first, "2026-01-10", "2026-01-10", ["2026-02-01", "2026-03-01", "2026-04-01"]),
            (quarterly, "2026-01-10", "2026-01-10", ["2026-04-01", "2026-07-01", "2026-10-01"]),
        ] {
            assert_eq!(dates(cycle, began_on, from), expected, "{cycle} {began_on} {from}");
        }
    }

    #[test]
    fn it_is_billed_cycle_by_cycle_until_nothing_is_left() {
        let account = defined();
        assert_eq!(account.next_bill(), None);
        let account = account.begin(now(), 0).expect("open").0;
        let on = |it: &BillingAccount| it.next_bill().map(|it| it.on.to_string());
        assert_eq!(on(&account).as_deref(), Some("2026-01-31"));
        let billed = account.billed(date("2026-01-31"), Outlook::More, 0).expect("billed");
        assert_eq!(on(&billed).as_deref(), Some("2026-02-28"));
        let again = billed.clone().begin(now(), 0).expect("open").0;
        assert_eq!(on(&again).as_deref(), Some("2026-01-31"), "what is new today is billed today");
        let failed = billed.clone().not_billed(now());
        let next = failed.next_bill().expect("again");
        assert_eq!((next.on, next.failures), (date("2026-02-28"), 1));
        assert_eq!(next.at.to_string(), "2026-02-01T00:00:00Z");
        assert_eq!(failed.tried_again(now()).next_bill().map(|it| it.at), Some(now()));
        assert_eq!(
            on(&billed.billed(date("2026-02-28"), Outlook::Nothing, 0).expect("billed")),
            None
        );
    }

    #[test]
    fn it_is_billed_on_the_day_from_which_other_terms_hold() {
        let begun = defined().begin(now(), 0).expect("open").0;
        let account = begun.billed(date("2026-01-31"), Outlook::More, 0).expect("billed");
        let cycle = Cycle { day: BillingDay::new(20), ..Cycle::MONTHLY };
        let terms = BillingTerms { cycle, ..account.terms() };
        let next = |it: &BillingAccount| it.next_bill().map(|it| it.on.to_string());
        let planned = |from_on: &str| {
            let planned = account.clone().plan(terms, date(from_on)).expect("planned").0;
            planned.billed_before_turning(0)
        };
        let later = planned("2026-02-28");
        assert_eq!(next(&later).as_deref(), Some("2026-02-28"));
        assert_eq!(later.cut_on(date("2026-02-28")), None, "a cycle ends there anyway");
        let now = planned("2026-02-14");
        assert_eq!(next(&now).as_deref(), Some("2026-02-14"));
        assert_eq!(now.cut_on(date("2026-02-14")), Some(date("2026-02-14")));
        assert_eq!(now.cut_on(date("2026-02-28")), None);
        let turned = now.billed(date("2026-02-14"), Outlook::More, 0).expect("billed");
        assert_eq!((turned.terms(), turned.cut_on(date("2026-02-14"))), (terms, None));
        assert_eq!(next(&turned).as_deref(), Some("2026-02-20"));
        assert_eq!(next(&account.clone().billed_before_turning(0)), next(&account));
    }

    #[test]
    fn what_is_called_off_is_billed_until_nothing_is_left() {
        let closing = defined().begin(now(), 0).expect("open").0.close().expect("active").0;
        let more = closing.billed(date("2026-01-31"), Outlook::More, 0).expect("billed");
        let next = more.next_bill().map(|it| it.on);
        assert_eq!((more.state(), next), (BillingState::PendingClosed, Some(date("2026-02-28"))));
        let last = more.billed(date("2026-02-28"), Outlook::Nothing, 0).expect("billed");
        assert_eq!((last.state(), last.next_bill()), (BillingState::Closed, None));
    }

    #[test]
    fn a_bill_is_looked_at_from_its_billing_date_on() {
        let account = defined().begin(now(), 48).expect("open").0;
        let at = |it: &BillingAccount| it.next_bill().map(|it| it.at.to_string());
        let first = account.next_bill().map(|it| it.on);
        assert_eq!(at(&account).as_deref(), Some("2026-01-31T00:00:00Z"), "{first:?} is today");
        let account = account.billed(date("2026-01-31"), Outlook::More, 48).expect("billed");
        assert_eq!(at(&account).as_deref(), Some("2026-03-02T00:00:00Z"));
        let is = |at: &str| account.is_in_review(at.parse().expect(at));
        let days = ["2026-02-27T23:59:59Z", "2026-02-28T00:00:00Z", "2026-03-02T00:00:00Z"];
        assert_eq!(days.map(is), [false, true, false]);
    }

    #[test]
    fn the_last_billing_date_up_to_a_day_is_found() {
        let account = defined().begin(now(), 0).expect("open").0;
        let last = |day: &str| account.last_billing_date(date(day)).map(|it| it.to_string());
        assert_eq!(last("2026-01-30"), None);
        assert_eq!(last("2026-04-29").as_deref(), Some("2026-03-31"));
    }
}
