//! Words: how a text is taken apart, the same when it is indexed and when it is asked for.
//!
//! A word is a run of letters and digits, in lower case and without accents. Scripts that write
//! without spaces give a word for each sign, so that any part of a text is found.

use std::ops::Range;

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, TextAnalyzer, Token, TokenStream, Tokenizer,
};

/// Longer words are cut: nobody types them.
const LETTERS_MAX: usize = 60;

/// A word and where it stands in its text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) range: Range<usize>,
}

/// What takes texts apart, for the index.
pub(super) fn analyzer() -> TextAnalyzer {
    // Both once more: there are letters that are known to have an accent only in lower case, and small
    // capitals among them, which are folded into capitals.
    let folded = TextAnalyzer::builder(Splitter).filter(AsciiFoldingFilter).filter(LowerCaser);
    folded.filter(AsciiFoldingFilter).filter(LowerCaser).build()
}

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut analyzer = analyzer();
    let mut stream = analyzer.token_stream(text);
    let mut found = Vec::new();
    stream.process(&mut |it| {
        found.push(Word { text: it.text.clone(), range: it.offset_from..it.offset_to });
    });
    found
}

/// All letters and digits of a text as one word: how people type part numbers.
pub(super) fn joined(text: &str) -> String {
    words(text).into_iter().map(|it| it.text).collect()
}

/// Whether `text` begins with `word`, give or take one wrong, missing, additional or swapped letter.
pub(super) fn begins_within_typo(text: &str, word: &str) -> bool {
    within_typo(text, word, |text, word| text.starts_with(word))
}

/// Whether `text` is `word`, give or take one wrong, missing, additional or swapped letter.
pub(super) fn is_within_typo(text: &str, word: &str) -> bool {
    within_typo(text, word, |text, word| text == word)
}

fn within_typo(text: &str, word: &str, same: fn(&[char], &[char]) -> bool) -> bool {
    let (text, word): (Vec<_>, Vec<_>) = (text.chars().collect(), word.chars().collect());
    let equal = text.iter().zip(&word).take_while(|it| it.0 == it.1).count();
    let (text, word) = (&text[equal..], &word[equal..]);
    let wrong = || same(text.get(1..)?, word.get(1..)?).then_some(());
    let additional = || same(text, word.get(1..)?).then_some(());
    let missing = || same(text.get(1..)?, word).then_some(());
    let swapped = || {
        let is_pair = text.first()? == word.get(1)? && text.get(1)? == word.first()?;
        (is_pair && same(&text[2..], &word[2..])).then_some(())
    };
    let typo = wrong().or_else(additional).or_else(missing).or_else(swapped);
    same(text, word) || typo.is_some()
}

/// Takes a text apart where neither letters nor digits stand.
#[derive(Clone)]
struct Splitter;

impl Tokenizer for Splitter {
    type TokenStream<'a> = Words;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Words {
        Words { tokens: split(text), next: 0 }
    }
}

/// The words of one text, one after the other.
struct Words {
    tokens: Vec<Token>,
    next: usize,
}

impl TokenStream for Words {
    fn advance(&mut self) -> bool {
        self.next += 1;
        self.next <= self.tokens.len()
    }

    fn token(&self) -> &Token {
        &self.tokens[self.next - 1]
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.tokens[self.next - 1]
    }
}

fn split(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let (mut is_open, mut letters) = (false, 0);
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        let is_sign = is_sign(letter);
        if is_accent(letter) && is_open {
            // It is part of the letter before it, which is folded anyway.
            if let Some(token) = tokens.last_mut() {
                token.offset_to = end;
            }
        } else if !letter.is_alphanumeric() || is_bullet(letter) {
            is_open = false;
        } else if is_sign || !is_open {
            let position = tokens.len();
            let text = letter.to_string();
            tokens.push(Token {
                offset_from: at,
                offset_to: end,
                position,
                text,
                position_length: 1,
            });
            (is_open, letters) = (!is_sign, 1);
        } else if let Some(token) = tokens.last_mut() {
            token.offset_to = end;
            letters += 1;
            if letters <= LETTERS_MAX {
                token.text.push(letter);
            }
        }
    }
    tokens
}

