//! What of an invoice is earned: how much of each charge was paid, and whose that is.
//!
//! Shares follow the money. What was paid of an invoice is paid of all its lines alike, without tax; what
//! a credit note took back was never charged. Whatever has happened, the records of a line come to
//! what its model gives of what is paid by then: what is missing is recorded, and what is too much
//! goes back. Who had nothing gives nothing back: where more went back than was paid, what is charged is
//! as unpaid as before.

use std::collections::BTreeMap;

use super::share::{Part, Shares};
use super::spread::spread;
use crate::domain::billing::credit::Credit;
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::billing::invoice::{Content, Invoice};
use crate::domain::error::Rejection;
use crate::domain::id::AccountId;
use crate::domain::money::{Money, MoneyError, Rounding};

/// What was paid of each line of an invoice by now, without tax, after some credits. Altogether it is
/// what was paid of the invoice without tax, rounded once.
///
/// # Errors
/// If an amount is too large.
pub fn earned(
    invoice: &Invoice,
    credits: &[Credit],
    rounding: Rounding,
) -> Result<Vec<Money>, MoneyError> {
    let (content, settled) = (invoice.content(), invoice.settled());
    let taken_back = credits.iter().map(|it| it.totals.gross);
    let taken_back = Money::sum(taken_back, content.currency)?;
    let charged = content.totals.gross.minus(taken_back)?;
    let paid = settled.paid.plus(settled.credited)?.minus(taken_back)?;
    let nets = content.lines.iter().zip(0_u32..).map(|(line, place)| {
        let lines = credits.iter().flat_map(|it| &it.lines).filter(|it| it.place == place);
        let credited = Money::sum(lines.map(|it| it.net), content.currency)?;
        line.net.minus(credited)
    });
    let nets = nets.collect::<Result<Vec<_>, _>>()?;
    if charged.is_zero() {
        return Ok(without_deposits(content, nets));
    }
    let is_short = paid.is_negative() != charged.is_negative();
    let paid = if is_short { Money::zero(content.currency) } else { paid };
    let spread = spread(&nets, (paid.decimal(), charged.decimal()), (content.currency, rounding))?;
    Ok(without_deposits(content, spread))
}

/// Of a deposit nothing is earned, however much of it is paid.
fn without_deposits(content: &Content, mut paid: Vec<Money>) -> Vec<Money> {
    for (line, paid) in content.lines.iter().zip(&mut paid) {
        if line.kind == LineKind::Deposit {
            *paid = Money::zero(content.currency);
        }
    }
    paid
}

