//! Debit orders as the files that banks take: `pain.008.001.08` of ISO 20022 (version of 2019), in the
//! form of the SEPA direct debit schemes (European Payments Council, EPC130-08 and EPC131-08).
//!
//! That version is the one of the schemes since March 2024; the older `pain.008.001.02` was taken
//! beside it and is running out. The same order gives the same bytes.

use std::fmt::Write as _;

use crate::domain::id::{Id, PaymentMethodId};
use crate::domain::money::{Money, MoneyError};
use crate::domain::payment::debit::{DebitOrder, OrderedDebit};
use crate::domain::payment::mandate::{Scheme, Sequence};
use crate::domain::text::{Bic, Iban};

/// What an order's file is called in the words of ISO 20022.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08";
/// The longest names and texts that banks carry (EPC130-08).
const NAME_MAX: usize = 70;
const TEXT_MAX: usize = 140;

/// Why an order cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum DebitOrderError<E> {
    /// A sum is too large.
    #[error("a sum is too large")]
    Sum(#[source] MoneyError),
    /// The number of a bank account cannot be had.
    #[error("the number of a bank account cannot be had")]
    Account(#[source] E),
}

/// The file of an order. `account` tells the number of the bank account behind a method.
///
/// # Errors
/// If an account cannot be told, or a sum is too large.
pub fn file<E>(
    order: &DebitOrder,
    mut account: impl FnMut(PaymentMethodId) -> Result<Iban, E>,
) -> Result<Vec<u8>, DebitOrderError<E>> {
    let mut xml = Xml::default();
    xml.0.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = write!(xml.0, "<Document xmlns=\"{NAMESPACE}\">");
    xml.open("CstmrDrctDbtInitn");
    header(&mut xml, order)?;
    for sequence in Sequence::ALL {
        let debits = order.debits.iter().filter(|it| it.sequence == *sequence);
        let debits: Vec<_> = debits.collect();
        if !debits.is_empty() {
            batch(&mut xml, order, (*sequence, &debits), &mut account)?;
        }
    }
    xml.close("CstmrDrctDbtInitn");
    xml.close("Document");
    xml.0.push('\n');
    Ok(xml.0.into_bytes())
}

/// By what the bank knows the payments of a sequence: the order, and the place of the sequence.
#[must_use]
pub fn batch_id(order: &DebitOrder, sequence: Sequence) -> String {
    format!("{}-{}", message_id(order), sequence as u8)
}

/// By what the bank knows an order.
#[must_use]
pub fn message_id(order: &DebitOrder) -> String {
    order.id.uuid().simple().to_string()
}

fn header<E>(xml: &mut Xml, order: &DebitOrder) -> Result<(), DebitOrderError<E>> {
    xml.open("GrpHdr");
    xml.leaf("MsgId", &message_id(order));
    let created_at = order.stamp.created_at.to_string();
    xml.leaf("CreDtTm", created_at.split('.').next().unwrap_or_default().trim_end_matches('Z'));
    sums(xml, order.debits.iter().map(|it| it.amount))?;
    xml.within("InitgPty", |xml| xml.leaf("Nm", &name(order.collector.name.as_str())));
    xml.close("GrpHdr");
    Ok(())
}

fn sums<E>(
    xml: &mut Xml,
    amounts: impl Iterator<Item = Money> + Clone,
) -> Result<(), DebitOrderError<E>> {
    let currency = amounts.clone().next().map(Money::currency);
    let Some(currency) = currency else { return Ok(()) };
    xml.leaf("NbOfTxs", &amounts.clone().count().to_string());
    let sum = Money::sum(amounts, currency).map_err(DebitOrderError::Sum)?;
    xml.leaf("CtrlSum", &sum.decimal().to_string());
    Ok(())
}

fn batch<E>(
    xml: &mut Xml,
    order: &DebitOrder,
    (sequence, debits): (Sequence, &[&OrderedDebit]),
    account: &mut impl FnMut(PaymentMethodId) -> Result<Iban, E>,
) -> Result<(), DebitOrderError<E>> {
    let collector = &order.collector;
    xml.open("PmtInf");
    xml.leaf("PmtInfId", &batch_id(order, sequence));
    xml.leaf("PmtMtd", "DD");
    xml.leaf("BtchBookg", "true");
    sums(xml, debits.iter().map(|it| it.amount))?;
    xml.within("PmtTpInf", |xml| {
        xml.within("SvcLvl", |xml| xml.leaf("Cd", "SEPA"));
        xml.within("LclInstrm", |xml| xml.leaf("Cd", instrument(order.scheme)));
        xml.leaf("SeqTp", sequence.word());
    });
    xml.leaf("ReqdColltnDt", &order.collect_on.to_string());
    xml.within("Cdtr", |xml| xml.leaf("Nm", &name(collector.name.as_str())));
    xml.within("CdtrAcct", |xml| number(xml, &collector.iban));
    xml.within("CdtrAgt", |xml| bank(xml, collector.bic.as_ref()));
    xml.leaf("ChrgBr", "SLEV");
    xml.within("CdtrSchmeId", |xml| {
        xml.open("Id");
        xml.within("PrvtId", |xml| {
            xml.within("Othr", |xml| {
                xml.leaf("Id", collector.creditor.as_str());
                xml.within("SchmeNm", |xml| xml.leaf("Prtry", "SEPA"));
            });
        });
        xml.close("Id");
    });
    for it in debits {
        let iban = account(it.method).map_err(DebitOrderError::Account)?;
        debit(xml, it, &iban);
    }
    xml.close("PmtInf");
    Ok(())
}

fn debit(xml: &mut Xml, it: &OrderedDebit, iban: &Iban) {
    xml.open("DrctDbtTxInf");
    xml.within("PmtId", |xml| xml.leaf("EndToEndId", &it.payment.uuid().simple().to_string()));
    let (amount, currency) = (it.amount.decimal(), it.amount.currency());
    let _ = write!(xml.0, "<InstdAmt Ccy=\"{currency}\">{amount}</InstdAmt>");
    xml.within("DrctDbtTx", |xml| {
        xml.within("MndtRltdInf", |xml| {
            xml.leaf("MndtId", it.mandate.as_str());
            xml.leaf("DtOfSgntr", &it.signed_on.to_string());
        });
    });
    xml.within("DbtrAgt", |xml| bank(xml, None));
    xml.within("Dbtr", |xml| xml.leaf("Nm", &name(it.holder.as_str())));
    xml.within("DbtrAcct", |xml| number(xml, iban));
    xml.within("RmtInf", |xml| xml.leaf("Ustrd", &plain(&it.number.to_string(), TEXT_MAX)));
    xml.close("DrctDbtTxInf");
}

const fn instrument(of: Scheme) -> &'static str {
    match of {
        Scheme::Core => "CORE",
        Scheme::B2b => "B2B",
    }
}

