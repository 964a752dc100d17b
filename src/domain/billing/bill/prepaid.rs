//! What was paid in before, where it lowers what is charged without tax: no tax is borne on what it pays.
//!
//! It pays for all lines in proportion, deposits apart, which bear no tax anyway. What it pays of a line
//! that bears tax becomes a line of its own, outside of the tax, so that what is given back of either
//! later brings back the tax that was borne, and no more. What it had paid of what a bill gives back is a
//! line of its own likewise: no tax comes back with that, and it is paid in again.

use rust_decimal::Decimal;

use super::{Billing, Draft};
use crate::domain::billing::invoice::explanation::Step;
use crate::domain::billing::invoice::line::{Line, LineKind};
use crate::domain::billing::tax::{TaxTotal, Taxable};
use crate::domain::catalog::price::{Base, Figure};
use crate::domain::money::{Amount, Money, MoneyError};
use crate::domain::quantity::{Percent, Quantity};

impl Draft<'_> {
    /// Lets what was paid in before pay for the lines, and what comes back of that with it; answers how much of
    /// it does, less what came back.
    pub(super) fn prepay(&mut self) -> Result<Money, MoneyError> {
        let Billing { currency, prepaid, .. } = *self.billing;
        let back = self.bring_back()?;
        let left = if prepaid.is_negative() { back } else { prepaid.plus(back)? };
        if left.as_minor() <= 0 {
            return Ok(left);
        }
        let nets = self.lines.iter().map(|it| self.without_tax(it));
        let nets = nets.collect::<Result<Vec<_>, MoneyError>>()?;
        let used = left.at_most(Money::sum(nets.iter().copied(), currency)?)?;
        if used.as_minor() <= 0 {
            return back.negated();
        }
        let parts: Vec<_> = nets.iter().map(|it| it.decimal().max(Decimal::ZERO)).collect();
        let all = parts.iter().copied().sum();
        let parts = parts.into_iter().map(|it| Ok(used.amount().part(it, all)?.value()));
        let parts = parts.collect::<Result<Vec<_>, MoneyError>>()?;
        for (place, share) in used.apportioned(&parts)?.into_iter().enumerate() {
            let percent = self.percent_of(&self.lines[place]);
            if share.as_minor() > 0 && !percent.is_zero() {
                let off = self.pay_apart(place, share, percent)?;
                self.stand_untaxed(place, off)?;
            }
        }
        used.minus(back)
    }

    /// Puts what bore no tax of what goes back onto lines of its own; answers how much that is.
    fn bring_back(&mut self) -> Result<Money, MoneyError> {
        let Billing { currency, policy, .. } = *self.billing;
        let mut back = Money::zero(currency);
        for (place, untaxed) in std::mem::take(&mut self.untaxed) {
            let (line, percent) = (&self.lines[place], self.percent_of(&self.lines[place]));
            let untaxed = Amount::new(untaxed, currency);
            let net = match line.base {
                Base::Net => untaxed,
                Base::Gross => untaxed.part(Decimal::ONE_HUNDRED, with_tax(percent))?,
            };
            let goes = self.without_tax(line)?.negated()?;
            let net = net.book(policy.rounding)?.at_most(goes)?;
            if net.as_minor() > 0 && !percent.is_zero() {
                self.pay_apart(place, net.negated()?, percent)?;
                back = back.plus(net)?;
            }
        }
        Ok(back)
    }

    fn percent_of(&self, line: &Line) -> Percent {
        self.taxes.at(line.tax_place).map_or(Percent::ZERO, |it| it.treatment.percent())
    }

    /// What of a line could be paid so: what it charges without tax, and nothing of a deposit or of what is
    /// paid so already.
    fn without_tax(&self, line: &Line) -> Result<Money, MoneyError> {
        if line.is_prepaid() {
            return Ok(Money::zero(line.amount.currency()));
        }
        match (line.kind, line.base) {
            (LineKind::Deposit, _) => Ok(Money::zero(line.amount.currency())),
            (_, Base::Net) => Ok(line.amount),
            (_, Base::Gross) => {
                let whole = with_tax(self.percent_of(line));
                let net = line.amount.amount().part(Decimal::ONE_HUNDRED, whole)?;
                net.book(self.billing.policy.rounding)
            }
        }
    }

    /// Puts what is paid so of a line, or is less than nothing and comes back, onto a line of its own; answers
    /// by how much that lowers the other, as its price is meant.
    fn pay_apart(
        &mut self,
        place: usize,
        paid: Money,
        percent: Percent,
    ) -> Result<Decimal, MoneyError> {
        let Billing { on, currency, policy, discounts, .. } = *self.billing;
        let line = &mut self.lines[place];
        let whole = line.explanation.clone();
        if whole.unrounded()? != line.amount.amount() {
            line.explanation.steps.push(Step::Booked(policy.rounding));
        }
        let off = match line.base {
            Base::Net => paid.amount(),
            Base::Gross => paid.amount().part(with_tax(percent), Decimal::ONE_HUNDRED)?,
        };
        // Without tax a price that contains it is rounded: no more is taken off than there is.
        let (off, all) = (off.value(), line.amount.decimal());
        let off = if all.is_sign_negative() { off.max(all) } else { off.min(all) };
        line.explanation.steps.push(Step::Prepaid(Figure::new(off)));
        let left = line.explanation.unrounded()?;
        line.amount = left.book(policy.rounding)?;
        line.net = line.amount;
        let taxable = &mut self.taxables[place];
        (taxable.exact, taxable.booked) = (left.value(), line.amount);
        let tax = TaxTotal::of_prepaid(discounts.locale, on, currency);
        let tax_place = self.taxes.outside(tax);
        let mut apart = Line {
            quantity: Quantity::ONE,
            unit: None,
            base: Base::Net,
            amount: paid,
            net: paid,
            tax_place,
            tax_category: None,
            explanation: whole,
            ..self.lines[place].clone()
        };
        apart.explanation.steps.push(Step::OfPrepaid(Figure::new(paid.decimal())));
        let (base, exact) = (Base::Net, paid.decimal());
        let taxed = Taxable { place: tax_place, base, exact, booked: paid };
        if self.lines[place].amount.is_zero() {
            (self.lines[place], self.taxables[place]) = (apart, taxed);
        } else {
            self.lines.push(apart);
            self.taxables.push(taxed);
        }
        Ok(off)
    }
}

/// What a hundred without tax come to with it.
fn with_tax(percent: Percent) -> Decimal {
    Decimal::ONE_HUNDRED + percent.decimal()
}
