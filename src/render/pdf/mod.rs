//! Papers in the Portable Document Format: A4, in the language of who pays, to be kept for years
//! (PDF/A-3b) and read aloud (tagged).
//!
//! What is drawn follows from the paper and its look alone: the same invoice is the same bytes.

#![expect(
    clippy::float_arithmetic,
    reason = "places on a page; amounts are texts when they get here"
)]

mod annex;
mod because;
mod explained;
mod foot;
mod head;
mod manner;
mod payment;
mod settlement;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod typeset;
mod words;

use krilla::configure::{Archival, ConfigurationBuilder, PdfVersion};
use krilla::error::KrillaError;
use krilla::geom::Size;
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::{Document, SerializeSettings};
use thiserror::Error;

use self::manner::Language;
pub use self::settlement::of_settlement;
use self::sheet::Sheets;
use self::words::Words;
use super::paper::{Paper, is_sayable};
use crate::domain::billing::letterhead::{Color, Logo, Look};
use crate::domain::time::Instant;

/// A paper that could not be made.
#[derive(Debug, Error)]
#[error("a paper cannot be written: {0:?}")]
pub struct PdfError(KrillaError);

/// A logo that cannot be drawn, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct LogoError(String);

/// Refuses a logo that cannot be drawn: it is drawn once, for a picture is read whole only then.
///
/// # Errors
/// With what is wrong with it.
pub fn must_be_drawable(logo: &Logo) -> Result<(), LogoError> {
    let image = picture(logo)?;
    let mut document = Document::new();
    let mut page = document.start_page();
    let mut surface = page.surface();
    let size = Size::from_wh(1.0, 1.0).expect("a point has a size");
    surface.draw_image(image, size);
    surface.finish();
    page.finish();
    let drawn = document.finish().map(|_| ());
    drawn.map_err(|_| LogoError("its pixels cannot be read".to_owned()))
}

fn picture(logo: &Logo) -> Result<Image, LogoError> {
    Image::from_png(logo.png().to_vec().into(), false).map_err(LogoError)
}

/// A paper as it is set.
struct Setting<'a> {
    paper: &'a Paper<'a>,
    logo: Option<Image>,
    ink: Color,
    language: Language,
}

impl Setting<'_> {
    const fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// What the paper is, and its number.
    fn title(&self) -> String {
        title(self.paper)
    }
}

/// What a paper is in its language, and its number.
#[must_use]
pub fn title(paper: &Paper<'_>) -> String {
    let words = Language::of(&paper.imprint().locale).words();
    let what = if paper.takes_back.is_some() { words.credit_note } else { words.invoice };
    format!("{what} {}", paper.issue.number)
}

/// What the file says of itself: its title, its subject and who made it, in what XML can say.
#[must_use]
pub fn said(paper: &Paper<'_>) -> [String; 3] {
    let (title, seller) = (title(paper), paper.issue.seller.name.to_string());
    let said = [title.clone(), format!("{title}, {seller}"), seller];
    said.map(|it| it.chars().filter(|it| is_sayable(*it)).collect())
}

/// A paper as a file.
///
/// # Errors
/// If it cannot be written; no text and no figure of a paper leads there.
pub fn of_paper(paper: &Paper<'_>, look: &Look) -> Result<Vec<u8>, PdfError> {
    let setting = Setting {
        paper,
        logo: look.logo.as_ref().and_then(|it| picture(it).ok()),
        ink: look.color.ink(),
        language: Language::of(&paper.imprint().locale),
    };
    let mut sheets = Sheets::new();
    let foot = foot::measured(&setting, &mut sheets);
    let y = head::drawn(&setting, &mut sheets);
    let payment = payment::set(&setting, &mut sheets);
    let below = payment.as_ref().map_or(0.0, payment::Boxed::height);
    let y = table::drawn(&setting, &mut sheets, (y, foot.top()), below);
    if let Some(payment) = payment {
        payment.drawn(&setting, &mut sheets, (y, foot.top()));
    }
    annex::drawn(&setting, &mut sheets, foot.top());
    foot.drawn(&setting, &mut sheets);
    written(&setting, sheets).map_err(PdfError)
}

fn written(setting: &Setting<'_>, sheets: Sheets) -> Result<Vec<u8>, KrillaError> {
    let (said, id) = (said(setting.paper), setting.paper.id.to_string());
    filed(sheets, setting.language, Said { said, id, at: setting.paper.issue.issued_at })
}

/// What a file says of itself.
struct Said {
    /// Its title, its subject and who made it.
    said: [String; 3],
    /// What it is of.
    id: String,
    /// When that was made.
    at: Instant,
}

/// What was drawn, as a file.
fn filed(sheets: Sheets, language: Language, it: Said) -> Result<Vec<u8>, KrillaError> {
    let configuration = ConfigurationBuilder::new()
        .with_version(PdfVersion::Pdf17)
        .with_archival_validator(Archival::A3_B)
        .finish()
        .expect("PDF/A-3b is of PDF 1.7");
    let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
    let mut document = Document::new_with(settings);
    sheets.into_document(&mut document, language.code())?;
    let [title, subject, author] = it.said;
    let metadata = Metadata::new()
        .title(title)
        .description(subject)
        .authors(vec![author])
        .creator("Tillbox".to_owned())
        .producer("krilla".to_owned())
        .language(language.code().to_owned())
        .document_id(it.id)
        .creation_date(moment(it.at));
    document.set_metadata(metadata);
    document.finish()
}

/// A moment as the format has it.
fn moment(at: Instant) -> DateTime {
    let text = at.to_string();
    let part = |from: usize, to: usize| text.get(from..to).and_then(|it| it.parse::<u8>().ok());
    let year = text.get(0..4).and_then(|it| it.parse().ok()).unwrap_or_default();
    let [month, day, hour, minute, second] =
        [(5, 7), (8, 10), (11, 13), (14, 16), (17, 19)].map(|it| part(it.0, it.1).unwrap_or(0));
    DateTime::new(year)
        .month(month)
        .day(day)
        .hour(hour)
        .minute(minute)
        .second(second)
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}
