//! Settlement notes: the numbered document that says what a partner is paid out.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::record::ShareRecord;
use super::share::Portion;
use super::spread::spread;
use crate::domain::billing::invoice::number::DocumentNumber;
use crate::domain::billing::invoice::{InvoiceParty, Totals};
use crate::domain::billing::letterhead::Color;
use crate::domain::billing::vat;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Verb;
use crate::domain::id::{AccountId, SettlementId};
use crate::domain::money::{Currency, Money, MoneyError, Rounding};
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Locale, Name, Prose};
use crate::domain::time::{Date, Period};
use crate::domain::word::words;

/// A note of so many items is full: what more there is stands on the next one, except where what goes
/// back later has to be set off on this one.
pub const ITEMS_FULL: usize = 1000;

words! {
    /// How far a settlement note has come.
    State {
        /// It has its number and can no longer change.
        Issued = "issued";
        /// It was paid out.
        Paid = "paid";
    }
}

words! {
    /// What can be done with a settlement note.
    Trigger {
        /// It is paid out.
        Pay = "pay";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
const fn next(state: State, trigger: Trigger) -> Option<State> {
    match (state, trigger) {
        (State::Issued, Trigger::Pay) => Some(State::Paid),
        (State::Paid, Trigger::Pay) => None,
    }
}

/// What a seller owes a partner for a time, as a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementNote {
    /// Its identity.
    pub id: SettlementId,
    /// What the house keeps about it; its owner is whom it pays out.
    pub stamp: Stamp,
    /// Whom it pays out.
    pub receiver: AccountId,
    /// Its number.
    pub number: DocumentNumber,
    /// From the day of the first share on it to the first day of which no share is on it.
    pub period: Period,
    /// The day on it, which decides on its tax.
    pub issued_on: Date,
    /// Until when it is to be paid out.
    pub due_on: Date,
    /// Who writes it, as it stands on it.
    pub issuer: InvoiceParty,
    /// Whom it pays out, as it stands on it.
    pub receiver_as: InvoiceParty,
    /// What is said of it besides.
    pub terms: Terms,
    /// What it is for.
    pub items: Vec<NoteItem>,
    /// What it comes to.
    pub totals: Totals,
    /// How it is written.
    pub look: NoteLook,
    state: State,
    paid_on: Option<Date>,
    /// The first note of the run that wrote it, if it is not that itself.
    run: Option<SettlementId>,
}

/// What a note copies in of how it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteLook {
    /// In which language: that of whom it pays out.
    pub locale: Locale,
    /// In which color headings and rules are: that of the letterhead.
    pub color: Color,
}

/// What is said of a note besides what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Terms {
    /// What it is, for people.
    pub description: Option<Prose>,
    /// How it is paid out: a code for programs, and what people call it.
    pub method: Option<(text::Code, Name)>,
    /// At which rate what the receiver earns is taxed, and what that tax is called.
    pub tax: Option<(Name, Percent)>,
}

/// One thing that a note pays for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteItem {
    /// The number of the invoice on which it was charged.
    pub invoice: DocumentNumber,
    /// What it is.
    pub name: Name,
    /// Which charge of that, where one invoice has several.
    pub charge: Option<Name>,
    /// The number of the offer.
    pub product_number: Option<u64>,
    /// For which time it was charged.
    pub period: Option<Period>,
    /// What was charged for it, without tax; of that the receiver has a share once it is paid, and gives it
    /// back as far as it goes back.
    pub charged: Money,
    /// Which share, by the model; nothing where that names the receiver no more.
    pub portion: Option<Portion>,
    /// How many.
    pub quantity: Quantity,
    /// What of each is the receiver's, without tax; negative where it went back.
    pub unit_price: Money,
    /// The same of all of them.
    pub amount: Money,
    /// The tax on that.
    pub tax: Money,
}

impl NoteItem {
    /// What a percentage of all that was charged comes to before it was rounded, if that is what the receiver
    /// has a share of and it was rounded at all.
    #[must_use]
    pub fn before_rounding(&self) -> Option<Decimal> {
        let Some(Portion::Percent(percent)) = self.portion else { return None };
        let whole = Percent::WHOLE.decimal();
        let exact = self.charged.amount().part(percent.decimal(), whole).ok()?.value().normalize();
        let exact = if self.amount.is_negative() { -exact } else { exact };
        let off = (self.amount.decimal() - exact).abs();
        let unit = Money::minor(1, self.amount.currency()).decimal();
        (!off.is_zero() && off < unit).then_some(exact)
    }
}

