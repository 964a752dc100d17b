//! Filters of TMF630: which things of a list are wanted, by what their attributes are.
//!
//! A condition is a path, a way of comparing and some values, one of which must fit. Several
//! conditions must all hold. What a thing does not have fits nothing, so that an attribute that
//! nobody knows leads to an empty list.

use std::cmp::Ordering;

use regex::{Regex, RegexBuilder};
use rust_decimal::Decimal;
use serde_json::Value;

use super::path::Path;
use crate::domain::error::Invalid;
use crate::domain::time::Instant;

/// What a filter may say at most, in values.
const VALUES_MAX: usize = 1000;

/// How an attribute is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
    Matches,
}

/// The suffixes of names.
const SUFFIXES: &[(&str, Way)] = &[
    (".eq", Way::Equal),
    (".ne", Way::Unequal),
    (".lt", Way::Less),
    (".lte", Way::AtMost),
    (".gt", Way::More),
    (".gte", Way::AtLeast),
    (".regex", Way::Matches),
];

/// The signs between name and value, a longer one before a shorter one that it begins with.
const SIGNS: &[(&str, Way)] = &[
    ("==", Way::Equal),
    ("!=", Way::Unequal),
    ("*=", Way::Matches),
    ("=~", Way::Matches),
    (">=", Way::AtLeast),
    ("<=", Way::AtMost),
    (">", Way::More),
    ("<", Way::Less),
];

/// Something that an attribute must be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Condition {
    path: Path,
    way: Way,
    values: Vec<Wanted>,
}

/// A value that an attribute is compared with.
#[derive(Debug, Clone)]
struct Wanted {
    text: String,
    regex: Option<Regex>,
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        // The expression is made of the text.
        self.text == other.text && self.regex.is_some() == other.regex.is_some()
    }
}

impl Eq for Wanted {}

/// No regular expression is longer, in bytes, and none takes more memory when it is made ready.
const PATTERN_MAX: usize = 200;
const READY_MAX: usize = 256 << 10;

/// All that must be true of a thing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Filter(Vec<Condition>);

impl Filter {
    /// Adds what one parameter of a query says.
    pub(super) fn add(&mut self, name: &str, value: &str) -> Result<(), Invalid> {
        let joined = format!("{name}={value}");
        let (name, way, value) = split(name, value, &joined);
        let refused = |rule, message: &str| Invalid::one(name, rule, message);
        let path = Path::read(name).ok_or_else(|| refused("format", "must name an attribute"))?;
        let values = values(name, value).into_iter().map(|text| Wanted::of(way, text));
        let values: Option<Vec<_>> = values.collect();
        let values = values.ok_or_else(|| refused("format", "must be a regular expression"))?;
        match self.0.iter_mut().find(|it| it.path == path && it.way == way) {
            Some(same) => same.values.extend(values),
            None => self.0.push(Condition { path, way, values }),
        }
        if self.0.iter().map(|it| it.values.len()).sum::<usize>() > VALUES_MAX {
            let message = format!("must have at most {VALUES_MAX} values in all");
            return Err(refused("range", &message));
        }
        Ok(())
    }

    /// Whether a thing is wanted.
    pub(super) fn accepts(&self, it: &Value) -> bool {
        self.0.iter().all(|condition| condition.holds(it))
    }

    /// Where the conditions look.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|it| &it.path)
    }

    /// Where each condition looks, and to what it must be equal, if it must.
    pub(super) fn wanted(&self) -> impl Iterator<Item = (&[String], Vec<&str>)> {
        self.0.iter().map(|it| {
            let equals = it.values.iter().filter(|_| it.way == Way::Equal);
            (it.path.parts(), equals.map(|it| it.text.as_str()).collect())
        })
    }

    /// The one id that is wanted, if it is.
    pub(super) fn only_id(&self) -> Option<&str> {
        let mut of_id = self.0.iter().filter(|it| it.path.is_plain() && it.path.head() == "id");
        let found = of_id.find(|it| it.way == Way::Equal)?;
        match found.values.as_slice() {
            [one] => Some(&one.text),
            _ => None,
        }
    }
}

