//! The lines of invoices with their explanations: as text for people, and as data.

use serde::Serialize;
use utoipa::ToSchema;

use super::invoice::ServicePeriod;
use super::wire::{Decimal, Money};
use crate::domain::billing::discount::{LoweredBy, Lowering};
use crate::domain::billing::invoice::explanation::{
    Altered, Explanation as DomainExplanation, Step,
};
use crate::domain::billing::invoice::line::Line;
use crate::domain::billing::proration::{Counts, Share};
use crate::domain::billing::rating::{Part, Rule};
use crate::domain::billing::tax::{self, TaxTotal};
use crate::domain::billing::vat::VatBasis;
use crate::domain::catalog::price::Base;
use crate::domain::catalog::price::alteration::By;
use crate::domain::catalog::price::tier::Reach;
use crate::domain::catalog::tax::Buyers;
use crate::domain::money::Rounding;
use crate::domain::party::identity::Verification;
use crate::domain::text::Name;
use crate::domain::usage::meter::Meter;
use crate::services::{Cx, Error};

/// One priced thing on an invoice.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvoiceLine {
    /// Its place on the invoice.
    id: usize,
    text: String,
    subscription: Option<String>,
    offer: Option<String>,
    price: Option<String>,
    /// `recurring`, `usage`, `setup` and so on.
    kind: String,
    service_period: Option<ServicePeriod>,
    quantity: Decimal,
    unit: Option<String>,
    net: Money,
    tax_rate: Option<Decimal>,
    tax: Money,
    explanation: Explanation,
}

/// What an invoice bears by one tax rule.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvoiceTax {
    /// The rule; `null` where the law of the European Union decided.
    rule: Option<String>,
    category: Option<String>,
    name: String,
    /// `standard`, `reverse_charge`, `exempt` or `out_of_scope`.
    treatment: &'static str,
    /// In percent.
    rate: Decimal,
    base: Money,
    tax: Money,
    /// Why there is no tax, where there is none.
    reason: Option<String>,
}

/// How the amount of a line came about.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Explanation {
    /// For people, line by line.
    text: Vec<String>,
    /// `flat`, `per_unit`, `graduated`, `volume`, `package`, `stairstep`, `percentage`,
    /// `graduated_percentage`, `per_dimension`, `minimum` or `stated`.
    rule: &'static str,
    /// Of `package`: how many units are in one, of which the units of the tiers are so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    package_size: Option<Decimal>,
    tiers: Vec<ExplainedTier>,
    /// The discounts and fees of the price itself that applied, in order.
    alterations: Vec<ExplainedAlteration>,
    /// Which days of the whole period were charged; `null` for all of them.
    days: Option<ExplainedDays>,
    /// Which seconds of it, where the seller divides periods by those; left out otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<ExplainedDays>,
    /// The amount that was committed to; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    committed: Option<ExplainedCommitment>,
    /// Of what is missing to a minimum: how much of that is charged besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    covered: Option<Decimal>,
    /// Where fees of tiers are not divided by days: what of them is charged in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    undivided_fees: Option<Decimal>,
    /// How much of it is paid from what was paid in before, and bears no tax: that is a line of its own. Less
    /// than nothing where so much comes back to that.
    #[serde(skip_serializing_if = "Option::is_none")]
    prepaid: Option<Decimal>,
    /// Whether it is such a line; left out otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_prepaid: bool,
    /// For what was chosen the price is meant, such as `Size: L`; left out where it is for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    chosen: Vec<String>,
    /// What lowered it for the customer: a discount, then coupons.
    discounts: Vec<ExplainedDiscount>,
    included: Decimal,
    /// How the result was rounded.
    rounding: &'static str,
    /// The first day of the price version that was used.
    price_version: Option<String>,
    /// Of a price that took the place of another in mid period: what was given back of that one,
    /// without tax, by credit notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    given_back: Option<Decimal>,
    /// What was charged before and is taken off.
    #[serde(skip_serializing_if = "Option::is_none")]
    charged_before: Option<ExplainedBefore>,
    usage: Option<ExplainedUsage>,
    tax_rule: Option<String>,
    /// How its tax came about, where it stands on an invoice.
    tax: Option<ExplainedTax>,
    /// Whether the amount contains tax.
    includes_tax: bool,
}

