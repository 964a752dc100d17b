//! What a query says of a list: which things are wanted, in which order, which part of them, and
//! which of their attributes.

use serde_json::Value;

use super::wire::Tree;
use crate::api::edge::fault::Fault;
use crate::domain::error::Invalid;
use crate::domain::text::folded;

/// How long a list is if nobody says.
const SIZE_DEFAULT: usize = 10;
/// A list has no more than this, whoever asks for more.
const SIZE_MAX: usize = 1000;
/// So many parameters a query has at most.
const PARAMETERS_MAX: usize = 200;
/// So many values all conditions of a query name at most.
const VALUES_MAX: usize = 1000;
/// So many words are looked for at most.
const KEYWORDS_MAX: usize = 50;

/// The parameters of a query, decoded, in the order in which they were said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what stands behind the question mark.
    pub(super) fn read(raw: &str) -> Result<Self, Fault> {
        let all = form_urlencoded::parse(raw.as_bytes());
        let all: Vec<_> = all.map(|it| (it.0.into_owned(), it.1.into_owned())).collect();
        if all.len() > PARAMETERS_MAX {
            let message = format!("must have at most {PARAMETERS_MAX} parameters");
            return Err(Invalid::one("query", "range", message).into());
        }
        Ok(Self(all))
    }

    /// Takes a parameter out; the last one said, if it was said more than once.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        let mut found = None;
        self.0.retain_mut(|it| {
            let is_it = it.0 == name;
            if is_it {
                found = Some(std::mem::take(&mut it.1));
            }
            !is_it
        });
        found
    }

    /// A whole number.
    fn number(&mut self, name: &str) -> Result<Option<usize>, Invalid> {
        let Some(text) = self.take(name) else { return Ok(None) };
        let refused = || Invalid::one(name, "range", "must be a whole number from 0");
        text.trim().parse::<u32>().map(|it| Some(it as usize)).map_err(|_| refused())
    }

    /// One of some words.
    pub(super) fn word(
        &mut self,
        name: &str,
        words: &[&'static str],
    ) -> Result<Option<&'static str>, Invalid> {
        let Some(text) = self.take(name) else { return Ok(None) };
        let found = words.iter().find(|it| it.eq_ignore_ascii_case(text.trim()));
        let refused = || {
            let words = words.join("`, `");
            Invalid::one(name, "enum", format!("`{text}` is none of `{words}`"))
        };
        found.copied().map(Some).ok_or_else(refused)
    }

    /// What it says of a thing: which attributes are wanted, all if nothing is said, and how far
    /// references are followed, 1 for not at all.
    pub(super) fn one(mut self) -> Result<(Option<Vec<String>>, usize), Fault> {
        let depth = self.number("depth")?.unwrap_or(1);
        Ok((self.fields(), depth))
    }

    fn fields(&mut self) -> Option<Vec<String>> {
        let said = self.take("fields")?;
        Some(said.split(',').map(|it| it.trim().to_owned()).collect())
    }

    /// What it says of a list.
    ///
    /// # Errors
    /// If a parameter says something that cannot be.
    pub(super) fn list(mut self, of: &Listed) -> Result<Wanted, Fault> {
        // In a list references are not followed.
        self.number("depth")?;
        let size = self.number("size")?.unwrap_or(SIZE_DEFAULT).min(SIZE_MAX);
        let offset = self.number("offset")?.unwrap_or_default();
        let sort = self.word("sort", &["date", "name"])?;
        let counts = self.word("action", &["count"])?.is_some();
        let fields = self.fields();
        let keywords = self.take("body").unwrap_or_default();
        let keywords = keywords.split_whitespace().map(|it| folded(it).collect()).collect();
        let path = |name: String| {
            let own = of.named.iter().find(|it| it.0 == name);
            own.map_or(name, |it| it.1.to_owned())
        };
        let conditions = self.0.into_iter().map(|(name, value)| Condition::of(path(name), &value));
        let conditions: Vec<_> = conditions.collect();
        let values: usize = conditions.iter().map(|it: &Condition| it.values.len()).sum();
        let keywords: Vec<String> = keywords;
        if values > VALUES_MAX || keywords.len() > KEYWORDS_MAX {
            let message = format!(
                "must name at most {VALUES_MAX} values, and {KEYWORDS_MAX} words to look for"
            );
            return Err(Invalid::one("query", "range", message).into());
        }
        Ok(Wanted { fields, sort, offset, size, counts, keywords, conditions })
    }
}