/// Whether it numbers a row of a list, as `⑴`, `⒈` and `⒜` do: without accents it is a digit or a letter
/// among other signs, and no word.
const fn is_bullet(letter: char) -> bool {
    matches!(letter, '\u{2474}'..='\u{24b5}')
}

/// An accent that stands for itself after the letter it belongs to.
const fn is_accent(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// Ideographs and kana, which are written without spaces between words.
const fn is_sign(letter: char) -> bool {
    matches!(letter,
        '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9d}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|it| it.text).collect()
    }

    #[test]
    fn a_text_is_taken_apart_into_what_people_type() {
        for (text, expected) in [
            ("", ""),
            ("!?\u{301} …", ""),
            ("Virtual Server S", "virtual server s"),
            ("Straße, Müller & Söhne", "strasse muller sohne"),
            ("Mu\u{308}ller", "muller"),
            ("Œuvre naïve", "oeuvre naive"),
            ("VS-100/X", "vs 100 x"),
            ("Почтовый Ящик", "почтовый ящик"),
            ("雲サーバー mini", "雲 サ ー バ ー mini"),
            ("클라우드 서버", "클라우드 서버"),
            ("e-mail@example.com", "e mail example com"),
        ] {
            assert_eq!(texts(text).join(" "), expected, "{text}");
        }
        assert_eq!(joined("VS-100/X"), "vs100x");
        assert_eq!(texts(&"x".repeat(1000)), ["x".repeat(LETTERS_MAX)]);
    }

    #[test]
    fn no_letter_of_any_script_becomes_something_that_is_no_word() {
        let all: String = ('\u{1}'..=char::MAX).flat_map(|it| [it, ' ']).collect();
        let odd: Vec<_> = words(&all)
            .into_iter()
            .filter(|it| !it.text.chars().all(char::is_alphanumeric))
            .map(|it| format!("{} becomes {}", &all[it.range], it.text))
            .collect();
        assert_eq!(odd, Vec::<String>::new());
    }

    #[test]
    fn no_letter_of_any_script_becomes_a_word_that_is_taken_apart_otherwise() {
        let odd: Vec<_> = ('\u{1}'..=char::MAX)
            .map(|it| (it, texts(&it.to_string())))
            .filter(|(_, once)| texts(&once.join(" ")) != *once)
            .collect();
        assert_eq!(odd, []);
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let text = "Für Mu\u{308}ller";
        let found: Vec<_> = words(text).into_iter().map(|it| &text[it.range]).collect();
        assert_eq!(found, ["Für", "Mu\u{308}ller"]);
    }

    #[test]
    fn one_typo_is_forgiven_and_two_are_not() {
        let table = "
            server server yes yes | server servers yes yes | server servre yes yes
            server srever yes yes | server erver yes yes   | server xserver yes yes
            server sxerver yes yes | server serwer yes yes | server sarwer no no
            server serv no yes     | server sevr no yes    | server serb no yes
            server srevre no no    | server se no yes      | a b yes yes | ab ba yes yes
            почта почат yes yes    | abc ca no yes | abc cba no no
        ";
        for row in table.split(['|', '\n']).map(str::trim).filter(|it| !it.is_empty()) {
            let cells: Vec<_> = row.split_whitespace().collect();
            let yes = |it: bool| if it { "yes" } else { "no" };
            let found = [
                yes(is_within_typo(cells[0], cells[1])),
                yes(begins_within_typo(cells[0], cells[1])),
            ];
            assert_eq!(found, cells[2..], "{row}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart_within_its_bounds(text in ".{0,200}") {
            let mut end = 0;
            for word in words(&text) {
                prop_assert!(word.range.start >= end && text.get(word.range.clone()).is_some());
                prop_assert!(!word.text.is_empty());
                end = word.range.end;
            }
        }

        #[test]
        fn words_are_made_of_words(text in ".{0,200}") {
            let once = texts(&text);
            prop_assert_eq!(texts(&once.join(" ")), once);
        }
    }
}
