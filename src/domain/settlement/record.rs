//! Share records: who got which part of what was paid, and how far that has come.

use serde::{Deserialize, Serialize};

use super::share::Role;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{
    AccountId, InvoiceId, PaymentId, SettlementId, ShareModelId, ShareRecordId,
};
use crate::domain::money::Money;
use crate::domain::stamp::Stamp;
use crate::domain::time::Instant;
use crate::domain::word::words;

words! {
    /// How far a share record has come.
    State {
        /// It waits for a note.
        Open = "open";
        /// It is on a note.
        Noted = "noted";
        /// It was paid out.
        Paid = "paid";
    }
}

words! {
    /// What can be done with a share record.
    Trigger {
        /// It is put on a note.
        Note = "note";
        /// It is paid out.
        Pay = "pay";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Open, T::Note) => Some(S::Noted),
        (S::Noted, T::Pay) => Some(S::Paid),
        (S::Open | S::Paid, T::Pay) | (S::Noted | S::Paid, T::Note) => None,
    }
}

/// Who got which part of what was paid, or went back, of one charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareRecord {
    /// Its identity.
    pub id: ShareRecordId,
    /// What the house keeps about it.
    pub stamp: Stamp,
    /// Who gets it.
    pub account: AccountId,
    /// In which role.
    pub role: Role,
    /// By which model.
    pub model: ShareModelId,
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// The place of the line on it.
    pub line: u32,
    /// With which payment it was paid.
    pub payment: Option<PaymentId>,
    /// How much this part is; negative where it went back.
    pub amount: Money,
    /// When it came to be.
    pub recorded_at: Instant,
    /// How far it has come.
    pub state: State,
    /// The note it is on.
    pub note: Option<SettlementId>,
}

impl ShareRecord {
    /// Whether the seller owes it to somebody else, or did until it was paid out.
    #[must_use]
    pub const fn is_owed(&self) -> bool {
        match self.role {
            Role::Owner => false,
            Role::Platform | Role::Partner => true,
        }
    }

    /// The record on a note.
    ///
    /// # Errors
    /// If it is on one already.
    pub fn noted(self, note: SettlementId) -> Result<Self, Rejection> {
        let state = self.after(Trigger::Note)?;
        Ok(Self { state, note: Some(note), ..self })
    }

    /// The record of a note that was paid out.
    ///
    /// # Errors
    /// If it is on none, or was paid out before.
    pub fn paid(self) -> Result<Self, Rejection> {
        let state = self.after(Trigger::Pay)?;
        Ok(Self { state, ..self })
    }

    fn after(&self, trigger: Trigger) -> Result<State, Rejection> {
        next(self.state, trigger).ok_or_else(|| {
            let why = format!("cannot {trigger} a share that is `{}`", self.state);
            Rejection::new(Code::SettlementStateForbids, why)
        })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn a_share_lives_as_the_table_says() {
        expect![[r#"
                  |  note |  pay
             open | noted |    -
            noted |     - | paid
             paid |     - |    -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }
}
