//! Fees of tiers on a bill, where the seller does not divide them by days: who reaches a tier pays its
//! fee in full, once in a period.

use rust_decimal::Decimal;

use super::{Draft, Offered, explain};
use crate::domain::billing::charge::Units;
use crate::domain::billing::due::Due;
use crate::domain::billing::invoice::explanation::{Explanation, Undivided};
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::billing::policy::TierFees;
use crate::domain::billing::rating::Rule;
use crate::domain::catalog::price::Figure;
use crate::domain::error::Rejection;
use crate::domain::money::MoneyError;
use crate::domain::quantity::Quantity;

impl Draft<'_> {
    /// What a charge bears of the fees of tiers in full, by what it comes to for a whole period; `None`
    /// where they are divided like all else.
    pub(super) fn undivided(
        &self,
        whole: &Explanation,
        offered: Offered<'_>,
        due: &Due,
    ) -> Result<Option<Undivided>, Rejection> {
        let is_divided = self.billing.policy.tier_fees == TierFees::Prorated;
        if is_divided || due.kind != LineKind::Recurring {
            return Ok(None);
        }
        let of_units = |units: Option<Quantity>| match units {
            Some(units) => Ok::<_, Rejection>(fees(&explain(offered, Units::of(units))?)?),
            None => Ok(Decimal::ZERO),
        };
        let (now, before, most) = (fees(whole)?, of_units(due.less)?, of_units(due.most)?);
        let is_any = [now, before, most].iter().any(|it| !it.is_zero());
        Ok(is_any.then(|| Undivided {
            share: due.share,
            of: Figure::new(now - before),
            fees: Figure::new((now - most).max(Decimal::ZERO)),
        }))
    }
}

/// How much of what a whole period comes to are fees of tiers. A discount lowers them as all else.
fn fees(it: &Explanation) -> Result<Decimal, MoneyError> {
    let fees: Decimal = match it.rule {
        Rule::Graduated | Rule::Volume => it.parts.iter().map(|it| it.fee.decimal()).sum(),
        Rule::Flat
        | Rule::PerUnit
        | Rule::Package(_)
        | Rule::Stairstep
        | Rule::Stated
        | Rule::Percentage
        | Rule::GraduatedPercentage
        | Rule::PerDimension
        | Rule::Minimum => Decimal::ZERO,
    };
    let at_price = it.at_price()?.value();
    if fees.is_zero() || at_price.is_zero() {
        return Ok(Decimal::ZERO);
    }
    Ok(it.unrounded()?.part(fees, at_price)?.value())
}