/// What can be said of the list of a resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct Listed {
    /// Parameters that are called otherwise than the attribute that they look at.
    pub(super) named: &'static [(&'static str, &'static str)],
    /// Where the words of `body=` are looked for.
    pub(super) text: &'static [&'static str],
    /// By which attribute `sort=date` sorts.
    pub(super) date: &'static str,
}

impl Listed {
    /// A list like most.
    pub(super) const PLAIN: Self =
        Self { named: &[], text: &["name", "description", "brand"], date: "lastUpdate" };

    /// The same of what has an owner.
    pub(super) const OWNED: Self =
        Self { named: &[("relatedParty", "relatedParty.id")], ..Self::PLAIN };
}

/// What is wanted of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Which attributes; all if nothing is said.
    pub(super) fields: Option<Vec<String>>,
    /// By what it is sorted: `date` or `name`.
    pub(super) sort: Option<&'static str>,
    /// How many of the things that are wanted come before.
    pub(super) offset: usize,
    /// How many there are at most.
    pub(super) size: usize,
    /// Whether nothing but their number is wanted.
    pub(super) counts: bool,
    keywords: Vec<String>,
    conditions: Vec<Condition>,
}

/// What an attribute must be: one of some values.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    path: String,
    /// In whatever case they were said.
    values: Vec<String>,
    /// As they were said.
    said: String,
}

impl Wanted {
    /// What an attribute must be, if it must be one thing.
    pub(super) fn only(&self, path: &str) -> Option<&str> {
        let mut all = self.conditions.iter().filter(|it| it.path == path);
        match (all.next()?, all.next()) {
            (it, None) if it.values.len() == 1 => Some(&it.said),
            (_, _) => None,
        }
    }

    /// The same with one value of an attribute said by another name of it.
    pub(super) fn saying(mut self, path: &str, value: &str) -> Self {
        let said = self.conditions.iter_mut().filter(|it| it.path == path);
        said.for_each(|it| *it = Condition::of(path.to_owned(), value));
        self
    }

    /// Whether a thing must be looked into to know whether, or where, it is in the list.
    pub(super) fn looks_into(&self) -> bool {
        self.sort.is_some() || !self.keywords.is_empty() || !self.conditions.is_empty()
    }

    /// Whether a thing must be looked into although it is known to be as one condition says.
    pub(super) fn looks_into_more_than(&self, known: &str) -> bool {
        let other = |it: &Condition| it.path != known;
        self.sort.is_some() || !self.keywords.is_empty() || self.conditions.iter().any(other)
    }

    /// Whether an attribute is looked at for that.
    pub(super) fn looks_at(&self, of: &Listed, name: &str) -> bool {
        let heads = self.conditions.iter().filter_map(|it| it.path.split('.').next());
        heads.chain(self.sorts_by(of)).any(|it| it == name)
            || !self.keywords.is_empty() && of.text.contains(&name)
    }

    /// By which attribute it is sorted, if it is.
    pub(super) fn sorts_by(&self, of: &Listed) -> Option<&'static str> {
        self.sort.map(|it| if it == "name" { "name" } else { of.date })
    }

    /// Whether a thing is.
    pub(super) fn accepts(&self, of: &Listed, it: &Tree) -> bool {
        self.conditions.iter().all(|condition| condition.holds(it)) && self.has_keywords(of, it)
    }

    fn has_keywords(&self, of: &Listed, it: &Tree) -> bool {
        if self.keywords.is_empty() {
            return true;
        }
        let texts = of.text.iter().filter_map(|name| it.get(*name)).filter_map(Value::as_str);
        let text = texts.map(|it| folded(it).collect::<String>()).collect::<Vec<_>>().join("\n");
        self.keywords.iter().all(|it| text.contains(it.as_str()))
    }
}

