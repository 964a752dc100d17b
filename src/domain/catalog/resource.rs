//! Resources: the countable things in a specification, and how they depend on one another.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::keys_violations;
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::id::{ResourceCategoryId, ResourceId};
use crate::domain::localized::Localized;
use crate::domain::quantity::Quantity;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name, Prose};
use crate::domain::time::Validity;
use crate::domain::word::words;

words! {
    /// How one resource depends on another.
    DependencyKind {
        /// The two cannot be in one subscription.
        SubscriptionConflict = "subscription_conflict";
        /// An account can have one of the two only.
        AccountConflict = "account_conflict";
        /// It needs the other in the same subscription.
        Requires = "requires";
        /// It is added by itself when the other is.
        ProvidedBy = "provided_by";
    }
}

words! {
    /// What a resource's vendor counts of it.
    Consumption {
        /// Nobody said.
        Unspecified = "unspecified";
        /// What was committed to.
        Commitment = "commitment";
        /// What was used.
        Usage = "usage";
    }
}

words! {
    /// Whether the use of a resource is counted.
    Measure {
        /// Its use comes in records, and beyond what is included it may cost.
        Measured = "measured";
        /// Only what was ordered counts.
        Ordered = "ordered";
    }
}

/// What one resource needs of another, or forbids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// The other resource.
    pub on: ResourceId,
    /// In which way.
    pub kind: DependencyKind,
    /// How many units of this one go with each unit of the other: allowed by it where it is
    /// required, added with it where it provides. Above zero; without meaning for conflicts.
    pub multiplier: Quantity,
}

/// What a resource is counted in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// The name for programs: `unit`, `gb`.
    pub code: text::Code,
    /// The name for people.
    pub name: Option<Localized<Name>>,
    /// Whether half of one means anything.
    pub is_divisible: bool,
}

/// How the maker of a resource knows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VendorReference {
    /// The maker's part number.
    pub part_number: Option<Name>,
    /// The maker's id.
    pub vendor_id: Option<Name>,
    /// The maker's name.
    pub vendor_name: Option<Name>,
    /// The maker's id of the product.
    pub product_id: Option<Name>,
    /// The id of the application that delivers it.
    pub application_id: Option<Name>,
}

/// What is said of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceContent {
    /// What it is called.
    pub name: Localized<Name>,
    /// What it is.
    pub description: Option<Localized<Prose>>,
    /// What it is counted in.
    pub unit: Unit,
    /// Whether its use is counted.
    pub measure: Measure,
    /// What its maker counts.
    pub consumption: Consumption,
    /// How its maker knows it.
    pub vendor: VendorReference,
    /// The group that taxation looks at.
    pub category: Option<ResourceCategoryId>,
    /// What it needs and forbids.
    pub dependencies: Vec<Dependency>,
    /// When it can be part of what is sold.
    pub valid_for: Validity,
}

/// A countable thing in a specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// Whose it is, and its number.
    pub stamp: Stamp,
    /// What is said of it.
    pub content: ResourceContent,
}

impl ResourceContent {
    /// A resource of whole units of which nothing else is known.
    #[must_use]
    pub fn named(name: Localized<Name>, unit: text::Code) -> Self {
        Self {
            name,
            description: None,
            unit: Unit { code: unit, name: None, is_divisible: false },
            measure: Measure::Ordered,
            consumption: Consumption::Unspecified,
            vendor: VendorReference::default(),
            category: None,
            dependencies: Vec::new(),
            valid_for: Validity::ALWAYS,
        }
    }

    fn check(&self, id: ResourceId) -> Result<(), Invalid> {
        let pairs = self.dependencies.iter().map(|it| format!("{} {}", it.kind, it.on));
        let mut found = keys_violations("/dependencies", pairs);
        for (place, it) in self.dependencies.iter().enumerate() {
            let field = format!("/dependencies/{place}");
            if it.on == id {
                let message = "must name another resource";
                found.push(Violation::new(format!("{field}/on"), "reference", message));
            }
            if it.multiplier <= Quantity::ZERO {
                let message = "must be above zero";
                found.push(Violation::new(format!("{field}/multiplier"), "range", message));
            }
        }
        Invalid::unless_empty(found)
    }
}

impl Resource {
    /// A resource as it is described.
    ///
    /// # Errors
    /// If the description breaks rules of form.
    pub fn new(id: ResourceId, stamp: Stamp, content: ResourceContent) -> Result<Self, Invalid> {
        content.check(id)?;
        Ok(Self { id, stamp, content })
    }

