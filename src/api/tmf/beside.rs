//! Resources of which some are entities of ours and some are not yet, or never will be: what was
//! written down of those is a [registered document](super::registered), and both are one list.

use serde_json::Value;
use uuid::Uuid;

use super::behind::{Behind, Change};
use super::entity::{Entity, Of};
use super::error::STATE_FORBIDS;
use super::query::Wanted;
use super::registered::Registered;
use super::resource::{Resource, Tree};
use crate::domain::error::Invalid;
use crate::domain::id::Kind;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::services::{Act, Cx, Error};

/// Documents and entities that are one resource.
pub(super) struct Beside<E: Entity> {
    /// What was written down.
    pub(super) documents: Registered,
    /// What is ours.
    pub(super) entities: Of<E>,
    /// Makes one or the other.
    pub(super) make: Make<E>,
}

/// What makes one or the other of what was said.
pub(super) type Make<E> =
    for<'a, 'tx> fn(&'a Beside<E>, &'a mut Act<'tx>, &'a Resource, Tree) -> Result<Tree, Error>;

/// Where the entities begin in a list that has the documents first: no key of a document is like it.
const ENTITIES_FROM: &[u8] = b"entities:";

impl<E: Entity> Beside<E> {
    fn is_document(&self, cx: Cx<'_>, of: &Resource, id: &str) -> Result<bool, Error> {
        let can_be = Uuid::try_parse(id).is_ok();
        Ok(can_be && self.documents.find(cx, of, id)?.is_some())
    }
}

impl<E: Entity> Beside<E> {
    /// Refuses a word that is no state, and a state that what was refused can come to no more.
    fn must_be_open(&self, of: &Resource, change: &Change) -> Result<(), Invalid> {
        let state = |it: &Tree| {
            let word = of.state.and_then(|name| it.get(name)).and_then(Value::as_str);
            word.map(str::to_owned)
        };
        let (Some(before), Some(after)) = (state(&change.before), state(&change.after)) else {
            return Ok(());
        };
        let name = of.state.unwrap_or_default();
        if before != after {
            self.entities.must_be_a_state(of, &change.after)?;
        }
        if before.eq_ignore_ascii_case("rejected")
            && !before.eq_ignore_ascii_case(after.trim())
            && self.entities.0.is_ours(&after)
        {
            let message = format!("cannot become `{after}` where it is `{before}`");
            return Err(Invalid::one(name, STATE_FORBIDS, message));
        }
        Ok(())
    }
}

impl<E: Entity> Behind for Beside<E> {
    fn documents(&self) -> &dyn Behind {
        &self.documents
    }

    fn kind(&self) -> Kind {
        self.entities.kind()
    }

    fn reading(&self) -> Permission {
        E::READING
    }

    fn writing(&self) -> Permission {
        E::WRITING
    }

    fn page(&self, cx: Cx<'_>, of: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        let after = page.after.as_deref().and_then(|it| it.strip_prefix(ENTITIES_FROM));
        match after {
            None => {
                let written = self.documents.page(cx, of, page)?;
                let next = written.next.unwrap_or_else(|| ENTITIES_FROM.to_vec());
                Ok(Page { items: written.items, next: Some(next) })
            }
            Some(after) => {
                let after = (!after.is_empty()).then(|| after.to_vec());
                let found = self.entities.page(cx, of, &PageRequest { after, ..page.clone() })?;
                let next = found.next.map(|it| [ENTITIES_FROM, &it].concat());
                Ok(Page { items: found.items, next })
            }
        }
    }

    fn partly(
        &self,
        cx: Cx<'_>,
        of: &Resource,
        (page, wanted): (&PageRequest, &Wanted),
    ) -> Result<Page<Tree>, Error> {
        let Some(after) = page.after.as_deref().and_then(|it| it.strip_prefix(ENTITIES_FROM))
        else {
            return self.page(cx, of, page);
        };
        let after = (!after.is_empty()).then(|| after.to_vec());
        let page = PageRequest { after, ..page.clone() };
        let found = self.entities.partly(cx, of, (&page, wanted))?;
        let next = found.next.map(|it| [ENTITIES_FROM, &it].concat());
        Ok(Page { items: found.items, next })
    }

    fn find(&self, cx: Cx<'_>, of: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        match self.documents.find(cx, of, id)? {
            Some(found) => Ok(Some(found)),
            None => self.entities.find(cx, of, id),
        }
    }

    fn create(&self, act: &mut Act<'_>, of: &Resource, said: Tree) -> Result<Tree, Error> {
        self.entities.must_be_a_state(of, &said)?;
        (self.make)(self, act, of, said)
    }

    fn change(&self, act: &mut Act<'_>, of: &Resource, change: Change) -> Result<Tree, Error> {
        match self.is_document(act.cx(), of, &change.id)? {
            true => {
                self.must_be_open(of, &change)?;
                self.documents.change(act, of, change)
            }
            false => self.entities.change(act, of, change),
        }
    }

    fn remove(&self, act: &mut Act<'_>, of: &Resource, id: &str) -> Result<(), Error> {
        match self.is_document(act.cx(), of, id)? {
            true => self.documents.remove(act, of, id),
            false => self.entities.remove(act, of, id),
        }
    }

    fn told(&self, cx: Cx<'_>, of: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        self.entities.told(cx, of, side)
    }
}