/// What is to be recorded for each part of a charge, after what was recorded of it before: nothing
/// where that is right. Who is no part any more gives back what it got.
///
/// # Errors
/// If an amount is too large.
pub fn movements(
    shares: Option<&Shares>,
    (earned, rounding): (Money, Rounding),
    before: &BTreeMap<AccountId, Money>,
) -> Result<Vec<(AccountId, Money)>, Rejection> {
    let parts: &[Part] = shares.map_or(&[], Shares::as_slice);
    let due = shares.map_or(Ok(Vec::new()), |it| it.so_far(earned, rounding))?;
    let mut due: BTreeMap<AccountId, Money> = parts.iter().map(|it| it.account).zip(due).collect();
    for account in before.keys() {
        due.entry(*account).or_insert(Money::zero(earned.currency()));
    }
    let mut moved = Vec::new();
    for (account, due) in due {
        let had = before.get(&account).copied().unwrap_or(Money::zero(earned.currency()));
        let change = due.minus(had)?;
        if !change.is_zero() {
            moved.push((account, change));
        }
    }
    Ok(moved)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::credit;
    use crate::domain::billing::invoice::SettledBy;
    use crate::domain::billing::invoice::sample::{self, euros, id};
    use crate::domain::quantity::{Percent, decimal};
    use crate::domain::settlement::share::{Portion, Role};

    /// What is earned of an invoice of 100 and 50 euros with 20 per cent tax of which so much was paid.
    fn of(paid: &str, credits: &[Credit]) -> Vec<String> {
        let invoice = sample::issued(1, &["100", "50"], 20, "2026-02-01");
        let invoice = match paid {
            "0" => invoice,
            _ => invoice.settle(euros(paid), SettledBy::Payment).expect("open").0,
        };
        let earned = earned(&invoice, credits, Rounding::HalfUp).expect("amounts");
        earned.iter().map(|it| it.decimal().to_string()).collect()
    }

    #[test]
    fn what_is_paid_is_paid_of_all_lines_alike() {
        for (paid, expected) in [
            ("0", ["0.00", "0.00"]),
            ("0.01", ["0.01", "0.00"]),
            ("0.08", ["0.05", "0.02"]),
            ("90", ["50.00", "25.00"]),
            ("60", ["33.33", "16.67"]),
            ("180", ["100.00", "50.00"]),
        ] {
            assert_eq!(of(paid, &[]), expected, "{paid}");
        }
    }

    #[test]
    fn what_was_taken_back_was_never_charged() {
        let invoice = sample::issued(1, &["100", "50"], 20, "2026-02-01");
        let ask = [credit::LineAsk { place: 0, net: euros("100") }];
        let note = credit::lines(&invoice, &[], &ask, Rounding::HalfUp).expect("a credit");
        assert_eq!(of("180", std::slice::from_ref(&note)), ["0.00", "50.00"]);
        // What was paid goes back on top of it: the other line is open, and earns no less than nothing.
        assert_eq!(of("60", std::slice::from_ref(&note)), ["0.00", "0.00"]);
        let all = credit::everything(&invoice, &[], Rounding::HalfUp).expect("a credit");
        for paid in ["180", "0"] {
            assert_eq!(of(paid, std::slice::from_ref(&all)), ["0.00", "0.00"], "{paid}");
        }
    }

    fn shares(parts: &[(u128, &str)]) -> Shares {
        let part = |(account, percent): &(u128, &str)| Part {
            account: id(*account),
            role: Role::Partner,
            portion: Portion::Percent(Percent::new(decimal(percent).expect("a number"))),
        };
        Shares::new(parts.iter().map(part).collect()).expect("shares")
    }

    #[test]
    fn records_come_to_what_the_model_in_force_gives() {
        let before = BTreeMap::from([(id(1), euros("7")), (id(2), euros("3"))]);
        let moved = |model: Option<&Shares>, earned: &str| {
            let moved =
                movements(model, (euros(earned), Rounding::HalfUp), &before).expect("amounts");
            moved.iter().map(|it| it.1.decimal().to_string()).collect::<Vec<_>>()
        };
        let same = shares(&[(1, "70"), (2, "30")]);
        assert_eq!(moved(Some(&same), "10"), Vec::<String>::new());
        assert_eq!(moved(Some(&same), "20"), ["7.00", "3.00"]);
        assert_eq!(moved(Some(&same), "0"), ["-7.00", "-3.00"]);
        let other = shares(&[(1, "50"), (3, "50")]);
        assert_eq!(moved(Some(&other), "10"), ["-2.00", "-3.00", "5.00"]);
        assert_eq!(moved(None, "10"), ["-7.00", "-3.00"]);
    }

    proptest! {
        /// However it is paid and goes back, what was recorded sums to what is paid by then.
        #[test]
        fn nothing_is_recorded_twice_or_lost(
            amounts in proptest::collection::vec(-100_000..100_000_i64, 1..8),
            first in 1..99_u32,
        ) {
            let model = shares(&[(1, &first.to_string()), (2, &(100 - first).to_string())]);
            let mut before = BTreeMap::new();
            for minor in amounts {
                let earned = Money::minor(minor, euros("0").currency());
                let moved = movements(Some(&model), (earned, Rounding::HalfUp), &before);
                for (account, change) in moved.expect("moved") {
                    let had = before.entry(account).or_insert(euros("0"));
                    *had = had.plus(change).expect("small");
                }
                let sum = Money::sum(before.values().copied(), earned.currency());
                prop_assert_eq!(sum, Ok(earned));
            }
        }
    }
}
