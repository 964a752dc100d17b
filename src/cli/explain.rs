//! `tillbox explain`: an invoice line by line, and whether all of it comes out again.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use super::answer::{is, items, lines, money, print, text};
use super::door::Door;
use super::failure::Failure;
use super::say;
use crate::config::PlaceFlags;

/// Print how every amount of an invoice came about, and compute it again
#[derive(Debug, Args)]
#[command(after_help = "\
By the number on it:
  tillbox explain INV-2026-000001

Every line is computed again from its own explanation, the lines are summed again, and the seal is
compared with the content. It ends with 1 if anything does not come out as it stands there.")]
pub(super) struct Explain {
    /// The number on the invoice, or its id
    invoice: String,
    /// Print the invoice and its check as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: PlaceFlags,
}

impl Explain {
    pub(super) fn run(self, out: &mut dyn Write) -> Result<(), Failure> {
        let door = Door::open(&super::settings(&self.flags.0)?.config)?;
        let name: String = form_urlencoded::byte_serialize(self.invoice.as_bytes()).collect();
        let invoice = door.get(&format!("/api/v1/invoices/{}", name.replace('+', "%20")))?;
        let check = door.get(&format!("/api/v1/invoices/{}/check", text(&invoice, "id")))?;
        if self.json {
            print(out, &json!({ "invoice": invoice, "check": check }))?;
        } else {
            tell(out, &invoice, &check)?;
        }
        if is(&check, "is_right") {
            Ok(())
        } else {
            Err(Failure::Unproven { faults: faults(&check) })
        }
    }
}

fn faults(check: &Value) -> Vec<String> {
    lines(check, "faults").map(ToOwned::to_owned).collect()
}

fn tell(out: &mut dyn Write, invoice: &Value, check: &Value) -> Result<(), Failure> {
    tell_head(out, invoice)?;
    let checked = items(check, "lines").map(Some).chain(std::iter::repeat(None));
    for (line, checked) in items(invoice, "lines").zip(checked) {
        tell_line(out, line, checked.unwrap_or(&Value::Null))?;
    }
    say(out, "")?;
    for tax in items(invoice, "taxes") {
        let (name, rate) = (text(tax, "name"), text(tax, "rate"));
        let (base, amount) = (money(tax, "base"), money(tax, "tax"));
        let reason = Some(text(tax, "reason")).filter(|it| !it.is_empty());
        let reason = reason.map(|it| format!(" ({it})")).unwrap_or_default();
        say(out, format_args!("{name} {rate} % of {base} = {amount}{reason}"))?;
    }
    let sums = ["net", "tax", "gross", "paid", "credited", "due"];
    let sums = sums.map(|key| format!("{key} {}", money(invoice, key)));
    say(out, sums.join(", "))?;
    say(out, "")?;
    let verdict = |key, yes, no| if is(check, key) { yes } else { no };
    say(
        out,
        verdict("sums_fit", "sums: the lines sum to this", "sums: WRONG, the lines sum to another"),
    )?;
    say(
        out,
        verdict("seal_fits", "seal: that of this content", "seal: WRONG, the content has another"),
    )
}

fn tell_head(out: &mut dyn Write, invoice: &Value) -> Result<(), Failure> {
    let (number, state) = (text(invoice, "number"), text(invoice, "state"));
    let (on, due) = (text(invoice, "issued_on"), text(invoice, "due_on"));
    say(out, format_args!("invoice {number} of {on}, due {due}, {state}"))?;
    for (word, key) in [("from", "seller"), ("to  ", "buyer")] {
        let party = invoice.get(key).unwrap_or(&Value::Null);
        let mut told = vec![text(party, "name")];
        told.extend(lines(party, "address"));
        told.extend(Some(text(party, "country")).filter(|it| !it.is_empty()));
        say(out, format_args!("{word} {}", told.join(", ")))?;
    }
    Ok(())
}

fn tell_line(out: &mut dyn Write, line: &Value, checked: &Value) -> Result<(), Failure> {
    let period = line.get("service_period").unwrap_or(&Value::Null);
    let days = match (text(period, "start"), text(period, "end")) {
        ("", _) | (_, "") => String::new(),
        (start, end) => format!(", {start} up to {end}"),
    };
    let (subject, net, tax) = (text(line, "text"), money(line, "net"), money(line, "tax"));
    say(out, format_args!("\n{subject}{days}: net {net}, tax {tax}"))?;
    let explanation = line.get("explanation").unwrap_or(&Value::Null);
    for told in lines(explanation, "text") {
        say(out, format_args!("  {told}"))?;
    }
    for told in lines(explanation.get("tax").unwrap_or(&Value::Null), "text") {
        say(out, format_args!("  tax: {told}"))?;
    }
    if is(checked, "is_right") {
        return say(out, "  comes out again");
    }
    let computed = checked.get("computed").filter(|it| !it.is_null());
    let computed = computed.map_or_else(|| "nothing".to_owned(), |_| money(checked, "computed"));
    say(
        out,
        format_args!("  WRONG: the line says {}, again it is {computed}", money(checked, "stated")),
    )
}
