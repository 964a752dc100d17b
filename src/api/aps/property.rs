//! Properties: what a resource says, in which form, and how a request's body is held against it.

use serde_json::Value;

use crate::domain::error::Violation;
use crate::services::{Cx, Error};

/// What a value looks like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// A number as a text: amounts and limits of BSS types.
    NumberText,
    /// True or false.
    Flag,
    /// One of some words.
    Words(&'static [&'static str]),
    /// A moment, ISO 8601.
    Time,
    /// A day, `YYYY-MM-DD`.
    Day,
    /// A text by locale (`MLString`).
    ByLocale,
    /// An object with these fields.
    Structure(&'static Structure),
    /// Any number of values of a form.
    List(&'static Form),
    /// The id of a resource.
    ResourceId,
    /// Whatever it is.
    Any,
}

/// A named object within a resource.
#[derive(Debug)]
pub(super) struct Structure {
    /// What the type calls it.
    pub(super) name: &'static str,
    /// What it has.
    pub(super) fields: &'static [Field],
}

/// A field of a structure, or a parameter of an operation.
#[derive(Debug)]
pub(super) struct Field {
    /// What it is called.
    pub(super) name: &'static str,
    /// What it looks like.
    pub(super) form: Form,
    /// Whether it may be missing.
    pub(super) need: Need,
}

impl Field {
    /// A field that must be there.
    pub(super) const fn required(name: &'static str, form: Form) -> Self {
        Self { name, form, need: Need::Required }
    }

    /// A field that may be missing.
    pub(super) const fn optional(name: &'static str, form: Form) -> Self {
        Self { name, form, need: Need::Optional }
    }
}

/// Whether a value must be there, when a resource is created or an operation is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It must.
    Required,
    /// It may be missing.
    Optional,
}

/// Who says what stands in a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// The client, at any time.
    Open,
    /// The client, once: when the resource is created.
    Final,
    /// We.
    ReadOnly,
}

/// Whether what is kept of a property may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shade {
    /// It may.
    Told,
    /// It may not: it is shown as [`MASK`] and cannot be searched for.
    Masked,
}

/// What is shown of what may not be told.
pub(super) const MASK: &str = "*****";

/// What stands in a property of which nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usual {
    /// A flag.
    Flag(bool),
    /// A whole number.
    Integer(u32),
    /// A word.
    Word(&'static str),
}

/// What a type says of a property.
#[derive(Debug)]
pub(super) struct Trait {
    /// What it is called.
    pub(super) name: &'static str,
    /// What it looks like.
    pub(super) form: Form,
    /// Whether it must be given at creation.
    pub(super) need: Need,
    /// Who says it.
    pub(super) access: Access,
    /// Whether it may be told.
    pub(super) shade: Shade,
    /// Whether it is looked up elsewhere.
    pub(super) is_looked_up: bool,
    /// What it is, in a few words.
    pub(super) meaning: &'static str,
    /// What a new resource says that was not told otherwise, if that is always the same.
    pub(super) default: Option<Usual>,
}

