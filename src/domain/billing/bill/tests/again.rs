//! Prices that are left and taken again: what is billed at each is the days on which it was held.

use std::collections::BTreeSet;

use super::*;
use crate::domain::billing::due::{Due, TermDays};
use crate::domain::id::{Id as _, PriceId};
use crate::domain::subscription::change::{Deal, TakenPrice, TakenPrices};
use crate::domain::subscription::switch::{GivenBack, Next};
use crate::domain::subscription::term::RunningTerm;
use crate::domain::subscription::{ChargedUntil, Purchase, Start, Subscription, tests as sample};

/// The day on which it begins.
const BEGIN: &str = "2026-01-01";

/// For so long after a billing date what is sold on may still be billed to who sells it on.
const LATER: i64 = 366;

/// What is charged in both deals, and in each of them alone.
fn prices() -> Vec<Price> {
    let kinds = [
        monthly(Timing::InArrears),
        usage(),
        monthly(Timing::InArrears),
        monthly(Timing::InAdvance),
        usage(),
        monthly(Timing::InArrears),
        monthly(Timing::InAdvance),
    ];
    kinds.into_iter().zip(1..).map(|(kind, number)| price(number, kind, "flat 31")).collect()
}

fn taken(deal: usize, frozen_on: Option<Date>) -> TakenPrices {
    let numbers: [u128; 4] = if deal == 0 { [1, 2, 3, 4] } else { [1, 5, 6, 7] };
    let taken = TakenPrice { frozen_on, until_on: None, taken: None };
    numbers.iter().map(|it| (id(*it), taken)).collect()
}

/// A subscription that is charged at some prices.
fn began(prices: TakenPrices) -> Subscription {
    let deal = Deal { prices, ..sample::deal(1, 1) };
    let pending = sample::pending(1, Purchase { deal, ..sample::bought() });
    pending.activate(Start::open(date(BEGIN)), sample::at(0)).expect("pending").0
}

/// Up to where who is billed was charged, and for which days.
#[derive(Default)]
struct Biller {
    charged: BTreeMap<PriceId, ChargedUntil>,
    days: BTreeMap<PriceId, BTreeSet<Date>>,
}

/// A subscription that is switched there and back, and billed to who has it and to who sells it on.
struct Life {
    prices: Vec<Price>,
    it: Subscription,
    deal: usize,
    today: Date,
    own: BTreeMap<PriceId, BTreeSet<Date>>,
    seller: Option<Biller>,
    held: BTreeMap<PriceId, BTreeSet<Date>>,
}

impl Life {
    fn new(is_sold_on: bool) -> Self {
        Self {
            prices: prices(),
            it: began(taken(0, None)),
            deal: 0,
            today: date(BEGIN),
            own: BTreeMap::new(),
            seller: is_sold_on.then(Biller::default),
            held: BTreeMap::new(),
        }
    }

    fn pass(&mut self, days: i64) {
        for _ in 0..days {
            for id in taken(self.deal, None).keys() {
                self.held.entry(*id).or_default().insert(self.today);
            }
            self.today = self.today.plus_days(1);
        }
    }

    /// Goes over to the other deal, with all given back that was charged ahead.
    fn switch(&mut self) {
        let (on, deal) = (self.today, 1 - self.deal);
        let next = taken(deal, None);
        let replaced = self.it.replaced(&next);
        let back = |days: &mut BTreeMap<PriceId, BTreeSet<Date>>| {
            let of = days.iter_mut().filter(|it| replaced.contains(it.0));
            of.for_each(|it| it.1.retain(|day| *day < on));
        };
        back(&mut self.own);
        let it = self.it.clone().charged_up_to(on, &replaced);
        if let Some(seller) = &mut self.seller {
            back(&mut seller.days);
            let of = seller.charged.iter_mut().filter(|it| replaced.contains(it.0));
            of.for_each(|it| it.1.on = it.1.on.min(on));
        }
        let next = Next {
            deal: Deal { prices: next, ..it.deal().clone() },
            term: RunningTerm::lasting(None, on),
        };
        let switched = it.switched(next, (&self.prices, &GivenBack::new()), (on, 0));
        (self.it, self.deal) = (switched.expect("it runs").0, deal);
    }

    fn bill(&mut self, ends_on: Option<Date>) {
        let found = dues_of(&self.it, &self.prices, (self.today, ends_on));
        keep(&found, &self.prices, (&mut self.it.charged, &mut self.own));
        let later = if self.seller.is_some() { LATER } else { 0 };
        self.it = self.it.clone().billed(self.today.plus_days(-later));
    }

