//! The head of the first page: who writes to whom, what about, and when.

use krilla::tagging::{Tag, TagKind};

use super::Setting;
use super::manner::Language;
use super::sheet::{ASIDE, Edge, INK, LEFT, QUIET, RIGHT, Sheets, WIDTH};
use super::typeset::Face;
use super::words::filled;
use crate::domain::billing::invoice::InvoiceParty;
use crate::domain::country;
use crate::domain::party::vat::VatNumber;
use crate::domain::text::Country;

/// Where the logo or the name of the seller begins: 14 mm from the top.
const TOP: f32 = 39.7;
/// Where the address stands behind the window of an envelope: 45 mm from the top.
const WINDOW: f32 = 127.6;
/// How wide the window is: 85 mm.
const WINDOW_WIDTH: f32 = 240.9;
/// Where the figures beside the address begin: 125 mm from the left.
const BESIDE: f32 = 340.2;
/// The space that a logo may take.
const LOGO: (f32, f32) = (158.7, 56.7);

/// Draws the head; answers with where the table may begin.
pub(super) fn drawn(setting: &Setting<'_>, sheets: &mut Sheets) -> f32 {
    crest(setting, sheets);
    let address = address(setting, sheets);
    let facts = facts(setting, sheets);
    let y = address.max(facts).max(WINDOW + 106.0) + 22.0;
    subject(setting, sheets, y)
}

/// The logo at the right; where there is none, the name of the seller.
fn crest(setting: &Setting<'_>, sheets: &mut Sheets) {
    let seller = &setting.paper.issue.seller;
    sheets.area((0.0, 0.0), (WIDTH, 4.0), setting.ink);
    let Some(logo) = setting.logo.clone() else {
        let part = sheets.part(Tag::P, ASIDE);
        let block =
            sheets.typesetter.block(seller.name.as_str(), Face::semibold(14.0), RIGHT - LEFT);
        sheets.block((Edge::Left(LEFT), TOP), block, (setting.ink, Some(part)));
        return;
    };
    let (width, height) = logo.size();
    let (width, height) = (dots(width), dots(height));
    let scale = (LOGO.0 / width).min(LOGO.1 / height);
    let size = (width * scale, height * scale);
    let told = filled(setting.words().logo, &[seller.name.as_str()]);
    let part = sheets.part(TagKind::from(Tag::Figure(Some(told))), ASIDE);
    sheets.picture((RIGHT - size.0, TOP), size, (logo, part));
}

fn dots(count: u32) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX)).max(1.0)
}

/// Who writes, small, above whom it is for.
fn address(setting: &Setting<'_>, sheets: &mut Sheets) -> f32 {
    let issue = setting.paper.issue;
    let seller = &issue.seller;
    let mut from = vec![seller.name.to_string()];
    from.extend(seller.address.lines());
    let part = sheets.part(Tag::P, ASIDE);
    let (small, at) = (Face::regular(6.5), (LEFT, WINDOW));
    let y = sheets.text(at, (&from.join(" · "), small, WINDOW_WIDTH), (QUIET, Some(part))) + 7.0;
    let part = sheets.part(Tag::P, ASIDE);
    let buyer = lines_of(setting.language, &issue.buyer, seller.address.country.as_ref());
    let name = (issue.buyer.name.as_str(), Face::semibold(10.0), WINDOW_WIDTH);
    let mut y = sheets.text((LEFT, y), name, (INK, Some(part)));
    for line in buyer {
        let line = (line.as_str(), Face::regular(10.0), WINDOW_WIDTH);
        y = sheets.text((LEFT, y), line, (INK, Some(part)));
    }
    y
}

/// The address of a party, with its country where that is another than the seller's.
fn lines_of(language: Language, party: &InvoiceParty, home: Option<&Country>) -> Vec<String> {
    let mut lines = party.address.lines();
    let abroad = party.address.country.as_ref().filter(|it| Some(*it) != home);
    lines.extend(abroad.map(|it| country::name(it, language.code()).to_uppercase()));
    lines
}

/// Numbers and days, beside the address.
fn facts(setting: &Setting<'_>, sheets: &mut Sheets) -> f32 {
    let mut y = WINDOW - 1.0;
    let width = RIGHT - BESIDE;
    let list = sheets.part(Tag::Div, ASIDE);
    for (label, value) in told(setting) {
        let part = sheets.part(Tag::P, Some(list));
        let face = Face::regular(8.5);
        let label = sheets.typesetter.line(label, face);
        let beside = label.width + 10.0;
        sheets.line((Edge::Left(BESIDE), y), label, (QUIET, Some(part)));
        let block =
            sheets.typesetter.block(&value, Face::semibold(8.5), (width - beside).max(60.0));
        y = sheets.block((Edge::Right(RIGHT), y), block, (INK, Some(part))) + 2.5;
    }
    y
}

fn told(setting: &Setting<'_>) -> Vec<(&'static str, String)> {
    let (words, language, paper) = (setting.words(), setting.language, setting.paper);
    let (issue, imprint) = (paper.issue, paper.imprint());
    let mut facts =
        vec![(words.number, issue.number.to_string()), (words.date, language.day(issue.issued_on))];
    if paper.takes_back.is_none() {
        facts.push((words.due, language.day(issue.due_on)));
    }
    facts.extend(paper.service_period.map(|it| (words.period, language.period(it))));
    facts.push((words.customer, imprint.customer.to_string()));
    facts.extend(imprint.reference.as_ref().map(|it| (words.reference, it.to_string())));
    if let Some(number) = &issue.buyer.tax_registration {
        let is_vat = VatNumber::find(number.as_str()).is_some();
        facts.push((if is_vat { words.your_vat } else { words.your_tax }, number.to_string()));
    }
    facts
}

/// What the paper is, and what it takes back.
fn subject(setting: &Setting<'_>, sheets: &mut Sheets, y: f32) -> f32 {
    let (words, language) = (setting.words(), setting.language);
    let title = setting.title();
    let tag = Tag::Hn(1.try_into().expect("one is more than nothing"), Some(title.clone()));
    let part = sheets.part(TagKind::from(tag), ASIDE);
    let heading = (title.as_str(), Face::semibold(19.0), RIGHT - LEFT);
    let mut y = sheets.text((LEFT, y), heading, (setting.ink, Some(part))) + 6.0;
    if let Some(back) = setting.paper.takes_back {
        let (number, day) = (back.number.to_string(), language.day(back.issued_on));
        let part = sheets.part(Tag::P, ASIDE);
        let takes = if back.is_whole { words.takes_back } else { words.takes_part_back };
        let told = filled(takes, &[&number, &day]);
        let told = (told.as_str(), Face::regular(9.5), RIGHT - LEFT);
        y = sheets.text((LEFT, y), told, (INK, Some(part))) + 6.0;
    }
    y + 6.0
}
