//! Relations: what resources of a type are linked with, and how a link is made and taken away.

use uuid::Uuid;

use crate::domain::error::Invalid;
use crate::domain::operator::Permission;
use crate::domain::stamp::SellerNumber;
use crate::services::{Act, Cx, Error};

/// How many resources a link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Many {
    /// At most one.
    One,
    /// Any number.
    Any,
}

/// Whether a resource can be without its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strength {
    /// It cannot: the relation is required.
    Strong,
    /// It can.
    Weak,
}

/// Whether a client names the link when it creates a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Birth {
    /// It may.
    Open,
    /// It must, whether or not the resource can lose the link later.
    Needed,
    /// It follows from something else.
    Settled,
}

/// Of what a link is only the other end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mirror {
    /// Of a link that the resources there keep: how they call it.
    Link(&'static str),
    /// Of whose they are, for which they have no name: which resource a seller is.
    Seller(fn(Cx<'_>, SellerNumber) -> Result<Uuid, Error>),
}

/// What a type says of a relation.
#[derive(Debug)]
pub(super) struct Link {
    /// What it is called.
    pub(super) name: &'static str,
    /// The full id of the type at the other end.
    pub(super) to: &'static str,
    /// How many resources it leads to.
    pub(super) many: Many,
    /// Whether it can be missing.
    pub(super) strength: Strength,
    /// Whether it is named at creation.
    pub(super) at_birth: Birth,
    /// A few words for the type's document.
    pub(super) meaning: &'static str,
    /// Of what it is the other end, if it is kept there.
    pub(super) mirrors: Option<Mirror>,
    /// What a caller needs to link and to unlink, if clients may.
    pub(super) needs: (Option<Permission>, Option<Permission>),
}

impl Link {
    /// Whether it is only the other end of a link that the resources there call so.
    pub(super) fn is_mirror_of(&self, link: &str) -> bool {
        match self.mirrors {
            Some(Mirror::Link(name)) => name == link,
            Some(Mirror::Seller(_)) | None => false,
        }
    }

    /// The refusal to change a link that follows from something else.
    pub(super) fn is_given(&self) -> Error {
        Invalid::one(format!("/{}", self.name), "read_only", "is for the platform to link").into()
    }
}

/// What makes or takes a link.
pub(super) type Tie<T> = fn(&mut Act<'_>, &T, Uuid) -> Result<(), Error>;

/// A relation of the resources that show a `T`.
pub(super) struct Relation<T> {
    /// What its type says of it.
    pub(super) about: Link,
    /// The ids of the resources at the other end, whether the caller may see them or not.
    pub(super) targets: fn(Cx<'_>, &T) -> Result<Vec<Uuid>, Error>,
    /// Whether a resource has it at all.
    pub(super) exists: fn(&T) -> bool,
    /// Links, or links anew.
    pub(super) link: Option<Tie<T>>,
    /// Takes a link away.
    pub(super) unlink: Option<Tie<T>>,
}

impl<T> Relation<T> {
    /// A link to one resource of a type.
    pub(super) const fn one(
        name: &'static str,
        to: &'static str,
        targets: fn(Cx<'_>, &T) -> Result<Vec<Uuid>, Error>,
    ) -> Self {
        let (many, strength, at_birth) = (Many::One, Strength::Weak, Birth::Settled);
        let (mirrors, needs) = (None, (None, None));
        let meaning = "";
        let about = Link { name, to, many, strength, at_birth, meaning, mirrors, needs };
        Self { about, targets, exists: |_| true, link: None, unlink: None }
    }

    /// Links to any number of resources of a type.
    pub(super) const fn many(
        name: &'static str,
        to: &'static str,
        targets: fn(Cx<'_>, &T) -> Result<Vec<Uuid>, Error>,
    ) -> Self {
        let mut it = Self::one(name, to, targets);
        it.about.many = Many::Any;
        it
    }

    /// The same, which is only the other end of a link that the resources there keep.
    pub(super) const fn mirroring(mut self, link: &'static str) -> Self {
        self.about.mirrors = Some(Mirror::Link(link));
        self
    }

    /// The same, which leads to all that a seller has of a kind.
    pub(super) const fn mirroring_seller(
        mut self,
        owner: fn(Cx<'_>, SellerNumber) -> Result<Uuid, Error>,
    ) -> Self {
        self.about.mirrors = Some(Mirror::Seller(owner));
        self
    }

    /// The same, which cannot be missing.
    pub(super) const fn strong(mut self) -> Self {
        self.about.strength = Strength::Strong;
        self
    }

    /// The same, which clients may name when they create a resource.
    pub(super) const fn at_birth(mut self) -> Self {
        self.about.at_birth = Birth::Open;
        self
    }

    /// The same, to be named by a client that creates one, for what the words say.
    pub(super) const fn needed(mut self, meaning: &'static str) -> Self {
        self.about.at_birth = Birth::Needed;
        self.about.meaning = meaning;
        self
    }

    /// The same, which only some of the resources have.
    pub(super) const fn only_if(mut self, exists: fn(&T) -> bool) -> Self {
        self.exists = exists;
        self
    }

    /// The same, which clients may set.
    pub(super) const fn linked_by(mut self, needs: Permission, link: Tie<T>) -> Self {
        self.about.needs.0 = Some(needs);
        self.link = Some(link);
        self
    }

    /// The same, which clients may take away.
    pub(super) const fn unlinked_by(mut self, needs: Permission, unlink: Tie<T>) -> Self {
        self.about.needs.1 = Some(needs);
        self.unlink = Some(unlink);
        self
    }
}
