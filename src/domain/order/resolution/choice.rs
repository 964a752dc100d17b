//! Choices: the offer, the term, the plan, the units and the characteristics of an item.

use super::bundle::part_of;
use super::{Asked, Desk, Objection};
use crate::domain::account::tree::LEVELS_MAX;
use crate::domain::catalog::bundle::Bundled;
use crate::domain::catalog::characteristic::Choices;
use crate::domain::catalog::choice::{self, Fault};
use crate::domain::catalog::lifecycle::State;
use crate::domain::catalog::offer::{Offer, QuantityLimits};
use crate::domain::catalog::specification::{RelationKind, Specification};
use crate::domain::error::Code;
use crate::domain::id::{OfferId, ResourceId};
use crate::domain::order::item::{Action, Parent};
use crate::domain::quantity::{Percent, Quantity};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::Deal;
use crate::domain::subscription::term::RunningTerm;
use crate::domain::subscription::tree::Belonging;
use crate::domain::text;

/// What an item asks for, with nothing left open but its prices.
pub(super) struct Chosen {
    pub(super) deal: Deal,
    pub(super) term: Option<text::Code>,
}

/// Keeps what was found, or what speaks against it.
pub(super) fn kept<T>(found: Result<T, Objection>, objections: &mut Vec<Objection>) -> Option<T> {
    found.map_err(|it| objections.push(it)).ok()
}

impl<'a> Desk<'a> {
    /// What an item asks for, where `target` is the subscription that it is about.
    pub(super) fn choose(
        &self,
        asked: &Asked,
        target: Option<&Subscription>,
    ) -> Result<Chosen, Vec<Objection>> {
        let offer = self.offer(asked, target).map_err(|it| vec![it])?;
        // Of a subscription to the same offer, what is not asked for stays as it is.
        let same = target.filter(|it| it.deal().offer == offer.id);
        let mut found = match same {
            Some(_) => Vec::new(),
            None => self.availability(asked, offer, target),
        };
        let term = kept(self.term(asked, offer, same), &mut found);
        kept(self.times(asked, offer, term.as_ref()), &mut found);
        let plan = kept(plan(asked, offer, same), &mut found);
        if let (Some(it), Some(term), Some(plan)) = (same, &term, &plan) {
            kept(must_stay(asked, (it, offer), (term.as_ref(), plan.as_ref())), &mut found);
        }
        let quantity = kept(quantity(asked, offer, target), &mut found);
        let bundled = self.bundled(asked, offer, target);
        let part = target.filter(|_| bundled.is_some());
        kept(part.map_or(Ok(()), |it| must_not_grow(asked, it)), &mut found);
        let characteristics = self.characteristics(asked, offer, target, &mut found);
        let key = term.as_ref().and_then(Option::as_ref);
        let resources = self.amounts(asked, (offer, key), target);
        let resources = resources.map_err(|it| found.extend(it)).unwrap_or_default();
        match (term, plan, quantity) {
            (Some(term), Some(plan), Some(quantity)) if found.is_empty() => {
                let renewed = asked.item.action == Action::Renew;
                let bought = same.filter(|_| !renewed).map(|it| it.deal().offer_version);
                let offer_version = bought.unwrap_or(offer.life.version());
                let specification = offer.content.specification;
                let prices = same.map(|it| it.deal().prices.clone()).unwrap_or_default();
                let offer = offer.id;
                let deal = Deal {
                    offer,
                    offer_version,
                    specification,
                    plan,
                    prices,
                    quantity,
                    resources,
                    characteristics,
                    bundled,
                };
                Ok(Chosen { deal, term })
            }
            (_, _, _) => Err(found),
        }
    }

    /// What it costs less as a part of a bundle: as it was bought, also where it goes on as another part of
    /// that, or as the bundle says that is bought.
    fn bundled(
        &self,
        asked: &Asked,
        offer: &Offer,
        target: Option<&Subscription>,
    ) -> Option<Bundled> {
        if let Some(held) = target {
            let had = held.deal().bundled.clone()?;
            if held.deal().offer == offer.id {
                return Some(had);
            }
            let bundle = self.shelf.offers.get(&had.bundle)?;
            return had.switched(&bundle.content.parts, offer.id);
        }
        let bundle = self.shelf.offers.get(&self.offer_of(part_of(&asked.item)?)?)?;
        let less = bundle.content.parts_discount?;
        Some(Bundled { above: self.lowered_above(bundle), ..Bundled::of(bundle.id, less) })
    }

