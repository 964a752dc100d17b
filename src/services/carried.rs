//! What clients of a contract attach to things and mean nothing to us: kept beside them, for the same
//! contract alone.

use super::{Act, Error};
use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::stamp::Contract;
use crate::store::Record;

/// Nothing carries more.
pub const BYTES_MAX: usize = 64 << 10;

/// Lets a thing carry what a contract's client says of it; nothing if that is empty.
///
/// # Errors
/// If it is not there, there is too much of it, or the caller may not.
pub fn keep<R: Record>(
    act: &mut Act<'_>,
    (id, permission): (R::Id, Permission),
    contract: Contract,
    said: Vec<u8>,
) -> Result<R, Error> {
    let mut it: R = act.get(id)?;
    act.must(permission, it.stamp())?;
    if said.len() > BYTES_MAX {
        let message = format!("must have at most {BYTES_MAX} bytes in all");
        return Err(Invalid::one("", "range", message).into());
    }
    let before = it.stamp().carried.get(&contract).map_or(&[][..], Vec::as_slice);
    if before == said {
        return Ok(it);
    }
    let carried = &mut it.stamp_mut().carried;
    if said.is_empty() {
        carried.remove(&contract);
    } else {
        carried.insert(contract, said);
    }
    act.put(&mut it)?;
    Ok(it)
}
