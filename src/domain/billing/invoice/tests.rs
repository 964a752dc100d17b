//! How invoices are issued, sealed and settled.

use super::sample::{date, draft, euros, issue, issued};
use super::*;

#[test]
fn an_issued_invoice_has_its_number_and_no_longer_changes() {
    let (invoice, verb) = draft(7, &["75"], 20).issued(issue(1, "2025-02-08")).expect("issued");
    let number = invoice.issue().map(|it| it.number.to_string());
    assert_eq!((number.as_deref(), verb), (Some("INV-2025-000001"), Verb::Issued));
    assert_eq!((invoice.total(), invoice.open()), (euros("90.00"), euros("90.00")));
    let content = invoice.content().clone();
    let refused = invoice.clone().with_content(content).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::InvoiceStateForbids));
    let refused = invoice.issued(issue(2, "2025-02-08")).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::InvoiceStateForbids));
}

#[test]
fn what_is_no_demand_is_not_issued() {
    let table = [
        (draft(7, &[], 20), issue(1, "2025-02-08")),
        (draft(7, &["1"], 20), Issue { due_on: date("2025-02-07"), ..issue(1, "2025-02-08") }),
    ];
    for (draft, issue) in table {
        let refused = draft.issued(issue).map_err(|it| it.code);
        assert_eq!(refused.map(|_| ()), Err(Code::InvoiceStateForbids));
    }
}

#[test]
fn an_invoice_that_demands_nothing_is_paid_when_it_is_issued() {
    let invoice = issued(7, &["5", "-5"], 20, "2025-02-08");
    assert_eq!((invoice.state(), invoice.open()), (State::Paid, euros("0")));
}

#[test]
fn what_an_invoice_gives_back_is_credit_and_leaves_nothing_open() {
    let invoice = issued(7, &["5", "-55"], 20, "2025-02-08");
    assert_eq!((invoice.state(), invoice.total()), (State::Paid, euros("-60")));
    assert_eq!((invoice.open(), invoice.settled().credited), (euros("0"), euros("-60")));
    assert_eq!(invoice.standing(date("2026-01-01")), Standing::Credited);
    assert!(invoice.proof().is_right());
}

#[test]
fn what_was_given_up_is_credited_in_parts_and_no_more_of_it() {
    let open = issued(7, &["100"], 0, "2025-02-08");
    let (open, _) = open.settle(euros("30"), SettledBy::Payment).expect("paid");
    let (given_up, _) = open.written_off(None, WriteOffTax::Keep).expect("written off");
    for amount in ["70.01", "0", "-1"] {
        let refused =
            given_up.clone().regained(euros(amount), SettledBy::Credit).map_err(|it| it.code);
        assert_eq!(refused.map(|_| ()), Err(Code::CreditExceeds), "{amount}");
    }
    let (given_up, verb) = given_up.regained(euros("50"), SettledBy::Credit).expect("credited");
    assert_eq!((given_up.state(), verb), (State::WrittenOff, Verb::Changed));
    let (settled, verb) = given_up.regained(euros("20"), SettledBy::Credit).expect("credited");
    assert_eq!((settled.state(), verb), (State::Paid, Verb::Paid));
    assert_eq!(settled.open(), euros("0"));
}

#[test]
fn an_invoice_is_settled_in_parts_until_nothing_is_open() {
    let invoice = issued(7, &["100"], 0, "2025-02-08");
    let pay = |it: Invoice, amount: &str| it.settle(euros(amount), SettledBy::Payment);
    let (invoice, verb) = pay(invoice, "30").expect("paid");
    assert_eq!((invoice.state(), verb), (State::PartiallyPaid, Verb::PartlyPaid));
    assert_eq!(pay(invoice.clone(), "70.01").map_err(|it| it.code), Err(Code::PaymentExceeds));
    assert_eq!(pay(invoice.clone(), "0").map_err(|it| it.code), Err(Code::PaymentExceeds));
    let (invoice, verb) = pay(invoice, "70").expect("paid");
    assert_eq!((invoice.state(), verb), (State::Paid, Verb::Paid));
    let (invoice, _) = invoice.unsettle(euros("70"), SettledBy::Payment).expect("taken back");
    assert_eq!((invoice.state(), invoice.open()), (State::PartiallyPaid, euros("70")));
    let refused = invoice.clone().unsettle(euros("30.01"), SettledBy::Payment);
    assert_eq!(refused.map_err(|it| it.code), Err(Code::PaymentExceeds));
    let (invoice, _) = invoice.unsettle(euros("30"), SettledBy::Payment).expect("taken back");
    assert_eq!((invoice.state(), invoice.open()), (State::Issued, euros("100")));
}

