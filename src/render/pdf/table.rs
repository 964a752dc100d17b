//! The table of lines, over as many pages as it takes, and the sums below it.

use krilla::tagging::{TableHeaderScope, Tag};

use super::Setting;
use super::explained::{kind, tax_name};
use super::sheet::{ASIDE, Edge, FAINT, INK, LEFT, Part, QUIET, RIGHT, Sheets};
use super::typeset::{Block, Face};
use super::words::filled;
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::money::Money;
use crate::render::paper::PaperLine;

/// Where text begins on a page after the first: 20 mm from the top.
pub(super) const NEXT_TOP: f32 = 56.7;
/// The height of the row that carries a sum over a page.
const CARRY: f32 = 20.0;
/// The space above and below the text of a row.
const PAD: f32 = 5.5;

const WHAT: f32 = LEFT + 26.0;
const QUANTITY: f32 = LEFT + 342.0;
const TAX: f32 = LEFT + 392.0;
/// How wide the columns are.
const WHAT_WIDTH: f32 = 232.0;
const QUANTITY_WIDTH: f32 = 78.0;
const TAX_WIDTH: f32 = 46.0;
/// Where the labels of the sums begin.
const SUMS: f32 = LEFT + 216.0;

const ROW: Face = Face::regular(9.0);
const AMOUNT: Face = ROW.aligned();
const STRONG: Face = Face::semibold(9.0);
const SMALL: Face = Face::regular(8.0);

/// Draws the table and the sums, with which what takes so much room `below` them stays together; answers
/// with where that may stand.
pub(super) fn drawn(
    setting: &Setting<'_>,
    sheets: &mut Sheets,
    (y, bottom): (f32, f32),
    below: f32,
) -> f32 {
    let table = sheets.part(Tag::Table, ASIDE);
    let mut y = head(setting, sheets, y, Some(table));
    let mut sum = Some(Money::zero(setting.paper.currency));
    for (at, line) in setting.paper.lines.iter().enumerate() {
        let row = Row::set(setting, sheets, line);
        if at > 0 && y + row.height() + CARRY > bottom {
            carry(setting, sheets, y, (setting.words().carried, sum));
            sheets.turn();
            y = head(setting, sheets, NEXT_TOP, ASIDE);
            y = carry(setting, sheets, y, (setting.words().brought, sum));
        }
        y = row.drawn(sheets, y, table);
        sum = sum.and_then(|it| it.plus(line.net).ok());
    }
    sums(setting, sheets, (y + 8.0, bottom), below)
}

/// The head of the table; on later pages it is beside what is read.
fn head(setting: &Setting<'_>, sheets: &mut Sheets, y: f32, table: Option<Part>) -> f32 {
    let words = setting.words();
    let net = filled(words.net_in, &[setting.paper.currency.code()]);
    let row = table.map(|it| sheets.part(Tag::TR, Some(it)));
    let columns = [
        (words.place, Edge::Left(LEFT)),
        (words.what, Edge::Left(WHAT)),
        (words.quantity, Edge::Right(QUANTITY)),
        (words.tax, Edge::Right(TAX)),
        (&net, Edge::Right(RIGHT)),
    ];
    for (text, edge) in columns {
        let cell = row.map(|it| sheets.part(Tag::TH(TableHeaderScope::Column), Some(it)));
        let line = sheets.typesetter.line(text, Face::semibold(8.0));
        sheets.line((edge, y), line, (QUIET, cell));
    }
    sheets.area((LEFT, y + 14.5), (RIGHT - LEFT, 1.0), setting.ink);
    y + 16.5
}

