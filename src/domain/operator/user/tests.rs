//! Who comes, goes and signs in, and who may not.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::id::{AccountId, Id};
use crate::domain::stamp::SellerNumber;

fn at(seconds: i64) -> Instant {
    Instant::from_micros(0).expect("in range").plus_seconds(seconds)
}

fn profile() -> UserProfile {
    let name = |text: &str| text.parse().expect("a name");
    let email = "Ann@Example.com".parse().expect("an address");
    UserProfile::of(email, PersonName::new(name("Ann"), name("Lee")))
}

fn invite(roles: &[Role], account_role: AccountRole) -> Result<(User, Verb), Invalid> {
    let owner = Some(AccountId::from_uuid(Uuid::nil()));
    User::invite(InviteUser {
        id: UserId::from_uuid(Uuid::nil()),
        stamp: Stamp::new(SellerNumber::PROVIDER, owner, at(0)),
        account_role,
        party: None,
        profile: profile(),
        roles: roles.iter().copied().collect(),
        invited_by: None,
    })
}

fn user(roles: &[Role]) -> User {
    invite(roles, AccountRole::Customer).expect("a right command").0
}

fn on(user: User, trigger: UserTrigger) -> User {
    user.on(trigger, Administrators::Others(1), at(1)).expect("allowed").0
}

fn active(roles: &[Role]) -> User {
    on(user(roles), UserTrigger::Activate)
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash::new(text.to_owned())
}

#[test]
fn who_is_invited_as_nothing_is_a_member_and_its_own_person() {
    let (user, verb) = invite(&[], AccountRole::Customer).expect("a right command");
    assert_eq!((user.state(), verb), (UserState::Invited, Verb::Created));
    assert_eq!(user.roles().iter().copied().collect::<Vec<_>>(), [Role::Member]);
    assert_eq!(user.stamp.person, Some(user.id));
}

#[test]
fn a_customer_has_no_operators_and_no_vendor_admins() {
    for role in [Role::Operator, Role::VendorAdmin] {
        assert!(invite(&[role], AccountRole::Customer).is_err(), "{role}");
        assert!(user(&[]).grant(role, AccountRole::Customer).is_err(), "{role}");
        assert!(invite(&[role], AccountRole::Provider).is_ok(), "{role}");
    }
}

#[test]
fn the_last_administrator_neither_goes_nor_steps_down() {
    use UserTrigger::{Remove, SoftDelete, Suspend};
    let admin = || active(&[Role::CustomerAdmin, Role::Member]);
    for trigger in [Suspend, SoftDelete, Remove] {
        let code = |others| admin().on(trigger, others, at(2)).map_err(|it| it.code).map(|_| ());
        assert_eq!(code(Administrators::Others(0)), Err(Code::LastAdministrator), "{trigger}");
        assert_eq!(code(Administrators::Others(1)), Ok(()), "{trigger}");
        assert_eq!(code(Administrators::AccountCloses), Ok(()), "{trigger}");
        let member = active(&[]).on(trigger, Administrators::Others(0), at(2));
        assert!(member.is_ok(), "{trigger}");
    }
    let stepped = |others| admin().revoke(Role::CustomerAdmin, Administrators::Others(others));
    assert_eq!(stepped(0).map_err(|it| it.code).map(|_| ()), Err(Code::LastAdministrator));
    assert!(stepped(1).is_ok());
}

/// Who may grant less than what goes cannot bring it back: only the machine could.
#[test]
fn an_administrator_is_replaced_by_one_who_may_no_less() {
    use Role::{CustomerAdmin, Member, Operator, VendorAdmin};
    let invited = |roles: &[Role]| invite(roles, AccountRole::Provider).expect("they suit").0;
    let active = |roles: &[Role]| on(invited(roles), UserTrigger::Activate);
    for (goes, stays, expected) in [
        (Operator, Operator, true),
        (Operator, VendorAdmin, false),
        (Operator, CustomerAdmin, false),
        (VendorAdmin, Operator, true),
        (VendorAdmin, CustomerAdmin, false),
        (CustomerAdmin, Operator, true),
        (CustomerAdmin, Member, false),
        (Member, Operator, false),
    ] {
        assert_eq!(active(&[stays]).stands_in_for(&active(&[goes])), expected, "{goes} {stays}");
    }
    assert!(!invited(&[Operator]).stands_in_for(&active(&[Operator])), "it is only invited");
    let demoted = |others| {
        let both = active(&[Operator, VendorAdmin]);
        both.revoke(Operator, Administrators::Others(others)).map_err(|it| it.code).map(|_| ())
    };
    assert_eq!((demoted(0), demoted(1)), (Err(Code::LastAdministrator), Ok(())));
}

#[test]
fn giving_a_role_twice_and_taking_one_that_is_not_there_change_nothing() {
    let member = user(&[]);
    let (same, _) = member.clone().grant(Role::Member, AccountRole::Customer).expect("suits");
    assert_eq!(same, member);
    let (same, _) =
        member.clone().revoke(Role::CustomerAdmin, Administrators::Others(0)).expect("no change");
    assert_eq!(same, member);
}