    /// How much less the parts of what a bundle is a copy of cost in it, up to where it was made.
    fn lowered_above(&self, bundle: &Offer) -> Vec<(OfferId, Percent)> {
        let original = |it: &Offer| self.shelf.offers.get(&it.content.copy_of?);
        let all = std::iter::successors(original(bundle), |it| original(it)).take(LEVELS_MAX);
        all.filter_map(|it| Some((it.id, it.content.parts_discount?))).collect()
    }

    /// The offer that is asked for, or that the subscription is to.
    fn offer(&self, asked: &Asked, target: Option<&Subscription>) -> Result<&'a Offer, Objection> {
        let current = target.map(|it| it.deal().offer);
        let Some(id) = asked.item.wish.offer.or(current) else {
            let message = "must be named: an add is of an offer";
            return Err(asked.object("/offer", Code::ReferenceUnknown, "required", message));
        };
        let Some(offer) = self.shelf.offers.get(&id) else {
            let message = format!("names no offer that can be ordered: `{id}`");
            let code = Code::ReferenceUnknown;
            return Err(asked.object("/offer", code, "reference", message).about(id));
        };
        match target.filter(|it| it.deal().offer != id) {
            Some(target) => self.must_switch(asked, target, offer)?,
            None if current.is_some() && offer.life.state() == State::Obsolete => {
                let message = "is obsolete, and cannot be renewed or changed";
                let code = Code::OfferNotAvailable;
                return Err(asked.object("/offer", code, "state", message).about(id));
            }
            None => (),
        }
        Ok(offer)
    }

    fn must_switch(
        &self,
        asked: &Asked,
        target: &Subscription,
        offer: &Offer,
    ) -> Result<(), Objection> {
        if asked.item.action == Action::Renew {
            let message = "must be left out: a renewal is of the same offer; modify it to switch";
            return Err(asked.object("/offer", Code::OfferNotAvailable, "conflict", message));
        }
        let from = self.shelf.offers.get(&target.deal().offer);
        if offer.content.is_bundle() || from.is_some_and(|it| it.content.is_bundle()) {
            let message = "cannot be switched: a bundle is switched part by part";
            let code = Code::OfferNotAvailable;
            return Err(asked.object("/offer", code, "switch", message).about(offer.id));
        }
        let named =
            from.is_some_and(|it| it.switch(offer.id, asked.item.wish.term.as_ref()).is_some());
        let related = from.and_then(|it| self.specification(it)).is_some_and(|it| {
            let leads =
                |kind| it.related(kind, self.now).any(|to| Some(to) == offer.content.specification);
            leads(RelationKind::Migration) || leads(RelationKind::Substitution)
        });
        if named || related {
            return Ok(());
        }
        let message = "is not among the switches that the subscription's offer allows";
        Err(asked.object("/offer", Code::OfferNotAvailable, "switch", message).about(offer.id))
    }

    fn specification(&self, offer: &Offer) -> Option<&'a Specification> {
        self.shelf.specifications.get(&offer.content.specification?)
    }

    /// What keeps an offer from being bought anew.
    fn availability(
        &self,
        asked: &Asked,
        offer: &Offer,
        target: Option<&Subscription>,
    ) -> Vec<Objection> {
        let mut found = Vec::new();
        let mut object = |rule, message: String| {
            let objection = asked.object("/offer", Code::OfferNotAvailable, rule, message);
            found.push(objection.about(offer.id));
        };
        let name = offer.content.name.original();
        if offer.life.state() != State::Launched {
            object("state", format!("cannot be bought: `{name}` is `{}`", offer.life.state()));
        } else if !offer.life.is_on_sale(self.now) {
            object("valid_for", format!("cannot be bought now: `{name}` is out of its validity"));
        }
        let is_part = asked.item.parent.as_ref().map(Parent::belonging) == Some(Belonging::Part);
        if !offer.content.is_sellable && !is_part {
            object("sellable", format!("cannot be bought alone: `{name}` is part of bundles"));
        }
        // As if everything else in the order were done.
        let held = |id: OfferId| self.held_beside(&asked.item, target, id);
        let buyer = &self.holder.buyer;
        for obstacle in offer.content.eligibility.obstacles(offer.id, (buyer, &held)) {
            object(obstacle.word(), obstacle.explanation().to_owned());
        }
        if target.is_none() {
            found.extend(self.parent_fault(asked, offer));
        }
        found
    }

    fn parent_fault(&self, asked: &Asked, offer: &Offer) -> Option<Objection> {
        let object = |rule, message: &str| {
            Some(asked.object("/parent", Code::OfferNotAvailable, rule, message).about(offer.id))
        };
        let Some(parent) = &asked.item.parent else {
            offer.content.adds_to?;
            return object("required", "must name the subscription that this adds to");
        };
        let above = match parent {
            Parent::Item(key, _) => self.offer_of(key),
            Parent::Subscription(id, _) => {
                let living = self.subscription(*id).filter(|it| it.state().is_living());
                living.map(|it| it.deal().offer)
            }
        };
        let Some(above) = above else {
            let message = "names no living subscription of the account, nor an item of the order";
            return Some(asked.object("/parent", Code::ReferenceUnknown, "reference", message));
        };
        let is_part_of = |it: &Offer| it.content.parts.iter().any(|it| it.offer == offer.id);
        match parent.belonging() {
            Belonging::AddOn if offer.content.adds_to != Some(above) => {
                object("adds_to", "names something that this does not add to")
            }
            Belonging::Pool if above != offer.id => {
                object("pool", "names something else than a pool of the same offer")
            }
            Belonging::Part if !self.shelf.offers.get(&above).is_some_and(is_part_of) => {
                object("part", "names something that this is not a part of")
            }
            Belonging::AddOn | Belonging::Pool | Belonging::Part => None,
        }
    }

    /// The key of the term: the one that was asked for, the one that follows, the one that runs, or
    /// the one that is taken if nobody chooses.
    fn term(
        &self,
        asked: &Asked,
        offer: &Offer,
        same: Option<&Subscription>,
    ) -> Result<Option<text::Code>, Objection> {
        let running = same.and_then(Subscription::term_key);
        let follows = same.and_then(Subscription::term).and_then(RunningTerm::renews_into);
        let stays = match asked.item.action {
            Action::Renew => follows.or(running),
            Action::Add | Action::Modify | Action::Delete | Action::NoChange => running,
        };
        let wanted = asked.item.wish.term.as_ref();
        if same.is_some() && (wanted.is_none() || wanted == stays) {
            return Ok(stays.cloned());
        }
        match (offer.content.term(wanted, self.now), wanted) {
            (Some(term), _) => Ok(Some(term.key.clone())),
            (None, None) if offer.content.terms.is_empty() => Ok(None),
            (None, None) => {
                let keys: Vec<_> = offer.content.terms.iter().map(|it| it.key.as_str()).collect();
                let message = format!("must be one of {}", keys.join(", "));
                Err(asked.object("/term", Code::OfferNotAvailable, "required", message))
            }
            (None, Some(key)) => {
                let message = format!("names no term that can be chosen now: `{key}`");
                Err(asked.object("/term", Code::OfferNotAvailable, "reference", message))
            }
        }
    }

    /// Refuses to commit to more lengths of a term at once than the offer lets one.
    fn times(
        &self,
        asked: &Asked,
        offer: &Offer,
        term: Option<&Option<text::Code>>,
    ) -> Result<(), Objection> {
        let (Some(wanted), Some(key)) = (asked.item.wish.times, term) else { return Ok(()) };
        let chosen = key.as_ref().and_then(|key| offer.content.term(Some(key), self.now));
        let most = chosen.map_or(1, |it| it.times_max);
        if (1..=most).contains(&wanted) {
            return Ok(());
        }
        let message = format!("must lie between 1 and {most}");
        Err(asked.object("/times", Code::OfferNotAvailable, "range", message))
    }

    /// What was chosen and what is taken by default, as far as the specification has it. What a
    /// subscription to another offer has and this one cannot is taken by default.
    fn characteristics(
        &self,
        asked: &Asked,
        offer: &Offer,
        target: Option<&Subscription>,
        found: &mut Vec<Objection>,
    ) -> Choices {
        let is_other = target.is_some_and(|it| it.deal().offer != offer.id);
        let known = self.specification(offer).map_or(&[][..], |it| &it.content.characteristics);
        let (uses, mut wanted) =
            (&offer.content.characteristics, asked.item.wish.characteristics.clone());
        let before = target.map(|it| it.deal().characteristics.clone()).unwrap_or_default();
        for it in known.iter().filter(|it| it.formula.is_none()) {
            let Some(had) = before.get(&it.name) else { continue };
            if !is_other || it.narrowed(uses).settle(Some(had), self.now).is_ok() {
                wanted.entry(it.name.clone()).or_insert_with(|| had.clone());
            }
        }
        let (settled, faults) = choice::settle(known, uses, (&wanted, self.now));
        for Fault { name, rule, message } in faults {
            let field = format!("/characteristics/{}", pointer(name.as_str()));
            let code = match rule {
                "reference" => Code::ReferenceUnknown,
                _ => Code::OfferNotAvailable,
            };
            found.push(asked.object(&field, code, rule, message));
        }
        settled
    }
}

