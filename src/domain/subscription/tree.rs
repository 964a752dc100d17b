//! The tree of subscriptions: add-ons, pools and parts of bundles follow what they belong to.

use std::collections::{BTreeMap, BTreeSet};

use super::Subscription;
use super::lifecycle::{HoldOrigin, Trigger, next};
use crate::domain::account::lifecycle::HoldKind;
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
            | Self::Restore
            | Self::Retry => Reach::Alone,
        }
    }
}

/// Subscriptions by what they belong to.
#[derive(Debug, Clone, Default)]
pub struct Family<'a>(BTreeMap<SubscriptionId, Vec<&'a Subscription>>);

impl<'a> Family<'a> {
    /// The family that some subscriptions are.
    #[must_use]
    pub fn of(all: &'a [Subscription]) -> Self {
        let mut children: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for it in all {
            if let Some((parent, _)) = it.parent() {
                children.entry(parent).or_default().push(it);
            }
        }
        Self(children)
    }

    /// All subscriptions below one, parents before their children. Each comes once, even if the
    /// parents ran in a circle.
    #[must_use]
    pub fn below(&self, root: SubscriptionId) -> Vec<&'a Subscription> {
        let mut seen = BTreeSet::from([root]);
        let (mut found, mut open) = (Vec::new(), vec![root]);
        while let Some(parent) = open.pop() {
            for child in self.0.get(&parent).into_iter().flatten() {
                if seen.insert(child.id) {
                    found.push(*child);
                    open.push(child.id);
                }
            }
        }
        found
    }
}

/// Those below one that a trigger reaches, in the order in which it does.
#[must_use]
pub fn reached(trigger: Trigger, root: SubscriptionId, all: &[Subscription]) -> Vec<&Subscription> {
    let mut found = Family::of(all).below(root);
    match trigger.reach() {
        Reach::Alone => found.clear(),
        Reach::FromBelow => found.reverse(),
        Reach::FromAbove => (),
    }
    found
}

/// A hold that a subscription gets or loses, by where it comes from.
pub type Place = (SubscriptionId, HoldOrigin);

/// The holds to be put, in order, when `named` get one of a kind from somewhere: their own, and
/// those of all that lie below them.
///
/// What cannot be held now, because it is not there yet or is over, is left out; what begins later
/// [meets](holds_met) the hold then.
#[must_use]
pub fn holds_put(
    (kind, origin): (HoldKind, HoldOrigin),
    named: &BTreeSet<SubscriptionId>,
    all: &[Subscription],
) -> Vec<Place> {
    let family = Family::of(all);
    let under: BTreeSet<_> =
        named.iter().flat_map(|it| family.below(*it)).map(|it| it.id).collect();
    let mut places = Vec::new();
    for it in from_above(all).into_iter().rev().filter(|it| can_be_held(it, kind)) {
        let own = (named.contains(&it.id), origin);
        let followed = (under.contains(&it.id), HoldOrigin::Parent);
        let new = [own, followed].into_iter().filter(|it| it.0).map(|it| it.1);
        let new = new.filter(|origin| !it.holds().contains_key(&(kind, *origin)));
        places.extend(new.map(|origin| (it.id, origin)));
    }
    places
}

/// The holds to be taken back, in order, when `named` lose one of a kind that came from somewhere:
/// their own, and those that came from above where nothing above is held any more.
#[must_use]
pub fn holds_taken(
    (kind, origin): (HoldKind, HoldOrigin),
    named: &BTreeSet<SubscriptionId>,
    all: &[Subscription],
) -> Vec<Place> {
    let loses =
        |it: &Subscription| named.contains(&it.id) && it.holds().contains_key(&(kind, origin));
    let stays_held = |it: &Subscription| {
        let own = [HoldOrigin::Direct, HoldOrigin::Account].into_iter();
        own.filter(|from| it.holds().contains_key(&(kind, *from)))
            .any(|from| from != origin || !loses(it))
    };
    let held = all.iter().filter(|it| stays_held(it));
    let family = Family::of(all);
    let under: BTreeSet<_> = held.flat_map(|it| family.below(it.id)).map(|it| it.id).collect();
    let mut places = Vec::new();
    for it in from_above(all) {
        if loses(it) {
            places.push((it.id, origin));
        }
        let follows = it.holds().contains_key(&(kind, HoldOrigin::Parent));
        if follows && !under.contains(&it.id) {
            places.push((it.id, HoldOrigin::Parent));
        }
    }
    places
}

/// The holds that a subscription meets when it begins, or begins again: of an account that holds
/// all, and of what lies above.
#[must_use]
pub fn holds_met(
    it: &Subscription,
    of_account: &BTreeSet<HoldKind>,
    parent: Option<&Subscription>,
) -> Vec<(HoldKind, HoldOrigin)> {
    let mut met = Vec::new();
    for kind in HoldKind::ALL {
        let above = parent.is_some_and(|it| it.holds().keys().any(|it| it.0 == *kind));
        let origins =
            [(of_account.contains(kind), HoldOrigin::Account), (above, HoldOrigin::Parent)];
        let new = origins.into_iter().filter(|it| it.0).map(|it| (*kind, it.1));
        met.extend(new.filter(|hold| !it.holds().contains_key(hold)));
    }
    met
}

