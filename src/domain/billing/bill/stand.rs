//! What stands of a bill's charges once coupons are taken off, and what goes back of what was charged
//! before: no more than was paid of it.

use rust_decimal::Decimal;

use super::{Charge, Draft, Mark};
use crate::domain::billing::charged_terms::{ChargedTerms, OffOn};
use crate::domain::billing::coupon::shares_of;
use crate::domain::billing::due::{Billable, BillablePrice, Due};
use crate::domain::billing::invoice::explanation::Step;
use crate::domain::billing::proration::Measure;
use crate::domain::catalog::price::Figure;
use crate::domain::error::Rejection;
use crate::domain::money::{Amount, MoneyError};
use crate::domain::quantity::Quantity;
use crate::domain::time::Period;

/// What stands with a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// The charge that it is about.
    Charge,
    /// What is missing to the minimum of the period whose use it is about.
    TrueUp,
}

/// A charge that a mark keeps.
pub(super) struct Stood {
    /// The place of the mark.
    pub(super) mark: usize,
    /// What of the mark it is.
    pub(super) stands: Stands,
    /// The place of its line, if it has one.
    pub(super) line: Option<usize>,
    /// What it comes to before coupons.
    pub(super) exact: Amount,
    /// What it is added to or gives back of, if it does.
    pub(super) before: Option<ChargedTerms>,
}

/// A line that charges something, and the mark with which stands what becomes of it.
pub(super) struct Charged {
    line: usize,
    mark: usize,
    stands: Stands,
}

impl Mark {
    /// At what something of it stands.
    fn standing(&mut self, of: Stands) -> Option<&mut Option<ChargedTerms>> {
        match of {
            Stands::Charge => Some(&mut self.charged_terms),
            Stands::TrueUp => self.usage.as_mut().map(|it| &mut it.true_up),
        }
    }

    fn stood(&mut self, of: Stands) -> Option<ChargedTerms> {
        self.standing(of).and_then(Option::take)
    }

    fn stand(&mut self, of: Stands, terms: ChargedTerms) {
        if let Some(kept) = self.standing(of) {
            *kept = Some(terms);
        }
    }
}

impl<'a> Draft<'a> {
    /// At what the days of a charge were charged before, if it adds to them or gives something back.
    pub(super) fn terms_before(
        &self,
        of: &Billable<'_>,
        price: &BillablePrice<'_>,
        due: &Due,
    ) -> Option<ChargedTerms> {
        if due.less.is_none() && !due.rests {
            return None;
        }
        let last = self.marks.last().filter(|it| {
            it.subscription == of.id && it.price == price.price.id && it.usage.is_none()
        });
        last.map_or_else(|| price.charged_terms.cloned(), |it| it.charged_terms.clone())
    }

    /// Adds a charge with the mark that it leaves, by which tax that stands, and what stood before it.
    pub(super) fn add_marked(
        &mut self,
        charge: Charge<'a>,
        mark: Mark,
        before: Option<ChargedTerms>,
    ) -> Result<(), Rejection> {
        let exact = charge.explanation.unrounded()?;
        let (mark_at, lines) = (self.marks.len(), self.lines.len());
        self.marks.push(mark);
        self.add(charge, exact)?;
        let line = (lines < self.lines.len()).then_some(lines);
        let tax = line.and_then(|it| self.taxes.at(self.lines[it].tax_place));
        let mark = &mut self.marks[mark_at];
        // Use is not counted by units here: all of a period bears one tax.
        let units = mark.days.map_or(Quantity::ONE, |it| it.units);
        let charged_terms = mark.charged_terms.take();
        mark.charged_terms = charged_terms.map(|it| it.taxed(before.as_ref(), (units, tax)));
        self.stood.push(Stood { mark: mark_at, stands: Stands::Charge, line, exact, before });
        Ok(())
    }

    /// Adds what is missing to a minimum, or goes back of that, which stands with the mark of its use.
    pub(super) fn add_true_up(
        &mut self,
        charge: Charge<'a>,
        (mark, terms): (usize, ChargedTerms),
        before: Option<ChargedTerms>,
    ) -> Result<(), Rejection> {
        let (exact, lines) = (charge.explanation.unrounded()?, self.lines.len());
        self.add(charge, exact)?;
        let line = (lines < self.lines.len()).then_some(lines);
        let tax = line.and_then(|it| self.taxes.at(self.lines[it].tax_place));
        let terms = terms.taxed(before.as_ref(), (Quantity::ONE, tax));
        self.marks[mark].stand(Stands::TrueUp, terms);
        self.stood.push(Stood { mark, stands: Stands::TrueUp, line, exact, before });
        Ok(())
    }

