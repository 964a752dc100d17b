//! When an account is billed (TMF666 `billStructure.cycleSpecification`): its cycle, in the words of this
//! contract.
//!
//! A cycle is said by itself, or by a `billingCycleSpecification` that is here, of which it is taken over: what
//! becomes of that later changes no bill. What bills do not follow is refused by its name. The day of the month on
//! which it turns is `anchorDay`, which the definitions do not have.

use serde_json::{Value, json};

use super::entity::{reference, text, tree};
use super::party_form::validity;
use super::price_model::count;
use super::resource::Tree;
use crate::domain::account::billing_account::{BillingAccount, BillingTerms, BillingTrigger};
use crate::domain::account::cycle::{BillingDay, Cycle};
use crate::domain::error::Invalid;
use crate::domain::id::DocumentId;
use crate::domain::time::{Span, SpanUnit, Zone};
use crate::services::{Act, Cx, Error, billing_account, document};

/// The attribute of an account in which it stands.
pub(super) const STRUCTURE: &str = "billStructure";
/// The attribute of that.
const NAME: &str = "cycleSpecification";
/// Where that is, in a refusal.
const AT: &str = "billStructure/cycleSpecification";
/// The sort of the documents that are referred to.
const SORT: &str = "billing_cycle_specification";

/// The attributes that say when an account is billed.
const FOLLOWED: &[&str] =
    &["anchorDay", "billingDateShift", "billingPeriod", "dateShift", "frequency"];

/// Those that no bill follows, and why.
const UNFOLLOWED: &[(&str, &str)] = &[
    ("chargeDateOffset", "is not followed: what falls in a period is on the bill of that period"),
    ("creditDateOffset", "is not followed: what is credited by the day of a bill is on it"),
    ("mailingDateOffset", "is not followed: a bill is sent when it is issued"),
    (
        "paymentDueDateOffset",
        "is not followed: what is due when is said by the class of the customer",
    ),
];

/// What names a specification that one refers to.
const OF_REFERENCES: &[&str] = &["@referredType", "description", "href", "id", "isRef", "name"];

const fn every(count: u32, unit: SpanUnit) -> Span {
    Span { count, unit }
}

/// How often, in words; of those that mean the same the first is shown.
const FREQUENCIES: &[(&str, Span)] = &[
    ("daily", every(1, SpanUnit::Day)),
    ("weekly", every(1, SpanUnit::Week)),
    ("fortnightly", every(2, SpanUnit::Week)),
    ("biweekly", every(2, SpanUnit::Week)),
    ("monthly", every(1, SpanUnit::Month)),
    ("bimonthly", every(2, SpanUnit::Month)),
    ("quarterly", every(3, SpanUnit::Month)),
    ("quarter", every(3, SpanUnit::Month)),
    ("quarter of year", every(3, SpanUnit::Month)),
    ("half-yearly", every(6, SpanUnit::Month)),
    ("half year", every(6, SpanUnit::Month)),
    ("semiannual", every(6, SpanUnit::Month)),
    ("semiannually", every(6, SpanUnit::Month)),
    ("yearly", every(1, SpanUnit::Year)),
    ("annual", every(1, SpanUnit::Year)),
    ("annually", every(1, SpanUnit::Year)),
];

/// How often a word says, if it says so: `monthly`, `quarter`, `10 days`.
fn span(word: &str) -> Option<Span> {
    let plain = |it: &str| it.to_ascii_lowercase().replace([' ', '-', '_'], "");
    let found = FREQUENCIES.iter().find(|it| plain(it.0) == plain(word)).map(|it| it.1);
    let word = word.trim().to_ascii_lowercase();
    found.or_else(|| word.parse().ok()).or_else(|| format!("1 {word}").parse().ok())
}

/// The word for how often.
fn frequency(of: Span) -> String {
    let found = FREQUENCIES.iter().find(|it| it.1 == of);
    found.map_or_else(|| of.to_string(), |it| it.0.to_owned())
}

/// What is said of a cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Said {
    period: Option<Span>,
    shift_days: Option<i16>,
    day: Option<BillingDay>,
}

