//! Lives of subscriptions, billed day by day: what stands on their invoices.

mod again;
mod altered;
mod bounds;
mod charged_terms;
mod coupons;
mod days;
mod discounts;
mod laws;
mod once;
mod prepaid;
mod seconds;
mod so_far;
mod switch;
mod taxed;
mod taxes;
mod units;
mod usage;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::account::cycle::BillingDay;
use crate::domain::billing::coupon::Redeemed;
use crate::domain::billing::due::{ChargeDays, FormerUnits, Hold, charge_days};
use crate::domain::billing::invoice::explanation::recompute;
use crate::domain::billing::invoice::sample::{date, euros, id, stamp};
use crate::domain::billing::policy::{
    MovedAnchor, PriceVersionAt, RemovedUnits, TierFees, WhileHeld, ZeroUsage,
};
use crate::domain::billing::rating::rows;
use crate::domain::catalog::coupon::Redemption;
use crate::domain::catalog::lifecycle::{Life, State};
use crate::domain::catalog::price::{Base, Occasion, Price, PriceKind, Timing, Versions};
use crate::domain::catalog::tax::{Buyers, TaxRule, Treatment};
use crate::domain::party::medium::PostalAddress;
use crate::domain::quantity::Percent;
use crate::domain::subscription::change::Taken;
use crate::domain::text::Name;
use crate::domain::time::{Span, Validity, Zone};
use crate::domain::usage::detail::Detail;

fn name(text: &str) -> Name {
    text.parse().expect(text)
}

/// A price of `kind` as tests of rating write models, in force since 2020.
fn price(number: u128, kind: PriceKind, model: &str) -> Price {
    Price {
        id: id(number),
        stamp: stamp(),
        name: name(model),
        names: BTreeMap::new(),
        description: None,
        offer: id(2),
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
        versions: Versions::first(rows::price(model)).expect(model),
        next_at: None,
    }
}

fn monthly(timing: Timing) -> PriceKind {
    PriceKind::Recurring { every: Span::months(1), timing }
}

fn usage() -> PriceKind {
    PriceKind::Usage { meter: id(4) }
}

fn vat(percent: i64) -> TaxRule {
    TaxRule {
        id: id(5),
        stamp: stamp(),
        name: name("VAT"),
        zone: id(6),
        category: None,
        buyers: Buyers::All,
        treatment: Treatment::Standard(Percent::new(percent.into())),
        valid_from: date("2000-01-01"),
        valid_until: None,
    }
}

/// One subscription in a world that bills it: what it is charged, and what was charged so far.
struct World {
    prices: Vec<Price>,
    marks: Vec<Option<Date>>,
    usage: Vec<Vec<UsageTotal>>,
    held: Vec<Hold>,
    /// When it was not there.
    gone: Vec<Hold>,
    frozen_on: Option<Date>,
    subject: Name,
    units: Quantity,
    /// How many units there were before, for all prices.
    former: Vec<FormerUnits>,
    /// For what the last days of each price were charged.
    charged_days: Vec<Option<ChargedDays>>,
    /// At what that was charged.
    charged_terms: Vec<Option<ChargedTerms>>,
    /// When each price was taken.
    taken: Vec<Option<Taken>>,
    began_on: Date,
    charged_from: Date,
    ends_on: Option<Date>,
    renewals: Vec<Date>,
    cycle: Cycle,
    /// The day on which it is moved to another cycle.
    cut_on: Option<Date>,
    /// The first day of that cycle, and it.
    turns: Option<(Date, Cycle)>,
    policy: Policy,
    /// Where days begin.
    zone: Zone,
    rules: Vec<TaxRule>,
    discounts: Vec<Discount>,
    /// The uses of coupons, with what they unlocked.
    coupons: Vec<(Redemption, Discount)>,
    /// What was paid in before, in cents.
    prepaid: i64,
}

