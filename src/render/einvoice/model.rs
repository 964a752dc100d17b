//! The paper in the terms of EN 16931, whose numbers (BT, BG) stand beside what they are filled with.

use en16931::invoice::{
    Code, Contact, CreditTransfer, DirectDebit, DocumentTotals, Item, ItemAttribute, LineVat,
    Party, PaymentInstructions, PaymentMeans, Period, PostalAddress, PrecedingInvoice,
    PriceDetails, VatBreakdown,
};
use en16931::{
    Date, DocumentKind, DocumentReference, Identifier, Invoice, InvoiceAmount, InvoiceLine,
    InvoiceNote, Percentage, Quantity, UnitPriceAmount,
};
use rust_decimal::Decimal;
use thiserror::Error;

use crate::domain::billing::invoice::{CollectedBy, InvoiceParty};
use crate::domain::billing::letterhead::BankAccount;
use crate::domain::billing::tax::TaxTotal;
use crate::domain::catalog::tax::Treatment;
use crate::domain::money::{Currency, Money, Rounding};
use crate::domain::party::vat::VatNumber;
use crate::domain::time;
use crate::render::paper::{Paper, PaperLine, is_sayable};

/// An amount that the norm cannot state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum Unstated {
    /// It is too fine.
    #[error("`{0}` has more decimal places than the two that an electronic invoice can state")]
    Places(Money),
    /// The taxes of single lines, each rounded, come to another sum than the tax of all of them.
    #[error(
        "its tax of `{borne}` is the sum of what was rounded line by line, where an electronic invoice \
         states the tax of all lines of a rate together, `{of_sum}`, and permits less than 1.00 of \
         difference (BR-CO-17); set `tax_scope` of the billing policy to `invoice`"
    )]
    LineByLine {
        /// What stands on the paper.
        borne: Money,
        /// What the norm wants to see.
        of_sum: Money,
    },
}

/// So much may a tax differ from that of the sum of its lines, in its currency.
const TAX_SLACK: Decimal = Decimal::ONE;

/// How fine a price per unit is stated.
const PRICE_PLACES: u32 = 10;
/// How far a price per unit times the quantity may be from the amount of the line: what rounding
/// the price leaves. Peppol permits twice as much.
const PRICE_SLACK: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// The paper as the norm has it.
pub(super) fn invoice(paper: &Paper<'_>) -> Result<Invoice, Unstated> {
    let (issue, imprint) = (paper.issue, paper.imprint());
    let is_note = paper.takes_back.is_some();
    let mut invoice = Invoice::default();
    invoice.kind = if is_note { DocumentKind::CreditNote } else { DocumentKind::Invoice };
    invoice.specification_id = Some(en16931::profiles::EN16931.specification_id.to_owned()); // BT-24
    invoice.number = text(issue.number.as_str()); // BT-1
    invoice.issue_date = date(issue.issued_on); // BT-2
    invoice.type_code = Some(Code::new(if is_note { "381" } else { "380" })); // BT-3
    invoice.currency = Some(Code::new(paper.currency.code())); // BT-5
    invoice.due_date = date(issue.due_on); // BT-9, which the rules want of notes in CII as well
    let reference = imprint.reference.as_ref().map(ToString::to_string); // BT-10
    invoice.buyer_reference = Some(reference.unwrap_or_else(|| imprint.customer.to_string()));
    let terms = imprint.says.payment_terms.as_ref().filter(|_| !is_note);
    invoice.payment_terms = terms.and_then(|it| text(it.as_str())); // BT-20
    if let Some(back) = paper.takes_back {
        invoice.notes.extend(text(back.reason.as_str()).map(InvoiceNote::new)); // BT-22
        invoice.preceding_invoices.push(PrecedingInvoice {
            reference: DocumentReference::new(back.number.as_str()), // BT-25
            issue_date: date(back.issued_on),                        // BT-26
        });
    }
    invoice.seller = seller(paper); // BG-4
    invoice.buyer = buyer(paper); // BG-7
    invoice.invoicing_period = paper.service_period.map(period); // BG-14
    if !is_note && paper.to_pay().as_minor() > 0 {
        let transfer = || imprint.says.bank.as_ref().map(|it| transfer(paper, it));
        invoice.payment = paper.collected_by.map(|it| taken(paper, it)).or_else(transfer); // BG-16
    }
    invoice.lines = paper.lines.iter().map(|it| line(paper, it)).collect::<Result<_, _>>()?; // BG-25
    invoice.vat_breakdown = breakdown(paper)?; // BG-23
    invoice.totals = totals(paper)?; // BG-22
    Ok(invoice)
}

