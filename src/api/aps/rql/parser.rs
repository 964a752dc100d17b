//! The grammar of a query: conditions, groups of them, and what stands beside them.

use std::borrow::Cow;

use super::call::{self, Clause, Directive, Function};
use super::error::{Problem, RqlError, excerpt};
use super::lexer::{Lexer, Piece, Token, Word};
use super::query::{Expr, Query};

/// No query is longer. It is less than the header of a request may have, so that who asks too much
/// is told so and where.
pub(crate) const QUERY_BYTES_MAX: usize = 32 * 1024;
/// No query has more conditions and values.
pub(crate) const PARTS_MAX: usize = 2000;
/// No parentheses are nested deeper.
pub(crate) const DEPTH_MAX: usize = 40;

/// Reads a query.
///
/// # Errors
/// What is wrong with it and where.
pub(crate) fn parse(query: &str) -> Result<Query, RqlError> {
    if query.len() > QUERY_BYTES_MAX {
        return Err(Problem::TooLong(QUERY_BYTES_MAX).at(QUERY_BYTES_MAX));
    }
    let signed = signed(query)?;
    let mut parser = Parser { lexer: Lexer::new(&signed), parts: 0, depth: 0 };
    if parser.lexer.peek().piece == Piece::End {
        return Ok(Query::default());
    }
    let query = parser.query()?;
    match parser.lexer.next() {
        Token { piece: Piece::End, .. } => Ok(query),
        token => Err(token.instead_of("`,`, `&`, `|`, `;` or the end")),
    }
}

/// A query with its signs as signs: some clients escape the query as a whole, signs and all, before they
/// sign it. Without a parenthesis or an equals sign nothing is asked, so that nothing else can be meant.
fn signed(query: &str) -> Result<Cow<'_, str>, RqlError> {
    let is_escaped = |sign: &str| query.to_ascii_lowercase().contains(sign);
    if query.contains(['(', '=']) || !(is_escaped("%28") || is_escaped("%3d")) {
        return Ok(Cow::Borrowed(query));
    }
    Word { at: 0, raw: query }.text().map(Cow::Owned)
}

/// Where in a query the reader is.
pub(super) struct Parser<'a> {
    pub(super) lexer: Lexer<'a>,
    parts: usize,
    depth: usize,
}

/// A sign between two conditions.
#[derive(Debug, Clone, Copy)]
struct Joint {
    at: usize,
    sign: char,
}

impl Joint {
    const fn is_or(self) -> bool {
        matches!(self.sign, '|' | ';')
    }
}

impl<'a> Parser<'a> {
    fn query(&mut self) -> Result<Query, RqlError> {
        let (clauses, joints) = self.chain(Self::clause)?;
        let is_or = same(&joints, |a, b| a.is_or() == b.is_or())?.is_some_and(Joint::is_or);
        let (mut query, mut conditions) = (Query::default(), Vec::new());
        for clause in clauses {
            match clause {
                Clause::Condition(it) => conditions.push(it),
                Clause::Directive(at, it) if is_or => {
                    return Err(Problem::Misplaced(it.name()).at(at));
                }
                Clause::Directive(at, it) => query.add(at, it)?,
            }
        }
        query.filter = (!conditions.is_empty()).then(|| joined(conditions, is_or));
        Ok(query)
    }

    /// Some of the same with signs between them.
    fn chain<T>(
        &mut self,
        each: fn(&mut Self) -> Result<T, RqlError>,
    ) -> Result<(Vec<T>, Vec<Joint>), RqlError> {
        let (mut items, mut joints) = (vec![each(self)?], Vec::new());
        while let Token { at, piece: Piece::Separator(sign) } = self.lexer.peek() {
            self.lexer.next();
            joints.push(Joint { at, sign });
            items.push(each(self)?);
        }
        Ok((items, joints))
    }

    /// A condition where nothing else may stand.
    fn condition(&mut self) -> Result<Expr, RqlError> {
        match self.clause()? {
            Clause::Condition(it) => Ok(it),
            Clause::Directive(at, it) => Err(Problem::Misplaced(it.name()).at(at)),
        }
    }

    fn clause(&mut self) -> Result<Clause, RqlError> {
        let start = self.lexer.peek();
        self.count(start.at)?;
        if start.piece == Piece::Open {
            return self.nested(Self::group).map(Clause::Condition);
        }
        let word = self.lexer.word();
        match self.lexer.peek().piece {
            _ if word.raw.is_empty() => Err(start.instead_of("a condition")),
            Piece::Open => self.call(word),
            Piece::Equals => self.comparison(word).map(Clause::Condition),
            Piece::Word(_) | Piece::Close | Piece::Separator(_) | Piece::End => {
                Err(self.lexer.peek().instead_of("`(` or `=`"))
            }
        }
    }

    fn group(&mut self) -> Result<Expr, RqlError> {
        let (conditions, joints) = self.chain(Self::condition)?;
        self.lexer.close("`)`")?;
        let joint = same(&joints, |a, b| a.is_or() == b.is_or())?;
        Ok(joined(conditions, joint.is_some_and(Joint::is_or)))
    }