#[test]
fn what_is_settled_by_credit_instead_is_not_told_as_paid_again() {
    let invoice = issued(7, &["100"], 0, "2025-02-08");
    let paid = invoice.settle(euros("100"), SettledBy::Payment).expect("paid").0;
    for (taken, credit, open, verb) in [
        ("40", "0", "40", Verb::PartlyPaid),
        ("40", "30", "10", Verb::PartlyPaid),
        ("40", "40", "0", Verb::Changed),
        ("100", "100", "0", Verb::Changed),
    ] {
        let it = paid.clone().resettle(euros(taken), euros(credit)).expect("settled");
        assert_eq!((it.0.open(), it.1), (euros(open), verb), "{taken} for {credit}");
    }
    let refused = paid.resettle(euros("40"), euros("41")).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::PaymentExceeds));
}

#[test]
fn how_an_invoice_stands_follows_from_its_due_date_and_amounts() {
    let open = issued(7, &["100"], 0, "2025-02-08");
    assert_eq!(draft(7, &["100"], 0).standing(date("2025-02-08")), Standing::Draft);
    assert_eq!(open.standing(date("2025-02-22")), Standing::Open);
    assert_eq!(open.standing(date("2025-02-23")), Standing::Overdue);
    let settled = |by| open.clone().settle(euros("100"), by).expect("settled").0;
    assert_eq!(settled(SettledBy::Payment).standing(date("2026-01-01")), Standing::Paid);
    assert_eq!(settled(SettledBy::Credit).standing(date("2026-01-01")), Standing::Credited);
    let (given_up, verb) = open.written_off(None, WriteOffTax::Keep).expect("written off");
    assert_eq!((given_up.open(), verb), (euros("0"), Verb::WrittenOff));
    assert_eq!(given_up.standing(date("2026-01-01")), Standing::WrittenOff);
    let refused = given_up.settle(euros("1"), SettledBy::Payment).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::PaymentExceeds));
}

#[test]
fn a_paper_asks_for_what_credit_has_left() {
    let table = [("100", "30", "30"), ("100", "120", "120"), ("100", "0", "0"), ("-5", "0", "0")];
    for (net, credit, set_off) in table {
        let issued = issued(7, &[net], 20, "2026-11-26");
        let settled = match credit {
            "0" => issued,
            credit => issued.settle(euros(credit), SettledBy::Credit).expect("settled").0,
        };
        let after = settled.clone().after_credit().expect("a sum");
        assert_eq!(after.is_some(), set_off != "0", "{net} - {credit}");
        let after = after.unwrap_or(settled);
        assert_eq!(after.set_off(), euros(set_off), "{net} - {credit}");
        if credit == "30" {
            let paid = after.settle(euros("90"), SettledBy::Payment).expect("paid").0;
            assert_eq!(paid.set_off(), euros("30"), "what comes later changes no paper");
        }
    }
}

#[test]
fn two_currencies_never_settle_each_other() {
    let invoice = issued(7, &["100"], 0, "2025-02-08");
    let dollars = Money::minor(100, Currency::USD);
    let refused = invoice.settle(dollars, SettledBy::Payment).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::CurrenciesDiffer));
}

#[test]
fn a_sealed_invoice_shows_every_change_of_its_content() {
    let sealed = issued(7, &["10", "20"], 19, "2025-02-08");
    let hash = |it: &Invoice| it.issue().map(|it| it.link.hash);
    assert_eq!(sealed.resealed(), hash(&sealed));

    let changes: [fn(&mut Content); 5] = [
        |it| it.lines[0].label = "Other".parse().expect("a name"),
        |it| it.lines[1].net = euros("20.01"),
        |it| it.lines[0].explanation.counted = crate::domain::quantity::Quantity::ZERO,
        |it| it.lines.swap(0, 1),
        |it| it.totals.gross = euros("1"),
    ];
    for (place, change) in changes.iter().enumerate() {
        let mut forged = sealed.clone();
        change(&mut forged.content);
        assert_ne!(forged.resealed(), hash(&forged), "change {place}");
    }
    let mut forged = sealed.clone();
    forged.issue.as_mut().expect("issued").link.previous = [1; 32];
    assert_ne!(forged.resealed(), hash(&forged));
    let (paid, _) = sealed.settle(euros("1"), SettledBy::Payment).expect("paid");
    assert_eq!(paid.resealed(), hash(&paid));
}

