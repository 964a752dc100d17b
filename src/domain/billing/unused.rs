//! Unused days: what of an issued invoice is given back when a subscription is called off before the
//! days that were paid in advance are over.
//!
//! What recurs is given back by whole days, or their seconds, from the day of the end on; what was charged once only
//! within the days of full refund that a term has, and what was used never. What ending early costs,
//! and what is kept in any case, is taken off: nobody is charged for it beyond what was paid.

use rust_decimal::Decimal;

use super::coupon::of_some_days;
use super::credit::{Credit, LineAsk, remainders};
use super::invoice::Invoice;
use super::invoice::explanation::Step;
use super::invoice::line::{Line, LineKind};
use super::policy::Policy;
use super::proration::{Counts, Measure, ProrationUnit, prorate};
use crate::domain::catalog::term::{EarlyEnd, RefundAfter, Term};
use crate::domain::error::Rejection;
use crate::domain::id::{PriceId, SubscriptionId};
use crate::domain::money::{Money, MoneyError};
use crate::domain::quantity::Percent;
use crate::domain::text::Name;
use crate::domain::time::{Date, Period, Zone};

/// A subscription that was called off, as far as money goes back for it.
#[derive(Debug, Clone, Copy)]
pub struct Ended<'a> {
    /// Which it is.
    pub subscription: SubscriptionId,
    /// The first day that it does not need any more.
    pub on: Date,
    /// The first day of its term.
    pub term_from: Date,
    /// What its offer says of the term; `None` if it says nothing, or no longer.
    pub term: Option<&'a Term>,
    /// Where its days begin.
    pub zone: Zone,
}

/// How much goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Nothing.
    Nothing,
    /// So many hundredths of what is charged for the days that are not used.
    Unused(Percent),
    /// All that is charged for the term, but for what was used.
    Everything,
}

/// The last of the days, or seconds, that a line charges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// How many.
    pub left: i64,
    /// Of how many.
    pub of: i64,
    /// Of which of both.
    pub counts: Counts,
    /// The days that they are, or lie in.
    pub days: Option<Period>,
}

impl Left {
    /// What of a period is left from a day on.
    #[must_use]
    pub fn from(on: Date, period: Period, by: Measure) -> Self {
        let days = Period::new(on.max(period.start()), period.end());
        let left = days.map_or(0, |it| by.of(it));
        Self { left, of: by.of(period), counts: by.counts(), days }
    }
}

/// What is given back of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBack {
    /// Of which line, and how much.
    pub ask: LineAsk,
    /// What was charged.
    pub price: Option<PriceId>,
    /// What was charged, as the invoice calls it.
    pub label: Name,
    /// For how many days or seconds of how many; `None` of what was charged once.
    pub days: Option<Left>,
}

