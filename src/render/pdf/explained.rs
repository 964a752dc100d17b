//! Explanations in the reader's language: how the amount of a line came about, and its tax.

use rust_decimal::Decimal;

use super::manner::Language;
use super::words::{Words, filled};
use crate::domain::billing::discount::{LoweredBy, Lowering};
use crate::domain::billing::invoice::explanation::{Altered, Explanation, Step, recompute};
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::billing::rating::{Part, Rule};
use crate::domain::billing::tax::TaxTotal;
use crate::domain::catalog::price::alteration::{By, Effect};
use crate::domain::catalog::price::{Base, Figure};
use crate::domain::catalog::tax::Treatment;
use crate::domain::money::Money;
use crate::render::paper::PaperLine;

/// What sort of charge a line is.
pub(super) const fn kind(words: &Words, kind: LineKind) -> &'static str {
    let [once, setup, renewal, recurring, usage, credit, late, stated, true_up, deposit] =
        words.kinds;
    match kind {
        LineKind::OneTime => once,
        LineKind::Setup => setup,
        LineKind::Renewal => renewal,
        LineKind::Recurring => recurring,
        LineKind::Usage => usage,
        LineKind::Credit => credit,
        LineKind::LateFee => late,
        LineKind::Stated => stated,
        LineKind::TrueUp => true_up,
        LineKind::Deposit => deposit,
    }
}

/// How a line came about, sentence by sentence, with its tax at the end.
pub(super) fn sentences(
    language: Language,
    line: &PaperLine<'_>,
    tax: Option<&TaxTotal>,
) -> Vec<String> {
    let because = &language.words().because;
    let explanation = &line.of.explanation;
    let mut told = vec![basis(language, explanation)];
    told.extend(counted(language, explanation));
    told.extend(explanation.parts.iter().map(|it| part(language, explanation, it)));
    let mut altered = explanation.altered().unwrap_or_default().into_iter();
    for it in &explanation.steps {
        told.push(step(language, it, &mut altered));
    }
    told.push(result(language, explanation));
    match line.of.base {
        Base::Net => {}
        Base::Gross => told.push(filled(because.contains_tax, &[&language.money(line.of.net)])),
    }
    if !line.is_whole() {
        told.push(filled(because.taken_back, &[&language.money(line.net)]));
    }
    told.extend(tax.map(|it| taxed(language, line, it)));
    told
}

fn basis(language: Language, of: &Explanation) -> String {
    let because = &language.words().because;
    let rule = match of.rule {
        Rule::Flat => because.flat.to_owned(),
        Rule::PerUnit => because.per_unit.to_owned(),
        Rule::Graduated => because.graduated.to_owned(),
        Rule::Volume => because.volume.to_owned(),
        Rule::Package(size) => filled(because.package, &[&language.quantity(size)]),
        Rule::Stairstep => because.stairstep.to_owned(),
        Rule::Stated => because.stated.to_owned(),
        Rule::Percentage => because.percentage.to_owned(),
        Rule::GraduatedPercentage => because.graduated_percentage.to_owned(),
        Rule::PerDimension => because.per_dimension.to_owned(),
        Rule::Minimum => because.minimum.to_owned(),
    };
    match of.version_from {
        Some(from) => filled(because.as_of, &[&rule, &language.day(from)]),
        None => rule,
    }
}

fn counted(language: Language, of: &Explanation) -> Option<String> {
    let because = &language.words().because;
    if matches!(of.rule, Rule::Flat | Rule::Stated | Rule::Minimum) {
        return None;
    }
    let counted = language.quantity(of.counted);
    let told = match of.usage {
        Some(usage) => filled(because.records, &[&counted, &usage.records.to_string()]),
        None => filled(because.counted, &[&counted]),
    };
    if of.included.is_zero() {
        return Some(told);
    }
    let included = language.quantity(of.counted.min(of.included));
    Some(told + &filled(because.included, &[&included]))
}

fn part(language: Language, of: &Explanation, part: &Part) -> String {
    let because = &language.words().because;
    let tier = match of.rule {
        Rule::Graduated | Rule::Volume | Rule::Stairstep | Rule::GraduatedPercentage => {
            filled(because.tier, &[&(u16::from(part.tier) + 1).to_string()])
        }
        Rule::PerDimension => {
            format!("{}: ", part.value.as_ref().map_or(because.other, |it| it.as_str()))
        }
        Rule::Flat
        | Rule::PerUnit
        | Rule::Package(_)
        | Rule::Stated
        | Rule::Percentage
        | Rule::Minimum => String::new(),
    };
    let figure = |it| language.decimal(it);
    let (units, fee) = (language.quantity(part.units), figure(part.fee.decimal().normalize()));
    let price = match of.percent_of(part) {
        Some(percent) => language.percent(percent.decimal().normalize()),
        None => figure(part.unit_price.decimal().normalize()),
    };
    let told = match (part.units.is_zero(), part.fee.is_zero()) {
        (true, _) => return tier + &fee,
        (false, true) => format!("{units} × {price}"),
        (false, false) => format!("{units} × {price} + {fee}"),
    };
    match part.amount() {
        Ok(amount) => format!("{tier}{told} = {}", figure(amount.normalize())),
        Err(_) => tier + &told,
    }
}

