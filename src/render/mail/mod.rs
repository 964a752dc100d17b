//! Mails: what a template and a tree of values come to.
//!
//! Templates can be edited by the people of every seller, so the language is a small part of
//! Jinja's: it places values, chooses and repeats, and does not compute. What stands in a value can
//! never become a tag, an attribute or a header, whatever the template.

mod default;
mod language;
mod sample;
mod tree;

use std::io::{self, Write};

use minijinja::Value;
use thiserror::Error;

pub use self::default::of_house;
pub use self::sample::sample;
pub use self::tree::Tree;

/// What one kind of mail says, with places for values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTemplate {
    /// What stands above it.
    pub subject: String,
    /// What it says as plain text.
    pub text: String,
    /// What it says as HTML; it may extend `layout.html` and import from `parts.html`.
    pub html: String,
}

/// A mail with all values in their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailParts {
    /// What stands above it, on one line.
    pub subject: String,
    /// What it says as plain text.
    pub text: String,
    /// What it says as HTML.
    pub html: String,
}

/// What is wrong with a template, for whoever edits it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the {part} of the template, line {line}: {what}")]
pub struct TemplateError {
    /// `subject`, `text` or `html`.
    pub part: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

impl TemplateError {
    /// No part of a template is longer, in bytes.
    pub const SOURCE_BYTES_MAX: usize = 64 * 1024;
    /// No part of a mail is longer, in bytes.
    pub const PART_BYTES_MAX: usize = 512 * 1024;
}

/// Puts values into a template.
///
/// # Errors
/// If the template says what it may not, or names a value that is not there.
pub fn render(template: &MailTemplate, values: &Tree) -> Result<MailParts, TemplateError> {
    let values = values.to_value();
    let subject = part("subject", &template.subject, &values)?;
    Ok(MailParts {
        subject: subject.split_whitespace().collect::<Vec<_>>().join(" "),
        text: part("text", &template.text, &values)?,
        html: part("html", &template.html, &values)?,
    })
}

fn part(part: &'static str, source: &str, values: &Value) -> Result<String, TemplateError> {
    language::check(source).map_err(|(line, what)| TemplateError { part, line, what })?;
    let mut environment = language::environment();
    // The ending of the name decides whether values are escaped.
    let name = if part == "html" { "mail.html" } else { "mail.txt" };
    default::add_own(&mut environment);
    let refused = |it: &minijinja::Error| TemplateError {
        part,
        line: it.line().unwrap_or(1),
        what: it.detail().map_or_else(|| it.kind().to_string(), str::to_owned),
    };
    environment.add_template(name, source).map_err(|it| refused(&it))?;
    let mut written = Bounded(Vec::new());
    let template = environment.get_template(name).map_err(|it| refused(&it))?;
    template.render_captured_to(values.clone(), &mut written).map_err(|it| refused(&it))?;
    Ok(String::from_utf8(written.0).expect("templates and values are text"))
}

/// Memory that takes no more than a mail may have.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > TemplateError::PART_BYTES_MAX {
            return Err(io::Error::other("the mail gets too long"));
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