impl Ended<'_> {
    /// How much goes back.
    #[must_use]
    pub fn extent(&self) -> Extent {
        let Some(term) = self.term else { return Extent::Unused(Percent::WHOLE) };
        let policy = term.refund.as_ref();
        let full_until = policy.map(|it| self.term_from.plus_days(it.full_days.into()));
        if full_until.is_some_and(|it| self.on < it) {
            return Extent::Everything;
        }
        self.extent_afterwards(term)
    }

    /// How much goes back of a line. Where the next term is paid for before it begins, what was paid for
    /// the one that runs goes back as that says.
    fn extent_of(&self, line: &Line) -> Extent {
        let is_before = line.service_period.is_some_and(|it| it.start() < self.term_from);
        match self.term.filter(|_| is_before && self.on < self.term_from) {
            Some(term) => self.extent_afterwards(term),
            None => self.extent(),
        }
    }

    /// How much goes back after the days within which everything does.
    fn extent_afterwards(&self, term: &Term) -> Extent {
        if term.refund.as_ref().is_some_and(|it| it.after == RefundAfter::Nothing) {
            return Extent::Nothing;
        }
        match term.early_end {
            EarlyEnd::Free | EarlyEnd::Fee(_) => Extent::Unused(Percent::WHOLE),
            EarlyEnd::Remainder => Extent::Nothing,
            EarlyEnd::Share(it) => {
                Extent::Unused(Percent::new(Percent::WHOLE.decimal() - it.decimal()))
            }
        }
    }

    /// What of all that would go back is kept, without tax: what is not refundable, and the fee for an
    /// early end. Only where it is in the currency that was paid.
    ///
    /// # Errors
    /// If it is too large.
    pub fn kept(&self, nothing: Money) -> Result<Money, MoneyError> {
        let fixed = self.term.and_then(|it| it.refund.as_ref()).and_then(|it| it.kept);
        let fee = match (self.extent(), self.term.map(|it| it.early_end)) {
            (Extent::Unused(_), Some(EarlyEnd::Fee(fee))) => Some(fee),
            (Extent::Nothing | Extent::Unused(_) | Extent::Everything, _) => None,
        };
        let kept = fixed.into_iter().chain(fee);
        Money::sum(kept.filter(|it| it.currency() == nothing.currency()), nothing.currency())
    }

    /// What of an invoice goes back, before anything of it is kept. Never more of a line than earlier
    /// credits left.
    ///
    /// # Errors
    /// If the invoice is a draft, or an amount is too large.
    pub fn of(
        &self,
        invoice: &Invoice,
        before: &[Credit],
        policy: &Policy,
    ) -> Result<Vec<GivenBack>, Rejection> {
        let of_line = |line: &Line| self.of_line(line, invoice, policy);
        found(invoice, before, self.subscription, of_line)
    }

    /// What of that the invoice itself gave back already, where units went.
    ///
    /// # Errors
    /// If an amount is too large.
    pub fn given_already(&self, invoice: &Invoice, policy: &Policy) -> Result<Money, MoneyError> {
        given_already(invoice, self.subscription, |line| self.of_line(line, invoice, policy))
    }

    /// How much of a line goes back, and for which days.
    fn of_line(
        &self,
        line: &Line,
        invoice: &Invoice,
        policy: &Policy,
    ) -> Result<Option<(Money, Option<Left>)>, MoneyError> {
        let extent = self.extent_of(line);
        let (cut, share) = match extent {
            Extent::Nothing => return Ok(None),
            Extent::Unused(share) => (self.on, share),
            Extent::Everything => (self.term_from, Percent::WHOLE),
        };
        match (line.kind, line.service_period) {
            (LineKind::Recurring | LineKind::TrueUp, Some(period)) => {
                let is_divided =
                    extent == Extent::Everything || policy.proration != ProrationUnit::None;
                if !is_divided {
                    return Ok(None);
                }
                let by = Measure { unit: policy.proration, zone: self.zone };
                let days = Left::from(cut, period, by);
                // What comes once is not for days: it goes back with the whole alone.
                let is_whole = extent == Extent::Everything && cut <= period.start();
                let by_days = line.explanation.by_days(line.net)?.book(policy.rounding)?;
                let charged = if is_whole { line.net } else { by_days };
                // Who had a coupon on some of the days is given back what each of them was charged at.
                let (off, off_late) = of_some_days(line, cut, (by, policy.rounding))?;
                let charged = charged.plus(off)?;
                let unused = prorate(charged, period, cut, (by, policy.rounding))?.after;
                let unused = unused.minus(off_late)?;
                let net = unused.amount().part(share.decimal(), Decimal::ONE_HUNDRED)?;
                Ok(Some((net.book(policy.rounding)?, Some(days))))
            }
            (LineKind::OneTime | LineKind::Setup | LineKind::Renewal, _) => {
                let is_of_term = invoice.issue().is_some_and(|it| self.term_from <= it.issued_on);
                let is_given = extent == Extent::Everything && is_of_term;
                Ok(is_given.then_some((line.net, None)))
            }
            (
                LineKind::Recurring
                | LineKind::TrueUp
                | LineKind::Usage
                | LineKind::Credit
                | LineKind::LateFee
                | LineKind::Stated
                // It goes back by itself, whole.
                | LineKind::Deposit,
                _,
            ) => Ok(None),
        }
    }
}

