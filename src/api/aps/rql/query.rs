//! A query as it was understood: the filter and what stands beside it.

use super::literal::Literal;
use super::pattern::Pattern;

/// What a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    /// Which resources; all of them if nothing is said.
    pub(crate) filter: Option<Expr>,
    /// Which properties and links of each; all properties and no links if nothing is said.
    pub(crate) select: Vec<Path>,
    /// In which order, the most significant first.
    pub(crate) sort: Vec<SortKey>,
    /// Which stretch of the list.
    pub(crate) limit: Option<Limit>,
    /// What is wanted in place of the resources.
    pub(crate) aggregate: Option<Aggregate>,
    /// Whether the way to the answer is wanted in place of it.
    pub(crate) explain: bool,
}

/// A condition on a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expr {
    /// Each of them holds.
    All(Vec<Expr>),
    /// One of them holds.
    Any(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// A value stands in a relation to the one given.
    Compare(Path, Relation, Literal),
    /// A value is among those given.
    In(Path, Vec<Literal>),
    /// A value is not among those given.
    Out(Path, Vec<Literal>),
    /// A text looks like this.
    Like(Path, Pattern),
    /// It is of a type, or of one that implements it.
    Implementing(String),
    /// It is of a type that the given one is derived from.
    Composing(String),
    /// It has a link to the resource with an id.
    LinkedWith(String),
}

/// How a value can stand to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    Unequal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// The way to a value: names of properties and links, from the resource on.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    /// At least one.
    pub(crate) names: Vec<String>,
    /// Where it stands in the query.
    pub(crate) at: usize,
}

/// Where it stands does not matter to what it is.
impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
    }
}

impl Eq for Path {}

/// What a list is ordered by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SortKey {
    pub(crate) path: Path,
    pub(crate) direction: Direction,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

/// A stretch of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    /// How many are left out first.
    pub(crate) start: usize,
    /// How many come then, at most.
    pub(crate) number: usize,
}

impl Limit {
    /// How many come if nothing is said.
    pub(crate) const NUMBER_DEFAULT: usize = 1000;
    /// No list is longer.
    pub(crate) const NUMBER_MAX: usize = 10_000;
    /// No list is begun further on.
    pub(crate) const START_MAX: usize = 100_000_000;
}

impl Default for Limit {
    fn default() -> Self {
        Self { start: 0, number: Self::NUMBER_DEFAULT }
    }
}

/// What can be wanted of a list in place of its resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Aggregate {
    /// How many there are.
    Count,
    /// The least value.
    Min(Path),
    /// The greatest value.
    Max(Path),
    /// All values, each once.
    Values(Path),
}

impl Query {
    /// The conditions that must all hold.
    pub(crate) fn conjuncts(&self) -> &[Expr] {
        match &self.filter {
            None => &[],
            Some(Expr::All(all)) => all,
            Some(other) => std::slice::from_ref(other),
        }
    }

    /// All that is asked of each resource before it is known whether it is shown.
    pub(crate) fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        if let Some(filter) = &self.filter {
            filter.paths(&mut paths);
        }
        paths.extend(self.sort.iter().map(|it| &it.path));
        match &self.aggregate {
            Some(Aggregate::Min(path) | Aggregate::Max(path) | Aggregate::Values(path)) => {
                paths.push(path);
            }
            Some(Aggregate::Count) | None => {}
        }
        paths
    }

    /// The type that everything in the list must implement, if one is said for all of it.
    pub(crate) fn implementing(&self) -> Option<&str> {
        self.conjuncts().iter().find_map(|it| {
            if let Expr::Implementing(name) = it { Some(name.as_str()) } else { None }
        })
    }
}

impl Expr {
    fn paths<'a>(&'a self, paths: &mut Vec<&'a Path>) {
        match self {
            Self::All(of) | Self::Any(of) => of.iter().for_each(|it| it.paths(paths)),
            Self::Not(of) => of.paths(paths),
            Self::Compare(path, ..)
            | Self::In(path, _)
            | Self::Out(path, _)
            | Self::Like(path, _) => paths.push(path),
            Self::Implementing(_) | Self::Composing(_) | Self::LinkedWith(_) => {}
        }
    }
}
