//! Through which channel an order comes: one that is open to its account, or to who orders for it.

use crate::domain::account::Account;
use crate::domain::account::class::CustomerClass;
use crate::domain::catalog::eligibility::Doorway;
use crate::domain::operator::{Decision, Permission};
use crate::domain::text::Code;
use crate::services::{Cx, Error, class};
use crate::store::Records;

/// The channel of an order of an account: that of the program that orders, or the one that was said.
///
/// # Errors
/// [`Error::Invalid`] if the program has another, or it is kept for customers of other classes.
pub fn through(cx: Cx<'_>, account: &Account, said: Option<&Code>) -> Result<Option<Code>, Error> {
    let bound = cx.actor.channel();
    if said.or(bound).is_none() {
        return Ok(None);
    }
    let kept = class::channels_kept(cx, account.stamp.seller)?;
    let own = cx.view.find::<CustomerClass>(account.class())?;
    let open = own.map(|it| it.terms().channels.clone()).unwrap_or_default();
    let stamp = super::stamp(cx, account);
    let decides = cx.actor.may(Permission::OrderDecide, &stamp) == Decision::Yes;
    Ok(Doorway { bound, kept: &kept, open: &open, decides }.channel(said)?)
}
