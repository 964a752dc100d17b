//! The rules of the house that can be read off the source text, without building the crate.
//!
//! An exception is made by changing a table below, in the diff, under review; never by naming a
//! file inside a check. The limit of it: this reads text, not types. What re-exports and inference
//! can smuggle past it is held by private fields and by eyes.

use std::path::Path;
use std::sync::LazyLock;
use std::{fs, mem};

/// What each module may name after `crate::`. Read top to bottom; there are no arrows upward, not
/// even if one is written here. Absent from the right means: may not.
const LAYERS: &[(&str, &str)] = &[
    ("cli", "ui api jobs services store search render world telemetry config domain"),
    ("ui", ""),
    ("api", "services domain"),
    ("jobs", "services domain"),
    ("services", "store search render world config domain"),
    ("store", "domain"),
    ("search", "domain"),
    ("render", "domain"),
    ("world", "domain"),
    ("telemetry", "config"),
    ("config", "domain"),
    ("domain", ""),
];

/// The two files above all layers, and what they may name. `lib.rs` declares and passes nothing on.
const ROOTS: &[(&str, &str)] = &[("main", "cli"), ("lib", "")];

/// What lies in `src/api`: what the facades share, and one folder for each contract.
const CONTRACTS: &str = "edge aps bae ibm tmf v1";

/// What lies at the top of the project, apart from dotfiles.
const TOP: &str = "Cargo.lock Cargo.toml README.md assets benches data packaging src target tests";

/// Where `f32` and `f64` may stand, and why. Beside these only where a module expects the lint
/// `float_arithmetic` with a reason of its own.
const FLOATS: &[(&str, &str)] = &[
    ("src/render", "the layout of a page is geometry"),
    ("src/ui", "weights in headers such as Accept-Encoding are fractions"),
];

/// Where a thread may sleep, and why.
const SLEEPERS: &[(&str, &str)] =
    &[("src/cli/listen", "when the system has no more sockets to give, nothing tells when it has")];

/// What the domain may not name, wherever it stands in a path.
const IMPURE: &str = "async println eprintln std::env std::fs std::io std::net std::process \
                      std::thread std::time::Instant Instant::now SystemTime Utc::now Local::now";

/// The crates that the domain may not name.
const IMPURE_CRATES: &str =
    "axum getrandom log rand redb reqwest serde_json tantivy tokio tower tracing";

/// Words that name no noun: whatever is called so becomes a drawer for everything.
const JUNK: &str = "common helper helpers manager misc shared types util utils";

/// The longest file that one still reads rather than searches, in lines of code.
const LINES_MAX: usize = 500;

/// What belongs to the machine a change was made on, and what says that it is not finished; with a
/// `%` in each, so that this line is none of them.
const STRANGERS: &str = "../sha%red|/wo%rk/|FIX%ME|// X%XX";

/// Code that says the same.
const UNFINISHED: &[&str] = &["todo !", "unimplemented !", "dbg !", "# [ ignore"];

// The rules. Each is tried on texts with violations planted in them before it is applied, because
// a check that finds nothing may be one that cannot find anything.

