//! Settlement notes on paper: who pays out whom, for which charges, and what it comes to.

use krilla::tagging::{TableHeaderScope, Tag, TagKind};

use super::manner::Language;
use super::sheet::{ASIDE, Edge, FAINT, INK, LEFT, Part, QUIET, RIGHT, Sheets, WIDTH};
use super::table::{NEXT_TOP, paragraph};
use super::typeset::Face;
use super::words::filled;
use super::{PdfError, Said, filed};
use crate::domain::billing::invoice::InvoiceParty;
use crate::domain::billing::letterhead::Color;
use crate::domain::settlement::note::{NoteItem, NoteLook, SettlementNote};
use crate::domain::settlement::share::Portion;

/// Where text ends above the foot of a page.
const BOTTOM: f32 = 770.0;
/// Where the number of a page stands.
const FOOT: f32 = 800.0;
/// Where the first lines stand.
const TOP: f32 = 39.7;
/// Where the columns of the table are.
const WHAT: f32 = LEFT + 92.0;
const QUANTITY: f32 = LEFT + 330.0;
const UNIT: f32 = LEFT + 396.0;
/// How wide what an item is may be.
const WHAT_WIDTH: f32 = 196.0;
/// How wide the two parties may be.
const PARTY_WIDTH: f32 = 220.0;
/// Where the sums begin.
const SUMS: f32 = LEFT + 216.0;

/// What a note says that no invoice does.
struct Own {
    note: &'static str,
    from: &'static str,
    to: &'static str,
    paid: &'static str,
    unit: &'static str,
    method: &'static str,
    /// What a share comes to, and by how much it is rounded.
    rounded: &'static str,
}

const fn own(language: Language) -> Own {
    let [note, from, to, paid, unit, method, rounded] = match language {
        Language::English => [
            "Settlement note",
            "From",
            "To",
            "Paid by customers",
            "Each",
            "Paid by",
            " = {}, rounded by {}",
        ],
        Language::German => [
            "Abrechnung",
            "Von",
            "An",
            "Zahlungen der Kunden",
            "Je",
            "Zahlung per",
            " = {}, gerundet um {}",
        ],
        Language::French => [
            "Relevé",
            "De",
            "À",
            "Paiements des clients",
            "Unité",
            "Payé par",
            " = {}, arrondi de {}",
        ],
        Language::Spanish => [
            "Liquidación",
            "De",
            "Para",
            "Pagos de clientes",
            "Unidad",
            "Pagado por",
            " = {}, redondeado en {}",
        ],
    };
    Own { note, from, to, paid, unit, method, rounded }
}

/// A note that is being drawn.
struct Drawing<'a> {
    note: &'a SettlementNote,
    language: Language,
    ink: Color,
}

/// A note as a file.
///
/// # Errors
/// If it cannot be written; no text and no figure of a note leads there.
pub fn of_settlement(note: &SettlementNote) -> Result<Vec<u8>, PdfError> {
    let NoteLook { locale, color } = &note.look;
    let drawing = Drawing { note, language: Language::of(locale), ink: color.ink() };
    let title = format!("{} {}", own(drawing.language).note, note.number);
    let mut sheets = Sheets::new();
    let y = drawing.head(&mut sheets, &title);
    let y = drawing.table(&mut sheets, y);
    drawing.sums(&mut sheets, y + 8.0);
    drawing.foot(&mut sheets);
    let issuer = note.issuer.name.to_string();
    let said = [title.clone(), format!("{title}, {issuer}"), issuer];
    let said = Said { said, id: note.id.to_string(), at: note.stamp.created_at };
    filed(sheets, drawing.language, said).map_err(PdfError)
}