/// The items, taxed: the tax on a note is that on its sum, rounded once, and each item shows its part
/// of it.
fn taxed(
    items: Vec<NoteItem>,
    terms: &Terms,
    booked: (Currency, Rounding),
) -> Result<Vec<NoteItem>, MoneyError> {
    let rate = terms.tax.as_ref().map_or(Percent::ZERO, |it| it.1);
    let amounts: Vec<_> = items.iter().map(|it| it.amount).collect();
    let taxes = spread(&amounts, (rate.decimal(), Percent::WHOLE.decimal()), booked)?;
    Ok(items.into_iter().zip(taxes).map(|(it, tax)| NoteItem { tax, ..it }).collect())
}

/// Writes a note.
#[derive(Debug, Clone)]
pub struct IssueNote {
    /// The id that it gets.
    pub id: SettlementId,
    /// Whose it is.
    pub stamp: Stamp,
    /// Whom it pays out.
    pub receiver: AccountId,
    /// Its number.
    pub number: DocumentNumber,
    /// The first day on it, and the first after that which is not.
    pub days: (Date, Date),
    /// The day on which it is written.
    pub issued_on: Date,
    /// So many days later it is to be paid out.
    pub due_days: u16,
    /// Who writes it, and whom it pays out.
    pub parties: (InvoiceParty, InvoiceParty),
    /// What is said of it besides, and how its tax is rounded.
    pub terms: (Terms, Rounding),
    /// What it is for.
    pub items: Vec<NoteItem>,
    /// What all of it is in.
    pub currency: Currency,
    /// How it is written.
    pub look: NoteLook,
    /// The first note of the run that writes it; itself if there is none before it.
    pub run: Option<SettlementId>,
}

impl SettlementNote {
    /// Writes a note.
    ///
    /// # Errors
    /// If it comes to nothing or less, or to too much.
    pub fn issue(command: IssueNote) -> Result<(Self, Verb), Rejection> {
        let IssueNote { id, stamp, receiver, number, days, issued_on, due_days, .. } = command;
        let (parties, (terms, rounding), currency) =
            (command.parties, command.terms, command.currency);
        let items = taxed(command.items, &terms, (currency, rounding))?;
        let mut totals = Totals::nothing(currency);
        for it in &items {
            totals = totals.plus(it.amount, it.tax)?;
        }
        if totals.net.as_minor() <= 0 {
            let why = format!("there is nothing to pay out: it comes to `{}`", totals.net);
            return Err(Rejection::new(Code::SettlementStateForbids, why));
        }
        let (from, until) = (days.0.min(days.1.plus_days(-1)), days.1);
        let period = Period::new(from, until).expect("it begins before it ends");
        let note = Self {
            id,
            stamp,
            receiver,
            number,
            period,
            issued_on,
            due_on: issued_on.plus_days(due_days.into()),
            issuer: parties.0,
            receiver_as: parties.1,
            terms,
            items,
            totals,
            look: command.look,
            state: State::Issued,
            paid_on: None,
            run: command.run,
        };
        Ok((note, Verb::Issued))
    }

    /// How far it has come.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Of which run it is: the first note of it.
    #[must_use]
    pub fn run(&self) -> SettlementId {
        self.run.unwrap_or(self.id)
    }

    /// Why there is no tax on it, in its language, where that follows from the two: a registered business of
    /// one member state of the EU supplies one of another, which owes the tax itself.
    #[must_use]
    pub fn untaxed(&self) -> Option<&'static str> {
        let parties = [&self.issuer, &self.receiver_as];
        if self.terms.tax.is_some() || !parties.iter().all(|it| it.has_vat_number()) {
            return None;
        }
        let (supplier, owes) = (&self.receiver_as.address, &self.issuer.address);
        vat::reverse_charged((supplier, owes), &self.look.locale)
    }

    /// When it was paid out.
    #[must_use]
    pub const fn paid_on(&self) -> Option<Date> {
        self.paid_on
    }

    /// The note, paid out on a day.
    ///
    /// # Errors
    /// If it was paid out before.
    pub fn paid(self, on: Date) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, Trigger::Pay) else {
            let why = format!("cannot pay out a note that is `{}`", self.state);
            return Err(Rejection::new(Code::SettlementStateForbids, why));
        };
        Ok((Self { state, paid_on: Some(on), ..self }, Verb::Paid))
    }
}

