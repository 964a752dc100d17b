//! Switches: another offer, plan or term of a subscription, from a day on.
//!
//! What both deals charge goes on. What only the old one charges is charged up to the day of the
//! switch, what only the new one charges from there on, or from the day up to which what it takes
//! the place of stays paid. Nothing is set up anew, and a renewal on that day is charged once: as the
//! new deal has it, unless the old one's fee is on a bill already. Where the new term is as long as the one that
//! runs, that goes on under another name; else a new one begins.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Commerce, Deal, Plan, TakenPrice, TakenPrices};
use super::term::RunningTerm;
use super::{Subscription, TrialRun};
use crate::domain::catalog::price::{Figure, Occasion, Price, PriceKind};
use crate::domain::catalog::term::{Renewal, Term};
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{PriceId, ResourceId};
use crate::domain::money::{Money, MoneyError};
use crate::domain::quantity::Quantity;
use crate::domain::time::{Date, Span, SpanUnit};

/// What a subscription goes on as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The deal, with what it charges.
    pub deal: Deal,
    /// The term that runs then.
    pub term: RunningTerm,
}

/// What was given back of each price, without tax.
pub type GivenBack = BTreeMap<PriceId, Money>;

impl Subscription {
    /// The term that runs after a switch on a day: the one that runs where the new one, `to`, is as
    /// long, and else the new one from that day on. Of an offer without terms, one without end.
    #[must_use]
    pub fn term_after(&self, to: Option<&Term>, renewal: Renewal, on: Date) -> RunningTerm {
        let running = self.term.as_ref().filter(|_| !self.is_trial_alone());
        match (running, to) {
            (Some(running), Some(to)) if are_alike(running.length(), to.length) => {
                running.clone().called(to)
            }
            (_, Some(to)) => RunningTerm::of(to, renewal, on),
            (_, None) => RunningTerm::lasting(None, on),
        }
    }

    /// Whether its term is a trial and nothing else.
    pub(super) fn is_trial_alone(&self) -> bool {
        let end_on = self.term.as_ref().and_then(RunningTerm::end_on);
        self.trial.until_on().zip(end_on).is_some_and(|(until, end)| end <= until)
    }

    /// The prices that are charged no more once it is charged others.
    #[must_use]
    pub fn replaced(&self, by: &TakenPrices) -> BTreeSet<PriceId> {
        let goes_on = |it: &TakenPrice| it.until_on.is_none();
        let present = self.deal.prices.iter().filter(|it| goes_on(it.1));
        present.map(|it| *it.0).filter(|id| !by.contains_key(id)).collect()
    }

    /// How many units are kept of each replaced price whose units are given up in part by a switch to
    /// another deal. Of a resource that the other deal does not know, none is given up: it goes with
    /// what it belonged to.
    #[must_use]
    pub fn kept_units(&self, by: &Deal, all: &[Price]) -> BTreeMap<PriceId, Quantity> {
        let replaced = self.replaced(&by.prices);
        let of = all.iter().filter(|it| recurs(it) && replaced.contains(&it.id));
        of.filter_map(|it| Some((it.id, self.kept_of(by, it.resource)?))).collect()
    }

    /// Whether units are given up by a switch to another deal.
    #[must_use]
    pub fn gives_up(&self, by: &Deal) -> bool {
        let mut resources = self.deal.resources.keys();
        self.kept_of(by, None).is_some()
            || resources.any(|it| self.kept_of(by, Some(*it)).is_some())
    }

    /// How many units of itself or of a resource that were bought are kept, if some are given up.
    fn kept_of(&self, by: &Deal, resource: Option<ResourceId>) -> Option<Quantity> {
        let (bought, had, has) = match resource {
            None => {
                let had = Quantity::whole(self.quantity().into());
                (had, had, Quantity::whole(by.quantity.into()))
            }
            Some(id) => {
                let (had, has) = (self.deal.resources.get(&id)?, by.resources.get(&id)?);
                (had.additional, had.amount(), has.amount())
            }
        };
        let given_up = had.above(has).min(bought);
        (!given_up.is_zero()).then(|| bought.above(given_up))
    }

