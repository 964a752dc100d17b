//! The life of an order: its own until it is released, then that of its items.
//!
//! An order has a *phase*, which says whether work on it may begin and whether a cancellation is
//! being judged; its items have *states* of their own. What everybody sees, the order's [`State`],
//! follows from both.

use crate::domain::event::Verb;
use crate::domain::word::words;

words! {
    /// What an order is in the eyes of everybody.
    State {
        /// It was placed.
        Acknowledged = "acknowledged";
        /// It was refused.
        Rejected = "rejected";
        /// The buyer must say more.
        Pending = "pending";
        /// The seller keeps it back.
        Held = "held";
        /// It is being worked on.
        InProgress = "in_progress";
        /// All of it is done.
        Completed = "completed";
        /// Some of it is done, and the rest never will be.
        Partial = "partial";
        /// Nothing of it could be done.
        Failed = "failed";
        /// It was called off.
        Canceled = "canceled";
        /// It is to be called off, and somebody judges whether it can be.
        AssessingCancellation = "assessing_cancellation";
        /// It will be called off.
        PendingCancellation = "pending_cancellation";
    }
}

words! {
    /// Whether work on an order may begin, and whether a cancellation is being judged.
    Phase {
        /// It waits for its day.
        Acknowledged = "acknowledged";
        /// It waits for the buyer.
        Pending = "pending";
        /// It waits for the seller.
        Held = "held";
        /// Its items are worked on.
        Released = "released";
        /// A cancellation is judged of what waits for its day.
        AssessingAcknowledged = "assessing_acknowledged";
        /// A cancellation is judged of what waits for the buyer.
        AssessingPending = "assessing_pending";
        /// A cancellation is judged of what waits for the seller.
        AssessingHeld = "assessing_held";
        /// A cancellation is judged of what is worked on.
        AssessingReleased = "assessing_released";
        /// A cancellation was granted.
        Canceling = "canceling";
        /// It was called off.
        Canceled = "canceled";
        /// It was refused.
        Rejected = "rejected";
    }
}

words! {
    /// What moves an order as a whole.
    Trigger {
        /// The buyer must say more.
        Ask = "ask";
        /// The seller keeps it back.
        Hold = "hold";
        /// What it waited for has come.
        Resume = "resume";
        /// Work on it may begin.
        Release = "release";
        /// It is refused.
        Reject = "reject";
        /// It is to be called off, if that can be.
        Assess = "assess";
        /// It cannot be called off.
        Deny = "deny";
        /// It can be called off.
        Grant = "grant";
        /// It is called off.
        Cancel = "cancel";
    }
}

/// The phase after `trigger`, or `None` where it is not allowed. What is being worked on is called
/// off only after somebody has judged that it can be.
#[must_use]
#[rustfmt::skip] // so that a life stays on one screen
pub const fn next(phase: Phase, trigger: Trigger) -> Option<Phase> {
    use {Phase as P, Trigger as T};
    match (phase, trigger) {
        (P::Pending | P::Held, T::Resume)
        | (P::AssessingAcknowledged, T::Deny) => Some(P::Acknowledged),
        (P::Acknowledged | P::Released, T::Ask)
        | (P::AssessingPending, T::Deny) => Some(P::Pending),
        (P::Acknowledged | P::Pending | P::Released, T::Hold)
        | (P::AssessingHeld, T::Deny) => Some(P::Held),
        (P::Acknowledged, T::Release) | (P::AssessingReleased, T::Deny) => Some(P::Released),
        (P::Acknowledged, T::Assess) => Some(P::AssessingAcknowledged),
        (P::Pending, T::Assess) => Some(P::AssessingPending),
        (P::Held, T::Assess) => Some(P::AssessingHeld),
        (P::Released, T::Assess) => Some(P::AssessingReleased),
        (P::AssessingAcknowledged | P::AssessingPending | P::AssessingHeld, T::Grant)
        | (P::AssessingReleased, T::Grant) => Some(P::Canceling),
        (P::Acknowledged | P::Pending | P::Held | P::Canceling, T::Cancel) => Some(P::Canceled),
        (P::Acknowledged | P::Pending | P::Held, T::Reject) => Some(P::Rejected),

        (P::Acknowledged, T::Resume | T::Deny | T::Grant)
        | (P::Pending, T::Ask | T::Release | T::Deny | T::Grant)
        | (P::Held, T::Ask | T::Hold | T::Release | T::Deny | T::Grant)
        | (P::Released, T::Resume | T::Release | T::Reject | T::Deny | T::Grant | T::Cancel)
        | (P::AssessingAcknowledged | P::AssessingPending | P::AssessingHeld
          | P::AssessingReleased,
          T::Ask | T::Hold | T::Resume | T::Release | T::Reject | T::Assess | T::Cancel)
        | (P::Canceling,
          T::Ask | T::Hold | T::Resume | T::Release | T::Reject | T::Assess | T::Deny
          | T::Grant)
        | (P::Canceled | P::Rejected,
          T::Ask | T::Hold | T::Resume | T::Release | T::Reject | T::Assess | T::Deny
          | T::Grant | T::Cancel) => None,
    }
}

