//! What an account would have goes together, as far as the order decides it.

use super::*;
use crate::domain::order::item::When;

#[test]
fn a_specification_is_had_with_what_it_depends_on() {
    let world = World::new()
        .specification(1, &[])
        .specification(2, &[(RelationKind::Dependency, 1)])
        .offer(1, |_| ())
        .offer(2, |_| ());
    assert_eq!(world.refusals(&[add("1", 2)]), ["/items/0/offer dependency"]);
    assert_eq!(world.refusals(&[add("1", 2), add("2", 1)]), Vec::<String>::new());

    let held = world.holding(7, 1, "").holding(8, 2, "");
    assert_eq!(held.refusals(&[on("1", Action::Delete, 7)]), ["/items/0/offer dependency"]);
    let both = [on("1", Action::Delete, 7), on("2", Action::Delete, 8)];
    assert_eq!(held.refusals(&both), Vec::<String>::new());
    let swapped = [on("1", Action::Delete, 7), add("2", 1)];
    assert_eq!(held.refusals(&swapped), Vec::<String>::new());
    let mut later = on("1", Action::Delete, 7);
    later.when = When::TermEnd;
    assert_eq!(held.refusals(&[later]), Vec::<String>::new());
}

#[test]
fn what_lies_below_goes_with_what_is_deleted() {
    let world = World::new()
        .specification(1, &[])
        .specification(2, &[(RelationKind::Dependency, 3)])
        .specification(3, &[])
        .offer(1, |_| ())
        .offer(2, |_| ())
        .offer(3, |_| ())
        .holding(7, 1, "")
        .holding(8, 3, "")
        .below(7)
        .holding(9, 2, "");
    assert_eq!(world.refusals(&[on("1", Action::Delete, 7)]), ["/items/0/offer dependency"]);
}

#[test]
fn what_excludes_one_another_is_not_had_together() {
    let world = World::new()
        .specification(1, &[(RelationKind::Exclusivity, 2)])
        .specification(2, &[])
        .offer(1, |_| ())
        .offer(2, |_| ())
        .holding(7, 2, "");
    assert_eq!(world.refusals(&[add("1", 1)]), ["/items/0/offer exclusivity"]);
    let instead = [on("1", Action::Delete, 7), add("2", 1)];
    assert_eq!(world.refusals(&instead), Vec::<String>::new());
    let other_way = World { holder: World::new().holding(7, 1, "").holder, ..world };
    assert_eq!(other_way.refusals(&[add("1", 2)]), ["/items/0/offer exclusivity"]);
}
