//! Events of the bus: what happened to which resource, as a handler is told of it.
//!
//! | event | when |
//! |---|---|
//! | `available` | a resource is ready, and was not before |
//! | `changed` | a property or the status is another; once for each change, however many properties |
//! | `removed` | a resource is gone, or its status has become `aps:deleted` |
//! | `linked`, `unlinked` | a link was made, or taken away; told of both ends that have a name for it |
//!
//! A notification has the `event`, its `time`, a `serial` that rises with time, the id of the
//! `subscription` and the `source`; of a link also the `relation` and its `target`. A thing of ours
//! with two faces is two sources. Another price is a change of its plan, and another address of a
//! person one of the user. A subscriber that is gone hears nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::anatomy::time;
use super::kind::{AnyKind, Status, Thing};
use super::registry::{self, KINDS};
use super::relation::{Link, Mirror};
use crate::domain::error::Invalid;
use crate::domain::event::Fact;
use crate::domain::listener::{EventPattern, Listener};
use crate::domain::stamp::{Contract, SellerNumber};
use crate::domain::text::Prose;
use crate::services::dialect::{Answered, Asked, Dialect, Message};
use crate::services::{Cx, Error, event};

macro_rules! events {
    ($($name:ident = $word:literal;)+) => {
        /// What can happen to a resource.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub(super) enum Event {
            $(
                #[serde(rename = $word)]
                $name,
            )+
        }

        /// The ids of all events.
        pub(super) const EVENTS: &[&str] =
            &[$(concat!("http://aps-standard.org/core/events/", $word),)+];

        impl Event {
            const ALL: &[Self] = &[$(Self::$name,)+];
        }
    };
}

events! {
    Linked = "linked";
    Unlinked = "unlinked";
    Changed = "changed";
    Removed = "removed";
    Available = "available";
}

impl Event {
    /// Its id.
    pub(super) fn word(self) -> &'static str {
        let place = Self::ALL.iter().position(|it| *it == self);
        EVENTS[place.expect("all are among all")]
    }

    /// The event with an id.
    pub(super) fn of(word: &str) -> Result<Self, Invalid> {
        let place = EVENTS.iter().position(|it| *it == word);
        let unknown =
            || Invalid::one("/event", "enum", format!("`{word}` is no event of this bus"));
        place.map(|it| Self::ALL[it]).ok_or_else(unknown)
    }

    const fn is_of_links(self) -> bool {
        match self {
            Self::Linked | Self::Unlinked => true,
            Self::Changed | Self::Removed | Self::Available => false,
        }
    }
}

/// What a subscription wants to hear of, as its listener keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interest {
    /// The resource that wants to hear of it.
    pub(super) subscriber: Uuid,
    /// What is to happen.
    pub(super) event: Event,
    /// Of which type the resource is to be that it happens to.
    pub(super) kind: String,
    /// Which one that is, if it is to be a certain one.
    pub(super) id: Option<Uuid>,
    /// Of which link, if of a certain one.
    pub(super) relation: Option<String>,
}

impl Interest {
    /// What a listener wants to hear of; nothing if it is none of the bus.
    pub(super) fn of(it: &Listener) -> Result<Option<Self>, Error> {
        let wish = it.wish();
        let query = wish.query.as_ref().filter(|_| wish.contract == Contract::Aps);
        query.map(|it| serde_json::from_str(it.as_str()).map_err(Error::internal)).transpose()
    }

    /// As its listener keeps it.
    pub(super) fn written(&self) -> Result<Prose, Error> {
        let text = serde_json::to_string(self).map_err(Error::internal)?;
        text.parse().map_err(Error::internal)
    }

    /// The facts among which it is.
    pub(super) fn patterns(&self) -> BTreeSet<EventPattern> {
        let sources = registry::implementing(&self.kind);
        let mut kinds: Vec<_> = sources.iter().map(|it| it.told_of()).collect();
        if self.event.is_of_links() {
            let links = sources.iter().flat_map(|it| it.links());
            let mirrored = links.filter(|it| it.mirrors.is_some() && self.is_by(it.name));
            kinds.extend(
                mirrored.flat_map(|it| registry::implementing(it.to)).map(|it| it.told_of()),
            );
        }
        kinds.into_iter().map(|kind| EventPattern { kind: Some(kind), verb: None }).collect()
    }

    fn is_about(&self, source: &dyn Thing, id: Uuid) -> bool {
        source.kind().about().is_a(&self.kind) && self.id.is_none_or(|it| it == id)
    }

