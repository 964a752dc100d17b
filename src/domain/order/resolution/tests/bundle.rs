//! Bundles: taken apart, and in numbers that they allow.

use super::*;
use crate::domain::catalog::bundle::Part;
use crate::domain::order::item::Parent;

fn bundles() -> World {
    World::new()
        .offer(1, |it| {
            it.specification = None;
            it.parts = vec![
                Part::one(id(2)),
                Part { offer: id(3), count_min: 0, count_max: Some(3), count_default: 2 },
            ];
        })
        .offer(2, |it| it.is_sellable = false)
        .offer(3, |_| ())
}

fn part(key: &str, offer: u128, quantity: u32) -> Item {
    let mut item = add(key, offer);
    item.wish.quantity = Some(quantity);
    item.parent = Some(Parent::Item(code("1"), Belonging::Part));
    item
}

#[test]
fn a_bundle_is_taken_apart_into_items_of_its_parts() {
    let mut bundle = add("1", 1);
    bundle.wish.quantity = Some(5);
    let resolved = bundles().resolve(&[bundle, add("1.1", 3)]).expect("allowed");
    let told = |it: &Resolved| {
        let deal = it.deal.as_ref().expect("an add");
        format!("{} {} x{}", it.item.key, deal.offer.uuid().as_u128(), deal.quantity)
    };
    let told: Vec<_> = resolved.iter().map(told).collect();
    assert_eq!(told, ["1 1 x5", "1.1 3 x1", "1.2 2 x5", "1.3 3 x10"]);
}

#[test]
fn parts_come_in_the_order_of_the_bundle_whatever_their_ids() {
    let world = bundles().offer(1, |it| {
        it.specification = None;
        it.parts = vec![Part::one(id(3)), Part::one(id(2))];
    });
    let resolved = world.resolve(&[add("1", 1)]).expect("allowed");
    let offers = resolved.iter().filter_map(|it| it.deal.as_ref());
    let offers: Vec<_> = offers.map(|it| it.offer.uuid().as_u128()).collect();
    assert_eq!(offers, [1, 3, 2]);
}

#[test]
fn parts_are_taken_as_often_as_the_bundle_allows() {
    let world = bundles();
    let refusals = |parts: &[Item]| {
        let mut items = vec![add("1", 1)];
        items.extend_from_slice(parts);
        let found = world.refusals(&items);
        found.into_iter().map(|it| it.rsplit(' ').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    let range = Some("range".to_owned());
    assert_eq!(refusals(&[part("2", 2, 1), part("3", 3, 3)]), vec![]);
    assert_eq!(refusals(&[part("2", 2, 1)]), vec![]);
    assert_eq!(refusals(&[part("3", 3, 1)]), std::slice::from_ref(&range));
    assert_eq!(refusals(&[part("2", 2, 1), part("3", 3, 4)]), std::slice::from_ref(&range));
    let mut wished = add("1", 1);
    wished.wish.parts = BTreeMap::from([(id(3), 9)]);
    let field = format!("/items/0/parts/{} range", OfferId::from_uuid(uuid::Uuid::from_u128(3)));
    assert_eq!(world.refusals(&[wished]), [field]);
}

#[test]
fn what_is_only_a_part_is_not_sold_alone() {
    assert_eq!(bundles().refusals(&[add("1", 2)]), ["/items/0/offer sellable"]);
}
