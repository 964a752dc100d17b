//! What is done with a balance by the day (TMF654): what was set aside for a time is let go when that is
//! over, and what recurs is done anew at the beginning of each period.
//!
//! When something is next to be done stands in the state of its [document](crate::domain::document), and the
//! duty that does it moves that on in the same act: nothing is done twice, and what nobody was there for is
//! done when somebody is.

use std::sync::Arc;

use serde_json::{Value, json};

use super::balance_action::{ADJUSTMENTS, RESERVATIONS, TOPUPS, release, status};
use super::behind::Change;
use super::catalog_file::DUTY;
use super::party_form::validity;
use super::prepay::bucket;
use super::resource::{Resource, Tree};
use super::table::APIS;
use super::topup;
use crate::domain::account::billing_account::{BillingAccount, BillingState};
use crate::domain::document::{DONE, Document};
use crate::domain::error::{Code as Reason, Invalid, Rejection};
use crate::domain::id::{DocumentId, Id};
use crate::domain::operator::Actor;
use crate::domain::stamp::SellerNumber;
use crate::domain::text::Code;
use crate::domain::time::{Instant, Span, SpanUnit, Zone};
use crate::services::{Act, Author, Bss, Error};

/// What is done of an action by the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Later {
    /// Nothing.
    Nothing,
    /// It is over at the end of what it is valid for.
    AtEnd,
    /// It is done again in each period, if it recurs.
    EachPeriod,
    /// It is looked at what became of its payment, as long as that is under way.
    WhenPaid,
}

/// How often something recurs, where that is said.
const EVERY: &str = "recurringPeriod";
/// In how many periods it is done, where it is not done without an end.
const TIMES: &str = "numberOfPeriods";
/// In how many it was.
const TIMES_DONE: &str = "periodsDone";
/// When it is next.
const NEXT: &str = "nextPeriodDate";
/// What of something that recurs is not said of each time.
const OF_ALL: &[&str] = &[
    EVERY,
    TIMES,
    TIMES_DONE,
    NEXT,
    "adjustType",
    "confirmationDate",
    "requestedDate",
    "status",
    "statusReason",
];

/// More often than that nothing is said to recur.
const TIMES_MAX: u64 = 1200;

impl Later {
    /// The state in which the document is of what was said: when something is next to be done with it.
    pub(super) fn state(self, said: &Tree, now: Instant) -> Result<Option<Code>, Error> {
        let is_done = status(said) == "completed";
        let at = match self {
            Self::Nothing => return Ok(None),
            Self::AtEnd => validity("validFor", said.get("validFor"))?.until().filter(|_| is_done),
            Self::EachPeriod => {
                let next = said.get(NEXT).and_then(Value::as_str).and_then(|it| it.parse().ok());
                next.filter(|_| is_done)
            }
            Self::WhenPaid => topup::next_look(said, now),
        };
        let word = at.map_or_else(|| DONE.to_owned(), |it| it.to_string());
        Ok(Some(word.parse().map_err(Error::internal)?))
    }
}

/// Why nothing can be set aside for the time that is said; nothing if it can.
pub(super) fn ill_timed(said: &Tree, now: Instant) -> Result<Option<String>, Invalid> {
    let valid_for = validity("validFor", said.get("validFor"))?;
    if valid_for.from().is_some_and(|it| it > now) {
        return Ok(Some("must not begin later: it is set aside from now on".to_owned()));
    }
    Ok(valid_for.until().filter(|it| *it <= now).map(|_| "is over".to_owned()))
}

/// Refuses another time for what is set aside, if it could not be set aside for that.
pub(super) fn must_be_well_timed(change: &Change, now: Instant) -> Result<(), Invalid> {
    match ill_timed(&change.after, now)? {
        Some(why) => Err(Invalid::one("validFor", "range", why)),
        None => Ok(()),
    }
}

/// In which periods something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Every {
    span: Span,
    times: Option<u32>,
}

impl Every {
    /// When it is done again after it was done so often, which began on the day of an instant: at the
    /// beginning of a day of the billing account.
    fn after(self, began: Instant, zone: Zone, done: u32) -> Option<Instant> {
        let is_more = self.times.is_none_or(|it| done < it);
        is_more.then(|| zone.start_of(self.span.after(zone.date_of(began), done)))
    }
}

