//! `camt.053` of ISO 20022, the statements of banks, in any of its versions: elements are known by their
//! names alone, which have kept their meaning since `camt.053.001.02`. What is only announced is left
//! out: it stands on a later statement.

use roxmltree::{Document, Node, ParsingOptions};

use crate::domain::error::Invalid;
use crate::domain::money::{Currency, Money};
use crate::domain::payment::statement::Movement;
use crate::domain::text::{Code, Iban, Name, Prose};
use crate::domain::time::Date;
use crate::services::bank_statement::Told;

/// So many elements a file has at most.
const NODES_MAX: u32 = 500_000;
/// What banks write where nothing is to be said.
const NOTHING: &[&str] = &["NOTPROVIDED", "NONREF", "NOTAVAILABLE"];

/// The statements in a file.
///
/// # Errors
/// If it is no `camt.053`, or lacks what a statement must have.
pub(super) fn read(text: &str) -> Result<Vec<Told>, Invalid> {
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| Invalid::one("/camt", "format", format!("is no XML: {error}")))?;
    let statements = document.descendants().filter(|it| is(*it, "Stmt"));
    let statements: Vec<_> = statements.map(statement).collect::<Result<_, _>>()?;
    if statements.is_empty() {
        return Err(wrong("has no statement of a bank: it must be a `camt.053`"));
    }
    Ok(statements)
}