fn number(xml: &mut Xml, iban: &Iban) {
    xml.within("Id", |xml| xml.leaf("IBAN", iban.as_str()));
}

/// A bank, of which the number of the account says enough.
fn bank(xml: &mut Xml, bic: Option<&Bic>) {
    xml.within("FinInstnId", |xml| match bic {
        Some(bic) => xml.leaf("BICFI", bic.as_str()),
        None => xml.within("Othr", |xml| xml.leaf("Id", "NOTPROVIDED")),
    });
}

fn name(text: &str) -> String {
    plain(text, NAME_MAX)
}

/// A text in the signs that every bank of the schemes can carry (EPC217-08): letters without marks,
/// digits, and a few signs.
fn plain(text: &str, most: usize) -> String {
    let text: String =
        text.chars().map(|it| spelled(it).unwrap_or_else(|| it.to_string())).collect();
    let carried = |it: char| it.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(it);
    let text = text.chars().map(|it| if carried(it) { it } else { '.' });
    let text: String = text.take(most).collect();
    text.trim().to_owned()
}

/// How a letter with marks is spelled without them.
fn spelled(it: char) -> Option<String> {
    /// Letters, and what stands for each of them.
    const ROWS: &[(&str, &str)] = &[
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("ß", "ss"),
        ("æ", "ae"),
        ("œ", "oe"),
        ("ø", "o"),
        ("þ", "th"),
        ("áàâãåāăą", "a"),
        ("çćčċ", "c"),
        ("ďđð", "d"),
        ("éèêëēėęě", "e"),
        ("ğģġ", "g"),
        ("ħ", "h"),
        ("íìîïīįı", "i"),
        ("ķ", "k"),
        ("łľĺļ", "l"),
        ("ñńňņ", "n"),
        ("óòôõōő", "o"),
        ("řŕ", "r"),
        ("śšşș", "s"),
        ("ťţț", "t"),
        ("úùûūůűų", "u"),
        ("ŵ", "w"),
        ("ýÿŷ", "y"),
        ("źžż", "z"),
        ("&", "+"),
    ];
    let lower = it.to_lowercase().next()?;
    let (_, spelled) = ROWS.iter().find(|row| row.0.contains(lower))?;
    Some(if lower == it { (*spelled).to_owned() } else { spelled.to_uppercase() })
}