/// In which periods an adjustment is made, if it recurs; or why it cannot be made like this.
///
/// TMF654 has the words for periods where it has top-ups that recur; for adjustments they are the same.
pub(super) fn recurrence(said: &Tree) -> Result<Result<Option<Every>, String>, Invalid> {
    let word = |name: &str| match said.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(it)) => Ok(it.trim().to_ascii_lowercase()),
        Some(_) => Err(Invalid::one(name, "type", "must be a text")),
    };
    let times = times(said)?;
    let every = word(EVERY)?;
    match word("adjustType")?.as_str() {
        "" | "onetime" | "onetimecharge" => {
            let extra = [(EVERY, !every.is_empty()), (TIMES, times.is_some())];
            let extra = extra.iter().find(|it| it.1);
            let why = |name| format!("`{name}`: is for what is of the `adjustType` `recurring`");
            return Ok(extra.map_or(Ok(None), |it| Err(why(it.0))));
        }
        "recurring" | "recurringcharge" => {}
        other => {
            return Ok(Err(format!("`adjustType`: `{other}` is none of `oneTime`, `recurring`")));
        }
    }
    let (count, unit) = match every.as_str() {
        "weekly" => (1, SpanUnit::Week),
        "fortnightly" => (2, SpanUnit::Week),
        "monthly" => (1, SpanUnit::Month),
        _ => {
            let why = format!("`{EVERY}`: must be `weekly`, `fortnightly` or `monthly`");
            return Ok(Err(why));
        }
    };
    Ok(Ok(Some(Every { span: Span { count, unit }, times })))
}

/// In how many periods something is to be done.
fn times(said: &Tree) -> Result<Option<u32>, Invalid> {
    let Some(it) = said.get(TIMES).filter(|it| !it.is_null()) else { return Ok(None) };
    let count = it.as_u64().filter(|it| (1..=TIMES_MAX).contains(it));
    let count = count.and_then(|it| u32::try_from(it).ok());
    let message = format!("must be a whole number from 1 to {TIMES_MAX}");
    count.map(Some).ok_or_else(|| Invalid::one(TIMES, "range", message))
}

/// Whether something is done period by period, and so more than once.
pub(super) fn is_of_many(later: Later, it: &Tree) -> bool {
    later == Later::EachPeriod && it.contains_key(TIMES_DONE)
}

/// Whether something is to be done again.
pub(super) fn recurs(it: &Tree) -> bool {
    it.contains_key(NEXT)
}

/// Lets something be done no more.
pub(super) fn stop(it: &mut Tree) {
    it.remove(NEXT);
}

/// Where something that recurs stands: what was said of it, whose it is, and how often it was done.
struct Standing<'a> {
    said: &'a mut Tree,
    bucket: &'a BillingAccount,
    every: Every,
    done: u32,
}

impl Standing<'_> {
    /// Says that it was done once more, and when it is next.
    fn step(&mut self) -> Result<(), Error> {
        self.done += 1;
        let began = self.said.get("requestedDate").and_then(Value::as_str);
        let began = began.and_then(|it| it.parse::<Instant>().ok());
        let began =
            began.ok_or_else(|| Error::internal("what was asked for was asked some day"))?;
        self.said.insert(TIMES_DONE.to_owned(), json!(self.done));
        match self.every.after(began, self.bucket.terms().zone, self.done) {
            Some(next) => drop(self.said.insert(NEXT.to_owned(), json!(next.to_string()))),
            None => stop(self.said),
        }
        Ok(())
    }
}

fn adjustments() -> &'static Resource {
    let mut found = APIS.iter().filter_map(|it| it.resource("adjustBalance"));
    found.next().expect("an API has adjustments")
}

fn reservations() -> &'static Resource {
    let mut found = APIS.iter().filter_map(|it| it.resource("reserveBalance"));
    found.next().expect("an API has reservations")
}