impl Said {
    /// A cycle that is as is said, and else as it was.
    fn of(self, cycle: Cycle) -> Cycle {
        let period = self.period.unwrap_or(cycle.period);
        let turns_on_a_day = matches!(period.unit, SpanUnit::Month | SpanUnit::Year);
        Cycle {
            period,
            day: self.day.or(cycle.day.filter(|_| turns_on_a_day)),
            shift_days: self.shift_days.unwrap_or(cycle.shift_days),
        }
    }
}

/// Two ways to say one thing, if both do not say something else.
fn one<T: PartialEq>(
    (name, first): (&str, Option<T>),
    other: Option<T>,
) -> Result<Option<T>, Invalid> {
    match (first, other) {
        (Some(first), Some(other)) if first != other => {
            Err(Invalid::one(name, "conflict", "says something else than what is said beside it"))
        }
        (first, other) => Ok(first.or(other)),
    }
}

fn often(said: &Tree, name: &str) -> Result<Option<Span>, Invalid> {
    let Some(word) = text::<String>(said, name)? else { return Ok(None) };
    let refused = || {
        let message = format!(
            "`{word}` is not how often something is billed: say `monthly`, `quarterly`, `half-yearly`, \
             `yearly`, or a span such as `2 weeks`"
        );
        Invalid::one(name, "enum", message)
    };
    span(&word).map(Some).ok_or_else(refused)
}

fn days(said: &Tree, name: &str) -> Result<Option<i16>, Invalid> {
    let Some(days) = count(said, name)? else { return Ok(None) };
    let refused = || {
        let message = format!("must be a whole number of days, {} at most", Cycle::SHIFT_DAYS_MAX);
        Invalid::one(name, "range", message)
    };
    days.to_string().parse().map(Some).map_err(|_| refused())
}

fn day(said: &Tree) -> Result<Option<BillingDay>, Invalid> {
    let Some(day) = count(said, "anchorDay")? else { return Ok(None) };
    let read = day.to_string().parse().ok().and_then(BillingDay::new);
    let refused = || Invalid::one("anchorDay", "range", "must be a day of the month: 1 to 31");
    read.map(Some).ok_or_else(refused)
}

/// What is said of a cycle.
fn read(said: &Tree) -> Result<Said, Invalid> {
    let is_said = |name: &str| said.get(name).is_some_and(|it| !it.is_null());
    if let Some((name, why)) = UNFOLLOWED.iter().find(|it| is_said(it.0)) {
        return Err(Invalid::one(*name, "unsupported", *why));
    }
    Ok(Said {
        period: one(("billingPeriod", often(said, "billingPeriod")?), often(said, "frequency")?)?,
        shift_days: one(("dateShift", days(said, "dateShift")?), days(said, "billingDateShift")?)?,
        day: day(said)?,
    })
}

fn below(invalid: Invalid) -> Invalid {
    invalid.below(&format!("{AT}/"))
}

/// The specification with an id, if it is here.
fn named(cx: Cx<'_>, of: &Tree) -> Result<Option<Tree>, Error> {
    let id: Option<DocumentId> = reference(&Value::Object(of.clone()));
    let found = id.map(|id| document::find(cx, SORT, id)).transpose()?.flatten();
    let found = found.map(|it| serde_json::from_slice(it.body()).map_err(Error::internal));
    found.transpose()
}

/// What is said of when an account is billed, which must be an object.
fn specification(said: &Tree) -> Result<Option<Tree>, Invalid> {
    let object = |of: &Tree, name: &str, at: &str| match of.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(it)) => Ok(Some(it.clone())),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            Err(Invalid::one(at, "type", "must be an object"))
        }
    };
    match object(said, STRUCTURE, STRUCTURE)? {
        Some(structure) => object(&structure, NAME, AT),
        None => Ok(None),
    }
}

