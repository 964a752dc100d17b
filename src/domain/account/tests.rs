//! How an account is opened, held, spared, changed and forgotten.

use uuid::Uuid;

use super::profile::{AddressUse, Matter, TaxStatus};
use super::*;
use crate::domain::id::Id;
use crate::domain::money::{Currency, Money};
use crate::domain::party::medium::{Contact, ContactMedium, Medium, PostalAddress};
use crate::domain::stamp::Contract;
use crate::domain::time::Validity;

fn at(seconds: i64) -> Instant {
    Instant::from_micros(0).expect("in range").plus_seconds(seconds)
}

fn account_id(number: u64) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number.into()))
}

fn first_aps() -> Profile {
    let name = "1st APS inc".parse().expect("a name");
    let mut profile = Profile::named(Nature::Company, name, "en_US".parse().expect("a locale"));
    let contact = Contact {
        given_name: Some("Mike".parse().expect("a name")),
        family_name: Some("Wilson".parse().expect("a name")),
        email: "isv1@aps.test".parse().expect("an address"),
        phone: Some("1(888)1234567".parse().expect("a number")),
    };
    profile.contacts = Matter::ALL.iter().map(|it| (*it, contact.clone())).collect();
    profile
}

fn terms() -> Terms {
    Terms::of(ClassId::from_uuid(Uuid::nil()), TaxStatus::Company)
}

fn command(number: u64, role: AccountRole) -> RegisterAccount {
    RegisterAccount {
        id: account_id(number),
        number,
        role,
        party: PartyId::from_uuid(Uuid::nil()),
        beginning: Beginning::Active,
        profile: first_aps(),
        terms: terms(),
    }
}

fn provider() -> Account {
    Account::register(command(1, AccountRole::Provider), &[], at(0)).expect("the first").0
}

fn customer() -> Account {
    let above = [Ancestor::from(&provider())];
    Account::register(command(1_000_002, AccountRole::Customer), &above, at(0)).expect("right").0
}

fn hold(kind: HoldKind) -> HoldAccount {
    HoldAccount {
        kind,
        by: HeldBy::People,
        policy: HoldPolicy::All,
        reason: "ACCOUNT_OVERDUE".parse().expect("a word"),
        comment: "unpaid invoices".parse().expect("a text"),
    }
}

fn release(kind: HoldKind, until: Option<Instant>) -> ReleaseAccount {
    ReleaseAccount { kind, until, comment: "per approval".parse().expect("a text") }
}

fn held(kind: HoldKind) -> Account {
    customer().hold(hold(kind), at(1)).expect("it is active").0
}

fn rejected<T>(refused: Result<T, Rejection>) -> Result<(), String> {
    refused.map(|_| ()).map_err(|it| it.detail)
}

#[test]
fn an_account_owns_itself_and_belongs_to_who_sells_to_it() {
    let reseller = command(7, AccountRole::Reseller(SellerNumber(2)));
    let above = [Ancestor::from(&provider())];
    let (reseller, _) = Account::register(reseller, &above, at(0)).expect("right");
    assert_eq!(reseller.stamp.seller, SellerNumber::PROVIDER);
    assert_eq!(reseller.stamp.owner, Some(reseller.id));

    let above = [Ancestor::from(&reseller), Ancestor::from(&provider())];
    let below = command(8, AccountRole::Customer);
    let (below, verb) = Account::register(below, &above, at(0)).expect("right");
    assert_eq!((below.stamp.seller, below.parent()), (SellerNumber(2), Some(reseller.id)));
    assert_eq!((below.stamp.number, below.state(), verb), (8, State::Active, Verb::Created));
}

#[test]
fn the_number_1_is_the_providers_alone() {
    let above = [Ancestor::from(&provider())];
    assert!(Account::register(command(2, AccountRole::Provider), &[], at(0)).is_err());
    assert!(Account::register(command(1, AccountRole::Customer), &above, at(0)).is_err());
}

#[test]
fn who_must_be_checked_first_does_not_buy_yet() {
    let above = [Ancestor::from(&provider())];
    let prospect =
        RegisterAccount { beginning: Beginning::Prospective, ..command(9, AccountRole::Customer) };
    let (prospect, _) = Account::register(prospect, &above, at(0)).expect("right");
    assert!(!prospect.state().may_buy());
    let (active, verb) = prospect.activate().expect("it was checked");
    assert_eq!((active.state().may_buy(), verb), (true, Verb::Activated));
}

#[test]
fn a_hold_keeps_its_reason_until_it_is_taken_back() {
    let account = held(HoldKind::Credit);
    let kept = account.hold_of(HoldKind::Credit).expect("it is held");
    assert_eq!((kept.reason.as_str(), kept.since), ("ACCOUNT_OVERDUE", at(1)));
    let (both, _) = account.hold(hold(HoldKind::Administrative), at(2)).expect("the other hold");
    assert_eq!(both.state(), State::HeldForBoth);
    let (one, verb) = both.release(release(HoldKind::Credit, None), at(3)).expect("one of two");
    assert_eq!((one.state(), verb), (State::HeldAdministratively, Verb::Released));
    assert_eq!(one.hold_of(HoldKind::Credit), None);
}