    fn is_by(&self, link: &str) -> bool {
        self.relation.as_ref().is_none_or(|it| it == link)
    }
}

/// The words of the bus.
pub(crate) struct Bus;

impl Dialect for Bus {
    fn contract(&self) -> Contract {
        Contract::Aps
    }

    fn render(&self, cx: Cx<'_>, fact: &Fact, to: &Listener) -> Result<Vec<Message>, Error> {
        let Some(interest) = Interest::of(to)? else { return Ok(Vec::new()) };
        if event::repeats(cx, fact)? || !is_there(cx, interest.subscriber)? {
            return Ok(Vec::new());
        }
        let mut news = Vec::new();
        for kind in KINDS.iter().filter(|it| it.told_of() == fact.subject.kind) {
            if let Some(sides) = Sides::of(cx, *kind, fact)? {
                news.extend(sides.news(&interest)?);
            }
        }
        let told = |(place, it): (usize, News)| message(fact, to, (place, it.shown(&interest)));
        news.into_iter().enumerate().map(told).collect()
    }

    fn ask(&self, _: &Asked<'_>) -> Result<Option<Message>, Error> {
        Ok(None)
    }

    fn answer(&self, _: &[u8]) -> Result<Answered, Error> {
        Err(Error::internal("the bus asks nobody to deliver anything"))
    }
}

/// Whether a resource that wants to be told is still there.
fn is_there(cx: Cx<'_>, subscriber: Uuid) -> Result<bool, Error> {
    let Some(found) = registry::find(cx, subscriber)? else { return Ok(false) };
    Ok(found.head(cx)?.status != Status::Deleted)
}

fn message(
    fact: &Fact,
    to: &Listener,
    (place, mut told): (usize, Value),
) -> Result<Message, Error> {
    told["time"] = json!(time(fact.at));
    told["serial"] = json!(fact.sequence);
    told["subscription"] = json!(crate::domain::id::Id::uuid(to.id));
    let id = event::id(fact);
    let id = if place == 0 { id } else { format!("{id}_{place}") };
    Ok(Message { id, body: serde_json::to_vec(&told).map_err(Error::internal)? })
}

/// Something that happened to a resource.
struct News {
    source: (&'static str, Uuid),
    link: Option<(&'static str, Value)>,
}

impl News {
    fn shown(self, interest: &Interest) -> Value {
        let (kind, id) = self.source;
        let mut shown = json!({
            "event": interest.event.word(), "source": { "type": kind, "id": id },
        });
        if let Some((relation, target)) = self.link {
            shown["relation"] = json!(relation);
            shown["target"] = target;
        }
        shown
    }
}

/// A resource before and after a change.
struct Sides<'a> {
    cx: Cx<'a>,
    seller: SellerNumber,
    id: Uuid,
    before: Option<Box<dyn Thing>>,
    after: Option<Box<dyn Thing>>,
}

impl<'a> Sides<'a> {
    /// Both sides as resources of a type, if that shows one of them.
    fn of(cx: Cx<'a>, kind: &'static dyn AnyKind, fact: &Fact) -> Result<Option<Self>, Error> {
        let side = |it: &Option<Vec<u8>>| match it {
            Some(side) => kind.kept(side),
            None => Ok(None),
        };
        let (before, after) = (side(&fact.before)?, side(&fact.after)?);
        let Some(either) = after.as_ref().or(before.as_ref()) else { return Ok(None) };
        let id = either.head(cx)?.id;
        Ok(Some(Self { cx, seller: fact.seller, id, before, after }))
    }

    fn last(&self) -> &dyn Thing {
        let either = self.after.as_deref().or(self.before.as_deref());
        either.expect("a change has one side at least")
    }

    /// What happened to it that is of interest.
    fn news(&self, interest: &Interest) -> Result<Vec<News>, Error> {
        if interest.event.is_of_links() {
            let mut news = self.links(interest)?;
            news.extend(self.of_seller(interest)?);
            return Ok(news);
        }
        let is_about = interest.is_about(self.last(), self.id);
        let source = (type_of(self.cx, self.last())?, self.id);
        let has_happened = is_about && self.has_happened(interest.event)?;
        Ok(has_happened.then_some(News { source, link: None }).into_iter().collect())
    }