/// A row that says what is summed up so far.
fn carry(
    setting: &Setting<'_>,
    sheets: &mut Sheets,
    y: f32,
    (label, sum): (&str, Option<Money>),
) -> f32 {
    let label = sheets.typesetter.line(label, Face::semibold(8.5));
    sheets.line((Edge::Left(WHAT), y + 4.0), label, (QUIET, ASIDE));
    if let Some(sum) = sum {
        let sum =
            sheets.typesetter.line(&setting.language.amount(sum), Face::semibold(8.5).aligned());
        sheets.line((Edge::Right(RIGHT), y + 4.0), sum, (QUIET, ASIDE));
    }
    sheets.area((LEFT, y + CARRY - 1.0), (RIGHT - LEFT, 0.5), FAINT);
    y + CARRY
}

/// A row that is set, but not placed yet.
struct Row {
    place: Block,
    subject: Block,
    about: Block,
    quantity: Block,
    tax: Block,
    net: Block,
}

impl Row {
    fn set(setting: &Setting<'_>, sheets: &mut Sheets, line: &PaperLine<'_>) -> Self {
        let (language, of) = (setting.language, line.of);
        let mut about = vec![of.label.to_string()];
        match line.days {
            Some(period) => about.push(language.period(period)),
            None => about.push(kind(setting.words(), of.kind).to_owned()),
        }
        if of.kind == LineKind::TrueUp {
            // It has the label of the price whose minimum it fills up.
            about.push(kind(setting.words(), of.kind).to_owned());
        }
        let unit = of.unit.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
        let quantity = match line.is_whole() {
            true => format!("{}{unit}", language.quantity(of.quantity)),
            false => String::new(),
        };
        let rate = setting.paper.tax_of(line).map(|it| it.treatment.percent().decimal());
        let rate = rate.map_or_else(String::new, |it| language.percent(it));
        let mut set = |text: &str, face, width| sheets.typesetter.block(text, face, width);
        Self {
            place: set(&line.place.to_string(), ROW, 26.0),
            subject: set(of.subject.as_str(), STRONG, WHAT_WIDTH),
            about: set(&about.join(" · "), SMALL, WHAT_WIDTH),
            quantity: set(&quantity, AMOUNT, QUANTITY_WIDTH),
            tax: set(&rate, AMOUNT, TAX_WIDTH),
            net: set(&language.amount(line.net), AMOUNT, RIGHT - TAX - 4.0),
        }
    }

    fn height(&self) -> f32 {
        let what = self.subject.height() + self.about.height();
        let beside = [&self.quantity, &self.tax, &self.net].map(Block::height);
        beside.into_iter().fold(what, f32::max) + 2.0 * PAD
    }

    fn drawn(self, sheets: &mut Sheets, y: f32, table: Part) -> f32 {
        let (top, end) = (y + PAD, y + self.height());
        let row = sheets.part(Tag::TR, Some(table));
        let cell = |sheets: &mut Sheets| sheets.part(Tag::TD, Some(row));
        let place = cell(sheets);
        sheets.block((Edge::Left(LEFT), top), self.place, (QUIET, Some(place)));
        let what = cell(sheets);
        let below = sheets.block((Edge::Left(WHAT), top), self.subject, (INK, Some(what)));
        sheets.block((Edge::Left(WHAT), below), self.about, (QUIET, Some(what)));
        for (edge, block) in [(QUANTITY, self.quantity), (TAX, self.tax), (RIGHT, self.net)] {
            let cell = cell(sheets);
            sheets.block((Edge::Right(edge), top), block, (INK, Some(cell)));
        }
        sheets.area((LEFT, end - 0.5), (RIGHT - LEFT, 0.5), FAINT);
        end
    }
}