/// What stands on the next note, of the open shares of one partner in one currency, the oldest first,
/// that come to `left` together. A note comes to more than nothing, and all of them to no more than the
/// shares together: nothing as long as those come to nothing or less, and wait for what comes after.
///
/// # Errors
/// If an amount is too large, and those of `open`.
pub fn payable<E: From<MoneyError>>(
    open: impl IntoIterator<Item = Result<ShareRecord, E>>,
    left: Money,
) -> Result<Vec<ShareRecord>, E> {
    let (mut note, mut sum) = (Vec::new(), Money::zero(left.currency()));
    if left.as_minor() <= 0 {
        return Ok(note);
    }
    for it in open {
        let it = it?;
        sum = sum.plus(it.amount)?;
        note.push(it);
        let is_covered = sum.as_minor() > 0 && !left.minus(sum)?.is_negative();
        if note.len() >= ITEMS_FULL && is_covered {
            break;
        }
    }
    Ok(note)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::billing::invoice::number::{NumberFormat, Places};
    use crate::domain::billing::invoice::sample::{date, euros, id, issue as issue_of, stamp};
    use crate::domain::party::medium::PostalAddress;
    use crate::domain::settlement::record;
    use crate::domain::settlement::share::Role;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::word::matrix;

    fn issue(amounts: &[&str]) -> Result<SettlementNote, Rejection> {
        let item = |amount: &&str| NoteItem {
            invoice: issue_of(1, "2026-01-10").number,
            name: "Mail".parse().expect("a name"),
            charge: None,
            product_number: Some(7),
            period: None,
            charged: euros("100"),
            portion: Some(Portion::Percent(Percent::new(20.into()))),
            quantity: Quantity::ONE,
            unit_price: euros(amount),
            amount: euros(amount),
            tax: euros("0"),
        };
        let tax = ("VAT".parse().expect("a name"), Percent::new(20.into()));
        let command = IssueNote {
            id: id(1),
            stamp: stamp(),
            receiver: id(2),
            number: NumberFormat::settlements(SellerNumber(3)).number(
                date("2026-02-01"),
                1,
                Places::all(5),
            ),
            days: (date("2026-01-10"), date("2026-01-21")),
            issued_on: date("2026-02-01"),
            due_days: 30,
            parties: (issue_of(1, "2026-01-10").seller, issue_of(1, "2026-01-10").buyer),
            terms: (Terms { tax: Some(tax), ..Terms::default() }, Rounding::HalfUp),
            items: amounts.iter().map(item).collect(),
            currency: euros("0").currency(),
            look: NoteLook {
                locale: "en".parse().expect("a locale"),
                color: "#2f5bd7".parse().expect("a color"),
            },
            run: None,
        };
        SettlementNote::issue(command).map(|it| it.0)
    }

    #[test]
    fn a_note_lives_as_the_table_says() {
        expect![[r#"
                   |  pay
            issued | paid
              paid |    -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }

    /// Shares of so many times the same amount each, one after the other.
    fn open(amounts: &[(usize, &str)]) -> Vec<ShareRecord> {
        let share = |amount: &str| ShareRecord {
            id: id(1),
            stamp: stamp(),
            account: id(2),
            role: Role::Partner,
            model: id(3),
            invoice: id(4),
            line: 0,
            payment: None,
            amount: euros(amount),
            recorded_at: stamp().created_at,
            state: record::State::Open,
            note: None,
        };
        let all = amounts.iter().flat_map(|(times, amount)| vec![share(amount); *times]);
        all.collect()
    }

    #[test]
    fn no_more_is_paid_out_than_all_open_shares_come_to() {
        for (amounts, expected) in [
            (&[] as &[(usize, &str)], &[] as &[(usize, &str)]),
            (&[(3, "1")], &[(3, "3")]),
            (&[(1, "1"), (1, "-1")], &[]),
            (&[(1, "1"), (1, "-2")], &[]),
            (&[(1500, "1")], &[(1000, "1000"), (500, "500")]),
            // What goes back beyond the first full note is set off before it is paid out.
            (&[(1000, "1"), (1, "-1000")], &[]),
            (&[(1000, "1"), (1, "-1500")], &[]),
            (&[(1000, "1"), (1, "-500")], &[(1001, "500")]),
            (&[(1000, "1"), (1, "-900"), (1000, "1")], &[(1000, "1000"), (1000, "99"), (1, "1")]),
            // Many that went back hold up nothing that came after them.
            (&[(1000, "-1"), (500, "3")], &[(1334, "2"), (166, "498")]),
        ] {
            let (mut open, mut notes) = (open(amounts).into_iter(), Vec::new());
            let mut left = euros("0");
            for it in open.clone() {
                left = left.plus(it.amount).expect("small");
            }
            loop {
                let note = payable(open.by_ref().map(Ok::<_, MoneyError>), left).expect("amounts");
                if note.is_empty() {
                    break;
                }
                let sum = Money::sum(note.iter().map(|it| it.amount), left.currency());
                left = left.minus(sum.expect("small")).expect("small");
                notes.push(note);
            }
            let sum = |it: &Vec<ShareRecord>| {
                Money::sum(it.iter().map(|it| it.amount), euros("0").currency()).expect("small")
            };
            let found: Vec<_> = notes.iter().map(|it| (it.len(), sum(it))).collect();
            let expected: Vec<_> = expected.iter().map(|it| (it.0, euros(it.1))).collect();
            assert_eq!(found, expected, "{amounts:?}");
        }
    }

    #[test]
    fn the_tax_on_a_note_is_rounded_once() {
        for (amounts, taxes, total) in [
            (&["0.03", "0.03", "0.03"] as &[&str], &["0.01", "0.01", "0.00"] as &[&str], "0.02"),
            (&["0.02", "0.02", "0.02"], &["0.01", "0.00", "0.00"], "0.01"),
            (&["10", "-0.03"], &["2.00", "-0.01"], "1.99"),
            (&["0.04", "-0.02"], &["0.01", "-0.01"], "0.00"),
        ] {
            let note = issue(amounts).expect("a note");
            let found: Vec<_> = note.items.iter().map(|it| it.tax.decimal().to_string()).collect();
            assert_eq!(found, taxes, "{amounts:?}");
            let Totals { net, tax, gross } = note.totals;
            assert_eq!((tax, Ok(gross)), (euros(total), net.plus(tax)), "{amounts:?}");
        }
    }

    #[test]
    fn a_note_comes_to_more_than_nothing_and_is_paid_once() {
        let note = issue(&["10", "-2.50"]).expect("a note");
        assert_eq!((note.totals.tax, note.totals.gross), (euros("1.50"), euros("9")));
        assert_eq!(note.number.as_str(), "SET-3-2026-000005");
        assert_eq!(note.totals.net, euros("7.50"));
        let days = [note.period.start(), note.period.end(), note.issued_on, note.due_on];
        assert_eq!(days, ["2026-01-10", "2026-01-21", "2026-02-01", "2026-03-03"].map(date));
        for amounts in [&["10", "-10"] as &[&str], &["-1"], &[]] {
            let refused = issue(amounts).map_err(|it| it.code).map(|_| ());
            assert_eq!(refused, Err(Code::SettlementStateForbids), "{amounts:?}");
        }
        let paid = note.paid(date("2026-02-10")).expect("issued").0;
        assert_eq!((paid.state(), paid.paid_on()), (State::Paid, Some(date("2026-02-10"))));
        assert_eq!(paid.paid(date("2026-02-11")).map_err(|it| it.code).map(|_| ()), {
            Err(Code::SettlementStateForbids)
        });
    }

    #[test]
    fn a_note_between_two_states_of_the_union_says_who_owes_the_tax() {
        let party = |country: &str, number: Option<&str>| {
            let sample = issue_of(1, "2026-01-10").seller;
            let country = country.parse().ok();
            InvoiceParty {
                address: PostalAddress { country, ..sample.address },
                tax_registration: number.map(|it| it.parse().expect("a name")),
                ..sample
            }
        };
        let untaxed = |issuer: (&str, Option<&str>), receiver: (&str, Option<&str>)| {
            let mut it = issue(&["10"]).expect("a note");
            it.terms.tax = None;
            (it.issuer, it.receiver_as) =
                (party(issuer.0, issuer.1), party(receiver.0, receiver.1));
            it.untaxed().is_some()
        };
        let (german, french) = (("DE", Some("DE123")), ("FR", Some("FR456")));
        for (issuer, receiver, expected) in [
            (german, french, true),
            (german, ("FR", None), false),
            (german, ("FR", Some("45 678")), false),
            (german, ("DE", Some("DE9")), false),
            (german, ("CH", Some("CHE9")), false),
            (("GB", Some("GB1")), french, false),
        ] {
            assert_eq!(untaxed(issuer, receiver), expected, "{issuer:?} {receiver:?}");
        }
        assert_eq!(issue(&["10"]).expect("a note").untaxed(), None, "it is taxed");
    }
}
