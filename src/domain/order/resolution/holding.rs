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
use crate::domain::subscription::tree::Family;

/// One subscription that the account would have.
struct Holding {
    /// Where the order asks for it; nothing if the order leaves it as it is.
    field: Option<String>,
    specification: Option<SpecificationId>,
    amounts: BTreeMap<ResourceId, Quantity>,
}

/// Everything in an account's future that does not go together, as far as the order causes it.
pub(super) fn objections(desk: &Desk<'_>, drafts: &[Draft<'_>]) -> Vec<Objection> {
    let family = Family::of(&desk.holder.subscriptions);
    let holdings = holdings(desk, (drafts, &family));
    let view = View::new(desk, &holdings);
    let mut found = Vec::new();
    for holding in &holdings {
        let Some(field) = &holding.field else { continue };
        found.extend(view.requirements(field, holding));
        found.extend(view.conflicts(field, holding));
        found.extend(view.dependencies(field, holding));
        found.extend(view.exclusions(field, holding));
    }
    found.extend(view.orphans(drafts, &family));
    let mut told = BTreeSet::new();
    found.retain(|it| told.insert((it.field.clone(), it.rule, it.message.clone())));
    found
}

fn holdings(desk: &Desk<'_>, (drafts, family): (&[Draft<'_>], &Family<'_>)) -> Vec<Holding> {
    let gone = gone(drafts, family);
    let of = |field: Option<String>, deal: &Deal| {
        let had = |(id, it): (&ResourceId, &Entitlement)| (*id, it.amount());
        let amounts = deal.resources.iter().map(had).filter(|it| Quantity::ZERO < it.1).collect();
        Holding { field, specification: deal.specification, amounts }
    };
    let mut changing = BTreeMap::new();
    for draft in drafts {
        if let Some(target) = draft.target {
            changing.entry(target.id).or_insert(draft);
        }
    }
    let changed = |id: SubscriptionId| {
        let draft = changing.get(&id)?;
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
fn gone(drafts: &[Draft<'_>], family: &Family<'_>) -> BTreeSet<SubscriptionId> {
    let ended =
        |it: &&Draft<'_>| it.asked.item.action == Action::Delete && it.asked.item.when == When::Now;
    let roots = drafts.iter().filter(ended).filter_map(|it| it.target);
    let mut gone = BTreeSet::new();
    for root in roots {
        gone.insert(root.id);
        gone.extend(family.below(root.id).iter().map(|it| it.id));
    }
    gone
}

/// All that the account would have, and what of it is against what.
struct View<'a> {
    desk: &'a Desk<'a>,
    holdings: &'a [Holding],
    /// In how many holdings a resource is.
    resources: BTreeMap<ResourceId, usize>,
    /// In how many holdings something is that cannot be in one account with a resource.
    against: BTreeMap<ResourceId, BTreeMap<ResourceId, usize>>,
    /// In how many holdings there is something of a specification.
    specifications: BTreeMap<SpecificationId, usize>,
    /// What is held that excludes a specification.
    excluding: BTreeMap<SpecificationId, BTreeSet<SpecificationId>>,
}

impl<'a> View<'a> {
    fn new(desk: &'a Desk<'a>, holdings: &'a [Holding]) -> Self {
        let mut view = Self {
            desk,
            holdings,
            resources: BTreeMap::new(),
            against: BTreeMap::new(),
            specifications: BTreeMap::new(),
            excluding: BTreeMap::new(),
        };
        let mut against: BTreeMap<_, BTreeMap<_, usize>> = BTreeMap::new();
        for holding in holdings {
            for id in holding.amounts.keys() {
                *view.resources.entry(*id).or_default() += 1;
            }
            for (id, _, other) in view.dependencies_of(holding, DependencyKind::AccountConflict) {
                *against.entry(other.on).or_default().entry(id).or_default() += 1;
            }
            if let Some(id) = holding.specification {
                *view.specifications.entry(id).or_default() += 1;
            }
        }
        view.against = against;
        for by in view.specifications.keys() {
            for it in view.related(Some(*by), RelationKind::Exclusivity) {
                view.excluding.entry(it).or_default().insert(*by);
            }
        }
        view
    }

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
    fn conflicts(&self, field: &str, holding: &Holding) -> Vec<Objection> {
        let mut found = Vec::new();
        let own = self.dependencies_of(holding, DependencyKind::SubscriptionConflict);
        for (id, _, other) in own.filter(|it| holding.amounts.contains_key(&it.2.on)) {
            let message = format!("cannot be in one subscription with `{}`", self.name(other.on));
            let rule = DependencyKind::SubscriptionConflict.word();
            found.push(resource_objection(field, id, rule, message).about(other.on));
        }
        let mine = self.dependencies_of(holding, DependencyKind::AccountConflict);
        let mine = mine.filter(|it| self.resources.contains_key(&it.2.on));
        let mut pairs: Vec<_> = mine.map(|it| (it.0, it.2.on)).collect();
        for id in holding.amounts.keys() {
            let others = self.against.get(id).into_iter().flatten();
            // What is against it in the same holding was found above.
            let others = others
                .filter(|(by, count)| **count > usize::from(self.is_against(holding, **by, *id)));
            pairs.extend(others.map(|it| (*id, *it.0)));
        }
        for (id, against) in pairs {
            let message = format!("cannot be had beside `{}`", self.name(against));
            let rule = DependencyKind::AccountConflict.word();
            found.push(resource_objection(field, id, rule, message).about(against));
        }
        found
    }

    /// Whether a holding has a resource that cannot be in one account with another.
    fn is_against(&self, holding: &Holding, by: ResourceId, id: ResourceId) -> bool {
        let says = || self.resource(by).into_iter();
        let says = || says().flat_map(|it| it.dependencies(DependencyKind::AccountConflict));
        holding.amounts.contains_key(&by) && says().any(|it| it.on == id)
    }

    fn is_held(&self, specification: SpecificationId) -> bool {
        self.specifications.contains_key(&specification)
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
    fn exclusions(&self, field: &str, holding: &Holding) -> Vec<Objection> {
        let kind = RelationKind::Exclusivity;
        let Some(own) = holding.specification else { return Vec::new() };
        let mut excluded: BTreeSet<_> = self.related(Some(own), kind).into_iter().collect();
        excluded.extend(self.excluding.get(&own).into_iter().flatten());
        let beside = |id: &SpecificationId| {
            let held = self.specifications.get(id).copied().unwrap_or(0);
            held > usize::from(*id == own)
        };
        let object = |it: SpecificationId| {
            let message = format!("cannot be had beside `{}`", self.title(it));
            specification_objection(field, kind, message).about(it)
        };
        excluded.into_iter().filter(beside).map(object).collect()
    }

    /// Nothing that the order leaves as it is loses what it depends on.
    fn orphans(&self, drafts: &[Draft<'_>], family: &Family<'_>) -> Vec<Objection> {
        let mut depending = BTreeMap::new();
        let left = self.holdings.iter().filter(|it| it.field.is_none());
        let left: BTreeSet<_> = left.filter_map(|it| it.specification).collect();
        for by in left {
            for on in self.related(Some(by), RelationKind::Dependency) {
                depending.entry(on).or_insert(by);
            }
        }
        let mut found = Vec::new();
        for (field, lost) in lost(drafts, family) {
            let orphan = depending.get(&lost).copied();
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
fn lost(drafts: &[Draft<'_>], family: &Family<'_>) -> Vec<(String, SpecificationId)> {
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
                for it in family.below(target.id) {
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