/// A document on its way.
#[derive(Default)]
struct Xml(String);

impl Xml {
    fn open(&mut self, tag: &str) {
        let _ = write!(self.0, "<{tag}>");
    }

    fn close(&mut self, tag: &str) {
        let _ = write!(self.0, "</{tag}>");
    }

    fn within(&mut self, tag: &str, inside: impl FnOnce(&mut Self)) {
        self.open(tag);
        inside(self);
        self.close(tag);
    }

    fn leaf(&mut self, tag: &str, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = write!(self.0, "<{tag}>{text}</{tag}>");
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::domain::billing::invoice::sample::{date, euros, id, stamp};
    use crate::domain::payment::debit::{Collector, State};

    fn debit(number: u128, sequence: Sequence, amount: &str) -> OrderedDebit {
        OrderedDebit {
            payment: id(number),
            invoice: id(number),
            number: serde_json::from_str(&format!("\"INV-{number}\"")).expect("a number"),
            method: id(number),
            mandate: "M-7".parse().expect("a code"),
            signed_on: date("2026-01-01"),
            sequence,
            holder: "Jürgen Müßig & Söhne".parse().expect("a name"),
            amount: euros(amount),
        }
    }

    fn order(debits: Vec<OrderedDebit>) -> DebitOrder {
        DebitOrder {
            id: id(1),
            stamp: stamp(),
            scheme: Scheme::Core,
            collector: Collector {
                creditor: "DE98ZZZ09999999999".parse().expect("a creditor"),
                name: "Kornblume <GmbH>".parse().expect("a name"),
                iban: "DE89370400440532013000".parse().expect("an account"),
                bic: "COBADEFFXXX".parse().ok(),
            },
            collect_on: date("2026-02-03"),
            debits,
            state: State::Open,
            state_at: stamp().created_at,
        }
    }

    fn written(order: &DebitOrder) -> String {
        let account = |_| Ok::<_, Infallible>("AT611904300234573201".parse().expect("an account"));
        String::from_utf8(file(order, account).expect("a file")).expect("text")
    }

    #[test]
    fn a_file_says_each_sequence_in_a_batch_of_its_own() {
        let debits = vec![
            debit(1, Sequence::Recurrent, "10.50"),
            debit(2, Sequence::First, "5"),
            debit(3, Sequence::Recurrent, "0.01"),
        ];
        let text = written(&order(debits));
        let all: Vec<_> =
            text.split("<PmtInf>").map(|it| it.matches("<DrctDbtTxInf>").count()).collect();
        assert_eq!(all, [0, 1, 2]);
        let sums: Vec<_> =
            text.match_indices("<CtrlSum>").map(|it| &text[it.0 + 9..it.0 + 14]).collect();
        assert_eq!(sums, ["15.51", "5.00<", "10.51"]);
    }

    /// A file of one debit, a line for each element.
    const FILE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08">
<CstmrDrctDbtInitn>
<GrpHdr>
<MsgId>00000000000000000000000000000001</MsgId>
<CreDtTm>1970-01-01T00:00:00</CreDtTm>
<NbOfTxs>1</NbOfTxs>
<CtrlSum>5.00</CtrlSum>
<InitgPty>
<Nm>Kornblume .GmbH.</Nm>
</InitgPty>
</GrpHdr>
<PmtInf>
<PmtInfId>00000000000000000000000000000001-2</PmtInfId>
<PmtMtd>DD</PmtMtd>
<BtchBookg>true</BtchBookg>
<NbOfTxs>1</NbOfTxs>
<CtrlSum>5.00</CtrlSum>
<PmtTpInf>
<SvcLvl>
<Cd>SEPA</Cd>
</SvcLvl>
<LclInstrm>
<Cd>CORE</Cd>
</LclInstrm>
<SeqTp>OOFF</SeqTp>
</PmtTpInf>
<ReqdColltnDt>2026-02-03</ReqdColltnDt>
<Cdtr>
<Nm>Kornblume .GmbH.</Nm>
</Cdtr>
<CdtrAcct>
<Id>
<IBAN>DE89370400440532013000</IBAN>
</Id>
</CdtrAcct>
<CdtrAgt>
<FinInstnId>
<BICFI>COBADEFFXXX</BICFI>
</FinInstnId>
</CdtrAgt>
<ChrgBr>SLEV</ChrgBr>
<CdtrSchmeId>
<Id>
<PrvtId>
<Othr>
<Id>DE98ZZZ09999999999</Id>
<SchmeNm>
<Prtry>SEPA</Prtry>
</SchmeNm>
</Othr>
</PrvtId>
</Id>
</CdtrSchmeId>
<DrctDbtTxInf>
<PmtId>
<EndToEndId>00000000000000000000000000000002</EndToEndId>
</PmtId>
<InstdAmt Ccy="EUR">5.00</InstdAmt>
<DrctDbtTx>
<MndtRltdInf>
<MndtId>M-7</MndtId>
<DtOfSgntr>2026-01-01</DtOfSgntr>
</MndtRltdInf>
</DrctDbtTx>
<DbtrAgt>
<FinInstnId>
<Othr>
<Id>NOTPROVIDED</Id>
</Othr>
</FinInstnId>
</DbtrAgt>
<Dbtr>
<Nm>Juergen Muessig + Soehne</Nm>
</Dbtr>
<DbtrAcct>
<Id>
<IBAN>AT611904300234573201</IBAN>
</Id>
</DbtrAcct>
<RmtInf>
<Ustrd>INV-2</Ustrd>
</RmtInf>
</DrctDbtTxInf>
</PmtInf>
</CstmrDrctDbtInitn>
</Document>
"#;

    #[test]
    fn a_file_is_these_bytes() {
        let text = written(&order(vec![debit(2, Sequence::Once, "5")]));
        assert_eq!(text.replace("><", ">\n<"), FILE);
    }

    #[test]
    fn what_banks_cannot_carry_is_spelled_without_it() {
        for (text, carried) in [
            ("Müller & Söhne", "Mueller + Soehne"),
            ("ÄRZTE", "AERZTE"),
            ("Łódź, (Žižkov)", "Lodz, (Zizkov)"),
            ("株式会社 #1", ".... .1"),
        ] {
            assert_eq!(name(text), carried);
        }
        assert_eq!(name(&"x".repeat(100)).len(), NAME_MAX);
    }
}
