//! The life of a party: initialized, validated, ended.
//!
//! A person ends by death, an organization by being closed: one machine with two last words
//! (TMF632 v4, figures of the life cycles).

use crate::domain::word::words;

words! {
    /// How far the life of a party has come.
    State {
        /// Somebody wrote it down.
        Initialized = "initialized";
        /// Somebody checked that it is who it says.
        Validated = "validated";
        /// A person has died, an organization is closed.
        Ended = "ended";
    }
}

words! {
    /// What moves the life of a party.
    Trigger {
        /// Somebody checked it.
        Validate = "validate";
        /// It is no more.
        End = "end";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
pub(super) const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Initialized, T::Validate) => Some(S::Validated),
        (S::Initialized | S::Validated, T::End) => Some(S::Ended),
        (S::Validated, T::Validate) | (S::Ended, T::Validate | T::End) => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn a_party_is_checked_once_and_ends_once() {
        let table = matrix(State::ALL, Trigger::ALL, next);
        expect![[r#"
                        |  validate |   end
            initialized | validated | ended
              validated |         - | ended
                  ended |         - |     -
        "#]]
        .assert_eq(&table);
    }
}
