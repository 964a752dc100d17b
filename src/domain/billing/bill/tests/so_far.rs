//! What was used so far, before the period is over.

use super::*;

/// `used included left beyond amount` of a price of which so much was used and, of its resource, bought.
fn told_so_far(model: &str, (used, bought): (&str, i64)) -> String {
    let over = Price { resource: Some(id(9)), ..price(1, usage(), model) };
    let mut life = World::new("2026-01-01", vec![over]);
    life.units = Quantity::whole(bought);
    life.count(0, "2026-01-01..2026-02-01", used);
    let found = life.made(date("2026-01-20"), so_far).expect(model);
    let [it] = found.as_slice() else { panic!("{found:?}") };
    let (left, beyond) = (it.left(), it.beyond());
    format!("{} {} {left} {beyond} {}", it.used, it.included, it.amount.decimal())
}

#[test]
fn what_was_used_is_told_with_what_is_included_and_left_and_what_it_comes_to() {
    let table = [
        ("unit 2", ("0", 0), "0 0 0 0 0.00"),
        ("unit 2", ("3", 0), "3 0 0 3 6.00"),
        ("unit 2", ("3", 10), "3 10 7 0 0.00"),
        ("unit 2", ("12.5", 10), "12.5 10 0 2.5 5.00"),
        ("graduated 10: 2, *: 1", ("15", 0), "15 0 0 15 25.00"),
        ("least 20 of unit 1", ("5", 0), "5 0 0 5 5.00"),
    ];
    for (model, asked, expected) in table {
        assert_eq!(told_so_far(model, asked), expected, "{model} {asked:?}");
    }
}

#[test]
fn what_an_interim_bill_has_charged_was_used_all_the_same() {
    let mut life = World::new("2026-01-01", vec![price(1, usage(), "unit 2")]);
    let january = "2026-01-01..2026-02-01";
    life.count(0, january, "8");
    life.interim("2026-01-10").expect("a bill");
    life.count(0, january, "12");
    let found = life.made(date("2026-01-20"), so_far).expect("what was used");
    let told: Vec<_> = found.iter().map(|it| (it.used.to_string(), it.amount)).collect();
    assert_eq!(told, [("12".to_owned(), euros("24"))]);
}
