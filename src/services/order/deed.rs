//! Deeds: what somebody may do now with an order as a whole, so that nothing is offered that is refused.

use super::cancellation::any_begun;
use crate::domain::operator::{Decision, Permission};
use crate::domain::order::{Missing, Order};
use crate::domain::text::Prose;
use crate::domain::word::words;
use crate::services::{Cx, Error};

words! {
    /// What can be done with an order as a whole.
    Deed {
        /// Keep it back.
        Hold = "hold";
        /// Have the buyer say something.
        Ask = "ask";
        /// Let it go on that was kept back.
        Resume = "resume";
        /// Refuse it.
        Reject = "reject";
        /// Call it off.
        Cancel = "cancel";
    }
}

/// What the caller may do with an order now.
///
/// # Errors
/// If the store fails.
pub fn deeds(cx: Cx<'_>, order: &Order) -> Result<Vec<Deed>, Error> {
    let mut found = Vec::new();
    for deed in Deed::ALL {
        let is_allowed = cx.actor.may(permission(order, *deed), &order.stamp) == Decision::Yes;
        if is_allowed && is_possible(cx, order, *deed)? {
            found.push(*deed);
        }
    }
    Ok(found)
}

/// What one has to be allowed for it.
pub(super) fn permission(order: &Order, deed: Deed) -> Permission {
    match deed {
        Deed::Hold | Deed::Ask | Deed::Resume | Deed::Reject => Permission::OrderDecide,
        // Whoever ordered need not pay.
        Deed::Cancel if order.awaited_payment().is_some() => Permission::OrderPlace,
        Deed::Cancel => Permission::OrderCancel,
    }
}

fn is_possible(cx: Cx<'_>, order: &Order, deed: Deed) -> Result<bool, Error> {
    let (it, now) = (order.clone(), cx.now);
    let any = || "…".parse::<Prose>().map_err(Error::internal);
    let waits = order.awaited_payment().is_some();
    let is_paid_and_waits = order.payment.is_some() && order.released_at().is_none();
    Ok(match deed {
        Deed::Hold => !waits && it.hold(now).is_ok(),
        Deed::Ask => {
            let missing = Missing { what: any()?, until_at: now };
            !is_paid_and_waits && it.ask(missing, now).is_ok()
        }
        Deed::Resume => !waits && it.resume(now).is_ok(),
        Deed::Reject => it.reject(any()?, now).is_ok(),
        Deed::Cancel => {
            let is_untouched = order.is_untouched() && !any_begun(cx, order)?;
            is_untouched || it.cancel(None, now).is_ok()
        }
    })
}