    /// Lowers what goes back by what coupons had taken off it, and writes down with each mark what of
    /// its charges stands now, and of what goes back how much bore no tax.
    pub(super) fn stand(&mut self) -> Result<(), Rejection> {
        for Stood { mark: place, stands, line, exact, before } in std::mem::take(&mut self.stood) {
            let Some(charged_terms) = self.marks[place].stood(stands) else { continue };
            let last = self.stands_after(place).filter(|_| stands == Stands::Charge);
            let charged_terms = match (last, before) {
                (Some(last), Some(_)) => {
                    let charged_terms = charged_terms.following(last);
                    // What of the charges before turns out to bear no tax stands with the last of them.
                    let is_before =
                        |it: &&mut Charged| it.mark + 1 == place && it.stands == Stands::Charge;
                    let are_before = self.charged.iter_mut().filter(is_before);
                    are_before.for_each(|it| it.mark = place);
                    charged_terms
                }
                (None, Some(before)) => charged_terms.following(&before),
                (_, None) => charged_terms,
            };
            let charged_terms = match line {
                Some(line) if exact.value().is_sign_negative() => {
                    let days = self.days_of(line);
                    let (charged_terms, paid) = charged_terms.given_back(-exact.value(), days)?;
                    if !paid.never.is_zero() {
                        self.change(line, Step::NeverPaid(Figure::new(paid.never)))?;
                    }
                    self.untaxed.push((line, paid.untaxed));
                    charged_terms
                }
                Some(line) => {
                    let now = Amount::new(self.taxables[line].exact, exact.currency());
                    self.charged.push(Charged { line, mark: place, stands });
                    let on = self.off_on(line, exact)?;
                    charged_terms.charged(exact, now)?.off_on(on)
                }
                None if exact.value().is_sign_negative() => {
                    charged_terms.given_back(-exact.value(), None)?.0
                }
                None => charged_terms.charged(exact, exact)?,
            };
            self.marks[place].stand(stands, charged_terms);
        }
        Ok(())
    }

    /// For which days a line is, as they are measured.
    fn days_of(&self, line: usize) -> Option<(Period, Measure)> {
        self.lines[line].service_period.map(|it| (it, self.reducible[line].by))
    }

    /// What coupons took off some of the days alone of a line that came to so much before.
    fn off_on(&self, line: usize, exact: Amount) -> Result<Vec<OffOn>, MoneyError> {
        let Some((all, by)) = self.days_of(line) else { return Ok(Vec::new()) };
        let on = shares_of(&self.lines[line]).filter_map(|it| Some((it.amount, it.days?)));
        let share = |(off, days): (Figure, Period)| {
            let cost = exact.part(by.of(days).into(), by.of(all).max(1).into())?.value();
            let share = off.decimal().checked_div(cost).ok_or(MoneyError::TooLarge)?;
            Ok::<_, MoneyError>(OffOn { days, share: Figure::new(share), left: off })
        };
        on.map(share).collect()
    }

    /// Writes down with its mark that so much of what a line charges bears no tax.
    pub(super) fn stand_untaxed(&mut self, line: usize, amount: Decimal) -> Result<(), MoneyError> {
        let Some(it) = self.charged.iter().find(|it| it.line == line) else { return Ok(()) };
        let (mark, stands) = (it.mark, it.stands);
        if let Some(terms) = self.marks[mark].stood(stands) {
            self.marks[mark].stand(stands, terms.untaxed(amount)?);
        }
        Ok(())
    }

    /// What stands by the mark before one, if both are of the same days or the same use.
    fn stands_after(&self, place: usize) -> Option<&ChargedTerms> {
        let (it, last) = (&self.marks[place], &self.marks[place.checked_sub(1)?]);
        let key = |it: &Mark| (it.subscription, it.price, it.usage.as_ref().map(|it| it.period));
        last.charged_terms.as_ref().filter(|_| key(it) == key(last))
    }
}
