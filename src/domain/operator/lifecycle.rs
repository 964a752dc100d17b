//! The life of a user: invited, active, suspended, softly deleted, removing, removed.
//!
//! Who was suspended before ever being active is invited again afterwards (IBM BSS: unsuspend
//! returns to PENDING). Who was softly deleted comes back active, also without having been so before:
//! whoever has it back vouches for it.

use crate::domain::word::words;

words! {
    /// How far the life of a user has come.
    UserState {
        /// Has been told, and has not yet answered.
        Invited = "invited";
        /// Signs in and uses.
        Active = "active";
        /// Neither signs in nor uses; seats are kept.
        Suspended = "suspended";
        /// The same, before ever having been active.
        InvitationSuspended = "invitation_suspended";
        /// Gone, but can be had back.
        SoftlyDeleted = "softly_deleted";
        /// On the way out: what it has is being taken back.
        Removing = "removing";
        /// Gone.
        Removed = "removed";
    }
}

words! {
    /// What moves the life of a user.
    UserTrigger {
        /// The invitation was accepted, or somebody accepted it for the user.
        Activate = "activate";
        /// Somebody stops the user.
        Suspend = "suspend";
        /// Somebody lets the user go on.
        Resume = "resume";
        /// The user goes, and may come back.
        SoftDelete = "soft_delete";
        /// The user comes back.
        Restore = "restore";
        /// The user goes for good.
        Remove = "remove";
        /// Everything the user had is taken back.
        Finish = "finish";
    }
}

/// The state after `trigger`, or `None` where it is not allowed.
pub(super) const fn next(state: UserState, trigger: UserTrigger) -> Option<UserState> {
    use {UserState as S, UserTrigger as T};
    match (state, trigger) {
        (S::Invited, T::Activate) | (S::Suspended, T::Resume) | (S::SoftlyDeleted, T::Restore) => {
            Some(S::Active)
        }
        (S::InvitationSuspended, T::Resume) => Some(S::Invited),
        (S::Invited, T::Suspend) => Some(S::InvitationSuspended),
        (S::Active, T::Suspend) => Some(S::Suspended),
        (S::Invited | S::Active | S::Suspended | S::InvitationSuspended, T::SoftDelete) => {
            Some(S::SoftlyDeleted)
        }
        (
            S::Invited | S::Active | S::Suspended | S::InvitationSuspended | S::SoftlyDeleted,
            T::Remove,
        ) => Some(S::Removing),
        (S::Removing, T::Finish) => Some(S::Removed),

        (S::Invited, T::Resume | T::Restore | T::Finish)
        | (S::Active, T::Activate | T::Resume | T::Restore | T::Finish)
        | (S::Suspended, T::Activate | T::Suspend | T::Restore | T::Finish)
        | (S::InvitationSuspended, T::Activate | T::Suspend | T::Restore | T::Finish)
        | (S::SoftlyDeleted, T::Activate | T::Suspend | T::Resume | T::SoftDelete | T::Finish)
        | (
            S::Removing | S::Removed,
            T::Activate | T::Suspend | T::Resume | T::SoftDelete | T::Restore | T::Remove,
        )
        | (S::Removed, T::Finish) => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::domain::word::matrix;

    #[test]
    fn a_user_lives_as_the_table_says() {
        let table = matrix(UserState::ALL, UserTrigger::ALL, next);
        expect![[r#"
                                 | activate |              suspend |  resume |    soft_delete | restore |   remove |  finish
                         invited |   active | invitation_suspended |       - | softly_deleted |       - | removing |       -
                          active |        - |            suspended |       - | softly_deleted |       - | removing |       -
                       suspended |        - |                    - |  active | softly_deleted |       - | removing |       -
            invitation_suspended |        - |                    - | invited | softly_deleted |       - | removing |       -
                  softly_deleted |        - |                    - |       - |              - |  active | removing |       -
                        removing |        - |                    - |       - |              - |       - |        - | removed
                         removed |        - |                    - |       - |              - |       - |        - |       -
        "#]].assert_eq(&table);
    }
}
