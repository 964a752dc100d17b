//! What browsers get: policy, caching, fallback, sizes; and what is in the files: what others wrote
//! is as its manifest says, and what we wrote finds all that it names.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tower::ServiceExt;
use tower_http::compression::CompressionLayer;

use super::file::Files;
use super::{document, policy, router};

/// The code of all pages together, compressed, in bytes: of two houses, a shop and an office. Nobody
/// loads all of it: what one waits for at the first page has a limit of its own, where a browser
/// weighs it.
const CODE_MAX: usize = 264 * 1024;
/// The words of one language, compressed, in bytes; a reader loads one. French takes the most.
const LANGUAGE_MAX: usize = 59 * 1024;
/// All style sheets, compressed, in bytes: those of the office and those of the shop.
const STYLE_MAX: usize = 14 * 1024;
/// The longest module, in lines.
const LINES_MAX: usize = 500;
/// What no module of ours holds: the policy forbids it, or it would be a way around it.
const FORBIDDEN: &[&str] =
    &["innerHTML", "outerHTML", "dangerouslySet", " style=", "eval(", "insertAdjacentHTML"];

fn ask(router: &Router, path: &str, header: Option<(header::HeaderName, &str)>) -> Response<Body> {
    let mut request = Request::get(path);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    let asked = router.clone().oneshot(request.body(Body::empty()).unwrap());
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(asked).unwrap()
}

fn get(path: &str) -> Response<Body> {
    ask(&router(), path, None)
}

fn bytes(response: Response<Body>) -> Vec<u8> {
    let collected = response.into_body().collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(collected).unwrap().to_bytes().to_vec()
}

fn text(path: &str) -> String {
    String::from_utf8(bytes(get(path))).unwrap()
}

fn said<'a>(response: &'a Response<Body>, name: &header::HeaderName) -> &'a str {
    response.headers().get(name).map_or("", |it| it.to_str().unwrap())
}

/// The address of a file in the present release.
fn at(name: &str) -> String {
    format!("/ui/@{}/{name}", Files::embedded().release())
}

/// The modules that we wrote, with their texts.
fn modules() -> Vec<(String, String)> {
    let own = Files::names().into_iter().filter(|it| it.starts_with("ui/") && it.ends_with(".js"));
    own.map(|name| (name.clone(), Files::text(&name).unwrap())).collect()
}