/// By which rule a line is taxed and on what, as it was when the invoice was made.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedTax {
    /// For people, line by line.
    text: Vec<String>,
    name: String,
    /// `standard`, `reverse_charge`, `exempt` or `out_of_scope`.
    treatment: &'static str,
    /// In percent.
    rate: Decimal,
    /// As what the thing is taxed; `null` if it has no category.
    category: Option<String>,
    /// For what the rule is; `null`: for what has no rule of its own.
    rule_category: Option<String>,
    /// Where the rule holds.
    zone: Option<String>,
    /// `all`, `registered` or `unregistered`.
    buyers: Option<&'static str>,
    /// The first day on which the rule or the rate held, where there is one.
    valid_from: Option<String>,
    /// What decided, where no rule of the seller did but the law of the European Union.
    eu_vat: Option<EuVat>,
    /// The certificate that frees the buyer from the tax, if one does.
    certificate: Option<Certificate>,
    /// What the invoice bears it on, all lines at this rule together.
    base: Money,
    /// Whether it was reckoned from what the lines came to before they were rounded to `base`, so that it
    /// is not its percentage of `base` to the cent.
    before_rounding: bool,
    /// How much that is together.
    tax: Money,
    /// How much of it is on this line.
    here: Money,
}

/// What decided on value added tax, as it was when the invoice was made.
#[derive(Debug, Serialize, ToSchema)]
struct EuVat {
    /// `domestic`, `reverse_charge`, `destination`, `below_threshold` or `outside`.
    case: &'static str,
    /// The country of the seller.
    seller: String,
    /// The country of the buyer, by its address.
    buyer: String,
    /// The number by which the buyer is known as a business.
    number: Option<String>,
    /// `not_verified` or `verified`.
    number_status: Option<&'static str>,
    /// On which day the register of the number said so.
    verified_on: Option<String>,
    /// Under which number the register keeps that it was asked.
    consultation: Option<String>,
    /// Whose rate it is; `null` if there is no tax.
    rate_of: Option<String>,
    /// The day that decided.
    on: String,
}

impl From<&VatBasis> for EuVat {
    fn from(it: &VatBasis) -> Self {
        Self {
            case: it.case.word(),
            seller: it.seller.to_string(),
            buyer: it.buyer.to_string(),
            number: it.number.as_ref().map(ToString::to_string),
            number_status: it.verification.map(Verification::word),
            verified_on: it.verified_on.map(|it| it.to_string()),
            consultation: it.consultation.as_ref().map(ToString::to_string),
            rate_of: it.rate_of.as_ref().map(ToString::to_string),
            on: it.on.to_string(),
        }
    }
}

/// A certificate of exemption.
#[derive(Debug, Serialize, ToSchema)]
struct Certificate {
    number: String,
    /// Whose tax is not owed.
    country: String,
    /// Which rate would have held, in percent.
    rate: Decimal,
}

impl From<&tax::Certificate> for Certificate {
    fn from(it: &tax::Certificate) -> Self {
        Self {
            number: it.number.to_string(),
            country: it.country.to_string(),
            rate: Decimal(it.percent.decimal().to_string()),
        }
    }
}

impl ExplainedTax {
    fn of(it: &TaxTotal, line: &Line) -> Self {
        let (rule, eu_vat) = (it.basis.rule(), it.basis.eu_vat());
        let valid_from =
            rule.map(|it| it.valid_from).or_else(|| eu_vat.and_then(|it| it.rate_from));
        let name = |it: &Option<Name>| it.as_ref().map(ToString::to_string);
        Self {
            text: it.explained(line),
            name: it.name.to_string(),
            treatment: it.treatment.word(),
            rate: Decimal(it.treatment.percent().decimal().to_string()),
            category: name(&line.tax_category),
            rule_category: rule.and_then(|it| name(&it.category_name)),
            zone: rule.and_then(|it| name(&it.zone_name)),
            buyers: rule.map(|it| match it.buyers {
                Buyers::All => "all",
                Buyers::Registered => "registered",
                Buyers::Unregistered => "unregistered",
            }),
            valid_from: valid_from.map(|it| it.to_string()),
            eu_vat: eu_vat.map(EuVat::from),
            certificate: it.certificate.as_ref().map(Certificate::from),
            base: it.net.into(),
            before_rounding: !it.follows_from_net(),
            tax: it.tax.into(),
            here: line.tax.into(),
        }
    }
}