/// What of the lines of a subscription on an invoice goes back, where `of_line` says how much of one
/// would and for which days. Never more of a line than earlier credits left.
///
/// # Errors
/// If the invoice is a draft, or an amount is too large.
pub(super) fn found(
    invoice: &Invoice,
    before: &[Credit],
    subscription: SubscriptionId,
    of_line: impl Fn(&Line) -> Result<Option<(Money, Option<Left>)>, MoneyError>,
) -> Result<Vec<GivenBack>, Rejection> {
    let left = remainders(invoice, before)?;
    let mut found = Vec::new();
    for (place, (line, left)) in invoice.content().lines.iter().zip(&left).enumerate() {
        if line.subscription != Some(subscription) || line.net.as_minor() <= 0 {
            continue;
        }
        let Some((net, days)) = of_line(line)? else { continue };
        let net = if net.minus(left.net)?.is_negative() { net } else { left.net };
        if net.as_minor() > 0 {
            let place = u32::try_from(place).expect("an invoice has fewer lines than 32 bits");
            let (ask, label) = (LineAsk { place, net }, line.label.clone());
            found.push(GivenBack { ask, price: line.price, label, days });
        }
    }
    Ok(found)
}

/// What lines of a subscription gave back that would go back with others, where `of_line` says how
/// much of one would.
pub(super) fn given_already(
    invoice: &Invoice,
    subscription: SubscriptionId,
    of_line: impl Fn(&Line) -> Result<Option<(Money, Option<Left>)>, MoneyError>,
) -> Result<Money, MoneyError> {
    let mut sum = Money::zero(invoice.content().currency);
    let gives = |it: &&Line| it.subscription == Some(subscription) && it.net.is_negative();
    for line in invoice.content().lines.iter().filter(gives) {
        if let Some((net, _)) = of_line(line)? {
            sum = sum.minus(net)?;
        }
    }
    Ok(sum)
}

/// The prices of a subscription whose charge for a day stands on an invoice, as a whole.
pub fn covered(
    invoice: &Invoice,
    subscription: SubscriptionId,
    day: Date,
) -> impl Iterator<Item = PriceId> {
    let lines = invoice.content().lines.iter();
    let of_day = lines.filter(move |line| {
        let changes = |it: &Step| matches!(it, Step::Less(_) | Step::Reversed);
        let added = line.explanation.steps.iter().any(changes);
        let period = line.service_period.filter(|_| line.kind == LineKind::Recurring && !added);
        line.subscription == Some(subscription)
            && period.is_some_and(|it| it.start() <= day && day < it.end())
    });
    of_day.filter_map(|line| line.price)
}

