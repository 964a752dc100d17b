//! Who asks, and what it may do: the same answer for every way in and every contract.
//!
//! What one may not see is hidden, as if it were not there; what one sees but may not change is
//! forbidden.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::account::class::MemberBuying;
use crate::domain::error::{Code, Rejection};
use crate::domain::event::Cause;
use crate::domain::id::{AccountId, Kind, UserId};
use crate::domain::operator::operation::{Operation, Operations};
use crate::domain::operator::reading::reading;
use crate::domain::operator::rights::{Permission, Reach, reach};
use crate::domain::operator::role::Role;
use crate::domain::stamp::{SellerNumber, Stamp};
use crate::domain::text;

/// What the answer is to somebody who wants to do something to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It may.
    Yes,
    /// It may not, and may know that the thing is there.
    SeesOnly,
    /// It may not, and must not learn that the thing is there.
    Hidden,
}

/// Where the things lie that one may list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Anywhere.
    Everything,
    /// In the branches of these sellers.
    Sellers(Vec<SellerNumber>),
    /// With one account.
    Owner(AccountId),
    /// Nowhere.
    Nothing,
}

/// Where a person stands in the tree of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The person.
    pub user: UserId,
    /// Its account.
    pub account: AccountId,
    /// Who sells to that account.
    pub vendor: SellerNumber,
    /// The sellers of the branch that the account heads; empty if it does not sell.
    pub branch: Arc<BTreeSet<SellerNumber>>,
    /// Whether its members may order.
    pub member_buying: MemberBuying,
}

/// Everything that decides what somebody may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    nature: Nature,
    cause: Cause,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Nature {
    /// The house.
    Duty,
    /// Nobody in particular, before the shelf of a seller, if one is open to everybody.
    Door(Option<SellerNumber>),
    /// Somebody.
    Person { standing: Standing, roles: BTreeSet<Role>, confines: Confines },
}

/// To what a program is confined that acts for somebody; the default is to nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Confines {
    scopes: Option<BTreeSet<Permission>>,
    operations: Operations,
    channel: Option<text::Code>,
}

impl Confines {
    /// Whether roles may be given that reach further than a member's.
    fn allow_to_grant(&self) -> bool {
        let allows = |it: &BTreeSet<Permission>| it.contains(&Permission::RoleGrant);
        self.operations.is_none() && self.scopes.as_ref().is_none_or(allows)
    }
}

impl Actor {
    /// The house itself, at one of its duties: nothing is closed to it.
    #[must_use]
    pub fn duty(name: &str) -> Self {
        Self { nature: Nature::Duty, cause: Cause::Duty(name.to_owned()) }
    }

    /// Somebody who is not signed in: sees what a seller has for sale, and nothing else.
    #[must_use]
    pub fn door(name: &str, seller: SellerNumber) -> Self {
        Self { nature: Nature::Door(Some(seller)), cause: Cause::Door(name.to_owned()) }
    }

    /// Somebody who is not signed in, where no shelf is open to everybody: sees nothing.
    #[must_use]
    pub fn shut_out(name: &str) -> Self {
        Self { nature: Nature::Door(None), cause: Cause::Door(name.to_owned()) }
    }

    /// A person that signed in.
    #[must_use]
    pub fn person(standing: Standing, roles: BTreeSet<Role>) -> Self {
        let cause = Cause::User(standing.user);
        Self { nature: Nature::Person { standing, roles, confines: Confines::default() }, cause }
    }

    /// The same, but with no more than these permissions: what a program may do with a token.
    #[must_use]
    pub fn scoped(self, scopes: BTreeSet<Permission>) -> Self {
        self.confined(|before| {
            let narrowed = before.scopes.map(|it| it.intersection(&scopes).copied().collect());
            Confines { scopes: Some(narrowed.unwrap_or(scopes)), ..before }
        })
    }

    /// The same, but calling no more than these operations: what a system may do with a consumer
    /// key.
    #[must_use]
    pub fn operating(self, operations: BTreeSet<Operation>) -> Self {
        self.confined(|before| {
            let narrowed =
                before.operations.map(|it| it.intersection(&operations).cloned().collect());
            Confines { operations: Some(narrowed.unwrap_or(operations)), ..before }
        })
    }

    /// The same, but ordering through a channel alone.
    #[must_use]
    pub fn through(self, channel: text::Code) -> Self {
        self.confined(|before| Confines { channel: Some(channel), ..before })
    }

    /// The channel through which alone it orders.
    #[must_use]
    pub const fn channel(&self) -> Option<&text::Code> {
        match &self.nature {
            Nature::Person { confines, .. } => confines.channel.as_ref(),
            Nature::Duty | Nature::Door(_) => None,
        }
    }

