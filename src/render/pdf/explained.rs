//! Explanations in the reader's language: how the amount of a line came about, and its tax.

use rust_decimal::Decimal;

use super::because::Because;
use super::manner::Language;
use super::words::{Words, filled};
use crate::domain::billing::discount::{LoweredBy, Lowering};
use crate::domain::billing::invoice::explanation::{Altered, Explanation, Step, recompute};
use crate::domain::billing::invoice::line::LineKind;
use crate::domain::billing::proration::{Counts, Share};
use crate::domain::billing::rating::{Bounds, Part, Rule};
use crate::domain::billing::tax::TaxTotal;
use crate::domain::catalog::price::alteration::{By, Effect};
use crate::domain::catalog::price::tier::Reach;
use crate::domain::catalog::price::{Base, Figure};
use crate::domain::catalog::tax::Treatment;
use crate::domain::money::Currency;
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
        told.push(step((language, explanation.currency), it, &mut altered));
    }
    told.push(result(language, explanation));
    match line.of.base {
        Base::Net => {}
        Base::Gross => told.push(filled(because.contains_tax, &[&language.money(line.of.net)])),
    }
    if !line.is_whole() {
        let net = language.money(line.net);
        told.push(match line.days.filter(|it| Some(*it) != line.of.service_period) {
            Some(days) => filled(because.taken_back_for, &[&net, &language.period(days)]),
            None => filled(because.taken_back, &[&net]),
        });
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
            let number = (u16::from(part.tier) + 1).to_string();
            match part.bounds {
                Some(it) => filled(because.tier_of, &[&number, &range(language, it)]),
                None => filled(because.tier, &[&number]),
            }
        }
        Rule::PerDimension => {
            let value = part.value.as_ref().map_or(because.other, |it| it.as_str());
            match part.bounds {
                Some(it) => format!("{value} ({}): ", range(language, it)),
                None => format!("{value}: "),
            }
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

/// From where to where a tier goes.
fn range(language: Language, of: Bounds) -> String {
    let because = &language.words().because;
    let [first, middle, last] = match of.reach {
        Reach::Above => because.above,
        Reach::From => because.from,
    };
    let floor = language.quantity(of.floor);
    match of.ceiling.map(|it| language.quantity(it)) {
        Some(ceiling) if of.floor.is_zero() => filled(first, &[&ceiling]),
        Some(ceiling) => filled(middle, &[&floor, &ceiling]),
        None => filled(last, &[&floor]),
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

/// What the prepaid balance pays, or gets back where it is less than nothing: each in its words.
fn prepaid(language: Language, it: Figure, [pays, gets]: [&str; 2]) -> String {
    let it = it.decimal().normalize();
    match it.is_sign_negative() {
        true => filled(gets, &[&language.decimal(-it)]),
        false => filled(pays, &[&language.decimal(it)]),
    }
}

/// A step; what alterations came to is taken from `altered`, in their order.
fn step<'a>(
    (language, currency): (Language, Currency),
    step: &Step,
    altered: &mut impl Iterator<Item = (&'a Altered, Decimal)>,
) -> String {
    let because = &language.words().because;
    match step {
        Step::Prorated(share) => for_share(because, *share),
        Step::Reversed => because.reversed.to_owned(),
        Step::Less(before) => {
            let before = language.decimal(before.decimal().normalize());
            filled(because.less, &[&format!("{before} {currency}")])
        }
        Step::Altered(it) => alteration(language, it, altered.next().map(|it| it.1)),
        Step::InPlaceOf(given_back) => {
            let given_back = language.decimal(given_back.decimal());
            filled(because.in_place_of, &[&format!("{given_back} {currency}")])
        }
        Step::NeverPaid(off) => {
            filled(because.never_paid, &[&language.decimal(off.decimal().normalize())])
        }
        Step::Booked(_) => because.booked.to_owned(),
        Step::Prepaid(it) => prepaid(language, *it, [because.prepaid, because.prepaid_back]),
        Step::OfPrepaid(it) => {
            prepaid(language, *it, [because.of_prepaid, because.of_prepaid_back])
        }
        Step::ChosenFor(it) => filled(because.chosen_for, &[&it.to_string()]),
        Step::Undivided(it) => {
            let fees = language.decimal(it.fees.decimal().normalize());
            let (used, of) = (it.share.used().to_string(), it.share.of().to_string());
            let told = match it.share.counts() {
                Counts::Days => because.undivided,
                Counts::Seconds => because.undivided_seconds,
            };
            filled(told, &[&used, &of, &fees])
        }
        Step::Lowered(it) => lowering(language, it),
        Step::Coupon(it) => {
            let amount = language.decimal(it.amount.decimal().normalize());
            let days = it.days.map_or_else(String::new, |it| format!(", {}", language.period(it)));
            format!("{} ({}){days}: −{amount}", it.name, it.code)
        }
        Step::Committed(it) => {
            let amount = language.decimal(it.amount.decimal().normalize());
            let told = filled(because.committed, &[&amount, &language.quantity(it.factor)]);
            match it.share.is_whole() {
                true => told,
                false => format!("{told}. {}", for_share(because, it.share)),
            }
        }
        Step::Covered(charged) => {
            filled(because.covered, &[&language.decimal(charged.decimal().normalize())])
        }
    }
}

fn for_share(because: &Because, share: Share) -> String {
    let told = match share.counts() {
        Counts::Days => because.days,
        Counts::Seconds => because.seconds,
    };
    filled(told, &[&share.used().to_string(), &share.of().to_string()])
}

fn result(language: Language, of: &Explanation) -> String {
    let because = &language.words().because;
    let (Ok(exact), Ok(booked)) = (of.unrounded(), recompute(of)) else {
        return because.too_much.to_owned();
    };
    if exact.value() == booked.decimal() {
        return format!("= {}", language.money(booked));
    }
    filled(because.rounded, &[&shortened(language, exact.value()), &language.money(booked)])
}

/// A number with so many digits after the point as people read; where it goes on, with dots.
fn shortened(language: Language, exact: Decimal) -> String {
    const DIGITS: u32 = 8;
    let cut = exact.trunc_with_scale(DIGITS);
    let goes_on = if cut == exact { "" } else { "…" };
    format!("{}{goes_on}", language.decimal(cut.normalize()))
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
    let (net, all, here) = (money(tax.net), money(tax.tax), money(line.tax));
    match (tax.follows_from_net(), line.net == tax.net) {
        (true, true) => filled(because.taxed, &[&name, &percent, &net, &here]),
        (true, false) => filled(because.taxed_together, &[&name, &percent, &net, &all, &here]),
        (false, _) if line.of.base == Base::Gross => format!("{name} {percent}: {here}"),
        (false, _) => filled(because.taxed_unrounded, &[&name, &percent, &net, &all, &here]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_says_from_where_to_where_it_goes() {
        let quantity = |text: &str| text.parse().expect("a quantity");
        for (reach, floor, ceiling, expected) in [
            (Reach::Above, "0", Some("100"), ["up to 100", "bis 100"]),
            (Reach::Above, "100", Some("4000"), ["over 100 up to 4,000", "über 100 bis 4.000"]),
            (Reach::Above, "4000", None, ["over 4,000", "über 4.000"]),
            (Reach::From, "0", Some("100"), ["below 100", "unter 100"]),
            (Reach::From, "100", Some("400"), ["from 100 to below 400", "ab 100 bis unter 400"]),
            (Reach::From, "400", None, ["from 400", "ab 400"]),
        ] {
            let of = Bounds { reach, floor: quantity(floor), ceiling: ceiling.map(quantity) };
            assert_eq!([Language::English, Language::German].map(|it| range(it, of)), expected);
        }
    }

    #[test]
    fn a_number_that_goes_on_ends_in_dots() {
        let told = |text: &str| shortened(Language::German, text.parse().expect("a number"));
        assert_eq!(told("25.741935483870967741935483871"), "25,74193548…");
        assert_eq!(told("9.3250"), "9,325");
        assert_eq!(told("1234.000000001"), "1.234…");
        assert_eq!(told("-0.12345678"), "-0,12345678");
    }
}
