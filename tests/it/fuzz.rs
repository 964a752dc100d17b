//! What strangers send, mutated from real inputs: it is answered or refused, and what is refused says
//! at which byte.
//!
//! No coverage guides it; a mutant whose refusal has words that none had before goes into the corpus,
//! which leads nearly as far into a grammar. How many rounds it goes is
//! [`rounds`](crate::harness::scale::rounds).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::app::Answer;
use crate::harness::chance::Chance;
use crate::harness::client::Client;
use crate::harness::house::House;
use crate::harness::scale::rounds;
use crate::harness::signer::{HOST, Manner, Signer, signed_text};

/// Queries as clients of that platform send them.
const QUERIES: &[&str] = &[
    "eq(id,1000002),select(bssAccountInfo)",
    "eq(publication.published,true)",
    "select(name.en_US,subscriptionPeriods)",
    "eq(planId,4),select(name.en_US,resources.name.en_US,resources.dependsOn)",
    "eq(account.aps.id,78560b5e-a762-4d52-b300-00543113e1d4)",
    "like(companyName,*Re?eller*)",
    "implementing(http://parallels.com/aps/types/pa/account/1.2),(id=eq=1|id=ge=2)",
    "in(id,(1,2,3)),out(type,(CLIENT)),not(eq(locked,true))",
    "sort(+type,-id),limit(0,10)",
    "eq(parent.companyName,North%20Reseller);eq(accounts.id,4)",
    "linkedWith(78560b5e-a762-4d52-b300-00543113e1d4)",
    "companyName=like=*%2A*&id=gt=2",
    "and(eq(aps.status,aps:ready),or(le(id,3),ne(personal,null))),count()",
    "min(id)",
    "values(type)",
    "eq(bssAccountInfo.accountId,4),explain()",
    "composing(http://aps-standard.org/types/core/account/1.0)",
];

/// Pieces that mean something in a query, or nearly.
const PIECES: &[&str] = &[
    "(",
    ")",
    ",",
    "&",
    "|",
    ";",
    "=",
    "==",
    "=eq=",
    "=in=",
    "eq(",
    "not(",
    "and(",
    "or(",
    "like(",
    "in(",
    "select(",
    "sort(",
    "limit(",
    "count()",
    "explain()",
    "*",
    "?",
    "%",
    "%2",
    "%00",
    "%C3",
    "%C3%A4",
    "%FF",
    ".",
    "..",
    "+",
    "-",
    "aps.id",
    "parent",
    "accounts.parent",
    "name",
    "null",
    "true",
    "1e999",
    "-0",
    "00",
    "99999999999999999999999",
    "'",
    "[",
    "]",
    "!",
    "~",
    "\u{e4}",
    "((((((((",
    "))))))))",
];

/// Another input made of one, or of two.
fn mutant(chance: &mut Chance, corpus: &[String], pieces: &[&str]) -> String {
    let mut bytes = take(chance, corpus).into_bytes();
    for _ in 0..=chance.below(4) {
        let at = place(chance, bytes.len());
        let until = (at + place(chance, 12)).min(bytes.len());
        match chance.below(7) {
            0 => drop(bytes.drain(at..until)),
            1 => drop(bytes.splice(at..at, chance.pick(pieces).bytes())),
            2 => drop(bytes.splice(at..until, chance.pick(pieces).bytes())),
            3 => {
                let again = bytes[at..until].repeat(1 + place(chance, 40));
                drop(bytes.splice(at..at, again));
            }
            4 => {
                let other = take(chance, corpus);
                let from = place(chance, other.len());
                drop(bytes.splice(at.., other.into_bytes().split_off(from)));
            }
            5 => bytes.iter_mut().skip(at).take(1).for_each(|it| *it ^= 1 << chance.below(7)),
            _ => drop(bytes.splice(at..at, chance.bytes(2))),
        }
    }
    bytes.truncate(4_000);
    sendable(&bytes)
}

fn take(chance: &mut Chance, corpus: &[String]) -> String {
    corpus[place(chance, corpus.len() - 1)].clone()
}

/// A place from 0 to an end.
fn place(chance: &mut Chance, end: usize) -> usize {
    usize::try_from(chance.below(end as u64 + 1)).unwrap()
}

/// Bytes as they can stand in the target of a request: what cannot is percent-encoded.
fn sendable(bytes: &[u8]) -> String {
    let letter = |it: &u8| match it {
        b'!' | b'$'..=b';' | b'=' | b'?'..=b'_' | b'a'..=b'z' | b'|' | b'~' => {
            char::from(*it).to_string()
        }
        _ => format!("%{it:02X}"),
    };
    bytes.iter().map(letter).collect()
}

