//! Promotions: what is announced to lower prices, with the discounts that make it true.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::keys_violations;
use super::lifecycle::{Life, Trigger};
use crate::domain::error::{Invalid, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{DiscountId, OfferId, PromotionId};
use crate::domain::localized::Localized;
use crate::domain::stamp::Stamp;
use crate::domain::text::{self, Name, Prose};
use crate::domain::word::words;

words! {
    /// How the criteria of a group hang together.
    Junction {
        /// All must hold.
        All = "all";
        /// One must hold.
        Any = "any";
    }
}

/// A condition of a promotion, in the words of who announced it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// What is looked at.
    pub parameter: Name,
    /// How it is compared.
    pub operator: text::Code,
    /// What it is compared with.
    pub value: Prose,
}

/// What a promotion does, in the words of who announced it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What is done.
    pub kind: Name,
    /// What it is done to.
    pub object: Option<Name>,
    /// With which value.
    pub value: Option<Prose>,
}

/// Conditions that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriteriaGroup {
    /// What the group is called.
    pub name: Option<Name>,
    /// How its conditions hang together.
    pub junction: Junction,
    /// The conditions.
    pub criteria: Vec<Criterion>,
}

/// A case of a promotion: if the conditions hold, the actions follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// What it is called; once per promotion.
    pub name: Name,
    /// Which case comes first: the higher.
    pub priority: u8,
    /// How its groups hang together.
    pub junction: Junction,
    /// The conditions.
    pub groups: Vec<CriteriaGroup>,
    /// What follows.
    pub actions: Vec<Action>,
}

/// What is announced: for a time, for some, with the discounts that make it true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// Its id.
    pub id: PromotionId,
    /// Whose it is.
    pub stamp: Stamp,
    /// How far it has come.
    pub life: Life,
    /// What it is called.
    pub name: Localized<Name>,
    /// What it says.
    pub description: Option<Localized<Prose>>,
    /// What sort of promotion it is: `discount`, `award`.
    pub kind: Option<text::Code>,
    /// What makes it true.
    pub discounts: BTreeSet<DiscountId>,
    /// What is promoted.
    pub offers: BTreeSet<OfferId>,
    patterns: Vec<Pattern>,
}

impl Promotion {
    /// A promotion that promises nothing yet.
    #[must_use]
    pub const fn new(id: PromotionId, stamp: Stamp, life: Life, name: Localized<Name>) -> Self {
        Self {
            id,
            stamp,
            life,
            name,
            description: None,
            kind: None,
            discounts: BTreeSet::new(),
            offers: BTreeSet::new(),
            patterns: Vec::new(),
        }
    }

    /// Its cases.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The promotion with other cases.
    ///
    /// # Errors
    /// If two have one name, or one of them does nothing.
    pub fn with_patterns(self, patterns: Vec<Pattern>) -> Result<Self, Invalid> {
        let mut found = keys_violations("/patterns", patterns.iter().map(|it| &it.name));
        for (place, _) in patterns.iter().enumerate().filter(|it| it.1.actions.is_empty()) {
            let field = format!("/patterns/{place}/actions");
            found.push(Violation::new(field, "required", "must have at least one entry"));
        }
        Invalid::unless_empty(found)?;
        Ok(Self { patterns, ..self })
    }

    /// The promotion after a trigger.
    ///
    /// # Errors
    /// If its state does not allow it.
    pub fn on(self, trigger: Trigger) -> Result<(Self, Verb), Rejection> {
        let (life, verb) = self.life.on(trigger, 0)?;
        Ok((Self { life, ..self }, verb))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::catalog::lifecycle::State;
    use crate::domain::id::Id;
    use crate::domain::stamp::SellerNumber;
    use crate::domain::time::{Instant, Validity};

    #[test]
    fn a_case_of_a_promotion_does_something() {
        let life = Life::new(State::Active, Validity::ALWAYS).expect("can begin");
        let now = Instant::from_micros(0).expect("in range");
        let stamp = Stamp::new(SellerNumber::PROVIDER, None, now);
        let id = PromotionId::from_uuid(Uuid::from_u128(1));
        let name =
            Localized::new("en".parse().expect("a locale"), "Spring".parse().expect("a name"));
        let promotion = Promotion::new(id, stamp, life, name);
        let action = Action { kind: "ten off".parse().expect("a name"), object: None, value: None };
        let pattern = |actions: &[Action]| Pattern {
            name: "spring".parse().expect("a name"),
            priority: 0,
            junction: Junction::All,
            groups: vec![],
            actions: actions.to_vec(),
        };
        let with = |patterns| promotion.clone().with_patterns(patterns);
        assert!(with(vec![pattern(&[])]).is_err());
        assert!(with(vec![pattern(std::slice::from_ref(&action)); 2]).is_err());
        let kept = with(vec![pattern(&[action])]).expect("valid");
        assert_eq!(kept.patterns().len(), 1);
        assert_eq!(kept.on(Trigger::Launch).map(|it| it.1), Ok(Verb::Launched));
    }
}
