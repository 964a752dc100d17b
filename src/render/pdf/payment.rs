//! The box that says what is to be paid, by when and where, with a code for the app of a bank.
//!
//! The code is that of the European Payments Council for a credit transfer (EPC069-12, version 2):
//! in euros alone, since the scheme knows no other currency.

use krilla::tagging::{Tag, TagKind};
use qrcode::{Color as Dot, EcLevel, QrCode};

use super::Setting;
use super::manner::spaced;
use super::sheet::{ASIDE, Edge, INK, LEFT, QUIET, RIGHT, Sheets};
use super::table::NEXT_TOP;
use super::typeset::{Block, Face};
use super::words::filled;
use crate::domain::billing::invoice::CollectedBy;
use crate::domain::billing::letterhead::{BankAccount, Color};
use crate::domain::money::Currency;
use crate::render::paper::Paper;

const PAD: f32 = 14.0;
/// The space above the box.
const GAP: f32 = 14.0;
/// Both where the page is nearly full: better than a box alone on a page of its own.
const PAD_MIN: f32 = 8.0;
const GAP_MIN: f32 = 8.0;
/// How wide a code is: 28 mm, so that any phone reads it.
const CODE: f32 = 79.4;
const LABELS: f32 = 104.0;
/// The ground of the box.
const GROUND: Color = Color { rgb: [0xf4, 0xf6, 0xf9] };
/// The largest amount of a credit transfer, in cents.
const CENTS_MAX: i64 = 99_999_999_999;

/// The box, set and not placed yet.
pub(super) struct Boxed {
    heading: Block,
    rows: Vec<(Block, Block)>,
    terms: Block,
    code: Option<(Vec<(u16, u16)>, u16)>,
    /// How high what is in it is.
    inner: f32,
}

/// Sets the box, where there is something to be paid.
pub(super) fn set(setting: &Setting<'_>, sheets: &mut Sheets) -> Option<Boxed> {
    let paper = setting.paper;
    if paper.takes_back.is_some() || paper.to_pay().as_minor() <= 0 {
        return None;
    }
    let says = &paper.imprint().says;
    let code = says.bank.as_ref().and_then(|it| squares(paper, it));
    let code_width = if code.is_some() { CODE + PAD } else { 0.0 };
    let width = RIGHT - LEFT - 2.0 * PAD - code_width;
    let heading = heading(setting);
    let heading = sheets.typesetter.block(&heading, Face::semibold(11.0), width);
    let terms = says.payment_terms.as_ref().map(ToString::to_string).unwrap_or_default();
    let terms = match terms.is_empty() {
        true => Block::default(),
        false => sheets.typesetter.block(&terms, Face::regular(8.5), width),
    };
    let rows: Vec<(Block, Block)> = rows(setting)
        .into_iter()
        .map(|(label, value)| {
            let label = sheets.typesetter.block(label, Face::regular(8.5), LABELS - 8.0);
            (label, sheets.typesetter.block(&value, Face::semibold(8.5), width - LABELS))
        })
        .collect();
    let row_heights: f32 = rows.iter().map(|it| it.0.height().max(it.1.height()) + 2.0).sum();
    let inner = heading.height() + 6.0 + terms.height() + row_heights + 4.0;
    let inner = inner.max(if code.is_some() { CODE + 14.0 } else { 0.0 });
    Some(Boxed { heading, rows, terms, code, inner })
}

impl Boxed {
    /// How much room it takes below the sums at least.
    pub(super) fn height(&self) -> f32 {
        self.inner + 2.0 * PAD_MIN + GAP_MIN
    }

    /// Draws it: roomy where the page has the room, and on the next page where it has not even the least.
    pub(super) fn drawn(self, setting: &Setting<'_>, sheets: &mut Sheets, (y, bottom): (f32, f32)) {
        let is_roomy = y + GAP + self.inner + 2.0 * PAD <= bottom;
        let (gap, pad) = if is_roomy { (GAP, PAD) } else { (GAP_MIN, PAD_MIN) };
        let (mut y, mut pad) = (y + gap, pad);
        if y + self.inner + 2.0 * pad > bottom {
            sheets.turn();
            (y, pad) = (NEXT_TOP, PAD);
        }
        let height = self.inner + 2.0 * pad;
        sheets.area((LEFT, y), (RIGHT - LEFT, height), GROUND);
        sheets.area((LEFT, y), (2.5, height), setting.ink);
        let x = LEFT + PAD;
        let part = sheets.part(Tag::P, ASIDE);
        let below = sheets.block((Edge::Left(x), y + pad), self.heading, (INK, Some(part)));
        let mut at = below + 6.0;
        for (label, value) in self.rows {
            let part = sheets.part(Tag::P, ASIDE);
            let below = sheets.block((Edge::Left(x), at), label, (QUIET, Some(part)));
            let beside = sheets.block((Edge::Left(x + LABELS), at), value, (INK, Some(part)));
            at = beside.max(below) + 2.0;
        }
        if !self.terms.lines.is_empty() {
            let part = sheets.part(Tag::P, ASIDE);
            sheets.block((Edge::Left(x), at + 4.0), self.terms, (INK, Some(part)));
        }
        if let Some(code) = self.code {
            place(setting, sheets, y + pad, code);
        }
    }
}

