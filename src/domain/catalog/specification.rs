//! Specifications: what is delivered when an offer is bought, and what it goes together with.

use serde::{Deserialize, Serialize};

use super::asset::Attachment;
use super::characteristic::{self, Characteristic};
use super::keys_violations;
use super::lifecycle::{Life, Trigger};
use crate::domain::error::{Invalid, Refusal, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{AssetId, DocumentId, ResourceId, SpecificationId};
use crate::domain::localized::Localized;
use crate::domain::provisioning::connector::Connector;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Name, Prose};
use crate::domain::time::{Instant, Validity};
use crate::domain::word::words;

words! {
    /// How one specification relates to another.
    RelationKind {
        /// Who has this one must have the other: enforced on every order.
        Dependency = "dependency";
        /// Nobody can have both: enforced on every order.
        Exclusivity = "exclusivity";
        /// A subscription may move from this one to the other.
        Migration = "migration";
        /// The other may stand in for this one.
        Substitution = "substitution";
        /// The other is a part of this one.
        Aggregation = "aggregation";
    }
}

words! {
    /// What reaches the buyer.
    Delivery {
        /// Something in a computer.
        Digital = "digital";
        /// Something in a parcel.
        Physical = "physical";
    }
}

/// A relation to another specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// The other one.
    pub to: SpecificationId,
    /// In which way.
    pub kind: RelationKind,
    /// When it holds.
    pub valid_for: Validity,
}

/// What is said of a specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecificationContent {
    /// What it is called.
    pub name: Localized<Name>,
    /// What it is.
    pub description: Option<Localized<Prose>>,
    /// Under which brand it is known.
    pub brand: Option<Name>,
    /// The seller's number of the product.
    pub product_number: Option<Name>,
    /// What reaches the buyer.
    pub delivery: Delivery,
    /// What it is made of, if of other specifications.
    pub parts: Vec<SpecificationId>,
    /// What can be said of it.
    pub characteristics: Vec<Characteristic>,
    /// What is countable in it.
    pub resources: Vec<ResourceId>,
    /// The digital goods in it.
    pub assets: Vec<AssetId>,
    /// What it goes together with.
    pub relations: Vec<Relation>,
    /// Pictures and papers.
    pub attachments: Vec<Attachment>,
    /// The services that realize it, as registered documents.
    pub services: Vec<DocumentId>,
    /// The technical resources that realize it, as registered documents.
    pub realizing_resources: Vec<DocumentId>,
    /// How it comes into being.
    pub connector: Connector,
}

/// What is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specification {
    /// Its id.
    pub id: SpecificationId,
    /// Whose it is.
    pub stamp: Stamp,
    /// How far it has come.
    pub life: Life,
    /// What is said of it.
    pub content: SpecificationContent,
}

impl SpecificationContent {
    /// A digital specification that comes into being by itself and of which nothing else is known.
    #[must_use]
    pub const fn named(name: Localized<Name>) -> Self {
        Self {
            name,
            description: None,
            brand: None,
            product_number: None,
            delivery: Delivery::Digital,
            parts: Vec::new(),
            characteristics: Vec::new(),
            resources: Vec::new(),
            assets: Vec::new(),
            relations: Vec::new(),
            attachments: Vec::new(),
            services: Vec::new(),
            realizing_resources: Vec::new(),
            connector: Connector::Instant,
        }
    }

    /// Whether it is made of others.
    #[must_use]
    pub const fn is_bundle(&self) -> bool {
        !self.parts.is_empty()
    }

    /// How a buyer comes to have it: what is physical is sent, whoever sees to it afterwards.
    #[must_use]
    pub fn maker(&self) -> Connector {
        match self.delivery {
            Delivery::Digital => self.connector.clone(),
            Delivery::Physical => Connector::Shipment,
        }
    }

    fn check(&self, id: SpecificationId) -> Result<(), Invalid> {
        let mut found = characteristic::violations(&self.characteristics);
        let relations = self.relations.iter().map(|it| format!("{} {}", it.kind, it.to));
        found.extend(keys_violations("/relations", relations));
        found.extend(keys_violations("/parts", &self.parts));
        found.extend(keys_violations("/resources", &self.resources));
        found.extend(keys_violations("/assets", &self.assets));
        let mut named = self.parts.iter().map(|it| ("/parts", *it));
        let mut related = self.relations.iter().map(|it| ("/relations", it.to));
        let itself = named.find(|it| it.1 == id).or_else(|| related.find(|it| it.1 == id));
        found.extend(itself.map(|(field, _)| {
            Violation::new(field, "reference", "must name other specifications than this one")
        }));
        if self.parts.len() == 1 {
            let message = "must have at least 2 entries, or none";
            found.push(Violation::new("/parts", "range", message));
        }
        match (self.delivery, &self.connector) {
            (Delivery::Digital, Connector::Shipment) => {
                let message = "must be another: what is digital is not sent";
                found.push(Violation::new("/connector", "conflict", message));
            }
            (Delivery::Physical, Connector::Webhook { .. }) => {
                let message = "must be left out: what is physical is there when it has arrived";
                found.push(Violation::new("/connector", "conflict", message));
            }
            (_, Connector::Instant | Connector::Manual { .. })
            | (Delivery::Digital, Connector::Webhook { .. })
            | (Delivery::Physical, Connector::Shipment) => {}
        }
        Invalid::unless_empty(found)
    }
}