/// Net, taxes and total, and why there is no tax where there is none.
fn sums(setting: &Setting<'_>, sheets: &mut Sheets, (y, bottom): (f32, f32), below: f32) -> f32 {
    let (words, language, totals) = (setting.words(), setting.language, setting.paper.totals);
    let taxes = setting.paper.borne_taxes();
    let mut rows = vec![(words.net.to_owned(), language.amount(totals.net))];
    for tax in &taxes {
        let name = filled(words.on, &[&tax_name(language, tax), &language.amount(tax.net)]);
        rows.push((name, language.amount(tax.tax)));
    }
    let mut y = y;
    // The sums stay together with their total, and with how to pay it, as far as a page is long enough.
    let few = rows.len().min(20);
    let mut height = f32::from(u8::try_from(few).expect("20 are few")) * 15.0 + 40.0;
    if !setting.paper.set_off.is_zero() {
        height += 45.0;
    }
    if NEXT_TOP + height + below <= bottom {
        height += below;
    }
    if y + height > bottom {
        sheets.turn();
        y = NEXT_TOP;
    }
    let list = sheets.part(Tag::Div, ASIDE);
    for (label, amount) in rows {
        y = sum(sheets, (y, bottom), (&label, &amount), list);
    }
    let label = if setting.paper.takes_back.is_some() { words.credited } else { words.total };
    let paper = setting.paper;
    y = total(setting, sheets, (y, bottom), (label, paper.totals.gross, list));
    if !paper.set_off.is_zero() {
        let set_off = language.amount(paper.set_off.negated().expect("a sum"));
        y = sum(sheets, (y, bottom), (words.set_off, &set_off), list);
        y = total(setting, sheets, (y, bottom), (words.to_pay, paper.to_pay(), list));
    }
    for tax in taxes {
        let Some(reason) = tax.treatment.reason() else { continue };
        let text = format!("{}: {reason}", tax.name);
        y = paragraph(sheets, (y + 4.0, bottom), (&text, Face::regular(8.5)), QUIET);
    }
    if let Some(back) = setting.paper.takes_back {
        let text = filled(words.reason, &[back.reason.as_str()]);
        y = paragraph(sheets, (y + 4.0, bottom), (&text, Face::regular(9.0)), INK);
    }
    y
}

fn sum(
    sheets: &mut Sheets,
    (y, bottom): (f32, f32),
    (label, amount): (&str, &str),
    list: Part,
) -> f32 {
    let amount = sheets.typesetter.line(amount, AMOUNT);
    let width = (RIGHT - SUMS - amount.width - 12.0).max(80.0);
    let label = sheets.typesetter.block(label, ROW, width);
    let mut y = y;
    if y + label.height() > bottom {
        sheets.turn();
        y = NEXT_TOP;
    }
    let part = sheets.part(Tag::P, Some(list));
    let below = sheets.block((Edge::Left(SUMS), y), label, (QUIET, Some(part)));
    sheets.line((Edge::Right(RIGHT), y), amount, (INK, Some(part)));
    below + 3.0
}

fn total(
    setting: &Setting<'_>,
    sheets: &mut Sheets,
    (y, bottom): (f32, f32),
    (label, amount, list): (&str, Money, Part),
) -> f32 {
    let mut y = y + 2.0;
    if y + 26.0 > bottom {
        sheets.turn();
        y = NEXT_TOP;
    }
    sheets.area((SUMS, y), (RIGHT - SUMS, 1.0), setting.ink);
    let part = sheets.part(Tag::P, Some(list));
    let face = Face::semibold(12.0);
    let label = sheets.typesetter.line(label, face);
    sheets.line((Edge::Left(SUMS), y + 6.0), label, (INK, Some(part)));
    let amount = sheets.typesetter.line(&setting.language.money(amount), face.aligned());
    sheets.line((Edge::Right(RIGHT), y + 6.0), amount, (INK, Some(part)));
    y + 28.0
}

/// A text over the whole width, that goes on on the next page where one is full.
pub(super) fn paragraph(
    sheets: &mut Sheets,
    (mut y, bottom): (f32, f32),
    (text, face): (&str, Face),
    color: crate::domain::billing::letterhead::Color,
) -> f32 {
    let part = sheets.part(Tag::P, ASIDE);
    let block = sheets.typesetter.block(text, face, RIGHT - LEFT);
    for line in block.lines {
        if y + line.height > bottom {
            sheets.turn();
            y = NEXT_TOP;
        }
        let height = line.height;
        sheets.line((Edge::Left(LEFT), y), line, (color, Some(part)));
        y += height;
    }
    y
}
