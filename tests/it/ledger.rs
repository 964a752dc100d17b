//! Owns the feature ledger: every row of `fixtures/ledger.csv` is a thing the original documents
//! ask for, and names the test that proves it or the word `open`. What the tests prove is theirs;
//! here stands only that they exist and that the number of open rows falls.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How many rows are open: lowered by whoever closes rows, never raised.
const OPEN_ROWS_MAX: usize = 0;

const LEDGER: &str = "tests/fixtures/ledger.csv";
const OPEN: &str = "open";
const HEADER: [&str; 5] = ["id", "document", "kind", "feature", "test"];
const KINDS: [&str; 6] = ["entity", "operation", "transition", "role", "interaction", "promise"];

/// The five documents, and how the ids of the rows of each begin.
const DOCUMENTS: [(&str, &str); 5] =
    [("000", "ibm"), ("001", "aps-acc"), ("002", "aps-plan"), ("003", "aps-sub"), ("004", "bae")];

/// What the first word of a test's path means: a file, and the folder its modules lie in.
const CRATES: [(&str, &str, &str); 2] =
    [("it", "tests/it/main.rs", "tests/it"), ("tillbox", "src/lib.rs", "src")];

#[test]
fn every_row_is_well_formed() {
    let complaints = ill_formed(&ledger());
    assert!(complaints.is_empty(), "mend these rows of {LEDGER}:\n{}", complaints.join("\n"));
}

#[test]
fn every_named_test_exists() {
    let mut sources = Sources::new(&project_file);
    let complaints = unproven(&ledger(), &mut sources);
    assert!(
        complaints.is_empty(),
        "these rows of {LEDGER} name a test that does not run; name one that does (as \
         `it::scenario::first_invoice::name` or `tillbox::domain::money::tests::name`), or write \
         it:\n{}",
        complaints.join("\n")
    );
}

#[test]
fn open_rows_only_become_fewer() {
    if let Err(complaint) = ratchet(open_rows(&ledger()), OPEN_ROWS_MAX) {
        panic!("{complaint}");
    }
}

#[derive(Debug)]
struct Row {
    line: usize,
    id: String,
    document: String,
    kind: String,
    feature: String,
    test: String,
}

fn project_file(path: &str) -> Option<String> {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).ok()
}

fn ledger() -> Vec<Row> {
    let Some(text) = project_file(LEDGER) else { panic!("{LEDGER} cannot be read: restore it") };
    rows(&text).unwrap_or_else(|complaint| panic!("{LEDGER}, {complaint}"))
}

fn rows(text: &str) -> Result<Vec<Row>, String> {
    let mut records = records(text)?.into_iter();
    match records.next() {
        Some((_, header)) if header == HEADER => {}
        _ => return Err(format!("line 1: the header must be `{}`", HEADER.join(","))),
    }
    let row = |(line, fields): (usize, Vec<String>)| {
        let [id, document, kind, feature, test] =
            <[String; 5]>::try_from(fields).map_err(|it| {
                format!(
                    "line {line}: 5 fields are needed, here are {}; quote a field that has a comma",
                    it.len()
                )
            })?;
        Ok(Row { line, id, document, kind, feature, test })
    };
    records.map(row).collect()
}

/// The records of a CSV text (RFC 4180), each with the line on which it begins.
fn records(text: &str) -> Result<Vec<(usize, Vec<String>)>, String> {
    let mut records = Vec::new();
    let (mut rest, mut line) = (text, 1);
    while !rest.is_empty() {
        let begins = line;
        let mut fields = Vec::new();
        loop {
            let (field, after) =
                field(rest).map_err(|complaint| format!("line {line}: {complaint}"))?;
            line += rest[..rest.len() - after.len()].matches('\n').count();
            fields.push(field);
            match after.strip_prefix(',') {
                Some(next) => rest = next,
                None => {
                    rest = after;
                    break;
                }
            }
        }
        rest = rest.strip_prefix('\r').unwrap_or(rest);
        rest = rest.strip_prefix('\n').unwrap_or(rest);
        line += 1;
        records.push((begins, fields));
    }
    Ok(records)
}

