//! Regular expressions in filters, matched in time that is bounded by the lengths of the expression
//! and the text: all ways are gone at once, none is tried twice.
//!
//! What there is: literals, `.`, `[a-z]`, `[^a-z]`, `\d \w \s`, `^`, `$`, `( | )`, `* + ?`. What is
//! matched is any part of the text.

use std::iter::Peekable;
use std::str::Chars;

/// A regular expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Regex(Group);

/// One of several rows of steps.
type Group = Vec<Vec<Step>>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    One(Class),
    Start,
    End,
    Group(Group),
    /// Something as often as it goes, or at most once; perhaps not at all.
    Repeat {
        of: Box<Self>,
        is_needed: bool,
        is_endless: bool,
    },
}

/// Some characters: those between two, or all others.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Class {
    ranges: Vec<(char, char)>,
    is_inverted: bool,
}

/// The places of a text at which something ends.
type Places = Vec<bool>;

impl Regex {
    /// No expression is longer, and no more of a text is looked at, in characters.
    const PATTERN_MAX: usize = 200;
    const TEXT_MAX: usize = 500;

    /// The expression that a text is; nothing if it is none.
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.chars().count() > Self::PATTERN_MAX {
            return None;
        }
        let mut rest = text.chars().peekable();
        let group = group(&mut rest, 0)?;
        rest.next().is_none().then_some(Self(group))
    }

    /// Whether it matches a part of a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let text: Vec<_> = text.chars().take(Self::TEXT_MAX).collect();
        let everywhere = vec![true; text.len() + 1];
        any(&self.0, &text, &everywhere).contains(&true)
    }
}

/// No group lies deeper in others.
const DEPTH_MAX: usize = 4;

fn group(rest: &mut Peekable<Chars<'_>>, depth: usize) -> Option<Group> {
    if depth > DEPTH_MAX {
        return None;
    }
    let mut group = vec![Vec::new()];
    while let Some(sign) = rest.next_if(|it| *it != ')') {
        let row = group.last_mut()?;
        match sign {
            '|' => group.push(Vec::new()),
            '*' | '+' | '?' => {
                let of = Box::new(row.pop()?);
                row.push(Step::Repeat { of, is_needed: sign == '+', is_endless: sign != '?' });
            }
            '^' => row.push(Step::Start),
            '$' => row.push(Step::End),
            '.' => row.push(Step::One(Class { ranges: Vec::new(), is_inverted: true })),
            '[' => row.push(Step::One(class(rest)?)),
            '\\' => row.push(Step::One(escaped(rest.next()?))),
            '(' => {
                row.push(Step::Group(self::group(rest, depth + 1)?));
                rest.next_if_eq(&')')?;
            }
            ']' | '{' | '}' => return None,
            plain => row.push(Step::One(one(plain))),
        }
    }
    Some(group)
}

fn one(sign: char) -> Class {
    Class { ranges: vec![(sign, sign)], is_inverted: false }
}

fn escaped(sign: char) -> Class {
    let ranges = match sign.to_ascii_lowercase() {
        'd' => vec![('0', '9')],
        'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
        's' => vec![(' ', ' '), ('\t', '\r')],
        _ => return one(sign),
    };
    Class { ranges, is_inverted: sign.is_ascii_uppercase() }
}

fn class(rest: &mut Peekable<Chars<'_>>) -> Option<Class> {
    let is_inverted = rest.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        let from = match rest.next()? {
            ']' if !ranges.is_empty() => return Some(Class { ranges, is_inverted }),
            '\\' => {
                ranges.extend(escaped(rest.next()?).ranges);
                continue;
            }
            from => from,
        };
        let has_end = {
            let mut ahead = rest.clone();
            ahead.next() == Some('-') && ahead.next().is_some_and(|it| it != ']')
        };
        if has_end {
            rest.next();
            ranges.push((from, rest.next()?));
        } else {
            ranges.push((from, from));
        }
    }
}

impl Class {
    fn has(&self, it: char) -> bool {
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&it)) != self.is_inverted
    }
}

/// Where any row ends that begins at one of the places.
fn any(group: &Group, text: &[char], from: &Places) -> Places {
    let mut ends = vec![false; from.len()];
    for row in group {
        let at = row.iter().fold(from.clone(), |at, step| step.ends(text, &at));
        unite(&mut ends, &at);
    }
    ends
}

/// Adds places to others; whether there were new ones among them.
fn unite(all: &mut Places, more: &Places) -> bool {
    let mut has_grown = false;
    for (all, more) in all.iter_mut().zip(more) {
        has_grown |= *more && !*all;
        *all |= *more;
    }
    has_grown
}

impl Step {
    /// Where it ends if it begins at one of the places.
    fn ends(&self, text: &[char], from: &Places) -> Places {
        let only = |is_there: &dyn Fn(usize) -> bool| {
            from.iter().enumerate().map(|(at, is)| *is && is_there(at)).collect()
        };
        match self {
            Self::Start => only(&|at| at == 0),
            Self::End => only(&|at| at == text.len()),
            Self::Group(group) => any(group, text, from),
            Self::One(class) => {
                let mut ends = vec![false; from.len()];
                for (at, sign) in text.iter().enumerate() {
                    ends[at + 1] = from[at] && class.has(*sign);
                }
                ends
            }
            Self::Repeat { of, is_needed, is_endless } => {
                let mut at = of.ends(text, from);
                let mut ends = if *is_needed { vec![false; from.len()] } else { from.clone() };
                while unite(&mut ends, &at) && *is_endless {
                    at = of.ends(text, &at);
                }
                ends
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_matches_what_it_says() {
        for (pattern, text, expected) in [
            ("abc", "xxabcxx", true),
            ("^abc$", "xabc", false),
            ("^a.c$", "abc", true),
            ("^a*$", "", true),
            ("^a+$", "", false),
            ("^a+$", "aaaa", true),
            ("^(ab|cd)+$", "abcdab", true),
            ("^(ab|cd)+$", "abc", false),
            ("colou?r", "color", true),
            ("^colou?r$", "colouur", false),
            (r"^\d+-[a-c]+$", "12-abc", true),
            ("^[^0-9]+$", "a1", false),
            (r"a\.b", "axb", false),
            ("^(a|b*c)*d$", "abbcd", true),
            ("[a-]", "-", true),
        ] {
            let regex = Regex::read(pattern).expect(pattern);
            assert_eq!(regex.is_in(text), expected, "{pattern} in {text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_none() {
        for pattern in ["*a", "(a", "a)", "[a", "a{2}", "\\", &"(".repeat(50), &"a".repeat(300)] {
            assert_eq!(Regex::read(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn an_expression_that_was_made_to_take_long_does_not() {
        let regex = Regex::read("^((a+)+)+$").expect("right");
        assert!(!regex.is_in(&format!("{}b", "a".repeat(450))));
    }
}
