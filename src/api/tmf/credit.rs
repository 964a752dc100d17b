//! How far a customer is trusted (TMF629 creditProfile): the current one of our assessments.
//!
//! What says no date, or one that is to come, is kept as it was said, and means nothing to us.

use serde_json::{Value, json};

use super::entity::{text, tree};
use super::party_form::{shown_validity, validity};
use super::resource::Tree;
use crate::domain::account::Account;
use crate::domain::account::credit::CreditProfile;
use crate::domain::operator::{Decision, Permission};
use crate::domain::time::Instant;
use crate::services::{Act, Cx, Error, account};

/// What can be read of assessments by a moment, the oldest first.
fn profiles(said: Option<&Value>, now: Instant) -> Vec<CreditProfile> {
    let all = said.and_then(Value::as_array).into_iter().flatten();
    let mut read: Vec<_> = all.filter_map(Value::as_object).filter_map(profile).collect();
    read.retain(|it| it.assessed_at <= now);
    read.sort_by_key(|it| it.assessed_at);
    read
}

fn profile(said: &Tree) -> Option<CreditProfile> {
    let number = |name: &str| {
        let it = said.get(name)?;
        let digits = it.as_str().map_or_else(|| it.to_string(), str::to_owned);
        digits.parse::<u32>().ok()
    };
    let (risk_rating, score) = (number("creditRiskRating"), number("creditScore"));
    risk_rating.or(score)?;
    Some(CreditProfile {
        assessed_at: text(said, "creditProfileDate").ok().flatten()?,
        risk_rating,
        score,
        validity: validity("validFor", said.get("validFor")).ok()?,
    })
}

/// Writes down what was said of how far a customer is trusted, as far as it is not known yet.
pub(super) fn assess(
    act: &mut Act<'_>,
    it: Account,
    said: Option<&Value>,
) -> Result<Account, Error> {
    let mut it = it;
    for new in profiles(said, act.now()) {
        if !it.credit().all().contains(&new) {
            it = account::assess(act, (it.id, None), new)?;
        }
    }
    Ok(it)
}

/// The assessment that holds now, for whoever may know.
pub(super) fn shown(cx: Cx<'_>, it: &Account) -> Value {
    let may = cx.actor.may(Permission::CreditRead, &it.stamp) == Decision::Yes;
    let current = it.credit().current(cx.now).filter(|_| may);
    current.map_or(Value::Null, |it| json!([of(it)]))
}

fn of(it: &CreditProfile) -> Value {
    let mut shown = tree(json!({
        "creditProfileDate": it.assessed_at.to_string(),
        "creditRiskRating": it.risk_rating,
        "creditScore": it.score,
        "validFor": shown_validity(it.validity),
    }));
    shown.retain(|_, it| !it.is_null());
    Value::Object(shown)
}

/// Whether all that was said of it by a moment is known, and what holds then was said.
pub(super) fn agrees(it: &Account, said: &Value, now: Instant) -> bool {
    let (said, known) = (profiles(Some(said), now), it.credit());
    let is_said = known.current(now).is_none_or(|it| said.contains(it));
    is_said && said.iter().all(|said| known.all().contains(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_when_and_how_far_somebody_is_trusted_is_an_assessment() {
        let now: Instant = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let said = json!([
            { "creditProfileDate": "2025-06-01T00:00:00Z", "creditRiskRating": 1, "creditScore": "700" },
            { "creditProfileDate": "2025-01-01T00:00:00Z", "creditScore": 650 },
            { "creditRiskRating": 1 },
            { "creditProfileDate": "2027-01-01T00:00:00Z", "creditScore": 1 },
            { "creditProfileDate": "2025-01-01T00:00:00Z" },
        ]);
        let read = profiles(Some(&said), now);
        let scores: Vec<_> = read.iter().map(|it| it.score).collect();
        assert_eq!(scores, [Some(650), Some(700)]);
        assert_eq!(of(&read[0]), said[1]);
    }
}