/// One field, and what follows it: a comma, the end of the line, or nothing.
fn field(text: &str) -> Result<(String, &str), &'static str> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\r', '\n']).unwrap_or(text.len());
        let (field, after) = text.split_at(end);
        if field.contains('"') {
            return Err("a quote within a field: quote the whole field and double the quote");
        }
        return Ok((field.to_owned(), after));
    };
    let mut field = String::new();
    loop {
        let Some((part, after)) = rest.split_once('"') else {
            return Err("a quoted field does not end: close the quote");
        };
        field.push_str(part);
        if let Some(more) = after.strip_prefix('"') {
            field.push('"');
            rest = more;
        } else if after.is_empty() || after.starts_with([',', '\r', '\n']) {
            return Ok((field, after));
        } else {
            return Err("text after a closing quote: double a quote that belongs to the field");
        }
    }
}

fn ill_formed(rows: &[Row]) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut seen = BTreeSet::new();
    for Row { line, id, document, kind, feature, .. } in rows {
        let mut complain = |what: String| complaints.push(format!("line {line}, `{id}`: {what}"));
        if !seen.insert(id) {
            complain("the id is taken: give the newer row the next free number".to_owned());
        }
        match DOCUMENTS.iter().find(|(number, _)| number == document) {
            Some((_, prefix)) if !numbered(id, prefix) => {
                complain(format!("ids of document {document} are `{prefix}-` and three digits"));
            }
            Some(_) => {}
            None => complain(format!("document `{document}` is none of 000 to 004")),
        }
        if !KINDS.contains(&kind.as_str()) {
            complain(format!("kind `{kind}` is none of {}", KINDS.join(", ")));
        }
        if feature.trim().is_empty() {
            complain("the feature is empty: say in one sentence what is asked for".to_owned());
        }
    }
    complaints
}

fn numbered(id: &str, prefix: &str) -> bool {
    let number = id.strip_prefix(prefix).and_then(|it| it.strip_prefix('-'));
    number.is_some_and(|it| it.len() == 3 && it.bytes().all(|it| it.is_ascii_digit()))
}

fn open_rows(rows: &[Row]) -> usize {
    rows.iter().filter(|it| it.test == OPEN).count()
}

fn ratchet(open: usize, open_max: usize) -> Result<(), String> {
    match open.cmp(&open_max) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(format!(
            "{open} rows are open: rows were closed, so lower OPEN_ROWS_MAX in \
             tests/it/ledger.rs from {open_max} to {open}"
        )),
        std::cmp::Ordering::Greater => Err(format!(
            "{open} rows are open and at most {open_max} may be: name a test for each row that \
             was opened or added; OPEN_ROWS_MAX is lowered when rows are closed, never raised"
        )),
    }
}

fn unproven(rows: &[Row], sources: &mut Sources<'_>) -> Vec<String> {
    let named = rows.iter().filter(|it| it.test != OPEN);
    let complaint = |row: &Row| {
        let why = find_test(&row.test, sources).err()?;
        Some(format!("line {}, `{}`: `{}`: {why}", row.line, row.id, row.test))
    };
    named.filter_map(complaint).collect()
}

/// Whether a test is there under its whole path.
pub(crate) fn must_be_there(path: &str) -> Result<(), String> {
    find_test(path, &mut Sources::new(&project_file)).map_err(|why| format!("`{path}`: {why}"))
}

/// Source files by their path in the project, each read and stripped once.
struct Sources<'a> {
    read: &'a dyn Fn(&str) -> Option<String>,
    stripped: BTreeMap<String, Option<String>>,
}

impl<'a> Sources<'a> {
    fn new(read: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { read, stripped: BTreeMap::new() }
    }

    fn get(&mut self, path: &str) -> Option<String> {
        let read = self.read;
        let stripped = self.stripped.entry(path.to_owned());
        stripped.or_insert_with(|| read(path).as_deref().map(code_of)).clone()
    }
}

