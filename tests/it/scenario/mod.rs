//! Lives: months pass, and what is left is what months leave.

mod aggregator;
mod alterations;
mod billing;
mod bundles;
mod calendars;
mod change_policies;
mod changes;
mod charges;
mod consumers;
mod coupon_days;
mod coupons;
mod crowds;
mod damages;
mod deliveries;
mod deposits;
mod discounts;
mod dunning;
mod endings;
mod estimates;
mod eu_vat;
mod failing_steps;
mod first_invoice;
mod foretold;
mod goodwill;
mod holds;
mod in_hand;
mod instalments;
mod ladders;
mod languages;
mod life;
mod marketplace;
mod meetings;
mod models;
mod moved_terms;
mod notices;
mod platform;
mod prepaid;
mod renewals;
mod resale;
mod seats;
mod settlement;
mod share_models;
mod taxes;
mod terms;
mod there_and_back;
mod two_sellers;
mod unrated;
mod unused;
mod voids;
mod waiting;
mod years;

use std::collections::{BTreeMap, BTreeSet};

use tillbox::domain::catalog::price::PriceModel;
use tillbox::domain::dunning::Action;

/// A year or more of somebody: the test that tells it with a statement at its end, what it is of, and what
/// it shows.
type Life = (&'static str, &'static str, &'static [&'static str]);

/// Where units come and go, a leap day, the last day of months and both changes of the clock.
const YEARS: &[&str] = &["leap year", "month end", "daylight saving"];