/// The canonical form must never change for invoices that exist: this hash stays as it is.
#[test]
fn the_seal_of_an_invoice_is_the_same_for_ever() {
    let sealed = issued(7, &["10", "20"], 19, "2025-02-08");
    let hash = sealed.resealed().map(hex::encode).expect("a hash");
    expect_test::expect!["b3b467ae77d96571f77055e036b489779bbf3129119758e768c67b0f4c2bd831"]
        .assert_eq(&hash);
}

#[test]
fn that_it_is_deferred_is_under_its_seal() {
    let sealed = |recognition| {
        let issue = Issue { recognition, ..issue(7, "2025-02-08") };
        draft(7, &["10", "20"], 19).issued(issue).expect("issued").0.resealed()
    };
    assert_ne!(sealed(Recognition::AtIssue), sealed(Recognition::OverPeriod));
}

#[test]
fn an_invoice_comes_back_from_its_bytes() {
    let invoice = issued(7, &["10", "20"], 19, "2025-02-08");
    let bytes = postcard::to_allocvec(&invoice).expect("encodes");
    assert_eq!(postcard::from_bytes::<Invoice>(&bytes).expect("decodes"), invoice);
}

#[test]
fn it_is_told_once_that_it_is_overdue_when_the_last_day_is_over_where_it_goes() {
    let (issued, _) = draft(7, &["75"], 20).issued(issue(1, "2025-02-08")).expect("issued");
    let due_on = issued.issue().expect("issued").due_on;
    let zone: Zone = "Europe/Berlin".parse().expect("a zone");
    let midnight = zone.start_of(due_on.plus_days(1));
    let waiting = issued.awaited(zone);
    assert_eq!(waiting.overdue_at(), Some(midnight));
    assert_eq!(waiting.clone().overdue(midnight.plus_seconds(-1)), None);

    let paid = waiting.clone().settle(waiting.open(), SettledBy::Payment).expect("settled").0;
    assert_eq!(paid.overdue_at(), None, "nobody is reminded of what is paid");
    let reopened = paid.clone().unsettle(paid.total(), SettledBy::Payment).expect("open").0;
    assert_eq!(reopened.overdue_at(), Some(midnight));

    let (told, verb) = waiting.overdue(midnight).expect("it is late");
    assert_eq!((verb, told.overdue_at()), (Verb::Overdue, None));
    assert_eq!(told.overdue(midnight.plus_seconds(86_400)), None, "once");
}

/// An invoice over 100 of which 50 were paid and the rest was given up.
fn given_up() -> Invoice {
    let invoice = issued(7, &["100"], 0, "2025-02-08");
    let (invoice, _) = invoice.settle(euros("50"), SettledBy::Payment).expect("paid");
    invoice.written_off(None, WriteOffTax::Keep).expect("given up").0
}

/// How it stands: its state, and what of it is open, paid, and given up.
fn stands(it: &Invoice) -> String {
    let Settled { paid, written_off, .. } = it.settled();
    let amounts = [it.open(), *paid, *written_off].map(|it| it.decimal().to_string());
    format!("{}: {}", it.state(), amounts.join(", "))
}

#[test]
fn what_is_taken_back_of_what_was_given_up_is_given_up_as_well_or_owed_again() {
    let (lost, verb) = given_up().lost(euros("30")).expect("taken back");
    assert_eq!((verb, &*stands(&lost)), (Verb::Changed, "written_off: 0.00, 20.00, 80.00"));
    let refused = lost.lost(euros("20.01")).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::PaymentExceeds));

    let (owed, _) = given_up().unsettle(euros("30"), SettledBy::Payment).expect("taken back");
    assert_eq!(stands(&owed), "partially_paid: 30.00, 20.00, 50.00");
    let (paid, verb) = owed.clone().settle(euros("30"), SettledBy::Payment).expect("paid");
    assert_eq!((verb, &*stands(&paid)), (Verb::PartlyPaid, "written_off: 0.00, 50.00, 50.00"));
    let (lost, _) = owed.clone().written_off(None, WriteOffTax::Keep).expect("given up");
    assert_eq!(stands(&lost), "written_off: 0.00, 20.00, 80.00");
    let refused = owed.lost(euros("1")).map_err(|it| it.code);
    assert_eq!(refused, Err(Code::InvoiceStateForbids));
}