words! {
    /// How far an item has come.
    ItemState {
        /// Nobody has begun with it.
        Acknowledged = "acknowledged";
        /// It waits for the buyer.
        Pending = "pending";
        /// It waits for the seller.
        Held = "held";
        /// It is being worked on.
        InProgress = "in_progress";
        /// It is done.
        Completed = "completed";
        /// It could not be done.
        Failed = "failed";
        /// It was called off.
        Canceled = "canceled";
        /// It was refused.
        Rejected = "rejected";
    }
}

words! {
    /// What moves an item.
    ItemTrigger {
        /// Somebody begins, or goes on, with it.
        Start = "start";
        /// The buyer must say more.
        Ask = "ask";
        /// The seller keeps it back.
        Hold = "hold";
        /// It is done.
        Complete = "complete";
        /// It cannot be done.
        Fail = "fail";
        /// It is called off.
        Cancel = "cancel";
        /// It is refused.
        Reject = "reject";
        /// Somebody has it tried again.
        Retry = "retry";
    }
}

/// The state of an item after `trigger`, or `None` where it is not allowed.
#[must_use]
#[rustfmt::skip] // so that a life stays on one screen
pub const fn next_of_item(state: ItemState, trigger: ItemTrigger) -> Option<ItemState> {
    use {ItemState as S, ItemTrigger as T};
    match (state, trigger) {
        (S::Acknowledged | S::Pending | S::Held, T::Start)
        | (S::Failed, T::Retry) => Some(S::InProgress),
        (S::Acknowledged | S::InProgress, T::Ask) => Some(S::Pending),
        (S::Acknowledged | S::Pending | S::InProgress, T::Hold) => Some(S::Held),
        (S::InProgress, T::Complete) => Some(S::Completed),
        (S::InProgress, T::Fail) => Some(S::Failed),
        (S::Acknowledged | S::Pending | S::Held | S::InProgress, T::Cancel) => Some(S::Canceled),
        (S::Acknowledged | S::Pending | S::Held, T::Reject) => Some(S::Rejected),

        (S::Acknowledged, T::Complete | T::Fail | T::Retry)
        | (S::Pending, T::Ask | T::Complete | T::Fail | T::Retry)
        | (S::Held, T::Ask | T::Hold | T::Complete | T::Fail | T::Retry)
        | (S::InProgress, T::Start | T::Reject | T::Retry)
        | (S::Completed | S::Canceled | S::Rejected, T::Retry)
        | (S::Completed | S::Failed | S::Canceled | S::Rejected,
          T::Start | T::Ask | T::Hold | T::Complete | T::Fail | T::Cancel | T::Reject) => None,
    }
}

