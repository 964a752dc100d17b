//! How many rounds a test goes.
//!
//! A plain `cargo test` goes a tenth of the everyday figure, `TILLBOX_ASSURE=everyday` all of it,
//! and `TILLBOX_SOAK=1` the long run.

use std::env;
use std::fs::{read_dir, read_to_string};
use std::path::Path;

/// The figure for this run, of a test that has one for every day and one for the long run.
pub(crate) fn rounds(everyday: u64, soak: u64) -> u64 {
    if env::var("TILLBOX_SOAK").is_ok_and(|it| it == "1") {
        return soak;
    }
    match env::var("TILLBOX_ASSURE").as_deref() {
        Ok("everyday") => everyday,
        Ok(other) => panic!("TILLBOX_ASSURE is `{other}`, which is no scale: `everyday` is one"),
        Err(_) => everyday.div_ceil(10),
    }
}

/// Whether all is tried of what a plain run tries a part of.
pub(crate) fn is_thorough() -> bool {
    rounds(10, 10) == 10
}

/// The modules of tests below a folder whose rounds are counted here.
fn scaled(folder: &Path, module: &str, found: &mut Vec<String>) {
    for entry in read_dir(folder).unwrap().map(Result::unwrap) {
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        let inner = format!("{module}{}::", name.trim_end_matches(".rs"));
        if path.is_dir() && name != "harness" {
            scaled(&path, &inner, found);
        } else if path.is_file() && read_to_string(&path).unwrap().contains("harness::scale::") {
            found.push(if name == "mod.rs" { module.to_owned() } else { inner });
        }
    }
}

/// `cargo assure` leaves out what would be the same as in `cargo test`, and nothing else.
#[test]
fn whatever_has_a_scale_is_assured() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = read_to_string(root.join(".cargo/config.toml")).unwrap();
    let config: toml::Table = config.parse().unwrap();
    let words = config["alias"]["assure"].as_array().unwrap().iter().map(|it| it.as_str().unwrap());
    let mut named: Vec<_> = words.skip_while(|it| *it != "--").skip(1).collect();
    let mut found = Vec::new();
    scaled(&root.join("tests/it"), "", &mut found);
    found.sort();
    named.sort_unstable();
    assert_eq!(found, named);
}
