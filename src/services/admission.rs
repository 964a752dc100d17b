//! Admission: who is let in to what. Services ask it of whoever comes to them, and people see by it what
//! they have and how they reach it.

use std::collections::BTreeSet;

use super::{Cx, Error, seat};
use crate::domain::catalog::offer::{Offer, Seating};
use crate::domain::id::{SubscriptionId, UserId};
use crate::domain::operator::{Decision, Permission, User};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::admission::{Denial, Visitor, admit};
use crate::domain::subscription::seat::Seat;
use crate::domain::text::WebAddress;
use crate::store::Records;

/// Whether somebody is let in.
#[derive(Debug, Clone)]
pub struct Admission {
    /// To what.
    pub to: Subscription,
    /// Whether, or why not.
    pub outcome: Result<(), Denial>,
    /// How one gets there: for who is let in and may know it.
    pub link: Option<WebAddress>,
}

/// Whether a user is let in to a subscription.
///
/// # Errors
/// If the subscription is not there, or not for the caller.
pub fn of(cx: Cx<'_>, to: SubscriptionId, user: &User) -> Result<Admission, Error> {
    let to = seat::of_which(cx, to, user)?;
    judge(cx, to, (user, &seat::of_user(cx, user.id)?))
}

/// What a user has a seat of, and whether it is let in there.
///
/// # Errors
/// If the user is not there, or not for the caller.
pub fn services_of(cx: Cx<'_>, user: UserId) -> Result<Vec<Admission>, Error> {
    let user: User = cx.get(user)?;
    let seats = seat::of_user(cx, user.id)?;
    let taken = seats.iter().filter(|it| it.is_taken()).map(Seat::subscription);
    let mut services = Vec::new();
    for id in taken.collect::<BTreeSet<_>>() {
        if let Some(to) = cx.view.find::<Subscription>(id)? {
            services.push(judge(cx, to, (&user, &seats))?);
        }
    }
    Ok(services)
}

fn judge(
    cx: Cx<'_>,
    to: Subscription,
    (user, seats): (&User, &[Seat]),
) -> Result<Admission, Error> {
    let offer = cx.shared::<Offer>(to.deal().offer)?;
    let seating = offer.map_or(Seating::None, |it| it.content.seating);
    let visitor = Visitor { user: user.id, state: user.state(), account: user.stamp.owner };
    let outcome = admit(visitor, (&to, seating), seats);
    let stamp = to.stamp.clone().of_person(user.id);
    let may = outcome.is_ok() && cx.actor.may(Permission::AccessRead, &stamp) == Decision::Yes;
    let link = to.access().filter(|_| may).and_then(|it| it.link.clone());
    Ok(Admission { to, outcome, link })
}
