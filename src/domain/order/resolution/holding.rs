//! What an account would have after an order, and whether all of that goes together.

use std::collections::{BTreeMap, BTreeSet};

use super::{Desk, Draft, Objection};
use crate::domain::catalog::resource::{Dependency, DependencyKind, Resource};
use crate::domain::catalog::specification::RelationKind;
use crate::domain::error::Code;
use crate::domain::id::{Id, ResourceId, SpecificationId, SubscriptionId};
use crate::domain::order::item::{Action, When};
use crate::domain::quantity::Quantity;
use crate::domain::subscription::change::{Deal, Entitlement};
use crate::domain::subscription::tree;

/// One subscription that the account would have.
struct Holding {
    /// Where the order asks for it; nothing if the order leaves it as it is.
    field: Option<String>,
    specification: Option<SpecificationId>,
    amounts: BTreeMap<ResourceId, Quantity>,
}

/// Everything in an account's future that does not go together, as far as the order causes it.
pub(super) fn objections(desk: &Desk<'_>, drafts: &[Draft<'_>]) -> Vec<Objection> {
    let holdings = holdings(desk, drafts);
    let view = View { desk, holdings: &holdings };
    let mut found = Vec::new();
    for (place, holding) in holdings.iter().enumerate() {
        let Some(field) = &holding.field else { continue };
        found.extend(view.requirements(field, holding));
        found.extend(view.conflicts(field, holding, place));
        found.extend(view.dependencies(field, holding));
        found.extend(view.exclusions(field, holding, place));
    }
    found.extend(view.orphans(drafts));
    let mut told = Vec::new();
    found.retain(|it| {
        let new = !told.contains(it);
        told.extend(new.then(|| it.clone()));
        new
    });
    found
}

fn holdings(desk: &Desk<'_>, drafts: &[Draft<'_>]) -> Vec<Holding> {
    let gone = gone(desk, drafts);
    let of = |field: Option<String>, deal: &Deal| {
        let had = |(id, it): (&ResourceId, &Entitlement)| (*id, it.amount());
        let amounts = deal.resources.iter().map(had).filter(|it| Quantity::ZERO < it.1).collect();
        Holding { field, specification: deal.specification, amounts }
    };
    let changed = |id: SubscriptionId| {
        let draft = drafts.iter().find(|it| it.target.is_some_and(|it| it.id == id))?;
        Some(of(Some(draft.asked.field.clone()), &draft.chosen.as_ref()?.deal))
    };
    let subscriptions = desk.holder.subscriptions.iter();
    let living = subscriptions.filter(|it| it.state().is_living() || changed(it.id).is_some());
    let kept = living.filter(|it| !gone.contains(&it.id));
    let kept = kept.map(|it| changed(it.id).unwrap_or_else(|| of(None, it.deal())));
    let added = drafts
        .iter()
        .filter(|it| it.target.is_none())
        .filter_map(|it| Some(of(Some(it.asked.field.clone()), &it.chosen.as_ref()?.deal)));
    kept.chain(added).collect()
}

/// The subscriptions that the order ends at once, with all that lies below them.
fn gone(desk: &Desk<'_>, drafts: &[Draft<'_>]) -> BTreeSet<SubscriptionId> {
    let ended =
        |it: &&Draft<'_>| it.asked.item.action == Action::Delete && it.asked.item.when == When::Now;
    let roots = drafts.iter().filter(ended).filter_map(|it| it.target);
    let mut gone = BTreeSet::new();
    for root in roots {
        gone.insert(root.id);
        gone.extend(tree::below(root.id, &desk.holder.subscriptions).iter().map(|it| it.id));
    }
    gone
}

struct View<'a> {
    desk: &'a Desk<'a>,
    holdings: &'a [Holding],
}

