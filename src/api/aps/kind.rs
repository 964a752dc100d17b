//! The table of types: what a type of the bus is, and how one is looked at without knowing which.
//!
//! A [`Kind`] is written over the thing of ours that it shows, so that its readers are typed; the
//! bus sees it as an [`AnyKind`], and one resource of it as a [`Thing`].

use std::ops::ControlFlow;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::batch::{Batch, Refused};
use super::lookup::{Finding, Lookup};
use super::operation::{Operation, Operations};
use super::property::{Property, Trait};
use super::relation::{Link, Relation};
use crate::domain::id;
use crate::domain::operator::Permission;
use crate::domain::page::{Page, PageRequest};
use crate::domain::stamp::Stamp;
use crate::domain::time::Instant;
use crate::services::event::Kept;
use crate::services::{Act, Cx, Error};

/// The properties and links of a resource as a request has them, without the `aps` section.
pub(super) type Body = Map<String, Value>;

/// What a type is called and where it is found.
pub(super) struct About {
    /// What people call it: `PAAccount`.
    pub(super) name: &'static str,
    /// Its full id: `http://parallels.com/aps/types/pa/account/1.2`.
    pub(super) id: &'static str,
    /// The ids of the types it implements beside itself.
    pub(super) implements: &'static [&'static str],
    /// The alias of its collection.
    pub(super) alias: Option<&'static str>,
    /// Its place in `/aps/2/types/{number}`; never given to another type. [`NO_RESOURCE`] of what is
    /// only listed by an operation.
    pub(super) number: u32,
    /// What a caller needs to see resources of it.
    pub(super) reads: Permission,
}

/// No id of a type is longer.
pub(super) const TYPE_BYTES_MAX: usize = 200;

/// The number of a kind whose things are no resources: they have no `aps` section and no address.
pub(super) const NO_RESOURCE: u32 = 0;

impl About {
    /// Whether things of it are resources of the bus.
    pub(super) const fn is_of_resources(&self) -> bool {
        self.number != NO_RESOURCE
    }

    /// Whether a resource of this type may stand where one of type `wanted` is asked for: the type
    /// itself, an older minor version of it, a type that it implements, or any of these without a
    /// version.
    pub(super) fn is_a(&self, wanted: &str) -> bool {
        std::iter::once(&self.id).chain(self.implements).any(|it| covers(it, wanted))
    }

    /// Whether `named` is this type or an older minor version of it.
    pub(super) fn is(&self, named: &str) -> bool {
        covers(self.id, named)
    }
}

/// Whether the type `has` is `wanted`, or a later minor version of it.
fn covers(has: &str, wanted: &str) -> bool {
    let parts = |id: &str| {
        let (base, version) = id.rsplit_once('/')?;
        let (major, minor) = version.split_once('.')?;
        Some((base.to_owned(), major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    match (parts(has), parts(wanted)) {
        (Some(has), Some(wanted)) => has.0 == wanted.0 && has.1 == wanted.1 && has.2 >= wanted.2,
        (Some((base, _, _)), None) => base == wanted,
        (None, _) => has == wanted,
    }
}

/// What of a resource stands in its `aps` section.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// Its id on the bus.
    pub(super) id: Uuid,
    /// How far its life has come, in the bus's own words.
    pub(super) status: Status,
    /// Counts its changes.
    pub(super) revision: u32,
    /// When it changed last.
    pub(super) modified: Instant,
    /// The older version of its type that it was created as, if it was.
    pub(super) version: Option<&'static Version>,
}

/// A version of a type before the one that we serve.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// Its full id.
    pub(super) id: &'static str,
    /// Its place in `/aps/2/types/{number}`; never given to another type.
    pub(super) number: u32,
}

impl Head {
    /// What stands in the section of a thing that has the latest version of its type.
    pub(super) const fn of(id: Uuid, stamp: &Stamp, status: Status) -> Self {
        let (revision, modified) = (stamp.revision, stamp.changed_at);
        Self { id, status, revision, modified, version: None }
    }

    /// The full id of the type that the resource is of, and its number.
    pub(super) fn kind(&self, about: &About) -> (&'static str, u32) {
        self.version.map_or((about.id, about.number), |it| (it.id, it.number))
    }
}

/// The statuses of the `aps:` namespace that our resources have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Being set up in another system.
    Provisioning,
    /// Waiting for a person to do the rest.
    Activating,
    /// As it should be.
    Ready,
    /// Taken down, or being so; what is known of it is kept.
    Deleted,
}

