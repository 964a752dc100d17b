//! What elements of a catalogue are called and described with in several languages (`localizedName`,
//! `localizedDescription`, attributes of ours): each text by its language.
//!
//! `name` and `description` are what was written first. Its language is the one under which the same text
//! stands beside it, and English where none does.

use serde_json::Value;

use super::entity::{must, text};
use super::resource::Tree;
use crate::domain::error::Invalid;
use crate::domain::localized::Localized;
use crate::domain::text::{Locale, Name, Prose};
use crate::services::Error;

/// The attribute with names.
pub(super) const NAMES: &str = "localizedName";
/// The attribute with descriptions.
pub(super) const DESCRIPTIONS: &str = "localizedDescription";

/// A text in all its languages; `null` where it is English alone.
pub(super) fn shown<T: ToString>(of: Option<&Localized<T>>) -> Value {
    let Some(of) = of else { return Value::Null };
    if of.iter().count() == 1 && of.locale().as_str() == "en" {
        return Value::Null;
    }
    of.iter()
        .map(|(locale, it)| (locale.as_str().to_owned(), Value::String(it.to_string())))
        .collect()
}

/// A text that was written first, in the languages that are said beside it.
fn read<T>(first: T, said: &Tree, attribute: &str) -> Result<Localized<T>, Error>
where
    T: std::str::FromStr + PartialEq,
    T::Err: std::fmt::Display,
{
    let mut all = Vec::new();
    let said = said.get(attribute).filter(|it| !it.is_null());
    let no_object = || Invalid::one(attribute, "type", "must be an object: a text by its language");
    let said = said.map(|it| it.as_object().ok_or_else(no_object)).transpose()?;
    for (locale, it) in said.into_iter().flatten() {
        let refused =
            |message: String| Invalid::one(format!("{attribute}/{locale}"), "format", message);
        let it = it.as_str().ok_or_else(|| refused("must be a text".to_owned()))?;
        let text = it.parse::<T>().map_err(|it| refused(it.to_string()))?;
        all.push((locale.parse::<Locale>().map_err(|it| refused(it.to_string()))?, text));
    }
    let same: Vec<_> = all.iter().filter(|it| it.1 == first).map(|it| it.0.clone()).collect();
    let own = same.iter().find(|it| it.as_str() == "en").or_else(|| same.first()).cloned();
    let read = match own {
        Some(own) => Localized::new(own, first),
        None => english(first)?,
    };
    let own = read.locale().clone();
    Ok(all
        .into_iter()
        .filter(|it| it.0 != own)
        .fold(read, |read, (locale, it)| read.with(locale, it)))
}

/// A text that is written first, in English.
pub(super) fn english<T>(it: T) -> Result<Localized<T>, Error> {
    Ok(Localized::new("en".parse().map_err(Error::internal)?, it))
}

/// A text in the language in which it was first written; what is there in others stays.
pub(super) fn worded<T: Clone + PartialEq>(before: &Localized<T>, now: T) -> Localized<T> {
    if *before.original() == now {
        return before.clone();
    }
    before.clone().with(before.locale().clone(), now)
}

/// What something new is called.
pub(super) fn name(said: &Tree) -> Result<Localized<Name>, Error> {
    read(must::<Name>(said, "name")?, said, NAMES)
}

/// What something new is described with.
pub(super) fn description(said: &Tree) -> Result<Option<Localized<Prose>>, Error> {
    let said_first: Option<Prose> = text(said, "description")?;
    said_first.map(|it| read(it, said, DESCRIPTIONS)).transpose()
}

/// What something is called after a change: what is not said anew in other languages stays.
pub(super) fn name_anew(
    before: &Localized<Name>,
    (was, said): (&Tree, &Tree),
) -> Result<Localized<Name>, Error> {
    if was.get(NAMES) != said.get(NAMES) {
        return name(said);
    }
    Ok(worded(before, must(said, "name")?))
}

/// What something is described with after a change.
pub(super) fn description_anew(
    before: Option<&Localized<Prose>>,
    (was, said): (&Tree, &Tree),
) -> Result<Option<Localized<Prose>>, Error> {
    let now: Option<Prose> = text(said, "description")?;
    match (before, now) {
        (Some(before), Some(now)) if was.get(DESCRIPTIONS) == said.get(DESCRIPTIONS) => {
            Ok(Some(worded(before, now)))
        }
        (_, Some(_)) => description(said),
        (_, None) => Ok(None),
    }
}

/// A description that is said in one language alone; what is there in others stays.
pub(super) fn described(
    before: Option<&Localized<Prose>>,
    said: &Tree,
) -> Result<Option<Localized<Prose>>, Error> {
    let said: Option<Prose> = text(said, "description")?;
    match (before, said) {
        (Some(before), Some(said)) => Ok(Some(worded(before, said))),
        (None, Some(said)) => english(said).map(Some),
        (_, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::tmf::entity::tree;

    #[test]
    fn a_name_reads_back_in_all_its_languages() {
        for (said, first, shows) in [
            (json!({ "name": "Line" }), "en", Value::Null),
            (
                json!({ "name": "Line", NAMES: { "de": "Leitung" } }),
                "en",
                json!({ "en": "Line", "de": "Leitung" }),
            ),
            (
                json!({ "name": "Leitung", NAMES: { "de": "Leitung", "en": "Line" } }),
                "de",
                json!({ "en": "Line", "de": "Leitung" }),
            ),
            (
                json!({ "name": "Server", NAMES: { "de": "Server", "en": "Server" } }),
                "en",
                json!({ "en": "Server", "de": "Server" }),
            ),
        ] {
            let read = name(&tree(said.clone())).expect("a name");
            assert_eq!((read.locale().as_str(), shown(Some(&read))), (first, shows), "{said}");
            let again = tree(json!({ "name": said["name"], NAMES: shown(Some(&read)) }));
            assert_eq!(name(&again).expect("a name"), read, "{said}");
        }
        for (wrong, expected) in [
            (json!({ "de": 5 }), "`localizedName/de` must be a text"),
            (json!("Leitung"), "`localizedName` must be an object: a text by its language"),
        ] {
            let refused = name(&tree(json!({ "name": "Line", NAMES: wrong }))).expect_err("wrong");
            let Error::Invalid(refused) = refused else { panic!("a rule of form") };
            assert_eq!(refused.to_string(), expected);
        }
    }
}