fn wrong(why: &str) -> Invalid {
    Invalid::one("/camt", "format", why)
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// The first element down a path.
fn at<'a, 'i>(node: Node<'a, 'i>, path: &[&str]) -> Option<Node<'a, 'i>> {
    path.iter().try_fold(node, |node, name| node.children().find(|it| is(*it, name)))
}

/// What stands in the first element down a path, unless that is nothing.
fn said<'a>(node: Node<'a, '_>, path: &[&str]) -> Option<&'a str> {
    let text = at(node, path)?.text()?.trim();
    (!text.is_empty() && !NOTHING.contains(&text)).then_some(text)
}

/// The first of several paths at which something stands.
fn first<'a>(node: Node<'a, '_>, paths: &[&[&str]]) -> Option<&'a str> {
    paths.iter().find_map(|path| said(node, path))
}

fn name(text: &str) -> Option<Name> {
    let plain = |it: char| if it.is_control() { ' ' } else { it };
    let text: String = text.chars().take(255).map(plain).collect();
    text.parse().ok()
}

fn statement(node: Node<'_, '_>) -> Result<Told, Invalid> {
    let account = said(node, &["Acct", "Id", "IBAN"]);
    let account =
        account.ok_or_else(|| wrong("has a statement without the IBAN of its account"))?;
    let account: Iban = account.parse().map_err(|_| wrong("has an IBAN that is none"))?;
    let reference = said(node, &["Id"]).and_then(name);
    let reference = reference.ok_or_else(|| wrong("has a statement without its `Id`"))?;
    let mut movements = Vec::new();
    for entry in node.children().filter(|it| is(*it, "Ntry")) {
        if first(entry, &[&["Sts", "Cd"], &["Sts"]]) == Some("BOOK") {
            movements.extend(of_entry(entry)?);
        }
    }
    Ok(Told { account, reference, movements })
}

/// The movements of an entry: its parts where they sum to the whole, and else the whole.
fn of_entry(entry: Node<'_, '_>) -> Result<Vec<Movement>, Invalid> {
    let whole = amount(entry, entry).ok_or_else(|| wrong("has an entry without its amount"))?;
    let details = entry.children().filter(|it| is(*it, "NtryDtls"));
    let parts: Vec<_> =
        details.flat_map(|it| it.children()).filter(|it| is(*it, "TxDtls")).collect();
    let amounts: Option<Vec<_>> = parts.iter().map(|it| amount(*it, entry)).collect();
    let amounts = amounts.filter(|all| {
        all.len() > 1 && Money::sum(all.iter().copied(), whole.currency()) == Ok(whole)
    });
    match amounts {
        Some(amounts) => {
            parts.iter().zip(amounts).map(|(part, it)| movement(entry, Some(*part), it)).collect()
        }
        None => {
            let part = parts.first().copied().filter(|_| parts.len() == 1);
            Ok(vec![movement(entry, part, whole)?])
        }
    }
}

/// How much moved: less than nothing where it went out.
fn amount(node: Node<'_, '_>, entry: Node<'_, '_>) -> Option<Money> {
    let paths: [&[&str]; 3] =
        [&["Amt"], &["AmtDtls", "TxAmt", "Amt"], &["AmtDtls", "InstdAmt", "Amt"]];
    let amount = paths.iter().find_map(|path| money(at(node, path)?))?;
    let direction = said(node, &["CdtDbtInd"]).or_else(|| said(entry, &["CdtDbtInd"]))?;
    match direction {
        "CRDT" => Some(amount),
        "DBIT" => amount.negated().ok(),
        _ => None,
    }
}

fn money(node: Node<'_, '_>) -> Option<Money> {
    let currency: Currency = node.attribute("Ccy")?.parse().ok()?;
    Money::parse(node.text()?.trim(), currency).ok()
}

fn movement(
    entry: Node<'_, '_>,
    part: Option<Node<'_, '_>>,
    amount: Money,
) -> Result<Movement, Invalid> {
    let day = first(
        entry,
        &[&["BookgDt", "Dt"], &["BookgDt", "DtTm"], &["ValDt", "Dt"], &["ValDt", "DtTm"]],
    );
    let day = day.and_then(|it| it.get(..10)).and_then(|it| it.parse::<Date>().ok());
    let node = part.unwrap_or(entry);
    let refs = |path: &str| first(node, &[&["Refs", path]]);
    let batch = refs("PmtInfId").or_else(|| refs("MsgId"));
    let in_batch: [&[&str]; 2] =
        [&["NtryDtls", "Btch", "PmtInfId"], &["NtryDtls", "Btch", "MsgId"]];
    let original = at(node, &["AmtDtls", "InstdAmt", "Amt"]).and_then(money);
    let reference = refs("AcctSvcrRef").or_else(|| said(entry, &["AcctSvcrRef"]));
    let reason: [&[&str]; 2] = [&["RtrInf", "Rsn", "Cd"], &["RtrInf", "RtrRsn", "Cd"]];
    Ok(Movement {
        reference: reference.and_then(name),
        booked_on: day
            .ok_or_else(|| wrong("has an entry without the day on which it was booked"))?,
        amount,
        counterparty: counterparty(node, amount).and_then(name),
        text: text(entry, node),
        end_to_end: refs("EndToEndId").and_then(name),
        batch: batch.or_else(|| first(entry, &in_batch)).and_then(name),
        creditor_reference: said(node, &["RmtInf", "Strd", "CdtrRefInf", "Ref"]).and_then(name),
        reason: first(node, &reason).and_then(|it| it.parse::<Code>().ok()),
        original,
        fee: fee(node),
    })
}

/// Who is on the other side: who pays what comes in, and who gets what goes out.
fn counterparty<'a>(node: Node<'a, '_>, amount: Money) -> Option<&'a str> {
    let of = |role: &str| {
        let paths: [&[&str]; 2] = [&["RltdPties", role, "Pty", "Nm"], &["RltdPties", role, "Nm"]];
        first(node, &paths)
    };
    if amount.is_negative() { of("Cdtr").or_else(|| of("Dbtr")) } else { of("Dbtr") }
}

/// What was written to it, else what the bank says of it.
fn text(entry: Node<'_, '_>, node: Node<'_, '_>) -> Prose {
    let written = node.children().filter(|it| is(*it, "RmtInf")).flat_map(|it| it.children());
    let written = written.filter(|it| is(*it, "Ustrd")).filter_map(|it| it.text());
    let written: Vec<_> = written.map(str::trim).filter(|it| !it.is_empty()).collect();
    let text = match written.is_empty() {
        false => written.join(" "),
        true => {
            let said = said(node, &["AddtlTxInf"]).or_else(|| said(entry, &["AddtlNtryInf"]));
            said.unwrap_or_default().to_owned()
        }
    };
    let plain = |it: char| if it.is_control() { ' ' } else { it };
    let text: String = text.chars().take(2000).map(plain).collect();
    text.parse().expect("it is short and without controls")
}

/// What the bank charges, where it says so.
fn fee(node: Node<'_, '_>) -> Option<Money> {
    let charges = at(node, &["Chrgs"])?;
    let records = charges.children().filter(|it| is(*it, "Rcrd"));
    let records = records.filter(|it| said(*it, &["CdtDbtInd"]) != Some("CRDT"));
    let each: Vec<_> = records.filter_map(|it| money(at(it, &["Amt"])?)).collect();
    match each.first() {
        Some(first) => Money::sum(each.iter().copied(), first.currency()).ok(),
        None => money(at(charges, &["Amt"]).or_else(|| at(charges, &["TtlChrgsAndTaxAmt"]))?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(entries: &str) -> String {
        format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>\
             <Id>S-1</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>{entries}\
             </Stmt></BkToCstmrStmt></Document>"
        )
    }

    fn entry(amount: &str, direction: &str, rest: &str) -> String {
        format!(
            "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
             <BookgDt><Dt>2026-02-03</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef>{rest}</Ntry>"
        )
    }

    fn movements(entries: &str) -> Vec<Movement> {
        read(&file(entries)).expect("a statement").remove(0).movements
    }

    fn told(entries: &str) -> Vec<String> {
        let told = |it: &Movement| {
            let names = [&it.reference, &it.end_to_end, &it.batch, &it.counterparty];
            let names = names.map(|it| it.as_ref().map_or("-", Name::as_str)).join(" ");
            format!("{} {} {names} {}", it.booked_on, it.amount, it.text.as_str())
        };
        movements(entries).iter().map(told).collect()
    }

    #[test]
    fn an_entry_is_its_parts_where_they_sum_to_the_whole() {
        let part = |amount: &str, rest: &str| {
            format!(
                "<TxDtls><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>{rest}</TxDtls>"
            )
        };
        let refs = "<Refs><EndToEndId>E1</EndToEndId></Refs>\
                    <RltdPties><Dbtr><Pty><Nm>Ann</Nm></Pty></Dbtr></RltdPties>\
                    <RmtInf><Ustrd>INV-1</Ustrd><Ustrd>thanks</Ustrd></RmtInf>";
        let two = [part("2", refs), part("3", "")].concat();
        let two = format!("<NtryDtls><Btch><PmtInfId>P1</PmtInfId></Btch>{two}</NtryDtls>");
        assert_eq!(
            told(&entry("5.00", "CRDT", &two)),
            ["2026-02-03 2.00 EUR B1 E1 P1 Ann INV-1 thanks", "2026-02-03 3.00 EUR B1 - P1 - "]
        );
        assert_eq!(told(&entry("6.00", "CRDT", &two)), ["2026-02-03 6.00 EUR B1 - P1 - "]);
        assert_eq!(told(&entry("1", "DBIT", "")), ["2026-02-03 -1.00 EUR B1 - - - "]);
        let pending = entry("1", "CRDT", "").replace("BOOK", "PDNG");
        assert_eq!(told(&pending), [""; 0]);
    }

    #[test]
    fn what_is_sent_back_says_why_and_what_it_costs() {
        let part = "<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs>\
                    <AmtDtls><InstdAmt><Amt Ccy=\"EUR\">10</Amt></InstdAmt></AmtDtls>\
                    <Chrgs><Rcrd><Amt Ccy=\"EUR\">3</Amt></Rcrd><Rcrd><Amt Ccy=\"EUR\">0.5</Amt></Rcrd></Chrgs>\
                    <RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls></NtryDtls>";
        let it = movements(&entry("13.50", "DBIT", part)).remove(0);
        let euros = |it: Option<Money>| it.map(|it| it.to_string());
        assert_eq!(
            (euros(it.original).as_deref(), euros(it.fee).as_deref()),
            (Some("10.00 EUR"), Some("3.50 EUR"))
        );
        assert_eq!(
            (it.amount.to_string().as_str(), it.reason.unwrap().as_str()),
            ("-13.50 EUR", "AC04")
        );
    }

    #[test]
    fn what_is_no_statement_is_refused() {
        let bomb = format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", file(""));
        let no_day = entry("1", "CRDT", "").replace("2026-02-03", "3 February");
        for text in ["", "<a/>", "{}", &bomb, &file(&no_day), &file("").replace("DE89", "DE88")] {
            assert_eq!(read(text).expect_err("refused").violations[0].field, "/camt", "{text}");
        }
        let old = file("").replace("001.08", "001.02");
        assert_eq!(read(&old).expect("a statement").len(), 1);
    }
}