/// The words of a refusal without what it repeats of the input.
fn words(message: &str) -> String {
    let parts = message.split('`').step_by(2).collect::<String>();
    parts.chars().filter(|it| !it.is_ascii_digit()).collect()
}

fn message(answer: &Answer) -> String {
    answer.json()["message"].as_str().unwrap_or_default().to_owned()
}

/// The byte at which a refusal says that a query is wrong.
fn byte(message: &str) -> Option<usize> {
    message.rsplit_once("(byte ")?.1.strip_suffix(" of the query)")?.parse().ok()
}

fn ask(client: &Client<'_>, query: &str) -> Answer {
    client.call(&format!("GET /aps/2/collections/accounts?{query}"), None)
}

/// The accounts that a filter holds for.
fn found(client: &Client<'_>, filter: &str) -> Vec<Value> {
    let answer = ask(client, &format!("{filter},select(aps.id)"));
    let list = answer.ok();
    let mut ids: Vec<_> =
        list.as_array().unwrap().iter().map(|it| it["aps"]["id"].clone()).collect();
    ids.sort_by_key(ToString::to_string);
    ids
}

#[test]
fn a_query_of_whatever_bytes_is_answered_or_refused_with_its_place() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let mut corpus: Vec<_> = QUERIES.iter().map(|it| (*it).to_owned()).collect();
    let (mut known, mut compared) = (BTreeSet::new(), 0);
    for seed in 0..rounds(4_000, 200_000) {
        let mut chance = Chance::seeded(seed);
        let query = mutant(&mut chance, &corpus, PIECES);
        let answer = ask(&operator, &query);
        match answer.status.as_u16() {
            200 | 206 => compared += u64::from(leads_where_looking_leads(&operator, &query)),
            400 => {
                let told = message(&answer);
                let is_placed = byte(&told).is_some_and(|it| it <= query.len());
                let is_of_sums =
                    told.contains("different values") || told.contains("too many resources");
                assert!(is_placed || is_of_sums, "{seed}: {query}: {told}");
                if known.insert(words(&told)) {
                    corpus.push(query);
                }
            }
            other => panic!("{seed}: {query}: {other} {}", message(&answer)),
        }
    }
    assert!(known.len() > 8 && compared > 8, "{} refusals, {compared} filters", known.len());
}

/// Whether a query has a filter, of which this holds: what it finds along indices is what it finds
/// by looking at each.
fn leads_where_looking_leads(client: &Client<'_>, query: &str) -> bool {
    let explained = ask(client, &format!("{query},explain()"));
    let Some(filter) = explained.json()["filter"].as_str().map(str::to_owned) else { return false };
    assert_eq!(found(client, &filter), found(client, &format!("not(not({filter}))")), "{query}");
    true
}