fn can_be_held(it: &Subscription, kind: HoldKind) -> bool {
    let is_held = it.holds().keys().any(|it| it.0 == kind);
    is_held || next(it.state(), Trigger::putting(kind)).is_some()
}

/// All of them, parents before their children; those in a circle of parents come last.
fn from_above(all: &[Subscription]) -> Vec<&Subscription> {
    let there: BTreeSet<_> = all.iter().map(|it| it.id).collect();
    let family = Family::of(all);
    let roots = all.iter().filter(|it| it.parent().is_none_or(|it| !there.contains(&it.0)));
    let mut found: Vec<_> =
        roots.flat_map(|it| std::iter::once(it).chain(family.below(it.id))).collect();
    let seen: BTreeSet<_> = found.iter().map(|it| it.id).collect();
    found.extend(all.iter().filter(|it| !seen.contains(&it.id)));
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
    use crate::domain::subscription::Start;
    use crate::domain::subscription::tests::{at, child, hold, id, released};

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

    /// The family, there and running.
    fn running() -> Vec<Subscription> {
        family().into_iter().map(begun).collect()
    }

    fn begun(it: Subscription) -> Subscription {
        it.activate(Start::open("2026-01-01".parse().expect("a date")), at(0)).expect("pending").0
    }

    const CREDIT: HoldKind = HoldKind::Credit;

    /// Puts or takes back what a plan says, and shows it: `4p` is number 4, from its parent.
    fn carry_out(all: &mut [Subscription], places: &[Place], put: bool) -> String {
        let mut shown = Vec::new();
        for (id, origin) in places {
            let place = all.iter().position(|it| it.id == *id).expect("of these");
            let it = all[place].clone();
            let done = match put {
                true => it.hold(CREDIT, *origin, hold(1)),
                false => it.release(CREDIT, *origin, released(2)),
            };
            all[place] = done.expect("a plan that can be carried out").0;
            shown.push(format!("{}{}", place + 1, &origin.word()[..1]));
        }
        shown.join(" ")
    }

    fn put(all: &mut [Subscription], origin: HoldOrigin, named: &[u128]) -> String {
        let named = named.iter().map(|it| id(*it)).collect();
        let places = holds_put((CREDIT, origin), &named, all);
        carry_out(all, &places, true)
    }

    fn take(all: &mut [Subscription], origin: HoldOrigin, named: &[u128]) -> String {
        let named = named.iter().map(|it| id(*it)).collect();
        let places = holds_taken((CREDIT, origin), &named, all);
        carry_out(all, &places, false)
    }

    fn held(all: &[Subscription]) -> Vec<usize> {
        let held = all.iter().enumerate().filter(|it| !it.1.holds().is_empty());
        held.map(|it| it.0 + 1).collect()
    }

    #[test]
    fn a_hold_of_the_account_takes_only_its_own_back() {
        let mut all = running();
        let every = [1, 2, 3, 4, 5];
        assert_eq!(put(&mut all, HoldOrigin::Direct, &[3]), "4p 3d");
        assert_eq!(put(&mut all, HoldOrigin::Account, &every), "5a 4a 3a 3p 2a 2p 1a");
        assert_eq!(
            put(&mut all, HoldOrigin::Account, &every),
            "",
            "what lies there is not doubled"
        );
        assert_eq!(take(&mut all, HoldOrigin::Account, &every), "1a 2a 2p 3a 3p 4a 5a");
        assert_eq!(held(&all), [3, 4], "what was held by itself stays held, with what is below");
        assert_eq!(take(&mut all, HoldOrigin::Direct, &[3]), "3d 4p");
        assert_eq!(held(&all), Vec::<usize>::new());
    }

    #[test]
    fn what_lies_below_is_free_only_when_nothing_above_is_held() {
        let mut all = running();
        put(&mut all, HoldOrigin::Account, &[1]);
        put(&mut all, HoldOrigin::Direct, &[1, 3]);
        assert_eq!(held(&all), [1, 2, 3, 4]);
        assert_eq!(take(&mut all, HoldOrigin::Direct, &[1]), "1d");
        assert_eq!(held(&all), [1, 2, 3, 4], "the account holds it still");
        assert_eq!(take(&mut all, HoldOrigin::Account, &[1]), "1a 2p 3p");
        assert_eq!(held(&all), [3, 4]);
    }

    #[test]
    fn what_is_not_there_yet_meets_the_hold_when_it_begins() {
        let mut all = running();
        all[3] = child(4, Some(3));
        assert_eq!(put(&mut all, HoldOrigin::Account, &[3, 4]), "3a");
        let begun = begun(all[3].clone());
        let met = holds_met(&begun, &BTreeSet::from([CREDIT]), Some(&all[2]));
        assert_eq!(met, [(CREDIT, HoldOrigin::Account), (CREDIT, HoldOrigin::Parent)]);
        assert_eq!(holds_met(&begun, &BTreeSet::new(), Some(&all[0])), []);
    }

    #[test]
    fn a_circle_of_parents_is_gone_round_once() {
        let all = [child(1, Some(2)), child(2, Some(1))];
        assert_eq!(numbers(&Family::of(&all).below(id(1)), &all), [2]);
        assert!(must_not_be_above(id(1), &[id(2), id(1)]).is_err());
        assert!(must_not_be_above(id(1), &[id(2)]).is_ok());
    }
}
