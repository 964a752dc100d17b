//! `planPeriodSwitches`: to which plans and periods a subscription to a plan may switch.
//!
//! It answers what an order brings about and nothing else. An order of type `CHANGE` leads to what is
//! called `UPGRADE`, `SIDEGRADE`, `DOWNGRADE` or, of the same plan, `PERIOD`: all that the vendor lets
//! it lead to. To any other period of the same plan leads a `RENEWAL`, and it is called so.

use serde_json::{Value, json};

use crate::api::aps::operation::{Outcome, Said};
use crate::api::aps::period::{period, read_period};
use crate::domain::catalog::offer::{Direction, Offer};
use crate::domain::catalog::term::Term;
use crate::domain::error::Invalid;
use crate::domain::id::Id;
use crate::services::{Cx, Error, offer};

/// The switches from a period of a plan. The period itself comes first: who stays there is where it
/// is.
pub(super) fn from_period(cx: Cx<'_>, plan: &Offer, said: &Said) -> Result<Outcome, Error> {
    let wanted = read_period("", &said.body)?;
    let Some(from) = plan.term_lasting(wanted, |_| true) else {
        return Err(Invalid::one("/duration", "reference", "is no period of the plan").into());
    };
    let mut found = vec![entry(plan, from, "NONE")];
    let own = plan.open_terms(cx.now).filter(|it| it.key != from.key);
    found.extend(own.map(|it| {
        let is_named = plan.switch(plan.id, Some(&it.key)).is_some();
        entry(plan, it, if is_named { "PERIOD" } else { "RENEWAL" })
    }));
    for (to, term, direction) in offer::switches(cx, plan)? {
        let fits = |it: &&Term| term.as_ref().is_none_or(|key| it.key == *key);
        let terms = to.open_terms(cx.now).filter(fits);
        found.extend(terms.map(|it| entry(&to, it, word(direction))));
    }
    Ok(Some(Value::Array(found)))
}

fn entry(plan: &Offer, term: &Term, kind: &str) -> Value {
    json!({
        "type": kind,
        "target": { "planId": plan.id.uuid(), "period": term.length.map(period) },
    })
}

const fn word(it: Direction) -> &'static str {
    match it {
        Direction::Upgrade => "UPGRADE",
        Direction::Sidegrade => "SIDEGRADE",
        Direction::Downgrade => "DOWNGRADE",
    }
}