/// A tier that was entered, or the one part there is. Of a percentage: the amount that is charged at
/// it, then the events that cost something besides, then those that cost the least and the most.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedTier {
    /// Of which value of the dimension; left out of what has none, and of all other values.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    tier: u16,
    /// The tier begins above so many units; left out of the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    above: Option<Decimal>,
    /// It ends with so many; left out of the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    up_to: Option<Decimal>,
    /// Of a price that counts from the first unit of a tier: with which it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Decimal>,
    /// Of such a price: before which it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<Decimal>,
    units: Decimal,
    per_unit: Decimal,
    flat: Decimal,
    amount: Decimal,
}

/// A discount or fee of the price itself that applied.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedAlteration {
    name: String,
    /// `discount` or `fee`.
    effect: &'static str,
    /// In percent; `null` if it is an amount.
    percent: Option<Decimal>,
    /// What it changed, before anything was rounded.
    amount: Decimal,
}

/// So many days of so many.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedDays {
    used: u32,
    of: u32,
}

/// What was charged before, and whether it is taken off before the days are counted.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedBefore {
    amount: Decimal,
    before_days: bool,
}

/// An amount that was committed to, for a whole period.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedCommitment {
    amount: Decimal,
    /// By what is multiplied what goes beyond.
    factor: Decimal,
}

/// A discount that lowered a charge.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedDiscount {
    /// What it is called.
    name: String,
    /// The code of the coupon that unlocked it; `null` if it took none.
    coupon: Option<String>,
    /// So many hundredths were taken off.
    percent: Option<Decimal>,
    /// So much was taken off: off the price of a whole period, or by a coupon off this line.
    amount: Option<Decimal>,
    /// The price was replaced by this fee for each unit.
    fee: Option<Decimal>,
}

impl ExplainedDiscount {
    fn of(step: &Step) -> Option<Self> {
        let named = |name: &Name| Self {
            name: name.to_string(),
            coupon: None,
            percent: None,
            amount: None,
            fee: None,
        };
        match step {
            Step::Lowered(Lowering { name, by }) => Some(match by {
                LoweredBy::Share(it) => {
                    let percent = Some(Decimal::from(&it.decimal().normalize()));
                    Self { percent, ..named(name) }
                }
                LoweredBy::Amount(it) => Self { amount: Some(Decimal::from(it)), ..named(name) },
                LoweredBy::Fee(it, _) => Self { fee: Some(Decimal::from(it)), ..named(name) },
            }),
            Step::Coupon(it) => Some(Self {
                coupon: Some(it.code.to_string()),
                amount: Some(Decimal::from(&it.amount)),
                ..named(&it.name)
            }),
            Step::Prorated(_)
            | Step::Reversed
            | Step::Less(_)
            | Step::Altered(_)
            | Step::InPlaceOf(_)
            | Step::Committed(_)
            | Step::Covered(_)
            | Step::NeverPaid(_)
            | Step::Undivided(_)
            | Step::Booked(_)
            | Step::Prepaid(_)
            | Step::OfPrepaid(_)
            | Step::ChosenFor(_) => None,
        }
    }
}

/// What the quantity is the sum of.
#[derive(Debug, Serialize, ToSchema)]
struct ExplainedUsage {
    meter: String,
    /// How the meter counts, as it says itself; left out where that was not looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    aggregation: Option<String>,
    from: Option<String>,
    to: Option<String>,
    events: u64,
}

