//! `/accounts/{id}/billing_policy`: the settings by which an account bills that sells.

use axum::http::Method;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::route::{Needs, Route, read, write};
use super::wire::{Decimal, NoQuery, Patch, parse, word};
use crate::api::edge::call::Call;
use crate::api::edge::reply::{Reply, Wire};
use crate::domain::billing::invoice::number::{NumberFormat, Numbering};
use crate::domain::billing::policy::{Policy, Preset, Returns};
use crate::domain::error::Invalid;
use crate::domain::money::Rounding;
use crate::domain::operator::Permission;
use crate::domain::quantity::{Percent, Quantity};
use crate::services::billing::{self, Practice};
use crate::services::{Act, Cx, Error};

pub(super) fn routes() -> Vec<Route> {
    let reads = Needs::Permission(Permission::TaxRead);
    let writes = Needs::Permission(Permission::TaxWrite);
    let path = "/accounts/{id}/billing_policy";
    vec![
        read(path, reads, "Read how a seller bills", show),
        write(Method::PATCH, path, writes, "Change how a seller bills", change),
    ]
}

/// The settings by which a seller bills, for questions on which billing systems disagree.
#[derive(Debug, Serialize, ToSchema)]
struct BillingPolicy {
    /// `first_tier_fee` or `nothing`: what a tiered price charges where nothing was used.
    zero_usage: String,
    /// `keep` or `drop`: what becomes of a line that comes to nothing.
    zero_lines: String,
    /// `issue` or `skip`: what becomes of an invoice that comes to nothing.
    zero_invoices: String,
    /// `day`, `second` (of the days in the zone of the billing account, of which some have 23 or 25
    /// hours), `thirty_360` (months of 30 days) or `none`: in what a part of a period is measured.
    proration: String,
    /// `charge` or `pause`: what recurring prices do while a subscription is held.
    while_held: String,
    /// `commitment` (with the next term, where that has an end and so binds, and else with the next period),
    /// `period` or `renewal` (with the next term, if it ever ends): when a new version of a price is taken.
    price_version: String,
    /// `now` or `period_end`: when what the seller calls a downgrade begins.
    downgrade: String,
    /// `unused_part` or `full_charge`: of what is given back when a plan is changed.
    credit_base: String,
    /// `now` (units that go are given back from that day on, by the next bill) or `period_end` (they are gone at
    /// once, but stay paid to the end of the period: nothing of them is credited).
    removed_units: String,
    /// For how many days of a term units can be given back; `null` for always.
    removal_days: Option<u16>,
    /// `own_period`, `former_period` or `counted_back` (a period that ends where the part ends): by which
    /// period that is measured which lies between what is charged and a billing day that was moved.
    moved_anchor: String,
    /// `period_end` or `now`: from when another billing day holds. `now` charges what is charged
    /// afterwards up to that day at once.
    moved_day: String,
    /// `billing_account` or `subscription`: what stands together on an invoice.
    grouping: String,
    /// `prorated` or `whole`: what a part of a period costs of the fees of tiers. `whole` charges the fee
    /// of a tier once in a period, in full.
    tier_fees: String,
    /// `after_tax` or `before_tax`: whether what was paid in before pays what is owed with tax, or lowers what
    /// is charged without tax, so that no tax is borne on it.
    prepaid: String,
    /// `invoice` (on the sum at each rate), `line` or `total` (rounded once for all rates together): on
    /// what tax is computed.
    tax_scope: String,
    /// `half_up` or `half_even`: how amounts and taxes are rounded where they are booked.
    rounding: String,
    /// `own_rules`, `eu_vat` or `own_rules_first`: by which law what is sold is taxed. `eu_vat` is that
    /// of the European Union on services across borders; `own_rules_first` asks it where no rule of
    /// the seller covers a sale.
    tax_regime: String,
    /// `destination` or `home`: by that law, at whose rate consumers in other member states are taxed.
    /// `home` is for who sells for less than EUR 10,000 a year abroad.
    distance_sales: String,
    /// `as_given`, `looked_up` or `verified`: by that law, which tax numbers make a buyer a business.
    /// `verified` bills nobody whose number was not found in its register.
    vat_numbers: String,
    /// For how many billing periods late usage is still charged.
    late_usage_periods: u8,
    /// For how many hours from its billing date on a bill can be looked at before it is issued, 336 at
    /// most; `/billing_runs/proposed` lists those that wait. What is used in these hours for the
    /// time that it charges is on it. The first bill of what begins on a billing date does not wait.
    review_hours: u16,
    /// `at_issue` or `over_period`: when what is charged becomes revenue in the journal. `over_period`
    /// defers what is charged for days to come, and books as revenue what of it is earned in each month
    /// when that is over.
    recognition: String,
    /// The first day from which resellers are billed for what they sell on, as if they had bought it;
    /// `null`: they are not.
    resale_from: Option<String>,
    /// For how many minutes an order that is paid first waits for its payment.
    payment_minutes: u16,
    /// So many hundredths of what other sellers are paid are the platform's: each of their share models
    /// says so, whether or not it names the platform. `null`: sellers say it themselves. Only the
    /// provider's policy has it.
    platform_percent: Option<Decimal>,
    /// `inherited` (as the seller above has decided), `closed`, `open` or `open_below` (for all sellers below
    /// it too that decide nothing themselves): whether it sells what other sellers have listed beside
    /// its own. It invoices that; who listed it delivers.
    marketplace: String,
    /// So many hundredths it keeps of what it is paid for that, after the platform's part.
    marketplace_percent: Decimal,
    /// `outside` or `taxed`: what tax a fee for paying late bears that names no tax category. `outside`: none, for
    /// it makes good for a damage.
    late_fee_tax: String,
    /// `keep` or `return`: whether the tax in what is given up of an invoice stays owed, or is owed no more. It
    /// holds for what is given up from now on.
    write_off_tax: String,
    /// `alert` or `hold`: what becomes of a billing account that pays before (`billing_type` `prepaid`) and has spent
    /// more than was paid in. `hold` stops what is billed there, with the reason `PREPAID_USED_UP`, until enough is
    /// paid in.
    prepaid_at_zero: String,
    /// For how many days buyers give back by themselves what came in a parcel (`refund_to` `return` of a cancellation);
    /// `null`: they ask.
    return_days_physical: Option<u16>,
    /// The same of what has files or links to take.
    return_days_digital: Option<u16>,
    /// The same of everything else.
    return_days_service: Option<u16>,
    /// How invoices are numbered, such as `INV-{year}-{sequence:6}`. `{customer}` is the number of the
    /// customer; `{sequence}` belongs to it then, and begins anew with each `{year}` or `{month}` that is
    /// named. `{count}` instead never does: it counts all invoices of the customer, or of the seller.
    invoice_numbers: String,
    /// How credit notes are numbered.
    credit_note_numbers: String,
}

