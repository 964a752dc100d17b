//! Bills: from what is due for a billing account to the content of its invoice.
//!
//! This is all of billing in one pure function. Whoever calls it loads the subscriptions with their
//! prices, marks and usage, and keeps the marks that come back together with the invoice, in one
//! transaction: that is what makes a run restartable.

mod again;
mod fill;
mod group;
mod interim;
mod prepaid;
mod reduce;
mod so_far;
mod stand;
mod taxed;
mod tier_fees;

use rust_decimal::Decimal;

pub use self::group::{bills, interims};
use self::interim::charged_before;
pub use self::interim::interim;
pub use self::so_far::{SoFar, so_far};
use self::stand::{Charged, Stood};
use super::charge::{Charging, Units};
use super::charged_terms::ChargedTerms;
use super::coupon::{Redeemed, Reducible};
use super::cycle::period_of;
use super::discount::{Discounts, Lowering};
use super::due::{BillDay, Billable, BillablePrice, Due, UsageTotal, dues, part_of};
use super::invoice::explanation::{Explanation, Step};
use super::invoice::line::{Line, LineKind};
use super::invoice::{Content, Totals};
use super::policy::{Policy, ZeroInvoices, ZeroLines};
use super::proration::{Measure, Share};
use super::rating::Rule;
use super::tax::{TaxSheet, TaxTerms, TaxTotal, Taxable, assess};
use super::taxing::{TaxedBuyer, Taxing};
use crate::domain::account::cycle::Cycle;
use crate::domain::catalog::discount::Discount;
use crate::domain::catalog::price::alteration::Occurrence;
use crate::domain::catalog::price::{Figure, PriceVersion};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, BillingAccountId, PriceId, RedemptionId, SubscriptionId};
use crate::domain::money::{Amount, Currency, Money};
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::subscription::ChargedDays;
use crate::domain::time::{Date, Period};

/// A billing account as billing sees it.
#[derive(Debug, Clone, Copy)]
pub struct Billing<'a> {
    /// Who owes the invoice.
    pub account: AccountId,
    /// Where it goes.
    pub billing_account: BillingAccountId,
    /// What it is in.
    pub currency: Currency,
    /// How its time is cut.
    pub cycle: Cycle,
    /// Who buys, as taxation sees it.
    pub buyer: TaxedBuyer<'a>,
    /// The billing day, in the account's own time zone.
    pub on: Date,
    /// The day up to which everything is charged that is charged afterwards, if that is not the end of a
    /// period: from it on, periods turn on another day.
    pub cut_on: Option<Date>,
    /// The first day of another cycle, by which what is paid ahead is charged from then on.
    pub turns: Option<(Date, Cycle)>,
    /// The seller's settings.
    pub policy: &'a Policy,
    /// What the seller wrote down about taxes.
    pub taxing: Taxing<'a>,
    /// What the seller lowers, and for whom.
    pub discounts: Discounts<'a>,
    /// The uses of coupons on its invoices.
    pub coupons: &'a [Redeemed<'a>],
    /// What was paid in before and lowers what is charged without tax; nothing where it pays what is owed
    /// with tax.
    pub prepaid: Money,
    /// What is billed together.
    pub subscriptions: &'a [Billable<'a>],
}

/// What billing makes of a billing account on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The content of its invoice; `None` if there is nothing to invoice.
    pub content: Option<Content>,
    /// Up to where prices are charged now, to be kept with the invoice; also where nothing is
    /// invoiced, because what came to nothing is charged too.
    pub marks: Vec<Mark>,
    /// The uses of coupons that were given; they are kept as the marks are.
    pub coupons: Vec<RedemptionId>,
    /// How much of what was paid in before pays for it without tax: that settles it first. Where it gives back
    /// more of that than it uses, it is less than nothing: so much is paid in again.
    pub prepaid: Money,
}

/// Up to where a price of a subscription is charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The price.
    pub price: PriceId,
    /// The first day that is not charged yet; `None`: as before, only late usage was charged.
    pub until: Option<Date>,
    /// For what the days up to there are charged, if it recurs.
    pub days: Option<ChargedDays>,
    /// Which usage of a period is on invoices now.
    pub usage: Option<UsageTotal>,
    /// At what that, or its days, are charged; nothing of what is charged once.
    pub charged_terms: Option<ChargedTerms>,
}