    /// The same resource with another description.
    ///
    /// # Errors
    /// If the description breaks rules of form.
    pub fn changed(self, content: ResourceContent) -> Result<Self, Invalid> {
        Self::new(self.id, self.stamp, content)
    }

    /// Whether an amount can be counted in its unit.
    #[must_use]
    pub fn counts(&self, amount: Quantity) -> bool {
        let whole = self.content.unit.is_divisible || amount.decimal().fract().is_zero();
        whole && !amount.is_negative()
    }

    /// Its dependencies of one kind.
    pub fn dependencies(&self, kind: DependencyKind) -> impl Iterator<Item = &Dependency> {
        self.content.dependencies.iter().filter(move |it| it.kind == kind)
    }
}

/// Refuses resources that would provide one another without end.
///
/// # Errors
/// If following [`DependencyKind::ProvidedBy`] leads from a resource back to itself.
pub fn must_not_provide_itself(
    changed: &Resource,
    others: &BTreeMap<ResourceId, Resource>,
) -> Result<(), Rejection> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Resource> = vec![changed];
    while let Some(resource) = open.pop() {
        for provider in resource.dependencies(DependencyKind::ProvidedBy) {
            if provider.on == changed.id {
                let why = format!(
                    "`{}` would be provided by itself, through `{}`",
                    changed.content.name.original(),
                    resource.content.name.original()
                );
                return Err(Rejection::new(Code::ResourceConflict, why));
            }
            if seen.insert(provider.on) {
                open.extend(others.get(&provider.on));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::time::Instant;

    fn id(number: u128) -> ResourceId {
        ResourceId::from_uuid(Uuid::from_u128(number))
    }

    fn content(dependencies: &[(u128, DependencyKind, &str)]) -> ResourceContent {
        let locale = "en".parse().expect("a locale");
        let name = Localized::new(locale, "Disk".parse().expect("a name"));
        let dependencies = dependencies.iter().map(|(on, kind, multiplier)| Dependency {
            on: id(*on),
            kind: *kind,
            multiplier: multiplier.parse().expect(multiplier),
        });
        let dependencies = dependencies.collect();
        let unit = "gb".parse().expect("a code");
        ResourceContent { dependencies, ..ResourceContent::named(name, unit) }
    }

    fn resource(number: u128, content: ResourceContent) -> Result<Resource, Invalid> {
        let stamp =
            Stamp::new(SellerNumber::PROVIDER, None, Instant::from_micros(0).expect("zero"));
        Resource::new(id(number), stamp, content)
    }

    #[test]
    fn a_dependency_names_another_resource_once_with_a_multiplier_above_zero() {
        use DependencyKind::Requires;
        let fields = |content| match resource(1, content) {
            Ok(_) => vec![],
            Err(it) => it.violations.into_iter().map(|it| it.field).collect(),
        };
        assert_eq!(fields(content(&[(2, Requires, "2.5")])), Vec::<String>::new());
        assert_eq!(fields(content(&[(1, Requires, "1")])), ["/dependencies/0/on"]);
        assert_eq!(fields(content(&[(2, Requires, "0")])), ["/dependencies/0/multiplier"]);
        let twice = content(&[(2, Requires, "1"), (2, Requires, "2")]);
        assert_eq!(fields(twice), ["/dependencies/1"]);
    }

    #[test]
    fn half_a_unit_counts_only_where_units_can_be_divided() {
        let mut resource = resource(1, content(&[])).expect("valid");
        let counts = |resource: &Resource, it: &str| resource.counts(it.parse().expect(it));
        assert_eq!(
            ["2", "2.0", "2.5", "-1"].map(|it| counts(&resource, it)),
            [true, true, false, false]
        );
        resource.content.unit.is_divisible = true;
        assert!(counts(&resource, "2.5"));
    }

    #[test]
    fn nothing_provides_itself_not_even_through_others() {
        use DependencyKind::{ProvidedBy, Requires};
        let make = |number, content| resource(number, content).expect("valid");
        let first = make(1, content(&[(2, ProvidedBy, "1")]));
        let others = |content| BTreeMap::from([(id(2), make(2, content))]);
        let code =
            |content| must_not_provide_itself(&first, &others(content)).map_err(|it| it.code);
        assert_eq!(code(content(&[(3, ProvidedBy, "1")])), Ok(()));
        assert_eq!(code(content(&[(1, Requires, "1")])), Ok(()));
        assert_eq!(code(content(&[(1, ProvidedBy, "1")])), Err(Code::ResourceConflict));
    }
}