/// The cycle that a specification which is referred to says.
fn taken_over(cx: Cx<'_>, said: &Tree, now: Cycle) -> Result<Cycle, Error> {
    let Some(found) = named(cx, said)? else {
        let message = "must be the `id` of a `billingCycleSpecification` that is here";
        return Err(Invalid::one(format!("{AT}/id"), "reference", message).into());
    };
    if !validity("validFor", found.get("validFor"))?.contains(cx.now) {
        let message = "must be the `id` of a `billingCycleSpecification` that is valid now";
        return Err(Invalid::one(format!("{AT}/id"), "reference", message).into());
    }
    Ok(read(&found).map_err(below)?.of(now))
}

/// The attributes of a specification that say something else than before.
fn said_anew(before: &Tree, after: &Tree) -> Tree {
    let anew = after.iter().filter(|it| !it.1.is_null() && before.get(it.0) != Some(it.1));
    anew.map(|(name, it)| (name.clone(), it.clone())).collect()
}

/// The cycle that is said anew, if one is; `now` is the one of the account.
fn wanted(cx: Cx<'_>, (before, after): (&Tree, &Tree), now: Cycle) -> Result<Option<Cycle>, Error> {
    let before = specification(before)?.unwrap_or_default();
    let Some(after) = specification(after)? else { return Ok(None) };
    let mut anew = said_anew(&before, &after);
    if anew.contains_key("validFor") {
        let message = "follows from when the cycle turns: another holds from the next one on";
        return Err(Invalid::one(format!("{AT}/validFor"), "unsupported", message).into());
    }
    let is_reference = after.get("isRef") == Some(&json!(true));
    if is_reference && !after.contains_key("id") {
        return Err(Invalid::one(format!("{AT}/id"), "required", "must say which is meant").into());
    }
    let names_one = anew.contains_key("id");
    anew.retain(|name, _| !OF_REFERENCES.contains(&name.as_str()));
    let own = read(&anew).map_err(below)?;
    let cycle = if names_one && (is_reference || anew.is_empty()) {
        taken_over(cx, &after, now)?
    } else {
        let is_said = |of: &Tree| of.get("anchorDay").is_some_and(|it| !it.is_null());
        let day = now.day.filter(|_| is_said(&after) || !is_said(&before));
        own.of(Cycle { day, ..now })
    };
    if own.of(cycle) != cycle {
        let message = "says something else beside it than the specification that is named: say one";
        return Err(Invalid::one(AT, "conflict", message).into());
    }
    Ok(Some(cycle).filter(|it| *it != now))
}

/// What will hold of an account, and else what does.
fn terms(of: &BillingAccount) -> BillingTerms {
    of.planned().map_or(of.terms(), |it| it.terms)
}

/// Lets an account be billed when it is said to be.
///
/// # Errors
/// If that is no cycle, or nothing that bills follow; if the caller may not.
pub(super) fn settle(
    act: &mut Act<'_>,
    it: BillingAccount,
    said: (&Tree, &Tree),
) -> Result<BillingAccount, Error> {
    let planned = terms(&it);
    let Some(cycle) = wanted(act.cx(), said, planned.cycle)? else { return Ok(it) };
    let terms = BillingTerms { cycle, ..planned };
    if it.planned().is_some() && terms == it.terms() {
        return billing_account::on(act, it.id, BillingTrigger::Withdraw);
    }
    billing_account::plan(act, it.id, None, |_| Ok(terms))
}

/// When an account is billed. What is planned is shown with the day from which it holds.
pub(super) fn shown(it: &BillingAccount) -> Value {
    let cycle = terms(it).cycle;
    let from = it.planned().map(|it| Zone::UTC.start_of(it.from_on).to_string());
    let word = frequency(cycle.period);
    json!({ NAME: {
        "name": word, "isRef": false, "frequency": word, "billingDateShift": cycle.shift_days,
        "anchorDay": cycle.day.map(BillingDay::get),
        "validFor": from.map(|it| json!({ "startDateTime": it })),
    } })
}