    /// The subscription switched on a day. `all` are the prices of what it is to and of what it goes
    /// on as; `given_back` is what was given back of those that are replaced, whose marks were moved
    /// back with that. `seats` counts the units that users have. What was agreed on as a later switch
    /// falls away.
    ///
    /// # Errors
    /// If it does not run, seats would be left without a unit, or an amount is too large.
    pub fn switched(
        self,
        next: Next,
        (all, given_back): (&[Price], &GivenBack),
        (on, seats): (Date, u32),
    ) -> Result<(Self, Verb), Rejection> {
        self.must_be_open_to(Commerce::Bought)?;
        let (before, over) = (self.clone(), self.replaced(&next.deal.prices));
        let find = |id: PriceId| all.iter().find(|it| it.id == id);
        let replaced: Vec<_> = over.iter().filter_map(|id| find(*id)).collect();
        let mut it = self;
        let mut told = BTreeSet::new();
        for (id, taken) in &next.deal.prices {
            let is_kept = it.deal.prices.get(id).is_some_and(|it| it.until_on.is_none());
            if is_kept {
                continue;
            }
            it.take((*id, *taken), find(*id), (on, &replaced));
            if let Some(price) = find(*id) {
                let given_back = match recurs(price) && told.insert(price.resource) {
                    true => in_place_of(price, &replaced, given_back)?,
                    false => None,
                };
                it.in_place_of(*id, given_back);
            }
        }
        for id in over {
            let until_on = find(id).map_or(on, |price| ends_on(price, on));
            it.deal.prices.entry(id).and_modify(|it| it.until_on = Some(until_on));
        }
        it.deal = Deal { prices: it.deal.prices, ..next.deal };
        it.trial = match it.trial {
            TrialRun::Until(_) if before.is_trial_alone() => TrialRun::Over(on),
            trial @ (TrialRun::None | TrialRun::Until(_) | TrialRun::Over(_)) => trial,
        };
        it.term = Some(next.term);
        it.scheduled.retain(|it| !matches!(it.plan, Plan::Switch(_)));
        it.must_seat(before.quantity(), seats)?;
        Ok((it.remembering(&before, on), Verb::Changed))
    }

    /// The day on which it is switched, as was agreed on.
    #[must_use]
    pub fn switches_on(&self) -> Option<Date> {
        let switches = self.scheduled.iter().filter(|it| matches!(it.plan, Plan::Switch(_)));
        switches.map(|it| it.on).min()
    }

    /// The same without the switch that was agreed on for later.
    ///
    /// # Errors
    /// If there is none.
    pub fn not_switched(mut self) -> Result<(Self, Verb), Rejection> {
        if self.switches_on().is_none() {
            let why = "it is not agreed on that it is switched";
            return Err(Rejection::new(Code::SubscriptionStateForbids, why));
        }
        self.scheduled.retain(|it| !matches!(it.plan, Plan::Switch(_)));
        Ok((self, Verb::Changed))
    }
}

/// The first day for which a price is charged no more that is replaced on a day. What is charged once
/// was due with that day; a renewal leads into what the subscription goes on as.
fn ends_on(price: &Price, on: Date) -> Date {
    match price.kind {
        PriceKind::OneTime(Occasion::Plain | Occasion::Setup | Occasion::Deposit) => {
            on.plus_days(1)
        }
        PriceKind::OneTime(Occasion::Renewal)
        | PriceKind::Recurring { .. }
        | PriceKind::Usage { .. } => on,
    }
}

/// What was given back of the prices whose place a price takes: the recurring ones of the same.
fn in_place_of(
    price: &Price,
    replaced: &[&Price],
    given_back: &GivenBack,
) -> Result<Option<Figure>, MoneyError> {
    let same = replaced.iter().filter(|it| recurs(it) && it.resource == price.resource);
    let given = same.filter_map(|it| given_back.get(&it.id)).copied();
    let sum = Money::sum(given, price.currency)?;
    Ok((sum.as_minor() > 0).then(|| Figure::new(sum.decimal())))
}

