//! Proof: an invoice computed again from what stands on it, to see that it is what it was.

use super::explanation::recompute;
use super::{Invoice, Totals};
use crate::domain::money::{Money, MoneyError};

/// What came of computing an invoice again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Each line, in order.
    pub lines: Vec<Recomputed>,
    /// Whether net and tax of the lines sum to the taxes and totals of the invoice.
    pub sums_fit: bool,
    /// Whether the seal is that of the content; so it is where there is none yet.
    pub seal_fits: bool,
}

/// A line computed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recomputed {
    /// What the line says.
    pub stated: Money,
    /// What its explanation comes to; nothing if it cannot be computed.
    pub computed: Option<Money>,
}

impl Recomputed {
    /// Whether the same comes out again.
    #[must_use]
    pub fn is_right(self) -> bool {
        self.computed == Some(self.stated)
    }
}

impl Proof {
    /// Whether everything comes out again.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.lines.iter().all(|it| it.is_right()) && self.sums_fit && self.seal_fits
    }

    /// What does not, in words.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (place, line) in self.lines.iter().enumerate().filter(|it| !it.1.is_right()) {
            found.push(match line.computed {
                Some(it) => format!("line {place} is {} and its explanation {it}", line.stated),
                None => format!("line {place} cannot be computed"),
            });
        }
        if !self.sums_fit {
            found.push("its lines do not sum to its taxes and totals".to_owned());
        }
        if !self.seal_fits {
            found.push("its seal is not that of its content".to_owned());
        }
        found
    }
}

impl Invoice {
    /// The invoice computed again.
    #[must_use]
    pub fn proof(&self) -> Proof {
        let lines = self
            .content()
            .lines
            .iter()
            .map(|it| Recomputed { stated: it.amount, computed: recompute(&it.explanation).ok() });
        Proof {
            lines: lines.collect(),
            sums_fit: self.sums_fit().unwrap_or(false),
            seal_fits: self.resealed() == self.issue().map(|it| it.link.hash),
        }
    }

    fn sums_fit(&self) -> Result<bool, MoneyError> {
        let content = self.content();
        let mut totals = Totals::nothing(content.currency);
        for (place, tax) in content.taxes.iter().enumerate() {
            let mut borne = Totals::nothing(content.currency);
            let own = content.lines.iter().filter(|it| usize::from(it.tax_place) == place);
            for line in own {
                borne = borne.plus(line.net, line.tax)?;
            }
            if (borne.net, borne.tax) != (tax.net, tax.tax) {
                return Ok(false);
            }
            totals = totals.plus(borne.net, borne.tax)?;
        }
        let has_tax = |place: u16| usize::from(place) < content.taxes.len();
        Ok(totals == content.totals && content.lines.iter().all(|it| has_tax(it.tax_place)))
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::billing::invoice::sample::{draft, euros};

    #[test]
    fn what_was_computed_comes_out_again() {
        let proof = draft(1, &["19.99", "0.01", "33.33"], 20).proof();
        assert!(proof.is_right() && proof.lines.len() == 3, "{:?}", proof.faults());
    }

    #[test]
    fn a_line_that_was_changed_is_named_and_no_longer_sums() {
        let invoice = draft(1, &["19.99", "5"], 20);
        let mut content = invoice.content().clone();
        content.lines[1].amount = euros("6");
        content.lines[1].net = euros("6");
        let proof = invoice.with_content(content).expect("a draft").proof();
        assert_eq!(
            proof.faults(),
            [
                "line 1 is 6.00 EUR and its explanation 5.00 EUR",
                "its lines do not sum to its taxes and totals"
            ]
        );
    }
}