/// The lives that are told.
const LIVES: &[Life] = &[
    ("years::a_year_at_a_flat_fee", "flat, ahead", &["flat in advance", "leap year"]),
    ("years::a_year_at_a_flat_fee", "flat, afterwards", &["flat in arrears", "month end"]),
    ("years::a_year_by_the_unit", "units, ahead", &["per_unit in advance"]),
    ("years::a_year_by_the_unit", "units, afterwards", &["per_unit in arrears"]),
    ("years::a_year_by_graduated_tiers", "tiers, ahead", &["graduated in advance"]),
    ("years::a_year_by_graduated_tiers", "tiers, afterwards", &["graduated in arrears"]),
    ("years::a_year_by_volume", "volume, ahead", &["volume in advance"]),
    ("years::a_year_by_volume", "volume, afterwards", &["volume in arrears"]),
    ("years::a_year_by_the_package", "packages, ahead", &["package in advance"]),
    ("years::a_year_by_the_package", "packages, afterwards", &["package in arrears"]),
    ("years::a_year_by_steps", "steps, ahead", &["stairstep in advance"]),
    ("years::a_year_by_steps", "steps, afterwards", &["stairstep in arrears"]),
    (USES, "use by the unit", &["per_unit by use", "daylight saving"]),
    (USES, "use by tiers", &["graduated by use"]),
    (USES, "use by volume", &["volume by use"]),
    (USES, "use by packages", &["package by use"]),
    (USES, "use by steps", &["stairstep by use"]),
    (FLOORS, "use by percentage", &["percentage by use"]),
    (FLOORS, "use with a minimum", &["minimum by use"]),
    (FLOORS, "use with a commitment", &["commitment by use"]),
    ("terms::a_year_of_use_by_parts_of_an_amount", "", &["graduated_percentage by use"]),
    ("terms::a_year_of_use_by_region", "", &["per_dimension by use", "leap year"]),
    ("resale::a_year_of_what_a_reseller_sells_on", "", &["reseller 1 deep"]),
    ("resale::a_year_of_what_is_sold_on_over_two_levels", "", &["reseller 2 deep"]),
    ("resale::a_year_of_what_is_sold_on_over_three_levels", "", &["reseller 3 deep"]),
    ("ladders::a_year_of_reminders", "", &["dunned by mail"]),
    ("ladders::a_year_of_fees_for_paying_late", "", &["dunned by late_fee"]),
    ("ladders::a_year_of_holds_for_what_is_overdue", "", &["dunned by credit_hold"]),
    ("ladders::a_year_that_ends_with_what_is_not_paid", "", &["dunned by terminate"]),
    ("ladders::a_year_that_is_paid_in_instalments", "", &[]),
    ("calendars::a_year_of_fortnights", "", &[]),
    ("calendars::a_year_of_45_days_each", "", &["leap year"]),
    ("calendars::two_years_of_quarters_that_end_with_a_short_month", "", YEARS),
    ("calendars::three_years_of_halves_from_the_last_of_august", "", &["month end"]),
    ("calendars::five_years_from_a_leap_day", "", &["leap year"]),
    ("calendars::a_year_on_the_29th_of_each_month", "", &["month end"]),
    ("calendars::a_year_on_the_30th_of_each_month", "", &["month end"]),
    ("calendars::a_year_on_the_last_of_each_month", "", &["month end"]),
    ("calendars::a_year_that_is_billed_ten_days_after_its_periods", "", &[]),
    ("calendars::a_year_that_is_billed_five_days_before_its_periods", "", &[]),
    ("calendars::a_year_whose_billing_day_is_moved_at_the_end_of_a_period", "", &[]),
    ("calendars::a_year_whose_billing_day_is_moved_within_the_period_that_is_left", "", &[]),
    ("calendars::a_year_whose_billing_day_is_moved_at_once", "", &[]),
    ("calendars::a_year_in_new_york", "", &["daylight saving"]),
    ("calendars::a_year_in_auckland_whose_summer_is_in_january", "", &["daylight saving"]),
    (
        "calendars::a_year_on_lord_howe_where_the_clock_moves_by_half_an_hour",
        "",
        &["daylight saving"],
    ),
    ("calendars::a_year_in_havana_where_a_day_begins_at_one", "", &["daylight saving"]),
    ("terms::a_year_after_a_month_on_trial", "", &["month end"]),
    ("terms::two_terms_of_a_year_with_what_each_begins_with", "", &[]),
    ("terms::a_year_whose_price_rises_with_the_period", "", &[]),
    ("terms::a_year_whose_price_rises_with_the_term", "", &[]),
    ("terms::a_year_that_is_charged_while_it_is_held", "", &[]),
    ("terms::a_year_that_costs_nothing_while_it_is_held", "", &[]),
    ("seats::a_year_of_seats_that_run_to_the_end_of_their_period", "", &["leap year"]),
    ("seats::a_year_of_seats_that_are_given_back_at_once", "", &[]),
    ("seats::a_year_of_seats_by_months_of_30_days", "", &[]),
    ("seats::a_year_of_seats_of_which_a_part_costs_as_much_as_the_whole", "", &[]),
    ("seats::a_year_of_seats_as_lago_bills_it", "", &[]),
    ("seats::a_year_of_seats_as_kill_bill_does", "", &[]),
    ("seats::a_year_of_seats_as_cloudblue_does", "", &[]),
    ("seats::a_year_of_seats_as_fiware_does", "", &[]),
    ("terms::a_year_with_a_coupon_for_half_of_it", "", &[]),
    ("terms::a_year_of_which_two_months_are_free", "", &[]),
    ("terms::a_year_with_a_deposit_that_goes_back", "", &[]),
    ("terms::a_year_that_was_paid_ahead", "", &[]),
    ("terms::a_year_in_yen_and_in_dinars_which_have_none_and_three_places", "yen", &[]),
    ("terms::a_year_in_yen_and_in_dinars_which_have_none_and_three_places", "dinars", &[]),
    ("terms::a_year_in_which_the_tax_rises", "", &[]),
    ("terms::a_year_that_stops_and_goes_on_again", "", &[]),
    ("terms::a_year_of_prices_that_contain_their_tax", "", &[]),
    ("terms::a_year_of_two_products_with_an_invoice_each", "", &[]),
];

