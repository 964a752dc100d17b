//! The tree of accounts: who may stand below whom, how deep, and which sellers make up a branch.
//!
//! The provider is the root. Resellers stand below the provider or other resellers; customers
//! stand below a seller, or below a customer that is a company and pays for them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::lifecycle::State;
use super::{Account, Nature};
use crate::domain::error::{Code, Rejection};
use crate::domain::id::AccountId;
use crate::domain::stamp::SellerNumber;
use crate::domain::word::words;

/// So many levels has the tree at most, the provider being the first.
pub const LEVELS_MAX: usize = 8;

/// What an account does here. Who sells has a seller number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AccountRole {
    /// Runs the installation and sells first; there is one, and it is seller number 1.
    Provider,
    /// Buys from the seller above it and sells on.
    Reseller(SellerNumber),
    /// Buys.
    Customer,
}

words! {
    /// What an account does here, whoever it is.
    AccountKind {
        /// Runs the installation.
        Provider = "provider";
        /// Sells on.
        Reseller = "reseller";
        /// Buys.
        Customer = "customer";
    }
}

impl AccountRole {
    /// What it does, without the number under which it sells.
    #[must_use]
    pub const fn kind(self) -> AccountKind {
        match self {
            Self::Provider => AccountKind::Provider,
            Self::Reseller(_) => AccountKind::Reseller,
            Self::Customer => AccountKind::Customer,
        }
    }

    /// The stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.kind().word()
    }

    /// The number under which it sells, if it does.
    #[must_use]
    pub const fn seller_number(self) -> Option<SellerNumber> {
        match self {
            Self::Provider => Some(SellerNumber::PROVIDER),
            Self::Reseller(number) => Some(number),
            Self::Customer => None,
        }
    }
}

/// What the tree must know of an account that stands above another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ancestor {
    /// Which account.
    pub id: AccountId,
    /// What it does.
    pub role: AccountRole,
    /// Company or person.
    pub nature: Nature,
    /// Whether it still lives.
    pub state: State,
}

impl From<&Account> for Ancestor {
    fn from(it: &Account) -> Self {
        Self { id: it.id, role: it.role(), nature: it.profile().nature, state: it.state() }
    }
}

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Directly below whom; nobody is above the provider.
    pub parent: Option<AccountId>,
    /// Who sells to it: the nearest seller above, or the provider itself.
    pub seller: SellerNumber,
}

fn refuse<T>(why: impl Into<String>) -> Result<T, Rejection> {
    Err(Rejection::new(Code::AccountTreeForbids, why))
}

/// The place of a new account below `ancestors`, which are named from its parent up to the
/// provider.
pub fn place(role: AccountRole, ancestors: &[Ancestor]) -> Result<Place, Rejection> {
    let Some(parent) = ancestors.first() else {
        return match role {
            AccountRole::Provider => Ok(Place { parent: None, seller: SellerNumber::PROVIDER }),
            AccountRole::Reseller(_) | AccountRole::Customer => {
                refuse(format!("a {} needs a parent account", role.word()))
            }
        };
    };
    may_stand_below(role, parent)?;
    if ancestors.len() >= LEVELS_MAX {
        return refuse(format!("the account tree has at most {LEVELS_MAX} levels"));
    }
    let seller = ancestors.iter().find_map(|it| it.role.seller_number());
    let Some(seller) = seller else {
        return refuse(format!("no seller is above account `{}`", parent.id));
    };
    Ok(Place { parent: Some(parent.id), seller })
}

/// Whether one account may have the other directly above it.
fn may_stand_below(role: AccountRole, parent: &Ancestor) -> Result<(), Rejection> {
    use AccountRole as R;
    match parent.state {
        State::Prospective
        | State::Active
        | State::HeldAdministratively
        | State::HeldForCredit
        | State::HeldForBoth => {}
        State::Closing | State::Closed | State::Erased => {
            return refuse(format!("parent account `{}` is {}", parent.id, parent.state));
        }
    }
    match (role, parent.role, parent.nature) {
        (R::Reseller(_) | R::Customer, R::Provider | R::Reseller(_), _)
        | (R::Customer, R::Customer, Nature::Company) => Ok(()),

        (R::Customer, R::Customer, Nature::Personal) => {
            refuse("a personal customer account has no accounts below it")
        }
        (R::Reseller(_), R::Customer, _) => refuse("a reseller cannot stand below a customer"),
        (R::Provider, _, _) => refuse("the provider is the root of the account tree"),
    }
}

/// The place of an existing account when it is moved below `ancestors` together with all that
/// stands below it, which makes `levels_below` further levels.
pub fn relocate(
    account: &Account,
    levels_below: usize,
    ancestors: &[Ancestor],
) -> Result<Place, Rejection> {
    if ancestors.iter().any(|it| it.id == account.id) {
        return refuse(format!("account `{}` cannot stand below itself", account.id));
    }
    let place = place(account.role(), ancestors)?;
    if ancestors.len() + 1 + levels_below > LEVELS_MAX {
        return refuse(format!("the account tree has at most {LEVELS_MAX} levels"));
    }
    Ok(place)
}

