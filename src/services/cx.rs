//! A read: a view of the store, who asks, and what time it is.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::error::Invalid;
use crate::domain::id::{AccountId, Id, Kind, Subject};
use crate::domain::jump::Jump;
use crate::domain::operator::{Actor, Decision, Permission, Scope};
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::time::Instant;
use crate::search::Index;
use crate::services::error::Error;
use crate::services::memo::Memo;
use crate::store::usage::Usage;
use crate::store::{Along, Record, Records, View, schema};

/// What every use case that reads is given.
#[derive(Clone, Copy)]
pub struct Cx<'a> {
    /// What is read: a snapshot, or inside an act what the act has written so far.
    pub view: &'a dyn View,
    /// Who asks.
    pub actor: &'a Actor,
    /// Business time.
    pub now: Instant,
    /// Wall time.
    pub wall: Instant,
    /// The jump of the machine's clock that nobody has confirmed yet.
    pub jump: Option<Jump>,
    /// What of usage is in memory, beside the view.
    pub usage: &'a Usage,
    /// What is searched for offers; it may be behind the view, or ahead of it.
    pub index: &'a Index,
    /// What was loaded before, if the view stands still.
    pub memo: Option<&'a Memo>,
}

impl Cx<'_> {
    /// The thing with an id, if it is there and the caller may see it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn find<R: Record>(&self, id: R::Id) -> Result<Option<R>, Error> {
        let found = self.view.find::<R>(id)?;
        Ok(found.filter(|it| self.actor.sees(R::Id::KIND, it.stamp())))
    }

    /// The thing with an id, whoever may see it: for what many things in a list have in common.
    ///
    /// # Errors
    /// If the store fails.
    pub fn shared<R: Record>(&self, id: R::Id) -> Result<Option<Arc<R>>, Error> {
        Ok(match self.memo {
            Some(memo) => memo.find(self.view, id)?,
            None => self.view.find::<R>(id)?.map(Arc::new),
        })
    }

    /// The thing with an id.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not there or not for the caller; failures of the store.
    pub fn get<R: Record>(&self, id: R::Id) -> Result<R, Error> {
        self.find(id)?.ok_or_else(|| Error::not_found(id))
    }

    /// A thing that the input names at `pointer`.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the field if it is not there or not for the caller.
    pub fn named<R: Record>(&self, pointer: &str, id: R::Id) -> Result<R, Error> {
        let missing = || Invalid::one(pointer, "reference", format!("`{id}` is not there"));
        self.find(id)?.ok_or_else(|| missing().into())
    }

    /// The revision of the thing that a text names with or without the letters before its id, first looked
    /// for among some kinds; nothing if no kind has it. Whether the caller may see it, is for who looked it
    /// up to say.
    ///
    /// # Errors
    /// If the store fails.
    pub fn revision(&self, kinds: &[Kind], id: &str) -> Result<Option<u32>, Error> {
        let subject = id.parse::<Subject>().ok();
        let uuid = subject.map(|it| it.uuid).or_else(|| Uuid::try_parse(id).ok());
        let Some(uuid) = uuid else { return Ok(None) };
        let is_first = |it: &&schema::Kept| kinds.contains(&it.kind);
        let rest = schema::KINDS.iter().filter(|it| !is_first(it));
        for kept in schema::KINDS.iter().filter(is_first).chain(rest) {
            if let Some(stamp) = (kept.stamp)(self.view, uuid)? {
                return Ok(Some(stamp.revision));
            }
        }
        Ok(None)
    }

    /// Refuses what the caller may not do to a thing: as not found if it may not even see it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] or [`Error::NotFound`].
    pub fn must(&self, permission: Permission, stamp: &Stamp) -> Result<(), Error> {
        match self.actor.may(permission, stamp) {
            Decision::Yes => Ok(()),
            Decision::SeesOnly => Err(Error::Forbidden { permission }),
            Decision::Hidden => Err(Error::hidden()),
        }
    }

    /// A page of the things of a kind that the caller may see and that pass `accept`: along an
    /// index if one is given, else along what is nearest to the caller.
    ///
    /// # Errors
    /// If the store fails.
    pub fn list<R: Record>(
        &self,
        along: Option<Along>,
        request: &PageRequest,
        mut accept: impl FnMut(&R) -> bool,
    ) -> Result<Page<R>, Error> {
        let along = match (along, self.actor.scope(R::Id::KIND)) {
            (_, Scope::Nothing) => return Ok(Page { items: Vec::new(), next: None }),
            (Some(along), _) => along,
            (None, Scope::Everything) => Along::All,
            (None, Scope::Sellers(sellers)) => Along::Sellers(sellers),
            (None, Scope::Owner(account)) => Along::Owner(account),
        };
        let mut both = |it: &R| self.actor.sees(R::Id::KIND, it.stamp()) && accept(it);
        Ok(self.view.list(&along, request, &mut both)?)
    }

    /// A page of the things of a kind that the caller may see: of a vendor all in its branch, and what
    /// it has itself from who sells to it.
    ///
    /// # Errors
    /// If the store fails.
    pub fn list_with_own<R: Record>(
        &self,
        request: &PageRequest,
        accept: impl FnMut(&R) -> bool,
    ) -> Result<Page<R>, Error> {
        let along = match (self.actor.scope(R::Id::KIND), self.actor.standing()) {
            (Scope::Sellers(sellers), Some(standing)) => {
                Some(Along::Branch(sellers, standing.account))
            }
            (Scope::Everything | Scope::Sellers(_) | Scope::Owner(_) | Scope::Nothing, _) => None,
        };
        self.list(along, request, accept)
    }

    /// All things of a kind along an index, however many and whoever asks.
    ///
    /// # Errors
    /// If the store fails.
    pub fn every<R: Record>(&self, along: &Along) -> Result<Vec<R>, Error> {
        let mut request = PageRequest::oldest(PageRequest::LIMIT_MAX);
        let mut all = Vec::new();
        loop {
            let page = self.view.list::<R>(along, &request, &mut |_| true)?;
            all.extend(page.items);
            request.after = page.next;
            if request.after.is_none() {
                return Ok(all);
            }
        }
    }

    /// The stamp that something new gets in a seller's branch.
    #[must_use]
    pub fn stamp(&self, seller: SellerNumber, owner: Option<AccountId>) -> Stamp {
        Stamp::new(seller, owner, self.now)
    }
}