/// A text without what XML cannot say; nothing if nothing is left.
fn text(text: &str) -> Option<String> {
    let told: String = text.chars().filter(|it| is_sayable(*it)).collect();
    (!told.trim().is_empty()).then(|| told.trim().to_owned())
}

fn date(it: time::Date) -> Option<Date> {
    Date::parse(&it.to_string()).ok()
}

/// From the first to the last day, both of which it contains.
fn period(it: time::Period) -> Period {
    Period { start: date(it.start()), end: date(it.end().plus_days(-1)) }
}

fn amount(money: Money) -> Result<InvoiceAmount, Unstated> {
    InvoiceAmount::from_decimal_exact(money.decimal()).map_err(|_| Unstated::Places(money))
}

fn seller(paper: &Paper<'_>) -> Party {
    let (of, says) = (&paper.issue.seller, &paper.imprint().says);
    let (vat, other) = numbers(of);
    // Of who has no number for value added tax the norm wants another one to know it by.
    let registered = says.registration.as_ref().and_then(|it| text(it.as_str()));
    let registered = registered.or_else(|| other.clone());
    // Where a paper must not name its number for the tax, it is the only one it is known by.
    let (vat, registered) = match vat {
        Some(vat) if is_out_of_scope(paper) => (None, registered.or(Some(vat))),
        vat => (vat, registered),
    };
    let management = says.management.as_ref().and_then(|it| text(it.as_str()));
    Party {
        vat_identifier: vat,                                 // BT-31
        tax_registration: other,                             // BT-32
        legal_registration: registered.map(Identifier::new), // BT-30
        additional_legal_information: management,            // BT-33
        ..party(of)
    }
}

fn buyer(paper: &Paper<'_>) -> Party {
    let of = &paper.issue.buyer;
    let (vat, other) = match numbers(of) {
        (Some(vat), None) if is_out_of_scope(paper) => (None, Some(vat)),
        numbers => numbers,
    };
    Party {
        vat_identifier: vat,                            // BT-48
        legal_registration: other.map(Identifier::new), // BT-47
        ..party(of)
    }
}

/// The number of somebody for value added tax, or the one of another sort.
fn numbers(of: &InvoiceParty) -> (Option<String>, Option<String>) {
    let Some(number) = &of.tax_registration else { return (None, None) };
    match VatNumber::find(number.as_str()) {
        Some(number) => (Some(number.to_string()), None),
        None => (None, Some(number.to_string())),
    }
}

fn party(of: &InvoiceParty) -> Party {
    let address = &of.address;
    let part =
        |it: &Option<crate::domain::text::Name>| it.as_ref().and_then(|it| text(it.as_str()));
    Party {
        name: text(of.name.as_str()), // BT-27, BT-44
        address: PostalAddress {
            line1: part(&address.street),
            line2: part(&address.extended),
            city: part(&address.locality),
            post_code: part(&address.postal_code),
            subdivision: part(&address.region),
            country: address.country.as_ref().map(|it| Code::new(iso(it.as_str()))),
            ..PostalAddress::default()
        },
        electronic_address: electronic_address(of), // BT-34, BT-49
        contact: Contact {
            email: of.email.as_ref().map(ToString::to_string), // BT-43, BT-58
            ..Contact::default()
        },
        ..Party::default()
    }
}

