//! How the tax of a line came about, told from what its invoice copied in.

use rust_decimal::Decimal;

use super::line::Line;
use crate::domain::billing::tax::{Certificate, RuleBasis, TaxBasis, TaxTotal};
use crate::domain::catalog::price::Base;
use crate::domain::catalog::tax::{Buyers, Treatment};
use crate::domain::money::Rounding;

impl TaxTotal {
    /// How a line of the same invoice came to its tax: by which rule, and on what.
    #[must_use]
    pub fn explained(&self, line: &Line) -> Vec<String> {
        let as_what = line.tax_category.as_ref().map(|it| format!(" as {it}"));
        let rate = match &self.treatment {
            Treatment::Standard(percent) => format!("{} %", percent.decimal().normalize()),
            Treatment::ReverseCharge { reason } => format!("owed by the buyer: {reason}"),
            Treatment::Exempt { reason } => format!("exempt: {reason}"),
            Treatment::OutOfScope { reason } => format!("out of scope: {reason}"),
        };
        let rule = format!("{}{}: {rate}", self.name, as_what.unwrap_or_default());
        let mut told = vec![rule, self.basis.to_string()];
        told.extend(self.certificate.as_ref().map(ToString::to_string));
        told.extend(self.contained(line));
        told.push(self.calculation(line));
        told
    }

    /// How much of a line whose price contains its tax is left without that; nothing of any other. What is
    /// rounded is what lines come to together: a cent that is over stands on one of them.
    fn contained(&self, line: &Line) -> Option<String> {
        const PLACES: u32 = 6;
        let percent = self.treatment.percent().decimal().normalize();
        if line.base == Base::Net || percent.is_zero() {
            return None;
        }
        let (amount, whole) = (line.amount, Decimal::ONE_HUNDRED + percent);
        let exact = amount.amount().part(Decimal::ONE_HUNDRED, whole).ok()?;
        let told = exact.value().trunc_with_scale(PLACES).normalize();
        let dots = if told == exact.value() { "" } else { "…" };
        let is = |rounding| exact.book(rounding) == Ok(line.net);
        let is_rounded = [Rounding::HalfUp, Rounding::HalfEven].into_iter().any(is);
        let how = if is_rounded { "rounded to" } else { "with what is over of all lines" };
        let gross = amount.decimal();
        let (net, tax) = (line.net, line.tax);
        Some(format!(
            "{amount} contains it: {gross} × 100 / {whole} = {told}{dots}, {how} {net} and {tax} of tax"
        ))
    }

    fn calculation(&self, line: &Line) -> String {
        let percent = self.treatment.percent().decimal().normalize();
        let (net, tax) = (self.net, self.tax);
        let before = if self.follows_from_net() { "" } else { ", before it was rounded," };
        if line.net == net {
            return format!("{percent} % of {net}{before} = {}", line.tax);
        }
        format!(
            "{percent} % of {net} together{before} = {tax}, of which {} on {}",
            line.tax, line.net
        )
    }
}

impl std::fmt::Display for TaxBasis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rule(it) => it.fmt(f),
            Self::EuVat(it) => it.fmt(f),
        }
    }
}

impl std::fmt::Display for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let percent = self.percent.decimal().normalize();
        write!(f, "freed from {percent} % of {} by certificate {}", self.country, self.number)?;
        if let Some(from) = self.valid_from {
            write!(f, " from {from}")?;
        }
        match self.valid_until {
            Some(until) => write!(f, " until before {until}"),
            None => Ok(()),
        }
    }
}

impl std::fmt::Display for RuleBasis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.category_name {
            Some(category) => write!(f, "by the rule for {category}")?,
            None => write!(f, "by the general rule")?,
        }
        match &self.zone_name {
            Some(zone) => write!(f, " in {zone}")?,
            None => write!(f, " in `{}`", self.zone)?,
        }
        match self.buyers {
            Buyers::All => {}
            Buyers::Registered => write!(f, " to registered buyers")?,
            Buyers::Unregistered => write!(f, " to buyers without a registration")?,
        }
        write!(f, ", as of {}", self.valid_from)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::billing::invoice::sample::{draft, euros, rule_basis};

    #[test]
    fn a_line_tells_by_which_rule_it_is_taxed_and_on_what() {
        let content = draft(1, &["19.99", "0.50"], 19).content().clone();
        let told = |tax: &TaxTotal, line: &Line| tax.explained(line).join("\n");
        expect![[r#"
            VAT: 19 %
            by the general rule in Everywhere, as of 2000-01-01
            19 % of 20.49 EUR together = 3.89 EUR, of which 3.80 EUR on 19.99 EUR"#]]
        .assert_eq(&told(&content.taxes[0], &content.lines[0]));
        let unrounded = TaxTotal { tax: euros("3.90"), ..content.taxes[0].clone() };
        expect![[r#"
            VAT: 19 %
            by the general rule in Everywhere, as of 2000-01-01
            19 % of 20.49 EUR together, before it was rounded, = 3.90 EUR, of which 3.80 EUR on 19.99 EUR"#]]
        .assert_eq(&told(&unrounded, &content.lines[0]));
        let contained = |amount: &str, net: &str, tax: &str| {
            let gross = (euros(amount), euros(net), euros(tax));
            let line = Line { base: Base::Gross, amount: gross.0, ..content.lines[0].clone() };
            let line = Line { net: gross.1, tax: gross.2, ..line };
            content.taxes[0].explained(&line).remove(2)
        };
        expect!["9.99 EUR contains it: 9.99 × 100 / 119 = 8.394957…, rounded to 8.39 EUR and 1.60 EUR of tax"]
            .assert_eq(&contained("9.99", "8.39", "1.60"));
        expect!["11.90 EUR contains it: 11.90 × 100 / 119 = 10, rounded to 10.00 EUR and 1.90 EUR of tax"]
            .assert_eq(&contained("11.90", "10.00", "1.90"));
        expect!["9.99 EUR contains it: 9.99 × 100 / 119 = 8.394957…, with what is over of all lines 8.40 EUR and 1.59 EUR of tax"]
            .assert_eq(&contained("9.99", "8.40", "1.59"));
        let alone = draft(1, &["19.99"], 0).content().clone();
        let reason = "Steuerschuldnerschaft des Leistungsempfängers".parse().expect("a reason");
        let tax = TaxTotal {
            treatment: Treatment::ReverseCharge { reason },
            basis: TaxBasis::Rule(RuleBasis {
                category_name: "Software".parse().ok(),
                buyers: Buyers::Registered,
                ..rule_basis()
            }),
            ..alone.taxes[0].clone()
        };
        let line = Line { tax_category: "Games".parse().ok(), ..alone.lines[0].clone() };
        expect![[r#"
            VAT as Games: owed by the buyer: Steuerschuldnerschaft des Leistungsempfängers
            by the rule for Software in Everywhere to registered buyers, as of 2000-01-01
            0 % of 19.99 EUR = 0.00 EUR"#]]
        .assert_eq(&told(&tax, &line));
    }
}
