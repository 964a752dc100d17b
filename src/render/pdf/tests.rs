//! Papers, drawn, counted and read again by a reader that is not their writer.

use proptest::prelude::*;

use super::*;
use crate::domain::billing::invoice::{
    CollectedBy, Content, Invoice, Issue, SettledBy, sample as rows,
};
use crate::domain::billing::letterhead::Imprint;
use crate::domain::catalog::tax::Treatment;
use crate::domain::money::{Currency, Money};
use crate::domain::quantity::Quantity;
use crate::render::sample::{bank, credit_note, invoice, issue, issued, keep, some};

fn written(invoice: &Invoice, look: &Look) -> Vec<u8> {
    let paper = Paper::of_invoice(invoice).expect("it is issued");
    of_paper(&paper, look).expect("a paper")
}

/// A file, as a reader that is not its writer has it.
fn reread(pdf: &[u8]) -> lopdf::Document {
    lopdf::Document::load_mem(pdf).expect("it can be read")
}

/// How many pages a file has.
fn pages(pdf: &[u8]) -> usize {
    reread(pdf).get_pages().len()
}

/// A square of a color, as a picture.
fn logo() -> Logo {
    let png = "89504e470d0a1a0a0000000d49484452000000080000000408020000003cafe9a70000001149\
        44415478da63e892f1c28a18a8270100e4af1e01d8c102fd0000000049454e44ae426082";
    Logo::new(hex::decode(png).expect("bytes")).expect("a logo")
}

/// A line in the manner of those that are computed from a price.
fn measured(content: &mut Content) {
    let line = &mut content.lines[0];
    line.subject = "Virtual server “Kranich”".parse().expect("a name");
    line.label = "Traffic beyond what is included".parse().expect("a name");
    line.quantity = Quantity::new("1234.5".parse().expect("a number"));
    line.unit = some("GB");
    line.service_period =
        crate::domain::time::Period::new(rows::date("2026-10-01"), rows::date("2026-11-01"));
    content.service_period = line.service_period;
}

#[test]
fn an_invoice_is_the_same_bytes_whenever_it_is_written() {
    for locale in ["en", "de", "fr", "es"] {
        let invoice = invoice(locale, &["19.99", "1234.50", "-5"], measured);
        let pdf = written(&invoice, &Look::default());
        keep(&format!("invoice-{locale}.pdf"), &pdf);
        assert!(pdf.starts_with(b"%PDF-1.7"));
        assert!(pdf == written(&invoice, &Look::default()), "{locale}: other bytes");
        assert_eq!(pages(&pdf), 2, "{locale}");
    }
}

#[test]
fn a_file_is_for_archives_and_for_those_who_listen() {
    let pdf = written(&invoice("de", &["19.99"], measured), &Look::default());
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("pdfaid:part>3<") && text.contains("pdfaid:conformance>B<"), "PDF/A-3b");
    let file = reread(&pdf);
    let catalog = file.catalog().expect("a catalogue");
    assert_eq!(catalog.get(b"Lang").and_then(lopdf::Object::as_str).ok(), Some(&b"de"[..]));
    assert!(catalog.has(b"MarkInfo") && catalog.has(b"OutputIntents"));
    let parts =
        file.objects.values().filter_map(|it| it.as_dict().ok()?.get(b"S").ok()?.as_name().ok());
    let parts: std::collections::BTreeSet<_> = parts.map(String::from_utf8_lossy).collect();
    for part in ["H1", "H2", "P", "Table", "TR", "TH", "TD", "Figure"] {
        assert!(parts.contains(part), "{part} is not among {parts:?}");
    }
}

#[test]
fn a_logo_and_a_color_are_drawn() {
    let look = Look { logo: Some(logo()), color: "#8a1c4a".parse().expect("a color") };
    must_be_drawable(&logo()).expect("a picture");
    let pdf = written(&invoice("en", &["19.99"], measured), &look);
    keep("logo.pdf", &pdf);
    let plain = written(&invoice("en", &["19.99"], measured), &Look::default());
    let images = |pdf: &[u8]| {
        let file = reread(pdf);
        let streams = file.objects.values().filter_map(|it| it.as_stream().ok());
        let named = streams.filter_map(|it| it.dict.get(b"Subtype").ok()?.as_name().ok());
        named.filter(|it| *it == b"Image").count()
    };
    assert_eq!((images(&pdf), images(&plain)), (1, 0));
    let broken = [&logo().png()[..40], b"no picture at all"].concat();
    let broken = Logo::new(broken).expect("its head is right");
    assert!(must_be_drawable(&broken).is_err());
    // Its head is right, and of its pixels one is not.
    let mut spoiled = logo().png().to_vec();
    let at = spoiled.len() - 20;
    spoiled[at] ^= 1;
    let spoiled = Logo::new(spoiled).expect("its head is right");
    assert!(must_be_drawable(&spoiled).is_err());
}