#[test]
fn a_module_names_only_those_below_it() {
    let remedy = "a module may use only those below it (see LAYERS): move the code down, or take \
                  what it needs as an argument";
    let planted = r##"
        src/domain/a.rs | use crate::{\n domain::id,\n store::{self, Batch},\n}; => 3: `domain` names `store`
        src/domain/mod.rs | use super::world::Clock; => 1: `domain` names `world`
        src/api/tmf/a.rs | fn f() { crate::store::open() } => 1: `api` names `store`
        src/jobs/mod.rs | use crate::store::*; => 1: `jobs` names `store`
        src/config.rs | use super::{domain::A as store, telemetry}; => 1: `config` names `telemetry`
        src/main.rs | use tillbox::cli;\nuse tillbox::services::Bss; => 2: `main` names `services`
        src/lib.rs | pub mod store;\npub use store::Store; => 2: `lib` names `store`
        src/services/a.rs | use crate::domain::api::x; use crate::{domain, store::Batch}; =>
        src/domain/b.rs | /// [`crate::store`]\n/* crate::store::x */ fn f<'a>() {} =>
        src/domain/c.rs | ["\" crate::store::x", r#"" crate::store::x "#, '"', b'\'', " crate::api"] =>
        src/domain/d.rs | #[cfg(test)]\nmod tests {\n    use crate::store;\n}\nuse crate::api; => 5: `domain` names `api`
        src/domain/e.rs | #[cfg(test)]\nmod tests;\nuse crate::store::x; => 3: `domain` names `store`
        src/domain/f/tests.rs | use crate::store::x; =>
    "##;
    hold_names(remedy, planted, LIVE, |file, name| {
        let (own, target) = (file.place(), *absolute(file, name)?.first()?);
        let mut rows = ROOTS.iter().chain(LAYERS).skip_while(|it| it.0 != own);
        let (_, below) = rows.next()?;
        let is_below = has(below, target) && rows.any(|it| it.0 == target);
        let is_upward = LAYERS.iter().any(|it| it.0 == target) && target != own && !is_below;
        is_upward.then(|| format!("`{own}` names `{target}`"))
    });
}

#[test]
fn no_facade_names_another() {
    let remedy = "what two facades share belongs in api::edge";
    let planted = "
        src/api/mod.rs | mod aps;\\nuse self::tmf::routes;\\nuse super::api::aps; =>
        src/api/tmf/mod.rs | use super::edge::A;\\nuse super::aps::B; => 2: `tmf` names `aps`
        src/api/tmf/error.rs | use crate::api::{edge, tmf::wire, ibm}; => 1: `tmf` names `ibm`
        src/api/tmf/wire.rs | use crate::api; => 1: `tmf` names `api`
        src/api/edge/reply.rs | use crate::api::v1::Page; => 1: `edge` names `v1`
    ";
    hold_names(remedy, planted, LIVE, |file, name| {
        let (own, name) = (file.contract()?, absolute(file, name)?);
        let ["api", rest @ ..] = name.as_slice() else { return None };
        let target = rest.first().copied().unwrap_or("api");
        (target != own && target != "edge").then(|| format!("`{own}` names `{target}`"))
    });
}

#[test]
fn nobody_climbs() {
    let remedy = "an arrow one cannot see: write the path from `crate::`";
    let planted = "
        src/a/b.rs | use super::{error::Error, super::c}; => 1: super::super::c
        src/a/tests.rs | \\nfn f() { self::super::super::g() } => 2: self::super::super::g
    ";
    hold_names(remedy, planted, CODE, |_, name| {
        name.windows(2).any(|it| it == ["super", "super"]).then(|| name.join("::"))
    });
}

#[test]
fn what_goes_out_belongs_to_its_contract() {
    let remedy = "only a facade's own types go over the wire: define a struct in its folder of \
                  src/api, write `impl Wire for` its plain name there, convert ours with `From`";
    let planted = "
        src/api/edge/reply.rs | trait Wire {}\\nstruct Empty;\\nimpl Wire for Empty {} =>
        src/api/edge/list.rs | struct List<T>(T);\\nimpl<T: Wire> Wire for List<T> where T: A {} =>
        src/api/tmf/product.rs | struct Product {}\\nenum State {}\\nimpl edge::Wire for State {} =>
        src/api/tmf/order.rs | use super::product::Product;\\nimpl Wire for Product {} =>
        src/api/ibm/a.rs | use crate::domain::Seat;\\nimpl Wire for Seat {} => 2: `Wire` for `Seat`
        src/api/ibm/b.rs | struct A;\\nimpl Wire for domain::A {} => 2: `Wire` for `domain::A`
        src/api/ibm/c.rs | impl Wire for State {} => 1: `Wire` for `State`
        src/services/mod.rs | struct Cx;\\nimpl Wire for Cx {} => 2: `Wire` for `Cx`
    ";
    hold(remedy, planted, |file| {
        let tokens = &file.tokens;
        let folder = ["api", file.contract().unwrap_or_default()];
        let imported = file.live.iter().filter_map(|it| absolute(file, &it.1));
        let imported: Vec<_> = imported.filter(|it| it.starts_with(&folder)).collect();
        let is_own = |name: &str| {
            let defines = |it: &str| !find(tokens, &format!("{it} {name}")).is_empty();
            let imports = imported.iter().any(|it| it.ends_with(&[name]));
            file.contract().is_some() && (imports || defines("struct") || defines("enum"))
        };
        let mut failures = Vec::new();
        for at in find(tokens, "Wire for") {
            let subject = tokens[at + 2..].iter().map(|it| it.1);
            let subject: String = subject.take_while(|it| !has("{ < where", it)).collect();
            if !is_own(&subject) {
                failures.push((tokens[at].0, format!("`Wire` for `{subject}`")));
            }
        }
        failures
    });
}

#[test]
fn every_module_has_its_place() {
    let remedy = "move it into a folder that is in the table, or say there what belongs in it";
    let planted = "
        .ci/run | =>
        notes.md | => 1: `notes.md` is not in TOP
        proptest-regressions/a.txt | => 1: `proptest-regressions` is not in TOP
        src/main.rs | =>
        src/store/a.rs | =>
        src/billing/a.rs | => 1: `billing` is not in LAYERS
        src/a.rs | => 1: `a` is not in LAYERS
        src/api/tmf/a.rs | =>
        src/api/erp.rs | => 1: `erp` is not in CONTRACTS
    ";
    hold(remedy, planted, |file| {
        let (place, contract) = (file.place(), file.contract().unwrap_or("edge"));
        let top = file.is_in("src") || place.starts_with('.') || has(TOP, place);
        let layer = !file.is_in("src") || LAYERS.iter().chain(ROOTS).any(|it| it.0 == place);
        let tables = [(place, "TOP", top), (place, "LAYERS", layer)];
        let all = tables.into_iter().chain([(contract, "CONTRACTS", has(CONTRACTS, contract))]);
        let found = all.filter(|it| !it.2).map(|it| (1, format!("`{}` is not in {}", it.0, it.1)));
        found.collect::<Vec<_>>()
    });
}

#[test]
fn the_domain_is_pure() {
    let remedy = "the domain has no async, I/O, clock, randomness, logging or JSON: load before, \
                  decide there, act after; time and ids are arguments";
    let planted = "
        src/domain/a.rs | use std::{fmt, fs::File};\\nasync fn f() {} => 1: std::fs::File & 2: async
        src/domain/b.rs | use std::time::{Duration, Instant}; => 1: std::time::Instant
        src/domain/c.rs | tracing::info!(chrono::Utc::now()); => 1: tracing::info & 1: chrono::Utc::now
        src/domain/d.rs | let rand = log; =>
        src/world/a.rs | use std::fs; =>
    ";
    hold_names(remedy, planted, LIVE, |file, name| {
        let is_crate = name.len() > 1 && has(IMPURE_CRATES, name[0]);
        let path = format!("::{}::", name.join("::"));
        let is_impure = IMPURE.split(' ').any(|it| path.contains(&format!("::{it}::")));
        (file.is_in("src/domain") && (is_crate || is_impure)).then(|| name.join("::"))
    });
}

#[test]
fn redb_stays_in_the_store() {
    let remedy = "redb is known in src/store alone: add a function there";
    let planted = "
        src/store/a.rs | use redb::Database; =>
        src/cli/a.rs | use redb::Database; => 1: redb::Database
        tests/it/power_cut.rs | use redb::StorageBackend; =>
    ";
    hold_names(remedy, planted, CODE, |file, name| {
        let is_outside = file.is_in("src") && !file.is_in("src/store");
        (is_outside && name.len() > 1 && name[0] == "redb").then(|| name.join("::"))
    });
}

#[test]
fn every_file_says_what_it_owns() {
    let remedy = "begin the file with a sentence, `//! What it owns.`";
    let planted = "
        src/a.rs | //! What may be sold.\\n =>
        src/b.rs | //! What may be\\n//! sold.\\n =>
        src/c.rs | //! What may be sold\\n => 1: silent
        benches/d.rs | => 1: silent
    ";
    hold(remedy, planted, |file| {
        let paragraph = file.text.lines().take_while(|it| it.starts_with("//! "));
        let speaks = paragraph.last().is_some_and(|it| it.ends_with('.'));
        (file.path.ends_with(".rs") && !speaks).then(|| (1, "silent".to_owned()))
    });
}

#[test]
fn no_junk_drawers_and_no_scrolls() {
    let remedy = "name a file for what it holds, and cut it in two where it holds two things";
    let planted = "
        src/store/utils.rs | => 1: utils
        tests/it/test_helpers/a.rs | => 1: helpers
        src/long.rs | SCROLL =>
        src/longer.rs | SCROLL \"\\n\" => 502: too long
    ";
    hold(remedy, planted, |file| {
        let words = file.path.strip_suffix(".rs").unwrap_or_default().split(['/', '_']);
        let junk = words.filter(|it| has(JUNK, it)).map(|it| (1, it.to_owned()));
        let lines = file.code.lines().filter(|it| !it.trim().is_empty()).count();
        let scroll = (lines > LINES_MAX).then(|| (lines, "too long".to_owned()));
        junk.chain(scroll).collect::<Vec<_>>()
    });
}

#[test]
fn nothing_is_left_behind() {
    let remedy = "finish it, or take it out before it is merged";
    let planted = r#"
        README.md | See /wo%rk/house.md, FIX%ME => 1: /wo%rk/ & 1: FIX%ME
        src/a.rs | //! Sold. 🎉\nconst EURO: &str = "€"; => 1: 🎉
        tests/a.rs | let a = 1; // X%XX\nfn f() { todo!(); "todo!()" } => 1: // X%XX & 2: todo!
        tests/b.rs | #[ignore = "slow"]\nfn g() { dbg!(1); } => 2: dbg! & 1: #[ignore
        tests/c.rs | // ---------- a\n//! | ---- | => 1: a banner
        tests/d.rs | // let a = 1;\n// f(a);\n// } => 1: code & 2: code & 3: code
        tests/e.rs | // Prose (and more) may end so;\n// See `f(a);`\n/// f(a);\n =>
    "#;
    hold(remedy, planted, |file| {
        let (mut failures, strangers) = (Vec::new(), STRANGERS.replace('%', ""));
        for (row, line) in file.text.lines().enumerate() {
            let emoji = line.matches(|it| file.is_in("src") && is_emoji(it));
            let strangers = strangers.split('|').filter(|it| line.contains(it));
            let comment = comment(line.trim()).filter(|_| !file.code.is_empty());
            let found = strangers.chain(emoji).chain(comment);
            failures.extend(found.map(|it| (row + 1, it.to_owned())));
        }
        for words in UNFINISHED {
            let found = find(&file.tokens, words).into_iter();
            failures.extend(found.map(|it| (file.tokens[it].0, words.replace(' ', ""))));
        }
        failures
    });
}

#[test]
fn nobody_sleeps() {
    let remedy = "wait for what one is waiting for; if there is no way, add the file to SLEEPERS";
    let planted = "
        src/jobs/a.rs | use std::thread::{self, sleep};\\nsleep(a); => 1: std::thread::sleep
        tests/b.rs | tokio::time::sleep(a) => 1: tokio::time::sleep
    ";
    hold_names(remedy, planted, CODE, |file, name| {
        let sleeps = name.ends_with(&["thread", "sleep"]) || name.ends_with(&["time", "sleep"]);
        (sleeps && !SLEEPERS.iter().any(|it| file.is_in(it.0))).then(|| name.join("::"))
    });
}

#[test]
fn floats_are_far_from_amounts() {
    let remedy = "use Money, Rate or Decimal; where it is geometry or statistics, expect the lint \
                  `clippy::float_arithmetic` with a reason, or add the module to FLOATS";
    let planted = "
        src/domain/a.rs | fn f(a: f64) { a.to_f32(); 1_f64; } // f64 => 1: f64 & 1: to_f32 & 1: 1_f64
        src/render/a.rs | f64 =>
        src/renderer.rs | f64 => 1: f64
        src/search/a.rs | #![expect(clippy::float_arithmetic, reason = \"\")]\\nf64 =>
        tests/a.rs | f64 =>
    ";
    hold_names(remedy, planted, CODE, |file, name| {
        let float = name.iter().find(|it| it.ends_with("f64") || it.ends_with("f32"))?;
        let is_permitted = FLOATS.iter().any(|it| file.is_in(it.0))
            || file.code.contains("expect(clippy::float_arithmetic");
        (file.is_in("src") && !is_permitted).then(|| (*float).to_owned())
    });
}

#[test]
fn what_is_to_be_checked_is_found() {
    for path in ["Cargo.toml", "src/lib.rs", "src/main.rs", "tests/tidy.rs"] {
        assert!(FILES.iter().any(|it| it.path == path), "{path} was not read");
    }
    let mut edge = FILES.iter().filter(|it| it.is_in("src/api/edge")).peekable();
    let has_wire = edge.peek().is_none() || edge.any(|it| it.code.contains("trait Wire"));
    assert!(has_wire, "api::edge has no `trait Wire`: if it has a new name, say so in this file");
}

// How a rule is held.

/// Which of a file's paths a check reads.
type View = fn(&File) -> &[Name];
const CODE: View = |it| &it.names;
const LIVE: View = |it| &it.live;

/// What is wrong, and on which line.
type Finding = (usize, String);
type NameCheck = fn(&File, &[&str]) -> Option<String>;

/// Tries a check on what is planted, and then applies it to the whole project; `remedy` says to
/// whoever breaks the rule what to do.
///
/// One text is planted a row, `path | text => line: finding & …`. `SCROLL` is a text that is just
/// not too long. A `%` is taken out, so that a row may hold what the rule forbids.
fn hold<I: IntoIterator<Item = Finding>>(remedy: &str, planted: &str, check: impl Fn(&File) -> I) {
    let all = |files: &[File]| -> Vec<String> {
        let say = |file: &File, (line, it): Finding| format!("{}:{line}: {it}", file.path);
        let each = |file| check(file).into_iter().map(move |it| say(file, it));
        let mut failures: Vec<_> = files.iter().flat_map(each).collect();
        failures.dedup();
        failures
    };
    let scroll = "f();\n// a\n\n".repeat(LINES_MAX);
    let (mut texts, mut expected) = (Vec::new(), Vec::new());
    for row in planted.trim().lines() {
        let row = row.trim().replace('%', "").replace("\\n", "\n").replace("SCROLL", &scroll);
        let (path, rest) = row.split_once(" | ").expect("a path stands before ` | `");
        let (text, findings) = rest.rsplit_once("=>").expect("findings stand after `=>`");
        texts.push(File::new(path, text));
        let findings = findings.split(" & ").map(str::trim).filter(|it| !it.is_empty());
        expected.extend(findings.map(|it| format!("{path}:{it}")));
    }
    assert_eq!(all(&texts), expected, "the check does not see what was planted");
    let failures = all(&FILES);
    assert!(failures.is_empty(), "\n{remedy}:\n  {}\n", failures.join("\n  "));
}

/// Holds a rule about single paths, such as `["crate", "store", "Batch"]`.
fn hold_names(remedy: &str, planted: &str, view: View, check: NameCheck) {
    hold(remedy, planted, |file| {
        let names = view(file).iter();
        names.filter_map(|(line, name)| Some((*line, check(file, name)?))).collect::<Vec<_>>()
    });
}

/// What is wrong with the comment on a line, if anything is.
fn comment(line: &str) -> Option<&'static str> {
    let body = line.strip_prefix("//")?;
    if body.starts_with(['/', '!']) || body.contains('`') {
        return None;
    }
    if ["-", "=", "*", "#", "~", "─"].iter().any(|it| body.contains(&it.repeat(4))) {
        return Some("a banner");
    }
    let body = body.trim();
    let calls = body.contains('(') && !body.contains(" (");
    let ends = body.ends_with(';') && (calls || body.contains(" = ") || body.contains("::"));
    (ends || body.ends_with('{') || has("} }; }) }); },", body)).then_some("code")
}

