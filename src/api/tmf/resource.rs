//! What there is to say of a resource, as data: an entry of a table is an API that works.

use serde_json::{Map, Value};

use super::behind::Behind;
use super::tongue::Words;

/// A thing as this contract shows it, without its `href`.
pub(super) type Tree = Map<String, Value>;

/// One API of the contract.
pub(super) struct Api {
    /// Its number among the TM Forum's.
    pub(super) number: u16,
    /// The path below which it lies.
    pub(super) base: &'static str,
    /// What it has.
    pub(super) resources: &'static [Resource],
}

/// A sort of things that an API has.
#[derive(Clone, Copy)]
pub(super) struct Resource {
    /// Its noun, in paths and events.
    pub(super) name: &'static str,
    /// What can be done beside reading.
    pub(super) verbs: Verbs,
    /// What a body that makes one must say.
    pub(super) required: &'static [&'static str],
    /// What beside `id` and `href` the house says when one is made: what a body says of it is passed
    /// over.
    pub(super) assigned: &'static [&'static str],
    /// What a body that makes one must not say.
    pub(super) forbidden: &'static [&'static str],
    /// What beside `id` and `href` stays as it is.
    pub(super) fixed: &'static [&'static str],
    /// What is said if a body that makes one does not say it.
    pub(super) defaults: &'static [(&'static str, Default)],
    /// Under which name the `id` is kept by which who made it calls it.
    pub(super) called: Option<&'static str>,
    /// The attribute that shows when it changed last.
    pub(super) touched: Option<&'static str>,
    /// The attribute that is its state: another is another event.
    pub(super) state: Option<&'static str>,
    /// What is told of it.
    pub(super) events: Events,
    /// Whether a file may belong to one.
    pub(super) has_file: bool,
    /// What our fields are called in it, in refusals.
    pub(super) words: Words,
    /// What of ours it is.
    pub(super) behind: &'static dyn Behind,
}

/// What can be done to a sort of things, beside reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verbs {
    /// Nothing.
    None,
    /// To make some, to change and to remove them.
    All,
    /// To make some.
    Create,
    /// To make some, and to change them.
    CreateChange,
    /// To make some, and to remove them.
    CreateRemove,
    /// To change them.
    Change,
}

impl Verbs {
    /// Whether some can be made.
    pub(super) const fn create(self) -> bool {
        match self {
            Self::All | Self::Create | Self::CreateChange | Self::CreateRemove => true,
            Self::None | Self::Change => false,
        }
    }

    /// Whether they can be changed.
    pub(super) const fn change(self) -> bool {
        match self {
            Self::All | Self::CreateChange | Self::Change => true,
            Self::None | Self::Create | Self::CreateRemove => false,
        }
    }

    /// Whether they can be removed.
    pub(super) const fn remove(self) -> bool {
        match self {
            Self::All | Self::CreateRemove => true,
            Self::None | Self::Create | Self::CreateChange | Self::Change => false,
        }
    }
}

/// What an attribute is that nobody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Default {
    /// The name of the resource as a class.
    Class,
    /// When it was made.
    Now,
    /// That it is not so.
    No,
    /// A word.
    Word(&'static str),
}

/// What happens to a thing, as this contract tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    /// It came to be.
    Created,
    /// Some attribute is another.
    Changed,
    /// Its state is another.
    StateChanged,
    /// Somebody has to say or do something before it goes on; its state is another too.
    InformationRequired,
    /// It came to be, and nothing came of it.
    Failed,
    /// It came to be, and was done, or refused, at once.
    Done,
    /// It is no more.
    Removed,
}

/// What the events of a resource are called, after its name; what is not named is not told.
pub(super) type Events = &'static [(Happening, &'static str)];

/// What most resources tell.
pub(super) const STANDARD: Events = &[
    (Happening::Created, "CreateEvent"),
    (Happening::Changed, "AttributeValueChangeEvent"),
    (Happening::StateChanged, "StateChangeEvent"),
    (Happening::Removed, "DeleteEvent"),
];
/// What tasks tell, which stay: that they were asked for, and what came of them.
pub(super) const TASK: Events =
    &[(Happening::Created, "CreateEvent"), (Happening::Done, "StateChangeEvent")];
/// What those tell that may wait for somebody to say something.
pub(super) const ASKING: Events = &[
    (Happening::Created, "CreateEvent"),
    (Happening::Changed, "AttributeValueChangeEvent"),
    (Happening::StateChanged, "StateChangeEvent"),
    (Happening::InformationRequired, "InformationRequiredEvent"),
    (Happening::Removed, "DeleteEvent"),
];
/// What those tell that have no states.
pub(super) const STATELESS: Events = &[
    (Happening::Created, "CreateEvent"),
    (Happening::Changed, "AttributeValueChangeEvent"),
    (Happening::Removed, "DeleteEvent"),
];
/// What those tell that call any change a change.
pub(super) const PLAIN: Events = &[
    (Happening::Created, "CreateEvent"),
    (Happening::Changed, "ChangeEvent"),
    (Happening::Removed, "DeleteEvent"),
];

impl Resource {
    /// A sort of things with nothing special about it.
    pub(super) const fn of(name: &'static str, behind: &'static dyn Behind) -> Self {
        Self {
            name,
            verbs: Verbs::All,
            required: &[],
            assigned: &[],
            forbidden: &[],
            fixed: &[],
            defaults: &[],
            called: None,
            touched: None,
            state: None,
            events: STANDARD,
            has_file: false,
            words: &[],
            behind,
        }
    }

    pub(super) const fn verbs(self, verbs: Verbs) -> Self {
        Self { verbs, ..self }
    }

    pub(super) const fn requires(self, required: &'static [&'static str]) -> Self {
        Self { required, ..self }
    }

    pub(super) const fn assigns(self, assigned: &'static [&'static str]) -> Self {
        Self { assigned, ..self }
    }

    pub(super) const fn forbids(self, forbidden: &'static [&'static str]) -> Self {
        Self { forbidden, ..self }
    }

    pub(super) const fn calls(self, called: &'static str) -> Self {
        Self { called: Some(called), ..self }
    }

    pub(super) const fn fixes(self, fixed: &'static [&'static str]) -> Self {
        Self { fixed, ..self }
    }

    pub(super) const fn fills(self, defaults: &'static [(&'static str, Default)]) -> Self {
        Self { defaults, ..self }
    }

    pub(super) const fn touches(self, attribute: &'static str) -> Self {
        Self { touched: Some(attribute), ..self }
    }

    pub(super) const fn lives(self, state: &'static str) -> Self {
        Self { state: Some(state), ..self }
    }

    pub(super) const fn tells(self, events: Events) -> Self {
        Self { events, ..self }
    }

    pub(super) const fn files(self) -> Self {
        Self { has_file: true, ..self }
    }

    pub(super) const fn speaks(self, words: Words) -> Self {
        Self { words, ..self }
    }

    /// Whether a class is called like it.
    pub(super) fn is_called(&self, class: &str) -> bool {
        let (first, rest) = self.name.split_at(1);
        class.strip_suffix(rest).is_some_and(|it| it == first.to_ascii_uppercase())
    }

    /// The name as that of a class: `ProductOffering`.
    pub(super) fn class(&self) -> String {
        let (first, rest) = self.name.split_at(1);
        first.to_ascii_uppercase() + rest
    }
}