#[test]
fn who_has_no_role_left_governs_nothing_and_can_be_given_one_again() {
    let (bare, _) = user(&[]).revoke(Role::Member, Administrators::Others(0)).expect("goes");
    assert_eq!((bare.roles().len(), bare.governs_as()), (0, None));
    let (again, _) = bare.grant(Role::Member, AccountRole::Customer).expect("suits");
    assert_eq!(again, user(&[]));
}

#[test]
fn who_is_softly_deleted_comes_back_active_from_whatever_state() {
    let suspended = |it| on(it, UserTrigger::Suspend);
    for it in [user(&[]), active(&[]), suspended(user(&[])), suspended(active(&[]))] {
        let before = it.activated_at();
        let back = on(on(it, UserTrigger::SoftDelete), UserTrigger::Restore);
        assert_eq!(back.state(), UserState::Active);
        assert_eq!(back.activated_at(), before.or(Some(at(1))));
    }
}

#[test]
fn who_was_never_active_is_invited_again_after_a_suspension() {
    let again = |it| on(on(it, UserTrigger::Suspend), UserTrigger::Resume).state();
    assert_eq!((again(user(&[])), again(active(&[]))), (UserState::Invited, UserState::Active));
}

#[test]
fn a_refused_step_says_what_was_asked_and_what_is() {
    let refused = user(&[]).on(UserTrigger::Restore, Administrators::Others(1), at(1));
    let expected = Err("cannot restore a user that is invited".to_owned());
    assert_eq!(refused.map(|_| ()).map_err(|it| it.detail), expected);
}

#[test]
fn only_an_active_user_with_a_password_that_opens_signs_in() {
    let refused = |it: User| it.sign_in(at(5)).map(|_| ()).map_err(|it| it.detail);
    assert_eq!(refused(user(&[])), Err("cannot sign in a user that is invited".to_owned()));
    assert_eq!(refused(active(&[])), Err("the user has no password yet".to_owned()));

    let trusted = |it: User| it.come_in(at(5)).map(|it| it.1).map_err(|it| it.detail);
    assert_eq!(trusted(user(&[])), Err("cannot sign in a user that is invited".to_owned()));
    assert_eq!(trusted(active(&[])), Ok(Verb::SignedIn), "somebody else knows who it is");

    let (user, _) = active(&[]).with_password(hash("a"), PasswordKind::OneTime, at(0));
    let (user, verb) = user.sign_in(at(5)).expect("the first time");
    assert_eq!((verb, user.sign_ins().last_at), (Verb::SignedIn, Some(at(5))));
    let expected = "the one-time password was used; choose another password";
    assert_eq!(refused(user.clone()), Err(expected.to_owned()));
    let (user, _) = user.change_password(hash("b"), PasswordPolicy::House, at(6)).expect("changed");
    assert_eq!(refused(user), Ok(()));
}

#[test]
fn a_door_that_is_tried_too_often_is_locked_longer_each_time() {
    let (mut user, _) = active(&[]).with_password(hash("a"), PasswordKind::Chosen, at(0));
    let mut locks = Vec::new();
    for _ in 0..15 {
        user = user.fail_sign_in(at(0));
        locks.push(user.sign_ins().locked_until.map_or(0, |it| it.seconds_since(at(0))));
    }
    assert_eq!(locks, [0, 0, 0, 0, 60, 60, 60, 60, 60, 120, 120, 120, 120, 120, 240]);
    assert!(user.clone().sign_in(at(239)).is_err());
    let (user, _) = user.sign_in(at(240)).expect("the lock is over");
    assert_eq!((user.sign_ins().failures, user.sign_ins().locked_until), (0, None));
}

#[test]
fn a_link_is_good_until_it_expires_or_a_password_is_set() {
    let hash = Digest::new([1; 32]);
    let (purpose, secret) = (LinkPurpose::Reset, Sealed::new(vec![2]));
    let link = Link { purpose, hash, secret, expires_at: at(7200) };
    assert_eq!([3600, 3659, 3660].map(|it| link.is_fresh(at(it))), [true, true, false]);
    let (user, _) = active(&[]).with_link(link.clone());
    assert_eq!((user.link(at(7199)), user.link(at(7200))), (Some(&link), None));
    let (user, _) =
        user.with_password(PasswordHash::new("a".to_owned()), PasswordKind::Chosen, at(0));
    assert_eq!(user.link(at(1)), None);
}

#[test]
fn logins_compare_without_case() {
    let mut profile = profile();
    profile.login = Some("ALee".parse().expect("a name"));
    let logins: Vec<_> = profile.logins().into_iter().collect();
    assert_eq!(logins, ["alee", "ann@example.com"]);
}

proptest! {
    #[test]
    fn no_number_of_failures_locks_for_more_than_a_day(failures in 0_u32..=u32::MAX) {
        let before = SignIns { failures, ..SignIns::default() };
        let after = before.failed(at(0));
        let seconds = after.locked_until.map_or(0, |it| it.seconds_since(at(0)));
        prop_assert!((0..=24 * 60 * 60).contains(&seconds));
    }
}
