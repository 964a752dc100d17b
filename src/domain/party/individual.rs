//! Persons: what they are called and what is known of their life.

use serde::{Deserialize, Serialize};

use crate::domain::error::Violation;
use crate::domain::text::{Country, Name};
use crate::domain::time::{Date, Validity};

/// What a person is called, in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// What stands before it: `Dr.`, `Mr`.
    pub title: Option<Name>,
    /// The first name.
    pub given: Name,
    /// What stands between.
    pub middle: Option<Name>,
    /// The family name.
    pub family: Name,
    /// What stands after it: `Jr.`.
    pub suffix: Option<Name>,
    /// All of it as the person writes it, where joining the parts would not give that.
    pub full: Option<Name>,
    /// All of it for a context with rules of its own, such as family name first.
    pub formatted: Option<Name>,
}

impl PersonName {
    /// A name of two parts.
    #[must_use]
    pub const fn new(given: Name, family: Name) -> Self {
        let (title, middle, suffix, full, formatted) = (None, None, None, None, None);
        Self { title, given, middle, family, suffix, full, formatted }
    }

    /// A name in parts, as far as one line tells: the last word is the family's.
    #[must_use]
    pub fn of_line(line: &Name) -> Self {
        let part = |text: &str| text.trim().parse::<Name>().ok();
        let parts = line.as_str().rsplit_once(' ');
        let parts = parts.and_then(|(given, family)| Some((part(given)?, part(family)?)));
        let (given, family) = parts.unwrap_or_else(|| (line.clone(), line.clone()));
        Self { full: Some(line.clone()), ..Self::new(given, family) }
    }

    /// All of it on one line.
    #[must_use]
    pub fn display(&self) -> String {
        if let Some(full) = &self.full {
            return full.to_string();
        }
        let middle = self.middle.as_ref();
        let parts = [Some(&self.given), middle, Some(&self.family), self.suffix.as_ref()];
        parts.into_iter().flatten().map(Name::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// A name that a person also has or had: before a marriage, as an artist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherPersonName {
    /// The name.
    pub name: PersonName,
    /// When it was in use.
    pub validity: Validity,
}

/// A physical person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Individual {
    /// What the person is called now.
    pub name: PersonName,
    /// What the person was or is called besides.
    pub other_names: Vec<OtherPersonName>,
    /// In the person's own word.
    pub gender: Option<Name>,
    /// The day of birth.
    pub born_on: Option<Date>,
    /// The day of death.
    pub died_on: Option<Date>,
    /// Where the person was born.
    pub place_of_birth: Option<Name>,
    /// The country that was.
    pub country_of_birth: Option<Country>,
    /// Whose citizen the person is, in the person's own words.
    pub nationality: Option<Name>,
    /// Where the person is at the moment, if it shares that.
    pub location: Option<Name>,
}

impl Individual {
    /// A person of whom only the name is known.
    #[must_use]
    pub const fn named(name: PersonName) -> Self {
        Self {
            name,
            other_names: Vec::new(),
            gender: None,
            born_on: None,
            died_on: None,
            place_of_birth: None,
            country_of_birth: None,
            nationality: None,
            location: None,
        }
    }

    /// What cannot be true of a person.
    pub(super) fn violations(&self) -> Vec<Violation> {
        let backwards = self.born_on.zip(self.died_on).filter(|(born, died)| died < born);
        let found = backwards.map(|(born, died)| {
            let message = format!("must not be before the birth on {born}, but is {died}");
            Violation::new("/died_on", "range", message)
        });
        found.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().expect(text)
    }

    #[test]
    fn a_name_is_shown_from_its_parts_unless_the_person_writes_it_otherwise() {
        let mut ann = PersonName::new(name("Ann"), name("Lee"));
        assert_eq!(ann.display(), "Ann Lee");
        ann.title = Some(name("Dr."));
        ann.middle = Some(name("B."));
        ann.suffix = Some(name("Jr."));
        assert_eq!(ann.display(), "Ann B. Lee Jr.");
        ann.full = Some(name("Lee Ann"));
        assert_eq!(ann.display(), "Lee Ann");
    }

    #[test]
    fn the_last_word_of_a_line_is_the_familys_name() {
        for (line, given, family) in
            [("Ann Lee", "Ann", "Lee"), ("Ann van Lee", "Ann van", "Lee"), ("Ann", "Ann", "Ann")]
        {
            let read = PersonName::of_line(&name(line));
            let parts = (read.given.as_str(), read.family.as_str(), read.display());
            assert_eq!(parts, (given, family, line.to_owned()));
        }
    }

    #[test]
    fn nobody_dies_before_being_born() {
        let mut ann = Individual::named(PersonName::new(name("Ann"), name("Lee")));
        ann.born_on = Date::new(1970, 1, 2);
        assert_eq!(ann.violations(), []);
        ann.died_on = Date::new(1970, 1, 2);
        assert_eq!(ann.violations(), []);
        ann.died_on = Date::new(1970, 1, 1);
        assert_eq!(ann.violations().len(), 1);
    }
}