impl Wire for BillingPolicy {}

/// By what an account bills, as facts of it tell it.
pub(super) fn told(it: &Practice) -> impl Wire + use<> {
    BillingPolicy::from(it)
}

impl From<&Practice> for BillingPolicy {
    fn from(Practice { policy: it, numbering }: &Practice) -> Self {
        Self {
            invoice_numbers: numbering.invoices.to_string(),
            credit_note_numbers: numbering.credit_notes.to_string(),
            resale_from: it.resale_from.map(|it| it.to_string()),
            payment_minutes: it.payment_minutes,
            recognition: it.recognition.to_string(),
            platform_percent: it.platform_percent.map(|it| (&it.decimal().normalize()).into()),
            marketplace: it.marketplace.to_string(),
            marketplace_percent: (&it.marketplace_percent.decimal().normalize()).into(),
            zero_usage: it.zero_usage.to_string(),
            zero_lines: it.zero_lines.to_string(),
            zero_invoices: it.zero_invoices.to_string(),
            proration: it.proration.to_string(),
            while_held: it.while_held.to_string(),
            price_version: it.price_version.to_string(),
            downgrade: it.downgrade.to_string(),
            credit_base: it.credit_base.to_string(),
            removed_units: it.removed_units.to_string(),
            removal_days: it.removal_days,
            moved_anchor: it.moved_anchor.to_string(),
            moved_day: it.moved_day.to_string(),
            grouping: it.grouping.to_string(),
            tier_fees: it.tier_fees.to_string(),
            prepaid: it.prepaid.to_string(),
            tax_scope: it.tax_scope.to_string(),
            rounding: match it.rounding {
                Rounding::HalfUp => "half_up".to_owned(),
                Rounding::HalfEven => "half_even".to_owned(),
            },
            tax_regime: it.tax_regime.to_string(),
            distance_sales: it.distance_sales.to_string(),
            vat_numbers: it.vat_numbers.to_string(),
            late_usage_periods: it.late_usage_periods,
            review_hours: it.review_hours,
            late_fee_tax: it.late_fee_tax.to_string(),
            write_off_tax: it.write_off_tax.to_string(),
            prepaid_at_zero: it.prepaid_at_zero.to_string(),
            return_days_physical: it.returns.physical,
            return_days_digital: it.returns.digital,
            return_days_service: it.returns.service,
        }
    }
}