    fn has_happened(&self, event: Event) -> Result<bool, Error> {
        let status = |it: &Option<Box<dyn Thing>>| {
            let head = it.as_ref().map(|it| it.head(self.cx)).transpose();
            head.map(|it| it.map_or(Status::Deleted, |it| it.status))
        };
        let (before, after) = (status(&self.before)?, status(&self.after)?);
        Ok(match event {
            Event::Available => after == Status::Ready && before != Status::Ready,
            Event::Removed => after == Status::Deleted && before != Status::Deleted,
            Event::Changed => {
                after != Status::Deleted
                    && self.before.is_some()
                    && (before != after || self.is_touched() || self.differs()?)
            }
            Event::Linked | Event::Unlinked => false,
        })
    }

    /// Whether it was kept anew as it was: what it shows of something else is another.
    fn is_touched(&self) -> bool {
        let (Some(before), Some(after)) = (&self.before, &self.after) else { return false };
        before.is_as_kept(&**after)
    }

    /// Whether a property is another than before.
    fn differs(&self) -> Result<bool, Error> {
        let (Some(before), Some(after)) = (&self.before, &self.after) else { return Ok(true) };
        for it in after.kind().traits() {
            if before.property(self.cx, it.name)? != after.property(self.cx, it.name)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The links that were made, or taken away, seen from either end.
    fn links(&self, interest: &Interest) -> Result<Vec<News>, Error> {
        let mut news = Vec::new();
        let own = self.last();
        for link in own.kind().links().into_iter().filter(|it| it.mirrors.is_none()) {
            let (before, after) =
                (ends(self.cx, &self.before, link)?, ends(self.cx, &self.after, link)?);
            let other = match interest.event {
                Event::Linked => after.into_iter().filter(|it| !before.contains(it)).collect(),
                Event::Unlinked => before.into_iter().filter(|it| !after.contains(it)).collect(),
                Event::Changed | Event::Removed | Event::Available => Vec::new(),
            };
            for id in other {
                let Some(end) = registry::target(self.cx, link, id)? else { continue };
                if interest.is_about(own, self.id) && interest.is_by(link.name) {
                    news.push(linked(self.cx, (own, self.id), link.name, (&*end, id))?);
                }
                let is_back = |it: &&'static Link| {
                    it.is_mirror_of(link.name)
                        && own.kind().about().is_a(it.to)
                        && interest.is_by(it.name)
                };
                let is_about = interest.is_about(&*end, id);
                for it in end.kind().links().into_iter().filter(|it| is_about && is_back(it)) {
                    news.push(linked(self.cx, (&*end, id), it.name, (own, self.id))?);
                }
            }
        }
        Ok(news)
    }

    /// The links from a seller to what has come to it, or gone, and has no name for them itself.
    fn of_seller(&self, interest: &Interest) -> Result<Vec<News>, Error> {
        let has_happened = match interest.event {
            Event::Linked => self.before.is_none(),
            Event::Unlinked => self.after.is_none(),
            Event::Changed | Event::Removed | Event::Available => false,
        };
        let (own, mut news) = (self.last(), Vec::new());
        for kind in KINDS.iter().filter(|_| has_happened) {
            for link in kind.links().into_iter().filter(|it| own.kind().about().is_a(it.to)) {
                let Some(Mirror::Seller(owner)) = link.mirrors else { continue };
                let id = owner(self.cx, self.seller)?;
                let end = kind.find(self.cx, id)?.filter(|it| interest.is_about(&**it, id));
                if let Some(end) = end.filter(|_| interest.is_by(link.name)) {
                    news.push(linked(self.cx, (&*end, id), link.name, (own, self.id))?);
                }
            }
        }
        Ok(news)
    }
}

/// The full id of the type that a resource is shown as.
fn type_of(cx: Cx<'_>, it: &dyn Thing) -> Result<&'static str, Error> {
    Ok(it.head(cx)?.kind(it.kind().about()).0)
}

fn linked(
    cx: Cx<'_>,
    (source, id): (&dyn Thing, Uuid),
    relation: &'static str,
    (target, other): (&dyn Thing, Uuid),
) -> Result<News, Error> {
    let target = json!({ "type": type_of(cx, target)?, "id": other });
    Ok(News { source: (type_of(cx, source)?, id), link: Some((relation, target)) })
}

/// What one side of a change is linked with.
fn ends(cx: Cx<'_>, it: &Option<Box<dyn Thing>>, link: &Link) -> Result<Vec<Uuid>, Error> {
    match it.as_ref().filter(|it| it.has(link.name)) {
        Some(it) => it.targets(cx, link.name),
        None => Ok(Vec::new()),
    }
}
