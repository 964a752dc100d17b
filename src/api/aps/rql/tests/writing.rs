//! A query written out and read again is the same, and no text, however wrong, does harm.

use proptest::prelude::*;

use super::fixture;
use crate::api::aps::rql::lexer::Word;
use crate::api::aps::rql::literal::Literal;
use crate::api::aps::rql::parse;
use crate::api::aps::rql::pattern::Pattern;
use crate::api::aps::rql::query::{
    Aggregate, Direction, Expr, Limit, Path, Query, Relation, SortKey,
};

fn path() -> impl Strategy<Value = Path> {
    let names = prop::collection::vec("[a-zA-Z_][a-zA-Z0-9_]{0,8}", 1..4);
    names.prop_map(|names| Path { names, at: 0 })
}

/// Texts with all that has a meaning somewhere, and some that are taken for something else.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9 ,;&|()=%*?+'!#äßİ∞/:.\u{0}-]{0,12}",
        any::<String>(),
        prop::sample::select(vec!["null", "true", "false", "0", "-1.50", "01", "1e5", ""])
            .prop_map(str::to_owned),
    ]
}

fn literal() -> impl Strategy<Value = Literal> {
    let number = any::<(i64, u8)>().prop_map(|(whole, part)| format!("{whole}.{part}"));
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        number.prop_map(|it| Literal::typed(&it).expect("a number")),
        text().prop_map(Literal::Text),
    ]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    "[a-zA-Z*?ÄßİΣ%2]{0,12}".prop_filter_map("percent signs are digits' own", |raw| {
        Pattern::read(Word { at: 0, raw: &raw }).ok()
    })
}

fn relation() -> impl Strategy<Value = Relation> {
    prop::sample::select(vec![
        Relation::Equal,
        Relation::Unequal,
        Relation::Greater,
        Relation::GreaterOrEqual,
        Relation::Less,
        Relation::LessOrEqual,
    ])
}

fn expr() -> impl Strategy<Value = Expr> {
    let name = || text().prop_filter("a type has a name", |it| !it.is_empty());
    let values = || prop::collection::vec(literal(), 1..4);
    let leaf = prop_oneof![
        (path(), relation(), literal()).prop_map(|(path, is, it)| Expr::Compare(path, is, it)),
        (path(), values()).prop_map(|(path, values)| Expr::In(path, values)),
        (path(), values()).prop_map(|(path, values)| Expr::Out(path, values)),
        (path(), pattern()).prop_map(|(path, pattern)| Expr::Like(path, pattern)),
        name().prop_map(Expr::Implementing),
        name().prop_map(Expr::Composing),
        name().prop_map(Expr::LinkedWith),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several().prop_map(Expr::All),
            several().prop_map(Expr::Any),
            inner.clone().prop_map(|it| Expr::Not(Box::new(it))),
        ]
    })
}

fn query() -> impl Strategy<Value = Query> {
    let key = (path(), any::<bool>()).prop_map(|(path, is_rising)| {
        let direction = if is_rising { Direction::Ascending } else { Direction::Descending };
        SortKey { path, direction }
    });
    let limit = (0..=Limit::START_MAX, 0..=Limit::NUMBER_MAX);
    let limit = limit.prop_map(|(start, number)| Limit { start, number });
    let aggregate = prop_oneof![
        Just(Aggregate::Count),
        path().prop_map(Aggregate::Min),
        path().prop_map(Aggregate::Max),
        path().prop_map(Aggregate::Values),
    ];
    (
        prop::option::of(expr()),
        prop::collection::vec(path(), 0..4),
        prop::collection::vec(key, 0..3),
        prop::option::of(limit),
        prop::option::of(aggregate),
        any::<bool>(),
    )
        .prop_map(|(filter, select, sort, limit, aggregate, explain)| Query {
            filter,
            select,
            sort,
            limit,
            aggregate,
            explain,
        })
}

/// Queries as clients send them.
const GOOD: &[&str] = &[
    "eq(id,1000002),select(bssAccountInfo)",
    "implementing(http://x/sub/1.0),(trial=eq=true|price=ge=100),limit(0,10)",
    "like(name,*Demo%2A?*)&sort(+name,-aps.modified);not(in(status,(ACTIVE,null)))",
    "and(or(eq(a.b,%C3%A4),out(c,(1,2))),not(not(a=1))),linkedWith(x)",
    "((((a=1))))",
    "count(),explain(),min(a)",
];

fn mutated() -> impl Strategy<Value = String> {
    let cut =
        (prop::sample::select(GOOD), any::<prop::sample::Index>(), any::<prop::sample::Index>());
    let noise = prop_oneof!["[(),;&|=%*?]{0,4}", "[ -~]{0,6}", any::<String>()];
    let piece = (cut, noise).prop_map(|((query, from, to), noise)| {
        let (from, to) = (from.index(query.len() + 1), to.index(query.len() + 1));
        format!("{}{noise}", query.get(from.min(to)..from.max(to)).unwrap_or(query))
    });
    prop::collection::vec(piece, 1..5).prop_map(|it| it.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_written_is_read_as_it_was(query in query()) {
        let written = query.to_string();
        prop_assert_eq!(parse(&written).map_err(|it| format!("{written}: {it}")), Ok(query));
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_in_it(text in any::<String>()) {
        if let Err(error) = parse(&text) {
            prop_assert!(error.at <= text.len(), "{} of {}", error.at, text);
        }
    }

    #[test]
    fn a_good_query_gone_wrong_is_read_or_refused(text in mutated()) {
        match parse(&text) {
            Ok(query) => {
                prop_assert_eq!(parse(&query.to_string()), Ok(query.clone()));
                if query.filter.is_some() {
                    fixture::found(&Query { filter: query.filter, ..Query::default() }.to_string());
                }
            }
            Err(error) => prop_assert!(text.is_char_boundary(error.at), "{} of {}", error.at, text),
        }
    }

    #[test]
    fn a_pattern_fits_what_it_was_made_from(text in text(), at in any::<prop::sample::Index>()) {
        let at = (0..=at.index(text.len() + 1)).rev().find(|it| text.is_char_boundary(*it)).unwrap();
        let encoded = |it: &str| Literal::Text(it.to_owned()).to_string();
        let shouted = text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
        let same_letters = shouted.eq(text.chars().flat_map(char::to_lowercase));
        let raw = format!("{}*{}", encoded(&text[..at]), encoded(&text[at..]));
        let pattern = Pattern::read(Word { at: 0, raw: &raw }).unwrap();
        prop_assert!(pattern.fits(&text));
        prop_assert!(!same_letters || pattern.fits(&text.to_uppercase()));
    }
}

#[test]
fn a_pattern_of_many_runs_is_not_tried_in_every_way() {
    let raw = format!("{}b", "*a".repeat(2_000));
    let pattern = Pattern::read(Word { at: 0, raw: &raw }).unwrap();
    assert!(!pattern.fits(&"a".repeat(10_000)));
}
