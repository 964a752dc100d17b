//! Roles by the contract's names.
//!
//! Three of them are ours. The others mean nothing here and give no right: they are kept beside the
//! user for clients that give them, ask for them and take them away.

use std::collections::BTreeSet;

use super::error::Said;
use super::message;
use super::person::Person;
use crate::domain::operator::{Permission, Role, User};
use crate::domain::stamp::Contract;
use crate::services::{Act, Error, carried, user};

/// The roles that are ours.
const OURS: &[(&str, Role)] = &[
    ("User", Role::Member),
    ("CustomerAdministrator", Role::CustomerAdmin),
    ("VSR", Role::VendorAdmin),
];

/// The roles that clients know beside them.
const OTHERS: &[&str] = &[
    "AppDeveloper",
    "ConnectionsAuditor",
    "ContentValidator",
    "CSR",
    "CSRManager",
    "CustomerPurchaser",
    "DataMigrator",
    "Support",
    "UserAccountAssistant",
    "VENDORADMINISTRATOR",
];

/// Those that give rights.
const WORDS: &[&str] = &["CustomerAdministrator", "User", "VSR"];

/// Roles that somebody names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Named {
    ours: BTreeSet<Role>,
    others: BTreeSet<&'static str>,
}

impl Named {
    /// What names say, in any case.
    pub(super) fn read<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, Said> {
        let mut named = Self::default();
        for name in names {
            let name = name.trim();
            let is_it = |it: &&str| it.eq_ignore_ascii_case(name);
            let other = OTHERS.iter().copied().find(|it| is_it(it));
            match (OURS.iter().find(|it| is_it(&it.0)), other) {
                (Some((_, role)), _) => drop(named.ours.insert(*role)),
                (None, Some(other)) => drop(named.others.insert(other)),
                (None, None) => {
                    let shown: String = name.chars().take(100).collect();
                    return Err(message::VALUE_INVALID.with([&shown, "RoleSet"]).among(WORDS));
                }
            }
        }
        Ok(named)
    }

    /// Those that a user has. Who runs the appliance can do whatever a vendor can.
    pub(super) fn of(it: &User) -> Self {
        let kept = Person::of_carried(it.stamp.carried.get(&Contract::Ibm)).role_set;
        let kept = kept.unwrap_or_default();
        let others = OTHERS.iter().copied().filter(|it| kept.iter().any(|kept| kept == it));
        let seller = it.roles().contains(&Role::Operator).then_some(Role::VendorAdmin);
        let ours = it.roles().iter().copied().filter(|it| *it != Role::Operator).chain(seller);
        Self { ours: ours.collect(), others: others.collect() }
    }

    /// The names, the least first.
    pub(super) fn names(&self) -> Vec<String> {
        let ours = OURS.iter().filter(|it| self.ours.contains(&it.1)).map(|it| it.0);
        ours.chain(self.others.iter().copied()).map(str::to_owned).collect()
    }

    /// Those that are ours.
    pub(super) const fn ours(&self) -> &BTreeSet<Role> {
        &self.ours
    }

    /// These and those.
    pub(super) fn with(mut self, more: &Self) -> Self {
        self.ours.extend(&more.ours);
        self.others.extend(&more.others);
        self
    }

    /// These without those.
    pub(super) fn without(mut self, less: &Self) -> Self {
        self.ours.retain(|it| !less.ours.contains(it));
        self.others.retain(|it| !less.others.contains(it));
        self
    }
}

/// What a role of ours is called; of who runs the appliance, what it is shown as.
pub(super) fn word(of: Role) -> &'static str {
    OURS.iter().find(|it| it.1 == of).map_or("VSR", |it| it.0)
}

/// Gives a user exactly these roles.
pub(super) fn assign(act: &mut Act<'_>, it: &User, named: &Named) -> Result<(), Error> {
    let before = Named::of(it);
    if named.ours != before.ours {
        let mut roles = named.ours.clone();
        // An operator is shown as a vendor's admin, and stays what it is as long as it is one.
        if it.roles().contains(&Role::Operator) && roles.contains(&Role::VendorAdmin) {
            roles.insert(Role::Operator);
            if !it.roles().contains(&Role::VendorAdmin) {
                roles.remove(&Role::VendorAdmin);
            }
        }
        user::assign_exactly(act, it.id, &roles)?;
    }
    if named.others != before.others {
        let kept = Person::of_carried(it.stamp.carried.get(&Contract::Ibm));
        carry(act, it, &kept, named)?;
    }
    Ok(())
}

/// Keeps beside a user what of it is not ours: what is said of the person, and the other roles.
pub(super) fn carry(
    act: &mut Act<'_>,
    it: &User,
    person: &Person,
    named: &Named,
) -> Result<(), Error> {
    let others: Vec<_> = named.others.iter().map(|it| (*it).to_owned()).collect();
    let role_set = Some(others).filter(|it| !it.is_empty());
    let said = Person { role_set, ..person.clone() }.to_carried();
    carried::keep::<User>(act, (it.id, Permission::UserWrite), Contract::Ibm, said).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_known_by_their_names_in_any_case_and_no_others() {
        let read = |names: &[&str]| Named::read(names.iter().copied()).map(|it| it.names());
        let said = ["CUSTOMERADMINISTRATOR", "user", " vsr ", "customerpurchaser"];
        let known = ["User", "CustomerAdministrator", "VSR", "CustomerPurchaser"];
        assert_eq!(read(&said), Ok(known.map(str::to_owned).to_vec()));
        assert_eq!(read(&[]), Ok(Vec::new()));
        for name in ["", "Operator", "Admin"] {
            assert_eq!(
                read(&[name]),
                Err(message::VALUE_INVALID.with([name, "RoleSet"]).among(WORDS))
            );
        }
    }

    #[test]
    fn roles_are_added_and_taken_away() {
        let named = |names: &[&str]| Named::read(names.iter().copied()).expect("roles");
        let both = named(&["User", "Support"]).with(&named(&["VSR", "CSR"]));
        assert_eq!(both.names(), ["User", "VSR", "CSR", "Support"]);
        assert_eq!(
            both.without(&named(&["VSR", "Support", "CSRManager"])).names(),
            ["User", "CSR"]
        );
    }
}