    fn confined(self, confine: impl FnOnce(Confines) -> Confines) -> Self {
        let nature = match self.nature {
            Nature::Person { standing, roles, confines } => {
                Nature::Person { standing, roles, confines: confine(confines) }
            }
            Nature::Duty | Nature::Door(_) => self.nature,
        };
        Self { nature, ..self }
    }

    /// Who is named as the cause of what this one does.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause.clone()
    }

    /// Where it stands in the tree of accounts, if it is a person.
    #[must_use]
    pub const fn standing(&self) -> Option<&Standing> {
        match &self.nature {
            Nature::Person { standing, .. } => Some(standing),
            Nature::Duty | Nature::Door(_) => None,
        }
    }

    /// The user, if it is a person.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        self.standing().map(|it| it.user)
    }

    /// The roles it was given.
    #[must_use]
    pub fn roles(&self) -> BTreeSet<Role> {
        match &self.nature {
            Nature::Person { roles, .. } => roles.clone(),
            Nature::Duty | Nature::Door(_) => BTreeSet::new(),
        }
    }

    /// Whether it has a role, or one that comes with it.
    #[must_use]
    pub fn is_a(&self, role: Role) -> bool {
        match &self.nature {
            Nature::Duty => true,
            Nature::Door(_) => false,
            Nature::Person { roles, .. } => {
                roles.iter().any(|it| it.with_implied().contains(&role))
            }
        }
    }

    /// The permissions that it is confined to; `None` for whatever its roles give.
    #[must_use]
    pub const fn scopes(&self) -> Option<&BTreeSet<Permission>> {
        match &self.nature {
            Nature::Person { confines, .. } => confines.scopes.as_ref(),
            Nature::Duty | Nature::Door(_) => None,
        }
    }

    /// Whether it is known who it is.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        match &self.nature {
            Nature::Duty | Nature::Person { .. } => true,
            Nature::Door(_) => false,
        }
    }

    /// The same, but nothing is open to it before it has chosen another password.
    #[must_use]
    pub fn to_change_password(self) -> Self {
        // No token is confined to nothing at all.
        self.scoped(BTreeSet::new())
    }

    /// Refuses who has to choose another password before anything else.
    ///
    /// # Errors
    /// [`Code::PasswordMustChange`].
    pub fn must_have_changed_password(&self) -> Result<(), Rejection> {
        if self.scopes().is_some_and(BTreeSet::is_empty) {
            let why =
                "the password was given out to be used once, or has expired; choose another first";
            return Err(Rejection::new(Code::PasswordMustChange, why));
        }
        Ok(())
    }

    /// Whether it is a program that may do less than who it acts for.
    #[must_use]
    pub const fn is_confined(&self) -> bool {
        self.scopes().is_some() || self.operations().is_some()
    }

    /// The operations that it is confined to; `None` for whatever its permissions give.
    #[must_use]
    pub const fn operations(&self) -> Option<&BTreeSet<Operation>> {
        match &self.nature {
            Nature::Person { confines, .. } => confines.operations.as_ref(),
            Nature::Duty | Nature::Door(_) => None,
        }
    }

    /// Whether it may call an operation, as the contract that has it names the kind of thing and
    /// the verb. What the operation does its permissions must give beside.
    #[must_use]
    pub fn may_operate(&self, kind: &str, verb: &str) -> bool {
        self.operations().is_none_or(|it| it.iter().any(|it| it.is(kind, verb)))
    }

    /// Refuses an operation that it may not call; see [`Self::may_operate`].
    ///
    /// # Errors
    /// [`Code::OperationNotAllowed`].
    pub fn must_operate(&self, kind: &str, verb: &str) -> Result<(), Rejection> {
        if self.may_operate(kind, verb) {
            return Ok(());
        }
        let why = format!("`{verb}` of `{kind}` is not among the operations of the consumer key");
        Err(Rejection::new(Code::OperationNotAllowed, why))
    }

    /// Whether it may do something to a thing.
    #[must_use]
    pub fn may(&self, permission: Permission, stamp: &Stamp) -> Decision {
        if self.covers(permission, stamp) {
            Decision::Yes
        } else if self.covers(permission.reading(), stamp) {
            Decision::SeesOnly
        } else {
            Decision::Hidden
        }
    }

    /// Whether it may know that a thing of a kind is there.
    #[must_use]
    pub fn sees(&self, kind: Kind, stamp: &Stamp) -> bool {
        self.covers(reading(kind), stamp)
    }

    /// Whether it may do something to anything at all: decides which doors of the UI show.
    #[must_use]
    pub fn may_at_all(&self, permission: Permission) -> bool {
        match &self.nature {
            Nature::Duty => true,
            Nature::Door(shelf) => permission == Permission::OfferBrowse && shelf.is_some(),
            Nature::Person { .. } => self.reaches(permission).any(|it| it != Reach::Nothing),
        }
    }

    /// Whether it may give a role to somebody, or take it away: nobody gives more than it has, and
    /// what is confined makes nobody who would be confined to nothing.
    #[must_use]
    pub fn may_grant(&self, role: Role) -> bool {
        match &self.nature {
            Nature::Duty => true,
            Nature::Door(_) => false,
            Nature::Person { roles, confines, .. } => {
                (confines.allow_to_grant() || role == Role::Member)
                    && roles.iter().any(|it| it.with_implied().contains(&role))
            }
        }
    }

    /// Where the things of a kind lie that it may list. The widest of what its roles give: a
    /// vendor's list is its branch, and what the vendor buys itself is listed by its own account.
    #[must_use]
    pub fn scope(&self, kind: Kind) -> Scope {
        let (standing, widest) = match &self.nature {
            Nature::Duty => return Scope::Everything,
            Nature::Door(_) => return Scope::Nothing,
            Nature::Person { standing, .. } => {
                (standing, self.reaches(reading(kind)).max().unwrap_or(Reach::Nothing))
            }
        };
        match widest {
            Reach::Nothing => Scope::Nothing,
            Reach::Itself | Reach::Account => Scope::Owner(standing.account),
            Reach::Shelf => Scope::Sellers(vec![standing.vendor]),
            Reach::Branch => Scope::Sellers(standing.branch.iter().copied().collect()),
            Reach::Everything => Scope::Everything,
        }
    }

    /// Whose offers it may look at; `None` for everybody's.
    #[must_use]
    pub fn shelves(&self) -> Option<BTreeSet<SellerNumber>> {
        let standing = match &self.nature {
            Nature::Duty => return None,
            Nature::Door(shelf) => return Some(shelf.iter().copied().collect()),
            Nature::Person { standing, .. } => standing,
        };
        let mut found = BTreeSet::new();
        for permission in [Permission::OfferBrowse, Permission::CatalogRead] {
            for reach in self.reaches(permission) {
                match reach {
                    Reach::Everything => return None,
                    Reach::Branch => found.extend(standing.branch.iter().copied()),
                    Reach::Shelf => found.extend([standing.vendor]),
                    Reach::Nothing | Reach::Itself | Reach::Account => {}
                }
            }
        }
        Some(found)
    }

    /// How far a permission reaches, by each role that the person has or that comes with one.
    fn reaches(&self, permission: Permission) -> impl Iterator<Item = Reach> {
        let roles = match &self.nature {
            Nature::Person { roles, confines, .. } => {
                let allows = confines.scopes.as_ref().is_none_or(|it| it.contains(&permission));
                if allows { Some(roles) } else { None }
            }
            Nature::Duty | Nature::Door(_) => None,
        };
        let implied = roles.into_iter().flatten().flat_map(|it| it.with_implied());
        implied.map(move |it| reach(*it, permission)).filter(move |_| self.is_in_force(permission))
    }

    /// Buying by those who are only members is for the vendor to allow.
    fn is_in_force(&self, permission: Permission) -> bool {
        let Nature::Person { standing, roles, .. } = &self.nature else {
            return true;
        };
        let is_only_member = roles.iter().all(|it| *it == Role::Member);
        let is_forbidden = standing.member_buying == MemberBuying::Forbidden;
        !(permission == Permission::OrderPlace && is_only_member && is_forbidden)
    }

    fn covers(&self, permission: Permission, stamp: &Stamp) -> bool {
        match &self.nature {
            Nature::Duty => true,
            Nature::Door(shelf) => {
                permission == Permission::OfferBrowse && *shelf == Some(stamp.seller)
            }
            Nature::Person { standing, .. } => {
                self.reaches(permission).any(|it| standing.is_within(it, stamp))
            }
        }
    }
}

impl Standing {
    fn is_within(&self, reach: Reach, stamp: &Stamp) -> bool {
        let is_own = stamp.owner == Some(self.account);
        match reach {
            Reach::Nothing => false,
            Reach::Itself => is_own && stamp.person == Some(self.user),
            Reach::Shelf => stamp.seller == self.vendor,
            Reach::Account => is_own,
            Reach::Branch => self.branch.contains(&stamp.seller),
            Reach::Everything => true,
        }
    }
}

#[cfg(test)]
mod tests;
