//! By which tax a charge on a bill is taxed: that of the day on which it was supplied, or that which
//! was borne before where something of it goes back.

use super::{Billing, Charge, Draft};
use crate::domain::billing::due::{Billable, BillablePrice, Due};
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::billing::tax::TaxTotal;
use crate::domain::error::Rejection;
use crate::domain::quantity::Percent;
use crate::domain::time::{Date, Period};

impl<'a> Draft<'a> {
    /// Charges what is due, in parts where of what goes back some bore another tax than the rest.
    pub(super) fn charge_in_parts(
        &mut self,
        of: &'a Billable<'a>,
        due: &Due,
    ) -> Result<(), Rejection> {
        let before = self.terms_before(of, &of.prices[due.place], due).zip(due.less);
        let bound = before.and_then(|(it, less)| it.taxed_otherwise_beyond((due.units, less)));
        let Some(bound) = bound else { return self.charge(of, due) };
        self.charge(of, &Due { units: bound, ..*due })?;
        self.charge_in_parts(of, &Due { less: Some(bound), ..*due })
    }

    /// The place of the tax of a charge: that which it bore before, if it changes what was charged,
    /// and else that of its day.
    pub(super) fn tax_place(&mut self, charge: &Charge<'_>) -> Result<u16, Rejection> {
        let Billing { buyer, on, taxing, currency, .. } = *self.billing;
        let category = charge.price.tax_category;
        if charge.kind == LineKind::Deposit {
            let locale = self.billing.discounts.locale;
            return Ok(self.taxes.outside(TaxTotal::of_deposits(locale, on, currency)));
        }
        let today = || taxing.of(buyer, (category, on), currency).ok();
        if let Some(bore) = &charge.bore {
            let bore = bore.clone();
            return Ok(self.taxes.outside(match today() {
                Some(today) => bore.or_that_of(today),
                None => bore,
            }));
        }
        let day = self.taxed_on(charge.price, charge.service);
        self.taxes.place((category, day), |of| {
            let tax = taxing.of(buyer, of, currency)?;
            let today = if day == on { None } else { today() };
            Ok(match today {
                Some(today) => tax.or_that_of(today),
                None => tax,
            })
        })
    }

    /// How much tax a charge of a price bears.
    pub(super) fn tax_of(
        &self,
        price: &BillablePrice<'_>,
        service: Option<Period>,
    ) -> Result<Percent, Rejection> {
        let Billing { buyer, taxing, currency, .. } = *self.billing;
        let of = (price.tax_category, self.taxed_on(price, service));
        Ok(taxing.of(buyer, of, currency)?.treatment.percent())
    }

    /// The day that decides on the tax of a charge. What is charged afterwards was supplied as its
    /// period ended (Directive 2006/112/EC, Articles 63, 64 and 93); all else is when it is billed.
    fn taxed_on(&self, price: &BillablePrice<'_>, service: Option<Period>) -> Date {
        let on = self.billing.on;
        let over = service.filter(|_| price.price.kind.is_charged_afterwards());
        over.map_or(on, |it| it.end().plus_days(-1).min(on))
    }
}