/// Follows the path as the compiler does, from `mod` to `mod`: a file that no module declares is
/// not compiled, and its tests prove nothing.
fn find_test(path: &str, sources: &mut Sources<'_>) -> Result<(), String> {
    let mut segments: Vec<&str> = path.split("::").collect();
    let name = segments.pop().unwrap_or_default();
    let Some((first, modules)) = segments.split_first() else {
        return Err(format!("write `{OPEN}` or the whole path of the test"));
    };
    let Some((_, root, folder)) = CRATES.iter().find(|(word, ..)| word == first) else {
        return Err("a path begins with `it` (tests/it) or `tillbox` (src)".to_owned());
    };
    let (mut file, mut folder) = ((*root).to_owned(), (*folder).to_owned());
    let mut scope = sources.get(&file).ok_or_else(|| format!("{file} does not exist"))?;
    for module in modules {
        folder = format!("{folder}/{module}");
        if let Some(block) = inline_module(&scope, module) {
            scope = block.to_owned();
        } else if declares(&scope, module) {
            let homes = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
            let found = homes.into_iter().find_map(|it| sources.get(&it).map(|text| (it, text)));
            (file, scope) = found.ok_or_else(|| format!("{folder}.rs does not exist"))?;
        } else {
            return Err(format!("{file} does not declare `mod {module}`"));
        }
    }
    let heads = heads_of(&scope, name);
    if heads.is_empty() {
        return Err(format!("{file} has no `fn {name}(` there"));
    }
    if heads.iter().any(|it| it.contains("[ignore")) {
        return Err(format!("`{name}` in {file} is ignored: let it run"));
    }
    if !heads.iter().any(|it| it.contains("#[test]") || it.contains("#[tokio::test")) {
        return Err(format!(
            "`{name}` in {file} carries neither `#[test]` nor `#[tokio::test]` (`proptest!` does \
             not add it either)"
        ));
    }
    Ok(())
}

/// The attributes and modifiers before each `fn name(` that belongs to the scope itself.
fn heads_of<'a>(scope: &'a str, name: &str) -> Vec<&'a str> {
    let head = |at| {
        let before: &str = &scope[..at];
        let begins = before.rfind(['{', '}', ';']).map_or(0, |it| it + 1);
        &before[begins..]
    };
    places(scope, &format!("fn {name}(")).map(head).collect()
}

fn declares(scope: &str, module: &str) -> bool {
    places(scope, &format!("mod {module};")).next().is_some()
}

fn inline_module<'a>(scope: &'a str, module: &str) -> Option<&'a str> {
    let opening = format!("mod {module} {{");
    let block = &scope[places(scope, &opening).next()? + opening.len()..];
    let mut depth = 1_usize;
    let closes = |it: char| {
        depth = match it {
            '{' => depth + 1,
            '}' => depth - 1,
            _ => depth,
        };
        depth == 0
    };
    block.find(closes).map(|end| &block[..end])
}

/// Where the item stands as a whole word, in no block but that of a `proptest!`.
fn places<'a>(scope: &'a str, item: &'a str) -> impl Iterator<Item = usize> + 'a {
    let own = |at: &usize| {
        let before = &scope[..*at];
        !before.ends_with(|it: char| it.is_alphanumeric() || it == '_')
            && opened(before).iter().all(|it| before[..*it].trim_end().ends_with("proptest!"))
    };
    scope.match_indices(item).map(|(at, _)| at).filter(own)
}

/// The places of the braces that are opened and not closed.
fn opened(code: &str) -> Vec<usize> {
    let mut opened = Vec::new();
    for (at, it) in code.char_indices() {
        match it {
            '{' => opened.push(at),
            '}' => {
                opened.pop();
            }
            _ => {}
        }
    }
    opened
}