#[test]
fn a_hold_is_refused_in_words_that_say_why() {
    let refused = rejected(held(HoldKind::Credit).hold(hold(HoldKind::Credit), at(2)));
    let expected = "cannot hold for credit an account that is held for credit";
    assert_eq!(refused, Err(expected.to_owned()));
    let refused = rejected(provider().hold(hold(HoldKind::Administrative), at(1)));
    assert_eq!(refused, Err("the provider is neither held nor closed".to_owned()));
    assert_eq!(rejected(provider().close()), Err("the provider is neither held nor closed".into()));
}

#[test]
fn who_is_spared_is_not_held_by_the_house_until_the_time_is_over() {
    let temporary = release(HoldKind::Credit, Some(at(100)));
    let (spared, _) = held(HoldKind::Credit).release(temporary, at(10)).expect("allowed");
    assert_eq!(spared.state(), State::Active);
    assert_eq!([99, 100].map(|it| spared.may_be_held_by_the_house(at(it))), [false, true]);
    assert_eq!(spared.clone().end_sparing(at(99)), None);
    let (ended, _) = spared.clone().end_sparing(at(100)).expect("it is over");
    assert_eq!((ended.sparing(), ended.state()), (None, State::Active));
    let (again, _) = spared.hold(hold(HoldKind::Credit), at(11)).expect("people may");
    assert_eq!(again.sparing(), None);
}

#[test]
fn only_a_credit_hold_is_released_for_a_time_and_that_time_is_ahead() {
    for (kind, until) in [(HoldKind::Administrative, 100), (HoldKind::Credit, 10)] {
        let refused = held(kind).release(release(kind, Some(at(until))), at(10));
        assert!(matches!(refused, Err(Refusal::Invalid(_))), "{kind}");
    }
}

#[test]
fn the_house_holds_nobody_whose_debts_are_anothers_business() {
    assert!(customer().may_be_held_by_the_house(at(1)));
    let external = Terms { receivables: Receivables::External, ..terms() };
    let (elsewhere, _) = customer().grant(external).expect("right terms");
    assert!(!elsewhere.may_be_held_by_the_house(at(1)));
    assert!(!held(HoldKind::Credit).may_be_held_by_the_house(at(2)));
    assert!(held(HoldKind::Administrative).may_be_held_by_the_house(at(2)));
}

#[test]
fn an_account_closes_when_nothing_is_left() {
    let (closing, verb) = held(HoldKind::Credit).close().expect("a held account may go");
    assert_eq!((closing.state(), verb), (State::Closing, Verb::Canceled));
    assert_eq!(closing.hold_of(HoldKind::Credit), None);
    let remains = Remains { subscriptions: 2, open_invoices: 1, ..Remains::default() };
    let refused = rejected(closing.clone().finish(remains)).expect_err("something is left");
    assert!(refused.ends_with("still has 2 subscriptions, 1 open invoice"), "{refused}");
    for (remains, told) in [
        (Remains { listed: 1, ..Remains::default() }, "still has 1 offer on the marketplace"),
        (
            Remains { sold_by_others: 2, to_deliver: 1, ..Remains::default() },
            "still has 2 marketplace subscriptions, 1 marketplace order",
        ),
    ] {
        let refused = rejected(closing.clone().finish(remains)).expect_err("others have it");
        assert!(refused.ends_with(told), "{refused}");
        assert_eq!(remains.with_its_seller(), Remains::default(), "nothing to its own seller");
    }
    let (closed, _) = closing.finish(Remains::default()).expect("nothing is left");
    let refused = closed.clone().revise(first_aps()).map(|_| ()).map_err(|it| it.to_string());
    assert_eq!(refused, Err("cannot change an account that is closed".to_owned()));
    assert_eq!(rejected(customer().erase()), Err("cannot erase an account that is active".into()));

    let mut closed = closed;
    closed.stamp.carried.insert(Contract::Aps, b"{}".to_vec());
    let (erased, _) = closed.erase().expect("it is closed");
    let text = format!("{erased:?}");
    assert!(!text.contains("Wilson") && !text.contains("APS") && !text.contains("isv1"), "{text}");
}

#[test]
fn nobody_verifies_his_own_tax_number() {
    let number = |text: &str, verification| {
        let number = TaxRegistration::unverified(text.parse().expect("a name"), None);
        Some(TaxRegistration { verification, ..number })
    };
    let with = |it| Profile { tax_registration: it, ..first_aps() };
    let claimed = with(number("DE1", Verification::Verified));
    let (account, _) = customer().revise(claimed.clone()).expect("right");
    assert_eq!(account.profile().tax_registration, number("DE1", Verification::NotVerified));
    let (account, _) = account.verify_tax(Verification::Verified, None).expect("there is one");
    let (account, _) =
        account.revise(with(number("DE1", Verification::NotVerified))).expect("same");
    assert_eq!(account.profile().tax_registration, number("DE1", Verification::Verified));
    let (account, _) = account.revise(with(number("DE2", Verification::Verified))).expect("other");
    assert_eq!(account.profile().tax_registration, number("DE2", Verification::NotVerified));
    assert!(customer().verify_tax(Verification::Verified, None).is_err());

    let above = [Ancestor::from(&provider())];
    let born = RegisterAccount { profile: claimed, ..command(9, AccountRole::Customer) };
    let (born, _) = Account::register(born, &above, at(0)).expect("right");
    assert_eq!(born.profile().tax_registration, number("DE1", Verification::NotVerified));
}

