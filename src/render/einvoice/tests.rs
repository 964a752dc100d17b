//! Papers for machines, held against the rules of EN 16931 and read again.

use en16931::InvoiceAmount;
use en16931::invoice::PaymentMeans;
use en16931_formats::zugferd::{Limits, extract};
use expect_test::expect;
use rust_decimal::Decimal;

use super::*;
use crate::domain::billing::invoice::{
    CollectedBy, Content, Invoice as Issued, SettledBy, sample as rows,
};
use crate::domain::billing::policy::TaxScope;
use crate::domain::billing::tax::{TaxTerms, TaxTotal, Taxable, assess};
use crate::domain::catalog::price::Base;
use crate::domain::catalog::tax::Treatment;
use crate::domain::money::{Currency, Money, Rounding};
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::time::Period as Days;
use crate::render::sample::{credit_note, invoice, issue, issued, keep, some};

/// How a line is charged: net or gross, how much, how many, at which of the taxes.
type Row<'a> = (Base, &'a str, &'a str, u16);

/// An invoice of rows at these treatments, taxed as a billing run would.
fn taxed(rows: &[Row<'_>], treatments: &[Treatment], scope: TaxScope) -> Issued {
    let nets = vec!["1"; rows.len()];
    invoice("de", &nets, |content| charge(content, rows, treatments, scope))
}

fn charge(content: &mut Content, rows: &[Row<'_>], treatments: &[Treatment], scope: TaxScope) {
    let blank = content.taxes[0].clone();
    let nothing = Money::zero(Currency::EUR);
    let total = |it: &Treatment| TaxTotal {
        treatment: it.clone(),
        net: nothing,
        tax: nothing,
        ..blank.clone()
    };
    content.taxes = treatments.iter().map(total).collect();
    let taxables: Vec<_> = rows
        .iter()
        .map(|(base, amount, _, place)| {
            let booked = rows::euros(amount);
            Taxable { place: *place, base: *base, exact: booked.decimal(), booked }
        })
        .collect();
    let terms = TaxTerms { scope, rounding: Rounding::HalfUp, currency: Currency::EUR };
    let taxed = assess(&taxables, &mut content.taxes, terms).expect("taxed");
    let month = Days::new(rows::date("2026-10-01"), rows::date("2026-11-01"));
    content.service_period = month;
    for ((line, row), taxed) in content.lines.iter_mut().zip(rows).zip(&taxed) {
        (line.base, line.amount) = (row.0, rows::euros(row.1));
        (line.net, line.tax, line.tax_place) = (taxed.net, taxed.tax, row.3);
        line.quantity = Quantity::new(row.2.parse().expect("a number"));
        (line.unit, line.service_period) = (some("GB"), month);
    }
    let sum = |of: fn(&TaxTotal) -> Money| {
        Money::sum(content.taxes.iter().map(of), Currency::EUR).expect("a sum")
    };
    let (net, tax) = (sum(|it| it.net), sum(|it| it.tax));
    content.totals.net = net;
    content.totals.tax = tax;
    content.totals.gross = net.plus(tax).expect("a sum");
}

fn rate(percent: &str) -> Treatment {
    Treatment::Standard(Percent::new(percent.parse().expect("a number")))
}

fn reverse() -> Treatment {
    Treatment::ReverseCharge { reason: "Reverse charge, Art. 196".parse().expect("a reason") }
}

fn exempt() -> Treatment {
    Treatment::Exempt { reason: "Exempt: § 4 Nr. 21 UStG".parse().expect("a reason") }
}

fn outside() -> Treatment {
    Treatment::OutOfScope { reason: "Not subject to VAT".parse().expect("a reason") }
}

/// The invoices that the tests write: by what is peculiar about them.
fn cases() -> Vec<(&'static str, Issued)> {
    use Base::{Gross, Net};
    let one = |row: Row<'static>, treatment| taxed(&[row], &[treatment], TaxScope::Invoice);
    let many = [
        (Net, "33.33", "1", 0),
        (Net, "33.33", "3", 1),
        (Net, "0.01", "1000000", 0),
        (Gross, "11.90", "7", 1),
        (Net, "-5.55", "2", 0),
        (Net, "0", "5", 2),
        (Net, "77", "0", 2),
    ];
    let rates = [rate("19"), rate("7"), rate("5.5")];
    vec![
        ("standard", one((Net, "19.99", "1", 0), rate("19"))),
        ("zero", one((Net, "19.99", "3", 0), rate("0"))),
        ("exempt", one((Net, "19.99", "1", 0), exempt())),
        ("reverse charge", one((Net, "19.99", "1", 0), reverse())),
        ("out of scope", one((Net, "19.99", "1", 0), outside())),
        ("gross", one((Gross, "19.99", "1", 0), rate("19"))),
        ("several rates", taxed(&many, &rates, TaxScope::Invoice)),
        ("taxed line by line", taxed(&many, &rates, TaxScope::Line)),
        ("twice one rate", taxed(&many, &[rate("19"), rate("19.0"), rate("7")], TaxScope::Invoice)),
        ("mixed", taxed(&many, &[rate("19"), reverse(), exempt()], TaxScope::Invoice)),
        ("less than nothing", one((Net, "-19.99", "1", 0), rate("19"))),
    ]
}

/// What a document that was written says when it is read again.
fn read(xml: &str) -> en16931::Invoice {
    let read = en16931_formats::read(xml.as_bytes()).expect("it can be read");
    let report = en16931::validate(&read.invoice);
    assert!(report.is_valid(), "{report}\n{xml}");
    read.invoice
}

/// The sums of a paper, and the same as a document says them.
fn must_be_the_same(name: &str, paper: &Paper<'_>, said: &en16931::Invoice) {
    let amount = |it: Money| InvoiceAmount::from_decimal_exact(it.decimal()).expect("two places");
    let of = paper.totals;
    assert_eq!(said.totals.line_total, amount(of.net), "{name}: net");
    assert_eq!(said.totals.vat_total, Some(amount(of.tax)), "{name}: tax");
    assert_eq!(said.totals.gross_total, amount(of.gross), "{name}: gross");
    let nets: Vec<_> = paper.lines.iter().map(|it| amount(it.net)).collect();
    let said_nets: Vec<_> = said.lines.iter().map(|it| it.net_amount).collect();
    assert_eq!(said_nets, nets, "{name}: lines");
    for line in &said.lines {
        let price = line.price.net_price.into_decimal();
        let off = price * line.quantity.into_decimal() - line.net_amount.into_decimal();
        assert!(!price.is_sign_negative() || price.is_zero(), "{name}: a price below nothing");
        assert!(off.abs() <= Decimal::new(2, 2), "{name}: {line:?}");
    }
}

#[test]
fn each_invoice_keeps_all_rules_in_both_languages_to_the_cent() {
    for (name, invoice) in cases() {
        let paper = Paper::of_invoice(&invoice).expect("issued");
        for (form, xml) in [("ubl", ubl(&paper)), ("cii", cii(&paper))] {
            let xml = xml.unwrap_or_else(|it| panic!("{name}: {it}"));
            keep(&format!("{name}-{form}.xml"), xml.as_bytes());
            must_be_the_same(name, &paper, &read(&xml));
        }
    }
}

#[test]
fn what_credit_settled_at_issue_is_paid_already() {
    let invoice = taxed(&[(Base::Net, "100", "1", 0)], &[rate("19")], TaxScope::Invoice);
    let settled = invoice.settle(rows::euros("19.5"), SettledBy::Credit).expect("settled").0;
    let invoice = settled.after_credit().expect("a sum").expect("something was set off");
    let paper = Paper::of_invoice(&invoice).expect("issued");
    for xml in [ubl(&paper), cii(&paper)] {
        let said = read(&xml.expect("a document"));
        must_be_the_same("set off", &paper, &said);
        let amount = |it: &str| InvoiceAmount::from_decimal_exact(it.parse().expect(it)).ok();
        assert_eq!((said.totals.paid, Some(said.totals.due)), (amount("19.5"), amount("99.5")));
    }
}

#[test]
fn where_it_can_be_it_is_as_peppol_wants_it() {
    for (name, invoice) in cases() {
        let paper = Paper::of_invoice(&invoice).expect("issued");
        let said = read(&ubl(&paper).expect(name));
        let report = en16931::profiles::PEPPOL_BIS_3.validate(&said);
        assert!(report.is_valid(), "{name}: {report}");
        assert_eq!(said.business_process.as_deref(), Some(PEPPOL_PROCESS), "{name}");
    }
    let mut alone = issue("de");
    alone.buyer.tax_registration = None;
    alone.buyer.email = None;
    let invoice = issued(&["100"], alone, |_| {});
    let said = read(&ubl(&Paper::of_invoice(&invoice).expect("issued")).expect("by the norm"));
    assert_eq!(said.specification_id.as_deref(), Some("urn:cen.eu:en16931:2017"));
    assert_eq!(said.business_process, None);
}

#[test]
fn a_credit_note_names_its_invoice_and_keeps_all_rules() {
    for (name, invoice) in cases().into_iter().filter(|it| it.0 != "less than nothing") {
        let note = credit_note(&invoice, "0.01", "A day without backup");
        let paper = Paper::of_credit_note(&note, &invoice).expect("issued");
        for xml in [ubl(&paper), cii(&paper)] {
            let said = read(&xml.unwrap_or_else(|it| panic!("{name}: {it}")));
            must_be_the_same(name, &paper, &said);
            assert_eq!(said.type_code.as_ref().map(|it| it.as_str()), Some("381"));
            let before = &said.preceding_invoices[0];
            assert_eq!(before.reference.as_str(), "INV-2026-000042");
        }
    }
}

#[test]
fn how_it_is_taken_is_said_to_machines_in_place_of_where_to_pay() {
    let (_, invoice) = cases().remove(0);
    let mandate = CollectedBy::Mandate("M-1".parse().expect("a code"));
    for (by, means, reference) in [(CollectedBy::Gateway, "68", None), (mandate, "59", Some("M-1"))]
    {
        let taken = invoice.clone().to_be_taken(by);
        let paper = Paper::of_invoice(&taken).expect("issued");
        for written in [ubl(&paper).expect("written"), cii(&paper).expect("written")] {
            let payment = read(&written).payment.expect("how it is paid");
            assert_eq!(payment.means_code.as_ref().map(|it| it.as_str()), Some(means));
            assert_eq!(payment.account_identifier(), None, "there is nowhere to pay to");
            let debit = match &payment.means {
                Some(PaymentMeans::DirectDebit(it)) => it.mandate_reference.as_deref(),
                _ => None,
            };
            assert_eq!(debit, reference);
        }
    }
}

#[test]
fn what_the_letterhead_says_is_said_to_machines() {
    let (_, invoice) = cases().remove(0);
    let said = read(&ubl(&Paper::of_invoice(&invoice).expect("issued")).expect("written"));
    let seller = &said.seller;
    let payment = said.payment.as_ref().expect("how it is paid");
    let told = format!(
        "{:?} {:?} {:?}\n{:?} {:?}\n{:?} {:?} {:?}\n{:?} {:?}",
        seller.vat_identifier,
        seller.electronic_address.as_ref().map(|it| (it.scheme(), it.content())),
        seller.additional_legal_information,
        said.buyer.electronic_address.as_ref().map(|it| (it.scheme(), it.content())),
        said.buyer_reference,
        payment.means_code.as_ref().map(|it| it.as_str()),
        payment.account_identifier(),
        payment.remittance_information,
        said.due_date.map(|it| it.to_string()),
        said.payment_terms,
    );
    expect![[r#"
        Some("DE123456788") Some((Some("9930"), "DE123456788")) Some("Ada Löwe, Carl Fuchs")
        Some((Some("9914"), "ATU12345675")) Some("PO 4711")
        Some("58") Some("DE89370400440532013000") Some("INV-2026-000042")
        Some("2026-12-10") Some("Payable within 14 days without deduction.")"#]]
    .assert_eq(&told);
}

/// The categories are those of UNCL 5305, the reasons those of the list VATEX.
#[test]
fn each_treatment_has_its_category_and_its_reason() {
    let told = |name: &str| {
        let (_, invoice) = cases().into_iter().find(|it| it.0 == name).expect(name);
        let said = read(&cii(&Paper::of_invoice(&invoice).expect("issued")).expect("written"));
        let tax = &said.vat_breakdown[0];
        let reason = tax.exemption_reason_code.as_ref().map(|it| it.as_str());
        let numbers = (said.seller.vat_identifier.is_some(), said.buyer.vat_identifier.is_some());
        format!("{} {} {numbers:?}", tax.category.as_str(), reason.unwrap_or("-"))
    };
    for (name, expected) in [
        ("standard", "S - (true, true)"),
        ("zero", "Z - (true, true)"),
        ("exempt", "E - (true, true)"),
        ("reverse charge", "AE VATEX-EU-AE (true, true)"),
        ("out of scope", "O VATEX-EU-O (false, false)"),
        ("gross", "S - (true, true)"),
    ] {
        assert_eq!(told(name), expected, "{name}");
    }
}

#[test]
fn what_the_norm_wants_and_the_paper_lacks_is_told_by_its_rules() {
    let refused = |change: fn(&mut crate::domain::billing::invoice::Issue)| {
        let mut issue = issue("de");
        change(&mut issue);
        let invoice = issued(&["100"], issue, |_| {});
        let paper = Paper::of_invoice(&invoice).expect("issued");
        [ubl(&paper).map(|_| ()), cii(&paper).map(|_| ())].map(|it| it.unwrap_err().to_string())
    };
    for told in refused(|it| it.seller.tax_registration = None) {
        assert!(told.contains("BR-S-02"), "{told}");
    }
    for told in refused(|it| it.buyer.address.country = None) {
        assert!(told.contains("BR-11"), "{told}");
    }
    let dinars = invoice("de", &["100"], |content| {
        let kwd: Currency = "KWD".parse().expect("a currency");
        content.currency = kwd;
        content.lines[0].net = Money::minor(1_234_567, kwd);
    });
    let told = cii(&Paper::of_invoice(&dinars).expect("issued")).unwrap_err().to_string();
    assert!(told.contains("1234.567"), "{told}");
}

#[test]
fn the_data_inside_a_file_is_that_beside_it_and_the_file_is_always_the_same() {
    for (name, invoice) in cases().into_iter().take(6) {
        let paper = Paper::of_invoice(&invoice).expect("issued");
        let file = factur_x(&paper, &Look::default()).unwrap_or_else(|it| panic!("{name}: {it}"));
        keep(&format!("{name}.pdf"), &file);
        let hybrid = extract(&file, &Limits::default()).expect("a hybrid");
        assert_eq!(hybrid.divergence, Vec::new(), "{name}");
        assert_eq!(String::from_utf8_lossy(&hybrid.xml), cii(&paper).expect("written"), "{name}");
        assert!(
            file == factur_x(&paper, &Look::default()).expect("written"),
            "{name}: other bytes"
        );
    }
}

#[test]
fn a_thousand_lines_fit_into_a_file() {
    let nets = vec!["19.99"; 1000];
    let invoice = invoice("de", &nets, |_| {});
    let paper = Paper::of_invoice(&invoice).expect("issued");
    let file = factur_x(&paper, &Look::default()).expect("written");
    assert!(file.len() < 5_000_000, "{} bytes", file.len());
}

#[test]
fn no_text_breaks_the_document() {
    for text in [
        "a\u{fffe}b\u{ffff}",
        "<&>\"' ]]>",
        "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466} \u{202e}x",
        "\u{fdd0}",
    ] {
        let mut issue = issue("de");
        issue.buyer.name = text.parse().expect("a name");
        let invoice = issued(&["100"], issue, |content| {
            content.lines[0].subject = text.parse().expect("a name");
            content.taxes[0].treatment = Treatment::Exempt { reason: text.parse().expect(text) };
            (content.taxes[0].tax, content.totals.tax) = (rows::euros("0"), rows::euros("0"));
            content.totals.gross = content.totals.net;
        });
        let paper = Paper::of_invoice(&invoice).expect("issued");
        for xml in [ubl(&paper), cii(&paper)] {
            match xml {
                Ok(xml) => drop(read(&xml)),
                Err(EinvoiceError::Unfit(why)) => assert!(text == "\u{fdd0}", "{text:?}: {why:?}"),
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[test]
fn what_line_by_line_adds_up_to_is_stated_as_far_as_the_norm_permits() {
    let of = |count: usize| {
        taxed(&vec![(Base::Net, "0.03", "1", 0); count], &[rate("19")], TaxScope::Line)
    };
    let few = of(100);
    let paper = Paper::of_invoice(&few).expect("issued");
    must_be_the_same("few", &paper, &read(&cii(&paper).expect("less than 1.00 off")));
    let many = of(600);
    let paper = Paper::of_invoice(&many).expect("issued");
    let refused = [cii(&paper), ubl(&paper)].map(|it| it.expect_err("too far off").to_string());
    assert_eq!(refused[0], refused[1]);
    assert!(
        refused[0].contains("its tax of `6.00 EUR` is the sum of what was rounded line by line")
            && refused[0].contains("`3.42 EUR`"),
        "{}",
        refused[0]
    );
}