/// Name, way and value of a parameter. What stands between them may have come as a part of the
/// name, as `=` alone, or as both.
fn split<'a>(name: &'a str, value: &'a str, joined: &'a str) -> (&'a str, Way, &'a str) {
    for (suffix, way) in SUFFIXES {
        if let Some(name) = name.strip_suffix(suffix) {
            return (name, *way, value);
        }
    }
    // A sign begins in the name or at its end; what is further on belongs to the value.
    let sign = SIGNS.iter().filter_map(|(sign, way)| Some((joined.find(sign)?, sign, way)));
    let sign = sign.filter(|it| it.0 <= name.len()).min_by_key(|it| it.0);
    let Some((at, sign, way)) = sign else { return (name, Way::Equal, value) };
    let value = &joined[at + sign.len()..];
    // Without a `=` of its own the parameter got one at its end.
    let value = if name.len() > at + sign.len() && value.ends_with('=') {
        &value[..value.len() - 1]
    } else {
        value
    };
    (&joined[..at], *way, value)
}

/// The values of which one must fit: `a,b`, `a;b`, `a;state=b`.
fn values(name: &str, value: &str) -> Vec<String> {
    let mut all = vec![unquoted(value).to_owned()];
    if all[0] != value {
        return all;
    }
    if value.contains([',', ';']) {
        for part in value.split([',', ';']) {
            let own = part.strip_prefix(name).and_then(|it| it.strip_prefix('='));
            all.push(unquoted(own.unwrap_or(part)).to_owned());
        }
    }
    all
}

fn unquoted(text: &str) -> &str {
    let within = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    within('\'').or_else(|| within('"')).unwrap_or(text)
}

impl Condition {
    fn holds(&self, it: &Value) -> bool {
        let fits = |found: &Value| self.values.iter().any(|wanted| wanted.fits(self.way, found));
        if self.way == Way::Unequal {
            let is = |found: &Value| self.values.iter().any(|it| it.fits(Way::Equal, found));
            return !self.path.any(it, &mut |found| is(found)) && self.path.any(it, &mut |_| true);
        }
        self.path.any(it, &mut |found| fits(found))
    }
}

impl Wanted {
    fn of(way: Way, text: String) -> Option<Self> {
        let regex = if way == Way::Matches { Some(expression(&text)?) } else { None };
        Some(Self { text, regex })
    }

    fn fits(&self, way: Way, found: &Value) -> bool {
        let order = || compare(found, &self.text);
        match way {
            Way::Equal | Way::Unequal => self.is(found),
            Way::Less => order() == Some(Ordering::Less),
            Way::AtMost => matches!(order(), Some(Ordering::Less | Ordering::Equal)),
            Way::More => order() == Some(Ordering::Greater),
            Way::AtLeast => matches!(order(), Some(Ordering::Greater | Ordering::Equal)),
            Way::Matches => self
                .regex
                .as_ref()
                .zip(found.as_str())
                .is_some_and(|(regex, it)| regex.is_match(it)),
        }
    }

    fn is(&self, found: &Value) -> bool {
        match found {
            Value::Bool(it) => self.text == if *it { "true" } else { "false" },
            Value::String(it) => {
                *it == self.text || same_moment(it, &self.text) || is_on(it, &self.text)
            }
            Value::Number(_) => compare(found, &self.text) == Some(Ordering::Equal),
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        }
    }
}

/// A regular expression, which is matched in time linear in the text; nothing if it is none, or too big
/// a one.
fn expression(text: &str) -> Option<Regex> {
    let is_short = text.len() <= PATTERN_MAX;
    is_short.then(|| RegexBuilder::new(text).size_limit(READY_MAX).build().ok()).flatten()
}

fn same_moment(one: &str, other: &str) -> bool {
    let read = |it: &str| it.parse::<Instant>().ok();
    read(one).is_some_and(|it| Some(it) == read(other))
}

/// Whether a moment lies in a year, a month or a day.
fn is_on(moment: &str, stretch: &str) -> bool {
    let is_stretch = matches!(stretch.len(), 4 | 7 | 10)
        && stretch.bytes().all(|it| it.is_ascii_digit() || it == b'-');
    is_stretch && moment.starts_with(stretch) && moment.parse::<Instant>().is_ok()
}