impl World {
    fn new(began_on: &str, prices: Vec<Price>) -> Self {
        Self {
            marks: vec![None; prices.len()],
            usage: vec![vec![]; prices.len()],
            charged_days: vec![None; prices.len()],
            charged_terms: vec![None; prices.len()],
            taken: vec![None; prices.len()],
            prices,
            held: vec![],
            gone: vec![],
            frozen_on: None,
            subject: name("Server"),
            units: Quantity::ONE,
            former: vec![],
            began_on: date(began_on),
            charged_from: date(began_on),
            ends_on: None,
            renewals: vec![],
            cycle: Cycle { day: BillingDay::new(1), ..Cycle::MONTHLY },
            cut_on: None,
            turns: None,
            policy: Policy::DEFAULT,
            zone: Zone::UTC,
            rules: vec![vat(20)],
            discounts: vec![],
            coupons: vec![],
            prepaid: 0,
        }
    }

    fn anniversary(self) -> Self {
        Self { cycle: Cycle::MONTHLY, ..self }
    }

    /// What is billed on a day, without keeping the marks.
    fn preview(&self, on: Date) -> Result<Bill, Rejection> {
        self.made(on, bill)
    }

    fn made<T>(
        &self,
        on: Date,
        make: impl Fn(&Billing<'_>) -> Result<T, Rejection>,
    ) -> Result<T, Rejection> {
        let coupons: Vec<_> = self
            .coupons
            .iter()
            .map(|(redemption, discount)| Redeemed { redemption, discount })
            .collect();
        let (nowhere, locale) = (PostalAddress::default(), "en".parse().expect("a locale"));
        self.seen(|subscription| {
            make(&Billing {
                cut_on: self.cut_on,
                turns: self.turns,
                account: id(1),
                billing_account: id(7),
                currency: Currency::EUR,
                cycle: self.cycle,
                buyer: TaxedBuyer { zone: Some(id(6)), ..TaxedBuyer::somebody(&nowhere, &locale) },
                on,
                policy: &self.policy,
                taxing: Taxing { rules: &self.rules, ..Taxing::unsaid(&nowhere) },
                discounts: Discounts {
                    all: &self.discounts,
                    account: Some(id(1)),
                    class: None,
                    locale: &locale,
                },
                coupons: &coupons,
                prepaid: Money::minor(self.prepaid, Currency::EUR),
                subscriptions: &[*subscription],
            })
        })
    }

    /// When it was charged last and is charged next.
    fn days(&self) -> ChargeDays {
        self.seen(|it| charge_days(it, self.cycle, &self.policy))
    }

    /// Shows the subscription as billing sees it.
    fn seen<T>(&self, look: impl FnOnce(&Billable<'_>) -> T) -> T {
        let prices: Vec<_> = self
            .prices
            .iter()
            .zip(&self.marks)
            .zip(&self.usage)
            .zip(&self.charged_days)
            .zip(self.charged_terms.iter().zip(&self.taken))
            .map(|((((price, mark), usage), charged_days), (charged_terms, taken))| BillablePrice {
                charged_terms: charged_terms.as_ref(),
                taken: *taken,
                price,
                label: &price.name,
                frozen_on: self.frozen_on,
                charged_until: *mark,
                charged_days: *charged_days,
                given_back: None,
                away: &[],
                sold_as: None,
                ends_on: None,
                units: self.units,
                former: &self.former,
                unit: None,
                tax_category: price.tax_category,
                usage,
            })
            .collect();
        look(&Billable {
            id: id(3),
            offer: id(2),
            term: None,
            order: None,
            subject: &self.subject,
            zone: self.zone,
            began_on: self.began_on,
            served_from: self.began_on,
            charged_from: self.charged_from,
            ends_on: self.ends_on,
            used_until: self.ends_on,
            term_until: None,
            term_from: self.renewals.last().copied().unwrap_or(self.began_on),
            renewals: &self.renewals,
            held: &self.held,
            gone: &self.gone,
            prices: &prices,
        })
    }

    /// Bills a day and keeps the marks.
    fn bill(&mut self, on: &str) -> Option<Content> {
        let bill = self.preview(date(on)).expect(on);
        self.keep(bill)
    }

    /// Bills what was used in the period that runs on a day, and keeps the marks.
    fn interim(&mut self, on: &str) -> Option<Content> {
        let bill = self.made(date(on), interim).expect(on);
        self.keep(bill)
    }

    fn keep(&mut self, bill: Bill) -> Option<Content> {
        for mark in &bill.marks {
            let place = self.prices.iter().position(|it| it.id == mark.price).expect("a price");
            self.marks[place] = mark.until.or(self.marks[place]);
            self.charged_days[place] = mark.days.or(self.charged_days[place]);
            match &mark.usage {
                Some(UsageTotal { period, quantity, detail, towards, bought, true_up, .. }) => {
                    let total = self.usage[place].iter_mut().find(|it| it.period == *period);
                    let total = total.expect("usage of the period");
                    total.is_new = false;
                    (total.charged, total.charged_detail) = (*quantity, detail.clone());
                    (total.towards, total.bought) = (*towards, *bought);
                    total.charged_terms.clone_from(&mark.charged_terms);
                    total.true_up.clone_from(true_up);
                }
                None => self.charged_terms[place].clone_from(&mark.charged_terms),
            }
        }
        for (redemption, _) in &mut self.coupons {
            if bill.coupons.contains(&redemption.id) {
                *redemption = redemption.clone().billed();
            }
        }
        bill.content
    }

    /// Says that a meter counted so much in a period.
    fn count(&mut self, place: usize, period: &str, quantity: &str) {
        let (start, end) = period.split_once("..").expect(period);
        let period = Period::new(date(start), date(end)).expect(period);
        let quantity = quantity.parse().expect(quantity);
        match self.usage[place].iter_mut().find(|it| it.period == period) {
            Some(total) => total.quantity = quantity,
            None => self.usage[place].push(UsageTotal {
                period,
                from_at: Zone::UTC.start_of(period.start()),
                until_at: Zone::UTC.start_of(period.end()),
                quantity,
                detail: Detail::Total,
                is_new: true,
                charged: Quantity::ZERO,
                charged_detail: Detail::Total,
                towards: None,
                charged_terms: None,
                true_up: None,
                bought: None,
                records: 1,
            }),
        }
    }
}

/// `total: kind period net, …` of an invoice, or `-` if there is none.
fn told(content: Option<Content>) -> String {
    let Some(content) = content else { return "-".to_owned() };
    let lines: Vec<_> = content
        .lines
        .iter()
        .map(|it| {
            assert_eq!(recompute(&it.explanation), Ok(it.amount), "an explanation explains");
            match it.service_period {
                Some(period) => format!("{} {period} {}", it.kind, it.net.decimal()),
                None => format!("{} {}", it.kind, it.net.decimal()),
            }
        })
        .collect();
    let nets = Money::sum(content.lines.iter().map(|it| it.net), content.currency);
    assert_eq!(nets, Ok(content.totals.net), "the lines sum to the total");
    format!("{}: {}", content.totals.gross.decimal(), lines.join(", "))
}

#[test]
fn worked_cases_of_first_invoices_come_out() {
    let advance = monthly(Timing::InAdvance);
    let table = [
        ("W041", "2026-08-10", "2026-08-10", "flat 50", "42.58"),
        ("W051", "2025-02-08", "2025-02-08", "flat 100", "90.00"),
        ("W057", "2023-01-08", "2023-01-08", "flat 50", "46.45"),
        ("W043", "2024-03-05", "2024-03-15", "flat 50000", "32903.22"),
    ];
    for (id, began_on, charged_from, model, gross) in table {
        let mut life = World::new(began_on, vec![price(1, advance, model)]);
        life.charged_from = date(charged_from);
        let content = life.bill(charged_from).expect(id);
        assert_eq!(content.totals.gross, euros(gross), "{id}");
    }
}

#[test]
fn a_trial_is_free_and_the_first_charge_comes_when_it_ends() {
    let advance = monthly(Timing::InAdvance);
    let mut life = World::new("2024-03-05", vec![price(1, advance, "flat 50000")]);
    life.charged_from = date("2024-03-15");
    assert_eq!(told(life.bill("2024-03-14")), "-");
    let first = told(life.bill("2024-03-15"));
    assert_eq!(first, "32903.22: recurring 2024-03-15..2024-04-01 27419.35");
}

#[test]
fn an_anniversary_on_the_31st_never_drifts() {
    let advance = monthly(Timing::InAdvance);
    let mut life = World::new("2024-01-31", vec![price(1, advance, "flat 10")]).anniversary();
    let days: Vec<_> = (0..100)
        .map(|it| date("2024-01-31").plus_days(it).to_string())
        .filter(|it| life.bill(it).is_some())
        .collect();
    assert_eq!(days, ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]);
}

#[test]
fn the_coming_month_and_the_usage_of_the_last_stand_on_one_invoice() {
    let prices = vec![
        price(1, monthly(Timing::InAdvance), "flat 50"),
        price(2, usage(), "graduated 10: 1.5, 20: 1.2, *: 1"),
        price(3, PriceKind::OneTime(Occasion::Setup), "flat 99"),
    ];
    let mut life = World::new("2026-01-01", prices);
    let first = told(life.bill("2026-01-01"));
    assert_eq!(first, "178.80: recurring 2026-01-01..2026-02-01 50.00, setup 99.00");
    life.count(1, "2026-01-01..2026-02-01", "22");
    let second = told(life.bill("2026-02-01"));
    assert_eq!(
        second,
        "94.80: recurring 2026-02-01..2026-03-01 50.00, usage 2026-01-01..2026-02-01 29.00"
    );
}

#[test]
fn the_last_period_ends_with_the_subscription_and_nothing_comes_after() {
    let prices = vec![price(1, monthly(Timing::InAdvance), "flat 30"), price(2, usage(), "unit 1")];
    let mut life = World::new("2026-04-01", prices);
    life.ends_on = Some(date("2026-05-11"));
    life.count(1, "2026-04-01..2026-05-01", "5");
    life.count(1, "2026-05-01..2026-05-11", "7");
    assert_eq!(told(life.bill("2026-04-01")), "36.00: recurring 2026-04-01..2026-05-01 30.00");
    assert_eq!(
        told(life.bill("2026-05-01")),
        "17.62: recurring 2026-05-01..2026-05-11 9.68, usage 2026-04-01..2026-05-01 5.00"
    );
    assert_eq!(told(life.bill("2026-05-11")), "8.40: usage 2026-05-01..2026-05-11 7.00");
    assert_eq!(told(life.bill("2027-01-01")), "-");
}

#[test]
fn days_on_hold_are_charged_or_not_as_the_policy_says() {
    let hold = |from: &str, until: Option<&str>| Hold { from: date(from), until: until.map(date) };
    let held = |timing, hold, while_held| {
        let mut life = World::new("2026-04-01", vec![price(1, monthly(timing), "flat 30")]);
        life.held = vec![hold];
        life.policy.while_held = while_held;
        life
    };
    let closed = hold("2026-04-11", Some("2026-04-21"));
    let pause = WhileHeld::Pause;
    let net = |mut life: World, on: &str| life.bill(on).map(|it| it.totals.net);
    let arrears = Timing::InArrears;
    let charge = held(arrears, closed, WhileHeld::Charge);
    assert_eq!(net(charge, "2026-05-01"), Some(euros("30")));
    assert_eq!(net(held(arrears, closed, pause), "2026-05-01"), Some(euros("20")));

    let advance = Timing::InAdvance;
    let since = hold("2026-03-30", None);
    assert_eq!(net(held(advance, since, WhileHeld::Charge), "2026-04-01"), Some(euros("30")));
    assert_eq!(net(held(advance, since, pause), "2026-04-20"), None);
    let released = hold("2026-03-30", Some("2026-04-21"));
    let mut life = held(advance, released, pause);
    assert_eq!(told(life.bill("2026-04-21")), "12.00: recurring 2026-04-21..2026-05-01 10.00");
}

#[test]
fn days_between_an_end_and_going_on_cost_nothing() {
    let gone = Hold { from: date("2026-04-11"), until: Some(date("2026-04-21")) };
    let world = |timing| {
        let life = World::new("2026-04-01", vec![price(1, monthly(timing), "flat 30")]);
        assert_eq!(life.policy.while_held, WhileHeld::Charge);
        World { gone: vec![gone], ..life }
    };
    let mut arrears = world(Timing::InArrears);
    let whole = "24.00: recurring 2026-04-01..2026-05-01 20.00";
    assert_eq!(told(arrears.bill("2026-05-01")), whole);
    // What was paid ahead was given back from its end on.
    let mut advance = World { marks: vec![Some(gone.from)], ..world(Timing::InAdvance) };
    let rest = "12.00: recurring 2026-04-21..2026-05-01 10.00";
    assert_eq!(told(advance.bill("2026-04-30")), rest);
}

#[test]
fn what_comes_to_nothing_is_shown_or_left_away_and_charged_either_way() {
    let life = |policy| {
        let prices = vec![price(1, monthly(Timing::InAdvance), "flat 0")];
        World { policy, ..World::new("2026-01-01", prices) }
    };
    let kept = Policy { zero_lines: ZeroLines::Keep, ..Policy::DEFAULT };
    let issued = Policy { zero_invoices: ZeroInvoices::Issue, ..kept };
    let first = "0.00: recurring 2026-01-01..2026-02-01 0.00";
    for (policy, expected) in [(Policy::DEFAULT, "-"), (kept, "-"), (issued, first)] {
        let mut life = life(policy);
        assert_eq!(told(life.bill("2026-01-01")), expected);
        assert_eq!(life.marks, [Some(date("2026-02-01"))]);
    }
}

#[test]
fn a_gross_price_is_what_the_buyer_pays() {
    let gross = Price { base: Base::Gross, ..price(1, monthly(Timing::InAdvance), "flat 9.99") };
    let mut life = World::new("2026-01-01", vec![gross]);
    let content = life.bill("2026-01-01").expect("an invoice");
    assert_eq!((content.totals.gross, content.totals.tax), (euros("9.99"), euros("1.67")));
}

#[test]
fn what_cannot_be_billed_is_refused_with_the_reason_and_nothing_is_billed() {
    let advance = monthly(Timing::InAdvance);
    let flat = || price(1, advance, "flat 10");
    let life = |price: Price| World::new("2026-01-01", vec![price]);
    let later = PriceVersion { valid_from: date("2027-01-01"), ..rows::price("flat 1") };
    let table = [
        (life(Price { currency: Currency::USD, ..flat() }), Code::CurrenciesDiffer),
        (
            life(Price { versions: Versions::first(later).expect("a version"), ..flat() }),
            Code::PriceMissing,
        ),
        (World { rules: vec![], ..life(flat()) }, Code::TaxUndetermined),
        (life(price(1, usage(), "unit 1")), Code::BillingInputIncomplete),
        (life(price(1, advance, "flat 100000000000")), Code::AmountOutOfRange),
    ];
    for (mut life, code) in table {
        if code == Code::AmountOutOfRange {
            life.prices[0] = price(1, advance, "unit 1000000000000");
            life.units = Quantity::whole(1_000_000);
        }
        let refused = life.preview(date("2026-02-01")).map_err(|it| it.code);
        assert_eq!(refused.map(|_| ()), Err(code));
    }
}
