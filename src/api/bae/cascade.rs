//! `cascade=true`: what goes off the market goes there with the offerings that stand before it. The
//! contract has no such thing: its clients retire one by one.

use super::catalogue::retires;
use super::query::Query;
use super::wire::Tree;
use crate::api::edge::fault::Fault;
use crate::services::retirement::{self, Retiring};
use crate::services::{Act, Error};

/// Whether a query says so.
///
/// # Errors
/// 400 for another word than `true` and `false`.
pub(super) fn cascades(mut query: Query) -> Result<bool, Fault> {
    Ok(query.word("cascade", &["true", "false"])? == Some("true"))
}

/// Takes a product or a catalog off the market with its offerings, if that is the state that is said.
///
/// # Errors
/// If its state forbids it, or the caller may not.
pub(super) fn off_the_market(act: &mut Act<'_>, of: Retiring, said: &Tree) -> Result<(), Error> {
    if retires(said)? {
        retirement::with_offers(act, of)?;
    }
    Ok(())
}