/// Rust source without its comments and without what stands in its literals, so that neither a
/// brace nor a `#[test]` in them counts.
fn code_of(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skipped = match first {
            '/' => comment(rest),
            '"' => Some(string(rest)),
            'r' => raw_string(rest),
            '\'' => character(rest),
            _ => None,
        };
        match skipped {
            Some(length) => {
                code.push(' ');
                rest = &rest[length..];
            }
            None => {
                code.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    code
}

fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let mut at = text.strip_prefix("/*").map(|_| 2)?;
    let mut depth = 1_usize;
    while depth > 0 {
        let Some(mark) = text[at..].find(['/', '*']).map(|it| it + at) else {
            return Some(text.len());
        };
        let step = match text.get(mark..mark + 2) {
            Some("/*") => (depth + 1, 2),
            Some("*/") => (depth - 1, 2),
            _ => (depth, 1),
        };
        (depth, at) = (step.0, mark + step.1);
    }
    Some(at)
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, it) in text.char_indices().skip(1) {
        match it {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn raw_string(text: &str) -> Option<usize> {
    let after = &text[1..];
    let body = after.trim_start_matches('#').strip_prefix('"')?;
    let hashes = &after[..after.len() - body.len() - 1];
    let end = format!("\"{hashes}");
    let begins = text.len() - body.len();
    Some(body.find(&end).map_or(text.len(), |it| begins + it + end.len()))
}

/// A character, and not a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    match chars.next()? {
        (_, '\\') => {
            chars.next();
            chars.find(|(_, it)| *it == '\'').map(|(at, _)| at + 1)
        }
        _ => chars.next().filter(|(_, it)| *it == '\'').map(|(at, _)| at + 1),
    }
}

fn planted(lines: &str) -> Vec<Row> {
    rows(&format!("id,document,kind,feature,test\n{lines}")).expect("the planted rows parse")
}

fn planted_file(path: &str) -> Option<String> {
    let text = match path {
        "tests/it/main.rs" => "mod scenario;\n// mod forgotten;\nmod inline { mod inner; }",
        "tests/it/scenario/mod.rs" => "mod first;",
        "tests/it/inline/inner.rs" => "#[test]\npub(crate) fn in_a_folder() {}",
        "tests/it/forgotten.rs" => "#[test]\nfn unseen() {}",
        "tests/it/scenario/first.rs" => concat!(
            "const BRACE: (char, &str) = ('{', r#\"}\" #[test] fn in_text() {}\"#);\n",
            "/* #[test] /* fn */ fn in_a_comment() {} */\n",
            "#[test]\n#[should_panic(expected = \"{;\")]\nfn plain() { fn nested() {} }\n",
            "#[tokio::test(flavor = \"current_thread\")]\nasync fn waits() {}\n",
            "fn helper<'a>(it: &'a str) -> &'a str { it }\n",
            "#[test]\n#",
            "[ignore]\nfn asleep() {}\n",
            "proptest! {\n    #[test]\n    fn law(it in 0..9) {}\n    fn idle(it in 0..9) {}\n}\n",
            "mod aside {\n    #[test]\n    fn elsewhere() {}\n}\n",
        ),
        "src/lib.rs" => "pub mod domain { pub mod money; }",
        "src/domain/money.rs" => "#[cfg(test)]\nmod tests {\n    #[test]\n    fn adds_up() {}\n}",
        _ => return None,
    };
    Some(text.to_owned())
}

#[test]
fn fields_are_split_as_rfc_4180_says() {
    let text = "a,\"b, \"\"c\"\"\r\nd\",\r\n\n\"\",e";
    let split = records(text).expect("the text is well formed");
    let fields = |fields: &[&str]| fields.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let expected =
        [(1, fields(&["a", "b, \"c\"\r\nd", ""])), (3, fields(&[""])), (4, fields(&["", "e"]))];
    assert_eq!(split, expected);
}

#[test]
fn broken_quotes_and_counts_are_refused_with_their_line() {
    let refused = |text: &str| rows(text).map(|it| it.len()).expect_err("the text is broken");
    let header = "id,document,kind,feature,test\n";
    assert!(refused("id,feature\n").contains("line 1: the header must be"));
    assert!(refused(&format!("{header}a,b\n")).contains("line 2: 5 fields"));
    assert!(refused(&format!("{header}a,\"b")).contains("line 2: a quoted field does not end"));
    assert!(refused(&format!("{header}a,b\"c\n")).contains("line 2: a quote within a field"));
    assert!(refused(&format!("{header}a,\"b\"c\n")).contains("line 2: text after a closing"));
}

#[test]
fn ill_formed_rows_are_named_and_good_ones_are_not() {
    let good = "ibm-001,000,role,May sell.,open\naps-acc-002,001,entity,\"A, b.\",open\n";
    assert!(ill_formed(&planted(good)).is_empty());
    let bad = "ibm-001,000,role,One.,open\nibm-001,000,role,Two.,open\nbae-1,004,role,X.,open\n\
               bae-002,000,role,X.,open\nbae-003,007,role,X.,open\nbae-004,004,wish,X.,open\n\
               bae-005,004,role, ,open\n";
    let complaints = ill_formed(&planted(bad)).join("\n");
    assert_eq!(
        complaints,
        "line 3, `ibm-001`: the id is taken: give the newer row the next free number\n\
         line 4, `bae-1`: ids of document 004 are `bae-` and three digits\n\
         line 5, `bae-002`: ids of document 000 are `ibm-` and three digits\n\
         line 6, `bae-003`: document `007` is none of 000 to 004\n\
         line 7, `bae-004`: kind `wish` is none of entity, operation, transition, role, \
         interaction, promise\n\
         line 8, `bae-005`: the feature is empty: say in one sentence what is asked for"
    );
}

#[test]
fn a_test_is_found_where_the_compiler_finds_it() {
    let mut sources = Sources::new(&planted_file);
    for path in [
        "it::scenario::first::plain",
        "it::scenario::first::waits",
        "it::scenario::first::law",
        "it::scenario::first::aside::elsewhere",
        "it::inline::inner::in_a_folder",
        "tillbox::domain::money::tests::adds_up",
    ] {
        assert_eq!(find_test(path, &mut sources), Ok(()), "{path}");
    }
}

#[test]
fn a_test_that_does_not_run_is_not_a_proof() {
    let mut sources = Sources::new(&planted_file);
    for (path, why) in [
        ("Open", "write `open`"),
        ("tidy::arrows", "begins with `it`"),
        ("it::forgotten::unseen", "tests/it/main.rs does not declare `mod forgotten`"),
        ("it::scenario::first::in_text", "no `fn in_text(`"),
        ("it::scenario::first::in_a_comment", "no `fn in_a_comment(`"),
        ("it::scenario::first::nested", "no `fn nested(`"),
        ("it::scenario::first::elsewhere", "no `fn elsewhere(`"),
        ("it::scenario::first::ain", "no `fn ain(`"),
        ("it::scenario::first::helper", "no `fn helper(`"),
        ("it::scenario::first::asleep", "is ignored"),
        ("it::scenario::first::idle", "carries neither"),
    ] {
        let refused = find_test(path, &mut sources).expect_err(path);
        assert!(refused.contains(why), "{path}: {refused}");
    }
    let rows = planted("ibm-001,000,role,X.,open\nibm-002,000,role,X.,it::gone\n");
    let complaint = "line 3, `ibm-002`: `it::gone`: tests/it/main.rs has no `fn gone(` there";
    assert_eq!(unproven(&rows, &mut sources), [complaint]);
}

#[test]
fn the_number_of_open_rows_is_exact_and_falls() {
    assert_eq!(open_rows(&planted("ibm-001,000,role,X.,open\nibm-002,000,role,X.,it::x\n")), 1);
    assert_eq!(ratchet(7, 7), Ok(()));
    let closed = ratchet(6, 7).expect_err("a row was closed");
    assert!(closed.contains("lower OPEN_ROWS_MAX") && closed.contains("from 7 to 6"));
    let opened = ratchet(8, 7).expect_err("a row was opened");
    assert!(opened.contains("name a test") && opened.contains("never raised"));
}