    fn bill_seller(&mut self, ends_on: Option<Date>) {
        let Some(seller) = &mut self.seller else { return };
        // What was never charged begins where it was taken.
        for (id, taken) in &self.it.deal().prices {
            if let Some(taken) = taken.taken {
                let first = || taken.charged_from.into();
                seller.charged.entry(*id).or_insert_with(first);
            }
        }
        let mut seen = self.it.clone();
        seen.charged.clone_from(&seller.charged);
        let found = dues_of(&seen, &self.prices, (self.today, ends_on));
        keep(&found, &self.prices, (&mut seller.charged, &mut seller.days));
    }
}

/// A price of a subscription as billing sees it.
fn seen<'a>(it: &'a Subscription, price: &'a Price) -> BillablePrice<'a> {
    let (mark, taken) = (it.charged.get(&price.id), it.deal().prices[&price.id]);
    BillablePrice {
        price,
        label: &price.name,
        frozen_on: taken.frozen_on,
        charged_until: mark.map(|it| it.on),
        charged_days: mark.and_then(|it| it.days),
        charged_terms: None,
        taken: taken.taken,
        given_back: mark.and_then(|it| it.given_back),
        away: it.away(price.id),
        sold_as: None,
        ends_on: taken.until_on,
        units: Quantity::ONE,
        former: &[],
        unit: None,
        tax_category: None,
        usage: &[],
    }
}

/// What is due of a subscription on a day, by price.
fn dues_of(
    it: &Subscription,
    all: &[Price],
    (on, ends_on): (Date, Option<Date>),
) -> Vec<(PriceId, Due)> {
    let subject = name("Server");
    let taken = all.iter().filter(|price| it.deal().prices.contains_key(&price.id));
    let prices: Vec<_> = taken.map(|price| seen(it, price)).collect();
    let of = Billable {
        id: it.id,
        offer: id(2),
        term: None,
        order: None,
        subject: &subject,
        zone: Zone::UTC,
        began_on: date(BEGIN),
        served_from: date(BEGIN),
        charged_from: date(BEGIN),
        ends_on,
        used_until: ends_on,
        term_from: date(BEGIN),
        term_until: None,
        renewals: &[],
        held: &[],
        gone: &[],
        prices: &prices,
    };
    let cycle = Cycle { day: BillingDay::new(1), ..Cycle::MONTHLY };
    let found = dues(&of, cycle, &Policy::DEFAULT, BillDay::of(on)).expect("due");
    found.into_iter().map(|it| (prices[it.place].price.id, it)).collect()
}

/// Keeps what is due as charged. No day of a price is charged twice, and each by its part of the month.
fn keep(
    found: &[(PriceId, Due)],
    all: &[Price],
    (charged, days): (&mut BTreeMap<PriceId, ChargedUntil>, &mut BTreeMap<PriceId, BTreeSet<Date>>),
) {
    for (id, due) in found {
        let service = due.service.expect("a period");
        let mut day = service.start();
        while day < service.end() {
            let is_new = days.entry(*id).or_default().insert(day);
            assert!(is_new, "{id} is charged twice for {day}");
            day = day.plus_days(1);
        }
        let price = all.iter().find(|it| it.id == *id).expect("a price");
        if let (PriceKind::Recurring { .. }, Some(whole)) = (price.kind, due.whole) {
            let (used, of) = (i64::from(due.share.used()), i64::from(due.share.of()));
            assert_eq!(used * whole.days(), of * service.days(), "{due:?}");
        }
        let mark = ChargedUntil { days: due.days(), ..due.until.into() };
        charged.insert(*id, mark);
    }
}

/// One thing that happens after some days.
#[derive(Debug, Clone, Copy)]
enum Then {
    Switch,
    Bill,
    BillSeller,
}

fn thens() -> impl Strategy<Value = Vec<(i64, Then)>> {
    let then = prop_oneof![
        2 => Just(Then::Switch),
        1 => Just(Then::Bill),
        1 => Just(Then::BillSeller),
    ];
    // Often on the same day, and over several months; who sells it on is billed within a year.
    let days = prop_oneof![1 => Just(0_i64), 3 => 1..24_i64];
    prop::collection::vec((days, then), 1..14)
}

