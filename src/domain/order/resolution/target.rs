//! Targets: the subscriptions that items are about.

use super::{Asked, Desk, Objection};
use crate::domain::error::Code;
use crate::domain::order::item::Action;
use crate::domain::subscription::Subscription;
use crate::domain::subscription::lifecycle::{Trigger, next};

impl<'a> Desk<'a> {
    /// The subscription that an item is about; none of an add.
    pub(super) fn target(&self, asked: &'a Asked) -> Result<Option<&'a Subscription>, Objection> {
        let field = "/subscription";
        let Some(id) = asked.item.subscription else {
            return match asked.item.action {
                Action::Add => Ok(None),
                Action::Modify | Action::Delete | Action::NoChange | Action::Renew => {
                    let message = "must be named: only an add makes a new one";
                    Err(asked.object(field, Code::ReferenceUnknown, "required", message))
                }
            };
        };
        let Some(target) = self.subscription(id) else {
            let message = format!("names no subscription of the account: `{id}`");
            return Err(asked
                .object(field, Code::ReferenceUnknown, "reference", message)
                .about(id));
        };
        if !allows(target, asked.item.action) {
            let action = asked.item.action;
            let message =
                format!("names a subscription that is `{}`: cannot {action}", target.state());
            let code = Code::SubscriptionStateForbids;
            return Err(asked.object(field, code, "state", message).about(id));
        }
        match asked.item.action != Action::NoChange && self.is_contested(id) {
            true => {
                let message = "names a subscription that another item is about as well";
                Err(asked.object(field, Code::Duplicate, "unique", message).about(id))
            }
            false => Ok(Some(target)),
        }
    }
}

/// Whether the life of a subscription allows an action.
fn allows(target: &Subscription, action: Action) -> bool {
    let state = target.state();
    match action {
        Action::Add => false,
        Action::Modify => state.is_running(),
        Action::Delete => next(state, Trigger::Cancel).is_some(),
        Action::Renew => next(state, Trigger::Renew).is_some(),
        Action::NoChange => state.is_living(),
    }
}
