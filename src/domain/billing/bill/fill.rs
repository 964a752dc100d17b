//! Minimums on a bill: what is missing to them when a period is over.
//!
//! What counts towards a minimum is counted as it is charged, after discounts and before coupons.
//! Usage that comes in late counts for its own period: it makes less of what was missing to it. What goes back of
//! that is what was paid of it, with the tax that it bore.

use super::{Billable, BillablePrice, Charge, Draft, Mark, UsageTotal};
use crate::domain::billing::charged_terms::ChargedTerms;
use crate::domain::billing::invoice::explanation::{Explanation, Step};
use crate::domain::billing::invoice::line::{Line, LineKind};
use crate::domain::billing::proration::Share;
use crate::domain::catalog::price::model::MinimumOf;
use crate::domain::catalog::price::{Figure, PriceModel};
use crate::domain::error::Rejection;
use crate::domain::money::{Amount, Money, MoneyError};
use crate::domain::quantity::Quantity;
use crate::domain::time::Period;

/// The minimum of a price for a period.
#[derive(Clone, Copy)]
struct Floor {
    amount: Figure,
    of: MinimumOf,
    share: Share,
    period: Period,
}

impl<'a> Draft<'a> {
    /// Adds what is missing to the minimums of a subscription whose lines begin at `first`.
    pub(super) fn fill_up(&mut self, of: &'a Billable<'a>, first: usize) -> Result<(), Rejection> {
        let last = self.lines.len();
        for price in of.prices {
            for total in price.usage {
                let mark = self.mark_of(of, price, total.period);
                let is_new = mark.is_some_and(|it| self.marks[it].until.is_some());
                let before = if is_new { Some(Figure::ZERO) } else { total.towards };
                // What was missing to it was computed with the version that it was charged at.
                let charged = total.charged_terms.as_ref();
                let charged = charged.and_then(|it| price.price.in_force(it.version_from, None));
                let version = match charged {
                    Some(version) => version,
                    None => self.version(of, price, total.period.start())?,
                };
                let PriceModel::Minimum { amount, of: counts, .. } = version.model else {
                    continue;
                };
                let Some(before) = before else { continue };
                let share = self.part_of(of, total.period)?;
                let floor = Floor { amount, of: counts, share, period: total.period };
                let more = self.counted((of, price), floor, &self.lines[first..last])?;
                if !is_new && more.is_zero() {
                    continue;
                }
                let now = Figure::new(before.decimal() + more.decimal());
                let total = UsageTotal { towards: Some(now), ..total.clone() };
                let stood = total.true_up.clone();
                let mark = self.keep_towards((of, price), mark, total);
                let charged = (!is_new).then_some(before);
                let explanation = self.missing(floor, now, charged)?;
                let explanation =
                    Explanation { version_from: Some(version.valid_from), ..explanation };
                let exact = explanation.unrounded()?;
                if !exact.value().is_zero() {
                    let (kind, service) = (LineKind::TrueUp, Some(floor.period));
                    let bore = stood.as_ref().filter(|_| exact.value().is_sign_negative());
                    let bore = bore.and_then(|it| it.tax_beyond(Quantity::ZERO)).cloned();
                    let terms = ChargedTerms::at(version.valid_from, None);
                    let on = floor.period.start();
                    let charge = Charge { of, price, kind, service, on, explanation, bore };
                    self.add_true_up(charge, (mark, terms), stood)?;
                }
            }
        }
        Ok(())
    }

    /// Where the bill says that usage of a period is charged, if it does.
    fn mark_of(
        &self,
        of: &Billable<'_>,
        price: &BillablePrice<'_>,
        period: Period,
    ) -> Option<usize> {
        self.marks.iter().position(|it| {
            let is_own = it.subscription == of.id && it.price == price.price.id;
            is_own && it.usage.as_ref().is_some_and(|it| it.period == period)
        })
    }

    /// Writes down what counts towards a minimum; answers with which mark that stands.
    fn keep_towards(
        &mut self,
        (of, price): (&Billable<'_>, &BillablePrice<'_>),
        mark: Option<usize>,
        total: UsageTotal,
    ) -> usize {
        match mark {
            Some(place) => {
                if let Some(usage) = &mut self.marks[place].usage {
                    usage.towards = total.towards;
                }
                place
            }
            None => {
                self.marks.push(Mark {
                    subscription: of.id,
                    price: price.price.id,
                    until: None,
                    days: None,
                    charged_terms: total.charged_terms.clone(),
                    usage: Some(total),
                });
                self.marks.len() - 1
            }
        }
    }

    /// How much of what lines charge counts towards a minimum.
    fn counted(
        &self,
        (of, price): (&Billable<'_>, &BillablePrice<'_>),
        floor: Floor,
        lines: &[Line],
    ) -> Result<Money, MoneyError> {
        let is_within = |it: &Line| {
            it.service_period.is_some_and(|it| {
                floor.period.start() <= it.start() && it.end() <= floor.period.end()
            })
        };
        let counts = |it: &&Line| match floor.of {
            MinimumOf::Price => it.price == Some(price.price.id),
            MinimumOf::Subscription => is_charged_afterwards(of, it),
        };
        let counted = lines.iter().filter(|it| is_within(it)).filter(counts);
        Money::sum(counted.map(|it| it.amount), self.billing.currency)
    }

    /// What is missing when so much is charged, less what was missing before.
    fn missing(
        &self,
        floor: Floor,
        now: Figure,
        before: Option<Figure>,
    ) -> Result<Explanation, MoneyError> {
        let form = (self.billing.policy.rounding, self.billing.currency);
        let missing = |covered| Explanation::missing((floor.amount, floor.share), covered, form);
        let mut explanation = missing(now);
        if let Some(before) = before {
            let before: Amount = missing(before).unrounded()?;
            let before = before.book(self.billing.policy.rounding)?;
            explanation.steps.push(Step::Less(Figure::new(before.decimal())));
        }
        Ok(explanation)
    }
}

/// Whether a line charges a period that is over.
fn is_charged_afterwards(of: &Billable<'_>, line: &Line) -> bool {
    let price = of.prices.iter().find(|it| Some(it.price.id) == line.price);
    price.is_some_and(|it| it.price.kind.is_charged_afterwards())
}
