//! The foot of each page: who the seller is in law, where it is paid, and which page of how many.

use std::rc::Rc;

use super::Setting;
use super::manner::spaced;
use super::sheet::{ASIDE, Edge, FAINT, HEIGHT, LEFT, QUIET, RIGHT, Sheets};
use super::typeset::{Block, Face, Line};
use super::words::filled;
use crate::domain::party::vat::VatNumber;

const FACE: Face = Face::regular(6.8);
/// From the lower edge of the page to the foot.
const EDGE: f32 = 28.0;
const GAP: f32 = 14.0;
/// The most lines of a column.
const LINES_MAX: usize = 12;

/// The foot of each page, set.
pub(super) struct Foot {
    columns: Vec<Block>,
}

/// Sets the foot.
pub(super) fn measured(setting: &Setting<'_>, sheets: &mut Sheets) -> Foot {
    let width = (RIGHT - LEFT - 2.0 * GAP) / 3.0;
    let set = |text: Vec<String>| {
        let mut block = sheets.typesetter.block(&text.join("\n"), FACE, width);
        // A foot does not push the text from the page; what is said there stands in the head as well.
        if block.lines.len() > LINES_MAX {
            block.lines.truncate(LINES_MAX - 1);
            block.lines.push(sheets.typesetter.line("…", FACE));
        }
        block
    };
    let columns = [who(setting), law(setting), bank(setting)];
    Foot { columns: columns.into_iter().filter(|it| !it.is_empty()).map(set).collect() }
}

fn who(setting: &Setting<'_>) -> Vec<String> {
    let seller = &setting.paper.issue.seller;
    let mut lines = vec![seller.name.to_string()];
    lines.extend(seller.address.lines());
    lines.extend(seller.email.as_ref().map(ToString::to_string));
    lines
}

fn law(setting: &Setting<'_>) -> Vec<String> {
    let (words, paper) = (setting.words(), setting.paper);
    let says = &paper.imprint().says;
    let tax = paper.issue.seller.tax_registration.as_ref().map(|it| {
        let label =
            if VatNumber::find(it.as_str()).is_some() { words.vat } else { words.tax_number };
        filled(label, &[it.as_str()])
    });
    let named = [&says.registration, &says.management].into_iter().flatten();
    tax.into_iter().chain(named.map(ToString::to_string)).collect()
}

fn bank(setting: &Setting<'_>) -> Vec<String> {
    let Some(bank) = &setting.paper.imprint().says.bank else { return Vec::new() };
    let mut lines: Vec<_> = bank.bank.as_ref().map(ToString::to_string).into_iter().collect();
    lines.push(format!("IBAN {}", spaced(&bank.iban)));
    lines.extend(bank.bic.as_ref().map(|it| format!("BIC {it}")));
    lines
}

impl Foot {
    /// Where text must end above it.
    pub(super) fn top(&self) -> f32 {
        self.line() - 18.0
    }

    /// Where the rule above it is.
    fn line(&self) -> f32 {
        let height = self.columns.iter().map(Block::height).fold(0.0, f32::max);
        HEIGHT - EDGE - height - 6.0
    }

    /// Draws it on all pages.
    pub(super) fn drawn(self, setting: &Setting<'_>, sheets: &mut Sheets) {
        let (y, count) = (self.line(), sheets.count());
        let step = (RIGHT - LEFT + GAP) / 3.0;
        for page in 0..count {
            sheets.area_on(page, (LEFT, y), (RIGHT - LEFT, 0.5), FAINT);
            let mut x = LEFT;
            for column in &self.columns {
                let mut y = y + 6.0;
                for line in &column.lines {
                    sheets.line_on(page, (Edge::Left(x), y), Rc::clone(line), (QUIET, ASIDE));
                    y += line.height;
                }
                x += step;
            }
            let number = numbered(setting, sheets, (page + 1, count));
            sheets.line_on(page, (Edge::Right(RIGHT), y - 13.0), number, (QUIET, ASIDE));
        }
    }
}

fn numbered(setting: &Setting<'_>, sheets: &mut Sheets, (page, count): (usize, usize)) -> Rc<Line> {
    let told = filled(setting.words().page, &[&page.to_string(), &count.to_string()]);
    sheets.typesetter.line(&format!("{} · {told}", setting.paper.issue.number), FACE)
}