/// The code of a country as the norm's list has it: Kosovo is `1A` there.
fn iso(country: &str) -> &str {
    if country == "XK" { "1A" } else { country }
}

/// Where a machine reaches somebody: by its number for value added tax in the scheme of its country,
/// or else by mail.
fn electronic_address(of: &InvoiceParty) -> Option<Identifier> {
    let number = of.tax_registration.as_ref().and_then(|it| VatNumber::find(it.as_str()));
    let scheme = number.and_then(|it| {
        let scheme = SCHEMES.iter().find(|(country, _)| it.as_str().starts_with(country));
        scheme.and_then(|(_, scheme)| Identifier::eas(it.as_str(), scheme).ok())
    });
    let mail = || of.email.as_ref().and_then(|it| Identifier::eas(it.to_string(), "EM").ok());
    scheme.or_else(mail)
}

/// The schemes of electronic addresses (EAS) that are numbers for value added tax.
const SCHEMES: &[(&str, &str)] = &[
    ("AT", "9914"),
    ("BE", "9925"),
    ("BG", "9926"),
    ("CH", "9927"),
    ("CY", "9928"),
    ("CZ", "9929"),
    ("DE", "9930"),
    ("EE", "9931"),
    ("EL", "9933"),
    ("ES", "9920"),
    ("FI", "0213"),
    ("FR", "9957"),
    ("GB", "9932"),
    ("HR", "9934"),
    ("HU", "9910"),
    ("IE", "9935"),
    ("IT", "0211"),
    ("LT", "9937"),
    ("LU", "9938"),
    ("LV", "9939"),
    ("MT", "9943"),
    ("NL", "9944"),
    ("PL", "9945"),
    ("PT", "9946"),
    ("RO", "9947"),
    ("SI", "9949"),
    ("SK", "9950"),
];

/// What the seller takes by itself: through a payment service, or from a bank account by mandate. The
/// codes are those of UNTDID 4461.
fn taken(paper: &Paper<'_>, by: &CollectedBy) -> PaymentInstructions {
    let (means, mandate) = match by {
        CollectedBy::Gateway => ("68", None),
        CollectedBy::Mandate(it) if paper.currency == Currency::EUR => ("59", Some(it)),
        CollectedBy::Mandate(it) => ("49", Some(it)),
    };
    PaymentInstructions {
        means_code: Some(Code::new(means)),                        // BT-81
        remittance_information: text(paper.issue.number.as_str()), // BT-83
        means: mandate.map(|it| {
            PaymentMeans::DirectDebit(DirectDebit {
                mandate_reference: text(it.as_str()), // BT-89
                ..DirectDebit::default()
            })
        }),
        ..PaymentInstructions::default()
    }
}

/// A transfer to the seller's bank: that of the Single Euro Payments Area in euros.
fn transfer(paper: &Paper<'_>, bank: &BankAccount) -> PaymentInstructions {
    let means = if paper.currency == Currency::EUR { "58" } else { "30" };
    let holder = bank.holder.as_ref().unwrap_or(&paper.issue.seller.name);
    PaymentInstructions {
        means_code: Some(Code::new(means)),                        // BT-81
        remittance_information: text(paper.issue.number.as_str()), // BT-83
        means: Some(PaymentMeans::CreditTransfer(vec![CreditTransfer {
            account_identifier: Some(bank.iban.to_string()), // BT-84
            account_name: text(holder.as_str()),             // BT-85
            provider_identifier: bank.bic.as_ref().map(ToString::to_string), // BT-86
        }])),
        ..PaymentInstructions::default()
    }
}