/// What is to be paid and by when, or that there is nothing to do since the house takes it.
fn heading(setting: &Setting<'_>) -> String {
    let (words, paper) = (setting.words(), setting.paper);
    let money = setting.language.money(paper.to_pay());
    match paper.collected_by {
        None => filled(words.pay_until, &[&money, &setting.language.day(paper.issue.due_on)]),
        Some(CollectedBy::Gateway) => filled(words.taken_from_method, &[&money]),
        Some(CollectedBy::Mandate(it)) => filled(words.taken_by_mandate, &[&money, it.as_str()]),
    }
}

/// Draws the code at the right, and below it what it is for.
fn place(
    setting: &Setting<'_>,
    sheets: &mut Sheets,
    y: f32,
    (squares, columns): (Vec<(u16, u16)>, u16),
) {
    let told = setting.words().scan;
    let figure = sheets.part(TagKind::from(Tag::Figure(Some(told.to_owned()))), ASIDE);
    let x = RIGHT - PAD - CODE;
    sheets.squares((x, y), (squares, CODE / f32::from(columns)), figure);
    let line = sheets.typesetter.line(told, Face::regular(7.0));
    let middle = x + (CODE + line.width) / 2.0;
    let part = sheets.part(Tag::P, ASIDE);
    sheets.line((Edge::Right(middle), y + CODE + 3.0), line, (QUIET, Some(part)));
}

fn rows(setting: &Setting<'_>) -> Vec<(&'static str, String)> {
    let (words, paper) = (setting.words(), setting.paper);
    let bank = paper.imprint().says.bank.as_ref().filter(|_| paper.collected_by.is_none());
    let Some(bank) = bank else {
        return vec![(words.purpose, paper.issue.number.to_string())];
    };
    let holder = bank.holder.as_ref().unwrap_or(&paper.issue.seller.name);
    let mut rows = vec![(words.holder, holder.to_string()), ("IBAN", spaced(&bank.iban))];
    rows.extend(bank.bic.as_ref().map(|it| ("BIC", it.to_string())));
    rows.extend(bank.bank.as_ref().map(|it| (words.bank, it.to_string())));
    rows.push((words.purpose, paper.issue.number.to_string()));
    rows
}

/// What the app of a bank reads; `None` where no credit transfer could say it.
pub(super) fn transfer(paper: &Paper<'_>, bank: &BankAccount) -> Option<String> {
    let to_pay = paper.to_pay();
    if paper.collected_by.is_some() {
        return None;
    }
    if to_pay.currency() != Currency::EUR || !(1..=CENTS_MAX).contains(&to_pay.as_minor()) {
        return None;
    }
    let holder = bank.holder.as_ref().unwrap_or(&paper.issue.seller.name);
    let holder: String = holder.as_str().chars().take(70).collect();
    let purpose: String = paper.issue.number.to_string().chars().take(140).collect();
    let bic = bank.bic.as_ref().map(ToString::to_string).unwrap_or_default();
    let amount = format!("EUR{}", to_pay.decimal());
    let iban = bank.iban.to_string();
    let lines = ["BCD", "002", "1", "SCT", &bic, &holder, &iban, &amount, "", "", &purpose];
    Some(lines.join("\n"))
}

/// The dark squares of the code by column and row, and how many columns there are.
fn squares(paper: &Paper<'_>, bank: &BankAccount) -> Option<(Vec<(u16, u16)>, u16)> {
    let text = transfer(paper, bank)?;
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let columns = u16::try_from(code.width()).ok()?;
    let dots = code.to_colors().into_iter().zip(0_u32..);
    let dark = dots.filter(|it| it.0 == Dot::Dark).filter_map(|(_, at)| {
        let (column, row) = (at % u32::from(columns), at / u32::from(columns));
        Some((u16::try_from(column).ok()?, u16::try_from(row).ok()?))
    });
    Some((dark.collect(), columns))
}
