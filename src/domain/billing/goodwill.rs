//! Goodwill: an amount of an invoice that is credited with its tax, and of no line in particular.
//!
//! It is spread over what is left of the lines that charge something, first by the taxes that they bear, so that
//! each tax comes back with what it is on. Deposits go back by themselves.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::credit::{Credit, CreditLine, remainders};
use super::invoice::line::LineKind;
use super::invoice::{Invoice, Totals};
use crate::domain::error::{Code, Rejection};
use crate::domain::money::{Money, MoneyError, Rounding};

/// What is left of some lines that bear one tax, by their places.
type Group = Vec<(u32, CreditLine)>;

/// Credits an amount, with the tax in it, of what earlier credits left of an invoice.
///
/// # Errors
/// If the invoice is a draft, the amount is not more than nothing, or more than is left of what it charges.
pub fn credited(
    invoice: &Invoice,
    before: &[Credit],
    gross: Money,
    rounding: Rounding,
) -> Result<Credit, Rejection> {
    let content = invoice.content();
    let mut groups: BTreeMap<u16, Group> = BTreeMap::new();
    for ((place, line), left) in (0..).zip(&content.lines).zip(remainders(invoice, before)?) {
        let is_left = !left.net.is_negative() && left.net.plus(left.tax)?.as_minor() > 0;
        if is_left && line.kind != LineKind::Deposit {
            groups.entry(line.tax_place).or_default().push((place, left));
        }
    }
    let nothing = Totals::nothing(content.currency);
    let whole = |it: &Group| it.iter().try_fold(nothing, |sum, it| sum.plus(it.1.net, it.1.tax));
    let wholes = groups.values().map(whole).collect::<Result<Vec<_>, _>>()?;
    let left = Money::sum(wholes.iter().map(|it| it.gross), content.currency)?;
    if gross.as_minor() <= 0 || left.minus(gross)?.is_negative() {
        let why = format!("`{gross}` cannot be credited of an invoice of which `{left}` is left");
        return Err(Rejection::new(Code::CreditExceeds, why));
    }
    let shares = spread(gross, wholes.iter().map(|it| it.gross))?;
    let mut parts = Vec::with_capacity(content.lines.len());
    for ((group, whole), share) in groups.values().zip(&wholes).zip(shares) {
        let net =
            share.amount().part(whole.net.decimal(), whole.gross.decimal())?.book(rounding)?;
        let nets = spread(net, group.iter().map(|it| it.1.net))?;
        let taxes = spread(share.minus(net)?, group.iter().map(|it| it.1.tax))?;
        parts.extend(group.iter().zip(nets).zip(taxes).map(|((it, net), tax)| (it.0, net, tax)));
    }
    parts.retain(|(_, net, tax)| !net.is_zero() || !tax.is_zero());
    parts.sort_by_key(|it| it.0);
    let mut credit = Credit::of_nothing(invoice);
    for (place, net, tax) in parts {
        let line = usize::try_from(place).ok().and_then(|it| content.lines.get(it));
        let line = line.expect("it is a line of the invoice");
        credit.add(place, line, (net, tax))?;
    }
    Ok(credit)
}

/// An amount parted as some others are; nothing of it where those are nothing.
fn spread(
    amount: Money,
    by: impl Iterator<Item = Money> + Clone,
) -> Result<Vec<Money>, MoneyError> {
    let weight = |it: Money| it.decimal().max(Decimal::ZERO);
    let all: Decimal = by.clone().map(weight).sum();
    if all.is_zero() {
        return Ok(by.map(|it| Money::zero(it.currency())).collect());
    }
    let exact = by.map(|it| Ok(amount.amount().part(weight(it), all)?.value()));
    amount.apportioned(&exact.collect::<Result<Vec<_>, MoneyError>>()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::billing::credit;
    use crate::domain::billing::invoice::sample::{draft, euros, issue};

    fn invoice(nets: &[&str]) -> Invoice {
        draft(7, nets, 20).issued(issue(7, "2026-03-01")).expect("issued").0
    }

    /// `net + tax` of each line that is credited, or why nothing is.
    fn told(invoice: &Invoice, before: &[Credit], gross: &str) -> String {
        let found = credited(invoice, before, euros(gross), Rounding::HalfUp);
        let found = match found {
            Ok(it) => it,
            Err(refused) => return refused.detail,
        };
        assert_eq!(found.totals.gross, euros(gross));
        let line =
            |it: &CreditLine| format!("{}: {} + {}", it.place, it.net.decimal(), it.tax.decimal());
        found.lines.iter().map(line).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn an_amount_is_spread_over_what_is_left_of_the_lines() {
        let two = invoice(&["100", "50"]);
        assert_eq!(told(&two, &[], "180"), "0: 100.00 + 20.00, 1: 50.00 + 10.00");
        assert_eq!(told(&two, &[], "18"), "0: 10.00 + 2.00, 1: 5.00 + 1.00");
        assert_eq!(told(&two, &[], "10"), "0: 5.55 + 1.11, 1: 2.78 + 0.56");
        assert_eq!(told(&two, &[], "0.01"), "0: 0.01 + 0.00");
        let ask = [credit::LineAsk { place: 0, net: euros("100") }];
        let before = credit::lines(&two, &[], &ask, Rounding::HalfUp).expect("a credit");
        let before = [before];
        assert_eq!(told(&two, &before, "12"), "1: 10.00 + 2.00");
        let why = "cannot be credited of an invoice of which";
        assert_eq!(told(&two, &before, "60.01"), format!("`60.01 EUR` {why} `60.00 EUR` is left"));
        assert_eq!(told(&two, &[], "0"), format!("`0.00 EUR` {why} `180.00 EUR` is left"));
        // What a line gave back before is not given again.
        let less = invoice(&["100", "-40"]);
        assert_eq!(told(&less, &[], "72"), "0: 60.00 + 12.00");
    }

    proptest! {
        /// However it is credited bit by bit: each bit comes to what was asked, and all of them to the invoice.
        #[test]
        fn bit_by_bit_an_invoice_is_credited_exactly(
            cents in prop::collection::vec(1..100_000_i64, 1..5),
            bits in prop::collection::vec(1..1_000_i64, 1..6), half_even in any::<bool>(),
        ) {
            let rounding = if half_even { Rounding::HalfEven } else { Rounding::HalfUp };
            let nets: Vec<_> = cents.iter().map(|it| format!("{}.{:02}", it / 100, it % 100)).collect();
            let nets: Vec<_> = nets.iter().map(String::as_str).collect();
            let invoice = invoice(&nets);
            let whole = invoice.content().totals;
            let bits = bits.iter().map(|it| Decimal::from(*it)).collect::<Vec<_>>();
            let all: Decimal = bits.iter().sum();
            let exact: Vec<_> =
                bits.iter().map(|it| whole.gross.amount().part(*it, all).expect("small").value()).collect();
            let mut credits: Vec<Credit> = Vec::new();
            for bit in whole.gross.apportioned(&exact).expect("parts") {
                if bit.as_minor() > 0 {
                    let credit = credited(&invoice, &credits, bit, rounding).expect("a credit");
                    prop_assert_eq!(credit.totals.gross, bit);
                    credits.push(credit);
                }
            }
            let nothing = Totals::nothing(whole.gross.currency());
            let sum = credits.iter().try_fold(nothing, |sum, it| sum.plus(it.totals.net, it.totals.tax));
            prop_assert_eq!(sum.expect("a sum"), whole);
        }
    }
}
