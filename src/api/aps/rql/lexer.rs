//! A query cut into words and signs.

use super::error::{Problem, RqlError, excerpt};

/// A piece of a query and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) at: usize,
    pub(super) piece: Piece<'a>,
}

/// What a query consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Anything between two signs, still percent-encoded.
    Word(&'a str),
    Open,
    Close,
    Equals,
    /// `,` and `&` (and), `|` and `;` (or).
    Separator(char),
    End,
}

/// A word and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) at: usize,
    pub(super) raw: &'a str,
}

impl Token<'_> {
    /// That something else is expected in its place.
    pub(super) fn instead_of(self, wanted: &'static str) -> RqlError {
        let found = match self.piece {
            Piece::Word(raw) => format!("`{}`", excerpt(raw)),
            Piece::Open => "`(`".to_owned(),
            Piece::Close => "`)`".to_owned(),
            Piece::Equals => "`=` (as a part of a value it is written `%3D`)".to_owned(),
            Piece::Separator(sign) => format!("`{sign}`"),
            Piece::End => "the end".to_owned(),
        };
        Problem::Expected { wanted, found }.at(self.at)
    }
}

impl Word<'_> {
    /// What it says once it is percent-decoded. A plus sign is a plus sign.
    pub(super) fn text(self) -> Result<String, RqlError> {
        let refused = || Problem::Encoding(excerpt(self.raw)).at(self.at);
        let mut bytes = Vec::with_capacity(self.raw.len());
        let mut rest = self.raw.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            if *first != b'%' {
                bytes.push(*first);
                continue;
            }
            let digits = rest.get(..2).and_then(|it| std::str::from_utf8(it).ok());
            let digits = digits.filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
            let byte = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
            bytes.push(byte.ok_or_else(refused)?);
            rest = &rest[2..];
        }
        String::from_utf8(bytes).map_err(|_| refused())
    }
}

/// Reads a query piece by piece.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'a> {
    query: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(query: &'a str) -> Self {
        Self { query, at: 0 }
    }

    /// What comes next, without taking it.
    pub(super) fn peek(&self) -> Token<'a> {
        self.clone().next()
    }

    /// Takes what comes next; at the end there is always one more end.
    pub(super) fn next(&mut self) -> Token<'a> {
        let (at, rest) = (self.at, &self.query[self.at..]);
        let Some(first) = rest.chars().next() else { return Token { at, piece: Piece::End } };
        let piece = sign(first).unwrap_or_else(|| {
            let length = rest.find(|it| sign(it).is_some()).unwrap_or(rest.len());
            Piece::Word(&rest[..length])
        });
        self.at += if let Piece::Word(word) = piece { word.len() } else { 1 };
        Token { at, piece }
    }

    /// Takes the next piece if it is the one that may stand there.
    pub(super) fn take(&mut self, piece: Piece<'_>) -> bool {
        let is_next = self.peek().piece == piece;
        if is_next {
            self.next();
        }
        is_next
    }

    /// Takes the word that comes next: an empty one where a sign stands.
    pub(super) fn word(&mut self) -> Word<'a> {
        let Token { at, piece } = self.peek();
        let Piece::Word(raw) = piece else { return Word { at, raw: "" } };
        self.next();
        Word { at, raw }
    }

    /// Takes a closing parenthesis, which must come next.
    pub(super) fn close(&mut self, wanted: &'static str) -> Result<(), RqlError> {
        let token = self.next();
        if token.piece == Piece::Close { Ok(()) } else { Err(token.instead_of(wanted)) }
    }
}

const fn sign(character: char) -> Option<Piece<'static>> {
    match character {
        '(' => Some(Piece::Open),
        ')' => Some(Piece::Close),
        '=' => Some(Piece::Equals),
        ',' | '&' | '|' | ';' => Some(Piece::Separator(character)),
        _ => None,
    }
}
