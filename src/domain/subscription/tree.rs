//! The tree of subscriptions: add-ons, pools and parts of bundles follow what they belong to.

use std::collections::BTreeSet;

use super::Subscription;
use super::lifecycle::Trigger;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::SubscriptionId;
use crate::domain::word::words;

words! {
    /// What a subscription is to the one above it.
    Belonging {
        /// It adds to it.
        AddOn = "add_on";
        /// It enlarges the pool that it is.
        Pool = "pool";
        /// It is a part of the bundle that it is.
        Part = "part";
    }
}

words! {
    /// Whether what happens to a subscription happens to those below it.
    Reach {
        /// To it alone.
        Alone = "alone";
        /// To those below as well, the lowest first.
        FromBelow = "from_below";
        /// To those below as well, the highest first.
        FromAbove = "from_above";
    }
}

impl Trigger {
    /// Whether it follows the tree.
    #[must_use]
    pub const fn reach(self) -> Reach {
        match self {
            Self::HoldAdministratively
            | Self::HoldForCredit
            | Self::Expire
            | Self::Terminate
            | Self::Cancel => Reach::FromBelow,
            Self::ReleaseAdministratively | Self::ReleaseFromCredit => Reach::FromAbove,
            Self::Activate
            | Self::Abort
            | Self::Grace
            | Self::Renew
            | Self::Keep
            | Self::Destroy
            | Self::Restore => Reach::Alone,
        }
    }
}

/// All subscriptions below one, parents before their children. Each comes once, even if the parents
/// ran in a circle.
#[must_use]
pub fn below(root: SubscriptionId, all: &[Subscription]) -> Vec<&Subscription> {
    let mut seen = BTreeSet::from([root]);
    let mut found = Vec::new();
    let mut open = vec![root];
    while let Some(parent) = open.pop() {
        let children = all.iter().filter(|it| it.parent().is_some_and(|it| it.0 == parent));
        for child in children.filter(|it| seen.insert(it.id)).collect::<Vec<_>>() {
            found.push(child);
            open.push(child.id);
        }
    }
    found
}

/// Those below one that a trigger reaches, in the order in which it does.
#[must_use]
pub fn reached(trigger: Trigger, root: SubscriptionId, all: &[Subscription]) -> Vec<&Subscription> {
    let mut found = below(root, all);
    match trigger.reach() {
        Reach::Alone => found.clear(),
        Reach::FromBelow => found.reverse(),
        Reach::FromAbove => (),
    }
    found
}

/// Refuses a place in the tree that would make a circle. `path` leads from the new parent up.
///
/// # Errors
/// If the subscription stands in the path.
pub fn must_not_be_above(id: SubscriptionId, path: &[SubscriptionId]) -> Result<(), Rejection> {
    if path.contains(&id) {
        let why = format!("the subscription `{id}` cannot lie below itself");
        return Err(Rejection::new(Code::SubscriptionStateForbids, why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::subscription::tests::{child, id};

    fn numbers(found: &[&Subscription], all: &[Subscription]) -> Vec<usize> {
        let place = |it: &&Subscription| all.iter().position(|other| other.id == it.id);
        found.iter().filter_map(|it| place(it).map(|it| it + 1)).collect()
    }

    /// 1 has 2 and 3; 3 has 4; 5 stands alone.
    fn family() -> Vec<Subscription> {
        [(1, None), (2, Some(1)), (3, Some(1)), (4, Some(3)), (5, None)]
            .map(|(number, parent)| child(number, parent))
            .to_vec()
    }

    #[test]
    fn a_hold_begins_below_and_a_release_above() {
        let all = family();
        let found = |trigger| numbers(&reached(trigger, id(1), &all), &all);
        let (hold, release) = (found(Trigger::HoldForCredit), found(Trigger::ReleaseFromCredit));
        assert_eq!(release, [2, 3, 4]);
        assert_eq!(hold, [4, 3, 2]);
        assert_eq!(found(Trigger::Cancel), hold);
        assert_eq!(found(Trigger::Renew), Vec::<usize>::new());
    }

    #[test]
    fn a_circle_of_parents_is_gone_round_once() {
        let all = [child(1, Some(2)), child(2, Some(1))];
        assert_eq!(numbers(&below(id(1), &all), &all), [2]);
        assert!(must_not_be_above(id(1), &[id(2), id(1)]).is_err());
        assert!(must_not_be_above(id(1), &[id(2)]).is_ok());
    }
}
