//! The APIs of the contract and what each has.
//!
//! What must be said, what the house says and what stays as it is follow the definitions of the TM
//! Forum's version 4 and what its conformance kits look for.

mod billing;
mod catalogue;
mod commerce;
mod customer;
mod paper;

use self::billing::{
    CUSTOMER_BILL, PAYMENT, PREPAY_BALANCE, REVENUE_SHARING_ALGORITHM, REVENUE_SHARING_MODEL,
    REVENUE_SHARING_REPORT, USAGE, USAGE_CONSUMPTION,
};
use self::catalogue::{PRODUCT_CATALOG, PROMOTION, RESOURCE_CATALOG, SERVICE_CATALOG};
use self::commerce::{PRODUCT_INVENTORY, PRODUCT_ORDER, QUALIFICATION, QUOTE, SHOPPING_CART};
use self::customer::{
    ACCOUNT, CUSTOMER, DIGITAL_IDENTITY, PARTY, PARTY_ROLE, PAYMENT_METHOD, ROLES_AND_PERMISSIONS,
};
use self::paper::{AGREEMENT, DOCUMENT, EVENT, PARTNERSHIP};
use super::resource::{Api, Events, Happening, Resource};

/// All APIs, by number.
pub(super) const APIS: &[&Api] = &[
    &PRODUCT_CATALOG,
    &PRODUCT_ORDER,
    &CUSTOMER,
    &PARTY,
    &SERVICE_CATALOG,
    &RESOURCE_CATALOG,
    &USAGE,
    &PRODUCT_INVENTORY,
    &QUOTE,
    &AGREEMENT,
    &PREPAY_BALANCE,
    &SHOPPING_CART,
    &ACCOUNT,
    &DOCUMENT,
    &PARTNERSHIP,
    &PARTY_ROLE,
    &PAYMENT_METHOD,
    &PROMOTION,
    &ROLES_AND_PERMISSIONS,
    &PAYMENT,
    &USAGE_CONSUMPTION,
    &CUSTOMER_BILL,
    &QUALIFICATION,
    &EVENT,
    &DIGITAL_IDENTITY,
    &REVENUE_SHARING_ALGORITHM,
    &REVENUE_SHARING_REPORT,
    &REVENUE_SHARING_MODEL,
];

/// What names the class of a thing.
const CLASS: &[&str] = &["@baseType", "@schemaLocation", "@type"];

/// What tasks tell that nobody changes.
const TASKS: Events = &[(Happening::Created, "CreateEvent"), (Happening::Removed, "DeleteEvent")];

/// The API of topics.
pub(super) fn topics() -> &'static Api {
    &EVENT
}

/// What a path below the base of an API names: the API, and what stands behind its base.
pub(super) fn find(path: &str) -> Option<(&'static Api, &str)> {
    APIS.iter().find_map(|api| {
        let rest = path.strip_prefix(api.base)?;
        (rest.is_empty() || rest.starts_with('/')).then_some((*api, rest))
    })
}

impl Api {
    /// The API with a number, as listeners keep it.
    pub(super) fn with_code(code: &str) -> Option<&'static Self> {
        APIS.iter().copied().find(|it| it.code() == code)
    }

    /// Its number as a text.
    pub(super) fn code(&self) -> String {
        self.number.to_string()
    }

    /// Whether it is the one of topics, below which the events of all lie.
    pub(super) fn is_of_topics(&self) -> bool {
        self.number == EVENT.number
    }

    /// Whether its definition calls the `event` of an event its `payload`: it has both then.
    pub(super) fn tells_payloads(&self) -> bool {
        self.number == ACCOUNT.number
    }

    /// What it is called in its path.
    pub(super) fn name(&self) -> &'static str {
        let mut parts = self.base.rsplit('/');
        parts.nth(1).unwrap_or_default()
    }

    /// The resource with a name.
    pub(super) fn resource(&self, name: &str) -> Option<&'static Resource> {
        self.resources.iter().find(|it| it.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tmf::resource::Happening;

    #[test]
    fn the_page_of_this_room_lists_what_is_served() {
        for api in APIS {
            let names = api.resources.iter().map(|it| format!("`{}`", it.name));
            let names = names.collect::<Vec<_>>().join(", ");
            let row = format!("//! | {} | `{}` | {names} |\n", api.number, api.base);
            assert!(include_str!("../mod.rs").contains(&row), "{row}");
        }
    }

    #[test]
    fn no_two_apis_and_no_two_resources_are_the_same() {
        assert!(APIS.windows(2).all(|it| it[0].number < it[1].number));
        for api in APIS {
            assert_eq!(find(api.base).map(|it| it.0.number), Some(api.number));
            let mut names: Vec<_> = api.resources.iter().map(|it| it.name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}", api.number);
        }
        assert!(find("/tmf-api/document/v5/document").is_none());
        assert!(find("/tmf-api/documentary").is_none());
    }

    #[test]
    fn what_is_told_can_happen() {
        for of in APIS.iter().flat_map(|it| it.resources) {
            let tells = |it: Happening| of.events.iter().any(|event| event.0 == it);
            assert!(!tells(Happening::StateChanged) || of.state.is_some(), "{}", of.name);
        }
    }
}
