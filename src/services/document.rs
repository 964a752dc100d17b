//! Registered documents: kept for the contract that reads them.

use super::{Act, Cx, Error, catalog};
use crate::domain::account::Account;
use crate::domain::document::{Document, RegisterDocument};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{AccountId, DocumentId};
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::text::{self, Name};
use crate::store::document::{DOCUMENT_BY_NAME, DOCUMENT_BY_SORT, named, of_sort};
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

/// What a document says and where its life stands.
#[derive(Debug, Clone)]
pub struct Text {
    /// What it is called.
    pub name: Name,
    /// In which state it is; where it was, or where its sort begins, if nothing is said.
    pub state: Option<text::Code>,
    /// What it says, as canonical bytes of its contract.
    pub body: Vec<u8>,
    /// Which customer may see it.
    pub customer: Customer,
}

/// Which customer a document of a seller is about, who may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Customer {
    /// The one that it was before; nobody if it is new.
    AsBefore,
    /// This one if it is one of the seller's own, or nobody.
    Is(Option<AccountId>),
}

impl Customer {
    /// Whose a document of a seller is then.
    fn owner(
        self,
        cx: Cx<'_>,
        seller: SellerNumber,
        before: Option<AccountId>,
    ) -> Result<Option<AccountId>, Error> {
        match self {
            Self::AsBefore => Ok(before),
            Self::Is(None) => Ok(None),
            Self::Is(Some(id)) => {
                let found = cx.view.find::<Account>(id)?;
                Ok(found.filter(|it| it.stamp.seller == seller).map(|it| it.id))
            }
        }
    }
}

/// Registers a document of a sort for the seller that the caller acts for.
///
/// # Errors
/// If its sort has no such state, it is too long, or the caller may not.
pub fn register(act: &mut Act<'_>, sort: text::Code, said: Text) -> Result<Document, Error> {
    let id = act.new_id();
    register_as(act, (id, sort), (None, said))
}

/// The same under an id that was made for it, for a seller who may be another than who the caller acts for.
///
/// # Errors
/// As [`register`].
pub fn register_as(
    act: &mut Act<'_>,
    (id, sort): (DocumentId, text::Code),
    (seller, said): (Option<SellerNumber>, Text),
) -> Result<Document, Error> {
    let seller = match seller {
        Some(seller) => seller,
        None => catalog::seller(act.cx(), None)?,
    };
    let stamp = act.cx().stamp(seller, None);
    act.must(Permission::DocumentWrite, &stamp)?;
    let Text { name, state, body, customer } = said;
    let owner = customer.owner(act.cx(), seller, None)?;
    let stamp = Stamp { owner, ..stamp }.numbered(act.next_number(NUMBERS)?);
    let related = Vec::new();
    let command = RegisterDocument { id, stamp, key: sort, name, state, related, body };
    let document = Document::register(command)?;
    act.keep(document)
}

/// Registers a document of a sort that belongs to the account of the caller, as whoever has a permission
/// over that may.
///
/// # Errors
/// As [`register`]; if the caller has no account.
pub fn register_own(
    act: &mut Act<'_>,
    (sort, permission): (text::Code, Permission),
    said: Text,
) -> Result<Document, Error> {
    let standing = act.actor().standing().ok_or(Error::Forbidden { permission })?;
    let account: Account = act.load(standing.account)?;
    let stamp = act.cx().stamp(account.stamp.seller, Some(account.id));
    let stamp = match act.actor().user() {
        Some(person) => stamp.of_person(person),
        None => stamp,
    };
    act.must(permission, &stamp)?;
    let stamp = stamp.numbered(act.next_number(NUMBERS)?);
    let (id, related) = (act.new_id(), Vec::new());
    let Text { name, state, body, customer: _ } = said;
    let command = RegisterDocument { id, stamp, key: sort, name, state, related, body };
    let document = Document::register(command)?;
    act.keep(document)
}

/// Lets a document of a sort say something else.
///
/// # Errors
/// If it is not there, its life cycle does not lead to the state, it is too long, or the caller may
/// not.
pub fn revise(
    act: &mut Act<'_>,
    (sort, id): (&str, DocumentId),
    said: Text,
) -> Result<Document, Error> {
    let mut document = mine(act, sort, id)?;
    let Stamp { seller, owner, .. } = document.stamp;
    document.stamp.owner = said.customer.owner(act.cx(), seller, owner)?;
    let (document, verb) = document.revise(said.name, said.body)?;
    let (document, verb) = match said.state {
        Some(state) => document.pass(state)?,
        None => (document, verb),
    };
    act.keep((document, verb))
}

/// Takes a document of a sort away.
///
/// # Errors
/// If it is not there, or the caller may not.
pub fn remove(act: &mut Act<'_>, sort: &str, id: DocumentId) -> Result<(), Error> {
    let document = mine(act, sort, id)?;
    act.delete(&document)
}

fn mine(act: &Act<'_>, sort: &str, id: DocumentId) -> Result<Document, Error> {
    let found = find(act.cx(), sort, id)?.ok_or_else(|| Error::not_found(id))?;
    act.must(Permission::DocumentWrite, &found.stamp)?;
    Ok(found)
}

/// The document of a sort with an id, if it is there and the caller may see it.
///
/// # Errors
/// If the store fails.
pub fn find(cx: Cx<'_>, sort: &str, id: DocumentId) -> Result<Option<Document>, Error> {
    Ok(cx.find::<Document>(id)?.filter(|it| it.sort().key == sort))
}

/// A page of the documents of a sort that the caller may see.
///
/// # Errors
/// If the store fails.
pub fn list(cx: Cx<'_>, sort: &str, request: &PageRequest) -> Result<Page<Document>, Error> {
    let along = Along::Index(DOCUMENT_BY_SORT, of_sort(sort).bytes());
    cx.list(Some(along), request, |_| true)
}
