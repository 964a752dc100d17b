//! Use that is charged again: all that was counted of a period at what that was charged at, less what was
//! charged.

use super::{Billable, BillablePrice, Charge, Draft, Mark, UsageTotal, charged_terms, explain};
use crate::domain::billing::charge::Units;
use crate::domain::billing::invoice::explanation::Step;
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::catalog::price::Figure;
use crate::domain::error::Rejection;
use crate::domain::quantity::Quantity;
use crate::domain::time::Date;

impl<'a> Draft<'a> {
    /// Usage that came in for periods that are charged already.
    pub(super) fn charge_late(
        &mut self,
        of: &'a Billable<'a>,
        price: &'a BillablePrice<'a>,
    ) -> Result<(), Rejection> {
        let Some(charged_until) = price.charged_until else { return Ok(()) };
        let is_late = |it: &&UsageTotal| it.period.end() <= charged_until && it.differs();
        for total in price.usage.iter().filter(is_late) {
            self.charge_again((of, price), total, None)?;
        }
        Ok(())
    }

    /// All of a period at what that was charged at, less what was charged; its price is marked as charged
    /// up to a day if one is said. That gives back where more use, or a later reading, costs less. Both
    /// are booked first, so that however often something comes in, all that is charged comes to what it
    /// would have at once.
    pub(super) fn charge_again(
        &mut self,
        (of, price): (&'a Billable<'a>, &'a BillablePrice<'a>),
        total: &'a UsageTotal,
        until: Option<Date>,
    ) -> Result<(), Rejection> {
        let turn = of.turn_of_late(price, total.period);
        let occurrence = of.occurrence(price, turn, total.period.start());
        let at = total.charged_terms.as_ref();
        let service = Some(total.period);
        let charging = self.charging(of, price, (occurrence, service, at))?;
        let offered = self.offered(of, price, charging, (service, at));
        let now = self.used((of, price), charging.version, total)?;
        let mut explanation = explain(offered, now)?;
        let charged_terms = charged_terms(&explanation, charging);
        charging.once(&mut explanation)?;
        let (all, rounding) = (explanation.unrounded()?, self.billing.policy.rounding);
        if all != all.book(rounding)?.amount() {
            explanation.steps.push(Step::Booked(rounding));
        }
        if !total.is_new {
            let bought = total.bought.unwrap_or(now.bought);
            let (counted, detail) = (total.charged, &total.charged_detail);
            let charged = Units { counted, bought, detail, ..now };
            let mut before = explain(offered, charged)?;
            charging.once(&mut before)?;
            let before = before.unrounded()?.book(rounding)?;
            explanation.steps.push(Step::Less(Figure::new(before.decimal())));
        }
        let mark = Mark {
            subscription: of.id,
            price: price.price.id,
            until,
            days: None,
            usage: Some(UsageTotal { bought: Some(now.bought), ..total.clone() }),
            charged_terms: Some(charged_terms),
        };
        let bore = at.and_then(|it| it.tax_beyond(Quantity::ZERO)).cloned();
        let (kind, on) = (LineKind::Usage, total.period.start());
        let charge = Charge { of, price, kind, service, on, explanation, bore };
        self.add_marked(charge, mark, total.charged_terms.clone())
    }
}