#[test]
fn a_credit_note_says_what_it_takes_back() {
    let invoice = invoice("de", &["100", "50"], measured);
    let reason = "Ein Tag ohne Sicherung.\n".repeat(120);
    for (called, reason) in [("note", "Ein Tag ohne Sicherung"), ("note-long", reason.as_str())] {
        let note = credit_note(&invoice, "25", reason);
        let paper = Paper::of_credit_note(&note, &invoice).expect("issued");
        let pdf = of_paper(&paper, &Look::default()).expect("a paper");
        keep(&format!("{called}.pdf"), &pdf);
        assert_eq!(pages(&pdf), if reason.len() > 100 { 4 } else { 2 }, "{called}");
    }
}

#[test]
fn a_credit_note_for_some_of_the_days_says_for_which_and_that_it_is_a_part() {
    use crate::domain::time::Period;
    let invoice = invoice("de", &["100"], measured);
    for (net, is_whole) in [("25", false), ("100", true)] {
        let note = credit_note(&invoice, net, "Gewechselt");
        let paper = Paper::of_credit_note(&note, &invoice).expect("issued");
        assert_eq!(paper.takes_back.map(|it| it.is_whole), Some(is_whole), "{net}");
    }
    let note = credit_note(&invoice, "25", "Gewechselt");
    let mut paper = Paper::of_credit_note(&note, &invoice).expect("issued");
    let told = |paper: &Paper<'_>, language| {
        let told = explained::sentences(language, &paper.lines[0], None);
        let told = told.into_iter().find(|it| it.contains("25")).expect("what is taken back");
        told.replace('\u{a0}', " ")
    };
    assert_eq!(told(&paper, Language::German), "Davon wird 25,00 EUR zurückgenommen");
    paper.lines[0].days = Period::new(rows::date("2026-10-12"), rows::date("2026-11-01"));
    for (language, expected) in [
        (Language::English, "Of it, EUR 25.00 is taken back, for 12 Oct 2026 – 31 Oct 2026"),
        (Language::German, "Davon wird 25,00 EUR zurückgenommen, für 12.10.2026 – 31.10.2026"),
        (Language::French, "Dont 25,00 EUR annulés, pour 12/10/2026 – 31/10/2026"),
        (Language::Spanish, "De ello se abona 25,00 EUR, por 12/10/2026 – 31/10/2026"),
    ] {
        assert_eq!(told(&paper, language), expected);
    }
}

#[test]
fn the_code_for_banks_is_as_their_council_wants_it() {
    let transfer = |invoice: &Invoice| {
        payment::transfer(&Paper::of_invoice(invoice).expect("issued"), &bank())
    };
    let told = transfer(&invoice("de", &["100"], |_| {})).expect("a transfer");
    assert_eq!(
        told,
        "BCD\n002\n1\nSCT\nCOBADEFFXXX\nKornblume GmbH\nDE89370400440532013000\nEUR119.00\n\n\n\
         INV-2026-000042"
    );
    let dollars = |content: &mut Content| {
        let usd = |it: &mut Money| *it = Money::minor(it.as_minor(), "USD".parse().expect("USD"));
        content.currency = "USD".parse::<Currency>().expect("USD");
        [&mut content.totals.net, &mut content.totals.tax, &mut content.totals.gross]
            .into_iter()
            .for_each(usd);
    };
    assert_eq!(transfer(&invoice("de", &["100"], dollars)), None);
    assert_eq!(transfer(&invoice("de", &["-100"], |_| {})), None);
    let rest = transfer(&set_off("de", "19.5")).expect("a transfer");
    assert!(rest.contains("\nEUR99.50\n"), "what credit settled is not asked for: {rest}");
    assert_eq!(transfer(&set_off("de", "119")), None, "nothing is left to pay");
}

/// An invoice over 119.00, of which credit settled so much when it was issued.
fn set_off(locale: &str, amount: &str) -> Invoice {
    let invoice = invoice(locale, &["100"], |_| {});
    let settled = invoice.settle(rows::euros(amount), SettledBy::Credit).expect("settled").0;
    settled.after_credit().expect("a sum").expect("something was set off")
}