fn is_emoji(it: char) -> bool {
    matches!(it, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}' | '\u{FE0F}')
}

// How a text is read.

/// All that is written by hand, without what others wrote (`tests/fixtures`).
static FILES: LazyLock<Vec<File>> = LazyLock::new(|| walk(""));

fn walk(path: &str) -> Vec<File> {
    let on_disk = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let is_hidden = path.starts_with('.') && !path.starts_with(".c");
    if is_hidden || has("target data tests/fixtures", path) {
        return Vec::new();
    }
    if !on_disk.is_dir() {
        // What is not text, such as a font, has only its path looked at.
        return vec![File::new(path, &fs::read_to_string(&on_disk).unwrap_or_default())];
    }
    let entries = fs::read_dir(&on_disk).expect("a folder of the project can be read").flatten();
    let mut names: Vec<_> =
        entries.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names.iter().flat_map(|it| walk(format!("{path}/{it}").trim_start_matches('/'))).collect()
}

/// One file of the project.
struct File {
    path: String,
    text: String,
    /// The text without comments, and with `"` for every letter of a string; line by line as in
    /// the text. Empty if it is not Rust.
    code: &'static str,
    tokens: Vec<Token>,
    names: Vec<Name>,
    /// Those names that are not compiled for tests alone.
    live: Vec<Name>,
}