/// A discount or fee of the price itself: its name, by how much, and what that came to.
fn alteration(language: Language, of: &Altered, change: Option<Decimal>) -> String {
    let by = match of.by {
        By::Percent(percent) => language.percent(percent.decimal()),
        By::Fixed(amount) => language.decimal(amount.decimal().normalize()),
    };
    let sign = match of.effect {
        Effect::Discount => "−",
        Effect::Fee => "+",
    };
    let change = change.map(|it| format!(" = {}", language.decimal(it))).unwrap_or_default();
    format!("{}: {sign}{by}{change}", of.name)
}

/// A discount of the customer: its name, and by how much, or which fee stands instead.
fn lowering(language: Language, of: &Lowering) -> String {
    let figure = |it: Figure| language.decimal(it.decimal().normalize());
    let by = match of.by {
        LoweredBy::Share(share) => format!("−{}", language.percent(share.decimal())),
        LoweredBy::Amount(amount) => format!("−{}", figure(amount)),
        LoweredBy::Fee(fee, units) => {
            format!("→ {} × {}", language.quantity(units), figure(fee))
        }
    };
    format!("{}: {by}", of.name)
}

/// A step; what alterations came to is taken from `altered`, in their order.
fn step<'a>(
    language: Language,
    step: &Step,
    altered: &mut impl Iterator<Item = (&'a Altered, Decimal)>,
) -> String {
    let because = &language.words().because;
    match step {
        Step::Prorated(share) => {
            filled(because.days, &[&share.used().to_string(), &share.of().to_string()])
        }
        Step::Reversed => because.reversed.to_owned(),
        Step::Less(before) => {
            filled(because.less, &[&language.decimal(before.decimal().normalize())])
        }
        Step::Altered(it) => alteration(language, it, altered.next().map(|it| it.1)),
        Step::InPlaceOf(given_back) => {
            filled(because.in_place_of, &[&language.decimal(given_back.decimal())])
        }
        Step::NeverPaid(off) => {
            filled(because.never_paid, &[&language.decimal(off.decimal().normalize())])
        }
        Step::Booked(_) => because.booked.to_owned(),
        Step::Undivided(it) => {
            let (used, of) = (it.share.used().to_string(), it.share.of().to_string());
            let fees = language.decimal(it.fees.decimal().normalize());
            filled(because.undivided, &[&used, &of, &fees])
        }
        Step::Lowered(it) => lowering(language, it),
        Step::Coupon(it) => {
            let amount = language.decimal(it.amount.decimal().normalize());
            format!("{} ({}): −{amount}", it.name, it.code)
        }
        Step::Committed(it) => {
            let amount = language.decimal(it.amount.decimal().normalize());
            let told = filled(because.committed, &[&amount, &language.quantity(it.factor)]);
            let (used, of) = (it.share.used().to_string(), it.share.of().to_string());
            match it.share.is_whole() {
                true => told,
                false => format!("{told}. {}", filled(because.days, &[&used, &of])),
            }
        }
        Step::Covered(charged) => {
            filled(because.covered, &[&language.decimal(charged.decimal().normalize())])
        }
    }
}

fn result(language: Language, of: &Explanation) -> String {
    let because = &language.words().because;
    let (Ok(exact), Ok(booked)) = (of.unrounded(), recompute(of)) else {
        return because.too_much.to_owned();
    };
    if exact.value() == booked.decimal() {
        return format!("= {}", language.money(booked));
    }
    let exact = language.decimal(exact.value().normalize());
    filled(because.rounded, &[&exact, &language.money(booked)])
}

/// What a tax is called, with its rate unless its name says it already.
pub(super) fn tax_name(language: Language, tax: &TaxTotal) -> String {
    let name = tax.name.as_str();
    match &tax.treatment {
        Treatment::Standard(percent) if !name.contains('%') => {
            format!("{name} {}", language.percent(percent.decimal()))
        }
        Treatment::Standard(_)
        | Treatment::ReverseCharge { .. }
        | Treatment::Exempt { .. }
        | Treatment::OutOfScope { .. } => name.to_owned(),
    }
}

fn taxed(language: Language, line: &PaperLine<'_>, tax: &TaxTotal) -> String {
    let because = &language.words().because;
    if let Some(reason) = tax.treatment.reason() {
        return format!("{}: {reason}", tax.name);
    }
    let percent = language.percent(tax.treatment.percent().decimal());
    let money = |it| language.money(it);
    let category = line.of.tax_category.as_ref().map(|it| format!(" ({it})"));
    let name = format!("{}{}", tax.name, category.unwrap_or_default());
    let rate = tax.treatment.percent().decimal();
    if line.net != tax.net && is_tax_of(tax.tax, (tax.net, rate)) {
        let (net, all) = (money(tax.net), money(tax.tax));
        return filled(because.taxed_together, &[&name, &percent, &net, &all, &money(line.tax)]);
    }
    if is_tax_of(line.tax, (line.net, rate)) {
        return filled(because.taxed, &[&name, &percent, &money(line.net), &money(line.tax)]);
    }
    // It was taken out of a price that contains it.
    format!("{name} {percent}: {}", money(line.tax))
}

/// Whether a tax is its percentage of an amount, rounded to the unit of the currency in any way.
fn is_tax_of(tax: Money, (net, percent): (Money, Decimal)) -> bool {
    let unit = Money::minor(1, tax.currency()).decimal();
    let exact = net.decimal().checked_mul(percent).map(|it| it / Decimal::ONE_HUNDRED);
    exact.is_some_and(|it| (it - tax.decimal()).abs() * Decimal::TWO <= unit)
}
