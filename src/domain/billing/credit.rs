//! Credit notes: the only way in which an issued invoice is undone, wholly or in part.
//!
//! What is credited of a line never exceeds what is left of it, and brings back its tax in
//! proportion, reckoned from the whole so that crediting a line bit by bit returns exactly its tax.

use serde::{Deserialize, Serialize};

use super::invoice::chain::{self, Form, Hash, Link};
use super::invoice::line::{Line, LineKind};
use super::invoice::{Content, Invoice, Issue, Totals, lifecycle};
use super::recognition;
use super::tax::TaxTotal;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, BillingAccountId, CreditNoteId, Id, InvoiceId};
use crate::domain::money::{Money, MoneyError, Rounding};
use crate::domain::stamp::Stamp;
use crate::domain::text::Prose;
use crate::domain::time::Period;
use crate::domain::word::words;

words! {
    /// How far a credit note has come.
    State {
        /// It can still change or be dropped.
        Draft = "draft";
        /// It has its number and can no longer change.
        Issued = "issued";
    }
}

/// The reversal of an invoice or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditNote {
    /// Its identity.
    pub id: CreditNoteId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Why it is written.
    pub reason: Prose,
    content: Credit,
    issue: Option<Issue>,
}

/// What a credit note gives back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// To whom.
    pub account: AccountId,
    /// Where the note goes.
    pub billing_account: BillingAccountId,
    /// Line by line.
    pub lines: Vec<CreditLine>,
    /// The taxes brought back, one for each rule of the invoice.
    pub taxes: Vec<TaxTotal>,
    /// The sums.
    pub totals: Totals,
    /// How much of them are deposits, which were never earned.
    pub deposits: Money,
}

/// What is given back of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditLine {
    /// The place of the line on the invoice.
    pub place: u32,
    /// What sort of charge that is.
    pub kind: LineKind,
    /// For when it is.
    pub service_period: Option<Period>,
    /// For which of those days something goes back, if it does for some of them.
    pub days: Option<Period>,
    /// What it charged, without tax.
    pub charged: Money,
    /// Without tax.
    pub net: Money,
    /// The tax on it.
    pub tax: Money,
    /// How much of `net` is taken from what the line has not earned yet on the day of the note; known
    /// when that is issued.
    pub deferred: Money,
}

/// How much of a line is asked back, without tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineAsk {
    /// The place of the line on the invoice.
    pub place: u32,
    /// How much.
    pub net: Money,
}

/// Where the money of a credit note goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// It settles what is open of the invoice.
    pub to_invoice: Money,
    /// It takes the place of what was given up of it: nobody ever paid that.
    pub to_written_off: Money,
    /// The rest is the customer's credit.
    pub to_customer: Money,
}

/// Credits all that earlier credits left of an invoice.
///
/// # Errors
/// If the invoice is a draft, or nothing is left of it.
pub fn everything(
    invoice: &Invoice,
    before: &[Credit],
    rounding: Rounding,
) -> Result<Credit, Rejection> {
    let left = remainders(invoice, before)?;
    let ask = |(place, left): (usize, &CreditLine)| {
        let place = u32::try_from(place).expect("an invoice has fewer lines than 32 bits");
        LineAsk { place, net: left.net }
    };
    let is_left = |it: &LineAsk| !it.net.is_zero();
    let asks: Vec<_> = left.iter().enumerate().map(ask).filter(is_left).collect();
    lines(invoice, before, &asks, rounding)
}

/// Credits parts of lines of an invoice.
///
/// # Errors
/// If the invoice is a draft, nothing is asked for, or more than is left of a line.
pub fn lines(
    invoice: &Invoice,
    before: &[Credit],
    asks: &[LineAsk],
    rounding: Rounding,
) -> Result<Credit, Rejection> {
    let mut left = remainders(invoice, before)?;
    let content = invoice.content();
    let mut credit = Credit::of_nothing(invoice);
    for ask in asks {
        let place = usize::try_from(ask.place).unwrap_or(usize::MAX);
        let (Some(line), Some(left)) = (content.lines.get(place), left.get_mut(place)) else {
            let why = format!("the invoice has no line `{}`", ask.place);
            return Err(Rejection::new(Code::ReferenceUnknown, why));
        };
        let tax = taken(line, left, ask.net, rounding)?;
        credit.add(ask.place, line, (ask.net, tax))?;
    }
    if credit.lines.is_empty() || credit.totals.gross.as_minor() <= 0 {
        let why = "nothing is left of the invoice that could be credited";
        return Err(Rejection::new(Code::CreditExceeds, why));
    }
    Ok(credit)
}