impl Status {
    /// The word on the wire.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Provisioning => "aps:provisioning",
            Self::Activating => "aps:activating",
            Self::Ready => "aps:ready",
            Self::Deleted => "aps:deleted",
        }
    }
}

/// Which part of a list is read.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    /// The page.
    pub(super) page: PageRequest,
    /// How far below the caller's own customers it reaches.
    pub(super) breadth: Breadth,
}

/// How far a list reaches, by the header `APS-Actor-Scope`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breadth {
    /// What the caller deals with itself.
    Own,
    /// What all accounts below it have (`FULL`).
    Full,
}

/// How resources of a type come into being.
pub(super) struct Create {
    /// What a caller needs.
    pub(super) needs: Permission,
    /// Makes one, as a part of a batch.
    pub(super) make: fn(&mut Act<'_>, &mut Batch, New) -> Result<(), Refused>,
}

/// A resource that is to be created: its form was checked against the properties of its type.
#[derive(Debug, Clone)]
pub(super) struct New {
    /// Its place in the batch.
    pub(super) place: usize,
    /// The type that was named: ours, or an older version of it.
    pub(super) named: String,
    /// The id that the client brought.
    pub(super) id: Option<Uuid>,
    /// Its properties and links.
    pub(super) body: Body,
}

/// How a resource is changed: `body` has the properties that are to be other than they are.
pub(super) struct Update<T> {
    /// What a caller needs.
    pub(super) needs: Permission,
    /// Changes one.
    pub(super) change: fn(&mut Act<'_>, &T, &Body) -> Result<(), Error>,
}

/// How a resource goes.
pub(super) struct Delete<T> {
    /// What a caller needs.
    pub(super) needs: Permission,
    /// Takes one away.
    pub(super) take: fn(&mut Act<'_>, &T) -> Result<Gone, Error>,
}

/// Whether something that is deleted is gone already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// It is: 204.
    Now,
    /// It is on its way out: 202.
    Later,
}

/// A type of the bus over the thing of ours that it shows.
pub(super) struct Kind<T: 'static> {
    /// What it is called.
    pub(super) about: About,
    /// What stands in the `aps` section.
    pub(super) head: fn(Cx<'_>, &T) -> Result<Head, Error>,
    /// The resource with an id, if it is one of this type and the caller may see it.
    pub(super) find: fn(Cx<'_>, Uuid) -> Result<Option<T>, Error>,
    /// A page of the resources that the caller may see, the oldest first.
    pub(super) list: fn(Cx<'_>, &Listing) -> Result<Page<T>, Error>,
    /// How else they are found without looking at all of them.
    pub(super) finding: Finding<T>,
    /// What they say.
    pub(super) properties: &'static [Property<T>],
    /// What they are linked with.
    pub(super) relations: &'static [Relation<T>],
    /// What else can be done with them.
    pub(super) operations: &'static [Operation<T>],
    /// How they come, if a client may create them.
    pub(super) create: Option<Create>,
    /// How they change, if a client may change them.
    pub(super) update: Option<Update<T>>,
    /// How they go, if a client may delete them.
    pub(super) delete: Option<Delete<T>>,
}

/// A type of the bus, whatever it shows.
pub(super) trait AnyKind: Sync {
    /// What it is called.
    fn about(&self) -> &About;
    /// What its resources say.
    fn traits(&self) -> Vec<&'static Trait>;
    /// What they are linked with.
    fn links(&self) -> Vec<&'static Link>;
    /// What else can be done with them.
    fn operations(&self) -> &dyn Operations;
    /// How they come.
    fn create(&self) -> Option<&Create>;
    /// What a caller needs to change one, and to delete one.
    fn writes(&self) -> (Option<Permission>, Option<Permission>);
    /// Of which of our things facts tell of its resources.
    fn told_of(&self) -> id::Kind;
    /// The resource that shows the thing of ours that one side of a fact keeps, if one of this type
    /// does.
    fn kept(&'static self, side: &[u8]) -> Result<Option<Box<dyn Thing>>, Error>;
    /// The resource with an id.
    fn find(&'static self, cx: Cx<'_>, id: Uuid) -> Result<Option<Box<dyn Thing>>, Error>;
    /// By what its resources are found without looking at all of them.
    fn lookups(&self) -> &'static [Lookup];
    /// The resource that shows the thing of ours with an id that was found by a lookup.
    fn load(&'static self, cx: Cx<'_>, id: Uuid) -> Result<Option<Box<dyn Thing>>, Error>;
    /// Whether a visit of a breadth passes a resource of this type.
    fn reaches(&self, cx: Cx<'_>, thing: &dyn Thing, breadth: Breadth) -> Result<bool, Error>;
    /// How many resources a visit passes, if that is known without one.
    fn count(&self, cx: Cx<'_>, breadth: Breadth) -> Result<Option<usize>, Error>;
    /// Goes over all resources that the caller may see, the oldest first, until told to stop.
    fn visit(
        &'static self,
        cx: Cx<'_>,
        breadth: Breadth,
        visit: &mut Visit<'_>,
    ) -> Result<(), Error>;
}

/// What is done with each resource of a list.
pub(super) type Visit<'a> = dyn FnMut(Box<dyn Thing>) -> Result<ControlFlow<()>, Error> + 'a;

/// One resource of some type.
pub(super) trait Thing {
    /// Its type.
    fn kind(&self) -> &'static dyn AnyKind;
    /// Its `aps` section.
    fn head(&self, cx: Cx<'_>) -> Result<Head, Error>;
    /// What a property says; `null` for what it does not say.
    fn property(&self, cx: Cx<'_>, name: &str) -> Result<Value, Error>;
    /// Whether it has the link at all.
    fn has(&self, relation: &str) -> bool;
    /// The ids of the resources at the other end of a link.
    fn targets(&self, cx: Cx<'_>, relation: &str) -> Result<Vec<Uuid>, Error>;
    /// Links it with another resource, in place of the one there was if there is room for one only.
    fn link(&self, act: &mut Act<'_>, relation: &str, target: Uuid) -> Result<(), Error>;
    /// Takes a link away.
    fn unlink(&self, act: &mut Act<'_>, relation: &str, target: Uuid) -> Result<(), Error>;
    /// Changes it.
    fn change(&self, act: &mut Act<'_>, body: &Body) -> Result<(), Error>;
    /// Deletes it.
    fn delete(&self, act: &mut Act<'_>) -> Result<Gone, Error>;
    /// What else can be done with it.
    fn operations(&self) -> &dyn Operations;
    /// The thing of ours that it shows.
    fn shown(&self) -> &dyn std::any::Any;
    /// Whether another resource shows a thing that says the same, but for when it was kept.
    fn is_as_kept(&self, other: &dyn Thing) -> bool;
}

/// A thing of ours as a resource.
struct Shown<T: 'static> {
    kind: &'static Kind<T>,
    it: T,
}

impl<T: Kept + Sync + 'static> Kind<T> {
    /// A thing of ours as a resource of this type.
    pub(super) fn thing(&'static self, it: T) -> Box<dyn Thing> {
        Box::new(Shown { kind: self, it })
    }
}

impl<T: Kept + Sync + 'static> AnyKind for Kind<T> {
    fn about(&self) -> &About {
        &self.about
    }

    fn traits(&self) -> Vec<&'static Trait> {
        self.properties.iter().map(|it| &it.about).collect()
    }

    fn links(&self) -> Vec<&'static Link> {
        self.relations.iter().map(|it| &it.about).collect()
    }

    fn operations(&self) -> &dyn Operations {
        &self.operations
    }

    fn create(&self) -> Option<&Create> {
        self.create.as_ref()
    }

    fn writes(&self) -> (Option<Permission>, Option<Permission>) {
        let update = self.update.as_ref().map(|it| it.needs);
        (update, self.delete.as_ref().map(|it| it.needs))
    }

    fn told_of(&self) -> id::Kind {
        T::KIND
    }

    fn kept(&'static self, side: &[u8]) -> Result<Option<Box<dyn Thing>>, Error> {
        let it = T::kept(side)?;
        Ok((self.finding.shows)(&it).then(|| self.thing(it)))
    }

    fn find(&'static self, cx: Cx<'_>, id: Uuid) -> Result<Option<Box<dyn Thing>>, Error> {
        Ok((self.find)(cx, id)?.map(|it| self.thing(it)))
    }

    fn lookups(&self) -> &'static [Lookup] {
        self.finding.lookups
    }

    fn load(&'static self, cx: Cx<'_>, id: Uuid) -> Result<Option<Box<dyn Thing>>, Error> {
        let Some(load) = self.finding.load else { return Ok(None) };
        Ok(load(cx, id)?.map(|it| self.thing(it)))
    }

    fn reaches(&self, cx: Cx<'_>, thing: &dyn Thing, breadth: Breadth) -> Result<bool, Error> {
        match thing.shown().downcast_ref() {
            Some(it) => (self.finding.reaches)(cx, it, breadth),
            None => Ok(false),
        }
    }

    fn count(&self, cx: Cx<'_>, breadth: Breadth) -> Result<Option<usize>, Error> {
        (self.finding.count)(cx, breadth)
    }

    fn visit(
        &'static self,
        cx: Cx<'_>,
        breadth: Breadth,
        visit: &mut Visit<'_>,
    ) -> Result<(), Error> {
        let page = PageRequest::oldest(PageRequest::LIMIT_MAX);
        let mut listing = Listing { page, breadth };
        loop {
            let page = (self.list)(cx, &listing)?;
            for it in page.items {
                if visit(self.thing(it))?.is_break() {
                    return Ok(());
                }
            }
            let Some(next) = page.next else { return Ok(()) };
            listing.page.after = Some(next);
        }
    }
}

impl<T: Sync + 'static> Shown<T> {
    fn relation(&self, name: &str) -> Result<&'static Relation<T>, Error> {
        let found = self.kind.relations.iter().find(|it| it.about.name == name);
        let found = found.filter(|it| (it.exists)(&self.it));
        found.ok_or_else(|| Error::not_found(name))
    }
}

impl<T: Kept + Sync + 'static> Thing for Shown<T> {
    fn kind(&self) -> &'static dyn AnyKind {
        self.kind
    }

    fn head(&self, cx: Cx<'_>) -> Result<Head, Error> {
        (self.kind.head)(cx, &self.it)
    }

    fn property(&self, cx: Cx<'_>, name: &str) -> Result<Value, Error> {
        match self.kind.properties.iter().find(|it| it.about.name == name) {
            Some(property) => property.read(cx, &self.it),
            None => Ok(Value::Null),
        }
    }

    fn has(&self, relation: &str) -> bool {
        self.relation(relation).is_ok()
    }

    fn targets(&self, cx: Cx<'_>, relation: &str) -> Result<Vec<Uuid>, Error> {
        (self.relation(relation)?.targets)(cx, &self.it)
    }

    fn link(&self, act: &mut Act<'_>, relation: &str, target: Uuid) -> Result<(), Error> {
        let relation = self.relation(relation)?;
        match relation.link {
            Some(link) => link(act, &self.it, target),
            None => Err(relation.about.is_given()),
        }
    }

    fn unlink(&self, act: &mut Act<'_>, relation: &str, target: Uuid) -> Result<(), Error> {
        let relation = self.relation(relation)?;
        match relation.unlink {
            Some(unlink) => unlink(act, &self.it, target),
            None => Err(relation.about.is_given()),
        }
    }

    fn change(&self, act: &mut Act<'_>, body: &Body) -> Result<(), Error> {
        match &self.kind.update {
            Some(update) => (update.change)(act, &self.it, body),
            None => Err(super::error::not_for_clients(&self.kind.about, "changed")),
        }
    }

    fn delete(&self, act: &mut Act<'_>) -> Result<Gone, Error> {
        match &self.kind.delete {
            Some(delete) => (delete.take)(act, &self.it),
            None => Err(super::error::not_for_clients(&self.kind.about, "deleted")),
        }
    }

    fn operations(&self) -> &dyn Operations {
        &self.kind.operations
    }

    fn shown(&self) -> &dyn std::any::Any {
        &self.it
    }

    fn is_as_kept(&self, other: &dyn Thing) -> bool {
        other.shown().downcast_ref::<T>().is_some_and(|it| self.it.says_what(it))
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_type_stands_for_its_older_versions_and_for_no_other() {
        for (has, wanted, expected) in [
            ("http://a/plan/1.1", "http://a/plan/1.1", true),
            ("http://a/plan/1.1", "http://a/plan/1.0", true),
            ("http://a/plan/1.1", "http://a/plan/1.2", false),
            ("http://a/plan/1.1", "http://a/plan/2.0", false),
            ("http://a/plan/1.1", "http://a/plan", true),
            ("http://a/plan/1.1", "http://a/pla/1.1", false),
        ] {
            assert_eq!(covers(has, wanted), expected, "{has} as {wanted}");
        }
    }
}