/// How what was found stands to a text: as numbers, as moments, or letter by letter.
fn compare(found: &Value, said: &str) -> Option<Ordering> {
    match found {
        Value::Number(it) => {
            let number: Decimal = it.to_string().parse().ok()?;
            Some(number.cmp(&said.parse().ok()?))
        }
        Value::String(it) => {
            let moment = |text: &str| {
                let at_midnight = || format!("{text}T00:00:00Z").parse::<Instant>();
                text.parse::<Instant>().or_else(|_| at_midnight()).ok()
            };
            match (moment(it), moment(said)) {
                (Some(it), Some(said)) => Some(it.cmp(&said)),
                _ => Some(it.as_str().cmp(said)),
            }
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// How two things stand in a list that is sorted by a path; what has nothing there comes last.
pub(super) fn order(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one, other) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(one), Some(other)) => {
            let text = |it: &Value| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
            compare(one, &text(other)).unwrap_or_else(|| text(one).cmp(&text(other)))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(query: &str) -> bool {
        let thing = json!({
            "id": "7", "name": "Basic, small", "state": "acknowledged", "isBundle": false,
            "priority": 4, "orderDate": "2026-03-15T10:00:00Z", "price": { "value": 9.5 },
            "relatedParty": [{ "id": "a", "role": "seller" }, { "id": "b", "role": "buyer" }],
        });
        let mut filter = Filter::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            filter.add(&name, &value).expect(query);
        }
        filter.accepts(&thing)
    }

    #[test]
    fn a_thing_is_wanted_if_all_conditions_hold() {
        for (query, expected) in [
            ("", true),
            ("id=7", true),
            ("id=8", false),
            ("id=7&state=acknowledged", true),
            ("id=7&state=held", false),
            ("nothing=7", false),
            ("name=Basic,%20small", true),
            ("name='Basic,%20small'", true),
            ("state=%22acknowledged%22", true),
            ("state=held,acknowledged", true),
            ("state=held;state=acknowledged", true),
            ("state=held;acknowledged", true),
            ("state=held&state=acknowledged", true),
            ("state=held,rejected", false),
            ("isBundle=false", true),
            ("isBundle=true", false),
            ("relatedParty.id=b", true),
            ("relatedParty.id=c", false),
            ("relatedParty.id=a&relatedParty.role=buyer", true),
            ("price.value=9.50", true),
            ("priority.gt=3", true),
            ("priority.gt=4", false),
            ("priority.gte=4", true),
            ("priority%3E3", true),
            ("priority%3E%3D4", true),
            ("priority>=5", false),
            ("priority%3C4", false),
            ("priority<=4", true),
            ("priority.lt=10", true),
            ("orderDate%3E2026-03-14", true),
            ("orderDate.lt=2026-03-15T12:00:00%2B01:00", true),
            ("orderDate=2026-03-15T11:00:00%2B01:00", true),
            ("orderDate=2026-03", true),
            ("orderDate=2026-04", false),
            ("name.regex=^Bas", true),
            ("name*=sm.ll$", true),
            ("name%3D~^small", false),
            ("state.ne=held", true),
            ("state!=acknowledged", false),
            ("state.eq=acknowledged", true),
            ("state==acknowledged", true),
        ] {
            assert_eq!(holds(query), expected, "{query}");
        }
    }

    #[test]
    fn what_cannot_be_a_filter_is_refused() {
        let add = |name: &str, value: &str| Filter::default().add(name, value).is_ok();
        assert!(!add("", "x"));
        assert!(!add("name.regex", "(("));
        assert!(!add("id", &"x,".repeat(10_000)));
        let mut filter = Filter::default();
        filter.add("id", "x").expect("right");
        assert_eq!(filter.only_id(), Some("x"));
        filter.add("id", "y").expect("right");
        assert_eq!(filter.only_id(), None);
    }

    #[test]
    fn an_expression_that_is_none_or_was_made_to_take_long_is_refused() {
        let told = |pattern: &str| expression(pattern).is_some();
        for pattern in ["*a", "(a", "[a", "\\", &"a".repeat(300), "(a{1000}){1000}"] {
            assert!(!told(pattern), "{pattern}");
        }
        let stacked = expression(&format!("^a{}$", "+".repeat(100))).expect("right");
        assert!(!stacked.is_match(&format!("{}b", "a".repeat(1_000))));
        assert!(expression("^(ab|cd)+$").expect("right").is_match("abcdab"));
    }
}
