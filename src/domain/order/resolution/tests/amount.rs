//! How much of each resource: a table of the four kinds of dependency, and laws over all of them.

use proptest::prelude::*;

use super::*;
use crate::domain::catalog::resource::DependencyKind;

/// Rows of dependencies, what the account has, what is asked for, and what comes of it: the
/// amounts, or the rule that is broken.
#[track_caller]
fn check(rows: &str) {
    for row in rows.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (given, expected) = row.split_once("=>").expect(row);
        let cells: Vec<_> = given.split('|').map(str::trim).collect();
        let mut world = World::new().specification(1, &[]).offer(1, all_rates).resources(cells[0]);
        if !cells[1].is_empty() {
            world = world.holding(7, 1, cells[1]);
        }
        let found = match world.resolve(&[asking(add("1", 1), cells[2])]) {
            Ok(resolved) => shown(resolved[0].deal.as_ref().expect("an add")),
            Err(found) => {
                let told = |it: &Objection| {
                    let about = it.field.rsplit('/').next().and_then(|it| it.parse().ok());
                    format!("{} {}", about.map_or(String::new(), word), it.rule)
                };
                found.as_slice().iter().map(told).collect::<Vec<_>>().join(", ")
            }
        };
        assert_eq!(found, expected.trim(), "{row}");
    }
}

#[test]
fn the_four_kinds_of_dependency_hold() {
    check(
        "
        a requires b              |      | a=1             => a requires
        a requires b              |      | a=2 b=2         => a=2 b=2
        a requires b              |      | a=3 b=2         => a requires
        a requires b 4            |      | a=8 b=2         => a=8 b=2
        a requires b 4            |      | a=9 b=2         => a requires
        a requires b 0.5          |      | a=1 b=1         => a requires
        a requires b 0.5          |      | a=1 b=2         => a=1 b=2
        a requires b, b requires c |     | a=1 b=1         => b requires
        a requires b              | b=9  | a=1             => a requires
        a subscription_conflict b |      | a=1 b=1         => a subscription_conflict
        b subscription_conflict a |      | a=1 b=1         => b subscription_conflict
        a subscription_conflict b |      | a=1             => a=1
        a subscription_conflict b | b=1  | a=1             => a=1
        a account_conflict b      | b=1  | a=1             => a account_conflict
        b account_conflict a      | b=1  | a=1             => a account_conflict
        a account_conflict b      | a=1  | a=1             => a=1
        a account_conflict b      | b=0  | a=1             => a=1
        a account_conflict b      |      | a=1 b=1         => a account_conflict
        a provided_by b           |      | b=2             => a=2 b=2
        a provided_by b 3         |      | b=2             => a=6 b=2
        a provided_by b 0.3       |      | b=2             => a=1 b=2
        a provided_by b 3         |      | b=2 a=1         => a=6 b=2
        a provided_by b 3         |      | b=2 a=7         => a=7 b=2
        a provided_by b           |      | c=1             => c=1
        a provided_by b           |      | c=-1            => c range, c unit
        a provided_by b, b provided_by c 2, c provided_by d | | d=3 => a=6 b=6 c=3 d=3
        a provided_by b, a provided_by c 5 | | b=3 c=1     => a=5 b=3 c=1
        a requires b, b provided_by a |  | a=3             => a=3 b=3
        a provided_by b, b provided_by a |  | a=3          => a=3 b=3
        a provided_by b 2, b provided_by a | | a=1         => b provided_by
    ",
    );
}

#[test]
fn amounts_keep_to_the_limits_of_the_offer() {
    let world = World::new().specification(1, &[]).resources("").offer(1, |it| {
        it.resources = vec![ResourceRate {
            included: Quantity::whole(2),
            amount_max: Some(Quantity::whole(10)),
            step: Some(Quantity::whole(4)),
            ..ResourceRate::of(letter("a"))
        }];
    });
    let amounts = |asked: &str| {
        let resolved = world.resolve(&[asking(add("1", 1), asked)]);
        resolved
            .map(|it| it[0].deal.as_ref().map(shown).unwrap_or_default())
            .map_err(|it| it.as_slice().iter().map(|it| it.rule).collect::<Vec<_>>())
    };
    assert_eq!(amounts(""), Ok("a=2".to_owned()));
    assert_eq!(amounts("a=6"), Ok("a=6".to_owned()));
    assert_eq!(amounts("a=1"), Err(vec!["range"]));
    assert_eq!(amounts("a=7"), Err(vec!["range"]));
    assert_eq!(amounts("a=14"), Err(vec!["range"]));
    assert_eq!(amounts("a=2.5"), Err(vec!["range", "unit"]));
    assert_eq!(amounts("b=1"), Err(vec!["reference"]));
    let included = world.resolve(&[asking(add("1", 1), "a=6")]).expect("allowed");
    let entitlement = included[0].deal.as_ref().expect("an add").resources[&letter("a")];
    assert_eq!(entitlement.additional, Quantity::whole(4));
}

