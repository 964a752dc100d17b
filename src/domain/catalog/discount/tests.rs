//! Discounts: which is given, on what, to whom and when.

use rust_decimal::Decimal;
use uuid::Uuid;

use super::*;
use crate::domain::id::Id;
use crate::domain::stamp::SellerNumber;
use crate::domain::time::Instant;

fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

fn date(text: &str) -> Date {
    text.parse().expect(text)
}

fn terms() -> DiscountTerms {
    DiscountTerms {
        name: Localized::new("en".parse().expect("a locale"), "Spring".parse().expect("a name")),
        reduction: Reduction::Share(Percent::new(Decimal::TEN)),
        lasting: Lasting::Always,
        scope: Scope::default(),
        access: Access::Automatic,
        priority: 0,
        valid_from: date("2026-01-01"),
        valid_until: None,
    }
}

fn discount(number: u128, terms: DiscountTerms) -> Discount {
    let now = Instant::from_micros(0).expect("in range");
    let stamp = Stamp::new(SellerNumber::PROVIDER, None, now);
    Discount::new(id(number), stamp, terms).expect("valid")
}

fn in_scope(number: u128, scope: Scope) -> Discount {
    discount(number, DiscountTerms { scope, ..terms() })
}

fn subject() -> Subject<'static> {
    Subject {
        offer: id(1),
        term: None,
        resource: Some(id(1)),
        price: id(1),
        charged: Charged::Recurring,
        account: Some(id(1)),
        class: None,
    }
}

fn chosen(discounts: &[Discount]) -> Option<DiscountId> {
    given(discounts, &subject(), |_| true).map(|it| it.id)
}

#[test]
fn only_the_most_specific_discount_is_given() {
    let all = in_scope(1, Scope::default());
    let offer = in_scope(2, Scope { offers: [id(1)].into(), ..Scope::default() });
    let resource = in_scope(3, Scope { resources: [id(1)].into(), ..Scope::default() });
    let other = in_scope(4, Scope { prices: [id(9)].into(), ..Scope::default() });
    let mut discounts = vec![all, offer, resource, other];
    for expected in [Some(id(3)), Some(id(2)), Some(id(1)), None] {
        assert_eq!(chosen(&discounts), expected);
        discounts.retain(|it| Some(it.id) != expected);
    }
}

#[test]
fn a_discount_covers_what_meets_all_its_rules() {
    for (scope, expected) in [
        (Scope { charges: [Charged::Recurring].into(), ..Scope::default() }, true),
        (Scope { charges: [Charged::Setup].into(), ..Scope::default() }, false),
        (Scope { classes: [id(1)].into(), ..Scope::default() }, false),
        (Scope { accounts: [id(1)].into(), ..Scope::default() }, true),
        (Scope { accounts: [id(2)].into(), ..Scope::default() }, false),
        (Scope { terms: ["y".parse().expect("a code")].into(), ..Scope::default() }, false),
    ] {
        assert_eq!(scope.covers(&subject()), expected, "{scope:?}");
    }
    let nobody = Subject { account: None, ..subject() };
    assert!(Scope::default().covers(&nobody));
    assert!(!Scope { accounts: [id(1)].into(), ..Scope::default() }.covers(&nobody));
}

#[test]
fn priority_and_then_age_decide_between_equals() {
    let mut discounts = [discount(1, terms()), discount(2, terms())];
    assert_eq!(chosen(&discounts), Some(id(1)));
    discounts[1] = discount(2, DiscountTerms { priority: 1, ..terms() });
    assert_eq!(chosen(&discounts), Some(id(2)));
}

#[test]
fn what_needs_a_coupon_or_is_not_open_is_not_given_by_itself() {
    let coupon = discount(1, DiscountTerms { access: Access::Coupon, ..terms() });
    assert_eq!(chosen(&[coupon]), None);
    assert_eq!(given(&[discount(1, terms())], &subject(), |_| false), None);
}

#[test]
fn a_discount_is_got_on_its_days_and_ends_when_it_is_ended() {
    let until = Some(date("2026-02-01"));
    let january = discount(1, DiscountTerms { valid_until: until, ..terms() });
    for (charged_from, got_on) in [
        ("2025-06-15", Some("2026-01-01")),
        ("2026-01-15", Some("2026-01-15")),
        ("2026-02-01", None),
    ] {
        assert_eq!(january.got_on(date(charged_from)), got_on.map(date), "{charged_from}");
    }
    let ended = january.ended(date("2026-06-01")).expect("runs");
    assert_eq!([date("2026-05-31"), date("2026-06-01")].map(|it| ended.is_over(it)), [false, true]);
    let again = ended.clone().ended(date("2026-07-01")).map_err(|it| it.code);
    assert_eq!(again, Err(Code::CatalogStateForbids));
    assert!(ended.changed(terms()).is_err());
}

#[test]
fn terms_that_lower_nothing_or_too_much_are_refused_with_the_field() {
    let euros = |minor| Money::minor(minor, Currency::EUR);
    let share = |hundredths: i64| Reduction::Share(Percent::new(hundredths.into()));
    let (fee, coupon) = (Reduction::Fee(euros(0)), Access::Coupon);
    let table = [
        (DiscountTerms { reduction: share(0), ..terms() }, "/percent"),
        (DiscountTerms { reduction: share(101), ..terms() }, "/percent"),
        (DiscountTerms { reduction: Reduction::Amount(euros(0)), ..terms() }, "/amount"),
        (DiscountTerms { reduction: Reduction::Fee(euros(-1)), ..terms() }, "/fee"),
        (DiscountTerms { reduction: fee, access: coupon, ..terms() }, "/fee"),
        (DiscountTerms { lasting: Lasting::Charges(0), ..terms() }, "/lasting"),
        (DiscountTerms { lasting: Lasting::For(Span::days(0)), ..terms() }, "/lasting"),
        (DiscountTerms { valid_until: Some(date("2026-01-01")), ..terms() }, "/valid_until"),
    ];
    for (terms, field) in table {
        let refused = terms.check().expect_err(field);
        let fields: Vec<_> = refused.violations.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, [field]);
    }
    let kept = [share(100), fee, Reduction::Amount(euros(1))];
    assert!(kept.iter().all(|it| DiscountTerms { reduction: *it, ..terms() }.check().is_ok()));
}

#[test]
fn how_a_discount_is_got_stays() {
    let (automatic, other) = (discount(1, terms()), DiscountTerms { priority: 7, ..terms() });
    let by_coupon = DiscountTerms { access: Access::Coupon, ..terms() };
    assert!(automatic.clone().changed(by_coupon).is_err());
    assert_eq!(automatic.changed(other.clone()).map(|it| it.terms), Ok(other));
}
