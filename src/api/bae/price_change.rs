//! Other prices for an offering that is or was on the market. Who has it keeps what was agreed: figures
//! change from a day on, plans come and go as a whole.

use super::carried;
use super::price_plan::{Charged, Component, Costs, Said, add, keep_plans, plans, version};
use crate::domain::catalog::offer::{Offer, Plan};
use crate::domain::catalog::price::model::PriceModel;
use crate::domain::catalog::price::{Price, PriceKind};
use crate::domain::error::{Code, Rejection};
use crate::domain::operator::Permission;
use crate::domain::stamp::Contract;
use crate::domain::text::Name;
use crate::services::{Act, Cx, Error, offer};

/// Lets an offering cost what was said.
///
/// # Errors
/// [`Code::PriceVersionForbids`] if a plan is to be charged otherwise than it was.
pub(super) fn settle(act: &mut Act<'_>, it: &Offer, costs: &Costs) -> Result<(), Error> {
    let prices = offer::prices(act.cx(), it.id)?;
    // What belongs to no plan is charged beside every plan.
    if prices.iter().any(|it| it.plan.is_none()) {
        return Err(refused(it.content.name.original()).into());
    }
    let plans = plans(&it.content.plans, costs)?;
    keep_plans(act, it, (plans.clone(), costs))?;
    for (plan, said) in plans.iter().zip(&costs.plans) {
        // The prices of a plan that went are still there, and are its own if it comes back.
        let is_new = !prices.iter().any(|it| it.plan.as_ref() == Some(&plan.key));
        match is_new {
            true => add(act, it, (plan, said))?,
            false => refigure(act, (plan, said), &prices)?,
        }
    }
    Ok(())
}

fn refigure(
    act: &mut Act<'_>,
    (plan, said): (&Plan, &Said),
    prices: &[Price],
) -> Result<(), Error> {
    let own: Vec<_> = prices.iter().filter(|it| it.plan.as_ref() == Some(&plan.key)).collect();
    let is_alike = own.len() == said.components.len();
    for (price, component) in own.into_iter().zip(&said.components) {
        if !is_alike || !is_charged_alike(act.cx(), price, component)? {
            return Err(refused(&said.name).into());
        }
        let figure = PriceModel::PerUnit(component.amount.figure);
        if price.versions.as_slice().last().is_some_and(|it| it.model != figure) {
            let version = version(act.cx(), component);
            offer::reprice(act, price.id, |_| Ok(version))?;
            let beside = carried::written(&component.beside)?;
            let what = (price.id, Permission::CatalogWrite);
            crate::services::carried::keep::<Price>(act, what, Contract::Bae, beside)?;
        }
    }
    if is_alike { Ok(()) } else { Err(refused(&said.name).into()) }
}

fn refused(name: &Name) -> Rejection {
    let why = format!(
        "the plan `{name}` was on the market: its amount can change, and nothing else; say what is \
         charged otherwise as a plan of another name"
    );
    Rejection::new(Code::PriceVersionForbids, why)
}

fn is_charged_alike(cx: Cx<'_>, price: &Price, said: &Component) -> Result<bool, Error> {
    let unit = offer::unit(cx, price)?;
    let is_same = match (price.kind, &said.charged) {
        (PriceKind::OneTime(_), Charged::Once) => true,
        (PriceKind::Recurring { every, .. }, Charged::Every(span)) => every == *span,
        (PriceKind::Usage { .. }, Charged::Used(name)) => unit.as_ref() == Some(name),
        (
            PriceKind::OneTime(_) | PriceKind::Recurring { .. } | PriceKind::Usage { .. },
            Charged::Once | Charged::Every(_) | Charged::Used(_),
        ) => false,
    };
    let amount = &said.amount;
    Ok(is_same
        && (price.currency, price.base) == (amount.currency, amount.base)
        && price.alterations == said.alterations)
}