/// Who sells below whom: the tree of accounts without the customers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sellers {
    parents: BTreeMap<SellerNumber, SellerNumber>,
}

impl Sellers {
    /// Adds a seller that stands below another. The provider needs no mention.
    pub fn insert(&mut self, seller: SellerNumber, below: SellerNumber) {
        if seller != SellerNumber::PROVIDER {
            self.parents.insert(seller, below);
        }
    }

    /// Whether `seller` is `branch`, or stands somewhere below it.
    #[must_use]
    pub fn is_within(&self, seller: SellerNumber, branch: SellerNumber) -> bool {
        let above = std::iter::successors(Some(seller), |it| self.parents.get(it).copied());
        above.take(LEVELS_MAX).any(|it| it == branch)
    }

    /// A seller with all that stand below it.
    #[must_use]
    pub fn branch(&self, of: SellerNumber) -> BTreeSet<SellerNumber> {
        let below = self.parents.keys().copied().filter(|it| self.is_within(*it, of));
        below.chain([of]).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;

    const RESELLER: AccountRole = AccountRole::Reseller(SellerNumber(7));

    fn ancestor(role: AccountRole) -> Ancestor {
        let id = AccountId::from_uuid(Uuid::from_u128(
            role.seller_number().map_or(99, |it| it.0.into()),
        ));
        Ancestor { id, role, nature: Nature::Company, state: State::Active }
    }

    fn seller_of(role: AccountRole, above: &[AccountRole]) -> Result<u32, String> {
        let above: Vec<_> = above.iter().copied().map(ancestor).collect();
        place(role, &above).map(|it| it.seller.0).map_err(|it| it.detail)
    }

    #[test]
    fn who_may_be_whose_parent() {
        use AccountRole::{Customer, Provider};
        let refused = |why: &str| Err(why.to_owned());
        for (role, above, expected) in [
            (Provider, &[][..], Ok(1)),
            (RESELLER, &[Provider], Ok(1)),
            (Customer, &[Provider], Ok(1)),
            (Customer, &[RESELLER, Provider], Ok(7)),
            (RESELLER, &[AccountRole::Reseller(SellerNumber(3)), Provider], Ok(3)),
            (Customer, &[Customer, RESELLER, Provider], Ok(7)),
            (Customer, &[], refused("a customer needs a parent account")),
            (RESELLER, &[], refused("a reseller needs a parent account")),
            (Provider, &[Provider], refused("the provider is the root of the account tree")),
            (RESELLER, &[Customer, Provider], refused("a reseller cannot stand below a customer")),
        ] {
            assert_eq!(seller_of(role, above), expected, "{role:?} below {above:?}");
        }
    }

    #[test]
    fn a_person_has_nobody_below_and_neither_has_what_is_closing() {
        let provider = ancestor(AccountRole::Provider);
        let person = Ancestor { nature: Nature::Personal, ..ancestor(AccountRole::Customer) };
        assert!(place(AccountRole::Customer, &[person, provider]).is_err());
        for state in State::ALL {
            let parent = Ancestor { state: *state, ..provider };
            let is_gone = matches!(state, State::Closing | State::Closed | State::Erased);
            assert_eq!(place(AccountRole::Customer, &[parent]).is_err(), is_gone, "{state}");
        }
    }

    #[test]
    fn the_eighth_level_is_the_last() {
        let mut above = vec![AccountRole::Customer; LEVELS_MAX - 2];
        above.push(AccountRole::Provider);
        assert_eq!(seller_of(AccountRole::Customer, &above), Ok(1));
        above.insert(0, AccountRole::Customer);
        let expected = Err("the account tree has at most 8 levels".to_owned());
        assert_eq!(seller_of(AccountRole::Customer, &above), expected);
    }

    proptest! {
        #[test]
        fn a_branch_is_all_that_is_within_and_siblings_share_nothing(
            parents in prop::collection::vec(1_u32..8, 0..30),
        ) {
            let mut sellers = Sellers::default();
            for (place, parent) in (2..).zip(parents) {
                sellers.insert(SellerNumber(place), SellerNumber(parent.min(place - 1)));
            }
            for one in sellers.parents.keys().copied() {
                let branch = sellers.branch(one);
                prop_assert!(branch.contains(&one) && !branch.contains(&SellerNumber::PROVIDER));
                for other in sellers.parents.keys().copied() {
                    prop_assert_eq!(branch.contains(&other), sellers.is_within(other, one));
                    if !sellers.is_within(one, other) && !sellers.is_within(other, one) {
                        prop_assert!(branch.is_disjoint(&sellers.branch(other)));
                    }
                }
            }
        }

        #[test]
        fn sellers_in_a_circle_do_not_hang(a in 2_u32..5, b in 2_u32..5) {
            let mut sellers = Sellers::default();
            sellers.insert(SellerNumber(a), SellerNumber(b));
            sellers.insert(SellerNumber(b), SellerNumber(a));
            prop_assert!(!sellers.is_within(SellerNumber(a), SellerNumber(9)));
        }
    }
}
