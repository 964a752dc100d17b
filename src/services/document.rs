//! Registered documents: kept for the contract that reads them.

use super::{Act, Cx, Error};
use crate::domain::account::Account;
use crate::domain::document::{Document, RegisterDocument};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::AccountId;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::text::{self, Name};
use crate::store::document::{DOCUMENT_BY_NAME, named};
use crate::store::{Along, Records};

/// The sequence that documents are numbered by.
const NUMBERS: &str = "document";

/// What is to be registered.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// Which sort it is.
    pub sort: text::Code,
    /// What it is called: no other of its sort and its account is called so.
    pub name: Name,
    /// What it says, as canonical bytes of its contract.
    pub body: Vec<u8>,
}

/// Registers what an account says of itself in a document.
///
/// # Errors
/// [`Code::Duplicate`] if another of its sort has the name; if it is too long, or the caller may not.
pub fn register_for(
    act: &mut Act<'_>,
    owner: AccountId,
    new: NewDocument,
) -> Result<Document, Error> {
    let account: Account = act.get(owner)?;
    act.must(Permission::AccountWrite, &account.stamp)?;
    let NewDocument { sort, name, body } = new;
    let same = named(owner, sort.as_str(), name.as_str());
    if act.cx().view.first_along::<Document>(DOCUMENT_BY_NAME, same)?.is_some() {
        let why = format!("another is called `{name}`");
        return Err(Rejection::new(Code::Duplicate, why).into());
    }
    let stamp = act.cx().stamp(account.stamp.seller, Some(owner));
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let (id, related) = (act.new_id(), Vec::new());
    let command = RegisterDocument { id, stamp, key: sort, name, state: None, related, body };
    let document = Document::register(command)?;
    act.keep(document)
}

/// A page of the documents of a sort that an account has and the caller may see.
///
/// # Errors
/// If the store fails.
pub fn of(
    cx: Cx<'_>,
    (owner, sort): (AccountId, &text::Code),
    request: &PageRequest,
    accept: impl Fn(&Document) -> bool,
) -> Result<Page<Document>, Error> {
    cx.list(Some(Along::Owner(owner)), request, |it: &Document| {
        it.sort().key == sort.as_str() && accept(it)
    })
}