proptest! {
    #[test]
    fn what_is_billed_at_a_price_is_the_days_on_which_it_was_held(
        thens in thens(),
        is_sold_on in any::<bool>(),
        rest in 1..40_i64,
    ) {
        let mut life = Life::new(is_sold_on);
        for (days, then) in thens {
            life.pass(days);
            match then {
                Then::Switch => life.switch(),
                Then::Bill => life.bill(None),
                Then::BillSeller => life.bill_seller(None),
            }
        }
        life.pass(rest);
        let end = life.today;
        let over = |days: &BTreeMap<PriceId, BTreeSet<Date>>| {
            // What was charged ahead goes back at an end.
            let held = |it: (&PriceId, &BTreeSet<Date>)| {
                let days: BTreeSet<Date> = it.1.iter().copied().filter(|day| *day < end).collect();
                (*it.0, days)
            };
            days.iter().map(held).filter(|it| !it.1.is_empty()).collect::<BTreeMap<_, _>>()
        };
        life.bill(Some(end));
        life.bill_seller(Some(end));
        prop_assert_eq!(over(&life.own), life.held.clone());
        if let Some(seller) = &life.seller {
            prop_assert_eq!(over(&seller.days), life.held.clone());
        }
    }
}

/// What a subscription is billed for on a day: price, first day and first day after, line by line.
fn billed(it: &Subscription, on: &str) -> String {
    let found = dues_of(it, &prices(), (date(on), None));
    let each = found.iter().filter_map(|(id, due)| Some((id.uuid().as_u128(), due.service?)));
    each.map(|(id, days)| format!("{id}: {days}")).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_was_not_billed_when_a_price_was_left_is_billed_when_it_is_back() {
    let mut life = Life::new(false);
    life.pass(10);
    life.switch();
    life.pass(21);
    life.switch();
    assert_eq!(
        billed(&life.it, "2026-02-01"),
        "1: 2026-01-01..2026-02-01, 2: 2026-01-01..2026-01-11, 3: 2026-01-01..2026-01-11, \
         4: 2026-01-01..2026-01-11, 4: 2026-02-01..2026-03-01, 5: 2026-01-11..2026-02-01, \
         6: 2026-01-11..2026-02-01, 7: 2026-01-11..2026-02-01"
    );
    life.bill(None);
    assert_eq!(billed(&life.it, "2026-02-28"), "");
    life.pass(28);
    life.bill(None);
    assert!(life.it.away(id(2)).is_empty(), "nobody asks for those days any more");
}

#[test]
fn days_before_a_price_was_left_are_billed_at_the_version_that_was_frozen_then() {
    let dearer = PriceVersion { valid_from: date("2026-01-15"), ..rows::price("flat 62") };
    let fee = price(2, monthly(Timing::InArrears), "flat 31");
    let fee = fee.revised(dearer, date(BEGIN)).expect("later");
    let all = [fee, price(9, monthly(Timing::InArrears), "flat 31")];
    let frozen = |number: u128, day: &str| {
        let frozen_on = Some(date(day));
        TakenPrices::from([(id(number), TakenPrice { frozen_on, until_on: None, taken: None })])
    };
    let switched = |it: Subscription, prices, day: &str| {
        let deal = Deal { prices, ..it.deal().clone() };
        let next = Next { deal, term: RunningTerm::lasting(None, date(day)) };
        it.switched(next, (&all, &GivenBack::new()), (date(day), 0)).expect("it runs").0
    };
    let it = switched(began(frozen(2, BEGIN)), frozen(9, "2026-01-11"), "2026-01-11");
    let it = switched(it, frozen(2, "2026-01-21"), "2026-01-21");
    let terms = TermDays { first: date(BEGIN), renewals: &[], last: date(BEGIN), until: None };
    for (day, expected) in [("2026-01-05", "2000-01-01"), ("2026-01-25", "2026-01-15")] {
        let found = seen(&it, &all[0]).version_on(date(day), terms, &Policy::DEFAULT);
        assert_eq!(found.map(|it| it.valid_from), Ok(date(expected)), "{day}");
    }
}

#[test]
fn what_a_price_took_the_place_of_is_said_with_its_first_charge_after_that() {
    let mut it = began(taken(0, None));
    let all = prices();
    for (deal, day, given) in [(1, "2026-01-11", None), (0, "2026-01-21", Some(7))] {
        let on = date(day);
        let next = Next {
            deal: Deal { prices: taken(deal, None), ..it.deal().clone() },
            term: RunningTerm::lasting(None, on),
        };
        let given = given.map(|it| (id(7), Money::minor(it, Currency::EUR)));
        let given = given.into_iter().collect::<GivenBack>();
        it = it.switched(next, (&all, &given), (on, 0)).expect("it runs").0;
    }
    let said: Vec<_> = dues_of(&it, &all, (date("2026-02-01"), None))
        .into_iter()
        .filter_map(|(id, due)| {
            let price = all.iter().find(|it| it.id == id)?;
            seen(&it, price).given_back_before(&due).zip(due.service)
        })
        .map(|(given, days)| format!("{given} {days}"))
        .collect();
    assert_eq!(said, ["0.07 2026-01-21..2026-02-01"]);
}