impl ItemState {
    /// Whether it stays so for good, unless somebody has what failed tried again.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Canceled | Self::Rejected => true,
            Self::Acknowledged | Self::Pending | Self::Held | Self::InProgress => false,
        }
    }

    /// Whether nobody gets it.
    #[must_use]
    pub const fn is_lost(self) -> bool {
        match self {
            Self::Failed | Self::Canceled | Self::Rejected => true,
            Self::Acknowledged
            | Self::Pending
            | Self::Held
            | Self::InProgress
            | Self::Completed => false,
        }
    }
}

impl State {
    /// Whether it stays so for good.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Rejected | Self::Completed | Self::Partial | Self::Failed | Self::Canceled => {
                true
            }
            Self::Acknowledged
            | Self::Pending
            | Self::Held
            | Self::InProgress
            | Self::AssessingCancellation
            | Self::PendingCancellation => false,
        }
    }

    /// What is told of an order that has come to this state through its items.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Acknowledged | Self::AssessingCancellation | Self::PendingCancellation => {
                Verb::Changed
            }
            Self::Rejected => Verb::Rejected,
            Self::Pending => Verb::InformationRequired,
            Self::Held => Verb::Held,
            Self::InProgress => Verb::Started,
            Self::Completed => Verb::Completed,
            Self::Partial => Verb::PartlyCompleted,
            Self::Failed => Verb::Failed,
            Self::Canceled => Verb::Canceled,
        }
    }
}

impl Trigger {
    /// What is told of it.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Ask => Verb::InformationRequired,
            Self::Hold => Verb::Held,
            Self::Resume => Verb::Released,
            Self::Release => Verb::Started,
            Self::Reject => Verb::Rejected,
            Self::Assess | Self::Deny | Self::Grant => Verb::Changed,
            Self::Cancel => Verb::Canceled,
        }
    }
}

/// What an order is, by its phase and the states of its items. What was begun before an order was kept
/// back may end meanwhile, and the order with it.
#[must_use]
pub fn state(phase: Phase, items: &[ItemState]) -> State {
    let are_over = !items.is_empty() && items.iter().all(|it| it.is_final());
    match phase {
        Phase::Pending | Phase::Held if are_over => of_items(items),
        Phase::Pending => State::Pending,
        Phase::Held => State::Held,
        Phase::Rejected => State::Rejected,
        Phase::AssessingAcknowledged
        | Phase::AssessingPending
        | Phase::AssessingHeld
        | Phase::AssessingReleased => State::AssessingCancellation,
        Phase::Canceling => State::PendingCancellation,
        Phase::Acknowledged | Phase::Released | Phase::Canceled => of_items(items),
    }
}