/// The category and rate of a tax: standard, zero, owed by the buyer, exempt.
fn category(tax: &TaxTotal) -> (&'static str, Decimal) {
    match &tax.treatment {
        Treatment::Standard(percent) if percent.is_zero() => ("Z", Decimal::ZERO),
        Treatment::Standard(percent) => ("S", percent.decimal().normalize()),
        Treatment::ReverseCharge { .. } => ("AE", Decimal::ZERO),
        Treatment::Exempt { .. } => ("E", Decimal::ZERO),
        Treatment::OutOfScope { .. } => ("O", Decimal::ZERO),
    }
}

/// The rate where the norm wants one: what lies outside of the tax has none.
fn stated(category: &str, rate: Decimal) -> Option<Percentage> {
    (category != "O").then(|| Percentage::new(rate))
}

/// Why there is no tax, by the list of codes for that (VATEX).
fn reason_code(category: &str) -> Option<&'static str> {
    match category {
        "AE" => Some("VATEX-EU-AE"),
        "O" => Some("VATEX-EU-O"),
        _ => None,
    }
}

/// Whether all of a paper lies outside of the tax. The norm forbids it to name numbers for the tax.
fn is_out_of_scope(paper: &Paper<'_>) -> bool {
    paper.borne_taxes().into_iter().any(|it| category(it).0 == "O")
}

fn line(paper: &Paper<'_>, it: &PaperLine<'_>) -> Result<InvoiceLine, Unstated> {
    let of = it.of;
    let (category, rate) = paper.tax_of(it).map_or(("E", Decimal::ZERO), category);
    let priced = priced(it);
    let unit = of.unit.as_ref().filter(|_| priced.is_counted).map(|it| it.as_str());
    let code = unit.and_then(unit_code);
    let named = unit
        .filter(|_| code.is_none())
        .map(|it| ItemAttribute { name: Some("unit".to_owned()), value: text(it) });
    Ok(InvoiceLine {
        id: it.place.to_string(), // BT-126
        note: None,
        order_line_reference: None,
        accounting_reference: None,
        object_identifier: None,
        quantity: Quantity::new(priced.quantity),  // BT-129
        unit_code: Code::new(code.unwrap_or(ONE)), // BT-130
        net_amount: amount(it.net)?,               // BT-131
        period: of.service_period.filter(|_| paper.takes_back.is_none()).map(period), // BG-26
        allowances: Vec::new(),
        charges: Vec::new(),
        price: PriceDetails {
            net_price: UnitPriceAmount::new(priced.price), // BT-146
            ..PriceDetails::default()
        },
        vat: LineVat {
            category: Code::new(category), // BT-151
            rate: stated(category, rate),  // BT-152
        },
        item: Item {
            name: text(of.subject.as_str()).or_else(|| text(of.label.as_str())), // BT-153
            description: text(of.label.as_str()),                                // BT-154
            attributes: named.into_iter().collect(),                             // BG-32
            ..Item::default()
        },
    })
}

/// How many units at which price a line is.
struct Priced {
    quantity: Decimal,
    price: Decimal,
    /// Whether the quantity is that of the line, and not one of the whole.
    is_counted: bool,
}

/// The units of a line at the price that gives its amount. Prices are never negative in the norm:
/// what is given back is a negative quantity. Where no price per unit gives the amount, as with a
/// fee beside the units or a part that is taken back, it is one of the whole.
fn priced(it: &PaperLine<'_>) -> Priced {
    let net = it.net.decimal();
    let sign = if net.is_sign_negative() { -Decimal::ONE } else { Decimal::ONE };
    let whole = Priced { quantity: sign, price: net.abs(), is_counted: false };
    let units = it.of.quantity.decimal().abs().normalize();
    if units.is_zero() || !it.is_whole() {
        return whole;
    }
    let Some(price) = net.abs().checked_div(units) else { return whole };
    let price = price.round_dp(PRICE_PLACES).normalize();
    let product = price.checked_mul(units).and_then(|it| it.checked_sub(net.abs()));
    if product.is_none_or(|it| it.abs() > PRICE_SLACK) {
        return whole;
    }
    Priced { quantity: units * sign, price, is_counted: true }
}