/// Takes what is kept off what is given back, the first first; answers what of it is left to be kept.
///
/// # Errors
/// Never: both are in one currency.
pub fn keep(given: &mut Vec<GivenBack>, mut kept: Money) -> Result<Money, MoneyError> {
    for it in given.iter_mut() {
        let over = it.ask.net.minus(kept)?;
        let taken = if over.is_negative() { it.ask.net } else { kept };
        it.ask.net = it.ask.net.minus(taken)?;
        kept = kept.minus(taken)?;
    }
    given.retain(|it| !it.ask.net.is_zero());
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::credit::lines;
    use crate::domain::billing::invoice::line::LineKind as K;
    use crate::domain::billing::invoice::sample::{date, draft, euros, id, issue};
    use crate::domain::catalog::term::RefundPolicy;

    /// An invoice of 31 March over a month of 31 days, a setup and some use, of a subscription.
    fn invoice() -> Invoice {
        let kinds = [K::Recurring, K::Setup, K::Usage];
        let draft = draft(7, &["31", "25", "9"], 20);
        let mut content = draft.content().clone();
        for (line, kind) in content.lines.iter_mut().zip(kinds) {
            line.kind = kind;
            line.subscription = Some(id(3));
            line.service_period = Period::new(date("2026-03-01"), date("2026-04-01"));
        }
        content.lines[1].service_period = None;
        let draft = draft.with_content(content).expect("a draft");
        draft.issued(issue(7, "2026-03-01")).expect("issued").0
    }

    fn term(early_end: EarlyEnd, refund: Option<(Option<&str>, u32, RefundAfter)>) -> Term {
        let refund = refund.map(|(kept, full_days, after)| RefundPolicy {
            kept: kept.map(euros),
            full_days,
            after,
        });
        Term { early_end, refund, ..Term::of("m".parse().expect("a key"), None) }
    }

    /// What is given back at an end on a day of March, by line; what is left to be kept.
    fn given(term: Option<&Term>, day: u32, before: &[Credit]) -> String {
        let on = date("2026-03-01").plus_days(i64::from(day) - 1);
        let (subscription, term_from) = (id(3), date("2026-03-01"));
        let ended = Ended { subscription, on, term_from, term, zone: Zone::UTC };
        let mut given = ended.of(&invoice(), before, &Policy::DEFAULT).expect("given");
        let kept = ended.kept(euros("0")).expect("kept");
        let left = keep(&mut given, kept).expect("kept");
        let lines = given.iter().map(|it| format!("{}: {}", it.ask.place, it.ask.net.decimal()));
        format!("{} ({} left)", lines.collect::<Vec<_>>().join(", "), left.decimal())
    }

    #[test]
    fn what_goes_back_follows_from_the_day_and_the_term() {
        use EarlyEnd::{Fee, Free, Remainder, Share};
        use RefundAfter::{Nothing, Prorated};
        let half = Share(Percent::new(Decimal::from(50)));
        let plain = term(Free, None);
        let fourteen = term(Free, Some((None, 14, Prorated)));
        let kept = term(Free, Some((Some("5"), 14, Nothing)));
        let all_kept = term(Free, Some((Some("50"), 0, Prorated)));
        let (fee, half, rest) =
            (term(Fee(euros("6")), None), term(half, None), term(Remainder, None));
        let table = [
            ("no term is known", None, 11, "0: 21.00 (0.00 left)"),
            ("on its first day", Some(&plain), 1, "0: 31.00 (0.00 left)"),
            ("on its last", Some(&plain), 31, "0: 1.00 (0.00 left)"),
            ("after it", Some(&plain), 32, " (0.00 left)"),
            ("within fourteen days", Some(&fourteen), 14, "0: 31.00, 1: 25.00 (0.00 left)"),
            ("after them", Some(&fourteen), 15, "0: 17.00 (0.00 left)"),
            ("some is kept", Some(&kept), 14, "0: 26.00, 1: 25.00 (0.00 left)"),
            ("all is kept afterwards", Some(&kept), 15, " (5.00 left)"),
            ("more is kept than was paid", Some(&all_kept), 11, " (29.00 left)"),
            ("an early end costs a fee", Some(&fee), 11, "0: 15.00 (0.00 left)"),
            ("half of the rest", Some(&half), 11, "0: 10.50 (0.00 left)"),
            ("all of it", Some(&rest), 11, " (0.00 left)"),
        ];
        for (case, term, day, expected) in table {
            assert_eq!(given(term, day, &[]), expected, "{case}");
        }
    }

    #[test]
    fn where_the_next_term_is_paid_already_the_one_that_runs_goes_back_by_its_days() {
        use RefundAfter::{Nothing, Prorated};
        let given = |on: &str, after| {
            let term = term(EarlyEnd::Free, Some((None, 14, after)));
            let (on, term_from) = (date(on), date("2026-04-01"));
            let term = Some(&term);
            let ended = Ended { subscription: id(3), on, term_from, term, zone: Zone::UTC };
            let given = ended.of(&invoice(), &[], &Policy::DEFAULT).expect("given");
            given.iter().map(|it| it.ask.net.decimal().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(given("2026-03-28", Prorated), ["4.00"]);
        assert!(given("2026-03-28", Nothing).is_empty());
        assert!(given("2026-04-01", Prorated).is_empty(), "it is over");
    }

    #[test]
    fn no_more_goes_back_than_earlier_credits_left_and_nothing_of_what_was_used() {
        let ask = |net| [LineAsk { place: 0, net: euros(net) }];
        let rounding = Policy::DEFAULT.rounding;
        for (credited, expected) in [("20", "0: 11.00"), ("5", "0: 21.00"), ("31", "")] {
            let before = lines(&invoice(), &[], &ask(credited), rounding).expect("a credit");
            let found = given(None, 11, &[before]);
            assert_eq!(found, format!("{expected} (0.00 left)"), "{credited} were credited");
        }
    }

    #[test]
    fn where_parts_cost_as_much_as_the_whole_no_part_goes_back() {
        let (subscription, on) = (id(3), date("2026-03-11"));
        let (term_from, term, zone) = (date("2026-03-01"), None, Zone::UTC);
        let ended = Ended { subscription, on, term_from, term, zone };
        let policy = Policy { proration: ProrationUnit::None, ..Policy::DEFAULT };
        assert_eq!(ended.of(&invoice(), &[], &policy), Ok(Vec::new()));
    }
}