/// What is to change of it; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BillingPolicyPatch {
    /// First, all that a known system does: `tillbox`, `lago`, `stripe`, `killbill`, `cloudblue` or
    /// `fiware`.
    preset: Option<String>,
    zero_usage: Option<String>,
    zero_lines: Option<String>,
    zero_invoices: Option<String>,
    proration: Option<String>,
    while_held: Option<String>,
    price_version: Option<String>,
    downgrade: Option<String>,
    credit_base: Option<String>,
    removed_units: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<u16>)]
    removal_days: Option<Option<u16>>,
    moved_anchor: Option<String>,
    moved_day: Option<String>,
    grouping: Option<String>,
    tier_fees: Option<String>,
    prepaid: Option<String>,
    tax_scope: Option<String>,
    rounding: Option<String>,
    tax_regime: Option<String>,
    distance_sales: Option<String>,
    vat_numbers: Option<String>,
    late_usage_periods: Option<u8>,
    review_hours: Option<u16>,
    #[serde(default)]
    resale_from: Patch<String>,
    payment_minutes: Option<u16>,
    recognition: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    platform_percent: Patch<Decimal>,
    marketplace: Option<String>,
    marketplace_percent: Option<Decimal>,
    late_fee_tax: Option<String>,
    write_off_tax: Option<String>,
    prepaid_at_zero: Option<String>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<u16>)]
    return_days_physical: Option<Option<u16>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<u16>)]
    return_days_digital: Option<Option<u16>>,
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<u16>)]
    return_days_service: Option<Option<u16>>,
    invoice_numbers: Option<String>,
    credit_note_numbers: Option<String>,
}

