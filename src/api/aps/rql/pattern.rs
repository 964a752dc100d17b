//! Patterns for texts: `*` is any run of characters, `?` is one, whatever the case of letters.

use super::error::RqlError;
use super::lexer::Word;
use crate::domain::text::folded;

/// What a text is to look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(super) parts: Vec<Part>,
}

/// A part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Any run of characters, an empty one as well.
    Run,
    /// Any one character.
    One,
    /// This character, in the one case that all texts are brought into.
    Character(char),
}

impl Pattern {
    /// What a word says: `*` and `?` where they are not percent-encoded have their meaning.
    pub(super) fn read(word: Word<'_>) -> Result<Self, RqlError> {
        let mut parts = Vec::new();
        let mut at = 0;
        for piece in word.raw.split_inclusive(['*', '?']) {
            let plain = piece.trim_end_matches(['*', '?']);
            let text = Word { at: word.at + at, raw: plain }.text()?;
            parts.extend(folded(&text).map(Part::Character));
            match &piece[plain.len()..] {
                "*" if parts.last() == Some(&Part::Run) => {}
                "*" => parts.push(Part::Run),
                "?" => parts.push(Part::One),
                _ => {}
            }
            at += piece.len();
        }
        Ok(Self { parts })
    }

    /// The pattern of one text, in either case.
    pub(super) fn exactly(text: &str) -> Self {
        Self { parts: folded(text).map(Part::Character).collect() }
    }

    /// Whether a text looks like it.
    pub(super) fn fits(&self, text: &str) -> bool {
        self.matches(folded(text))
    }

    /// Whether a text looks like it that was brought into one case before.
    pub(crate) fn fits_folded(&self, text: &str) -> bool {
        self.matches(text.chars())
    }

    /// After a character that does not fit, the last run takes one more; none before it needs to,
    /// so this is bounded by the product of both lengths.
    fn matches<C: Iterator<Item = char> + Clone>(&self, text: C) -> bool {
        let (mut at, mut rest) = (0, text);
        let mut retry: Option<(usize, C)> = None;
        loop {
            let mut ahead = rest.clone();
            match (self.parts.get(at), ahead.next()) {
                (Some(Part::Run), _) => {
                    at += 1;
                    retry = Some((at, rest.clone()));
                    continue;
                }
                (None, None) => return true,
                (Some(part), Some(character)) if part.fits(character) => {
                    (at, rest) = (at + 1, ahead);
                    continue;
                }
                (Some(Part::One | Part::Character(_)) | None, _) => {}
            }
            let Some((after_run, run)) = &mut retry else { return false };
            if run.next().is_none() {
                return false;
            }
            (at, rest) = (*after_run, run.clone());
        }
    }

    /// What every text begins with that fits.
    pub(crate) fn beginning(&self) -> String {
        let letters = self.parts.iter().map_while(|it| match it {
            Part::Character(it) => Some(*it),
            Part::Run | Part::One => None,
        });
        letters.collect()
    }
}

impl Part {
    fn fits(self, character: char) -> bool {
        match self {
            Self::Run => false,
            Self::One => true,
            Self::Character(it) => it == character,
        }
    }
}