#[test]
fn a_query_that_is_too_much_costs_nothing_and_is_refused_with_its_place() {
    let house = House::on("2026-01-01");
    let operator = house.operator();
    let mut told = Vec::new();
    for query in [
        format!("{}id=1{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{}id=1", "not(".repeat(8_000)),
        vec!["id=1"; 5_000].join(","),
        format!("in(id,({}))", vec!["1"; 5_000].join(",")),
        format!("frobnicate({})", "x".repeat(30_000)),
        format!("eq(companyName,{}%)", "x".repeat(30_000)),
        format!("eq({},1)", vec!["parent"; 4_000].join(".")),
    ] {
        let answer = ask(&operator, &query);
        assert_eq!(answer.status.as_u16(), 400);
        told.push(format!("{:?} {}", byte(&message(&answer)).unwrap(), words(&message(&answer))));
    }
    expect_test::expect![[r#"
        40  parentheses are nested deeper than  (byte  of the query)
        163  parentheses are nested deeper than  (byte  of the query)
        10000  the query has more than  conditions and values (byte  of the query)
        4003  the query has more than  conditions and values (byte  of the query)
        0  there is no function  (byte  of the query)
        15   is not percent-encoded UTF- (byte  of the query)
        3   is not the name of a property (byte  of the query)"#]]
    .assert_eq(&told.join("\n"));
    let long = format!("companyName={}", "x".repeat(30_000));
    assert_eq!(ask(&operator, &long).ok(), json!([]));
}

/// What stands below `/aps/2/` as systems with a key sign it.
const TARGETS: &[&str] = &[
    "collections/accounts?eq(id,1)",
    "collections/accounts?like(companyName,*North%20Res*),limit(0,2)",
    "collections/accounts?id=eq=1&a=b&a=%20c&A=%2B",
    "resources/?implementing(http://parallels.com/pa/bss-account-info/1.0)&&=&x",
    "types?id=http%3A%2F%2Fwww.odin.com%2Fbilling%2FServicePlan%2F1.1",
    "packages?b=1&a=2&a=1&c",
];

const TARGET_PIECES: &[&str] = &[
    "&", "=", "?", "%", "%20", "%2B", "+", "%26", "%3D", "%3d", "%7E", "~", "%41", "A", "//",
    "/./", "&&", "a=", "=a", ";", "%C3%A4", "%FF", "%00", "(", ")", ",", "'", "*", "!",
];

#[test]
fn a_signature_is_good_for_what_was_signed_whatever_bytes_that_has_and_for_nothing_else() {
    let house = House::on("2026-01-01");
    let key = house.operator().post("/consumer_keys", &json!({ "name": "ERP" }));
    let signer = Signer::with(&house.app, &key);
    let corpus: Vec<_> = TARGETS.iter().map(|it| (*it).to_owned()).collect();
    let (mut good, mut bad) = (0, 0);
    for seed in 0..rounds(4_000, 200_000) {
        let mut chance = Chance::seeded(seed);
        let mut target = || format!("/aps/2/{}", mutant(&mut chance, &corpus, TARGET_PIECES));
        let (signed, sent) = (target(), target());
        let sent = if seed % 2 == 0 { signed.clone() } else { sent };
        if sent.parse::<axum::http::Uri>().is_err() || signed.contains('#') {
            continue;
        }
        let place = Manner::default().place;
        let base = |target: &str| signed_text(&format!("GET {target}"), &place, &[]);
        if base(&signed).contains("%25EF%25BF%25BD") || base(&sent).contains("%25EF%25BF%25BD") {
            // What is no text the signer of these tests does not sign as it is.
            continue;
        }
        let (path, query) = sent.split_once('?').unwrap_or((&sent, ""));
        let itself = format!("{path}?{}", query.replace('+', "%2B"));
        let is_good = [base(&sent), base(&itself)].contains(&base(&signed));
        let header = signer.authorization(&format!("GET {signed}"), &Manner::default());
        let client =
            Client::nobody(&house.app).header("host", HOST).header("authorization", &header);
        let status = client.call(&format!("GET {sent}"), None).status.as_u16();
        assert!(status < 500, "{seed}: {sent} {status}");
        if is_good {
            assert_ne!(status, 401, "{seed}: {sent}");
            good += 1;
        } else {
            assert_eq!(status, 401, "{seed}: {signed} sent as {sent}");
            bad += 1;
        }
    }
    assert!(good > 50 && bad > 50, "{good} good, {bad} bad");
}

#[test]
fn a_header_of_whatever_bytes_is_no_way_in() {
    let house = House::on("2026-01-01");
    let key = house.operator().post("/consumer_keys", &json!({ "name": "ERP" }));
    let signer = Signer::with(&house.app, &key);
    let target = "GET /aps/2/collections/accounts?eq(id,1)";
    for seed in 0..rounds(4_000, 200_000) {
        let mut chance = Chance::seeded(seed);
        let header = signer.authorization(target, &Manner::default());
        let pieces = [
            "\"",
            ",",
            "=",
            " ",
            "oauth_nonce=\"1\"",
            "oauth_token=\"x\"",
            "%",
            "%22",
            "OAuth ",
            "oauth_version=\"2.0\"",
        ];
        let sent = mutant(&mut chance, std::slice::from_ref(&header), &pieces)
            .replace("%20", " ")
            .replace("%22", "\"");
        let client = Client::nobody(&house.app).header("host", HOST).header("authorization", &sent);
        let status = client.call(target, None).status.as_u16();
        // The realm, white space around a name or a value and a comma too many are not signed.
        let fields = |it: &str| -> BTreeSet<(String, String)> {
            let it = it.strip_prefix("OAuth ").unwrap_or_default();
            it.split(',')
                .map(|it| it.split_once('=').unwrap_or((it, "")))
                .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                .filter(|it| it.0.starts_with("oauth_"))
                .collect()
        };
        let is_same = fields(&sent) == fields(&header);
        assert!(status < 500 && (status != 200 || is_same), "{seed}: {status} {sent}");
    }
}