const USES: &str = "years::a_year_of_use_by_the_unit_tier_volume_package_and_step";
const FLOORS: &str = "years::a_year_of_use_by_percentage_minimum_and_commitment";

const FOR_A_PERIOD: &[&str] = &["in advance", "in arrears"];
const ANYHOW: &[&str] = &["in advance", "in arrears", "by use"];
const BY_USE: &[&str] = &["by use"];

/// How each model can be charged.
const MODELS: [(&str, &[&str]); 11] = [
    ("flat", FOR_A_PERIOD),
    ("per_unit", ANYHOW),
    ("graduated", ANYHOW),
    ("volume", ANYHOW),
    ("package", ANYHOW),
    ("stairstep", ANYHOW),
    ("percentage", BY_USE),
    ("graduated_percentage", BY_USE),
    ("minimum", BY_USE),
    ("commitment", BY_USE),
    ("per_dimension", BY_USE),
];

/// The row of a model: one that is new does not build before it has one.
const fn row(it: &PriceModel) -> usize {
    match it {
        PriceModel::Flat(_) => 0,
        PriceModel::PerUnit(_) => 1,
        PriceModel::Graduated(_) => 2,
        PriceModel::Volume(_) => 3,
        PriceModel::Package { .. } => 4,
        PriceModel::Stairstep(_) => 5,
        PriceModel::Percentage(_) => 6,
        PriceModel::GraduatedPercentage(_) => 7,
        PriceModel::Minimum { .. } => 8,
        PriceModel::Commitment { .. } => 9,
        PriceModel::PerDimension { .. } => 10,
    }
}

/// The steps of dunning.
const STEPS: [&str; 4] = ["mail", "late_fee", "credit_hold", "terminate"];

/// The place of a step: one that is new does not build before it has one.
const fn step(it: Action) -> usize {
    match it {
        Action::Mail => 0,
        Action::LateFee(_) => 1,
        Action::CreditHold => 2,
        Action::Terminate => 3,
    }
}

/// What some life must show.
fn wanted() -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    let _: fn(&PriceModel) -> usize = row;
    let _: fn(Action) -> usize = step;
    for (model, timings) in MODELS {
        wanted.extend(timings.iter().map(|timing| format!("{model} {timing}")));
    }
    wanted.extend(STEPS.iter().map(|it| format!("dunned by {it}")));
    wanted.extend((1..=3).map(|depth| format!("reseller {depth} deep")));
    wanted.extend(YEARS.iter().map(|it| (*it).to_owned()));
    wanted
}

/// The text of a test, if it is there.
fn told(test: &str) -> Option<String> {
    let (file, name) = test.split_once("::")?;
    let path = format!("{}/tests/it/scenario/{file}.rs", env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(path).ok()?;
    let (_, rest) = source.split_once(&format!("#[test]\nfn {name}() {{\n"))?;
    Some(rest.split("\n}\n").next()?.to_owned())
}

#[test]
fn at_least_fifty_lives_are_told_and_each_model_timing_step_depth_and_calendar_has_one() {
    let mut lives = BTreeMap::new();
    for (test, of, shows) in LIVES {
        let body = told(test).unwrap_or_else(|| panic!("there is no test {test}"));
        assert!(body.contains("expect!["), "{test} ends with a statement");
        assert!(lives.insert((test, of), shows).is_none(), "{test} {of} is told twice");
    }
    assert!(lives.len() >= 50, "{} lives are told", lives.len());
    let shown: BTreeSet<_> =
        lives.values().flat_map(|it| it.iter().map(|it| (*it).to_owned())).collect();
    let missing: Vec<_> = wanted().difference(&shown).cloned().collect();
    assert!(missing.is_empty(), "no life shows {missing:?}");
    let unknown: Vec<_> = shown.difference(&wanted()).cloned().collect();
    assert!(unknown.is_empty(), "nobody asks for {unknown:?}");
}