impl InvoiceLine {
    pub(super) fn of(place: usize, it: &Line, taxes: &[TaxTotal]) -> Self {
        let tax = taxes.get(usize::from(it.tax_place));
        let usage = it.explanation.usage.map(|usage| ExplainedUsage {
            meter: usage.meter.to_string(),
            aggregation: None,
            from: it.service_period.map(|it| it.start().to_string()),
            to: it.service_period.map(|it| it.end().to_string()),
            events: usage.records,
        });
        Self {
            id: place,
            text: format!("{}: {}", it.subject, it.label),
            subscription: it.subscription.map(|it| it.to_string()),
            offer: it.offer.map(|it| it.to_string()),
            price: it.price.map(|it| it.to_string()),
            kind: it.kind.to_string(),
            service_period: it.service_period.map(ServicePeriod::from),
            quantity: Decimal::from(&it.quantity),
            unit: it.unit.as_ref().map(ToString::to_string),
            net: it.net.into(),
            tax_rate: tax.map(|it| Decimal(it.treatment.percent().decimal().to_string())),
            tax: it.tax.into(),
            explanation: Explanation {
                usage,
                tax_rule: tax.and_then(|it| it.basis.rule()).map(|it| it.rule.to_string()),
                tax: tax.map(|tax| ExplainedTax::of(tax, it)),
                includes_tax: it.base == Base::Gross,
                ..Explanation::from(&it.explanation)
            },
        }
    }
}

/// Says how what some lines charge was counted, to whoever sees the lines.
pub(super) fn tell_counting(
    cx: Cx<'_>,
    told: &mut [InvoiceLine],
    lines: &[Line],
) -> Result<(), Error> {
    for (told, line) in told.iter_mut().zip(lines) {
        let (Some(told), Some(source)) = (&mut told.explanation.usage, line.explanation.usage)
        else {
            continue;
        };
        let meter = cx.shared::<Meter>(source.meter)?;
        told.aggregation = meter.map(|it| it.aggregation.to_string());
    }
    Ok(())
}

/// What some of the steps say, each of which is there once at most.
#[derive(Default)]
struct Steps {
    days: Option<ExplainedDays>,
    seconds: Option<ExplainedDays>,
    given_back: Option<Decimal>,
    charged_before: Option<ExplainedBefore>,
    committed: Option<ExplainedCommitment>,
    covered: Option<Decimal>,
    undivided_fees: Option<Decimal>,
    prepaid: Option<Decimal>,
    is_prepaid: bool,
    chosen: Vec<String>,
}

impl Steps {
    fn of(it: &DomainExplanation) -> Self {
        let mut found = Self::default();
        for step in &it.steps {
            match step {
                Step::Prorated(share) => found.for_share(*share),
                Step::Undivided(it) => {
                    found.for_share(it.share);
                    found.undivided_fees = Some(Decimal::from(&it.fees));
                }
                Step::Less(before) => {
                    let amount = Decimal::from(before);
                    found.charged_before = Some(ExplainedBefore { amount, before_days: false });
                }
                Step::InPlaceOf(it) => found.given_back = Some(Decimal::from(it)),
                Step::Committed(it) => {
                    let (amount, factor) = (Decimal::from(&it.amount), Decimal::from(&it.factor));
                    found.committed = Some(ExplainedCommitment { amount, factor });
                }
                Step::Covered(it) => found.covered = Some(Decimal::from(it)),
                Step::Reversed
                | Step::Altered(_)
                | Step::Lowered(_)
                | Step::Coupon(_)
                | Step::NeverPaid(_)
                | Step::Booked(_) => {}
                Step::Prepaid(off) => found.prepaid = Some(Decimal::from(off)),
                Step::OfPrepaid(_) => found.is_prepaid = true,
                Step::ChosenFor(it) => found.chosen.push(it.to_string()),
            }
        }
        found
    }

    fn for_share(&mut self, share: Share) {
        let told = Some(ExplainedDays { used: share.used(), of: share.of() });
        match share.counts() {
            Counts::Days => self.days = told,
            Counts::Seconds => self.seconds = told,
        }
        if let Some(before) = &mut self.charged_before {
            before.before_days = true;
        }
    }
}

