//! What somebody can be here, in roles that belong to no contract.
//!
//! | ours | IBM BSS | FIWARE |
//! |---|---|---|
//! | operator | – | admin |
//! | vendor admin | VSR | seller |
//! | customer admin | CustomerAdministrator | orgAdmin |
//! | member | User | customer |

use crate::domain::account::tree::AccountRole;
use crate::domain::word::words;

words! {
    /// What somebody is here, the highest first. A person may be several, and the rights add up.
    Role {
        /// Runs the appliance.
        Operator = "operator";
        /// Sells: everything in the branch of the own account.
        VendorAdmin = "vendor_admin";
        /// Buys: everything of the own account.
        CustomerAdmin = "customer_admin";
        /// Uses: what is its own, and buying where the vendor allows it.
        Member = "member";
    }
}

impl Role {
    /// Whether a person of an account can hold the role: only the provider has operators, only
    /// who sells has vendor admins.
    #[must_use]
    pub const fn suits(self, account: AccountRole) -> bool {
        match (self, account) {
            (Self::Operator | Self::VendorAdmin, AccountRole::Provider)
            | (Self::VendorAdmin, AccountRole::Reseller(_))
            | (Self::CustomerAdmin | Self::Member, _) => true,
            (Self::Operator, AccountRole::Reseller(_))
            | (Self::Operator | Self::VendorAdmin, AccountRole::Customer) => false,
        }
    }

    /// The roles whose rights come with this one: a vendor's admin is the admin of the vendor's
    /// own account too, as far as that buys from somebody.
    #[must_use]
    pub const fn with_implied(self) -> &'static [Self] {
        match self {
            Self::Operator => {
                &[Self::Operator, Self::VendorAdmin, Self::CustomerAdmin, Self::Member]
            }
            Self::VendorAdmin => &[Self::VendorAdmin, Self::CustomerAdmin, Self::Member],
            Self::CustomerAdmin => &[Self::CustomerAdmin, Self::Member],
            Self::Member => &[Self::Member],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::stamp::SellerNumber;

    #[test]
    fn a_role_is_given_only_where_it_means_something() {
        use AccountRole::{Customer, Provider};
        let reseller = AccountRole::Reseller(SellerNumber(2));
        for (role, expected) in [
            (Role::Operator, [true, false, false]),
            (Role::VendorAdmin, [true, true, false]),
            (Role::CustomerAdmin, [true, true, true]),
            (Role::Member, [true, true, true]),
        ] {
            assert_eq!([Provider, reseller, Customer].map(|it| role.suits(it)), expected, "{role}");
        }
    }
}
