//! Lives of cases, told by the days on which something is done.

use super::*;
use crate::domain::account::class::Holding;
use crate::domain::billing::invoice::sample::{date, euros, id, stamp};
use crate::domain::dunning::LateFee;

/// An invoice that was due on a day.
type Bill<'a> = (&'a str, &'a str);

fn ladder(rungs: &[(u16, &str, Action)]) -> Ladder {
    let rung = |it: &(u16, &str, Action)| Rung {
        after_days: it.0,
        from_sum: it.1.parse().expect("a figure"),
        action: it.2,
    };
    Ladder::new(rungs.iter().map(rung).collect()).expect("a ladder")
}

fn manual() -> CreditTerms {
    CreditTerms::DEFAULT
}

fn look<'a>(terms: (&'a Ladder, CreditTerms), on: &str, bills: &[Bill<'_>]) -> Look<'a> {
    let owed = bills.iter().map(|(due_on, amount)| Owed {
        of: OwedFor::Invoice(id(1)),
        due_on: date(due_on),
        amount: euros(amount),
    });
    Look {
        ladder: terms.0,
        credit: terms.1,
        zone: Zone::UTC,
        owed: owed.collect(),
        negative_since_on: bills.iter().map(|it| date(it.0).plus_days(-9)).min(),
        spared_until: None,
        reminding: Reminding::Mail,
        now: Zone::UTC.start_of(date(on)),
    }
}

fn begin(look: &Look<'_>) -> Dunning {
    let of = (id(1), id(2), Currency::EUR);
    Dunning::begin((id(3), stamp()), of, look).expect("a sum").0
}

/// What is done from a day on, while nobody pays: each step with its day.
fn told(terms: (&Ladder, CreditTerms), (from, days): (&str, i64), bills: &[Bill<'_>]) -> String {
    let mut case = begin(&look(terms, from, &bills[..1]));
    let mut told = String::new();
    for day in 0..days {
        let today = date(from).plus_days(day);
        let known: Vec<_> = bills.iter().filter(|it| date(it.0) < today).copied().collect();
        let look = look(terms, &today.to_string(), &known);
        case = case.seen(&look).expect("a sum");
        while let Some(next) = case.due(look.now) {
            let verb;
            (case, verb) = case.take(next, &look).expect("a sum").came_to(Done::DONE);
            let step = case.steps().last().expect("it was taken");
            told += &format!("{today} {} {} ({})\n", step.action.word(), step.overdue, verb.name());
        }
    }
    told
}

#[test]
fn nothing_is_attempted_until_the_sum_passes_the_threshold() {
    let twice = ladder(&[(1, "150", Action::Mail), (4, "150", Action::Mail)]);
    let w117 = told(
        (&twice, manual()),
        ("2026-01-02", 60),
        &[("2026-01-01", "149.00"), ("2026-01-06", "6.00")],
    );
    assert_eq!(w117, "2026-01-07 mail 155.00 EUR (sent)\n2026-01-10 mail 155.00 EUR (sent)\n");
    let never = told((&twice, manual()), ("2026-01-02", 60), &[("2026-01-01", "149.00")]);
    assert_eq!(never, "");
}

#[test]
fn each_step_is_taken_once_and_in_order() {
    let fee = Action::LateFee(LateFee { fee: "5".parse().expect("a figure"), tax_category: None });
    let steps = [
        (3, "0", Action::Mail),
        (7, "0", fee),
        (10, "0", Action::CreditHold),
        (30, "0", Action::Terminate),
    ];
    let all = told((&ladder(&steps), manual()), ("2026-01-11", 90), &[("2026-01-10", "100")]);
    let expected = "2026-01-13 mail 100.00 EUR (sent)\n\
                    2026-01-17 late_fee 100.00 EUR (issued)\n\
                    2026-01-20 credit_hold 100.00 EUR (held)\n\
                    2026-02-09 terminate 100.00 EUR (terminated)\n";
    assert_eq!(all, expected);
}

#[test]
fn a_ladder_that_changes_repeats_no_step_and_skips_none() {
    let bills = [("2026-01-10", "100")];
    let was = ladder(&[(3, "0", Action::Mail), (10, "0", Action::CreditHold)]);
    let case = begin(&look((&was, manual()), "2026-01-13", &bills));
    let next = case.due(Zone::UTC.start_of(date("2026-01-13"))).expect("a mail");
    let case = case.take(next, &look((&was, manual()), "2026-01-13", &bills)).expect("a sum");
    type Rungs = &'static [(u16, &'static str, Action)];
    type Row = (&'static str, Rungs, Option<(&'static str, u16)>);
    let table: [Row; 5] = [
        (
            "as it was",
            &[(3, "0", Action::Mail), (10, "0", Action::CreditHold)],
            Some(("01-20", 10)),
        ),
        (
            "one before",
            &[(2, "0", Action::Mail), (3, "0", Action::Mail), (10, "0", Action::CreditHold)],
            Some(("01-20", 10)),
        ),
        ("without the one that was taken", &[(10, "0", Action::CreditHold)], Some(("01-20", 10))),
        (
            "one between",
            &[(5, "0", Action::Mail), (10, "0", Action::Terminate)],
            Some(("01-15", 5)),
        ),
        ("none after", &[(1, "0", Action::Mail), (2, "0", Action::CreditHold)], None),
    ];
    for (name, rungs, expected) in table {
        let changed = ladder(rungs);
        let seen = case.clone().seen(&look((&changed, manual()), "2026-01-14", &bills));
        let next = seen.expect("a sum").next().map(|it| (it.on.to_string(), it.after_days));
        let expected = expected.map(|(on, days)| (format!("2026-{on}"), Some(days)));
        assert_eq!(next, expected, "{name}");
    }
}