/// Makes one adjustment of those that recur, for a seller who may be another than who asks.
fn once(
    act: &mut Act<'_>,
    id: DocumentId,
    (seller, said): (Option<SellerNumber>, &Tree),
) -> Result<Tree, Error> {
    let mut one = said.clone();
    one.retain(|name, _| !OF_ALL.contains(&name.as_str()) && name != "id");
    let of_all = json!({ "id": id.uuid(), "@referredType": "AdjustBalance" });
    one.insert("adjustBalance".to_owned(), of_all);
    ADJUSTMENTS.create_for(act, adjustments(), (seller, one))
}

fn why(of: &Tree) -> String {
    of.get("statusReason").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Begins with what recurs: it is done for the first time.
///
/// # Errors
/// As what is done: nothing begins that cannot be done the first time.
pub(super) fn begin(
    act: &mut Act<'_>,
    id: DocumentId,
    (said, every): (&mut Tree, Every),
) -> Result<(), Error> {
    let gone = || Rejection::new(Reason::InUse, "`bucket` names none that is here");
    let bucket = bucket(act.cx(), said)?.ok_or_else(gone)?;
    let first = once(act, id, (None, said))?;
    if status(&first) != "completed" {
        return Err(Rejection::new(Reason::InUse, why(&first)).into());
    }
    Standing { said, bucket: &bucket, every, done: 0 }.step()
}

/// Does what a document says is to be done by now, if it is one of these, and says whether it was.
///
/// # Errors
/// If it could not be done, and is to be tried again.
pub(super) fn run(bss: &Arc<Bss>, id: DocumentId) -> Result<bool, Error> {
    let step = move |act: &mut Act<'_>| {
        let now = act.now();
        let found = act.cx().find::<Document>(id)?;
        match found.filter(|it| it.due().is_some_and(|it| it.at <= now)) {
            Some(it) if it.sort().key == RESERVATIONS.documents.0 => let_go(act, &it),
            Some(it) if it.sort().key == ADJUSTMENTS.documents.0 => again(act, &it),
            Some(it) if it.sort().key == TOPUPS.documents.0 => topup::look(act, &it),
            Some(_) | None => Ok(false),
        }
    };
    bss.act(Author::of(Actor::duty(DUTY)), step).wait()
}

fn shown(act: &Act<'_>, of: &Resource, it: &Document) -> Result<Tree, Error> {
    let found = of.behind.find(act.cx(), of, &it.id.uuid().to_string())?;
    found.ok_or_else(|| Error::not_found(it.id))
}

/// Lets go of what was set aside until now.
fn let_go(act: &mut Act<'_>, it: &Document) -> Result<bool, Error> {
    let of = reservations();
    let before = shown(act, of, it)?;
    release(act, it.id, &before)?;
    let mut after = before.clone();
    after.insert("status".to_owned(), json!("cancelled"));
    after.insert("statusReason".to_owned(), json!("`validFor` is over"));
    let state = Later::AtEnd.state(&after, act.now())?;
    let change = Change { id: it.id.uuid().to_string(), before, after };
    RESERVATIONS.documents.change_as(act, of, (change, state))?;
    Ok(true)
}