/// Bills all that is due on a day.
///
/// # Errors
/// If a price is in another currency, has no version in force, or no tax rule covers it; if usage
/// that is due was not given; if an amount is too large. Nothing is billed then: one account's
/// failure is told, and stops nobody else.
pub fn bill(billing: &Billing<'_>) -> Result<Bill, Rejection> {
    let mut draft = Draft::new(billing);
    for subscription in billing.subscriptions {
        let first = draft.lines.len();
        let Billing { on, cut_on, turns, .. } = *billing;
        let day = BillDay { on, cut_on, turns };
        for due in dues(subscription, billing.cycle, billing.policy, day)? {
            draft.charge_in_parts(subscription, &due)?;
        }
        for price in subscription.prices {
            draft.charge_late(subscription, price)?;
        }
        draft.fill_up(subscription, first)?;
    }
    draft.finish()
}

/// At what something is charged.
#[derive(Clone, Copy)]
struct Offered<'a> {
    charging: Charging<'a>,
    discounts: Discounts<'a>,
    lowered: Lowered<'a>,
}

/// By what something is lowered.
#[derive(Clone, Copy)]
enum Lowered<'a> {
    /// By the discount that it gets.
    By(Option<&'a Discount>),
    /// As that was which it is added to.
    As(Option<&'a Lowering>),
}

/// An invoice in the making.
struct Draft<'a> {
    billing: &'a Billing<'a>,
    lines: Vec<Line>,
    taxables: Vec<Taxable>,
    /// What each line is to coupons.
    reducible: Vec<Reducible<'a>>,
    taxes: TaxSheet,
    marks: Vec<Mark>,
    /// The charge of each mark.
    stood: Vec<Stood>,
    /// The lines that charge something, once that stands.
    charged: Vec<Charged>,
    /// How much of what each line gives back bore no tax, as its price is meant.
    untaxed: Vec<(usize, Decimal)>,
}

/// One charge before it becomes a line.
struct Charge<'a> {
    of: &'a Billable<'a>,
    price: &'a BillablePrice<'a>,
    kind: LineKind,
    service: Option<Period>,
    /// The day whose price it is.
    on: Date,
    explanation: Explanation,
    /// The tax that stands for it, if it changes what was charged before.
    bore: Option<TaxTotal>,
}

impl<'a> Draft<'a> {
    fn new(billing: &'a Billing<'a>) -> Self {
        let size = billing.subscriptions.iter().map(|it| it.prices.len()).sum();
        Self {
            billing,
            lines: Vec::with_capacity(size),
            taxables: Vec::with_capacity(size),
            reducible: Vec::with_capacity(size),
            taxes: TaxSheet::new(),
            marks: Vec::with_capacity(size),
            stood: Vec::with_capacity(size),
            charged: Vec::with_capacity(size),
            untaxed: Vec::new(),
        }
    }

    fn charge(&mut self, of: &'a Billable<'a>, due: &Due) -> Result<(), Rejection> {
        let price = &of.prices[due.place];
        if let Some(total) = charged_before(price, due) {
            return self.charge_again((of, price), total, Some(due.until));
        }
        let occurrence = of.occurrence(price, due.turn, due.priced_on);
        let before = self.terms_before(of, price, due);
        let charging = self.charging(of, price, (occurrence, due.service, before.as_ref()))?;
        let version = charging.version;
        let offered = self.offered(of, price, charging, (due.service, before.as_ref()));
        let usage = match due.kind {
            LineKind::Usage => Some(usage_in(price, due.service)?),
            LineKind::OneTime
            | LineKind::Setup
            | LineKind::Renewal
            | LineKind::Recurring
            | LineKind::Credit
            | LineKind::LateFee
            | LineKind::Stated
            | LineKind::TrueUp
            | LineKind::Deposit => None,
        };
        let units = match usage {
            Some(total) => self.used((of, price), version, total)?,
            None => Units::of(due.units),
        };
        let mut explanation = explain(offered, units)?;
        let stays = matches!(due.kind, LineKind::Recurring | LineKind::Usage);
        let charged_terms = stays.then(|| charged_terms(&explanation, charging));
        let undivided = self.undivided(&explanation, offered, due)?;
        if let Some(charged) = due.less {
            let before = explain(offered, Units::of(charged))?.unrounded()?;
            explanation.steps.push(Step::Less(Figure::new(before.value())));
        }
        match undivided {
            Some(it) => explanation.steps.push(Step::Undivided(it)),
            None if due.share.is_whole() => {}
            None => explanation.steps.push(Step::Prorated(due.share)),
        }
        if due.rests {
            explanation.steps.push(Step::Reversed);
        } else {
            charging.once(&mut explanation)?;
        }
        if let Some(given_back) = price.given_back_before(due) {
            explanation.steps.push(Step::InPlaceOf(given_back));
        }
        let mark = Mark {
            subscription: of.id,
            price: price.price.id,
            until: Some(due.until),
            days: due.days(),
            usage: usage.map(|it| UsageTotal { bought: Some(units.bought), ..it.clone() }),
            charged_terms,
        };
        let bore = match &before {
            Some(it) if explanation.unrounded()?.value().is_sign_negative() => {
                it.tax_beyond(if due.rests { Quantity::ZERO } else { due.units }).cloned()
            }
            Some(_) | None => None,
        };
        let (kind, service) = (due.kind, due.service);
        let charge = Charge { of, price, kind, service, on: due.priced_on, explanation, bore };
        self.add_marked(charge, mark, before)
    }