/// A word, a `::` or a single character, and the line it stands on.
type Token = (usize, &'static str);

/// A path taken apart, and the line it ends on.
type Name = (usize, Vec<&'static str>);

impl File {
    fn new(path: &str, text: &str) -> Self {
        let code = if path.ends_with(".rs") { code(text).leak() } else { "" };
        let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
        let tokens = tokens(code);
        let names = names(&tokens);
        let lines = live_lines(code);
        let live = names.iter().filter(|it| !is_test && lines[it.0 - 1]).cloned().collect();
        Self { path: path.to_owned(), text: text.to_owned(), code, tokens, names, live }
    }

    fn is_in(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|it| it.starts_with('/') || it == ".rs")
    }

    /// The module this file is, from the crate's root: `["api", "tmf"]` for `src/api/tmf/mod.rs`.
    fn module(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/').filter(|it| !has("mod lib main tests", it)).collect()
    }

    /// The module right below `src` that this file lies in, or what it lies in beside `src`.
    fn place(&self) -> &str {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/').next().unwrap_or(path)
    }

    /// The contract that this file speaks, or `edge`.
    fn contract(&self) -> Option<&str> {
        self.module().get(1).copied().filter(|_| self.is_in("src/api"))
    }
}

fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|it| !is_word(it)).unwrap_or(rest.len());
        let hashes = rest[word..].len() - rest[word..].trim_start_matches('#').len();
        let is_raw = has("r br cr", &rest[..word]) && rest[word + hashes..].starts_with('"');
        // What is not closed after one character is a lifetime.
        let is_char =
            first == '\'' && (rest[1..].starts_with('\\') || rest.chars().nth(2) == Some('\''));
        let until = |end: &str, from: usize| {
            rest[from..].find(end).map_or(rest.len(), |it| from + it + end.len())
        };
        let (end, fill) = if rest.starts_with("//") {
            (until("\n", 0), Some(' '))
        } else if rest.starts_with("/*") {
            (until("*/", 2), Some(' '))
        } else if is_raw {
            (until(&format!("\"{}", "#".repeat(hashes)), word + hashes + 1), Some('"'))
        } else if first == '"' || is_char {
            let is_free = |at: usize| !rest[..at].trim_end_matches(r"\\").ends_with('\\');
            let end = rest.match_indices(first).skip(1).find(|it| is_free(it.0));
            (end.map_or(rest.len(), |it| it.0 + 1), Some('"'))
        } else {
            (word.max(first.len_utf8()), None)
        };
        let filled = |it: char| fill.filter(|_| !it.is_whitespace()).unwrap_or(it);
        code.extend(rest[..end].chars().map(filled));
        rest = &rest[end..];
    }
    code
}

