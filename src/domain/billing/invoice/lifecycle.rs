//! The life of an invoice: a draft, issued once and for all, and then paid or written off.
//!
//! That an invoice is overdue is derived from its due date, and that it was credited from its
//! amounts: neither is a state. An issued invoice is undone by a credit note alone.

use crate::domain::event::Verb;
use crate::domain::word::words;

words! {
    /// How far an invoice has come.
    State {
        /// It can still change or be dropped.
        Draft = "draft";
        /// It has its number and can no longer change.
        Issued = "issued";
        /// A part of it was paid or credited.
        PartiallyPaid = "partially_paid";
        /// Nothing of it is open.
        Paid = "paid";
        /// What was open was given up.
        WrittenOff = "written_off";
    }
}

words! {
    /// What can be done with an invoice.
    Trigger {
        /// Give it its number.
        Issue = "issue";
        /// Settle a part of it, or take back a part of what settled it.
        SettlePart = "settle_part";
        /// Settle all that is open.
        SettleAll = "settle_all";
        /// Take back all that settled it, or that it was given up.
        Reopen = "reopen";
        /// Give up what is open.
        WriteOff = "write_off";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        // What was given up is owed again where that is revived, or where its payer takes money back.
        (S::Draft, T::Issue) | (S::PartiallyPaid | S::Paid | S::WrittenOff, T::Reopen) => {
            Some(S::Issued)
        }
        (S::Issued | S::PartiallyPaid | S::Paid | S::WrittenOff, T::SettlePart) => {
            Some(S::PartiallyPaid)
        }
        // What was given up is settled by crediting it, or by paying it after all.
        (S::Issued | S::PartiallyPaid | S::WrittenOff, T::SettleAll) => Some(S::Paid),
        (S::Issued | S::PartiallyPaid, T::WriteOff) => Some(S::WrittenOff),

        (S::Draft, T::SettlePart | T::SettleAll | T::Reopen | T::WriteOff)
        | (S::Issued, T::Issue | T::Reopen)
        | (S::PartiallyPaid, T::Issue)
        | (S::Paid, T::Issue | T::SettleAll | T::WriteOff)
        | (S::WrittenOff, T::Issue | T::WriteOff) => None,
    }
}

impl Trigger {
    /// What is told of it.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Issue => Verb::Issued,
            Self::SettlePart => Verb::PartlyPaid,
            Self::SettleAll => Verb::Paid,
            Self::Reopen => Verb::Changed,
            Self::WriteOff => Verb::WrittenOff,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn the_life_of_an_invoice_is_this_table() {
        expect![[r#"
                           |  issue |    settle_part | settle_all | reopen |   write_off
                     draft | issued |              - |          - |      - |           -
                    issued |      - | partially_paid |       paid |      - | written_off
            partially_paid |      - | partially_paid |       paid | issued | written_off
                      paid |      - | partially_paid |          - | issued |           -
               written_off |      - | partially_paid |       paid | issued |           -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }
}