    fn version(
        &self,
        of: &Billable<'_>,
        price: &BillablePrice<'a>,
        on: Date,
    ) -> Result<&'a PriceVersion, Rejection> {
        if price.price.currency != self.billing.currency {
            let (theirs, ours) = (price.price.currency, self.billing.currency);
            let why =
                format!("the price `{}` is in {theirs}, the account in {ours}", price.price.name);
            return Err(Rejection::new(Code::CurrenciesDiffer, why));
        }
        price.version_on(on, of.term_days(), self.billing.policy)
    }

    /// A price as it is charged, with the version that holds on the first day of a charge, or held for
    /// what it is added to.
    fn charging(
        &self,
        of: &Billable<'_>,
        price: &BillablePrice<'a>,
        (occurrence, service, before): (Occurrence, Option<Period>, Option<&ChargedTerms>),
    ) -> Result<Charging<'a>, Rejection> {
        let policy = self.billing.policy;
        let stands = before.and_then(|it| price.price.in_force(it.version_from, None));
        let version = stands.map_or_else(|| self.version(of, price, occurrence.on), Ok)?;
        let looks_at_tax = price.price.alterations.iter().any(|it| it.condition.is_some());
        let tax = if looks_at_tax { self.tax_of(price, service)? } else { Percent::ZERO };
        Ok(Charging {
            price: price.price,
            version,
            occurrence,
            tax,
            zero_usage: policy.zero_usage,
            rounding: policy.rounding,
        })
    }

    /// The same with the discount that the charge gets, or that lowered what it is added to.
    fn offered<'b>(
        &self,
        of: &Billable<'a>,
        price: &BillablePrice<'_>,
        charging: Charging<'a>,
        (service, before): (Option<Period>, Option<&'b ChargedTerms>),
    ) -> Offered<'b>
    where
        'a: 'b,
    {
        let Billing { discounts, cycle, .. } = *self.billing;
        let on = charging.occurrence.on;
        let lowered = match before {
            Some(it) => Lowered::As(it.lowered.as_ref()),
            None => Lowered::By(discounts.on_charge(of, price, on, (cycle, service))),
        };
        Offered { charging, discounts, lowered }
    }

    /// What a meter counted, with how much of it is paid for by another price.
    fn used<'u>(
        &self,
        (of, price): (&Billable<'_>, &BillablePrice<'_>),
        version: &PriceVersion,
        it: &'u UsageTotal,
    ) -> Result<Units<'u>, Rejection> {
        let by = Measure { unit: self.billing.policy.proration, zone: of.zone };
        let bought = price.bought(it.period, by)?;
        let share = match version.model.is_for_a_whole_period() {
            true => self.part_of(of, it.period)?,
            false => Share::WHOLE,
        };
        let (counted, records) = (it.quantity, it.records);
        Ok(Units { counted, bought, records, detail: &it.detail, share })
    }

    /// Which part of its whole period is served of a period of usage: the day of an end, on which
    /// it may still be used, counts for nothing.
    fn part_of(&self, of: &Billable<'_>, period: Period) -> Result<Share, Rejection> {
        let whole = period_of(self.billing.cycle, of.began_on, period.start()).unwrap_or(period);
        let until = of.ends_on.map_or(period.end(), |it| it.min(period.end()));
        match Period::new(period.start(), until) {
            Some(served) => part_of(of, self.billing.policy, (served, whole)),
            None => Ok(Share::NOTHING),
        }
    }

    /// Adds the line of a charge that comes to `exact` before any rounding.
    fn add(&mut self, charge: Charge<'a>, exact: Amount) -> Result<(), Rejection> {
        let amount = exact.book(self.billing.policy.rounding)?;
        if amount.is_zero() && self.billing.policy.zero_lines == ZeroLines::Drop {
            return Ok(());
        }
        let tax_place = self.tax_place(&charge)?;
        let reducible = self.reducible(&charge);
        self.reducible.push(reducible);
        let Charge { of, price, kind, service, explanation, .. } = charge;
        let taxing = self.billing.taxing;
        let tax_category = price.tax_category.filter(|_| kind != LineKind::Deposit);
        let is_flat = matches!(explanation.rule, Rule::Flat);
        let (offer, subject) = price.sold_as.unwrap_or((of.offer, of.subject));
        let base = price.price.base;
        self.taxables.push(Taxable {
            place: tax_place,
            base,
            exact: exact.value(),
            booked: amount,
        });
        self.lines.push(Line {
            kind,
            subscription: Some(of.id),
            offer: Some(offer),
            price: Some(price.price.id),
            subject: subject.clone(),
            label: price.label.clone(),
            service_period: service,
            // A flat price is charged once, however many units there are.
            quantity: if is_flat { Quantity::ONE } else { explanation.counted },
            unit: price.unit.filter(|_| kind != LineKind::TrueUp).cloned(),
            base,
            amount,
            net: amount,
            tax: Money::zero(self.billing.currency),
            tax_place,
            tax_category: taxing.category_name(tax_category).cloned(),
            explanation,
        });
        Ok(())
    }

    fn finish(mut self) -> Result<Bill, Rejection> {
        let coupons = self.reduce()?;
        self.stand()?;
        let prepaid = self.prepay()?;
        let Billing { currency, policy, .. } = *self.billing;
        let terms = TaxTerms { scope: policy.tax_scope, rounding: policy.rounding, currency };
        let mut taxes = self.taxes.into_totals();
        let taxed = assess(&self.taxables, &mut taxes, terms)?;
        let mut totals = Totals::nothing(currency);
        let mut service_period = None;
        for (line, taxed) in self.lines.iter_mut().zip(taxed) {
            (line.net, line.tax) = (taxed.net, taxed.tax);
            totals = totals.plus(taxed.net, taxed.tax)?;
            service_period = spanned(service_period, line.service_period);
        }
        // Lines that cancel each other out are something: each says what was charged, or given back.
        let is_nothing = self.lines.iter().all(|it| it.net.is_zero() && it.tax.is_zero());
        if is_nothing && (self.lines.is_empty() || policy.zero_invoices == ZeroInvoices::Skip) {
            return Ok(Bill { content: None, marks: self.marks, coupons, prepaid });
        }
        let content = Content {
            account: self.billing.account,
            billing_account: self.billing.billing_account,
            currency,
            service_period,
            lines: self.lines,
            taxes,
            totals,
        };
        Ok(Bill { content: Some(content), marks: self.marks, coupons, prepaid })
    }
}