#[test]
fn an_account_does_not_move_below_itself() {
    let middle = customer();
    let child = command(9, AccountRole::Customer);
    let above = [Ancestor::from(&middle), Ancestor::from(&provider())];
    let (child, _) = Account::register(child, &above, at(0)).expect("right");
    let circle = [Ancestor::from(&child), Ancestor::from(&middle), Ancestor::from(&provider())];
    let refused = rejected(middle.clone().relocate(1, &circle)).expect_err("a circle");
    assert!(refused.ends_with("cannot stand below itself"), "{refused}");
    let (moved, _) = child.relocate(0, &circle[2..]).expect("one level up");
    assert_eq!(moved.parent(), Some(provider().id));
}

#[test]
fn a_moved_account_takes_its_levels_along_and_changes_its_seller() {
    let above = [Ancestor::from(&provider())];
    let reseller = command(7, AccountRole::Reseller(SellerNumber(2)));
    let (reseller, _) = Account::register(reseller, &above, at(0)).expect("right");
    let target = [Ancestor::from(&reseller), Ancestor::from(&provider())];
    let (moved, _) = customer().relocate(5, &target).expect("eight levels");
    assert_eq!(moved.stamp.seller, SellerNumber(2));
    assert!(customer().relocate(6, &target).is_err());
}

#[test]
fn addresses_and_contacts_fall_back_to_what_there_is() {
    let place = |street: &str| PostalAddress {
        street: Some(street.parse().expect("a name")),
        ..PostalAddress::default()
    };
    let mut profile = first_aps();
    assert_eq!(profile.address(AddressUse::Billing), None);
    profile.addresses.insert(AddressUse::Shipping, place("ramp"));
    assert_eq!(profile.address(AddressUse::Billing), Some(&place("ramp")));
    profile.addresses.insert(AddressUse::General, place("front"));
    assert_eq!(profile.address(AddressUse::Billing), Some(&place("front")));
    profile.addresses.insert(AddressUse::Billing, place("office"));
    assert_eq!(profile.address(AddressUse::Billing), Some(&place("office")));

    profile.contacts.remove(&Matter::Billing);
    assert!(profile.contact(Matter::Billing).is_some());
    profile.contacts.clear();
    assert_eq!(profile.contact(Matter::Billing), None);
}

#[test]
fn what_post_reaches_is_an_address_and_mail_goes_to_whom_it_reaches() {
    let place = |street: &str| {
        let street = Some(street.parse().expect("a name"));
        Medium::Post(PostalAddress { street, ..PostalAddress::default() })
    };
    let mail = |text: &str| Medium::Mail(text.parse().expect("an address"));
    let way = |medium: Medium| ContactMedium::of(medium);
    let word = |it: &str| Some(it.parse().expect("a name"));
    let ways = vec![
        ContactMedium {
            validity: Validity::new(None, Some(at(1))).expect("before"),
            ..way(place("old"))
        },
        ContactMedium { purpose: word("home"), ..way(place("home")) },
        way(mail("first@aps.test")),
        ContactMedium { is_preferred: true, ..way(place("front")) },
        ContactMedium { purpose: word("Billing"), ..way(place("office")) },
        ContactMedium { is_preferred: true, ..way(mail("best@aps.test")) },
    ];
    let mut profile = first_aps().reached_by(ways, at(5));
    let told: Vec<_> = profile
        .addresses
        .iter()
        .map(|(purpose, it)| format!("{purpose} {}", it.lines().join(", ")))
        .collect();
    assert_eq!(told, ["general front", "billing office"]);
    assert_eq!(profile.media.len(), 4);
    let again = profile.clone().reached_by(profile.ways(), at(5));
    assert_eq!(again, profile, "what is shown reads as what it was");

    let to = |it: &Profile| it.mail(Matter::Billing).map(ToString::to_string);
    assert_eq!(to(&profile).as_deref(), Some("isv1@aps.test"));
    profile.contacts.clear();
    assert_eq!(to(&profile).as_deref(), Some("best@aps.test"));
    profile.media.clear();
    assert_eq!(to(&profile), None);
}

#[test]
fn credit_is_assessed_and_limited_per_currency() {
    let assessment = CreditProfile {
        assessed_at: at(5),
        risk_rating: Some(3),
        score: Some(710),
        validity: Validity::ALWAYS,
    };
    let (account, _) = customer().assess(assessment.clone()).expect("it says something");
    assert_eq!(account.credit().current(at(6)), Some(&assessment));
    let limits = vec![Money::minor(-5, Currency::EUR)];
    assert!(customer().grant(Terms { credit_limits: limits, ..terms() }).is_err());
}