#[test]
fn what_the_house_takes_is_not_asked_for() {
    let mandate = CollectedBy::Mandate("M-1".parse().expect("a code"));
    for (by, name) in [(CollectedBy::Gateway, "gateway"), (mandate, "mandate")] {
        for locale in ["en", "de", "fr", "es"] {
            let asked = invoice(locale, &["100"], |_| {});
            let taken = asked.clone().to_be_taken(by.clone());
            let pdf = written(&taken, &Look::default());
            keep(&format!("taken-{name}-{locale}.pdf"), &pdf);
            let code =
                |it: &Invoice| payment::transfer(&Paper::of_invoice(it).expect("issued"), &bank());
            assert!(code(&asked).is_some() && code(&taken).is_none(), "no code to scan: {locale}");
            assert!(
                pdf.len() < written(&asked, &Look::default()).len(),
                "{locale}: no bank, no code"
            );
        }
    }
}

#[test]
fn what_credit_settled_stands_below_the_total() {
    for locale in ["en", "de", "fr", "es"] {
        let pdf = written(&set_off(locale, "19.5"), &Look::default());
        keep(&format!("set-off-{locale}.pdf"), &pdf);
        let whole = written(&invoice(locale, &["100"], |_| {}), &Look::default());
        assert!(pdf.len() > whole.len(), "{locale}: two rows more");
    }
}

#[test]
fn a_thousand_lines_take_pages_and_carry_their_sum() {
    let nets = vec!["19.99"; 1000];
    let pdf = written(&invoice("de", &nets, |_| {}), &Look::default());
    keep("thousand.pdf", &pdf);
    assert!((60..200).contains(&pages(&pdf)), "{} pages", pages(&pdf));
    assert!(pdf.len() < 4_000_000, "{} bytes", pdf.len());
}

/// However many lines there are: who turns to the page that asks for money sees what it is the sum of.
#[test]
fn what_is_to_be_paid_stands_below_its_sum_on_the_same_page() {
    for count in 1..=40 {
        let pdf = written(&invoice("de", &vec!["19.99"; count], |_| {}), &Look::default());
        let file = reread(&pdf);
        let said: Vec<String> = file
            .get_pages()
            .keys()
            .map(|it| file.extract_text(&[*it]).expect("a text").split_whitespace().collect())
            .collect();
        let asks = said.iter().find(|it| it.contains("BittezahlenSie")).expect("a page");
        assert!(asks.contains("Gesamtbetrag"), "{count} lines: {asks}");
    }
}

#[test]
fn no_text_keeps_a_paper_from_being_made() {
    let texts = [
        "\u{202e}Rechnung\u{202c} \u{200f}שלום مرحبا",
        "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{200d}\u{1f466} \u{1f3f3}\u{fe0f}\u{200d}\u{1f308} \u{1f1e9}\u{1f1ea} e\u{301}\u{302}\u{303}\u{304}\u{305}",
        "漢字仮名交じり文 हिन्दी ไทย \u{fffe}\u{ffff}\u{feff}",
        "\u{e000}\u{f8ff}\u{10ffff}\u{fdd0}",
        "\u{a0}\u{2028}\u{2029}\u{85}\u{ad}",
        // Each of these is one with its neighbour until that is boxed.
        "a\u{5a2}\u{1f300}\u{1ac1} \u{5a2}\u{1f574}\u{1ac2}\u{5a2}\u{1f300}\u{1ac1}",
        "%PDF ) ( \\ << >> endstream endobj",
        &"W".repeat(255),
        &"\u{301}".repeat(255),
    ];
    for text in texts {
        let plain: String = text.chars().filter(|it| !it.is_control()).collect();
        let of = |it: &str| it.parse().unwrap_or_else(|_| "x".parse().expect("a name"));
        let mut issue = issue("de");
        issue.seller.name = of(&plain);
        issue.buyer.name = of(&plain);
        issue.buyer.address.street = some(&plain);
        issue.imprint = Imprint { reference: some(&plain), ..issue.imprint };
        let invoice = issued(&["1", "2"], issue, |content| {
            content.lines[0].subject = of(&plain);
            content.lines[0].label = of(&plain);
            content.lines[0].unit = some(&plain);
            let reason = plain.repeat(20).chars().take(10_000).collect::<String>();
            content.taxes[0].treatment =
                Treatment::Exempt { reason: reason.parse().expect("a reason") };
        });
        let pdf = written(&invoice, &Look::default());
        assert!(pages(&pdf) >= 2, "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_is_set(text in "\\PC{1,200}", amount in -9_000_000_000_000_000_i64..9_000_000_000_000_000) {
        let issue = Issue { due_on: rows::date("2026-12-31"), ..issue("fr") };
        let invoice = issued(&["1"], issue, |content| {
            if let Ok(name) = text.parse() {
                content.lines[0].subject = name;
            }
            content.lines[0].net = Money::minor(amount, Currency::EUR);
            content.totals.gross = Money::minor(amount, Currency::EUR);
        });
        prop_assert!(pages(&written(&invoice, &Look::default())) >= 2);
    }
}
