//! The templates that come with the house, for those who have not written their own.

use minijinja::Environment;
use rust_embed::RustEmbed;

use super::MailTemplate;
use crate::domain::notification::Occasion;
use crate::domain::text::Locale;

#[derive(RustEmbed)]
#[folder = "assets/mail"]
struct Assets;

/// The template of the house for an occasion, in English where the language is not known.
#[must_use]
pub fn of_house(occasion: Occasion, locale: &Locale) -> MailTemplate {
    let named = |language: &str| format!("{language}/{occasion}.mail");
    let name = Some(named(locale.language())).filter(|it| Assets::get(it).is_some());
    split(&asset(&name.unwrap_or_else(|| named("en"))))
}

/// Takes a file apart into subject, text and HTML, which stand between lines of three dashes.
fn split(file: &str) -> MailTemplate {
    let mut parts = file.splitn(3, "\n---\n").map(str::to_owned);
    let mut next = || parts.next().expect("a mail has a subject, a text and HTML");
    MailTemplate { subject: next(), text: next() + "\n", html: next() }
}

/// Adds what templates may extend and import from.
pub(super) fn add_own(environment: &mut Environment<'_>) {
    for name in ["layout.html", "parts.html"] {
        let added = environment.add_template_owned(name, asset(name));
        added.expect("what comes with the house is right: a test renders it");
    }
}

fn asset(name: &str) -> String {
    let file = Assets::get(name).expect("it comes with the house: a test asks for each");
    String::from_utf8(file.data.into_owned()).expect("templates are text")
}