    fn call(&mut self, name: Word<'a>) -> Result<Clause, RqlError> {
        let function = Function::named(name.raw);
        let function =
            function.ok_or_else(|| Problem::NoFunction(excerpt(name.raw)).at(name.at))?;
        if function.is_logical() {
            let arguments = self.nested(Self::operands)?;
            return call::logical(function, name.at, arguments).map(Clause::Condition);
        }
        let arguments = self.nested(Self::arguments)?;
        call::called(function, name.at, &arguments)
    }

    /// What `and`, `or` and `not` stand before: conditions with commas between them, or one that
    /// is joined by the other signs.
    fn operands(&mut self) -> Result<Vec<Expr>, RqlError> {
        if self.lexer.take(Piece::Close) {
            return Ok(Vec::new());
        }
        let (conditions, joints) = self.chain(Self::condition)?;
        self.lexer.close("`,` or `)`")?;
        let of_commas = |it: Joint| it.sign == ',';
        let joint = same(&joints, |a, b| of_commas(a) == of_commas(b) && a.is_or() == b.is_or())?;
        Ok(match joint {
            Some(joint) if joint.sign != ',' => vec![joined(conditions, joint.is_or())],
            Some(_) | None => conditions,
        })
    }

    /// `p=v` and `p=eq=v`.
    fn comparison(&mut self, path: Word<'a>) -> Result<Expr, RqlError> {
        self.lexer.next();
        let first = self.lexer.peek();
        if first.piece == Piece::Open {
            return Err(first.instead_of("one value"));
        }
        let word = self.lexer.word();
        if !self.lexer.take(Piece::Equals) {
            return call::compared(Function::Eq, path, Argument::Word(word));
        }
        let function = Function::named(word.raw).filter(|it| it.is_infix());
        let unknown = || Problem::NoOperator(excerpt(word.raw)).at(word.at);
        let function = function.ok_or_else(unknown)?;
        let argument = self.argument()?;
        call::compared(function, path, argument)
    }

    fn arguments(&mut self) -> Result<Vec<Argument<'a>>, RqlError> {
        if self.lexer.take(Piece::Close) {
            return Ok(Vec::new());
        }
        let mut arguments = vec![self.argument()?];
        while self.lexer.take(Piece::Separator(',')) {
            arguments.push(self.argument()?);
        }
        self.lexer.close("`,` or `)`")?;
        Ok(arguments)
    }

    fn argument(&mut self) -> Result<Argument<'a>, RqlError> {
        self.count(self.lexer.peek().at)?;
        let at = self.lexer.peek().at;
        if !self.lexer.take(Piece::Open) {
            return Ok(Argument::Word(self.lexer.word()));
        }
        let mut words = vec![self.lexer.word()];
        while self.lexer.take(Piece::Separator(',')) {
            self.count(self.lexer.peek().at)?;
            words.push(self.lexer.word());
        }
        self.lexer.close("`,` or `)`")?;
        Ok(Argument::List(at, words))
    }

    /// What stands behind an opening parenthesis, which comes next.
    fn nested<T>(&mut self, inside: fn(&mut Self) -> Result<T, RqlError>) -> Result<T, RqlError> {
        let open = self.lexer.next();
        if self.depth == DEPTH_MAX {
            return Err(Problem::TooDeep(DEPTH_MAX).at(open.at));
        }
        self.depth += 1;
        let inside = inside(self)?;
        self.depth -= 1;
        Ok(inside)
    }

    const fn count(&mut self, at: usize) -> Result<(), RqlError> {
        if self.parts == PARTS_MAX {
            return Err(Problem::TooMany(PARTS_MAX).at(at));
        }
        self.parts += 1;
        Ok(())
    }
}

/// What a function that is no logical one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Argument<'a> {
    /// One word.
    Word(Word<'a>),
    /// Some words in parentheses, and where these begin.
    List(usize, Vec<Word<'a>>),
}

/// The sign between some conditions, if there are two and all signs are of one sort.
fn same(
    joints: &[Joint],
    is_same: impl Fn(Joint, Joint) -> bool,
) -> Result<Option<Joint>, RqlError> {
    let Some(first) = joints.first() else { return Ok(None) };
    match joints.iter().find(|it| !is_same(*first, **it)) {
        None => Ok(Some(*first)),
        Some(it) => Err(Problem::Mixed { first: first.sign, second: it.sign }.at(it.at)),
    }
}

/// Conditions as one: a single one stays what it is.
pub(super) fn joined(mut conditions: Vec<Expr>, is_or: bool) -> Expr {
    match (conditions.len(), is_or) {
        (1, _) => conditions.remove(0),
        (_, true) => Expr::Any(conditions),
        (_, false) => Expr::All(conditions),
    }
}

impl Query {
    fn add(&mut self, at: usize, directive: Directive) -> Result<(), RqlError> {
        let name = directive.name();
        let is_there = match directive {
            Directive::Select(_) => !self.select.is_empty(),
            Directive::Sort(_) => !self.sort.is_empty(),
            Directive::Limit(_) => self.limit.is_some(),
            Directive::Aggregate(_) => self.aggregate.is_some(),
            Directive::Explain => self.explain,
        };
        if is_there {
            return Err(Problem::Twice(name).at(at));
        }
        match directive {
            Directive::Select(paths) => self.select = paths,
            Directive::Sort(keys) => self.sort = keys,
            Directive::Limit(limit) => self.limit = Some(limit),
            Directive::Aggregate(aggregate) => self.aggregate = Some(aggregate),
            Directive::Explain => self.explain = true,
        }
        Ok(())
    }
}
