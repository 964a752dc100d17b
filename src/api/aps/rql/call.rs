//! The functions of a query and what each is called with.

use super::error::{Problem, RqlError, excerpt};
use super::lexer::Word;
use super::literal::Literal;
use super::parser::{Argument, joined};
use super::pattern::Pattern;
use super::query::{Aggregate, Direction, Expr, Limit, Path, Relation, SortKey};

/// What a chain of clauses consists of.
pub(super) enum Clause {
    /// A condition on each resource.
    Condition(Expr),
    /// What is said of the whole list, and where.
    Directive(usize, Directive),
}

/// What can be said of the whole list.
pub(super) enum Directive {
    Select(Vec<Path>),
    Sort(Vec<SortKey>),
    Limit(Limit),
    Aggregate(Aggregate),
    Explain,
}

impl Directive {
    /// What the function is called.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Select(_) => "select",
            Self::Sort(_) => "sort",
            Self::Limit(_) => "limit",
            Self::Aggregate(Aggregate::Count) => "count",
            Self::Aggregate(Aggregate::Min(_)) => "min",
            Self::Aggregate(Aggregate::Max(_)) => "max",
            Self::Aggregate(Aggregate::Values(_)) => "values",
            Self::Explain => "explain",
        }
    }
}

macro_rules! functions {
    ($($member:ident = $name:literal $form:literal;)+) => {
        /// Every function of the language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Function {
            $($member,)+
        }

        impl Function {
            /// The function with a name.
            pub(super) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$member),)+ _ => None }
            }

            const fn name(self) -> &'static str {
                match self { $(Self::$member => $name,)+ }
            }

            /// How it is called.
            const fn form(self) -> &'static str {
                match self { $(Self::$member => $form,)+ }
            }
        }
    };
}

functions! {
    Eq = "eq" "eq(property,value)";
    Ne = "ne" "ne(property,value)";
    Gt = "gt" "gt(property,value)";
    Ge = "ge" "ge(property,value)";
    Lt = "lt" "lt(property,value)";
    Le = "le" "le(property,value)";
    In = "in" "in(property,(value,value))";
    Out = "out" "out(property,(value,value))";
    Like = "like" "like(property,pattern)";
    And = "and" "and(condition,condition)";
    Or = "or" "or(condition,condition)";
    Not = "not" "not(condition)";
    Implementing = "implementing" "implementing(type)";
    Composing = "composing" "composing(type)";
    LinkedWith = "linkedWith" "linkedWith(id)";
    Select = "select" "select(property,link.property)";
    Sort = "sort" "sort(+property,-property)";
    Limit = "limit" "limit(start,number)";
    Count = "count" "count()";
    Min = "min" "min(property)";
    Max = "max" "max(property)";
    Values = "values" "values(property)";
    Explain = "explain" "explain()";
}

impl Function {
    /// Whether its arguments are conditions.
    pub(super) const fn is_logical(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Not)
    }

    /// Whether it can stand between a property and a value.
    pub(super) const fn is_infix(self) -> bool {
        let is_relation =
            matches!(self, Self::Eq | Self::Ne | Self::Gt | Self::Ge | Self::Lt | Self::Le);
        is_relation || matches!(self, Self::In | Self::Out | Self::Like)
    }

    const fn arity(self, at: usize) -> RqlError {
        Problem::Arity { function: self.name(), form: self.form() }.at(at)
    }
}

/// A condition made of others.
pub(super) fn logical(function: Function, at: usize, mut of: Vec<Expr>) -> Result<Expr, RqlError> {
    match (function, of.len()) {
        (Function::Not, 1) => Ok(Expr::Not(Box::new(of.remove(0)))),
        (Function::And | Function::Or, 1..) => Ok(joined(of, function == Function::Or)),
        _ => Err(function.arity(at)),
    }
}

/// A condition on one property.
pub(super) fn compared(
    function: Function,
    path: Word<'_>,
    argument: Argument<'_>,
) -> Result<Expr, RqlError> {
    let at = path.at;
    let path = Path::read(path)?;
    let relation = match (function, argument) {
        (Function::In, Argument::List(_, words)) => return Ok(Expr::In(path, literals(words)?)),
        (Function::Out, Argument::List(_, words)) => return Ok(Expr::Out(path, literals(words)?)),
        (Function::Like, Argument::Word(word)) => {
            return Ok(Expr::Like(path, Pattern::read(word)?));
        }
        (function, Argument::Word(word)) => relation(function).map(|it| (it, word)),
        (_, Argument::List(..)) => None,
    };
    let (relation, word) = relation.ok_or_else(|| function.arity(at))?;
    Ok(Expr::Compare(path, relation, Literal::read(word)?))
}

fn relation(function: Function) -> Option<Relation> {
    Some(match function {
        Function::Eq => Relation::Equal,
        Function::Ne => Relation::Unequal,
        Function::Gt => Relation::Greater,
        Function::Ge => Relation::GreaterOrEqual,
        Function::Lt => Relation::Less,
        Function::Le => Relation::LessOrEqual,
        Function::In
        | Function::Out
        | Function::Like
        | Function::And
        | Function::Or
        | Function::Not
        | Function::Implementing
        | Function::Composing
        | Function::LinkedWith
        | Function::Select
        | Function::Sort
        | Function::Limit
        | Function::Count
        | Function::Min
        | Function::Max
        | Function::Values
        | Function::Explain => return None,
    })
}