#[test]
fn what_was_given_up_is_paid_after_all_or_owed_again() {
    let pay = |it: Invoice, amount: &str| it.regained(euros(amount), SettledBy::Payment);
    let (part, verb) = pay(given_up(), "20").expect("paid");
    assert_eq!((verb, &*stands(&part)), (Verb::Changed, "written_off: 0.00, 70.00, 30.00"));
    assert_eq!(pay(part.clone(), "30.01").map_err(|it| it.code), Err(Code::PaymentExceeds));
    let (whole, verb) = pay(part.clone(), "30").expect("paid");
    assert_eq!((verb, &*stands(&whole)), (Verb::Paid, "paid: 0.00, 100.00, 0.00"));
    assert_eq!(whole.revived().map_err(|it| it.code), Err(Code::InvoiceStateForbids));

    let revived = part.revived().expect("revived").0;
    assert_eq!(stands(&revived), "partially_paid: 30.00, 70.00, 0.00");
    let unpaid = issued(7, &["100"], 0, "2025-02-08")
        .written_off(None, WriteOffTax::Keep)
        .expect("given up")
        .0;
    assert_eq!(stands(&unpaid.revived().expect("revived").0), "issued: 100.00, 0.00, 0.00");
}

#[test]
fn of_what_is_given_up_the_tax_is_owed_no_more_where_the_seller_says_so() {
    use WriteOffTax::{Keep, Return};
    let table = [(Keep, "0", "0", "0", "0"), (Return, "20.00", "15.00", "20.00", "15.00")];
    for (tax, at_once, credited, taken_back, with) in table {
        // 120.00, of which nothing or a quarter is paid.
        let open = issued(7, &["100"], 20, "2025-02-08");
        let all = open.content().totals;
        let (given_up, _) = open.clone().written_off(None, tax).expect("given up");
        assert_eq!(given_up.returned_tax(all), Ok(euros(at_once)), "{tax}");
        let (less, _) = given_up.regained(euros("30"), SettledBy::Credit).expect("credited");
        assert_eq!(less.returned_tax(all), Ok(euros(credited)), "{tax}");
        let (paid, _) = open.clone().settle(euros("30"), SettledBy::Payment).expect("paid");
        assert_eq!(paid.returned_tax(all), Ok(euros("0")), "it is owed");
        let (given_up, _) = paid.written_off(None, tax).expect("given up");
        assert_eq!(given_up.returned_tax(all), Ok(euros(with)), "{tax}");
        let (more, _) = given_up.lost(euros("30")).expect("taken back");
        assert_eq!(more.returned_tax(all), Ok(euros(taken_back)), "{tax}");
        let last = euros(taken_back).minus(euros(with));
        assert_eq!(more.returned_tax_with(euros("30"), all), last, "{tax}");
    }
}

/// Of an invoice with several taxes credit notes leave another part of tax than the whole had.
#[test]
fn the_tax_in_what_is_given_up_is_that_of_what_credit_notes_left() {
    let invoice = issued(7, &["100"], 20, "2025-02-08");
    let (less, _) = invoice.settle(euros("60"), SettledBy::Credit).expect("credited");
    let (given_up, _) = less.written_off(None, WriteOffTax::Return).expect("given up");
    for (credited_net, credited_tax, returned) in
        [("50", "10", "10.00"), ("40", "20", "0.00"), ("60", "0", "20.00"), ("52", "8", "12.00")]
    {
        let credited = Totals::nothing(euros("0").currency())
            .plus(euros(credited_net), euros(credited_tax))
            .expect("a sum");
        let stands = given_up.content().totals.minus(credited).expect("a rest");
        assert_eq!(given_up.returned_tax(stands), Ok(euros(returned)), "{credited_net}");
    }
}
