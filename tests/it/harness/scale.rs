//! How many rounds a test goes.
//!
//! A plain `cargo test` goes a tenth of the everyday figure, `TILLBOX_ASSURE=everyday` all of it,
//! and `TILLBOX_SOAK=1` the long run.

use std::env;

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