#[test]
fn what_came_to_nothing_is_told_as_a_change_alone() {
    let fee = Action::LateFee(LateFee { fee: "5".parse().expect("a figure"), tax_category: None });
    for (action, verb) in [
        (Action::Mail, Verb::Sent),
        (fee, Verb::Issued),
        (Action::CreditHold, Verb::Held),
        (Action::Terminate, Verb::Terminated),
    ] {
        let steps = ladder(&[(3, "0", action)]);
        let look = look((&steps, manual()), "2026-01-13", &[("2026-01-10", "100")]);
        let case = begin(&look);
        let next = case.due(look.now).expect("it is due");
        let case = case.take(next, &look).expect("a sum");
        assert_eq!(case.clone().came_to(Done::DONE).1, verb);
        assert_eq!(case.clone().came_to(Done::SKIPPED).1, Verb::Changed, "{}", action.word());
        assert_eq!(case.came_to(Done::failed("no address")).1, Verb::Failed, "{}", action.word());
    }
}

#[test]
fn who_looks_too_late_takes_the_steps_with_their_days_between() {
    let steps = ladder(&[(3, "0", Action::Mail), (10, "0", Action::CreditHold)]);
    let late = told((&steps, manual()), ("2026-03-01", 30), &[("2026-01-10", "100")]);
    let expected = "2026-03-01 mail 100.00 EUR (sent)\n\
                    2026-03-08 credit_hold 100.00 EUR (held)\n";
    assert_eq!(late, expected);
}

#[test]
fn the_credit_terms_hold_by_themselves_once() {
    let automatic = CreditTerms { holding: Holding::Automatic, ..CreditTerms::DEFAULT };
    let none = Ladder::NONE;
    // The balance is below zero since the first of January; thirty days are borne.
    let held = told((&none, automatic), ("2026-01-11", 60), &[("2026-01-10", "100")]);
    assert_eq!(held, "2026-02-01 credit_hold 100.00 EUR (held)\n");
    let sooner = ladder(&[(5, "0", Action::CreditHold)]);
    let held = told((&sooner, automatic), ("2026-01-11", 60), &[("2026-01-10", "100")]);
    assert_eq!(held, "2026-01-15 credit_hold 100.00 EUR (held)\n", "the ladder was first");
}

#[test]
fn an_account_that_is_spared_is_held_when_that_is_over() {
    let hold = ladder(&[(5, "0", Action::CreditHold)]);
    let until = Zone::UTC.start_of(date("2026-02-01"));
    let look = look((&hold, manual()), "2026-01-20", &[("2026-01-10", "100")]);
    let look = Look { spared_until: Some(until), ..look };
    let case = begin(&look);
    assert_eq!(case.next().map(|it| (it.on, it.at)), Some((date("2026-01-15"), Some(until))));
    assert_eq!(case.due(look.now), None);
}

#[test]
fn who_pays_the_oldest_gets_more_time_and_who_pays_all_is_left_alone() {
    let steps = ladder(&[(3, "0", Action::Mail), (10, "0", Action::CreditHold)]);
    let terms = (&steps, manual());
    let both = [("2026-01-10", "100"), ("2026-01-20", "50")];
    let case = begin(&look(terms, "2026-01-21", &both));
    let next = case.due(Zone::UTC.start_of(date("2026-01-21"))).expect("it is late");
    let case = case.take(next, &look(terms, "2026-01-21", &both)).expect("a sum");
    let younger = &both[1..];
    let case = case.seen(&look(terms, "2026-01-22", younger)).expect("a sum");
    assert_eq!(case.overdue(), Ok(euros("50")));
    assert_eq!(case.next().map(|it| it.on), Some(date("2026-01-30")));
    let (case, verb) = case.end(Zone::UTC.start_of(date("2026-01-23")));
    assert_eq!((case.state(), verb, case.next()), (State::Ended, Verb::Completed, None));
    assert_eq!(case.overdue(), Ok(euros("0")));
}