/// Makes an adjustment for the period that has begun. One that is refused is kept as such, and the next
/// is tried in its period, unless there is nothing any more that could be adjusted.
fn again(act: &mut Act<'_>, it: &Document) -> Result<bool, Error> {
    let of = adjustments();
    let before = shown(act, of, it)?;
    let mut after = before.clone();
    let done = before.get(TIMES_DONE).and_then(Value::as_u64).unwrap_or_default();
    let done = u32::try_from(done).map_err(Error::internal)?;
    let bucket = bucket(act.cx(), &before)?.filter(|it| it.state() != BillingState::Closed);
    match (bucket, recurrence(&before)?) {
        (Some(bucket), Ok(Some(every))) => {
            once(act, it.id, (Some(it.stamp.seller), &before))?;
            Standing { said: &mut after, bucket: &bucket, every, done }.step()?;
        }
        (_, _) => {
            stop(&mut after);
            let why = "the bucket is closed, or not here any more";
            after.insert("statusReason".to_owned(), json!(why));
        }
    }
    let state = Later::EachPeriod.state(&after, act.now())?;
    let change = Change { id: it.id.uuid().to_string(), before, after };
    ADJUSTMENTS.documents.change_as(act, of, (change, state))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tmf::entity::tree;

    #[test]
    fn how_often_an_adjustment_is_made_is_said_in_the_words_of_the_contract() {
        let told = |kind: Value, every: Value, times: Value| {
            let said =
                json!({ "adjustType": kind, "recurringPeriod": every, "numberOfPeriods": times });
            match recurrence(&tree(said)) {
                Ok(Ok(None)) => "once".to_owned(),
                Ok(Ok(Some(it))) => format!("every {} {:?}", it.span, it.times),
                Ok(Err(why)) => why,
                Err(invalid) => invalid.to_string(),
            }
        };
        let (none, monthly) = (|| Value::Null, || json!("monthly"));
        expect_test::expect![[r"
            once
            once
            every 1 month None
            every 2 weeks Some(3)
            every 1 week Some(1)
            `recurringPeriod`: must be `weekly`, `fortnightly` or `monthly`
            `recurringPeriod`: must be `weekly`, `fortnightly` or `monthly`
            `recurringPeriod`: is for what is of the `adjustType` `recurring`
            `numberOfPeriods`: is for what is of the `adjustType` `recurring`
            `adjustType`: `often` is none of `oneTime`, `recurring`
            `numberOfPeriods` must be a whole number from 1 to 1200
            `numberOfPeriods` must be a whole number from 1 to 1200
            `adjustType` must be a text"]]
        .assert_eq(
            &[
                told(none(), none(), none()),
                told(json!("oneTime"), none(), none()),
                told(json!("recurring"), monthly(), none()),
                told(json!("RecurringCharge"), json!("Fortnightly"), json!(3)),
                told(json!("recurring"), json!("weekly"), json!(1)),
                told(json!("recurring"), none(), none()),
                told(json!("recurring"), json!("daily"), none()),
                told(none(), monthly(), none()),
                told(json!("oneTime"), none(), json!(2)),
                told(json!("often"), monthly(), none()),
                told(json!("recurring"), monthly(), json!(0)),
                told(json!("recurring"), monthly(), json!(1.5)),
                told(json!(7), none(), none()),
            ]
            .join("\n"),
        );
    }

    #[test]
    fn periods_are_counted_from_the_first_day_and_end_after_so_many() {
        let every = Every { span: Span::months(1), times: Some(4) };
        let began: Instant = "2026-01-31T10:00:00Z".parse().expect("an instant");
        let berlin: Zone = "Europe/Berlin".parse().expect("a zone");
        let all = (1..=4).map(|it| every.after(began, berlin, it).map(|it| it.to_string()));
        let all: Vec<_> = all.map(Option::unwrap_or_default).collect();
        assert_eq!(
            all,
            ["2026-02-27T23:00:00Z", "2026-03-30T22:00:00Z", "2026-04-29T22:00:00Z", ""]
        );
        let endless = Every { times: None, ..every };
        assert!(endless.after(began, berlin, 500).is_some());
    }

    #[test]
    fn what_is_over_or_not_done_waits_for_nothing() {
        let state = |later: Later, said: Value| {
            later
                .state(&tree(said), Instant::from_micros(0).expect("an instant"))
                .expect("right")
                .map(|it| it.to_string())
        };
        let until = json!({ "endDateTime": "2026-02-01T00:00:00Z" });
        let said = |status: &str| json!({ "status": status, "validFor": until });
        let waits = Some("2026-02-01T00:00:00Z".to_owned());
        assert_eq!(state(Later::AtEnd, said("completed")), waits);
        assert_eq!(state(Later::AtEnd, said("cancelled")).as_deref(), Some(DONE));
        assert_eq!(state(Later::AtEnd, said("failed")).as_deref(), Some(DONE));
        assert_eq!(state(Later::EachPeriod, said("completed")).as_deref(), Some(DONE));
        assert_eq!(state(Later::Nothing, said("completed")), None);
        let next = json!({ "status": "completed", "nextPeriodDate": "2026-02-01T00:00:00Z" });
        assert_eq!(state(Later::EachPeriod, next), waits);
    }
}