const fn recurs(it: &Price) -> bool {
    matches!(it.kind, PriceKind::Recurring { .. })
}

/// Whether two lengths are the same, however they are written: a year is twelve months.
fn are_alike(one: Option<Span>, other: Option<Span>) -> bool {
    let in_smallest = |it: Span| match it.unit {
        SpanUnit::Day => (SpanUnit::Day, u64::from(it.count)),
        SpanUnit::Week => (SpanUnit::Day, u64::from(it.count) * 7),
        SpanUnit::Month => (SpanUnit::Month, u64::from(it.count)),
        SpanUnit::Year => (SpanUnit::Month, u64::from(it.count) * 12),
    };
    one.map(in_smallest) == other.map(in_smallest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::rating::rows;
    use crate::domain::catalog::lifecycle::{Life, State};
    use crate::domain::catalog::price::{Base, Timing, Versions};
    use crate::domain::catalog::term::Trial;
    use crate::domain::id::Id;
    use crate::domain::money::Currency;
    use crate::domain::stamp::{SellerNumber, Stamp};
    use crate::domain::subscription::change::{Entitlement, Scheduled};
    use crate::domain::subscription::tests::{active, at, deal, id};
    use crate::domain::subscription::{Start, tests};
    use crate::domain::time::Validity;

    fn date(text: &str) -> Date {
        text.parse().expect(text)
    }

    fn term(key: &str, length: Span, trial: Trial) -> Term {
        Term { trial, ..Term::of(key.parse().expect(key), Some(length)) }
    }

    fn price(number: u128, kind: PriceKind) -> Price {
        Price {
            id: id(number),
            stamp: Stamp::new(SellerNumber::PROVIDER, None, at(0)),
            name: "Fee".parse().expect("a name"),
            names: BTreeMap::new(),
            description: None,
            offer: id(1),
            plan: None,
            term: None,
            currency: Currency::EUR,
            tax_category: None,
            base: Base::Net,
            resource: None,
            kind,
            conditions: vec![],
            alterations: vec![],
            life: Life::new(State::Launched, Validity::ALWAYS).expect("a life"),
            versions: Versions::first(rows::price("flat 1")).expect("a price"),
            next_at: None,
        }
    }

    fn recurring(number: u128) -> Price {
        price(number, PriceKind::Recurring { every: Span::months(1), timing: Timing::InAdvance })
    }

    fn setup(number: u128) -> Price {
        price(number, PriceKind::OneTime(Occasion::Setup))
    }

    /// A subscription to some prices.
    fn charged(numbers: &[u128]) -> Subscription {
        let it = active(1, 1);
        let deal = Deal { prices: taken(numbers), ..it.deal().clone() };
        Subscription { deal, ..it }
    }

    fn taken(numbers: &[u128]) -> TakenPrices {
        let taken = TakenPrice { frozen_on: None, until_on: None, taken: None };
        numbers.iter().map(|it| (id(*it), taken)).collect()
    }

    fn next(offer: u128, numbers: &[u128]) -> Next {
        let deal = Deal { prices: taken(numbers), ..deal(offer, 1) };
        Next { deal, term: RunningTerm::lasting(None, date("2026-01-11")) }
    }

    /// What each price is charged: from when, as its mark says, and until when.
    fn prices(it: &Subscription) -> String {
        let day = |it: Option<Date>| it.map_or_else(|| "-".to_owned(), |it| it.to_string());
        let each = it.deal().prices.iter().map(|(id, taken)| {
            let mark = it.charged.get(id);
            let given = mark
                .and_then(|it| it.given_back)
                .map_or_else(String::new, |it| format!(" for {it}"));
            let number = id.uuid().as_u128();
            format!("{number}: {}..{}{given}", day(mark.map(|it| it.on)), day(taken.until_on))
        });
        each.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn what_both_deals_charge_goes_on_and_nothing_is_set_up_anew() {
        let all = [recurring(1), setup(2), recurring(3), recurring(4), setup(5)];
        let mut it = charged(&[1, 2, 3]);
        it.charged.insert(id(1), date("2026-01-11").into());
        let given = GivenBack::from([(id(1), Money::minor(677, Currency::EUR))]);
        let on = date("2026-01-11");
        let it = it.switched(next(9, &[3, 4, 5]), (&all, &given), (on, 0)).expect("running").0;
        assert_eq!(it.deal().offer, id(9));
        assert_eq!(
            prices(&it),
            "1: 2026-01-11..2026-01-11, 2: -..2026-01-12, 3: -..-, 4: 2026-01-11..- for 6.77, \
             5: 2026-01-12..-"
        );
        let back = it.switched(next(1, &[1, 2, 3]), (&all, &GivenBack::new()), (on, 0));
        assert_eq!(
            prices(&back.expect("running").0),
            "1: 2026-01-11..-, 2: -..-, 3: -..-, 4: 2026-01-11..2026-01-11 for 6.77, \
             5: 2026-01-12..2026-01-12",
            "the setup is on no bill yet, and comes once"
        );
    }

    #[test]
    fn what_stays_paid_is_not_charged_again() {
        let all = [recurring(1), recurring(2)];
        let mut it = charged(&[1]);
        it.charged.insert(id(1), date("2026-02-01").into());
        let to = (&all[..], &GivenBack::new());
        let it = it.switched(next(9, &[2]), to, (date("2026-01-11"), 0)).expect("running").0;
        assert_eq!(prices(&it), "1: 2026-02-01..2026-01-11, 2: 2026-02-01..-");
    }

    #[test]
    fn units_are_given_up_where_the_other_deal_has_fewer_of_the_same() {
        let of = |number| Price { resource: Some(id(number)), ..recurring(number) };
        let all = [recurring(1), of(7), of(8)];
        let entitled = |rows: &[(u128, i64, i64)]| {
            let of = |(number, amount, included): &(u128, i64, i64)| {
                let (amount, included) = (Quantity::whole(*amount), Quantity::whole(*included));
                (id(*number), Entitlement::of(amount, included))
            };
            rows.iter().map(of).collect::<BTreeMap<ResourceId, _>>()
        };
        let had = |quantity, rows| Deal {
            prices: taken(&[1, 7, 8]),
            resources: entitled(rows),
            ..deal(1, quantity)
        };
        let table: [(&str, Deal, Deal, &str); 6] = [
            ("as many", had(3, &[]), deal(9, 3), ""),
            ("fewer", had(3, &[]), deal(9, 1), "1: 1"),
            ("more", had(3, &[]), deal(9, 5), ""),
            (
                "of a resource",
                had(1, &[(7, 30, 10)]),
                Deal { resources: entitled(&[(7, 15, 10)]), ..deal(9, 1) },
                "7: 5",
            ),
            (
                "included now",
                had(1, &[(7, 30, 10)]),
                Deal { resources: entitled(&[(7, 100, 100)]), ..deal(9, 1) },
                "",
            ),
            ("not known there", had(1, &[(7, 30, 10), (8, 5, 0)]), deal(9, 1), ""),
        ];
        for (case, had, by, expected) in table {
            let it = Subscription { deal: had, ..active(1, 1) };
            let kept = it.kept_units(&by, &all).into_iter();
            let kept = kept.map(|(id, units)| format!("{}: {units}", id.uuid().as_u128()));
            assert_eq!(kept.collect::<Vec<_>>().join(", "), expected, "{case}");
            assert_eq!(it.gives_up(&by), !expected.is_empty(), "{case}");
        }
    }

    #[test]
    fn a_renewal_on_the_day_of_a_switch_is_charged_once() {
        let renewal = |number| price(number, PriceKind::OneTime(Occasion::Renewal));
        let (all, none) = ([renewal(1), renewal(2)], GivenBack::new());
        let on = date("2026-01-11");
        let switched = |it: Subscription, number| {
            it.switched(next(9, &[number]), (&all, &none), (on, 0)).expect("running").0
        };
        let to_new = switched(charged(&[1]), 2);
        assert_eq!(prices(&to_new), "1: -..2026-01-11, 2: 2026-01-11..-", "the new one's fee");
        let back = switched(to_new, 1);
        assert_eq!(prices(&back), "1: -..-, 2: 2026-01-11..2026-01-11");
        let mut billed = charged(&[1]);
        billed.charged.insert(id(1), date("2026-01-12").into());
        let to_new = switched(billed, 2);
        assert_eq!(prices(&to_new), "1: 2026-01-12..2026-01-11, 2: 2026-01-12..-", "it is paid");
        let back = switched(to_new, 1);
        assert_eq!(prices(&back), "1: 2026-01-12..-, 2: 2026-01-12..2026-01-11");
    }

    #[test]
    fn a_term_goes_on_where_the_new_one_is_as_long() {
        let year = term("y", Span::months(12), Trial::None);
        let it = active(1, 1);
        let running = RunningTerm::of(&year, Renewal::OnLastDay, date("2026-01-01"));
        let it = Subscription { term: Some(running), ..it };
        let on = date("2026-03-11");
        let after = |it: &Subscription, to: Option<&Term>| {
            let term = it.term_after(to, Renewal::OnOrder, on);
            let key = term.key().map(ToString::to_string).unwrap_or_default();
            let end = term.end_on().map_or_else(String::new, |it| it.to_string());
            format!("{key} {}..{end} {}", term.start_on(), term.renewal().is_automatic())
        };
        let alike = term("gold", "1 year".parse().expect("a span"), Trial::None);
        assert_eq!(after(&it, Some(&alike)), "gold 2026-01-01..2027-01-01 true");
        let month = term("m", Span::months(1), Trial::None);
        assert_eq!(after(&it, Some(&month)), "m 2026-03-11..2026-04-11 false");
        assert_eq!(after(&it, None), " 2026-03-11.. false");
        let trial = Start::of(
            &term("t", Span::months(12), Trial::Whole),
            Renewal::OnOrder,
            date("2026-01-01"),
        );
        let tried = Subscription { term: Some(trial.term), trial: trial.trial, ..it };
        assert_eq!(after(&tried, Some(&alike)), "gold 2026-03-11..2027-03-11 false");
        let to =
            Next { term: tried.term_after(Some(&alike), Renewal::OnOrder, on), ..next(9, &[]) };
        let bought = tried.switched(to, (&[], &GivenBack::new()), (on, 0)).expect("running").0;
        assert_eq!(bought.trial(), TrialRun::Over(on));
    }

    #[test]
    fn what_is_stopped_is_not_switched_and_no_seat_loses_its_unit() {
        let on = date("2026-01-11");
        let to = |it: Subscription, seats| {
            let found = it.switched(next(9, &[]), (&[], &GivenBack::new()), (on, seats));
            found.err().map(|it| it.code)
        };
        assert_eq!(to(active(1, 1), 1), None);
        assert_eq!(to(active(1, 3), 2), Some(Code::SeatForbids));
        let held = active(1, 1).hold(
            crate::domain::account::lifecycle::HoldKind::Credit,
            crate::domain::subscription::lifecycle::HoldOrigin::Direct,
            tests::hold(1),
        );
        assert_eq!(to(held.expect("active").0, 0), Some(Code::SubscriptionStateForbids));
    }

    #[test]
    fn a_switch_that_was_agreed_on_is_taken_back_or_overtaken() {
        let plan = Plan::Switch(Box::default());
        let later = Scheduled { on: date("2026-02-01"), plan, cause: None, agreed_at: at(0) };
        let it = active(1, 1).schedule(later, date("2026-01-11")).expect("living");
        assert_eq!(it.switches_on(), Some(date("2026-02-01")));
        let stays = it.clone().not_switched().expect("agreed on").0;
        assert_eq!(
            stays.not_switched().err().map(|it| it.code),
            Some(Code::SubscriptionStateForbids)
        );
        let to = (&[][..], &GivenBack::new());
        let now = it.switched(next(9, &[]), to, (date("2026-01-11"), 0)).expect("running").0;
        assert_eq!(now.switches_on(), None);
    }
}