/// What other invoices gave back already of lines of an invoice, because units went or less was used than was
/// charged: each of theirs, as far as it still stands, of the last lines first that charge its days.
///
/// # Errors
/// If one of them is a draft, or an amount is too large.
pub fn given_elsewhere(
    invoice: &Invoice,
    before: &[Credit],
    others: &[(Invoice, Vec<Credit>)],
) -> Result<Vec<LineAsk>, Rejection> {
    let (mut left, mut asks) = (remainders(invoice, before)?, Vec::new());
    for (other, credited) in others {
        let stands = remainders(other, credited)?;
        for (giving, stands) in other.content().lines.iter().zip(stands) {
            let mut given = stands.net.negated()?;
            let own = invoice.content().lines.iter().zip(&mut left).enumerate().rev();
            for (place, (_, left)) in own.filter(|it| gives_back(giving, it.1.0)) {
                let net = given.at_most(left.net)?;
                if net.as_minor() > 0 {
                    (given, left.net) = (given.minus(net)?, left.net.minus(net)?);
                    let place = u32::try_from(place).expect("an invoice has fewer lines");
                    asks.push(LineAsk { place, net });
                }
            }
        }
    }
    Ok(asks)
}

/// Whether a line gives back what another charges: of the same price, for days that are that one's.
fn gives_back(giving: &Line, line: &Line) -> bool {
    let is_same = giving.kind == line.kind && giving.price == line.price;
    let is_its = is_same && line.price.is_some() && giving.subscription == line.subscription;
    let days = giving.service_period.zip(line.service_period);
    let is_within =
        days.is_some_and(|(it, all)| all.start() <= it.start() && it.end() <= all.end());
    giving.net.is_negative() && !giving.is_prepaid() && is_its && is_within
}

/// What earlier credits left of each line.
pub(super) fn remainders(
    invoice: &Invoice,
    before: &[Credit],
) -> Result<Vec<CreditLine>, Rejection> {
    match invoice.state() {
        lifecycle::State::Draft => {
            let why = "a draft cannot be credited; change or drop it";
            return Err(Rejection::new(Code::InvoiceStateForbids, why));
        }
        lifecycle::State::Issued
        | lifecycle::State::PartiallyPaid
        | lifecycle::State::Paid
        | lifecycle::State::WrittenOff => {}
    }
    let mut left: Vec<_> = invoice.content().lines.iter().map(of_line).collect();
    for credited in before.iter().flat_map(|it| &it.lines) {
        let place = usize::try_from(credited.place).expect("it was a line of the invoice");
        let line = &mut left[place];
        line.net = line.net.minus(credited.net)?;
        line.tax = line.tax.minus(credited.tax)?;
    }
    Ok(left)
}

/// All of a line.
fn of_line(it: &Line) -> CreditLine {
    let (kind, service_period) = (it.kind, it.service_period);
    let deferred = Money::zero(it.net.currency());
    CreditLine {
        place: 0,
        kind,
        service_period,
        days: None,
        charged: it.net,
        net: it.net,
        tax: it.tax,
        deferred,
    }
}

/// Takes `net` off what is left of a line; the tax that comes back with it.
fn taken(
    line: &Line,
    left: &mut CreditLine,
    net: Money,
    rounding: Rounding,
) -> Result<Money, Rejection> {
    let rest = left.net.minus(net)?;
    let is_less = rest.is_zero() || rest.is_negative() == left.net.is_negative();
    if net.is_zero() || net.is_negative() != left.net.is_negative() || !is_less {
        let why = format!("`{net}` cannot be credited of a line of which `{}` is left", left.net);
        return Err(Rejection::new(Code::CreditExceeds, why));
    }
    let tax_rest = line.tax.amount().part(rest.decimal(), line.net.decimal())?.book(rounding)?;
    let tax = left.tax.minus(tax_rest)?;
    (left.net, left.tax) = (rest, tax_rest);
    Ok(tax)
}

fn emptied(total: &TaxTotal) -> TaxTotal {
    let nothing = Money::zero(total.net.currency());
    TaxTotal { net: nothing, tax: nothing, ..total.clone() }
}

