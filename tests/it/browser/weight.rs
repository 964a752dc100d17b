//! How much a browser has to load before it shows something, and how soon it does: said aloud, so
//! that people see it grow. Only the weight of the code has a limit; time depends on the machine.

use std::io::Write as _;

use super::chromium::chromium;
use super::stage::{LOOKED_AT, OLGA};

/// All scripts and styles of all pages together, compressed, may weigh so many bytes.
const CODE_BYTES_MAX: u64 = 272_000;

/// Those that one waits for at the first page, so many.
const FIRST_BYTES_MAX: u64 = 60_000;

#[test]
fn the_code_of_all_pages_is_light() {
    let Some(chromium) = chromium() else { return };
    let tab = LOOKED_AT.signed_in(chromium, OLGA);
    tab.go("/ui/");
    tab.sees("Recent invoices");
    tab.settle();
    let paint = "performance.getEntriesByType('paint').map((it) => `${it.name} ${Math.round(it.startTime)} ms`).join(', ')";
    let paint = tab.eval(paint);
    let weigh = |ends: &str| {
        let bytes = tab.eval(&format!(
            "performance.getEntriesByType('resource').filter((it) => /\\.({ends})$/.test(it.name))
              .reduce((sum, it) => sum + it.encodedBodySize, 0)"
        ));
        bytes.as_u64().unwrap_or_default()
    };
    let (first, fonts) = (weigh("js|css"), weigh("woff2"));
    let all = "import(new URL('page/index.js', document.querySelector('script[type=module]').src))
        .then((it) => Promise.all(it.PAGES.map((page) => page.load()))).then(() => true)";
    tab.eval(all);
    tab.settle();
    let code = weigh("js|css");
    let mut aloud = std::io::stderr();
    let paint = paint.as_str().unwrap_or_default();
    writeln!(
        aloud,
        "the overview: {first} bytes of code, {fonts} of fonts, {paint}; all pages: {code} bytes of \
         code"
    )
    .unwrap();
    assert!(code > 10_000, "nothing was weighed");
    assert!(first < FIRST_BYTES_MAX, "{first} bytes of code before the overview is there");
    assert!(code < CODE_BYTES_MAX, "{code} bytes of code");
}