#[test]
fn a_mail_that_did_not_arrive_has_failed_and_is_written_again() {
    let steps = ladder(&[(3, "0", Action::Mail), (10, "0", Action::CreditHold)]);
    let look = look((&steps, manual()), "2026-01-13", &[("2026-01-10", "100")]);
    let case = begin(&look);
    let unwritten = ladder(&[(10, "0", Action::CreditHold)]);
    assert_eq!(case.reminds(&unwritten), Ok(false), "a hold is no mail");
    let next = case.due(look.now).expect("it is due");
    let case = case.take(next, &look).expect("a sum").came_to(Done::DONE).0;
    let goes_on = case.next().copied();
    assert_eq!(case.reminds(&steps), Ok(true), "it wrote, and nothing friendlier follows");
    assert_eq!(case.clone().undelivered(look.now.plus_seconds(-1), Done::failed("no")), None);
    let later = look.now.plus_seconds(90_000);
    let (case, verb) = case.undelivered(later, Done::failed("unknown user")).expect("it wrote");
    let step = case.steps().last().expect("it was taken");
    assert_eq!((verb, step.outcome), (Verb::Failed, Outcome::Failed));
    assert_eq!(step.trouble.as_ref().map(Prose::as_str), Some("unknown user"));
    assert_eq!(case.next().copied(), goes_on, "until somebody looks");
    assert_eq!(case.clone().undelivered(later, Done::failed("again")), None, "it is known");
    let seen = case.clone().seen(&look).expect("a sum");
    let next = |it: &Dunning| it.next().map(|it| (it.action, it.after_days, it.on));
    assert_eq!(next(&seen), Some((Action::Mail, Some(3), date("2026-01-20"))));
    let (case, verb) = case.delivered(later).expect("it had failed");
    assert_eq!((verb, case.reminders(), case.is_unheard()), (Verb::Changed, 1, false));
    let seen = case.clone().seen(&look).expect("a sum");
    assert_eq!(seen.next().copied(), goes_on, "it went out after all");
    assert_eq!(case.delivered(later), None, "that is known");
}

/// Nobody is charged, held or ended of whom no reminder has gone out, whatever wants it.
#[test]
fn what_presupposes_a_reminder_waits_until_one_has_gone_out() {
    let fee = Action::LateFee(LateFee { fee: "5".parse().expect("a figure"), tax_category: None });
    let steps = ladder(&[(3, "0", Action::Mail), (7, "0", fee), (10, "0", Action::CreditHold)]);
    let automatic = CreditTerms { holding: Holding::Automatic, ..CreditTerms::DEFAULT };
    // The days on which reminders reach nobody, and how the class is reminded.
    let told = |(in_vain, reminding): (i64, Reminding)| {
        let bills = [("2026-01-10", "100")];
        let mut case = begin(&look((&steps, automatic), "2026-01-11", &bills));
        let mut told = Vec::new();
        for day in 0..60 {
            let today = date("2026-01-11").plus_days(day);
            let look = look((&steps, automatic), &today.to_string(), &bills);
            let look = Look { reminding, ..look };
            case = case.seen(&look).expect("a sum");
            while let Some(next) = case.due(look.now) {
                let is_in_vain = next.action == Action::Mail && day < in_vain;
                let done = if is_in_vain { Done::failed("nobody") } else { Done::DONE };
                case = case.take(next, &look).expect("a sum").came_to(done).0;
                case = case.seen(&look).expect("a sum");
                let step = case.steps().last().expect("it was taken");
                told.push(format!(
                    "{} {} {}",
                    &today.to_string()[5..],
                    step.action.word(),
                    step.outcome
                ));
            }
        }
        told.join(", ")
    };
    for (row, expected) in [
        ((0, Reminding::Mail), "01-13 mail done, 01-17 late_fee done, 01-20 credit_hold done"),
        (
            (6, Reminding::Mail),
            "01-13 mail failed, 01-17 mail done, 01-21 late_fee done, 01-24 credit_hold done",
        ),
        (
            (60, Reminding::Mail),
            "01-13 mail failed, 01-17 mail failed, 01-21 mail failed, 01-25 mail failed, \
             01-29 mail failed, 02-02 mail failed, 02-06 mail failed, 02-10 mail failed, \
             02-14 mail failed, 02-18 mail failed, 02-22 mail failed, 02-26 mail failed, \
             03-02 mail failed, 03-06 mail failed, 03-10 mail failed",
        ),
        ((60, Reminding::Post), "01-13 mail failed, 01-17 late_fee done, 01-20 credit_hold done"),
    ] {
        assert_eq!(told(row), expected, "{row:?}");
    }
}