impl Condition {
    fn of(path: String, said: &str) -> Self {
        let plain = |it: &str| folded(it.trim()).collect::<String>();
        let mut values = vec![plain(said)];
        if said.contains(',') {
            values.extend(said.split(',').map(plain));
        }
        Self { path, values, said: said.trim().to_owned() }
    }

    fn holds(&self, it: &Tree) -> bool {
        let (head, rest) = match self.path.split_once('.') {
            Some((head, rest)) => (head, Some(rest)),
            None => (self.path.as_str(), None),
        };
        it.get(head).is_some_and(|it| self.fits(it, rest))
    }

    fn fits(&self, found: &Value, path: Option<&str>) -> bool {
        match (found, path) {
            (Value::Array(all), _) => all.iter().any(|it| self.fits(it, path)),
            (Value::Object(it), Some(path)) => {
                let (head, rest) = match path.split_once('.') {
                    Some((head, rest)) => (head, Some(rest)),
                    None => (path, None),
                };
                it.get(head).is_some_and(|it| self.fits(it, rest))
            }
            (Value::String(it), None) => self.is(it),
            (it @ (Value::Bool(_) | Value::Number(_)), None) => self.is(&it.to_string()),
            _ => false,
        }
    }

    fn is(&self, text: &str) -> bool {
        self.values.iter().any(|it| folded(text).eq(it.chars()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OF: Listed = Listed { named: &[("relatedParty", "relatedParty.id")], ..Listed::PLAIN };

    fn wanted(raw: &str) -> Result<Wanted, String> {
        let query = Query::read(raw).and_then(|it| it.list(&OF));
        query
            .map_err(|it| if let Fault::Invalid(it) = it { it.to_string() } else { it.to_string() })
    }

    #[test]
    fn a_list_is_wanted_by_what_its_things_say() {
        let it = json!({
            "name": "Weather data", "description": "Of the *Ring*", "lifecycleStatus": "In study",
            "isBundle": false, "relatedParty": [{ "id": "7", "role": "Owner" }],
        });
        let Value::Object(it) = it else { panic!("an object") };
        for (raw, expected) in [
            ("", true),
            ("name=weather%20DATA", true),
            ("name=weather", false),
            ("lifecycleStatus=Launched,in%20Study", true),
            ("lifecycleStatus=Launched", false),
            ("relatedParty.id=7", true),
            ("relatedParty=7", true),
            ("relatedParty=8", false),
            ("isBundle=false&relatedParty.role=owner", true),
            ("isBundle=true", false),
            ("body=ring+weather", true),
            ("body=ring+rain", false),
            ("nothing=1", false),
        ] {
            assert_eq!(wanted(raw).map(|wanted| wanted.accepts(&OF, &it)), Ok(expected), "{raw}");
        }
    }

    #[test]
    fn a_list_is_ten_long_unless_more_is_wanted() {
        let told = |raw| wanted(raw).map(|it| (it.offset, it.size, it.sort, it.counts));
        assert_eq!(told(""), Ok((0, 10, None, false)));
        assert_eq!(told("offset=5&size=5000&sort=name"), Ok((5, SIZE_MAX, Some("name"), false)));
        assert_eq!(told("action=count&depth=2"), Ok((0, 10, None, true)));
        let fields = wanted("fields=name,%20brand").map(|it| it.fields);
        assert_eq!(fields, Ok(Some(vec!["name".to_owned(), "brand".to_owned()])));
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_parameter() {
        for raw in ["size=x", "offset=-1", "sort=price", "action=fly", "depth=deep"] {
            let refused = wanted(raw).expect_err(raw);
            let name = raw.split('=').next().expect("a name");
            assert!(refused.starts_with(&format!("`{name}`")), "{refused}");
        }
        assert!(Query::read(&"a=b&".repeat(500)).is_err());
        assert!(wanted(&format!("name={}", "a,".repeat(2000))).is_err());
        assert!(wanted(&format!("body={}", "a+".repeat(60))).is_err());
    }
}