/// What was said, which may be `null`.
fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<u16>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl BillingPolicyPatch {
    fn onto(&self, before: Practice) -> Result<Practice, Error> {
        let Numbering { invoices, credit_notes } = before.numbering;
        let numbering = Numbering {
            invoices: format("/invoice_numbers", self.invoice_numbers.as_deref())?
                .unwrap_or(invoices),
            credit_notes: format("/credit_note_numbers", self.credit_note_numbers.as_deref())?
                .unwrap_or(credit_notes),
        };
        Ok(Practice { policy: self.policy_onto(before.policy)?, numbering })
    }

    fn policy_onto(&self, before: Policy) -> Result<Policy, Error> {
        let preset = word::<Preset>("/preset", self.preset.as_deref())?;
        let base = preset.map_or(before, Preset::policy);
        Ok(Policy {
            zero_usage: word("/zero_usage", self.zero_usage.as_deref())?.unwrap_or(base.zero_usage),
            zero_lines: word("/zero_lines", self.zero_lines.as_deref())?.unwrap_or(base.zero_lines),
            zero_invoices: word("/zero_invoices", self.zero_invoices.as_deref())?
                .unwrap_or(base.zero_invoices),
            proration: word("/proration", self.proration.as_deref())?.unwrap_or(base.proration),
            while_held: word("/while_held", self.while_held.as_deref())?.unwrap_or(base.while_held),
            price_version: word("/price_version", self.price_version.as_deref())?
                .unwrap_or(base.price_version),
            downgrade: word("/downgrade", self.downgrade.as_deref())?.unwrap_or(base.downgrade),
            credit_base: word("/credit_base", self.credit_base.as_deref())?
                .unwrap_or(base.credit_base),
            removed_units: word("/removed_units", self.removed_units.as_deref())?
                .unwrap_or(base.removed_units),
            removal_days: self.removal_days.unwrap_or(base.removal_days),
            moved_anchor: word("/moved_anchor", self.moved_anchor.as_deref())?
                .unwrap_or(base.moved_anchor),
            moved_day: word("/moved_day", self.moved_day.as_deref())?.unwrap_or(base.moved_day),
            grouping: word("/grouping", self.grouping.as_deref())?.unwrap_or(base.grouping),
            tier_fees: word("/tier_fees", self.tier_fees.as_deref())?.unwrap_or(base.tier_fees),
            prepaid: word("/prepaid", self.prepaid.as_deref())?.unwrap_or(base.prepaid),
            tax_scope: word("/tax_scope", self.tax_scope.as_deref())?.unwrap_or(base.tax_scope),
            rounding: self.rounding()?.unwrap_or(base.rounding),
            tax_regime: word("/tax_regime", self.tax_regime.as_deref())?.unwrap_or(base.tax_regime),
            distance_sales: word("/distance_sales", self.distance_sales.as_deref())?
                .unwrap_or(base.distance_sales),
            vat_numbers: word("/vat_numbers", self.vat_numbers.as_deref())?
                .unwrap_or(base.vat_numbers),
            late_usage_periods: self.late_usage_periods.unwrap_or(base.late_usage_periods),
            review_hours: self.review_hours.unwrap_or(base.review_hours),
            resale_from: self.resale_from.onto(base.resale_from, |it| parse("/resale_from", it))?,
            payment_minutes: self.payment_minutes.unwrap_or(base.payment_minutes),
            recognition: word("/recognition", self.recognition.as_deref())?
                .unwrap_or(base.recognition),
            // No known system decides on these.
            platform_percent: self
                .platform_percent
                .onto(before.platform_percent, |it| percent("/platform_percent", it))?,
            marketplace: word("/marketplace", self.marketplace.as_deref())?
                .unwrap_or(before.marketplace),
            marketplace_percent: self
                .marketplace_percent
                .as_ref()
                .map_or(Ok(before.marketplace_percent), |it| percent("/marketplace_percent", it))?,
            late_fee_tax: word("/late_fee_tax", self.late_fee_tax.as_deref())?
                .unwrap_or(base.late_fee_tax),
            write_off_tax: word("/write_off_tax", self.write_off_tax.as_deref())?
                .unwrap_or(base.write_off_tax),
            prepaid_at_zero: word("/prepaid_at_zero", self.prepaid_at_zero.as_deref())?
                .unwrap_or(base.prepaid_at_zero),
            returns: self.returns(before.returns),
            ..base
        })
    }

    /// No known system decides on them.
    fn returns(&self, before: Returns) -> Returns {
        Returns {
            physical: self.return_days_physical.unwrap_or(before.physical),
            digital: self.return_days_digital.unwrap_or(before.digital),
            service: self.return_days_service.unwrap_or(before.service),
        }
    }

    fn rounding(&self) -> Result<Option<Rounding>, Invalid> {
        match self.rounding.as_deref() {
            None => Ok(None),
            Some("half_up") => Ok(Some(Rounding::HalfUp)),
            Some("half_even") => Ok(Some(Rounding::HalfEven)),
            Some(_) => Err(Invalid::one("/rounding", "enum", "must be half_up or half_even")),
        }
    }
}

fn percent(field: &str, said: &Decimal) -> Result<Percent, Invalid> {
    let percent = said.read::<Quantity>(field)?;
    Ok(Percent::new(percent.decimal().normalize()))
}

/// The format of numbers that a field says, if it says one.
fn format(field: &str, said: Option<&str>) -> Result<Option<NumberFormat>, Error> {
    let read = |it: &str| it.parse::<NumberFormat>().map_err(|it| it.below(field).into());
    said.map(read).transpose()
}

fn show(cx: Cx<'_>, call: &Call, _: NoQuery) -> Result<Reply<BillingPolicy>, Error> {
    Ok(Reply::ok(BillingPolicy::from(&billing::practice_of(cx, call.id("id")?)?)))
}

fn change(
    act: &mut Act<'_>,
    call: &Call,
    body: BillingPolicyPatch,
) -> Result<Reply<BillingPolicy>, Error> {
    let which = (call.id("id")?, call.if_match);
    let practice = billing::set_practice(act, which, |it| body.onto(it))?;
    Ok(Reply::ok(BillingPolicy::from(&practice)))
}