impl From<&DomainExplanation> for Explanation {
    fn from(it: &DomainExplanation) -> Self {
        let steps = Steps::of(it);
        let altered = it.altered().unwrap_or_default();
        Self {
            text: it.to_string().lines().map(str::to_owned).collect(),
            rule: rule(it.rule),
            package_size: package_size(it.rule),
            tiers: it.parts.iter().map(ExplainedTier::from).collect(),
            alterations: altered.into_iter().map(ExplainedAlteration::from).collect(),
            days: steps.days,
            seconds: steps.seconds,
            committed: steps.committed,
            covered: steps.covered,
            undivided_fees: steps.undivided_fees,
            prepaid: steps.prepaid,
            is_prepaid: steps.is_prepaid,
            chosen: steps.chosen,
            discounts: it.steps.iter().filter_map(ExplainedDiscount::of).collect(),
            included: Decimal::from(&it.included),
            rounding: match it.rounding {
                Rounding::HalfUp => "half_up",
                Rounding::HalfEven => "half_even",
            },
            price_version: it.version_from.map(|it| it.to_string()),
            given_back: steps.given_back,
            charged_before: steps.charged_before,
            usage: None,
            tax_rule: None,
            tax: None,
            includes_tax: false,
        }
    }
}

impl From<&Part> for ExplainedTier {
    fn from(it: &Part) -> Self {
        let amount = it.amount().map(|it| it.normalize().to_string());
        let begins = |reach| {
            let bounds = it.bounds.filter(|it| it.reach == reach && !it.floor.is_zero());
            bounds.map(|it| Decimal::from(&it.floor))
        };
        let ends = |reach| {
            let bounds = it.bounds.filter(|it| it.reach == reach);
            bounds.and_then(|it| Some(Decimal::from(&it.ceiling?)))
        };
        Self {
            value: it.value.as_ref().map(ToString::to_string),
            tier: u16::from(it.tier) + 1,
            above: begins(Reach::Above),
            up_to: ends(Reach::Above),
            from: begins(Reach::From),
            below: ends(Reach::From),
            units: Decimal::from(&it.units),
            per_unit: Decimal::from(&it.unit_price),
            flat: Decimal::from(&it.fee),
            amount: Decimal(amount.unwrap_or_else(|error| error.to_string())),
        }
    }
}

impl From<(&Altered, rust_decimal::Decimal)> for ExplainedAlteration {
    fn from((it, changed): (&Altered, rust_decimal::Decimal)) -> Self {
        let percent = match it.by {
            By::Percent(by) => Some(Decimal(by.decimal().normalize().to_string())),
            By::Fixed(_) => None,
        };
        let (name, amount) = (it.name.to_string(), Decimal(changed.to_string()));
        Self { name, effect: it.effect.word(), percent, amount }
    }
}

fn package_size(it: Rule) -> Option<Decimal> {
    match it {
        Rule::Package(size) => Some(Decimal::from(&size)),
        Rule::Flat
        | Rule::PerUnit
        | Rule::Graduated
        | Rule::Volume
        | Rule::Stairstep
        | Rule::Stated
        | Rule::Percentage
        | Rule::GraduatedPercentage
        | Rule::PerDimension
        | Rule::Minimum => None,
    }
}

const fn rule(it: Rule) -> &'static str {
    match it {
        Rule::Flat => "flat",
        Rule::PerUnit => "per_unit",
        Rule::Graduated => "graduated",
        Rule::Volume => "volume",
        Rule::Package(_) => "package",
        Rule::Stairstep => "stairstep",
        Rule::Stated => "stated",
        Rule::Percentage => "percentage",
        Rule::GraduatedPercentage => "graduated_percentage",
        Rule::PerDimension => "per_dimension",
        Rule::Minimum => "minimum",
    }
}

impl From<&TaxTotal> for InvoiceTax {
    fn from(it: &TaxTotal) -> Self {
        Self {
            rule: it.basis.rule().map(|it| it.rule.to_string()),
            category: it.basis.rule().and_then(|it| it.category).map(|it| it.to_string()),
            name: it.name.to_string(),
            treatment: it.treatment.word(),
            rate: Decimal(it.treatment.percent().decimal().to_string()),
            base: it.net.into(),
            tax: it.tax.into(),
            reason: it.treatment.reason().map(ToString::to_string),
        }
    }
}
