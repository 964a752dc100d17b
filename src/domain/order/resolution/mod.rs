//! Resolution: whether an order may be placed, and what exactly it asks for.
//!
//! What a buyer leaves out is taken from the offer or the subscription; what a resource provides is
//! added; bundles are taken apart. Everything that speaks against the order is told at once, each
//! with the field, the rule and the thing it is about. That there is a price in the account's
//! currency, and that the account may buy at all, is asked by who loads what is needed here.

mod amount;
mod bundle;
mod choice;
mod desk;
mod holding;
mod target;

use std::collections::BTreeMap;
use std::fmt;

use self::desk::Desk;
use super::item::{Action, Item};
use crate::domain::catalog::eligibility::Buyer;
use crate::domain::catalog::offer::Offer;
use crate::domain::catalog::resource::Resource;
use crate::domain::catalog::specification::Specification;
use crate::domain::error::{Code, Rejection};
use crate::domain::id::{Id, OfferId, ResourceId, SpecificationId, Subject};
use crate::domain::subscription::Subscription;
use crate::domain::subscription::change::Deal;
use crate::domain::text;
use crate::domain::time::Instant;

/// What an order can be of: every offer that it or a subscription of the account names, their parts,
/// and all that those are made of. What is not on it is unknown to the order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shelf {
    /// The offers.
    pub offers: BTreeMap<OfferId, Offer>,
    /// The specifications.
    pub specifications: BTreeMap<SpecificationId, Specification>,
    /// The resources.
    pub resources: BTreeMap<ResourceId, Resource>,
}

/// Who orders, and what the account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Who orders.
    pub buyer: Buyer,
    /// The account's subscriptions, all that are living at least.
    pub subscriptions: Vec<Subscription>,
}

/// Something that speaks against an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// Where: a JSON pointer into the order.
    pub field: String,
    /// The reason by which contracts tell it.
    pub code: Code,
    /// Which rule, as a stable word.
    pub rule: &'static str,
    /// The thing it is about, if it is not the item itself.
    pub object: Option<Subject>,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Objection {
    fn about(self, object: impl Id) -> Self {
        Self { object: Some(object.subject()), ..self }
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.message)
    }
}

/// Everything that speaks against an order: at least one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objections(Vec<Objection>);

impl Objections {
    /// Each of them.
    #[must_use]
    pub fn as_slice(&self) -> &[Objection] {
        &self.0
    }
}

impl Objections {
    /// The same for a caller who has named no more than the wish of the only item.
    #[must_use]
    pub fn of_a_wish(mut self) -> Self {
        for it in &mut self.0 {
            if let Some(field) = it.field.strip_prefix("/items/0") {
                it.field = field.to_owned();
            }
        }
        self
    }
}

impl fmt::Display for Objections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&all.join("; "))
    }
}

impl From<Objections> for Rejection {
    /// One refusal that tells all; its code is that of the first.
    fn from(it: Objections) -> Self {
        let code = it.0.first().map_or(Code::OrderStateForbids, |it| it.code);
        Self::new(code, it.to_string())
    }
}

/// What an item asks for, with nothing left open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The item, its wish filled in.
    pub item: Item,
    /// What is to be had: of an add, a modify and a renew. Its prices are still to be found.
    pub deal: Option<Deal>,
    /// The key of the term that is to run: of an add and a renew, or of a change of terms.
    pub term: Option<text::Code>,
}

/// Finds out what the items of an order ask for.
///
/// A bundle without its parts gets them, as items of their own that come after all others.
///
/// # Errors
/// With everything that speaks against the order.
pub fn resolve(
    items: &[Item],
    shelf: &Shelf,
    holder: &Holder,
    now: Instant,
) -> Result<Vec<Resolved>, Objections> {
    let asked = bundle::expanded(items, shelf);
    let desk = Desk::new(&asked, (shelf, holder), now);
    let mut objections = bundle::objections(&desk);
    let mut drafts = Vec::new();
    for it in &asked {
        match desk.draft(it) {
            Ok(draft) => drafts.push(draft),
            Err(found) => objections.extend(found),
        }
    }
    if objections.is_empty() {
        objections = holding::objections(&desk, &drafts);
    }
    match objections.is_empty() {
        true => Ok(drafts.into_iter().map(Draft::resolved).collect()),
        false => Err(Objections(objections)),
    }
}

/// An item, and where it stands in the order.
#[derive(Debug)]
struct Asked {
    field: String,
    item: Item,
}

impl Asked {
    fn object(
        &self,
        field: &str,
        code: Code,
        rule: &'static str,
        message: impl Into<String>,
    ) -> Objection {
        let field = format!("{}{field}", self.field);
        Objection { field, code, rule, object: None, message: message.into() }
    }
}

/// What an item asks for, and what it changes.
struct Draft<'a> {
    asked: &'a Asked,
    target: Option<&'a Subscription>,
    chosen: Option<choice::Chosen>,
}

impl<'a> Desk<'a> {
    fn draft(&self, asked: &'a Asked) -> Result<Draft<'a>, Vec<Objection>> {
        let target = self.target(asked).map_err(|it| vec![it])?;
        let chosen = match asked.item.action {
            Action::Add | Action::Modify | Action::Renew => Some(self.choose(asked, target)?),
            Action::Delete | Action::NoChange => None,
        };
        Ok(Draft { asked, target, chosen })
    }
}

impl Draft<'_> {
    fn resolved(self) -> Resolved {
        let mut item = self.asked.item.clone();
        let Some(chosen) = self.chosen else {
            return Resolved { item, deal: None, term: None };
        };
        let deal = chosen.deal;
        item.wish.offer = Some(deal.offer);
        item.wish.plan = deal.plan.clone();
        item.wish.quantity = Some(deal.quantity);
        item.wish.resources = deal.resources.iter().map(|it| (*it.0, it.1.amount())).collect();
        item.wish.characteristics = deal.characteristics.clone();
        item.wish.term = chosen.term.clone();
        Resolved { item, deal: Some(deal), term: chosen.term }
    }
}

#[cfg(test)]
mod tests;