impl Credit {
    /// Nothing of an invoice yet.
    pub(super) fn of_nothing(invoice: &Invoice) -> Self {
        let content = invoice.content();
        Self {
            invoice: invoice.id,
            account: content.account,
            billing_account: content.billing_account,
            lines: Vec::new(),
            taxes: content.taxes.iter().map(emptied).collect(),
            totals: Totals::nothing(content.currency),
            deposits: Money::zero(content.currency),
        }
    }

    /// Adds what is given back of a line.
    ///
    /// # Errors
    /// If an amount is too large.
    pub(super) fn add(
        &mut self,
        place: u32,
        line: &Line,
        (net, tax): (Money, Money),
    ) -> Result<(), MoneyError> {
        let total = &mut self.taxes[usize::from(line.tax_place)];
        (total.net, total.tax) = (total.net.plus(net)?, total.tax.plus(tax)?);
        self.totals = self.totals.plus(net, tax)?;
        if line.kind == LineKind::Deposit {
            self.deposits = self.deposits.plus(net)?;
        }
        self.lines.push(CreditLine { place, net, tax, ..of_line(line) });
        Ok(())
    }

    /// The same when it is said of each line in turn for which days it gives back.
    #[must_use]
    pub fn for_days(mut self, days: impl IntoIterator<Item = Option<Period>>) -> Self {
        for (line, days) in self.lines.iter_mut().zip(days) {
            line.days = days;
        }
        self
    }

    /// How much of what it gives back was paid from what was paid in before, and bore no tax.
    ///
    /// # Errors
    /// If that is too much.
    pub fn prepaid_of(&self, invoice: &Content) -> Result<Money, MoneyError> {
        let line = |it: &CreditLine| invoice.lines.get(usize::try_from(it.place).ok()?);
        let lines = self.lines.iter().filter(|it| line(it).is_some_and(Line::is_prepaid));
        Money::sum(lines.map(|it| it.net), invoice.currency)
    }
}

impl CreditNote {
    /// The draft of a credit note.
    #[must_use]
    pub const fn draft(id: CreditNoteId, stamp: Stamp, reason: Prose, content: Credit) -> Self {
        Self { id, stamp, reason, content, issue: None }
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        match self.issue {
            None => State::Draft,
            Some(_) => State::Issued,
        }
    }

    /// What it gives back.
    #[must_use]
    pub const fn content(&self) -> &Credit {
        &self.content
    }

    /// What it got when it was issued; `None` while it is a draft.
    #[must_use]
    pub const fn issue(&self) -> Option<&Issue> {
        self.issue.as_ref()
    }

    /// The note issued after some others of its invoice: numbered and sealed, in a series of its own.
    ///
    /// # Errors
    /// If it is issued already, or an amount is too large.
    pub fn issued(mut self, issue: Issue, before: &[Self]) -> Result<(Self, Verb), Rejection> {
        if self.issue.is_some() {
            let why = "cannot issue a credit note that is `issued`";
            return Err(Rejection::new(Code::InvoiceStateForbids, why));
        }
        for line in &mut self.content.lines {
            line.deferred = recognition::taken_from_deferred(line, issue.issued_on, before)?;
        }
        let previous = issue.link.previous;
        let hash = chain::chain(&previous, &self.canonical(&issue));
        let issue = Some(Issue { link: Link { previous, hash }, ..issue });
        Ok((Self { issue, ..self }, Verb::Issued))
    }

    /// The hash that its content and the one before give; `None` while it is a draft.
    #[must_use]
    pub fn resealed(&self) -> Option<Hash> {
        let issue = self.issue.as_ref()?;
        Some(chain::chain(&issue.link.previous, &self.canonical(issue)))
    }

    /// The bytes that its seal is over: everything but the seal.
    fn canonical(&self, issue: &Issue) -> Vec<u8> {
        let credit = &self.content;
        let mut form = Form::new("tillbox credit note 1");
        form.bytes(&self.id.to_bytes());
        form.issue(issue);
        form.text(self.reason.as_str());
        form.bytes(&credit.invoice.to_bytes());
        form.bytes(&credit.account.to_bytes());
        form.bytes(&credit.billing_account.to_bytes());
        form.text(credit.totals.gross.currency().code());
        form.count(credit.lines.len());
        for line in &credit.lines {
            form.bytes(&line.place.to_be_bytes());
            form.money(line.net);
            form.money(line.tax);
            form.money(line.deferred);
            if let Some(days) = line.days {
                form.text(&days.to_string());
            }
        }
        form.count(credit.taxes.len());
        credit.taxes.iter().for_each(|it| form.tax(it));
        form.money(credit.totals.net);
        form.money(credit.totals.tax);
        form.money(credit.totals.gross);
        form.finished()
    }

