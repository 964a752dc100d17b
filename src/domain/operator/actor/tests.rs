//! Nobody sees what is not his: by table for the roles, by property for the branches.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::account::tree::Sellers;
use crate::domain::id::Id;
use crate::domain::time::Instant;

const ANN: u128 = 1;
const BOB: u128 = 2;

fn user(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

fn stamp(seller: u32, owner: Option<u128>, person: Option<u128>) -> Stamp {
    let now = Instant::from_micros(0).expect("in range");
    let stamp = Stamp::new(SellerNumber(seller), owner.map(account), now);
    person.map_or(stamp.clone(), |it| stamp.of_person(user(it)))
}

/// Ann, of account 10, which buys from seller 2 and itself heads `branch`.
fn ann(roles: &[Role], branch: &[u32]) -> Actor {
    let standing = Standing {
        user: user(ANN),
        account: account(10),
        vendor: SellerNumber(2),
        branch: Arc::new(branch.iter().copied().map(SellerNumber).collect()),
        member_buying: MemberBuying::Forbidden,
    };
    Actor::person(standing, roles.iter().copied().collect())
}

#[test]
fn each_role_reaches_what_the_table_says() {
    use Decision::{Hidden, SeesOnly, Yes};
    use Permission as P;
    let own = stamp(2, Some(10), None);
    let colleague = stamp(2, Some(10), Some(BOB));
    let mine = stamp(2, Some(10), Some(ANN));
    let stranger = stamp(2, Some(11), None);
    let below = stamp(5, Some(50), None);
    let shelf = stamp(2, None, None);
    for (roles, branch, permission, stamp, expected) in [
        (&[Role::Member][..], &[][..], P::UserWrite, &mine, Yes),
        (&[Role::Member], &[], P::UserWrite, &colleague, Hidden),
        (&[Role::Member], &[], P::UserSuspend, &mine, SeesOnly),
        (&[Role::Member], &[], P::InvoiceRead, &own, Hidden),
        (&[Role::Member], &[], P::OfferBrowse, &shelf, Yes),
        (&[Role::CustomerAdmin], &[], P::UserSuspend, &colleague, Yes),
        (&[Role::CustomerAdmin], &[], P::InvoiceRead, &own, Yes),
        (&[Role::CustomerAdmin], &[], P::InvoiceIssue, &own, SeesOnly),
        (&[Role::CustomerAdmin], &[], P::InvoiceRead, &stranger, Hidden),
        (&[Role::CustomerAdmin], &[], P::CatalogRead, &shelf, Hidden),
        (&[Role::CustomerAdmin], &[], P::CatalogWrite, &shelf, Hidden),
        (&[Role::VendorAdmin], &[5, 6], P::AccountHold, &below, Yes),
        (&[Role::VendorAdmin], &[5, 6], P::AccountHold, &own, SeesOnly),
        (&[Role::VendorAdmin], &[5, 6], P::AccountWrite, &own, Yes),
        (&[Role::VendorAdmin], &[5, 6], P::InvoiceRead, &stranger, Hidden),
        (&[Role::VendorAdmin], &[5, 6], P::AccessRead, &below, SeesOnly),
        (&[Role::VendorAdmin], &[5, 6], P::OfferBrowse, &shelf, Yes),
        (&[Role::VendorAdmin], &[5, 6], P::ClockMove, &below, Hidden),
        (&[Role::Operator], &[], P::AccountHold, &stranger, Yes),
        (&[Role::Operator], &[], P::AccessRead, &stranger, SeesOnly),
        (&[], &[], P::UserRead, &mine, Hidden),
    ] {
        let actual = ann(roles, branch).may(permission, stamp);
        assert_eq!(actual, expected, "{roles:?} {} {stamp:?}", permission.name());
    }
}

#[test]
fn a_member_buys_where_the_vendor_allows_it() {
    let own = stamp(2, Some(10), None);
    let with = |roles: &[Role], member_buying| {
        let standing =
            Standing { member_buying, ..ann(roles, &[]).standing().expect("a person").clone() };
        Actor::person(standing, roles.iter().copied().collect()).may(Permission::OrderPlace, &own)
    };
    assert_eq!(with(&[Role::Member], MemberBuying::Allowed), Decision::Yes);
    assert_eq!(with(&[Role::Member], MemberBuying::Forbidden), Decision::Hidden);
    let admin = [Role::CustomerAdmin, Role::Member];
    assert_eq!(with(&admin, MemberBuying::Forbidden), Decision::Yes);
}

#[test]
fn a_token_narrows_and_never_widens() {
    let own = stamp(2, Some(10), None);
    let only = |it: Permission| BTreeSet::from([it]);
    let admin = ann(&[Role::CustomerAdmin], &[]);
    let reads = admin.clone().scoped(only(Permission::InvoiceRead));
    assert_eq!(reads.may(Permission::InvoiceRead, &own), Decision::Yes);
    assert_eq!(reads.may(Permission::PaymentMake, &own), Decision::Hidden);
    assert_eq!(reads.scope(Kind::Order), Scope::Nothing);
    let more = reads.scoped(only(Permission::PaymentMake));
    assert_eq!(more.may(Permission::PaymentMake, &own), Decision::Hidden);
    let beyond = admin.scoped(only(Permission::ClockMove));
    assert!(!beyond.may_at_all(Permission::ClockMove));
}

#[test]
fn the_house_may_do_everything_and_the_door_shows_one_shelf() {
    let duty = Actor::duty("billing");
    assert!(Permission::ALL.iter().all(|it| duty.may(*it, &stamp(9, None, None)) == Decision::Yes));
    assert_eq!(duty.cause(), Cause::Duty("billing".to_owned()));
    assert_eq!(duty.scope(Kind::Invoice), Scope::Everything);

    let door = Actor::door("shop", SellerNumber(2));
    for permission in Permission::ALL {
        let is_shelf = *permission == Permission::OfferBrowse;
        assert_eq!(door.may(*permission, &stamp(2, None, None)) == Decision::Yes, is_shelf);
        assert_eq!(door.may(*permission, &stamp(1, None, None)), Decision::Hidden);
        assert_eq!(door.may_at_all(*permission), is_shelf);
    }
}

#[test]
fn who_is_shut_out_sees_no_shelf() {
    let stranger = Actor::shut_out("shop");
    for permission in Permission::ALL {
        assert!(!stranger.may_at_all(*permission));
        assert_eq!(stranger.may(*permission, &stamp(1, None, None)), Decision::Hidden);
    }
    assert_eq!(stranger.shelves(), Some(BTreeSet::new()));
    assert!(!stranger.is_known());
}

#[test]
fn a_list_begins_where_the_caller_stands() {
    let sellers = |all: &[u32]| Scope::Sellers(all.iter().copied().map(SellerNumber).collect());
    let scope = |roles: &[Role], kind| ann(roles, &[5, 6]).scope(kind);
    assert_eq!(scope(&[Role::Member], Kind::Order), Scope::Owner(account(10)));
    assert_eq!(scope(&[Role::Member], Kind::Invoice), Scope::Nothing);
    assert_eq!(scope(&[Role::CustomerAdmin], Kind::Invoice), Scope::Owner(account(10)));
    assert_eq!(scope(&[Role::CustomerAdmin], Kind::AttributeDefinition), sellers(&[2]));
    assert_eq!(scope(&[Role::VendorAdmin, Role::Member], Kind::Invoice), sellers(&[5, 6]));
    assert_eq!(scope(&[Role::Operator], Kind::Invoice), Scope::Everything);
    assert_eq!(scope(&[], Kind::Invoice), Scope::Nothing);
}

#[test]
fn nobody_gives_more_than_he_has() {
    let granted = |roles: &[Role]| {
        let actor = ann(roles, &[]);
        Role::ALL.iter().copied().filter(|it| actor.may_grant(*it)).collect::<Vec<_>>()
    };
    assert_eq!(granted(&[Role::Member]), [Role::Member]);
    assert_eq!(granted(&[Role::CustomerAdmin]), [Role::CustomerAdmin, Role::Member]);
    assert_eq!(
        granted(&[Role::VendorAdmin]),
        [Role::VendorAdmin, Role::CustomerAdmin, Role::Member]
    );
    assert_eq!(granted(&[Role::Operator]), Role::ALL);
    assert_eq!(granted(&[]), []);
}

#[test]
fn what_is_confined_makes_nobody_who_reaches_further() {
    let ann = || ann(&[Role::VendorAdmin], &[]);
    let scoped = |scopes: &[Permission]| ann().scoped(scopes.iter().copied().collect());
    let may = |actor: Actor| (actor.may_grant(Role::Member), actor.may_grant(Role::CustomerAdmin));
    assert_eq!(may(ann()), (true, true));
    assert_eq!(may(scoped(&[Permission::UserInvite])), (true, false));
    assert_eq!(may(scoped(&[Permission::UserInvite, Permission::RoleGrant])), (true, true));
    assert_eq!(may(ann().operating(BTreeSet::new())), (true, false));
}

prop_compose! {
    /// A tree of twenty sellers, each below one with a smaller number.
    fn trees()(parents in prop::collection::vec(1_u32..20, 19)) -> Sellers {
        let mut sellers = Sellers::default();
        for (number, parent) in (2..).zip(parents) {
            sellers.insert(SellerNumber(number), SellerNumber(parent.min(number - 1)));
        }
        sellers
    }
}

/// What lets one see what lies before the eyes of everybody who buys from a seller.
const SHELF: [Permission; 2] = [Permission::OfferBrowse, Permission::AttributeRead];
/// Of what kinds that is; offers only as far as they are launched.
const ON_SHELF: &[Kind] = &[Kind::AttributeDefinition];

proptest! {
    #[test]
    fn nobody_sees_another_branch(
        sellers in trees(),
        head in 2_u32..20,
        seller in 1_u32..20,
        roles in prop::collection::btree_set(1_usize..4, 1..4),
        owner in prop::option::of(10_u128..14),
        person in prop::option::of(1_u128..3),
    ) {
        let roles: Vec<_> = roles.into_iter().map(|it| Role::ALL[it]).collect();
        let branch: Vec<_> = sellers.branch(SellerNumber(head)).into_iter().map(|it| it.0).collect();
        let actor = ann(&roles, &branch);
        let stamp = stamp(seller, owner, person);
        let is_outside = !sellers.is_within(SellerNumber(seller), SellerNumber(head));
        if is_outside && owner != Some(10) {
            for permission in Permission::ALL {
                let is_shelf = SHELF.contains(&permission.reading());
                if !(is_shelf && seller == 2) {
                    prop_assert_eq!(actor.may(*permission, &stamp), Decision::Hidden);
                }
            }
            let seen = Kind::ALL.iter().filter(|it| actor.sees(**it, &stamp));
            let allowed: &[Kind] = if seller == 2 { ON_SHELF } else { &[] };
            prop_assert!(seen.into_iter().all(|it| allowed.contains(it)));
        }
    }

    #[test]
    fn a_buyer_sees_nothing_of_its_neighbors(
        roles in prop::collection::btree_set(2_usize..4, 1..3),
        owner in 11_u128..20,
        person in prop::option::of(1_u128..3),
    ) {
        let roles: Vec<_> = roles.into_iter().map(|it| Role::ALL[it]).collect();
        let actor = ann(&roles, &[]);
        let stamp = stamp(2, Some(owner), person);
        let seen: Vec<_> = Kind::ALL.iter().filter(|it| actor.sees(**it, &stamp)).collect();
        prop_assert_eq!(seen, ON_SHELF.iter().collect::<Vec<_>>());
    }

    #[test]
    fn what_one_may_do_lies_within_what_one_may_list(
        roles in prop::collection::btree_set(0_usize..4, 0..4),
        seller in 1_u32..8,
        owner in prop::option::of(10_u128..12),
        person in prop::option::of(1_u128..3),
    ) {
        let roles: Vec<_> = roles.into_iter().map(|it| Role::ALL[it]).collect();
        let actor = ann(&roles, &[5, 6]);
        let stamp = stamp(seller, owner, person);
        for kind in Kind::ALL.iter().filter(|it| actor.sees(**it, &stamp)) {
            let is_listed = match actor.scope(*kind) {
                Scope::Everything => true,
                Scope::Sellers(sellers) => {
                    sellers.contains(&stamp.seller) || stamp.owner == Some(account(10))
                        || stamp.seller == SellerNumber(2)
                }
                Scope::Owner(owner) => stamp.owner == Some(owner),
                Scope::Nothing => false,
            };
            prop_assert!(is_listed, "{:?} {:?}", kind, stamp);
        }
    }
}

#[test]
fn a_program_calls_the_operations_it_is_confined_to_and_no_others() {
    let named = |it: &[(&str, &str)]| -> BTreeSet<Operation> {
        it.iter().map(|(kind, verb)| Operation::new(kind, verb).expect("an operation")).collect()
    };
    let (hold, order) = (("http://a.test/info", "POST"), ("http://a.test/order", "POST"));
    let calls = |actor: &Actor| [hold, order].map(|it| actor.may_operate(it.0, it.1));
    let free = ann(&[Role::VendorAdmin], &[5]);
    assert_eq!(calls(&free), [true, true]);
    let confined = free.clone().operating(named(&[hold]));
    assert_eq!(calls(&confined), [true, false]);
    assert!(confined.may_operate("http://a.test/info/1.0", "POST"));
    assert_eq!(calls(&confined.operating(named(&[order]))), [false, false], "never more again");
    assert_eq!(calls(&free.clone().operating(named(&[]))), [false, false]);
    assert_eq!(calls(&Actor::duty("billing")), [true, true]);
    let refused = free.operating(named(&[hold])).must_operate(order.0, order.1);
    assert_eq!(refused.map_err(|it| it.code), Err(Code::OperationNotAllowed));
}
