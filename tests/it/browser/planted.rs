//! The inspection inspected: pages with one fault each. A check that finds nothing may be one that
//! cannot find anything.

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use super::chromium::chromium;
use super::inspection;
use super::place::Place;
use super::tab::Sight;
use super::window::Window;

/// The policy of our pages.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// A page: what stands in its body, its script and its style, and how the report on it begins.
/// A report of nothing is of a page in order.
const PAGES: [(&str, &str, &str, &str); 12] = [
    ("<p>All is well.</p>", "", "", ""),
    ("<p>Told.</p>", "console.error('oh')", "", "console error: \"oh\""),
    ("<p>Thrown.</p>", "throw new Error('oh')", "", "exception: Uncaught Error: oh"),
    ("<p>Inline.</p><script>var a = 1;</script>", "", "", "issue: ContentSecurityPolicyIssue"),
    ("<p onclick='a()'>Handler.</p>", "", "", "issue: ContentSecurityPolicyIssue"),
    ("<p style='color: red'>Style.</p>", "", "", "issue: ContentSecurityPolicyIssue"),
    ("<p id='a'>Typed.</p>", "a.innerHTML = '<b>x</b>'", "", "issue: ContentSecurityPolicyIssue"),
    ("<p>Missing.</p><img alt='' src='/missing.png'>", "", "", "404 GET /missing.png"),
    ("<p>Far.</p><img alt='' src='http://example.com/a.png'>", "", "", "from elsewhere: GET http"),
    ("<p>Pale.</p>", "", "p { color: #bbb; background: #fff }", "axe: color-contrast (serious): p"),
    ("<p class='wide'>Wide.</p>", "", ".wide { width: 2000px }", "too wide: p.wide \"Wide.\""),
    ("<button></button>", "", "", "axe: button-name (critical): button"),
];

/// Pages whose walk is not a walk in the park.
const WALKS: [(&str, &str, &str, &str); 4] = [
    ("<button>One</button><button>Two</button>", "", "", ""),
    ("<button>One</button>", "", ":focus { outline: none }", "shows no focus: button \"One\""),
    (
        "<button id='a'>Trap</button><button>After</button>",
        "a.onkeydown = (it) => it.preventDefault()",
        "",
        "not reached by Tab: button \"After\"",
    ),
    (
        "<div tabindex='0' class='a'>Here</div>",
        "",
        ".a:focus { outline: 0 }",
        "shows no focus: div",
    ),
];

fn place(pages: &'static [(&str, &str, &str, &str)]) -> Place {
    let mut router = Router::new();
    for (number, (body, script, style, _)) in pages.iter().enumerate() {
        let html = format!(
            "<!doctype html><html lang=en><title>Planted</title>\
             <meta name=viewport content='width=device-width'><link rel=icon href='data:,'>\
             <link rel=stylesheet href='/{number}.css'>\
             <main><h1>Planted</h1>{body}</main><script src='/{number}.js'></script>"
        );
        let page = (
            [(header::CONTENT_TYPE, "text/html"), (header::CONTENT_SECURITY_POLICY, POLICY)],
            html,
        );
        let script = ([(header::CONTENT_TYPE, "text/javascript")], *script);
        let style = ([(header::CONTENT_TYPE, "text/css")], *style);
        router = router
            .route(&format!("/{number}"), get(move || async { page.into_response() }))
            .route(&format!("/{number}.js"), get(move || async { script.into_response() }))
            .route(&format!("/{number}.css"), get(move || async { style.into_response() }));
    }
    Place::of(router.fallback(|| async { StatusCode::NOT_FOUND }))
}

#[test]
fn every_planted_fault_is_found_and_nothing_else() {
    let Some(chromium) = chromium() else { return };
    let place = place(&PAGES);
    let tab = Window::at(chromium, &place.origin).tab();
    for (number, (body, .., expected)) in PAGES.iter().enumerate() {
        tab.go(&format!("/{number}"));
        let sight = if number % 2 == 0 { Sight::HAND } else { Sight::HAND.by_night() };
        let found = inspection::faults(&tab, sight);
        let is_so = match found.first() {
            Some(first) => {
                !expected.is_empty()
                    && found.iter().any(|it| it.starts_with(expected))
                    && !first.is_empty()
            }
            None => expected.is_empty(),
        };
        let sight = sight.name();
        assert!(is_so, "{body} at {sight} was to give `{expected}` and gave {found:#?}");
    }
}

#[test]
fn a_walk_finds_what_cannot_be_walked() {
    let Some(chromium) = chromium() else { return };
    let place = place(&WALKS);
    let tab = Window::at(chromium, &place.origin).tab();
    for (number, (body, .., expected)) in WALKS.iter().enumerate() {
        tab.go(&format!("/{number}"));
        let found = inspection::obstacles(&tab);
        let is_so = match found.first() {
            Some(first) => !expected.is_empty() && first.starts_with(expected),
            None => expected.is_empty(),
        };
        assert!(is_so, "{body} was to give `{expected}` and gave {found:#?}");
    }
}

/// A page with something to do on it, whose title says what was done.
const DESK: [(&str, &str, &str, &str); 1] = [(
    "<label>Who <input id='who' value='nobody'></label><button id='say'>Say it</button>
     <p id='said'></p><p id='keys'></p>",
    "say.onclick = () => setTimeout(() => { said.textContent = `It is ${who.value}.` }, 50);
     addEventListener('keydown', (it) => { keys.textContent += `${it.ctrlKey ? '^' : ''}${it.key} ` })",
    "",
    "",
)];

#[test]
fn hands_do_what_hands_do() {
    let Some(chromium) = chromium() else { return };
    let place = place(&DESK);
    let tab = Window::at(chromium, &place.origin).tab();
    tab.go("/0");
    tab.fill("textbox", "Who", "Ann");
    tab.click("button", "Say…");
    tab.sees("It is Ann.");
    tab.click("textbox", "Who");
    tab.press("End");
    tab.type_text(" B");
    tab.press("Control+k");
    assert_eq!(tab.until("keys.textContent.length > 8 && keys.textContent"), "Delete End   B ^k ");
    assert_eq!(tab.eval("who.value"), "Ann B");
    tab.finds("button", "Say it");
    assert!(!tab.has("button", "Say"));
    tab.reload();
    assert_eq!((tab.eval("who.value"), tab.path()), ("nobody".into(), "/0".to_owned()));
    assert!(tab.picture(Sight::DESK).starts_with(b"\x89PNG"));
    tab.must_be_content();
}

#[test]
fn a_page_can_be_used_without_its_scripts() {
    let Some(chromium) = chromium() else { return };
    let place = place(&DESK);
    let tab = Window::at(chromium, &place.origin).tab();
    tab.run_no_scripts();
    tab.go("/0");
    tab.fill("textbox", "Who", "Ann");
    tab.click("button", "Say it");
    assert_eq!(tab.eval("who.value + said.textContent"), "Ann");
}
