//! What a selection leaves of a value, and in which order values stand.

use serde_json::{Value, json};

use crate::api::aps::rql::parse;
use crate::api::aps::rql::selection::Selection;
use crate::api::aps::rql::value::Rank;

fn selected(query: &str, value: Value) -> Value {
    Selection::of(&parse(query).unwrap().select).prune(value)
}

#[test]
fn a_selection_keeps_what_it_names_and_the_whole_of_what_it_names_last() {
    let plan = || {
        json!({
            "planId": 4,
            "name": { "en_US": "Gold", "de_DE": "Gold" },
            "rates": [{ "id": 1, "fees": { "setup": 1, "renewal": 2 } }, { "id": 2 }],
        })
    };
    assert_eq!(selected("", plan()), plan());
    assert_eq!(selected("select(planId)", plan()), json!({ "planId": 4 }));
    assert_eq!(selected("select(name.en_US)", plan()), json!({ "name": { "en_US": "Gold" } }));
    assert_eq!(selected("select(name.en_US,name)", plan()), json!({ "name": plan()["name"] }));
    assert_eq!(selected("select(name,name.en_US)", plan()), json!({ "name": plan()["name"] }));
    assert_eq!(selected("select(nothing,planId.x)", plan()), json!({ "planId": 4 }));
    assert_eq!(
        selected("select(rates.fees.setup,rates.id)", plan()),
        json!({ "rates": [{ "id": 1, "fees": { "setup": 1 } }, { "id": 2 }] })
    );
}

#[test]
fn a_selection_tells_what_is_asked_for_below_a_link() {
    let selection = Selection::of(&parse("select(a,link.b.c,link.d)").unwrap().select);
    let link = selection.part("link").unwrap();
    assert_eq!(link.parts().map(|it| it.0).collect::<Vec<_>>(), ["b", "d"]);
    assert!(selection.part("a").unwrap().is_whole());
    assert!(!link.part("b").unwrap().is_whole());
    assert_eq!(selection.part("other"), None);
    assert!(Selection::WHOLE.part("anything").unwrap().is_whole());
}

#[test]
fn values_have_one_order_whatever_they_are() {
    let mut values = [
        json!("Zebra"),
        json!("10.0"),
        json!("apple"),
        json!(true),
        json!(9),
        json!("Apple"),
        json!(null),
        json!(-1.5),
        json!("9.5"),
        json!(false),
        json!(10),
        json!("2020-02-29"),
        json!("01234"),
    ];
    values.sort_by_key(Rank::of);
    let expected = json!([
        null,
        false,
        true,
        -1.5,
        9,
        10,
        "9.5",
        "10.0",
        "01234",
        "2020-02-29",
        "Apple",
        "apple",
        "Zebra"
    ]);
    assert_eq!(json!(values), expected);
}