/// Refuses another term or plan of the same offer within a term, unless the offer names itself among
/// its switches.
fn must_stay(
    asked: &Asked,
    (held, offer): (&Subscription, &Offer),
    (term, plan): (Option<&text::Code>, Option<&text::Code>),
) -> Result<(), Objection> {
    let field = match asked.item.action {
        Action::Modify if plan != held.deal().plan.as_ref() => "/plan",
        Action::Modify if term != held.term_key() => "/term",
        Action::Add | Action::Modify | Action::Delete | Action::NoChange | Action::Renew => {
            return Ok(());
        }
    };
    if offer.switch(offer.id, term).is_some() {
        return Ok(());
    }
    let message = "is not among the switches that the offer allows within a term: renew into \
                   another term, or call off and order anew";
    Err(asked.object(field, Code::OfferNotAvailable, "switch", message).about(offer.id))
}

/// A name as a part of a JSON pointer.
fn pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn plan(
    asked: &Asked,
    offer: &Offer,
    same: Option<&Subscription>,
) -> Result<Option<text::Code>, Objection> {
    let plans = &offer.content.plans;
    let current = same.and_then(|it| it.deal().plan.clone());
    match (&asked.item.wish.plan, plans.as_slice()) {
        (Some(key), _) if plans.iter().any(|it| it.key == *key) => Ok(Some(key.clone())),
        (Some(key), _) if current.as_ref() == Some(key) => Ok(current),
        (Some(key), _) => {
            let message = format!("names no plan of the offer: `{key}`");
            Err(asked.object("/plan", Code::OfferNotAvailable, "reference", message))
        }
        (None, _) if same.is_some() => Ok(current),
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(only.key.clone())),
        (None, [_, _, ..]) => {
            let keys: Vec<_> = plans.iter().map(|it| it.key.as_str()).collect();
            let message = format!("must be one of {}", keys.join(", "));
            Err(asked.object("/plan", Code::OfferNotAvailable, "required", message))
        }
    }
}