#[test]
fn every_answer_is_under_the_policy() {
    for path in ["/ui/", "/ui/sign-in", "/ui/accounts", &at("ui/app.js"), &at("ui/none.js")] {
        let response = get(path);
        assert_eq!(said(&response, &header::CONTENT_SECURITY_POLICY), policy::CONTENT, "{path}");
        assert_eq!(said(&response, &header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
        assert_eq!(said(&response, &header::REFERRER_POLICY), "same-origin", "{path}");
    }
}

#[test]
fn any_address_of_a_page_may_be_opened_directly() {
    let start = text("/ui/");
    for path in ["/ui/accounts", "/ui/invoices/INV-2026-000001", "/ui/settings?part=tax"] {
        assert_eq!(text(path), start, "{path}");
    }
    for (path, target) in [("/", "/ui/"), ("/ui", "/ui/"), ("/setup", "/ui/set-up")] {
        let response = get(path);
        assert_eq!(response.status(), StatusCode::TEMPORARY_REDIRECT, "{path}");
        assert_eq!(said(&response, &header::LOCATION), target);
    }
    for path in [at("ui/none.js"), at("ui/document/app.html"), at("../Cargo.toml")] {
        assert_eq!(get(&path).status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn one_can_sign_in_without_scripts_and_is_told_when_it_fails() {
    let form = r#"method="post" action="/sign-in""#;
    let (page, refused) = (text("/ui/sign-in"), text("/ui/sign-in?refused=1"));
    assert!(page.contains(form) && refused.contains(form));
    let hidden = r#"role="alert" hidden"#;
    assert!(page.contains(hidden) && !refused.contains(hidden));
    let told: BTreeSet<_> = document::REFUSALS
        .iter()
        .map(|why| {
            let page = text(&format!("/ui/sign-in?refused={why}"));
            let alert = page.split(r#"role="alert">"#).nth(1).unwrap_or_default().to_owned();
            alert.split('>').nth(1).and_then(|it| it.split('<').next()).unwrap().to_owned()
        })
        .collect();
    assert_eq!(told.len(), document::REFUSALS.len(), "each says something else: {told:?}");
    assert_eq!(text("/ui/sign-in?refused=perhaps"), page);
}

#[test]
fn a_file_is_kept_for_good_under_its_release_and_asked_for_again_under_another() {
    let present = get(&at("ui/app.js"));
    assert_eq!(said(&present, &header::CONTENT_TYPE), "text/javascript");
    assert_eq!(said(&present, &header::CACHE_CONTROL), policy::KEEP);
    let past = get("/ui/@past/ui/app.js");
    assert_eq!(said(&past, &header::CACHE_CONTROL), policy::ASK_AGAIN);
    assert_eq!(bytes(past), bytes(present), "a page that is open during an upgrade goes on");
}

#[test]
fn what_a_browser_has_is_not_sent_again() {
    for path in ["/ui/".to_owned(), at("ui/app.js")] {
        let first = get(&path);
        let tag = said(&first, &header::ETAG).to_owned();
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
            let again = ask(&router(), &path, Some((header::IF_NONE_MATCH, known.as_str())));
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path} {known}");
            assert_eq!(said(&again, &header::ETAG), tag);
            assert!(bytes(again).is_empty());
        }
        let other = ask(&router(), &path, Some((header::IF_NONE_MATCH, "\"other\"")));
        assert_eq!(other.status(), StatusCode::OK);
    }
}

#[test]
fn a_document_names_all_that_its_script_needs() {
    for path in ["/ui/", "/ui/sign-in", "/ui/set-up", "/ui/password", "/ui/forgotten"] {
        let html = text(path);
        let named: Vec<_> =
            html.split("href=\"").skip(1).filter_map(|it| it.split('"').next()).collect();
        assert!(named.iter().any(|it| it.ends_with("ui/style/1-token.css")), "{path}");
        assert!(named.iter().any(|it| it.ends_with("ui/model/api.js")), "{path}");
        for address in named.iter().filter(|it| it.contains('@')) {
            assert_eq!(get(address).status(), StatusCode::OK, "{path} names {address}");
        }
    }
}

#[test]
fn a_module_finds_all_that_it_names() {
    let names = Files::names();
    let sprite = Files::text("vendor/lucide/icons.svg").unwrap();
    for (module, text) in modules() {
        for needed in Files::needed_by(&module) {
            assert!(names.contains(&needed), "{module} needs {needed}, which is not there");
        }
        for later in quoted(&text, "import(\"./") {
            let folder = module.rsplit_once('/').unwrap().0;
            assert!(names.contains(&format!("{folder}/{later}")), "{module} loads {later}");
        }
        for icon in quoted(&text, "icon=\"").chain(quoted(&text, "icon: \"")) {
            assert!(sprite.contains(&format!("id=\"{icon}\"")), "{module} shows `{icon}`");
        }
    }
}

#[test]
fn modules_are_small_and_say_what_they_own() {
    for (module, text) in modules() {
        let first = text.lines().next().unwrap_or_default();
        assert!(first.starts_with("// ") && first.ends_with('.'), "{module} says nothing");
        assert!(text.lines().count() <= LINES_MAX, "{module} is too long");
        for word in FORBIDDEN {
            assert!(!text.contains(word), "{module} has `{word}`");
        }
    }
}

/// The texts that our pages ask to be translated.
fn asked_for() -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    for (_, text) in modules() {
        texts.extend(translated(&text).map(str::to_owned));
    }
    for name in Files::names().iter().filter(|it| it.starts_with("ui/document/")) {
        let html = Files::text(name).unwrap();
        let marked = html.split(" data-text>").skip(1).filter_map(|it| it.split('<').next());
        texts.extend(marked.map(str::to_owned));
    }
    texts
}

/// The catalogue of a language: each text on a line of its own, and none twice.
fn catalogue(language: &str) -> Map<String, Value> {
    let file = Files::text(&format!("ui/lang/{language}.json")).unwrap();
    let said: Map<String, Value> = serde_json::from_str(&file).unwrap();
    let lines = file.lines().filter(|it| it.starts_with("  \"")).count();
    assert_eq!(said.len(), lines, "{language} says something twice, or not on a line of its own");
    said
}

/// The names of the values in a text.
fn marks(text: &str) -> BTreeSet<String> {
    quoted(text, "{").map(|it| it.split('}').next().unwrap_or_default().to_owned()).collect()
}

/// The languages other than English, of which the words are in the code.
fn languages() -> Vec<String> {
    let all = Files::names().into_iter();
    let named =
        all.filter_map(|it| Some(it.strip_prefix("ui/lang/")?.strip_suffix(".json")?.to_owned()));
    named.filter(|it| it != "en").collect()
}

#[test]
fn every_language_that_can_be_chosen_has_a_catalogue() {
    let text = Files::text("ui/model/text.js").unwrap();
    let list = text.split("LANGUAGES = {").nth(1).and_then(|it| it.split('}').next()).unwrap();
    let mut offered: Vec<_> =
        list.split(',').map(|it| it.split(':').next().unwrap().trim()).collect();
    assert_eq!(offered.remove(0), "en");
    offered.sort_unstable();
    assert_eq!(languages(), offered);
}

#[test]
fn every_text_is_in_every_catalogue() {
    let (texts, first) = (asked_for(), catalogue("de"));
    for language in languages() {
        let said = catalogue(&language);
        let missing: Vec<_> = texts.iter().filter(|it| !said.contains_key(*it)).collect();
        assert!(missing.is_empty(), "{language} lacks {missing:#?}");
        let missing: Vec<_> = first.keys().filter(|it| !said.contains_key(*it)).collect();
        assert!(missing.is_empty(), "{language} lacks {missing:#?}, which the API says");
    }
}

#[test]
fn every_catalogue_places_all_values_and_has_the_same_plurals() {
    let (english, first) = (catalogue("en"), catalogue("de"));
    for language in languages() {
        let said = catalogue(&language);
        for (text, said) in said.iter().filter(|it| first.contains_key(it.0)) {
            let forms = said.as_object();
            assert_eq!(
                forms.is_some(),
                english.contains_key(text),
                "whether `{text}` has a plural in {language}"
            );
            assert!(forms.is_none_or(|it| it.contains_key("other")), "`{text}` in {language}");
            for form in forms.map_or(vec![said], |it| it.values().collect()) {
                assert_eq!(marks(form.as_str().unwrap()), marks(text), "`{text}` in {language}");
            }
        }
    }
}

#[test]
fn what_others_wrote_is_as_the_manifest_says() {
    let manifest: Value =
        serde_json::from_str(&Files::text("vendor/manifest.json").unwrap()).unwrap();
    let mut left: BTreeSet<_> =
        Files::names().into_iter().filter(|it| it.starts_with("vendor/")).collect();
    left.remove("vendor/manifest.json");
    for entry in manifest.as_array().unwrap() {
        let field = |name: &str| entry[name].as_str().unwrap_or_default();
        let file = bytes(get(&at(&format!("vendor/{}", field("file")))));
        let digest: String = Sha256::digest(&file).iter().map(|it| format!("{it:02x}")).collect();
        assert_eq!(digest, field("sha256"), "{}", field("file"));
        assert!(["MIT", "Apache-2.0", "ISC", "OFL-1.1"].contains(&field("licence")));
        assert!(!field("package").is_empty() && !field("version").is_empty());
        let licence = format!("vendor/{}", field("licence_text"));
        assert!(Files::text(&licence).is_some_and(|it| it.len() > 200), "{licence}");
        left.remove(&format!("vendor/{}", field("file")));
        left.remove(&licence);
    }
    assert!(left.is_empty(), "the manifest does not know {left:?}");
}

#[test]
fn all_of_it_is_small() {
    let compressing = router().layer(CompressionLayer::new());
    let sent = |name: &String| {
        let gzip = Some((header::ACCEPT_ENCODING, "gzip"));
        let response = ask(&compressing, &at(name), gzip);
        assert_eq!(said(&response, &header::CONTENT_ENCODING), "gzip", "{name}");
        bytes(response).len()
    };
    let names = Files::names();
    let all = |end: &str| -> usize { names.iter().filter(|it| it.ends_with(end)).map(sent).sum() };
    let (code, style) = (all(".js") + all("icons.svg"), all(".css"));
    assert!(code < CODE_MAX, "{code} bytes of code");
    for language in names.iter().filter(|it| it.starts_with("ui/lang/")) {
        let words = sent(language);
        assert!(words < LANGUAGE_MAX, "{words} bytes of words in {language}");
    }
    assert!(style < STYLE_MAX, "{style} bytes of style");
}

/// The texts that a module asks to be translated: what stands in `t("…`.
fn translated(text: &str) -> impl Iterator<Item = &str> {
    let begin = "t(\"";
    let calls = text.match_indices(begin).filter(|(at, _)| {
        let before = text[..*at].chars().next_back().unwrap_or(' ');
        !before.is_alphanumeric() && before != '.'
    });
    calls.filter_map(move |(at, _)| text[at + begin.len()..].split('"').next())
}

/// What stands in quotes, or up to a closing brace, after each occurrence of a beginning.
fn quoted<'a>(text: &'a str, begin: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(begin).skip(1).filter_map(|it| it.split('"').next())
}