impl View<'_> {
    fn resource(&self, id: ResourceId) -> Option<&Resource> {
        self.desk.shelf.resources.get(&id)
    }

    fn name(&self, id: ResourceId) -> String {
        self.resource(id).map_or(id.to_string(), |it| it.content.name.original().to_string())
    }

    fn dependencies_of<'b>(
        &'b self,
        holding: &'b Holding,
        kind: DependencyKind,
    ) -> impl Iterator<Item = (ResourceId, Quantity, &'b Dependency)> {
        holding.amounts.iter().flat_map(move |(id, amount)| {
            let resource = self.resource(*id).into_iter();
            resource.flat_map(move |it| it.dependencies(kind)).map(move |it| (*id, *amount, it))
        })
    }

    /// What a resource requires is there in the same subscription, and enough of it.
    fn requirements(&self, field: &str, holding: &Holding) -> Vec<Objection> {
        let lacking = |(id, amount, needs): (ResourceId, Quantity, &Dependency)| {
            let have = holding.amounts.get(&needs.on).copied().unwrap_or(Quantity::ZERO);
            let bears = have.decimal().checked_mul(needs.multiplier.decimal());
            if bears.is_none_or(|it| amount.decimal() <= it) {
                return None;
            }
            let message = format!(
                "needs `{}` in the same subscription, one for every {} of it; there are {have}",
                self.name(needs.on),
                needs.multiplier
            );
            Some(resource_objection(field, id, "requires", message).about(needs.on))
        };
        self.dependencies_of(holding, DependencyKind::Requires).filter_map(lacking).collect()
    }

    /// Nothing conflicts with anything in the same subscription, or in the account.
    fn conflicts(&self, field: &str, holding: &Holding, place: usize) -> Vec<Objection> {
        let mut found = Vec::new();
        let own = self.dependencies_of(holding, DependencyKind::SubscriptionConflict);
        for (id, _, other) in own.filter(|it| holding.amounts.contains_key(&it.2.on)) {
            let message = format!("cannot be in one subscription with `{}`", self.name(other.on));
            let rule = DependencyKind::SubscriptionConflict.word();
            found.push(resource_objection(field, id, rule, message).about(other.on));
        }
        for (other_place, other) in self.holdings.iter().enumerate() {
            let mine = self.dependencies_of(holding, DependencyKind::AccountConflict);
            let mine = mine.filter(|it| other.amounts.contains_key(&it.2.on));
            let mut pairs: Vec<_> = mine.map(|it| (it.0, it.2.on)).collect();
            if other_place != place {
                let theirs = self.dependencies_of(other, DependencyKind::AccountConflict);
                let theirs = theirs.filter(|it| holding.amounts.contains_key(&it.2.on));
                pairs.extend(theirs.map(|it| (it.2.on, it.0)));
            }
            for (id, against) in pairs {
                let message = format!("cannot be had beside `{}`", self.name(against));
                let rule = DependencyKind::AccountConflict.word();
                found.push(resource_objection(field, id, rule, message).about(against));
            }
        }
        found
    }

    fn is_held(&self, specification: SpecificationId) -> bool {
        self.holdings.iter().any(|it| it.specification == Some(specification))
    }

    fn related(&self, of: Option<SpecificationId>, kind: RelationKind) -> Vec<SpecificationId> {
        let specification = of.and_then(|it| self.desk.shelf.specifications.get(&it));
        specification.map_or(Vec::new(), |it| it.related(kind, self.desk.now).collect())
    }

    fn title(&self, id: SpecificationId) -> String {
        let known = self.desk.shelf.specifications.get(&id);
        known.map_or(id.to_string(), |it| it.content.name.original().to_string())
    }

    /// What a specification depends on, the account has.
    fn dependencies(&self, field: &str, holding: &Holding) -> Vec<Objection> {
        let needed = self.related(holding.specification, RelationKind::Dependency).into_iter();
        let missing = needed.filter(|it| !self.is_held(*it));
        let object = |it: SpecificationId| {
            let message = format!("needs `{}`, which the account does not have", self.title(it));
            specification_objection(field, RelationKind::Dependency, message).about(it)
        };
        missing.map(object).collect()
    }

    /// What a specification excludes, the account does not have.
    fn exclusions(&self, field: &str, holding: &Holding, place: usize) -> Vec<Objection> {
        let kind = RelationKind::Exclusivity;
        let mine = self.related(holding.specification, kind);
        let others = self.holdings.iter().enumerate().filter(|it| it.0 != place);
        let excluded = others.filter_map(|it| it.1.specification).filter(|other| {
            let theirs = self.related(Some(*other), kind);
            mine.contains(other) || holding.specification.is_some_and(|it| theirs.contains(&it))
        });
        let object = |it: SpecificationId| {
            let message = format!("cannot be had beside `{}`", self.title(it));
            specification_objection(field, kind, message).about(it)
        };
        excluded.map(object).collect()
    }

    /// Nothing that the order leaves as it is loses what it depends on.
    fn orphans(&self, drafts: &[Draft<'_>]) -> Vec<Objection> {
        let mut found = Vec::new();
        for (field, lost) in lost(self.desk, drafts) {
            let left = self.holdings.iter().filter(|it| it.field.is_none());
            let depends = |it: &&Holding| {
                self.related(it.specification, RelationKind::Dependency).contains(&lost)
            };
            let orphan = left.filter(depends).find_map(|it| it.specification);
            if let Some(orphan) = orphan.filter(|_| !self.is_held(lost)) {
                let message =
                    format!("is needed by `{}`, which the account keeps", self.title(orphan));
                let kind = RelationKind::Dependency;
                found.push(specification_objection(&field, kind, message).about(orphan));
            }
        }
        found
    }
}

/// What the order takes away: the specification of everything that it ends or switches.
fn lost(desk: &Desk<'_>, drafts: &[Draft<'_>]) -> Vec<(String, SpecificationId)> {
    let mut found = Vec::new();
    for draft in drafts {
        let Some(target) = draft.target else { continue };
        let field = &draft.asked.field;
        let mut lose = |it: Option<SpecificationId>| found.extend(it.map(|it| (field.clone(), it)));
        match (&draft.chosen, draft.asked.item.action, draft.asked.item.when) {
            (Some(chosen), _, _) if chosen.deal.specification != target.deal().specification => {
                lose(target.deal().specification);
            }
            (None, Action::Delete, When::Now) => {
                lose(target.deal().specification);
                for it in tree::below(target.id, &desk.holder.subscriptions) {
                    lose(it.deal().specification);
                }
            }
            (_, _, _) => (),
        }
    }
    found
}

fn resource_objection(
    field: &str,
    id: ResourceId,
    rule: &'static str,
    message: String,
) -> Objection {
    let field = format!("{field}/resources/{id}");
    Objection { field, code: Code::ResourceConflict, rule, object: Some(id.subject()), message }
}

fn specification_objection(field: &str, kind: RelationKind, message: String) -> Objection {
    let field = format!("{field}/offer");
    let code = Code::SpecificationConflict;
    Objection { field, code, rule: kind.word(), object: None, message }
}