/// What a call says whose arguments are no conditions.
pub(super) fn called(
    function: Function,
    at: usize,
    arguments: &[Argument<'_>],
) -> Result<Clause, RqlError> {
    if let (true, [Argument::Word(path), value]) = (function.is_infix(), arguments) {
        return compared(function, *path, value.clone()).map(Clause::Condition);
    }
    let words: Option<Vec<_>> = arguments.iter().map(Argument::word).collect();
    let words = words.filter(|_| !function.is_infix()).ok_or_else(|| function.arity(at))?;
    let condition = match (function, words.as_slice()) {
        (Function::Implementing, [name]) => Some(Expr::Implementing(full(*name)?)),
        (Function::Composing, [name]) => Some(Expr::Composing(full(*name)?)),
        (Function::LinkedWith, [id]) => Some(Expr::LinkedWith(full(*id)?)),
        _ => None,
    };
    if let Some(condition) = condition {
        return Ok(Clause::Condition(condition));
    }
    let directive = match (function, words.as_slice()) {
        (Function::Select, [_, ..]) => Directive::Select(each(&words, Path::read)?),
        (Function::Sort, [_, ..]) => Directive::Sort(each(&words, SortKey::read)?),
        (Function::Limit, [_] | [_, _]) => Directive::Limit(Limit::read(&words)?),
        (Function::Count, []) => Directive::Aggregate(Aggregate::Count),
        (Function::Min, [path]) => Directive::Aggregate(Aggregate::Min(Path::read(*path)?)),
        (Function::Max, [path]) => Directive::Aggregate(Aggregate::Max(Path::read(*path)?)),
        (Function::Values, [path]) => Directive::Aggregate(Aggregate::Values(Path::read(*path)?)),
        (Function::Explain, []) => Directive::Explain,
        _ => return Err(function.arity(at)),
    };
    Ok(Clause::Directive(at, directive))
}

/// The name of a type or an id, which cannot be empty.
fn full(word: Word<'_>) -> Result<String, RqlError> {
    let text = word.text()?;
    let wanted = "the name of a type or an id";
    let empty = || Problem::Expected { wanted, found: "nothing".to_owned() }.at(word.at);
    if text.is_empty() { Err(empty()) } else { Ok(text) }
}

fn each<'a, T>(
    words: &[Word<'a>],
    read: fn(Word<'a>) -> Result<T, RqlError>,
) -> Result<Vec<T>, RqlError> {
    words.iter().copied().map(read).collect()
}

fn literals(words: Vec<Word<'_>>) -> Result<Vec<Literal>, RqlError> {
    words.into_iter().map(Literal::read).collect()
}

impl<'a> Argument<'a> {
    const fn word(&self) -> Option<Word<'a>> {
        if let Self::Word(word) = self { Some(*word) } else { None }
    }
}

impl Path {
    /// No path has more names.
    const NAMES_MAX: usize = 16;

    fn read(word: Word<'_>) -> Result<Self, RqlError> {
        let text = word.text()?;
        let is_path = text.split('.').all(is_name) && text.split('.').count() <= Self::NAMES_MAX;
        if !is_path {
            return Err(Problem::NotAName(excerpt(&text)).at(word.at));
        }
        Ok(Self { names: text.split('.').map(str::to_owned).collect(), at: word.at })
    }
}

/// Whether a property can have the name: a letter or an underscore, then digits as well.
fn is_name(text: &str) -> bool {
    let is_first = |it: u8| it.is_ascii_alphabetic() || it == b'_';
    let mut bytes = text.bytes();
    bytes.next().is_some_and(is_first) && bytes.all(|it| is_first(it) || it.is_ascii_digit())
}

impl SortKey {
    fn read(word: Word<'_>) -> Result<Self, RqlError> {
        let (direction, sign) = match word.raw.get(..1) {
            Some("+") => (Direction::Ascending, 1),
            Some("-") => (Direction::Descending, 1),
            _ if word.raw.starts_with("%2B") || word.raw.starts_with("%2b") => {
                (Direction::Ascending, 3)
            }
            _ => (Direction::Ascending, 0),
        };
        let path = Path::read(Word { at: word.at + sign, raw: &word.raw[sign..] })?;
        Ok(Self { path, direction })
    }
}

impl Limit {
    /// `limit(start,number)`; the number may be left out.
    fn read(words: &[Word<'_>]) -> Result<Self, RqlError> {
        let read = |at: usize, max| words.get(at).map(|it| whole(*it, max)).transpose();
        let start = read(0, Self::START_MAX)?.unwrap_or_default();
        let number = read(1, Self::NUMBER_MAX)?.unwrap_or(Self::NUMBER_DEFAULT);
        Ok(Self { start, number })
    }
}

fn whole(word: Word<'_>, max: usize) -> Result<usize, RqlError> {
    let is_plain = word.raw.bytes().all(|it| it.is_ascii_digit());
    let number = word.raw.parse().ok().filter(|it| is_plain && *it <= max);
    number.ok_or_else(|| Problem::NotANumber(excerpt(word.raw), max).at(word.at))
}
