//! What a template may say.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Value, ValueKind};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, escape_formatter,
    filters, tests,
};

use super::TemplateError;

/// How many steps a template may take.
const FUEL: u64 = 100_000;

/// The statements there are. None of them makes a value, so that none can make a huge one.
const STATEMENTS: &[&str] =
    &["if", "elif", "else", "endif", "for", "endfor", "extends", "from", "block", "endblock"];

/// Words that may stand before a parenthesis without calling anything.
const OPERATORS: &[&str] = &["and", "elif", "else", "if", "in", "is", "not", "or"];

/// A language without files, without functions, and with a few filters.
pub(super) fn environment<'a>() -> Environment<'a> {
    let mut environment = Environment::empty();
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(50);
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().expect("the delimiters are the usual ones"));
    environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    environment.set_formatter(write);
    environment.add_filter("default", filters::default);
    environment.add_filter("first", filters::first);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("color", color);
    environment.add_filter("lines", lines);
    environment.add_filter("web", web);
    environment.add_test("defined", tests::is_defined);
    environment
}

/// Finds what a template says beyond placing, choosing and repeating: the line and what it is.
///
/// The engine would do more than that. Whatever makes a value out of others could, nested often
/// enough, make one that fills the memory before the fuel is spent.
pub(super) fn check(source: &str) -> Result<(), (usize, String)> {
    if source.len() > TemplateError::SOURCE_BYTES_MAX {
        return Err((1, "it is too long".to_owned()));
    }
    let mut rest = source;
    while let Some((_, after)) = rest.split_once('{') {
        let line = source[..source.len() - after.len()].matches('\n').count() + 1;
        let open = || (line, "what begins here is not closed".to_owned());
        let wrong = |what| (line, what);
        rest = match after.chars().next() {
            Some('#') => after.split_once("#}").ok_or_else(open)?.1,
            Some('%') => tag(&after[1..], "%}", &statement).ok_or_else(open)?.map_err(wrong)?,
            Some('{') => tag(&after[1..], "}}", &expression).ok_or_else(open)?.map_err(wrong)?,
            Some(_) | None => after,
        };
    }
    Ok(())
}

type Rule = dyn Fn(&str) -> Result<(), String>;

/// Applies a rule to a tag without what stands in its quotes, and returns what comes after the tag;
/// nothing if it is not closed.
fn tag<'a>(text: &'a str, end: &str, rule: &Rule) -> Option<Result<&'a str, String>> {
    let (mut said, mut quote, mut is_escaped) = (String::new(), None, false);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (None, _) if text[at..].starts_with(end) => {
                return Some(
                    rule(said.trim_matches(['-', '+', ' ', '\n'])).map(|()| &text[at + 2..]),
                );
            }
            (None, '"' | '\'') => quote = Some(letter),
            (None, _) => said.push(letter),
            (Some(_), '\\') => is_escaped = !is_escaped,
            (Some(open), _) if open == letter && !is_escaped => quote = None,
            (Some(_), _) => is_escaped = false,
        }
    }
    None
}

fn statement(said: &str) -> Result<(), String> {
    let word = said.split(|it: char| !is_letter(it)).next().unwrap_or_default();
    match STATEMENTS.contains(&word) {
        true => expression(said),
        false => Err(format!("`{word}` is not known; there are {}", STATEMENTS.join(", "))),
    }
}

fn expression(said: &str) -> Result<(), String> {
    let refused =
        |sign| Err(format!("values are placed, not computed: `{sign}` is not known here"));
    if let Some(sign) = said.chars().find(|it| "~*+[{".contains(*it)) {
        return refused(sign);
    }
    // Where no name stands before it, it would make a list.
    let opens = said.match_indices('(');
    let mut names = opens.map(|it| said[..it.0].rsplit(|it: char| !is_letter(it)).next());
    let is_call =
        |it: Option<&str>| it.is_some_and(|it| !it.is_empty() && !OPERATORS.contains(&it));
    if names.all(is_call) { Ok(()) } else { refused('(') }
}

fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Writes texts and numbers; a list or group in a mail is a slip of whoever wrote the template.
fn write(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let kind = value.kind();
    if matches!(kind, ValueKind::Seq | ValueKind::Map | ValueKind::Iterable | ValueKind::Plain) {
        let what = "this is a list or group: say what of it is to be shown";
        return Err(Error::new(ErrorKind::InvalidOperation, what));
    }
    escape_formatter(out, state, value)
}

/// A link, or nothing where it is not one to the web: a template cannot be made to run what
/// somebody wrote.
fn web(link: &str) -> String {
    let is_web = ["https://", "http://"].iter().any(|it| link.starts_with(it));
    let is_plain = link.chars().all(|it| it.is_ascii_graphic());
    if is_web && is_plain { link.to_owned() } else { String::new() }
}

/// A color as `#rrggbb`, or that of the house where it is none.
fn color(text: &str) -> String {
    let digits = text.strip_prefix('#').unwrap_or_default();
    let is_color = digits.len() == 6 && digits.bytes().all(|it| it.is_ascii_hexdigit());
    if is_color { text.to_owned() } else { "#2f5bd7".to_owned() }
}

/// A text with its line ends kept, escaped for HTML.
fn lines(text: &str) -> Value {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars().filter(|it| *it != '\r') {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#x27;"),
            '\n' => html.push_str("<br>"),
            it => html.push(it),
        }
    }
    Value::from_safe_string(html)
}
