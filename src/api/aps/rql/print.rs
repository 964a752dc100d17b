//! A query written out again: reading it gives the same query.

use std::fmt::{self, Display, Formatter, Write};

use super::literal::Literal;
use super::pattern::{Part, Pattern};
use super::query::{Aggregate, Direction, Expr, Limit, Path, Query, Relation, SortKey};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut clauses = Vec::new();
        clauses.extend(self.filter.as_ref().map(ToString::to_string));
        clauses.extend(call("select", &self.select));
        clauses.extend(call("sort", &self.sort));
        clauses.extend(self.limit.as_ref().map(ToString::to_string));
        clauses.extend(self.aggregate.as_ref().map(ToString::to_string));
        clauses.extend(self.explain.then(|| "explain()".to_owned()));
        f.write_str(&clauses.join(","))
    }
}

fn call(name: &str, arguments: &[impl Display]) -> Option<String> {
    (!arguments.is_empty()).then(|| format!("{name}({})", listed(arguments)))
}

fn listed(items: &[impl Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(of) => write!(f, "and({})", listed(of)),
            Self::Any(of) => write!(f, "or({})", listed(of)),
            Self::Not(of) => write!(f, "not({of})"),
            Self::Compare(path, relation, value) => write!(f, "{relation}({path},{value})"),
            Self::In(path, values) => write!(f, "in({path},({}))", listed(values)),
            Self::Out(path, values) => write!(f, "out({path},({}))", listed(values)),
            Self::Like(path, pattern) => write!(f, "like({path},{pattern})"),
            Self::Implementing(name) => write!(f, "implementing({})", Encoded(name)),
            Self::Composing(name) => write!(f, "composing({})", Encoded(name)),
            Self::LinkedWith(id) => write!(f, "linkedWith({})", Encoded(id)),
        }
    }
}

impl Display for Relation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "eq",
            Self::Unequal => "ne",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        })
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names.join("."))
    }
}

impl Display for SortKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.direction {
            Direction::Ascending => write!(f, "+{}", self.path),
            Direction::Descending => write!(f, "-{}", self.path),
        }
    }
}

impl Display for Limit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "limit({},{})", self.start, self.number)
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count => f.write_str("count()"),
            Self::Min(path) => write!(f, "min({path})"),
            Self::Max(path) => write!(f, "max({path})"),
            Self::Values(path) => write!(f, "values({path})"),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text, _) => f.write_str(text),
            // A text that would be taken for something else has its first byte encoded.
            Self::Text(text) if Self::typed(text).is_some() => {
                write!(f, "%{:02X}{}", text.as_bytes()[0], Encoded(&text[1..]))
            }
            Self::Text(text) => Encoded(text).fmt(f),
        }
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for part in &self.parts {
            match part {
                Part::Run => f.write_char('*')?,
                Part::One => f.write_char('?')?,
                Part::Character(it) => Encoded(it.encode_utf8(&mut [0; 4])).fmt(f)?,
            }
        }
        Ok(())
    }
}

/// A text with everything percent-encoded that could mean something.
struct Encoded<'a>(&'a str);

impl Display for Encoded<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte) {
                f.write_char(char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}
