//! Statements of banks: what came into and went out of a seller's account, and what was made of it.
//!
//! Each line is looked at once. What cannot be told by itself waits for a person, with the reason.

use serde::{Deserialize, Serialize};

use super::allocation::Settlement;
use crate::domain::error::{Code as Refused, Invalid, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{BankStatementId, BillingAccountId, DebitOrderId, InvoiceId, PaymentId};
use crate::domain::money::Money;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Code, Iban, Name, Prose};
use crate::domain::time::Date;
use crate::domain::word::words;

words! {
    /// Why a person has to look at a line.
    Puzzle {
        /// It names nothing that is to be paid.
        NamesNothing = "names_nothing";
        /// What it names is not open as a whole in that amount.
        AmountDiffers = "amount_differs";
        /// What it names is of several who pay.
        SeveralPayers = "several_payers";
        /// The payment that it names is not under way any more, or was never.
        NotExpected = "not_expected";
        /// Money went out for what is not known here.
        WentOut = "went_out";
    }
}

/// What was made of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Nobody has looked at it yet.
    New,
    /// A person has to.
    Open(Puzzle),
    /// It stands on an earlier statement.
    Known,
    /// It is what was collected by mandate for a payment.
    Collected(PaymentId),
    /// It is what was collected by an order as a whole.
    Completed(DebitOrderId),
    /// It is a payment of its own.
    Paid(PaymentId),
    /// A payment was sent back by its payer's bank.
    Returned(PaymentId),
    /// A person has said that nothing is to be made of it.
    PutAside,
}

impl Outcome {
    /// The stable word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open(_) => "open",
            Self::Known => "known",
            Self::Collected(_) => "collected",
            Self::Completed(_) => "completed",
            Self::Paid(_) => "paid",
            Self::Returned(_) => "returned",
            Self::PutAside => "put_aside",
        }
    }
}

/// What a bank says of a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// By what the bank knows it.
    pub reference: Option<Name>,
    /// On which day it was booked.
    pub booked_on: Date,
    /// How much came in; less than nothing where it went out.
    pub amount: Money,
    /// Who is on the other side.
    pub counterparty: Option<Name>,
    /// What was written to it.
    pub text: Prose,
    /// By what who began it knows it.
    pub end_to_end: Option<Name>,
    /// By what who began it knows the batch that it is of.
    pub batch: Option<Name>,
    /// What the payer was to name.
    pub creditor_reference: Option<Name>,
    /// Why it was sent back, by the codes of ISO 20022.
    pub reason: Option<Code>,
    /// How much was begun, where the bank says so.
    pub original: Option<Money>,
    /// What the bank keeps of it, or takes beside it.
    pub fee: Option<Money>,
}

/// A line of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What the bank says.
    pub movement: Movement,
    /// What was made of it.
    pub outcome: Outcome,
}

/// What moved on a bank account of a seller, as the bank says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankStatement {
    /// Its identity.
    pub id: BankStatementId,
    /// Whose it is.
    pub stamp: Stamp,
    /// The number of the account.
    pub account: Iban,
    /// By what the bank knows it.
    pub reference: Name,
    /// The lines, in the bank's order.
    pub lines: Vec<Line>,
}

impl BankStatement {
    /// So many lines has a statement at most.
    pub const LINES_MAX: usize = 2000;

    /// A statement of which nobody has looked at a line.
    ///
    /// # Errors
    /// If it has too many.
    pub fn kept(
        (id, stamp): (BankStatementId, Stamp),
        (account, reference): (Iban, Name),
        movements: Vec<Movement>,
    ) -> Result<(Self, Verb), Invalid> {
        if movements.len() > Self::LINES_MAX {
            let why = format!("must have at most {} movements a statement", Self::LINES_MAX);
            return Err(Invalid::one("/camt", "range", why));
        }
        let line = |movement| Line { movement, outcome: Outcome::New };
        let lines = movements.into_iter().map(line).collect();
        Ok((Self { id, stamp, account, reference, lines }, Verb::Received))
    }

    /// The places of lines that nobody has looked at: what came in before what went out, so that a
    /// payment is there before it is sent back.
    #[must_use]
    pub fn unseen(&self) -> Vec<usize> {
        let of = |place: &usize| &self.lines[*place];
        let mut places: Vec<_> = (0..self.lines.len()).collect();
        places.retain(|it| of(it).outcome == Outcome::New);
        places.sort_by_key(|it| of(it).movement.amount.is_negative());
        places
    }

    /// Whether a person has to look at one of its lines.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.lines.iter().any(|it| matches!(it.outcome, Outcome::Open(_) | Outcome::New))
    }

    /// The movement on a line for which a person says what is to be made of it.
    ///
    /// # Errors
    /// If there is no such line, or something was made of it.
    pub fn waiting(&self, place: usize) -> Result<&Movement, Rejection> {
        let line = self.lines.get(place).ok_or_else(|| {
            let why = format!("the statement has {} lines, from 0 on", self.lines.len());
            Rejection::new(Refused::ReferenceUnknown, why)
        })?;
        match line.outcome {
            Outcome::New | Outcome::Open(_) => Ok(&line.movement),
            Outcome::Known
            | Outcome::Collected(_)
            | Outcome::Completed(_)
            | Outcome::Paid(_)
            | Outcome::Returned(_)
            | Outcome::PutAside => {
                let why = format!("the line is `{}` already", line.outcome.word());
                Err(Rejection::new(Refused::PaymentStateForbids, why))
            }
        }
    }

    /// The statement with what was made of a line.
    #[must_use]
    pub fn with(mut self, place: usize, outcome: Outcome) -> (Self, Verb) {
        if let Some(line) = self.lines.get_mut(place) {
            line.outcome = outcome;
        }
        (self, Verb::Changed)
    }
}