/// Which lines are not under `#[cfg(test)]`. What is, ends with a line that closes it at the same
/// indent: rustfmt sees to it that there is one.
fn live_lines(code: &str) -> Vec<bool> {
    let mut test_indent = None;
    let is_live = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        let begins = line.trim_start().starts_with("#[cfg(test)]");
        test_indent = test_indent.or(begins.then_some(indent));
        let is_live = test_indent.is_none();
        let ends = line.trim_end().ends_with(['}', ';', ',']);
        test_indent = test_indent.filter(|it| *it != indent || !ends);
        is_live
    };
    code.lines().map(is_live).collect()
}

fn tokens(code: &'static str) -> Vec<Token> {
    let mut found = Vec::new();
    for (row, mut rest) in code.lines().enumerate() {
        while let Some(first) = rest.chars().next() {
            let length = match rest.find(|it| !is_word(it)).unwrap_or(rest.len()) {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                word => word,
            };
            if !first.is_whitespace() && first != '"' {
                found.push((row + 1, &rest[..length]));
            }
            rest = &rest[length..];
        }
    }
    found
}

/// Where in the tokens these words stand one after the other.
fn find(tokens: &[Token], words: &str) -> Vec<usize> {
    let words: Vec<_> = words.split(' ').collect();
    let stands = |at: &usize| {
        tokens[*at..].iter().map(|it| it.1).take(words.len()).eq(words.iter().copied())
    };
    (0..tokens.len()).filter(stands).collect()
}

