//! Creating resources: one, or several in the order of an array, all of them or none.
//!
//! A resource that cannot stand alone (the commercial side of an account) waits in the batch until
//! a later element takes it by the id that the client gave it. What nobody took is refused.

use std::collections::BTreeMap;

use serde_json::Value;
use uuid::Uuid;

use super::body::{Element, check_new};
use super::error::not_for_clients;
use super::identity;
use super::kind::New;
use crate::domain::error::{Invalid, Rejection};
use crate::domain::id::AccountId;
use crate::domain::operator::PasswordHash;
use crate::services::{Act, Error};

/// No batch has more elements.
pub(super) const ELEMENTS_MAX: usize = 100;

/// What has come of the elements of a batch so far.
#[derive(Debug, Default)]
pub(super) struct Batch {
    waiting: BTreeMap<Uuid, New>,
    made: BTreeMap<usize, Uuid>,
    passwords: Passwords,
    account: Option<AccountId>,
}

/// The hashes of passwords that stand in a batch, by the places of their elements.
pub(super) type Passwords = BTreeMap<usize, PasswordHash>;

impl Batch {
    /// Creates what the elements say, in their order; the ids of what was created.
    pub(super) fn create(
        act: &mut Act<'_>,
        elements: &[Value],
        passwords: Passwords,
    ) -> Result<Vec<Uuid>, Error> {
        if elements.is_empty() || elements.len() > ELEMENTS_MAX {
            let message = format!("must have 1 to {ELEMENTS_MAX} elements");
            return Err(Invalid::one("/", "range", message).into());
        }
        let mut batch = Self { passwords, ..Self::default() };
        for (place, element) in elements.iter().enumerate() {
            batch.element(act, place, element).map_err(|it| it.told(place, elements.len()))?;
        }
        batch.finish()
    }

    fn element(&mut self, act: &mut Act<'_>, place: usize, value: &Value) -> Result<(), Refused> {
        let element = Element::read(value)?;
        let kind = element.known_kind()?;
        let about = kind.about();
        let create = kind.create().ok_or_else(|| not_for_clients(about, "created"))?;
        if !act.actor().may_at_all(create.needs) {
            return Err(Error::Forbidden { permission: create.needs }.into());
        }
        check_new(kind, &element.body)?;
        if let Some(id) = element.id {
            self.must_be_free(act, id)?;
        }
        let named = element.kind.unwrap_or_default();
        (create.make)(act, self, New { place, named, id: element.id, body: element.body })
    }

    /// Refuses an id that a resource has, or that an earlier element waits under.
    fn must_be_free(&self, act: &Act<'_>, id: Uuid) -> Result<(), Error> {
        identity::must_be_free(act, id)?;
        if self.waiting.contains_key(&id) { Err(identity::taken(id)) } else { Ok(()) }
    }

    fn finish(self) -> Result<Vec<Uuid>, Error> {
        match self.waiting.into_iter().next() {
            Some((id, new)) => {
                let at = format!("/{}/aps/id", new.place);
                let message = format!("no later element of the batch links to `{id}`");
                Err(Invalid::one(at, "unattached", message).into())
            }
            None => Ok(self.made.into_values().collect()),
        }
    }

    /// Says which resource an element has become.
    pub(super) fn made(&mut self, place: usize, id: Uuid) {
        self.made.insert(place, id);
    }

    /// Says that an element has opened an account: users that name none are people of it.
    pub(super) const fn opened(&mut self, account: AccountId) {
        self.account = Some(account);
    }

    /// The account that was opened last.
    pub(super) const fn account(&self) -> Option<AccountId> {
        self.account
    }

    /// The hash of the password that stands in an element: hashing is too slow for an act.
    pub(super) fn password(&mut self, place: usize) -> Option<PasswordHash> {
        self.passwords.remove(&place)
    }

    /// Lets an element wait for a later one that links to it.
    pub(super) fn wait(&mut self, id: Uuid, new: New) {
        self.waiting.insert(id, new);
    }

    /// The element that waits under an id.
    pub(super) fn take(&mut self, id: Uuid) -> Option<New> {
        self.waiting.remove(&id)
    }
}

/// Why an element is not created, and which element of the batch is to blame.
#[derive(Debug)]
pub(super) struct Refused {
    place: Option<usize>,
    error: Error,
}

impl Refused {
    /// A refusal for which another element is to blame.
    pub(super) fn elsewhere(place: usize, error: Error) -> Self {
        Self { place: Some(place), error }
    }

    /// The refusal with the place of what is wrong, from the whole body on.
    fn told(self, place: usize, elements: usize) -> Error {
        let Self { place: blamed, error } = self;
        if elements == 1 { error } else { blaming(error, blamed.unwrap_or(place)) }
    }
}

/// An error that says which element of a batch is to blame, whatever kind of refusal it is.
pub(super) fn blaming(error: Error, place: usize) -> Error {
    let Error::Rejected(Rejection { code, detail }) = error else {
        return error.below(&format!("/{place}"));
    };
    Rejection::new(code, format!("`/{place}`: {detail}")).into()
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(it: E) -> Self {
        Self { place: None, error: it.into() }
    }
}