/// So many words of a text are taken for numbers of invoices at most.
const WORDS_MAX: usize = 60;

impl Movement {
    /// What may be the number of an invoice in what was written, each once.
    #[must_use]
    pub fn words(&self) -> Vec<&str> {
        let named = [&self.creditor_reference, &self.end_to_end];
        let named = named.into_iter().flatten().map(Name::as_str);
        let texts = self.text.as_str().split(|it: char| it.is_whitespace() || ",;:()".contains(it));
        let mut words = Vec::new();
        for word in named.chain(texts) {
            let word = word.trim_matches(|it: char| !it.is_alphanumeric());
            let has_digit = word.bytes().any(|it| it.is_ascii_digit());
            if has_digit && !words.contains(&word) && words.len() < WORDS_MAX {
                words.push(word);
            }
        }
        words
    }
}

/// An invoice that a line names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The invoice.
    pub invoice: InvoiceId,
    /// Whose it is.
    pub of: BillingAccountId,
    /// How much of it is open.
    pub open: Money,
}

/// What a line settles that names invoices: all of them as a whole, and in its amount.
///
/// # Errors
/// With what a person has to see.
pub fn settles(
    amount: Money,
    named: &[Named],
) -> Result<(BillingAccountId, Vec<Settlement>), Puzzle> {
    let first = named.first().ok_or(Puzzle::NamesNothing)?;
    if named.iter().any(|it| it.of != first.of) {
        return Err(Puzzle::SeveralPayers);
    }
    let sum = Money::sum(named.iter().map(|it| it.open), amount.currency());
    if sum != Ok(amount) || named.iter().any(|it| it.open.as_minor() <= 0) {
        return Err(Puzzle::AmountDiffers);
    }
    let settlement = |it: &Named| Settlement { invoice: it.invoice, amount: it.open };
    Ok((first.of, named.iter().map(settlement).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros, id, stamp};

    fn movement(amount: &str, text: &str) -> Movement {
        Movement {
            reference: None,
            booked_on: date("2026-02-03"),
            amount: euros(amount),
            counterparty: None,
            text: text.parse().expect("a text"),
            end_to_end: "NOTPROVIDED".parse().ok(),
            batch: None,
            creditor_reference: "RF18-5".parse().ok(),
            reason: None,
            original: None,
            fee: None,
        }
    }

    fn statement(amounts: &[&str]) -> BankStatement {
        let account = "DE89370400440532013000".parse().expect("an account");
        let of = (account, "1/2026".parse().expect("a name"));
        let movements = amounts.iter().map(|it| movement(it, "x")).collect();
        BankStatement::kept((id(1), stamp()), of, movements).expect("few lines").0
    }

    #[test]
    fn what_has_a_digit_may_be_a_number() {
        let it = movement("1", "Invoice INV-2026-000042,INV-2026-000043; (K 7) thanks 7.");
        assert_eq!(it.words(), ["RF18-5", "INV-2026-000042", "INV-2026-000043", "7"]);
    }

    #[test]
    fn a_line_settles_what_it_names_as_a_whole_or_waits_with_the_reason() {
        let named = |invoice: u128, of: u128, open: &str| Named {
            invoice: id(invoice),
            of: id(of),
            open: euros(open),
        };
        let told = |invoice: u128, amount: &str| Settlement {
            invoice: id(invoice),
            amount: euros(amount),
        };
        let check = |amount: &str, all: &[Named]| settles(euros(amount), all);
        assert_eq!(check("5", &[named(1, 9, "5")]), Ok((id(9), vec![told(1, "5")])));
        let two = [named(1, 9, "5"), named(2, 9, "7")];
        assert_eq!(check("12", &two), Ok((id(9), vec![told(1, "5"), told(2, "7")])));
        assert_eq!(check("5", &two), Err(Puzzle::AmountDiffers));
        assert_eq!(check("12", &[named(1, 9, "5"), named(2, 8, "7")]), Err(Puzzle::SeveralPayers));
        assert_eq!(check("5", &[named(1, 9, "5"), named(2, 9, "0")]), Err(Puzzle::AmountDiffers));
        assert_eq!(check("5", &[]), Err(Puzzle::NamesNothing));
    }

    #[test]
    fn what_came_in_is_looked_at_first_and_each_line_once() {
        let it = statement(&["-5", "7", "-1", "2"]);
        assert_eq!(it.unseen(), [1, 3, 0, 2]);
        let it = it.with(1, Outcome::Paid(id(7))).0;
        let it = it.with(3, Outcome::Open(Puzzle::NamesNothing)).0;
        assert_eq!((it.unseen(), it.is_open()), (vec![0, 2], true));
        assert_eq!(it.waiting(1).map_err(|it| it.code), Err(Refused::PaymentStateForbids));
        assert_eq!(it.waiting(9).map_err(|it| it.code), Err(Refused::ReferenceUnknown));
        assert_eq!(it.waiting(3).map(|it| it.amount), Ok(euros("2")));
        let it = [0, 2, 3].into_iter().fold(it, |it, place| it.with(place, Outcome::PutAside).0);
        assert!(!it.is_open());
    }

    #[test]
    fn a_statement_has_so_many_lines_at_most() {
        let account = "DE89370400440532013000".parse().expect("an account");
        let of = (account, "1/2026".parse().expect("a name"));
        let movements = vec![movement("1", "x"); BankStatement::LINES_MAX + 1];
        let refused = BankStatement::kept((id(1), stamp()), of, movements).expect_err("too many");
        assert_eq!(refused.violations[0].rule, "range");
    }
}