impl Specification {
    /// A specification at the beginning of its life.
    ///
    /// # Errors
    /// If its content breaks rules of form.
    pub fn new(
        id: SpecificationId,
        stamp: Stamp,
        life: Life,
        content: SpecificationContent,
    ) -> Result<Self, Invalid> {
        content.check(id)?;
        Ok(Self { id, stamp, life, content })
    }

    /// The next version of it, with another content.
    ///
    /// # Errors
    /// If it is past changing, or if the content breaks rules of form.
    pub fn changed(self, content: SpecificationContent) -> Result<Self, Refusal> {
        content.check(self.id)?;
        Ok(Self { life: self.life.revised()?, content, ..self })
    }

    /// The specification after a trigger; `holders` counts the offers of it that are not obsolete.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger, holders: u64) -> Result<(Self, Verb), Rejection> {
        let (life, verb) = self.life.on(trigger, holders)?;
        Ok((Self { life, ..self }, verb))
    }

    /// What it is related to in one way, at a moment.
    pub fn related(
        &self,
        kind: RelationKind,
        now: Instant,
    ) -> impl Iterator<Item = SpecificationId> + '_ {
        let holding = move |it: &&Relation| it.kind == kind && it.valid_for.contains(now);
        self.content.relations.iter().filter(holding).map(|it| it.to)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::catalog::lifecycle::State;
    use crate::domain::error::Code;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;

    fn id(number: u128) -> SpecificationId {
        SpecificationId::from_uuid(Uuid::from_u128(number))
    }

    fn content() -> SpecificationContent {
        let locale = "en".parse().expect("a locale");
        SpecificationContent::named(Localized::new(locale, "Mail".parse().expect("a name")))
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000).expect("in range")
    }

    fn make(content: SpecificationContent) -> Result<Specification, Invalid> {
        let life = Life::new(State::Launched, Validity::ALWAYS).expect("can begin");
        Specification::new(id(1), Stamp::new(SellerNumber::PROVIDER, None, at(0)), life, content)
    }

    fn relation(kind: RelationKind, to: u128, valid_for: Validity) -> Relation {
        Relation { to: id(to), kind, valid_for }
    }

    #[test]
    fn a_specification_refers_to_others_and_to_each_once() {
        let fields = |content| match make(content) {
            Ok(_) => vec![],
            Err(it) => it.violations.into_iter().map(|it| it.field).collect(),
        };
        assert_eq!(fields(content()), Vec::<String>::new());
        let one = SpecificationContent { parts: vec![id(2)], ..content() };
        assert_eq!(fields(one), ["/parts"]);
        let itself = SpecificationContent { parts: vec![id(1), id(2)], ..content() };
        assert_eq!(fields(itself), ["/parts"]);
        let needs = relation(RelationKind::Dependency, 2, Validity::ALWAYS);
        let twice = SpecificationContent { relations: vec![needs.clone(), needs], ..content() };
        assert_eq!(fields(twice), ["/relations/1"]);
    }

    #[test]
    fn a_change_makes_a_version_until_it_is_obsolete() {
        let changed = make(content()).expect("valid").changed(content()).expect("launched");
        assert_eq!(changed.life.version(), 2);
        let (retired, verb) = changed.on(Trigger::Retire, 1).expect("launched");
        assert_eq!(verb, Verb::Retired);
        let refused = retired.clone().on(Trigger::Withdraw, 1).map_err(|it| it.code);
        assert_eq!(refused.map(|it| it.1), Err(Code::InUse));
        let (obsolete, _) = retired.on(Trigger::Withdraw, 0).expect("unused");
        assert!(matches!(obsolete.changed(content()), Err(Refusal::Rejected(_))));
    }

    #[test]
    fn a_relation_holds_only_while_it_is_valid() {
        let valid_for = Validity::new(Some(at(10)), None).expect("not empty");
        let relations = vec![
            relation(RelationKind::Migration, 2, valid_for),
            relation(RelationKind::Migration, 3, Validity::ALWAYS),
            relation(RelationKind::Exclusivity, 4, Validity::ALWAYS),
        ];
        let it = make(SpecificationContent { relations, ..content() }).expect("valid");
        let related = |now| it.related(RelationKind::Migration, at(now)).collect::<Vec<_>>();
        assert_eq!(related(9), [id(3)]);
        assert_eq!(related(10), [id(2), id(3)]);
    }
}
