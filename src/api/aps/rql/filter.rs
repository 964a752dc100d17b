//! Whether a resource is one of those that a query asks for.

use serde_json::Value;

use super::query::{Expr, Path};
use super::value;
use crate::services::Error;

/// What a query asks of a resource.
///
/// What is not asked for is not read: a filter that names one property of a hundred thousand
/// resources must not cost what rendering them would.
pub(crate) trait Reads {
    /// The values that a path leads to: none where it is not set, of a collection on the way each
    /// element's.
    ///
    /// # Errors
    /// If the store fails, or it would take too long.
    fn read(&self, path: &[String]) -> Result<Vec<Value>, Error>;

    /// Whether it is of a type or of one that implements it.
    fn implements(&self, name: &str) -> bool;

    /// Whether a type is derived from its own.
    fn composes(&self, name: &str) -> bool;

    /// Whether it has a link to the resource with an id.
    ///
    /// # Errors
    /// If the store fails.
    fn is_linked_with(&self, id: &str) -> Result<bool, Error>;
}

impl Expr {
    /// Whether it holds for a resource.
    ///
    /// # Errors
    /// If the resource cannot be read.
    pub(crate) fn holds(&self, of: &dyn Reads) -> Result<bool, Error> {
        match self {
            Self::All(all) => every(all, of),
            Self::Any(all) => some(all, of),
            Self::Not(it) => it.holds(of).map(|it| !it),
            Self::Compare(path, relation, literal) => {
                any(of, path, |it| value::relates(it, *relation, literal))
            }
            Self::In(path, literals) => {
                any(of, path, |it| literals.iter().any(|literal| value::equals(it, literal)))
            }
            Self::Out(path, literals) => {
                any(of, path, |it| !literals.iter().any(|literal| value::equals(it, literal)))
            }
            Self::Like(path, pattern) => any(of, path, |it| match it {
                Value::String(text) => pattern.fits(text),
                Value::Number(number) => pattern.fits(&number.to_string()),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
            }),
            Self::Implementing(name) => Ok(of.implements(name)),
            Self::Composing(name) => Ok(of.composes(name)),
            Self::LinkedWith(id) => of.is_linked_with(id),
        }
    }
}

fn every(all: &[Expr], of: &dyn Reads) -> Result<bool, Error> {
    for each in all {
        if !each.holds(of)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn some(all: &[Expr], of: &dyn Reads) -> Result<bool, Error> {
    for each in all {
        if each.holds(of)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether it is so for one of the values at a path; where there is none, for null.
fn any(of: &dyn Reads, path: &Path, is: impl Fn(&Value) -> bool) -> Result<bool, Error> {
    let values = of.read(&path.names)?;
    Ok(if values.is_empty() { is(&Value::Null) } else { values.iter().any(is) })
}