enum Reader<T> {
    /// From the thing alone.
    Plain(fn(&T) -> Value),
    /// With what else is in the store.
    Looked(fn(Cx<'_>, &T) -> Result<Value, Error>),
}

/// A property of the resources that show a `T`.
pub(super) struct Property<T> {
    /// What its type says of it.
    pub(super) about: Trait,
    reader: Reader<T>,
}

impl<T> Property<T> {
    /// A property that the thing itself knows. `null` is said of nothing: the property is then left
    /// out of answers.
    pub(super) const fn of(name: &'static str, form: Form, read: fn(&T) -> Value) -> Self {
        Self::with(name, form, Reader::Plain(read))
    }

    /// A property that is looked up elsewhere.
    pub(super) const fn looked_up(
        name: &'static str,
        form: Form,
        read: fn(Cx<'_>, &T) -> Result<Value, Error>,
    ) -> Self {
        let mut it = Self::with(name, form, Reader::Looked(read));
        it.about.is_looked_up = true;
        it
    }

    const fn with(name: &'static str, form: Form, reader: Reader<T>) -> Self {
        let (need, access, shade) = (Need::Optional, Access::Open, Shade::Told);
        let (is_looked_up, meaning, default) = (false, "", None);
        let about = Trait { name, form, need, access, shade, is_looked_up, meaning, default };
        Self { about, reader }
    }

    /// The same, to be given when a resource is created.
    pub(super) const fn required(mut self) -> Self {
        self.about.need = Need::Required;
        self
    }

    /// The same, said once.
    pub(super) const fn said_once(mut self) -> Self {
        self.about.access = Access::Final;
        self
    }

    /// The same, said by us. A client that sends it back as it read it is not refused.
    pub(super) const fn read_only(mut self) -> Self {
        self.about.access = Access::ReadOnly;
        self
    }

    /// The same, never told.
    pub(super) const fn masked(mut self) -> Self {
        self.about.shade = Shade::Masked;
        self
    }

    /// The same with a few words for the type's document.
    pub(super) const fn meaning(mut self, words: &'static str) -> Self {
        self.about.meaning = words;
        self
    }

    /// The same, of which a new resource that was not told otherwise says this.
    pub(super) const fn by_default(mut self, value: Usual) -> Self {
        self.about.default = Some(value);
        self
    }

    /// What it says of a thing.
    pub(super) fn read(&self, cx: Cx<'_>, it: &T) -> Result<Value, Error> {
        match self.reader {
            Reader::Plain(read) => Ok(read(it)),
            Reader::Looked(read) => read(cx, it),
        }
    }
}

impl Form {
    /// What is wrong with a value that should have this form; `at` is its place in the body.
    pub(super) fn violations(self, at: &str, value: &Value) -> Vec<Violation> {
        let wrong = |what: String| vec![Violation::new(at, "type", what)];
        let must = |what: &str, holds: bool| {
            if holds { Vec::new() } else { wrong(format!("must be {what}")) }
        };
        match self {
            Self::Text | Self::NumberText | Self::Time | Self::Day => {
                must("a string", value.is_string())
            }
            Self::Integer => must("a whole number", value.is_i64() || value.is_u64()),
            Self::Number => must("a number", value.is_number()),
            Self::Flag => must("`true` or `false`", value.is_boolean()),
            Self::ResourceId => {
                let is_id = value.as_str().is_some_and(|it| uuid::Uuid::try_parse(it).is_ok());
                must("the `aps.id` of a resource", is_id)
            }
            Self::Words(words) => {
                let known = value.as_str().is_some_and(|it| words.contains(&it));
                must(&format!("one of {}", words.join(", ")), known)
            }
            Self::ByLocale => match value.as_object() {
                Some(texts) if texts.values().all(Value::is_string) => Vec::new(),
                Some(_) | None => wrong("must be an object of texts by locale".to_owned()),
            },
            Self::Structure(structure) => structure.violations(at, value),
            Self::List(form) => match value.as_array() {
                Some(values) => {
                    let each = values.iter().enumerate();
                    each.flat_map(|(n, it)| form.violations(&format!("{at}/{n}"), it)).collect()
                }
                None => wrong("must be an array".to_owned()),
            },
            Self::Any => Vec::new(),
        }
    }
}

impl Structure {
    fn violations(&self, at: &str, value: &Value) -> Vec<Violation> {
        let Some(object) = value.as_object() else {
            return vec![Violation::new(at, "type", "must be an object")];
        };
        let mut found = Vec::new();
        for (name, value) in object {
            let at = format!("{at}/{name}");
            match self.fields.iter().find(|it| it.name == name) {
                None => found.push(Violation::new(at, "unknown_field", "is not known here")),
                Some(field) if value.is_null() && field.need == Need::Optional => {}
                Some(field) => found.extend(field.form.violations(&at, value)),
            }
        }
        let missing = self.fields.iter().filter(|it| it.need == Need::Required);
        let missing = missing.filter(|it| !object.contains_key(it.name));
        found
            .extend(missing.map(|it| {
                Violation::new(format!("{at}/{}", it.name), "required", "must be given")
            }));
        found
    }
}