    /// Where its money goes: to what is open of the invoice, then to what was given up of it, and
    /// the rest to the customer.
    ///
    /// # Errors
    /// If the invoice is in another currency.
    pub fn applied(&self, open: Money, written_off: Money) -> Result<Applied, MoneyError> {
        let gross = self.content.totals.gross;
        let (to_invoice, rest) = parted(gross, open)?;
        let (to_written_off, to_customer) = parted(rest, written_off)?;
        Ok(Applied { to_invoice, to_written_off, to_customer })
    }
}

/// An amount parted into what fits into `most`, and the rest.
fn parted(amount: Money, most: Money) -> Result<(Money, Money), MoneyError> {
    let over = amount.minus(most)?;
    let rest = if over.is_negative() { Money::zero(amount.currency()) } else { over };
    Ok((amount.minus(rest)?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::invoice::number::{NumberFormat, Places};
    use crate::domain::billing::invoice::sample::{date, draft, euros, id, issue, issued, stamp};
    use crate::domain::stamp::SellerNumber;

    fn ask(place: u32, net: &str) -> LineAsk {
        LineAsk { place, net: euros(net) }
    }

    fn note(content: Credit) -> CreditNote {
        CreditNote::draft(id(11), stamp(), "Ended early".parse().expect("a reason"), content)
    }

    #[test]
    fn worked_cases_of_credits_come_out() {
        let table = [
            ("W051", "100.00", 20, "25.00", "25.00 + 5.00 = 30.00"),
            ("W053", "100.00", 20, "71.43", "71.43 + 14.29 = 85.72"),
            ("W055", "160.00", 25, "154.67", "154.67 + 38.67 = 193.34"),
            ("W057", "50.00", 20, "5.36", "5.36 + 1.07 = 6.43"),
        ];
        for (id, line, percent, net, expected) in table {
            let invoice = issued(7, &[line], percent, "2025-02-08");
            let credit = lines(&invoice, &[], &[ask(0, net)], Rounding::HalfUp).expect(id);
            let Totals { net, tax, gross } = credit.totals;
            let found = format!("{} + {} = {}", net.decimal(), tax.decimal(), gross.decimal());
            assert_eq!(found, expected, "{id}");
        }
    }

    #[test]
    fn no_more_is_credited_than_is_left_of_a_line() {
        let invoice = issued(7, &["100", "-10"], 20, "2025-02-08");
        let half = lines(&invoice, &[], &[ask(0, "60")], Rounding::HalfUp).expect("a credit");
        let before = [half];
        for asks in [
            vec![ask(0, "40.01")],
            vec![ask(0, "-1")],
            vec![ask(0, "0")],
            vec![ask(1, "1")],
            vec![ask(0, "20"), ask(0, "20.01")],
            vec![],
        ] {
            let refused = lines(&invoice, &before, &asks, Rounding::HalfUp).map_err(|it| it.code);
            assert_eq!(refused, Err(Code::CreditExceeds), "{asks:?}");
        }
        let refused = lines(&invoice, &[], &[ask(2, "1")], Rounding::HalfUp);
        assert_eq!(refused.map_err(|it| it.code), Err(Code::ReferenceUnknown));
        let rest = everything(&invoice, &before, Rounding::HalfUp).expect("a credit");
        assert_eq!(rest.totals.net, euros("30"));
        let both = [before[0].clone(), rest];
        let refused = everything(&invoice, &both, Rounding::HalfUp).map_err(|it| it.code);
        assert_eq!(refused, Err(Code::CreditExceeds));
    }

    #[test]
    fn a_draft_is_changed_and_not_credited() {
        let refused = everything(&draft(7, &["1"], 20), &[], Rounding::HalfUp);
        assert_eq!(refused.map_err(|it| it.code), Err(Code::InvoiceStateForbids));
    }

    #[test]
    fn a_note_settles_what_is_open_and_the_rest_is_the_customers() {
        let invoice = issued(7, &["100"], 20, "2025-02-08");
        let note = note(everything(&invoice, &[], Rounding::HalfUp).expect("a credit"));
        // What is open and what was given up; where 120 go.
        let table = [
            ("120", "0", ["120", "0", "0"]),
            ("50", "0", ["50", "0", "70"]),
            ("0", "0", ["0", "0", "120"]),
            ("0", "120", ["0", "120", "0"]),
            ("0", "70", ["0", "70", "50"]),
            ("20", "70", ["20", "70", "30"]),
        ];
        for (open, written_off, expected) in table {
            let applied = note.applied(euros(open), euros(written_off)).expect("applied");
            let Applied { to_invoice, to_written_off, to_customer } = applied;
            let found = [to_invoice, to_written_off, to_customer];
            assert_eq!(found, expected.map(euros), "{open} open, {written_off} given up");
        }
    }

    #[test]
    fn an_issued_note_is_sealed_and_issued_once() {
        let invoice = issued(7, &["100"], 20, "2025-02-08");
        let draft = note(everything(&invoice, &[], Rounding::HalfUp).expect("a credit"));
        let given = issue(1, "2025-03-01");
        let number = NumberFormat::credit_notes(SellerNumber::PROVIDER).number(
            given.issued_on,
            1,
            Places::all(1),
        );
        let (note, _) = draft.issued(Issue { number, ..given.clone() }, &[]).expect("issued");
        let hash = note.issue().map(|it| it.link.hash);
        assert_eq!((note.state(), note.resealed()), (State::Issued, hash));
        let mut forged = note.clone();
        forged.content.lines[0].net = euros("99");
        assert_ne!(forged.resealed(), hash);
        assert_eq!(note.issued(given, &[]).map_err(|it| it.code), Err(Code::InvoiceStateForbids));
    }

    /// A line for a price and some days is given back by one for the same price and some of its days.
    #[test]
    fn what_another_invoice_gave_back_is_not_credited_once_more() {
        let of = |number: u128, net: &str, (price, days): (u128, &str)| {
            let draft = draft(number, &[net], 20);
            let mut content = draft.content().clone();
            let (start, end) = days.split_once("..").expect("days");
            content.lines[0].subscription = Some(id(8));
            content.lines[0].price = Some(id(price));
            content.lines[0].service_period = Period::new(date(start), date(end));
            let draft = draft.with_content(content).expect("a draft");
            draft.issued(issue(1, "2025-02-08")).expect("issued").0
        };
        let invoice = of(7, "100", (3, "2025-02-01..2025-03-01"));
        for (net, price, days, given) in [
            ("-30", 3, "2025-02-10..2025-03-01", "30.00"),
            ("-30", 3, "2025-02-01..2025-03-01", "30.00"),
            ("-130", 3, "2025-02-10..2025-03-01", "100.00"),
            ("30", 3, "2025-02-10..2025-03-01", "0.00"),
            ("-30", 4, "2025-02-10..2025-03-01", "0.00"),
            ("-30", 3, "2025-02-10..2025-03-02", "0.00"),
        ] {
            let other = of(9, net, (price, days));
            let asks = given_elsewhere(&invoice, &[], &[(other, Vec::new())]).expect("reckoned");
            let sum = Money::sum(asks.iter().map(|it| it.net), euros("0").currency());
            assert_eq!(sum, Ok(euros(given)), "{net} {price} {days}");
        }
        let other = of(9, "-30", (3, "2025-02-10..2025-03-01"));
        let asks = given_elsewhere(&invoice, &[], &[(other, Vec::new())]).expect("reckoned");
        let before = [lines(&invoice, &[], &asks, Rounding::HalfUp).expect("given back")];
        let rest = everything(&invoice, &before, Rounding::HalfUp).expect("a credit");
        assert_eq!((rest.totals.net, rest.totals.tax), (euros("70"), euros("14")));
    }

    proptest! {
        #[test]
        fn a_line_credited_bit_by_bit_returns_its_tax_and_no_cent_more(
            net in 1..1_000_000_i64, percent in 0..30_i64, cuts in prop::collection::vec(1..300_000_i64, 0..8),
        ) {
            let minor = |it: i64| Money::minor(it, crate::domain::money::Currency::EUR);
            let text = minor(net).decimal().to_string();
            let invoice = issued(7, &[&text], percent, "2025-02-08");
            let mut before: Vec<Credit> = Vec::new();
            for cut in cuts {
                let asks = [LineAsk { place: 0, net: minor(cut) }];
                if let Ok(credit) = lines(&invoice, &before, &asks, Rounding::HalfUp) {
                    prop_assert!(!credit.totals.tax.is_negative());
                    before.push(credit);
                }
            }
            before.extend(everything(&invoice, &before, Rounding::HalfUp).ok());
            let taxes = Money::sum(before.iter().map(|it| it.totals.tax), minor(0).currency());
            prop_assert_eq!(taxes, Ok(invoice.content().totals.tax));
        }
    }
}