/// What units come to, lowered.
fn explain(
    Offered { charging, discounts, lowered }: Offered<'_>,
    units: Units<'_>,
) -> Result<Explanation, Rejection> {
    let mut explanation = charging.whole(units)?;
    match lowered {
        Lowered::By(discount) => discounts.lower(&mut explanation, discount)?,
        Lowered::As(None) => {}
        Lowered::As(Some(it)) => {
            let lowering = it.again(&explanation.parts)?;
            explanation.steps.push(Step::Lowered(lowering));
        }
    }
    Ok(explanation)
}

/// At what a charge of a whole period is made.
fn charged_terms(explanation: &Explanation, charging: Charging<'_>) -> ChargedTerms {
    let lowered = explanation.steps.iter().find_map(|it| match it {
        Step::Lowered(lowering) => Some(lowering.clone()),
        Step::Prorated(_)
        | Step::Reversed
        | Step::Less(_)
        | Step::Altered(_)
        | Step::InPlaceOf(_)
        | Step::Coupon(_)
        | Step::Committed(_)
        | Step::Covered(_)
        | Step::NeverPaid(_)
        | Step::Undivided(_)
        | Step::Booked(_)
        | Step::Prepaid(_)
        | Step::OfPrepaid(_)
        | Step::ChosenFor(_) => None,
    });
    ChargedTerms::at(charging.version.valid_from, lowered)
}

/// What a meter counted in a period that is due. That it was not given is not the same as nothing.
fn usage_in<'a>(
    price: &BillablePrice<'a>,
    service: Option<Period>,
) -> Result<&'a UsageTotal, Rejection> {
    let found = price.usage.iter().find(|it| Some(it.period) == service);
    found.ok_or_else(|| {
        let period = service.map_or_else(String::new, |it| it.to_string());
        let why =
            format!("the usage of `{period}` for the price `{}` was not given", price.price.name);
        Rejection::new(Code::BillingInputIncomplete, why)
    })
}

fn spanned(one: Option<Period>, other: Option<Period>) -> Option<Period> {
    match (one, other) {
        (Some(one), Some(other)) => {
            Period::new(one.start().min(other.start()), one.end().max(other.end()))
        }
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests;