#[test]
fn what_an_account_had_before_does_not_stand_in_the_way() {
    let world = World::new()
        .resources("a account_conflict b")
        .offer(1, all_rates)
        .holding(7, 1, "a=1")
        .holding(8, 1, "b=1");
    assert_eq!(world.refusals(&[asking(add("1", 1), "c=1")]), Vec::<String>::new());
}

fn dependency() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(DependencyKind::ALL);
    // Only the later letters depend on the earlier ones, so that nothing runs in a circle.
    (1..5_u8, 0..4_u8, kind, 1..5_i64).prop_map(|(from, to, kind, halves)| {
        let to = to.min(from - 1);
        let letters = (char::from(b'a' + from), char::from(b'a' + to));
        let multiplier = Quantity::new(rust_decimal::Decimal::new(halves * 5, 1));
        format!("{} {kind} {} {multiplier}", letters.0, letters.1)
    })
}

fn dependencies() -> impl Strategy<Value = String> {
    prop::collection::vec(dependency(), 0..5).prop_map(|mut all| {
        all.sort();
        all.dedup_by_key(|it| it.rsplit_once(' ').map(|it| it.0.to_owned()));
        all.join(",")
    })
}

fn amounts() -> impl Strategy<Value = String> {
    let one =
        (0..5_u8, 1..9_u8).prop_map(|(it, amount)| format!("{}={amount}", char::from(b'a' + it)));
    prop::collection::vec(one, 0..4).prop_map(|all| all.join(" "))
}

proptest! {
    #[test]
    fn what_was_resolved_is_resolved_to_itself(
        dependencies in dependencies(), held in amounts(), asked in amounts(),
    ) {
        let world = World::new().resources(&dependencies).offer(1, all_rates).holding(7, 1, &held);
        if let Ok(first) = world.resolve(&[asking(add("1", 1), &asked)]) {
            let again = world.resolve(&[first[0].item.clone()]);
            prop_assert_eq!(again, Ok(first));
        }
    }

    #[test]
    fn what_is_accepted_keeps_every_dependency_and_gives_no_less_than_was_asked_for(
        dependencies in dependencies(), held in amounts(), asked in amounts(),
    ) {
        let world = World::new().resources(&dependencies).offer(1, all_rates).holding(7, 1, &held);
        let Ok(resolved) = world.resolve(&[asking(add("1", 1), &asked)]) else { return Ok(()) };
        let deal = resolved[0].deal.as_ref().expect("an add");
        let amount = |id| deal.resources.get(&id).map_or(Quantity::ZERO, |it| it.amount()).decimal();
        for (id, asked) in read(&asked) {
            prop_assert!(asked.decimal() <= amount(id));
        }
        let held = read(&held);
        for (id, resource) in world.shelf.resources.iter().filter(|it| !amount(*it.0).is_zero()) {
            for it in &resource.content.dependencies {
                let bears = amount(it.on) * it.multiplier.decimal();
                match it.kind {
                    DependencyKind::Requires => prop_assert!(amount(*id) <= bears),
                    DependencyKind::ProvidedBy => prop_assert!(bears <= amount(*id)),
                    DependencyKind::SubscriptionConflict => prop_assert!(amount(it.on).is_zero()),
                    DependencyKind::AccountConflict => {
                        prop_assert!(amount(it.on).is_zero() && !held.contains_key(&it.on));
                    }
                }
            }
        }
    }

    #[test]
    fn the_order_of_items_does_not_decide(
        dependencies in dependencies(), first in amounts(), second in amounts(),
    ) {
        let world = World::new().resources(&dependencies).offer(1, all_rates);
        let items = [asking(add("1", 1), &first), asking(add("2", 1), &second)];
        let swapped = [items[1].clone(), items[0].clone()];
        let one = world.resolve(&items).map(|it| (it[0].clone(), it[1].clone()));
        let other = world.resolve(&swapped).map(|it| (it[1].clone(), it[0].clone()));
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if let (Ok(one), Ok(other)) = (one, other) {
            prop_assert_eq!(one, other);
        }
    }
}
