//! What was gathered as the domain's rules see it.

use std::sync::Arc;

use super::{Gathered, GatheredPrice};
use crate::domain::account::cycle::Cycle;
use crate::domain::billing::bill::Bill;
use crate::domain::billing::due::{self, Billable, BillablePrice, TermDays};
use crate::domain::billing::policy::Policy;
use crate::domain::catalog::price::Price;
use crate::domain::time::{Date, Period};

impl Gathered {
    pub(in crate::services::billing) fn billable<'a>(
        &'a self,
        prices: &'a [BillablePrice<'a>],
    ) -> Billable<'a> {
        Billable {
            id: self.id,
            offer: self.offer,
            term: self.term_key.as_ref(),
            order: self.order,
            subject: &self.subject,
            zone: self.zone,
            began_on: self.began_on,
            served_from: self.served_from,
            charged_from: self.charged_from,
            ends_on: self.ends_on,
            used_until: self.used_until,
            term_from: self.term_from,
            term_until: self.term_until,
            renewals: &self.renewals,
            held: &self.held,
            gone: &self.gone,
            prices,
        }
    }

    pub(super) fn term_days(&self) -> TermDays<'_> {
        TermDays {
            first: self.served_from,
            renewals: &self.renewals,
            last: self.term_from,
            until: self.term_until,
        }
    }

    /// What it is charged, in the order in which [`prices`](Self::prices) sees it.
    pub(in crate::services::billing) fn own_prices(&self) -> impl Iterator<Item = &Arc<Price>> {
        self.prices.iter().map(|it| &it.price)
    }

    pub(in crate::services::billing) fn prices(&self) -> Vec<BillablePrice<'_>> {
        self.prices.iter().map(GatheredPrice::billable).collect()
    }

    /// The periods of its usage prices that run on a day, by the places of these.
    pub(super) fn running(&self, by: (Cycle, &Policy), on: Date) -> Vec<(usize, Period)> {
        let prices = self.prices();
        let of = self.billable(&prices);
        let running = prices.iter().map(|it| due::running(&of, it, by, on));
        running.enumerate().filter_map(|(place, it)| Some((place, it?))).collect()
    }

    /// Whether all of it has ended and is charged.
    pub(super) fn is_over(&self, bills: &[Bill], (cycle, policy): (Cycle, &Policy)) -> bool {
        if self.ends_on.is_none() || self.used_until.is_none() {
            return false;
        }
        let mut prices = self.prices();
        for it in &mut prices {
            let marks = bills.iter().rev().flat_map(|it| it.marks.iter().rev());
            let mut own =
                marks.filter(|mark| mark.subscription == self.id && mark.price == it.price.id);
            if let Some((until, days)) = own.find_map(|mark| Some((mark.until?, mark.days))) {
                (it.charged_until, it.charged_days) = (Some(until), days.or(it.charged_days));
            }
        }
        let of = self.billable(&prices);
        prices.iter().all(|it| due::is_charged_out(&of, it, cycle, policy))
    }
}

impl GatheredPrice {
    pub(super) fn billable(&self) -> BillablePrice<'_> {
        BillablePrice {
            price: &self.price,
            label: &self.label,
            frozen_on: self.frozen_on,
            charged_until: self.charged_until,
            charged_days: self.charged_days,
            charged_terms: self.charged_terms.as_ref(),
            taken: self.taken,
            given_back: self.given_back,
            sold_as: self.sold_as.as_ref().map(|(offer, name)| (*offer, name)),
            ends_on: self.ends_on,
            units: self.units,
            away: &self.away,
            former: &self.former,
            unit: self.unit.as_ref(),
            tax_category: self.tax_category,
            usage: &self.usage,
        }
    }
}
