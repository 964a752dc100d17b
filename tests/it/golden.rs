//! What was written once must be read for ten years: bytes of every kind of record, as they were
//! written when its shape was made, are read today and say the same.
//!
//! The bytes lie in `tests/fixtures/records.txt`, with what they say. A change of a shape makes this
//! test fail until the old shape is frozen in `store::migrate`; before anything is released the bytes
//! are made anew, by `UPDATE_EXPECT=1`, from what stands on the stage.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use expect_test::expect_file;
use tillbox::domain::page::PageOrder;
use tillbox::store::schema::{KINDS, Kept};
use tillbox::store::{KeyRange, Store, Trust, View};

use crate::harness::stage::{Scene, Stage};

/// Kinds of which nothing stands on the stage: this list only becomes shorter.
const NOT_ON_STAGE: &[&str] =
    &["catalog", "deposit", "dunning", "notification_template", "promotion", "quote"];

/// The bytes of the file, by kind.
fn kept() -> BTreeMap<String, Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/records.txt");
    let text = fs::read_to_string(path).unwrap_or_default();
    let rows = text.lines().filter_map(|it| it.strip_prefix("= ")?.split_once(' '));
    rows.map(|(kind, bytes)| (kind.to_owned(), hex::decode(bytes).unwrap())).collect()
}

/// The bytes of the first record of a kind on the stage.
fn staged(view: &dyn View, kept: &Kept) -> Option<Vec<u8>> {
    let mut first = None;
    view.scan(kept.table, &KeyRange::all(), PageOrder::Rising, &mut |_, bytes| {
        first = Some(bytes.to_vec());
        Ok(ControlFlow::Break(()))
    })
    .unwrap();
    first
}

#[test]
fn what_was_written_once_says_the_same_today() {
    let store = Store::within(Stage::shared().disk(Scene::Running), Trust::LastCommit).unwrap();
    let (kept, view) = (kept(), store.read().unwrap());
    let (mut told, mut missing) = (String::new(), Vec::new());
    for kind in KINDS {
        let name = kind.kind.noun();
        let is_readable = |it: &&Vec<u8>| (kind.reread)(it).is_ok();
        let bytes = kept.get(&name).filter(is_readable).cloned();
        let Some(bytes) = bytes.or_else(|| staged(&view, kind)) else {
            missing.push(name);
            continue;
        };
        let (says, anew) = (kind.reread)(&bytes).unwrap();
        assert_eq!(hex::encode(&anew), hex::encode(&bytes), "{name} is written otherwise today");
        told += &format!("= {name} {}\n{says}\n\n", hex::encode(&bytes));
    }
    assert_eq!(missing, NOT_ON_STAGE, "no bytes are kept of these");
    expect_file!["../fixtures/records.txt"].assert_eq(&told);
}
