//! The life of a usage record: received, guided to its subscription, rated, billed.

use crate::domain::word::words;

words! {
    /// How far a usage record has come.
    State {
        /// It came in.
        Received = "received";
        /// It is known whose it is and what it counts for.
        Guided = "guided";
        /// It is known what it costs.
        Rated = "rated";
        /// It is to be rated again: its price changed, or more came in of a period that is on a bill.
        Rerate = "rerate";
        /// It is on an invoice.
        Billed = "billed";
        /// It could not be taken, for a reason that is kept.
        Rejected = "rejected";
        /// It was rejected and is tried again.
        Recycled = "recycled";
    }
}

words! {
    /// What can be done with a usage record.
    Trigger {
        /// Find out whose it is.
        Guide = "guide";
        /// Find out what it costs.
        Rate = "rate";
        /// Ask for that once more.
        Rerate = "rerate";
        /// Put it on an invoice.
        Bill = "bill";
        /// Refuse it with a reason.
        Reject = "reject";
        /// Try it again.
        Recycle = "recycle";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Received | S::Recycled, T::Guide) => Some(S::Guided),
        (S::Received | S::Recycled | S::Guided, T::Reject) => Some(S::Rejected),
        (S::Guided | S::Rerate, T::Rate) => Some(S::Rated),
        (S::Rated | S::Billed, T::Rerate) => Some(S::Rerate),
        (S::Rated, T::Bill) => Some(S::Billed),
        (S::Rejected, T::Recycle) => Some(S::Recycled),

        (S::Received | S::Recycled, T::Rate | T::Rerate | T::Bill | T::Recycle)
        | (S::Guided, T::Guide | T::Rerate | T::Bill | T::Recycle)
        | (S::Rated, T::Guide | T::Rate | T::Reject | T::Recycle)
        | (S::Rerate, T::Guide | T::Rerate | T::Bill | T::Reject | T::Recycle)
        | (S::Rejected, T::Guide | T::Rate | T::Rerate | T::Bill | T::Reject)
        | (S::Billed, T::Guide | T::Rate | T::Bill | T::Reject | T::Recycle) => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn the_life_of_a_usage_record_is_this_table() {
        expect![[r#"
                     |  guide |  rate | rerate |   bill |   reject |  recycle
            received | guided |     - |      - |      - | rejected |        -
              guided |      - | rated |      - |      - | rejected |        -
               rated |      - |     - | rerate | billed |        - |        -
              rerate |      - | rated |      - |      - |        - |        -
              billed |      - |     - | rerate |      - |        - |        -
            rejected |      - |     - |      - |      - |        - | recycled
            recycled | guided |     - |      - |      - | rejected |        -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }
}