/// Every path in the tokens, with `a::{b, c::d}` taken apart.
fn names(tokens: &[Token]) -> Vec<Name> {
    let mut found = Vec::new();
    // What stands before each open brace of a `use`, and the path that is being read.
    let (mut stems, mut name, mut ends_on) = (Vec::new(), Vec::new(), 0);
    let mut previous = "";
    for &(line, token) in tokens {
        let (before, is_open) = (mem::replace(&mut previous, token), token == "{");
        let is_word = token.starts_with(is_word);
        if before == "::" && is_open {
            stems.push(mem::take(&mut name));
        } else if before == "::" && is_word {
            name.push(token);
        } else if token != "::" {
            found.push((ends_on, mem::take(&mut name)));
            if token == "}" {
                stems.pop();
            }
            let is_alias = before == "as" && !stems.is_empty();
            if is_word && !is_alias {
                name = stems.last().cloned().unwrap_or_default();
                name.push(token);
            }
        }
        ends_on = line;
    }
    found.push((ends_on, name));
    found.retain(|it| !it.1.is_empty());
    found
}

/// The path as seen from the crate's root, if it is one of ours.
fn absolute<'a>(file: &'a File, name: &[&'a str]) -> Option<Vec<&'a str>> {
    let module = file.module();
    match name {
        ["crate" | "tillbox", rest @ ..] => Some(rest.to_vec()),
        ["super", rest @ ..] => Some([module.split_last()?.1, rest].concat()),
        [_, _, ..] if module.is_empty() => Some(name.to_vec()),
        _ => None,
    }
}

/// Whether one of the words of a list is this one.
fn has(list: &str, word: &str) -> bool {
    list.split(' ').any(|it| it == word)
}

fn is_word(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}
