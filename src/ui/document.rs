//! The documents of the UI, made once from their templates at the start.

use std::collections::BTreeMap;

use axum::body::Bytes;
use minijinja::{AutoEscape, Environment, context};
use sha2::{Digest, Sha256};

use super::file::{Files, short};

/// A document, ready to be sent.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) html: Bytes,
    pub(super) tag: String,
}

/// All documents.
#[derive(Debug)]
pub(super) struct Documents {
    /// The frame in which scripts make the pages.
    pub(super) app: Document,
    /// To sign in.
    pub(super) sign_in: Document,
    /// The same, after it did not work, by why.
    pub(super) refused: BTreeMap<&'static str, Document>,
    /// To make the first operator.
    pub(super) set_up: Document,
    /// To choose a password, by a link from a mail.
    pub(super) password: Document,
    /// To ask for such a link.
    pub(super) forgotten: Document,
    /// An invoice for who got it by mail and cannot sign in.
    pub(super) invoice: Document,
    /// Where whoever tries a payment says what becomes of it.
    pub(super) sandbox: Document,
}

/// The module of the page to sign in.
const SIGN_IN: &str = "ui/door/sign_in.js";

/// Why the plain form did not let somebody in, as its address says: something is not right, try
/// later, a password for one use, a new one that is too weak, a page that is not ours.
pub(super) const REFUSALS: &[&str] = &["1", "later", "change", "weak", "elsewhere", "external"];

impl Documents {
    /// The documents over some files.
    pub(super) fn of(files: &Files) -> Self {
        let told = |name: &str, script: &str, refusal: &str| {
            render(files, name, script, refusal)
                .unwrap_or_else(|error| panic!("`{name}` is no template: {error}"))
        };
        let document = |name: &str, script: &str| told(name, script, "");
        let refused = |why: &&'static str| (*why, told("sign_in.html", SIGN_IN, why));
        Self {
            app: document("app.html", "ui/app.js"),
            sign_in: document("sign_in.html", SIGN_IN),
            refused: REFUSALS.iter().map(refused).collect(),
            set_up: document("set_up.html", "ui/door/set_up.js"),
            password: document("password.html", "ui/door/password.js"),
            forgotten: document("forgotten.html", "ui/door/forgotten.js"),
            invoice: document("invoice.html", "ui/door/invoice.js"),
            sandbox: document("sandbox.html", "ui/door/sandbox.js"),
        }
    }
}

fn render(
    files: &Files,
    name: &str,
    script: &str,
    refusal: &str,
) -> Result<Document, minijinja::Error> {
    let text = |name: &str| Files::text(&format!("ui/document/{name}")).unwrap_or_default();
    let (frame, document) = (text("frame.html"), text(name));
    let mut environment = Environment::new();
    // Nothing that comes from outside stands in a document.
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_template("frame.html", &frame)?;
    environment.add_template(name, &document)?;
    let html = environment.get_template(name)?.render(context! {
        at => format!("/ui/@{}", files.release()),
        styles => named("ui/style/", ".css"),
        script,
        modules => Files::needed_by(script),
        refusal,
    })?;
    let tag = format!("\"{}\"", short(&Sha256::digest(html.as_bytes())));
    Ok(Document { html: Bytes::from(html), tag })
}

/// The names of files, in order.
fn named(folder: &str, end: &str) -> Vec<String> {
    let all = Files::names().into_iter();
    all.filter(|it| it.starts_with(folder) && it.ends_with(end)).collect()
}