/// What was said of when an account is billed, as far as that is so, with what else is known.
fn so_far(cx: Cx<'_>, it: &BillingAccount, mut said: Tree) -> Result<Tree, Error> {
    let cycle = terms(it).cycle;
    let says_so = |it: &Tree| read(it).is_ok_and(|it| it.of(cycle) == cycle);
    if said.contains_key("id") {
        match named(cx, &said)?.filter(says_so) {
            Some(found) => {
                let name = found.get("name").map(|it| ("name".to_owned(), it.clone()));
                said.extend(name.into_iter().chain([("isRef".to_owned(), json!(true))]));
            }
            None => said.retain(|name, _| !OF_REFERENCES.contains(&name.as_str())),
        }
    }
    for name in FOLLOWED {
        let only = said.get(*name).map(|it| Tree::from_iter([((*name).to_owned(), it.clone())]));
        if !only.is_some_and(|it| says_so(&it)) {
            said.remove(*name);
        }
    }
    // What was called after how often it is billed is called after that.
    let called = said.get("name").and_then(Value::as_str).and_then(span);
    if called.is_some_and(|it| it != cycle.period) && !said.contains_key("id") {
        said.remove("name");
    }
    said.remove("validFor");
    for (name, known) in tree(shown(it)[NAME].take()) {
        if !known.is_null() {
            said.entry(name).or_insert(known);
        }
    }
    Ok(said)
}

/// An account as it is shown, with when it is billed.
///
/// # Errors
/// If the store fails.
pub(super) fn adorn(cx: Cx<'_>, it: &BillingAccount, shown: &mut Tree) -> Result<(), Error> {
    let Some(structure) = shown.get_mut(STRUCTURE).and_then(Value::as_object_mut) else {
        return Ok(());
    };
    let said = structure.remove(NAME).map(tree).unwrap_or_default();
    structure.insert(NAME.to_owned(), Value::Object(so_far(cx, it, said)?));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_is_said_in_many_words() {
        for (word, expected) in [
            ("Monthly", "1 month monthly"),
            ("month", "1 month monthly"),
            ("quarterly", "3 months quarterly"),
            ("Quarter of year", "3 months quarterly"),
            ("HALF_YEARLY", "6 months half-yearly"),
            ("semi-annual", "6 months half-yearly"),
            ("annually", "1 year yearly"),
            ("2 weeks", "2 weeks fortnightly"),
            ("10 days", "10 days 10 days"),
            ("now and then", "-"),
        ] {
            let told = span(word).map(|it| format!("{it} {}", frequency(it)));
            assert_eq!(told.unwrap_or_else(|| "-".to_owned()), expected, "{word}");
        }
    }

    #[test]
    fn what_is_said_of_a_cycle_is_followed_or_refused() {
        let told = |said: Value| match read(&tree(said)) {
            Ok(said) => said.of(Cycle { day: BillingDay::new(5), ..Cycle::MONTHLY }).to_string(),
            Err(invalid) => invalid.violations[0].field.clone(),
        };
        for (said, expected) in [
            (json!({}), "every 1 month on day 5"),
            (json!({ "frequency": "weekly" }), "every 1 week"),
            (json!({ "billingPeriod": "year", "anchorDay": 31 }), "every 1 year on day 31"),
            (json!({ "billingDateShift": 3 }), "every 1 month on day 5 +3 days"),
            (json!({ "dateShift": "-2" }), "every 1 month on day 5 -2 days"),
            (json!({ "frequency": "monthly", "billingPeriod": "month" }), "every 1 month on day 5"),
            (json!({ "frequency": "monthly", "billingPeriod": "week" }), "billingPeriod"),
            (json!({ "dateShift": 1, "billingDateShift": 2 }), "dateShift"),
            (json!({ "billingDateShift": 1.5 }), "billingDateShift"),
            (json!({ "frequency": "often" }), "frequency"),
            (json!({ "anchorDay": 32 }), "anchorDay"),
            (json!({ "paymentDueDateOffset": 14 }), "paymentDueDateOffset"),
            (json!({ "chargeDateOffset": 0 }), "chargeDateOffset"),
        ] {
            assert_eq!(told(said.clone()), expected, "{said}");
        }
    }
}