/// One of something (UN/ECE Recommendation 20).
const ONE: &str = "C62";

/// The code of a unit by its name, where people call it so (UN/ECE Recommendation 20).
fn unit_code(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "unit" | "units" | "piece" | "pieces" | "stück" => ONE,
        "month" | "months" | "monat" | "monate" => "MON",
        "day" | "days" | "tag" | "tage" => "DAY",
        "hour" | "hours" | "h" | "stunde" | "stunden" => "HUR",
        "minute" | "minutes" | "min" => "MIN",
        "second" | "seconds" | "s" => "SEC",
        "year" | "years" | "jahr" | "jahre" => "ANN",
        "mb" => "4L",
        "gb" => "E34",
        "tb" => "E35",
        "kwh" => "KWH",
        "kg" => "KGM",
        "km" => "KMT",
        _ => return None,
    })
}

/// What is borne by category and rate: rules that the norm does not tell apart are one.
fn breakdown(paper: &Paper<'_>) -> Result<Vec<VatBreakdown>, Unstated> {
    let mut groups: Vec<(&str, Decimal, Money, Money, Option<String>)> = Vec::new();
    for tax in paper.borne_taxes() {
        let (code, rate) = category(tax);
        let reason = tax.treatment.reason().and_then(|it| text(it.as_str()));
        let reason =
            reason.or_else(|| tax.treatment.reason().and_then(|_| text(tax.name.as_str())));
        match groups.iter_mut().find(|it| (it.0, it.1) == (code, rate)) {
            Some((_, _, net, borne, _)) => {
                let sums = (net.plus(tax.net), borne.plus(tax.tax));
                let (Ok(more), Ok(of)) = sums else { return Err(Unstated::Places(tax.net)) };
                (*net, *borne) = (more, of);
            }
            None => groups.push((code, rate, tax.net, tax.tax, reason)),
        }
    }
    let entry = |(code, rate, net, tax, reason): (&str, Decimal, Money, Money, Option<String>)| {
        must_be_of_the_sum((net, rate), tax)?;
        Ok(VatBreakdown {
            taxable_amount: amount(net)?,                            // BT-116
            tax_amount: amount(tax)?,                                // BT-117
            category: Code::new(code),                               // BT-118
            rate: stated(code, rate),                                // BT-119
            exemption_reason: reason,                                // BT-120
            exemption_reason_code: reason_code(code).map(Code::new), // BT-121
        })
    };
    groups.into_iter().map(entry).collect()
}

/// Refuses a tax that is further from that of its lines together than the norm permits.
fn must_be_of_the_sum((net, rate): (Money, Decimal), borne: Money) -> Result<(), Unstated> {
    let of_sum = net.amount().part(rate, Decimal::ONE_HUNDRED);
    let Ok(of_sum) = of_sum.and_then(|it| it.book(Rounding::HalfUp)) else {
        return Err(Unstated::Places(net));
    };
    match (borne.decimal() - of_sum.decimal()).abs() < TAX_SLACK {
        true => Ok(()),
        false => Err(Unstated::LineByLine { borne, of_sum }),
    }
}

fn totals(paper: &Paper<'_>) -> Result<DocumentTotals, Unstated> {
    let of = paper.totals;
    Ok(DocumentTotals {
        line_total: amount(of.net)?,      // BT-106
        taxable_total: amount(of.net)?,   // BT-109
        vat_total: Some(amount(of.tax)?), // BT-110
        gross_total: amount(of.gross)?,   // BT-112
        paid: (!paper.set_off.is_zero()).then(|| amount(paper.set_off)).transpose()?, // BT-113
        due: amount(paper.to_pay())?,     // BT-115
        ..DocumentTotals::default()
    })
}
