//! The annex: how each amount came about, line by line, and the seal of the paper.

use krilla::tagging::{Tag, TagKind};

use super::Setting;
use super::explained::sentences;
use super::sheet::{ASIDE, Edge, FAINT, INK, LEFT, QUIET, RIGHT, Sheets};
use super::table::{NEXT_TOP, paragraph};
use super::typeset::Face;
use super::words::filled;

const TEXT: f32 = LEFT + 26.0;

/// Draws the annex on pages of its own.
pub(super) fn drawn(setting: &Setting<'_>, sheets: &mut Sheets, bottom: f32) {
    let (words, paper) = (setting.words(), setting.paper);
    sheets.turn();
    let tag =
        Tag::Hn(2.try_into().expect("two is more than nothing"), Some(words.annex.to_owned()));
    let part = sheets.part(TagKind::from(tag), ASIDE);
    let heading = (words.annex, Face::semibold(13.0), RIGHT - LEFT);
    let y = sheets.text((LEFT, NEXT_TOP), heading, (setting.ink, Some(part))) + 2.0;
    let mut y =
        paragraph(sheets, (y, bottom), (words.annex_intro, Face::regular(8.5)), QUIET) + 8.0;
    for line in &paper.lines {
        let title = format!("{} – {}", line.of.subject, line.of.label);
        let title = sheets.typesetter.block(&title, Face::semibold(8.5), RIGHT - TEXT - 80.0);
        let told = sentences(setting.language, line, paper.tax_of(line)).join("\n");
        let told = sheets.typesetter.block(&told, Face::regular(8.0), RIGHT - TEXT);
        let part = sheets.part(Tag::P, ASIDE);
        // A title does not stay behind alone.
        if y + title.height() + 24.0 > bottom {
            sheets.turn();
            y = NEXT_TOP;
        }
        let place = sheets.typesetter.line(&line.place.to_string(), Face::regular(8.5));
        sheets.line((Edge::Left(LEFT), y), place, (QUIET, Some(part)));
        let amount = sheets
            .typesetter
            .line(&setting.language.amount(line.net), Face::semibold(8.5).aligned());
        sheets.line((Edge::Right(RIGHT), y), amount, (INK, Some(part)));
        y = sheets.block((Edge::Left(TEXT), y), title, (INK, Some(part)));
        for line in told.lines {
            if y + line.height > bottom {
                sheets.turn();
                y = NEXT_TOP;
            }
            let height = line.height;
            sheets.line((Edge::Left(TEXT), y), line, (QUIET, Some(part)));
            y += height;
        }
        sheets.area((LEFT, y + 4.0), (RIGHT - LEFT, 0.5), FAINT);
        y += 9.0;
    }
    let seal = hex::encode(paper.issue.link.hash);
    paragraph(sheets, (y, bottom), (&filled(words.seal, &[&seal]), Face::regular(6.8)), QUIET);
}