impl Drawing<'_> {
    /// Who pays out whom, what it is, and its days.
    fn head(&self, sheets: &mut Sheets, title: &str) -> f32 {
        let (own, words) = (own(self.language), self.language.words());
        sheets.area((0.0, 0.0), (WIDTH, 4.0), self.ink);
        let left = self.party(sheets, LEFT, (own.from, &self.note.issuer));
        let right = self.party(sheets, LEFT + 240.0, (own.to, &self.note.receiver_as));
        let tag = Tag::Hn(1.try_into().expect("one is more than nothing"), Some(title.to_owned()));
        let part = sheets.part(TagKind::from(tag), ASIDE);
        let heading = (title, Face::semibold(19.0), RIGHT - LEFT);
        let mut y = left.max(right) + 22.0;
        y = sheets.text((LEFT, y), heading, (self.ink, Some(part))) + 6.0;
        let mut facts = vec![
            (words.date, self.language.day(self.note.issued_on)),
            (words.due, self.language.day(self.note.due_on)),
            // Charges are of other days: what is shared out is what came in for them.
            (own.paid, self.language.period(self.note.period)),
        ];
        let method = self.note.terms.method.as_ref();
        facts.extend(method.map(|it| (own.method, it.1.to_string())));
        for (label, value) in facts {
            let part = sheets.part(Tag::P, ASIDE);
            let told = format!("{label}: {value}");
            let told = (told.as_str(), Face::regular(9.0), RIGHT - LEFT);
            y = sheets.text((LEFT, y), told, (QUIET, Some(part)));
        }
        if let Some(said) = &self.note.terms.description {
            let said = (said.as_str(), Face::regular(9.0));
            y = paragraph(sheets, (y + 4.0, BOTTOM), said, INK);
        }
        y + 12.0
    }

    fn party(&self, sheets: &mut Sheets, x: f32, (label, of): (&str, &InvoiceParty)) -> f32 {
        let part = sheets.part(Tag::P, ASIDE);
        let mut lines = of.address.lines();
        lines.extend(of.tax_registration.as_ref().map(ToString::to_string));
        let label = (label, Face::regular(7.5), PARTY_WIDTH);
        let y = sheets.text((x, TOP), label, (QUIET, Some(part))) + 2.0;
        let name = (of.name.as_str(), Face::semibold(10.0), PARTY_WIDTH);
        let y = sheets.text((x, y), name, (INK, Some(part)));
        let lines = lines.join("\n");
        sheets.text((x, y), (&lines, Face::regular(9.0), PARTY_WIDTH), (INK, Some(part)))
    }

    fn table(&self, sheets: &mut Sheets, y: f32) -> f32 {
        let table = sheets.part(Tag::Table, ASIDE);
        let mut y = self.columns(sheets, y, Some(table));
        for item in &self.note.items {
            let about = self.about(item);
            let name = sheets.typesetter.block(item.name.as_str(), Face::semibold(9.0), WHAT_WIDTH);
            let about = sheets.typesetter.block(&about, Face::regular(8.0), WHAT_WIDTH);
            let height = name.height() + about.height() + 9.0;
            if y + height > BOTTOM {
                sheets.turn();
                y = self.columns(sheets, NEXT_TOP, None);
            }
            let row = sheets.part(Tag::TR, Some(table));
            let cell = sheets.part(Tag::TD, Some(row));
            let number = sheets.typesetter.line(&item.invoice.to_string(), Face::regular(9.0));
            sheets.line((Edge::Left(LEFT), y + 4.0), number, (QUIET, Some(cell)));
            let cell = sheets.part(Tag::TD, Some(row));
            let below = sheets.block((Edge::Left(WHAT), y + 4.0), name, (INK, Some(cell)));
            sheets.block((Edge::Left(WHAT), below), about, (QUIET, Some(cell)));
            self.figures(sheets, y + 4.0, (item, row));
            y += height;
            sheets.area((LEFT, y - 0.5), (RIGHT - LEFT, 0.5), FAINT);
        }
        y
    }

    /// Which charge, for which time, and which share of what: who is paid out can compute it again.
    fn about(&self, item: &NoteItem) -> String {
        let period = item.period.map(|it| self.language.period(it));
        let share = item.portion.map(|it| match it {
            Portion::Percent(it) => {
                let percent = self.language.percent(it.decimal());
                let told = format!("{} × {percent}", self.language.money(item.charged));
                let rounded = item.before_rounding().map(|exact| {
                    let by = self.language.decimal((item.amount.decimal() - exact).normalize());
                    filled(own(self.language).rounded, &[&self.language.decimal(exact), &by])
                });
                told + &rounded.unwrap_or_default()
            }
            Portion::Fixed(it) => self.language.money(it),
        });
        let charge = item.charge.as_ref().map(ToString::to_string);
        charge.into_iter().chain(period).chain(share).collect::<Vec<_>>().join(" · ")
    }

    fn figures(&self, sheets: &mut Sheets, y: f32, (item, row): (&NoteItem, Part)) {
        let figures = [
            (QUANTITY, self.language.quantity(item.quantity)),
            (UNIT, self.language.amount(item.unit_price)),
            (RIGHT, self.language.amount(item.amount)),
        ];
        for (edge, figure) in figures {
            let cell = sheets.part(Tag::TD, Some(row));
            let line = sheets.typesetter.line(&figure, Face::regular(9.0).aligned());
            sheets.line((Edge::Right(edge), y), line, (INK, Some(cell)));
        }
    }

    /// The heads of the columns; on later pages they are beside what is read.
    fn columns(&self, sheets: &mut Sheets, y: f32, table: Option<Part>) -> f32 {
        let (words, own) = (self.language.words(), own(self.language));
        let net = filled(words.net_in, &[self.note.totals.net.currency().code()]);
        let row = table.map(|it| sheets.part(Tag::TR, Some(it)));
        let columns = [
            (words.invoice, Edge::Left(LEFT)),
            (words.what, Edge::Left(WHAT)),
            (words.quantity, Edge::Right(QUANTITY)),
            (own.unit, Edge::Right(UNIT)),
            (&net, Edge::Right(RIGHT)),
        ];
        for (text, edge) in columns {
            let cell = row.map(|it| sheets.part(Tag::TH(TableHeaderScope::Column), Some(it)));
            let line = sheets.typesetter.line(text, Face::semibold(8.0));
            sheets.line((edge, y), line, (QUIET, cell));
        }
        sheets.area((LEFT, y + 14.5), (RIGHT - LEFT, 1.0), self.ink);
        y + 16.5
    }

    /// Net, tax and total, together on one page.
    fn sums(&self, sheets: &mut Sheets, y: f32) {
        let (words, totals) = (self.language.words(), self.note.totals);
        let mut rows = vec![(words.net.to_owned(), self.language.amount(totals.net))];
        if let Some((name, rate)) = &self.note.terms.tax {
            let name = format!("{name} {}", self.language.percent(rate.decimal()));
            rows.push((name, self.language.amount(totals.tax)));
        }
        let mut y = y;
        if y + 80.0 > BOTTOM {
            sheets.turn();
            y = NEXT_TOP;
        }
        for (label, amount) in rows {
            y = self.sum(sheets, y, (&label, &amount, Face::regular(9.0)));
        }
        sheets.area((SUMS, y), (RIGHT - SUMS, 1.0), self.ink);
        let gross = self.language.money(totals.gross);
        let y = self.sum(sheets, y + 6.0, (words.total, &gross, Face::semibold(12.0)));
        if let Some(why) = self.note.untaxed() {
            paragraph(sheets, (y + 8.0, BOTTOM), (why, Face::regular(8.5)), INK);
        }
    }

    fn sum(&self, sheets: &mut Sheets, y: f32, (label, amount, face): (&str, &str, Face)) -> f32 {
        let part = sheets.part(Tag::P, ASIDE);
        let label = sheets.typesetter.line(label, face);
        let height = label.height;
        sheets.line((Edge::Left(SUMS), y), label, (INK, Some(part)));
        let amount = sheets.typesetter.line(amount, face.aligned());
        sheets.line((Edge::Right(RIGHT), y), amount, (INK, Some(part)));
        y + height + 3.0
    }

    fn foot(&self, sheets: &mut Sheets) {
        let count = sheets.count();
        for page in 0..count {
            let told = [(page + 1).to_string(), count.to_string()];
            let told = filled(self.language.words().page, &[&told[0], &told[1]]);
            let told = format!("{} · {told}", self.note.number);
            let line = sheets.typesetter.line(&told, Face::regular(6.8));
            sheets.line_on(page, (Edge::Right(RIGHT), FOOT), line, (QUIET, ASIDE));
        }
    }
}