/// Refuses more of a part that costs less in its bundle: less is to be paid for what came with that.
fn must_not_grow(asked: &Asked, held: &Subscription) -> Result<(), Objection> {
    if held.deal().bundled.as_ref().is_none_or(|it| it.until.is_some()) {
        return Ok(());
    }
    let wish = &asked.item.wish;
    let has =
        |id: &ResourceId| held.deal().resources.get(id).map_or(Quantity::ZERO, |it| it.amount());
    let field = if wish.quantity.is_some_and(|it| it > held.quantity()) {
        "/quantity"
    } else if wish.resources.iter().any(|(id, wanted)| *wanted > has(id)) {
        "/resources"
    } else {
        return Ok(());
    };
    let message = "must not grow: it costs less as a part of its bundle; more is had by itself";
    Err(asked.object(field, Code::OfferNotAvailable, "range", message))
}

fn quantity(asked: &Asked, offer: &Offer, target: Option<&Subscription>) -> Result<u32, Objection> {
    let limits = offer.content.quantity;
    let current = target.map(Subscription::quantity);
    let wanted = asked.item.wish.quantity.or(current).unwrap_or(limits.min);
    if limits.admit(wanted) || asked.item.wish.quantity.is_none() && current.is_some() {
        return Ok(wanted);
    }
    let QuantityLimits { min, max } = limits;
    let most = max.map_or("any number".to_owned(), |it| it.to_string());
    let message = format!("must lie between {min} and {most}");
    Err(asked.object("/quantity", Code::OfferNotAvailable, "range", message))
}
