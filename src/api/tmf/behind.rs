//! What lies behind a resource: where its things come from, and where they go.

use std::sync::Arc;

use super::catalog_file::File;
use super::query::Wanted;
use super::resource::{Resource, Tree};
use crate::domain::id::Kind;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::services::{Act, Author, Bss, Cx, Error};

/// What of ours a resource is. Ids are texts: what is none of ours names nothing.
///
/// What an implementation does not say is done with its [documents](Self::documents), by those methods that
/// have a body here and name them.
pub(super) trait Behind: Sync {
    /// The documents in which its things are kept, as far as they are; what keeps them elsewhere is its own,
    /// and says everything itself.
    fn documents(&self) -> &dyn Behind;

    /// What facts about its things are about.
    fn kind(&self) -> Kind {
        self.documents().kind()
    }

    /// What one needs to see some.
    fn reading(&self) -> Permission {
        self.documents().reading()
    }

    /// What one needs to make, change and remove some.
    fn writing(&self) -> Permission {
        self.documents().writing()
    }

    /// A page of what the caller may see.
    fn page(&self, cx: Cx<'_>, of: &Resource, page: &PageRequest) -> Result<Page<Tree>, Error> {
        self.documents().page(cx, of, page)
    }

    /// The same with at least some attributes of each.
    fn partly(
        &self,
        cx: Cx<'_>,
        of: &Resource,
        (page, _): (&PageRequest, &Wanted),
    ) -> Result<Page<Tree>, Error> {
        self.page(cx, of, page)
    }

    /// Some attributes of a thing, at least.
    fn part(
        &self,
        cx: Cx<'_>,
        of: &Resource,
        (id, _): (&str, &Wanted),
    ) -> Result<Option<Tree>, Error> {
        self.find(cx, of, id)
    }

    /// The ids of all things of which a path leads to one of some values, and perhaps of more, in the
    /// order of the list; nothing where that takes a look at each.
    fn found_by(&self, _: Cx<'_>, _: &str, _: &[&str]) -> Result<Option<Vec<String>>, Error> {
        Ok(None)
    }

    /// The thing with an id, if it is there and the caller may see it.
    fn find(&self, cx: Cx<'_>, of: &Resource, id: &str) -> Result<Option<Tree>, Error> {
        self.documents().find(cx, of, id)
    }

    /// The revision of the thing with an id, if it has one: it is a record of ours. It rises with everything that
    /// is written of the thing, wherever that is kept.
    fn revision(&self, cx: Cx<'_>, id: &str) -> Result<Option<u32>, Error> {
        cx.revision(&[self.kind(), self.documents().kind()], id)
    }

    /// Makes one as a body says that was found to be right.
    fn create(&self, act: &mut Act<'_>, of: &Resource, said: Tree) -> Result<Tree, Error> {
        self.documents().create(act, of, said)
    }

    /// Whether making or changing one takes reads and acts of its own: [`labour`](Self::labour) and
    /// [`labour_change`](Self::labour_change) do it then.
    fn is_laborious(&self) -> bool {
        false
    }

    /// Makes one between acts of its own.
    fn labour(
        &self,
        _: (&Arc<Bss>, &Author),
        _: &'static Resource,
        _: Tree,
    ) -> Result<Tree, Error> {
        Err(Error::internal("one act makes it"))
    }

    /// Makes a thing what it should be after a change, between acts of its own.
    fn labour_change(
        &self,
        _: (&Arc<Bss>, &Author),
        _: &'static Resource,
        _: Change,
    ) -> Result<Tree, Error> {
        Err(Error::internal("one act changes it"))
    }

    /// Makes a thing what it should be after a change.
    fn change(&self, act: &mut Act<'_>, of: &Resource, change: Change) -> Result<Tree, Error> {
        self.documents().change(act, of, change)
    }

    /// Takes a thing away.
    fn remove(&self, act: &mut Act<'_>, of: &Resource, id: &str) -> Result<(), Error> {
        self.documents().remove(act, of, id)
    }

    /// The file that belongs to a thing, if it is there and the caller may have it.
    fn file(&self, _: Cx<'_>, _: &str) -> Result<Option<File>, Error> {
        Ok(None)
    }

    /// A side of a fact; nothing if it is no thing of this resource.
    fn told(&self, cx: Cx<'_>, of: &Resource, side: &[u8]) -> Result<Option<Tree>, Error> {
        self.documents().told(cx, of, side)
    }
}

/// A change of a thing: as it is shown, and as it should be.
pub(super) struct Change {
    /// Its id.
    pub(super) id: String,
    /// As it is.
    pub(super) before: Tree,
    /// As it should be.
    pub(super) after: Tree,
}
