//! Documents as tests of papers make them: from Berlin to Vienna, with all that a letterhead says.

use crate::domain::billing::credit::{self, CreditNote, LineAsk};
use crate::domain::billing::invoice::number::{NumberFormat, Places};
use crate::domain::billing::invoice::{Content, Invoice, InvoiceParty, Issue, sample};
use crate::domain::billing::letterhead::{BankAccount, Imprint, Sayings};
use crate::domain::money::Rounding;
use crate::domain::party::medium::PostalAddress;
use crate::domain::stamp::SellerNumber;

pub(super) fn some<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// A party by its name, street, city, country and tax number.
pub(super) fn party([name, street, city, country, number]: [&str; 5]) -> InvoiceParty {
    InvoiceParty {
        name: name.parse().expect(name),
        address: PostalAddress {
            street: some(street),
            locality: some(city),
            postal_code: some("10115"),
            country: some(country),
            ..PostalAddress::default()
        },
        tax_registration: some(number),
        email: some("billing@example.com"),
    }
}

pub(super) fn bank() -> BankAccount {
    BankAccount {
        holder: None,
        iban: "DE89370400440532013000".parse().expect("an account"),
        bic: some("COBADEFFXXX"),
        bank: some("Commerzbank Berlin"),
    }
}

/// What an invoice gets that goes from Berlin to Vienna.
pub(super) fn issue(locale: &str) -> Issue {
    let says = Sayings {
        bank: Some(bank()),
        registration: some("Amtsgericht Charlottenburg, HRB 123456 B"),
        management: some("Ada Löwe, Carl Fuchs"),
        payment_terms: some("Payable within 14 days without deduction."),
        collects: None,
    };
    let plain = Imprint::plain(locale.parse().expect("a locale"), 10_042);
    Issue {
        seller: party(["Kornblume GmbH", "Invalidenstraße 43", "Berlin", "DE", "DE123456788"]),
        buyer: party(["Blauwal & Söhne KG", "Praterstraße 1", "Wien", "AT", "ATU12345675"]),
        imprint: Imprint { reference: some("PO 4711"), says, ..plain },
        ..sample::issue(42, "2026-11-26")
    }
}

/// An invoice in a language with lines of these net amounts at 19 %, changed by `change`.
pub(super) fn invoice(locale: &str, nets: &[&str], change: impl FnOnce(&mut Content)) -> Invoice {
    issued(nets, issue(locale), change)
}

/// The same as it is issued.
pub(super) fn issued(nets: &[&str], issue: Issue, change: impl FnOnce(&mut Content)) -> Invoice {
    let draft = sample::draft(7, nets, 19);
    let mut content = draft.content().clone();
    change(&mut content);
    let draft = draft.with_content(content).expect("a draft");
    draft.issued(issue).expect("issued").0
}

/// The credit note that takes back so much of the first line.
pub(super) fn credit_note(invoice: &Invoice, net: &str, reason: &str) -> CreditNote {
    let asks = [LineAsk { place: 0, net: sample::euros(net) }];
    let credit = credit::lines(invoice, &[], &asks, Rounding::HalfUp).expect("a credit");
    let before = invoice.issue().expect("it is issued").clone();
    let number = NumberFormat::credit_notes(SellerNumber::PROVIDER).number(
        before.issued_on,
        1,
        Places::all(3),
    );
    let note = CreditNote::draft(
        sample::id(11),
        sample::stamp(),
        reason.parse().expect("a reason"),
        credit,
    );
    note.issued(Issue { number, ..before }, &[]).expect("issued").0
}

/// Lays a file where one looks at what tests have made: `TILLBOX_PAPERS=target/papers`.
pub(super) fn keep(called: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("TILLBOX_PAPERS") {
        std::fs::write(std::path::Path::new(&folder).join(called), bytes).expect("written");
    }
}
