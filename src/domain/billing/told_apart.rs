//! A first bill told apart: what each period costs, what is charged once, and what of the days before the first
//! whole period.

use super::invoice::Content;
use super::invoice::explanation::{Explanation, Step, recompute};
use super::invoice::line::{Line, LineKind};
use super::tax;
use crate::domain::money::MoneyError;
use crate::domain::order::total::{self, Charged, Total};

/// What first bills come to: of each price that recurs a whole period, as the last that is on them, and all
/// else as it is on them.
///
/// # Errors
/// If an amount is too large.
pub fn totals<'a>(bills: impl IntoIterator<Item = &'a Content>) -> Result<Vec<Total>, MoneyError> {
    totals_of(bills, |_| true)
}

/// The same of some of their lines.
///
/// # Errors
/// If an amount is too large.
pub fn totals_of<'a>(
    bills: impl IntoIterator<Item = &'a Content>,
    wanted: impl Fn(&Line) -> bool,
) -> Result<Vec<Total>, MoneyError> {
    let mut found = Vec::new();
    for bill in bills {
        for line in bill.lines.iter().filter(|it| wanted(it)) {
            let recurs = line.kind == LineKind::Recurring && !line.is_prepaid();
            match (recurs, is_last(line, &bill.lines)) {
                (false, _) => found.push(Total::new(Charged::Once, line.net, line.tax)?),
                (true, false) => found.push(Total::new(Charged::FirstPart, line.net, line.tax)?),
                (true, true) => found.extend(each_period(line, bill)?),
            }
        }
    }
    total::sums(found)
}

/// Whether no line at the same price is for later days.
fn is_last(line: &Line, all: &[Line]) -> bool {
    let start = |it: &Line| it.service_period.map(|it| it.start());
    let same = |it: &&Line| {
        it.kind == line.kind && (it.subscription, it.price) == (line.subscription, line.price)
    };
    all.iter().filter(same).all(|it| start(it) <= start(line))
}

/// What a whole period comes to, and the part of one that is charged before if it is for less.
fn each_period(line: &Line, bill: &Content) -> Result<Vec<Total>, MoneyError> {
    let told = |charged| Total::new(charged, line.net, line.tax);
    let is_whole = |it: &Step| !matches!(it, Step::Prorated(share) if !share.is_whole());
    if line.explanation.steps.iter().all(is_whole) {
        return Ok(vec![told(Charged::EachPeriod)?]);
    }
    let whole = Explanation {
        steps: line.explanation.steps.iter().filter(|it| is_whole(it)).cloned().collect(),
        ..line.explanation.clone()
    };
    let (amount, rounding) = (recompute(&whole)?, whole.rounding);
    let treatment = &bill.taxes[usize::from(line.tax_place)].treatment;
    let taxed = tax::on_one(amount, (line.base, treatment), rounding)?;
    Ok(vec![told(Charged::FirstPart)?, Total::new(Charged::EachPeriod, taxed.net, taxed.tax)?])
}
