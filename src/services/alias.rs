//! Aliases: what other systems call our things, beside our own ids.

use super::{Act, Cx, Error};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::Subject;
use crate::domain::stamp::Contract;
use crate::store::alias::{self, Alias};

/// In which words a thing is called: those of a contract, for one of its types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tongue {
    /// Whose words.
    pub contract: Contract,
    /// For which type of that contract.
    pub kind: &'static str,
}

impl Tongue {
    fn calls(self, external: &str) -> Alias {
        let (kind, external) = (self.kind.to_owned(), external.to_owned());
        Alias { contract: self.contract, kind, external }
    }
}

/// The thing that goes by a name.
///
/// # Errors
/// If the store fails.
pub fn find(cx: Cx<'_>, tongue: Tongue, external: &str) -> Result<Option<Subject>, Error> {
    Ok(alias::find(cx.view, &tongue.calls(external))?)
}

/// The name by which a thing goes, if it has one.
///
/// # Errors
/// If the store fails.
pub fn of(cx: Cx<'_>, tongue: Tongue, thing: Subject) -> Result<Option<String>, Error> {
    Ok(alias::of(cx.view, thing, tongue.contract, tongue.kind)?)
}

/// Takes from a thing all names that it has.
///
/// # Errors
/// If the store fails.
pub fn take(act: &mut Act<'_>, tongue: Tongue, thing: Subject) -> Result<(), Error> {
    while let Some(external) = of(act.cx(), tongue, thing)? {
        act.batch().delete_alias(&tongue.calls(&external))?;
    }
    Ok(())
}

/// Gives a thing a name.
///
/// # Errors
/// [`Code::Duplicate`] if another thing goes by it.
pub fn give(
    act: &mut Act<'_>,
    tongue: Tongue,
    external: &str,
    thing: Subject,
) -> Result<(), Error> {
    match act.batch().put_alias(&tongue.calls(external), thing)? {
        None => Ok(()),
        Some(_) => {
            let why = format!("`{external}` is the id of something else: bring another");
            Err(Rejection::new(Code::Duplicate, why).into())
        }
    }
}
