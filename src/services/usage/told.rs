//! That use was counted, told to who listens to that: one by one where it is reported one by one.
//!
//! Nothing is told where nobody listens: there is far more use than anything else.

use super::NumberedEvent;
use crate::domain::id::UsageRecordId;
use crate::domain::stamp::Contract;
use crate::domain::subscription::Subscription;
use crate::services::{Author, Bss, Error, listener};
use crate::store::Records;

/// Tells that an event was counted, as a contract tells it, if anybody listens to that API of it. Who sends an
/// event again because no answer came is told of again.
///
/// # Errors
/// If the store fails.
pub fn tell(
    bss: &Bss,
    author: &Author,
    (id, event): (UsageRecordId, &NumberedEvent),
    (contract, api, told): (Contract, &'static str, Vec<u8>),
) -> Result<(), Error> {
    if !bss.read(&author.actor, |cx| listener::is_heard(cx, (contract, api)))? {
        return Ok(());
    }
    let of = event.event.subscription;
    let work = bss.act(author.clone(), move |act| {
        if let Some(of) = act.cx().view.find::<Subscription>(of)? {
            act.tell_new(id, (of.stamp.seller, of.stamp.owner), told);
        }
        Ok(())
    });
    work.wait()
}