/// All alike and final: that. Final but mixed: partial. Some begun or final: in progress. Else what
/// the first of them wait for.
fn of_items(items: &[ItemState]) -> State {
    let all = |state| items.iter().all(|it| *it == state);
    let any = |state| items.contains(&state);
    let begun = items.iter().any(|it| *it == ItemState::InProgress || it.is_final());
    match () {
        () if items.is_empty() => State::Acknowledged,
        () if all(ItemState::Completed) => State::Completed,
        () if all(ItemState::Canceled) => State::Canceled,
        () if all(ItemState::Failed) => State::Failed,
        () if all(ItemState::Rejected) => State::Rejected,
        () if items.iter().all(|it| it.is_final()) => State::Partial,
        () if begun => State::InProgress,
        () if any(ItemState::Pending) => State::Pending,
        () if any(ItemState::Held) => State::Held,
        () => State::Acknowledged,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn an_order_lives_as_the_table_says() {
        expect![[r#"
                                   |     ask | hold |       resume |  release |   reject |                 assess |         deny |     grant |   cancel
                      acknowledged | pending | held |            - | released | rejected | assessing_acknowledged |            - |         - | canceled
                           pending |       - | held | acknowledged |        - | rejected |      assessing_pending |            - |         - | canceled
                              held |       - |    - | acknowledged |        - | rejected |         assessing_held |            - |         - | canceled
                          released | pending | held |            - |        - |        - |     assessing_released |            - |         - |        -
            assessing_acknowledged |       - |    - |            - |        - |        - |                      - | acknowledged | canceling |        -
                 assessing_pending |       - |    - |            - |        - |        - |                      - |      pending | canceling |        -
                    assessing_held |       - |    - |            - |        - |        - |                      - |         held | canceling |        -
                assessing_released |       - |    - |            - |        - |        - |                      - |     released | canceling |        -
                         canceling |       - |    - |            - |        - |        - |                      - |            - |         - | canceled
                          canceled |       - |    - |            - |        - |        - |                      - |            - |         - |        -
                          rejected |       - |    - |            - |        - |        - |                      - |            - |         - |        -
        "#]].assert_eq(&matrix(Phase::ALL, Trigger::ALL, next));
    }

    #[test]
    fn an_item_lives_as_the_table_says() {
        expect![[r#"
                         |       start |     ask | hold |  complete |   fail |   cancel |   reject |       retry
            acknowledged | in_progress | pending | held |         - |      - | canceled | rejected |           -
                 pending | in_progress |       - | held |         - |      - | canceled | rejected |           -
                    held | in_progress |       - |    - |         - |      - | canceled | rejected |           -
             in_progress |           - | pending | held | completed | failed | canceled |        - |           -
               completed |           - |       - |    - |         - |      - |        - |        - |           -
                  failed |           - |       - |    - |         - |      - |        - |        - | in_progress
                canceled |           - |       - |    - |         - |      - |        - |        - |           -
                rejected |           - |       - |    - |         - |      - |        - |        - |           -
        "#]]
        .assert_eq(&matrix(ItemState::ALL, ItemTrigger::ALL, next_of_item));
    }

    #[test]
    fn a_released_order_is_what_its_items_are() {
        use ItemState as S;
        for (items, expected) in [
            (vec![S::Acknowledged, S::Acknowledged], State::Acknowledged),
            (vec![S::Completed, S::Completed], State::Completed),
            (vec![S::Canceled, S::Canceled], State::Canceled),
            (vec![S::Failed, S::Failed], State::Failed),
            (vec![S::Rejected], State::Rejected),
            (vec![S::Completed, S::Failed], State::Partial),
            (vec![S::Canceled, S::Failed], State::Partial),
            (vec![S::Acknowledged, S::InProgress], State::InProgress),
            (vec![S::Acknowledged, S::Completed], State::InProgress),
            (vec![S::Acknowledged, S::Pending, S::Held], State::Pending),
            (vec![S::Acknowledged, S::Held], State::Held),
        ] {
            assert_eq!(state(Phase::Released, &items), expected, "{items:?}");
        }
    }

    #[test]
    fn a_cancellation_that_is_denied_leads_back_to_where_it_was_asked_for() {
        let phases = [Phase::Acknowledged, Phase::Pending, Phase::Held, Phase::Released];
        for phase in phases {
            let assessing = next(phase, Trigger::Assess).expect("can be asked for");
            assert_eq!(state(assessing, &[]), State::AssessingCancellation);
            assert_eq!(next(assessing, Trigger::Deny), Some(phase));
            let granted = next(assessing, Trigger::Grant).expect("can be granted");
            assert_eq!(next(granted, Trigger::Cancel), Some(Phase::Canceled));
        }
    }

    #[test]
    fn what_is_kept_back_is_over_when_the_last_of_what_was_begun_is() {
        use ItemState as S;
        for (phase, kept) in [(Phase::Held, State::Held), (Phase::Pending, State::Pending)] {
            assert_eq!(state(phase, &[S::Completed, S::InProgress]), kept);
            assert_eq!(state(phase, &[S::Completed, S::Completed]), State::Completed);
            assert_eq!(state(phase, &[S::Completed, S::Failed]), State::Partial);
        }
    }

    proptest! {
        #[test]
        fn an_order_ends_when_its_last_item_does(
            places in prop::collection::vec(0..ItemState::ALL.len(), 1..9),
        ) {
            let items: Vec<_> = places.into_iter().map(|it| ItemState::ALL[it]).collect();
            let ended = items.iter().all(|it| it.is_final());
            prop_assert_eq!(state(Phase::Released, &items).is_final(), ended);
        }
    }
}
