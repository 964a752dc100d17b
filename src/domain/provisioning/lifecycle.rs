//! The life of a provisioning task.
//!
//! What failed stays so until somebody has it tried again or gives it up.

use crate::domain::event::Verb;
use crate::domain::word::words;

words! {
    /// How far a task has come.
    State {
        /// It waits for its turn, the first time or again.
        Queued = "queued";
        /// Somebody works on it.
        Started = "started";
        /// It is done.
        Completed = "completed";
        /// It was tried as often as it may.
        Failed = "failed";
        /// It is no longer wanted.
        Canceled = "canceled";
    }
}

words! {
    /// What can happen to a task.
    Trigger {
        /// Work on it begins.
        Start = "start";
        /// It is done.
        Complete = "complete";
        /// It could not be done now, and is tried again later.
        Delay = "delay";
        /// It could not be done.
        Fail = "fail";
        /// Somebody has it tried again.
        Retry = "retry";
        /// It is no longer wanted.
        Cancel = "cancel";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
#[must_use]
pub const fn next(state: State, trigger: Trigger) -> Option<State> {
    use {State as S, Trigger as T};
    match (state, trigger) {
        (S::Queued, T::Start) => Some(S::Started),
        (S::Started, T::Complete) => Some(S::Completed),
        (S::Started, T::Delay) | (S::Failed, T::Retry) => Some(S::Queued),
        (S::Started, T::Fail) => Some(S::Failed),
        (S::Queued | S::Started | S::Failed, T::Cancel) => Some(S::Canceled),

        (S::Queued, T::Complete | T::Delay | T::Fail | T::Retry)
        | (S::Started, T::Start | T::Retry)
        | (S::Failed, T::Start | T::Complete | T::Delay | T::Fail)
        | (
            S::Completed | S::Canceled,
            T::Start | T::Complete | T::Delay | T::Fail | T::Retry | T::Cancel,
        ) => None,
    }
}

impl State {
    /// Whether nothing more happens to it by itself.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Canceled => true,
            Self::Queued | Self::Started => false,
        }
    }
}

impl Trigger {
    /// What is told of it.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Start => Verb::Started,
            Self::Complete => Verb::Completed,
            Self::Delay | Self::Retry => Verb::Changed,
            Self::Fail => Verb::Failed,
            Self::Cancel => Verb::Canceled,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn a_task_lives_as_the_table_says() {
        expect![[r#"
                      |   start |  complete |  delay |   fail |  retry |   cancel
               queued | started |         - |      - |      - |      - | canceled
              started |       - | completed | queued | failed |      - | canceled
            completed |       - |         - |      - |      - |      - |        -
               failed |       - |         - |      - |      - | queued | canceled
             canceled |       - |         - |      - |      - |      - |        -
        "#]]
        .assert_eq(&matrix(State::ALL, Trigger::ALL, next));
    }
}
